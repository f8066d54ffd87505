r"""What holds wherever the continuous moves of a game are in equilibrium: necessary conditions.

The moves become unknowns, the conditions are over the unknowns and the parameters. What follows
from them for all values holds in every pure equilibrium, at every parameter point.

Steps
-----
1. In the last stage each move x of player i satisfies, with the slope :math:`s = \partial \pi_i /
   \partial x`, either :math:`s = 0` strictly inside its interval, where the curvature is at most
   0, or :math:`s \le 0` at the lower end, or :math:`s \ge 0` at the upper end.
2. In an earlier stage the later moves y follow: they solve :math:`G(x, y) = 0`, the first-order
   conditions of the later stages, so that :math:`dy/dx = -G_y^{-1} G_x` where :math:`\det G_y \ne
   0`, and the slope is the total derivative :math:`\partial \pi_i/\partial x +
   (\partial \pi_i/\partial y)\, dy/dx`. Later moves are assumed to lie strictly inside their
   intervals, and :math:`G_y` to be regular; both are listed as assumptions. So is that the later
   stages have one equilibrium whatever was done before, unless z3 proves all principal minors of
   :math:`-G_y` positive (Gale and Nikaido 1965): with several, a move can be held where it is by
   play that jumps from one to another, and its slope tells nothing.
3. Where a slope is not defined it tells nothing. That what stands below a line is not 0, and under
   a root or in a logarithm above 0, is proved by z3 for all moves within their intervals; where it
   is not proved it is listed as an assumption.
4. The derivative of the moves of an interior equilibrium with respect to a parameter p comes from
   all first-order conditions F alike: :math:`dz/dp = -F_z^{-1} F_p`, where :math:`\det F_z \ne 0`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.errors import StructureError
from pigou.expression import If, Lookup, Total, symbol
from pigou.game import Choice, Game, Move
from pigou.solvers.reals import decide

__all__ = ["Situation", "situation"]

MOST_MINORS = 3


@dataclass(frozen=True)
class Situation:
    """The unknown moves of an equilibrium, what they satisfy, and what follows from them.

    Parameters
    ----------
    moves : mapping of str to sympy symbol
        The unknown that stands for each continuous move.
    given : tuple of sympy conditions
        Necessary conditions of an equilibrium.
    assumed : tuple of str
        What was assumed on the way, in words.
    payoffs : mapping of str to sympy expression
        Of every party, after transfers; ``"welfare"`` is the sum of primitive payoffs.
    slopes : tuple of sympy expression
        The first-order conditions of an interior equilibrium, equal to 0.
    interior : bool
    defined : tuple of sympy conditions
        Those of the assumptions that say where slopes are defined.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> game = Game(
    ...     "monopoly",
    ...     [Player("firm")],
    ...     [Move("q", "firm", (0, 9))],
    ...     {"firm": "q*(price - q)"},
    ...     parameters=[Parameter("price", 1, "price > 0")],
    ... )
    >>> inside = situation(game, "e", interior=True)
    >>> inside.slopes
    (-2*e_q + price,)
    """

    moves: Mapping[str, sp.Symbol]
    given: tuple[Boolean, ...]
    assumed: tuple[str, ...]
    payoffs: Mapping[str, sp.Expr]
    slopes: tuple[sp.Expr, ...]
    interior: bool
    defined: tuple[Boolean, ...] = ()

    @cached_property
    def jacobian(self) -> sp.Matrix:
        """The derivative of the first-order conditions with respect to the moves."""
        return sp.Matrix(self.slopes).jacobian(list(self.moves.values()))

    def effect(self, formula: sp.Expr, parameter: sp.Symbol) -> tuple[sp.Expr, Boolean]:
        """Return the derivative of a formula with respect to a parameter, and where it is defined.

        Examples
        --------
        >>> x, b = sp.symbols("x b", real=True)
        >>> one = Situation({"x": x}, (), (), {}, (b - 2 * x,), True)
        >>> one.effect(3 * x, b)
        (3/2, True)
        """
        unknowns = list(self.moves.values())
        kinks = sp.Tuple(formula, *self.slopes).atoms(If, sp.Max, sp.Min, sp.Abs)
        for kink in sorted(kinks, key=str):
            if kink.free_symbols & {*unknowns, parameter}:
                raise StructureError(
                    f"an effect on '{parameter}' of what has a case distinction in it or in the "
                    f"moves, '{kink}', is not handled: a derivative need not exist"
                )
        determinant = sp.factor(self.jacobian.det())
        change = -self.jacobian.adjugate() * sp.Matrix(self.slopes).diff(parameter) / determinant
        total = sp.diff(formula, parameter) + sum(
            sp.diff(formula, x) * change[k] for k, x in enumerate(unknowns)
        )
        return sp.factor(sp.together(total)), sp.Ne(determinant, 0)


def situation(
    game: Game, name: str, interior: bool = False, paid_in: Game | None = None
) -> Situation:
    """Return the necessary conditions of a pure equilibrium in continuous moves.

    Parameters
    ----------
    game : Game
        Of single players. Choices with one label are constants.
    name : str
        Unknowns are called ``<name>_<move>``.
    interior : bool
        Whether every move is assumed to lie strictly inside its interval.
    paid_in : Game, optional
        The game, with the same moves, whose payoffs are stated: this one unless given.

    Raises
    ------
    StructureError
        If a choice is left open, a draw is seen, a population moves, or a payoff that counts has a
        case distinction in the moves.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> game = Game(
    ...     "leader and follower",
    ...     [Player("one"), Player("two")],
    ...     [Move("q1", "one", (0, 9)), Move("q2", "two", (0, 9), 2)],
    ...     {"one": "q1*(9 - q1 - q2)", "two": "q2*(9 - q1 - q2)"},
    ... )
    >>> found = situation(game, "e", interior=True)
    >>> sp.solve(found.slopes, list(found.moves.values()))
    {e_q1: 9/2, e_q2: 9/4}
    """
    return _Builder(game, name, interior).build(paid_in or game)


class _Builder:
    def __init__(self, game: Game, name: str, interior: bool):
        _check_structure(game)
        self.game, self.name, self.interior = game, name, interior
        self.values: dict[Any, Any] = {}
        for move in sorted(game.moves, key=lambda m: m.stage):
            if self._is_not_made(f"'{move.name}' is made", move.when):
                self.values[move.symbol] = sp.S.Zero
            elif isinstance(move.domain, Choice):
                (number,) = move.domain.options.values()
                self.values[move.symbol] = sp.Rational(number.numerator, number.denominator)
        self.moves = tuple(m for m in game.moves if m.symbol not in self.values)
        self.unknown = {m.name: symbol(f"{name}_{m.name}") for m in self.moves}
        self.values |= {symbol(m): x for m, x in self.unknown.items()}
        self.given: list[Any] = []
        self.formulas: list[sp.Expr] = []
        self.assumed: list[str] = []

    def _is_not_made(self, what: str, when: Any) -> bool:
        """Whether a move or a draw is not made, given the labels of the choices."""
        condition = sp.sympify(when).xreplace(self.values)
        if condition not in (sp.true, sp.false):
            raise StructureError(f"game '{self.game.name}': whether {what} depends on {condition}")
        return bool(condition == sp.false)

    def build(self, paid_in: Game) -> Situation:
        slopes: dict[str, sp.Expr] = {}
        for stage in sorted({m.stage for m in self.moves}, reverse=True):
            now = [m for m in self.moves if m.stage == stage]
            follow = self._follow(slopes)
            aims = {m.name: self._expected(self.game.payoff(m.player)) for m in now}
            found = {m.name: self._total(aims[m.name], m, follow) for m in now}
            for move in now:
                self._require(move, found[move.name], follow)
            slopes = {**found, **slopes}
        parties = paid_in.parties
        payoffs = {who: self._expected(paid_in.payoff(who)) for who in parties}
        payoffs["welfare"] = sum((self._expected(paid_in.primitive(w)) for w in parties), sp.S(0))
        ordered = tuple(slopes[m.name] for m in self.moves)
        defined = tuple(self._undefined())
        self.assumed += [f"{demand.lhs} {demand.rel_op} 0" for demand in defined]
        return Situation(
            self.unknown, tuple(self.given), tuple(self.assumed), payoffs, ordered, self.interior,
            defined,
        )  # fmt: skip

    def _expected(self, formula: sp.Expr) -> sp.Expr:
        undrawn = {c.symbol: sp.S.Zero for c in self.game.chance}
        axes = [
            [(p, c.symbol, sp.Rational(v.numerator, v.denominator)) for v, p in c.outcomes.values()]
            for c in self.game.chance
            if not self._is_not_made(f"'{c.name}' is drawn", c.when)
        ]
        total = sp.S.Zero
        for draw in itertools.product(*axes):
            at = {**undrawn, **self.values, **{name: value for _, name, value in draw}}
            total += sp.Mul(*(p for p, _, _ in draw)) * _put(formula, at)
        return total

    def _follow(self, slopes: Mapping[str, sp.Expr]) -> Mapping[sp.Symbol, Any]:
        """Return how later moves follow each earlier one: y -> (x -> dy/dx)."""
        if not slopes:
            return {}
        later = [self.unknown[name] for name in slopes]
        equations = sp.Matrix(list(slopes.values()))
        jacobian = equations.jacobian(later)
        determinant = sp.factor(jacobian.det())
        if determinant == 0:
            raise StructureError(
                f"game '{self.game.name}': the first-order conditions of a later stage do not "
                "determine its moves"
            )
        if not determinant.is_number:
            self.given.append(sp.Ne(determinant, 0))
            self.assumed.append("the first-order conditions of later stages are regular")
        if not self._is_one_equilibrium(-jacobian):
            self.assumed.append("later stages have one equilibrium, whatever was done before")
        inverse = jacobian.adjugate() / determinant
        earlier = [x for x in self.unknown.values() if x not in later]
        rates = {x: -inverse * equations.diff(x) for x in earlier}
        return {y: {x: sp.cancel(rates[x][k]) for x in earlier} for k, y in enumerate(later)}

    def _is_one_equilibrium(self, falling: sp.Matrix) -> bool:
        """Whether all principal minors of minus the derivatives of slopes are proved positive."""
        size = falling.rows
        if size > MOST_MINORS:
            return False
        kept = (k for n in range(1, size + 1) for k in itertools.combinations(range(size), n))
        return all(self._is_proved(falling.extract(list(k), list(k)).det() > 0) for k in kept)

    def _total(self, formula: sp.Expr, move: Move, follow: Mapping[Any, Any]) -> sp.Expr:
        """Return the total derivative of a formula with respect to a move."""
        x = self.unknown[move.name]
        _check_smooth(formula, self.unknown.values(), self.game, move.player)
        later = (sp.diff(formula, y) * rate[x] for y, rate in follow.items())
        return sp.together(sp.diff(formula, x) + sum(later, sp.S.Zero))

    def _require(self, move: Move, slope: sp.Expr, follow: Mapping[Any, Any]) -> None:
        """Add the necessary conditions of one move."""
        x = self.unknown[move.name]
        low, high = _ends(move)
        if (low < high) != sp.true:
            self.given.append(low < high)
        curvature = self._total(slope, move, follow)
        self.formulas += [slope, curvature]
        inside = [sp.Gt(x, low), sp.Lt(x, high), sp.Eq(sp.fraction(slope)[0], 0)]
        inside += [] if curvature.is_nonpositive else [sp.Le(curvature, 0)]
        followed = any(m.stage < move.stage for m in self.moves)
        if self.interior or followed:
            self.given += inside
            self.assumed.append(f"'{move.name}' lies strictly inside its interval")
            return
        low_end, high_end = [sp.Eq(x, low), sp.Le(slope, 0)], [sp.Eq(x, high), sp.Ge(slope, 0)]
        self.given.append(sp.Or(*(sp.And(*c) for c in (inside, low_end, high_end))))

    def _is_proved(self, condition: Any) -> bool:
        """Whether a condition is proved for all moves within their intervals."""
        below, above = (sp.Gt, sp.Lt) if self.interior else (sp.Ge, sp.Le)
        ends = [(self.unknown[m.name], *_ends(m)) for m in self.moves]
        box = [c for x, low, high in ends for c in (below(x, low), above(x, high))]
        whole = [p.name for p in self.game.parameters if p.integer]
        return bool(decide(condition, [*self.game.conditions, *box], whole, seconds=2.0))

    def _undefined(self) -> Iterator[Any]:
        """Yield what has to hold for slopes to be defined, where that is not proved."""
        demands: set[Any] = {
            sp.Ne(power.base, 0) if power.exp.is_Integer else sp.Gt(power.base, 0)
            for formula in self.formulas
            for power in formula.atoms(sp.Pow)
            if power.base.free_symbols and not (power.exp.is_Integer and power.exp > 0)
        }
        demands |= {sp.Gt(log.args[0], 0) for f in self.formulas for log in f.atoms(sp.log)}
        for demand in sorted(demands, key=str):
            if not self._is_proved(demand):
                yield demand


def _ends(move: Move) -> tuple[sp.Expr, sp.Expr]:
    return sp.sympify(move.domain.lower), sp.sympify(move.domain.upper)


def _put(formula: Any, at: Mapping[Any, Any]) -> Any:
    """Put values into a formula and settle case distinctions and tables that they decide."""
    put = formula.xreplace({k: v for k, v in at.items() if k in formula.free_symbols})
    return put.doit() if put.has(If, Lookup) else put


def _check_smooth(formula: sp.Expr, unknowns: Iterable[sp.Symbol], game: Game, who: str) -> None:
    moves = set(unknowns)
    for kink in formula.atoms(If, sp.Max, sp.Min, sp.Abs, Lookup, Total):
        if kink.free_symbols & moves:
            raise StructureError(
                f"game '{game.name}': the payoff of '{who}' has a case distinction in continuous "
                f"moves, '{kink}'; propositions about moves need payoffs that are differentiable"
            )


def _check_structure(game: Game) -> None:
    where = f"propositions about game '{game.name}'"
    for move in game.moves:
        if isinstance(move.domain, Choice) and len(move.domain.labels) > 1:
            raise StructureError(
                f"{where}: the choice '{move.name}' is open; hold it at one of "
                f"{', '.join(move.domain.labels)}"
            )
        if game.player(move.player).is_population:
            raise StructureError(f"{where}: the population '{move.player}' moves continuously")
        earlier = {m.name for m in game.moves if m.stage < move.stage}
        if move.observes is not None and not earlier <= set(move.observes):
            raise StructureError(f"{where}: '{move.name}' does not observe all earlier moves")
    if any(c.seen_by for c in game.chance):
        raise StructureError(f"{where}: a draw of chance that somebody sees is not handled yet")
    if not any(not isinstance(m.domain, Choice) for m in game.moves):
        raise StructureError(f"{where}: no move is continuous; use Profile for finite games")
