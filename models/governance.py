r"""Governance of a chain: a lead firm chooses market, modular, relational, captive or hierarchy.

**The game.** In order:

1. A supplier learns, at the cost c, or does not: :math:`e \in \{0, 1\}`.
2. The lead firm sees which, and chooses the mode m by which it governs the relation.

The goods are worth V to the lead firm, less two kinds of loss. *Information* that is not passed on
costs the complexity X of what there is to tell, of which the share :math:`\kappa` can be codified.
What the supplier *cannot do* costs the gap G; learning closes the share l of it, and what remains
is :math:`g = G (1 - l e)`. The five modes avoid one or both at a cost:

.. math::
   \begin{array}{llll}
   \text{mode} & \text{the lead firm's payoff} & \text{supplier's rent} & \text{what is done} \\
   \text{market} & V - X - g & 0 & \text{nothing is told} \\
   \text{modular} & V - (1 - \kappa) X - g - f - b_M & b_M & \text{codified, at the cost } f \\
   \text{relational} & V - g - r - b_R & b_R & \text{everything is talked over, at } r \\
   \text{captive} & V - (1 - \kappa) X - s & 0 & \text{codified and supervised, at } s \\
   \text{hierarchy} & V - h & 0 & \text{the lead firm makes it itself, at } h
   \end{array}

The rent is what a supplier has that is not easily replaced; a captive one is.

**What fails.** This is the taxonomy of Gereffi, Humphrey and Sturgeon (2005), in which complexity,
codifiability and the capability of suppliers (low if G is large) decide on governance, made a
choice. (Their sixth case, that a supplier is excluded, is left out.) Two things go wrong in
it. The lead firm counts the rent as a cost, which it is for nobody else: it governs by captivity
or makes the goods itself where a relation would be worth more. And the supplier learns for its
rent alone: if :math:`b_R < c` it does not learn, though all the gap that is closed is the lead
firm's gain. So captivity and low capability go together, each the reason for the other.

**Whom it hurts.** The supplier that stays captive; and the lead firm, that supervises what a
capable supplier would do unsupervised.

**Reforms it invites.** *Support for learning* moves the chain from captive to relational. So does a
*fair share*, a rule that raises the rent: it costs the lead firm a part of what it gains, and
no public money. But it works in a window only, :math:`c \le b_R`, and no more than what the
lead firm would lose by captivity. *Standards* (a higher :math:`\kappa`) help the lead firm in every
codified mode, the captive one as much as the modular one. (What it takes to set them is left out:
the net benefit is the most that it may cost.) To *forbid captivity* **backfires** where
the supplier does not learn for it: the lead firm makes the goods itself.

Sources
-------
@gereffi2005governance, table 1, for the modes and the three variables; @grossman1986costs, for
rents that decide on investment. The payoffs and the numbers are pigou's own.
"""

from __future__ import annotations

from pigou.game import Game, Move, Parameter, Player, Transfer
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, remove_choice, set_parameters, subsidy

MODES = {"market": 0, "modular": 1, "relational": 2, "captive": 3, "hierarchy": 4}
UNCODIFIED = "(1 - codifiability)*complexity"
LEFT = "gap*(1 - closed)"


def model() -> Model:
    """Return the choice of governance with its reforms."""
    return Model(
        game=governance(),
        reforms=(learning_support(), fair_share(), standards(), captivity_forbidden()),
        mechanism="governance of a chain, and learning for a rent",
        about=__doc__ or "",
        propositions=(*thresholds(), *failures()),
    )


def governance() -> Game:
    """Return the game."""
    missing = "gap*(1 - closed*learn)"
    losses = (
        f"if(mode == market, complexity + {missing}, 0)"
        f" + if(mode == modular, {UNCODIFIED} + {missing} + codify, 0)"
        f" + if(mode == relational, {missing} + relate, 0)"
        f" + if(mode == captive, {UNCODIFIED} + supervise, 0)"
        " + if(mode == hierarchy, own, 0)"
    )
    rent = "if(mode == modular, modular_rent, if(mode == relational, relational_rent, 0))"
    return Game(
        "governance",
        players=[Player("supplier", "Supplier"), Player("lead", "Lead firm")],
        moves=[
            Move("learn", "supplier", {"no": 0, "yes": 1}, label="Learn", tex="e"),
            Move("mode", "lead", MODES, stage=2, label="Governance", tex="m"),
        ],
        payoffs={"supplier": "-cost*learn", "lead": f"value - ({losses})"},
        transfers=[Transfer("lead", "supplier", rent, "the supplier's rent")],
        parameters=[
            Parameter(
                "value", 20, "value > 0", "USD million",
                "what goods as ordered are worth to the lead firm", "V", source="illustration",
            ),
            Parameter(
                "complexity", 6, "complexity >= 0", "USD million",
                "what is lost if no information is passed on", "X", source="illustration",
            ),
            Parameter(
                "codifiability", "1/4", "0 <= codifiability <= 1", "share",
                "part of the information that can be codified", r"\kappa", source="illustration",
            ),
            Parameter(
                "gap", 4, "gap >= 0", "USD million",
                "what is lost by what the supplier cannot do", "G", source="illustration",
            ),
            Parameter(
                "closed", "3/4", "0 <= closed <= 1", "share",
                "part of the gap that learning closes", "l", source="illustration",
            ),
            Parameter(
                "cost", "5/2", "cost > 0", "USD million", "the supplier's cost of learning", "c",
                source="illustration",
            ),
            Parameter(
                "codify", 1, "codify >= 0", "USD million", "cost of modular links", "f",
                source="illustration",
            ),
            Parameter(
                "relate", 2, "relate >= 0", "USD million", "cost of relational links", "r",
                source="illustration",
            ),
            Parameter(
                "supervise", "5/2", "supervise >= 0", "USD million",
                "cost of teaching and supervising a captive supplier", "s", source="illustration",
            ),
            Parameter(
                "own", "15/2", "own >= 0", "USD million",
                "extra cost of making the goods inside the lead firm", "h", source="illustration",
            ),
            Parameter(
                "modular_rent", "3/4", "modular_rent >= 0", "USD million",
                "rent of a modular supplier", "b_M", source="illustration",
            ),
            Parameter(
                "relational_rent", 2, "relational_rent >= 0", "USD million",
                "rent of a relational supplier", "b_R", source="illustration",
            ),
        ],
        source="@gereffi2005governance, table 1; own payoffs",
    )  # fmt: skip


def learning_support() -> Reform:
    """Bear a part of the supplier's cost of learning."""
    return subsidy(
        "learn", "borne", "learning_support",
        parameters=(
            Parameter("borne", 1, "borne >= 0", "USD million", "payment for learning", "z"),
        ),
        label="Support for learning", source="own",
    )  # fmt: skip


def fair_share() -> Reform:
    """Raise the rent of a relational supplier by a rule."""
    return set_parameters(
        {"relational_rent": 3}, "fair_share", label="A fair share for relational suppliers",
        source="own",
    )  # fmt: skip


def standards() -> Reform:
    """Make more of the information codifiable."""
    return set_parameters(
        {"codifiability": "3/4"}, "standards", label="Technical standards",
        source="@gereffi2005governance on codification",
    )  # fmt: skip


def captivity_forbidden() -> Reform:
    """Forbid captive contracts: backfires, the lead firm makes the goods itself."""
    return remove_choice(
        "mode", "captive", "captivity_forbidden", label="Captive contracts forbidden",
        source="own",
    )  # fmt: skip


def thresholds() -> tuple[Proposition, ...]:
    """State where the lead firm's choice flips, if the supplier does not learn."""
    modes = {m: Profile(f"learn: no; mode: {m}") for m in MODES}
    idle = ("cost > modular_rent", "cost > relational_rent")  # no rent is worth learning for
    return (
        Proposition(
            "market_or_modular",
            "Market links give way to modular ones exactly if what can be codified is worth more "
            "than the codes and the rent cost, whatever the supplier can do.",
            "(a_holds == 1) == (codifiability*complexity <= codify + modular_rent)",
            {"a": modes["market"], "b": modes["modular"]},
            (*idle, "a_holds + b_holds >= 1"),
            stronger="(a_holds == 1) == (complexity <= codify + modular_rent)",
            source="@gereffi2005governance, table 1; own payoffs",
        ),
        Proposition(
            "modular_or_relational",
            "Modular links give way to relational ones exactly if what cannot be codified is worth "
            "more than the extra cost and rent of a relation, whatever the supplier can do.",
            "(a_holds == 1) == "
            f"({UNCODIFIED} <= relate + relational_rent - codify - modular_rent)",
            {"a": modes["modular"], "b": modes["relational"]},
            (*idle, "a_holds + b_holds >= 1"),
            stronger=f"(a_holds == 1) == ({UNCODIFIED} <= relate - codify)",
            source="@gereffi2005governance, table 1; own payoffs",
        ),
        Proposition(
            "modular_or_captive",
            "Modular links give way to captive ones exactly if what the supplier cannot do is "
            "worth more than supervision over codes and rent, however complex the information.",
            "(a_holds == 1) == (gap <= supervise - codify - modular_rent)",
            {"a": modes["modular"], "b": modes["captive"]},
            (*idle, "a_holds + b_holds >= 1"),
            stronger="(a_holds == 1) == (gap <= supervise - codify)",
            source="@gereffi2005governance, table 1; own payoffs",
        ),
        Proposition(
            "relational_or_hierarchy",
            "A relation gives way to hierarchy exactly if what the supplier cannot do is worth "
            "more than the extra cost of hierarchy over the relation and its rent.",
            "(a_holds == 1) == (gap <= own - relate - relational_rent)",
            {"a": modes["relational"], "b": modes["hierarchy"]},
            (*idle, "a_holds + b_holds >= 1"),
            stronger="(a_holds == 1) == (gap < own - relate - relational_rent)",
            source="@gereffi2005governance, table 1; own payoffs",
        ),
        Proposition(
            "captive_or_hierarchy",
            "Captive links give way to hierarchy exactly if what cannot be codified is worth more "
            "than the extra cost of hierarchy over supervision.",
            f"(a_holds == 1) == ({UNCODIFIED} <= own - supervise)",
            {"a": modes["captive"], "b": modes["hierarchy"]},
            (*idle, "a_holds + b_holds >= 1"),
            stronger=f"(a_holds == 1) == ({UNCODIFIED} < own - supervise)",
            source="@gereffi2005governance, table 1; own payoffs",
        ),
    )  # fmt: skip


def failures() -> tuple[Proposition, ...]:
    """State what goes wrong, and which reforms reach it."""
    captive = Profile("learn: no; mode: captive")
    idle = Profile("learn: no; mode: relational")
    learned = "learn: yes; mode: relational"
    relation = f"relate + {LEFT} + relational_rent"
    best_of_the_rest = (  # captivity is, and without learning it beats the relation as well
        f"supervise + {UNCODIFIED} < relate + gap + relational_rent",
        f"supervise + {UNCODIFIED} < {UNCODIFIED} + {LEFT} + codify + modular_rent",
        f"supervise + {UNCODIFIED} < complexity + {LEFT}", f"supervise + {UNCODIFIED} < own",
    )  # fmt: skip
    return (
        Proposition(
            "never_too_relational",
            "Where the lead firm chooses a relation, it is worth more than captivity by the rent "
            "at least: it is captivity that is chosen too often.",
            "r_welfare >= c_welfare + relational_rent",
            {"r": idle, "c": captive}, ("r_holds == 1",),
            stronger="r_welfare > c_welfare + relational_rent",
            source="own; @grossman1986costs",
        ),
        Proposition(
            "window_of_rents",
            "Where captivity is the alternative, a supplier learns for a relation exactly if its "
            "rent covers the cost and leaves the lead firm better off than with a captive one.",
            f"(l_holds == 1) == (cost <= relational_rent and {relation} <= "
            f"supervise + {UNCODIFIED})",
            {"l": Profile(learned)}, best_of_the_rest,
            stronger="(l_holds == 1) == (cost <= relational_rent)",
            source="own; @grossman1986costs",
        ),
        Proposition(
            "support_for_learning",
            "Where the lead firm would choose the relation with a supplier that has learned, "
            "support brings it about exactly if it pays what the cost exceeds the rent by.",
            "(l_holds == 1) == (borne >= cost - relational_rent)",
            {"l": Profile(learned, "learning_support")},
            (*best_of_the_rest, f"{relation} <= supervise + {UNCODIFIED}"),
            stronger="(l_holds == 1) == (borne > cost - relational_rent)",
            source="own",
        ),
        Proposition(
            "governance_is_efficient",
            "Given what the supplier can do, the lead firm chooses the mode that is best for both.",
            "c_welfare >= r_welfare",
            {"c": captive, "r": idle}, ("c_holds == 1", "c_lead > r_lead"), false=True,
            lesson="The rent of a relation is a cost to the lead firm and to nobody else; "
            "captivity saves it, at a cost that is real.",
            source="a plausible claim",
        ),
        Proposition(
            "standards_help_suppliers",
            "Where standards change the governance, the supplier is no worse off.",
            "s_supplier >= l_supplier",
            {"l": Profile(learned), "s": Profile("learn: no; mode: captive", "standards")},
            (
                "l_holds == 1", "s_holds == 1", "codifiability < 3/4", "cost < relational_rent",
                f"{relation} < supervise + {UNCODIFIED}",
            ),
            false=True,
            lesson="What can be codified can be told to a captive supplier as well; then the "
            "relation, and its rent, are no longer needed.",
            source="a plausible claim",
        ),
    )  # fmt: skip
