r"""All pure equilibria of a large population of several types, by counts.

With :math:`m_t` of the :math:`N_t` members of type t taking the second choice, M their total and
:math:`\Delta_t(k)` what a member of type t gains by it when k of all others take it, nobody wants
to change iff for every type

.. math:: m_t > 0 \Rightarrow \Delta_t(M - 1) \ge 0, \qquad m_t < N_t \Rightarrow \Delta_t(M) \le 0.

Steps
-----
1. :math:`\Delta_t(M - 1)` and :math:`\Delta_t(M)` have the same signs on intervals of M, known from
   where :math:`\Delta_t` changes sign (`pigou.solvers.piecewise`). All types together cut the
   totals 0, ..., N into a few cells, whatever N is.
2. Within a cell each type is free (both conditions hold), has nobody who takes the choice (only
   the second holds) or everybody (only the first); if neither holds the cell has no equilibrium.
3. What is left is a set of counts: those that are not free are given, those that are lie between 0
   and :math:`N_t`, and all add up to a total within the cell. Cells that continue each other are
   joined, so that the sets are disjoint and together hold every equilibrium.

The corners of such a set are whole numbers, as all but one of the counts are at an end there and
the last one follows from the total.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pigou.solvers.piecewise import Piecewise, Run
from pigou.solvers.several_types import Kind

__all__ = ["TypedCounts", "is_strict", "typed_counts"]


class TypedCounts(NamedTuple):
    """Counts of each type who take the second choice, each combination an equilibrium.

    Attributes
    ----------
    least, most : tuple of int
        Bounds on the count of each type.
    low, high : int
        Bounds on their total.
    """

    least: tuple[int, ...]
    most: tuple[int, ...]
    low: int
    high: int

    @property
    def free(self) -> list[int]:
        """The types of which the counts are not given."""
        return [t for t, (a, b) in enumerate(zip(self.least, self.most, strict=True)) if a < b]

    @property
    def tight(self) -> TypedCounts:
        """The same set, with bounds on each count that are reached.

        Examples
        --------
        >>> TypedCounts((0, 0), (2, 5), 7, 7).tight
        TypedCounts(least=(2, 5), most=(2, 5), low=7, high=7)
        """
        least, most = sum(self.least), sum(self.most)
        bounds = [
            (max(a, self.low - most + b), min(b, self.high - least + a))
            for a, b in zip(self.least, self.most, strict=True)
        ]
        return self._replace(least=tuple(a for a, _ in bounds), most=tuple(b for _, b in bounds))

    def points(self, limit: int) -> list[tuple[int, ...]] | None:
        """Return all of them, in order of the total; None if they are more than a limit.

        Examples
        --------
        >>> TypedCounts((0, 0), (2, 5), 3, 3).points(9)
        [(0, 3), (1, 2), (2, 1)]
        """
        found = self.some(limit + 1)
        return None if len(found) > limit else sorted(found, key=lambda row: (sum(row), row))

    def some(self, limit: int) -> list[tuple[int, ...]]:
        """Return some of them, up to a limit.

        Examples
        --------
        >>> TypedCounts((0, 0), (2 * 10**9, 10**9), 10**9, 10**9).some(2)
        [(0, 1000000000), (1, 999999999)]
        """
        return list(itertools.islice(self._walk(), limit))

    def meets(self, other: TypedCounts) -> bool:
        """Whether two sets have counts in common.

        Examples
        --------
        >>> TypedCounts((0, 0), (2, 5), 0, 3).meets(TypedCounts((2, 2), (2, 5), 4, 7))
        False
        """
        least = [max(a, b) for a, b in zip(self.least, other.least, strict=True)]
        most = [min(a, b) for a, b in zip(self.most, other.most, strict=True)]
        low = max(self.low, other.low, sum(least))
        fits = all(a <= b for a, b in zip(least, most, strict=True))
        return fits and low <= min(self.high, other.high, sum(most))

    def _walk(self, chosen: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
        place, used = len(chosen), sum(chosen)
        if place == len(self.least):
            yield chosen
            return
        before, after = sum(self.least[place + 1 :]), sum(self.most[place + 1 :])
        lowest = max(self.least[place], self.low - used - after)
        highest = min(self.most[place], self.high - used - before)
        for number in range(lowest, highest + 1):
            yield from self._walk((*chosen, number))

    @property
    def corners(self) -> list[tuple[int, ...]]:
        """The corners of the set.

        Examples
        --------
        >>> TypedCounts((0, 0), (2, 5), 3, 4).corners
        [(0, 3), (2, 1), (0, 4), (2, 2)]
        """
        found = set()
        ends = list(zip(self.least, self.most, strict=True))
        for row in itertools.product(*ends):
            if self.low <= sum(row) <= self.high:
                found.add(row)
            for place, total in itertools.product(self.free, (self.low, self.high)):
                last = total - sum(row) + row[place]
                if self.least[place] <= last <= self.most[place]:
                    found.add((*row[:place], last, *row[place + 1 :]))
        return sorted(found, key=lambda row: (sum(row), row))


def typed_counts(kinds: Sequence[Kind]) -> list[TypedCounts]:
    """Return every combination of counts such that nobody wants to change, as disjoint sets.

    Examples
    --------
    Chicken: each gains while fewer than a thousand others do the same, the far ones ten.

    >>> from flint import fmpq_poly
    >>> from pigou.solvers.piecewise import Piece
    >>> top = 10**9 + 6 * 10**8 - 1
    >>> gains = [Piecewise([Piece(0, top, fmpq_poly([n, -1]))]) for n in (999, 9)]
    >>> kinds = [Kind("near", 10**9, gains[0]), Kind("far", 6 * 10**8, gains[1])]
    >>> [tuple(found) for found in typed_counts(kinds)]
    [((999, 0), (1000, 0), 999, 1000)]
    """
    size = sum(kind.size for kind in kinds)
    first = [_shifted(kind.gain) for kind in kinds]
    second = [[*(r._replace(sign=-r.sign) for r in k.gain.runs), Run(size, size, 1)] for k in kinds]
    runs = [*first, *second]
    places = [0] * len(runs)
    found: list[TypedCounts] = []
    low = 0
    while low <= size:
        here = [row[place] for row, place in zip(runs, places, strict=True)]
        high = min(run.high for run in here)
        wanting = [run.sign >= 0 for run in here[: len(kinds)]]
        content = [run.sign >= 0 for run in here[len(kinds) :]]
        _add(found, _cell(kinds, wanting, content, Run(low, high, 0)))
        places = [p + (run.high == high) for p, run in zip(places, here, strict=True)]
        low = high + 1
    return [one.tight for one in found]


def _shifted(gain: Piecewise) -> list[Run]:
    """Return the signs of what those who take the second choice gain by it, over the total."""
    return [Run(0, 0, 1), *(r._replace(low=r.low + 1, high=r.high + 1) for r in gain.runs)]


def _cell(
    kinds: Sequence[Kind], wanting: Sequence[bool], content: Sequence[bool], totals: Run
) -> TypedCounts | None:
    """Return the equilibria with a total in a cell."""
    least, most = [], []
    for kind, wants, stays in zip(kinds, wanting, content, strict=True):
        if not wants and not stays:
            return None
        least.append(0 if stays else kind.size)
        most.append(kind.size if wants else 0)
    low, high = max(totals.low, sum(least)), min(totals.high, sum(most))
    return TypedCounts(tuple(least), tuple(most), low, high) if low <= high else None


def _add(found: list[TypedCounts], new: TypedCounts | None) -> None:
    """Add a set, or let it and the last one go on with each other."""
    if new is None:
        return
    last = found[-1] if found else None
    if last is not None and last.high + 1 == new.low:
        for box in (last, new):
            before, after = (box._replace(low=one.low, high=one.high) for one in (last, new))
            if (before.tight, after.tight) == (last.tight, new.tight):
                found[-1] = box._replace(low=last.low, high=new.high)
                return
    found.append(new)


def is_strict(kinds: Sequence[Kind], counts: Sequence[int]) -> bool:
    """Whether everybody would lose by changing, at counts from which nobody wants to change.

    Examples
    --------
    >>> from flint import fmpq_poly
    >>> from pigou.solvers.piecewise import Piece
    >>> kinds = [Kind("all", 3, Piecewise([Piece(0, 2, fmpq_poly([-1, 1]))]))]
    >>> is_strict(kinds, [0]), is_strict(kinds, [1])
    (True, False)
    """
    total = sum(counts)
    return all(
        (not m or kind.gain(total - 1) > 0) and (m == kind.size or kind.gain(total) < 0)
        for kind, m in zip(kinds, counts, strict=True)
    )
