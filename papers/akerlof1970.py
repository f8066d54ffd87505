r"""Akerlof (1970): a market that collapses as buyers cannot tell good from bad; and verification.

**Set-up.** Quality t is uniform on [0, 1] and known to the seller. Keeping the good is worth
:math:`h t` to the seller, having it is worth t to buyers, who pay what quality they expect. For a
cost k a seller can have the quality verified.

**Claims.** Without verification nothing is traded if :math:`h > 1/2`, though every trade would be
a gain. With it, goods from :math:`k / (1 - h)` on are verified and sold.

**In our games** each seller is too small to move the price. So what all of them do, at a given
price, is what one player does that maximises the sum of what they have: it sets up to which quality
goods are offered without verification, and from which on they are verified. The market pays the
mean of what is offered. A public laboratory is a reform that halves the cost of verification.

Sources
-------
@akerlof1970market; verification and the numbers are not in the paper
"""

from __future__ import annotations

from functools import cache

from pigou.equilibrium import Equilibrium
from pigou.errors import StructureError
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.reform import Reform, set_parameters
from pigou.replicating import answer, only, played, worth

FORM = f"{DERIVED}; uniform quality"
OWN = f"{DERIVED}; verification at a cost"
AT = {"h": "0.6", "k": "0.1"}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "akerlof1970market",
        "Quality t is uniform on [0, 1] and known to the seller, to whom keeping the good is worth "
        "h*t; buyers pay expected quality; verification costs k.",
        {"t": "offered, border", "h": "h", "k": "k"},
        [
            PublishedClaim("O47.akerlof_price", "price without verification", 0, price, FORM,
                           {"h": "0.6"}),
            PublishedClaim("O47.cert_threshold", "lowest quality that is verified", "0.25",
                           verified, OWN, AT),
            PublishedClaim("O47.surplus", "gain from trade with verification, and after a public "
                           "laboratory halves its cost", ("0.1125", "0.153125"), gains, OWN, AT),
        ],
    )  # fmt: skip


def lemons() -> Game:
    """Let sellers offer goods up to some quality, and the market pay the mean of what is offered.

    At the price p the sellers have p for what they offer, and h*t for what they keep.
    """
    return Game(
        "lemons",
        [Player("sellers"), Player("market")],
        [Move("offered", "sellers", (0, 1)), Move("price", "market", (0, 1))],
        {
            "sellers": "price*offered + h*(1 - offered**2)/2",
            "market": "-(price - offered/2)**2",
        },
        parameters=[Parameter("h", "3/5", "0 < h < 1")],
        source="@akerlof1970market",
    )


def verification() -> Game:
    """Let sellers also decide from which quality on goods are verified, and sold at their worth.

    What is neither offered nor verified is kept; that nothing is both has to hold in equilibrium.
    """
    return Game(
        "verification",
        [Player("sellers"), Player("market")],
        [
            Move("offered", "sellers", (0, 1)),
            Move("border", "sellers", (0, 1)),
            Move("price", "market", (0, 1)),
        ],
        {
            "sellers": "price*offered + h*(border**2 - offered**2)/2 + (1 - border**2)/2"
            " - k*(1 - border)",
            "market": "-(price - offered/2)**2",
        },
        parameters=[Parameter("h", "3/5", "0 < h < 1"), Parameter("k", "1/10", "k > 0")],
        source="@akerlof1970market; verification is our own",
    )


def laboratory() -> Reform:
    """Let a public laboratory halve the cost of verification."""
    return set_parameters({"k": "1/20"}, "laboratory", label="Public laboratory", source="own")


@cache
def outcome(public: bool) -> tuple[Game, Equilibrium]:
    """Return the game with or without the laboratory, and its only equilibrium.

    Raises
    ------
    StructureError
        If goods would be both offered without verification and verified.
    """
    game = laboratory()(verification()) if public else verification()
    one = only(game)
    if played(one)["offered"].upper > played(one)["border"].lower:
        raise StructureError("goods would be offered without verification and verified")
    return game, one


def price() -> Computed:
    """Return the price without verification."""
    one = only(lemons())
    return answer(played(one)["price"], one)


def verified() -> Computed:
    """Return the lowest quality that is verified."""
    _, one = outcome(public=False)
    return answer(played(one)["border"], one)


def gains() -> Computed:
    """Return the gain from trade without and with the laboratory.

    Buyers break even, so that it is what sellers have beyond the worth of keeping all goods.
    """
    found = [outcome(public) for public in (False, True)]
    values = tuple(one.payoffs["sellers"] - worth(game, one, "h/2") for game, one in found)
    return answer(values, *(one for _, one in found))
