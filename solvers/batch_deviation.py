r"""The best replies at many first-order points of many games, with proof.

A first-order point :math:`t^*` is an equilibrium iff for every player i no :math:`t_i` in its own
box has :math:`u_i(t_i, t^*_{-i}) > u_i(t^*)`. Its enclosure is E; rivals are held at theirs.

Steps, for boxes W of own moves, that of a point at first the whole unit box
----------------------------------------------------------------------------
1. Let H be the smallest box that holds W and :math:`E_i`. If :math:`u_i` is concave on H (minus its
   second derivatives positive definite), nothing in W is better: :math:`u_i(y) \le u_i(t^*) +
   \nabla u_i(t^*) (y - t^*_i)`, and the first-order conditions make the last term at most 0.
2. By the mean-value theorem nothing in W is better either if :math:`\sum_k g_k(H) (W_k - E_k)` is
   at most 0: so at a corner that everything falls away from.
3. Nothing in W is better if :math:`u_i` over W, as it stands or in mean-value form, is at most the
   lower bound of :math:`u_i(E)`.
4. If :math:`u_i` at the centre of W exceeds the upper bound of :math:`u_i(E)`, :math:`t^*` is no
   equilibrium: *refuted*.
5. What is left is split across its widest variable. A point with too many or too narrow boxes is
   undecided.

So the best reply at an equilibrium is proved to gain exactly 0, with no tolerance.

Source: E. Hansen and G. W. Walster (2004), Global Optimization Using Interval Analysis, chapter 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from pigou.solvers.batch_conditions import Bools, Ints, Points
from pigou.solvers.batch_intervals import Pair, add, multiply, negative, reciprocal
from pigou.solvers.batch_tape import Program, Table, with_logistic
from pigou.solvers.intervals import Floats

__all__ = ["BEST", "REFUTED", "UNDECIDED", "Objective", "replies"]

BEST, UNDECIDED, REFUTED = 1, 0, -1
CHUNK = 4096
MOST_BOXES = 500
NARROWEST = 2.0**-30


class Objective(NamedTuple):
    """The payoff of one player, with first and second derivatives in its own moves.

    Attributes
    ----------
    own : tuple of int
        The places of its moves.
    full : Program
        Encloses u, g and h.
    value : Program
        Encloses u.
    tables : tuple of Table
        What depends on the parameters of each game; none before games are given.
    """

    own: tuple[int, ...]
    full: Program
    value: Program
    tables: tuple[Table, ...]

    @classmethod
    def of(
        cls,
        own: Sequence[int],
        payoff: sp.Expr,
        variables: Sequence[sp.Symbol],
        symbols: Sequence[sp.Symbol],
    ) -> Objective:
        """Differentiate a payoff, the parameters being symbols."""
        u = with_logistic(payoff)
        g = [sp.diff(u, variables[k]) for k in own]
        h = [sp.diff(one, variables[k]) for one in g for k in own]
        full = Program([u, *g, *h], variables, symbols)
        return cls(tuple(own), full, Program([u], variables, symbols), ())

    def at(self, parameters: Floats) -> Objective:
        """Return the payoff in games, given by parameters (parameters, games)."""
        return self._replace(tables=(self.full.table(parameters), self.value.table(parameters)))


def replies(objective: Objective, points: Points) -> tuple[NDArray[np.int8], Pair]:
    """Compare a player's moves at first-order points with all its other moves.

    Returns
    -------
    verdict : array of int8
        `BEST`, `UNDECIDED` or `REFUTED` for each point.
    value : pair of array
        The player's payoff at each point.

    Examples
    --------
    The first-order point in the middle is beaten at the upper end:

    >>> x, c = sp.symbols("x c", real=True)
    >>> objective = Objective.of([0], c * (x**2 - x / 2), [x], [c])
    >>> point = np.array([[1.0, 0.25]])
    >>> points = Points(point, point, np.array([[2, 3]], dtype=np.int8), np.array([0, 0]))
    >>> replies(objective.at(np.array([[1.0]])), points)[0].tolist() == [BEST, REFUTED]
    True
    """
    number, m = len(points.game), len(objective.own)
    with np.errstate(all="ignore"):
        at_point = list(zip(points.low, points.high, strict=True))
        [own], undefined = objective.value.over(objective.tables[1], points.game, at_point)
        verdict = np.full(number, BEST, dtype=np.int8)
        verdict[undefined] = UNDECIDED
        used = np.zeros(number, dtype=np.int64)
        stack = [
            _Trials(np.zeros((m, len(part))), np.ones((m, len(part))), part)
            for part in np.array_split(np.arange(number), max(1, -(-number // CHUNK)))
        ]
        while stack:
            trials = stack.pop()
            trials = trials.pick(verdict[trials.point] == BEST)
            used += np.bincount(trials.point, minlength=number)
            verdict[(used > MOST_BOXES) & (verdict == BEST)] = UNDECIDED
            left = _step(objective, points, trials, own, verdict)
            for part in np.array_split(
                np.arange(len(left.point)), -(-len(left.point) // CHUNK) or 1
            ):
                if len(part):
                    stack.append(left.pick(part))
    return verdict, own


class _Trials(NamedTuple):
    """Boxes of own moves (own moves, boxes), and the point of each."""

    low: Floats
    high: Floats
    point: Ints

    def pick(self, which: Any) -> _Trials:
        return _Trials(self.low[:, which], self.high[:, which], self.point[which])


def _step(
    objective: Objective, points: Points, trials: _Trials, own: Pair, verdict: NDArray[np.int8]
) -> _Trials:
    """Do steps 1 to 5 once: return the boxes that are left."""
    here = [(points.low[k, trials.point], points.high[k, trials.point]) for k in objective.own]
    hull = [
        (np.minimum(low, a), np.maximum(high, b))
        for low, high, (a, b) in zip(trials.low, trials.high, here, strict=True)
    ]
    good = _none_better(objective, points, trials, here, hull)
    trials = trials.pick(~good)
    if not len(trials.point):
        return trials
    whole = list(zip(trials.low, trials.high, strict=True))
    centre = [low + (high - low) / 2 for low, high in whole]
    inside, undefined = _over(objective, points, trials.point, whole)
    [middle], unknown = _over(objective, points, trials.point, [(c, c) for c in centre], False)
    limit = middle
    for (low, high), c, slope in zip(whole, centre, inside[1:], strict=False):
        limit = add(limit, multiply(slope, add((low, high), (-c, -c))))
    most = np.where(unknown, inside[0][1], np.fmin(inside[0][1], limit[1]))
    verdict[trials.point[~unknown & (middle[0] > own[1][trials.point])]] = REFUTED
    rest = trials.pick(undefined | ~(most <= own[0][trials.point]))
    rest = rest.pick(verdict[rest.point] == BEST)
    if not len(rest.point):
        return rest
    width = rest.high - rest.low
    narrow = width.max(axis=0) < NARROWEST
    verdict[rest.point[narrow]] = UNDECIDED
    return _halves(rest.pick(~narrow))


def _halves(trials: _Trials) -> _Trials:
    axis = np.argmax(trials.high - trials.low, axis=0)
    places = np.arange(len(axis))
    cut = trials.low[axis, places] + (trials.high - trials.low)[axis, places] / 2
    high, low = trials.high.copy(), trials.low.copy()
    high[axis, places], low[axis, places] = cut, cut
    return _Trials(
        np.concatenate([trials.low, low], axis=1),
        np.concatenate([high, trials.high], axis=1),
        np.concatenate([trials.point, trials.point]),
    )


def _over(
    objective: Objective, points: Points, which: Ints, own: Sequence[Pair], slopes: bool = True
) -> tuple[list[Pair], Bools]:
    """Enclose the payoff over boxes of own moves, rivals at the points."""
    pairs: list[Pair] = [
        (low[which], high[which]) for low, high in zip(points.low, points.high, strict=True)
    ]
    for k, ends in zip(objective.own, own, strict=True):
        pairs[k] = ends
    program = objective.full if slopes else objective.value
    return program.over(objective.tables[0 if slopes else 1], points.game[which], pairs)


def _none_better(
    objective: Objective,
    points: Points,
    trials: _Trials,
    here: Sequence[Pair],
    hull: Sequence[Pair],
) -> Bools:
    """Say in which boxes steps 1 and 2 show that nothing is better."""
    values, undefined = _over(objective, points, trials.point, hull)
    m = len(objective.own)
    g, h = values[1 : m + 1], [values[m + 1 + m * k : m + 1 + m * (k + 1)] for k in range(m)]
    gain: Pair = (0.0, 0.0)
    for slope, low, high, (a, b) in zip(g, trials.low, trials.high, here, strict=True):
        gain = add(multiply(slope, add((low, high), (-b, -a))), gain)
    return ~undefined & (_concave(h) | (gain[1] <= 0))


def _concave(h: Sequence[Sequence[Pair]]) -> Bools:
    """Say where minus a symmetric matrix of intervals is positive definite, by its pivots."""
    m = len(h)
    rows = [[negative(entry) for entry in row] for row in h]
    sure = rows[0][0][0] > 0
    for i in range(m):
        sure = sure & (rows[i][i][0] > 0)
        if i + 1 < m:
            inverse = reciprocal(rows[i][i], np.zeros(len(sure), dtype=bool))
        for k in range(i + 1, m):
            factor = negative(multiply(rows[k][i], inverse))
            rows[k] = [add(b, multiply(factor, a)) for a, b in zip(rows[i], rows[k], strict=True)]
    return sure
