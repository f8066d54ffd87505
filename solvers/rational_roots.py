r"""All roots in (0, 1) of the expectation of a rational function of a binomial count.

For a g that is a ratio of polynomials piece by piece, :math:`f(p) = \operatorname{E} g(K)` has no
closed form. Where g changes its sign at most once, though, f has at most one root, whatever g is
(variation diminution; see `pigou.solvers.binomial_roots`), and exactly one if it does once.

Steps
-----
1. Near 0 and near 1 f has the sign of g at the first and at the last count where it is not zero.
2. At a share in between, the terms :math:`\Pr(K = k) g(k)` are added in ball arithmetic from the
   likeliest count outwards, by the ratios of neighbouring probabilities. These ratios fall away
   from there, so that a geometric series bounds the probability of what is left out; times the
   largest :math:`|g|` it is part of the result.
3. A bracket is narrowed by signs, as for polynomials.

Where g changes its sign more often, each change of sign of f between the shares that were looked at
is a root; if there are fewer of them than changes of sign of g, the rest stays unresolved.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.solvers.binomial import Binomial
from pigou.solvers.binomial_roots import BinomialRoots, Search
from pigou.solvers.binomial_taylor import ATTEMPTS, Expectation
from pigou.solvers.piecewise import Piecewise
from pigou.solvers.roots import working_precision
from pigou.solvers.shares import fraction, rounded

__all__ = ["rational_roots"]

MOST_VARIANCE = 50_000
"""Of the number of others who take the choice: how many counts are likely grows with its root."""
_BEYOND_TAYLOR = 10**6


def rational_roots(function: Piecewise) -> BinomialRoots:
    """Return every p in (0, 1) at which the expectation of a function of the count is zero.

    Parameters
    ----------
    function : Piecewise
        Not zero throughout, with ratios of polynomials for pieces.

    Examples
    --------
    So many of a million firms enter with the same probability that two expect to share a market
    worth twice the cost:

    >>> from flint import fmpq_poly
    >>> from pigou.solvers.piecewise import Piece
    >>> from pigou.solvers.rational import Ratio
    >>> share = Ratio(2, fmpq_poly([1, 1])) - 1
    >>> found = rational_roots(Piecewise([Piece(0, 10**6 - 1, share)]))
    >>> [round(10**6 * root.share.value, 4) for root in found.roots], found.unresolved
    ([1.5936], [])
    """
    changes = function.changes
    if changes == 0:
        return BinomialRoots([], 0, [], "none, as the gain does not change its sign")
    search = _Search(function)
    try:
        nodes = search.nodes(changes)
        found = search.bracketed(nodes)
    except _TooSpreadError:
        whole = [Enclosure(Fraction(0), Fraction(1))]
        how = f"not searched: a variance of the number of others above {MOST_VARIANCE:,}"
        return BinomialRoots([], changes, whole, how)
    if len(found) == changes:
        return BinomialRoots(found, changes, [], "as many brackets as changes of sign")
    ends = Enclosure(fraction(nodes[0].share), fraction(nodes[-1].share))
    return BinomialRoots(found, changes, [ends], "fewer brackets than changes of sign")


class _TooSpreadError(StructureError):
    """A probability is spread over more counts than are added up."""


class _Terms(Expectation):
    """The expectation, term by term."""

    def __init__(self, function: Piecewise):
        self.function, self.draws, self.order = function, function.top, _BEYOND_TAYLOR
        self.bound = arb(function.bound)

    def value(self, share: Any, bits: int, thorough: bool = False) -> Any:
        """Enclose f at a share."""
        if self.draws * share * (1 - share) > MOST_VARIANCE:
            raise _TooSpreadError(f"a variance of the number of others above {MOST_VARIANCE:,}")
        with working_precision(bits + self.draws.bit_length() + 32):
            likeliest = min(int((self.draws + 1) * fraction(share)), self.draws)
            here = Binomial(self.draws, share, bits).at(likeliest)
            total = here * arb(self.function(likeliest))
            for step in (1, -1):
                total += self._outwards(likeliest, here, share, step, arb(2) ** -bits)
            return total

    def _outwards(self, count: int, term: Any, share: Any, step: int, small: Any) -> Any:
        """Add up the terms on one side of the likeliest count, and bound what is left out."""
        odds = arb(share / (1 - share) if step > 0 else (1 - share) / share)
        last, total = self.draws if step > 0 else 0, arb(0)
        for number in itertools.count():
            if count == last:
                break
            ahead, after = (self.draws - count, count + 1) if step > 0 else (
                count, self.draws - count + 1)  # fmt: skip
            ratio = odds * ahead / after
            if number % 8 == 0 and ratio < 1:
                rest = term * ratio / (1 - ratio) * self.bound
                if rest < small:
                    return total + arb(0, rest.upper())
            term, count = term * ratio, count + step
            total += term * arb(self.function(count))
        return total

    def sign(self, share: Any) -> int | None:
        """Return the sign of f at a share; None where it cannot be told from zero."""
        for bits, _ in ATTEMPTS:
            value = self.value(share, bits)
            if not value.contains(0):
                return 1 if value > 0 else -1
        return None


class _Search(Search):
    """The search for roots, without Taylor forms: rational functions have no last difference."""

    def __init__(self, function: Piecewise):
        self.function, self.expectation = function, _Terms(function)
        self.draws, self.order = function.top, _BEYOND_TAYLOR

    def _guessed(self, ends: list[Any], signs: tuple[int, int]) -> list[Any]:
        """Return a bracket about where g changes its sign, if signs confirm it."""
        for run in self.function.runs[1:]:
            centre, spread = fmpq(run.low, self.draws), math.isqrt(run.low) + 1
            for wide in (1, 3, 9):
                width = fmpq(wide * spread, self.draws)
                sides = [rounded(share, width / 8) for share in (centre - width, centre + width)]
                inside = [max(ends[0], sides[0]), min(ends[1], sides[1])]
                if inside[0] < inside[1] and self._confirmed(inside, ends, signs):
                    return inside
        return ends

    def _confirmed(self, inside: list[Any], ends: list[Any], signs: tuple[int, int]) -> bool:
        return all(
            share == end or self.expectation.sign(share) == sign
            for share, end, sign in zip(inside, ends, signs, strict=True)
        )
