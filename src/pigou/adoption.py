r"""Pioneers and followers: two firms decide when to adopt, and the second may learn from the first.

A firm that adopts at time t pays :math:`K e^{-\alpha t}` if it is the first and
:math:`k e^{-\alpha t}` if it is the second, :math:`k \le K`: costs fall by themselves, and who
follows may imitate. Both pay K if they adopt at the same time. In a unit of time a firm earns
:math:`\pi_{00}` while nobody has adopted, the pioneer :math:`\pi_{10}` and the other one
:math:`\pi_{01}` while it is alone, and each :math:`\pi_{11}` when both have. The discount rate
is r. Everybody sees at once who has adopted.

`pigou.solvers.adopting` tells a race (each wants to be first: *pre-emption*) from a *waiting game*
(each wants to be second: a war of attrition), and finds their equilibria.

Sources
-------
Fudenberg and Tirole (1985), Review of Economic Studies 52:383-401, for pre-emption; Hendricks,
Weiss and Wilson (1988), International Economic Review 29:663-680, for the war of attrition; Katz
and Shapiro (1987), American Economic Review 77:402-420, for imitation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pigou.errors import DeclarationError
from pigou.game import Parameter
from pigou.reading import check_formulas, number_reader

__all__ = ["Adoption"]

_FORMULAS = (
    "discount", "decline", "first_cost", "second_cost", "neither", "pioneer", "laggard", "both",
)  # fmt: skip


@dataclass(frozen=True)
class Adoption:
    r"""Two firms that choose when to adopt.

    Parameters
    ----------
    name : str
    discount, decline : number, str or sympy expression
        r > 0, and :math:`\alpha > 0`, the rate at which the cost falls.
    first_cost, second_cost : number, str or sympy expression
        :math:`K \ge k > 0`: what adopting costs at time 0.
    neither, pioneer, laggard, both : number, str or sympy expression
        :math:`\pi_{00}, \pi_{10}, \pi_{01}, \pi_{11}`: flow profits. The pioneer has more than
        others, :math:`\pi_{10} > \max(\pi_{00}, \pi_{11})`, and following pays in the end,
        :math:`\pi_{11} > \pi_{01}`; being first is worth more than following,
        :math:`\pi_{10} - \pi_{00} \ge \pi_{11} - \pi_{01}`, and both together have more than
        before, :math:`\pi_{11} > \pi_{00}`.
    parameters : iterable of Parameter
    source : str

    Raises
    ------
    ExpressionError
        If a formula cannot be read, or holds more than parameters.

    Examples
    --------
    >>> game = Adoption("quality", "1/10", "1/10", 40, 40, 1, 4, "1/2", 2)
    >>> game.at().discount
    Fraction(1, 10)
    >>> Adoption("quality", "1/10", "1/10", 40, 60, 1, 4, "1/2", 2).at()
    Traceback (most recent call last):
    pigou.errors.DeclarationError: adoption 'quality': the second pays at most what the first ...
    """

    name: str
    discount: Any
    decline: Any
    first_cost: Any
    second_cost: Any
    neither: Any
    pioneer: Any
    laggard: Any
    both: Any
    parameters: Sequence[Parameter] = ()
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))
        check_formulas([getattr(self, name) for name in _FORMULAS], self.parameters)

    def at(self, values: Mapping[str, Any] | None = None) -> Adoption:
        """Return the same with numbers in the place of parameters.

        Raises
        ------
        DeclarationError
            If a value is outside its domain, a parameter has none, or a number is not allowed.
        """
        what = f"adoption '{self.name}'"
        put = number_reader(what, self.parameters, values)
        n: dict[str, Any] = {name: put(getattr(self, name)) for name in _FORMULAS}
        shown = ", ".join(f"{name} = {number}" for name, number in n.items())
        if min(n["discount"], n["decline"], n["second_cost"]) <= 0:
            raise DeclarationError(f"{what}: discount, decline and costs are above 0, not {shown}")
        if n["second_cost"] > n["first_cost"]:
            raise DeclarationError(
                f"{what}: the second pays at most what the first pays, not {shown}"
            )
        alone, follow = n["pioneer"] - n["neither"], n["both"] - n["laggard"]
        if not (n["pioneer"] > n["both"] > n["neither"] and alone >= follow > 0):
            raise DeclarationError(
                f"{what}: pioneer > both > neither, both > laggard, and pioneer - neither at least "
                f"both - laggard, not {shown}"
            )
        return Adoption(self.name, **n, source=self.source)
