r"""Exponentials and logarithms as unknowns, with true inequalities about them.

Each :math:`e^u` becomes an unknown t with :math:`t > 0`, :math:`t \ge 1 + u`, and each
:math:`\log v` an unknown s with :math:`v > 0`, :math:`1 - 1/v \le s \le v - 1`; two exponentials
(or two logarithms) are ordered as their arguments are. A claim that follows from these facts over
the reals is true. The facts are not all that is true of the functions: values that violate the
claim and satisfy the facts refute nothing before the true functions have been evaluated.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import sympy as sp

__all__ = ["without_transcendentals"]


def without_transcendentals(conditions: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Replace exponentials and logarithms in conditions; return these and the facts.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> without_transcendentals([sp.exp(x) > x])
    ([exp 0 > x], [exp 0 > 0, exp 0 >= x + 1])
    """
    found = {a for c in conditions if hasattr(c, "atoms") for a in c.atoms(sp.exp, sp.log)}
    ordered = sorted(found, key=lambda a: (sp.count_ops(a), str(a)))
    names: dict[Any, sp.Symbol] = {}
    facts: list[Any] = []
    for number, one in enumerate(ordered):
        # no identifier holds a blank, so that no name of a game can clash
        names[one] = sp.Symbol(f"{one.func.__name__} {number}", real=True)
        facts += _facts(one, names[one])
    for one, other in itertools.combinations(ordered, 2):
        if one.func == other.func:
            facts += _order(one.args[0], other.args[0], names[one], names[other])
    replaced = [_replaced(c, ordered, names) for c in (*conditions, *facts)]
    return replaced[: len(conditions)], replaced[len(conditions) :]


def _facts(one: Any, t: sp.Symbol) -> list[Any]:
    u = one.args[0]
    if isinstance(one, sp.exp):
        return [t > 0, t >= 1 + u]
    return [u > 0, t <= u - 1, t >= 1 - 1 / u]


def _order(u: Any, v: Any, s: sp.Symbol, t: sp.Symbol) -> list[Any]:
    return [sp.Or(u >= v, s < t), sp.Or(u <= v, s > t), sp.Or(sp.Ne(u, v), sp.Eq(s, t))]


def _replaced(condition: Any, ordered: Sequence[Any], names: dict[Any, sp.Symbol]) -> Any:
    for one in reversed(ordered):  # the outermost first
        condition = (
            condition.xreplace({one: names[one]}) if hasattr(condition, "xreplace") else condition
        )
    return condition
