r"""All equilibria of many two-player games of one size: certified in floats, or settled exactly.

Payoffs are arrays A and B of shape (games, m, n); every double is taken as the exact rational
that it is. A *pair* is a set I of rows and a set J of columns of equal size k. With
:math:`N_r = A_{rJ} - A_{i_0 J}`, where :math:`i_0` is the first row in I, its column mixture solves

.. math:: N_r \, y = 0 \; (r \in I \setminus i_0), \qquad \mathbf 1^\top y = 1,

a k by k system with matrix M; the pair is an equilibrium if :math:`y \ge 0` and
:math:`N_r \, y \le 0` for every row r outside I, and likewise for the row mixture x with B.

Steps
-----
1. *Prune.* Row i is conditionally dominated given J if some row pays strictly more than i in every
   column of J: an exact comparison of doubles, held as bit masks. A pair is left out if, given
   J, some row of I is dominated, or some column of J given I (Porter, Nudelman and Shoham 2008).
2. *Refute.* For the computed inverse R of M (Gauss-Jordan; if that settles nothing, again with
   partial pivoting) take :math:`y = R e_k`. If an entry j is negative, let w be row j of R;
   if a row r outside I gains, let :math:`w = -N_r R`. If :math:`g = v N_r + \sum_i w_i N_i`, with
   v = 0 or 1, is positive in every entry by more than its rounding error, no y will do: it would
   give :math:`g y > 0`, but :math:`N_i y = 0` and :math:`N_r y \le 0`. This holds for any w, so
   that nothing has to be known about R.
3. *Verify.* If :math:`\alpha = \lVert 1 - R M \rVert_\infty`, rounding included, is at most 1/4,
   M is regular, and the exact solution differs from y in no entry by more than
   :math:`\lVert R (e_k - M y) \rVert_\infty / (1 - \alpha)` (Rump 2010, section 10). If every
   probability is larger than this bound, and every row outside I surely loses within it, the
   mixture is verified. The pair is *certified* if both its mixtures are.
4. *Flag.* A game with a pair that is neither pruned, refuted nor certified on both sides is
   flagged: it has a tie, or is too close to one. All its equilibria come from
   `pigou.solvers.bimatrix`, in rational arithmetic.

In 2 by 2 games the steps come down to the signs of differences of two doubles, which are exact:
see `pigou.solvers.two_by_two`.

Why the list is complete
------------------------
*Lemma.* Every extreme equilibrium (x, y) solves the equations and weak inequalities of a pair that
is certified or makes its game flagged.

*Proof.* Let S and T be the supports of x and y, say with :math:`|S| \le |T|`. As y is an extreme
point of the set of y and u with :math:`y \ge 0, \mathbf 1^\top y = 1, A y \le u \mathbf 1`, the
rows that are best replies to y, with the sum, determine :math:`(y_T, u)`. These are
:math:`|T| + 1` unknowns, so that at least :math:`|T|` rows are best replies. S is among them; add
others of them to get I with :math:`S \subseteq I` and :math:`|I| = |T|`, and take J = T. Then
(x, y) solves the equations and weak inequalities of the pair (I, J): every row of I is a best
reply to y, every column of T to x. Now

- the pair is not pruned: a row that is strictly worse than another one in all columns of J is no
  best reply to y, but every row of I is one; a column that is strictly worse than another one in
  all rows of I is no best reply to x, whose support S is within I, but every column of T is one;
- it is not refuted, since x and y meet every condition that step 2 shows to be impossible;
- so it is certified, or its game is flagged. If :math:`|S| > |T|`, exchange the players. ∎

*Theorem.* In a game that is not flagged the certified pairs are all equilibria, and each of them is
isolated. *Proof.* A certified pair has one solution, with full supports and a strict loss from
every other action: all close-by equilibria have the same supports, hence solve the same regular
equations, and are the same. All equilibria are convex combinations within products of extreme
equilibria (`pigou.solvers.bimatrix`, step 4); a product with more than one point would have
extreme equilibria that are not isolated. So the extreme equilibria are all, and by the lemma they
are certified pairs. ∎

Rounding: u is 2^-53. A difference of doubles has a relative error of at most u, and a sum of k
products one of at most (k + 1) u / (1 - (k + 1) u) times the sum of their magnitudes (Higham
2002, section 3.1); twice that and more is allowed for, 2 (k + 6) u, so that the rounding of the
bounds themselves is covered. What underflow can add is far below the constant added to each bound.
A result that overflows settles nothing.
"""

from __future__ import annotations

import gc
import itertools
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from pigou.errors import StructureError
from pigou.solvers.bimatrix import (
    BimatrixEquilibria,
    Vertices,
    joined,
    vertices,
)
from pigou.solvers.two_by_two import FLAGGED, Signs, by_signs, written_out

__all__ = [
    "MOST_SUPPORT_PAIRS",
    "BatchEquilibria",
    "Floats",
    "Found",
    "batch_equilibria",
    "exact_equilibria",
    "search",
    "support_pairs",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Masks: TypeAlias = npt.NDArray[np.uint16]
Bools: TypeAlias = npt.NDArray[np.bool_]

UNIT = 2.0**-53
TINY = 2.0**-960
LARGE = 2.0**1000
MOST_ACTIONS = 16
MOST_SUPPORT_PAIRS = 200_000
_MOST_PAIRS = 2**20


class Found(NamedTuple):
    """What the float path found: certified equilibria in the order of games, and flags.

    Attributes
    ----------
    game : array of int
    rows, columns : arrays of float, one mixture a line
    error : array of float
    flagged : array of bool, one for each game
    """

    game: Ints
    rows: Floats
    columns: Floats
    error: Floats
    flagged: Bools


@dataclass(frozen=True, eq=False)
class BatchEquilibria:
    """All equilibria of a batch of games. The arrays are read-only.

    Attributes
    ----------
    games : int
        How many games there were.
    search : Found or Signs
        What the float path found; for 2 by 2 games in 17 bytes a game, which the attributes
        `game`, `rows`, `columns` and `error` write out when they are first asked for.
    flagged : array of int
        The games with a tie or too close to one.
    exact : mapping of int to BimatrixEquilibria
        For every flagged game all its equilibria, exactly, components included.

    Examples
    --------
    >>> stag_hunt, matching_pennies = [[4, 0], [3, 3]], [[1, 0], [0, 1]]
    >>> transposed = [[4, 3], [0, 3]], [[0, 1], [1, 0]]
    >>> found = batch_equilibria([stag_hunt, matching_pennies], transposed)
    >>> found.game
    array([0, 0, 0, 1])
    >>> found.rows[2]
    array([0.75, 0.25])
    >>> found.counts()
    array([3, 1])
    """

    games: int
    search: Found | Signs
    flagged: Ints
    exact: Mapping[int, BimatrixEquilibria]

    @cached_property
    def _lines(self) -> tuple[Any, ...]:
        found = self.search
        return _fixed(*(written_out(found) if isinstance(found, Signs) else found[:4]))

    @property
    def game(self) -> Ints:
        """The game of each certified equilibrium, ascending."""
        return self._lines[0]

    @property
    def rows(self) -> Floats:
        """The row mixture of each certified equilibrium, one a line."""
        return self._lines[1]

    @property
    def columns(self) -> Floats:
        """The column mixture of each certified equilibrium, one a line."""
        return self._lines[2]

    @property
    def error(self) -> Floats:
        """No exact probability differs by more from the one given; 0 if the equilibrium is pure."""
        return self._lines[3]

    def counts(self) -> Ints:
        """Return the number of extreme equilibria of each game."""
        numbers = np.bincount(self.game, minlength=self.games)
        for game, result in self.exact.items():
            numbers[game] = len(result.pairs)
        return numbers


def _fixed(*arrays: Any) -> tuple[Any, ...]:
    for array in arrays:
        array.flags.writeable = False
    return arrays


def batch_equilibria(a: npt.ArrayLike, b: npt.ArrayLike, *, fast: bool = False) -> BatchEquilibria:
    """Return all equilibria of many two-player games.

    Parameters
    ----------
    a, b : arrays of shape (games, m, n)
        Payoffs of the row and of the column player, as finite doubles, each taken exactly.
    fast : bool
        Whether to run the same algorithm compiled by numba, the extra ``pigou[fast]``.

    Returns
    -------
    BatchEquilibria

    Raises
    ------
    StructureError
        If the arrays do not hold finite games of a size that can be solved.

    Examples
    --------
    A game with a tie is settled exactly: here the row player is indifferent.

    >>> found = batch_equilibria([[[1, 1], [1, 1]]], [[[1, 0], [0, 1]]])
    >>> found.flagged, len(found.exact[0].pairs)
    (array([0]), 4)
    """
    first, second = _payoffs(a, b)
    if fast:
        from pigou.solvers import fast as compiled

        found = compiled.search(first, second)
    else:
        found = search(first, second)
    flags = found.code == FLAGGED if isinstance(found, Signs) else found.flagged
    _fixed(*found)
    (flagged,) = _fixed(np.flatnonzero(flags))
    exact = exact_equilibria(first, second, flagged)
    return BatchEquilibria(len(first), found, flagged, MappingProxyType(exact))


def _payoffs(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Floats, Floats]:
    first, second = _doubles(a), _doubles(b)
    if first.ndim != 3 or first.shape != second.shape or 0 in first.shape[1:]:
        raise StructureError(
            f"payoffs need the shape (games, rows, columns) for both players, not {first.shape} "
            f"and {second.shape}"
        )
    m, n = first.shape[1:]
    if max(m, n) > MOST_ACTIONS or support_pairs(m, n) > MOST_SUPPORT_PAIRS:
        raise StructureError(
            f"games of {m} by {n} are too large for a batch: at most {MOST_ACTIONS} actions and "
            f"{MOST_SUPPORT_PAIRS:,} pairs of supports"
        )
    return first, second


def support_pairs(rows: int, columns: int) -> int:
    """Return how many pairs of supports of equal size there are.

    Examples
    --------
    >>> support_pairs(2, 2)
    5
    """
    return math.comb(rows + columns, rows) - 1


def _doubles(payoffs: npt.ArrayLike) -> Floats:
    """Return payoffs as doubles, if none of them changes its value by that."""
    try:
        array = np.asarray(payoffs)
    except ValueError as error:
        raise StructureError(f"payoffs are not an array of numbers: {error}") from None
    if isinstance(payoffs, np.ma.MaskedArray) and np.ma.is_masked(payoffs):
        raise StructureError("some payoffs are masked: every payoff has to be given")
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise StructureError(f"payoffs of a batch have to be doubles, not {array.dtype}")
    if array.dtype.kind in "iu" and array.size and max(array.max(), -int(array.min())) > 2**53:
        raise StructureError("whole numbers beyond 2**53 are not all doubles: give them as floats")
    return np.ascontiguousarray(array, dtype=np.float64)


def exact_equilibria(a: Floats, b: Floats, games: Ints) -> dict[int, BimatrixEquilibria]:
    """Settle some games of a batch in rational arithmetic.

    A vertex of one player depends on the opponent's payoffs only, and on them up to what does not
    differ between the opponent's actions: whole numbers are compared after that is taken off, so
    that nothing is solved twice.

    Examples
    --------
    >>> ties = np.zeros((3, 2, 2))
    >>> len(exact_equilibria(ties, ties, np.array([1]))[1].pairs)
    4
    """
    _, m, n = a.shape
    first, second = _reduced(a[games]), _reduced(b[games].transpose(0, 2, 1))
    sides: dict[bytes, Vertices] = {}
    known: dict[bytes, BimatrixEquilibria] = {}
    settled = {}
    with _no_collection():
        for game, x, y in zip(games.tolist(), first, second, strict=True):
            keys = b"0" + x.tobytes(), b"1" + y.tobytes()
            both = keys[0] + keys[1]
            if both not in known:
                for key, payoffs in zip(keys, (x, y), strict=True):
                    if key not in sides:
                        sides[key] = vertices(_whole(payoffs))
                known[both] = joined(sides[keys[1]], sides[keys[0]], m, n)
            settled[game] = known[both]
    return settled


@contextmanager
def _no_collection() -> Iterator[None]:
    """Put off the search for cyclic garbage, a third of the time while results pile up."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _reduced(payoffs: Floats) -> Floats:
    """Subtract the first row of each matrix, if all entries are whole and small enough."""
    if payoffs.size and np.abs(payoffs).max() < 2.0**50 and (payoffs == np.rint(payoffs)).all():
        return payoffs - payoffs[:, :1]
    return payoffs


def _whole(payoffs: Floats) -> list[list[int]]:
    """Multiply doubles by a power of two that makes all of them whole."""
    rows = [[entry.as_integer_ratio() for entry in row] for row in payoffs.tolist()]
    common = max(q for row in rows for _, q in row)
    return [[p * (common // q) for p, q in row] for row in rows]


def search(a: Floats, b: Floats) -> Found | Signs:
    """Run steps 1 to 4 on every game, some thousands of games at a time."""
    if not (finite(a) and finite(b)):
        raise StructureError("every payoff has to be a finite number")
    games, m, n = a.shape
    if (m, n) == (2, 2):
        return by_signs(a, b)
    parts = [Found(*lines(0, m, n), np.zeros(0, bool))]
    size = chunk_size(m, n)
    for start in range(0, games, size):
        with np.errstate(all="ignore"):
            found = _chunk(a[start : start + size], b[start : start + size])
        parts.append(found._replace(game=found.game + start))
    return Found(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def lines(number: int, m: int, n: int) -> tuple[Ints, Floats, Floats, Floats]:
    """Return room for equilibria: game, row mixture, column mixture, error."""
    mixtures = np.empty((number, m)), np.empty((number, n))
    return np.empty(number, np.int64), *mixtures, np.empty(number)


def finite(payoffs: Floats) -> bool:
    """Return whether every payoff is finite: mostly one sum shows it."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(payoffs.sum()) or np.isfinite(payoffs).all())


def chunk_size(m: int, n: int) -> int:
    """Return how many games to hold at a time: fewer where there are many pairs."""
    return max(8, min(4096, _MOST_PAIRS // support_pairs(m, n)))


class _Side(NamedTuple):
    """One player's mixture for many candidates (last axis): settled one way or the other."""

    mixture: Floats
    error: Floats
    refuted: Bools
    certified: Bools


def _chunk(a: Floats, b: Floats) -> Found:
    _, m, n = a.shape
    first = np.ascontiguousarray(a.transpose(1, 2, 0))  # rows, columns, games
    second = np.ascontiguousarray(b.transpose(2, 1, 0))  # columns, rows, games
    better_rows, better_columns = _better(first), _better(second)
    flagged = (np.maximum(np.abs(first).max((0, 1)), np.abs(second).max((0, 1)))) > LARGE
    parts = []
    for size in range(1, min(m, n) + 1):
        row_sets, column_sets = set_masks(m, size), set_masks(n, size)
        fit_rows = _undominated(better_rows, column_sets, flagged)
        fit_columns = _undominated(better_columns, row_sets, flagged)
        rows, columns, game = _candidates(row_sets, column_sets, fit_rows, fit_columns)
        row_orders, column_orders = set_orders(row_sets, m), set_orders(column_sets, n)
        y = _side(first, row_orders[rows].T, column_orders[columns].T, game, size)
        left = ~y.refuted
        rows, columns, game = rows[left], columns[left], game[left]
        y = _Side(y.mixture[:, left], y.error[left], y.refuted[left], y.certified[left])
        x = _side(second, column_orders[columns].T, row_orders[rows].T, game, size)
        good = x.certified & y.certified
        flagged[game[~good & ~x.refuted]] = True
        found = np.zeros((good.sum(), m)), np.zeros((good.sum(), n))
        line = np.arange(good.sum())
        for out, side, places in zip(
            found, (x, y), (row_orders[rows], column_orders[columns]), strict=True
        ):
            out[line[:, None], places[good, :size]] = side.mixture[:, good].T
        parts.append((game[good], *found, np.maximum(x.error, y.error)[good]))
    game, rows_, columns_, error = (np.concatenate(p) for p in zip(*parts, strict=True))
    order = np.argsort(game, kind="stable")
    order = order[~flagged[game[order]]]
    return Found(game[order], rows_[order], columns_[order], error[order], flagged)


def set_masks(number: int, size: int) -> Masks:
    """Return the subsets of a size as bit masks, in lexicographic order."""
    chosen = itertools.combinations(range(number), size)
    return np.array([sum(1 << i for i in members) for members in chosen], np.uint16)


def set_orders(sets: Masks, number: int) -> Ints:
    """Return for each set its members, then the others, both ascending."""
    return np.argsort(~((sets[:, None] >> np.arange(number)) & 1).astype(bool), 1, kind="stable")


def _better(payoffs: Floats) -> Masks:
    """Return, for own actions i and h, the opponent's actions at which h pays more than i."""
    number, others, games = payoffs.shape
    masks = np.zeros((number, number, games), np.uint16 if others > 8 else np.uint8)
    for j in range(others):
        masks |= (payoffs[None, :, j] > payoffs[:, None, j]).astype(masks.dtype) << j
    return masks


def _undominated(better: Masks, sets: Masks, flagged: Bools) -> Masks:
    """Return, for each set of the opponent's actions and each game, the own actions worth a try.

    None is, in a game that is already flagged.
    """
    number, _, games = better.shape
    wanted = sets.astype(better.dtype)[:, None]
    fit = np.zeros((len(sets), games), np.uint16 if number > 8 else np.uint8)
    for i in range(number):
        free = np.broadcast_to(~flagged, fit.shape).copy()
        for h in range(number):
            if h != i:
                free &= better[i, h] & wanted != wanted
        fit |= free.astype(fit.dtype) << i
    return fit


def _candidates(
    row_sets: Masks, column_sets: Masks, fit_rows: Masks, fit_columns: Masks
) -> tuple[Ints, Ints, Ints]:
    """Return the pairs that are not pruned: the places of their sets, and the game."""
    wanted = column_sets.astype(fit_columns.dtype)[:, None]
    rows, columns, game = [], [], []
    for place, mask in enumerate(row_sets.astype(fit_rows.dtype)):
        free = ((fit_rows & mask) == mask) & ((fit_columns[place] & wanted) == wanted)
        found = np.flatnonzero(free)
        rows.append(np.full(len(found), place))
        columns.append(found // free.shape[1])
        game.append(found % free.shape[1])
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(game)


def _side(payoffs: Floats, own: Ints, others: Ints, game: Ints, size: int) -> _Side:
    """Settle the mixture over `others` that makes the first `size` of `own` best replies."""
    _, width, games = payoffs.shape
    places = (own[:, None] * width + others[None, :size]) * games + game
    payoff = payoffs.ravel().take(places)
    gains = payoff[1:] - payoff[0]
    if size == 1:
        certified = (gains[:, 0] < 0).all(0)
        zero = np.zeros(len(game))
        return _Side(zero[None] + 1, zero, np.zeros(len(game), bool), certified)
    first = _attempt(gains, size, _inverse)
    again = np.flatnonzero(~(first.refuted | first.certified))
    if len(again):
        second = _attempt(gains[..., again], size, _pivoted_inverse)
        for old, new in zip(first, second, strict=True):
            old[..., again] = new
    return first


def _attempt(gains: Floats, size: int, inverse: Any) -> _Side:
    """Refute or verify (steps 2 and 3) by one way of inverting."""
    matrix = gains[: size - 1]
    inverted = inverse(np.concatenate([matrix, np.ones_like(matrix[:1])]))
    mixture = inverted[:, -1].copy()
    usable = np.isfinite(inverted).all((0, 1))
    refuted = np.zeros(len(usable), bool)
    least = np.argmin(mixture, 0)
    doubtful = np.flatnonzero(usable & (mixture.min(0) < 0))
    weights = inverted[least[doubtful], :-1, doubtful].T
    refuted[doubtful] = _positive(weights, matrix[..., doubtful])
    if len(gains) >= size:
        outside = gains[size - 1 :]
        earned = _product(outside, mixture)
        doubtful = np.flatnonzero(usable & ~refuted & (earned.max(0) > 0))
        best = outside[np.argmax(earned[:, doubtful], 0), :, doubtful].T
        weights = -_product(inverted[..., doubtful].transpose(1, 0, 2)[:-1], best)
        refuted[doubtful] = _positive(weights, matrix[..., doubtful], best)
    error = np.full(len(usable), np.inf)
    certified = np.zeros(len(usable), bool)
    open_ = np.flatnonzero(usable & ~refuted & (mixture.min(0) > 0))
    error[open_], certified[open_] = _verified(
        gains[..., open_], inverted[..., open_], mixture[:, open_]
    )
    return _Side(mixture, error, refuted, certified)


def _inverse(matrix: Floats) -> Floats:
    """Invert in place by Gauss-Jordan elimination, without exchanging rows."""
    for c in range(len(matrix)):
        _eliminate(matrix, c)
    return matrix


def _pivoted_inverse(matrix: Floats) -> Floats:
    """Invert in place, with the largest pivot of each column; of equals the first."""
    size, _, number = matrix.shape
    every = np.arange(number)
    pivots = []
    for c in range(size):
        pivot = c + np.argmax(np.abs(matrix[c:, c]), 0)
        chosen = matrix[pivot, :, every].T.copy()
        matrix[pivot, :, every] = matrix[c].T
        matrix[c] = chosen
        pivots.append(pivot)
        _eliminate(matrix, c)
    for c in reversed(range(size)):
        chosen = matrix[:, pivots[c], every].copy()
        matrix[:, pivots[c], every] = matrix[:, c]
        matrix[:, c] = chosen
    return matrix


def _eliminate(matrix: Floats, c: int) -> None:
    pivot = 1 / matrix[c, c]
    matrix[c, c] = 1
    matrix[c] *= pivot
    for r in range(len(matrix)):
        if r != c:
            factor = matrix[r, c].copy()
            matrix[r, c] = 0
            matrix[r] -= factor * matrix[c]


def _product(matrix: Floats, vector: Floats) -> Floats:
    """Multiply, adding from the left, so that every implementation rounds alike."""
    total = matrix[:, 0] * vector[0]
    for p in range(1, len(vector)):
        total += matrix[:, p] * vector[p]
    return total


def _slack(size: int) -> float:
    return 2 * (size + 6) * UNIT


def _positive(weights: Floats, matrix: Floats, start: Floats | None = None) -> Bools:
    """Return whether start + weights times matrix is surely positive in every entry (step 2)."""
    turned = matrix.transpose(1, 0, 2)
    total = _product(turned, weights)
    magnitude = _product(np.abs(turned), np.abs(weights))
    if start is not None:
        total = start + total
        magnitude = np.abs(start) + magnitude
    return np.asarray((total > _slack(matrix.shape[1]) * magnitude + TINY).all(0))


def _verified(gains: Floats, inverted: Floats, mixture: Floats) -> tuple[Floats, Bools]:
    """Return the error bound of each mixture, and whether it is surely an interior solution."""
    size = len(mixture)
    slack = _slack(size)
    matrix = np.concatenate([gains[: size - 1], np.ones_like(gains[:1])])
    norm, defect = np.zeros_like(mixture), np.zeros_like(mixture)
    for j in range(size):
        entry = _product(inverted, matrix[:, j])
        entry[j] -= 1
        norm += np.abs(entry) + slack * (_product(np.abs(inverted), np.abs(matrix[:, j])) + 1)
    sizes = _product(np.abs(matrix), np.abs(mixture))
    defect = _product(matrix, mixture)
    defect[-1] -= 1
    sizes[-1] += 1
    defect = np.abs(defect) + (slack * sizes + TINY)
    error = 2 * _product(np.abs(inverted), defect).max(0)
    certified = (norm.max(0) <= 0.25) & (mixture.min(0) > error)
    if len(gains) >= size:
        outside = gains[size - 1 :]
        earned = _product(outside, mixture)
        doubt = slack * _product(np.abs(outside), mixture) + TINY
        doubt += 2 * error * _product(np.abs(outside), np.ones_like(mixture))
        certified &= (earned < -doubt).all(0)
    return error, certified
