r"""The first best of a game in stages: what a planner would do who makes every move.

The planner moves for everybody, stage by stage, and knows all that anybody knows by then: by
backward induction, :math:`W(h) = \max_a W(h, a)` where somebody moves after the history h,
:math:`W(h) = \sum_d p_d W(h, d)` where chance draws, and W at an end is the sum of primitive
payoffs. (With less knowledge than the players have together, the planner could do no better.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from pigou.enclosing import enclosed
from pigou.exact import Enclosure
from pigou.game import Game
from pigou.stages import Draw, Node, Stages, Turn, subgame

__all__ = ["best_plan"]

ZERO = Enclosure.point(0)
_MOST_PLANS = 5

Plan = tuple[str, ...]


def best_plan(
    game: Game,
    at: Mapping[str, Fraction],
    of_crowd: Callable[[Game], tuple[Enclosure, tuple[str, ...]]],
) -> tuple[Enclosure, tuple[str, ...]]:
    """Return the largest welfare in a game in stages, and up to five ways to reach it, in words.

    Parameters
    ----------
    game : Game
        With finite choices; a population may move in the last stage.
    at : mapping of str to Fraction
        A value for every parameter.
    of_crowd : callable
        The same for the stage of a population, as a game of its own.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> x, y = Move("x", "ann", {"no": 0, "yes": 1}), Move("y", "bob", {"no": 0, "yes": 1}, 2)
    >>> payoffs = {"ann": "3*y - x", "bob": "x - y"}
    >>> game = Game("pair", [Player("ann"), Player("bob")], [x, y], payoffs)
    >>> best_plan(game, {}, lambda left: (ZERO, ()))
    (Enclosure(2), ('x: no, y: yes', 'x: yes, y: yes'))
    """
    stages = Stages(game, at)

    def best(node: Node) -> tuple[Enclosure, list[Plan]]:
        node, event = stages.at_node(node)
        if event is None:
            return _welfare(stages, node), [()]
        if isinstance(event, Turn) and stages.crowd(node):
            value, words = of_crowd(subgame(game, node.history))
            return value, [(text,) for text in words]
        results = [(labels, *best(child)) for labels, child in stages.children(node, event)]
        if isinstance(event, Draw):
            weights = [Enclosure.point(p) for _, p in event.branches]
            mean = sum((w * r[1] for w, r in zip(weights, results, strict=True)), ZERO)
            return mean, [_after_draws(event.name, [(r[0][0], r[2][0]) for r in results])]
        top = max(r[1].upper for r in results)
        winners = [r for r in results if r[1].upper == top]
        named = [
            tuple(f"{m}: {label}" for m, label in zip(event.moves, labels, strict=True))
            for labels, _, _ in winners
        ]
        plans = [(*own, *rest) for own, r in zip(named, winners, strict=True) for rest in r[2]]
        return Enclosure(max(r[1].lower for r in results), top), plans[:_MOST_PLANS]

    value, plans = best(stages.root)
    return value, tuple(", ".join(plan) for plan in plans)


def _after_draws(name: str, rests: list[tuple[str, Plan]]) -> Plan:
    """Say what is done after each draw, once where it makes no difference."""
    if len({rest for _, rest in rests}) == 1:
        return rests[0][1]
    parts = [f"after {name} {label}: ({', '.join(rest) or 'nothing'})" for label, rest in rests]
    return tuple(parts)


def _welfare(stages: Stages, node: Node) -> Enclosure:
    """Sum the primitive payoffs of all parties at an end."""
    numbers = {**stages.at, **stages.values(node.history)}
    state = {name: Enclosure.point(value) for name, value in numbers.items()}
    game = stages.game
    return sum((enclosed(game.primitive(party), state) for party in game.parties), ZERO)
