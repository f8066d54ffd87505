r"""The weakest link: a chain achieves what the least of its firms' efforts allows.

**The game.** :math:`N \ge 2` firms each choose an effort :math:`e_i \in \{1, 4, 7\}`: care with
quality, hygiene, punctuality. The chain delivers the least of them, and every firm earns

.. math:: \pi_i = p + a \min_j e_j - b \, e_i .

What a firm does beyond the least effort is lost. Customers, who do not move, gain s from every unit
of the least effort. Payoffs are those of the experiments of Van Huyck, Battalio and Beil (1990,
treatment A), with three of their seven efforts; `weakest_link` makes the game with any.

**What fails.** If :math:`b \le a` every common effort is an equilibrium: nobody gains by doing more
than the others, and whoever does less lowers the least effort for all. A higher one is better for
everybody, but riskier: the lowest effort earns :math:`p + a - b` whatever the others do, the
highest perhaps no more than :math:`p + a - 7 b`. In the experiments groups of 14 to 16 went down to
the lowest effort within a few rounds; pairs did not. If :math:`b > a` nobody makes an effort,
although all and their customers together may gain, as :math:`N (b - a) < s`: then cooperation
fails. Hirshleifer (1983) set this technology against that of summation, where free riding does the
harm.

**Whom it hurts.** All firms and their customers.

**Reforms it invites.** *Assurance*: who did more than the least is refunded what was lost on it;
in the good equilibrium nothing is paid. A *minimum standard* takes the lowest effort away. *Bearing
the whole cost of effort* works too, and is dear. A *bonus on what the chain delivers*, however
large, removes no equilibrium: it pays for the least effort, which no firm alone can raise.
*Relief* for the firms of a chain that delivers the least **backfires**: it rewards the firm that
brings it down.

Sources
-------
@vanhuyck1990tacit; @hirshleifer1983weakestlink. Reforms are pigou's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, pay, remove_choice, subsidy

EFFORTS = (1, 4, 7)


def model() -> Model:
    """Return the weakest link with its reforms."""
    return Model(
        game=weakest_link(),
        reforms=(assurance(), minimum_standard(), cost_borne(), bonus(), relief()),
        mechanism="coordination failure: the weakest link",
        about=__doc__ or "",
        propositions=propositions(),
    )


def least(efforts: Sequence[int] = EFFORTS) -> str:
    """Return the least effort: the lowest if somebody makes it, else the least of the others."""
    lowest, *higher = efforts
    return f"if(sum(effort <= {lowest}) >= 1, {lowest}, {least(higher)})" if higher else str(lowest)


def weakest_link(efforts: Sequence[int] = EFFORTS) -> Game:
    """Return the game with given efforts, from the lowest to the highest."""
    return Game(
        "weakest_link",
        players=[Player("firm", "Firms", size="firms")],
        moves=[Move("effort", "firm", {str(e): e for e in efforts}, label="Effort", tex="e")],
        payoffs={"firm": f"base + gain*{least(efforts)} - cost*effort"},
        bystanders=[Bystander("customers", f"value*{least(efforts)}", "Customers")],
        parameters=[
            Parameter(
                "firms", 14, "firms >= 2", "firms", "number of firms", "N",
                source="treatment A, the smallest group", integer=True,
            ),
            Parameter(
                "gain", "0.2", "gain > 0", "USD", "a firm's gain from a unit of the least effort",
                "a", source="treatment A of the experiments",
            ),
            Parameter(
                "cost", "0.1", "cost > 0", "USD", "what a unit of effort costs a firm", "b",
                source="treatment A of the experiments",
            ),
            Parameter(
                "base", "0.6", "base >= 0", "USD", "what a firm earns in any case", "p",
                source="treatment A of the experiments",
            ),
            Parameter(
                "value", "0.5", "value >= 0", "USD",
                "customers' gain from a unit of the least effort", "s", source="illustration",
            ),
        ],
        source="@vanhuyck1990tacit, with customers",
    )  # fmt: skip


def assurance() -> Reform:
    """Refund what a firm spent beyond the least effort."""
    return pay(
        "government", "firm", f"refund*(effort - ({least()}))", "assurance",
        purpose="refund of effort beyond the least",
        parameters=(
            Parameter(
                "refund", "0.11", "refund >= 0", "USD", "refund per unit of effort lost", "f",
            ),
        ),
        label="Assurance", source="own; @bagnoli1989provision, for refunds",
    )  # fmt: skip


def minimum_standard() -> Reform:
    """Forbid the lowest effort."""
    return remove_choice(
        "effort", "1", "minimum_standard", label="Minimum standard", source="own",
    )  # fmt: skip


def cost_borne() -> Reform:
    """Bear the cost of effort, and a little more."""
    return subsidy(
        "effort", "paid", "cost_borne",
        parameters=(
            Parameter("paid", "0.11", "paid >= 0", "USD", "payment per unit of effort", "z"),
        ),
        label="Cost of effort borne", source="own",
    )  # fmt: skip


def bonus() -> Reform:
    """Pay every firm by what the chain delivers: removes no equilibrium."""
    return pay(
        "government", "firm", f"bonus_rate*({least()})", "bonus",
        purpose="bonus on what the chain delivers",
        parameters=(
            Parameter(
                "bonus_rate", "0.1", "bonus_rate >= 0", "USD",
                "payment per unit of the least effort", "z",
            ),
        ),
        label="Bonus on what the chain delivers", source="own",
    )  # fmt: skip


def relief() -> Reform:
    """Pay the firms of a chain that delivers the least: backfires."""
    return pay(
        "government", "firm", f"if(sum(effort <= {EFFORTS[0]}) >= 1, relief_paid, 0)", "relief",
        purpose="relief where the chain delivers the least",
        parameters=(
            Parameter(
                "relief_paid", "0.7", "relief_paid >= 0", "USD", "payment to every firm", "z",
            ),
        ),
        label="Relief for a chain that delivers the least", source="own",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    low, high = Profile("all 1"), Profile("all 7")
    return (
        Proposition(
            "every_effort",
            "Every common effort is an equilibrium exactly if a unit of the least effort is worth "
            "at least what a unit of effort costs.",
            "(low_holds + middle_holds + high_holds == 3) == (cost <= gain)",
            {"low": low, "middle": Profile("all 4"), "high": high},
            stronger="(low_holds + middle_holds + high_holds == 3) == (cost < gain)",
            source="@vanhuyck1990tacit, section I",
        ),
        Proposition(
            "pareto_ranked",
            "Of two common efforts that are equilibria, all prefer the higher one.",
            "high_firm >= middle_firm and middle_firm >= low_firm and "
            "high_customers >= low_customers",
            {"low": low, "middle": Profile("all 4"), "high": high},
            ("high_holds == 1",),
            stronger="high_firm > middle_firm and middle_firm > low_firm and "
            "high_customers >= low_customers",
            source="@vanhuyck1990tacit, section I",
        ),
        Proposition(
            "bonus_removes_nothing",
            "However large a bonus on what the chain delivers, the lowest effort by all remains an "
            "equilibrium.",
            "low_holds == 1",
            {"low": Profile("all 1", "bonus"), "high": Profile("all 7", "bonus")},
            stronger="low_holds == 1 and high_holds == 1",
            lesson="It pays for what no firm alone can raise. It can make the highest effort an "
            "equilibrium that it was not, and no more.",
            source="own; @hirshleifer1983weakestlink on the technology",
        ),
        Proposition(
            "subsidy_needs_the_whole_cost",
            "A subsidy on effort removes the lowest effort exactly if it exceeds the cost.",
            "(low_holds == 0) == (paid > cost)",
            {"low": Profile("all 1", "cost_borne")},
            stronger="(low_holds == 0) == (paid >= cost)",
            source="own",
        ),
        Proposition(
            "assurance_costs_nothing",
            "Where the highest effort is an equilibrium, a refund of lost effort above its cost "
            "leaves it one, removes the others, and pays nothing there.",
            "low_holds == 0 and middle_holds == 0 and high_holds == 1 and high_government == 0",
            {
                "low": Profile("all 1", "assurance"),
                "middle": Profile("all 4", "assurance"),
                "high": Profile("all 7", "assurance"),
            },
            ("refund > cost", "cost <= gain"),
            stronger="low_holds == 0 and middle_holds == 0 and high_holds == 1 and "
            "high_government == 0 and high_firm > middle_firm",
            source="own; @bagnoli1989provision, for refunds",
        ),
        Proposition(
            "relief_backfires",
            "Relief for a chain that delivers the least removes the highest effort exactly if it "
            "exceeds what a firm loses by bringing the chain down.",
            "(high_holds == 0) == (relief_paid > 6*(gain - cost))",
            {"high": Profile("all 7", "relief")},
            ("cost <= gain",),
            stronger="(high_holds == 0) == (relief_paid >= 6*(gain - cost))",
            source="own",
        ),
        Proposition(
            "cooperation",
            "If effort costs a firm more than it gains, and all with their customers gain more "
            "than it costs, only the lowest effort is an equilibrium and the highest is better.",
            "low_holds == 1 and high_holds == 0 and high_welfare > low_welfare",
            {"low": low, "high": high},
            ("cost > gain", "firms*(cost - gain) < value"),
            stronger="low_holds == 1 and high_holds == 0 and high_welfare > low_welfare + value",
            source="own",
        ),
        Proposition(
            "bonus_that_pays_for_itself",
            "A bonus above the cost of effort gets firms to make one.",
            "low_holds == 0",
            {"low": Profile("all 1", "bonus")}, ("bonus_rate > cost",), false=True,
            lesson="If nobody else makes an effort the chain delivers no more, and the bonus is "
            "not paid.",
            source="a plausible claim",
        ),
        Proposition(
            "a_standard_sets_an_example",
            "A minimum standard that lifts the least effort lets firms go on to the highest.",
            "middle_holds == 0",
            {"middle": Profile("all 4", "minimum_standard")}, ("cost < gain",), false=True,
            lesson="Firms do what the standard asks and wait for each other again.",
            source="a plausible claim",
        ),
    )  # fmt: skip
