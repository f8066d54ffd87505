r"""Tubes: boxes of moves that hold exactly one first-order point for every strength of a segment.

A tube over the segment [a, b] of strengths follows a branch of equilibria: at strength
:math:`\sigma` it is :math:`X(\sigma) = c + v(\sigma - \sigma_0) + [-r, r]`, c a point, v a slope.
Variables at an end of their interval stay there.

Steps
-----
1. Put :math:`t = c + v(\sigma - \sigma_0) + y`. With H the smallest box that holds the tube, the
   solutions y at every :math:`\sigma` of the segment lie in the Krawczyk image
   :math:`K = -Y\,[g(c, \sigma_0) + (h(H) v + p(H))(\sigma - \sigma_0)] + (I - Y h(H)) [-r, r]`.
2. If K is in the interior of [-r, r], then for *every* strength of the segment there is exactly one
   solution in the tube, and it lies in :math:`c + v(\sigma - \sigma_0) + K` (Krawczyk's theorem
   for each strength by itself; Neumaier 1990, Theorem 5.1.8, with the strength as a parameter).
3. The test is made for several radii at once. The largest that passes says where there is no other
   solution: the *core* is the box that lies in X for all strengths of the segment. The image of
   the image for the smallest that passes says where the solution is: the *hull*.
4. A solution counts where it is inside the unit box, and g has the right sign at every end that is
   taken, throughout the segment. If it is outside, or the sign is wrong, throughout the segment,
   the tube is a *ghost*: it holds no first-order point at all.
5. Where that cannot be told, because the branch comes close to an end of an interval, the solution
   is enclosed once more at the two ends of the segment. A move that rises or falls throughout the
   segment (its derivative :math:`-h^{-1} p` along the branch has one sign) lies between its values
   there; so does a derivative g at an end.

Sources: A. Neumaier (1990), Interval Methods for Systems of Equations; S. M. Rump (2010),
Verification methods.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pigou.solvers.first_order import INTERIOR, LOWER, UPPER
from pigou.solvers.intervals import Ends, Floats
from pigou.solvers.policy_system import PolicySystem, difference, preconditioned, row_sums
from pigou.solvers.quick_intervals import add, multiply

__all__ = ["COUNTED", "GHOST", "UNDECIDED", "Tubes", "prove"]

UNDECIDED, GHOST, COUNTED = range(3)

_RADII = np.array([1e4, 400.0, 40.0, 12.0, 5.0, 2.6, 1.6, 1.0])
_LARGEST, _SMALLEST = 0.5, 1e-7
_POINT_RADII = np.array([1e-6, 1e-8, 1e-10, 1e-12])


class Tubes(NamedTuple):
    """Proved tubes.

    Attributes
    ----------
    segment : array of int (n,)
        Over which segment each is.
    label : array (m, n)
    core : pair of arrays (m, n)
        No other solution with these labels is in this box, at any strength of the segment.
    hull : pair of arrays (m, n)
        The solution is in this box, at every strength of the segment.
    status : array (n,)
        `COUNTED`, `GHOST` or `UNDECIDED`.
    """

    segment: NDArray[np.intp]
    label: NDArray[np.int8]
    core: Ends
    hull: Ends
    status: NDArray[np.int8]

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.segment)

    @property
    def roomy(self) -> NDArray[np.bool_]:
        """Which cores hold the solution with some room, so that boxes around it fit in."""
        room = (self.hull[1] - self.hull[0]) / 8
        low, high = self.core[0] + room <= self.hull[0], self.hull[1] + room <= self.core[1]
        return np.asarray((low & high).all(axis=0))

    def pick(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Tubes:
        """Return some of them."""
        core, hull = ((e[0][:, which], e[1][:, which]) for e in (self.core, self.hull))
        return Tubes(self.segment[which], self.label[:, which], core, hull, self.status[which])

    def joined(self, other: Tubes) -> Tubes:
        """Return these and others."""

        def both(a: Ends, b: Ends) -> Ends:
            return np.hstack([a[0], b[0]]), np.hstack([a[1], b[1]])

        return Tubes(
            np.concatenate([self.segment, other.segment]),
            np.hstack([self.label, other.label]),
            both(self.core, other.core),
            both(self.hull, other.hull),
            np.concatenate([self.status, other.status]),
        )

    @staticmethod
    def none(m: int) -> Tubes:
        """Return no tubes, of m variables.

        Examples
        --------
        >>> Tubes.none(2).number
        0
        """
        empty = np.zeros((m, 0))
        return Tubes(
            np.zeros(0, dtype=np.intp), np.zeros((m, 0), dtype=np.int8),
            (empty, empty), (empty, empty), np.zeros(0, dtype=np.int8),
        )  # fmt: skip


class _Guess(NamedTuple):
    """Where tubes may be, with everything that does not depend on their radii."""

    point: Floats  # (m + 1, n), the strength last
    label: NDArray[np.int8]
    slope: Floats
    inverse: Floats
    low: Floats
    high: Floats

    def pick(self, which: NDArray[np.intp]) -> _Guess:
        return _Guess(
            self.point[:, which], self.label[:, which], self.slope[:, which],
            self.inverse[..., which], self.low[which], self.high[which],
        )  # fmt: skip


def prove(
    system: PolicySystem,
    points: Floats,
    labels: NDArray[np.int8],
    segments: NDArray[np.intp],
    edges: Ends,
) -> tuple[Tubes, NDArray[np.bool_]]:
    """Prove tubes around points.

    Parameters
    ----------
    system : PolicySystem
    points : array (m + 1, n)
        Near solutions, at a strength within their segments.
    labels : array (m, n)
    segments : array (n,)
        Which segment each belongs to.
    edges : pair of arrays
        The ends of all segments.

    Returns
    -------
    tubes, proved : Tubes, array of bool (n,)
        The tubes of those that are proved.

    Examples
    --------
    >>> import sympy as sp
    >>> t, s = sp.symbols("t s", real=True)
    >>> system = PolicySystem([t], s, ["ann"], {"ann": (1 + s) * t / 4 - t**2 / 2})
    >>> edges = np.array([0.0]), np.array([1.0])
    >>> label = np.array([[INTERIOR]], dtype=np.int8)
    >>> tubes, proved = prove(system, np.array([[0.375], [0.5]]), label, np.array([0]), edges)
    >>> int(tubes.status[0]) == COUNTED, tubes.hull[0].round(6), tubes.hull[1].round(6)
    (True, array([[0.25]]), array([[0.5]]))
    """
    guess = _guess(system, points, labels, edges[0][segments], edges[1][segments])
    radii = np.minimum(_RADII[:, None] * _smallest(guess), _LARGEST)
    passed, image = _krawczyk(system, guess, radii)
    proved = np.asarray(passed.any(axis=0))
    places = np.flatnonzero(proved)
    if not len(places):
        return Tubes.none(system.size), proved
    first = passed[:, places].argmax(axis=0)
    last = len(_RADII) - 1 - passed[::-1, places].argmax(axis=0)
    tight = image[0][:, last, places], image[1][:, last, places]
    guess = guess.pick(places)
    tubes = _finished(system, guess, segments[places], radii[first, places], tight)
    return _decided(system, guess, tubes), proved


def _smallest(guess: _Guess) -> Floats:
    """Return the smallest radius of use: the core has to hold the way that the solution moves."""
    away = np.maximum(guess.high - guess.point[-1], guess.point[-1] - guess.low)
    return 2.4 * np.abs(guess.slope * away).max(axis=0) + _SMALLEST


def _guess(
    system: PolicySystem, points: Floats, labels: NDArray[np.int8], low: Floats, high: Floats
) -> _Guess:
    m = system.size
    inner = labels == INTERIOR
    points = points.copy()
    points[:m] = np.where(labels == LOWER, 0.0, np.where(labels == UPPER, 1.0, points[:m]))
    _, h, p = system.floats(points)
    both = inner[:, None] & inner[None, :]
    matrix = np.moveaxis(np.where(both & np.isfinite(h), h, np.eye(m)[:, :, None]), 2, 0)
    singular = ~(np.abs(np.linalg.det(matrix)) > 1e-200)
    matrix = np.where(singular[:, None, None], np.eye(m), matrix)
    inverse = np.moveaxis(np.linalg.inv(matrix), 0, 2)
    inverse = np.where(both & np.isfinite(inverse), inverse, 0.0)
    slope = -np.einsum("kln,ln->kn", inverse, np.where(np.isfinite(p), p, 0.0))
    return _Guess(points, labels, slope, inverse, low, high)


def _krawczyk(system: PolicySystem, guess: _Guess, radii: Floats) -> tuple[NDArray[np.bool_], Ends]:
    """Test radii (R, n): say which pass (R, n), and return the images (m, R, n)."""
    m, (many, n) = system.size, radii.shape
    wide = guess.pick(np.tile(np.arange(n), many))
    inner = wide.label == INTERIOR
    radius = np.where(inner, radii.reshape(-1), 0.0)
    box, away = _hull(wide, (-radius, radius))
    low = np.hstack([np.vstack([box[0], wide.low]), guess.point])
    high = np.hstack([np.vstack([box[1], wide.high]), guess.point])
    over = system.enclosed(low, high)
    still = np.tile(over.g[0][:, -n:], many), np.tile(over.g[1][:, -n:], many)
    h, p = ((e[0][..., :-n], e[1][..., :-n]) for e in (over.h, over.p))
    image = _image(wide, h, p, still, (-radius, radius), away)
    within = ((image[0] > -radius) & (image[1] < radius) | ~inner).all(axis=0)
    passed = within & ~over.left[:-n] & ~np.tile(over.left[-n:], many)
    shape = (m, many, n)
    return passed.reshape(many, n), (image[0].reshape(shape), image[1].reshape(shape))


def _hull(guess: _Guess, offset: Ends) -> tuple[Ends, Ends]:
    """Return the box that holds c + v (sigma - sigma_0) + offset, and sigma - sigma_0."""
    m = guess.slope.shape[0]
    middle, point = guess.point[m], guess.point[:m]
    away = difference((guess.low, guess.high), (middle, middle))
    along = multiply((guess.slope, guess.slope), (away[0][None], away[1][None]))
    box = add(add((point, point), along), offset)
    inner = guess.label == INTERIOR
    return (np.where(inner, box[0], point), np.where(inner, box[1], point)), away


def _image(guess: _Guess, h: Ends, p: Ends, still: Ends, offset: Ends, away: Ends) -> Ends:
    """Return K (step 1)."""
    inner = guess.label == INTERIOR
    drift = add(row_sums(h, (guess.slope, guess.slope)), p)
    residual = add(still, multiply(drift, (away[0][None], away[1][None])))
    image = preconditioned(-guess.inverse, residual)
    m = len(inner)
    for k in range(m):
        column = preconditioned(-guess.inverse, (h[0][:, k], h[1][:, k]))
        unit = np.eye(m)[:, k][:, None] + np.zeros_like(column[0])
        column = add(column, (unit, unit))
        part = multiply(column, (offset[0][k][None], offset[1][k][None]))
        image = add(image, part)
    return np.where(inner, image[0], 0.0), np.where(inner, image[1], 0.0)


def _finished(
    system: PolicySystem, guess: _Guess, segments: NDArray[np.intp], radius: Floats, image: Ends
) -> Tubes:
    """Work out the core, the hull and the status of proved tubes (steps 3 and 4)."""
    inner = guess.label == INTERIOR
    nothing = np.zeros_like(image[0]), np.zeros_like(image[1])
    bare, away = _hull(guess, nothing)
    wide = np.where(inner, radius, 0.0)
    core = add((bare[1], bare[1]), (-wide, -wide))[1], add((bare[0], bare[0]), (wide, wide))[0]
    core = np.where(inner, core[0], bare[0]), np.where(inner, core[1], bare[1])
    hull, _ = _hull(guess, image)
    n = len(segments)
    low = np.hstack([np.vstack([hull[0], guess.low]), guess.point])
    high = np.hstack([np.vstack([hull[1], guess.high]), guess.point])
    both = system.enclosed(low, high)
    h, p, over = ((e[0][..., :n], e[1][..., :n]) for e in (both.h, both.p, both.g))
    still = both.g[0][:, n:], both.g[1][:, n:]
    tight = _image(guess, h, p, still, image, away)  # once more, over what is left of the tube
    tight = np.maximum(tight[0], image[0]), np.minimum(tight[1], image[1])
    hull, _ = _hull(guess, tight)
    drift = add(row_sums(h, (guess.slope, guess.slope)), p)
    g = add(still, multiply(drift, (away[0][None], away[1][None])))
    g = add(g, row_sums(h, tight))
    g = np.maximum(g[0], over[0]), np.minimum(g[1], over[1])
    status = _status(guess.label, hull, g)
    status[both.left[:n] | both.left[n:]] = UNDECIDED
    return Tubes(segments, guess.label, core, hull, status)


def _status(label: NDArray[np.int8], moves: Ends, g: Ends) -> NDArray[np.int8]:
    """Decide what solutions with enclosed moves and derivatives are (step 4)."""
    inner = label == INTERIOR
    outwards = np.where(label == LOWER, g[1], -g[0])
    inwards = np.where(label == LOWER, g[0], -g[1])
    right = np.where(inner, (moves[0] >= 0) & (moves[1] <= 1), outwards <= 0).all(axis=0)
    wrong = np.where(inner, (moves[1] < 0) | (moves[0] > 1), inwards > 0).any(axis=0)
    return np.where(right, COUNTED, np.where(wrong, GHOST, UNDECIDED)).astype(np.int8)


def _decided(system: PolicySystem, guess: _Guess, tubes: Tubes) -> Tubes:
    """Decide, where it is open, what tubes are, from the ends of their segments (step 5)."""
    places = np.flatnonzero(tubes.status == UNDECIDED)
    if not len(places):
        return tubes
    part, few = guess.pick(places), tubes.pick(places)
    twice = np.tile(np.arange(len(places)), 2)
    over = system.enclosed(np.vstack([few.hull[0], part.low]), np.vstack([few.hull[1], part.high]))
    slope = _slope(part, over.h, over.p)
    change = add(row_sums(over.h, slope), over.p)
    ends = _at(system, part.pick(twice), few.pick(twice), np.concatenate([part.low, part.high]))
    if ends is None:
        return tubes
    n = len(places)
    (moves_a, moves_b), (g_a, g_b) = ([(e[0][:, :n], e[1][:, :n]), (e[0][:, n:], e[1][:, n:])]
                                      for e in ends[:2])  # fmt: skip
    fine_a, fine_b = ends[2][:n], ends[2][n:]
    moves = _between(few.hull, moves_a, moves_b, slope)
    g = _between(over.g, g_a, g_b, change)
    status = _status(few.label, moves, g)
    status[~(fine_a & fine_b) | over.left] = UNDECIDED
    new = tubes.status.copy()
    new[places] = status
    return tubes._replace(status=new)


def _between(over: Ends, one: Ends, other: Ends, slope: Ends) -> Ends:
    """Enclose what rises or falls all along between its values at the two ends."""
    monotone = (slope[0] >= 0) | (slope[1] <= 0)
    low, high = np.minimum(one[0], other[0]), np.maximum(one[1], other[1])
    low, high = np.maximum(low, over[0]), np.minimum(high, over[1])
    return np.where(monotone, low, over[0]), np.where(monotone, high, over[1])


def _slope(guess: _Guess, h: Ends, p: Ends) -> Ends:
    """Enclose the derivatives of the moves along the branch: v, and how far they may be from it."""
    inner = guess.label == INTERIOR
    m = len(inner)
    drift = add(row_sums(h, (guess.slope, guess.slope)), p)
    drift = np.where(inner, drift[0], 0.0), np.where(inner, drift[1], 0.0)
    start = preconditioned(-guess.inverse, drift)
    norm = np.zeros_like(start[0])
    for k in range(m):
        column = preconditioned(-guess.inverse, (h[0][:, k], h[1][:, k]))
        unit = np.eye(m)[:, k][:, None] + np.zeros_like(norm)
        column = add(column, (unit, unit))
        norm += np.where(inner & inner[k], np.maximum(np.abs(column[0]), np.abs(column[1])), 0.0)
    size = np.maximum(np.abs(start[0]), np.abs(start[1])).max(axis=0)
    room = 1 - norm.max(axis=0) * (1 + 1e-12)
    away = np.where(room > 0, size / np.where(room > 0, room, 1.0) * (1 + 1e-12), np.inf)
    away = np.where(inner, away, 0.0)
    return add((guess.slope, guess.slope), (-away, away))


def _at(
    system: PolicySystem, guess: _Guess, tubes: Tubes, strength: Floats
) -> tuple[Ends, Ends, NDArray[np.bool_]] | None:
    """Enclose the solutions of tubes, and g, at one strength each; and say where that worked."""
    m, n = guess.slope.shape
    start = guess.point.copy()
    start[:m] += guess.slope * (strength - start[m])
    start[m] = strength
    points, arrived = system.newton(start, guess.label)
    if not arrived.any():
        return None
    small = _guess(system, points, guess.label, strength, strength)
    passed, image = _krawczyk(system, small, np.repeat(_POINT_RADII[:, None], n, axis=1))
    last = len(_POINT_RADII) - 1 - passed[::-1].argmax(axis=0)
    offset = image[0][:, last, np.arange(n)], image[1][:, last, np.arange(n)]
    moves, _ = _hull(small, offset)
    same = (tubes.hull[0] <= moves[1]) & (moves[0] <= tubes.hull[1])
    inside = (tubes.core[0] <= moves[0]) & (moves[1] <= tubes.core[1])
    over = system.enclosed(np.vstack([moves[0], strength]), np.vstack([moves[1], strength]))
    fine = arrived & passed.any(axis=0) & (same & inside).all(axis=0) & ~over.left
    return moves, over.g, fine
