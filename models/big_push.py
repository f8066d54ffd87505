r"""The big push: factories pay more than farms do, and so buy each other's goods.

**The game.** Murphy, Shleifer and Vishny (1989, section IV): a unit mass of sectors with equal
shares in spending, and L units of labour. Every good costs 1, because traditional producers
make it one for one out of labour and compete. One firm a sector decides, at the same time as all
others, whether to build a factory: F units of labour, and then :math:`\alpha > 1` units of the good
out of a unit of labour. Factory work is unpleasant, and the wage there is :math:`1 + v` to make up
for it. With the share n of factories, all labour is at work at the income

.. math:: y(n) = \frac{L - R - n F}{1 - n (1 - 1/\alpha)},

where R is the labour that the government employs (0 at first), and a factory earns

.. math:: \pi(n) = y(n) \left(1 - \frac{1 + v}{\alpha}\right) - (1 + v) F .

Who builds no factory earns nothing. Workers have L whatever happens: the premium v is just what
factory work costs them, so that welfare, income less the disutility of factory work, is
:math:`W(n) = L - R + n \pi(n)`. Payments between people leave y as it is, because all income is
spent.

**What fails.** A factory that loses money may still raise what the others sell: it pays a premium,
out of its owner's pocket, that is spent on all goods alike. So for
:math:`\pi(0) < 0 < \pi(1)` both "nobody builds" and "everybody builds" are equilibria, and the
second is better for owners and no worse for workers. Without a premium income rises only by
profits, a factory that loses money lowers everybody's sales, and there is just one equilibrium
(section III): it takes the spillover of wages, and not large fixed costs alone. Coordination fails,
and cooperation does not: whenever industrialising pays for everybody, it is an equilibrium.

**Whom it hurts.** Those who would own factories. Workers are as well off on the farm; they lose
where they would have had a part of the factories' surplus.

**Reforms it invites.** A *subsidy* to every factory of more than :math:`-\pi(0)`. A *guarantee*:
whoever has built is paid the loss if fewer than a given share have; nothing is paid where it works.
A *public railroad*: it takes R units of labour, saves each factory s units of its fixed cost, and
is free to use (section V is about its provision); so large a saving makes building pay for the
first. **What backfires.** The same railroad in the hands of an *owner who charges* each user as
much as it saves: the first factory is as badly off as before, or worse, for the labour is gone, and
if nobody builds the owner cannot pay for the track. A *minimum wage* above the premium is a payment
from owners to workers if factories can bear it and ends industrialisation if not. A *wage subsidy
for all labour*, on the farm as in the factory, makes every good cheaper by the same amount: nothing
real changes, and what it costs to raise the money is lost.

Sources
-------
@murphy1989industrialization, sections III to V; @rodrik1996coordination. Numbers are an
illustration; the railroad is pigou's own form of section V, in which it is needed for any factory.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player, Transfer
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, Step, pay, set_parameters, subsidy


def model() -> Model:
    """Return the big push with its reforms."""
    return Model(
        game=big_push(),
        reforms=(
            factory_subsidy(), guarantee(), public_railroad(), private_railroad(), minimum_wage(),
            wage_subsidy(),
        ),
        mechanism="coordination failure: the big push, with income feedback",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


INCOME = "(labour - works - mean(build)*setup)/(1 - mean(build)*(1 - 1/productivity))"
PROFIT = f"{INCOME}*(1 - (1 + premium)/productivity) - setup*(1 + premium)"
HIRED = f"(setup + {INCOME}/productivity)"
"""The labour that a factory hires."""


def big_push() -> Game:
    """Return the game."""
    return Game(
        "big_push",
        players=[Player("sector", "Sectors", size="continuum")],
        moves=[Move("build", "sector", {"no": 0, "yes": 1}, label="Build a factory", tex="n")],
        payoffs={"sector": f"build*({PROFIT})"},
        bystanders=[
            Bystander("workers", "labour - works", "Workers"),
            Bystander("railroad", 0, "Owner of the railroad"),
        ],
        transfers=[
            Transfer("government", "workers", "works", "wages of public works"),
        ],
        parameters=[
            Parameter(
                "setup", "9/2", "setup > 0", "units of labour", "fixed cost of a factory", "F",
                source="illustration",
            ),
            Parameter(
                "labour", 10, "labour > 0", "units of labour", "labour", "L",
                source="illustration",
            ),
            Parameter(
                "productivity", 3, "productivity > 1", "units a unit of labour",
                "what a factory makes out of a unit of labour", r"\alpha", source="illustration",
            ),
            Parameter(
                "premium", "1/2", "premium >= 0", "share of the wage",
                "wage premium of factory work, and its disutility", "v", source="illustration",
            ),
            Parameter(
                "works", 0, "works >= 0", "units of labour", "labour for public works", "R",
                source="0: the government builds nothing",
            ),
        ],
        assumptions=["labour >= setup + works", "productivity > 1 + premium"],
        source="@murphy1989industrialization, section IV",
    )  # fmt: skip


def factory_subsidy() -> Reform:
    """Pay whoever builds a factory."""
    return subsidy(
        "build", "subsidy", "factory_subsidy",
        parameters=(
            Parameter("subsidy", 2, "subsidy >= 0", "output", "payment per factory", "z"),
        ),
        label="Factory subsidy",
        source="@murphy1989industrialization, section IV",
    )  # fmt: skip


def guarantee() -> Reform:
    """Pay whoever has built a factory if too few have."""
    return subsidy(
        "build", "refund", "guarantee", when="mean(build) < goal",
        parameters=(
            Parameter("refund", 2, "refund >= 0", "output", "payment per factory", "g"),
            Parameter(
                "goal", "4/5", "0 < goal <= 1", "share of sectors",
                "share of factories from which nothing is paid", "G",
            ),
        ),
        label="Guarantee",
        source="@rodrik1996coordination, on policy",
    )  # fmt: skip


TRACK = (
    Parameter("track", "1/2", "track >= 0", "units of labour", "labour for the railroad", "T"),
    Parameter("saving", "3/2", "saving >= 0", "units of labour", "fixed cost that it saves", "s"),
)


def public_railroad() -> Reform:
    """Build a railroad that factories use free of charge."""
    return set_parameters(
        {"works": "track", "setup": "setup - saving"}, "public_railroad", parameters=TRACK,
        label="Public railroad",
        source="@murphy1989industrialization, section V",
    )  # fmt: skip


def private_railroad() -> Reform:
    """Let an owner pay for the railroad, and charge every factory as much as it saves."""
    return Reform(
        "private_railroad",
        (
            Step("parameter", {"set": {"works": "track", "setup": "setup - saving"}}),
            Step("transfer", {"payer": "railroad", "payee": "government", "amount": "track",
                              "purpose": "cost of the track"}),
            Step("transfer", {"payer": "sector", "payee": "railroad",
                              "amount": "build*saving*(1 + premium)", "purpose": "fee"}),
        ),
        TRACK,
        label="Private railroad",
        source="@murphy1989industrialization, section V",
    )  # fmt: skip


def minimum_wage() -> Reform:
    """Let factories pay more than makes up for factory work."""
    return pay(
        "sector", "workers", f"build*rent*{HIRED}", "minimum_wage",
        purpose="wages above the premium",
        parameters=(
            Parameter(
                "rent", "1/5", "rent >= 0", "share of the wage", "what is paid above the premium",
                "m",
            ),
        ),
        label="Minimum wage in factories",
        source="own",
    )  # fmt: skip


def wage_subsidy() -> Reform:
    """Pay for all labour alike, and lower all prices: it costs what collecting the money costs."""
    return pay(
        "government", "workers", "grant*labour", "wage_subsidy", purpose="wage subsidy",
        running_cost="collection*grant*labour",
        parameters=(
            Parameter("grant", "1/10", "grant >= 0", "share of the wage", "subsidy", "z"),
            Parameter(
                "collection", "1/10", "collection >= 0", "share of what is paid",
                "cost of collecting and paying out", "c",
            ),
        ),
        label="Wage subsidy for all labour",
        source="own",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    profiles = {"no": Profile("all no"), "yes": Profile("all yes")}
    kept = "labour*(1 - (1 + premium)/productivity)"
    first_loses = f"setup*(1 + premium) - {kept}"
    least, most = f"{kept}/(1 + premium)", kept
    plain = ("works == 0",)
    return (
        Proposition(
            "two_equilibria",
            "Both nobody and everybody building are equilibria exactly if the fixed cost lies in "
            "an interval, whose upper end is 1 + v times the lower one.",
            f"(no_holds + yes_holds == 2) == ({least} <= setup and setup <= {most})",
            profiles, plain,
            stronger=f"(no_holds + yes_holds == 2) == ({least} < setup and setup <= {most})",
            source="@murphy1989industrialization, section IV",
        ),
        Proposition(
            "no_premium",
            "Without a wage premium just one of the two is an equilibrium, but for the fixed cost "
            "at which it makes no difference who builds.",
            f"no_holds + yes_holds == 1 or setup == {most}",
            profiles, ("premium == 0", *plain),
            stronger="no_holds + yes_holds == 1",
            lesson="A factory passes its profit on as spending; one that loses money takes it "
            "away. Large fixed costs alone make no trap.",
            source="@murphy1989industrialization, section III",
        ),
        Proposition(
            "losing_factories",
            "Factories that lose money raise each other's profit, if they pay a premium and their "
            "fixed cost is not so large that income falls.",
            f"yes_sector > -({first_loses})",
            {"yes": profiles["yes"]},
            ("yes_sector < 0", "premium > 0", "setup < labour*(1 - 1/productivity)", *plain),
            stronger=f"yes_sector > premium*setup - ({first_loses})",
            lesson="What an owner loses on wages is spent on what the others make.",
            source="@murphy1989industrialization, section IV",
        ),
        Proposition(
            "coordination_alone",
            "Everybody building is an equilibrium exactly if it is no worse for all together than "
            "nobody building.",
            "(yes_holds == 1) == (yes_welfare >= no_welfare)",
            profiles,
            stronger="(yes_holds == 1) == (yes_welfare > no_welfare)",
            lesson="Workers are paid what factory work costs them, and where all build nobody is "
            "left outside: what fails is coordination.",
            source="@murphy1989industrialization, section IV",
        ),
        Proposition(
            "uniform_subsidy",
            "A subsidy to factories ends the equilibrium in which nobody builds exactly if it "
            "exceeds the loss of a first factory.",
            f"(no_holds == 0) == (subsidy > {first_loses})",
            {"no": Profile("all no", "factory_subsidy")}, plain,
            stronger=f"(no_holds == 0) == (subsidy >= {first_loses})",
            source="@murphy1989industrialization, section IV; own threshold",
        ),
        Proposition(
            "guarantee",
            "A guarantee of more than a first factory loses ends that equilibrium, and costs "
            "nothing where everybody builds.",
            "no_holds == 0 and yes_government == 0",
            {
                "no": Profile("all no", "guarantee"),
                "yes": Profile("all yes", "guarantee"),
            },
            (f"refund > {first_loses}", *plain),
            stronger="no_holds == 0 and yes_government == 0 and yes_holds == 1",
            source="@rodrik1996coordination, on policy; own threshold",
        ),
        Proposition(
            "owner_of_the_railroad",
            "An owner who charges what the railroad saves leaves nobody building an equilibrium "
            "wherever it is one without a railroad, and cannot pay for the track there.",
            "private_holds == 1 and private_railroad == -track",
            {
                "no": Profile("all no"),
                "private": Profile("all no", "private_railroad"),
            },
            ("no_holds == 1", "saving < setup", *plain),
            stronger="private_holds == 1 and private_railroad < -track",
            lesson="What moves the first factory is what the railroad leaves to it.",
            source="@murphy1989industrialization, section V; own form",
        ),
        Proposition(
            "minimum_wage",
            "Where everybody builds, a wage above the premium goes from owners to workers one for "
            "one as long as owners earn as much as it takes; beyond that nobody builds.",
            "(paid_holds == 1) == (rent*labour <= yes_sector) and "
            "paid_workers - yes_workers == rent*labour",
            {"yes": Profile("all yes"), "paid": Profile("all yes", "minimum_wage")}, plain,
            stronger="(paid_holds == 1) == (rent*labour < yes_sector) and "
            "paid_workers - yes_workers == rent*labour",
            source="own",
        ),
        Proposition(
            "losing_alone",
            "What loses money for the first factory is not worth having for all together.",
            "no_holds == 0 or yes_welfare <= no_welfare",
            profiles, false=True,
            lesson="The premium that each pays is what the others sell: all together may gain "
            "where each alone loses.",
            source="a plausible claim, against @murphy1989industrialization, section IV",
        ),
        Proposition(
            "losses_are_losses",
            "Factories that lose money take away from each other's sales.",
            f"yes_sector <= -({first_loses})",
            {"yes": profiles["yes"]}, ("yes_sector < 0", *plain), false=True,
            lesson="So it is without a premium (section III). With one, wages may add more to "
            "spending than profits take away.",
            source="a plausible claim, against @murphy1989industrialization, section IV",
        ),
        Proposition(
            "fixed_costs_alone",
            "Fixed costs that no factory can bear alone make a trap, even without a wage premium.",
            "no_holds == 1 and yes_holds == 1",
            profiles, ("premium == 0", f"setup > {kept}", *plain), false=True,
            lesson="Without a premium income rises by profits only: what does not pay for the "
            "first does not pay for all together, either.",
            source="a plausible claim, against @murphy1989industrialization, section III",
        ),
        Proposition(
            "wages_for_workers",
            "Workers gain from a minimum wage in factories where everybody built before.",
            "paid_holds == 1 and paid_workers > yes_workers",
            {"yes": Profile("all yes"), "paid": Profile("all yes", "minimum_wage")},
            ("yes_holds == 1", "rent > 0"), false=True,
            lesson="If owners cannot bear it, nobody builds, and workers have what the farm pays.",
            source="a plausible claim",
        ),
    )  # fmt: skip
