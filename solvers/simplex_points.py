"""Points of the simplex of a crowd's choices: shares as algebraic numbers, and signs there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sympy as sp
from flint import fmpq_poly

from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.solvers.face_signs import Oracle, signs_of
from pigou.solvers.several_choices import Crowd, Quotient
from pigou.solvers.variety import Point, Ring

__all__ = [
    "Rest",
    "at_point",
    "is_negative_definite",
    "ring_of_systems",
    "sign_of_quotient",
    "ties_at",
    "whole",
]


class Rest(NamedTuple):
    """An equilibrium.

    Attributes
    ----------
    support : tuple of int
    point : Point
        The shares of all choices of the support but the first; (0,) at a corner.
    ties : frozenset of int
        The choices outside the support that pay as much.
    slope : int
        -1 if the derivative of payoffs is negative definite along the face, 1 if it is positive on
        an edge, 0 if it is neither or was not found out.
    """

    support: tuple[int, ...]
    point: Point
    ties: frozenset[int]
    slope: int = 0

    @property
    def elements(self) -> tuple[Any, ...]:
        """The shares of the support, as numbers of the field of the point."""
        rest = self.point.coordinates[: len(self.support) - 1]
        return (fmpq_poly([1]) - sum(rest, fmpq_poly([])), *rest)

    def shares(self, number: int) -> tuple[Enclosure, ...]:
        """Enclose the shares of all choices."""
        found = [Enclosure.point(0)] * number
        for choice, element in zip(self.support, self.elements, strict=True):
            found[choice] = self.point.enclosure(element)
        return tuple(found)

    @property
    def key(self) -> Any:
        """What tells it from others: the shares if they are rational."""
        numbers = self.elements
        if all(e.degree() <= 0 for e in numbers):
            return self.support, tuple(str(e[0]) for e in numbers)
        return self.support, str(self.point.modulus), self.point.place, str(numbers)


def at_point(point: Point) -> Oracle:
    """Return the oracle that answers at a point.

    Raises
    ------
    StructureError
        Where it cannot tell.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from pigou.solvers.face_signs import face_ring
    >>> from pigou.solvers.variety import rational_point
    >>> (x,) = face_ring(1).gens()
    >>> oracle = at_point(rational_point([Fraction(1, 3)]))
    >>> sorted(oracle(2 * x - 1)), sorted(oracle(3 * x - 1))
    ([-1], [0])
    """

    def oracle(f: Any) -> frozenset[int]:
        if f.is_constant():
            return signs_of(f, closed=True)
        sign = point.sign(whole(f))
        if sign is None:
            raise StructureError("a sign at a solution cannot be told")
        return frozenset({sign})

    return oracle


def sign_of_quotient(value: Quotient, oracle: Oracle) -> int:
    """Return the sign of a quotient at a point.

    Raises
    ------
    DeclarationError
        If the denominator is zero there.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from pigou.solvers.face_signs import face_ring
    >>> from pigou.solvers.variety import rational_point
    >>> (x,) = face_ring(1).gens()
    >>> sign_of_quotient(Quotient(x, x - 1), at_point(rational_point([Fraction(1, 3)])))
    -1
    """
    (top,), (bottom,) = oracle(value.top), oracle(value.bottom)
    if not bottom:
        raise DeclarationError(f"a payoff is not defined where {value.bottom} is zero")
    return top * bottom


def whole(polynomial: Any) -> Any:
    """Return a positive multiple of a polynomial, with whole coefficients.

    Examples
    --------
    >>> from pigou.solvers.face_signs import face_ring
    >>> x, y = face_ring(2).gens()
    >>> whole(x / 2 + y / 3)
    3*x0 + 2*x1
    """
    terms = polynomial.to_dict()
    scale = math.lcm(*(int(c.q) for c in terms.values())) if terms else 1
    scaled = {tuple(map(int, power)): int(c * scale) for power, c in terms.items()}
    return ring_of_systems(polynomial.context().nvars()).context.from_dict(scaled)


@lru_cache(maxsize=16)
def ring_of_systems(variables: int) -> Ring:
    """Return the ring in which systems in so many shares are solved.

    Examples
    --------
    >>> ring_of_systems(2).generators
    (x0, x1)
    """
    return Ring(sp.symbols(f"x0:{variables}", real=True))


def ties_at(
    crowd: Crowd, support: tuple[int, ...], point: Point, oracle: Oracle
) -> frozenset[int] | None:
    """Return which choices outside a support pay as much at a point; None if one pays more.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> from pigou.solvers.variety import rational_point
    >>> mass, go = [Player("firm", size=sp.oo)], Move("go", "firm", {"a": 0, "b": 1, "c": 2})
    >>> crowd = crowd_of(Game("g", mass, [go], {"firm": "if(go == c, 1/2, mean(go == b))"}), {})
    >>> half = rational_point([Fraction(1, 2)])
    >>> ties_at(crowd, (0, 1), half, at_point(half))
    frozenset({2})
    """
    ties = set()
    for choice in range(len(crowd.labels)):
        if choice not in support:
            sign = sign_of_quotient(crowd.gap(support, support[0], choice, oracle), oracle)
            if sign > 0:
                return None
            ties |= {choice} if sign == 0 else set()
    return frozenset(ties)


def is_negative_definite(point: Point, gaps: Sequence[Any]) -> bool:
    r"""Whether the derivative of payoffs is negative definite along a face, at a point.

    With :math:`g_i` what choice i gains over the first, and
    :math:`J_{ij} = \partial g_i / \partial x_j`, it is :math:`z^\top J z < 0` for all z but 0.
    Signs of the minors of :math:`-(J + J^\top)` decide, in exact arithmetic (Sylvester).

    Parameters
    ----------
    point : Point
    gaps : sequence of fmpq_mpoly

    Examples
    --------
    >>> from fractions import Fraction
    >>> from pigou.solvers.face_signs import face_ring
    >>> from pigou.solvers.variety import rational_point
    >>> x, y = face_ring(2).gens()
    >>> point = rational_point([Fraction(1, 3)] * 2)
    >>> is_negative_definite(point, [1 - 2 * x - y, 1 - x - 2 * y])
    True
    >>> is_negative_definite(point, [1 - x - 2 * y, 1 - 2 * x - y])
    False
    """
    places = range(len(gaps))
    slopes = [[gap.derivative(k) for k in places] for gap in gaps]
    matrix = [[-(slopes[i][k] + slopes[k][i]) for k in places] for i in places]
    for size in range(1, len(gaps) + 1):
        minor = _determinant([row[:size] for row in matrix[:size]])
        if minor.is_zero() or point.sign(whole(minor)) != 1:
            return False
    return True


def _determinant(rows: list[list[Any]]) -> Any:
    """Return a determinant, by the first row."""
    if len(rows) == 1:
        return rows[0][0]
    total = rows[0][0] * 0
    for k, entry in enumerate(rows[0]):
        rest = [[*row[:k], *row[k + 1 :]] for row in rows[1:]]
        total = total + (-1) ** k * entry * _determinant(rest)
    return total
