r"""The independent checker of history versus expectations: the differential equation itself.

Steps
-----
1. With :math:`x = X - \alpha/\beta` the definition is the linear system
   :math:`(\dot x, \dot q) = (\gamma q, \; r q - \beta x)`. Its characteristic polynomial
   :math:`\rho^2 - r \rho + \beta \gamma` is a *saddle* where it is negative at 0, has real roots of
   one sign (*node*) where it is not positive at r/2, and no real root (*spiral*) otherwise: exact.
2. In a *spiral* the path that arrives at an end with q = 0 is followed backwards by the exponential
   of the matrix, as a power series in ball arithmetic; no sine, cosine or characteristic root is
   used. Where q = 0 next is enclosed by the signs of q. That q is not 0 in between is shown on a
   cover of the time: it has no zero in the enclosure of a piece, or its slope has none in the first
   and the last. So X moves one way from where the path last turned to its end, all the way inside
   [0, 1] or from the other end.
3. Before that turn the system is the same up to a factor of :math:`-\kappa`, the ratio of the
   distances from the steady state at the turn and at the end, :math:`\kappa \le 1` (1 if r = 0):
   earlier parts of the path start from shares in between, from which it can be joined later too.
4. In a *node*, q on that path is a sum of two exponentials (or one, times a linear function of
   time): it is 0 at most once, which is on arrival. So X moves one way, away from the steady state,
   and never gets across. In a *saddle* q has the sign that moves X away from the end: paths that
   arrive there come from outside, and both ends are out of reach.
5. Which ends can be reached from the start follows by comparing it with where the paths turn.

Sources: Krugman (1991), Quarterly Journal of Economics 106:651-667; Fukao and Benabou (1993),
Quarterly Journal of Economics 108:535-542, for the equation and its terminal condition.
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb, arb_mat

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
from pigou.exact import Enclosure
from pigou.foresight import Migration

__all__ = ["check_migration"]

_NAME = "equilibrium paths"
_BITS = 400
_BISECTIONS = 120
_MOST_PIECES = 4_000
_STEPS = 16
Edges = tuple[arb | Fraction, arb | Fraction]
"""From where on the high end can be reached, and up to where the low one."""


def check_migration(game: Migration, claims: Claims, start: Fraction) -> StateCheck:
    """Check which ends can be reached, and where expectations decide.

    Parameters
    ----------
    game : Migration
        With numbers in the place of parameters.
    claims : Claims
        Of the outcome ``equilibrium paths``.
    start : Fraction
        The share to begin with.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> found = measure(load("expectations"))
    >>> claims = {one.name: one.quantities for one in found.outcomes}
    >>> check_migration(load("expectations").game.at(), claims, found.at["begun"]).confirmed
    True
    """
    ledger = Ledger(claims)
    steady = Fraction(game.lag) / game.spillover
    product = Fraction(game.spillover) * game.speed
    ledger.number(_NAME, "steady state", steady)
    edges: Edges | None = None
    with arithmetic(_BITS):
        if product < 0:
            kind = "saddle"
            ends: tuple[int, ...] | None = ()
        elif product <= Fraction(game.discount) ** 2 / 4:
            kind, edges = "node", (steady, steady)
            ends = () if start == steady else (0,) if start < steady else (1,)
        else:
            kind = "spiral"
            turns = _turn(ledger, game, steady, 1), _turn(ledger, game, steady, 0)
            edges = _exactly(ledger, turns, steady) if game.discount == 0 else turns
            ledger.number(_NAME, "expectations decide from the share", edges[0])
            ledger.number(_NAME, "expectations decide up to the share", edges[1])
            ends = _reached(start, edges)
        if edges is not None:
            missing = _missing(edges[0], start)
            ledger.number(_NAME, "share missing for the high end", missing)
    ledger.word(_NAME, "paths near the steady state", kind)
    what = "from the start can be reached"
    honest = claims.get(_NAME, {}).get(what) == "not decided"  # which is no error
    ledger.word(_NAME, what, None if honest else _words(ends))
    return ledger.verdict()


def _words(ends: tuple[int, ...] | None) -> str | None:
    if ends is None:
        return None
    known = {
        (): "neither end",
        (0,): "the low end: history decides",
        (1,): "the high end: history decides",
        (0, 1): "both ends: expectations decide",
    }
    return known[ends]


def _exactly(ledger: Ledger, edges: tuple[arb, arb], steady: Fraction) -> Edges:
    """Return where paths turned if r = 0: gamma q^2 + beta x^2 does not change along them."""
    up, down = (min(max(2 * steady - end, Fraction(0)), Fraction(1)) for end in (1, 0))
    same = edges[0].overlaps(number_ball(up)) and edges[1].overlaps(number_ball(down))
    ledger.holds("without discounting paths turned as far away as they end", same)
    return up, down


def _missing(edge: arb | Fraction, start: Fraction) -> arb | Fraction:
    if isinstance(edge, Fraction):
        return max(edge - start, Fraction(0))
    return (edge - number_ball(start)).max(arb(0))


def _reached(start: Fraction, edges: Edges) -> tuple[int, ...] | None:
    """Return the ends that can be reached from the start; None where that is not decided."""
    above_up, above_down = (_side(start, edge) for edge in edges)
    if above_up is None or above_down is None:
        return None
    return tuple(end for end, there in ((0, above_down <= 0), (1, above_up >= 0)) if there)


def _side(start: Fraction, edge: arb | Fraction) -> int | None:
    return sign_of(start - edge if isinstance(edge, Fraction) else number_ball(start) - edge)


class _Backwards:
    """The path that arrives at an end with q = 0, a time before arrival."""

    def __init__(self, game: Migration, distance: Fraction):
        r, beta, gamma = (number_ball(n) for n in (game.discount, game.spillover, game.speed))
        self.matrix = arb_mat([[arb(0), -gamma], [beta, -r]])
        size = game.discount + abs(Fraction(game.spillover)) + game.speed
        self.short = 1 / (1 + Fraction(size))  # q cannot turn round so soon
        self.arrival = arb_mat([[number_ball(distance)], [arb(0)]])

    def at(self, time: arb, later: arb | int = 0) -> tuple[arb, arb, arb]:
        """Return the distance from the steady state, q, and the slope of q (backwards)."""
        found = (self.matrix * time).exp() * self.arrival
        if isinstance(later, arb):
            found = (self.matrix * later).exp() * found
        slope = self.matrix * found
        return found[0, 0], found[1, 0], slope[1, 0]


def _turn(ledger: Ledger, game: Migration, steady: Fraction, end: int) -> arb:
    """Return the share at which the path to an end last turned, or the other end."""
    path = _Backwards(game, end - steady)
    sign = 1 if end else -1  # of q on the way to the end
    last = _first_zero(path, sign)
    if last is None or not _alone(path, sign, last):
        ledger.holds(f"where the path to {end} last turned", None)
        return arb("nan")
    distance = path.at(over(last))[0]
    # the slope of x is that of q, which is about 0 in the enclosure: the middle is as good
    middle = path.at(number_ball((last.lower + last.upper) / 2))[0]
    moved = abs(path.at(over(last))[1]) * number_ball(game.speed) * number_ball(last.width)
    distance = middle + arb(0, 1) * moved.upper() if moved.is_finite() else distance
    shrunk = abs(distance) <= number_ball(abs(end - steady)) or game.discount == 0
    ledger.holds(f"the path to {end} turned no farther away before", bool(shrunk))
    share = number_ball(steady) + distance
    return share.max(arb(0)).min(arb(1))


def _first_zero(path: _Backwards, sign: int) -> Enclosure | None:
    """Enclose the next time at which q is 0."""
    high = path.short
    for _ in range(_MOST_PIECES):
        low, high = high, high * Fraction(5, 4)
        if path.at(number_ball(high))[1] * sign < 0:
            break
    if not path.at(number_ball(low))[1] * sign > 0 > path.at(number_ball(high))[1] * sign:
        return None
    return bracketed(lambda s: -path.at(number_ball(s))[1] * sign, low, high, _BISECTIONS)


def _alone(path: _Backwards, sign: int, last: Enclosure) -> bool:
    """Whether q is not 0 before that time, by a cover of the time since arrival."""
    step = last.upper / _STEPS
    waiting = [(place * step, (place + 1) * step) for place in range(_STEPS)]
    for _ in range(_MOST_PIECES):
        if not waiting:
            return True
        left, right = waiting.pop()
        _, q, slope = path.at(number_ball(left), over(Enclosure(Fraction(0), right - left)))
        falls, rises = slope * sign < 0, slope * sign > 0
        if q * sign > 0 or (left == 0 and rises) or (right == last.upper and falls):
            continue
        waiting += [(left, (left + right) / 2), ((left + right) / 2, right)]
    return False
