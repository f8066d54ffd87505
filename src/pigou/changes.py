"""What a reform does to one equilibrium, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pigou.exact import Enclosure

__all__ = ["Change"]


@dataclass(frozen=True)
class Change:
    """What becomes of an equilibrium.

    Parameters
    ----------
    what : str
        ``"survives"``, ``"moves"``, ``"vanishes"``, ``"appears"``, or ``"not searched"`` where
        equilibria of this kind were looked for in the baseline only.
    before, after : str
        Names of the equilibria; empty where there is none.
    strength : Enclosure, optional
        Where it vanishes or appears: the share of the reform's full strength up to which, or from
        which on, it is an equilibrium.
    how : str
        ``"exact"``, ``"certified"``, ``"numerical"``, or ``"by likeness"``: not followed at all;
        ``""`` where it was not searched.
    why : str
        What happens at that strength, in words.

    Examples
    --------
    >>> print(Change("vanishes", "E1", "", Enclosure.point("15/16"), "exact"))
    E1 vanishes at strength 15/16
    >>> print(Change("vanishes", "E1", "", Enclosure(Fraction(1, 4), Fraction(1, 2)), "numerical"))
    E1 vanishes at strength 0.25 to 0.5
    """

    what: str
    before: str
    after: str
    strength: Enclosure | None = None
    how: str = "by likeness"
    why: str = ""

    def __str__(self) -> str:
        if self.what in ("survives", "moves"):
            return f"{self.before} {self.what} (as {self.after})"
        words = f"{self.before or self.after} {self.what}"
        return words if self.strength is None else f"{words} at strength {self.where}"

    @property
    def where(self) -> str:
        """The strength in words: a range where it is not known to six digits."""
        if self.strength is None or self.strength.width < Fraction(1, 10**5):
            return "" if self.strength is None else str(self.strength)
        return f"{float(self.strength.lower):.4g} to {float(self.strength.upper):.4g}"
