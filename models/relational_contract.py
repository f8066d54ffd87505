r"""Relational contracts: quality that no court can verify, sustained by the worth of going on.

**The game.** In every period a supplier chooses the quality :math:`q \in [0, \bar q]` of what it
delivers, at the cost :math:`c q^2 / 2`; to the lead firm it is worth :math:`v q`. Both see it, and
no court can: a price can depend on it only by a promise. The relation goes on without end, both
weigh the next period with the *discount factor* :math:`\delta`, and each can leave: the lead firm
for another chain, where a period is worth :math:`w_L` to it, the supplier for another buyer, with
:math:`w_S`. In every period they may pay each other at will: a price at the beginning, a *bonus*
after the quality has been seen.

**What holds it together.** In a single period the supplier delivers no quality. In the repeated
game a promise is kept if the worth of going on is more than what breaking it brings. As payments
can move that worth between the two, only sums count (`pigou.solvers.repeated`): quality q can be
had if

.. math::
   (1 - \delta) \frac{c q^2}{2} \;\le\;
   \delta \Bigl( v q - \frac{c q^2}{2} - w_L - w_S \Bigr).

**What fails.** With impatient or footloose parties quality stays below the first best
:math:`q^* = v / c`. With :math:`v = c = 1` and :math:`s = w_L + w_S` the best that can be sustained
is :math:`\min(1, \delta + \sqrt{\delta^2 - 2 \delta s})`; below :math:`\delta = 2 s` the relation
*collapses*, from a quality of :math:`2 s` to none at once.

**Whom it hurts.** Both, and first of all suppliers whose orders are uncertain.

**Reforms it invites.** *Steady orders*: a longer horizon raises :math:`\delta`. A *quality
inspection* makes a part of quality verifiable, so that a contract can pay for it and the promise
has less to carry. (What it takes to have either is left out: what the relation gains is the most
that it may cost.) *Other chains* to turn to raise the outside options, and **backfire**: what
disciplines both is that they have something to lose (Baker, Gibbons and Murphy 1994, for contracts
that improve the fallback).

The lead firm's only decisions are payments and leaving; it is a bystander of the single period.

Sources
-------
@levin2003relational; @macleod1989implicit; @baker2002relational; @baker1994subjective for what a
better fallback does; the quadratic cost, and the numbers, are pigou's own illustration.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.reform import Reform, pay, set_parameters
from pigou.repetition import Repetition


def model() -> Model:
    """Return relational contracts with their reforms."""
    return Model(
        game=relational_contract(),
        reforms=(steady_orders(), inspection(), other_chains()),
        mechanism="hold-up: quality that no court can verify",
        about=__doc__ or "",
        repetition=Repetition(
            "patience", {"lead": "lead_outside", "supplier": "supplier_outside"}, payments=True
        ),
    )


def relational_contract() -> Game:
    """Return the game of a single period."""
    return Game(
        "relational_contract",
        players=[Player("supplier", "Supplier")],
        moves=[Move("quality", "supplier", (0, "2*value/cost"), tex="q")],
        payoffs={"supplier": "-cost*quality**2/2"},
        bystanders=[Bystander("lead", "value*quality", "Lead firm")],
        parameters=[
            Parameter(
                "value", 1, "value > 0", "USD million a period",
                "what a unit of quality is worth to the lead firm", "v", source="illustration",
            ),
            Parameter(
                "cost", 1, "cost > 0", "USD million a period",
                "marginal cost of quality, for each unit of it", "c", source="illustration",
            ),
            Parameter(
                "patience", "2/5", "0 <= patience < 1", "factor",
                "what a period is worth in the one before: patience, and whether it goes on",
                r"\delta", source="illustration: quality below the first best",
            ),
            Parameter(
                "lead_outside", "1/25", "lead_outside >= 0", "USD million a period",
                "what the lead firm has elsewhere", "w_L", source="illustration",
            ),
            Parameter(
                "supplier_outside", "3/50", "supplier_outside >= 0", "USD million a period",
                "what the supplier has elsewhere", "w_S", source="illustration",
            ),
        ],
        source="@levin2003relational; own quadratic form",
    )  # fmt: skip


def steady_orders() -> Reform:
    """Make it likelier that there is a next period."""
    return set_parameters(
        {"patience": "3/5"}, "steady_orders", label="Steady orders",
        source="@levin2003relational: quality rises with the discount factor",
    )  # fmt: skip


def inspection() -> Reform:
    """Let a contract pay for the part of quality that can be verified."""
    return pay(
        "lead", "supplier", "verified*value*quality", "inspection",
        purpose="price for verified quality",
        parameters=(
            Parameter(
                "verified", "1/4", "0 <= verified <= 1", "share",
                "part of the worth of quality that can be verified, and paid for", r"\varphi",
            ),
        ),
        label="Quality inspection",
        source="own; explicit and implicit incentives together as in @baker1994subjective",
    )  # fmt: skip


def other_chains() -> Reform:
    """Give both sides more to turn to."""
    return set_parameters(
        {"lead_outside": "lead_outside + 1/20", "supplier_outside": "supplier_outside + 2/25"},
        "other_chains", label="Other chains to turn to",
        source="@baker2002relational: better fallbacks weaken a relation",
    )  # fmt: skip
