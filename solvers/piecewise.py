r"""Functions of a count, polynomial piece by piece: read from a formula, never listed by value.

In a population with two choices everything that a member earns is a function g of how many of the
others take the second choice, k = 0, ..., n. A threshold, a minimum or a case distinction cuts
:math:`\{0, \dots, n\}` into intervals; between the cuts g is a polynomial.

Steps
-----
1. The expression tree is walked once; sums, products and powers act piece by piece.
2. A comparison is cut where the difference of its sides changes sign: at the real roots of a
   polynomial, isolated exactly (`pigou.solvers.roots`), rounded to the whole numbers next to them.
   So the number of pieces depends on the formula and not on n.
3. What is divided by is cut at its zeros, and may hang on the count: then pieces are ratios of
   polynomials (`pigou.solvers.rational`).
4. The sum of f over all N members, m of whom take the second choice, is
   :math:`(N - m) f(a) + m f(b)`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import sympy as sp
from flint import fmpq, fmpq_poly

from pigou.errors import DeclarationError, StructureError
from pigou.expression import If, Lookup, Total, each
from pigou.solvers.rational import Ratio
from pigou.solvers.roots import real_roots

__all__ = [
    "CountFormula",
    "Piece",
    "Piecewise",
    "Run",
    "combined",
    "falling",
    "falling_factorial",
    "read_piecewise",
    "shifted",
    "sign_runs",
    "without_ratios",
]

MOST_PIECES = 2_000
_LARGEST_POWER = 100


class Piece(NamedTuple):
    """A polynomial in the count, or a truth value, on the whole numbers from low to high."""

    low: int
    high: int
    value: Any


class Run(NamedTuple):
    """Counts from low to high at which a function has the same sign, -1, 0 or 1."""

    low: int
    high: int
    sign: int


class Piecewise:
    """A function on the whole numbers from 0 to a top, polynomial piece by piece.

    Parameters
    ----------
    pieces : iterable of Piece
        With values that are ``fmpq_poly`` or `Ratio`, in order and without gaps.

    Raises
    ------
    StructureError
        If there are more than 2,000 pieces.

    Examples
    --------
    >>> step = Piecewise([Piece(0, 4, fmpq_poly([-1])), Piece(5, 9, fmpq_poly([-1, 1]))])
    >>> step(4), step(5), [run.sign for run in step.runs], step.changes
    (-1, 4, [-1, 1], 1)
    >>> step.sum, step.largest
    (25, (8, ((9, 9),)))
    """

    def __init__(self, pieces: Iterable[Piece]):
        self.pieces = _merged(pieces)

    @property
    def top(self) -> int:
        """The largest count."""
        return self.pieces[-1].high

    def __call__(self, count: int) -> Any:
        """Return the exact value at a count."""
        for piece in self.pieces:
            if piece.low <= count <= piece.high:
                return piece.value(fmpq(count))
        raise ValueError(f"{count} is not a count from 0 to {self.top}")

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The intervals of counts with the same sign, in order."""
        found: list[Run] = []
        for piece in self.pieces:
            for run in sign_runs(piece.value, piece.low, piece.high):
                if found and found[-1].sign == run.sign:
                    found[-1] = found[-1]._replace(high=run.high)
                else:
                    found.append(run)
        return tuple(found)

    @cached_property
    def changes(self) -> int:
        """How often the sign changes from 0 to the top, zeros left out."""
        signs = [run.sign for run in self.runs if run.sign]
        return sum(a != b for a, b in itertools.pairwise(signs))

    @cached_property
    def is_polynomial(self) -> bool:
        """Whether no piece is a ratio of polynomials."""
        return not any(isinstance(piece.value, Ratio) for piece in self.pieces)

    @cached_property
    def degree(self) -> int:
        """The largest degree of a piece."""
        return max(int(piece.value.degree()) for piece in self.pieces)

    @cached_property
    def bound(self) -> Any:
        """A bound on the absolute value (the exact maximum up to cancellation within a piece)."""
        largest = fmpq(0)
        for low, high, value in self.pieces:
            if isinstance(value, Ratio):
                largest = max(largest, value.bound(low, high))
                continue
            shifted = value(fmpq_poly([low, 1]))
            width = fmpq(high - low)
            size = sum((abs(c) * width**i for i, c in enumerate(shifted.coeffs())), fmpq(0))
            largest = max(largest, size)
        return largest

    @cached_property
    def sum(self) -> Any:
        """The sum over all counts: sums of falling factorials are falling factorials again."""
        total = fmpq(0)
        for low, high, value in self.pieces:
            if isinstance(value, Ratio):
                total += sum((value(fmpq(k)) for k in range(low, high + 1)), fmpq(0))
                continue
            for j, coefficient in enumerate(falling(value)):
                ends = (falling_factorial(n, j + 1) for n in (high + 1, low))
                total += coefficient * fmpq(next(ends) - next(ends), j + 1)
        return total

    @cached_property
    def largest(self) -> tuple[Any, tuple[tuple[int, int], ...]]:
        """The largest value, and the intervals of counts at which it is taken.

        Within a piece it is at an end, or next to a root of the derivative or of a denominator.
        """
        best: Any = None
        where: list[tuple[int, int]] = []
        for low, high, value in self.pieces:
            slope = value.slope if isinstance(value, Ratio) else value.derivative()
            places = {(low, high)} if slope.is_zero() else {(low, low), (high, high)}
            poles = value.beside_poles(low, high) if isinstance(value, Ratio) else ()
            places |= {(n, n) for n in poles if low <= n <= high}
            roots = real_roots(slope, low, high) if slope.degree() > 0 else []
            for root in roots:
                for end in (root.enclosure.lower, root.enclosure.upper):
                    places |= {(n, n) for n in (math.floor(end), math.ceil(end))}
            for first, last in sorted(places):
                here = value(fmpq(first))
                if best is None or here > best:
                    best, where = here, []
                if here == best:
                    where.append((first, last))
        return best, tuple(where)

    def difference(self) -> Piecewise:
        """Return :math:`g(k + 1) - g(k)` on the whole numbers from 0 to one less than the top.

        Examples
        --------
        >>> step = Piecewise([Piece(0, 4, fmpq_poly([-1])), Piece(5, 9, fmpq_poly([-1, 1]))])
        >>> [str(step.difference()(k)) for k in (3, 4, 5)]
        ['0', '5', '1']
        """
        found = []
        for number, (low, high, value) in enumerate(self.pieces):
            if high > low:
                found.append(Piece(low, high - 1, shifted(value, 1) - value))
            if number + 1 < len(self.pieces):
                jump = self.pieces[number + 1].value(fmpq(high + 1)) - value(fmpq(high))
                found.append(Piece(high, high, fmpq_poly([jump])))
        return Piecewise(found)

    def __sub__(self, other: Piecewise) -> Piecewise:
        return Piecewise(combined([self.pieces, other.pieces], lambda a, b: a - b))


def shifted(value: Any, by: int) -> Any:
    """Return :math:`g(k + s)` for a polynomial or a ratio g.

    Examples
    --------
    >>> shifted(Ratio(1, fmpq_poly([0, 1])), 2)
    Ratio(1, x + 2)
    """
    if isinstance(value, Ratio):
        return Ratio(shifted(value.over, by), shifted(value.under, by))
    return value(fmpq_poly([by, 1]))


def sign_runs(polynomial: Any, low: int, high: int) -> list[Run]:
    """Return where a polynomial, or a ratio that is defined there, has which sign on whole numbers.

    Examples
    --------
    >>> [tuple(run) for run in sign_runs(fmpq_poly([-6, -1, 1]), 0, 10**9)]
    [(0, 2, -1), (3, 3, 0), (4, 1000000000, 1)]
    """
    if isinstance(polynomial, Ratio):
        return sign_runs(polynomial.sign, low, high)
    if polynomial.degree() < 1:
        return [Run(low, high, _sign(polynomial(fmpq(low))))]
    cuts = {low}
    for root in real_roots(polynomial, low - 1, high + 1):
        ends = (math.floor(root.enclosure.lower), math.floor(root.enclosure.upper))
        cuts |= {n + step for n in ends for step in (0, 1)}
    starts = sorted(n for n in cuts if low <= n <= high)
    found: list[Run] = []
    for start, after in zip(starts, [*starts[1:], high + 1], strict=True):
        sign = _sign(polynomial(fmpq(start)))
        if found and found[-1].sign == sign:
            found[-1] = found[-1]._replace(high=after - 1)
        else:
            found.append(Run(start, after - 1, sign))
    return found


def _sign(number: Any) -> int:
    return int(number > 0) - int(number < 0)


def _merged(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Join neighbours with the same value."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].value == piece.value:
            found[-1] = found[-1]._replace(high=piece.high)
        else:
            found.append(piece)
    if len(found) > MOST_PIECES:
        raise StructureError(
            f"a payoff has {len(found):,} pieces as a function of the number of members who take "
            f"a choice; at most {MOST_PIECES:,} are solved"
        )
    return tuple(found)


def combined(parts: list[tuple[Piece, ...]], join: Callable[..., Any]) -> tuple[Piece, ...]:
    """Apply an operation piece by piece, on the common refinement of its arguments.

    Examples
    --------
    >>> steps = [(Piece(0, 3, 1), Piece(4, 9, 2)), (Piece(0, 9, 5),)]
    >>> [tuple(piece) for piece in combined(steps, lambda a, b: a + b)]
    [(0, 3, 6), (4, 9, 7)]
    """
    if not parts:
        raise ValueError("an operation without arguments")
    lows = sorted({piece.low for pieces in parts for piece in pieces})
    top = parts[0][-1].high
    places = [0] * len(parts)
    found = []
    for low, after in zip(lows, [*lows[1:], top + 1], strict=True):
        for number, pieces in enumerate(parts):
            while pieces[places[number]].high < low:
                places[number] += 1
        values = (pieces[place].value for pieces, place in zip(parts, places, strict=True))
        found.append(Piece(low, after - 1, join(*values)))
    return _merged(found)


def falling_factorial(number: int, length: int) -> int:
    """Return n (n - 1) ... with so many factors.

    Examples
    --------
    >>> falling_factorial(5, 2), falling_factorial(5, 0)
    (20, 1)
    """
    return math.prod(range(number, number - length, -1))


def without_ratios(function: Piecewise) -> Piecewise:
    """Return a function whose pieces are polynomials, as it is.

    Raises
    ------
    StructureError
        If a piece is a ratio of polynomials.

    Examples
    --------
    >>> without_ratios(Piecewise([Piece(0, 9, fmpq_poly([0, 1]))]))(4)
    4
    """
    if not function.is_polynomial:
        raise StructureError(
            "a payoff is not polynomial in the number of members who take a choice, piece by piece"
        )
    return function


def falling(polynomial: fmpq_poly) -> list[Any]:
    """Return the coefficients of a polynomial in falling factorials: k**2 is k (k - 1) + k.

    Examples
    --------
    >>> [str(c) for c in falling(fmpq_poly([0, 0, 1]))]
    ['0', '1', '1']
    """
    found, rest = [], polynomial
    for step in range(polynomial.degree() + 1):
        found.append(rest(fmpq(step)))
        rest = (rest - rest(fmpq(step))) // fmpq_poly([-step, 1])
    return found


class CountFormula(NamedTuple):
    """What a formula is about: the others' counts, the values that are given, the members' choices.

    Attributes
    ----------
    top : int
        The largest count k of others who take the second choice.
    size : int
        The number of members N in all.
    taking : fmpq_poly
        How many members take the second choice, as a polynomial in k: k, or k + 1.
    values : mapping of str to fmpq
        Values of parameters, draws and of the member's own moves.
    choices : tuple of mapping of str to fmpq
        The values of the move under the first and under the second choice.
    population : str
    """

    top: int
    size: int
    taking: Any
    values: Mapping[str, Any]
    choices: tuple[Mapping[str, Any], Mapping[str, Any]]
    population: str


def read_piecewise(formula: sp.Basic, about: CountFormula) -> Piecewise:
    """Read a formula as a function of the count.

    Raises
    ------
    StructureError
        If it is not rational in the count, piece by piece, with rational coefficients.
    DeclarationError
        If it divides by zero.

    Examples
    --------
    >>> from pigou.expression import symbol
    >>> one, zero = {"up": fmpq(1)}, {"up": fmpq(0)}
    >>> about = CountFormula(10**9 - 1, 10**9, fmpq_poly([1, 1]), one, (zero, one), "firm")
    >>> number = Total(each("up"), symbol("firm"))
    >>> gain = read_piecewise(If(number >= 1000, number**2, 0), about)
    >>> [(piece.low, piece.high) for piece in gain.pieces], gain(999)
    ([(0, 998), (999, 999999999)], 1000000)
    """
    return Piecewise(_walk(formula, about))


def _walk(node: sp.Basic, about: CountFormula) -> tuple[Piece, ...]:
    if node.is_Rational:
        return _constant(fmpq(int(node.p), int(node.q)), about)
    if isinstance(node, sp.Symbol):
        return _constant(about.values[node.name], about)
    if node in (sp.true, sp.false):
        return (Piece(0, about.top, bool(node == sp.true)),)
    if isinstance(node, Total):
        return _total(node, about)
    if isinstance(node, Lookup):
        where = [_number(_walk(part, about), node) for part in node.args[0]]
        numbers = [sp.Rational(int(v.p), int(v.q)) for v in where]
        return _walk(Lookup.entry(numbers, *node.args[1:]), about)
    if isinstance(node, If):
        return _branched(node, about)
    parts = [_walk(part, about) for part in node.args]
    return _operated(node, parts)


def _constant(value: Any, about: CountFormula) -> tuple[Piece, ...]:
    return (Piece(0, about.top, fmpq_poly([value])),)


def _number(pieces: tuple[Piece, ...], node: sp.Basic) -> Any:
    """Return the value of a part that does not depend on the count."""
    value = pieces[0].value
    if isinstance(value, Ratio) and value.is_constant:
        return value(fmpq(0))
    if len(pieces) > 1 or isinstance(value, Ratio) or value.degree() > 0:
        raise _unfit(node)
    return pieces[0].value(fmpq(0))


def _unfit(node: sp.Basic) -> StructureError:
    return StructureError(
        f"'{node}' is not rational in the number of members who take a choice, piece by piece"
    )


def _total(node: Total, about: CountFormula) -> tuple[Piece, ...]:
    if node.args[1].name != about.population:
        raise _unfit(node)
    sums = []
    for own in about.choices:
        inside = {**about.values, **{each(name).name: value for name, value in own.items()}}
        sums.append(_walk(node.args[0], about._replace(values=inside)))
    staying, taking = about.size - about.taking, about.taking
    return combined(sums, lambda a, b: staying * a + taking * b)


def _branched(node: If, about: CountFormula) -> tuple[Piece, ...]:
    """Read each branch only where its condition may hold: the other may have no value there."""
    truth = _walk(node.args[0], about)
    known = {piece.value for piece in truth}
    if len(known) == 1:
        return _walk(node.args[1 if known.pop() else 2], about)
    then, otherwise = (_walk(part, about) for part in node.args[1:])
    return combined([truth, then, otherwise], lambda t, a, b: a if t else b)


def _operated(node: sp.Basic, parts: list[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    if isinstance(node, sp.Add):
        return combined(parts, lambda *v: sum(v, fmpq_poly([0])))
    if isinstance(node, sp.Mul):
        return combined(parts, lambda *v: math.prod(v, start=fmpq_poly([1])))
    if isinstance(node, sp.Pow):
        return _powered(node, parts)
    if isinstance(node, sp.And):
        return combined(parts, lambda *v: all(v))
    if isinstance(node, sp.Or):
        return combined(parts, lambda *v: any(v))
    if isinstance(node, sp.Not):
        return combined(parts, lambda v: not v)
    if isinstance(node, sp.Max | sp.Min):
        found = parts[0]
        for part in parts[1:]:
            found = _larger(found, part, isinstance(node, sp.Max))
        return found
    if isinstance(node, sp.Abs):
        return _larger(parts[0], combined(parts, lambda v: -v), True)
    if type(node) in _HOLDS:
        return _compared(parts, _HOLDS[type(node)])
    raise _unfit(node)


def _powered(node: sp.Basic, parts: list[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    exponent = _number(parts[1], node)
    power = int(exponent.p)
    if exponent.q != 1 or abs(power) > _LARGEST_POWER:
        raise _unfit(node)
    if power >= 0:
        return combined(parts[:1], lambda v: v**power)
    return tuple(
        Piece(run.low, run.high, _inverted(piece.value, power))
        for piece in parts[0]
        for run in sign_runs(piece.value, piece.low, piece.high)
        if _is_divisor(run, piece.value)
    )


def _is_divisor(run: Run, value: Any) -> bool:
    if run.sign == 0:
        hangs = not (isinstance(value, fmpq_poly) and value.degree() < 1)
        where = f" and a count of {run.low:,}" if hangs else ""
        raise DeclarationError(f"a payoff divides by zero at these parameter values{where}")
    return True


def _inverted(value: Any, power: int) -> Any:
    if isinstance(value, fmpq_poly) and value.degree() < 1:
        return fmpq_poly([value(fmpq(0)) ** power])
    return (value if isinstance(value, Ratio) else Ratio(value)) ** power


def _larger(one: tuple[Piece, ...], other: tuple[Piece, ...], larger: bool) -> tuple[Piece, ...]:
    """Return the larger (or the smaller) of two functions."""
    ahead = _compared([one, other], frozenset({0, 1}) if larger else frozenset({-1, 0}))
    return combined([ahead, one, other], lambda t, a, b: a if t else b)


def _compared(parts: list[tuple[Piece, ...]], holds: frozenset[int]) -> tuple[Piece, ...]:
    """Return where the sign of left less right is one of those with which a relation holds."""
    gaps = combined(parts, lambda a, b: a - b)
    return _merged(
        Piece(run.low, run.high, run.sign in holds)
        for low, high, value in gaps
        for run in sign_runs(value, low, high)
    )


_HOLDS: dict[type, frozenset[int]] = {
    sp.StrictLessThan: frozenset({-1}),
    sp.LessThan: frozenset({-1, 0}),
    sp.StrictGreaterThan: frozenset({1}),
    sp.GreaterThan: frozenset({0, 1}),
    sp.Equality: frozenset({0}),
    sp.Unequality: frozenset({-1, 1}),
}
