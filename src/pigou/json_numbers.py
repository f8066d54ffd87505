"""Numbers in JSON: exact as a fraction, or enclosed by floats that are rounded outwards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pigou.exact import Enclosure

__all__ = ["maybe", "number", "numbers", "outwards"]


def number(value: Enclosure) -> dict[str, Any]:
    """Write a number.

    Examples
    --------
    >>> number(Enclosure.point("1/2"))
    {'value': 0.5, 'exact': '1/2'}
    """
    middle = 0.0 if value.is_zero() else value.value
    shown = middle if math.isfinite(middle) else None
    if value.is_exact:
        return {"value": shown, "exact": str(value.lower)}
    return {
        "value": shown,
        "lower": outwards(value.lower, -math.inf),
        "upper": outwards(value.upper, math.inf),
    }


def outwards(end: Fraction, towards: float) -> float | None:
    """Round the end of an enclosure to a float that does not cut it; None if there is none.

    Examples
    --------
    >>> outwards(Fraction(1, 2), math.inf)
    0.5
    """
    try:
        near = float(end)
    except OverflowError:
        return None
    if (towards > 0 and Fraction(near) < end) or (towards < 0 and Fraction(near) > end):
        near = math.nextafter(near, towards)
    return near if math.isfinite(near) else None


def numbers(values: Mapping[str, Enclosure]) -> dict[str, Any]:
    """Write several numbers.

    Examples
    --------
    >>> numbers({"firm": Enclosure.point(2)})
    {'firm': {'value': 2.0, 'exact': '2'}}
    """
    return {name: number(value) for name, value in values.items()}


def maybe(value: Enclosure | None) -> dict[str, Any] | None:
    """Write a number that there may not be.

    Examples
    --------
    >>> maybe(None) is None
    True
    """
    return None if value is None else number(value)
