r"""Signalling games: one player acts on what it knows, one replies to what it sees.

Nature draws; the *sender* learns its type t (an information set) and chooses m; the *receiver*
learns an *observation* h and chooses a reply a. An *origin* of h is a pair (t, m) that leads to it:
mostly the types that may have sent one message, but the observation may also pool several. Both
payoffs are expectations over whatever is drawn besides,

.. math:: u(t, m, a), \qquad v(t, m, a), \qquad p(t) > 0 .

This room lays a game in stages out in this form, or says why it is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from flint import fmpq

from pigou.exact import Record
from pigou.game import Game
from pigou.solvers.form import FiniteForm
from pigou.stages import Draw, Node, Stages, Turn

__all__ = ["Observation", "SignallingForm", "signalling_form"]

Origin = tuple[int, int]
Payoffs = dict[Origin, tuple[Fraction, ...]]


class Observation(NamedTuple):
    """What the receiver may see, what it can do then, and where it may come from.

    Attributes
    ----------
    turn : Turn
    origins : tuple of pair of int
        The number of the type, and of its action.
    """

    turn: Turn
    origins: tuple[Origin, ...]


class SignallingForm(NamedTuple):
    """A signalling game in numbers.

    Attributes
    ----------
    types : tuple of Turn
        What the sender knows and can do, type by type.
    prior : tuple of Fraction
        How likely each type is; they sum to 1.
    observations : tuple of Observation
    seen : mapping of pair of int to int or None
        The observation to which a type's action leads; None where nobody replies.
    sender, receiver : mapping of pair of int to tuple of Fraction
        u(t, m, .) and v(t, m, .), reply by reply; one number where nobody replies.
    """

    types: tuple[Turn, ...]
    prior: tuple[Fraction, ...]
    observations: tuple[Observation, ...]
    seen: Mapping[Origin, int | None]
    sender: Payoffs
    receiver: Payoffs

    @property
    def has_private_information(self) -> bool:
        """Whether an observation may leave types apart, and may not be made at all."""
        for number, observation in enumerate(self.observations):
            types = {t for t, _ in observation.origins}
            avoidable = any(self.seen[o] != number for o in self.seen if o[0] in types)
            if len(types) > 1 and avoidable:
                return True
        return False

    def described(self, origin: Origin, observation: int) -> Record[str]:
        """Return what the receiver does not know of an origin: names with labels."""
        turn = self.types[origin[0]]
        action = dict(zip(turn.moves, turn.actions[origin[1]], strict=True))
        known = self.observations[observation].turn.seen
        return Record({k: v for k, v in {**turn.seen, **action}.items() if k not in known})


class _NoSignalling(Exception):
    """Why a game is no signalling game."""


def signalling_form(game: Game, at: Mapping[str, Fraction]) -> SignallingForm | None:
    """Lay a finite game in stages out as a signalling game; None if it is not one.

    Examples
    --------
    >>> from pigou import Chance, Move, Player
    >>> game = Game(
    ...     "audit",
    ...     [Player("firm"), Player("buyer")],
    ...     [
    ...         Move("certify", "firm", {"no": 0, "yes": 1}),
    ...         Move("buy", "buyer", {"no": 0, "yes": 1}, 2, observes=["certify"]),
    ...     ],
    ...     {"firm": "buy - certify*(2 - quality)", "buyer": "buy*(quality - 1/2)"},
    ...     chance=[Chance("quality", {"low": (0, "1/2"), "high": (1, "1/2")}, ["firm"])],
    ... )
    >>> form = signalling_form(game, {})
    >>> [dict(turn.seen) for turn in form.types], [len(o.origins) for o in form.observations]
    ([{'quality': 'low'}, {'quality': 'high'}], [2, 2])
    """
    if any(p.is_population for p in game.players):
        return None
    try:
        reader = _Reader(game, at)
        form = reader.form()
    except _NoSignalling:
        return None
    return None if reader.payoffs.rounded else form


class _Reader:
    """One reading of a game's tree."""

    def __init__(self, game: Game, at: Mapping[str, Fraction]):
        self.stages = Stages(game, at)
        self.payoffs = FiniteForm(game, at, ())
        self.types: dict[Any, Turn] = {}
        self.starts: list[list[tuple[Fraction, Node]]] = []
        self.replies: dict[Any, Turn] = {}
        self.origins: list[list[Origin]] = []

    def form(self) -> SignallingForm:
        self._collect_types()
        prior = tuple(sum((w for w, _ in nodes), Fraction(0)) for nodes in self.starts)
        seen: dict[Origin, int | None] = {}
        sender: Payoffs = {}
        receiver: Payoffs = {}
        for t, turn in enumerate(self.types.values()):
            for m in range(len(turn.actions)):
                seen[t, m] = self._observation((t, m))
                rows = self._expected((t, m), turn.player)
                sender[t, m] = tuple(value / prior[t] for value in rows[0])
                receiver[t, m] = tuple(value / prior[t] for value in rows[1])
        turns = self.replies.values()
        found = tuple(Observation(h, tuple(o)) for h, o in zip(turns, self.origins, strict=True))
        return SignallingForm(tuple(self.types.values()), prior, found, seen, sender, receiver)

    def _next(self, weight: Fraction, node: Node) -> Iterator[tuple[Fraction, Node, Turn | None]]:
        """Yield the next decisions from a node on, and ends, with how likely chance makes each."""
        node, event = self.stages.at_node(node)
        if not isinstance(event, Draw):
            yield weight, node, event
            return
        children = self.stages.children(node, event)
        for (_, share), (_, child) in zip(event.branches, children, strict=True):
            yield from self._next(weight * share, child)

    def _collect_types(self) -> None:
        for weight, node, turn in self._next(Fraction(1), self.stages.root):
            if turn is None:
                raise _NoSignalling
            key = turn.information
            if key not in self.types:
                self.types[key] = turn
                self.starts.append([])
            self.starts[list(self.types).index(key)].append((weight, node))
        if len({turn.player for turn in self.types.values()}) > 1:
            raise _NoSignalling

    def _after(self, origin: Origin) -> Iterator[tuple[Fraction, Node, Turn | None]]:
        """Yield what comes next after an origin."""
        for weight, node in self.starts[origin[0]]:
            turn = list(self.types.values())[origin[0]]
            labels = dict(zip(turn.moves, turn.actions[origin[1]], strict=True))
            yield from self._next(weight, self.stages.after(node, labels))

    def _observation(self, origin: Origin) -> int | None:
        """Return the one observation to which an origin leads."""
        turns = {t.information if t else None: t for _, _, t in self._after(origin)}
        if len(turns) > 1:
            raise _NoSignalling
        ((key, turn),) = turns.items()
        if turn is None:
            return None
        if key not in self.replies:
            self.replies[key] = turn
            self.origins.append([])
        number = list(self.replies).index(key)
        self.origins[number].append(origin)
        players = {t.player for t in self.replies.values()}
        if len(players | {next(iter(self.types.values())).player}) != 2:
            raise _NoSignalling
        return number

    def _expected(self, origin: Origin, sender: str) -> tuple[list[Fraction], list[Fraction]]:
        """Return both payoffs at an origin, reply by reply, times how likely its type is."""
        sums: tuple[list[Fraction], list[Fraction]] = ([], [])
        for weight, node, turn in self._after(origin):
            nodes = [c for _, c in self.stages.children(node, turn)] if turn else [node]
            receiver = turn.player if turn else ""
            for side, player in zip(sums, (sender, receiver), strict=True):
                side += [Fraction(0)] * (len(nodes) - len(side))
                for k, child in enumerate(nodes):
                    side[k] += self._mean(weight, child, player) if player else 0
        return sums

    def _mean(self, weight: Fraction, node: Node, player: str) -> Fraction:
        total = Fraction(0)
        for share, end, turn in self._next(weight, node):
            if turn is not None:
                raise _NoSignalling
            values = {
                name: fmpq(v.numerator, v.denominator)
                for name, v in self.stages.values(end.history).items()
            }
            paid = self.payoffs.at_outcome(player, values)
            total += share * Fraction(int(paid.p), int(paid.q))
        return total
