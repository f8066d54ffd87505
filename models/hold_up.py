r"""Hold-up: two sides invest in their relation first and bargain over its fruits later.

**The game.** A lead firm L and a supplier S decide at once how much quality to build into their
relation, :math:`q_L, q_S \ge 0`, at a cost of :math:`q_k^2` each. Equipment, training, engineers'
time: no court can verify it, so no contract can promise it. Together they then make

.. math:: v = 2 A_L q_L + 2 A_S q_S .

Each can leave with the share :math:`\lambda_k` of what its own investment is worth: the supplier
*side-sells* to another chain and has :math:`d_S = 2 \lambda_S A_S q_S`; the lead firm *defaults*
on the supplier, takes its designs to another one and has :math:`d_L = 2 \lambda_L A_L q_L`. Under
this threat of both sides they divide the surplus by Nash's bargaining solution, the lead firm
with power :math:`\beta` (`pigou.bargaining.Nash`):

.. math:: \pi_L = d_L + \beta (v - d_L - d_S) - q_L^2, \qquad
          \pi_S = d_S + (1 - \beta) (v - d_L - d_S) - q_S^2 .

As :math:`\lambda_k \le 1`, there is never less to gain together than apart: nobody leaves in
equilibrium. It is the *threat* to leave that does the harm.

**What fails.** Each side bears the whole cost of its quality, and the other takes a part of what it
is worth. The equilibrium has :math:`q_L = A_L (\lambda_L + \beta (1 - \lambda_L))` and
:math:`q_S = A_S (\lambda_S + (1 - \beta)(1 - \lambda_S))`; the first best has
:math:`q_k = A_k`. With equal power the surplus that is lost is
:math:`\sum_k A_k^2 (1 - \lambda_k)^2 / 4`. No division of the surplus cures it: power for one is
hold-up for the other.

**Whom it hurts.** Both, and whoever lives from the trade that does not come about; the one
whose investment is more specific (the smaller :math:`\lambda_k`) and has less power invests least.

**Reforms it invites.** A *co-payment*: if the government bears the share
:math:`(1 - \lambda)/2` of an investor's cost, the investor with equal power does what is best.
*Ownership* (Grossman and Hart 1986): who owns the assets can use them elsewhere, so that its
:math:`\lambda` rises and the other's falls; give them to the side whose investment matters more.
That is the lead firm here, as :math:`A_L > A_S`; ownership by the supplier **backfires**, and with
equal power separate ownership beats the lead firm's only where
:math:`A_S^2 / A_L^2 > 3/8` at the shares assumed. *Enforcement against side-selling* **backfires**
as well: it takes from the supplier the threat that protects its investment, and gives the lead
firm no reason to invest more. (Where the price is fixed beforehand it is otherwise: see
`pigou.models.side_selling`.) *Common standards* make both investments less specific; what it takes
to set them is left out, and the net benefit is the most that it may cost.

Sources
-------
@grossman1986costs; @hart1990property; @klein1978vertical. That the investments have quadratic
costs, and the numbers, are pigou's own.
"""

from __future__ import annotations

from pigou.bargaining import Nash, formula
from pigou.game import Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Allocation, Proposition
from pigou.reform import Reform, pay, reform, set_parameters


def model() -> Model:
    """Return hold-up with its reforms."""
    return Model(
        game=hold_up(),
        reforms=(
            co_payment(), lead_firm_owns(), supplier_owns(), enforcement(), common_standards(),
        ),
        mechanism="hold-up: specific investments before bargaining",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


def bargain() -> Nash:
    """Return how the surplus is divided: both can leave, with what their own quality is worth."""
    return Nash(
        outside={
            "lead": "2*lead_portable*lead_productivity*lead_quality",
            "supplier": "2*supplier_portable*supplier_productivity*supplier_quality",
        },
        weights={"lead": "lead_power", "supplier": "1 - lead_power"},
        always_trade=True,
    )


def hold_up() -> Game:
    """Return the game."""
    surplus = "2*lead_productivity*lead_quality + 2*supplier_productivity*supplier_quality"
    has = bargain().divide(surplus)
    return Game(
        "hold_up",
        players=[Player("lead", "Lead firm"), Player("supplier", "Supplier")],
        moves=[
            Move("lead_quality", "lead", (0, "2*lead_productivity"),
                 label="Lead firm's quality", tex="q_L"),
            Move("supplier_quality", "supplier", (0, "2*supplier_productivity"),
                 label="Supplier's quality", tex="q_S"),
        ],
        payoffs={
            "lead": has["lead"] - formula("lead_quality**2"),
            "supplier": has["supplier"] - formula("supplier_quality**2"),
        },
        parameters=[
            Parameter(
                "lead_productivity", 1, "lead_productivity > 0", "USD million",
                "half of what a unit of the lead firm's quality is worth", "A_L",
                source="illustration",
            ),
            Parameter(
                "supplier_productivity", "1/2", "supplier_productivity > 0", "USD million",
                "half of what a unit of the supplier's quality is worth", "A_S",
                source="illustration",
            ),
            Parameter(
                "lead_portable", "1/2", "0 <= lead_portable <= 1", "share",
                "part of its quality that the lead firm can use with others", r"\lambda_L",
                source="illustration: separate ownership",
            ),
            Parameter(
                "supplier_portable", "1/2", "0 <= supplier_portable <= 1", "share",
                "part of its quality that the supplier can sell elsewhere", r"\lambda_S",
                source="illustration: separate ownership",
            ),
            Parameter(
                "lead_power", "1/2", "0 <= lead_power <= 1", "share",
                "the lead firm's share of the gains from trade", r"\beta",
                source="1/2 is Nash's symmetric solution",
            ),
        ],
        source="@grossman1986costs; @hart1990property; own quadratic form",
    )  # fmt: skip


def co_payment() -> Reform:
    """Let the government bear a share of the supplier's cost."""
    return pay(
        "government", "supplier", "borne*supplier_quality**2", "co_payment",
        purpose="co-payment to the supplier's investment",
        parameters=(
            Parameter(
                "borne", "1/4", "0 <= borne < 1", "share", "part of the cost that is paid", "s",
            ),
        ),
        label="Co-payment to the supplier's investment",
        source="own; best at half of the share that is specific",
    )  # fmt: skip


def lead_firm_owns() -> Reform:
    """Give the assets to the lead firm."""
    return set_parameters(
        {"lead_portable": "4/5", "supplier_portable": "1/10"}, "lead_firm_owns",
        label="Lead firm owns the assets", source="@grossman1986costs",
    )  # fmt: skip


def supplier_owns() -> Reform:
    """Give the assets to the supplier: backfires where the lead firm's investment matters more."""
    return set_parameters(
        {"lead_portable": "1/10", "supplier_portable": "4/5"}, "supplier_owns",
        label="Supplier owns the assets", source="@grossman1986costs",
    )  # fmt: skip


def enforcement() -> Reform:
    """Let courts take from the supplier what it would earn elsewhere: backfires."""
    return reform(
        "enforcement", "enforcement", parameter="supplier_portable", share="enforced",
        parameters=(
            Parameter(
                "enforced", "4/5", "0 <= enforced <= 1", "share",
                "part of the proceeds of side-selling that courts take", "e",
            ),
        ),
        label="Enforcement against side-selling",
        source="@hart1990property on what protects an investment",
    )  # fmt: skip


def common_standards() -> Reform:
    """Make both investments easier to use elsewhere: standards, testing, a broader market."""
    return set_parameters(
        {"lead_portable": "3/4", "supplier_portable": "3/4"}, "common_standards",
        label="Common standards: investments become less specific",
        source="@klein1978vertical on specificity",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    before, best = Allocation(), Allocation(planner=True)
    equal = ("lead_power == 1/2",)
    return (
        Proposition(
            "underinvestment",
            "Neither side builds in more quality than is best.",
            "e_lead_quality <= f_lead_quality and e_supplier_quality <= f_supplier_quality",
            {"e": before, "f": best},
            stronger="e_lead_quality < f_lead_quality and "
            "e_supplier_quality <= f_supplier_quality",
            source="@grossman1986costs",
        ),
        Proposition(
            "no_division_cures_it",
            "Whatever the power of the two, quality is not best on both sides if some of both "
            "qualities is specific.",
            "e_lead_quality < f_lead_quality or e_supplier_quality < f_supplier_quality",
            {"e": before, "f": best}, ("lead_portable < 1", "supplier_portable < 1"),
            stronger="e_lead_quality < f_lead_quality and "
            "e_supplier_quality < f_supplier_quality",
            source="@hart1990property",
        ),
        Proposition(
            "co_payment",
            "With equal power the supplier does what is best if the government bears half of the "
            "share of its quality that is specific.",
            "c_supplier_quality == f_supplier_quality",
            {"c": Allocation("co_payment"), "f": best},
            (*equal, "borne == (1 - supplier_portable)/2"),
            stronger="c_supplier_quality == f_supplier_quality and "
            "c_lead_quality == f_lead_quality",
            source="own",
        ),
        Proposition(
            "ownership",
            "With half of both qualities portable, separate ownership beats the lead firm's "
            "exactly if the supplier's productivity is large enough next to the lead firm's.",
            "(e_welfare > o_welfare) == "
            "(supplier_productivity**2 > 3/8*lead_productivity**2)",
            {"e": before, "o": Allocation("lead_firm_owns")},
            (*equal, "lead_portable == 1/2", "supplier_portable == 1/2"),
            stronger="(e_welfare > o_welfare) == "
            "(supplier_productivity**2 > 2/5*lead_productivity**2)",
            source="@grossman1986costs; own quadratic form",
        ),
        Proposition(
            "enforcement_backfires",
            "Enforcement against side-selling lowers the surplus.",
            "r_welfare < e_welfare",
            {"e": Allocation(interior=True), "r": Allocation("enforcement", interior=True)},
            ("enforced > 0", "supplier_portable > 0", "lead_power > 0"),
            stronger="r_welfare < e_welfare and r_lead < e_lead",
            source="@hart1990property on what protects an investment",
        ),
        Proposition(
            "enforcement_helps_the_lead_firm",
            "Enforcement against side-selling makes at least the lead firm better off.",
            "r_lead >= e_lead",
            {"e": before, "r": Allocation("enforcement")}, false=True,
            lesson="A strong lead firm takes most of a surplus that is then smaller: where its "
            "power times the part of the supplier's quality that is specific exceeds one half, it "
            "gains by a supplier that has more of a way out, and so invests.",
            source="a plausible claim",
        ),
    )  # fmt: skip
