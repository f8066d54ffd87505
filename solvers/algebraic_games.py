r"""The numerical engine and exact algebra held against each other, each settling what it can.

Steps
-----
1. Where the first-order system is rational and small, all first-order points are found by exact
   elimination as well (`pigou.solvers.algebraic`).
2. The two lists have to agree. Every candidate of the numerical engine is one algebraic point;
   every algebraic point is a candidate, or lies where the engine left something open, or is a
   strict minimum of its mover's payoff in one move, which the engine leaves out. If they do not, it
   is said, and nothing is called certified.
3. What the engine left open (a double root, a derivative that is exactly 0 at an end, best replies
   that tie) is decided exactly, point by point (`pigou.solvers.algebraic_replies`).
4. A curve of first-order points all of which are equilibria is a continuum, with its two ends.
5. If every algebraic point and curve is settled, nothing else can be an equilibrium: what the
   engine left open is closed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import sympy as sp
from flint import fmpq, fmpq_poly

from pigou.exact import Enclosure
from pigou.expression import write_expression
from pigou.solvers.algebraic import (
    Curve,
    FirstOrderPoint,
    System,
    algebraic_points,
    algebraic_system,
    with_ends,
)
from pigou.solvers.algebraic_replies import (
    curve_is_beaten,
    curve_is_equilibria,
    cut,
    exact_reply,
    isolating,
)
from pigou.solvers.first_order import INTERIOR
from pigou.solvers.smooth_form import SmoothForm
from pigou.solvers.smooth_games import Candidate, Smooth, Unresolved
from pigou.solvers.variety import Point

__all__ = ["Continuum", "Settled", "exact_form", "settle"]


class Continuum(NamedTuple):
    """A curve of equilibria.

    Attributes
    ----------
    words : str
        Which points it holds.
    ends : pair of tuple of Fraction
        The moves at its ends, in the game's own units.
    """

    words: str
    ends: tuple[tuple[Fraction, ...], tuple[Fraction, ...]]


def _no_proof(place: int) -> bool:
    return False


class Settled(NamedTuple):
    """What is known once exact algebra has been heard.

    Attributes
    ----------
    smooth : Smooth
    used : bool
        Whether the game is small and rational, so that both routes were taken.
    forms : tuple of tuple of str
        For each equilibrium, its moves exactly: a closed form, or a root of a polynomial.
    exactly : tuple of bool
        For each equilibrium, whether exact algebra proved it.
    closed : bool
        Whether exact algebra closed what the numerical engine had left open.
    continua : tuple of Continuum
    disagreement : str
        How the two routes differ; empty if they agree.
    open : tuple of str
        What neither route settled, besides what is unresolved.
    proves : callable
        Tries to prove one of the equilibria, by its place, in exact arithmetic alone.
    """

    smooth: Smooth
    used: bool
    forms: tuple[tuple[str, ...], ...]
    exactly: tuple[bool, ...]
    closed: bool = False
    continua: tuple[Continuum, ...] = ()
    disagreement: str = ""
    open: tuple[str, ...] = ()
    proves: Callable[[int], bool] = _no_proof

    @property
    def how(self) -> str:
        """How the list of equilibria was made."""
        words = self.smooth.how or (
            f"branch and prune over {self.smooth.boxes:,} boxes: each excluded, or shown to hold "
            "exactly one first-order point, and the best deviation of each player from each point "
            "bounded"
        )
        if not self.used:
            return words
        if self.closed:
            words = f"search over {self.smooth.boxes:,} boxes, which left places open"
            return f"{words}; these are settled by all first-order points in exact arithmetic"
        return f"{words}; all first-order points found once more, in exact arithmetic"


def settle(form: SmoothForm, found: Smooth) -> Settled:
    """Hold what the numerical engine found against exact algebra, and settle what it left open.

    Examples
    --------
    >>> from pigou.game import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> from pigou.solvers.smooth_games import smooth_equilibria
    >>> flat = Game("flat", [Player("a")], [Move("x", "a", (0, 1))], {"a": "-(x**2 - 1/2)**4"})
    >>> form = smooth_form(flat)
    >>> found = smooth_equilibria(form)
    >>> len(found.equilibria), len(found.unresolved) > 0
    (0, True)
    >>> settled = settle(form, found)
    >>> settled.forms, settled.smooth.unresolved
    ((('sqrt(2)/2',),), ())
    """
    system = algebraic_system(form)
    if system is None:
        none = ((),) * len(found.equilibria)
        return Settled(found, False, none, (False,) * len(found.equilibria))
    return _Second(form, found, system).settled()


class _Second:
    """The second opinion on one game."""

    def __init__(self, form: SmoothForm, found: Smooth, system: System):
        self.form, self.found, self.system = form, found, system
        self.players = {who: form.own(who) for who in form.payoffs}
        whole = algebraic_points(system)
        owned = list(self.players.values())
        curves = [piece for curve in whole.curves for piece in cut(system, curve, owned)]
        self.algebraic = with_ends(whole.points, curves, whole.open)
        self.places = [self._values(one.point) for one in self.algebraic.points]

    def _values(self, point: Point) -> tuple[Enclosure, ...]:
        return tuple(self.form.scaled_back(k, v) for k, v in enumerate(point.enclosures()))

    def settled(self) -> Settled:
        """Compare, decide what is open, and put both together."""
        found = self.found
        known = {id(c): self._matches(c.values) for c in (*found.equilibria, *found.refuted)}
        disagreement = self._disagreement(known)
        taken = {k for matches in known.values() for k in matches}
        equilibria: list[tuple[Candidate, int | None, bool]] = []
        refuted, left = list(found.refuted), []
        for candidate in found.equilibria:
            place = next(iter(known[id(candidate)]), None)
            again = candidate
            if not candidate.is_proved and place is not None:
                again = self._candidate(self.algebraic.points[place].point)
            if again.better is not None:
                refuted.append(again)
            else:
                proved = again.is_proved
                equilibria.append((again if proved else candidate, place, again is not candidate))
        for place, one in enumerate(self.algebraic.points):
            if place not in taken and not self._is_minimum(one):
                candidate = self._candidate(one.point)
                if candidate.better is not None:
                    refuted.append(candidate)
                elif candidate.is_proved:
                    equilibria.append((candidate, place, True))
                else:
                    why = "an exact first-order point: gains not decided"
                    left.append(Unresolved(candidate.values, why))
        continua, open_ = self._continua([c for c, _, _ in equilibria])
        if (open_ or disagreement or left) and found.unresolved:
            left += found.unresolved
        else:
            open_ = []
        smooth = found._replace(
            equilibria=tuple(c for c, _, _ in equilibria),
            refuted=tuple(refuted),
            unresolved=tuple(left),
        )
        forms = tuple(
            () if place is None else self._forms(self.algebraic.points[place].point)
            for _, place, _ in equilibria
        )
        exactly = tuple(c.is_proved and exact for c, _, exact in equilibria)
        closed = bool(found.unresolved) and not left
        listed = [None if k is None else self.algebraic.points[k].point for _, k, _ in equilibria]

        def proves(place: int) -> bool:
            point = listed[place]
            return point is not None and self._candidate(point).is_proved

        return Settled(
            smooth, True, forms, exactly, closed, continua, disagreement, tuple(open_), proves
        )

    # -- agreement ------------------------------------------------------------------------------

    def _matches(self, values: Sequence[Enclosure]) -> list[int]:
        return [
            k
            for k, place in enumerate(self.places)
            if all(a.overlaps(b) for a, b in zip(values, place, strict=True))
        ]

    def _disagreement(self, known: dict[int, list[int]]) -> str:
        """Say how the lists differ, unless exact algebra left something open itself."""
        if self.algebraic.open:
            return ""
        candidates = (*self.found.equilibria, *self.found.refuted)
        lost = sum(not known[id(c)] and not self._is_on_curve(c.values) for c in candidates)
        if lost:
            return f"{lost} first-order points of the numerical engine are no exact solutions"
        taken = [k for matches in known.values() for k in matches]
        if len(set(taken)) < len(taken):
            return "two first-order points of the numerical engine are one exact solution"
        for k, one in enumerate(self.algebraic.points):
            if k not in taken and not self._is_minimum(one) and not self._is_open(self.places[k]):
                return "an exact first-order point is missing from those of the numerical engine"
        return ""

    def _is_on_curve(self, values: Sequence[Enclosure]) -> bool:
        """Whether moves may lie on one of the curves of first-order points."""
        scaled = [
            (v - Enclosure.point(low)) / Enclosure.point(high - low)
            for v, (low, high) in zip(values, self.form.ends, strict=True)
        ]
        for curve in self.algebraic.curves:
            ring = self.system.ring
            quotient = ring.quotient(curve.equation)
            assert quotient is not None
            total = Enclosure.point(0)
            for power, c in quotient[0].to_dict().items():
                factors = (v for v, e in zip(scaled, power, strict=True) for _ in range(e))
                total += math.prod(factors, start=Enclosure.point(int(c)))
            hull = [Enclosure(*sorted(pair)) for pair in zip(*curve.ends, strict=True)]
            if total.overlaps(Enclosure.point(0)) and all(
                v.overlaps(side) for v, side in zip(scaled, hull, strict=True)
            ):
                return True
        return False

    def _is_open(self, values: Sequence[Enclosure]) -> bool:
        return any(
            all(a.overlaps(b) for a, b in zip(values, one.box, strict=True))
            for one in self.found.unresolved
        )

    def _is_minimum(self, one: FirstOrderPoint) -> bool:
        """Whether the payoff is strictly convex in some move that is inside, at the point."""
        ring = self.system.ring
        for k, where in enumerate(one.label):
            if where == INTERIOR:
                curvature = ring.derivative(self.system.slopes[k], k)
                top, bottom = (one.point.sign(part) for part in curvature)
                if top and bottom and top * bottom > 0:
                    return True
        return False

    # -- what was open --------------------------------------------------------------------------

    def _candidate(self, point: Point) -> Candidate:
        replies = {}
        for who, own in self.players.items():
            reply = exact_reply(self.system, point, own)
            if reply.move is not None:
                scaled = zip(own, reply.move, strict=True)
                moves = tuple(self.form.scaled_back(k, Enclosure.point(t)).lower for k, t in scaled)
                reply = reply._replace(move=moves)
            replies[who] = reply
        return Candidate(self._values(point), replies)

    def _continua(self, equilibria: Sequence[Candidate]) -> tuple[tuple[Continuum, ...], list[str]]:
        """Return the curves that are equilibria throughout, and what is not settled."""
        continua, left = [], list(self.algebraic.open)
        for curve in self.algebraic.curves:
            continuum = self._continuum(curve)
            listed = all(
                any(all(v.lower == v.upper == x for v, x in zip(c.values, end, strict=True))
                    for c in equilibria)
                for end in continuum.ends
            )  # fmt: skip
            players = list(self.players.values())
            if listed and curve_is_equilibria(self.system, curve, players):
                continua.append(continuum)
            elif not curve_is_beaten(self.system, curve, players):
                left.append("a curve of first-order points")
        return tuple(continua), left

    def _continuum(self, curve: Curve) -> Continuum:
        form = self.form
        names = [sp.Symbol(name, real=True) for name in form.moves]
        if curve.equation == 0:
            fixed = [
                f"{name} == {low + (high - low) * end}"
                for k, (name, (low, high), end) in enumerate(
                    zip(form.moves, form.ends, curve.ends[0], strict=True)
                )
                if k != curve.along
            ]
            words = ", ".join([*fixed, f"any {form.moves[curve.along]}"])
        else:
            back = {
                t: (x - sp.Rational(str(low))) / sp.Rational(str(high - low))
                for t, x, (low, high) in zip(form.variables, names, form.ends, strict=True)
            }
            top = sp.fraction(sp.together(curve.equation.xreplace(back)))[0]
            primitive = sp.Poly(top, *names).primitive()[1]
            primitive = primitive if primitive.LC() > 0 else -primitive
            constant = primitive.eval(dict.fromkeys(names, 0))
            left = primitive.as_expr() - constant
            words = f"{write_expression(left)} == {write_expression(-constant)}"
        ends = [
            tuple(form.scaled_back(k, Enclosure.point(t)).lower for k, t in enumerate(end))
            for end in curve.ends
        ]
        return Continuum(words, (ends[0], ends[1]))

    def _forms(self, point: Point) -> tuple[str, ...]:
        forms = []
        for coordinate, (low, high) in zip(point.coordinates, self.form.ends, strict=True):
            start, length = (fmpq(*n.as_integer_ratio()) for n in (low, high - low))
            forms.append(exact_form(point, coordinate * length + start))
        return tuple(forms)


def exact_form(point: Point, element: fmpq_poly) -> str:
    """Write a number of the field of a point exactly.

    A rational number, a closed form in square roots or one root, or ``root of p in [a, b]``.

    Examples
    --------
    >>> from pigou.solvers.variety import Ring, solve_system
    >>> x = sp.Symbol("x", real=True)
    >>> ring = Ring([x])
    >>> for formula in (2 * x - 3, x**2 - x - 1, x**3 - 2, x**3 - x - 1):
    ...     point = solve_system(ring, [ring.quotient(formula)[0]]).points[-1]
    ...     print(exact_form(point, point.coordinates[0]))
    3/2
    1/2 + sqrt(5)/2
    2**(1/3)
    root of x**3 - x - 1 in [13/10, 7/5]
    """
    value = point.enclosure(element)
    if value.is_exact:
        return str(value.lower)
    polynomial = point.minimal(element)
    for candidate in _radicals([sp.Rational(int(c.p), int(c.q)) for c in polynomial.coeffs()]):
        number = candidate.evalf(60)
        if number.is_real and abs(sp.Rational(str(value.lower)) - number) < sp.Rational(1, 10**40):
            return write_expression(candidate)
    low, high = isolating(polynomial, value)
    x = sp.Symbol("x", real=True)
    whole = sum((int(c) * x**k for k, c in enumerate(polynomial.numer().coeffs())), sp.S.Zero)
    return f"root of {write_expression(whole)} in [{low}, {high}]"


def _radicals(coefficients: Sequence[sp.Rational]) -> list[sp.Expr]:
    """Return the roots of a monic polynomial in radicals, where they are short."""
    degree = len(coefficients) - 1
    if degree == 2:
        half = -coefficients[1] / 2
        root = sp.sqrt(half**2 - coefficients[0])
        return [half + root, half - root]
    if not any(coefficients[1:-1]):
        root = sp.root(abs(coefficients[0]), degree)
        return [root, -root]
    if degree == 4 and coefficients[1] == coefficients[3] == 0:
        half = -coefficients[2] / 2
        root = sp.sqrt(half**2 - coefficients[0])
        return [s * sp.sqrt(half + r * root) for s in (1, -1) for r in (1, -1)]
    return []
