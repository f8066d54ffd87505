r"""When two firms adopt: pre-emption, joint adoption and waiting games, with certificates.

Adopting at :math:`\tau` costs :math:`x e^{-(r + \alpha) \tau}` in present value, and a gain g in
flow profit from then on brings :math:`g e^{-r\tau}/r`. The best time to pay x for g is therefore
:math:`T = \tfrac1\alpha \ln\frac{(r+\alpha) x}{g}`, or 0 if that is negative; the times T below are
such times.

Steps
-----
1. Once the first has adopted at t, the other follows at :math:`\max(t, T_F)`, with
   :math:`x = k`, :math:`g = \pi_{11} - \pi_{01}`. This gives the present values L(t) of being first
   and F(t) of being second at t.
2. :math:`D = L - F` is

   .. math:: D(t) = (\pi_{10} - \pi_{01}) \frac{e^{-rt} - e^{-r T_F}}{r}
             - K e^{-(r+\alpha) t} + k e^{-(r+\alpha) T_F}, \qquad t \le T_F ,

   and :math:`-(K - k) e^{-(r+\alpha)t}` from :math:`T_F` on. It rises up to :math:`T_D`
   (:math:`x = K`, :math:`g = \pi_{10} - \pi_{01}`) and falls from there: the sign of D at
   :math:`\min(T_D, T_F)` tells whether being first is ever better.
3. It is (D > 0), and D(0) < 0: a *race*. Both would be first from the time :math:`T_1` on at which
   D = 0 for the first time, and so one adopts at :math:`T_1`, each with probability 1/2, the other
   at :math:`T_F`: rents are equal, :math:`L(T_1) = F(T_1)` (Fudenberg and Tirole 1985, proposition
   2). That needs L to rise up to :math:`T_1` and to be largest at a time :math:`T_L` (step 5) at
   which being first is better than being second. Otherwise a firm might wait for that time although
   the other one could go first, and the case is left unsettled; so it is where D(0) > 0, as both
   would then rush at once.
4. With k = K there can also be equilibria in which both adopt at the same time t, worth M(t) each.
   M rises up to :math:`T_J` (:math:`x = K`, :math:`g = \pi_{11} - \pi_{00}`); they exist exactly
   where :math:`M(T_J) \ge \max_{t \le T_J} L(t)`, for all t from S to :math:`T_J`, with
   :math:`M(S) = \max L` (same, proposition 2). With k < K each would rather follow an instant
   later.
5. It is not (D < 0 everywhere): a *waiting game*. L is largest at :math:`t^*`, one of :math:`T_L`
   (:math:`x = K`, :math:`g = \pi_{10} - \pi_{00}`, if before :math:`T_F`) and
   :math:`\max(T_F, T_J)`.
   Where L falls from t* on, the equilibria are: one firm adopts at t* with probability q, and
   from then on, while nobody has, each adopts at the rate
   :math:`h(t) = -L'(t) / (F(t) - L(t))`, which leaves each indifferent; q = 1 is the pure one,
   q = 0 the symmetric one (Hendricks, Weiss and Wilson 1988, for finite horizons; here L falls for
   ever). If the second follows at once, :math:`t^* \ge T_F`, then s after t* the rate is
   :math:`(G e^{\alpha s} - (r + \alpha) K) / (K - k)`, :math:`G = (\pi_{11} - \pi_{00})
   e^{\alpha t^*}`, which is rational.
6. The *efficient* times for both firms together: the first one at
   :math:`x = K, g = \pi_{10} + \pi_{01} - 2 \pi_{00}`, the second at
   :math:`x = k, g = 2 \pi_{11} - \pi_{10} - \pi_{01}`, if in this order; otherwise both at
   :math:`x = K + k, g = 2 (\pi_{11} - \pi_{00})`. A gain that is not positive is never worth it.

Best times are compared exactly, by :math:`(r+\alpha) x / g`. All numbers are enclosed by ball
arithmetic; a comparison of values that it does not decide is left unsettled.

Sources
-------
Fudenberg and Tirole (1985), Review of Economic Studies 52:383-401; Hendricks, Weiss and Wilson
(1988), International Economic Review 29:663-680; Katz and Shapiro (1987), American Economic Review
77:402-420.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from flint import acb, arb

from pigou.adoption import Adoption
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError
from pigou.exact import Enclosure, exact
from pigou.solvers.balls import ball_of
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["AdoptionTimes", "Dates", "adoption_equilibria", "present_value"]

_BISECTIONS = 200
_LONG = 120  # exp(-120) is the probability that nobody has adopted where the integral is cut off


class Dates(NamedTuple):
    """When the first and the second adopt, and what that is worth.

    Attributes
    ----------
    first, second : Enclosure or None
        Times; None is never.
    pioneer, follower : Enclosure
        Present values at time 0, the costs of adopting paid.

    Examples
    --------
    >>> found = adoption_equilibria(Adoption("quality", "1/10", "1/10", 40, 40, 1, 4, "1/2", 2))
    >>> [round(found.diffusion.first.value, 4), round(found.diffusion.second.value, 4)]
    [3.7469, 16.7398]
    """

    first: Enclosure | None
    second: Enclosure | None
    pioneer: Enclosure
    follower: Enclosure


class AdoptionTimes(NamedTuple):
    """All equilibria of the race or of the waiting game.

    Attributes
    ----------
    game : Adoption
        With numbers in the place of parameters.
    kind : {"race", "waiting game", "not settled"}
    diffusion : Dates or None
        One after the other: in a race the pre-emption equilibrium (None if the second would
        follow at once from time 0 on: then both adopt together); in a waiting game the pure
        equilibrium, in which one firm goes first and the other has no reason to.
    joint : tuple of Enclosure or None
        From when to when both may adopt at the same time in equilibrium.
    joint_value : tuple of Enclosure or None
        What each has in the first and in the last of them.
    symmetric_value : Enclosure or None
        Of a waiting game: what each has if both wait for the other; None if being first is worth
        more again later on, where such equilibria are not looked for.
    efficient : Dates
        Best for both firms together.

    Examples
    --------
    >>> adoption_equilibria(Adoption("quality", "1/10", "1/10", 40, 10, 1, 2, "1", "9/5")).kind
    'waiting game'
    """

    game: Adoption
    kind: str
    diffusion: Dates | None
    joint: tuple[Enclosure, Enclosure] | None
    joint_value: tuple[Enclosure, Enclosure] | None
    symmetric_value: Enclosure | None
    efficient: Dates

    @property
    def complete(self) -> bool:
        """Whether all equilibria are there."""
        waiting = self.kind == "waiting game" and self.symmetric_value is None
        return self.kind != "not settled" and not waiting

    @property
    def grade(self) -> Grade:
        """How well the list is known: certified if it is complete."""
        return Grade.CERTIFIED if self.complete else Grade.NUMERICAL

    def discounted(self) -> Enclosure | None:
        r"""Return the expected :math:`e^{-(r + \alpha) t}`, t the first adoption if both wait.

        It is what a unit of the first cost is worth beforehand. None if it is no waiting game, or
        the second does not follow at once.

        Examples
        --------
        >>> game = Adoption("quality", "1/10", "1/10", 40, 10, 1, 2, "1", "9/5")
        >>> round(adoption_equilibria(game).discounted().value, 6)
        0.004176
        """
        first = None if self.diffusion is None else self.diffusion.first
        if self.symmetric_value is None or first is None or self.diffusion is None:
            return None
        if self.diffusion.second is None or self.diffusion.second.upper > first.upper:
            return None
        with working_precision():
            begun = ball_of(first.lower).union(ball_of(first.upper))
            return ball_to_enclosure(_waited(self.game, begun))

    def rate(self, time: Any) -> Enclosure:
        """Return the rate at which each adopts at a time, in a waiting game where both wait.

        Raises
        ------
        DeclarationError
            If it is no waiting game in which both waiting is settled, or the time is before both
            begin.

        Examples
        --------
        >>> game = Adoption("quality", "1/10", "1/10", 40, 10, 1, 2, "1", "9/5")
        >>> round(adoption_equilibria(game).rate(30).value, 4)
        0.2689
        """
        t = exact(time)
        if self.kind != "waiting game" or self.diffusion is None or self.diffusion.first is None:
            raise DeclarationError(f"adoption '{self.game.name}' is no waiting game")
        if self.symmetric_value is None:
            raise DeclarationError(f"adoption '{self.game.name}': both waiting is not settled")
        if t < self.diffusion.first.upper:
            raise DeclarationError(f"nobody adopts before {self.diffusion.first.value:.6g}")
        with working_precision():
            solver = _Solver(self.game)
            x = ball_of(t)
            at_once = solver.after(x)
            slopes = [solver.slope(x, way) for way in (True, False) if at_once in (way, None)]
            return ball_to_enclosure(slopes[0].union(slopes[-1]) / solver.lead(x))


def adoption_equilibria(game: Adoption, at: Mapping[str, Any] | None = None) -> AdoptionTimes:
    """Return all equilibria of a race to adopt, or of a waiting game.

    Parameters
    ----------
    game : Adoption
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Raises
    ------
    DeclarationError
        If a value is not allowed.

    Examples
    --------
    >>> found = adoption_equilibria(Adoption("quality", "1/10", "1/10", 40, 40, 1, 4, "1/2", 2))
    >>> found.kind, found.joint is None
    ('race', True)
    """
    with working_precision():
        return _Solver(game.at(at)).solve()


def present_value(game: Adoption, time: Enclosure) -> Enclosure:
    r"""Return :math:`e^{-(r + \alpha) t}`: what a unit of the cost at time 0 is worth if paid at t.

    Examples
    --------
    >>> game = Adoption("quality", "1/10", "1/10", 40, 40, 1, 4, "1/2", 2)
    >>> str(present_value(game, Enclosure.point(0)))
    '1'
    """
    if time.upper == 0:
        return Enclosure.point(1)
    with working_precision():
        t = ball_of(time.lower).union(ball_of(time.upper))
        return ball_to_enclosure((-ball_of(Fraction(game.discount) + game.decline) * t).exp())


def _waited(g: Adoption, begun: arb) -> arb:
    """Return the expected discount factor of the cost in the symmetric equilibrium."""
    fall, gap = Fraction(g.discount) + g.decline, Fraction(g.first_cost) - g.second_cost
    level = max(g.both - g.neither, fall * g.first_cost)
    level = max(level, fall * g.second_cost * (g.both - g.neither) / (g.both - g.laggard))
    rise, lost, decline = ball_of(level), ball_of(fall * g.first_cost), ball_of(g.decline)

    def adopted(s: acb) -> acb:
        """Return what the rates of both have added up to after s."""
        return 2 / ball_of(gap) * (rise * ((decline * s).exp() - 1) / decline - lost * s)

    def density(s: acb, analytic: bool) -> acb:
        both = 2 / ball_of(gap) * (rise * (decline * s).exp() - lost)
        return both * (-adopted(s) - ball_of(fall) * s).exp()

    end = Fraction(1)
    while not adopted(acb(ball_of(end))).real > _LONG:
        end *= 2
    beyond = (-adopted(acb(ball_of(end))).real).exp()
    inside = acb.integral(density, acb(0), acb(ball_of(end))).real
    return (inside + arb(0).union(beyond)) * (-ball_of(fall) * begun).exp()


class _Solver:
    def __init__(self, game: Adoption):
        self.game = game
        self.r, self.fall = ball_of(game.discount), ball_of(game.discount + game.decline)
        self.first, self.second = ball_of(game.first_cost), ball_of(game.second_cost)
        self.follow = self.level(game.second_cost, game.both - game.laggard)
        self.alone = self.level(game.first_cost, game.pioneer - game.neither)
        self.joint = self.level(game.first_cost, game.both - game.neither)
        self.follows = self.time(self.follow)

    def level(self, cost: Fraction, gain: Fraction) -> Fraction:
        r"""Return :math:`e^{\alpha t}` at the time t at which a gain is worth a cost, 1 if at once.

        Times are compared by their levels, which are rational.
        """
        return max(Fraction(1), (self.game.discount + self.game.decline) * cost / gain)

    def time(self, level: Fraction) -> arb:
        """Return the time of a level."""
        return arb(0) if level == 1 else ball_of(level).log() / ball_of(self.game.decline)

    def after(self, t: arb) -> bool | None:
        """Whether the second follows at once; None where it is not decided."""
        return True if t >= self.follows else False if t < self.follows else None

    def lead(self, t: arb) -> arb:
        """Return D(t), what being first is worth more than being second."""
        g, late = self.game, self.follows
        if self.after(t):
            return -(self.first - self.second) * (-self.fall * t).exp()
        flow = ball_of(g.pioneer - g.laggard) * ((-self.r * t).exp() - (-self.r * late).exp())
        costs = self.first * (-self.fall * t).exp() - self.second * (-self.fall * late).exp()
        return flow / self.r - costs

    def slope(self, t: arb, at_once: bool | None) -> arb:
        """Return the slope of L."""
        g = self.game
        gain = g.both - g.neither if at_once else g.pioneer - g.neither
        return self.fall * self.first * (-self.fall * t).exp() - ball_of(gain) * (-self.r * t).exp()

    def values(self, t: arb, second: arb) -> tuple[arb, arb]:
        """Return the present values of the first, who adopts at t, and of the second."""
        g = self.game
        one, two = (-self.r * t).exp(), (-self.r * second).exp()
        before, after = ball_of(g.neither) * (1 - one), ball_of(g.both) * two
        pioneer = (before + ball_of(g.pioneer) * (one - two) + after) / self.r
        follower = (before + ball_of(g.laggard) * (one - two) + after) / self.r
        pays = self.first * (-self.fall * t).exp(), self.second * (-self.fall * second).exp()
        return pioneer - pays[0], follower - pays[1]

    def dates(self, t: arb) -> Dates:
        """Return what happens if the first adopts at t and the second follows when it likes."""
        second = t if self.after(t) else self.follows.max(t)
        pioneer, follower = self.values(t, second)
        return Dates(*map(ball_to_enclosure, (t, second, pioneer, follower)))

    def solve(self) -> AdoptionTimes:
        g = self.game
        efficient = self._efficient()
        peak = self.time(min(self.level(g.first_cost, g.pioneer - g.laggard), self.follow))
        best = self.lead(peak)
        if self.follows == 0 and g.first_cost == g.second_cost:
            return self._together(efficient)
        if best > 0:
            return self._race(peak, efficient)
        if best < 0:
            return self._waiting(efficient)
        return AdoptionTimes(g, "not settled", None, None, None, None, efficient)

    def _race(self, peak: arb, efficient: Dates) -> AdoptionTimes:
        g = self.game
        first = self._preempts(peak)
        alone = self.time(self.alone)
        if first is None or not (first < alone and self._tempting(alone)):
            return AdoptionTimes(g, "not settled", None, None, None, None, efficient)
        diffusion = self.dates(first)
        joint = values = None
        if g.first_cost == g.second_cost:
            top = self.values(alone, self.follows.max(alone))[0]
            last = self.time(self.joint)
            gap = self.values(last, last)[0] - top
            if gap.contains(0):
                return AdoptionTimes(g, "not settled", diffusion, None, None, None, efficient)
            if gap > 0:
                start = self._earliest(alone, last, top)
                joint = ball_to_enclosure(start), ball_to_enclosure(last)
                both = [self.values(t, t)[0] for t in (start, last)]
                values = ball_to_enclosure(both[0]), ball_to_enclosure(both[1])
        return AdoptionTimes(g, "race", diffusion, joint, values, None, efficient)

    def _tempting(self, alone: arb) -> bool:
        """Whether being first is better when it is worth most, and it is not worth more later."""
        g = self.game
        if not (self.alone < self.follow and self.lead(alone) > 0):
            return False
        if g.first_cost == g.second_cost:
            return True
        late = self.time(max(self.joint, self.follow))
        return bool(self.values(late, late)[0] < self.values(alone, self.follows)[0])

    def _together(self, efficient: Dates) -> AdoptionTimes:
        """Return the case in which the second would follow at once from time 0 on, at K = k."""
        g = self.game
        last = self.time(self.joint)
        both = [ball_to_enclosure(self.values(t, t)[0]) for t in (arb(0), last)]
        joint = Enclosure.point(0), ball_to_enclosure(last)
        return AdoptionTimes(g, "race", None, joint, (both[0], both[1]), None, efficient)

    def _preempts(self, peak: arb) -> arb | None:
        """Return the first time at which being first is as good as being second."""
        if not self.lead(arb(0)) < 0:
            return None
        low, high = Fraction(0), ball_to_enclosure(peak).lower
        if not self.lead(ball_of(high)) > 0:
            return None
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            value = self.lead(ball_of(middle))
            if value.contains(0):
                break
            low, high = (low, middle) if value > 0 else (middle, high)
        return ball_of(low).union(ball_of(high))

    def _earliest(self, low: arb, high: arb, level: arb) -> arb:
        """Return the time between two at which adopting together is worth as much as a level."""
        left, right = ball_to_enclosure(low).lower, ball_to_enclosure(high).upper
        for _ in range(_BISECTIONS):
            middle = (left + right) / 2
            gap = self.values(ball_of(middle), ball_of(middle))[0] - level
            if gap.contains(0):
                break
            left, right = (left, middle) if gap > 0 else (middle, right)
        return ball_of(left).union(ball_of(right))

    def _waiting(self, efficient: Dates) -> AdoptionTimes:
        g = self.game
        candidates = [self.dates(self.time(max(self.joint, self.follow)))]
        if self.alone < self.follow:
            candidates.append(self.dates(self.time(self.alone)))
        best = max(candidates, key=lambda one: one.pioneer.lower)
        rest = [one for one in candidates if one is not best]
        if any(one.pioneer.upper >= best.pioneer.lower for one in rest):
            return AdoptionTimes(g, "not settled", None, None, None, None, efficient)
        # L falls from the best time on unless it rises again once the second follows at once
        falls = best is candidates[0] or self.joint <= self.follow
        value = best.pioneer if falls else None
        return AdoptionTimes(g, "waiting game", best, None, None, value, efficient)

    def _efficient(self) -> Dates:
        g = self.game
        gains = (g.pioneer + g.laggard - 2 * g.neither, 2 * g.both - g.pioneer - g.laggard)
        one = None if gains[0] <= 0 else self.level(g.first_cost, gains[0])
        two = None if gains[1] <= 0 else self.level(g.second_cost, gains[1])
        if one is not None and two is None:
            return self._never_followed(self.time(one))
        if one is None or two is None or one > two:
            one = two = self.level(g.first_cost + g.second_cost, 2 * (g.both - g.neither))
        dates = self.time(one), self.time(two)
        return Dates(*map(ball_to_enclosure, (*dates, *self.values(*dates))))

    def _never_followed(self, one: arb) -> Dates:
        g, when = self.game, (-self.r * one).exp()
        before = ball_of(g.neither) * (1 - when)
        pioneer = (before + ball_of(g.pioneer) * when) / self.r
        pioneer -= self.first * (-self.fall * one).exp()
        follower = (before + ball_of(g.laggard) * when) / self.r
        first, *values = map(ball_to_enclosure, (one, pioneer, follower))
        return Dates(first, None, values[0], values[1])
