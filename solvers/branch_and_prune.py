r"""All solutions of a first-order system on the unit box, by branch and prune.

Steps
-----
1. Start from the unit box with every variable free. Enclose g, h and the objective over a batch of
   boxes, narrow them to best replies if there are many moves (`pigou.solvers.contraction`), and
   prune by signs (`pigou.solvers.first_order`). Where one player maximises one objective, boxes in
   which it stays below a value known to be attained are dropped: no global maximiser lies there.
2. Where every label is settled, take Y, an approximate inverse of the middle of h over the interior
   variables, and form the Krawczyk image :math:`K(X) = c - Y g(c) + (I - Y h(X))(X - c)`. It holds
   every solution in X: the box shrinks to :math:`X \cap K(X)`, or is dropped if that is empty.
3. If :math:`K(X)` is in the interior of X, it holds exactly one solution (Krawczyk 1969; Neumaier
   1990, Theorem 5.1.8). To prove one where it may lie on the common face of two boxes, Newton's
   method is run from the centre, and the test made for boxes of several sizes around its limit
   (epsilon-inflation, Rump 2010). The largest that passes is kept with the solution: a box within
   it with the same labels holds no other.
4. A box left over is split across its widest variable: in two; or, where it is free and touches one
   end, into the face at that end and the same box labelled interior. So a face is only looked at
   where a solution may lie on it, not each of the :math:`3^n`.
5. With kinks, a box that is narrow enough is split into those where a switch is 0, 1 and between.
   Switches between are never cut; Krawczyk's test narrows them.
6. Boxes that are too narrow, or left when the number of boxes is used up, are returned as open.

The order of work is fixed, so that an answer does not depend on the clock; only a time limit that
is asked for (`pigou.deadline`) ends a search earlier, between two batches of boxes.

Sources: R. Krawczyk (1969), Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken;
A. Neumaier (1990), Interval Methods for Systems of Equations; S. M. Rump (2010), Verification
methods; E. Hansen and G. W. Walster (2004), Global Optimization Using Interval Analysis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pigou.deadline import time_is_up
from pigou.solvers.contraction import FEW, contracted
from pigou.solvers.first_order import (
    FREE,
    INTERIOR,
    LOWER,
    UPPER,
    Boxes,
    FirstOrder,
    Values,
    prune,
    sharpened,
)
from pigou.solvers.intervals import Ends, Floats, add, multiply, scaled

__all__ = ["MOST_BOXES", "Exploration", "Isolated", "explore"]

MOST_BOXES = 30_000
_BATCH = 512
_NARROWEST = 2.0**-30
_CUT = 0.4921875
_SWITCHED = 0.3
_NEWTON_STEPS = 12
_SIZES = 4.0 ** -np.arange(24)


class Isolated(NamedTuple):
    """A solution: where it is, and the box in which it is the only one with these labels.

    Attributes
    ----------
    point : array
        A point near it.
    low, high : array
        The box. It may reach beyond the unit box, and so may the solution.
    label : tuple of int
    """

    point: Floats
    low: Floats
    high: Floats
    label: tuple[int, ...]

    def holds(self, boxes: Boxes) -> NDArray[np.bool_]:
        """Say which boxes lie in the box of this solution and have its labels."""
        same = (boxes.label == np.array(self.label)[:, None]).all(axis=0)
        above = (boxes.low >= self.low[:, None]).all(axis=0)
        return same & above & (boxes.high <= self.high[:, None]).all(axis=0)


class Exploration(NamedTuple):
    """What a search found.

    Attributes
    ----------
    roots : tuple of Isolated
    open : Boxes
        Boxes that may hold further solutions.
    boxes : int
        How many boxes were looked at.
    floor : float
        A value that the objective attains, where there is one.
    best : array or None
        Where it does.
    bound : float
        What the objective cannot exceed in the open boxes.
    """

    roots: tuple[Isolated, ...]
    open: Boxes
    boxes: int
    floor: float
    best: Floats | None
    bound: float


def explore(
    system: FirstOrder,
    floor: float = -np.inf,
    most: int = MOST_BOXES,
    wanted: Callable[[Boxes], NDArray[np.bool_]] | None = None,
) -> Exploration:
    """Find all solutions of a first-order system on the unit box.

    Parameters
    ----------
    system : FirstOrder
    floor : float
        A value of the objective that is known to be attained, if all maximise one objective; only
        where it may be more is looked at.
    most : int
        How many boxes to look at, at most.
    wanted : callable, optional
        A test of boxes (`pigou.solvers.symmetry`, `pigou.solvers.outdone`); those that fail it are
        left out of the search.

    Examples
    --------
    >>> import sympy as sp
    >>> x, y = sp.symbols("x y", real=True)
    >>> payoffs = [x * (1 - x - y), y * (1 - x - y)]
    >>> found = explore(FirstOrder([x, y], [0, 1], payoffs, False))
    >>> [root.point.round(9).tolist() for root in found.roots], found.open.number
    ([[0.333333333, 0.333333333]], 0)
    """
    search = _Search(system, floor)
    m = system.size
    queue = [Boxes(np.zeros((m, 1)), np.ones((m, 1)), np.full((m, 1), FREE, dtype=np.int8))]
    with np.errstate(all="ignore"):  # infinite and undefined ends are dealt with one by one
        while queue and search.looked < most and not time_is_up():
            boxes = queue.pop(0)
            while queue and boxes.number + queue[0].number <= _BATCH:
                boxes = boxes.joined(queue.pop(0))
            children = search.step(boxes)
            children = children if wanted is None else children.pick(wanted(children))
            queue += [children.pick(part) for part in _parts(children.number)]
        return search.finish(queue)


def _parts(number: int) -> list[NDArray[np.intp]]:
    places = np.arange(number)
    return [places[k : k + _BATCH] for k in range(0, number, _BATCH)]


class _Search:
    """One search: the solutions so far, and the boxes given up."""

    def __init__(self, system: FirstOrder, floor: float):
        self.system, self.floor, self.given = system, floor, floor
        self.best: Floats | None = None
        self.roots: list[Isolated] = []
        self.given_up: list[Boxes] = []
        self.looked = 0
        self.narrows = system.curved and not system.switches and system.moves > FEW

    def step(self, boxes: Boxes) -> Boxes:
        """Look at a batch of boxes; return what is left to look at."""
        self.looked += boxes.number
        values, centre = self.system.values(boxes), self.system.at_moves(boxes)
        values = sharpened(self.system, boxes, values, centre)
        keep = self._worth_it(boxes, values, centre)
        before = boxes.high - boxes.low
        if self.narrows:
            boxes, possible = contracted(self.system, boxes, values, centre)
            keep &= possible
        boxes, possible = prune(self.system, boxes, values)
        keep &= possible
        moved = (boxes.high - boxes.low < before).any(axis=0)
        for root in self.roots:
            keep &= ~root.holds(boxes)
        settled = keep & ~moved & ~values.left & (boxes.label != FREE).all(axis=0)
        for one, other in self.system.tangles:
            settled &= (boxes.label[one] != INTERIOR) | (boxes.label[other] != INTERIOR)
        left = [boxes.pick(keep & ~settled & ~moved), boxes.pick(keep & moved)]
        if settled.any():
            inside, shrunk = self._newton(boxes.pick(settled), _selected(settled, values))
            left = [left[0].joined(inside), left[1].joined(shrunk)]
        return left[1].joined(self._split(self._narrow(left[0])))

    def _worth_it(self, boxes: Boxes, values: Values, centre: Values) -> NDArray[np.bool_]:
        """Drop boxes in which the objective stays below a value that is attained."""
        if values.objective is None or centre.objective is None:
            return np.ones(boxes.number, dtype=bool)
        unsure = centre.left | ~self._as_kinks_have_it(boxes, centre)
        attained = np.where(unsure, -np.inf, centre.objective[0])
        top = int(np.argmax(attained))
        if attained[top] > self.floor:
            self.floor, self.best = float(attained[top]), boxes.centre[:, top]
        return values.left | self._may_be_more(values.objective[1])

    def _as_kinks_have_it(self, boxes: Boxes, centre: Values) -> NDArray[np.bool_]:
        """Say where the switches of a box are right at its centre: the objective is attained there.

        A box that is searched for solutions with a switch at 0 may reach beyond the kink.
        """
        m = self.system.moves
        low, high, kink = boxes.low[m:], boxes.high[m:], (centre.g[0][m:], centre.g[1][m:])
        right = (low == 0) & (high == 1)
        right |= ((high == 0) & (kink[1] <= 0)) | ((low == 1) & (kink[0] >= 0))
        whole: NDArray[np.bool_] = right.all(axis=0)
        return whole

    def _may_be_more(self, most: Floats) -> NDArray[np.bool_]:
        """Say where the objective may be as large as what is attained, and more than was given."""
        return (most >= self.floor) & (most > self.given)

    def _newton(self, boxes: Boxes, values: Values) -> tuple[Boxes, Boxes]:
        """Apply the Krawczyk image: return boxes to split, and boxes that have shrunk enough."""
        image, norm = krawczyk(boxes, values, self.system.at_centre(boxes))
        low, high = np.maximum(boxes.low, image[0]), np.minimum(boxes.high, image[1])
        keep = (low <= high).all(axis=0)
        promising = norm < 1
        if self.system.switches:  # a switch may be wide where the moves are narrow
            inner, width = boxes.label == INTERIOR, boxes.high - boxes.low
            promising |= ~(inner & (image[1] - image[0] > 0.9 * width + 1e-12)).any(axis=0)
        for k in np.flatnonzero(keep & promising):
            label = tuple(int(part) for part in boxes.label[:, k])
            self._prove(boxes.centre[:, k], label, float((boxes.high - boxes.low)[:, k].max()))
        low, high = np.where(keep, low, boxes.low), np.where(keep, high, boxes.high)
        narrower = Boxes(low, high, boxes.label)
        for root in self.roots:
            keep &= ~root.holds(narrower)
        shrunk = self._much_narrower(boxes.high - boxes.low, narrower.high - narrower.low)
        return narrower.pick(keep & ~shrunk), narrower.pick(keep & shrunk)

    def _much_narrower(self, before: Floats, after: Floats) -> NDArray[np.bool_]:
        """Say which boxes are, in their moves or in their switches."""
        m = self.system.moves
        shrunk: NDArray[np.bool_] = after[:m].max(axis=0) < 0.6 * before[:m].max(axis=0)
        if m < self.system.size:
            shrunk |= after[m:].max(axis=0) < 0.6 * before[m:].max(axis=0)
        return shrunk

    def _prove(self, start: Floats, label: tuple[int, ...], width: float) -> None:
        """Run Newton's method; prove a solution around its limit, in as large a box as will do."""
        inner = np.array(label) == INTERIOR
        point = np.where(np.array(label) == LOWER, 0.0, np.where(inner, start, 1.0))
        for _ in range(_NEWTON_STEPS if inner.any() else 0):
            g, h = self.system.slopes(point)
            if not (np.isfinite(g).all() and np.isfinite(h).all()):
                return
            step = np.zeros_like(point)
            step[inner] = np.linalg.lstsq(h[np.ix_(inner, inner)], g[inner], rcond=None)[0]
            point = point - step
            if np.abs(step).max() < 1e-15:
                break
        if any(self._is_in(root, point, label) for root in self.roots):
            return
        radius = np.outer(inner, 2 * max(width, 1e-9) * _SIZES)
        labels = np.repeat(np.array(label, dtype=np.int8)[:, None], len(_SIZES), axis=1)
        boxes = Boxes(point[:, None] - radius, point[:, None] + radius, labels)
        values, centre = self.system.values(boxes), self.system.at_centre(boxes)
        image, _ = krawczyk(boxes, values, centre)
        within = (boxes.low < image[0]) & (image[1] < boxes.high)
        proved = (within | ~inner[:, None]).all(axis=0) & ~values.left & ~centre.left
        if proved.any():
            largest = int(np.flatnonzero(proved)[0])
            root = Isolated(point, boxes.low[:, largest], boxes.high[:, largest], label)
            again = Boxes(image[0][:, [largest]], image[1][:, [largest]], labels[:, [largest]])
            if not any(known.holds(again).all() for known in self.roots):
                self.roots.append(root)

    @staticmethod
    def _is_in(root: Isolated, point: Floats, label: tuple[int, ...]) -> bool:
        """Whether Newton's method went to a solution that is known, well within its box."""
        margin = (root.high - root.low) / 8
        inside = (root.low + margin <= point) & (point <= root.high - margin)
        return root.label == label and bool(inside.all())

    def _narrow(self, boxes: Boxes) -> Boxes:
        """Give up boxes that are too narrow to be split, and have no switch to be settled."""
        m = self.system.moves
        narrow = (boxes.high[:m] - boxes.low[:m]).max(axis=0) < _NARROWEST
        narrow &= (boxes.label[m:] != FREE).all(axis=0)
        if narrow.any():
            self.given_up.append(boxes.pick(narrow))
        return boxes.pick(~narrow)

    def _split(self, boxes: Boxes) -> Boxes:
        """Split boxes across their widest variable, or settle a switch."""
        m = self.system.moves
        if m == self.system.size:
            return self._halved(boxes)
        width = (boxes.high[:m] - boxes.low[:m]).max(axis=0)
        open_ = boxes.label[m:] == FREE
        switched = open_.any(axis=0) & (width < _SWITCHED)
        halves = self._halved(boxes.pick(~switched))
        boxes = boxes.pick(switched)
        row, places = m + np.argmax(open_[:, switched], axis=0), np.arange(boxes.number)
        zero, one, between = boxes.copy(), boxes.copy(), boxes.copy()
        zero.label[row, places], zero.high[row, places] = LOWER, 0.0
        one.label[row, places], one.low[row, places] = UPPER, 1.0
        between.label[row, places] = INTERIOR
        return zero.joined(one, between, halves)

    def _halved(self, boxes: Boxes) -> Boxes:
        """Split boxes across their widest variable."""
        m, places = self.system.moves, np.arange(boxes.number)
        axis = np.argmax(boxes.high[:m] - boxes.low[:m], axis=0)
        low, high = boxes.low[axis, places], boxes.high[axis, places]
        free = boxes.label[axis, places] == FREE
        face = free & ((low == 0) != (high == 1))
        cut = low + _CUT * (high - low)
        first, second = boxes.copy(), boxes.copy()
        first.high[axis, places] = np.where(face, np.where(low == 0, 0.0, high), cut)
        first.low[axis, places] = np.where(face & (high == 1), 1.0, low)
        second.low[axis, places] = np.where(face, low, cut)
        end = np.where(low == 0, LOWER, UPPER)
        first.label[axis, places] = np.where(face, end, boxes.label[axis, places])
        second.label[axis, places] = np.where(face, INTERIOR, boxes.label[axis, places])
        return first.joined(second)

    def finish(self, queue: list[Boxes]) -> Exploration:
        """Say what was found and what is left, once more without what has been settled since."""
        m = self.system.size
        none = Boxes(np.zeros((m, 0)), np.zeros((m, 0)), np.zeros((m, 0), dtype=np.int8))
        rest = none.joined(*queue, *self.given_up)
        bound = -np.inf
        if rest.number:
            values = self.system.values(rest)
            keep = np.ones(rest.number, dtype=bool)
            for root in self.roots:
                keep &= ~root.holds(rest)
            if values.objective is not None:
                keep &= values.left | self._may_be_more(values.objective[1])
                bound = float(np.max(values.objective[1], where=keep, initial=-np.inf))
            rest = rest.pick(keep)
        return Exploration(tuple(self.roots), rest, self.looked, self.floor, self.best, bound)


def _selected(which: NDArray[np.bool_], values: Values) -> Values:
    g, h = ((e[0][..., which], e[1][..., which]) for e in (values.g, values.h))
    return Values(g, h, None, values.left[which])


def krawczyk(boxes: Boxes, values: Values, centre: Values) -> tuple[Ends, Floats]:
    r"""Return the Krawczyk image of boxes whose labels are settled, and a bound on its contraction.

    The bound is that on the row sums of :math:`|I - Y h(X)|`: below 1, the box holds at most one
    solution. Variables at an end stay there.
    """
    m, n = boxes.low.shape
    inner = boxes.label == INTERIOR
    middle = values.h[0] + (values.h[1] - values.h[0]) / 2
    both = inner[:, None] & inner[None, :]
    middle = np.where(both & np.isfinite(middle), middle, 0.0)
    size = np.abs(middle).max(axis=(0, 1))
    size = np.where(size > 0, size, 1.0)
    inverse = _inverses(np.where(both, middle / size, np.eye(m)[:, :, None])) / size
    point, offset = boxes.centre, boxes.offset
    norm = np.zeros((m, n))
    ends = np.empty((m, n)), np.empty((m, n))
    for i in range(m):
        row = np.where(inner, inverse[i], 0.0)
        image = add((point[i], point[i]), _row_times(-row, centre.g))
        for k in range(m):
            entry = _row_times(-row, (values.h[0][:, k], values.h[1][:, k]))
            entry = add(entry, (np.full(n, float(i == k)),) * 2)
            size = np.maximum(np.abs(entry[0]), np.abs(entry[1]))
            size = np.where(inner[i] & inner[k], size, 0.0)
            norm[i] = add((norm[i], norm[i]), (size, size))[1]
            part = multiply(entry, (offset[0][k], offset[1][k]))
            image = add(image, tuple(np.where(inner[k], e, 0.0) for e in part))  # type: ignore[arg-type]
        ends[0][i] = np.where(inner[i], image[0], point[i])
        ends[1][i] = np.where(inner[i], image[1], point[i])
    undefined = values.left | centre.left
    ends = np.where(undefined, -np.inf, ends[0]), np.where(undefined, np.inf, ends[1])
    return ends, np.where(undefined, np.inf, norm.max(axis=0))


def _inverses(matrices: Floats) -> Floats:
    """Invert matrices (m, m, boxes) approximately; any matrix will do where there is no inverse."""
    stacked = np.moveaxis(matrices, 2, 0)
    singular = np.abs(np.linalg.det(stacked)) < 1e-200
    stacked = np.where(singular[:, None, None], np.eye(stacked.shape[1]), stacked)
    try:
        result = np.linalg.inv(stacked)
    except np.linalg.LinAlgError:
        result = np.linalg.pinv(stacked)
    return np.moveaxis(np.where(np.isfinite(result), result, 0.0), 0, 2)


def _row_times(row: Floats, ends: Ends) -> Ends:
    """Multiply rows of doubles (m, boxes) by intervals (m, boxes), and sum."""
    total: Ends = (np.zeros(row.shape[1]), np.zeros(row.shape[1]))
    for k in range(row.shape[0]):
        total = add(total, scaled((ends[0][k], ends[1][k]), row[k]))
    return total
