r"""First-order conditions over boxes of many games: enclosures, and Krawczyk images.

With :math:`g_k` the derivative of the mover's payoff in its move :math:`t_k \in [0, 1]` and
:math:`h_{kl} = \partial g_k / \partial t_l`, and :math:`Y \approx h^{-1}` at the middle of h over
the interior variables, every solution in a box with centre c and radius r is within
:math:`T r + |Y| \operatorname{rad} g(c)` of :math:`p = c - Y g(c)`, where
:math:`T = |I - Y \operatorname{mid} h| + |Y| \operatorname{rad} h`: the Krawczyk image, written as
centre and radius.

Rounding: sums of up to :math:`m^2` products of numbers of at least 0 err by a factor within
:math:`1 \pm 2^{-47}` for m up to 8; every such bound is multiplied by :math:`1 + 2^{-46}`. A sum of
products of any sign errs by at most :math:`2^{-47}` times the sum of their sizes, which is added.

Sources: R. Krawczyk (1969), Newton-Algorithmen zur Bestimmung von Nullstellen mit
Fehlerschranken; A. Neumaier (1990), Interval Methods for Systems of Equations; N. J. Higham (2002),
Accuracy and Stability of Numerical Algorithms, section 3.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from pigou.solvers.batch_intervals import Pair, up
from pigou.solvers.batch_tape import Program, Table, with_logistic
from pigou.solvers.first_order import INTERIOR
from pigou.solvers.intervals import Floats

__all__ = [
    "SLACK", "Bools", "Boxes", "Conditions", "Enclosed", "Ints", "Points", "enclosed", "krawczyk",
    "pairs_of",
]  # fmt: skip

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

SLACK = 2.0**-46


class Conditions(NamedTuple):
    """The first-order conditions of a family of games.

    Attributes
    ----------
    size : int
        The number of variables m.
    full : Program
        Encloses g (m formulas) and h (m times m).
    gradient : Program
        Encloses g alone.
    single : tuple of Program
        Each encloses one formula of g.
    tables : tuple of Table
        What depends on the parameters of each game, in the order of these programs; none before
        games are given.
    """

    size: int
    full: Program
    gradient: Program
    single: tuple[Program, ...]
    tables: tuple[Table, ...]

    @classmethod
    def of(
        cls,
        variables: Sequence[sp.Symbol],
        symbols: Sequence[sp.Symbol],
        objectives: Sequence[sp.Expr],
    ) -> Conditions:
        """Differentiate the objectives of the movers, the parameters being symbols.

        Examples
        --------
        >>> x, c = sp.symbols("x c", real=True)
        >>> Conditions.of([x], [c], [c * x - x**2]).full.outputs
        (4, 2)
        """
        pairs = zip(objectives, variables, strict=True)
        g = [sp.diff(with_logistic(objective), v) for objective, v in pairs]
        h = [sp.diff(one, v) for one in g for v in variables]
        formulas = ([*g, *h], g, *([one] for one in g))
        full, gradient, *single = (Program(f, variables, symbols) for f in formulas)
        return cls(len(variables), full, gradient, tuple(single), ())

    def at(self, parameters: Floats) -> Conditions:
        """Return the conditions of games, given by parameters (parameters, games)."""
        programs = (self.full, self.gradient, *self.single)
        return self._replace(tables=tuple(program.table(parameters) for program in programs))


class Boxes(NamedTuple):
    """Boxes of many games: ends and labels (variables, boxes), and the game of each."""

    low: Floats
    high: Floats
    label: NDArray[np.int8]
    game: Ints

    def pick(self, which: Any) -> Boxes:
        """Return some of the boxes."""
        if isinstance(which, np.ndarray) and which.dtype == bool:
            which = np.flatnonzero(which)
        take = (self.low.take(which, 1), self.high.take(which, 1), self.label.take(which, 1))
        return Boxes(*take, self.game.take(which))

    @staticmethod
    def joined(parts: list[Boxes]) -> Boxes:
        """Return several lots as one."""
        if len(parts) == 1:
            return parts[0]
        return Boxes(*(np.concatenate(arrays, axis=-1) for arrays in zip(*parts, strict=True)))

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.game)


class Points(NamedTuple):
    """First-order points, each in a box in which it is the only one with its labels.

    Attributes
    ----------
    low, high : arrays of shape (variables, points)
        A narrow enclosure of each.
    label : array of shape (variables, points)
    game : array of shape (points,)
        Ascending.
    """

    low: Floats
    high: Floats
    label: NDArray[np.int8]
    game: Ints

    def pick(self, which: Bools | Ints) -> Points:
        """Return some of the points."""
        low, high = self.low[:, which], self.high[:, which]
        return Points(low, high, self.label[:, which], self.game[which])

    @staticmethod
    def none(m: int) -> Points:
        """Return no points, of m variables.

        Examples
        --------
        >>> Points.none(2).low.shape
        (2, 0)
        """
        nowhere = np.zeros((m, 0))
        return Points(nowhere, nowhere, np.zeros((m, 0), np.int8), np.zeros(0, np.intp))

    @staticmethod
    def joined(parts: Sequence[Points]) -> Points:
        """Return several lots as one."""
        return Points(*(np.concatenate(arrays, axis=-1) for arrays in zip(*parts, strict=True)))


class Enclosed(NamedTuple):
    """Enclosures over boxes X with centres c: g over X, g at c, h over X (lists of pairs)."""

    centre: Floats
    radius: Floats
    g: list[Pair]
    middle: list[Pair]
    h: list[list[Pair]]
    known: Bools


def enclosed(conditions: Conditions, boxes: Boxes) -> Enclosed:
    """Enclose derivatives over boxes and at their centres.

    Examples
    --------
    >>> x, c = sp.symbols("x c", real=True)
    >>> conditions = Conditions.of([x], [c], [c * x - x**2]).at(np.array([[1.0]]))
    >>> ends = np.zeros((1, 1)), np.ones((1, 1))
    >>> boxes = Boxes(*ends, np.full((1, 1), INTERIOR, np.int8), np.array([0]))
    >>> values = enclosed(conditions, boxes)
    >>> [end.round(9).tolist() for end in values.g[0]]
    [[-1.0], [1.0]]
    """
    m = conditions.size
    low, high, game = boxes.low, boxes.high, boxes.game
    centre = np.clip(low + (high - low) / 2, low, high)
    values, left = conditions.full.over(conditions.tables[0], game, pairs_of(low, high))
    middle, undefined = conditions.gradient.over(conditions.tables[1], game, pairs_of(centre))
    h = [values[m + k * m : m + (k + 1) * m] for k in range(m)]
    radius = up(np.maximum(high - centre, centre - low))
    return Enclosed(centre, radius, values[:m], middle, h, ~(left | undefined))


def pairs_of(low: Floats, high: Floats | None = None) -> list[Pair]:
    """Return the ends of each variable, the same object where boxes are points."""
    if high is None:
        return [(row, row) for row in low]
    return list(zip(low, high, strict=True))


def krawczyk(label: NDArray[np.int8], values: Enclosed) -> tuple[Floats, Floats, Floats]:
    """Return the image of boxes as centre and radius, and the largest ratio of T r to r.

    Examples
    --------
    >>> x, c = sp.symbols("x c", real=True)
    >>> conditions = Conditions.of([x], [c], [c * x - x**2]).at(np.array([[0.75]]))
    >>> ends = np.zeros((1, 1)), np.ones((1, 1))
    >>> boxes = Boxes(*ends, np.full((1, 1), INTERIOR, np.int8), np.array([0]))
    >>> image, radius, ratio = krawczyk(boxes.label, enclosed(conditions, boxes))
    >>> image.tolist(), bool(radius[0, 0] < 1e-12), bool(ratio[0] < 1e-12)
    ([[0.375]], True, True)
    """
    m, n = label.shape
    inner = label == INTERIOR
    middle, spread = np.zeros((m, m, n)), np.zeros((m, m, n))
    for i in range(m):
        for k in range(m):
            a, b = values.h[i][k]
            both = inner[i] & inner[k]
            centre = a + (b - a) / 2
            middle[i, k] = np.where(both, centre, float(i == k))
            spread[i, k] = np.where(both, up(np.maximum(b - centre, centre - a)), 0.0)
    inverse = _inverses(middle)
    image, radius, ratio = values.centre.copy(), np.zeros((m, n)), np.zeros(n)
    g = [a + (b - a) / 2 for a, b in values.middle]
    doubt = [up(np.maximum(b - c, c - a)) for (a, b), c in zip(values.middle, g, strict=True)]
    places = range(m)
    for i in places:
        reach = np.zeros(n)
        for k in places:
            products = [inverse[i, j] * middle[j, k] for j in places]
            sizes = sum(np.abs(p) for p in products) + float(i == k)
            spreads = sum(np.abs(inverse[i, j]) * spread[j, k] for j in places)
            entry = np.abs(float(i == k) - sum(products)) + spreads + sizes * SLACK
            reach += np.where(inner[k], entry * values.radius[k], 0.0)
        shift = np.zeros(n)
        extra = np.abs(image[i]) * SLACK
        for j in places:
            product = np.where(inner[j], inverse[i, j] * g[j], 0.0)
            shift += product
            extra += np.abs(product) * SLACK
            extra += np.where(inner[j], np.abs(inverse[i, j]) * doubt[j], 0.0)
        image[i] = np.where(inner[i], image[i] - shift, image[i])
        radius[i] = np.where(inner[i], (reach + extra) * (1 + SLACK), 0.0)
        ratio = np.maximum(ratio, np.where(inner[i], reach / values.radius[i], 0.0))
    return image, radius, ratio


def _inverses(matrices: Floats) -> Floats:
    """Invert matrices (m, m, boxes) approximately: NaN where that fails."""
    m = len(matrices)
    if m == 1:
        return 1 / matrices
    if m == 2:
        (a, b), (c, d) = matrices
        scale = 1 / (a * d - b * c)
        return np.array([[d * scale, -b * scale], [-c * scale, a * scale]])
    stacked = np.moveaxis(matrices, 2, 0)
    good: Bools = np.asarray(np.isfinite(stacked).all(axis=(1, 2)))
    good[good] = np.abs(np.linalg.det(stacked[good])) > 1e-200
    result = np.full(stacked.shape, np.nan)
    if good.any():
        result[good] = np.linalg.inv(stacked[good])
    return np.moveaxis(result, 0, 2)
