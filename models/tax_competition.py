r"""Tax competition: host countries that bid for footloose capital with low taxes.

**The game.** :math:`n \ge 3` host countries set taxes :math:`t_i` per unit of capital at once. Each
owns a unit of capital, which moves to where it earns most, so that it earns
:math:`\rho = f'(k_i) - t_i` everywhere, with :math:`f(k) = A k - b k^2 / 2`. Cleared, that market
gives

.. math:: k_i = 1 + \frac{\bar{t} - t_i}{b} , \qquad \rho = A - b - \bar{t} ,

where :math:`\bar{t}` is the mean tax. The taxes, and a head tax h (none, at the default), pay for a
public input :math:`G_i = t_i k_i + h`: roads, standards, training. Residents have

.. math:: u_i = f(k_i) - k_i f'(k_i) + \rho - h + \gamma \ln G_i .

In a region of M countries, two at the default, m set one tax t, the one with which what they have
is most, together and each (:math:`m = 1`: each on its own, the default). Of all who set their tax
alone, and are alike, one country outside the region is a player, with the tax s; it takes the tax T
of the rest as given. A player that stands for the market makes T the tax s, and earns nothing.

**What fails.** A tax drives capital abroad, where it is taxed as well and makes wages rise; no
country counts that. So taxes are below the cooperative one, :math:`\gamma`, and public
inputs are too small (Zodrow and Mieszkowski 1986; Wilson 1986), the more so the more countries
compete (Hoyt 1991). A country that could pay for the public input by a head tax would not tax
capital at all: what fails is that it has no other tax.

**Whom it hurts.** All residents alike: each country gives way, and none keeps the capital that it
gave way for. (Capital belongs to residents. What owners abroad would gain by low taxes is not
counted.)

**Reforms it invites.** A *minimum tax* of all. A *regional agreement*: two set their taxes
together; those outside gain more than the members, since they tax less and take capital from them.
A *head tax*, if it can be collected. A *ceiling* on taxes, the exemptions for which lead firms
press, **backfires**: each host that grants them loses revenue, and none gains capital.

Sources
-------
@zodrow1986pigou; @wilson1986theory; @hoyt1991property. The quadratic and logarithmic form is
pigou's own specialisation, and its numbers are an illustration.
"""

from __future__ import annotations

from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.model import Model
from pigou.proposition import Allocation, Proposition
from pigou.reform import Reform, reform, set_parameters


def model() -> Model:
    """Return tax competition with its reforms."""
    return Model(
        game=tax_competition(),
        reforms=(minimum_tax(), regional_agreement(), head_tax(), exemptions()),
        mechanism="cooperation failure: taxes on capital that can go elsewhere",
        about=__doc__ or "",
        propositions=propositions(),
    )


def tax_competition() -> Game:
    """Return the game."""
    taxes = ("lowest", "highest")
    mean = "((members*t + s + (hosts - members - 1)*T)/hosts)"
    return Game(
        "tax_competition",
        players=[
            Player("region", "Country of the region"),
            Player("outsider", "Country outside"),
            Player("market", "Market"),
        ],
        moves=[
            Move("t", "region", taxes, label="Tax of who agree in the region"),
            Move("s", "outsider", taxes, label="Tax of a country outside"),
            Move("T", "market", taxes, label="Tax of all others who set it alone"),
        ],
        payoffs={
            "region": residents("t", mean),
            "outsider": residents("s", mean),
            "market": "-(T - s)**2",
        },
        bystanders=[
            Bystander(
                "partners",
                f"(members - 1)*({residents('t', mean)})"
                f" + (size - members)*({residents('T', mean)})",
                "Rest of the region",
            ),
            Bystander("others", f"(hosts - size - 1)*({residents('T', mean)})", "Others outside"),
        ],
        parameters=[
            Parameter(
                "hosts", 3, "hosts >= 3", "countries", "number of host countries", "n",
                source="illustration", integer=True,
            ),
            Parameter(
                "size", 2, "size >= 1", "countries", "number of countries in the region", "M",
                source="illustration", integer=True,
            ),
            Parameter(
                "members", 1, "members >= 1", "countries", "how many of them set one tax", "m",
                source="1: each on its own", integer=True,
            ),
            Parameter(
                "output", 5, "output > 0", "USD million",
                "what a first unit of capital makes", "A", source="illustration",
            ),
            Parameter(
                "decline", 1, "decline > 0", "USD million",
                "by how much less the next unit of capital makes", "b", source="illustration",
            ),
            Parameter(
                "need", 1, "need > 0", "USD million",
                "worth of one per cent more public input, times a hundred", r"\gamma",
                source="illustration",
            ),
            Parameter(
                "head", 0, "head >= 0", "USD million", "head tax of a country", "h",
                source="0: there is none",
            ),
            Parameter(
                "lowest", "1/10", "lowest > 0", "USD million", "lowest tax on a unit of capital",
                r"\underline{t}", source="illustration; binds only with a large head tax",
            ),
            Parameter(
                "highest", "11/10", "highest > 0", "USD million",
                "highest tax on a unit of capital",
                r"\overline{t}", source="illustration; at it no country loses all its capital",
            ),
        ],
        assumptions=[
            "members <= size", "size < hosts", "lowest < highest", "highest - lowest <= decline",
        ],
        source="@zodrow1986pigou; @hoyt1991property; own form",
    )  # fmt: skip


def residents(tax: str, mean: str) -> str:
    """Return what residents have at a tax and a mean tax, the market for capital cleared."""
    used = f"(1 + ({mean} - {tax})/decline)"
    earned = f"decline*{used}**2/2 + output - decline - {mean} - head"
    return f"{earned} + need*log({tax}*{used} + head)"


def minimum_tax() -> Reform:
    """Let all countries agree on a lowest tax."""
    return reform(
        "minimum_tax", "minimum_tax", moves="t, s, T", lowest="agreed",
        parameters=(
            Parameter(
                "agreed", "4/5", "agreed > 0", "USD million", "lowest tax on a unit of capital",
                "m",
            ),
        ),
        label="Minimum tax",
        source="@kanbur1993jeux",
    )  # fmt: skip


def regional_agreement() -> Reform:
    """Let countries of the region set their taxes together."""
    return set_parameters(
        {"members": "signed"}, "regional_agreement",
        parameters=(
            Parameter(
                "signed", 2, "signed >= 1", "countries", "how many countries of it agree", "m'",
                integer=True,
            ),
        ),
        label="Regional agreement",
        source="own",
    )  # fmt: skip


def head_tax() -> Reform:
    """Let residents pay for a part of the public input by a head tax."""
    return set_parameters(
        {"head": "collected"}, "head_tax",
        parameters=(
            Parameter(
                "collected", "3/5", "collected >= 0", "USD million", "head tax of a country", "h'",
            ),
        ),
        label="Head tax",
        source="@zodrow1986pigou",
    )  # fmt: skip


def exemptions() -> Reform:
    """Cap the tax on capital everywhere, as lead firms demand."""
    return reform(
        "export_restraint", "exemptions", moves="t, s, T", highest="ceiling",
        parameters=(
            Parameter(
                "ceiling", "1/2", "ceiling > 0", "USD million", "highest tax on a unit of capital",
                "c",
            ),
        ),
        label="Exemptions for lead firms",
        source="own; @zodrow1986pigou",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    alone = {"e": Allocation(interior=True)}
    alike = ("members == 1", "e_t == e_s")
    return (
        Proposition(
            "erosion",
            "Where all set the same tax, competition leaves a part of the cooperative tax that "
            "falls with the number of countries, with the need for the public input, and as "
            "capital reacts more.",
            "e_t == need/(1 + need*(hosts - 1)/(hosts*decline))",
            alone, (*alike, "head == 0"),
            stronger="e_t == need/(1 + need*(hosts - 1)/(hosts*decline)) and e_t > need/2",
            source="@hoyt1991property; own form",
        ),
        Proposition(
            "crowding_out",
            "Where all set the same tax, a head tax lowers the tax on capital, by less than it "
            "collects.",
            "p_t < e_t and p_t + collected > e_t",
            {**alone, "p": Allocation("head_tax", interior=True)},
            (*alike, "p_t == p_s", "head == 0", "collected > 0"),
            stronger="p_t < e_t and p_t + collected/2 > e_t",
            source="@zodrow1986pigou; own",
        ),
        Proposition(
            "half_is_left",
            "With three countries at least half of the cooperative tax is left.",
            "e_t >= need/2",
            alone, (*alike, "head == 0", "hosts == 3"), false=True,
            lesson="The more the public input is needed, the higher are taxes, and the more "
            "capital a country gains by a lower one: there is no least part that is left.",
            source="a plausible claim",
        ),
    )  # fmt: skip
