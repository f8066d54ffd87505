r"""The independent checker of cheap talk, in whole fractions.

Steps
-----
1. *The receiver*: what it does after a message has to be the mean of the cell. The cuts are what is
   claimed; the actions are worked out from them.
2. *The sender*: a state t likes the action nearest to t + b best. Actions rise from cell to cell,
   so that no action is better than that of its own cell if neither neighbour's is; what a neighbour
   is better by is linear in t, and the largest of its values at both ends of a cell bounds it in
   the whole cell. At a cut both are equally good: the gain is exactly 0 from both sides.
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

from fractions import Fraction
from itertools import pairwise

from pigou.cheap_talk import CheapTalk
from pigou.check_claims import Claims, Ledger, StateCheck

__all__ = ["check_cheap_talk"]

_DELEGATION = "delegation"
_NOTHING = "none: nothing is told"


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
            gain = _temptation(cuts, bias)
            ledger.gain(gain)
            ledger.holds(f"{name}: no state likes another message", gain <= 0)
            _utilities(ledger, name, cuts, bias)
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


def _temptation(cuts: list[Fraction], bias: Fraction) -> Fraction:
    """Return the most that any state gains by a neighbouring message."""
    means = [(a + b) / 2 for a, b in pairwise(cuts)]
    most = Fraction(0)
    for at, ends in enumerate(pairwise(cuts)):
        for other in (at - 1, at + 1):
            if 0 <= other < len(means):
                # a difference of two squares
                apart, both = means[at] - means[other], means[at] + means[other] - 2 * bias
                most = max(most, *(apart * (both - 2 * state) for state in ends))
    return most


def _utilities(ledger: Ledger, name: str, cuts: list[Fraction], bias: Fraction) -> None:
    """Check expected utilities, from the moments of the state over each cell."""
    length = cuts[-1] - cuts[0]
    found = []
    for wish in (Fraction(0), bias):
        loss = Fraction(0)
        for a, b in pairwise(cuts):
            away = (a + b) / 2 - wish
            second, first = (a * a + a * b + b * b) / 3, (a + b) / 2
            loss += (b - a) * (away * away - 2 * away * first + second)
        found.append(-loss / length)
    for quantity, value in zip(
        ("utility (receiver)", "utility (sender)", "welfare"), (*found, sum(found)), strict=True
    ):
        ledger.number(name, quantity, value)
