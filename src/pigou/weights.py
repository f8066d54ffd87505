r"""Distributional weights: what a unit of surplus counts, by group, stated or from incomes.

A weight is a number of at least 0 that a group's surplus is multiplied by; where none is given it
is 1. From incomes it is

.. math:: w_g = \left( \frac{m}{y_g} \right)^{\eta},

with the median income m, the group's income :math:`y_g` and the elasticity :math:`\eta` of the
marginal utility of income, 1.3 in the Green Book (HM Treasury 2022, The Green Book, annex A3). Such
a weight is irrational in general; it is carried as a rigorous enclosure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.enclosing import enclosed
from pigou.errors import DeclarationError, ExpressionError, unknown
from pigou.exact import Enclosure, Record, exact
from pigou.game import GOVERNMENT

__all__ = ["GREEN_BOOK", "checked_weights", "income_weights", "weights_of_groups"]

GREEN_BOOK = Fraction(13, 10)
"""The elasticity of the marginal utility of income in the Green Book."""

_ONE = Enclosure.point(1)
_LARGEST_ELASTICITY = 20


def income_weights(
    incomes: Mapping[str, Any], median: Any, elasticity: Any = GREEN_BOOK
) -> Record[Enclosure]:
    """Return the weight of each group from its income, as in the Green Book.

    Parameters
    ----------
    incomes : mapping of str to number
        Income of a member of each group, above 0, in any unit.
    median : number
        Median income, above 0, in the same unit.
    elasticity : number
        Elasticity of the marginal utility of income, from 0 to 20.

    Raises
    ------
    DeclarationError
        If a number is outside its domain or cannot be read.

    Examples
    --------
    >>> weights = income_weights({"poor": 15000, "rich": 60000, "typical": 30000}, 30000)
    >>> {group: round(weight.value, 4) for group, weight in weights.items()}
    {'poor': 2.4623, 'rich': 0.4061, 'typical': 1.0}
    >>> income_weights({"poor": 15000}, 30000, elasticity=1)
    {'poor': Enclosure(2)}
    """
    middle = _positive(median, "the median income")
    power = _number(elasticity, "the elasticity of the marginal utility of income")
    if not 0 <= power <= _LARGEST_ELASTICITY:
        raise DeclarationError(
            "the elasticity of the marginal utility of income is from 0 to "
            f"{_LARGEST_ELASTICITY}, not {elasticity}"
        )
    result = {}
    for group, income in incomes.items():
        ratio = sp.Rational(str(middle / _positive(income, f"the income of '{group}'")))
        result[group] = enclosed(sp.Pow(ratio, sp.Rational(str(power))), {})
    return Record(result)


def _positive(value: Any, what: str) -> Fraction:
    number = _number(value, what)
    if number <= 0:
        raise DeclarationError(f"{what} is above 0, not {value}")
    return number


def _number(value: Any, what: str) -> Fraction:
    try:
        return exact(value)
    except ExpressionError as error:
        raise DeclarationError(f"{what}: {error}") from None


def checked_weights(
    weights: Mapping[str, Any] | None, parties: Iterable[str]
) -> dict[str, Enclosure]:
    """Return weights as enclosures, or say what is wrong with them.

    Parameters
    ----------
    weights : mapping of str to number or Enclosure, or None
    parties : iterable of str
        Who is there. The government bears no weight: its money counts at the cost of public funds.

    Raises
    ------
    DeclarationError
        If a group is not there, or a weight is no number or below 0.

    Examples
    --------
    >>> checked_weights({"consumers": "3/2"}, ["firm", "consumers"])
    {'consumers': Enclosure(3/2)}
    """
    result = {}
    known = list(parties)
    for group, weight in (weights or {}).items():
        if group not in known or group == GOVERNMENT:
            groups = [p for p in known if p != GOVERNMENT]
            hint = "; the government's money is weighted by the cost of public funds" * (
                group == GOVERNMENT
            )
            raise DeclarationError(unknown("group", group, groups) + hint)
        what = f"the weight of '{group}'"
        held = isinstance(weight, Enclosure)
        result[group] = weight if held else Enclosure.point(_number(weight, what))
        if result[group].lower < 0:
            raise DeclarationError(f"{what} is at least 0, not {weight}")
    return result


def weights_of_groups(
    weights: Mapping[str, Enclosure], groups: Iterable[str]
) -> dict[str, Enclosure]:
    """Return the weight of every group but the government: 1 where none is given.

    Examples
    --------
    >>> weights_of_groups({}, ["firm", "government"])
    {'firm': Enclosure(1)}
    """
    return {group: weights.get(group, _ONE) for group in groups if group != GOVERNMENT}
