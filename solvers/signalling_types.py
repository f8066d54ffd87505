r"""Signalling by a continuum of types: the separating equilibrium and the pooling ones, certified.

Steps
-----
1. In a *separating* equilibrium a buyer pays :math:`\theta` at the level :math:`e(\theta)`. Whoever
   takes the level of another type gets :math:`\hat\theta - (\kappa \theta^{-m} + t) e(\hat\theta)`,
   and wants to be taken for itself:

   .. math:: e'(\theta) = \frac{1}{\kappa \theta^{-m} + t}, \qquad e(l) = 0 .

   The lowest type gains nothing from a level above 0, as it is taken for the lowest anyway. As the
   marginal cost falls in the type (single crossing), first-order conditions suffice: there is one
   such equilibrium (Riley 1979; Mailath 1987), with

   .. math:: e(\theta) = \int_l^\theta \frac{x^m}{\kappa + t x^m} \, dx .

2. What is *wasted* is :math:`\frac{1}{h - l} \int_l^h \kappa \theta^{-m} e(\theta) \, d\theta
   = \frac{1}{h - l} \int_l^h e'(x) \int_x^h \kappa \theta^{-m} \, d\theta \, dx`, which leaves one
   integral after the inner one is done in closed form; the *revenue* is
   :math:`\frac{t}{h - l} \int_l^h (h - x)\, e'(x) \, dx`.
3. All types can *pool* at a level e, paid the mean, where even the lowest would rather not be taken
   for itself: :math:`\frac{l + h}{2} - (\kappa l^{-m} + t) e \ge l`. Others have less to gain from
   level 0, as a level costs them less.
4. Utility in the separating equilibrium rises with the type, so that there is one type that is as
   well off as if nobody had a certificate; bisection encloses it.

Equilibria in which some types pool and others do not are not looked for; of all equilibria D1
leaves the separating one alone (Ramey 1996). Integrals are enclosed by FLINT's rigorous
integration.

Sources
-------
Riley (1979), Econometrica 47:331-359; Mailath (1987), Econometrica 55:1349-1365; Ramey (1996),
Journal of Economic Theory 69:508-531.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from flint import acb, arb

from pigou.certificates import Certificates
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError
from pigou.exact import Enclosure, exact
from pigou.solvers.balls import ball_of
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["SignallingTypes", "signalling_types"]

_BISECTIONS = 60


class SignallingTypes(NamedTuple):
    """The separating equilibrium, and from where to where all can pool.

    Attributes
    ----------
    game : Certificates
        With numbers in the place of parameters.
    highest : Enclosure
        The level of the highest type, if types separate.
    waste : Enclosure
        What levels cost on average, without what goes to the public.
    revenue : Enclosure
        What the public takes on average; below 0 what it pays.
    indifferent : Enclosure or None
        The type that is as well off as without any certificates; None if all types are worse off.
    pooling : Enclosure
        The highest level at which all can pool; the lowest is 0.
    pooled_waste : Enclosure
        What a level of 1 for all costs on average, without what goes to the public.

    Examples
    --------
    >>> found = signalling_types(Certificates("quality", 1, 2, 1))
    >>> str(found.highest), round(found.waste.value, 6), str(found.pooling)
    ('3/2', 0.403426, '1/2')
    """

    game: Certificates
    highest: Enclosure
    waste: Enclosure
    revenue: Enclosure
    indifferent: Enclosure | None
    pooling: Enclosure
    pooled_waste: Enclosure

    @property
    def grade(self) -> Grade:
        """How well all this is known."""
        return Grade.CERTIFIED

    def level(self, type_: Any) -> Enclosure:
        """Return the level of a type, if types separate.

        Raises
        ------
        DeclarationError
            If there is no such type.

        Examples
        --------
        >>> found = signalling_types(Certificates("quality", 1, 2, 1))
        >>> round(found.level("3/2").value, 6)
        0.625
        """
        x = exact(type_)
        if not self.game.low <= x <= self.game.high:
            raise DeclarationError(
                f"types of '{self.game.name}' lie between {self.game.low} and {self.game.high}, "
                f"not at {type_}"
            )
        with working_precision():
            return ball_to_enclosure(_level(self.game, x))

    def utility(self, type_: Any) -> Enclosure:
        """Return what a type has, if types separate.

        Raises
        ------
        DeclarationError
            If there is no such type.

        Examples
        --------
        >>> found = signalling_types(Certificates("quality", 1, 2, 1))
        >>> str(found.utility(2))
        '5/4'
        """
        level, x = self.level(type_), exact(type_)
        with working_precision():
            price = ball_to_enclosure(_price(self.game, ball_of(x)))
        return Enclosure.point(x) - price * level


def signalling_types(game: Certificates, at: Mapping[str, Any] | None = None) -> SignallingTypes:
    """Return the separating equilibrium, and where all can pool.

    Parameters
    ----------
    game : Certificates
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Raises
    ------
    DeclarationError
        If a value is not allowed, or a subsidy would pay somebody for a certificate.

    Examples
    --------
    >>> signalling_types(Certificates("quality", 1, 2, 1, tax=-1))
    Traceback (most recent call last):
    pigou.errors.DeclarationError: certificates 'quality': with a subsidy of 1 a certificate ...
    """
    g = game.at(at)
    with working_precision():
        if not _price(g, ball_of(g.high)) > 0:
            raise DeclarationError(
                f"certificates '{g.name}': with a subsidy of {-g.tax} a certificate costs the "
                "highest type nothing"
            )
        width = ball_of(g.high - g.low)
        waste = _integral(lambda x: _rise(g, x) * _inner(g, x), g.low, g.high) / width
        top = ball_of(g.high)
        revenue = _integral(lambda x: _rise(g, x) * (top - x), g.low, g.high) / width
        pooling = width / 2 / _price(g, ball_of(g.low))
        return SignallingTypes(
            g,
            ball_to_enclosure(_level(g, g.high)),
            ball_to_enclosure(waste),
            ball_to_enclosure(ball_of(g.tax) * revenue),
            _indifferent(g),
            ball_to_enclosure(pooling),
            ball_to_enclosure(_inner(g, acb(ball_of(g.low))).real / width),
        )


def _power(x: Any, exponent: Fraction) -> Any:
    """Return a power of a positive ball, or of an analytic argument near the positive numbers."""
    if exponent.denominator == 1:
        return x ** int(exponent)
    return (x.log() * ball_of(exponent)).exp()


def _price(g: Certificates, x: arb) -> arb:
    """Return what a unit of the level costs a type."""
    return ball_of(g.cost) / _power(x, g.power) + ball_of(g.tax)


def _rise(g: Certificates, x: Any) -> Any:
    """Return e', the slope of the level in the type."""
    grown = _power(x, g.power)
    return grown / (ball_of(g.cost) + ball_of(g.tax) * grown)


def _inner(g: Certificates, x: Any) -> Any:
    """Return the integral of what a unit of the level wastes, from a type to the highest."""
    top, m = acb(ball_of(g.high)), g.power
    if m == 1:
        return ball_of(g.cost) * (top.log() - x.log())
    return ball_of(g.cost) * (_power(top, 1 - m) - _power(x, 1 - m)) / ball_of(1 - m)


def _integral(f: Callable[[Any], Any], low: Fraction, high: Fraction) -> arb:
    """Return the integral of an analytic function over an interval of positive numbers."""
    if low == high:
        return arb(0)
    return acb.integral(lambda x, _: f(x), acb(ball_of(low)), acb(ball_of(high))).real


def _level(g: Certificates, x: Fraction) -> arb:
    if g.tax == 0:
        m = g.power + 1
        return (_power(ball_of(x), m) - _power(ball_of(g.low), m)) / ball_of(g.cost * m)
    return _integral(lambda y: _rise(g, y), g.low, x)


def _indifferent(g: Certificates) -> Enclosure | None:
    """Return the type that is as well off as without certificates; None if all are worse off."""
    mean = ball_of((g.low + g.high) / 2)

    def gain(x: Fraction) -> arb:
        return ball_of(x) - _price(g, ball_of(x)) * _level(g, x) - mean

    low, high = g.low, g.high
    if not gain(high) > 0:
        return None
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        value = gain(middle)
        if value.contains(0):
            break
        low, high = (low, middle) if value > 0 else (middle, high)
    return Enclosure(low, high)
