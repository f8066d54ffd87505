r"""Backward linkages: modern producers need suppliers, and suppliers need modern producers.

**The game.** A small open economy with the labour L makes a traditional good, one unit of labour a
unit, or a modern one. Both are traded at the price 1. The modern good takes labour and services
that cannot be imported,

.. math:: Y = A \, L_m^{1 - \theta} X^{\theta}, \qquad X = \Bigl(\sum_i x_i^e\Bigr)^{1/e},

with :math:`\theta` and e between 0 and 1. N potential suppliers decide at once whether to enter,
:math:`u_i \in \{0, 1\}`. A supplier takes F of labour to set up and one of labour a unit, and has
its own variety to itself, so that it asks for :math:`1/e` times its cost. What follows is the
competitive equilibrium given the number of suppliers, :math:`n = \sum_j u_j`. Modern producers can
pay the wage

.. math::
   w(n) = \left(\frac{n}{M}\right)^a, \qquad a = \frac{\theta (1 - e)}{e}, \qquad
   M^a = \frac{1}{A} \theta^{-\theta} (1 - \theta)^{-(1 - \theta)} e^{-\theta},

which grows with the variety of services. With fewer than the *critical mass* M it is less than 1,
the wage in traditional production: nothing modern is made, and suppliers lose what they set up.
Otherwise all labour goes into the modern good, of whose value suppliers keep the share
:math:`\mu = \theta (1 - e)` for setting up, and the rest is paid to other labour. A supplier earns

.. math:: \pi_i = u_i \, w(n) \left(\frac{\mu}{1 - \mu} \frac{L - n F}{n} - F\right) .

**What fails.** If the critical mass is more than one, that nobody enters is an equilibrium: no
supplier alone makes modern production viable. If the market carries a critical mass, that is
:math:`M F \le \mu L`, there is another one in which wages are not lower and nobody is worse off;
and a third between the two, which is unstable, since with a few suppliers more, others would come,
and with a few less, none. A supplier does not count that its variety makes all others' customers
better off (a pecuniary externality): where they enter until they earn nothing, there are too few.

**Whom it hurts.** Workers most: with free entry what is gained goes into wages.

**Reforms it invites.** A *start-up subsidy* on modern output, the share z of its price, as long as
the critical mass is missed: if it is large enough for the first supplier, as many enter as the
market carries. If that is a critical mass, nothing is paid in the end; if not, it is paid for good.
*Coordinated entry*: who entered is refunded if too few did. *Anchor suppliers*: public money sets
up as many as it takes for the next to follow by itself. *Too few anchors* **backfire**: nothing
modern is made, and what was set up is lost. *Supplier grants* to all raise the number in the good
equilibrium, and leave the bad one in place.

Sources
-------
@rodriguezclare1996division; @rodriguezclare1996multinationals; @rodrik1996coordination;
@ciccone1996startup. This minimal version, and that the number of suppliers is whole, are pigou's
own.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, Step, subsidy

KEPT = "input_share*(1 - similarity)"
"""The part of the modern good's value that suppliers keep for setting up."""

N = "sum(enter)"
"""The number of suppliers."""


MODERN_WAGE = f"({N}/critical)**({KEPT}/similarity)"
"""The wage that modern producers can pay; one over it is a unit's cost at the wage 1."""

STARTED = f"(1 + support)*{MODERN_WAGE} >= 1"
"""Whether modern production is viable, with what supports it; with a critical mass it is."""

WAGE = f"if({N} >= critical, {MODERN_WAGE}, max(1, (1 + support)*{MODERN_WAGE}))"
"""The wage that is paid: not less than in traditional production."""

OUTPUT = f"{MODERN_WAGE}*(labour - {N}*setup)/(1 - {KEPT})"
"""Modern output once it is viable: all labour that is not needed for setting up."""


def model() -> Model:
    """Return backward linkages with their reforms."""
    return Model(
        game=linkages(),
        reforms=(
            start_up_subsidy(), coordinated_entry(), anchor_suppliers(), too_few_anchors(),
            supplier_grants(),
        ),
        mechanism="coordination failure: suppliers and those they supply",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


def linkages() -> Game:
    """Return the game."""
    sales = f"{KEPT}*(labour - {N}*setup)/((1 - {KEPT})*{N})"
    earned = f"if({STARTED}, {sales}, 0) - setup"
    return Game(
        "linkages",
        players=[Player("supplier", "Suppliers", size="suppliers")],
        moves=[Move("enter", "supplier", {"wait": 0, "enter": 1}, label="Enter", tex="u")],
        payoffs={"supplier": f"if(enter == 1, {WAGE}*({earned}), 0)"},
        bystanders=[
            Bystander("workers", f"labour*{WAGE}", "Workers"),
            Bystander(
                "producers",
                f"if({N} < critical and {STARTED}, -support*{OUTPUT}, 0)",
                "Modern producers",
            ),
        ],
        parameters=[
            Parameter(
                "labour", 100, "labour > 0", "thousand workers",
                "labour; what a thousand workers make traditionally is worth USD 1 million", "L",
                source="illustration",
            ),
            Parameter(
                "input_share", "1/2", "0 < input_share < 1", "share",
                "share of services in the cost of the modern good", r"\theta",
                source="illustration",
            ),
            Parameter(
                "similarity", "1/3", "0 < similarity < 1", "number",
                "how well one variety replaces another", "e", source="illustration",
            ),
            Parameter(
                "setup", "5/2", "setup > 0", "thousand workers",
                "labour that sets up a supplier", "F", source="illustration",
            ),
            Parameter(
                "critical", 4, "critical > 0", "suppliers",
                "critical mass of suppliers, which is less if modern production is more "
                "productive", "M", source="illustration",
            ),
            Parameter(
                "suppliers", 16, "suppliers >= 2", "suppliers", "number of potential suppliers",
                "N", source="illustration", integer=True,
            ),
            Parameter(
                "support", 0, "support >= 0", "share",
                "what producers get beyond the price of modern output while it is not viable",
                "z", source="0: nothing",
            ),
        ],
        assumptions=["suppliers*setup < labour"],
        source="@rodriguezclare1996division; @ciccone1996startup; own minimal version",
    )  # fmt: skip


def start_up_subsidy() -> Reform:
    """Pay modern producers a part of the price as long as the critical mass is missed."""
    return Reform(
        "start_up_subsidy",
        steps=(
            Step(
                "transfer",
                {
                    "payer": "government", "payee": "producers",
                    "amount": f"if({N} < critical and {STARTED}, support*{OUTPUT}, 0)",
                    "purpose": "start-up subsidy",
                },
            ),
            Step("parameter", {"set": {"support": "rate"}}),
        ),
        parameters=(
            Parameter("rate", 3, "rate >= 0", "share", "payment on top of the price", "z"),
        ),
        label="Start-up subsidy on modern output",
        source="@rodrik1996coordination; @ciccone1996startup",
    )  # fmt: skip


def coordinated_entry() -> Reform:
    """Refund those who entered if the critical mass was missed."""
    return subsidy(
        "enter", "refund", "coordinated_entry", when=f"{N} < critical",
        parameters=(
            Parameter("refund", "13/5", "refund >= 0", "USD million", "refund per supplier", "f"),
        ),
        label="Coordinated entry",
        source="@rodrik1996coordination; @bagnoli1989provision, for refunds",
    )  # fmt: skip


def anchor_suppliers() -> Reform:
    """Set up as many suppliers with public money as it takes for the next to follow."""
    return subsidy(
        "enter", "aid", "anchor_suppliers", members="anchors",
        parameters=(
            Parameter(
                "anchors", 3, "anchors >= 0", "suppliers", "number of suppliers that are paid", "m",
                integer=True,
            ),
            Parameter("aid", "13/5", "aid >= 0", "USD million", "payment to each", "k"),
        ),
        label="Anchor suppliers",
        source="@segal2003coordination; own",
    )  # fmt: skip


def too_few_anchors() -> Reform:
    """Set up fewer than the critical mass takes: backfires."""
    return subsidy(
        "enter", "aid", "too_few_anchors", members="few",
        parameters=(
            Parameter(
                "few", 2, "few >= 0", "suppliers", "number of suppliers that are paid", "m",
                integer=True,
            ),
            Parameter("aid", "13/5", "aid >= 0", "USD million", "payment to each", "k"),
        ),
        label="Too few anchors",
        source="own",
    )  # fmt: skip


def supplier_grants() -> Reform:
    """Pay every supplier a part of what setting up costs."""
    return subsidy(
        "enter", "grant", "supplier_grants",
        parameters=(
            Parameter("grant", 1, "grant >= 0", "USD million", "payment to each", "g"),
        ),
        label="Grants to all suppliers",
        source="the usual advice",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not.

    Shares are such that wages are in proportion to the number of suppliers, a = 1, and suppliers
    keep a third of the modern good's value.
    """
    shares = "parameter:input_share=1/2,similarity=1/3"
    plain = f"{shares},support=0"
    nobody = {"out": Profile("all wait", plain)}
    everybody = {"all": Profile("all enter", plain)}
    more = {"more": Profile("all enter", f"{plain}+parameter:suppliers=(suppliers+1)")}
    started = {"out": Profile("all wait", f"start_up_subsidy+{shares}")}
    return (
        Proposition(
            "nobody_enters",
            "If the market carries a supplier, that nobody enters is an equilibrium exactly if it "
            "takes more than one to make modern production viable.",
            "(out_holds == 1) == (critical > 1)",
            nobody, ("labour > 3*setup",),
            stronger="(out_holds == 1) == (critical >= 2)",
            source="@rodriguezclare1996division; @ciccone1996startup; own minimal version",
        ),
        Proposition(
            "everybody_enters",
            "That all enter is an equilibrium exactly if they are a critical mass and the market "
            "carries them.",
            "(all_holds == 1) == (suppliers >= critical and labour >= 3*setup*suppliers)",
            everybody,
            stronger="(all_holds == 1) == (suppliers > critical and labour >= 3*setup*suppliers)",
            source="@rodriguezclare1996division; own minimal version",
        ),
        Proposition(
            "pareto_ranked",
            "Where both are equilibria, workers and suppliers have at least as much if all enter.",
            "all_workers >= out_workers and all_supplier >= out_supplier",
            {**nobody, **everybody}, ("all_holds == 1", "out_holds == 1"),
            stronger="all_workers > out_workers and all_supplier >= out_supplier",
            source="@rodrik1996coordination",
        ),
        Proposition(
            "too_few",
            "Even where suppliers enter until they earn nothing, one more would raise income: its "
            "variety is worth something to those who supply beside it.",
            "more_welfare > all_welfare",
            {**everybody, **more},
            ("suppliers >= critical", "labour == 3*setup*suppliers"),
            stronger="more_welfare > all_welfare + setup",
            source="@ciccone1996startup, on the pecuniary externality; own minimal version",
        ),
        Proposition(
            "start_up",
            "A start-up subsidy removes the equilibrium in which nobody enters exactly if it makes "
            "up what a single supplier is short of.",
            "(out_holds == 0) == (rate >= critical - 1)",
            started, ("labour > 3*setup", "critical > 1"),
            stronger="(out_holds == 0) == (rate > critical - 1)",
            source="@rodrik1996coordination; own minimal version",
        ),
        Proposition(
            "large_enough",
            "If the labour force is large enough, suppliers do not wait for each other.",
            "out_holds == 0",
            nobody, ("labour >= 1000*setup*suppliers", "critical > 1"), false=True,
            lesson="The critical mass does not depend on the size of the economy: as long as "
            "nothing modern is made, there is no demand for services, however large it would be.",
            source="a plausible claim",
        ),
        Proposition(
            "viable_is_enough",
            "If all potential suppliers together make modern production viable, that all enter is "
            "an equilibrium.",
            "all_holds == 1",
            everybody, ("suppliers >= critical",), false=True,
            lesson="Production may be viable with more suppliers than the market carries: each "
            "adds to the wage and takes sales from the others.",
            source="a plausible claim",
        ),
    )  # fmt: skip
