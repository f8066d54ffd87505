r"""Browning (1976): what a unit of public money costs those who pay it.

**Set-up.** A worker supplies hours :math:`h = (w (1 - t))^\eta` at the wage w and a tax t, without
an income effect.

**Claims.** One more unit of revenue costs the worker :math:`1/(1 - \eta t/(1 - t))` units, and
revenue is largest at :math:`t = 1/(1 + \eta)`. Computed, the former is the cost of public funds at
which a small rise of the tax breaks even.

Sources
-------
@browning1976marginal
"""

from __future__ import annotations

from fractions import Fraction

from pigou.comparison import compare
from pigou.equilibrium import Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import GOVERNMENT, Game, Move, Parameter, Player, Transfer
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.reform import set_parameters
from pigou.replicating import crossing
from pigou.verdict import Verdict

FORM = f"{DERIVED}; the iso-elastic form of textbooks"


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "browning1976marginal",
        "A worker supplies h = (w*(1 - t))**eta hours at the wage w and a tax t.",
        {"h": "hours", "w": "wage", "t": "rate", "eta": "elasticity"},
        [
            PublishedClaim(
                "O43.mcpf", "marginal cost of public funds", "1.206896552",
                lambda: marginal_cost("3/10"), FORM, {"t": "0.3", "eta": "0.4", "w": 1},
            ),
            PublishedClaim(
                "O43.mcpf_t5", "marginal cost of public funds", "1.666666667",
                lambda: marginal_cost("1/2"), FORM, {"t": "0.5", "eta": "0.4", "w": 1},
            ),
            PublishedClaim(
                "O43.laffer", "tax at which revenue is largest", "0.7142857143", laffer, FORM,
                {"eta": "0.4", "w": 1},
            ),
        ],
    )  # fmt: skip


def labour_tax() -> Game:
    """Let a worker choose hours and pay a tax on what they earn."""
    work = "wage*hours**(1 + 1/elasticity)/(1 + 1/elasticity)"
    return Game(
        "labour tax",
        [Player("worker")],
        [Move("hours", "worker", ("1/100", 2))],
        {"worker": f"wage*hours - {work}"},
        transfers=[Transfer("worker", GOVERNMENT, "rate*wage*hours", "labour tax")],
        parameters=[
            Parameter("rate", "3/10", "0 <= rate < 1"),
            Parameter("elasticity", "2/5", "elasticity > 0"),
            Parameter("wage", 1, "wage > 0"),
        ],
        source="@browning1976marginal; own iso-elastic form",
    )


def raised(rate: Fraction, step: Fraction) -> tuple[Verdict, Grade]:
    """Compare a tax a little below a rate with one a little above it."""
    rise = set_parameters({"rate": f"rate + {2 * step}"})
    found = compare(labour_tax(), [rise], {"rate": rate - step})
    sets = (found.baseline.found, found.reforms[0].found)
    sure = all(s.complete and s.equilibria[0].evidence.grade == Grade.CERTIFIED for s in sets)
    (verdict, *_) = found.verdicts(found.reforms[0].name)
    return verdict, Grade.CERTIFIED if sure else Grade.NUMERICAL


def marginal_cost(rate: str) -> Computed:
    """Return the cost of funds at which a small rise breaks even: a central difference."""
    verdict, _ = raised(Fraction(rate), Fraction(1, 10**4))
    if verdict.break_even is None:
        raise StructureError("the rise does not break even at any cost of public funds")
    return Computed(verdict.break_even, Grade.NUMERICAL, "break-even of a rise by 1/5000")


def laffer() -> Computed:
    """Return the rate at which a small rise stops to bring in more."""

    def brings(rate: Fraction) -> tuple[Enclosure, Grade]:
        verdict, grade = raised(rate, Fraction(1, 10**6))
        return verdict.public, grade

    found = crossing(brings, "3/5", "4/5")
    return Computed(found.value, Grade.NUMERICAL, "sign of the revenue of a rise by 1/500000")
