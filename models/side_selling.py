r"""Side-selling and default: a price fixed beforehand, and a market in which both can do better.

**The game.** In order:

1. A lead firm offers its supplier training and inputs, or does not; they cost it k.
2. The supplier, if it is offered them, upgrades at the cost c, or does not.
3. The price o that the supplier's goods fetch elsewhere turns out high (:math:`o_H`, with
   probability h) or low (:math:`o_L`). Both see it.
4. The supplier delivers at the price p agreed before, or **side-sells** and takes o.
5. The lead firm, if delivered to, pays; or it **defaults**, turns the goods away and buys the like
   of them at o from somebody else. The supplier then sells in haste, for the share d of o.

Who breaks the contract owes the other damages D. A court grants them with the probability
:math:`e_S` if the supplier broke it and :math:`e_L` if the lead firm did. The goods are worth v to
the lead firm, more than anywhere: :math:`v > o_H`. With :math:`F_S = e_S D` and
:math:`F_L = e_L D`,

.. math::
   \begin{array}{lll}
   & \text{lead firm} & \text{supplier} \\
   \text{delivered and paid} & v - p - k & p - c \\
   \text{side-sold} & F_S - k & o - F_S - c \\
   \text{defaulted on} & v - o - F_L - k & d \, o + F_L - c
   \end{array}

The agreed price may follow the market, :math:`p = \bar{p} + i (o - \bar{o})`, with
:math:`\bar{o} = h o_H + (1 - h) o_L` and i between 0 and 1.

**What fails.** The supplier side-sells if :math:`o > p + F_S`, the lead firm defaults if
:math:`o < p - F_L`. With a fixed price one of them has reason to whenever the market moves further
than the courts reach. Either breach wastes value: the goods end where they are worth less. And as
the lead firm expects to be left when prices are high, and pays too dearly to stay when they
are low, it does not support the supplier in the first place. That is why lead firms "would not
support upgrading": what they teach walks away. That *they* walk away as well is the other half.

**Whom it hurts.** Both, and the supplier most: it is the one that is not trained.

**Reforms it invites.** *Enforcement* that reaches both sides: damages that the courts do grant.
(What courts cost is left out: the net benefit is the most that they may cost.) A *price that
follows the market* leaves nobody anything to gain by leaving and needs no court. *Enforcement
against the supplier only* gets the training going too, and leaves the supplier with the lead firm's
defaults. A *grant for training* **backfires**: the training is given, the goods leave the chain all
the same, and what they fetch elsewhere may be less than the whole cost of making them. A *second
market* that raises the price elsewhere **backfires** where contracts held: it breaks them again.

Sources
-------
@kranton2008contracts, on textiles and opium in colonial India, where producers sold elsewhere and
buyers did not pay; @blouin2019strategic, on coffee mills that default when prices rise. The
two-sided form and the numbers are pigou's own.
"""

from __future__ import annotations

from pigou.game import Chance, Game, Move, Parameter, Player, Transfer
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, pay, set_parameters


def model() -> Model:
    """Return side-selling and default with its reforms."""
    return Model(
        game=side_selling(),
        reforms=(
            enforcement(), indexed_price(), one_sided_enforcement(), support_grant(),
            second_market(),
        ),
        mechanism="contracts that bind neither side: side-selling and default",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


def side_selling() -> Game:
    """Return the game."""
    trained = "train == yes and upgrade == yes"
    market = "if(spot == high, high_price, low_price)"
    usual = "(high_share*high_price + (1 - high_share)*low_price)"
    agreed = f"(price + indexed*({market} - {usual}))"
    delivered, paid = f"{trained} and deliver == yes", "accept == yes"
    return Game(
        "side_selling",
        players=[Player("lead", "Lead firm"), Player("supplier", "Supplier")],
        moves=[
            Move("train", "lead", {"no": 0, "yes": 1}, label="Offer training and inputs", tex="t"),
            Move("upgrade", "supplier", {"no": 0, "yes": 1}, stage=2, when="train == yes",
                 label="Upgrade", tex="u"),
            Move("deliver", "supplier", {"side-sell": 0, "yes": 1}, stage=3, when=trained,
                 observes=("train", "upgrade", "spot"), label="Deliver", tex="y"),
            Move("accept", "lead", {"default": 0, "yes": 1}, stage=4, when=delivered,
                 observes=("train", "upgrade", "spot", "deliver"), label="Accept and pay", tex="a"),
        ],
        chance=[
            Chance("spot", {"high": (1, "high_share"), "low": (0, "1 - high_share")},
                   when=trained),
        ],
        payoffs={
            "lead": f"if({delivered}, if({paid}, value, value - {market}), 0) - train*support",
            "supplier": (
                f"if({delivered}, if({paid}, 0, hasty*{market}), if({trained}, {market}, 0))"
                " - upgrade*cost"
            ),
        },
        transfers=[
            Transfer("lead", "supplier", f"if({delivered} and {paid}, {agreed}, 0)",
                     "the price agreed before"),
            Transfer("supplier", "lead",
                     f"if({trained} and deliver == 0, supplier_bound*damages, 0)",
                     "damages for side-selling"),
            Transfer("lead", "supplier",
                     f"if({delivered} and accept == 0, lead_bound*damages, 0)",
                     "damages for default"),
        ],
        parameters=[
            Parameter(
                "value", 10, "value > 0", "USD thousand",
                "what the supplier's goods are worth to the lead firm", "v", source="illustration",
            ),
            Parameter(
                "support", "18/5", "support > 0", "USD thousand",
                "the lead firm's cost of training and inputs", "k", source="illustration",
            ),
            Parameter(
                "cost", 3, "cost > 0", "USD thousand", "the supplier's cost of upgrading", "c",
                source="illustration",
            ),
            Parameter(
                "price", 6, "price > 0", "USD thousand", "price agreed before", r"\bar{p}",
                source="illustration",
            ),
            Parameter(
                "high_price", 8, "high_price > 0", "USD thousand",
                "price elsewhere when it is high", "o_H", source="illustration",
            ),
            Parameter(
                "low_price", 4, "low_price > 0", "USD thousand",
                "price elsewhere when it is low", "o_L", source="illustration",
            ),
            Parameter(
                "high_share", "1/2", "0 < high_share < 1", "probability",
                "how often the price elsewhere is high", "h", source="illustration",
            ),
            Parameter(
                "hasty", "1/2", "0 <= hasty < 1", "share",
                "part of the price that a supplier turned away still gets", "d",
                source="illustration",
            ),
            Parameter(
                "damages", 3, "damages >= 0", "USD thousand", "what a court grants", "D",
                source="illustration",
            ),
            Parameter(
                "supplier_bound", "1/4", "0 <= supplier_bound <= 1", "probability",
                "probability that a court holds the supplier to the contract",
                "e_S", source="illustration",
            ),
            Parameter(
                "lead_bound", "1/4", "0 <= lead_bound <= 1", "probability",
                "probability that a court holds the lead firm to the contract",
                "e_L", source="illustration",
            ),
            Parameter(
                "indexed", 0, "0 <= indexed <= 1", "share",
                "part of the market's movement that the price follows", "i",
                source="0 is a fixed price",
            ),
        ],
        assumptions=["low_price < high_price", "high_price < value"],
        source="@kranton2008contracts; @blouin2019strategic; own two-sided form",
    )  # fmt: skip


def enforcement() -> Reform:
    """Let courts hold both sides to the contract."""
    return set_parameters(
        {"supplier_bound": 1, "lead_bound": 1}, "enforcement",
        label="Enforcement on both sides", source="@kranton2008contracts",
    )  # fmt: skip


def indexed_price() -> Reform:
    """Let the agreed price follow the market."""
    return set_parameters(
        {"indexed": 1}, "indexed_price", label="Price that follows the market",
        source="own; see @blouin2019strategic on contracts whose price is not fixed",
    )  # fmt: skip


def one_sided_enforcement() -> Reform:
    """Let courts hold the supplier only."""
    return set_parameters(
        {"supplier_bound": 1}, "one_sided_enforcement",
        label="Enforcement against the supplier only", source="own",
    )  # fmt: skip


def support_grant() -> Reform:
    """Pay the lead firm for training: backfires, as the goods leave the chain all the same."""
    return pay(
        "government", "lead", "grant*train", "support_grant", purpose="grant for training",
        parameters=(
            Parameter("grant", 3, "grant >= 0", "USD thousand", "payment for training", "g"),
        ),
        label="Grant for training",
        source="own",
    )  # fmt: skip


def second_market() -> Reform:
    """Let the price elsewhere rise higher: breaks contracts that held."""
    return set_parameters(
        {"high_price": "19/2"}, "second_market", label="A second market with a higher price",
        source="@kranton2008contracts on competition among buyers",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    kept = "train: yes; upgrade: yes; deliver (high): yes; accept (high): yes; "
    kept += "deliver (low): yes; accept (low): yes"
    broken = "train: yes; upgrade: yes; deliver (high): side-sell; deliver (low): yes; "
    broken += "accept (low): default"
    fine = "damages*supplier_bound"
    worth = ("value > price + support", "price > cost")
    return (
        Proposition(
            "nobody_leaves",
            "A price that follows the market, and is on average what the market pays, needs no "
            "court: training and delivery are an equilibrium if both earn more than they spend.",
            "kept_holds == 1",
            {"kept": Profile(kept, "indexed_price")},
            (*worth, "price == high_share*high_price + (1 - high_share)*low_price"),
            stronger="kept_holds == 1 and kept_supplier > cost",
            source="own; compare @blouin2019strategic",
        ),
        Proposition(
            "what_courts_have_to_reach",
            "With a fixed price between what the market pays when prices are high and low, the "
            "contract is kept exactly if what either side has to expect from courts is as much as "
            "it gains by leaving.",
            f"(kept_holds == 1) == ({fine} >= high_price - price and "
            "damages*lead_bound >= price - low_price)",
            {"kept": Profile(kept)},
            (*worth, "indexed == 0", "low_price < price", "price < high_price"),
            stronger=f"(kept_holds == 1) == ({fine} >= high_price - price)",
            source="own; compare @kranton2008contracts",
        ),
        Proposition(
            "breach_wastes",
            "Where both leave when they gain by it, the chain is worse off than if both stayed.",
            "broken_welfare < kept_welfare",
            {"kept": Profile(kept), "broken": Profile(broken)},
            stronger="broken_welfare < kept_welfare - high_share*(value - high_price) - "
            "(1 - high_share)*(1 - hasty)*low_price",
            source="own",
        ),
        Proposition(
            "trained_if_worth_it",
            "If training is worth more to both together than it costs, and the agreed price leaves "
            "each of them something, the lead firm trains.",
            "no_holds == 0",
            {"no": Profile("train: no"), "kept": Profile(kept)},
            (*worth, "kept_welfare > 0", "indexed == 0", "price < high_price"), false=True,
            lesson="What is agreed is not what the lead firm expects: what it teaches leaves when "
            "prices elsewhere are high, and it bears the cost of training all the same.",
            source="a plausible claim",
        ),
    )  # fmt: skip
