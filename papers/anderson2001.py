r"""Anderson, Goeree and Holt (2001): minimum-effort games with errors.

**Set-up.** n players choose an effort in :math:`[110, 170]` and earn
:math:`\min_j x_j - c \, x_i`. Every common effort is a Nash equilibrium, whatever c and n are. In
the logit equilibrium with error parameter :math:`\mu` efforts have a density with
:math:`\mu f' = f ((1 - F)^{n-1} - c)`: they fall in the cost and in the number of players, and as
:math:`\mu \to 0` they go to 170 if n c < 1 and to 110 if n c > 1, as the potential has it.

The calibration :math:`\mu = 7.4`, with c = 0.25 and 0.75 and efforts from 110 to 170, is that of
the experiment in @goeree2005experimental.

Sources
-------
@anderson2001minimumeffort; @goeree2005experimental
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.minimum_effort import MinimumEffort
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer
from pigou.solvers.logit_efforts import LogitEfforts, logit_efforts

MU = "7.4"
WHERE = f"{DERIVED}; in the calibration of the experiment, where rounded means are printed"
OBSERVED = (
    "an observation in the laboratory, which no solver of equilibria computes; the figures were "
    "not confirmed in a copy of the paper"
)


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "anderson2001minimumeffort",
        "n players choose an effort from 110 to 170 and earn min x_j - c x_i; in the logit "
        "equilibrium mu f' = f ((1 - F)^(n-1) - c).",
        {"x_i": "the effort", "c": "cost", "mu": "one over the precision"},
        [
            moment("O07.mean_lowcost", "mean effort", 2, "0.25", "154.257052", mean),
            moment("O07.sd_lowcost", "standard deviation", 2, "0.25", "11.57024649", deviation),
            moment("O07.mean_highcost", "mean effort", 2, "0.75", "125.7429477", mean),
            moment("O07.sd_highcost", "standard deviation", 2, "0.75", "11.57024649", deviation),
            moment("O07.mean_n3_c10", "mean effort", 3, "0.1", "153.4953954", mean),
            moment("O07.mean_n3_c50", "mean effort", 3, "0.5", "128.6310648", mean),
            PublishedClaim(
                "O07.data_lastperiods", "observed mean effort of the last three periods, at "
                "c = 0.25 and 0.75", (159, 126), nothing, "the experiment", {"n": 2}, 0, OBSERVED,
            ),
        ],
    )  # fmt: skip


def moment(
    id: str, what: str, players: int, cost: str, expected: str,
    read: Callable[[LogitEfforts], Enclosure],
) -> PublishedClaim:  # fmt: skip
    """Return a claim on the distribution of efforts."""

    def compute() -> Computed:
        found = efforts(players, cost)
        return answer(read(found), found.grade, method="quadrature in ball arithmetic")

    at: dict[str, Any] = {"n": players, "c": cost, "mu": MU}
    return PublishedClaim(id, what, expected, compute, WHERE, at, "0.0001")


@cache
def efforts(players: int, cost: str) -> LogitEfforts:
    """Return the logit equilibrium."""
    return logit_efforts(MinimumEffort(players, cost, 110, 170), 1 / Fraction(MU))


def mean(found: LogitEfforts) -> Enclosure:
    """Return the mean effort."""
    return found.mean


def deviation(found: LogitEfforts) -> Enclosure:
    """Return the standard deviation of efforts."""
    return found.deviation


def nothing() -> Computed:
    """Say that there is nothing to compute."""
    raise StructureError("not computed: an observation, not a property of the game")
