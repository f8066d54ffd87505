r"""Rodríguez-Clare (1996): linkages with suppliers of services that cannot be imported.

**Set-up.** Traditional goods take one unit of labour, of which there are L. A modern good is made
of labour and of services, :math:`L_m^{1-\theta} X^\theta` with :math:`X = (\sum_i x_i^e)^{1/e}`.
Each variety takes F of labour to set up and one of labour a unit; its supplier asks for 1/e times
its cost, and suppliers enter freely. Both goods are traded at the price 1.

**Claims.** In one equilibrium there are no suppliers, and the wage is 1. In another, modern
production employs everybody, at a higher wage. Between them is an unstable one with the critical
mass of suppliers, at which modern producers can just pay the wage 1.

**In our games** modern producers choose how to make a unit, which says at which number of suppliers
M it costs 1. Workers then move to where the wage is higher, and a player `entry` has a marginal
payoff with the sign of what one more supplier would earn: the model `linkages` with a number of
suppliers that need not be whole. Variety is measured by the wage that modern producers can pay,
:math:`w = (n/M)^a`, so that payoffs are polynomials; :math:`a = 1/2` here.

Sources
-------
@rodriguezclare1996multinationals; @rodriguezclare1996division; @rodrik1996coordination;
@ciccone1996startup. The minimal version is in none of them
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from pigou.equilibrium import Equilibrium, EquilibriumSet, Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.models.linkages import KEPT
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.replicating import answer, crossing, only, played, worth
from pigou.solving import solve

WHERE = f"{DERIVED}; minimal version with free entry"
AT = {"L": 100, "theta": "1/2", "e": "1/2", "F": 2}
ONE = Enclosure.point(1)


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "rodriguezclare1996multinationals",
        "Modern good L_m**(1 - theta)*X**theta with X = (sum x_i**e)**(1/e), traditional good one "
        "unit of labour, both at the price 1; a variety takes F + x_i of labour; free entry.",
        {"L": "labour", "theta": "input_share", "e": "similarity", "F": "setup", "n": "n"},
        [
            PublishedClaim(
                "O44.n_good", "suppliers in the good equilibrium", "12.5",
                lambda: of_good("critical*wage**2"), WHERE, AT,
            ),
            PublishedClaim(
                "O44.w_good", "wage in the good equilibrium; it is 1 in the bad one", "1.25",
                lambda: of_good("wage"), WHERE, AT,
            ),
            PublishedClaim(
                "O44.n_crit", "critical mass of suppliers, in the unstable equilibrium", 8,
                in_between, WHERE, AT,
            ),
            PublishedClaim(
                "O44.Y_good", "modern output in the good equilibrium", 125,
                lambda: of_good("modern*wage"), WHERE, AT,
            ),
            PublishedClaim(
                "O44.start_subsidy", "subsidy on output that makes modern production viable with "
                "two suppliers at the wage 1", 1, start_subsidy, WHERE, AT | {"n": 2},
            ),
        ],
    )  # fmt: skip


def technique() -> Game:
    """Modern producers choose labour for one unit of the good, at the wage 1.

    With theta = e = 1/2 a unit takes :math:`x = 1/(m n^2)` of each of the n varieties.
    """
    return Game(
        "technique of modern production", [Player("producers")],
        [Move("m", "producers", ("1/100", 100), tex="m")],
        {"producers": "-(m + n*2*(1/(m*n**2)))"},
        parameters=[Parameter("n", 2, "n > 0")],
        source="@rodriguezclare1996multinationals; minimal version",
    )  # fmt: skip


def short(n: Fraction) -> tuple[Enclosure, Grade]:
    """Return by how much a unit's cost with n suppliers exceeds its price."""
    one = only(technique(), {"n": n})
    return -one.payoffs["producers"] - ONE, weakest([one])


@cache
def critical_mass() -> Fraction:
    """Return the number of suppliers at which a unit costs what it fetches, exactly.

    Raises
    ------
    StructureError
        If it is no simple fraction.
    """
    near = crossing(short, 5, 11, width="1/1000").value
    exact = Fraction(float(near.value)).limit_denominator(100)
    if short(exact)[0] != Enclosure.point(0):
        raise StructureError("the critical mass of suppliers is no simple fraction")
    return exact


def economy() -> Game:
    """Workers move to where the wage is higher, and suppliers enter as long as they earn."""
    return Game(
        "economy with services",
        [Player("workers"), Player("entry")],
        [Move("modern", "workers", (0, "labour")), Move("wage", "entry", (0, 3))],
        {
            "workers": "modern*(wage - 1)",
            "entry": f"{KEPT}*modern*wage - setup*critical*wage**3/3",
        },
        parameters=[
            Parameter("labour", 100, "labour > 0"),
            Parameter("input_share", "1/2", "0 < input_share < 1"),
            Parameter("similarity", "1/2", "0 < similarity < 1"),
            Parameter("setup", 2, "setup > 0"),
            Parameter("critical", critical_mass(), "critical > 0"),
        ],
        source="@rodriguezclare1996multinationals; minimal version",
    )


@cache
def equilibria() -> EquilibriumSet:
    """Return the equilibria: the bad one, the unstable one and the good one, in this order.

    Raises
    ------
    StructureError
        If there are not three.
    """
    found = solve(economy())
    if len(found) != 3:
        raise StructureError(f"'economy with services' has {len(found)} equilibria, not three")
    return found


def by_wage(place: int) -> Equilibrium:
    """Return the equilibrium with the lowest wage (0), the next (1) or the highest (2)."""
    return sorted(equilibria(), key=lambda one: played(one)["wage"].value)[place]


def of_good(formula: str) -> Computed:
    """Return the value of a formula in the good equilibrium."""
    return answer(worth(economy(), by_wage(2), formula), equilibria())


def in_between() -> Computed:
    """Return the number of suppliers in the unstable equilibrium."""
    return answer(worth(economy(), by_wage(1), "critical*wage**2"), equilibria())


def start_subsidy() -> Computed:
    """Return what a unit costs with two suppliers beyond its price."""
    return answer(*short(Fraction(2)))
