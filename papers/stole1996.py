r"""Stole and Zwiebel (1996): a firm and those it bargains with one by one, when nothing binds.

**Set-up.** A firm with n identical workers, here suppliers, makes F(n); a supplier has
:math:`w_0` elsewhere. Each pair can renegotiate at any time, with equal gains from staying
together:

.. math:: w(n) - w_0 = \pi(n) - \pi(n - 1), \qquad \pi(n) = F(n) - n \, w(n) .

**Claims.** The firm earns the average of what all smaller numbers would yield,
:math:`\pi(n) = \frac{1}{n + 1} \sum_{i=0}^n (F(i) - i \, w_0)`, which is its Shapley value; it
takes on suppliers until each is paid no more than it has elsewhere, and so too many.

**In our games** the payments come from the recursion itself, supplier by supplier
(`pigou.renegotiation.StoleZwiebel.outcome`), not from the sum; the numbers are decisions of a lead
firm and of a planner, in the model `over_diversification` and in its form with a continuum.

Sources
-------
@stole1996intrafirm; @stole1996organizational
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import sympy as sp

from pigou.bargaining import formula
from pigou.coalitions import CoalitionalGame, Shapley
from pigou.equilibrium import Equilibrium, Grade
from pigou.expression import symbol
from pigou.game import Game, Move, Player
from pigou.models.over_diversification import over_diversification, renegotiation
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.renegotiation import Renegotiated, StoleZwiebel
from pigou.replicating import answer, only, played, worth

AT = {"F": "12*n - n**2", "w_0": 2}
CONTINUUM = {"F": "10*sqrt(n)", "w_0": 1}
PROFIT = f"{DERIVED}; the stable profile of the paper, at this output"
SHAPLEY = "the theorem that the stable payoffs are Shapley values, at this output"
TOO_MANY = f"{DERIVED}; the paper's result on over-employment, at this output"


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = []
    for n, payment, profit in (
        (1, "6.5", "4.5"), (2, "5.833333333", "8.333333333"), (3, "5.166666667", "11.5"),
        (6, "3.166666667", 17),
    ):  # fmt: skip
        claims += [
            PublishedClaim(f"O24.w_{n}", f"payment with {n} suppliers", payment,
                           partial(paid, n), PROFIT, AT | {"n": n}),
            PublishedClaim(f"O24.pi_{n}", f"profit with {n} suppliers", profit,
                           partial(earned, n), PROFIT, AT | {"n": n}),
        ]  # fmt: skip
    claims += [
        PublishedClaim("O24.shapley_3", "Shapley values of the firm and each of three suppliers",
                       ("11.5", "5.166666667"), shapley, f"{DERIVED}; {SHAPLEY}", AT | {"n": 3}),
        PublishedClaim("O24.n_sz", "suppliers taken on", 7, taken_on, TOO_MANY, AT),
        PublishedClaim("O24.n_eff", "efficient number of suppliers", 5, efficient, TOO_MANY, AT),
        PublishedClaim("O24.n_sz_cont", "suppliers taken on out of a continuum", "44.44444444",
                       lambda: answer(played(bargaining())["n"], bargaining()), TOO_MANY,
                       CONTINUUM),
        PublishedClaim("O24.n_eff_cont", "efficient number out of a continuum", 25,
                       lambda: answer(played(planning())["n"], planning()), TOO_MANY, CONTINUUM),
        PublishedClaim("O24.w_cont", "what suppliers out of a continuum are paid then", 1,
                       paid_in_continuum, TOO_MANY, CONTINUUM),
    ]  # fmt: skip
    return Publication(
        "stole1996intrafirm",
        "A firm with n suppliers makes F(n); each has w_0 elsewhere; each pair can renegotiate at "
        "any time and shares the gain from staying together equally.",
        {"n": "suppliers", "F": "first_gain*suppliers - decline*suppliers**2", "w_0": "elsewhere"},
        claims,
    )


# -- suppliers one by one -------------------------------------------------------------------------


@cache
def rule() -> StoleZwiebel:
    """Return renegotiation in the model, at the parameters of its illustration."""
    at = {symbol(k): sp.Rational(v) for k, v in over_diversification().values().items()}
    model = renegotiation()
    return StoleZwiebel(model.output.xreplace(at), model.outside.xreplace(at), model.count)


def stable(n: int) -> Renegotiated:
    """Let n suppliers renegotiate one after the other."""
    return rule().outcome(n)


def paid(n: int) -> Computed:
    """Return what each of n suppliers is paid."""
    return answer(stable(n).payment, Grade.CERTIFIED, method="recursion over suppliers, exactly")


def earned(n: int) -> Computed:
    """Return what the firm earns with n suppliers."""
    return answer(stable(n).profit, Grade.CERTIFIED, method="recursion over suppliers, exactly")


def shapley() -> Computed:
    """Let the firm and three suppliers come in all orders; without the firm each has its own."""

    def makes(members: frozenset[str]) -> sp.Expr:
        others = len(members - {"firm"})
        return rule().made(others) if "firm" in members else others * rule().outside

    got = Shapley(CoalitionalGame.of(["firm", "a", "b", "c"], makes)).divide()
    return answer((got["firm"], got["a"]), Grade.CERTIFIED, method="Shapley value, exactly")


def taken_on() -> Computed:
    """Solve the model."""
    one = only(over_diversification())
    return answer(int(str(played(one)["suppliers"])), one)


def efficient() -> Computed:
    """Let a planner decide in the place of the lead firm."""
    model = over_diversification()
    planner = Game(
        "efficient number of suppliers",
        [Player("planner")],
        [replace(model.moves[0], player="planner")],
        {"planner": renegotiation().output - formula("suppliers*elsewhere")},
        parameters=model.parameters,
        source="@stole1996intrafirm",
    )
    one = only(planner)
    return answer(int(str(played(one)["suppliers"])), one)


# -- a continuum ----------------------------------------------------------------------------------


def many() -> StoleZwiebel:
    """Return renegotiation with a continuum of suppliers."""
    return StoleZwiebel("10*sqrt(n)", 1, continuous=True)


def number(name: str, payoff: sp.Expr) -> Game:
    """Let somebody decide on the number out of a continuum."""
    return Game(name, [Player("firm")], [Move("n", "firm", (1, 100))], {"firm": payoff},
                source="@stole1996intrafirm")  # fmt: skip


@cache
def bargaining() -> Equilibrium:
    """Return the decision of a firm that bargains."""
    return only(number("firm that bargains", many().profit("n")))


@cache
def planning() -> Equilibrium:
    """Return the decision of a planner."""
    surplus = many().made("n") - symbol("n") * many().outside
    return only(number("efficient number", surplus))


def paid_in_continuum() -> Computed:
    """Return the payment at the number that a firm that bargains takes on."""
    game = number("firm that bargains", many().profit("n"))
    return answer(worth(game, bargaining(), str(many().payment("n"))), bargaining())
