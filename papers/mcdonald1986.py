r"""McDonald and Siegel (1986): the value of waiting to invest.

**Set-up.** Who pays I once, at any time, gets a project whose value V follows a geometric Brownian
motion with the (risk-neutral) drift :math:`r - \delta` and the volatility :math:`\sigma`; I = 1.

**Claims.** It is invested once V is at least :math:`\frac{\beta}{\beta - 1} I`, where
:math:`\beta > 1` solves :math:`\tfrac12 \sigma^2 \beta (\beta - 1) + (r - \delta) \beta - r = 0`;
with :math:`r = \delta = 0.04` and :math:`\sigma = 0.2` at twice the cost. A lower cost, for example
by a subsidy to investment, lowers the trigger in proportion.

Sources
-------
@mcdonald1986value; @dixit1994investment, chapter 5; the second set of numbers is not in them
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pigou.exact import Enclosure
from pigou.game import Parameter
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.solvers.stopping import Trigger, when_to_invest
from pigou.waiting import Opportunity

FORM = f"{DERIVED}; own numbers"
BOOK = "@dixit1994investment, chapter 5, section 2"
MAIN = {"r": "0.04", "delta": "0.04", "sigma": "0.2"}
SECOND = {"r": "0.05", "delta": "0.03", "sigma": "0.3"}


def publication() -> Publication:
    """Return the publication with its claims."""

    def claim(
        name: str, quantity: str, expected: str, what: Callable[[Trigger], Enclosure],
        at: Mapping[str, Any], where: str = FORM,
    ) -> PublishedClaim:  # fmt: skip
        return PublishedClaim(name, quantity, expected, lambda: known(what, at), where, at)

    return Publication(
        "mcdonald1986value",
        "A project of value V, a geometric Brownian motion with drift r - delta and volatility "
        "sigma; it costs I = 1, once, at any time.",
        {"r": "discount", "delta": "payout", "sigma": "volatility", "I": "cost"},
        [
            claim("O20.beta_A", "beta", "2", lambda found: found.exponent, MAIN, BOOK),
            claim("O20.Vstar_A", "value from which on it is invested", "2",
                  lambda found: found.trigger, MAIN, BOOK),
            claim("O20.F1_A", "worth of the opportunity at V = 1", "0.25",
                  lambda found: found.worth(1), MAIN),
            claim("O20.beta_B", "beta, second set", "1.367856493",
                  lambda found: found.exponent, SECOND),
            claim("O20.Vstar_B", "value from which on it is invested, second set", "3.718451406",
                  lambda found: found.trigger, SECOND),
            claim("O20.F1_B", "worth of the opportunity at V = 1, second set", "0.4509704217",
                  lambda found: found.worth(1), SECOND),
            claim("O20.I_sub", "cost, after a subsidy, at which V = 1.5 is invested in", "0.75",
                  lambda found: found.cost_for("1.5"), MAIN),
        ],
    )  # fmt: skip


def upgrade() -> Opportunity:
    """Return the opportunity."""
    return Opportunity(
        "upgrade",
        discount="r",
        payout="delta",
        volatility="sigma",
        cost="I",
        parameters=[
            Parameter("r", "1/25", "r >= 0"),
            Parameter("delta", "1/25", "delta > 0"),
            Parameter("sigma", "1/5", "sigma > 0"),
            Parameter("I", 1, "I > 0"),
        ],
        source="@mcdonald1986value",
    )


def known(what: Callable[[Trigger], Enclosure], at: Mapping[str, Any]) -> Computed:
    """Return a number of the solution at parameter values, with its grade."""
    found = when_to_invest(upgrade(), at)
    return Computed(what(found), found.grade, "value matching and smooth pasting")
