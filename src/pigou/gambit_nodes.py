"""Gambit's extensive form, read as a tree: nodes, information sets, payoffs.

The format, version 2: a header ``EFG 2 R "title" { "player" ... }``, a comment if there is one,
then the nodes, each before those below it:

* ``c "name" set ["name of the set" { "action" probability ... }] outcome`` is a draw,
* ``p "name" player set ["name of the set" { "action" ... }] outcome`` a player's decision,
* ``t "name" outcome`` an end.

An outcome is 0 (nothing is paid) or a number with ``["name" { payoffs }]``. What stands in
brackets may be left out after the first time. Outcomes before the end are paid on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from pigou.filetable import MOST_CHOICES
from pigou.gambit_words import Words, comment, header, labels_of, player_names

__all__ = ["CHANCE", "InformationSet", "TreeNode", "TreeText", "read_tree"]

CHANCE = 0
"""The number of the player who draws."""

MOST_NODES, DEEPEST = 10_000, 100
_Payoffs = tuple[Fraction, ...]


@dataclass(frozen=True)
class InformationSet:
    """Nodes at which a player decides without telling one from another, or a draw is made.

    `player` counts from 1, `CHANCE` is 0; only draws have `weights`.
    """

    player: int
    number: int
    name: str
    actions: tuple[str, ...]
    weights: tuple[Fraction, ...] = ()

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"{self.number} ('{self.name}')" if self.name.strip() else str(self.number)


class TreeNode(NamedTuple):
    """A node: the branch that leads to it, what happens there, and what was paid until then.

    `above` is the number of the parent, and `branch` which of its children this is (from 0). An
    end has no information set. `start` is the place in the file.
    """

    above: int
    branch: int
    set: InformationSet | None
    paid: _Payoffs
    depth: int
    start: int


class TreeText(NamedTuple):
    """What a file says: title, players, and the nodes, each before those below it."""

    title: str
    players: list[str]
    nodes: list[TreeNode]


def read_tree(words: Words) -> TreeText:
    """Read a whole file, and check that nobody forgets."""
    title = header(words, "EFG", "2")
    players = player_names(words)
    comment(words)
    nodes = list(_Nodes(words, players).read())
    if words.word:
        words.fail("the end of the file")
    _check_recall(words, players, nodes)
    return TreeText(title, players, nodes)


class _Nodes:
    """One reading of the nodes of a file, with what has been described so far."""

    def __init__(self, words: Words, players: list[str]):
        self.words, self.players = words, players
        self.sets: dict[tuple[int, int], InformationSet] = {}
        self.outcomes: dict[int, _Payoffs] = {0: (Fraction(0),) * len(players)}

    def read(self) -> Iterator[TreeNode]:
        """Read node by node; `waiting` holds the branches that have not been read."""
        waiting = [TreeNode(-1, 0, None, self.outcomes[0], 0, 0)]
        read = 0
        while waiting:
            place = waiting.pop()
            if read == MOST_NODES:
                self.words.refuse(f"at most {MOST_NODES:,} nodes of a game are read")
            if place.depth > DEEPEST:
                self.words.refuse(f"at most {DEEPEST} decisions and draws are read in a row")
            start = self.words.start
            information = self.decision()
            pairs = zip(place.paid, self.outcome(), strict=True)
            paid = tuple(before + now for before, now in pairs)
            yield TreeNode(place.above, place.branch, information, paid, place.depth, start)
            for branch in reversed(range(len(information.actions) if information else 0)):
                waiting.append(TreeNode(read, branch, None, paid, place.depth + 1, 0))
            read += 1

    def decision(self) -> InformationSet | None:
        """Read a node up to its outcome."""
        words, kind = self.words, self.words.word
        if kind not in ("c", "p", "t"):
            words.fail("a node: 'c', 'p' or 't'")
        words.step()
        words.text("the name of a node")
        if kind == "t":
            return None
        player = CHANCE
        if kind == "p":
            player = words.count("the number of a player", 1, len(self.players))
        key = player, words.count("the number of an information set", 1, 999_999_999)
        if words.is_text():
            self.describe(key)
        elif key not in self.sets:
            words.fail(f"the name and actions of the information set {key[1]}, new here")
        return self.sets[key]

    def describe(self, key: tuple[int, int]) -> None:
        """Read the name and the actions of an information set."""
        words, start = self.words, self.words.start
        name = " ".join(words.text("the name of an information set").split())
        actions: list[str] = []
        weights: list[Fraction] = []
        words.take("{")
        while words.word != "}":
            if len(actions) == MOST_CHOICES:
                words.fail(f"'}}' after {MOST_CHOICES:,} actions")
            actions.append(words.text("the name of an action"))
            if key[0] == CHANCE:
                weights.append(self.probability())
        if not actions:
            words.fail("an action")
        if key[0] == CHANCE and sum(weights) != 1:
            words.refuse(f"the probabilities of this draw sum to {sum(weights)}, not to 1", start)
        words.step()
        found = InformationSet(*key, name, tuple(labels_of(actions)), tuple(weights))
        if self.sets.setdefault(key, found) != found:
            words.refuse(f"the information set {key[1]} has been described otherwise before", start)

    def probability(self) -> Fraction:
        """Read a number that is not negative."""
        start = self.words.start
        weight = self.words.number("a probability")
        if weight < 0:
            self.words.refuse(f"a probability of {weight} is below 0", start)
        return weight

    def outcome(self) -> _Payoffs:
        """Read what is paid at a node."""
        words = self.words
        number = words.count("the number of an outcome", 0, 999_999_999)
        if not words.is_text():
            if number not in self.outcomes:
                words.fail(f"the name and payoffs of the outcome {number}, new here")
            return self.outcomes[number]
        if number == 0:
            words.fail("nothing after the outcome 0, which pays nothing")
        start = words.start
        words.text("the name of an outcome")
        words.take("{")
        payoffs = tuple(words.number("a payoff") for _ in self.players)
        words.take("}")
        if self.outcomes.setdefault(number, payoffs) != payoffs:
            words.refuse(f"the outcome {number} has paid something else before", start)
        return payoffs


# -- what players remember --------------------------------------------------------------------

_Memory = tuple[tuple[InformationSet, int], ...]


def _check_recall(words: Words, players: list[str], nodes: list[TreeNode]) -> None:
    """Refuse information sets in which a player has forgotten what it did or knew."""
    memories: list[tuple[_Memory, ...]] = []  # of each player, at each node
    known: dict[tuple[int, int], _Memory] = {}
    for node in nodes:
        memory = _remembered(memories, nodes, node, len(players))
        memories.append(memory)
        here = node.set
        if here is None or here.player == CHANCE:
            continue
        own = memory[here.player - 1]
        where = f"the information set {here.title} of player '{players[here.player - 1]}'"
        if any(past is here for past, _ in own):
            words.refuse(
                f"{where} comes twice on one path: the player does not know that it has decided "
                "already, and games of absent-minded players are not read",
                node.start,
            )
        if known.setdefault((here.player, here.number), own) != own:
            words.refuse(
                f"{where} joins nodes after which the player's own past differs: games of "
                "imperfect recall are not read",
                node.start,
            )


def _remembered(
    memories: list[tuple[_Memory, ...]], nodes: list[TreeNode], node: TreeNode, players: int
) -> tuple[_Memory, ...]:
    """Return the past decisions of every player at a node: information sets and actions."""
    if node.above < 0:
        return ((),) * players
    above, memory = nodes[node.above].set, memories[node.above]
    if above is None or above.player == CHANCE:
        return memory
    own = above.player - 1
    return (*memory[:own], (*memory[own], (above, node.branch)), *memory[own + 1 :])
