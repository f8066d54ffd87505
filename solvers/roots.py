r"""Certified real roots of a polynomial in an open interval, and its sign at them.

Steps
-----
1. Split off square factors exactly (``factor_squarefree``), so that every root is simple in its
   factor and its multiplicity is known.
2. Rational roots come out exactly; a factor of degree 2 is solved by the formula, for the root in
   which nothing cancels, and the other one from their product.
3. The others are isolated by FLINT's certified complex root finder; by its contract a real root
   is returned with an imaginary part that is exactly zero, so the real ones are told apart
   without a tolerance.
4. Where a polynomial in Bernstein form has exactly one change of sign in its coefficients it has
   exactly one root in (0, 1) (Descartes), which bisection then encloses at any degree.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb, ctx, fmpq, fmpq_poly

from pigou.errors import StructureError
from pigou.exact import Enclosure

__all__ = [
    "PRECISION",
    "Root",
    "ball_to_enclosure",
    "bisected_root",
    "exact_root",
    "from_bernstein",
    "real_roots",
    "sign_at",
    "sign_changes",
    "working_precision",
]

_EXACTLY = 1 << 20
PRECISION = 333
"""Bits to which roots are enclosed: about 100 decimals."""


class Root(NamedTuple):
    """A real root: a ball that holds it and no other root of its factor, and its multiplicity.

    Attributes
    ----------
    ball : arb
    multiplicity : int
    exact : fmpq or None
        The root itself where it is rational.
    """

    ball: Any
    multiplicity: int
    exact: Any

    @property
    def enclosure(self) -> Enclosure:
        """The root as an enclosure with rational ends."""
        if self.exact is not None:
            return Enclosure.point(Fraction(int(self.exact.p), int(self.exact.q)))
        return ball_to_enclosure(self.ball)


def exact_root(number: Fraction | int) -> Root:
    """Return a rational number as a root of multiplicity 1.

    Examples
    --------
    >>> exact_root(Fraction(1, 2)).enclosure
    Enclosure(1/2)
    """
    number = Fraction(number)
    point = fmpq(number.numerator, number.denominator)
    return Root(arb(point), 1, point)


_LOCK = threading.RLock()


@contextmanager
def working_precision(bits: int = PRECISION) -> Iterator[None]:
    """Set the precision of ball arithmetic for a while; one thread at a time, it is global."""
    with _LOCK:
        before = ctx.prec
        ctx.prec = bits
        try:
            yield
        finally:
            ctx.prec = before


def ball_to_enclosure(ball: Any) -> Enclosure:
    """Return an enclosure with rational ends that holds a ball.

    A ball narrower than 2^-280 is widened to that unless it would then hold a whole number: the
    checker computes with 400 bits and could not tell the ends of a narrower one apart.

    Examples
    --------
    >>> ball_to_enclosure(arb(2)).is_exact
    True
    """
    with working_precision():
        wide = ball + arb(0, arb(2) ** -280)
    if not ball.is_exact() and not wide.contains_integer():
        ball = wide
    ends = _ends(ball, PRECISION)
    if any(end.denominator == 1 and not ball.contains(int(end)) for end in ends):
        ends = _ends(ball, _EXACTLY)  # rounding must not move a probability to 0 or 1
    return Enclosure(*ends)


def _ends(ball: Any, bits: int) -> list[Fraction]:
    ends = []
    with working_precision(bits):
        for end in (ball.lower(), ball.upper()):
            mantissa, exponent = (int(part) for part in end.man_exp())
            whole = mantissa << exponent if exponent >= 0 else mantissa
            ends.append(Fraction(whole, 1 if exponent >= 0 else 1 << -exponent))
    return ends


def from_bernstein(coefficients: Sequence[Any]) -> fmpq_poly:
    r"""Return :math:`\sum_k c_k \binom{d}{k} p^k (1 - p)^{d - k}` in powers of p.

    Examples
    --------
    >>> from_bernstein([fmpq(0), fmpq(1, 2), fmpq(1)])
    x
    """
    degree = len(coefficients) - 1
    row, powers = list(coefficients), []
    for power in range(degree + 1):
        powers.append(row[0] * math.comb(degree, power))
        row = [b - a for a, b in itertools.pairwise(row)]
    return fmpq_poly(powers)


def sign_changes(coefficients: Sequence[Any]) -> int:
    """Count the changes of sign in a sequence, zeros left out.

    Examples
    --------
    >>> sign_changes([1, 0, -1, -2, 3])
    2
    """
    signs = [c > 0 for c in coefficients if c != 0]
    return sum(a != b for a, b in itertools.pairwise(signs))


def real_roots(polynomial: fmpq_poly, lower: Any = 0, upper: Any = 1) -> list[Root]:
    """Return all real roots in the open interval, in increasing order.

    Raises
    ------
    ValueError
        If the polynomial is zero.

    Examples
    --------
    >>> x = fmpq_poly([0, 1])
    >>> [str(r.exact) for r in real_roots((x - fmpq(1, 2)) ** 2 * (x - fmpq(1, 3)) * x)]
    ['1/3', '1/2']
    """
    if polynomial.is_zero():
        raise ValueError("every number is a root of the zero polynomial")
    found: list[Root] = []
    with working_precision():
        for factor, multiplicity in polynomial.factor_squarefree()[1]:
            found += _simple_roots(fmpq_poly(factor), multiplicity, fmpq(lower), fmpq(upper))
    return sorted(found, key=lambda root: root.enclosure.lower)


def _simple_roots(factor: fmpq_poly, multiplicity: int, lower: Any, upper: Any) -> list[Root]:
    found = []
    for value, _ in factor.roots():
        if lower < value < upper:
            found.append(Root(arb(value), multiplicity, value))
        factor = factor // fmpq_poly([-value, 1])
    if factor.degree() < 1:
        return found
    for ball in _irrational_roots(factor, arb(lower), arb(upper)):
        found.append(Root(ball, multiplicity, None))
    return found


def _irrational_roots(factor: fmpq_poly, lower: Any, upper: Any) -> list[Any]:
    """Return the real roots within an interval of a polynomial without rational roots.

    No root is an end of the interval, so that with enough precision each is told to be inside or
    outside.

    Raises
    ------
    StructureError
        If a million bits do not tell.
    """
    bits = PRECISION
    while bits <= _EXACTLY:
        with working_precision(bits):
            real = _real_parts(factor)
            inside = [ball for ball in real if ball > lower and ball < upper]
            outside = [ball for ball in real if ball < lower or ball > upper]
        if len(inside) + len(outside) == len(real):
            return inside
        bits *= 4
    raise StructureError("a root of an indifference polynomial is too close to 0 or 1 to be told")


def _real_parts(factor: fmpq_poly) -> list[Any]:
    """Enclose all real roots of a polynomial without square factors, at the working precision."""
    if factor.degree() == 2:
        c, b, a = factor.coeffs()
        inside = b * b - 4 * a * c
        if inside <= 0:
            return []
        root = arb(inside).sqrt()
        larger = (-b - root if b > 0 else root - b) / 2  # nothing cancels
        return [larger / a, c / larger]
    pairs: Any = factor.complex_roots()
    return [number.real for number, _ in pairs if number.imag == 0]


def bisected_root(coefficients: Sequence[Any]) -> Root:
    """Enclose the one root in (0, 1) of a Bernstein form with exactly one change of sign.

    The sign at a midpoint is decided by ball arithmetic; where that cannot tell, the midpoint is
    tried exactly.

    Examples
    --------
    >>> bisected_root([fmpq(-1), fmpq(1)]).exact
    1/2
    """
    rising = next(c for c in reversed(coefficients) if c != 0) > 0
    low, high = fmpq(0), fmpq(1)
    while (high - low) * 2 ** (PRECISION // 3) > 1:
        middle = (low + high) / 2
        sign = _bernstein_sign(coefficients, middle)
        if sign == 0:
            return Root(arb(middle), 1, middle)
        low, high = (low, middle) if (sign > 0) == rising else (middle, high)
    with working_precision():
        return Root(arb((low + high) / 2, (high - low) / 2), 1, None)


def _bernstein_sign(coefficients: Sequence[Any], point: Any) -> int:
    degree = len(coefficients) - 1
    for bits in (PRECISION, 4 * PRECISION):
        with working_precision(bits):
            p, q = arb(point), arb(1 - point)
            ratio, weight, total = p / q, q**degree, arb(0)
            for k, c in enumerate(coefficients):
                total += weight * arb(c)
                weight = weight * ratio * (degree - k) / (k + 1)
            if not total.contains(0):
                return 1 if total > 0 else -1
    value = from_bernstein(coefficients)(point)
    return int(value > 0) - int(value < 0)


def sign_at(polynomial: fmpq_poly, root: Root, of: fmpq_poly) -> int | None:
    """Return the sign of a polynomial at a root of another, or None where it cannot be told.

    Where ball arithmetic cannot separate the value from zero, it *is* zero if the two
    polynomials have a common factor that vanishes there.

    Examples
    --------
    >>> x = fmpq_poly([0, 1])
    >>> half = real_roots(2 * x - 1)[0]
    >>> sign_at(x - fmpq(1, 3), half, 2 * x - 1), sign_at(x - fmpq(1, 2), half, 2 * x - 1)
    (1, 0)
    """
    if root.exact is not None:
        value = polynomial(root.exact)
        return int(value > 0) - int(value < 0)
    with working_precision():
        value = _at(polynomial, root.ball)
        if not value.contains(0):
            return 1 if value > 0 else -1
        common = polynomial.gcd(of)
        shared = _simple_roots(common, 1, fmpq(-1), fmpq(2)) if common.degree() > 0 else []
        if any(other.ball.overlaps(root.ball) for other in shared):
            return 0
    return None


def _at(polynomial: fmpq_poly, ball: Any) -> Any:
    value = arb(0)
    for coefficient in reversed(polynomial.coeffs()):
        value = value * ball + arb(coefficient)
    return value
