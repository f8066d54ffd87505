r"""History versus expectations: who moves between two sectors, with perfect foresight.

A continuum of resources; the share X(t) of them is in the *modern* sector, the rest in the
traditional one. Being in the modern sector returns more by

.. math:: \pi(X) = \beta X - \alpha ,

and moving resources costs :math:`\dot X^2 / (2 \gamma)` in all. With the discount rate r, the value
q of having a unit in the modern rather than in the traditional sector, and the share, follow

.. math:: \dot q = r q - (\beta X - \alpha), \qquad \dot X = \gamma q ,

until X reaches 0 or 1, where nobody moves any more: q = 0 there on arrival (Fukao and Benabou 1993,
who correct the terminal condition of Krugman 1991).

`pigou.solvers.foresight` finds which end can be reached from which initial share.

Sources
-------
Krugman (1991), Quarterly Journal of Economics 106:651-667; Matsuyama (1991), Quarterly Journal of
Economics 106:617-650; Fukao and Benabou (1993), Quarterly Journal of Economics 108:535-542.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pigou.errors import DeclarationError
from pigou.game import Parameter
from pigou.reading import check_formulas, number_reader

__all__ = ["Migration"]

_FORMULAS = ("discount", "spillover", "lag", "speed")


@dataclass(frozen=True)
class Migration:
    r"""Resources that move between two sectors at a cost.

    Parameters
    ----------
    name : str
    discount : number, str or sympy expression
        The discount rate :math:`r \ge 0`.
    spillover : number, str or sympy expression
        :math:`\beta \ne 0`: how the gap of returns rises with the share in the modern sector.
    lag : number, str or sympy expression
        :math:`\alpha`: by how much the modern sector returns less if nobody is there. The returns
        are equal at the interior steady state :math:`\alpha / \beta`, which has to lie in (0, 1).
    speed : number, str or sympy expression
        :math:`\gamma > 0`: the lower the cost of moving, the higher.
    parameters : iterable of Parameter
    source : str

    Raises
    ------
    ExpressionError
        If a formula cannot be read, or holds more than parameters.

    Examples
    --------
    >>> cluster = Migration("cluster", "r", 1, "1/2", "1/10", [Parameter("r", "3/10", "r >= 0")])
    >>> cluster.at({"r": "0.2"}).discount, cluster.at().steady_state
    (Fraction(1, 5), Fraction(1, 2))
    >>> Migration("cluster", "1/5", 1, 2, "1/10").at()
    Traceback (most recent call last):
    pigou.errors.DeclarationError: migration 'cluster': returns are equal at the share ...
    """

    name: str
    discount: Any
    spillover: Any
    lag: Any
    speed: Any
    parameters: Sequence[Parameter] = ()
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))
        check_formulas([getattr(self, name) for name in _FORMULAS], self.parameters)

    @property
    def steady_state(self) -> Fraction:
        """The share at which both sectors return the same; of numbers only, see `at`."""
        return Fraction(self.lag) / Fraction(self.spillover)

    def at(self, values: Mapping[str, Any] | None = None) -> Migration:
        """Return the same with numbers in the place of parameters.

        Raises
        ------
        DeclarationError
            If a value is outside its domain, a parameter has none, or a number is not allowed.
        """
        what = f"migration '{self.name}'"
        put = number_reader(what, self.parameters, values)
        r, beta, alpha, gamma = (put(getattr(self, name)) for name in _FORMULAS)
        if r < 0 or gamma <= 0 or beta == 0:
            raise DeclarationError(
                f"{what}: discount is at least 0, speed above 0 and spillover not 0, not "
                f"discount = {r}, speed = {gamma}, spillover = {beta}"
            )
        if not 0 < alpha / beta < 1:
            raise DeclarationError(
                f"{what}: returns are equal at the share lag/spillover = {alpha / beta}; it has to "
                "lie above 0 and below 1, or one sector is better whoever is there"
            )
        return Migration(self.name, r, beta, alpha, gamma, source=self.source)
