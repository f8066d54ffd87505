"""Iterated strict dominance in a large crowd with several choices, by other choices.

Whether one choice pays more than another whatever the others do is decided exactly: of N members by
a search for a profile of the others at which it does not (`pigou.solvers.several_exit`), in a
continuum by the sign of what it gains at every point of the simplex where that has no slope.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

from pigou.errors import StructureError
from pigou.solvers.face_signs import signs_of
from pigou.solvers.several_choices import Crowd
from pigou.solvers.several_exit import fellows
from pigou.solvers.several_welfare import stationary
from pigou.solvers.simplex_points import whole

__all__ = ["RuledOut", "ruled_out"]


class RuledOut(NamedTuple):
    """A choice that is strictly dominated, in which round, and by which one."""

    round: int
    choice: int
    by: int


def ruled_out(crowd: Crowd) -> list[RuledOut]:
    """Return what iterated strict dominance removes, round by round.

    Raises
    ------
    StructureError
        If payoffs have conditions that change with what the others do, or a search is too long.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> mass, go = [Player("firm", size=sp.oo)], Move("go", "firm", {"a": 0, "b": 1, "c": 2})
    >>> payoffs = {"firm": "if(go == a, mean(go == c), if(go == b, 1/2, -1))"}
    >>> [tuple(gone) for gone in ruled_out(crowd_of(Game("g", mass, [go], payoffs), {}))]
    [(1, 2, 0), (2, 0, 1)]
    """
    kept = tuple(range(len(crowd.labels)))
    removed: list[RuledOut] = []
    for number in itertools.count(1):
        now = []
        for choice in kept:
            by = next((b for b in kept if b != choice and _better(crowd, kept, choice, b)), None)
            if by is not None:
                now.append(RuledOut(number, choice, by))
        if not now:
            return removed
        removed += now
        kept = tuple(a for a in kept if a not in {one.choice for one in now})
    return removed


def _better(crowd: Crowd, kept: tuple[int, ...], first: int, second: int) -> bool:
    """Whether the second choice pays more than the first, whatever others do of what is kept."""
    others = tuple(a for a in kept if a != crowd.exit) or crowd.staying
    if crowd.size is not None:
        return fellows(crowd, others, [(second, first)]) is None
    for size in range(1, len(others) + 1):
        for support in itertools.combinations(others, size):
            gap = crowd.gap(support, first, second, lambda f: signs_of(f, closed=True))
            if not gap.bottom.is_one():
                raise StructureError("dominance is not examined where payoffs are quotients")
            signs = (rest.point.sign(whole(gap.top)) for rest in stationary(support, gap.top))
            if any(sign != 1 for sign in signs):
                return False
    return True
