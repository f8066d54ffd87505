r"""d'Aspremont and Jacquemin (1988): research that spills over to a rival.

**Set-up.** Two firms face the price :math:`a - b (q_1 + q_2)`. Firm i has the unit cost
:math:`A - x_i - \beta x_j`, and pays :math:`\gamma x_i^2/2` for its research :math:`x_i`. Research
is chosen first, then quantities.

**Claims.** Firms that decide on research together, and compete in quantities, do more of it than
rivals if and only if :math:`\beta > 1/2`. A cartel that decides on everything does more still, a
planner more than all. Not in the paper: the best that a planner can do who leaves quantities to
the firms, and the subsidy for research that brings it about.

**In our games** a consortium, a cartel or a planner is a player who owns the moves, and chooses the
same amount for both firms; a = 160, A = 100, b = 1, :math:`\gamma = 4`.

Sources
-------
@daspremont1988cooperative
"""

from __future__ import annotations

from functools import cache

from pigou.equilibrium import Equilibrium
from pigou.exact import Enclosure
from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer, only, played, worth

WHERE = "closed form of the paper, at these parameters"
SECOND = f"{DERIVED}; a planner of research who leaves quantities to the firms"
TOLD = f"{DERIVED}; welfare at the solutions of the paper"

# beta: rivals' research and output, consortium, cartel, planner, second best, subsidy, welfare
VALUES = {
    "b2": ("1/5", "6.818181818", "45.45454545", "4.347826087", "4.945054945", "10.97560976",
           "9.523809524", "9.523809524", ("1880.165289", "1814.744802", "1904.761905")),
    "b5": ("1/2", "5.714285714", "45.71428571", "5.714285714", "6.545454545", "15.65217391",
           "13.33333333", "26.66666667", ("1959.183673", "1959.183673", "2133.333333")),
    "b8": ("4/5", "4.545454545", "45.45454545", "7.317073171", "8.463949843", "22.68907563",
           "18.75", "50", ("1983.471074", "2165.377751", "2500")),
}  # fmt: skip


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "daspremont1988cooperative",
        "The price is a - b*(q_1 + q_2), firm i's unit cost A - x_i - beta*x_j, and research x_i "
        "costs gamma*x_i**2/2; research first, then quantities.",
        {"x_i": "x1, x2, or x for both", "q_i": "q1, q2", "beta": "beta", "a": "160", "A": "100",
         "b": "1", "gamma": "4"},
        [claim for name in VALUES for claim in claims(name)],
    )  # fmt: skip


def claims(name: str) -> list[PublishedClaim]:
    """Return the claims for one spillover."""
    beta, alone, output, joint, cartel, planner, second, rate, welfare = VALUES[name]
    at = {"a - A": 60, "b": 1, "gamma": 4, "beta": beta}
    return [
        PublishedClaim(f"O28.x_nc_{name}", "research of each of two rivals", alone,
                       lambda: of(rivals(beta), "x1"), WHERE, at),
        PublishedClaim(f"O28.Q_nc_{name}", "output of two rivals", output,
                       lambda: total_output(beta), WHERE, at),
        PublishedClaim(f"O28.x_coop_{name}", "research of each in a consortium", joint,
                       lambda: of(consortium(beta), "x"), WHERE, at),
        PublishedClaim(f"O28.x_cartel_{name}", "research of each in a cartel", cartel,
                       lambda: of(one_decides("cartel", 0, beta), "x"), WHERE, at),
        PublishedClaim(f"O28.x_fb_{name}", "research of each under a planner", planner,
                       lambda: of(one_decides("planner", 1, beta), "x"), WHERE, at),
        PublishedClaim(f"O28.x_sb_{name}", "research of each, second best", second,
                       lambda: of(second_best(beta), "x"), SECOND, at),
        PublishedClaim(f"O28.s_{name}", "subsidy per unit of research that brings it about", rate,
                       lambda: of(only(subsidised_research(), {"beta": beta}), "s"), SECOND, at),
        PublishedClaim(f"O28.W_{name}", "welfare: rivals, consortium, second best", welfare,
                       lambda: welfares(beta), TOLD, at),
    ]  # fmt: skip


# -- the games ------------------------------------------------------------------------------------

_BETA = (Parameter("beta", "1/5", "0 <= beta", source="illustrative"),)
_SALES = "q{0}*(160 - q1 - q2 - (100 - x{0} - beta*x{1}))"
_ALIKE = "q{0}*(160 - q1 - q2 - (100 - (1 + beta)*x))"


def research() -> Game:
    """R&D is chosen by each firm, then quantities."""
    return Game(
        "R&D, then quantities",
        [Player("one"), Player("two")],
        [
            Move("x1", "one", (0, 40)),
            Move("x2", "two", (0, 40)),
            Move("q1", "one", (0, 100), 2),
            Move("q2", "two", (0, 100), 2),
        ],
        {
            "one": _SALES.format(1, 2) + " - 2*x1**2",
            "two": _SALES.format(2, 1) + " - 2*x2**2",
        },
        [Bystander("consumers", "(q1 + q2)**2/2")],
        parameters=_BETA,
        source="@daspremont1988cooperative",
    )


def research_decided_by(who: str, objective: str) -> Game:
    """One player chooses the R&D of both firms, then these choose quantities."""
    return Game(
        f"R&D decided by a {who}",
        [Player(who), Player("one"), Player("two")],
        [
            Move("x", who, (0, 40)),
            Move("q1", "one", (0, 100), 2),
            Move("q2", "two", (0, 100), 2),
        ],
        {who: objective, "one": _ALIKE.format(1), "two": _ALIKE.format(2)},
        parameters=_BETA,
    )


PROFITS = f"{_ALIKE.format(1)} + {_ALIKE.format(2)} - 4*x**2"
SURPLUS = f"{PROFITS} + (q1 + q2)**2/2"


def research_and_output_decided_by(who: str, weight: int) -> Game:
    """One player decides everything; consumers count with a weight."""
    joint = f"2*q*(160 - 2*q - (100 - (1 + beta)*x)) - 4*x**2 + {weight}*(2*q)**2/2"
    moves = [Move("x", who, (0, 40)), Move("q", who, (0, 100), 2)]
    return Game(f"a {who}", [Player(who)], moves, {who: joint}, parameters=_BETA)


def subsidised_research() -> Game:
    """Let a regulator set a subsidy on R&D first, who maximises total surplus."""
    base = research()
    surplus = f"{_SALES.format(1, 2)} + {_SALES.format(2, 1)} - 2*x1**2 - 2*x2**2 + (q1 + q2)**2/2"
    return Game(
        "an R&D subsidy, R&D, quantities",
        [Player("regulator"), *base.players],
        [
            Move("s", "regulator", (0, 60)),
            *(Move(m.name, m.player, m.domain, m.stage + 1) for m in base.moves),
        ],
        {
            "regulator": surplus,
            "one": _SALES.format(1, 2) + " - 2*x1**2 + s*x1",
            "two": _SALES.format(2, 1) + " - 2*x2**2 + s*x2",
        },
        parameters=_BETA,
    )


# -- computing ------------------------------------------------------------------------------------


@cache
def rivals(beta: str) -> Equilibrium:
    """Return the equilibrium of two rivals."""
    return only(research(), {"beta": beta})


@cache
def consortium(beta: str) -> Equilibrium:
    """Return the equilibrium where both decide on research together."""
    return only(research_decided_by("consortium", PROFITS), {"beta": beta})


@cache
def second_best(beta: str) -> Equilibrium:
    """Return the equilibrium where a planner decides on research only."""
    return only(research_decided_by("planner", SURPLUS), {"beta": beta})


def one_decides(who: str, weight: int, beta: str) -> Equilibrium:
    """Return the choice of one who decides on everything."""
    return only(research_and_output_decided_by(who, weight), {"beta": beta})


def of(one: Equilibrium, move: str) -> Computed:
    """Return the value of a move."""
    return answer(played(one)[move], one)


def total_output(beta: str) -> Computed:
    """Return what both rivals sell."""
    one = rivals(beta)
    return answer(played(one)["q1"] + played(one)["q2"], one)


def welfares(beta: str) -> Computed:
    """Return total surplus of rivals, of a consortium and in the second best."""
    alone, joint, best = rivals(beta), consortium(beta), second_best(beta)
    game = research_decided_by("consortium", PROFITS)
    values = (
        sum(alone.payoffs.values(), Enclosure.point(0)),
        worth(game, joint, SURPLUS, {"beta": beta}),
        best.payoffs["planner"],
    )
    return answer(values, alone, joint, best)
