r"""The independent checker of cheap talk, in whole fractions.

Steps
-----
1. *The receiver*: what it does after a message has to be the mean of the cell. The cuts are what is
   claimed; the actions are worked out from them.
2. *The sender*: a state t likes the action nearest to t + b best. Actions rise from cell to cell,
   so that no action is better than that of its own cell if neither neighbour's is; what the higher
   of two actions is better by rises in t, and is linear: it is largest at the cut, for the states
   below it, and so is the contrary for those above. At a cut both are equally good.
3. *No other partition with N cells*: from a first cell of width w the receiver's and the sender's
   conditions give one cell after the other; all cuts are linear in w, so that at most one w ends at
   the highest state. It is solved for, and the claim has to be it.
4. *None with more cells*: each cell differs in width from the one before by the same amount, found
   from the conditions. With N + 1 cells, the smallest one of width 0, all together already fill
   the interval; further cells add to that.
5. Utilities are means of squares from the moments of the state over each cell.

Source: Crawford and Sobel (1982), Econometrica 50:1431-1451, whose conditions these are.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

from pigou.cheap_talk import CheapTalk
from pigou.check_claims import Claims, Ledger, StateCheck

__all__ = ["check_cheap_talk"]

_DELEGATION = "delegation"
_NOTHING = "none: nothing is told"
_UTILITIES = ("utility (receiver)", "utility (sender)", "welfare")


def check_cheap_talk(game: CheapTalk, claims: Claims) -> StateCheck:
    """Check all partitions, that there are no others, and the benchmark of delegation.

    Parameters
    ----------
    game : CheapTalk
        With numbers in the place of parameters.
    claims : Claims
        Of the outcomes ``1 message``, ``2 messages`` ... and ``delegation``.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> claims = {one.name: one.quantities for one in measure(load("dialogue")).outcomes}
    >>> check_cheap_talk(CheapTalk("dialogue", "1/10").at(), claims).confirmed
    True
    >>> check_cheap_talk(CheapTalk("dialogue", "1/11").at(), claims).confirmed
    False
    """
    ledger = Ledger(claims)
    bias, low, high = Fraction(game.bias), Fraction(game.low), Fraction(game.high)
    names = [name for name in claims if name != _DELEGATION]
    numbers = [_cells(name) for name in names]
    most = len(numbers)
    listed = numbers == list(range(1, most + 1)) and most > 0
    ledger.holds("there is one equilibrium for each number of messages from 1 on", listed)
    if not listed:
        return ledger.verdict()
    for name, cells in zip(names, numbers, strict=True):
        cuts = _read(claims[name].get("cuts between messages"), low, high)
        ledger.word(name, "cuts between messages", _told(_only(cells, bias, low, high)))
        if cuts is not None and len(cuts) == cells + 1:
            gain, utilities = _measured(cuts, bias)
            ledger.gain(gain)
            ledger.holds(f"{name}: no state likes another message", gain <= 0)
            for quantity, value in zip(_UTILITIES, (*utilities, sum(utilities)), strict=True):
                ledger.number(name, quantity, value)
    # the smallest cell of width 0, and each of the others wider than the one before by as much
    step = abs(_only_step(bias))
    ledger.holds("there is no equilibrium with more messages", _room(most + 1, step) >= high - low)
    ledger.word(_DELEGATION, "cuts between messages", "the sender decides")
    for who, wish in (("receiver", bias), ("sender", Fraction(0))):
        ledger.number(_DELEGATION, f"utility ({who})", -(wish**2))
    ledger.number(_DELEGATION, "welfare", -(bias**2))
    return ledger.verdict()


def _cells(name: str) -> int:
    count = name.split(" ", 1)[0]
    return int(count) if count.isdecimal() else 0


def _read(cuts: object, low: Fraction, high: Fraction) -> list[Fraction] | None:
    """Read the cuts between messages."""
    if cuts == _NOTHING:
        return [low, high]
    try:
        inner = [Fraction(part) for part in str(cuts).split(", ")]
    except (ValueError, ZeroDivisionError):
        return None
    found = [low, *inner, high]
    return found if all(a < b for a, b in pairwise(found)) else None


def _told(cuts: list[Fraction] | None) -> str | None:
    if cuts is None:
        return "no such equilibrium"
    return ", ".join(str(cut) for cut in cuts[1:-1]) or _NOTHING


def _next_width(width: Fraction, bias: Fraction) -> Fraction:
    """Return how wide the cell after a cell of some width is, with the cut between them at 0."""
    before = -width / 2  # what the receiver does in the first cell
    after = 2 * bias - before  # as far above the sender's wish at the cut as the other is below
    return 2 * after  # the cell of which that is the mean


def _only_step(bias: Fraction) -> Fraction:
    return _next_width(Fraction(1), bias) - 1


def _room(cells: int, step: Fraction) -> Fraction:
    """Return how much the cells take together if the smallest has no width."""
    total = width = Fraction(0)
    for _ in range(cells - 1):
        width += step
        total += width
    return total


def _only(cells: int, bias: Fraction, low: Fraction, high: Fraction) -> list[Fraction] | None:
    """Return the only cuts with so many cells that satisfy all conditions; None if there are none.

    Widths are followed as linear functions of the first: by their values at 0 and at 1.
    """
    from_0, from_1 = Fraction(0), Fraction(1)
    sums = [Fraction(0), Fraction(1)]
    for _ in range(cells - 1):
        from_0, from_1 = _next_width(from_0, bias), _next_width(from_1, bias)
        sums = [sums[0] + from_0, sums[1] + from_1]
    width = (high - low - sums[0]) / (sums[1] - sums[0])
    cuts = [low]
    for _ in range(cells):
        if width <= 0:
            return None
        cuts.append(cuts[-1] + width)
        width = _next_width(width, bias)
    return cuts


def _measured(cuts: list[Fraction], bias: Fraction) -> tuple[Fraction, list[Fraction]]:
    """Return the most that any state gains by another message, and the expected utilities.

    All is counted in whole multiples of a unit that cuts, means of cells and the bias have.
    """
    unit = 2 * math.lcm(bias.denominator, *(cut.denominator for cut in cuts))
    ends, wish = [int(cut * unit) for cut in cuts], int(bias * unit)
    means = [(a + b) // 2 for a, b in pairwise(ends)]
    most = 0
    for cut, (below, above) in zip(ends[1:-1], pairwise(means), strict=True):
        liked = cut + wish
        most = max(most, abs((below - liked) ** 2 - (above - liked) ** 2))
    length = ends[-1] - ends[0]
    squares = Fraction(ends[0] ** 2 + ends[0] * ends[-1] + ends[-1] ** 2, 3)
    utilities = []
    for away in (0, wish):
        loss = 0  # without the mean square of the state
        for mean, (a, b) in zip(means, pairwise(ends), strict=True):
            loss += (b - a) * ((mean - away) ** 2 - 2 * (mean - away) * mean)
        utilities.append(-(squares + Fraction(loss, length)) / unit**2)
    return Fraction(most, unit**2), utilities
