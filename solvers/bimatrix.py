r"""All equilibria of a two-player game, exactly: extreme points, maximal Nash subsets, components.

For payoff matrices A (rows, m) and B (columns, n), a mixed action x of the row player is a *vertex*
if (x, v) is an extreme point of the set where v is the best reply's payoff or more:
:math:`P = \{(x, v): x \ge 0, \mathbf 1^\top x = 1, B^\top x \le v \mathbf 1\}`.

Steps
-----
1. Payoffs are scaled to whole numbers. The vertices are the extreme rays, but for (0, 1), of the
   pointed cone :math:`\{(x, v): x \ge 0, v \mathbf 1 - B^\top x \ge 0\}`. They are found by the
   double description method (Motzkin, Raiffa, Thompson and Thrall 1953; Fukuda and Prodon 1996):
   start with the m + 1 rays of the cone of :math:`x \ge 0` and the first column; add the other
   columns one by one. A column keeps the rays that satisfy it; every pair of *adjacent* rays on
   different sides of it gives a new ray, on its boundary. Two rays are adjacent iff no third ray
   meets with equality every inequality so far that both of them meet with equality; if one of
   the two is simple (exactly m of these are equalities for it), it is enough that m - 1 are common.
   A ray is held as the slacks of all m + n inequalities, in whole numbers without common factor.
2. Likewise for y, with :math:`Q = \{(y, u): y \ge 0, \mathbf 1^\top y = 1, A y \le u \mathbf 1\}`.
3. A pair (x, y) of vertices is an *extreme equilibrium* iff the support of each is within the best
   replies to the other (Mangasarian 1964).
4. The set of all equilibria is the union of the products conv(X) x conv(Y) over the maximal
   bicliques (X, Y) of the graph that joins x and y when (x, y) is an equilibrium: the *maximal
   Nash subsets* (Millham 1974; Winkels 1979; Jansen 1981). Bicliques that share a vertex are
   connected: together they form a *component*.

The double description method yields every extreme ray, so the list is complete for every game,
degenerate ones included.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
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
    number, replies = len(a), len(a[0])
    rays = _rays(_whole(tuple(zip(*b, strict=True))))
    others = _rays(_whole(a))
    pairs = sorted(_complementary(rays, others, number, replies))
    return BimatrixEquilibria(
        [_vertex(ray.slacks, number) for ray in rays],
        [_vertex(ray.slacks, replies) for ray in others],
        pairs,
        _components(pairs),
    )


def support_pairs(rows: int, columns: int) -> int:
    """Return how many pairs of supports of equal size there are.

    Examples
    --------
    >>> support_pairs(2, 2)
    5
    """
    return math.comb(rows + columns, rows) - 1


class _Ray(NamedTuple):
    """An extreme ray: the slack of every inequality, and those that are zero as a bit mask."""

    slacks: tuple[int, ...]
    tight: int


def _whole(payoffs: Sequence[Sequence[Any]]) -> list[list[int]]:
    """Multiply rational payoffs by their least common denominator."""
    common = math.lcm(*(int(e.q) for row in payoffs for e in row))
    return [[int(e.p) * (common // int(e.q)) for e in row] for row in payoffs]


def _rays(payoffs: list[list[int]]) -> list[_Ray]:
    """Return the vertices of a player whose opponent earns payoffs[reply][action] (step 1)."""
    number = len(payoffs[0])
    first = payoffs[0]
    units = [tuple(int(i == k) for k in range(number)) for i in range(number)]
    start = [(0,) * number + (1,) * len(payoffs)]
    start += [units[i] + tuple(first[i] - row[i] for row in payoffs) for i in range(number)]
    known = (2 << number) - 1  # x >= 0 and the first column
    rays = [_ray(slacks, known) for slacks in start]
    for place in range(number + 1, number + len(payoffs)):
        known |= 1 << place
        rays = _cut(rays, place, known, number)
    rays = [ray for ray in rays if any(ray.slacks[:number])]
    return sorted(rays, key=lambda ray: _place(ray.slacks, number))


def _place(slacks: tuple[int, ...], number: int) -> tuple[int, list[int], list[int]]:
    """Order vertices by the size of the support, the support, and the best replies."""
    support = [i for i, s in enumerate(slacks[:number]) if s]
    return len(support), support, [r for r, s in enumerate(slacks[number:]) if not s]


def _ray(slacks: tuple[int, ...], known: int) -> _Ray:
    return _Ray(slacks, sum(1 << i for i, s in enumerate(slacks) if not s) & known)


def _cut(rays: list[_Ray], place: int, known: int, number: int) -> list[_Ray]:
    """Add the inequality at a place: the rays that satisfy it, and those on its boundary."""
    bit = 1 << place
    below = [ray for ray in rays if ray.slacks[place] < 0]
    above = [ray for ray in rays if ray.slacks[place] > 0]
    on = [_Ray(ray.slacks, ray.tight | bit) for ray in rays if not ray.slacks[place]]
    new = []
    for low, high in _adjacent(below, above, rays, number):
        plus, minus = high.slacks[place], -low.slacks[place]
        sums = [minus * h + plus * s for h, s in zip(high.slacks, low.slacks, strict=True)]
        divisor = math.gcd(*sums)
        new.append(_ray(tuple(s // divisor for s in sums), known))
    return on + above + new


def _adjacent(
    below: list[_Ray], above: list[_Ray], rays: list[_Ray], number: int
) -> Iterator[tuple[_Ray, _Ray]]:
    masks = [ray.tight for ray in rays]
    for low in below:
        mask = low.tight
        simple = mask.bit_count() == number
        for high in above:
            common = mask & high.tight
            if common.bit_count() >= number - 1 and (
                simple
                or high.tight.bit_count() == number
                or sum(common & other == common for other in masks) == 2
            ):
                yield low, high


def _complementary(
    rays: list[_Ray], others: list[_Ray], number: int, replies: int
) -> Iterator[tuple[int, int]]:
    """Yield the pairs in which every action is a best reply or not played (step 3)."""
    every = (1 << number + replies) - 1
    low = (1 << replies) - 1
    turned = [(ray.tight & low) << number | ray.tight >> replies for ray in others]
    for i, ray in enumerate(rays):
        missing = every & ~ray.tight
        for j, mask in enumerate(turned):
            if mask & missing == missing:
                yield i, j


def _vertex(slacks: tuple[int, ...], number: int) -> Vertex:
    total = sum(slacks[:number])
    replies = frozenset(r for r, s in enumerate(slacks[number:]) if not s)
    return Vertex(tuple(fmpq(s, total) for s in slacks[:number]), replies)


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
