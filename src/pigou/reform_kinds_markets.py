r"""Kinds of reform that change market structure: entry barriers, rivals, standards, restraints.

1. `entry_barrier` lowers the parameter that is the cost of entry by a share.
2. `rival` adds players like one that is there. In a population the number of members grows. A
   single player is copied with its moves: the copy's move adds to the move it is a copy of in
   everybody else's payoff, and to the move of `beside`, another player like it, in the payoff of
   the one that is copied; with firms 1 and 2 selling the same good, u_1(q_1, q_2) becomes
   u_1(q_1, q_2 + q_3), u_2 becomes u_2(q_1 + q_3, q_2), and u_3 = u_2(q_1 + q_2, q_3).
3. `standard` and `restraint` cut a move from below or from above; `minimum_tax` does so to the
   moves of several players, who have agreed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from pigou.errors import ReformError
from pigou.exact import exact
from pigou.expression import Lookup, read_expression
from pigou.game import Choice, Game, Interval, Move, Player
from pigou.reform_kinds_contracts import scaled_parameter
from pigou.reform_kinds_shared import Kind, amount_of, names_of, with_domain

__all__ = ["MARKETS"]


# -- rivals -----------------------------------------------------------------------------------


def _lower_barrier(game: Game, parameter: str, share: Any) -> Game:
    return scaled_parameter(game, parameter, share)


def _add_rival(
    game: Game, player: str, called: str = "rival", beside: str | None = None, members: Any = 1
) -> Game:
    who = game.player(player)
    more = read_expression(members, [p.name for p in game.parameters])
    if more.is_number and not (more.is_Integer and more.is_positive):
        raise ReformError(f"'members' is a whole number of at least 1, not {members}")
    if who.is_population:
        if who.types or who.size == sp.oo:
            raise ReformError(
                f"the population '{player}' has types or is a continuum: a rival is added to a "
                "population of members alike"
            )
        players = (replace(p, size=p.size + more) if p.name == player else p for p in game.players)
        return replace(game, players=tuple(players))
    if more != 1:
        raise ReformError(f"'{player}' is one player: one rival is added at a time")
    return _copied(game, who, called, _like(game, who, beside))


def _like(game: Game, who: Player, beside: str | None) -> Player:
    """Return a player with the same moves as another, to whose moves the rival's add."""

    def shape(player: str) -> list[Any]:
        return [(m.domain, m.stage) for m in game.moves_of(player)]

    alike = [
        p.name for p in game.players if p.name != who.name and shape(p.name) == shape(who.name)
    ]
    if beside is not None:
        game.player(beside)
        if beside not in alike:
            raise ReformError(f"'{beside}' has not the same moves as '{who.name}'")
        alike = [beside]
    if not alike:
        raise ReformError(
            f"no other player has the moves of '{who.name}': in its payoff its own quantity and "
            "the market's are not told apart, so that a rival cannot be added; write the game "
            "with a population, or with two firms"
        )
    return game.player(alike[0])


def _copied(game: Game, who: Player, name: str, beside: Player) -> Game:
    """Add a copy of a single player whose moves are perfect substitutes of its moves."""
    if any(u.has(Lookup) for u in game.payoffs.values()):
        raise ReformError(
            "the payoffs are a table, which has no entry for a sum of moves: write them as formulas"
        )
    own, other = (game.moves_of(p.name) for p in (who, beside))
    new = tuple(replace(m, name=f"{m.name}_{name}", player=name, label="") for m in own)
    taken = {*game.scope.names, *game.parties}
    for fresh in (name, *(m.name for m in new)):
        if fresh in taken:
            raise ReformError(f"the name '{fresh}' is taken in game '{game.name}': use 'called'")
    to_own = {a.symbol: a.symbol + b.symbol for a, b in zip(own, new, strict=True)}
    to_other = {a.symbol: a.symbol + b.symbol for a, b in zip(other, new, strict=True)}
    as_new = {a.symbol: b.symbol for a, b in zip(own, new, strict=True)}
    as_new |= {a.symbol: a.symbol + b.symbol for a, b in zip(other, own, strict=True)}

    def seen_by(party: str) -> dict[sp.Symbol, sp.Expr]:
        return to_other if party == who.name else to_own

    transfers = []
    for t in game.transfers:
        mine = who.name in (t.payer, t.payee)
        transfers.append(replace(t, amount=t.amount.xreplace(to_other if mine else to_own)))
        if mine:
            ends = (name if end == who.name else end for end in (t.payer, t.payee))
            transfers.append(
                replace(
                    t,
                    **dict(zip(("payer", "payee"), ends, strict=True)),
                    amount=t.amount.xreplace(as_new),
                )
            )
    payoffs = {party: u.xreplace(seen_by(party)) for party, u in game.payoffs.items()}
    payoffs[name] = game.payoffs[who.name].xreplace(as_new)
    return replace(
        game,
        players=(*game.players, Player(name)),
        moves=(*game.moves, *new),
        payoffs=payoffs,
        transfers=tuple(transfers),
        bystanders=tuple(replace(b, surplus=b.surplus.xreplace(to_own)) for b in game.bystanders),
        chance=tuple(
            replace(c, seen_by=(*c.seen_by, name)) if who.name in c.seen_by else c
            for c in game.chance
        ),
    )


# -- standards and restraints -----------------------------------------------------------------


def _standard(game: Game, move: str, lowest: Any, share: Any = 1) -> Game:
    return _bounded(game, game.move(move), lowest, share, lower=True)


def _restrain(game: Game, moves: Any, highest: Any, share: Any = 1) -> Game:
    for name in names_of(moves):
        game = _bounded(game, game.move(name), highest, share, lower=False)
    return game


def _agree(game: Game, moves: Any, lowest: Any, share: Any = 1) -> Game:
    for name in names_of(moves):
        game = _bounded(game, game.move(name), lowest, share, lower=True)
    return game


def _bounded(game: Game, move: Move, bound: Any, share: Any, lower: bool) -> Game:
    """Cut the domain of a move from below or above."""
    limit = read_expression(bound, [p.name for p in game.parameters])
    part = amount_of(game, "share", share, most=1)
    if isinstance(move.domain, Choice):
        return _cut_choices(game, move, limit, part, lower)
    old = move.domain.lower if lower else move.domain.upper
    tighter = sp.Max(old, limit) if lower else sp.Min(old, limit)
    end = sp.expand((1 - part) * old + part * tighter) if part != 1 else tighter
    ends = (end, move.domain.upper) if lower else (move.domain.lower, end)
    if (ends[1] - ends[0]).is_nonpositive:
        raise ReformError(
            f"the bound {bound} leaves no choice in move '{move.name}', which is from "
            f"{move.domain.lower} to {move.domain.upper}"
        )
    return with_domain(game, move.name, Interval(*ends))


def _cut_choices(game: Game, move: Move, limit: sp.Expr, part: sp.Expr, lower: bool) -> Game:
    if not limit.is_Rational:
        raise ReformError(
            f"move '{move.name}' is finite: the bound is a number, not {limit}, so that it is "
            "known which choices it leaves"
        )
    if part != 1:
        raise ReformError(f"move '{move.name}' is finite: a bound on it has no strength")
    least = exact(limit)
    leaving = move.choice.exit
    kept = {
        label: value
        for label, value in move.choice.options.items()
        if label == leaving or (value >= least if lower else value <= least)
    }
    if not set(kept) - {leaving}:
        values = ", ".join(f"{label} = {v}" for label, v in move.choice.options.items())
        raise ReformError(f"the bound {limit} leaves no choice of move '{move.name}' ({values})")
    return with_domain(game, move.name, Choice(kept, leaving))


_CUT_BELOW = "M = [L, H] becomes [L + share * max(lowest - L, 0), H]; of choices, those >= lowest"
_CUT_ABOVE = "M = [L, H] becomes [L, H - share * max(H - highest, 0)]; of choices, those <= highest"

MARKETS = (
    Kind(
        "entry_barrier", "the cost of entry falls by a share",
        "parameter becomes (1 - share) * parameter",
        _lower_barrier, ("parameter", "share"), (), (), ("share",), (), "@bain1956barriers",
    ),
    Kind(
        "rival", "one more rival of a player, or more members of a population",
        "N becomes N + members; or u_3 = u_2(q_1 + q_2, q_3), and q_3 adds to q_2 for all others",
        _add_rival, ("player",), ("called", "beside", "members"),
        source="@greenhut1979vertical",
    ),
    Kind(
        "standard", "a move is at least as high as a standard", _CUT_BELOW,
        _standard, ("move", "lowest"), ("share",), (), ("share",), (), "@leland1979quacks",
    ),
    Kind(
        "export_restraint", "moves are at most as high as agreed", _CUT_ABOVE,
        _restrain, ("moves", "highest"), ("share",), (), ("share",), (),
        "@bhagwati1958immiserizing",
    ),
    Kind(
        "minimum_tax", "governments agree on the lowest admissible move of each", _CUT_BELOW,
        _agree, ("moves", "lowest"), ("share",), (), ("share",), (), "@kanbur1993jeux",
    ),
)  # fmt: skip
"""The kinds of reform that change market structure."""
