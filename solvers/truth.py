"""Whether a condition holds at a point that is known exactly or up to enclosures.

Three answers: it holds, it does not, or the enclosures are too wide to tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.expression import If
from pigou.solvers.first_stage import value_at

__all__ = ["settled", "truth"]


def truth(condition: Any, point: Mapping[str, Enclosure]) -> bool | None:
    """Decide a condition at a point; None where the enclosures do not tell.

    Parameters
    ----------
    condition : sympy condition
    point : mapping of str to Enclosure
        The value of every symbol in it, by name.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> at = {"x": Enclosure.point(2)}
    >>> truth(x**2 > 3, at), truth(sp.Eq(If(x > 1, 1, 0), 0), at)
    (True, False)
    """
    if condition in (sp.true, sp.false):
        return bool(condition == sp.true)
    if isinstance(condition, sp.Not):
        inner = truth(condition.args[0], point)
        return None if inner is None else not inner
    if isinstance(condition, sp.And | sp.Or):
        settles = isinstance(condition, sp.Or)
        parts = [truth(part, point) for part in condition.args]
        if settles in parts:
            return settles
        return None if None in parts else not settles
    return _relation(condition, point)


def settled(formula: sp.Expr, point: Mapping[str, Enclosure]) -> sp.Expr | None:
    """Put the branch that is taken in place of every case distinction; None if it is not clear.

    Largest and smallest values and absolute values are case distinctions as well.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> settled(If(x > 1, x, 0), {"x": Enclosure.point(2)})
    x
    >>> settled(sp.Max(x, 3 - x), {"x": Enclosure.point(2)})
    x
    """
    formula = _by_cases(formula)
    while isinstance(formula, If) or formula.has(If):
        found = next(iter(sorted(formula.atoms(If), key=sp.count_ops)))
        answer = truth(found.args[0], point)
        if answer is None:
            return None
        formula = formula.xreplace({found: found.args[1 if answer else 2]})
    return formula


def _by_cases(formula: sp.Expr) -> sp.Expr:
    """Write Max, Min and Abs as case distinctions."""
    kinks = formula.atoms(sp.Max, sp.Min, sp.Abs)
    if not kinks:
        return formula
    formula = formula.func(*map(_by_cases, formula.args))
    if isinstance(formula, sp.Abs):
        (inside,) = formula.args
        return If(inside >= 0, inside, -inside)
    if isinstance(formula, sp.Max | sp.Min):
        first, *others = formula.args
        for other in others:
            order = first >= other if isinstance(formula, sp.Max) else first <= other
            first = If(order, first, other)
        return first
    return formula


def _relation(condition: Any, point: Mapping[str, Enclosure]) -> bool | None:
    sides = [settled(side, point) for side in (condition.lhs, condition.rhs)]
    if sides[0] is None or sides[1] is None:
        return None
    try:
        gap = value_at(sides[0] - sides[1], point)
    except (StructureError, ZeroDivisionError):
        return None
    below, above = gap.upper < 0, gap.lower > 0
    at_most, at_least = gap.upper <= 0, gap.lower >= 0
    zero = gap.is_exact and gap.lower == 0
    holds, fails = {
        "<": (below, at_least),
        "<=": (at_most, above),
        ">": (above, at_most),
        ">=": (at_least, below),
        "==": (zero, below or above),
        "!=": (below or above, zero),
    }[condition.rel_op]
    return True if holds else False if fails else None
