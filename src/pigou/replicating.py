"""Replicate: compute the claims of a publication, and say which agree with what it says.

The first part is for the files in `pigou.papers`: what their claims are computed with. The second
compares. A claim agrees where every number lies within its tolerance, both ends of an enclosure
included, and every word and truth value is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

from pigou.check import expectation
from pigou.design_results import Design
from pigou.equilibrium import Equilibrium, EquilibriumSet, Grade
from pigou.errors import DeclarationError, PigouError, StructureError
from pigou.exact import Enclosure, exact
from pigou.expression import read_expression
from pigou.game import Game
from pigou.publication import Computed, Publication, PublishedClaim, Value, weakest
from pigou.reform import Reform
from pigou.solving import solve

__all__ = [
    "Outcome",
    "Replication",
    "agree",
    "answer",
    "crossing",
    "joined",
    "only",
    "played",
    "replicate",
    "threshold",
    "turning_point",
    "worth",
]


# -- for the files of publications ----------------------------------------------------------------


def only(game: Game, at: Mapping[str, Any] | None = None) -> Equilibrium:
    """Return the one equilibrium of a game that provably has no other.

    Raises
    ------
    StructureError
        If there is another, none, or the list could not be shown complete.

    Examples
    --------
    >>> from pigou.models import load
    >>> only(load("coordination").game)
    Traceback (most recent call last):
    pigou.errors.StructureError: 'coordination' has 3 equilibria where the paper has one
    """
    found = solve(game, at or {})
    if not found.complete:
        raise StructureError(f"'{game.name}': the list of equilibria was not shown complete")
    if len(found) != 1:
        raise StructureError(f"'{game.name}' has {len(found)} equilibria where the paper has one")
    return found.equilibria[0]


def played(one: Equilibrium) -> dict[str, Any]:
    """Return what is played: an enclosure or a label for each move on the equilibrium path.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> one = Game("one", [Player("a")], [Move("x", "a", (0, 4))], {"a": "2*x - x**2"})
    >>> str(played(only(one))["x"])
    '1'
    """
    if one.path is not None:
        return {
            name: taken if isinstance(taken, Enclosure) else " or ".join(taken)
            for name, taken in one.path.items()
        }
    return {
        s.move: s.value
        if s.value is not None
        else " or ".join(label for label, p in s.probabilities.items() if p.upper > 0)
        for s in one.strategies
    }


def worth(
    game: Game, one: Equilibrium, formula: str, at: Mapping[str, Any] | None = None
) -> Enclosure:
    """Return the expected value of a formula in moves and parameters, in an equilibrium.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> one = Game("one", [Player("a")], [Move("x", "a", (0, 4))], {"a": "2*x - x**2"})
    >>> str(worth(one, only(one), "x/2"))
    '1/2'
    """
    values = game.values(at or {})
    return expectation(game, values, one.strategies, read_expression(formula, game.scope))


def answer(
    value: Any, *behind: EquilibriumSet | Equilibrium | Grade | str, method: str = "solved"
) -> Computed:
    """Return a value with the weakest of the grades behind it.

    Raises
    ------
    DeclarationError
        If nothing is behind it.

    Examples
    --------
    >>> str(answer("1/2", Grade.PROVED, Grade.CERTIFIED).grade)
    'certified'
    """
    if not behind:
        raise DeclarationError("a value rests on equilibria or a grade: nothing is behind this one")
    return Computed(value, weakest(behind), method)


def threshold(found: Design) -> Enclosure:
    """Return the least strength that a design found.

    Raises
    ------
    StructureError
        If the goal cannot be reached.

    Examples
    --------
    >>> from pigou.designing import design
    >>> from pigou.models import load
    >>> str(threshold(design(load("coordination"), formulas=False)))
    '3/8'
    """
    if found.threshold.value is None:
        raise StructureError(f"'{found.game}': the goal cannot be reached")
    return found.threshold.value


def joined(reforms: Iterable[Reform]) -> Reform:
    """Join reforms into one package.

    Examples
    --------
    >>> from pigou import subsidy
    >>> joined([subsidy("x1", 1, "a"), subsidy("x2", 1, "b")]).name
    'a+b'
    """
    return reduce(add, reforms)


def turning_point(
    test: Callable[[Fraction], tuple[bool, Grade]],
    low: Any,
    high: Any,
    width: Any = Fraction(1, 10**8),
) -> Computed:
    """Enclose a value at which the answer to a question turns from one to the other, by halving.

    Parameters
    ----------
    test : callable
        Returns the answer at a value, and how well it is known.
    low, high : number
        The answers there differ.
    width : number
        How wide the enclosure may be.

    Raises
    ------
    StructureError
        If the answers at both ends are the same.

    Examples
    --------
    >>> found = turning_point(lambda x: (x * x > 2, Grade.CERTIFIED), 1, 2)
    >>> found.value.value, str(found.grade)
    (1.41421356..., 'certified')
    """
    a, b, most = exact(low), exact(high), exact(width)
    (first, grade), (last, other) = test(a), test(b)
    grades = [grade, other]
    if first == last:
        raise StructureError(f"the answer is the same at {a} and at {b}: nothing turns between")
    while b - a > most:
        middle = (a + b) / 2
        now, grade = test(middle)
        grades.append(grade)
        a, b = (middle, b) if now == first else (a, middle)
    return Computed(Enclosure(a, b), weakest(grades), "outcomes on both sides of the interval")


def crossing(
    value: Callable[[Fraction], tuple[Enclosure, Grade]],
    low: Any,
    high: Any,
    width: Any = Fraction(1, 10**7),
) -> Computed:
    """Enclose a value at which a quantity changes its sign, by secants.

    Parameters
    ----------
    value : callable
        Returns the quantity at a value, and how well it is known.
    low, high : number
        The signs there differ.
    width : number
        How wide the enclosure is.

    Raises
    ------
    StructureError
        If the signs at both ends are the same, or secants do not close in on a change of sign.

    Examples
    --------
    >>> def square(x):
    ...     return Enclosure.point(x * x - 2), Grade.CERTIFIED
    >>> found = crossing(square, 1, 2)
    >>> found.value.lower**2 < 2 < found.value.upper**2, str(found.grade)
    (True, 'certified')
    """
    half = exact(width) / 2
    near, far = exact(low), exact(high)
    known = {near: value(near), far: value(far)}
    if _sign(known[near][0]) * _sign(known[far][0]) >= 0:
        raise StructureError(f"no change of sign is seen between {low} and {high}")
    for _ in range(_MOST_SECANTS):
        rise = known[far][0].value - known[near][0].value
        step = exact(known[far][0].value / rise) * (far - near) if rise else half
        place = min(max(exact(float(far - step)), exact(low)), exact(high))
        ends = (place - half, place + half)
        known |= {x: value(x) for x in ends}
        if _sign(known[ends[0]][0]) * _sign(known[ends[1]][0]) < 0:
            grades = [grade for _, grade in known.values()]
            return Computed(Enclosure(*ends), weakest(grades), "signs at both ends of an interval")
        near, far = far, ends[0]
    raise StructureError("secants do not close in on a change of sign")


_MOST_SECANTS = 12


def _sign(number: Enclosure) -> int:
    """Return the sign of a number; 0 where it is not known."""
    return int(number.lower > 0) - int(number.upper < 0)


# -- comparing ------------------------------------------------------------------------------------


def agree(computed: Value, expected: Value, tolerance: Fraction) -> bool:
    """Whether what was computed is what was expected, up to a tolerance.

    Examples
    --------
    >>> tenth = Fraction(1, 10)
    >>> agree(Fraction(1, 3), Fraction(3, 10), tenth), agree(Fraction(1, 3), Fraction(1), tenth)
    (True, False)
    >>> agree((True, "deter"), (True, "accommodate"), tenth)
    False
    """
    if isinstance(computed, tuple) or isinstance(expected, tuple):
        return (
            isinstance(computed, tuple)
            and isinstance(expected, tuple)
            and len(computed) == len(expected)
            and all(agree(a, b, tolerance) for a, b in zip(computed, expected, strict=True))
        )
    if any(isinstance(one, str | bool | None) for one in (computed, expected)):
        return type(computed) is type(expected) and computed == expected
    a, b = _ends(computed), _ends(expected)
    return max(abs(a[0] - b[1]), abs(a[1] - b[0])) <= tolerance


def _ends(number: Any) -> tuple[Fraction, Fraction]:
    if isinstance(number, Enclosure):
        return number.lower, number.upper
    return Fraction(number), Fraction(number)


@dataclass(frozen=True)
class Outcome:
    """A claim, and what became of it.

    Parameters
    ----------
    claim : PublishedClaim
    computed : Computed or None
        None where nothing could be computed; `why` says why.
    why : str

    Examples
    --------
    >>> from pigou.papers import load
    >>> first = replicate(load("winter2004")).outcomes[0]
    >>> first.agrees, first.fails
    (True, False)
    """

    claim: PublishedClaim
    computed: Computed | None
    why: str = ""

    @property
    def agrees(self) -> bool | None:
        """Whether it is as published; None where no value is known to compare with."""
        if self.claim.expected is None:
            return None
        if self.computed is None:
            return False
        return agree(self.computed.value, self.claim.expected, self.claim.tolerance)

    @property
    def fails(self) -> bool:
        """Whether it counts as a failure.

        It does where it disagrees or could not be computed, unless the file declares with a reason
        that it is not reproduced; and where a claim so declared does agree: then it is out of date.
        """
        if self.claim.not_reproduced:
            return self.agrees is True
        return self.agrees is False or self.computed is None

    @property
    def verdict(self) -> str:
        """The outcome in a word or two."""
        if self.claim.not_reproduced:
            return "not reproduced" if self.agrees is not True else "reproduced after all"
        if self.computed is None:
            return "not computed"
        return {True: "agrees", False: "disagrees", None: "withheld"}[self.agrees]


@dataclass(frozen=True)
class Replication:
    """A publication, and what became of its claims.

    Parameters
    ----------
    publication : Publication
    outcomes : tuple of Outcome

    Examples
    --------
    >>> from pigou.papers import load
    >>> replicate(load("winter2004")).failed
    ()
    """

    publication: Publication
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The claims that fail."""
        return tuple(one for one in self.outcomes if one.fails)


def replicate(
    publication: Publication, before: Callable[[PublishedClaim], None] | None = None
) -> Replication:
    """Compute the claims of a publication.

    Parameters
    ----------
    publication : Publication
    before : callable, optional
        Called with each claim before it is computed, to show progress.

    Examples
    --------
    >>> from pigou.papers import load
    >>> {one.verdict for one in replicate(load("winter2004")).outcomes}
    {'agrees'}
    """
    outcomes = []
    for claim in publication.claims:
        if before is not None:
            before(claim)
        outcomes.append(_outcome(claim))
    return Replication(publication, tuple(outcomes))


def _outcome(claim: PublishedClaim) -> Outcome:
    try:
        return Outcome(claim, claim.compute())
    except PigouError as error:
        return Outcome(claim, None, str(error))
