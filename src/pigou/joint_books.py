r"""Surplus by party where one player decides for several: each is booked on its own.

1. What each party has is the formula kept in `Player.parties`, evaluated at the profile by the
   independent checker, as the surplus of a bystander.
2. What the decision maker has beyond their sum (payments made to it after the merger) stays with
   it; where there is nothing beyond, symbolically, it has no line of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

import sympy as sp

from pigou.check import examine
from pigou.equilibrium import Strategy
from pigou.exact import Enclosure
from pigou.game import Bystander, Game

__all__ = ["by_party", "surplus_of"]


def by_party(
    game: Game,
    at: Mapping[str, Fraction],
    strategies: Iterable[Strategy],
    surplus: Mapping[str, Enclosure],
) -> dict[str, Enclosure]:
    """Divide the surplus of a player who decides for others among them.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.
    strategies : iterable of Strategy
        What is played.
    surplus : mapping of str to Enclosure
        Of every party of the game, after transfers.

    Returns
    -------
    dict of str to Enclosure
        The same sum; a player who decides for others is replaced by them.

    Examples
    --------
    >>> from pigou.game import Move, Player
    >>> from pigou.solving import solve
    >>> boss = Player("boss", parties={"ann": "x", "bob": "3 - 2*x"})
    >>> game = Game("two", [boss], [Move("x", "boss", {"no": 0, "yes": 1})], {"boss": "3 - x"})
    >>> strategies = solve(game)["E1"].strategies
    >>> by_party(game, {}, strategies, {"boss": Enclosure.point(3)})
    {'ann': Enclosure(0), 'bob': Enclosure(3)}
    """
    deciding = {p.name: p.parties for p in game.players if p.parties}
    if not deciding:
        return dict(surplus)
    parties = [Bystander(n, u) for shares in deciding.values() for n, u in shares.items()]
    plain = tuple(replace(p, parties={}) for p in game.players)
    booked = replace(game, players=plain, bystanders=(*game.bystanders, *parties))
    exam = examine(booked, at, tuple(strategies))
    result: dict[str, Enclosure] = {}
    for party, amount in surplus.items():
        shares = deciding.get(party, {})
        result |= {name: exam.payoffs[name] for name in shares}
        if not shares or sp.expand(game.payoff(party) - sp.Add(*shares.values())) != 0:
            beyond = amount
            for name in shares:
                beyond -= exam.payoffs[name]
            result[party] = beyond
    return result


def surplus_of(game: Game, player: str, surplus: Mapping[str, Enclosure]) -> Enclosure:
    """Return what a player has, and all for whom it decides, from what is booked by party.

    Examples
    --------
    >>> from pigou.game import Move, Player
    >>> boss = Player("boss", parties={"ann": "x", "bob": "3 - 2*x"})
    >>> game = Game("two", [boss], [Move("x", "boss", {"no": 0, "yes": 1})], {"boss": "3 - x"})
    >>> surplus_of(game, "boss", {"ann": Enclosure.point(0), "bob": Enclosure.point(3)})
    Enclosure(3)
    """
    names = (player, *game.player(player).parties)
    return sum((surplus[n] for n in names if n in surplus), Enclosure.point(0))
