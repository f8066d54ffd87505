"""Solve a game with continuous moves: name what was found, check it, and say what it covers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pigou.check import examine
from pigou.equilibrium import Equilibrium, EquilibriumSet, Evidence, Grade, Refuted, Strategy
from pigou.exact import Enclosure, Record
from pigou.game import Game
from pigou.solvers.aggregate_games import equilibria_of_continuous
from pigou.solvers.smooth_form import SmoothForm, smooth_form
from pigou.solvers.smooth_games import Candidate, Smooth

__all__ = ["solve_smooth"]

_MOST_NOTES = 20


def solve_smooth(game: Game, at: Mapping[str, Any] | None = None) -> EquilibriumSet:
    """Return all pure equilibria of a game with continuous, simultaneous moves.

    Parameters
    ----------
    game : Game
        Of single players, with continuous moves only.
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Raises
    ------
    StructureError
        If the game has another structure, or a payoff that jumps inside the intervals.
    DeclarationError
        If an interval or a payoff makes no sense at the values.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> duopoly = Game(
    ...     "duopoly",
    ...     [Player("one"), Player("two")],
    ...     [Move("x", "one", (0, 2)), Move("y", "two", (0, 2))],
    ...     {"one": "x*(3 - x - y)", "two": "y*(3 - x - y)"},
    ... )
    >>> for equilibrium in solve_smooth(duopoly):
    ...     print(equilibrium)
    E1 (pure): x: 1; y: 1
    """
    form = smooth_form(game, at)
    found = equilibria_of_continuous(form)
    ordered = sorted(found.equilibria, key=lambda c: [v.lower for v in c.values])
    equilibria = tuple(
        _equilibrium(form, found, candidate, f"E{number}")
        for number, candidate in enumerate(ordered, 1)
    )
    notes = [f"{_where(form, one.box)}: {one.why}" for one in found.unresolved[:_MOST_NOTES]]
    more = len(found.unresolved) - len(notes)
    notes += [f"{more} more places of this kind"] * (more > 0)
    doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
    if doubtful:
        notes.append(f"{', '.join(doubtful)}: not confirmed as an equilibrium")
    how = found.how or (
        f"branch and prune over {found.boxes:,} boxes: each excluded, or shown to hold exactly one "
        "first-order point, and the best deviation of each player from each point bounded"
    )
    return EquilibriumSet(
        game=game.name,
        structure="smooth",
        at=form.at,
        equilibria=equilibria,
        complete=not notes,
        completeness=f"{'proved' if not notes else 'not shown'}: {how}",
        scope="all equilibria in pure strategies",
        unresolved=tuple(notes),
        refuted=tuple(_refuted(form, candidate) for candidate in found.refuted),
    )


def _strategies(form: SmoothForm, candidate: Candidate) -> tuple[Strategy, ...]:
    return tuple(
        Strategy(move, owner, "", Record(), value=value)
        for move, owner, value in zip(form.moves, form.owners, candidate.values, strict=True)
    )


def _equilibrium(form: SmoothForm, found: Smooth, candidate: Candidate, name: str) -> Equilibrium:
    strategies = _strategies(form, candidate)
    checked = examine(form.game, form.at, strategies)
    grade, note = Grade.CERTIFIED, ""
    if not checked.confirmed:
        grade, note = Grade.NUMERICAL, f"the checker could not confirm it: {checked.doubt}"
    elif not candidate.is_proved and checked.gain.upper > 0:
        grade = Grade.NUMERICAL
        note = "another move does as well, to 40 digits: whether it does better cannot be told"
    method = "interval Newton test of the first-order system, global bounds on deviations"
    evidence = Evidence(grade, method, checked.gain, checked.confirmed, note)
    near = any(
        all(v.overlaps(side) for v, side in zip(candidate.values, one.box, strict=True))
        for one in found.unresolved
    )
    marks = ("not shown to be isolated",) * near
    return Equilibrium(name, strategies, checked.payoffs, evidence, marks)


def _refuted(form: SmoothForm, candidate: Candidate) -> Refuted:
    assert candidate.better is not None
    player, reply = candidate.better
    assert reply.move is not None
    names = [form.moves[k] for k in form.own(player)]
    deviation = dict(zip(names, reply.move, strict=True))
    return Refuted(_strategies(form, candidate), player, deviation, reply.gain)


def _where(form: SmoothForm, box: tuple[Enclosure, ...]) -> str:
    """Say in words where a box is."""
    parts = []
    for move, value in zip(form.moves, box, strict=True):
        low, high = (_shown(end) for end in (value.lower, value.upper))
        about = "" if value.is_exact else "about "
        parts.append(f"{move} {about}{low}" if low == high else f"{move} in [{low}, {high}]")
    return ", ".join(parts)


def _shown(number: Fraction) -> str:
    """Write a number in six digits, whatever its size."""
    try:
        return f"{float(number):.6g}"
    except OverflowError:
        return f"{Decimal(number.numerator) / Decimal(number.denominator):.6g}"
