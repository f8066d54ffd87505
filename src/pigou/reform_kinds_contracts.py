r"""Kinds of reform that change contracts: enforcement, orders, ownership, bargaining power.

1. `enforcement` makes walking away dearer: damages to the other side, due with the probability
   that a court grants them; or the outside option, where it is a parameter, loses a share.
2. `long_term_order` is a payment by the buyer conditional on the supplier's move.
3. `ownership` gives the right to decide on a move to somebody else; who is left without a move
   stays as a bystander, with the same surplus.
4. `bargaining_power` moves the parameter that divides a surplus.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from pigou.errors import ReformError
from pigou.expression import read_expression
from pigou.game import Bystander, Game
from pigou.reform_kinds_rules import set_parameters
from pigou.reform_kinds_shared import Kind, amount_of, payment, quantity_of

__all__ = ["CONTRACTS", "scaled_parameter"]


def scaled_parameter(game: Game, parameter: str, share: Any) -> Game:
    """Let a parameter lose a share of its value.

    Examples
    --------
    >>> from pigou.models import load
    >>> half = scaled_parameter(load("coordination").game, "cost", "1/2")
    >>> "cost/2" in str(half.payoffs["firm"])
    True
    """
    lost = amount_of(game, "share", share, most=1)
    return set_parameters(game, {parameter: (1 - lost) * game.parameter(parameter).symbol})


def _enforce(
    game: Game,
    move: str | None = None,
    choice: str | None = None,
    damages: Any = None,
    payee: str = "",
    parameter: str = "",
    share: Any = 1,
) -> Game:
    if move is None:
        return scaled_parameter(game, parameter, share)
    target = game.move(move)
    due = amount_of(game, "damages", damages) * amount_of(game, "share", share, most=1)
    amount = due * quantity_of(target, choice)
    return payment(game, target.player, payee, amount, f"damages for {move} == {choice}")


def _order_goods(game: Game, payer: str, move: str, amount: Any, choice: str | None = None) -> Game:
    target = game.move(move)
    price = amount_of(game, "amount", amount) * quantity_of(target, choice)
    return payment(game, payer, target.player, price, f"long-term order of {move}")


def _own(game: Game, move: str, player: str) -> Game:
    target, owner = game.move(move), game.player(player)
    former = game.player(target.player)
    if former.name == owner.name:
        raise ReformError(f"'{move}' is decided by '{player}' already")
    for who in (former, owner):
        if who.is_population:
            raise ReformError(
                f"the right to decide is passed on between single players; '{who.name}' is a "
                "population, whose members each decide for themselves"
            )
    moves = tuple(replace(m, player=owner.name) if m.name == move else m for m in game.moves)
    if len(game.moves_of(former.name)) > 1:
        return replace(game, moves=moves)
    if former.parties:
        raise ReformError(
            f"'{former.name}' decides for {', '.join(former.parties)}, and would be left without a "
            "move: pass the right to decide on before they join"
        )
    idle = Bystander(former.name, game.payoffs[former.name], former.label)
    return replace(
        game,
        moves=moves,
        players=tuple(p for p in game.players if p.name != former.name),
        payoffs={name: u for name, u in game.payoffs.items() if name != former.name},
        bystanders=(*game.bystanders, idle),
        chance=tuple(
            replace(c, seen_by=tuple(s for s in c.seen_by if s != former.name)) for c in game.chance
        ),
    )


def _bargain(game: Game, parameter: str, value: Any, share: Any = 1) -> Game:
    old = game.parameter(parameter).symbol
    part = amount_of(game, "share", share, most=1)
    new = read_expression(value, [p.name for p in game.parameters])
    return set_parameters(game, {parameter: sp.expand((1 - part) * old + part * new)})


CONTRACTS = (
    Kind(
        "enforcement", "walking away costs damages, or the outside option loses a share",
        "a = damages * share * 1{m = choice}; or parameter becomes (1 - share) * parameter",
        _enforce, (), ("share",), (("move", "choice", "damages", "payee"), ("parameter",)),
        ("share",), (("who makes MOVE", "PAYEE", "damages for MOVE == CHOICE"),),
        "@klein1978vertical",
    ),
    Kind(
        "long_term_order", "the buyer pays on condition of the supplier's move",
        "a = amount * m, or amount * 1{m = choice}",
        _order_goods, ("payer", "move", "amount"), ("choice",), (), ("amount",),
        (("PAYER", "who makes MOVE", "long-term order of MOVE"),), "@levin2003relational",
    ),
    Kind(
        "ownership", "the right to decide on a move passes to another player",
        "the player of m becomes PLAYER; who has no move left is a bystander",
        _own, ("move", "player"), source="@grossman1986costs",
    ),
    Kind(
        "bargaining_power", "the parameter that divides a surplus moves",
        "parameter becomes (1 - share) * parameter + share * value",
        _bargain, ("parameter", "value"), ("share",), (), ("share",), (),
        "@horn1988bilateral",
    ),
)  # fmt: skip
"""The kinds of reform that change contracts."""
