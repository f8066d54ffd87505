"""Solve a game for all its equilibria: structure decides which room does it, the checker confirms.

What is solved so far: finite games with simultaneous moves, of single players, of populations, or
of both, and games in stages with finite choices; chance that nobody sees is averaged out.
Everything else is refused with the reason.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from pigou.assessing import with_beliefs
from pigou.check_simultaneous import Checker, Examination
from pigou.check_smooth import has_interval, is_smooth
from pigou.combining import solve_combined
from pigou.deadline import stops, time_limit as limited
from pigou.equilibrium import Component, Equilibrium, EquilibriumSet, Evidence, Grade, Strategy
from pigou.errors import StructureError
from pigou.exact import Enclosure, Record
from pigou.game import Game
from pigou.large_population import solve_continuum, solve_population
from pigou.many_choices import solve_many_choices
from pigou.marking import (
    STRICT,
    UNMARKED,
    Marking,
    balanced,
    evolutionary,
    mark_bimatrix,
    mark_mixture,
    set_action,
    two_player_table,
)
from pigou.pareto import pareto
from pigou.signalling import private_information, solve_signalling
from pigou.smoothing import solve_smooth
from pigou.solvers.bimatrix import TooLarge, bimatrix_equilibria, dimension
from pigou.solvers.dominance import (
    MixedRemoval,
    Removal,
    mixed_survivors,
    survivors,
    weakly_dominated,
)
from pigou.solvers.duplicates import (
    Classes,
    dimension_of_product,
    shared_out,
    without_duplicates,
)
from pigou.solvers.form import LARGEST_GROUP, Allowed, Counts, FiniteForm, Group, finite_form
from pigou.solvers.groups import (
    MOST_SUPPORTS as MOST_GROUP_SUPPORTS,
    group_equilibria,
    number_of_group_supports,
)
from pigou.solvers.mean_field import Mass, continuum_of, mean_field
from pigou.solvers.polynomial import (
    MOST_SUPPORTS,
    Continuum,
    mixed_equilibria,
    number_of_supports,
)
from pigou.solvers.population import Population, population
from pigou.solvers.pure import PureEquilibrium, largest_gain, pure_equilibria
from pigou.solvers.several_choices import Crowd, crowd_of
from pigou.solvers.several_dominance import ruled_out
from pigou.solvers.several_types import Typed, several_types
from pigou.solvers.symmetric import everybody_exits, symmetric_equilibria
from pigou.solvers.typed_dominance import typed_survivors
from pigou.solvers.typed_mean_field import Masses, masses_of
from pigou.staged_smoothing import has_continuous, solve_staged_smooth
from pigou.stages import is_staged
from pigou.staging import solve_stages
from pigou.typed_population import solve_typed_continuum, solve_typed_population

if TYPE_CHECKING:
    from pigou.solvers.symbolic import RegimeSet
    from pigou.solvers.thresholds import Thresholds

__all__ = ["Elimination", "iterated_dominance", "rationalisable", "regimes", "solve", "thresholds"]

_MOST_PROFILES_FOR_MARKS = 20_000
_MOST_NOTES = 20
_MOST_LISTED = 10_000
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
    crowd = _crowd(game, at)
    if crowd is not None:
        return _dominated_choice(crowd)
    types = None if is_staged(game) else _types(game, at)
    if types is not None:
        return _dominated_of_types(types)
    several = None if is_staged(game) else crowd_of(game, game.values(at))
    gone = None if several is None else _dominated_choices(several, mixed)
    if gone is not None:
        return gone
    form = finite_form(game, at)
    if not mixed:
        return tuple(_elimination(form, removal) for removal in survivors(form)[1])
    return tuple(_by_mixture(form, removal) for removal in mixed_survivors(form)[1])


def _crowd(game: Game, at: Mapping[str, Any] | None) -> Population | Mass | None:
    """Return the one large population of a game, or its continuum."""
    if is_staged(game):
        return None
    values = game.values(at)
    return continuum_of(game, values) or population(game, values)


def _dominated_choice(crowd: Population | Mass) -> tuple[Elimination, ...]:
    """Return the choice in a large population that is worse whatever the others do, if one is."""
    if isinstance(crowd, Population):
        signs = {run.sign for run in crowd.gain.runs}
    else:
        signs = set(mean_field(crowd).signs)
    if signs not in ({1}, {-1}):
        return ()
    worse, better = crowd.labels if signs == {1} else crowd.labels[::-1]
    whole = Record({better: Fraction(1)})
    return (Elimination(1, crowd.player, "", worse, better, whole),)


def _types(game: Game, at: Mapping[str, Any] | None) -> Typed | Masses | None:
    """Return the one large population of several types of a game, or its continuum."""
    values = game.values(at)
    return several_types(game, values) or masses_of(game, values)


def _dominated_of_types(about: Typed | Masses) -> tuple[Elimination, ...]:
    """Return the choices that iterated strict dominance rules out, type by type."""
    names = about.names if isinstance(about, Masses) else [kind.name for kind in about.kinds]
    found = []
    for one in typed_survivors(about)[1]:
        worse, better = about.labels[one.choice], about.labels[1 - one.choice]
        whole = Record({better: Fraction(1)})
        found.append(Elimination(one.round, about.player, names[one.kind], worse, better, whole))
    return tuple(found)


def _dominated_choices(crowd: Crowd, mixed: bool) -> tuple[Elimination, ...] | None:
    """Return the choices of a large crowd that iterated strict dominance rules out.

    None if that is to be found out profile by profile.
    """
    small = crowd.size is not None and crowd.size <= LARGEST_GROUP
    if small and (mixed or not crowd.fits()):
        return None
    where = f"game '{crowd.game.name}'"
    if mixed:
        raise StructureError(f"{where}: dominance by mixtures is not examined in so large a crowd")
    try:
        gone = ruled_out(crowd)
    except StructureError as error:
        if small:
            return None
        raise StructureError(f"{where}: iterated dominance is not examined: {error}") from None
    return tuple(
        Elimination(
            one.round,
            crowd.player,
            "",
            crowd.labels[one.choice],
            crowd.labels[one.by],
            Record({crowd.labels[one.by]: Fraction(1)}),
        )
        for one in gone
    )


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
    crowd = _crowd(game, at)
    if crowd is not None:
        gone = {one.action for one in _dominated_choice(crowd)}
        return Record({crowd.player: tuple(a for a in crowd.labels if a not in gone)})
    types = None if is_staged(game) else _types(game, at)
    if types is not None:
        alive, _ = typed_survivors(types)
        names = types.names if isinstance(types, Masses) else [kind.name for kind in types.kinds]
        return Record(
            {
                f"{types.player}, {name}": tuple(types.labels[a] for a in left)
                for name, left in zip(names, alive, strict=True)
            }
        )
    form = finite_form(game, at)
    return Record(
        {
            f"{group.player}, {group.type}" if group.type else group.player: tuple(
                _key(group, a) for a in actions
            )
            for group, actions in zip(form.groups, mixed_survivors(form)[0], strict=True)
        }
    )


def solve(
    game: Game,
    at: Mapping[str, Any] | None = None,
    *,
    pure: bool = False,
    time_limit: Any = None,
) -> EquilibriumSet:
    """Return all equilibria of a game at given parameter values, with their evidence.

    Parameters
    ----------
    game : Game
        Continuous moves of single players, and choices next to them or not, all at the same time:
        every pure equilibrium. In stages: every subgame-perfect equilibrium in pure strategies,
        where later stages have a closed form (`pigou.solvers.backward_induction`). Finite, in
        stages: every subgame-perfect equilibrium (`pigou.solvers.subgame_perfect`); in a signalling
        game, every perfect Bayesian one, with its beliefs (`pigou.solvers.bayesian`). Finite, with
        simultaneous moves of single players: every pure and every mixed equilibrium; a continuum as
        a component with its extreme points, or as unresolved where, with three or more players,
        three vary or another one sets limits. For populations: every pure profile up to the names
        of members alike, and every symmetric mixed equilibrium; for several populations or types at
        once, those with at most two unknown probabilities.
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.
    pure : bool, optional
        Whether to look for pure equilibria only: quick where mixed ones are many or hard.
    time_limit : number, optional
        Seconds after which searches end; what they leave is in `unresolved`, and the list is not
        complete. Applies to continuous games and to mixed equilibria of finite ones; what is found
        is still checked, so that the answer comes somewhat later. Without it the answer does not
        depend on the clock.

    Returns
    -------
    EquilibriumSet
        With ``complete`` False where some kind of equilibrium within the scope was not searched
        or not settled; `unresolved` then says which: so it is for two players with more than
        200,000 vertices of best replies or 10,000 extreme equilibria. The scope says so if it is
        pure equilibria only.

    Raises
    ------
    DeclarationError
        If a value in `at` does not fit the game, or the time limit is not a number above 0.
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
    >>> found = solve(load("coordination").game, pure=True)
    >>> len(found), found.complete
    (2, True)
    """
    before, _ = stops()
    with limited(time_limit):
        found = _solve(game, at, pure)
        after, reached = stops()
    return found if after == before else _cut_short(found, reached)


def _cut_short(found: EquilibriumSet, reached: str) -> EquilibriumSet:
    """Say of what was found that the time limit was reached before all was settled."""
    how = found.completeness.partition(": ")[2]
    return replace(
        found,
        complete=False,
        completeness=f"not shown: {reached}; {how}",
        unresolved=(f"{reached} before everything was settled", *found.unresolved),
    )


def _solve(game: Game, at: Mapping[str, Any] | None, pure: bool) -> EquilibriumSet:
    """Let the room that fits the structure solve a game."""
    if is_staged(game) and has_continuous(game):
        return solve_staged_smooth(game, game.values(at))
    if is_staged(game):
        form = private_information(game, game.values(at))
        if form is not None:
            return solve_signalling(game, game.values(at), form, pure)
        found = solve_stages(game, game.values(at), partial(_simultaneous, pure=pure), pure)
        return with_beliefs(game, game.values(at), found)
    if is_smooth(game):
        return solve_smooth(game, at)
    if has_interval(game):
        return solve_combined(game, at)
    return _simultaneous(game, at, pure)


def _simultaneous(game: Game, at: Mapping[str, Any] | None, pure: bool) -> EquilibriumSet:
    """Solve a finite game in which all move at the same time."""
    crowd = _crowd(game, at)
    if isinstance(crowd, Mass):
        return solve_continuum(crowd)
    if crowd is not None:
        return solve_population(crowd, pure)
    typed = several_types(game, game.values(at))
    if typed is not None:
        return solve_typed_population(typed, pure)
    masses = masses_of(game, game.values(at))
    if masses is not None:
        return solve_typed_continuum(masses)
    several = None if is_staged(game) else crowd_of(game, game.values(at))
    if several is not None and several.fits(pure):
        try:
            return solve_many_choices(several, pure)
        except StructureError:
            if several.size is None or several.size > LARGEST_GROUP:
                raise
    form = finite_form(game, at)
    alive, _ = survivors(form)
    if any(g.exit is not None for g in form.groups) and len(form.groups) > 1:
        raise StructureError(f"game '{game.name}': an exit next to other players is not solved yet")
    draft = _Draft(form, alive, pure)
    draft.find()
    return draft.finish()


class _Found(NamedTuple):
    """An equilibrium before it is named and checked."""

    strategies: tuple[Strategy, ...]
    method: str
    marking: Marking
    component: str = ""


class _Draft:
    """One solving of one game: what was found, before it is named and checked."""

    def __init__(self, form: FiniteForm, alive: Allowed, pure: bool):
        self.form, self.alive, self.pure = form, alive, pure
        self.active = [i for i, actions in enumerate(alive) if len(actions) > 1]
        self.found: list[_Found] = []
        self.components: list[Component] = []
        self.unresolved: list[str] = []
        self.how = ""
        every = tuple(tuple(range(len(g.actions))) for g in form.groups)
        small = form.number_of_profiles(every) <= _MOST_PROFILES_FOR_MARKS
        self.weak = weakly_dominated(form, every) if small else set()

    @property
    def exit(self) -> bool:
        return self.form.groups[0].exit is not None if self.form.groups else False

    @property
    def crowd(self) -> bool:
        return any(g.size > 1 or g.type or g.exit is not None for g in self.form.groups)

    # -- finding --------------------------------------------------------------------------------

    def find(self) -> None:
        """Choose the algorithms by the structure that is left after dominance.

        Of three and more single players duplicate actions are merged first.
        """
        if self.pure or self.crowd or len(self.active) < 3:
            self._find()
            return
        whole = self.alive
        self.alive, classes = without_duplicates(self.form, whole)
        self.active = [i for i, actions in enumerate(self.alive) if len(actions) > 1]
        self._find()
        if self.alive != whole:
            self.alive = whole
            self._share_out(classes)

    def _find(self) -> None:
        sizes = [self.form.groups[i].size for i in self.active]
        if not self.pure and not self.exit and sizes in ([1], [1, 1]):
            try:
                self._two_players()
                return
            except TooLarge as error:
                self.unresolved.append(f"only pure equilibria are listed: {error}")
        for pure in self._pure():
            self._add_pure(pure)
        number = len(self.alive[0]) if self.exit else self.form.number_of_profiles(self.alive)
        checked = f"every one of {number:,} pure profiles checked in exact arithmetic"
        self.how = checked
        if self.pure and self.exit:
            self._exits_alone()
        elif self.pure or self.unresolved:
            pass
        elif self.exit:
            self._symmetric("")
        elif not self.active:
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

    def _exits_alone(self) -> None:
        """Add the equilibrium in which everybody exits, without looking for mixtures."""
        fixed = next(iter(self.form.profiles(tuple(a[:1] for a in self.alive))))
        exits = everybody_exits(self.form, 0, fixed, self.alive)
        if exits is not None:
            self._add_exit(exits.belief)

    def _symmetric(self, checked: str) -> None:
        """One group of players alike has a choice: mixtures from the indifference polynomial."""
        index = self.active[0] if self.active else 0
        fixed = next(iter(self.form.profiles(tuple(a[:1] for a in self.alive))))
        result = symmetric_equilibria(self.form, index, fixed, self.alive)
        for mixture in result.mixtures:
            stability = {True: ("stable",), False: ("unstable",), None: ()}[mixture.stable]
            strategies = self._strategies(fixed, {index: mixture.probabilities})
            used = sum(p.upper > 0 for p in mixture.probabilities)
            how = "roots of the indifference polynomial, isolated exactly"
            how = how if used == 2 else "resultants and a Krawczyk test of two indifference curves"
            self._add(strategies, how, Marking(stability))
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
                counts = set_action(counts, index, self.alive[index][choice])
            for player, index in enumerate(self.active):
                action = self.alive[index][cell[player]]
                payoffs[player][cell] = self.form.payoff(index, action, counts)
        result = mixed_equilibria(payoffs, shape)
        for profile in result.profiles:
            mixes = {
                index: self._placed(index, row)
                for index, row in zip(self.active, profile.probabilities, strict=True)
            }
            marking = UNMARKED
            if not self.form.rounded:
                marking = mark_mixture(payoffs, shape, profile.probabilities)
            self._add(self._strategies(base, mixes), profile.method, marking)
        self._segments(base, result.continua, (payoffs, shape))
        named = [(self._among_all(supports), why) for supports, why in result.unresolved]
        self.unresolved += self._open_supports(named)
        self.how = (
            f"{checked}; {result.supports:,} supports with mixing, {result.pruned:,} of them "
            "excluded by conditional dominance, the others solved with certificates"
        )
        if not result.unresolved and not result.continua:
            parity = "odd, as in a generic game" if len(self.found) % 2 else "even: not generic"
            self.how += f"; the number found is {parity}"

    def _segments(
        self, base: Counts, continua: Sequence[Continuum], table: tuple[Any, Any]
    ) -> None:
        """List the extreme points of continua; join those that meet.

        Continua that meet share an extreme point: the mixtures that one of them leaves to a player
        are a face of the polytope of all with which the others' profile is an equilibrium, and
        faces that meet have a vertex in common.
        """
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
                    marking = UNMARKED
                    if not self.form.rounded:
                        marking = replace(mark_mixture(*table, profile), undecided=())
                    how = "extreme point of a continuum in exact arithmetic"
                    self._add(strategies, how, marking)
                members.append(place)
            touching = [c for c in joined if any(set(members) & set(m) for m, _ in c)]
            joined = [c for c in joined if c not in touching]
            entries = [entry for c in touching for entry in c]
            joined.append([*entries, (members, continuum.dimension)])
        for component in joined:
            self._join(max(size for _, size in component), [members for members, _ in component])

    def _join(self, size: int, subsets: Sequence[Sequence[int]], index: int | None = None) -> None:
        """Make a component of what was found, given by its places in the list."""
        name = f"C{len(self.components) + 1}"
        names = tuple(tuple(f"E{m + 1}" for m in sorted(members)) for members in subsets)
        self.components.append(Component(name, size, names, index))
        for member in {m for members in subsets for m in members}:
            self.found[member] = self.found[member]._replace(component=name)

    def _share_out(self, classes: Classes) -> None:
        """Put the probabilities of merged actions on each of them in turn."""
        found, components, places = self.found, self.components, []
        self.found, self.components = [], []
        loose = [[[n]] for n, entry in enumerate(found) if not entry.component]
        subsets = [[[int(e[1:]) - 1 for e in subset] for subset in c.subsets] for c in components]
        for one in found:
            rows = [
                list(shared_out(tuple(s.probabilities.values()), of, Enclosure.point(0)))
                for s, of in zip(one.strategies, classes, strict=True)
            ]
            places.append(range(len(self.found), len(self.found) + math.prod(map(len, rows))))
            marking = one.marking if len(places[-1]) == 1 else UNMARKED
            for profile in itertools.product(*rows):
                mixes = dict(enumerate(profile))
                self._add(self._strategies((), mixes), one.method, marking)
        for lists in [*subsets, *loose]:
            members = [[m for e in subset for m in places[e]] for subset in lists]
            if len(members[0]) > 1:
                profiles = ([_signature(self.found[m][0]) for m in subset] for subset in members)
                self._join(max(map(dimension_of_product, profiles)), members)
        self.how = f"duplicate actions merged; {self.how}"
        self.unresolved = [f"{note} (or duplicates of them)" for note in self.unresolved]

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
            self._add(self._strategies(counts, mixes), mixture.method)
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
        table = two_player_table(self.form, row, column, self.alive)
        result = bimatrix_equilibria(table.a, table.b)
        if len(result.pairs) > _MOST_LISTED:
            raise TooLarge(
                f"the game has {len(result.pairs):,} extreme equilibria; at most "
                f"{_MOST_LISTED:,} are listed and checked"
            )
        marked, indices = mark_bimatrix(self.form, self.alive, table, result)
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
            self._add(self._strategies(base, mixes), "exact vertex enumeration", marked[pair])
        for subsets, index in zip(result.components, indices, strict=True):
            self._component(subsets, result, names, index)
        self.how = (
            "every vertex of the best replies found in exact arithmetic"
            f" ({len(result.rows):,} and {len(result.columns):,})"
        )

    def _component(
        self,
        subsets: Any,
        result: Any,
        names: Mapping[tuple[int, int], int],
        index: int | None,
    ) -> None:
        if len(subsets) == 1 and len(subsets[0].rows) * len(subsets[0].columns) == 1:
            return
        sizes, lists = [], []
        for subset in subsets:
            rows = [result.rows[i].probabilities for i in sorted(subset.rows)]
            columns = [result.columns[j].probabilities for j in sorted(subset.columns)]
            sizes.append(dimension(rows) + dimension(columns))
            lists.append([names[i, j] for i in subset.rows for j in subset.columns])
        self._join(max(sizes), lists, index)

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

    def _add(
        self, strategies: tuple[Strategy, ...], method: str, marking: Marking = UNMARKED
    ) -> None:
        used_weakly = any(
            strategy.probabilities[_key(group, action)].upper > 0
            for index, (strategy, group) in enumerate(
                zip(strategies, self.form.groups, strict=True)
            )
            for action in range(len(group.actions))
            if (index, action) in self.weak
        )
        if used_weakly:
            marking |= Marking(("weakly dominated",))
        self.found.append(_Found(strategies, method, marking))

    def _add_pure(self, pure: PureEquilibrium) -> None:
        strict = self._is_strict(pure.largest_gain)
        marks = ("strict", *["stable"] * self.crowd) if strict else ()
        self._add(
            self._strategies(pure.counts, {}),
            "exhaustive check of deviations in exact arithmetic",
            Marking(marks),
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
            Marking(("needs a belief",)),
        )

    # -- finishing ------------------------------------------------------------------------------

    def finish(self) -> EquilibriumSet:
        """Name and check what was found."""
        equilibria = self._named()
        doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
        notes = list(self.unresolved)
        components = self._named_components(equilibria)
        if not self.pure and not self.crowd and not notes and not doubtful:
            equilibria, components, how, conflict = balanced(equilibria, components)
            self.how += how
            notes += conflict
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
            components=components,
            unresolved=tuple(notes),
        )

    def _named(self) -> list[Equilibrium]:
        """Give equilibria their names, marks, payoffs and evidence."""
        profiles = [one.strategies for one in self.found]
        checker = Checker(self.form.game, self.form.at)
        examined = [checker.examine(p) for p in profiles]
        ranking = pareto(examined)
        lasting = evolutionary(self.form, profiles)
        equilibria = []
        for number, (one, found) in enumerate(zip(self.found, examined, strict=True)):
            marking = self._marking(one) | lasting[number]
            dominated_by, open_ = ranking.named(number)
            equilibria.append(
                Equilibrium(
                    f"E{number + 1}",
                    one.strategies,
                    found.payoffs,
                    self._evidence(one.method, found, "strict" in marking.marks),
                    marking.marks,
                    one.component,
                    marking.index,
                    dominated_by,
                    (*marking.undecided, *open_),
                )
            )
        return equilibria

    def _marking(self, one: _Found) -> Marking:
        """Join what strictness and dominance say to the marks that an equilibrium has."""
        if self.crowd:
            return one.marking
        if self._strict(one):
            return STRICT
        marking = one.marking
        pure = all(s.is_pure for s in one.strategies)
        if self.form.rounded:
            return Marking((), ("quasi-strict", "perfect", "index")) | marking
        if pure:
            open_ = () if marking.index is not None or one.component else ("index",)
            marking = Marking(("not quasi-strict",), open_) | marking
        if "weakly dominated" in marking.marks:
            marking |= Marking(("not perfect",))
        elif all(p.lower > 0 for s in one.strategies for p in s.probabilities.values()):
            marking |= Marking(("perfect",))
        return marking

    def _strict(self, one: _Found) -> bool:
        if "strict" in one.marking.marks or not all(s.is_pure for s in one.strategies):
            return "strict" in one.marking.marks
        counts = tuple(tuple((s.counts or {}).values()) for s in one.strategies)
        return self._is_strict(largest_gain(self.form, counts, self.alive))

    def _is_strict(self, gain: Any) -> bool:
        """Whether every deviation loses, by more than rounding can explain."""
        return gain is None or bool(gain * _CLEAR < -1 if self.form.rounded else gain < 0)

    def _evidence(self, method: str, found: Examination, strict: bool) -> Evidence:
        grade, note = Grade.CERTIFIED, found.doubt
        if not found.confirmed:
            grade = Grade.NUMERICAL
        elif self.form.rounded and not strict:
            grade, note = Grade.NUMERICAL, "irrational payoffs were rounded to 60 digits"
        return Evidence(grade, method, found.gain, found.confirmed, note)

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
            kinds = "pure equilibria only" if self.pure else "equilibria, pure and mixed"
            return (
                f"symmetric {kinds}; off the path, members believe in choices that survive "
                "iterated strict dominance"
            )
        if self.pure:
            names = ", up to the names of members alike" if self.crowd else ""
            return f"pure equilibria only{names}"
        if self.crowd:
            return "pure equilibria up to the names of members alike, and symmetric mixed ones"
        return "all equilibria, pure and mixed"


def _signature(strategies: Iterable[Strategy]) -> tuple[tuple[Enclosure, ...], ...]:
    return tuple(tuple(s.probabilities.values()) for s in strategies)


def _all_to(counts: Counts, group: int, action: int) -> Counts:
    """Let all members of a group take one action."""
    size = sum(counts[group])
    row = tuple(size * int(a == action) for a in range(len(counts[group])))
    return (*counts[:group], row, *counts[group + 1 :])


def _key(group: Group, action: int) -> str:
    return ", ".join(group.actions[action])


def regimes(
    game: Game,
    fixed: Mapping[str, Any] | None = None,
    *,
    critical: bool = False,
    time_limit: Any = None,
) -> RegimeSet:
    """Return, without parameter values, every equilibrium with its exact condition; the regimes.

    See `pigou.solvers.regimes.regimes`; with `critical`, the critical values of parameters too
    (`pigou.solvers.critical_values`). A time limit is in seconds: what is not settled by then is
    listed as unresolved.

    Examples
    --------
    >>> from pigou.models import load
    >>> [one.profile for one in regimes(load("coordination").game).equilibria]
    ['all wait', 'all upgrade']
    """
    from pigou.deadline import time_limit as limited
    from pigou.solvers.critical_values import with_critical_values
    from pigou.solvers.regimes import regimes as find

    with limited(time_limit):
        found = find(game, fixed)
        return with_critical_values(found, game) if critical else found


def thresholds(
    game: Game, parameter: str, lower: Any, upper: Any, at: Mapping[str, Any] | None = None
) -> Thresholds:
    """Return where the number of first-order points changes as one parameter runs over a range.

    Of a continuous game with rational payoffs, exactly. See `pigou.solvers.thresholds.thresholds`.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> tipping = Game(
    ...     "tipping",
    ...     [Player("a")],
    ...     [Move("x", "a", (-2, 2))],
    ...     {"a": "pull*x + x**2/2 - x**4/4"},
    ...     parameters=[Parameter("pull", 0)],
    ... )
    >>> thresholds(tipping, "pull", 0, 1).counts
    (3, 1)
    """
    from pigou.solvers.thresholds import thresholds as find

    return find(game, parameter, lower, upper, at)
