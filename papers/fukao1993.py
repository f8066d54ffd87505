r"""Fukao and Benabou (1993), on Krugman (1991): when expectations can undo history.

**Set-up.** The share X of resources is in the modern sector, which returns more by
:math:`\beta X - \alpha`; moving costs :math:`\dot X^2/(2 \gamma)`, the discount rate is r. The
value q of being there follows :math:`\dot q = r q - (\beta X - \alpha)`, and
:math:`\dot X = \gamma q`. On arrival at X = 0 or 1 nobody moves any more, so that q = 0: this is
what the comment corrects.

**Claims.** With :math:`r^2 < 4 \beta \gamma` paths turn around the interior steady state, and from
the shares of an interval around it, the *overlap*, both ends can be reached: expectations decide.
Otherwise history does.

Sources
-------
@fukao1993history; @krugman1991history; @matsuyama1991increasing; the numbers are not in the papers.
The values are withheld from the table of oracles behind these claims: a second route is in the
tests.
"""

from __future__ import annotations

from collections.abc import Mapping

from pigou.foresight import Migration
from pigou.game import Parameter
from pigou.publication import WITHHELD, Computed, Publication, PublishedClaim
from pigou.solvers.foresight import ForesightPaths, perfect_foresight

MAIN = {"r": "0.3", "beta": 1, "alpha": "0.5", "gamma": "0.1"}
SECOND = {"r": "0.2", "beta": 1, "alpha": "0.6", "gamma": "0.15"}


def publication() -> Publication:
    """Return the publication with its claims."""
    rate = {"beta": 1, "gamma": "0.1"}
    return Publication(
        "fukao1993history",
        "The modern sector returns more by beta*X - alpha; moving costs Xdot**2/(2*gamma); q = 0 "
        "on arrival at X = 0 or 1.",
        {"r": "discount", "beta": "spillover", "alpha": "lag", "gamma": "speed"},
        [
            PublishedClaim("O11.low", "lower end of the overlap", None, lambda: edge(MAIN, 0),
                           WITHHELD, MAIN),
            PublishedClaim("O11.high", "upper end of the overlap", None, lambda: edge(MAIN, 1),
                           WITHHELD, MAIN),
            PublishedClaim("O11.low_asym", "lower end of the overlap, second set", None,
                           lambda: edge(SECOND, 0), WITHHELD, SECOND),
            PublishedClaim("O11.high_asym", "upper end of the overlap, second set", None,
                           lambda: edge(SECOND, 1), WITHHELD, SECOND),
            PublishedClaim("O11.r_max", "discount rate below which there is an overlap", None,
                           largest_rate, WITHHELD, rate),
            PublishedClaim("O11.width", "width of the overlap", None, width, WITHHELD, MAIN),
        ],
    )  # fmt: skip


def cluster() -> Migration:
    """Return the migration of the paper."""
    return Migration(
        "cluster",
        discount="r",
        spillover="beta",
        lag="alpha",
        speed="gamma",
        parameters=[
            Parameter("r", "3/10", "r >= 0"),
            Parameter("beta", 1),
            Parameter("alpha", "1/2"),
            Parameter("gamma", "1/10", "gamma > 0"),
        ],
        source="@fukao1993history",
    )


def solved(at: Mapping[str, object]) -> ForesightPaths:
    """Return which ends can be reached from where."""
    return perfect_foresight(cluster(), at)


def edge(at: Mapping[str, object], which: int) -> Computed:
    """Return an end of the overlap."""
    found = solved(at)
    return Computed(None if found.overlap is None else found.overlap[which], found.grade, METHOD)


def largest_rate() -> Computed:
    """Return the discount rate below which there is an overlap."""
    found = solved(MAIN)
    return Computed(found.largest_discount, found.grade, "characteristic roots")


def width() -> Computed:
    """Return the width of the overlap."""
    found = solved(MAIN)
    return Computed(found.width, found.grade, METHOD)


METHOD = "boundary paths followed backwards"
