r"""Acemoglu and Pischke (1999): firms pay for general training where wages are compressed.

**Set-up.** A worker with training t makes :math:`a t`, and could earn :math:`b t` elsewhere; with
:math:`b < a` wages are compressed. Inside, the worker gets :math:`b t + \eta (a - b) t`, and leaves
with probability q. Training costs :math:`t^2/2`, and the worker cannot pay for it.

**Claims.** The firm trains up to :math:`(1 - q)(1 - \eta)(a - b)`, less than is efficient, and not
at all in a competitive labour market (b = a). If both could pay, what is still missing is the gain
of future employers: the poaching externality.

Sources
-------
@acemoglu1999structure; @stevens1996transferable for poaching; the linear-quadratic form is not in
the papers
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pigou.equilibrium import Equilibrium, Grade
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.reform import subsidy
from pigou.replicating import answer, crossing, only, played, worth

FORM = f"{DERIVED}; linear-quadratic form"
AT = {"a": 1, "b": "0.6", "eta": "0.5", "q": "0.2"}
SURPLUS = "a*t - t**2/2"
PAYOFFS = {
    "firm": "(1 - q)*(a*t - (b*t + eta*(a - b)*t)) - t**2/2",
    "firm and worker": "(1 - q)*a*t + q*b*t - t**2/2",
    "planner": SURPLUS,
}
"""Who decides on training -> what counts for them. Who leaves makes a t, and earns b t."""


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "acemoglu1999structure",
        "A worker with training t makes a*t, could earn b*t elsewhere, earns b*t + eta*(a - b)*t, "
        "and leaves with probability q; training costs t**2/2.",
        {"t": "t", "a": "a", "b": "b", "eta": "eta", "q": "q"},
        [
            PublishedClaim("O30.t_firm", "training that the firm pays for", "0.16",
                           lambda: of("firm"), FORM, AT),
            PublishedClaim("O30.t_competitive", "the same in a competitive labour market", 0,
                           lambda: of("firm", b="1"), FORM, AT | {"b": 1}),
            PublishedClaim("O30.t_joint", "training that firm and worker together want", "0.92",
                           lambda: of("firm and worker"), FORM, AT),
            PublishedClaim("O30.t_fb", "efficient training", 1, lambda: of("planner"), FORM, AT),
            PublishedClaim("O30.subsidy", "share of the cost of training that a subsidy has to "
                           "bear for it to be efficient", "0.84", restoring, FORM, AT),
            PublishedClaim("O30.W_loss", "welfare that is lost without policy", "0.3528", loss,
                           FORM, AT),
            PublishedClaim("O30.t_firm_compress", "training that the firm pays for if wages are "
                           "compressed more", "0.28", lambda: of("firm", b="3/10"), FORM,
                           AT | {"b": "0.3"}),
        ],
    )  # fmt: skip


def training(who: str) -> Game:
    """One party decides on training, and bears its cost."""
    name = who.replace(" ", "_")
    return Game(
        f"training decided by the {who}",
        [Player(name)],
        [Move("t", name, (0, 2))],
        {name: PAYOFFS[who]},
        parameters=[
            Parameter("a", 1, "a > 0"),
            Parameter("b", "3/5", "b >= 0"),
            Parameter("eta", "1/2", "0 <= eta <= 1"),
            Parameter("q", "1/5", "0 <= q <= 1"),
        ],
        assumptions=["b <= a"],
        source="@acemoglu1999structure; linear-quadratic form",
    )


@cache
def decided(who: str, b: str = "3/5") -> Equilibrium:
    """Return what a party decides."""
    return only(training(who), {"b": b})


def of(who: str, b: str = "3/5") -> Computed:
    """Return training."""
    return answer(played(decided(who, b))["t"], decided(who, b))


def restoring() -> Computed:
    """Return the share of the cost t**2/2 at which the firm trains as a planner would."""
    best = decided("planner")

    def missing(rate: Any) -> tuple[Enclosure, Grade]:
        one = only(subsidy("t", f"({rate})*t/2")(training("firm")))
        return played(best)["t"] - played(one)["t"], weakest([best, one])

    return crossing(missing, "1/2", "43/50")


def loss() -> Computed:
    """Return the largest surplus less that under the firm's decision."""
    best, left = decided("planner"), decided("firm")
    lost = best.payoffs["planner"] - worth(training("firm"), left, SURPLUS)
    return answer(lost, best, left)
