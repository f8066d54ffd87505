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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from pigou.errors import ReformError
from pigou.exact import exact
from pigou.expression import Lookup, names_in, read_expression, symbol
from pigou.game import Chance, Choice, Game, Interval, Move, Player, Transfer
from pigou.reform_kinds_contracts import scaled_parameter
from pigou.reform_kinds_rules import set_parameters
from pigou.reform_kinds_shared import (
    Kind,
    amount_of,
    formulas,
    names_of,
    swapped,
    with_domain,
)

__all__ = ["MARKETS"]


# -- rivals -----------------------------------------------------------------------------------


def _lower_barrier(game: Game, parameter: str, share: Any) -> Game:
    return scaled_parameter(game, parameter, share)


def _add_rival(
    game: Game,
    player: str,
    called: str | None = None,
    beside: str | None = None,
    members: Any = 1,
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
        if called is not None or beside is not None:
            raise ReformError(
                f"'{player}' is a population, which gets more members: 'called' and 'beside' are "
                "for a rival of a single player"
            )
        return _grown(game, who, more)
    if more != 1:
        raise ReformError(f"'{player}' is one player: one rival is added at a time")
    return _copied(game, who, "rival" if called is None else called, _like(game, who, beside))


def _grown(game: Game, who: Player, more: sp.Expr) -> Game:
    """Let a population have more members; a parameter that is their number grows everywhere."""
    players = (replace(p, size=p.size + more) if p == who else p for p in game.players)
    if who.size.is_number:
        return replace(game, players=tuple(players))
    number = names_in(who.size)
    others = [p for p in game.players if p != who and number & names_in(game.size(p.name))]
    if who.size.is_Symbol and not others:
        return set_parameters(game, {who.size.name: who.size + more})
    alone = replace(who, size=1)
    rest = replace(game, players=tuple(alone if p == who else p for p in game.players))
    if number & {name for formula in formulas(rest) for name in names_in(formula)}:
        raise ReformError(
            f"the size of '{who.name}', {who.size}, is not a parameter of its own, and other "
            "formulas use its parameters: they cannot be told from the number of members"
        )
    return replace(game, players=tuple(players))


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
    called = {m.name: f"{m.name}_{name}" for m in own}
    for fresh in (name, *called.values()):
        if fresh in {*game.scope.names, *game.parties}:
            raise ReformError(f"the name '{fresh}' is taken in game '{game.name}': use 'called'")
    copies = {m.symbol: symbol(called[m.name]) for m in own}
    to_own = {m.symbol: m.symbol + copies[m.symbol] for m in own}
    to_other = {b.symbol: b.symbol + copies[a.symbol] for a, b in zip(own, other, strict=True)}
    as_new = copies | {b.symbol: b.symbol + a.symbol for a, b in zip(own, other, strict=True)}

    def seen_by(formula: sp.Basic, party: str) -> sp.Basic:
        return _added(formula, to_other if party == who.name else to_own)

    transfers = []
    for t in game.transfers:
        mine = who.name in (t.payer, t.payee)
        transfers.append(replace(t, amount=seen_by(t.amount, who.name if mine else "")))
        if mine:
            payer, payee = (name if end == who.name else end for end in (t.payer, t.payee))
            transfers.append(Transfer(payer, payee, _added(t.amount, as_new), t.purpose))
    players = (
        replace(p, parties={n: seen_by(u, p.name) for n, u in p.parties.items()})
        for p in game.players
    )
    payoffs = {party: seen_by(u, party) for party, u in game.payoffs.items()}
    return replace(
        game,
        players=(*players, Player(name)),
        moves=_with_copies(game, own, called, name),
        payoffs={**payoffs, name: _added(game.payoffs[who.name], as_new)},
        transfers=tuple(transfers),
        bystanders=tuple(replace(b, surplus=seen_by(b.surplus, b.name)) for b in game.bystanders),
        chance=tuple(
            replace(c, seen_by=(*c.seen_by, name)) if who.name in c.seen_by else c
            for c in game.chance
        ),
    )


def _with_copies(
    game: Game, own: Sequence[Move], called: Mapping[str, str], name: str
) -> tuple[Move, ...]:
    """Return the moves and the rival's, which is asked when it would be, and seen by who sees."""
    copies = {symbol(old): symbol(new) for old, new in called.items()}
    conditional: tuple[Move | Chance, ...] = (*game.moves, *game.chance)
    for item in conditional:
        if names_in(item.when) & set(called) and item not in own:
            raise ReformError(
                f"whether '{item.name}' is made depends on what '{own[0].player}' does alone, and "
                "with a rival it is not said on whose move"
            )

    def looking(move: Move, seen: Iterable[str]) -> Move:
        return move if move.observes is None else replace(move, observes=tuple(seen))

    def with_rival(move: Move) -> list[str]:
        return [n for old in move.observes or () for n in (old, called.get(old)) if n]

    new = (
        looking(m, (called.get(n, n) for n in m.observes or ()))
        for m in (
            replace(m, name=called[m.name], player=name, label="", when=m.when.xreplace(copies))
            for m in own
        )
    )
    return (*(m if m in own else looking(m, with_rival(m)) for m in game.moves), *new)


def _added(formula: sp.Basic, sums: Mapping[sp.Symbol, sp.Expr]) -> sp.Basic:
    """Put sums of moves in place of moves, unless a formula asks which value one of them has."""
    summed = {s for s, total in sums.items() if total.is_Add}
    for asked in formula.atoms(sp.Eq, sp.Ne):
        if asked.free_symbols & summed:
            raise ReformError(
                f"a formula asks whether {asked}, which a sum of moves does not answer: write it "
                "with >= or <=, or as a product with the move"
            )
    return swapped(formula, sums)


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
        "N becomes N + members everywhere; or u_3 = u_2(q_1 + q_2, q_3), and q_3 adds to q_2 for "
        "all others",
        _add_rival, ("player",), ("called", "beside", "members"),
        source="@greenhut1979vertical",
    ),
    Kind(
        "standard", "a move is at least as high as a standard", _CUT_BELOW,
        _standard, ("move", "lowest"), ("share",), (), ("share",), (), "@leland1979quacks",
    ),
    Kind(
        "export_restraint", "moves are at most as high as agreed", _CUT_ABOVE,
        _restrain, ("moves", "highest"), ("share",), (), ("share",), (), "@harris1985voluntary",
    ),
    Kind(
        "minimum_tax", "governments agree on the lowest admissible move of each", _CUT_BELOW,
        _agree, ("moves", "lowest"), ("share",), (), ("share",), (), "@kanbur1993jeux",
    ),
)  # fmt: skip
"""The kinds of reform that change market structure."""
