r"""Immiserising growth: every exporter grows, and all are worse off.

**The game.** :math:`n` countries of the South own a good X, in all :math:`\bar{X}`; the North owns
:math:`\bar{Y}` of a good Y. Each country decides whether to expand, which adds the share g to what
it has of X. Then all trade at the price that clears the world market. Everybody has the same taste,
:math:`u = (x^{\rho} + y^{\rho})^{1/\rho}` with :math:`\rho = 1 - 1/\sigma`, where :math:`\sigma` is
the elasticity of substitution. So a unit of X costs :math:`(Y/X)^{1/\sigma}` units of Y, and the
utility of a country is its share of the world's income times the utility of the world:

.. math::
   u_i = \frac{x_i}{X} \, \frac{X^{\rho}}{X^{\rho} + Y^{\rho}} \, (X^{\rho} + Y^{\rho})^{1/\rho} .

A part d of the South's resources may make Y instead, one for one; it is 0 by default. With powers
that are symbols little can be decided: ``pigou regimes`` holds the elasticity at a value.

**What fails.** A country that expands lowers the price of X, and bears only its own share of the
loss. With few substitutes for X the loss of all is more than what expanding adds: the price falls
faster than the volume rises (Bhagwati 1958). As long as a country is a small part of the market,
next to the elasticity, expanding is its best reply to whatever the others do, and all together
lose by it: advice that is right for each country is wrong for all, the fallacy of composition
(Cline 1982). Few exporters of a good without substitutes would each see it for itself, and stay.

**Whom it hurts.** The exporters of X. The North gains, and by more: to the world as a whole the
expansion is worth having. Whether something fails depends on who counts. By default the exporters
do (the standing of the North is 0); at a standing of 1 all do.

**Reforms it invites.** *Diversification*: a part of what each country has is moved into the good
that the North makes, where the price does not fall. *Export restraint* keeps the price up.
*Productivity aid*, with which each country can expand by more, **backfires** for those it is to
help, even if it costs nothing.

Sources
-------
@bhagwati1958immiserizing; @cline1982can; @kaplinsky2000globalisation on value chains;
@whittington1986issue on who has standing. The form with constant elasticity of substitution is
pigou's own; the numbers are an illustration.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, mandate, set_parameters


def model() -> Model:
    """Return immiserising growth with its reforms."""
    return Model(
        game=immiserising(),
        reforms=(diversification(), export_restraint(), productivity_aid()),
        mechanism="cooperation failure: exporters who lower each other's price",
        about=__doc__ or "",
        propositions=propositions(),
    )


def immiserising() -> Game:
    """Return the game."""
    rho = "(1 - 1/elasticity)"
    total_x = "(south*(1 - moved)/countries*(countries + growth*sum(expand)))"
    total_y = "(north + moved*south)"
    price = f"({total_y}/{total_x})**(1/elasticity)"
    world = f"({total_x}**{rho} + {total_y}**{rho})**(1/{rho})"
    income = f"({price}*{total_x} + {total_y})"
    own_x = "south*(1 - moved)/countries*(1 + growth*expand)"
    return Game(
        "immiserising",
        players=[Player("country", "Countries of the South", size="countries")],
        moves=[Move("expand", "country", {"stay": 0, "expand": 1}, label="Expand", tex="e")],
        payoffs={"country": f"({price}*{own_x} + moved*south/countries)/{income}*{world}"},
        bystanders=[Bystander("northern", f"standing*north/{income}*{world}", "The North")],
        parameters=[
            Parameter(
                "countries", 4, "countries >= 2", "countries", "number of exporters", "n",
                source="illustration", integer=True,
            ),
            Parameter(
                "elasticity", "1/2", "elasticity > 0", "ratio",
                "elasticity of substitution between the goods", r"\sigma", source="illustration",
            ),
            Parameter(
                "growth", "1/10", "growth > 0", "share", "part by which a country can expand", "g",
                source="illustration",
            ),
            Parameter(
                "south", 1, "south > 0", "units", "what the South has of X", r"\bar{X}",
                source="illustration",
            ),
            Parameter(
                "north", 1, "north > 0", "units", "what the North has of Y", r"\bar{Y}",
                source="illustration",
            ),
            Parameter(
                "standing", 0, "0 <= standing <= 1", "share", "how much the North's utility counts",
                "s", source="0: the exporters' point of view",
            ),
            Parameter(
                "moved", 0, "0 <= moved < 1", "share",
                "part of the South's resources that makes Y", "d", source="0 is specialisation",
            ),
        ],
        assumptions=["elasticity != 1"],
        source="@bhagwati1958immiserizing; own form",
    )  # fmt: skip


def diversification() -> Reform:
    """Move a part of the South's resources into the other good."""
    return set_parameters(
        {"moved": "moved + shift"}, "diversification",
        parameters=(
            Parameter(
                "shift", "1/10", "0 <= shift < 1", "share", "part of the resources that is moved",
                "h",
            ),
        ),
        label="Diversification",
        source="@kaplinsky2000globalisation; own",
    )  # fmt: skip


def export_restraint() -> Reform:
    """Agree that nobody expands."""
    return mandate(
        "expand", "stay", "export_restraint",
        label="Export restraint",
        source="@bhagwati1958immiserizing; own",
    )  # fmt: skip


def productivity_aid() -> Reform:
    """Let each country expand by more."""
    return set_parameters(
        {"growth": "growth + aid"}, "productivity_aid",
        parameters=(
            Parameter(
                "aid", "1/10", "aid >= 0", "share", "part by which each country can expand more",
                "a",
            ),
        ),
        label="Productivity aid",
        source="@cline1982can, on the fallacy of composition",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    half = "parameter:elasticity=1/2,standing=1,moved=0"
    both = {"up": Profile("all expand", half), "stay": Profile("all stay", half)}
    return (
        Proposition(
            "immiserising",
            "With an elasticity of 1/2 all lose when all expand if what they have of X, expanded "
            "by the root of 1 + g, exceeds what the North has of Y; they gain if it is less.",
            "(south**2*(1 + growth) <= north**2 or up_country < stay_country) and "
            "(south**2*(1 + growth) >= north**2 or up_country > stay_country)",
            both,
            stronger="south**2*(1 + growth) <= north**2/2 or up_country < stay_country",
            source="@bhagwati1958immiserizing; own form",
        ),
        Proposition(
            "dilemma",
            "With an elasticity of 1/2 that all expand is an equilibrium, however much all lose.",
            "up_holds == 1",
            both,
            stronger="up_holds == 1 and stay_holds == 0",
            lesson="If what can be added is very large, that nobody expands may be one too.",
            source="@bhagwati1958immiserizing; @cline1982can",
        ),
        Proposition(
            "north",
            "The North gains if all expand, and gains more than the South can lose.",
            "up_northern > stay_northern and up_welfare > stay_welfare",
            both,
            stronger="up_northern > 2*stay_northern and up_welfare > stay_welfare",
            source="own; compare @bhagwati1958immiserizing",
        ),
        Proposition(
            "good_for_one_good_for_all",
            "If expanding is a best reply of each country, all gain when all expand.",
            "up_holds == 0 or up_country >= stay_country",
            both, false=True,
            lesson="Each bears only its own share of the fall of the price. What is right for one "
            "is wrong for all: the fallacy of composition.",
            source="a plausible claim",
        ),
    )  # fmt: skip
