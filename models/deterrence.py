r"""Entry deterrence: an incumbent sinks capacity before others decide whether to enter.

**The game.** The price is :math:`p = A - x_1 - x_2`, net of what it costs to run capacity. First
the incumbent installs the capacity k at r a unit, which is sunk. Then an entrant, who sees k,
decides whether to enter at the fixed cost f. Then both choose their output: the incumbent's costs
nothing more up to k and r a unit beyond, the entrant's costs r a unit:

.. math::
   \pi_1 &= x_1 (A - x_1 - x_2) - r k - r \max(0, x_1 - k), \\
   \pi_2 &= x_2 (A - x_1 - x_2 - r) - f \quad \text{if it enters, else } 0 .

Consumers gain :math:`(x_1 + x_2)^2 / 2`. Where the incumbent is not flexible (:math:`\phi = 0`,
while 1 is the default) it has promised to sell its whole capacity, :math:`x_1 = k`.

**What fails.** Capacity that is sunk lowers the incumbent's cost of fighting an entrant, who meets
a larger rival than if both built at the same time. Three regimes follow. If f is large, entry is
*blockaded*: the incumbent acts as a monopoly. If f is small it is *accommodated*: capacity is as
large as a first mover's, :math:`(A - r)/2`, or as much as would be used in full after entry,
:math:`(A + r)/3`, if that is less (from :math:`A = 5 r` on). In between entry is
*deterred*, by a capacity that leaves an entrant just nothing. Capacity that would not be used after
entry is no threat (Dixit 1980), which is why deterrence needs an f that is not too small.

**Whom it hurts.** The entrant, and consumers of what it would have sold; they gain from the
incumbent's larger capacity, so that deterrence may be better for them than rivals of equal size.

**Reforms it invites.** *Entry support* pays part of the cost of entry. A *shared facility* lowers
that cost. A *limit on capacity*, as an authority may set that reads capacity as predation,
**backfires** where the incumbent's capacity is what keeps the price low. A *promise to use all
capacity* changes nothing where the threat is credible anyway.

Sources
-------
@dixit1980role; @fudenberg1984fatcat for the names of strategies; @spence1977entry for capacity that
is used in full. The linear form and its numbers are an illustration.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Allocation, Proposition
from pigou.reform import Reform, reform, set_parameters, subsidy


def model() -> Model:
    """Return entry deterrence with its reforms."""
    return Model(
        game=deterrence(),
        reforms=(entry_support(), shared_facility(), capacity_limit(), full_use()),
        mechanism="rents under entry barriers: capacity that deters entry",
        about=__doc__ or "",
        propositions=propositions(),
    )


def deterrence() -> Game:
    """Return the game."""
    sold = "(flexible*output + (1 - flexible)*capacity)"
    price = f"(demand - {sold} - entrant_output)"
    return Game(
        "deterrence",
        players=[Player("incumbent", "Incumbent"), Player("entrant", "Entrant")],
        moves=[
            Move("capacity", "incumbent", (0, "demand"), label="Capacity", tex="k"),
            Move("entry", "entrant", {"stay_out": 0, "enter": 1}, 2, label="Entry", tex="e"),
            Move(
                "output", "incumbent", (0, "demand"), 3, when="flexible == 1",
                label="Output of the incumbent", tex="x_1",
            ),
            Move(
                "entrant_output", "entrant", (0, "demand"), 3, when="entry == enter",
                label="Output of the entrant", tex="x_2",
            ),
        ],
        payoffs={
            "incumbent": f"{sold}*{price} - build*capacity "
            "- flexible*build*max(0, output - capacity)",
            "entrant": f"entrant_output*({price} - build) - entry_cost*entry",
        },
        bystanders=[Bystander("consumers", f"({sold} + entrant_output)**2/2", "Consumers")],
        parameters=[
            Parameter(
                "demand", 10, "demand > 0", "USD",
                "highest price that anybody pays, less the cost of running capacity", "A",
                source="illustration",
            ),
            Parameter(
                "build", 3, "build > 0", "USD", "cost of a unit of capacity", "r",
                source="illustration",
            ),
            Parameter(
                "entry_cost", 2, "entry_cost >= 0", "USD million", "cost of entry", "f",
                source="illustration",
            ),
            Parameter(
                "flexible", 1, "0 <= flexible <= 1", "1 or 0",
                "whether output is chosen after entry", r"\phi",
                source="1: output is chosen after entry", integer=True,
            ),
        ],
        assumptions=["demand > 2*build"],
        source="@dixit1980role; linear form",
    )  # fmt: skip


def entry_support() -> Reform:
    """Pay who enters a part of its cost."""
    return subsidy(
        "entry", "support", "entry_support", choice="enter",
        parameters=(
            Parameter(
                "support", "3/2", "support >= 0", "USD million", "payment to a firm that enters",
                "z",
            ),
        ),
        label="Entry support",
        source="own",
    )  # fmt: skip


def shared_facility() -> Reform:
    """Lower the cost of entry, by a facility that every firm may use."""
    return reform(
        "entry_barrier", "shared_facility", parameter="entry_cost", share="relief",
        running_cost="upkeep",
        parameters=(
            Parameter(
                "relief", "1/2", "0 <= relief <= 1", "share", "part of the cost of entry saved",
                r"\rho",
            ),
            Parameter(
                "upkeep", "1/4", "upkeep >= 0", "USD million", "cost of the facility", "g",
            ),
        ),
        label="Shared facility",
        source="@bain1956barriers",
    )  # fmt: skip


def capacity_limit() -> Reform:
    """Forbid the incumbent to build more than so much.

    A limit below what equals would sell, (A - r)/3, leaves capacity without effect on anything.
    """
    return reform(
        "export_restraint", "capacity_limit", moves="capacity", highest="limit",
        parameters=(
            Parameter("limit", "5/2", "limit >= 0", "units", "largest capacity allowed", "l"),
        ),
        label="Limit on capacity",
        source="@dixit1980role, on what capacity is for; own",
    )  # fmt: skip


def full_use() -> Reform:
    """Let the incumbent promise to sell its whole capacity, whoever enters."""
    return set_parameters(
        {"flexible": 0}, "full_use",
        label="Promise to use all capacity",
        source="@spence1977entry",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    # All capacity is used: as promised, or since it would be anyway (up to A = 5 r, see the text).
    inside, outside = {"entry": "enter"}, {"entry": "stay_out"}
    first = {"a": Allocation("full_use", inside, interior=True)}
    together = {"c": Allocation("full_use+order:capacity=3", inside, interior=True)}
    alone = {"m": Allocation("full_use", outside, interior=True)}
    return (
        Proposition(
            "first_mover",
            "If entry is accommodated and all capacity is used, that it is sunk before entry gains "
            "the incumbent and consumers, and costs the entrant 7/16 of its gross profit.",
            "a_incumbent > c_incumbent and a_consumers > c_consumers and "
            "a_entrant + entry_cost == 9/16*(c_entrant + entry_cost)",
            {**first, **together},
            stronger="a_incumbent > c_incumbent and a_consumers > c_consumers and "
            "a_entrant + entry_cost < 1/2*(c_entrant + entry_cost)",
            source="@dixit1980role; @fudenberg1984fatcat",
        ),
        Proposition(
            "ban",
            "If entry is accommodated and all capacity is used, a ban on building before entry "
            "lowers welfare.",
            "a_welfare > c_welfare",
            {**first, **together},
            stronger="a_welfare > c_welfare + build**2/16",
            source="@dixit1980role; own",
        ),
        Proposition(
            "blockade",
            "If entry is accommodated and all capacity is used, the incumbent builds what a "
            "monopoly would; so entry is blockaded exactly if an entrant who is let in makes a "
            "loss.",
            "a_capacity == m_capacity and "
            "((demand - build - m_capacity)**2/4 < entry_cost) == (a_entrant < 0)",
            {**first, **alone},
            stronger="a_capacity == m_capacity and "
            "((demand - build - m_capacity)**2/4 < entry_cost) == (a_entrant <= 0)",
            source="@dixit1980role",
        ),
        Proposition(
            "worthwhile_entry",
            "If all capacity is used, entry that is accommodated and pays for the entrant raises "
            "welfare.",
            "a_entrant < 0 or a_welfare > m_welfare",
            {**first, **alone},
            stronger="a_welfare > m_welfare",
            source="@mankiw1986free, for the contrast; own",
        ),
        Proposition(
            "entry_pays",
            "If all capacity is used, entry that would raise welfare pays for the entrant.",
            "a_welfare <= m_welfare or a_entrant >= 0",
            {**first, **alone}, false=True,
            lesson="A larger rival who moves first leaves the entrant less than what consumers "
            "gain from it: there is too little entry, not too much, and a case for entry support.",
            source="a plausible claim",
        ),
    )  # fmt: skip
