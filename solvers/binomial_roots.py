r"""All roots in (0, 1) of an expectation under a binomial distribution, with proof that it is all.

For g on the counts 0, ..., n, polynomial piece by piece, and

.. math:: f(p) = \operatorname{E} g(K) = \sum_{k=0}^{n} \binom{n}{k} p^k (1 - p)^{n-k} g(k), \qquad
          f^{(r)}(p) = n^{(r)} \operatorname{E} \Delta^r g(K_{n-r}),

with :math:`\Delta g(k) = g(k + 1) - g(k)` and falling factorials :math:`n^{(r)}`.

Steps
-----
1. *Upper bound.* f has at most as many roots in (0, 1), with multiplicity, as g has changes of sign
   (variation diminution; Descartes' rule in p/(1 - p)). They are counted piece by piece
   (`pigou.solvers.piecewise`), whatever n is.
2. If g is one polynomial, f is a polynomial of the same degree, and its roots are isolated exactly.
3. *Lower bound.* Rigorous signs of f near 0, near 1 and where g changes give brackets. If there are
   as many brackets as changes of sign, each holds exactly one root, and there are no others.
4. Otherwise the ends are moved inwards: without what has the sign of its first run beyond the first
   change of sign, g changes its sign once, and up to the root of its expectation f has the sign of
   the first run all the more. Likewise from 1.
5. What lies between is searched by branch and bound: an interval has no root if a Taylor form
   excludes 0 from f there, and one or none, as the signs at its ends say, if it excludes 0 from f'.
   The remainder is of the order at which :math:`\Delta^r g` is zero but for a few counts next to
   the cuts; there the probabilities, each unimodal in p, are enclosed at the ends and the mode.
   Next to 0 and 1 the first and the last count at which g is not zero decide the sign: with M a
   bound on :math:`|g|` and j the first, f has the sign of g(j) while
   :math:`\frac{n-j}{j+1} \frac{p}{1-p} < \frac{|g(j)|}{|g(j)| + M}`.
6. What is too narrow to be divided further is returned as unresolved: there f may touch zero.

Brackets are narrowed to :math:`2^{-80} \sqrt{p (1 - p) / n}` by a Taylor form about the middle, or
else by interpolation pushed towards the middle, as in Oliveira and Takahashi (2020), ACM
Transactions on Mathematical Software 47(1):5, with bisection where that gains too little.

Variation diminution: Karlin (1968), Total Positivity, chapter 5.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb, fmpq, fmpq_poly

from pigou.deadline import time_is_up
from pigou.exact import Enclosure
from pigou.solvers.binomial import Binomial, approximately
from pigou.solvers.binomial_taylor import ATTEMPTS, Expectation, taylor_sum
from pigou.solvers.piecewise import Piece, Piecewise, combined, falling, falling_factorial
from pigou.solvers.roots import real_roots, working_precision
from pigou.solvers.shares import SMALL, dyadic, fraction, next_share, root_of, rounded

__all__ = ["BinomialRoot", "BinomialRoots", "Search", "binomial_roots"]

MOST_INTERVALS, _SHARP = 3_000, 128
_FRACTIONS = (fmpq(1, 2), fmpq(9, 17), fmpq(6, 13), fmpq(3, 5))
_HIGHEST = 8


class BinomialRoot(NamedTuple):
    """A root: an enclosure that holds it and no other, and whether f falls through it.

    Attributes
    ----------
    share : Enclosure
    falls : bool or None
        Whether f is positive before and negative after; None where it only touches zero.
    """

    share: Enclosure
    falls: bool | None


class BinomialRoots(NamedTuple):
    """All roots in (0, 1) that were found, in order, and what shows that they are all.

    Attributes
    ----------
    roots : list of BinomialRoot
    changes : int
        The number of changes of sign of g, which bounds the number of roots.
    unresolved : list of Enclosure
        Intervals in which f may have further roots; without any, the list is complete.
    how : str
    """

    roots: list[BinomialRoot]
    changes: int
    unresolved: list[Enclosure]
    how: str


def binomial_roots(function: Piecewise) -> BinomialRoots:
    """Return every p in (0, 1) at which the expectation of a function of the count is zero.

    Parameters
    ----------
    function : Piecewise
        Not zero throughout.

    Raises
    ------
    ValueError
        If the function is zero throughout: then every p is a root.

    Examples
    --------
    Twice as likely as not that at least a third of a thousand million do it:

    >>> from pigou.solvers.piecewise import Piece
    >>> n = 3 * 10**8
    >>> low, high = fmpq_poly([-2]), fmpq_poly([1])
    >>> found = binomial_roots(Piecewise([Piece(0, n - 1, low), Piece(n, 9 * 10**8, high)]))
    >>> [round(root.share.value, 9) for root in found.roots], found.changes, found.unresolved
    ([0.333340101], 1, [])
    """
    if all(run.sign == 0 for run in function.runs):
        raise ValueError("every share is a root of the zero function")
    changes = function.changes
    if len(function.pieces) == 1:
        return BinomialRoots(_of_polynomial(function), changes, [], "isolated exactly")
    if changes == 0:
        return BinomialRoots([], 0, [], "none, as the gain does not change its sign")
    search = Search(function)
    how = "as many brackets as changes of sign"
    nodes = search.nodes(changes)
    found = search.bracketed(nodes)
    open_: list[Enclosure] = []
    if len(found) < changes:
        how = "intervals without a root excluded by Taylor forms"
        found, open_ = search.between(nodes)
    return BinomialRoots(found, changes, open_, how)


def _of_polynomial(function: Piecewise) -> list[BinomialRoot]:
    """Return the roots where g, and so f, is one polynomial."""
    (_, top, value), total = function.pieces[0], fmpq_poly([0])
    for power, coefficient in enumerate(falling(value)):
        term = fmpq_poly([0] * power + [coefficient])
        total += term * falling_factorial(top, power)
    roots = real_roots(total)
    ends = [Fraction(0)]
    ends += [e for root in roots for e in (root.enclosure.lower, root.enclosure.upper)]
    ends += [Fraction(1)]
    found = []
    for number, root in enumerate(roots):
        sides = [(ends[2 * number + i] + ends[2 * number + i + 1]) / 2 for i in (0, 2)]
        before, after = (total(fmpq(s.numerator, s.denominator)) for s in sides)
        falls = None if (before > 0) == (after > 0) else bool(before > 0)
        found.append(BinomialRoot(root.enclosure, falls))
    return found


class _Node(NamedTuple):
    """A share at which the sign of f is known."""

    share: Any
    sign: int


class _Box(NamedTuple):
    """An interval of shares, with the signs of f at its ends."""

    low: _Node
    high: _Node


class Search:
    """The search for the roots of one expectation."""

    def __init__(self, function: Piecewise):
        self.function, self.expectation = function, Expectation(function)
        self.draws, self.order = function.top, self.expectation.order

    # -- brackets -------------------------------------------------------------------------------

    def ends(self) -> tuple[_Node, _Node]:
        """Return shares next to 0 and to 1 up to which the sign of f is that at the very end."""
        function = self.function
        signed = [run for run in function.runs if run.sign]
        first, last = signed[0].low, signed[-1].high
        n, bound = self.draws, function.bound
        nodes = []
        for count, ahead, after in ((first, n - first, first + 1), (last, last, n - last + 1)):
            size = abs(function(count))
            odds = fmpq(after, max(ahead, 1)) * size / (size + bound) / 2
            nodes.append(odds / (1 + odds))
        return _Node(rounded(nodes[0]), signed[0].sign), _Node(
            1 - rounded(nodes[1]), signed[-1].sign
        )

    def nodes(self, changes: int) -> list[_Node]:
        """Return shares with known signs, in order, until there are as many brackets as changes."""
        low, high = self.ends()
        known = {low.share: low.sign, high.share: high.sign}
        for share in self._places() if changes > 1 else ():
            if low.share < share < high.share and share not in known:
                sign = self.expectation.sign(share)
                if sign is not None:
                    known[share] = sign
                if _alternations(known) == changes:
                    break
        return [_Node(share, known[share]) for share in sorted(known)]

    def _places(self) -> Iterator[Any]:
        """Yield shares where f may have taken another sign: where g has, and next to it."""
        n = self.draws
        runs = [run for run in self.function.runs if run.sign]
        middles = [fmpq(run.low + run.high, 2 * n) for run in runs]
        cuts = [fmpq(piece.low, n) for piece in self.function.pieces[1:]]
        yield from (rounded(share, fmpq(1, 8 * n)) for share in middles)
        for steps in (1, 2, 4, -1, -2, -4, 8, -8):
            for cut in cuts:
                spread = fmpq(math.isqrt(int(n * cut * (1 - cut)) + 1) + 1, n)
                yield rounded(cut + steps * spread / 2, spread / 8)
        yield from (fmpq(i, 17) for i in range(1, 17))

    def bracketed(self, nodes: list[_Node]) -> list[BinomialRoot]:
        """Return a root for each change of sign between neighbouring nodes."""
        return [
            self.narrowed(one, other)
            for one, other in itertools.pairwise(nodes)
            if one.sign != other.sign
        ]

    def narrowed(self, low: _Node, high: _Node) -> BinomialRoot:
        """Narrow a bracket with exactly one root in it."""
        signs, slow = (low.sign, high.sign), 0
        ends, values = self._guessed([low.share, high.share], signs), [None, None]
        start = ends[1] - ends[0]
        for _ in range(2):
            ends = self._sharpened(ends, signs)
        while True:
            width = ends[1] - ends[0]
            wanted = self._wanted(ends[0], ends[1])
            if width <= wanted:
                ends[0] = max(low.share, rounded(ends[0] - wanted / 8, wanted / 8))
                ends[1] = min(high.share, rounded(ends[1] + wanted / 8, wanted / 8))
                return BinomialRoot(Enclosure(fraction(ends[0]), fraction(ends[1])), low.sign > 0)
            point = next_share(ends, values, start, slow >= 2)
            value = self._decided(point, width)
            if value is None:
                point += width / 97
                value = self._decided(point, width)
            if value is None:
                raise ArithmeticError("the sign of a polynomial cannot be told on an interval")
            side = 0 if (1 if value > 0 else -1) == signs[0] else 1
            ends[side], values[side] = point, value
            slow = slow + 1 if 2 * (ends[1] - ends[0]) > width else 0

    def _wanted(self, low: Any, high: Any) -> Any:
        """Return how narrow a bracket is to be: so that what the choice gains is known to 1e-24."""
        least = min(low, 1 - high)
        if not least:
            return least
        return min(root_of(least / (2 * self.draws)) / 2**80, least / 2**40)

    def _guessed(self, ends: list[Any], signs: tuple[int, int]) -> list[Any]:
        """Return a narrow bracket about a root found in floating point, if signs confirm it."""
        low, high = (float(fraction(end)) for end in ends)
        for _ in range(60):
            middle = math.sqrt(low * high) if 4 * low < high < 0.5 else (low + high) / 2
            ahead = approximately(self.function, middle) * signs[0] > 0
            low, high = (middle, high) if ahead else (low, middle)
        guess = fmpq(*((low + high) / 2).as_integer_ratio())
        scale = guess * (1 - guess) / math.isqrt(self.draws)
        for width in (scale / 2**16, scale / 2**8, scale):
            sides = [rounded(guess - width, width), rounded(guess + width, width)]
            if sides[0] <= ends[0] or sides[1] >= ends[1]:
                continue
            found = [self.expectation.sign(side) for side in sides]
            if tuple(found) == signs:
                return sides
            for side, sign in zip(sides, found, strict=True):
                if sign is not None:
                    ends[int(sign != signs[0])] = side
        return ends

    def _sharpened(self, ends: list[Any], signs: tuple[int, int]) -> list[Any]:
        """Return a narrower bracket by a Taylor form about the middle, if that serves."""
        middle, order = rounded((ends[0] + ends[1]) / 2, ends[1] - ends[0]), self.order + 3
        if self.order > _HIGHEST or self.draws <= order:
            return ends
        with working_precision(_SHARP + self.draws.bit_length()):
            derivatives = self.expectation.derivatives(Binomial(self.draws, middle, _SHARP), order)
            h, slope = arb(0), derivatives[1]
            for _ in range(8):
                slope = taylor_sum(derivatives[1:], h)
                if slope.contains(0):
                    return ends
                h = (h - taylor_sum(derivatives, h) / slope).mid()
                if abs(h) > 1:
                    return ends
                h = arb(0) if abs(h) < SMALL else h
            root = middle + dyadic(*h.man_exp())
            if not ends[0] < root < ends[1]:
                return ends
            derivatives.append(self.expectation.remainder(ends[0], ends[1], order))
            error = 2 * (taylor_sum(derivatives, h) / slope).abs_upper()
            if not error < 1:  # it may be 2 to the power of a thousand million
                return ends
            apart = self._wanted(root, root) / 4
            apart = max(apart, dyadic(*error.man_exp())) if error > SMALL else apart
            if 2 * apart > ends[1] - ends[0]:
                return ends
            sides = [rounded(root - apart, apart), rounded(root + apart, apart)]
            for side, sign in zip(sides, signs, strict=True):
                inside = ends[0] < side < ends[1]
                if not inside or not taylor_sum(derivatives, arb(side - middle)) * sign > 0:
                    return ends
        return sides

    def _decided(self, share: Any, width: Any) -> Any:
        """Return the value of f at a share with enough bits to tell its sign; None if none tell."""
        fine = width.q.bit_length() - width.p.bit_length()
        for bits, thorough in ATTEMPTS:
            if bits < min(fine, ATTEMPTS[-1][0]):
                continue
            value = self.expectation.value(share, bits, thorough)
            if not value.contains(0):
                return value
        return None

    # -- branch and bound -----------------------------------------------------------------------

    def between(self, nodes: list[_Node]) -> tuple[list[BinomialRoot], list[Enclosure]]:
        """Return all roots between the outermost nodes, and where there may be more."""
        nodes = self._closer(nodes)
        if not nodes:
            return [], []
        stack = [_Box(*pair) for pair in itertools.pairwise(nodes)][::-1]
        found: list[BinomialRoot] = []
        open_: list[Enclosure] = []
        if self.order > min(_HIGHEST, self.draws):
            return self.bracketed(nodes), [_hull(nodes[0], nodes[-1])]
        for _ in range(MOST_INTERVALS):
            if not stack or time_is_up():
                break
            box = stack.pop()
            verdict = self._verdict(box)
            if verdict == "one":
                found.append(self.narrowed(*box))
            elif verdict == "open":
                halves = self._divided(box)
                if halves:
                    stack += halves[::-1]
                else:
                    open_.append(_hull(*box))
        open_ += [_hull(*box) for box in stack[::-1]]
        return found, _joined(open_)

    def _closer(self, nodes: list[_Node]) -> list[_Node]:
        """Move the outermost nodes inwards, as far as the sign next to 0 and to 1 surely reaches.

        Nothing is left if the two signs reach each other: then there is no root.
        """
        shares = [node.share for node in nodes]
        for side in (0, -1):
            (root,) = binomial_roots(self._worst(side != 0)).roots
            shares[side] = self._beyond(root.share, side != 0)
        low, high = max(shares[0], nodes[0].share), min(shares[-1], nodes[-1].share)
        if low >= high:
            return []
        inside = [node for node in nodes if low < node.share < high]
        return [_Node(low, nodes[0].sign), *inside, _Node(high, nodes[-1].sign)]

    def _worst(self, last: bool) -> Piecewise:
        """Leave out what has the sign of the first (or last) run, beyond the first change of sign.

        What is left changes its sign once. Where its expectation has the sign of that run, f has
        it all the more.
        """
        runs = self.function.runs[:: -1 if last else 1]
        sign = next(run.sign for run in runs if run.sign)
        turned, kept = False, []
        for run in runs:
            turned = turned or run.sign == -sign
            kept.append(Piece(run.low, run.high, not turned or run.sign == -sign))
        kept.sort()
        parts: list[tuple[Piece, ...]] = [self.function.pieces, tuple(kept)]
        return Piecewise(combined(parts, lambda value, keep: value if keep else fmpq_poly([0])))

    def _beyond(self, root: Enclosure, last: bool) -> Any:
        """Return a share a little below (or above) a root, of few digits."""
        end = root.upper if last else root.lower
        share = fmpq(end.numerator, end.denominator)
        width = min(share, 1 - share) / (16 * (1 + math.isqrt(self.draws)))
        return rounded(share + width if last else share - width, width)

    def _verdict(self, box: _Box) -> str:
        """Say whether an interval has no root, has one, or may have several."""
        forms = self.expectation.taylor(box.low.share, box.high.share)
        if not forms[0].contains(0):
            return "none"
        if not forms[1].contains(0):
            return "none" if box.low.sign == box.high.sign else "one"
        return "open"

    def _divided(self, box: _Box) -> list[_Box]:
        """Cut an interval where the sign of f is known; nothing if it is too narrow."""
        low, high = box.low.share, box.high.share
        width = high - low
        if (width * 2**40) ** 2 * self.draws < low * (1 - high):
            return []
        if high > 4 * low:
            places = [low * 2, low * 3]
        elif 1 - low > 4 * (1 - high):
            places = [1 - (1 - high) * 2, 1 - (1 - high) * 3]
        else:
            places = [low + width * f for f in _FRACTIONS]
        for place in places:
            share = rounded(place, min(width, low, 1 - high))
            sign = self.expectation.sign(share) if low < share < high else None
            if sign is not None:
                node = _Node(share, sign)
                return [_Box(box.low, node), _Box(node, box.high)]
        return []


def _alternations(known: dict[Any, int]) -> int:
    signs = [known[share] for share in sorted(known)]
    return sum(a != b for a, b in itertools.pairwise(signs))


def _hull(low: _Node, high: _Node) -> Enclosure:
    return Enclosure(fraction(low.share), fraction(high.share))


def _joined(intervals: list[Enclosure]) -> list[Enclosure]:
    """Join intervals that touch."""
    found: list[Enclosure] = []
    for one in sorted(intervals, key=lambda e: e.lower):
        if found and found[-1].upper >= one.lower:
            found[-1] = Enclosure(found[-1].lower, max(found[-1].upper, one.upper))
        else:
            found.append(one)
    return found
