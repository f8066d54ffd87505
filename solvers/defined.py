"""What parameters have to satisfy: payoffs are defined, and chances are probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.expression import If, Lookup, Total
from pigou.game import Game

__all__ = ["demands", "evaluated", "probabilities"]


def probabilities(game: Game) -> Iterator[Boolean]:
    """Yield what makes the weights of draws of chance probabilities.

    Examples
    --------
    >>> from pigou import Chance, Move, Parameter, Player
    >>> game = Game(
    ...     "luck",
    ...     [Player("one")],
    ...     [Move("dare", "one", {"no": 0, "yes": 1})],
    ...     {"one": "dare*z"},
    ...     chance=[Chance("z", {"bad": (-1, "1 - p"), "good": (1, "p")})],
    ...     parameters=[Parameter("p", "1/2")],
    ... )
    >>> list(probabilities(game))
    [1 - p >= 0, p >= 0]
    """
    for chance in game.chance:
        weights = [p for _, p in chance.outcomes.values()]
        if not all(p.is_number for p in weights):
            yield from (p >= 0 for p in weights if not p.is_number)
            total = sp.Eq(sp.expand(sp.Add(*weights)), 1)
            yield from [total] if total != sp.true else []


def evaluated(formula: Any, values: Mapping[sp.Basic, sp.Expr], summands: Mapping[str, Any]) -> Any:
    """Replace symbols by values and sums over members by their terms, from the inside.

    Parameters
    ----------
    formula : sympy expression
    values : mapping of symbol to sympy expression
    summands : mapping of str to list
        For each move that is summed, how many members there are with which values.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> evaluated(If(x > 0, y, 1 / x), {x: sp.Integer(2)}, {})
    y
    """
    if formula in values:
        return values[formula]
    if isinstance(formula, Total):
        return sp.Add(
            *(
                number * evaluated(formula.args[0], {**values, **inside}, summands)
                for number, inside in summands.get(formula.args[1].name, [])
            )
        )
    if isinstance(formula, Lookup):
        where = [evaluated(s, values, summands) for s in formula.args[0]]
        return evaluated(Lookup.entry(where, *formula.args[1:]), values, summands)
    if isinstance(formula, If):
        condition = evaluated(formula.args[0], values, summands)
        if condition in (sp.true, sp.false):
            return evaluated(formula.args[1 if condition == sp.true else 2], values, summands)
        return If(condition, *(evaluated(part, values, summands) for part in formula.args[1:]))
    if not formula.args:
        return formula
    return formula.func(*(evaluated(part, values, summands) for part in formula.args))


def demands(
    formula: Any, values: Mapping[sp.Basic, sp.Expr], summands: Mapping[str, Any]
) -> Iterator[Boolean]:
    """Yield what has to hold for a formula to be defined where `evaluated` evaluates it.

    No denominator is 0, even where it divides 0, and no root is of a negative number. Of a case
    distinction only the branch that is taken has to be defined.

    Parameters
    ----------
    formula : sympy expression
    values, summands : mapping
        As `evaluated` takes them.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> list(demands(sp.sqrt(x - y), {x: sp.Integer(0)}, {}))
    [-y >= 0]
    """
    if formula in values or not formula.args:
        return
    if isinstance(formula, Total):
        for _, inside in summands.get(formula.args[1].name, []):
            yield from demands(formula.args[0], {**values, **inside}, summands)
        return
    if isinstance(formula, Lookup):
        where = [evaluated(s, values, summands) for s in formula.args[0]]
        yield from demands(Lookup.entry(where, *formula.args[1:]), values, summands)
        return
    if isinstance(formula, If):
        condition = evaluated(formula.args[0], values, summands)
        yield from demands(formula.args[0], values, summands)
        for truth, part in ((condition, formula.args[1]), (sp.Not(condition), formula.args[2])):
            if truth != sp.false:
                for demand in demands(part, values, summands):
                    yield sp.Or(sp.Not(truth), demand)
        return
    for part in formula.args:
        yield from demands(part, values, summands)
    if isinstance(formula, sp.Pow):
        base, exponent = (evaluated(part, values, summands) for part in formula.args)
        if exponent.is_Rational and exponent < 0:
            yield sp.Ne(base, 0)
        if exponent.is_Rational and not exponent.is_Integer:
            yield sp.Ge(base, 0)
