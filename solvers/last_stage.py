r"""The moves of a stage in closed form, as functions of what came before.

The movers of a stage choose :math:`x \in X = \prod_k [a_k, b_k]` knowing the history h in a box H.
Each maximises

.. math:: u_i(x, h) = s_i(x, h) + \sum_j c_j(h) \max(e_j(x_k, h), f_j(x_k, h)),
          \qquad c_j \le 0,

with s smooth; each kink depends on one move of i itself, and e, f are linear in it, so that kinks
are concave.

Steps
-----
1. *At most one equilibrium after each history.* With :math:`G_k = \partial s_{i(k)} / \partial
   x_k`, all principal minors of :math:`-\partial G / \partial x` are proved positive on X x H. Then
   -G is a P-function on the box X, and so it is with the monotone part that concave kinks add; the
   first-order conditions have at most one solution (Moré and Rheinboldt 1973; Facchinei and Pang
   2003, Proposition 3.5.10). Minors of a player's own moves are those of minus its Hessian: its
   payoff is strictly concave in its own moves, wherever the rivals are. So first-order conditions
   are sufficient, and there is an equilibrium (Rosen 1965): exactly one after each history.
2. Every combination of the places of moves (inside, at the lower, at the upper end, at a kink) and
   of the sides of kinks gives equations, which sympy solves for x. The solution is the equilibrium
   in the *region* of histories where moves are within their ends, derivatives at ends and at kinks
   have the right signs, and kinks are on the side that was assumed.
3. If all moves inside satisfy that in all of H, by proof, there is one piece, and step 2 ends.
   Otherwise pieces whose region has no interior are dropped, by proof: the regions are closed and
   cover H, so that those with an interior cover it too.

Sources: J. J. Moré and W. C. Rheinboldt (1973), On P- and S-functions; J. B. Rosen (1965),
Existence and uniqueness of equilibrium points for concave n-person games, Econometrica 33; F.
Facchinei and J.-S. Pang (2003), Finite-Dimensional Variational Inequalities.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import sympy as sp
from sympy.solvers.solveset import NonlinearError

from pigou.errors import StructureError
from pigou.expression import If, write_expression
from pigou.solvers.over_box import Box, covered, empty, holds

__all__ = ["Mover", "NoClosedForm", "StagePiece", "check_unique", "stage_pieces"]

_MOST_COMBINATIONS = 729
_MOST_MINORS = 5
_MOST_NONLINEAR, _LONGEST, _MOST_SOLUTIONS = 2, 60, 2


class NoClosedForm(StructureError):
    """The equilibria of a stage are not available in closed form, or not known to be unique."""


class Mover(NamedTuple):
    """A continuous move of the stage: its symbol, its player and its interval.

    Examples
    --------
    >>> Mover(sp.Symbol("q"), "firm", Fraction(0), Fraction(9)).player
    'firm'
    """

    move: sp.Symbol
    player: str
    low: Fraction
    high: Fraction


class StagePiece(NamedTuple):
    """The equilibrium of a stage in a region of histories.

    Attributes
    ----------
    moves : mapping of symbol to expression
        What is done, as a function of the history.
    region : tuple of expression
        It is the equilibrium where all of these are at least 0.
    branches : mapping of expression to expression
        What each kink of the payoffs is in this piece.
    """

    moves: Mapping[sp.Symbol, sp.Expr]
    region: tuple[sp.Expr, ...]
    branches: Mapping[sp.Expr, sp.Expr]


class _Kink(NamedTuple):
    """A maximum or minimum of two formulas in payoffs."""

    atom: sp.Expr
    name: sp.Symbol  # what stands for it
    low: sp.Expr  # the one that counts below the kink
    high: sp.Expr  # the one that counts above it
    sign: int  # 1: the larger counts; -1: the smaller
    move: sp.Symbol | None  # what it depends on; None: on the history only

    def margin(self, side: int) -> sp.Expr:
        """Return what is at least 0 where one side counts: 0 for `low`, 1 for `high`."""
        gap = self.sign * (self.low - self.high)
        return -gap if side else gap


def stage_pieces(
    payoffs: Mapping[str, sp.Expr], movers: Sequence[Mover], history: Box
) -> list[StagePiece]:
    """Return the only equilibrium of a stage after each history, piece by piece.

    Parameters
    ----------
    payoffs : mapping of str to expression
        Of each mover, in the moves and the history; all else in numbers.
    movers : sequence of Mover
    history : mapping of symbol to pair of Fraction
        The box of histories; empty if nothing continuous came before.

    Raises
    ------
    NoClosedForm
        If uniqueness could not be proved, or sympy finds no closed form.

    Examples
    --------
    >>> a, b = sp.symbols("a b", real=True)
    >>> follower = Mover(b, "two", Fraction(0), Fraction(9))
    >>> stage_pieces({"two": b * (9 - a - b)}, [follower], {a: (Fraction(0), Fraction(9))})
    [StagePiece(moves={b: 9/2 - a/2}, region=(), branches={})]
    """
    smooth, kinks = _without_kinks(payoffs, movers, history)
    if not history and not kinks and not _is_linear(_equations(smooth, movers), movers):
        raise NoClosedForm("the first-order conditions are not linear: they are solved in numbers")
    still = [kink for kink in kinks if kink.move is None]
    for sides in itertools.product((0, 1), repeat=len(still)):
        taken = _branches(still, sides)
        check_unique({p: u.xreplace(taken) for p, u in smooth.items()}, movers, history)
    if not kinks:
        for values in _solutions(_equations(smooth, movers), movers):
            inside = [
                c
                for m in movers
                for c in (values[m.move] - _number(m.low), _number(m.high) - values[m.move])
            ]
            inside += _radicands(values.values())
            if holds(inside, history):
                return [StagePiece(values, (), {})]
    return _all_pieces(smooth, kinks, movers, history)


def _branches(kinks: Sequence[_Kink], sides: Sequence[int]) -> dict[sp.Expr, sp.Expr]:
    """Return the formula that counts on one side of each kink, under the kink's symbol."""
    return {
        kink.name: kink.high if side else kink.low for kink, side in zip(kinks, sides, strict=True)
    }


# -- kinks ------------------------------------------------------------------------------------


def _without_kinks(
    payoffs: Mapping[str, sp.Expr], movers: Sequence[Mover], history: Box
) -> tuple[dict[str, sp.Expr], list[_Kink]]:
    """Put symbols in place of the kinks of payoffs, and say what each is."""
    kinks: dict[sp.Expr, _Kink] = {}
    smooth = {}
    for player in dict.fromkeys(m.player for m in movers):
        formula = payoffs[player]
        for atom in sorted(formula.atoms(sp.Max, sp.Min, sp.Abs), key=str):
            kinks.setdefault(atom, _kink(atom, movers))
        smooth[player] = formula.xreplace({atom: kink.name for atom, kink in kinks.items()})
        if smooth[player].has(If, sp.Max, sp.Min, sp.Abs):
            raise NoClosedForm(
                f"the payoff of '{player}' has case distinctions on continuous moves, or kinks "
                "within kinks: no closed form is sought"
            )
    for kink in kinks.values():
        if kink.move is not None:
            _check_concave(kink, smooth, movers, history)
    return smooth, list(kinks.values())


def _check_concave(
    kink: _Kink, smooth: Mapping[str, sp.Expr], movers: Sequence[Mover], history: Box
) -> None:
    """Refuse a kink that is not concave for its mover, or whose weight changes with moves."""
    for player, formula in smooth.items():
        weight = sp.diff(formula, kink.name)
        own = any(m.move == kink.move and m.player == player for m in movers)
        if weight.free_symbols - set(history) or not (
            not own or holds([-kink.sign * weight], history)
        ):
            raise NoClosedForm(
                f"'{write_expression(kink.atom)}' makes the payoff of '{player}' convex, or "
                "changes with other moves: no closed form is sought"
            )


def _kink(atom: sp.Expr, movers: Sequence[Mover]) -> _Kink:
    sign = -1 if isinstance(atom, sp.Min) else 1
    parts = (atom.args[0], -atom.args[0]) if isinstance(atom, sp.Abs) else atom.args
    name = sp.Dummy("kink", real=True)
    where = f"'{write_expression(atom)}'"
    if len(parts) != 2:
        raise NoClosedForm(f"{where} has more than two parts: no closed form is sought")
    moves = [m for m in movers if m.move in atom.free_symbols]
    if not moves:
        return _Kink(atom, name, parts[0], parts[1], sign, None)
    slopes = [sp.diff(part, moves[0].move) for part in parts]
    if len(moves) > 1 or not all(s.is_Rational for s in slopes):
        raise NoClosedForm(f"{where} has to depend on one move, linearly: no closed form is sought")
    rising = bool(sign * slopes[0] <= sign * slopes[1])
    low, high = parts if rising else parts[::-1]
    return _Kink(atom, name, low, high, sign, moves[0].move)


# -- uniqueness ---------------------------------------------------------------------------------


def check_unique(payoffs: Mapping[str, sp.Expr], movers: Sequence[Mover], history: Box) -> None:
    """Prove that there is exactly one equilibrium after each history (step 1).

    Raises
    ------
    NoClosedForm
        If that could not be proved.

    Examples
    --------
    >>> a, b = sp.symbols("a b", real=True)
    >>> follower = Mover(b, "two", Fraction(0), Fraction(9))
    >>> check_unique({"two": b * (9 - a - b)}, [follower], {a: (Fraction(0), Fraction(9))})
    """
    gradient = _equations(payoffs, movers)
    jacobian = -sp.Matrix([[sp.diff(g, m.move) for m in movers] for g in gradient])
    jacobian = jacobian.applyfunc(sp.together)
    box = {**history, **{m.move: (m.low, m.high) for m in movers}}
    if all(entry.is_Rational for entry in jacobian):
        symmetric = jacobian + jacobian.T
        if symmetric.is_positive_definite:
            return
    if len(movers) <= _MOST_MINORS and all(
        holds([_minor(jacobian, which)], box, strictly=True)
        for size in range(1, len(movers) + 1)
        for which in itertools.combinations(range(len(movers)), size)
    ):
        return
    names = ", ".join(f"'{m.move.name}'" for m in movers)
    raise NoClosedForm(
        f"{names}: it could not be proved that there is one equilibrium after each history (the "
        "matrix of minus the second derivatives is not known to have positive principal minors)"
    )


def _minor(matrix: sp.Matrix, which: Sequence[int]) -> sp.Expr:
    return sp.together(sp.expand(matrix.extract(list(which), list(which)).det()))


def _equations(payoffs: Mapping[str, sp.Expr], movers: Sequence[Mover]) -> list[sp.Expr]:
    return [sp.expand(sp.diff(payoffs[m.player], m.move)) for m in movers]


# -- closed forms -------------------------------------------------------------------------------


def _is_linear(equations: Sequence[sp.Expr], movers: Sequence[Mover]) -> bool:
    moves = [m.move for m in movers]
    return all(sp.diff(e, a, b) == 0 for e in equations for a in moves for b in moves)


def _solutions(
    equations: Sequence[sp.Expr], movers: Sequence[Mover]
) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    """Solve equations for the moves in closed form."""
    moves = [m.move for m in movers]
    if not moves:
        yield {}
        return
    try:
        found = list(sp.linsolve(list(equations), moves))
        solutions = [dict(zip(moves, found[0], strict=True))] if found else []
    except (ValueError, NonlinearError):
        if len(moves) > _MOST_NONLINEAR or sum(e.count_ops() for e in equations) > _LONGEST:
            raise NoClosedForm("no closed form is sought of large nonlinear systems") from None
        if _is_involved(equations, moves):
            raise NoClosedForm("no closed form is sought of systems of high degree") from None
        try:
            solutions = sp.solve(list(equations), moves, dict=True)
        except NotImplementedError:
            raise NoClosedForm("sympy finds no closed form of the first-order conditions") from None
        solutions = [s for s in solutions if _solves(s, equations)]
    for one in solutions:
        values = {move: sp.cancel(one.get(move, move)) for move in moves}
        free: set[sp.Symbol] = set().union(*(v.free_symbols for v in values.values()))
        if not free & set(moves) and not any(v.has(sp.I) for v in values.values()):
            yield values


def _is_involved(equations: Sequence[sp.Expr], moves: Sequence[sp.Symbol]) -> bool:
    """Whether equations are of a kind whose solution with symbols takes sympy very long.

    For several moves, they may have more than two solutions (Bézout's bound), or are not rational;
    for one move, they have a factor of degree 3 or more that is not binomial.
    """
    if len(moves) == 1 and equations[0].is_polynomial(*moves):
        polynomials = [sp.Poly(factor, *moves) for factor, _ in sp.factor_list(equations[0])[1]]
        return any(p.degree() > 2 and len(p.terms()) > 2 for p in polynomials)
    if len(moves) == 1:
        return False
    if not all(e.is_polynomial(*moves) for e in equations):
        return not all(e.is_rational_function(*moves) for e in equations)
    bound = 1
    for equation in equations:
        bound *= max(1, int(sp.Poly(equation, *moves).total_degree()))
    return bound > _MOST_SOLUTIONS


def _solves(values: Mapping[sp.Symbol, sp.Expr], equations: Sequence[sp.Expr]) -> bool:
    return all(sp.simplify(equation.xreplace(dict(values))) == 0 for equation in equations)


def _radicands(formulas: object) -> list[sp.Expr]:
    """Return what has to be at least 0 for roots to be real."""
    powers: set[sp.Expr] = set()
    for formula in formulas:  # type: ignore[attr-defined]
        powers |= {p for p in formula.atoms(sp.Pow) if p.exp.is_Rational and p.exp.q % 2 == 0}
    return [p.base for p in sorted(powers, key=str) if not p.base.is_number]


_INSIDE, _LOW, _HIGH = "inside", "low", "high"


def _all_pieces(
    payoffs: Mapping[str, sp.Expr], kinks: Sequence[_Kink], movers: Sequence[Mover], history: Box
) -> list[StagePiece]:
    places = [
        (_INSIDE, _LOW, _HIGH, *(k for k, kink in enumerate(kinks) if kink.move == m.move))
        for m in movers
    ]
    combinations = 2 ** len(kinks)
    for one in places:
        combinations *= len(one)
    if combinations > _MOST_COMBINATIONS:
        raise NoClosedForm(
            f"{combinations:,} combinations of moves inside, at ends and at kinks; at most "
            f"{_MOST_COMBINATIONS} are tried"
        )
    pieces: list[StagePiece] = []
    for place in itertools.product(*places):
        free = [k for k in range(len(kinks)) if k not in place]
        for sides in itertools.product((0, 1), repeat=len(free)):
            taken = dict(zip(free, sides, strict=True))
            for piece in _labelled(payoffs, kinks, movers, place, taken):
                if not empty(piece.region, history):
                    pieces.append(piece._replace(region=_needed(piece.region, history)))
    pieces = _joined(pieces)
    if not covered([piece.region for piece in pieces], history):
        raise NoClosedForm("the closed forms found are not shown to hold after all histories")
    return pieces


def _needed(region: Sequence[sp.Expr], history: Box) -> tuple[sp.Expr, ...]:
    """Leave out conditions that follow from the others."""
    needed = list(region)
    for condition in region:
        others = [c for c in needed if c != condition]
        if holds([condition], history, given=others):
            needed = others
    return tuple(needed)


def _joined(pieces: Sequence[StagePiece]) -> list[StagePiece]:
    """Leave out a piece that another one with the same moves and fewer conditions covers."""
    kept: list[StagePiece] = []
    for piece in sorted(pieces, key=lambda p: len(p.region)):
        if not any(p.moves == piece.moves and set(p.region) <= set(piece.region) for p in kept):
            kept.append(piece)
    return kept


def _labelled(
    payoffs: Mapping[str, sp.Expr],
    kinks: Sequence[_Kink],
    movers: Sequence[Mover],
    place: Sequence[object],
    sides: Mapping[int, int],
) -> Iterator[StagePiece]:
    """Solve for the moves with given places of moves and sides of kinks."""

    def slope(m: Mover, pinned: int) -> sp.Expr:
        """Return the derivative for a mover, to the left (0) or right (1) of pinned kinks."""
        taken = [sides.get(k, pinned) for k in range(len(kinks))]
        return sp.diff(payoffs[m.player].xreplace(_branches(kinks, taken)), m.move)

    equations, region = [], []
    for m, where in zip(movers, place, strict=True):
        if where == _INSIDE:
            equations.append(slope(m, 0))
            region += [m.move - _number(m.low), _number(m.high) - m.move]
        elif where in (_LOW, _HIGH):
            equations.append(m.move - _number(m.low if where == _LOW else m.high))
            region.append(-slope(m, 0) if where == _LOW else slope(m, 0))
        else:
            equations.append(kinks[where].margin(0))  # type: ignore[call-overload]
            region += [m.move - _number(m.low), _number(m.high) - m.move, slope(m, 0), -slope(m, 1)]
    region += [kinks[k].margin(side) for k, side in sides.items()]
    taken = [sides.get(k, 0) for k in range(len(kinks))]
    branches = {
        kink.atom: branch
        for kink, branch in zip(kinks, _branches(kinks, taken).values(), strict=True)
    }
    for values in _solutions(equations, movers):
        conditions = [*(r.xreplace(values) for r in region), *_radicands(values.values())]
        yield StagePiece(values, _simplest(conditions), branches)


def _simplest(conditions: object) -> tuple[sp.Expr, ...]:
    """Write conditions f >= 0 with a positive factor taken out, and each once."""
    result: dict[sp.Expr, None] = {}
    for condition in conditions:  # type: ignore[attr-defined]
        one = sp.factor_terms(sp.cancel(sp.expand(condition)))
        factor, rest = one.as_content_primitive()
        one = rest if factor.is_positive else one
        if not (one.is_number and one.is_nonnegative):
            result[one] = None
    return tuple(result)


def _number(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)
