r"""Two types of a large population that mix at the same time: two equations in two unknowns.

With x and y the probabilities, and X and Y binomial, a polynomial g of the count has

.. math:: \operatorname{E} g(X + Y) = \sum_r c_r \sum_i \binom{r}{i}
          n_x^{(i)} x^i \, n_y^{(r-i)} y^{r-i}, \qquad g(k) = \sum_r c_r k^{(r)},

with falling factorials: a polynomial of the same degree whatever the numbers of draws. Other g
have one in Bernstein form, of the degree of the numbers of draws, where these are small. Common
roots of two such polynomials come from `pigou.solvers.planar`.
"""

from __future__ import annotations

import math
from typing import Any

from flint import fmpq

from pigou.solvers.piecewise import Piecewise, falling, falling_factorial
from pigou.solvers.planar import ring

__all__ = ["in_two_probabilities"]

LARGEST_DEGREE, LARGEST_PRODUCT = 3, 50
"""Beyond this product of two numbers of draws resultants take minutes."""


def in_two_probabilities(gain: Piecewise, first: int, second: int) -> Any:
    """Return an expectation as a polynomial in two probabilities; None if that is too long.

    Parameters
    ----------
    gain : Piecewise
        A function of the count of those who take the choice.
    first, second : int
        The numbers of draws with the first and with the second probability.

    Examples
    --------
    >>> from flint import fmpq_poly
    >>> from pigou.solvers.piecewise import Piece
    >>> in_two_probabilities(Piecewise([Piece(0, 5, fmpq_poly([0, 0, 1]))]), 2, 3)
    2*x^2 + 12*x*y + 2*x + 6*y^2 + 3*y
    """
    if len(gain.pieces) == 1 and gain.degree <= LARGEST_DEGREE:
        return _by_factorial_moments(gain, first, second)
    if max(first, 1) * max(second, 1) <= LARGEST_PRODUCT:
        return _in_bernstein_form(gain, first, second)
    return None


def _by_factorial_moments(gain: Piecewise, first: int, second: int) -> Any:
    x, y = ring()
    total = x - x
    for r, coefficient in enumerate(falling(gain.pieces[0].value)):
        for i in range(r + 1):
            ways = math.comb(r, i)
            ways *= falling_factorial(first, i) * falling_factorial(second, r - i)
            total += (fmpq(ways) * coefficient) * x**i * y ** (r - i)
    return total


def _in_bernstein_form(gain: Piecewise, first: int, second: int) -> Any:
    x, y = ring()
    total = x - x
    values = [gain(k) for k in range(gain.top + 1)]
    for j in range(first + 1):
        for k in range(second + 1):
            ways = math.comb(first, j) * math.comb(second, k)
            weight = x**j * (1 - x) ** (first - j) * y**k * (1 - y) ** (second - k)
            total += (values[j + k] * ways) * weight
    return total
