r"""Lizzeri (1999): what a certifier reveals, and who gets the gain from certification.

**Set-up.** The quality t of a good is uniform on [0, 1], and known to its seller only. Buyers pay
what quality they expect. A certifier sets a fee and a rule of disclosure.

**Claims.** If certificates tell the quality, sellers from :math:`2 f` on buy one at a fee f: the
best fee is 1/4, and half of all are certified. If certificates tell nothing, and who has none is
thought to be worst, all buy one up to a fee of 1/2, and the certifier takes the whole surplus.

**In our games** each seller is too small to move the price of uncertified goods. So what all of
them do, at a given price, is what one player does that maximises the sum of what they have: it sets
the border from which on goods are certified. The market pays what it expects. Without disclosure
only the mean and the lowest quality matter: half of the goods have quality 0 there, and half 1.

Sources
-------
@lizzeri1999information
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from pigou.equilibrium import Equilibrium, Grade
from pigou.game import Chance, Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.replicating import answer, only, played, turning_point
from pigou.solving import solve

FORM = f"{DERIVED}; uniform quality"


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "lizzeri1999information",
        "Quality t is uniform on [0, 1] and known to the seller only; buyers pay expected quality; "
        "a certifier sets a fee and a rule of disclosure.",
        {"t": "border", "fee": "fee"},
        [
            PublishedClaim("O47.full_fee", "best fee if certificates tell the quality, and profit",
                           ("0.25", "0.125"), best_fee, FORM),
            PublishedClaim("O47.none_fee", "highest fee that all pay for certificates that tell "
                           "nothing, which is the profit", "0.5", fee_of_all, FORM),
        ],
    )  # fmt: skip


def full_disclosure() -> Game:
    """Let the certifier set a fee, then sellers decide from which quality on to be certified."""
    return Game(
        "full disclosure",
        [Player("certifier"), Player("sellers"), Player("market")],
        [
            Move("fee", "certifier", (0, 1)),
            Move("border", "sellers", (0, 1), 2),
            Move("price", "market", (0, 1), 2),
        ],
        {
            "certifier": "fee*(1 - border)",
            "sellers": "price*border + (1 - border**2)/2 - fee*(1 - border)",
            "market": "-(price - border/2)**2",
        },
        source="@lizzeri1999information",
    )


def no_disclosure() -> Game:
    """Let a seller buy a certificate that tells nothing, then the market pay what it expects."""
    return Game(
        "no disclosure",
        [Player("seller"), Player("market")],
        [
            Move("certificate", "seller", {"no": 0, "yes": 1}),
            Move("price", "market", {"nothing": 0, "half": "1/2", "all": 1}, 2,
                 observes=("certificate",)),
        ],
        {"seller": "price - fee*certificate", "market": "-(price - quality)**2"},
        parameters=[Parameter("fee", "1/4", "fee >= 0")],
        chance=[Chance("quality", {"low": (0, "1/2"), "high": (1, "1/2")}, seen_by=("seller",))],
        source="@lizzeri1999information",
    )  # fmt: skip


@cache
def disclosed() -> Equilibrium:
    """Return the only equilibrium with full disclosure."""
    return only(full_disclosure())


def best_fee() -> Computed:
    """Return the fee with full disclosure, and what the certifier earns."""
    one = disclosed()
    return answer((played(one)["fee"], one.payoffs["certifier"]), one)


def all_certified(fee: Fraction) -> tuple[bool, Grade]:
    """Tell whether there is an equilibrium at a fee in which every seller buys a certificate."""
    found = solve(no_disclosure(), {"fee": fee})
    certified = [
        one
        for one in found
        if all(s.probabilities["yes"].lower == 1 for s in one.strategies if s.move == "certificate")
    ]
    return bool(certified), weakest([found])


def fee_of_all() -> Computed:
    """Return the highest fee at which all may buy; then the fee is also the certifier's profit."""
    return turning_point(all_certified, "1/4", 1, "1/1000000")
