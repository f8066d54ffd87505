r"""Bagnoli and Lipman (1989): contributions that are refunded if the facility is not built.

**Set-up.** Three firms value a facility at v = (5, 4, 3); it costs C = 6. Each contributes 0 to 6,
and the facility is built if the contributions cover its cost. If not, they are refunded, or, for
comparison, lost.

**Claims.** With refunds whatever builds the facility is an equilibrium if and only if it covers the
cost exactly and asks nobody for more than the facility is worth to it: the core. There are
equilibria in which nothing is built as well; the paper's refinement (undominated perfect
equilibrium) removes them.

Sources
-------
@bagnoli1989provision
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from pigou.equilibrium import EquilibriumSet
from pigou.game import Bystander, Game, Move, Parameter, Player, Transfer
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.reform import Reform, pay
from pigou.replicating import answer, joined
from pigou.solving import solve

VALUES = {"large": 5, "middle": 4, "small": 3}
COST = 6
AT = {"v": "(5, 4, 3)", "C": 6, "contributions": "0, 1, ..., 6"}
COUNTED = f"{DERIVED}; the equilibria of the paper counted in whole numbers"
Profile = tuple[int, ...]


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "bagnoli1989provision",
        "Three firms value a facility at v = (5, 4, 3); it costs C = 6. It is built if the "
        "contributions cover the cost; if not, they are refunded, or lost.",
        {"v": "the factors of built", "C": "cost", "contributions": "gift_large ..."},
        [
            PublishedClaim(
                "O40.n_core", "equilibria that build, with refunds: the core", 18,
                lambda: count(True, lambda p: builds(p) and is_core(p)), COUNTED, AT,
            ),
            PublishedClaim(
                "O40.n_built", "equilibria that build, with refunds, in the core or not", 18,
                lambda: count(True, builds), COUNTED, AT,
            ),
            PublishedClaim(
                "O40.n_bad_refund", "equilibria that do not build, with refunds", 8,
                lambda: count(True, lambda p: not builds(p)), COUNTED, AT,
            ),
            PublishedClaim(
                "O40.n_good_norefund", "equilibria that build, without refunds", 18,
                lambda: count(False, builds), COUNTED, AT,
            ),
            PublishedClaim(
                "O40.n_bad_norefund", "equilibria that do not build, without refunds", 1,
                lambda: count(False, lambda p: not builds(p)), COUNTED, AT,
            ),
            PublishedClaim(
                "O40.undominated_bad", "equilibria that do not build, with refunds, in which "
                "nobody gives more than the facility is worth to it", 8,
                lambda: count(True, lambda p: not builds(p) and is_modest(p)), COUNTED, AT,
            ),
        ],
    )  # fmt: skip


def provision_point() -> Game:
    """Three firms contribute to a fund, which builds if it can and keeps what is left over."""
    gifts = " + ".join(f"gift_{name}" for name in VALUES)
    built = f"if({gifts} >= cost, 1, 0)"
    return Game(
        "provision point",
        [Player(name) for name in VALUES],
        [Move(f"gift_{n}", n, {str(g): g for g in range(COST + 1)}) for n in VALUES],
        {name: f"{value}*{built}" for name, value in VALUES.items()},
        [Bystander("fund", f"-cost*{built}", "Fund")],
        transfers=[Transfer(name, "fund", f"gift_{name}", "contribution") for name in VALUES],
        parameters=[Parameter("cost", COST, "cost > 0")],
        source="@bagnoli1989provision",
    )


def refund() -> Reform:
    """Return contributions where nothing is built."""
    gifts = " + ".join(f"gift_{name}" for name in VALUES)
    missed = f"if({gifts} >= cost, 0, 1)"
    return joined(
        pay("fund", name, f"gift_{name}*{missed}", f"refund_{name}", purpose="refund")
        for name in VALUES
    )


@cache
def contributions(refunded: bool) -> EquilibriumSet:
    """Return the pure equilibria, with refunds or without."""
    game = refund()(provision_point()) if refunded else provision_point()
    return solve(game, pure=True)


def profiles(found: EquilibriumSet) -> list[Profile]:
    """Return what each contributes, in every equilibrium."""
    return [
        tuple(int(label) for s in one.strategies for label, p in s.probabilities.items()
              if p.lower == 1)
        for one in found
    ]  # fmt: skip


def builds(profile: Profile) -> bool:
    """Whether contributions cover the cost."""
    return sum(profile) >= COST


def is_modest(profile: Profile) -> bool:
    """Whether nobody gives more than the facility is worth to it."""
    return all(gift <= value for gift, value in zip(profile, VALUES.values(), strict=True))


def is_core(profile: Profile) -> bool:
    """Whether contributions cover the cost exactly and nobody gives too much."""
    return sum(profile) == COST and is_modest(profile)


def count(refunded: bool, test: Callable[[Profile], bool]) -> Computed:
    """Count the equilibria that pass a test."""
    found = contributions(refunded)
    return answer(sum(map(test, profiles(found))), found)
