r"""Adoption: each firm waits for the other to go first, as who follows learns for free.

**The game.** Two firms may upgrade, each at a time of its own choice. The first pays
:math:`K e^{-\alpha t}` at t, the second :math:`k e^{-\alpha t}` with :math:`k \le K`: it copies
what the first had to find out. Flow profits are :math:`\pi_{00}` while nobody has upgraded,
:math:`\pi_{10}` and :math:`\pi_{01}` while one has, :math:`\pi_{11}` when both have; r is the
discount rate. Everybody sees at once who has upgraded.

**What fails.** Where following is much cheaper, each would rather be second: a *waiting game*. In
its symmetric equilibrium both wait at random, until all that following is worth more is lost.
Where profits of being alone are large, each would rather be first: a *race*, in which the pioneer
comes so early that being first is worth no more than being second (Fudenberg and Tirole 1985).

**Whom it hurts.** Both firms.

**Reforms it invites.** A *pioneer grant* pays a part of the cost of the first. *Extension services*
help who follows: if both wait, all they bring is lost in longer waiting. *Exclusive know-how* makes
copying dearer, and **backfires**: what the second could have learned is paid for twice, and without
any gap a race begins, in which the first comes too early.

Sources
-------
@fudenberg1985preemption; @hendricks1988war; @katz1987rivalry; the numbers are pigou's own
illustration.
"""

from __future__ import annotations

from pigou.adoption import Adoption
from pigou.game import Parameter
from pigou.state_model import StateModel, StateReform


def model() -> StateModel:
    """Return pioneers and followers with their reforms."""
    return StateModel(
        game=adoption(),
        reforms=(pioneer_grant(), exclusive_know_how(), extension_services()),
        mechanism="information externality: who follows learns from who goes first",
        about=__doc__ or "",
    )


def adoption() -> Adoption:
    """Return the game."""
    return Adoption(
        "adoption",
        discount="interest",
        decline="decline",
        first_cost="first",
        second_cost="second",
        neither="neither",
        pioneer="alone",
        laggard="behind",
        both="both",
        parameters=[
            Parameter(
                "interest", "1/10", "interest > 0", "a year", "discount rate", "r",
                source="illustration",
            ),
            Parameter(
                "decline", "1/10", "decline > 0", "a year", "rate at which costs fall", r"\alpha",
                source="illustration",
            ),
            Parameter(
                "first", 20, "first > 0", "USD million", "what upgrading costs the first today",
                "K", source="illustration",
            ),
            Parameter(
                "second", 10, "second > 0", "USD million",
                "what upgrading costs the second today", "k", source="illustration",
            ),
            Parameter(
                "neither", 1, "neither >= 0", "USD million a year",
                "profit while nobody has upgraded", r"\pi_{00}", source="illustration",
            ),
            Parameter(
                "alone", "9/4", "alone >= 0", "USD million a year",
                "profit of the only one to have upgraded", r"\pi_{10}", source="illustration",
            ),
            Parameter(
                "behind", "3/4", "behind >= 0", "USD million a year",
                "profit of the only one not to have", r"\pi_{01}", source="illustration",
            ),
            Parameter(
                "both", "7/4", "both >= 0", "USD million a year",
                "profit of each when both have upgraded", r"\pi_{11}", source="illustration",
            ),
        ],
        source="@katz1987rivalry; @fudenberg1985preemption",
    )  # fmt: skip


def pioneer_grant() -> StateReform:
    """Return a grant to the first."""
    return StateReform(
        "pioneer_grant",
        {"first_cost": "(1 - grant)*first"},
        [Parameter(
            "grant", "1/4", "0 <= grant < 1", "", "part of the first one's cost that is paid",
            r"\gamma", source="illustration",
        )],
        pays={"first_cost": "grant*first"},
        label="the public pays a part of what upgrading costs the first",
        source="@hausmann2003economic, on rewarding discovery",
    )  # fmt: skip


def exclusive_know_how() -> StateReform:
    """Return protection of what the first finds out."""
    return StateReform(
        "exclusive_know_how",
        {"second_cost": "(1 - secrecy)*second + secrecy*first"},
        [Parameter(
            "secrecy", "1/2", "0 <= secrecy <= 1", "",
            "how much of the gap between the costs is closed", r"\zeta", source="illustration",
        )],
        label="what the first finds out is protected: copying is dearer",
        source="@katz1987rivalry",
    )  # fmt: skip


def extension_services() -> StateReform:
    """Return help for those who follow."""
    return StateReform(
        "extension_services",
        {"second_cost": "help*second"},
        [Parameter(
            "help", "1/2", "0 < help <= 1", "", "what is left of the follower's cost", r"\eta",
            source="illustration",
        )],
        label="extension services: following is cheaper, at the expense of nobody in the model",
        source="@katz1987rivalry",
    )  # fmt: skip
