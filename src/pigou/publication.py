r"""A publication: its set-up in its own notation, and its claims, each with how it is computed.

A claim holds what the publication says (a number, several, a truth value or a word), where it
stands there, and a function that computes the same through declared games, reforms and solvers. A
result that the publication does not print, since a special case was worked out from its set-up, is
marked so: `where` then begins with `DERIVED`; and with `WITHHELD` if we have not been told its
value, so that nothing is compared. A claim that is known not to be reproduced is kept, with the
reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from pigou.bibliography import entry
from pigou.equilibrium import Equilibrium, EquilibriumSet, Grade
from pigou.errors import DeclarationError
from pigou.exact import Enclosure, Record, exact

__all__ = ["DERIVED", "WITHHELD", "Computed", "Publication", "PublishedClaim", "Value", "weakest"]

DERIVED = "derived: not printed in the paper"
"""How `where` begins for a result that the publication does not print."""

WITHHELD = f"{DERIVED}; value withheld"
"""How `where` begins if its value is not known to us either; how it was checked follows."""

Value = Fraction | Enclosure | bool | str | tuple[Any, ...] | None
"""A number, known exactly or enclosed; true or false; a word; or several of these."""


def checked(value: Any) -> Value:
    """Read a value: decimals are exact, lists become tuples.

    Examples
    --------
    >>> checked(["0.5", 2, True])
    (Fraction(1, 2), Fraction(2, 1), True)
    >>> checked("deter")
    'deter'
    """
    if value is None or isinstance(value, bool | Enclosure):
        return value
    if isinstance(value, list | tuple):
        return tuple(checked(one) for one in value)
    if isinstance(value, str) and not value.lstrip("+-.").startswith(tuple("0123456789")):
        return value
    return exact(value)


@dataclass(frozen=True)
class Computed:
    """What was computed for a claim, and how well it is known.

    Parameters
    ----------
    value : Value
        Decimals are read as exact numbers.
    grade : Grade
        The weakest of the grades behind it.
    method : str
        How it was computed, in a few words.

    Examples
    --------
    >>> Computed("1/4", Grade.CERTIFIED).value
    Fraction(1, 4)
    """

    value: Any
    grade: Grade
    method: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", checked(self.value))


@dataclass(frozen=True)
class PublishedClaim:
    r"""A quantity that a publication states.

    Parameters
    ----------
    id : str
        A short identifier, such as ``O28.x_nc_b2``.
    quantity : str
        What it is, in words.
    expected : Value
        What the publication says, or what follows from its set-up (see `where`); None where the
        value is withheld, so that the computed one is only shown.
    compute : callable
        Takes nothing, and returns a `Computed`.
    where : str
        Where it stands in the publication, or a text that begins with `DERIVED`.
    parameters : mapping of str to value
        In the notation of the publication.
    tolerance : number
        The largest absolute difference that counts as agreement.
    not_reproduced : str
        Why the publication's value is known not to be reproduced. It is then shown as a miss.

    Raises
    ------
    DeclarationError
        If `where` is empty, or the tolerance is negative.

    Examples
    --------
    >>> half = PublishedClaim(
    ...     "X1", "a half", "1/2", lambda: Computed("0.5", Grade.CERTIFIED), "table 1"
    ... )
    >>> half.published, half.compute().value
    (Fraction(1, 2), Fraction(1, 2))
    """

    id: str
    quantity: str
    expected: Any
    compute: Callable[[], Computed]
    where: str
    parameters: Mapping[str, Any] = field(default_factory=Record)
    tolerance: Any = Fraction(1, 10**6)
    not_reproduced: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "expected", checked(self.expected))
        object.__setattr__(self, "tolerance", exact(self.tolerance))
        object.__setattr__(self, "parameters", Record(dict(self.parameters)))
        if not self.where:
            raise DeclarationError(f"claim '{self.id}' does not say where it stands")
        if self.tolerance < 0:
            raise DeclarationError(f"claim '{self.id}': the tolerance {self.tolerance} is negative")

    @property
    def is_derived(self) -> bool:
        """Whether the publication does not print it."""
        return self.where.startswith(DERIVED)

    @property
    def published(self) -> Value:
        """What the publication prints; None where it prints nothing, or the value is withheld."""
        return None if self.is_derived else self.expected


@dataclass(frozen=True)
class Publication:
    """A publication with its claims.

    Parameters
    ----------
    key : str
        In the bibliography.
    setup : str
        The set-up in the publication's own notation.
    notation : mapping of str to str
        Its symbols -> what stands for them in our games.
    claims : sequence of PublishedClaim

    Raises
    ------
    DeclarationError
        If the key is not in the bibliography, or two claims share an identifier.

    Examples
    --------
    >>> from pigou.papers import load
    >>> load("winter2004").key, len(load("winter2004").claims) > 3
    ('winter2004incentives', True)
    """

    key: str
    setup: str
    notation: Mapping[str, str]
    claims: Sequence[PublishedClaim]

    def __post_init__(self) -> None:
        entry(self.key)
        object.__setattr__(self, "notation", Record(dict(self.notation)))
        object.__setattr__(self, "claims", tuple(self.claims))
        ids = [claim.id for claim in self.claims]
        for one in ids:
            if ids.count(one) > 1:
                raise DeclarationError(f"two claims of '{self.key}' are called '{one}'")

    @property
    def title(self) -> str:
        """The title in the bibliography."""
        return entry(self.key).fields["title"]


_STRENGTH = {Grade.PROVED: 2, Grade.CERTIFIED: 1, Grade.NUMERICAL: 0}


def weakest(parts: Iterable[EquilibriumSet | Equilibrium | Grade | str]) -> Grade:
    """Return the weakest grade behind a number.

    That a list of equilibria is complete, even an empty one, is certified at best; a list that
    could not be shown complete counts as numerical.

    Examples
    --------
    >>> str(weakest([Grade.CERTIFIED, Grade.NUMERICAL]))
    'numerical'
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> str(weakest([solve(load("coordination").game)]))
    'certified'
    """
    grades = [Grade.PROVED]
    for part in parts:
        if isinstance(part, EquilibriumSet):
            grades += [one.evidence.grade for one in part]
            grades.append(Grade.CERTIFIED if part.complete else Grade.NUMERICAL)
        else:
            grades.append(part.evidence.grade if isinstance(part, Equilibrium) else Grade(part))
    return min(grades, key=_STRENGTH.__getitem__)
