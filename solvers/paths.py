r"""Which paths of play are outcomes of a subgame-perfect equilibrium, for all parameter values.

Steps
-----
1. The tree of a finite game in stages in which everybody sees all earlier moves; moves of one stage
   are made at the same time. A draw is seen by all who move from some stage on, and stands before
   it in the tree, or by nobody. Payoffs at the ends are formulas in the parameters, with
   expectations over draws that nobody sees.
2. Backwards from the ends: a path Q of a subgame is the outcome of a pure subgame-perfect
   equilibrium of the subgame under a condition :math:`c(Q)`; at an end it is true. After a history
   at which the labels a are chosen, the path P that goes on with Q is one if :math:`c(Q)` holds
   and, for each player i and each other choice :math:`a_i'`, some path R of the subgame after
   :math:`(a_i', a_{-i})` has :math:`c(R)` and :math:`\pi_i(R) \le \pi_i(P)`; every other subgame
   needs some path R with :math:`c(R)`. Where a draw is seen, a path goes on in one way after each
   of its outcomes, with the expected payoffs.

The subgames after deviations of different players are different ones, so that what follows can be
chosen for each of them alone: the condition is necessary and sufficient (Selten 1965).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.errors import StructureError
from pigou.expression import Total
from pigou.game import Chance, Choice, Game, Move

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
        Of single players with choices; everybody sees all earlier moves. A draw is seen by nobody,
        or by all who move from some stage on.

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
        self.seen = {c.name: stage for c in game.chance if (stage := _seen_from(game, c))}
        self.ends = 0

    def outcomes(self, labels: Mapping[str, str], place: int) -> list[PathOfPlay]:
        """Return the paths of the subgame after a history, with their conditions.

        The history is that of the labels of moves and of draws that were seen.
        """
        if place == len(self.stages):
            self.count(1)
            return [PathOfPlay({}, self.payoffs(labels), sp.true)]
        for chance in self.game.chance:
            now = self.seen.get(chance.name) == self.stages[place] and chance.name not in labels
            if now and self.is_made(chance, labels):
                return self.after_draw(chance, labels, place)
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
            PathOfPlay(
                {**dict(zip(names, choice, strict=True)), **path.labels},
                path.payoffs,
                self.condition(path, choice, moves, children),
            )
            for choice, paths in children.items()
            for path in paths
        ]

    def after_draw(self, chance: Chance, labels: Mapping[str, str], place: int) -> list[PathOfPlay]:
        """Return the ways to go on after a draw: one for each of its outcomes."""
        ways = {
            label: self.outcomes({**labels, chance.name: label}, place) for label in chance.outcomes
        }
        chances = [sp.sympify(p) for _, p in chance.outcomes.values()]
        self.count(math.prod(map(len, ways.values())))
        found = []
        for paths in itertools.product(*ways.values()):
            made = {
                _after(name, chance.name, drawn): label
                for drawn, path in zip(ways, paths, strict=True)
                for name, label in path.labels.items()
            }
            pairs = list(zip(chances, paths, strict=True))
            paid = {who: sum((p * o.payoffs[who] for p, o in pairs), sp.S.Zero)
                    for who in self.plain}  # fmt: skip
            found.append(PathOfPlay(made, paid, sp.And(*(path.holds for path in paths))))
        return found

    def count(self, more: int) -> None:
        """Refuse a game with too many paths."""
        self.ends += more
        if self.ends > MOST_ENDS:
            raise StructureError(f"game '{self.game.name}' has more than {MOST_ENDS} paths")

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

    def is_made(self, move: Move | Chance, labels: Mapping[str, str]) -> bool:
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
        for chance in self.game.chance:
            if chance.name in self.seen:
                value = chance.outcomes[labels[chance.name]][0] if chance.name in labels else 0
                values[chance.symbol] = sp.Rational(value)
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
            if c.name not in self.seen
        ]
        for draw in itertools.product(*axes):
            yield sp.Mul(*(p for p, _, _ in draw)), {s: v for _, s, v in draw}


def _at_most(left: sp.Expr, right: sp.Expr) -> Any:
    return sp.sympify(left <= right)


def _after(move: str, chance: str, drawn: str) -> str:
    """Name a move that is made after a draw."""
    if not move.endswith(")"):
        return f"{move} ({chance} {drawn})"
    return f"{move[:-1].replace(' (', f' ({chance} {drawn}, ', 1)})"


def _seen_from(game: Game, chance: Chance) -> int:
    """Return the first stage whose movers see a draw; 0 if nobody does."""
    seeing = {m.name for m in game.moves if _sees(m, chance)}
    if not seeing:
        return 0
    first = min(m.stage for m in game.moves if m.name in seeing)
    if blind := [m.name for m in game.moves if m.stage >= first and m.name not in seeing]:
        raise StructureError(
            f"paths of play of game '{game.name}': the draw '{chance.name}' is seen from stage "
            f"{first} on, but not by {', '.join(blind)}"
        )
    return first


def _sees(move: Move, chance: Chance) -> bool:
    return move.player in chance.seen_by or chance.name in (move.observes or ())


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
    if any(c.when != sp.true and not _seen_from(game, c) for c in game.chance):
        raise StructureError(f"{where}: a draw that nobody sees, made after some moves only")
    if any(formula.has(Total) for formula in game.payoffs.values()):
        raise StructureError(f"{where}: a sum over a population is not handled yet")
