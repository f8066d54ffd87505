r"""Nau, Gomez Canovas and Hansen (2004): a game whose one equilibrium is irrational.

**Set-up.** Three players with two strategies each.

**Claims.** The game of section 4 has one Nash equilibrium. All players mix, with probabilities that
are irrational, so that no method that works with rational numbers finds it.

**In our solver** the probabilities are enclosed, each in an interval that is shown to hold exactly
one root, and all other supports are excluded.

Sources
-------
@nau2004geometry
"""

from __future__ import annotations

import itertools

from pigou.expression import Lookup
from pigou.game import Game, Move, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer, only

PAYOFFS = (
    (3, 0, 2), (0, 1, 0), (0, 2, 0), (1, 0, 0), (1, 0, 0), (0, 3, 0), (0, 1, 0), (2, 0, 3),
)  # fmt: skip
"""Of players 1, 2 and 3, the strategy of player 1 varying fastest."""


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "nau2004geometry",
        "Three players with two strategies each; the payoffs are those of section 4.",
        {"strategies": "first, second"},
        [
            PublishedClaim("O19.nau4", "probability of the first strategy of players 1, 2 and 3",
                           ("0.6192325795", "0.4798042227", "0.3788253361"), mixtures,
                           f"{DERIVED} in digits; the game of section 4"),
        ],
    )  # fmt: skip


def irrational() -> Game:
    """Return the game."""
    players = ("one", "two", "three")
    moves = [f"of_{name}" for name in players]
    order = list(itertools.product((0, 1), repeat=3))
    return Game(
        "irrational",
        [Player(name) for name in players],
        [
            Move(move, name, {"first": 1, "second": 2})
            for move, name in zip(moves, players, strict=True)
        ],
        {
            name: Lookup.of(
                moves, [(1, 2)] * 3, [PAYOFFS[a + 2 * b + 4 * c][k] for a, b, c in order]
            )
            for k, name in enumerate(players)
        },
        source="@nau2004geometry, section 4",
    )


def mixtures() -> Computed:
    """Return how likely the players take their first strategy."""
    one = only(irrational())
    return answer(tuple(s.probabilities["first"] for s in one.strategies), one)
