r"""Spence (1973): certificates as signals, and how many of them are wasted.

**Set-up.** A supplier is of high ability with probability q. Its productivity is then 2, otherwise
1. It acquires a certificate of level e, which costs it e over its productivity, and is of no use.
Competing buyers see the level and pay what they expect the supplier's productivity to be.

**Claims.** Types separate where the level is high enough for the low type not to imitate, and low
enough for the high type to want it. The least such level is the outcome of Riley (1979), and the
only one that the intuitive criterion (Cho and Kreps 1987) leaves. Where most suppliers are of high
ability, even these would rather have no certificates at all. A tax on levels lowers the level, and
what is wasted.

**In our game** competition is one player, who loses the square of the difference between the wage
and the productivity, and so pays what it expects. It chooses among three wages: the two
productivities and their mean, the expectation after an uninformative certificate. In a separating
and in a pooling equilibrium no other wage occurs on the path, and what deters a supplier from other
levels deters it most with the lowest wage. All levels but one or two are left out: as beliefs about
other levels may be the worst, a level separates in the game with all levels if it does in the game
with this level and none. For the same reason the intuitive criterion looks at one deviation at a
time: the two next to the level, and others in wider steps. Deviations lie halfway between the
levels of the grid, as a low type that is *indifferent* about one may still be believed to make it.

Sources
-------
@spence1973job; @riley1979informational; @cho1987signaling. The case of two types with these numbers
is the textbooks'.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from pigou.equilibrium import Equilibrium, EquilibriumSet, Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import Chance, Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.reform import Reform, pay
from pigou.replicating import answer, crossing, turning_point, worth
from pigou.solving import solve

WHERE = f"{DERIVED}; two types"
AT = {"theta_L": 1, "theta_H": 2, "q": "0.4"}
TAXED = AT | {"tau": "0.25"}
SHARE = Fraction(2, 5)
STEP = Fraction(1, 100)
WIDE = 5 * STEP
CLOSE = Fraction(1, 10**7)


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "spence1973job",
        "A supplier of productivity theta, known to itself, acquires a certificate of level e at "
        "the cost e/theta; competing buyers pay the productivity they expect.",
        {"theta": "ability", "e": "e", "q": "q", "tau": "tau", "w": "wage"},
        [
            PublishedClaim("O17.interval", "separating certificate levels", (1, 2), interval,
                           WHERE, AT),
            PublishedClaim("O17.u_riley", "utilities of both types at the least of them",
                           (1, "3/2"), lambda: utilities("level", least()), WHERE, AT),
            PublishedClaim("O17.u_pool", "utility of both types without certificates",
                           ("7/5", "7/5"), lambda: utilities("none", least()), WHERE, AT),
            PublishedClaim("O17.q_crit", "share of high types above which even they lose",
                           "1/2", critical_share, WHERE, AT),
            PublishedClaim("O17.waste", "expected cost of certificates", "1/5",
                           lambda: wasted(least()), WHERE, AT),
            PublishedClaim("O17.e_tax", "least separating level with the tax", "4/5",
                           lambda: lowest(tax()), WHERE, TAXED),
            PublishedClaim("O17.waste_tax", "expected cost of certificates with the tax", "4/25",
                           lambda: wasted(least(tax()), tax()), WHERE, TAXED),
            PublishedClaim("O17.intuitive", "separating levels, of the grid of step 0.01, that "
                           "survive the intuitive criterion", (1,), surviving, WHERE, AT),
        ],
    )  # fmt: skip


# -- the games ------------------------------------------------------------------------------------


LEVEL = "if(certificate == level, e, 0)"
WAGE = "if(wage == low, 1, if(wage == mean, 1 + q, 2))"


@cache
def certificates() -> Game:
    """Return the game with one level and none."""
    return Game(
        "certificates",
        [Player("supplier"), Player("buyers")],
        [
            Move("certificate", "supplier", {"none": 0, "level": 1}),
            Move("wage", "buyers", {"low": 1, "mean": 2, "high": 3}, 2, observes=("certificate",)),
        ],
        {
            "supplier": f"{WAGE} - {LEVEL}/ability",
            "buyers": f"-({WAGE} - ability)**2",
        },
        parameters=[
            Parameter("q", SHARE, "0 < q < 1", meaning="share of high ability"),
            Parameter("e", 1, "e >= 0", meaning="level of the certificate"),
        ],
        chance=[Chance("ability", {"low": (1, "1 - q"), "high": (2, "q")}, seen_by=("supplier",))],
        source="@spence1973job; two types",
    )


@cache
def two_levels() -> Game:
    """Return the game with two levels and none; wages are one of the two productivities."""
    levels = {"none": 0, "other": 1, "level": 2}
    paid = f"if(certificate == other, other_level, {LEVEL})"
    return Game(
        "two levels",
        [Player("supplier"), Player("buyers")],
        [
            Move("certificate", "supplier", levels),
            Move("wage", "buyers", {"low": 1, "high": 2}, 2, observes=("certificate",)),
        ],
        {"supplier": f"wage - {paid}/ability", "buyers": "-(wage - ability)**2"},
        parameters=[
            Parameter("q", SHARE, "0 < q < 1"),
            Parameter("e", 1, "e >= 0"),
            Parameter("other_level", "1/2", "other_level >= 0"),
        ],
        chance=[Chance("ability", {"low": (1, "1 - q"), "high": (2, "q")}, seen_by=("supplier",))],
        source="@spence1973job; two types",
    )


def tax(rate: Fraction = Fraction(1, 4)) -> Reform:
    """Tax the level of the certificate."""
    return pay(
        "supplier", "government", f"tau*{LEVEL}", "tax", purpose="tax on certificates",
        parameters=[Parameter("tau", rate, "tau >= 0")],
    )  # fmt: skip


@cache
def found(level: Fraction, reform: Reform | None = None, q: Fraction = SHARE) -> EquilibriumSet:
    """Solve the game for pure equilibria, at a level, after a reform, at a share."""
    game = certificates() if reform is None else reform(certificates())
    return solve(game, {"e": level, "q": q}, pure=True)


def choosing(solved: EquilibriumSet, high: str) -> Iterator[Equilibrium]:
    """Yield the equilibria in which a low type has none, and a high type something."""
    for one in solved:
        if all(
            s.probabilities[{"low": "none", "high": high}[s.when["ability"]]].lower == 1
            for s in one.strategies
            if s.move == "certificate"
        ):
            yield one


# -- what is claimed ------------------------------------------------------------------------------


def separates(level: Fraction, reform: Reform | None = None) -> tuple[bool, Grade]:
    """Tell whether there is a separating equilibrium with a level."""
    solved = found(level, reform)
    return any(choosing(solved, "level")), weakest([solved])


@cache
def lowest(reform: Reform | None = None) -> Computed:
    """Enclose the least separating level."""
    return turning_point(lambda e: separates(e, reform), 0, Fraction(5, 4), CLOSE)


def least(reform: Reform | None = None) -> Fraction:
    """Return the least separating level, as the simple fraction that is one.

    Raises
    ------
    StructureError
        If none in the enclosure is a fraction with a small denominator that separates.
    """
    around = lowest(reform).value
    level = Fraction(float(around.value)).limit_denominator(1000)
    if not (around.lower <= level <= around.upper and separates(level, reform)[0]):
        raise StructureError(f"{level} is not the least separating level")
    return level


@cache
def interval() -> Computed:
    """Return the least and the largest separating level."""
    low, high = lowest(), turning_point(separates, Fraction(3, 2), 3, CLOSE)
    return answer((low.value, high.value), low.grade, high.grade, method=low.method)


def utility(one: Equilibrium, ability: str, q: Fraction = SHARE) -> Enclosure:
    """Return what a type earns."""
    weight = {"low": 1 - q, "high": q}[ability]
    earned = f"if(ability == {ability}, {WAGE} - {LEVEL}/ability, 0)"
    return worth(certificates(), one, earned, {"e": least(), "q": q}) / Enclosure.point(weight)


def utilities(high: str, level: Fraction) -> Computed:
    """Return what the low and the high type earn."""
    one = next(choosing(found(level), high))
    return answer((utility(one, "low"), utility(one, "high")), found(level))


def critical_share() -> Computed:
    """Enclose the share at which a high type is indifferent between Riley's outcome and pooling."""

    def gain(q: Fraction) -> tuple[Enclosure, Grade]:
        solved = found(least(), None, q)
        pooled, apart = (next(choosing(solved, high)) for high in ("none", "level"))
        difference = utility(pooled, "high", q) - utility(apart, "high", q)
        return difference, weakest([solved])

    return crossing(gain, Fraction(1, 10), Fraction(9, 10))


def wasted(level: Fraction, reform: Reform | None = None) -> Computed:
    """Return the expected cost of certificates, a tax not counted."""
    solved = found(level, reform)
    one = next(choosing(solved, "level"))
    game = certificates() if reform is None else reform(certificates())
    return answer(worth(game, one, f"{LEVEL}/ability", {"e": level}), solved)


def survives(level: Fraction) -> tuple[bool, Grade]:
    """Tell whether a separating level survives the intuitive criterion, deviation by deviation.

    Raises
    ------
    StructureError
        If the level does not separate where there is another one.
    """
    below = level - STEP / 2
    wide = [WIDE * k + STEP / 2 for k in range(int(2 / WIDE))]
    grades = []
    for other in (below, below + STEP, *sorted(wide, key=lambda deviation: abs(below - deviation))):
        solved = solve(two_levels(), {"e": level, "other_level": other}, pure=True)
        separating = list(choosing(solved, "level"))
        if not separating:
            raise StructureError(f"level {level} does not separate")
        grades.append(weakest([solved]))
        if all("not intuitive" in one.marks for one in separating):
            return False, weakest(grades)
    return True, weakest(grades)


def surviving() -> Computed:
    """Return the levels of the grid that separate and survive the intuitive criterion."""
    ends = interval()
    low, high = ends.value[0].lower, ends.value[1].upper
    levels = [one for k in range(int(3 / STEP)) if low <= (one := STEP * k) <= high]
    kept = {level: survives(level) for level in levels}
    grades = [grade for _, grade in kept.values()]
    return answer(tuple(level for level, (left, _) in kept.items() if left), ends.grade, *grades)
