"""The edges of the simplex of a crowd's choices, where two are taken: cut until all is settled.

An edge is cut at every root of a polynomial whose sign was asked for, in a condition or in a
comparison of payoffs, at a share between two cuts or at a cut, until no new polynomial turns up.
Between two cuts the answer is then the same throughout.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq_poly

from pigou.errors import StructureError
from pigou.solvers.several_choices import Crowd
from pigou.solvers.simplex_points import (
    Rest,
    at_point,
    ring_of_systems,
    sign_of_quotient,
    ties_at,
    whole,
)
from pigou.solvers.variety import Point, rational_point, solve_system

__all__ = ["Edge", "runs"]

MOST_SPOTS = 300


class Edge:
    """One edge: cuts, and shares between them.

    Parameters
    ----------
    crowd : Crowd
    support : tuple of int
        Two choices.
    corner : callable
        For a choice: the equilibrium in which all take it, or None.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> mass, go = [Player("firm", size=sp.oo)], Move("go", "firm", {"a": 0, "b": 1, "c": 2})
    >>> crowd = crowd_of(Game("g", mass, [go], {"firm": "(go == b)*(1/3 - mean(go == b))"}), {})
    >>> line = Edge(crowd, (0, 1), lambda choice: None).line()
    >>> [str(point.enclosures()[0]) for point in line]
    ['0', '1/6', '1/3', '2/3', '1']
    """

    def __init__(self, crowd: Crowd, support: tuple[int, ...], corner: Callable[[int], Any]):
        self.crowd, self.support, self.corner = crowd, support, corner
        self.known: dict[str, list[Point]] = {}
        self.answers: dict[Any, Rest | None] = {}
        self.ring = ring_of_systems(1)

    def line(self) -> list[Point]:
        """Return 0, a share, a cut, a share, ..., a cut, a share, 1."""
        while True:
            spots = sorted(
                (p for points in self.known.values() for p in points), key=lambda p: _ends(p)[0]
            )
            if len(spots) > MOST_SPOTS:
                raise StructureError(f"a payoff has more than {MOST_SPOTS} cuts over an edge")
            ends = [rational_point([Fraction(0)]), *spots, rational_point([Fraction(1)])]
            line = [ends[0]]
            for low, high in itertools.pairwise(ends):
                below, above = _ends(low)[1], _ends(high)[0]
                if below >= above:
                    raise StructureError("two cuts of an edge cannot be told apart")
                line += [rational_point([(below + above) / 2]), high]
            before = len(self.known)
            for point in line[1:-1]:
                self.rest(point)
            if len(self.known) == before:
                return line

    def rest(self, point: Point) -> Rest | None:
        """Return the equilibrium at a share, if it is one; remember what signs were asked for."""
        key = Rest(self.support, point, frozenset()).key
        if key not in self.answers:
            self.answers[key] = self._answer(point)
        return self.answers[key]

    def _answer(self, point: Point) -> Rest | None:
        x = point.coordinates[0]
        if x.degree() <= 0 and x[0] in (0, 1):
            return self.corner(self.support[int(x[0] == 1)])
        plain = at_point(point)

        def oracle(f: Any) -> frozenset[int]:
            self._meet(f)
            return plain(f)

        first, second = self.support
        gap = self.crowd.gap(self.support, first, second, oracle)
        if sign_of_quotient(gap, oracle):
            return None
        ties = ties_at(self.crowd, self.support, point, oracle)
        if ties is None:
            return None
        (slope,) = plain(gap.top.derivative(0) * gap.bottom)
        return Rest(self.support, point, ties, slope)

    def _meet(self, polynomial: Any) -> None:
        """Cut at the roots of a polynomial."""
        if polynomial.is_constant():
            return
        for factor, _ in polynomial.factor()[1]:
            if str(factor) in self.known:
                continue
            found = solve_system(self.ring, [whole(factor)])
            if found.refused:
                raise StructureError(f"a payoff on an edge: {found.refused}")
            inside = [
                p
                for p in found.points
                if p.sign_of(p.coordinates[0]) == 1
                and p.sign_of(fmpq_poly([1]) - p.coordinates[0]) == 1
            ]
            self.known[str(factor)] = inside


def _ends(point: Point) -> tuple[Fraction, Fraction]:
    share = point.enclosure(point.coordinates[0])
    return share.lower, share.upper


def runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last place of each run of what is true.

    Examples
    --------
    >>> list(runs([True, False, True, True]))
    [(0, 0), (2, 3)]
    """
    start = None
    for n, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = n
        elif not flag and start is not None:
            yield start, n - 1
            start = None
