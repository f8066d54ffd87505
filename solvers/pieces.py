r"""A game in stages cut at its subgames: pieces, and the strategic form of each.

Steps
-----
1. The tree of a game (`pigou.stages`) is laid out depth first, so that what follows a node is a
   range of numbers. A node is the root of a *subgame* iff every information set that has a node
   after it (itself included) has all its nodes there (Selten 1965).
2. The *piece* of a subgame is what of it comes before the next subgames: it ends at their roots,
   and at ends of the game.
3. A *plan* of a player for a piece names an action for every information set of the player in
   it that the plan's own earlier actions do not exclude (the reduced strategic form). Under
   perfect recall the information sets of a player form a forest, each but the first following
   one action at one other, so that plans are listed by recursion.
4. A profile of plans leads to a distribution over the ends of the piece. It does not depend on
   what is played after them, and is worked out once.
5. A mixed plan comes down to a *behaviour strategy*: the probability of an action at an
   information set is that of the plans that take it there over that of the plans that get there
   (Kuhn 1953). Where no plan used gets there, the player's own choices exclude the set, and
   whatever it would do there makes no difference to an equilibrium of the piece.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.stages import Draw, Node, Stages, Turn

__all__ = ["Leaf", "Piece", "Plan", "Point", "Tree", "behaviour", "lay_out"]

MOST_NODES = 50_000
MOST_CELLS = 20_000

Information = tuple[Any, ...]
Plan = tuple[tuple[Information, int], ...]
"""For each information set that the plan gets to, the number of the action."""


class Point(NamedTuple):
    """A node in its place: what happens there, its children, and where its part of the tree ends.

    With `crowd`, a population moves next: what follows is solved as a game of its own.

    Examples
    --------
    >>> from pigou.exact import Record
    >>> Point(Node(0, Record()), None, (), 1).crowd
    False
    """

    node: Node
    event: Draw | Turn | None
    children: tuple[int, ...]
    end: int
    crowd: bool = False


class Leaf(NamedTuple):
    """An end of a piece: the number of a point, and whether a subgame begins there.

    Examples
    --------
    >>> Leaf(3, is_subgame=True).point
    3
    """

    point: int
    is_subgame: bool


@dataclass(frozen=True)
class Piece:
    """The part of a subgame that comes before the next ones.

    Parameters
    ----------
    root : int
        The number of the point where it begins.
    turns : mapping of information set to Turn
        The decisions in it.
    plans : mapping of str to list of Plan
        For each player who decides in it.
    outcomes : mapping of tuple of int to mapping of int to Fraction
        For each profile of plans, the probability of each point at which the piece ends.
    leaves : tuple of Leaf
    """

    root: int
    turns: Mapping[Information, Turn]
    plans: Mapping[str, Sequence[Plan]]
    outcomes: Mapping[tuple[int, ...], Mapping[int, Fraction]]
    leaves: tuple[Leaf, ...]


class Tree:
    """The points of a game in stages, depth first, and the roots of its subgames.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> game = Game(
    ...     "entry",
    ...     [Player("entrant"), Player("incumbent")],
    ...     [
    ...         Move("enter", "entrant", {"no": 0, "yes": 1}),
    ...         Move("fight", "incumbent", {"no": 0, "yes": 1}, 2, when="enter == yes"),
    ...     ],
    ...     {"entrant": "enter*(1 - 2*fight)", "incumbent": "2 - enter*(1 + fight)"},
    ... )
    >>> tree = lay_out(Stages(game, {}))
    >>> [dict(tree.points[root].node.history) for root in tree.roots]
    [{}, {'enter': 'yes'}]
    """

    def __init__(self, stages: Stages, points: list[Point]):
        self.stages, self.points = stages, points
        self.sets: dict[Information, list[int]] = {}
        for number, point in enumerate(points):
            if isinstance(point.event, Turn):
                self.sets.setdefault(point.event.information, []).append(number)
        self.roots = self._subgames()

    def _subgames(self) -> list[int]:
        """Return the points where a subgame begins, the first of all included."""
        reach = [(len(self.points), -1)] * len(self.points)
        for number in range(len(self.points) - 1, -1, -1):
            point = self.points[number]
            spans = [reach[child] for child in point.children]
            if isinstance(point.event, Turn):
                members = self.sets[point.event.information]
                spans.append((members[0], members[-1]))
            if spans:
                reach[number] = min(a for a, _ in spans), max(b for _, b in spans)
        return [
            number
            for number, (first, last) in enumerate(reach)
            if number == 0
            or self.points[number].crowd
            or (last >= 0 and first >= number and last < self.points[number].end)
        ]

    def piece(self, root: int) -> Piece:
        """Cut out the piece that begins at a root, and list its plans and outcomes.

        Raises
        ------
        StructureError
            If it has more than 20,000 profiles of plans.
        """
        inside, leaves = self._cut(root)
        turns = {
            event.information: event
            for event in (self.points[n].event for n in inside)
            if isinstance(event, Turn)
        }
        players = [p.name for p in self.stages.game.players]
        movers = [p for p in players if any(t.player == p for t in turns.values())]
        forests = {p: self._forest(p, inside) for p in movers}
        number = math.prod(_count(forests[p], turns, ()) for p in movers)
        if number > MOST_CELLS:
            raise StructureError(
                f"game '{self.stages.game.name}': a subgame has {number:,} profiles of plans; at "
                f"most {MOST_CELLS:,} are compared"
            )
        plans = {p: list(_plans(forests[p], turns, ())) for p in movers}
        ends = frozenset(leaf.point for leaf in leaves)
        outcomes = {}
        for cell in itertools.product(*(range(len(plans[p])) for p in movers)):
            chosen = (plans[p][n] for p, n in zip(movers, cell, strict=True))
            outcomes[cell] = self._outcome(root, dict(itertools.chain(*chosen)), ends)
        return Piece(root, turns, plans, outcomes, leaves)

    def _cut(self, root: int) -> tuple[list[int], tuple[Leaf, ...]]:
        """Return the points of a piece, and its ends."""
        below = set(self.roots) - {root}
        inside, leaves, waiting = [], [], [root]
        while waiting:
            number = waiting.pop()
            if number in below:
                leaves.append(Leaf(number, True))
            elif self.points[number].event is None:
                leaves.append(Leaf(number, False))
            else:
                inside.append(number)
                waiting += reversed(self.points[number].children)
        return inside, tuple(leaves)

    def _forest(self, player: str, inside: Sequence[int]) -> dict[Any, list[Information]]:
        """Return, for each information set and action of a player, the next sets of that player.

        Those that come first stand under the empty tuple.
        """
        forest: dict[Any, list[Information]] = {}
        before: dict[int, Any] = {}
        for number in inside:
            event, past = self.points[number].event, before.get(number, ())
            own = isinstance(event, Turn) and event.player == player
            here = event.information if isinstance(event, Turn) else ()
            if own and here not in forest.setdefault(past, []):
                forest[past].append(here)
            for action, child in enumerate(self.points[number].children):
                before[child] = (here, action) if own else past
        return forest

    def _outcome(
        self, root: int, actions: Mapping[Information, int], ends: frozenset[int]
    ) -> dict[int, Fraction]:
        """Return the distribution over the ends of a piece when actions are taken as planned."""
        reached: dict[int, Fraction] = {}
        waiting = [(root, Fraction(1))]
        while waiting:
            number, weight = waiting.pop()
            point = self.points[number]
            if number in ends:
                reached[number] = reached.get(number, Fraction(0)) + weight
            elif isinstance(point.event, Draw):
                waiting += [
                    (child, weight * probability)
                    for child, (_, probability) in zip(
                        point.children, point.event.branches, strict=True
                    )
                ]
            else:
                assert point.event is not None
                waiting.append((point.children[actions[point.event.information]], weight))
        return reached


def lay_out(stages: Stages) -> Tree:
    """Lay out the tree of a game in stages.

    Raises
    ------
    StructureError
        If it has more than 50,000 points.
    """
    points: list[Point | None] = []

    def visit(node: Node) -> int:
        number = len(points)
        if number >= MOST_NODES:
            raise StructureError(
                f"game '{stages.game.name}' has more than {MOST_NODES:,} histories; so far "
                "smaller games in stages are solved"
            )
        points.append(None)
        node, event = stages.at_node(node)
        if event is None and any(p.is_population for p in stages.game.players):
            raise StructureError(
                f"game '{stages.game.name}': members of a population are not asked to move after "
                f"{dict(node.history)}; so far they have to be, after every history"
            )
        crowd = isinstance(event, Turn) and stages.crowd(node)
        if crowd and not stages.knows_all(node):
            raise StructureError(
                f"game '{stages.game.name}': members of a population have to move in the last "
                "stage and to know all that went before; other cases are not solved yet"
            )
        children: tuple[int, ...] = ()
        if event is not None and not crowd:
            children = tuple(visit(child) for _, child in stages.children(node, event))
        points[number] = Point(node, None if crowd else event, children, len(points), crowd)
        return number

    visit(stages.root)
    return Tree(stages, [point for point in points if point is not None])


def _count(
    forest: Mapping[Any, Sequence[Information]], turns: Mapping[Information, Turn], past: Any
) -> int:
    return math.prod(
        sum(
            _count(forest, turns, (information, action))
            for action in range(len(turns[information].actions))
        )
        for information in forest.get(past, ())
    )


def _plans(
    forest: Mapping[Any, Sequence[Information]], turns: Mapping[Information, Turn], past: Any
) -> Iterator[Plan]:
    """Yield the plans for all that follows an own action."""
    options = [
        [
            ((information, action), *rest)
            for action in range(len(turns[information].actions))
            for rest in _plans(forest, turns, (information, action))
        ]
        for information in forest.get(past, ())
    ]
    for combination in itertools.product(*options):
        yield tuple(entry for part in combination for entry in part)


def behaviour(
    plans: Sequence[Plan], weights: Sequence[Enclosure], turns: Mapping[Information, Turn]
) -> dict[Information, tuple[Enclosure, ...]]:
    """Return the behaviour strategy of a mixed plan, where its own actions do not exclude a set.

    Parameters
    ----------
    plans : sequence of Plan
    weights : sequence of Enclosure
        The probability of each plan; they sum to 1.
    turns : mapping of information set to Turn

    Examples
    --------
    >>> turn = Turn("ann", ("x",), {}, (("no",), ("yes",)))
    >>> third = Enclosure.point("1/3")
    >>> plans = [((turn.information, 0),), ((turn.information, 1),)]
    >>> behaviour(plans, [third, Enclosure.point("2/3")], {turn.information: turn})
    {('ann', ('x',), ()): (Enclosure(1/3), Enclosure(2/3))}
    """
    zero = Enclosure.point(0)
    found: dict[Information, tuple[Enclosure, ...]] = {}
    for information in dict.fromkeys(i for plan in plans for i, _ in plan):
        taken = [dict(plan).get(information) for plan in plans]
        sums = [
            sum((w for a, w in zip(taken, weights, strict=True) if a == action), zero)
            for action in range(len(turns[information].actions))
        ]
        used = [s for s in sums if s.upper > 0]
        if None not in taken:
            found[information] = tuple(sums)
        elif len(used) == 1:
            found[information] = tuple(Enclosure.point(int(s.upper > 0)) for s in sums)
        elif used:
            reach = sum(used, zero)
            found[information] = tuple(s / reach for s in sums)
    return found
