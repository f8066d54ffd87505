r"""Murphy, Shleifer and Vishny (1989): the big push, with a factory wage premium.

**Set-up** (section IV). A unit mass of sectors with equal shares in spending; every good costs 1,
as a fringe makes it one for one out of labour. One firm a sector can build a factory: F units of
labour, and then :math:`\alpha > 1` units of the good out of a unit of labour, at the wage
:math:`1 + v` that makes up for the disutility v. If the share n has built, the L units of labour
are all at work at the income :math:`y(n) = (L - nF)/(1 - n(1 - 1/\alpha))`, and a factory earns
:math:`\pi(n) = y(n)(1 - (1 + v)/\alpha) - F(1 + v)`.

**Claims.** Nobody builds, and everybody builds, are both equilibria if and only if
:math:`\pi(0) < 0 < \pi(1)`: for fixed costs in an interval. A factory raises others' profits even
if it loses money, by the wages that it pays. A facility (a railroad) that serves all may pay for
everybody together, and not for who charges all users the same.

Numbers of section IV are read off the model `big_push`, a continuum of sectors; the two ends of the
interval off its regimes.

Sources
-------
@murphy1989industrialization, sections IV and V; the numbers are not in the paper
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache, partial
from typing import Any

from pigou.designing import design
from pigou.equilibrium import Equilibrium, EquilibriumSet, Grade
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.models import load
from pigou.models.big_push import PROFIT
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.replicating import answer, crossing, only, threshold, worth
from pigou.solvers.mean_field import continuum_of, pieces_of_gain
from pigou.solvers.regimes import regimes
from pigou.solvers.roots import exact_root
from pigou.solving import solve

FORM = f"{DERIVED}; own numbers"
AT = {"L": 10, "alpha": 3, "v": "1/2", "F": 4}
RAIL = {"L": 10, "alpha": 3, "F1": 3, "F2": 5, "v": 0}
HERE = {"labour": 10, "productivity": 3, "premium": "1/2", "setup": 4, "works": 0}


def publication() -> Publication:
    """Return the publication with its claims."""

    def claim(name: str, quantity: str, expected: Any, compute: Any) -> PublishedClaim:
        at = RAIL if "infra" in name else AT
        return PublishedClaim(f"O01.{name}", quantity, expected, compute, FORM, at)

    return Publication(
        "murphy1989industrialization",
        "Unit mass of sectors, all prices 1; a factory takes F units of labour, then makes alpha "
        "units out of one, at the wage 1 + v; L units of labour; n is the share of factories.",
        {"n": "mean(build)", "L": "labour", "alpha": "productivity", "v": "premium",
         "F": "setup"},
        [
            claim("pi0", "profit of a factory if nobody else builds", -1, partial(at, 0, PROFIT)),
            claim("pi1", "profit of a factory if all build", 3, partial(at, 2, PROFIT)),
            claim("F_low", "fixed cost from which on nobody builds in an equilibrium",
                  "3.333333333", partial(cost_limit, "all no")),
            claim("F_high", "fixed cost up to which all build in an equilibrium", 5,
                  partial(cost_limit, "all yes")),
            claim("nstar", "share at which a factory breaks even", "0.5",
                  partial(at, 1, "mean(build)")),
            claim("pure_equilibria", "shares in pure equilibria", (0, 1), shares),
            claim("W0", "welfare if nobody builds", 10, partial(welfare, 0)),
            claim("W1", "welfare if all build", 13, partial(welfare, 2)),
            claim("W_half", "welfare at n = 1/2", 10, partial(welfare, 1)),
            claim("s_uniform", "least subsidy to a factory with which all build in every "
                  "equilibrium", 1, uniform),
            claim("s_divide_conquer", "least budget with which sectors build one after the other",
                  "0.2836046757", one_by_one),
            claim("infra_R_social", "largest cost of the facility, in labour, at which all "
                  "together gain by it", "2.666666667", partial(facility, SOCIAL)),
            claim("infra_R_private", "the same for an owner who charges every user the same",
                  "2.333333333", partial(facility, PRIVATE)),
        ],
    )  # fmt: skip


# -- the big push ---------------------------------------------------------------------------------


@cache
def played() -> EquilibriumSet:
    """Return the equilibria: nobody builds, a share at which factories break even, all build."""
    return solve(load("big_push").game, HERE)


def one(place: int) -> Equilibrium:
    """Return an equilibrium, in the order of the shares that build."""
    return played().equilibria[place]


def at(place: int, formula: str) -> Computed:
    """Return the value of a formula in an equilibrium."""
    return answer(worth(load("big_push").game, one(place), formula, HERE), one(place))


def welfare(place: int) -> Computed:
    """Return what all have together in an equilibrium."""
    return answer(sum(one(place).payoffs.values(), Enclosure.point(0)), one(place))


def cost_limit(profile: str) -> Computed:
    """Return the fixed cost at which a profile begins or ceases to be an equilibrium."""
    fixed = {name: value for name, value in HERE.items() if name != "setup"}
    found = regimes(load("big_push").game, fixed)
    (stated,) = (e for e in found.equilibria if e.profile == profile)
    limit = Fraction(str(stated.condition.rhs))
    grade = Grade.PROVED if stated.decided else Grade.NUMERICAL
    return answer(limit, grade, method="the exact condition of the profile")


def shares() -> Computed:
    """Return the share that builds in every pure equilibrium."""
    pure = [e for e in played() if e.kind == "pure"]
    built = [e.strategies[0].probabilities["yes"] for e in pure]
    return answer(built, played(), method="all equilibria")


def uniform() -> Computed:
    """Return the least subsidy to every factory with which all build in every equilibrium."""
    found = design(load("big_push"), "unique", "factory_subsidy", at=HERE, formulas=False)
    return answer(threshold(found), found.threshold.grade, method="design")


def one_by_one() -> Computed:
    """Return the losses of all who build up to the share at which a factory breaks even."""
    game = load("big_push").game
    mass = continuum_of(game, game.values(HERE))
    assert mass is not None
    (profit,) = pieces_of_gain(mass)[1]
    share = one(1).strategies[0].probabilities["yes"].lower
    gained = profit.integral(exact_root(0), exact_root(share))
    return answer(-gained, one(1), method="the integral of what a factory loses")


# -- the facility ---------------------------------------------------------------------------------

SOCIAL = "alpha*(L - (F1 + F2)/2 - R) - L"
"""Income with the facility, less income without."""
PRIVATE = "(alpha - 1)*(L - (F1 + F2)/2 - R) - F2 - R"
"""What users of the costlier kind can pay, which all are charged, less the cost; v = 0."""


def provision(gain: str) -> Game:
    """Return the choice to build the facility; half the sectors have F1, half F2."""
    return Game(
        "facility", [Player("provider")], [Move("build", "provider", {"no": 0, "yes": 1})],
        {"provider": f"build*({gain})"},
        parameters=[Parameter("L", 10, "L > 0"), Parameter("alpha", 3, "alpha > 1"),
                    Parameter("F1", 3), Parameter("F2", 5), Parameter("R", 1, "R >= 0")],
        source="@murphy1989industrialization, section V",
    )  # fmt: skip


def facility(gain: str) -> Computed:
    """Return the largest cost of the facility at which it is built."""

    def gained(cost: Fraction) -> tuple[Enclosure, Grade]:
        choice = only(provision(gain), {"R": cost})
        return worth(provision(gain), choice, gain, {"R": cost}), weakest([choice])

    return crossing(gained, 0, 5)
