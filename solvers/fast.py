# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""The search of `pigou.solvers.batch`, compiled by numba: the extra ``pigou[fast]``.

The steps, their order and every rounding are those of `pigou.solvers.batch`, one game after the
other instead of one step after the other: sums run from left to right, nothing is contracted or
reordered. The results are the same to the last bit. Without numba the functions are plain Python,
which only the tests use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from pigou.errors import StructureError
from pigou.solvers.batch import (
    LARGE,
    TINY,
    UNIT,
    Floats,
    Found,
    finite,
    lines,
    set_masks,
    set_orders,
)
from pigou.solvers.two_by_two import ERROR, FLAGGED, Signs

try:
    import numba
except ImportError:
    numba = None

__all__ = ["search"]

_UNDECIDED, _REFUTED, _CERTIFIED = 0, 1, 2
_F = TypeVar("_F", bound=Callable[..., Any])


# What is imported above as a constant is compiled in, and numba keeps the result until this file
# changes.
def _compiled(function: _F) -> _F:
    if numba is None:
        return function
    return numba.njit(cache=True, error_model="numpy", nogil=True)(function)


def search(a: Floats, b: Floats) -> Found | Signs:
    """Do what `pigou.solvers.batch.search` does, and return the same.

    Raises
    ------
    ImportError
        If numba is not installed.

    Examples
    --------
    >>> a = np.array([[[4.0, 0.0], [3.0, 3.0]]])
    >>> search(a, a.transpose(0, 2, 1).copy()).code  # doctest: +SKIP
    array([25], dtype=uint8)
    """
    if numba is None:
        raise ImportError("fast=True needs numba: install the extra pigou[fast]")
    games, m, n = a.shape
    if (m, n) == (2, 2):
        signs = Signs(np.empty(games, np.uint8), np.empty(games), np.empty(games))
        if _by_signs(a.reshape(-1), b.reshape(-1), *signs) or (finite(a) and finite(b)):
            return signs
    if not (finite(a) and finite(b)):
        raise StructureError("every payoff has to be a finite number")
    flagged = np.zeros(games, np.bool_)
    room: tuple[Any, ...] = lines(2 * games + 64, m, n)
    tables = _tables(m, n)
    game, end = _search(a, b, room, flagged, 0, 0, tables)
    while game < games:
        more = lines(len(room[0]), m, n)
        room = tuple(np.concatenate(pair) for pair in zip(room, more, strict=True))
        game, end = _search(a, b, room, flagged, game, end, tables)
    places, rows, columns, error = (array[:end] for array in room)
    return Found(places, rows, columns, error, flagged)


def _tables(m: int, n: int) -> tuple[Any, ...]:
    """Return masks and orders of all sets of rows and of columns, and where each size begins."""
    sizes = range(1, min(m, n) + 1)
    tables = []
    for number in (m, n):
        masks = [set_masks(number, size).astype(np.int64) for size in sizes]
        orders = [set_orders(set_masks(number, size), number) for size in sizes]
        starts = np.cumsum([0, *(len(mask) for mask in masks)])
        tables += [np.concatenate(masks), np.concatenate(orders), starts]
    return tuple(tables)


@_compiled
def _by_signs(a, b, code, x, y):
    """Fill in codes and mixtures; return whether it is clear that all payoffs are finite.

    The first loop is free of branches, for the compiler to turn it into vector instructions; it
    marks what the second loop has to look at.
    """
    clear, marks = True, np.uint8(0)
    for g in range(len(code)):
        g0, g1 = a[4 * g] - a[4 * g + 2], a[4 * g + 1] - a[4 * g + 3]
        p0, p1 = b[4 * g] - b[4 * g + 1], b[4 * g + 2] - b[4 * g + 3]
        share = abs(p1) / (abs(p0) + abs(p1))
        other = abs(g1) / (abs(g0) + abs(g1))
        x[g], y[g] = share, other
        clear &= abs(g0) + abs(g1) + (abs(p0) + abs(p1)) < np.inf
        r0, r1, c0, c1 = np.uint8(g0 > 0), np.uint8(g1 > 0), np.uint8(p0 > 0), np.uint8(p1 > 0)
        far = (share > ERROR) & (share < 1 - ERROR) & (other > ERROR) & (other < 1 - ERROR)
        mixed = (r0 ^ r1) & (c0 ^ c1)
        zero = np.uint8((g0 == 0) | (g1 == 0) | (p0 == 0) | (p1 == 0))
        pure = (r0 & c0) | (r1 & (c0 ^ 1)) << 1 | ((r0 ^ 1) & c1) << 2 | ((r1 ^ 1) & (c1 ^ 1)) << 3
        found = pure | mixed << 4 | (mixed & np.uint8(not far)) << 5 | zero << 6
        code[g] = found
        marks |= found
    if marks & 96:
        for g in range(len(code)):
            if code[g] & 96:
                g0, g1 = a[4 * g] - a[4 * g + 2], a[4 * g + 1] - a[4 * g + 3]
                p0, p1 = b[4 * g] - b[4 * g + 1], b[4 * g + 2] - b[4 * g + 3]
                tie = _tie(g0, p0) or _tie(g1, -p0) or _tie(-g0, p1) or _tie(-g1, -p1)
                code[g] = FLAGGED if tie or code[g] & 32 else code[g] & 31
    return clear


@_compiled
def _tie(row, column):
    return (row == 0 and column >= 0) or (column == 0 and row >= 0)


@_compiled
def _search(a, b, room, flagged, start, end, tables):
    """Search games from `start` on until the room is full; return where it stopped."""
    game, rows, columns, error = room
    row_masks, row_orders, row_starts, column_masks, column_orders, column_starts = tables
    games, m, n = a.shape
    best = max(m, n)
    better_rows, better_columns = np.empty((m, m), np.int64), np.empty((n, n), np.int64)
    fit_rows, fit_columns = (
        np.empty(len(column_masks), np.int64),
        np.empty(len(row_masks), np.int64),
    )
    gains, inverted = np.empty((best, best)), np.empty((best, best))
    weights, spare = np.empty(best), np.empty(best)
    x, y = np.empty(best), np.empty(best)
    transposed = np.empty((n, m))
    for g in range(start, games):
        begin = end
        own = a[g]
        bad = _turn(own, b[g], transposed)
        _better(own, better_rows)
        _better(transposed, better_columns)
        for size in range(1, min(m, n) + 1):
            if bad:
                break
            r0, r1 = row_starts[size - 1], row_starts[size]
            c0, c1 = column_starts[size - 1], column_starts[size]
            _undominated(better_rows, column_masks, c0, c1, fit_rows)
            _undominated(better_columns, row_masks, r0, r1, fit_columns)
            for r in range(r0, r1):
                rset, fit = row_masks[r], fit_columns[r]
                for c in range(c0, c1):
                    cset = column_masks[c]
                    if cset & fit != cset or rset & fit_rows[c] != rset:
                        continue
                    ro, co = row_orders[r], column_orders[c]
                    how, doubt_y = _side(own, ro, co, size, gains, inverted, weights, spare, y)
                    if how == _REFUTED:
                        continue
                    also, doubt_x = _side(
                        transposed, co, ro, size, gains, inverted, weights, spare, x
                    )
                    if also == _REFUTED:
                        continue
                    if how != _CERTIFIED or also != _CERTIFIED:
                        bad = True
                        break
                    if end == len(game):
                        return g, begin
                    game[end] = g
                    error[end] = max(doubt_x, doubt_y)
                    rows[end] = 0.0
                    columns[end] = 0.0
                    for p in range(size):
                        rows[end, ro[p]] = x[p]
                        columns[end, co[p]] = y[p]
                    end += 1
                if bad:
                    break
        if bad:
            flagged[g] = True
            end = begin
    return games, end


@_compiled
def _turn(a, b, transposed):
    largest = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            transposed[j, i] = b[i, j]
            largest = max(largest, abs(a[i, j]), abs(b[i, j]))
    return largest > LARGE


@_compiled
def _better(payoffs, masks):
    number, others = payoffs.shape
    for i in range(number):
        for h in range(number):
            mask = 0
            for j in range(others):
                mask |= (payoffs[h, j] > payoffs[i, j]) << j
            masks[i, h] = mask


@_compiled
def _undominated(better, sets, start, stop, fit):
    number = len(better)
    for s in range(start, stop):
        wanted, mask = sets[s], 0
        for i in range(number):
            free = True
            for h in range(number):
                if h != i and better[i, h] & wanted == wanted:
                    free = False
                    break
            mask |= free << i
        fit[s] = mask


@_compiled
def _side(payoffs, own, others, size, gains, inverted, weights, spare, mixture):
    number = len(own)
    for q in range(size):
        base = payoffs[own[0], others[q]]
        for r in range(1, number):
            gains[r - 1, q] = payoffs[own[r], others[q]] - base
    if size == 1:
        mixture[0] = 1.0
        for r in range(number - 1):
            if not gains[r, 0] < 0:
                return _UNDECIDED, 0.0
        return _CERTIFIED, 0.0
    for pivoted in range(2):
        for q in range(size):
            for p in range(size - 1):
                inverted[p, q] = gains[p, q]
            inverted[size - 1, q] = 1.0
        if pivoted:
            _pivoted_inverse(inverted, size)
        else:
            for c in range(size):
                _eliminate(inverted, c, size)
        how, doubt = _judge(gains, inverted, size, number - 1, weights, spare, mixture)
        if how != _UNDECIDED:
            return how, doubt
    return _UNDECIDED, doubt


@_compiled
def _eliminate(matrix, c, size):
    pivot = 1 / matrix[c, c]
    matrix[c, c] = 1.0
    for q in range(size):
        matrix[c, q] *= pivot
    for r in range(size):
        if r != c:
            factor = matrix[r, c]
            matrix[r, c] = 0.0
            for q in range(size):
                matrix[r, q] -= factor * matrix[c, q]


@_compiled
def _pivoted_inverse(matrix, size):
    pivots = np.empty(size, np.int64)
    for c in range(size):
        pivot = c
        for r in range(c + 1, size):
            if abs(matrix[r, c]) > abs(matrix[pivot, c]):
                pivot = r
        for q in range(size):
            matrix[c, q], matrix[pivot, q] = matrix[pivot, q], matrix[c, q]
        pivots[c] = pivot
        _eliminate(matrix, c, size)
    for c in range(size - 1, -1, -1):
        for r in range(size):
            matrix[r, c], matrix[r, pivots[c]] = matrix[r, pivots[c]], matrix[r, c]


@_compiled
def _judge(gains, inverted, size, rows, weights, spare, mixture):
    last = size - 1
    for p in range(size):
        for q in range(size):
            if not np.isfinite(inverted[p, q]):
                return _UNDECIDED, np.inf
        mixture[p] = inverted[p, last]
    least = 0
    for p in range(1, size):
        if mixture[p] < mixture[least]:
            least = p
    if mixture[least] < 0:
        for p in range(last):
            weights[p] = inverted[least, p]
        if _positive(weights, gains, size, -1):
            return _REFUTED, np.inf
    most, top, sound = -1, -np.inf, True
    for r in range(last, rows):
        earned = gains[r, 0] * mixture[0]
        for q in range(1, size):
            earned += gains[r, q] * mixture[q]
        spare[r] = earned
        sound &= earned == earned
        if most < 0 or earned > top:
            most, top = r, earned
    if most >= 0 and sound and top > 0:
        for p in range(last):
            total = inverted[0, p] * gains[most, 0]
            for q in range(1, size):
                total += inverted[q, p] * gains[most, q]
            weights[p] = -total
        if _positive(weights, gains, size, most):
            return _REFUTED, np.inf
    if not mixture[least] > 0:
        return _UNDECIDED, np.inf
    return _verified(gains, inverted, size, rows, spare, mixture, mixture[least])


@_compiled
def _positive(weights, gains, size, start):
    slack = 2 * (size + 6) * UNIT
    for q in range(size):
        total = gains[0, q] * weights[0]
        magnitude = abs(gains[0, q]) * abs(weights[0])
        for p in range(1, size - 1):
            total += gains[p, q] * weights[p]
            magnitude += abs(gains[p, q]) * abs(weights[p])
        if start >= 0:
            total = gains[start, q] + total
            magnitude = abs(gains[start, q]) + magnitude
        if not total > slack * magnitude + TINY:
            return False
    return True


@_compiled
def _verified(gains, inverted, size, rows, earned, mixture, least):
    slack = 2 * (size + 6) * UNIT
    last = size - 1
    good = True
    for i in range(size):
        norm = 0.0
        for j in range(size):
            entry = inverted[i, 0] * gains[0, j]
            magnitude = abs(inverted[i, 0]) * abs(gains[0, j])
            for p in range(1, last):
                entry += inverted[i, p] * gains[p, j]
                magnitude += abs(inverted[i, p]) * abs(gains[p, j])
            entry += inverted[i, last]
            magnitude += abs(inverted[i, last])
            if i == j:
                entry -= 1
            norm += abs(entry) + slack * (magnitude + 1)
        good &= norm <= 0.25
    defects = np.empty(size)
    for p in range(size):
        first = gains[p, 0] if p < last else 1.0
        total = first * mixture[0]
        magnitude = abs(first) * abs(mixture[0])
        for q in range(1, size):
            entry = gains[p, q] if p < last else 1.0
            total += entry * mixture[q]
            magnitude += abs(entry) * abs(mixture[q])
        if p == last:
            total -= 1
            magnitude += 1
        defects[p] = abs(total) + (slack * magnitude + TINY)
    error = 0.0
    for i in range(size):
        total = abs(inverted[i, 0]) * defects[0]
        for p in range(1, size):
            total += abs(inverted[i, p]) * defects[p]
        error = max(error, total)
    error = 2 * error
    good &= least > error
    for r in range(last, rows):
        magnitude, plain = abs(gains[r, 0]) * mixture[0], abs(gains[r, 0])
        for q in range(1, size):
            magnitude += abs(gains[r, q]) * mixture[q]
            plain += abs(gains[r, q])
        doubt = slack * magnitude + TINY
        doubt += 2 * error * plain
        good &= earned[r] < -doubt
    return (_CERTIFIED if good else _UNDECIDED), error
