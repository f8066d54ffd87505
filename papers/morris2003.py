r"""Morris and Shin (2003): which equilibrium a little doubt selects where many have to move.

**Set-up.** n firms choose to invest, at cost c, or not. Whoever invests earns b if at least k do.
Where each sees a payoff with a little noise of its own, a firm at the switching point believes that
the number of others who invest is uniform on 0, ..., n - 1 (section 2.2 has it for a continuum of
firms). So all invest if and only if :math:`b (n - k + 1)/n > c`, although both "all" and "none" are
equilibria as soon as :math:`b > c`.

Sources
-------
@morris2003global, section 2.2; @carlsson1993global
"""

from __future__ import annotations

from functools import cache

from pigou.design_results import Design
from pigou.designing import design
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.reform import set_parameters
from pigou.replicating import answer, threshold
from pigou.solving import solve

WHERE = f"{DERIVED}; uniform beliefs as in section 2.2, with a critical mass"
AT = {"n": 10, "k": 7, "c": 1}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "morris2003global",
        "n firms choose to invest, at cost c, or not; whoever invests earns b if at least k do. "
        "In the limit of small noise a firm believes that the number of other investors is "
        "uniform on 0, ..., n - 1.",
        {"n": "firms", "k": "needed", "b": "b", "c": "c"},
        [
            PublishedClaim(
                "O05.b_crit", "benefit from which investment is selected", "2.5",
                critical_benefit, WHERE, AT,
            ),
            PublishedClaim(
                "O05.laplace_prob", "Laplacian probability of success: with b = 1, the largest "
                "cost at which investment is selected", "0.4", success, WHERE, AT | {"b": 1},
            ),
            PublishedClaim(
                "O05.subsidy", "subsidy for each investor that makes investment selected", "0.2",
                lambda: answer(threshold(restored()), restored().threshold.grade, method="design"),
                WHERE, AT | {"b": 2},
            ),
            PublishedClaim(
                "O05.total_subsidy_outlay", "its outlay if all invest", 2,
                lambda: answer(restored().outlay, restored().threshold.grade, method="design"),
                WHERE, AT | {"b": 2},
            ),
            PublishedClaim(
                "O05.mixed_q", "probability of investing in the symmetric mixed equilibrium",
                "0.6069151672", mixture, DERIVED, AT | {"b": 2},
            ),
        ],
    )  # fmt: skip


def critical_mass(players: int = 10, needed: int = 7) -> Game:
    """Whoever invests pays `c`, and earns `b` if at least `needed` invest."""
    return Game(
        "critical mass",
        [Player("firm", size=players)],
        [Move("invest", "firm", {"wait": 0, "invest": 1})],
        {"firm": f"invest*(if(sum(invest) >= {needed}, b, 0) - c)"},
        parameters=[Parameter("b", 2), Parameter("c", 1)],
        source="@morris2003global, section 2.2",
    )


def critical_benefit() -> Computed:
    """Raise the benefit above 2 until investment is selected."""
    found = more(b="b + more", at={"b": 2})
    return answer(Enclosure.point(2) + threshold(found), found.threshold.grade, method="design")


def success() -> Computed:
    """Lower the cost below the benefit of 1 until investment is selected."""
    found = more(c="c - more", at={"b": 1, "c": 1})
    return answer(Enclosure.point(1) - threshold(found), found.threshold.grade, method="design")


def more(at: dict[str, int], **changed: str) -> Design:
    """Return by how much a parameter has to change for investment to be selected."""
    change = set_parameters(changed, parameters=[Parameter("more", 0, "more >= 0")])
    return design(
        critical_mass(), "selected", "", at=at, reforms=[change], target="invest=invest",
        select="laplacian", most=1, formulas=False,
    )  # fmt: skip


@cache
def restored() -> Design:
    """Return the least subsidy for whoever invests under which investment is selected."""
    return design(critical_mass(), "selected", "uniform", select="laplacian", formulas=False)


def mixture() -> Computed:
    """Return the probability of investing in the mixed equilibrium."""
    found = solve(critical_mass())
    mixed = [one for one in found if one.kind == "mixed"]
    if len(mixed) != 1:
        raise StructureError(f"critical mass: {len(mixed)} mixed equilibria where there is one")
    return answer(mixed[0].strategies[0].probabilities["invest"], found)
