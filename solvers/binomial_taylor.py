r"""The expectation of a function of a binomial count, as a function of the probability.

For g on the counts 0, ..., n, polynomial piece by piece,

.. math:: f(p) = \operatorname{E} g(K), \qquad
          f^{(r)}(p) = n^{(r)} \operatorname{E} \Delta^r g(K_{n-r}),

with :math:`\Delta g(k) = g(k + 1) - g(k)` and falling factorials :math:`n^{(r)}`.

On an interval of p, f and its derivatives are enclosed by Taylor forms about the middle. The
remainder is of an order r at which :math:`\Delta^r g` is zero but for a few counts next to the cuts
between pieces; there the probabilities, each unimodal in p, are enclosed at the ends and the mode.
"""

from __future__ import annotations

from typing import Any

from flint import arb, fmpq, fmpq_poly

from pigou.solvers.binomial import Binomial
from pigou.solvers.piecewise import Piece, Piecewise, falling_factorial
from pigou.solvers.roots import working_precision

__all__ = ["Expectation", "taylor_sum"]

ATTEMPTS = (
    (64, False),
    (96, False),
    (128, False),
    (128, True),
    (192, True),
    (384, True),
    (768, True),
)
"""How a sign is looked for: with how many bits, and whether negligible tails are computed too."""

_BITS = 96


class Expectation:
    """The expectation of a function of how many of n take a choice, each with a probability.

    Parameters
    ----------
    function : Piecewise

    Examples
    --------
    >>> half = fmpq(1, 2)
    >>> step = Piecewise([Piece(0, 4, fmpq_poly([-1])), Piece(5, 10, fmpq_poly([1]))])
    >>> Expectation(step).sign(half), Expectation(step).sign(half - fmpq(1, 4))
    (1, -1)
    """

    def __init__(self, function: Piecewise):
        self.levels = [function]
        self.draws = function.top
        self.order = max(function.degree + 1, 2)

    def level(self, order: int) -> Piecewise:
        """Return the function, or its differences of an order."""
        while len(self.levels) <= order:
            self.levels.append(self.levels[-1].difference())
        return self.levels[order]

    def value(self, share: Any, bits: int, thorough: bool) -> Any:
        """Enclose f at a share."""
        with working_precision(bits + self.draws.bit_length()):
            return Binomial(self.draws, share, bits, thorough).expected(self.level(0))

    def sign(self, share: Any) -> int | None:
        """Return the sign of f at a share; None where it cannot be told from zero."""
        for bits, thorough in ATTEMPTS:
            value = self.value(share, bits, thorough)
            if not value.contains(0):
                return 1 if value > 0 else -1
        return None

    def taylor(self, low: Any, high: Any) -> tuple[Any, Any]:
        """Enclose f and f' on an interval."""
        with working_precision(_BITS + self.draws.bit_length()):
            return self._taylor(low, high)

    def _taylor(self, low: Any, high: Any) -> tuple[Any, Any]:
        middle, half = (low + high) / 2, arb((high - low) / 2)
        h = arb(0, half.upper())
        here = Binomial(self.draws, middle, _BITS)
        derivatives = self.derivatives(here, self.order)
        derivatives.append(self.remainder(low, high, self.order))
        return taylor_sum(derivatives, h), taylor_sum(derivatives[1:], h)

    def derivatives(self, here: Binomial, order: int) -> list[Any]:
        """Enclose f and its derivatives below an order at a share."""
        return [
            falling_factorial(self.draws, r) * here.expected(self.level(r), r) for r in range(order)
        ]

    def remainder(self, low: Any, high: Any, order: int) -> Any:
        """Enclose the derivative of an order on an interval: differences vanish within pieces."""
        total = arb(0)
        if self.draws < order:
            return total
        cluster: list[Any] = []
        start = 0
        for first, last, value in [*self.level(order).pieces, Piece(0, 0, fmpq_poly([0]))]:
            if not value.is_zero():
                if not cluster:
                    start = first
                cluster += [value(fmpq(k)) for k in range(first, last + 1)]
            elif cluster:
                total += _cluster(self.draws - order, start, cluster, low, high)
                cluster = []
        return falling_factorial(self.draws, order) * total


def _cluster(draws: int, start: int, values: list[Any], low: Any, high: Any) -> Any:
    r"""Enclose :math:`\sum_i v_i \Pr(K = k + i)` over an interval of shares.

    It is :math:`\binom{n}{k} p^k (1 - p)^{n - k - w}`, which is unimodal in p, times a polynomial
    of degree w.
    """
    w, polynomial, ratio = len(values) - 1, fmpq_poly([0]), fmpq(1)
    for i, value in enumerate(values):
        term = fmpq_poly([0, 1]) ** i * fmpq_poly([1, -1]) ** (w - i)
        polynomial += term * (value * ratio)
        ratio *= fmpq(draws - start - i, start + i + 1)
    middle = (low + high) / 2
    h = arb(0, arb((high - low) / 2).upper())
    factor = arb(0)
    for coefficient in reversed(polynomial(fmpq_poly([middle, 1])).coeffs()):
        factor = factor * h + arb(coefficient)
    tail = draws - start - w
    ways = arb(draws + 1).lgamma() - arb(start + 1).lgamma() - arb(draws - start + 1).lgamma()
    points = [low, high]
    mode = fmpq(start, max(start + tail, 1))
    if low < mode < high:
        points.append(mode)
    sizes = [(ways + start * arb(p).log() + tail * arb(1 - p).log()).exp() for p in points]
    return factor * sizes[0].union(sizes[1]).union(sizes[-1])


def taylor_sum(derivatives: list[Any], h: Any) -> Any:
    """Return the sum of derivatives times powers of h over factorials.

    Examples
    --------
    >>> taylor_sum([arb(1), arb(2), arb(4)], arb(3)) == 1 + 2 * 3 + 2 * 9
    True
    """
    total = arb(0)
    for i in range(len(derivatives) - 1, -1, -1):
        total = derivatives[i] + total * h / (i + 1)
    return total
