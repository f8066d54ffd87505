"""Ballard, Shoven and Whalley (1985): the marginal welfare cost of taxes in the United States.

**Set-up.** A computable general equilibrium model of the United States' tax system, in numbers.

**Claim.** A dollar more of revenue costs 17 to 56 cents of welfare besides, depending on the
elasticities that are assumed.

It is kept here as a miss: pigou holds no model of the United States' economy. What it computes of
the same kind is in `pigou.papers.browning1976`.

Sources
-------
@ballard1985general
"""

from __future__ import annotations

from pigou.errors import StructureError
from pigou.publication import Computed, Publication, PublishedClaim


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "ballard1985general",
        "A computable general equilibrium model of the tax system of the United States.",
        {"marginal excess burden": "a cost of public funds, less 1"},
        [
            PublishedClaim(
                "O43.bsw_range", "marginal excess burden in dollars per dollar of revenue: lowest "
                "and highest", ("0.17", "0.56"), nothing, "the results, over elasticities",
                tolerance=0,
                not_reproduced="it needs the authors' model and data of the United States",
            ),
        ],
    )  # fmt: skip


def nothing() -> Computed:
    """Say that there is nothing to compute."""
    raise StructureError("not computed: pigou has no such model")
