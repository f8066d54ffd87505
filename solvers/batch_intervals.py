r"""Leaner interval arithmetic, for very many boxes at once.

`pigou.solvers.intervals` keeps exact sums exact, at three times the cost. Here every end is simply
moved outwards by :math:`2^{-52}` of itself. An interval is a pair (lower, upper); where both are
the same object, it is a point, and products are half the work. Why a pair holds all values:

1. *Sums and products.* Let s be the rounded and :math:`\hat s` the exact result. Rounding to
   nearest errs by at most half the spacing of doubles at s, hence by at most :math:`2^{-53} |s|`
   above :math:`2^{-1022}`. The step :math:`w = 2^{-52}|s|` shifts the exponent: exact while it
   is a normal double, and at least one spacing. As rounding is monotone, :math:`s \ominus w` is at
   most the next double below s, hence below :math:`\hat s`. Where w is not normal, it is rounded by
   less than half of itself or s is below :math:`2^{-1022}`; sums that small are exact.
2. *Small products.* Where factors that are not 0 have a product below :math:`10^{-290}`, both ends
   move by :math:`10^{-300}` as well, which is more than underflow can take.
3. *Reciprocals and square roots* are correctly rounded too, and treated alike.
4. *exp, log, powers, and the logistic function* come from numpy's kernels, which err by at most 4
   units in the last place; ends move by :math:`2^{-46}` of themselves and :math:`10^{-307}`, as in
   `pigou.solvers.intervals`. The logistic function :math:`1/(1 + e^{-u})` loses 3 roundings more.
5. Infinite or undefined intermediate results become NaN in the end concerned, and a comparison with
   NaN is false: nothing is concluded from it. Nothing else may be done with an end than compare it
   so that false means "not known".

Where an operation is not defined at all points of a box, the box is marked, and both ends are NaN.

Sources: those of `pigou.solvers.intervals`; N. J. Higham (2002), Accuracy and Stability of
Numerical Algorithms, section 2.2.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "EPSILON", "MARGIN", "SMALL", "TINY", "Pair", "add", "down", "exponential", "logarithm",
    "logistic", "multiply", "negative", "power", "reciprocal", "root", "up",
]  # fmt: skip

Pair = tuple[Any, Any]
"""Lower and upper ends: arrays, or floats that are the same for all boxes."""

EPSILON = 2.0**-52
MARGIN = 2.0**-46
SMALL = 1e-290
UNDERFLOW = 1e-300
TINY = 1e-307


def down(value: Any) -> Any:
    """Move lower ends outwards.

    Examples
    --------
    >>> bool(down(np.float64(0.3)) < 0.3), float(down(np.float64(0.0)))
    (True, 0.0)
    """
    step = np.abs(value)
    step *= EPSILON
    return value - step


def up(value: Any) -> Any:
    """Move upper ends outwards.

    Examples
    --------
    >>> bool(up(np.float64(0.3)) > 0.3)
    True
    """
    step = np.abs(value)
    step *= EPSILON
    return value + step


def add(x: Pair, y: Pair) -> Pair:
    """Add intervals.

    Examples
    --------
    >>> low, high = add((np.array([0.1]), np.array([0.1])), (0.2, 0.2))
    >>> Fraction(low[0]) < Fraction(0.1) + Fraction(0.2) < Fraction(high[0])
    True
    """
    low = x[0] + y[0]
    high = low if x[0] is x[1] and y[0] is y[1] else x[1] + y[1]
    return down(low), up(high)


def negative(x: Pair) -> Pair:
    """Return minus an interval, exactly.

    Examples
    --------
    >>> negative((1.0, 2.0))
    (-2.0, -1.0)
    """
    low = -x[1]
    return low, low if x[0] is x[1] else -x[0]


def multiply(x: Pair, y: Pair) -> Pair:
    """Multiply intervals.

    Examples
    --------
    >>> low, high = multiply((np.array([-1.0]), np.array([2.0])), (3.0, 4.0))
    >>> bool(low[0] <= -4), bool(high[0] >= 8)
    (True, True)
    """
    if x[0] is x[1]:
        x, y = y, x
    if y[0] is y[1]:
        low, high = _times_point(x, y[0])
    else:
        products = [a * b for a in x for b in y]
        first, second = (f(products[0], products[1]) for f in (np.minimum, np.maximum))
        third, fourth = (f(products[2], products[3]) for f in (np.minimum, np.maximum))
        low, high = np.minimum(first, third), np.maximum(second, fourth)
    return _with_underflow(x, y, down(low), up(high))


def _times_point(x: Pair, point: Any) -> Pair:
    low = x[0] * point
    if x[0] is x[1]:
        return low, low
    high = x[1] * point
    if isinstance(point, float):
        return (low, high) if point >= 0 else (high, low)
    return np.minimum(low, high), np.maximum(low, high)


def _with_underflow(x: Pair, y: Pair, low: Any, high: Any) -> Pair:
    """Move ends further where a product of what is not 0 is too small (point 2)."""
    small = np.flatnonzero((np.abs(low) < SMALL) | (np.abs(high) < SMALL))
    if not len(small):
        return low, high
    parts = [np.broadcast_to(end, np.shape(low))[small] for end in (*x, *y)]
    under = np.zeros(len(small), dtype=bool)
    for a in parts[:2]:
        for b in parts[2:]:
            under |= (a != 0) & (b != 0) & (np.abs(a * b) < SMALL)
    if under.any():
        low[small[under]] -= UNDERFLOW
        high[small[under]] += UNDERFLOW
    return low, high


def power(x: Pair, exponent: int) -> Pair:
    """Raise intervals to a whole power of at least 2.

    Examples
    --------
    >>> low, high = power((np.array([-2.0]), np.array([1.0])), 3)
    >>> bool(low[0] <= -8), bool(high[0] >= 1)
    (True, True)
    """
    same = x[0] is x[1]
    if exponent % 2 == 0:
        size = [np.abs(end) for end in (x[:1] if same else x)]
        if same:
            return _raised(size[0], exponent)
        inside = (x[0] < 0) & (x[1] > 0)
        least = np.where(inside, 0.0, np.minimum(*size))
        return _raised(least, exponent)[0], _raised(np.maximum(*size), exponent)[1]
    first = _raised(np.abs(x[0]), exponent)
    last = first if same else _raised(np.abs(x[1]), exponent)
    low = np.where(x[0] < 0, -first[1], first[0])
    return low, np.where(x[1] < 0, -last[0], last[1])


def _raised(a: Any, exponent: int) -> Pair:
    """Raise numbers of at least 0 to a power of at least 2, by squaring."""
    result: Pair = (a, a)
    for bit in f"{exponent:b}"[1:]:
        result = multiply(result, result)
        if bit == "1":
            result = multiply(result, (a, a))
    return np.maximum(result[0], 0.0), result[1]


def reciprocal(x: Pair, left: NDArray[np.bool_]) -> Pair:
    """Divide 1 by intervals; mark those that hold 0.

    Examples
    --------
    >>> left = np.zeros(2, dtype=bool)
    >>> low, high = reciprocal((np.array([2.0, -1.0]), np.array([4.0, 1.0])), left)
    >>> bool(low[0] <= 0.25), bool(high[0] >= 0.5), left.tolist()
    (True, True, [False, True])
    """
    good = (x[0] > 0) | (x[1] < 0)
    left |= ~good
    low = 1 / x[1]
    high = low if x[0] is x[1] else 1 / x[0]
    low, high = down(low), up(high)
    small = (np.abs(low) < SMALL) | (np.abs(high) < SMALL)
    if small.any():
        low[small] -= UNDERFLOW
        high[small] += UNDERFLOW
    if not good.all():
        low[~good] = high[~good] = np.nan
    return low, high


def _widened(low: Any, high: Any) -> Pair:
    """Move ends of at least 0 outwards by more than the functions of numpy may err."""
    return np.maximum(low * (1 - MARGIN) - TINY, 0.0), high * (1 + MARGIN) + TINY


def exponential(x: Pair) -> Pair:
    """Enclose the exponential function.

    Examples
    --------
    >>> low, high = exponential((np.array([0.0]), np.array([1.0])))
    >>> bool(low[0] <= 1), bool(high[0] > 2.718281828459045)
    (True, True)
    """
    low = np.exp(x[0])
    high = low if x[0] is x[1] else np.exp(x[1])
    low, high = _widened(low, high)
    return np.where(np.isinf(low), np.nan, low), high


def logistic(x: Pair) -> Pair:
    """Enclose 1/(1 + exp(-u)), which rises in u.

    Examples
    --------
    >>> low, high = logistic((np.array([0.0]), np.array([800.0])))
    >>> bool(low[0] <= 0.5), float(high[0])
    (True, 1.0)
    """
    low = 1 / (1 + np.exp(-x[0]))
    high = low if x[0] is x[1] else 1 / (1 + np.exp(-x[1]))
    low, high = _widened(low, high)
    return low, np.minimum(high, 1.0)


def logarithm(x: Pair, left: NDArray[np.bool_]) -> Pair:
    """Enclose the natural logarithm; mark intervals that hold what is not positive.

    Examples
    --------
    >>> low, high = logarithm((np.array([1.0]), np.array([3.0])), np.zeros(1, dtype=bool))
    >>> bool(low[0] <= 0), bool(high[0] > 1.09861228866811)
    (True, True)
    """
    good = x[0] > 0
    left |= ~good
    low = np.log(x[0])
    high = low if x[0] is x[1] else np.log(x[1])
    low, high = low - (np.abs(low) * MARGIN + TINY), high + (np.abs(high) * MARGIN + TINY)
    low[~good] = high[~good] = np.nan
    return low, high


def root(x: Pair, exponent: Fraction, left: NDArray[np.bool_]) -> Pair:
    """Raise intervals to a fractional power; mark those that hold what is negative.

    A negative power of 0 is its limit from above, infinity.

    Examples
    --------
    >>> left = np.zeros(1, dtype=bool)
    >>> low, high = root((np.array([0.0]), np.array([4.0])), Fraction(1, 2), left)
    >>> float(low[0]), bool(high[0] >= 2)
    (0.0, True)
    """
    good = x[0] >= 0
    left |= ~good
    ends = [x[0], x[1]] if exponent > 0 else [x[1], x[0]]
    low = _fractional(ends[0], exponent)[0]
    high = _fractional(ends[1], exponent)[1]
    low[~good] = high[~good] = np.nan
    return low, high


def _fractional(a: Any, exponent: Fraction) -> Pair:
    """Raise numbers to a fractional power, an exponent within 2^-53 of itself (see intervals)."""
    if exponent == Fraction(1, 2):
        value = np.sqrt(a)
        return down(value), up(value)
    number = float(exponent)
    value = np.power(a, number)
    slack = MARGIN + abs(number) * np.abs(np.log(a)) * 2.0**-51
    slack = np.where(np.isfinite(slack), slack, 0.0)  # 0 and infinity keep their values
    step = value * slack + TINY
    low = np.maximum(value - step, 0.0)
    if exponent > 0:
        return np.where(a == 0, 0.0, low), np.where(a == 0, 0.0, value + step)
    return low, value + step
