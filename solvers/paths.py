r"""Which paths of play are outcomes of a subgame-perfect equilibrium, for all parameter values.

Steps
-----
1. The tree of a finite game in stages in which everybody sees all earlier moves; moves of one stage
   are made at the same time. Payoffs at the ends are formulas in the parameters, with expectations
   over draws that nobody sees.
2. Backwards from the ends: a path Q of a subgame is the outcome of a pure subgame-perfect
   equilibrium of the subgame under a condition :math:`c(Q)`; at an end it is true. After a history
   at which the labels a are chosen, the path P that goes on with Q is one if :math:`c(Q)` holds
   and, for each player i and each other choice :math:`a_i'`, some path R of the subgame after
   :math:`(a_i', a_{-i})` has :math:`c(R)` and :math:`\pi_i(R) \le \pi_i(P)`; every other subgame
   needs some path R with :math:`c(R)`.

The subgames after deviations of different players are different ones, so that what follows can be
chosen for each of them alone: the condition is necessary and sufficient (Selten 1965).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.errors import StructureError
from pigou.expression import Total
from pigou.game import Choice, Game, Move

__all__ = ["PathOfPlay", "paths_of_play"]

MOST_ENDS = 256


class PathOfPlay(NamedTuple):
    """A path, what everybody gets, and when it is the outcome of a subgame-perfect equilibrium.

    Examples
    --------
    >>> PathOfPlay({"enter": "no"}, {"entrant": sp.S(0)}, sp.true).labels
    {'enter': 'no'}
    """

    labels: Mapping[str, str]
    payoffs: Mapping[str, sp.Expr]
    holds: Boolean

    @property
    def words(self) -> str:
        """The moves that are made, with their labels."""
        return "; ".join(f"{move}: {label}" for move, label in self.labels.items())


def paths_of_play(game: Game) -> tuple[PathOfPlay, ...]:
    """Return every path of a finite game in stages with its condition.

    Parameters
    ----------
    game : Game
        Of single players with choices; everybody sees all earlier moves, nobody sees a draw.

    Raises
    ------
    StructureError
        If the game has another structure, or more than 256 paths.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> enter = Move("enter", "entrant", {"no": 0, "yes": 1})
    >>> fight = Move("fight", "incumbent", {"no": 0, "yes": 1}, 2, when="enter == yes")
    >>> game = Game(
    ...     "entry",
    ...     [Player("entrant"), Player("incumbent")],
    ...     [enter, fight],
    ...     {"entrant": "enter*(1 - 2*fight)", "incumbent": "2 - enter - price*fight"},
    ...     parameters=[Parameter("price", 1)],
    ... )
    >>> for path in paths_of_play(game):
    ...     print(path.words, path.holds)
    enter: no 1 <= 1 - price
    enter: yes; fight: no 1 - price <= 1
    enter: yes; fight: yes False
    """
    _check_structure(game)
    return tuple(_Tree(game).outcomes({}, 0))


class _Tree:
    def __init__(self, game: Game):
        self.game = game
        self.stages = sorted({m.stage for m in game.moves})
        self.plain = {
            **{who: game.payoff(who) for who in game.parties},
            "welfare": sum((game.primitive(who) for who in game.parties), sp.S.Zero),
        }
        self.ends = 0

    def outcomes(self, labels: Mapping[str, str], place: int) -> list[PathOfPlay]:
        """Return the paths of the subgame after a history, with their conditions."""
        if place == len(self.stages):
            self.ends += 1
            if self.ends > MOST_ENDS:
                raise StructureError(f"game '{self.game.name}' has more than {MOST_ENDS} paths")
            return [PathOfPlay(dict(labels), self.payoffs(labels), sp.true)]
        moves = [m for m in self.game.moves if m.stage == self.stages[place]]
        moves = [m for m in moves if self.is_made(m, labels)]
        if not moves:
            return self.outcomes(labels, place + 1)
        names = [m.name for m in moves]
        children = {
            choice: self.outcomes({**labels, **dict(zip(names, choice, strict=True))}, place + 1)
            for choice in itertools.product(*(m.choice.labels for m in moves))
        }
        return [
            path._replace(holds=self.condition(path, choice, moves, children))
            for choice, paths in children.items()
            for path in paths
        ]

    def condition(
        self,
        path: PathOfPlay,
        choice: tuple[str, ...],
        moves: list[Move],
        children: Mapping[tuple[str, ...], list[PathOfPlay]],
    ) -> Any:
        """Return when a path is an outcome, given what may follow each choice."""
        demands: list[Any] = [path.holds]
        for other, paths in children.items():
            movers = {m.player for m, a, b in zip(moves, choice, other, strict=True) if a != b}
            if not movers:
                continue
            who = movers.pop() if len(movers) == 1 else None
            follows = (
                sp.And(p.holds, _at_most(p.payoffs[who], path.payoffs[who])) if who else p.holds
                for p in paths
            )
            demands.append(sp.Or(*follows))
        return sp.And(*demands)

    def is_made(self, move: Move, labels: Mapping[str, str]) -> bool:
        condition = sp.sympify(move.when).xreplace(self.values(labels))
        if condition not in (sp.true, sp.false):
            raise StructureError(
                f"game '{self.game.name}': whether '{move.name}' is made depends on {condition}"
            )
        return bool(condition == sp.true)

    def values(self, labels: Mapping[str, str]) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        for move in self.game.moves:
            number = move.choice.options[labels[move.name]] if move.name in labels else 0
            values[move.symbol] = sp.Rational(number)
        return values

    def payoffs(self, labels: Mapping[str, str]) -> dict[str, sp.Expr]:
        """Return the expected payoffs at an end."""
        values = self.values(labels)
        found = dict.fromkeys(self.plain, sp.S.Zero)
        for probability, draw in self.draws():
            for who, formula in self.plain.items():
                found[who] += probability * formula.xreplace({**values, **draw})
        return found

    def draws(self) -> Iterator[tuple[sp.Expr, dict[Any, Any]]]:
        axes = [
            [(p, c.symbol, sp.Rational(v.numerator, v.denominator)) for v, p in c.outcomes.values()]
            for c in self.game.chance
        ]
        for draw in itertools.product(*axes):
            yield sp.Mul(*(p for p, _, _ in draw)), {s: v for _, s, v in draw}


def _at_most(left: sp.Expr, right: sp.Expr) -> Any:
    return sp.sympify(left <= right)


def _check_structure(game: Game) -> None:
    where = f"paths of play of game '{game.name}'"
    for move in game.moves:
        if not isinstance(move.domain, Choice):
            raise StructureError(f"{where}: move '{move.name}' is continuous; use Allocation")
        if move.domain.exit is not None or game.player(move.player).is_population:
            raise StructureError(f"{where}: the population '{move.player}' moves in stages")
        earlier = {m.name for m in game.moves if m.stage < move.stage}
        if move.observes is not None and not earlier <= set(move.observes):
            raise StructureError(f"{where}: '{move.name}' does not observe all earlier moves")
    if any(c.seen_by or c.when != sp.true for c in game.chance):
        raise StructureError(f"{where}: a draw of chance that somebody sees is not handled yet")
    if any(formula.has(Total) for formula in game.payoffs.values()):
        raise StructureError(f"{where}: a sum over a population is not handled yet")
