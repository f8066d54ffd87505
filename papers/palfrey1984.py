r"""Palfrey and Rosenthal (1984): who pays for a facility that needs enough contributors.

**Set-up.** Each of n firms may contribute a fixed cost c. A facility worth 1 to each is provided if
at least w contribute. Contributions are lost if it is not (*no refund*), or returned (*refund*).
With w = 1 this is the volunteer's dilemma (Diekmann 1985).

**Claims.** The values for n = 5, w = 3, c = 1/5 are withheld; they are computed here, and how each
was checked is said. Without a refund there are two symmetric equilibria in mixed strategies, or
none, in which :math:`\binom{n-1}{w-1} p^{w-1} (1-p)^{n-w} = c`; with a refund there is one. In
pure strategies exactly w contribute; or too few, and nobody alone can change that.

Sources
-------
@palfrey1984participation; @diekmann1985volunteers
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from pigou.equilibrium import Equilibrium, EquilibriumSet
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import WITHHELD, Computed, Publication, PublishedClaim
from pigou.reform import Reform, pay
from pigou.replicating import answer, joined, worth
from pigou.solving import solve

FIRMS = 5
AT = {"n": FIRMS, "w": 3, "c": "0.2"}
ALONE = {"n": FIRMS, "w": 1, "c": "0.2"}
MIXED = f"{WITHHELD}; checked against roots of the binomial condition of indifference"
CHANCE = f"{WITHHELD}; checked against sums over all profiles"
PURE = f"{WITHHELD}; checked by going through all 32 profiles"


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "palfrey1984participation",
        "Each of n firms may contribute c; a facility worth 1 to each is provided if at least w "
        "do. If not, contributions are lost, or refunded.",
        {"n": "members of the population firm", "w": "needed", "c": "cost", "p": "contribute"},
        [
            PublishedClaim("O39.p_norefund", "probabilities of contributing, no refund", None,
                           lambda: probabilities(3, False), MIXED, AT),
            PublishedClaim("O39.p_refund", "probability of contributing, refund", None,
                           lambda: probabilities(3, True), MIXED, AT),
            PublishedClaim("O39.provision", "probability of provision: no refund, lower and higher "
                           "p; refund", None, provisions, CHANCE, AT),
            PublishedClaim("O39.pure_norefund", "equilibria in pure strategies, no refund: "
                           "contributors, and how many equilibria; twice", None,
                           lambda: pure(False), PURE, AT),
            PublishedClaim("O39.pure_refund", "equilibria in pure strategies, refund: contributors,"
                           " and how many equilibria; three times", None,
                           lambda: pure(True), PURE, AT),
            PublishedClaim("O39.volunteer", "volunteer's dilemma: probabilities of contributing "
                           "and of provision", None, volunteer, MIXED, ALONE),
        ],
    )  # fmt: skip


# -- the games ------------------------------------------------------------------------------------


def participation(needed: int) -> Game:
    """Let the members of a population contribute; what they pay is lost."""
    return Game(
        "participation",
        [Player("firm", size=FIRMS)],
        [Move("contribute", "firm", {"no": 0, "yes": 1})],
        {"firm": "if(sum(contribute) >= needed, 1, 0) - cost*contribute"},
        parameters=[
            Parameter("needed", needed, "needed >= 1", integer=True),
            Parameter("cost", "1/5", "0 < cost < 1"),
        ],
        source="@palfrey1984participation",
    )


def one_by_one(needed: int) -> Game:
    """Let the same firms play as single players, so that profiles can be counted."""
    numbers = range(1, FIRMS + 1)
    total = " + ".join(f"contribute{i}" for i in numbers)
    return Game(
        "participation, one by one",
        [Player(f"firm{i}") for i in numbers],
        [Move(f"contribute{i}", f"firm{i}", {"no": 0, "yes": 1}) for i in numbers],
        {f"firm{i}": f"if({total} >= needed, 1, 0) - cost*contribute{i}" for i in numbers},
        parameters=[
            Parameter("needed", needed, "needed >= 1", integer=True),
            Parameter("cost", "1/5", "0 < cost < 1"),
        ],
        source="@palfrey1984participation",
    )


def refund() -> Reform:
    """Return contributions where the facility is not provided."""
    missed = "if(sum(contribute) >= needed, 0, 1)"
    return pay("government", "firm", f"cost*contribute*{missed}", "refund")


def refund_one_by_one() -> Reform:
    """Return contributions to single players."""
    total = " + ".join(f"contribute{i}" for i in range(1, FIRMS + 1))
    missed = f"if({total} >= needed, 0, 1)"
    parts = [
        pay("government", f"firm{i}", f"cost*contribute{i}*{missed}", f"refund{i}")
        for i in range(1, FIRMS + 1)
    ]
    return joined(parts)


# -- symmetric equilibria -------------------------------------------------------------------------


@cache
def symmetric(needed: int, refunded: bool) -> tuple[Game, EquilibriumSet]:
    """Return a game of the population with its equilibria, all of them.

    Raises
    ------
    StructureError
        If the list could not be shown complete.
    """
    game = refund()(participation(needed)) if refunded else participation(needed)
    found = solve(game)
    if not found.complete:
        raise StructureError("the list of equilibria was not shown complete")
    return game, found


def mixed(needed: int, refunded: bool) -> list[tuple[Equilibrium, Enclosure]]:
    """Return the equilibria in which all mix alike, the one that contributes least first."""
    _, found = symmetric(needed, refunded)
    pairs = [(one, one.strategies[0]) for one in found]
    mixing = [(one, s.probabilities["yes"]) for one, s in pairs if not s.counts]
    return sorted(mixing, key=lambda pair: pair[1].lower)


def probabilities(needed: int, refunded: bool) -> Computed:
    """Return with what probability each contributes."""
    pairs = mixed(needed, refunded)
    values = tuple(p for _, p in pairs)
    return answer(values if len(values) > 1 else values[0], *(one for one, _ in pairs))


def provided(needed: int, refunded: bool) -> list[tuple[Equilibrium, Enclosure]]:
    """Return the probability of provision in each equilibrium in which all mix."""
    game, _ = symmetric(needed, refunded)
    return [
        (one, worth(game, one, "if(sum(contribute) >= needed, 1, 0)"))
        for one, _ in mixed(needed, refunded)
    ]


def provisions() -> Computed:
    """Return it without refund, and with it."""
    pairs = provided(3, False) + provided(3, True)
    return answer(tuple(p for _, p in pairs), *(one for one, _ in pairs))


def volunteer() -> Computed:
    """Return what happens if one is enough."""
    ((one, p),), ((_, provision),) = mixed(1, False), provided(1, False)
    return answer((p, provision), one)


# -- pure strategies ------------------------------------------------------------------------------


def pure(refunded: bool) -> Computed:
    """Count the equilibria in pure strategies by the number of contributors."""
    game = one_by_one(3)
    found = solve(refund_one_by_one()(game) if refunded else game, pure=True)
    counts = Counter(
        sum(s.probabilities["yes"].lower == 1 for s in one.strategies) for one in found
    )
    return answer(tuple(sorted(counts.items())), found)
