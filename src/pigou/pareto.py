"""Which equilibria Pareto-dominate which, among players: decided by exact or enclosed payoffs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias, TypeVar

from pigou.check_simultaneous import Examination
from pigou.exact import Enclosure

__all__ = ["Ranking", "pareto"]

MOST_COMPARED = 300
"""With more different vectors of payoffs nothing is compared."""

T = TypeVar("T")


class Ranking(NamedTuple):
    """By which others each equilibrium is dominated, and of which that is not decided.

    Attributes
    ----------
    by, unclear : list of list of int
    compared : bool
        False if there were more than 300 different vectors of payoffs: then nothing was compared.

    Examples
    --------
    >>> Ranking([[1], []], [[], []], compared=True).by[0]
    [1]
    """

    by: list[list[int]]
    unclear: list[list[int]]
    compared: bool

    def named(self, number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return by which equilibria one is dominated, by name, and what is not decided."""
        names = tuple(f"E{k + 1}" for k in self.by[number])
        open_ = tuple(f"dominated by E{k + 1}" for k in self.unclear[number])
        return names, open_ if self.compared else ("Pareto dominance",)


def pareto(examined: Sequence[Examination]) -> Ranking:
    """Return which equilibria Pareto-dominate each, and of which it is not decided.

    One dominates another if it is at least as good for every single player and every member of a
    population, and better for one; members alike may change places. Bystanders do not count.

    Parameters
    ----------
    examined : sequence of Examination

    Examples
    --------
    >>> from pigou import examine, solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> found = solve(game)
    >>> pareto([examine(game, found.at, e.strategies) for e in found])
    Ranking(by=[[1], [], [1]], unclear=[[], [], []], compared=True)
    """
    by: list[list[int]] = [[] for _ in examined]
    unclear: list[list[int]] = [[] for _ in examined]
    alike: dict[Any, list[int]] = {}
    for number, one in enumerate(examined):
        levels = tuple(_levels(payoffs) for payoffs in one.members.values())
        alike.setdefault(levels, []).append(number)
    if len(alike) > MOST_COMPARED:
        return Ranking(by, unclear, compared=False)
    for (worse, these), (better, those) in itertools.permutations(alike.items(), 2):
        answer = _dominates(better, worse)
        if answer is not False:
            for number in these:
                (by if answer else unclear)[number] += those
    return Ranking([sorted(d) for d in by], [sorted(u) for u in unclear], compared=True)


_Levels: TypeAlias = tuple[tuple[tuple[Fraction, Fraction], int], ...]
"""What members have, from the worst off up: between which ends, and how many have at most that."""


def _levels(payoffs: Sequence[tuple[Enclosure, int]]) -> _Levels:
    lower = _steps([(p.lower, number) for p, number in payoffs])
    upper = _steps([(p.upper, number) for p, number in payoffs])
    return tuple(_side_by_side(lower, upper))


def _steps(payoffs: Sequence[tuple[Fraction, int]]) -> list[tuple[Fraction, int]]:
    ordered = sorted(payoffs)
    totals = itertools.accumulate(number for _, number in ordered)
    return [(payoff, total) for (payoff, _), total in zip(ordered, totals, strict=True)]


def _side_by_side(
    left: Sequence[tuple[T, int]], right: Sequence[tuple[T, int]]
) -> Iterator[tuple[tuple[T, T], int]]:
    """Pair two step functions of the rank of a member."""
    i = j = 0
    while i < len(left):
        until = min(left[i][1], right[j][1])
        yield (left[i][0], right[j][0]), until
        i, j = i + (left[i][1] == until), j + (right[j][1] == until)


def _dominates(one: tuple[_Levels, ...], other: tuple[_Levels, ...]) -> bool | None:
    """Whether one equilibrium Pareto-dominates another; None if the enclosures leave it open."""
    certain, better, maybe_better = True, False, False
    for ours, theirs in zip(one, other, strict=True):
        for ((lower, upper), (least, most)), _ in _side_by_side(ours, theirs):
            if upper < least:
                return False
            certain = certain and lower >= most
            better = better or lower > most
            maybe_better = maybe_better or upper > least
    if certain and better:
        return True
    return None if maybe_better else False
