"""What there is to say about the equilibria of a game along a policy, in words and as JSON."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from pigou.json_numbers import number
from pigou.policy_range import Branch, Event, PolicyRange, Segment, Window
from pigou.tables import Block, Page, Table, Words, rounded

__all__ = ["policy_range_page", "policy_range_result"]


def policy_range_page(found: PolicyRange) -> Page:
    """Show how many equilibria there are at which values of the policy, and what happens between.

    Examples
    --------
    >>> from pigou import Game, Move, Parameter, Player
    >>> from pigou.policy_range import policy_range
    >>> game = Game(
    ...     "alone",
    ...     [Player("a")],
    ...     [Move("x", "a", (0, 1))],
    ...     {"a": "rate*x - x**2/2"},
    ...     parameters=[Parameter("rate", 0)],
    ... )
    >>> policy_range_page(policy_range(game, "rate", "1/4", "1/2")).blocks[0].text
    'alone: equilibria for rate from 0.25 to 0.5'
    """
    span = f"{found.over} from {rounded(found.low)} to {rounded(found.high)}"
    blocks: list[Block] = [Words(f"{found.game}: equilibria for {span}", "title")]
    if found.stopped:
        blocks.append(Words(f"STOPPED: {found.stopped}.", "warning"))
    for window in (w for w in found.windows if w.is_open):
        ends = (_digits(found, end) for end in (window.low, window.high))
        where = f"{found.over} between {' and '.join(ends)}"
        blocks.append(Words(f"INCOMPLETE: the number is not known for {where}.", "warning"))
    table = _counts(found)
    blocks.append(table)
    if found.events:
        blocks.append(_events(found))
    blocks.append(Words("What this rests on", "heading"))
    blocks += [Words(sentence, under=1) for sentence in _grounds(found)]
    return Page(tuple(blocks), table)


def _digits(found: PolicyRange, value: Fraction) -> str:
    """Write a value so that the ends of a window differ."""
    largest = max(abs(found.low), abs(found.high))
    digits = math.ceil(math.log10(largest / found.window)) + 3
    return f"{float(value):.{min(max(digits, 9), 17)}g}"


def _counts(found: PolicyRange) -> Table:
    parts: list[Segment | Window] = [*found.segments, *found.windows]
    rows = []
    for part in sorted(parts, key=lambda one: one.low):
        ends = (_digits(found, part.low), _digits(found, part.high))
        if isinstance(part, Segment):
            rows.append((*ends, str(part.equilibria), str(part.first_order)))
        else:
            rows.append((*ends, f"window: {part.why}", ""))
    columns = (f"{found.over} from", "to", "equilibria", "first-order points")
    return Table("", columns, tuple(rows))


def _events(found: PolicyRange) -> Table:
    rows = []
    for event in found.events:
        moves = ", ".join(f"{name} {rounded(value)}" for name, value in event.moves.items())
        words = event.words
        if event.which:
            words = words.replace("a move reaches, or leaves,", f"{' and '.join(event.which)} at")
        sure = "certified" if event.certified else "in floats"
        rows.append((f"{event.value.value:.12g}", event.kind, words, moves, sure))
    return Table("Events", (found.over, "event", "what happens", "moves", "known"), tuple(rows))


def _grounds(found: PolicyRange) -> list[str]:
    known = "Complete" if found.complete else "Not complete"
    grounds = [
        f"{known}: on each of {found.pieces:,} pieces of the range every box of moves "
        f"({found.boxes:,} in all) is excluded, or shown to hold exactly one first-order point for "
        "every value of the piece, and every player's best deviation is bounded. Windows are at "
        f"most {float(found.window):.3g} wide, those marked incomplete aside.",
        "All folds are listed: elsewhere the first-order system is proved regular."
        if found.all_folds
        else "It is not proved that all folds are listed.",
    ]
    if found.at:
        values = ", ".join(f"{name} = {value}" for name, value in found.at.items())
        grounds.append(f"At {values}.")
    return grounds


# -- JSON ---------------------------------------------------------------------------------------


def policy_range_result(found: PolicyRange) -> dict[str, Any]:
    """Write the equilibria along a policy: schema ``pigou.sweep/1``.

    Examples
    --------
    >>> from pigou import Game, Move, Parameter, Player
    >>> from pigou.policy_range import policy_range
    >>> game = Game(
    ...     "alone",
    ...     [Player("a")],
    ...     [Move("x", "a", (0, 1))],
    ...     {"a": "rate*x - x**2/2"},
    ...     parameters=[Parameter("rate", 0)],
    ... )
    >>> result = policy_range_result(policy_range(game, "rate", "1/4", "1/2"))
    >>> result["segments"][0]["equilibria"], result["complete"]
    (1, True)
    """
    return {
        "schema": "pigou.sweep/1",
        "game": found.game,
        "over": found.over,
        "low": str(found.low),
        "high": str(found.high),
        "at": {name: str(value) for name, value in found.at.items()},
        "window": float(found.window),
        "complete": found.complete,
        "all_folds": found.all_folds,
        "pieces": found.pieces,
        "boxes": found.boxes,
        "stopped": found.stopped,
        "segments": [
            {**_ends(s), "equilibria": s.equilibria, "first_order": s.first_order}
            for s in found.segments
        ],
        "windows": [{**_ends(w), "why": w.why, "open": w.is_open} for w in found.windows],
        "events": [_event(event) for event in found.events],
        "branches": [_branch(branch) for branch in found.branches],
    }


def _ends(part: Segment | Window) -> dict[str, Any]:
    return {"low": float(part.low), "high": float(part.high)}


def _event(event: Event) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "what": event.words,
        "value": number(event.value),
        "moves": {name: number(value) for name, value in event.moves.items()},
        "which": list(event.which),
        "certified": event.certified,
    }


def _branch(branch: Branch) -> dict[str, Any]:
    return {
        "values": list(branch.values),
        "moves": {name: list(values) for name, values in branch.moves.items()},
        "at_end": dict(branch.at_end),
        "stable": list(branch.stable),
        "best": list(branch.best),
    }
