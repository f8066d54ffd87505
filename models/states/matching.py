r"""Matching: buyers look for suppliers too little, as suppliers have a part of what comes of it.

**The game.** There is a unit mass of suppliers. Each of :math:`\theta` buyers pays k to search
(trips, samples, trial orders), and :math:`A \theta^{1 - \eta}` of them find a supplier, but never
more than there are on either side. A match is worth S, of which the supplier gets the share
:math:`\beta`. Buyers enter until search does not pay any more,
:math:`(1 - \beta) S A \theta^{-\eta} = k`; with :math:`(1 - \beta) S < k` none comes.

**What fails.** A buyer who enters has only the part :math:`1 - \beta` of a match, and makes others
find fewer. Where some on either side are not matched, both effects cancel if and only if
:math:`\beta = \eta` (Hosios 1990). With :math:`\beta > \eta` there is too little search, and
suppliers stay off the buyers' radar; with :math:`\beta < \eta` there is too much.

**Whom it hurts.** Suppliers who are not found.

**Reforms it invites.** *Search support* pays a part of k: :math:`k (\beta - \eta)/(1 - \eta)` a
buyer is right. *Matchmaking* (fairs, directories) raises A. *Supplier bargaining* raises
:math:`\beta`, and **backfires** where it is above :math:`\eta` already: fewer buyers come, and in
the end none.

Sources
-------
@hosios1990efficiency; in one shot, with a matching function of constant elasticity; the numbers are
pigou's own illustration.
"""

from __future__ import annotations

from pigou.game import Parameter
from pigou.search_market import SearchMarket
from pigou.state_model import StateModel, StateReform


def model() -> StateModel:
    """Return matching with its reforms."""
    return StateModel(
        game=matching(),
        reforms=(search_support(), matchmaking(), supplier_bargaining()),
        mechanism="search externality: buyers do not look for suppliers enough",
        about=__doc__ or "",
    )


def matching() -> SearchMarket:
    """Return the game."""
    return SearchMarket(
        "matching",
        efficacy="efficacy",
        elasticity="elasticity",
        worth="worth",
        share="share",
        cost="cost",
        parameters=[
            Parameter(
                "efficacy", "3/5", "efficacy > 0", "",
                "matches if there are as many buyers as suppliers", "A", source="illustration",
            ),
            Parameter(
                "elasticity", "1/2", "0 < elasticity < 1", "",
                "elasticity of matches with respect to suppliers", r"\eta", source="illustration",
            ),
            Parameter(
                "worth", 5, "worth > 0", "USD million", "what a match is worth", "S",
                source="illustration",
            ),
            Parameter(
                "share", "7/10", "0 <= share <= 1", "", "part of it that the supplier gets",
                r"\beta", source="illustration",
            ),
            Parameter(
                "cost", "6/5", "cost > 0", "USD million", "what search costs a buyer", "k",
                source="illustration",
            ),
        ],
        source="@hosios1990efficiency",
    )  # fmt: skip


def search_support() -> StateReform:
    """Return support that makes entry efficient."""
    return StateReform(
        "search_support",
        {"cost": "cost*(1 - share)/(1 - elasticity)"},
        pays={"cost": "cost*(share - elasticity)/(1 - elasticity)"},
        label="the public pays a part of what search costs buyers",
        source="@hosios1990efficiency; own derivation of the subsidy",
    )


def matchmaking() -> StateReform:
    """Return fairs and directories."""
    return StateReform(
        "matchmaking",
        {"efficacy": "(1 + reach)*efficacy"},
        [Parameter(
            "reach", "1/5", "reach >= 0", "", "by how much more matches there are", r"\rho",
            source="illustration",
        )],
        label="fairs and directories: search finds more",
        source="own reading",
    )  # fmt: skip


def supplier_bargaining() -> StateReform:
    """Return a larger share for suppliers."""
    return StateReform(
        "supplier_bargaining",
        {"share": "share + power*(1 - share)"},
        [Parameter(
            "power", "1/10", "0 <= power < 1", "", "part of the buyers' share that suppliers get",
            r"\pi", source="illustration",
        )],
        label="suppliers bargain together and get more of a match",
        source="@hosios1990efficiency",
    )  # fmt: skip
