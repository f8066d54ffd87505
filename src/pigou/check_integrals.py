r"""Integrals of smooth functions, enclosed by Taylor series: the independent checker's own.

On an interval of half-width h around m, with :math:`f(m + x) = \sum_i c_i x^i`,

.. math:: \int_{m-h}^{m+h} f = \sum_{i < n,\ i \text{ even}} \frac{2 c_i h^{i+1}}{i + 1} + R,
          \qquad |R| \le \frac{2 h^{n+1}}{n + 1} \max |c_n| ,

where the last coefficient is that of the series around every point of the interval (Lagrange's
remainder), which ball arithmetic encloses. Intervals are cut in halves until that is small enough.
The solvers integrate along ellipses in the complex plane, and not like this.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import arb, arb_series, ctx

from pigou.check_claims import number_ball

__all__ = ["Series", "integral", "integrated", "series", "upper_half"]

_TERMS = 48
_MOST_PIECES = 2_000

Series = Callable[[arb_series], arb_series]
"""A function of a series."""


def series(f: Series, at: arb, terms: int) -> list[arb]:
    """Return the coefficients of a function's Taylor series at a point, or over a ball of points.

    They are not numbers where the function may have a pole.

    Examples
    --------
    >>> series(lambda x: x * x, arb(3), 3)
    [9.00000000000000, 6.00000000000000, 1.00000000000000]
    """
    before = ctx.cap
    ctx.cap = terms  # or series are cut off sooner
    try:
        found = f(arb_series([at, 1], prec=terms))
        known = terms <= found.prec
    except ValueError:  # it divides by what may be 0
        known = False
    finally:
        ctx.cap = before
    return [found[i] for i in range(terms)] if known else [arb("nan")] * terms


def integral(
    f: Series, low: Fraction, high: Fraction, close: Fraction = Fraction(1, 2**140)
) -> arb:
    """Return the integral of a function that is analytic between two points.

    Parameters
    ----------
    f : callable
        Of a series; also of one around a ball of points.
    low, high : Fraction
        If they are the wrong way round, the sign is as usual.
    close : Fraction
        How wide the enclosure of each piece may be; not a number if 2,000 pieces are not enough.

    Examples
    --------
    >>> from pigou.check_claims import arithmetic
    >>> with arithmetic(200):
    ...     found = integral(lambda x: 1 / x, Fraction(1), Fraction(2))
    ...     bool(found.overlaps(arb(2).log())), bool(found.rad() < arb(2) ** -120)
    (True, True)
    """
    if low > high:
        return -integral(f, high, low, close)
    total, waiting = arb(0), [(low, high)] if low < high else []
    enough = number_ball(close)
    for _ in range(_MOST_PIECES):
        if not waiting:
            return total
        left, right = waiting.pop()
        found = integrated(f, left, right)
        if found.is_finite() and found.rad() < enough:
            total += found
        else:
            middle = (left + right) / 2
            waiting += [(left, middle), (middle, right)]
    return arb("nan")


def integrated(f: Series, low: Fraction, high: Fraction, terms: int = _TERMS) -> arb:
    """Return the integral over one piece, by so many terms of the series.

    Examples
    --------
    >>> integrated(lambda x: x * x, Fraction(0), Fraction(3)).contains(arb(9))
    True
    """
    middle, half = number_ball((low + high) / 2), number_ball((high - low) / 2)
    total, power = arb(0), 2 * half
    for place, coefficient in enumerate(series(f, middle, terms)):
        if place % 2 == 0:
            total += coefficient * power / (place + 1)
        power *= half
    last = series(f, number_ball(low).union(number_ball(high)), terms + 1)[-1]
    rest = abs(last).upper() * power / (terms + 1)
    return total + arb(0, 1) * rest


def upper_half(f: Series, low: Fraction, high: Fraction, terms: int = _TERMS) -> arb:
    """Return the integral over the upper half of one piece, by the series at its lower end.

    Examples
    --------
    >>> upper_half(lambda x: x, Fraction(0), Fraction(2)).contains(arb(1.5))
    True
    """
    middle, half = number_ball((low + high) / 2), number_ball((high - low) / 2)
    total, power = arb(0), half
    for place, coefficient in enumerate(series(f, middle, terms)):
        total += coefficient * power / (place + 1)
        power *= half
    last = series(f, number_ball(low).union(number_ball(high)), terms + 1)[-1]
    return total + last * power / (terms + 1)
