r"""For which parameter values a profile is an equilibrium: the exact condition, proved.

Here are the pure profiles; the mixed ones come from `pigou.solvers.supports` (two players) and
`pigou.solvers.indifference` (a population), the regimes from `pigou.solvers.partition`.

Steps
-----
1. Where a payoff is not defined (a denominator is 0) there is no game: those parameter values are
   left out, and the result says so among what it assumes. A profile is written symbolically. A
   single player takes one action. In a population of n members a set of actions is in use, by
   :math:`k_a \ge 1` members each, with :math:`\sum_a k_a = n`; n and the :math:`k_a` stay symbols,
   so that N firms with two choices have three kinds: all one, all the other, and k of N. Of a
   continuum all take the same action; shares in between are `pigou.solvers.share_mixtures`.
2. It is an equilibrium iff :math:`u(a) - u(b) \ge 0` for every action a in use and every other b,
   a deviation changing the counts by one member; of a continuum, by none.
3. Case distinctions are split, so that each condition is a set of alternatives (a disjunction of
   conjunctions of inequalities without cases).
4. With what is assumed of the parameters, z3 (`pigou.solvers.reals`) discards a profile whose
   condition nothing can satisfy (*excluded, proved*), drops alternatives that cannot occur,
   inequalities that always hold, and inequalities that the rest makes superfluous. Every such step
   is an equivalence that was proved; what was not decided in time stays in the condition.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.deadline import stops, time_is_up
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Record
from pigou.expression import each, symbol
from pigou.game import Choice, Game, Interval
from pigou.solvers.conditions import Simplifier, tidy
from pigou.solvers.defined import demands, evaluated, probabilities
from pigou.solvers.indifference import SharedMixtures, shared_mixtures
from pigou.solvers.move_regimes import move_regimes
from pigou.solvers.partition import partition
from pigou.solvers.path_regimes import path_regimes
from pigou.solvers.reals import Outcome, decide
from pigou.solvers.share_mixtures import share_mixtures
from pigou.solvers.staged_moves import staged_move_regimes
from pigou.solvers.staged_partition import within_time
from pigou.solvers.supports import MOST_CHOICES, SymbolicPlayer, mixed_by_support
from pigou.solvers.symbolic import Exclusion, RegimeSet, SymbolicEquilibrium

__all__ = ["regimes"]

MOST_PROFILES = 4_096


class _Group(NamedTuple):
    player: str
    type: str
    size: sp.Expr
    actions: tuple[tuple[str, ...], ...]
    attributes: Mapping[str, sp.Expr]
    single: bool


Counts = tuple[tuple[sp.Expr, ...], ...]


class _Profile(NamedTuple):
    words: str
    counts: Counts
    ranges: tuple[Boolean, ...]
    names: tuple[str, ...]


def regimes(game: Game, fixed: Mapping[str, Any] | None = None) -> RegimeSet:
    """Return every equilibrium with its exact condition, and the regimes.

    Parameters
    ----------
    game : Game
        Finite, or with moves that are all continuous and made at the same time.
    fixed : mapping of str to number, optional
        Parameters that are given a value instead of staying symbols.

    Raises
    ------
    StructureError
        If the game has stages, mixes choices and continuous moves, has an exit, or too many
        profiles.
    DeclarationError
        If no parameter values are left: by what is assumed, or as a payoff always divides by zero.

    Examples
    --------
    >>> from pigou.models import load
    >>> found = regimes(load("coordination").game, {"threshold": 1})
    >>> [str(one.condition) for one in found.equilibria if one.kind == "pure"]
    ['cost >= benefit*(1 - complementarity)', 'benefit >= cost']
    >>> len(found.regimes), found.partition.proved
    (4, True)
    """
    held = _in_exponents(game, fixed or {})
    if held:
        found = regimes(game, {**(fixed or {}), **held})
        values = ", ".join(f"{name} other than {value}" for name, value in held.items())
        return replace(found, held=Record(held), unresolved=(*found.unresolved, f"any {values}"))
    if game.moves and all(isinstance(move.domain, Interval) for move in game.moves):
        staged = len({m.stage for m in game.moves}) > 1
        return staged_move_regimes(game, fixed) if staged else move_regimes(game, fixed)
    if _in_stages(game):
        return path_regimes(game, fixed)
    search = Search(game, fixed or {})
    verdicts, left = [], []
    for profile in search.profiles():
        if time_is_up():
            left.append(f"{profile.words}: {stops()[1]}")
        else:
            verdicts.append(search.settle(profile))
    why_not, mixed, unresolved = _mixed(search)
    unresolved = [*left, *unresolved]
    verdicts += mixed
    equilibria = [one for one in verdicts if isinstance(one, SymbolicEquilibrium)]
    return RegimeSet(
        game.name,
        search.given,
        tuple(equilibria),
        tuple(one for one in verdicts if isinstance(one, Exclusion)),
        (*(one.profile for one in equilibria if not one.decided), *unresolved),
        tuple(name for name in search.integers if symbol(name) not in search.fixed),
        why_not,
        within_time(partition, equilibria, search.simplifier),
    )


def _in_exponents(game: Game, fixed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults of parameters that stand in exponents, with which nothing is decided."""
    powers = {p.exp for formula in game.payoffs.values() for p in formula.atoms(sp.Pow)}
    names = {s.name for exponent in powers for s in exponent.free_symbols}
    open_ = [p for p in game.parameters if p.name in names and p.name not in fixed]
    for parameter in open_:
        if parameter.default is None:
            raise StructureError(
                f"regimes of game '{game.name}': the parameter '{parameter.name}' stands in an "
                f"exponent and has no default; give it with --set {parameter.name}=..."
            )
    return {p.name: p.default for p in open_}


def _in_stages(game: Game) -> bool:
    """Tell whether a finite game of single players has stages."""
    finite = all(isinstance(m.domain, Choice) and m.domain.exit is None for m in game.moves)
    single = all(not p.is_population for p in game.players)
    staged = len({m.stage for m in game.moves}) > 1 or any(m.observes for m in game.moves)
    return finite and single and staged


def _mixed(search: Search) -> tuple[str, list[SymbolicEquilibrium | Exclusion], list[str]]:
    """Return why no mixed equilibria are stated, or these; and what is unresolved."""
    groups, names = search.groups, frozenset(s.name for s in search.order)
    if len(groups) == 1 and not groups[0].single and len(groups[0].actions) == 2:
        shared = search.shared_mixtures(names)
        return shared.why_not, shared.found, shared.unresolved
    if not all(g.single for g in groups) or len(groups) > 2:
        why = "so far for two players, and for one population of members alike with two choices"
        return why, [], []
    if any(len(g.actions) > MOST_CHOICES for g in groups):
        return f"so far for two players with at most {MOST_CHOICES} choices each", [], []
    if len(groups) == 1:
        return "so far for two players; a single one mixes only where it is indifferent", [], []
    return "", list(mixed_by_support(search.table(), search.simplifier, names)), []


class Search:
    def __init__(self, game: Game, fixed: Mapping[str, Any]):
        _check_structure(game)
        self.game, self.mass = game, any(p.size == sp.oo for p in game.players)
        numbers = {n: game.parameter(n).check(game._given(n, v)) for n, v in fixed.items()}
        self.fixed = {
            symbol(n): sp.Rational(v.numerator, v.denominator) for n, v in numbers.items()
        }
        self.groups = tuple(self._groups())
        self.integers = tuple(p.name for p in game.parameters if p.integer)
        given = tuple(c for c in (x.xreplace(self.fixed) for x in game.conditions) if c != sp.true)
        sizes = (g.size >= 1 for g in self.groups if not g.size.is_number)
        more = (c.xreplace(self.fixed) for c in (*sizes, *probabilities(game)))
        self.given = given + tuple(c for c in more if not decide(c, given, self.integers))
        self.order = [p.symbol for p in game.parameters]
        self._payoffs: dict[Any, sp.Expr] = {}
        needs = tuple(c for c in dict.fromkeys(self._defined()) if c != sp.true)
        if needs:
            stated = Simplifier(self.given, self.integers, self.order).shortened(needs)
            self.given += tuple(c for c in stated if not decide(c, self.given, self.integers))
        if decide(sp.false, self.given, self.integers):
            raise DeclarationError(
                f"no parameter values satisfy what game '{game.name}' assumes together with the "
                f"values that are set ({', '.join(map(str, self.given))})"
            )
        self.simplifier = Simplifier(self.given, self.integers, self.order)

    def _groups(self) -> Iterator[_Group]:
        for player in self.game.players:
            moves = self.game.moves_of(player.name)
            actions = tuple(itertools.product(*(m.choice.labels for m in moves)))
            kinds = [(t.name, t.size, t.values) for t in player.types] or [("", player.size, {})]
            for name, size, values in kinds:
                number = sp.S.One if self.mass else sp.sympify(size).xreplace(self.fixed)
                if number != 0:
                    fixed = Record({k: v.xreplace(self.fixed) for k, v in values.items()})
                    yield _Group(
                        player.name, name, number, actions, fixed, not player.is_population
                    )

    # -- profiles -------------------------------------------------------------------------------

    def profiles(self) -> list[_Profile]:
        """Return every kind of pure profile."""
        axes = [list(self._spreads(i, g)) for i, g in enumerate(self.groups)]
        number = 1
        for axis in axes:
            number *= len(axis)
        if number > MOST_PROFILES:
            raise StructureError(
                f"game '{self.game.name}' has {number:,} kinds of pure profiles; regimes are "
                f"stated for at most {MOST_PROFILES:,}"
            )
        joined = []
        for combination in itertools.product(*axes):
            joined.append(
                _Profile(
                    "; ".join(c.words for c in combination),
                    tuple(c.counts[0] for c in combination),
                    tuple(r for c in combination for r in c.ranges),
                    tuple(n for c in combination for n in c.names),
                )
            )
        return joined

    def _spreads(self, index: int, group: _Group) -> Iterator[_Profile]:
        """Yield the ways in which the members of one group may be spread over its actions."""
        width = len(group.actions)
        for size in range(1, width + 1):
            for used in itertools.combinations(range(width), size):
                if size > 1 and group.size.is_number and group.size < size:
                    continue
                yield self._spread(index, group, used)

    def _spread(self, index: int, group: _Group, used: tuple[int, ...]) -> _Profile:
        taken = {s.name for s in self.order} | {m.name for m in self.game.moves}
        stem = "k" if len(self.groups) == 1 else f"k{index + 1}"
        while stem in taken:
            stem += "_"
        names = [stem if len(used) == 2 else f"{stem}_{i + 1}" for i in range(len(used) - 1)]
        free = [symbol(name) for name in names]
        rest = group.size - sp.Add(*free)
        numbers = dict(zip(used, [*free, rest], strict=True))
        row = tuple(numbers.get(a, sp.S.Zero) for a in range(len(group.actions)))
        ranges = tuple(s >= 1 for s in free) + ((rest >= 1,) if free else ())
        return _Profile(self._words(group, numbers, names), (row,), ranges, tuple(names))

    def _words(self, group: _Group, numbers: Mapping[int, sp.Expr], names: list[str]) -> str:
        labels = {a: ", ".join(group.actions[a]) for a in numbers}
        who = f"{group.player}: " if group.single else (f"{group.type}: " if group.type else "")
        if len(numbers) == 1:
            (label,) = labels.values()
            return f"{who}{label}" if group.single else f"{who}all {label}"
        text = ", ".join(f"{numbers[a]} {labels[a]}" for a in numbers)
        if len(names) == 1:
            return f"{who}{text} (1 <= {names[0]} <= {group.size - 1})"
        return f"{who}{text} (each at least 1)"

    # -- where payoffs are defined --------------------------------------------------------------

    def _defined(self) -> Iterator[Boolean]:
        """Yield what the parameters must satisfy for the payoffs to be defined."""
        if not any(self.game.payoff(g.player).atoms(sp.Pow) for g in self.groups):
            return
        for profile in self.profiles():
            numbers = list(self._numbers(profile))
            for player, demand in self._demands_about(profile):
                for at in numbers if demand.has(*map(symbol, profile.names)) else [{}]:
                    here = demand.xreplace(at)
                    if here == sp.false:
                        raise DeclarationError(
                            f"regimes of game '{self.game.name}': the payoff of '{player}' is not "
                            f"defined (it divides by zero, or takes a root of a negative number) "
                            f"at or next to the profile '{profile.words}'"
                        )
                    yield here

    def _demands_about(self, profile: _Profile) -> Iterator[tuple[str, Boolean]]:
        """Yield what the payoffs at a profile and after a deviation by one member demand."""
        for index, row in enumerate(profile.counts):
            group = self.groups[index]
            for action, other in itertools.product(range(len(row)), repeat=2):
                if row[action] == 0:
                    continue
                counts = self._moved(profile.counts, index, action, other)
                values = self._values(index, other, bound=False) | self._alone(counts, index)
                for _, draw in self._draws():
                    known = ({**values, **draw}, self._summands(counts))
                    for demand in demands(self.game.payoff(group.player), *known):
                        yield group.player, demand.xreplace(self.fixed)

    def _numbers(self, profile: _Profile) -> Iterator[dict[sp.Symbol, sp.Integer]]:
        """Yield the numbers that the counts of a profile stand for, where these are given."""
        if all(g.size.is_number for g in self.groups):
            top = max(int(g.size) for g in self.groups)
            choices = itertools.product(range(1, top), repeat=len(profile.names))
            for numbers in itertools.islice(choices, MOST_PROFILES):
                at = {symbol(n): sp.Integer(k) for n, k in zip(profile.names, numbers, strict=True)}
                if sp.And(*profile.ranges).xreplace(at) == sp.true:
                    yield at

    # -- payoffs --------------------------------------------------------------------------------

    def payoff(self, index: int, action: int, counts: Counts) -> sp.Expr:
        """Return the payoff of a member of a group who takes `action` at given counts."""
        key = (index, action, counts)
        if key not in self._payoffs:
            group = self.groups[index]
            values = self._values(index, action, bound=False) | self._alone(counts, index)
            formula = self.game.payoff(group.player)
            total = sp.S.Zero
            for probability, draw in self._draws():
                total += probability * evaluated(
                    formula, {**values, **draw}, self._summands(counts)
                )
            self._payoffs[key] = total.xreplace(self.fixed)
        return self._payoffs[key]

    def of_party(self, formula: sp.Expr, counts: Counts) -> sp.Expr:
        """Return the expected value, at given counts, of a formula that is no member's own."""
        values: dict[sp.Basic, sp.Expr] = {}
        for index, group in enumerate(self.groups):
            if group.single:
                values |= self._values(index, counts[index].index(sp.S.One), bound=False)
        total = sp.S.Zero
        for probability, draw in self._draws():
            total += probability * evaluated(formula, {**values, **draw}, self._summands(counts))
        return total.xreplace(self.fixed)

    def _values(self, index: int, action: int, bound: bool) -> dict[sp.Basic, sp.Expr]:
        group = self.groups[index]
        name = each if bound else symbol
        values: dict[sp.Basic, sp.Expr] = {name(k): v for k, v in group.attributes.items()}
        for move, label in zip(
            self.game.moves_of(group.player), group.actions[action], strict=True
        ):
            number = move.choice.options[label]
            values[name(move.name)] = sp.Rational(number.numerator, number.denominator)
        return values

    def _alone(self, counts: Counts, mover: int) -> dict[sp.Basic, sp.Expr]:
        values: dict[sp.Basic, sp.Expr] = {}
        for index, group in enumerate(self.groups):
            if group.single and index != mover:
                values |= self._values(index, counts[index].index(sp.S.One), bound=False)
        return values

    def _summands(
        self, counts: Counts
    ) -> Mapping[str, list[tuple[sp.Expr, dict[sp.Basic, sp.Expr]]]]:
        summands: dict[str, list[tuple[sp.Expr, dict[sp.Basic, sp.Expr]]]] = {}
        for index, group in enumerate(self.groups):
            for action, number in enumerate(counts[index]):
                if number != 0:
                    entry = (number, self._values(index, action, bound=True))
                    summands.setdefault(group.player, []).append(entry)
        return summands

    def _draws(self) -> Iterator[tuple[sp.Expr, dict[sp.Basic, sp.Expr]]]:
        axes = [
            [(p, c.symbol, sp.Rational(v.numerator, v.denominator)) for v, p in c.outcomes.values()]
            for c in self.game.chance
        ]
        for draw in itertools.product(*axes):
            yield sp.Mul(*(p for p, _, _ in draw)), {s: v for _, s, v in draw}

    def table(self) -> tuple[SymbolicPlayer, SymbolicPlayer]:
        """Return the payoffs of two single players, each by own and the other's action."""
        widths = [len(group.actions) for group in self.groups]
        found = []
        for index, group in enumerate(self.groups):
            rows = []
            for mine in range(widths[index]):
                places = [(mine, t) if index == 0 else (t, mine) for t in range(widths[1 - index])]
                counts = [(_unit(i, widths[0]), _unit(j, widths[1])) for i, j in places]
                rows.append(tuple(self.payoff(index, mine, c) for c in counts))
            labels = tuple(", ".join(action) for action in group.actions)
            found.append(SymbolicPlayer(group.player, labels, tuple(rows)))
        return found[0], found[1]

    def shared_mixtures(self, names: frozenset[str]) -> SharedMixtures:
        """Return the mixtures that all members of the only population share."""
        group = self.groups[0]
        fellows = group.size - 1

        def first(k: sp.Expr) -> sp.Expr:
            return self.payoff(0, 0, ((fellows - k + 1, k),))

        def second(k: sp.Expr) -> sp.Expr:
            return self.payoff(0, 1, ((fellows - k, k + 1),))

        share = "p"
        while share in names:
            share += "_"
        one, other = (", ".join(action) for action in group.actions)
        if self.mass:
            at = symbol(share)
            payoffs = [self.payoff(0, a, ((1 - at, at),)) for a in (0, 1)]
            return share_mixtures((one, other), payoffs, at, self.simplifier)
        return shared_mixtures(
            (one, other), (first, second), fellows, symbol(share), self.simplifier
        )

    # -- settling -------------------------------------------------------------------------------

    def settle(self, profile: _Profile) -> SymbolicEquilibrium | Exclusion:
        """Find the condition of a profile, or prove that there is none."""
        gaps = list(self.gaps(profile))
        given = (*self.given, *profile.ranges)
        integers = (*self.integers, *profile.names)
        possible = decide(sp.Not(sp.And(*(gap >= 0 for gap in gaps))), given, integers)
        if possible.outcome is Outcome.PROVED:
            return Exclusion(profile.words, possible.seconds)
        order = [*self.order, *map(symbol, profile.names)]
        simplifier = Simplifier(given, integers, order)
        condition = simplifier.simplify(gaps)
        return SymbolicEquilibrium(
            profile.words,
            condition,
            self._paid(profile, simplifier, condition),
            Record({name: sp.And(*profile.ranges) for name in profile.names}),
            possible.outcome is Outcome.REFUTED,
        )

    def _moved(self, counts: Counts, group: int, action: int, other: int) -> Counts:
        """Return the counts after a deviation by one member, who has no weight in a continuum."""
        if self.mass:
            return counts
        row = list(counts[group])
        row[action] -= 1
        row[other] += 1
        return (*counts[:group], tuple(row), *counts[group + 1 :])

    def gaps(self, profile: _Profile) -> Iterator[sp.Expr]:
        """Yield what each member loses by each other action: an equilibrium if none is below 0."""
        for index, row in enumerate(profile.counts):
            for action, number in enumerate(row):
                if number == 0:
                    continue
                here = self.payoff(index, action, profile.counts)
                for other in range(len(row)):
                    if other != action:
                        moved = self._moved(profile.counts, index, action, other)
                        yield here - self.payoff(index, other, moved)

    def _paid(
        self, profile: _Profile, simplifier: Simplifier, condition: Boolean
    ) -> Record[sp.Expr]:
        """Return the payoffs where the condition holds."""
        paid = {}
        for index, (group, row) in enumerate(zip(self.groups, profile.counts, strict=True)):
            for action, number in enumerate(row):
                if number != 0:
                    who = group.player + (f"[{group.type}]" if group.type else "")
                    label = who if group.single else f"{who}, {', '.join(group.actions[action])}"
                    payoff = self.payoff(index, action, profile.counts)
                    paid[label] = tidy(simplifier.without_cases(payoff, condition))
        return Record(paid)


def _check_structure(game: Game) -> None:
    where = f"regimes of game '{game.name}'"
    for move in game.moves:
        if not isinstance(move.domain, Choice):
            raise StructureError(
                f"{where}: move '{move.name}' is continuous, next to choices; so far all moves "
                "have to be of one kind. For this game, 'solve' finds all equilibria at given "
                "values, and 'prove' decides claims about them for all values"
            )
        if move.domain.exit is not None:
            raise StructureError(
                f"{where}: move '{move.name}' has an exit; that is not handled yet"
            )
    if len({m.stage for m in game.moves}) > 1 or any(m.observes for m in game.moves):
        raise StructureError(f"{where}: stages are not handled yet")
    if any(c.seen_by for c in game.chance):
        raise StructureError(f"{where}: a draw of chance that somebody sees is not handled yet")
    if any(p.size == sp.oo for p in game.players) and len(game.players) > 1:
        raise StructureError(f"{where}: a continuum next to other players is not handled yet")


def _unit(place: int, width: int) -> tuple[sp.Expr, ...]:
    return tuple(sp.S.One if a == place else sp.S.Zero for a in range(width))
