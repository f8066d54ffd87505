r"""Players of a game in stages who are alike: exchanging two of them leaves the game as it is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import sympy as sp

from pigou.game import Choice, Move
from pigou.solvers.backward_induction import Induction

__all__ = ["alike"]


def alike(induction: Induction, place: int, players: Sequence[str]) -> tuple[str, ...]:
    """Return the players of a stage if exchanging any two of them leaves the game as it is.

    Examples
    --------
    >>> from pigou import Game, Player
    >>> from pigou.solvers.backward_induction import Induction
    >>> game = Game(
    ...     "entry",
    ...     [Player("a"), Player("b")],
    ...     [Move("x", "a", {"out": 0, "in": 1}), Move("y", "b", {"out": 0, "in": 1})],
    ...     {"a": "x*(3 - 2*y)", "b": "y*(3 - 2*x)"},
    ... )
    >>> alike(Induction(game, {}), 0, ["a", "b"])
    ('a', 'b')
    """
    if len(players) < 2:
        return ()
    pairs = itertools.pairwise(players)
    return tuple(players) if all(_exchangeable(induction, a, b) for a, b in pairs) else ()


def _exchangeable(induction: Induction, one: str, other: str) -> bool:
    """Whether exchanging two players, with their moves in order, changes no payoff."""
    mine, theirs = (induction.game.moves_of(p) for p in (one, other))
    swap: dict[Any, Any] = {}
    if len(mine) != len(theirs):
        return False
    for a, b in zip(mine, theirs, strict=True):
        same = a.stage == b.stage and _domain(induction, a) == _domain(induction, b)
        if not same:
            return False
        swap |= {a.symbol: b.symbol, b.symbol: a.symbol}
    if any(a.when.xreplace(swap) != b.when for a, b in zip(mine, theirs, strict=True)):
        return False
    others = [m for m in induction.game.moves if m.player not in (one, other)]
    if any(m.when.xreplace(swap) != m.when for m in others):
        return False
    names = {one: other, other: one}
    return all(
        sp.expand(u.xreplace(swap) - induction.payoffs[names.get(p, p)]) == 0
        for p, u in induction.payoffs.items()
    )


def _domain(induction: Induction, move: Move) -> Any:
    if isinstance(move.domain, Choice):
        return tuple(move.domain.options.items())
    return induction.box[move.symbol]
