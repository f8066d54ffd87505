r"""Interval arithmetic over many boxes at once: numpy arrays of lower and upper ends.

An interval is a pair of arrays (lower, upper); every operation returns a pair that holds all
values of the operation over all points of its arguments. Why that is so:

1. *Sums.* IEEE 754 rounds to nearest, and the error of :math:`s = a \oplus b` is itself a double,
   found by the two-sum of Knuth (TAOCP 2, 4.2.2, Theorem B). An end is moved to the next double
   outwards only where the error points outwards, so that an exact sum stays exact.
2. *Products, quotients and square roots* are correctly rounded: the true value lies strictly
   between the doubles next to the computed one, so that one step of ``nextafter`` outwards holds
   it (results that are too small for a double and are rounded to 0 included). Products with 0, 1
   or -1 are exact and stay as they are.
3. *exp, log and powers* come from libm or numpy's own kernels, whose stated errors for doubles are
   at most 4 units in the last place (numpy's accuracy tests; the glibc manual, "Errors in Math
   Functions", states 1 to 2). Every end is moved by :math:`2^{-46}` of itself, 64 to 128 such
   units, and by :math:`10^{-307}`. A fractional exponent q is a double within :math:`2^{-53}|q|` of
   the exact one, which changes :math:`x^q` by a factor within
   :math:`\exp(\pm 2^{-53} |q \log x|)`; the margin has that too, four times over.
4. *The logistic function* :math:`\sigma(u) = 1/(1 + e^{-u})` and its first two derivatives are
   taken at ends only, on pieces where they are monotone, and at their extrema: 1/4 at 0 for
   :math:`\sigma'`, :math:`\mp 1/(6 \sqrt 3)` at :math:`\pm \log(2 + \sqrt 3)` for
   :math:`\sigma''`. With :math:`e = \exp(-|u|) \in [0, 1]`, which cannot overflow,

   .. math:: \sigma = \frac{1}{1 + e} \text{ or } \frac{e}{1 + e}, \qquad
             \sigma' = \frac{e}{(1 + e)^2}, \qquad
             |\sigma''| = \frac{e\,(1 - e)}{(1 + e)^3}, \quad 1 - e = -\operatorname{expm1}(-|u|).

   exp and expm1 err by at most 4 units in the last place, and at most eight correctly rounded sums,
   products and quotients of positive numbers follow: together by less than 20 units, where the
   margin of 3. has 64. What is too small for a double is covered by its :math:`10^{-307}`.
5. An infinite end is a bound and no value: 0 times it counts as 0 unless the other factor is
   exactly 0, when nothing is claimed (the whole line). Any undefined result is the whole line.

Where an operation is not defined at all points of a box (a pole, the logarithm or root of what may
be negative), it marks the box in `Domain`, and nothing may be concluded there. A negative
fractional power at 0 is the exception: it is read as the limit from above, :math:`+\infty`, which
is what a derivative at the end of an interval needs.

Sources: R. E. Moore, R. B. Kearfott and M. J. Cloud (2009), Introduction to Interval Analysis;
D. E. Knuth (1997), The Art of Computer Programming 2.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Domain", "Ends", "Floats", "add", "constant", "exponential", "integer_power", "logarithm",
    "logistic", "multiply", "picked", "rational_power", "scaled",
]  # fmt: skip

Floats = NDArray[np.float64]
Ends = tuple[Floats, Floats]
"""Lower and upper ends."""

_MARGIN = 2.0**-46
_TINY = 1e-307
_LARGEST = float(np.finfo(np.float64).max)


class Domain:
    """Marks the boxes in which some operation is not defined everywhere.

    Examples
    --------
    >>> domain = Domain(2)
    >>> ends = integer_power((np.array([1.0, -1.0]), np.array([2.0, 1.0])), -1, domain)
    >>> domain.left.tolist()
    [False, True]
    """

    def __init__(self, boxes: int):
        self.left = np.zeros(boxes, dtype=bool)

    def leave(self, where: NDArray[np.bool_]) -> None:
        """Mark boxes."""
        self.left |= where


@lru_cache(maxsize=4096)
def constant(number: Fraction) -> tuple[float, float]:
    """Enclose a rational by two doubles, equal where it is one.

    Examples
    --------
    >>> constant(Fraction(1, 2))
    (0.5, 0.5)
    >>> low, high = constant(Fraction(1, 10))
    >>> Fraction(low) < Fraction(1, 10) <= Fraction(high)
    True
    """
    try:
        near = float(number)
    except OverflowError:
        return (_LARGEST, np.inf) if number > 0 else (-np.inf, -_LARGEST)
    low, high = Fraction(near) > number, Fraction(near) < number
    return (
        float(np.nextafter(near, -np.inf)) if low else near,
        float(np.nextafter(near, np.inf)) if high else near,
    )


def _sum_end(a: Floats, b: Floats, towards: float) -> Floats:
    """Add, and step outwards where the rounding error points there."""
    total = a + b
    part = total - a
    error = (a - (total - part)) + (b - part)
    exact = error == 0
    inwards = (error > 0) if towards < 0 else (error < 0)
    result = np.where(exact | inwards, total, np.nextafter(total, towards))
    return np.where(np.isnan(total), towards, result)


def add(x: Ends, y: Ends) -> Ends:
    """Add intervals.

    Examples
    --------
    >>> tenth = tuple(np.array([end]) for end in constant(Fraction(1, 10)))
    >>> low, high = add(tenth, tenth)
    >>> Fraction(low[0]) <= Fraction(1, 5) <= Fraction(high[0])
    True
    """
    return _sum_end(x[0], y[0], -np.inf), _sum_end(x[1], y[1], np.inf)


def _is_simple(a: Floats) -> NDArray[np.bool_]:
    return (a == 0) | (np.abs(a) == 1)


def _product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Multiply ends: the product rounded down and up."""
    value = a * b
    value = np.where(np.isnan(value), 0.0, value)
    exact = _is_simple(a) | _is_simple(b)
    low = np.where(exact, value, np.nextafter(value, -np.inf))
    return low, np.where(exact, value, np.nextafter(value, np.inf))


def multiply(x: Ends, y: Ends) -> Ends:
    """Multiply intervals.

    Examples
    --------
    >>> low, high = multiply(
    ...     (np.array([-1.0]), np.array([2.0])), (np.array([3.0]), np.array([4.0]))
    ... )
    >>> bool(low[0] <= -4), bool(high[0] >= 8)
    (True, True)
    """
    one, other = np.array(x), np.array(y)
    if one.ndim != other.ndim:  # boxes are the last axis of both
        deepest = max(one.ndim, other.ndim)
        one, other = (e.reshape(2, *(1,) * (deepest - e.ndim), *e.shape[1:]) for e in (one, other))
    value = one[:, None] * other
    value[np.isnan(value)] = 0.0
    exact = _is_simple(one)[:, None] | _is_simple(other)
    low = np.where(exact, value, np.nextafter(value, -np.inf)).min(axis=(0, 1))
    high = np.where(exact, value, np.nextafter(value, np.inf)).max(axis=(0, 1))
    unclear = _meet_zero_and_infinity(one, other) | _meet_zero_and_infinity(other, one)
    if unclear.any():
        return np.where(unclear, -np.inf, low), np.where(unclear, np.inf, high)
    return low, high


def _meet_zero_and_infinity(x: Floats, y: Floats) -> NDArray[np.bool_]:
    return (x[0] == 0) & (x[1] == 0) & (np.isinf(y[0]) | np.isinf(y[1]))


def scaled(x: Ends, factor: Floats) -> Ends:
    """Multiply intervals by numbers that are doubles.

    Examples
    --------
    >>> scaled((np.array([1.0]), np.array([1.0])), np.array([-1.0]))
    (array([-1.]), array([-1.]))
    """
    (a, b), (c, d) = _product(x[0], factor), _product(x[1], factor)
    return np.minimum(a, c), np.maximum(b, d)


def picked(switch: Ends, one: Ends, other: Ends) -> Ends:
    r"""Mix two intervals by a switch: :math:`s\,a + (1 - s)\,b`, within both for s in [0, 1].

    Examples
    --------
    >>> ends = [
    ...     tuple(np.array([end]) for end in pair) for pair in ((0.0, 1.0), (3.0, 4.0), (1.0, 2.0))
    ... ]
    >>> picked(*ends)
    (array([1.]), array([4.]))
    """
    rest = add((np.ones_like(switch[0]),) * 2, (-switch[1], -switch[0]))
    low, high = add(multiply(switch, one), multiply(rest, other))
    inside = (switch[0] >= 0) & (switch[1] <= 1)
    low = np.where(inside, np.maximum(low, np.minimum(one[0], other[0])), low)
    high = np.where(inside, np.minimum(high, np.maximum(one[1], other[1])), high)
    first = (switch[0] == 1) & (switch[1] == 1)
    second = (switch[0] == 0) & (switch[1] == 0)
    low = np.where(first, one[0], np.where(second, other[0], low))
    return low, np.where(first, one[1], np.where(second, other[1], high))


def _raised(a: Floats, exponent: int, up: bool) -> Floats:
    """Raise numbers of at least 0 to a positive power, rounded one way at every step."""
    result, square, left = np.ones_like(a), a, exponent
    while left:
        if left & 1:
            result = _product(result, square)[up]
        left >>= 1
        if left:
            square = _product(square, square)[up]
        result, square = np.maximum(result, 0.0), np.maximum(square, 0.0)
    return result


def integer_power(x: Ends, exponent: int, domain: Domain) -> Ends:
    """Raise intervals to a whole power; a negative one leaves the domain where 0 is within.

    Examples
    --------
    >>> low, high = integer_power((np.array([-2.0]), np.array([1.0])), 2, Domain(1))
    >>> low[0], high[0] >= 4
    (np.float64(0.0), np.True_)
    """
    if exponent < 0:
        return _reciprocal(integer_power(x, -exponent, domain), domain)
    low, high = np.abs(x[0]), np.abs(x[1])
    inside = (x[0] < 0) & (x[1] > 0)
    if exponent % 2 == 0:
        small = np.where(inside, 0.0, np.minimum(low, high))
        return _raised(small, exponent, False), _raised(np.maximum(low, high), exponent, True)
    return (
        np.where(x[0] < 0, -_raised(low, exponent, True), _raised(low, exponent, False)),
        np.where(x[1] < 0, -_raised(high, exponent, False), _raised(high, exponent, True)),
    )


def _reciprocal(x: Ends, domain: Domain) -> Ends:
    pole = (x[0] <= 0) & (x[1] >= 0)
    domain.leave(pole)
    low, high = 1 / np.where(pole, 1.0, x[1]), 1 / np.where(pole, 1.0, x[0])
    low = np.where(_is_simple(x[1]), low, np.nextafter(low, -np.inf))
    high = np.where(_is_simple(x[0]), high, np.nextafter(high, np.inf))
    return np.where(pole, -np.inf, low), np.where(pole, np.inf, high)


def _widened(low: Floats, high: Floats, margin: Any = _MARGIN) -> Ends:
    """Move ends outwards by more than the functions of libm may err."""
    low = np.where(np.isposinf(low), _LARGEST, low)
    high = np.where(np.isneginf(high), -_LARGEST, high)
    return low - np.abs(low) * margin - _TINY, high + np.abs(high) * margin + _TINY


def exponential(x: Ends) -> Ends:
    """Enclose the exponential function.

    Examples
    --------
    >>> low, high = exponential((np.array([0.0]), np.array([1.0])))
    >>> float(low[0]), high[0] > 2.718281828459045
    (1.0, np.True_)
    """
    low, high = _widened(np.exp(x[0]), np.exp(x[1]))
    return (
        np.where(x[0] == 0, 1.0, np.maximum(low, 0.0)),
        np.where(x[1] == 0, 1.0, high),
    )


def logarithm(x: Ends, domain: Domain) -> Ends:
    """Enclose the natural logarithm; it leaves the domain where a number may not be positive.

    Examples
    --------
    >>> low, high = logarithm((np.array([1.0]), np.array([3.0])), Domain(1))
    >>> float(low[0]), high[0] > 1.09861228866811
    (0.0, np.True_)
    """
    outside = x[0] <= 0
    domain.leave(outside)
    safe = np.where(outside, 1.0, x[0]), np.where(outside, 1.0, x[1])
    low, high = _widened(np.log(safe[0]), np.log(safe[1]))
    low, high = np.where(safe[0] == 1, 0.0, low), np.where(safe[1] == 1, 0.0, high)
    return np.where(outside, -np.inf, low), np.where(outside, np.inf, high)


_SLOPE_MOST = 0.25
_CURVE_MOST = 0.09622504486493764  # above 1/(6 sqrt 3) = 0.0962250448649376...
_CURVE_LOW, _CURVE_HIGH = 1.3169578969248164, 1.3169578969248169  # log(2 + sqrt 3) is between


def logistic(x: Ends, order: int) -> Ends:
    """Enclose the logistic function (order 0), or its first or second derivative.

    Examples
    --------
    >>> low, high = logistic((np.array([-1e9, 0.0]), np.array([1e9, 0.0])), 0)
    >>> low.tolist(), high.tolist()
    ([0.0, 0.5], [1.0, 0.5])
    >>> logistic((np.array([-3.0]), np.array([3.0])), 1)[1]
    array([0.25])
    """
    below, above = _logistic_at(x[0], order), _logistic_at(x[1], order)
    if order == 0:
        return below[0], above[1]
    low, high = np.minimum(below[0], above[0]), np.maximum(below[1], above[1])
    if order == 1:
        return low, np.where((x[0] <= 0) & (x[1] >= 0), _SLOPE_MOST, high)
    rise = (x[0] <= -_CURVE_LOW) & (x[1] >= -_CURVE_HIGH)
    fall = (x[0] <= _CURVE_HIGH) & (x[1] >= _CURVE_LOW)
    return np.where(fall, -_CURVE_MOST, low), np.where(rise, _CURVE_MOST, high)


def _logistic_at(u: Floats, order: int) -> Ends:
    """Enclose the logistic function or a derivative at points; infinite ones are limits."""
    small = np.exp(-np.abs(u))
    if order == 0:
        value = np.where(u >= 0, 1.0, small) / (1 + small)
        low, high = _widened(value, value)
        half = u == 0
        low, high = np.where(half, 0.5, low), np.where(half, 0.5, high)
        return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    if order == 1:
        value = small / (1 + small) ** 2
        low, high = _widened(value, value)
        return np.clip(low, 0.0, _SLOPE_MOST), np.clip(high, 0.0, _SLOPE_MOST)
    value = small * -np.expm1(-np.abs(u)) / (1 + small) ** 3
    low, high = _widened(np.where(u > 0, -value, value), np.where(u > 0, -value, value))
    return np.clip(low, -_CURVE_MOST, _CURVE_MOST), np.clip(high, -_CURVE_MOST, _CURVE_MOST)


def rational_power(x: Ends, exponent: Fraction, domain: Domain) -> Ends:
    """Raise intervals to a fractional power; where a number may be negative, leave the domain.

    Examples
    --------
    >>> low, high = rational_power((np.array([0.0]), np.array([4.0])), Fraction(1, 2), Domain(1))
    >>> float(low[0]), high[0] >= 2
    (0.0, np.True_)
    """
    outside = x[0] < 0
    domain.leave(outside)
    ends = [np.where(outside, 1.0, end) for end in x]
    if exponent < 0:
        ends.reverse()
    low, high = (_fractional(end, exponent) for end in ends)
    return np.where(outside, -np.inf, low[0]), np.where(outside, np.inf, high[1])


def _fractional(a: Floats, exponent: Fraction) -> Ends:
    """Raise numbers of at least 0 to a fractional power, with ends that hold the result."""
    at_zero = np.inf if exponent < 0 else 0.0
    positive = np.where(a > 0, a, 1.0)
    if abs(exponent) == Fraction(1, 2):
        root = np.sqrt(positive)
        ends = np.nextafter(root, 0.0), np.nextafter(root, np.inf)
        if exponent < 0:
            ends = np.nextafter(1 / ends[1], 0.0), np.nextafter(1 / ends[0], np.inf)
    else:
        power = float(exponent)
        slack = abs(power) * np.abs(np.log(positive)) * 2.0**-51
        slack = np.where(np.isinf(slack), 1.0, slack)
        value = np.power(positive, power)
        ends = _widened(value, value, _MARGIN + slack)
    exact = positive == 1
    low, high = (np.where(exact, 1.0, np.maximum(end, 0.0)) for end in ends)
    return np.where(a == 0, at_zero, low), np.where(a == 0, at_zero, high)
