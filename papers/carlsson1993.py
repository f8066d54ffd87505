"""Carlsson and van Damme (1993): a little doubt selects the risk-dominant equilibrium.

**Set-up.** Two players hunt a stag, which gives 4 to each if both do and nothing to one alone, or
stay, which gives x for sure. For 0 < x < 4 both profiles are strict equilibria. The limit of small
noise selects the risk-dominant one (Harsanyi and Selten 1988, section 3.9): the stag for x < 2.

Sources
-------
@carlsson1993global; @harsanyi1988general, section 3.9
"""

from __future__ import annotations

from fractions import Fraction

from pigou.assessment import assess
from pigou.equilibrium import Grade
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import Computed, Publication, PublishedClaim
from pigou.replicating import turning_point
from pigou.selection import select
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
        ],
    )  # fmt: skip


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
