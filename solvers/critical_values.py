r"""Critical values of parameters in closed form, from the exact conditions of equilibria.

Steps
-----
1. A condition is a set of alternatives; each inequality l of one of them bounds a parameter
   :math:`\theta` by an expression v in the others: by solving for :math:`\theta`, or by the root of
   a quadratic in :math:`\theta > 0` whose outer coefficients have opposite signs, by proof (then
   just one root is above 0).
2. At :math:`\theta = v` the rest of the alternative has to hold strictly, the other alternatives to
   fail strictly, and :math:`\theta` to be inside its domain. What this demands of the other
   parameters is the condition *needs*. Both sets are open, so that it holds near v as well: there
   the equilibrium exists on one side of v and not on the other.
3. z3 proves both sides: in these sets the condition of the equilibrium is equivalent to
   :math:`\theta \ge v` (or >, <=, <), and *needs* puts v into them. Of a whole-number parameter the
   two sides are v and the next whole number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from pigou.deadline import time_is_up
from pigou.expression import If
from pigou.game import Game
from pigou.solvers.conditions import Simplifier, tidy
from pigou.solvers.staged_partition import negated, opened
from pigou.solvers.symbolic import CriticalValue, RegimeSet, SymbolicEquilibrium

__all__ = ["critical_values", "with_critical_values"]

MOST_VALUES, MOST_WAYS = 48, 200
_ABOVE = (sp.Ge, sp.Gt)


@dataclass(frozen=True)
class _Bound:
    """An inequality as a bound of one parameter, and what else its alternative demands."""

    parameter: sp.Symbol
    value: sp.Expr
    relation: Any
    rest: tuple[Any, ...]
    others: tuple[Any, ...]


def critical_values(
    equilibria: Sequence[SymbolicEquilibrium], simplifier: Simplifier
) -> tuple[tuple[CriticalValue, ...], bool]:
    """Return where in the parameters an equilibrium appears or vanishes; whether that is all.

    Parameters
    ----------
    equilibria : sequence of SymbolicEquilibrium
    simplifier : Simplifier
        What is assumed of the parameters, and their order.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> found = [SymbolicEquilibrium("a", x >= y, {}, {}, True)]
    >>> critical_values(found, Simplifier((y > 0,), (), [x, y]))[0][0].value
    y
    """
    rows: dict[Any, dict[str, list[int]]] = {}
    whole = True
    for number, one in enumerate(equilibria, 1):
        claims = [("existence", one.condition)]
        claims += [("efficiency", one.efficient)] if one.efficient is not None else []
        for kind, claim in claims:
            for bound in _bounds(claim, simplifier):
                if time_is_up() or len(rows) >= MOST_VALUES:
                    return _listed(rows, equilibria, simplifier), False
                if bound is None:
                    whole = False
                    continue
                found = _proved(claim, bound, one, simplifier)
                if found is None:
                    continue
                needs, proved = found
                key = (kind, bound.parameter, bound.value, needs)
                row = rows.setdefault(key, {"above": [], "below": []})
                side = row["above" if bound.relation in _ABOVE else "below"]
                if number not in side:
                    side.append(number)
                whole = whole and proved
                if not proved:
                    del rows[key]
    return _listed(rows, equilibria, simplifier), whole


def with_critical_values(found: RegimeSet, game: Game) -> RegimeSet:
    """Return what is known of a game's equilibria with the critical values of its parameters.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.regimes import regimes
    >>> game = load("coordination").game
    >>> found = with_critical_values(regimes(game, {"threshold": 1}), game)
    >>> [(one.parameter, one.value) for one in found.thresholds]
    [('benefit', cost), ('cost', benefit*(1 - complementarity))]
    """
    order = [p.symbol for p in game.parameters]
    simplifier = Simplifier(found.conditions, found.integers, order)
    values, whole = critical_values(found.equilibria, simplifier)
    return replace(found, thresholds=values, all_thresholds=whole)


def _listed(
    rows: Mapping[Any, Mapping[str, list[int]]],
    equilibria: Sequence[SymbolicEquilibrium],
    simplifier: Simplifier,
) -> tuple[CriticalValue, ...]:
    order = {s: k for k, s in enumerate(simplifier.order)}
    found = [
        CriticalValue(
            str(parameter), value, needs, tuple(sides["above"]), tuple(sides["below"]),
            _kind(kind, parameter, value, sides, equilibria),
        )
        for (kind, parameter, value, needs), sides in rows.items()
    ]  # fmt: skip
    kinds = ["existence", "end", "merge", "efficiency"]
    return tuple(sorted(found, key=lambda c: (
        c.kind == kinds[3], order.get(sp.Symbol(c.parameter, real=True), 99), str(c.value)
    )))  # fmt: skip


def _kind(
    kind: str,
    parameter: sp.Symbol,
    value: sp.Expr,
    sides: Mapping[str, list[int]],
    equilibria: Sequence[SymbolicEquilibrium],
) -> str:
    """Tell whether continuous moves are the same at the value: a merger, or an end reached."""
    above, below = sides["above"], sides["below"]
    moves = [equilibria[k - 1].moves for k in (*above, *below)]
    if kind != "existence" or len(moves) != 2 or not moves[0]:
        return kind
    gaps = [
        sp.simplify(sp.sympify(moves[0][m] - moves[1][m]).subs(parameter, value)) for m in moves[0]
    ]
    if any(gap != 0 for gap in gaps):
        return kind
    return "merge" if not above or not below else "end"


def _bounds(claim: Any, simplifier: Simplifier) -> Iterator[_Bound | None]:
    """Yield every inequality of a condition as a bound; None for one that is not solved."""
    if claim.has(If) or claim in (sp.true, sp.false):
        if claim not in (sp.true, sp.false):
            yield None
        return
    if _number_of_ways(claim) > MOST_WAYS:
        yield None
        return
    normal = sp.to_dnf(claim)
    parts = normal.args if isinstance(normal, sp.Or) else (normal,)
    ways = [tuple(p.args) if isinstance(p, sp.And) else (p,) for p in parts]
    for way in ways:
        equations = [x for x in way if isinstance(x, sp.Eq)]
        if any(opened(x, simplifier.integers) == sp.false for x in equations):
            continue  # without interior: nothing appears here on one side only
        if equations:
            yield None  # a single value of a whole number
        others = tuple(sp.And(*w) for w in ways if w is not way)
        for literal in way:
            if isinstance(literal, sp.Ge | sp.Gt | sp.Le | sp.Lt):
                rest = tuple(x for x in way if x is not literal)
                solved = _solved(literal, simplifier)
                if solved is None:
                    yield None
                else:
                    parameter, value, relation = solved
                    yield _Bound(parameter, value, relation, rest, others)


def _number_of_ways(claim: Any) -> int:
    """Return how many alternatives there are at most when a condition is multiplied out."""
    if not isinstance(claim, sp.And | sp.Or):
        return 1
    numbers = [_number_of_ways(part) for part in claim.args]
    return math.prod(numbers) if isinstance(claim, sp.And) else sum(numbers)


def _solved(literal: Relational, simplifier: Simplifier) -> tuple[Any, ...] | None:
    """Solve an inequality for a parameter: parameter, value, relation; None if that fails."""
    positive = isinstance(literal, sp.Ge | sp.Gt)
    gap = literal.lhs - literal.rhs if positive else literal.rhs - literal.lhs
    top, bottom = sp.fraction(sp.together(gap))
    turned = not simplifier.holds(bottom > 0)
    if turned and not simplifier.holds(bottom < 0):
        return None
    top = sp.expand(-top if turned else top)
    up, down = (sp.Gt, sp.Lt) if isinstance(literal, sp.Gt | sp.Lt) else (sp.Ge, sp.Le)
    ways = []
    for place, parameter in enumerate(simplifier.order):
        if not top.has(parameter) or not top.is_polynomial(parameter):
            continue
        c = sp.Poly(top, parameter).all_coeffs()[::-1]
        if len(c) == 2:
            rate = sp.factor(c[1])
            key = (not rate.is_number, abs(rate).count_ops() if rate.is_number else
                   rate.count_ops(), place)  # fmt: skip
            ways.append((key, parameter, rate, c[0]))
    for _, parameter, rate, rest in sorted(ways, key=lambda way: way[0]):
        if simplifier.holds(rate > 0):
            return parameter, tidy(-rest / rate), up
        if simplifier.holds(rate < 0):
            return parameter, tidy(-rest / rate), down
    return _root(top, up, down, simplifier)


def _root(top: sp.Expr, up: Any, down: Any, simplifier: Simplifier) -> tuple[Any, ...] | None:
    """Solve a quadratic with one root above 0 for a parameter that is above 0."""
    for parameter in simplifier.order:
        if not top.has(parameter) or not top.is_polynomial(parameter):
            continue
        c = sp.Poly(top, parameter).all_coeffs()[::-1]
        if len(c) != 3 or not simplifier.holds(parameter > 0):
            continue
        for sign in (1, -1):
            if simplifier.holds(sp.And(sign * c[2] > 0, sign * c[0] < 0)):
                root = (-c[1] + sign * sp.sqrt(sp.expand(c[1] ** 2 - 4 * c[2] * c[0]))) / (2 * c[2])
                return parameter, sp.simplify(root), up if sign == 1 else down
    return None


def _proved(
    claim: Any, bound: _Bound, one: SymbolicEquilibrium, simplifier: Simplifier
) -> tuple[Any, bool] | None:
    """Return what a critical value needs of the other parameters, and whether all is proved."""
    if bound.parameter.name in simplifier.integers:
        return _whole(claim, bound, one, simplifier)
    whole = simplifier.integers
    near = [opened(x, whole) for x in (*bound.rest, *map(negated, bound.others))]
    near += list(one.counts.values())
    side = bound.relation(bound.parameter, bound.value)
    at = {bound.parameter: bound.value}
    inside = [opened(x) for x in simplifier.given if x.has(bound.parameter)]
    needs = sp.And(*(_placed(x, at) for x in (*near, *inside)))
    away = _without(bound.parameter, simplifier)
    if needs == sp.false or away.holds(sp.Not(needs)):
        return None  # the value is nowhere on the border
    short = away.multiplied_out(needs)
    same = sp.And(sp.Or(sp.Not(claim), side), sp.Or(sp.Not(side), claim))
    both = simplifier.holds(same, *near)
    return short, bool(both and away.holds(sp.Or(sp.Not(short), needs)))


def _whole(
    claim: Any, bound: _Bound, one: SymbolicEquilibrium, simplifier: Simplifier
) -> tuple[Any, bool] | None:
    """Return the same of a whole-number parameter: at the value, and one beyond it."""
    value, away = bound.value, _without(bound.parameter, simplifier)
    step = 1 if bound.relation is sp.Le else -1
    if bound.relation not in (sp.Ge, sp.Le) or not simplifier.is_whole(value):
        return sp.true, False
    rest = [*bound.rest, *(negated(x) for x in bound.others), *one.counts.values()]
    rest += [x for x in simplifier.given if x.has(bound.parameter)]
    points = ({bound.parameter: value}, {bound.parameter: value + step})
    needs = sp.And(*(_placed(x, at) for x in rest for at in points))
    if needs == sp.false or away.holds(sp.Not(needs)):
        return None
    inside, outside = (_placed(claim, at) for at in points)
    return away.multiplied_out(needs), away.holds(sp.And(inside, sp.Not(outside)), needs)


def _placed(condition: Any, at: Mapping[Any, Any]) -> Any:
    """Put values into a condition; a relation is false where one of its sides is not defined."""
    if isinstance(condition, sp.And | sp.Or):
        return condition.func(*(_placed(part, at) for part in condition.args))
    if not isinstance(condition, Relational):
        return condition.xreplace(at)
    left, right = (side.xreplace(at) for side in (condition.lhs, condition.rhs))
    if any(side.has(sp.zoo, sp.nan, sp.oo, sp.I) for side in (left, right)):
        return sp.false
    return condition.func(left, right)


def _without(parameter: sp.Symbol, simplifier: Simplifier) -> Simplifier:
    """Return what is assumed of the other parameters."""
    given = tuple(x for x in simplifier.given if not x.has(parameter))
    others = [s for s in simplifier.order if s != parameter]
    return Simplifier(given, simplifier.integers, others)
