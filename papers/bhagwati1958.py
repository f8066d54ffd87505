r"""Bhagwati (1958): growth that makes the country that grows poorer; and many countries at once.

**Set-up**, with constant elasticity: everybody has the taste
:math:`u = (X^\rho + Y^\rho)^{1/\rho}` with :math:`\rho = (\sigma - 1)/\sigma`. Each of n countries
of the South owns the same amount of good X, in all :math:`\bar{X}`; the North owns :math:`\bar{Y}`
of good Y; all trade at the price that clears the market.

**Claims.** The values are withheld; they are computed here, and how each was checked is said. With
few substitutes the South as a whole loses by growing (Bhagwati 1958; Johnson 1967), while each of
its countries gains by growing alone: all grow, and all are worse off.

**In our games** it is the model `immiserising`. Elasticities of welfare are derivatives of its
declared payoff, at no growth, in the growth of all or of one; the elasticity of substitution below
which joint growth immiserises is where the former changes its sign; the supply that is best for the
South is the choice of a cartel.

Sources
-------
@bhagwati1958immiserizing; @johnson1967possibility
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import sympy as sp

from pigou.enclosing import enclosed
from pigou.equilibrium import Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure, exact
from pigou.expression import Total, read_expression, symbol
from pigou.game import Game, Move, Parameter, Player
from pigou.models.immiserising import immiserising
from pigou.publication import WITHHELD, Computed, Publication, PublishedClaim
from pigou.replicating import answer, crossing, only, played
from pigou.solving import solve

AT = {"sigma": "0.4", "X": 1, "Y": 1, "n": 4, "growth": "0.1"}
ELASTICITY = f"{WITHHELD}; checked against differences of utilities in floating point"
UTILITY = f"{WITHHELD}; checked by clearing the market numerically, with demands from the taste"
MODEL = {"elasticity": "2/5"}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "bhagwati1958immiserizing",
        "n countries of the South own X, the North owns Y; u = (X**rho + Y**rho)**(1/rho) with rho "
        "= (sigma - 1)/sigma; all trade at the price that clears the market.",
        {"X": "south*(1 + growth of those who expand)", "Y": "north", "sigma": "elasticity"},
        [*elasticities(), *situations()],
    )


def elasticities() -> list[PublishedClaim]:
    """Return the claims on elasticities, prices and the cartel."""
    return [
        PublishedClaim("O34.price", "price of X in units of Y before growth", None, price,
                       UTILITY, AT),
        PublishedClaim("O34.joint", "elasticity of a country's welfare in the growth of all", None,
                       lambda: elasticity(joint_growth(), MODEL), ELASTICITY, AT),
        PublishedClaim("O34.joint_s75", "the same where joint growth does not immiserise", None,
                       lambda: elasticity(joint_growth(), {"elasticity": "3/4"}), ELASTICITY,
                       AT | {"sigma": "0.75"}),
        PublishedClaim("O34.unilateral", "elasticity of a country's welfare in its own growth",
                       None, lambda: elasticity(own_growth(), MODEL), ELASTICITY, AT),
        PublishedClaim("O34.sigma", "elasticity of substitution below which joint growth "
                       "immiserises, X = Y", None, critical_elasticity, ELASTICITY,
                       AT | {"sigma": "unknown"}),
        PublishedClaim("O34.cartel", "supply of all that is best for the South", None, cartel,
                       ELASTICITY, AT),
    ]  # fmt: skip


def situations() -> list[PublishedClaim]:
    """Return the claims on who grows, and what that does."""
    return [
        PublishedClaim("O34.u_none", "utility of a country if nobody grows", None,
                       lambda: utilities((0, "stay")), UTILITY, AT),
        PublishedClaim("O34.u_all", "utility of a country if all grow", None,
                       lambda: utilities((4, "expand")), UTILITY, AT),
        PublishedClaim("O34.u_one", "utility of the grower and of the others if one grows", None,
                       lambda: utilities((1, "expand"), (1, "stay")), UTILITY, AT),
        PublishedClaim("O34.u_three", "utility of the hold-out and of the growers if three grow",
                       None, lambda: utilities((3, "stay"), (3, "expand")), UTILITY, AT),
        PublishedClaim("O34.dilemma", "growing is strictly dominant, and all growing is worse for "
                       "a country than none", None, dilemma, UTILITY, AT),
        PublishedClaim("O34.north", "utility of the North if nobody grows, and if all do", None,
                       north, UTILITY, AT | {"standing": 1}),
    ]  # fmt: skip


# -- derivatives of the declared payoff -----------------------------------------------------------


def payoff(game: Game, own: Any, total: Any) -> sp.Expr:
    """Return a country's utility where it expands so many times, and all together so many."""
    found = game.payoff("country")
    sums = dict.fromkeys(found.atoms(Total), sp.sympify(total))
    formula: sp.Expr = found.xreplace(sums).xreplace({symbol("expand"): sp.sympify(own)})
    return formula


@cache
def joint_growth() -> sp.Expr:
    """Return the elasticity of utility in the growth of all, at no growth."""
    return _elasticity(payoff(immiserising(), 1, symbol("countries")))


@cache
def own_growth() -> sp.Expr:
    """Return the elasticity of utility in a country's own growth, at no growth."""
    return _elasticity(payoff(immiserising(), 1, 1))


def _elasticity(utility: sp.Expr) -> sp.Expr:
    """Differentiate the logarithm of a utility in growth, where growth is 0."""
    growth = symbol("growth")
    slope: sp.Expr = (sp.diff(utility, growth) / utility).xreplace({growth: sp.S.Zero})
    return slope


def at_values(formula: sp.Expr, at: Mapping[str, Any]) -> Enclosure:
    """Enclose a formula at parameter values."""
    values = {**immiserising().values(), **{k: exact(v) for k, v in at.items()}}
    return enclosed(formula, {k: Enclosure.point(v) for k, v in values.items()})


def elasticity(formula: sp.Expr, at: Mapping[str, Any]) -> Computed:
    """Return an elasticity at parameter values."""
    return answer(at_values(formula, at), Grade.CERTIFIED,
                  method="derivative of the declared payoff, enclosed")  # fmt: skip


def critical_elasticity() -> Computed:
    """Return the elasticity of substitution at which the sign of joint growth changes."""

    def gain(sigma: Fraction) -> tuple[Enclosure, Grade]:
        return at_values(joint_growth(), {"elasticity": sigma}), Grade.CERTIFIED

    return crossing(gain, "2/5", "3/4")


def cartel() -> Computed:
    """Let a cartel of the South decide how much of X is supplied."""
    model = immiserising()
    supply = {symbol("south"): symbol("supply"), symbol("growth"): sp.S.Zero}
    value = payoff(model, 0, 0).xreplace(supply) * symbol("countries")
    game = Game(
        "export cartel",
        [Player("cartel")],
        [Move("supply", "cartel", ("1/10", 3))],
        {"cartel": value},
        parameters=[p for p in model.parameters if p.name not in ("south", "growth", "standing")],
        source="@bhagwati1958immiserizing; own form",
    )
    one = only(game, MODEL)
    return answer(played(one)["supply"], one)


# -- who grows ------------------------------------------------------------------------------------


def utility(growers: int, choice: str) -> Enclosure:
    """Return what a country with a choice has if so many grow."""
    own = {"stay": 0, "expand": 1}[choice]
    return at_values(payoff(immiserising(), own, growers), MODEL)


def utilities(*whose: tuple[int, str]) -> Computed:
    """Return what countries have, with so many that grow."""
    values = tuple(utility(growers, choice) for growers, choice in whose)
    return answer(values if len(values) > 1 else values[0], Grade.CERTIFIED,
                  method="declared payoff, enclosed")  # fmt: skip


def dilemma() -> Computed:
    """Tell whether growing is strictly dominant, and all are worse off by it.

    Dominance is shown for every number of others who grow, with payoffs enclosed: then that all
    grow is the only equilibrium, and it has to be the one that the solver finds.
    """
    dominant = all(
        utility(others + 1, "expand").lower > utility(others, "stay").upper for others in range(4)
    )
    worse = utility(4, "expand").upper < utility(0, "stay").lower
    found = [one.strategies[0].counts for one in solve(immiserising(), MODEL)]
    alone = [dict(counts or {}) for counts in found] == [{"stay": 0, "expand": 4}]
    return answer(dominant and worse and alone, Grade.CERTIFIED,
                  method="payoffs enclosed; the equilibrium solved")  # fmt: skip


def north() -> Computed:
    """Return what the North has if nobody grows, and if all do."""
    (northern,) = immiserising().bystanders
    sums = northern.surplus.atoms(Total)
    values = [
        at_values(northern.surplus.xreplace(dict.fromkeys(sums, sp.Integer(k))),
                  MODEL | {"standing": 1})
        for k in (0, 4)
    ]  # fmt: skip
    return answer(tuple(values), Grade.CERTIFIED, method="declared payoff, enclosed")


# -- the market -----------------------------------------------------------------------------------


def exchange() -> Game:
    """South and North each offer a share of what they own at a given price."""
    rho = "(1 - 1/elasticity)"
    return Game(
        "offers at a price",
        [Player("south"), Player("northern")],
        [Move("x", "south", ("1/20", "19/20")), Move("y", "northern", ("1/20", "19/20"))],
        {
            "south": f"((1 - x)**{rho} + (price*x)**{rho})**(1/{rho})",
            "northern": f"((y/price)**{rho} + (1 - y)**{rho})**(1/{rho})",
        },
        parameters=[
            Parameter("price", 1, "price > 0"), Parameter("elasticity", "2/5", "elasticity > 0"),
        ],
        source="@bhagwati1958immiserizing; own form",
    )  # fmt: skip


def price() -> Computed:
    """Return the slope of the common taste at what there is, and see that it clears the market.

    Raises
    ------
    StructureError
        If the South does not offer as much X at this price as the North buys.
    """
    taste = read_expression("(x**(1 - 1/elasticity) + y**(1 - 1/elasticity))", ["x", "y", *MODEL])
    slope = sp.diff(taste, symbol("x")) / sp.diff(taste, symbol("y"))
    here = {**MODEL, "x": 1, "y": 1}
    found = enclosed(slope, {name: Enclosure.point(exact(v)) for name, v in here.items()})
    offers = only(exchange(), {"price": found.lower})
    excess = played(offers)["x"] - played(offers)["y"] * Enclosure.point(1 / found.lower)
    if not found.is_exact or max(excess.upper, -excess.lower) > Fraction(1, 10**9):
        raise StructureError("the price does not clear the market")
    return answer(found, offers)
