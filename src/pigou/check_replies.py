r"""What a player gains at most by another move: the independent checker's bound on deviations.

The rivals' moves are held, exactly or by enclosures. All of the player's own moves are compared, at
one alternative of its choices: the unit box of its continuous moves t, in cells.

1. A box on which the profile is a peak (`pigou.check_peaks`) needs no further look.
2. A cell is done if the payoff u there is below the equilibrium payoff, or if the slope in a move
   has one sign, so that no maximiser lies in it (but on a face at an end of the interval, which is
   kept). At kinks slopes are held by Clarke's generalised gradient.
3. Another point that does exactly as well keeps the cells around it from being done. Newton's
   method finds it; if it is a rational one, and a peak, the box around it is done too.

If all cells are done, the gain is at most 0; otherwise the cells left give a bound.

Sources: E. Hansen and G. W. Walster (2004), Global Optimization Using Interval Analysis, chapter
12; F. H. Clarke (1983), Optimization and Nonsmooth Analysis.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, ctx, fmpq

from pigou.branching import State, evaluate
from pigou.check_peaks import Cell, Reply, side_of
from pigou.errors import DeclarationError
from pigou.exact import Enclosure
from pigou.jets import PRECISION, Scalar, enclosure, is_known, value

__all__ = ["MOST_CELLS", "largest_gain"]

MOST_CELLS = 4_000
_FEW_CELLS = 60
_COARSE = 64
_NARROWEST = 2.0**-40
_MOST_PEAKS, _NEWTON_STEPS = 6, 8
_SIMPLE = 10**12
_HUGE = Fraction(10) ** 300


def largest_gain(
    reply: Reply, earned: Scalar, peak: Cell | None, most: int = MOST_CELLS, is_played: bool = False
) -> Enclosure:
    """Bound the largest gain over a payoff: exactly 0 where none is proved to be possible.

    Parameters
    ----------
    reply : Reply
    earned : scalar
        The payoff to compare with.
    peak : Cell, optional
        A box on which it is not exceeded.
    most : int, optional
        How many cells may be looked at.
    is_played : bool, optional
        Whether this alternative and the player's moves in the point are what it plays.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.declared import Declared
    >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
    >>> reply = Reply(Declared(game, {}), "a", {}, [fmpq(1, 4)])
    >>> largest_gain(reply, reply.earned(), reply.peak([fmpq(1, 4)]), is_played=True)
    Enclosure(0)
    """
    search = _Search(reply, earned, is_played)
    cells: deque[Cell] = deque([((0.0, 1.0),) * len(reply.own)])
    if peak is not None:
        cells = deque(_without(cells[0], peak))
    with ctx.workprec(_COARSE):
        looked = 0
        while cells and looked < (most if search.gained is None else _FEW_CELLS):
            looked += 1
            cell = cells.popleft()
            cells.extend(search.settle(cell))
            if search.found is not None:
                cells = deque(part for c in cells for part in _without(c, search.found))
                search.found = None
        left = [*cells, *search.open]
        bound = max((search.bound(cell) for cell in left), default=Fraction(0))
    sure = Enclosure.point(0) if search.gained is None else enclosure(search.gained)
    return Enclosure(sure.lower, max(bound, sure.upper))


class _Search:
    """What is known while the cells of one player are gone through."""

    def __init__(self, reply: Reply, earned: Scalar, is_played: bool):
        self.reply, self.earned, self.is_played = reply, earned, is_played
        self.ends = enclosure(earned)
        self.floor = earned
        self.gained: Scalar | None = None
        self.open: list[Cell] = []
        self.found: Cell | None = None
        self.tries = 0

    def settle(self, cell: Cell) -> list[Cell]:
        """Return what is left of a cell: nothing, a face, or its halves."""
        moving = [k for k, (low, high) in enumerate(cell) if low < high]
        middle = [arb(low + (high - low) / 2) for low, high in cell]
        if not moving:
            return self._corner(cell)
        jet, _ = self.reply.at([side_of(side) for side in cell], moving)
        if jet.value <= self.floor:
            return []
        there = value(evaluate(self.reply.tree, State(self._numbers(middle))))
        self._attained(there)
        sides = [side_of(cell[k]) - middle[k] for k in moving]
        bound = there
        for slope, side in zip(jet.slopes, sides, strict=True):
            bound = bound + slope * side
        if bound <= self.floor:
            return []
        for k, slope in zip(moving, jet.slopes, strict=True):
            if slope > 0 or slope < 0:
                return _face(cell, k, 1.0 if slope > 0 else 0.0)
        return self._halved(cell, moving, middle, there)

    def _numbers(self, box: Sequence[Scalar]) -> list[Scalar]:
        return self.reply.declared.numbers(self.reply.full(box))

    def _corner(self, cell: Cell) -> list[Cell]:
        """Compare the payoff at a single point, exactly where it is at the ends of intervals."""
        corner = [fmpq(int(low)) if low in (0.0, 1.0) else arb(low) for low, _ in cell]
        with ctx.workprec(PRECISION):
            there = value(evaluate(self.reply.tree, State(self._numbers(corner))))
            self._attained(there)
            same = self.is_played and all(
                self.reply.point[k] == t for k, t in zip(self.reply.own, corner, strict=True)
            )
            if not (same or there <= self.floor):
                self.open.append(cell)
        return []

    def _attained(self, there: Scalar) -> None:
        """Note a payoff that is more than what is earned for sure."""
        if is_known(there) and there > self.earned:
            with ctx.workprec(PRECISION):
                gain = there - self.earned
                if self.gained is None or gain > self.gained:
                    self.gained, self.floor = gain, there

    def _halved(
        self, cell: Cell, moving: Sequence[int], middle: Sequence[Any], there: Scalar
    ) -> list[Cell]:
        widest = max(moving, key=lambda k: cell[k][1] - cell[k][0])
        low, high = cell[widest]
        if high - low < _NARROWEST:
            self.open.append(cell)
            return []
        if high - low < 2.0**-5 and self.tries < _MOST_PEAKS and self.gained is None:
            self.tries += 1
            self.found = self._another_peak(moving, middle)
            if self.found is not None:
                return [cell]
        cut = low + (high - low) / 2
        return [(*cell[:widest], part, *cell[widest + 1 :]) for part in ((low, cut), (cut, high))]

    def _another_peak(self, moving: Sequence[int], start: Sequence[Any]) -> Cell | None:
        """Return a box around a rational point that is exactly as good (step 4)."""
        if not isinstance(self.earned, fmpq):
            return None
        with ctx.workprec(PRECISION):
            point = _newton(self.reply, moving, start)
            if point is None:
                return None
            there = value(evaluate(self.reply.tree, State(self._numbers(point))))
            if not isinstance(there, fmpq) or there > self.earned:
                return None
            return self.reply.peak(point)

    def bound(self, cell: Cell) -> Fraction:
        """Bound the gain in a cell."""
        box = [side_of(side) if side[0] < side[1] else arb(side[0]) for side in cell]
        there = value(evaluate(self.reply.tree, State(self._numbers(box))))
        try:
            return enclosure(there).upper - self.ends.lower
        except DeclarationError:
            return _HUGE


def _newton(reply: Reply, moving: Sequence[int], start: Sequence[Any]) -> list[Scalar] | None:
    """Go to a stationary point by Newton's method; return it if it is a simple fraction."""
    point = [t.mid() for t in start]
    for _ in range(_NEWTON_STEPS):
        jet, _ = reply.at(point, moving, second=True)
        size = len(moving)
        if jet.curves is None or not all(is_known(c) for row in jet.curves for c in row):
            return None
        rows = [[jet.curves[max(i, k)][min(i, k)] for k in range(size)] for i in range(size)]
        try:
            step = arb_mat(size, size, [arb(c) for row in rows for c in row]).solve(
                arb_mat(size, 1, [arb(s) for s in jet.slopes])
            )
        except (ZeroDivisionError, ValueError):
            return None
        for i, k in enumerate(moving):
            point[k] = (point[k] - step[i, 0]).mid()
            if not 0 <= point[k] <= 1:
                return None
    simple: list[Scalar] = []
    for t in point:
        near = enclosure(t).lower.limit_denominator(_SIMPLE)
        exact = fmpq(near.numerator, near.denominator)
        if not abs(t - exact) < arb(2) ** -100:
            return None
        simple.append(exact)
    return simple


def _face(cell: Cell, k: int, end: float) -> list[Cell]:
    """Return where in a cell a maximiser may be, if the payoff rises or falls in one move."""
    low, high = cell[k]
    return [(*cell[:k], (end, end), *cell[k + 1 :])] if low <= end <= high else []


def _without(cell: Cell, core: Cell) -> Iterator[Cell]:
    """Yield the parts of a cell outside the interior of a box, seen from the unit box."""
    sides = list(cell)
    for k, ((low, high), (a, b)) in enumerate(zip(cell, core, strict=True)):
        if high < a or b < low:
            yield tuple(sides)
            return
        if low < a:
            yield (*sides[:k], (low, a), *sides[k + 1 :])
        if b < high:
            yield (*sides[:k], (b, high), *sides[k + 1 :])
        sides[k] = (max(low, a), min(high, b))
