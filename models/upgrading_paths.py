r"""Paths of upgrading: four ways to upgrade, and what a lead firm does about each.

**The game.** In order:

1. A supplier stays as it is or upgrades in one of four ways: its *process* (the same at less cost),
   its *product* (something better), its *function* (design and brands, so far done by the lead
   firm), or its *channel* (the same for another market).
2. The lead firm sees which, and responds (:math:`\rho`): it *supports* it, *tolerates* it, or
   *punishes* the supplier: it takes its orders away.

Upgrading of the kind t (1 to 4, in this order) costs the supplier :math:`c_t`; it gains
:math:`s_t`, and the lead firm :math:`a_t`, which is less than 0 where the supplier comes into its
way. Support costs the lead firm k and raises both gains by the share h. Punishment costs the
supplier the rent r that orders bring and all of its gain but the share o, and the lead firm the
cost d of another supplier (whose own gain by these orders, at most r, is not counted: it may be
far away):

.. math::
   \begin{array}{lll}
   & \text{supplier} & \text{lead firm} \\
   \text{supported} & (1 + h) s_t - c_t & (1 + h) a_t - k \\
   \text{tolerated} & s_t - c_t & a_t \\
   \text{punished} & o \, s_t - c_t - r & - d
   \end{array}

Skills spread from design and brands: others in the region gain y if functional upgrading is not
punished, and o y if it is.

**What fails.** The lead firm supports what it shares, :math:`h a_t > k`, and punishes what costs it
more than another supplier would, :math:`a_t < -d`. So suppliers go the way that they are helped
along, and stop where the rents are. That the supplier's gain from functional upgrading, and the
region's, may be larger than what the lead firm loses does not enter its choice.

**Whom it hurts.** The supplier, and the region that would learn.

**Reforms it invites.** *Protection*: a lead firm may not take orders away for what the supplier
does beside them. *Dearer replacement*: an association of suppliers that takes no punished member's
orders over. A *grant for design* to a supplier whose orders are not safe **backfires**: it pays for
upgrading that is punished.

Sources
-------
@humphrey2002insertion for the first three kinds (their fourth is another sector), and that lead
firms encourage the first two and not the third; @dunn2006lessons for these four;
@schmitz2000learning for lead firms that stop suppliers. The payoffs and the numbers are pigou's own
illustration.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, remove_choice, set_parameters, subsidy

KINDS = ("process", "product", "functional", "channel")
KEPT = "if(response == support, 1 + boost, if(response == tolerate, 1, outside))"
"""What the supplier has of its gain."""
SHARED = "if(response == support, 1 + boost, if(response == tolerate, 1, 0))"
"""What the lead firm has of its own."""


def model() -> Model:
    """Return the four ways to upgrade with their reforms."""
    return Model(
        game=upgrading_paths(),
        reforms=(protection(), dearer_replacement(), design_grant()),
        mechanism="blocked functional upgrading: what a lead firm supports and what it punishes",
        about=__doc__ or "",
        propositions=propositions(),
    )


def upgrading_paths() -> Game:
    """Return the game."""
    learnt = "if(response == punish, outside, 1)*learning"
    return Game(
        "upgrading_paths",
        players=[Player("supplier", "Supplier"), Player("lead", "Lead firm")],
        moves=[
            Move(
                "upgrading", "supplier",
                {"none": 0, "process": 1, "product": 2, "functional": 3, "channel": 4},
                label="Upgrading", tex="t",
            ),
            Move(
                "response", "lead", {"tolerate": 0, "support": 1, "punish": 2}, 2,
                when="upgrading != none", label="Response", tex=r"\rho",
            ),
        ],
        payoffs={
            "supplier": f"{KEPT}*{of_kind('gain')} - {of_kind('cost')} - "
            "if(response == punish, orders, 0)",
            "lead": f"{SHARED}*{of_kind('shared')} - "
            "if(response == support, help, if(response == punish, replacement, 0))",
        },
        bystanders=[
            Bystander("region", f"if(upgrading == functional, {learnt}, 0)", "Others in the region")
        ],
        parameters=[
            *upgrading_of("process", 1, "1", "3/2", "1/2"),
            *upgrading_of("product", 2, "6/5", 2, 1),
            *upgrading_of("functional", 3, 4, -2, 1),
            *upgrading_of("channel", 4, 2, "-1/2", "3/2"),
            Parameter(
                "boost", "1/2", "boost >= 0", "share", "by which support raises gains", "h",
                source="illustration",
            ),
            Parameter(
                "help", "1/2", "help > 0", "USD million", "what support costs", "k",
                source="illustration",
            ),
            Parameter(
                "orders", 3, "orders > 0", "USD million", "the supplier's rent from orders", "r",
                source="illustration",
            ),
            Parameter(
                "replacement", 1, "replacement >= 0", "USD million",
                "the lead firm's cost of another supplier", "d", source="illustration",
            ),
            Parameter(
                "outside", "1/4", "0 <= outside <= 1", "share",
                "part of its gain that a supplier without orders keeps", "o",
                source="illustration",
            ),
            Parameter(
                "learning", 3, "learning >= 0", "USD million",
                "what others gain by functional upgrading", "y", source="illustration",
            ),
        ],
        source="@humphrey2002insertion; @dunn2006lessons; own payoffs",
    )  # fmt: skip


def of_kind(what: str) -> str:
    """Return what the kind of upgrading that is chosen has: a gain, a share or a cost."""
    last = "0"
    for kind in reversed(KINDS):
        last = f"if(upgrading == {kind}, {what}_{kind}, {last})"
    return last


def upgrading_of(
    name: str, number: int, gain: object, shared: object, cost: object
) -> tuple[Parameter, ...]:
    """Return what a kind of upgrading brings the supplier and the lead firm, and its cost."""
    return (
        Parameter(
            f"gain_{name}", gain, f"gain_{name} > 0", "USD million",
            f"the supplier's gain: {name} upgrading", f"s_{number}", source="illustration",
        ),
        Parameter(
            f"shared_{name}", shared, unit="USD million",
            meaning=f"the lead firm's gain: {name} upgrading", tex=f"a_{number}",
            source="illustration",
        ),
        Parameter(
            f"cost_{name}", cost, f"cost_{name} > 0", "USD million",
            f"cost of {name} upgrading", f"c_{number}", source="illustration",
        ),
    )  # fmt: skip


def protection() -> Reform:
    """Forbid the lead firm to take orders away."""
    return remove_choice(
        "response", "punish", "protection", label="Orders are protected",
        source="own; compare @schmitz2000learning",
    )  # fmt: skip


def dearer_replacement() -> Reform:
    """Let an association refuse a punished member's orders."""
    return set_parameters(
        {"replacement": "replacement + solidarity"}, "dearer_replacement",
        parameters=(
            Parameter(
                "solidarity", "3/2", "solidarity >= 0", "USD million",
                "added to the cost of another supplier", "z",
            ),
        ),
        label="Association that does not replace a member",
        source="own",
    )  # fmt: skip


def design_grant() -> Reform:
    """Pay for functional upgrading, whatever the lead firm does: backfires."""
    return subsidy(
        "upgrading", "grant", "design_grant", choice="functional",
        parameters=(
            Parameter("grant", "9/2", "grant >= 0", "USD million", "payment for it", "g"),
        ),
        label="Grant for design",
        source="the usual advice",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    best = tuple(
        f"gain_functional - cost_functional > {gain}"
        for gain in ("0", *(f"(1 + boost)*gain_{k} - cost_{k}" for k in
                            ("process", "product", "channel")))
    )  # fmt: skip
    rival = ("shared_functional < 0",)
    tolerated = {"kept": Profile("upgrading: functional; response: tolerate")}
    punished = {"lost": Profile("upgrading: functional; response: punish", "design_grant")}
    safe = {"kept": Profile("upgrading: functional; response: tolerate", "protection")}
    helped = {"helped": Profile("upgrading: product; response: support")}
    nothing = {"nothing": Profile("upgrading: none")}
    return (
        Proposition(
            "blocked",
            "A supplier that would do best by functional upgrading, which costs the lead firm "
            "something, does it unpunished exactly if that is at most what another would cost.",
            "(kept_holds == 1) == (-shared_functional <= replacement)",
            tolerated, (*best, *rival),
            stronger="(kept_holds == 1) == (-shared_functional < replacement)",
            source="@humphrey2002insertion; own form",
        ),
        Proposition(
            "supported",
            "Product upgrading that is supported is shared: where it is an equilibrium the lead "
            "firm gains by support at least what it costs.",
            "helped_lead >= shared_product and boost*shared_product >= help",
            helped, ("helped_holds == 1",),
            stronger="helped_lead >= shared_product and boost*shared_product > help",
            source="@humphrey2002insertion; own form",
        ),
        Proposition(
            "protected",
            "Where orders are protected, a supplier that would do best by functional upgrading "
            "does it.",
            "kept_holds == 1",
            safe, (*best, *rival),
            stronger="kept_holds == 1 and kept_welfare > 0",
            source="own",
        ),
        Proposition(
            "grant",
            "A grant for functional upgrading that is punished makes all together worse off than "
            "if nobody upgraded, if the supplier and the region keep less of it than what it costs "
            "and the orders are worth.",
            "lost_welfare < nothing_welfare",
            {**punished, **nothing},
            ("outside*(gain_functional + learning) < cost_functional + orders",),
            stronger="lost_welfare < nothing_welfare - replacement - orders",
            source="own",
        ),
        Proposition(
            "partners",
            "A lead firm that supports product upgrading does not stop functional upgrading.",
            "kept_holds == 1",
            {**tolerated},
            (*best, "boost*shared_product > help"), false=True,
            lesson="It supports what it has a share in and stops what competes with it. Support is "
            "no sign of partnership.",
            source="a plausible claim; @humphrey2002insertion",
        ),
    )  # fmt: skip
