r"""First-order points of a game with rational payoffs, exactly: the second route to the list.

Steps
-----
1. Without kinks, each payoff is a quotient A/B of polynomials in moves scaled to [0, 1]. That B
   has no zero in the closed box is proved (z3); otherwise the route is not taken, for clearing
   denominators would add points at which the game is not defined. With the common factors taken
   out, the derivatives are :math:`g_k = N_k / D_k`.
2. Each of the :math:`3^m` ways to put every move at its lower end, its upper end or inside gives a
   polynomial system: :math:`N_k = 0` inside, :math:`t_k = 0` or 1 at an end. Its real solutions are
   found by elimination (`pigou.solvers.variety`); the signs of :math:`t_k`, :math:`1 - t_k` and
   :math:`g_k` at them are decided exactly. A move that is inside is strictly inside, so that each
   first-order point has one labelling and is found once.
3. Where a system has infinitely many complex solutions, its polynomials are factored and every
   choice of one factor each is a system; those that are finite are solved, their points kept
   unless they lie on a factor that is not. A factor that two moves share, linear in one of them, is
   a *curve*: the pieces of it inside the box are found by univariate roots. Anything else with
   infinitely many solutions is said to be open.

Sources: those of `pigou.solvers.variety`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import fmpq, fmpq_poly

from pigou.solvers.first_order import INTERIOR, LOWER, UPPER
from pigou.solvers.reals import decide
from pigou.solvers.roots import real_roots
from pigou.solvers.smooth_form import SmoothForm
from pigou.solvers.variety import Point, Ring, rational_point, solve_system

__all__ = [
    "MOST_DEGREE",
    "MOST_MOVES",
    "Algebraic",
    "Curve",
    "FirstOrderPoint",
    "System",
    "algebraic_points",
    "algebraic_system",
    "with_ends",
]

MOST_MOVES = 3
MOST_DEGREE = 36
"""Of the product of the degrees of the equations: it bounds the number of complex solutions.

Random games took up to 3 s up to this size, and more than two minutes at 64.
"""
_SECONDS = 2.0


@dataclass(frozen=True, eq=False)
class System:
    """The first-order system of a game with rational payoffs.

    Attributes
    ----------
    ring : Ring
        Of the scaled moves, and of a parameter that is left open where there is one.
    number : int
        How many moves there are; they are the first variables of the ring.
    payoffs : tuple of (polynomial, polynomial)
        For each move, the payoff of its player.
    slopes : tuple of (polynomial, polynomial)
        For each move, the derivative of that payoff in it, in lowest terms.

    Examples
    --------
    >>> from pigou.game import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> alone = Game("alone", [Player("a")], [Move("x", "a", (0, 1))], {"a": "x - x**3"})
    >>> algebraic_system(smooth_form(alone)).slopes
    ((-3*x0^2 + 1, 1),)
    """

    ring: Ring
    number: int
    payoffs: tuple[tuple[Any, Any], ...]
    slopes: tuple[tuple[Any, Any], ...]

    @classmethod
    def of(
        cls, variables: Sequence[sp.Symbol], number: int, payoffs: Sequence[sp.Expr]
    ) -> System | None:
        """Read payoffs, one for each of the first variables; None if one is not rational."""
        ring = Ring(variables)
        known = {payoff: ring.quotient(payoff) for payoff in dict.fromkeys(payoffs)}
        read = [known[payoff] for payoff in payoffs]
        quotients = tuple(q for q in read if q is not None)
        if len(quotients) < len(read):
            return None
        slopes = tuple(ring.derivative(q, k) for k, q in enumerate(quotients))
        return cls(ring, number, quotients, slopes)

    def labellings(self) -> Iterator[tuple[int, ...]]:
        """Yield every way to put the moves at ends and inside."""
        return itertools.product((LOWER, INTERIOR, UPPER), repeat=self.number)

    def ends(self, label: Sequence[int]) -> list[Any]:
        """Return the polynomials that put moves at their ends."""
        x = self.ring.generators
        return [x[k] - int(w == UPPER) for k, w in enumerate(label) if w != INTERIOR]

    def at_ends(self, polynomial: Any, label: Sequence[int]) -> Any:
        """Return a polynomial with the moves that are at an end put in."""
        ends = {k: int(where == UPPER) for k, where in enumerate(label) if where != INTERIOR}
        return polynomial.subs(ends) if ends else polynomial

    def admits(self, point: Point, label: Sequence[int]) -> bool | None:
        """Whether a solution of a labelling lies in the box and has the signs; None if not told."""
        answer: bool | None = True
        for k, where in enumerate(label):
            for sign, wrong in self._signs(point, k, where):
                if sign is None:
                    answer = None
                elif wrong(sign):
                    return False
        return answer

    def _signs(self, point: Point, k: int, where: int) -> Iterator[tuple[int | None, Any]]:
        """Yield signs at a point, and which of them exclude it."""
        x = point.coordinates[k]
        if where == INTERIOR:
            yield point.sign_of(x), lambda sign: sign <= 0
            yield point.sign_of(x - 1), lambda sign: sign >= 0
            return
        sign = self.slope_sign(point, k)
        yield sign, (lambda s: s > 0) if where == LOWER else (lambda s: s < 0)

    def slope_sign(self, point: Point, k: int) -> int | None:
        """Return the sign of a derivative at a point."""
        top, bottom = (point.sign(part) for part in self.slopes[k])
        return None if top is None or not bottom else top * bottom


class FirstOrderPoint(NamedTuple):
    """A first-order point in the unit box, with its labelling."""

    point: Point
    label: tuple[int, ...]


class Curve(NamedTuple):
    """A piece of a curve of first-order points inside the unit box.

    Attributes
    ----------
    equation : sympy expression
        In the scaled moves; it vanishes on the curve.
    along, across : int
        The curve is the graph of the second move over the first.
    span : tuple of Fraction
        Where in the first move it runs, ends included.
    ends : tuple of tuple of Fraction
        The moves at its two ends.
    label : tuple of int
        Of the points between its ends.
    """

    equation: sp.Expr
    along: int
    across: int
    span: tuple[Fraction, Fraction]
    ends: tuple[tuple[Fraction, ...], tuple[Fraction, ...]]
    label: tuple[int, ...]


class Algebraic(NamedTuple):
    """All first-order points of a game.

    Attributes
    ----------
    points : tuple of FirstOrderPoint
        Isolated ones, and the ends of curves.
    curves : tuple of Curve
    open : tuple of str
        What was not sorted out.
    """

    points: tuple[FirstOrderPoint, ...]
    curves: tuple[Curve, ...]
    open: tuple[str, ...]


def algebraic_system(form: SmoothForm) -> System | None:
    """Return the first-order system of a game, if it is rational, small, and defined everywhere.

    Examples
    --------
    >>> from pigou.game import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 1))], {"a": "exp(x)"})
    >>> algebraic_system(smooth_form(game)) is None
    True
    """
    number = len(form.variables)
    if number > MOST_MOVES or form.switches:
        return None
    system = System.of(form.variables, number, [form.payoffs[owner] for owner in form.owners])
    if system is None:
        return None
    degree = 1
    for top, _ in system.slopes:
        degree *= max(1, top.total_degree())
    if degree > MOST_DEGREE or not all(_has_no_zero(system, b) for _, b in system.payoffs):
        return None
    return system


def _has_no_zero(system: System, denominator: Any) -> bool:
    """Prove that a denominator does not vanish in the closed unit box."""
    if denominator.is_constant():
        return True
    box = [c for t in system.ring.variables for c in (t >= 0, t <= 1)]
    return bool(decide(sp.Ne(system.ring.formula(denominator), 0), box, seconds=_SECONDS))


def algebraic_points(system: System) -> Algebraic:
    """Find all first-order points.

    Examples
    --------
    >>> from pigou.game import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 1))], {"a": "x - 2*x**3"})
    >>> ((point, label),) = algebraic_points(algebraic_system(smooth_form(game))).points
    >>> str(point.minimal(point.coordinates[0]))
    'x^2 + (-1/6)'
    """
    points, curves, left = [], [], []
    for label in system.labellings():
        inner = [k for k, where in enumerate(label) if where == INTERIOR]
        equations = [system.at_ends(system.slopes[k][0], label) for k in inner]
        found, pieces, notes = _solved(system, label, equations)
        curves += pieces
        left += notes
        for point in found:
            admitted = system.admits(point, label)
            if admitted is None:
                left.append("the signs at a first-order point could not be told")
            elif admitted:
                points.append(FirstOrderPoint(point, label))
    return with_ends(points, curves, left)


def with_ends(
    points: Iterable[FirstOrderPoint], curves: Sequence[Curve], left: Iterable[str]
) -> Algebraic:
    """Put points and curves together, the ends of curves being points as well.

    Examples
    --------
    >>> edge = Curve(
    ...     sp.S.Zero, 0, 0, (Fraction(0), Fraction(1)), ((0, 1), (1, 1)), (INTERIOR, UPPER)
    ... )
    >>> [one.point.enclosures() for one in with_ends([], [edge], []).points]
    [(Enclosure(0), Enclosure(1)), (Enclosure(1), Enclosure(1))]
    """
    listed = list(points)
    for curve in curves:
        listed += [
            FirstOrderPoint(end, curve.label)
            for end in map(rational_point, curve.ends)
            if not any(_is_same(end, one.point) for one in listed)
        ]
    return Algebraic(tuple(listed), tuple(curves), tuple(dict.fromkeys(left)))


def _is_same(one: Point, other: Point) -> bool:
    """Whether two points, one of them rational, are the same."""
    pairs = zip(one.coordinates, other.coordinates, strict=True)
    return all((a - b).degree() < 0 for a, b in pairs)


def _solved(
    system: System, label: tuple[int, ...], equations: Sequence[Any]
) -> tuple[list[Point], list[Curve], list[str]]:
    """Solve the equations of a labelling, by factors where there are infinitely many solutions."""
    ends = system.ends(label)
    whole = solve_system(system.ring, [*ends, *equations])
    if whole.refused:
        return [], [], [whole.refused]
    if whole.finite:
        return list(whole.points), [], []
    points: list[Point] = []
    curves: list[Curve] = []
    notes: list[str] = []
    finite: list[list[Any]] = []
    endless: list[list[Any]] = []
    for choice in itertools.product(*(_factors(e) for e in equations)):
        found = solve_system(system.ring, [*ends, *choice])
        if found.refused:
            notes.append(found.refused)
        elif found.finite:
            new = [p for p in found.points if not any(_lies_on(p, other) for other in finite)]
            points += new
            finite.append(list(choice))
        else:
            endless.append(list(choice))
    single: list[Point] = []
    for factors in {tuple(map(str, c)): c for c in endless}.values():
        pieces, alone, note = _curve(system, label, factors)
        curves += pieces
        single += alone
        notes += note
        points = [p for p in points if not _lies_on(p, factors)]
    return [*points, *single], curves, notes


def _factors(polynomial: Any) -> list[Any]:
    if polynomial == 0:
        return [polynomial]
    return [factor for factor, _ in polynomial.factor()[1]]


def _lies_on(point: Point, choice: Sequence[Any]) -> bool:
    return all(point.element(f).degree() < 0 for f in choice)


# -- curves -------------------------------------------------------------------------------------


def _curve(
    system: System, label: tuple[int, ...], choice: Sequence[Any]
) -> tuple[list[Curve], list[Point], list[str]]:
    """Return the pieces in the box of a curve, single points, or a note that something is open."""
    inner = [k for k, where in enumerate(label) if where == INTERIOR]
    distinct = list({str(f): f for f in choice if f != 0}.values())
    shown = " and ".join(f"{system.ring.formula(f)} = 0" for f in distinct) or "all of a face"
    note = [f"infinitely many first-order points may lie on {shown} (moves scaled to 0..1)"]
    if not _is_possible(system, label, distinct):
        return [], [], []
    if len(inner) == 1 and not distinct:
        return _along_edge(system, label, inner[0])
    if len(inner) != 2 or len(distinct) != 1:
        return [], [], note
    (f,) = distinct
    for along, across in (inner, inner[::-1]):
        if f.degrees()[across] == 1:
            pieces, why = _graph(system, label, f, along, across)
            return pieces, [], why
    return [], [], note


def _is_possible(system: System, label: tuple[int, ...], equations: Sequence[Any]) -> bool:
    """Whether points of a labelling may satisfy some equations; False only if z3 excludes it."""
    given, ends = [], {}
    for k, where in enumerate(label):
        t = system.ring.variables[k]
        if where == INTERIOR:
            given += [t > 0, t < 1]
            continue
        ends[t] = sp.Integer(where == UPPER)
        top, bottom = (system.ring.formula(part) for part in system.slopes[k])
        given.append(top * bottom <= 0 if where == LOWER else top * bottom >= 0)
    given += [sp.Eq(system.ring.formula(f), 0) for f in equations]
    known = [c for c in (condition.xreplace(ends) for condition in given) if c != sp.true]
    return not decide(sp.false, known, seconds=_SECONDS)


def _one_variable(polynomial: Any, place: int) -> fmpq_poly:
    """Read a polynomial of the ring in one variable."""
    terms = {power[place]: int(c) for power, c in polynomial.to_dict().items()}
    return fmpq_poly([terms.get(k, 0) for k in range(max(terms, default=0) + 1)])


def _rational_cuts(polynomials: Sequence[fmpq_poly]) -> list[Fraction] | None:
    """Return the roots in [0, 1], with the ends; None if one of them is not rational."""
    cuts = {Fraction(0), Fraction(1)}
    for polynomial in polynomials:
        for root in real_roots(polynomial) if polynomial.degree() > 0 else []:
            if root.exact is None:
                return None
            cuts.add(Fraction(int(root.exact.p), int(root.exact.q)))
    return sorted(cuts)


def _graph(
    system: System, label: tuple[int, ...], f: Any, along: int, across: int
) -> tuple[list[Curve], list[str]]:
    """Cut the curve b(x) y + a(x) = 0 where it leaves the box; other moves are at ends."""
    low, high = (_one_variable(f.subs({across: end}), along) for end in (0, 1))
    slope = high - low
    shown = system.ring.formula(f)
    note = [f"first-order points on {shown} = 0 (moves scaled to 0..1) are not sorted out"]
    cuts = _rational_cuts([low, high, slope])
    if cuts is None or low.gcd(slope).degree() > 0:
        return [], note
    outer = [k for k, where in enumerate(label) if where != INTERIOR]
    if outer:  # the sign of a slope would have to be followed along the curve
        return [], note
    pieces = []
    for left, right in itertools.pairwise(cuts):
        middle = fmpq(*((left + right) / 2).as_integer_ratio())
        height = -low(middle) / slope(middle) if slope(middle) != 0 else fmpq(2)
        if not 0 < height < 1:
            continue
        ends = []
        for end in (left, right):
            at = fmpq(*end.as_integer_ratio())
            there = -low(at) / slope(at) if slope(at) != 0 else fmpq(2)
            moves = [Fraction(int(label[k] == UPPER)) for k in range(len(label))]
            moves[along], moves[across] = end, Fraction(int(there.p), int(there.q))
            ends.append(tuple(moves))
        pieces.append(Curve(shown, along, across, (left, right), (ends[0], ends[1]), label))
    return pieces, []


def _along_edge(
    system: System, label: tuple[int, ...], inner: int
) -> tuple[list[Curve], list[Point], list[str]]:
    """Return the parts of an edge on which the payoff of the move along it is flat.

    They are pieces of it, and single points at which the derivative of another move touches 0.
    """
    slopes = {
        k: [_one_variable(system.at_ends(part, label), inner) for part in system.slopes[k]]
        for k in range(system.number)
        if k != inner
    }
    note = ["a payoff is flat in a move along an edge of the box: which points of it are "
            "first-order points is not sorted out"]  # fmt: skip
    cuts = _rational_cuts([top for top, _ in slopes.values()])
    if cuts is None:
        return [], [], note

    def holds(place: Fraction) -> bool:
        at = fmpq(*place.as_integer_ratio())
        signs = {k: top(at) * bottom(at) for k, (top, bottom) in slopes.items()}
        return not any(s > 0 if label[k] == LOWER else s < 0 for k, s in signs.items())

    def there(place: Fraction) -> tuple[Fraction, ...]:
        return tuple(
            place if k == inner else Fraction(int(label[k] == UPPER)) for k in range(len(label))
        )

    pieces = [
        Curve(sp.S.Zero, inner, inner, span, (there(span[0]), there(span[1])), label)
        for span in itertools.pairwise(cuts)
        if holds((span[0] + span[1]) / 2)
    ]
    known = {end for piece in pieces for end in piece.span}
    single = [c for c in cuts[1:-1] if c not in known and holds(c)]
    return pieces, [rational_point(there(c)) for c in single], []
