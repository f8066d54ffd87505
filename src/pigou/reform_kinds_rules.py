r"""Kinds of reform that change the rules: parameters, choices, the order of moves.

1. `parameter` replaces symbols in every formula, size, interval, probability and assumption.
2. `mandate`, `remove` and `add` change the choices of a finite move; an added choice says what it
   pays, or as which value it counts.
3. `order` puts moves into other stages, and `first_move` puts one before all others, which see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from pigou.errors import ReformError, unknown
from pigou.exact import Record, exact
from pigou.expression import If, Lookup, each, read_expression, symbol
from pigou.game import Choice, Game, Move, Transfer
from pigou.reform_kinds_shared import (
    Kind,
    number,
    substitute,
    swapped,
    value_of,
    with_domain,
)

__all__ = ["RULES", "set_parameters"]


def set_parameters(game: Game, set: Mapping[str, Any]) -> Game:
    """Let parameters take other values, everywhere.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = set_parameters(load("coordination").game, {"cost": "benefit/3"})
    >>> "cost" in str(game.payoffs["firm"])
    False
    """
    swaps: dict[sp.Symbol, sp.Expr] = {}
    assumptions: list[Any] = []
    names = [p.name for p in game.parameters]
    for name, formula in set.items():
        parameter = game.parameter(name)
        value = read_expression(formula, names)
        if value.is_Rational:
            parameter.check(exact(value))
        elif parameter.domain != sp.true:
            assumptions.append(swapped(parameter.domain, {parameter.symbol: value}))
        swaps[parameter.symbol] = value
    for old in game.assumptions:
        new = old.xreplace(swaps)
        if new == sp.false:
            shown = ", ".join(f"{name} = {value}" for name, value in set.items())
            raise ReformError(f"{shown} contradicts the assumption {old}")
        assumptions += [new] * (new != sp.true)
    traces = replace(game.traces, replaced=_replaced(game.traces.replaced, swaps))
    return substitute(replace(game, assumptions=tuple(assumptions), traces=traces), swaps)


def _replaced(old: Mapping[str, sp.Expr], swaps: Mapping[sp.Symbol, sp.Expr]) -> Record[sp.Expr]:
    """Note what stands in place of parameters; refuse what the formulas no longer can take."""
    new = {name: value.xreplace(swaps) for name, value in old.items()}
    for theta, value in swaps.items():
        if theta.name not in old:
            new |= {theta.name: value} if value != theta else {}
        elif sp.expand(new[theta.name] - value.xreplace({theta: old[theta.name]})) != 0:
            raise ReformError(
                f"an earlier step has put {old[theta.name]} in place of '{theta.name}', so that "
                f"{value} has no place to go: let it take one value, in one step"
            )
    return Record(new)


def _mandate(game: Game, move: str, choice: str) -> Game:
    target = game.move(move)
    value = value_of(target, choice)
    return with_domain(game, move, Choice({choice: value}))


def _remove(game: Game, move: str, choice: str) -> Game:
    target = game.move(move)
    value_of(target, choice)
    kept = {label: v for label, v in target.choice.options.items() if label != choice}
    if not kept:
        raise ReformError(f"'{choice}' is the only choice of move '{move}'; nothing would be left")
    leaving = target.choice.exit if target.choice.exit in kept else None
    return with_domain(game, move, Choice(kept, leaving))


def _add(
    game: Game,
    move: str,
    choice: str,
    value: Any,
    pays: Any = None,
    counts_as: Any = None,
    exit: bool = False,
) -> Game:
    target = game.move(move)
    options = target.choice.options
    given = exact(value)
    if choice in options or given in options.values():
        taken = ", ".join(f"{label} = {v}" for label, v in options.items())
        raise ReformError(
            f"move '{move}' already has the choice '{choice}' or the value {given} ({taken})"
        )
    if pays is None and counts_as is None:
        raise ReformError(
            f"say what '{choice}' pays, or what it counts as (keys 'pays', 'counts_as')"
        )
    table = any(u.has(Lookup) for u in game.payoffs.values())
    if counts_as is None and not exit and table:
        raise ReformError(f"the payoffs are a table: say what '{choice}' counts as for the others")
    if exit and target.choice.exit is not None:
        raise ReformError(f"move '{move}' already has an exit, '{target.choice.exit}'")
    leaving = choice if exit else target.choice.exit
    larger = with_domain(game, move, Choice({**options, choice: given}, leaving))
    chosen = sp.Eq(target.symbol, number(given))
    if counts_as is not None:
        counted = read_expression(counts_as, larger.scope).xreplace({target.symbol: number(given)})
        if table and counted.is_Rational and exact(counted) not in options.values():
            raise ReformError(
                f"'{choice}' counts as {counted}, for which the payoffs, a table, have no entry"
            )
        effective = If(chosen, read_expression(counts_as, larger.scope), target.symbol)
        own = [m.name for m in game.moves_of(target.player)]
        own += game.player(target.player).attributes
        of_each = effective.xreplace({symbol(name): each(name) for name in own})
        larger = substitute(larger, {target.symbol: effective, each(move): of_each})
    elif exit:
        larger = replace(
            larger, transfers=tuple(_unless(t, target, chosen) for t in larger.transfers)
        )
    if pays is None:
        return larger
    old = larger.payoffs[target.player]
    new = If(chosen, read_expression(pays, larger.scope), old)
    return replace(
        larger,
        payoffs={**larger.payoffs, target.player: new},
        players=tuple(
            replace(p, parties={n: If(chosen, 0, u) for n, u in p.parties.items()})
            if p.name == target.player
            else p
            for p in larger.players
        ),
    )


def _unless(transfer: Transfer, move: Move, left: Any) -> Transfer:
    """Let a member who has left its group neither pay nor be paid."""
    if move.player not in (transfer.payer, transfer.payee):
        return transfer
    return replace(transfer, amount=If(left, 0, transfer.amount))


def _order(game: Game, stages: Any) -> Game:
    """Put moves into other stages, given by name; one number puts all moves into one stage."""
    names = [m.name for m in game.moves]
    given = dict(stages) if isinstance(stages, Mapping) else dict.fromkeys(names, stages)
    for name in given:
        if name not in names:
            raise ReformError(unknown("move", str(name), names, f"game '{game.name}'"))
    moved = {name: _stage(name, stage) for name, stage in given.items()}
    new = [moved.get(m.name, m.stage) for m in game.moves]
    places = {stage: k for k, stage in enumerate(sorted(set(new)), 1)}
    moves = tuple(replace(m, stage=places[stage]) for m, stage in zip(game.moves, new, strict=True))
    return replace(
        game, moves=tuple(_seeing_all(game, m, moves) if m.name in moved else m for m in moves)
    )


def _seeing_all(game: Game, move: Move, moves: Sequence[Move]) -> Move:
    """Let a move be made after seeing all earlier ones, and the draws that were seen before it."""
    draws = tuple(c.name for c in game.chance if c.name in (move.observes or ()))
    earlier = (m.name for m in moves if m.stage < move.stage)
    return replace(move, observes=(*earlier, *draws) if draws else None)


def _stage(name: str, stage: Any) -> int:
    number = exact(stage)
    if number.denominator != 1 or number < 1:
        raise ReformError(f"the stage of '{name}' is a whole number from 1 on, not {stage}")
    return int(number)


def _first(game: Game, move: str) -> Game:
    """Let a move be made before all others, and be seen by all who move."""
    first = game.move(move)
    moves = tuple(
        _seeing_all(game, replace(m, stage=1), ())
        if m.name == first.name
        else replace(
            m,
            stage=m.stage + 1,
            observes=None if m.observes is None else tuple(dict.fromkeys((*m.observes, move))),
        )
        for m in game.moves
    )
    places = {stage: k for k, stage in enumerate(sorted({m.stage for m in moves}), 1)}
    return replace(game, moves=tuple(replace(m, stage=places[m.stage]) for m in moves))


RULES = (
    Kind(
        "parameter", "parameters take other values", "theta becomes set(theta), everywhere",
        set_parameters, ("set",), source="comparative statics: @samuelson1947foundations",
    ),
    Kind(
        "mandate", "a move is restricted to one choice", "M becomes {choice}",
        _mandate, ("move", "choice"), source="@weitzman1974prices",
    ),
    Kind(
        "remove", "a choice is taken away", "M becomes M without choice",
        _remove, ("move", "choice"), source="@weitzman1974prices",
    ),
    Kind(
        "add", "a choice is added",
        "M becomes M with choice = value; it pays `pays`, or counts as `counts_as` for everybody",
        _add, ("move", "choice", "value"), ("pays", "counts_as", "exit"),
        source="@kalai2010commitment, for contracts",
    ),
    Kind(
        "order", "moves are made in other stages", "the stage of m becomes stages(m)",
        _order, ("stages",), source="@stackelberg1934marktform",
    ),
    Kind(
        "first_move", "one move is made before all others, which see it",
        "the stage of m becomes 1, that of all others comes after; all others observe m",
        _first, ("move",), source="@varian1994sequential",
    ),
)  # fmt: skip
"""The kinds of reform that change the rules."""
