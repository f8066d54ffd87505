r"""Several choices of a large crowd: the independent checker's own expectations and derivatives.

It shares no code with the solvers, and takes another route than they do.

- *N members* who each choose at random: a formula of degree d in the counts of the N - 1 others is
  expected by Newton's forward differences on the counts :math:`\alpha` with
  :math:`|\alpha| \le d`, each evaluated as one profile:

  .. math:: \operatorname{E} u(n) = \sum_{|\alpha| \le d} \Delta^\alpha u(0) \,
            \frac{(N - 1)!}{(N - 1 - |\alpha|)!} \prod_b \frac{p_b^{\alpha_b}}{\alpha_b!} .

  That its degree is d, and that no condition in it changes its truth with the counts, is shown by
  walking the formula once.
- *A continuum*: the derivative of a formula in the share of one choice, by the rules of calculus in
  rational enclosures. Where a condition is open, it is not known.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.enclosing import enclosed
from pigou.exact import Enclosure
from pigou.expression import If, Lookup, Total, each, symbol

__all__ = [
    "degree_in_counts",
    "derivative_in_share",
    "expected_over_draws",
    "the_one_count",
    "with_one_more",
]

ZERO, ONE = Enclosure.point(0), Enclosure.point(1)
UNKNOWN = Enclosure(-(Fraction(10) ** 60), Fraction(10) ** 60)
_LARGEST_DEGREE = 30

Values = Mapping[str, Enclosure]
Members = Sequence[tuple[Enclosure, Values]]
"""For each choice: how many members take it (or which share), and the values of their moves."""


def expected_over_draws(
    value: Callable[[tuple[int, ...]], Enclosure],
    degree: int,
    draws: int,
    shares: Sequence[Enclosure],
) -> Enclosure:
    """Expect a polynomial in counts over independent draws.

    Parameters
    ----------
    value : callable
        Its value where so many take each choice.
    degree : int
        A bound on its degree.
    draws : int
    shares : sequence of Enclosure
        How likely each choice is.

    Examples
    --------
    >>> half, quarter = Enclosure.point("1/2"), Enclosure.point("1/4")
    >>> expected_over_draws(
    ...     lambda n: Enclosure.point(n[1] * n[2]), 2, 10**9, [quarter, half, quarter]
    ... ) == Enclosure.point(Fraction(10**9 * (10**9 - 1), 8))
    True
    """
    degree = min(degree, draws)
    first = max(range(len(shares)), key=lambda a: shares[a].lower)
    rest = [a for a in range(len(shares)) if a != first and shares[a].upper > 0]
    known: dict[tuple[int, ...], Enclosure] = {}
    for row in _rows(len(rest), degree):
        counts = [0] * len(shares)
        for a, n in zip(rest, row, strict=True):
            counts[a] = n
        counts[first] = draws - sum(row)
        known[row] = value(tuple(counts))
    total = ZERO
    for row in known:
        weight = Enclosure.point(math.prod(range(draws, draws - sum(row), -1)))
        for a, n in zip(rest, row, strict=True):
            for k in range(1, n + 1):
                weight = weight * shares[a] * Enclosure.point(Fraction(1, k))
        total += weight * _difference(known, row)
    return total


def _rows(length: int, most: int) -> list[tuple[int, ...]]:
    return [r for r in itertools.product(range(most + 1), repeat=length) if sum(r) <= most]


def _difference(known: Mapping[tuple[int, ...], Enclosure], row: tuple[int, ...]) -> Enclosure:
    total = ZERO
    for less in itertools.product(*(range(n + 1) for n in row)):
        ways = math.prod(math.comb(n, k) for n, k in zip(row, less, strict=True))
        sign = -1 if (sum(row) - sum(less)) % 2 else 1
        total += Enclosure.point(sign * ways) * known[less]
    return total


def degree_in_counts(node: sp.Basic, values: Values, members: Members) -> int | None:
    """Return a bound on the degree of a formula in counts; None if it may be no polynomial.

    Parameters
    ----------
    node : sympy expression
    values : mapping of str to Enclosure
        Of parameters and draws, and of the own moves of the one whose payoff it is.
    members : sequence of (Enclosure, mapping)
        For each choice, all numbers of members that may take it, and the values of their moves.

    Examples
    --------
    >>> from pigou.expression import symbol
    >>> number = Total(each("up"), symbol("firm"))
    >>> any_number = Enclosure(Fraction(0), Fraction(9))
    >>> members = [(any_number, {"up": ZERO}), (any_number, {"up": ONE})]
    >>> degree_in_counts(number**2 - number, {}, members)
    2
    >>> degree_in_counts(If(number >= 3, number, 0), {}, members) is None
    True
    """
    if node.is_Rational or isinstance(node, sp.Symbol):
        return 0
    if isinstance(node, If):
        truth = _truth(node.args[0], values, members)
        if truth is None:
            return None
        return degree_in_counts(node.args[1 if truth else 2], values, members)
    if isinstance(node, Total):
        inside = [{**values, **{each(k).name: v for k, v in own.items()}} for _, own in members]
        parts = [degree_in_counts(node.args[0], state, members) for state in inside]
        return None if None in parts else 1 + max(p for p in parts if p is not None)
    if isinstance(node, Lookup):
        return degree_in_counts(_entry(node, values), values, members)
    parts = [degree_in_counts(part, values, members) for part in node.args]
    numbers = [p for p in parts if p is not None]
    if len(numbers) < len(parts):
        return None
    if not any(numbers):
        return 0
    found = None
    if isinstance(node, sp.Add):
        found = max(numbers)
    elif isinstance(node, sp.Mul):
        found = sum(numbers)
    elif isinstance(node, sp.Pow) and node.args[1].is_Integer and node.args[1] >= 0:
        found = numbers[0] * int(node.args[1])
    return found if found is not None and found <= _LARGEST_DEGREE else None


def _truth(condition: sp.Basic, values: Values, members: Members) -> bool | None:
    """Decide a condition by bounds; None if it is open."""
    try:
        found = enclosed(If(condition, sp.S.One, sp.S.Zero), values, lambda _: members)
    except ZeroDivisionError:
        return None
    return bool(found.lower) if found.is_exact else None


def _entry(node: Lookup, values: Values) -> sp.Expr:
    points = [values[s.name].lower for s in node.args[0]]
    numbers = [sp.Rational(p.numerator, p.denominator) for p in points]
    return Lookup.entry(numbers, *node.args[1:])


def with_one_more(formula: sp.Expr, values: Values) -> sp.Expr:
    """Return a formula with a member more, who takes a choice with these values, in every sum.

    Examples
    --------
    >>> from pigou.expression import symbol
    >>> with_one_more(Total(each("up"), symbol("firm")) ** 2, {"up": ONE})
    (sum(up) + 1)**2
    """
    own = _numbers(values, each)
    return formula.xreplace({t: t + t.args[0].xreplace(own) for t in formula.atoms(Total)})


def the_one_count(formula: sp.Expr, own: Values, choices: Sequence[Values]) -> int | None:
    """Return a choice such that a formula depends on no other count than of those who take it.

    None if there is none: some sum then tells two of the others apart.

    Parameters
    ----------
    formula : sympy expression
    own : mapping of str to Enclosure
        The values of the own moves of the one whose payoff it is.
    choices : sequence of mapping of str to Enclosure
        The values of the moves under each choice that is taken.

    Examples
    --------
    >>> from pigou.expression import symbol
    >>> number = Total(If(sp.Eq(each("go"), 2), 1, 0), symbol("firm"))
    >>> three = [{"go": Enclosure.point(k)} for k in range(3)]
    >>> the_one_count(If(number >= 7, 1, 0), {}, three)
    2
    """
    plain = formula.xreplace(_numbers(own, symbol))
    rows = []
    for total in plain.atoms(Total):
        found = [total.args[0].xreplace(_numbers(values, each)) for values in choices]
        rows.append(found)
    for place in reversed(range(len(choices))):
        others = [[v for k, v in enumerate(row) if k != place] for row in rows]
        if all(v == row[0] for row in others for v in row):
            return place
    return None


def _numbers(values: Values, name: Callable[[str], sp.Symbol]) -> dict[sp.Basic, sp.Basic]:
    return {name(k): sp.Rational(v.lower.numerator, v.lower.denominator) for k, v in values.items()}


# -- a continuum --------------------------------------------------------------------------------


class _Open(Exception):
    """A condition cannot be decided, so that there is no derivative to be known."""


Dual = tuple[Enclosure, Enclosure]


def derivative_in_share(
    formula: sp.Expr, values: Values, members: Members, choice: int
) -> Enclosure:
    """Enclose the derivative of a formula in the share of one choice, others held fixed.

    It is a very wide enclosure where it is not known to exist.

    Examples
    --------
    >>> from pigou.expression import symbol
    >>> share = Total(each("up"), symbol("firm"))
    >>> members = [(Enclosure.point("2/3"), {"up": ZERO}), (Enclosure.point("1/3"), {"up": ONE})]
    >>> derivative_in_share(share**2 + 1 / (1 + share), {}, members, 1)
    Enclosure(5/48)
    """
    try:
        return _dual(formula, values, members, choice)[1]
    except (_Open, ZeroDivisionError):
        return UNKNOWN


def _dual(node: sp.Basic, values: Values, members: Members, choice: int) -> Dual:
    """Return the value and the derivative of a formula."""
    if isinstance(node, If):
        truth = _truth(node.args[0], values, members)
        if truth is None:
            raise _Open
        return _dual(node.args[1 if truth else 2], values, members, choice)
    if isinstance(node, Total):
        value, slope = ZERO, ZERO
        for place, (share, own) in enumerate(members):
            inside = {**values, **{each(k).name: v for k, v in own.items()}}
            v, d = _dual(node.args[0], inside, members, choice)
            value, slope = value + share * v, slope + share * d
            slope = slope + v if place == choice else slope
        return value, slope
    if isinstance(node, Lookup):
        return _dual(_entry(node, values), values, members, choice)
    if not node.has(Total):
        return enclosed(node, values, lambda _: members), ZERO
    parts = [_dual(part, values, members, choice) for part in node.args]
    return _operated(node, parts)


def _operated(node: sp.Basic, parts: list[Dual]) -> Dual:
    if isinstance(node, sp.Add):
        return sum((v for v, _ in parts), ZERO), sum((d for _, d in parts), ZERO)
    if isinstance(node, sp.Mul):
        value, slope = ONE, ZERO
        for v, d in parts:
            value, slope = value * v, slope * v + value * d
        return value, slope
    if isinstance(node, sp.Abs):
        parts = [parts[0], (-parts[0][0], -parts[0][1])]
    if isinstance(node, sp.Max | sp.Min | sp.Abs):
        return _extreme(parts, not isinstance(node, sp.Min))
    (value, slope), *rest = parts
    u = sp.Symbol("u", real=True)
    plain = sp.Pow(u, node.args[1], evaluate=False) if rest else type(node)(u)
    if rest and not node.args[1].is_Rational:
        raise _Open
    known = {"u": value}
    return enclosed(plain, known), enclosed(sp.diff(plain, u), known) * slope


def _extreme(parts: list[Dual], largest: bool) -> Dual:
    for one in parts:
        gaps: list[Any] = [one[0] - other[0] for other in parts if other is not one]
        if all(g.lower > 0 if largest else g.upper < 0 for g in gaps):
            return one
    raise _Open
