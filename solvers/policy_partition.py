r"""Where a policy range is cut into segments and windows, before anything is proved.

Towards a window whose surroundings are not proved, segments get shorter in proportion to their
distance from it; beyond the surroundings of a fold they start at its distance; a certified boundary
collision needs no shorter segments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pigou.solvers.fold_boxes import FoldBox
from pigou.solvers.folds import Event
from pigou.solvers.intervals import Floats

__all__ = ["PIECES", "Place", "cut_up", "partition", "place_of"]

PIECES = 2
_LONGEST = 1 / 24
_GROWTH = 0.8
_SHARE = 0.8


class Place(NamedTuple):
    """Where a window is, and how far from it segments need not get shorter towards it."""

    centre: float
    before: float
    after: float


def place_of(event: Event, box: FoldBox | None) -> Place:
    """Return the place of an event, with the surroundings that are proved if it is a fold.

    Examples
    --------
    >>> moves = np.array([0.5]), np.array([0.5])
    >>> place_of(Event("crossing", 0.25, 0.25, moves, (3,), False), None)
    Place(centre=0.25, before=0.0, after=0.0)
    """
    if event.kind == "boundary" and event.certified:
        return Place(event.middle, np.inf, np.inf)
    if box is None:
        return Place(event.middle, 0.0, 0.0)
    low, high = min(box.two[0], box.none[0]), max(box.two[1], box.none[1])
    return Place(event.middle, event.middle - low, high - event.middle)


def partition(places: Sequence[Place], window: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Cut [0, 1] at windows around some places, and finer towards them; which parts are windows.

    Examples
    --------
    >>> edges, is_window = partition([Place(0.5, 0.0, 0.0)], 1e-6)
    >>> edges[0], edges[-1], int(is_window.sum()), bool((np.diff(edges)[is_window] < 1e-6).all())
    (np.float64(0.0), np.float64(1.0), 1, True)
    """
    half = _SHARE * window / 2
    windows: list[tuple[float, float, Place]] = []
    for place in sorted(places):
        low, high = max(place.centre - half, 0.0), min(place.centre + half, 1.0)
        if windows and low <= windows[-1][1] + half / 8:
            before = windows.pop()
            joint = place._replace(before=before[2].before)
            windows.append((before[0], high, joint))
        else:
            windows.append((low, high, place))
    edges, flags = [0.0], []
    last: Place | None = None
    for low, high, place in windows:
        if low > edges[-1]:
            pieces = _graded(edges[-1], low, last, place)
            edges += pieces
            flags += [False] * len(pieces)
        edges.append(high)
        flags.append(True)
        last = place
    if edges[-1] < 1:
        pieces = _graded(edges[-1], 1.0, last, None)
        edges += pieces
        flags += [False] * len(pieces)
    return np.array(edges), np.array(flags)


def _graded(low: float, high: float, before: Place | None, after: Place | None) -> list[float]:
    """Cut a range between two windows into pieces; return where each ends."""

    def away(start: float, reach: float, centre: float | None, sign: float, goal: float) -> None:
        place = start
        while (goal - place) * sign > 0:
            gap = abs(place - centre) if centre is not None else np.inf
            step = _LONGEST if np.isinf(reach) else min(_LONGEST, _GROWTH * gap)
            if place == start and 0 < reach < np.inf:
                step = max(reach - gap, _GROWTH * gap)
            place = goal if step >= 0.9 * (goal - place) * sign else place + sign * step
            found.add(place)

    found = {high}
    graded = [p is not None and (p.after if side else p.before) < np.inf
              for p, side in ((before, 1), (after, 0))]  # fmt: skip
    goal = (low + high) / 2 if all(graded) else low if graded[1] else high
    if goal > low:
        away(low, before.after if before else np.inf, before.centre if before else None, 1.0, goal)
    if goal < high:
        assert after is not None
        away(high, after.before, after.centre, -1.0, goal)
    return sorted(place for place in found if place > low)


def cut_up(low: Floats, high: Floats, which: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Cut some of the segments into equal pieces.

    Examples
    --------
    >>> cut_up(np.array([0.0, 2.0]), np.array([2.0, 3.0]), np.array([False, True]))[0].shape
    (4,)
    """
    cuts = [
        np.linspace(a, b, PIECES + 1) if cut else np.array([a, b])
        for a, b, cut in zip(low, high, which, strict=True)
    ]
    return np.concatenate([c[:-1] for c in cuts]), np.concatenate([c[1:] for c in cuts])
