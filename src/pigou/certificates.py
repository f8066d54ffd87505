r"""Certificates as signals, with a continuum of types: what is cheaper for the good shows who is.

A supplier's productivity :math:`\theta` is uniform on :math:`[l, h]`; it knows it, buyers do not.
It may acquire a certificate of level :math:`e \ge 0`, which costs it
:math:`(\kappa \theta^{-m} + t)\, e`: the more productive find it cheaper. The part t goes to the
public (a tax, or a subsidy where it is below 0). Competing buyers see e and pay what they expect
:math:`\theta` to be. Levels produce nothing.

`pigou.solvers.signalling_types` finds the separating equilibrium and the pooling ones.

Sources
-------
Spence (1973), Quarterly Journal of Economics 87:355-374; Riley (1979), Econometrica 47:331-359;
Mailath (1987), Econometrica 55:1349-1365.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pigou.errors import DeclarationError
from pigou.game import Parameter
from pigou.reading import check_formulas, number_reader

__all__ = ["Certificates"]

_FORMULAS = ("low", "high", "cost", "power", "tax")


@dataclass(frozen=True)
class Certificates:
    r"""A supplier that may signal its productivity, drawn from an interval.

    Parameters
    ----------
    name : str
    low, high : number, str or sympy expression
        :math:`0 < l < h`.
    cost, power : number, str or sympy expression
        :math:`\kappa > 0` and m > 0.
    tax : number, str or sympy expression
        t, what the public takes for a unit of the level; a subsidy where it is below 0. Everybody
        has to pay something: :math:`\kappa h^{-m} + t > 0`.
    parameters : iterable of Parameter
    source : str

    Raises
    ------
    ExpressionError
        If a formula cannot be read, or holds more than parameters.

    Examples
    --------
    >>> quality = Certificates("quality", 1, 2, "cost", parameters=[Parameter("cost", "1/2")])
    >>> quality.at().cost
    Fraction(1, 2)
    >>> Certificates("quality", 2, 1, 1).at()
    Traceback (most recent call last):
    pigou.errors.DeclarationError: certificates 'quality': it takes 0 < low < high, ...
    """

    name: str
    low: Any
    high: Any
    cost: Any
    power: Any = 1
    tax: Any = 0
    parameters: Sequence[Parameter] = ()
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))
        check_formulas([getattr(self, name) for name in _FORMULAS], self.parameters)

    def at(self, values: Mapping[str, Any] | None = None) -> Certificates:
        """Return the same with numbers in the place of parameters.

        Raises
        ------
        DeclarationError
            If a value is outside its domain, a parameter has none, or a number is not allowed.
            That somebody would be paid for a certificate is found by the solver.
        """
        what = f"certificates '{self.name}'"
        put = number_reader(what, self.parameters, values)
        n: dict[str, Any] = {name: put(getattr(self, name)) for name in _FORMULAS}
        shown = ", ".join(f"{name} = {number}" for name, number in n.items())
        if not (0 < n["low"] < n["high"] and n["cost"] > 0 and n["power"] > 0):
            raise DeclarationError(
                f"{what}: it takes 0 < low < high, cost > 0 and power > 0, not {shown}"
            )
        if n["power"] > 50 or n["power"].denominator > 50:
            raise DeclarationError(f"{what}: the power is at most 50, in fiftieths, not {shown}")
        return Certificates(self.name, **n, source=self.source)
