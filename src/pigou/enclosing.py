"""Formulas in rational enclosures: the independent checker's own evaluator.

It walks the expression tree of a formula and shares no code with the solvers. Irrational functions
are enclosed in ball arithmetic at 250 bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb, ctx

from pigou.errors import DeclarationError, PigouError
from pigou.exact import Enclosure
from pigou.expression import If, Lookup, Total, each
from pigou.jets import ball, enclosure

__all__ = ["Members", "enclosed"]

ZERO, ONE = Enclosure.point(0), Enclosure.point(1)
_PRECISION = 250

Members = Callable[[str], Iterable[tuple[int | Enclosure, Mapping[str, Enclosure]]]]
"""For a population: how many members there are of each kind and action, and their values.

Of a continuum, the shares of its members.
"""


def enclosed(
    node: sp.Basic, values: Mapping[str, Enclosure], where: Members | None = None
) -> Enclosure:
    """Enclose the value of a formula.

    Parameters
    ----------
    node : sympy expression
    values : mapping of str to Enclosure
        The values of its symbols.
    where : callable, optional
        For each population, the numbers and values of its members; needed by sums over members.

    Raises
    ------
    DeclarationError
        If a root or logarithm is taken of a number that may be negative.
    ZeroDivisionError
        If a denominator may be zero.

    Examples
    --------
    >>> from pigou import read_expression
    >>> half = Enclosure(Fraction(1, 3), Fraction(1, 2))
    >>> enclosed(read_expression("x*(1 - x)", ["x"]), {"x": half})
    Enclosure(1/6, 1/3)
    """
    if node.is_Rational:
        return Enclosure.point(Fraction(int(node.p), int(node.q)))
    if isinstance(node, sp.Symbol):
        return values[node.name]
    if isinstance(node, If):
        return _branch(node, values, where)
    if isinstance(node, Total):
        return _sum_over_members(node, values, where)
    if isinstance(node, Lookup):
        points = [enclosed(s, values, where) for s in node.args[0]]
        numbers = [sp.Rational(p.lower.numerator, p.lower.denominator) for p in points]
        return enclosed(Lookup.entry(numbers, *node.args[1:]), values, where)
    parts = [enclosed(part, values, where) for part in node.args]
    return _operate(node, parts)


def _branch(node: If, values: Mapping[str, Enclosure], where: Any) -> Enclosure:
    truth = _truth(node.args[0], values, where)
    if truth is not None:
        return enclosed(node.args[1 if truth else 2], values, where)
    a, b = (enclosed(part, values, where) for part in node.args[1:])
    return Enclosure(min(a.lower, b.lower), max(a.upper, b.upper))


def _truth(node: sp.Basic, values: Mapping[str, Enclosure], where: Any) -> bool | None:
    """Decide a condition; None where the enclosures do not tell."""
    if node in (sp.true, sp.false):
        return bool(node == sp.true)
    if isinstance(node, sp.Not):
        inside = _truth(node.args[0], values, where)
        return None if inside is None else not inside
    if isinstance(node, sp.And | sp.Or):
        return _joined_truth(node, values, where)
    gap = enclosed(node.args[0], values, where) - enclosed(node.args[1], values, where)
    return _compare(type(node).__name__, gap)


def _joined_truth(node: sp.Basic, values: Mapping[str, Enclosure], where: Any) -> bool | None:
    """Decide a conjunction or disjunction: one part that settles it does so, whatever the rest."""
    settles, parts = isinstance(node, sp.Or), []
    trouble: ZeroDivisionError | None = None
    for part in node.args:
        try:
            parts.append(_truth(part, values, where))
        except ZeroDivisionError as error:
            trouble = error
    if settles in parts:
        return settles
    if trouble is not None:
        raise trouble
    return None if None in parts else not settles


def _compare(relation: str, gap: Enclosure) -> bool | None:
    """Decide a relation from the sign of left less right."""
    yes = {
        "StrictLessThan": gap.upper < 0,
        "LessThan": gap.upper <= 0,
        "StrictGreaterThan": gap.lower > 0,
        "GreaterThan": gap.lower >= 0,
        "Equality": gap.lower == gap.upper == 0,
        "Unequality": gap.lower > 0 or gap.upper < 0,
    }
    no = {
        "StrictLessThan": gap.lower >= 0,
        "LessThan": gap.lower > 0,
        "StrictGreaterThan": gap.upper <= 0,
        "GreaterThan": gap.upper < 0,
        "Equality": yes["Unequality"],
        "Unequality": yes["Equality"],
    }
    return True if yes[relation] else False if no[relation] else None


def _sum_over_members(node: Total, values: Mapping[str, Enclosure], where: Any) -> Enclosure:
    if where is None:
        raise DeclarationError(f"{node} has no value outside a profile")
    total = ZERO
    for number, own in where(node.args[1].name):
        inside = {**values, **{each(name).name: value for name, value in own.items()}}
        weight = number if isinstance(number, Enclosure) else Enclosure.point(number)
        total += weight * enclosed(node.args[0], inside, where)
    return total


def _operate(node: sp.Basic, parts: list[Enclosure]) -> Enclosure:
    if isinstance(node, sp.Add):
        return sum(parts, ZERO)
    if isinstance(node, sp.Mul):
        return math.prod(parts, start=ONE)
    if isinstance(node, sp.Max):
        return Enclosure(max(p.lower for p in parts), max(p.upper for p in parts))
    if isinstance(node, sp.Min):
        return Enclosure(min(p.lower for p in parts), min(p.upper for p in parts))
    if isinstance(node, sp.Abs):
        (p,) = parts
        ends = sorted((abs(p.lower), abs(p.upper)))
        return Enclosure(Fraction(0) if p.lower <= 0 <= p.upper else ends[0], ends[1])
    if isinstance(node, sp.Pow):
        base, exponent = parts
        if exponent.is_exact and exponent.lower.denominator == 1 and abs(exponent.lower) <= 10_000:
            return _integer_power(base, int(exponent.lower))
        return _fractional_power(base, exponent)
    if isinstance(node, sp.exp | sp.log):
        return _transcendental(type(node).__name__, *parts)
    if node == sp.E:
        return _transcendental("exp", ONE)
    raise PigouError(f"the checker does not know the function {type(node).__name__} in '{node}'")


def _integer_power(base: Enclosure, exponent: int) -> Enclosure:
    if exponent < 0:
        return ONE / _integer_power(base, -exponent)
    if base.lower < 0 < base.upper and exponent % 2 == 0:
        base = Enclosure(Fraction(0), max(-base.lower, base.upper))
    result = ONE
    for bit in bin(exponent)[2:]:
        result = result * result
        if bit == "1":
            result = result * base
    return result


def _fractional_power(base: Enclosure, exponent: Enclosure) -> Enclosure:
    if base.lower > 0 or base.upper < 0 or exponent.lower <= 0:
        return _transcendental("power", base, exponent)
    if base.lower < 0:
        raise DeclarationError(f"a power of {base}, which may be negative")
    top = (
        ZERO
        if base.upper == 0
        else _transcendental("power", Enclosure(base.upper, base.upper), exponent)
    )
    return Enclosure(Fraction(0), top.upper)


def _transcendental(name: str, *arguments: Enclosure) -> Enclosure:
    """Enclose exp, log and fractional powers in ball arithmetic."""
    if name != "exp" and arguments[0].lower <= 0:
        raise DeclarationError(f"{name} of {arguments[0]}, which is not positive")
    with ctx.workprec(_PRECISION):
        x, *rest = (arb(ball(argument)) for argument in arguments)
        if name == "exp":
            return enclosure(x.exp())
        return enclosure(x.log() if name == "log" else (rest[0] * x.log()).exp())
