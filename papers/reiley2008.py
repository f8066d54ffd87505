r"""Reiley, Urbancic and Walker (2008): poker with two cards, to signal and to bluff.

**Set-up.** Each of two players puts in one chip. The professor draws a king or a queen, and bets
another chip or folds. After a bet the student, who does not see the card, calls with another chip
or folds. A king wins if it is called, a queen loses.

**Claims.** The professor always bets with a king, and with a queen in one case out of three; the
student calls in two out of three. The professor wins a third of a chip on average.

Sources
-------
@reiley2008strippeddown
"""

from __future__ import annotations

from functools import cache

from pigou.equilibrium import Equilibrium
from pigou.game import Chance, Game, Move, Player
from pigou.publication import Computed, Publication, PublishedClaim
from pigou.replicating import answer, only


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "reiley2008strippeddown",
        "The professor draws a king or a queen, and bets or folds; after a bet the student, who "
        "does not see the card, calls or folds. Stakes are one chip, and two after a call.",
        {"card": "card", "bet or fold": "bet", "call or fold": "call"},
        [
            PublishedClaim("O19.reiley", "bets with a queen, calls, and what the professor wins",
                           ("1/3", "2/3", "1/3"), bluff, "the mixed equilibrium"),
        ],
    )  # fmt: skip


def poker() -> Game:
    """Return the game."""
    wins = "if(bet == no, -1, if(call == no, 1, if(card == king, 2, -2)))"
    return Game(
        "stripped-down poker",
        [Player("professor"), Player("student")],
        [
            Move("bet", "professor", {"no": 0, "yes": 1}),
            Move("call", "student", {"no": 0, "yes": 1}, 2, when="bet == yes"),
        ],
        {"professor": wins, "student": f"-({wins})"},
        chance=[Chance("card", {"queen": (0, "1/2"), "king": (1, "1/2")}, seen_by=("professor",))],
        source="@reiley2008strippeddown",
    )


@cache
def outcome() -> Equilibrium:
    """Return the only equilibrium."""
    return only(poker())


def bluff() -> Computed:
    """Return how often the professor bets with a queen and the student calls, and the value."""
    one = outcome()
    often = {(s.move, s.when.get("card")): s.probabilities["yes"] for s in one.strategies}
    return answer((often["bet", "queen"], often["call", None], one.payoffs["professor"]), one)
