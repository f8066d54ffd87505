r"""A chain of oligopolies: each tier adds its own margin to that of the tier before it.

**The game.** :math:`n` suppliers sell an input to :math:`m` lead firms, who need one unit of it for
each unit of what they sell to consumers at the price :math:`p = a - Q`. First each supplier chooses
its quantity x, at the unit cost c; then the price w of the input clears its market; then each lead
firm, who takes w as given, chooses its quantity q:

.. math::
   \pi_S = x \, (w - c), \qquad \pi_L = q \, (p - w) .

Firms of a tier are alike: one of each is a player, and the others do as it does. A firm takes the
quantity of the others of its tier as given: a supplier faces :math:`x + \frac{n - 1}{n} X`, where X
is what all supply, a lead firm :math:`q + \frac{m - 1}{m} Q`. The market is a player that makes
:math:`X = n x`, lets the price w clear, and makes :math:`Q = m q`; it earns nothing. What the other
firms of a tier earn is what all earn less what the one earns. Consumers gain :math:`Q^2 / 2`.

**What fails.** Each tier keeps a margin, and none counts what its own takes from the others: the
quantity is the efficient one times :math:`\frac{n}{n + 1} \frac{m}{m + 1}`. With one firm in each
tier consumers *and* the firms together would be better off if the two merged (Spengler 1950).
Suppliers, who set the price to which the lead firms react, have the larger rent together unless
they are more than the lead firms: the rents are equal with one supplier more, :math:`n = m + 1`,
and the lead firms' is larger from two more on.

**Whom it hurts.** Consumers most, and the firms of every other tier.

**Reforms it invites.** *Another supplier*, or *another lead firm*: one more does most where there
are few. A *subsidy on supplies* that undoes the margins adds to rents; of a small one, consumers
get no more than the share of the efficient quantity that is sold. A *tax on supplies*, which is to
collect rents, **backfires**: the quantity, too small already, falls.

Sources
-------
@greenhut1979vertical; @spengler1950vertical; @salinger1988vertical. The numbers are an
illustration.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Allocation, Effect, Proposition
from pigou.reform import Reform, Step, set_parameters


def model() -> Model:
    """Return the chain of oligopolies with its reforms."""
    return Model(
        game=chain(),
        reforms=(more_suppliers(), more_lead_firms(), subsidy_on_supplies(), tax_on_supplies()),
        mechanism="rents under entry barriers: margins upon margins along a chain",
        about=__doc__ or "",
        propositions=propositions(),
    )


def chain() -> Game:
    """Return the game."""
    supply = "(x + (suppliers - 1)/suppliers*X)"
    sales = "(q + (leads - 1)/leads*Q)"
    return Game(
        "chain",
        players=[
            Player("supplier", "Supplier"),
            Player("lead", "Lead firm"),
            Player("market", "Market"),
        ],
        moves=[
            Move("x", "supplier", (0, "demand/suppliers"), label="Quantity of a supplier"),
            Move("X", "market", (0, "demand"), label="Quantity of all suppliers"),
            Move("w", "market", ("-demand", "demand"), 2, label="Price of the input"),
            Move("q", "lead", (0, "demand"), 3, label="Quantity of a lead firm"),
            Move("Q", "market", (0, "2*demand"), 3, label="Quantity of all lead firms"),
        ],
        payoffs={
            "supplier": "x*(w - cost)",
            "lead": f"q*(demand - {sales} - w)",
            "market": f"-(X - suppliers*x)**2 - ({supply} - leads*q)**2 - (Q - leads*q)**2",
        },
        bystanders=[
            Bystander("other_suppliers", "leads*q*(w - cost) - x*(w - cost)", "Other suppliers"),
            Bystander(
                "other_leads",
                f"leads*q*(demand - leads*q - w) - q*(demand - {sales} - w)",
                "Other lead firms",
            ),
            Bystander("consumers", "(leads*q)**2/2", "Consumers"),
        ],
        parameters=[
            Parameter(
                "demand", 10, "demand > 0", "USD", "highest price that a consumer pays", "a",
                source="illustration",
            ),
            Parameter(
                "cost", 1, "cost >= 0", "USD", "unit cost of the input", "c",
                source="illustration",
            ),
            Parameter(
                "suppliers", 2, "suppliers >= 1", "firms", "number of suppliers", "n",
                source="illustration", integer=True,
            ),
            Parameter(
                "leads", 3, "leads >= 1", "firms", "number of lead firms", "m",
                source="illustration", integer=True,
            ),
        ],
        assumptions=["cost < demand"],
        source="@greenhut1979vertical",
    )  # fmt: skip


def more_suppliers() -> Reform:
    """Bring in another supplier."""
    return set_parameters(
        {"suppliers": "suppliers + 1"}, "more_suppliers",
        running_cost="scouting",
        parameters=(
            Parameter("scouting", 1, "scouting >= 0", "USD million", "cost to the public", "g"),
        ),
        label="Another supplier",
        source="@greenhut1979vertical",
    )  # fmt: skip


def more_lead_firms() -> Reform:
    """Bring in another lead firm."""
    return set_parameters(
        {"leads": "leads + 1"}, "more_lead_firms",
        running_cost="scouting",
        parameters=(
            Parameter("scouting", 1, "scouting >= 0", "USD million", "cost to the public", "g"),
        ),
        label="Another lead firm",
        source="@greenhut1979vertical",
    )  # fmt: skip


def subsidy_on_supplies() -> Reform:
    """Pay suppliers for what they supply."""
    return Reform(
        "subsidy",
        steps=(
            Step("subsidy", {"move": "x", "rate": "rate"}),
            Step("transfer", {
                "payer": "government", "payee": "other_suppliers",
                "amount": "rate*(suppliers - 1)/suppliers*X", "purpose": "subsidy on the others' x",
            }),
        ),
        parameters=(
            Parameter("rate", 3, "rate >= 0", "USD", "payment per unit supplied", "s"),
        ),
        label="Subsidy on supplies",
        source="own",
    )  # fmt: skip


def tax_on_supplies() -> Reform:
    """Collect a tax on what suppliers supply."""
    return Reform(
        "tax",
        steps=(
            Step("tax", {"move": "x", "rate": "levy"}),
            Step("transfer", {
                "payer": "other_suppliers", "payee": "government",
                "amount": "levy*(suppliers - 1)/suppliers*X", "purpose": "tax on the others' x",
            }),
        ),
        parameters=(
            Parameter("levy", 1, "levy >= 0", "USD", "payment per unit supplied", "t"),
        ),
        label="Tax on supplies",
        source="own",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    chain = {"e": Allocation(interior=True)}
    supplier = {"s": Allocation("more_suppliers", interior=True)}
    lead = {"l": Allocation("more_lead_firms", interior=True)}
    paid = {"z": Allocation("subsidy", interior=True)}
    return (
        Proposition(
            "margins",
            "The quantity is the efficient one, at which the price is the cost, times n/(n + 1) "
            "for each tier of n firms.",
            "e_Q == (demand - cost)*suppliers/(suppliers + 1)*leads/(leads + 1)",
            chain,
            stronger="e_Q == (demand - cost)*suppliers/(suppliers + 1)*leads/(leads + 2)",
            source="@greenhut1979vertical",
        ),
        Proposition(
            "where_to_compete",
            "Another supplier raises the quantity more than another lead firm does if there are "
            "fewer suppliers, and less if there are more.",
            "(suppliers >= leads or s_Q > l_Q) and (suppliers <= leads or s_Q < l_Q)",
            {**supplier, **lead},
            stronger="(suppliers > leads or s_Q > l_Q) and (suppliers <= leads or s_Q < l_Q)",
            source="@greenhut1979vertical; own",
        ),
        Proposition(
            "rents",
            "With equal numbers the suppliers' rents are larger than the lead firms'; they are "
            "smaller from two suppliers more than lead firms on.",
            "(suppliers > leads or e_supplier + e_other_suppliers > e_lead + e_other_leads) and "
            "(suppliers < leads + 2 or e_supplier + e_other_suppliers < e_lead + e_other_leads)",
            chain,
            stronger="(suppliers > leads + 1 or e_supplier + e_other_suppliers > "
            "e_lead + e_other_leads)",
            source="@spengler1950vertical; own",
        ),
        Proposition(
            "rivals_elsewhere",
            "Another lead firm costs the lead firms together, and gains the suppliers.",
            "l_lead + l_other_leads < e_lead + e_other_leads and "
            "l_supplier + l_other_suppliers > e_supplier + e_other_suppliers",
            {**chain, **lead},
            stronger="l_lead + l_other_leads < e_lead + e_other_leads and "
            "l_supplier + l_other_suppliers > 2*(e_supplier + e_other_suppliers)",
            source="@greenhut1979vertical; own",
        ),
        Proposition(
            "pass_through",
            "Of the first unit of a subsidy consumers gain the share of the efficient quantity "
            "that is sold, and everybody together gains more than it costs.",
            "k == z_Q*suppliers/(suppliers + 1)*leads/(leads + 1) and d > 0",
            {**paid, "k": Effect("z_consumers", "rate"), "d": Effect("z_welfare", "rate")},
            ("rate == 0",),
            stronger="k == z_Q*suppliers/(suppliers + 1)*leads/(leads + 1) and d > z_Q/2",
            source="own; compare @spengler1950vertical",
        ),
        Proposition(
            "nearest_to_consumers",
            "One more firm does most for consumers in the tier that sells to them.",
            "l_consumers >= s_consumers",
            {**supplier, **lead}, false=True,
            lesson="How near a tier is to consumers does not matter: it is the most concentrated "
            "tier in which a rival does most.",
            source="a plausible claim",
        ),
    )  # fmt: skip
