r"""Selten (1975): a horse, and equilibria that rest on what would never be done.

**Set-up.** Player 1 chooses R or L. After R player 2 chooses R, which ends the game, or L. Player 3
is asked after either L, does not know after which, and chooses R or L.

**Claims.** There are two types of equilibrium points. In the first all play R but player 3, who
plays R with probability 1/4 at most. In the second player 1 plays L and player 3 R, and player 2,
who is never asked, R with probability 1/3 or more. The second type is not sensible: if asked,
player 2 would rather play L, and have 4 instead of 1.

**In our game** the second type is not even a weak perfect Bayesian equilibrium. In the first
player 3 has to believe that player 1 was the one who played L with probability 1/3 at most.

Sources
-------
@selten1975reexamination
"""

from __future__ import annotations

from functools import cache
from operator import attrgetter

from pigou.equilibrium import Equilibrium, EquilibriumSet
from pigou.exact import Enclosure
from pigou.game import Game, Move, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer
from pigou.solving import solve

FIGURE = "the example of figure 1"
READ = f"{DERIVED}; {FIGURE}"
BELIEFS = f"{DERIVED}, which has no beliefs; {FIGURE}"

lower = attrgetter("lower")


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "selten1975reexamination",
        "Player 1 plays R or L; after R player 2 plays R, which ends the game, or L; player 3 is "
        "asked after either L, without knowing which, and plays R or L.",
        {"p1, p2, p3": "move_1, move_2, move_3"},
        [
            PublishedClaim("O19.horse_A_minP2R", "least probability of R of player 2 where "
                           "player 1 plays L", "1/3", least_of_two, FIGURE),
            PublishedClaim("O19.horse_B_maxP3R", "largest probability of R of player 3 where "
                           "player 1 plays R", "1/4", most_of_three, FIGURE),
            PublishedClaim("O19.horse_payoffs", "payoffs where player 1 plays L, and where it "
                           "plays R", ((3, 2, 2), (1, 1, 1)), payoffs, READ),
            PublishedClaim("O19.horse_extreme", "extreme points of both types, as probabilities "
                           "of R", ((0, "1/3", 1), (0, 1, 1), (1, 1, 0), (1, 1, "1/4")), extreme,
                           READ),
            PublishedClaim("O19.horse_belief", "types, by what player 1 plays, that are no weak "
                           "perfect Bayesian equilibria, that are sequential, and how likely "
                           "player 3 may believe L of player 1 in the latter",
                           ("L", "R", "1/3"), supported, BELIEFS),
        ],
    )  # fmt: skip


def horse() -> Game:
    """Return the game."""
    sides = {"R": 1, "L": 2}
    return Game(
        "horse",
        [Player("one"), Player("two"), Player("three")],
        [
            Move("move_1", "one", sides),
            Move("move_2", "two", sides, 2, when="move_1 == R"),
            Move("move_3", "three", sides, 3, observes=(), when="move_1 == L or move_2 == L"),
        ],
        {
            "one": "if(move_1 == L, 3*(move_3 == R), if(move_2 == R, 1, 4*(move_3 == R)))",
            "two": "if(move_1 == L, 2*(move_3 == R), if(move_2 == R, 1, 4*(move_3 == R)))",
            "three": "if(move_1 == L, 2*(move_3 == R), if(move_2 == R, 1, move_3 == L))",
        },
        source="@selten1975reexamination, figure 1",
    )


@cache
def found() -> EquilibriumSet:
    """Return all equilibria, the components by their extreme points."""
    return solve(horse())


def right(one: Equilibrium) -> tuple[Enclosure, ...]:
    """Return how likely players 1, 2 and 3 play R."""
    shares = {s.move: s.probabilities["R"] for s in one.strategies}
    return tuple(shares[f"move_{k}"] for k in (1, 2, 3))


def starting(side: str) -> list[Equilibrium]:
    """Return the extreme equilibria in which player 1 plays R, or L."""
    return [
        one
        for one in found()
        for s in one.strategies
        if s.move == "move_1" and s.probabilities[side].lower == 1
    ]


def least_of_two() -> Computed:
    """Return the least probability of R of player 2 in the second type."""
    return answer(min((right(one)[1] for one in starting("L")), key=lower), found())


def most_of_three() -> Computed:
    """Return the largest probability of R of player 3 in the first type."""
    return answer(max((right(one)[2] for one in starting("R")), key=lower), found())


def payoffs() -> Computed:
    """Return what the players get in either type."""
    paid = [tuple(one.payoffs.values()) for side in "LR" for one in starting(side)[:1]]
    return answer(tuple(paid), found())


def extreme() -> Computed:
    """Return the extreme equilibria, those in which player 1 plays L first."""
    points = [right(one) for one in found()]
    return answer(tuple(sorted(points, key=lambda point: tuple(map(lower, point)))), found())


def supported() -> Computed:
    """Return what beliefs leave: types that fail, types that stay, and the largest belief."""
    marks = {side: [set(one.marks) for one in starting(side)] for side in "RL"}
    failing = [s for s, of in marks.items() if all("not weak perfect Bayesian" in m for m in of)]
    staying = [s for s, of in marks.items() if all("sequential" in m for m in of)]
    beliefs = [belief for one in starting("R") for belief in one.beliefs]
    likely = [
        point[k]
        for belief in beliefs
        for k, labels in enumerate(belief.possible)
        if labels["move_1"] == "L"
        for point in belief.points
    ]
    return answer((*failing, *staying, max(likely)), found())
