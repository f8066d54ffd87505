r"""Complementary upgrading: each firm's gain grows with the number of firms that upgrade.

**The game.** :math:`N \ge 2` firms decide at once whether to upgrade, :math:`u_i \in \{0, 1\}`.
With :math:`n = \sum_j u_j` upgraders, a firm that upgrades earns

.. math::
   R(n) = \begin{cases} b \left(1 - \kappa + \kappa \frac{n - 1}{N - 1}\right) & n \ge T \\
   0 & n < T \end{cases}

and pays the cost c; a firm that waits earns nothing:
:math:`\pi_i = u_i \, (R(n) - c)`. The benefit b is what upgrading is worth when everybody
upgrades, the complementarity :math:`\kappa \in (0, 1]` is the part of it that hangs on the
others, and the threshold T is the critical mass below which an upgraded firm sells nothing
(:math:`T = 1`, the linear case, is the default). Consumers, who do not move, gain
:math:`s` from every upgraded firm.

**What fails.** If :math:`b (1 - \kappa) \le c \le b` both "nobody upgrades" and "everybody
upgrades" are equilibria, and the second is better for all. No firm moves first: the market sends
no price signal for the demand, the skills or the suppliers that the others' investment would
create. This is Rodrik's (1996) reading of East Asia's take-off, where investment was privately
unprofitable one by one and profitable together; in Murphy, Shleifer and Vishny (1989, section IV)
the link is the higher wage that modern firms pay, which is demand for the other sectors, so that
even a factory that loses money can raise others' profits. Because consumers gain too, upgrading
may be worth having where the firms, together, would not choose it (:math:`c - s < b < c`): then
the failure is one of cooperation, not of coordination.

**Whom it hurts.** All firms and the consumers alike; nobody gains from the bad equilibrium.

**Reforms it invites.** A *uniform subsidy*: the rate that removes the bad equilibrium is
:math:`c - b (1 - \kappa)`, and every firm is paid. *Divide and conquer* (Segal 2003): subsidise
only as many firms as it takes for the rest to follow. *Assurance*: whoever upgraded is refunded if
too few did, so that nobody fears to be alone, and nothing is paid in the good equilibrium.
*Joint commitment*: a contract that binds its signatories to upgrade if all have signed; it makes
signing safe, but "nobody signs" remains an equilibrium, in weakly dominated strategies.

Sources
-------
@murphy1989industrialization, section IV; @rodrik1996coordination; @segal2003coordination. The
linear form with a threshold is pigou's own.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, add_choice, subsidy


def model() -> Model:
    """Return complementary upgrading with its reforms."""
    return Model(
        game=coordination(),
        reforms=(uniform_subsidy(), divide_and_conquer(), assurance(), joint_commitment()),
        mechanism="coordination failure: complementary investments",
        about=__doc__ or "",
        propositions=propositions(),
    )


def coordination() -> Game:
    """Return the game."""
    upgraders = "sum(upgrade)"
    revenue = f"benefit*(1 - complementarity + complementarity*({upgraders} - 1)/(firms - 1))"
    return Game(
        "coordination",
        players=[Player("firm", "Firms", size="firms")],
        moves=[Move("upgrade", "firm", {"wait": 0, "upgrade": 1}, label="Upgrade", tex="u")],
        payoffs={"firm": f"upgrade*(if({upgraders} >= threshold, {revenue}, 0) - cost)"},
        bystanders=[Bystander("consumers", f"spillover*{upgraders}", "Consumers")],
        parameters=[
            Parameter(
                "firms", 10, "firms >= 2", "firms", "number of firms", "N",
                source="illustration", integer=True,
            ),
            Parameter(
                "benefit", "5/4", "benefit > 0", "USD million",
                "a firm's gain when all upgrade", "b", source="illustration",
            ),
            Parameter(
                "cost", 1, "cost > 0", "USD million",
                "what upgrading costs a firm", "c", source="illustration",
            ),
            Parameter(
                "complementarity", "1/2", "0 < complementarity <= 1", "share",
                "part of the benefit that hangs on the others", r"\kappa", source="illustration",
            ),
            Parameter(
                "threshold", 1, "threshold >= 1", "firms",
                "critical mass below which upgrading earns nothing", "T",
                source="1 is the linear case", integer=True,
            ),
            Parameter(
                "spillover", "1/5", "spillover >= 0", "USD million",
                "consumers' gain from one upgraded firm", "s", source="illustration",
            ),
        ],
        assumptions=["threshold <= firms"],
        source="@murphy1989industrialization, section IV; @rodrik1996coordination; own linear form",
    )  # fmt: skip


def uniform_subsidy() -> Reform:
    """Pay every firm that upgrades."""
    return subsidy(
        "upgrade", "subsidy", "uniform_subsidy",
        parameters=(
            Parameter(
                "subsidy", "2/5", "subsidy >= 0", "USD million", "payment per upgraded firm", "z",
            ),
        ),
        label="Uniform subsidy",
        source="@murphy1989industrialization, section IV",
    )  # fmt: skip


def divide_and_conquer() -> Reform:
    """Pay only some firms, so that upgrading is their best reply whatever the others do."""
    return subsidy(
        "upgrade", "target_subsidy", "divide_and_conquer", members="targets",
        parameters=(
            Parameter(
                "targets", 6, "targets >= 0", "firms", "number of firms that are paid", "m",
                integer=True,
            ),
            Parameter(
                "target_subsidy", "2/5", "target_subsidy >= 0", "USD million",
                "payment per targeted firm", "z",
            ),
        ),
        label="Divide and conquer",
        source="@segal2003coordination",
    )  # fmt: skip


def assurance() -> Reform:
    """Refund those who upgraded if fewer than the goal did."""
    return subsidy(
        "upgrade", "refund", "assurance", when="sum(upgrade) < goal",
        parameters=(
            Parameter(
                "refund", "2/5", "refund >= 0", "USD million", "refund per upgraded firm", "f",
            ),
            Parameter(
                "goal", 10, "goal >= 1", "firms",
                "number of upgraders from which nothing is refunded", "G",
                integer=True,
            ),
        ),
        label="Assurance",
        source="@bagnoli1989provision, for refunds",
    )  # fmt: skip


def joint_commitment() -> Reform:
    """Let firms sign a contract that binds them to upgrade if all have signed."""
    return add_choice(
        "upgrade", "sign", 2, "joint_commitment",
        counts_as="if(sum(upgrade == sign) >= firms, 1, 0)",
        label="Binding joint commitment",
        source="own; unanimity contract",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    profiles = {"up": Profile("all upgrade"), "wait": Profile("all wait")}
    subsidised = {"wait": Profile("all wait", "uniform_subsidy")}
    linear = ("threshold == 1",)
    return (
        Proposition(
            "coexistence",
            "In the linear case both nobody and everybody upgrading are equilibria exactly if the "
            "cost lies between what a pioneer gains and what everybody gains.",
            "(up_holds + wait_holds == 2) == "
            "(benefit*(1 - complementarity) <= cost and cost <= benefit)",
            profiles, linear,
            stronger="(up_holds + wait_holds == 2) == "
            "(benefit*(1 - complementarity) < cost and cost <= benefit)",
            source="@rodrik1996coordination, section 2; own linear form",
        ),
        Proposition(
            "pareto_ranked",
            "Where both are equilibria, no firm and no consumer prefers that nobody upgrades.",
            "up_firm >= wait_firm and up_consumers >= wait_consumers",
            profiles, ("up_holds == 1", "wait_holds == 1"),
            stronger="up_firm > wait_firm and up_consumers >= wait_consumers",
            source="@murphy1989industrialization, section IV",
        ),
        Proposition(
            "uniform_subsidy",
            "In the linear case a subsidy removes the bad equilibrium exactly if it exceeds the "
            "cost less what a pioneer gains.",
            "(wait_holds == 0) == (subsidy > cost - benefit*(1 - complementarity))",
            subsidised, linear,
            stronger="(wait_holds == 0) == (subsidy >= cost - benefit*(1 - complementarity))",
            source="own",
        ),
        Proposition(
            "critical_mass",
            "With a critical mass of at least two, a subsidy removes the bad equilibrium exactly "
            "if it exceeds the whole cost.",
            "(wait_holds == 0) == (subsidy > cost)",
            subsidised, ("threshold >= 2",),
            stronger="(wait_holds == 0) == (subsidy >= cost)",
            source="own",
        ),
        Proposition(
            "cooperation",
            "If consumers gain enough, upgrading is worth having where no equilibrium has it.",
            "up_welfare > wait_welfare and up_holds == 0",
            profiles, ("benefit < cost", "cost < benefit + spillover"),
            stronger="up_welfare > wait_welfare + firms*(benefit + spillover - cost) and "
            "up_holds == 0",
            source="own",
        ),
        Proposition(
            "efficient_if_equilibrium",
            "Wherever it is worth having that everybody upgrades, it is an equilibrium.",
            "up_welfare <= wait_welfare or up_holds == 1",
            profiles, false=True,
            lesson="An equilibrium needs what a firm gains to cover its cost; consumers' gain does "
            "not enter. Then coordination is not what fails, and no announcement helps.",
            source="a plausible claim",
        ),
    )  # fmt: skip
