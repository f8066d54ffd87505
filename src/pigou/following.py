r"""Follow the equilibria of a continuous game as a reform grows, along the branches of a range.

Steps
-----
1. The game's policy range in the strength of the reform is taken (`pigou.policy_range`): branches
   of first-order points, and the events that change them, with their enclosures.
2. From an equilibrium at strength 0 the branch through it is followed as long as the strength
   grows. Where a move reaches an end of its interval, the branch that begins there is followed on.
3. It vanishes where the branch turns back (a fold), where it ends in a branch that goes back, or
   where some other move does as well and then better (a tie). The strength is that of the event.
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
    for other in new:
        there = _moves(other, walk.names)
        if math.dist(there, end.moves) < _NEAR * (1 + math.hypot(*there)):
            here, now = _values(one), _values(other)
            still = all(now[name].overlaps(here[name]) for name in walk.names)
            what = "survives" if still else "moves"
            return Change(what, one.name, other.name, None, "numerical")
    return None


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
        for branch in self.course.branches:
            for place, step in ((0, 1), (len(branch.values) - 1, -1)):
                here = _at(branch, place)
                if abs(branch.values[place] - side) < _CLOSE and _near(here, moves):
                    return self._along(branch, place, step, 1 if side == 0 else -1, 0)
        return None

    def _along(self, branch: Branch, place: int, step: int, way: int, crossed: int) -> _End | None:
        """Follow a branch from a place in it as long as the strength goes one way."""
        values = branch.values
        while 0 <= place + step < len(values):
            further = place + step
            if (values[further] - values[place]) * way < 0:
                return _End(values[place], _at(branch, place), "fold")
            if not branch.best[further] and branch.best[place]:
                return _End(values[further], _at(branch, further), "tie", values[place])
            place = further
        here, target = _at(branch, place), 1.0 if way > 0 else 0.0
        if abs(values[place] - target) < _CLOSE:
            return _End(values[place], here, "")
        if crossed > len(self.course.branches):
            return None
        for other in self.course.branches:
            for start, onwards in ((0, 1), (len(other.values) - 1, -1)):
                close = abs(other.values[start] - values[place]) < _CLOSE
                if other is not branch and close and _near(_at(other, start), here):
                    following = start + onwards
                    if not 0 <= following < len(other.values):
                        continue
                    if (other.values[following] - other.values[start]) * way < 0:
                        return _End(values[place], here, "boundary")
                    return self._along(other, start, onwards, way, crossed + 1)
        return None

    def lost(self, one: Equilibrium, end: _End, side: int) -> Change:
        """Say where an equilibrium vanishes, or, followed back, appears."""
        event = self._event(end)
        sure = event is not None and event.certified and self.course.complete
        value = Enclosure.point(Fraction(end.strength)) if event is None else event.value
        what = ("vanishes", one.name, "") if side == 0 else ("appears", "", one.name)
        how, why = (
            ("certified", _WHY[end.why] + _FOLLOWED) if sure else ("numerical", _WHY[end.why])
        )
        return Change(*what, value, how, why)

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
    "boundary": "a move reaches an end of its interval, and the branch turns back",
}
_FOLLOWED = "; the branch to it was followed in doubles"


def _at(branch: Branch, place: int) -> tuple[float, ...]:
    return tuple(branch.moves[name][place] for name in branch.moves)


def _near(one: Sequence[float], other: Sequence[float]) -> bool:
    return math.dist(one, other) < _NEAR * (1 + math.hypot(*other))
