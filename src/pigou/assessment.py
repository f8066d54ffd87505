r"""Who gets what in an equilibrium: surplus, transfers, public money, welfare, the first best.

With surplus :math:`S_g` of every group g after transfers, G the government's payoff (revenue less
outlay less running cost), weights :math:`w_g` and a cost of public funds :math:`\lambda`, welfare
is

.. math:: W(\lambda, w) = \sum_{g} w_g S_g + \lambda G .

At unit weights and :math:`\lambda = 1` transfers cancel, and W is the sum of primitive payoffs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from pigou.check import examine
from pigou.check_simultaneous import Flow
from pigou.check_smooth import has_interval, is_smooth
from pigou.deadline import stops
from pigou.equilibrium import Equilibrium, EquilibriumSet
from pigou.errors import DeclarationError, StructureError, unknown
from pigou.exact import Enclosure, Record, exact
from pigou.game import GOVERNMENT, Game
from pigou.joint_books import by_party
from pigou.planning import best_plan
from pigou.solvers.combinations import combined_optimum
from pigou.solvers.dominance import survivors
from pigou.solvers.form import Allowed, Counts, FiniteForm, finite_form
from pigou.solvers.pure import MOST_PROFILES, largest_gain
from pigou.solvers.smooth_form import smooth_form
from pigou.solvers.smooth_games import smooth_optimum
from pigou.solvers.symmetric import everybody_exits
from pigou.solving import solve
from pigou.staged_planning import best_numbers
from pigou.staged_smoothing import has_continuous
from pigou.stages import is_staged

__all__ = [
    "Assessment",
    "FirstBest",
    "assess",
    "diagnose",
    "first_best",
    "gains_of_members",
]

ZERO = Enclosure.point(0)
_SLACK = Fraction(1, 10**40)


@dataclass(frozen=True)
class FirstBest:
    """The planner's optimum: the pure profiles with the largest total primitive payoff.

    Parameters
    ----------
    welfare : Enclosure
    profiles : tuple of str
        In words; several where they tie.
    is_equilibrium : bool
        Whether one of them is an equilibrium.

    Examples
    --------
    >>> from pigou.models import load
    >>> best = first_best(load("coordination").game)
    >>> best.welfare, best.profiles, best.is_equilibrium
    (Enclosure(9/2), ('10 upgrade',), True)
    """

    welfare: Enclosure
    profiles: tuple[str, ...]
    is_equilibrium: bool


@dataclass(frozen=True)
class Assessment:
    """One equilibrium, assessed.

    Parameters
    ----------
    equilibrium : Equilibrium
    surplus : mapping of str to Enclosure
        Each party's total after transfers; of all members, for a population.
    members : mapping of str to tuple of (Enclosure, int)
        What single members have, and how many have it, for each player or type.
    flows : tuple of Flow
        The ledger: every transfer with the amount that flows.
    outlay, revenue, running_cost : Enclosure
        What the government pays out in transfers, takes in, and spends on running the reform.
    gap : Enclosure
        The first best's welfare less this equilibrium's, at unit weights and cost of funds.
    diagnosis : str
        ``"coordination failure"``, ``"cooperation failure"``, both, or ``"none"``.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> bad = assess(game, solve(game))[0]
    >>> bad.diagnosis, bad.gap
    ('coordination failure', Enclosure(9/2))
    """

    equilibrium: Equilibrium
    surplus: Mapping[str, Enclosure]
    members: Mapping[str, tuple[tuple[Enclosure, int], ...]]
    flows: tuple[Flow, ...]
    outlay: Enclosure
    revenue: Enclosure
    running_cost: Enclosure
    gap: Enclosure
    diagnosis: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "surplus", Record(self.surplus))

    def welfare(
        self, cost_of_funds: Any = 1, weights: Mapping[str, Any] | None = None
    ) -> Enclosure:
        """Return social welfare at a cost of public funds and distributional weights.

        Parameters
        ----------
        cost_of_funds : number
            What a unit of public money costs society, the marginal cost of public funds.
        weights : mapping of str to number, optional
            Weight of each group; 1 where none is given. The government's money is weighted by
            the cost of public funds.

        Raises
        ------
        DeclarationError
            If a weight is given for a group that is not there, or is negative.
        """
        given = checked_weights(weights, self.surplus)
        total = ZERO
        for party, surplus in self.surplus.items():
            weight = exact(cost_of_funds) if party == GOVERNMENT else given.get(party, Fraction(1))
            total += Enclosure.point(weight) * surplus
        return total

    @property
    def private(self) -> Enclosure:
        """Surplus of everybody but the government, at unit weights."""
        return self.welfare(0)

    @property
    def public(self) -> Enclosure:
        """The government's payoff: revenue less outlay less running cost."""
        return self.surplus.get(GOVERNMENT, ZERO)


def checked_weights(
    weights: Mapping[str, Any] | None, parties: Mapping[str, Any]
) -> dict[str, Fraction]:
    """Return weights as exact numbers, or say what is wrong with them."""
    result = {}
    for group, weight in (weights or {}).items():
        if group not in parties or group == GOVERNMENT:
            groups = [p for p in parties if p != GOVERNMENT]
            hint = "; the government's money is weighted by the cost of public funds" * (
                group == GOVERNMENT
            )
            raise DeclarationError(unknown("group", group, groups) + hint)
        result[group] = exact(weight)
        if result[group] < 0:
            raise DeclarationError(f"the weight of '{group}' is at least 0, not {weight}")
    return result


def assess(game: Game, found: EquilibriumSet) -> tuple[Assessment, ...]:
    """Assess every equilibrium of a game.

    Parameters
    ----------
    game : Game
    found : EquilibriumSet
        What `pigou.solve` returned for it.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> [str(a.welfare()) for a in assess(game, solve(game))]
    ['0', '9/2', '6/5']
    """
    best = first_best(game, found.at, found)
    drafts = [_books(game, found, e) for e in found]
    return tuple(
        replace(
            draft,
            gap=best.welfare - draft.welfare(),
            diagnosis=diagnose(draft, drafts, best),
        )
        for draft in drafts
    )


def _books(game: Game, found: EquilibriumSet, equilibrium: Equilibrium) -> Assessment:
    exam = examine(game, {k: exact(v) for k, v in found.at.items()}, equilibrium.strategies)
    surplus = {
        party: payoff * Enclosure.point(exam.sizes[party]) for party, payoff in exam.payoffs.items()
    }
    at = {k: exact(v) for k, v in found.at.items()}
    surplus = by_party(game, at, equilibrium.strategies, surplus)
    outlay = revenue = ZERO
    for transfer, amount in exam.flows:
        if transfer.payer == GOVERNMENT:
            outlay += amount
        elif transfer.payee == GOVERNMENT:
            revenue += amount
    running = -exam.primitive.get(GOVERNMENT, ZERO)
    return Assessment(
        equilibrium, Record(surplus), exam.members, exam.flows, outlay, revenue, running, ZERO, ""
    )


def first_best(
    game: Game, at: Mapping[str, Any] | None = None, found: EquilibriumSet | None = None
) -> FirstBest:
    """Return the planner's optimum over all pure profiles.

    Transfers cancel, so that only primitive payoffs count. Mixing cannot help: welfare is linear
    in the probabilities of profiles. In a game in stages the planner makes every move, and knows
    by then what anybody knows (`pigou.planning`). In a continuous game welfare is maximised by
    branch and prune (`pigou.solvers.smooth_games`); where that is not settled, the enclosure of
    welfare is wide and no equilibrium counts as first best.

    Parameters
    ----------
    game : Game
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.
    found : EquilibriumSet, optional
        The equilibria, where they are known; for a game in stages they tell whether the first
        best is one.

    Raises
    ------
    StructureError
        If the game is neither finite nor continuous with simultaneous moves; or, in a continuous
        one, if the optimum could not be bounded.
    DeclarationError
        If there are more than 200,000 profiles.

    Examples
    --------
    >>> from pigou.models import load
    >>> first_best(load("coordination").game, {"cost": 2}).profiles
    ('10 wait',)
    """
    if is_staged(game) and has_continuous(game):
        return _first_best_of_numbers(game, game.values(at), found)
    if is_staged(game):
        return _first_best_in_stages(game, game.values(at), found)
    if is_smooth(game):
        return _first_best_of_smooth(game, game.values(at), found)
    if has_interval(game):
        return _first_best_of_combined(game, game.values(at), found)
    plain = finite_form(replace(game, transfers=()), at)
    allowed: Allowed = tuple(tuple(range(len(g.actions))) for g in plain.groups)
    if plain.number_of_profiles(allowed) > MOST_PROFILES:
        raise DeclarationError(
            f"game '{game.name}' has too many profiles for a search of the first best"
        )
    best: Any = None
    winners: list[Counts] = []
    for counts in _planned(plain, allowed):
        welfare = _total(plain, counts)
        if best is None or plain.exceeds(welfare, best):
            best, winners = welfare, []
        if not plain.exceeds(best, welfare):
            winners.append(counts)
    form = finite_form(game, at)
    value = Fraction(int(best.p), int(best.q))
    slack = _SLACK * (1 + abs(value)) if plain.rounded else Fraction(0)
    return FirstBest(
        Enclosure(value - slack, value + slack),
        tuple(_in_words(plain, c) for c in winners[:5]),
        any(_is_equilibrium(form, c, allowed) for c in winners),
    )


def _first_best_in_stages(
    game: Game, at: Mapping[str, Fraction], found: EquilibriumSet | None
) -> FirstBest:
    """Let the planner move stage by stage; whether an equilibrium does as well is looked up."""

    def of_crowd(left: Game) -> tuple[Enclosure, tuple[str, ...]]:
        best = first_best(left, at)
        return best.welfare, best.profiles

    welfare, plans = best_plan(game, at, of_crowd)
    return FirstBest(welfare, plans, _is_reached(game, at, found, welfare))


def _first_best_of_numbers(
    game: Game, at: Mapping[str, Fraction], found: EquilibriumSet | None
) -> FirstBest:
    """Let the planner make all moves of a game in stages with continuous ones, at once."""
    welfare, plans, known = best_numbers(game, at)
    return FirstBest(welfare, plans, known and _is_reached(game, at, found, welfare))


def _is_reached(
    game: Game, at: Mapping[str, Fraction], found: EquilibriumSet | None, welfare: Enclosure
) -> bool:
    """Whether an equilibrium does as well, as far as can be told."""
    for one in found if found is not None else solve(game, at):
        exam = examine(game, at, one.strategies)
        sums = (exam.primitive[p] * Enclosure.point(n) for p, n in exam.sizes.items())
        if sum(sums, ZERO).upper >= welfare.lower:
            return True
    return False


def _first_best_of_smooth(
    game: Game, at: Mapping[str, Fraction], found: EquilibriumSet | None
) -> FirstBest:
    """Let the planner choose every continuous move, by branch and prune over all of them."""
    form = smooth_form(game, at)
    best = smooth_optimum(form)
    if best is None:
        raise StructureError(
            f"game '{game.name}': the first best could not be bounded ("
            + (stops()[1] or "total surplus jumps, or is not defined everywhere on the intervals")
            + ")"
        )
    plans = tuple(
        "; ".join(f"{move}: {value}" for move, value in zip(form.moves, point, strict=True))
        for point in best.points[:5]
    )
    known = best.settled or best.value.is_exact
    reached = known and _is_reached(game, at, found, best.value)
    return FirstBest(best.value, plans, reached)


def _first_best_of_combined(
    game: Game, at: Mapping[str, Fraction], found: EquilibriumSet | None
) -> FirstBest:
    """Let the planner choose every combination of choices, and the continuous moves in each."""
    best = combined_optimum(game, at)
    if best is None:
        raise StructureError(
            f"game '{game.name}': the first best could not be bounded (total surplus jumps, "
            "or is not defined everywhere on the intervals)"
        )
    reached = best.settled and _is_reached(game, at, found, best.welfare)
    return FirstBest(best.welfare, best.plans, reached)


def _is_equilibrium(form: FiniteForm, counts: Counts, allowed: Allowed) -> bool:
    """Whether nobody gains by deviating from a profile."""
    for index, group in enumerate(form.groups):
        if group.exit is not None and counts[index][group.exit]:
            alive, _ = survivors(form)
            return everybody_exits(form, index, counts, alive) is not None
    gain = largest_gain(form, counts, allowed)
    return gain is None or bool(gain <= 0)


def _planned(form: FiniteForm, allowed: Allowed) -> Any:
    """Yield the profiles a planner chooses from: with an exit, all leave or nobody does."""
    for counts in form.profiles(allowed):
        leaving = [
            row[g.exit] for g, row in zip(form.groups, counts, strict=True) if g.exit is not None
        ]
        sizes = [g.size for g in form.groups if g.exit is not None]
        if all(n in (0, size) for n, size in zip(leaving, sizes, strict=True)):
            yield counts


def _total(form: FiniteForm, counts: Counts) -> Any:
    total: Any = 0
    for group, row in enumerate(counts):
        for action, number in enumerate(row):
            if number:
                total += number * form.payoff(group, action, counts)
    gone = any(
        g.exit is not None and row[g.exit] for g, row in zip(form.groups, counts, strict=True)
    )
    for bystander in form.game.bystanders:
        if not gone or bystander.name == GOVERNMENT:
            total += form.value(bystander.surplus, counts)
    return total


def _in_words(form: FiniteForm, counts: Counts) -> str:
    parts = []
    for group, row in zip(form.groups, counts, strict=True):
        taken = [f"{n} {', '.join(group.actions[a])}" for a, n in enumerate(row) if n]
        if group.size == 1 and not group.type:
            taken = [f"{group.player}: {', '.join(group.actions[row.index(1)])}"]
        parts.append((f"{group.type}: " if group.type else "") + ", ".join(taken))
    return "; ".join(parts)


def diagnose(one: Assessment, among: list[Assessment], best: FirstBest) -> str:
    """Say what fails in an equilibrium.

    Coordination fails if another equilibrium is at least as good for every player, every member of
    a population (whatever its name: members alike may change places) and every bystander, better
    for one of them, and not worse for all together once the government's money is counted.
    Cooperation fails if welfare is below the first best and the first best is no equilibrium.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> all_assessed = list(assess(game, solve(game)))
    >>> diagnose(all_assessed[1], all_assessed, first_best(game))
    'none'
    """
    failures = []
    if any(_pareto_better(other, one) for other in among):
        failures.append("coordination failure")
    if not best.is_equilibrium and one.welfare().upper < best.welfare.lower:
        failures.append("cooperation failure")
    return " and ".join(failures) or "none"


def _pareto_better(one: Assessment, other: Assessment) -> bool:
    moved = {player.partition("[")[0] for player in one.members}
    idle = [party for party in one.surplus if party != GOVERNMENT and party not in moved]
    gains = [one.surplus[party] - other.surplus[party] for party in idle]
    gains += gains_of_members(one, other)
    total = one.welfare() - other.welfare()
    return total.lower >= 0 and all(g.lower >= 0 for g in gains) and any(g.lower > 0 for g in gains)


def gains_of_members(one: Assessment, other: Assessment) -> list[Enclosure]:
    """Return what members gain from one equilibrium over another, the worst off against each other.

    Members alike may change places, so that some relabelling of `one` is at least as good for
    every member as `other` iff it is so once both are sorted by payoff.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> bad, good, _ = assess(game, solve(game))
    >>> gains_of_members(good, bad)
    [Enclosure(1/4)]
    """
    gains = []
    for kind, payoffs in one.members.items():
        left, right = (_steps(p) for p in (payoffs, other.members[kind]))
        place = 0
        while left and right:
            (a, until_a), (b, until_b) = left[0], right[0]
            gains.append(a - b)
            place = min(until_a, until_b)
            left, right = (x[1:] if x[0][1] == place else x for x in (left, right))
    return gains


def _steps(payoffs: tuple[tuple[Enclosure, int], ...]) -> list[tuple[Enclosure, int]]:
    """Sort payoffs, and count up the members who have at most each."""
    steps, total = [], 0
    for payoff, number in sorted(payoffs, key=lambda entry: entry[0].lower):
        total += number
        steps.append((payoff, total))
    return steps
