r"""Kinds of reform that pay: subsidies, taxes, grants, prizes, fines, guarantees, levies.

1. The amount is read as a formula in the payer's or payee's own moves; one member's, for a
   population.
2. Conditions (`when`) and groups (`members`, `group`) restrict who is paid, and when.
3. The payment is written into the ledger with payer, payee and purpose: no payoff is touched.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from pigou.errors import ReformError
from pigou.expression import names_in, read_condition, read_expression
from pigou.game import GOVERNMENT, Game
from pigou.reform_kinds_shared import (
    Kind,
    amount_of,
    charge,
    only_when,
    payment,
    quantity_of,
    set_apart,
)

__all__ = ["PAYMENTS"]


def _subsidise(game: Game, rate: Any, **keys: Any) -> Game:
    return _per_unit(game, rate, "subsidy", **keys)


def _tax(game: Game, rate: Any, **keys: Any) -> Game:
    return _per_unit(game, rate, "tax", **keys)


def _per_unit(
    game: Game,
    rate: Any,
    word: str,
    move: str | None = None,
    player: str | None = None,
    choice: str | None = None,
    when: Any = None,
    members: Any = None,
    group: str | None = None,
) -> Game:
    """Pay or collect a rate per unit of a move, for a choice, or as a lump sum of a player."""
    if move is None and choice is not None:
        raise ReformError(f"'{choice}' is a choice of a move: name the move, not the player")
    who = game.player(str(player)).name if move is None else game.move(move).player
    game, attribute = set_apart(game, who, members, group)
    quantity = sp.S.One if move is None else quantity_of(game.move(move), choice)
    amount = only_when(game, read_expression(rate, game.scope) * quantity * attribute, when)
    purpose = f"lump-sum {word}" if move is None else f"{word} on {move}"
    purpose += f" == {choice}" if choice is not None else ""
    ends = (GOVERNMENT, who) if word == "subsidy" else (who, GOVERNMENT)
    return payment(game, *ends, amount, purpose)


def _transfer(
    game: Game,
    payer: str,
    payee: str,
    amount: Any,
    purpose: str = "transfer",
    when: Any = None,
    members: Any = None,
    group: str | None = None,
) -> Game:
    attribute: sp.Expr = sp.S.One
    if not isinstance(purpose, str) or not purpose.strip() or not purpose.isprintable():
        raise ReformError(f"'purpose' is a printable text, not {purpose!r}")
    if members is not None or group is not None:
        populations = [p.name for p in game.players if p.name in (payer, payee) and p.is_population]
        if not populations:
            raise ReformError("'members' and 'group' need a population as payer or payee")
        game, attribute = set_apart(game, populations[0], members, group)
    value = only_when(game, read_expression(amount, game.scope) * attribute, when)
    return payment(game, payer, payee, value, purpose)


def _match(
    game: Game,
    move: str,
    rate: Any,
    value: Any = None,
    most: Any = None,
    when: Any = None,
    payer: str = GOVERNMENT,
) -> Game:
    target = game.move(move)
    given = quantity_of(target) if value is None else read_expression(value, game.scope)
    amount = amount_of(game, "rate", rate) * given
    if most is not None:
        amount = sp.Min(amount, amount_of(game, "most", most))
    amount = only_when(game, amount, when)
    return payment(game, payer, target.player, amount, f"matching grant on {move}")


def _prize(
    game: Game, player: str, amount: Any, when: Any, share: Any = 1, payer: str = GOVERNMENT
) -> Game:
    who = game.player(player).name
    prize = amount_of(game, "amount", amount) * amount_of(game, "share", share, most=1)
    return payment(game, payer, who, only_when(game, prize, when), "prize")


def _fine(
    game: Game, player: str, amount: Any, when: Any, share: Any = 1, payee: str = GOVERNMENT
) -> Game:
    who = game.player(player).name
    fine = amount_of(game, "amount", amount) * amount_of(game, "share", share, most=1)
    return payment(game, who, payee, only_when(game, fine, when), "fine")


def _guarantee(
    game: Game, player: str, amount: Any, when: Any, premium: Any = 0, payer: str = GOVERNMENT
) -> Game:
    who = game.player(player).name
    cover = only_when(game, amount_of(game, "amount", amount), when)
    draws = [c.name for c in game.chance]
    if not names_in(read_condition(when, game.scope)) & set(draws):
        have = ", ".join(draws) or "none: the game has no chance variable"
        raise ReformError(
            "a guarantee pays when a draw of chance is bad: 'when' is a condition on one, as in "
            f"demand == low (draws: {have})"
        )
    game = payment(game, payer, who, cover, "guarantee")
    return payment(game, who, payer, amount_of(game, "premium", premium), "premium of guarantee")


def _offtake(
    game: Game, move: str, price: Any, market: Any, share: Any = 1, payer: str = GOVERNMENT
) -> Game:
    target = game.move(move)
    gap = sp.Max(amount_of(game, "price", price) - read_expression(market, game.scope), 0)
    amount = amount_of(game, "share", share, most=1) * gap * quantity_of(target)
    return payment(game, payer, target.player, amount, f"offtake guarantee on {move}")


def _levy(game: Game, move: str, levy: Any, rebate: Any, choice: str | None = None) -> Game:
    target = game.move(move)
    due = amount_of(game, "levy", levy)
    back = amount_of(game, "rebate", rebate) * quantity_of(target, choice)
    game = payment(game, target.player, GOVERNMENT, due, "training levy")
    return payment(game, GOVERNMENT, target.player, back, f"rebate of levy for {move}")


def _bear(game: Game, amount: Any) -> Game:
    return charge(game, amount)


_WHO = ("choice", "when", "members", "group")

PAYMENTS = (
    Kind(
        "subsidy",
        "the government pays a rate per unit of a move, or for a choice; or a lump sum to a player",
        "a = rate * m, or rate * 1{m = choice}, or rate; 0 unless `when`",
        _subsidise, ("rate",), _WHO, (("move",), ("player",)), ("rate",),
        (("government", "who makes MOVE, or PLAYER", "subsidy on MOVE, or lump-sum subsidy"),),
        "@pigou1920economics",
    ),
    Kind(
        "tax",
        "the government collects a rate per unit of a move, or for a choice; or a lump sum",
        "a = rate * m, or rate * 1{m = choice}, or rate; 0 unless `when`",
        _tax, ("rate",), _WHO, (("move",), ("player",)), ("rate",),
        (("who makes MOVE, or PLAYER", "government", "tax on MOVE, or lump-sum tax"),),
        "@pigou1920economics",
    ),
    Kind(
        "transfer", "one party pays another", "a = amount; 0 unless `when`",
        _transfer, ("payer", "payee", "amount"), ("purpose", "when", "members", "group"), (),
        ("amount",), (("PAYER", "PAYEE", "PURPOSE"),), "@coase1960problem",
    ),
    Kind(
        "matching_grant", "what is contributed is topped up at a rate, up to a limit",
        "a = min(rate * value, most); value is the move m unless it is given; 0 unless `when`",
        _match, ("move", "rate"), ("value", "most", "when", "payer"), (), ("rate", "most"),
        (("PAYER (government)", "who makes MOVE", "matching grant on MOVE"),),
        "@andreoni1996government",
    ),
    Kind(
        "prize", "a player is paid for an outcome, or a share of it",
        "a = amount * share * 1{when}; share is 1, or the probability of winning",
        _prize, ("player", "amount", "when"), ("share", "payer"), (), ("amount",),
        (("PAYER (government)", "PLAYER", "prize"),), "@wright1983economics",
    ),
    Kind(
        "fine", "a player pays for an outcome, where it is found out",
        "a = amount * share * 1{when}; share is 1, or the probability of being found out",
        _fine, ("player", "amount", "when"), ("share", "payee"), (), ("amount",),
        (("PLAYER", "PAYEE (government)", "fine"),), "@becker1968crime",
    ),
    Kind(
        "guarantee", "a player is paid when a draw of chance is bad, for a premium",
        "a = amount * 1{when}, `when` being a condition on a draw; premium whatever is drawn",
        _guarantee, ("player", "amount", "when"), ("premium", "payer"), (), ("amount", "premium"),
        (
            ("PAYER (government)", "PLAYER", "guarantee"),
            ("PLAYER", "PAYER (government)", "premium of guarantee"),
        ),
        "@arrow1963uncertainty",
    ),
    Kind(
        "offtake_guarantee", "what the market pays less than a guaranteed price is made up for",
        "a = share * max(price - market, 0) * m",
        _offtake, ("move", "price", "market"), ("share", "payer"), (), ("share",),
        (("PAYER (government)", "who makes MOVE", "offtake guarantee on MOVE"),),
        "@kremer2004strong",
    ),
    Kind(
        "training_levy", "everybody pays a levy, and gets a rebate for training",
        "a = levy to the government; rebate * m, or rebate * 1{m = choice}, back",
        _levy, ("move", "levy", "rebate"), ("choice",), (), ("levy", "rebate"),
        (
            ("who makes MOVE", "government", "training levy"),
            ("government", "who makes MOVE", "rebate of levy for MOVE"),
        ),
        "@stevens1996transferable",
    ),
    Kind(
        "running_cost", "the government bears a running cost, in resources",
        "u_government falls by amount, whatever anybody does",
        _bear, ("amount",), (), (), ("amount",), (), "@coase1960problem",
    ),
)  # fmt: skip
"""The kinds of reform that pay."""
