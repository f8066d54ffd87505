r"""von Stengel (1999): a game of six by six with more equilibria than coordination has.

**Set-up.** Two players with six strategies each, and payoffs made from two dual cyclic polytopes.

**Claims.** A game of d by d strategies can have more than the :math:`2^d - 1` equilibria of a
coordination game: there is one with six by six that has 75, not 63.

**In our solver** equilibria are found as pairs of corners of two polytopes, in exact arithmetic.

Sources
-------
@stengel1999new
"""

from __future__ import annotations

from pigou.expression import Lookup
from pigou.game import Game, Move, Player
from pigou.publication import Computed, Publication, PublishedClaim
from pigou.replicating import answer
from pigou.solving import solve

ROW = (
    (9504, -660, 19976, -20526, 1776, -8976),
    (-111771, 31680, -130944, 168124, -8514, 52764),
    (397584, -113850, 451176, -586476, 29216, -178761),
    (171204, -45936, 208626, -263076, 14124, -84436),
    (1303104, -453420, 1227336, -1718376, 72336, -461736),
    (737154, -227040, 774576, -1039236, 48081, -300036),
)
"""What the player of rows gets."""
TURNED = (4, 5, 2, 3, 0, 1)
"""The other player gets the same in the game with roles exchanged and pairs of strategies moved."""


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "stengel1999new",
        "Two players with six strategies each; payoffs from two dual cyclic polytopes.",
        {"rows, columns": "row, column"},
        [
            PublishedClaim("O19.vs_75", "number of equilibria", 75, number, "the 6 by 6 game"),
        ],
    )


def cyclic() -> Game:
    """Return the game."""
    places = range(6)
    column = [[ROW[TURNED[j]][TURNED[i]] for j in places] for i in places]
    labels = {f"s{k + 1}": k + 1 for k in places}
    axes = [tuple(labels.values())] * 2
    return Game(
        "cyclic",
        [Player("rows"), Player("columns")],
        [Move("row", "rows", labels), Move("column", "columns", labels)],
        {
            who: Lookup.of(["row", "column"], axes, [x for line in table for x in line])
            for who, table in (("rows", ROW), ("columns", column))
        },
        source="@stengel1999new",
    )


def number() -> Computed:
    """Count the equilibria, unless there is a continuum of them."""
    found = solve(cyclic())
    return answer("infinitely many" if found.components else len(found), found)
