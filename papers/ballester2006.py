r"""Ballester, Calvó-Armengol and Zenou (2006): the key player of a network.

**Set-up.** Player i chooses effort :math:`e_i \ge 0` and earns

.. math:: u_i = e_i - \frac{1}{2} e_i^2 + a \sum_j g_{ij} e_i e_j ,

where :math:`g_{ij} = 1` if i and j are linked. In the network of the paper's figure 1 player 1 is
the bridge between two groups of five, all of whom are linked to each other, and is linked to two in
each. So players are of three types: the bridge (1), those next to it (2, 6, 7, 11), the others.

**Claims.** In equilibrium efforts are the Bonacich centralities of the players. The *key player* is
the one by whose removal total effort falls most, by its intercentrality: for a = 0.1 it is one next
to the bridge, who also works hardest; for a = 0.2 it is the bridge, though those next to it work
harder. Both centralities are printed in the paper's table 1, with two decimals. Efficient effort,
and the subsidies that bring it about, are not in the paper: their values are withheld.

**In our games** a player is really removed: the game of the others is solved again. Efforts are
bounded, by a bound that no best reply to efforts below it reaches: that does not bind, and leaves
out no equilibrium below it. For a = 0.2 there is no efficient effort, as :math:`2 a` times the
largest eigenvalue of the network exceeds 1; the claims on it are for a = 0.1.

Sources
-------
@ballester2006whos
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache, partial

import sympy as sp

from pigou.equilibrium import Equilibrium
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, WITHHELD, Computed, Publication, PublishedClaim
from pigou.reform import Reform, subsidy
from pigou.replicating import answer, joined, only, played, worth

EVERYBODY = range(1, 12)
GROUPS = (range(2, 7), range(7, 12))
TYPES = (1, 2, 3)
"""One player of each type, who stands for it: the bridge, one next to it, another."""
LINKS = frozenset(
    {frozenset({1, k}) for k in (2, 6, 7, 11)}
    | {frozenset({j, k}) for group in GROUPS for j in group for k in group if j < k}
)
MOST = {1: 150, 2: 160, 3: 140}
TABLE = "table 1, with two decimals"
TWO_DECIMALS = "0.005"
SOLVED = "checked against the linear system of first-order conditions"
OF_TYPES = "of the bridge, one next to it, another"


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = []
    for name, a, efforts, centralities, key in (
        ("a1", "1/10", ("1.75", "1.88", "1.72"), ("2.92", "3.28", "2.79"), 2),
        ("a2", "1/5", ("8.33", "9.17", "7.78"), ("41.67", "40.33", "32.67"), 1),
    ):
        at = {"a": a}
        claims += [
            PublishedClaim(f"O45.b_{name}", f"equilibrium efforts {OF_TYPES}", efforts,
                           partial(equilibrium_efforts, a), TABLE, at, TWO_DECIMALS),
            PublishedClaim(f"O45.c_{name}", f"fall in total effort by the removal {OF_TYPES}",
                           centralities, partial(intercentralities, a), TABLE, at, TWO_DECIMALS),
            PublishedClaim(f"O45.key_{name}", "type of the key player", key,
                           partial(key_player, a), TABLE, at),
        ]  # fmt: skip
    at = {"a": "1/10"}
    claims += [
        PublishedClaim("O45.total", "total effort: efficient, in equilibrium", None, totals,
                       f"{WITHHELD}; {SOLVED}, with 2 a in the place of a", at),
        PublishedClaim("O45.subsidies", f"subsidies for effort that make it efficient, {OF_TYPES}",
                       None, subsidies, f"{WITHHELD}; checked by solving the subsidised game", at),
        PublishedClaim("O45.implemented", "total effort with these subsidies is the efficient one",
                       True, implemented, f"{DERIVED}; own: what Pigou's subsidies are for", at),
    ]  # fmt: skip
    return Publication(
        "ballester2006whos",
        "Eleven players in the network of figure 1 choose efforts e_i; player i earns e_i - "
        "e_i**2/2 + a*sum_j g_ij*e_i*e_j.",
        {"e_i": "e1 ... e11", "a": "spillover", "g_ij": "LINKS"},
        claims,
    )


# -- the games ------------------------------------------------------------------------------------


def kind(player: int) -> int:
    """Return which of the types 1, 2, 3 a player is of."""
    return 1 if player == 1 else 2 if frozenset({1, player}) in LINKS else 3


def network(without: int | None = None) -> Game:
    """Return the game, or that of the players who are left if one is removed."""
    there = [i for i in EVERYBODY if i != without]
    payoffs = {}
    for i in there:
        friends = " + ".join(f"e{j}" for j in there if frozenset({i, j}) in LINKS)
        payoffs[f"p{i}"] = f"e{i} - e{i}**2/2 + spillover*e{i}*({friends})"
    return Game(
        "network",
        [Player(f"p{i}") for i in there],
        [Move(f"e{i}", f"p{i}", (0, MOST[kind(i)])) for i in there],
        payoffs,
        parameters=[Parameter("spillover", "1/10", "spillover > 0")],
        source="@ballester2006whos",
    )


@cache
def equilibrium(a: str, without: int | None = None) -> Equilibrium:
    """Return the only equilibrium."""
    return only(network(without), {"spillover": a})


@cache
def efficient() -> Equilibrium:
    """Return what a planner chooses who sets all efforts."""
    game = network()
    total = sp.Add(*(game.payoff(player.name) for player in game.players))
    planner = Game(
        "planner of a network",
        [Player("planner")],
        [Move(move.name, "planner", move.domain) for move in game.moves],
        {"planner": total},
        parameters=game.parameters,
        source="@ballester2006whos",
    )
    return only(planner)


# -- what is claimed ------------------------------------------------------------------------------


def effort(one: Equilibrium, player: int) -> Enclosure:
    """Return the effort of a player.

    Raises
    ------
    StructureError
        If the bound on efforts binds.
    """
    found: Enclosure = played(one)[f"e{player}"]
    if found.upper >= MOST[kind(player)]:
        raise StructureError("the bound on efforts binds")
    return found


def total(one: Equilibrium, without: int | None = None) -> Enclosure:
    """Return what all put in together."""
    return sum((effort(one, i) for i in EVERYBODY if i != without), Enclosure.point(0))


def equilibrium_efforts(a: str) -> Computed:
    """Return the efforts of the three types."""
    one = equilibrium(a)
    return answer(tuple(effort(one, i) for i in TYPES), one)


def intercentralities(a: str) -> Computed:
    """Return by how much total effort falls if a player of each type is removed."""
    whole, left = equilibrium(a), [equilibrium(a, i) for i in TYPES]
    falls = [total(whole) - total(one, i) for one, i in zip(left, TYPES, strict=True)]
    return answer(tuple(falls), whole, *left)


def key_player(a: str) -> Computed:
    """Return the type by whose removal total effort falls most.

    Raises
    ------
    StructureError
        If two cannot be told apart.
    """
    found = intercentralities(a)
    falls = dict(zip(TYPES, found.value, strict=True))
    key = max(falls, key=lambda i: falls[i].lower)
    if any(falls[i].upper >= falls[key].lower for i in TYPES if i != key):
        raise StructureError("two types cannot be told apart")
    return answer(key, found.grade)


def totals() -> Computed:
    """Return total effort as it is efficient, and in equilibrium."""
    return answer((total(efficient()), total(equilibrium("1/10"))), efficient(),
                  equilibrium("1/10"))  # fmt: skip


def external(player: int) -> Enclosure:
    """Return what one more unit of a player's effort adds for the others, at efficient effort."""
    game = network()
    others = sp.Add(*(game.payoff(p.name) for p in game.players if p.name != f"p{player}"))
    gain = sp.diff(others, symbol(f"e{player}"))
    return worth(game, efficient(), str(gain))


def subsidies() -> Computed:
    """Return these for the three types: the subsidies of Pigou."""
    return answer(tuple(external(i) for i in TYPES), efficient())


def subsidised() -> Reform:
    """Subsidise everybody's effort by what it adds for the others."""
    rates = {i: external(i) for i in TYPES}
    return joined(
        subsidy(f"e{i}", (rates[kind(i)].lower + rates[kind(i)].upper) / 2, f"subsidy{i}")
        for i in EVERYBODY
    )


def implemented() -> Computed:
    """Solve the game with subsidies, and compare efforts with the efficient ones."""
    one = only(subsidised()(network()))
    gaps = [effort(one, i) - effort(efficient(), i) for i in EVERYBODY]
    close = all(max(gap.upper, -gap.lower) < Fraction(1, 10**9) for gap in gaps)
    return answer(close, one, efficient())
