r"""A risky channel: producers who cannot insure do not sell where prices are high but uncertain.

**The game.** First a lead firm offers cover or does not. With cover it bears half of the price
risk: it pays the mean of the export price for one half of a delivery and the price for the other.
That costs it c, as it must check what was delivered and at what price. Then a producer
divides a unit of output between the lead firm, the share x, and the home market. The export price
has the mean :math:`\mu` and the standard deviation s, the home price :math:`\eta` and
:math:`s_0`; r is their correlation. Exporting ever more takes ever more effort,
:math:`\kappa x^2 / 2`. With the part w of the risk that is left to the producer, 1/2 with cover and
1 without,

.. math::
   \pi_P = \mu x + \eta (1 - x) - \frac{\kappa x^2}{2}
           - \frac{A}{2} \bigl( w^2 s^2 x^2 + s_0^2 (1 - x)^2 + 2 r \, w s \, s_0 \, x (1 - x)
           \bigr) .

A is its absolute risk aversion: what it has counts by mean and variance, as it does with constant
absolute risk aversion and normal risks. The lead firm, which buys from many, is neutral to risk. It
gains v on a unit: :math:`\pi_L = v x`, less c if it offers cover.

**What fails.** A producer that cannot insure sells at home what pays more abroad (Sandmo 1971), and
does not upgrade where that pays on average (Newbery and Stiglitz 1981). The lead firm could bear a
part of the risk, and is sold more if it does. But what cover is worth to the producer does not
count for it, and what a sale is worth to the lead firm does not count for the producer: cover is
not offered where it is worth having, and too little is exported.

**Whom it hurts.** The producer, who bears a risk that would cost others less, and the lead firm,
which is sold too little.

**Reforms it invites.** *Support for cover*: a part of what it costs the lead firm. A *public
guarantee* at a fair premium, which takes a part of the risk away. A *first loss* that the
government bears for nothing does so too, and pays for exporting besides: of a price that is as
likely :math:`\mu - s` as :math:`\mu + s` it bears the part l of the loss s, which leaves
:math:`1 - l/2` of the risk and is worth :math:`l s / 2` on average. A *premium* of up to v that the
lead firm pays on a unit **backfires** where it offered cover: it gains less on the units that
cover brings, and drops it.

Sources
-------
@sandmo1971theory; @newbery1981theory; @markowitz1952portfolio. That a lead firm may offer cover is
pigou's own; the numbers are an illustration.
"""

from __future__ import annotations

from pigou.game import Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Allocation, Proposition
from pigou.reform import Reform, Step, pay, set_parameters, subsidy


def model() -> Model:
    """Return the risky channel with its reforms."""
    return Model(
        game=risky_channel(),
        reforms=(support_for_cover(), public_guarantee(), premium(), first_loss()),
        mechanism="missing insurance: risk that keeps producers from a better channel",
        about=__doc__ or "",
        propositions=propositions(),
    )


def risky_channel() -> Game:
    """Return the game."""
    left = "(1 - cover)*(1 - insured)*risk"
    mean = "export_price*x + home_price*(1 - x)"
    variance = f"({left}*x)**2 + (home_risk*(1 - x))**2 + 2*correlation*{left}*home_risk*x*(1 - x)"
    return Game(
        "risky_channel",
        players=[Player("lead", "Lead firm"), Player("producer", "Producer")],
        moves=[
            Move("cover", "lead", {"none": 0, "half": "1/2"}, label="Cover", tex="g"),
            Move("x", "producer", (0, 1), 2, label="Share that is exported"),
        ],
        payoffs={
            "lead": "margin*x - 2*cover_cost*cover",
            "producer": f"{mean} - slope*x**2/2 - aversion/2*({variance})",
        },
        parameters=[
            Parameter(
                "export_price", "13/10", "export_price > 0", "USD million",
                "mean export price", r"\mu", source="illustration",
            ),
            Parameter(
                "home_price", 1, "home_price > 0", "USD million", "mean home price", r"\eta",
                source="illustration",
            ),
            Parameter(
                "risk", "1/2", "risk > 0", "USD million",
                "standard deviation of the export price", "s", source="illustration",
            ),
            Parameter(
                "home_risk", "1/10", "home_risk >= 0", "USD million",
                "standard deviation of the home price", "s_0", source="illustration",
            ),
            Parameter(
                "correlation", "1/5", "-1 <= correlation <= 1", "share",
                "correlation of both prices", "r", source="illustration",
            ),
            Parameter(
                "aversion", 4, "aversion > 0", "1/USD million", "absolute risk aversion", "A",
                source="illustration",
            ),
            Parameter(
                "slope", "3/5", "slope >= 0", "USD million", "how fast exporting becomes dearer",
                r"\kappa", source="illustration",
            ),
            Parameter(
                "margin", "1/10", "margin >= 0", "USD million",
                "what a unit is worth to the lead firm", "v", source="illustration",
            ),
            Parameter(
                "cover_cost", "3/100", "cover_cost > 0", "USD million",
                "what cover costs the lead firm", "c", source="illustration",
            ),
            Parameter(
                "insured", 0, "0 <= insured <= 1", "share",
                "part of the risk that is insured publicly", "i", source="0: nobody insures",
            ),
        ],
        assumptions=["export_price > home_price"],
        source="@sandmo1971theory; @newbery1981theory; own form",
    )  # fmt: skip


def support_for_cover() -> Reform:
    """Pay the lead firm for cover."""
    return subsidy(
        "cover", "support", "support_for_cover", choice="half",
        parameters=(
            Parameter(
                "support", "3/200", "support >= 0", "USD million", "payment for cover", "z",
            ),
        ),
        label="Support for cover",
        source="own",
    )  # fmt: skip


def public_guarantee() -> Reform:
    """Take a part of the risk away at a fair premium."""
    return set_parameters(
        {"insured": "guaranteed"}, "public_guarantee",
        running_cost="administration",
        parameters=(
            Parameter(
                "guaranteed", "1/4", "0 <= guaranteed <= 1", "share",
                "part of the risk that the government bears", "i'",
            ),
            Parameter(
                "administration", "1/100", "administration >= 0", "USD million",
                "what running it costs", "k",
            ),
        ),
        label="Public guarantee",
        source="@newbery1981theory, on insurance; own",
    )  # fmt: skip


def premium() -> Reform:
    """Let the lead firm pay more for a unit."""
    return pay(
        "lead", "producer", "extra*x", "premium", purpose="price premium",
        parameters=(
            Parameter("extra", "1/20", "extra >= 0", "USD million", "premium on a unit", "p"),
        ),
        label="Price premium",
        source="own",
    )  # fmt: skip


def first_loss() -> Reform:
    """Bear a part of what a low price takes away, for nothing."""
    return Reform(
        "first_loss",
        steps=(
            Step("parameter", {"set": {"insured": "borne/2"}}),
            Step("transfer", {
                "payer": "government", "payee": "producer", "amount": "borne*(1 - cover)*risk/2*x",
                "purpose": "first loss",
            }),
        ),
        parameters=(
            Parameter(
                "borne", "1/2", "0 <= borne <= 1", "share",
                "part of what a low price takes away", "l",
            ),
        ),
        label="First loss borne by the government",
        source="own",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    without = {"n": Allocation(choices={"cover": "none"})}
    both = {**without, "h": Allocation(choices={"cover": "half"})}
    paid = {
        "p": Allocation("premium", choices={"cover": "none"}, interior=True),
        "q": Allocation("premium", choices={"cover": "half"}, interior=True),
    }
    unpaid = {
        "n": Allocation(choices={"cover": "none"}, interior=True),
        "h": Allocation(choices={"cover": "half"}, interior=True),
    }
    safe_home = ("home_risk == 0", "insured == 0")
    return (
        Proposition(
            "all_exported",
            "Without cover all is exported exactly if aversion is small for what exporting adds.",
            "(n_x == 1) == (aversion*(risk**2 - correlation*risk*home_risk) <= "
            "export_price - home_price - slope)",
            without, ("insured == 0",),
            stronger="(n_x == 1) == (aversion*risk**2 <= export_price - home_price - slope)",
            source="@sandmo1971theory; @markowitz1952portfolio",
        ),
        Proposition(
            "never_too_much",
            "Where the lead firm gains by cover, and home prices are sure, all together gain more.",
            "h_lead < n_lead or h_welfare > n_welfare + (h_lead - n_lead)",
            both, safe_home,
            stronger="h_lead < n_lead or h_welfare > n_welfare + 2*(h_lead - n_lead)",
            source="own",
        ),
        Proposition(
            "premium_or_cover",
            "Where a part is kept at home, a premium lowers what the lead firm gains by cover "
            "exactly if it gains less on a unit than the producer does with the premium.",
            "(q_lead - p_lead < h_lead - n_lead) == "
            "(margin < export_price - home_price + extra)",
            {**unpaid, **paid}, (*safe_home, "extra > 0"),
            stronger="(q_lead - p_lead < h_lead - n_lead) == (margin < export_price - home_price)",
            source="own",
        ),
        Proposition(
            "a_tenth_at_home",
            "Without cover a producer who is averse to risk keeps a tenth or more at home, where "
            "prices are less risky.",
            "n_x <= 9/10",
            without, ("insured == 0", "home_risk < risk"), false=True,
            lesson="A little of a risk is worth taking: it costs less than in proportion to what "
            "exporting adds on average, if aversion is small.",
            source="a plausible claim; @sandmo1971theory",
        ),
        Proposition(
            "offered_if_worth_it",
            "Cover that is worth having is offered, if home prices are sure.",
            "h_welfare <= n_welfare or h_lead >= n_lead",
            both, safe_home, false=True,
            lesson="What cover is worth to the producer does not count for who bears its cost.",
            source="a plausible claim; compare @newbery1981theory",
        ),
    )  # fmt: skip
