r"""Segments of a policy range on which the number of first-order points is proved.

Steps
-----
1. The range is cut into segments. Tubes (`pigou.solvers.tubes`) are proved around the points that
   are known, one segment and one branch each.
2. Boxes of moves and strengths cover everything else. A box spans one segment or several; it is
   excluded where some g cannot be 0, or has the wrong sign at an end, for any of its moves and
   strengths (enclosures intersected with mean-value forms), or where the Krawczyk image for all
   its strengths misses it. A box whose labels are settled shrinks to that image.
3. A box within the core of a tube of its segment, with the same labels, holds no further solution
   and is done. A box that is left is split: into fewer segments where the strength makes more of
   the width of g than the moves do, else across a move (as in `pigou.solvers.branch_and_prune`).
4. From boxes of one segment that are left, Newton's method is run, and tubes are proved around new
   limits: branches that were not known, and ghosts.
5. A segment is *settled* once no box of it is left, and each of its tubes is counted or a ghost,
   and its counted tubes are told apart. A segment that resists is cut into four, with the boxes
   that are left in it, until it is narrower than asked for; then it stays open. So does what is
   left when a time limit is up.

Sources: those of `pigou.solvers.branch_and_prune` and `pigou.solvers.tubes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pigou.deadline import time_is_up
from pigou.solvers.first_order import FREE, INTERIOR, LOWER, UPPER
from pigou.solvers.fold_boxes import FoldBox
from pigou.solvers.intervals import Ends, Floats
from pigou.solvers.policy_cells import Cells, as_cells, counted_up, everything, split
from pigou.solvers.policy_system import (
    PolicySystem,
    Slopes,
    difference,
    preconditioned,
    row_sums,
)
from pigou.solvers.quick_intervals import add, multiply, scaled
from pigou.solvers.tubes import UNDECIDED, Tubes, prove

__all__ = ["Cover", "Known", "cover"]

_NARROWEST = 2.0**-26
_MOST_ROUNDS = 60
_MOST_IN_A_SEGMENT = 300
_MOST_AT_ONCE = 12_000
_SEARCH_EVERY = 3


Known: TypeAlias = tuple[Floats, NDArray[np.int8], NDArray[np.intp]]
"""Points (m + 1, n), their labels (m, n) and segments (n,)."""


class Cover(NamedTuple):
    """What is known of each segment.

    Attributes
    ----------
    settled : array of bool (segments,)
    tubes : Tubes
        All that were proved.
    rest : Cells
        The boxes that are left in segments that are not settled.
    boxes : int
        How many boxes were looked at.
    """

    settled: NDArray[np.bool_]
    tubes: Tubes
    rest: Cells
    boxes: int


def cover(
    system: PolicySystem,
    edges: Ends,
    cells: Cells,
    known: Known,
    lenient: NDArray[np.bool_] | None = None,
    tubes: Tubes | None = None,
    folds: Sequence[FoldBox] = (),
) -> Cover:
    """Prove where all first-order points are, segment by segment.

    Parameters
    ----------
    system : PolicySystem
    edges : pair of arrays (segments,)
        Their ends; the segments that a box spans have to follow each other without a gap.
    cells : Cells
        Outside of them there is no first-order point.
    known : triple of arrays (m + 1, n), (m, n), (n,)
        Points near first-order points, their labels and segments.
    lenient : array of bool (segments,), optional
        Segments in which a regular solution may be anywhere, and its sign anything: there only
        singular points are looked for.
    tubes : Tubes, optional
        Tubes that are proved already; and cores that are dealt with, as ghosts.
    folds : sequence of FoldBox
        Surroundings of folds, in which first-order points are known.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou.solvers.tubes import COUNTED
    >>> t, s = sp.symbols("t s", real=True)
    >>> system = PolicySystem([t], s, ["ann"], {"ann": (1 + s) * t / 4 - t**2 / 2})
    >>> edges = np.array([0.0]), np.array([1.0])
    >>> nothing = np.zeros((2, 0)), np.zeros((1, 0), dtype=np.int8), np.zeros(0, dtype=np.intp)
    >>> found = cover(system, edges, everything(1, [(0, 1)], 1), nothing)
    >>> found.settled, int((found.tubes.status == COUNTED).sum())
    (array([ True]), 1)
    """
    work = _Work(system, edges, lenient, tubes, folds)
    work.add(*known)
    with np.errstate(all="ignore"):
        for _ in range(_MOST_ROUNDS):
            if not cells.number or time_is_up():
                break
            cells = work.step(work.bounded(cells))
    return work.finish(work.given_up + ([cells] if cells.number else []))


class _Work:
    """One pass over some segments."""

    def __init__(
        self,
        system: PolicySystem,
        edges: Ends,
        lenient: NDArray[np.bool_] | None,
        tubes: Tubes | None,
        folds: Sequence[FoldBox],
    ):
        self.system, self.edges = system, edges
        self.tubes = Tubes.none(system.size) if tubes is None else tubes
        self.folds = [(fold, fold.spans(*edges)) for fold in folds]
        self.stuck = np.zeros(len(edges[0]), dtype=bool)
        self.lenient = self.stuck.copy() if lenient is None else lenient
        self.given_up: list[Cells] = []
        self.slots = np.full((len(edges[0]), 0), -1)
        self.looked, self.rounds = 0, 0
        loose = ~self.tubes.roomy | (self.tubes.status == UNDECIDED)
        self._give_up(self.tubes.segment[loose])
        self.tubes = self._apart_from_folds(self.tubes)
        self._drop_doubles()

    # -- tubes --------------------------------------------------------------------------------

    def add(self, points: Floats, labels: NDArray[np.int8], segments: NDArray[np.intp]) -> None:
        """Prove tubes around points; give up segments in which that fails."""
        if not len(segments):
            return
        found, proved = prove(self.system, points, labels, segments, self.edges)
        doubtful = [segments[~proved], found.segment[(found.status == UNDECIDED) | ~found.roomy]]
        self._give_up(np.concatenate(doubtful))
        self.tubes = self.tubes.joined(self._apart_from_folds(found))
        self._drop_doubles()

    def _apart_from_folds(self, tubes: Tubes) -> Tubes:
        """Leave out tubes whose solution is one next to a fold; give up where that is not known."""
        keep = np.ones(tubes.number, dtype=bool)
        for fold, spans in self.folds:
            near = (spans[tubes.segment] >= 0) & ~fold.misses(*tubes.hull, tubes.label)
            inside = near & fold.holds(*tubes.hull, tubes.label)
            self._give_up(tubes.segment[near & ~inside])
            keep &= ~inside
        return tubes.pick(keep)

    def _give_up(self, segments: NDArray[np.intp]) -> None:
        self.stuck[segments[~self.lenient[segments]]] = True

    def _drop_doubles(self) -> None:
        """Keep one of two tubes that hold the same solution; list the tubes of each segment."""
        keep: list[int] = []
        slots: list[list[int]] = [[] for _ in self.stuck]
        tubes = self.tubes
        for place in range(tubes.number):
            here = slots[tubes.segment[place]]
            same = [k for k in here if (tubes.label[:, keep[k]] == tubes.label[:, place]).all()]
            if any(self._is_one(keep[k], place) for k in same):
                continue
            here.append(len(keep))
            keep.append(place)
        self.tubes = tubes.pick(np.array(keep, dtype=np.intp))
        most = max((len(here) for here in slots), default=0)
        self.slots = np.array([here + [-1] * (most - len(here)) for here in slots]).reshape(
            len(slots), most
        )

    def _is_one(self, one: int, other: int) -> bool:
        """Whether two tubes hold the same solution; if that is not known, give up the segment."""
        core, hull = self.tubes.core, self.tubes.hull
        a, b = (hull[0][:, other], hull[1][:, other]), (hull[0][:, one], hull[1][:, one])
        if ((a[0] > b[1]) | (a[1] < b[0])).any():
            return False
        if (core[0][:, one] <= a[0]).all() and (a[1] <= core[1][:, one]).all():
            return True
        if (core[0][:, other] <= b[0]).all() and (b[1] <= core[1][:, other]).all():
            return True
        self._give_up(self.tubes.segment[[one]])
        return False

    # -- boxes --------------------------------------------------------------------------------

    def step(self, cells: Cells) -> Cells:
        """Look at boxes; return what is left to look at."""
        cells = self._leave_stuck(cells)
        if not cells.number:
            return cells
        self.looked += cells.number
        low = np.vstack([cells.low, self.edges[0][cells.first]])
        high = np.vstack([cells.high, self.edges[1][cells.last - 1]])
        over, at, centre = self.system.around(low, high)
        away = difference((low, high), (centre, centre))
        g = _sharpened(over, at, away)
        cells, keep = _pruned(cells, g, ~over.left)
        settled = (cells.label != FREE).all(axis=0) & keep & ~over.left & ~at.left
        unchanged = (cells.low == low[:-1]).all(axis=0) & (cells.high == high[:-1]).all(axis=0)
        norm = np.full(cells.number, np.inf)
        places = np.flatnonzero(settled & unchanged)
        if len(places):
            image, norm[places], excluded = _image(cells, over, at, centre, away, places)
            new_low = np.maximum(cells.low[:, places], image[0])
            new_high = np.minimum(cells.high[:, places], image[1])
            empty = excluded | (new_low > new_high).any(axis=0)
            keep[places[empty]] = False
            cells.low[:, places] = np.where(empty, cells.low[:, places], new_low)
            cells.high[:, places] = np.where(empty, cells.high[:, places], new_high)
        weight = _weights(over, low, high)
        before = (high - low)[:-1]
        cells, weight, norm, before = cells.pick(keep), weight[:, keep], norm[keep], before[:, keep]
        left = np.ones(cells.number, dtype=bool)
        held = [fold.holds(cells.low, cells.high, cells.label) for fold, _ in self.folds]
        near = np.logical_or.reduce([norm < 1, *held])
        many = cells.last - cells.first > 1
        weight[-1, near & many] = np.inf  # no use to split moves: what is in them is known
        single = np.flatnonzero(near)
        part, held = cells.pick(single), [one[single] for one in held]
        left[single] = ~self._covered(part, held)
        self.rounds += 1
        if self.rounds % _SEARCH_EVERY == 0 and self._search(cells, left & (norm < 1)):
            left[single] = ~self._covered(part, held)
        cells, weight, before = cells.pick(left), weight[:, left], before[:, left]
        return self._narrowed(cells, weight, before)

    def bounded(self, cells: Cells) -> Cells:
        """Give up the segments that have the most boxes, where there are too many boxes."""
        while cells.number > _MOST_AT_ONCE:
            share = np.zeros(len(self.stuck) + 1)
            np.add.at(share, cells.first, 1.0)
            np.add.at(share, cells.last, -1.0)
            worst = int(np.argmax(np.cumsum(share)[:-1]))
            out = (cells.first <= worst) & (worst < cells.last)
            for first, last in set(zip(cells.first[out].tolist(), cells.last[out].tolist(),
                                       strict=True)):  # fmt: skip
                self.stuck[first:last] = True
            self.given_up.append(cells.pick(out))
            cells = cells.pick(~out)
        return cells

    def _leave_stuck(self, cells: Cells) -> Cells:
        """Put aside the boxes of segments that are given up, and part boxes that span one."""
        single = cells.last - cells.first == 1
        out = single & self.stuck[cells.first]
        counts = np.bincount(cells.first[single], minlength=len(self.stuck))
        out |= single & (counts[cells.first] > _MOST_IN_A_SEGMENT)
        if out.any():
            self.stuck[cells.first[out]] = True
            self.given_up.append(cells.pick(out))
        return cells.pick(~out)

    def _covered(self, cells: Cells, held: Sequence[NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """Say which boxes lie, for each of their segments, in a core or a fold's surroundings."""
        length = cells.last - cells.first
        place = np.repeat(np.arange(cells.number), length)
        segment = np.repeat(cells.first, length) + counted_up(length)
        found = np.zeros(len(place), dtype=bool)
        core, label = self.tubes.core, self.tubes.label
        for slot in self.slots.T:
            left = np.flatnonzero(~found & (slot[segment] >= 0))
            tube, box = slot[segment[left]], place[left]
            within = (core[0][:, tube] <= cells.low[:, box]) & (
                cells.high[:, box] <= core[1][:, tube]
            )
            found[left] = (within & (label[:, tube] == cells.label[:, box])).all(axis=0)
        for inside, (_, spans) in zip(held, self.folds, strict=True):
            found |= (spans[segment] >= 0) & inside[place]
        return np.bincount(place[found], minlength=cells.number) == length

    def _search(self, cells: Cells, where: NDArray[np.bool_]) -> bool:
        """Look for solutions that are not known yet from the boxes that hold at most one."""
        places = np.flatnonzero(where & ~cells.tried & (cells.last - cells.first == 1))
        if not len(places):
            return False
        cells.tried[places] = True
        low, high = self.edges[0][cells.first[places]], self.edges[1][cells.first[places]]
        centre = (cells.low[:, places] + cells.high[:, places]) / 2
        start = np.vstack([centre, low + (high - low) / 2])
        labels = cells.label[:, places]
        points, arrived = self.system.newton(start, labels)
        near = (np.abs(points[:-1] - centre) <= 4 * (cells.high - cells.low)[:, places] + 0.05).all(
            axis=0
        )
        good = np.flatnonzero(arrived & near)
        keys = np.vstack([points[:-1].round(8), labels, cells.first[places][None]])[:, good]
        first = np.unique(keys, axis=1, return_index=True)[1]
        good = good[first]
        fresh = [k for k in good if not self._is_known(points[:-1, k], labels[:, k],
                                                       cells.first[places[k]])]  # fmt: skip
        self.add(points[:, fresh], labels[:, fresh], cells.first[places[fresh]])
        return bool(fresh)

    def _is_known(self, point: Floats, label: NDArray[np.int8], segment: int) -> bool:
        """Whether a solution is that of a tube."""
        for fold, spans in self.folds:
            column = point[:, None], point[:, None]
            if spans[segment] >= 0 and fold.holds(*column, label[:, None])[0]:
                return True
        for tube in self.slots[segment]:
            hull = self.tubes.hull
            inside = (hull[0][:, tube] <= point + 1e-9) & (point - 1e-9 <= hull[1][:, tube])
            if tube >= 0 and (self.tubes.label[:, tube] == label).all() and inside.all():
                return True
        return False

    def _narrowed(self, cells: Cells, weight: Floats, before: Floats) -> Cells:
        """Give up boxes that are too narrow; keep those that shrank; split the others."""
        width = (cells.high - cells.low).max(axis=0)
        single = cells.last - cells.first == 1
        narrow = single & (width < _NARROWEST)
        waiting = narrow & ~cells.tried & (self.rounds % _SEARCH_EVERY != 0)
        narrow &= ~waiting
        self.stuck[cells.first[narrow]] = True
        shrunk = waiting | (~narrow & (width < 0.6 * before.max(axis=0)) & single)
        if narrow.any():
            self.given_up.append(cells.pick(narrow))
        apart = ~narrow & ~shrunk
        return cells.pick(shrunk).joined(split(cells.pick(apart), weight[:, apart]))

    def finish(self, rest: list[Cells]) -> Cover:
        """Say which segments are settled, and join what is left in the others."""
        none = everything(self.system.size, [], 1)
        left = none.joined(*rest)
        for first, last in set(zip(left.first.tolist(), left.last.tolist(), strict=True)):
            self.stuck[first:last] = True
        again = self.tubes.pick(self.stuck[self.tubes.segment])
        left = left.joined(as_cells(again), *(self._region(*fold) for fold in self.folds))
        return Cover(~self.stuck, self.tubes, left, self.looked)

    def _region(self, fold: FoldBox, spans: NDArray[np.int8]) -> Cells:
        """Return the surroundings of a fold as boxes of the segments that are given up."""
        places = np.flatnonzero(self.stuck & (spans >= 0))
        n = len(places)
        low, high = (np.repeat(end[:, None], n, axis=1) for end in fold.region())
        label = np.repeat(np.array(fold.label, dtype=np.int8)[:, None], n, axis=1)
        return Cells(low, high, label, places, places + 1, np.zeros(n, dtype=bool))


def _sharpened(over: Slopes, at: Slopes, away: Ends) -> Ends:
    """Intersect g with its mean-value form in the moves and the strength."""
    g = add(at.g, row_sums(over.h, (away[0][:-1], away[1][:-1])))
    g = add(g, multiply(over.p, (away[0][-1:], away[1][-1:])))
    usable = ~(over.left | at.left)
    low = np.where(usable, np.maximum(over.g[0], g[0]), over.g[0])
    return low, np.where(usable, np.minimum(over.g[1], g[1]), over.g[1])


def _pruned(cells: Cells, g: Ends, known: NDArray[np.bool_]) -> tuple[Cells, NDArray[np.bool_]]:
    """Settle labels as far as the signs of g tell; say which boxes to keep."""
    low, high, label = cells.low.copy(), cells.high.copy(), cells.label.copy()
    rising, falling = (g[0] > 0) & known, (g[1] < 0) & known
    wrong = ((label == LOWER) & rising) | ((label == UPPER) & falling)
    wrong |= (label == INTERIOR) & (rising | falling)
    free = label == FREE
    up, down = free & rising & (high == 1), free & falling & (low == 0)
    wrong |= free & (rising | falling) & ~up & ~down
    label = np.where(up, UPPER, np.where(down, LOWER, label)).astype(np.int8)
    low, high = np.where(up, 1.0, low), np.where(down, 0.0, high)
    label[(label == FREE) & (low > 0) & (high < 1)] = INTERIOR
    return cells._replace(low=low, high=high, label=label), ~wrong.any(axis=0)


def _image(
    cells: Cells, over: Slopes, at: Slopes, centre: Floats, away: Ends, places: NDArray[np.intp]
) -> tuple[Ends, Floats, NDArray[np.bool_]]:
    """Return the Krawczyk image for all strengths of a box, its contraction, and what is excluded.

    Next to an inverse of the middle of h, g is multiplied by the left singular vector along which
    h is closest to 0: near a fold, where an inverse is of no use, it tells most.
    """
    inner = cells.label[:, places] == INTERIOR
    m, point = len(inner), centre[:-1, places]
    h = over.h[0][..., places], over.h[1][..., places]
    rows = np.concatenate(_preconditioners(h, inner), axis=0)
    p = over.p[0][:, places], over.p[1][:, places]
    moved = multiply(p, (away[0][-1:, places], away[1][-1:, places]))
    residual = add((at.g[0][:, places], at.g[1][:, places]), moved)
    start = np.vstack([point, np.zeros_like(point[:1])])
    image = add((start, start), preconditioned(rows, residual))
    both = scaled((h[0][None], h[1][None]), rows[:, :, None])
    matrix: Ends = both[0][:, 0], both[1][:, 0]
    for k in range(1, m):
        matrix = add(matrix, (both[0][:, k], both[1][:, k]))
    unit = np.eye(m + 1, m)[..., None] + np.zeros_like(matrix[0])
    matrix = add(matrix, (unit, unit))
    size = np.where(inner, np.maximum(np.abs(matrix[0][:m]), np.abs(matrix[1][:m])), 0.0)
    norm = np.where(inner, size.sum(axis=1), 0.0)
    step = np.where(inner, away[0][:-1, places], 0.0), np.where(inner, away[1][:-1, places], 0.0)
    image = add(image, row_sums(matrix, step))
    bad = np.isnan(image[0]) | np.isnan(image[1])
    image = np.where(bad, -np.inf, image[0]), np.where(bad, np.inf, image[1])
    excluded = np.asarray(((image[0][m:] > 0) | (image[1][m:] < 0)).any(axis=0))
    low, high = np.where(inner, image[0][:m], point), np.where(inner, image[1][:m], point)
    return (low, high), norm.max(axis=0), excluded


def _preconditioners(h: Ends, inner: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return as rows minus an inverse of the middle of h, and the left singular vector."""
    m = len(inner)
    middle = h[0] + (h[1] - h[0]) / 2
    both = inner[:, None] & inner[None, :]
    matrix = np.where(both & np.isfinite(middle), middle, 0.0)
    matrix = np.moveaxis(np.where(both, matrix, np.eye(m)[:, :, None]), 2, 0)
    left, size, right = np.linalg.svd(matrix)
    with np.errstate(all="ignore"):
        scale = np.where(size > 1e-200, 1 / size, 0.0)
    inverse = np.moveaxis(
        np.swapaxes(right, 1, 2) * scale[:, None, :] @ np.swapaxes(left, 1, 2), 0, 2
    )
    inverse = np.where(both & np.isfinite(inverse), inverse, 0.0)
    return -inverse, np.where(inner, left[:, :, -1].T, 0.0)[None]


def _weights(over: Slopes, low: Floats, high: Floats) -> Floats:
    """Return how much each move, and the strength, makes of the width of g (m + 1, n)."""
    width = high - low
    size = np.maximum(np.abs(over.h[0]), np.abs(over.h[1])).max(axis=0) * width[:-1]
    last = np.maximum(np.abs(over.p[0]), np.abs(over.p[1])).max(axis=0) * width[-1]
    return np.nan_to_num(np.vstack([size, last]), posinf=1e300)
