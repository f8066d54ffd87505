r"""Cho and Kreps (1987): beer and quiche, and what an intuitive belief leaves of it.

**Set-up.** A sender is strong with probability s. It has beer or quiche for breakfast; the strong
one likes beer better by 1, the weak one quiche. The receiver sees the breakfast and may challenge
the sender to a duel, which costs either type 2. The receiver gets 1 for a duel with a weak sender
and for none with a strong one.

**Claims.** With s = 9/10 all have beer or all have quiche, and a belief about the other breakfast
deters from it: a duel follows with probability 1/2 or more. The intuitive criterion removes quiche:
a weak sender can only lose by beer. With s = 1/10 the only equilibrium is mixed.

**In our game** the receiver's beliefs off the path are sets, and *all* equilibria are listed.

Sources
-------
@cho1987signaling
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pigou.check import expectation
from pigou.equilibrium import Equilibrium, EquilibriumSet
from pigou.exact import Enclosure
from pigou.expression import If, symbol
from pigou.game import Chance, Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer
from pigou.solving import solve

EXAMPLE = "the example of beer and quiche"
FORM = f"{DERIVED}; the example of beer and quiche"
MANY, FEW = {"s": "9/10"}, {"s": "1/10"}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "cho1987signaling",
        "A sender, strong with probability s, has beer or quiche; a receiver sees which, and may "
        "challenge it to a duel.",
        {"s": "s", "breakfast": "meal", "duel": "duel", "type": "kind"},
        [
            PublishedClaim("O18.pure_sender_s9", "what strong and weak have, s = 9/10",
                           ("beer, beer", "quiche, quiche"), breakfasts, EXAMPLE, MANY),
            PublishedClaim("O18.n_mixed_sender_s9", "extreme equilibria in which a sender mixes", 0,
                           mixing, FORM, MANY),
            PublishedClaim("O18.min_duel_BB", "least probability of a duel after quiche that "
                           "supports beer", "1/2", lambda: least_duel("beer"), FORM, MANY),
            PublishedClaim("O18.min_duel_QQ", "least probability of a duel after beer that "
                           "supports quiche", "1/2", lambda: least_duel("quiche"), FORM, MANY),
            PublishedClaim("O18.payoffs_BB", "payoffs of strong, weak and receiver with beer",
                           (3, 2, "9/10"), lambda: payoffs("beer"), FORM, MANY),
            PublishedClaim("O18.payoffs_QQ", "payoffs of strong, weak and receiver with quiche",
                           (2, 3, "9/10"), lambda: payoffs("quiche"), FORM, MANY),
            PublishedClaim("O18.intuitive", "what survives the intuitive criterion",
                           ("beer, beer",), surviving, EXAMPLE, MANY),
            PublishedClaim("O18.s1_wimp_beer", "weak senders who have beer, s = 1/10", "1/9",
                           lambda: in_the_mixed_one("meal", "beer", kind="weak"), FORM, FEW),
            PublishedClaim("O18.s1_duel_beer", "duels after beer", "1/2",
                           lambda: in_the_mixed_one("duel", "yes", meal="beer"), FORM, FEW),
            PublishedClaim("O18.s1_duel_quiche", "duels after quiche", 1,
                           lambda: in_the_mixed_one("duel", "yes", meal="quiche"), FORM, FEW),
            PublishedClaim("O18.s1_payoffs", "payoffs of sender and receiver", ("11/10", "9/10"),
                           lambda: answer(tuple(the_mixed_one().payoffs.values()),
                                          found("1/10")), FORM, FEW),
        ],
    )  # fmt: skip


@cache
def breakfast() -> Game:
    """Return the game: a sender of two kinds, a meal, and a duel."""
    return Game(
        "beer and quiche",
        [Player("sender", "Sender"), Player("receiver", "Receiver")],
        [
            Move("meal", "sender", {"beer": 1, "quiche": 2}),
            Move("duel", "receiver", {"no": 0, "yes": 1}, 2, observes=("meal",)),
        ],
        {
            "sender": "(kind == strong)*(meal == beer) + (kind == weak)*(meal == quiche)"
            " + 2*(duel == no)",
            "receiver": "if(duel == yes, kind == weak, kind == strong)",
        },
        parameters=[Parameter("s", "9/10", "0 < s < 1", meaning="share of strong senders")],
        chance=[Chance("kind", {"strong": (1, "s"), "weak": (2, "1 - s")}, seen_by=("sender",))],
        source="@cho1987signaling",
    )


@cache
def found(strong: str) -> EquilibriumSet:
    """Solve the game at a share of strong senders."""
    return solve(breakfast(), {"s": strong})


def probability(one: Equilibrium, move: str, label: str, **known: str) -> Enclosure:
    """Return how likely a choice is where something is known."""
    (strategy,) = [s for s in one.strategies if s.move == move and s.when == known]
    return strategy.probabilities[label]


def pooling(meal: str) -> Iterator[Equilibrium]:
    """Yield the extreme equilibria in which both have the same meal."""
    for one in found("9/10"):
        if all(probability(one, "meal", meal, kind=k).lower == 1 for k in ("strong", "weak")):
            yield one


def meals(one: Equilibrium) -> str:
    """Return what strong and weak have, in words."""
    taken = [
        " or ".join(label for label, p in s.probabilities.items() if p.upper > 0)
        for s in one.strategies
        if s.move == "meal"
    ]
    return ", ".join(taken)


def breakfasts() -> Computed:
    """Return the meals over all equilibria."""
    return answer(tuple(sorted({meals(one) for one in found("9/10")})), found("9/10"))


def surviving() -> Computed:
    """Return the meals over all equilibria that the intuitive criterion leaves."""
    left = {meals(one) for one in found("9/10") if "not intuitive" not in one.marks}
    return answer(tuple(sorted(left)), found("9/10"))


def mixing() -> Computed:
    """Count the extreme equilibria in which a type mixes."""
    number = sum(not s.is_pure for one in found("9/10") for s in one.strategies if s.move == "meal")
    return answer(number, found("9/10"))


def least_duel(meal: str) -> Computed:
    """Return the least probability of a duel after the other meal: at an extreme point."""
    other = {"beer": "quiche", "quiche": "beer"}[meal]
    duels = [probability(one, "duel", "yes", meal=other) for one in pooling(meal)]
    return answer(min(duels, key=lambda p: p.lower), found("9/10"))


def payoffs(meal: str) -> Computed:
    """Return the payoffs of the strong and the weak sender, and of the receiver."""
    one, game = next(pooling(meal)), breakfast()
    at = game.values()
    strong = If(symbol("kind") <= 1, game.payoff("sender"), 0)
    of_strong = expectation(game, at, one.strategies, strong)
    of_weak = one.payoffs["sender"] - of_strong
    share = Enclosure.point(at["s"])
    each = (of_strong / share, of_weak / (Enclosure.point(1) - share))
    return answer((*each, one.payoffs["receiver"]), found("9/10"))


def the_mixed_one() -> Equilibrium:
    """Return the only equilibrium where most senders are weak."""
    (one,) = found("1/10")
    return one


def in_the_mixed_one(move: str, label: str, **known: str) -> Computed:
    """Return a probability in the only equilibrium where most senders are weak."""
    return answer(probability(the_mixed_one(), move, label, **known), found("1/10"))
