"""Solve a game in stages with continuous moves: name and check what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pigou.check import examine
from pigou.equilibrium import (
    Component,
    Equilibrium,
    EquilibriumSet,
    Evidence,
    Grade,
    Refuted,
    Strategy,
)
from pigou.exact import Enclosure, Record
from pigou.game import Choice, Game
from pigou.pareto import pareto
from pigou.solvers.staged_games import staged_equilibria
from pigou.solvers.staged_outcomes import Outcome, Staged

__all__ = ["has_continuous", "solve_staged_smooth"]

_MOST_NOTES = 20


def has_continuous(game: Game) -> bool:
    """Tell whether some move of a game is continuous.

    Examples
    --------
    >>> from pigou.models import load
    >>> has_continuous(load("coordination").game)
    False
    """
    return any(not isinstance(move.domain, Choice) for move in game.moves)


def solve_staged_smooth(game: Game, at: Mapping[str, Fraction]) -> EquilibriumSet:
    """Return all subgame-perfect equilibria in pure strategies of a game in stages.

    Parameters
    ----------
    game : Game
        Of single players, with continuous moves and perhaps choices.
    at : mapping of str to Fraction
        A value for every parameter.

    Raises
    ------
    StructureError
        If a later stage has neither a closed form nor can be left implicit, or the game has
        another structure that is not solved.
    DeclarationError
        If an interval or a payoff makes no sense at the values.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> game = Game(
    ...     "leader and follower",
    ...     [Player("one"), Player("two")],
    ...     [Move("q1", "one", (0, 9)), Move("q2", "two", (0, 9), 2)],
    ...     {"one": "q1*(9 - q1 - q2)", "two": "q2*(9 - q1 - q2)"},
    ... )
    >>> for equilibrium in solve_staged_smooth(game, {}):
    ...     print(equilibrium)
    E1 (pure): q1: 9/2; q2 = 9/2 - q1/2, here 9/4
    """
    found = staged_equilibria(game, at)
    outcomes = sorted(found.outcomes, key=_place)
    examined = [examine(game, at, outcome.strategies) for outcome in outcomes]
    ranking = pareto(examined)
    components, of = _components(outcomes)
    equilibria = []
    for number, (outcome, checked) in enumerate(zip(outcomes, examined, strict=True)):
        by, unclear = ranking.named(number)
        one = Equilibrium(
            f"E{number + 1}",
            outcome.strategies,
            checked.payoffs,
            _evidence(outcome, checked, found.implicit),
            (),
            of.get(number, ""),
            path=_path(outcome),
        )
        equilibria.append(replace(one, dominated_by=by, undecided=unclear))
    notes = list(found.unresolved[:_MOST_NOTES])
    more = len(found.unresolved) - len(notes)
    notes += [f"{more} more notes of this kind"] * (more > 0)
    doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
    if doubtful:
        notes.append(f"{', '.join(doubtful)}: not confirmed as an equilibrium")
    return EquilibriumSet(
        game=game.name,
        structure="staged",
        at=at,
        equilibria=tuple(equilibria),
        complete=not notes,
        completeness=f"{'not shown' if notes else 'proved'}: {_how(found)}",
        scope=_scope(found),
        components=components,
        unresolved=tuple(notes),
        refuted=tuple(_refuted(game, one) for one in found.refuted),
    )


def _place(outcome: Outcome) -> list[Any]:
    """Sort equilibria by what is played, labels before values."""
    return [
        (0, Fraction(0), taken) if isinstance(taken, str) else (1, taken.lower, "")
        for taken in outcome.played.values()
    ]


def _how(found: Staged) -> str:
    if found.implicit:
        later = (
            "later stage implicit: shown to have one equilibrium after every history, inside the "
            "intervals"
        )
        return "; ".join((later, *found.how))
    later = (
        "backward induction: each later stage in closed form, shown to have one equilibrium after "
        "every history, or compared label by label"
    )
    if found.ranked:
        later += ", or with all of its equilibria found and ranked"
    return "; ".join((later, *found.how))


def _scope(found: Staged) -> str:
    names = ", up to the names of players who are alike" if found.alike else ""
    ranks = "; where several equilibria follow a history, those in which players follow one ranking"
    implicit = (
        "; later moves are given on the path, and after other histories by their first-order "
        "conditions, which have one solution each"
    )
    return (
        f"all subgame-perfect equilibria in pure strategies{names}{ranks * found.ranked}"
        f"{implicit * found.implicit}"
    )


def _evidence(outcome: Outcome, checked: Any, implicit: bool) -> Evidence:
    grade, note = Grade.CERTIFIED, ""
    if not checked.confirmed:
        grade, note = Grade.NUMERICAL, f"the checker could not confirm it: {checked.doubt}"
    elif not outcome.proved:
        grade = Grade.NUMERICAL
        note = "another move does as well, to 40 digits: whether it does better cannot be told"
    method = "backward induction with closed forms of later stages"
    if implicit:
        method = "first-order conditions of both stages, the later one implicit"
    return Evidence(grade, method, checked.gain, checked.confirmed, note)


def _path(outcome: Outcome) -> dict[str, Any]:
    one = Enclosure.point(1)
    return {
        name: {taken: one} if isinstance(taken, str) else taken
        for name, taken in outcome.played.items()
    }


def _components(outcomes: Sequence[Outcome]) -> tuple[tuple[Component, ...], dict[int, str]]:
    """Join the ends of continua."""
    families: dict[int, list[int]] = {}
    for number, outcome in enumerate(outcomes):
        if outcome.family:
            families.setdefault(outcome.family, []).append(number)
    components: list[Component] = []
    of: dict[int, str] = {}
    for members in families.values():
        name = f"C{len(components) + 1}"
        of |= dict.fromkeys(members, name)
        components.append(Component(name, 1, (tuple(f"E{n + 1}" for n in members),)))
    return tuple(components), of


def _refuted(game: Game, one: Any) -> Refuted:
    values, player, deviation, gain = one
    strategies = tuple(
        Strategy(name, game.move(name).player, "", Record(), value=value)
        for name, value in values.items()
    )
    return Refuted(strategies, player, deviation, gain)
