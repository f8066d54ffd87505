"""The first best: what a planner would do who makes every move.

Transfers cancel, so that only primitive payoffs count; mixing cannot help, as welfare is linear in
the probabilities of profiles.

Steps
-----
1. Finite choices at the same time: every pure profile is gone through.
2. Finite choices in stages: backward induction over what anybody knows (`pigou.planning`).
3. Continuous moves at the same time: total surplus is maximised by branch and prune
   (`pigou.solvers.smooth_games`); next to choices, in every combination of these
   (`pigou.solvers.combinations`); in stages, over all moves at once (`pigou.staged_planning`).
4. Whether the first best is an equilibrium is decided by the gains from deviating from it, or by
   looking whether an equilibrium reaches the same welfare.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from pigou.check import examine
from pigou.check_smooth import has_interval, is_smooth
from pigou.deadline import stops
from pigou.equilibrium import EquilibriumSet
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.game import GOVERNMENT, Game
from pigou.planning import best_plan
from pigou.solvers.combinations import combined_optimum
from pigou.solvers.dominance import survivors
from pigou.solvers.form import LARGEST_GROUP, Allowed, Counts, FiniteForm, finite_form
from pigou.solvers.mean_field import Mass, continuum_of, mean_field, optimum
from pigou.solvers.population import Population, population, pure_counts
from pigou.solvers.pure import MOST_PROFILES, largest_gain
from pigou.solvers.several_choices import crowd_of
from pigou.solvers.several_types import Typed, are_listed, several_types
from pigou.solvers.several_welfare import best_of_several
from pigou.solvers.smooth_form import smooth_form
from pigou.solvers.smooth_games import smooth_optimum
from pigou.solvers.symmetric import everybody_exits
from pigou.solvers.typed_mass_welfare import best_masses
from pigou.solvers.typed_mean_field import Masses, masses_of
from pigou.solvers.typed_welfare import best_counts
from pigou.solving import solve
from pigou.staged_planning import best_numbers
from pigou.staged_smoothing import has_continuous
from pigou.stages import is_staged

__all__ = ["FirstBest", "first_best"]

ZERO, ONE = Enclosure.point(0), Enclosure.point(1)
_SLACK = Fraction(1, 10**40)


@dataclass(frozen=True)
class FirstBest:
    """The planner's optimum: the pure profiles with the largest total primitive payoff.

    Parameters
    ----------
    welfare : Enclosure or None
        None where the optimum is not known.
    profiles : tuple of str
        In words; several where they tie.
    is_equilibrium : bool
        Whether one of them is an equilibrium.
    unknown : str
        Why the optimum is not known; empty where it is.

    Examples
    --------
    >>> from pigou.models import load
    >>> best = first_best(load("coordination").game)
    >>> best.welfare, best.profiles, best.is_equilibrium
    (Enclosure(9/2), ('10 upgrade',), True)
    """

    welfare: Enclosure | None
    profiles: tuple[str, ...]
    is_equilibrium: bool
    unknown: str = ""


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
    mass = continuum_of(game, game.values(at))
    if mass is not None:
        return _first_best_of_mass(mass, found)
    crowd = population(game, game.values(at))
    if crowd is not None:
        return _first_best_of_many(crowd)
    typed = several_types(game, game.values(at)) or masses_of(game, game.values(at))
    if typed is not None:
        try:
            if isinstance(typed, Masses):
                return _first_best_of_masses(typed)
            return _first_best_of_types(typed)
        except StructureError as error:
            if isinstance(typed, Masses) or not are_listed([k.size for k in typed.kinds]):
                return FirstBest(None, (), False, str(error))
    several = _first_best_of_several(game, game.values(at), found)
    if several is not None:
        return several
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


def _first_best_of_mass(mass: Mass, found: EquilibriumSet | None) -> FirstBest:
    """Let the planner choose the share of a continuum that takes the second choice."""
    best = optimum(mass)
    near = "" if best.attained else ", or as near to it as one likes"
    first, second = mass.labels
    plans = tuple(f"{first} {ONE - share}, {second} {share}{near}" for share in best.shares[:5])
    reached = best.attained and (
        _is_reached(mass.game, mass.at, found, best.welfare)
        or any(
            low.upper <= share.lower and share.upper <= high.lower
            for low, high in mean_field(mass).intervals
            for share in best.shares
        )
    )
    return FirstBest(best.welfare, plans, reached)


def _first_best_of_many(crowd: Population) -> FirstBest:
    """Let the planner choose how many members of a large population take the second choice."""
    best, where = crowd.welfare.largest
    settled = [(run.low, run.high) for run in pure_counts(crowd.gain)]
    value = Fraction(int(best.p), int(best.q))
    counts = (n for low, high in where for n in range(low, min(high, low + 5) + 1))
    return FirstBest(
        Enclosure(value, value),
        tuple(_split(crowd, n) for n in itertools.islice(counts, 5)),
        any(low <= last and first <= high for first, last in where for low, high in settled),
    )


def _first_best_of_types(typed: Typed) -> FirstBest:
    """Let the planner choose how many of each of several types take the second choice."""
    best = best_counts(typed)
    rows = itertools.chain.from_iterable(place.some(5) for place in best.places)
    plans = tuple(
        "; ".join(
            f"{kind.name}: {_shown(typed.labels, (kind.size - n, n))}"
            for kind, n in zip(typed.kinds, row, strict=True)
        )
        for row in itertools.islice(rows, 5)
    )
    return FirstBest(Enclosure.point(best.welfare), plans, best.is_equilibrium)


def _first_best_of_masses(masses: Masses) -> FirstBest:
    """Let the planner choose the part of each type of a continuum that takes the second choice."""
    best = best_masses(masses)
    near = "" if best.attained else ", or as near to it as one likes"
    first, second = masses.labels
    plans = []
    for row in best.shares[:5]:
        parts = [
            first if share == ZERO else second if share == ONE else
            f"{first} {ONE - share}, {second} {share}"
            for share in row
        ]  # fmt: skip
        whole = (f"{name}: {part}" for name, part in zip(masses.names, parts, strict=True))
        plans.append("; ".join(whole) + near)
    return FirstBest(best.welfare, tuple(plans), best.is_equilibrium)


def _first_best_of_several(
    game: Game, at: Mapping[str, Fraction], found: EquilibriumSet | None
) -> FirstBest | None:
    """Let the planner choose how many of a crowd take each of several choices, if it is large."""
    crowd = crowd_of(game, at)
    if crowd is None or not crowd.fits() or crowd.exit is not None:
        return None
    try:
        best = best_of_several(crowd)
    except StructureError as error:
        if crowd.size is not None and crowd.size <= LARGEST_GROUP:
            return None
        raise StructureError(f"game '{game.name}': the first best is open: {error}") from None
    order = slice(None) if crowd.size is None else slice(None, None, -1)
    plans = tuple(
        ", ".join(
            " ".join([label, str(n if crowd.size is None else int(n.lower))][order])
            for n, label in zip(place, crowd.labels, strict=True)
            if n.upper > 0
        )
        for place in best.places
    )
    return FirstBest(best.welfare, plans, _is_reached(game, at, found, best.welfare))


def _split(crowd: Population, number: int) -> str:
    return _shown(crowd.labels, (crowd.size - number, number))


def _shown(labels: Sequence[str], numbers: Sequence[Any]) -> str:
    return ", ".join(f"{n} {label}" for n, label in zip(numbers, labels, strict=True) if n)


def _first_best_in_stages(
    game: Game, at: Mapping[str, Fraction], found: EquilibriumSet | None
) -> FirstBest:
    """Let the planner move stage by stage; whether an equilibrium does as well is looked up."""

    def of_crowd(left: Game) -> tuple[Enclosure, tuple[str, ...]]:
        best = first_best(left, at)
        if best.welfare is None:
            raise StructureError(f"game '{left.name}': the first best is not known: {best.unknown}")
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
