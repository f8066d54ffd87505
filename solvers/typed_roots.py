r"""Roots of an expectation over how many of one type take a choice, and signs of others at them.

Functions of few counts are joined into one polynomial, piecewise or not, so that rational roots are
exact. Elsewhere the roots come as enclosures from `pigou.solvers.binomial_roots`, and the sign of
another expectation at them is decided by its values on the enclosure; where both are polynomials
it is exactly zero if a common factor vanishes there.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import arb, fmpq, fmpq_poly

from pigou.exact import Enclosure
from pigou.solvers.binomial_roots import BinomialRoot, BinomialRoots, binomial_roots
from pigou.solvers.binomial_taylor import Expectation
from pigou.solvers.piecewise import Piece, Piecewise, falling
from pigou.solvers.roots import from_bernstein, real_roots, working_precision

__all__ = ["roots_of_type", "sign_at_root"]

_FEW = 60
_WIDTH = Fraction(1, 2**90)


def roots_of_type(gain: Piecewise) -> BinomialRoots:
    """Return every probability in (0, 1) at which the expectation of a function is zero.

    Examples
    --------
    >>> step = Piecewise([Piece(0, 0, fmpq_poly([-3])), Piece(1, 2, fmpq_poly([1]))])
    >>> [str(root.share) for root in roots_of_type(step).roots]
    ['1/2']
    """
    found = binomial_roots(_joined(gain))
    if len(gain.pieces) > 1 and gain.top <= _FEW:
        return found._replace(roots=_widened(found.roots))
    return found


def _joined(gain: Piecewise) -> Piecewise:
    """Return a function of few counts as one polynomial, whose roots are then known exactly."""
    if len(gain.pieces) == 1 or gain.top > _FEW:
        return gain
    row, total, basis = [gain(k) for k in range(gain.top + 1)], fmpq_poly([0]), fmpq_poly([1])
    for step in range(gain.top + 1):
        total += basis * row[0]
        basis = basis * fmpq_poly([-step, 1]) / (step + 1)
        row = [b - a for a, b in itertools.pairwise(row)]
    return Piecewise([Piece(0, gain.top, total)])


def _widened(roots: Sequence[BinomialRoot]) -> list[BinomialRoot]:
    """Return enclosures wide enough for a checker with less precision to see a change of sign."""
    ends = [Fraction(0), *(e for r in roots for e in (r.share.lower, r.share.upper)), Fraction(1)]
    found = []
    for number, root in enumerate(roots):
        low, high = ends[2 * number + 1], ends[2 * number + 2]
        apart = min(low - ends[2 * number], ends[2 * number + 3] - high) / 3
        apart = min(apart, low * _WIDTH, (1 - high) * _WIDTH)
        wide = Enclosure(low - apart, high + apart)
        found.append(root if root.share.is_exact else root._replace(share=wide))
    return found


def _in_probability(gain: Piecewise) -> fmpq_poly | None:
    """Return an expectation as a polynomial in the probability, where that is short."""
    if gain.top <= _FEW:
        return from_bernstein([gain(k) for k in range(gain.top + 1)])
    if len(gain.pieces) > 1:
        return None
    total, power = fmpq_poly([0]), fmpq(1)
    for step, coefficient in enumerate(falling(gain.pieces[0].value)):
        total += fmpq_poly([0] * step + [coefficient * power])
        power *= gain.top - step
    return total


def sign_at_root(gain: Piecewise, root: BinomialRoot, condition: Piecewise) -> int | None:
    """Return the sign of an expectation at a root of another one; None if it cannot be told.

    Examples
    --------
    >>> line = Piecewise([Piece(0, 4, fmpq_poly([-2, 1]))])
    >>> (half,) = roots_of_type(line).roots
    >>> sign_at_root(Piecewise([Piece(0, 4, fmpq_poly([-1, 1]))]), half, line)
    1
    """
    signs = {run.sign for run in gain.runs}
    if signs in ({0}, {1}, {-1}, {0, 1}, {0, -1}):
        return max(signs) if 1 in signs else min(signs)
    low, high = (
        fmpq(end.numerator, end.denominator) for end in (root.share.lower, root.share.upper)
    )
    polynomial = _in_probability(gain)
    if polynomial is None:
        if low == high:
            return Expectation(gain).sign(low)
        value = Expectation(gain).taylor(low, high)[0]
        return None if value.contains(0) else (1 if value > 0 else -1)
    if low == high:
        return int(polynomial(low) > 0) - int(polynomial(low) < 0)
    return _sign_of(polynomial, (low, high), condition)


def _sign_of(polynomial: fmpq_poly, ends: tuple[Any, Any], condition: Piecewise) -> int | None:
    """Return the sign of a polynomial at the one root of a condition between two ends."""
    with working_precision(700):
        share = arb(ends[0]).union(arb(ends[1]))
        value = arb(0)
        for coefficient in reversed(polynomial.coeffs()):
            value = value * share + arb(coefficient)
        if not value.contains(0):
            return 1 if value > 0 else -1
    other = _in_probability(condition)
    if other is None:
        return None
    common = polynomial.gcd(other)
    return 0 if common.degree() > 0 and real_roots(common, *ends) else None
