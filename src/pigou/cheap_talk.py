r"""Cheap talk: who knows the state says something that costs nothing, and another decides.

The state t is uniform on an interval. The sender sees it and sends a message; the receiver does not
see it, hears the message and takes an action y. The receiver has :math:`-(y - t)^2`, the sender
:math:`-(y - t - b)^2`: the bias b is by how much it wants the action to exceed the state. What is
said enters no payoff, so that it tells something only as far as interests agree.

`pigou.solvers.cheap_talk` finds all equilibria.

Sources
-------
Crawford and Sobel (1982), Econometrica 50:1431-1451, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pigou.errors import DeclarationError
from pigou.expression import read_expression
from pigou.game import Parameter
from pigou.reading import number_reader

__all__ = ["CheapTalk"]


@dataclass(frozen=True)
class CheapTalk:
    r"""A sender who knows the state, and a receiver who decides.

    Parameters
    ----------
    name : str
    bias : number, str or sympy expression
        b, of either sign.
    low, high : number, str or sympy expression
        Ends of the interval of states, low < high.
    parameters : iterable of Parameter
    source : str

    Raises
    ------
    DeclarationError
        If a formula names what is not a parameter.

    Examples
    --------
    >>> CheapTalk("dialogue", "b", parameters=[Parameter("b", "1/20")])
    CheapTalk('dialogue': bias b, state uniform on [0, 1]; parameters b)
    """

    name: str
    bias: Any
    low: Any = 0
    high: Any = 1
    parameters: Sequence[Parameter] = ()
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))
        names = [p.name for p in self.parameters]
        for formula in (self.bias, self.low, self.high):
            read_expression(formula, names)

    def __repr__(self) -> str:
        names = ", ".join(p.name for p in self.parameters)
        states = f"state uniform on [{self.low}, {self.high}]"
        return f"CheapTalk({self.name!r}: bias {self.bias}, {states}; parameters {names or 'none'})"

    def at(self, values: Mapping[str, Any] | None = None) -> CheapTalk:
        """Return the game with numbers in the place of parameters.

        Raises
        ------
        DeclarationError
            If a value is outside its domain, a parameter has none, a number is not rational, or
            the interval of states is empty or a point.

        Examples
        --------
        >>> CheapTalk("dialogue", "b/2", parameters=[Parameter("b")]).at({"b": "0.1"}).bias
        Fraction(1, 20)
        """
        number = number_reader(f"cheap talk '{self.name}'", self.parameters, values)
        bias, low, high = number(self.bias), number(self.low), number(self.high)
        if low >= high:
            raise DeclarationError(
                f"cheap talk '{self.name}': the interval of states needs low < high, "
                f"not {low} and {high}"
            )
        return CheapTalk(self.name, bias, low, high, source=self.source)
