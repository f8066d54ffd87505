r"""A finite game along the strength of a reform: exact strengths at which something changes.

Steps
-----
1. In a formula that holds the strength s in sums, products and whole powers only, the degree in s
   is bounded by the formula's shape. A payoff at a profile is then a polynomial in s, found exactly
   from its values at as many strengths as it has coefficients (interpolation).
2. *Critical strengths* are the real roots of the polynomials whose signs decide the question:

   - differences of the payoffs of two choices at a pure profile of the others: between them, what
     dominates what, and which pure profiles are equilibria, stays as it is;
   - for two players, also the minors of each player's best-reply polyhedron
     :math:`\{(x, v): x \ge 0,\ B^\top x \le v\}`, as many rows at a time as x has entries, and
     one more for v: between their roots the vertices keep their labels, so that the equilibria,
     mixed ones included, keep their supports, and none appears or vanishes.
3. They cut the strengths into cells. In a cell one strength stands for all.

Sources
-------
Interpolation and root isolation as in `pigou.solvers.roots`; best-reply polyhedra and labels: von
Stengel (2002), Handbook of Game Theory 3:1723-1759.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import fmpq, fmpq_mat, fmpq_poly, fmpz_poly

from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.expression import If, Lookup, Total, names_in
from pigou.game import Game
from pigou.solvers.form import Allowed, Counts, FiniteForm, finite_form, joined
from pigou.solvers.roots import real_roots

__all__ = [
    "Cell",
    "Critical",
    "StrengthForm",
    "cells",
    "constant",
    "degree_in",
    "enclosed_value",
    "ends_of",
    "interpolated",
    "simplest",
    "strength_form",
    "value_at",
]

MOST_PROFILES = 50_000
MOST_MINORS = 6_000
HIGHEST_DEGREE = 12


class Critical(NamedTuple):
    """A critical strength: exact where it is rational, else enclosed to 100 digits.

    Attributes
    ----------
    value : Enclosure
    root_of : str
        The polynomial of which it is a root, where it is not rational.

    Examples
    --------
    >>> Critical(Enclosure.point("3/8"), "").exact
    Fraction(3, 8)
    """

    value: Enclosure
    root_of: str

    @property
    def exact(self) -> Fraction | None:
        """The strength itself, where it is rational."""
        return self.value.lower if self.value.is_exact else None


class Cell(NamedTuple):
    """An open interval of strengths between neighbouring critical ones.

    Attributes
    ----------
    low : Critical
    high : Critical or None
        No upper end where there is none.
    samples : tuple of Fraction
        Strengths inside, in increasing order.

    Examples
    --------
    >>> Cell(Critical(Enclosure.point(0), ""), None, (Fraction(1),)).samples
    (Fraction(1, 1),)
    """

    low: Critical
    high: Critical | None
    samples: tuple[Fraction, ...]


def degree_in(formula: Any, name: str) -> int | None:
    """Return a bound on the degree of a formula in a symbol; None if it is no polynomial in it.

    Examples
    --------
    >>> from pigou import read_expression
    >>> degree_in(read_expression("(s + x)*s*x", ["s", "x"]), "s")
    2
    >>> degree_in(read_expression("if(s > x, 1, 0)", ["s", "x"]), "s") is None
    True
    """
    if name not in names_in(formula):
        return 0
    if formula.is_Symbol:
        return 1
    if isinstance(formula, Total):
        return degree_in(formula.args[0], name)
    if isinstance(formula, Lookup):
        if any(name in names_in(s) for s in formula.args[0]):
            return None
        return _largest(degree_in(entry, name) for entry in formula.args[2])
    if isinstance(formula, If):
        if name in names_in(formula.args[0]):
            return None
        return _largest(degree_in(part, name) for part in formula.args[1:])
    degrees = [degree_in(part, name) for part in formula.args]
    if isinstance(formula, sp.Add):
        return _largest(degrees)
    if isinstance(formula, sp.Mul):
        return None if None in degrees else sum(d for d in degrees if d is not None)
    if isinstance(formula, sp.Pow) and formula.exp.is_Integer and formula.exp > 0:
        return None if degrees[0] is None else degrees[0] * int(formula.exp)
    return None


def _largest(degrees: Iterable[int | None]) -> int | None:
    listed = list(degrees)
    return None if None in listed else max((d for d in listed if d is not None), default=0)


class StrengthForm:
    """A finite game whose payoffs are polynomials in one parameter, the strength.

    Parameters
    ----------
    game : Game
    name : str
        The parameter.
    at : mapping of str to number
        The values of the others.
    degree : int
        A bound on the degree of payoffs, surplus and transfers.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> reformed = model.reform("uniform_subsidy")(model.game)
    >>> form = strength_form(reformed, "subsidy", {"firms": 3, "threshold": 1})
    >>> form.payoff(0, 1, ((2, 1),))  # a firm that upgrades alone
    x + (-3/8)
    """

    def __init__(self, game: Game, name: str, at: Mapping[str, Any], degree: int):
        self.game, self.name, self.degree = game, name, degree
        self.at = {k: v for k, v in at.items() if k != name}
        self._forms: dict[Fraction, FiniteForm] = {}
        parameter = game.parameter(name)
        points = (Fraction(n, d) for d in (1, 97, -1, -97) for n in range(200))
        allowed = (p for p in dict.fromkeys(points) if _in_domain(parameter, p))
        self.nodes = list(itertools.islice(allowed, degree + 1))
        if len(self.nodes) <= degree:
            raise StructureError(f"parameter '{name}' can take too few values to be followed")
        first = self.form(self.nodes[0])
        self.groups = first.groups
        self._polynomials: dict[Any, Any] = {}

    @property
    def everything(self) -> Allowed:
        """All actions of all groups."""
        return tuple(tuple(range(len(g.actions))) for g in self.groups)

    def form(self, strength: Fraction) -> FiniteForm:
        """Return the game at one strength."""
        if strength not in self._forms:
            self._forms[strength] = finite_form(self.game, {**self.at, self.name: strength})
        return self._forms[strength]

    @property
    def rounded(self) -> bool:
        """Whether some payoff met so far is irrational and was rounded."""
        return any(form.rounded for form in self._forms.values())

    def payoff(self, group: int, action: int, counts: Counts) -> Any:
        """Return a member's payoff as a polynomial in the strength."""
        return self._polynomial((group, action, counts), lambda f: f.payoff(group, action, counts))

    def value(self, formula: sp.Expr, counts: Counts) -> Any:
        """Return the value of a formula over totals and parameters as a polynomial."""
        return self._polynomial((formula, counts), lambda f: f.value(formula, counts))

    def _polynomial(self, key: Any, evaluate: Any) -> Any:
        if key not in self._polynomials:
            values = [evaluate(self.form(node)) for node in self.nodes]
            self._polynomials[key] = interpolated(self.nodes, values)
        return self._polynomials[key]

    # -- what decides ---------------------------------------------------------------------------

    def gains_from(self, counts: Counts) -> Iterator[Any]:
        """Yield what each deviation from a pure profile gains, as polynomials."""
        for group, row in enumerate(counts):
            for action, number in enumerate(row):
                for other in range(len(row)):
                    if number and other != action:
                        rest = _without(counts, group, action)
                        moved = joined(rest, group, other)
                        yield self.payoff(group, other, moved) - self.payoff(group, action, counts)

    def pure_gaps(self) -> Iterator[Any]:
        """Yield all differences of the payoffs of two choices, the others' profile given.

        Raises
        ------
        StructureError
            If there are more than 50,000 profiles.
        """
        number = self.form(self.nodes[0]).number_of_profiles(self.everything)
        if number > MOST_PROFILES:
            raise StructureError(
                f"game '{self.game.name}' has {number:,} pure profiles; at most {MOST_PROFILES:,} "
                "are followed along a reform"
            )
        for group, actions in enumerate(self.everything):
            for rest in self.form(self.nodes[0]).profiles(self.everything, without=group):
                payoffs = [self.payoff(group, a, joined(rest, group, a)) for a in actions]
                for one, other in itertools.combinations(payoffs, 2):
                    yield other - one

    def laplacian_gap(self) -> Any | None:
        """Return what the second choice of one population gains under Laplacian beliefs."""
        if len(self.groups) != 1 or len(self.groups[0].actions) != 2:
            return None
        total = fmpq_poly([0])
        for (row,) in self.form(self.nodes[0]).profiles(self.everything, without=0):
            rest = (row,)
            total += self.payoff(0, 1, joined(rest, 0, 1)) - self.payoff(0, 0, joined(rest, 0, 0))
        return total

    @property
    def is_two_players(self) -> bool:
        """Whether two single players move."""
        return len(self.groups) == 2 and all(g.size == 1 for g in self.groups)

    @property
    def is_one_crowd(self) -> bool:
        """Whether one population with two choices moves."""
        return len(self.groups) == 1 and len(self.groups[0].actions) == 2

    def minors(self) -> Iterator[Any] | None:
        """Yield the minors of both best-reply polyhedra; None if there are too many (step 2)."""
        m, n = (len(g.actions) for g in self.groups)
        if math.comb(m + n, m + 1) + math.comb(m + n, n + 1) > MOST_MINORS:
            return None
        return itertools.chain(self._minors(0), self._minors(1))

    def _minors(self, mixing: int) -> Iterator[Any]:
        """Yield the minors of the polyhedron of the mixtures of one player."""
        other = 1 - mixing
        m, n = (len(self.groups[i].actions) for i in (mixing, other))
        units = [[fmpq_poly([int(i == j)]) for j in range(m)] + [fmpq_poly([0])] for i in range(m)]
        replies = []
        for reply in range(n):
            row = []
            for action in range(m):
                pair = {mixing: _unit(action, m), other: _unit(reply, n)}
                row.append(self.payoff(other, reply, (pair[0], pair[1])))
            replies.append([*row, fmpq_poly([-1])])
        for rows in itertools.combinations([*units, *replies], m + 1):
            yield self._determinant(rows)

    def _determinant(self, rows: tuple[Any, ...]) -> Any:
        degree = sum(max(entry.degree() for entry in row) for row in rows)
        nodes = [Fraction(n) for n in range(max(degree, 0) + 1)]
        values = [
            fmpq_mat([[entry(_fmpq(node)) for entry in row] for row in rows]).det()
            for node in nodes
        ]
        return interpolated(nodes, values)


def strength_form(
    game: Game, name: str, at: Mapping[str, Any] | None = None
) -> StrengthForm | None:
    """Return a finite game along a parameter; None if something is no polynomial in it.

    Parameters
    ----------
    game : Game
        Finite, with simultaneous moves.
    name : str
        The parameter that is the strength.
    at : mapping of str to number, optional
        The values of the others; the defaults where none is given.

    Raises
    ------
    StructureError
        If the game is not finite with simultaneous moves.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> strength_form(game, "cost").degree, strength_form(game, "firms") is None
    (1, True)
    """
    if any(name in names_in(sp.sympify(size)) for size in _sizes(game)):
        return None
    formulas = [game.payoff(p.name) for p in game.players]
    formulas += [b.surplus for b in game.bystanders] + [t.amount for t in game.transfers]
    degrees = [degree_in(formula, name) for formula in formulas]
    odds = [degree_in(p, name) for c in game.chance for _, p in c.outcomes.values()]
    whole = _largest([_largest(degrees), *odds])
    degree = None if whole is None else (_largest(degrees) or 0) + sum(d or 0 for d in odds)
    if degree is None or degree > HIGHEST_DEGREE:
        return None
    return StrengthForm(game, name, dict(at or {}), degree)


def _sizes(game: Game) -> Iterator[Any]:
    for player in game.players:
        yield player.size
        for kind in player.types:
            yield kind.size
            yield from kind.values.values()


def _in_domain(parameter: Any, value: Fraction) -> bool:
    try:
        parameter.check(value)
    except DeclarationError:
        return False
    return True


# -- cells (step 3) ---------------------------------------------------------------------------


def cells(
    polynomials: Iterable[Any], low: Fraction, high: Fraction | None, samples: int = 1
) -> tuple[list[Critical], list[Cell]]:
    """Return the roots of some polynomials between two strengths, and the cells between them.

    Parameters
    ----------
    polynomials : iterable of fmpq_poly
    low, high : Fraction
        From where to where; None for no upper end. `low` itself counts as critical.
    samples : int
        How many strengths to pick in each cell.

    Examples
    --------
    >>> x = fmpq_poly([0, 1])
    >>> points, parts = cells([x**2 - 2, 2 * x - 1], Fraction(0), None)
    >>> [str(p.value) for p in points], [str(c.samples[0]) for c in parts]
    (['0', '1/2', '1.41421'], ['1/3', '1', '3'])
    """
    factors = dict.fromkeys(f for p in polynomials for f in _factors(p))
    found = []
    for factor in factors:
        polynomial = fmpq_poly(list(factor))
        top = _bound(polynomial) if high is None else high
        if top > low:
            for root in real_roots(polynomial, _fmpq(low), _fmpq(top)):
                shown = "" if root.exact is not None else str(polynomial).replace("x", "s")
                found.append(Critical(root.enclosure, shown))
    found.sort(key=lambda one: one.value.lower)
    for one, other in itertools.pairwise(found):
        if one.value.overlaps(other.value):
            raise StructureError("two critical strengths are too close to be told apart")
    points = [Critical(Enclosure.point(low), ""), *found]
    if high is not None and high > low:
        points.append(Critical(Enclosure.point(high), ""))
    parts = [
        Cell(one, other, _between(one.value.upper, other.value.lower, samples))
        for one, other in itertools.pairwise(points)
    ]
    if high is None:
        last = points[-1].value.upper
        parts.append(Cell(points[-1], None, tuple(_beyond(last, n) for n in range(samples))))
    return points, parts


def _factors(polynomial: Any) -> Iterator[tuple[int, ...]]:
    """Yield the irreducible factors of a polynomial that are not constant."""
    if polynomial.degree() < 1:
        return
    whole = fmpz_poly([int(c) for c in (polynomial * polynomial.denom()).coeffs()])
    for factor, _ in whole.factor()[1]:
        yield tuple(int(c) for c in factor.coeffs())


def _bound(polynomial: Any) -> Fraction:
    """Return a number above all real roots (Cauchy)."""
    coefficients = [abs(_fraction(c)) for c in polynomial.coeffs()]
    return 2 + max(coefficients) / coefficients[-1]


def _between(low: Fraction, high: Fraction, number: int) -> tuple[Fraction, ...]:
    """Pick short rational numbers spread over an open interval."""
    width = (high - low) / (2 * number)
    return tuple(
        simplest(low + width * Fraction(4 * n + 1, 2), low + width * Fraction(4 * n + 3, 2))
        for n in range(number)
    )


def _beyond(low: Fraction, place: int) -> Fraction:
    return Fraction(math.floor(low) + 1) * 2**place + place + 1


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """Return the number with the smallest denominator in a closed interval.

    Examples
    --------
    >>> simplest(Fraction(33, 100), Fraction(34, 100))
    Fraction(1, 3)
    """
    floor = math.floor(low)
    if floor == low:
        return Fraction(floor)
    if floor + 1 <= high:
        return Fraction(floor + 1)
    return floor + 1 / simplest(1 / (high - floor), 1 / (low - floor))


def interpolated(nodes: list[Fraction], values: list[Any]) -> Any:
    """Return the polynomial through some points (Newton's divided differences).

    Examples
    --------
    >>> interpolated([Fraction(0), Fraction(1)], [fmpq(1), fmpq(3)])
    2*x + 1
    """
    at = [_fmpq(node) for node in nodes]
    table = list(values)
    for depth in range(1, len(at)):
        for place in range(len(at) - 1, depth - 1, -1):
            table[place] = (table[place] - table[place - 1]) / (at[place] - at[place - depth])
    found = fmpq_poly([0])
    for node, coefficient in zip(reversed(at), reversed(table), strict=True):
        found = found * fmpq_poly([-node, 1]) + fmpq_poly([coefficient])
    return found


def _without(counts: Counts, group: int, action: int) -> Counts:
    row = tuple(n - (a == action) for a, n in enumerate(counts[group]))
    return (*counts[:group], row, *counts[group + 1 :])


def _unit(place: int, width: int) -> tuple[int, ...]:
    return tuple(int(a == place) for a in range(width))


def _fmpq(number: Fraction) -> Any:
    return fmpq(number.numerator, number.denominator)


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def constant(number: Fraction) -> Any:
    """Return a number as a polynomial of degree 0.

    Examples
    --------
    >>> constant(Fraction(1, 2))
    1/2
    """
    return fmpq_poly([_fmpq(number)])


def value_at(polynomial: Any, value: Fraction) -> Fraction:
    """Return the value of a polynomial.

    Examples
    --------
    >>> value_at(fmpq_poly([1, 2]), Fraction(1, 2))
    Fraction(2, 1)
    """
    return _fraction(polynomial(_fmpq(value)))


def enclosed_value(polynomial: Any, where: Enclosure) -> Enclosure:
    """Return an enclosure of the value of a polynomial (Horner's rule).

    Examples
    --------
    >>> enclosed_value(fmpq_poly([1, 2]), Enclosure.point("1/2"))
    Enclosure(2)
    """
    value = Enclosure.point(0)
    for coefficient in reversed(polynomial.coeffs()):
        value = value * where + Enclosure.point(_fraction(coefficient))
    return value


def ends_of(where: Critical | Cell) -> tuple[Enclosure, Enclosure | None]:
    """Return the ends of a cell, or a critical strength twice.

    Examples
    --------
    >>> ends_of(Critical(Enclosure.point(1), ""))
    (Enclosure(1), Enclosure(1))
    """
    if isinstance(where, Critical):
        return where.value, where.value
    return where.low.value, None if where.high is None else where.high.value
