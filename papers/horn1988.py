r"""Horn and Wolinsky (1988): input prices from bargains struck at once, and a merger of suppliers.

**Set-up.** Two downstream firms :math:`D_i` compete in quantities at a price
:math:`P = a - q_1 - q_2`; each buys its input from a supplier :math:`U_i` at a price
:math:`w_i`, which the two settle by the symmetric Nash solution, given the other pair's price. If
the suppliers merge, one of them bargains with each :math:`D_i`; where the talks with one fail, the
other keeps its price and has the market for itself.

**Claims.** The values at a = 1 are withheld; they are computed here, and how each was checked is
said. By independent suppliers the price is :math:`a/7`, by merged ones :math:`a/4`: merging gives
suppliers more, as the goods are substitutes.

**In our games** prices are all the solutions of the system of bargains
(`pigou.nash_in_nash.NashInNash`), given which the duopoly of the model `supplier_association` is
solved; its reform `association` is the merger. Total surplus counts what consumers gain.

Sources
-------
@horn1988bilateral
"""

from __future__ import annotations

from functools import cache

import sympy as sp

from pigou.assessment import Assessment
from pigou.comparison import Comparison, compare
from pigou.equilibrium import Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.game import Game, Move, Player
from pigou.models import load
from pigou.models.supplier_association import talks_alone, talks_of_an_association
from pigou.nash_in_nash import NashInNash
from pigou.publication import WITHHELD, Computed, Publication, PublishedClaim
from pigou.replicating import answer, only

AT, AT_ONE = {"a": 1}, {"demand": 1}
PRICES = f"{WITHHELD}; checked against best replies in prices, iterated in floating point"
REST = f"{WITHHELD}; checked against quantities by iterated best replies at these prices"


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "horn1988bilateral",
        "Two pairs of a supplier and a downstream firm bargain over w_i at the same time; then the "
        "downstream firms sell q_i at P = a - q_1 - q_2. Merged suppliers bargain with both.",
        {"a": "demand", "w_i": "price_1, price_2", "q_i": "output_1, output_2"},
        [
            PublishedClaim("O26.w_sep", "input price, independent suppliers", None,
                           lambda: price(talks_alone()), PRICES, AT),
            PublishedClaim("O26.w_merged", "input price, merged suppliers", None,
                           lambda: price(talks_of_an_association()), PRICES, AT),
            PublishedClaim("O26.pi_D", "profit of a downstream firm: independent, merged", None,
                           lambda: both("lead_1"), REST, AT),
            PublishedClaim("O26.pi_U", "profit of both suppliers: independent, merged", None,
                           lambda: both("supplier_1", "supplier_2"), REST, AT),
            PublishedClaim("O26.W", "total surplus: independent, merged, efficient", None,
                           surplus, REST, AT),
        ],
    )  # fmt: skip


def price(talks: NashInNash) -> Computed:
    """Return the price of the only solution of the bargains, the same for both.

    Raises
    ------
    StructureError
        If there is another solution, or prices differ.
    """
    found = talks.solve(AT_ONE | {"supplier_power": "1/2"})
    if len(found) != 1 or len(set(found[0].values())) != 1:
        raise StructureError(f"the bargains have {len(found)} solutions, or prices that differ")
    return answer(found[0]["price_1"], Grade.CERTIFIED, method="all solutions, exactly")


@cache
def compared() -> Comparison:
    """Compare independent suppliers with merged ones."""
    model = load("supplier_association")
    return compare(model.game, [model.reform("association")], AT_ONE)


def situations() -> tuple[Assessment, Assessment]:
    """Return the only equilibrium without the merger, and with it.

    Raises
    ------
    StructureError
        If there are others.
    """
    scenarios = (compared().baseline, compared().reform("association"))
    if not all(s.found.complete and len(s.assessments) == 1 for s in scenarios):
        raise StructureError("the duopoly has not one equilibrium")
    return scenarios[0].assessments[0], scenarios[1].assessments[0]


def both(*parties: str) -> Computed:
    """Return what parties earn in all, without the merger and with it."""
    values = tuple(
        sum((one.surplus[party] for party in parties), Enclosure.point(0)) for one in situations()
    )
    return answer(values, *(one.equilibrium for one in situations()))


def planner() -> Game:
    """Let a planner decide how much is sold in all, half by each."""
    duopoly = load("supplier_association").game
    half = dict.fromkeys((symbol("output_1"), symbol("output_2")), symbol("output") / 2)
    total = sp.Add(*(duopoly.primitive(party) for party in duopoly.parties))
    return Game(
        "efficient quantity",
        [Player("planner")],
        [Move("output", "planner", (0, "2*demand"))],
        {"planner": total.xreplace(half)},
        parameters=[one for one in duopoly.parameters if one.name == "demand"],
        source="@horn1988bilateral",
    )


def surplus() -> Computed:
    """Return total surplus without the merger, with it, and where a planner sets quantities."""
    apart, merged = situations()
    best = only(planner(), AT_ONE)
    welfare = (apart.welfare(), merged.welfare(), best.payoffs["planner"])
    return answer(welfare, apart.equilibrium, merged.equilibrium, best)
