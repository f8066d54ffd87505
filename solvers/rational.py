r"""Rational functions of one variable with rational coefficients, in lowest terms.

The denominator of a `Ratio` has leading coefficient 1 and no factor in common with the numerator,
so that equal functions have equal parts, and a polynomial has the denominator 1. Where it is
defined, a ratio has the sign of the product of its numerator and its denominator.
"""

from __future__ import annotations

import math
from typing import Any

from flint import acb, arb, fmpq, fmpq_poly

from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.solvers.roots import Root, ball_to_enclosure, real_roots, working_precision
from pigou.solvers.shares import fraction

__all__ = ["Ratio"]

_ONE = fmpq_poly([1])


class Ratio:
    """A ratio of two polynomials.

    Parameters
    ----------
    over : fmpq_poly, fmpq or int
        The numerator.
    under : fmpq_poly
        The denominator, not zero.

    Raises
    ------
    ZeroDivisionError
        If the denominator is zero.

    Examples
    --------
    >>> x = fmpq_poly([0, 1])
    >>> half = Ratio(x) / Ratio(x * x + x)
    >>> half, half(fmpq(1)), half - half == Ratio(0)
    (Ratio(1, x + 1), 1/2, True)
    """

    __slots__ = ("over", "under")

    def __init__(self, over: Any, under: Any = _ONE):
        over = over if isinstance(over, fmpq_poly) else fmpq_poly([over])
        if under.is_zero():
            raise ZeroDivisionError("a denominator that is zero throughout")
        if under.degree() > 0:
            common = over.gcd(under)
            over, under = over // common, under // common
        lead = under[under.degree()]
        self.over, self.under = over / lead, under / lead

    def __repr__(self) -> str:
        return f"Ratio({self.over}, {self.under})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ratio):
            return NotImplemented
        return bool(self.over == other.over and self.under == other.under)

    __hash__ = None  # type: ignore[assignment]

    def __call__(self, point: Any) -> Any:
        """Return the value at a rational number at which the denominator is not zero."""
        return self.over(point) / self.under(point)

    def __neg__(self) -> Ratio:
        return Ratio(-self.over, self.under)

    def __add__(self, other: Any) -> Ratio:
        other = _ratio(other)
        if self.under == other.under:
            return Ratio(self.over + other.over, self.under)
        return Ratio(self.over * other.under + other.over * self.under, self.under * other.under)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Ratio:
        return self + -_ratio(other)

    def __rsub__(self, other: Any) -> Ratio:
        return _ratio(other) - self

    def __mul__(self, other: Any) -> Ratio:
        other = _ratio(other)
        return Ratio(self.over * other.over, self.under * other.under)

    __rmul__ = __mul__

    def __truediv__(self, other: Ratio) -> Ratio:
        return Ratio(self.over * other.under, self.under * other.over)

    def __pow__(self, power: int) -> Ratio:
        one, other = (self.over, self.under) if power >= 0 else (self.under, self.over)
        return Ratio(one ** abs(power), other ** abs(power))

    @property
    def is_polynomial(self) -> bool:
        """Whether the denominator is 1."""
        return int(self.under.degree()) == 0

    @property
    def is_constant(self) -> bool:
        """Whether it is the same number everywhere."""
        return self.is_polynomial and self.over.degree() < 1

    @property
    def sign(self) -> Any:
        """A polynomial that has the sign of the ratio wherever the ratio is defined."""
        return self.over if self.is_polynomial else self.over * self.under

    @property
    def slope(self) -> Any:
        """A polynomial that has the sign of the derivative wherever the ratio is defined."""
        turned = self.over.derivative() * self.under - self.over * self.under.derivative()
        return self.over.derivative() if self.is_polynomial else turned

    def bound(self, low: int, high: int) -> Any:
        """Return at least the largest absolute value on the whole numbers from low to high.

        It is taken at an end, at a turning point, or next to a zero of the denominator.

        Examples
        --------
        >>> Ratio(1, fmpq_poly([1, 1])).bound(0, 10)
        1
        """
        beside = {n for n in self.beside_poles(low, high) if low <= n <= high}
        sizes = [abs(self(fmpq(end))) for end in {low, high} | beside]
        slope = self.slope // self.slope.gcd(self.under)  # not zero at a repeated pole
        turning = real_roots(slope, low, high) if slope.degree() > 0 else []
        values = (self.at(root) for root in turning)
        ends = (end for value in values for end in (value.lower, value.upper))
        return max([*sizes, *(abs(fmpq(end.numerator, end.denominator)) for end in ends)])

    def beside_poles(self, low: int, high: int) -> set[int]:
        """Return the whole numbers next to zeros of the denominator between low and high.

        Examples
        --------
        >>> sorted(Ratio(1, fmpq_poly([-5, 2])).beside_poles(0, 10))
        [2, 3]
        """
        poles = real_roots(self.under, low, high) if not self.is_polynomial else []
        ends = (e for p in poles for e in (p.enclosure.lower, p.enclosure.upper))
        return {n for end in ends for n in (math.floor(end), math.ceil(end))}

    def at(self, root: Root) -> Enclosure:
        """Enclose the value at a real number.

        Raises
        ------
        StructureError
            If the denominator cannot be told from zero there.

        Examples
        --------
        >>> from pigou.solvers.roots import real_roots
        >>> x = fmpq_poly([0, 1])
        >>> (root,) = real_roots(2 * x * x - 1)
        >>> round(Ratio(x, x + 1).at(root).value, 6)
        0.414214
        """
        if root.exact is not None:
            if self.under(root.exact) == 0:
                raise StructureError(f"a payoff is infinite at a share of {root.enclosure}")
            return Enclosure.point(fraction(self(root.exact)))
        with working_precision():
            over, under = (_horner(part, root.ball) for part in (self.over, self.under))
            if under.contains(0):
                raise StructureError(f"a payoff is infinite at a share of {root.enclosure}")
            return ball_to_enclosure(over if self.is_polynomial else over / under)

    def integral(self, low: Root, high: Root) -> Enclosure:
        """Enclose the integral between two numbers with no zero of the denominator between them.

        Raises
        ------
        StructureError
            If it does not converge, or a bound cannot be told from a zero of the denominator.

        Examples
        --------
        >>> ends = (Root(arb(n), 1, fmpq(n)) for n in (0, 1))
        >>> round(Ratio(1, fmpq_poly([1, 1])).integral(*ends).value, 12)  # the logarithm of 2
        0.69314718056
        """
        if self.is_polynomial:
            whole = Ratio(self.over.integral())
            return whole.at(high) - whole.at(low)
        with working_precision():
            start, end = (acb(r.ball if r.exact is None else r.exact) for r in (low, high))

            def value(point: Any, _: Any) -> Any:
                return _horner(self.over, point, acb(0)) / _horner(self.under, point, acb(0))

            found = acb.integral(value, start, end).real
            if not found.is_finite():
                raise StructureError("the integral of what a choice gains could not be bounded")
            return ball_to_enclosure(found)


def _ratio(value: Any) -> Ratio:
    return value if isinstance(value, Ratio) else Ratio(value)


def _horner(polynomial: Any, point: Any, zero: Any = None) -> Any:
    total = arb(0) if zero is None else zero
    for coefficient in reversed(polynomial.coeffs()):
        total = total * point + arb(coefficient)
    return total
