r"""Whether an algebraic first-order point is an equilibrium, decided over the real numbers.

Steps
-----
1. At a point t with coordinates in :math:`\mathbb{Q}(\theta)`, :math:`q(\theta) = 0`, player i with
   payoff A/B (B without a zero in the box, hence of one sign) gains by moving to s iff

   .. math:: D(s) = A(s, t_{-i})\, B(t) - A(t)\, B(s, t_{-i}) > 0 .

2. D is a polynomial in s; its coefficients are reduced modulo q. z3 (`pigou.solvers.reals`) decides
   whether :math:`D \le 0` for all s in the player's box and the one root :math:`\theta` in its
   interval: exact, ties included, where enclosures leave a gain of about 0 open.
3. A better move that comes back counts only if ball arithmetic confirms that it is better.
4. The points of a curve of first-order points are all equilibria if z3 proves, for every player,
   that no move is better against any of them; none is if one move is better against all. It is
   cut first at the rational numbers where moving to an end of an interval begins to pay.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import fmpq, fmpq_poly

from pigou.exact import Enclosure
from pigou.solvers.algebraic import Curve, System
from pigou.solvers.deviation import Reply
from pigou.solvers.reals import Decision, Outcome, decide
from pigou.solvers.roots import ball_to_enclosure, real_roots
from pigou.solvers.variety import Point

__all__ = ["curve_is_beaten", "curve_is_equilibria", "cut", "exact_reply", "isolating"]

_SECONDS = 3.0
_THETA = sp.Symbol("root of q", real=True)
UNKNOWN = Reply(Enclosure(Fraction(0), Fraction(10) ** 300), None)


def exact_reply(system: System, point: Point, own: Sequence[int]) -> Reply:
    """Compare a player's moves at a point with everything else it could do.

    Parameters
    ----------
    system : System
    point : Point
    own : sequence of int
        The places of the player's moves.

    Examples
    --------
    >>> from pigou.game import Game, Move, Player
    >>> from pigou.solvers.algebraic import algebraic_points, algebraic_system
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> flat = Game("flat", [Player("a")], [Move("x", "a", (0, 1))], {"a": "-(x - 1/2)**4"})
    >>> system = algebraic_system(smooth_form(flat))
    >>> ((point, label),) = algebraic_points(system).points
    >>> exact_reply(system, point, [0]).is_best
    True
    """
    top, bottom = system.payoffs[own[0]]
    moved = [sp.Symbol(f"s{k}", real=True) for k in own]
    here = [point.element(part) for part in (top, bottom)]
    gain = _reduced(point, top, own, moved, here[1]) - _reduced(point, bottom, own, moved, here[0])
    positive = point.sign_of(here[1])
    if not positive:
        return UNKNOWN
    box = [c for s in moved for c in (s >= 0, s <= 1)]
    decision = decide(gain <= 0, [*box, *_about(point, gain)], seconds=_SECONDS)
    if decision:
        return Reply(Enclosure.point(0), None)
    if decision.outcome is Outcome.REFUTED:
        return _confirmed(system, point, own, [decision.counterexample.get(s.name) for s in moved])
    return UNKNOWN


def _reduced(
    point: Point, polynomial: Any, own: Sequence[int], moved: Sequence[sp.Symbol], factor: Any
) -> sp.Expr:
    """Put the point into a polynomial, but for the own moves; multiply by an element."""
    coefficients: dict[tuple[int, ...], fmpq_poly] = {}
    for power, c in polynomial.to_dict().items():
        element = factor * fmpq(int(c))
        for k, exponent in enumerate(power):
            for _ in range(exponent if k not in own else 0):
                element = element * point.coordinates[k] % point.modulus
        key = tuple(power[k] for k in own)
        coefficients[key] = coefficients.get(key, fmpq_poly([])) + element
    terms = []
    for key, element in coefficients.items():
        value = sum(
            (sp.Rational(int(c.p), int(c.q)) * _THETA**k for k, c in enumerate(element.coeffs())),
            sp.S.Zero,
        )
        terms.append(value * sp.Mul(*(s**e for s, e in zip(moved, key, strict=True))))
    return sp.Add(*terms)


def _about(point: Point, gain: sp.Expr) -> list[Any]:
    """Say which number the root of the modulus is."""
    if _THETA not in gain.free_symbols:
        return []
    low, high = isolating(point.modulus, ball_to_enclosure(point.ball(fmpq_poly([0, 1]))))
    whole = point.modulus.numer().coeffs()
    q = sum((int(c) * _THETA**k for k, c in enumerate(whole)), sp.S.Zero)
    ends = [sp.Rational(str(end)) for end in (low, high)]
    return [sp.Eq(q, 0), sp.Ge(_THETA, ends[0]), sp.Le(_THETA, ends[1])]


def isolating(polynomial: Any, root: Enclosure) -> tuple[Fraction, Fraction]:
    """Return short decimals between which an irreducible polynomial has just this real root.

    Examples
    --------
    >>> isolating(fmpq_poly([-2, 0, 1]), Enclosure(Fraction(141, 100), Fraction(142, 100)))
    (Fraction(7, 5), Fraction(3, 2))
    """
    if root.is_exact:
        return root.lower, root.lower
    digits = 1
    while True:
        scale = 10**digits
        low = Fraction(math.floor(root.lower * scale), scale)
        high = Fraction(math.ceil(root.upper * scale), scale)
        ends = (fmpq(*end.as_integer_ratio()) for end in (low, high))
        if len(real_roots(polynomial, *ends)) == 1:
            return low, high
        digits += 2


def _confirmed(
    system: System, point: Point, own: Sequence[int], move: Sequence[Fraction | None]
) -> Reply:
    """Bound what a move gains in ball arithmetic; it has to be more than 0."""
    better = tuple(min(max(s or Fraction(0), Fraction(0)), Fraction(1)) for s in move)
    changed = list(point.coordinates)
    for k, s in zip(own, better, strict=True):
        changed[k] = fmpq_poly([fmpq(*s.as_integer_ratio())])
    there = Point(point.modulus, point.place, tuple(changed))
    values = []
    for at in (there, point):
        top, bottom = (at.ball(at.element(part)) for part in system.payoffs[own[0]])
        if bottom.contains(0):
            return UNKNOWN
        values.append(ball_to_enclosure(top) / ball_to_enclosure(bottom))
    gain = values[0] - values[1]
    return Reply(gain, better) if gain.lower > 0 else UNKNOWN


def curve_is_equilibria(system: System, curve: Curve, players: Sequence[Sequence[int]]) -> Decision:
    """Decide whether every point of a curve of first-order points is an equilibrium.

    Parameters
    ----------
    system : System
    curve : Curve
    players : sequence of sequence of int
        The places of each player's moves.

    Examples
    --------
    >>> from pigou.game import Game, Move, Player
    >>> from pigou.solvers.algebraic import algebraic_points, algebraic_system
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> moves = [Move("x", "a", (0, 1)), Move("y", "b", (0, 1))]
    >>> share = {"a": "-(x + y - 1)**2", "b": "-(x + y - 1)**2"}
    >>> game = Game("share", [Player("a"), Player("b")], moves, share)
    >>> system = algebraic_system(smooth_form(game))
    >>> (curve,) = algebraic_points(system).curves
    >>> bool(curve_is_equilibria(system, curve, [(0,), (1,)]))
    True
    """
    for facts, gain, moved in _gains(system, curve, players):
        box = [c for s in moved for c in (s >= 0, s <= 1)]
        decision = decide(gain <= 0, [*facts, *box], seconds=_SECONDS)
        if not decision:
            return decision
    return decision


def curve_is_beaten(system: System, curve: Curve, players: Sequence[Sequence[int]]) -> bool:
    """Whether one and the same move of some player is better at every point of a curve.

    Tried are the ends of its intervals and their middle. The ends of the curve are left out.

    Examples
    --------
    >>> from pigou.game import Game, Move, Player
    >>> from pigou.solvers.algebraic import algebraic_points, algebraic_system
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> moves = [Move("x", "a", (0, 1)), Move("y", "b", (0, 1))]
    >>> apart = {"a": "(2*x + 2*y - 1)**2", "b": "(2*x + 2*y - 1)**2"}
    >>> game = Game("apart", [Player("a"), Player("b")], moves, apart)
    >>> system = algebraic_system(smooth_form(game))
    >>> (curve,) = algebraic_points(system).curves
    >>> curve_is_beaten(system, curve, [(0,), (1,)])
    True
    """
    tried = (sp.S.Zero, sp.S.One, sp.S.Half)
    x = system.ring.variables[curve.along]
    low, high = (sp.Rational(str(end)) for end in curve.span)
    inside = [x > low, x < high]
    for facts, gain, moved in _gains(system, curve, players):
        for move in itertools.product(tried, repeat=len(moved)):
            there = gain.xreplace(dict(zip(moved, move, strict=True)))
            if decide(there > 0, [*facts, *inside], seconds=_SECONDS):
                return True
    return False


def cut(system: System, curve: Curve, players: Sequence[Sequence[int]]) -> list[Curve]:
    """Cut a curve where moving to an end of its intervals begins to pay some player.

    Only at rational numbers; the pieces together are the curve.

    Examples
    --------
    >>> from pigou.game import Game, Move, Player
    >>> from pigou.solvers.algebraic import algebraic_points, algebraic_system
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> moves = [Move("x", "a", (0, 1)), Move("y", "b", (0, 1))]
    >>> payoffs = {"a": "4*x**2*y - x**2 - 2*x", "b": "-4*x**2*y"}
    >>> system = algebraic_system(
    ...     smooth_form(Game("g", [Player("a"), Player("b")], moves, payoffs))
    ... )
    >>> (curve,) = algebraic_points(system).curves
    >>> [str(end) for piece in cut(system, curve, [(0,), (1,)]) for end in piece.span]
    ['0', '3/4', '3/4', '1']
    """
    variables = system.ring.variables
    x, y = variables[curve.along], variables[curve.across]
    across = {} if curve.equation == 0 else {y: sp.solve(curve.equation, y)[0]}
    places = set(curve.span)
    for _, gain, moved in _gains(system, curve, players):
        for move in itertools.product((sp.S.Zero, sp.S.One), repeat=len(moved)):
            there = gain.xreplace(dict(zip(moved, move, strict=True))).xreplace(across)
            top = sp.Poly(sp.numer(sp.together(there)), x)
            for root in top.ground_roots() if not top.is_zero else ():
                number = Fraction(int(root.p), int(root.q))
                places |= {number} if curve.span[0] < number < curve.span[1] else set()
    pieces = []
    for span in itertools.pairwise(sorted(places)):
        ends = []
        for place, whole in zip(span, curve.ends, strict=True):
            moves, at = list(whole), {x: sp.Rational(str(place))}
            moves[curve.along] = place
            if across:
                height = across[y].xreplace(at)
                moves[curve.across] = Fraction(int(height.p), int(height.q))
            ends.append(tuple(moves))
        pieces.append(curve._replace(span=span, ends=(ends[0], ends[1])))
    return pieces


def _gains(
    system: System, curve: Curve, players: Sequence[Sequence[int]]
) -> Iterator[tuple[list[Any], sp.Expr, list[sp.Symbol]]]:
    """Yield what holds on a curve, each player's gain from other moves, and these moves."""
    variables = system.ring.variables
    known: list[Any] = [c for t in variables for c in (t >= 0, t <= 1)]
    low, high = (sp.Rational(str(end)) for end in curve.span)
    known += [variables[curve.along] >= low, variables[curve.along] <= high]
    known += [sp.Eq(curve.equation, 0)] if curve.equation != 0 else []
    fixed = {
        t: sp.Rational(str(a))
        for t, a, b, k in zip(variables, *curve.ends, range(len(variables)), strict=True)
        if a == b and k not in (curve.along, curve.across)
    }
    for own in players:
        moved = {variables[k]: sp.Symbol(f"s{k}", real=True) for k in own}
        top, bottom = (system.ring.formula(part) for part in system.payoffs[own[0]])
        gain = sp.expand(
            top.xreplace(moved) * bottom.xreplace(fixed)
            - top.xreplace(fixed) * bottom.xreplace(moved)
        ).xreplace(fixed)
        facts = [c for c in (x.xreplace(fixed) for x in known) if c != sp.true]
        yield facts, gain, list(moved.values())
