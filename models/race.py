r"""An upgrading race: suppliers who all run and stand still.

**The game.** A lead firm gives a contract that is worth the premium V to one of two suppliers. Each
chooses its upgrading, :math:`x_i`, from the basic standard :math:`\underline{x}` on, at the cost
:math:`c_i` a unit, and wins with a probability in proportion to it:

.. math::
   \pi_i = V \frac{x_i}{x_1 + x_2} - c_i x_i .

The lead firm pays the premium and gains :math:`v (x_1 + x_2)` from better suppliers, where v, the
use of upgrading, is less than what it costs. What else it gains from the contract is left out, and
that a supplier may drop out: both meet the basic standard, whatever it costs them.

**What fails.** A supplier counts as a gain what it takes from the other. If both upgrade, neither
is ahead, and what was an advantage has become the industry's standard: all are running to stand
still. Between equals half of the premium is spent on the race, and more
the more suppliers there are (Tullock 1980). It is less where they are unequal, though the weaker
spends as much as the stronger (Hillman and Riley 1989).

**Whom it hurts.** The suppliers, who together would be better off with the basic standard. The lead
firm gains.

**Reforms it invites.** An *agreed limit* on upgrading that is only for the sake of rank, or a *tax*
on it, which costs suppliers nothing: it turns waste into revenue. A *smaller premium*: rewards that
depend less on rank. *Upgrading grants* to all, the usual advice, **backfire**: what was good advice
for one supplier is not for all of them (the fallacy of composition). So does *another rival*.

Sources
-------
@tullock1980efficient; @hillman1989politically; @frank1985choosing; @lazear1981rankorder for
prizes that depend on rank. The use of upgrading is pigou's own addition; the numbers are an
illustration.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Allocation, Effect, Proposition
from pigou.reform import Reform, Step, reform, set_parameters


def model() -> Model:
    """Return the upgrading race with its reforms."""
    return Model(
        game=race(),
        reforms=(
            agreed_limit(), upgrading_tax(), smaller_premium(), upgrading_grants(), another_rival(),
        ),
        mechanism="cooperation failure: a race for a rent",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


def race() -> Game:
    """Return the game."""
    return Game(
        "race",
        players=[Player("one", "First supplier"), Player("two", "Second supplier")],
        moves=[
            Move("x1", "one", ("basic", "premium"), label="Upgrading by the first", tex="x_1"),
            Move("x2", "two", ("basic", "premium"), label="Upgrading by the second", tex="x_2"),
        ],
        payoffs={
            "one": "premium*x1/(x1 + x2) - cost_one*x1",
            "two": "premium*x2/(x1 + x2) - cost_two*x2",
        },
        bystanders=[Bystander("lead", "use*(x1 + x2) - premium", "Lead firm")],
        parameters=[
            Parameter(
                "premium", 100, "premium > 0", "USD thousand", "what the contract is worth", "V",
                source="illustration",
            ),
            Parameter(
                "cost_one", 1, "cost_one > 0", "USD thousand",
                "cost of a unit of upgrading to the first supplier", "c_1", source="illustration",
            ),
            Parameter(
                "cost_two", 1, "cost_two > 0", "USD thousand",
                "cost of a unit of upgrading to the second supplier", "c_2", source="illustration",
            ),
            Parameter(
                "use", "1/4", "use >= 0", "USD thousand",
                "what a unit of upgrading is worth to the lead firm",
                "v", source="illustration",
            ),
            Parameter(
                "basic", 1, "basic > 0", "units", "basic standard that everybody meets",
                r"\underline{x}", source="illustration",
            ),
        ],
        assumptions=["use < cost_one", "use < cost_two", "basic < premium"],
        source="@tullock1980efficient; @hillman1989politically",
    )  # fmt: skip


def agreed_limit() -> Reform:
    """Let suppliers agree on how far they upgrade."""
    return reform(
        "export_restraint", "agreed_limit", moves="x1, x2", highest="limit",
        parameters=(
            Parameter("limit", 10, "limit > 0", "units", "largest upgrading allowed", "l"),
        ),
        label="Agreed limit on upgrading",
        source="@frank1985choosing, on agreements not to compete for rank",
    )  # fmt: skip


def upgrading_tax() -> Reform:
    """Collect a tax on upgrading."""
    return Reform(
        "upgrading_tax",
        steps=(
            Step("tax", {"move": "x1", "rate": "levy"}),
            Step("tax", {"move": "x2", "rate": "levy"}),
        ),
        parameters=(
            Parameter("levy", 1, "levy >= 0", "USD thousand", "payment per unit of upgrading", "t"),
        ),
        label="Tax on upgrading for rank",
        source="@frank1985choosing; own",
    )  # fmt: skip


def smaller_premium() -> Reform:
    """Let rewards depend less on rank."""
    return set_parameters(
        {"premium": "(1 - cut)*premium"}, "smaller_premium",
        parameters=(
            Parameter("cut", "1/2", "0 <= cut < 1", "share", "part of the premium that goes", "k"),
        ),
        label="Smaller premium",
        source="@lazear1981rankorder, on spreads",
    )  # fmt: skip


def upgrading_grants() -> Reform:
    """Pay both suppliers a part of what upgrading costs."""
    return Reform(
        "upgrading_grants",
        steps=(
            Step("subsidy", {"move": "x1", "rate": "grant"}),
            Step("subsidy", {"move": "x2", "rate": "grant"}),
        ),
        parameters=(
            Parameter(
                "grant", "1/2", "grant >= 0", "USD thousand", "payment per unit of upgrading", "g",
            ),
        ),
        label="Upgrading grants to all",
        source="the usual advice",
    )  # fmt: skip


def another_rival() -> Reform:
    """Bring in another supplier like the second."""
    return reform(
        "rival", "another_rival", player="two", called="three",
        label="Another rival",
        source="@tullock1980efficient",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    inside = {"e": Allocation(interior=True)}
    granted = {"g": Allocation("upgrading_grants", interior=True)}
    taxed = {"t": Allocation("upgrading_tax", interior=True)}
    waste = "cost_one*e_x1 + cost_two*e_x2"
    return (
        Proposition(
            "dissipation",
            "At most half of the premium is spent on the race.",
            f"{waste} <= premium/2",
            inside,
            stronger=f"{waste} < premium/2",
            lesson="Between equals it is exactly half.",
            source="@tullock1980efficient; @hillman1989politically",
        ),
        Proposition(
            "inequality",
            "The dearer upgrading is to the weaker supplier, the less is spent on the race.",
            "d < 0",
            {**inside, "d": Effect(waste, "cost_two")}, ("cost_two > cost_one",),
            stronger="d < -1",
            source="@hillman1989politically",
        ),
        Proposition(
            "standing_still",
            "Grants to equal suppliers leave their payoffs as they are: all of the money is spent "
            "on the race.",
            "g_one == e_one and g_two == e_two",
            {**inside, **granted}, ("cost_one == cost_two", "grant < cost_one"),
            stronger="g_one == e_one and g_x1 < 2*e_x1",
            source="own",
        ),
        Proposition(
            "grants",
            "Grants to equal suppliers lower welfare.",
            "g_welfare < e_welfare",
            {**inside, **granted},
            ("cost_one == cost_two", "grant < cost_one", "grant > 0"),
            stronger="g_welfare < e_welfare - grant",
            source="own",
        ),
        Proposition(
            "tax",
            "A tax on upgrading for rank costs equal suppliers nothing, and raises welfare.",
            "t_one == e_one and t_welfare > e_welfare",
            {**inside, **taxed}, ("cost_one == cost_two", "levy > 0"),
            stronger="t_one == e_one and t_welfare > e_welfare + levy",
            source="own; compare @frank1985choosing",
        ),
        Proposition(
            "the_weaker_gives_up",
            "A supplier to whom upgrading is twice as dear spends at most two thirds of what the "
            "other spends.",
            "cost_two*e_x2 <= 2/3*cost_one*e_x1",
            inside, ("cost_two == 2*cost_one",), false=True,
            lesson="Both spend the same; the weaker gets less for it.",
            source="a plausible claim; @hillman1989politically",
        ),
    )  # fmt: skip
