r"""Bagwell (1995): a commitment that is observed with noise is worth little.

**Set-up.** A leader chooses S or C. The follower sees a signal, which is wrong with probability
:math:`\varepsilon`, and chooses S or C. Both choosing S gives 5 to the leader and 2 to the
follower; S and C gives 3 and 1, C and S 6 and 3, both choosing C 4 and 4.

**Claims.** If the choice is seen without noise the leader chooses S. With noise, however little,
the only equilibrium in pure strategies has both choose C, as without commitment. There are two in
mixed strategies. In one the leader plays S with probability :math:`1 - \varepsilon`, close to the
commitment.

Sources
-------
@bagwell1995commitment
"""

from __future__ import annotations

from functools import cache

from pigou.equilibrium import Equilibrium, EquilibriumSet
from pigou.exact import Enclosure
from pigou.game import Chance, Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer
from pigou.solving import solve

WHERE = f"{DERIVED}; its example at this noise"
AT = {"eps": "0.01"}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "bagwell1995commitment",
        "A leader chooses S or C; a follower sees which, but with probability eps sees the other, "
        "and chooses S or C.",
        {"eps": "eps", "S, C": "choice, after_s, after_c"},
        [
            PublishedClaim("O19.bagwell_leader", "probability of S of the leader, over all "
                           "equilibria", (0, "0.01", "0.99"), leads, WHERE, AT),
            PublishedClaim("O19.bagwell_noisy_stackelberg", "probability of S of the follower "
                           "after signal c in the equilibrium close to the commitment", "24/49",
                           lambda: answer(share(close(), "after_c"), found()), WHERE, AT),
            PublishedClaim("O19.bagwell_leader_payoff", "payoff of the leader in it", "489/98",
                           lambda: answer(close().payoffs["leader"], found()), WHERE, AT),
        ],
    )  # fmt: skip


def observed() -> Game:
    """Return the game. What the follower sees decides which of its two moves it is asked for."""
    sides = {"S": 1, "C": 2}
    reply = "(after_s + after_c)"
    return Game(
        "noisy observation",
        [Player("leader"), Player("follower")],
        [
            Move("choice", "leader", sides),
            Move("after_s", "follower", sides, 2, observes=(),
                 when="(choice == S and error == none) or (choice == C and error == wrong)"),
            Move("after_c", "follower", sides, 2, observes=(),
                 when="(choice == C and error == none) or (choice == S and error == wrong)"),
        ],
        {
            "leader": f"if(choice == S, if({reply} == 1, 5, 3), if({reply} == 1, 6, 4))",
            "follower": f"if(choice == S, if({reply} == 1, 2, 1), if({reply} == 1, 3, 4))",
        },
        parameters=[Parameter("eps", "1/100", "0 <= eps <= 1", meaning="noise")],
        chance=[Chance("error", {"none": (1, "1 - eps"), "wrong": (2, "eps")})],
        source="@bagwell1995commitment",
    )  # fmt: skip


@cache
def found() -> EquilibriumSet:
    """Return all equilibria."""
    return solve(observed())


def share(one: Equilibrium, move: str) -> Enclosure:
    """Return how likely S is."""
    (strategy,) = [s for s in one.strategies if s.move == move]
    return strategy.probabilities["S"]


def leads() -> Computed:
    """Return how likely the leader plays S, from the least on."""
    shares = {share(one, "choice") for one in found()}
    return answer(tuple(sorted(shares, key=lambda p: p.lower)), found())


def close() -> Equilibrium:
    """Return the equilibrium in which the leader is most likely to play S."""
    return max(found(), key=lambda one: share(one, "choice").lower)
