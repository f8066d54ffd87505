r"""Follow the equilibria of a continuous game as a reform grows, along the branches of a range.

Steps
-----
1. The game's policy range in the strength of the reform is taken (`pigou.policy_range`): branches
   of first-order points, and the events that change them, with their enclosures.
2. From an equilibrium at strength 0 the branch through it is followed as long as the strength
   grows. Where a move reaches an end of its interval, the branch that begins there is followed on.
3. It vanishes where the branch turns back (a fold), where it ends and none goes on from there, or
   where some other move does as well and then better (a tie). The strength is that of the event;
   without one, it is between two points of the branch.
4. Equilibria after the reform from which nothing arrives are followed back in the same way.

Branches are followed in doubles, so that which equilibrium is which is *numerical*. The strength at
which one is lost is *certified* where the number of equilibria is proved on all of the range but
for its windows, and the event is one whose strength is proved; the reason then says that the branch
to it was followed in doubles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from pigou.changes import Change
from pigou.equilibrium import Equilibrium, EquilibriumSet
from pigou.errors import PigouError
from pigou.exact import Enclosure
from pigou.game import Game
from pigou.policy_range import Branch, Event, PolicyRange, policy_range
from pigou.solvers.policy_form import between

__all__ = ["followed"]

MOST_MOVES = 3
_NEAR = 1e-4
_CLOSE = 1e-5
_SAME = 1e-10


class _End(NamedTuple):
    """Where a branch was left: strength and moves, what happened, and the strength before a tie."""

    strength: float
    moves: tuple[float, ...]
    why: str
    since: float = 0.0


def followed(
    before: Game, after: Game, old: EquilibriumSet, new: EquilibriumSet
) -> tuple[Change, ...]:
    """Return what becomes of equilibria that could be followed; nothing of the others.

    Parameters
    ----------
    before, after : Game
        The game and the game reformed.
    old, new : EquilibriumSet
        Their equilibria.

    Examples
    --------
    >>> from pigou import Move, Player, solve, subsidy
    >>> move = Move("x", "a", (0, 1))
    >>> game = Game("alone", [Player("a")], [move], {"a": "x/2 - x**2/2"})
    >>> paid = subsidy("x", 1)(game)
    >>> [str(change) for change in followed(game, paid, solve(game), solve(paid))]
    ['E1 moves (as E1)']
    """
    same = before.players == after.players and before.moves == after.moves
    if not same or len(before.moves) > MOST_MOVES:
        return ()
    try:
        course = policy_range(between(before, after), "strength", 0, 1, new.at)
    except PigouError:
        return ()
    walk = _Walk(course)
    changes: list[Change] = []
    taken: set[str] = set()
    for one in old:
        end = walk.from_end(_moves(one, walk.names), 0)
        change = None if end is None else _change(one, end, new, walk)
        if change is not None:
            changes.append(change)
            taken.add(change.after)
    for one in new:
        end = walk.from_end(_moves(one, walk.names), 1) if one.name not in taken else None
        if end is not None and end.why:
            changes.append(walk.lost(one, end, 1))
    return tuple(changes)


def _change(one: Equilibrium, end: _End, new: EquilibriumSet, walk: _Walk) -> Change | None:
    if end.why:
        return walk.lost(one, end, 0)
    places = {other.name: _moves(other, walk.names) for other in new}
    name = min(places, key=lambda name: math.dist(places[name], end.moves), default="")
    if not name or not _near(end.moves, places[name]):
        return None
    here, now = _values(one), _values(new[name])
    still = all(now[move].overlaps(here[move]) for move in walk.names)
    return Change("survives" if still else "moves", one.name, name, None, "numerical")


def _values(one: Equilibrium) -> dict[str, Enclosure]:
    return {s.move: s.value for s in one.strategies if s.value is not None}


def _moves(one: Equilibrium, names: Sequence[str]) -> tuple[float, ...]:
    values = _values(one)
    return tuple(values[name].value for name in names)


class _Walk:
    """Walks along the branches of a policy range."""

    def __init__(self, course: PolicyRange):
        self.course = course
        self.names = tuple(course.branches[0].moves) if course.branches else ()

    def from_end(self, moves: Sequence[float], side: int) -> _End | None:
        """Follow the branch through a point at strength 0 away from it, or at 1; None if lost."""
        way = 1 if side == 0 else -1
        ends = self._ends_at(side, moves)
        going = [end for end in ends if _goes(end[0], end[2], way)] or ends
        if not going:
            return None
        branch, place, step = min(going, key=lambda end: math.dist(_at(*end[:2]), moves))
        if not _goes(branch, step, way):
            return _End(branch.values[place], _at(branch, place), "boundary")
        return self._along(branch, place, step, way, 0)

    def _ends_at(self, strength: float, moves: Sequence[float]) -> list[tuple[Branch, int, int]]:
        """Return the ends of branches near a point, and the step that leads away from each."""
        return [
            (branch, place, step)
            for branch in self.course.branches
            for place, step in ((0, 1), (len(branch.values) - 1, -1))
            if abs(branch.values[place] - strength) < _CLOSE and _near(_at(branch, place), moves)
        ]

    def _along(self, branch: Branch, place: int, step: int, way: int, crossed: int) -> _End | None:
        """Follow a branch from a place in it as long as the strength goes one way."""
        values = branch.values
        while 0 <= place + step < len(values):
            further = place + step
            if (values[further] - values[place]) * way < -_SAME:
                return _End(values[place], _at(branch, place), "fold")
            if not branch.best[further] and branch.best[place]:
                return _End(values[further], _at(branch, further), "tie", values[place])
            place = further
        here, target = _at(branch, place), 1.0 if way > 0 else 0.0
        if abs(values[place] - target) < _CLOSE:
            return _End(values[place], here, "")
        return self._beyond(branch, place, way, crossed)

    def _beyond(self, branch: Branch, place: int, way: int, crossed: int) -> _End | None:
        """Follow on from the end of a branch, along the one that begins there and goes the way."""
        here, at = _at(branch, place), branch.values[place]
        if crossed > len(self.course.branches):
            return None
        met = [end for end in self._ends_at(at, here) if end[0] is not branch]
        for other, start, step in met:
            if _goes(other, step, way):
                return self._along(other, start, step, way, crossed + 1)
        return _End(at, here, "boundary") if met else None

    def lost(self, one: Equilibrium, end: _End, side: int) -> Change:
        """Say where an equilibrium vanishes, or, followed back, appears."""
        event = self._event(end)
        sure = event is not None and event.certified and self.course.complete
        value = self._about(end) if event is None else event.value
        what = ("vanishes", one.name, "") if side == 0 else ("appears", "", one.name)
        how, why = (
            ("certified", _WHY[end.why] + _FOLLOWED) if sure else ("numerical", _WHY[end.why])
        )
        return Change(*what, value, how, why)

    def _about(self, end: _End) -> Enclosure:
        """Return about where a branch was left if no event is known there."""
        if end.why != "tie":
            return Enclosure.point(Fraction(end.strength))
        low, high = (Fraction(s) for s in sorted((end.since, end.strength)))
        inside = [w for w in self.course.windows if low <= w.low and w.high <= high]
        unnamed = [w for w in inside if w.why == "open"]  # a tie at an end of the range
        if len(unnamed) == 1:
            low, high = unnamed[0].low, unnamed[0].high
        return Enclosure(low, high)

    def _event(self, end: _End) -> Event | None:
        """Return the event at which a branch was left: the nearest, in strength and moves."""
        kinds = {"fold": ("fold", "crossing"), "tie": ("tie",), "boundary": ("boundary",)}[end.why]
        events = [e for e in self.course.events if e.kind in kinds]
        if end.why == "tie":
            low, high = sorted((end.since, end.strength))
            between = [e for e in events if low - _CLOSE <= e.value.value <= high + _CLOSE]
            return between[0] if len(between) == 1 else None
        best = min(events, key=lambda e: self._distance(e, end), default=None)
        reach = 0.2 if end.why == "fold" else _NEAR
        return None if best is None or self._distance(best, end) > reach else best

    def _distance(self, event: Event, end: _End) -> float:
        """Return how far an event is from where a branch was left; moves by their size."""
        moves = [event.moves[name].value for name in self.names]
        apart = math.dist(moves, end.moves) / (1 + math.hypot(*end.moves))
        return math.hypot(event.value.value - end.strength, apart)


_WHY = {
    "fold": "it meets another first-order point",
    "tie": "another move does as well, and then better",
    "boundary": "a move reaches an end of its interval, from where the branch does not go on",
}
_FOLLOWED = "; the branch to it was followed in doubles"


def _goes(branch: Branch, step: int, way: int) -> bool:
    """Whether the strength goes one way along a branch from an end; not if it stays the same."""
    start, *others = branch.values[::step]
    gaps = ((value - start) * way for value in others)
    return next((gap > 0 for gap in gaps if abs(gap) > _SAME), False)


def _at(branch: Branch, place: int) -> tuple[float, ...]:
    return tuple(branch.moves[name][place] for name in branch.moves)


def _near(one: Sequence[float], other: Sequence[float]) -> bool:
    return math.dist(one, other) < _NEAR * (1 + math.hypot(*other))
