r"""Kamien, Muller and Zang (1992): research joint ventures and research cartels.

**Set-up.** Two firms face the price :math:`a - b Q`. Firm i spends :math:`X_i` on research; its
unit cost falls by :math:`\sqrt{(2/\gamma)(X_i + \beta X_j)}`. In a joint venture all is shared
(:math:`\beta = 1`); in a cartel spending is decided on together. Then firms compete in quantities.

**Claims.** A joint venture that is a cartel has the lowest price, a joint venture whose members
decide alone the highest, since each waits for the other.

**In our games** a cartel is a player who decides on one spending for both; with full sharing and
separate decisions only the sum counts, so that firm two spends 1.

Sources
-------
@kamien1992research; the quadratic form is not in the paper
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from pigou.equilibrium import Equilibrium
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer, only, worth

FORM = f"{DERIVED}; quadratic form, quantities"
AT = {"a": 100, "c": 40, "b": 1, "gamma": 4, "beta": "0.3"}
ORDER = ("competition", "cartel", "RJV competition", "RJV cartel")
RANKING = ("RJV cartel", "competition", "cartel", "RJV competition")


def publication() -> Publication:
    """Return the publication with its claims."""
    prices = ("55.82822086", "56.88622754", "57.64705882", "55")
    return Publication(
        "kamien1992research",
        "Two firms face the price a - b*Q; firm i spends X_i, and its unit cost c falls by "
        "sqrt((2/gamma)*(X_i + beta*X_j)); beta = 1 in a joint venture (RJV).",
        {"X_i": "y1, y2, or y", "a": "100", "c": "40", "b": "1", "gamma": "4", "beta": "beta"},
        [
            PublishedClaim("O29.y_comp", "cost reduction, competition", "6.257668712",
                           lambda: reduction("competition"), FORM, AT),
            PublishedClaim("O29.y_cartel", "cost reduction, cartel", "4.670658683",
                           lambda: reduction("cartel"), FORM, AT),
            PublishedClaim("O29.y_rjv_cartel", "cost reduction, joint venture and cartel", "7.5",
                           lambda: reduction("RJV cartel"), FORM, AT | {"beta": 1}),
            PublishedClaim("O29.y_rjv_comp", "cost reduction, joint venture, separate decisions",
                           "3.529411765", lambda: reduction("RJV competition"), FORM,
                           AT | {"beta": 1}),
            PublishedClaim("O29.prices", f"prices: {', '.join(ORDER)}", prices, all_prices, FORM,
                           AT),
            PublishedClaim("O29.ranking", "modes by price, lowest first", RANKING, ranking,
                           "the ranking in the paper (its abstract has joint ventures at both "
                           "ends), at these parameters", AT),
        ],
    )  # fmt: skip


def spending() -> Game:
    """Each firm spends on R&D, then quantities; a = 100, c = 40."""
    margin = "q{0}*(100 - q1 - q2 - (40 - sqrt((y{0} + beta*y{1})/2)))"
    return Game(
        "R&D spending, then quantities",
        [Player("one"), Player("two")],
        [
            Move("y1", "one", (1, 400)),
            Move("y2", "two", (1, 400)),
            Move("q1", "one", (0, 100), 2),
            Move("q2", "two", (0, 100), 2),
        ],
        {"one": margin.format(1, 2) + " - y1", "two": margin.format(2, 1) + " - y2"},
        parameters=[Parameter("beta", "3/10", "0 <= beta")],
        source="@kamien1992research; quadratic form",
    )


def joint_spending() -> Game:
    """Let a cartel decide on the spending of each firm, then these choose quantities."""
    margin = "q{0}*(100 - q1 - q2 - (40 - sqrt((1 + beta)*y/2)))"
    return Game(
        "joint R&D spending, then quantities",
        [Player("cartel"), Player("one"), Player("two")],
        [
            Move("y", "cartel", (1, 400)),
            Move("q1", "one", (0, 100), 2),
            Move("q2", "two", (0, 100), 2),
        ],
        {
            "cartel": f"{margin.format(1)} + {margin.format(2)} - 2*y",
            "one": margin.format(1),
            "two": margin.format(2),
        },
        parameters=[Parameter("beta", "3/10", "0 <= beta")],
    )


def shared_spending() -> Game:
    """Full spillovers, no cartel: only the sum of spending counts, firm two spends 1.

    With beta = 1 every way to share the sum is an equilibrium of the game in which both spend.
    """
    margin = "q{0}*(100 - q1 - q2 - (40 - sqrt((y + 1)/2)))"
    return Game(
        "R&D spending in a joint venture without joint decisions",
        [Player("one"), Player("two")],
        [
            Move("y", "one", (1, 400)),
            Move("q1", "one", (0, 100), 2),
            Move("q2", "two", (0, 100), 2),
        ],
        {"one": margin.format(1) + " - y", "two": margin.format(2)},
    )


@cache
def mode(name: str) -> tuple[Game, Equilibrium, dict[str, str]]:
    """Return the game of a mode, its equilibrium, and the parameter values."""
    at = {"beta": "1" if name == "RJV cartel" else "3/10"}
    games = {"competition": spending, "RJV competition": shared_spending}
    game = games.get(name, joint_spending)()
    at = at if game.parameters else {}
    return game, only(game, at), at


def reduction(name: str) -> Computed:
    """Return by how much the unit cost falls."""
    spent = {"competition": "y1 + beta*y2", "RJV competition": "y + 1"}
    game, one, at = mode(name)
    formula = f"sqrt(({spent.get(name, '(1 + beta)*y')})/2)"
    return answer(worth(game, one, formula, at), one)


def price(name: str) -> Enclosure:
    """Return the price of a mode."""
    game, one, at = mode(name)
    return worth(game, one, "100 - q1 - q2", at)


def all_prices() -> Computed:
    """Return the prices of all modes."""
    return answer([price(name) for name in ORDER], *(mode(name)[1] for name in ORDER))


def ranking() -> Computed:
    """Return the modes by price."""
    names = sorted(ORDER, key=lambda name: price(name).lower)
    if any(price(low).upper >= price(high).lower for low, high in pairwise(names)):
        raise StructureError("two prices are not told apart: no ranking")
    return answer(names, *(mode(name)[1] for name in ORDER))
