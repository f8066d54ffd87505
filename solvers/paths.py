r"""Which paths of play are outcomes of a subgame-perfect equilibrium, for all parameter values.

Steps
-----
1. The tree of a finite game in stages in which everybody sees all earlier moves; moves of one stage
   are made at the same time. Payoffs at the ends are formulas in the parameters, with expectations
   over draws that nobody sees. A draw that all see from some stage on is drawn before it: a path
   then says what is played after each of its outcomes, and its payoffs are expected ones.
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
import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.equilibrium import Equilibrium
from pigou.errors import StructureError
from pigou.expression import Total, names_in
from pigou.game import Chance, Choice, Game, Move
from pigou.solvers.defined import demands
from pigou.solvers.signalling_paths import hidden_draw, signalling_outcomes
from pigou.stages import stages_of_draws

__all__ = [
    "PathOfPlay",
    "mixing_may_deter",
    "paths_and_needs",
    "paths_of_play",
    "played_path",
    "seen_from",
    "sees",
]

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
        or in every stage from some stage on by all who move; or it is the type of the sender in a
        signalling game with two replies, where a path says what follows after each type, and holds
        where it is the outcome of a perfect Bayesian equilibrium (see `signalling_paths`).

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
    return paths_and_needs(game)[0]


def paths_and_needs(game: Game) -> tuple[tuple[PathOfPlay, ...], tuple[Any, ...]]:
    """Return `paths_of_play`, and what parameters must satisfy for all payoffs to be defined.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> moves = [Move("m", "a", {"no": 0, "yes": 1}), Move("n", "a", {"no": 0, "yes": 1}, 2)]
    >>> payoffs = {"a": "m*n/rate"}
    >>> game = Game("one", [Player("a")], moves, payoffs, parameters=[Parameter("rate", 1)])
    >>> paths_and_needs(game)[1]
    (Ne(rate, 0),)
    """
    tree = _Tree(game)
    if hidden_draw(game) is not None:
        found = signalling_outcomes(game, tree.payoffs)
        paths = tuple(PathOfPlay(*one) for one in itertools.islice(found, MOST_ENDS + 1))
        if len(paths) > MOST_ENDS:
            raise StructureError(f"game '{game.name}' has more than {MOST_ENDS} paths")
    else:
        _check_structure(game)
        paths = tuple(tree.outcomes({}, 0, {}))
    return paths, tuple(need for need in tree.needs if need != sp.true)


def mixing_may_deter(game: Game) -> bool:
    """Whether a mixed reply may deter types of a sender that no pure reply deters at once.

    It may where types do not rank the replies to a message alike: a reply that one of them fears
    invites another. Ranked alike are replies that differ by the same amount for all types.

    Examples
    --------
    >>> from pigou.models import load
    >>> mixing_may_deter(load("certification").game)
    False
    """
    draw = hidden_draw(game)
    if draw is None:
        return False
    first, second = sorted(game.moves, key=lambda m: m.stage)
    replies, payoffs = second.choice.labels, _Tree(game).payoffs

    def worth(kind: str, message: str, reply: str) -> sp.Expr:
        return payoffs({first.name: message, second.name: reply}, {draw.name: kind})[first.player]

    return any(
        len({sp.expand(worth(t, m, a) - worth(t, m, replies[0])) for t in draw.outcomes}) > 1
        for m in first.choice.labels
        for a in replies[1:]
    )


def played_path(game: Game, equilibrium: Equilibrium) -> dict[str, str]:
    """Return what is played in an equilibrium, in the words of a path; nothing where it is mixed.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("side_selling").game
    >>> (one,) = solve(game, pure=True)
    >>> played_path(game, one)
    {'train': 'no'}
    """
    tree = _Tree(game)
    stage = {m.name: m.stage for m in game.moves}
    draws = sorted(
        (c for c in game.chance if seen_from(game, c) is not None),
        key=lambda c: seen_from(game, c) or 0,
    )
    hidden = hidden_draw(game)
    found: dict[str, str] = {}
    for outcome in itertools.product(*(c.outcomes for c in draws)):
        drawn = {c.name: label for c, label in zip(draws, outcome, strict=True)}
        labels: dict[str, str] = {}
        for one in sorted(equilibrium.strategies, key=lambda s: stage[s.move]):
            move, known = game.move(one.move), {**drawn, **labels}
            if not tree.happens(move, labels, drawn):
                continue
            if any(known.get(name) != label for name, label in one.when.items()):
                continue
            taken = [label for label, p in one.probabilities.items() if p.lower == 1]
            if not taken:
                return {}
            labels[move.name] = taken[0]
            seen = [f" ({drawn[c.name]})" for c in reversed(draws) if sees(move, c) or c == hidden]
            found[move.name + "".join(seen)] = taken[0]
    return found


def sees(move: Move, draw: Chance) -> bool:
    """Whether who makes a move sees a draw.

    Examples
    --------
    >>> toss = Chance("toss", {"heads": (0, "1/2"), "tails": (1, "1/2")}, seen_by=["ann"])
    >>> sees(Move("a", "ann", {"no": 0, "yes": 1}), toss)
    True
    """
    told = draw.name in (*(move.observes or ()), *names_in(move.when))
    return told or move.player in draw.seen_by


def seen_from(game: Game, draw: Chance) -> int | None:
    """Return the first stage in which a draw is seen; None if it never is.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("side_selling").game
    >>> [seen_from(game, draw) for draw in game.chance]
    [3]
    """
    return stages_of_draws(game).get(draw.name)


class _Tree:
    def __init__(self, game: Game):
        self.game = game
        self.stages = sorted({m.stage for m in game.moves})
        self.plain = {
            **{who: game.payoff(who) for who in game.parties},
            "welfare": sum((game.primitive(who) for who in game.parties), sp.S.Zero),
        }
        self.seen = tuple(c for c in game.chance if seen_from(game, c) is not None)
        self.ends = 0
        self.partial = any(formula.atoms(sp.Pow) for formula in self.plain.values())
        self.needs: dict[Any, None] = {}

    def outcomes(
        self, labels: Mapping[str, str], place: int, drawn: Mapping[str, str]
    ) -> list[PathOfPlay]:
        """Return the paths of the subgame after a history, with their conditions."""
        draw = self.next_draw(labels, place, drawn)
        if draw is not None:
            return self.after_draw(draw, labels, place, drawn)
        if place == len(self.stages):
            self.count(1)
            return [PathOfPlay(dict(labels), self.payoffs(labels, drawn), sp.true)]
        moves = [m for m in self.game.moves if m.stage == self.stages[place]]
        moves = [m for m in moves if self.happens(m, labels, drawn)]
        if not moves:
            return self.outcomes(labels, place + 1, drawn)
        names = [m.name for m in moves]
        children = {
            choice: self.outcomes(
                {**labels, **dict(zip(names, choice, strict=True))}, place + 1, drawn
            )
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

    def next_draw(
        self, labels: Mapping[str, str], place: int, drawn: Mapping[str, str]
    ) -> Chance | None:
        """Return a draw that is made now, before the moves of a stage that see it."""
        if place == len(self.stages):
            return None
        for draw in self.game.chance:
            now = seen_from(self.game, draw) == self.stages[place]
            if now and draw.name not in drawn and self.happens(draw, labels, drawn):
                return draw
        return None

    def after_draw(
        self, draw: Chance, labels: Mapping[str, str], place: int, drawn: Mapping[str, str]
    ) -> list[PathOfPlay]:
        """Return every way to play after each outcome of a draw, together."""
        branches = []
        for label in draw.outcomes:
            paths = self.outcomes(labels, place, {**drawn, draw.name: label})
            branches.append([
                path._replace(labels={
                    move if move in labels else f"{move} ({label})": taken
                    for move, taken in path.labels.items()
                })
                for path in paths
            ])  # fmt: skip
        self.count(math.prod(map(len, branches)))
        chances = [probability for _, probability in draw.outcomes.values()]
        found = []
        for parts in itertools.product(*branches):
            joined: dict[str, str] = {}
            for part in parts:
                joined |= part.labels
            payoffs = {
                who: sum((p * part.payoffs[who] for p, part in zip(chances, parts, strict=True)),
                         sp.S.Zero)
                for who in self.plain
            }  # fmt: skip
            found.append(PathOfPlay(joined, payoffs, sp.And(*(part.holds for part in parts))))
        return found

    def count(self, more: int) -> None:
        """Refuse a game with too many paths."""
        self.ends += more
        if self.ends > MOST_ENDS:
            raise StructureError(f"game '{self.game.name}' has more than {MOST_ENDS} paths")

    def happens(
        self, what: Move | Chance, labels: Mapping[str, str], drawn: Mapping[str, str]
    ) -> bool:
        """Whether a move or a draw is made after a history."""
        condition = sp.sympify(what.when).xreplace(self.values(labels, drawn))
        if condition not in (sp.true, sp.false):
            raise StructureError(
                f"game '{self.game.name}': whether '{what.name}' is made depends on {condition}"
            )
        return bool(condition == sp.true)

    def values(self, labels: Mapping[str, str], drawn: Mapping[str, str]) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        for move in self.game.moves:
            number = move.choice.options[labels[move.name]] if move.name in labels else 0
            values[move.symbol] = sp.Rational(number)
        for draw in self.seen:
            value = draw.outcomes[drawn[draw.name]][0] if draw.name in drawn else 0
            values[draw.symbol] = sp.Rational(value)
        return values

    def payoffs(self, labels: Mapping[str, str], drawn: Mapping[str, str]) -> dict[str, sp.Expr]:
        """Return the expected payoffs at an end."""
        values = self.values(labels, drawn)
        found = dict.fromkeys(self.plain, sp.S.Zero)
        for probability, draw in self.draws():
            for who, formula in self.plain.items():
                at = {**draw, **values}
                found[who] += probability * formula.xreplace(at)
                if self.partial:
                    self.needs |= dict.fromkeys(demands(formula, at, {}))
        return found

    def draws(self) -> Iterator[tuple[sp.Expr, dict[Any, Any]]]:
        """Yield the outcomes of what nobody sees, with their probabilities."""
        axes = [
            [(p, c.symbol, sp.Rational(v.numerator, v.denominator)) for v, p in c.outcomes.values()]
            for c in self.game.chance
            if c not in self.seen
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
    for draw in game.chance:
        first = seen_from(game, draw)
        if first is None and draw.when != sp.true:
            raise StructureError(
                f"{where}: '{draw.name}' is drawn only at times, and nobody sees it"
            )
        if first is not None and not all(sees(m, draw) for m in game.moves if m.stage >= first):
            raise StructureError(f"{where}: not all who move later see the draw '{draw.name}'")
    if any(formula.has(Total) for formula in game.payoffs.values()):
        raise StructureError(f"{where}: a sum over a population is not handled yet")
