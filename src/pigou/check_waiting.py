r"""The independent checker of an investment that can wait.

Steps
-----
1. The value of waiting solves :math:`\tfrac12 \sigma^2 v^2 W'' + (r - \delta) v W' - r W = 0` with
   W(0) = 0, so that it is :math:`v^\beta` times a constant, where
   :math:`Q(x) = \tfrac12 \sigma^2 x (x - 1) + (r - \delta) x - r` is 0 at :math:`\beta > 1`. As
   :math:`Q(1) = -\delta < 0` and Q is convex there is one such root, which is enclosed by
   bisection with fractions; no formula for it is used.
2. *Value matching and smooth pasting*: invested at T for a payoff :math:`a V - C`, the value meets
   it there, and so does its slope if :math:`\beta (a T - C) = a T`. As :math:`\beta > 1` the
   difference of both sides rises in T, so that its signs at the ends of what is claimed tell.
3. *Bellman's inequality where one waits*: the value is convex and touches the line
   :math:`a V - C` at T, and so lies above it. *Where one invests*: the payoff loses by waiting,
   :math:`(r - \delta) a v - r (a v - C) = r C - \delta a v \le 0` for all v from T on if
   it does at T. So no other stopping time is better.
4. What the best time is claimed with may be off within its enclosure; what that costs at the start
   is bounded by the spread of :math:`(a T - C) (V_0/T)^\beta` over it.

Sources: McDonald and Siegel (1986), Quarterly Journal of Economics 101:707-727; the conditions are
those of a verification theorem for optimal stopping, Dixit and Pindyck (1994), chapter 4.
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from pigou.check_claims import Claims, Ledger, StateCheck, arithmetic, bracketed, number_ball, over
from pigou.exact import Enclosure
from pigou.waiting import Opportunity

__all__ = ["check_opportunity"]

_BISECTIONS = 320
_NOTHING = arb(2) ** -2000
"""What is below has very many digits as a fraction, and counts for nothing."""


def check_opportunity(
    game: Opportunity, claims: Claims, start: Fraction, spillover: Fraction, aid: Fraction,
    funds: Fraction,
) -> StateCheck:  # fmt: skip
    """Check when an opportunity is taken, and what that is worth.

    Parameters
    ----------
    game : Opportunity
        With numbers in the place of parameters.
    claims : Claims
        Of the outcomes ``equilibrium`` (who decides pays the cost of the game) and ``efficient``
        (the whole cost is paid, and what others gain is counted).
    start, spillover : Fraction
        The value of the project now, and what others gain as a share of it.
    aid, funds : Fraction
        What the public pays of the cost beside the investor, and what its money costs.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> claims = {one.name: one.quantities for one in measure(load("option_value")).outcomes}
    >>> upgrade = Opportunity("upgrade", "1/25", "1/25", "1/5").at()
    >>> one, rest = Fraction(1), Fraction(0)
    >>> check_opportunity(upgrade, claims, one, Fraction(1, 4), rest, one).confirmed
    True
    """
    cost = Fraction(game.cost)
    ledger = Ledger(claims, min(start, cost))
    with arithmetic():
        exponent = _exponent(game)
        for name, share, own, paid in (
            ("equilibrium", Fraction(1), cost, aid),
            ("efficient", 1 + spillover, cost + aid, Fraction(0)),
        ):
            trigger = ledger.claimed(name, "invested from the value")
            if trigger is None or trigger.lower <= 0:
                ledger.holds(f"{name}: a value above 0 at which it is invested", False)
                continue
            _pasted(ledger, game, name, trigger, share, own, exponent)
            factor = _factor(start, trigger, exponent)
            ledger.gain(_spread(share, own, start, trigger, exponent))
            _accounts(ledger, name, trigger, start, factor, spillover, own, paid, funds)
    return ledger.verdict()


def _exponent(game: Opportunity) -> Enclosure:
    """Enclose the root above 1 of the quadratic, by signs at fractions."""
    r, delta, variance = game.discount, game.payout, Fraction(game.volatility) ** 2

    def quadratic(x: Fraction) -> Fraction:
        return Fraction(variance * x * (x - 1) / 2 + (r - delta) * x - r)

    low, high = Fraction(1), Fraction(2)
    while quadratic(high) < 0:
        low, high = high, 2 * high
    return bracketed(quadratic, low, high, _BISECTIONS)


def _pasted(
    ledger: Ledger, game: Opportunity, name: str, trigger: Enclosure, share: Fraction,
    cost: Fraction, exponent: Enclosure,
) -> None:  # fmt: skip
    """Check smooth pasting at the trigger, and that waiting loses from there on."""

    def pasting(value: Fraction) -> arb:
        return over(exponent) * number_ball(share * value - cost) - number_ball(share * value)

    ledger.root(f"{name}, invested from the value", trigger, pasting)
    drift = [game.discount * cost - game.payout * share * v for v in (trigger.lower, trigger.upper)]
    sure = True if drift[0] <= 0 else None if drift[1] <= 0 else False
    ledger.holds(f"{name}: waiting does not pay where it is invested", sure)
    ledger.holds(f"{name}: investing pays at the trigger", share * trigger.upper > cost)


def _factor(start: Fraction, trigger: Enclosure, exponent: Enclosure) -> arb:
    """Return what a unit at investment is worth now."""
    if start >= trigger.upper:
        return arb(1)
    found = ((number_ball(start) / over(trigger)).log() * over(exponent)).exp()
    return arb(0).union(_NOTHING) if found < _NOTHING else found


def _spread(
    share: Fraction, cost: Fraction, start: Fraction, trigger: Enclosure, exponent: Enclosure
) -> arb:
    """Bound what a better time within the enclosure of the trigger brings at the start."""
    if start >= trigger.upper:
        return arb(0)
    worth = number_ball(share) * over(trigger) - number_ball(cost)
    worth *= _factor(start, trigger, exponent)
    return 2 * arb(worth.rad())


def _accounts(
    ledger: Ledger, name: str, trigger: Enclosure, start: Fraction, factor: arb,
    spillover: Fraction, whole: Fraction, paid: Fraction, funds: Fraction,
) -> None:  # fmt: skip
    """Check what everybody has, the present value of a unit at investment given."""
    at_once = start >= trigger.upper
    ledger.word(name, "invested at once", "yes" if at_once else "no")
    ledger.number(name, "present value of 1 at investment", factor)
    value = number_ball(start) if at_once else over(trigger)
    investor = factor * (value - number_ball(whole))
    others = factor * number_ball(spillover) * value
    outlay = factor * number_ball(paid)
    ledger.number(name, "surplus (investor)", investor)
    ledger.number(name, "surplus (others)", others)
    ledger.number(name, "public outlay", outlay)
    ledger.number(name, "welfare", investor + others - number_ball(funds) * outlay)
