r"""A fold's surroundings: exactly two first-order points on one side of its strength, none beyond.

Let k be the move that changes most along the null vector at a proved fold :math:`(t^*, \sigma^*)`,
and :math:`\tau = t_k`. The other interior moves and the strength are written
:math:`t_j = t_j^* + w_j (\tau - \tau^*) + y_j` and :math:`\sigma = \sigma^* + y_\sigma`.

Steps
-----
1. For all :math:`\tau` within R of :math:`\tau^*` at once, the Krawczyk test of :math:`g_I = 0` in
   :math:`(y, y_\sigma)` within radii :math:`(r, r_\sigma)` proves exactly one solution for each
   :math:`\tau`: the branch is the graph of a function of :math:`\tau` there.
2. Its first derivatives z solve :math:`A z = -b`, with A the derivatives of :math:`g_I` by
   :math:`(t_j, \sigma)` and b those by :math:`\tau`; its second derivatives solve
   :math:`A z' = -D^2 g_I[(1, z), (1, z)]`. Both are enclosed over the whole box.
3. If the second derivative of :math:`\sigma` has one sign and is at least c in size, the strength
   turns once, at the fold, and at both ends of the graph it has moved by :math:`c R^2 / 2` at
   least. So a strength that is closer than that on this side belongs to exactly two points, and one
   within :math:`r_\sigma` of :math:`\sigma^*` on the other side to none. (The fold is within
   :math:`10^{-12}` of the middle, as its enclosure shows; the margins are larger by far.)
4. All points of the graph have to lie inside the unit box, with the right sign of g at every end
   that is taken; otherwise the box is not used.

Source: M. Golubitsky and D. Schaeffer (1985), Singularities and Groups in Bifurcation Theory, for
the reduction to one variable; the proof by enclosures follows R. Krawczyk (1969).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pigou.solvers.first_order import INTERIOR, LOWER
from pigou.solvers.folds import Event
from pigou.solvers.intervals import Ends, Floats
from pigou.solvers.policy_system import PolicySystem, difference, preconditioned, row_sums
from pigou.solvers.quick_intervals import add, multiply

__all__ = ["FoldBox", "fold_box"]

_REACH = 0.4 * 2.0 ** -np.arange(14)
_SHARES = np.array([1.0, 0.5, 0.25, 0.1])
_OFF = np.array([1.0, 0.25, 0.05])
_MOST, _BETTER = 30, 1.2
_WITHIN = 0.85  # so that the two points are not at the very ends of the graph


class FoldBox(NamedTuple):
    """The surroundings of a fold.

    Attributes
    ----------
    label : tuple of int
    place : int
        The move k.
    point, slope : array (m,)
        :math:`t^*` and w, w at k being 1.
    reach, radius : float
        R and r.
    hull : pair of arrays (m,)
        All points of the graph are here.
    two : pair of float
        Between these strengths, the fold's enclosure left out, there are exactly two points.
    none : pair of float
        Between these there is no point.
    """

    label: tuple[int, ...]
    place: int
    point: Floats
    slope: Floats
    reach: float
    radius: float
    hull: Ends
    two: tuple[float, float]
    none: tuple[float, float]

    def spans(self, low: Floats, high: Floats) -> NDArray[np.int8]:
        """Say how many points are on each of some segments: 2, 0, or -1 where that is not known.

        A segment with the fold itself, and otherwise within reach, gets 1.
        """
        pair = (self.two[0] <= low) & (high <= self.two[1])
        nothing = (self.none[0] <= low) & (high <= self.none[1])
        both = min(self.two[0], self.none[0]), max(self.two[1], self.none[1])
        within = (both[0] <= low) & (high <= both[1])
        return np.where(pair, 2, np.where(nothing, 0, np.where(within, 1, -1))).astype(np.int8)

    def region(self) -> Ends:
        """Return a box (m,) within the unit box that holds all boxes that it may hold."""
        inner = np.array(self.label) == INTERIOR
        size = np.where(inner, np.abs(self.slope) * self.reach + self.radius, 0.0)
        size[self.place] = self.reach
        low, high = self.point - size * (1 + 1e-9), self.point + size * (1 + 1e-9)
        return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)

    def holds(self, low: Floats, high: Floats, label: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Say which boxes (m, n) hold no other solution than those on the graph."""
        away = self._away(low, high)
        inner = np.array(self.label) == INTERIOR
        size = np.where(np.arange(len(inner)) == self.place, self.reach, self.radius)
        size = np.where(inner, size, np.inf)[:, None]
        same = (label == np.array(self.label)[:, None]).all(axis=0)
        return same & (-size <= away[0]).all(axis=0) & (away[1] <= size).all(axis=0)

    def misses(self, low: Floats, high: Floats, label: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Say which boxes hold no point of the graph."""
        apart = (low > self.hull[1][:, None]) | (high < self.hull[0][:, None])
        return apart.any(axis=0) | (label != np.array(self.label)[:, None]).any(axis=0)

    def _away(self, low: Floats, high: Floats) -> Ends:
        """Enclose y_j over boxes, and tau - tau* at k."""
        point = self.point[:, None]
        offset = difference((low, high), (point, point))
        slope = np.where(np.arange(len(self.slope)) == self.place, 0.0, self.slope)[:, None]
        moved = multiply((slope, slope), tuple(end[[self.place]] for end in offset))  # type: ignore[arg-type]
        return difference(offset, moved)


class _Graph(NamedTuple):
    """The equations around a fold, over boxes of several sizes (each row one box)."""

    system: PolicySystem
    label: tuple[int, ...]
    rows: list[int]
    place: int
    point: Floats
    slope: Floats
    inverse: Floats  # R, of A at the fold


def fold_box(system: PolicySystem, event: Event) -> FoldBox | None:
    """Prove the largest surroundings of a fold that will do; None if none does.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou.solvers.continuation import Turn
    >>> from pigou.solvers.folds import fold
    >>> t, s = sp.symbols("t s", real=True)
    >>> payoff = t**3 / 3 - t**2 / 2 + (s / 4 + sp.Rational(1, 8)) * t
    >>> system = PolicySystem([t], s, ["ann"], {"ann": payoff})
    >>> event = fold(system, Turn("fold", np.array([0.49, 0.51]), (INTERIOR,)))
    >>> box = fold_box(system, event)
    >>> box.two[0] < 0.47 and abs(box.two[1] - 0.5) < 1e-12 and box.none[1] > 0.59
    True
    """
    rows = [k for k, label in enumerate(event.label) if label == INTERIOR]
    if (event.moves[1] - event.moves[0]).max() > 1e-12:
        return None
    point = np.append((event.moves[0] + event.moves[1]) / 2, event.middle)
    slopes = system.at_point(point)[1][rows]
    null = np.linalg.svd(slopes[:, rows])[2][-1]
    largest = int(np.argmax(np.abs(null)))
    slope = np.zeros(system.size)
    slope[rows] = null / null[largest]
    others = [k for k in [*rows, system.size] if k != rows[largest]]
    inverse = np.asarray(np.linalg.pinv(slopes[:, others])[:, :, None], dtype=np.float64)
    graph = _Graph(system, event.label, rows, rows[largest], point, slope, inverse)
    with np.errstate(all="ignore"):
        return _largest(graph, event)


def _largest(graph: _Graph, event: Event) -> FoldBox | None:
    sizes = [(a, a * b, a * c) for a in _REACH for b in _SHARES for c in _OFF]
    reach, radius, off = (np.array(column) for column in zip(*sizes, strict=True))
    image, good = _branch(graph, reach, radius, off)
    places = np.flatnonzero(good)[:_MOST]
    if not len(places):
        return None
    reach, radius, off = reach[places], radius[places], off[places]
    hull, strengths = _hull(graph, reach, (image[0][:, places], image[1][:, places]))
    bend, right = _bend(graph, hull, strengths)
    found = None
    for k in np.flatnonzero(((bend[0] > 0) | (bend[1] < 0)) & right):
        size = float(min(abs(bend[0][k]), abs(bend[1][k])))
        rise = size / 2 * (reach[k] * (1 - 1e-5)) ** 2 * (1 - 1e-9)  # at both ends, at least
        room = float(off[k]) * (1 - 1e-6)
        two, none = min(_WITHIN * float(rise), room), room
        low, high = event.low, event.high
        up = (high, low + two), (high - none, low)
        down = (high - two, low), (high, low + none)
        pair, nothing = up if bend[0][k] > 0 else down
        least = 0.0 if found is None else _BETTER * (found.two[1] - found.two[0])
        if pair[1] - pair[0] > least:  # of about the same, that with the largest radius
            found = FoldBox(
                graph.label, graph.place, graph.point[:-1], graph.slope, float(reach[k]),
                float(radius[k]), (hull[0][:, k], hull[1][:, k]), pair, nothing,
            )  # fmt: skip
    return found


def _columns(graph: _Graph) -> list[int]:
    """Return the unknowns: the other interior moves, and the strength."""
    return [k for k in graph.rows if k != graph.place] + [graph.system.size]


def _full(graph: _Graph, tau: Ends, offset: Ends) -> Ends:
    """Enclose moves and strength: (m + 1, n)."""
    m = graph.system.size
    middle = np.full_like(tau[0], graph.point[graph.place])
    away = difference(tau, (middle, middle))
    low = np.repeat(graph.point[:, None], len(tau[0]), axis=1)
    high = low.copy()
    for place, k in enumerate(_columns(graph)):
        slope = np.full_like(middle, graph.slope[k] if k < m else 0.0)
        moved = add(multiply((slope, slope), away), (offset[0][place], offset[1][place]))
        low[k], high[k] = add((low[k], high[k]), moved)
    low[graph.place], high[graph.place] = tau
    return low, high


def _matrix(graph: _Graph, over: tuple[Ends, Ends, Ends]) -> tuple[Ends, Ends]:
    """Return A (p, p, n) and b (p, n) (step 2)."""
    m, columns = graph.system.size, _columns(graph)
    every = [np.concatenate([over[1][s], over[2][s][:, None]], axis=1) for s in (0, 1)]
    first = [e[np.ix_(graph.rows, columns)] for e in every]
    last = [e[graph.rows][:, graph.place] for e in every]
    assert every[0].shape[1] == m + 1
    return (first[0], first[1]), (last[0], last[1])


def _contracted(inverse: Floats, matrix: Ends, offset: Ends) -> tuple[Ends, Floats]:
    """Return (I - R A) times an offset (p, n), and the norm of I - R A."""
    p, n = offset[0].shape
    total: Ends = np.zeros((p, n)), np.zeros((p, n))
    norm = np.zeros((p, n))
    for k in range(p):
        column = preconditioned(-inverse, (matrix[0][:, k], matrix[1][:, k]))
        unit = np.repeat(np.eye(p)[:, [k]], n, axis=1)
        column = add(column, (unit, unit))
        norm += np.maximum(np.abs(column[0]), np.abs(column[1]))
        total = add(total, multiply(column, (offset[0][[k]], offset[1][[k]])))
    return total, norm.max(axis=0)


def _branch(
    graph: _Graph, reach: Floats, radius: Floats, off: Floats
) -> tuple[Ends, NDArray[np.bool_]]:
    """Make the test of step 1: return the images (p, n) and which pass."""
    p = len(graph.rows)
    size = np.vstack([np.tile(radius, (p - 1, 1)), off[None]])
    centre = graph.point[graph.place]
    tau = centre - reach, centre + reach
    low, high = _full(graph, tau, (-size, size))
    over = graph.system.enclosed(low, high)
    still = graph.system.enclosed(graph.point[:, None], graph.point[:, None])
    matrix, by_tau = _matrix(graph, (over.g, over.h, over.p))
    slope = graph.slope[_columns(graph)[:-1]][:, None]
    drift = by_tau
    if p > 1:
        part = matrix[0][:, :-1], matrix[1][:, :-1]
        drift = add(drift, row_sums(part, (slope, slope)))
    moved = multiply(drift, (-reach[None], reach[None]))
    residual = add((still.g[0][graph.rows], still.g[1][graph.rows]), moved)
    inverse = graph.inverse
    image = add(preconditioned(-inverse, residual), _contracted(inverse, matrix, (-size, size))[0])
    within = ((image[0] > -size) & (image[1] < size)).all(axis=0)
    return image, within & ~over.left & ~still.left


def _hull(graph: _Graph, reach: Floats, image: Ends) -> tuple[Ends, Ends]:
    """Return the boxes of moves (m, n) and of strengths (n,) that hold the graph."""
    centre = graph.point[graph.place]
    low, high = _full(graph, (centre - reach, centre + reach), image)
    return (low[:-1], high[:-1]), (low[-1], high[-1])


def _bend(graph: _Graph, hull: Ends, strengths: Ends) -> tuple[Ends, NDArray[np.bool_]]:
    """Enclose the second derivative of the strength along the graph; say which boxes count."""
    system, rows, columns = graph.system, graph.rows, _columns(graph)
    m, n = system.size, hull[0].shape[1]
    low, high = np.vstack([hull[0], strengths[0]]), np.vstack([hull[1], strengths[1]])
    over = system.enclosed(low, high)
    below, above, outside = system.second.intervals(low, high)
    matrix, by_tau = _matrix(graph, (over.g, over.h, over.p))
    first = _solved(graph, matrix, by_tau)
    direction = np.zeros((m + 1, n)), np.zeros((m + 1, n))
    for side in (0, 1):
        direction[side][columns] = first[side]
        direction[side][graph.place] = 1.0
    shape = (m, m, m + 1, n)
    second = below.reshape(shape)[rows], above.reshape(shape)[rows]
    curved: Ends = np.zeros((len(rows), n)), np.zeros((len(rows), n))
    for k in range(m):
        by = row_sums((second[0][:, k], second[1][:, k]), direction)
        step = direction[0][[k]], direction[1][[k]]
        curved = add(curved, multiply(by, step))
    curved = add(curved, _by_strength(graph, over.p, second, direction, (low, high)))
    bend = _solved(graph, matrix, curved)
    bad = over.left | outside
    size = np.where(bad, -np.inf, bend[0][-1]), np.where(bad, np.inf, bend[1][-1])
    return size, _feasible(graph, hull, over.g) & ~over.left


def _by_strength(graph: _Graph, p: Ends, second: Ends, direction: Ends, box: Ends) -> Ends:
    """Enclose the terms of the second derivative with the strength in first place."""
    m, rows = graph.system.size, graph.rows
    below, above, outside = graph.system.by_strength_twice.intervals(*box)
    twice = below[rows], above[rows]
    mixed = second[0][:, :, m], second[1][:, :, m]
    by = row_sums(mixed, (direction[0][:m], direction[1][:m]))
    last = direction[0][[m]], direction[1][[m]]
    total = add(multiply(by, last), multiply(multiply(twice, last), last))
    assert p[0].shape[0] == m
    return np.where(outside, -np.inf, total[0]), np.where(outside, np.inf, total[1])


def _solved(graph: _Graph, matrix: Ends, right: Ends) -> Ends:
    """Enclose the solutions of A z = -right over boxes."""
    inverse = graph.inverse
    start = preconditioned(-inverse, right)
    n = start[0].shape[1]
    point = (start[0] + start[1]) / 2
    residual = add(right, row_sums(matrix, (point, point)))
    away = preconditioned(-inverse, residual)
    norm = _contracted(inverse, matrix, (np.zeros_like(point), np.zeros_like(point)))[1]
    room = 1 - norm * (1 + 1e-12)
    size = np.maximum(np.abs(away[0]), np.abs(away[1])).max(axis=0)
    size = np.where(room > 0, size / np.where(room > 0, room, 1.0) * (1 + 1e-12), np.inf)
    assert len(size) == n
    return add((point, point), (-size[None] + 0 * point, size[None] + 0 * point))


def _feasible(graph: _Graph, hull: Ends, g: Ends) -> NDArray[np.bool_]:
    """Say in which boxes all points of the graph count (step 4)."""
    good = np.ones(hull[0].shape[1], dtype=bool)
    for k, label in enumerate(graph.label):
        if label == INTERIOR:
            good &= (hull[0][k] >= 0) & (hull[1][k] <= 1)
        else:
            good &= (g[1][k] <= 0) if label == LOWER else (g[0][k] >= 0)
    return good
