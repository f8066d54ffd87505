r"""A continuum of equilibria on a kink that two players share: the segment, with its ends.

In :math:`u_i = 2 \min(x, y) - x_i`, with one move each, no player gains by leaving
:math:`x = y`, so that every profile on it is an equilibrium (Bryant 1983).

Steps
-----
1. `pigou.solvers.clusters` proves of a box that its equilibria are the points with
   :math:`a + b s + c t = 0`, the kink, s and t being the two moves.
2. The line meets the four sides of the box in its ends, in rational numbers.
3. Where both ends are equilibria that are listed, the segment between them is all that was open in
   the box; otherwise the box stays unresolved.

Source: J. Bryant (1983), A simple rational expectations Keynes-type model, Quarterly Journal of
Economics 98.
"""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from pigou.solvers.algebraic_games import Continuum
from pigou.solvers.smooth_form import SmoothForm, in_units
from pigou.solvers.smooth_games import Smooth, Unresolved

__all__ = ["along_shared_kinks"]

_Place = tuple[Fraction, ...]


def along_shared_kinks(
    form: SmoothForm, found: Smooth
) -> tuple[tuple[Continuum, ...], tuple[Unresolved, ...]]:
    """Return the segments of equilibria that are known with their ends, and what is left open.

    Parameters
    ----------
    form : SmoothForm
    found : Smooth

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> from pigou.solvers.smooth_games import smooth_equilibria
    >>> effort = Game(
    ...     "the least effort counts",
    ...     [Player("a"), Player("b")],
    ...     [Move("x", "a", (0, 4)), Move("y", "b", (0, 4))],
    ...     {"a": "2*min(x, y) - x", "b": "2*min(x, y) - y"},
    ... )
    >>> form = smooth_form(effort)
    >>> (one,), left = along_shared_kinks(form, smooth_equilibria(form))
    >>> one.words, [[str(move) for move in end] for end in one.ends], left
    ('y = x', [['0', '0'], ['4', '4']], ())
    """
    listed = {
        tuple(v.lower for v in one.values)
        for one in found.equilibria
        if all(v.is_exact for v in one.values)
    }
    continua, left = [], []
    for one in found.unresolved:
        ends = [] if one.continuum is None else _ends(form, one.continuum, one)
        if one.continuum is not None and len(ends) == 2 and listed.issuperset(ends):
            continua.append(Continuum(in_units(form, one.continuum), (ends[0], ends[1])))
        else:
            left.append(one)
    return tuple(continua), tuple(left)


def _ends(form: SmoothForm, kink: sp.Expr, one: Unresolved) -> list[_Place]:
    """Return where a line meets the sides of a box, in the game's own units (step 2)."""
    numbers = sp.Poly(kink, *form.variables).as_dict()
    slopes = [_fraction(numbers.get(power, 0)) for power in ((1, 0), (0, 1))]
    constant = _fraction(numbers.get((0, 0), 0))
    scaled = [
        tuple((end - low) / (high - low) for end in (side.lower, side.upper))
        for side, (low, high) in zip(one.box, form.ends, strict=True)
    ]
    points = set()
    for k, other in ((0, 1), (1, 0)):
        for end in scaled[k] if slopes[other] else ():
            there = -(constant + slopes[k] * end) / slopes[other]
            if scaled[other][0] <= there <= scaled[other][1]:
                points.add((end, there) if k == 0 else (there, end))
    return [
        tuple(low + (high - low) * t for t, (low, high) in zip(point, form.ends, strict=True))
        for point in sorted(points)
    ]


def _fraction(number: sp.Expr) -> Fraction:
    rational = sp.Rational(number)
    return Fraction(int(rational.p), int(rational.q))
