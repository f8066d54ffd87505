r"""Who captures the gains from upgrading: a chain of three, and what is bargained over.

**The game.** A component maker C, an assembler S and a lead firm L form a chain, C - S - L: each
is linked only to its neighbours. C and S decide at once how much to upgrade, :math:`x_C, x_S \ge
0`, at a cost of :math:`k x_i^2 / 2`. Then all bargain. Together they make

.. math:: v(C, S, L) = V + x_C + x_S ,

the assembler and the lead firm alone, with a standard component, :math:`v(S, L) = h + x_S`; the
lead firm alone, with suppliers abroad, :math:`v(L) = m`; component maker and assembler without the
lead firm sell to a local market that values the share :math:`\ell` of their upgrading,
:math:`v(C, S) = \ell (x_C + x_S)`. With :math:`m \le h \le V`, everybody gets the Myerson value,
the Shapley value of what linked parties can make (`pigou.coalitions`):

.. math::
   \phi_C = \tfrac{1}{3} (V - h + x_C) + \tfrac{\ell}{6} (x_C + x_S), \qquad
   \phi_S = \tfrac{1}{3} (V - m + x_C + x_S) + \tfrac{1}{6} (h - m + x_S)
            + \tfrac{\ell}{6} (x_C + x_S),

and the lead firm has the rest.

**What fails.** Of what upgrading by C adds, C itself keeps :math:`1/3 + \ell/6` and the lead firm,
which pays none of the cost, has :math:`(1 - \ell)/3`; S keeps :math:`1/2 + \ell/6` of its own. So
C chooses :math:`x_C = (1/3 + \ell/6)/k`, where :math:`1/k` would be best. A public payment raises
the gains that are shared, and so the lead firm's income: local firms "siphon the gains" to it.

**Whom it hurts.** The component maker most: it is the easiest to replace, and keeps the
least of what it adds.

**Reforms it invites.** *Support for the component maker's upgrading* that is paid before the
bargain stays with it, but a part of what comes of it goes up the chain. The same money as a *bonus
on what is delivered* is itself bargained over: the three take a third each. A *local market* (a
larger :math:`\ell`) raises what both keep, and needs no public payments; what it takes to open one
is left out, and the net benefit is the most that it may cost. *Support tied to exclusive
delivery* to the lead firm **backfires**: the local market is the component maker's threat, and
without it (:math:`\ell = 0`) less is kept, and less is upgraded, than without any support, if the
support per unit is below :math:`\ell/6`.

Sources
-------
@myerson1977graphs; @shapley1953value; @hart1990property, on investment when the Shapley value
divides. The chain is pigou's own.
"""

from __future__ import annotations

from pigou.bargaining import formula
from pigou.coalitions import CoalitionalGame, Shapley
from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Allocation, Proposition
from pigou.reform import Reform, Step, set_parameters, subsidy


def model() -> Model:
    """Return the capture of upgrading gains with its reforms."""
    return Model(
        game=upgrading_gains(),
        reforms=(upgrading_support(), delivery_bonus(), local_market(), tied_support()),
        mechanism="capture of upgrading gains along a chain",
        about=__doc__ or "",
        propositions=propositions(),
    )


def chain() -> CoalitionalGame:
    """Return what linked parties can make."""
    return CoalitionalGame(
        ["component", "assembler", "lead"],
        {
            "lead": "abroad",
            "assembler+lead": "standard + assembly_upgrading",
            "component+assembler": "local*(component_upgrading + assembly_upgrading)",
            "component+assembler+lead": "chain + component_upgrading + assembly_upgrading",
        },
        links=[("component", "assembler"), ("assembler", "lead")],
    )


def upgrading_gains() -> Game:
    """Return the game."""
    has = Shapley(chain()).divide()
    return Game(
        "upgrading_gains",
        players=[Player("component", "Component maker"), Player("assembler", "Assembler")],
        moves=[
            Move("component_upgrading", "component", (0, "2/cost"),
                 label="Component maker's upgrading", tex="x_C"),
            Move("assembly_upgrading", "assembler", (0, "2/cost"),
                 label="Assembler's upgrading", tex="x_S"),
        ],
        payoffs={
            "component": has["component"] - formula("cost*component_upgrading**2/2"),
            "assembler": has["assembler"] - formula("cost*assembly_upgrading**2/2"),
        },
        bystanders=[Bystander("lead", has["lead"], "Lead firm")],
        parameters=[
            Parameter(
                "chain", 6, "chain > 0", "USD million",
                "what the chain makes without any upgrading", "V", source="illustration",
            ),
            Parameter(
                "standard", 4, "standard > 0", "USD million",
                "what assembler and lead firm make with a standard component", "h",
                source="illustration",
            ),
            Parameter(
                "abroad", 3, "abroad >= 0", "USD million",
                "what the lead firm makes with suppliers abroad", "m", source="illustration",
            ),
            Parameter(
                "local", "1/2", "0 <= local <= 1", "share",
                "part of upgrading that a local market values", r"\ell", source="illustration",
            ),
            Parameter(
                "cost", 1, "cost > 0", "USD million",
                "how fast the cost of upgrading rises", "k", source="illustration",
            ),
        ],
        assumptions=["abroad <= standard", "standard <= chain"],
        source="@myerson1977graphs, with a chain of three; own",
    )  # fmt: skip


def upgrading_support() -> Reform:
    """Pay the component maker per unit of upgrading, before the bargain."""
    return subsidy(
        "component_upgrading", "support", "upgrading_support",
        parameters=(
            Parameter("support", "1/5", "support >= 0", "USD million", "payment per unit", "z"),
        ),
        label="Support for the component maker's upgrading", source="own",
    )  # fmt: skip


def delivery_bonus() -> Reform:
    """Pay the component maker on delivery: the bonus is bargained over, a third for each."""
    return Reform(
        "delivery_bonus",
        steps=(
            payment("government", "component", "bonus*component_upgrading", "bonus on delivery"),
            payment("component", "assembler", "bonus*component_upgrading/3", "fall in the price"),
            payment("component", "lead", "bonus*component_upgrading/3", "fall in the price"),
        ),
        parameters=(
            Parameter("bonus", "1/5", "bonus >= 0", "USD million", "payment per unit", "z"),
        ),
        label="Bonus on what is delivered",
        source="own; the Myerson value of v(C, S, L) + bonus",
    )


def local_market() -> Reform:
    """Open a market without the lead firm."""
    return set_parameters(
        {"local": 1}, "local_market", label="A local market for upgraded goods",
        source="own; @hart1990property on outside opportunities",
    )  # fmt: skip


def tied_support() -> Reform:
    """Pay for upgrading on condition that nothing is sold but to the lead firm: backfires."""
    return Reform(
        "tied_support",
        steps=(
            payment("government", "component", "tied*component_upgrading", "tied support"),
            Step("parameter", {"set": {"local": 0}}),
        ),
        parameters=(
            Parameter("tied", "1/20", "tied >= 0", "USD million", "payment per unit", "z"),
        ),
        label="Support tied to exclusive delivery",
        source="own",
    )


def payment(payer: str, payee: str, amount: str, purpose: str) -> Step:
    """Return one payment of a reform that consists of several."""
    return Step("transfer", {"payer": payer, "payee": payee, "amount": amount, "purpose": purpose})


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    before, best = Allocation(), Allocation(planner=True)
    return (
        Proposition(
            "half_at_most",
            "The component maker upgrades at most half as much as is best.",
            "e_component_upgrading <= f_component_upgrading/2",
            {"e": before, "f": best},
            stronger="e_component_upgrading < f_component_upgrading/2",
            source="own; @myerson1977graphs",
        ),
        Proposition(
            "capture",
            "Of what support for the component maker brings about, the lead firm has a third, less "
            "what a local market would value.",
            "r_lead - e_lead == (1 - local)*support/(3*cost)",
            {"e": before, "r": Allocation("upgrading_support")},
            ("support < 1",),
            stronger="r_lead - e_lead == support/(3*cost)",
            source="own",
        ),
        Proposition(
            "tied_support_backfires",
            "Support tied to exclusive delivery lowers the component maker's upgrading exactly if "
            "it is less than a sixth of what the local market would have valued.",
            "(t_component_upgrading < e_component_upgrading) == (tied < local/6)",
            {"e": before, "t": Allocation("tied_support")}, ("tied < 1",),
            stronger="(t_component_upgrading < e_component_upgrading) == (tied <= local/6)",
            source="own",
        ),
        Proposition(
            "a_local_market",
            "A local market never lowers upgrading, and never raises what the lead firm has.",
            "m_component_upgrading >= e_component_upgrading and "
            "m_assembly_upgrading >= e_assembly_upgrading and m_lead <= e_lead",
            {"e": before, "m": Allocation("local_market")},
            stronger="m_component_upgrading > e_component_upgrading and "
            "m_assembly_upgrading >= e_assembly_upgrading and m_lead <= e_lead",
            source="own; @hart1990property on outside opportunities",
        ),
        Proposition(
            "bonus_stays",
            "Of a bonus paid to the component maker on delivery, nobody gains more than the "
            "component maker.",
            "b_component - e_component >= b_assembler - e_assembler",
            {"e": before, "b": Allocation("delivery_bonus")}, ("bonus < 1",), false=True,
            lesson="The bonus is bargained over like the rest, a third for each; and the assembler "
            "has its part of the upgrading that it brings about without paying for it.",
            source="a plausible claim",
        ),
    )  # fmt: skip
