r"""The key player: firms of a cluster whose efforts are worth more the more their partners do.

**The game.** Four firms choose at once how much effort to put into common projects: the hub h, a
large firm l, and two small ones, s and z. The hub works with each of the others, who do not work
with each other; :math:`g_{ij} = 1` if i and j are partners. Firm i chooses :math:`e_i \ge 0` and
earns

.. math::
   \pi_i = \alpha_i e_i - \frac{1}{2} e_i^2 + a \sum_j g_{ij} \, e_i e_j ,

where :math:`\alpha_i` is what effort is worth to it alone: :math:`\lambda` for the large firm,
:math:`\alpha` for the others. The spillover a is at most 1/4, so that an efficient effort exists:
:math:`2 a` times the largest eigenvalue of the network, :math:`\sqrt{3}`, is below 1. No best reply
reaches the bound on effort that the game sets, at subsidies of up to eight times
:math:`\lambda + \alpha`.

**What fails.** In equilibrium efforts are the Katz-Bonacich centralities of the firms,
:math:`e = (I - a G)^{-1} \alpha`: each counts what partners do for it, not what it does for them.
All efforts are too small. The *key player* is the firm by whose removal total effort falls most
(Ballester, Calvó-Armengol and Zenou 2006). It need not be the one that works hardest: at the
defaults the large firm does, and the hub is the key player. Co-operation among neighbours is
fragile: a global buyer who wants a firm for himself draws it away as soon as he pays more than its
partners' effort is worth *to it*; what its effort was worth to them does not count. Between
the premium at which the hub goes and the premium at which it should go, co-operation ends that was
worth having. (What the buyer has of it is not counted: he pays what effort is worth to him.)

**Whom it hurts.** All firms; if the hub goes, the others, who lose all their partners at once.

**Reforms it invites.** *Subsidies of Pigou*, at the rate of what a firm's effort is worth to its
partners at the efficient efforts: higher for the hub than for the others. *Support of the hub*
alone. An *association* that decides on all efforts. A *buyer for the large firm* who asks it to
work for nobody else may be worth having, while a *buyer for the hub* at the same premium
**backfires**: the hub gains, and the cluster loses more.

Sources
-------
@ballester2006whos. The network, and the buyers, are pigou's own; the numbers are an illustration.
"""

from __future__ import annotations

from pigou.game import Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Allocation, Proposition
from pigou.reform import Reform, Step, reform, set_parameters, subsidy


def model() -> Model:
    """Return the cluster with its reforms."""
    return Model(
        game=key_player(),
        reforms=(
            pigouvian_subsidies(), support_of_hub(), association(), buyer_for_large(),
            buyer_for_hub(),
        ),
        mechanism="cooperation failure: efforts that are worth more together, in a network",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


def key_player() -> Game:
    """Return the game."""
    most = (0, "20*(benefit + large_benefit + hub_premium + large_premium)")
    hub_and_large, hub_and_small = "hub_links*large_links", "hub_links"
    partners = f"{hub_and_large}*l + {hub_and_small}*(s + z)"
    return Game(
        "key_player",
        players=[
            Player("hub", "Hub"),
            Player("large", "Large firm"),
            Player("small", "First small firm"),
            Player("other", "Second small firm"),
        ],
        moves=[
            Move("h", "hub", most, label="Effort of the hub", tex="e_h"),
            Move("l", "large", most, label="Effort of the large firm", tex="e_l"),
            Move("s", "small", most, label="Effort of the first small firm", tex="e_s"),
            Move("z", "other", most, label="Effort of the second small firm", tex="e_z"),
        ],
        payoffs={
            "hub": f"(benefit + hub_premium)*h - h**2/2 + spillover*h*({partners})",
            "large": "(large_benefit + large_premium)*l - l**2/2"
            f" + spillover*{hub_and_large}*l*h",
            "small": f"benefit*s - s**2/2 + spillover*{hub_and_small}*s*h",
            "other": f"benefit*z - z**2/2 + spillover*{hub_and_small}*z*h",
        },
        parameters=[
            Parameter(
                "benefit", 1, "benefit > 0", "USD thousand",
                "what a unit of effort is worth to the hub or a small firm alone", r"\alpha",
                source="illustration",
            ),
            Parameter(
                "large_benefit", "9/5", "large_benefit > 0", "USD thousand",
                "what a unit of effort is worth to the large firm alone", r"\lambda",
                source="illustration",
            ),
            Parameter(
                "spillover", "1/5", "0 < spillover <= 1/4", "USD thousand",
                "what a unit of a partner's effort adds to the worth of a unit of one's own", "a",
                source="illustration; up to 1/4 the first best is bounded",
            ),
            Parameter(
                "hub_links", 1, "0 <= hub_links <= 1", "share",
                "part of the hub's partnerships that is kept up", "k_h",
                source="1 before a buyer comes",
            ),
            Parameter(
                "large_links", 1, "0 <= large_links <= 1", "share",
                "part of the large firm's partnership that is kept up", "k_l",
                source="1 before a buyer comes",
            ),
            Parameter(
                "hub_premium", 0, "hub_premium >= 0", "USD thousand",
                "what a buyer adds to the worth of a unit of the hub's effort", "p_h",
                source="0 before a buyer comes",
            ),
            Parameter(
                "large_premium", 0, "large_premium >= 0", "USD thousand",
                "what a buyer adds to the worth of a unit of the large firm's effort", "p_l",
                source="0 before a buyer comes",
            ),
        ],
        source="@ballester2006whos; own network",
    )  # fmt: skip


def pigouvian_subsidies() -> Reform:
    """Pay each firm for its effort what that is worth to its partners, at efficient efforts."""
    large_too = "hub_links*large_links"
    hub = (
        f"(benefit + hub_premium + 2*spillover*({large_too}*(large_benefit + large_premium)"
        f" + 2*hub_links*benefit))/(1 - 4*spillover**2*(({large_too})**2 + 2*hub_links**2))"
    )
    large = f"(large_benefit + large_premium + 2*spillover*{large_too}*{hub})"
    small = f"(benefit + 2*spillover*hub_links*{hub})"
    worth = {
        "h": f"spillover*({large_too}*{large} + 2*hub_links*{small})",
        "l": f"spillover*{large_too}*{hub}",
        "s": f"spillover*hub_links*{hub}",
        "z": f"spillover*hub_links*{hub}",
    }
    return Reform(
        "pigouvian_subsidies",
        steps=tuple(
            Step("subsidy", {"move": move, "rate": f"paid*{rate}"}) for move, rate in worth.items()
        ),
        parameters=(
            Parameter(
                "paid", 1, "paid >= 0", "share",
                "part of what effort is worth to partners that is paid", r"\sigma",
            ),
        ),
        label="Subsidies of Pigou",
        source="@ballester2006whos, for the network; own",
    )  # fmt: skip


def support_of_hub() -> Reform:
    """Pay the hub alone for its effort."""
    return subsidy(
        "h", "support", "support_of_hub",
        parameters=(
            Parameter(
                "support", 1, "support >= 0", "USD thousand",
                "payment per unit of the hub's effort", r"\sigma",
            ),
        ),
        label="Support of the hub",
        source="@ballester2006whos, on key players; own",
    )  # fmt: skip


def association() -> Reform:
    """Let the firms decide on all efforts together."""
    return reform(
        "joint_commitment", "association", players="(hub, large, small, other)",
        called="members",
        label="Association of all four",
        source="own",
    )  # fmt: skip


def buyer_for_large() -> Reform:
    """Bring in a buyer for whom the large firm works alone."""
    return set_parameters(
        {"large_links": 0, "large_premium": "premium"}, "buyer_for_large",
        parameters=(premium(),),
        label="Exclusive buyer for the large firm",
        source="own",
    )  # fmt: skip


def buyer_for_hub() -> Reform:
    """Bring in a buyer for whom the hub works alone."""
    return set_parameters(
        {"hub_links": 0, "hub_premium": "premium"}, "buyer_for_hub",
        parameters=(premium(),),
        label="Exclusive buyer for the hub",
        source="own",
    )  # fmt: skip


def premium() -> Parameter:
    """Return what a buyer pays."""
    return Parameter(
        "premium", "6/5", "premium >= 0", "USD thousand",
        "what the buyer adds to the worth of a unit of effort", "p",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    inside = {"e": Allocation(interior=True)}
    best = {"f": Allocation(planner=True, interior=True)}
    hub_gone = {"n": Allocation("buyer_for_hub", interior=True)}
    large_gone = {"m": Allocation("buyer_for_large", interior=True)}
    before = (
        "hub_links == 1", "large_links == 1", "hub_premium == 0", "large_premium == 0",
    )  # fmt: skip
    removed = (*before, "premium == 0")
    hub_falls = "(e_h + e_l + e_s + e_z - (n_l + n_s + n_z))"
    large_falls = "(e_h + e_l + e_s + e_z - (m_h + m_s + m_z))"
    return (
        Proposition(
            "too_little",
            "Everybody's effort is too small, and the hub's by more than twice the spillover.",
            "f_h > (1 + 2*spillover)*e_h and f_l > e_l and f_s > e_s",
            {**inside, **best}, before,
            stronger="f_h > 2*e_h and f_l > e_l and f_s > e_s",
            source="@ballester2006whos; own",
        ),
        Proposition(
            "key_player",
            "Among firms that are alike but for their partners the hub is the key player: its "
            "removal lowers total effort by more than 1 + 2 a times as much as that of another.",
            f"{hub_falls} > (1 + 2*spillover)*{large_falls}",
            {**inside, **hub_gone, **large_gone}, (*removed, "large_benefit == benefit"),
            stronger=f"{hub_falls} > (1 + 4*spillover)*{large_falls}",
            source="@ballester2006whos, on intercentrality",
        ),
        Proposition(
            "it_goes",
            "The hub goes to a buyer exactly if his premium exceeds what its partners' effort adds "
            "to the worth of its own.",
            "(n_hub > e_hub) == (premium > spillover*(e_l + e_s + e_z))",
            {**inside, **hub_gone}, before,
            stronger="(n_hub > e_hub) == (premium >= spillover*(e_l + e_s + e_z))",
            source="own",
        ),
        Proposition(
            "it_should_stay",
            "That the hub goes to a buyer who pays no more than it takes lowers welfare: by more "
            "than the part 2 a of what the hub has.",
            "e_welfare - n_welfare > 2*spillover*e_hub",
            {**inside, **hub_gone}, (*before, "n_hub <= e_hub"),
            stronger="e_welfare - n_welfare > 4*spillover*e_hub",
            source="own",
        ),
        Proposition(
            "hardest_worker",
            "If the large firm works harder than the hub, it is the key player.",
            f"e_l <= e_h or {large_falls} >= {hub_falls}",
            {**inside, **hub_gone, **large_gone}, removed, false=True,
            lesson="What counts is also what a firm makes its partners do: without the hub nobody "
            "has a partner.",
            source="a plausible claim; @ballester2006whos, figure 1",
        ),
    )  # fmt: skip
