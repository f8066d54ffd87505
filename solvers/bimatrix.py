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
   Of the columns left, one that most rays violate is the next (once there are many rays).
2. Likewise for y, with :math:`Q = \{(y, u): y \ge 0, \mathbf 1^\top y = 1, A y \le u \mathbf 1\}`.
3. A pair (x, y) of vertices is an *extreme equilibrium* iff the support of each is within the best
   replies to the other (Mangasarian 1964). If both are simple, x with m and y with n equalities,
   that leaves no choice: the equalities of one are the inequalities of the other.
4. The set of all equilibria is the union of the products conv(X) x conv(Y) over the maximal
   bicliques (X, Y) of the graph that joins x and y when (x, y) is an equilibrium: the *maximal
   Nash subsets* (Millham 1974; Winkels 1979; Jansen 1981). Bicliques that share a vertex are
   connected: together they form a *component*.

The double description method yields every extreme ray, so the list is complete for every game,
degenerate ones included. An enumeration that meets too many vertices, takes too many comparisons of
two of them, or finds too many equilibria ends in `TooLarge`: the limits count work, not time, so
that an answer does not depend on the machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from flint import fmpq, fmpq_mat

from pigou.deadline import time_is_up
from pigou.errors import StructureError

__all__ = [
    "MOST_COMPARISONS",
    "MOST_EQUILIBRIA",
    "MOST_RAYS",
    "MOST_SUBSETS",
    "BimatrixEquilibria",
    "NashSubset",
    "TooLarge",
    "Vertex",
    "Vertices",
    "bimatrix_equilibria",
    "dimension",
    "joined",
    "vertices",
    "whole",
]

MOST_RAYS = 200_000
MOST_COMPARISONS = 30_000_000_000
MOST_EQUILIBRIA = 100_000
MOST_SUBSETS = 10_000
_MANY = 30
_MANY_PAIRS = 1_000
_MANY_MASKS = 100
_WORD = 2**64 - 1


class TooLarge(StructureError):
    """A game with more vertices, equilibria or maximal Nash subsets than are enumerated.

    Examples
    --------
    >>> raise TooLarge("the game has more than 100,000 extreme equilibria")
    Traceback (most recent call last):
    pigou.solvers.bimatrix.TooLarge: the game has more than 100,000 extreme equilibria
    """


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

    Raises
    ------
    TooLarge
        If a player has more than 200,000 vertices or the other limits are passed.

    Examples
    --------
    >>> one, zero = fmpq(1), fmpq(0)
    >>> found = bimatrix_equilibria([[one, zero], [zero, one]], [[zero, one], [one, zero]])
    >>> [(found.rows[i].probabilities, found.columns[j].probabilities) for i, j in found.pairs]
    [((1/2, 1/2), (1/2, 1/2))]
    """
    rows = vertices(whole(tuple(zip(*b, strict=True))))
    return joined(rows, vertices(whole(a)), len(a), len(a[0]))


_Ray: TypeAlias = tuple[tuple[int, ...], int]
"""An extreme ray: the slack of every inequality, and a bit mask of those known to be zero."""


class _Work:
    """What is left of the comparisons of two rays that one player's vertices may take."""

    def __init__(self) -> None:
        self.left = MOST_COMPARISONS

    def spend(self, comparisons: int, rays: int = 0) -> None:
        self.left -= comparisons
        if time_is_up():
            raise TooLarge("the time limit was reached")
        if rays > MOST_RAYS:
            raise TooLarge(f"the enumeration meets more than {MOST_RAYS:,} vertices of a player")
        if self.left < 0:
            raise TooLarge(
                f"the enumeration takes more than {MOST_COMPARISONS:,} comparisons of vertices"
            )


class Vertices(NamedTuple):
    """The vertices of one player, and for each a bit mask of the inequalities that are equalities.

    The lowest bits stand for the player's own actions (not played), the next for the opponent's
    (best replies).
    """

    listed: list[Vertex]
    tight: list[int]


def whole(payoffs: Sequence[Sequence[Any]]) -> list[list[int]]:
    """Multiply rational payoffs by their least common denominator.

    Examples
    --------
    >>> whole([[fmpq(1, 2), fmpq(1, 3)]])
    [[3, 2]]
    """
    common = math.lcm(*(int(e.q) for row in payoffs for e in row))
    return [[int(e.p) * (common // int(e.q)) for e in row] for row in payoffs]


def vertices(payoffs: Sequence[Sequence[int]]) -> Vertices:
    """Return the vertices of a player whose opponent earns payoffs[reply][action] (step 1).

    Examples
    --------
    >>> [vertex.probabilities for vertex in vertices([[3, 0], [0, 1]]).listed]
    [(1, 0), (0, 1), (1/4, 3/4)]
    """
    number = len(payoffs[0])
    first = payoffs[0]
    every = (1 << number) - 1
    start = [(0,) * number + (1,) * len(payoffs)]
    for i in range(number):
        unit = (0,) * i + (1,) + (0,) * (number - i - 1)
        start.append(unit + tuple([first[i] - row[i] for row in payoffs]))
    rays = [(start[0], every)]
    rays += [(slacks, every & ~(1 << i) | 1 << number) for i, slacks in enumerate(start[1:])]
    left = list(range(number + 1, number + len(payoffs)))
    work = _Work()
    while left:
        place = left[0]
        if len(rays) > _MANY:
            place = max(left, key=lambda p: sum([ray[0][p] < 0 for ray in rays]))
        left.remove(place)
        rays = _cut(rays, place, number, work)
    found = [(_vertex(slacks, number), tight) for slacks, tight in rays if tight & every != every]
    found.sort(key=lambda pair: _place(pair[0]))
    return Vertices([vertex for vertex, _ in found], [tight for _, tight in found])


def _cut(rays: list[_Ray], place: int, number: int, work: _Work) -> list[_Ray]:
    """Add the inequality at a place: the rays that satisfy it, and those on its boundary.

    No slack of a known inequality is negative, so that one is zero in a sum iff it is in both.
    """
    bit = 1 << place
    below, kept = [], []
    for ray in rays:
        slack = ray[0][place]
        if slack < 0:
            below.append(ray)
        else:
            kept.append(ray if slack else (ray[0], ray[1] | bit))
    if not below:
        return kept
    above = [ray for ray in kept if not ray[1] & bit]
    pairs = len(below) * len(above)
    work.spend(pairs, len(kept))
    find = _adjacent if pairs <= _MANY_PAIRS else _adjacent_among_many
    for low, high, common in find(below, above, rays, number, work):
        plus, minus = high[place], -low[place]
        sums = [minus * h + plus * s for h, s in zip(high, low, strict=True)]
        divisor = math.gcd(*sums)
        if divisor > 1:
            sums = [s // divisor for s in sums]
        kept.append((tuple(sums), common | bit))
    return kept


_Adjacent: TypeAlias = Iterator[tuple[tuple[int, ...], tuple[int, ...], int]]


def _adjacent(
    below: list[_Ray], above: list[_Ray], rays: list[_Ray], number: int, work: _Work
) -> _Adjacent:
    masks = [tight for _, tight in rays]
    for low, mask in below:
        simple = mask.bit_count() == number
        for high, other in above:
            common = mask & other
            if common.bit_count() >= number - 1 and (
                simple
                or other.bit_count() == number
                or sum([common & third == common for third in masks]) == 2
            ):
                yield low, high, common


def _adjacent_among_many(
    below: list[_Ray], above: list[_Ray], rays: list[_Ray], number: int, work: _Work
) -> _Adjacent:
    """Yield the same as `_adjacent`, comparing a mask with all others at once."""
    width = len(rays[0][0])
    masks, others = (_Masks([tight for _, tight in some], width) for some in (rays, above))
    other_simple = [tight.bit_count() == number for _, tight in above]
    for low, mask in below:
        simple = mask.bit_count() == number
        for k in np.flatnonzero(others.shared(mask) >= number - 1).tolist():
            high, other = above[k]
            if not (simple or other_simple[k]):
                work.spend(len(rays))
                if len(masks.holding(mask & other)) > 2:
                    continue
            yield low, high, mask & other


class _Masks:
    """Many bit masks, compared with one at once, in words of 64 bits."""

    def __init__(self, masks: Sequence[int], width: int):
        self.places = range(0, width, 64)
        self.words = [np.array([m >> p & _WORD for m in masks], np.uint64) for p in self.places]

    def shared(self, mask: int) -> Any:
        """Return how many bits each has in common with a mask."""
        return reduce(np.add, [np.bitwise_count(w & bits) for w, bits in self._with(mask)])

    def holding(self, mask: int) -> Any:
        """Return the places of those that have all bits of a mask."""
        return np.flatnonzero(reduce(np.logical_and, [w & b == b for w, b in self._with(mask)]))

    def _with(self, mask: int) -> Iterator[tuple[Any, Any]]:
        for place, word in zip(self.places, self.words, strict=True):
            yield word, np.uint64(mask >> place & _WORD)


def _vertex(slacks: tuple[int, ...], number: int) -> Vertex:
    shares, rest = slacks[:number], slacks[number:]
    total = sum(shares)
    replies = frozenset([r for r, s in enumerate(rest) if not s])
    return Vertex(tuple([fmpq(s, total) for s in shares]), replies)


def _place(vertex: Vertex) -> tuple[int, list[int], list[int]]:
    """Order vertices by the size of the support, the support, and the best replies."""
    support = [i for i, p in enumerate(vertex.probabilities) if p]
    return len(support), support, sorted(vertex.replies)


def joined(rows: Vertices, columns: Vertices, number: int, replies: int) -> BimatrixEquilibria:
    """Return the equilibria among the pairs of vertices of both players (steps 3 and 4).

    Examples
    --------
    >>> one, other = vertices([[0, 1], [1, 0]]), vertices([[1, 0], [0, 1]])
    >>> joined(one, other, 2, 2).pairs
    [(2, 2)]
    """
    every = (1 << number + replies) - 1
    low = (1 << replies) - 1
    turned = [(tight & low) << number | tight >> replies for tight in columns.tight]
    simple = {mask: j for j, mask in enumerate(turned) if mask.bit_count() == replies}
    others = [j for j, mask in enumerate(turned) if mask.bit_count() > replies]
    masks = [turned[j] for j in others]
    among_all, among_others = (
        _Masks(some, number + replies) if len(some) > _MANY_MASKS else None
        for some in (turned, masks)
    )
    pairs = []
    for i, tight in enumerate(rows.tight):
        missing = every & ~tight
        if missing.bit_count() < replies:
            met = list(_holding(turned, missing, among_all))
        else:
            met = [others[k] for k in _holding(masks, missing, among_others)]
            met += [simple[missing]] if missing in simple else []
        pairs += [(i, j) for j in sorted(met)]
        if len(pairs) > MOST_EQUILIBRIA:
            raise TooLarge(f"the game has more than {MOST_EQUILIBRIA:,} extreme equilibria")
    return BimatrixEquilibria(rows.listed, columns.listed, pairs, _components(pairs))


def _holding(masks: Sequence[int], mask: int, many: _Masks | None) -> Iterable[int]:
    """Return the places of those that have all bits of a mask."""
    if many is not None:
        return many.holding(mask).tolist()
    return [k for k, other in enumerate(masks) if other & mask == mask]


def _components(pairs: list[tuple[int, int]]) -> list[list[NashSubset]]:
    """Group the extreme equilibria into components, each as its maximal Nash subsets."""
    left: dict[int, set[int]] = {}
    degree: dict[int, int] = {}
    for i, j in pairs:
        left.setdefault(i, set()).add(j)
        degree[j] = degree.get(j, 0) + 1
    components = []
    seen: set[int] = set()
    for i, js in left.items():
        if i in seen:
            continue
        if len(js) == 1 and degree[next(iter(js))] == 1:
            components.append([NashSubset(frozenset((i,)), frozenset(js))])
            continue
        members = _reach(i, left)
        seen |= members
        components.append(_maximal({k: frozenset(left[k]) for k in sorted(members)}))
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
    """Return the maximal bicliques: closed under taking common neighbours of the smaller side."""
    turned: dict[int, set[int]] = {}
    for i, js in neighbours.items():
        for j in js:
            turned.setdefault(j, set()).add(i)
    swap = len(turned) < len(neighbours)
    if swap:
        neighbours = {j: frozenset(turned[j]) for j in sorted(turned)}
    closed: set[frozenset[int]] = set()
    for own in set(neighbours.values()):
        closed |= {own} | {own & other for other in closed}
        if len(closed) > MOST_SUBSETS:
            raise TooLarge(f"the game has more than {MOST_SUBSETS:,} maximal Nash subsets")
    closed.discard(frozenset())
    subsets = []
    for those in closed:
        these = frozenset(i for i, js in neighbours.items() if those <= js)
        subsets.append(NashSubset(those, these) if swap else NashSubset(these, those))
    return sorted(subsets, key=lambda s: (sorted(s.rows), sorted(s.columns)))


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
