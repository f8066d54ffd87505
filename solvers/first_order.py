r"""The first-order system of moves in the unit box, each interior, at its lower or its upper end.

Every mover k chooses :math:`t_k \in [0, 1]` to maximise an objective :math:`u_{i(k)}(t)`, where
i(k) is its player; a player may choose several. With :math:`g_k = \partial u_{i(k)} / \partial t_k`
and :math:`h_{kl} = \partial g_k / \partial t_l`, a profile of best replies satisfies for every k

.. math:: g_k = 0,\; h_{kk} \le 0 \quad\text{(interior)}, \qquad
          t_k = 0,\; g_k \le 0 \quad\text{(lower)}, \qquad
          t_k = 1,\; g_k \ge 0 \quad\text{(upper)}.

A variable is *free* as long as none of the three is singled out.

Steps, for many boxes at once
-----------------------------
1. Enclose g and h over each box; intersect g with the mean-value form
   :math:`g(c) + h(X)(X - c)`, c the centre.
2. A variable whose :math:`g_k` is positive throughout the box can only be at its upper end: the
   face of the box is kept, if it has one, and otherwise the box holds no solution. Likewise below.
   On a face this asks only for the sign; where the variable is interior, 0 must be possible.
3. A variable with :math:`h_{kk} > 0` throughout is at an end: its objective is convex there.
4. Nothing is concluded in boxes in which a formula is not defined everywhere.

With kinks the system has a row for each switch too, after those of the moves, with its kink
:math:`\varphi_j` in place of g (`pigou.solvers.kinks`). A switch that is labelled interior is
*between* 0 and 1, with :math:`\varphi_j = 0`; step 3 waits until the branch is settled, and a box
in which a switch is between though 0 or 1 would do is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import sympy as sp
from flint import arb, arb_mat, fmpq
from numpy.typing import NDArray

from pigou.solvers.intervals import Ends, Floats, add, multiply
from pigou.solvers.kinks import Switch
from pigou.solvers.logistic import with_logistic
from pigou.solvers.tape import Tape

__all__ = [
    "FREE",
    "INTERIOR",
    "LOWER",
    "UPPER",
    "Boxes",
    "FirstOrder",
    "Values",
    "prune",
    "sharpened",
]

FREE, LOWER, UPPER, INTERIOR = range(4)

Labels = NDArray[np.int8]


class Boxes(NamedTuple):
    """Boxes of moves: ends and labels, each of shape (variables, boxes)."""

    low: Floats
    high: Floats
    label: Labels

    def pick(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Boxes:
        """Return some of the boxes."""
        return Boxes(self.low[:, which], self.high[:, which], self.label[:, which])

    def joined(self, *others: Boxes) -> Boxes:
        """Return these boxes and others."""
        everything = (self, *others)
        return Boxes(
            np.concatenate([boxes.low for boxes in everything], axis=1),
            np.concatenate([boxes.high for boxes in everything], axis=1),
            np.concatenate([boxes.label for boxes in everything], axis=1),
        )

    def copy(self) -> Boxes:
        """Return the same boxes in arrays of their own."""
        return Boxes(self.low.copy(), self.high.copy(), self.label.copy())

    @property
    def number(self) -> int:
        """How many there are."""
        return int(self.low.shape[1])

    @property
    def centre(self) -> Floats:
        """A point within each box, near its middle."""
        return np.clip(self.low + (self.high - self.low) / 2, self.low, self.high)

    @property
    def offset(self) -> Ends:
        """Enclose the box less its centre."""
        less = -self.centre
        return add((self.low, self.low), (less, less))[0], add((self.high,) * 2, (less,) * 2)[1]


class Values(NamedTuple):
    """Enclosures over boxes.

    Attributes
    ----------
    g, h : pairs of arrays
        Of shapes (m, boxes) and (m, m, boxes).
    objective : pair of arrays or None
    left : array of bool
        Where some formula is not defined throughout the box.
    """

    g: Ends
    h: Ends
    objective: Ends | None
    left: NDArray[np.bool_]


class _Bend(NamedTuple):
    """Where a switch stands in a system: its row, the own moves in its kink, and those it bends."""

    row: int
    holds: tuple[int, ...]
    felt: tuple[int, ...]


class FirstOrder:
    """First-order conditions of some variables, the other variables being given.

    Parameters
    ----------
    variables : sequence of sympy symbol
        All that occur in the objectives.
    active : sequence of int
        Which of them are chosen here.
    objectives : sequence of sympy expression
        For each active variable, what its mover maximises.
    valued : bool
        Whether all maximise the first objective, whose value is then enclosed too.
    switches : sequence of Switch
        Those in the objectives.
    holders : sequence of sequence of int
        For each switch, which of the variables its player chooses.
    rows : sequence of sympy expression, optional
        What to take as g instead, of the same sign as the derivative at every solution
        (`pigou.solvers.implicit_stage`). It is not known to be a gradient, so that step 3 is left
        out.

    Attributes
    ----------
    moves, size : int
        The number of active variables, and of those and the switches: the rows of the system.
    curved : bool
        Whether h has the second derivatives of objectives.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> system = FirstOrder([x], [0], [x * (1 - x)], True)
    >>> box = Boxes(np.zeros((1, 1)), np.ones((1, 1)), np.zeros((1, 1), dtype=np.int8))
    >>> g = system.values(box).g
    >>> float(g[0][0, 0]), float(g[1][0, 0])
    (-1.0, 1.0)
    """

    def __init__(
        self,
        variables: Sequence[sp.Symbol],
        active: Sequence[int],
        objectives: Sequence[sp.Expr],
        valued: bool,
        switches: Sequence[Switch] = (),
        holders: Sequence[Sequence[int]] = (),
        rows: Sequence[sp.Expr] | None = None,
    ):
        objectives = [with_logistic(objective) for objective in objectives]
        self.moves, self.valued, self.switches = len(active), valued, tuple(switches)
        self.size = self.moves + len(self.switches)
        places = range(len(variables), len(variables) + len(self.switches))
        self.active = (*active, *places)
        everything = [*variables, *(switch.symbol for switch in self.switches)]
        chosen = [everything[k] for k in self.active]
        pairs = zip(objectives, chosen[: self.moves], strict=True)
        self.curved = rows is None
        self.gradient = [sp.diff(u, v) for u, v in pairs] if rows is None else list(rows)
        system = [*self.gradient, *(switch.kink for switch in self.switches)]
        slopes = [sp.diff(g, v) for g in system for v in chosen]
        self.tape = Tape([*system, *slopes, *objectives[: int(valued)]], everything)
        given = [k for k in range(len(variables)) if k not in self.active]
        self._given = dict.fromkeys(given, (np.nan, np.nan))
        self._balls: dict[int, arb] = {}
        self._exact: dict[int, fmpq] | None = None if given else {}
        owned = [[k for k in range(self.moves) if self.active[k] in own] for own in holders]
        self.bends = [
            _Bend(
                self.moves + j,
                tuple(k for k in own if slopes[(self.moves + j) * self.size + k] != 0),
                tuple(k for k in own if slopes[k * self.size + self.moves + j] != 0),
            )
            for j, own in enumerate(owned)
        ]
        self.tangles = [
            (self.moves + j, self.moves + i)
            for j, one in enumerate(self.switches)
            for i, other in enumerate(self.switches[:j])
            if one.player == other.player
            and Switch.tangled([self.gradient[k] for k in owned[j]], one.symbol, other.symbol)
        ]

    def fixed(
        self,
        ends: dict[int, tuple[float, float]],
        balls: dict[int, arb],
        exact: dict[int, fmpq] | None = None,
    ) -> None:
        """Give the other variables their values: as doubles around them, as balls, and exactly."""
        self._given, self._balls, self._exact = dict(ends), dict(balls), exact

    def values(self, boxes: Boxes) -> Values:
        """Enclose derivatives (and the objective) over boxes."""
        return self._enclosed(boxes.low, boxes.high)

    def at_centre(self, boxes: Boxes) -> Values:
        """Enclose derivatives (and the objective) at the centres of boxes."""
        return self._enclosed(boxes.centre, boxes.centre)

    def at_moves(self, boxes: Boxes) -> Values:
        """Enclose the same where moves are at the centres, for all values of the switches."""
        m, centre = self.moves, boxes.centre
        low, high = (np.vstack([centre[:m], end[m:]]) for end in (boxes.low, boxes.high))
        return self._enclosed(low, high)

    def _enclosed(self, low: Floats, high: Floats) -> Values:
        below, above, left = self.tape.intervals(*self._full(low, high))
        m, n = self.size, low.shape[1]
        g = below[:m], above[:m]
        h = tuple(e[m : m + m * m].reshape(m, m, n) for e in (below, above))
        objective = (below[-1], above[-1]) if self.valued else None
        return Values(g, (h[0], h[1]), objective, left)

    def _full(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        shape = (self.size + len(self._given), low.shape[1])
        full = np.empty(shape), np.empty(shape)
        for k, ends in self._given.items():
            full[0][k], full[1][k] = ends
        full[0][list(self.active)], full[1][list(self.active)] = low, high
        return full

    def slopes(self, point: Floats) -> tuple[Floats, Floats]:
        """Evaluate g and h at one point, in doubles."""
        low, high = self._full(point[:, None], point[:, None])
        values = self.tape.floats(low + (high - low) / 2)[:, 0]
        m = self.size
        return values[:m], values[m : m + m * m].reshape(m, m)

    def balls(self, point: Sequence[arb]) -> tuple[list[arb], arb_mat, arb | None]:
        """Enclose g, h and the objective over balls for the active variables."""
        full: dict[int, arb] = {**self._balls, **dict(zip(self.active, point, strict=True))}
        values = self.tape.balls([full[k] for k in range(len(full))])
        m = self.size
        return values[:m], arb_mat(m, m, values[m : m + m * m]), values[-1] if self.valued else None

    def exactly(self, point: Sequence[fmpq]) -> list[fmpq] | None:
        """Return g at a rational point, if it and the other variables are rational."""
        values = self._rationals(point)
        return None if values is None else values[: self.size]

    def objective_exactly(self, point: Sequence[fmpq]) -> fmpq | None:
        """Return the objective at a rational point, if it and the other variables are rational."""
        values = self._rationals(point)
        return None if values is None else values[-1]

    def attained_exactly(self, moves: Sequence[fmpq]) -> fmpq | None:
        """Return the objective at rational moves, each switch as its kink has it, if rational."""
        switches = [fmpq(0)] * len(self.switches)
        for _ in range(len(switches) + 1):
            values = self._rationals([*moves, *switches])
            if values is None:
                return None
            before = switches
            switches = [fmpq(int(kink > 0)) for kink in values[self.moves : self.size]]
            if switches == before:
                return values[-1]
        return None

    def _rationals(self, point: Sequence[fmpq]) -> list[fmpq] | None:
        if self._exact is None:
            return None
        full = {**self._exact, **dict(zip(self.active, point, strict=True))}
        return self.tape.rationals([full[k] for k in range(len(full))])

    def attained(self, moves: Sequence[arb]) -> arb | None:
        """Enclose the objective over balls for the moves, each switch as its kink has it."""
        switches = [arb(0.5, 0.5)] * len(self.switches)
        for _ in range(len(switches) + 1):
            kinks, _, value = self.balls([*moves, *switches])
            before = list(switches)
            for j, kink in enumerate(kinks[self.moves :]):
                switches[j] = arb(1) if kink > 0 else arb(0) if kink < 0 else before[j]
            if all(one is other for one, other in zip(before, switches, strict=True)):
                break
        return value if value is not None and value.is_finite() else None


def sharpened(system: FirstOrder, boxes: Boxes, values: Values, centre: Values) -> Values:
    """Intersect natural enclosures of g and of the objective with their mean-value forms.

    `centre` has moves at the centres, for all values of the switches (`FirstOrder.at_moves`): for
    each of these, the formulas are smooth in the moves.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> system = FirstOrder([x], [0], [x**2 - 2 * x], True)
    >>> box = Boxes(np.zeros((1, 1)), np.ones((1, 1)), np.zeros((1, 1), dtype=np.int8))
    >>> values = system.values(box), system.at_moves(box)
    >>> [round(float(end[0]), 9) for end in values[0].objective]
    [-2.0, 1.0]
    >>> [round(float(end[0]), 9) for end in sharpened(system, box, *values).objective]
    [-1.75, 0.25]
    """
    offset = boxes.offset
    usable = ~(values.left | centre.left)
    g, objective = centre.g, centre.objective
    for k in range(system.moves):
        away = offset[0][k], offset[1][k]
        g = add(g, multiply((values.h[0][:, k], values.h[1][:, k]), away))
    g = _met(values.g, g, usable)
    if objective is not None and values.objective is not None:
        for k in range(system.moves):
            objective = add(objective, multiply((g[0][k], g[1][k]), (offset[0][k], offset[1][k])))
        objective = _met(values.objective, objective, usable)
    return Values(g, values.h, objective, values.left)


def _met(one: Ends, other: Ends, usable: NDArray[np.bool_]) -> Ends:
    low = np.where(usable, np.maximum(one[0], other[0]), one[0])
    return low, np.where(usable, np.minimum(one[1], other[1]), one[1])


def prune(system: FirstOrder, boxes: Boxes, values: Values) -> tuple[Boxes, NDArray[np.bool_]]:
    """Settle labels as far as the signs of g and h tell (steps 2-4); say which boxes to keep.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> system = FirstOrder([x], [0], [-x], False)
    >>> box = Boxes(np.zeros((1, 1)), np.ones((1, 1)), np.zeros((1, 1), dtype=np.int8))
    >>> found, kept = prune(system, box, system.values(box))
    >>> found.high.tolist(), found.label.tolist() == [[LOWER]], kept.tolist()
    ([[0.0]], True, [True])
    """
    g = values.g
    low, high, label = boxes.copy()
    known, keep = ~values.left, np.ones(boxes.number, dtype=bool)
    for k in range(system.size):
        rising, falling = (g[0][k] > 0) & known, (g[1][k] < 0) & known
        convex = (values.h[0][k, k] > 0) & known & _on_one_branch(system, k, label, values)
        convex &= system.curved
        at_low, at_high, free = low[k] == 0, high[k] == 1, label[k] == FREE
        keep &= ~((label[k] == LOWER) & rising) & ~((label[k] == UPPER) & falling)
        keep &= ~((label[k] == INTERIOR) & (rising | falling | convex))
        up = free & at_high & (rising | (convex & ~at_low & ~falling))
        down = free & at_low & (falling | (convex & ~at_high & ~rising)) & ~up
        keep &= ~(free & ~up & ~down & (rising | falling | (convex & ~at_low & ~at_high)))
        label[k] = np.where(up, UPPER, np.where(down, LOWER, label[k]))
        low[k] = np.where(up, 1.0, low[k])
        high[k] = np.where(down, 0.0, high[k])
        inner = (label[k] == FREE) & (low[k] > 0) & (high[k] < 1)
        label[k] = np.where(inner, INTERIOR, label[k])
    boxes = Boxes(low, high, label)
    return boxes, keep & ~(_needless(system, boxes, values) & known)


def _on_one_branch(system: FirstOrder, k: int, label: Labels, values: Values) -> NDArray[np.bool_]:
    """Say in which boxes a small step of a move stays on one branch, upwards or downwards."""
    up, down = np.ones((2, label.shape[1]), dtype=bool)
    for row, holds, _ in system.bends:
        if k in holds:
            sure = (values.g[0][row] > 0) | (values.g[1][row] < 0)
            rises, falls = values.h[0][row, k] > 0, values.h[1][row, k] < 0
            one, zero = label[row] == UPPER, label[row] == LOWER
            up &= sure | (one & rises) | (zero & falls)
            down &= sure | (one & falls) | (zero & rises)
    return up | down


def _needless(system: FirstOrder, boxes: Boxes, values: Values) -> NDArray[np.bool_]:
    """Say in which boxes a switch is between 0 and 1 though one of these would do as well."""
    drop = np.zeros(boxes.number, dtype=bool)
    for row, holds, felt in system.bends:
        needless = np.full(boxes.number, not holds or not felt)
        for k in holds:
            rise = values.h[0][k, row], values.h[1][k, row]
            slope = values.h[0][row, k], values.h[1][row, k]
            needless |= multiply(rise, slope)[0] > 0
        if len(felt) == 1:
            needless |= (boxes.label[felt[0]] == LOWER) | (boxes.label[felt[0]] == UPPER)
        drop |= needless & (boxes.label[row] == INTERIOR)
    return drop
