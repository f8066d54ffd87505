r"""Search: buyers and suppliers have to find each other, and buyers enter as long as it pays.

There is a unit mass of suppliers. :math:`\theta` buyers pay k each to search, and
:math:`A \theta^{1 - \eta}` of them meet a supplier, but never more than there are buyers, or
suppliers. A match is worth S, of which the supplier gets the share :math:`\beta`. Buyers enter
freely.

`pigou.solvers.search_entry` finds how many do, and how many should.

Sources
-------
Hosios (1990), Review of Economic Studies 57:279-298, in one shot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pigou.errors import DeclarationError
from pigou.game import Parameter
from pigou.reading import check_formulas, number_reader

__all__ = ["SearchMarket"]

_FORMULAS = ("efficacy", "elasticity", "worth", "share", "cost")


@dataclass(frozen=True)
class SearchMarket:
    r"""Buyers who enter a market in which they have to find a supplier.

    Parameters
    ----------
    name : str
    efficacy, elasticity : number, str or sympy expression
        A > 0 and :math:`0 < \eta < 1` of the matching function, from 1/1000 to 999/1000.
    worth, share, cost : number, str or sympy expression
        S > 0, :math:`0 \le \beta \le 1` and k > 0.
    parameters : iterable of Parameter
    source : str

    Raises
    ------
    ExpressionError
        If a formula cannot be read, or holds more than parameters.

    Examples
    --------
    >>> SearchMarket("fair", "3/5", "1/2", 5, "7/10", "6/5").at().cost
    Fraction(6, 5)
    >>> SearchMarket("fair", "3/5", "1/2", 5, 2, "6/5").at()
    Traceback (most recent call last):
    pigou.errors.DeclarationError: search 'fair': it takes efficacy, worth and cost above 0, ...
    """

    name: str
    efficacy: Any
    elasticity: Any
    worth: Any
    share: Any
    cost: Any
    parameters: Sequence[Parameter] = ()
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))
        check_formulas([getattr(self, name) for name in _FORMULAS], self.parameters)

    def at(self, values: Mapping[str, Any] | None = None) -> SearchMarket:
        """Return the same with numbers in the place of parameters.

        Raises
        ------
        DeclarationError
            If a value is outside its domain, a parameter has none, or a number is not allowed.
        """
        what = f"search '{self.name}'"
        put = number_reader(what, self.parameters, values)
        n: dict[str, Any] = {name: put(getattr(self, name)) for name in _FORMULAS}
        shown = ", ".join(f"{name} = {number}" for name, number in n.items())
        positive = min(n["efficacy"], n["worth"], n["cost"]) > 0
        if not (positive and 0 < n["elasticity"] < 1 and 0 <= n["share"] <= 1):
            raise DeclarationError(
                f"{what}: it takes efficacy, worth and cost above 0, an elasticity between 0 and "
                f"1, and a share from 0 to 1, not {shown}"
            )
        if not Fraction(1, 1000) <= n["elasticity"] <= Fraction(999, 1000):
            raise DeclarationError(
                f"{what}: the elasticity is from 1/1000 to 999/1000, not {n['elasticity']}"
            )
        return SearchMarket(self.name, **n, source=self.source)
