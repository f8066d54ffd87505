r"""Van Huyck, Battalio and Beil (1990): the weakest link.

**Set-up.** n subjects choose an effort :math:`e_i \in \{1, \dots, 7\}`, and earn
:math:`c + a \min_j e_j - b e_i`, in dollars: a = 0.20, b = 0.10, c = 0.60 in treatment A, b = 0 in
treatment B. Every common effort is an equilibrium. The potential (Monderer and Shapley 1996) is
:math:`a \min_j e_j - b \sum_j e_j`, which is largest at 7 if n b < a and at 1 if n b > a.

Sources
-------
@vanhuyck1990tacit; @monderer1996potential
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise

from pigou.designing import design
from pigou.equilibrium import Equilibrium, EquilibriumSet, Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.reform import mandate, subsidy
from pigou.replicating import answer, only, threshold, turning_point
from pigou.selection_rules import Question, by_potential
from pigou.solving import solve

TABLE = "payoff table of treatment A"
POTENTIAL = f"{DERIVED}; the potential of @monderer1996potential"
A = {"a": "0.20", "b": "0.10", "c": "0.60"}
OBSERVED = (
    "an observation in the laboratory: play was away from equilibrium, and no solver of equilibria "
    "computes it; the figures were not confirmed in a copy of the paper"
)


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "vanhuyck1990tacit",
        "n subjects choose an effort e_i from 1 to 7 and earn c + a min e_j - b e_i: a = 0.20, "
        "b = 0.10, c = 0.60 in treatment A, b = 0 in treatment B.",
        {"e_i": "the moves e1 ..., or e in a population", "a": "a", "b": "b", "c": "c"},
        [*table(), *equilibria(), *potentials(), *observations()],
    )


def table() -> list[PublishedClaim]:
    """Return the claims on payoffs."""
    return [
        PublishedClaim(
            "O06.payoff_table_row7", "payoff to effort 7 if the minimum is 7, 6, ..., 1",
            ("1.3", "1.1", "0.9", "0.7", "0.5", "0.3", "0.1"),
            lambda: paid(7, range(7, 0, -1)), TABLE, A,
        ),
        PublishedClaim(
            "O06.payoff_table_row1", "payoff to effort 1", "0.7", lambda: paid(1, [1]), TABLE, A,
        ),
    ]  # fmt: skip


def equilibria() -> list[PublishedClaim]:
    """Return the claims on equilibria."""
    return [
        PublishedClaim(
            "O06.n_pure_ne", "number of pure equilibria", 7,
            lambda: answer(len(common(3)), common(3)),
            "every common effort is an equilibrium, and no other pure profile", A | {"n": 3},
        ),
        PublishedClaim(
            "O06.n_ne_2p", "number of equilibria of two players", 28,
            lambda: answer(len(pairs()), pairs()), DERIVED, A | {"n": 2},
        ),
        PublishedClaim(
            "O06.sum_payoffs_2p", "sum of a player's payoffs in these", "25.2",
            lambda: answer(summed(one.payoffs["p1"] for one in pairs()), pairs()), DERIVED,
            A | {"n": 2},
        ),
        PublishedClaim(
            "O06.efficiency_gain", "payoff at common effort 7 less that at 1", "0.6", gain, TABLE,
            A | {"n": 3},
        ),
    ]  # fmt: skip


def potentials() -> list[PublishedClaim]:
    """Return the claims on maximisers of the potential."""
    return [
        PublishedClaim(
            "O06.potmax_n2", "efforts that maximise the potential", (1, 2, 3, 4, 5, 6, 7),
            lambda: maximisers(weakest_link(2)), POTENTIAL, A | {"n": 2},
        ),
        PublishedClaim(
            "O06.potmax_n3", "efforts that maximise the potential", (1,),
            lambda: maximisers(weakest_link(3)), POTENTIAL, A | {"n": 3},
        ),
        PublishedClaim(
            "O06.potmax_n3_b05", "efforts that maximise the potential", (7,),
            lambda: maximisers(weakest_link(3), {"b": "1/20"}), POTENTIAL,
            A | {"n": 3, "b": "0.05"},
        ),
        PublishedClaim(
            "O06.potmax_treatmentB", "efforts that maximise the potential, treatment B", (7,),
            lambda: maximisers(subjects(4, range(1, 8)), {"b": 0}), POTENTIAL, A | {"n": 4, "b": 0},
        ),
        PublishedClaim(
            "O06.subsidy_to_flip_n14", "subsidy per unit of effort from which 7 maximises it",
            "0.08571428571", flip, f"{POTENTIAL}, which is linear in a common effort",
            A | {"n": 14, "e_i": "1, 4 or 7"},
        ),
    ]  # fmt: skip


def observations() -> list[PublishedClaim]:
    """Return what was observed, which is no claim about equilibrium."""
    return [
        PublishedClaim(
            "O06.data_period1_A", "choices of 7, 6, ..., 1 by 107 subjects in period 1",
            (33, 10, 34, 18, 5, 5, 2), nothing, "treatment A, period 1", A, 0, OBSERVED,
        ),
        PublishedClaim(
            "O06.data_period10_A", "choices of 1 by 107 subjects in period 10", 77, nothing,
            "treatment A, period 10", A, 0, OBSERVED,
        ),
    ]  # fmt: skip


# -- the game -------------------------------------------------------------------------------------


def parameters() -> list[Parameter]:
    """Return the parameters of treatment A."""
    return [Parameter("a", "1/5"), Parameter("b", "1/10", "b >= 0"), Parameter("c", "3/5")]


def weakest_link(players: int, levels: int = 7) -> Game:
    """Each is paid by the smallest effort of all, and bears the cost of its own."""
    numbers = range(1, players + 1)
    least = "min(" + ", ".join(f"e{i}" for i in numbers) + ")"
    return Game(
        "weakest link",
        [Player(f"p{i}") for i in numbers],
        [Move(f"e{i}", f"p{i}", {f"{e}": e for e in range(1, levels + 1)}) for i in numbers],
        {f"p{i}": f"c + a*{least} - b*e{i}" for i in numbers},
        parameters=parameters(),
        source="@vanhuyck1990tacit, treatment A",
    )


def subjects(players: int, efforts: Sequence[int]) -> Game:
    """Return the same game with players who are alike: the smallest effort is counted up."""
    steps = " + ".join(
        f"if(sum(e >= {high}) >= {players}, {high - low}, 0)" for low, high in pairwise(efforts)
    )
    return Game(
        "weakest link of many",
        [Player("subject", size=players)],
        [Move("e", "subject", {f"{e}": e for e in efforts})],
        {"subject": f"c + a*({efforts[0]} + {steps}) - b*e"},
        parameters=parameters(),
        source="@vanhuyck1990tacit, treatment A",
    )


# -- computing ------------------------------------------------------------------------------------


def paid(own: int, minima: range | list[int]) -> Computed:
    """Fix both efforts by mandates: return what the first player earns."""
    ends = [
        only((mandate("e1", str(own)) + mandate("e2", str(least)))(weakest_link(2)))
        for least in minima
    ]
    earned = [one.payoffs["p1"] for one in ends]
    return answer(earned if len(earned) > 1 else earned[0], *ends)


@cache
def common(players: int) -> EquilibriumSet:
    """Return the pure equilibria."""
    return solve(weakest_link(players), pure=True)


@cache
def pairs() -> EquilibriumSet:
    """Return all equilibria of two players."""
    return solve(weakest_link(2))


def summed(values: Iterable[Enclosure]) -> Enclosure:
    """Add enclosures."""
    return sum(values, Enclosure.point(0))


def gain() -> Computed:
    """Return the largest payoff of a pure equilibrium less the smallest."""
    earned = [one.payoffs["p1"] for one in common(3)]
    best, worst = (f(earned, key=lambda v: v.lower) for f in (max, min))
    return answer(best - worst, common(3))


def maximisers(game: Game, at: dict[str, object] | None = None) -> Computed:
    """Return the common efforts in the equilibria that maximise the potential."""
    efforts, grade = maximising_efforts(game, at)
    return answer(efforts, grade, method="potential")


def maximising_efforts(game: Game, at: dict[str, object] | None = None) -> tuple[list[int], Grade]:
    """Return these efforts, and how well they are known."""
    found = solve(game, at or {}, pure=True)
    pick = by_potential(Question(game, found, (), {}))
    if pick.grade is None:
        raise StructureError(f"no potential: {pick.words}")
    efforts = [effort_of(found[name]) for name in pick.names]
    return sorted(efforts), weakest([found, pick.grade])


def effort_of(one: Equilibrium) -> int:
    """Return the effort that all make."""
    taken = {label for s in one.strategies for label, p in s.probabilities.items() if p.upper > 0}
    if len(taken) != 1:
        raise StructureError(f"efforts differ in {one}")
    return int(taken.pop())


def flip() -> Computed:
    """Return the subsidy of effort at which the maximiser of the potential changes.

    A design with two efforts proposes it; maximisers just below and just above confirm it with 4
    among them.
    """
    rate = Parameter("rate", 0, "rate >= 0")
    proposed = threshold(
        design(
            subjects(14, (1, 7)), "selected", "", target="e=7", select="potential",
            reforms=[subsidy("e", "rate", parameters=[rate])], most="1/10", formulas=False,
        )
    ).lower  # fmt: skip

    def tops(paid: Fraction) -> tuple[bool, Grade]:
        efforts, grade = maximising_efforts(subsidy("e", paid)(subjects(14, (1, 4, 7))))
        return 7 in efforts, grade

    near = Fraction(1, 10**8)
    return turning_point(tops, proposed - near, proposed + near, 2 * near)


def nothing() -> Computed:
    """Say that there is nothing to compute."""
    raise StructureError("not computed: an observation, not a property of the game")
