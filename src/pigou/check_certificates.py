r"""The independent checker of signalling by a continuum of types.

Write :math:`c(\theta) = \kappa \theta^{-m} + t` for what a unit of the level costs a type.

Steps
-----
1. *Separating.* Who takes the level of :math:`\hat\theta` has :math:`\hat\theta - c(\theta)
   e(\hat\theta)`. The level that makes nobody gain by a little of that rises by
   :math:`e' = 1/c`; it is integrated piece by piece, each piece a Taylor series with a bound on the
   rest. With it, what a type gains by any other level is

   .. math:: \hat\theta - \theta - c(\theta) \bigl( e(\hat\theta) - e(\theta) \bigr)
             = \int_\theta^{\hat\theta} \Bigl( 1 - \frac{c(\theta)}{c(x)} \Bigr) dx \le 0 ,

   as c falls in the type: the integrand is negative above the type, and positive below it. That c
   falls, and is above 0, is checked on a cover of the types; the gains of a grid of types, each
   in the place of each other, are bounded from the levels themselves. Levels above the highest
   are taken for the highest type, and cost more; the lowest type has no level.
2. *Waste* is the mean of :math:`\kappa \theta^{-m} e(\theta)` as it stands: on each piece the
   series of e times that of the cost is integrated. *Revenue* is that of :math:`t\, e(\theta)`.
3. *Pooling* at a level e, paid the mean: any other level is taken for the lowest type, whose best
   other choice is then level 0 and worth l to everybody. The lowest type, to whom a level costs
   most, is indifferent at the highest level that is claimed; all others have more than l.
4. *The type that is as well off as without certificates*: the utility :math:`\theta - c e` rises in
   the type, by the envelope theorem at :math:`m \kappa \theta^{-m-1} e \ge 0`; the signs of what it
   exceeds the mean by at both ends of what is claimed tell. All are worse off if the highest is.

Source: Riley (1979), Econometrica 47:331-359, and Mailath (1987), Econometrica 55:1349-1365, whose
conditions these are.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, TypeVar

from flint import arb, arb_series

from pigou.certificates import Certificates
from pigou.check_claims import Claims, Ledger, StateCheck, arithmetic, number_ball
from pigou.check_integrals import Series, integral, integrated, series

__all__ = ["check_certificates"]

_BITS = 448
_PIECES = 6
_MOST_PIECES = 400
_CLOSE = Fraction(1, 2**60)
_CLOSER = Fraction(1, 2**80)
_GRID = 9


class _Piece(NamedTuple):
    """Types from one to another, the level of the first, and what level and waste add up to."""

    low: Fraction
    high: Fraction
    level: arb
    waste: arb
    total: arb


def check_certificates(game: Certificates, claims: Claims, funds: Fraction) -> StateCheck:
    """Check the separating equilibrium and the pooling ones.

    Parameters
    ----------
    game : Certificates
        With numbers in the place of parameters.
    claims : Claims
        Of the outcomes ``separating``, ``nobody has any`` and ``all have the most``.
    funds : Fraction
        What public money costs.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> claims = {one.name: one.quantities for one in measure(load("certificates")).outcomes}
    >>> check_certificates(load("certificates").game.at(), claims, Fraction(1)).confirmed
    True
    """
    g, ledger = game, Ledger(claims, Fraction(game.low))
    with arithmetic(_BITS):
        pieces = _pieces(g)
        if pieces:
            _separating(ledger, g, pieces, funds)
        mean = number_ball((g.low + g.high) / 2)
        most = (mean - number_ball(g.low)) / _price(g, number_ball(g.low))
        wasted = integral(lambda x: _cost(g, x), g.low, g.high) / number_ball(g.high - g.low)
        for name, level in (("nobody has any", arb(0)), ("all have the most", most)):
            for quantity in ("level of the lowest", "level of the highest"):
                ledger.number(name, quantity, level)
            _accounts(ledger, name, mean, level * wasted, level * number_ball(g.tax), funds)
    return ledger.verdict()


Number = TypeVar("Number", arb, arb_series)


def _cost(g: Certificates, x: Number) -> Number:
    """Return what a unit of the level costs without what goes to the public."""
    if g.power.denominator == 1:
        grown = x ** int(g.power)
    else:
        grown = (x.log() * number_ball(g.power)).exp()
    return number_ball(g.cost) / grown


def _price(g: Certificates, x: Number) -> Number:
    return _cost(g, x) + number_ball(g.tax)


def _rise(g: Certificates) -> Series:
    """Return the slope of the level in the type."""
    return lambda x: 1 / _price(g, x)


def _pieces(g: Certificates) -> list[_Piece]:
    """Cut the types into pieces on which level and waste are known closely; none if that fails."""
    step = Fraction(g.high - g.low) / _PIECES
    waiting = [(g.low + k * step, g.low + (k + 1) * step) for k in reversed(range(_PIECES))]
    found: list[_Piece] = []
    level = arb(0)
    enough = number_ball(_CLOSER * (g.high - g.low))
    for _ in range(_MOST_PIECES):
        if not waiting:
            return found
        low, high = waiting.pop()
        box = number_ball(low).union(number_ball(high))
        falls = series(lambda x: _cost(g, x), box, 2)[1] < 0
        added = integrated(_rise(g), low, high)
        waste, total = _wasted(g, low, high, level)
        known = all(n.rad() < enough * (1 + abs(n)).upper() for n in (added, waste, total))
        known = (
            known and abs(_cost(g, box)).upper() * added.rad() < enough
        )  # a level may cost very much
        if falls and known and _price(g, box) > 0:
            found.append(_Piece(low, high, level, waste, total))
            level += added
        else:
            waiting += [((low + high) / 2, high), (low, (low + high) / 2)]
    return []


def _wasted(g: Certificates, low: Fraction, high: Fraction, level: arb) -> tuple[arb, arb]:
    """Integrate waste, and the level itself, over a piece at whose lower end the level is known."""

    def levels(x: arb_series) -> arb_series:
        """Return the series of the level, at the middle of the piece or over the whole."""
        at = x[0]
        if at.rad() > number_ball((high - low) / 4):
            first = level + arb(0).union(number_ball(high - low)) / _price(g, at)
        else:
            first = level + integrated(_rise(g), low, (low + high) / 2)
        return _rise(g)(x).integral() + first

    return (
        integrated(lambda x: levels(x) * _cost(g, x), low, high),
        integrated(levels, low, high),
    )


def _level(g: Certificates, pieces: list[_Piece], x: Fraction) -> arb:
    """Return the level of a type."""
    for piece in pieces:
        if piece.low <= x <= piece.high:
            return piece.level + integrated(_rise(g), piece.low, x)
    return arb("nan")


def _separating(
    ledger: Ledger, g: Certificates, pieces: list[_Piece], funds: Fraction
) -> None:  # fmt: skip
    name, width = "separating", number_ball(g.high - g.low)
    highest = _level(g, pieces, g.high)
    ledger.number(name, "level of the lowest", 0)
    ledger.number(name, "level of the highest", highest, close=_CLOSE)
    mean = number_ball((g.low + g.high) / 2)
    waste = sum((piece.waste for piece in pieces), arb(0)) / width
    total = sum((piece.total for piece in pieces), arb(0)) / width
    _accounts(ledger, name, mean, waste, total * number_ball(g.tax), funds)
    _indifferent(ledger, g, pieces, mean)
    ledger.gain(_temptation(g, pieces))


def _accounts(
    ledger: Ledger, name: str, mean: arb, waste: arb, revenue: arb, funds: Fraction
) -> None:
    surplus = mean - waste - revenue
    for quantity, found in (
        ("wasted on average", waste),
        ("surplus (suppliers)", surplus),
        ("public outlay", -revenue),
        ("welfare", surplus + number_ball(funds) * revenue),
    ):
        ledger.number(name, quantity, found, close=_CLOSE)


def _indifferent(ledger: Ledger, g: Certificates, pieces: list[_Piece], mean: arb) -> None:
    """Check which type is as well off as without certificates."""
    name, quantity = "separating", "better off than without certificates from the type"

    def better(x: Fraction) -> arb:
        x = min(max(x, Fraction(g.low)), Fraction(g.high))
        return number_ball(x) - _price(g, number_ball(x)) * _level(g, pieces, x) - mean

    at = better(Fraction(g.high))
    if at > 0:
        claim = ledger.claimed(name, quantity)
        ledger.root(f"{name}, {quantity}", claim, better, None, Fraction(g.high))
        return
    ledger.word(name, quantity, "none" if at < 0 else None)


def _temptation(g: Certificates, pieces: list[_Piece]) -> arb:
    """Bound what types of a grid gain in the place of each other."""
    grid = [g.low + Fraction(k) * (g.high - g.low) / (_GRID - 1) for k in range(_GRID)]
    levels = [_level(g, pieces, x) for x in grid]
    most = arb(0)
    for own, level in zip(grid, levels, strict=True):
        price = _price(g, number_ball(own))
        for other, its in zip(grid, levels, strict=True):
            gain = number_ball(other - own) - price * (its - level)
            most = most.max(gain)
    return most
