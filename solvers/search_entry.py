r"""Free entry into a market with search, and the efficient number of buyers, certified.

Steps
-----
1. There are no more matches than buyers, and no more than suppliers: their number is
   :math:`m(\theta) = \min(\theta, 1, A \theta^{1-\eta})`. With A < 1 all buyers find a supplier
   up to :math:`\underline\theta = A^{1/\eta}`, and all suppliers are found from
   :math:`\bar\theta = A^{-1/(1 - \eta)}` on. With :math:`A \ge 1` the shorter side is always
   matched, and both are 1.
2. A buyer finds a supplier with probability :math:`m(\theta)/\theta`, which is 1 up to
   :math:`\underline\theta` and falls from there. Free entry,
   :math:`(1 - \beta) S\, m(\theta)/\theta = k`, therefore: nobody enters if
   :math:`(1 - \beta) S < k`, and any number up to :math:`\underline\theta` may if both are equal.
   Otherwise there is one solution, :math:`\bigl( A (1 - \beta) S / k \bigr)^{1/\eta}` if that is
   at most :math:`\bar\theta` and A < 1, and :math:`(1 - \beta) S / k` if not.
3. The surplus :math:`m(\theta) S - k \theta` is concave. It is largest at 0 if :math:`S \le k`, and
   otherwise at :math:`( A (1 - \eta) S / k )^{1/\eta}` or the nearest number between
   :math:`\underline\theta` and :math:`\bar\theta`. Under free entry there are as many if
   :math:`\beta = \eta` and some on either side are not matched (Hosios 1990).

What is rational is compared exactly, powers in ball arithmetic; if that does not decide, both
formulas agree up to the enclosure, and their union is taken.

Source: Hosios (1990), Review of Economic Studies 57:279-298, proposition 1, in one shot.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb

from pigou.equilibrium import Grade
from pigou.exact import Enclosure
from pigou.search_market import SearchMarket
from pigou.solvers.balls import ball_of
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["Search", "SearchEntry", "search_entry"]


class Search(NamedTuple):
    """How many buyers search, and what comes of it.

    Attributes
    ----------
    buyers : Enclosure
        For each supplier. Wide where buyers break even however many there are: any number in it
        is an equilibrium.
    matches : Enclosure
        The share of suppliers that are found.
    surplus : Enclosure
        Of buyers and suppliers together, the costs of search paid.

    Examples
    --------
    >>> found = search_entry(SearchMarket("fair", "3/5", "1/2", 5, "7/10", "6/5"))
    >>> round(found.free.buyers.value, 6), round(found.efficient.buyers.value, 6)
    (0.5625, 1.5625)
    """

    buyers: Enclosure
    matches: Enclosure
    surplus: Enclosure


class SearchEntry(NamedTuple):
    """Free entry and the efficient number of buyers.

    Examples
    --------
    >>> search_entry(SearchMarket("fair", "3/5", "1/2", 5, "7/10", "6/5")).grade.value
    'certified'
    """

    free: Search
    efficient: Search

    @property
    def grade(self) -> Grade:
        """How well all this is known."""
        return Grade.CERTIFIED


def search_entry(
    market: SearchMarket, at: Mapping[str, Any] | None = None, aid: Fraction = Fraction(0)
) -> SearchEntry:
    """Return free entry and the efficient number of buyers.

    Parameters
    ----------
    market : SearchMarket
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.
    aid : Fraction
        What the public adds to the cost of search that a buyer pays: the surplus counts both.

    Raises
    ------
    DeclarationError
        If a value is not allowed.

    Examples
    --------
    >>> hosios = search_entry(SearchMarket("fair", "3/5", "1/2", 5, "1/2", "6/5"))
    >>> round(hosios.free.buyers.value - hosios.efficient.buyers.value, 12)
    0.0
    """
    m = market.at(at)
    whole = Fraction(m.cost) + aid
    with working_precision():
        free = _entered(m)
        best = _wanted(m, whole)
        return SearchEntry(_search(m, free, whole), _search(m, best, whole))


def _power(base: Fraction, exponent: Fraction) -> arb:
    return (ball_of(base).log() * ball_of(exponent)).exp()


def _corners(m: SearchMarket) -> tuple[arb, arb]:
    """Return up to how many buyers all find a supplier, and from how many on all are found."""
    if m.efficacy >= 1:
        return arb(1), arb(1)
    return _power(m.efficacy, 1 / m.elasticity), _power(m.efficacy, -1 / (1 - m.elasticity))


def _entered(m: SearchMarket) -> arb:
    """Return how many buyers enter freely."""
    gain = Fraction((1 - m.share) * m.worth) / m.cost
    few, full = _corners(m)
    if gain < 1:
        return arb(0)
    if gain == 1:
        return arb(0).union(few)
    if m.efficacy >= 1:
        return ball_of(gain)
    inside = _power(m.efficacy * gain, 1 / m.elasticity)
    if inside <= full:
        return inside
    return ball_of(gain) if inside > full else inside.union(ball_of(gain))


def _wanted(m: SearchMarket, cost: Fraction) -> arb:
    """Return the efficient number of buyers."""
    few, full = _corners(m)
    gain = Fraction((1 - m.elasticity) * m.worth) / cost
    if m.worth <= cost:
        return arb(0)
    if m.efficacy >= 1 or gain <= 1:
        return few
    return _power(m.efficacy * gain, 1 / m.elasticity).min(full)


def _search(m: SearchMarket, buyers: arb, cost: Fraction) -> Search:
    few, _ = _corners(m)
    if buyers < few:  # all of them find a supplier
        matches = buyers
    elif not buyers > few:  # matches rise, from few to less than buyers
        matches = buyers.union(few)
    else:
        per_efficacy = (buyers.log() * ball_of(1 - m.elasticity)).exp()
        matches = (per_efficacy * ball_of(m.efficacy)).min(arb(1))
    surplus = ball_to_enclosure(matches * ball_of(m.worth) - buyers * ball_of(cost))
    if buyers.contains(0) and not buyers.is_exact():  # a range: the radius of a ball is rounded
        span = Enclosure(Fraction(0), ball_to_enclosure(few).upper)
        return Search(span, span, surplus)
    return Search(_at_least_0(buyers), _at_least_0(matches), surplus)


def _at_least_0(ball: arb) -> Enclosure:
    found = ball_to_enclosure(ball)
    return Enclosure(max(found.lower, Fraction(0)), found.upper)
