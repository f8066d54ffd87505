r"""Derivatives in ball arithmetic: the independent checker's own numbers.

A scalar is an exact rational (`fmpq`) as long as nothing irrational enters it, and otherwise a ball
of arb, which holds the real number it stands for at whatever precision is set. A `Jet` is the value
of a formula with its first and second derivatives in a few variables, by the rules of calculus:

.. math:: (uv)' = u'v + uv', \quad (uv)'' = u''v + u'v' + v'u' + uv'', \quad
          (f \circ u)' = f'(u)\,u', \quad (f \circ u)'' = f'(u)\,u'' + f''(u)\,u'u' .

A derivative that is not known to exist (at a pole, at a kink) is not a number, and so is what is
computed from it.

Sources: F. Johansson (2017), Arb: efficient arbitrary-precision midpoint-radius interval
arithmetic; A. Griewank and A. Walther (2008), Evaluating Derivatives, chapter 13.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from pigou.errors import DeclarationError
from pigou.exact import Enclosure

__all__ = [
    "NAN",
    "ONE",
    "PRECISION",
    "ZERO",
    "Jet",
    "Scalar",
    "added",
    "ball",
    "composed",
    "enclosure",
    "exponential",
    "hull",
    "is_known",
    "is_zero",
    "logarithm",
    "multiplied",
    "power",
    "rational",
    "scaled",
    "value",
]

Scalar = Any
"""An `fmpq`, exact, or an `arb`, a ball."""

PRECISION = 320
ZERO, ONE, NAN = fmpq(0), fmpq(1), arb("nan")
_LONGEST = 4_000
_LONGEST_EXPONENT = 30_000
_CUT = 2.0**-20


class Jet:
    """A value with its first and, where asked for, second derivatives.

    Attributes
    ----------
    value : scalar
    slopes : list of scalar
    curves : list of list of scalar, or None
        The lower triangle of the second derivatives.

    Examples
    --------
    >>> x = Jet(fmpq(3), [ONE], [[ZERO]])
    >>> square = multiplied(x, x)
    >>> square.value, square.slopes, square.curves
    (9, [6], [[2]])
    """

    __slots__ = ("curves", "slopes", "value")

    def __init__(self, at: Scalar, slopes: list[Scalar], curves: list[list[Scalar]] | None):
        self.value, self.slopes, self.curves = at, slopes, curves


def value(number: Scalar | Jet) -> Scalar:
    """Return the value of a jet or scalar."""
    return number.value if isinstance(number, Jet) else number


# -- scalars --------------------------------------------------------------------------------------


def rational(number: Fraction | Any) -> fmpq:
    """Write a fraction, or a rational of sympy, as an `fmpq`.

    Examples
    --------
    >>> rational(Fraction(1, 3))
    1/3
    """
    if isinstance(number, Fraction):
        return fmpq(number.numerator, number.denominator)
    return fmpq(int(number.p), int(number.q))


def ball(number: Enclosure) -> Scalar:
    """Return a scalar that holds an enclosure.

    Examples
    --------
    >>> ball(Enclosure.point("1/3"))
    1/3
    >>> ball(Enclosure(Fraction(1), Fraction(2))).contains(arb(1.5))
    True
    """
    if number.is_exact:
        return rational(number.lower)
    return arb(rational(number.lower)).union(arb(rational(number.upper)))


def enclosure(number: Scalar) -> Enclosure:
    """Return an enclosure that holds a scalar.

    Raises
    ------
    DeclarationError
        If it is not finite, or has more than 30,000 bits before the point.

    Examples
    --------
    >>> enclosure(fmpq(1, 3))
    Enclosure(1/3)
    """
    if isinstance(number, fmpq):
        return Enclosure.point(Fraction(int(number.p), int(number.q)))
    if not number.is_finite():
        raise DeclarationError("a number that is not finite at this point, or near it")
    return Enclosure(_end(number.lower(), False), _end(number.upper(), True))


def _end(end: arb, upwards: bool) -> Fraction:
    """Return an end as a fraction; one that is too small for 30,000 bits is rounded outwards."""
    mantissa, exponent = (int(part) for part in end.man_exp())
    size = exponent + mantissa.bit_length()
    if size > _LONGEST_EXPONENT:
        raise DeclarationError("a number too large to be enclosed")
    if size < -_LONGEST_EXPONENT and mantissa:
        outwards = upwards == (mantissa > 0)
        sign = 1 if mantissa > 0 else -1
        return Fraction(sign * int(outwards), 2**_LONGEST_EXPONENT)
    return Fraction(mantissa) * Fraction(2) ** exponent


def is_known(number: Scalar) -> bool:
    """Whether a scalar is a finite number or ball.

    Examples
    --------
    >>> is_known(fmpq(1)), is_known(arb(1) / arb(0))
    (True, False)
    """
    return isinstance(number, fmpq) or bool(number.is_finite())


def is_zero(number: Scalar) -> bool:
    """Whether a scalar is exactly 0: a ball around 0 is not known to be.

    Examples
    --------
    >>> is_zero(fmpq(0)), is_zero(arb(0, 1))
    (True, False)
    """
    return bool(number == 0)


def hull(one: Scalar, other: Scalar) -> Scalar:
    """Return a scalar that holds two.

    Examples
    --------
    >>> hull(fmpq(1), fmpq(2)).contains(arb(1.5)), hull(fmpq(1), fmpq(1))
    (True, 1)
    """
    if isinstance(one, fmpq) and isinstance(other, fmpq) and one == other:
        return one
    return arb(one).union(arb(other))


def _short(number: Scalar) -> Scalar:
    """Round a rational with very many digits to a ball."""
    if isinstance(number, fmpq) and number.height_bits() > _LONGEST:
        return arb(number)
    return number


def _product(a: Scalar, b: Scalar) -> Scalar:
    if a is ZERO or b is ZERO:
        return ZERO
    return a * b


def _sum(a: Scalar, b: Scalar) -> Scalar:
    if a is ZERO:
        return b
    return a if b is ZERO else a + b


# -- sums and products ----------------------------------------------------------------------------


def added(a: Scalar | Jet, b: Scalar | Jet) -> Scalar | Jet:
    """Add two numbers.

    Examples
    --------
    >>> added(fmpq(1, 2), fmpq(1, 3))
    5/6
    """
    if not isinstance(a, Jet):
        if not isinstance(b, Jet):
            return a + b
        a, b = b, a
    if not isinstance(b, Jet):
        return Jet(a.value + b, a.slopes, a.curves)
    slopes = [_sum(p, q) for p, q in zip(a.slopes, b.slopes, strict=True)]
    curves = None
    if a.curves is not None and b.curves is not None:
        rows = zip(a.curves, b.curves, strict=True)
        curves = [[_sum(p, q) for p, q in zip(one, other, strict=True)] for one, other in rows]
    return Jet(a.value + b.value, slopes, curves)


def scaled(a: Scalar | Jet, factor: Scalar) -> Scalar | Jet:
    """Multiply a number by a scalar.

    Examples
    --------
    >>> scaled(fmpq(1, 2), fmpq(3))
    3/2
    """
    if not isinstance(a, Jet):
        return _short(a * factor)
    curves = a.curves
    if curves is not None:
        curves = [[_product(p, factor) for p in row] for row in curves]
    return Jet(a.value * factor, [_product(p, factor) for p in a.slopes], curves)


def multiplied(a: Scalar | Jet, b: Scalar | Jet) -> Scalar | Jet:
    """Multiply two numbers.

    Examples
    --------
    >>> multiplied(fmpq(1, 2), fmpq(1, 3))
    1/6
    """
    if not isinstance(b, Jet):
        return scaled(a, b)
    if not isinstance(a, Jet):
        return scaled(b, a)
    u, v = a.value, b.value
    slopes = [_sum(_product(p, v), _product(q, u)) for p, q in zip(a.slopes, b.slopes, strict=True)]
    curves = None
    if a.curves is not None and b.curves is not None:
        curves = []
        for i, (one, other) in enumerate(zip(a.curves, b.curves, strict=True)):
            row = []
            for k, (p, q) in enumerate(zip(one, other, strict=True)):
                cross = _sum(_product(a.slopes[i], b.slopes[k]), _product(a.slopes[k], b.slopes[i]))
                row.append(_sum(_sum(_product(p, v), _product(q, u)), cross))
            curves.append(row)
    return Jet(_short(u * v), slopes, curves)


# -- functions ------------------------------------------------------------------------------------


def composed(inner: Jet, outer: Sequence[Scalar]) -> Jet:
    """Apply a function, given by its value and its first and second derivative, to a jet.

    Examples
    --------
    >>> x = Jet(fmpq(2), [ONE], [[ZERO]])
    >>> composed(x, (fmpq(1, 2), fmpq(-1, 4), fmpq(1, 4))).curves  # of 1/x
    [[1/4]]
    """
    at, first, second = outer
    slopes = [_product(first, p) for p in inner.slopes]
    curves = None
    if inner.curves is not None:
        curves = [
            [
                _sum(
                    _product(first, c),
                    _product(second, _product(inner.slopes[i], inner.slopes[k])),
                )
                for k, c in enumerate(row)
            ]
            for i, row in enumerate(inner.curves)
        ]
    return Jet(at, slopes, curves)


def exponential(a: Scalar | Jet) -> Scalar | Jet:
    """Return e to a number.

    Examples
    --------
    >>> exponential(fmpq(0))
    1
    """
    x = value(a)
    result = ONE if isinstance(x, fmpq) and x == 0 else arb(x).exp()
    return composed(a, (result, result, result)) if isinstance(a, Jet) else result


def logarithm(a: Scalar | Jet) -> Scalar | Jet:
    """Return the natural logarithm of a number; not a number if that may not be positive.

    Examples
    --------
    >>> logarithm(fmpq(1))
    0
    """
    x = value(a)
    result = ZERO if isinstance(x, fmpq) and x == 1 else arb(x).log() if x > 0 else NAN
    if not isinstance(a, Jet):
        return result
    inverse = _quotient(x)
    return composed(a, (result, inverse, -(inverse * inverse)))


def power(a: Scalar | Jet, exponent: fmpq) -> Scalar | Jet:
    """Raise a number to a rational power; not a number where that is not real or not finite.

    A root of a ball that reaches below 0 by no more than rounding (1e-6 of its size) is that of its
    part above 0: payoffs are real numbers on the intervals.

    Examples
    --------
    >>> power(fmpq(4, 9), fmpq(1, 2)), power(fmpq(2), fmpq(-2))
    (2/3, 1/4)
    """
    x = value(a)
    result = _power(x, exponent)
    if not isinstance(a, Jet):
        return result
    first = second = ZERO
    if exponent != 0:
        first = exponent * _power(x, exponent - 1)
    if exponent not in (0, 1) and a.curves is not None:
        second = exponent * (exponent - 1) * _power(x, exponent - 2)
    return composed(a, (result, first, second))


def _quotient(x: Scalar) -> Scalar:
    if isinstance(x, fmpq):
        return 1 / x if x != 0 else NAN
    return 1 / x


def _power(x: Scalar, exponent: fmpq) -> Scalar:
    if exponent.q == 1:
        return _whole_power(x, int(exponent.p))
    if isinstance(x, fmpq):
        root = _exact_root(x, int(exponent.q))
        if root is not None:
            return _whole_power(root, int(exponent.p))
        if x < 0:
            return NAN
    x = arb(x)
    high = x.upper()
    if x > 0:
        return (x.lower() ** arb(exponent)).union(high ** arb(exponent))
    if not high >= 0 or not -x.lower() <= _CUT * high or exponent < 0:
        return NAN
    return arb(0).union(high ** arb(exponent)) if high > 0 else arb(0)


def _exact_root(x: fmpq, degree: int) -> fmpq | None:
    """Return the root of a rational number, if that is rational."""
    if x < 0:
        return None
    roots = []
    for part in (x.p, x.q):
        root = part.root(degree)
        if root**degree != part:
            return None
        roots.append(root)
    return fmpq(roots[0], roots[1])


def _whole_power(x: Scalar, exponent: int) -> Scalar:
    if isinstance(x, fmpq):
        if exponent < 0 and x == 0:
            return NAN
        if x.height_bits() * abs(exponent) <= 8 * _LONGEST:
            return _short(x**exponent)
        x = arb(x)
    if exponent < 0:
        return 1 / _whole_power(x, -exponent)
    if exponent == 0:
        return ONE
    if exponent % 2 == 0 and not (x > 0 or x < 0):
        return arb(0).union(_squared_up(x.abs_upper(), exponent))
    return _squared_up(x, exponent)


def _squared_up(x: arb, exponent: int) -> arb:
    """Raise a ball to a power by squaring: arb's own power is not a number around 0."""
    result, square = arb(1), x
    while exponent:
        if exponent & 1:
            result = result * square
        exponent >>= 1
        if exponent:
            square = square * square
    return result
