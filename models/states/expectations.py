r"""History and expectations: a cluster that takes off if everybody expects that it will.

**The game.** A continuum of resources, the share X of which is in the *modern* sector. It returns
more than the traditional one by :math:`\beta X - \alpha`: alone one loses, together all gain.
Moving costs :math:`\dot X^2 / (2 \gamma)` in all, and who moves looks ahead, with the discount rate
r. The value q of being in the modern sector follows :math:`\dot q = r q - (\beta X - \alpha)`,
and :math:`\dot X = \gamma q` (Krugman 1991), until an end is reached where q = 0 (Fukao and Benabou
1993).

**What fails.** From a low share the economy stays behind although all would gain at the high end.
If :math:`r < 2 \sqrt{\beta \gamma}` there is a range of shares around
:math:`\alpha / \beta`, the *overlap*, from which both ends can be reached: there expectations
decide, and outside of it history does.

**Whom it hurts.** Everybody who would have moved.

**Reforms it invites.** An *announcement* that is believed is enough inside the overlap, and useless
below it. A *first cluster* moves so many resources that the rest follow. A *lasting subsidy* to the
modern sector shifts the overlap down. *Cheaper moving* widens the overlap. A *short horizon* of
those who move (uncertain tenure, a government that may go) raises r and **backfires**: it closes
the window of opportunity.

Sources
-------
@krugman1991history; @matsuyama1991increasing; @fukao1993history; the numbers are pigou's own
illustration.
"""

from __future__ import annotations

from pigou.foresight import Migration
from pigou.game import Parameter
from pigou.state_model import StateModel, StateReform


def model() -> StateModel:
    """Return history and expectations with their reforms."""
    return StateModel(
        game=expectations(),
        reforms=(first_cluster(), lasting_subsidy(), cheaper_moving(), short_horizon()),
        mechanism="coordination failure over time: history against expectations",
        about=__doc__ or "",
        start="begun",
    )


def expectations() -> Migration:
    """Return the game."""
    return Migration(
        "expectations",
        discount="impatience",
        spillover="spillover",
        lag="lag",
        speed="speed",
        parameters=[
            Parameter(
                "impatience", "3/10", "impatience >= 0", "a year", "discount rate", "r",
                source="illustration",
            ),
            Parameter(
                "spillover", 1, "spillover > 0", "USD million a year",
                "how the gap of returns rises with the share in the modern sector", r"\beta",
                source="normalisation",
            ),
            Parameter(
                "lag", "1/2", "lag > 0", "USD million a year",
                "by how much the modern sector returns less if nobody is there", r"\alpha",
                source="illustration",
            ),
            Parameter(
                "speed", "1/10", "speed > 0", "a year squared, for each USD million",
                "how fast resources move: the lower the cost of moving, the higher", r"\gamma",
                source="illustration",
            ),
            Parameter(
                "begun", "1/4", "0 <= begun <= 1", "", "share in the modern sector, to begin with",
                "X_0", source="illustration",
            ),
        ],
        source="@fukao1993history; @krugman1991history",
    )  # fmt: skip


def first_cluster() -> StateReform:
    """Return a cluster that is moved by decree."""
    return StateReform(
        "first_cluster",
        {"start": "min(1, begun + moved)"},
        [Parameter(
            "moved", "1/5", "0 <= moved <= 1", "", "share of resources that is moved first",
            r"\mu", source="illustration",
        )],
        label="a first cluster: a share of resources is moved at once",
        source="@krugman1991history, on a temporary policy",
    )  # fmt: skip


def lasting_subsidy() -> StateReform:
    """Return a subsidy to the modern sector."""
    return StateReform(
        "lasting_subsidy",
        {"lag": "lag - subsidy"},
        [Parameter(
            "subsidy", "1/5", "subsidy >= 0", "USD million a year",
            "what being in the modern sector is paid", "s", source="illustration",
        )],
        label="being in the modern sector is subsidised for good",
        source="own derivation",
    )  # fmt: skip


def cheaper_moving() -> StateReform:
    """Return help with moving."""
    return StateReform(
        "cheaper_moving",
        {"speed": "ease*speed"},
        [Parameter(
            "ease", 4, "ease > 0", "", "by what factor resources move faster", r"\eta",
            source="illustration",
        )],
        label="help with moving: resources move faster",
        source="@krugman1991history, on the speed of adjustment",
    )  # fmt: skip


def short_horizon() -> StateReform:
    """Return a horizon that becomes shorter."""
    return StateReform(
        "short_horizon",
        {"discount": "impatience + hazard"},
        [Parameter(
            "hazard", "2/5", "hazard >= 0", "a year", "how soon those who move may lose all",
            r"\zeta", source="illustration",
        )],
        label="a short horizon: those who move may lose what they have",
        source="@matsuyama1991increasing, on discounting",
    )  # fmt: skip
