r"""Functional upgrading: a lead firm that cuts off a supplier which enters the lead firm's trade.

**The game.** In order:

1. A supplier chooses, at the cost c, one of the four kinds of upgrading, or none (cost 0):
   *process* (the same goods at less cost, worth :math:`G_1`), *product* (better goods, worth
   :math:`G_2`), *functional* (its own designs, or marketing, worth D to it) or *channel* (it
   serves a second market next to its orders, worth H to it).
2. The lead firm sees which, and keeps its orders or cuts them.
3. A supplier with designs of its own whose orders are cut can *escape*: it sells them in the second
   market for Z, at the cost k of getting there.

Orders are worth w to the supplier and the margin m to the lead firm, over its next best source.
What process and product upgrading add is shared, the supplier has the share :math:`\beta`.
Functional upgrading takes the rent e from the lead firm. The share :math:`\rho` of the second
market is the lead firm's own: a supplier that sells there takes :math:`\rho e` with its
designs, and :math:`\rho H` by its channel.

.. math::
   \begin{array}{lll}
   & \text{supplier, if orders are kept} & \text{lead firm} \\
   \text{none} & w & m \\
   \text{process, product} & w + \beta G_j - c & m + (1 - \beta) G_j \\
   \text{functional} & w + D - c & m - e \\
   \text{channel} & w + H - c & m - \rho H
   \end{array}

If orders are cut both have nothing more, but :math:`Z - k` and :math:`-\rho e` after an escape,
and H and :math:`-\rho H` by the channel.

**What fails.** The lead firm cuts off a supplier with designs if :math:`e > m`, even where the
designs are worth more than they take, :math:`D - e > G_2`. The supplier expects it, and keeps to
the upgrading that the lead firm welcomes: fast in processes and products, blocked in functions.
Schmitz and Knorringa (2000) report it of footwear, where buyers discourage design and marketing by
their suppliers, and Humphrey and Schmitz (2002) of quasi-hierarchical chains in general. Their
way out leads through *another market*. It may work by its threat alone: if escape pays
(:math:`Z > k`) the lead firm loses :math:`\rho e` anyway, and keeps its orders as long as
:math:`(1 - \rho) e \le m`. A market in which it does not sell (:math:`\rho = 0`) frightens no
lead firm: the supplier must then live from that market, and gives up the orders.

**Whom it hurts.** The supplier; and both together, as the lead firm could be paid for its loss.

**Reforms it invites.** *Market access*: the government bears a part of the cost of getting to the
second market. Nothing is paid if the threat works. A *royalty* on the designs, paid to the
lead firm that keeps its orders, makes it a party to the gain. A *domestic market* that is large
enough is an escape that is used. (What it takes to open one is left out: the net benefit is the
most that it may cost.) A *design grant* to the supplier **backfires**: the lead firm
loses no less by the designs, and orders are cut that were worth more than the designs are without
them. An *exclusive contract*, which forbids the supplier the second market, changes nothing where
escape does not pay, and **backfires** where its threat worked. (Segal and Whinston (2000) show how
such contracts come to be signed by many who would all be better off without.)

Sources
-------
@schmitz2000learning and @humphrey2002insertion, for the kinds of upgrading (a fourth of theirs, the
move to another sector, is left out; the channel is added) and for buyers that discourage functional
upgrading; @segal2000naked, for exclusive contracts. The game in stages, the part that the threat
plays in it, and the numbers are pigou's own.
"""

from __future__ import annotations

from pigou.game import Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, pay, remove_choice, set_parameters, subsidy

KINDS = {"none": 0, "process": 1, "product": 2, "functional": 3, "channel": 4}


def model() -> Model:
    """Return functional upgrading with its reforms."""
    return Model(
        game=functional_upgrading(),
        reforms=(
            market_access(), royalty(), domestic_market(), design_grant(), exclusive_contract(),
        ),
        mechanism="blocked functional upgrading: a lead firm that protects its rent",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


def functional_upgrading() -> Game:
    """Return the game."""
    process, product = "upgrade == process", "upgrade == product"
    designs, channel = "upgrade == functional", "upgrade == channel"
    shared = f"if({process}, gain_1, if({product}, gain_2, 0))"
    invested = "if(upgrade == none, 0, cost)"
    return Game(
        "functional_upgrading",
        players=[Player("supplier", "Supplier"), Player("lead", "Lead firm")],
        moves=[
            Move("upgrade", "supplier", KINDS, label="Kind of upgrading", tex="u"),
            Move("orders", "lead", {"cut": 0, "keep": 1}, stage=2, label="Orders", tex="y"),
            Move("escape", "supplier", {"no": 0, "yes": 1}, stage=3,
                 when=f"{designs} and orders == cut", label="Escape to the second market", tex="x"),
        ],
        payoffs={
            "supplier": (
                f"orders*(worth + share*{shared} + if({designs}, design, 0))"
                f" + if({channel}, by_channel, 0) + escape*(second - access) - {invested}"
            ),
            "lead": (
                f"orders*(margin + (1 - share)*{shared} - if({designs}, rent, 0))"
                f" - overlap*if({channel}, by_channel, 0) - overlap*rent*escape"
            ),
        },
        parameters=[
            Parameter(
                "worth", 3, "worth > 0", "USD million",
                "what orders are worth to the supplier", "w", source="illustration",
            ),
            Parameter(
                "margin", 2, "margin > 0", "USD million",
                "what orders are worth to the lead firm, over its next best source", "m",
                source="illustration",
            ),
            Parameter(
                "share", "1/2", "0 < share < 1", "share",
                "the supplier's part of what process and product upgrading add", r"\beta",
                source="illustration",
            ),
            Parameter(
                "gain_1", "5/2", "gain_1 > 0", "USD million", "what process upgrading adds", "G_1",
                source="illustration",
            ),
            Parameter(
                "gain_2", 3, "gain_2 > 0", "USD million", "what product upgrading adds", "G_2",
                source="illustration",
            ),
            Parameter(
                "design", 8, "design > 0", "USD million",
                "what functional upgrading is worth to a supplier with orders", "D",
                source="illustration",
            ),
            Parameter(
                "by_channel", "5/4", "by_channel > 0", "USD million",
                "what channel upgrading is worth to the supplier", "H", source="illustration",
            ),
            Parameter(
                "cost", 1, "cost > 0", "USD million", "what upgrading costs the supplier", "c",
                source="illustration",
            ),
            Parameter(
                "rent", 3, "rent > 0", "USD million",
                "rent that functional upgrading takes from the lead firm", "e",
                source="illustration",
            ),
            Parameter(
                "second", 4, "second > 0", "USD million",
                "what the supplier's designs fetch in the second market", "Z",
                source="illustration",
            ),
            Parameter(
                "access", 5, "access >= 0", "USD million",
                "cost of getting into the second market", "k", source="illustration",
            ),
            Parameter(
                "overlap", "1/2", "0 <= overlap <= 1", "share",
                "part of the second market that is the lead firm's own", r"\rho",
                source="illustration",
            ),
        ],
        source="@schmitz2000learning; @humphrey2002insertion; own game in stages",
    )  # fmt: skip


def market_access() -> Reform:
    """Bear a part of the cost of getting into the second market: a threat that costs nothing."""
    return subsidy(
        "escape", "borne", "market_access",
        parameters=(
            Parameter(
                "borne", 3, "borne >= 0", "USD million", "payment on entry into the second market",
                "z",
            ),
        ),
        label="Access to a second market",
        source="@humphrey2002insertion on the transfer of capabilities between chains",
    )  # fmt: skip


def royalty() -> Reform:
    """Let the lead firm have a part of what the designs bring, if it keeps its orders."""
    return pay(
        "supplier", "lead", "if(upgrade == functional and orders == keep, fee, 0)", "royalty",
        purpose="royalty on the supplier's designs",
        parameters=(
            Parameter(
                "fee", "3/2", "fee >= 0", "USD million", "royalty paid to the lead firm", "f",
            ),
        ),
        label="Royalty for the lead firm that keeps its orders",
        source="own",
    )  # fmt: skip


def domestic_market() -> Reform:
    """Open a large market in which the lead firm does not sell: an escape that is used."""
    return set_parameters(
        {"second": 12, "access": 2, "overlap": 0}, "domestic_market",
        label="A domestic market for the supplier's designs",
        source="@schmitz2000learning on producers that sell designs in other markets",
    )  # fmt: skip


def design_grant() -> Reform:
    """Pay the supplier for functional upgrading: backfires, orders are cut."""
    return pay(
        "government", "supplier", "if(upgrade == functional, grant, 0)", "design_grant",
        purpose="grant for designs",
        parameters=(
            Parameter("grant", 5, "grant >= 0", "USD million", "payment for upgrading", "g"),
        ),
        label="Grant for functional upgrading",
        source="own",
    )  # fmt: skip


def exclusive_contract() -> Reform:
    """Bind the supplier not to sell in the second market; a threat that worked does so no more."""
    return remove_choice(
        "escape", "yes", "exclusive_contract", label="Exclusive contract",
        source="@segal2000naked",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    tolerated, escaped = "upgrade: functional; orders: keep", "orders: cut; escape: yes"
    by_design = Profile(tolerated)
    preferred = (
        "design >= cost", "design >= share*gain_1", "design >= share*gain_2",
        "design >= by_channel",
    )  # fmt: skip
    return (
        Proposition(
            "blocked",
            "Where escape does not pay, functional upgrading that suits the supplier best is "
            "tolerated exactly if it takes no more than the lead firm's margin.",
            "t_holds == (rent <= margin)",
            {"t": by_design}, ("second < access", *preferred),
            stronger="t_holds == (rent < margin)",
            source="@schmitz2000learning; own game",
        ),
        Proposition(
            "a_threat_of_escape",
            "Where escape pays, the part of the second market that is the lead firm's own "
            "counts as lost, and functional upgrading is tolerated more often.",
            "t_holds == ((1 - overlap)*rent <= margin)",
            {"t": by_design}, ("second > access", "worth >= second - access", *preferred),
            stronger="t_holds == (rent <= margin)",
            source="@humphrey2002insertion on several chains; own game",
        ),
        Proposition(
            "escape_costs_the_orders",
            "A supplier escapes only if the second market is worth more to it than orders and what "
            "it has of product upgrading.",
            "second - access >= worth + share*gain_2",
            {"s": Profile(f"upgrade: functional; {escaped}")}, ("s_holds == 1",),
            stronger="second - access >= worth + gain_2",
            source="own",
        ),
        Proposition(
            "channels_are_not_punished",
            "A supplier that serves a second market by its channel does not lose its orders.",
            "c_holds == 0",
            {"c": Profile("upgrade: channel; orders: cut"),
             "s": Profile(f"upgrade: functional; {escaped}")},
            stronger="c_holds == 0 and s_holds == 0",
            source="@schmitz2000learning on buyers' attitudes; own game",
        ),
        Proposition(
            "no_grant_buys_tolerance",
            "Where escape does not pay and designs take more than the margin, no grant to the "
            "supplier keeps its orders.",
            "t_holds == 0",
            {"t": Profile(tolerated, "design_grant"),
             "n": Profile("upgrade: functional; orders: cut; escape: no", "design_grant")},
            ("second < access", "rent > margin"),
            stronger="t_holds == 0 and n_holds == 0",
            source="own",
        ),
        Proposition(
            "a_royalty_does",
            "A royalty that leaves functional upgrading the supplier's best choice keeps the "
            "orders exactly if it makes up for what the designs take over the margin.",
            "t_holds == (fee >= rent - margin)",
            {"t": Profile(tolerated, "royalty")},
            (
                "second < access", "design - fee >= cost", "design - fee >= share*gain_1",
                "design - fee >= share*gain_2", "design - fee >= by_channel",
            ),
            stronger="t_holds == (fee >= rent)",
            source="own",
        ),
        Proposition(
            "what_is_done_is_best",
            "A supplier that keeps to product upgrading does what is best for the chain.",
            "p_welfare >= t_welfare",
            {"p": Profile("upgrade: product; orders: keep"), "t": by_design},
            ("p_holds == 1",), false=True,
            lesson="The lead firm cuts orders by its own rent and margin. What the designs "
            "bring does not enter, and no contract shares it.",
            source="a plausible claim",
        ),
        Proposition(
            "who_can_escape_is_not_cut",
            "A lead firm does not cut off a supplier for which escape pays.",
            "s_holds == 0",
            {"s": Profile(f"upgrade: functional; {escaped}")},
            ("second > access", "rent > margin"), false=True,
            lesson="The threat works by what the lead firm loses in the second market. Where it "
            "sells little of its own there, it cuts all the same.",
            source="a plausible claim",
        ),
    )  # fmt: skip
