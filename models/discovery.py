r"""Discovery: who finds out what can be produced at a profit is imitated.

**The game.** A pioneer explores :math:`n \in \{0, 1, 2\}` goods that the country does not make yet,
at the cost :math:`c` for the first and :math:`2 c` for the second. Each turns out to be profitable
with probability :math:`\rho`. A follower sees what was explored and decides whether to imitate
what turns out well, at the cost i for each good. A good is worth R a year to producers. Without an
imitator the pioneer has all of it; with one of efficiency :math:`\alpha` they share it:

.. math::
   \pi_P = n \rho R \left(1 - \tfrac{\alpha}{2} m\right) - c \, \tfrac{n (n + 1)}{2}, \qquad
   \pi_F = n \rho \, m \left(\tfrac{\alpha}{2} R - i\right),

where m is 1 if the follower imitates, and 0 if not. Workers and consumers, who do not move, gain v
from a good and :math:`\alpha g` more if it is imitated.

**What fails.** The pioneer bears the cost of finding out, and others use what is found: too little
is explored (Hausmann and Rodrik 2003). Imitation itself is worth having, once a good is known.
(The other half of their argument, that too many goods go on being made afterwards, is left out.)

**Whom it hurts.** Workers and consumers, and the follower that has nothing to imitate.

**Reforms it invites.** *Bear part of the cost of exploring*. *A prize* for what turns out well,
which only the pioneer can have. *Protection against imitation* makes exploring pay, and gives up
what imitation is worth. *Training for imitators*, which is worth having for a good that is known,
**backfires**, even if it costs nothing: the pioneer has less to gain and explores no more.

Sources
-------
@hausmann2003economic; the finite form and the numbers are pigou's own.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, mandate, pay, set_parameters


def model() -> Model:
    """Return discovery with its reforms."""
    return Model(
        game=discovery(),
        reforms=(cost_share(), prize(), protection(), training()),
        mechanism="information externality: discovery and imitation",
        about=__doc__ or "",
        propositions=propositions(),
    )


def discovery() -> Game:
    """Return the game."""
    found = "explore*chance_of_profit"
    return Game(
        "discovery",
        players=[Player("pioneer", "Pioneer"), Player("follower", "Follower")],
        moves=[
            Move("explore", "pioneer", {"none": 0, "one": 1, "two": 2}, label="Goods explored",
                 tex="n"),
            Move("imitate", "follower", {"no": 0, "yes": 1}, stage=2, when="explore >= 1",
                 label="Imitate", tex="m"),
        ],
        payoffs={
            "pioneer": f"{found}*rent*(1 - efficiency*imitate/2) - cost*explore*(explore + 1)/2",
            "follower": f"{found}*imitate*(efficiency*rent/2 - imitation_cost)",
        },
        bystanders=[
            Bystander("public", f"{found}*(value + efficiency*gain*imitate)",
                      "Workers and consumers"),
        ],
        parameters=[
            Parameter("rent", 16, "rent > 0", "USD million", "what producers earn from a good",
                      "R", source="illustration"),
            Parameter("chance_of_profit", "1/4", "0 < chance_of_profit <= 1", "probability",
                      "probability that a good is profitable", r"\rho", source="illustration"),
            Parameter("cost", "5/2", "cost > 0", "USD million", "cost of exploring the first good",
                      "c", source="illustration"),
            Parameter("efficiency", "1/2", "0 <= efficiency <= 1", "share",
                      "how good an imitator is", r"\alpha", source="illustration"),
            Parameter("imitation_cost", 2, "imitation_cost >= 0", "USD million",
                      "cost of imitating a good", "i", source="illustration"),
            Parameter("value", 8, "value >= 0", "USD million", "what others gain from a good",
                      "v", source="illustration"),
            Parameter("gain", 8, "gain >= 0", "USD million",
                      "what others gain more from a full imitator", "g", source="illustration"),
        ],
        source="@hausmann2003economic, in a finite form",
    )  # fmt: skip


def cost_share() -> Reform:
    """Bear part of the cost of exploring."""
    return pay(
        "government", "pioneer", "borne*cost*explore*(explore + 1)/2", "cost_share",
        purpose="part of the cost of exploring",
        parameters=(
            Parameter(
                "borne", "1/2", "0 <= borne <= 1", "share",
                "part of the cost that the government bears", "z",
            ),
        ),
        label="Cost of exploring shared", source="@hausmann2003economic",
    )  # fmt: skip


def prize() -> Reform:
    """Pay the pioneer for what turns out well."""
    return pay(
        "government", "pioneer", "prize_paid*explore*chance_of_profit", "prize",
        purpose="prize for a profitable good",
        parameters=(
            Parameter("prize_paid", 9, "prize_paid >= 0", "USD million", "payment per good", "z"),
        ),
        label="Prize for the pioneer", source="@hausmann2003economic",
    )  # fmt: skip


def protection() -> Reform:
    """Forbid imitation."""
    return mandate(
        "imitate", "no", "protection", label="Protection against imitation",
        source="@hausmann2003economic",
    )  # fmt: skip


def training() -> Reform:
    """Make imitators as good as the pioneer: backfires."""
    return set_parameters(
        {"efficiency": 1}, "training", label="Training for imitators", source="own",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    imitated = ("efficiency*rent/2 > imitation_cost",)
    none, two = "explore: none", "explore: two; imitate: yes"
    return (
        Proposition(
            "too_little",
            "What the pioneer does not explore for fear of imitation may be worth exploring: none "
            "is explored where the cost exceeds the rent that imitation leaves, and all lose where "
            "it is below what a good is worth to all.",
            "none_holds == 1 and one_welfare > none_welfare",
            {"none": Profile(none), "one": Profile("explore: one; imitate: yes")},
            (
                *imitated, "cost > chance_of_profit*rent*(1 - efficiency/2)",
                "cost < chance_of_profit*(rent - imitation_cost + value + efficiency*gain)",
            ),
            stronger="none_holds == 1 and one_welfare > none_welfare and one_pioneer >= 0",
            source="@hausmann2003economic, section 3",
        ),
        Proposition(
            "prize_that_suffices",
            "A prize gets two goods explored exactly if with what imitation leaves it covers the "
            "cost of the second.",
            "(two_holds == 1) == "
            "(chance_of_profit*(prize_paid + rent*(1 - efficiency/2)) >= 2*cost)",
            {"two": Profile(two, "prize")}, imitated,
            stronger="(two_holds == 1) == "
            "(chance_of_profit*(prize_paid + rent*(1 - efficiency/2)) > 2*cost)",
            source="own; @hausmann2003economic on rewards for the first",
        ),
        Proposition(
            "training_backfires",
            "Once imitators are as good as the pioneer, that nothing is explored is an equilibrium "
            "exactly if half the expected rent does not exceed the cost.",
            "(none_holds == 1) == (chance_of_profit*rent/2 <= cost)",
            {"none": Profile(none, "training")},
            ("rent/2 > imitation_cost",),
            stronger="(none_holds == 1) == (chance_of_profit*rent/2 < cost)",
            source="own",
        ),
        Proposition(
            "protection_is_best",
            "If protection gets two goods explored, it is better for all together than one good "
            "that is imitated.",
            "two_welfare >= one_welfare",
            {
                "two": Profile("explore: two; imitate: no", "protection"),
                "one": Profile("explore: one; imitate: yes"),
            },
            ("two_holds == 1", "one_holds == 1"), false=True,
            lesson="More is found and less is made of it: where others gain much from imitation, "
            "one good that is imitated is worth more than two that are not.",
            source="a plausible claim",
        ),
        Proposition(
            "cost_of_imitation_suffices",
            "If imitation costs something, something is explored wherever that would pay without "
            "an imitator.",
            "none_holds == 0",
            {"none": Profile(none)},
            ("imitation_cost > 0", "chance_of_profit*rent > cost"), false=True,
            lesson="A cost of imitation that is less than the imitator's share deters nobody.",
            source="a plausible claim",
        ),
    )  # fmt: skip
