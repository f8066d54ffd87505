r"""Greenhut and Ohta (1979): a chain of oligopolies, each adding its margin.

**Set-up.** Final demand is :math:`P = a - b Q`. In tier t there are :math:`n_t` firms that compete
in quantities, buy one unit for each that they sell from the tier before, at its price
:math:`w_{t-1}`, and sell to the next; the first tier's cost is c.

**Claims.** :math:`Q = \frac{a - c}{b} \prod_t \frac{n_t}{n_t + 1}`, so that a chain that is
integrated sells more, at a lower price, and earns more.

**In our games** tiers move in turn, and after each a market sets the price at which the next buys
just what was made.

Sources
-------
@greenhut1979vertical; @spengler1950vertical for one firm in each tier
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache, partial

from pigou.equilibrium import Equilibrium, Grade
from pigou.exact import Enclosure
from pigou.game import Game, Move, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.reform import subsidy
from pigou.replicating import answer, crossing, joined, only, played

FORM = f"{DERIVED}; any number of tiers by the same algebra"
CHAINS = {
    "2x3": ((2, 3), (3, 10), "4.5", (4, "5.5"), ("13.5", "6.75")),
    "1x1": ((1, 1), (4, 10), "2.25", ("5.5", "7.75"), ("10.125", "5.0625")),
    "1x2x4": ((1, 2, 4), (4, 4, 10), "2.4", ("5.5", 7, "7.6"), ("10.8", "3.6", "1.44")),
}
"""Firms by tier, the most that one of them can sell in our game, quantity, prices, profits."""


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = []
    for name, (tiers, _, quantity, prices, rents) in CHAINS.items():
        at = {"a": 10, "b": 1, "c": 1, "n": tiers}
        claims += [
            PublishedClaim(f"O27.Q_{name}", "final quantity", quantity,
                           partial(quantity_of, name), FORM, at),
            PublishedClaim(f"O27.p_{name}", "price that each tier charges", prices,
                           partial(prices_of, name), FORM, at),
            PublishedClaim(f"O27.rents_{name}", "profit of each tier", rents,
                           partial(rents_of, name), FORM, at),
        ]  # fmt: skip
    at = {"a": 10, "b": 1, "c": 1, "n": (2, 3)}
    claims += [
        PublishedClaim("O27.W_2x3", "total surplus: without policy, efficient",
                       ("30.375", "40.5"), surpluses, FORM, at),
        PublishedClaim("O27.subsidy_2x3", "subsidy for a unit of final output that makes its "
                       "quantity efficient", 9, restoring, FORM, at),
    ]  # fmt: skip
    return Publication(
        "greenhut1979vertical",
        "Final demand is P = a - b*Q; n_t firms in tier t compete in quantities and buy from the "
        "tier before; the first tier's cost is c.",
        {"quantities": "x_a1 ...", "prices between tiers": "w1 ...", "a": "10", "b": "1", "c": "1"},
        claims,
    )


def chain(tiers: Sequence[int], most: Sequence[int], price: int | Fraction = 10) -> Game:
    """Each tier sells to the next: quantities, then the price at which these are bought.

    `most` is how much a firm of each tier can sell; final demand is 10 - Q, the first cost 1.
    """
    players, moves, payoffs = [], [], {}
    last = len(tiers)
    for t, number in enumerate(tiers, 1):
        firms = [f"{chr(96 + t)}{i}" for i in range(1, number + 1)]
        made = "(" + " + ".join(f"x_{f}" for f in firms) + ")"
        sold = f"(10 - {made})" if t == last else f"w{t}"
        cost = "1" if t == 1 else f"w{t - 1}"
        for f in firms:
            players.append(Player(f))
            moves.append(Move(f"x_{f}", f, (0, most[t - 1]), 2 * t - 1))
            payoffs[f] = f"x_{f}*({sold} - {cost})"
        if t < last:
            buyers = [f"x_{chr(97 + t)}{i}" for i in range(1, tiers[t] + 1)]
            players.append(Player(f"market{t}"))
            moves.append(Move(f"w{t}", f"market{t}", (0, price), 2 * t))
            payoffs[f"market{t}"] = f"-({made} - {' - '.join(buyers)})**2"
    source = "@greenhut1979vertical"
    return Game("a chain of oligopolies", players, moves, payoffs, source=source)


@cache
def of(name: str) -> Equilibrium:
    """Return the equilibrium of a chain."""
    tiers, most, *_ = CHAINS[name]
    return only(chain(tiers, most))


def sold_of(one: Equilibrium, tiers: int) -> list[Enclosure]:
    """Return what each tier sells."""
    moves = played(one)
    return [
        sum((v for m, v in moves.items() if m.startswith(f"x_{t}")), Enclosure.point(0))
        for t in "abc"[:tiers]
    ]


def sold(name: str) -> list[Enclosure]:
    """Return what each tier of a chain sells."""
    return sold_of(of(name), len(CHAINS[name][0]))


def quantity_of(name: str) -> Computed:
    """Return the final quantity."""
    return answer(sold(name)[-1], of(name))


def prices_of(name: str) -> Computed:
    """Return the price that each tier charges, the final one last."""
    moves = played(of(name))
    between = [moves[f"w{t}"] for t in range(1, len(CHAINS[name][0]))]
    return answer([*between, Enclosure.point(10) - sold(name)[-1]], of(name))


def rents_of(name: str) -> Computed:
    """Return what each tier earns."""
    earned = of(name).payoffs.items()
    rents = [
        sum((v for p, v in earned if p.startswith(t)), Enclosure.point(0))
        for t in "abc"[: len(CHAINS[name][0])]
    ]
    return answer(rents, of(name))


@cache
def efficient() -> Equilibrium:
    """Return the choice of a planner, who counts consumers as well."""
    move = Move("Q", "planner", (0, 10))
    return only(Game("planner", [Player("planner")], [move], {"planner": "9*Q - Q**2/2"}))


def surpluses() -> Computed:
    """Return total surplus without policy, and the largest."""
    q = sold("2x3")[-1]
    half = Enclosure.point("1/2")
    left = Enclosure.point(9) * q - half * q * q
    return answer((left, efficient().payoffs["planner"]), of("2x3"), efficient())


def restoring() -> Computed:
    """Return the subsidy of final output under which as much is sold as a planner wants."""
    best = efficient()

    def missing(rate: Fraction) -> tuple[Enclosure, Grade]:
        reform = joined(subsidy(f"x_b{i}", rate, f"s{i}") for i in (1, 2, 3))
        one = only(reform(chain((2, 3), (6, 10), 10 + rate)))
        return played(best)["Q"] - sold_of(one, 2)[-1], weakest([best, one])

    return crossing(missing, 8, "19/2")
