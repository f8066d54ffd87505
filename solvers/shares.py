"""Shares as short rationals: rounding, and where to look next inside a bracket of a root."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from pigou.solvers.roots import working_precision

__all__ = ["SMALL", "dyadic", "fraction", "next_share", "root_of", "rounded"]

SMALL = arb(2) ** -200


def next_share(ends: list[Any], values: list[Any], start: Any, slow: bool) -> Any:
    """Return where to look next inside a bracket.

    Parameters
    ----------
    ends : list of fmpq
    values : list of arb or None
        What is known at the ends.
    start : fmpq
        The width that the bracket had at first.
    slow : bool
        Whether interpolation gains too little: then the bracket is halved.

    Examples
    --------
    >>> next_share([fmpq(1, 4), fmpq(1, 2)], [None, None], fmpq(1, 4), False)
    3/8
    """
    point = _wanted(ends, values, start, slow)
    return rounded(point, min(point - ends[0], ends[1] - point))


def _wanted(ends: list[Any], values: list[Any], start: Any, slow: bool) -> Any:
    width, middle = ends[1] - ends[0], (ends[0] + ends[1]) / 2
    if slow or values[0] is None or values[1] is None:
        return _geometric(ends, middle)
    with working_precision(128):
        weight = (values[0] / (values[0] - values[1])).mid()
    if weight < SMALL or weight > 1 - SMALL:
        return _geometric(ends, middle)
    point = ends[0] + width * dyadic(*weight.man_exp())
    relative = width / start
    push = width * fmpq(math.isqrt(int(relative * 2**200)) + 1, 2**100) / 8
    if abs(middle - point) > push:
        return point + (push if middle > point else -push)
    return middle


def _geometric(ends: list[Any], middle: Any) -> Any:
    """Return a point that halves a bracket, on a logarithmic scale next to 0 and to 1."""
    low, high = ends
    if high > 16 * low and high < fmpq(1, 2):
        return root_of(low * high)
    if 1 - low > 16 * (1 - high) and low > fmpq(1, 2):
        return 1 - root_of((1 - low) * (1 - high))
    return middle


def root_of(number: Any) -> Any:
    """Return about the square root of a number in (0, 1).

    Examples
    --------
    >>> abs(root_of(fmpq(1, 9)) - fmpq(1, 3)) < fmpq(1, 10**5)
    True
    """
    scale = 2 * (int(number.q).bit_length() - int(number.p).bit_length() + 20)
    return fmpq(math.isqrt(int(number * 2**scale)) + 1, 2 ** (scale // 2))


def dyadic(mantissa: Any, exponent: Any) -> Any:
    """Return a mantissa times a power of two.

    Examples
    --------
    >>> dyadic(3, -2)
    3/4
    """
    power = fmpq(2) ** abs(int(exponent))
    return int(mantissa) * power if exponent >= 0 else fmpq(int(mantissa)) / power


def rounded(share: Any, width: Any = None) -> Any:
    """Round a share to few bits, next to 0 and 1 relative to the distance from there.

    With a width, to about a thousandth of it.

    Examples
    --------
    >>> rounded(fmpq(1, 3), fmpq(1))
    1365/4096
    """
    width = min(share, 1 - share) if width is None else width
    bits = int(width.q).bit_length() - int(width.p).bit_length() + 12
    scaled = share * 2**bits + fmpq(1, 2)
    return fmpq(int(scaled.p) // int(scaled.q), 2**bits)


def fraction(number: Any) -> Fraction:
    """Return a rational of FLINT as one of Python.

    Examples
    --------
    >>> fraction(fmpq(1, 3))
    Fraction(1, 3)
    """
    return Fraction(int(number.p), int(number.q))
