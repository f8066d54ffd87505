r"""The number of equilibria for every strength of a policy, outside windows of stated width.

Steps
-----
1. Branches of first-order points are followed in doubles (`pigou.solvers.continuation`): where
   folds, crossings and boundary collisions are, about. Each is then proved, if possible
   (`pigou.solvers.folds`).
2. Around each a *window* is left out. The range between the windows is cut into segments that get
   shorter towards them.
3. On every segment all first-order points are enclosed, for every strength of it
   (`pigou.solvers.policy_cover`). Windows are covered too, but there it is only shown that every
   first-order point is regular or within a proved fold's core: then the folds listed are *all*.
4. For every first-order point of a segment it is decided whether it is an equilibrium for every
   strength of the segment (`pigou.solvers.policy_deviations`).
5. A segment on which something is not settled is cut into four, until it is a quarter of a window
   wide: then it is left open. Where the first-order points are settled there, but not whether all
   are equilibria, some other move does as well as theirs, or nearly: a *tie*, proved to be one if
   the number of equilibria differs between its two sides.
6. Neighbouring segments with the same numbers are joined, and windows and open segments that touch.

The cuts are found in doubles and prove nothing; the numbers rest on steps 3 and 4 alone.

Sources: those of the modules named.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pigou.deadline import time_is_up
from pigou.solvers.continuation import Arc, Turn, follow
from pigou.solvers.first_order import INTERIOR
from pigou.solvers.fold_boxes import FoldBox, fold_box
from pigou.solvers.folds import Event, collision, fold, vague
from pigou.solvers.intervals import Floats
from pigou.solvers.policy_cells import Cells, as_cells, counted_up, everything, merged
from pigou.solvers.policy_cover import Cover, Known, cover
from pigou.solvers.policy_deviations import BEST, OPEN, Deviations
from pigou.solvers.policy_partition import PIECES, cut_up, partition, place_of
from pigou.solvers.policy_points import no_points, points_at, polished, with_points_at
from pigou.solvers.policy_system import PolicySystem, seeds
from pigou.solvers.tubes import COUNTED, GHOST, UNDECIDED, Tubes, prove

__all__ = ["Count", "PolicyRange", "Window", "policy_range"]

_STARTS, _LEVELS = 8, 5
_PARTS = {1: 64, 2: 12, 3: 6}
_MOST_PASSES = 14
_MOST_CUTS = 6
_RUN = 8
_MOST_SEGMENTS = 1200


class Count(NamedTuple):
    """Strengths with the same numbers.

    Attributes
    ----------
    low, high : float
    first_order : int
        First-order points at every strength between.
    equilibria : int
        Those from which nobody gains by any move.
    """

    low: float
    high: float
    first_order: int
    equilibria: int


class Window(NamedTuple):
    """Strengths at which the numbers are not known.

    Attributes
    ----------
    low, high : float
    why : str
        The kinds of events in it; or ``"open"``.
    """

    low: float
    high: float
    why: str


class PolicyRange(NamedTuple):
    """What is known of the equilibria over a policy range.

    Attributes
    ----------
    counts, windows : tuples
        Together they make up [0, 1].
    events : tuple of Event
        In the order of their strengths.
    arcs : tuple of Arc
        For drawing only.
    best : tuple of array of bool
        For each arc, from which of its points nobody gains, about.
    all_folds : bool
        Whether it is proved that there are no other folds than those listed.
    boxes, segments : int
        How many were looked at, and how many segments were settled.
    """

    counts: tuple[Count, ...]
    windows: tuple[Window, ...]
    events: tuple[Event, ...]
    arcs: tuple[Arc, ...]
    best: tuple[NDArray[np.bool_], ...]
    all_folds: bool
    boxes: int
    segments: int


def policy_range(system: PolicySystem, window: float = 1e-6) -> PolicyRange:
    """Count the equilibria for every strength between 0 and 1.

    Parameters
    ----------
    system : PolicySystem
    window : float
        How wide windows may be.

    Examples
    --------
    >>> import sympy as sp
    >>> t, s = sp.symbols("t s", real=True)
    >>> payoff = -(t**3) / 3 + t**2 / 2 + (s / 4 - sp.Rational(1, 5)) * t
    >>> found = policy_range(PolicySystem([t], s, ["ann"], {"ann": payoff}))
    >>> [(e.kind, round(float(e.middle), 6)) for e in found.events]
    [('tie', 0.05), ('boundary', 0.8), ('boundary', 0.8)]
    >>> [(c.first_order, c.equilibria) for c in found.counts], found.all_folds
    ([(3, 1), (3, 1), (1, 1)], True)
    """
    levels = np.linspace(0.0, 1.0, _LEVELS)
    starts = [at[:, k] for at in seeds(system, levels, _STARTS) for k in range(at.shape[1])]
    arcs = follow(system, starts)
    events = _events(system, arcs)
    boxes = {k: fold_box(system, e) for k, e in enumerate(events) if e.kind == "fold"}
    edges, is_window = partition([place_of(e, boxes.get(k)) for k, e in enumerate(events)], window)
    work = _Work(system, Deviations(system), window)
    work.folds = [box for box in boxes.values() if box is not None]
    with np.errstate(all="ignore"):  # what is infinite or undefined passes no test
        work.first_pass(edges, is_window, arcs, events)
        work.later_passes()
        return work.result(arcs, events)


# -- where to look ----------------------------------------------------------------------------


def _events(system: PolicySystem, arcs: Sequence[Arc]) -> list[Event]:
    """Prove what happens along the arcs, each event once."""
    found: list[Event] = []
    for turn in (turn for arc in arcs for turn in arc.turns):
        if any(_is_at(event, turn) for event in found):
            continue
        if not 0 <= turn.point[-1] <= 1:
            continue
        if turn.kind == "fold":
            found.append(fold(system, turn))
        elif turn.kind == "boundary":
            found.append(collision(system, turn))
        else:
            found.append(vague(turn, "crossing"))
    return sorted(found, key=lambda event: event.middle)


def _is_at(event: Event, turn: Turn) -> bool:
    moves = (event.moves[0] + event.moves[1]) / 2
    near = np.abs(moves - turn.point[:-1]).max() < 1e-6
    same = event.kind == turn.kind or event.kind == "crossing"
    return same and bool(near) and abs(event.middle - turn.point[-1]) < 1e-9


# -- passes -----------------------------------------------------------------------------------


class _Work:
    """What has been settled so far, and what is left to be cut."""

    def __init__(self, system: PolicySystem, deviations: Deviations, window: float):
        self.system, self.deviations, self.window = system, deviations, window
        self.counts: list[Count] = []
        self.open: list[tuple[float, float, int]] = []  # with first-order points, or -1
        self.windows: list[tuple[float, float]] = []
        self.regular, self.boxes, self.segments = True, 0, 0
        self.folds: list[FoldBox] = []
        self.left: tuple[Floats, Floats, Cells, Known] | None = None

    def first_pass(
        self, edges: Floats, is_window: NDArray[np.bool_], arcs: Sequence[Arc], events: list[Event]
    ) -> None:
        """Cover the whole range once."""
        edges, is_window, tubes = self._refined(edges, is_window, arcs)
        low, high = edges[:-1], edges[1:]
        m = self.system.size
        ends = sorted({*range(0, len(low), _RUN), len(low)})
        cells = everything(m, list(itertools.pairwise(ends)), _PARTS.get(m, 2))
        tubes = self._cores(low, high, is_window, events).joined(tubes)
        nothing = no_points(m)
        found = cover(self.system, (low, high), cells, nothing, is_window, tubes, self.folds)
        self.windows = list(zip(low[is_window], high[is_window], strict=True))
        self.regular = bool(found.settled[is_window].all())
        self._sort_out(found, low, high, is_window, nothing, self.folds)

    def _refined(
        self, edges: Floats, is_window: NDArray[np.bool_], arcs: Sequence[Arc]
    ) -> tuple[Floats, NDArray[np.bool_], Tubes]:
        """Cut segments on which the tubes of known branches cannot be proved, before all else.

        Returns
        -------
        edges, is_window : arrays
        tubes : Tubes
            Those that were proved, by the new segments.
        """
        low, high = edges[:-1], edges[1:]
        new, tubes = np.ones(len(low), dtype=bool), Tubes.none(self.system.size)
        for _ in range(_MOST_CUTS):
            places = np.flatnonzero(new)
            known = points_at(self.system, arcs, (low + (high - low) / 2)[places])
            known = self._apart_from_folds(known, low[places], high[places])
            found, proved = prove(self.system, known[0], known[1], places[known[2]], (low, high))
            bad = np.zeros(len(low), dtype=bool)
            bad[places[known[2][~proved]]] = True
            bad[found.segment[~found.roomy | (found.status == UNDECIDED)]] = True
            bad &= ~is_window & (high - low > self.window / 8)
            tubes = tubes.joined(found.pick(~bad[found.segment]))
            too_many = len(low) + PIECES * bad.sum() > _MOST_SEGMENTS
            if not bad.any() or too_many or time_is_up():
                break
            repeats = np.where(bad, PIECES, 1)
            first = np.cumsum(repeats) - repeats
            tubes = tubes._replace(segment=first[tubes.segment])
            low, high = cut_up(low, high, bad)
            is_window, new = np.repeat(is_window, repeats), np.repeat(bad, repeats)
        return np.append(low, high[-1]), is_window, tubes

    def _apart_from_folds(self, known: Known, low: Floats, high: Floats) -> Known:
        """Leave out points that are known from the surroundings of a fold."""
        keep = np.ones(len(known[2]), dtype=bool)
        for box in self.folds:
            near = box.spans(low, high)[known[2]] >= 0
            keep &= ~(near & box.holds(known[0][:-1], known[0][:-1], known[1]))
        return known[0][:, keep], known[1][:, keep], known[2][keep]

    def _cores(
        self, low: Floats, high: Floats, is_window: NDArray[np.bool_], events: list[Event]
    ) -> Tubes:
        """Return the cores of folds over the windows that they span."""
        tubes = Tubes.none(self.system.size)
        for event in events:
            if event.core is None:
                continue
            a, b = event.core
            spans = is_window & (a[-1] <= low) & (high <= b[-1])
            for place in np.flatnonzero(spans & (low <= event.middle) & (event.middle <= high)):
                box = a[:-1][:, None], b[:-1][:, None]
                label = np.array(event.label, dtype=np.int8)[:, None]
                status = np.array([GHOST], dtype=np.int8)
                tubes = tubes.joined(Tubes(np.array([place]), label, box, box, status))
        return tubes

    def _sort_out(
        self, found: Cover, low: Floats, high: Floats, is_window: NDArray[np.bool_], known: Known,
        folds: Sequence[FoldBox] = (),
    ) -> None:  # fmt: skip
        """Note what is settled; keep the rest to be cut."""
        self.boxes += found.boxes
        counted = found.tubes.pick(
            (found.tubes.status == COUNTED)
            & found.settled[found.tubes.segment]
            & ~is_window[found.tubes.segment]
        )
        n = len(low)
        for box in folds:
            two = np.flatnonzero(found.settled & ~is_window & (box.spans(low, high) == 2))
            for _ in range(2):
                counted = counted.joined(_points_of(box, two))
        verdict = self.deviations.verdicts(counted, (low, high))
        undecided = np.bincount(counted.segment[verdict == OPEN], minlength=n) > 0
        points = np.bincount(counted.segment, minlength=n)
        equilibria = np.bincount(counted.segment[verdict == BEST], minlength=n)
        done = found.settled & ~undecided & ~is_window
        narrow = ~done & ~is_window & (high - low < self.window / 4)
        for k in np.flatnonzero(done):
            self.counts.append(Count(low[k], high[k], int(points[k]), int(equilibria[k])))
        for k in np.flatnonzero(narrow):
            self.open.append((low[k], high[k], int(points[k]) if found.settled[k] else -1))
        self.segments += int(done.sum())
        again = ~done & ~is_window & ~narrow
        if not again.any():
            self.left = None
            return
        tubes = counted.pick(again[counted.segment] & found.settled[counted.segment])
        cells = found.rest.joined(as_cells(_hulls(tubes)))
        self._cut(found, low, high, again, cells, known)

    def _cut(
        self, found: Cover, low: Floats, high: Floats, again: NDArray[np.bool_], cells: Cells,
        known: Known,
    ) -> None:  # fmt: skip
        """Cut segments into four, with the boxes that are left in them and the points in them."""
        places = np.flatnonzero(again)
        number = np.full(len(low), -1)
        number[places] = np.arange(len(places))
        cuts = np.linspace(low[places], high[places], 5)
        cuts[0], cuts[-1] = low[places], high[places]
        length = cells.last - cells.first
        segment = np.repeat(cells.first, length) + counted_up(length)
        cells = cells.pick(np.repeat(np.arange(cells.number), length))
        keep = again[segment]
        cells = cells.pick(keep)._replace(first=segment[keep], last=segment[keep] + 1)
        cells = merged(cells)
        segment = number[cells.first]
        tried = np.zeros(cells.number, dtype=bool)
        cells = cells._replace(first=4 * segment, last=4 * segment + 4, tried=tried)
        tubes = found.tubes.pick(again[found.tubes.segment])
        m = self.system.size
        middle = (tubes.hull[0] + tubes.hull[1]) / 2
        old = again[known[2]]
        points = np.hstack([np.vstack([middle, np.zeros((1, tubes.number))]), known[0][:, old]])
        labels = np.hstack([tubes.label, known[1][:, old]])
        at = number[np.concatenate([tubes.segment, known[2][old]])]
        points, labels = np.tile(points, 4), np.tile(labels, 4)
        at = np.concatenate([4 * at + part for part in range(4)])
        new_low, new_high = cuts[:-1].T.reshape(-1), cuts[1:].T.reshape(-1)
        points[m] = (new_low + (new_high - new_low) / 2)[at]
        self.left = new_low, new_high, cells, polished(self.system, (points, labels, at))

    def later_passes(self) -> None:
        """Cut and cover what is left, until it is settled or too narrow."""
        for _ in range(_MOST_PASSES):
            if self.left is None or len(self.left[0]) > _MOST_SEGMENTS or time_is_up():
                break
            low, high, cells, known = self.left
            found = cover(self.system, (low, high), cells, known)
            self._sort_out(found, low, high, np.zeros(len(low), dtype=bool), known)
        if self.left is not None:
            self.open += [(a, b, -1) for a, b in zip(*self.left[:2], strict=True)]
            self.left = None

    # -- the result ---------------------------------------------------------------------------

    def result(self, arcs: tuple[Arc, ...], events: list[Event]) -> PolicyRange:
        """Join neighbours; name the windows."""
        pieces: list[Count | tuple[float, float, int]] = [*self.counts, *self.open]
        pieces += [(low, high, -1) for low, high in self.windows]
        counts: list[Count] = []
        holes: list[list[tuple[float, float, int]]] = []
        before: Count | None = None
        for piece in sorted(pieces, key=lambda one: one[0]):
            if not isinstance(piece, Count):
                if before is None and holes and holes[-1][-1][1] == piece[0]:
                    holes[-1].append(piece)
                else:
                    holes.append([piece])
                before = None
            elif before is not None and before[2:] == piece[2:]:
                counts[-1] = before = before._replace(high=piece.high)
            else:
                counts.append(piece)
                before = piece
        found = list(events)
        windows = [self._named(hole, counts, found) for hole in holes]
        found.sort(key=lambda event: event.middle)
        regular = self.regular and not any(points < 0 for _, _, points in self.open)
        # a point of a branch is an equilibrium all along such a strength, or nowhere on it
        middles = np.array([one.low + (one.high - one.low) / 2 for one in counts])
        arcs = with_points_at(self.system, arcs, middles)
        best = tuple(self.deviations.best_about(arc.points) for arc in arcs)
        return PolicyRange(
            tuple(counts), tuple(windows), tuple(found), arcs, best, regular, self.boxes,
            self.segments,
        )  # fmt: skip

    def _named(
        self, hole: list[tuple[float, float, int]], counts: list[Count], events: list[Event]
    ) -> Window:
        """Say what is in a window; add a tie where the sides show one."""
        low, high = hole[0][0], hole[-1][1]
        kinds = [e.kind for e in events if e.low <= high and low <= e.high]
        sides = [c for c in counts if c.high == low] + [c for c in counts if c.low == high]
        settled = {points for _, _, points in hole if points >= 0}
        if not kinds and len(sides) == 2 and all(points >= 0 for _, _, points in hole):
            one, other = sides
            if {one.first_order, other.first_order} == settled:
                nowhere = np.full(self.system.size, np.nan)
                label = (INTERIOR,) * self.system.size
                proved = one.equilibria != other.equilibria
                events.append(Event("tie", low, high, (nowhere, nowhere), label, proved))
                kinds = ["tie"]
        return Window(low, high, " and ".join(dict.fromkeys(kinds)) or "open")


def _points_of(fold: FoldBox, segments: NDArray[np.intp]) -> Tubes:
    """Return the hull of a fold's surroundings as that of a point on each of some segments."""
    n = len(segments)
    low, high = (np.repeat(end[:, None], n, axis=1) for end in fold.hull)
    label = np.repeat(np.array(fold.label, dtype=np.int8)[:, None], n, axis=1)
    status = np.full(n, COUNTED, dtype=np.int8)
    return Tubes(segments, label, (low, high), (low, high), status)


def _hulls(tubes: Tubes) -> Tubes:
    """Return tubes whose cores are where their solutions are."""
    return tubes._replace(core=tubes.hull)
