r"""Expectations over how many members of several types do something: the independent checker's own.

It shares no code with the solvers. The count is a sum of independent binomials, one for each type
that mixes.

1. Where all have the same probability it is binomial itself (`pigou.check_counts`).
2. Otherwise the longest interval's polynomial is expected by power moments, exactly: those of a
   binomial follow from its factorial moments by Stirling numbers, and those of a sum from

   .. math:: \operatorname{E} (X + Y)^r = \sum_i \binom{r}{i} \operatorname{E} X^i \,
             \operatorname{E} Y^{r-i}.

3. On each other interval the function differs from it by no more than a bound, with a probability
   of at most :math:`e^{-2 d^2/n}`, d the distance to the mean of the n draws (Hoeffding 1963).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from pigou.check_counts import expected_over_counts
from pigou.check_segments import Polynomial, Segment, added, shifted
from pigou.exact import Enclosure

__all__ = ["expected_over_types", "same_functions"]

ZERO, ONE = Enclosure.point(0), Enclosure.point(1)
_FINEST = 400


def expected_over_types(
    parts: tuple[Segment, ...], draws: Sequence[tuple[int, Enclosure]]
) -> Enclosure:
    """Expect a function of the count of all who take the second choice.

    Parameters
    ----------
    parts : tuple of Segment
        The function, on all counts from 0 to the number of draws.
    draws : sequence of (int, Enclosure)
        For each type the number of its draws and its probability.

    Examples
    --------
    >>> count = (Segment(0, 30, (Fraction(0), Fraction(0), Fraction(1))),)
    >>> third, half = Enclosure.point("1/3"), Enclosure.point("1/2")
    >>> expected_over_types(count, [(10, half), (20, third)])
    Enclosure(2575/18)
    """
    if len({share for _, share in draws}) == 1:
        return expected_over_counts(parts, draws[0][1])
    base = max(parts, key=lambda part: part.high - part.low).polynomial
    moments = _moments_of_sum(draws, max(len(part.polynomial) for part in parts))
    total = sum((Enclosure(c, c) * m for c, m in zip(base, moments, strict=False)), ZERO)
    mean = sum((Enclosure.point(n) * share for n, share in draws), ZERO)
    for part in parts:
        gap = added([part.polynomial, tuple(-c for c in base)])
        if gap:
            total += _bounded(gap, part) * _likely(part, mean, sum(n for n, _ in draws))
    return total


def _bounded(polynomial: Polynomial, part: Segment) -> Enclosure:
    """Enclose a polynomial on an interval of counts."""
    middle = (part.low + part.high) // 2
    reach = max(middle - part.low, part.high - middle)
    around = shifted(polynomial, middle)
    spread = sum((abs(c) * reach**power for power, c in enumerate(around) if power), Fraction(0))
    return Enclosure(around[0] - spread, around[0] + spread)


def _likely(part: Segment, mean: Enclosure, draws: int) -> Enclosure:
    """Enclose the probability of an interval of counts."""
    apart = max(part.low - mean.upper, mean.lower - part.high)
    if apart <= 0:
        return Enclosure(Fraction(0), Fraction(1))
    halvings = math.floor(2 * apart**2 / draws * Fraction(144, 100))  # log2(e) is 1.4427
    return Enclosure(Fraction(0), Fraction(1, 2 ** min(halvings, _FINEST)))


def _moments_of_sum(draws: Sequence[tuple[int, Enclosure]], number: int) -> list[Enclosure]:
    """Return so many power moments of a sum of independent binomials, from the zeroth on."""
    found = [ONE] + [ZERO] * (number - 1)
    for size, share in draws:
        row = _moments(size, share, number)
        found = [
            sum(
                (Enclosure.point(math.comb(r, i)) * found[i] * row[r - i] for i in range(r + 1)),
                ZERO,
            )
            for r in range(number)
        ]
    return found


def _moments(draws: int, share: Enclosure, number: int) -> list[Enclosure]:
    """Return power moments of a binomial: sums of its factorial moments with Stirling numbers."""
    factorial = [ONE]
    for j in range(number - 1):
        factorial.append(factorial[-1] * Enclosure.point(draws - j) * share)
    ways, found = [1], []
    for r in range(number):
        found.append(
            sum((Enclosure.point(w) * m for w, m in zip(ways, factorial, strict=False)), ZERO)
        )
        ways = [0, *ways, 0]
        ways = [ways[j] + j * ways[j + 1] if j <= r + 1 else 0 for j in range(len(ways) - 1)]
    return found


def same_functions(
    one: Sequence[tuple[Segment, ...]], other: Sequence[tuple[Segment, ...]]
) -> bool:
    """Whether two pairs of functions of a count have the same differences, second less first.

    Examples
    --------
    >>> one = [(Segment(0, 9, ()),), (Segment(0, 9, (Fraction(1),)),)]
    >>> other = [(Segment(0, 9, (Fraction(2),)),), (Segment(0, 9, (Fraction(3),)),)]
    >>> same_functions(one, other), same_functions(one, [one[0], one[0]])
    (True, False)
    """
    rows = [*one, *other]
    lows = sorted({part.low for parts in rows for part in parts})
    for low in lows:
        a, b, c, d = (next(p.polynomial for p in parts if p.low <= low <= p.high) for parts in rows)
        if added([b, c]) != added([a, d]):
            return False
    return rows[0][-1].high == rows[2][-1].high
