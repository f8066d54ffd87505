r"""Herding: one firm after another decides, sees what those before it did, and little else.

A new line is good (V = 1) or bad (V = 0), equally likely, and costs 1/2 to enter. Each of n firms
sees a signal that is right with probability p, and what those before it did; the first one's is
right with probability :math:`p_1`. With *open books* it sees the signals of those before it too.
Whoever is indifferent tosses a coin.

`pigou.solvers.cascades` follows what is known exactly.

Sources
-------
Bikhchandani, Hirshleifer and Welch (1992), Journal of Political Economy 100:992-1026.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pigou.errors import DeclarationError
from pigou.game import Parameter
from pigou.reading import check_formulas, number_reader

__all__ = ["Herding"]

_MOST = 200


@dataclass(frozen=True)
class Herding:
    """Firms that decide one after another.

    Parameters
    ----------
    name : str
    precision : number, str or sympy expression
        p, between 1/2 and 1.
    firms : number, str or sympy expression
        n, a whole number from 1 to 200.
    leader : number, str or sympy expression, optional
        Of the first one's signal; p unless it is given.
    open_books : number, str or sympy expression
        1 if signals are public, 0 if only what is done is seen.
    parameters : iterable of Parameter
    source : str

    Raises
    ------
    ExpressionError
        If a formula cannot be read, or holds more than parameters.

    Examples
    --------
    >>> Herding("channel", "3/5", 10).at().leader
    Fraction(3, 5)
    >>> Herding("channel", "2/5", 10).at()
    Traceback (most recent call last):
    pigou.errors.DeclarationError: herding 'channel': precisions lie between 1/2 and 1, not at ...
    """

    name: str
    precision: Any
    firms: Any
    leader: Any = None
    open_books: Any = 0
    parameters: Sequence[Parameter] = ()
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))
        if self.leader is None:
            object.__setattr__(self, "leader", self.precision)
        formulas = [self.precision, self.firms, self.leader, self.open_books]
        check_formulas(formulas, self.parameters)

    def at(self, values: Mapping[str, Any] | None = None) -> Herding:
        """Return the same with numbers in the place of parameters.

        Raises
        ------
        DeclarationError
            If a value is outside its domain, a parameter has none, or a number is not allowed.
        """
        what = f"herding '{self.name}'"
        put = number_reader(what, self.parameters, values)
        precision, firms, leader, open_books = (
            put(formula) for formula in (self.precision, self.firms, self.leader, self.open_books)
        )
        for number in (precision, leader):
            if not 1 < 2 * number < 2:
                raise DeclarationError(
                    f"{what}: precisions lie between 1/2 and 1, not at {precision} and {leader}"
                )
        if firms.denominator != 1 or not 1 <= firms <= _MOST:
            raise DeclarationError(f"{what}: firms is a whole number from 1 to 200, not {firms}")
        if open_books not in (0, 1):
            raise DeclarationError(f"{what}: open_books is 0 or 1, not {open_books}")
        return Herding(self.name, precision, int(firms), leader, open_books, source=self.source)
