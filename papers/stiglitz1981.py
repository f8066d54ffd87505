r"""Stiglitz and Weiss (1981): a bank that does not lend at any rate, with two types of borrowers.

**Set-up.** A bank has a unit to lend, at the cost 1.1, and asks for the repayment D. A share m of
borrowers has safe projects, which succeed with probability :math:`p_s` and then yield :math:`R_s`;
the others are risky, with :math:`p_r < p_s` and :math:`R_r > R_s`. Nobody has collateral, and the
bank cannot tell one from the other. A borrower applies if the yield is at least the repayment; the
loan goes to an applicant at random.

**Claims.** Safe borrowers leave first. So the bank's return falls where the repayment rises above
:math:`R_s`, and it may not lend at all, though projects are worth their cost. A guarantee of a part
g of the repayment brings lending back.

**In our games** the repayment is a choice among ninths, and one slightly above :math:`R_s`. Who is
indifferent takes part: each who does has a smallest unit of money, 1e-9.

Sources
-------
@stiglitz1981credit; the case of two types is not in the paper
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from pigou.comparison import compare
from pigou.equilibrium import Equilibrium, Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player, Transfer
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.reform import Reform, mandate, pay, remove_choice
from pigou.replicating import answer, crossing, only, played
from pigou.verdict import Verdict

WHERE = f"{DERIVED}; two types of borrowers"
AT = {"m": "0.6", "p_s": "0.9", "p_r": "0.5", "R_s": "13/9", "R_r": 2, "cost": "1.1"}
FUNDS = Fraction(13, 10)
ABOVE = Fraction(1, 10**6)


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "stiglitz1981credit",
        "A bank with funds at the cost 1.1 asks for the repayment D; a share m of borrowers is "
        "safe (p_s, R_s), the others risky (p_r, R_r); each applies if its yield is at least D.",
        {"D": "repayment", "m": "safe_share", "p_s": "p_safe", "R_s": "yield_safe",
         "p_r": "p_risky", "R_r": "yield_risky", "g": "guaranteed"},
        [
            PublishedClaim("O41.D_star", "the bank's best repayment", "1.4444444444",
                           best_repayment, WHERE, AT),
            PublishedClaim("O41.rho_star", "its gross return", "1.0688888889",
                           lambda: gross(remove_choice("repayment", "none")), WHERE, AT),
            PublishedClaim("O41.rho_after", "its gross return slightly above R_s", "0.7222222222",
                           lambda: gross(mandate("repayment", "above")), WHERE, AT),
            PublishedClaim("O41.g", "guarantee that brings lending back", "0.08284023669",
                           least_guarantee, WHERE, AT),
            PublishedClaim("O41.fiscal", "its expected cost per loan", "0.03111111111",
                           lambda: answer(-verdict().public, only(credit()), method="compared"),
                           WHERE, AT),
            PublishedClaim("O41.surplus", "surplus per loan, at a cost of public funds of 1",
                           "0.08", lambda: net(Fraction(1)), WHERE, AT),
            PublishedClaim("O41.net_mcpf", "net gain, at a cost of public funds of 1.3",
                           "0.07066666667", lambda: net(FUNDS), WHERE, AT | {"mcpf": "1.3"}),
            PublishedClaim("O41.mcpf_breakeven", "cost of public funds at which the guarantee "
                           "stops paying", "3.571428571", break_even, WHERE, AT),
        ],
    )  # fmt: skip


# -- the game and the reform ----------------------------------------------------------------------


def repayments() -> dict[str, Fraction]:
    """Return what the bank may ask for: nothing, as it does not lend, or from 1 to 2."""
    ninths = {str(Fraction(k, 9)): Fraction(k, 9) for k in range(9, 19)}
    return {"none": Fraction(0), **ninths, "above": Fraction(13, 9) + ABOVE}


def chance(borrower: str, share: str) -> str:
    """Return the probability that the loan goes to a type of borrower."""
    weights = "safe_share*safe + (1 - safe_share)*risky"
    return f"if(safe + risky >= 1, {share}*{borrower}/({weights}), 0)"


SAFE, RISKY = chance("safe", "safe_share"), chance("risky", "(1 - safe_share)")


def credit() -> Game:
    """Let the bank ask for a repayment; both types of borrowers see it, and apply or not."""
    lent = "if(safe + risky >= 1, 1, 0)"
    apply = {"no": 0, "apply": 1}
    return Game(
        "credit",
        [Player("bank"), Player("safe_borrower"), Player("risky_borrower")],
        [
            Move("repayment", "bank", repayments()),
            Move("safe", "safe_borrower", apply, 2, when="repayment != none"),
            Move("risky", "risky_borrower", apply, 2, when="repayment != none"),
        ],
        {
            "bank": f"{lent}*(unit - cost)",
            "safe_borrower": f"{SAFE}*p_safe*yield_safe + unit*safe",
            "risky_borrower": f"{RISKY}*p_risky*yield_risky + unit*risky",
        },
        transfers=[
            Transfer("safe_borrower", "bank", f"{SAFE}*p_safe*repayment", "repayment"),
            Transfer("risky_borrower", "bank", f"{RISKY}*p_risky*repayment", "repayment"),
        ],
        parameters=[
            Parameter("safe_share", "3/5", "0 < safe_share < 1"),
            Parameter("p_safe", "9/10", "0 < p_safe <= 1"),
            Parameter("p_risky", "1/2", "0 < p_risky < 1"),
            Parameter("yield_safe", "13/9", "yield_safe > 0"),
            Parameter("yield_risky", 2, "yield_risky > 0"),
            Parameter("cost", "11/10", "cost > 0"),
            Parameter("unit", Fraction(1, 10**9), "unit > 0"),
        ],
        source="@stiglitz1981credit; two types",
    )  # fmt: skip


def guarantee(share: Fraction) -> Reform:
    """Pay the bank a part of what is not repaid."""
    lost = f"({SAFE}*(1 - p_safe) + {RISKY}*(1 - p_risky))*repayment"
    return pay(
        "government", "bank", f"guaranteed*{lost}", "guarantee", purpose="guarantee",
        parameters=[Parameter("guaranteed", share, "0 <= guaranteed <= 1")],
    )  # fmt: skip


# -- what is claimed ------------------------------------------------------------------------------


@cache
def lending(reform: Reform) -> Equilibrium:
    """Return the equilibrium after a reform under which the bank lends."""
    return only(reform(credit()))


def best_repayment() -> Computed:
    """Return the repayment for which a bank asks that has to lend."""
    one = lending(remove_choice("repayment", "none"))
    return answer(Fraction(str(played(one)["repayment"])), one)


def gross(reform: Reform) -> Computed:
    """Return the bank's return before its cost of funds."""
    one = lending(reform)
    return answer(one.payoffs["bank"] + Enclosure.point(credit().values()["cost"]), one)


def earned(share: Fraction) -> tuple[Enclosure, Grade]:
    """Return what a bank earns that has to lend, with a guarantee."""
    one = lending(remove_choice("repayment", "none") + guarantee(share))
    return one.payoffs["bank"], weakest([one])


@cache
def least_guarantee() -> Computed:
    """Return the guarantee at which a bank that has to lend breaks even."""
    return crossing(earned, 0, 1)


@cache
def verdict() -> Verdict:
    """Compare lending with the least guarantee, as a simple fraction, to none.

    Raises
    ------
    StructureError
        If the bank lends without it, or does not lend with it.
    """
    share = Fraction(float(least_guarantee().value.value)).limit_denominator(1000)
    found = compare(credit(), [guarantee(share)], costs_of_funds=(1, FUNDS))
    before, after = found.baseline.found, found.reforms[0].found
    asked = [played(one)["repayment"] for one in (*before, *after)]
    if not (before.complete and after.complete) or asked != ["none", "13/9"]:
        raise StructureError(f"the bank asks for {asked[0]} without, {asked[1]} with a guarantee")
    (one, *_) = found.verdicts("guarantee")
    return one


def net(funds: Fraction) -> Computed:
    """Return what the guarantee is worth at a cost of public funds."""
    return answer(verdict().net[str(funds)], only(credit()), method="compared")


def break_even() -> Computed:
    """Return the cost of public funds at which the guarantee is worth nothing.

    Raises
    ------
    StructureError
        If there is none.
    """
    limit = verdict().break_even
    if limit is None:
        raise StructureError("the guarantee does not break even at any cost of public funds")
    return answer(limit, only(credit()), method="compared")
