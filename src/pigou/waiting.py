r"""An investment that can wait, and cannot be undone.

Who has the opportunity may pay I once, at any time, for a project whose value V moves by
itself, under the probabilities that price its risk, as

.. math:: dV = (r - \delta) V \, dt + \sigma V \, dz ,

a geometric Brownian motion; r is the interest rate, :math:`\delta` the payout that waiting forgoes.
`pigou.solvers.stopping` finds from which value on it is invested, and what the opportunity is
worth.

Sources
-------
McDonald and Siegel (1986), Quarterly Journal of Economics 101:707-727; Dixit and Pindyck (1994),
Investment under Uncertainty, Princeton University Press, chapter 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pigou.errors import DeclarationError
from pigou.game import Parameter
from pigou.reading import check_formulas, number_reader

__all__ = ["Opportunity"]

_FORMULAS = ("discount", "payout", "volatility", "cost")


@dataclass(frozen=True)
class Opportunity:
    r"""A lasting opportunity to invest.

    Parameters
    ----------
    name : str
    discount : number, str or sympy expression
        The interest rate :math:`r \ge 0`.
    payout : number, str or sympy expression
        :math:`\delta > 0`; without payout nobody would ever invest.
    volatility : number, str or sympy expression
        :math:`\sigma > 0`.
    cost : number, str or sympy expression
        I > 0.
    parameters : iterable of Parameter
    source : str

    Raises
    ------
    ExpressionError
        If a formula cannot be read, or holds more than parameters.

    Examples
    --------
    >>> upgrade = Opportunity("upgrade", "r", "1/25", "1/5", 1, [Parameter("r", "1/25")])
    >>> upgrade.at().discount
    Fraction(1, 25)
    >>> Opportunity("upgrade", "1/25", 0, "1/5").at()
    Traceback (most recent call last):
    pigou.errors.DeclarationError: opportunity 'upgrade': payout, volatility and cost have to be ...
    """

    name: str
    discount: Any
    payout: Any
    volatility: Any
    cost: Any = 1
    parameters: Sequence[Parameter] = ()
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))
        check_formulas([getattr(self, name) for name in _FORMULAS], self.parameters)

    def at(self, values: Mapping[str, Any] | None = None) -> Opportunity:
        """Return the same with numbers in the place of parameters.

        Raises
        ------
        DeclarationError
            If a value is outside its domain, a parameter has none, or a number is not allowed.
        """
        what = f"opportunity '{self.name}'"
        put = number_reader(what, self.parameters, values)
        r, delta, sigma, cost = numbers = [put(getattr(self, name)) for name in _FORMULAS]
        if r < 0 or min(delta, sigma, cost) <= 0:
            shown = ", ".join(f"{n} = {x}" for n, x in zip(_FORMULAS, numbers, strict=True))
            raise DeclarationError(
                f"{what}: payout, volatility and cost have to be above 0 and discount at least 0, "
                f"not {shown}"
            )
        return Opportunity(self.name, r, delta, sigma, cost, source=self.source)
