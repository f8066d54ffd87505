# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""Best replies as in `pigou.solvers.batch_deviation`, compiled by numba: extra ``pigou[fast]``.

The steps are those of `pigou.solvers.batch_deviation`, for some boxes at a time from one stack.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pigou.solvers.batch_conditions import Points
from pigou.solvers.batch_deviation import BEST, MOST_BOXES, NARROWEST, REFUTED, UNDECIDED, Objective
from pigou.solvers.batch_intervals import EPSILON, SMALL, UNDERFLOW
from pigou.solvers.fast_tape import LANES, compiled, numba, packed, registers, run

__all__ = ["replies"]

_LOT = 50_000
_ROOM = 16_384


def replies(objective: Objective, points: Points) -> NDArray[np.int8]:
    """Return the verdicts of `pigou.solvers.batch_deviation.replies`.

    Raises
    ------
    ImportError
        If numba is not installed.
    """
    if numba is None:
        raise ImportError("fast=True needs numba: install the extra pigou[fast]")
    programs = [objective.full, objective.value]
    room, own = registers(programs), np.array(objective.own)
    parts = [np.zeros(0, np.int8)]
    for start in range(0, len(points.game), _LOT):
        lot = slice(start, start + _LOT)
        games, place = np.unique(points.game[lot], return_inverse=True)
        pack = packed(programs, [table.pick(games) for table in objective.tables])
        low, high = (np.ascontiguousarray(end[:, lot].T) for end in (points.low, points.high))
        parts.append(_replies(pack, own, room, low, high, place.astype(np.int64)))
    return np.concatenate(parts)


@compiled
def _replies(pack, own, room, low, high, game):
    """Judge one player's moves at points (points, variables)."""
    number, m = len(game), len(own)
    verdict = np.full(number, BEST, np.int8)
    value = np.empty((2, number))
    used = np.zeros(number, np.int64)
    stack = np.empty((_ROOM, m)), np.empty((_ROOM, m)), np.zeros(_ROOM, np.int64)
    block = np.empty((LANES, m)), np.empty((LANES, m)), np.zeros(LANES, np.int64)
    games, left, keep = (
        np.zeros(LANES, np.int64),
        np.zeros(LANES, np.bool_),
        np.zeros(LANES, np.bool_),
    )
    height, fresh = 0, 0
    while True:
        count = 0
        while count < LANES and height > 0:
            height -= 1
            p = stack[2][height]
            used[p] += 1
            if verdict[p] == BEST and used[p] > MOST_BOXES:
                verdict[p] = UNDECIDED
            if verdict[p] == BEST:
                block[0][count], block[1][count], block[2][count] = (
                    stack[0][height],
                    stack[1][height],
                    p,
                )
                count += 1
        if height == 0 and fresh < number and count <= LANES // 2:
            more = min(LANES - count, number - fresh)
            _values(pack, room, low, high, game, fresh, more, games, left, value, verdict)
            for p in range(fresh, fresh + more):
                used[p] = 1
                if verdict[p] == BEST:
                    block[0][count], block[1][count], block[2][count] = 0.0, 1.0, p
                    count += 1
            fresh += more
        if count == 0:
            if fresh == number:
                return verdict
            continue
        count = _none_better(pack, own, room, low, high, game, block, count, games, left, keep)
        count = _none_worth(
            pack, own, room, low, high, game, block, count, games, left, keep, value, verdict
        )
        for j in range(count):
            height = _halved(block, j, stack, height, verdict)


@compiled
def _values(pack, room, low, high, game, start, count, games, left, value, verdict):
    """Enclose the payoff at points."""
    for j in range(count):
        games[j] = game[start + j]
        for k in range(low.shape[1]):
            room[0][k, j], room[1][k, j] = low[start + j, k], high[start + j, k]
    run(pack, 1, games, count, room[0], room[1], left)
    o = pack[4][1, 0]
    for j in range(count):
        value[0, start + j], value[1, start + j] = room[0][o, j], room[1][o, j]
        if left[j]:
            verdict[start + j] = UNDECIDED


@compiled
def _loaded(room, low, high, game, points, count, games):
    """Write points into the first registers."""
    for j in range(count):
        p = points[j]
        games[j] = game[p]
        for k in range(low.shape[1]):
            room[0][k, j], room[1][k, j] = low[p, k], high[p, k]


@compiled
def _kept(block, count, keep):
    """Move the boxes that are kept to the front; return how many."""
    start, end, point = block
    number = 0
    for j in range(count):
        if keep[j]:
            for k in range(start.shape[1]):
                start[number, k], end[number, k] = start[j, k], end[j, k]
            point[number] = point[j]
            number += 1
    return number


@compiled
def _none_better(pack, own, room, low, high, game, block, count, games, left, keep):
    """Drop boxes in which steps 1 and 2 show that nothing is better."""
    below, above = room
    start, end, point = block
    outputs, m = pack[4], len(own)
    _loaded(room, low, high, game, point, count, games)
    for k in range(m):
        for j in range(count):
            below[own[k], j] = min(start[j, k], low[point[j], own[k]])
            above[own[k], j] = max(end[j, k], high[point[j], own[k]])
    run(pack, 0, games, count, below, above, left)
    rows = np.empty((2, m, m))
    for j in range(count):
        keep[j] = left[j] or not _concave(rows, m, j, outputs, below, above)
        if keep[j] and not left[j]:
            gain = 0.0
            for k in range(m):
                o, i, p = outputs[0, 1 + k], own[k], point[j]
                a, b = start[j, k] - high[p, i], end[j, k] - low[p, i]
                a, b = a - abs(a) * EPSILON, b + abs(b) * EPSILON
                gain = gain + _product(below[o, j], above[o, j], a, b)[1]
                gain = gain + abs(gain) * EPSILON
            keep[j] = not gain <= 0
    return _kept(block, count, keep)


@compiled
def _product(a, b, c, d):
    """Multiply two intervals; NaN where a factor is not finite."""
    p, q, r, s = a * c, a * d, b * c, b * d
    if not abs(a) + abs(b) + abs(c) + abs(d) < np.inf:
        return np.nan, np.nan
    low, high = min(p, q, r, s), max(p, q, r, s)
    low, high = low - abs(low) * EPSILON, high + abs(high) * EPSILON
    if abs(low) < SMALL or abs(high) < SMALL:
        under = (a != 0) & (c != 0) & (abs(p) < SMALL)
        under |= (a != 0) & (d != 0) & (abs(q) < SMALL)
        under |= (b != 0) & (c != 0) & (abs(r) < SMALL)
        under |= (b != 0) & (d != 0) & (abs(s) < SMALL)
        if under:
            return low - UNDERFLOW, high + UNDERFLOW
    return low, high


@compiled
def _concave(rows, m, j, outputs, below, above):
    """Say whether minus the second derivatives are positive definite, by their pivots."""
    for i in range(m):
        for k in range(m):
            o = outputs[0, 1 + m + i * m + k]
            rows[0, i, k], rows[1, i, k] = -above[o, j], -below[o, j]
    for i in range(m):
        if not (rows[0, i, i] > SMALL and rows[1, i, i] < 1 / SMALL):
            return False
        a, b = 1 / rows[1, i, i], 1 / rows[0, i, i]
        a, b = a - a * EPSILON, b + b * EPSILON
        for k in range(i + 1, m):
            c, d = _product(rows[0, k, i], rows[1, k, i], a, b)
            for n in range(m):
                least, most = _product(-d, -c, rows[0, i, n], rows[1, i, n])
                least, most = rows[0, k, n] + least, rows[1, k, n] + most
                rows[0, k, n] = least - abs(least) * EPSILON
                rows[1, k, n] = most + abs(most) * EPSILON
    return True


@compiled
def _none_worth(
    pack, own, room, low, high, game, block, count, games, left, keep, value, verdict
):  # fmt: skip
    """Do steps 3 and 4: drop boxes in which the payoff is too low, and refute points."""
    below, above = room
    start, end, point = block
    outputs, m = pack[4], len(own)
    _loaded(room, low, high, game, point, count, games)
    for k in range(m):
        for j in range(count):
            below[own[k], j], above[own[k], j] = start[j, k], end[j, k]
    run(pack, 0, games, count, below, above, left)
    most, reach, undefined = np.empty(count), np.empty(count), np.empty(count, np.bool_)
    for j in range(count):
        most[j], reach[j], undefined[j] = above[outputs[0, 0], j], 0.0, left[j]
        for k in range(m):
            o = outputs[0, 1 + k]
            c = start[j, k] + (end[j, k] - start[j, k]) / 2
            a, b = start[j, k] - c, end[j, k] - c
            a, b = a - abs(a) * EPSILON, b + abs(b) * EPSILON
            reach[j] += _product(below[o, j], above[o, j], a, b)[1]
            reach[j] += abs(reach[j]) * EPSILON
    _loaded(room, low, high, game, point, count, games)
    for k in range(m):
        for j in range(count):
            c = start[j, k] + (end[j, k] - start[j, k]) / 2
            below[own[k], j] = above[own[k], j] = c
    run(pack, 1, games, count, below, above, left)
    o = outputs[1, 0]
    for j in range(count):
        p = point[j]
        if not left[j] and below[o, j] > value[1, p]:
            verdict[p] = REFUTED
        limit = above[o, j] + reach[j]
        limit = limit + abs(limit) * EPSILON
        if not left[j] and (limit < most[j] or most[j] != most[j]):
            most[j] = limit
        keep[j] = undefined[j] or not most[j] <= value[0, p]
    for j in range(count):
        keep[j] &= verdict[point[j]] == BEST
    return _kept(block, count, keep)


@compiled
def _halved(block, j, stack, height, verdict):
    """Put the halves of a box on the stack, or give up its point (step 5)."""
    start, end, point = block
    below, above, points = stack
    widest, axis, m = -1.0, 0, start.shape[1]
    for k in range(m):
        if end[j, k] - start[j, k] > widest:
            widest, axis = end[j, k] - start[j, k], k
    p = point[j]
    if verdict[p] != BEST:
        return height
    if widest < NARROWEST or height + 2 > len(points):
        verdict[p] = UNDECIDED
        return height
    cut = start[j, axis] + (end[j, axis] - start[j, axis]) / 2
    for k in range(m):
        below[height, k], above[height, k] = start[j, k], end[j, k]
        below[height + 1, k], above[height + 1, k] = start[j, k], end[j, k]
    above[height, axis], below[height + 1, axis] = cut, cut
    points[height], points[height + 1] = p, p
    return height + 2
