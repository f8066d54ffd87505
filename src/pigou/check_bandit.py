r"""The independent checker of strategic experimentation.

Write :math:`b(p) = \frac{\lambda}{r} p \, (g - u - (1 - p) u')` for what a unit of experimentation
is worth to a player by what is learned, and :math:`c(p) = s - \sigma - g p` for what it costs at
once, where the subsidy :math:`\sigma` is paid until the first success. With K others who
experiment, the best a player can have is :math:`u = s + K b + \max_k k (b - c)`.

Steps
-----
1. *Where nobody tries*, u = s, and a player who did would gain :math:`b - c`, which is linear and
   rises in p: it is 0 at the belief that is claimed as the cutoff, and so no deviation pays below
   it. (For a team of n, n b stands in the place of b.)
2. *Where some do*, others are indifferent: b = c. That is a linear differential equation, so that
   from value matching at the cutoff

   .. math:: \frac{u(p) - s}{1 - p} = \int_{\bar p}^p
             \frac{g - s - \frac{r}{\lambda} c(q)/q}{(1 - q)^2} \, dq ,

   an integral that is enclosed by `pigou.check_integrals`; no closed form is used. Smooth pasting,
   :math:`u'(\bar p) = 0`, is step 1 again. Differentiating b = c gives
   :math:`(1 - p) u'' = \frac{r}{\lambda} (s - \sigma)/p^2 > 0`, so that u rises from s,
   and each plays :math:`k = (u - s)/((N - 1) c) > 0`.
3. :math:`u - s - (N - 1) c` rises with u, is negative at the cutoff, and changes its sign at the
   belief from which on all try: k = 1 there.
4. *Where all do*, :math:`u = g p + \sigma + N b`, again linear: by value matching

   .. math:: u = g p + C \exp\Bigl(-\int \frac{1 + r / (N \lambda q)}{1 - q} \, dq\Bigr) + G_0,
             \qquad C > 0 ,

   with :math:`G_0` for the subsidies until that region is left (step 6). That is convex in p, and
   so is :math:`u - s - (N - 1) c`; as it is 0 and rises where the region begins, it is positive
   beyond, so that b > c and nobody gains by trying less. Of a team, u is convex and touches s at
   the cutoff, so that N b > c.
5. The amount of experimentation is :math:`\int dp / (\lambda p (1 - p))` along the beliefs, from
   their law of motion; a good technology is missed with probability exp(-lambda amount), by the
   definition of a Poisson process.
6. The *outlay* per player is :math:`G = \sigma \int r e^{-r t} k_t \Pr(\text{no success by } t)
   \, dt`. Where all try, no success comes by t with probability :math:`p e^{-N \lambda t} + 1 - p`,
   and the integral is elementary. Where others are indifferent it is taken over beliefs q in the
   place of t, from their law of motion; no success has come when they are down at q with a
   probability of :math:`(1 - p)/(1 - q)`, as beliefs are a martingale. Intervals are
   integrated by series, from p downwards; what is left is at most :math:`\sigma k`, as k falls on
   the way.

Source: Keller, Rady and Cripps (2005), Econometrica 73:39-68, whose conditions these are; with a
subsidy, own.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from flint import arb, arb_series

from pigou.bandit import Bandit
from pigou.check_claims import Claims, Ledger, StateCheck, arithmetic, number_ball, over
from pigou.check_integrals import integral, integrated, upper_half
from pigou.exact import Enclosure
from pigou.jets import enclosure

__all__ = ["check_bandit"]

_FULL = "belief above which all try all the time"
_BITS = 320
_TERMS = 24
_MOST_PIECES = 1_000
_CLOSE = Fraction(1, 2**50)
Number = TypeVar("Number", arb, arb_series)


def check_bandit(
    game: Bandit, claims: Claims, start: Fraction, funds: Fraction, cooperative: bool = False
) -> StateCheck:
    """Check who tries at which belief, and what that is worth.

    Parameters
    ----------
    game : Bandit
        With numbers in the place of parameters.
    claims : Claims
        Of the outcomes ``equilibrium`` and ``efficient``; where players cooperate of ``team``, and
        of ``efficient`` if they receive a subsidy.
    start, funds : Fraction
        The belief to begin with, and what public money costs.
    cooperative : bool

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> claims = {one.name: one.quantities for one in measure(load("pilots")).outcomes}
    >>> rest = Fraction(3, 10), Fraction(1)
    >>> check_bandit(load("pilots").game.at(), claims, *rest).confirmed
    True
    """
    ledger = Ledger(claims, Fraction(game.safe))
    with arithmetic(_BITS):
        if not cooperative or game.subsidy:
            _team(ledger, replace(game, subsidy=Fraction(0)), "efficient", start, funds)
        if cooperative or game.players == 1:
            _team(ledger, game, "team" if cooperative else "equilibrium", start, funds)
        else:
            _equilibrium(ledger, game, start, funds)
    return ledger.verdict()


def _stopping(game: Bandit, together: int) -> Fraction:
    """Return the belief at which what is learned is worth what it costs, and u = s, u' = 0."""
    learned = together * Fraction(game.rate) / game.discount * (game.good - game.safe)
    return Fraction(game.safe - game.subsidy) / (game.good + learned)


def _team(ledger: Ledger, game: Bandit, name: str, start: Fraction, funds: Fraction) -> None:
    cutoff = _stopping(game, game.players)
    ledger.number(name, _FULL, cutoff)
    tries = start > cutoff
    ledger.number(name, "share of time each tries at the start", int(tries))
    worth, outlay = number_ball(game.safe), arb(0)
    if tries:
        worth, outlay = _all_in(game, cutoff, worth, outlay, start)
    _common(ledger, game, name, cutoff, start)
    _accounts(ledger, name, worth, outlay, funds)


def _equilibrium(ledger: Ledger, game: Bandit, start: Fraction, funds: Fraction) -> None:
    name, cutoff = "equilibrium", _stopping(game, 1)
    full = ledger.claimed(name, _FULL)
    if full is None or not cutoff < full.lower <= full.upper < 1:
        ledger.holds(f"{name}, {_FULL}: it lies between the cutoff and 1", False)
        return
    trying = _Trying(game, cutoff)

    def ahead(belief: Fraction) -> arb:
        """Return u - s - (N - 1) c."""
        if belief <= cutoff:
            return arb(-1)
        return trying.gained(belief) - trying.delayed(number_ball(belief))

    ledger.root(f"{name}, {_FULL}", full, ahead)
    there = ahead(full.lower).union(ahead(full.upper))
    ledger.gain(abs(there) / game.players)
    safe = number_ball(game.safe)
    if start <= cutoff:
        worth, share, outlay = safe, arb(0), arb(0)
    elif start <= full.lower:
        gained = trying.gained(start)
        worth, share = safe + gained, gained / trying.delayed(number_ball(start))
        outlay = trying.outlay(start)
    else:
        worth, outlay = _beyond(game, trying, full, start)
        share = arb(1) if start >= full.upper else arb("nan")
    ledger.number(name, "share of time each tries at the start", share)
    _common(ledger, game, name, cutoff, start)
    _accounts(ledger, name, worth, outlay, funds)


def _common(ledger: Ledger, game: Bandit, name: str, cutoff: Fraction, start: Fraction) -> None:
    """Check the cutoff and what follows from it."""
    ledger.number(name, "belief at which pilots end", cutoff)
    tried = arb(0) if start <= cutoff else integral(_odds, cutoff, start)
    ledger.number(name, "pilots in all without a success", tried / number_ball(game.rate))
    ledger.number(name, "chance that a good technology is found", 1 - (-tried).exp())


def _accounts(ledger: Ledger, name: str, worth: arb, outlay: arb, funds: Fraction) -> None:
    ledger.number(name, "public outlay per player", outlay, close=_CLOSE)
    welfare = worth - number_ball(funds) * outlay
    ledger.number(name, "welfare per player", welfare, close=_CLOSE)


def _odds(belief: arb_series) -> arb_series:
    """Return by how much log odds rise in the belief."""
    return 1 / (belief * (1 - belief))


class _Trying:
    """Where some try, and all are indifferent."""

    def __init__(self, game: Bandit, cutoff: Fraction):
        self.cutoff = cutoff
        self.net, self.good = number_ball(game.safe - game.subsidy), number_ball(game.good)
        self.safe, self.subsidy = number_ball(game.safe), number_ball(game.subsidy)
        self.slow = number_ball(Fraction(game.discount) / game.rate)
        self.ahead = number_ball(game.good - game.safe) + self.slow * self.good
        self.players = int(game.players)

    def delayed(self, q: Number) -> Number:
        """Return (N - 1) c, which is u - s if all try."""
        return (self.players - 1) * (self.net - self.good * q)

    def rise(self, q: arb_series) -> arb_series:
        """Return the slope of (u - s)/(1 - p)."""
        left = 1 - q
        return (self.ahead - self.slow * self.net / q) / (left * left)

    def gained(self, belief: Fraction) -> arb:
        """Return u - s where b = c, from value matching at the cutoff."""
        return number_ball(1 - belief) * integral(self.rise, self.cutoff, belief)

    def outlay(self, belief: Fraction) -> arb:
        """Return what the public expects to pay per player from a belief on."""
        if self.subsidy == 0:
            return arb(0)
        total, weight, high, gained = arb(0), arb(1), belief, self.gained(belief)
        for _ in range(_MOST_PIECES):
            low = self._below(high, gained)
            part, passed, gained = self._piece(low, high, gained)
            total += weight * part
            weight *= (-passed).exp()
            high = low
            # from there on it is at most the subsidy times k
            left = weight * gained / self.delayed(number_ball(low)) / number_ball(1 - low)
            if left < total * number_ball(_CLOSE / 2**6):
                return self.subsidy * number_ball(1 - belief) * (total + arb(0).union(left))
            if not left.is_finite():
                break
        return arb("nan")

    def _below(self, high: Fraction, gained: arb) -> Fraction:
        """Return where a piece ends on which k does not fall much, and little is discounted."""
        at = number_ball(high)
        steep = self.delayed(at) / gained * self.slow / self.players / (at * (1 - at))
        longest = min(high - self.cutoff, 1 - high) * Fraction(3, 32)
        return high - min(longest, enclosure(1 / steep).upper * Fraction(3, 4))

    def _piece(self, low: Fraction, high: Fraction, gained: arb) -> tuple[arb, arb, arb]:
        """Return what is paid on a piece, per subsidy and 1 - p; r times its length; u - s below.

        On the piece u - s rises to what it is at the upper end.
        """
        middle = (low + high) / 2
        ends = [gained]
        for right, left in ((high, middle), (middle, low)):
            fallen = integrated(self.rise, left, right, _TERMS)
            ends.append((ends[-1] / number_ball(1 - right) - fallen) * number_ball(1 - left))
        _, there, below = ends

        def slowing(x: arb_series) -> arb_series:
            """Return r times the time that a belief takes, per change of the belief."""
            wide = x[0].rad() > number_ball((high - low) / 4)
            first = below.union(gained) if wide else there
            more = (first / (1 - x[0]) + self.rise(x).integral()) * (1 - x)
            slopes = [more[place] for place in range(1, more.prec)]
            more = arb_series([first, *slopes], prec=more.prec)  # closer, of a ball around x
            return self.slow / self.players * _odds(x) * self.delayed(x) / more

        passed = integrated(slowing, low, high, _TERMS)
        above = upper_half(slowing, low, high, _TERMS)

        def paid(x: arb_series) -> arb_series:
            wide = x[0].rad() > number_ball((high - low) / 4)
            waited = arb(0).union(passed) if wide else above
            weight = (slowing(x).integral() - waited).exp()
            return self.slow / self.players * _odds(x) / (1 - x) * weight

        return integrated(paid, low, high, _TERMS), passed, below


def _all_in(
    game: Bandit, begun: Fraction, worth: arb, outlay: arb, belief: Fraction,
    later: Fraction = Fraction(0),
) -> tuple[arb, arb]:  # fmt: skip
    """Return value and outlay where all try, from what they are where that begins.

    That is at most `later` above the belief `begun`.
    """
    slow = number_ball(Fraction(game.discount) / (game.players * game.rate))

    def fall(q: arb_series) -> arb_series:
        return (1 + slow / q) / (1 - q)

    good, where, p = number_ball(game.good), over(Enclosure(begun, begun + later)), belief
    moved = over(Enclosure(Fraction(0), later))
    fallen = integral(fall, begun, belief) - moved * (1 + slow / where) / (1 - where)
    kept = (-fallen).exp()
    waited = slow * (integral(_odds, begun, belief) - moved / (where * (1 - where)))
    until_success = (1 - (-waited * (1 + 1 / slow)).exp()) * slow / (1 + slow)
    paid = number_ball(p) * until_success + number_ball(1 - p) * (1 - (-waited).exp())
    paid *= number_ball(game.subsidy)
    value = good * number_ball(p) + (worth - good * where) * kept + paid
    return value, paid + outlay * kept


def _beyond(game: Bandit, trying: _Trying, full: Enclosure, belief: Fraction) -> tuple[arb, arb]:
    """Return value and outlay at a belief above that from which all try, if that is enclosed.

    There the value lies between 0 and g, so that b = c bounds its slope; G <= sigma k, so that
    its own equation, with k at most 2, bounds that of the outlay.
    """
    if belief < full.upper:
        return arb("nan"), arb("nan")
    slow, there = number_ball(Fraction(game.discount) / game.rate), over(full)
    near = over(Enclosure(-full.width, full.width))
    steep = (number_ball(game.good) + slow * number_ball(game.safe) / there) / (1 - there)
    worth = trying.safe + trying.gained(full.lower) + near * abs(steep)
    steep = trying.subsidy * (2 + 2 * slow / there) / (1 - there)
    outlay = trying.outlay(full.lower) + near * abs(steep)
    return _all_in(game, full.lower, worth, outlay, belief, full.width)
