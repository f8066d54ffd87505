r"""Sakovics and Steiner (2012): who matters in coordination problems.

**Set-up.** Groups g of mass :math:`m_g` invest at the cost :math:`c_g`; who does has :math:`b_g` if
the project succeeds, which it does if :math:`\sum_g w_g m_g a_g \ge 1 - \theta`, where :math:`a_g`
is the share of the group that invests. The prior is diffuse, everybody's noise has standard
deviation :math:`\sigma`.

**Claims.** The critical state is :math:`1 - \sum_g w_g m_g (1 - c_g/b_g)`, whatever the noise.
Money for a group lowers it by the group's weight over its benefit: the best target is the group
with the largest :math:`w_g / b_g`, not the one that is nearest to investing.

Sources
-------
@sakovics2012matters; the numbers are not in the paper. The values are withheld from the table of
oracles behind these claims: a second route is in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial

from pigou.equilibrium import Grade
from pigou.exact import exact
from pigou.global_game import Investors, RegimeChange
from pigou.publication import WITHHELD, Computed, Publication, PublishedClaim, weakest
from pigou.solvers.global_games import SwitchingEquilibrium, switching_equilibria

GROUPS: dict[str, dict[str, str | int]] = {
    "1": {"mass": "1/2", "weight": "4/5", "cost": "3/10", "benefit": 1},
    "2": {"mass": "3/10", "weight": 1, "cost": "2/5", "benefit": "4/5"},
    "3": {"mass": "1/5", "weight": "3/2", "cost": "1/5", "benefit": "1/2"},
}
BUDGET = Fraction(1, 50)


def publication() -> Publication:
    """Return the publication with its claims."""
    at = {"sigma": "1/20"}
    return Publication(
        "sakovics2012matters",
        "Three groups of masses 0.5, 0.3, 0.2, weights 0.8, 1, 1.5, costs 0.3, 0.4, 0.2 and "
        "benefits 1, 0.8, 0.5.",
        {"sigma": "1/sqrt(precision)", "theta*": "critical"},
        [
            PublishedClaim("O04.theta", "critical state", None, lambda: state({}), WITHHELD, at),
            PublishedClaim("O04.theta_sigma", "the same with sigma = 0.4", None,
                           lambda: state({}, "2/5"), WITHHELD, {"sigma": "2/5"}),
            PublishedClaim("O04.theta_logistic", "the same with logistic noise", None,
                           lambda: state({}, noise="logistic"), WITHHELD, at),
            PublishedClaim("O04.cutoffs", "cutoffs of the three groups, normal noise", None,
                           cutoffs, WITHHELD, at),
            *(
                PublishedClaim(f"O04.target_{name}", f"critical state if the whole budget goes to "
                               f"group {name}", None, partial(target, name),
                               WITHHELD, {"budget": BUDGET})
                for name in GROUPS
            ),
            PublishedClaim("O04.uniform", "critical state if everybody gets the same", None,
                           lambda: state(dict.fromkeys(GROUPS, BUDGET)), WITHHELD,
                           {"budget": BUDGET}),
            PublishedClaim("O04.ranking", "groups as targets, the best first", None, ranking,
                           WITHHELD, {"budget": BUDGET}),
        ],
    )  # fmt: skip


def solved(
    subsidies: Mapping[str, Fraction], sigma: str = "1/20", noise: str = "normal"
) -> tuple[SwitchingEquilibrium, Grade]:
    """Return the equilibrium if each investor of a group is paid a subsidy, and its grade."""
    groups = [
        Investors(
            name, exact(g["cost"]) - subsidies.get(name, Fraction(0)), g["benefit"], g["mass"],
            g["weight"], 1 / exact(sigma) ** 2,
        )
        for name, g in GROUPS.items()
    ]  # fmt: skip
    found = switching_equilibria(RegimeChange("groups", groups, noise=noise))
    (only,) = found.equilibria
    return only, found.grade


def spent_on(name: str) -> dict[str, Fraction]:
    """Return the subsidy to each investor of a group that the whole budget pays for."""
    return {name: BUDGET / exact(GROUPS[name]["mass"])}


def target(name: str) -> Computed:
    """Return the critical state if the whole budget goes to one group."""
    return state(spent_on(name))


def state(
    subsidies: Mapping[str, Fraction], sigma: str = "1/20", noise: str = "normal"
) -> Computed:
    """Return the critical state."""
    found, grade = solved(subsidies, sigma, noise)
    return Computed(found.critical, grade, "enclosed")


def cutoffs() -> Computed:
    """Return the cutoffs of the signals of all groups."""
    found, grade = solved({})
    return Computed(tuple(found.cutoffs[name] for name in GROUPS), grade, "enclosed")


def ranking() -> Computed:
    """Return the groups by the critical state that the budget brings about."""
    found = {name: solved(spent_on(name)) for name in GROUPS}
    order = sorted(GROUPS, key=lambda name: found[name][0].critical.upper)
    grades = [grade for _, grade in found.values()]
    return Computed(tuple(map(int, order)), weakest(grades), "ordered by critical state")
