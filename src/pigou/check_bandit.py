r"""The independent checker of strategic experimentation.

Write :math:`b(p) = \frac{\lambda}{r} p \, (g - u - (1 - p) u')` for what a unit of experimentation
is worth to a player by what is learned, and :math:`c(p) = s - g p` for what it costs at once. With
K others who experiment, the best a player can have is :math:`u = s + K b + \max_k k (b - c)`.

Steps
-----
1. *Where nobody tries*, u = s, and a player who did would gain :math:`b - c`, which is linear and
   rises in p: it is 0 at the belief that is claimed as the cutoff, and so no deviation pays below
   it. (For a team of n, n b stands in the place of b.)
2. *Where some do*, others are indifferent: b = c. That is a linear differential equation, so that
   from value matching at the cutoff

   .. math:: \frac{u(p)}{1 - p} = \frac{s}{1 - \bar p} + \int_{\bar p}^p
             \frac{g - \frac{r}{\lambda} (s - g q)/q}{(1 - q)^2} \, dq ,

   an integral that is enclosed by `pigou.check_integrals`; no closed form is used. Smooth pasting,
   :math:`u'(\bar p) = 0`, is step 1 again. Differentiating b = c gives
   :math:`(1 - p) u'' = \frac{r}{\lambda} s/p^2 > 0`, so that u rises from s, and each plays
   :math:`k = (u - s)/((N - 1) c) > 0`.
3. :math:`u - s - (N - 1) c` rises with u, is negative at the cutoff, and changes its sign at the
   belief from which on all try: k = 1 there.
4. *Where all do*, :math:`u = g p + N b`, again linear: by value matching

   .. math:: u = g p + C \exp\Bigl(-\int \frac{1 + r / (N \lambda q)}{1 - q} \, dq\Bigr),
             \qquad C > 0 .

   That is convex in p, and so is :math:`u - s - (N - 1) c`; as it is 0 and rises where the region
   begins, it is positive beyond, so that b > c and nobody gains by trying less. Of a team, u is
   convex and touches s at the cutoff, so that N b > c.
5. The amount of experimentation is :math:`\int dp / (\lambda p (1 - p))` along the beliefs, from
   their law of motion; a good technology is missed with probability exp(-lambda amount), by the
   definition of a Poisson process.

Source: Keller, Rady and Cripps (2005), Econometrica 73:39-68, whose conditions these are.
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb, arb_series

from pigou.bandit import Bandit
from pigou.check_claims import Claims, Ledger, StateCheck, arithmetic, number_ball, over
from pigou.check_integrals import integral
from pigou.exact import Enclosure

__all__ = ["check_bandit"]

_FULL = "belief above which all try all the time"
_BITS = 320


def check_bandit(
    game: Bandit, claims: Claims, start: Fraction, cooperative: bool = False
) -> StateCheck:
    """Check who tries at which belief, and what that is worth.

    Parameters
    ----------
    game : Bandit
        With numbers in the place of parameters.
    claims : Claims
        Of the outcomes ``equilibrium`` and ``efficient``, or ``team`` where players cooperate.
    start : Fraction
        The belief to begin with.
    cooperative : bool

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> claims = {one.name: one.quantities for one in measure(load("pilots")).outcomes}
    >>> check_bandit(load("pilots").game.at(), claims, Fraction(3, 10)).confirmed
    True
    """
    ledger = Ledger(claims, Fraction(game.safe))
    with arithmetic(_BITS):
        team = "team" if cooperative else "efficient"
        _team(ledger, game, team, start)
        if not cooperative and game.players == 1:
            _team(ledger, game, "equilibrium", start)
        elif not cooperative:
            _equilibrium(ledger, game, start)
    return ledger.verdict()


def _stopping(game: Bandit, together: int) -> Fraction:
    """Return the belief at which what is learned is worth what it costs, and u = s, u' = 0."""
    learned = together * Fraction(game.rate) / game.discount * (game.good - game.safe)
    return Fraction(game.safe) / (game.good + learned)


def _team(ledger: Ledger, game: Bandit, name: str, start: Fraction) -> None:
    cutoff = _stopping(game, game.players)
    ledger.number(name, _FULL, cutoff)
    tries = start > cutoff
    ledger.number(name, "share of time each tries at the start", int(tries))
    worth = number_ball(game.safe)
    if tries:
        worth = _all_in(game, cutoff, worth, start)
    _common(ledger, game, name, cutoff, start, worth)


def _equilibrium(ledger: Ledger, game: Bandit, start: Fraction) -> None:
    name, cutoff = "equilibrium", _stopping(game, 1)
    full = ledger.claimed(name, _FULL)
    others = game.players - 1
    if full is None or not cutoff < full.lower <= full.upper < 1:
        ledger.holds(f"{name}, {_FULL}: it lies between the cutoff and 1", False)
        return

    def ahead(belief: Fraction) -> arb:
        """Return u - s - (N - 1) c."""
        if belief <= cutoff:
            return arb(-1)
        rest = others * (game.safe - game.good * belief)
        return _indifferent(game, cutoff, belief) - number_ball(game.safe + rest)

    ledger.root(f"{name}, {_FULL}", full, ahead)
    there = ahead(full.lower).union(ahead(full.upper))
    ledger.gain(abs(there) / game.players)
    if start <= cutoff:
        worth, share = number_ball(game.safe), arb(0)
    elif start <= full.lower:
        worth = _indifferent(game, cutoff, start)
        cost = number_ball(others * (game.safe - game.good * start))
        share = (worth - number_ball(game.safe)) / cost
    else:
        worth = _beyond(game, cutoff, full, start)
        share = arb(1) if start >= full.upper else arb("nan")
    ledger.number(name, "share of time each tries at the start", share)
    _common(ledger, game, name, cutoff, start, worth)


def _common(
    ledger: Ledger, game: Bandit, name: str, cutoff: Fraction, start: Fraction, worth: arb
) -> None:
    """Check the cutoff and what follows from it, and the value at the start."""
    ledger.number(name, "belief at which pilots end", cutoff)
    rate = number_ball(game.rate)

    def time(belief: arb_series) -> arb_series:
        return 1 / (belief * (1 - belief))

    tried = arb(0) if start <= cutoff else integral(time, cutoff, start)
    ledger.number(name, "pilots in all without a success", tried / rate)
    ledger.number(name, "chance that a good technology is found", 1 - (-tried).exp())
    ledger.number(name, "welfare per player", worth)


def _indifferent(game: Bandit, cutoff: Fraction, belief: Fraction) -> arb:
    """Return the value where b = c, from value matching at the cutoff."""
    safe, good = number_ball(game.safe), number_ball(game.good)
    slow = number_ball(Fraction(game.discount) / game.rate)

    def rise(q: arb_series) -> arb_series:
        left = 1 - q
        return (good - slow * (safe - good * q) / q) / (left * left)

    inside = integral(rise, cutoff, belief)
    return number_ball(1 - belief) * (safe / number_ball(1 - cutoff) + inside)


def _all_in(
    game: Bandit, begun: Fraction, worth: arb, belief: Fraction, later: Fraction = Fraction(0)
) -> arb:
    """Return the value where all try, from its value where that begins.

    That is at most `later` above the belief `begun`.
    """
    slow = number_ball(Fraction(game.discount) / (game.players * game.rate))

    def fall(q: arb_series) -> arb_series:
        return (1 + slow / q) / (1 - q)

    good, where = number_ball(game.good), over(Enclosure(begun, begun + later))
    left_out = over(Enclosure(Fraction(0), later)) * (1 + slow / where) / (1 - where)
    fallen = integral(fall, begun, belief) - left_out
    return good * number_ball(belief) + (worth - good * where) * (-fallen).exp()


def _beyond(game: Bandit, cutoff: Fraction, full: Enclosure, belief: Fraction) -> arb:
    """Return the value at a belief above that from which all try, which lies in an enclosure.

    There the value lies between 0 and g, so that b = c bounds its slope.
    """
    if belief < full.upper:
        return arb("nan")
    slow, there = number_ball(Fraction(game.discount) / game.rate), over(full)
    steep = (number_ball(game.good) + slow * number_ball(game.safe) / there) / (1 - there)
    worth = _indifferent(game, cutoff, full.lower)
    worth += over(Enclosure(-full.width, full.width)) * abs(steep)
    return _all_in(game, full.lower, worth, belief, full.width)
