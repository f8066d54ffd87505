r"""Lazear and Rosen (1981): a contest for rank, with normal noise.

**Set-up.** Each of n suppliers makes an effort :math:`e_i` at the cost :math:`k e_i^2/2`; its
output is :math:`e_i + \varepsilon_i`, with normal noise of the standard deviation s. The one with
the highest output gets the spread W on top. A unit of effort is worth V to society; where V = 0 the
contest is a race for a rent.

**Claims.** All make the same effort, which does not change who wins. It rises with the spread and
falls with the noise; a spread makes it efficient.

**In our games** the probability of winning is a function of the lead, and near no lead it is the
line :math:`1/n + h \, (e_i - \bar e)`, with :math:`\bar e` the mean of the others' efforts and

.. math::
   h = \frac{n - 1}{s} \int \varphi(x)^2 \, \Phi(x)^{n - 2} \, dx .

The integral is enclosed rigorously (`pigou.solvers.rank_order`). At equal efforts marginal gains
are those of the line, so that the game with the line has the symmetric equilibrium of the contest
if a supplier's payoff is concave whatever the others do. It is: the density of its lead over the
best of the others is a mean of normal densities, so that its slope is nowhere above
:math:`\varphi(1)/s^2`, and W times that is less than k here (`concave` checks it).

Sources
-------
@lazear1981rankorder
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache, partial

from pigou.comparison import compare
from pigou.equilibrium import Equilibrium, Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.replicating import answer, crossing, only, played
from pigou.solvers.rank_order import slope_of_winning

WHERE = f"{DERIVED}; normal noise, quadratic cost"
AT = {"n": 2, "s": 1, "k": 1, "W": 1}
STEEPEST = Fraction(1, 4)
"""The slope of a standard normal density is nowhere steeper: it is at most 0.2420."""


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = []
    for n, effort, payoff in ((2, "0.2820947918", "0.4602112642"),
                              (5, "0.2325928947", "0.1729502727")):  # fmt: skip
        at = AT | {"n": n}
        claims += [
            PublishedClaim(f"O37.e_{n}", f"equilibrium effort of {n} suppliers", effort,
                           partial(both_ends, partial(effort_of, n), n), WHERE, at),
            PublishedClaim(f"O37.payoff_{n}", "a supplier's expected payoff", payoff,
                           partial(both_ends, partial(payoff_of, n), n), WHERE, at),
        ]  # fmt: skip
    return Publication(
        "lazear1981rankorder",
        "n suppliers with outputs e_i + eps_i, eps_i normal with standard deviation s; the best "
        "gets the spread W; effort costs k*e_i**2/2 and is worth V a unit.",
        {"n": "suppliers", "W": "spread", "k": "k", "V": "worth", "h": "density"},
        [
            *claims,
            PublishedClaim("O37.dW_eff", "spread under which effort is efficient", "3.544907702",
                           efficient_spread, WHERE, AT | {"V": 1}),
            PublishedClaim("O37.loss", "what both together lose in a race for a rent",
                           "0.07957747155", lambda: both_ends(loss), WHERE, AT | {"V": 0}),
        ],
    )  # fmt: skip


# -- the noise ------------------------------------------------------------------------------------


def concave(spread: Fraction) -> None:
    """Check that the payoff of a supplier is concave in its effort whatever the others do.

    Raises
    ------
    StructureError
        If that is not known.
    """
    if not spread * STEEPEST < 1:
        raise StructureError(f"payoffs may not be concave where the spread is {spread}")


# -- the games ------------------------------------------------------------------------------------


def contest(n: int) -> Game:
    """Let suppliers choose efforts; who wins depends on the lead, by the line near no lead."""
    numbers = range(1, n + 1)

    def payoff(i: int) -> str:
        others = " + ".join(f"e{j}" for j in numbers if j != i)
        return f"spread*(1/{n} + density*(e{i} - ({others})/{n - 1})) - k*e{i}**2/2"

    return Game(
        "contest",
        [Player(f"supplier{i}") for i in numbers],
        [Move(f"e{i}", f"supplier{i}", (0, 3)) for i in numbers],
        {f"supplier{i}": payoff(i) for i in numbers},
        [Bystander("lead", f"worth*({' + '.join(f'e{i}' for i in numbers)}) - spread")],
        parameters=[
            Parameter("spread", 1, "spread > 0"), Parameter("density", "1/4", "density > 0"),
            Parameter("k", 1, "k > 0"), Parameter("worth", 0, "worth >= 0"),
        ],
        source="@lazear1981rankorder",
    )  # fmt: skip


def efficient_effort() -> Game:
    """Let a planner choose a supplier's effort; noise and prizes do not matter to it."""
    return Game(
        "efficient effort", [Player("planner")], [Move("e", "planner", (0, 3))],
        {"planner": "worth*e - k*e**2/2"},
        parameters=[Parameter("worth", 1, "worth >= 0"), Parameter("k", 1, "k > 0")],
        source="@lazear1981rankorder",
    )  # fmt: skip


# -- what is claimed ------------------------------------------------------------------------------


def both_ends(value: Callable[[Fraction], tuple[Enclosure, Grade]], n: int = 2) -> Computed:
    """Return a value that is monotone in the density, for all densities that are enclosed."""
    concave(Fraction(1))
    h = slope_of_winning(n)
    (a, first), (b, second) = value(h.lower), value(h.upper)
    both = Enclosure(min(a.lower, b.lower), max(a.upper, b.upper))
    return answer(both, first, second, Grade.CERTIFIED)


@cache
def equilibrium(n: int, h: Fraction, spread: Fraction = Fraction(1)) -> Equilibrium:
    """Return the equilibrium of the game with the line."""
    return only(contest(n), {"density": h, "spread": spread})


def effort_of(n: int, h: Fraction) -> tuple[Enclosure, Grade]:
    """Return the effort of the first supplier, which is that of all."""
    one = equilibrium(n, h)
    efforts = [played(one)[f"e{i}"] for i in range(1, n + 1)]
    if len({effort.value for effort in efforts}) != 1:
        raise StructureError("the equilibrium is not symmetric")
    return efforts[0], weakest([one])


def payoff_of(n: int, h: Fraction) -> tuple[Enclosure, Grade]:
    """Return what a supplier can expect."""
    one = equilibrium(n, h)
    return one.payoffs["supplier1"], weakest([one])


def loss(h: Fraction) -> tuple[Enclosure, Grade]:
    """Return by how much welfare falls short of the first best, with two suppliers."""
    before = compare(contest(2), [], {"density": h}).baseline
    one = before[before.selected]
    assert one.gap is not None
    return one.gap, weakest([before.found])


def efficient_spread() -> Computed:
    """Return the spread at which effort is that of a planner."""
    best = played(only(efficient_effort()))["e"]
    ends = []
    slope = slope_of_winning(2)
    for h in (slope.lower, slope.upper):

        def short(spread: Fraction, h: Fraction = h) -> tuple[Enclosure, Grade]:
            one = equilibrium(2, h, spread)
            return played(one)["e1"] - best, weakest([one])

        ends.append(crossing(short, 2, 4))
    concave(max(end.value.upper for end in ends))
    spread = Enclosure(min(e.value.lower for e in ends), max(e.value.upper for e in ends))
    return answer(spread, *(end.grade for end in ends), method="crossing")
