"""Exact numbers: how decimals become rationals, and how an enclosure holds what is not rational."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from pigou.errors import ExpressionError

__all__ = ["Enclosure", "Record", "exact"]

V = TypeVar("V")

_TIGHT = Fraction(1, 10**30)

_LONGEST_NUMBER = 2_500
_LARGEST_EXPONENT = 1_000
LONGEST_RESULT = 4_000
"""Bits of numerator and denominator: what is computed can be written and read again."""


def exact(number: object) -> Fraction:
    """Read a number as an exact rational.

    Decimals mean what they say: ``0.1`` is 1/10, not the nearest binary fraction.

    Parameters
    ----------
    number : int, float, str, Decimal, Fraction or a rational sympy number
        A float is read by its shortest decimal form; a string may be ``"3"``, ``"0.25"``,
        ``"1e-3"`` or ``"2/3"``.

    Returns
    -------
    Fraction
        The number.

    Raises
    ------
    ExpressionError
        If `number` is not a finite rational, or a text that is too long: 2,500 characters, an
        exponent of 1,000, or 4,000 bits.

    Examples
    --------
    >>> exact(0.1), exact("2/3"), exact("1.50")
    (Fraction(1, 10), Fraction(2, 3), Fraction(3, 2))
    >>> exact("nan")
    Traceback (most recent call last):
    pigou.errors.ExpressionError: 'nan' is not a number; write 3, 0.25, 1e-3 or 2/3
    """
    if isinstance(number, bool):
        raise ExpressionError(f"{number} is a truth value, not a number")
    if isinstance(number, int | Fraction):
        return Fraction(number)
    infinite = not number.is_finite() if isinstance(number, Decimal) else False
    if infinite or (isinstance(number, float) and not math.isfinite(number)):
        raise ExpressionError(f"{number} is not finite; a number must be a rational")
    if getattr(number, "is_Rational", False):
        return Fraction(int(number.p), int(number.q))  # type: ignore[attr-defined]
    text = str(number).strip()
    exponent = text.lower().partition("e")[2].lstrip("+-").replace("_", "")
    too_long = ExpressionError(
        f"the number {text[:30]}... is too long (2,500 characters, exponent 1,000, 4,000 bits)"
    )
    if len(text) > _LONGEST_NUMBER or (exponent.isdecimal() and int(exponent) > _LARGEST_EXPONENT):
        raise too_long
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ExpressionError(
            f"{text[:60]!r} is not a number; write 3, 0.25, 1e-3 or 2/3"
        ) from None
    if value.numerator.bit_length() + value.denominator.bit_length() > LONGEST_RESULT:
        raise too_long
    return value


class Record(Mapping[str, V]):
    """An immutable, hashable mapping that keeps its order and compares without it.

    Examples
    --------
    >>> prices = Record({"fob": 3, "cif": 4})
    >>> prices["cif"], list(prices), prices == Record({"cif": 4, "fob": 3})
    (4, ['fob', 'cif'], True)
    """

    __slots__ = ("_items",)
    _items: dict[str, V]

    def __init__(self, items: Mapping[str, V] | Iterator[tuple[str, V]] | tuple[Any, ...] = ()):
        object.__setattr__(self, "_items", dict(items))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Record is immutable")

    def __getitem__(self, key: str) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset((k, v) for k, v in self._items.items() if isinstance(v, Hashable)))

    def __repr__(self) -> str:
        return repr(self._items)

    def __reduce__(self) -> tuple[type[Record[V]], tuple[dict[str, V]]]:
        return Record, (self._items,)


@dataclass(frozen=True, slots=True, order=False)
class Enclosure:
    r"""A real number known to lie in :math:`[\text{lower}, \text{upper}]`.

    Sums, differences, products and quotients of enclosures enclose the results. Ends are exact
    rationals; ends with more than about 400 bits are rounded outwards (to :math:`2^{-400}`
    relative to the larger end), so widths stay rigorous and sizes bounded.

    Parameters
    ----------
    lower, upper : Fraction
        The ends, lower <= upper. Equal ends mean that the number is known exactly.

    Raises
    ------
    ValueError
        If lower > upper.

    Examples
    --------
    >>> third = Enclosure.point("1/3")
    >>> third + third, third.is_exact
    (Enclosure(2/3), True)
    >>> Enclosure(Fraction(1), Fraction(2)) * Enclosure(Fraction(-1), Fraction(3))
    Enclosure(-2, 6)
    """

    lower: Fraction
    upper: Fraction

    def __post_init__(self) -> None:
        if self.lower > self.upper:
            raise ValueError(f"an enclosure needs lower <= upper, not {self.lower} > {self.upper}")

    @classmethod
    def point(cls, number: object) -> Enclosure:
        """Enclose one rational exactly."""
        value = exact(number)
        return cls(value, value)

    @property
    def is_exact(self) -> bool:
        """Whether the number is known exactly."""
        return self.lower == self.upper

    @property
    def value(self) -> float:
        """The midpoint, as a float."""
        middle = (self.lower + self.upper) / 2
        try:
            return float(middle)
        except OverflowError:
            return math.inf if middle > 0 else -math.inf

    @property
    def width(self) -> Fraction:
        """Upper less lower end."""
        return self.upper - self.lower

    def is_zero(self, scale: Fraction | int = 1) -> bool:
        """Whether the number is zero, as far as a tight enclosure can tell.

        It is where the enclosure contains 0 and is narrower than 1e-30 of `scale`, the size of the
        numbers it was computed from.

        Examples
        --------
        >>> tiny = Fraction(1, 10**40)
        >>> Enclosure(-tiny, tiny).is_zero(), Enclosure(tiny, tiny).is_zero()
        (True, False)
        """
        return self.lower <= 0 <= self.upper and self.width <= scale * _TIGHT

    def overlaps(self, other: Enclosure) -> bool:
        """Whether the two may be the same number."""
        return self.lower <= other.upper and other.lower <= self.upper

    def _of(self, ends: tuple[Fraction, ...]) -> Enclosure:
        if len(ends) == 1 and ends[0].denominator.bit_length() <= _LONGEST:
            return Enclosure(ends[0], ends[0])
        return Enclosure(_short(min(ends), math.floor), _short(max(ends), math.ceil))

    def __add__(self, other: Enclosure) -> Enclosure:
        if self.is_exact and other.is_exact:
            return self._of((self.lower + other.lower,))
        return self._of((self.lower + other.lower, self.upper + other.upper))

    def __sub__(self, other: Enclosure) -> Enclosure:
        return self._of((self.lower - other.upper, self.upper - other.lower))

    def __neg__(self) -> Enclosure:
        return Enclosure(-self.upper, -self.lower)

    def __mul__(self, other: Enclosure) -> Enclosure:
        if self.is_exact and other.is_exact:
            return self._of((self.lower * other.lower,))
        a, b, c, d = self.lower, self.upper, other.lower, other.upper
        return self._of((a * c, a * d, b * c, b * d))

    def __truediv__(self, other: Enclosure) -> Enclosure:
        if other.lower <= 0 <= other.upper:
            raise ZeroDivisionError("division by an enclosure that contains zero")
        return self * Enclosure(1 / other.upper, 1 / other.lower)

    def __repr__(self) -> str:
        return (
            f"Enclosure({self.lower})"
            if self.is_exact
            else f"Enclosure({self.lower}, {self.upper})"
        )

    def __str__(self) -> str:
        if self.is_exact and self.lower.denominator < 10_000 and abs(self.lower) < 10**12:
            return str(self.lower)
        return f"{self.value:.6g}"


_LONGEST = 400


def _short(number: Fraction, towards: Callable[[Fraction], int], bits: int = _LONGEST) -> Fraction:
    """Round a long fraction outwards; leave a short one as it is."""
    if number.denominator.bit_length() <= bits:
        return number
    magnitude = number.numerator.bit_length() - number.denominator.bit_length()
    scale = Fraction(2) ** (bits - magnitude)
    return Fraction(towards(number * scale)) / scale
