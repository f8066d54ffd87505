r"""Interval arithmetic in few calls of numpy, for some hundred boxes at a time.

`pigou.solvers.intervals` keeps exact results exact, at the price of some twenty array operations a
sum and forty a product, which is most of the time where there are few boxes. Here every sum and
product is simply moved outwards by one double at both ends:

1. Sums and products of doubles are rounded to nearest, so the true value lies strictly between the
   doubles next to the computed one, results that underflow included: ``nextafter`` outwards holds
   it. The ends of a product are the least and the largest of the four products of ends.
2. The exponential function errs by 4 units in the last place at most (see
   `pigou.solvers.intervals`); its ends are moved by :math:`2^{-46}` of themselves and by
   :math:`10^{-307}`.
3. Whatever is undefined (0 times infinity, infinity less infinity) is "not a number", which no
   comparison is true of and which every operation hands on; boxes with such a result are marked.
4. The logistic function and its first derivative, quotients of sums and squares of exponentials,
   are moved outwards by as much, which is 64 units in the last place; they err by less than 16.
   All else (fractional powers, logarithms, further derivatives) is left to
   `pigou.solvers.intervals`.

A tape is run over arrays of shape (2, boxes), lower ends first; constants have shape (2, 1).

Source: S. M. Rump (1999), Fast and parallel interval arithmetic, for the thought of bounding whole
arrays in few operations.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pigou.solvers.intervals import (
    Domain,
    Ends,
    Floats,
    constant,
    integer_power,
    logarithm,
    logistic,
    rational_power,
)
from pigou.solvers.tape import Tape

__all__ = ["QuickTape", "add", "multiply", "scaled"]

_OUT = np.array([[-np.inf], [np.inf]])
_MARGIN = np.array([[-(2.0**-46)], [2.0**-46]])
_TINY = np.array([[-1e-307], [1e-307]])
_KNOWN = {"constant", "add", "multiply", "power", "root", "exp", "log", "logistic"}


def add(x: Ends, y: Ends) -> Ends:
    """Add intervals.

    Examples
    --------
    >>> one = np.array([1.0])
    >>> low, high = add((one, one), (one, one))
    >>> bool(low[0] < 2 < high[0])
    True
    """
    return np.nextafter(x[0] + y[0], -np.inf), np.nextafter(x[1] + y[1], np.inf)


def multiply(x: Ends, y: Ends) -> Ends:
    """Multiply intervals.

    Examples
    --------
    >>> low, high = multiply(
    ...     (np.array([-1.0]), np.array([2.0])), (np.array([3.0]), np.array([4.0]))
    ... )
    >>> bool(-4.001 < low[0] < -4), bool(8 < high[0] < 8.001)
    (True, True)
    """
    a, b, c, d = x[0] * y[0], x[0] * y[1], x[1] * y[0], x[1] * y[1]
    low = np.minimum(np.minimum(a, b), np.minimum(c, d))
    high = np.maximum(np.maximum(a, b), np.maximum(c, d))
    return np.nextafter(low, -np.inf), np.nextafter(high, np.inf)


def scaled(x: Ends, factor: Floats) -> Ends:
    """Multiply intervals by numbers that are doubles.

    Examples
    --------
    >>> one = np.array([1.0])
    >>> low, high = scaled((one, 2 * one), -one)
    >>> bool(low[0] < -2), bool(high[0] > -1)
    (True, True)
    """
    a, b = x[0] * factor, x[1] * factor
    return np.nextafter(np.minimum(a, b), -np.inf), np.nextafter(np.maximum(a, b), np.inf)


class QuickTape:
    """A tape, made ready to be run over boxes in few calls of numpy.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x", real=True)
    >>> quick = QuickTape(Tape([x**2 - x, 1 / x], [x]))
    >>> low, high, left = quick.intervals(np.array([[1.0, -1.0]]), np.array([[2.0, 1.0]]))
    >>> low[0].round(9).tolist(), high[0].round(9).tolist(), left.tolist()
    ([-1.0, -1.0], [3.0, 2.0], [False, True])
    """

    def __init__(self, tape: Tape):
        self.tape = tape
        self._is_known = all(step.name in _KNOWN for step in tape.steps)
        self._constants = {
            k: np.array(constant(step.number))[:, None]
            for k, step in enumerate(tape.steps)
            if step.name == "constant"
        }

    def intervals(self, low: Floats, high: Floats) -> tuple[Floats, Floats, Any]:
        """Enclose every formula over boxes (variables, boxes): as `Tape.intervals`."""
        if not self._is_known:
            return self.tape.intervals(low, high)
        n = low.shape[1]
        domain = Domain(n)
        registers = list(np.stack([low, high], axis=1))
        with np.errstate(all="ignore"):
            for place, (name, arguments, number) in enumerate(self.tape.steps):
                a = registers[arguments[0]] if arguments else self._constants[place]
                match name:
                    case "constant":
                        value = a
                    case "add":
                        value = np.nextafter(a + registers[arguments[1]], _OUT)
                    case "multiply":
                        value = _product(a, registers[arguments[1]])
                    case "power":
                        value = _power(a, int(number), domain)
                    case "root":
                        value = np.stack(rational_power((a[0], a[1]), number, domain))
                    case "exp":
                        value = np.exp(a)
                        value = np.maximum(value + value * _MARGIN + _TINY, [[0.0], [0.0]])
                    case "logistic":
                        value = _logistic(a, int(number))
                    case _:
                        value = np.stack(logarithm((a[0], a[1]), domain))
                registers.append(value)
            result = np.empty((2, len(self.tape.outputs), n))
            for k, place in enumerate(self.tape.outputs):
                result[:, k] = registers[place]
        undefined = np.isnan(result).any(axis=(0, 1))
        return result[0], result[1], domain.left | undefined


def _product(a: Floats, b: Floats) -> Floats:
    if a.shape[1] == 1:
        a, b = b, a
    if b.shape[1] == 1 and b[0, 0] == b[1, 0]:  # a constant that is a double
        factor = b[0, 0]
        if factor == -1:
            return -a[::-1]
        return np.nextafter((a if factor >= 0 else a[::-1]) * factor, _OUT)
    products = (a[:, None] * b[None]).reshape(4, -1)
    ends = np.stack([np.minimum.reduce(products), np.maximum.reduce(products)])
    return np.nextafter(ends, _OUT)


def _logistic(a: Floats, order: int) -> Floats:
    if order == 2:
        return np.stack(logistic((a[0], a[1]), order))
    small = np.exp(-np.abs(a))
    if order == 0:
        value, most = np.where(a >= 0, 1.0, small) / (1 + small), 1.0
    else:  # rises up to 0, where it is 1/4, and falls from there
        slope, most = small / (1 + small) ** 2, 0.25
        value = np.stack([np.minimum(slope[0], slope[1]), np.maximum(slope[0], slope[1])])
        value[1][(a[0] <= 0) & (a[1] >= 0)] = most
    return np.clip(value + value * _MARGIN + _TINY, 0.0, most)


def _power(a: Floats, exponent: int, domain: Domain) -> Floats:
    if exponent == 2:
        size = np.abs(a)
        ends = np.stack([np.minimum(size[0], size[1]), np.maximum(size[0], size[1])])
        ends[0] = np.where((a[0] < 0) & (a[1] > 0), 0.0, ends[0])
        return np.maximum(np.nextafter(ends * ends, _OUT), [[0.0], [0.0]])
    if exponent in (-1, -2):
        base = a if exponent == -1 else _power(a, 2, domain)
        pole = (base[0] <= 0) & (base[1] >= 0)
        domain.leave(pole)
        return np.nextafter(1 / np.where(pole, 1.0, base)[::-1], _OUT)
    return np.stack(integer_power((a[0], a[1]), exponent, domain))
