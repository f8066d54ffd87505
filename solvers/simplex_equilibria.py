r"""All equilibria of a crowd over the simplex of its choices, face by face, in exact arithmetic.

Everybody takes choice a with probability :math:`x_a` (or a share :math:`x_a` of a continuum does).
With S the choices that have :math:`x_a > 0` this is an equilibrium iff all of S pay the same, and
no other choice pays more. Payoffs come from `pigou.solvers.several_choices`.

Steps
-----
1. *Corners*, one choice: payoffs are compared.
2. *Edges*, two choices: payoffs are read at one share between any two cuts, where a cut is a root
   of a polynomial whose sign was asked for, in a condition or in a comparison of payoffs, until no
   new polynomial turns up. On each interval between cuts and at each cut the answer is then the
   same or exact, so that intervals of equilibria come out as well as points.
3. *Inside a face* of three choices or more: in each case of the conditions the equations, of equal
   payoffs and of conditions that hold with equality, are divided by what has no zero inside the
   face, and factored. Each choice of one factor each is a system, solved by a Gröbner basis
   (`pigou.solvers.variety`); signs at its real solutions are exact.
4. A system with infinitely many solutions is a polytope if it is linear, and so are the payoffs of
   choices that are not taken: its extreme points are enumerated. Any other one is left open.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from flint import fmpq, fmpq_mat

from pigou.deadline import time_is_up
from pigou.errors import DeclarationError, StructureError
from pigou.solvers.face_signs import Oracle, cases, signs_of
from pigou.solvers.several_choices import Crowd, Quotient
from pigou.solvers.simplex_edges import Edge, runs
from pigou.solvers.simplex_points import (
    Rest,
    at_point,
    is_negative_definite,
    ring_of_systems,
    sign_of_quotient,
    ties_at,
    whole,
)
from pigou.solvers.variety import Point, rational_point, solve_system

__all__ = ["Piece", "SimplexEquilibria", "simplex_equilibria"]

MOST_DEGREE, MOST_SYSTEMS, MOST_CORNERS = 64, 100, 5_000


class Piece(NamedTuple):
    """A set of equilibria with infinitely many points: all mixtures of its extreme points.

    Attributes
    ----------
    corners : tuple of int
        Places in the list of equilibria.
    dimension : int
    """

    corners: tuple[int, ...]
    dimension: int


class SimplexEquilibria(NamedTuple):
    """All equilibria, sets of infinitely many, what is open, and numbers of faces and cases.

    Attributes
    ----------
    rests : list of Rest
    pieces : list of Piece
    open : list of str
    faces, cases : int
    """

    rests: list[Rest]
    pieces: list[Piece]
    open: list[str]
    faces: int
    cases: int


def simplex_equilibria(crowd: Crowd) -> SimplexEquilibria:
    """Return every equilibrium in which all members use the same mixture.

    Raises
    ------
    StructureError
        If payoffs cannot be read on corners and edges.
    DeclarationError
        If a payoff is not defined at a corner, or somewhere on an edge.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> mass = [Player("firm", size=sp.oo)]
    >>> payoffs = {"firm": "if(go == a, mean(go == a), if(go == b, 2*mean(go == b), 1/3))"}
    >>> game = Game("g", mass, [Move("go", "firm", {"a": 0, "b": 1, "c": 2})], payoffs)
    >>> found = simplex_equilibria(crowd_of(game, {}))
    >>> [" ".join(map(str, rest.shares(3))) for rest in found.rests]
    ['1 0 0', '0 1 0', '0 0 1', '2/3 1/3 0', '1/3 0 2/3', '0 1/6 5/6', '1/3 1/6 1/2']
    """
    search = _Search(crowd)
    number = len(crowd.labels)
    for size in range(1, number + 1):
        for support in itertools.combinations(crowd.staying, size):
            if size == 1:
                search.corner(support)
            elif size == 2:
                search.edge(support)
            else:
                search.inside(support)
    return SimplexEquilibria(
        search.rests, search.maximal(), search.open, 2 ** len(crowd.staying) - 1, search.cases
    )


class _Search:
    """One search, and what it found."""

    def __init__(self, crowd: Crowd):
        self.crowd = crowd
        self.rests: list[Rest] = []
        self.places: dict[Any, int] = {}
        self.pieces: list[Piece] = []
        self.open: list[str] = []
        self.cases = 0

    def add(self, rest: Rest) -> int:
        """Add an equilibrium unless it is there, and return its place."""
        place = self.places.setdefault(rest.key, len(self.rests))
        if place == len(self.rests):
            self.rests.append(rest)
        return place

    def found_at(self, choice: int) -> Rest | None:
        """Return the equilibrium in which all take one choice, if it is one."""
        place = self.places.get(Rest((choice,), rational_point([Fraction(0)]), frozenset()).key)
        return None if place is None else self.rests[place]

    def names(self, support: Sequence[int]) -> str:
        labels = [self.crowd.labels[a] for a in support]
        return f"{', '.join(labels[:-1])} and {labels[-1]}"

    def maximal(self) -> list[Piece]:
        """Return the pieces that lie in no other one."""
        found = []
        for n, one in enumerate(self.pieces):
            larger = (set(one.corners) < set(other.corners) for other in self.pieces)
            equal = (set(one.corners) == set(other.corners) for other in self.pieces[:n])
            if not any(larger) and not any(equal):
                found.append(one)
        return found

    # -- corners ----------------------------------------------------------------------------------

    def corner(self, support: tuple[int, ...]) -> None:
        point = rational_point([Fraction(0)])
        ties = ties_at(self.crowd, support, point, at_point(point))
        if ties is not None:
            self.add(Rest(support, point, ties))

    # -- edges ------------------------------------------------------------------------------------

    def edge(self, support: tuple[int, ...]) -> None:
        self.cases += 1
        edge = Edge(self.crowd, support, self.found_at)
        line = edge.line()
        fits = [edge.rest(point) for point in line]
        for n in range(2, len(line) - 2, 2):
            fit = fits[n]
            if fit is not None and fits[n - 1] is fits[n + 1] is None:
                self.add(fit)
        for first, last in runs([fit is not None for fit in fits]):
            if first == last and first % 2 == 0:
                continue
            ends = [end for n in (first, last) if n % 2 == 0 and (end := fits[n]) is not None]
            if len(ends) == 2:
                self.pieces.append(Piece((self.add(ends[0]), self.add(ends[1])), 1))
                continue
            points = (line[first - first % 2], line[last + last % 2])
            low, high = (str(p.enclosure(p.coordinates[0])) for p in points)
            second = self.crowd.labels[support[1]]
            self.open.append(
                f"mixtures of {self.names(support)}: every share of {second} strictly between "
                f"{low} and {high}"
            )

    # -- faces ------------------------------------------------------------------------------------

    def inside(self, support: tuple[int, ...]) -> None:
        first, *others = support

        def read(oracle: Oracle) -> list[Quotient]:
            return [self.crowd.gap(support, first, b, oracle) for b in others]

        where = f"mixtures of {self.names(support)}"
        try:
            for signs, gaps in cases(read):
                if time_is_up():
                    raise StructureError("the time is up")
                self.cases += 1
                if isinstance(gaps, DeclarationError):
                    self.open.append(f"{where}: {gaps}")
                else:
                    self._case(support, signs, gaps)
        except StructureError as error:
            self.open.append(f"{where} were not searched: {error}")

    def _case(self, support: tuple[int, ...], signs: Any, gaps: list[Quotient]) -> None:
        """Solve the equations of one case."""
        where = f"mixtures of {self.names(support)}"
        equations = [g.top for g in gaps] + [f for f, sign in signs if sign == 0]
        factors = [_factors(f) for f in equations]
        if math.prod(map(len, factors)) > MOST_SYSTEMS:
            self.open.append(f"{where}: there are too many factors")
            return
        ring = ring_of_systems(len(support) - 1)
        solved: list[list[Any]] = []
        for system in itertools.product(*factors):
            distinct = list({str(f): f for f in system if not f.is_zero()}.values())
            if math.prod(int(f.total_degree()) for f in distinct) > MOST_DEGREE:
                self.open.append(f"{where}: the equations are of too high a degree")
                continue
            found = solve_system(ring, [whole(f) for f in distinct])
            if found.refused:
                self.open.append(f"{where}: {found.refused}")
            elif not found.finite:
                self._endless(support, signs, gaps, distinct)
            for point in found.points:
                if not any(all(point.sign(whole(f)) == 0 for f in s) for s in solved):
                    self._candidate(support, signs, gaps, point)
            solved += [distinct] if found.finite else []

    def _candidate(
        self, support: tuple[int, ...], signs: Any, gaps: list[Quotient], point: Point
    ) -> None:
        """Add a solution if its signs are right."""
        rest = Rest(support, point, frozenset())
        oracle = at_point(point)
        if any(point.sign_of(e) != 1 for e in rest.elements):
            return
        if any(oracle(f) != {sign} for f, sign in signs):
            return
        if any(0 in oracle(g.bottom) for g in gaps):
            self.open.append(
                f"mixtures of {self.names(support)}: a payoff is not defined at a solution"
            )
            return
        ties = ties_at(self.crowd, support, point, oracle)
        if ties is not None:
            polynomial = all(g.bottom.is_one() for g in gaps)
            falls = polynomial and is_negative_definite(point, [g.top for g in gaps])
            self.add(rest._replace(ties=ties, slope=-1 if falls else 0))

    def _endless(
        self, support: tuple[int, ...], signs: Any, gaps: list[Quotient], system: list[Any]
    ) -> None:
        """Settle a system with infinitely many solutions if all is linear; else leave it open."""
        shown = " and ".join(f"{f} = 0" for f in system) or "all of them"
        note = f"mixtures of {self.names(support)}: infinitely many may be equilibria ({shown})"
        plain = not signs and all(g.bottom.is_constant() for g in gaps)
        rows = self._linear(support, system) if plain else None
        corners = None if rows is None else _corners(len(support), rows)
        if corners is None:
            self.open.append(note)
            return
        if not corners or any(all(c[k] == 0 for c in corners) for k in range(len(support))):
            return
        fits = [self._at_corner(support, corner) for corner in corners]
        found = [rest for rest in fits if rest is not None]
        dimension = int(
            fmpq_mat([[a - b for a, b in zip(c, corners[0], strict=True)] for c in corners]).rank()
        )
        if len(found) < len(fits):
            self.open.append(note)
            return
        corners_found = tuple(self.add(rest) for rest in found)
        if dimension:  # else other choices pay as much at one of the solutions, and more beside it
            self.pieces.append(Piece(corners_found, dimension))

    def _linear(self, support: tuple[int, ...], system: list[Any]) -> list[list[Any]] | None:
        """Return rows r with r x <= 0 that say where on a face the equilibria are, if linear.

        None too if some payoff, of a choice that is taken or not, changes its form at the boundary.
        """
        try:
            read = {
                c: self.crowd.gap(support, support[0], c, lambda f: signs_of(f, closed=True))
                for c in range(len(self.crowd.labels))
            }
        except (StructureError, DeclarationError):
            return None
        gaps = [gap for c, gap in read.items() if c not in support]
        if any(not g.bottom.is_constant() for g in gaps):
            return None
        both = [f for g in system for f in (g, -g)] + [g.top for g in gaps]
        if any(f.total_degree() > 1 for f in both if not f.is_zero()):
            return None
        return [_row(f, len(support)) for f in both]

    def _at_corner(self, support: tuple[int, ...], corner: Sequence[Any]) -> Rest | None:
        """Return the equilibrium at rational shares; None if it is none."""
        used = [(a, x) for a, x in zip(support, corner, strict=True) if x]
        inner = tuple(a for a, _ in used)
        numbers = [Fraction(int(x.p), int(x.q)) for _, x in used[1:]] or [Fraction(0)]
        point = rational_point(numbers)
        oracle = at_point(point)
        for choice in inner[1:]:
            if sign_of_quotient(self.crowd.gap(inner, inner[0], choice, oracle), oracle):
                return None
        ties = ties_at(self.crowd, inner, point, oracle)
        return None if ties is None else Rest(inner, point, ties)


def _factors(polynomial: Any) -> list[Any]:
    """Return the factors of an equation that may vanish inside the face."""
    if polynomial.is_zero():
        return [polynomial]
    return [f for f, _ in polynomial.factor()[1] if 0 in signs_of(f, closed=False)]


def _row(polynomial: Any, size: int) -> list[Any]:
    """Return the values of a linear function at the corners of a face."""
    terms = {tuple(map(int, power)): c for power, c in polynomial.to_dict().items()}
    number = max(1, size - 1)
    constant = terms.get((0,) * number, fmpq(0))
    slopes = (
        terms.get(tuple(int(k == i) for k in range(number)), fmpq(0)) for i in range(size - 1)
    )
    return [constant, *(constant + slope for slope in slopes)]


def _corners(size: int, rows: list[list[Any]]) -> list[tuple[Any, ...]] | None:
    """Return the extreme points of x >= 0 with sum 1 and rows x <= 0; None if too many to try."""
    bounds = [[fmpq(-int(a == k)) for k in range(size)] for a in range(size)]
    bounds += [list(row) for row in {tuple(map(str, r)): r for r in rows if any(r)}.values()]
    if math.comb(len(bounds), size - 1) > MOST_CORNERS:
        return None
    right = fmpq_mat(size, 1, [0] * (size - 1) + [1])
    found = {}
    for tight in itertools.combinations(bounds, size - 1):
        try:
            flat = [e for row in tight for e in row] + [fmpq(1)] * size
            point = fmpq_mat(size, size, flat).solve(right).entries()
        except ZeroDivisionError:
            continue
        if all(sum((a * b for a, b in zip(r, point, strict=True)), fmpq(0)) <= 0 for r in bounds):
            found[tuple(map(str, point))] = tuple(point)
    return sorted(found.values(), reverse=True)
