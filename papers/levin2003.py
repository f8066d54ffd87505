r"""Levin (2003): relational contracts, and how they collapse when fallbacks improve.

**Set-up.** In every period the supplier chooses quality e in [0, 1] at the cost :math:`e^2/2`,
worth e to the lead firm; what both have together outside is :math:`s_0` a period; the discount
factor is :math:`\delta`; bonuses are discretionary.

**Claims.** The best quality that is self-enforcing is
:math:`\min(1, \delta + \sqrt{\delta^2 - 2 \delta s_0})` where :math:`\delta \ge 2 s_0`, and there
is none below; the first best needs :math:`\delta \ge 1/(2(1 - s_0))`. With two qualities the
critical discount factor is :math:`c/(v - s_0)`.

Sources
-------
@levin2003relational, theorem 3; @baker2002relational; the quadratic form and the numbers are not in
the papers
"""

from __future__ import annotations

from functools import partial

from pigou.exact import Enclosure
from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.repeating import RepeatedSolution, SustainedPlan, repeat
from pigou.repetition import Repetition

FORM = f"{DERIVED}; quadratic form"
QUALITIES = (
    ("O22.e_d0.4_s0.1", "0.4", "0.1", "0.6828427125"),
    ("O22.e_d0.25_s0.1", "0.25", "0.1", "0.3618033989"),
    ("O22.e_d0.2_s0.1", "0.2", "0.1", "0.2"),
    ("O22.e_d0.19_s0.1", "0.19", "0.1", 0),
    ("O22.e_d0.6_s0.1", "0.6", "0.1", 1),
    ("O22.e_d0.4_s0.0", "0.4", "0", "0.8"),
    ("O22.e_d0.4_s0.19", "0.4", "0.19", "0.4894427191"),
)
"""Claim, discount factor, joint outside option, best self-enforcing quality."""


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "levin2003relational",
        "Quality e costs e**2/2 and is worth e; outside both have s together; with two qualities "
        "the high one costs 1 and is worth 3.",
        {"e": "e", "delta": "delta", "s": "s"},
        [
            *(
                PublishedClaim(
                    name, f"best quality at delta = {delta}, s = {s}", value,
                    partial(quality, delta, s), FORM, {"delta": delta, "s": s},
                )
                for name, delta, s, value in QUALITIES
            ),
            PublishedClaim("O22.delta_collapse", "discount factor below which the relation "
                           "collapses", "0.2", collapse, FORM,
                           {"s": "0.1"}),
            PublishedClaim("O22.delta_fb", "discount factor that the first best needs",
                           "0.5555555556", first_best, FORM,
                           {"s": "0.1"}),
            PublishedClaim("O22.binary_delta", "critical discount factor with two qualities", "0.4",
                           lambda: critical("1/2"), FORM, {"s": "0.5"}),
            PublishedClaim("O22.binary_delta_hi", "the same if other chains raise s", "0.5",
                           lambda: critical("1"), FORM, {"s": 1}),
            PublishedClaim("O22.binary_feasible", "whether the high quality can be sustained at "
                           "delta = 0.41, and at 0.39", (True, False),
                           feasible, FORM, {"s": "0.5"}),
        ],
    )  # fmt: skip


def stage(name: str, domain: object, costs: str, worth: str) -> Game:
    """Return the game of one period, in which the lead firm only pays."""
    return Game(
        name,
        [Player("supplier")],
        [Move("e", "supplier", domain)],
        {"supplier": costs},
        bystanders=[Bystander("lead", worth)],
        parameters=[Parameter("delta", "2/5", "0 <= delta < 1"), Parameter("s", "1/10", "s >= 0")],
        source="@levin2003relational; own form",
    )


RELATION = Repetition("delta", {"lead": "2*s/5", "supplier": "3*s/5"}, payments=True)


def any_quality(delta: str = "2/5", s: str = "1/10") -> RepeatedSolution:
    """Return what can be sustained with any quality."""
    game = stage("any quality", (0, 1), "-e**2/2", "e")
    return repeat(game, RELATION, {"delta": delta, "s": s})


def quality(delta: str, s: str) -> Computed:
    """Return the best quality; none where the relation collapses."""
    found = any_quality(delta, s)
    return known(found, None if found.best is None else found.best.value)


def collapse() -> Computed:
    """Return the discount factor below which nothing is sustained."""
    found = any_quality()
    return known(found, found.collapse)


def first_best() -> Computed:
    """Return the discount factor that the efficient quality needs."""
    found = any_quality()
    return known(found, found.efficient.critical)


def two_qualities(s: str, delta: str = "1/2") -> RepeatedSolution:
    """Return what can be sustained with two qualities."""
    game = stage("two qualities", {"low": 0, "high": 1}, "-e", "3*e")
    return repeat(game, RELATION, {"delta": delta, "s": s})


def high(found: RepeatedSolution) -> SustainedPlan:
    """Return the plan of high quality."""
    return next(plan for plan in found.plans if plan.words == "e: high")


def critical(s: str) -> Computed:
    """Return the discount factor that high quality needs."""
    found = two_qualities(s)
    return known(found, high(found).critical)


def feasible() -> Computed:
    """Return whether high quality is sustained on both sides of its critical discount factor."""
    found = [two_qualities("1/2", delta) for delta in ("41/100", "39/100")]
    grade = weakest([one.grade for one in found])
    return Computed(tuple(high(one).sustained for one in found), grade, "pooled temptations")


def known(found: RepeatedSolution, value: Enclosure | None) -> Computed:
    """Return a value of a repeated game with its grade; 0 where there is none."""
    return Computed(0 if value is None else value, found.grade, "pooled temptations")
