r"""Certificates: suppliers of all qualities buy certificates to be told apart, and nothing is made.

**The game.** A supplier's productivity :math:`\theta` is uniform on :math:`[l, h]`. It knows it,
buyers do not; they compete, and pay what they expect. A certificate of level e costs
:math:`\kappa e / \theta^m`: the better a supplier, the cheaper. It produces nothing.

**What fails.** In the separating equilibrium each type takes a level that the one just below would
not copy, :math:`e'(\theta) = \theta^m / \kappa`. Buyers then know everything, at the price of
certificates that serve nobody. With m = 1 these cost

.. math:: \frac{1}{h - l} \Bigl( \frac{h^2 - l^2}{4} - \frac{l^2}{2} \ln \frac{h}{l} \Bigr)

on average, whatever :math:`\kappa` is: cheaper certificates are answered by higher levels.

**Whom it hurts.** All types below the one that is indifferent, and often all: they pay for being
told apart, and would be paid the mean if nobody had a certificate.

**Reforms it invites.** A *tax* on certificates lowers levels without telling less, and brings
revenue. *Training* lifts the lowest, from whom all others have to be told apart. A *subsidy* to
certificates **backfires**: levels rise, and more is wasted.

Sources
-------
@spence1973job; @riley1979informational; @mailath1987incentive; @ramey1996signaling for why the
separating equilibrium is selected; the numbers are pigou's own illustration.
"""

from __future__ import annotations

from pigou.certificates import Certificates
from pigou.game import Parameter
from pigou.state_model import StateModel, StateReform


def model() -> StateModel:
    """Return certificates with their reforms."""
    return StateModel(
        game=certificates(),
        reforms=(tax(), training(), subsidy()),
        mechanism="signalling: certificates that produce nothing",
        about=__doc__ or "",
    )


def certificates() -> Certificates:
    """Return the game."""
    return Certificates(
        "certificates",
        low="lowest",
        high="highest",
        cost="cost",
        power="power",
        parameters=[
            Parameter(
                "lowest", 1, "lowest > 0", "USD million", "lowest productivity", "l",
                source="normalisation",
            ),
            Parameter(
                "highest", 2, "highest > 0", "USD million", "highest productivity", "h",
                source="illustration",
            ),
            Parameter(
                "cost", 1, "cost > 0", "USD million", "what a level costs a type of 1",
                r"\kappa", source="normalisation",
            ),
            Parameter(
                "power", 1, "power > 0", "", "how much cheaper levels are for the better", "m",
                source="Spence (1973) has 1",
            ),
        ],
        source="@riley1979informational",
    )  # fmt: skip


def tax() -> StateReform:
    """Return a tax on certificates."""
    return StateReform(
        "tax",
        {"tax": "rate"},
        [Parameter(
            "rate", "1/4", "rate >= 0", "USD million", "tax on a unit of the level", "t",
            source="illustration",
        )],
        label="levels are taxed",
        source="@spence1973job; own form",
    )  # fmt: skip


def training() -> StateReform:
    """Return training of the lowest."""
    return StateReform(
        "training",
        {"low": "lowest + lift*(highest - lowest)"},
        [Parameter(
            "lift", "1/4", "0 <= lift < 1", "",
            "part of the range by which the lowest productivity is lifted", r"\lambda",
            source="illustration",
        )],
        label="training: the lowest productivity is lifted",
        source="own derivation",
    )  # fmt: skip


def subsidy() -> StateReform:
    """Return a subsidy to certificates."""
    return StateReform(
        "subsidy",
        {"tax": "-support"},
        [Parameter(
            "support", "1/4", "support >= 0", "USD million", "subsidy to a unit of the level",
            "s", source="illustration",
        )],
        label="levels are subsidised",
        source="own derivation",
    )  # fmt: skip
