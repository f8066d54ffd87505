r"""A solution of a first-order system, from 15 digits to 70: in ball arithmetic, or exactly.

Steps
-----
1. Newton's method in arb at 333 bits, from the point that the search found, over the interior
   variables; the others are at their ends exactly.
2. The residual at the limit, times an approximate inverse of h, says how large a ball is needed;
   a Krawczyk test in balls of four times that size proves that it holds a solution.
3. The ball has to lie in the box in which the search proved exactly one solution: it is that one.
4. An interior variable has to lie within [0, 1], and a variable at an end needs the right sign of
   g. Where the sign cannot be told, or the variable may lie beyond its end, the simplest fractions
   within the balls are tried: if g is 0 there in exact arithmetic, they are the solution.

Sources: F. Johansson (2017), Arb: efficient arbitrary-precision midpoint-radius interval
arithmetic; R. Krawczyk (1969).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from flint import arb, arb_mat, fmpq

from pigou.exact import Enclosure
from pigou.solvers.branch_and_prune import Isolated
from pigou.solvers.first_order import INTERIOR, LOWER, FirstOrder
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["Refined", "doubles", "refined", "simplest_between"]

_STEPS = 12
_SETTLED = arb(2) ** -300


class Refined(NamedTuple):
    """A solution that is known to 70 digits.

    Attributes
    ----------
    balls : tuple of arb
        They hold exactly one solution with these labels.
    label : tuple of int
    inside : bool or None
        Whether it lies in the unit box; None if that cannot be told.
    signs : bool or None
        Whether g has the right sign at every end that is taken; None if that cannot be told.
    exact : tuple of Fraction or None
        The solution, where it is known exactly.
    """

    balls: tuple[Any, ...]
    label: tuple[int, ...]
    inside: bool | None
    signs: bool | None
    exact: tuple[Fraction, ...] | None

    @property
    def enclosures(self) -> tuple[Enclosure, ...]:
        """The solution, with rational ends."""
        if self.exact is not None:
            return tuple(Enclosure(q, q) for q in self.exact)
        return tuple(ball_to_enclosure(ball) for ball in self.balls)


def refined(system: FirstOrder, root: Isolated) -> Refined | None:
    """Refine a solution; None where the test fails at high precision.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou.solvers.branch_and_prune import explore
    >>> x = sp.Symbol("x", real=True)
    >>> system = FirstOrder([x], [0], [x / 3 - x**2 / 2], False)
    >>> point = refined(system, explore(system).roots[0])
    >>> point.enclosures, point.inside, point.signs
    ((Enclosure(1/3),), True, True)
    """
    with working_precision():
        inner = [k for k, label in enumerate(root.label) if label == INTERIOR]
        start = [arb(float(p)) for p in root.point]
        middle = _newton(system, start, inner)
        balls = None if middle is None else _proved(system, middle, inner)
        if balls is None or not _within(balls, root):
            return None
        exact = _simplest(system, balls, root)
        if exact is None:
            g = system.balls(balls)[0]
            return Refined(tuple(balls), root.label, _inside(balls), _signs(g, root.label), None)
        fractions = tuple(Fraction(int(q.p), int(q.q)) for q in exact)
        signs = _signs(system.exactly(exact) or [], root.label)
        return Refined(tuple(arb(q) for q in exact), root.label, _inside(exact), signs, fractions)


def _restricted(matrix: arb_mat, inner: Sequence[int]) -> arb_mat:
    m = len(inner)
    return arb_mat(m, m, [matrix[i, k] for i in inner for k in inner])


def _newton(system: FirstOrder, point: list[arb], inner: Sequence[int]) -> list[arb] | None:
    for _ in range(_STEPS if inner else 0):
        g, h, _ = system.balls(point)
        try:
            h = arb_mat(len(inner), len(inner), [e.mid() for e in _restricted(h, inner).entries()])
            step = h.solve(arb_mat(len(inner), 1, [g[k].mid() for k in inner])).entries()
        except (ZeroDivisionError, ValueError):
            return None
        for k, move in zip(inner, step, strict=True):
            point[k] = (point[k] - move).mid()
        if not all(p.is_finite() for p in point):
            return None
        if all(abs(move.mid()) < _SETTLED for move in step):
            break
    return point


def _proved(system: FirstOrder, middle: list[arb], inner: Sequence[int]) -> list[arb] | None:
    """Prove a solution in balls around a point."""
    m = len(inner)
    if not m:
        return middle
    g, h, _ = system.balls(middle)
    try:
        inverse = arb_mat(m, m, [e.mid() for e in _restricted(h, inner).entries()]).inv()
    except ZeroDivisionError:
        return None
    inverse = arb_mat(m, m, [e.mid() for e in inverse.entries()])
    move = inverse * arb_mat(m, 1, [g[k] for k in inner])
    size = max((abs(e).upper() for e in move.entries()), key=float)
    radius = (4 * size + _SETTLED * arb(2) ** -8).upper()
    if not radius.is_finite() or radius > arb(2) ** -20:
        return None
    box = list(middle)
    for k in inner:
        box[k] = arb(middle[k].mid(), radius)
    slope = inverse * _restricted(system.balls(box)[1], inner)
    identity = arb_mat(m, m, [int(i == k) for i in range(m) for k in range(m)])
    away = arb_mat(m, 1, [box[k] - middle[k] for k in inner])
    image = (arb_mat(m, 1, [middle[k] for k in inner]) - move + (identity - slope) * away).entries()
    if not all(box[k].contains_interior(e) for k, e in zip(inner, image, strict=True)):
        return None
    for k, e in zip(inner, image, strict=True):
        box[k] = e
    return box


def _within(balls: Sequence[Any], root: Isolated) -> bool:
    ends = zip(balls, root.low, root.high, root.label, strict=True)
    return all(
        label != INTERIOR or (bool(arb(float(low)) < ball) and bool(ball < arb(float(high))))
        for ball, low, high, label in ends
    )


def _simplest(system: FirstOrder, balls: Sequence[Any], root: Isolated) -> list[fmpq] | None:
    """Return the simplest fractions in the balls, if they solve the equations exactly."""
    enclosures = [ball_to_enclosure(ball) for ball in balls]
    near = [e.lower if e.is_exact else simplest_between(e.lower, e.upper) for e in enclosures]
    point = [fmpq(q.numerator, q.denominator) for q in near]
    g = system.exactly(point)
    if g is None or any(g[k] != 0 for k, label in enumerate(root.label) if label == INTERIOR):
        return None
    return point


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """Return the fraction with the smallest denominator in [low, high], by continued fractions.

    Examples
    --------
    >>> simplest_between(Fraction(3, 10), Fraction(2, 5))
    Fraction(1, 3)
    """
    whole = low.numerator // low.denominator
    if low == whole:
        return Fraction(whole)
    if whole + 1 <= high:
        return Fraction(whole + 1)
    return whole + 1 / simplest_between(1 / (high - whole), 1 / (low - whole))


def _inside(point: Sequence[Any]) -> bool | None:
    """Tell whether balls or fractions lie in the unit box."""
    if any(bool(b < 0) or bool(b > 1) for b in point):
        return False
    return True if all(bool(b >= 0) and bool(b <= 1) for b in point) else None


def _signs(g: Sequence[Any], label: Sequence[int]) -> bool | None:
    """Tell whether g has the right sign at the ends that are taken."""
    answer: bool | None = True
    for value, part in zip(g, label, strict=True):
        if part != INTERIOR:
            outwards = value if part == LOWER else -value
            if bool(outwards > 0):
                return False
            answer = answer if bool(outwards <= 0) else None
    return answer


def doubles(ball: arb) -> tuple[float, float]:
    """Return doubles below and above a ball, equal where it is one.

    Examples
    --------
    >>> doubles(arb("0.5"))
    (0.5, 0.5)
    """
    low, high = float(ball.lower()), float(ball.upper())
    return (
        low if ball.is_exact() and arb(low) == ball else float(np.nextafter(low, -np.inf)),
        high if ball.is_exact() and arb(high) == ball else float(np.nextafter(high, np.inf)),
    )
