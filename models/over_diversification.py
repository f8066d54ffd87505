r"""Too many suppliers: a lead firm that multiplies its suppliers to weaken each of them.

**The game.** A lead firm decides how many of N suppliers to work with, :math:`n \in \{0, ..., N\}`.
With n of them it makes

.. math:: F(n) = a n - b n^2 ,

each further supplier adding less than the one before. A supplier without the lead firm earns
:math:`w_0` elsewhere. Nothing binds: at any time each supplier can ask for another price, and if
it leaves, the lead firm bargains anew with the others. Equal gains from staying together give
(`pigou.renegotiation.StoleZwiebel`)

.. math::
   w(n) - w_0 = \pi(n) - \pi(n - 1), \qquad
   \pi(n) = F(n) - n \, w(n)
          = \frac{1}{n + 1} \sum_{i=0}^{n} \bigl(F(i) - i \, w_0\bigr)
          = \frac{a - w_0}{2} n - \frac{b}{6} n (2 n + 1) .

The lead firm earns :math:`\pi(n)`; suppliers together earn :math:`n \, w(n) + (N - n) w_0`.
As :math:`w(n) < w_0` exactly where :math:`\pi(n) < \pi(n - 1)`, a supplier that would rather walk
away is one that the lead firm would rather let go: it never takes on that many.

**What fails.** Efficient is the n at which the next supplier adds no more than :math:`w_0`. The
lead firm goes on: the next one adds little output, and makes each of the others easier to replace,
so that their price falls. It stops only where the price has come down to what a supplier has
elsewhere.

**Whom it hurts.** The suppliers: those who are in earn little above :math:`w_0`, and resources are
spent on a supplier base that is larger than the work there is.

**Reforms it invites.** *Long-term orders* that bind both sides at the price :math:`w_0` take away
the reason: the number is efficient; but the gain is all the lead firm's. A *charge per supplier*,
of which the suppliers bear half by renegotiation, makes the number efficient too. Both sides pay
for it, and the public purse has the revenue. A *better alternative* for suppliers raises what they
earn and lowers the number. (What it takes to create one is left out: the net benefit, most of which
is what suppliers earn elsewhere, is the most that it may cost.) A *payment per supplier included*,
meant to open the chain to more small producers, **backfires**: half of it goes to the lead firm,
which takes on more suppliers until their price is down at what they have elsewhere again.

Sources
-------
@stole1996intrafirm; @stole1996organizational. The numbers are pigou's own.
"""

from __future__ import annotations

from pigou.bargaining import formula
from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, Step, set_parameters
from pigou.renegotiation import StoleZwiebel

MOST = 10


def model() -> Model:
    """Return over-diversification with its reforms."""
    return Model(
        game=over_diversification(),
        reforms=(
            long_term_orders(), charge_per_supplier(), better_alternative(), inclusion_payment(),
        ),
        mechanism="hold-up by many: a supplier base that is too large",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


def renegotiation() -> StoleZwiebel:
    """Return how the lead firm and its suppliers share what they make."""
    return StoleZwiebel("first_gain*suppliers - decline*suppliers**2", "elsewhere", "suppliers")


def over_diversification() -> Game:
    """Return the game."""
    rule = renegotiation()
    paid = rule.made("suppliers") - rule.profit("suppliers")
    return Game(
        "over_diversification",
        players=[Player("lead", "Lead firm")],
        moves=[
            Move("suppliers", "lead", {str(n): n for n in range(MOST + 1)},
                 label="Number of suppliers", tex="n"),
        ],
        payoffs={"lead": rule.profit("suppliers")},
        bystanders=[
            Bystander(
                "producers", paid + formula(f"({MOST} - suppliers)*elsewhere"),
                "Suppliers, in the chain and elsewhere",
            ),
        ],
        parameters=[
            Parameter(
                "first_gain", 12, "first_gain > 0", "USD million",
                "what a supplier would add if output did not decline", "a", source="illustration",
            ),
            Parameter(
                "decline", 1, "decline > 0", "USD million",
                "half of what each further supplier adds less than the one before", "b",
                source="illustration",
            ),
            Parameter(
                "elsewhere", 2, "elsewhere >= 0", "USD million",
                "what a supplier earns without the lead firm", "w_0", source="illustration",
            ),
        ],
        source="@stole1996intrafirm, with F(n) = a n - b n^2",
    )  # fmt: skip


def payment(payer: str, payee: str, amount: str, purpose: str) -> Step:
    """Return one payment of a reform that consists of several."""
    return Step("transfer", {"payer": payer, "payee": payee, "amount": amount, "purpose": purpose})


def long_term_orders() -> Reform:
    """Let orders bind both sides, at the price that suppliers have elsewhere."""
    rule = renegotiation()
    rent = rule.made("suppliers") - rule.profit("suppliers") - formula("suppliers*elsewhere")
    return Reform(
        "long_term_orders",
        steps=(
            Step(
                "transfer",
                {
                    "payer": "producers",
                    "payee": "lead",
                    "amount": rent,
                    "purpose": "what renegotiation would have added to the price",
                },
            ),
        ),
        label="Long-term orders that bind",
        source="@stole1996intrafirm: the benchmark of binding contracts",
    )


def charge_per_supplier() -> Reform:
    """Charge the lead firm by the supplier; half of it comes back in lower prices."""
    return Reform(
        "charge_per_supplier",
        steps=(
            payment("lead", "government", "charge*suppliers", "charge per supplier"),
            payment("producers", "lead", "charge*suppliers/2", "fall in the price"),
        ),
        parameters=(
            Parameter("charge", 3, "charge >= 0", "USD million", "charge per supplier", "z"),
        ),
        label="Charge per supplier",
        source="own; @stole1996intrafirm with w0 + z in the place of w0",
    )


def better_alternative() -> Reform:
    """Let suppliers earn more elsewhere."""
    return set_parameters(
        {"elsewhere": "elsewhere + 2"}, "better_alternative",
        label="A better alternative for suppliers", source="own",
    )  # fmt: skip


def inclusion_payment() -> Reform:
    """Pay by the supplier taken in: backfires."""
    return Reform(
        "inclusion_payment",
        steps=(
            payment("government", "producers", "paid_in*suppliers", "payment per supplier"),
            payment("producers", "lead", "paid_in*suppliers/2", "fall in the price"),
        ),
        parameters=(
            Parameter("paid_in", 2, "paid_in >= 0", "USD million", "payment per supplier", "z"),
        ),
        label="Payment per supplier included",
        source="own; @stole1996intrafirm with w0 - z in the place of w0",
    )


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    return (
        Proposition(
            "too_many",
            "Where a fifth supplier is worth taking on, the lead firm does not stop at five.",
            "five_holds == 0",
            {"five": Profile("lead: 5"), "seven": Profile("lead: 7")},
            ("first_gain - 9*decline >= elsewhere",),
            stronger="five_holds == 0 and seven_holds == 1",
            source="@stole1996intrafirm",
        ),
        Proposition(
            "seven_for_five",
            "Seven are taken on only where fewer than seven are efficient.",
            "first_gain - 13*decline < elsewhere",
            {"seven": Profile("lead: 7")}, ("seven_holds == 1",),
            stronger="first_gain - 9*decline < elsewhere",
            source="@stole1996intrafirm",
        ),
        Proposition(
            "better_alternative_is_enough",
            "A better alternative for suppliers brings the number down.",
            "seven_holds == 0",
            {"seven": Profile("lead: 7", "better_alternative")},
            ("decline == (first_gain - elsewhere)/10",), false=True,
            lesson="The number falls only if what suppliers have elsewhere rises by enough next to "
            "the decline of what the next one adds.",
            source="a plausible claim",
        ),
    )  # fmt: skip
