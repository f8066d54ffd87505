r"""Hosios (1990): how much search is enough.

**Set-up**, in one shot: there is a unit mass of suppliers; :math:`\theta` buyers each pay k to
search. :math:`A \theta^{1-\eta}` of them meet; a match is worth S, of which the supplier gets the
share :math:`\beta`. Buyers enter until search does not pay any more.

**Claims.** Entry is efficient if and only if :math:`\beta = \eta`: a buyer who enters gains its
share of a match, and takes matches away from other buyers. With a larger share for suppliers there
is too little search, which a subsidy of :math:`k (\beta - \eta)/(1 - \eta)` puts right.

**In our games** a player `entry` owns the number of buyers and minimises their squared expected
profit, as free entry does; a planner maximises the surplus.

Sources
-------
@hosios1990efficiency
"""

from __future__ import annotations

from functools import cache

from pigou.equilibrium import Equilibrium, Grade
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.replicating import answer, crossing, only, played, worth

FORM = f"{DERIVED}; one shot, with a matching function of constant elasticity"
AT = {"A": "0.6", "S": 5, "k": "1.2", "eta": "0.5", "beta": "0.7"}
HOSIOS = "the theorem of the paper (beta = eta), at this matching function"
MET = "A*theta**(1 - eta)"
SURPLUS = f"{MET}*S - k*theta"


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "hosios1990efficiency",
        "theta buyers each pay k to search among a unit mass of suppliers; A*theta**(1 - eta) "
        "meet; a match is worth S, of which the supplier gets the share beta.",
        {"theta": "theta", "A": "A", "S": "S", "k": "k", "eta": "eta", "beta": "beta"},
        [
            PublishedClaim("O33.theta_e", "buyers for each supplier under free entry", "0.5625",
                           lambda: answer(played(free())["theta"], free()), FORM, AT),
            PublishedClaim("O33.theta_star", "efficient number of buyers for each supplier",
                           "1.5625", lambda: answer(played(best())["theta"], best()), FORM, AT),
            PublishedClaim("O33.subsidy", "subsidy for a buyer's search that makes entry efficient",
                           "0.48", lambda: efficient_at("subsidy", "1/3", "3/5"), FORM, AT),
            PublishedClaim("O33.W", "surplus under free entry, and the largest",
                           ("1.575", "1.875"), lambda: both(SURPLUS), FORM, AT),
            PublishedClaim("O33.match_rates", "probability of a match for a supplier: free entry, "
                           "efficient", ("0.45", "0.75"), lambda: both(MET), FORM, AT),
            PublishedClaim("O33.beta_hosios", "suppliers' share at which free entry is efficient",
                           "0.5", lambda: efficient_at("beta", "1/3", "7/10"), HOSIOS,
                           AT | {"beta": "unknown"}),
        ],
    )  # fmt: skip


def parameters() -> list[Parameter]:
    """Return the parameters."""
    return [
        Parameter("A", "3/5", "A > 0"), Parameter("S", 5, "S > 0"), Parameter("k", "6/5", "k > 0"),
        Parameter("eta", "1/2", "0 < eta < 1"), Parameter("beta", "7/10", "0 <= beta <= 1"),
        Parameter("subsidy", 0),
    ]  # fmt: skip


def free_entry() -> Game:
    """Buyers enter until search does not pay any more."""
    profit = "(1 - beta)*A*theta**(-eta)*S - k + subsidy"
    return Game(
        "free entry of buyers",
        [Player("entry")],
        [Move("theta", "entry", ("1/10", 4))],
        {"entry": f"-({profit})**2"},
        parameters=parameters(),
        source="@hosios1990efficiency; one shot",
    )


def planner() -> Game:
    """Let a planner decide on the number of buyers."""
    return Game(
        "efficient search",
        [Player("planner")],
        [Move("theta", "planner", ("1/10", 4))],
        {"planner": SURPLUS},
        parameters=parameters(),
        source="@hosios1990efficiency; one shot",
    )


@cache
def free() -> Equilibrium:
    """Return free entry."""
    return only(free_entry())


@cache
def best() -> Equilibrium:
    """Return the planner's choice."""
    return only(planner())


def both(formula: str) -> Computed:
    """Return a quantity under free entry, and in the efficient case."""
    values = (worth(free_entry(), free(), formula), worth(planner(), best(), formula))
    return answer(values, free(), best())


def efficient_at(name: str, low: str, high: str) -> Computed:
    """Return the value of a parameter at which as many enter as the planner wants."""

    def missing(value: object) -> tuple[Enclosure, Grade]:
        one = only(free_entry(), {name: value})
        return played(best())["theta"] - played(one)["theta"], weakest([best(), one])

    return crossing(missing, low, high)
