"""Solve a game for all its equilibria: structure decides which room does it, the checker confirms.

What is solved so far: finite games with simultaneous moves, of single players, of populations, or
of both; chance that nobody sees is averaged out. Everything else is refused with the reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pigou.check import examine
from pigou.check_smooth import is_smooth
from pigou.equilibrium import Component, Equilibrium, EquilibriumSet, Evidence, Grade, Strategy
from pigou.errors import StructureError
from pigou.exact import Enclosure, Record
from pigou.game import Game
from pigou.smoothing import solve_smooth
from pigou.solvers.bimatrix import (
    MOST_SUPPORT_PAIRS,
    bimatrix_equilibria,
    dimension,
    support_pairs,
)
from pigou.solvers.dominance import (
    MixedRemoval,
    Removal,
    mixed_survivors,
    survivors,
    weakly_dominated,
)
from pigou.solvers.form import Allowed, Counts, FiniteForm, Group, finite_form
from pigou.solvers.groups import (
    MOST_SUPPORTS as MOST_GROUP_SUPPORTS,
    group_equilibria,
    number_of_group_supports,
)
from pigou.solvers.polynomial import (
    MOST_SUPPORTS,
    Continuum,
    mixed_equilibria,
    number_of_supports,
)
from pigou.solvers.pure import PureEquilibrium, largest_gain, pure_equilibria
from pigou.solvers.symmetric import symmetric_equilibria
from pigou.stages import is_staged
from pigou.staging import solve_stages

if TYPE_CHECKING:
    from pigou.solvers.regimes import RegimeSet

__all__ = ["Elimination", "iterated_dominance", "rationalisable", "regimes", "solve"]

_MOST_PROFILES_FOR_MARKS = 20_000
_MOST_NOTES = 20
_CLEAR = 10**40


@dataclass(frozen=True)
class Elimination:
    """A choice that iterated strict dominance rules out.

    Parameters
    ----------
    round : int
    player, type, action, by : str
        Who would never take which action, and an action that always pays more by then; for a
        mixture, its actions with their probabilities, in words.
    mixture : mapping of str to Fraction
        What dominates: the probability of each action that has one.

    Examples
    --------
    >>> from pigou.models import load
    >>> print(iterated_dominance(load("coordination").game, {"cost": "1/2"})[0])
    round 1: wait (firm) is strictly dominated by upgrade
    """

    round: int
    player: str
    type: str
    action: str
    by: str
    mixture: Mapping[str, Fraction] = Record()

    def __str__(self) -> str:
        who = f"{self.player}, {self.type}" if self.type else self.player
        return f"round {self.round}: {self.action} ({who}) is strictly dominated by {self.by}"


def iterated_dominance(
    game: Game, at: Mapping[str, Any] | None = None, mixed: bool = False
) -> tuple[Elimination, ...]:
    """Return what iterated strict dominance rules out, round by round.

    Parameters
    ----------
    game : Game
        Finite, with simultaneous moves.
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.
    mixed : bool, optional
        Whether dominance by mixed actions counts too. What is left is then rationalisable.

    Raises
    ------
    StructureError
        If the game is not finite with simultaneous moves.

    Examples
    --------
    >>> from pigou.models import load
    >>> iterated_dominance(load("coordination").game)
    ()
    >>> from pigou import Move, Player
    >>> game = Game(
    ...     "hedge",
    ...     [Player("a"), Player("b")],
    ...     [
    ...         Move("x", "a", {"left": 0, "safe": 1, "right": 2}),
    ...         Move("y", "b", {"left": 0, "right": 2}),
    ...     ],
    ...     {"a": "if(x == y, 3, 0) + (x == safe)", "b": "0"},
    ... )
    >>> for gone in iterated_dominance(game, mixed=True):
    ...     print(gone)
    round 1: safe (a) is strictly dominated by 1/2 left + 1/2 right
    """
    form = finite_form(game, at)
    if not mixed:
        return tuple(_elimination(form, removal) for removal in survivors(form)[1])
    return tuple(_by_mixture(form, removal) for removal in mixed_survivors(form)[1])


def _elimination(form: FiniteForm, removal: Removal) -> Elimination:
    group = form.groups[removal.group]
    action, by = (_key(group, a) for a in (removal.action, removal.by))
    whole = Record({by: Fraction(1)})
    return Elimination(removal.round, group.player, group.type, action, by, whole)


def _by_mixture(form: FiniteForm, removal: MixedRemoval) -> Elimination:
    group = form.groups[removal.group]
    mixture = {_key(group, a): Fraction(int(p.p), int(p.q)) for a, p in removal.by}
    by = " + ".join(f"{p} {label}" if p != 1 else label for label, p in mixture.items())
    action = _key(group, removal.action)
    return Elimination(removal.round, group.player, group.type, action, by, Record(mixture))


def rationalisable(
    game: Game, at: Mapping[str, Any] | None = None
) -> Mapping[str, tuple[str, ...]]:
    """Return the rationalisable actions of each player, or of each type of a population.

    They are what iterated strict dominance by mixed actions leaves: the best replies to beliefs
    about others who choose from such actions themselves. Beliefs may be correlated.

    Examples
    --------
    >>> from pigou.models import load
    >>> rationalisable(load("coordination").game, {"cost": "1/2"})
    {'firm': ('upgrade',)}
    """
    form = finite_form(game, at)
    return Record(
        {
            f"{group.player}, {group.type}" if group.type else group.player: tuple(
                _key(group, a) for a in actions
            )
            for group, actions in zip(form.groups, mixed_survivors(form)[0], strict=True)
        }
    )


def solve(game: Game, at: Mapping[str, Any] | None = None) -> EquilibriumSet:
    """Return all equilibria of a game at given parameter values, with their evidence.

    Parameters
    ----------
    game : Game
        Continuous moves of single players, all at the same time: every pure equilibrium. Otherwise
        finite, with simultaneous moves. For single players: every pure and every mixed
        equilibrium; a continuum as a component with its extreme points, or as unresolved where
        the mixtures of several players vary with three or more. For populations: every pure profile
        up to the names of members alike, and every symmetric mixed equilibrium; for several
        populations or types at once, those with at most two unknown probabilities.
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Returns
    -------
    EquilibriumSet
        With ``complete`` False where some kind of equilibrium within the scope was not searched
        or not settled; `unresolved` then says which.

    Raises
    ------
    DeclarationError
        If a value in `at` does not fit the game.
    StructureError
        If the game has a structure that is not solved.

    Examples
    --------
    >>> from pigou.models import load
    >>> for equilibrium in solve(load("coordination").game):
    ...     print(equilibrium)
    E1 (pure): upgrade: 10 wait
    E2 (pure): upgrade: 10 upgrade
    E3 (mixed): upgrade: wait 2/5, upgrade 3/5
    """
    if is_staged(game):
        return solve_stages(game, game.values(at), _simultaneous)
    if is_smooth(game):
        return solve_smooth(game, at)
    return _simultaneous(game, at)


def _simultaneous(game: Game, at: Mapping[str, Any] | None) -> EquilibriumSet:
    """Solve a finite game in which all move at the same time."""
    form = finite_form(game, at)
    alive, _ = survivors(form)
    if any(g.exit is not None for g in form.groups) and len(form.groups) > 1:
        raise StructureError(f"game '{game.name}': an exit next to other players is not solved yet")
    draft = _Draft(form, alive)
    draft.find()
    return draft.finish()


class _Draft:
    """One solving of one game: what was found, before it is named and checked."""

    def __init__(self, form: FiniteForm, alive: Allowed):
        self.form, self.alive = form, alive
        self.active = [i for i, actions in enumerate(alive) if len(actions) > 1]
        self.found: list[tuple[tuple[Strategy, ...], str, list[str], str]] = []
        self.components: list[Component] = []
        self.unresolved: list[str] = []
        self.how = ""
        small = form.number_of_profiles(alive) <= _MOST_PROFILES_FOR_MARKS
        self.weak = weakly_dominated(form, alive) if small else set()

    @property
    def exit(self) -> bool:
        return self.form.groups[0].exit is not None if self.form.groups else False

    @property
    def crowd(self) -> bool:
        return any(g.size > 1 or g.type or g.exit is not None for g in self.form.groups)

    # -- finding --------------------------------------------------------------------------------

    def find(self) -> None:
        """Choose the algorithms by the structure that is left after dominance."""
        sizes = [self.form.groups[i].size for i in self.active]
        if self.exit:
            for pure in self._pure():
                self._add_pure(pure)
            self._symmetric("")
            return
        if sizes in ([1], [1, 1]) and self._pairs_of_supports() <= MOST_SUPPORT_PAIRS:
            self._two_players()
            return
        for pure in self._pure():
            self._add_pure(pure)
        number = self.form.number_of_profiles(self.alive)
        checked = f"every one of {number:,} pure profiles checked in exact arithmetic"
        self.how = checked
        if not self.active:
            self.how = "iterated strict dominance leaves one profile"
        elif len(self.active) == 1 and sizes[0] > 1:
            self._symmetric(checked)
        elif self.crowd and number_of_group_supports(self.alive) > MOST_GROUP_SUPPORTS:
            self.unresolved.append(
                "mixed equilibria of several groups of players at once were not searched"
            )
        elif self.crowd:
            self._several_groups(checked)
        elif number_of_supports(tuple(len(self.alive[i]) for i in self.active)) > MOST_SUPPORTS:
            self.unresolved.append(f"mixed equilibria of {len(sizes)} players were not searched")
        else:
            self._several_players(checked)

    def _pure(self) -> Iterable[PureEquilibrium]:
        if not self.exit:
            return pure_equilibria(self.form, self.alive)
        group = self.form.groups[0]
        found = []
        for action in self.alive[0]:
            if action != group.exit:
                counts: Counts = (
                    tuple(group.size * (a == action) for a in range(len(group.actions))),
                )
                gain = largest_gain(self.form, counts, self.alive)
                if gain is None or gain <= 0:
                    found.append(PureEquilibrium(counts, gain))
        return found

    def _pairs_of_supports(self) -> int:
        numbers = [len(self.alive[i]) for i in self.active] + [1]
        return support_pairs(numbers[0], numbers[1])

    def _symmetric(self, checked: str) -> None:
        """One group of players alike has a choice: mixtures from the indifference polynomial."""
        index = self.active[0] if self.active else 0
        fixed = next(iter(self.form.profiles(tuple(a[:1] for a in self.alive))))
        result = symmetric_equilibria(self.form, index, fixed, self.alive)
        for mixture in result.mixtures:
            marks = {True: ["stable"], False: ["unstable"], None: []}[mixture.stable]
            strategies = self._strategies(fixed, {index: mixture.probabilities})
            used = sum(p.upper > 0 for p in mixture.probabilities)
            how = "roots of the indifference polynomial, isolated exactly"
            how = how if used == 2 else "resultants and a Krawczyk test of two indifference curves"
            self._add(strategies, how, marks)
        if result.exits is not None:
            self._add_exit(result.exits.belief)
        for first, second in result.continua:
            labels = [_key(self.form.groups[index], a) for a in (first, second)]
            self.components.append(Component("C1", 1, ((f"all {labels[0]}", f"all {labels[1]}"),)))
        self.unresolved += result.unresolved
        self.how = (
            "every symmetric profile settled: " if self.exit else f"{checked}; "
        ) + "every root of the indifference polynomials isolated exactly"

    def _several_players(self, checked: str) -> None:
        """Three or more single players have a choice: all mixtures, support by support."""
        shape = tuple(len(self.alive[i]) for i in self.active)
        base = next(iter(self.form.profiles(tuple(a[:1] for a in self.alive))))
        payoffs: list[dict[tuple[int, ...], Any]] = [{} for _ in self.active]
        for cell in itertools.product(*(range(m) for m in shape)):
            counts = base
            for index, choice in zip(self.active, cell, strict=True):
                counts = _set_action(counts, index, self.alive[index][choice])
            for player, index in enumerate(self.active):
                action = self.alive[index][cell[player]]
                payoffs[player][cell] = self.form.payoff(index, action, counts)
        result = mixed_equilibria(payoffs, shape)
        for profile in result.profiles:
            mixes = {
                index: self._placed(index, row)
                for index, row in zip(self.active, profile.probabilities, strict=True)
            }
            self._add(self._strategies(base, mixes), profile.method, [])
        self._segments(base, result.continua)
        named = [(self._among_all(supports), why) for supports, why in result.unresolved]
        self.unresolved += self._open_supports(named)
        self.how = (
            f"{checked}; {result.supports:,} supports with mixing, {result.pruned:,} of them "
            "excluded by conditional dominance, the others solved with certificates"
        )
        if not result.unresolved and not result.continua:
            parity = "odd, as in a generic game" if len(self.found) % 2 else "even: not generic"
            self.how += f"; the number found is {parity}"

    def _segments(self, base: Counts, continua: Sequence[Continuum]) -> None:
        """List the extreme points of continua in which one player mixes; join those that meet."""
        known = {_signature(entry[0]): number for number, entry in enumerate(self.found)}
        joined: list[list[tuple[list[int], int]]] = []
        for continuum in continua:
            members = []
            for profile in continuum.profiles:
                mixes = {
                    index: self._placed(index, row)
                    for index, row in zip(self.active, profile, strict=True)
                }
                strategies = self._strategies(base, mixes)
                place = known.setdefault(_signature(strategies), len(self.found))
                if place == len(self.found):
                    self._add(strategies, "extreme point of the mixtures of one player", [])
                members.append(place)
            touching = [c for c in joined if any(set(members) & set(m) for m, _ in c)]
            joined = [c for c in joined if c not in touching]
            entries = [entry for c in touching for entry in c]
            joined.append([*entries, (members, continuum.dimension)])
        for number, component in enumerate(joined, start=1):
            names = tuple(tuple(f"E{m + 1}" for m in sorted(members)) for members, _ in component)
            largest = max(size for _, size in component)
            self.components.append(Component(f"C{number}", largest, names))
            for member in {m for members, _ in component for m in members}:
                strategies, method, marks, _ = self.found[member]
                self.found[member] = (strategies, method, marks, f"C{number}")

    def _several_groups(self, checked: str) -> None:
        """Several groups of players alike have a choice: mixtures with at most two unknowns."""
        base = next(iter(self.form.profiles(tuple(a[:1] for a in self.alive))))
        result = group_equilibria(self.form, self.alive)
        for mixture in result.mixtures:
            counts, mixes = base, {}
            for index, row in enumerate(mixture.probabilities):
                sure = [a for a, p in enumerate(row) if p.is_exact and p.lower == 1]
                if sure:
                    counts = _all_to(counts, index, sure[0])
                else:
                    mixes[index] = row
            self._add(self._strategies(counts, mixes), mixture.method, [])
        self.unresolved += self._open_supports(result.unresolved)
        self.how = (
            f"{checked}; mixtures with at most two unknown probabilities from resultants, their "
            "roots isolated exactly"
        )

    def _among_all(self, supports: Allowed) -> Allowed:
        """Return supports of those who have a choice, by surviving action, as actions of all."""
        rows = {
            index: tuple(self.alive[index][a] for a in support)
            for index, support in zip(self.active, supports, strict=True)
        }
        return tuple(rows.get(index, actions) for index, actions in enumerate(self.alive))

    def _open_supports(self, unresolved: Sequence[tuple[Allowed, str]]) -> list[str]:
        """Say in words which supports are unresolved."""
        notes = []
        for supports, reason in unresolved[:_MOST_NOTES]:
            parts = []
            for index in self.active:
                group = self.form.groups[index]
                keys = [_key(group, a) for a in supports[index]]
                does = "mixes" if len(keys) > 1 else "plays"
                who = f"{group.player} ({group.type})" if group.type else group.player
                parts.append(f"{who} {does} {' and '.join(keys)}")
            notes.append(f"{reason}: {', '.join(parts)}")
        more = len(unresolved) - len(notes)
        return [*notes, *[f"{more} more supports"] * (more > 0)]

    def _two_players(self) -> None:
        """At most two players have a choice: all equilibria by exact vertex enumeration."""
        row = self.active[0]
        column = self.active[1] if len(self.active) > 1 else None
        base = next(iter(self.form.profiles(tuple(a[:1] for a in self.alive))))
        matrices = self._matrices(row, column, base)
        result = bimatrix_equilibria(*matrices)
        names: dict[tuple[int, int], int] = {}
        order = sorted(
            result.pairs,
            key=lambda p: len(result.rows[p[0]].support) + len(result.columns[p[1]].support),
        )
        for pair in order:
            mixes = {row: self._spread(row, result.rows[pair[0]].probabilities)}
            if column is not None:
                mixes[column] = self._spread(column, result.columns[pair[1]].probabilities)
            names[pair] = len(self.found)
            self._add(self._strategies(base, mixes), "exact vertex enumeration", [])
        for subsets in result.components:
            self._component(subsets, result, names)
        self.how = (
            "every vertex of the best replies found in exact arithmetic"
            f" ({len(result.rows):,} and {len(result.columns):,})"
        )

    def _matrices(self, row: int, column: int | None, base: Counts) -> tuple[Any, Any]:
        a, b = [], []
        for i in self.alive[row]:
            a_row, b_row = [], []
            for j in self.alive[column] if column is not None else (0,):
                counts = _set_action(base, row, i)
                counts = counts if column is None else _set_action(counts, column, j)
                a_row.append(self.form.payoff(row, i, counts))
                b_row.append(
                    a_row[-1] * 0 if column is None else self.form.payoff(column, j, counts)
                )
            a.append(a_row)
            b.append(b_row)
        return a, b

    def _component(self, subsets: Any, result: Any, names: Mapping[tuple[int, int], int]) -> None:
        if len(subsets) == 1 and len(subsets[0].rows) * len(subsets[0].columns) == 1:
            return
        name = f"C{len(self.components) + 1}"
        sizes, lists = [], []
        for subset in subsets:
            rows = [result.rows[i].probabilities for i in sorted(subset.rows)]
            columns = [result.columns[j].probabilities for j in sorted(subset.columns)]
            sizes.append(dimension(rows) + dimension(columns))
            members = [names[i, j] for i in sorted(subset.rows) for j in sorted(subset.columns)]
            lists.append(tuple(f"E{m + 1}" for m in sorted(members)))
            for member in members:
                strategies, method, marks, _ = self.found[member]
                self.found[member] = (strategies, method, marks, name)
        self.components.append(Component(name, max(sizes), tuple(lists)))

    # -- strategies -----------------------------------------------------------------------------

    def _spread(self, index: int, probabilities: Iterable[Any]) -> tuple[Enclosure, ...]:
        """Put the probabilities of surviving actions in their places among all actions."""
        exact = (Enclosure.point(Fraction(int(p.p), int(p.q))) for p in probabilities)
        return self._placed(index, exact)

    def _placed(self, index: int, shares: Iterable[Enclosure]) -> tuple[Enclosure, ...]:
        full = [Enclosure.point(0)] * len(self.form.groups[index].actions)
        for action, share in zip(self.alive[index], shares, strict=True):
            full[action] = share
        return tuple(full)

    def _strategies(
        self, counts: Counts, mixes: Mapping[int, tuple[Enclosure, ...]]
    ) -> tuple[Strategy, ...]:
        strategies = []
        for index, group in enumerate(self.form.groups):
            keys = [_key(group, a) for a in range(len(group.actions))]
            move = ", ".join(m.name for m in self.form.game.moves_of(group.player))
            if index in mixes:
                mix = mixes[index]
                shares = Record(dict(zip(keys, mix, strict=True)))
                pure = group.size == 1 and any(p.is_exact and p.lower == 1 for p in mix)
                whole = Record({k: int(p.lower == 1) for k, p in shares.items()}) if pure else None
            else:
                row = counts[index]
                shares = Record(
                    {
                        k: Enclosure.point(Fraction(n, group.size))
                        for k, n in zip(keys, row, strict=True)
                    }
                )
                whole = Record(dict(zip(keys, row, strict=True)))
            strategies.append(Strategy(move, group.player, group.type, shares, whole, group.size))
        return tuple(strategies)

    # -- collecting -----------------------------------------------------------------------------

    def _add(self, strategies: tuple[Strategy, ...], method: str, marks: list[str]) -> None:
        used_weakly = any(
            strategy.probabilities[_key(group, action)].upper > 0
            for index, (strategy, group) in enumerate(
                zip(strategies, self.form.groups, strict=True)
            )
            for action in range(len(group.actions))
            if (index, action) in self.weak
        )
        self.found.append((strategies, method, [*marks, *["weakly dominated"] * used_weakly], ""))

    def _add_pure(self, pure: PureEquilibrium) -> None:
        strict = self._is_strict(pure.largest_gain)
        marks = ["strict", *["stable"] * self.crowd] if strict else []
        self._add(
            self._strategies(pure.counts, {}),
            "exhaustive check of deviations in exact arithmetic",
            marks,
        )

    def _add_exit(self, belief: Counts) -> None:
        group = self.form.groups[0]
        keys = [_key(group, a) for a in range(len(group.actions))]
        shares = Record({k: Enclosure.point(int(a == group.exit)) for a, k in enumerate(keys)})
        move = self.form.game.moves_of(group.player)[0].name
        believed = Record(dict(zip(keys, belief[0], strict=True)))
        strategy = Strategy(move, group.player, group.type, shares, None, group.size, believed)
        self._add(
            (strategy,),
            "belief that makes staying no better, in exact arithmetic",
            ["needs a belief"],
        )

    # -- finishing ------------------------------------------------------------------------------

    def finish(self) -> EquilibriumSet:
        """Name and check what was found."""
        equilibria = []
        for number, (strategies, method, marks, component) in enumerate(self.found, start=1):
            found = examine(self.form.game, self.form.at, strategies)
            marks = [*marks, *self._strict(strategies, marks)]
            evidence = self._evidence(method, found.gain, found.confirmed, found.doubt, marks)
            equilibria.append(
                Equilibrium(
                    f"E{number}", strategies, found.payoffs, evidence, tuple(marks), component
                )
            )
        doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
        notes = list(self.unresolved)
        if self.form.rounded:
            notes.append(
                "some payoffs are irrational and were rounded to 60 digits: ties cannot be told"
            )
        elif doubtful:
            notes.append(f"the checker could not confirm {', '.join(doubtful)}")
        return EquilibriumSet(
            game=self.form.game.name,
            structure="population" if self.crowd else "finite",
            at=self.form.at,
            equilibria=tuple(equilibria),
            complete=not notes,
            completeness=f"{'proved' if not notes else 'not shown'}: {self.how}",
            scope=self._scope(),
            components=self._named_components(equilibria),
            unresolved=tuple(notes),
        )

    def _strict(self, strategies: tuple[Strategy, ...], marks: list[str]) -> list[str]:
        if "strict" in marks or self.crowd or not all(s.is_pure for s in strategies):
            return []
        counts = tuple(tuple((s.counts or {}).values()) for s in strategies)
        gain = largest_gain(self.form, counts, self.alive)
        return ["strict"] if self._is_strict(gain) else []

    def _is_strict(self, gain: Any) -> bool:
        """Whether every deviation loses, by more than rounding can explain."""
        return gain is None or bool(gain * _CLEAR < -1 if self.form.rounded else gain < 0)

    def _evidence(
        self, method: str, gain: Enclosure, confirmed: bool, doubt: str, marks: list[str]
    ) -> Evidence:
        grade, note = Grade.CERTIFIED, doubt
        if not confirmed:
            grade = Grade.NUMERICAL
        elif self.form.rounded and "strict" not in marks:
            grade, note = Grade.NUMERICAL, "irrational payoffs were rounded to 60 digits"
        return Evidence(grade, method, gain, confirmed, note)

    def _named_components(self, equilibria: list[Equilibrium]) -> tuple[Component, ...]:
        """Name the ends of a continuum of mixtures of a population."""
        names = {s.profile.split(": ", 1)[-1]: s.name for s in equilibria}

        def named(end: str) -> str:
            size = max((g.size for g in self.form.groups), default=1)
            return names.get(end.replace("all ", f"{size} ", 1), end)

        return tuple(
            replace(c, subsets=tuple(tuple(named(e) for e in subset) for subset in c.subsets))
            for c in self.components
        )

    def _scope(self) -> str:
        if self.exit:
            return (
                "symmetric equilibria, pure and mixed; off the path, members believe in choices "
                "that survive iterated strict dominance"
            )
        if self.crowd:
            return "pure equilibria up to the names of members alike, and symmetric mixed ones"
        return "all equilibria, pure and mixed"


def _set_action(counts: Counts, group: int, action: int) -> Counts:
    row = tuple(int(a == action) for a in range(len(counts[group])))
    return (*counts[:group], row, *counts[group + 1 :])


def _signature(strategies: Iterable[Strategy]) -> tuple[tuple[Enclosure, ...], ...]:
    return tuple(tuple(s.probabilities.values()) for s in strategies)


def _all_to(counts: Counts, group: int, action: int) -> Counts:
    """Let all members of a group take one action."""
    size = sum(counts[group])
    row = tuple(size * int(a == action) for a in range(len(counts[group])))
    return (*counts[:group], row, *counts[group + 1 :])


def _key(group: Group, action: int) -> str:
    return ", ".join(group.actions[action])


def regimes(game: Game, fixed: Mapping[str, Any] | None = None) -> RegimeSet:
    """Return, without parameter values, the exact condition of every pure equilibrium.

    See `pigou.solvers.regimes.regimes`.

    Examples
    --------
    >>> from pigou.models import load
    >>> [regime.profile for regime in regimes(load("coordination").game).regimes]
    ['all wait', 'all upgrade']
    """
    from pigou.solvers.regimes import regimes as find

    return find(game, fixed)
