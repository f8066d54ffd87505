r"""A large crowd that may leave: the belief with which everybody does.

Members who stay meet members who stay, N - 1 of them. "Everybody leaves" is an equilibrium iff some
belief about the fellow members that one who stayed would meet makes staying no better. Beliefs are
about choices that survive iterated strict dominance. Both questions are the same one: is there a
profile n of N - 1 fellow members with :math:`f_k(n) \le 0` for some polynomials :math:`f_k`? Boxes
of counts are divided until one is found or none is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flint import fmpq

from pigou.errors import StructureError
from pigou.solvers.several_choices import Crowd
from pigou.solvers.several_counts import Bounds, Box, on_edge

__all__ = ["BeliefToLeave", "belief_to_leave", "fellows", "some_profile"]

MOST_BOXES = 20_000


class BeliefToLeave(NamedTuple):
    """Whether everybody leaves.

    Attributes
    ----------
    counts : tuple of int or None
        What N - 1 fellow members would do, for all choices; None if no such belief was found.
    open : bool
        Whether a belief that mixes profiles might do where no single one does.
    """

    counts: tuple[int, ...] | None
    open: bool


def belief_to_leave(crowd: Crowd) -> BeliefToLeave:
    """Return a belief with which nobody stays, if a profile of fellow members is one.

    Raises
    ------
    StructureError
        If payoffs are no polynomials, or the search is too long.

    Examples
    --------
    >>> from pigou import Choice, Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> choice = Choice({"one": 0, "two": 1, "leave": 2}, exit="leave")
    >>> payoffs = {"firm": "if(go == one, mean(go == one), if(go == two, mean(go == two), 2/3))"}
    >>> game = Game("g", [Player("firm", size=9000)], [Move("go", "firm", choice)], payoffs)
    >>> belief_to_leave(crowd_of(game, {})).counts
    (4500, 4499, 0)
    """
    leave = crowd.exit
    assert leave is not None
    staying = crowd.staying
    kept = _survivors(crowd, leave) or staying
    found = fellows(crowd, kept, [(a, leave) for a in staying])
    if found is not None:
        counts = [0] * len(crowd.labels)
        for choice, number in zip(kept, found, strict=True):
            counts[choice] = number
        return BeliefToLeave(tuple(counts), False)
    certain = any(fellows(crowd, kept, [(a, leave)]) is None for a in kept)
    return BeliefToLeave(None, not certain)


def _survivors(crowd: Crowd, leave: int) -> tuple[int, ...]:
    """Return the choices to stay that iterated strict dominance leaves."""
    kept = crowd.staying
    while kept:
        gone = [
            a
            for a in kept
            if any(b != a and fellows(crowd, kept, [(b, a)]) is None for b in (*kept, leave))
        ]
        if not gone:
            break
        kept = tuple(a for a in kept if a not in gone)
    return kept


def fellows(
    crowd: Crowd, kept: tuple[int, ...], pairs: Sequence[tuple[int, int]]
) -> tuple[int, ...] | None:
    """Return what fellow members may do so that the first of each pair pays no more.

    Parameters
    ----------
    crowd : Crowd
    kept : tuple of int
        The choices that they take.
    pairs : sequence of (int, int)

    Returns
    -------
    tuple of int or None
        The counts of `kept`; None if there is no such profile.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> payoffs = {"firm": "if(go == a, mean(go == a), if(go == b, 1/2, 1/3))"}
    >>> go = Move("go", "firm", {"a": 0, "b": 1, "c": 2})
    >>> crowd = crowd_of(Game("g", [Player("firm", size=1000)], [go], payoffs), {})
    >>> fellows(crowd, (0, 1, 2), [(1, 2)]), fellows(crowd, (0, 1, 2), [(0, 2)]) is None
    (None, False)
    """
    assert crowd.size is not None
    total = crowd.size - 1
    try:
        gaps = [crowd.in_counts(kept, a) - crowd.in_counts(kept, b) for a, b in pairs]
    except StructureError:
        if len(kept) > 2:
            raise
    else:
        return some_profile(gaps, len(kept), total)
    other = kept[1] if len(kept) == 2 else next(a for a in crowd.staying if a != kept[0])
    pair = (kept[0], other)
    gains = [on_edge(crowd, pair, a) - on_edge(crowd, pair, b) for a, b in pairs]
    starts = {run.low for gain in gains for run in gain.runs} if len(kept) == 2 else {0}
    for count in sorted(starts):
        if all(gain(count) <= 0 for gain in gains):
            return (total - count, count)[: len(kept)]
    return None


def some_profile(polynomials: Sequence[Any], number: int, total: int) -> tuple[int, ...] | None:
    """Return counts of some choices, with a given sum, at which no polynomial is positive.

    Parameters
    ----------
    polynomials : sequence of fmpq_mpoly
        In the counts of all choices but the first.
    number : int
        How many choices there are.
    total : int
        The sum of the counts.

    Raises
    ------
    StructureError
        If more than 20,000 boxes would have to be looked at.

    Examples
    --------
    >>> from pigou.solvers.face_signs import face_ring
    >>> (x,) = face_ring(1).gens()
    >>> some_profile([7 - x, x - 7], 2, 10**9), some_profile([7 - x, x - 6], 2, 10**9)
    ((999999993, 7), None)
    """
    limits = [Bounds(f) for f in polynomials]
    if number == 1:
        here = (fmpq(0),) * len(limits[0].gens)
        return (total,) if all(limit.polynomial(*here) <= 0 for limit in limits) else None
    stack: list[Box] = [((0, total),) * (number - 1)]
    for _ in range(MOST_BOXES):
        if not stack:
            return None
        box = stack.pop()
        lows = sum(low for low, _ in box)
        if lows > total:
            continue
        box = tuple((low, min(high, total - lows + low)) for low, high in box)
        if any(limit.on(box)[0] > 0 for limit in limits):
            continue
        middle = tuple((low + high) // 2 for low, high in box)
        for row in (tuple(low for low, _ in box), middle):
            if sum(row) <= total and all(
                limit.polynomial(*map(fmpq, row)) <= 0 for limit in limits
            ):
                return (total - sum(row), *row)
        widths = [high - low for low, high in box]
        k = widths.index(max(widths))
        if widths[k]:
            cut = sum(box[k]) // 2
            halves = ((cut + 1, box[k][1]), (box[k][0], cut))
            stack += [(*box[:k], half, *box[k + 1 :]) for half in halves]
    raise StructureError("the search for a profile of fellow members is too long")
