r"""Free entry into a market with search, and the efficient number of buyers, certified.

Steps
-----
1. All suppliers are found from :math:`\bar\theta = A^{-1/(1 - \eta)}` buyers on: the number of
   matches is :math:`m(\theta) = \min(1, A \theta^{1-\eta})`.
2. A buyer finds a supplier with probability :math:`m(\theta)/\theta`, which falls in
   :math:`\theta`. Free entry, :math:`(1 - \beta) S\, m(\theta)/\theta = k`, has one solution:
   :math:`\bigl( A (1 - \beta) S / k \bigr)^{1/\eta}` if that is at most :math:`\bar\theta`, and
   :math:`(1 - \beta) S / k` otherwise. Nobody enters if the supplier has all, :math:`\beta = 1`.
3. The surplus :math:`m(\theta) S - k \theta` is concave, and largest at
   :math:`\min\bigl( \bar\theta, ( A (1 - \eta) S / k )^{1/\eta} \bigr)`: the same as under free
   entry if :math:`\beta = \eta` and not all suppliers are found (Hosios 1990).

Which case holds is decided exactly, by comparing powers of rational numbers in ball arithmetic; if
that does not decide, both formulas agree up to the enclosure, and their union is taken.

Source: Hosios (1990), Review of Economic Studies 57:279-298, proposition 1, in one shot.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb, fmpq

from pigou.equilibrium import Grade
from pigou.exact import Enclosure
from pigou.search_market import SearchMarket
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["Search", "SearchEntry", "search_entry"]


class Search(NamedTuple):
    """How many buyers search, and what comes of it.

    Attributes
    ----------
    buyers : Enclosure
        For each supplier.
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
        free = _entered(m, Fraction(1 - m.share), Fraction(m.cost), True)
        best = _entered(m, Fraction(1 - m.elasticity), whole, False)
        return SearchEntry(_search(m, free, whole), _search(m, best, whole))


def _ball(number: Fraction | int) -> arb:
    number = Fraction(number)
    return arb(fmpq(number.numerator, number.denominator))


def _power(base: Fraction, exponent: Fraction) -> arb:
    return (_ball(base).log() * _ball(exponent)).exp()


def _entered(m: SearchMarket, part: Fraction, cost: Fraction, free: bool) -> arb:
    """Return how many buyers enter if a buyer counts a part of the worth of a match."""
    if part == 0:
        return arb(0)
    gain = part * m.worth / cost
    inside = _power(m.efficacy * gain, 1 / m.elasticity)
    full = _power(m.efficacy, -1 / (1 - m.elasticity))
    beyond = _ball(gain) if free else full
    if inside <= full:
        return inside
    return beyond if inside > full else inside.union(beyond)


def _search(m: SearchMarket, buyers: arb, cost: Fraction) -> Search:
    matches = arb(0)
    if buyers > 0:
        matches = ((buyers.log() * _ball(1 - m.elasticity)).exp() * _ball(m.efficacy)).min(arb(1))
    surplus = matches * _ball(m.worth) - buyers * _ball(cost)
    return Search(*map(ball_to_enclosure, (buyers, matches, surplus)))
