r"""Which of many inequalities follow from others by addition alone.

Where a payoff is a sum over parts that are chosen apart (types, branches after a draw), what is
gained by two changes at once is the sum of what each gains: of :math:`\prod_k n_k` comparisons only
:math:`\sum_k (n_k - 1)` say something. These are found without a prover.

Steps
-----
1. Every gap :math:`g` of an inequality :math:`g \ge 0` is written as a sum of terms, and so is
   every gap :math:`s` of what is assumed.
2. A gap is dropped if it is a sum of positive multiples of gaps that are kept, of products
   :math:`m s` with monomials :math:`m` in symbols that are never negative, and of such monomials.
   What to subtract is searched depth-first, guided by a term that may be negative: each step has to
   remove that term. The search ends after so many steps; the gap is kept then.

Source: D. Handelman (1988), Representing polynomials by positive linear functions on compact convex
polyhedra, for products of what is assumed; the search is our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from operator import add, sub
from typing import Any

import sympy as sp

from pigou.expression import If

__all__ = ["plain", "without_sums"]

MOST_SUMMANDS, MOST_STEPS = 6, 120

Powers = tuple[int, ...]
Terms = Mapping[Powers, Fraction]


def without_sums(gaps: Iterable[sp.Expr], given: Iterable[Any] = ()) -> list[sp.Expr]:
    """Drop gaps that are at least 0 wherever the others are.

    Parameters
    ----------
    gaps : iterable of sympy expressions
        Expanded; of each it is asked that it is at least 0.
    given : iterable of sympy conditions
        What is assumed.

    Examples
    --------
    >>> x, y, z = sp.symbols("x y z", real=True)
    >>> without_sums([x - 1, y - 2, x + y - 3, x + y * z - 2 * z, z], [z > 0])
    [x - 1, y - 2, x + y*z - 2*z]
    >>> without_sums([x - 1, x * z - 1], [z >= 1, x > 0])
    [x - 1]
    """
    gaps, given = list(gaps), tuple(given)
    return _Search(given, gaps).kept(gaps)


def plain(condition: Any, given: Iterable[Any] = ()) -> Any:
    """Write a condition without inequalities that are always true, or that others beside them say.

    What stands on both sides of an inequality between polynomials is cancelled.

    Parameters
    ----------
    condition : sympy condition
    given : iterable of sympy conditions
        What is assumed.

    Examples
    --------
    >>> x, y, z = sp.symbols("x y z", real=True)
    >>> plain(sp.And(x - y <= x - z, sp.Or(x >= 1, sp.And(x * y >= y, x + y >= 1))), [y > 0])
    (y >= z) & ((x >= 1) | ((x*y >= y) & (x + y >= 1)))
    >>> plain(sp.And(x >= 1, sp.Or(y + 1 >= 1, x > z)), [y > 0])
    x >= 1
    """
    given = tuple(given)
    return _Search(given, [condition]).plain(condition)


class _Search:
    """Looks for a way to write a gap as a sum; monomials are tuples of exponents."""

    def __init__(self, given: Sequence[Any], formulas: Sequence[Any]):
        slacks = [sp.expand(gap) for one in given for gap in _gaps_of(one)]
        unknowns = set().union(*(sp.sympify(x).free_symbols for x in (*slacks, *formulas)))
        self.unknowns = sorted(unknowns, key=str)
        bounded = set(_bounded_below(slacks))
        self.positive = [x in bounded for x in self.unknowns]
        read = [self.read(gap) for gap in slacks]
        self.slacks = [gap for gap in read if gap is not None]
        self.steps = 0

    def read(self, gap: sp.Expr) -> Terms | None:
        """Return the terms of a polynomial with rational coefficients; None for all else."""
        if not self.unknowns or not gap.is_polynomial(*self.unknowns):
            return None
        terms = sp.Poly(gap, *self.unknowns).as_dict()
        if not all(rate.is_Rational for rate in terms.values()):
            return None
        return {powers: Fraction(int(r.p), int(r.q)) for powers, r in terms.items()}

    def kept(self, gaps: Iterable[sp.Expr]) -> list[sp.Expr]:
        """Return those of some gaps that are no sums of others."""
        terms = {gap: self.read(gap) for gap in gaps}
        order = sorted(terms, key=lambda gap: (len(terms[gap] or ()), sp.default_sort_key(gap)))
        kept: list[sp.Expr] = []
        for gap in order:
            if not self.is_sum(terms[gap], [terms[one] for one in kept]):
                kept.append(gap)
        for gap in reversed(list(kept)):
            others = [one for one in kept if one is not gap]
            if self.is_sum(terms[gap], [terms[one] for one in others]):
                kept = others
        return kept

    def plain(self, condition: Any) -> Any:
        """Write a condition with as few inequalities as sums show to be enough."""
        if isinstance(condition, sp.Or):
            return sp.Or(*map(self.plain, condition.args))
        parts = sp.And.make_args(condition)
        gaps = [_polynomial_gap(part) for part in parts]
        rest = [part for part, gap in zip(parts, gaps, strict=True) if gap is None]
        kept = self.kept(gap for gap in gaps if gap is not None)
        inner = [self.plain(part) if isinstance(part, sp.Or) else part for part in rest]
        return sp.And(*map(_inequality, kept), *inner)

    def is_sum(self, left: Terms | None, gaps: Sequence[Terms | None]) -> bool:
        """Whether a gap is a sum of multiples of some gaps, and of what is never negative."""
        if left is None:
            return False
        self.steps = MOST_STEPS
        return self._is_sum(left, [gap for gap in gaps if gap is not None], MOST_SUMMANDS)

    def _is_sum(self, left: Terms, gaps: Sequence[Terms], most: int) -> bool:
        falling = [term for term, rate in left.items() if self.may_fall(term, rate)]
        if not falling:
            return True
        if most == 0 or self.steps <= 0:
            return False
        self.steps -= 1
        rests = list(self.rests(left, max(falling), gaps))
        rests.sort(key=lambda rest: sum(self.may_fall(*term) for term in rest.items()))
        return any(self._is_sum(rest, gaps, most - 1) for rest in rests)

    def rests(self, left: Terms, term: Powers, gaps: Sequence[Terms]) -> Iterator[Terms]:
        """Yield what is left after something that removes a term is subtracted."""
        for gap in gaps:
            if gap.get(term, 0) * left[term] > 0:
                yield _minus(left, gap, left[term] / gap[term])
        for slack in self.slacks:
            for part, rate in slack.items():
                factor = tuple(map(sub, term, part))
                if rate * left[term] > 0 and not self.may_fall(factor, 1):
                    more = {tuple(map(add, factor, other)): r for other, r in slack.items()}
                    yield _minus(left, more, left[term] / rate)

    def may_fall(self, term: Powers, rate: Any) -> bool:
        """Whether a term may be negative (or is no monomial)."""
        if rate <= 0:
            return bool(rate < 0)
        return any(n < 0 or (n and not ok) for n, ok in zip(term, self.positive, strict=True))


def _gaps_of(condition: Any) -> Iterator[sp.Expr]:
    """Yield what is at least 0 where a condition holds."""
    if isinstance(condition, sp.And):
        for part in condition.args:
            yield from _gaps_of(part)
    if isinstance(condition, sp.Gt | sp.Ge):
        yield condition.lhs - condition.rhs
    if isinstance(condition, sp.Lt | sp.Le):
        yield condition.rhs - condition.lhs


def _bounded_below(slacks: Iterable[sp.Expr]) -> Iterator[sp.Symbol]:
    """Yield symbols that are at least a number that is not negative."""
    for slack in slacks:
        number, symbol = slack.as_coeff_Add()
        if isinstance(symbol, sp.Symbol) and number <= 0:
            yield symbol


def _minus(left: Terms, gap: Terms, weight: Fraction) -> Terms:
    rest = {term: left.get(term, 0) - weight * rate for term, rate in gap.items()}
    return {term: rate for term, rate in {**left, **rest}.items() if rate}


@lru_cache(maxsize=65536)
def _polynomial_gap(condition: Any) -> sp.Expr | None:
    """Return the gap of a weak inequality between polynomials, expanded; None for all others."""
    if not isinstance(condition, sp.Ge | sp.Le) or condition.has(If):
        return None
    if not all(side.is_polynomial(*condition.free_symbols) for side in condition.args):
        return None
    return sp.expand(next(_gaps_of(condition)))


def _inequality(gap: sp.Expr) -> Any:
    """Write that a gap is at least 0, with what is subtracted on the other side."""
    terms = sp.Add.make_args(gap)
    less = sp.Add(*(-term for term in terms if term.could_extract_minus_sign()))
    more = gap + less
    return sp.Le(less, more) if more.is_number else sp.Ge(more, less)
