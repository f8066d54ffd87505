r"""Why two types of a large population do not mix at the same time.

If types s and t both mix, then with K the number of others, without one member of each, who take
the second choice, and :math:`\Delta_t(k)` what a member of type t gains by it beside k others,

.. math:: \operatorname{E} [ (1 - p_t) \Delta_s(K) + p_t \Delta_s(K + 1) ] = 0 =
          \operatorname{E} [ (1 - p_s) \Delta_t(K) + p_s \Delta_t(K + 1) ].

Steps
-----
1. *By signs*. There are no such probabilities if for some number :math:`\lambda` the differences
   :math:`\Delta_s(k + i) - \lambda \Delta_t(k + j)`, with i and j 0 or 1, all have one sign at
   every k that has positive probability: a mean of them would be zero.
2. *By concentration*. Otherwise let :math:`|\Delta_s - \lambda \Delta_t| \ge \delta > 0` with one
   sign, and :math:`w(k) = |\Delta_s(k+1) - \Delta_s(k)| + |\lambda| |\Delta_t(k+1) - \Delta_t(k)|`.
   The second condition times :math:`\lambda`, taken from the first, needs
   :math:`\operatorname{E} w(K) \ge \delta`. Let :math:`w \le a` but at a few counts next to cuts,
   where it is :math:`w_i` at :math:`k_i`, with sum W. K is a sum of independent draws; with V its
   variance, each count has at most the probability

   .. math:: \frac{1}{2 \pi} \int_{-\pi}^{\pi} \prod_j |\phi_j(\theta)| \, d\theta
             \le \frac{1}{2 \pi} \int e^{-2 V \sin^2(\theta/2)} d\theta \le \sqrt{\pi / (8 V)},

   since :math:`|\phi_j|^2 = 1 - 4 p_j (1 - p_j) \sin^2(\theta/2)` and :math:`|\sin(\theta/2)| \ge
   |\theta|/\pi`. So V cannot exceed :math:`V^* = \pi W^2/(8 (\delta - a)^2)`. Below, almost all of
   a type do the same: the mean of K is within :math:`2 V^*` of a *corner*, where all of them do.
   If every :math:`k_i` is farther than :math:`2 V^* + D` from every corner, its probability is at
   most :math:`V^*/D^2` (Chebyshev), and :math:`a + W V^*/D^2 < \delta` leaves nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from flint import fmpq, fmpq_poly

from pigou.solvers.piecewise import Piece, Piecewise, combined

__all__ = ["ONE_SIDED", "never_both", "window"]

ONE_SIDED: tuple[set[int], ...] = ({1}, {-1}, {0, 1}, {0, -1})
"""The signs of a function that its expectation shares, whatever the (full) distribution."""

_MOST_JUMPS, _SHORT = 8, 3
_PI = fmpq(22, 7)


def window(gain: Piecewise, low: int, length: int) -> Piecewise:
    """Return a function on the counts from low to low + length, shifted to 0.

    Examples
    --------
    >>> step = Piecewise([Piece(0, 4, fmpq_poly([-1])), Piece(5, 9, fmpq_poly([0, 1]))])
    >>> [(piece.low, piece.high, piece.value(fmpq(2))) for piece in window(step, 4, 2).pieces]
    [(0, 0, -1), (1, 2, 6)]
    """
    found = []
    for first, last, value in gain.pieces:
        start, end = max(first, low), min(last, low + length)
        if start <= end:
            found.append(Piece(start - low, end - low, value(fmpq_poly([low, 1]))))
    return Piecewise(found)


def never_both(one: Piecewise, other: Piecewise, corners: Sequence[int]) -> bool:
    """Whether it is shown that two types do not mix at the same time.

    Parameters
    ----------
    one, other : Piecewise
        What each gains, over the number of all others that may take the second choice.
    corners : sequence of int
        That number less one, if all members of each type that mixes do the same: those without one
        member of each of the two.

    Examples
    --------
    A critical mass of a third of a thousand million, and costs of 2/5 and 1/2:

    >>> n, half = 10**9, 5 * 10**8
    >>> def gain(cost):
    ...     low, high = (fmpq_poly([b - cost]) for b in (0, 1))
    ...     return Piecewise([Piece(0, n // 3, low), Piece(n // 3 + 1, n - 1, high)])
    >>> corners = [0, half - 1, half - 1, n - 2]
    >>> never_both(gain(fmpq(2, 5)), gain(fmpq(1, 2)), corners)
    True
    """
    top = one.top - 1
    rows = [[window(gain, i, top) for i in (0, 1)] for gain in (one, other)]
    steps = [gain.difference() for gain in (one, other)]
    return any(
        _by_signs(rows, factor) or _by_concentration(rows, steps, factor, corners)
        for factor in _factors(rows, steps)
    )


def _factors(rows: Sequence[Sequence[Piecewise]], steps: Sequence[Piecewise]) -> Iterator[Any]:
    """Yield factors with which gains of two types may be compared: 1, and ratios at some counts."""
    known = {fmpq(1)}
    yield fmpq(1)
    top = rows[0][0].top
    jumps = [low for step in steps for low, high, _ in step.pieces if high - low < _SHORT]
    pairs = [
        *((left(k), right(k)) for k in (0, top) for left, right in itertools.product(*rows)),
        *((steps[0](k), steps[1](k)) for k in jumps[:_MOST_JUMPS]),
    ]
    for above, below in pairs:
        if below != 0 and above / below not in known:
            known.add(above / below)
            yield above / below


def _less(one: Piecewise, other: Piecewise, factor: Any) -> Piecewise:
    return Piecewise(combined([one.pieces, other.pieces], lambda a, b: a - factor * b))


def _by_signs(rows: Sequence[Sequence[Piecewise]], factor: Any) -> bool:
    signs: set[int] = set()
    for left, right in itertools.product(*rows):
        signs |= {run.sign for run in _less(left, right, factor).runs}
        if len(signs - {0}) > 1:
            return False
    return signs in ONE_SIDED


def _by_concentration(
    rows: Sequence[Sequence[Piecewise]],
    steps: Sequence[Piecewise],
    factor: Any,
    corners: Sequence[int],
) -> bool:
    gap = _less(rows[0][0], rows[1][0], factor)
    signs = {run.sign for run in gap.runs}
    if signs not in ({1}, {-1}):
        return False
    (sign,) = signs
    size = -_largest([piece._replace(value=-sign * piece.value) for piece in gap.pieces])
    smooth, jumps = fmpq(0), []
    for step, weight in zip(steps, (fmpq(1), abs(factor)), strict=True):
        long = [piece for piece in step.pieces if piece.high - piece.low >= _SHORT]
        both = [p._replace(value=sign * p.value) for sign in (1, -1) for p in long]
        smooth += weight * (_largest(both) if both else 0)
        for low, high, value in (piece for piece in step.pieces if piece not in long):
            jumps += [(k, weight * abs(value(fmpq(k)))) for k in range(low, high + 1)]
    return _scattered(size - smooth, [jump for jump in jumps if jump[1] > 0], corners)


def _largest(pieces: Sequence[Piece]) -> Any:
    """Return the largest value that some pieces take."""
    return max(Piecewise([piece]).largest[0] for piece in pieces)


def _scattered(needed: Any, jumps: Sequence[tuple[int, Any]], corners: Sequence[int]) -> bool:
    """Whether jumps cannot be likely enough to make up for what is needed."""
    total = sum((weight for _, weight in jumps), fmpq(0))
    if needed <= 0 or total < needed:
        return bool(needed > 0)
    variance = _PI * total**2 / (8 * needed**2)
    apart = min(abs(k - corner) for k, _ in jumps for corner in corners) - 2 * variance
    return bool(apart > 0 and total * variance < needed * apart**2)
