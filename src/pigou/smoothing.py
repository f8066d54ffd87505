"""Solve a game with continuous moves: name what was found, check it, and say what it covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
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
from pigou.game import Game
from pigou.solvers.aggregate_games import equilibria_of_continuous
from pigou.solvers.algebraic_games import Continuum, Settled, settle
from pigou.solvers.shared_kinks import along_shared_kinks
from pigou.solvers.smooth_form import SmoothForm, smooth_form
from pigou.solvers.smooth_games import Candidate

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
    settled = settle(form, equilibria_of_continuous(form))
    segments, left = along_shared_kinks(form, settled.smooth)
    found = settled.smooth._replace(unresolved=left)
    settled = settled._replace(smooth=found, continua=(*settled.continua, *segments))
    places = range(len(found.equilibria))
    order = sorted(places, key=lambda k: [v.lower for v in found.equilibria[k].values])
    components, ends = _components(settled.continua, [found.equilibria[k] for k in order])
    equilibria = tuple(
        _equilibrium(form, settled, place, f"E{number}", ends.get(f"E{number}", ""))
        for number, place in enumerate(order, 1)
    )
    notes = [settled.disagreement] * bool(settled.disagreement)
    notes += [f"{_where(form, one.box)}: {one.why}" for one in found.unresolved[:_MOST_NOTES]]
    more = len(found.unresolved) - _MOST_NOTES
    notes += [f"{more} more places of this kind"] * (more > 0)
    notes += settled.open
    doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
    if doubtful:
        notes.append(f"{', '.join(doubtful)}: not confirmed as an equilibrium")
    how = settled.how
    return EquilibriumSet(
        game=game.name,
        structure="smooth",
        at=form.at,
        equilibria=equilibria,
        complete=not notes,
        completeness=f"{'proved' if not notes else 'not shown'}: {how}",
        scope="all equilibria in pure strategies",
        components=components,
        unresolved=tuple(notes),
        refuted=tuple(_refuted(form, candidate) for candidate in found.refuted),
    )


def _strategies(
    form: SmoothForm, candidate: Candidate, exact: tuple[str, ...] = ()
) -> tuple[Strategy, ...]:
    forms = exact or ("",) * len(form.moves)
    return tuple(
        Strategy(move, owner, "", Record(), value=value, exact=exactly)
        for move, owner, value, exactly in zip(
            form.moves, form.owners, candidate.values, forms, strict=True
        )
    )


def _equilibrium(
    form: SmoothForm, settled: Settled, place: int, name: str, component: str
) -> Equilibrium:
    candidate = settled.smooth.equilibria[place]
    strategies = _strategies(form, candidate, settled.forms[place])
    checked = examine(form.game, form.at, strategies)
    grade, note, gain = Grade.CERTIFIED, "", checked.gain
    method = "interval Newton test of the first-order system, global bounds on deviations"
    doubted = not checked.confirmed and checked.gain.lower <= 0
    if settled.exactly[place] or (doubted and settled.proves(place)):
        method = "elimination in exact arithmetic, deviations excluded over the reals (z3)"
        if not checked.confirmed:
            gain = Enclosure.point(0)
            note = f"exact; the checker could not confirm it: {checked.doubt}"
    elif not checked.confirmed:
        grade, note = Grade.NUMERICAL, f"the checker could not confirm it: {checked.doubt}"
    elif not candidate.is_proved and checked.gain.upper > 0:
        grade = Grade.NUMERICAL
        note = "another move does as well, to 40 digits: whether it does better cannot be told"
    if checked.gain.lower > 0 or settled.disagreement:
        grade = Grade.NUMERICAL
        note = settled.disagreement or f"the checker contradicts it: {checked.doubt}"
    evidence = Evidence(grade, method, gain, checked.confirmed, note)
    near = any(
        all(v.overlaps(side) for v, side in zip(candidate.values, one.box, strict=True))
        for one in settled.smooth.unresolved
    )
    marks = ("not shown to be isolated",) * near
    return Equilibrium(name, strategies, checked.payoffs, evidence, marks, component)


def _components(
    continua: Sequence[Continuum], equilibria: Sequence[Candidate]
) -> tuple[tuple[Component, ...], dict[str, str]]:
    """Name continua, those that meet in one; say to which each of the equilibria belongs."""
    names = {
        tuple(v.lower for v in candidate.values): f"E{number}"
        for number, candidate in enumerate(equilibria, 1)
        if all(v.is_exact for v in candidate.values)
    }
    groups: list[tuple[list[tuple[str, ...]], list[str]]] = []
    for one in continua:
        spans, words = [tuple(names[end] for end in one.ends)], [one.words]
        for group in [g for g in groups if {n for s in g[0] for n in s} & set(spans[0])]:
            groups.remove(group)
            spans, words = group[0] + spans, group[1] + words
        groups.append((spans, words))
    components = tuple(
        Component(f"C{k}", 1, tuple(spans), points=" or ".join(dict.fromkeys(words)))
        for k, (spans, words) in enumerate(groups, 1)
    )
    return components, {n: c.name for c in components for span in c.subsets for n in span}


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
