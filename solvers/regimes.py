r"""For which parameter values a pure profile is an equilibrium: the exact condition, proved.

Steps
-----
1. A profile is written symbolically. A single player takes one action. In a population of n
   members a set of actions is in use, by :math:`k_a \ge 1` members each, with
   :math:`\sum_a k_a = n`; n and the :math:`k_a` stay symbols, so that N firms with two choices have
   three kinds of profiles: all one, all the other, and k of N.
2. It is an equilibrium iff :math:`u(a) - u(b) \ge 0` for every action a in use and every other b,
   a deviation changing the counts by one member.
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
from dataclasses import dataclass
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.errors import DeclarationError, StructureError
from pigou.exact import Record
from pigou.expression import If, Lookup, Total, each, symbol
from pigou.game import Chance, Choice, Game
from pigou.solvers.reals import Outcome, decide

__all__ = ["Exclusion", "Regime", "RegimeSet", "regimes"]

MOST_PROFILES = 4_096
MOST_ALTERNATIVES = 64


@dataclass(frozen=True)
class Regime:
    """A pure profile with the exact condition under which it is an equilibrium.

    Parameters
    ----------
    profile : str
        The profile in words.
    condition : sympy condition
        Necessary and sufficient, given what the game assumes.
    payoffs : mapping of str to sympy expression
        Of every player (a member who takes the action, per action in use, for a population).
    counts : mapping of str to sympy condition
        The symbols of step 1 with their ranges.
    decided : bool
        Whether it is proved that some parameter values satisfy the condition.

    Examples
    --------
    >>> from pigou.models import load
    >>> for regime in regimes(load("coordination").game).regimes:
    ...     print(f"{regime.profile}: {regime.condition}")
    all wait: (threshold >= 2) | (cost >= benefit*(1 - complementarity))
    all upgrade: benefit >= cost
    """

    profile: str
    condition: Boolean
    payoffs: Mapping[str, sp.Expr]
    counts: Mapping[str, Boolean]
    decided: bool

    def __post_init__(self) -> None:
        for name in ("payoffs", "counts"):
            object.__setattr__(self, name, Record(getattr(self, name)))


@dataclass(frozen=True)
class Exclusion:
    """Profiles that are an equilibrium for no parameter values, with the proof's time.

    Examples
    --------
    >>> from pigou.models import load
    >>> regimes(load("coordination").game).excluded[0].profile
    'k wait, firms - k upgrade (1 <= k <= firms - 1)'
    """

    profile: str
    seconds: float


@dataclass(frozen=True)
class RegimeSet:
    """All pure profiles of a game: those that can be equilibria, and those that cannot.

    Parameters
    ----------
    game : str
    conditions : tuple of sympy conditions
        What is assumed of the parameters.
    regimes : tuple of Regime
    excluded : tuple of Exclusion
    complete : bool
        Whether every profile was settled.
    unresolved : tuple of str
        Profiles of which it is not known whether any parameter values allow them.
    integers : tuple of str
        Parameters that take whole numbers only.

    Examples
    --------
    >>> from pigou.models import load
    >>> regimes(load("coordination").game).complete
    True
    """

    game: str
    conditions: tuple[Boolean, ...]
    regimes: tuple[Regime, ...]
    excluded: tuple[Exclusion, ...]
    complete: bool
    unresolved: tuple[str, ...]
    integers: tuple[str, ...] = ()

    @property
    def completeness(self) -> str:
        """How it is known that no profile is missing."""
        number = len(self.regimes) + len(self.excluded)
        if self.complete:
            return f"proved: all {number} kinds of pure profiles settled over the reals (z3)"
        return f"not shown: {len(self.unresolved)} of {number} kinds of pure profiles undecided"


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
    """Return the exact condition under which each pure profile is an equilibrium.

    Parameters
    ----------
    game : Game
        Finite, with simultaneous moves.
    fixed : mapping of str to number, optional
        Parameters that are given a value instead of staying symbols.

    Raises
    ------
    StructureError
        If the game is not finite with simultaneous moves, has an exit, or too many profiles.

    Examples
    --------
    >>> from pigou.models import load
    >>> found = regimes(load("coordination").game, {"threshold": 1})
    >>> [str(regime.condition) for regime in found.regimes]
    ['cost >= benefit*(1 - complementarity)', 'benefit >= cost']
    """
    search = _Search(game, fixed or {})
    kept, excluded, unresolved = [], [], []
    for profile in search.profiles():
        verdict = search.settle(profile)
        if isinstance(verdict, Exclusion):
            excluded.append(verdict)
        else:
            kept.append(verdict)
            if not verdict.decided:
                unresolved.append(verdict.profile)
    return RegimeSet(
        game.name,
        search.given,
        tuple(kept),
        tuple(excluded),
        not unresolved,
        tuple(unresolved),
        tuple(name for name in search.integers if symbol(name) not in search.fixed),
    )


class _Search:
    def __init__(self, game: Game, fixed: Mapping[str, Any]):
        _check_structure(game)
        self.game = game
        numbers = {n: game.parameter(n).check(game._given(n, v)) for n, v in fixed.items()}
        self.fixed = {
            symbol(n): sp.Rational(v.numerator, v.denominator) for n, v in numbers.items()
        }
        self.groups = tuple(self._groups())
        self.integers = tuple(p.name for p in game.parameters if p.integer)
        given = tuple(c for c in (x.xreplace(self.fixed) for x in game.conditions) if c != sp.true)
        sizes = (g.size >= 1 for g in self.groups if not g.size.is_number)
        odds = (c for chance in game.chance for c in _probabilities(chance))
        more = (c.xreplace(self.fixed) for c in (*sizes, *odds))
        self.given = given + tuple(c for c in more if not decide(c, given, self.integers))
        if decide(sp.false, self.given, self.integers):
            raise DeclarationError(
                f"no parameter values satisfy what game '{game.name}' assumes together with the "
                f"values that are set ({', '.join(map(str, self.given))})"
            )
        self.order = [p.symbol for p in game.parameters]
        self._payoffs: dict[Any, sp.Expr] = {}

    def _groups(self) -> Iterator[_Group]:
        for player in self.game.players:
            moves = self.game.moves_of(player.name)
            actions = tuple(itertools.product(*(m.choice.labels for m in moves)))
            kinds = [(t.name, t.size, t.values) for t in player.types] or [("", player.size, {})]
            for name, size, values in kinds:
                number = sp.sympify(size).xreplace(self.fixed)
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
                total += probability * _at(formula, {**values, **draw}, self._summands(counts))
            self._payoffs[key] = total.xreplace(self.fixed)
        return self._payoffs[key]

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

    # -- settling -------------------------------------------------------------------------------

    def settle(self, profile: _Profile) -> Regime | Exclusion:
        """Find the condition of a profile, or prove that there is none."""
        gaps = list(self._gaps(profile))
        given = (*self.given, *profile.ranges)
        integers = (*self.integers, *profile.names)
        possible = decide(sp.Not(sp.And(*(gap >= 0 for gap in gaps))), given, integers)
        if possible.outcome is Outcome.PROVED:
            return Exclusion(profile.words, possible.seconds)
        order = [*self.order, *map(symbol, profile.names)]
        simplifier = _Simplifier(given, integers, order)
        condition = simplifier.simplify(gaps)
        return Regime(
            profile.words,
            condition,
            self._paid(profile, simplifier, condition),
            Record({name: sp.And(*profile.ranges) for name in profile.names}),
            possible.outcome is Outcome.REFUTED,
        )

    def _gaps(self, profile: _Profile) -> Iterator[sp.Expr]:
        for index, row in enumerate(profile.counts):
            for action, number in enumerate(row):
                if number == 0:
                    continue
                here = self.payoff(index, action, profile.counts)
                for other in range(len(row)):
                    if other != action:
                        moved = _moved(profile.counts, index, action, other)
                        yield here - self.payoff(index, other, moved)

    def _paid(
        self, profile: _Profile, simplifier: _Simplifier, condition: Boolean
    ) -> Record[sp.Expr]:
        """Return the payoffs where the condition holds."""
        paid = {}
        for index, (group, row) in enumerate(zip(self.groups, profile.counts, strict=True)):
            for action, number in enumerate(row):
                if number != 0:
                    who = group.player + (f"[{group.type}]" if group.type else "")
                    label = who if group.single else f"{who}, {', '.join(group.actions[action])}"
                    payoff = self.payoff(index, action, profile.counts)
                    paid[label] = _tidy(simplifier.without_cases(payoff, condition))
        return Record(paid)


def _probabilities(chance: Chance) -> Iterator[Boolean]:
    """Yield what makes the weights of a chance variable probabilities."""
    weights = [p for _, p in chance.outcomes.values()]
    if not all(p.is_number for p in weights):
        yield from (p >= 0 for p in weights if not p.is_number)
        yield sp.Eq(sp.expand(sp.Add(*weights)), 1)


def _check_structure(game: Game) -> None:
    where = f"regimes of game '{game.name}'"
    for move in game.moves:
        if not isinstance(move.domain, Choice):
            raise StructureError(
                f"{where}: move '{move.name}' is continuous; so far finite moves are handled"
            )
        if move.domain.exit is not None:
            raise StructureError(
                f"{where}: move '{move.name}' has an exit; that is not handled yet"
            )
    if len({m.stage for m in game.moves}) > 1 or any(m.observes for m in game.moves):
        raise StructureError(f"{where}: stages are not handled yet")
    if any(c.seen_by for c in game.chance):
        raise StructureError(f"{where}: a draw of chance that somebody sees is not handled yet")
    if any(p.size == sp.oo for p in game.players):
        raise StructureError(f"{where}: a continuum of members is not handled yet")


def _moved(counts: Counts, group: int, action: int, other: int) -> Counts:
    row = list(counts[group])
    row[action] -= 1
    row[other] += 1
    return (*counts[:group], tuple(row), *counts[group + 1 :])


def _at(formula: Any, values: Mapping[sp.Basic, sp.Expr], summands: Mapping[str, Any]) -> Any:
    """Replace symbols by values and sums over members by their terms, from the inside."""
    if formula in values:
        return values[formula]
    if isinstance(formula, Total):
        return sp.Add(
            *(
                number * _at(formula.args[0], {**values, **inside}, summands)
                for number, inside in summands.get(formula.args[1].name, [])
            )
        )
    if isinstance(formula, Lookup):
        where = [_at(s, values, summands) for s in formula.args[0]]
        return _at(Lookup.entry(where, *formula.args[1:]), values, summands)
    if isinstance(formula, If):
        condition = _at(formula.args[0], values, summands)
        if condition in (sp.true, sp.false):
            return _at(formula.args[1 if condition == sp.true else 2], values, summands)
        return If(condition, *(_at(part, values, summands) for part in formula.args[1:]))
    if not formula.args:
        return formula
    return formula.func(*(_at(part, values, summands) for part in formula.args))


# -- simplifying -------------------------------------------------------------------------------

Alternative = tuple[Boolean, ...]


class _Simplifier:
    """Turns "all these gaps are at least 0" into the shortest equivalent it can prove."""

    def __init__(
        self, given: tuple[Boolean, ...], integers: tuple[str, ...], order: list[sp.Symbol]
    ):
        self.given, self.integers, self.order = given, integers, order

    def holds(self, claim: Any, *more: Any) -> bool:
        """Whether a claim is proved from what is given and more."""
        return bool(decide(claim, (*self.given, *more), self.integers, seconds=2.0))

    def simplify(self, gaps: list[sp.Expr]) -> Boolean:
        alternatives: list[Alternative] = [()]
        for gap in gaps:
            alternatives = [
                (*old, *new) for old in alternatives for new in self._split(sp.Ge(gap, 0), old)
            ]
            if len(alternatives) > MOST_ALTERNATIVES:
                return sp.And(*(g >= 0 for g in gaps))
        possible = [self._shorten(a) for a in alternatives if not self.holds(sp.Not(sp.And(*a)))]
        return sp.Or(*(sp.And(*a) for a in self._absorb(list(dict.fromkeys(possible)))))

    def _split(self, claim: Any, known: Alternative) -> Iterator[Alternative]:
        """Yield the ways in which a claim with case distinctions can hold."""
        case = next(iter(sorted(claim.atoms(If), key=lambda c: len(str(c)))), None)
        if case is None:
            if not self.holds(claim, *known):
                yield tuple(_literals(claim))
            else:
                yield ()
            return
        condition, then, otherwise = case.args
        for truth, value in ((condition, then), (sp.Not(condition), otherwise)):
            for literals in _alternatives(truth):
                if not self.holds(sp.Not(sp.And(*literals)), *known):
                    for rest in self._split(claim.xreplace({case: value}), (*known, *literals)):
                        yield (*literals, *rest)

    def without_cases(self, formula: sp.Expr, *known: Any) -> sp.Expr:
        """Settle the case distinctions that can be settled."""
        for case in sorted(formula.atoms(If), key=lambda c: len(str(c))):
            condition, then, otherwise = case.args
            if self.holds(condition, *known):
                return self.without_cases(formula.xreplace({case: then}), *known)
            if self.holds(sp.Not(condition), *known):
                return self.without_cases(formula.xreplace({case: otherwise}), *known)
        return formula

    def _shorten(self, alternative: Alternative) -> Alternative:
        """Drop inequalities that the others imply, and join two that make an equation."""
        kept = [self._neat(literal) for literal in dict.fromkeys(alternative)]
        for literal in list(kept):
            rest = [x for x in kept if x is not literal]
            if self.holds(literal, *rest):
                kept = rest
        for low, high in itertools.permutations(kept, 2):
            pinned = isinstance(low, sp.Ge) and isinstance(high, sp.Le)
            if pinned and (low.lhs, low.rhs) == (high.lhs, high.rhs):
                kept = [x for x in kept if x not in (low, high)] + [sp.Eq(low.lhs, low.rhs)]
                break
        return tuple(kept)

    def _absorb(self, alternatives: list[Alternative]) -> list[Alternative]:
        """Drop inequalities, then whole alternatives, that the other alternatives cover."""
        current = list(alternatives)
        for position, alternative in enumerate(current):
            for literal in alternative:
                shorter = tuple(x for x in current[position] if x != literal)
                whole = sp.Or(*(sp.And(*a) for a in current))
                if len(current) > 1 and self.holds(whole, *shorter):
                    current[position] = shorter
        for alternative in list(current):
            others = [a for a in current if a is not alternative]
            if others and self.holds(sp.Or(*(sp.And(*a) for a in others)), *alternative):
                current = others
        return current

    def _neat(self, literal: Boolean) -> Boolean:
        """Write an inequality as a reader expects it: one symbol alone on a side, if possible."""
        if not isinstance(literal, sp.Ge | sp.Gt | sp.Le | sp.Lt):
            return literal
        gap = (
            literal.lhs - literal.rhs
            if isinstance(literal, sp.Ge | sp.Gt)
            else literal.rhs - literal.lhs
        )
        relation = sp.Ge if isinstance(literal, sp.Ge | sp.Le) else sp.Gt
        gap = self._without_positive_factors(gap)
        if relation is sp.Gt and self._is_whole(gap):
            relation, gap = sp.Ge, gap - 1
        for unknown, rate, rest in self._isolated(gap):
            bound = _tidy(-rest / rate)
            if rate.is_positive or (not rate.is_number and self.holds(rate > 0)):
                return relation(unknown, bound)
            if rate.is_negative or self.holds(rate < 0):
                return _mirrored(relation)(unknown, bound)
        return relation(_tidy(gap), 0)

    def _isolated(self, gap: sp.Expr) -> list[tuple[sp.Symbol, sp.Expr, sp.Expr]]:
        """Return the unknowns in which a gap is linear, the simplest coefficient first."""
        expanded, found = sp.expand(gap), []
        for unknown in [s for s in self.order if s in gap.free_symbols]:
            rate = sp.factor(expanded.coeff(unknown, 1))
            rest = sp.expand(expanded - rate * unknown)
            if rate != 0 and not rest.has(unknown) and not rate.has(unknown):
                found.append((unknown, rate, rest))
        return sorted(found, key=lambda entry: (not entry[1].is_number, entry[1].count_ops()))

    def _is_whole(self, gap: sp.Expr) -> bool:
        """Whether an expression is a polynomial in integers with whole coefficients."""
        if not {s.name for s in gap.free_symbols} <= set(self.integers):
            return False
        terms = sp.Add.make_args(sp.expand(gap))
        return all(t.as_coeff_Mul()[0].is_integer and t.is_polynomial() for t in terms)

    def _without_positive_factors(self, gap: sp.Expr) -> sp.Expr:
        """Divide by a denominator and factors whose sign is proved."""
        numerator, denominator = sp.fraction(sp.factor(sp.together(gap)))
        kept, sign = [], 1
        for factor in (*sp.Mul.make_args(numerator), *sp.Mul.make_args(denominator)):
            if self.holds(factor > 0):
                continue
            if self.holds(factor < 0):
                sign = -sign
            else:
                kept.append(factor)
        return sign * sp.Mul(*kept)


def _mirrored(relation: Any) -> Any:
    return sp.Le if relation is sp.Ge else sp.Lt


def _literals(claim: Any) -> tuple[Any, ...]:
    if claim == sp.true:
        return ()
    return tuple(claim.args) if isinstance(claim, sp.And) else (claim,)


def _alternatives(claim: Any) -> list[tuple[Any, ...]]:
    """Write a condition as alternatives of inequalities."""
    normal = sp.to_dnf(claim)
    if normal == sp.false:
        return []
    parts = normal.args if isinstance(normal, sp.Or) else (normal,)
    return [_literals(part) for part in parts]


def _tidy(expression: sp.Expr) -> sp.Expr:
    """Write an expression in the shortest of a few equivalent ways."""
    if expression.has(If):
        return expression
    numerator, denominator = sp.fraction(sp.factor(sp.together(expression)))
    ways = [_sign_inside(numerator)]
    expanded = sp.expand(numerator)
    ways += [sp.collect(expanded, s, _sign_inside) for s in sorted(expanded.free_symbols, key=str)]
    best = min([expanded, *ways], key=lambda way: (way.count_ops(), str(way).startswith("-")))
    return best / denominator


def _sign_inside(expression: sp.Expr) -> sp.Expr:
    """Factor, with a minus sign inside a difference rather than in front of it."""
    factored = sp.factor(expression)
    coefficient, product = factored.as_coeff_Mul()
    if coefficient < 0:
        for factor in sp.Mul.make_args(product):
            if isinstance(factor, sp.Add):
                return sp.Mul(-coefficient * product / factor, sp.expand(-factor), evaluate=False)
    return factored
