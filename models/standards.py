r"""Adopting a standard: a firm's gain from the new one depends on who else adopts it.

**The game.** Two firms use an old standard, of process, product or interface, and decide at once
whether to go over to a new one, :math:`u_i \in \{0, 1\}`. Being on the same standard as the other
firm is worth :math:`\eta`, and so is each of the h users of the old standard who are there already
and will not move. The new standard itself is worth :math:`\theta_i` more to firm i, net of the cost
of going over; it may be worth less. An adapter lets the share k of the network benefit through from
one standard to the other (:math:`k = 0` is none, the default):

.. math::
   \pi_i = \begin{cases}
   \theta_i + \eta \, (u_j + k (1 - u_j) + k h) & u_i = 1 \\
   \eta \, (1 - u_j + k u_j + h)                & u_i = 0 \end{cases}

The users, who do not move, gain :math:`\eta` from every firm on the old standard and
:math:`k \eta` from every other one.

**What fails.** If :math:`-\eta (1 - k)(1 - h) \le \theta_i \le \eta (1 - k)(1 + h)` for both,
"both stay" and "both go over" are equilibria. *Excess inertia*: both stay although the sum of all
gains is larger on the new standard, because each waits for the other. If all know what the new
standard is worth to all and one firm moves first and is seen, this does not happen to firms that
agree: the first starts a bandwagon (Farrell and Saloner 1985). If they disagree, the order decides:
whoever moves first gets its way. *Excess momentum*: the firms do not count what they take from the
users whom they leave behind, :math:`2 \eta (1 - k) h`, and may go over too soon (Farrell and
Saloner 1986; Katz and Shapiro 1986, for a technology that comes later).

**Whom it hurts.** Inertia hurts the firm that would gain most from the new standard, and in the end
both; momentum hurts the users who are left behind.

**Reforms it invites.** *Let the eager firm go first*, in public: a pilot, or an announcement that
binds. *Pay the eager firm*: it goes over whatever the other does, and the other follows. A
*mandate*. An *adapter*: it takes the sting out of being alone, but a good one lets firms part that
would have stayed together. *Compensation* of users by the firm that leaves makes firms count
what users lose. To let the *reluctant firm go first* ("consult the sceptics") does as well where
the firms agree, and **backfires** where they disagree: it stays, and is followed in that. A *rule
that prescribes the old technique* to one of them, rather than what it should achieve, **backfires**
where the new standard would be better for all: the other stays too, or goes over alone if it is
eager enough.

Sources
-------
@farrell1985standardization, section 2 (complete information); @farrell1986installed;
@katz1986technology; @farrell1992converters for adapters. The linear form and the numbers are
pigou's own.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, Step, mandate, reorder, set_parameters, subsidy

BOTH_OLD, BOTH_NEW = "eager: old; reluctant: old", "eager: new; reluctant: new"
LEAD_OLD, LEAD_NEW = (f"adopt_eager: {what}; adopt_reluctant: {what}" for what in ("old", "new"))


def model() -> Model:
    """Return the adoption of a standard with its reforms."""
    return Model(
        game=standards(),
        reforms=(
            eager_first(), adoption_subsidy(), new_mandated(), adapter(), compensation(),
            reluctant_first(), technique_prescribed(),
        ),
        mechanism="coordination failure: standards with network benefits",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


def payoff(own: str, other: str, worth: str) -> str:
    """Return what a firm has, by its own move and the other's."""
    new = f"{worth} + network*({other} + adapted*(1 - {other}) + adapted*users)"
    old = f"network*(1 - {other} + adapted*{other} + users)"
    return f"{own}*({new}) + (1 - {own})*{old}"


def standards() -> Game:
    """Return the game."""
    adopters = "(adopt_eager + adopt_reluctant)"
    return Game(
        "standards",
        players=[Player("eager", "Eager firm"), Player("reluctant", "Reluctant firm")],
        moves=[
            Move("adopt_eager", "eager", {"old": 0, "new": 1}, label="Eager firm's standard",
                 tex="u_1"),
            Move("adopt_reluctant", "reluctant", {"old": 0, "new": 1},
                 label="Reluctant firm's standard", tex="u_2"),
        ],
        payoffs={
            "eager": payoff("adopt_eager", "adopt_reluctant", "eager_worth"),
            "reluctant": payoff("adopt_reluctant", "adopt_eager", "reluctant_worth"),
        },
        bystanders=[
            Bystander(
                "installed_base", f"network*users*(2 - {adopters} + adapted*{adopters})",
                "Users of the old standard",
            ),
        ],
        parameters=[
            Parameter(
                "network", 3, "network > 0", "USD million",
                "what it is worth to share a standard with one other", r"\eta",
                source="illustration",
            ),
            Parameter(
                "eager_worth", 2, unit="USD million",
                meaning="what the new standard itself is worth more to the eager firm",
                tex=r"\theta_1", source="illustration",
            ),
            Parameter(
                "reluctant_worth", "1/2", unit="USD million",
                meaning="what the new standard itself is worth more to the reluctant firm",
                tex=r"\theta_2", source="illustration",
            ),
            Parameter(
                "users", 0, "0 <= users < 1", "firms",
                "users of the old standard who do not move, in units of a firm", "h",
                source="illustration",
            ),
            Parameter(
                "adapted", 0, "0 <= adapted <= 1", "share",
                "part of the network benefit that an adapter lets through", "k",
                source="0 is no adapter",
            ),
        ],
        assumptions=["reluctant_worth <= eager_worth"],
        source="@farrell1985standardization, section 2; @farrell1986installed; in a linear form",
    )  # fmt: skip


def eager_first() -> Reform:
    """Let the eager firm decide first, in public."""
    return reorder(
        {"adopt_reluctant": 2}, "eager_first", label="The eager firm goes first, in public",
        source="@farrell1985standardization, section 2",
    )  # fmt: skip


def reluctant_first() -> Reform:
    """Let the reluctant firm decide first, in public: backfires where firms disagree."""
    return reorder(
        {"adopt_eager": 2}, "reluctant_first", label="The reluctant firm goes first, in public",
        source="@farrell1985standardization, section 2, with opposed preferences",
    )  # fmt: skip


def adoption_subsidy() -> Reform:
    """Pay the eager firm for going over."""
    return subsidy(
        "adopt_eager", "paid", "adoption_subsidy",
        parameters=(
            Parameter("paid", 1, "paid >= 0", "USD million", "payment for going over", "z"),
        ),
        label="Subsidy to the eager firm",
        source="own; @segal2003coordination for whom to pay",
    )  # fmt: skip


def new_mandated() -> Reform:
    """Make the new standard compulsory for both."""
    return Reform(
        "new_mandated",
        steps=tuple(
            Step("mandate", {"move": move, "choice": "new"})
            for move in ("adopt_eager", "adopt_reluctant")
        ),
        label="Mandate of the new standard",
        source="own",
    )


def technique_prescribed() -> Reform:
    """Prescribe the old technique to the reluctant firm: backfires, as the other follows."""
    return mandate(
        "adopt_reluctant", "old", "technique_prescribed",
        label="Rule that prescribes the old technique to one firm", source="own",
    )  # fmt: skip


def adapter() -> Reform:
    """Let part of the network benefit through from one standard to the other."""
    return set_parameters(
        {"adapted": "adapter_share"}, "adapter",
        parameters=(
            Parameter(
                "adapter_share", "1/2", "0 <= adapter_share <= 1", "share",
                "part of the network benefit that the adapter lets through", "k",
            ),
        ),
        label="Adapter between the standards", source="@farrell1992converters",
    )  # fmt: skip


def compensation() -> Reform:
    """Let a firm that goes over pay the users what they lose by it."""
    due = "network*users*(1 - adapted)"
    return Reform(
        "compensation",
        steps=tuple(
            Step(
                "transfer",
                {
                    "payer": firm,
                    "payee": "installed_base",
                    "amount": f"{due}*adopt_{firm}",
                    "purpose": f"compensation of users by the {firm} firm",
                },
            )
            for firm in ("eager", "reluctant")
        ),
        label="Compensation of the users left behind",
        source="own; @farrell1986installed on what is not counted",
    )


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    at_once = {"old": Profile(BOTH_OLD), "new": Profile(BOTH_NEW)}
    eager_leads = {"old": Profile(LEAD_OLD, "eager_first"), "new": Profile(LEAD_NEW, "eager_first")}
    bare = ("adapted == 0",)
    agree = ("reluctant_worth > network*users",)
    return (
        Proposition(
            "coexistence",
            "Both standards are equilibria exactly if the new one is worth to no firm more than "
            "the network that it would leave behind, and less to none than the one it would join.",
            "(old_holds + new_holds == 2) == "
            "(eager_worth <= network*(1 - adapted)*(1 + users) and "
            "reluctant_worth >= -network*(1 - adapted)*(1 - users))",
            at_once,
            stronger="(old_holds + new_holds == 2) == "
            "(eager_worth <= network*(1 - adapted) and "
            "reluctant_worth >= -network*(1 - adapted)*(1 - users))",
            source="@farrell1985standardization, section 2",
        ),
        Proposition(
            "no_inertia_where_firms_agree",
            "If both firms gain where both go over, and one moves first and is seen, both go over.",
            "new_holds == 1 and old_holds == 0",
            eager_leads, (*bare, *agree),
            stronger="new_holds == 1 and old_holds == 0 and new_welfare >= old_welfare",
            lesson="The bandwagon is what the firms want. That it is also what is best for all is "
            "refuted: users are not asked.",
            source="@farrell1985standardization, proposition 1",
        ),
        Proposition(
            "the_first_decides",
            "If the firms disagree and both standards are equilibria, whoever moves first gets its "
            "way.",
            "e_holds == 1 and r_holds == 1",
            {
                "e": Profile(LEAD_NEW, "eager_first"),
                "r": Profile("adopt_reluctant: old; adopt_eager: old", "reluctant_first"),
                **at_once,
            },
            (
                *bare, "old_holds == 1", "new_holds == 1",
                "eager_worth > network*users", "reluctant_worth < network*users",
            ),
            stronger="e_holds == 1 and r_holds == 1 and new_welfare > old_welfare",
            source="@farrell1985standardization, section 2",
        ),
        Proposition(
            "excess_momentum",
            "Where firms agree on the new standard but gain together less than users lose, they go "
            "over all the same, and all parties together are worse off.",
            "new_holds == 1 and new_welfare < old_welfare",
            eager_leads,
            (*bare, *agree, "eager_worth + reluctant_worth < 4*network*users"),
            stronger="new_holds == 1 and new_welfare < old_welfare - network*users",
            source="@farrell1986installed; @katz1986technology",
        ),
        Proposition(
            "subsidy_to_one",
            "A subsidy to the eager firm removes the old standard as an equilibrium exactly if it "
            "exceeds what is missing to that firm's leaving alone.",
            "(old_holds == 0) == (paid > network*(1 + users)*(1 - adapted) - eager_worth)",
            {"old": Profile(BOTH_OLD, "adoption_subsidy")},
            ("reluctant_worth <= network*(1 - adapted)*(1 + users)",),
            stronger="(old_holds == 0) == "
            "(paid > network*(1 + users)*(1 - adapted) - reluctant_worth)",
            source="own; @segal2003coordination",
        ),
        Proposition(
            "adapter_harms_nobody",
            "Whichever standard both are on, an adapter that is added harms nobody there.",
            "after_eager >= new_eager and after_reluctant >= new_reluctant and "
            "after_installed_base >= new_installed_base and stay_welfare == old_welfare",
            {
                **at_once,
                "after": Profile(BOTH_NEW, "adapter"),
                "stay": Profile(BOTH_OLD, "adapter"),
            },
            bare,
            stronger="after_eager > new_eager and after_installed_base >= new_installed_base",
            source="@farrell1992converters",
        ),
        Proposition(
            "adapter_keeps_together",
            "Where both standards are equilibria without an adapter, firms stay together with one.",
            "split_holds == 0",
            {"split": Profile("eager: new; reluctant: old", "adapter")},
            (
                *bare, "adapter_share > 0", "eager_worth < network*(1 + users)",
                "reluctant_worth > -network*(1 - users)",
            ),
            false=True,
            lesson="An adapter makes it bearable to be alone. The eager firm leaves, and the "
            "reluctant one, which would have followed without an adapter, stays.",
            source="a plausible claim; @farrell1992converters",
        ),
        Proposition(
            "compensation_suffices",
            "Once users are compensated, the first firm starts a bandwagon only where the new "
            "standard is better for all parties together.",
            "new_welfare >= old_welfare",
            {
                "new": Profile(LEAD_NEW, "compensation + eager_first"),
                "old": Profile(LEAD_OLD, "compensation + eager_first"),
            },
            (*bare, "new_holds == 1", "eager_worth > 2*network*users"), false=True,
            lesson="The reluctant firm follows so as not to be alone, and what it loses by that "
            "is counted by nobody: users are not the only ones who are left no choice.",
            source="a plausible claim",
        ),
        Proposition(
            "common_standard_is_best",
            "A common standard is always at least as good for all as two standards.",
            "old_welfare >= split_welfare or new_welfare >= split_welfare",
            {"split": Profile("eager: new; reluctant: old"), **at_once},
            bare, false=True,
            lesson="If firms differ enough in what the new standard is worth to them, variety is "
            "worth more than the network.",
            source="a plausible claim; @farrell1986standardization",
        ),
    )  # fmt: skip
