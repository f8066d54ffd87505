# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""The search of `pigou.solvers.batch_search`, compiled by numba: the extra ``pigou[fast]``.

The steps are those of `pigou.solvers.batch_search`, and so are the bounds on rounding. Some boxes
are taken at a time from one stack, whichever games they belong to, and games are added as the stack
runs empty. Both searches list the same points; the enclosures may differ in their last digits, for
exp, log and powers come from another library.
"""

from __future__ import annotations

import numpy as np

from pigou.solvers.batch_intervals import EPSILON
from pigou.solvers.batch_search import (
    CONTRACTS,
    CUT,
    MOST_BOXES,
    NARROW,
    NARROWEST,
    SHRUNK,
    SLACK,
    SMALLEST,
    Bools,
    Boxes,
    Conditions,
    Found,
    Points,
    points_of,
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
        *lists, sure = _search(pack, conditions.size, room, flagged[start:end], most)
        low, high, box_low, box_high, label, game = (array.T for array in lists)
        found.append(Found(Boxes(box_low, box_high, label, game + start), low, high))
        keep.append(sure)
    return points_of(conditions.size, found, keep, flagged), flagged


@compiled
def _search(pack, m, room, flagged, most):
    """Find the points of all games; their enclosures are narrow, and feasible where kept."""
    games = len(flagged)
    stack = _boxes(m, _ROOM)
    roots, more = _boxes(m, 4 * games + LANES), _boxes(m, 4 * games + LANES)
    block, tries = _boxes(m, LANES), _boxes(m, LANES)
    work, other = _work(m), _work(m)
    used = np.zeros(games, np.int64)
    height, number, next_game = 0, 0, 0
    while True:
        count = 0
        while count < LANES and height > 0:
            height -= 1
            g = stack[3][height]
            used[g] += 1
            if used[g] > most:
                flagged[g] = True
            if not flagged[g]:
                _copy(stack, height, block, count)
                count += 1
        while count < LANES and next_game < games:
            if not flagged[next_game]:
                block[0][count], block[1][count] = 0.0, 1.0
                block[2][count], block[3][count] = _FREE, next_game
                used[next_game] += 1
                count += 1
            next_game += 1
        if count == 0:
            break
        if number + LANES > len(roots[3]):
            roots, more = _grown(roots, number), _grown(more, number)
        trials = _looked(pack, m, room, block, count, tries, work)
        number = _tried(pack, m, room, tries, trials, work, other, roots, more, number, flagged)
        for j in range(count):
            if work[5][j]:
                height = _pushed(block, j, stack, height, work, flagged)
    keep = _narrowed(pack, m, room, more, number, work, flagged)
    return (
        more[0][:number], more[1][:number], roots[0][:number], roots[1][:number],
        roots[2][:number], roots[3][:number], keep,
    )  # fmt: skip


@compiled
def _boxes(m, number):
    """Return room for boxes: lower and upper ends, labels, games."""
    ends = np.empty((number, m)), np.empty((number, m))
    return ends[0], ends[1], np.zeros((number, m), np.int8), np.zeros(number, np.int64)


@compiled
def _grown(boxes, number):
    wider = _boxes(boxes[0].shape[1], 2 * len(boxes[3]))
    for k in range(number):
        _copy(boxes, k, wider, k)
    return wider


@compiled
def _copy(source, place, target, other):
    for k in range(source[0].shape[1]):
        target[0][other, k] = source[0][place, k]
        target[1][other, k] = source[1][place, k]
        target[2][other, k] = source[2][place, k]
    target[3][other] = source[3][place]


@compiled
def _work(m):
    """Return room: enclosures of g and h over boxes and of g at centres, images, and the rest."""
    return (
        np.empty((m + m * m, LANES)), np.empty((m + m * m, LANES)),
        np.empty((m, LANES)), np.empty((m, LANES)),
        np.zeros(LANES, np.bool_), np.zeros(LANES, np.bool_),
        np.empty((m, LANES)), np.empty((m, LANES)), np.empty((m, LANES)),
        np.empty((m, LANES)), np.empty((m, LANES)), np.empty(LANES),
        np.zeros(LANES, np.int64), np.zeros(LANES, np.bool_), np.zeros(LANES, np.bool_),
    )  # fmt: skip


@compiled
def _enclosed(pack, m, room, block, count, work):
    """Enclose g and h over boxes, and g at their centres."""
    low, high = room
    start, end, _, game = block
    below, above, least, most, known, _, centre, radius, before, _, _, _, _, left, _ = work
    outputs = pack[4]
    for j in range(count):
        for k in range(m):
            a, b = start[j, k], end[j, k]
            low[k, j], high[k, j], before[k, j] = a, b, b - a
            c = min(max(a + (b - a) / 2, a), b)
            centre[k, j] = c
            reach = max(b - c, c - a)
            radius[k, j] = reach + reach * EPSILON
    run(pack, 0, game, count, low, high, left)
    for q in range(m + m * m):
        o = outputs[0, q]
        for j in range(count):
            below[q, j], above[q, j] = low[o, j], high[o, j]
    for j in range(count):
        known[j] = not left[j]
    for k in range(m):
        for j in range(count):
            low[k, j] = high[k, j] = centre[k, j]
    run(pack, 1, game, count, low, high, left)
    for q in range(m):
        o = outputs[1, q]
        for j in range(count):
            least[q, j], most[q, j] = low[o, j], high[o, j]
    for j in range(count):
        known[j] &= not left[j]


@compiled
def _looked(pack, m, room, block, count, tries, work):
    """Do steps 1 to 4; return how many boxes are to be tried."""
    low, high = room
    start, end, label, game = block
    known, keep, centre, before, left = work[4], work[5], work[6], work[8], work[13]
    image, reach, ratio, places, ready = work[9], work[10], work[11], work[12], work[14]
    _enclosed(pack, m, room, block, count, work)
    keep[:count] = True
    for k in range(m):
        for i in range(m):
            for j in range(count):
                low[i, j], high[i, j] = start[j, i], end[j, i]
        for j in range(count):
            low[k, j] = high[k, j] = centre[k, j]
        run(pack, 2 + k, game, count, low, high, left)
        o = pack[4][2 + k, 0]
        _settled(m, k, count, block, work, low[o], high[o])
    for j in range(count):
        ready[j] = keep[j] and known[j]
        for k in range(m):
            moved = start[j, k] == end[j, k] and before[k, j] > 0
            ready[j] &= not moved and label[j, k] != _FREE
    _image(m, count, label, work)
    trials = 0
    for j in range(count):
        if not ready[j]:
            continue
        _met(m, j, block, image, reach)
        for k in range(m):
            keep[j] &= start[j, k] <= end[j, k]
        if keep[j] and ratio[j] < CONTRACTS:
            _copy(block, j, tries, trials)
            for k in range(m):
                if label[j, k] == _INTERIOR:
                    tries[0][trials, k] = image[k, j] - (2 * reach[k, j] + SMALLEST)
                    tries[1][trials, k] = image[k, j] + (2 * reach[k, j] + SMALLEST)
            places[trials] = j
            trials += 1
    return trials


@compiled
def _met(m, j, block, image, reach):
    """Intersect a box with its image."""
    start, end, label, _ = block
    for k in range(m):
        if label[j, k] == _INTERIOR:
            a, b = image[k, j] - reach[k, j], image[k, j] + reach[k, j]
            a, b = a - abs(a) * EPSILON, b + abs(b) * EPSILON
            start[j, k] = a if a > start[j, k] else start[j, k]
            end[j, k] = b if b < end[j, k] else end[j, k]


@compiled
def _settled(m, k, count, block, work, first, last):
    """Shrink one variable of boxes and settle its label; say which boxes are left."""
    below, above, least, most, known, keep, centre, radius, _, _, _, _, _, left, _ = work
    low, high, label, _ = block
    h = m + k * m + k
    for j in range(count):
        if not (keep[j] and known[j]):
            continue
        reach = 0.0
        for i in range(m):
            reach += _larger(below[m + k * m + i, j], above[m + k * m + i, j]) * radius[i, j]
        reach = reach * (1 + SLACK)
        a, b = least[k, j] - reach, most[k, j] + reach
        a, b = a - abs(a) * EPSILON, b + abs(b) * EPSILON
        rising, falling = below[k, j] > 0 or a > 0, above[k, j] < 0 or b < 0
        mine = label[j, k]
        if mine in (_LOWER, _UPPER):
            keep[j] = not (rising if mine == _LOWER else falling)
            continue
        bottom, top = -np.inf, np.inf
        if above[h, j] < 0:
            a, b = (np.nan, np.nan) if left[j] else (first[j], last[j])
            if m > 1:
                c, d = _mean_value(m, k, j, low, high, below, above, least, most, centre)
                a = c if c == c and not a > c else a
                b = d if d == d and not b < d else b
            steep, flat = -below[h, j], -above[h, j]
            a, b = a / (steep if a >= 0 else flat), b / (flat if b >= 0 else steep)
            c = centre[k, j]
            bottom = c + a - (abs(c) + abs(a)) * SLACK
            top = c + b + (abs(c) + abs(b)) * SLACK
        convex, at_low, at_high = below[h, j] > 0, low[j, k] == 0, high[j, k] == 1
        if mine == _INTERIOR:
            if rising or falling or convex:
                keep[j] = False
                continue
        else:
            rising |= bottom > 1
            falling |= top < 0
            if at_high and (rising or (convex and not at_low and not falling)):
                low[j, k], label[j, k] = 1.0, _UPPER
                continue
            if at_low and (falling or (convex and not at_high and not rising)):
                high[j, k], label[j, k] = 0.0, _LOWER
                continue
            if rising or falling or (convex and not at_low and not at_high):
                keep[j] = False
                continue
        low[j, k] = bottom if bottom > low[j, k] else low[j, k]
        high[j, k] = top if top < high[j, k] else high[j, k]
        if low[j, k] > 0 and high[j, k] < 1:
            label[j, k] = _INTERIOR
        keep[j] = low[j, k] <= high[j, k]


@compiled
def _mean_value(m, k, j, start, end, below, above, least, most, centre):
    """Enclose g_k where t_k is at the centre, by its slopes; NaN where that is not known."""
    low, high = least[k, j], most[k, j]
    size = _larger(low, high)
    for i in range(m):
        if i != k:
            a, b = below[m + k * m + i, j], above[m + k * m + i, j]
            c, d = start[j, i] - centre[i, j], end[j, i] - centre[i, j]
            p, q, r, s = a * c, a * d, b * c, b * d
            low, high = low + min(p, q, r, s), high + max(p, q, r, s)
            size = size + (abs(p) + abs(q) + abs(r) + abs(s))
    if not size < np.inf:
        return np.nan, np.nan
    return low - size * SLACK, high + size * SLACK


@compiled
def _image(m, count, label, work):
    """Find the Krawczyk images of boxes that are ready, and the largest ratio of T r to r."""
    below, above, least, most, _, _, centre, radius, _, image, reach, ratio, _, _, ready = work
    matrix = np.empty((m, 2 * m))
    for j in range(count):
        if not ready[j]:
            continue
        for i in range(m):
            for k in range(m):
                one = 1.0 if i == k else 0.0
                both = label[j, i] == _INTERIOR and label[j, k] == _INTERIOR
                a, b = below[m + i * m + k, j], above[m + i * m + k, j]
                matrix[i, k] = a + (b - a) / 2 if both else one
                matrix[i, m + k] = one
        _inverted(matrix, m)
        ratio[j] = 0.0
        for i in range(m):
            c = centre[i, j]
            image[i, j], reach[i, j] = c, 0.0
            if label[j, i] != _INTERIOR:
                continue
            total = 0.0
            for k in range(m):
                if label[j, k] == _INTERIOR:
                    entry = _entry(m, i, k, j, label, matrix, below, above)
                    total += entry * radius[k, j]
            shift, extra = 0.0, abs(c) * SLACK
            for n in range(m):
                if label[j, n] == _INTERIOR:
                    a, b = least[n, j], most[n, j]
                    g = a + (b - a) / 2
                    doubt = max(b - g, g - a)
                    product = matrix[i, m + n] * g
                    shift += product
                    extra += abs(product) * SLACK
                    extra += abs(matrix[i, m + n]) * (doubt + doubt * EPSILON)
            image[i, j] = c - shift
            reach[i, j] = (total + extra) * (1 + SLACK)
            ratio[j] = max(ratio[j], total / radius[i, j])


@compiled
def _entry(m, i, k, j, label, matrix, below, above):
    """Bound an entry of T."""
    entry = 1.0 if i == k else 0.0
    sizes, spreads = entry, 0.0
    for n in range(m):
        if label[j, n] == _INTERIOR:
            a, b = below[m + n * m + k, j], above[m + n * m + k, j]
            c = a + (b - a) / 2
            spread = max(b - c, c - a)
            product = matrix[i, m + n] * c
            entry -= product
            sizes += abs(product)
            spreads += abs(matrix[i, m + n]) * (spread + spread * EPSILON)
    return abs(entry) + spreads + sizes * SLACK


@compiled
def _inverted(matrix, m):
    """Invert approximately, by Gauss and Jordan with row pivots; NaN where that fails."""
    for c in range(m):
        pivot = c
        for r in range(c + 1, m):
            if abs(matrix[r, c]) > abs(matrix[pivot, c]):
                pivot = r
        if pivot != c:
            for q in range(2 * m):
                matrix[c, q], matrix[pivot, q] = matrix[pivot, q], matrix[c, q]
        scale = 1 / matrix[c, c]
        for q in range(2 * m):
            matrix[c, q] *= scale
        for r in range(m):
            if r != c:
                factor = matrix[r, c]
                for q in range(2 * m):
                    matrix[r, q] -= factor * matrix[c, q]


@compiled
def _tried(pack, m, room, tries, trials, work, other, roots, more, number, flagged):
    """Do step 5: keep what is found, drop the boxes that it settles; return how many are found."""
    if trials == 0:
        return number
    keep, places = work[5], work[12]
    known, image, reach, ready = other[4], other[9], other[10], other[14]
    start, end, label, game = tries
    _enclosed(pack, m, room, tries, trials, other)
    ready[:trials] = True
    _image(m, trials, label, other)
    for j in range(trials):
        inner = 0
        for k in range(m):
            inner += label[j, k] == _INTERIOR
        if inner == 0:
            sure = _signs(m, j, label, other) if known[j] else 0
            keep[places[j]] = False
            if sure == 0:
                flagged[game[j]] = True
            if sure != 1:
                continue
        elif not known[j]:
            continue
        within = True
        for k in range(m):
            a, b = start[j, k], end[j, k]
            if label[j, k] == _INTERIOR:
                below, above = image[k, j] - reach[k, j], image[k, j] + reach[k, j]
                below, above = below - abs(below) * EPSILON, above + abs(above) * EPSILON
                within &= a < below and above < b
                a, b = below, above
            more[0][number, k], more[1][number, k], more[2][number, k] = a, b, label[j, k]
        if within:
            _copy(tries, j, roots, number)
            more[3][number] = game[j]
            keep[places[j]] = False
            number += 1
    return number


@compiled
def _signs(m, j, label, work):
    """Tell whether g has the right sign at the ends taken: 1 yes, -1 no, 0 not known."""
    below, above = work[0], work[1]
    answer = 1
    for k in range(m):
        if label[j, k] == _LOWER:
            if below[k, j] > 0:
                return -1
            answer = answer if above[k, j] <= 0 else 0
        elif label[j, k] == _UPPER:
            if above[k, j] < 0:
                return -1
            answer = answer if below[k, j] >= 0 else 0
    return answer


@compiled
def _pushed(block, j, stack, height, work, flagged):
    """Put what is left of a box on the stack, split unless it has shrunk (step 6)."""
    before = work[8]
    m, game = block[0].shape[1], block[3][j]
    if height + 2 > len(stack[3]):
        flagged[game] = True
        return height
    again, widest, axis = False, -1.0, 0
    for k in range(m):
        width = block[1][j, k] - block[0][j, k]
        again |= width < SHRUNK * before[k, j]
        if width > widest:
            widest, axis = width, k
    _copy(block, j, stack, height)
    if again:
        return height + 1
    if widest < NARROWEST:
        flagged[game] = True
        return height
    _copy(block, j, stack, height + 1)
    low, high = block[0][j, axis], block[1][j, axis]
    first, second = height, height + 1
    if block[2][j, axis] == _FREE and (low == 0) != (high == 1):
        if low == 0:
            stack[1][first, axis], stack[2][first, axis] = 0.0, _LOWER
        else:
            stack[0][first, axis], stack[2][first, axis] = 1.0, _UPPER
        stack[2][second, axis] = _INTERIOR
    else:
        cut = low + CUT * (high - low)
        stack[1][first, axis], stack[0][second, axis] = cut, cut
    return height + 2


@compiled
def _narrowed(pack, m, room, points, number, work, flagged):
    """Make enclosures narrow (step 7); say which points are feasible."""
    keep = np.ones(number, np.bool_)
    block = _boxes(m, LANES)
    image, reach, known, ready = work[9], work[10], work[4], work[14]
    ready[:] = True
    for start in range(0, number, LANES):
        count = min(LANES, number - start)
        for j in range(count):
            _copy(points, start + j, block, j)
        for _ in range(3):
            _enclosed(pack, m, room, block, count, work)
            _image(m, count, block[2], work)
            wide = False
            for j in range(count):
                _met(m, j, block, image, reach)
                for k in range(m):
                    wide |= block[2][j, k] == _INTERIOR and not reach[k, j] < NARROW
            if not wide:
                break
        for j in range(count):
            _copy(block, j, points, start + j)
            sure = _signs(m, j, block[2], work)
            outside, unclear = sure == -1, sure == 0 or not known[j]
            for k in range(m):
                outside |= block[1][j, k] < 0 or block[0][j, k] > 1
                unclear |= block[0][j, k] < 0 or block[1][j, k] > 1
            keep[start + j] = not outside
            if unclear and not outside:
                flagged[block[3][j]] = True
    return keep


@compiled
def _larger(a, b):
    """Return the larger size of two numbers; NaN if one is."""
    a, b = abs(a), abs(b)
    return a if a > b else b if b >= a else np.nan
