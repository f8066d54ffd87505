r"""The logit equilibrium of the continuous minimum-effort game, enclosed.

With n players, cost c, efforts in :math:`[l, h]` and precision :math:`\lambda = 1/\mu`, the density
f of efforts in the symmetric logit equilibrium solves

.. math:: \mu f'(x) = f(x) \left( (1 - F(x))^{n-1} - c \right), \qquad F(l) = 0, \ F(h) = 1 ,

since :math:`(1 - F)^{n-1} - c` is the slope of the expected payoff (Anderson, Goeree and Holt
2001).

Steps
-----
1. Divided by f, it is an equation in F alone: :math:`\mu \, df/dF = (1 - F)^{n-1} - c`, so that

   .. math:: \mu f = q(F) = A + \frac{1 - (1 - F)^n}{n} - c F, \qquad A = \mu f(l) .

2. :math:`dx = \mu \, dF / q(F)`, so that A solves
   :math:`T(A) = \int_0^1 \frac{dF}{q(F)} = \lambda (h - l)`. q is concave, and positive on
   [0, 1] if :math:`A > \max(0, c - 1/n)`; T falls in A from infinity, at that end, to 0: there is
   exactly one A, hence one symmetric logit equilibrium. It is enclosed by halving with the
   integral in ball arithmetic.
3. q is a polynomial with roots :math:`r_k`, all outside of [0, 1] and simple, and

   .. math:: \lambda (x(F) - l) = \sum_k \frac{1}{q'(r_k)} \log(1 - F / r_k) .

   The mean is :math:`\int_0^1 x(F) \, dF`, the variance
   :math:`\int_0^1 (x(F) - l)^2 \, dF - (\text{mean} - l)^2`: integrals of an analytic function,
   enclosed by FLINT's quadrature (Johansson 2018), with A a ball.

For n = 2, q is quadratic and the sum in step 3 has two terms: the closed form of the paper.

Sources
-------
Anderson, Goeree and Holt (2001), Games and Economic Behavior 34:177-199; F. Johansson (2018),
Numerical integration in arbitrary-precision ball arithmetic, ICMS, Lecture Notes in Computer
Science 10931:255-263.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from flint import acb, acb_poly, arb, arb_poly

from pigou.equilibrium import Grade
from pigou.errors import DeclarationError, ExpressionError, StructureError
from pigou.exact import Enclosure, exact
from pigou.minimum_effort import MinimumEffort
from pigou.solvers.logit_system import ball
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["LogitEfforts", "logit_efforts"]

_BITS, _HALVINGS, _STEPS = 200, 160, 8
_LEAST, _MOST = Fraction(1, 1000), Fraction(100)

Array = Any


class LogitEfforts(NamedTuple):
    """The distribution of efforts in the logit equilibrium.

    Attributes
    ----------
    game : MinimumEffort
    precision : Fraction
    mean, deviation : Enclosure
        Of a player's effort.
    density_low, density_high : Enclosure
        At the lowest and the highest effort.
    grade : Grade
    """

    game: MinimumEffort
    precision: Fraction
    mean: Enclosure
    deviation: Enclosure
    density_low: Enclosure
    density_high: Enclosure
    grade: Grade = Grade.CERTIFIED


def logit_efforts(game: MinimumEffort, precision: object) -> LogitEfforts:
    """Return the symmetric logit equilibrium of a minimum-effort game, which is the only one.

    Parameters
    ----------
    game : MinimumEffort
    precision : number
        Lambda; times the length of the interval it lies between 1/1000 and 100.

    Raises
    ------
    DeclarationError
        If the precision is not in its domain.
    StructureError
        If the density at the lowest effort is too small to be enclosed, or the roots of q cannot
        be told apart.

    Examples
    --------
    >>> found = logit_efforts(MinimumEffort(2, "1/4", 110, 170), Fraction(5, 37))
    >>> round(found.mean.value, 6), round(found.deviation.value, 6), str(found.grade)
    (154.257052, 11.570247, 'certified')
    >>> logit_efforts(MinimumEffort(2, "1/4", 110, 170), 0)
    Traceback (most recent call last):
    pigou.errors.DeclarationError: the precision lambda, times the length 60 of the interval, ...
    """
    length = game.high - game.low
    try:
        wanted = exact(precision)
    except ExpressionError:
        wanted = Fraction(-1)
    if not _LEAST <= wanted * length <= _MOST:
        raise DeclarationError(
            f"the precision lambda, times the length {length} of the interval, lies between "
            f"{_LEAST} and {_MOST}; it is not {str(precision)[:60]}"
        )
    with working_precision(_BITS):
        start = _start(game, ball(wanted * length))
        mean, square = _moments(game, start, ball(wanted))
        deviation = (square - mean * mean).sqrt()
        end = start + ball(Fraction(1, game.players) - game.cost)
        return LogitEfforts(
            game,
            wanted,
            ball_to_enclosure(ball(game.low) + mean),
            ball_to_enclosure(deviation),
            ball_to_enclosure(start * ball(wanted)),
            ball_to_enclosure(end * ball(wanted)),
        )


def _polynomial(game: MinimumEffort, start: Array) -> Array:
    """Return q."""
    n = game.players
    rest = arb_poly([1, -1]) ** n
    return arb_poly([start + arb(1) / n, -ball(game.cost)]) - rest * (arb(1) / n)


def _time(game: MinimumEffort, start: Array) -> Array:
    """Return the integral of 1/q over [0, 1]."""
    q = acb_poly(_polynomial(game, start))
    return acb.integral(lambda z, _: 1 / q(z), 0, 1).real


def _start(game: MinimumEffort, length: Array) -> Array:
    """Enclose A by halving."""
    least = ball(max(Fraction(0), game.cost - Fraction(1, game.players)))
    low, high = arb(0), 1 / length + 1
    for _ in range(_HALVINGS):
        middle = ((low + high) / 2).mid()
        time = _time(game, least + middle)
        if time.is_finite() and time < length:
            high = middle
        elif time.is_finite() and time > length:
            low = middle
        else:
            break
    if not low > 0:
        raise StructureError("the density at the lowest effort is too small to be enclosed")
    return least + low.union(high)


def _moments(game: MinimumEffort, start: Array, precision: Array) -> tuple[Array, Array]:
    """Enclose the first two moments of the effort beyond the lowest."""
    q = acb_poly(_polynomial(game, start))
    slope = q.derivative()
    try:
        roots = q.roots()
    except (ValueError, ZeroDivisionError):
        raise StructureError("the roots of q cannot be told apart at this precision") from None
    roots = [_refined(q, slope, root) for root in roots]
    parts = [(1 / root, 1 / slope(root)) for root in roots]

    def effort(z: Array, analytic: bool) -> Array:
        return sum((w * (1 - z * r).log(analytic=analytic) for r, w in parts), acb(0)) / precision

    first = acb.integral(effort, 0, 1).real
    second = acb.integral(lambda z, analytic: effort(z, analytic) ** 2, 0, 1).real
    return first, second


def _refined(q: Array, slope: Array, root: Array) -> Array:
    """Narrow a ball that holds one root, by Newton's method in ball arithmetic."""
    for _ in range(_STEPS):
        middle = acb(root.real.mid(), root.imag.mid())
        closer = middle - q(middle) / slope(root)
        if not (closer.is_finite() and root.contains(closer)):
            break
        root = closer
    return root
