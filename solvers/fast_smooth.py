# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""The search of `pigou.solvers.batch_search`, compiled by numba: the extra ``pigou[fast]``.

The steps are those of `pigou.solvers.batch_search`, and so are the bounds on rounding. Some boxes
are taken at a time from one stack, whichever games they belong to, and games are added as the stack
runs empty. Both searches list the same points; the enclosures may differ in their last digits, for
exp, log and powers come from another library.
"""

from __future__ import annotations

import numpy as np

from pigou.solvers.batch_conditions import SLACK, Bools, Boxes, Conditions, Points
from pigou.solvers.batch_intervals import EPSILON
from pigou.solvers.batch_points import IMPROVED, MOST_NARROWINGS, NARROW, Found, points_of
from pigou.solvers.batch_search import CONTRACTS, CUT, MOST_BOXES, NARROWEST, SHRUNK, SMALLEST
from pigou.solvers.fast_conditions import (
    copy,
    enclosed,
    images,
    larger,
    met,
    room_for,
    signs,
    workspace,
)
from pigou.solvers.fast_tape import LANES, compiled, numba, packed, registers, run

__all__ = ["search"]

_FREE, _LOWER, _UPPER, _INTERIOR = 0, 1, 2, 3
_LOT = 50_000
_ROOM = 65_536


def search(conditions: Conditions, games: int, most: int = MOST_BOXES) -> tuple[Points, Bools]:
    """Do what `pigou.solvers.batch_search.search` does.

    Raises
    ------
    ImportError
        If numba is not installed.
    """
    if numba is None:
        raise ImportError("fast=True needs numba: install the extra pigou[fast]")
    programs = [conditions.full, conditions.gradient, *conditions.single]
    room = registers(programs)
    flagged = np.logical_or.reduce([table.left for table in conditions.tables])
    found, keep = [], []
    for start in range(0, games, _LOT):
        end = min(games, start + _LOT)
        pack = packed(programs, [table.pick(np.arange(start, end)) for table in conditions.tables])
        box, ends, sure = _search(pack, conditions.size, room, flagged[start:end], most)
        label, game = box[1][:, :-1].T.astype(np.int8), box[1][:, -1] + start
        boxes = Boxes(box[0][:, 0].T, box[0][:, 1].T, label, game)
        found.append(Found(boxes, ends[:, 0].T, ends[:, 1].T))
        keep.append(sure)
    return points_of(conditions.size, found, keep, flagged), flagged


@compiled
def _search(pack, m, room, flagged, most):
    """Find the points of all games; their enclosures are narrow, and feasible where kept."""
    games = len(flagged)
    stack_ends, stack_marks = room_for(m, _ROOM)
    root_ends, root_marks = room_for(m, 4 * games + LANES)
    narrow = np.empty(root_ends.shape)
    ends, marks = room_for(m, LANES)
    tries = room_for(m, LANES)
    work, other = workspace(m), workspace(m)
    keep, before = work[5], work[8]
    used = np.zeros(games, np.int64)
    height, number, next_game = 0, 0, 0
    while True:
        count = 0
        while count < LANES and height > 0:
            height -= 1
            g = stack_marks[height, m]
            used[g] += 1
            if used[g] > most:
                flagged[g] = True
            if not flagged[g]:
                copy(stack_ends, stack_marks, height, ends, marks, count)
                count += 1
        while count < LANES and next_game < games:
            if not flagged[next_game]:
                ends[count, 0], ends[count, 1] = 0.0, 1.0
                marks[count], marks[count, m] = _FREE, next_game
                used[next_game] += 1
                count += 1
            next_game += 1
        if count == 0:
            break
        if number + LANES > len(root_ends):
            root_ends, narrow = _grown(root_ends), _grown(narrow)
            more_marks = np.empty((2 * len(root_marks), m + 1), np.int64)
            more_marks[: len(root_marks)] = root_marks
            root_marks = more_marks
        trials = _looked(pack, m, room, ends, marks, count, tries, work)
        number = _tried(
            pack,
            m,
            room,
            tries,
            trials,
            work,
            other,
            root_ends,
            root_marks,
            narrow,
            number,
            flagged,
        )
        for j in range(count):
            if keep[j]:
                height = _pushed(
                    m, ends, marks, before, j, stack_ends, stack_marks, height, flagged
                )
    root_ends, root_marks, narrow = root_ends[:number], root_marks[:number], narrow[:number]
    sure = _narrowed(pack, m, room, narrow, root_marks, work, flagged)
    return (root_ends, root_marks), narrow, sure


@compiled
def _grown(ends):
    wider = np.empty((2 * ends.shape[0], ends.shape[1], ends.shape[2]))
    wider[: len(ends)] = ends
    return wider


@compiled
def _looked(pack, m, room, ends, marks, count, tries, work):
    """Do steps 1 to 4; return how many boxes are to be tried."""
    low, high = room
    tried_ends, tried_marks = tries
    known, keep, centre, before, left = work[4], work[5], work[6], work[8], work[13]
    image, reach, ratio, places, ready, game = (
        work[9],
        work[10],
        work[11],
        work[12],
        work[14],
        work[15],
    )
    enclosed(pack, m, room, ends, marks, count, work)
    keep[:count] = True
    for k in range(m):
        for i in range(m):
            for j in range(count):
                low[i, j], high[i, j] = ends[j, 0, i], ends[j, 1, i]
        for j in range(count):
            low[k, j] = high[k, j] = centre[k, j]
        run(pack, 2 + k, game, count, low, high, left)
        o = pack[4][2 + k, 0]
        _settled(m, k, count, ends, marks, work, low[o], high[o])
    for j in range(count):
        ready[j] = keep[j] and known[j]
        for k in range(m):
            moved = ends[j, 0, k] == ends[j, 1, k] and before[k, j] > 0
            ready[j] &= not moved and marks[j, k] != _FREE
    images(m, count, marks, work)
    trials = 0
    for j in range(count):
        if not ready[j]:
            continue
        met(m, j, ends, marks, image, reach)
        for k in range(m):
            keep[j] &= ends[j, 0, k] <= ends[j, 1, k]
        if keep[j] and ratio[j] < CONTRACTS:
            copy(ends, marks, j, tried_ends, tried_marks, trials)
            for k in range(m):
                if marks[j, k] == _INTERIOR:
                    wider = 2 * reach[k, j] + SMALLEST
                    tried_ends[trials, 0, k] = image[k, j] - wider
                    tried_ends[trials, 1, k] = image[k, j] + wider
            places[trials] = j
            trials += 1
    return trials


@compiled
def _settled(m, k, count, ends, marks, work, first, last):
    """Shrink one variable of boxes and settle its label; say which boxes are left."""
    below, above, least, most, known, keep, centre, radius, _, _, _, _, _, left, _, _, _ = work
    h = m + k * m + k
    for j in range(count):
        if not (keep[j] and known[j]):
            continue
        reach = 0.0
        for i in range(m):
            reach += larger(below[m + k * m + i, j], above[m + k * m + i, j]) * radius[i, j]
        reach = reach * (1 + SLACK)
        a, b = least[k, j] - reach, most[k, j] + reach
        a, b = a - abs(a) * EPSILON, b + abs(b) * EPSILON
        rising, falling = below[k, j] > 0 or a > 0, above[k, j] < 0 or b < 0
        mine = marks[j, k]
        if mine in (_LOWER, _UPPER):
            keep[j] = not (rising if mine == _LOWER else falling)
            continue
        bottom, top = -np.inf, np.inf
        if above[h, j] < 0:
            a, b = (np.nan, np.nan) if left[j] else (first[j], last[j])
            if m > 1:
                c, d = _mean_value(m, k, j, ends, below, above, least, most, centre)
                a = c if c == c and not a > c else a
                b = d if d == d and not b < d else b
            steep, flat = -below[h, j], -above[h, j]
            a, b = a / (steep if a >= 0 else flat), b / (flat if b >= 0 else steep)
            c = centre[k, j]
            bottom = c + a - (abs(c) + abs(a)) * SLACK
            top = c + b + (abs(c) + abs(b)) * SLACK
        convex, at_low, at_high = below[h, j] > 0, ends[j, 0, k] == 0, ends[j, 1, k] == 1
        if mine == _INTERIOR:
            if rising or falling or convex:
                keep[j] = False
                continue
        else:
            rising |= bottom > 1
            falling |= top < 0
            if at_high and (rising or (convex and not at_low and not falling)):
                ends[j, 0, k], marks[j, k] = 1.0, _UPPER
                continue
            if at_low and (falling or (convex and not at_high and not rising)):
                ends[j, 1, k], marks[j, k] = 0.0, _LOWER
                continue
            if rising or falling or (convex and not at_low and not at_high):
                keep[j] = False
                continue
        ends[j, 0, k] = bottom if bottom > ends[j, 0, k] else ends[j, 0, k]
        ends[j, 1, k] = top if top < ends[j, 1, k] else ends[j, 1, k]
        if ends[j, 0, k] > 0 and ends[j, 1, k] < 1:
            marks[j, k] = _INTERIOR
        keep[j] = ends[j, 0, k] <= ends[j, 1, k]


@compiled
def _mean_value(m, k, j, ends, below, above, least, most, centre):
    """Enclose g_k where t_k is at the centre, by its slopes; NaN where that is not known."""
    low, high = least[k, j], most[k, j]
    size = larger(low, high)
    for i in range(m):
        if i != k:
            a, b = below[m + k * m + i, j], above[m + k * m + i, j]
            c, d = ends[j, 0, i] - centre[i, j], ends[j, 1, i] - centre[i, j]
            p, q, r, s = a * c, a * d, b * c, b * d
            low, high = low + min(p, q, r, s), high + max(p, q, r, s)
            size = size + (abs(p) + abs(q) + abs(r) + abs(s))
    if not size < np.inf:
        return np.nan, np.nan
    return low - size * SLACK, high + size * SLACK


@compiled
def _tried(
    pack, m, room, tries, trials, work, other, root_ends, root_marks, narrow, number, flagged
):  # fmt: skip
    """Do step 5: keep what is found, drop the boxes that it settles; return how many are found."""
    if trials == 0:
        return number
    keep, places = work[5], work[12]
    below, above = other[0], other[1]
    known, image, reach, ready = other[4], other[9], other[10], other[14]
    ends, marks = tries
    enclosed(pack, m, room, ends, marks, trials, other)
    ready[:trials] = True
    images(m, trials, marks, other)
    for j in range(trials):
        inner = 0
        for k in range(m):
            inner += marks[j, k] == _INTERIOR
        if inner == 0:
            sure = signs(m, j, marks, below, above) if known[j] else 0
            keep[places[j]] = False
            if sure == 0:
                flagged[marks[j, m]] = True
            if sure != 1:
                continue
        elif not known[j]:
            continue
        within = True
        for k in range(m):
            a, b = ends[j, 0, k], ends[j, 1, k]
            if marks[j, k] == _INTERIOR:
                c, d = image[k, j] - reach[k, j], image[k, j] + reach[k, j]
                c, d = c - abs(c) * EPSILON, d + abs(d) * EPSILON
                within &= a < c and d < b
                a, b = c, d
            narrow[number, 0, k], narrow[number, 1, k] = a, b
        if within:
            copy(ends, marks, j, root_ends, root_marks, number)
            keep[places[j]] = False
            number += 1
    return number


@compiled
def _pushed(m, ends, marks, before, j, stack_ends, stack_marks, height, flagged):
    """Put what is left of a box on the stack, split unless it has shrunk (step 6)."""
    if height + 2 > len(stack_ends):
        flagged[marks[j, m]] = True
        return height
    again, widest, axis = False, -1.0, 0
    for k in range(m):
        width = ends[j, 1, k] - ends[j, 0, k]
        again |= width < SHRUNK * before[k, j]
        if width > widest:
            widest, axis = width, k
    copy(ends, marks, j, stack_ends, stack_marks, height)
    if again:
        return height + 1
    if widest < NARROWEST:
        flagged[marks[j, m]] = True
        return height
    copy(ends, marks, j, stack_ends, stack_marks, height + 1)
    low, high = ends[j, 0, axis], ends[j, 1, axis]
    first, second = height, height + 1
    if marks[j, axis] == _FREE and (low == 0) != (high == 1):
        if low == 0:
            stack_ends[first, 1, axis], stack_marks[first, axis] = 0.0, _LOWER
        else:
            stack_ends[first, 0, axis], stack_marks[first, axis] = 1.0, _UPPER
        stack_marks[second, axis] = _INTERIOR
    else:
        cut = low + CUT * (high - low)
        stack_ends[first, 1, axis], stack_ends[second, 0, axis] = cut, cut
    return height + 2


@compiled
def _narrowed(pack, m, room, narrow, root_marks, work, flagged):
    """Make enclosures narrow (step 7); say which points are feasible."""
    keep = np.ones(len(narrow), np.bool_)
    ends, marks = room_for(m, LANES)
    place, rounds = np.empty(LANES, np.int64), np.empty(LANES, np.int64)
    before, image, reach, ready = work[8], work[9], work[10], work[14]
    ready[:] = True
    count, following = 0, 0
    while count > 0 or following < len(narrow):
        while count < LANES and following < len(narrow):
            copy(narrow, root_marks, following, ends, marks, count)
            place[count], rounds[count] = following, 0
            count, following = count + 1, following + 1
        enclosed(pack, m, room, ends, marks, count, work)
        images(m, count, marks, work)
        left = 0
        for j in range(count):
            met(m, j, ends, marks, image, reach)
            wide = False
            for k in range(m):
                better = ends[j, 1, k] - ends[j, 0, k] <= IMPROVED * before[k, j]
                wide |= marks[j, k] == _INTERIOR and better and not reach[k, j] < NARROW
            copy(ends, marks, j, narrow, root_marks, place[j])
            if wide and rounds[j] + 1 < MOST_NARROWINGS:
                copy(ends, marks, j, ends, marks, left)
                place[left], rounds[left] = place[j], rounds[j] + 1
                left += 1
            else:
                keep[place[j]] = _feasible(m, j, ends, marks, work, flagged)
        count = left
    return keep


@compiled
def _feasible(m, j, ends, marks, work, flagged):
    """Tell whether a point may be feasible; flag its game where that is not clear."""
    below, known = work[0], work[4]
    sure = signs(m, j, marks, below, work[1])
    outside, unclear = sure == -1, sure == 0 or not known[j]
    for k in range(m):
        convex = known[j] and below[m + k * m + k, j] > 0
        outside |= marks[j, k] == _INTERIOR and convex
        outside |= ends[j, 1, k] < 0 or ends[j, 0, k] > 1
        unclear |= ends[j, 0, k] < 0 or ends[j, 1, k] > 1
    if unclear and not outside:
        flagged[marks[j, m]] = True
    return not outside
