r"""Brander and Spencer (1985): governments that support their exporters against each other.

**Set-up.** n countries, each with one exporter, sell to a third market at the price
:math:`a - \sum_i q_i`; unit cost is c, and D = a - c. Governments choose subsidies :math:`s_i` per
unit exported at once, then firms choose quantities. A country's welfare is its firm's profit less
what the subsidy costs.

**Claims.** One of two countries alone subsidises by D/4, and makes its firm a Stackelberg leader.
If both may, each subsidises by D/5, and both lose; together they would tax exports. The third
market gains from the war.

Sources
-------
@brander1985export; the form for n countries is not in the paper
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

from pigou.equilibrium import Equilibrium
from pigou.exact import Enclosure
from pigou.game import Game, Move, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer, only, played, worth

WHERE = "closed form of the paper for linear demand, at these parameters"
MANY = f"{DERIVED}; n countries by the same algebra"
TOLD = f"{DERIVED}; welfare at the solutions of the paper"
WARS = {
    2: ("4", "2.4", ("11.52", 16, 18)),
    3: ("4", "2.4", ("4.32", 9, 12)),
    5: ("5/2", "1.846153846", ("1.065088757", 4, "7.2")),
}
"""Countries -> the largest subsidy in our game, the equilibrium one, and welfares."""


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = []
    for n, (_, rate, welfare) in WARS.items():
        at = {"a - c": 12, "n": n}
        claims += [
            PublishedClaim(f"O35.s_{n}", "subsidy of each if all may subsidise", rate,
                           partial(subsidy_of, n),
                           WHERE if n == 2 else MANY, at),
            PublishedClaim(f"O35.W_{n}", "welfare of a country: war, no policy, joint optimum",
                           welfare, partial(welfares, n), TOLD if n == 2 else MANY, at),
        ]  # fmt: skip
    at = {"a - c": 12, "n": 2}
    claims += [
        PublishedClaim("O35.s_unilateral", "subsidy of one country alone, its welfare, and the "
                       "other's", (3, 18, 9), unilateral, WHERE, at),
        PublishedClaim("O35.buyer_gain", "consumer surplus of the third market: no policy, war",
                       (32, "46.08"), buyers, TOLD, at),
    ]  # fmt: skip
    return Publication(
        "brander1985export",
        "n countries, each with one exporter, sell to a third market at the price "
        "a - (q_1 + ... + q_n); unit cost is c. Governments set subsidies s_i, then firms sell.",
        {"q_i": "q1 ...", "s_i": "s1 ...", "a - c": "12"},
        claims,
    )


def all_of(name: str, number: int) -> str:
    """Return the sum of all firms' moves, as a formula."""
    return "(" + " + ".join(f"{name}{i}" for i in range(1, number + 1)) + ")"


def export_subsidies(countries: int, active: Sequence[int], high: str = "5/2") -> Game:
    """Let some governments set subsidies, then one firm of each country export; a - c = 12."""
    numbers = range(1, countries + 1)
    price = f"(12 - {all_of('q', countries)})"
    firms = [Move(f"q{i}", f"firm{i}", (0, 12), 2 if active else 1) for i in numbers]
    payoffs = {f"government{i}": f"q{i}*{price}" for i in active}
    payoffs |= {
        f"firm{i}": f"q{i}*({price} + s{i})" if i in active else f"q{i}*{price}" for i in numbers
    }
    return Game(
        "export subsidies",
        [*(Player(f"government{i}") for i in active), *(Player(f"firm{i}") for i in numbers)],
        [*(Move(f"s{i}", f"government{i}", (0, high)) for i in active), *firms],
        payoffs,
        source="@brander1985export",
    )


def export_union(countries: int) -> Game:
    """Let a union of the exporting countries set one subsidy for all, or a tax below zero."""
    numbers = range(1, countries + 1)
    quantity = all_of("q", countries)
    return Game(
        "an export union",
        [Player("union"), *(Player(f"firm{i}") for i in numbers)],
        [
            Move("s", "union", (-11, 4)),
            *(Move(f"q{i}", f"firm{i}", (0, 12), 2) for i in numbers),
        ],
        {
            "union": f"{quantity}*(12 - {quantity})",
            **{f"firm{i}": f"q{i}*(12 - {quantity} + s)" for i in numbers},
        },
    )


@cache
def war(countries: int) -> Equilibrium:
    """Return the equilibrium where every government may subsidise."""
    return only(export_subsidies(countries, range(1, countries + 1), WARS[countries][0]))


@cache
def free(countries: int) -> Equilibrium:
    """Return the equilibrium without governments."""
    return only(export_subsidies(countries, ()))


def subsidy_of(countries: int) -> Computed:
    """Return the subsidy of the first."""
    return answer(played(war(countries))["s1"], war(countries))


def welfares(countries: int) -> Computed:
    """Return a country's welfare in a war, without policy, and in a union."""
    fought, left, joint = war(countries), free(countries), only(export_union(countries))
    share = joint.payoffs["union"] * Enclosure.point(f"1/{countries}")
    values = (fought.payoffs["government1"], left.payoffs["firm1"], share)
    return answer(values, fought, left, joint)


def unilateral() -> Computed:
    """Return the subsidy of one government alone, its welfare and the other firm's profit."""
    one = only(export_subsidies(2, (1,), "4"))
    return answer((played(one)["s1"], one.payoffs["government1"], one.payoffs["firm2"]), one)


def buyers() -> Computed:
    """Return the third market's surplus without policy and in a war."""
    ends = ((export_subsidies(2, ()), free(2)), (export_subsidies(2, (1, 2), "4"), war(2)))
    return answer([worth(game, one, "(q1 + q2)**2/2") for game, one in ends], free(2), war(2))
