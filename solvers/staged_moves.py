r"""Games in stages with continuous moves: subgame-perfect equilibria in closed form.

Steps
-----
1. From the last stage backwards, the moves of a stage are found as functions of the moves before
   it, as in `pigou.solvers.move_regimes`: earlier moves are symbols within their intervals.
2. What is sought after every history is the solution in the inside of all intervals. It is the only
   equilibrium after every history where, by proof, payoffs are strictly concave in own moves, the
   first-order conditions have one solution, and no move is at an end of its interval. The last
   demands that the formulas lie within the intervals after every history; they are linear in each
   earlier move, or it is proved as it stands, so that it suffices to ask at the corners of the box
   of histories. That is a condition on the parameters, shortened by proof.
3. Put into the payoffs, this leaves a game with one stage less. The first stage is solved in full,
   with all moves at ends or inside.
4. What is stated holds where the condition of step 2 does; that it is left open elsewhere is said.

Source: R. Selten (1965), Spieltheoretische Behandlung eines Oligopolmodells mit
Nachfrageträgheit.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from pigou.errors import StructureError
from pigou.exact import Record
from pigou.expression import symbol
from pigou.game import Game, Parameter
from pigou.solvers.closed_forms import closed_forms
from pigou.solvers.conditions import Simplifier, tidy
from pigou.solvers.move_regimes import MoveSearch, move_regimes
from pigou.solvers.symbolic import Follow, RegimeSet

__all__ = ["staged_move_regimes"]


def staged_move_regimes(game: Game, fixed: Mapping[str, Any] | None = None) -> RegimeSet:
    """Return every subgame-perfect equilibrium in closed form, where later moves are inside.

    Parameters
    ----------
    game : Game
        Of single players with continuous moves, who see all earlier moves.
    fixed : mapping of str to number, optional
        Parameters that are given a value instead of staying symbols.

    Raises
    ------
    StructureError
        If the game has another structure, or a later stage has no closed form.

    Examples
    --------
    >>> from pigou.game import Game, Move, Parameter, Player
    >>> game = Game(
    ...     "leader and follower",
    ...     [Player("one"), Player("two")],
    ...     [Move("q1", "one", (0, "a/2")), Move("q2", "two", (0, "a"), 2)],
    ...     {"one": "q1*(a - q1 - q2)", "two": "q2*(a - q1 - q2)"},
    ...     parameters=[Parameter("a", 1, "a > 0")],
    ... )
    >>> found = staged_move_regimes(game)
    >>> found.follows[0].moves
    {'q2': a/2 - q1/2}
    >>> [one.moves for one in found.equilibria]
    [{'q1': a/2, 'q2': a/4}]
    """
    _check_structure(game)
    fixed = fixed or {}
    payoffs = {m.player: game.payoff(m.player) for m in game.moves}
    stages = sorted({m.stage for m in game.moves})
    follows: list[Follow] = []
    needs: list[Any] = []
    for stage in reversed(stages[1:]):
        one = _Stage(game, stage, payoffs, fixed, needs)
        found = one.after_every_history()
        follows.insert(0, found)
        needs += [c for c in _listed(found.condition) if c not in needs]
        at = {symbol(name): formula for name, formula in found.moves.items()}
        payoffs = {who: sp.cancel(sp.together(u.xreplace(at))) for who, u in payoffs.items()}
    first = _reduced(game, stages[0], payoffs, needs)
    return _joined(game, move_regimes(first, fixed), follows, needs)


def _joined(
    game: Game, found: RegimeSet, follows: Sequence[Follow], needs: Sequence[Any]
) -> RegimeSet:
    """Add what follows to the equilibria of the first stage."""
    equilibria = []
    for one in found.equilibria:
        at = {symbol(name): formula for name, formula in one.moves.items()}
        for later in follows:
            for name, formula in later.moves.items():
                at[symbol(name)] = sp.cancel(sp.together(formula.xreplace(at)))
        moves = Record({m.name: tidy(at[m.symbol]) for m in game.moves})
        equilibria.append(replace(one, moves=moves))
    changed = {id(old): new for old, new in zip(found.equilibria, equilibria, strict=True)}
    regimes = tuple(
        replace(r, equilibria=tuple(changed[id(e)] for e in r.equilibria)) for r in found.regimes
    )
    outside = [f"where not {c}: later moves may be at an end of an interval" for c in needs]
    return replace(
        found,
        game=game.name,
        equilibria=tuple(equilibria),
        partition=replace(found.partition, regimes=regimes),
        unresolved=(*found.unresolved, *outside),
        follows=tuple(follows),
    )


class _Stage:
    """One stage, with what follows put into the payoffs."""

    def __init__(
        self,
        game: Game,
        stage: int,
        payoffs: Mapping[str, sp.Expr],
        fixed: Mapping[str, Any],
        needs: Sequence[Any],
    ):
        self.game, self.stage = game, stage
        self.search = MoveSearch(_reduced(game, stage, payoffs, needs), fixed)
        self.before = [m for m in game.moves if m.stage < stage]
        self.where = f"regimes of game '{game.name}': stage {stage}"

    def after_every_history(self) -> Follow:
        """Return the moves of the stage as functions of the history, and where they are that."""
        search = self.search
        inner = list(search.moves)
        equations = [sp.fraction(sp.together(slope))[0] for slope in search.slopes]
        solutions = closed_forms(equations, inner)
        if solutions is None or len(solutions) != 1:
            raise StructureError(f"{self.where} has no closed form that is the only one")
        self.check_unique()
        values = {x: sp.cancel(sp.together(v)) for x, v in solutions[0].values.items()}
        demands = [*solutions[0].needs]
        for x, low, high in zip(search.moves, search.low, search.high, strict=True):
            demands += [sp.Ge(values[x] - low, 0), sp.Ge(high - values[x], 0)]
        condition = self.for_all_histories(demands)
        return Follow(self.stage, "", {str(x): tidy(v) for x, v in values.items()}, condition)

    def check_unique(self) -> None:
        """Prove that there is one equilibrium after each history at most.

        All principal minors of minus the Jacobian of the first-order conditions are positive in
        the box: minus the conditions are a P-function (Moré and Rheinboldt 1973).
        """
        search = self.search
        jacobian = sp.Matrix([[sp.diff(slope, x) for x in search.moves] for slope in search.slopes])
        for size in range(1, len(search.moves) + 1):
            for rows in itertools.combinations(range(len(search.moves)), size):
                minor = sp.together((-jacobian).extract(list(rows), list(rows)).det())
                if not search.proved(sp.Gt(minor, 0), *search.box()):
                    raise StructureError(
                        f"{self.where} may have several equilibria after a history, or that it "
                        f"has not is not proved ({minor} > 0)"
                    )

    def for_all_histories(self, demands: Sequence[Any]) -> Any:
        """Return when demands hold after every history, as a condition on the parameters."""
        search = self.search
        history = [m.symbol for m in self.before]
        left = [c for c in demands if not search.proved(c)]
        if any(isinstance(c, sp.Ne) for c in left):
            raise StructureError(f"{self.where}: that {sp.And(*left)} is not proved")
        if any(not _is_linear(c.lhs, history) for c in left):
            raise StructureError(
                f"{self.where}: whether moves stay within their intervals after every history is "
                "not linear in the moves before it"
            )
        given = tuple(c for c in search.given if not c.has(*history))
        ends = [
            [sp.sympify(end).xreplace(search.fixed) for end in (m.domain.lower, m.domain.upper)]
            for m in self.before
        ]
        corners = [dict(zip(history, corner, strict=True)) for corner in itertools.product(*ends)]
        order = [s for s in search.simplifier.order if s not in history]
        away = Simplifier(given, search.integers, order)
        claims = [sp.Ge(sp.cancel(c.lhs.xreplace(at)), 0) for c in left for at in corners]
        kept = [c for c in dict.fromkeys(claims) if c != sp.true]
        if away.holds(sp.Not(sp.And(*kept))):
            raise StructureError(
                f"{self.where}: for no parameter values do the moves stay within their intervals "
                "after every history in the way that first-order conditions say"
            )
        return sp.And(*away.shortened(kept))


def _reduced(game: Game, stage: int, payoffs: Mapping[str, sp.Expr], needs: Sequence[Any]) -> Game:
    """Return one stage as a game of its own; earlier moves are parameters.

    Parameters have no defaults in it: these may lie outside what is needed.
    """
    moves = [replace(m, stage=1, observes=None) for m in game.moves if m.stage == stage]
    movers = {m.player for m in moves}
    before = [
        Parameter(m.name, domain=sp.And(m.symbol >= m.domain.lower, m.symbol <= m.domain.upper))
        for m in game.moves
        if m.stage < stage and all(not sp.sympify(e).free_symbols for e in
                                   (m.domain.lower, m.domain.upper))
    ]  # fmt: skip
    names = {p.name for p in before}
    open_ = [m for m in game.moves if m.stage < stage and m.name not in names]
    limits = [c for m in open_ for c in (m.symbol >= m.domain.lower, m.symbol <= m.domain.upper)]
    return Game(
        game.name,
        [p for p in game.players if p.name in movers],
        moves,
        {who: payoffs[who] for who in movers},
        parameters=[
            *(replace(p, default=None) for p in game.parameters),
            *before,
            *(Parameter(m.name) for m in open_),
        ],
        chance=game.chance,
        assumptions=[*game.assumptions, *limits, *needs],
    )


def _listed(condition: Any) -> list[Any]:
    if condition == sp.true:
        return []
    return list(condition.args) if isinstance(condition, sp.And) else [condition]


def _is_linear(formula: sp.Expr, history: Sequence[sp.Symbol]) -> bool:
    """Tell whether a formula is linear in each of some symbols."""
    top, bottom = sp.fraction(sp.together(formula))
    if bottom.has(*history):
        return False
    return all(top.is_polynomial(x) and sp.degree(top, x) <= 1 for x in history if top.has(x))


def _check_structure(game: Game) -> None:
    where = f"regimes of game '{game.name}'"
    for move in game.moves:
        earlier = {m.name for m in game.moves if m.stage < move.stage}
        if move.observes is not None and not earlier <= set(move.observes):
            raise StructureError(f"{where}: '{move.name}' does not observe all earlier moves")
        if move.when != sp.true or game.player(move.player).is_population:
            raise StructureError(
                f"{where}: '{move.name}' is made by a population or only under a condition; in "
                "stages, closed forms are sought for single players who always move"
            )
    if any(c.seen_by for c in game.chance):
        raise StructureError(f"{where}: a draw of chance that somebody sees is not handled yet")
