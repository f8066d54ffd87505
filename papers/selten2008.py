r"""Selten and Chmura (2008): stationary concepts for 2x2 games.

**Set-up.** In experimental game 1 the row player gets 10 for (U, L) and 0 for (U, R), 9 for (D, L)
and 10 for (D, R); the column player 8, 18, 9, 8. The only Nash equilibrium is mixed. The authors
compare it with the quantal response equilibrium and other concepts.

Sources
-------
@selten2008stationary
"""

from __future__ import annotations

from pigou.game import Game, Move, Player
from pigou.papers.mckelvey1995 import at_precision, probabilities
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer, only


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "selten2008stationary",
        "Game 1: U pays 10, 0 and D pays 9, 10 to the row player against L, R; the column player "
        "gets 8, 18 against U and 9, 8 against D.",
        {"p_U, q_L": "probabilities of U and L", "lambda": "precision"},
        [
            PublishedClaim(
                "O09.SC1_nash", "probabilities of U and L in the Nash equilibrium",
                ("1/11", "10/11"), nash, f"{DERIVED}; from indifference", {}, 0,
            ),
            PublishedClaim(
                "O09.SC1_qre", "probabilities of U and L in the logit equilibrium",
                ("0.04184369154", "0.6380026078"),
                lambda: at_precision(game(), "1.05", {"U", "L"}),
                f"{DERIVED}; at the precision estimated, with more digits than are printed",
                {"lambda": "1.05"},
            ),
        ],
    )  # fmt: skip


def game() -> Game:
    """Return experimental game 1."""
    return Game(
        "game 1",
        [Player("row"), Player("column")],
        [Move("a", "row", {"U": 0, "D": 1}), Move("b", "column", {"L": 0, "R": 1})],
        {
            "row": "if(a == 0, 10*(1 - b), 9 + b)",
            "column": "if(a == 0, 8 + 10*b, 9 - b)",
        },
        source="@selten2008stationary, experimental game 1",
    )


def nash() -> Computed:
    """Return the probabilities of U and L in the one Nash equilibrium."""
    one = only(game())
    return answer(probabilities(one, {"U", "L"}), one)
