# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""The conditions of `pigou.solvers.batch_conditions`, compiled by numba: extra ``pigou[fast]``.

Formulas and bounds on rounding are those of `pigou.solvers.batch_conditions`, for some boxes at a
time, one after the other in the inner loops.
"""

from __future__ import annotations

import numpy as np

from pigou.solvers.batch_conditions import SLACK
from pigou.solvers.batch_intervals import EPSILON
from pigou.solvers.fast_tape import LANES, compiled, run

__all__ = [
    "copy", "enclosed", "images", "larger", "met", "room_for", "signs", "workspace",
]  # fmt: skip

_FREE, _LOWER, _UPPER, _INTERIOR = 0, 1, 2, 3

# Boxes are two arrays: ends (boxes, lower or upper, variables), and marks (boxes, labels and game).
# What is called for a single box gets arrays and no tuples, whose parts would be counted each time.


@compiled
def room_for(m, number):
    """Return room for boxes."""
    return np.empty((number, 2, m)), np.zeros((number, m + 1), np.int64)


@compiled
def copy(ends, marks, place, other_ends, other_marks, other):
    """Copy a box from one lot to another."""
    for k in range(ends.shape[2]):
        other_ends[other, 0, k] = ends[place, 0, k]
        other_ends[other, 1, k] = ends[place, 1, k]
    for k in range(marks.shape[1]):
        other_marks[other, k] = marks[place, k]


@compiled
def workspace(m):
    """Return room: enclosures of g and h over boxes and of g at centres, images, and the rest."""
    return (
        np.empty((m + m * m, LANES)), np.empty((m + m * m, LANES)),
        np.empty((m, LANES)), np.empty((m, LANES)),
        np.zeros(LANES, np.bool_), np.zeros(LANES, np.bool_),
        np.empty((m, LANES)), np.empty((m, LANES)), np.empty((m, LANES)),
        np.empty((m, LANES)), np.empty((m, LANES)), np.empty(LANES),
        np.zeros(LANES, np.int64), np.zeros(LANES, np.bool_), np.zeros(LANES, np.bool_),
        np.zeros(LANES, np.int64), np.empty((m, 2 * m)),
    )  # fmt: skip


@compiled
def enclosed(pack, m, room, ends, marks, count, work):
    """Enclose g and h over boxes, and g at their centres."""
    low, high = room
    below, above, least, most, known, _, centre, radius, before, _, _, _, _, left, _, game, _ = work
    outputs = pack[4]
    for j in range(count):
        game[j] = marks[j, m]
        for k in range(m):
            a, b = ends[j, 0, k], ends[j, 1, k]
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
def images(m, count, marks, work):
    """Find the Krawczyk images of boxes that are ready, and the largest ratio of T r to r."""
    (
        below,
        above,
        least,
        most,
        _,
        _,
        centre,
        radius,
        _,
        image,
        reach,
        ratio,
        _,
        _,
        ready,
        _,
        matrix,
    ) = work
    for j in range(count):
        if not ready[j]:
            continue
        for i in range(m):
            for k in range(m):
                one = 1.0 if i == k else 0.0
                both = marks[j, i] == _INTERIOR and marks[j, k] == _INTERIOR
                a, b = below[m + i * m + k, j], above[m + i * m + k, j]
                matrix[i, k] = a + (b - a) / 2 if both else one
                matrix[i, m + k] = one
        _inverted(matrix, m)
        ratio[j] = 0.0
        for i in range(m):
            c = centre[i, j]
            image[i, j], reach[i, j] = c, 0.0
            if marks[j, i] != _INTERIOR:
                continue
            total = 0.0
            for k in range(m):
                if marks[j, k] == _INTERIOR:
                    entry = _entry(m, i, k, j, marks, matrix, below, above)
                    total += entry * radius[k, j]
            shift, extra = 0.0, abs(c) * SLACK
            for n in range(m):
                if marks[j, n] == _INTERIOR:
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
def _entry(m, i, k, j, marks, matrix, below, above):
    """Bound an entry of T."""
    entry = 1.0 if i == k else 0.0
    sizes, spreads = entry, 0.0
    for n in range(m):
        if marks[j, n] == _INTERIOR:
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
def met(m, j, ends, marks, image, reach):
    """Intersect a box with its image."""
    for k in range(m):
        if marks[j, k] == _INTERIOR:
            a, b = image[k, j] - reach[k, j], image[k, j] + reach[k, j]
            a, b = a - abs(a) * EPSILON, b + abs(b) * EPSILON
            ends[j, 0, k] = a if a > ends[j, 0, k] else ends[j, 0, k]
            ends[j, 1, k] = b if b < ends[j, 1, k] else ends[j, 1, k]


@compiled
def signs(m, j, marks, below, above):
    """Tell whether g has the right sign at the ends taken: 1 yes, -1 no, 0 not known."""
    answer = 1
    for k in range(m):
        if marks[j, k] == _LOWER:
            if below[k, j] > 0:
                return -1
            answer = answer if above[k, j] <= 0 else 0
        elif marks[j, k] == _UPPER:
            if above[k, j] < 0:
                return -1
            answer = answer if below[k, j] >= 0 else 0
    return answer


@compiled
def larger(a, b):
    """Return the larger size of two numbers; NaN if one is."""
    a, b = abs(a), abs(b)
    return a if a > b else b if b >= a else np.nan
