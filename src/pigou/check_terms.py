r"""Expectations over counts, term by term: where a formula is no polynomial in the count.

Part of the independent checker, which shares no code with the solvers. The formula is evaluated at
every count that is not very unlikely, exactly or in rational enclosures, and over the whole range
of counts at once, or over parts of it, which bounds what the others add.

For K binomial with n draws of probability p, neighbouring probabilities have the ratio
:math:`\frac{n - k}{k + 1} \frac{p}{1 - p}`, which falls in k: beyond a count at which it is
:math:`r < 1` the probabilities sum to at most :math:`r / (1 - r)` times the last one. The first,
next to the mean, comes from log-gamma functions in ball arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq

from pigou.check_counts import steepness
from pigou.check_segments import Crowd, Polynomial, added, at_count, multiplied
from pigou.enclosing import enclosed
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.expression import If, Total, each
from pigou.jets import ball, enclosure

__all__ = ["expected_by_terms"]

MOST_TERMS = 20_000
_BITS, _NEGLIGIBLE, _MOST_PARTS = 400, 260, 2_000
_ONE: Polynomial = (Fraction(1),)


def expected_by_terms(formula: sp.Basic, crowd: Crowd, share: Enclosure) -> Enclosure:
    """Expect a formula over the count of those who each take the second choice.

    Parameters
    ----------
    formula : sympy expression
    crowd : Crowd
    share : Enclosure
        The probability, in [0, 1].

    Raises
    ------
    StructureError
        If the formula cannot be bounded over all counts, or too many counts are likely.

    Examples
    --------
    >>> from pigou.expression import Total, each, symbol
    >>> no, yes = {"up": Fraction(0)}, {"up": Fraction(1)}
    >>> crowd = Crowd("firm", 10**9, 10**9 - 1, 1, {}, (no, yes))
    >>> number = Total(each("up"), symbol("firm"))
    >>> found = expected_by_terms(1 / number, crowd, Enclosure.point("1e-9"))
    >>> round(found.value, 8), found.width < Fraction(1, 10**50)  # (1 - exp(-1))/1, about
    (0.63212056, True)
    """
    at = partial(_value, formula, crowd)
    point = share.lower if share.lower > 0 else share.upper
    draws = crowd.others
    if point in (0, 1) or not draws:
        return at(Enclosure.point(int(point) * draws))
    whole, exactly = _bounded(at, draws), _as_ratio(formula, crowd)
    with ctx.workprec(_BITS + draws.bit_length()):
        total = _expected(exactly or partial(_ball_at, at), whole, draws, point)
    if share.is_exact:
        return total
    moved = whole.width / 2 * steepness(draws, share) * share.width
    return total + Enclosure(-moved, moved)


def _value(formula: sp.Basic, crowd: Crowd, count: Enclosure) -> Enclosure:
    """Return the value where so many of the others take the second choice."""
    taking = count + Enclosure.point(crowd.taking)
    staying = Enclosure.point(crowd.size) - taking
    first, second = ({k: Enclosure.point(v) for k, v in own.items()} for own in crowd.choices)
    values = {name: Enclosure.point(value) for name, value in crowd.values.items()}
    return enclosed(formula, values, lambda _: ((staying, first), (taking, second)))


def _as_ratio(formula: sp.Basic, crowd: Crowd) -> Callable[[int], Any] | None:
    """Return a formula as a function of the count; None where it has cases that hang on it."""
    try:
        over, under = _read(formula, crowd)
    except StructureError:
        return None

    def value(count: int) -> Any:
        found = at_count(over, count) / at_count(under, count)
        return arb(fmpq(found.numerator, found.denominator))

    return value


def _read(node: sp.Basic, crowd: Crowd) -> tuple[Polynomial, Polynomial]:
    """Read a formula as a ratio of polynomials in the count."""
    if node.is_Rational:
        return (Fraction(int(node.p), int(node.q)),), _ONE
    if isinstance(node, sp.Symbol):
        return (crowd.values[node.name],), _ONE
    if isinstance(node, Total):
        return _read_total(node, crowd)
    if isinstance(node, If) and not node.args[0].has(Total):  # about the member's own choice
        values = {name: Enclosure.point(value) for name, value in crowd.values.items()}
        truth = enclosed(If(node.args[0], sp.S.One, sp.S.Zero), values).lower
        return _read(node.args[1 if truth else 2], crowd)
    if not isinstance(node, sp.Add | sp.Mul | sp.Pow):
        raise StructureError(f"'{node}' is no ratio of polynomials in a count")
    parts = [_read(part, crowd) for part in node.args]
    if isinstance(node, sp.Add):
        return _sum(parts)
    if isinstance(node, sp.Mul):
        return multiplied([over for over, _ in parts]), multiplied([under for _, under in parts])
    (base, under), ((*power,), below) = parts
    if len(power) > 1 or below != _ONE or Fraction(*power or (0,)).denominator != 1:
        raise StructureError(f"'{node}' is no ratio of polynomials in a count")
    times = int(Fraction(*power or (0,)))
    pair = [base, under] if times >= 0 else [under, base]
    found = [multiplied([part] * abs(times)) for part in pair]
    return found[0], found[1]


def _sum(parts: list[tuple[Polynomial, Polynomial]]) -> tuple[Polynomial, Polynomial]:
    over, under = parts[0]
    for more, below in parts[1:]:
        over = added([multiplied([over, below]), multiplied([more, under])])
        under = multiplied([under, below])
    return over, under


def _read_total(node: Total, crowd: Crowd) -> tuple[Polynomial, Polynomial]:
    if node.args[1].name != crowd.population:
        raise StructureError(f"'{node}' is about another population")
    numbers: list[Polynomial] = [
        (Fraction(crowd.size - crowd.taking), Fraction(-1)), (Fraction(crowd.taking), Fraction(1))
    ]  # fmt: skip
    parts = []
    for number, own in zip(numbers, crowd.choices, strict=True):
        values = {**crowd.values, **{each(name).name: value for name, value in own.items()}}
        over, under = _read(node.args[0], crowd._replace(values=values))
        parts.append((multiplied([number, over]), under))
    return _sum(parts)


def _ball_at(at: Callable[[Enclosure], Enclosure], count: int) -> Any:
    return ball(at(Enclosure.point(count)))


def _bounded(at: Callable[[Enclosure], Enclosure], draws: int) -> Enclosure:
    """Enclose the value over all counts, in parts if it is infinite between two of them."""
    parts, open_ = [], [(0, draws)]
    for _ in range(_MOST_PARTS):
        low, high = open_.pop()
        try:
            parts.append(at(Enclosure(Fraction(low), Fraction(high))))
        except ZeroDivisionError:
            if low == high:
                break
            middle = (low + high) // 2
            open_ += [(low, middle), (middle + 1, high)]
        if not open_:
            return Enclosure(min(p.lower for p in parts), max(p.upper for p in parts))
    raise StructureError("a formula could not be bounded over all counts")


def _expected(at: Callable[[int], Any], whole: Enclosure, draws: int, p: Fraction) -> Enclosure:
    """Add up what is taken at every likely count, from the one next to the mean outwards."""
    start = int(draws * p)
    odds = arb(fmpq(p.numerator, p.denominator - p.numerator))
    q = 1 - p
    logs = [arb(fmpq(x.numerator, x.denominator)).log() for x in (p, q)]
    ways = arb(draws + 1).lgamma() - arb(start + 1).lgamma() - arb(draws - start + 1).lgamma()
    first = (ways + start * logs[0] + (draws - start) * logs[1]).exp()
    total = first * at(start)
    left, terms = arb(0), 0
    for step in (1, -1):
        count, weight = start, first
        while count != (draws if step > 0 else 0):
            ratio = (
                odds * (draws - count) / (count + 1)
                if step > 0
                else count / (odds * (draws - count + 1))
            )
            if ratio < 1 and weight * ratio / (1 - ratio) < arb(2) ** -_NEGLIGIBLE:
                left += weight * ratio / (1 - ratio)
                break
            weight, count, terms = weight * ratio, count + step, terms + 1
            if terms > MOST_TERMS:
                raise StructureError(f"more than {MOST_TERMS:,} counts are likely")
            total += weight * at(count)
    rest = arb(0).union(left.upper()) * ball(whole)
    return enclosure(total + rest)
