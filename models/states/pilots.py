r"""Pilots: firms try an upgrade whose worth is unknown, and all learn from what each finds.

**The game.** Each of N firms divides its time between what it does now, which pays s a unit of
time, and a new technology. That is good or bad for all alike: a good one succeeds at the rate
:math:`\lambda` for each who tries it all the time, worth :math:`g > s` a unit of time on average; a
bad one never succeeds. Everybody sees what all do and get, and shares the belief p that it is good,
:math:`p_0` to begin with; r is the discount rate, and values are normalised by it.

**What fails.** What others learn is not paid for. A team would try down to the belief

.. math:: p_N^* = \frac{\mu_N s}{(\mu_N + 1)(g - s) + \mu_N s}, \qquad
          \mu_N = \frac{r}{N \lambda} ,

but in equilibrium pilots end at :math:`p_1^*`, as if nobody else were there, and slow down long
before: each waits for the others.

**Whom it hurts.** All firms, and most where many could learn.

**Reforms it invites.** An *association* that runs pilots for its members does what a team would.
A *subsidy* of :math:`\sigma < s` a unit of time to whoever tries, until the first success, makes
pilots end at

.. math:: p_1^* = \frac{\mu_1 (s - \sigma)}{g - s + \mu_1 g} ,

and start in earnest sooner. With that which carries a lone pioneer as far as a team
(`pigou.solvers.stopping.pioneer_subsidy`) pilots end where a team's would, but slow down before: at
the defaults welfare is most with a larger one, and below that of a team even so. *Technical
assistance* makes tries more telling. *Secrecy* about results gives each firm reason enough to try
for itself, and **backfires**: it takes away what is learned from others.

Sources
-------
@keller2005strategic, propositions 1, 2 and 5; the numbers are pigou's own illustration, and
technical assistance as a higher rate is our reading. The subsidised equilibrium is our own, by the
steps of the paper.
"""

from __future__ import annotations

from pigou.bandit import Bandit
from pigou.game import Parameter
from pigou.state_model import StateModel, StateReform


def model() -> StateModel:
    """Return pilots with their reforms."""
    return StateModel(
        game=pilots(),
        reforms=(association(), support(), technical_assistance(), secrecy()),
        mechanism="information externality: pilots teach those who do not pay for them",
        about=__doc__ or "",
        start="belief",
    )


def pilots() -> Bandit:
    """Return the game."""
    return Bandit(
        "pilots",
        discount="patience_cost",
        rate="rate",
        good="good",
        safe="safe",
        players="firms",
        parameters=[
            Parameter(
                "patience_cost", "1/5", "patience_cost > 0", "a year",
                "discount rate", "r", source="illustration",
            ),
            Parameter(
                "rate", "1/2", "rate > 0", "a year",
                "how often a good technology succeeds for who tries it", r"\lambda",
                source="illustration",
            ),
            Parameter(
                "good", 3, "good > 0", "USD million a year",
                "what a good technology pays on average", "g", source="illustration",
            ),
            Parameter(
                "safe", "6/5", "safe > 0", "USD million a year",
                "what the present way of doing things pays", "s", source="illustration",
            ),
            Parameter(
                "firms", 3, "firms >= 1", "", "number of firms", "N",
                source="illustration", integer=True,
            ),
            Parameter(
                "belief", "3/10", "0 < belief < 1", "",
                "how likely it is that the technology is good, to begin with", "p_0",
                source="illustration",
            ),
        ],
        source="@keller2005strategic",
    )  # fmt: skip


def association() -> StateReform:
    """Return an association that runs pilots for all its members."""
    return StateReform(
        "association",
        cooperative=True,
        label="an association that runs pilots for its members",
        source="@keller2005strategic, proposition 1",
    )


def support() -> StateReform:
    """Return a subsidy to whoever tries."""
    return StateReform(
        "support",
        {"subsidy": "aid"},
        [Parameter(
            "aid", "1/2", "aid >= 0", "USD million a year",
            "subsidy to who tries, until the first success", r"\sigma", source="illustration",
        )],
        label="a subsidy to whoever tries, until the first success",
        source="own, with the equilibrium of @keller2005strategic",
    )  # fmt: skip


def technical_assistance() -> StateReform:
    """Return assistance that makes tries more telling."""
    return StateReform(
        "technical_assistance",
        {"rate": "(1 + boost)*rate"},
        [Parameter(
            "boost", "1/4", "boost >= 0", "", "by how much successes come sooner", r"\tau",
            source="illustration",
        )],
        label="technical assistance: a good technology shows itself sooner",
        source="own reading",
    )  # fmt: skip


def secrecy() -> StateReform:
    """Return secrecy: nobody sees what others get."""
    return StateReform(
        "secrecy",
        {"players": "1"},
        label="secrecy: each firm learns from its own tries only",
        source="@keller2005strategic, proposition 1 for one player",
    )
