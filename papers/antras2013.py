r"""Antràs and Chor (2013): property rights along a value chain, stage by stage.

**Set-up.** Stages m of a chain follow each other in [0, 1]. With :math:`x(m)` of the input of stage
m, the chain up to m is worth :math:`r(m) = (\int_0^m x(j)^\alpha dj)^{\rho/\alpha}`. The supplier
of m sees r(m), pays c a unit, and gets the share :math:`1 - \beta(m)` of what it adds, r'(m); the
lead firm keeps the rest. It chooses shares :math:`\beta(\cdot)` so as to maximise
:math:`\int_0^1 \beta(m) r'(m) dm`. A larger share is a more integrated supplier.

**Solved** by the calculus of variations. With :math:`V = \int_0^m x^\alpha`, so that
:math:`V' = x^\alpha` and :math:`r = V^{\rho/\alpha}`, a supplier's first-order condition
:math:`(1 - \beta) \frac{\rho}{\alpha} V^{\rho/\alpha - 1} \alpha x^{\alpha - 1} = c` says what the
supplier has to get: :math:`(1 - \beta) r' = \frac{c}{\alpha} x = \frac{c}{\alpha} V'^{1/\alpha}`.
So the lead firm's profit is

.. math::
   \int_0^1 \Bigl( r' - \frac{c}{\alpha} V'^{1/\alpha} \Bigr) dm
   = V(1)^{\rho/\alpha} - \frac{c}{\alpha} \int_0^1 V'^{1/\alpha} dm .

The first term is an exact derivative, and depends on V(1) only. As :math:`V'^{1/\alpha}` is
strictly convex, for given V(1) the integral is least where V' is the same at all stages (Jensen):
what is best is that all stages put in the same, whatever the order. One number x is left to choose,
the lead firm's move in the game `chain`: :math:`x^\rho - \frac{c}{\alpha} x`. The share of a stage
is the one at which its supplier, in a game of its own with the chain behind it, puts in that x.
(Total surplus, :math:`\int r' - c \, x`, is treated alike: it is :math:`x^\rho - c\,x`.)

**Claims.** As :math:`1 - \beta(m) = \alpha \, m^{(\alpha - \rho)/\alpha}`, shares rise along the
chain if stages are complements (:math:`\rho > \alpha`), and fall if they are substitutes; with
complements the first stages get more than what they add. That is in the paper; the values here are
withheld. Shares are not bounded by 0. With the *same* share at all stages, :math:`V' = k \,
V^{(\rho - \alpha)/(1 - \alpha)}` with :math:`k = ((1 - \beta) \rho / c)^{\alpha/(1 - \alpha)}` is
solved by separation of variables, and the lead firm chooses one number again. (With complements
V = 0 solves it too: nobody begins. As the paper does, we take the solution that grows.)

Everything is for the continuum of stages. The tests hold it against chains of finitely many stages
that are solved numerically, and that close in on it as stages are added.

Sources
-------
@antras2013organizing
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache, partial

import sympy as sp

from pigou.enclosing import enclosed
from pigou.equilibrium import Equilibrium, Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure, exact
from pigou.expression import symbol
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import WITHHELD, Computed, Publication, PublishedClaim
from pigou.replicating import answer, only, played, worth

Cases = Mapping[str, dict[str, str]]
CASES: Cases = {
    "compl": {"alpha": "1/2", "rho": "4/5"},
    "subst": {"alpha": "4/5", "rho": "1/2"},
}
STAGES = {"0.302083": Fraction(29, 96), "0.602083": Fraction(289, 480),
          "0.902083": Fraction(433, 480)}  # fmt: skip
"""The middles of cells 73, 145 and 217 out of 240."""
VALUE = f"{WITHHELD}; checked against chains of 60 to 240 stages, maximised numerically"
UNIFORM = f"{WITHHELD}; checked against chains of 2,000 to 8,000 stages with the same share"
BEST = f"{WITHHELD}; checked against random deviations of inputs from it"


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = []
    for case, at in CASES.items():
        claims += [
            PublishedClaim(f"O23.profit_{case}", "largest profit of the lead firm", None,
                           partial(chain_value, case, "profit"), VALUE, at),
            *(
                PublishedClaim(f"O23.beta{place[:4]}_{case}", f"best share at m = {place}", None,
                               partial(share_at, case, stage), VALUE, at | {"m": stage})
                for place, stage in STAGES.items()
            ),
            PublishedClaim(f"O23.revenue_{case}", "revenue at the optimum", None,
                           partial(chain_value, case, "revenue"), VALUE, at),
            PublishedClaim(f"O23.uniform_{case}", "best share that is the same at all stages, and "
                           "its profit", None, partial(same_share, case), UNIFORM, at),
            PublishedClaim(f"O23.first_best_{case}", "largest joint surplus", None,
                           partial(chain_value, case, "surplus"), BEST, at),
        ]  # fmt: skip
    claims.append(
        PublishedClaim("O23.increasing", "the best share increases in m: complements, substitutes",
                       None, slopes, f"{VALUE}; the result is in the paper")
    )  # fmt: skip
    return Publication(
        "antras2013organizing",
        "Stage m in [0, 1] adds r'(m) to r = (int x**alpha)**(rho/alpha); its supplier pays c for "
        "a unit of x(m) and gets 1 - beta(m) of r'(m). The lead firm chooses beta to maximise "
        "int beta*r'. Reduced to choices of one number by the calculus of variations.",
        {"x": "input", "alpha, rho, c": "alpha, rho, cost", "beta(m)": "share",
         "int x**alpha up to m": "behind"},
        claims,
    )  # fmt: skip


def parameters() -> list[Parameter]:
    """Return the parameters."""
    return [
        Parameter("alpha", "1/2", "0 < alpha < 1"), Parameter("rho", "4/5", "0 < rho < 1"),
        Parameter("cost", 1, "cost > 0"),
    ]  # fmt: skip


# -- the whole chain ------------------------------------------------------------------------------


def chain(paid: str) -> Game:
    """Let somebody choose what every stage puts in, at a price of it."""
    return Game(
        "input of all stages",
        [Player("lead")],
        [Move("input", "lead", ("1/1000", 1))],
        {"lead": f"input**rho - {paid}*input"},
        parameters=parameters(),
        source="@antras2013organizing; calculus of variations",
    )


@cache
def decided(case: str, paid: str = "cost/alpha") -> Equilibrium:
    """Return the choice of a lead firm, or of a planner, for whom an input costs what it costs."""
    return only(chain(paid), CASES[case])


def chain_value(case: str, what: str) -> Computed:
    """Return profit or revenue at the lead firm's optimum, or the planner's surplus."""
    if what == "surplus":
        one = decided(case, "cost")
        return answer(one.payoffs["lead"], one)
    one = decided(case)
    if what == "profit":
        return answer(one.payoffs["lead"], one)
    return answer(worth(chain("cost/alpha"), one, "input**rho", CASES[case]), one)


# -- one stage ------------------------------------------------------------------------------------


def stage_game() -> Game:
    """Let a supplier choose its input, with the chain behind it and a share of what it adds."""
    added = "rho/alpha*behind**(rho/alpha - 1)*input**alpha"
    return Game(
        "one stage",
        [Player("supplier")],
        [Move("input", "supplier", ("1/1000", 1))],
        {"supplier": f"(1 - share)*{added} - cost*input"},
        parameters=[
            *parameters(), Parameter("share", 0, "share < 1"),
            Parameter("behind", 1, "behind > 0"),
        ],
        source="@antras2013organizing",
    )  # fmt: skip


def behind(case: str, stage: Fraction) -> Enclosure:
    """Return the integral of x**alpha over earlier stages, all with the best input."""
    formula = f"({stage})*input**alpha"
    return worth(chain("cost/alpha"), decided(case), formula, CASES[case])


@cache
def share_of_a_stage() -> sp.Expr:
    """Return the share with which the first-order condition of a supplier holds, as a formula."""
    condition = sp.diff(stage_game().payoff("supplier"), symbol("input"))
    (share,) = sp.solve(condition, symbol("share"))
    return sp.sympify(share)


def share_at(case: str, stage: Fraction) -> Computed:
    """Return the share with which the supplier of a stage puts in what is best for the lead firm.

    Raises
    ------
    StructureError
        If the supplier, given that share, puts in something else.
    """
    wanted, so_far = played(decided(case))["input"], behind(case, stage)
    numbers = {k: Enclosure.point(exact(v)) for k, v in (CASES[case] | {"cost": "1"}).items()}
    share = enclosed(share_of_a_stage(), numbers | {"input": wanted, "behind": so_far})
    here = {"behind": (so_far.lower + so_far.upper) / 2, "share": (share.lower + share.upper) / 2}
    one = only(stage_game(), CASES[case] | here)
    gap = played(one)["input"] - wanted
    if max(gap.upper, -gap.lower) > Fraction(1, 10**9):
        raise StructureError(f"at m = {stage} the supplier does not put in what is wanted")
    return answer(share, one, decided(case), method="first-order condition; the stage solved")


def slopes() -> Computed:
    """Tell whether shares rise, from the condition of a stage with so much behind it as it has."""
    stage, level, x = sp.symbols("m level x", positive=True)
    rising = []
    for at in CASES.values():
        numbers = {symbol(k): sp.Rational(v) for k, v in at.items()} | {symbol("cost"): sp.S.One}
        known = numbers | {symbol("behind"): stage * level, symbol("input"): x}
        rising.append(_sign(sp.simplify(sp.diff(share_of_a_stage().xreplace(known), stage))))
    return answer(tuple(rising), Grade.PROVED, method="sign of the derivative, exactly")


def _sign(slope: sp.Expr) -> bool:
    """Tell whether a formula in positive numbers is positive.

    Raises
    ------
    StructureError
        If that is not known.
    """
    if slope.is_positive is None:
        raise StructureError(f"the sign of {slope} is not known")
    return bool(slope.is_positive)


# -- one share for all ----------------------------------------------------------------------------


def uniform() -> Game:
    """Let the lead firm choose one share for all stages."""
    pace = "((1 - share)*rho/cost)**(alpha/(1 - alpha))"
    grown = f"((1 - rho)/(1 - alpha)*{pace})**((1 - alpha)/(1 - rho))"
    return Game(
        "one share for all stages",
        [Player("lead")],
        [Move("share", "lead", ("1/100", "99/100"))],
        {"lead": f"share*({grown})**(rho/alpha)"},
        parameters=parameters(),
        source="@antras2013organizing; separation of variables",
    )


def same_share(case: str) -> Computed:
    """Return the best share that is the same for all, and its profit."""
    one = only(uniform(), CASES[case])
    return answer((played(one)["share"], one.payoffs["lead"]), one)
