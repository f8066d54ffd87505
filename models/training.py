r"""Training and poaching: who pays for skills that other employers can use as well.

**The game.** Two firms choose at once how much to train their workers, :math:`t_i`, at the cost
:math:`t_i^2 / 2`. Training makes a worker produce :math:`a t_i` more in either firm, and raises the
wage outside by :math:`b t_i`. The *compression* :math:`a - b \ge 0` is what training adds to output
and not to the outside wage. A worker stays with probability :math:`1 - q`, and gets the share
:math:`\eta` of it on top of the outside wage; a worker who leaves, with probability q, is paid the
outside wage by the other firm, which gains the compression:

.. math::
   \pi_i = (1 - q) (1 - \eta) (a - b) \, t_i + q \, (a - b) \, t_j - t_i^2 / 2 .

Workers, who do not move, gain :math:`(b + (1 - q) \eta (a - b)) (t_1 + t_2)`.

**What fails.** Training is worth :math:`a t_i`, of which the firm that pays for it gets
:math:`(1 - q)(1 - \eta)(a - b) \, t_i`. In a competitive labour market, :math:`b = a`, firms pay
for no training that others can use, and the worker would have to (Becker 1964). A worker who cannot
pay is trained only as far as wages are compressed (Acemoglu and Pischke 1999). And what the next
employer gains, :math:`q (a - b)`, counts neither for the firm nor for its worker: the poaching
externality (Stevens 1996).

**Whom it hurts.** Workers above all, and the firms together: each would be better off if all
trained more.

**Reforms it invites.** A *training subsidy*. A *training levy*, which pays it back to those who
train, at no cost to the public. *Apprentice pay*: workers who can borrow pay for what they gain, by
lower wages at first. A *poaching fee* from the new employer to the old one. *Flexible wages*, a
higher outside wage for the trained, **backfire**: what the market pays for skills no longer pays
the firm that makes them.

Sources
-------
@becker1964human; @acemoglu1999structure; @stevens1996transferable. The linear-quadratic form is
pigou's own specialisation of theirs, and its numbers are an illustration.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Allocation, Effect, Proposition
from pigou.reform import Reform, Step, set_parameters


def model() -> Model:
    """Return training and poaching with its reforms."""
    return Model(
        game=training(),
        reforms=(
            training_subsidy(), training_levy(), apprentice_pay(), poaching_fee(), flexible_wages(),
        ),
        mechanism="cooperation failure: skills that others can use",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


def training() -> Game:
    """Return the game."""
    kept = "(1 - quits)*(1 - share)*(value - outside)"
    gained = "quits*(value - outside)"
    return Game(
        "training",
        players=[Player("one", "First firm"), Player("two", "Second firm")],
        moves=[
            Move("t1", "one", (0, "2*value"), label="Training by the first firm", tex="t_1"),
            Move("t2", "two", (0, "2*value"), label="Training by the second firm", tex="t_2"),
        ],
        payoffs={
            "one": f"{kept}*t1 + {gained}*t2 - t1**2/2",
            "two": f"{kept}*t2 + {gained}*t1 - t2**2/2",
        },
        bystanders=[
            Bystander(
                "workers", "(outside + (1 - quits)*share*(value - outside))*(t1 + t2)", "Workers"
            ),
        ],
        parameters=[
            Parameter(
                "value", 1, "value > 0", "USD thousand",
                "what a unit of training adds to output", "a", source="illustration",
            ),
            Parameter(
                "outside", "3/5", "outside >= 0", "USD thousand",
                "what a unit of training adds to the outside wage", "b", source="illustration",
            ),
            Parameter(
                "share", "1/2", "0 <= share < 1", "share",
                "part of the compression that a worker who stays gets", r"\eta",
                source="illustration",
            ),
            Parameter(
                "quits", "1/5", "0 <= quits < 1", "probability", "probability that a worker leaves",
                "q",
                source="illustration",
            ),
        ],
        assumptions=["outside <= value"],
        source="@acemoglu1999structure; @stevens1996transferable; own linear-quadratic form",
    )  # fmt: skip


def training_subsidy() -> Reform:
    """Pay firms for every unit of training."""
    return Reform(
        "training_subsidy",
        steps=(
            Step("subsidy", {"move": "t1", "rate": "rate"}),
            Step("subsidy", {"move": "t2", "rate": "rate"}),
        ),
        parameters=(
            Parameter(
                "rate", "21/25", "rate >= 0", "USD thousand", "payment per unit of training", "s"
            ),
        ),
        label="Training subsidy",
        source="@stevens1996transferable",
    )  # fmt: skip


def training_levy() -> Reform:
    """Collect a levy from both firms, and pay it back per unit of training."""
    levy = {"levy": "levy", "rebate": "rebate"}
    return Reform(
        "training_levy",
        steps=(
            Step("training_levy", {"move": "t1", **levy}),
            Step("training_levy", {"move": "t2", **levy}),
        ),
        parameters=(
            Parameter(
                "levy", "21/25", "levy >= 0", "USD thousand", "levy that each firm pays", "l",
            ),
            Parameter(
                "rebate", "21/25", "rebate >= 0", "USD thousand", "rebate per unit of training",
                "s",
            ),
        ),
        label="Training levy",
        source="@stevens1996transferable",
    )  # fmt: skip


def apprentice_pay() -> Reform:
    """Let workers pay their firm for training, by lower wages while they learn."""
    pay = {"payer": "workers", "purpose": "lower apprentice wages"}
    return Reform(
        "apprentice_pay",
        steps=(
            Step("transfer", {**pay, "payee": "one", "amount": "pay*t1"}),
            Step("transfer", {**pay, "payee": "two", "amount": "pay*t2"}),
        ),
        parameters=(
            Parameter(
                "pay", "1/2", "pay >= 0", "USD thousand", "pay forgone per unit of training", "k",
            ),
        ),
        label="Apprentice pay",
        source="@becker1964human",
    )  # fmt: skip


def poaching_fee() -> Reform:
    """Let the firm that takes a trained worker over pay the firm that trained."""
    return Reform(
        "poaching_fee",
        steps=(
            Step("transfer", {
                "payer": "two", "payee": "one", "amount": "quits*fee*t1", "purpose": "poaching fee",
            }),
            Step("transfer", {
                "payer": "one", "payee": "two", "amount": "quits*fee*t2", "purpose": "poaching fee",
            }),
        ),
        parameters=(
            Parameter(
                "fee", "2/5", "fee >= 0", "USD thousand",
                "payment per unit of training of a worker taken over", "f",
            ),
        ),
        label="Poaching fee",
        source="@stevens1996transferable; own",
    )  # fmt: skip


def flexible_wages() -> Reform:
    """Let the outside wage follow skills more closely."""
    return set_parameters(
        {"outside": "outside + flexibility*(value - outside)"}, "flexible_wages",
        parameters=(
            Parameter(
                "flexibility", "1/2", "0 <= flexibility <= 1", "share",
                "part of the compression that is gone", r"\phi",
            ),
        ),
        label="Flexible wages",
        source="@acemoglu1999structure",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    inside = {"e": Allocation(interior=True)}
    best = {"f": Allocation(planner=True, interior=True)}
    worker_gains = "outside + (1 - quits)*share*(value - outside)"
    return (
        Proposition(
            "competitive",
            "Firms train no more than wages are compressed: not at all in a competitive market.",
            "e_t1 <= value - outside",
            {"e": Allocation()},
            stronger="e_t1 <= (value - outside)/2",
            source="@becker1964human; @acemoglu1999structure",
        ),
        Proposition(
            "compression",
            "Firms train more the more wages are compressed, and less the larger the workers' "
            "share and the more workers leave.",
            "b < 0 and s < 0 and q < 0",
            {**inside, "b": Effect("e_t1", "outside"), "s": Effect("e_t1", "share"),
             "q": Effect("e_t1", "quits")},
            stronger="b < 0 and s < b and q < 0",
            source="@acemoglu1999structure",
        ),
        Proposition(
            "too_little",
            "Firms train too little, by at least the part of its worth that they do not get.",
            "e_t1 <= f_t1*(1 - quits)*(1 - share)",
            {**inside, **best},
            stronger="e_t1 < f_t1*(1 - quits)*(1 - share)",
            source="@acemoglu1999structure",
        ),
        Proposition(
            "poaching",
            "If workers pay for all that they gain, training still falls short by what the next "
            "employers gain.",
            "f_t1 - w_t1 == quits*(value - outside)",
            {**best, "w": Allocation("apprentice_pay", interior=True)},
            (f"pay == {worker_gains}",),
            stronger="f_t1 - w_t1 > quits*(value - outside)",
            source="@stevens1996transferable",
        ),
        Proposition(
            "fee",
            "A poaching fee of all that the next employer gains raises the profits of both firms, "
            "and workers do not lose.",
            "p_one + p_two > e_one + e_two and p_workers >= e_workers",
            {**inside, "p": Allocation("poaching_fee", interior=True)},
            ("fee == value - outside", "quits > 0"),
            stronger="p_one + p_two > e_one + e_two and p_workers > e_workers",
            source="@stevens1996transferable; own",
        ),
        Proposition(
            "outside_wage",
            "Workers do not lose if the outside wage follows skills more closely.",
            "d >= 0",
            {**inside, "d": Effect("e_workers", "outside")}, false=True,
            lesson="A worker gets more of each unit of training, and fewer units: near the "
            "competitive wage firms stop training.",
            source="a plausible claim; @acemoglu1999structure",
        ),
    )  # fmt: skip
