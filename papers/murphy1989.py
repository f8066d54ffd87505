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

In the game each of many sectors looks at the share of the *others* that build; what a sector
earns at a share n is read off a game in which n is a parameter.

Sources
-------
@murphy1989industrialization, sections IV and V; the numbers are not in the paper
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache, partial
from typing import Any

from pigou.designing import design
from pigou.equilibrium import Grade
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.reform import subsidy
from pigou.replicating import answer, crossing, only, threshold, worth
from pigou.solving import solve

FORM = f"{DERIVED}; own numbers"
AT = {"L": 10, "alpha": 3, "v": "1/2", "F": 4}
RAIL = {"L": 10, "alpha": 3, "F1": 3, "F2": 5, "v": 0}


def publication() -> Publication:
    """Return the publication with its claims."""

    def claim(name: str, quantity: str, expected: Any, compute: Any) -> PublishedClaim:
        at = RAIL if "infra" in name else AT
        return PublishedClaim(f"O01.{name}", quantity, expected, compute, FORM, at)

    return Publication(
        "murphy1989industrialization",
        "Unit mass of sectors, all prices 1; a factory takes F units of labour, then makes alpha "
        "units out of one, at the wage 1 + v; L units of labour; n is the share of factories.",
        {"n": "n, or the share of the others that build", "L": "L", "alpha": "alpha", "v": "v",
         "F": "F"},
        [
            claim("pi0", "profit of a factory if nobody else builds", -1,
                  lambda: Computed(*of(PROFIT, {"n": 0}))),
            claim("pi1", "profit of a factory if all build", 3,
                  lambda: Computed(*of(PROFIT, {"n": 1}))),
            claim("F_low", "fixed cost from which on nobody builds in an equilibrium",
                  "3.333333333", partial(cost_limit, 0)),
            claim("F_high", "fixed cost up to which all build in an equilibrium", 5,
                  partial(cost_limit, 1)),
            claim("nstar", "share at which a factory breaks even", "0.5", even),
            claim("pure_equilibria", "shares in pure equilibria of 200 sectors", (0, 1), shares),
            claim("W0", "welfare if nobody builds", 10, lambda: Computed(*of(WELFARE, {"n": 0}))),
            claim("W1", "welfare if all build", 13, lambda: Computed(*of(WELFARE, {"n": 1}))),
            claim("W_half", "welfare at n = 1/2", 10,
                  lambda: Computed(*of(WELFARE, {"n": "1/2"}))),
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


# -- what is earned at a share n ------------------------------------------------------------------


def income(share: str) -> str:
    """Return the income at a share, as a formula."""
    return f"((L - {share}*F)/(1 - {share}*(1 - 1/alpha)))"


def profit(share: str) -> str:
    """Return what a factory earns at a share, as a formula."""
    return f"{income(share)}*(1 - (1 + v)/alpha) - F*(1 + v)"


INCOME, PROFIT = income("n"), profit("n")
WELFARE = f"{INCOME} - v*n*(F + {INCOME}/alpha)"
LOST = (
    "F*(1 + v)*n - (1 - (1 + v)/alpha)*(n*F - (L - F/(1 - 1/alpha))*log(1 - n*(1 - 1/alpha)))"
    "/(1 - 1/alpha)"
)
"""The losses of all who build before the share n has: the integral of minus the profit."""


def parameters() -> list[Parameter]:
    """Return the parameters of the economy."""
    return [Parameter("L", 10, "L > 0"), Parameter("alpha", 3, "alpha > 1"),
            Parameter("v", "1/2", "v >= 0"), Parameter("F", 4, "F > 0")]  # fmt: skip


def one_sector() -> Game:
    """Return the choice of one sector if the share n has built."""
    return Game(
        "one sector", [Player("sector")], [Move("build", "sector", {"no": 0, "yes": 1})],
        {"sector": f"build*({PROFIT})"},
        parameters=[*parameters(), Parameter("n", 0, "0 <= n <= 1")],
        source="@murphy1989industrialization, section IV",
    )  # fmt: skip


def of(formula: str, at: Mapping[str, Any]) -> tuple[Enclosure, Grade]:
    """Return the value of a formula, and the grade of what it is read off."""
    # a sector that breaks even may build or not: at a share that is given it makes no difference
    one = solve(one_sector(), at).equilibria[0]
    return worth(one_sector(), one, formula, at), weakest([one])


def cost_limit(share: int) -> Computed:
    """Return the fixed cost at which a factory breaks even if so many have built."""
    return crossing(lambda cost: of(PROFIT, {"n": share, "F": cost}), 1, 9)


@cache
def even() -> Computed:
    """Return the share at which a factory breaks even."""
    return crossing(lambda share: of(PROFIT, {"n": share}), 0, 1)


def one_by_one() -> Computed:
    """Return what all lose who build while building does not pay.

    The integral is largest where a factory breaks even; beyond the lower end of the enclosure of
    that share it rises by at most the loss there, times the width.
    """
    share = even()
    low, width = share.value.lower, share.value.width
    (lost, grade), (earned, other) = (of(f, {"n": low}) for f in (LOST, PROFIT))
    most = lost - Enclosure.point(width) * earned
    return Computed(
        Enclosure(lost.lower, most.upper), weakest([grade, other, share.grade]), "integrated"
    )


# -- the game of many sectors ---------------------------------------------------------------------


def big_push() -> Game:
    """Return the game in which many sectors choose at once."""
    others = "((sum(build) - build)/(sectors - 1))"
    return Game(
        "big push", [Player("sector", size="sectors")],
        [Move("build", "sector", {"no": 0, "yes": 1})],
        {"sector": f"build*({profit(others)})"},
        parameters=[*parameters(), Parameter("sectors", 200, "sectors >= 2", integer=True)],
        source="@murphy1989industrialization, section IV",
    )  # fmt: skip


def shares() -> Computed:
    """Return the share that builds in every pure equilibrium."""
    found = solve(big_push(), pure=True)
    built = [worth(big_push(), one, "sum(build)/sectors") for one in found]
    return answer(sorted(built, key=lambda share: share.lower), found, method="all pure profiles")


def uniform() -> Computed:
    """Return the least subsidy to every factory with which all build in every equilibrium."""
    paid = subsidy("build", "s", "subsidy", parameters=[Parameter("s", 0, "s >= 0")])
    found = design(
        big_push(), "unique", "", at={"sectors": 20}, reforms=[paid], target="build=yes",
        formulas=False,
    )  # fmt: skip
    return answer(threshold(found), found.threshold.grade, method="design")


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
        one = only(provision(gain), {"R": cost})
        return worth(provision(gain), one, gain, {"R": cost}), weakest([one])

    return crossing(gained, 0, 5)
