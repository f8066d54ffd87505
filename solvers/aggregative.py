r"""All equilibria of an aggregative game, by a search over its one aggregate.

At a solution of the first-order system with aggregate s every player's move satisfies, given s,

.. math:: g(t, s) = U_t(t, s) + \varphi'(t)\, U_s(t, s) = 0,
          \quad\text{or } t = 0,\ g \le 0, \quad\text{or } t = 1,\ g \ge 0,

a condition in the own move alone (Selten's *Einpassungsfunktion*, the backward reply), and
:math:`\sum_k \varphi_k(t_k) = s`. So it is enough to search the line of s, for each kind of players
once.

Steps
-----
1. The range of s is cut into cells. For each cell S and each kind, the moves that are consistent
   with some s in S are covered by boxes: what g, enclosed over the box and S, excludes is dropped,
   and interior boxes on which the own payoff is convex (:math:`h = g_t + \varphi' g_s > 0`, the
   second derivative when the own move alone changes); Newton's method in t narrows the rest.
2. A cell is dropped if no consistent moves can add up to a point of it, nor any spread of the
   members of each kind over boxes that touch.
3. Boxes that touch are joined to *branches*. A branch is clean if for every s in S it holds exactly
   one consistent move r(s): g falls in t throughout and is positive at the left end of the branch
   unless that is 0, negative at the right unless that is 1; or g rises from below 0 to above; or
   the branch is an end of the interval where the sign of g is right throughout S. Then
   :math:`r' = -g_s/g_t`, or 0 at an end.
4. With all branches of all kinds clean, every way to spread the members of each kind over its
   branches gives one equation :math:`F(s) = \sum_k \varphi_k(r_k(s)) - s = 0`. If
   :math:`F' = \sum_k \varphi_k' r_k' - 1`, enclosed over a cell that is somewhat larger, is never
   0, there is one solution at most: none if F has one sign at both ends; otherwise it is found and
   proved to 70 digits in balls (`pigou.solvers.aggregate_games`).
5. Cells that are not settled are cut in two. What is left when they are too narrow or too many is
   reported as open.
6. Each player's best deviation is bounded as in any continuous game, with the sum of its rivals
   held at its enclosure, once for each kind and move.
7. The images of a solution under exchanges of players of one kind are listed with it.

Sources: R. Selten (1970), Preispolitik der Mehrproduktenunternehmung in der statischen Theorie; R.
Cornes and R. Hartley (2005), Asymmetric contests with general technologies, for share functions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from pigou.deadline import part_of_time, time_is_up
from pigou.solvers.aggregate_form import Conditions
from pigou.solvers.intervals import Domain, Ends, Floats, add, integer_power, multiply, scaled

__all__ = ["Branch", "Cell", "Found", "Line", "Spread", "search"]

_PIECES = 8
_MOST_CELLS = 4_000
_MOST_SPREADS = 300
_NARROWEST = 2.0**-32
_WIDER = 1 / 16
_CUT = 0.4921875
_START = 8
_ROUNDS = 4
_MOST_BOXES = 64
_CLOSER = 6


class Branch(NamedTuple):
    """Moves of a kind: for every s of a cell exactly one of them is consistent.

    Attributes
    ----------
    low, high : float
    side : int
        -1 or 1 for the lower or upper end of the interval alone; 0 otherwise.
    clipped : bool
        Whether the consistent move may be at an end of the interval for some s.
    """

    low: float
    high: float
    side: int
    clipped: bool


class Cell(NamedTuple):
    """A part of the range of the aggregate, and for each kind boxes that hold consistent moves."""

    low: float
    high: float
    boxes: tuple[Floats, ...]

    @property
    def wider(self) -> tuple[float, float]:
        """The cell and something around it."""
        more = (self.high - self.low) * _WIDER
        return self.low - more, self.high + more


Spread = tuple[tuple[int, ...], ...]
"""For each kind, how many of its members are at each of its branches."""


class Line(NamedTuple):
    """A cell in which everything is clean, and a spread for which it may hold one solution."""

    cell: Cell
    branches: tuple[tuple[Branch, ...], ...]
    spread: Spread


class Found(NamedTuple):
    """What a search over the aggregate found: candidates, and cells that are open."""

    lines: tuple[Line, ...]
    open: tuple[Cell, ...]
    cells: int


def search(kinds: Sequence[Conditions], tried: Callable[[Line], bool | None]) -> Found:
    """Search the range of the aggregate.

    Parameters
    ----------
    kinds : sequence of Conditions
    tried : callable
        Takes a `Line`; returns True if it holds a solution (which it has kept), False if it has
        none, None if that could not be told.

    Examples
    --------
    >>> from pigou.solvers.aggregate_form import AGGREGATE, OWN, Kind
    >>> cournot = Conditions(Kind(OWN * (3 - AGGREGATE) / 2, OWN, (0, 1, 2)))
    >>> seen = []
    >>> def tried(line):
    ...     seen.append(line)
    ...     return True
    >>> found = search([cournot], tried)
    >>> bool(seen), found.open
    (True, ())
    """
    low, high = _whole_range(kinds)
    start = np.linspace(low, high, _START + 1)
    queue = [
        Cell(float(a), float(b), (_first(),) * len(kinds)) for a, b in itertools.pairwise(start)
    ]
    seen, narrowest = 0, (high - low) * _NARROWEST
    lines: list[Line] = []
    left: list[Cell] = []
    with np.errstate(all="ignore"), part_of_time(2 / 3):
        while queue:
            if seen >= _MOST_CELLS or time_is_up():
                return Found(tuple(lines), (*left, *queue), seen)
            batch, queue = queue[:64], queue[64:]
            seen += len(batch)
            for cell in _narrowed(kinds, batch):
                settled = _settled(kinds, cell, tried)
                if settled is not None:
                    lines += settled
                elif cell.high - cell.low < narrowest:
                    left.append(cell)
                else:
                    cut = cell.low + _CUT * (cell.high - cell.low)
                    queue += [cell._replace(high=cut), cell._replace(low=cut)]
    return Found(tuple(lines), tuple(left), seen)


def _first() -> Floats:
    """Return the boxes of the first cells: both ends of the interval, and pieces of it."""
    cuts = np.linspace(0.0, 1.0, _PIECES + 1)
    return np.array([[0.0, *cuts[:-1], 1.0], [0.0, *cuts[1:], 1.0]])


def _whole_range(kinds: Sequence[Conditions]) -> tuple[float, float]:
    """Enclose the range of the aggregate."""
    cuts = np.linspace(0.0, 1.0, 257)
    pieces, low, high = (cuts[:-1], cuts[1:]), np.zeros(1), np.zeros(1)
    for kind in kinds:
        below, above, _ = kind.part.intervals(pieces[0][None], pieces[1][None])
        ends = np.array([below.min()]), np.array([above.max()])
        low, high = add((low, high), scaled(ends, np.array([float(kind.number)])))
    return float(low[0]), float(high[0])


# -- moves that are consistent with a cell (steps 1 and 2) --------------------------------------


def _narrowed(kinds: Sequence[Conditions], cells: Sequence[Cell]) -> list[Cell]:
    """Narrow the boxes of cells; leave out cells without a consistent sum."""
    wider = np.array([cell.wider for cell in cells]).T
    total: Ends = np.zeros(len(cells)), np.zeros(len(cells))
    kept = np.ones(len(cells), dtype=bool)
    columns: list[list[Floats]] = []
    for k, kind in enumerate(kinds):
        boxes = np.concatenate([cell.boxes[k] for cell in cells], axis=1)
        owner = np.repeat(np.arange(len(cells)), [cell.boxes[k].shape[1] for cell in cells])
        for _ in range(_ROUNDS):
            boxes, owner = _narrower(kind, boxes, owner, wider)
        added, high, _ = kind.part.intervals(boxes[:1], boxes[1:])
        least, most = np.full(len(cells), np.inf), np.full(len(cells), -np.inf)
        np.minimum.at(least, owner, added[0])
        np.maximum.at(most, owner, high[0])
        kept &= least <= most
        least, most = np.where(kept, least, 0.0), np.where(kept, most, 0.0)
        total = add(total, scaled((least, most), np.full(len(cells), float(kind.number))))
        columns.append([boxes[:, owner == n] for n in range(len(cells))])
    return [
        cell._replace(boxes=tuple(column[n] for column in columns))
        for n, cell in enumerate(cells)
        if kept[n] and total[0][n] <= cell.high and total[1][n] >= cell.low
    ]


def _narrower(kind: Conditions, boxes: Floats, owner: Any, wider: Floats) -> tuple[Floats, Any]:
    """Drop, narrow or halve boxes of one kind, once."""
    s = wider[0][owner], wider[1][owner]
    g, (low, high, left) = kind.g((boxes[0], boxes[1]), s)
    at_low, at_high = boxes[1] == 0, boxes[0] == 1
    inner = ~(at_low | at_high)
    excluded = (at_low & (g[0] > 0)) | (at_high & (g[1] < 0))
    excluded |= inner & ((g[0] > 0) | (g[1] < 0) | (low[5] > 0))
    image = kind.reply((boxes[0], boxes[1]), s, (low, high))
    usable = inner & ~left & np.isfinite(image[0]) & np.isfinite(image[1])
    start = np.where(usable, np.maximum(boxes[0], image[0]), boxes[0])
    end = np.where(usable, np.minimum(boxes[1], image[1]), boxes[1])
    keep = left | (~excluded & (start <= end))
    start, end = np.where(start <= end, start, boxes[0]), np.where(start <= end, end, boxes[1])
    halve = keep & inner & (end - start > 0.7 * (boxes[1] - boxes[0])) & (end - start > 1e-9)
    halve &= np.bincount(owner[keep], minlength=wider.shape[1])[owner] <= _MOST_BOXES
    cut = start + _CUT * (end - start)
    first = np.array([start, np.where(halve, cut, end)])[:, keep]
    return (
        np.concatenate([first, np.array([cut, end])[:, halve]], axis=1),
        np.concatenate([owner[keep], owner[halve]]),
    )


# -- branches, and the equation of each spread (steps 3 and 4) ----------------------------------


def _settled(kinds: Sequence[Conditions], cell: Cell, tried: Any) -> list[Line] | None:
    """Return the solutions of a cell; None if it has to be cut."""
    if not _may_add_up(kinds, cell):
        return []
    branches = []
    for kind, boxes in zip(kinds, cell.boxes, strict=True):
        own = _branches(kind, boxes, cell.wider)
        if own is None:
            return None
        branches.append(own)
    found = []
    slopes = [_slopes(k, own, cell.wider) for k, own in zip(kinds, branches, strict=True)]
    for spread in _spreads(kinds, branches):
        if spread is None:
            return None
        total = _sum(spread, [value for value, _ in slopes])
        if total[0] > cell.high or total[1] < cell.low:
            continue
        low, high = _sum(spread, [slope for _, slope in slopes])
        if not (high < 1 or low > 1):
            return None
        ends = [_excess(kinds, branches, spread, s) for s in cell.wider]
        if any(all(side * end[e] > 0 for end in ends) for side, e in ((1, 0), (-1, 1))):
            continue
        line = Line(cell, tuple(branches), spread)
        verdict = tried(line)
        if verdict is None:
            return None
        found += [line] * verdict
    return found


def _may_add_up(kinds: Sequence[Conditions], cell: Cell) -> bool:
    """Whether some spread of players over boxes that touch may add up to a point of the cell."""
    values, ways = [], []
    for kind, boxes in zip(kinds, cell.boxes, strict=True):
        groups = np.array(_touching(boxes)).T
        low, high, _ = kind.part.intervals(groups[:1], groups[1:])
        values.append((low[0], high[0]))
        ways.append((kind.number, groups.shape[1]))
    if math.prod(math.comb(n + b - 1, n) for n, b in ways) > _MOST_SPREADS:
        return True
    for spread in itertools.product(*(list(_parted(n, b)) for n, b in ways)):
        least, most = _sum(spread, values)
        if least <= cell.high and most >= cell.low:
            return True
    return False


def _touching(boxes: Floats) -> list[list[float]]:
    """Join boxes that touch."""
    joined: list[list[float]] = []
    for low, high in sorted(boxes.T.tolist()):
        if joined and low <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], high)
        else:
            joined.append([low, high])
    return joined


def _branches(kind: Conditions, boxes: Floats, s: tuple[float, float]) -> tuple[Branch, ...] | None:
    """Join the boxes of a kind to branches; None if one is not clean."""
    groups = _joined(boxes[:, (boxes[1] > 0) & (boxes[0] < 1)])
    if groups is None:
        return None
    low, high = groups
    g = {}
    for name, t in (("at low", (low, low)), ("at high", (high, high)), ("all", (low, high))):
        g[name] = kind.g(t, (np.full(len(low), s[0]), np.full(len(low), s[1])))
    found = []
    for n, (a, b) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        below, above, undefined = g["all"][1]
        left, right = ([end[n] for end in g[name][0]] for name in ("at low", "at high"))
        falls = above[1][n] < 0 and (a == 0 or left[0] > 0) and (b == 1 or right[1] < 0)
        rises = below[1][n] > 0 and left[1] < 0 and right[0] > 0
        if undefined[n] or not (falls or rises):
            return None
        clipped = (a == 0 and not left[0] > 0) or (b == 1 and not right[1] < 0)
        found.append(Branch(a, b, 0, bool(falls and clipped)))
    for end, side in ((0.0, -1), (1.0, 1)):
        there = ((boxes[0] == end) & (boxes[1] == end)).any()
        fallen = any(b.clipped and end in (b.low, b.high) for b in found)
        if there and not fallen:
            value, (_, _, undefined) = kind.g(
                (np.array([end]),) * 2, (np.array([s[0]]), np.array([s[1]]))
            )
            if undefined[0] or not (value[1][0] < 0 if side < 0 else value[0][0] > 0):
                return None
            found.append(Branch(end, end, side, False))
    return tuple(found)


def _joined(boxes: Floats) -> tuple[Floats, Floats] | None:
    """Join boxes that touch, and widen what results; None if the wider ones meet."""
    wide = []
    for low, high in _touching(boxes):
        more = (high - low) / 4 + 1e-12
        wide.append([max(low - more, 0.0), min(high + more, 1.0)])
    if any(one[1] >= other[0] for one, other in itertools.pairwise(wide)):
        return None
    ends = np.array(wide).reshape(-1, 2).T
    return ends[0], ends[1]


def _spreads(
    kinds: Sequence[Conditions], branches: Sequence[tuple[Branch, ...]]
) -> Iterator[Spread | None]:
    """Yield all ways to spread the members of each kind; None where they are too many."""
    numbers = [
        math.comb(k.number + len(b) - 1, k.number) for k, b in zip(kinds, branches, strict=True)
    ]
    if not all(branches):
        return
    if math.prod(numbers) > _MOST_SPREADS:
        yield None
        return
    ways = [list(_parted(k.number, len(b))) for k, b in zip(kinds, branches, strict=True)]
    yield from itertools.product(*ways)


def _parted(number: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield all ways to write a number as a sum of so many numbers of at least 0."""
    if parts == 1:
        yield (number,)
        return
    for first in range(number, -1, -1):
        for rest in _parted(number - first, parts - 1):
            yield (first, *rest)


def _slopes(
    kind: Conditions, branches: Sequence[Branch], s: tuple[float, float]
) -> tuple[Ends, Ends]:
    """Enclose phi and the derivative of phi(r(s)) over each branch."""
    t = np.array([b.low for b in branches]), np.array([b.high for b in branches])
    low, high, _ = kind.at(t, (np.full(len(branches), s[0]), np.full(len(branches), s[1])))
    inverse = integer_power((low[1], high[1]), -1, Domain(len(branches)))
    slope = multiply(multiply((-high[2], -low[2]), inverse), (low[4], high[4]))
    at_end = np.array([b.side != 0 for b in branches])
    may_be = at_end | np.array([b.clipped for b in branches])
    below = np.where(at_end, 0.0, np.where(may_be, np.minimum(slope[0], 0.0), slope[0]))
    above = np.where(at_end, 0.0, np.where(may_be, np.maximum(slope[1], 0.0), slope[1]))
    return (low[3], high[3]), (below, above)


def _sum(spread: Spread, values: Sequence[Ends]) -> tuple[float, float]:
    """Sum over all players what each has at its branch."""
    total: Ends = np.zeros(1), np.zeros(1)
    for counts, (low, high) in zip(spread, values, strict=True):
        for n, count in enumerate(counts):
            if count:
                one = np.array([low[n]]), np.array([high[n]])
                total = add(total, scaled(one, np.array([float(count)])))
    return float(total[0][0]), float(total[1][0])


def _excess(
    kinds: Sequence[Conditions], branches: Sequence[tuple[Branch, ...]], spread: Spread, s: float
) -> tuple[float, float]:
    """Enclose F at one s: what the consistent moves add up to, less s."""
    values = []
    for kind, own in zip(kinds, branches, strict=True):
        t: Ends = np.array([b.low for b in own]), np.array([b.high for b in own])
        here = np.full(len(own), s), np.full(len(own), s)
        inner = np.array([b.side == 0 for b in own])
        ends = t
        for _ in range(_CLOSER):
            low, high, _ = kind.at(t, here)
            image = kind.reply(t, here, (low, high))
            usable = inner & np.isfinite(image[0]) & np.isfinite(image[1])
            t = (
                np.where(usable, np.maximum(t[0], np.clip(image[0], *ends)), t[0]),
                np.where(usable, np.minimum(t[1], np.clip(image[1], *ends)), t[1]),
            )
        low, high, _ = kind.part.intervals(t[0][None], t[1][None])
        values.append((low[0], high[0]))
    total = _sum(spread, values)
    result = add((np.array([total[0]]), np.array([total[1]])), (np.array([-s]), np.array([-s])))
    return float(result[0][0]), float(result[1][0])
