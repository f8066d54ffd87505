r"""Exact parameter values at which the number of first-order points changes; counts between.

Steps
-----
1. With one parameter :math:`\theta` left open, each labelling of the moves has a polynomial system
   in the moves and :math:`\theta` (as in `pigou.solvers.algebraic`).
2. A first-order point can appear, vanish or change its labelling only where the Jacobian of its
   equations is singular (a *fold*), or where a move that is inside reaches an end of its interval
   (*at an end*): elsewhere it can be followed by the implicit function theorem, and the box is
   compact with no pole in it.
3. Either event adds an equation h = 0. What is left when the moves are eliminated is a polynomial
   in :math:`\theta` alone (for one move the discriminant, and a resultant): the minimal polynomial
   of :math:`\theta` in the quotient algebra where it is finite, else the last element of a
   lexicographic Gröbner basis. Its real roots in the range, isolated exactly, are the only
   candidates. Where h vanishes along whole branches of points for all :math:`\theta` (a derivative
   that is always 0 at a corner) these branches are taken out first: there the event never happens.
   A Jacobian that vanishes along a branch is refused unless z3 shows that it lies outside the box.
4. Between two candidates the count is constant; it is found exactly at a rational number there
   (`pigou.solvers.algebraic`). Candidates at which nothing changes are dropped.

Sources: those of `pigou.solvers.variety`; Cox, Little and O'Shea (2005), chapter 3, on elimination.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import Ordering, fmpq, fmpq_poly, fmpz_mpoly_ctx, fmpz_mpoly_vec

from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure, exact
from pigou.expression import symbol, write_expression
from pigou.game import Game, Interval
from pigou.solvers.algebraic import MOST_MOVES, System, algebraic_points
from pigou.solvers.algebraic_replies import isolating
from pigou.solvers.first_order import INTERIOR
from pigou.solvers.reals import decide
from pigou.solvers.roots import real_roots
from pigou.solvers.variety import minimal_polynomial

__all__ = ["Threshold", "Thresholds", "thresholds"]

_SECONDS = 5.0
MOST_DEGREE = 200
MOST_LEX_DEGREE = 24
"""Of the product of degrees: elimination where there are infinitely many solutions is dearer."""


@dataclass(frozen=True)
class Threshold:
    """A parameter value at which first-order points appear, vanish or change their labelling.

    Parameters
    ----------
    value : Enclosure
    exact : str
        A rational number, or ``"root of p in [a, b]"``.
    polynomial : str
        The irreducible polynomial in the parameter that vanishes there.
    kinds : tuple of str
        ``"fold"`` (two points merge: a discriminant is 0), ``"at an end"`` (a move reaches an end
        of its interval).
    before, after : int
        How many first-order points there are just below and just above.

    Examples
    --------
    >>> Threshold(Enclosure.point(1), "1", "a - 1", ("fold",), 3, 1).after
    1
    """

    value: Enclosure
    exact: str
    polynomial: str
    kinds: tuple[str, ...]
    before: int
    after: int


@dataclass(frozen=True)
class Thresholds:
    """The number of first-order points of a game along a range of one parameter.

    Parameters
    ----------
    parameter : str
    lower, upper : Fraction
    thresholds : tuple of Threshold
        In increasing order.
    counts : tuple of int
        Below the first threshold, between the first and the second, and so on.

    Examples
    --------
    >>> Thresholds("a", Fraction(0), Fraction(1), (), (1,)).counts
    (1,)
    """

    parameter: str
    lower: Fraction
    upper: Fraction
    thresholds: tuple[Threshold, ...]
    counts: tuple[int, ...]


def thresholds(
    game: Game, parameter: str, lower: Any, upper: Any, at: Mapping[str, Any] | None = None
) -> Thresholds:
    r"""Return where the number of first-order points changes as one parameter runs over a range.

    A first-order point satisfies the first-order conditions of all moves on the closed box; it is
    an equilibrium where payoffs are concave in own moves, and otherwise maybe none. Every count
    and every threshold strictly between `lower` and `upper` is exact.

    Parameters
    ----------
    game : Game
        Of single players, with at most three continuous moves at the same time, and payoffs that
        are rational in moves and parameter.
    parameter : str
    lower, upper : number
        The range, lower < upper.
    at : mapping of str to number, optional
        Values of the other parameters; the defaults where none is given.

    Raises
    ------
    StructureError
        If the game has another structure, payoffs that are not rational or have a pole, or points
        that are degenerate for all values of the parameter.
    DeclarationError
        If the parameter is unknown, or the range is empty or outside its domain.

    Examples
    --------
    >>> from pigou.game import Game, Move, Parameter, Player
    >>> game = Game(
    ...     "tipping",
    ...     [Player("a")],
    ...     [Move("x", "a", (-2, 2))],
    ...     {"a": "pull*x + x**2/2 - x**4/4"},
    ...     parameters=[Parameter("pull", 0)],
    ... )
    >>> found = thresholds(game, "pull", -1, 1)
    >>> found.counts
    (1, 3, 1)
    >>> [one.exact for one in found.thresholds]
    ['root of 27*pull**2 - 4 in [-2/5, -3/10]', 'root of 27*pull**2 - 4 in [3/10, 2/5]']
    """
    low, high = _range(game, parameter, lower, upper)
    family = _Family(game, parameter, (low, high), at or {})
    candidates = _candidates(family)
    starts = [low, *(c.value.upper for c in candidates)]
    stops = [*(c.value.lower for c in candidates), high]
    between = (_short_between(a, b) for a, b in zip(starts, stops, strict=True))
    profiles = [family.profile(number) for number in between]
    kept, counts = [], [sum(profiles[0].values())]
    for candidate, before, after in zip(candidates, profiles, profiles[1:], strict=False):
        if before != after:
            numbers = sum(before.values()), sum(after.values())
            kept.append(candidate.threshold(parameter, *numbers))
            counts.append(numbers[1])
    return Thresholds(parameter, low, high, tuple(kept), tuple(counts))


def _range(game: Game, parameter: str, lower: Any, upper: Any) -> tuple[Fraction, Fraction]:
    declared = game.parameter(parameter)
    low, high = exact(lower), exact(upper)
    if low >= high:
        raise DeclarationError(
            f"the range of '{parameter}' from {low} to {high} is empty: give a lower end below the "
            "upper one"
        )
    if declared.integer:
        raise StructureError(
            f"parameter '{parameter}' takes whole numbers only: solve at each of them"
        )
    return low, high


@dataclass(frozen=True)
class _Candidate:
    """A root of an irreducible factor of a threshold polynomial."""

    factor: Any
    value: Enclosure
    kinds: tuple[str, ...]

    def threshold(self, parameter: str, before: int, after: int) -> Threshold:
        name = symbol(parameter)
        whole = self.factor.numer().coeffs()
        polynomial = sum((int(c) * name**k for k, c in enumerate(whole)), sp.S.Zero)
        text = write_expression(polynomial)
        low, high = isolating(self.factor, self.value)
        shown = str(low) if self.value.is_exact else f"root of {text} in [{low}, {high}]"
        return Threshold(self.value, shown, text, self.kinds, before, after)


class _Family:
    """The first-order system of a game with one parameter left open."""

    def __init__(
        self, game: Game, parameter: str, span: tuple[Fraction, Fraction], at: Mapping[str, Any]
    ):
        self.game, self.parameter, self.span = game, parameter, span
        _check_structure(game)
        values = game.values({**at, parameter: sum(span) / 2})
        for end in span:
            game.values({**at, parameter: end})
        self.theta = symbol(parameter)
        numbers = {symbol(k): sp.Rational(str(v)) for k, v in values.items() if k != parameter}
        self.variables = tuple(sp.Symbol(f"t_{m.name}", real=True) for m in game.moves)
        low, high = (sp.Rational(str(end)) for end in span)
        self.given = [sp.Ge(self.theta, low), sp.Le(self.theta, high)]
        moved = self._moved(numbers)
        owners = [m.player for m in game.moves]
        self.payoffs = [self._expected(who, numbers).xreplace(moved) for who in owners]
        system = System.of((*self.variables, self.theta), len(owners), self.payoffs)
        if system is None:
            raise StructureError(
                f"game '{game.name}': a payoff is not a rational function of the moves and of "
                f"'{parameter}'; thresholds are found where all are"
            )
        self.system = system
        self._check_poles()

    def _moved(self, numbers: Mapping[Any, Any]) -> dict[Any, Any]:
        moved = {}
        for move, t in zip(self.game.moves, self.variables, strict=True):
            low, high = (
                sp.sympify(end).xreplace(numbers) for end in (move.domain.lower, move.domain.upper)
            )
            if not decide(sp.Lt(low, high), self.given, seconds=_SECONDS):
                raise DeclarationError(
                    f"move '{move.name}': that its interval [{low}, {high}] is not empty for any "
                    f"value of '{self.parameter}' in the range is not proved"
                )
            moved[symbol(move.name)] = low + (high - low) * t
        return moved

    def _expected(self, player: str, numbers: Mapping[Any, Any]) -> sp.Expr:
        axes = [
            [(p, c.symbol, sp.Rational(str(v))) for v, p in c.outcomes.values()]
            for c in self.game.chance
        ]
        total = sp.S.Zero
        for draw in itertools.product(*axes):
            at = {name: value for _, name, value in draw}
            total += sp.Mul(*(p for p, _, _ in draw)) * self.game.payoff(player).xreplace(at)
        return total.xreplace(numbers)

    def _check_poles(self) -> None:
        box = [c for t in self.variables for c in (t >= 0, t <= 1)]
        for _, bottom in self.system.payoffs:
            formula = self.system.ring.formula(bottom)
            if not bottom.is_constant() and not decide(
                sp.Ne(formula, 0), [*self.given, *box], seconds=_SECONDS
            ):
                raise StructureError(
                    f"game '{self.game.name}': a payoff may divide by zero at some moves and "
                    f"values of '{self.parameter}' in the range, which is not handled"
                )

    def profile(self, value: Fraction) -> Counter[tuple[int, ...]]:
        """Count the first-order points at one value of the parameter, by labelling."""
        number = {self.theta: sp.Rational(str(value))}
        payoffs = [p.xreplace(number) for p in self.payoffs]
        system = System.of(self.variables, len(self.variables), payoffs)
        assert system is not None
        found = algebraic_points(system)
        if found.open or found.curves:
            why = "a continuum" if found.curves else found.open[0]
            raise StructureError(
                f"game '{self.game.name}' at {self.parameter} = {value}: first-order points cannot "
                f"be counted: {why}"
            )
        return Counter(point.label for point in found.points)


def _check_structure(game: Game) -> None:
    where = f"thresholds of game '{game.name}'"
    if not game.moves or not all(isinstance(m.domain, Interval) for m in game.moves):
        raise StructureError(f"{where}: they are found where all moves are continuous")
    if len({m.stage for m in game.moves}) > 1 or any(m.observes for m in game.moves):
        raise StructureError(f"{where}: stages are not handled")
    if any(c.seen_by for c in game.chance):
        raise StructureError(f"{where}: a draw of chance that somebody sees is not handled")
    if any(game.player(m.player).is_population for m in game.moves):
        raise StructureError(f"{where}: a population with a continuous move is not handled")
    if len(game.moves) > MOST_MOVES:
        raise StructureError(f"{where}: {len(game.moves)} moves; at most {MOST_MOVES} are handled")


# -- candidates ---------------------------------------------------------------------------------


def _candidates(family: _Family) -> list[_Candidate]:
    """Return the roots of all threshold polynomials strictly inside the range, in order."""
    kinds: dict[str, tuple[Any, set[str]]] = {}
    for event in _events(family.system):
        for factor in _eliminated(family, event):
            kinds.setdefault(str(factor), (factor, set()))[1].add(event.kind)
    low, high = (fmpq(int(c.rhs.p), int(c.rhs.q)) for c in family.given)
    found = [
        _Candidate(factor, root.enclosure, tuple(sorted(names, reverse=True)))
        for factor, names in kinds.values()
        for root in real_roots(factor, low, high)
    ]
    return sorted(found, key=lambda one: one.value.lower)


def _short_between(low: Fraction, high: Fraction) -> Fraction:
    """Return a short fraction strictly between two numbers.

    Raises
    ------
    StructureError
        If they are not told apart.
    """
    if low >= high:
        raise StructureError("two thresholds lie too close to each other to be told apart")
    middle, bits = (low + high) / 2, 1
    while not low < Fraction(round(middle * 2**bits), 2**bits) < high:
        bits += 1
    return Fraction(round(middle * 2**bits), 2**bits)


class _Event(NamedTuple):
    """What happens where a polynomial vanishes at a first-order point."""

    kind: str
    equations: list[Any]
    vanishes: Any


def _events(system: System) -> Iterator[_Event]:
    """Yield the ways in which a first-order point may change (step 2)."""
    x = system.ring.generators
    for label in system.labellings():
        inner = [k for k, where in enumerate(label) if where == INTERIOR]
        tops = [system.at_ends(system.slopes[k][0], label) for k in inner]
        equations = [*system.ends(label), *tops]
        if inner:
            rows = [[top.derivative(k) for k in inner] for top in tops]
            yield _Event("fold", equations, _determinant(rows))
        for k, where in enumerate(label):
            if where == INTERIOR:
                yield _Event("at an end", equations, x[k])
                yield _Event("at an end", equations, x[k] - 1)
            else:
                slope = system.at_ends(system.slopes[k][0], label)
                yield _Event("at an end", equations, slope)


def _determinant(rows: Sequence[Sequence[Any]]) -> Any:
    if len(rows) == 1:
        return rows[0][0]
    total = rows[0][0] * 0
    for c, entry in enumerate(rows[0]):
        minor = _determinant([[*row[:c], *row[c + 1 :]] for row in rows[1:]])
        total = total + entry * minor if c % 2 == 0 else total - entry * minor
    return total


def _eliminated(family: _Family, event: _Event) -> list[fmpq_poly]:
    """Return the irreducible factors of what is left when moves are eliminated (step 3)."""
    ring, h = family.system.ring, event.vanishes
    at_an_end = event.kind == "at an end"
    if at_an_end and h == 0:
        return []  # a derivative that is 0 at all these points never changes its sign
    _check_size(family, [*event.equations, h], MOST_DEGREE)
    found = minimal_polynomial(ring, [*event.equations, h], len(ring.variables) - 1)
    if found is None and at_an_end:
        rest = [_divided(f, h) for f in event.equations]
        found = minimal_polynomial(ring, [*rest, h], len(ring.variables) - 1)
    if found is None:
        _check_size(family, [*event.equations, h], MOST_LEX_DEGREE)
        found = _last(_lex_basis(len(ring.variables), [*event.equations, h]))
    if found is None and at_an_end:
        _check_size(family, [*event.equations, h, h * ring.generators[0]], MOST_LEX_DEGREE)
        branches = _without(len(ring.variables), event.equations, h)
        found = _last(_lex_basis(len(ring.variables), [*branches, h]))
    if found is not None:
        return [fmpq_poly(factor) for factor, _ in found.factor()[1]]
    if not _is_possible(family, [*event.equations, h]):
        return []
    raise StructureError(
        f"game '{family.game.name}': first-order points may be degenerate for all values of "
        f"'{family.parameter}': no thresholds are found by elimination"
    )


def _check_size(family: _Family, system: Sequence[Any], most: int) -> None:
    degree = math.prod(max(1, f.total_degree()) for f in system if f != 0)
    if degree > most:
        raise StructureError(
            f"game '{family.game.name}': its first-order system with '{family.parameter}' left "
            f"open is too large: the product of its degrees is {degree}, above {most}"
        )


def _divided(polynomial: Any, h: Any) -> Any:
    """Divide by h as often as that goes: where h is not 0, the zeros are the same."""
    while polynomial != 0 and not h.is_constant() and polynomial % h == 0:
        polynomial = polynomial // h
    return polynomial


def _lex_basis(number: int, system: Sequence[Any]) -> list[Any]:
    """Return a lexicographic Gröbner basis; the parameter is the last variable."""
    context = fmpz_mpoly_ctx.get([f"x{k}" for k in range(number)], Ordering.lex)
    nonzero = [context.from_dict(f.to_dict()) for f in system if f != 0]
    return list(fmpz_mpoly_vec(nonzero, context).buchberger_naive().autoreduction())


def _last(basis: Sequence[Any]) -> fmpq_poly | None:
    """Return the polynomial of a basis in the last variable alone, if there is one."""
    for g in basis:
        if not any(g.degrees()[:-1]):
            terms = {power[-1]: int(c) for power, c in g.to_dict().items()}
            return fmpq_poly([terms.get(k, 0) for k in range(max(terms) + 1)])
    return None


def _without(number: int, system: Sequence[Any], h: Any) -> list[Any]:
    """Take out of a system the branches on which a polynomial vanishes: add z with z h = 1."""
    context = fmpz_mpoly_ctx.get(["z", *(f"x{k}" for k in range(number))], Ordering.lex)
    raised = [{(0, *power): c for power, c in f.to_dict().items()} for f in system if f != 0]
    inverse = {(1, *power): c for power, c in h.to_dict().items()}
    zero = (0,) * (number + 1)
    inverse[zero] = inverse.get(zero, 0) - 1
    polynomials = [context.from_dict(terms) for terms in (*raised, inverse)]
    basis = list(fmpz_mpoly_vec(polynomials, context).buchberger_naive().autoreduction())
    plain = fmpz_mpoly_ctx.get([f"x{k}" for k in range(number)], Ordering.lex)
    return [
        plain.from_dict({power[1:]: c for power, c in g.to_dict().items()})
        for g in basis
        if g.degrees()[0] == 0
    ]


def _is_possible(family: _Family, system: Sequence[Any]) -> bool:
    """Whether an event may occur within the box and the range; False only if z3 excludes it."""
    box = [c for t in family.variables for c in (t >= 0, t <= 1)]
    formulas = [sp.Eq(family.system.ring.formula(f), 0) for f in system if f != 0]
    facts = [f for f in formulas if f != sp.true]
    return not decide(sp.false, [*family.given, *box, *facts], seconds=_SECONDS)
