r"""Farrell and Saloner (1985): who switches to a new standard first, and when nobody does.

**Set-up.** Two firms use an old standard. Firm i's type :math:`\theta_i`, which only it knows, is
uniform on [-1, 1]. It earns 0 with the old standard alone, :math:`\eta` if both have it,
:math:`\theta_i` with the new one alone, :math:`\theta_i + \eta` if both have that. There are two
dates. Whoever switches cannot go back; a firm may switch first, or follow at the second date.

**Claims.** There is a bandwagon: high types switch, middling ones follow, low ones stay. There is
excess inertia: both may prefer the new standard, and neither begins.

**In our games** a strategy is a pair of thresholds, from which a firm initiates, and from which it
follows: what it gains from either grows with its type, so that nothing is lost. Payoffs are
expected over types; they are integrated from those above.

Sources
-------
@farrell1985standardization; the uniform types and linear payoffs are not in the paper
"""

from __future__ import annotations

from functools import cache

import sympy as sp

from pigou.equilibrium import Equilibrium
from pigou.expression import symbol
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer, only, played, worth

FORM = f"{DERIVED}; uniform types, linear payoffs"
AT = {"eta": "0.3", "theta_i": "uniform on [-1, 1]"}
ETA, THETA = symbol("eta"), sp.Symbol("theta")
HALF = sp.Rational(1, 2)
"""The density of a type."""


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "farrell1985standardization",
        "Two firms of private types theta_i earn 0 with the old standard alone, eta if both have "
        "it, theta_i with the new one alone, theta_i + eta if both have that; each may switch, or "
        "follow one date later.",
        {"theta_i": "integrated out", "eta": "eta", "thresholds": "begin1, follow1 ..."},
        [
            PublishedClaim("O12.t_init", "type from which a firm initiates", "0.1782329983",
                           lambda: answer(played(bandwagon())["begin1"], bandwagon()), FORM, AT),
            PublishedClaim("O12.t_follow", "type from which a firm follows", "-0.3",
                           lambda: answer(played(bandwagon())["follow1"], bandwagon()), FORM, AT),
            PublishedClaim("O12.p_sym_inertia", "probability that both would like to switch and "
                           "nobody does", "0.007941750422", lambda: chance(INERTIA), FORM, AT),
            PublishedClaim("O12.p_both", "probability that both switch", "0.3653232998",
                           lambda: chance(BOTH), FORM, AT),
            PublishedClaim("O12.p_alone", "probability that one is left alone with the new "
                           "standard", "0.2876184506", lambda: chance(ALONE), FORM, AT),
            PublishedClaim("O12.W_eq", "expected payoff of both", "0.899554062", joint, FORM, AT,
                           "0.0001"),
            PublishedClaim("O12.W_fb", "the same, first best", "0.94399995", first_best_joint,
                           FORM, AT),
        ],
    )  # fmt: skip


# probabilities in the thresholds: of initiating and not; of following if the other does
_BEGINS = "((1 - begin{0})/2)"
_WAITS = "((begin{0} + 1)/2)"
_FOLLOWS = "((begin{0} - follow{0})/2)"
_STAYS = "((follow{0} + 1)/2)"
INERTIA = "begin1/2*begin2/2"
BOTH = "{b1}*{b2} + {b1}*{f2} + {f1}*{b2}".format(
    b1=_BEGINS.format(1), b2=_BEGINS.format(2), f1=_FOLLOWS.format(1), f2=_FOLLOWS.format(2)
)
ALONE = f"{_BEGINS.format(1)}*{_STAYS.format(2)} + {_STAYS.format(1)}*{_BEGINS.format(2)}"


def thresholds() -> Game:
    """Each firm chooses from which type it initiates, and from which it follows."""
    return Game(
        "a bandwagon",
        [Player("one"), Player("two")],
        [
            *(Move(f"begin{i}", p, (0, 1)) for i, p in ((1, "one"), (2, "two"))),
            *(Move(f"follow{i}", p, (-1, 0)) for i, p in ((1, "one"), (2, "two"))),
        ],
        {"one": expected(1, 2), "two": expected(2, 1)},
        parameters=[Parameter("eta", "3/10", "0 < eta < 1")],
        source="@farrell1985standardization; uniform types, linear payoffs",
    )


def expected(own: int, other: int) -> sp.Expr:
    """Return a firm's expected payoff: over its types, and those of the other."""
    begin, follow = symbol(f"begin{own}"), symbol(f"follow{own}")
    begins = HALF * (1 - symbol(f"begin{other}"))  # the other initiates
    comes = HALF * (1 - symbol(f"follow{other}"))  # the other initiates, or follows
    high = THETA + ETA * comes
    middle = begins * (THETA + ETA) + (1 - begins) * ETA
    low = begins * 0 + (1 - begins) * ETA
    parts = ((high, begin, 1), (middle, follow, begin), (low, -1, follow))
    return sp.expand(sum(HALF * sp.integrate(paid, (THETA, a, b)) for paid, a, b in parts))


@cache
def bandwagon() -> Equilibrium:
    """Return the equilibrium."""
    return only(thresholds())


def chance(formula: str) -> Computed:
    """Return a probability in equilibrium."""
    return answer(worth(thresholds(), bandwagon(), formula), bandwagon())


def joint() -> Computed:
    """Return the expected payoff of both."""
    paid = bandwagon().payoffs
    return answer(paid["one"] + paid["two"], bandwagon())


def first_best_joint() -> Computed:
    """Return the largest expected payoff of both.

    Both switch where they gain together. Besides, a planner who knows both types may let one switch
    alone where its type is above a level and the other's below minus that level; it chooses it.
    """
    other, level, eta = sp.Symbol("other"), symbol("level"), ETA
    # both keep the old standard, or both switch where theta + other > 0: by symmetry on a triangle
    gain = sp.integrate(sp.integrate(THETA + other, (other, -THETA, 1)), (THETA, -1, 1)) / 4
    # on the square theta > level, other < -level; v = -other, and theta - v is gained if positive
    v = sp.Symbol("v")
    alone = sp.integrate(THETA - 2 * eta, (v, level, 1), (THETA, level, 1))
    instead = sp.integrate(sp.integrate(THETA - v, (v, level, THETA)), (THETA, level, 1))
    value = 2 * eta + gain + 2 * (alone - instead) / 4
    game = Game(
        "a planner who knows both types",
        [Player("planner")],
        [Move("level", "planner", (0, 1))],
        {"planner": sp.expand(value)},
        parameters=[Parameter("eta", "3/10", "0 < eta < 1")],
    )
    one = only(game)
    return answer(one.payoffs["planner"], one)
