r"""Two players with two choices each: a million games by the signs of four differences a game.

Steps
-----
1. Row 0 gains :math:`g_j = A_{0j} - A_{1j}` over row 1 in column j, column 0 gains
   :math:`p_i = B_{i0} - B_{i1}` over column 1 in row i. The sign of a difference of two doubles is
   exact.
2. A pure pair of best replies is an equilibrium; if one of the two is a tie, the game is flagged.
   Without a flag, a mixed equilibrium exists iff :math:`g_0 g_1 < 0` and :math:`p_0 p_1 < 0`: if
   some sign is 0 and neither player has a dominant choice, some pure pair with a tie is one.
3. Row 0 is then played with probability :math:`x = |p_1| / (|p_0| + |p_1|)`, column 0 with
   :math:`y = |g_1| / (|g_0| + |g_1|)`. Two differences, a sum and a quotient are rounded, each by
   a relative 2^-53 at most, so that 2^-50 bounds the error of x, y, 1 - x and 1 - y. If x or y is
   not further than that from 0 and 1, or overflows, the game is flagged.

The answer takes 17 bytes a game: bit 2 i + j of the code is set if (i, j) is an equilibrium, bit 4
if (x, y) is one, bit 5 (alone) if the game is flagged.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["ERROR", "FLAGGED", "MIXED", "Signs", "by_signs", "tied", "written_out"]

MIXED, FLAGGED = 16, 32
ERROR = 2.0**-50
_CHUNK = 2**15


class Signs(NamedTuple):
    """A code for each game, and its mixture, which has a meaning only where bit 4 is set."""

    code: npt.NDArray[np.uint8]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]


def _code(g0: int, g1: int, p0: int, p1: int) -> int:
    code = 0
    for i, j in itertools.product((0, 1), repeat=2):
        row, column = (1 - 2 * i) * (g0, g1)[j], (1 - 2 * j) * (p0, p1)[i]
        if min(row, column) == 0:
            return FLAGGED
        code |= (row > 0 < column) << (2 * i + j)
    return code | MIXED * (g0 * g1 < 0 > p0 * p1)


_SIGNS = [signs[::-1] for signs in itertools.product((-1, 0, 1), repeat=4)]
_TIED = np.array([_code(*signs) == FLAGGED for signs in _SIGNS])
_CODES = np.array([_code(*signs) for signs in _SIGNS if 0 not in signs], np.uint8)


def by_signs(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> Signs:
    """Return the codes and mixtures of games with payoffs of shape (games, 2, 2).

    Examples
    --------
    >>> chicken = np.array([[[0.0, 7.0], [2.0, 6.0]]])
    >>> by_signs(chicken, chicken.transpose(0, 2, 1)).code  # (0, 1), (1, 0) and a mixed one
    array([22], dtype=uint8)
    """
    found = Signs(np.empty(len(a), np.uint8), np.empty(len(a)), np.empty(len(a)))
    with np.errstate(all="ignore"):
        for start in range(0, len(a), _CHUNK):
            part = slice(start, start + _CHUNK)
            _decide(a[part], b[part], Signs(found.code[part], found.x[part], found.y[part]))
    return found


def _decide(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], room: Signs) -> None:
    code, x, y = room
    ds = [a[:, 0, j] - a[:, 1, j] for j in (0, 1)] + [b[:, i, 0] - b[:, i, 1] for i in (0, 1)]
    signs = np.zeros(len(a), np.uint8)
    for place, d in enumerate(ds):
        signs |= (d > 0).view(np.uint8) << place
    np.take(_CODES, signs, out=code, mode="clip")
    zero = (ds[0] == 0) | (ds[1] == 0) | (ds[2] == 0) | (ds[3] == 0)
    for d in ds:
        np.abs(d, out=d)
    np.divide(ds[3], ds[2] + ds[3], out=x)
    np.divide(ds[1], ds[0] + ds[1], out=y)
    far = (x > ERROR) & (x < 1 - ERROR) & (y > ERROR) & (y < 1 - ERROR)
    code[(code >= MIXED) & ~far] = FLAGGED
    places = np.flatnonzero(zero)
    code[places[tied(a[places], b[places])]] = FLAGGED


def tied(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which games have a pure pair of best replies one of which is a tie.

    Examples
    --------
    >>> a = np.array([[[1.0, 0.0], [1.0, 2.0]]])
    >>> tied(a, a)
    array([ True])
    """
    pairs = [(a[:, 0, j], a[:, 1, j]) for j in (0, 1)] + [(b[:, i, 0], b[:, i, 1]) for i in (0, 1)]
    place = np.zeros(len(a), np.int64)
    for k, (first, second) in enumerate(pairs):
        place += 3**k * (1 + (first > second) - (first < second).astype(np.int64))
    return _TIED[place]


def written_out(signs: Signs) -> tuple[npt.NDArray[np.generic], ...]:
    """Return the equilibria line by line: game, row mixtures, column mixtures, error.

    Examples
    --------
    >>> written_out(Signs(np.array([22], np.uint8), np.array([0.25]), np.array([0.25])))[1]
    array([[1.  , 0.  ],
           [0.  , 1.  ],
           [0.25, 0.75]])
    """
    code = signs.code
    several = (code & 15 > 0) & (code > MIXED)
    total = np.count_nonzero(code < FLAGGED) + 2 * np.count_nonzero(several)
    game, error = np.empty(total, np.int64), np.empty(total)
    rows, columns = np.empty((total, 2)), np.empty((total, 2))
    end = 0
    for start in range(0, len(code), _CHUNK):
        some = slice(start, start + _CHUNK)
        part = Signs(code[some], signs.x[some], signs.y[some])
        end += _write(part, start, game[end:], rows[end:], columns[end:], error[end:])
    return game, rows, columns, error


def _write(
    signs: Signs,
    start: int,
    game: npt.NDArray[np.int64],
    rows: npt.NDArray[np.float64],
    columns: npt.NDArray[np.float64],
    error: npt.NDArray[np.float64],
) -> int:
    """Write the lines of some games; return how many there are."""
    kept = np.flatnonzero(signs.code != FLAGGED)
    code = signs.code.take(kept)
    several = np.flatnonzero(code > MIXED)
    mixed = np.flatnonzero(code >= MIXED)
    step = np.ones(len(kept) + 2 * len(several), np.int64)
    first = several + 2 * np.arange(len(several))  # the line of the first of three
    step[first + 1] = step[first + 2] = 0
    step[0:1] = 0
    place = np.cumsum(step)
    last = np.flatnonzero(np.append(step[1:], 1))[mixed]
    number = len(place)
    np.add(kept.take(place), start, out=game[:number])
    error[:number] = 0
    error[last] = ERROR
    for pure, share, out in ((_FIRST[0], signs.x, rows), (_FIRST[1], signs.y, columns)):
        probability = pure.take(code).take(place)
        probability[first + 1] = 1 - probability[first]
        probability[last] = share[kept[mixed]]
        out[:number, 0] = probability
        np.subtract(1, probability, out=out[:number, 1])
    return number


_FIRST = np.array(
    [[code & 3 != 0, code & (1 if code > MIXED else 5) != 0] for code in range(FLAGGED)], float
).T
