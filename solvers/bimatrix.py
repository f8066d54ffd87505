r"""All equilibria of a two-player game, exactly: extreme points, maximal Nash subsets, components.

For payoff matrices A (rows) and B (columns), a mixed action x of the row player is a *vertex* if
it is an extreme point of the set where some column is a best reply:
:math:`P = \{(x, v): x \ge 0, \mathbf 1^\top x = 1, B^\top x \le v \mathbf 1\}`.

Steps
-----
1. For every support I of x and every set J of columns with :math:`|J| = |I|`, solve
   :math:`x_I^\top B_{\cdot J} = v \mathbf 1^\top, \mathbf 1^\top x_I = 1` in rational arithmetic.
   At a vertex the tight columns have full rank on the support, so some such J is nonsingular, and
   every vertex is met. Keep x if it is positive on I and no column gives more than v.
2. Likewise for y.
3. A pair (x, y) of vertices is an *extreme equilibrium* iff the support of each is within the best
   replies to the other (Mangasarian 1964).
4. The set of all equilibria is the union of the products conv(X) x conv(Y) over the maximal
   bicliques (X, Y) of the graph that joins x and y when (x, y) is an equilibrium: the *maximal
   Nash subsets* (Millham 1974; Winkels 1979; Jansen 1981). Bicliques that share a vertex are
   connected: together they form a *component*.

The list is therefore complete for every game, degenerate ones included.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from flint import fmpq, fmpq_mat

__all__ = [
    "MOST_SUPPORT_PAIRS",
    "BimatrixEquilibria",
    "NashSubset",
    "Vertex",
    "bimatrix_equilibria",
    "dimension",
    "support_pairs",
]

MOST_SUPPORT_PAIRS = 200_000


class Vertex(NamedTuple):
    """A mixed action at which the opponent's best replies pin down its probabilities."""

    probabilities: tuple[Any, ...]
    replies: frozenset[int]

    @property
    def support(self) -> frozenset[int]:
        """The actions taken with positive probability."""
        return frozenset(i for i, p in enumerate(self.probabilities) if p > 0)


class NashSubset(NamedTuple):
    """A maximal product of polytopes of equilibria, by its extreme points."""

    rows: frozenset[int]
    columns: frozenset[int]


class BimatrixEquilibria(NamedTuple):
    """What was found: vertices, extreme equilibria as pairs of their indices, components."""

    rows: list[Vertex]
    columns: list[Vertex]
    pairs: list[tuple[int, int]]
    components: list[list[NashSubset]]


def bimatrix_equilibria(
    a: Sequence[Sequence[Any]], b: Sequence[Sequence[Any]]
) -> BimatrixEquilibria:
    """Return all equilibria of the game with row payoffs `a` and column payoffs `b`.

    Parameters
    ----------
    a, b : m by n nested sequences of fmpq

    Examples
    --------
    >>> one, zero = fmpq(1), fmpq(0)
    >>> found = bimatrix_equilibria([[one, zero], [zero, one]], [[zero, one], [one, zero]])
    >>> [(found.rows[i].probabilities, found.columns[j].probabilities) for i, j in found.pairs]
    [((1/2, 1/2), (1/2, 1/2))]
    """
    rows = _vertices([list(column) for column in zip(*b, strict=True)])
    columns = _vertices([list(row) for row in a])
    pairs = [
        (i, j)
        for i, x in enumerate(rows)
        for j, y in enumerate(columns)
        if x.support <= y.replies and y.support <= x.replies
    ]
    return BimatrixEquilibria(rows, columns, pairs, _components(pairs))


def support_pairs(rows: int, columns: int) -> int:
    """Return how many pairs of supports of equal size there are.

    Examples
    --------
    >>> support_pairs(2, 2)
    5
    """
    return math.comb(rows + columns, rows) - 1


def _vertices(payoffs: list[list[Any]]) -> list[Vertex]:
    """Return the vertices of a player whose opponent earns payoffs[reply][action]."""
    found: dict[tuple[Any, ...], Vertex] = {}
    number, replies = len(payoffs[0]), range(len(payoffs))
    for size in range(1, min(number, len(payoffs)) + 1):
        for support in itertools.combinations(range(number), size):
            for tight in itertools.combinations(replies, size):
                vertex = _vertex(payoffs, support, tight, number)
                if vertex is not None:
                    found.setdefault(vertex.probabilities, vertex)
    return list(found.values())


def _vertex(
    payoffs: list[list[Any]], support: tuple[int, ...], tight: tuple[int, ...], number: int
) -> Vertex | None:
    size = len(support)
    entries = [e for r in tight for e in (*(payoffs[r][i] for i in support), fmpq(-1))]
    entries += [fmpq(1)] * size + [fmpq(0)]
    right = fmpq_mat(size + 1, 1, [0] * size + [1])
    try:
        *shares, value = fmpq_mat(size + 1, size + 1, entries).solve(right).entries()
    except ZeroDivisionError:
        return None
    if any(share <= 0 for share in shares):
        return None
    earned = [
        sum((row[i] * s for i, s in zip(support, shares, strict=True)), fmpq(0)) for row in payoffs
    ]
    if any(e > value for e in earned):
        return None
    probabilities = [fmpq(0)] * number
    for i, share in zip(support, shares, strict=True):
        probabilities[i] = share
    return Vertex(tuple(probabilities), frozenset(r for r, e in enumerate(earned) if e == value))


def _components(pairs: list[tuple[int, int]]) -> list[list[NashSubset]]:
    """Group the extreme equilibria into components, each as its maximal Nash subsets."""
    left: dict[int, set[int]] = {}
    for i, j in pairs:
        left.setdefault(i, set()).add(j)
    components = []
    unseen = dict(left)
    while unseen:
        members = _reach(next(iter(unseen)), left)
        for i in members:
            unseen.pop(i, None)
        components.append(_maximal({i: frozenset(left[i]) for i in sorted(members)}))
    return components


def _reach(start: int, left: dict[int, set[int]]) -> set[int]:
    members, reached = {start}, set(left[start])
    while True:
        more = {i for i, js in left.items() if js & reached} - members
        if not more:
            return members
        members |= more
        reached |= set().union(*(left[i] for i in more))


def _maximal(neighbours: dict[int, frozenset[int]]) -> list[NashSubset]:
    """Return the maximal bicliques: closed under taking common neighbours."""
    closed: set[frozenset[int]] = set()
    for own in neighbours.values():
        closed |= {own} | {own & other for other in closed}
    closed.discard(frozenset())
    subsets = []
    for columns in closed:
        rows = frozenset(i for i, js in neighbours.items() if columns <= js)
        subsets.append(NashSubset(rows, frozenset.intersection(*(neighbours[i] for i in rows))))
    return sorted(set(subsets), key=lambda s: (sorted(s.rows), sorted(s.columns)))


def dimension(points: Sequence[Sequence[Any]]) -> int:
    """Return the dimension of the convex hull of points.

    Examples
    --------
    >>> dimension([(fmpq(0), fmpq(1)), (fmpq(1), fmpq(0))])
    1
    """
    first, *others = points
    if not others:
        return 0
    rows = [[p - q for p, q in zip(point, first, strict=True)] for point in others]
    return int(fmpq_mat(len(rows), len(first), [e for row in rows for e in row]).rank())
