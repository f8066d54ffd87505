r"""Boxes of moves over runs of segments of a policy range: made, split, joined.

A box that touches an end of a move's interval and is free there is split into the face at that end
and the same box labelled interior, as in `pigou.solvers.branch_and_prune`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pigou.solvers.first_order import FREE, INTERIOR, LOWER, UPPER
from pigou.solvers.intervals import Floats
from pigou.solvers.tubes import Tubes

__all__ = ["Cells", "as_cells", "counted_up", "everything", "merged", "split"]

_CUT = 0.4921875
_MOST_SPLITS, _FEW, _MANY = 4, 400, 40


class Cells(NamedTuple):
    """Boxes of moves over runs of segments.

    Attributes
    ----------
    low, high : arrays (m, n)
    label : array (m, n)
    first, last : arrays (n,)
        The segments from `first` to before `last`.
    tried : array of bool (n,)
        Whether Newton's method has been run from here.
    """

    low: Floats
    high: Floats
    label: NDArray[np.int8]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    tried: NDArray[np.bool_]

    def pick(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Cells:
        """Return some of them."""
        return Cells(
            self.low[:, which], self.high[:, which], self.label[:, which], self.first[which],
            self.last[which], self.tried[which],
        )  # fmt: skip

    def joined(self, *others: Cells) -> Cells:
        """Return these and others."""
        return Cells(*(np.concatenate(parts, axis=-1) for parts in zip(self, *others, strict=True)))

    @property
    def number(self) -> int:
        """How many there are."""
        return self.low.shape[1]


def everything(m: int, runs: Sequence[tuple[int, int]], parts: int) -> Cells:
    """Return boxes that cover all moves, over each run of segments.

    Examples
    --------
    >>> everything(2, [(0, 8)], 2).number
    4
    """
    places = np.array(list(np.ndindex(*(parts,) * m))).T
    ends = np.linspace(0.0, 1.0, parts + 1)
    ends[1:-1] += 1 / 512  # so that no face lies at a round number
    n, r = places.shape[1], len(runs)
    return Cells(
        np.tile(ends[places], r),
        np.tile(ends[places + 1], r),
        np.full((m, n * r), FREE, dtype=np.int8),
        np.repeat(np.array([a for a, _ in runs], dtype=np.intp), n),
        np.repeat(np.array([b for _, b in runs], dtype=np.intp), n),
        np.zeros(n * r, dtype=bool),
    )


def merged(cells: Cells) -> Cells:
    """Put the smallest box around boxes of one segment with the same labels, where there are many.

    Examples
    --------
    >>> merged(everything(2, [(0, 1)], 9)).number
    1
    """
    if not cells.number:
        return cells
    keys = np.vstack([cells.label, cells.first, cells.last])
    _, group, size = np.unique(keys, axis=1, return_inverse=True, return_counts=True)
    group = group.reshape(-1)
    many = size[group] > _MANY
    boxes = []
    for one in np.unique(group[many]):
        part = cells.pick(group == one)
        box = part.pick(np.array([0]))
        boxes.append(box._replace(low=part.low.min(axis=1)[:, None],
                                  high=part.high.max(axis=1)[:, None]))  # fmt: skip
    return cells.pick(~many).joined(*boxes)


def as_cells(tubes: Tubes) -> Cells:
    """Return the cores of tubes as boxes to be looked at once more.

    Examples
    --------
    >>> as_cells(Tubes.none(2)).number
    0
    """
    low, high = (np.clip(end, 0.0, 1.0) for end in tubes.core)
    fits = np.asarray((tubes.core[0] <= tubes.core[1]).all(axis=0))
    cells = Cells(
        low, high, tubes.label, tubes.segment, tubes.segment + 1,
        np.zeros(tubes.number, dtype=bool),
    )  # fmt: skip
    return cells.pick(fits)


def split(cells: Cells, weight: Floats) -> Cells:
    """Split boxes by segments or across a move; where there are few, more than once.

    Boxes with one solution at most are parted into all their segments.
    """
    single = cells.pick(np.isinf(weight[-1]))
    length = single.last - single.first
    first = np.repeat(single.first, length) + counted_up(length)
    apart = single.pick(np.repeat(np.arange(single.number), length))
    apart = apart._replace(first=first, last=first + 1)
    cells, weight = cells.pick(~np.isinf(weight[-1])), weight[:, ~np.isinf(weight[-1])]
    for _ in range(_MOST_SPLITS if cells.number else 0):
        cells, weight = _halved(cells, weight)
        if cells.number > _FEW:
            break
    return cells.joined(apart)


def _halved(cells: Cells, weight: Floats) -> tuple[Cells, Floats]:
    """Halve boxes by segments, where these weigh more, or across their widest move.

    A box that touches an end is split into the face there and the rest.
    """
    by_segment = (cells.last - cells.first > 1) & (weight[-1] >= weight[:-1].max(axis=0))
    middle = (cells.first + cells.last) // 2
    n = np.flatnonzero(~by_segment)
    axis = np.argmax(cells.high - cells.low, axis=0)[n]
    low, high, label = cells.low[axis, n], cells.high[axis, n], cells.label[axis, n]
    face = (label == FREE) & ((low == 0) != (high == 1))
    cut = low + _CUT * (high - low)
    one, other = (
        cells._replace(low=cells.low.copy(), high=cells.high.copy(), label=cells.label.copy())
        for _ in range(2)
    )
    one.high[axis, n] = np.where(face, np.where(low == 0, 0.0, high), cut)
    one.low[axis, n] = np.where(face & (high == 1), 1.0, low)
    other.low[axis, n] = np.where(face, low, cut)
    one.label[axis, n] = np.where(face, np.where(low == 0, LOWER, UPPER), label)
    other.label[axis, n] = np.where(face, INTERIOR, label)
    one = one._replace(last=np.where(by_segment, middle, cells.last))
    other = other._replace(first=np.where(by_segment, middle, cells.first))
    weight = weight.copy()
    weight[-1, by_segment] /= 2
    weight[axis, n] /= 2
    return one.joined(other), np.tile(weight, 2)


def counted_up(lengths: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return 0, 1, ... for each of some lengths, one after the other.

    Examples
    --------
    >>> counted_up(np.array([2, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    if not len(lengths):
        return np.zeros(0, dtype=np.intp)
    return np.concatenate([np.arange(k) for k in lengths])
