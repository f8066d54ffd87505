r"""A club facility: a laboratory that no firm can afford alone, and that serves all once it is there.

**The game.** :math:`n` firms decide at once whether to pay their share c of a testing laboratory,
:math:`g_i \in \{0, 1\}`. It is built if at least w of them pay, :math:`G = \sum_j g_j \ge w`, and is
then worth v to each firm, whether it paid or not. If too few pay, the share :math:`\rho` of what was
paid is refunded:

.. math::
   \pi_i = \begin{cases} v - c \, g_i & G \ge w \\ - (1 - \rho) \, c \, g_i & G < w . \end{cases}

**What fails.** Where :math:`w c < n v` the laboratory is worth building. A firm pays only if it is
*pivotal*, that is, if exactly w - 1 others pay. So there are equilibria in which exactly w firms pay
and the others ride free, one for each choice of the w firms; one in which nobody does, if w is at
least 2, since nobody is pivotal; and symmetric ones in which each pays with a probability, and
the laboratory is built by luck (Palfrey and Rosenthal 1984). Both coordination and cooperation fail.

**Whom it hurts.** All firms, and most the small ones, for which the laboratory is the entry ticket to
a market.

**Reforms it invites.** *Money back*: who paid is refunded if too few did; it makes paying safe,
though it does not make it a best reply if nobody else pays (Bagnoli and Lipman 1989). *Co-finance*
lowers the number of payers that it takes: with public money for all but one of them,
the equilibrium without a laboratory is gone. *Users only*: the laboratory serves those who paid, which
makes it a club (Buchanan 1965). A *grander laboratory*, which takes all firms to pay for it, backfires
where the firms fail to coordinate on it.

Sources
-------
@palfrey1984participation; @bagnoli1989provision; @buchanan1965economic. The numbers are those of an
illustration.
"""

from __future__ import annotations

from pigou.game import Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Number, Profile, Proposition
from pigou.reform import Reform, reform, set_parameters, subsidy


def model() -> Model:
    """Return the club facility with its reforms."""
    return Model(
        game=facility(),
        reforms=(money_back(), co_finance(), users_only(), grander_laboratory()),
        mechanism="coordination and cooperation failure: a club facility",
        about=__doc__ or "",
        propositions=propositions(),
    )


def facility() -> Game:
    """Return the game."""
    built = "sum(pay) >= needed"
    return Game(
        "facility",
        players=[Player("firm", "Firms", size="firms")],
        moves=[Move("pay", "firm", {"keep": 0, "pay": 1}, label="Pay", tex="g")],
        payoffs={
            "firm": f"if({built}, worth*(1 - exclusive*(1 - pay)) - cost*pay, "
            "-(1 - refund)*cost*pay)",
        },
        parameters=[
            Parameter(
                "firms", 5, "firms >= 2", "firms", "number of firms", "n", source="illustration",
                integer=True,
            ),
            Parameter(
                "needed", 3, "needed >= 1", "firms", "payers that it takes", "w",
                source="illustration", integer=True,
            ),
            Parameter(
                "worth", 1, "worth > 0", "USD million", "of the laboratory to a firm", "v",
                source="illustration",
            ),
            Parameter(
                "cost", "1/5", "cost > 0", "USD million", "what a firm pays", "c",
                source="illustration",
            ),
            Parameter(
                "refund", 0, "0 <= refund <= 1", "share", "refunded if too few pay", r"\rho",
                source="0: what was paid is lost",
            ),
            Parameter(
                "exclusive", 0, "0 <= exclusive <= 1", "share",
                "of its worth that is kept from who did not pay", "x",
                source="0: everybody uses it",
            ),
        ],
        assumptions=["needed <= firms", "cost < worth"],
        source="Palfrey and Rosenthal (1984), Journal of Public Economics 24:171-193",
    )  # fmt: skip


def money_back() -> Reform:
    """Refund who paid if too few did."""
    return set_parameters(
        {"refund": 1}, "money_back",
        label="Money back",
        source="Bagnoli and Lipman (1989), Review of Economic Studies 56:583-601",
    )  # fmt: skip


def co_finance() -> Reform:
    """Pay for some of the shares with public money."""
    return reform(
        "seed", "co_finance", move="pay", amount="shares", cost="cost",
        parameters=(
            Parameter(
                "shares", 2, "shares >= 0", "shares", "that the public pays", "s", integer=True,
            ),
        ),
        label="Co-finance",
        source="Andreoni (1998), Journal of Political Economy 106:1186-1213, on seed money",
    )  # fmt: skip


def users_only() -> Reform:
    """Let only those who paid use the laboratory."""
    return set_parameters(
        {"exclusive": 1}, "users_only",
        label="Users only",
        source="Buchanan (1965), Economica 32:1-14",
    )  # fmt: skip


def grander_laboratory() -> Reform:
    """Build a laboratory that is worth more, and takes more payers."""
    return set_parameters(
        {"needed": "needed + more", "worth": "worth + gain"}, "grander_laboratory",
        parameters=(
            Parameter("more", 2, "more >= 0", "firms", "more payers needed", "m", integer=True),
            Parameter("gain", "1/20", "gain >= 0", "USD million", "more worth to each firm", "a"),
        ),
        label="Grander laboratory",
        source="own",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    return ()
