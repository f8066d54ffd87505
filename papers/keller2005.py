r"""Keller, Rady and Cripps (2005): experiments that others learn from.

**Set-up.** N players divide their time between a safe arm that pays s and a risky one. A good risky
arm succeeds at the rate :math:`\lambda`, worth :math:`g > s` a unit of time, a bad one never;
everybody sees what all do and get. The discount rate is r, values are normalised by it.

**Claims.** A team of N experiments until beliefs have fallen to
:math:`p_N^* = \mu_N s / ((\mu_N + 1)(g - s) + \mu_N s)` with :math:`\mu_N = r/(N \lambda)`: the
larger, the longer. In equilibrium experiments end at :math:`p_1^*`, whatever N is: what others
learn is not paid for. Who looks no further than today stops at s/g.

Sources
-------
@keller2005strategic, propositions 1, 2 and 5; the numbers and the subsidy are not in the paper. The
values are withheld from the table of oracles behind these claims: a second route is in the tests.
"""

from __future__ import annotations

from functools import partial

from pigou.bandit import Bandit
from pigou.equilibrium import Grade
from pigou.game import Parameter
from pigou.publication import DERIVED, WITHHELD, Computed, Publication, PublishedClaim
from pigou.solvers.stopping import (
    Experimentation,
    experiment_as_team,
    experimentation_equilibrium,
    pioneer_subsidy,
)

START = "0.4"
AT = {"r": "0.2", "lambda": "0.5", "g": 3, "s": "1.2"}
BELIEF = AT | {"p0": START}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "keller2005strategic",
        "Safe s = 1.2; a good risky arm succeeds at the rate lambda = 0.5 and pays g = 3 on "
        "average, a bad one never; r = 0.2; the belief to begin with is p0 = 0.4.",
        {"r": "discount", "lambda": "rate", "g": "good", "s": "safe", "N": "players"},
        [
            *(
                PublishedClaim(f"O14.p{n}", f"belief at which {people(n)} cooperating stop", None,
                               partial(cutoff, n), WITHHELD, AT | {"N": n})
                for n in (1, 2, 3)
            ),
            *(
                PublishedClaim(f"O14.V{n}", f"value per player at p0, {people(n)} cooperating",
                               None, partial(value, n), WITHHELD, BELIEF | {"N": n})
                for n in (1, 2, 3)
            ),
            PublishedClaim("O14.amount", "experimentation without a success, in units of time, in "
                           "equilibrium", None, equilibrium_amount, WITHHELD, BELIEF | {"N": 3}),
            PublishedClaim("O14.amount_efficient", "the same of a team", None,
                           lambda: amount(team(3)), WITHHELD, BELIEF | {"N": 3}),
            PublishedClaim("O14.myopic", "belief at which who looks at today only stops", None,
                           myopic, WITHHELD, AT),
            PublishedClaim("O14.subsidy", "flow subsidy, until the first success, with which a "
                           "lone pioneer stops where a team of 3 does", None,
                           partial(subsidy, False), WITHHELD, AT | {"N": 3}),
            PublishedClaim("O14.subsidy_lasting", "the same if it is paid after a success too",
                           "36/65", partial(subsidy, True),
                           f"{DERIVED}; claim of our own: in the cutoff of one alone, "
                           "s less the subsidy stands for s", AT | {"N": 3}),
        ],
    )  # fmt: skip


def people(number: int) -> str:
    """Return how many players, in words."""
    return f"{number} player" + ("s" if number > 1 else "")


def pilot() -> Bandit:
    """Return the bandit."""
    return Bandit(
        "pilot",
        discount="r",
        rate="rate",
        good="g",
        safe="s",
        players="N",
        parameters=[
            Parameter("r", "1/5", "r > 0"),
            Parameter("rate", "1/2", "rate > 0"),
            Parameter("g", 3),
            Parameter("s", "6/5", "s > 0"),
            Parameter("N", 3, "N >= 1"),
        ],
        source="@keller2005strategic",
    )


def team(players: int) -> Experimentation:
    """Return what so many cooperating players do."""
    return experiment_as_team(pilot(), {"N": players})


def cutoff(players: int) -> Computed:
    """Return the belief at which a team stops."""
    found = team(players)
    return Computed(found.cutoff, found.grade, "value matching and smooth pasting")


def value(players: int) -> Computed:
    """Return the value per player of a team."""
    found = team(players)
    return Computed(found.value(START), found.grade, "closed form, enclosed")


def amount(found: Experimentation) -> Computed:
    """Return how long is experimented in all without a success."""
    return Computed(found.amount(START), found.grade, "law of motion of beliefs")


def equilibrium_amount() -> Computed:
    """Return the same in the symmetric Markov equilibrium."""
    return amount(experimentation_equilibrium(pilot()))


def myopic() -> Computed:
    """Return the belief at which both arms pay the same today."""
    return Computed(pilot().at().myopic, Grade.CERTIFIED, "payoffs of today")


def subsidy(lasting: bool) -> Computed:
    """Return the subsidy that lets a lone pioneer stop where a team of 3 does."""
    goal = team(3)
    found = pioneer_subsidy(pilot(), goal.cutoff, lasting=lasting)
    return Computed(found, goal.grade, "value matching and smooth pasting")
