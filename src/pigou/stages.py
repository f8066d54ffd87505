r"""Games in stages: who moves when, what each knows then, and the game that is left afterwards.

What happens, in order:

1. Stage by stage. At the start of a stage those chance variables are drawn that matter from it
   on: a player who moves in it sees them, or whether a move of it is made depends on them. Draws
   that nobody ever sees come last, after all moves.
2. The players with moves in a stage decide at the same time, each on all its moves of the stage.
   A move or draw with a condition (`when`) takes place only where that holds.
3. A player knows: the moves of earlier stages (or those that its moves `observe`), the draws that
   it sees, which of its moves it is asked for, and whatever it knew and did before. There is
   *perfect recall* (Kuhn 1953) by construction.

A *history* is what has been done and drawn, name by name, as labels. A move that is not made has
no entry, and counts as 0 in formulas.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.errors import DeclarationError, StructureError, unknown
from pigou.exact import Record
from pigou.expression import names_in, symbol
from pigou.game import Bystander, Chance, Choice, Game, Move

__all__ = ["Draw", "Node", "Stages", "Turn", "is_staged", "stages_of_draws", "subgame"]

History = Record[str]


class Draw(NamedTuple):
    """A draw of chance: its labels with their probabilities, in exact numbers.

    Examples
    --------
    >>> Draw("demand", (("low", Fraction(1, 4)), ("high", Fraction(3, 4)))).name
    'demand'
    """

    name: str
    branches: tuple[tuple[str, Fraction], ...]


class Turn(NamedTuple):
    """A player's decision: on which moves, knowing what, and between which actions.

    Attributes
    ----------
    player : str
    moves : tuple of str
        All that the player decides at once.
    seen : mapping of str to str
        What the player knows of the history, its own past included.
    actions : tuple of tuple of str
        Each action is one label for each of the moves.

    Examples
    --------
    >>> Turn("ann", ("x",), Record(), (("no",), ("yes",))).information
    ('ann', ('x',), ())
    """

    player: str
    moves: tuple[str, ...]
    seen: Mapping[str, str]
    actions: tuple[tuple[str, ...], ...]

    @property
    def information(self) -> tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]:
        """The information set: decisions of which the player cannot tell one from another."""
        return self.player, self.moves, tuple(sorted(self.seen.items()))


class _Step(NamedTuple):
    """What may come next: a draw, or the moves of one player in one stage."""

    stage: int
    chance: Chance | None
    player: str
    moves: tuple[Move, ...]


class Node(NamedTuple):
    """A point of the game: how far it has come, and what has happened.

    Examples
    --------
    >>> Node(2, Record({"enter": "yes"})).history
    {'enter': 'yes'}
    """

    position: int
    history: Record[str]


def is_staged(game: Game) -> bool:
    """Tell whether a game has several stages, conditions on moves, or draws that somebody sees.

    Examples
    --------
    >>> from pigou.models import load
    >>> is_staged(load("coordination").game)
    False
    """
    return (
        len({m.stage for m in game.moves}) > 1
        or any(m.observes or m.when != sp.true for m in game.moves)
        or any(c.seen_by or c.when != sp.true for c in game.chance)
    )


class Stages:
    """A game with finite choices as a tree of draws and decisions, at given parameter values.

    Parameters
    ----------
    game : Game
        With single players and finite choices; a population may move in the last stage.
    at : mapping of str to Fraction
        A value for every parameter.

    Raises
    ------
    StructureError
        If a move is continuous, or moves and draws depend on each other in a circle.
    DeclarationError
        If the probabilities of a draw are not those of a distribution.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> entry = Game(
    ...     "entry",
    ...     [Player("entrant"), Player("incumbent")],
    ...     [
    ...         Move("enter", "entrant", {"no": 0, "yes": 1}),
    ...         Move("fight", "incumbent", {"no": 0, "yes": 1}, 2, when="enter == yes"),
    ...     ],
    ...     {"entrant": "enter*(1 - 2*fight)", "incumbent": "2 - enter*(1 + fight)"},
    ... )
    >>> tree = Stages(entry, entry.values())
    >>> for node, turn in tree.walk():
    ...     print(dict(node.history), turn.moves if turn else "end")
    {} ('enter',)
    {'enter': 'no'} end
    {'enter': 'yes'} ('fight',)
    {'enter': 'yes', 'fight': 'no'} end
    {'enter': 'yes', 'fight': 'yes'} end
    """

    def __init__(self, game: Game, at: Mapping[str, Fraction]):
        for move in game.moves:
            if not isinstance(move.domain, Choice):
                raise StructureError(
                    f"game '{game.name}': move '{move.name}' is continuous; so far stages with "
                    "choices are solved"
                )
        self.game, self.at = game, at
        self._constants = {
            symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in at.items()
        }
        self.steps = tuple(_agenda(game))
        self._branches = {c.name: self._weights(c) for c in game.chance}
        self._truths: dict[Any, bool] = {}
        self._sights: dict[Any, frozenset[str]] = {}
        self._names = [*(c.name for c in game.chance), *(m.name for m in game.moves)]
        self.root = Node(0, Record())

    def at_node(self, node: Node) -> tuple[Node, Draw | Turn | None]:
        """Return what happens next at a node, moved on to where it happens; None at the end."""
        position, history = node
        while position < len(self.steps):
            step = self.steps[position]
            if step.chance is not None:
                if self._holds(step.chance.when, history):
                    draw = Draw(step.chance.name, self._branches[step.chance.name])
                    return Node(position, history), draw
            else:
                moves = tuple(m for m in step.moves if self._holds(m.when, history))
                if moves:
                    return Node(position, history), self._turn(position, step, moves, history)
            position += 1
        return Node(position, history), None

    def crowd(self, node: Node) -> bool:
        """Tell whether members of a population move in the stage that a node has reached."""
        stage = self.steps[node.position].stage
        return any(
            self.game.player(step.player).is_population
            for step in self.steps
            if step.chance is None and step.stage == stage
        )

    def knows_all(self, node: Node) -> bool:
        """Tell whether the stage of a node is the last, and its players know the whole history."""
        here = self.steps[node.position].stage
        for position in range(node.position, len(self.steps)):
            step = self.steps[position]
            moves = tuple(m for m in step.moves if self._holds(m.when, node.history))
            if moves and step.stage > here:
                return False
            if moves and len(self._turn(position, step, moves, node.history).seen) < len(
                node.history
            ):
                return False
        return True

    def after(self, node: Node, labels: Mapping[str, str]) -> Node:
        """Return the node after what happens at a node went as `labels` say."""
        return Node(node.position + 1, Record({**node.history, **labels}))

    def children(self, node: Node, event: Draw | Turn) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield the labels of each branch at a node with the node that it leads to."""
        if isinstance(event, Draw):
            for label, _ in event.branches:
                yield (label,), self.after(node, {event.name: label})
        else:
            for action in event.actions:
                yield action, self.after(node, dict(zip(event.moves, action, strict=True)))

    def walk(self, start: Node | None = None) -> Iterator[tuple[Node, Draw | Turn | None]]:
        """Yield every node from `start` on, parents first, with what happens there."""
        open_nodes = [start or self.root]
        while open_nodes:
            node, event = self.at_node(open_nodes.pop())
            yield node, event
            if event is not None:
                open_nodes += reversed([child for _, child in self.children(node, event)])

    def values(self, history: Mapping[str, str]) -> dict[str, Fraction]:
        """Return the number of every move and draw after a history; 0 for what did not happen."""
        labels: dict[str, Mapping[str, Any]] = {m.name: m.choice.options for m in self.game.moves}
        for chance in self.game.chance:
            labels[chance.name] = {k: v for k, (v, _) in chance.outcomes.items()}
        return {
            name: Fraction(options[history[name]]) if name in history else Fraction(0)
            for name, options in labels.items()
        }

    # -- details ------------------------------------------------------------------------------

    def _turn(
        self, position: int, step: _Step, moves: tuple[Move, ...], history: Mapping[str, str]
    ) -> Turn:
        seen: set[str] = set()
        for earlier in self.steps[:position]:
            if earlier.player == step.player:
                made = tuple(m for m in earlier.moves if m.name in history)
                seen |= self._seen_from(earlier.stage, step.player, made)
                seen |= {m.name for m in made}
        seen |= self._seen_from(step.stage, step.player, moves)
        known = Record({n: history[n] for n in self._names if n in seen and n in history})
        actions = tuple(itertools.product(*(m.choice.labels for m in moves)))
        return Turn(step.player, tuple(m.name for m in moves), known, actions)

    def _seen_from(self, stage: int, player: str, made: tuple[Move, ...]) -> frozenset[str]:
        """Return what a player sees, if it happens, who makes these moves in a stage."""
        key = (stage, player, tuple(m.name for m in made))
        if key not in self._sights:
            wide = bool(made) and any(m.observes is None for m in made)
            listed = {name for m in made for name in m.observes or ()}
            earlier = {m.name for m in self.game.moves if m.stage < stage}
            draws = {c.name for c in self.game.chance if made and player in c.seen_by}
            self._sights[key] = frozenset(listed | draws | (earlier if wide else set()))
        return self._sights[key]

    def _holds(self, condition: Boolean, history: Mapping[str, str]) -> bool:
        if condition == sp.true:
            return True
        names = sorted(names_in(condition))
        key = (condition, tuple(history.get(name) for name in names))
        if key not in self._truths:
            numbers = {
                symbol(name): sp.Rational(value.numerator, value.denominator)
                for name, value in self.values(history).items()
            }
            values = {**self._constants, **numbers}
            self._truths[key] = condition.xreplace(values) == sp.true
        return self._truths[key]

    def _weights(self, chance: Chance) -> tuple[tuple[str, Fraction], ...]:
        pairs = []
        for label, (_, probability) in chance.outcomes.items():
            number = sp.sympify(probability).xreplace(self._constants)
            if not number.is_Rational:
                raise DeclarationError(
                    f"chance variable '{chance.name}': the probability of '{label}' is {number}, "
                    "not a rational number"
                )
            pairs.append((label, Fraction(int(number.p), int(number.q))))
        weights = [p for _, p in pairs]
        if min(weights) < 0 or sum(weights) != 1:
            raise DeclarationError(
                f"chance variable '{chance.name}': the probabilities are "
                f"{', '.join(map(str, weights))}; they must not be negative and must sum to 1"
            )
        return tuple(pair for pair in pairs if pair[1])


def _agenda(game: Game) -> Iterator[_Step]:
    """Yield the steps of a game in their order."""
    stages = stages_of_draws(game)
    last = max(m.stage for m in game.moves) + 1
    for stage in range(1, last + 1):
        waiting = [c for c in game.chance if stages.get(c.name, last) == stage]
        drawn: set[str] = {c.name for c in game.chance if stages.get(c.name, last) < stage}
        while waiting:
            ready = [c for c in waiting if not _needs(game, c) - drawn]
            if not ready:
                names = ", ".join(f"'{c.name}'" for c in waiting)
                raise StructureError(
                    f"game '{game.name}': the draws {names} depend on each other in a circle"
                )
            for chance in ready:
                _check_draw(game, chance, stage)
                yield _Step(stage, chance, "", ())
            drawn |= {c.name for c in ready}
            waiting = [c for c in waiting if c not in ready]
        for player in game.players:
            moves = tuple(m for m in game.moves_of(player.name) if m.stage == stage)
            if moves:
                yield _Step(stage, None, player.name, moves)


def _needs(game: Game, chance: Chance) -> set[str]:
    """Return the draws on which it depends whether another one is made."""
    return names_in(chance.when) & {c.name for c in game.chance}


def _check_draw(game: Game, chance: Chance, stage: int) -> None:
    for move in game.moves:
        if move.stage >= stage and move.name in names_in(chance.when):
            raise StructureError(
                f"game '{game.name}': the draw of '{chance.name}' depends on the move "
                f"'{move.name}' of stage {move.stage}, but matters in stage {stage} already"
            )


def stages_of_draws(game: Game) -> dict[str, int]:
    """Return the stage at whose start each draw is made; draws that come after all moves have none.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> game = Game(
    ...     "insurance",
    ...     [Player("ann")],
    ...     [Move("insure", "ann", {"no": 0, "yes": 1})],
    ...     {"ann": "if(insure == yes, -1, -loss)"},
    ...     chance=[Chance("loss", {"none": (0, "3/4"), "all": (8, "1/4")})],
    ... )
    >>> stages_of_draws(game)
    {}
    """
    stages: dict[str, int] = {}
    for chance in game.chance:
        firsts = [
            move.stage
            for move in game.moves
            if move.player in chance.seen_by
            or chance.name in (move.observes or ())
            or chance.name in names_in(move.when)
        ]
        if firsts:
            stages[chance.name] = min(firsts)
    for _ in game.chance:  # a draw comes no later than those that depend on it
        for chance in game.chance:
            for name in _needs(game, chance):
                if chance.name in stages:
                    stages[name] = min(stages[chance.name], stages.get(name, stages[chance.name]))
    return stages


def subgame(game: Game, history: Mapping[str, str]) -> Game:
    """Return the game that is left after a history that everybody still to move knows.

    Parameters
    ----------
    game : Game
        With finite choices.
    history : mapping of str to str
        The labels of the moves made and draws seen, for *all* moves up to some stage that are
        made at all; moves of those stages that are not made are left out.

    Returns
    -------
    Game
        With the moves of later stages. Players with no move left are bystanders.

    Raises
    ------
    DeclarationError
        If a name or label is not one of the game, or nobody has a move left.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> game = Game(
    ...     "ultimatum",
    ...     [Player("ann"), Player("bob")],
    ...     [
    ...         Move("offer", "ann", {"low": 1, "high": 5}),
    ...         Move("accept", "bob", {"no": 0, "yes": 1}, 2),
    ...     ],
    ...     {"ann": "accept*(10 - offer)", "bob": "accept*offer"},
    ... )
    >>> subgame(game, {"offer": "low"}).payoff("bob")
    accept
    """
    past = _past(game, history)
    left = tuple(m for m in game.moves if m.name not in past)
    movers = {m.player for m in left}
    if not left:
        raise DeclarationError(f"game '{game.name}': nobody has a move left after this history")
    first = min(m.stage for m in left) - 1

    def settled(formula: Any) -> Any:
        return formula.xreplace({symbol(n): v for n, v in past.items()})

    idle = (
        Bystander(p.name, settled(game.primitive(p.name)), p.label)
        for p in game.players
        if p.name not in movers
    )
    return Game(
        game.name,
        tuple(p for p in game.players if p.name in movers),
        tuple(_later(m, first, past, settled(m.when)) for m in left),
        {name: settled(game.primitive(name)) for name in game.payoffs if name in movers},
        (*(replace(b, surplus=settled(b.surplus)) for b in game.bystanders), *idle),
        tuple(replace(c, when=settled(c.when)) for c in game.chance if c.name not in past),
        tuple(replace(t, amount=settled(t.amount)) for t in game.transfers),
        game.parameters,
        game.assumptions,
        game.source,
    )


def _past(game: Game, history: Mapping[str, str]) -> dict[str, sp.Rational]:
    """Return the values of everything up to the last stage that a history speaks of."""
    options: dict[str, Mapping[str, Any]] = {m.name: m.choice.options for m in game.moves}
    options |= {c.name: {k: v for k, (v, _) in c.outcomes.items()} for c in game.chance}
    for name, label in history.items():
        where = f"game '{game.name}'"
        if name not in options:
            raise DeclarationError(unknown("move", name, options, where))
        if label not in options[name]:
            raise DeclarationError(unknown("choice", label, options[name], f"'{name}' of {where}"))
    reached = max((m.stage for m in game.moves if m.name in history), default=0)
    over = [m.name for m in game.moves if m.stage <= reached]
    numbers = {name: options[name][label] for name, label in history.items()}
    numbers |= {name: Fraction(0) for name in over if name not in history}
    past = {n: sp.Rational(v.numerator, v.denominator) for n, v in numbers.items()}
    return _without_the_impossible(game, past)


def _without_the_impossible(game: Game, past: dict[str, sp.Rational]) -> dict[str, sp.Rational]:
    """Count as past, with the value 0, what the past excludes."""
    items: tuple[Any, ...] = (*game.moves, *game.chance)
    while True:
        values = {symbol(n): v for n, v in past.items()}
        gone = [
            item.name
            for item in items
            if item.name not in past and item.when.xreplace(values) == sp.false
        ]
        if not gone:
            return past
        past |= dict.fromkeys(gone, sp.S.Zero)


def _later(move: Move, first: int, past: Mapping[str, Any], when: Boolean) -> Move:
    """Return a move of a later stage as a move of the game that is left."""
    observes = None if move.observes is None else tuple(n for n in move.observes if n not in past)
    return replace(move, stage=move.stage - first, observes=observes, when=when)
