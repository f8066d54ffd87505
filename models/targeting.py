r"""Targeting: a chain is renewed only if groups of enough weight invest, and groups differ.

**The game.** Growers, processors and exporters decide at once whether to invest in a new product,
:math:`a_g \in \{0, 1\}`; the members of a group act together. Group g has the mass :math:`m_g`;
investing costs each of its members :math:`c_g`, and is worth :math:`b_g` to it if the product
succeeds. It does if weighted participation reaches a threshold, which is the lower the better the
state of the market, :math:`\theta`:

.. math::
   \pi_g = m_g \, a_g \left(b_g \, [P \ge 1 - \theta] - c_g\right), \qquad
   P = \sum_g w_g m_g a_g .

The weight :math:`w_g` is how much a member of the group does for success: a processor without whom
nothing is cold has more than a grower among many. Consumers, who do not move, gain s if it
succeeds. Everybody knows everything here; in Sákovics and Steiner (2012), whose payoffs these are,
each sees the state with a little noise.

**What fails.** If no group reaches the threshold alone, that nobody invests is an equilibrium,
though all would gain if all did. And a group to which the product is worth less than it costs
does not invest, however much others would gain.

**Whom it hurts.** All groups and consumers.

**Reforms it invites.** *Leverage*: pay the group with which another one reaches the threshold.
That one follows by itself, and then the rest. Among the groups that do this the cheapest is the one
to pay, which need not have the largest weight, nor the largest gain. A *uniform subsidy* that
suffices for it suffices, and pays those who would follow anyway. *Assurance* of that group costs
nothing if all invest. Paying the *most numerous* group **backfires** if nobody reaches the
threshold with it: it invests, nobody follows, and its investment is lost.

Sources
-------
@sakovics2012matters for payoffs and weights; @segal2003coordination for whom to pay where all is
known; @hirshleifer1983weakestlink for weakest and strongest links. Numbers are an illustration.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, Step, subsidy

PARTICIPATION = (
    "(weight_grower*mass_grower*growers + weight_processor*mass_processor*processors"
    " + weight_exporter*mass_exporter*exporters)"
)
SUCCESS = f"{PARTICIPATION} >= 1 - state"
JOIN = {"wait": 0, "invest": 1}


def model() -> Model:
    """Return targeting with its reforms."""
    return Model(
        game=targeting(),
        reforms=(leverage(), second_best_target(), assured(), uniform(), most_numerous()),
        mechanism="coordination failure: groups of unequal weight",
        about=__doc__ or "",
        propositions=propositions(),
    )


def targeting() -> Game:
    """Return the game."""
    return Game(
        "targeting",
        players=[
            Player("grower", "Growers"), Player("processor", "Processors"),
            Player("exporter", "Exporters"),
        ],
        moves=[
            Move("growers", "grower", JOIN, label="Growers", tex="a_1"),
            Move("processors", "processor", JOIN, label="Processors", tex="a_2"),
            Move("exporters", "exporter", JOIN, label="Exporters", tex="a_3"),
        ],
        payoffs={
            "grower": f"mass_grower*growers*(if({SUCCESS}, benefit_grower, 0) - cost_grower)",
            "processor": f"mass_processor*processors*"
            f"(if({SUCCESS}, benefit_processor, 0) - cost_processor)",
            "exporter": f"mass_exporter*exporters*"
            f"(if({SUCCESS}, benefit_exporter, 0) - cost_exporter)",
        },
        bystanders=[Bystander("consumers", f"if({SUCCESS}, spillover, 0)", "Consumers")],
        parameters=[
            *group("grower", "growers", 1, "1/2", "2/5", "3/10", 1),
            *group("processor", "processors", 2, "3/10", "3/2", "2/5", "4/5"),
            *group("exporter", "exporters", 3, "1/5", "7/4", "1/5", "1/2"),
            Parameter(
                "state", "1/4", "0 <= state < 1", "share",
                "state of the market: what is not needed of full participation", r"\theta",
                source="illustration",
            ),
            Parameter(
                "spillover", "1/10", "spillover >= 0", "USD million",
                "what consumers gain by success", "s", source="illustration",
            ),
        ],
        source="@sakovics2012matters, with complete information",
    )  # fmt: skip


def group(
    name: str, words: str, number: int, mass: object, weight: object, cost: object, benefit: object
) -> tuple[Parameter, ...]:
    """Return the mass, weight, cost and benefit of a group."""
    return (
        Parameter(
            f"mass_{name}", mass, f"mass_{name} > 0", "share", f"mass of {words}", f"m_{number}",
            source="illustration",
        ),
        Parameter(
            f"weight_{name}", weight, f"weight_{name} > 0", "number",
            f"what a member's part counts for success: {words}", f"w_{number}",
            source="illustration",
        ),
        Parameter(
            f"cost_{name}", cost, f"cost_{name} > 0", "USD million",
            f"cost of investing per unit of mass: {words}", f"c_{number}", source="illustration",
        ),
        Parameter(
            f"benefit_{name}", benefit, f"benefit_{name} > 0", "USD million",
            f"gain by success per unit of mass: {words}", f"b_{number}", source="illustration",
        ),
    )  # fmt: skip


def paid(amount: str) -> Parameter:
    """Return the parameter of a subsidy."""
    return Parameter(
        amount, "21/100", f"{amount} >= 0", "USD million", "payment per unit of mass", "z"
    )


def leverage() -> Reform:
    """Pay exporters, with whom processors reach the threshold."""
    return subsidy(
        "exporters", "mass_exporter*aid", "leverage", parameters=(paid("aid"),),
        label="Pay the cheapest leverage point: exporters",
        source="@segal2003coordination; compare @sakovics2012matters",
    )  # fmt: skip


def second_best_target() -> Reform:
    """Pay processors, with whom exporters reach the threshold, at a higher cost."""
    return subsidy(
        "processors", "mass_processor*grant", "second_best_target",
        parameters=(
            Parameter(
                "grant", "41/100", "grant >= 0", "USD million", "payment per unit of mass", "z",
            ),
        ),
        label="Pay a dearer leverage point: processors",
        source="@segal2003coordination; compare @sakovics2012matters",
    )  # fmt: skip


def assured() -> Reform:
    """Refund exporters who invested if the threshold was missed."""
    return subsidy(
        "exporters", "mass_exporter*aid", "assured", when=f"{PARTICIPATION} < 1 - state",
        parameters=(paid("aid"),),
        label="Assurance of the leverage point",
        source="@bagnoli1989provision, for refunds",
    )  # fmt: skip


def uniform() -> Reform:
    """Pay everybody who invests the same."""
    return Reform(
        "uniform",
        steps=(
            Step("subsidy", {"move": "growers", "rate": "mass_grower*aid"}),
            Step("subsidy", {"move": "processors", "rate": "mass_processor*aid"}),
            Step("subsidy", {"move": "exporters", "rate": "mass_exporter*aid"}),
        ),
        parameters=(paid("aid"),),
        label="Uniform subsidy",
        source="the usual advice",
    )


def most_numerous() -> Reform:
    """Pay growers, with whom nobody reaches the threshold: backfires."""
    return subsidy(
        "growers", "mass_grower*support", "most_numerous",
        parameters=(
            Parameter(
                "support", "31/100", "support >= 0", "USD million", "payment per unit of mass", "z",
            ),
        ),
        label="Pay the most numerous group: growers",
        source="own",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    nobody = "grower: wait; processor: wait; exporter: wait"
    everybody = "grower: invest; processor: invest; exporter: invest"
    alone = "grower: invest; processor: wait; exporter: wait"
    first = "grower: wait; processor: wait; exporter: invest"
    one, two, three = (f"weight_{g}*mass_{g}" for g in ("grower", "processor", "exporter"))
    others_gain = ("benefit_grower > cost_grower", "benefit_processor > cost_processor")
    all_gain = (*others_gain, "benefit_exporter > cost_exporter")
    small = (f"{three} < 1 - state", f"{one} < 1 - state", f"{two} < 1 - state")
    return (
        Proposition(
            "strongest_link",
            "If success is worth its cost to every group, that nobody invests is an equilibrium "
            "exactly if no group reaches the threshold alone.",
            f"(none_holds == 1) == ({one} < 1 - state and {two} < 1 - state "
            f"and {three} < 1 - state)",
            {"none": Profile(nobody)}, all_gain,
            stronger=f"(none_holds == 1) == ({one} + {two} + {three} < 1 - state)",
            source="@hirshleifer1983weakestlink, on the best shot; own form",
        ),
        Proposition(
            "weakest_link",
            "If all groups together reach the threshold, that all invest is an equilibrium exactly "
            "if success is worth its cost to each of them, whether it takes that group or not.",
            "(all_holds == 1) == (benefit_grower >= cost_grower and "
            "benefit_processor >= cost_processor and benefit_exporter >= cost_exporter)",
            {"all": Profile(everybody)}, (f"{one} + {two} + {three} >= 1 - state",),
            stronger="(all_holds == 1) == (benefit_grower >= cost_grower and "
            "benefit_processor >= cost_processor)",
            source="@hirshleifer1983weakestlink; own form",
        ),
        Proposition(
            "price_of_a_target",
            "Where no group reaches the threshold alone, paying one removes the equilibrium in "
            "which nobody invests exactly if it is paid more than its whole cost.",
            "(none_holds == 0) == (aid > cost_exporter)",
            {"none": Profile(nobody, "leverage")}, small,
            stronger="(none_holds == 0) == (aid >= cost_exporter)",
            source="@segal2003coordination; own form",
        ),
        Proposition(
            "leverage",
            "A group that is paid for investing invests alone in an equilibrium exactly if no "
            "other reaches the threshold with it.",
            f"(one_holds == 1) == ({three} + {one} < 1 - state and {three} + {two} < 1 - state)",
            {"one": Profile(first, "leverage")}, (*others_gain, "aid > cost_exporter"),
            stronger=f"(one_holds == 1) == ({three} + {one} < 1 - state)",
            source="own; compare @sakovics2012matters",
        ),
        Proposition(
            "waste",
            "Paying a group with which no other reaches the threshold leads to an equilibrium in "
            "which all are together worse off than if nobody invested.",
            "one_holds == 1 and one_welfare < none_welfare",
            {"one": Profile(alone, "most_numerous"), "none": Profile(nobody)},
            (f"{one} + {two} < 1 - state", f"{one} + {three} < 1 - state",
             "support >= cost_grower"),
            stronger="one_holds == 1 and one_welfare < none_welfare - mass_grower",
            source="own",
        ),
        Proposition(
            "largest_weight",
            "A group that is paid, and has the largest weight of all, is followed by another.",
            "one_holds == 0",
            {"one": Profile(first, "leverage")},
            (*others_gain, f"{three} >= {one}", f"{three} >= {two}",
             f"{one} + {two} + {three} >= 1 - state", "aid > cost_exporter"),
            false=True,
            lesson="Leverage is no property of a group by itself. What counts is whether its "
            "weight and another's make the threshold together.",
            source="a plausible claim",
        ),
        Proposition(
            "efficient_if_equilibrium",
            "Wherever it is worth having that all invest, it is an equilibrium.",
            "all_welfare <= none_welfare or all_holds == 1",
            {"all": Profile(everybody), "none": Profile(nobody)},
            (f"{one} + {two} + {three} >= 1 - state", "spillover == 0"), false=True,
            lesson="The chain may depend on a group that gains less than it pays. Then a promise "
            "that others will follow does not help; the others would have to share.",
            source="a plausible claim",
        ),
    )  # fmt: skip
