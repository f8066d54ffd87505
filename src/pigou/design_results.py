"""What a design returns: the threshold, the payments, what results, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from pigou.design_search import Threshold
from pigou.exact import Enclosure, Record
from pigou.game import GOVERNMENT
from pigou.solvers.budgets import Budgets

__all__ = ["Design", "Outcome", "Payment", "Row"]


@dataclass(frozen=True)
class Outcome:
    """An equilibrium that results, and what it costs.

    Parameters
    ----------
    profile : str
    surplus : mapping of str to Enclosure
        What each party has, all members together.
    welfare : Enclosure
        At a cost of public funds of 1.
    outlay : Enclosure
        What the reform pays out in it.

    Examples
    --------
    >>> from pigou.designing import design
    >>> from pigou.models import load
    >>> str(design(load("coordination"), formulas=False).outcomes[0].outlay)
    '15/4'
    """

    profile: str
    surplus: Mapping[str, Enclosure]
    welfare: Enclosure
    outlay: Enclosure

    def welfare_at(self, cost_of_funds: Fraction) -> Enclosure:
        """Return welfare at a cost of public funds.

        Examples
        --------
        >>> from pigou.designing import design
        >>> from pigou.models import load
        >>> (one,) = design(load("coordination"), formulas=False).outcomes
        >>> str(one.welfare_at(Fraction(2)))
        '3/4'
        """
        public = self.surplus.get(GOVERNMENT, Enclosure.point(0))
        return self.welfare + Enclosure.point(cost_of_funds - 1) * public


class Payment(NamedTuple):
    """What one member is paid for the target.

    Attributes
    ----------
    player : str
    rate : Fraction
        In units of the instrument.
    strict : bool
        Whether it has to be more than that.

    Examples
    --------
    >>> from pigou.designing import design
    >>> from pigou.models import load
    >>> found = design(load("coordination"), family="divide-and-conquer", formulas=False)
    >>> str(found.payments[0].rate), found.payments[0].strict
    ('3/8', True)
    """

    player: str
    rate: Fraction
    strict: bool


class Row(NamedTuple):
    """One point of the frontier of cost against goal.

    Attributes
    ----------
    strength : Enclosure
        The strength; or, where `above`, what is had just above it.
    above : bool
    equilibria : int or None
        How many are pure.
    on_target : Enclosure or None
        How many members make the target's move in the equilibrium in which fewest do; in a mixed
        one, on average.
    worst, best : Enclosure or None
        Welfare in the worst and in the best equilibrium.
    outlay, promised : Enclosure or None
        The largest outlay in an equilibrium, and at any pure profile.
    mixed : int or None
        How many mixed equilibria are counted in; None where they are not all known.

    Examples
    --------
    >>> from pigou.designing import design
    >>> from pigou.models import load
    >>> [str(row.on_target) for row in design(load("coordination"), formulas=False).frontier]
    ['0', '10']
    """

    strength: Enclosure
    above: bool
    equilibria: int | None
    on_target: Enclosure | None
    worst: Enclosure | None
    best: Enclosure | None
    outlay: Enclosure | None
    promised: Enclosure | None
    mixed: int | None = None


@dataclass(frozen=True)
class Design:
    """The cheapest reform of a family that reaches a goal.

    Parameters
    ----------
    game, goal, family : str
    goal_words : str
    unit : str
        What a unit of strength is.
    parameter : str
        The name of the strength; empty where every player has its own.
    rule : str
        The rule of selection, where the goal needs one.
    at : mapping of str to Fraction
        The parameter values; not those of `over`.
    over : mapping of str to (Fraction, Fraction)
        The box of parameter values at all of which the goal is to be reached.
    threshold : Threshold
        The least strength, or the least total where every player has its own.
    payments : tuple of Payment
        In ``divide-and-conquer``, in the order in which players are won.
    outcomes : tuple of Outcome
        The equilibria that result.
    outlay, promised : Enclosure or None
        The largest outlay in these, and at any pure profile.
    frontier : tuple of Row
    height : Enclosure or None
        The highest welfare under the worst equilibrium, where that is the goal.
    formulas : Budgets or None
        The least budgets for any parameter values, where they are known.
    why_no_formulas : str
    corner : mapping of str to Fraction
        The corner of the box that costs and frontier are of.
    running : Enclosure or None
        What running the reform costs, whatever anybody does.
    failure : Fraction
        The probability that the reform, or a part of it, fails: the goal is then not reached, and
        what it costs is spent all the same.
    funds : tuple of Fraction
        The costs of public funds that were asked for.

    Examples
    --------
    >>> from pigou.designing import design
    >>> from pigou.models import load
    >>> found = design(load("coordination"), "unique", "uniform", formulas=False)
    >>> str(found.threshold.value), found.threshold.attained, str(found.outlay)
    ('3/8', False, '15/4')
    """

    game: str
    goal: str
    family: str
    goal_words: str
    unit: str
    parameter: str
    rule: str
    at: Mapping[str, Fraction]
    over: Mapping[str, tuple[Fraction, Fraction]]
    threshold: Threshold
    payments: tuple[Payment, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    outlay: Enclosure | None = None
    promised: Enclosure | None = None
    frontier: tuple[Row, ...] = ()
    height: Enclosure | None = None
    formulas: Budgets | None = None
    why_no_formulas: str = ""
    corner: Mapping[str, Fraction] = Record()
    running: Enclosure | None = None
    failure: Fraction = Fraction(0)
    funds: tuple[Fraction, ...] = (Fraction(1),)

    @property
    def reached(self) -> bool:
        """Whether the goal can be reached."""
        return self.threshold.reached
