r"""Critical strengths of the equilibria of a continuum with two choices.

What the second choice gains at the share x, under a reform of strength s that enters payoffs
linearly and no condition, is :math:`\Delta(x, s) = A(x) + s B(x)`, piece by piece with the same
cuts whatever s is. Over the common denominator, its numerator is :math:`g(x) (a(x) + s b(x))`
without a common factor of a and b.

Steps
-----
1. The number of equilibria, and which of them are at 0, at 1 and at the cuts, changes only where a
   root meets a cut or another root: at the s with :math:`\Delta = 0` at a cut, or towards it from
   either side, and at the roots of the discriminant of :math:`a + s b` in x and of
   :math:`\operatorname{res}_x(g, a + s b)`.
2. At a cut that is a root of q and not rational, :math:`\operatorname{res}_x(q, \cdot)` takes the
   place of the value.
3. Resultants are polynomials in s of known degree, interpolated from exact values
   (`pigou.solvers.crowd_critical`).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_poly

from pigou.errors import StructureError
from pigou.solvers.critical import interpolated
from pigou.solvers.crowd_critical import resultant
from pigou.solvers.mean_field import Mass, Spot, pieces_of_gain
from pigou.solvers.rational import Ratio

__all__ = ["number_of_rests_changes"]


def number_of_rests_changes(without: Mass, with_one: Mass) -> Iterator[Any]:
    """Yield polynomials in the strength between whose roots the equilibria keep their number.

    Parameters
    ----------
    without, with_one : Mass
        The continuum at a strength of 0, and of 1.

    Raises
    ------
    StructureError
        If the two are not cut at the same shares.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.mean_field import continuum_of
    >>> moves = [Move("up", "firm", {"no": 0, "yes": 1})]
    >>> def game(s):
    ...     paid = f"up*(mean(up)*(1 - mean(up)) - 1/2 + {s})"
    ...     return continuum_of(Game("g", [Player("firm", size=sp.oo)], moves, {"firm": paid}), {})
    >>> [str(root) for p in number_of_rests_changes(game(0), game(1)) for root, _ in p.roots()]
    ['1/4', '1/2', '1/2', '1/2', '1/2']
    """
    spots, between, at = pieces_of_gain(without)
    others, more_between, more_at = pieces_of_gain(with_one)
    if [spot.share for spot in spots] != [spot.share for spot in others]:
        raise StructureError("where payoffs are cut hangs on the strength")
    for number, (gain, more) in enumerate(zip(between, more_between, strict=True)):
        common, fixed, per_unit = _numerator(gain, more - gain)
        yield _discriminant(fixed, per_unit)
        if common.degree() > 0:
            yield _eliminated(common, fixed, per_unit)
        for spot in spots[number : number + 2]:
            yield _at(spot, fixed, per_unit)
    for spot, gain, more in zip(spots, at, more_at, strict=True):
        _, fixed, per_unit = _numerator(gain, more - gain)
        yield _at(spot, fixed, per_unit)


def _numerator(gain: Ratio, rise: Ratio) -> tuple[Any, Any, Any]:
    """Return g, a and b of the numerator g (a + s b)."""
    fixed, per_unit = gain.over * rise.under, rise.over * gain.under
    common = fixed.gcd(per_unit)
    if common.degree() < 1:
        return fmpq_poly([1]), fixed, per_unit
    return common, fixed // common, per_unit // common


def _at(spot: Spot, fixed: Any, per_unit: Any) -> Any:
    """Return a polynomial in s that is zero where a + s b is zero at a share."""
    if spot.root.exact is None:
        return _eliminated(spot.of, fixed, per_unit)
    return fmpq_poly([fixed(spot.root.exact), per_unit(spot.root.exact)])


def _eliminated(of: Any, fixed: Any, per_unit: Any) -> Any:
    """Return the resultant of a polynomial in x and a + s b, as a polynomial in s."""
    degree, width = int(of.degree()), max(int(fixed.degree()), int(per_unit.degree()), 0)
    nodes = [Fraction(n) for n in range(degree + 1)]
    values = [resultant(of, degree, _sum(fixed, per_unit, n), width) for n in nodes]
    return interpolated(nodes, values)


def _discriminant(fixed: Any, per_unit: Any) -> Any:
    """Return the resultant of a + s b and its derivative, as a polynomial in s."""
    width = max(int(fixed.degree()), int(per_unit.degree()))
    if width < 2:
        return fmpq_poly([1])
    nodes = [Fraction(n) for n in range(2 * width)]
    sums = [_sum(fixed, per_unit, n) for n in nodes]
    values = [resultant(one, width, one.derivative(), width - 1) for one in sums]
    return interpolated(nodes, values)


def _sum(fixed: Any, per_unit: Any, strength: Fraction) -> Any:
    return fixed + per_unit * fmpq(strength.numerator, strength.denominator)
