r"""Folds and boundary collisions along a policy, each proved in a box, with tight enclosures.

Steps
-----
1. At a *fold* the interior moves, the strength and a null vector w solve the augmented system
   :math:`g_I = 0,\; h_{II} w = 0,\; c \cdot w = 1` (G. Moore and A. Spence 1980), c being the null
   vector in doubles. It is regular there, unlike :math:`g_I = 0` alone.
2. At a *boundary collision* the strength at which a move is at its end, with derivative exactly 0,
   solves :math:`g_I = 0,\; g_k = 0` in :math:`t_I` and :math:`\sigma`, :math:`t_k` being the end.
3. Newton's method is run in doubles; then the Krawczyk image is formed for boxes of many sizes
   around the limit. The smallest box that passes holds the event; the largest that passes holds no
   other solution of the augmented system.
4. A singular first-order point in a box T of moves and strengths has a null vector w with
   :math:`c \cdot w = 1` in :math:`w_0 \pm \delta`, where
   :math:`\delta = \lVert R (e - B w_0) \rVert / (1 - \lVert I - R B \rVert)` and B is the bordered
   matrix :math:`[h_{II}\; b;\; c^T\; 0]` over T, R an inverse of its middle (b is the left null
   vector). If that is within the box of the null vector, T holds one fold and no other singular
   first-order point: the fold's *core*.

Sources: G. Moore and A. Spence (1980), The calculation of turning points of nonlinear equations;
R. Krawczyk (1969); A. Neumaier (1990), Interval Methods for Systems of Equations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pigou.solvers.continuation import Turn
from pigou.solvers.first_order import INTERIOR
from pigou.solvers.intervals import Ends, Floats
from pigou.solvers.policy_system import PolicySystem, difference, preconditioned
from pigou.solvers.quick_intervals import add, multiply, scaled

__all__ = ["Event", "collision", "fold"]

_SIZES = 2.0 ** -np.arange(3, 53, 2)
_NEWTON_STEPS = 7


class Event(NamedTuple):
    """Something that changes the number of first-order points or their labels.

    Attributes
    ----------
    kind : str
        ``"fold"``, ``"boundary"``, ``"crossing"`` or ``"tie"``.
    low, high : float
        Strengths between which it is: proved if `certified`, else about there.
    moves : pair of arrays (m,)
        The moves there, in the same way.
    label : tuple of int
    certified : bool
    core : pair of arrays (m + 1,) or None
        A fold's core.
    which : tuple of int
        At a boundary, the moves that reach or leave an end.
    """

    kind: str
    low: float
    high: float
    moves: Ends
    label: tuple[int, ...]
    certified: bool
    core: Ends | None = None
    which: tuple[int, ...] = ()

    @property
    def middle(self) -> float:
        """The middle of the enclosure of its strength."""
        return self.low + (self.high - self.low) / 2


def vague(turn: Turn, kind: str) -> Event:
    """Return an event that is not proved."""
    moves, strength = turn.point[:-1], float(turn.point[-1])
    return Event(kind, strength, strength, (moves, moves), turn.label, False, None, turn.moves)


Augmented = Callable[[Floats, Floats], tuple[Ends, Ends]]
"""Encloses the equations (q, n) and their Jacobian (q, q, n) over boxes (q, n)."""


def _zero(
    equations: Augmented,
    newton: Callable[[Floats], tuple[Floats, Floats]],
    point: Floats,
    scales: Floats,
) -> tuple[Ends, Ends] | None:
    """Run Newton's method; prove one zero in boxes around its limit, if that can be done.

    Parameters
    ----------
    equations : callable
    newton : callable
        The equations (q,) and their Jacobian (q, q) at a point, in doubles.
    point : array (q,)
    scales : array (q, shapes)
        Shapes of boxes to be tried, each in many sizes.

    Returns
    -------
    small : pair of arrays (q,)
        A box that holds the zero.
    large : pair of arrays (q, n)
        Boxes that hold no other zero, the largest in its first row first.
    """
    q = len(point)
    for _ in range(_NEWTON_STEPS):
        residual, jacobian = newton(point)
        try:
            step = np.linalg.solve(jacobian, residual)
        except np.linalg.LinAlgError:
            return None
        if not np.abs(step).max() < 0.3:
            return None
        point = point - step
        if np.abs(step).max() < 1e-7:  # the error left is about its square
            break
    radius = (scales[:, :, None] * _SIZES).reshape(q, -1)
    radius = np.hstack([radius, np.zeros((q, 1))])  # the last is the point itself
    low, high = point[:, None] - radius, point[:, None] + radius
    over, slopes = equations(low, high)
    still, middle = (over[0][:, -1:], over[1][:, -1:]), (slopes[0] + slopes[1])[:, :, -1] / 2
    if not np.isfinite(middle).all() or not abs(np.linalg.det(middle)) > 0:
        return None
    inverse = np.asarray(np.linalg.inv(middle)[:, :, None], dtype=np.float64)
    image = add((point[:, None],) * 2, preconditioned(-inverse, still))
    away = difference((low, high), (point[:, None], point[:, None]))
    for k in range(q):
        column = preconditioned(-inverse, (slopes[0][:, k], slopes[1][:, k]))
        unit = np.eye(q)[:, k][:, None] + np.zeros_like(column[0])
        part = multiply(add(column, (unit, unit)), (away[0][k][None], away[1][k][None]))
        image = add(image, part)
    passed = np.flatnonzero(((low < image[0]) & (image[1] < high)).all(axis=0))
    if not len(passed):
        return None
    smallest = passed[np.argmin(radius[:, passed].max(axis=0))]
    passed = passed[np.argsort(-radius[0, passed], kind="stable")]
    return (image[0][:, smallest], image[1][:, smallest]), (low[:, passed], high[:, passed])


def fold(system: PolicySystem, turn: Turn) -> Event:
    """Prove a fold near a place; an event that is not certified where that fails.

    Examples
    --------
    >>> import sympy as sp
    >>> t, s = sp.symbols("t s", real=True)
    >>> payoff = t**3 / 3 - t**2 / 2 + (s / 4 + sp.Rational(1, 8)) * t
    >>> system = PolicySystem([t], s, ["ann"], {"ann": payoff})
    >>> event = fold(system, Turn("fold", np.array([0.49, 0.51]), (INTERIOR,)))
    >>> event.certified, event.low <= 0.5 <= event.high, event.high - event.low < 1e-13
    (True, True, True)
    """
    inner = [k for k, label in enumerate(turn.label) if label == INTERIOR]
    m = len(inner)
    h = system.at_point(turn.point)[1][np.ix_(inner, inner)]
    if not np.isfinite(h).all():
        return vague(turn, "fold")
    left, _, right = np.linalg.svd(h)
    normal, border = right[-1], left[:, -1]
    at = _AtFold(system, turn.point, inner, normal)
    start = np.concatenate([turn.point[at.columns], normal])
    with np.errstate(all="ignore"):
        ratio = np.array([1.0, 8.0, 64.0])
        scales = np.vstack([np.ones((m, 3)), np.full((1, 3), 0.25), np.tile(ratio, (m, 1))])
        found = _zero(at.equations, at.in_doubles, start, scales)
        if found is None:
            return vague(turn, "crossing")
        core = _core(at.matrix, found[1], normal, border)
    moves = _moves(turn, inner, found[0])
    low, high = float(found[0][0][m]), float(found[0][1][m])
    if core is None:
        return Event("fold", low, high, moves, turn.label, True)
    wide = turn.point.copy(), turn.point.copy()
    for array, end in zip(wide, core, strict=True):
        array[at.columns] = end
    return Event("fold", low, high, moves, turn.label, True, wide)


class _AtFold(NamedTuple):
    """The augmented system of step 1, in interior moves, strength and null vector."""

    system: PolicySystem
    point: Floats
    inner: list[int]
    normal: Floats

    @property
    def columns(self) -> list[int]:
        """The interior moves and the strength."""
        return [*self.inner, self.system.size]

    def _whole(self, low: Floats, high: Floats) -> list[Floats]:
        full = [np.repeat(self.point[:, None], low.shape[1], axis=1) for _ in range(2)]
        for array, end in zip(full, (low, high), strict=True):
            array[self.columns] = end[: len(self.columns)]
        return full

    def matrix(self, low: Floats, high: Floats) -> Ends:
        """Enclose h of the interior moves."""
        h, places = self.system.enclosed(*self._whole(low, high)).h, np.ix_(self.inner, self.inner)
        return h[0][places], h[1][places]

    def _second(self, full: list[Floats], left: NDArray[np.bool_]) -> Ends:
        """Enclose the derivatives of h; unbounded where something is not defined."""
        size = self.system.size
        below, above, outside = self.system.second.intervals(*full)
        shape, places = (size, size, size + 1, -1), np.ix_(self.inner, self.inner, self.columns)
        bad = left | outside
        low = np.where(bad, -np.inf, below.reshape(shape))[places]
        return low, np.where(bad, np.inf, above.reshape(shape))[places]

    def equations(self, low: Floats, high: Floats) -> tuple[Ends, Ends]:
        """Enclose the equations (q, n) and their Jacobian (q, q, n) over boxes."""
        inner, m = self.inner, len(self.inner)
        n, q = low.shape[1], 2 * m + 1
        full = self._whole(low, high)
        over = self.system.enclosed(*full)
        h = over.h[0][np.ix_(inner, inner)], over.h[1][np.ix_(inner, inner)]
        w = low[m + 1 :], high[m + 1 :]
        values = np.zeros((q, n)), np.zeros((q, n))
        slopes = np.zeros((q, q, n)), np.zeros((q, q, n))
        product = multiply(h, (w[0][None], w[1][None]))
        second = self._second(full, over.left)
        turned = multiply(second, (w[0][None, :, None], w[1][None, :, None]))
        total = _summed(product, 1), _summed(turned, 1)
        scale = np.repeat(self.normal[:, None], n, axis=1)
        ones = _summed((lambda e: (e[0][None], e[1][None]))(scaled(w, scale)), 1)
        for side in range(2):
            values[side][:m], values[side][m : 2 * m] = over.g[side][inner], total[0][side]
            slopes[side][:m, :m], slopes[side][:m, m] = h[side], over.p[side][inner]
            slopes[side][m : 2 * m, : m + 1] = total[1][side]
            slopes[side][m : 2 * m, m + 1 :] = h[side]
            slopes[side][2 * m, m + 1 :] = scale
        last = difference(ones, (np.ones((1, n)),) * 2)
        values[0][2 * m], values[1][2 * m] = last[0][0], last[1][0]
        return values, slopes

    def in_doubles(self, point: Floats) -> tuple[Floats, Floats]:
        """Evaluate the equations (q,) and their Jacobian (q, q) at a point, in doubles."""
        inner, m, size = self.inner, len(self.inner), self.system.size
        full, w = self.point.copy(), point[m + 1 :]
        full[self.columns] = point[: m + 1]
        g, slopes = self.system.at_point(full)
        second = self.system.second.tape.floats(full[:, None]).reshape(size, size, size + 1)
        second = second[np.ix_(inner, inner, self.columns)]
        slopes = slopes[np.ix_(inner, self.columns)]
        jacobian = np.zeros((2 * m + 1, 2 * m + 1))
        jacobian[:m, : m + 1], jacobian[m : 2 * m, m + 1 :] = slopes, slopes[:, :m]
        jacobian[m : 2 * m, : m + 1] = np.einsum("klj,l->kj", second, w)
        jacobian[2 * m, m + 1 :] = self.normal
        return np.concatenate([g[inner], slopes[:, :m] @ w, [self.normal @ w - 1]]), jacobian


def _summed(ends: Ends, axis: int) -> Ends:
    """Sum intervals along an axis."""
    parts = [np.moveaxis(end, axis, 0) for end in ends]
    total: Ends = parts[0][0], parts[1][0]
    for k in range(1, len(parts[0])):
        total = add(total, (parts[0][k], parts[1][k]))
    return total


def _moves(turn: Turn, inner: Sequence[int], box: Ends) -> Ends:
    low, high = turn.point[:-1].copy(), turn.point[:-1].copy()
    low[list(inner)], high[list(inner)] = box[0][: len(inner)], box[1][: len(inner)]
    return low, high


def _core(
    matrix: Callable[[Floats, Floats], Ends], boxes: Ends, normal: Floats, border: Floats
) -> Ends | None:
    """Return the largest box of moves and strengths with one singular point only (step 4)."""
    low, high = boxes
    m, n = len(normal), low.shape[1]
    h = matrix(low, high)
    bordered = np.zeros((m + 1, m + 1, n)), np.zeros((m + 1, m + 1, n))
    for side in range(2):
        bordered[side][:m, :m], bordered[side][:m, m] = h[side], border[:, None]
        bordered[side][m, :m] = normal[:, None]
    middle = (bordered[0] + bordered[1])[:, :, -1] / 2  # of the smallest box
    if not np.isfinite(middle).all():
        return None
    inverse = np.repeat(np.linalg.pinv(middle)[:, :, None], n, axis=2)
    known = np.append((low[m + 1 :, -1] + high[m + 1 :, -1]) / 2, 0.0)
    error: Ends = (np.zeros((m + 1, n)), np.zeros((m + 1, n)))
    error[0][m], error[1][m] = 1.0, 1.0
    norm = np.zeros((m + 1, n))
    for k in range(m + 1):
        column = bordered[0][:, k], bordered[1][:, k]
        error = difference(error, scaled(column, np.full((m + 1, n), known[k])))
        unit = np.repeat(np.eye(m + 1)[:, k][:, None], n, axis=1)
        product = add(preconditioned(-inverse, column), (unit, unit))
        norm += np.maximum(np.abs(product[0]), np.abs(product[1]))
    product = preconditioned(inverse, error)
    residual = np.maximum(np.abs(product[0]), np.abs(product[1])).max(axis=0)
    room = np.minimum(known[:m, None] - low[m + 1 :], high[m + 1 :] - known[:m, None]).min(axis=0)
    slack = 1 - norm.max(axis=0) * (1 + 1e-9)
    good = np.flatnonzero((slack > 0) & (residual * (1 + 1e-9) < room * slack * (1 - 1e-9)))
    return (low[: m + 1, good[0]], high[: m + 1, good[0]]) if len(good) else None


def collision(system: PolicySystem, turn: Turn) -> Event:
    """Prove a boundary collision near a place; an event that is not certified where that fails.

    Examples
    --------
    >>> import sympy as sp
    >>> t, s = sp.symbols("t s", real=True)
    >>> system = PolicySystem([t], s, ["ann"], {"ann": 3 * s * t - t**2 / 2})
    >>> event = collision(system, Turn("boundary", np.array([1.0, 0.33]), (INTERIOR,), (0,)))
    >>> event.certified, event.low <= 1 / 3 <= event.high, event.high - event.low < 1e-14
    (True, True, True)
    """
    if not turn.moves:
        return vague(turn, "boundary")
    first = turn.moves[0]
    size = system.size
    inner = [k for k in range(size) if k != first and turn.label[k] == INTERIOR]
    rows, columns = [*inner, first], [*inner, size]

    def equations(low: Floats, high: Floats) -> tuple[Ends, Ends]:
        full = [np.repeat(turn.point[:, None], low.shape[1], axis=1) for _ in range(2)]
        for array, end in zip(full, (low, high), strict=True):
            array[columns] = end
        over = system.enclosed(*full)
        every = tuple(np.concatenate([over.h[s], over.p[s][:, None]], axis=1) for s in range(2))
        wrong = over.left
        slopes = np.where(wrong, -np.inf, every[0]), np.where(wrong, np.inf, every[1])
        g = over.g[0][rows], over.g[1][rows]
        return g, (slopes[0][np.ix_(rows, columns)], slopes[1][np.ix_(rows, columns)])

    def newton(point: Floats) -> tuple[Floats, Floats]:
        full = turn.point.copy()
        full[columns] = point
        g, slopes = system.at_point(full)
        return g[rows], slopes[np.ix_(rows, columns)]

    with np.errstate(all="ignore"):
        found = _zero(equations, newton, turn.point[columns], np.ones((len(columns), 1)))
    if found is None:
        return vague(turn, "boundary")
    box = found[0]
    low, high = float(box[0][-1]), float(box[1][-1])
    moves = _moves(turn, inner, box)
    return Event("boundary", low, high, moves, turn.label, True, None, turn.moves)
