r"""A club facility: a laboratory that no firm can afford alone, and that serves all once built.

**The game.** :math:`n` firms decide at once whether to pay their share c of a testing laboratory,
:math:`g_i \in \{0, 1\}`. It is built if at least w of them pay, :math:`G = \sum_j g_j \ge w`, and
is then worth v to each firm, whether it paid or not. If too few pay, the share :math:`\rho` of what
was paid is refunded:

.. math::
   \pi_i = \begin{cases} v - c \, g_i & G \ge w \\ - (1 - \rho) \, c \, g_i & G < w . \end{cases}

**What fails.** Where :math:`w c < n v` the laboratory is worth building. A firm pays only if it is
*pivotal*: if exactly w - 1 others pay. So there are equilibria in which exactly w firms pay and the
others ride free, one for each choice of the w firms; one in which nobody pays, if w is at least 2;
and symmetric ones in which each pays with a probability and the laboratory is built by luck
(Palfrey and Rosenthal 1984). Coordination fails, and cooperation too.

**Whom it hurts.** All firms, and most the small ones, to which the laboratory is the ticket to a
market.

**Reforms it invites.** *Money back*: who paid is refunded if too few did. It makes paying safe, and
yet no best reply if nobody else pays (Bagnoli and Lipman 1989). *Co-finance* of all shares but one:
the equilibrium without a laboratory is gone, since everybody is pivotal. A *half measure*,
co-finance that leaves two shares or more, **backfires**: nobody is pivotal where nobody pays, and
the public money is lost. *Users only*: the part x of what the laboratory is worth is kept from
those who did not pay (:math:`x = 1`), which makes it a club (Buchanan 1965); all pay then, though
fewer would do.

Sources
-------
@palfrey1984participation; @bagnoli1989provision; @buchanan1965economic; @andreoni1998theory. The
numbers are an illustration.
"""

from __future__ import annotations

from pigou.game import Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, reform, set_parameters


def model() -> Model:
    """Return the club facility with its reforms."""
    return Model(
        game=facility(),
        reforms=(money_back(), co_finance(), half_measure(), users_only()),
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
                "needed", 3, "needed >= 1", "firms", "number of payers that the laboratory takes",
                "w",
                source="illustration", integer=True,
            ),
            Parameter(
                "worth", 1, "worth > 0", "USD million", "worth of the laboratory to a firm", "v",
                source="illustration",
            ),
            Parameter(
                "cost", "1/4", "cost > 0", "USD million", "what a firm pays", "c",
                source="illustration",
            ),
            Parameter(
                "refund", 0, "0 <= refund <= 1", "share",
                "part of what was paid that is refunded if too few pay", r"\rho",
                source="0: what was paid is lost",
            ),
            Parameter(
                "exclusive", 0, "0 <= exclusive <= 1", "share",
                "part of the worth that is kept from firms that did not pay", "x",
                source="0: everybody uses it",
            ),
        ],
        assumptions=["needed <= firms", "cost < worth"],
        source="@palfrey1984participation",
    )  # fmt: skip


def money_back() -> Reform:
    """Refund who paid if too few did."""
    return set_parameters(
        {"refund": 1}, "money_back",
        label="Money back",
        source="@bagnoli1989provision",
    )  # fmt: skip


def co_finance() -> Reform:
    """Pay for some of the shares with public money."""
    return reform(
        "seed", "co_finance", move="pay", amount="shares", cost="cost",
        parameters=(
            Parameter(
                "shares", 2, "shares >= 0", "shares", "number of shares that the public pays",
                "s", integer=True,
            ),
        ),
        label="Co-finance",
        source="@andreoni1998theory, on seed money",
    )  # fmt: skip


def half_measure() -> Reform:
    """Pay for one share with public money."""
    return reform(
        "seed", "half_measure", move="pay", amount=1, cost="cost",
        label="Half measure",
        source="@andreoni1998theory, on seed money",
    )  # fmt: skip


def users_only() -> Reform:
    """Let only those who paid use the laboratory."""
    return set_parameters(
        {"exclusive": 1}, "users_only",
        label="Users only",
        source="@buchanan1965economic",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    nobody = {"keep": Profile("all keep")}
    refunded = {"back": Profile("all keep", "money_back")}
    open_to_all = "parameter:exclusive=0,refund=0"
    return (
        Proposition(
            "nobody_pays",
            "That nobody pays is an equilibrium exactly if it takes two payers or more, whatever "
            "the laboratory is worth.",
            "(keep_holds == 1) == (needed >= 2)",
            nobody, ("exclusive == 0",),
            stronger="(keep_holds == 1) == (needed >= 3)",
            source="@palfrey1984participation",
        ),
        Proposition(
            "everybody_pays",
            "If all may use the laboratory, that all pay is an equilibrium exactly if it takes all "
            "to pay.",
            "(full_holds == 1) == (needed == firms)",
            {"full": Profile("all pay", open_to_all)},
            stronger="(full_holds == 1) == (needed >= firms - 1)",
            source="@palfrey1984participation",
        ),
        Proposition(
            "club",
            "If only those who paid may use it, that all pay is an equilibrium, and it is worth "
            "having.",
            "club_holds == 1 and club_welfare > keep_welfare",
            {**nobody, "club": Profile("all pay", "users_only")},
            stronger="club_holds == 1 and club_welfare > keep_welfare + firms*cost",
            source="@buchanan1965economic; own",
        ),
        Proposition(
            "co_finance",
            "Public money removes the equilibrium in which nobody pays exactly if it pays for all "
            "shares but one.",
            "(co_holds == 0) == (shares >= needed - 1 and shares < needed)",
            {"co": Profile("all keep", f"{open_to_all}+co_finance")},
            stronger="(co_holds == 0) == (shares >= needed - 1)",
            lesson="With less, nobody is pivotal if nobody pays; with more, nobody is needed.",
            source="@andreoni1998theory, on seed money; own",
        ),
        Proposition(
            "refunds_suffice",
            "If who paid is refunded when too few did, somebody pays in every equilibrium.",
            "back_holds == 0",
            refunded, ("exclusive == 0",), false=True,
            lesson="A refund makes paying safe, not necessary: where nobody else pays it makes no "
            "difference. The equilibrium is gone only if players avoid what is weakly dominated.",
            source="a plausible claim; @bagnoli1989provision",
        ),
    )  # fmt: skip
