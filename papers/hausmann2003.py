r"""Hausmann and Rodrik (2003): finding out what a country is good at.

**Set-up.** Each of m entrepreneurs pays c to learn the productivity :math:`\theta_i`, uniform on
[0, 1], of a new activity. Then anybody can imitate the best at the productivity
:math:`a \max_j \theta_j`; an entrepreneur keeps the better of that and its own. Imitators compete
their gain away, so that a discoverer's rent is :math:`(\theta_i - a \max_j \theta_j)^+`. There are
N places in which to produce.

**Claims.** Too few look for new activities, since most of what is found goes to imitators; and too
many that are inferior are kept, since imitation is imperfect.

**In our games** entrepreneurs are a population of m; what they can expect is integrated over their
draws. Where m need not be whole, a player `entry` minimises the squared expected profit; a planner
chooses m.

Sources
-------
@hausmann2003economic; the uniform draws and closed forms are not in the paper
"""

from __future__ import annotations

import re
from functools import cache, partial

import sympy as sp

from pigou.equilibrium import Equilibrium
from pigou.exact import Enclosure
from pigou.expression import symbol, write_expression
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer, only, played, worth

FORM = f"{DERIVED}; uniform productivities"
AT = {"a": "0.8", "N": 50}
COST = AT | {"c": "0.05"}
VALUES = {
    1: ("0.5", "0.1", "0.5"),
    2: ("0.6666666667", "0.07333333333", "0.6066666667"),
    5: ("0.8333333333", "0.04666666667", "0.7133333333"),
    10: ("0.9090909091", "0.03454545455", "0.7618181818"),
}
A, M = symbol("a"), symbol("m")
"""Imitation, and the number of entrepreneurs, as symbols."""


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = []
    for m, (best, rent, mean) in VALUES.items():
        at = AT | {"m": m}
        claims += [
            PublishedClaim(f"O13.Emax_{m}", "expected best productivity", best,
                           partial(of, m, "best"), FORM, at),
            PublishedClaim(f"O13.R_{m}", "expected rent of an entrepreneur", rent,
                           partial(of, m, "rent"), FORM, at),
            PublishedClaim(f"O13.P_{m}", "mean productivity of entrepreneurs", mean,
                           partial(of, m, "mean"), FORM, at),
        ]  # fmt: skip
    return Publication(
        "hausmann2003economic",
        "m entrepreneurs pay c each to learn theta_i, uniform on [0, 1]; anybody imitates at "
        "a*max theta_j; a discoverer's rent is max(0, theta_i - a*max theta_j); N places.",
        {"m": "firms, or m", "a": "a", "c": "c", "N": "places"},
        [*claims, *numbers()],
    )


def numbers() -> list[PublishedClaim]:
    """Return the claims on how many look for new activities, and what that is worth."""
    return [
        PublishedClaim("O13.m_free_entry", "entrepreneurs under free entry, not whole",
                       "4.333333333", lambda: answer(played(free())["m"], free()), FORM, COST),
        PublishedClaim("O13.m_planner_int", "best whole number, without policy afterwards", 36,
                       best_whole, FORM, COST),
        PublishedClaim("O13.m_planner_rat", "best number if the best activity is run everywhere",
                       "30.6227766", lambda: answer(played(rational())["m"], rational()), FORM,
                       COST),
        PublishedClaim("O13.diversif_gap", "share of the best productivity by which an imitator "
                       "falls short", "0.2", shortfall, FORM, AT),
        PublishedClaim("O13.W_laissezfaire", "surplus under free entry", "32.5",
                       lambda: answer(worth(entering(), free(), surplus()), free()), FORM, COST),
        PublishedClaim("O13.W_rat_opt", "the largest surplus if the best activity is run "
                       "everywhere", "46.88772234",
                       lambda: answer(rational().payoffs["planner"], rational()), FORM, COST),
    ]  # fmt: skip


# -- what entrepreneurs can expect ----------------------------------------------------------------


@cache
def expectations() -> dict[str, str]:
    """Return expected best productivity, rent and mean productivity, as formulas in a and m.

    The best of m draws has the density m t**(m - 1). An entrepreneur has it with probability 1/m;
    otherwise its own draw is uniform below the best, and what it keeps is the better of both.
    """
    number = sp.Symbol("m", positive=True)
    best, own = sp.symbols("t x", positive=True)
    share = sp.Symbol("a", positive=True)
    density = number * best ** (number - 1)

    def over_best(value: sp.Expr) -> sp.Expr:
        return sp.simplify(sp.integrate(sp.expand(value * density), (best, 0, 1)))

    rent = sp.integrate((own - share * best) / best, (own, share * best, best))
    kept = share * best * share + sp.integrate(own / best, (own, share * best, best))
    of_best, others = 1 / number, (number - 1) / number
    found = {
        "best": over_best(best),
        "rent": of_best * over_best((1 - share) * best) + others * over_best(rent),
        "mean": of_best * over_best(best) + others * over_best(kept),
    }
    back = {number: M, share: A}
    return {k: write_expression(sp.factor(v).subs(back)) for k, v in found.items()}


def in_terms_of(name: str, number: str) -> str:
    """Return an expectation with the number of entrepreneurs written as a formula."""
    return re.sub(r"\bm\b", f"({number})", expectations()[name])


def surplus() -> str:
    """Return the surplus without policy afterwards: entrepreneurs, and imitators elsewhere."""
    known = expectations()
    return f"m*({known['mean']}) + (places - m)*a*({known['best']}) - m*c"


def parameters() -> list[Parameter]:
    """Return the parameters."""
    return [Parameter("a", "4/5", "0 < a < 1"), Parameter("c", "1/20", "c >= 0"),
            Parameter("places", 50, "places > 0")]  # fmt: skip


# -- games ----------------------------------------------------------------------------------------


def searching() -> Game:
    """Each of a population may look for a new activity, and earns its expected rent."""
    rent = in_terms_of("rent", "sum(look)")
    return Game(
        "looking for new activities",
        [Player("firm", size="firms")],
        [Move("look", "firm", {"no": 0, "yes": 1})],
        {"firm": f"if(look == 1, {rent}, 0)"},
        parameters=[*parameters(), Parameter("firms", 5, "firms >= 1", integer=True)],
        source="@hausmann2003economic; uniform productivities",
    )


def one_chooses(who: str, payoff: str, whole: bool = False) -> Game:
    """One player chooses how many look."""
    most = range(1, 51)
    domain = {str(m): m for m in most} if whole else (1, 50)
    return Game(
        f"{who} and the number of entrepreneurs", [Player(who)], [Move("m", who, domain)],
        {who: payoff}, parameters=parameters(),
        source="@hausmann2003economic; uniform productivities",
    )  # fmt: skip


def entering() -> Game:
    """Entrepreneurs enter until it does not pay any more."""
    return one_chooses("entry", f"-(({expectations()['rent']}) - c)**2")


@cache
def free() -> Equilibrium:
    """Return free entry."""
    return only(entering())


@cache
def rational() -> Equilibrium:
    """Return a planner's choice who runs the best activity in every place."""
    return only(one_chooses("planner", f"places*({expectations()['best']}) - m*c"))


@cache
def looking(firms: int) -> Equilibrium:
    """Return the equilibrium of so many, to whom looking costs nothing: all look."""
    return only(searching(), {"firms": firms})


def of(firms: int, name: str) -> Computed:
    """Return an expectation where so many look."""
    one = looking(firms)
    if name == "rent":
        return answer(one.payoffs["firm"], one)
    at = {"firms": firms}
    return answer(worth(searching(), one, in_terms_of(name, "sum(look)"), at), one)


def best_whole() -> Computed:
    """Return a planner's choice among whole numbers."""
    one = only(one_chooses("planner", surplus(), whole=True))
    return answer(int(str(played(one)["m"])), one)


def shortfall() -> Computed:
    """Return what a single discoverer gains over imitators, per unit of the best productivity."""
    one = looking(1)
    best = worth(searching(), one, in_terms_of("best", "sum(look)"), {"firms": 1})
    return answer(one.payoffs["firm"] * (Enclosure.point(1) / best), one)
