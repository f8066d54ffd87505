r"""Information policy: suppliers invest if enough others do, and see the prospects with noise.

**The game.** A continuum of suppliers. Investing costs c and returns b if the new export line
succeeds, which it does if the share of those who invest is at least :math:`1 - \theta`. Nobody
knows the prospects :math:`\theta`: public information (what the lead firm says of its sourcing, a
market study) leaves them normal with mean z and precision :math:`\alpha`; each supplier also sees
:math:`x = \theta + \varepsilon` for itself, with noise of precision :math:`\beta`.

**What fails.** Each invests from a signal :math:`x^*` on, and the line succeeds from a state
:math:`\theta^*` on (`pigou.solvers.global_games`):

.. math:: 1 - \theta^* = \Phi\Bigl( -\frac{\alpha}{\sqrt{\beta}} (\theta^* - z)
          - \sqrt{1 + \alpha/\beta}\; \Phi^{-1}(c/b) \Bigr) .

It would succeed for all :math:`\theta \ge 0` if they could agree to invest. Between 0 and
:math:`\theta^*` it fails because each fears that the others will not.

**Whom it hurts.** Suppliers who would have gained, and those who invest and fail.

**Reforms it invites.** A *cost share* lowers what who fails loses. *Open sourcing plans* and
*market studies* sharpen the public and the private information. Sharper public information is
followed by all at once: where prospects look bad it **backfires**, as everybody knows that all have
read the same bad news; and beyond :math:`\alpha^2 / \beta > 2 \pi` there can be several equilibria
again.

Sources
-------
@morris1998unique; @morris2003global, section 2; @hellwig2002public for what public information
does; the numbers are pigou's own illustration.
"""

from __future__ import annotations

from pigou.game import Parameter
from pigou.global_game import Investors, RegimeChange
from pigou.state_model import StateModel, StateReform


def model() -> StateModel:
    """Return information policy with its reforms."""
    return StateModel(
        game=information_policy(),
        reforms=(cost_share(), market_study(), open_sourcing_plans()),
        mechanism="coordination failure: each fears that others will not invest",
        about=__doc__ or "",
    )


def information_policy() -> RegimeChange:
    """Return the game."""
    return RegimeChange(
        "information_policy",
        groups=[Investors("suppliers", "cost", "benefit", precision="private")],
        mean="prospects",
        precision="public",
        parameters=[
            Parameter(
                "cost", "3/5", "cost > 0", "USD million", "what investing costs", "c",
                source="illustration",
            ),
            Parameter(
                "benefit", 1, "benefit > 0", "USD million",
                "what it returns if the line succeeds", "b", source="illustration",
            ),
            Parameter(
                "prospects", "2/5", meaning="mean of the prospects", tex="z",
                source="illustration",
            ),
            Parameter(
                "public", 1, "public > 0", "", "precision of public information", r"\alpha",
                source="illustration",
            ),
            Parameter(
                "private", 4, "private > 0", "", "precision of what a supplier sees", r"\beta",
                source="illustration",
            ),
        ],
        source="@morris2003global, section 2; @morris1998unique",
    )  # fmt: skip


def cost_share() -> StateReform:
    """Return a part of the cost that the public pays."""
    return StateReform(
        "cost_share",
        {"suppliers.cost": "(1 - share)*cost"},
        [Parameter(
            "share", "1/4", "0 <= share < 1", "", "part of the cost that the public pays",
            r"\kappa", source="illustration",
        )],
        pays={"suppliers.cost": "share*cost"},
        label="the public pays a part of the cost of every investment",
        source="@sakovics2012matters for a single group",
    )  # fmt: skip


def market_study() -> StateReform:
    """Return studies that each supplier reads for itself."""
    return StateReform(
        "market_study",
        {"suppliers.precision": "sharpness*private"},
        [Parameter(
            "sharpness", 4, "sharpness > 0", "", "by what factor private precision rises",
            r"\tau", source="illustration",
        )],
        label="advice to each supplier: what it sees is more precise",
        source="@hellwig2002public",
    )  # fmt: skip


def open_sourcing_plans() -> StateReform:
    """Return sourcing plans that everybody can read."""
    return StateReform(
        "open_sourcing_plans",
        {"precision": "openness*public"},
        [Parameter(
            "openness", 4, "openness > 0", "", "by what factor public precision rises", r"\omega",
            source="illustration",
        )],
        label="lead firms publish their sourcing plans: public information is more precise",
        source="@hellwig2002public",
    )  # fmt: skip
