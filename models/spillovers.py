r"""Knowledge spillovers: what a firm learns about upgrading leaks to its rival.

**The game.** Two firms sell the same good at the price :math:`p = a - q_1 - q_2`. In the first
stage each chooses research :math:`x_i`, at the cost :math:`\gamma x_i^2 / 2`; in the second each
sees both and chooses its output :math:`q_i`. Research lowers the unit cost by as many units, and
the rival's by the share :math:`\beta \in [0, 1]` of it:

.. math::
   \pi_i = q_i \, \bigl(a - q_1 - q_2 - (c - x_i - \beta x_j)\bigr) - \gamma x_i^2 / 2 .

Consumers, who do not move, gain :math:`(q_1 + q_2)^2 / 2`.

**What fails.** A firm counts neither what consumers gain from lower costs nor what its rival
learns; against this works the wish to be cheaper than the rival, which is strong where little
leaks. Given that output is theirs to choose, the firms do too little research wherever anything
leaks. Together they would do more research than each on its own if more than half of it leaks, and
less if less than half does (d'Aspremont and Jacquemin 1988). Research falls as more leaks; but what
costs fall by, :math:`(1 + \beta) x`, is largest where half of it does. Output is too small too:
a planner would sell at cost, and leave all production to one of the firms, which uses in full what
it learns itself; the other would do :math:`\beta` times as much research for it (the planner of
the paper treats both alike).

**Whom it hurts.** Consumers first: they gain most of what research would be worth. The firms too
where much leaks, since each waits for what the other finds out.

**Reforms it invites.** A *research subsidy*; it is second best, since output stays too small. A
*royalty* that the firms agree on: each pays the other for its research, at no cost to the public;
it raises the profits of both if more than half leaks. *Protection* of knowledge **backfires**: each
firm does more research of which less is of use to the other, so that about the same fall in costs
is bought at a higher price.

Sources
-------
@daspremont1988cooperative; @spence1984cost on subsidies and protection. The royalty is pigou's own
form of their cooperation in research; the numbers are an illustration.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Allocation, Effect, Proposition
from pigou.reform import Reform, Step, set_parameters


def model() -> Model:
    """Return knowledge spillovers with its reforms."""
    return Model(
        game=spillovers(),
        reforms=(research_subsidy(), royalty(), protection()),
        mechanism="cooperation failure: knowledge that leaks to rivals",
        about=__doc__ or "",
        propositions=propositions(),
    )


def spillovers() -> Game:
    """Return the game."""
    price = "demand - q1 - q2"
    return Game(
        "spillovers",
        players=[Player("one", "First firm"), Player("two", "Second firm")],
        moves=[
            Move("x1", "one", (0, "cost/2"), label="Research of the first firm", tex="x_1"),
            Move("x2", "two", (0, "cost/2"), label="Research of the second firm", tex="x_2"),
            Move("q1", "one", (0, "demand"), 2, label="Output of the first firm", tex="q_1"),
            Move("q2", "two", (0, "demand"), 2, label="Output of the second firm", tex="q_2"),
        ],
        payoffs={
            "one": f"q1*({price} - (cost - x1 - spillover*x2)) - slope*x1**2/2",
            "two": f"q2*({price} - (cost - x2 - spillover*x1)) - slope*x2**2/2",
        },
        bystanders=[Bystander("consumers", "(q1 + q2)**2/2", "Consumers")],
        parameters=[
            Parameter(
                "demand", 160, "demand > 0", "USD", "highest price that anybody pays", "a",
                source="illustration",
            ),
            Parameter(
                "cost", 100, "cost > 0", "USD", "unit cost without research", "c",
                source="illustration",
            ),
            Parameter(
                "slope", 4, "slope > 2", "USD", "how fast research becomes dearer", r"\gamma",
                source="illustration; above 2 the first best is bounded",
            ),
            Parameter(
                "spillover", "4/5", "0 <= spillover <= 1", "share",
                "part of a firm's research that the other learns", r"\beta",
                source="illustration",
            ),
        ],
        assumptions=["demand > cost"],
        source="@daspremont1988cooperative",
    )  # fmt: skip


def research_subsidy() -> Reform:
    """Pay each firm for every unit of research."""
    return Reform(
        "research_subsidy",
        steps=(
            Step("subsidy", {"move": "x1", "rate": "rate"}),
            Step("subsidy", {"move": "x2", "rate": "rate"}),
        ),
        parameters=(
            Parameter("rate", 50, "rate >= 0", "USD", "payment per unit of research", "s"),
        ),
        label="Research subsidy",
        source="@spence1984cost",
    )  # fmt: skip


def royalty() -> Reform:
    """Let each firm pay the other for its research, at a price they have agreed on."""
    return Reform(
        "royalty",
        steps=(
            Step("transfer", {
                "payer": "two", "payee": "one", "amount": "fee*x1", "purpose": "royalty",
            }),
            Step("transfer", {
                "payer": "one", "payee": "two", "amount": "fee*x2", "purpose": "royalty",
            }),
        ),
        parameters=(
            Parameter(
                "fee", "39/4", unit="USD", tex="f",
                meaning="payment to the other per unit of its research",
            ),
        ),
        label="Royalties between the firms",
        source="@daspremont1988cooperative, for cooperation in research; own form",
    )  # fmt: skip


def protection() -> Reform:
    """Let less of what is learned leak."""
    return set_parameters(
        {"spillover": "(1 - strictness)*spillover"}, "protection",
        parameters=(
            Parameter(
                "strictness", "1/2", "0 <= strictness <= 1", "share",
                "part of the spillover that is stopped", r"\sigma",
            ),
        ),
        label="Protection of knowledge",
        source="@spence1984cost",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    alone = {"e": Allocation(interior=True)}
    alike = ("e_x1 == e_x2", "e_q1 == e_q2")
    agreed = {"r": Allocation("royalty", interior=True)}
    signed = ("fee == 0", "r_x1 == r_x2", "r_q1 == r_q2")
    return (
        Proposition(
            "knowledge",
            "What costs fall by rises with the spillover exactly if less than half leaks.",
            "(d > 0) == (spillover < 1/2)",
            {**alone, "d": Effect("e_x1 + spillover*e_x2", "spillover")}, alike,
            stronger="(d > 0) == (spillover <= 1/2)",
            source="@daspremont1988cooperative; own",
        ),
        Proposition(
            "incentive",
            "A firm does less research the more of it leaks.",
            "d < 0",
            {**alone, "d": Effect("e_x1", "spillover")}, alike,
            stronger="d < -e_x1/2",
            source="@daspremont1988cooperative",
        ),
        Proposition(
            "underinvestment",
            "A small subsidy on research raises welfare exactly if something leaks.",
            "(d > 0) == (spillover > 0)",
            {"s": Allocation("research_subsidy", interior=True), "d": Effect("s_welfare", "rate")},
            ("rate == 0", "s_x1 == s_x2", "s_q1 == s_q2"),
            stronger="d > 0",
            lesson="If nothing leaks, the wish to be cheaper than the rival makes up exactly for "
            "what consumers gain, given that output is chosen by the firms.",
            source="@daspremont1988cooperative; own",
        ),
        Proposition(
            "cooperation",
            "A small royalty on each other's research raises both profits exactly if more than "
            "half leaks.",
            "(d > 0) == (spillover > 1/2)",
            {**agreed, "d": Effect("r_one + r_two", "fee")}, signed,
            stronger="(d > 0) == (spillover >= 1/2)",
            source="@daspremont1988cooperative, cooperation in research",
        ),
        Proposition(
            "no_conflict",
            "Where the firms gain from a small royalty, consumers gain too.",
            "d <= 0 or k > 0",
            {**agreed, "d": Effect("r_one + r_two", "fee"), "k": Effect("r_consumers", "fee")},
            signed,
            stronger="(d > 0) == (k > 0)",
            lesson="Where at most half leaks, consumers would gain from an agreement that the "
            "firms do not want; they would rather agree on less research.",
            source="@daspremont1988cooperative",
        ),
        Proposition(
            "protection",
            "The less leaks, the higher is welfare, since each firm does more research.",
            "d < 0",
            {**alone, "d": Effect("e_welfare", "spillover")}, alike, false=True,
            lesson="That a firm does more research is one thing, that others make use of it "
            "another. What costs fall by may be less, and costs more.",
            source="a plausible claim; compare @spence1984cost",
        ),
    )  # fmt: skip
