"""Segal (2003): divide and conquer, the least budget that leaves one equilibrium only.

**Set-up.** n firms choose to invest, at cost c, or not. Whoever invests earns b > c if at least k
do. A planner offers bilateral subsidies, so much to this firm and so much to that one. The first
k - 1 firms in some order have to be paid their whole cost, since each of them may fear that nobody
after it invests; the rest then follow for nothing.

Sources
-------
@segal2003coordination
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from pigou.design_results import Design
from pigou.designing import design
from pigou.papers.morris2003 import critical_mass
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.reform import subsidy
from pigou.replicating import answer, threshold
from pigou.solving import solve

WHERE = f"{DERIVED}; divide and conquer, with a critical mass"
AT = {"n": 10, "k": 7, "b": 2, "c": 1}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "segal2003coordination",
        "n firms choose to invest, at cost c, or not; whoever invests earns b > c if at least k "
        "do; a planner offers bilateral subsidies.",
        {"n": "firms", "k": "needed", "b": "b", "c": "c"},
        [
            PublishedClaim(
                "O10.S_cost", "least budget for all investing to be the only equilibrium", 6,
                divided, WHERE, AT,
            ),
            PublishedClaim(
                "O05.dc_outlay", "outlay of divide and conquer if all invest", 6,
                lambda: answer(orders().outlay, orders().threshold.grade, method="design"),
                WHERE, AT,
            ),
            PublishedClaim(
                "O10.S_bad_ne", "investors in the pure equilibria if only k - 2 firms are paid",
                (5, 10), one_too_few, WHERE, AT,
            ),
            PublishedClaim(
                "O10.S_uniform", "budget with equal subsidies for all", 10, alike, WHERE, AT,
            ),
        ],
    )  # fmt: skip


@cache
def orders() -> Design:
    """Return the least subsidies, one for each firm, that leave one equilibrium."""
    return design(critical_mass(), "unique", "divide-and-conquer", formulas=False)


def divided() -> Computed:
    """Return their total."""
    return answer(threshold(orders()), orders().threshold.grade, method="design")


def alike() -> Computed:
    """Return the outlay of the least equal subsidy that leaves one equilibrium."""
    found = design(critical_mass(), "unique", "uniform", formulas=False)
    return answer(found.outlay, found.threshold.grade, method="design")


def one_too_few() -> Computed:
    """Pay five firms a little more than their cost: count investors in pure equilibria."""
    paid = subsidy("invest", 1 + Fraction(1, 10**9), members=5)
    found = solve(paid(critical_mass()), pure=True)
    counts = [sum(s.counts["invest"] for s in one.strategies if s.counts) for one in found]
    return answer(sorted(counts), found)
