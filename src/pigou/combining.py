"""Solve a game with choices next to continuous moves: name what is found, check it, say how far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pigou.check_simultaneous import Examination
from pigou.check_smooth import SmoothChecker
from pigou.equilibrium import Equilibrium, EquilibriumSet, Evidence, Grade, Refuted, Strategy
from pigou.exact import Enclosure, Record
from pigou.game import Choice, Game
from pigou.solvers.combinations import Combined, Labels, Profile, combined_equilibria

__all__ = ["solve_combined"]

_MOST_NOTES = 20


def solve_combined(game: Game, at: Mapping[str, Any] | None = None) -> EquilibriumSet:
    """Return all pure equilibria of a game with choices next to continuous moves, all at once.

    Parameters
    ----------
    game : Game
        Of single players.
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Raises
    ------
    StructureError
        If the game has another structure.
    DeclarationError
        If an interval or a payoff makes no sense at the values.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> moves = [Move("x", "ann", (0, 1)), Move("go", "bob", {"no": 0, "yes": 1})]
    >>> payoffs = {"ann": "x*(1 + go) - x**2", "bob": "go*(x - 3/4)"}
    >>> game = Game("pair", [Player("ann"), Player("bob")], moves, payoffs)
    >>> for equilibrium in solve_combined(game):
    ...     print(equilibrium)
    E1 (pure): x: 1/2; go: no
    E2 (pure): x: 1; go: yes
    """
    values = game.values(at)
    found = combined_equilibria(game, values)
    checker = SmoothChecker(game, values)
    ordered = sorted(found.equilibria, key=lambda p: _place(game, p))
    equilibria = tuple(
        _equilibrium(game, profile, checker, f"E{number}")
        for number, profile in enumerate(ordered, 1)
    )
    notes = [f"{_where(*one[:2])}: {one[2]}" for one in found.unresolved[:_MOST_NOTES]]
    more = len(found.unresolved) - len(notes)
    notes += [f"{more} more places of this kind"] * (more > 0)
    doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
    if doubtful:
        notes.append(f"{', '.join(doubtful)}: not confirmed as an equilibrium")
    return EquilibriumSet(
        game=game.name,
        structure="smooth",
        at=values,
        equilibria=equilibria,
        complete=not notes,
        completeness=f"{'proved' if not notes else 'not shown'}: {_how(found)}",
        scope="all equilibria in pure strategies (mixing over choices is not searched)",
        unresolved=tuple(notes),
        refuted=tuple(_refuted(game, profile) for profile in found.refuted),
    )


def _how(found: Combined) -> str:
    return (
        f"every one of {found.combinations:,} combinations of choices, in each of them branch and "
        f"prune ({found.boxes:,} boxes in all) for the continuous moves, and the best deviation of "
        "each player in choices and continuous moves at once bounded"
    )


def _place(game: Game, profile: Profile) -> list[Any]:
    """Order profiles by their choices, as declared, and then by their values."""
    labels = [game.move(n).choice.labels.index(label) for n, label in profile.labels.items()]
    return [labels, [value.lower for value in profile.values.values()]]


def _strategies(game: Game, profile: Profile) -> tuple[Strategy, ...]:
    strategies = []
    for move in game.moves:
        if isinstance(move.domain, Choice):
            label = profile.labels[move.name]
            shares = {k: Enclosure.point(int(k == label)) for k in move.domain.labels}
            counts = {k: int(k == label) for k in move.domain.labels}
            strategies.append(Strategy(move.name, move.player, "", Record(shares), counts))
        else:
            value = profile.values[move.name]
            strategies.append(Strategy(move.name, move.player, "", Record(), value=value))
    return tuple(strategies)


def _equilibrium(game: Game, profile: Profile, checker: SmoothChecker, name: str) -> Equilibrium:
    strategies = _strategies(game, profile)
    checked = checker.examine(strategies)
    method = "interval Newton test for each combination of choices, global bounds on deviations"
    marks = tuple(f"any {move}" for move in profile.idle)
    evidence = _evidence(profile, checked, method)
    return Equilibrium(name, strategies, checked.payoffs, evidence, marks)


def _evidence(profile: Profile, checked: Examination, method: str) -> Evidence:
    grade, note = Grade.CERTIFIED, ""
    if not checked.confirmed:
        grade, note = Grade.NUMERICAL, f"the checker could not confirm it: {checked.doubt}"
    elif not profile.is_proved and checked.gain.upper > 0:
        grade = Grade.NUMERICAL
        note = "another move does as well, to 40 digits: whether it does better cannot be told"
    return Evidence(grade, method, checked.gain, checked.confirmed, note)


def _refuted(game: Game, profile: Profile) -> Refuted:
    assert profile.better is not None
    player, deviation = profile.better
    assert deviation.to is not None
    return Refuted(_strategies(game, profile), player, deviation.to, deviation.gain)


def _where(labels: Labels, box: Mapping[str, Enclosure]) -> str:
    """Say in words where something was left over."""
    parts = [f"{move} {label}" for move, label in labels.items()]
    for move, value in box.items():
        low, high = (f"{float(end):.6g}" for end in (value.lower, value.upper))
        about = "" if value.is_exact else "about "
        parts.append(f"{move} {about}{low}" if low == high else f"{move} in [{low}, {high}]")
    return ", ".join(parts)
