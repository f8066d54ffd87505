r"""The index of the equilibria and components of a two-player game, exactly.

The index (Shapley 1974) is a whole number that survives small changes of the payoffs: equilibria
of a game nearby lie close to a component whose index is not 0, and the indices of a game add up
to 1. A strict equilibrium has index 1, the mixed equilibrium of a coordination game -1.

Steps
-----
1. Payoffs are made whole and positive. The best replies of a player who earns :math:`M_{ra}` with
   reply r against action a bound the polytope :math:`\{x \ge 0, Mx \le \mathbf 1\}` of the other's
   scaled mixed actions.
2. Its right-hand sides become :math:`1 + \varepsilon^r`, r = 1, 2, ..., for an :math:`\varepsilon`
   that is positive and as small as need be. That scales the payoffs of reply r by
   :math:`1/(1 + \varepsilon^r)`, so the result is a game nearby, and no vertex has more equalities
   than unknowns (Charnes 1952). A vertex that has more falls apart into several, one for each
   *lexicographically feasible basis*. They are found from a first one (Bland's rule) by pivoting
   to neighbours until there is no new one. A vertex with no more equalities than unknowns has one.
3. An equilibrium of the game nearby is a pair of bases of which one leaves out just the equalities
   that the other has. With I and J the supports of size k, its index is
   :math:`(-1)^{k+1} \operatorname{sign} \det A_{IJ} \det B_{IJ}` (Shapley 1974; von Stengel 2021,
   for positive payoffs). The index of a component is the sum over the equilibria that come from
   its vertices (Ritzberger 1994; Balthasar 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from flint import fmpq, fmpz_mat

from pigou.solvers.bimatrix import BimatrixEquilibria, NashSubset, Vertex, whole

__all__ = ["component_indices", "lexicographic_bases"]

MOST_BASES = 10_000
"""Once degenerate vertices have had more bases, the index of the components left is open."""


def component_indices(
    a: Sequence[Sequence[Any]], b: Sequence[Sequence[Any]], found: BimatrixEquilibria
) -> list[int | None]:
    """Return the index of every component; None where a vertex has too many bases.

    Parameters
    ----------
    a, b : m by n nested sequences of fmpq
        Payoffs of the row and of the column player.
    found : BimatrixEquilibria
        All equilibria of this game.

    Examples
    --------
    >>> from pigou.solvers.bimatrix import bimatrix_equilibria
    >>> zero, one = fmpq(0), fmpq(1)
    >>> a = [[one, zero], [zero, one]]
    >>> component_indices(a, a, bimatrix_equilibria(a, a))
    [1, 1, -1]
    >>> a = [[one, one], [zero, one]]  # any mixture of the columns, against the first row
    >>> b = [[one, one], [zero, zero]]
    >>> component_indices(a, b, bimatrix_equilibria(a, b))
    [1]
    """
    return _Indices(_positive(a), _positive(b), found).of_components()


def _positive(payoffs: Sequence[Sequence[Any]]) -> list[list[int]]:
    numbers = whole(payoffs)
    shift = 1 - min(min(row) for row in numbers)
    return [[e + shift for e in row] for row in numbers]


class _Indices:
    """Bases as bit masks of their equalities: rows not played, or best replies, come first."""

    def __init__(self, a: list[list[int]], b: list[list[int]], found: BimatrixEquilibria):
        self.a, self.b, self.found = a, b, found
        self.height, self.width = len(a), len(a[0])
        self.left = MOST_BASES
        self._of_rows: dict[int, list[int] | None] = {}
        self._of_columns: dict[int, frozenset[int] | None] = {}
        self._signs: dict[tuple[int, int], int] = {}

    def of_components(self) -> list[int | None]:
        partners: dict[int, list[int]] = {}
        for i, j in self.found.pairs:
            partners.setdefault(i, []).append(j)
        return [self._of_component(subsets, partners) for subsets in self.found.components]

    def _of_component(
        self, subsets: Sequence[NashSubset], partners: Mapping[int, Sequence[int]]
    ) -> int | None:
        total = 0
        for i in frozenset().union(*(subset.rows for subset in subsets)):
            for j in partners[i]:
                of_row, of_column = self._row(i), self._column(j)
                if of_row is None or of_column is None:
                    return None
                total += sum(self._sign(mask) for mask in of_row if self._rest(mask) in of_column)
        return total

    def _rest(self, mask: int) -> int:
        return ((1 << self.height + self.width) - 1) & ~mask

    def _row(self, i: int) -> list[int] | None:
        if i not in self._of_rows:
            replies = list(zip(*self.b, strict=True))
            self._of_rows[i] = self._bases(replies, self.found.rows[i])
        return self._of_rows[i]

    def _column(self, j: int) -> frozenset[int] | None:
        if j not in self._of_columns:
            masks = self._bases(self.a, self.found.columns[j])
            low = (1 << self.width) - 1
            self._of_columns[j] = (
                None
                if masks is None
                else frozenset((m & low) << self.height | m >> self.width for m in masks)
            )
        return self._of_columns[j]

    def _bases(self, payoffs: Sequence[Sequence[int]], vertex: Vertex) -> list[int] | None:
        masks = lexicographic_bases(payoffs, vertex, self.left)
        if masks is None or len(masks) > 1:
            self.left -= self.left if masks is None else len(masks)
        return masks

    def _sign(self, mask: int) -> int:
        """Return the index of an equilibrium nearby from the equalities of the row player."""
        rows = [i for i in range(self.height) if not mask >> i & 1]
        columns = [j for j in range(self.width) if mask >> self.height + j & 1]
        if len(rows) == 1:
            return 1
        sign = -1 if len(rows) % 2 == 0 else 1
        for payoffs in (self.a, self.b):
            entries = [payoffs[i][j] for i in rows for j in columns]
            sign *= 1 if fmpz_mat(len(rows), len(rows), entries).det() > 0 else -1
        return sign


# -- bases of a vertex ------------------------------------------------------------------------

_Row: TypeAlias = list[Any]


def lexicographic_bases(
    payoffs: Sequence[Sequence[int]], vertex: Vertex, most: int = MOST_BASES
) -> list[int] | None:
    """Return the equalities of each lexicographically feasible basis of a vertex (step 2).

    Parameters
    ----------
    payoffs : sequence of sequence of int
        The opponent's payoff ``payoffs[reply][action]``, positive.
    vertex : Vertex
    most : int, optional
        With more bases than this, None is returned.

    Examples
    --------
    >>> pure = Vertex((fmpq(1), fmpq(0)), frozenset((0, 1)))
    >>> [f"{mask:04b}" for mask in lexicographic_bases([[1, 2], [1, 1]], pure)]
    ['1100', '1010']
    """
    number = len(vertex.probabilities)
    unplayed = [i for i, p in enumerate(vertex.probabilities) if not p]
    replies = sorted(vertex.replies)
    names = [1 << i for i in unplayed] + [1 << number + r for r in replies]
    every = sum(names)
    if len(names) == number:
        return [every]
    played = [i for i, p in enumerate(vertex.probabilities) if p]
    rows = _without(
        [[fmpq(payoffs[r][i]) for i in played] for r in replies],
        [
            [fmpq(payoffs[r][i]) for i in unplayed] + [fmpq(int(r == s)) for s in replies]
            for r in replies
        ],
    )
    start = _first_basis(rows, len(unplayed))
    bases = _all_bases(*start, len(unplayed), most)
    if bases is None:
        return None
    return [every - sum(names[k] for k in basis) for basis in bases]


def _without(free: list[_Row], rows: list[_Row]) -> list[_Row]:
    """Eliminate unknowns of any sign, with the rows that this takes."""
    for column in range(len(free[0])):
        pivot = next(k for k, row in enumerate(free) if row[column] != 0)
        head, tail = free.pop(pivot), rows.pop(pivot)
        for k, row in enumerate(free):
            factor = row[column] / head[column]
            if factor != 0:
                free[k] = [e - factor * h for e, h in zip(row, head, strict=True)]
                rows[k] = [e - factor * h for e, h in zip(rows[k], tail, strict=True)]
    return rows


def _first_basis(rows: list[_Row], right: int) -> tuple[list[_Row], tuple[int, ...]]:
    """Find a lexicographically feasible basis, by Bland's rule for the dual simplex method.

    The columns from `right` on are the right-hand sides as well: powers of epsilon.
    """
    basis: list[int] = []
    for k in range(len(rows)):
        entering = next(c for c, e in enumerate(rows[k]) if e != 0)
        rows = _pivoted(rows, k, entering)
        basis.append(entering)
    while True:
        negative = [(basis[k], k) for k, row in enumerate(rows) if _leading(row[right:]) < 0]
        if not negative:
            return rows, tuple(basis)
        _, k = min(negative)
        entering = next(c for c, e in enumerate(rows[k]) if e < 0)
        rows = _pivoted(rows, k, entering)
        basis[k] = entering


def _all_bases(
    rows: list[_Row], basis: tuple[int, ...], right: int, most: int
) -> list[frozenset[int]] | None:
    """Pivot to neighbours until no new lexicographically feasible basis turns up."""
    found = {frozenset(basis)}
    left = [(rows, basis)]
    while left:
        rows, basis = left.pop()
        for entering in range(len(rows[0])):
            ratios = [
                ([e / row[entering] for e in row[right:]], k)
                for k, row in enumerate(rows)
                if row[entering] > 0
            ]
            if entering in basis or not ratios:
                continue
            _, k = min(ratios)
            new = (*basis[:k], entering, *basis[k + 1 :])
            if frozenset(new) not in found:
                if len(found) >= most:
                    return None
                found.add(frozenset(new))
                left.append((_pivoted(rows, k, entering), new))
    return sorted(found, key=sorted)


def _pivoted(rows: list[_Row], place: int, entering: int) -> list[_Row]:
    scale = rows[place][entering]
    head = [e / scale for e in rows[place]]
    return [
        head
        if k == place
        else [e - row[entering] * h for e, h in zip(row, head, strict=True)]
        if row[entering] != 0
        else row
        for k, row in enumerate(rows)
    ]


def _leading(row: Sequence[Any]) -> Any:
    return next(e for e in row if e != 0)
