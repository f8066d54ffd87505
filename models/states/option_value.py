r"""Option value: an upgrade that cannot be undone, and whose worth is uncertain, is put off.

**The game.** A firm may invest I once, at any time, in a project whose value moves as

.. math:: dV = (r - \delta) V \, dt + \sigma V \, dz

under the probabilities that price its risk; it is :math:`V_0` to begin with. Others gain
:math:`e V` when the project is there: what they learn, jobs, better suppliers.

**What fails.** The firm waits until the value is :math:`V^* = \frac{\beta}{\beta - 1} I`, with
:math:`\beta > 1` a root of :math:`\tfrac12 \sigma^2 \beta (\beta - 1) + (r - \delta) \beta - r =
0`. Waiting as such is efficient: what may go wrong is worth seeing first. But the firm does not
count what others gain; they would have it invest from :math:`V^* / (1 + e)` on.

**Whom it hurts.** Others, who wait for the project; not the firm.

**Reforms it invites.** A *cost share* of :math:`e / (1 + e)` makes the firm invest when it should.
*Steady policy* lowers the risk: the firm invests sooner, but as the value starts from the same
:math:`V_0` the option to wait is worth less, and welfare may fall. A *generous cost share*
**backfires**: the project comes too soon, and is paid for by others.

Sources
-------
@mcdonald1986value; @dixit1994investment, chapter 5; the spillover, the cost share that takes care
of it, and the numbers are pigou's own.
"""

from __future__ import annotations

from pigou.game import Parameter
from pigou.state_model import StateModel, StateReform
from pigou.waiting import Opportunity


def model() -> StateModel:
    """Return option value with its reforms."""
    return StateModel(
        game=option_value(),
        reforms=(cost_share(), generous_cost_share(), steady_policy()),
        mechanism="spillovers: an upgrade that helps others is put off too long",
        about=__doc__ or "",
        start="value",
        spillover="spillover",
    )


def option_value() -> Opportunity:
    """Return the game."""
    return Opportunity(
        "option_value",
        discount="interest",
        payout="payout",
        volatility="volatility",
        cost="cost",
        parameters=[
            Parameter(
                "interest", "1/25", "interest >= 0", "a year", "interest rate", "r",
                source="Dixit and Pindyck (1994), chapter 5",
            ),
            Parameter(
                "payout", "1/25", "payout > 0", "a year", "payout that waiting forgoes",
                r"\delta", source="Dixit and Pindyck (1994), chapter 5",
            ),
            Parameter(
                "volatility", "1/5", "volatility > 0", "a year to the power of 1/2",
                "volatility of the project's value", r"\sigma",
                source="Dixit and Pindyck (1994), chapter 5",
            ),
            Parameter(
                "cost", 1, "cost > 0", "USD million", "what the project costs", "I",
                source="normalisation",
            ),
            Parameter(
                "value", 1, "value > 0", "USD million", "what the project is worth now", "V_0",
                source="illustration",
            ),
            Parameter(
                "spillover", "1/4", "spillover >= 0", "",
                "what others gain, as a share of the project's value", "e", source="illustration",
            ),
        ],
        source="@mcdonald1986value",
    )  # fmt: skip


def cost_share() -> StateReform:
    """Return the share of the cost that makes the firm count what others gain."""
    return StateReform(
        "cost_share",
        {"cost": "cost/(1 + spillover)"},
        pays={"cost": "cost*spillover/(1 + spillover)"},
        label="the public pays the share e/(1 + e) of the cost",
        source="own derivation",
    )


def generous_cost_share() -> StateReform:
    """Return a share of the cost that is too large."""
    return StateReform(
        "generous_cost_share",
        {"cost": "(1 - share)*cost"},
        [Parameter(
            "share", "3/5", "0 <= share < 1", "", "part of the cost that the public pays",
            r"\kappa", source="illustration",
        )],
        pays={"cost": "share*cost"},
        label="the public pays a larger share of the cost",
        source="own derivation",
    )  # fmt: skip


def steady_policy() -> StateReform:
    """Return a policy on which the firm can rely."""
    return StateReform(
        "steady_policy",
        {"volatility": "calm*volatility"},
        [Parameter(
            "calm", "1/2", "0 < calm <= 1", "", "what is left of the volatility", r"\kappa",
            source="illustration",
        )],
        label="a policy to rely on: the project's value is less volatile",
        source="Dixit and Pindyck (1994), chapter 5",
    )  # fmt: skip
