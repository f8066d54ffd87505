r"""Small polytopes in exact arithmetic: products of simplices, cut by half-spaces.

A polytope is held as its corners, each with the inequalities that are tight there. Cutting it by
:math:`c^\top x + d \ge 0` keeps the corners that satisfy it and adds one corner on every edge that
leads from a corner that does to one that does not: the double description method (Motzkin, Raiffa,
Thompson and Thrall 1953). Two corners share an edge iff no third one is tight wherever both are.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

__all__ = ["Corner", "Polytope", "affine_dimension", "simplices"]

Vector = tuple[Fraction, ...]


class Corner(NamedTuple):
    """A corner of a polytope, and the numbers of the inequalities that are tight there."""

    point: Vector
    tight: frozenset[int]


class Polytope(NamedTuple):
    """A bounded polytope; empty without corners.

    Attributes
    ----------
    corners : tuple of Corner
    cuts : int
        How many inequalities have been numbered so far.

    Examples
    --------
    >>> belief = simplices([(0, 1)], 2)
    >>> [tuple(map(str, p)) for p in belief.cut([1, 0], Fraction(-1, 3)).points]
    [('1', '0'), ('1/3', '2/3')]
    """

    corners: tuple[Corner, ...]
    cuts: int

    @property
    def points(self) -> tuple[Vector, ...]:
        """The corners as points."""
        return tuple(c.point for c in self.corners)

    @property
    def is_empty(self) -> bool:
        """Whether it has no point."""
        return not self.corners

    def cut(self, normal: Sequence[Fraction | int], constant: Fraction | int = 0) -> Polytope:
        """Return the part on which ``normal @ x + constant`` is at least 0."""
        number = self.cuts
        heights = [_height(c.point, normal, constant) for c in self.corners]
        kept = [
            Corner(c.point, c.tight | {number}) if h == 0 else c
            for c, h in zip(self.corners, heights, strict=True)
            if h >= 0
        ]
        above = [n for n, h in enumerate(heights) if h > 0]
        below = [n for n, h in enumerate(heights) if h < 0]
        for one, other in itertools.product(above, below):
            common = self.corners[one].tight & self.corners[other].tight
            if not self._is_edge(one, other, common):
                continue
            share = heights[one] / (heights[one] - heights[other])
            pairs = zip(self.corners[one].point, self.corners[other].point, strict=True)
            point = tuple(a + share * (b - a) for a, b in pairs)
            kept.append(Corner(point, common | {number}))
        return Polytope(tuple(kept), number + 1)

    def level(self, normal: Sequence[Fraction | int], constant: Fraction | int = 0) -> Polytope:
        """Return the part on which ``normal @ x + constant`` is 0."""
        return self.cut(normal, constant).cut([-n for n in normal], -constant)

    def without(self, coordinates: Collection[int]) -> Polytope:
        """Return the face on which coordinates that are never negative are 0."""
        kept = tuple(c for c in self.corners if all(c.point[k] == 0 for k in coordinates))
        return Polytope(kept, self.cuts)

    def _is_edge(self, one: int, other: int, common: frozenset[int]) -> bool:
        return not any(
            common <= c.tight for n, c in enumerate(self.corners) if n not in (one, other)
        )


def _height(point: Vector, normal: Sequence[Fraction | int], constant: Fraction | int) -> Fraction:
    terms = (n * x for n, x in zip(normal, point, strict=True) if n and x)
    return sum(terms, Fraction(constant))


def simplices(supports: Iterable[Sequence[int]], size: int) -> Polytope:
    """Return the product of simplices: of each set of coordinates, the sum is 1.

    Parameters
    ----------
    supports : iterable of sequence of int
        Sets of coordinates, each with at least one, none in two of them.
    size : int
        The number of coordinates; those in no set are 0.

    Examples
    --------
    >>> [tuple(map(int, p)) for p in simplices([(0, 1), (2,)], 4).points]
    [(1, 0, 1, 0), (0, 1, 1, 0)]
    """
    corners = []
    for chosen in itertools.product(*supports):
        point = tuple(Fraction(int(k in chosen)) for k in range(size))
        corners.append(Corner(point, frozenset(k for k in range(size) if k not in chosen)))
    return Polytope(tuple(corners), size)


def affine_dimension(points: Sequence[Vector]) -> int:
    """Return the dimension of the convex hull of points; -1 of none.

    Examples
    --------
    >>> affine_dimension([(Fraction(0), Fraction(1)), (Fraction(1), Fraction(0))])
    1
    """
    if not points:
        return -1
    rows = [[a - b for a, b in zip(p, points[0], strict=True)] for p in points[1:]]
    rank = 0
    for column in range(len(points[0])):
        pivot = next((n for n in range(rank, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for n in range(rank + 1, len(rows)):
            factor = rows[n][column] / rows[rank][column]
            rows[n] = [a - factor * b for a, b in zip(rows[n], rows[rank], strict=True)]
        rank += 1
    return rank
