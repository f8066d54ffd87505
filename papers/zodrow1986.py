r"""Zodrow and Mieszkowski (1986): jurisdictions that compete for capital tax it too little.

**Set-up.** Each of n jurisdictions has the capital :math:`\bar{k}`, which moves freely. Its firms
make :math:`f(k) = A k - b k^2 / 2` and pay the tax t per unit of capital, so that capital earns
:math:`\rho = f'(k) - t` everywhere. The tax pays for a public input :math:`G = t k`. Residents have
:math:`f(k) - k f'(k) + \rho \bar{k} + \gamma \ln G`.

**Claims.** A tax drives capital to the others, which no jurisdiction counts. So taxes are below the
cooperative one, :math:`\gamma / \bar{k}`, and further below the more jurisdictions there are. A
minimum tax helps all.

**In our games** the market for capital is cleared beforehand: with the mean tax :math:`\bar{t}`,
:math:`k_i = \bar{k} + (\bar{t} - t_i)/b` and :math:`\rho = A - b \bar{k} - \bar{t}`. Of two and of
five jurisdictions each is a player. For fifty, one stands for all: it takes the tax of the rest as
given, which is its own in equilibrium; so only equilibria in which all set the same tax are found
there. Taxes go up to the cooperative one, so that no jurisdiction loses all its capital.

Sources
-------
@zodrow1986pigou; @wilson1986theory; @hoyt1991property, for n jurisdictions; the quadratic and
logarithmic form is not in the papers
"""

from __future__ import annotations

from functools import cache, partial

from pigou.equilibrium import Equilibrium
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.reform import Reform, reform
from pigou.replicating import answer, only, played

FORM = f"{DERIVED}; quadratic and logarithmic form"
AT = {"A": 5, "b": 1, "gamma": 1, "kbar": 1}
TAXES = ("1/10", 1)


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = [
        PublishedClaim(f"O42.t_{n}", f"tax of each of {n} jurisdictions", tax, partial(tax_of, n),
                       FORM, AT | {"n": n})
        for n, tax in ((2, "0.6666666667"), (5, "0.5555555556"), (50, "0.5050505051"))
    ]  # fmt: skip
    claims += [
        PublishedClaim("O42.t_coop", "cooperative tax", 1, cooperative, FORM, AT),
        *(
            PublishedClaim(f"O42.loss_{n}", f"what each of {n} loses by not cooperating", loss,
                           partial(loss_of, n), FORM, AT | {"n": n})
            for n, loss in ((2, "0.07213177477"), (50, "0.1881473498"))
        ),
        PublishedClaim("O42.min_tax", "part of that loss that a minimum tax half-way between both "
                       "taxes makes good, n = 50", "0.8041642504", regained, FORM, AT | {"n": 50}),
    ]  # fmt: skip
    return Publication(
        "zodrow1986pigou",
        "n jurisdictions tax mobile capital at t per unit; f(k) = A*k - b*k**2/2; residents have "
        "f(k) - k*f'(k) + rho*kbar + gamma*ln(t*k) with rho = f'(k) - t equal everywhere.",
        {"t": "t1 ..., t", "kbar": "kbar", "gamma": "gamma", "n": "n"},
        claims,
    )


def parameters() -> list[Parameter]:
    """Return the parameters that all games share."""
    return [
        Parameter("A", 5, "A > 0"),
        Parameter("b", 1, "b > 0"),
        Parameter("kbar", 1, "kbar > 0"),
        Parameter("gamma", 1, "gamma > 0"),
    ]


def residents(tax: str, mean: str) -> str:
    """Return what residents have at a tax and a mean tax, the market for capital cleared."""
    capital = f"(kbar + ({mean} - {tax})/b)"
    return f"b*{capital}**2/2 + (A - b*kbar - {mean})*kbar + gamma*log({tax}*{capital})"


def jurisdictions(number: int) -> Game:
    """Let each jurisdiction set its tax."""
    numbers = range(1, number + 1)
    mean = "(" + " + ".join(f"t{i}" for i in numbers) + f")/{number}"
    return Game(
        "tax competition",
        [Player(f"host{i}") for i in numbers],
        [Move(f"t{i}", f"host{i}", TAXES) for i in numbers],
        {f"host{i}": residents(f"t{i}", f"({mean})") for i in numbers},
        parameters=parameters(),
        source="@zodrow1986pigou; own form",
    )


def one_for_all() -> Game:
    """Let one jurisdiction stand for all n: the rest set the tax that it sets."""
    return Game(
        "tax competition of many",
        [Player("host1"), Player("rest")],
        [Move("t1", "host1", TAXES), Move("others", "rest", TAXES)],
        {
            "host1": residents("t1", "((t1 + (n - 1)*others)/n)"),
            "rest": "-(others - t1)**2",
        },
        parameters=[*parameters(), Parameter("n", 50, "n >= 2")],
        source="@hoyt1991property; own form",
    )


def union() -> Game:
    """Let all set one tax together."""
    return Game(
        "tax union",
        [Player("union")],
        [Move("t", "union", ("1/10", 2))],
        {"union": residents("t", "t")},
        parameters=parameters(),
        source="@zodrow1986pigou; own form",
    )


@cache
def competing(number: int) -> Equilibrium:
    """Return the only equilibrium; of more than five, the only one with the same tax for all."""
    return only(jurisdictions(number)) if number <= 5 else only(one_for_all(), {"n": number})


@cache
def joint() -> Equilibrium:
    """Return what a union does."""
    return only(union())


def tax_of(number: int) -> Computed:
    """Return the tax of the first."""
    one = competing(number)
    return answer(played(one)["t1"], one)


def cooperative() -> Computed:
    """Return the tax of a union."""
    return answer(played(joint())["t"], joint())


def loss(one: Equilibrium) -> Enclosure:
    """Return by how much residents have less than in a union."""
    return joint().payoffs["union"] - one.payoffs["host1"]


def loss_of(number: int) -> Computed:
    """Return that loss under competition."""
    return answer(loss(competing(number)), competing(number), joint())


def minimum_tax() -> Reform:
    """Agree on a minimum tax half-way between that of fifty competitors and the cooperative one."""
    half_way = (played(competing(50))["t1"] + played(joint())["t"]) * Enclosure.point("1/2")
    lowest = (half_way.lower + half_way.upper) / 2
    return reform("minimum_tax", moves=["t1", "others"], lowest=lowest)


def regained() -> Computed:
    """Return the part of the loss of fifty that the minimum tax makes good."""
    one = only(minimum_tax()(one_for_all()), {"n": 50})
    whole, left = loss(competing(50)), loss(one)
    return answer((whole - left) / whole, one, competing(50), joint())
