r"""Morris and Shin (1998): a regime falls, or a project succeeds, if enough take part.

**Set-up.** A continuum of firms; investing costs c and pays 1 if the project succeeds, which it
does if at least the share :math:`1 - \theta` invests. The state is normal with mean z and precision
:math:`\alpha`, everybody's noise has precision :math:`\beta`.

**Claims.** In equilibrium the project succeeds from the state :math:`\theta^*` on. There is one
equilibrium for all c and z if :math:`\alpha / \sqrt{\beta} \le \sqrt{2 \pi}` (Hellwig 2002), and
three where public information is too precise. As private information gets precise,
:math:`\theta^* \to c`. A subsidy, and transparency, lower :math:`\theta^*`.

Sources
-------
@morris1998unique; @morris2003global; @hellwig2002public; the form in which investment is praised
and not feared, and the numbers, are not in the papers
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pigou.equilibrium import Grade
from pigou.game import Parameter
from pigou.global_game import Investors, RegimeChange
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import turning_point
from pigou.solvers.global_games import SwitchingEquilibria, switching_equilibria

FORM = f"{DERIVED}; investment with normal prior and noise"
MAIN = {"c": "3/5", "alpha": 1, "beta": 4, "z": "1/2"}
SEVERAL = {"c": "1/2", "alpha": 4, "beta": 1, "z": "1/2"}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "morris1998unique",
        "Investing costs c and pays 1 if at least the share 1 - theta invests; theta is normal "
        "with mean z and precision alpha, noise has precision beta.",
        {"c": "c", "alpha": "alpha", "beta": "beta", "z": "z"},
        [
            PublishedClaim("O03.theta_main", "critical state", "0.6375998394",
                           lambda: states(MAIN), FORM, MAIN),
            PublishedClaim("O03.x_main", "cutoff of the signal", "0.8136251354",
                           lambda: known(solved(MAIN), "cutoff"), FORM, MAIN),
            PublishedClaim("O03.psuccess_main", "how likely success is beforehand", "0.4452783412",
                           lambda: known(solved(MAIN), "success"), FORM, MAIN),
            PublishedClaim("O03.theta_subs", "critical state if a subsidy lowers c to 0.5", "0.5",
                           lambda: states(MAIN | {"c": "1/2"}), FORM, MAIN | {"c": "1/2"}),
            PublishedClaim("O03.theta_multi", "the three critical states if public information is "
                           "precise", ("0.03007429572", "0.5", "0.9699257043"),
                           lambda: states(SEVERAL), FORM, SEVERAL),
            PublishedClaim("O03.beta_star", "least private precision for which there is one "
                           "equilibrium for all c and z, alpha = 1", "0.1591549431",
                           least_precision, FORM, {"alpha": 1}),
            PublishedClaim("O03.limit", "critical state as private information gets precise "
                           "(beta = 1e8)", "0.6", lambda: states(MAIN | {"beta": 10**8}), FORM,
                           MAIN | {"beta": 10**8}, "0.001"),
            PublishedClaim("O03.theta_beta25", "critical state after transparency", "0.6104343316",
                           lambda: states(MAIN | {"beta": 25}), FORM, MAIN | {"beta": 25}),
        ],
    )  # fmt: skip


def project() -> RegimeChange:
    """Return the global game."""
    return RegimeChange(
        "project",
        [Investors("firms", cost="c", precision="beta")],
        mean="z",
        precision="alpha",
        parameters=[
            Parameter("c", "3/5", "0 < c < 1"),
            Parameter("alpha", 1, "alpha >= 0"),
            Parameter("beta", 4, "beta > 0"),
            Parameter("z", "1/2"),
        ],
        source="@morris1998unique",
    )


def solved(at: Mapping[str, Any]) -> SwitchingEquilibria:
    """Return all equilibria in switching strategies."""
    return switching_equilibria(project(), at)


def states(at: Mapping[str, Any]) -> Computed:
    """Return all critical states; a number if there is one."""
    found = solved(at)
    values = tuple(one.critical for one in found.equilibria)
    return Computed(values[0] if len(values) == 1 else values, found.grade, "all roots, isolated")


def known(found: SwitchingEquilibria, what: str) -> Computed:
    """Return the cutoff of the only equilibrium, or how likely success is."""
    (only,) = found.equilibria
    value = only.cutoffs["firms"] if what == "cutoff" else only.success
    return Computed(value, found.grade, "enclosed")


def least_precision() -> Computed:
    """Return the private precision from which on the precisions alone leave one equilibrium."""

    def unique(beta: Fraction) -> tuple[bool, Grade]:
        answer = solved({"c": "1/2", "beta": beta}).unique_for_all
        return bool(answer), Grade.NUMERICAL if answer is None else Grade.CERTIFIED

    return turning_point(unique, "1/10", 1)
