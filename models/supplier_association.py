r"""Suppliers who bargain together: a higher price for them, a smaller quantity for everybody.

**The game.** Two lead firms compete in quantities, :math:`x_1, x_2 \ge 0`, for a market with the
price :math:`a - x_1 - x_2`. Each needs one unit of input for a unit of output, from its own
supplier, who makes it at no cost, and pays the input price :math:`w_i`:

.. math:: \pi_i = x_i (a - x_1 - x_2 - w_i), \qquad \text{supplier } i: \; w_i x_i, \qquad
          \text{consumers}: \; (x_1 + x_2)^2 / 2 .

Input prices were bargained over before, in both pairs at the same time, each pair taking the
other's price as given and knowing that :math:`x_i = (a - 2 w_i + w_j)/3` will be sold
(`pigou.nash_in_nash`). A supplier has power b. Where the talks of a pair fail, its two
members have nothing:

.. math:: w_i = \arg\max_w \; (w \, x_i)^{b} \, (x_i^2)^{1 - b}
          \quad \Longrightarrow \quad w_1 = w_2 = \frac{b}{4 - b} \, a .

If the suppliers form an *association*, it talks to both lead firms. Where its talks with one fail,
the other keeps its price, becomes a monopolist, and buys :math:`(a - w_j)/2`; the association
loses less by a failure than a single supplier, and holds out for more:

.. math:: w_i = \arg\max_w \; \bigl(w \, x_i + w_j x_j - w_j (a - w_j)/2\bigr)^{b}
                \, (x_i^2)^{1 - b}
          \quad \Longrightarrow \quad w_1 = w_2 = \frac{b}{2} \, a .

**What fails.** An input that costs nothing to make has a price, so that lead firms, who charge a
margin already, buy too little of it: margins are added to margins. Nobody takes into account what a
higher price costs the others.

**Whom it hurts.** Consumers, who get less at a higher price.

**Reforms it invites.** An *association* of suppliers corrects an unequal division, and
**backfires** on the whole: the price rises from :math:`a/7` to :math:`a/4` at equal power, what
suppliers earn rises, and surplus falls from :math:`\frac{20}{49} a^2` to :math:`\frac{3}{8} a^2`.
A *contract with a fixed fee* gives suppliers their part without a margin on every unit: the
quantity rises to that of a Cournot duopoly. *Support for output* raises the quantity; a part of
it, b/(4 - b), goes to the suppliers in higher prices. *Buyers' power* lowers the price, at the
suppliers' expense.

Sources
-------
@horn1988bilateral; @inderst2003bargaining. The closed forms for power b are derived here and
checked against `pigou.nash_in_nash`.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player, Transfer
from pigou.model import Model
from pigou.nash_in_nash import Bargain, NashInNash
from pigou.proposition import Allocation, Proposition
from pigou.reform import Reform, Step, set_parameters

ALONE = "supplier_power*demand/(4 - supplier_power)"
TOGETHER = "supplier_power*demand/2"
PRICE = f"((1 - associated)*{ALONE} + associated*{TOGETHER})"


def model() -> Model:
    """Return bargaining over input prices with its reforms."""
    return Model(
        game=supplier_association(),
        reforms=(association(), fixed_fee(), output_support(), buyers_power()),
        mechanism="bargaining power along a chain: input prices and associations",
        about=__doc__ or "",
        propositions=propositions(),
    )


def sold(own: str, other: str) -> str:
    """Return what a lead firm sells, by the price of its own input and of the other's."""
    return f"(demand - 2*{own} + {other})/3"


def talks_alone() -> NashInNash:
    """Return the bargains of two suppliers, each with its own lead firm."""
    return NashInNash([bargain("price_1", "price_2"), bargain("price_2", "price_1")])


def bargain(own: str, other: str) -> Bargain:
    """Return the bargain of a supplier with its own lead firm."""
    return Bargain(
        own,
        agreed={"supplier": f"{own}*{sold(own, other)}", "lead": f"({sold(own, other)})**2"},
        weights={"supplier": "supplier_power", "lead": "1 - supplier_power"},
    )


def talks_of_an_association() -> NashInNash:
    """Return the bargains of an association with each of two lead firms."""
    return NashInNash([joint_bargain("price_1", "price_2"), joint_bargain("price_2", "price_1")])


def joint_bargain(own: str, other: str) -> Bargain:
    """Return the bargain of an association, which has the other price if this one fails."""
    earned = f"{own}*{sold(own, other)} + {other}*{sold(other, own)}"
    return Bargain(
        own,
        agreed={"association": earned, "lead": f"({sold(own, other)})**2"},
        failed={"association": f"{other}*(demand - {other})/2"},
        weights={"association": "supplier_power", "lead": "1 - supplier_power"},
    )


def supplier_association() -> Game:
    """Return the game."""
    price = "(demand - output_1 - output_2)"
    return Game(
        "supplier_association",
        players=[Player("lead_1", "Lead firm 1"), Player("lead_2", "Lead firm 2")],
        moves=[
            Move("output_1", "lead_1", (0, "demand"), label="Output of lead firm 1", tex="x_1"),
            Move("output_2", "lead_2", (0, "demand"), label="Output of lead firm 2", tex="x_2"),
        ],
        payoffs={"lead_1": f"output_1*{price}", "lead_2": f"output_2*{price}"},
        bystanders=[
            Bystander("supplier_1", 0, "Supplier 1"),
            Bystander("supplier_2", 0, "Supplier 2"),
            Bystander("consumers", "(output_1 + output_2)**2/2", "Consumers"),
        ],
        transfers=[
            Transfer("lead_1", "supplier_1", f"{PRICE}*output_1", "input of lead firm 1"),
            Transfer("lead_2", "supplier_2", f"{PRICE}*output_2", "input of lead firm 2"),
        ],
        parameters=[
            Parameter(
                "demand", 1, "demand > 0", "USD million",
                "price at which nothing is sold any more", "a",
                source="1 is a choice of units (Horn and Wolinsky 1988)",
            ),
            Parameter(
                "supplier_power", "1/2", "0 < supplier_power < 1", "share",
                "a supplier's power in bargaining", "b", source="Horn and Wolinsky (1988): equal",
            ),
            Parameter(
                "associated", 0, "0 <= associated <= 1", "1 or 0",
                "1 if the suppliers bargain together", "m", source="0: each for itself",
                integer=True,
            ),
        ],
        source="@horn1988bilateral, linear demand; closed forms derived",
    )  # fmt: skip


def payment(payer: str, payee: str, amount: str, purpose: str) -> Step:
    """Return one payment of a reform that consists of several."""
    return Step("transfer", {"payer": payer, "payee": payee, "amount": amount, "purpose": purpose})


def association() -> Reform:
    """Let the suppliers bargain together: they gain, and the whole loses."""
    return set_parameters(
        {"associated": 1}, "association", label="Supplier association",
        source="@horn1988bilateral",
    )  # fmt: skip


def fixed_fee() -> Reform:
    """Replace the price of the input by a fee that does not depend on the quantity."""
    fee = "supplier_power*(demand/3)**2"
    return Reform(
        "fixed_fee",
        steps=(
            payment("supplier_1", "lead_1", f"{PRICE}*output_1", "price of the input dropped"),
            payment("supplier_2", "lead_2", f"{PRICE}*output_2", "price of the input dropped"),
            payment("lead_1", "supplier_1", fee, "fixed fee"),
            payment("lead_2", "supplier_2", fee, "fixed fee"),
        ),
        label="Contract with a fixed fee",
        source="own; each pair drops the price as the other pair's contract is not seen",
    )


def output_support() -> Reform:
    """Pay lead firms per unit; the suppliers take their part of it in the price."""
    rise = f"rate*{PRICE}/demand"
    return Reform(
        "output_support",
        steps=(
            payment("government", "lead_1", "rate*output_1", "support for output"),
            payment("government", "lead_2", "rate*output_2", "support for output"),
            payment("lead_1", "supplier_1", f"{rise}*output_1", "rise in the price of the input"),
            payment("lead_2", "supplier_2", f"{rise}*output_2", "rise in the price of the input"),
        ),
        parameters=(Parameter("rate", "1/5", "rate >= 0", "USD million", "payment per unit", "z"),),
        label="Support for output",
        source="own; the price of the input solves the same bargain with demand + rate",
    )


def buyers_power() -> Reform:
    """Give the lead firms more power."""
    return set_parameters(
        {"supplier_power": "1/4"}, "buyers_power", label="More power for the lead firms",
        source="@horn1988bilateral",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    alone, together = Allocation(), Allocation("association")
    own = ("associated == 0",)
    return (
        Proposition(
            "suppliers_gain",
            "An association raises what suppliers earn.",
            "m_supplier_1 > e_supplier_1",
            {"e": alone, "m": together}, own,
            stronger="m_supplier_1 > 3/2*e_supplier_1",
            source="@horn1988bilateral",
        ),
        Proposition(
            "association_backfires",
            "An association lowers output, what consumers gain, and surplus.",
            "m_output_1 < e_output_1 and m_consumers < e_consumers and m_welfare < e_welfare",
            {"e": alone, "m": together}, own,
            stronger="m_output_1 < 9/10*e_output_1 and m_consumers < e_consumers and "
            "m_welfare < e_welfare",
            source="@horn1988bilateral",
        ),
        Proposition(
            "fixed_fee",
            "A contract with a fixed fee raises output and surplus.",
            "c_output_1 > e_output_1 and c_welfare > e_welfare",
            {"e": alone, "c": Allocation("fixed_fee")},
            stronger="c_output_1 > e_output_1 and c_lead_1 > e_lead_1",
            source="own",
        ),
        Proposition(
            "too_little",
            "Less is produced than is best.",
            "e_output_1 + e_output_2 < demand",
            {"e": alone},
            stronger="e_output_1 + e_output_2 < demand/2",
            source="@horn1988bilateral; double marginalisation",
        ),
        Proposition(
            "a_gain_for_the_chain",
            "What suppliers gain by an association is more than what lead firms lose.",
            "m_supplier_1 - e_supplier_1 > e_lead_1 - m_lead_1",
            {"e": alone, "m": together}, own, false=True,
            lesson="With little power an association brings the chain closer to what a cartel "
            "would sell; with much power it goes beyond, and the chain as a whole loses as well.",
            source="a plausible claim",
        ),
    )  # fmt: skip
