# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""The tape of `pigou.solvers.batch_tape`, compiled by numba: the extra ``pigou[fast]``.

One interpreter is compiled once and kept on disk; a game is data to it, so that no game has to be
compiled. Boxes are taken some at a time, so that the inner loops become vector instructions. The
operations and their rounding are those of `pigou.solvers.batch_intervals`; only the functions exp,
log and power come from libm instead of numpy's kernels, with the same margins. Without numba the
functions are plain Python, which only the tests use.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from pigou.solvers.batch_intervals import EPSILON, MARGIN, SMALL, TINY, UNDERFLOW
from pigou.solvers.batch_tape import (
    ADD,
    EXP,
    LOG,
    LOGISTIC,
    MULTIPLY,
    NEGATE,
    POWER,
    RECIPROCAL,
    Program,
    Table,
)

numba: Any
try:
    numba = importlib.import_module("numba")
except ImportError:
    numba = None

__all__ = ["LANES", "compiled", "numba", "packed", "registers", "run"]

LANES = 64
_F = TypeVar("_F", bound=Callable[..., Any])


# What is imported above as a constant is compiled in, and numba keeps the result until this file
# changes.
def compiled(function: _F) -> _F:
    """Compile a function, if numba is installed.

    Examples
    --------
    >>> callable(compiled(packed))
    True
    """
    if numba is None:
        return function
    made: _F = numba.njit(cache=True, error_model="numpy", nogil=True)(function)
    return made


def packed(programs: Sequence[Program], tables: Sequence[Table]) -> tuple[Any, ...]:
    """Write programs of one number of variables and their tables as arrays, a line for each.

    Arrays of one rank serve programs of any number and length, so that nothing is compiled again:
    kinds, first and second registers, powers, outputs; numbers of steps, variables and rows; lower
    and upper ends of the tables with a line for each game, and where they are undefined.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x", real=True)
    >>> square = Program([x**2], [x], [])
    >>> packed([square], [square.table(np.zeros((0, 1)))])[0].tolist() == [[POWER]]
    True
    """
    longest = max(1, *(len(p.operations) for p in programs))
    most, widest = max(len(p.outputs) for p in programs), max(1, *(len(p.rows) for p in programs))
    number, games = len(programs), len(tables[0].left)
    steps = [np.zeros((number, longest), np.int64) for _ in range(3)]
    powers, outputs = np.zeros((number, longest)), np.zeros((number, most), np.int64)
    sizes = np.zeros((3, number), np.int64)
    ends = [np.zeros((number, games, widest)) for _ in range(2)]
    left = np.zeros((number, games), np.bool_)
    for k, (program, table) in enumerate(zip(programs, tables, strict=True)):
        for place, array in enumerate(steps):
            array[k, : len(program.operations)] = [step[place] for step in program.operations]
        powers[k, : len(program.operations)] = [float(step.power) for step in program.operations]
        outputs[k, : len(program.outputs)] = program.outputs
        sizes[:, k] = len(program.operations), program.size, len(program.rows)
        ends[0][k, :, : len(program.rows)] = table.low.T
        ends[1][k, :, : len(program.rows)] = table.high.T
        left[k] = table.left
    return *steps, powers, outputs, sizes, *ends, left


def registers(programs: Sequence[Program]) -> tuple[Any, Any]:
    """Return room for the lower and upper ends of all registers of any of the programs.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x", real=True)
    >>> low, high = registers([Program([x**2], [x], [])])
    >>> low.shape == (2, LANES)
    True
    """
    number = max(p.size + len(p.rows) + len(p.operations) for p in programs)
    return np.empty((number, LANES)), np.empty((number, LANES))


@compiled
def run(pack, place, game, count, low, high, left):
    """Run a program over `count` boxes; their ends are in the first registers."""
    kinds, firsts, seconds, numbers, _, sizes, belows, aboves, undefined = pack
    kind, first, second, number = kinds[place], firsts[place], seconds[place], numbers[place]
    steps, start, rows = sizes[0, place], sizes[1, place], sizes[2, place]
    for j in range(count):
        g = game[j]
        left[j] = undefined[place, g]
        for r in range(rows):
            low[start + r, j] = belows[place, g, r]
            high[start + r, j] = aboves[place, g, r]
    for s in range(steps):
        a, b, o = first[s], max(second[s], 0), start + rows + s
        x, y, z = (low[a], high[a]), (low[b], high[b]), (low[o], high[o])
        if kind[s] == ADD:
            _add(x[0], x[1], y[0], y[1], z[0], z[1], count)
        elif kind[s] == MULTIPLY:
            _multiply(x[0], x[1], y[0], y[1], z[0], z[1], count)
        elif kind[s] == NEGATE:
            for j in range(count):
                z[0][j], z[1][j] = -x[1][j], -x[0][j]
        elif kind[s] == POWER:
            _power(x[0], x[1], int(number[s]), z[0], z[1], count)
        elif kind[s] == RECIPROCAL:
            _reciprocal(x[0], x[1], z[0], z[1], left, count)
        elif kind[s] == EXP:
            _exponential(x[0], x[1], z[0], z[1], count)
        elif kind[s] == LOGISTIC:
            _logistic(x[0], x[1], z[0], z[1], count)
        elif kind[s] == LOG:
            _logarithm(x[0], x[1], z[0], z[1], left, count)
        else:
            _root(x[0], x[1], number[s], z[0], z[1], left, count)


@compiled
def _add(a, b, c, d, low, high, count):
    for j in range(count):
        s, t = a[j] + c[j], b[j] + d[j]
        low[j] = s - abs(s) * EPSILON
        high[j] = t + abs(t) * EPSILON


@compiled
def _multiply(a, b, c, d, low, high, count):
    """Multiply; what is small or not finite is done again, with care."""
    odd = False
    for j in range(count):
        p, q, r, s = a[j] * c[j], a[j] * d[j], b[j] * c[j], b[j] * d[j]
        least, most = p if p < q else q, q if p < q else p
        less, more = r if r < s else s, s if r < s else r
        least, most = least if least < less else less, most if most > more else more
        low[j] = least - abs(least) * EPSILON
        high[j] = most + abs(most) * EPSILON
        size = abs(a[j]) + abs(b[j]) + abs(c[j]) + abs(d[j])
        odd |= (abs(least) < SMALL) | (abs(most) < SMALL) | (not size < np.inf)
    if odd:
        for j in range(count):
            _with_care(a[j], b[j], c[j], d[j], low, high, j)


@compiled
def _with_care(a, b, c, d, low, high, j):
    products = (a * c, a * d, b * c, b * d)
    total = products[0] + products[1] + products[2] + products[3]
    for p in products:
        if p != p:
            low[j] = high[j] = np.nan
            return
    if total == total and (abs(low[j]) >= SMALL) and (abs(high[j]) >= SMALL):
        return
    under = (a != 0) & (c != 0) & (abs(products[0]) < SMALL)
    under |= (a != 0) & (d != 0) & (abs(products[1]) < SMALL)
    under |= (b != 0) & (c != 0) & (abs(products[2]) < SMALL)
    under |= (b != 0) & (d != 0) & (abs(products[3]) < SMALL)
    if under:
        low[j] -= UNDERFLOW
        high[j] += UNDERFLOW


@compiled
def _raised(a, exponent, up):
    """Raise a number of at least 0 to a power of at least 2, rounded one way at every step."""
    result, bit = a, 1
    while bit * 2 <= exponent:
        bit *= 2
    step = EPSILON if up else -EPSILON
    while bit > 1:
        bit //= 2
        for again in range(2):
            if again and not exponent & bit:
                break
            factor = a if again else result
            small = result != 0 and factor != 0 and result * factor < SMALL
            result = result * factor
            result = result + abs(result) * step
            if small:
                result = result + UNDERFLOW if up else result - UNDERFLOW
            if result < 0:
                result = 0.0
    return result


@compiled
def _power(a, b, exponent, low, high, count):
    for j in range(count):
        first, last = a[j], b[j]
        if first != first or last != last:
            low[j] = high[j] = np.nan
        elif exponent % 2 == 0:
            small, large = abs(first), abs(last)
            if small > large:
                small, large = large, small
            if first < 0 and last > 0:
                small = 0.0
            low[j], high[j] = _raised(small, exponent, False), _raised(large, exponent, True)
        else:
            sign, size = (-1.0, -first) if first < 0 else (1.0, first)
            low[j] = sign * _raised(size, exponent, first < 0)
            sign, size = (-1.0, -last) if last < 0 else (1.0, last)
            high[j] = sign * _raised(size, exponent, last >= 0)


@compiled
def _reciprocal(a, b, low, high, left, count):
    for j in range(count):
        if a[j] > 0 or b[j] < 0:
            least, most = 1 / b[j], 1 / a[j]
            small = abs(least) < SMALL or abs(most) < SMALL
            least, most = least - abs(least) * EPSILON, most + abs(most) * EPSILON
            low[j], high[j] = (least - UNDERFLOW, most + UNDERFLOW) if small else (least, most)
        else:
            left[j] = True
            low[j] = high[j] = np.nan


@compiled
def _exponential(a, b, low, high, count):
    for j in range(count):
        least = np.exp(a[j])
        most = least if a[j] == b[j] else np.exp(b[j])
        least = least * (1 - MARGIN) - TINY
        low[j] = np.nan if least == np.inf else 0.0 if least < 0 else least
        high[j] = most * (1 + MARGIN) + TINY


@compiled
def _logistic(a, b, low, high, count):
    for j in range(count):
        least = 1 / (1 + np.exp(-a[j]))
        most = least if a[j] == b[j] else 1 / (1 + np.exp(-b[j]))
        least, most = least * (1 - MARGIN) - TINY, most * (1 + MARGIN) + TINY
        low[j], high[j] = 0.0 if least < 0 else least, 1.0 if most > 1 else most


@compiled
def _logarithm(a, b, low, high, left, count):
    for j in range(count):
        if a[j] > 0:
            least, most = np.log(a[j]), np.log(b[j])
            low[j] = least - (abs(least) * MARGIN + TINY)
            high[j] = most + (abs(most) * MARGIN + TINY)
        else:
            left[j] = True
            low[j] = high[j] = np.nan


@compiled
def _root(a, b, exponent, low, high, left, count):
    for j in range(count):
        if a[j] >= 0:
            first, last = (a[j], b[j]) if exponent > 0 else (b[j], a[j])
            low[j] = _fractional(first, exponent, False)
            high[j] = _fractional(last, exponent, True)
        else:
            left[j] = True
            low[j] = high[j] = np.nan


@compiled
def _fractional(a, exponent, up):
    if exponent == 0.5:
        value = np.sqrt(a)
        step = value * EPSILON
        return value + step if up else value - step
    if a == 0 and exponent > 0:
        return 0.0
    value = a**exponent
    slack = abs(exponent) * abs(np.log(a)) * 2.0**-51
    step = value * (MARGIN + (slack if slack < np.inf else 0.0)) + TINY
    if up:
        return value + step
    return 0.0 if value - step < 0 else value - step
