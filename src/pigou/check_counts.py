r"""Expectations over how many of a large population do something: the independent checker's own.

It shares no code with the solvers, and takes another route than they do. For K binomial with n
draws of probability p:

1. A formula is read as polynomials on intervals of counts (`pigou.check_segments`).
2. The longest interval's polynomial is expected over all counts by factorial moments, exactly. The
   others add what they differ by, over tails of the distribution.
3. A tail is summed term by term in whole numbers, from the count next to the mean outwards, where
   terms fall:

   .. math:: \Pr(K = k + 1) = \Pr(K = k) \, \frac{n - k}{k + 1} \, \frac{p}{1 - p},

   with the rounding and the terms left out bounded. Its first term comes from log-gamma functions
   in ball arithmetic.
4. Where p is only known to lie in an enclosure, the expectation moves by at most
   :math:`|dE/dp| = |\operatorname{Cov}(g(K), K)|/(p (1 - p)) \le \tfrac12 \operatorname{osc}(g)
   \sqrt{n / (p (1 - p))}` times its width (Cauchy and Schwarz).
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from flint import arb, ctx, fmpq

from pigou.check_segments import Polynomial, Segment, added, at_count, divided, mirrored, shifted
from pigou.exact import Enclosure
from pigou.jets import enclosure

__all__ = ["expected_over_counts", "sign_of_gain", "steepness"]

ZERO = Enclosure.point(0)
_PLACES, _APART = 128, 16
_BITS = 300


def expected_over_counts(parts: tuple[Segment, ...], share: Enclosure) -> Enclosure:
    """Expect a function of the count of those who each take the second choice with a probability.

    Parameters
    ----------
    parts : tuple of Segment
        The function, on all counts from 0 to the number of draws.
    share : Enclosure
        The probability, in [0, 1].

    Examples
    --------
    >>> n = 10**9
    >>> step = (Segment(0, n // 2, ()), Segment(n // 2 + 1, n, (Fraction(1),)))
    >>> found = expected_over_counts(step, Enclosure.point("1/2"))
    >>> round(found.value, 9), found.width < Fraction(1, 10**30)
    (0.499987384, True)
    """
    draws = parts[-1].high
    point = share.lower if share.lower > 0 else share.upper
    if point in (0, 1) or not draws:
        total = _point(at_count(parts[-1 if point else 0].polynomial, int(point) * draws))
    else:
        total = _expected(parts, draws, point)
    if share.is_exact:
        return total
    moved = _oscillation(parts) / 2 * steepness(draws, share) * share.width
    return total + Enclosure(-moved, moved)


def _expected(
    parts: tuple[Segment, ...], draws: int, p: Fraction, unit: int | None = None
) -> Enclosure:
    """Expect a function where the probability is known; in units of the probability of a count."""
    base = max(parts, key=lambda part: (not part.polynomial, part.high - part.low)).polynomial
    total = _moment(base, draws, p)
    less = tuple(-c for c in base)
    for low, high, polynomial in parts:
        difference = added([polynomial, less])
        if difference:
            total += _between(_Tails(difference, draws, p, unit), low, high)
    return total


def sign_of_gain(first: tuple[Segment, ...], second: tuple[Segment, ...], p: Fraction) -> int:
    """Return the sign of what the second function's expectation exceeds the first's by.

    Both may be too close to zero for anything but their ratio to be told: where they differ only
    on counts that are very unlikely, all is compared with the likeliest of these.

    Returns
    -------
    int
        0 if it cannot be told.

    Examples
    --------
    >>> n, one = 10**9, (Fraction(1),)
    >>> never = (Segment(0, n, ()),)
    >>> hardly = (Segment(0, n - 1, ()), Segment(n, n, one))
    >>> sign_of_gain(never, hardly, Fraction(1, 2))
    1
    """
    gain = _difference(second, first)
    draws = gain[-1].high
    where = [part for part in gain if part.polynomial]
    if not where or len(where) == len(gain):
        found = _expected(gain, draws, p)
    else:
        ends = [end for part in where for end in (part.low, part.high)]
        unit = min(ends, key=lambda count: abs(count - draws * p))
        inside = any(part.low <= draws * p <= part.high for part in where)
        found = _expected(gain, draws, p, None if inside else unit)
    return 1 if found.lower > 0 else -1 if found.upper < 0 else 0


def _difference(one: tuple[Segment, ...], other: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Subtract one function from another, on the intervals on which both are polynomials."""
    found, i, j, low = [], 0, 0, 0
    while i < len(one) and j < len(other):
        high = min(one[i].high, other[j].high)
        less = tuple(-c for c in other[j].polynomial)
        found.append(Segment(low, high, added([one[i].polynomial, less])))
        i, j, low = i + (one[i].high == high), j + (other[j].high == high), high + 1
    return tuple(found)


def _moment(polynomial: Polynomial, draws: int, p: Fraction) -> Enclosure:
    """Expect a polynomial over all counts: each falling factorial of K has a closed form."""
    total, factor = Fraction(0), Fraction(1)
    for step, value in enumerate(_in_falling_factorials(polynomial)):
        total += value * factor
        factor *= p * (draws - step)
    return _point(total)


def _point(number: Fraction) -> Enclosure:
    """Enclose an exact number, which may be long."""
    return Enclosure(number, number) + ZERO


class _Tails(NamedTuple):
    """What is expected over tails: a polynomial, the distribution, and the count that is a unit."""

    polynomial: Polynomial
    draws: int
    p: Fraction
    unit: int | None

    def mirrored(self) -> _Tails:
        """Return the same with failures counted instead of successes."""
        unit = None if self.unit is None else self.draws - self.unit
        return _Tails(mirrored(self.polynomial, self.draws), self.draws, 1 - self.p, unit)


def _between(tails: _Tails, low: int, high: int) -> Enclosure:
    """Expect a polynomial on the counts from low to high, zero elsewhere."""
    polynomial, draws, p, _ = tails
    other = tails.mirrored()
    if low + 1 > (draws + 1) * p:
        return _tail(tails, low) - _tail(tails, high + 1)
    if high < (draws + 1) * p:
        return _tail(other, draws - high) - _tail(other, draws - low + 1)
    outside = _tail(other, draws - low + 1) + _tail(tails, high + 1)
    return _moment(polynomial, draws, p) - outside


def _tail(tails: _Tails, count: int) -> Enclosure:
    r"""Expect a polynomial on the counts c and more, with c above the mean, zero below.

    With falling factorials, :math:`E K^{(j)} 1\{K \ge c\} = n^{(j)} p^j \Pr(K_{n-j} \ge c - j)`,
    and :math:`\Pr(K_{n-1} \ge c - 1) = \Pr(K_n \ge c) + (1 - p) \Pr(K_{n-1} = c - 1)`.
    """
    polynomial, draws, p, unit = tails
    if count > draws:
        return ZERO
    at, total = _probability(draws, p, count, unit), ZERO
    above = at * _relative(draws, p, count)
    for step, value in enumerate(_in_falling_factorials(polynomial)):
        factor = math.prod((p * (draws - i) for i in range(step)), start=Fraction(1))
        total += _point(value * factor) * above
        if step < count:
            at *= _point(Fraction(count - step) / (p * (draws - step)))
            above += _point(1 - p) * at
    return total


def _in_falling_factorials(polynomial: Polynomial) -> list[Fraction]:
    """Return the coefficients of a polynomial in falling factorials of the count."""
    found: list[Fraction] = []
    while polynomial:
        value = at_count(polynomial, len(found))
        polynomial = divided(added([polynomial, (-value,)]), len(found))
        found.append(value)
    return found


@lru_cache(maxsize=256)
def _probability(draws: int, p: Fraction, count: int, unit: int | None) -> Enclosure:
    """Enclose the probability of one count, or its ratio to that of another."""
    with ctx.workprec(_BITS):
        share, rest = (arb(fmpq(x.numerator, x.denominator)) for x in (p, 1 - p))

        def logarithm(k: int) -> arb:
            ways = arb(draws + 1).lgamma() - arb(k + 1).lgamma() - arb(draws - k + 1).lgamma()
            return ways + k * share.log() + (draws - k) * rest.log()

        log = logarithm(count) - (arb(0) if unit is None else logarithm(unit))
        if log < -_BITS:
            return Enclosure(Fraction(0), Fraction(1, 2**_BITS))
        return enclosure(log.exp())


def _relative(draws: int, p: Fraction, count: int) -> Enclosure:
    r"""Enclose :math:`\Pr(K \ge c)/\Pr(K = c)` for a count c above the mean.

    It is 1 plus the ratio of the next two probabilities times the same one count further; so one
    sum serves the counts next to each other.
    """
    anchor = min(draws, count + -count % _APART)
    found = _summed(draws, p, anchor)
    odds = p / (1 - p)
    for k in range(anchor - 1, count - 1, -1):
        found = Enclosure.point(1) + _point(odds * (draws - k) / (k + 1)) * found
    return found


@lru_cache(maxsize=256)
def _summed(draws: int, p: Fraction, count: int) -> Enclosure:
    r"""Enclose :math:`\Pr(K \ge c)/\Pr(K = c)` term by term.

    Terms are whole multiples of :math:`2^{-128}`. One step loses less than two of these, and ratios
    are below 1, so that after i steps the term is too small by less than 2 i of them.
    """
    places = _PLACES + draws.bit_length()
    odds = p / (1 - p)
    precise = (odds.numerator << places) // odds.denominator
    term, total, k = 1 << _PLACES, 0, count
    while term and k <= draws:
        total += term
        term = (term * (draws - k) * precise >> places) // (k + 1)
        k += 1
    steps = k - count
    error = Fraction(2 * steps**2, 1 << _PLACES)
    if k <= draws:
        error += Fraction(2 * steps + 1, 1 << _PLACES) / (1 - odds * (draws - k) / (k + 1))
    exact = Fraction(total, 1 << _PLACES)
    return Enclosure(exact, exact + error)


def steepness(draws: int, share: Enclosure) -> Fraction:
    """Bound the square root of n/(p (1 - p)) over an enclosure.

    Examples
    --------
    >>> steepness(100, Enclosure.point("1/2"))
    Fraction(21, 1)
    """
    least = min(end * (1 - end) for end in (share.lower, share.upper))
    if least <= 0:
        return Fraction(2 * draws)
    return Fraction(math.isqrt(math.ceil(draws / least)) + 1)


def _oscillation(parts: tuple[Segment, ...]) -> Fraction:
    """Bound the largest less the smallest value of a function."""
    lows, highs = [], []
    for low, high, polynomial in parts:
        around = shifted(polynomial, (low + high) // 2)
        reach = high - (low + high) // 2
        spread = sum(
            (abs(c) * reach**power for power, c in enumerate(around) if power), Fraction(0)
        )
        centre = around[0] if around else Fraction(0)
        lows.append(centre - spread)
        highs.append(centre + spread)
    return max(highs) - min(lows)
