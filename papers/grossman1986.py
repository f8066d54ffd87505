r"""Grossman and Hart (1986): who should own what, if contracts cannot say everything.

**Set-up.** A buyer and a supplier invest :math:`i_B` and :math:`i_S`, at a cost of 1 a unit. What
they make together is worth :math:`2 A_B \sqrt{i_B} + 2 A_S \sqrt{i_S}`. Nothing is contracted
before; then they bargain, and share the gain from trade equally. Whoever bargains fails keeps the
share :math:`l` of what its own investment makes: 0.8 if it owns the assets, 0.5 if each owns its
own, 0.1 if the other owns them.

**Claims.** Both invest too little, the owner least so; the assets go to the one whose investment
matters more.

**In our games** an arbitrator sets the price that maximises the product of the gains from trade.

Sources
-------
@grossman1986costs; the square-root form is not in the paper
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache, partial
from typing import Any

from pigou.equilibrium import Equilibrium, Grade
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.reform import mandate, subsidy
from pigou.replicating import answer, crossing, only, played

FORM = f"{DERIVED}; square-root form"
AT = {"l": "0.8 owner, 0.5 nobody, 0.1 not the owner", "A_B": 1, "A_S": "0.5"}
OWNERS = {"buyer": "the_buyer", "supplier": "the_supplier", "nonint": "nobody"}
VALUES = {
    "buyer": (("0.81", "0.075625"), "1.189375"),
    "supplier": (("0.3025", "0.2025"), "1.045"),
    "nonint": (("0.5625", "0.140625"), "1.171875"),
}


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = []
    for name, (invested, surplus) in VALUES.items():
        owner = OWNERS[name]
        at = AT | {"owner": owner}
        claims += [
            PublishedClaim(f"O21.i_{name}", "investments of buyer and supplier", invested,
                           partial(investments, owner), FORM, at),
            PublishedClaim(f"O21.S_{name}", "total surplus", surplus,
                           partial(surplus_of, owner), FORM, at),
        ]  # fmt: skip
    claims += [
        PublishedClaim("O21.S_fb", "first-best surplus", "1.25", best, FORM, AT),
        PublishedClaim("O21.flip", "A_S**2/A_B**2 at which nobody's ownership overtakes the "
                       "buyer's", "0.375", flip, FORM, {"A_B": 1}),
        PublishedClaim("O21.subsidy", "rate of an investment subsidy that restores the first best "
                       "of a supplier who owns nothing", "0.45", restoring, FORM, AT),
    ]  # fmt: skip
    return Publication(
        "grossman1986costs",
        "Buyer and supplier invest i_B and i_S, then share the gain from trade equally; together "
        "they make 2*A_B*sqrt(i_B) + 2*A_S*sqrt(i_S), apart a share l of what is their own.",
        {"i_B": "i_B", "i_S": "i_S", "A_B": "A_B", "A_S": "A_S", "ownership": "owner"},
        claims,
    )


def ownership() -> Game:
    """Parties agree on who owns, then each invests, then a price is bargained over.

    An arbitrator chooses the price that maximises the product of gains from trade (Nash).
    """
    value = "(2*A_B*sqrt(i_B) + 2*A_S*sqrt(i_S))"
    outside_b = "2*if(owner == 1, 4/5, if(owner == 2, 1/10, 1/2))*A_B*sqrt(i_B)"
    outside_s = "2*if(owner == 2, 4/5, if(owner == 1, 1/10, 1/2))*A_S*sqrt(i_S)"
    return Game(
        "ownership and investment",
        [Player("parties"), Player("buyer"), Player("supplier"), Player("arbitrator")],
        [
            Move("owner", "parties", {"nobody": 0, "the_buyer": 1, "the_supplier": 2}),
            Move("i_B", "buyer", ("1/100", 4), 2),
            Move("i_S", "supplier", ("1/100", 4), 2),
            Move("price", "arbitrator", (-20, 20), 3),
        ],
        {
            "parties": f"{value} - i_B - i_S",
            "buyer": f"{value} - price - i_B",
            "supplier": "price - i_S",
            "arbitrator": f"({value} - price - {outside_b})*(price - {outside_s})",
        },
        parameters=[Parameter("A_B", 1), Parameter("A_S", "1/2")],
        source="@grossman1986costs; square-root form",
    )


@cache
def owned_by(owner: str, a_s: Fraction = Fraction(1, 2)) -> Equilibrium:
    """Return the equilibrium under one structure of ownership."""
    return only(mandate("owner", owner)(ownership()), {"A_S": a_s})


def investments(owner: str) -> Computed:
    """Return both investments."""
    one = owned_by(owner)
    return answer((played(one)["i_B"], played(one)["i_S"]), one)


def surplus_of(owner: str) -> Computed:
    """Return the surplus of both."""
    return answer(owned_by(owner).payoffs["parties"], owned_by(owner))


def best() -> Computed:
    """Return the largest surplus of buyer and supplier."""
    return answer(efficient().payoffs["planner"], efficient())


def flip() -> Computed:
    """Return the square of A_S at which two structures are worth the same (A_B is 1)."""

    def lead(a_s: Fraction) -> tuple[Enclosure, Grade]:
        ends = [owned_by(owner, a_s) for owner in ("nobody", "the_buyer")]
        free, led = (one.payoffs["parties"] for one in ends)
        return free - led, weakest(ends)

    found = crossing(lead, "1/2", "7/10")
    assert isinstance(found.value, Enclosure)
    return Computed(found.value * found.value, found.grade, found.method)


def restoring() -> Computed:
    """Return the rate at which a supplier without assets invests as in the first best."""

    def missing(rate: Any) -> tuple[Enclosure, Grade]:
        helped = subsidy("i_S", rate)(mandate("owner", "the_buyer")(ownership()))
        one = only(helped)
        return played(efficient())["i_S"] - played(one)["i_S"], weakest([efficient(), one])

    return crossing(missing, "2/5", "1/2")


@cache
def efficient() -> Equilibrium:
    """Return the choice of a planner who decides on both investments."""
    base = ownership()
    moves = [Move(name, "planner", base.move(name).domain) for name in ("i_B", "i_S")]
    surplus = base.payoffs["parties"]
    return only(
        Game("first best", [Player("planner")], moves, {"planner": surplus},
             parameters=base.parameters)
    )  # fmt: skip
