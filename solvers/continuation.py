r"""Branches of first-order points along a policy, by pseudo-arclength continuation, in doubles.

On an *arc* the labels of all moves stay the same (interior, at the lower or the upper end). The
interior moves and the strength solve :math:`g_I(t_I, \sigma) = 0`, a curve.

Steps
-----
1. From a point of the curve, step along its tangent (the null vector of
   :math:`[h_{II} \mid p_I]`), bent as it was in the last step, and return to it by Newton's method
   in the hyperplane across the tangent (pseudo-arclength; H. B. Keller 1977). The step is halved
   where that fails or the curve bends by much, and grows where it does not.
2. An arc ends where the strength leaves [0, 1], where an interior move reaches an end of its
   interval, or where the derivative at an end changes its sign: the place is found by Newton's
   method, and the arc with the other label is followed from there.
3. A *fold* is where the strength turns back along an arc, a *crossing* where
   :math:`\det h_{II}` changes its sign and the strength does not turn: another branch passes there.
   Both are found along the chord by false position.
4. A point is *stable* if all eigenvalues of :math:`h_{II}` have negative real parts: with each move
   adjusted in the direction in which its owner's payoff rises, :math:`\dot t_k = g_k`, small
   deviations die out (J. Hofbauer and K. Sigmund 1990; moves at an end stay there).

Nothing here is proved: it says where to look, and what to draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pigou.deadline import time_is_up
from pigou.solvers.first_order import INTERIOR, LOWER, UPPER
from pigou.solvers.intervals import Floats
from pigou.solvers.policy_system import PolicySystem

__all__ = ["Arc", "Turn", "follow"]

_LONGEST, _SHORTEST, _FIRST = 0.15, 1e-5, 0.04
_MOST_POINTS = 400
_BEND = 0.92
_CLOSE = 1e-6
_ARRIVED = 1e-7  # after which a step of Newton's method leaves an error of about its square
_MOST_ARCS = 60


class Turn(NamedTuple):
    """Something that happens on a branch.

    Attributes
    ----------
    kind : str
        ``"fold"``, ``"crossing"`` or ``"boundary"``.
    point : array (m + 1,)
        Moves and strength.
    label : tuple of int
        The labels of the arc.
    moves : tuple of int
        At a boundary: which moves reach or leave an end there.
    """

    kind: str
    point: Floats
    label: tuple[int, ...]
    moves: tuple[int, ...] = ()


class Arc(NamedTuple):
    """Points of a branch with the same labels.

    Attributes
    ----------
    points : array (m + 1, n)
        In the order along the branch.
    label : tuple of int
    stable : array of bool (n,)
    turns : tuple of Turn
    """

    points: Floats
    label: tuple[int, ...]
    stable: NDArray[np.bool_]
    turns: tuple[Turn, ...]


def follow(system: PolicySystem, starts: Sequence[Floats]) -> tuple[Arc, ...]:
    """Follow the branches through some first-order points, each once.

    Parameters
    ----------
    system : PolicySystem
    starts : sequence of array (m + 1,)

    Examples
    --------
    >>> import sympy as sp
    >>> t, s = sp.symbols("t s", real=True)
    >>> system = PolicySystem([t], s, ["ann"], {"ann": 2 * s * t - t**2 / 2})
    >>> arcs = follow(system, [np.array([0.5, 0.25])])
    >>> [(arc.label, arc.points[:, [0, -1]].round(9).tolist()) for arc in arcs]
    [((3,), [[0.0, 1.0], [0.0, 0.5]]), ((2,), [[1.0, 1.0], [0.5, 1.0]])]
    """
    m = system.size
    queue = [(point, _label(point[:m])) for point in starts]
    arcs: list[Arc] = []
    while queue and len(arcs) < _MOST_ARCS and not time_is_up():
        point, label = queue.pop(0)
        if _is_on(system, arcs, point, label):
            continue
        arc, onwards = _Tracer(system, label).arc(point)
        if arc is not None:
            arcs.append(arc)
            queue += onwards
    return tuple(arcs)


def _label(moves: Floats) -> tuple[int, ...]:
    return tuple(LOWER if t <= 0 else UPPER if t >= 1 else INTERIOR for t in moves)


def _is_on(
    system: PolicySystem, arcs: Sequence[Arc], point: Floats, label: tuple[int, ...]
) -> bool:
    """Whether a point lies on an arc that is known: Newton's method from its chord leads there."""
    tracer = _Tracer(system, label)
    for arc in arcs:
        if arc.label != label:
            continue
        levels = arc.points[-1] - point[-1]
        for k in np.flatnonzero(levels[:-1] * levels[1:] <= 0):
            a, b = arc.points[:, k], arc.points[:, k + 1]
            share = 0.5 if levels[k] == levels[k + 1] else levels[k] / (levels[k] - levels[k + 1])
            guess = a + share * (b - a)
            if np.abs(guess - point).max() > _LONGEST:
                continue
            limit = tracer.placed(guess, system.size, point[-1])
            if limit is not None and np.abs(limit - point).max() < _CLOSE:
                return True
        if np.abs(arc.points - point[:, None]).max(axis=0).min() < _CLOSE:
            return True
    return False


class _Tracer:
    """Follows one arc."""

    def __init__(self, system: PolicySystem, label: tuple[int, ...]):
        self.system, self.label = system, label
        m = system.size
        self.inner = [k for k in range(m) if label[k] == INTERIOR]
        self.free = [*self.inner, m]
        self._places = np.ix_(self.inner, self.free)
        self._known: tuple[bytes, tuple[Floats, Floats]] = b"", (np.zeros(0), np.zeros(0))

    def arc(self, start: Floats) -> tuple[Arc | None, list[tuple[Floats, tuple[int, ...]]]]:
        """Follow the arc both ways; return it, and where other arcs start."""
        one, first = self._way(start, 1.0)
        other, second = self._way(start, -1.0)
        points = [*other[::-1], start, *one]
        if len(points) < 2:
            return None, []
        turns = [turn for turn in (*second[::-1], *first) if turn is not None]
        onwards = [(turn.point, self._switched(turn)) for turn in turns if turn.kind == "boundary"]
        array = np.array(points).T
        if np.ptp(array, axis=1).max() < _CLOSE:
            return None, []
        turns += self._inside(array)
        h = self.system.floats(array)[1][np.ix_(self.inner, self.inner)]
        stable = np.ones(len(points), dtype=bool)
        if self.inner:
            stable = np.linalg.eigvals(np.moveaxis(h, 2, 0)).real.max(axis=1) < 0
        return Arc(array, self.label, stable, tuple(turns)), onwards

    def _switched(self, turn: Turn) -> tuple[int, ...]:
        label = list(self.label)
        for k in turn.moves:
            end = LOWER if turn.point[k] <= 0.5 else UPPER
            label[k] = end if label[k] == INTERIOR else INTERIOR
        return tuple(label)

    def _values(self, point: Floats) -> tuple[Floats, Floats]:
        """Return g, and its derivatives by the moves and the strength (those asked for last)."""
        key = point.tobytes()
        if self._known[0] != key:
            self._known = key, self.system.at_point(point)
        return self._known[1]

    def _tangent(self, point: Floats, before: Floats | None = None) -> Floats | None:
        """Return the unit tangent: that at an acute angle to another vector, or either."""
        if before is not None:
            found = self._step(point, before, 0.0)
            return None if found is None else found[1]
        matrix = self._values(point)[1][self._places]
        if not np.isfinite(matrix).all():
            return None
        tangent = np.zeros(len(point))
        tangent[self.free] = np.linalg.svd(matrix)[2][-1] if self.inner else 1.0
        return tangent

    def _corrected(
        self, guess: Floats, across: Floats, least: float = 0.0
    ) -> tuple[Floats, Floats] | None:
        """Return to the curve in the hyperplane through a guess; return the tangent there too.

        None where that fails, or the tangent is not within an angle (of this cosine).
        """
        point = guess.copy()
        for _ in range(6):
            found = self._step(point, across, float(across @ (point - guess)))
            if found is None:
                return None
            step, tangent = found
            if tangent @ across < least:
                return None
            point -= step
            if np.abs(step).max() < 100 * _ARRIVED:
                return point, tangent
        return None

    def _step(self, point: Floats, row: Floats, value: float) -> tuple[Floats, Floats] | None:
        """Return the step of Newton's method for g_I and one more equation, and the tangent.

        The equation is given by its derivatives and its value; the tangent w is the null vector of
        the derivatives of g_I with row . w > 0.
        """
        g, slopes = self._values(point)
        p = len(self.inner)
        matrix, right = np.empty((p + 1, p + 1)), np.zeros((p + 1, 2))
        matrix[:p], matrix[p] = slopes[self._places], row[self.free]
        right[:p, 0], right[p] = g[self.inner], (value, 1.0)
        try:
            found = np.linalg.solve(matrix, right)
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(found).all():
            return None
        step, tangent = np.zeros((2, len(point)))
        step[self.free] = found[:, 0]
        tangent[self.free] = found[:, 1] / np.sqrt(found[:, 1] @ found[:, 1])
        return step, tangent

    def _way(self, start: Floats, sign: float) -> tuple[list[Floats], list[Turn | None]]:
        """Follow the arc one way, to where it ends."""
        points: list[Floats] = []
        tangent = self._tangent(start)
        if tangent is None:
            return points, []
        point, tangent, step, bend = start, sign * tangent, _FIRST, np.zeros(len(start))
        while len(points) < _MOST_POINTS and step > _SHORTEST:
            guess = point + step * (tangent + step / 2 * bend)
            found = self._corrected(guess, tangent, _BEND)
            if found is None:
                step /= 2
                continue
            new, after = found
            out = self._leaves(point, new)
            if out is not None:
                last, turn = out
                return [*points, last] if last is not None else points, [turn]
            points.append(new)
            if len(points) > 3 and np.abs(new - start).max() < step / 2:
                break  # a closed curve
            bend = (after - tangent) / step
            point, tangent, step = new, after, min(2 * step, _LONGEST)
        return points, []

    def _leaves(self, point: Floats, new: Floats) -> tuple[Floats | None, Turn | None] | None:
        """Say where the arc ends between two points, if it does: the place, and the turn there."""
        m = self.system.size
        ends: list[tuple[float, int, float | None]] = []
        for k in self.free:
            for end in (0.0, 1.0):
                if (new[k] - end) * (1 if end else -1) > 0:
                    gap = new[k] - point[k]
                    ends.append(((end - point[k]) / gap if gap else 0.0, k, end))
        if len(self.inner) < m:
            before, after = self._values(point)[0], self._values(new)[0]
            for k in range(m):
                sign = 0 if k in self.inner else 1 if self.label[k] == LOWER else -1
                if sign * after[k] > 0:
                    gap = after[k] - before[k]
                    ends.append((-before[k] / gap if gap else 0.0, k, None))
        if not ends:
            return None
        share, k, bound = min(ends, key=lambda one: one[0])
        place = self.placed(point + np.clip(share, 0.0, 1.0) * (new - point), k, bound)
        if place is None:
            return None, None
        moves = self._all_at(place, k)
        return place, Turn("boundary", place, self.label, moves) if moves else None

    def _all_at(self, place: Floats, k: int) -> tuple[int, ...]:
        """Return all moves that reach or leave an end at a place."""
        g = self._values(place)[0]
        found = {k} - {self.system.size}
        for j in range(self.system.size):
            if self.label[j] == INTERIOR:
                near = min(abs(place[j]), abs(1 - place[j])) < 1e-8
            else:
                near = abs(g[j]) < 1e-8
            if near:
                found.add(j)
        for j in found:
            if self.label[j] == INTERIOR:
                place[j] = 0.0 if place[j] < 0.5 else 1.0
        return tuple(sorted(found))

    def placed(self, guess: Floats, k: int, bound: float | None) -> Floats | None:
        """Solve for the point of the arc at which a coordinate has a value, or g_k is 0."""
        point = guess.copy()
        for _ in range(12):
            g, slopes = self._values(point)
            unit = np.eye(len(point))[k]
            row, value = (slopes[k], g[k]) if bound is None else (unit, point[k] - bound)
            found = self._step(point, row, float(value))
            if found is None:
                return None
            point -= found[0]
            if np.abs(found[0]).max() < _ARRIVED:
                break
        if bound is not None:
            point[k] = bound
        return point if np.abs(point - guess).max() < 2 * _LONGEST else None

    def _inside(self, points: Floats) -> list[Turn]:
        """Find folds and crossings within an arc."""
        if not self.inner:
            return []
        h = self.system.floats(points)[1][np.ix_(self.inner, self.inner)]
        det = np.linalg.det(np.moveaxis(h, 2, 0))
        found: list[Turn] = []
        for k in np.flatnonzero(det[:-1] * det[1:] < 0):
            a, b = points[:, k], points[:, k + 1]
            kind = "fold" if self._turns(a, b) else "crossing"
            point = self._singular(a, b, det[k], det[k + 1], 1e-4 if kind == "fold" else 1e-12)
            if point is not None:
                found.append(Turn(kind, point, self.label))
        return found

    def _turns(self, a: Floats, b: Floats) -> bool:
        """Whether the strength turns back between two points of an arc."""
        one, other = self._tangent(a, b - a), self._tangent(b, b - a)
        return one is not None and other is not None and one[-1] * other[-1] < 0

    def _singular(
        self, a: Floats, b: Floats, first: float, last: float, share_of: float
    ) -> Floats | None:
        """Find where det h is 0 on the arc between two points, by false position (Illinois).

        It is enough that it is less than a share of what it was at both ends.
        """
        enough = share_of * (abs(first) + abs(last))
        across = (b - a) / np.linalg.norm(b - a)
        low, high, point = 0.0, 1.0, None
        for _ in range(30):
            share = low + (high - low) * first / (first - last)
            found = self._corrected(a + share * (b - a), across)
            if found is None:
                return point
            point = found[0]
            det = float(np.linalg.det(self._values(point)[1][np.ix_(self.inner, self.inner)]))
            if abs(det) <= enough or high - low < 1e-12:
                break
            if det * first > 0:
                low, first, last = share, det, last / 2
            else:
                high, last, first = share, det, first / 2
        return point
