r"""Sandmo (1971): risk-averse producers, whom risk keeps from what pays on average.

**Set-up.** A producer has the certainty equivalent :math:`E[y] - \frac{A}{2} Var[y]`, as with
constant absolute risk aversion A and normal risks. It sells a share x of its output to an export
channel of mean return :math:`\mu_1` and standard deviation :math:`s_1`, and the rest at home, with
:math:`\mu_2`, :math:`s_2`, and a correlation r between the two; this is a choice of portfolio
(Markowitz 1952). It may also adopt an upgrade that costs k and adds m on average, with a standard
deviation s.

**Claims.** A share is kept at home though exporting pays more on average, unless A is small. An
upgrade is adopted only if :math:`m - k > A s^2/2`: risk keeps producers from upgrades that pay
(Newbery and Stiglitz 1981). Insurance at a fair premium, here a reform that takes the risk away,
is worth :math:`A s^2/2` to whoever adopts anyway, and no more than :math:`m - k` to whoever adopts
because of it.

Sources
-------
@sandmo1971theory; @markowitz1952portfolio; @newbery1981theory
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from pigou.designing import design
from pigou.enclosing import enclosed
from pigou.equilibrium import Equilibrium, Grade
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.reform import Reform, set_parameters
from pigou.replicating import answer, only, played, threshold, turning_point

NORMAL = f"{DERIVED}; constant absolute risk aversion and normal risks"
AT = {"mu_1": "1.3", "mu_2": 1, "s_1": "0.5", "s_2": "0.1", "r": "0.2", "A": 4}
UPGRADE = {"m": "0.3", "k": "0.2", "A": 4}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "sandmo1971theory",
        "A producer with absolute risk aversion A sells a share x to an export channel (mu_1, "
        "s_1), the rest at home (mu_2, s_2), with a correlation r. An upgrade costs k and adds m "
        "on average, with a standard deviation s.",
        {"x": "exported", "mu_1, s_1": "export_mean, export_risk", "mu_2, s_2": "home_mean, "
         "home_risk", "r": "correlation", "A": "aversion", "m, k, s": "gain, cost, risk"},
        [
            PublishedClaim("O46.x_star", "share that is exported", "0.3125",
                           lambda: answer(played(split())["exported"], split()), NORMAL, AT),
            PublishedClaim("O46.CE", "certainty equivalents: as chosen, all exported, all at home",
                           ("1.026875", "0.8", "0.98"), equivalents, NORMAL, AT),
            PublishedClaim("O46.A_crit", "risk aversion up to which everything is exported",
                           "1.25", all_exported, NORMAL, AT | {"A": "unknown"}),
            PublishedClaim("O46.adopt_sd", "largest standard deviation with which an upgrade is "
                           "adopted", "0.2236067977", adopted, NORMAL, UPGRADE),
            PublishedClaim("O46.ins_value", "least subsidy with which it is adopted", "0.08",
                           lambda: least_subsidy("3/10"), NORMAL, UPGRADE | {"s": "0.3"}),
            PublishedClaim("O46.insured", "what fair insurance is worth to a producer: with a "
                           "small risk, and one too large to adopt without", ("0.08", "0.1"),
                           lambda: worth_of_insurance("1/5", "3/10"),
                           f"{NORMAL}; own: A*s**2/2 and m - k", UPGRADE | {"s": "0.2, 0.3"}),
        ],
    )  # fmt: skip


# -- two channels ---------------------------------------------------------------------------------


def channels() -> Game:
    """Split output between two risky channels."""
    mean = "exported*export_mean + (1 - exported)*home_mean"
    variance = (
        "(exported*export_risk)**2 + ((1 - exported)*home_risk)**2"
        " + 2*exported*(1 - exported)*correlation*export_risk*home_risk"
    )
    return Game(
        "two channels",
        [Player("producer")],
        [Move("exported", "producer", (0, 1))],
        {"producer": f"{mean} - aversion/2*({variance})"},
        parameters=[
            Parameter("export_mean", "13/10"), Parameter("home_mean", 1),
            Parameter("export_risk", "1/2", "export_risk >= 0"),
            Parameter("home_risk", "1/10", "home_risk >= 0"),
            Parameter("correlation", "1/5", "-1 <= correlation <= 1"),
            Parameter("aversion", 4, "aversion >= 0"),
        ],
        source="@sandmo1971theory; @markowitz1952portfolio; normal risks",
    )  # fmt: skip


@cache
def split() -> Equilibrium:
    """Return what the producer chooses."""
    return only(channels())


def equivalents() -> Computed:
    """Return the certainty equivalents of the choice and of both extremes."""
    game = channels()
    at = {name: Enclosure.point(value) for name, value in game.values().items()}
    all_or_nothing = ({**at, "exported": Enclosure.point(x)} for x in (1, 0))
    ends = [enclosed(game.payoff("producer"), here) for here in all_or_nothing]
    return answer((split().payoffs["producer"], *ends), split())


def all_exported() -> Computed:
    """Return the risk aversion at which the producer begins to keep a part at home."""

    def keeps(aversion: Fraction) -> tuple[bool, Grade]:
        one = only(channels(), {"aversion": aversion})
        return played(one)["exported"].upper < 1, one.evidence.grade

    return turning_point(keeps, 1, 2)


# -- an upgrade -----------------------------------------------------------------------------------


def upgrade() -> Game:
    """Let a producer adopt a risky upgrade, or not."""
    return Game(
        "risky upgrade",
        [Player("producer")],
        [Move("adopt", "producer", {"no": 0, "yes": 1})],
        {"producer": "adopt*(gain - cost - aversion/2*risk**2)"},
        parameters=[
            Parameter("gain", "3/10", "gain > 0"), Parameter("cost", "1/5", "cost > 0"),
            Parameter("aversion", 4, "aversion >= 0"), Parameter("risk", "3/10", "risk >= 0"),
        ],
        source="@sandmo1971theory; normal risks",
    )  # fmt: skip


def insurance() -> Reform:
    """Take the risk away, at a fair premium: the mean stays as it is."""
    return set_parameters({"risk": 0}, "insurance", label="Fair insurance")


def adopted() -> Computed:
    """Return the standard deviation at which the upgrade stops to be adopted."""

    def refuses(risk: Fraction) -> tuple[bool, Grade]:
        one = only(upgrade(), {"risk": risk})
        return played(one)["adopt"] == "no", one.evidence.grade

    return turning_point(refuses, "1/10", "3/10")


def least_subsidy(risk: str) -> Computed:
    """Return the least subsidy for adopting with which that is the only equilibrium."""
    found = design(upgrade(), at={"risk": risk}, target="adopt=yes", formulas=False)
    return answer(threshold(found), found.threshold.grade, method="design")


def worth_of_insurance(*risks: str) -> Computed:
    """Return by how much insurance raises what the producer has, at several risks."""
    gains, behind = [], []
    for risk in risks:
        before, after = (only(game, {"risk": risk}) for game in (upgrade(), insurance()(upgrade())))
        gains.append(after.payoffs["producer"] - before.payoffs["producer"])
        behind += [before, after]
    return answer(tuple(gains), *behind)
