r"""One equilibrium of a continuous game, followed to a million parameter points in doubles.

Steps, for some thousand points at a time
-----------------------------------------
1. Start every point from a known equilibrium; a move at an end of its interval starts labelled so.
2. Newton's method on the first-order conditions of the moves that are interior, all points at
   once, until no step exceeds :math:`10^{-9}`: the error left is of the order of its square.
3. In every step, a move that leaves its interval is put at the end that it passes, and a move at an
   end at which the derivative points inwards becomes interior (an active set method).
4. A point is *found* if Newton's method converged, all moves are within their intervals, no
   derivative at an end points inwards, and no second derivative in an own move is positive.
   Otherwise it is marked not found: another branch, or none, has to be looked for there.
5. If asked to, verify: a box around each point is shown to hold exactly one first-order point, and
   every player's best reply is bounded, as in `pigou.solvers.smooth_batch`. What passes is
   certified; all else is numerical, and may be no equilibrium at all. In any case *other*
   equilibria are not looked for: that is what `batch_smooth_equilibria` does.

Source: C. T. Kelley (1995), Iterative Methods for Linear and Nonlinear Equations, chapter 5;
J. Nocedal and S. J. Wright (2006), Numerical Optimization, section 16.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pigou.errors import DeclarationError, unknown
from pigou.game import Game
from pigou.solvers.batch_conditions import Bools, Boxes, Conditions
from pigou.solvers.batch_deviation import BEST, Objective, replies
from pigou.solvers.batch_intervals import up
from pigou.solvers.batch_points import proved_points
from pigou.solvers.first_order import INTERIOR, LOWER, UPPER
from pigou.solvers.intervals import Floats
from pigou.solvers.smooth_batch import ends_program, moves_in_own_units
from pigou.solvers.smooth_family import (
    SmoothFamily,
    check_conditions,
    parameter_arrays,
    smooth_family,
)

__all__ = ["SmoothSweep", "sweep_smooth"]

CHUNK = 8192
_MOST_STEPS = 20
_CONVERGED = 1e-9
_AROUND = 2.0**-24


@dataclass(frozen=True, eq=False)
class SmoothSweep:
    """One point for each set of parameters. The arrays are read-only.

    Attributes
    ----------
    moves : tuple of str
        What the columns of `point` stand for.
    point : array of shape (points, moves)
        In the game's own units; NaN where none was found.
    found : array of bool
        Where Newton's method ended at a point that passes the first-order and second-order tests in
        doubles: graded *numerical*.
    certified : array of bool
        Where it was also verified: a proved equilibrium lies within `error` of the point.
    error : array of shape (points,)
        No move differs by more where certified; NaN elsewhere.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> duopoly = Game(
    ...     "duopoly",
    ...     [Player("one"), Player("two")],
    ...     [Move("x", "one", (0, 2)), Move("y", "two", (0, 2))],
    ...     {"one": "x*(3 - x - y) - c*x", "two": "y*(3 - x - y)"},
    ...     parameters=[Parameter("c", 0)],
    ... )
    >>> swept = sweep_smooth(duopoly, {"c": [0, 0.75, 2]}, {"x": 1, "y": 1}, verify=True)
    >>> swept.point.round(9).tolist()
    [[1.0, 1.0], [0.5, 1.25], [0.0, 1.5]]
    >>> swept.certified
    array([ True,  True,  True])
    """

    moves: tuple[str, ...]
    point: Floats
    found: Bools
    certified: Bools
    error: Floats


def sweep_smooth(
    game: Game,
    parameters: Mapping[str, npt.ArrayLike],
    start: Mapping[str, Any],
    *,
    at: Mapping[str, Any] | None = None,
    verify: bool = False,
) -> SmoothSweep:
    """Follow one equilibrium to many parameter points, in doubles.

    Parameters
    ----------
    game : Game
        Single players; continuous, simultaneous moves; payoffs without kinks.
    parameters : mapping of str to array of shape (points,)
        The parameters that differ.
    start : mapping of str to number
        Each move at a known equilibrium near by, as `solve` gives it.
    at : mapping of str to number, optional
        Values of other parameters; the defaults where none is given.
    verify : bool
        Whether to verify the points, at some ten times the cost.

    Raises
    ------
    StructureError
        If the game has another structure or a payoff has a kink.
    DeclarationError
        If a parameter is unknown, not finite or outside its domain, arrays differ in length, or
        `start` does not name every move, each with a finite number.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> alone = Game(
    ...     "alone",
    ...     [Player("a")],
    ...     [Move("x", "a", (0, 4))],
    ...     {"a": "log(1 + b*x) - x"},
    ...     parameters=[Parameter("b", 2)],
    ... )
    >>> sweep_smooth(alone, {"b": [2, 4]}, {"x": 0.5}).point.round(9).tolist()
    [[0.5], [0.75]]
    """
    family = smooth_family(game, list(parameters), at)
    values = parameter_arrays(game, parameters)
    check_conditions(family, values)
    begin = _start(game, start)
    sweep = _Sweep(family)
    number = values.shape[1]
    point = np.empty((number, len(begin)))
    found, certified = np.empty(number, dtype=bool), np.zeros(number, dtype=bool)
    error = np.full(number, np.nan)
    with np.errstate(all="ignore"):
        for first in range(0, number, CHUNK):
            lot = slice(first, first + CHUNK)
            some = np.ascontiguousarray(values[:, lot])
            t, label, found[lot], low, width = sweep.followed(some, begin)
            point[lot] = (low + width * t).T
            if verify:
                certified[lot], error[lot] = sweep.verified(some, t, label, found[lot], point[lot])
    point[~found] = np.nan
    for array in (point, found, certified, error):
        array.flags.writeable = False
    moves = tuple(move.name for move in game.moves)
    return SmoothSweep(moves, point, found, certified, error)


def _start(game: Game, start: Mapping[str, Any]) -> list[float]:
    moves = [move.name for move in game.moves]
    for name in start:
        if name not in moves:
            raise DeclarationError(unknown("move", name, moves, f"game '{game.name}'", "moves"))
    for name in moves:
        if name not in start:
            raise DeclarationError(f"give a start for move '{name}' (moves: {', '.join(moves)})")
    return [_number(name, start[name]) for name in moves]


def _number(move: str, given: Any) -> float:
    try:
        value = float(given if isinstance(given, float | np.floating) else Fraction(given))
    except (TypeError, ValueError, ArithmeticError):
        value = np.nan
    if not np.isfinite(value):
        raise DeclarationError(f"the start of move '{move}' is {given}, not a finite number")
    return value


class _Sweep:
    """The compiled conditions of a family."""

    def __init__(self, family: SmoothFamily):
        self.family = family
        variables, symbols = family.variables, family.symbols
        movers = [family.payoffs[owner] for owner in family.owners]
        self.conditions = Conditions.of(variables, symbols, movers)
        self.ends = ends_program(family)

    @cached_property
    def objectives(self) -> list[Objective]:
        """Each player's payoff, which only step 5 needs."""
        family = self.family
        return [
            Objective.of(family.own(player), payoff, family.variables, family.symbols)
            for player, payoff in family.payoffs.items()
        ]

    def followed(self, values: Floats, begin: list[float]) -> tuple[Any, Any, Any, Any, Any]:
        """Do steps 1 to 4: points in the unit box, labels, found or not, and the scale."""
        m, number = len(begin), values.shape[1]
        ends = self.ends.floats(self.ends.shared(values), [np.zeros(number)] * m)
        rows = [np.broadcast_to(end, number) for end in ends]
        low, width = np.array(rows[:m]), np.array(rows[m : 2 * m])
        t = np.clip((np.array(begin)[:, None] - low) / width, 0.0, 1.0)
        label = np.where(t == 0, LOWER, np.where(t == 1, UPPER, INTERIOR)).astype(np.int8)
        found = self._newton(values, t, label)
        return t, label, found, low, width

    def _newton(self, values: Floats, t: Floats, label: Any) -> Bools:
        """Run Newton's method in place (steps 2 and 3); say where it is sound (step 4)."""
        m, number = t.shape
        program = self.conditions.full
        shared = program.shared(values)
        inner = label == INTERIOR
        for _ in range(_MOST_STEPS):
            rows = program.floats(shared, list(t))
            g, h = rows[:m], [rows[m + m * k : m + m * (k + 1)] for k in range(m)]
            changed = not inner.all() and _freed(g, label, inner)
            steps = _steps(g, h, None if inner.all() else inner, number)
            for k in range(m):
                t[k] -= steps[k]
            changed |= _bounded(t, label, inner)
            if not changed and max(np.abs(step).max() for step in steps) <= _CONVERGED:
                break
        good = np.ones(number, dtype=bool)
        for k in range(m):
            good &= (np.abs(steps[k]) <= _CONVERGED) & ~((h[k][k] > 0) & inner[k])
            good &= (label[k] != LOWER) | ~(g[k] > 0)
            good &= (label[k] != UPPER) | ~(g[k] < 0)
        return good & ((t >= 0) & (t <= 1)).all(axis=0)

    def verified(
        self, values: Floats, t: Floats, label: Any, found: Bools, shown: Floats
    ) -> tuple[Bools, Floats]:
        """Do step 5: say which points are certified, and bound their errors."""
        places = np.flatnonzero(found)
        around = np.where(label == INTERIOR, _AROUND, 0.0)
        low, high = (t - around)[:, places], (t + around)[:, places]
        boxes = Boxes(low, high, label[:, places], places)
        conditions = self.conditions.at(values)
        points, flagged = proved_points(conditions, boxes, values.shape[1])
        for objective in self.objectives:
            verdict, _ = replies(objective.at(values), points)
            flagged[points.game[verdict != BEST]] = True
        error = np.full(len(found), np.nan)
        ends = moves_in_own_units(self.ends, values, points)
        for (low, high), middle in zip(ends, shown[points.game].T, strict=True):
            reach = up(np.maximum(high - middle, middle - low))
            error[points.game] = np.fmax(error[points.game], reach)
        error[flagged] = np.nan
        return ~flagged, error


def _freed(g: list[Any], label: Any, inner: Bools) -> bool:
    """Make moves at an end interior where the derivative points inwards; say whether any are."""
    any_freed = False
    for k, slope in enumerate(g):
        wrong = ((label[k] == LOWER) & (slope > 0)) | ((label[k] == UPPER) & (slope < 0))
        if wrong.any():
            label[k][wrong], inner[k][wrong] = INTERIOR, True
            any_freed = True
    return any_freed


def _bounded(t: Floats, label: Any, inner: Bools) -> bool:
    """Put moves that left [0, 1] at the end that they passed; say whether any did."""
    any_left = False
    for k, row in enumerate(t):
        for outside, place, end in ((row < 0, 0.0, LOWER), (row > 1, 1.0, UPPER)):
            if outside.any():
                row[outside], label[k][outside], inner[k][outside] = place, end, False
                any_left = True
    return any_left


def _steps(g: list[Any], h: list[list[Any]], inner: Any, number: int) -> list[Any]:
    """Return Newton's steps: 0 where a move is at an end."""
    m = len(g)
    if inner is not None:
        g = [np.where(inner[k], g[k], 0.0) for k in range(m)]
        h = [
            [np.where(inner[k] & inner[j], h[k][j], float(k == j)) for j in range(m)]
            for k in range(m)
        ]
    if m == 1:
        return [np.broadcast_to(g[0] / h[0][0], number)]
    if m == 2:
        (a, b), (c, d) = h
        scale = 1 / (a * d - b * c)
        steps = [(d * g[0] - b * g[1]) * scale, (a * g[1] - c * g[0]) * scale]
        return [np.broadcast_to(step, number) for step in steps]
    matrix = np.empty((number, m, m))
    right = np.empty((number, m, 1))
    for k in range(m):
        right[:, k, 0] = g[k]
        for j in range(m):
            matrix[:, k, j] = h[k][j]
    bad = ~np.isfinite(matrix).all(axis=(1, 2)) | ~(np.abs(np.linalg.det(matrix)) > 1e-300)
    matrix[bad] = np.eye(m)
    right[bad] = np.nan
    return list(np.linalg.solve(matrix, right)[:, :, 0].T)
