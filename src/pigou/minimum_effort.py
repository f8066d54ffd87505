r"""The continuous minimum-effort game: everybody is paid by the smallest effort of all.

Each of n players chooses an effort :math:`x_i \in [l, h]` and receives
:math:`\min_j x_j - c \, x_i`, with :math:`0 < c < 1`. Every common effort is a Nash equilibrium,
whatever c and n are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pigou.errors import DeclarationError
from pigou.exact import exact

__all__ = ["MinimumEffort"]

MOST_PLAYERS = 30


@dataclass(frozen=True)
class MinimumEffort:
    """A minimum-effort game.

    Parameters
    ----------
    players : int
        From 2 to 30.
    cost : number
        Of a unit of effort, in units of what a unit of the minimum pays; between 0 and 1.
    low, high : number
        The ends of the interval of efforts.

    Raises
    ------
    DeclarationError
        If a value is out of its domain.

    Examples
    --------
    >>> MinimumEffort(2, "0.25", 110, 170).cost
    Fraction(1, 4)
    >>> MinimumEffort(2, "1.25", 110, 170)
    Traceback (most recent call last):
    pigou.errors.DeclarationError: minimum effort: the cost lies between 0 and 1, not 5/4
    """

    players: int
    cost: Any
    low: Any
    high: Any

    def __post_init__(self) -> None:
        for name in ("cost", "low", "high"):
            object.__setattr__(self, name, exact(getattr(self, name)))
        whole = isinstance(self.players, int) and not isinstance(self.players, bool)
        if not whole or not 2 <= self.players <= MOST_PLAYERS:
            raise DeclarationError(
                f"minimum effort: there are 2 to {MOST_PLAYERS} players, not {self.players}"
            )
        if not 0 < self.cost < 1:
            raise DeclarationError(
                f"minimum effort: the cost lies between 0 and 1, not {self.cost}"
            )
        if not self.low < self.high:
            raise DeclarationError(
                f"minimum effort: the lowest effort, {self.low}, is not below the highest, "
                f"{self.high}"
            )
