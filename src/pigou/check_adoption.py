r"""The independent checker of the timing of adoption: races, waiting games, joint adoption.

Write :math:`a(t, s) = (e^{-rt} - e^{-rs})/r` for what a flow of 1 from t to s is worth. If one firm
adopts at t and the other at :math:`s \ge t`, the payoffs of the pioneer and of the other one are,
by definition,

.. math:: \pi_{00} a(0, t) + \pi_{10} a(t, s) + \pi_{11} a(s, \infty) - K e^{-(r + \alpha) t},
          \qquad
          \pi_{00} a(0, t) + \pi_{01} a(t, s) + \pi_{11} a(s, \infty) - k e^{-(r + \alpha) s} .

Steps
-----
1. Whatever is gained in flow by paying x at t, the slope of a payoff in t has the sign of
   :math:`(r + \alpha) x e^{-\alpha t} - g`, which changes once, from above to below 0: payoffs
   have one peak. It is enclosed by bisection; no logarithm is used. So the *follower* waits for its
   own peak :math:`T_F`, and no other time is better. L(t) and F(t) are the payoffs with
   :math:`s = \max(t, T_F)`.
2. :math:`D = L - F` has one peak up to :math:`T_F`, and is -(K - k) times the discount factor of
   the cost from there on. It is a *race* if D is negative at time 0, and D = 0 at the first date
   that is claimed, where D and L still rise: then nobody gains by going earlier, as L is less, and
   nobody by going later, as F is the same. Being first has to be better at the peak of L, and L to
   have no higher one, or a firm would rather wait for that in subgames.
3. *Joint adoption* (with k = K) at t: L before is at most its peak, which M(t), what both have, is
   not below from the earliest date on; M rises up to the latest. Whoever leaves the other to go
   first at t follows at once. If none is claimed M is below the peak of L.
4. It is a *waiting game* if D is negative at its peak. Then one firm goes at the highest peak of L
   and cannot gain; nor can the other by going before, as L is lower, and F higher. If *both wait*,
   with :math:`h = -L'/(F - L)`, the payoff of going at t is constant, as its slope is
   :math:`h F - h L + L' = 0` times the probability that nobody has gone; h is a rate if L falls
   from the peak on, which is checked. The value is L at the peak.
5. *Efficient* dates maximise the sum of both payoffs, which is a function of t plus one of s; both
   have one peak, and if these are in the wrong order the best is on the line t = s.

Sources: Fudenberg and Tirole (1985), Review of Economic Studies 52:383-401; Hendricks, Weiss and
Wilson (1988), International Economic Review 29:663-680, for the conditions.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeVar

from flint import arb, arb_series

from pigou.adoption import Adoption
from pigou.check_claims import (
    Claims,
    Ledger,
    StateCheck,
    arithmetic,
    bracketed,
    number_ball,
    over,
    sign_of,
)
from pigou.check_integrals import integral
from pigou.exact import Enclosure

__all__ = ["check_adoption"]

_BITS = 400
_BISECTIONS = 180
_FIRST, _SECOND = "the first adopts at", "the second adopts at"
_PIONEER, _FOLLOWER = "payoff (pioneer)", "payoff (follower)"
_AFTER = "one after the other"
_BOTH = "both together"
_WAIT = "both wait for the other"
_BEST = "efficient"
Number = TypeVar("Number", arb, arb_series)


def check_adoption(game: Adoption, claims: Claims, aid: Fraction, funds: Fraction) -> StateCheck:
    """Check when firms adopt, and what that is worth.

    Parameters
    ----------
    game : Adoption
        With numbers in the place of parameters.
    claims : Claims
        Of the outcomes ``one after the other``, ``both together`` (or ``, earliest`` and
        ``, latest``), ``both wait for the other`` and ``efficient``, as far as there are any.
    aid, funds : Fraction
        What the public pays of the first cost beside the firm, and what its money costs.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> claims = {one.name: one.quantities for one in measure(load("adoption")).outcomes}
    >>> check_adoption(load("adoption").game.at(), claims, Fraction(0), Fraction(1)).confirmed
    True
    """
    ledger = Ledger(claims, Fraction(game.second_cost))
    with arithmetic(_BITS):
        _Checker(game, ledger, aid, funds).check()
    return ledger.verdict()


def _below(one: arb, other: arb) -> bool | None:
    """Whether a number is below another; None if that is not decided."""
    sign = sign_of(other - one)
    return None if sign is None else sign > 0


class _Checker:
    """The payoffs of one game, from its definition."""

    def __init__(self, game: Adoption, ledger: Ledger, aid: Fraction, funds: Fraction):
        self.game, self.ledger, self.aid, self.funds = game, ledger, aid, funds
        self.r = number_ball(game.discount)
        self.fall = Fraction(game.discount) + game.decline
        self.same = game.first_cost == game.second_cost
        first, second = Fraction(game.first_cost), Fraction(game.second_cost)
        self.follows = self.peak(second, game.both - game.laggard)
        self.alone = self.peak(first, game.pioneer - game.neither)
        self.jointly = self.peak(first, game.both - game.neither)

    # -- payoffs --------------------------------------------------------------------------------

    def slope(self, cost: Fraction, gain: Fraction, time: arb) -> arb:
        """Return what has the sign of the slope of a payoff, if a cost is paid for a gain."""
        decline = number_ball(self.game.decline)
        return number_ball(self.fall * cost) * (-decline * time).exp() - number_ball(gain)

    def peak(self, cost: Fraction, gain: Fraction) -> Enclosure:
        """Enclose the best time to pay a cost for a gain above 0."""
        if self.fall * cost <= gain:
            return Enclosure.point(0)
        low, high = Fraction(0), Fraction(1)
        while not self.slope(cost, gain, number_ball(high)) < 0:
            high *= 2
        decline, lost, won = map(number_ball, (self.game.decline, self.fall * cost, gain))
        return bracketed(
            lambda time: won - lost * (-decline * number_ball(time)).exp(), low, high, _BISECTIONS
        )

    def worth(self, begun: arb, ended: arb | None) -> arb:
        """Return what a flow of 1 is worth, for ever if it does not end."""
        last = arb(0) if ended is None else (-self.r * ended).exp()
        return ((-self.r * begun).exp() - last) / self.r

    def paid(self, cost: Fraction, time: arb) -> arb:
        """Return what a cost is worth that is paid at a time."""
        return number_ball(cost) * (-number_ball(self.fall) * time).exp()

    def payoffs(self, t: arb, s: arb | None, first_cost: Fraction | None = None) -> list[arb]:
        """Return the payoffs of the pioneer and of the other one, who may never adopt."""
        g = self.game
        cost = Fraction(g.first_cost) if first_cost is None else first_cost
        before = number_ball(g.neither) * self.worth(arb(0), t)
        after = arb(0) if s is None else number_ball(g.both) * self.worth(s, None)
        pays = arb(0) if s is None else self.paid(Fraction(g.second_cost), s)
        between = self.worth(t, s)
        pioneer = before + number_ball(g.pioneer) * between + after - self.paid(cost, t)
        return [pioneer, before + number_ball(g.laggard) * between + after - pays]

    def second(self, time: Enclosure) -> arb:
        """Return when the follower adopts if the first does at a time."""
        low, high = (max(time.lower, self.follows.lower), max(time.upper, self.follows.upper))
        return over(Enclosure(low, high))

    def led(self, time: Enclosure) -> arb:
        """Return L."""
        return self.payoffs(over(time), self.second(time))[0]

    def lead(self, time: Enclosure) -> arb:
        """Return D."""
        if time.lower >= self.follows.upper:
            gap = Fraction(self.game.first_cost) - self.game.second_cost
            return -self.paid(gap, over(time))
        # what both have in common is left out: it may be very much larger
        g, t, s = self.game, over(time), self.second(time)
        flow = number_ball(Fraction(g.pioneer) - g.laggard) * self.worth(t, s)
        return flow - self.paid(Fraction(g.first_cost), t) + self.paid(Fraction(g.second_cost), s)

    # -- claims ---------------------------------------------------------------------------------

    def check(self) -> None:
        """Go over all outcomes."""
        claims, ledger = self.ledger.claims, self.ledger
        together = [name for name in claims if name.startswith(_BOTH)]
        kind = claims.get(_AFTER, {}).get("the game is")
        ledger.holds(f"there are benchmarks and equilibria: {', '.join(claims)}", _BEST in claims)
        if _AFTER in claims:
            kinds = {True: "waiting game", False: "race", None: None}
            ledger.word(_AFTER, "the game is", kinds[self.waits()])
            first = ledger.claimed(_AFTER, _FIRST)
            if first is not None and first.lower >= 0:
                if kind == "waiting game":
                    self.waiting(first)
                else:
                    self.race(first)
                dates = over(first), self.second(first)
                ledger.number(_AFTER, _SECOND, dates[1])
                self.accounts(_AFTER, self.payoffs(*dates), self.paid(self.aid, dates[0]))
        elif self.follows.upper > 0:
            ledger.holds("there is none in which one goes first", None)
        if _WAIT in claims:
            self.both_wait()
        elif kind == "waiting game":
            ledger.holds("there is none in which both wait", None)
        if kind != "waiting game" and self.same:
            if kind or together:
                self.joint(together)
            else:  # nothing is said to happen
                ledger.holds("whether both adopt together", None)
        elif together:
            ledger.holds("both adopt together", False)
        if _BEST in claims:
            self.efficient()

    def accounts(self, name: str, payoffs: list[arb], outlay: arb) -> None:
        """Check payoffs and welfare."""
        ledger = self.ledger
        ledger.number(name, _PIONEER, payoffs[0])
        ledger.number(name, _FOLLOWER, payoffs[1])
        ledger.number(name, "public outlay", outlay)
        welfare = payoffs[0] + payoffs[1] - number_ball(self.funds) * outlay
        ledger.number(name, "welfare", welfare)

    def waits(self) -> bool | None:
        """Whether being second is always better; None if that is not decided."""
        g = self.game
        peak = self.peak(Fraction(g.first_cost), g.pioneer - g.laggard)
        if peak.upper > self.follows.lower:
            peak = self.follows
        return False if self.same else _below(self.lead(peak), arb(0))

    # -- races ----------------------------------------------------------------------------------

    def race(self, first: Enclosure) -> None:
        """Check pre-emption at a time."""
        g, ledger, start = self.game, self.ledger, Enclosure.point(0)
        cost = Fraction(g.first_cost)
        ledger.holds("being second is better at first", _below(self.lead(start), arb(0)))

        def ahead(time: Fraction) -> arb:
            return self.lead(Enclosure(max(time, Fraction(0)), max(time, Fraction(0))))

        ledger.root(f"{_AFTER}, {_FIRST}", first, ahead, Fraction(0))
        at = over(first)
        for gain, what in ((g.pioneer - g.laggard, "the lead"), (g.pioneer - g.neither, "L")):
            ledger.holds(
                f"{what} rises up to the first", _below(arb(0), self.slope(cost, gain, at))
            )
        ledger.holds("the second is not there yet", first.upper < self.follows.lower)
        tempted = self.alone.upper < self.follows.lower and _below(arb(0), self.lead(self.alone))
        ledger.holds("being first is better at the peak of L", tempted)
        if not self.same:
            late = max(self.jointly, self.follows, key=lambda time: time.lower)
            ledger.holds("L has no higher peak", _below(self.led(late), self.led(self.alone)))
        ledger.gain(abs(self.lead(first)))

    def joint(self, together: list[str]) -> None:
        """Check from when to when both can adopt together."""
        ledger, zero = self.ledger, Enclosure.point(0)
        top = self.led(self.alone) if self.follows.upper > 0 else None
        last = self.payoffs(over(self.jointly), over(self.jointly))[0]
        if not together:
            ledger.holds("both cannot adopt together", None if top is None else _below(last, top))
            return
        if together != [f"{_BOTH}, earliest", f"{_BOTH}, latest"]:
            # from time 0 to time 0; the earliest is at most 0 then
            one = together == [_BOTH] and self.jointly.upper == 0
            ledger.holds("the earliest and the latest are named", one)
        for name in together:
            time = ledger.claimed(name, _FIRST)
            if time is None:
                continue
            ledger.number(name, _SECOND, over(time))
            if name.endswith("latest") or (len(together) == 1 and self.jointly.upper > 0):
                ledger.number(name, _FIRST, over(self.jointly))
            elif top is None:
                ledger.number(name, _FIRST, over(zero))
            else:
                self.earliest(name, time, top)
            payoffs = self.payoffs(over(time), over(time))
            self.accounts(name, payoffs, self.paid(2 * self.aid, over(time)))
            if top is not None:
                ledger.gain((top - payoffs[0]).max(arb(0)))

    def earliest(self, name: str, time: Enclosure, top: arb) -> None:
        """Check that both have from a time on what L is at its peak."""

        def gap(when: Fraction) -> arb:
            at = number_ball(max(when, Fraction(0)))
            return self.payoffs(at, at)[0] - top

        self.ledger.root(f"{name}, {_FIRST}", time, gap, None, self.jointly.upper)
        self.ledger.holds(f"{name}: nobody waits", time.upper >= self.follows.lower)

    # -- waiting games --------------------------------------------------------------------------

    def waiting(self, first: Enclosure) -> None:
        """Check that one goes when that is worth most to it."""
        late = max(self.jointly, self.follows, key=lambda time: time.lower)
        peaks = [late]
        if self.alone.upper < self.follows.lower:
            peaks.append(self.alone)
        near = [peak for peak in peaks if peak.overlaps(first)]
        self.ledger.holds(f"L has a peak at {first}", bool(near))
        if not near:
            return
        self.ledger.number(_AFTER, _FIRST, over(near[0]))
        for other in peaks:
            if other is not near[0]:
                lower = _below(self.led(other), self.led(near[0]))
                self.ledger.holds("L has no higher peak", lower)
        spread = self.led(first) - self.led(near[0])
        self.ledger.gain(abs(spread))

    def both_wait(self) -> None:
        """Check the value of both waiting, and what the public pays then."""
        ledger = self.ledger
        first = ledger.claims.get(_AFTER, {}).get(_FIRST)
        ledger.holds("being second is always better where both wait", self.waits())
        if not isinstance(first, Enclosure):
            ledger.holds("when both begin to wait", False)
            return
        late = first.upper >= self.follows.lower
        falls = late or self.jointly.upper <= self.follows.upper
        ledger.holds("L falls from when both begin to wait", falls)
        value = self.led(first)
        ledger.number(_WAIT, _PIONEER, value)
        ledger.number(_WAIT, _FOLLOWER, value)
        if "public outlay" in ledger.claims[_WAIT]:
            outlay = number_ball(self.aid) * self.discounted(first) if self.aid else arb(0)
            ledger.number(_WAIT, "public outlay", outlay)
            ledger.number(_WAIT, "welfare", 2 * value - number_ball(self.funds) * outlay)

    def discounted(self, first: Enclosure) -> arb:
        """Expect what a unit of the cost is worth when one goes, the other following at once."""
        g = self.game
        if first.upper < self.follows.lower:
            return arb("nan")
        gap = number_ball(Fraction(g.first_cost) - g.second_cost)
        rise = number_ball(g.both - g.neither) * (number_ball(g.decline) * over(first)).exp()
        lost, decline = number_ball(self.fall * g.first_cost), number_ball(g.decline)
        fall = number_ball(self.fall)

        def left(s: Number) -> Number:
            """Return how likely nobody has gone after some time."""
            gone = (rise * ((decline * s).exp() - 1) / decline - lost * s) * (2 / gap)
            return (-gone).exp()

        def density(s: arb_series) -> arb_series:
            """Return how likely somebody goes then, times what the cost is worth."""
            rate = ((decline * s).exp() * rise - lost) * (2 / gap)
            return rate * left(s) * (-fall * s).exp()

        end = Fraction(1)
        while not left(number_ball(end)) < arb(2) ** -150:
            end *= 2
        rest = arb(0).union(left(number_ball(end)))
        return (integral(density, Fraction(0), end) + rest) * (-fall * over(first)).exp()

    # -- the benchmark --------------------------------------------------------------------------

    def efficient(self) -> None:
        """Check when a planner would have both adopt, who pays the whole cost."""
        g, ledger = self.game, self.ledger
        costs = Fraction(g.first_cost) + self.aid, Fraction(g.second_cost)
        gains = g.pioneer + g.laggard - 2 * g.neither, 2 * g.both - g.pioneer - g.laggard
        # peaks are in order if (r + a) x / g is, or both are at once
        levels = [
            max(Fraction(1), self.fall * cost / gain) if gain > 0 else None
            for cost, gain in zip(costs, gains, strict=True)
        ]
        first, second = levels
        if first is not None and (second is None or first <= second):
            t = over(self.peak(costs[0], gains[0]))
            s = None if second is None else over(self.peak(costs[1], gains[1]))
        else:
            t = s = over(self.peak(sum(costs, Fraction(0)), sum(gains, Fraction(0))))
        ledger.number(_BEST, _FIRST, t)
        if s is None:
            ledger.word(_BEST, _SECOND, "never")
        else:
            ledger.number(_BEST, _SECOND, s)
        self.accounts(_BEST, self.payoffs(t, s, costs[0]), arb(0))
