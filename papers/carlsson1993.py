r"""Carlsson and van Damme (1993): a little doubt selects the risk-dominant equilibrium.

**Set-up.** Two players hunt a stag, which gives 4 to each if both do and nothing to one alone, or
stay, which gives x for sure. For 0 < x < 4 both profiles are strict equilibria. The limit of small
noise selects the risk-dominant one (Harsanyi and Selten 1988, section 3.9): the stag for x < 2.

Two firms invest at the same time: investing pays :math:`\theta` if the other one invests too, and
:math:`\theta - 1` if not. With a normal prior and normal noise, cutoffs k of the posterior mean
solve :math:`k = \Phi(\sqrt{\gamma} (k - y))`, and there is one whatever y if
:math:`\gamma \le 2 \pi` (Morris and Shin 2003, section 2).

Sources
-------
@carlsson1993global; @harsanyi1988general, section 3.9; @morris2003global, section 2
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pigou.assessment import assess
from pigou.equilibrium import Grade
from pigou.game import Game, Move, Parameter, Player
from pigou.global_game import LinearGame
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import turning_point
from pigou.selection import select
from pigou.solvers.global_games import switching_equilibria
from pigou.solving import solve


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "carlsson1993global",
        "Two players: 4 each if both hunt the stag, 0 for one who does so alone, x for whoever "
        "stays.",
        {"x": "x"},
        [
            PublishedClaim(
                "O05.stag_x", "safe payoff at which risk dominance switches", 2, switch,
                "the theorem of the paper (the risk-dominant equilibrium), at these payoffs",
                {"payoff of the stag": 4},
            ),
            PublishedClaim("O02.gamma_main", "gamma at y = 0.6, tau = 1, sigma = 1",
                           "0.6666666667", lambda: gamma(MAIN), NORMAL, MAIN),
            PublishedClaim("O02.k_main", "the cutoff there", "0.4518644646",
                           lambda: cutoffs(MAIN), NORMAL, MAIN),
            PublishedClaim("O02.gamma_multi", "gamma at y = 0.5, tau = 0.5, sigma = 1",
                           "13.33333333", lambda: gamma(SEVERAL), NORMAL, SEVERAL),
            PublishedClaim("O02.k_multi", "the three cutoffs there",
                           ("0.05027992317", "0.5", "0.9497200768"), lambda: cutoffs(SEVERAL),
                           NORMAL, SEVERAL),
            PublishedClaim("O02.sigma_star", "largest noise for which there is one cutoff for all "
                           "y, tau = 1", "2.657535615", largest_noise, NORMAL, {"tau": 1}),
            PublishedClaim("O02.k_limit", "the cutoff as noise vanishes (sigma = 0.001)", "0.5",
                           lambda: cutoffs(MAIN | {"sigma": "1/1000"}), NORMAL,
                           {"y": "0.6", "tau": 1}, "0.001"),
        ],
    )  # fmt: skip


NORMAL = f"{DERIVED}; normal form of Morris and Shin"
MAIN = {"y": "3/5", "tau": 1, "sigma": 1}
SEVERAL = {"y": "1/2", "tau": "1/2", "sigma": 1}


def pair() -> LinearGame:
    """Two firms that invest, tau and sigma the standard deviations of prior and noise."""
    return LinearGame(
        "investment", gain=1, cost=1, mean="y", precision="1/tau**2",
        noise_precision="1/sigma**2",
        parameters=[
            Parameter("y", "3/5"),
            Parameter("tau", 1, "tau > 0"),
            Parameter("sigma", 1, "sigma > 0"),
        ],
        source="@morris2003global, section 2",
    )  # fmt: skip


def cutoffs(at: Mapping[str, Any]) -> Computed:
    """Return all cutoffs; a number if there is one."""
    found = switching_equilibria(pair(), at)
    values = tuple(one.critical for one in found.equilibria)
    return Computed(values[0] if len(values) == 1 else values, found.grade, "all roots, isolated")


def gamma(at: Mapping[str, Any]) -> Computed:
    """Return the square of the steepness."""
    found = switching_equilibria(pair(), at)
    return Computed(found.steepness * found.steepness, found.grade, "enclosed")


def largest_noise() -> Computed:
    """Return the noise at which the precisions alone stop to leave one cutoff."""

    def unique(sigma: Fraction) -> tuple[bool, Grade]:
        answer = switching_equilibria(pair(), {"y": "1/2", "sigma": sigma}).unique_for_all
        return bool(answer), Grade.NUMERICAL if answer is None else Grade.CERTIFIED

    return turning_point(unique, 1, 4)


def stag_hunt() -> Game:
    """Two players: 4 each if both hunt the stag, x for sure otherwise."""
    return Game(
        "stag hunt",
        [Player("hunter", size=2)],
        [Move("up", "hunter", {"stay": 0, "up": 1})],
        {"hunter": "if(up == 1, if(sum(up) == 2, 4, 0), x)"},
        parameters=[Parameter("x", 1)],
        source="@harsanyi1988general",
    )


def switch() -> Computed:
    """Return the safe payoff at which the selected equilibrium changes."""
    return turning_point(lambda x: both_hunt({"x": x}), "1/3", "7/2")


def both_hunt(at: dict[str, Fraction]) -> tuple[bool, Grade]:
    """Whether the risk-dominant equilibrium is that both hunt the stag."""
    game = stag_hunt()
    found = solve(game, at)
    outcome = select(game, found, assess(game, found), "risk-dominant")
    (strategy,) = found[outcome.name].strategies
    grade = outcome.grade if len(outcome.picked) == 1 and outcome.grade else Grade.NUMERICAL
    return strategy.probabilities["up"].lower == 1, grade
