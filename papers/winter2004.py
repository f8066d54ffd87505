r"""Winter (2004): what it costs to make a team work for sure.

**Set-up.** n agents choose work, at cost c, or shirk. The project succeeds with probability
:math:`p(k) = \alpha^{n-k}` if k of them work. Agent i is paid :math:`v_i` if it succeeds.

**Claims.** That all work is *an* equilibrium where each gets :math:`c/(1 - \alpha)`. That it is the
*only* one takes more, and unequal rewards for equal agents: the j-th in some order gets
:math:`c/(p(j) - p(j - 1))`.

Sources
-------
@winter2004incentives
"""

from __future__ import annotations

from functools import cache

from pigou.design_results import Design
from pigou.designing import design
from pigou.exact import Enclosure
from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.publication import Computed, Publication, PublishedClaim
from pigou.reform import Reform, pay
from pigou.replicating import answer, joined, threshold

WHERE = "the optimal mechanism of the paper, with p(k) = alpha**(n - k)"
THREE = {"n": 3, "alpha": "1/2", "c": 1}
FIVE = {"n": 5, "alpha": "4/5", "c": 1}
AMPLE = 10
"""A reward under which all work is an equilibrium."""


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "winter2004incentives",
        "n agents choose work, at cost c, or shirk; the project succeeds with probability "
        "p(k) = alpha**(n - k) if k work; agent i is paid v_i on success.",
        {"n": "players agent1 ...", "alpha": "a", "c": "c", "v_i": "the rewards v1 ..."},
        [
            PublishedClaim(
                "O10.W3_partial", "least success payments for all work to be an equilibrium", 6,
                lambda: partial(3, "1/2"), WHERE, THREE,
            ),
            PublishedClaim(
                "O10.W3_rewards", "least rewards for all work to be the only one", (8, 4, 2),
                lambda: rewards(unique(3, "1/2")), WHERE, THREE,
            ),
            PublishedClaim(
                "O10.W3_unique", "their sum", 14, lambda: total(unique(3, "1/2")), WHERE, THREE,
            ),
            PublishedClaim(
                "O10.W5_partial", "least success payments for all work to be an equilibrium", 25,
                lambda: partial(5, "4/5"), WHERE, FIVE,
            ),
            PublishedClaim(
                "O10.W5_unique", "least success payments for all work to be the only one",
                "41.03515625", lambda: total(unique(5, "4/5")), WHERE, FIVE,
            ),
        ],
    )  # fmt: skip


def team(agents: int) -> Game:
    """Work costs `c`; the project succeeds with a probability that each shirker multiplies by a.

    What the principal gains from success is not part of the question.
    """
    numbers = range(1, agents + 1)
    return Game(
        "team",
        [Player(f"agent{i}") for i in numbers],
        [Move(f"w{i}", f"agent{i}", {"shirk": 0, "work": 1}) for i in numbers],
        {f"agent{i}": f"-c*w{i}" for i in numbers},
        [Bystander("principal", 0)],
        parameters=[Parameter("a", "1/2"), Parameter("c", 1)],
        source="@winter2004incentives",
    )


def success(agents: int) -> str:
    """Return the probability of success, as a formula."""
    return f"a**({' - '.join([str(agents), *(f'w{i}' for i in range(1, agents + 1))])})"


def bonus(agents: int, i: int, reward: str) -> Reform:
    """Return a reward of one agent on success, by a name of its own."""
    least = Parameter(reward, 0, f"{reward} >= 0")
    amount = f"{reward}*{success(agents)}"
    return pay("principal", f"agent{i}", amount, f"bonus{i}", purpose="bonus", parameters=[least])


def all_work(agents: int) -> str:
    """Return the profile in which everybody works, as a target of `pigou.design`."""
    return ", ".join(f"w{i}=work" for i in range(1, agents + 1))


@cache
def unique(agents: int, a: str) -> Design:
    """Return the least rewards, one for each agent, under which work is the only equilibrium."""
    own = [bonus(agents, i, f"v{i}") for i in range(1, agents + 1)]
    return design(
        team(agents), "unique", "divide-and-conquer", at={"a": a}, reforms=own,
        target=all_work(agents), formulas=False,
    )  # fmt: skip


@cache
def partial(agents: int, a: str) -> Computed:
    """Cut an equal and ample reward until all work is no equilibrium: return what is left, times n.

    The cut is the least strength, not attained: with exactly so much left nobody gains by shirking.
    """
    cut = Parameter("cut", 0, "cut >= 0")
    numbers = range(1, agents + 1)
    own = [
        pay(
            "principal", f"agent{i}", f"({AMPLE} - cut)*{success(agents)}", f"bonus{i}",
            purpose="bonus", parameters=[cut],
        )
        for i in numbers
    ]  # fmt: skip
    found = design(
        team(agents), f"gone:{all_work(agents)}", "", at={"a": a}, reforms=[joined(own)],
        most=AMPLE, formulas=False,
    )  # fmt: skip
    left = Enclosure.point(AMPLE) - threshold(found)
    return answer(Enclosure.point(agents) * left, found.threshold.grade, method="design")


def total(found: Design) -> Computed:
    """Return the least total of rewards."""
    return answer(threshold(found), found.threshold.grade, method="design")


def rewards(found: Design) -> Computed:
    """Return the rewards in the order in which agents are won."""
    rates = [one.rate for one in found.payments]
    return answer(rates, found.threshold.grade, method="design")
