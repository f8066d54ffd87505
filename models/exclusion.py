r"""Exclusion by standards: a fixed cost of compliance that small suppliers cannot carry.

**The game.** A lead firm sets a standard, basic (B) or strict (S). A large and a small supplier, of
the volumes :math:`Y > y`, see it and decide at once whether to comply and sell to the lead firm. To
comply with the standard s costs :math:`F_s` whatever the volume, :math:`F_S > F_B`; a unit that is
sold earns the supplier :math:`\mu` more than on the local market, and the lead firm :math:`v_s`,
:math:`v_S > v_B`:

.. math::
   \pi_Y = u_Y (\mu Y - F_s), \qquad \pi_y = u_y (\mu y - F_s), \qquad
   \pi_L = v_s (u_Y Y + u_y y) .

**What fails.** A supplier complies if its volume is at least the threshold :math:`F_s / \mu`, so
that a strict standard may leave out the small one. The lead firm minds the loss of the volume y,
and not what the small supplier loses, nor what the large one pays more; so it is strict too often.
And a small supplier stays out even where the chain as a whole would gain if it complied: it bears
all of the cost, and the lead firm has a part of the gain.

**Whom it hurts.** Small suppliers and those who work for them; large suppliers become local
champions. With distributional weights the harm counts for more.

**Reforms it invites.** *Compliance aid* to small suppliers. *Group certification*: small suppliers
share what compliance costs, and save the part :math:`\rho` of it. *Proportionate standards*: the
lead firm is held to the basic one. *Mandatory audits*, which add A to the fixed cost of whoever
complies, and k to what consumers gain by a unit, **backfire**.

Sources
-------
@leland1979quacks on minimum standards; @melitz2003impact for fixed costs and thresholds. The game
with two suppliers is pigou's own, and the numbers are an illustration.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, mandate, set_parameters, subsidy


def model() -> Model:
    """Return exclusion by standards with its reforms."""
    return Model(
        game=exclusion(),
        reforms=(
            compliance_aid(), group_certification(), proportionate_standards(), mandatory_audits(),
        ),
        mechanism="rents under entry barriers: standards that exclude",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


def exclusion() -> Game:
    """Return the game."""
    compliance = "(if(standard == strict, cost_strict, cost_basic) + audit)"
    value = "if(standard == strict, value_strict, value_basic)"
    join = {"stay_out": 0, "comply": 1}
    return Game(
        "exclusion",
        players=[
            Player("lead", "Lead firm"),
            Player("large_firm", "Large supplier"),
            Player("small_firm", "Small supplier"),
        ],
        moves=[
            Move("standard", "lead", {"basic": 1, "strict": 2}, label="Standard", tex="s"),
            Move("large", "large_firm", join, 2, label="Large supplier", tex="u_Y"),
            Move("small", "small_firm", join, 2, label="Small supplier", tex="u_y"),
        ],
        payoffs={
            "lead": f"{value}*(large*volume_large + small*volume_small)",
            "large_firm": f"large*(margin*volume_large - {compliance})",
            "small_firm": f"small*(margin*volume_small - (1 - shared)*{compliance})",
        },
        bystanders=[
            Bystander(
                "consumers", "safety*(large*volume_large + small*volume_small)", "Consumers"
            ),
        ],
        parameters=[
            Parameter(
                "volume_large", 8, "volume_large > 0", "million units",
                "volume of the large supplier", "Y", source="illustration",
            ),
            Parameter(
                "volume_small", 2, "volume_small > 0", "million units",
                "volume of the small supplier", "y", source="illustration",
            ),
            Parameter(
                "margin", "1/2", "margin > 0", "USD",
                "what a supplier gains by a unit that it sells to the lead firm", r"\mu",
                source="illustration",
            ),
            Parameter(
                "cost_basic", "1/2", "cost_basic > 0", "USD million",
                "cost of compliance with the basic standard", "F_B", source="illustration",
            ),
            Parameter(
                "cost_strict", "3/2", "cost_strict > 0", "USD million",
                "cost of compliance with the strict standard", "F_S", source="illustration",
            ),
            Parameter(
                "value_basic", 1, "value_basic > 0", "USD",
                "what the lead firm gains by a unit of the basic standard", "v_B",
                source="illustration",
            ),
            Parameter(
                "value_strict", "13/10", "value_strict > 0", "USD",
                "what the lead firm gains by a unit of the strict standard",
                "v_S", source="illustration",
            ),
            Parameter(
                "shared", 0, "0 <= shared < 1", "share",
                "part of the small supplier's cost of compliance that is saved", r"\rho",
                source="0: each complies alone",
            ),
            Parameter(
                "audit", 0, "audit >= 0", "USD million",
                "cost of an audit to a supplier that complies", "A",
                source="0: no audits",
            ),
            Parameter(
                "safety", 0, "safety >= 0", "USD", "what consumers gain by an audited unit", "k",
                source="0: no audits",
            ),
        ],
        assumptions=[
            "volume_small < volume_large", "cost_basic < cost_strict", "value_basic < value_strict",
        ],
        source="@leland1979quacks, on minimum standards; own form",
    )  # fmt: skip


def compliance_aid() -> Reform:
    """Pay the small supplier a part of what compliance costs."""
    return subsidy(
        "small", "aid", "compliance_aid", choice="comply", when="standard == strict",
        parameters=(
            Parameter("aid", "3/5", "aid >= 0", "USD million", "payment if it complies", "z"),
        ),
        label="Compliance aid",
        source="own",
    )  # fmt: skip


def group_certification() -> Reform:
    """Let small suppliers share the cost of compliance."""
    return set_parameters(
        {"shared": "saved"}, "group_certification",
        running_cost="office",
        parameters=(
            Parameter(
                "saved", "1/2", "0 <= saved < 1", "share", "part of the cost that a group saves",
                "h",
            ),
            Parameter(
                "office", "1/10", "office >= 0", "USD million", "cost of the group's office", "g",
            ),
        ),
        label="Group certification",
        source="own",
    )  # fmt: skip


def proportionate_standards() -> Reform:
    """Hold the lead firm to the basic standard."""
    return mandate(
        "standard", "basic", "proportionate_standards",
        label="Proportionate standards",
        source="@leland1979quacks",
    )  # fmt: skip


def mandatory_audits() -> Reform:
    """Have everybody audited who complies."""
    return set_parameters(
        {"audit": "fee", "safety": "gain"}, "mandatory_audits",
        parameters=(
            Parameter("fee", "1/2", "fee >= 0", "USD million", "cost of an audit", "f"),
            Parameter(
                "gain", "1/50", "gain >= 0", "USD", "what consumers gain by an audited unit", "b",
            ),
        ),
        label="Mandatory audits",
        source="own",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    plain = "parameter:shared=0,audit=0,safety=0"
    excluded = {"out": Profile("standard: strict; large: comply; small: stay_out", plain)}
    included = {"all": Profile("standard: basic; large: comply; small: comply", plain)}
    both = {"both": Profile("standard: strict; large: comply; small: comply", plain)}
    aided = {
        "aided": Profile(
            "standard: strict; large: comply; small: comply", f"{plain}+compliance_aid"
        )
    }
    threshold = (
        "margin*volume_small > cost_basic", "margin*volume_small < cost_strict",
        "margin*volume_large > cost_strict",
    )  # fmt: skip
    gain = "value_strict*volume_large - value_basic*(volume_large + volume_small)"
    return (
        Proposition(
            "exclusion",
            "If the small supplier's volume lies between the thresholds of the two standards the "
            "lead firm excludes it exactly if it gains more by the standard than by the volume.",
            "(out_holds == 1) == "
            "(value_strict*volume_large >= value_basic*(volume_large + volume_small))",
            excluded, threshold,
            stronger="(out_holds == 1) == "
            "(value_strict*volume_large > value_basic*(volume_large + volume_small))",
            source="own; compare @leland1979quacks",
        ),
        Proposition(
            "too_strict",
            "Where the lead firm gains by excluding, and less than the small supplier loses, it "
            "excludes, and the chain as a whole loses.",
            "out_holds == 1 and out_welfare < all_welfare",
            {**excluded, **included},
            (*threshold, f"{gain} > 0", f"{gain} < margin*volume_small - cost_basic"),
            stronger="out_holds == 1 and out_welfare < all_welfare - cost_strict",
            source="own",
        ),
        Proposition(
            "aid",
            "Aid brings the small supplier in exactly if it covers what is short of its cost of "
            "compliance.",
            "(aided_holds == 1) == (aid >= cost_strict - margin*volume_small)",
            aided, threshold,
            stronger="(aided_holds == 1) == (aid > cost_strict - margin*volume_small)",
            source="own",
        ),
        Proposition(
            "worthwhile_aid",
            "Bringing it in is worth the aid exactly if what the lead firm gains by its volume is "
            "more than what is short.",
            "(aided_welfare > out_welfare) == "
            "(value_strict*volume_small > cost_strict - margin*volume_small)",
            {**excluded, **aided}, threshold,
            stronger="(aided_welfare > out_welfare) == "
            "(value_strict*volume_small >= cost_strict - margin*volume_small)",
            source="own",
        ),
        Proposition(
            "what_the_lead_firm_wants",
            "A strict standard that the lead firm wants is good for the chain as a whole.",
            "out_holds == 0 or out_welfare >= all_welfare",
            {**excluded, **included}, threshold, false=True,
            lesson="The lead firm counts neither what those earn who are excluded nor what "
            "compliance costs those who are not.",
            source="a plausible claim",
        ),
        Proposition(
            "efficient_exclusion",
            "A small supplier stays out only where the chain is better off without it.",
            "out_holds == 0 or both_welfare <= out_welfare",
            {**excluded, **both}, threshold, false=True,
            lesson="It bears all of the cost of compliance and gets a part of the gain.",
            source="a plausible claim",
        ),
    )  # fmt: skip
