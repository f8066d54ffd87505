r"""Kinds of reform that let players decide as one: joint commitment, association.

1. The moves of several single players pass to one decision maker, whose payoff is the sum of
   theirs after transfers, :math:`v_J = \sum_{i \in J} v_i`; it sees what any of them saw.
2. Payments among them stay within; payments between them and others are now its own.
3. What each of them has is kept with the decision maker (`Player.parties`), so that surplus is
   still booked per party.
4. A population of n members alike with one move of two choices becomes one player who decides how
   many members take the second: :math:`k\,v(1; k) + (n - k)\,v(0; k)`, for :math:`0 \le k \le n`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sympy as sp

from pigou.errors import ReformError
from pigou.expression import Total, each, symbol
from pigou.game import Choice, Game, Move, Player
from pigou.reform_kinds_shared import Kind, names_of, number, rewritten

__all__ = ["JOINT"]


def _commit(game: Game, players: Any, called: str = "joint") -> Game:
    return _merged(game, names_of(players), called)


def _associate(game: Game, players: Any, called: str = "association") -> Game:
    return _merged(game, names_of(players), called)


def _merged(game: Game, names: tuple[str, ...], name: str) -> Game:
    """Let players decide as one; a population alone is pooled."""
    members = [game.player(one) for one in names]
    crowds = [p.name for p in members if p.is_population]
    if len(names) == 1 and crowds:
        return _pooled(game, members[0])
    if len(names) == 1:
        raise ReformError(f"'{names[0]}' is one player and decides alone; name at least two")
    if crowds:
        raise ReformError(
            f"'{crowds[0]}' is a population: name it alone, or name single players to be merged"
        )
    if name in game.parties or name in game.scope.names:
        raise ReformError(f"the name '{name}' is taken in game '{game.name}': use 'called'")
    return _one_of(game, names, name)


def _one_of(game: Game, names: tuple[str, ...], name: str) -> Game:
    def end(party: str) -> str:
        return name if party in names else party

    joint = Player(name, parties=dict(u for member in names for u in _booked(game, member)))
    at = min(k for k, p in enumerate(game.players) if p.name in names)
    players = [p for p in game.players if p.name not in names]
    payoffs = {who: u for who, u in game.payoffs.items() if who not in names}
    return replace(
        game,
        players=(*players[:at], joint, *players[at:]),
        moves=tuple(replace(m, player=end(m.player)) for m in game.moves),
        payoffs={**payoffs, name: sp.Add(*(game.payoffs[member] for member in names))},
        transfers=tuple(
            replace(t, payer=end(t.payer), payee=end(t.payee))
            for t in game.transfers
            if end(t.payer) != end(t.payee)
        ),
        chance=tuple(
            replace(c, seen_by=tuple(dict.fromkeys(map(end, c.seen_by)))) for c in game.chance
        ),
    )


def _booked(game: Game, member: str) -> list[tuple[str, sp.Expr]]:
    """Return for whom a member decides, with what each has; the member itself where it has more."""
    has = game.payoff(member)
    for_others = game.player(member).parties
    beyond = has - sp.Add(*for_others.values())
    own = [(member, beyond)] if not for_others or sp.expand(beyond) != 0 else []
    return [*for_others.items(), *own]


def _pooled(game: Game, who: Player) -> Game:
    """Let a population decide how many of its members take the second of two choices."""
    size = game.size(who.name)
    moves = game.moves_of(who.name)
    two = [m for m in moves if isinstance(m.domain, Choice) and len(m.domain.options) == 2]
    if who.types or len(moves) != 1 or not two or two[0].choice.exit is not None:
        raise ReformError(
            f"the members of '{who.name}' decide as one if they are alike and have one move with "
            "two choices, neither of which is an exit"
        )
    if not size.is_Integer:
        raise ReformError(
            f"how many members '{who.name}' has is a number where they decide as one, not {size}; "
            f"set it first, as in parameter:{size}=5"
        )
    (move,) = moves
    labels = move.choice.labels
    counts = {f"{k} of {size} {labels[1]}": k for k in range(int(size) + 1)}
    within, added = _within(move, size), _sum_over(move, size)
    parts = rewritten(game, lambda f, whose: within(added(f) if whose == who.name else f))
    parts["transfers"] = tuple(
        replace(t, amount=within(added(t.amount) if who.name in (t.payer, t.payee) else t.amount))
        for t in game.transfers
    )
    parts["players"] = tuple(
        Player(p.name, p.label) if p.name == who.name else p for p in parts["players"]
    )
    parts["moves"] = tuple(
        replace(m, domain=Choice(counts)) if m.name == move.name else m for m in parts["moves"]
    )
    return replace(game, **parts)


def _within(move: Move, size: sp.Expr) -> Callable[[sp.Basic], sp.Basic]:
    """Return what turns sums over members into terms of the number k of members."""
    first, second = (number(value) for value in move.choice.options.values())
    bound, k = each(move.name), move.symbol

    def counted(summand: sp.Expr, population: sp.Symbol) -> sp.Expr:
        if population != symbol(move.player):
            return Total(summand, population)
        return k * summand.xreplace({bound: second}) + (size - k) * summand.xreplace({bound: first})

    def within(formula: sp.Basic) -> sp.Basic:
        return formula.replace(Total, counted)  # a sum in a sum comes first: it binds its own

    return within


def _sum_over(move: Move, size: sp.Expr) -> Callable[[sp.Basic], sp.Basic]:
    """Return what sums a member's formula over all members, k of whom take the second choice."""
    first, second = (number(value) for value in move.choice.options.values())
    k = move.symbol

    def added(formula: sp.Basic) -> sp.Basic:
        return k * formula.xreplace({k: second}) + (size - k) * formula.xreplace({k: first})

    return added


JOINT = (
    Kind(
        "joint_commitment", "players decide together: their payoffs merge",
        "players J become one who maximises the sum of their payoffs v_i; surplus stays per party",
        _commit, ("players",), ("called",), source="@daspremont1988cooperative",
    ),
    Kind(
        "association", "suppliers bargain as one: they form an association that decides for them",
        "players J become one who maximises the sum of their payoffs v_i; surplus stays per party",
        _associate, ("players",), ("called",), source="@horn1988bilateral",
    ),
)  # fmt: skip
"""The kinds of reform that let players decide as one."""
