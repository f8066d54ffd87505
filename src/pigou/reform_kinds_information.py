r"""Kinds of reform that inform: publication, certification, demonstration, precision.

1. `publish` lets players observe a draw of chance, or a move of an earlier stage.
2. `certification` does so for a fee that the certified pays.
3. `demonstration` lets the followers of a pilot see a draw, and the government bears the pilot.
4. `precision` raises the parameter that is the precision of public or private information.
5. `signal`, a noisy signal of a draw, needs draws whose probabilities depend on other draws: it is
   declared, and refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

from pigou.errors import ReformError, unknown
from pigou.expression import read_expression
from pigou.game import GOVERNMENT, Game
from pigou.reform_kinds_rules import set_parameters
from pigou.reform_kinds_shared import Kind, amount_of, charge, names_of, payment

__all__ = ["INFORMATION"]


def _publish(game: Game, what: str, players: Any = None) -> Game:
    told = [p.name for p in game.players] if players is None else list(names_of(players))
    for name in told:
        game.player(name)
    draws = [c.name for c in game.chance]
    moves = [m.name for m in game.moves]
    if what in draws:
        return replace(
            game,
            chance=tuple(
                replace(c, seen_by=tuple(dict.fromkeys((*c.seen_by, *told))))
                if c.name == what
                else c
                for c in game.chance
            ),
        )
    if what not in moves:
        raise ReformError(
            unknown("draw or move", str(what), [*draws, *moves], f"game '{game.name}'")
        )
    return _show_move(game, what, told if players is not None else None)


def _show_move(game: Game, what: str, told: list[str] | None) -> Game:
    """Let players see a move before their own moves of later stages."""
    seen = game.move(what)
    later = [m for m in game.moves if m.stage > seen.stage]
    told = list(dict.fromkeys(m.player for m in later)) if told is None else told
    for name in told:
        if name not in [m.player for m in later]:
            raise ReformError(
                f"'{name}' has no move after '{what}' (stage {seen.stage}), so that it cannot act "
                f"on what it sees; let '{what}' be made before, as in first_move:move={what}"
            )
    if not later:
        raise ReformError(f"no move comes after '{what}'; see first_move:move={what}")
    moves = tuple(
        replace(m, observes=tuple(dict.fromkeys((*m.observes, what))))
        if m in later and m.player in told and m.observes is not None
        else m
        for m in game.moves
    )
    return replace(game, moves=moves)


def _certify(
    game: Game, what: str, player: str, fee: Any = 0, players: Any = None, payee: str = GOVERNMENT
) -> Game:
    who = game.player(player).name
    game = _publish(game, what, players)
    return payment(game, who, payee, amount_of(game, "fee", fee), f"fee for certifying {what}")


def _demonstrate(game: Game, what: str, players: Any, cost: Any = 0) -> Game:
    return charge(_publish(game, what, players), cost)


def _sharpen(game: Game, parameter: str, factor: Any, share: Any = 1) -> Game:
    names = [p.name for p in game.parameters]
    times = read_expression(factor, names)
    if (times - 1).is_negative:
        raise ReformError(f"'factor' is at least 1 for information that is finer, not {factor}")
    part = amount_of(game, "share", share, most=1)
    old = game.parameter(parameter).symbol
    return set_parameters(game, {parameter: old * (1 + part * (times - 1))})


_MISSING = "draws of chance whose probabilities depend on other draws (noisy signals)"


def _signal(game: Game, **_: Any) -> NoReturn:
    raise ReformError(
        f"a reform of kind 'signal' is declared but not solved yet: it needs {_MISSING}; a game "
        "whose precision is a parameter takes a reform of kind 'precision'"
    )


INFORMATION = (
    Kind(
        "publish", "players observe a draw of chance, or an earlier move",
        "what joins the observations of players (all, unless they are named)",
        _publish, ("what",), ("players",), source="@bikhchandani1992theory",
    ),
    Kind(
        "certification", "a draw or a move is certified to players, for a fee",
        "what joins the observations of players; a = fee from player to payee",
        _certify, ("what", "player"), ("fee", "players", "payee"), (), (),
        (("PLAYER", "PAYEE (government)", "fee for certifying WHAT"),), "@lizzeri1999information",
    ),
    Kind(
        "demonstration", "a pilot shows a draw of chance to those who follow",
        "what joins the observations of players; u_government falls by cost",
        _demonstrate, ("what", "players"), ("cost",), source="@foster1995learning",
    ),
    Kind(
        "precision", "public or private information becomes more precise by a factor",
        "parameter becomes parameter * (1 + share * (factor - 1))",
        _sharpen, ("parameter", "factor"), ("share",), (), ("share",), (),
        "@morris2002social",
    ),
    Kind(
        "signal", "players see a noisy signal of a draw (not solved yet)",
        "P(signal = x | what = x) = accuracy",
        _signal, ("what", "accuracy"), ("players",), source="@hellwig2002public", missing=_MISSING,
    ),
)  # fmt: skip
"""The kinds of reform that inform."""
