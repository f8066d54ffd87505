r"""The independent checker of a market with search.

Steps
-----
1. :math:`m(\theta) = \min(\theta, 1, A \theta^{1 - \eta})` from its definition, in balls.
2. *Free entry*: a buyer's gain :math:`(1 - \beta) S\, m(\theta)/\theta - k` does not rise in the
   number of buyers. It is positive just below what is claimed and negative just above, so that no
   buyer outside gains by entering and none inside by staying out. Where nobody enters even the
   first has nothing to gain, :math:`(1 - \beta) S \le k`, as no buyer finds a supplier with a
   probability above 1. Where both are equal, every number up to the last at which all buyers are
   matched is an equilibrium, and the claim is that range.
3. *Planner*: the surplus :math:`m(\theta) S - k' \theta`, k' with what the public pays, is concave,
   as a minimum of concave functions is. It rises just below the claim and falls just above it, by
   the slope of the part of m that is the smallest there.
4. Matches and the accounts of buyers, suppliers and the public follow from the number of buyers, of
   which m is a rising function.

Source: Hosios (1990), Review of Economic Studies 57:279-298, in one shot.
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from pigou.check_claims import CLOSE, Claims, Ledger, StateCheck, arithmetic, number_ball, over
from pigou.exact import Enclosure
from pigou.search_market import SearchMarket

__all__ = ["check_search"]

_BUYERS = "buyers for each supplier"


def check_search(
    market: SearchMarket, claims: Claims, aid: Fraction, funds: Fraction
) -> StateCheck:
    """Check free entry and the efficient number of buyers.

    Parameters
    ----------
    market : SearchMarket
        With numbers in the place of parameters.
    claims : Claims
        Of the outcomes ``equilibrium`` and ``efficient``.
    aid, funds : Fraction
        What the public pays of what search costs a buyer, and what its money costs.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> claims = {one.name: one.quantities for one in measure(load("matching")).outcomes}
    >>> check_search(load("matching").game.at(), claims, Fraction(0), Fraction(1)).confirmed
    True
    """
    ledger = Ledger(claims, min(Fraction(market.worth), Fraction(market.cost)))
    with arithmetic():
        free = ledger.claimed("equilibrium", _BUYERS)
        best = ledger.claimed("efficient", _BUYERS)
        if free is None or best is None or min(free.lower, best.lower) < 0:
            ledger.holds("numbers of buyers are at least 0", False)
            return ledger.verdict()
        _entry(ledger, market, free)
        _planned(ledger, market, best, Fraction(market.cost) + aid)
        if (1 - Fraction(market.share)) * market.worth == market.cost:
            _broken_even(ledger, market, free, aid, funds)
        else:
            _accounts(ledger, market, "equilibrium", free, aid, funds)
        whole = SearchMarket(
            market.name, market.efficacy, market.elasticity, market.worth, market.share,
            Fraction(market.cost) + aid,
        )  # fmt: skip
        _accounts(ledger, whole, "efficient", best, Fraction(0), funds)
    return ledger.verdict()


def _elastic(market: SearchMarket, buyers: Fraction, exponent: Fraction) -> arb:
    """Return A times a power of the number of buyers."""
    return number_ball(market.efficacy) * (number_ball(buyers).log() * number_ball(exponent)).exp()


def _matches(market: SearchMarket, buyers: Fraction) -> arb:
    """Return m."""
    if buyers <= 0:
        return arb(0)
    most = number_ball(min(buyers, Fraction(1)))
    return most.min(_elastic(market, buyers, 1 - Fraction(market.elasticity)))


def _entry(ledger: Ledger, market: SearchMarket, claim: Enclosure) -> None:
    """Check that no buyer gains by entering, or by staying out."""
    share = Fraction(market.worth) * (1 - Fraction(market.share))
    cost = Fraction(market.cost)

    def losing(buyers: Fraction) -> arb:
        """Return what a buyer loses where there are so many; positive where it would stay out."""
        if buyers <= 0:
            return number_ball(cost - share)
        found = (_matches(market, buyers) / number_ball(buyers)).min(arb(1))
        return number_ball(cost) - number_ball(share) * found

    if share == cost:  # all up to a number break even
        ledger.holds("any number of buyers from 0 on may enter", claim.lower == 0)
        top = Enclosure(claim.upper, claim.upper)
        ledger.root(f"equilibrium, {_BUYERS}", top, lambda n: _unmatched(market, n))
        return
    if claim.upper == 0:
        ledger.holds("nobody gains by entering", share <= cost)
        return
    ledger.holds("somebody gains by entering first", share > cost)
    ledger.root(f"equilibrium, {_BUYERS}", claim, losing)
    ledger.holds(
        "the number of buyers is known", claim.width <= CLOSE * max(Fraction(1), claim.upper)
    )
    ends = [losing(end) for end in (claim.lower, claim.upper)]
    ledger.gain(abs(ends[0]).max(abs(ends[1])))


def _unmatched(market: SearchMarket, buyers: Fraction) -> arb:
    """Return how many buyers find nobody, or how many more could still be matched, as below 0."""
    if buyers <= 0:
        return arb(-1)
    elastic = _elastic(market, buyers, 1 - Fraction(market.elasticity))
    return number_ball(buyers) - elastic.min(arb(1))


def _planned(ledger: Ledger, market: SearchMarket, claim: Enclosure, cost: Fraction) -> None:
    """Check that the surplus rises up to the number of buyers, and falls from there."""
    worth = Fraction(market.worth)

    def falling(buyers: Fraction) -> arb:
        """Return by how much the surplus falls in the number of buyers."""
        if buyers <= 0:
            return number_ball(cost - worth) if claim.upper == 0 else arb(-1)
        plain = min(buyers, Fraction(1))
        elastic = _elastic(market, buyers, 1 - Fraction(market.elasticity))
        if elastic < number_ball(plain):
            slope = number_ball(1 - Fraction(market.elasticity)) * elastic / number_ball(buyers)
        elif elastic > number_ball(plain):
            slope = arb(1 if buyers < 1 else 0)
        else:
            slope = arb("nan")
        return number_ball(cost) - number_ball(worth) * slope

    if claim.upper == 0:
        ledger.holds("search is not worth its cost", worth <= cost)
        return
    ledger.root(f"efficient, {_BUYERS}", claim, falling)


def _accounts(
    ledger: Ledger, market: SearchMarket, name: str, buyers: Enclosure, aid: Fraction,
    funds: Fraction,
) -> None:  # fmt: skip
    """Check matches and accounts at a number of buyers that has been checked."""
    number = over(buyers)
    ends = [_matches(market, end) for end in (buyers.lower, buyers.upper)]
    matches = ends[0].union(ends[1])
    worth, cost = number_ball(market.worth), number_ball(market.cost)
    suppliers = number_ball(market.share) * worth * matches
    mine = number_ball(1 - Fraction(market.share)) * worth * matches - cost * number
    outlay = number_ball(aid) * number
    ledger.number(name, "share of suppliers that are found", matches)
    ledger.number(name, "surplus (suppliers)", suppliers)
    ledger.number(name, "surplus (buyers)", mine)
    ledger.number(name, "public outlay", outlay)
    ledger.number(name, "welfare", mine + suppliers - number_ball(funds) * outlay)


def _broken_even(
    ledger: Ledger, market: SearchMarket, buyers: Enclosure, aid: Fraction, funds: Fraction
) -> None:
    """Check the accounts where buyers break even: each of them finds a supplier."""
    share = Fraction(market.share) * market.worth
    name, of = "equilibrium", Enclosure.point
    ledger.number(name, "share of suppliers that are found", buyers)
    ledger.number(name, "surplus (suppliers)", of(share) * buyers)
    ledger.number(name, "surplus (buyers)", 0)
    ledger.number(name, "public outlay", of(aid) * buyers)
    ledger.number(name, "welfare", of(share - funds * aid) * buyers)
