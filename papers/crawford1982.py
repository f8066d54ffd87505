r"""Crawford and Sobel (1982): how much someone with other interests can credibly tell.

**Set-up.** The state t is uniform on [0, 1]. The sender sees it and talks; the receiver decides on
y, and has :math:`-(y - t)^2`; the sender has :math:`-(y - t - b)^2`.

**Claims.** The sender tells in which of finitely many intervals the state is; the less interests
agree, the fewer there can be: N are possible as long as :math:`2 N (N - 1) b < 1`. Intervals grow
by 4b each. The receiver's expected utility is :math:`-1/(12 N^2) - b^2 (N^2 - 1)/3`. If the
receiver lets the sender decide, it has :math:`-b^2`: more than it gets by talk wherever anything
can be told (Dessein 2002).

Sources
-------
@crawford1982strategic, section 4; @dessein2002authority
"""

from __future__ import annotations

from functools import partial

from pigou.cheap_talk import CheapTalk
from pigou.game import Parameter
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.solvers.cheap_talk import PartitionEquilibria, delegation, partition_equilibria

PRINTED = "section 4, the example b = 1/20"
FORM = f"{DERIVED}; closed form of section 4 at this bias"
DELEGATION = f"{DERIVED}; @dessein2002authority for the uniform case"
METHOD = "all equilibria by induction over cells, exact"
SENT = {
    "0.05": (3, (0, "2/15", "7/15", 1), "-0.01592592593"),
    "0.01": (
        7,
        (0, "0.02285714286", "0.08571428571", "0.1885714286", "0.3314285714", "0.5142857143",
         "0.7371428571", 1),
        "-0.003300680272",
    ),
    "0.2": (2, (0, "0.1", 1), "-0.06083333333"),
}  # fmt: skip
"""Bias -> cells, cut points and the receiver's utility in the most informative equilibrium."""


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = []
    for bias, (cells, cuts, utility) in SENT.items():
        at = {"b": bias}
        where = PRINTED if bias == "0.05" else FORM
        claims += [
            PublishedClaim(f"O16.N_b{bias}", "most cells in an equilibrium", cells,
                           partial(most, bias), where, at),
            PublishedClaim(f"O16.part_b{bias}", "ends of the cells, with most of them", cuts,
                           partial(ends, bias), where, at),
            PublishedClaim(f"O16.EU_b{bias}", "expected utility of the receiver, with most cells",
                           utility, partial(expected, bias), FORM, at),
        ]  # fmt: skip
    at = {"b": "0.05"}
    claims += [
        PublishedClaim("O16.delegation", "expected utility of the receiver if the sender decides",
                       "-0.0025", partial(delegated, "0.05"), DELEGATION, at),
        PublishedClaim("O16.delegation_better", "whether that is better for the receiver than talk "
                       "at b = 0.05, 0.2, and at b = 0.3, where nothing can be told",
                       (True, True, False), better, DELEGATION, {"b": "0.05, 0.2, 0.3"}),
    ]  # fmt: skip
    return Publication(
        "crawford1982strategic",
        "The state t is uniform on [0, 1]; the sender sees it and has -(y - t - b)**2; the "
        "receiver hears the sender, chooses y and has -(y - t)**2.",
        {"t": "the state", "b": "b", "y": "the action of a cell"},
        claims,
    )


def dialogue() -> CheapTalk:
    """Return the game."""
    return CheapTalk(
        "dialogue",
        "b",
        parameters=[Parameter("b", "1/20", "b > 0")],
        source="@crawford1982strategic, section 4",
    )


def solved(bias: str) -> PartitionEquilibria:
    """Return all equilibria at a bias."""
    return partition_equilibria(dialogue(), {"b": bias})


def most(bias: str) -> Computed:
    """Return the number of cells in the most informative equilibrium."""
    found = solved(bias)
    return Computed(found.most_informative.cells, found.grade, METHOD)


def ends(bias: str) -> Computed:
    """Return the ends of its cells."""
    found = solved(bias)
    return Computed(found.most_informative.cuts, found.grade, METHOD)


def expected(bias: str) -> Computed:
    """Return what the receiver has from it."""
    found = solved(bias)
    return Computed(found.most_informative.receiver, found.grade, METHOD)


def delegated(bias: str) -> Computed:
    """Return what the receiver has if the sender decides."""
    return Computed(delegation(dialogue(), {"b": bias})[0], solved(bias).grade, "exact")


def better() -> Computed:
    """Tell where the receiver rather lets the sender decide than listen to it."""
    found = {bias: solved(bias) for bias in ("0.05", "0.2", "0.3")}
    told = tuple(
        delegation(dialogue(), {"b": bias})[0] > one.most_informative.receiver
        for bias, one in found.items()
    )
    return Computed(told, found["0.05"].grade, METHOD)
