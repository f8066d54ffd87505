r"""Numbers as balls: exact fractions and enclosures in FLINT's ball arithmetic, and the normal law.

A ball is a midpoint and a radius; what is computed with balls holds the true value. The standard
normal distribution function is :math:`\Phi(x) = \operatorname{erfc}(-x/\sqrt2)/2`, its density
:math:`\varphi(x) = e^{-x^2/2}/\sqrt{2\pi}`.
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb, fmpq

from pigou.exact import Enclosure

__all__ = ["ball_of", "ball_over", "normal_density", "normal_distribution"]


def ball_of(number: Fraction | int) -> arb:
    """Return the ball of a fraction, as narrow as the working precision allows.

    Examples
    --------
    >>> from fractions import Fraction
    >>> ball_of(Fraction(1, 2)) == arb("0.5"), 3 * ball_of(Fraction(1, 3)) == 1
    (True, False)
    """
    number = Fraction(number)
    return arb(fmpq(number.numerator, number.denominator))


def ball_over(enclosure: Enclosure) -> arb:
    """Return a ball that holds an enclosure.

    Examples
    --------
    >>> from fractions import Fraction
    >>> held = ball_over(Enclosure(Fraction(0), Fraction(1)))
    >>> held.contains(arb(0)) and held.contains(arb(1))
    True
    """
    if enclosure.is_exact:
        return ball_of(enclosure.lower)
    return ball_of(enclosure.lower).union(ball_of(enclosure.upper))


def normal_distribution(x: arb) -> arb:
    """Return the standard normal distribution function.

    Examples
    --------
    >>> normal_distribution(arb(0)) == arb("0.5")
    True
    """
    return (-x / arb(2).sqrt()).erfc() / 2


def normal_density(x: arb) -> arb:
    """Return the density of the standard normal distribution.

    Examples
    --------
    >>> normal_density(arb(0)).contains(1 / (2 * arb.pi()).sqrt())
    True
    """
    return (-x * x / 2).exp() / (2 * arb.pi()).sqrt()
