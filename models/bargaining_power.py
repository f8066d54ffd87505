r"""Bargaining power in a network: who can do without whom, and who invests.

**The game.** Two suppliers, A and B, decide at once whether to upgrade, at the cost c. A
supplier's goods are worth :math:`v_i = V + g \, u_i` to a lead firm, with :math:`u_i \in \{0,
1\}`, and the lead firm needs those of one supplier. A second buyer can use those of the other, for
the share r of their worth: r = 0 is a chain with one lead firm, r = 1 one with two alike. What a
coalition can make is the best use of the goods of its suppliers by the buyers in it:

.. math::
   v(L, A) = v_A, \quad v(L, A, B) = \max(v_A, v_B), \quad
   v(L, M, A, B) = \max(v_A + r v_B, \, v_B + r v_A), \quad v(M, A) = r v_A,

and so on; without a buyer or without a supplier there is nothing. Everybody gets the Shapley value
(`pigou.coalitions.Shapley`), what it adds on average over all orders in which the parties can
come to the table. If the suppliers form an *association* (m = 1), the two come together, and
share equally.

**What fails.** With one lead firm, who can always turn to the other supplier, two suppliers alike
have 1/6 of the worth each and the lead firm 2/3, although it needs one of them. A supplier that
upgrades gets only half of the gain (if the other does not), and for
:math:`g/2 < c < g` nobody upgrades although it is worthwhile. If upgrading is cheap,
:math:`c < g/6`, *both* upgrade though only one is needed: it is done for the bargain, not for
the goods.

**Whom it hurts.** The suppliers, by the division; the lead firm too, where upgrading does not come
about.

**Reforms it invites.** A *second buyer* raises a supplier's part from 1/6 to 1/2. (What it takes
to find one is left out: the net benefit is the most that it may cost.) *Support for
upgrading* pays for what the bargain takes away. An *association* raises the suppliers' joint part
from 1/3 to 1/2, and **backfires** on upgrading: a member gets a quarter of the gain instead
of half, so that support that was enough before is so no more. Whether an association gains at all
depends on the suppliers being substitutes: if all are needed, the n + 1 parties have equal parts,
and suppliers who merge get less together (Segal 2003).

Sources
-------
@shapley1953value; @segal2003collusion; @inderst2003bargaining, on what mergers do to investment.
The upgrading game is pigou's own.
"""

from __future__ import annotations

import sympy as sp

from pigou.bargaining import formula
from pigou.coalitions import CoalitionalGame, Shapley
from pigou.exact import Record
from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, Step, set_parameters, subsidy

WORTH_A = "(base + gain*upgrade_a)"
WORTH_B = "(base + gain*upgrade_b)"
# u_A + u_B - u_A u_B is 1 if somebody upgrades, u_A u_B if both do: the better goods, the others
BETTER = "(base + gain*(upgrade_a + upgrade_b - upgrade_a*upgrade_b))"
WORSE = "(base + gain*upgrade_a*upgrade_b)"


def model() -> Model:
    """Return bargaining in a network with its reforms."""
    return Model(
        game=bargaining_power(),
        reforms=(second_buyer(), support(), support_of_one(), association()),
        mechanism="unequal bargaining power: substitutable suppliers",
        about=__doc__ or "",
        propositions=propositions(),
    )


def network() -> CoalitionalGame:
    """Return who can make what with whom, each supplier for itself."""
    return CoalitionalGame(
        ["lead", "second", "supplier_a", "supplier_b"],
        {
            "lead+supplier_a": WORTH_A,
            "lead+supplier_b": WORTH_B,
            "second+supplier_a": f"second_use*{WORTH_A}",
            "second+supplier_b": f"second_use*{WORTH_B}",
            "lead+supplier_a+supplier_b": BETTER,
            "second+supplier_a+supplier_b": f"second_use*{BETTER}",
            "lead+second+supplier_a": WORTH_A,
            "lead+second+supplier_b": WORTH_B,
            "lead+second+supplier_a+supplier_b": f"{BETTER} + second_use*{WORSE}",
        },
    )


def divided() -> Record[sp.Expr]:
    """Return what everybody gets: with an association, the two suppliers share what it gets."""
    alone = Shapley(network()).divide()
    together = Shapley(network().merged(["supplier_a", "supplier_b"], "association")).divide()
    each, m = together["association"] / 2, formula("associated")
    return Record(
        {
            "lead": (1 - m) * alone["lead"] + m * together["lead"],
            "second": (1 - m) * alone["second"] + m * together["second"],
            "supplier_a": (1 - m) * alone["supplier_a"] + m * each,
            "supplier_b": (1 - m) * alone["supplier_b"] + m * each,
        }
    )


def bargaining_power() -> Game:
    """Return the game."""
    has = divided()
    return Game(
        "bargaining_power",
        players=[Player("supplier_a", "Supplier A"), Player("supplier_b", "Supplier B")],
        moves=[
            Move("upgrade_a", "supplier_a", {"no": 0, "yes": 1}, label="A upgrades", tex="u_A"),
            Move("upgrade_b", "supplier_b", {"no": 0, "yes": 1}, label="B upgrades", tex="u_B"),
        ],
        payoffs={
            "supplier_a": has["supplier_a"] - formula("cost*upgrade_a"),
            "supplier_b": has["supplier_b"] - formula("cost*upgrade_b"),
        },
        bystanders=[
            Bystander("lead", has["lead"], "Lead firm"),
            Bystander("second", has["second"], "Second buyer"),
        ],
        parameters=[
            Parameter(
                "base", 1, "base > 0", "USD million", "worth of a supplier's goods", "V",
                source="1 is a choice of units",
            ),
            Parameter(
                "gain", 1, "gain > 0", "USD million", "what upgrading adds to that worth", "g",
                source="illustration",
            ),
            Parameter(
                "cost", "11/20", "cost > 0", "USD million", "what upgrading costs a supplier", "c",
                source="illustration",
            ),
            Parameter(
                "second_use", 0, "0 <= second_use <= 1", "share",
                "part of their worth that the goods have for a second buyer", "r",
                source="0: there is none",
            ),
            Parameter(
                "associated", 0, "0 <= associated <= 1", "1 or 0",
                "1 if the suppliers bargain as one", "m", source="0: each for itself",
                integer=True,
            ),
        ],
        source="@shapley1953value; @segal2003collusion; @inderst2003bargaining; own upgrading game",
    )  # fmt: skip


def second_buyer() -> Reform:
    """Link the suppliers to a second buyer."""
    return set_parameters(
        {"second_use": 1}, "second_buyer", label="A second buyer",
        source="@shapley1953value; own",
    )  # fmt: skip


def support() -> Reform:
    """Pay both suppliers for upgrading."""
    return Reform(
        "support",
        steps=(
            Step("subsidy", {"move": "upgrade_a", "rate": "support"}),
            Step("subsidy", {"move": "upgrade_b", "rate": "support"}),
        ),
        parameters=(
            Parameter(
                "support", "1/10", "support >= 0", "USD million", "payment for upgrading", "z"
            ),
        ),
        label="Support for upgrading",
        source="own",
    )


def support_of_one() -> Reform:
    """Pay one supplier only: the other's goods are not needed."""
    return subsidy(
        "upgrade_a", "support_of_one", "support_of_one",
        parameters=(
            Parameter(
                "support_of_one", "1/10", "support_of_one >= 0", "USD million",
                "payment to supplier A for upgrading", "z",
            ),
        ),
        label="Support for one supplier's upgrading", source="own",
    )  # fmt: skip


def association() -> Reform:
    """Let the suppliers bargain as one: a larger part for them, less reason to upgrade."""
    return set_parameters(
        {"associated": 1}, "association", label="Supplier association",
        source="@segal2003collusion",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    nobody, both = "supplier_a: no; supplier_b: no", "supplier_a: yes; supplier_b: yes"
    one_buyer = ("second_use == 0", "associated == 0")
    return (
        Proposition(
            "hold_up",
            "With one buyer, that nobody upgrades is an equilibrium exactly if the cost is at "
            "least half of the gain.",
            "(n_holds == 1) == (cost >= gain/2)",
            {"n": Profile(nobody)}, one_buyer,
            stronger="(n_holds == 1) == (cost > gain/2)",
            source="@shapley1953value; own",
        ),
        Proposition(
            "duplication",
            "With one buyer, that both upgrade is an equilibrium exactly if the cost is at most a "
            "sixth of the gain, though one would do.",
            "(b_holds == 1) == (cost <= gain/6)",
            {"b": Profile(both)}, one_buyer,
            stronger="(b_holds == 1) == (cost < gain/6)",
            source="@shapley1953value; own",
        ),
        Proposition(
            "a_second_buyer",
            "With a second buyer as good as the first, both upgrade in an equilibrium exactly if "
            "the cost is at most half of the gain.",
            "(b_holds == 1) == (cost <= gain/2)",
            {"b": Profile(both, "second_buyer")}, one_buyer,
            stronger="(b_holds == 1) == (cost < gain/2)",
            source="@shapley1969pure; own",
        ),
        Proposition(
            "an_association_helps",
            "If without an association somebody upgrades for sure, so does somebody with it.",
            "n_holds == 1 or m_holds == 0",
            {"n": Profile(nobody), "m": Profile(nobody, "association")}, one_buyer, false=True,
            lesson="A member has a quarter of the gain instead of half: a larger part of what "
            "there is, and a smaller one of what it adds.",
            source="a plausible claim",
        ),
    )  # fmt: skip
