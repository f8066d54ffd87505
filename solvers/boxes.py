r"""All solutions of a multi-affine system on a product of simplices, by branch and prune.

The unknowns come in blocks, one for each player who mixes: the probabilities
:math:`x_1, \dots, x_m > 0` of the actions after the first, :math:`1 - \sum x > 0`. Every equation
is affine in each block, hence a tensor over monomials with at most one unknown of each block.

Steps
-----
1. On a box with centre c and radii r, substitute :math:`x = c + r t`, one axis after the other.
   For :math:`t \in [-1, 1]^n` the range of a tensor is within its constant plus or minus the sum
   of its other coefficients; an equation bounded away from zero, or a condition bounded above
   zero, excludes the box.
2. Multiply the equations by an approximate inverse Y of their linear part. In :math:`G = Y F`
   every solution satisfies :math:`t_i = t_i - G_i(t)`, hence
   :math:`|t_i + G_i(0)| \le S_i` with :math:`S_i` the sum of all other coefficients after
   subtracting the identity (the Krawczyk step for a multi-affine system). An empty intersection
   with the box excludes it; otherwise the box shrinks to it.
3. If the image is inside the box (Brouwer: a solution exists) and the coefficients, weighted by
   their degree, sum to less than 1 in every row (the map contracts: it is the only one), the box
   is done. Boxes are tested with a margin around them, so that no solution hides on a common face.
4. Otherwise the box is halved across the unknown with the largest influence.
5. Steps 1-4 run in floating point for many boxes at once. Tensors are scaled to a largest entry of
   1, and every bound is widened by :math:`2^{-38}` times the sum of absolute coefficients, which
   exceeds the error of a few thousand rounded operations on numbers of at most that sum.
6. Each solution is refined by Newton's method in ball arithmetic to 333 bits, and a Krawczyk test
   there proves a solution in the refined box (Krawczyk 1969; Rump 2010, Theorem 13.2). A solution
   next to simple fractions is tried exactly.

The order of work is fixed and the number of boxes limited, so that an answer does not depend on
the clock. Boxes that are left, or too narrow, are counted as unresolved; a support with many that
are too narrow (a continuum, or a multiple root) is given up.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from flint import arb, arb_mat, fmpq
from numpy.typing import NDArray

from pigou.deadline import time_is_up
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["MOST_BOXES", "BoxSolutions", "Solution", "System", "solve_system"]

MOST_BOXES = 300_000
_BATCH = 512
_NARROWEST = 2.0**-20
_MOST_UNSETTLED = 64
_MARGIN = 1.0625
_ROUNDING = 2.0**-38

Floats = NDArray[np.float64]
Tensor = NDArray[Any]


class System(NamedTuple):
    """Equations F = 0 and conditions O <= 0 over blocks of unknowns.

    Attributes
    ----------
    blocks : tuple of int
        How many unknowns each block has.
    equations, conditions : sequence of object arrays of fmpq
        Each of shape (block + 1, ...): entry 0 of an axis stands for 1, entry a for its unknown a.
    """

    blocks: tuple[int, ...]
    equations: Sequence[Tensor]
    conditions: Sequence[Tensor]


class Solution(NamedTuple):
    """A solution: balls that hold exactly one, and the rational numbers where it is known exactly.

    Attributes
    ----------
    balls : tuple of arb
    exact : tuple of fmpq or None
    """

    balls: tuple[Any, ...]
    exact: tuple[Any, ...] | None


class BoxSolutions(NamedTuple):
    """What was found, how many boxes were left unsettled, and how many were visited."""

    solutions: list[Solution]
    unsettled: int
    visited: int


class _Floats:
    """Tensors of one kind in floating point, and where their linear coefficients stand."""

    def __init__(self, tensors: Sequence[Tensor], blocks: tuple[int, ...]):
        self.blocks = blocks
        self.shape = tuple(m + 1 for m in blocks)
        self.array = np.array([_scaled(t) for t in tensors], dtype=float)
        self.array = self.array.reshape(len(tensors), *self.shape)
        self.size = np.abs(self.array).reshape(len(tensors), -1).sum(axis=1)
        cells = list(itertools.product(*(range(d) for d in self.shape)))
        self.degree = np.array([sum(c > 0 for c in cell) for cell in cells], dtype=float)
        order = [(j, a) for j, m in enumerate(blocks) for a in range(1, m + 1)]
        self.linear = np.array(
            [cells.index(tuple(a if q == j else 0 for q in range(len(blocks)))) for j, a in order]
        )
        self.holds = np.array([[float(cell[j] == a) for cell in cells] for j, a in order])

    def around(self, centre: Floats, radius: Floats) -> Floats:
        """Return the coefficients in t of every tensor on every box, as [box, tensor, monomial]."""
        number = len(centre)
        out = np.broadcast_to(self.array, (number, *self.array.shape)).copy()
        start = 0
        for axis, m in enumerate(self.blocks):
            ahead = np.moveaxis(out, axis + 2, 0)  # a view on `out`
            wide = (number,) + (1,) * (ahead.ndim - 2)
            for a in range(m):
                ahead[0] += ahead[a + 1] * centre[:, start + a].reshape(wide)
                ahead[a + 1] *= radius[:, start + a].reshape(wide)
            start += m
        return out.reshape(number, len(self.array), -1)


def _scaled(tensor: Tensor) -> list[float]:
    values = [Fraction(int(v.p), int(v.q)) for v in tensor.ravel()]
    largest = max(map(abs, values)) or Fraction(1)
    return [float(v / largest) for v in values]


def solve_system(system: System, most_boxes: int = MOST_BOXES) -> BoxSolutions:
    """Return all solutions with positive probabilities that meet the conditions.

    Whether a condition or a probability is exactly zero at a solution is left to the caller: those
    that are certainly violated are left out, the others returned.

    Examples
    --------
    >>> one, zero = fmpq(1), fmpq(0)
    >>> first = np.array([[-one, 3 * one], [zero, zero]], dtype=object)  # 3 y - 1
    >>> second = np.array([[-one, zero], [4 * one, zero]], dtype=object)  # 4 x - 1
    >>> found = solve_system(System((1, 1), [first, second], []))
    >>> found.solutions[0].exact, found.unsettled
    ((1/4, 1/3), 0)
    """
    if any(not any(v != 0 for v in t.ravel()) for t in system.equations):
        return BoxSolutions([], 1, 0)  # one equation says nothing
    search = _Search(system)
    return search.run(most_boxes)


class _Search:
    def __init__(self, system: System):
        self.system = system
        self.equations = _Floats(system.equations, system.blocks)
        self.conditions = _Floats(system.conditions, system.blocks) if system.conditions else None
        self.solutions: list[tuple[Solution, Floats, Floats]] = []
        self.unsettled = self.visited = 0

    def run(self, most: int) -> BoxSolutions:
        n = sum(self.system.blocks)
        low, high = np.zeros((1, n)), np.ones((1, n))
        while len(low):
            if self.visited >= most or self.unsettled > _MOST_UNSETTLED or time_is_up():
                self.unsettled += len(low)
                break
            batch, low, high = (low[-_BATCH:], high[-_BATCH:]), low[:-_BATCH], high[:-_BATCH]
            self.visited += len(batch[0])
            more = self._step(*batch)
            low, high = np.concatenate([low, more[0]]), np.concatenate([high, more[1]])
        return BoxSolutions([s for s, _, _ in self.solutions], self.unsettled, self.visited)

    def _step(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Exclude, certify, shrink or halve a batch of boxes; return what is left of it."""
        low, high = self._in_simplices(low, high)
        if not len(low):
            return low, high
        centre, radius = (low + high) / 2, (high - low) / 2 * _MARGIN
        coefficients = self.equations.around(centre, radius)
        keep = self._possible(coefficients, centre, radius)
        low, high, centre, radius = (v[keep] for v in (low, high, centre, radius))
        coefficients = coefficients[keep]
        if not len(low):
            return low, high
        middle, spread, slope = self._krawczyk(coefficients)
        empty = np.any(np.abs(middle) - spread > 1, axis=1)
        certain = np.all((np.abs(middle) + spread < 1) & (slope < 1), axis=1) & ~empty
        for index in np.flatnonzero(certain):
            self._certified(centre[index], radius[index])
        left = ~empty & ~certain
        low, high, centre, radius = (v[left] for v in (low, high, centre, radius))
        middle, spread, coefficients = middle[left], spread[left], coefficients[left]
        tight_low = np.maximum(low, centre + radius * (middle - spread) - _ROUNDING)
        tight_high = np.minimum(high, centre + radius * (middle + spread) + _ROUNDING)
        some = (tight_low <= tight_high).all(axis=1)
        return self._halved(
            low[some], high[some], tight_low[some], tight_high[some], coefficients[some]
        )

    def _in_simplices(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        start, high = 0, high.copy()
        keep = np.ones(len(low), dtype=bool)
        for m in self.system.blocks:
            part = slice(start, start + m)
            total = low[:, part].sum(axis=1)
            keep &= total < 1 + _ROUNDING
            room = 1 - total[:, None] + low[:, part] + _ROUNDING
            high[:, part] = np.minimum(high[:, part], np.maximum(room, low[:, part]))
            start += m
        return low[keep], high[keep]

    def _possible(self, coefficients: Floats, centre: Floats, radius: Floats) -> NDArray[np.bool_]:
        spread = np.abs(coefficients[..., 1:]).sum(axis=-1) + _ROUNDING * self.equations.size
        keep: NDArray[np.bool_] = (np.abs(coefficients[..., 0]) <= spread).all(axis=1)
        if self.conditions is not None:
            others = self.conditions.around(centre, radius)
            spread = np.abs(others[..., 1:]).sum(axis=-1) + _ROUNDING * self.conditions.size
            keep &= (others[..., 0] <= spread).all(axis=1)
        return keep

    def _krawczyk(self, coefficients: Floats) -> tuple[Floats, Floats, Floats]:
        """Return where each t must lie (middle, spread) and the bound of the map's slope."""
        linear = coefficients[:, :, self.equations.linear]
        inverse = _inverse(linear)
        g = inverse @ coefficients
        error = _ROUNDING * (np.abs(inverse) @ self.equations.size)
        size = np.abs(g[..., 1:])
        own = np.take_along_axis(g, self.equations.linear[None, :, None], axis=2)[..., 0]
        rest = np.abs(own - 1) - np.abs(own)
        wide = 1 + _ROUNDING
        spread = (size.sum(axis=-1) + rest) * wide + error
        slope = (size @ self.equations.degree[1:] + rest) * wide + error * len(self.system.blocks)
        bad: NDArray[np.bool_] = np.array([not np.isfinite(part).all() for part in g])
        spread[bad], slope[bad] = np.inf, np.inf
        return np.where(bad[:, None], 0.0, -g[..., 0]), spread, slope

    def _halved(
        self, low: Floats, high: Floats, tight_low: Floats, tight_high: Floats, c: Floats
    ) -> tuple[Floats, Floats]:
        """Halve boxes that did not shrink to a half in some direction, and drop narrow ones."""
        width, before = tight_high - tight_low, high - low
        narrow = width.max(axis=1) < _NARROWEST
        self.unsettled += int(narrow.sum())
        shrunk = ((width < 0.6 * before) & (before > _NARROWEST)).any(axis=1) & ~narrow
        split = ~shrunk & ~narrow
        scale = np.abs(c).sum(axis=-1, keepdims=True) + 1e-300
        influence = (np.abs(c) / scale).sum(axis=1) @ self.equations.holds.T
        across = np.where(width > _NARROWEST, influence * width / np.maximum(before, 1e-300), -1.0)
        rows, axis = np.flatnonzero(split), across.argmax(axis=1)[split]
        cut = (tight_low[rows, axis] + tight_high[rows, axis]) / 2
        left_high, right_low = tight_high[rows].copy(), tight_low[rows].copy()
        left_high[np.arange(len(rows)), axis] = cut
        right_low[np.arange(len(rows)), axis] = cut
        return (
            np.concatenate([tight_low[shrunk], tight_low[rows], right_low]),
            np.concatenate([tight_high[shrunk], left_high, tight_high[rows]]),
        )

    # -- solutions ------------------------------------------------------------------------------

    def _certified(self, centre: Floats, radius: Floats) -> None:
        """Refine the only solution of a box; leave it out if it is known or certainly outside."""
        with working_precision():
            balls = self._refined(centre)
            inside = balls is not None and all(
                arb(float(c), float(r)).contains(b)
                for b, c, r in zip(balls, centre, radius, strict=True)
            )
            if balls is None or not inside:
                self.unsettled += 1
                return
            for known, c, r in self.solutions:
                if all(b.overlaps(k) for b, k in zip(balls, known.balls, strict=True)) and all(
                    arb(float(m), float(w)).contains(b) for b, m, w in zip(balls, c, r, strict=True)
                ):
                    return
            exact = self._exact(balls)
            if exact is not None:
                balls = [arb(e) for e in exact]
            if self._allowed(balls):
                self.solutions.append((Solution(tuple(balls), exact), centre, radius))

    def _allowed(self, balls: Sequence[Any]) -> bool:
        """Whether no probability is certainly negative and no condition certainly violated."""
        start = 0
        for m in self.system.blocks:
            part = balls[start : start + m]
            if any(b < 0 for b in (*part, 1 - sum(part, arb(0)))):
                return False
            start += m
        return not any(value(t, balls, self.system.blocks) > 0 for t in self.system.conditions)

    def _refined(self, centre: Floats) -> list[Any] | None:
        point = [arb(float(c)) for c in centre]
        n = len(point)
        for _ in range(9):
            f, j = self._f(point), self._jacobian(point)
            try:
                step = arb_mat(n, n, [e.mid() for e in j]).solve(arb_mat(n, 1, f)).entries()
            except ZeroDivisionError:
                return None
            point = [(p - s).mid() for p, s in zip(point, step, strict=True)]
            if all(abs(s.mid()) < arb(2) ** -280 for s in step):
                break
        radius = arb(2) ** -260
        box = [arb(p, radius.upper()) for p in point]
        try:
            inverse = arb_mat(n, n, self._jacobian(point)).inv()
        except ZeroDivisionError:
            return None
        move = inverse * arb_mat(n, 1, self._f(point))
        slope = inverse * arb_mat(n, n, self._jacobian(box))
        identity = arb_mat(n, n, [int(i == k) for i in range(n) for k in range(n)])
        away = arb_mat(n, 1, [b - p for b, p in zip(box, point, strict=True)])
        image = (arb_mat(n, 1, point) - move + (identity - slope) * away).entries()
        inside = all(b.contains_interior(k) for b, k in zip(box, image, strict=True))
        return [b.intersection(k) for b, k in zip(box, image, strict=True)] if inside else None

    def _f(self, point: Sequence[Any]) -> list[Any]:
        return [value(t, point, self.system.blocks) for t in self.system.equations]

    def _jacobian(self, point: Sequence[Any]) -> list[Any]:
        rows = []
        for tensor in self.system.equations:
            for axis, m in enumerate(self.system.blocks):
                for a in range(1, m + 1):
                    part = np.take(tensor, a, axis=axis)
                    rows.append(value(part, *_without(point, self.system.blocks, axis)))
        return rows

    def _exact(self, balls: Sequence[Any]) -> tuple[Any, ...] | None:
        """Return the solution as rational numbers, if the simplest ones nearby solve it."""
        guess = []
        for ball in balls:
            near = ball_to_enclosure(ball.mid()).lower.limit_denominator(10**12)
            number = fmpq(near.numerator, near.denominator)
            if not ball.contains(number):
                return None
            guess.append(number)
        solved = all(
            value(t, guess, self.system.blocks, fmpq(0)) == 0 for t in self.system.equations
        )
        return tuple(guess) if solved else None


def _inverse(matrices: Floats) -> Floats:
    """Invert a stack of matrices; any matrix will do where one is singular."""
    try:
        return np.asarray(np.linalg.inv(matrices))
    except np.linalg.LinAlgError:
        size = np.abs(matrices).max(axis=(1, 2), keepdims=True) + 1e-300
        tilt = np.diag(1 + np.arange(matrices.shape[1]) / math.pi)
        try:
            return np.asarray(np.linalg.inv(matrices + 1e-9 * size * tilt))
        except np.linalg.LinAlgError:
            return np.broadcast_to(np.eye(matrices.shape[1]), matrices.shape).copy()


def _without(
    point: Sequence[Any], blocks: tuple[int, ...], axis: int
) -> tuple[list[Any], tuple[int, ...]]:
    start = sum(blocks[:axis])
    rest = [*point[:start], *point[start + blocks[axis] :]]
    return rest, (*blocks[:axis], *blocks[axis + 1 :])


def value(tensor: Any, point: Sequence[Any], blocks: tuple[int, ...], zero: Any = None) -> Any:
    """Return the value of a tensor at a point of balls, or of rationals with `zero` one.

    Examples
    --------
    >>> tensor = np.array([fmpq(1), fmpq(3)], dtype=object)  # 1 + 3 x
    >>> value(tensor, [fmpq(1, 3)], (1,), fmpq(0))
    2
    """
    if not blocks:
        return arb(tensor) if zero is None else tensor
    total = value(tensor[0], point[blocks[0] :], blocks[1:], zero)
    for a, x in enumerate(point[: blocks[0]], start=1):
        part = tensor[a]
        if _some(part):
            total = total + x * value(part, point[blocks[0] :], blocks[1:], zero)
    return total


def _some(part: Any) -> bool:
    return any(v != 0 for v in part.ravel()) if isinstance(part, np.ndarray) else part != 0
