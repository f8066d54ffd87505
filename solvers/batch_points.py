r"""First-order points of many games: proved in a box, made narrow, each listed once.

Steps 5 and 7 of `pigou.solvers.batch_search`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pigou.solvers.batch_conditions import Bools, Boxes, Conditions, Points, enclosed, krawczyk
from pigou.solvers.batch_intervals import Pair, down, up
from pigou.solvers.first_order import INTERIOR, LOWER, UPPER
from pigou.solvers.intervals import Floats

__all__ = ["CHUNK", "Found", "lots", "narrowed", "points_of", "proved_points", "tried"]

CHUNK = 4096
NARROW = 2.0**-40
MOST_NARROWINGS = 40
IMPROVED = 0.98


class Found(NamedTuple):
    """Solutions as they are found: the box B of each, and its image."""

    box: Boxes
    low: Floats
    high: Floats


def tried(conditions: Conditions, boxes: Boxes, flagged: Bools) -> tuple[Found | None, Bools]:
    """Try to prove that boxes hold exactly one solution each (step 5)."""
    values = enclosed(conditions, boxes)
    image, radius, _ = krawczyk(boxes.label, values)
    low, high = down(image - radius), up(image + radius)
    inner = boxes.label == INTERIOR
    within = ((low > boxes.low) & (high < boxes.high)) | ~inner
    proved = within.all(axis=0) & values.known
    corner = ~inner.any(axis=0)
    if corner.any():
        sure = _signs(boxes.label, values.g)
        flagged[boxes.game[corner & ~(sure == 1) & ~(sure == -1)]] = True
        proved |= corner
        keep = proved & ~(corner & (sure != 1))
    else:
        keep = proved
    if not keep.any():
        return None, proved
    box = boxes.pick(keep)
    low = np.where(inner, low, boxes.low)[:, keep]
    return Found(box, low, np.where(inner, high, boxes.high)[:, keep]), proved


def _signs(label: NDArray[np.int8], g: list[Pair]) -> NDArray[np.int8]:
    """Tell whether g has the right sign at the ends taken: 1 yes, -1 no, 0 not known."""
    answer = np.ones(label.shape[1], dtype=np.int8)
    for k, (low, high) in enumerate(g):
        down_there, up_there = label[k] == LOWER, label[k] == UPPER
        right = ~down_there & ~up_there | (down_there & (high <= 0)) | (up_there & (low >= 0))
        wrong = (down_there & (low > 0)) | (up_there & (high < 0))
        answer[~right & (answer == 1)] = 0
        answer[wrong] = -1
    return answer


def proved_points(conditions: Conditions, boxes: Boxes, games: int) -> tuple[Points, Bools]:
    """Prove a solution in each box where step 5 allows it; flag the games where it does not.

    Parameters
    ----------
    conditions : Conditions
    boxes : Boxes
        One at most for each game, all labels settled.
    games : int
    """
    flagged = np.ones(games, dtype=bool)
    flagged[boxes.game] = False
    with np.errstate(all="ignore"):
        found, proved = tried(conditions, boxes, flagged)
        flagged[boxes.game[~proved]] = True
        lots = [] if found is None else [found]
        keep = [narrowed(conditions, lot, flagged) for lot in lots]
        points = points_of(conditions.size, lots, keep, flagged)
    flagged[:] = True
    flagged[points.game] = False
    return points, flagged


def lots(found: list[Found]) -> list[Found]:
    """Join what was found, about a chunk at a time."""
    lots: list[list[Found]] = []
    number = CHUNK
    for one in found:
        if number >= CHUNK:
            lots.append([])
            number = 0
        lots[-1].append(one)
        number += one.box.number
    return [
        Found(
            Boxes.joined([one.box for one in lot]),
            np.concatenate([one.low for one in lot], axis=1),
            np.concatenate([one.high for one in lot], axis=1),
        )
        for lot in lots
    ]


def narrowed(conditions: Conditions, found: Found, flagged: Bools) -> Bools:
    """Make enclosures narrow; say which points are feasible (step 7)."""
    boxes = Boxes(found.low, found.high, found.box.label, found.box.game)
    sure, known = np.zeros(boxes.number, np.int8), np.zeros(boxes.number, bool)
    convex = np.zeros(boxes.number, bool)
    left = np.arange(boxes.number)
    for _ in range(MOST_NARROWINGS):
        some = boxes.pick(left)
        values = enclosed(conditions, some)
        image, radius, _ = krawczyk(some.label, values)
        inner = some.label == INTERIOR
        low = np.where(inner, np.fmax(some.low, down(image - radius)), some.low)
        high = np.where(inner, np.fmin(some.high, up(image + radius)), some.high)
        found.low[:, left], found.high[:, left] = low, high
        sure[left], known[left] = _signs(some.label, values.g), values.known
        for k, row in enumerate(inner):
            convex[left] |= row & (values.h[k][k][0] > 0) & values.known
        slower = (high - low) > IMPROVED * (some.high - some.low)
        left = left[~((radius < NARROW) | slower).all(axis=0)]
        if not len(left):
            break
    outside = ((found.high < 0) | (found.low > 1)).any(axis=0) | (sure == -1) | convex
    across = ((found.low < 0) | (found.high > 1)).any(axis=0)
    flagged[boxes.game[~outside & ((sure == 0) | across | ~known)]] = True
    return ~outside


def points_of(size: int, found: list[Found], keep: list[Bools], flagged: Bools) -> Points:
    """Return feasible points of games that are not flagged, each once (step 7)."""
    if not found:
        return Points.none(size)
    box = Boxes.joined([f.box for f in found])
    low, high = (np.concatenate([f[k] for f in found], axis=1) for k in (1, 2))
    sure = np.concatenate(keep)
    order = np.argsort(box.game, kind="stable")
    order = order[sure[order] & ~flagged[box.game[order]]]
    box, low, high = box.pick(order), low[:, order], high[:, order]
    single = _single(box, low, high, flagged)
    single &= ~flagged[box.game]
    return Points(low, high, box.label, box.game).pick(single)


def _single(box: Boxes, low: Floats, high: Floats, flagged: Bools) -> Bools:
    """Keep one of each point that was found from several boxes; flag what is not clear."""
    keep = np.ones(box.number, dtype=bool)
    for shift in range(1, box.number):
        one = np.flatnonzero(box.game[:-shift] == box.game[shift:])
        if not len(one):
            break
        other = one + shift
        near = ~((high[:, one] < low[:, other]) | (high[:, other] < low[:, one])).any(axis=0)
        one, other = one[near], other[near]
        alike = (box.label[:, one] == box.label[:, other]).all(axis=0)
        held = ((low[:, one] >= box.low[:, other]) & (high[:, one] <= box.high[:, other])).all(0)
        held |= ((low[:, other] >= box.low[:, one]) & (high[:, other] <= box.high[:, one])).all(0)
        keep[other[alike & held]] = False
        flagged[box.game[one[~(alike & held)]]] = True
    return keep
