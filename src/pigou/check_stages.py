r"""The independent checker for games in stages: every subgame, every player's best reply anew.

It walks the histories that the game's definition allows (`pigou.stages`), evaluates formulas in
rational enclosures (`pigou.enclosing`), and shares nothing with the solvers. At the root of every
subgame it bounds, for every player,

.. math:: \max_{s_i} u_i(s_i, \sigma_{-i}) - u_i(\sigma),

where :math:`s_i` runs over all the player can do from there on: with perfect recall, what follows
from an action at an information set does not depend on how it was reached, so that the best reply
is found information set by information set, each weighed by what the others and chance do. The
stage of a population is checked as a game of its own (`pigou.check_simultaneous`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.check_simultaneous import (
    Examination,
    Flow,
    examine_simultaneous,
    expectation_of_simultaneous,
    verdict,
)
from pigou.enclosing import enclosed
from pigou.equilibrium import Strategy
from pigou.errors import DeclarationError, unknown
from pigou.exact import Enclosure, Record
from pigou.game import Game
from pigou.stages import Draw, Node, Stages, Turn, subgame

__all__ = ["examine_stages", "expectation_in_stages"]

ZERO, ONE = Enclosure.point(0), Enclosure.point(1)


class _Place(NamedTuple):
    """A node, what happens there, and its branches: what the branch is, and where it leads."""

    node: Node
    event: Draw | Turn | None
    branches: tuple[tuple[Enclosure | None, _Place], ...]
    crowd: bool

    def inside(self) -> Iterator[_Place]:
        yield self
        for _, child in self.branches:
            yield from child.inside()


class _Walk:
    """A profile laid out over the tree of a game in stages."""

    def __init__(self, game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy]):
        self.game, self.at, self.strategies = game, at, tuple(strategies)
        self.stages = Stages(game, at)
        self.used: set[int] = set()
        self._ends: dict[Any, Any] = {}
        self.root = self._place(self.stages.root)
        for number, strategy in enumerate(self.strategies):
            if number not in self.used:
                raise DeclarationError(
                    f"the strategy '{strategy}' belongs to no information set of '{game.name}'"
                )

    # -- laying out ---------------------------------------------------------------------------

    def _place(self, node: Node) -> _Place:
        node, event = self.stages.at_node(node)
        if event is None:
            return _Place(node, None, (), False)
        if isinstance(event, Turn) and self.stages.crowd(node):
            self._of_crowd(node)
            return _Place(node, None, (), True)
        children = [self._place(child) for _, child in self.stages.children(node, event)]
        shares: Sequence[Enclosure | None]
        if isinstance(event, Draw):
            shares = [Enclosure.point(p) for _, p in event.branches]
        else:
            shares = self._shares(event)
        return _Place(node, event, tuple(zip(shares, children, strict=True)), False)

    def _of_crowd(self, node: Node) -> tuple[Strategy, ...]:
        """Return the strategies of the last stage at a history, as of a game of their own."""
        chosen = [(k, s) for k, s in enumerate(self.strategies) if s.when == node.history]
        self.used |= {k for k, _ in chosen}
        return tuple(replace(s, when=Record()) for _, s in chosen)

    def _shares(self, turn: Turn) -> Sequence[Enclosure | None]:
        """Return the probabilities of a turn's actions; None where the strategies are silent."""
        joined = ", ".join(turn.moves)
        asked = [
            (k, s)
            for k, s in enumerate(self.strategies)
            if (s.player, s.move) == (turn.player, joined)
        ]
        everywhere = not any(s.when for _, s in asked)  # then there is one information set
        chosen = [(k, s) for k, s in asked if everywhere or s.when == turn.seen]
        if len(chosen) > 1:
            raise DeclarationError(
                f"there are {len(chosen)} strategies of '{turn.player}' for '{joined}' after "
                f"{dict(turn.seen)}, not one"
            )
        labels = [", ".join(action) for action in turn.actions]
        if not chosen:
            return [None] * len(labels)
        ((number, strategy),) = chosen
        self.used.add(number)
        for key in strategy.probabilities:
            if key not in labels:
                raise DeclarationError(unknown("choice", key, labels, f"'{strategy.name}'"))
        shares = [strategy.probabilities.get(label, ZERO) for label in labels]
        total = sum(shares, ZERO)
        if any(s.lower < 0 for s in shares) or not total.lower <= 1 <= total.upper:
            raise DeclarationError(
                f"the probabilities of '{strategy.name}' are not those of a mixed action"
            )
        return shares

    # -- values -------------------------------------------------------------------------------

    def reached(self, start: _Place) -> Iterator[tuple[Enclosure, _Place]]:
        """Yield the ends that a profile leads to from a place, with their probabilities."""
        waiting = [(ONE, start)]
        while waiting:
            weight, place = waiting.pop()
            if not place.branches:
                yield weight, place
            for share, child in place.branches:
                if share is None:
                    raise DeclarationError(
                        f"a strategy is missing after {dict(place.node.history)}"
                    )
                if share.upper > 0:
                    waiting.append((weight * share, child))

    def state(self, place: _Place) -> dict[str, Enclosure]:
        """Return the value of every parameter, move and draw at an end."""
        numbers = {**self.at, **self.stages.values(place.node.history)}
        return {name: Enclosure.point(value) for name, value in numbers.items()}

    def at_end(self, place: _Place) -> Examination:
        """Return payoffs and flows at an end of the game, or of the stage of a population."""
        key = place.node
        if key not in self._ends:
            self._ends[key] = self._crowd(place) if place.crowd else self._end(place)
        return self._ends[key]

    def _crowd(self, place: _Place) -> Examination:
        left = subgame(self.game, place.node.history)
        return examine_simultaneous(left, self.at, self._of_crowd(place.node))

    def _end(self, place: _Place) -> Examination:
        state = self.state(place)
        primitive = {p: enclosed(self.game.primitive(p), state) for p in self.game.parties}
        flows = tuple(Flow(t, enclosed(t.amount, state)) for t in self.game.transfers)
        payoffs = dict(primitive)
        for transfer, amount in flows:
            payoffs[transfer.payee] = payoffs[transfer.payee] + amount
            payoffs[transfer.payer] = payoffs[transfer.payer] - amount
        return Examination(
            Record(payoffs), Record(primitive), Record(dict.fromkeys(payoffs, 1)),
            Record({p.name: ((payoffs[p.name], 1),) for p in self.game.players}), flows, ZERO, True,
        )  # fmt: skip

    def best_reply(
        self, weighed: Sequence[tuple[Enclosure, _Place]], player: str
    ) -> tuple[Enclosure, Enclosure]:
        """Return the best that a player can make of places, and its gain over the strategy.

        Places are weighed by what the others do. The gain is summed from the information sets,
        so that it is exactly 0 where what is chosen is surely best.
        """
        total, gain = ZERO, ZERO
        sets: dict[Any, list[tuple[Enclosure, _Place]]] = {}
        waiting = list(weighed)
        while waiting:
            weight, place = waiting.pop()
            if not place.branches:
                total += weight * self.at_end(place).payoffs[player]
            elif isinstance(place.event, Turn) and place.event.player == player:
                sets.setdefault(place.event.information, []).append((weight, place))
            else:
                waiting += [
                    (weight * share, child)
                    for share, child in place.branches
                    if share is not None and share.upper > 0
                ]
        for members in sets.values():
            best, more = self._best_action(members, player)
            total, gain = total + best, gain + more
        return total, gain

    def _best_action(
        self, members: Sequence[tuple[Enclosure, _Place]], player: str
    ) -> tuple[Enclosure, Enclosure]:
        """Return the best value at an information set, and the gain over the strategy there."""
        shares = [share for share, _ in members[0][1].branches]
        later = [
            self.best_reply([(w, place.branches[k][1]) for w, place in members], player)
            for k in range(len(shares))
        ]
        values = [value for value, _ in later]
        best = Enclosure(max(v.lower for v in values), max(v.upper for v in values))
        used = [(k, s) for k, s in enumerate(shares) if s is not None and s.upper > 0]
        gains = [
            sum((s * (value - values[k]) for k, s in used if k != other), ZERO)
            for other, value in enumerate(values)
        ]
        here = Enclosure(max(g.lower for g in gains), max(g.upper for g in gains))
        return best, here + sum((s * later[k][1] for k, s in used), ZERO)

    def check_silence(self, roots: Sequence[_Place]) -> None:
        """Raise an error where strategies are silent at a set that own choices do not exclude.

        Choices exclude it if they do so from the root of the last subgame before it on.
        """
        starts = {place.node for place in roots}
        waiting: list[tuple[_Place, frozenset[str]]] = [(self.root, frozenset())]
        while waiting:
            place, away = waiting.pop()
            if place.node in starts:
                away = frozenset()
            mover = place.event.player if isinstance(place.event, Turn) else ""
            for share, child in place.branches:
                if share is None and isinstance(place.event, Turn) and mover not in away:
                    raise DeclarationError(
                        f"a strategy is missing after {dict(place.node.history)}: '{mover}' "
                        f"decides on '{', '.join(place.event.moves)}'"
                    )
                gone = mover and share is not None and share.upper == 0
                waiting.append((child, away | {mover} if gone else away))

    def subgames(self) -> Iterator[_Place]:
        """Yield the root of every subgame."""
        everywhere: dict[Any, int] = {}
        for place in self.root.inside():
            if isinstance(place.event, Turn):
                key = place.event.information
                everywhere[key] = everywhere.get(key, 0) + 1
        for place in self.root.inside():
            here: dict[Any, int] = {}
            for other in place.inside():
                if isinstance(other.event, Turn):
                    key = other.event.information
                    here[key] = here.get(key, 0) + 1
            if here and all(everywhere[key] == number for key, number in here.items()):
                yield place


def examine_stages(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy]
) -> Examination:
    """Check a profile of a game in stages for subgame perfection.

    Parameters
    ----------
    game : Game
        With finite choices; a population may move in the last stage.
    at : mapping of str to Fraction
        A value for every parameter.
    strategies : iterable of Strategy
        One for each information set, but for those that the player's own choices exclude.

    Raises
    ------
    DeclarationError
        If a strategy is missing, fits no information set, or has probabilities that are none.

    Examples
    --------
    >>> from pigou import Move, Player, solve
    >>> game = Game(
    ...     "ultimatum",
    ...     [Player("ann"), Player("bob")],
    ...     [
    ...         Move("offer", "ann", {"low": 1, "high": 5}),
    ...         Move("accept", "bob", {"no": 0, "yes": 1}, 2),
    ...     ],
    ...     {"ann": "accept*(10 - offer)", "bob": "accept*offer"},
    ... )
    >>> found = examine_stages(game, {}, solve(game)["E1"].strategies)
    >>> found.gain, found.confirmed
    (Enclosure(0), True)
    """
    walk = _Walk(game, at, strategies)
    roots = list(walk.subgames())
    walk.check_silence(roots)
    single = [p.name for p in game.players if not p.is_population]
    gains = [ZERO] + [
        walk.best_reply([(ONE, place)], player)[1] for place in roots for player in single
    ]
    ends = [walk.at_end(p) for p in walk.root.inside() if p.crowd]
    tied = any(g.upper > 0 and not g.is_exact for g in gains)
    gains += [end.gain for end in ends]
    gain = Enclosure(max(g.lower for g in gains), max(g.upper for g in gains))
    alone = [s for s in walk.strategies if not _in_crowd(walk, s)]
    exact = all(p.is_exact for s in alone for p in s.probabilities.values())
    doubt = next((end.doubt for end in ends if end.doubt), "")
    if tied:
        doubt = "payoffs are irrational, and a tie between them cannot be told"
    if not exact:
        doubt = "probabilities are irrational, and no solution in the enclosures was proved"
    return _total(walk, gain, doubt)


def _in_crowd(walk: _Walk, strategy: Strategy) -> bool:
    return any(p.crowd and p.node.history == strategy.when for p in walk.root.inside())


def _total(walk: _Walk, gain: Enclosure, doubt: str) -> Examination:
    """Put the ends that are reached together, each by its probability."""
    ends = [(weight, walk.at_end(place)) for weight, place in walk.reached(walk.root)]
    first = ends[0][1]

    def mean(part: str) -> Record[Enclosure]:
        return Record(
            {
                party: sum((w * getattr(end, part)[party] for w, end in ends), ZERO)
                for party in walk.game.parties
            }
        )

    flows = tuple(
        Flow(transfer, sum((w * end.flows[k].amount for w, end in ends), ZERO))
        for k, transfer in enumerate(walk.game.transfers)
    )
    payoffs = mean("payoffs")
    members: dict[str, Any] = {p.name: ((payoffs[p.name], 1),) for p in walk.game.players}
    crowds = {p.name for p in walk.game.players if p.is_population}
    for name in [n for n in first.members if n.split("[")[0] in crowds]:
        members.pop(name.split("[")[0], None)
        alone = len(ends) == 1
        members[name] = first.members[name] if alone else _mixed(ends, name)
    doubt = verdict(gain, payoffs, doubt)
    return Examination(
        payoffs, mean("primitive"), first.sizes, Record(members), flows, gain, not doubt, doubt
    )


def _mixed(ends: Sequence[tuple[Enclosure, Examination]], name: str) -> Any:
    """Return what members of a population expect before it is known which end is reached."""
    size = sum(n for _, n in ends[0][1].members[name])
    total = ZERO
    for weight, end in ends:
        for payoff, n in end.members[name]:
            total += weight * payoff * Enclosure.point(Fraction(n, size))
    return ((total, size),)


def expectation_in_stages(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy], formula: sp.Expr
) -> Enclosure:
    """Expect a formula over moves, totals and parameters under a profile of a game in stages.

    Examples
    --------
    >>> from pigou import Move, Player, solve, symbol
    >>> x, y = Move("x", "ann", {"no": 0, "yes": 1}), Move("y", "bob", {"no": 0, "yes": 1}, 2)
    >>> game = Game("pair", [Player("ann"), Player("bob")], [x, y], {"ann": "x", "bob": "x*y"})
    >>> expectation_in_stages(game, {}, solve(game)["E1"].strategies, symbol("x"))
    Enclosure(1)
    """
    walk = _Walk(game, at, strategies)
    total = ZERO
    for weight, place in walk.reached(walk.root):
        if place.crowd:
            history = place.node.history
            left = subgame(game, history)
            numbers = {
                sp.Symbol(k, real=True): sp.Rational(v.lower.numerator, v.lower.denominator)
                for k, v in walk.state(place).items()
                if k not in at and (k in history or k not in {m.name for m in left.moves})
            }
            total += weight * expectation_of_simultaneous(
                left, at, walk._of_crowd(place.node), formula.xreplace(numbers)
            )
        else:
            total += weight * enclosed(formula, walk.state(place))
    return total
