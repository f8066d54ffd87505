r"""Kinds of reform that coordinate: assurance, divide and conquer, seeds, announcements.

1. `assurance` refunds those who contributed if the total misses the threshold.
2. `divide_and_conquer` goes through an order of players. The k-th is asked to take `choice` while
   the k - 1 before take it and all after take `instead`; it is paid what it would lose,

   .. math:: a_k = \max\{0,\; v_k(\text{instead} \mid k - 1 \text{ take choice})
                            - v_k(\text{choice} \mid k - 1 \text{ take choice})\} + \text{margin},

   so that with a positive margin all taking `choice` is the only profile that survives iterated
   elimination of strictly dominated strategies, where choices are complements. A population is
   set apart into types of one member, in order.
3. `seed` adds the government's contribution to the sum of a population's move wherever it stands
   in a formula; the government bears what the seed costs.
4. `announcement` changes no payoff: it names the profile that is expected. It is believed only
   if it is an equilibrium (cheap talk), and is a rule of selection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from pigou.errors import ReformError
from pigou.exact import exact
from pigou.expression import If, Total, each, names_in, symbol
from pigou.game import GOVERNMENT, Choice, Game, Move, Type
from pigou.reform_kinds_shared import (
    Kind,
    amount_of,
    charge,
    divided,
    formulas,
    names_of,
    number,
    payment,
    quantity_of,
    substitute,
    value_of,
)

__all__ = ["COORDINATION", "dues"]

_DUE = "due"


# -- assurance --------------------------------------------------------------------------------


def _assure(
    game: Game,
    moves: Any,
    refund: Any,
    threshold: Any,
    choice: str | None = None,
    payer: str = GOVERNMENT,
) -> Game:
    targets = [game.move(name) for name in names_of(moves)]
    total = sp.Add(*(game.total(m.player, quantity_of(m, choice)) for m in targets))
    missed = sp.Lt(total, amount_of(game, "threshold", threshold))
    due = amount_of(game, "refund", refund)
    for move in targets:
        amount = If(missed, due * quantity_of(move, choice), 0)
        game = payment(game, payer, move.player, amount, f"refund of {move.name}")
    return game


# -- divide and conquer -----------------------------------------------------------------------


def dues(game: Game, moves: Sequence[str], choice: str, instead: str) -> tuple[sp.Expr, ...]:
    """Return what each player in an order has to be paid, given that those before it are.

    Parameters
    ----------
    game : Game
    moves : sequence of str
        The moves of single players, in order; or one move of a population of n members.
    choice, instead : str
        What players are paid for, and what they would do otherwise.

    Returns
    -------
    tuple of sympy expressions
        One a player, or one a member; formulas in the game's parameters, at least 0.

    Raises
    ------
    ReformError
        If payoffs depend on anything but these moves and parameters, or the number of members is
        not a number.

    Examples
    --------
    >>> from pigou.game import Parameter, Player
    >>> game = Game(
    ...     "three alike",
    ...     [Player("firm", size=3)],
    ...     [Move("join", "firm", {"no": 0, "yes": 1})],
    ...     {"firm": "join*(sum(join) - cost)"},
    ...     parameters=[Parameter("cost", 2)],
    ... )
    >>> dues(game, ["join"], "yes", "no")
    (Max(0, cost - 1), Max(0, cost - 2), Max(0, cost - 3))
    """
    targets = [game.move(name) for name in moves]
    _one_each(targets)
    if any(game.player(m.player).is_population for m in targets):
        gaps = _gaps_of_members(game, targets, choice, instead)
    else:
        gaps = _gaps_of_players(game, targets, choice, instead)
    parameters = {p.name for p in game.parameters}
    for gap in gaps:
        left = sorted(names_in(gap) - parameters)
        if left:
            raise ReformError(
                f"divide and conquer needs payoffs that depend on the moves of the order only; "
                f"'{left[0]}' is left over"
            )
    return tuple(sp.Max(0, sp.expand(gap)) for gap in gaps)


def _one_each(targets: Sequence[Move]) -> None:
    """Refuse a player who is asked twice, and who may leave the group."""
    deciders = [m.player for m in targets]
    for move in targets:
        if deciders.count(move.player) > 1:
            raise ReformError(
                f"divide and conquer asks each player once: '{move.player}' decides on several of "
                f"({', '.join(m.name for m in targets)}), and weighs them together"
            )
        if move.choice.exit is not None:
            raise ReformError(
                f"divide and conquer counts members by choice, and who takes '{move.choice.exit}' "
                f"of move '{move.name}' leaves the group and is not counted"
            )


def _gaps_of_players(game: Game, targets: list[Move], choice: str, instead: str) -> list[sp.Expr]:
    """Return what each single player loses by `choice`, those before it having taken it."""
    good = [number(value_of(m, choice)) for m in targets]
    bad = [number(value_of(m, instead)) for m in targets]
    symbols = [m.symbol for m in targets]
    gaps = []
    for k, move in enumerate(targets):
        payoff = game.payoff(move.player)
        with_choice = dict(zip(symbols, [*good[: k + 1], *bad[k + 1 :]], strict=True))
        without = dict(zip(symbols, [*good[:k], *bad[k:]], strict=True))
        gaps.append(payoff.xreplace(without) - payoff.xreplace(with_choice))
    return gaps


def _gaps_of_members(game: Game, targets: list[Move], choice: str, instead: str) -> list[sp.Expr]:
    """Return what each member of a population loses by `choice`, k others having taken it."""
    move, *others = targets
    size = game.size(move.player)
    who = game.player(move.player)
    if others or len(game.moves_of(who.name)) > 1 or who.types:
        raise ReformError(
            f"divide and conquer goes through one population without types and with one move, or "
            f"through single players; '{who.name}' is a population beside others, or has more"
        )
    if not size.is_Integer:
        raise ReformError(
            f"divide and conquer goes through the members of '{who.name}' one by one: their number "
            f"is a number, not {size}; set it first, as in parameter:{size}=5"
        )
    good, bad = (number(value_of(move, label)) for label in (choice, instead))
    payoff = game.payoff(who.name)
    return [
        _at_counts(payoff, move, bad, {good: k, bad: size - k})
        - _at_counts(payoff, move, good, {good: k + 1, bad: size - k - 1})
        for k in range(int(size))
    ]


def _at_counts(
    payoff: sp.Expr, move: Move, own: sp.Rational, counts: Mapping[sp.Rational, Any]
) -> sp.Expr:
    """Evaluate a member's payoff at its own choice and the numbers of members by choice."""
    bound = each(move.name)

    def counted(summand: sp.Expr, population: sp.Symbol) -> sp.Expr:
        if population != symbol(move.player):
            return Total(summand, population)
        return sp.Add(*(n * summand.xreplace({bound: value}) for value, n in counts.items()))

    return payoff.replace(Total, counted).xreplace({move.symbol: own})


def _divide(
    game: Game, moves: Any, choice: str, instead: str | None = None, margin: Any = 0, share: Any = 1
) -> Game:
    order = names_of(moves)
    targets = [game.move(name) for name in order]
    instead = _other(targets, choice) if instead is None else instead
    extra = amount_of(game, "margin", margin)
    part = amount_of(game, "share", share, most=1)
    amounts = [due + extra for due in dues(game, order, choice, instead)]
    purpose = "divide and conquer: {} of {}"
    if not game.player(targets[0].player).is_population:
        for k, (move, amount) in enumerate(zip(targets, amounts, strict=True), 1):
            paid = part * amount * quantity_of(move, choice)
            game = payment(game, GOVERNMENT, move.player, paid, purpose.format(k, len(order)))
        return game
    who = game.player(targets[0].player)
    if _DUE in game.scope.names:
        raise ReformError(f"the name '{_DUE}' is taken in game '{game.name}'; rename it")
    types = tuple(Type(f"member{k}", 1, {_DUE: a}) for k, a in enumerate(amounts, 1))
    paid = part * symbol(_DUE) * quantity_of(targets[0], choice)
    return payment(divided(game, who, types), GOVERNMENT, who.name, paid, "divide and conquer")


def _other(targets: Sequence[Move], choice: str) -> str:
    """Return the choice that is not the one paid for, where there are two."""
    for move in targets:
        value_of(move, choice)
        labels = [label for label in move.choice.labels if label != choice]
        if len(labels) != 1:
            raise ReformError(
                f"move '{move.name}' has {len(labels)} choices beside '{choice}': say which one "
                f"is taken otherwise, as in instead={labels[0] if labels else '...'}"
            )
    return next(label for label in targets[0].choice.labels if label != choice)


# -- seeds and announcements ------------------------------------------------------------------


def _seed(game: Game, move: str, amount: Any, cost: Any = 1) -> Game:
    target = game.move(move)
    if not game.player(target.player).is_population:
        raise ReformError(
            f"a seed is added to the sum of a population's move; '{target.player}' is one player, "
            "and the sum over single players is not told apart from their moves"
        )
    seed = amount_of(game, "amount", amount)
    found = {total for formula in formulas(game) for total in formula.atoms(Total)}
    sums = {total for total in found if each(move) in total.args[0].free_symbols}
    if not sums:
        raise ReformError(f"no formula of game '{game.name}' holds a sum or mean of '{move}'")
    swaps: dict[sp.Basic, sp.Basic] = {t: t + _slope(game, t, target) * seed for t in sums}
    return charge(substitute(game, swaps), seed * amount_of(game, "cost", cost))


def _slope(game: Game, total: Total, move: Move) -> sp.Expr:
    """Return what one unit more of a move adds to a sum, which has to be proportional to it."""
    summand, member = total.args[0], each(move.name)
    slope = summand.xreplace({member: sp.S.One})
    nothing = summand.xreplace({member: sp.S.Zero})
    own = (*(m.name for m in game.moves_of(move.player)), *game.player(move.player).attributes)
    differs = slope.free_symbols & {each(name) for name in own}
    if nothing != 0 or differs or sp.expand(summand - slope * member) != 0:
        raise ReformError(
            f"a seed needs sums that are proportional to '{move.name}', and {total} is not"
        )
    return slope


def _announce(game: Game, profile: Mapping[str, Any]) -> Game:
    for name, value in profile.items():
        move = game.move(name)
        if isinstance(move.domain, Choice):
            value_of(move, str(value))
            continue
        announced = number(exact(value))
        if (announced - move.domain.lower).is_negative or (
            move.domain.upper - announced
        ).is_negative:
            raise ReformError(
                f"what is announced of '{name}' is from {move.domain.lower} to "
                f"{move.domain.upper}, not {value}"
            )
    return game


COORDINATION = (
    Kind(
        "assurance", "who contributed gets a refund if the total misses a threshold",
        "a = refund * m_i * 1{sum(m) < threshold}; 1{m_i = choice} in place of m_i with a choice",
        _assure, ("moves", "refund", "threshold"), ("choice", "payer"), (), ("refund",),
        (("PAYER (government)", "who makes MOVES", "refund of MOVE"),),
        "@bagnoli1989provision",
    ),
    Kind(
        "divide_and_conquer", "players in an order are paid, each given that those before it are",
        "a_k = share * (max(0, v_k(instead) - v_k(choice)) + margin) * 1{m_k = choice}, the k - 1 "
        "before taking choice and all after instead",
        _divide, ("moves", "choice"), ("instead", "margin", "share"), (), ("share",),
        (("government", "who makes MOVES", "divide and conquer"),), "@segal2003coordination",
    ),
    Kind(
        "seed", "the government contributes first, and bears what it costs",
        "sum(m) becomes sum(m) + amount everywhere; u_government falls by cost * amount",
        _seed, ("move", "amount"), ("cost",), (), ("amount",), (), "@andreoni1998theory",
    ),
    Kind(
        "announcement", "a profile is announced; no payoff changes (cheap talk)",
        "the game stays as it is; profile is what is expected, if it is an equilibrium",
        _announce, ("profile",), source="@farrell1987cheap",
    ),
)  # fmt: skip
"""The kinds of reform that coordinate."""
