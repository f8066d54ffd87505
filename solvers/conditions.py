r"""Write a condition on parameters in the shortest way that is proved to be equivalent.

Case distinctions are settled where what is assumed settles them, and split where it does not. What
is left is a statement about signs, which `pigou.solvers.signs` covers by few alternatives; each
question on the way is decided by z3 (`pigou.solvers.reals`). Where one is not decided in time, or
too many signs matter, the condition is returned as it was.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from pigou.deadline import seconds_left, stops, time_is_up
from pigou.expression import If
from pigou.solvers.reals import Decision, Outcome, decide
from pigou.solvers.sample_points import SamplePoints
from pigou.solvers.signs import Reader, Signs, boxes, literals, sign_vectors, without_zeros
from pigou.solvers.square_roots import is_large, without_root

__all__ = ["Simplifier", "tidy"]

MOST_ALTERNATIVES = 64
MOST_CASES = 8
MOST_COMBINATIONS, MOST_FOR_ONE = 600, 150
SECONDS, WORK = 10.0, 4_000_000

Alternative = tuple[Boolean, ...]


class Simplifier:
    """Turns conditions into the shortest equivalents it can prove.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> simplifier = Simplifier((x > 0, y > 0), (), [x, y])
    >>> simplifier.shortest(sp.Or(sp.And(x * y > y, x * y > y**2), x > 2 * x + y))
    (x > 1) & (x > y)
    >>> simplifier.simplify([x * y - y, x + y])
    x >= 1
    """

    def __init__(
        self, given: tuple[Boolean, ...], integers: tuple[str, ...], order: list[sp.Symbol]
    ):
        self.given, self.integers, self.order = given, integers, order
        self.reader = Reader(self._sign)
        self.points = SamplePoints(given, integers)
        self._answers: dict[Any, Decision] = {}
        self._written: dict[Boolean, Boolean] = {}
        self._rows: dict[tuple[tuple[sp.Expr, ...], int], list[Signs] | None] = {}

    def decide(self, claim: Any, *more: Any) -> Decision:
        """Decide a claim from what is given and more; an answer is remembered."""
        key = (claim, more)
        if key not in self._answers and time_is_up():
            return Decision(Outcome.UNDECIDED, reason=stops()[1])
        if key not in self._answers:
            found = self._decided(claim, more)
            if found.outcome is Outcome.UNDECIDED and time_is_up():
                return replace(found, reason=stops()[1])  # there may be more time later
            self._answers[key] = found
        return self._answers[key]

    def _decided(self, claim: Any, more: tuple[Any, ...]) -> Decision:
        """Look for a point met before that refutes a claim; else ask z3."""
        point = self.points.refuting(claim, more)
        if point is not None:
            return Decision(Outcome.REFUTED, point)
        seconds = seconds_left(SECONDS)
        found = decide(claim, (*self.given, *more), self.integers, seconds=seconds, work=WORK)
        if found.outcome is Outcome.REFUTED:
            self.points.add(found.counterexample)
        return found

    def holds(self, claim: Any, *more: Any) -> bool:
        """Whether a claim is proved from what is given and more."""
        return bool(self.decide(claim, *more))

    def possible(self, *claims: Any) -> bool | None:
        """Whether some values satisfy all claims; None if that is not decided."""
        outcome = self.decide(sp.Not(sp.And(*claims))).outcome
        return None if outcome is Outcome.UNDECIDED else outcome is Outcome.REFUTED

    def within(self, condition: Boolean, unknowns: Iterable[sp.Symbol]) -> Simplifier:
        """Return a simplifier where a condition holds, for inequalities in more unknowns."""
        return Simplifier((*self.given, condition), self.integers, [*unknowns, *self.order])

    def positive_below(self, quotient: sp.Expr) -> sp.Expr:
        """Write a quotient with a positive denominator where its sign is proved to be negative."""
        numerator, denominator = sp.fraction(quotient)
        if denominator.is_number or not self.holds(denominator < 0):
            return quotient
        return tidy(-numerator) / sp.expand(-denominator)

    # -- any condition --------------------------------------------------------------------------

    def shortest(self, claim: Any) -> Boolean:
        """Return the shortest equivalent that is found and proved."""
        whole = self.by_signs(claim)
        if whole is None:
            return claim
        over = self.reader.open_factors([whole])
        rows = self.combinations(over, MOST_FOR_ONE)
        if rows is None:
            return claim
        true = [
            row for row in rows if self.reader.true_at(whole, dict(zip(over, row, strict=True)))
        ]
        return self.stated(true, rows, over)

    def by_signs(self, claim: Any) -> Boolean | None:
        """Write a claim without case distinctions; None if there are too many."""
        return self._without_split(self.without_cases(claim))

    def combinations(
        self, over: tuple[sp.Expr, ...], most: int = MOST_COMBINATIONS
    ) -> list[Signs] | None:
        """Return the combinations of signs of some factors; None if they cannot be listed."""
        if (over, most) not in self._rows:
            self._rows[over, most] = sign_vectors(over, self.possible, most)
        return self._rows[over, most]

    def stated(
        self, true: Sequence[Signs], rows: Sequence[Signs], over: Sequence[sp.Expr]
    ) -> Boolean:
        """State that one of some combinations of signs holds."""
        chosen = set(true)
        cover = boxes(true, [row for row in rows if row not in chosen])
        cover = [without_zeros(box, rows) for box in cover]
        neat = [_joined([self._remembered(x) for x in literals(box, over)]) for box in cover]
        return sp.Or(*(sp.And(*a) for a in sorted(neat, key=_length)))

    def _remembered(self, literal: Boolean) -> Boolean:
        if literal not in self._written:
            self._written[literal] = self._neat(literal)
        return self._written[literal]

    def _sign(self, factor: sp.Expr) -> int | None:
        """Return the sign of a factor where it is known."""
        if factor.is_Rational:
            return int(sp.sign(factor))
        if self.holds(factor > 0):
            return 1
        return -1 if self.holds(factor < 0) else None

    def _without_split(self, claim: Any) -> Boolean | None:
        """Write case distinctions as alternatives; None if there are too many."""
        cases = sorted(claim.atoms(If), key=lambda c: len(str(c)))
        if len(cases) > MOST_CASES:
            return None
        if not cases:
            return claim
        condition, then, otherwise = cases[0].args
        parts = []
        for truth, value in ((condition, then), (sp.Not(condition), otherwise)):
            if not self.holds(sp.Not(truth)):
                rest = self._without_split(claim.xreplace({cases[0]: value}))
                if rest is None:
                    return None
                parts.append(sp.And(truth, rest))
        return sp.Or(*parts)

    # -- nested conditions ----------------------------------------------------------------------

    def settled(self, claim: Any) -> Boolean:
        """Write each inequality of a condition in short, or as true or false where it is proved.

        Examples
        --------
        >>> x, y = sp.symbols("x y", real=True)
        >>> claim = sp.Or(sp.And(x * y + 1 > 1 - x, y > -1), x + y < 0)
        >>> Simplifier((x > 0, y > 0), (), [x, y]).settled(sp.And(claim, 2 * x + y >= x + 3 * y))
        x >= 2*y
        """
        short: dict[Any, Any] = {}
        for relation in sorted(claim.atoms(Relational), key=_size):
            if time_is_up():
                break
            if self.holds(relation):
                short[relation] = sp.true
            elif self.holds(sp.Not(relation)):
                short[relation] = sp.false
            else:
                short[relation] = self._remembered(relation)
        return claim.xreplace(short)

    def multiplied_out(self, claim: Any) -> Boolean:
        """Write a nested condition as few alternatives, with what they share in front.

        Each step is proved to be an equivalence, and the result is held against the condition as
        a whole once more. A condition that is not done in time is returned as it was.

        Examples
        --------
        >>> x, y = sp.symbols("x y", real=True)
        >>> claim = sp.And(x > 0, sp.Or(sp.And(y > 1, x + y > 1), sp.And(x > 1, y > 2)))
        >>> Simplifier((), (), [x, y]).multiplied_out(claim)
        (x > 0) & (y > 1)
        """
        ways = self._ways(claim, ())
        if ways is None:
            return claim
        short = list(dict.fromkeys(self.shortened(way) for way in ways))
        kept = self._absorb(short)
        if time_is_up():
            return claim
        shared = [x for x in kept[0] if all(x in way for way in kept)] if kept else []
        rest = sp.Or(*(sp.And(*(x for x in way if x not in shared)) for way in kept))
        found = sp.And(*shared, rest)
        same = sp.And(sp.Or(sp.Not(claim), found), sp.Or(sp.Not(found), claim))
        return claim if self.decide(same).outcome is Outcome.REFUTED else found

    def _ways(self, claim: Any, known: Alternative) -> list[Alternative] | None:
        """Return the ways in which a claim can hold where others do; None if too many."""
        if time_is_up():
            return None
        if not isinstance(claim, sp.And) and self.holds(claim, *known):
            return [()]
        if isinstance(claim, sp.Or):
            parts = [self._ways(part, known) for part in sorted(claim.args, key=_size)]
            if any(part is None for part in parts):
                return None
            return [way for part in parts for way in part or ()]
        if not isinstance(claim, sp.And):
            return [] if self.holds(sp.Not(claim), *known) else [(claim,)]
        ways: list[Alternative] = [()]
        for part in sorted(claim.args, key=_size):
            grown: list[Alternative] = []
            for way in ways:
                more = self._ways(part, (*known, *way))
                if more is None or len(grown) + len(more) > MOST_ALTERNATIVES:
                    return None
                grown += [(*way, *new) for new in more]
            ways = grown
        return ways

    # -- all these gaps are at least 0 ----------------------------------------------------------

    def simplify(self, gaps: list[sp.Expr]) -> Boolean:
        """Return the shortest equivalent of "all these gaps are at least 0"."""
        alternatives: list[Alternative] = [()]
        for gap in gaps:
            alternatives = [
                (*old, *new) for old in alternatives for new in self._split(sp.Ge(gap, 0), old)
            ]
            if len(alternatives) > MOST_ALTERNATIVES:
                return sp.And(*(g >= 0 for g in gaps))
        possible = [self.shortened(a) for a in alternatives if not self.holds(sp.Not(sp.And(*a)))]
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
            for way in _alternatives(truth):
                if not self.holds(sp.Not(sp.And(*way)), *known):
                    for rest in self._split(claim.xreplace({case: value}), (*known, *way)):
                        yield (*way, *rest)

    def without_cases(self, formula: sp.Expr, *known: Any) -> sp.Expr:
        """Settle the case distinctions that can be settled."""
        for case in sorted(formula.atoms(If), key=lambda c: len(str(c))):
            condition, then, otherwise = case.args
            if self.holds(condition, *known):
                return self.without_cases(formula.xreplace({case: then}), *known)
            if self.holds(sp.Not(condition), *known):
                return self.without_cases(formula.xreplace({case: otherwise}), *known)
        return formula

    def shortened(self, alternative: Iterable[Boolean]) -> Alternative:
        """Drop inequalities that the others imply, and join two that make an equation.

        Parameters
        ----------
        alternative : iterable of sympy conditions
            Which all hold.
        """
        kept = [
            x
            for literal in dict.fromkeys(alternative)
            for x in _literals(self._remembered(literal))
        ]
        for literal in list(kept):
            if time_is_up():
                break
            rest = [x for x in kept if x is not literal]
            if self.holds(literal, *rest):
                kept = rest
        return _joined(kept)

    def _absorb(self, alternatives: list[Alternative]) -> list[Alternative]:
        """Drop inequalities, then whole alternatives, that the other alternatives cover."""
        current = list(alternatives)
        for position, alternative in enumerate(current):
            if time_is_up():
                return current
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
        if isinstance(literal, sp.Eq | sp.Ne):
            return self._neat_equation(literal)
        if not isinstance(literal, sp.Ge | sp.Gt | sp.Le | sp.Lt):
            return literal
        turned = isinstance(literal, sp.Le | sp.Lt)
        gap = literal.rhs - literal.lhs if turned else literal.lhs - literal.rhs
        if is_large(gap):
            return literal
        gap = without_root(gap, self.holds, self._sign)
        relation = sp.Ge if isinstance(literal, sp.Ge | sp.Le) else sp.Gt
        proper = self._proper(gap)
        if not self._open_factors(_quotient(gap)[0]):
            relation = sp.Gt  # a numerator of one sign is not 0
        gap = self._without_positive_factors(gap)
        if relation is sp.Gt and self.is_whole(gap):
            relation, gap = sp.Ge, gap - 1
        for unknown, rate, rest in self._isolated(gap):
            bound = tidy(-rest / rate)
            if rate.is_positive or (not rate.is_number and self.holds(rate > 0)):
                return sp.And(self._bounded(relation, unknown, bound), *proper)
            if rate.is_negative or self.holds(rate < 0):
                return sp.And(self._bounded(_mirrored(relation), unknown, bound), *proper)
        return sp.And(relation(tidy(gap), 0), *proper)

    def _bounded(self, relation: Any, unknown: sp.Symbol, bound: sp.Expr) -> Boolean:
        """Bound an unknown, a whole number by a whole number."""
        if bound.is_Rational and unknown.name in self.integers:
            if relation is sp.Ge:
                bound = sp.ceiling(bound)
            elif relation is sp.Le:
                bound = sp.floor(bound)
        return relation(unknown, bound)

    def _proper(self, gap: sp.Expr) -> list[Boolean]:
        """Return what an inequality demands beyond its sign: that no denominator is 0."""
        _, denominator = _quotient(gap)
        demands = (sp.Ne(f, 0) for f in sp.Mul.make_args(denominator) if not f.is_number)
        return [self._neat_equation(demand) for demand in demands if not self.holds(demand)]

    def _neat_equation(self, literal: Boolean) -> Boolean:
        gap = literal.lhs - literal.rhs
        proper = self._proper(gap)
        gap = self._without_positive_factors(gap)
        for unknown, rate, rest in self._isolated(gap):
            if self.holds(sp.Ne(rate, 0)):
                return sp.And(literal.func(unknown, tidy(-rest / rate)), *proper)
        return sp.And(literal.func(tidy(gap), 0), *proper)

    def _isolated(self, gap: sp.Expr) -> list[tuple[sp.Symbol, sp.Expr, sp.Expr]]:
        """Return the unknowns in which a gap is linear, the simplest coefficient first."""
        expanded, found = sp.expand(gap), []
        for unknown in [s for s in self.order if s in gap.free_symbols]:
            rate = sp.factor(expanded.coeff(unknown, 1))
            rest = sp.expand(expanded - rate * unknown)
            if rate != 0 and not rest.has(unknown) and not rate.has(unknown):
                found.append((unknown, rate, rest))
        return sorted(found, key=lambda entry: (not entry[1].is_number, entry[1].count_ops()))

    def is_whole(self, gap: sp.Expr) -> bool:
        """Whether an expression is a polynomial in integers with whole coefficients.

        Examples
        --------
        >>> n = sp.Symbol("n", real=True)
        >>> Simplifier((), ("n",), [n]).is_whole(2 * n - 1)
        True
        """
        if not {s.name for s in gap.free_symbols} <= set(self.integers):
            return False
        terms = sp.Add.make_args(sp.expand(gap))
        return all(t.as_coeff_Mul()[0].is_integer and t.is_polynomial() for t in terms)

    def _without_positive_factors(self, gap: sp.Expr) -> sp.Expr:
        """Divide by a denominator and factors whose sign is proved."""
        sign = 1
        for factor in _factors(gap):
            if not self.holds(factor > 0) and self.holds(factor < 0):
                sign = -sign
        return sign * sp.Mul(*self._open_factors(gap))

    def _open_factors(self, gap: sp.Expr) -> list[sp.Expr]:
        """Return the factors of a gap, and of its denominator, whose signs are not proved."""
        return [f for f in _factors(gap) if not (self.holds(f > 0) or self.holds(f < 0))]


@lru_cache(maxsize=4096)
def _quotient(gap: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    numerator, denominator = sp.fraction(sp.factor(sp.together(gap)))
    return numerator, denominator


def _factors(gap: sp.Expr) -> tuple[sp.Expr, ...]:
    numerator, denominator = _quotient(gap)
    return (*sp.Mul.make_args(numerator), *sp.Mul.make_args(denominator))


@lru_cache(maxsize=65536)
def _size(claim: Any) -> tuple[int, str]:
    return int(claim.count_ops()), str(claim)


def _length(alternative: Alternative) -> tuple[int, int, str]:
    ops = sum(int(x.count_ops()) for x in alternative)
    return len(alternative), ops, str(alternative)


def _mirrored(relation: Any) -> Any:
    return sp.Le if relation is sp.Ge else sp.Lt


def _joined(literals: Sequence[Boolean]) -> Alternative:
    """Join two inequalities that make an equation."""
    for low, high in itertools.permutations(literals, 2):
        pinned = isinstance(low, sp.Ge) and isinstance(high, sp.Le)
        if pinned and (low.lhs, low.rhs) == (high.lhs, high.rhs):
            rest = tuple(x for x in literals if x not in (low, high))
            return (*rest, sp.Eq(low.lhs, low.rhs))
    return tuple(literals)


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


@lru_cache(maxsize=4096)
def tidy(expression: sp.Expr) -> sp.Expr:
    """Write an expression in the shortest of a few equivalent ways."""
    if expression.has(If) or is_large(expression):
        return expression
    numerator, denominator = _quotient(expression)
    ways = [_sign_inside(numerator)]
    expanded = sp.expand(numerator)
    ways += [sp.collect(expanded, s, _sign_inside) for s in sorted(expanded.free_symbols, key=str)]
    best = min([expanded, *ways], key=lambda way: (way.count_ops(), str(way).startswith("-")))
    return best / denominator


@lru_cache(maxsize=4096)
def _sign_inside(expression: sp.Expr) -> sp.Expr:
    """Factor, with a minus sign inside a difference rather than in front of it."""
    factored = sp.factor(expression)
    coefficient, product = factored.as_coeff_Mul()
    if coefficient < 0:
        for factor in sp.Mul.make_args(product):
            if isinstance(factor, sp.Add):
                return sp.Mul(-coefficient * product / factor, sp.expand(-factor), evaluate=False)
    return factored
