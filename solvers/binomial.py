r"""Expectations under a binomial distribution of any size, in ball arithmetic with rigorous bounds.

For K binomial with n draws of probability p, and g polynomial piece by piece,

.. math:: \operatorname{E} g(K) = \sum_{\text{pieces}} \sum_j c_j \, n^{(j)} p^j
          \Pr(a - j \le K_{n-j} \le b - j), \qquad g(k) = \sum_j c_j k^{(j)} \text{ on } [a, b],

with falling factorials :math:`k^{(j)} = k (k - 1) \cdots (k - j + 1)`, since
:math:`k^{(j)} \binom{n}{k} = n^{(j)} \binom{n-j}{k-j}`. So a sum over a thousand million counts
takes as many operations as one over ten.

Steps
-----
1. The probability of an interval of counts is a difference of regularised incomplete beta
   functions, taken on the side of the mean on which both are small; one that Chernoff's bound
   :math:`\exp(-n \operatorname{KL}(a/n \,\|\, p))` shows to be negligible is a ball around 0.
2. With one draw less, :math:`\Pr(a - 1 \le K_{n-1} \le b - 1) = \Pr(a \le K_n \le b) +
   (1 - p) \left[ \Pr(K_{n-1} = a - 1) - \Pr(K_{n-1} = b) \right]`.
3. The expectation of one polynomial over all counts needs no probabilities; only what other pieces
   differ from it does. Short pieces are added up term by term, and so are tails where there are
   few enough draws, with a geometric series as a bound on what is left.

Sources: the falling factorial moments and the relation to the incomplete beta function are
classical (Johnson, Kemp and Kotz, Univariate Discrete Distributions, chapter 3); the bound is
Chernoff's (1952), Annals of Mathematical Statistics 23:493-507.
"""

from __future__ import annotations

import math
from typing import Any

from flint import arb, fmpq

from pigou.solvers.piecewise import Piecewise, falling, falling_factorial

__all__ = ["Binomial", "approximately"]

_SHORT = 12
_FEW, _SUMMED, _NEAR = 2_000, 100_000, 8


class Binomial:
    """A binomial distribution, at the working precision of ball arithmetic when it is made.

    Parameters
    ----------
    draws : int
    probability : fmpq
        Inside (0, 1).
    bits : int
        What is smaller than 2 to the power of -3 times this may count as a ball around 0.
    thorough : bool, optional
        Whether tails are computed however small they are.

    Examples
    --------
    >>> from pigou.solvers.piecewise import Piece
    >>> from pigou.solvers.roots import working_precision
    >>> some = Binomial(10**9, fmpq(1, 2), 128)
    >>> with working_precision(128):
    ...     half = some.between(0, 5 * 10**8)
    >>> half.str(8, radius=False)
    '0.50001262'
    """

    def __init__(self, draws: int, probability: Any, bits: int, thorough: bool = False):
        self.draws, self.exact, self.bits, self.thorough = draws, probability, bits, thorough
        self.p, self.q = arb(probability), arb(1 - probability)
        self._tails: dict[tuple[int, bool], Any] = {}
        self._logs: tuple[Any, Any] | None = None

    def at(self, count: int, fewer: int = 0) -> Any:
        """Return the probability of one count, with some draws fewer."""
        draws = self.draws - fewer
        if not 0 <= count <= draws:
            return arb(0)
        if self._logs is None:
            self._logs = (self.p.log(), self.q.log())
        ways = arb(draws + 1).lgamma() - arb(count + 1).lgamma() - arb(draws - count + 1).lgamma()
        return (ways + count * self._logs[0] + (draws - count) * self._logs[1]).exp()

    def between(self, low: int, high: int) -> Any:
        """Return the probability of the counts from low to high."""
        low, high = max(low, 0), min(high, self.draws)
        if low > high:
            return arb(0)
        if low == 0 and high == self.draws:
            return arb(1)
        mean = self.draws * self.exact
        if high < mean:
            return self._lower(high) - self._lower(low - 1)
        if low > mean:
            return self._upper(low) - self._upper(high + 1)
        return 1 - self._lower(low - 1) - self._upper(high + 1)

    def _upper(self, count: int) -> Any:
        """Return the probability of a count or more, above the mean."""
        if count > self.draws:
            return arb(0)
        return self._tail(count, self.exact, self.p, True)

    def _lower(self, count: int) -> Any:
        """Return the probability of a count or less, below the mean."""
        if count < 0:
            return arb(0)
        return self._tail(self.draws - count, 1 - self.exact, self.q, False)

    def _tail(self, count: int, exact: Any, p: Any, upper: bool) -> Any:
        known = self._tails.get((count, upper))
        if known is None:
            known = self._next_to(count, upper)
        if known is None and self._terms(count, exact) <= _FEW:
            known = self._summed(count, upper)
        if known is None and not self.thorough:
            known = self._chernoff(count, exact)
        if known is None and self.draws <= _SUMMED:
            known = self._summed(count, upper)
        if known is None:
            known = p.beta_lower(count, self.draws - count + 1, regularized=True)
        self._tails[count, upper] = known
        return known

    def _next_to(self, count: int, upper: bool) -> Any:
        """Return a tail from one that begins a few counts further out, if that is known."""
        for further in range(count + 1, count + 1 + _NEAR):
            known = self._tails.get((further, upper))
            if known is not None:
                between = range(count, further)
                terms = (self.at(k if upper else self.draws - k) for k in between)
                return known + sum(terms, arb(0))
        return None

    def _terms(self, count: int, exact: Any) -> float:
        """Return about how many terms of a tail count, as their ratio falls from that at first."""
        odds = int(exact.p) / int(exact.q - exact.p)
        ratio = odds * (self.draws - count) / (count + 1)
        return self.bits / max(1 - ratio, 1e-12) if ratio > 0.5 else 2.0 * self.bits

    def _summed(self, count: int, upper: bool) -> Any:
        """Add up a tail: ratios of terms fall, so that a geometric series bounds what is left."""
        odds = self.p / self.q if upper else self.q / self.p
        term = self.at(count if upper else self.draws - count)
        total, negligible = arb(term), arb(2) ** -(self.bits + 8)
        for k in range(count, self.draws):
            ratio = odds * (self.draws - k) / (k + 1)
            term = term * ratio
            if k % 16 == 0 and ratio < 1:
                rest = term / (1 - ratio)
                if rest < negligible * total:
                    half = rest.upper() / 2
                    return total + arb(half, half)
            total += term
        return total

    def _chernoff(self, count: int, exact: Any) -> Any:
        """Return a ball from 0 to a bound on a tail above the mean, if that is negligible."""
        share = fmpq(count, self.draws)
        if share == 1:
            return arb(exact) ** self.draws
        p, q = arb(exact), arb(1 - exact)
        gap = arb(share) * (arb(share) / p).log() + arb(1 - share) * (arb(1 - share) / q).log()
        if not self.draws * gap > 3 * self.bits:
            return None
        half = (-self.draws * gap).exp().upper() / 2
        return arb(half, half)

    def expected(self, function: Piecewise, fewer: int = 0) -> Any:
        """Return the expectation of a function of the count, with some draws fewer."""
        base = _base(function)
        total = self._piece(0, self.draws - fewer, base, fewer)
        for low, high, value in function.pieces:
            value = value - base
            if value.is_zero():
                continue
            if high - low < _SHORT:
                for count in range(low, high + 1):
                    total += self.at(count, fewer) * arb(value(fmpq(count)))
                continue
            total += self._piece(low, high, value, fewer)
        return total

    def _piece(self, low: int, high: int, value: Any, fewer: int) -> Any:
        """Expect a polynomial on an interval of counts."""
        draws = self.draws - fewer
        probability, shift = self.between(low, high), 0
        if fewer:
            probability = self._with_fewer(probability, low, high, fewer)
        total = arb(0)
        for coefficient in falling(value):
            factor = arb(coefficient) * falling_factorial(draws, shift) * self.p**shift
            total += factor * probability
            step = self.at(low - shift - 1, fewer + shift + 1) - self.at(
                high - shift, fewer + shift + 1
            )
            probability, shift = probability + self.q * step, shift + 1
        return total

    def _with_fewer(self, probability: Any, low: int, high: int, fewer: int) -> Any:
        """Return the probability of the same interval of counts with some draws fewer."""
        for number in range(1, fewer + 1):
            step = self.at(high, number) - self.at(low - 1, number)
            probability = probability + self.p * step
        return probability


def approximately(function: Piecewise, probability: float) -> float:
    """Return the expectation of a function of the count by normal tails: a guess, no enclosure.

    Examples
    --------
    >>> from flint import fmpq_poly
    >>> from pigou.solvers.piecewise import Piece
    >>> step = Piecewise([Piece(0, 4, fmpq_poly([0])), Piece(5, 9, fmpq_poly([1]))])
    >>> round(approximately(step, 0.5), 3)
    0.5
    """
    try:
        return _approximately(function, probability)
    except OverflowError:
        return math.nan


def _approximately(function: Piecewise, probability: float) -> float:
    base, total = _base(function), 0.0
    parts = [(value - base, low, high) for low, high, value in function.pieces if value != base]
    for value, low, high in [(base, 0, function.top), *parts]:
        for j, c in enumerate(falling(value)):
            draws = function.top - j
            share = 1.0
            if (low, high) != (0, function.top):
                ends = (low - j - 1, high - j)
                below, upto = (_normal(end, draws, probability) for end in ends)
                share = upto - below
            factor = float(falling_factorial(draws + j, j)) * (int(c.p) / int(c.q))
            total += factor * probability**j * share
    return total


def _normal(count: int, draws: int, probability: float) -> float:
    """Return about the probability of at most a count, corrected for skewness."""
    variance = draws * probability * (1 - probability)
    if count < 0 or count >= draws or not variance > 0:
        return float(count >= draws * probability)
    z = (count + 0.5 - draws * probability) / math.sqrt(variance)
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    skewness = (1 - 2 * probability) / math.sqrt(variance)
    return math.erfc(-z / math.sqrt(2)) / 2 - skewness / 6 * (z * z - 1) * density


def _base(function: Piecewise) -> Any:
    """Return a polynomial whose full expectation is subtracted first: the most frequent piece.

    Of those, zero, so that nothing cancels; or the one on the longest piece.
    """
    values = [piece.value for piece in function.pieces]
    ranks = [
        (values.count(piece.value), piece.value.is_zero(), piece.high - piece.low, -number)
        for number, piece in enumerate(function.pieces)
    ]
    return values[-max(ranks)[-1]]
