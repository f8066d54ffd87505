r"""Write a condition on parameters in the shortest way that is proved to be equivalent.

Steps
-----
1. Case distinctions are settled where what is assumed settles them, and split where it does not.
2. What is left is a statement about signs: its *signs* are the irreducible factors of the gaps of
   its inequalities, but for those whose sign is known.
3. z3 (`pigou.solvers.reals`) finds parameter values where the condition holds and the alternatives
   found so far do not, and with them a sign of every factor. Signs the condition does not depend
   on are dropped, strict ones are weakened, one by one, as long as what is left is proved to imply
   the condition. The result is one more alternative.
4. No values are left: the alternatives are proved to be equivalent to the condition. Those the
   others cover are dropped.

A question that z3 does not decide in time ends the search: the condition is returned as it was.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from pigou.expression import If
from pigou.solvers.reals import Decision, Outcome, decide

__all__ = ["Simplifier", "tidy"]

MOST_ALTERNATIVES = 64
MOST_CASES = 8
SECONDS = 2.0

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
        self._answers: dict[Any, Decision] = {}

    def decide(self, claim: Any, *more: Any) -> Decision:
        """Decide a claim from what is given and more; an answer is remembered."""
        key = (claim, more)
        if key not in self._answers:
            known = (*self.given, *more)
            self._answers[key] = decide(claim, known, self.integers, seconds=SECONDS)
        return self._answers[key]

    def holds(self, claim: Any, *more: Any) -> bool:
        """Whether a claim is proved from what is given and more."""
        return bool(self.decide(claim, *more))

    def possible(self, *claims: Any) -> bool | None:
        """Whether some values satisfy all claims; None if that is not decided."""
        outcome = self.decide(sp.Not(sp.And(*claims))).outcome
        return None if outcome is Outcome.UNDECIDED else outcome is Outcome.REFUTED

    # -- any condition --------------------------------------------------------------------------

    def shortest(self, claim: Any) -> Boolean:
        """Return the shortest equivalent that is found and proved."""
        if claim in (sp.true, sp.false) or self.holds(claim):
            return sp.sympify(claim if claim == sp.false else True)
        split = self._without_split(self.without_cases(claim))
        if split is None:
            return claim
        signs = self._signs_in(split)
        found: list[Alternative] = []
        while (left := self.possible(split, sp.Not(_any_of(found)))) is not False:
            literals = self._literals_at(signs, split, sp.Not(_any_of(found))) if left else None
            if literals is None or len(found) == MOST_ALTERNATIVES:
                return claim
            general = self._generalised(literals, split)
            if general is None:
                return claim
            found.append(general)
        neat = [tuple(self._neat(x) for x in a) for a in self._needed(found)]
        return _any_of(sorted(neat, key=_length))

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

    def _signs_in(self, claim: Any) -> list[sp.Expr]:
        """Return the factors whose signs settle a claim, the simplest first."""
        signs: dict[sp.Expr, None] = {}
        for relation in claim.atoms(Relational):
            for factor in self._open_factors(relation.lhs - relation.rhs):
                base = factor.base if factor.is_Pow and factor.exp.is_Integer else factor
                if base.could_extract_minus_sign():
                    base = sp.expand(-base)
                signs[base] = None
        return sorted(signs, key=lambda g: (g.count_ops(), str(g)))

    def _literals_at(self, signs: list[sp.Expr], *claims: Any) -> Alternative | None:
        """Return signs that some values satisfying all claims have; open ones if there are any."""
        generic = [sp.Ne(g, 0) for g in signs]
        start = self.decide(sp.Not(sp.And(*claims, *generic)))
        if start.outcome is not Outcome.REFUTED:
            start = self.decide(sp.Not(sp.And(*claims)))
        at = {
            s: sp.Rational(v.numerator, v.denominator)
            for s in sp.And(*claims).free_symbols
            if (v := start.counterexample.get(s.name)) is not None
        }
        guess = tuple(_sign_literal(g, g.xreplace(at)) for g in signs)
        if None not in guess and self.possible(*claims, *guess):
            return guess
        known: Alternative = ()
        for g in signs:
            ways = (sp.Gt(g, 0), sp.Lt(g, 0), sp.Eq(g, 0))
            way = next((w for w in ways if self.possible(*claims, *known, w)), None)
            if way is None:
                return None
            known = (*known, way)
        return known

    def _generalised(self, literals: Alternative, claim: Any) -> Alternative | None:
        """Drop or weaken signs as long as the rest is proved to imply the claim."""
        kept = list(literals)
        if not self.holds(claim, *kept):
            return None
        for literal in sorted(literals, key=lambda x: -x.count_ops()):
            others = [x for x in kept if x is not literal]
            for weaker in ((), *((w,) for w in _weaker(literal))):
                if self.holds(claim, *others, *weaker):
                    place = kept.index(literal)
                    kept[place : place + 1] = weaker
                    break
        return tuple(kept)

    def _needed(self, alternatives: list[Alternative]) -> list[Alternative]:
        """Drop alternatives that the others cover."""
        current = list(alternatives)
        for alternative in sorted(alternatives, key=_length, reverse=True):
            others = [a for a in current if a is not alternative]
            if others and self.holds(_any_of(others), *alternative):
                current = others
        return current

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
        if isinstance(literal, sp.Eq | sp.Ne):
            return self._neat_equation(literal)
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
            bound = tidy(-rest / rate)
            if rate.is_positive or (not rate.is_number and self.holds(rate > 0)):
                return relation(unknown, bound)
            if rate.is_negative or self.holds(rate < 0):
                return _mirrored(relation)(unknown, bound)
        return relation(tidy(gap), 0)

    def _neat_equation(self, literal: Boolean) -> Boolean:
        gap = self._without_positive_factors(literal.lhs - literal.rhs)
        for unknown, rate, rest in self._isolated(gap):
            if self.holds(sp.Ne(rate, 0)):
                return literal.func(unknown, tidy(-rest / rate))
        return literal.func(tidy(gap), 0)

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
        sign = 1
        for factor in _factors(gap):
            if not self.holds(factor > 0) and self.holds(factor < 0):
                sign = -sign
        return sign * sp.Mul(*self._open_factors(gap))

    def _open_factors(self, gap: sp.Expr) -> list[sp.Expr]:
        """Return the factors of a gap, and of its denominator, whose signs are not proved."""
        return [f for f in _factors(gap) if not (self.holds(f > 0) or self.holds(f < 0))]


def _factors(gap: sp.Expr) -> Iterator[sp.Expr]:
    numerator, denominator = sp.fraction(sp.factor(sp.together(gap)))
    yield from (*sp.Mul.make_args(numerator), *sp.Mul.make_args(denominator))


def _any_of(alternatives: Iterable[Alternative]) -> Boolean:
    return sp.Or(*(sp.And(*a) for a in alternatives))


def _length(alternative: Alternative) -> tuple[int, int, str]:
    ops = sum(int(x.count_ops()) for x in alternative)
    return len(alternative), ops, str(alternative)


def _sign_literal(gap: sp.Expr, value: sp.Expr) -> Boolean | None:
    """Say which sign a gap has, given its value; None if that is not a rational number."""
    if not value.is_Rational:
        return None
    return sp.Eq(gap, 0) if value == 0 else sp.Gt(gap, 0) if value > 0 else sp.Lt(gap, 0)


def _weaker(literal: Boolean) -> tuple[Boolean, ...]:
    if isinstance(literal, sp.Eq):
        return sp.Ge(*literal.args), sp.Le(*literal.args)
    return (sp.Ge(*literal.args) if isinstance(literal, sp.Gt) else sp.Le(*literal.args),)


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


def tidy(expression: sp.Expr) -> sp.Expr:
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
