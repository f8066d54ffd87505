r"""Linear programmes and matrix games in exact rational arithmetic.

Steps
-----
1. A programme is :math:`\max c^\top x` subject to :math:`Ax = b, x \ge 0` with :math:`b \ge 0`.
   An artificial variable is added to every row; the sum of these is driven to zero first.
2. Pivots follow Bland's rule (1977), under which the simplex method never cycles, in exact
   arithmetic, so that feasible, infeasible and optimal are decided and not estimated.
3. A matrix game G is solved as the programme :math:`\max \sum w_s` subject to
   :math:`\sum_s (G_{rs} + k) w_s \le 1` with a shift k that makes every entry positive (Dantzig
   1951): its value is :math:`1/\sum w_s - k`, the column player's mixed action is w scaled to sum
   to 1, and the row player's is the dual solution, likewise.
4. The solution of a game is checked at the end: the row player's mixed action guarantees the
   value, and the column player's concedes no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flint import fmpq

__all__ = ["GameValue", "matrix_game", "maximise", "positive_solution"]


class GameValue(NamedTuple):
    """The value of a matrix game for the row player, and an optimal mixed action of each."""

    value: Any
    row: tuple[Any, ...]
    column: tuple[Any, ...]


class _Tableau:
    """Rows (A | b) in the current basis, and the reduced costs of the objective."""

    def __init__(self, rows: list[list[Any]], basis: list[int], costs: list[Any]):
        self.rows, self.basis, self.costs = rows, basis, costs
        for row, variable in zip(rows, basis, strict=True):
            self._clear(self.costs, row, variable)

    @staticmethod
    def _clear(target: list[Any], row: list[Any], column: int) -> None:
        factor = target[column]
        if factor != 0:
            for k, entry in enumerate(row):
                if entry != 0:
                    target[k] -= factor * entry

    def pivot(self, leaving: int, entering: int) -> None:
        row = self.rows[leaving]
        scale = 1 / row[entering]
        row[:] = [scale * e if e != 0 else e for e in row]
        for other in (*self.rows, self.costs):
            if other is not row:
                self._clear(other, row, entering)
        self.basis[leaving] = entering

    def optimise(self, width: int) -> bool:
        """Pivot until no reduced cost of the first `width` variables is positive.

        False says that the objective is unbounded.
        """
        while True:
            entering = next((k for k in range(width) if self.costs[k] > 0), None)
            if entering is None:
                return True
            ratios = [
                (row[-1] / row[entering], self.basis[i], i)
                for i, row in enumerate(self.rows)
                if row[entering] > 0
            ]
            if not ratios:
                return False
            self.pivot(min(ratios)[2], entering)

    def solution(self, width: int) -> list[Any]:
        values = [fmpq(0)] * width
        for row, variable in zip(self.rows, self.basis, strict=True):
            if variable < width:
                values[variable] = row[-1]
        return values


def maximise(
    objective: Sequence[Any], rows: Sequence[Sequence[Any]], right: Sequence[Any]
) -> list[Any] | None:
    """Return a solution x of max c x subject to A x = b, x >= 0; None if there is none.

    Parameters
    ----------
    objective : sequence of fmpq
    rows : sequence of sequence of fmpq
        The rows of A.
    right : sequence of fmpq
        The numbers b, none of them negative.

    Raises
    ------
    ValueError
        If the objective is unbounded.

    Examples
    --------
    >>> one, two = fmpq(1), fmpq(2)
    >>> maximise([one, two], [[one, one]], [one])
    [0, 1]
    """
    width, height = len(objective), len(rows)
    unit = [[fmpq(int(i == k)) for k in range(height)] for i in range(height)]
    full = [[*row, *unit[i], right[i]] for i, row in enumerate(rows)]
    artificial = [fmpq(0)] * width + [fmpq(-1)] * height + [fmpq(0)]
    tableau = _Tableau(full, list(range(width, width + height)), artificial)
    tableau.optimise(width)
    if tableau.costs[-1] != 0:
        return None
    _expel_artificial(tableau, width)
    costs = [*objective, *[fmpq(0)] * height, fmpq(0)]
    second = _Tableau(tableau.rows, tableau.basis, costs)
    if not second.optimise(width):
        raise ValueError("the objective is unbounded")
    return second.solution(width)


def _expel_artificial(tableau: _Tableau, width: int) -> None:
    """Take artificial variables out of the basis; drop the rows that say nothing."""
    for i in reversed(range(len(tableau.rows))):
        if tableau.basis[i] >= width:
            entering = next((k for k in range(width) if tableau.rows[i][k] != 0), None)
            if entering is None:
                del tableau.rows[i], tableau.basis[i]
            else:
                tableau.pivot(i, entering)


def positive_solution(
    size: int, equal: Sequence[Sequence[Any]], at_most: Sequence[Sequence[Any]]
) -> list[Any] | None:
    r"""Return x > 0 with sum 1, E x = 0 and O x <= 0; None if there is none.

    With :math:`x = x' + t \mathbf 1` and slacks, the largest t is found.

    Examples
    --------
    >>> positive_solution(2, [[fmpq(1), fmpq(-2)]], [])
    [2/3, 1/3]
    >>> positive_solution(2, [], [[fmpq(1), fmpq(1)]]) is None
    True
    """
    slacks = len(at_most)
    rows = [[*row, sum(row, fmpq(0)), *[fmpq(0)] * slacks] for row in equal]
    for number, row in enumerate(at_most):
        rows.append([*row, sum(row, fmpq(0)), *(fmpq(int(k == number)) for k in range(slacks))])
    rows.append([*[fmpq(1)] * size, fmpq(size), *[fmpq(0)] * slacks])
    right = [fmpq(0)] * (len(rows) - 1) + [fmpq(1)]
    objective = [fmpq(0)] * size + [fmpq(1)] + [fmpq(0)] * slacks
    found = maximise(objective, rows, right)
    if found is None or found[size] <= 0:
        return None
    return [share + found[size] for share in found[:size]]


def matrix_game(payoffs: Sequence[Sequence[Any]]) -> GameValue:
    """Solve the zero-sum game in which the row player earns ``payoffs[row][column]``.

    Examples
    --------
    >>> pennies = [[fmpq(1), fmpq(-1)], [fmpq(-1), fmpq(1)]]
    >>> matrix_game(pennies)
    GameValue(value=0, row=(1/2, 1/2), column=(1/2, 1/2))
    """
    height, width = len(payoffs), len(payoffs[0])
    shift = 1 - min(min(row) for row in payoffs)
    rows = [
        [*(e + shift for e in row), *(fmpq(int(i == k)) for k in range(height)), fmpq(1)]
        for i, row in enumerate(payoffs)
    ]
    costs = [fmpq(1)] * width + [fmpq(0)] * (height + 1)
    tableau = _Tableau(rows, list(range(width, width + height)), costs)
    tableau.optimise(width + height)
    column = tableau.solution(width)
    row = [-c for c in tableau.costs[width : width + height]]
    total = sum(column, fmpq(0))
    solved = GameValue(1 / total - shift, _scaled(row), _scaled(column))
    assert all(_dot(solved.row, line) >= solved.value for line in zip(*payoffs, strict=True))
    assert all(_dot(solved.column, line) <= solved.value for line in payoffs)
    return solved


def _scaled(weights: Sequence[Any]) -> tuple[Any, ...]:
    total = sum(weights, fmpq(0))
    return tuple(w / total for w in weights)


def _dot(weights: Sequence[Any], line: Sequence[Any]) -> Any:
    return sum((w * e for w, e in zip(weights, line, strict=True)), fmpq(0))
