r"""The first-order system of a game along a policy: moves in the unit box, a strength in [0, 1].

With :math:`u_{i(k)}(t, \sigma)` the objective of the mover of :math:`t_k`, the system holds
:math:`g_k = \partial u_{i(k)} / \partial t_k`, :math:`h_{kl} = \partial g_k / \partial t_l` and
:math:`p_k = \partial g_k / \partial\sigma`, as one tape. A *first-order point* at strength
:math:`\sigma` satisfies for every k: :math:`g_k = 0` (interior), or :math:`t_k = 0, g_k \le 0`
(lower), or :math:`t_k = 1, g_k \ge 0` (upper). No sign of a second derivative is asked for, so that
first-order points do not vanish where it changes.

Steps
-----
1. Over boxes of moves and strengths, g, h and p are enclosed, and g at the centres in the same run.
2. At points, in doubles, Newton's method is run for many points at once: with labels given, or
   choosing them as it goes (the semismooth method of the primal-dual active set; M. Hintermüller,
   K. Ito and K. Kunisch, 2003). What it finds is where to look, and proves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from pigou.solvers.first_order import INTERIOR, LOWER, UPPER
from pigou.solvers.intervals import Ends, Floats
from pigou.solvers.logistic import with_logistic
from pigou.solvers.quick_intervals import QuickTape, add, multiply, scaled
from pigou.solvers.tape import Tape

__all__ = ["PolicySystem", "Slopes", "difference", "preconditioned", "row_sums", "seeds"]

_NEWTON_STEPS = 8
_SETTLED = 1e-8  # after which a step of Newton's method leaves an error of about its square
_FORMULAS = {
    "constant": "{q}", "add": "{0} + {1}", "multiply": "{0} * {1}", "power": "{0} ** {q}",
    "root": "{0} ** {q}", "exp": "exp({0})", "log": "log({0})", "logistic": "logistic({0}, {q})",
}  # fmt: skip


class Slopes(NamedTuple):
    """Enclosures of g (m, n), h (m, m, n) and p (m, n) over n boxes, and where they fail.

    Examples
    --------
    >>> t, s = sp.symbols("t s", real=True)
    >>> system = PolicySystem([t], s, ["ann"], {"ann": s * t - t**2 / 2})
    >>> over = system.enclosed(np.zeros((2, 1)), np.ones((2, 1)))
    >>> float(over.h[0][0, 0, 0]), float(over.p[0][0, 0]), bool(over.left[0])
    (-1.0, 1.0, False)
    """

    g: Ends
    h: Ends
    p: Ends
    left: NDArray[np.bool_]


class PolicySystem:
    """First-order conditions of all movers, with the strength of a policy as one more variable.

    Parameters
    ----------
    variables : sequence of sympy symbol
        The moves, each in [0, 1].
    strength : sympy symbol
        In [0, 1].
    owners : sequence of str
        Whose each move is.
    payoffs : mapping of str to sympy expression
        What each owner maximises.

    Examples
    --------
    >>> t, s = sp.symbols("t s", real=True)
    >>> system = PolicySystem([t], s, ["ann"], {"ann": s * t - t**2 / 2})
    >>> g, h, p = system.floats(np.array([[0.5], [0.25]]))
    >>> float(g[0, 0]), float(h[0, 0, 0]), float(p[0, 0])
    (-0.25, -1.0, 1.0)
    """

    def __init__(
        self,
        variables: Sequence[sp.Symbol],
        strength: sp.Symbol,
        owners: Sequence[str],
        payoffs: dict[str, sp.Expr],
    ):
        self.variables, self.strength, self.owners = tuple(variables), strength, tuple(owners)
        self.size = len(variables)
        self.payoffs = {player: with_logistic(payoff) for player, payoff in payoffs.items()}
        everything = [*variables, strength]
        self.gradient = [
            sp.diff(self.payoffs[owner], t) for owner, t in zip(owners, variables, strict=True)
        ]
        slopes = [[sp.diff(g, v) for v in everything] for g in self.gradient]
        self.slopes = slopes
        rows = [row[k] for row in slopes for k in range(self.size)]
        self.tape = Tape([*self.gradient, *rows, *(row[-1] for row in slopes)], everything)
        self.quick, self._run = QuickTape(self.tape), _compiled(self.tape)
        m = self.size
        self._rows = np.array([[*range(m + k * m, 2 * m + k * m), m + m * m + k] for k in range(m)])
        self._second: QuickTape | None = None
        self._third: QuickTape | None = None

    @property
    def second(self) -> QuickTape:
        """The derivatives of h by every variable and the strength, (m, m, m + 1) in one row."""
        if self._second is None:
            everything = [*self.variables, self.strength]
            found: dict[tuple[int, ...], sp.Expr] = {}
            rows = []
            for k, row in enumerate(self.slopes):
                for l in range(self.size):  # noqa: E741
                    for n in range(self.size + 1):
                        place = (k, *sorted((l, n)))
                        if place not in found:
                            found[place] = sp.diff(row[l], everything[n])
                        rows.append(found[place])
            self._second = QuickTape(Tape(rows, everything))
        return self._second

    @property
    def by_strength_twice(self) -> QuickTape:
        """The second derivatives of g by the strength, (m,)."""
        if self._third is None:
            everything = [*self.variables, self.strength]
            twice = [sp.diff(row[-1], self.strength) for row in self.slopes]
            self._third = QuickTape(Tape(twice, everything))
        return self._third

    def _parts(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        m, n = self.size, values.shape[1]
        return values[:m], values[m : m + m * m].reshape(m, m, n), values[m + m * m :]

    def floats(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Evaluate g, h and p at points (m + 1, n), in doubles."""
        return self._parts(self.tape.floats(points))

    def at_point(self, point: Floats) -> tuple[Floats, Floats]:
        """Evaluate g (m,) and its derivatives (m, m + 1) at one point, in doubles.

        Examples
        --------
        >>> t, s = sp.symbols("t s", real=True)
        >>> system = PolicySystem([t], s, ["ann"], {"ann": s * t - t**2 / 2})
        >>> [part.tolist() for part in system.at_point(np.array([0.5, 0.25]))]
        [[-0.25], [[-1.0, 1.0]]]
        """
        values = self._at_one(point)
        return values[: self.size], values[self._rows]

    def _at_one(self, point: Floats) -> Floats:
        try:
            if self._run is not None:
                return np.array(self._run(*point.tolist()), dtype=np.float64)
        except (ArithmeticError, ValueError, TypeError):  # undefined there, or too large
            pass
        return self.tape.floats(point[:, None])[:, 0]

    def enclosed(self, low: Floats, high: Floats) -> Slopes:
        """Enclose g, h and p over boxes (m + 1, n)."""
        below, above, left = self.quick.intervals(low, high)
        pairs = zip(self._parts(below), self._parts(above), strict=True)
        g, h, p = (pair for pair in pairs)
        return Slopes(g, h, p, left)

    def around(self, low: Floats, high: Floats) -> tuple[Slopes, Slopes, Floats]:
        """Enclose over boxes and at their centres in one run; return the centres too."""
        n = low.shape[1]
        centre = np.clip(low + (high - low) / 2, low, high)
        both = self.enclosed(np.hstack([low, centre]), np.hstack([high, centre]))

        def cut(part: slice) -> Slopes:
            g, h, p = ((e[0][..., part], e[1][..., part]) for e in both[:3])
            return Slopes(g, h, p, both.left[part])

        return cut(slice(0, n)), cut(slice(n, 2 * n)), centre

    def newton(self, points: Floats, labels: NDArray[np.int8]) -> tuple[Floats, NDArray[np.bool_]]:
        """Run Newton's method in the moves that are interior, at given strengths.

        Parameters
        ----------
        points : array (m + 1, n)
        labels : array (m, n)

        Returns
        -------
        points, arrived : arrays
        """
        points = points.copy()
        m = self.size
        inner = labels == INTERIOR
        points[:m] = np.where(labels == LOWER, 0.0, np.where(labels == UPPER, 1.0, points[:m]))
        arrived = np.zeros(points.shape[1], dtype=bool)
        for _ in range(_NEWTON_STEPS):
            g, h, _ = self.floats(points)
            step = _solved(h, np.where(inner, g, 0.0), inner)
            points[:m] -= step
            size = np.abs(step).max(axis=0)
            arrived = size < _SETTLED
            if (arrived | ~(size < 2)).all():
                break
        return points, arrived & np.isfinite(points).all(axis=0)


def _compiled(tape: Tape) -> Callable[..., list[float]] | None:
    """Return a tape as a Python function of numbers, for one point; None if it has other steps."""
    lines = [f"def run({', '.join(f'r{k}' for k in range(tape.size))}):"]
    try:
        for place, (name, arguments, number) in enumerate(tape.steps, tape.size):
            q = float(number) if name == "constant" or number.denominator > 1 else int(number)
            formula = _FORMULAS[name].format(*(f"r{k}" for k in arguments), q=q)
            lines.append(f"    r{place} = {formula}")
    except (KeyError, OverflowError):
        return None
    lines.append(f"    return [{', '.join(f'r{k}' for k in tape.outputs)}]")
    scope: dict[str, Any] = {"exp": math.exp, "log": math.log, "logistic": _logistic}
    exec("\n".join(lines), scope)
    run: Callable[..., list[float]] = scope["run"]
    return run


def _logistic(u: float, order: int) -> float:
    value = 1 / (1 + math.exp(-u))
    slope = value * (1 - value)
    return (value, slope, slope * (1 - 2 * value))[order]


def _solved(h: Floats, right: Floats, inner: NDArray[np.bool_]) -> Floats:
    """Solve h x = right over the interior variables (identity elsewhere), for many at once."""
    m = h.shape[0]
    both = inner[:, None] & inner[None, :]
    matrix = np.moveaxis(np.where(both, h, np.eye(m)[:, :, None]), 2, 0)
    matrix = np.where(np.isfinite(matrix), matrix, 0.0)
    singular = np.abs(np.linalg.det(matrix)) < 1e-200
    matrix = np.where(singular[:, None, None], np.eye(m), matrix)
    right = np.where(np.isfinite(right), right, 1.0)
    try:
        return np.asarray(np.linalg.solve(matrix, right.T[:, :, None])[:, :, 0].T, dtype=np.float64)
    except np.linalg.LinAlgError:
        return right


def seeds(
    system: PolicySystem, strengths: Sequence[float] | Floats, starts: int = 24
) -> list[Floats]:
    """Look for first-order points at some strengths from many starts; a list of (m + 1, n).

    Examples
    --------
    >>> t, s = sp.symbols("t s", real=True)
    >>> system = PolicySystem([t], s, ["ann"], {"ann": 2 * s * t - t**2 / 2})
    >>> [found[0].round(9).tolist() for found in seeds(system, [0.25, 1.0])]
    [[0.5], [1.0]]
    """
    m = system.size
    random = np.random.default_rng(20_000 + m)
    corners = np.array(list(np.ndindex(*(2,) * m)), dtype=float).T if m <= 4 else np.eye(m)
    first = np.hstack([corners, random.random((m, starts))])
    n = first.shape[1]
    points = np.vstack([np.tile(first, len(strengths)), np.repeat(strengths, n)[None]])
    with np.errstate(all="ignore"):
        good = _arrived(system, points)
    found = []
    for strength in strengths:
        here = points[:, good & (points[m] == strength)]
        places = np.unique(here[:m].round(7), axis=1, return_index=True)[1]
        found.append(here[:, places])
    return found


def _arrived(system: PolicySystem, points: Floats) -> NDArray[np.bool_]:
    """Move points in place to first-order points; say which arrived."""
    m, good = system.size, np.zeros(points.shape[1], dtype=bool)
    for _ in range(_NEWTON_STEPS + 6):
        g, h, _ = system.floats(points)
        t = points[:m]
        size = np.maximum(np.abs(np.diagonal(h, axis1=0, axis2=1).T), 1e-12)
        goal = t + g / size
        fixed = (goal <= 0) | (goal >= 1)
        bound = np.where(goal <= 0, 0.0, 1.0)
        away = np.where(fixed, bound - t, 0.0)
        right = np.where(fixed, 0.0, g + np.einsum("kln,ln->kn", h, away))
        step = np.where(fixed, away, -_solved(h, right, ~fixed))
        points[:m] = np.clip(t + step, 0.0, 1.0)
        before, good = good, np.abs(step).max(axis=0) < _SETTLED
        if good.all() or (good.mean() > 0.9 and good.sum() == before.sum()):
            break
    return good


def difference(x: Ends, y: Ends) -> Ends:
    """Subtract intervals.

    Examples
    --------
    >>> one, two = np.array([1.0]), np.array([2.0])
    >>> low, high = difference((one, two), (one, one))
    >>> bool(-1e-9 < low[0] < 0), bool(1 < high[0] < 1.000001)
    (True, True)
    """
    return add(x, (-y[1], -y[0]))


def row_sums(matrix: Ends, vector: Ends) -> Ends:
    """Multiply interval matrices (m, l, n) by interval vectors (l, n).

    Examples
    --------
    >>> ones = np.ones((1, 2, 1))
    >>> [end.round(9).tolist() for end in row_sums((ones, ones), (ones[0], 2 * ones[0]))]
    [[[2.0]], [[4.0]]]
    """
    parts = multiply(matrix, (vector[0][None], vector[1][None]))
    total: Ends = parts[0][:, 0], parts[1][:, 0]
    for k in range(1, parts[0].shape[1]):
        total = add(total, (parts[0][:, k], parts[1][:, k]))
    return total


def preconditioned(inverse: Floats, ends: Ends) -> Ends:
    """Multiply double matrices (m, m, n) by interval vectors (m, n).

    Examples
    --------
    >>> box = np.zeros((1, 1)), np.ones((1, 1))
    >>> [end.round(9).tolist() for end in preconditioned(2 * np.ones((1, 1, 1)), box)]
    [[[-0.0]], [[2.0]]]
    """
    parts = scaled((ends[0][None], ends[1][None]), inverse)
    total: Ends = parts[0][:, 0], parts[1][:, 0]
    for k in range(1, parts[0].shape[1]):
        total = add(total, (parts[0][:, k], parts[1][:, k]))
    return total
