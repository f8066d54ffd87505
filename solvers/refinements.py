r"""Refinements of equilibria, decided exactly: perfection of two players, evolutionary stability.

Trembling-hand perfection, two players
--------------------------------------
1. An equilibrium of a two-player game is perfect (Selten 1975) iff the mixed action of neither
   player is weakly dominated (van Damme 1991, theorem 3.2.2), that is, iff each is a best reply to
   some mixed action of the opponent that takes *every* action (same, lemma 3.2.1).
2. Where the opponent's mixed action y is a vertex at which no more equalities hold than there are
   actions, they stay solvable when a little weight is put on every action y leaves out, and the
   best replies to y remain best replies. No programme is needed.
3. Otherwise a linear programme looks for such a y: all of it positive, the actions in use earn the
   same, and no other earns more (`pigou.solvers.linear.positive_solution`). It depends on the
   actions in use alone, not on how likely each is. Where the opponent has fewer actions, the dual
   is smaller: how much can the payoffs of the even mixture of these actions be raised in all,
   lowering none?

Evolutionary stability, symmetric games of two
----------------------------------------------
1. Let A be the payoffs against a fellow, (x, x) an equilibrium, S the actions in use and B the best
   replies to x. Then x is evolutionarily stable (Maynard Smith and Price 1973) iff
   :math:`z^\top A z < 0` for every z other than 0 with :math:`\sum z_i = 0` that is 0 outside B
   and not negative outside S (Haigh 1975; Abakuks 1980).
2. One action of S is expressed by the others, which leaves a quadratic form that must be positive.
   The other actions of S may have either sign: they are eliminated one by one, and every pivot has
   to be positive.
3. What remains, on the actions of B outside S, has to be strictly copositive: positive wherever no
   weight is negative. If it is not, its minimum over the simplex, at most 0, is attained in the
   interior of a smallest face, where it is the only solution of :math:`Mx = \lambda \mathbf 1,
   \sum x_i = 1`. So every face is tried (Hadeler 1983).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from flint import fmpq, fmpq_mat

from pigou.solvers.bimatrix import BimatrixEquilibria, Vertex
from pigou.solvers.linear import maximise, positive_solution

__all__ = [
    "is_evolutionarily_stable",
    "is_quasi_strict",
    "is_undominated",
    "low_point",
    "perfect",
    "strictly_copositive",
]

MOST_CELLS = 2_000
"""Larger payoff matrices are not given to a linear programme."""
MOST_REPLIES = 10
"""With more best replies that are not in use, copositivity is left open."""


def is_quasi_strict(found: BimatrixEquilibria, pair: tuple[int, int]) -> bool:
    """Whether every pure best reply is in use (Harsanyi 1973).

    Examples
    --------
    >>> from pigou.solvers.bimatrix import bimatrix_equilibria
    >>> zero, one = fmpq(0), fmpq(1)
    >>> a = [[one, zero], [zero, zero]]
    >>> found = bimatrix_equilibria(a, a)
    >>> [is_quasi_strict(found, pair) for pair in found.pairs]
    [True, False]
    """
    row, column = found.rows[pair[0]], found.columns[pair[1]]
    return row.support == column.replies and column.support == row.replies


def is_undominated(payoffs: Sequence[Sequence[Any]], support: Iterable[int]) -> bool:
    """Whether mixed actions that use just these rows are not weakly dominated.

    Parameters
    ----------
    payoffs : sequence of sequence of fmpq
        The player's own, by its action and the opponent's.
    support : iterable of int

    Examples
    --------
    >>> zero, one = fmpq(0), fmpq(1)
    >>> a = [[one, zero], [zero, zero]]
    >>> is_undominated(a, [0]), is_undominated(a, [1])
    (True, False)
    """
    used = sorted(support)
    if len(payoffs) > len(payoffs[0]):
        return not _improvable(payoffs, used)
    base = payoffs[used[0]]
    rows = [[e - f for e, f in zip(row, base, strict=True)] for row in payoffs]
    equal = [rows[i] for i in used[1:]]
    at_most = [row for i, row in enumerate(rows) if i not in used]
    return positive_solution(len(base), equal, at_most) is not None


def _improvable(payoffs: Sequence[Sequence[Any]], used: Sequence[int]) -> bool:
    """Whether the even mixture of some rows can be raised in some column, and lowered in none."""
    number, width = len(payoffs), len(payoffs[0])
    shift = min(min(row) for row in payoffs)
    columns = [[e - shift for e in column] for column in zip(*payoffs, strict=True)]
    rows = [[*c, *(fmpq(-int(j == k)) for k in range(width))] for j, c in enumerate(columns)]
    rows.append([fmpq(1)] * number + [fmpq(0)] * width)
    right = [sum((column[i] for i in used), fmpq(0)) / len(used) for column in columns]
    objective = [fmpq(0)] * number + [fmpq(1)] * width
    best = maximise(objective, rows, [*right, fmpq(1)])
    assert best is not None  # the mixture itself is a solution
    return any(rise > 0 for rise in best[number:])


def perfect(
    a: Sequence[Sequence[Any]],
    b: Sequence[Sequence[Any]],
    found: BimatrixEquilibria,
    places: tuple[Sequence[int], Sequence[int]],
) -> dict[tuple[int, int], bool | None]:
    """Say of every extreme equilibrium whether it is trembling-hand perfect.

    Parameters
    ----------
    a, b : m by n nested sequences of fmpq
        Payoffs of the whole game: players may tremble towards actions that are strictly dominated.
    found : BimatrixEquilibria
        The equilibria, perhaps of the game without such actions.
    places : pair of sequence of int
        Where the actions of `found` stand among the rows, and among the columns.

    Returns
    -------
    dict of (int, int) to bool or None
        None where the game has more than 2,000 cells and a linear programme would be needed.

    Examples
    --------
    >>> from pigou.solvers.bimatrix import bimatrix_equilibria
    >>> zero, one = fmpq(0), fmpq(1)
    >>> a = [[one, zero], [zero, zero]]
    >>> perfect(a, a, bimatrix_equilibria(a, a), ([0, 1], [0, 1]))
    {(0, 0): True, (1, 1): False}
    """
    sides = (_Undominated(a, places[0]), _Undominated(list(zip(*b, strict=True)), places[1]))
    result: dict[tuple[int, int], bool | None] = {}
    for i, j in found.pairs:
        row, column = found.rows[i], found.columns[j]
        answers = sides[0].decide(row, column), sides[1].decide(column, row)
        result[i, j] = False if False in answers else None if None in answers else True
    return result


class _Undominated:
    """Decides for one player, each support once."""

    def __init__(self, payoffs: Sequence[Sequence[Any]], places: Sequence[int]):
        self.payoffs, self.places = payoffs, places
        self.known: dict[frozenset[int], bool | None] = {}

    def decide(self, own: Vertex, opponent: Vertex) -> bool | None:
        unplayed = len(opponent.probabilities) - len(opponent.support)
        if unplayed + len(opponent.replies) == len(opponent.probabilities):
            return True
        if own.support not in self.known:
            small = len(self.payoffs) * len(self.payoffs[0]) <= MOST_CELLS
            support = [self.places[i] for i in own.support]
            self.known[own.support] = is_undominated(self.payoffs, support) if small else None
        return self.known[own.support]


# -- evolutionary stability -----------------------------------------------------------------------


def is_evolutionarily_stable(
    payoffs: Sequence[Sequence[Any]], mixture: Sequence[Any]
) -> bool | None:
    """Whether a mixed action, in equilibrium with itself, is evolutionarily stable.

    Parameters
    ----------
    payoffs : n by n nested sequence of fmpq
        Of an action (row) against that of a fellow (column).
    mixture : sequence of fmpq or Fraction

    Returns
    -------
    bool or None
        None with more than ten best replies that are not in use.

    Examples
    --------
    >>> hawk_dove = [[fmpq(-1), fmpq(2)], [fmpq(0), fmpq(1)]]
    >>> is_evolutionarily_stable(hawk_dove, [fmpq(1, 2), fmpq(1, 2)])
    True
    >>> rock_paper_scissors = [[fmpq((0, -1, 1)[(i - j) % 3]) for j in range(3)] for i in range(3)]
    >>> is_evolutionarily_stable(rock_paper_scissors, [fmpq(1, 3)] * 3)
    False
    """
    shares = [p if isinstance(p, fmpq) else fmpq(p.numerator, p.denominator) for p in mixture]
    earned = [sum((e * p for e, p in zip(row, shares, strict=True)), fmpq(0)) for row in payoffs]
    first, *used = [i for i, p in enumerate(shares) if p > 0]
    others = [i for i, e in enumerate(earned) if e == max(earned) and not shares[i]]
    if len(others) > MOST_REPLIES:
        return None

    def entry(i: int, j: int) -> Any:
        return payoffs[i][first] + payoffs[first][j] - payoffs[i][j] - payoffs[first][first]

    order = [*used, *others]
    form = [[entry(i, j) + entry(j, i) for j in order] for i in order]
    for _ in used:
        (pivot, *head), *rest = form
        if pivot <= 0:
            return False
        form = [
            [e - row[0] * h / pivot for e, h in zip(row[1:], head, strict=True)] for row in rest
        ]
    return strictly_copositive(form)


def strictly_copositive(matrix: Sequence[Sequence[Any]]) -> bool:
    r"""Whether :math:`x^\top M x > 0` for all :math:`x \ge 0` other than 0; M is symmetric.

    Examples
    --------
    >>> strictly_copositive([[fmpq(1), fmpq(-1, 2)], [fmpq(-1, 2), fmpq(1)]])
    True
    >>> strictly_copositive([[fmpq(1), fmpq(-1)], [fmpq(-1), fmpq(1)]])
    False
    """
    return low_point(matrix) is None


def low_point(matrix: Sequence[Sequence[Any]]) -> list[Any] | None:
    r"""Return a point x of the simplex with :math:`x^\top M x \le 0`; None if there is none.

    Examples
    --------
    >>> low_point([[fmpq(1), fmpq(-1)], [fmpq(-1), fmpq(1)]])
    [1/2, 1/2]
    """
    size = len(matrix)
    for number in range(1, size + 1):
        for face in itertools.combinations(range(size), number):
            inside = _critical_point(matrix, face)
            if inside is not None:
                return [inside.get(i, fmpq(0)) for i in range(size)]
    return None


def _critical_point(
    matrix: Sequence[Sequence[Any]], face: tuple[int, ...]
) -> dict[int, Any] | None:
    """Return the only solution of Mx = t (1, ..., 1) inside a face, if t is at most 0."""
    size = len(face) + 1
    entries = [e for i in face for e in (*(matrix[i][j] for j in face), fmpq(-1))]
    bordered = fmpq_mat(size, size, [*entries, *[fmpq(1)] * len(face), fmpq(0)])
    try:
        solution = bordered.solve(fmpq_mat(size, 1, [fmpq(0)] * len(face) + [fmpq(1)]))
    except ZeroDivisionError:
        return None
    *point, low = [solution[k, 0] for k in range(size)]
    if low > 0 or min(point) <= 0:
        return None
    return dict(zip(face, point, strict=True))
