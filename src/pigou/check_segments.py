"""Formulas as polynomials on intervals of counts: the independent checker's own reader.

It shares no code with the solvers. Within an interval of counts a formula is a polynomial if every
condition in it has the same truth there, which is shown by bounds; where that fails, the interval
is cut, at the crossing of a straight line or in the middle, until it does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import sympy as sp

from pigou.errors import DeclarationError, StructureError
from pigou.expression import If, Lookup, Total, each

__all__ = [
    "Crowd",
    "Polynomial",
    "Segment",
    "added",
    "at_count",
    "divided",
    "mirrored",
    "multiplied",
    "segments",
    "shifted",
]

MOST_SEGMENTS = 5_000
_LARGEST_POWER = 100

Polynomial = tuple[Fraction, ...]
"""Coefficients of the powers of a count, the constant first; nothing for zero."""


class Crowd(NamedTuple):
    """Members alike with two choices, as one of them or an observer sees them.

    Attributes
    ----------
    population : str
    size : int
        All members.
    others : int
        The number of those whose choices are drawn.
    taking : int
        How many more take the second choice: 1 if the one who looks does.
    values : mapping of str to Fraction
        Parameters, draws, and values of the one who looks.
    choices : tuple of mapping of str to Fraction
        The values that the two choices stand for.
    rest : tuple of (int, mapping of str to Fraction)
        Members of other types whose choices are known: how many, and their values.
    alike : tuple of (int, mapping of str to Fraction, mapping of str to Fraction)
        Members of other types whose choices are drawn, too: how many, and their values by the first
        and by the second choice. `others` and the count are those of all types then.
    """

    population: str
    size: int
    others: int
    taking: int
    values: Mapping[str, Fraction]
    choices: tuple[Mapping[str, Fraction], Mapping[str, Fraction]]
    rest: tuple[tuple[int, Mapping[str, Fraction]], ...] = ()
    alike: tuple[tuple[int, Mapping[str, Fraction], Mapping[str, Fraction]], ...] = ()


class Segment(NamedTuple):
    """Counts from low to high on which a formula is one polynomial."""

    low: int
    high: int
    polynomial: Polynomial


class _Cut(Exception):
    """A condition is not the same on a whole interval: the last count of its first part."""

    def __init__(self, last: int):
        super().__init__(last)
        self.last = last


def segments(formula: sp.Basic, crowd: Crowd) -> tuple[Segment, ...]:
    """Return a formula as polynomials on intervals of counts.

    Raises
    ------
    StructureError
        If it is no polynomial, or there are more than 5,000 intervals.

    Examples
    --------
    >>> from pigou.expression import symbol
    >>> no, yes = {"up": Fraction(0)}, {"up": Fraction(1)}
    >>> crowd = Crowd("firm", 10**9, 10**9 - 1, 1, {}, (no, yes))
    >>> number = Total(each("up"), symbol("firm"))
    >>> [tuple(part)[:2] for part in segments(If(number >= 1000, number, 0), crowd)]
    [(0, 998), (999, 999999999)]
    """
    found: list[Segment] = []
    stack = [(0, crowd.others)]
    for _ in range(2 * MOST_SEGMENTS):
        low, high = stack.pop()
        try:
            polynomial = _read(formula, crowd, (low, high))
        except _Cut as cut:
            stack += [(cut.last + 1, high), (low, cut.last)]
            continue
        if found and found[-1].polynomial == polynomial:
            found[-1] = found[-1]._replace(high=high)
        else:
            found.append(Segment(low, high, polynomial))
        if not stack:
            return tuple(found)
    raise StructureError(f"a formula has more than {MOST_SEGMENTS:,} pieces over counts")


# -- reading on one interval ------------------------------------------------------------------


def _read(node: sp.Basic, crowd: Crowd, span: tuple[int, int]) -> Polynomial:
    """Read a formula on an interval of counts."""
    if node.is_Rational:
        return _trimmed([Fraction(int(node.p), int(node.q))])
    if isinstance(node, sp.Symbol):
        return _trimmed([crowd.values[node.name]])
    if isinstance(node, If):
        return _read(node.args[1 if _truth(node.args[0], crowd, span) else 2], crowd, span)
    if isinstance(node, Total):
        return _read_total(node, crowd, span)
    if isinstance(node, Lookup):
        where = [_constant(_read(s, crowd, span), node) for s in node.args[0]]
        numbers = [sp.Rational(v.numerator, v.denominator) for v in where]
        return _read(Lookup.entry(numbers, *node.args[1:]), crowd, span)
    if isinstance(node, sp.Max | sp.Min | sp.Abs):
        return _read_chosen(node, crowd, span)
    parts = [_read(part, crowd, span) for part in node.args]
    if isinstance(node, sp.Add):
        return added(parts)
    if isinstance(node, sp.Mul):
        return multiplied(parts)
    if isinstance(node, sp.Pow):
        return _power(node, parts)
    raise StructureError(f"'{node}' is no polynomial in a count")


def _read_total(node: Total, crowd: Crowd, span: tuple[int, int]) -> Polynomial:
    if node.args[1].name != crowd.population:
        raise StructureError(f"'{node}' is about another population")

    def inside(own: Mapping[str, Fraction]) -> Polynomial:
        values = {**crowd.values, **{each(name).name: value for name, value in own.items()}}
        return _read(node.args[0], crowd._replace(values=values), span)

    first, second = map(inside, crowd.choices)
    taking = (Fraction(crowd.taking), Fraction(1))
    staying = (Fraction(crowd.size - crowd.taking), Fraction(-1))
    found = [multiplied([staying, first]), multiplied([taking, second])]
    found += [multiplied([(Fraction(n),), inside(own)]) for n, own in crowd.rest]
    for n, own, other in crowd.alike:
        if added([inside(other), first]) != added([inside(own), second]):
            raise StructureError(f"'{node}' depends on which of the types that mix take a choice")
        found.append(multiplied([(Fraction(n),), inside(own)]))
    return added(found)


def _read_chosen(node: sp.Basic, crowd: Crowd, span: tuple[int, int]) -> Polynomial:
    """Read a maximum, a minimum or an absolute value."""
    parts = [_read(part, crowd, span) for part in node.args]
    if isinstance(node, sp.Abs):
        parts.append(multiplied([(Fraction(-1),), parts[0]]))
    best = parts[0]
    for part in parts[1:]:
        ahead = _side(added([part, multiplied([(Fraction(-1),), best])]), span) > 0
        if ahead != isinstance(node, sp.Min):
            best = part
    return best


def _truth(node: sp.Basic, crowd: Crowd, span: tuple[int, int]) -> bool:
    if node in (sp.true, sp.false):
        return bool(node == sp.true)
    if isinstance(node, sp.Not):
        return not _truth(node.args[0], crowd, span)
    if isinstance(node, sp.And):
        return all(_truth(part, crowd, span) for part in node.args)
    if isinstance(node, sp.Or):
        return any(_truth(part, crowd, span) for part in node.args)
    left, right = (_read(part, crowd, span) for part in node.args)
    sign = _side(added([left, multiplied([(Fraction(-1),), right])]), span)
    return {
        "StrictLessThan": sign < 0,
        "LessThan": sign <= 0,
        "StrictGreaterThan": sign > 0,
        "GreaterThan": sign >= 0,
        "Equality": sign == 0,
        "Unequality": sign != 0,
    }[type(node).__name__]


def _side(polynomial: Polynomial, span: tuple[int, int]) -> int:
    """Return the sign that a polynomial has on a whole interval of counts.

    Raises
    ------
    _Cut
        If it does not have the same sign there, or that cannot be told.
    """
    low, high = span
    ends = [_sign(at_count(polynomial, end)) for end in span]
    if len(polynomial) <= 1 or low == high:
        return ends[0]
    if len(polynomial) == 2:
        if ends[0] == ends[1]:
            return ends[0]
        crossing = -polynomial[0] / polynomial[1]
        if ends[0] == 0:
            raise _Cut(low)
        raise _Cut(min(math.ceil(crossing) - 1, high - 1))
    middle = (low + high) // 2
    around = shifted(polynomial, middle)
    reach = max(middle - low, high - middle)
    spread = sum(abs(c) * reach**power for power, c in enumerate(around) if power)
    if around and abs(around[0]) > spread:
        return ends[0]
    raise _Cut(middle)


def _constant(polynomial: Polynomial, node: sp.Basic) -> Fraction:
    if len(polynomial) > 1:
        raise StructureError(f"'{node}' is no polynomial in a count")
    return polynomial[0] if polynomial else Fraction(0)


def _power(node: sp.Basic, parts: list[Polynomial]) -> Polynomial:
    exponent = _constant(parts[1], node)
    if exponent.denominator != 1 or abs(exponent) > _LARGEST_POWER:
        raise StructureError(f"'{node}' is no polynomial in a count")
    if exponent >= 0:
        return multiplied([parts[0]] * int(exponent))
    base = _constant(parts[0], node)
    if not base:
        raise DeclarationError("a payoff divides by zero at these parameter values")
    return (base ** int(exponent),)


# -- polynomials ------------------------------------------------------------------------------


def _trimmed(coefficients: list[Fraction]) -> Polynomial:
    while coefficients and not coefficients[-1]:
        coefficients = coefficients[:-1]
    return tuple(coefficients)


def added(parts: list[Polynomial]) -> Polynomial:
    """Add polynomials.

    Examples
    --------
    >>> added([(Fraction(1), Fraction(2)), (Fraction(1), Fraction(-2))])
    (Fraction(2, 1),)
    """
    length = max((len(part) for part in parts), default=0)
    rows = [sum((p[i] for p in parts if i < len(p)), Fraction(0)) for i in range(length)]
    return _trimmed(rows)


def multiplied(parts: list[Polynomial]) -> Polynomial:
    """Multiply polynomials.

    Examples
    --------
    >>> multiplied([(Fraction(1), Fraction(2)), (Fraction(1), Fraction(-2))])
    (Fraction(1, 1), Fraction(0, 1), Fraction(-4, 1))
    """
    result: Polynomial = (Fraction(1),)
    for part in parts:
        row = [Fraction(0)] * (len(result) + len(part))
        for i, a in enumerate(result):
            for j, b in enumerate(part):
                row[i + j] += a * b
        result = _trimmed(row)
    return result


def at_count(polynomial: Polynomial, point: int) -> Fraction:
    """Return the value of a polynomial at a count.

    Examples
    --------
    >>> at_count((Fraction(1), Fraction(2)), 3)
    Fraction(7, 1)
    """
    total = Fraction(0)
    for coefficient in reversed(polynomial):
        total = total * point + coefficient
    return total


def shifted(polynomial: Polynomial, by: int) -> Polynomial:
    """Return the polynomial in i that takes the value at the count `by` + i.

    Examples
    --------
    >>> shifted((Fraction(0), Fraction(1)), 3)
    (Fraction(3, 1), Fraction(1, 1))
    """
    result: Polynomial = ()
    for coefficient in reversed(polynomial):
        result = added([multiplied([result, (Fraction(by), Fraction(1))]), (coefficient,)])
    return result


def mirrored(polynomial: Polynomial, top: int) -> Polynomial:
    """Return the polynomial in i that takes the value at the count `top` less i.

    Examples
    --------
    >>> mirrored((Fraction(0), Fraction(1)), 3)
    (Fraction(3, 1), Fraction(-1, 1))
    """
    return tuple(c * (-1) ** power for power, c in enumerate(shifted(polynomial, top)))


def _sign(number: Fraction) -> int:
    return int(number > 0) - int(number < 0)


def divided(polynomial: Polynomial, root: int) -> Polynomial:
    """Divide by the count less a root (Horner).

    Examples
    --------
    >>> divided((Fraction(-1), Fraction(0), Fraction(1)), 1)
    (Fraction(1, 1), Fraction(1, 1))
    """
    row, carry = [], Fraction(0)
    for coefficient in reversed(polynomial):
        carry = carry * root + coefficient
        row.append(carry)
    return _trimmed(row[:-1][::-1])
