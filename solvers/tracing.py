r"""The linear tracing procedure of two players, followed exactly.

Players start from a common prior :math:`p` about each other and, as :math:`t` goes from 0 to 1, put
weight :math:`t` on what the other does and :math:`1 - t` on the prior. In the game
:math:`\Gamma^t` each maximises against :math:`(1 - t) p_{-i} + t x_{-i}`; the tracing procedure
follows its equilibria from the best replies to the prior at :math:`t = 0` to an equilibrium of the
game at :math:`t = 1` (Harsanyi 1975; Harsanyi and Selten 1988, section 4.2).

Steps
-----
1. With the weights :math:`z = t x` instead of x the conditions are linear in (z, v, t): slacks
   :math:`r = E v - M z - (1 - t) q \ge 0`, weights :math:`z \ge 0` that sum to t for each player,
   and :math:`z_k r_k = 0`; q is M times the prior. The path is therefore piecewise linear
   (van den Elzen and Talman 1991; von Stengel, van den Elzen and Talman 2002).
2. Start at t = 0 with the best reply to the prior of each player in use, and let t grow.
3. With the actions in use fixed, the solutions are a line, found by exact elimination. Follow it
   until t is 1, which ends the path, or a weight or a slack falls to zero: then that action goes
   out of use, or comes into use, and its slack, or its weight, grows along the next line. The
   path may go back in t.
4. A *tie* (two best replies to the prior, two numbers that fall to zero at once, or solutions that
   are more than a line) leaves the path undetermined; it is reported and not broken.

In a symmetric game with a symmetric prior both players are one block of weights: the path is the
symmetric one, which is where the logarithmic tracing procedure leads, being unique.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flint import fmpq, fmpq_mat

__all__ = ["Trace", "trace", "trace_bimatrix", "trace_symmetric"]

MOST_LINES = 5_000
ZERO, ONE = fmpq(0), fmpq(1)


class Trace(NamedTuple):
    """Where the path leads.

    Attributes
    ----------
    end : tuple of tuple of fmpq, or None
        The mixture of each block at t = 1; None where the path is not determined.
    lines : int
        Of how many lines the path consists.
    trouble : str
        Why there is no end.
    """

    end: tuple[tuple[Any, ...], ...] | None
    lines: int
    trouble: str = ""


def trace_bimatrix(
    a: Sequence[Sequence[Any]],
    b: Sequence[Sequence[Any]],
    prior: tuple[Sequence[Any], Sequence[Any]],
) -> Trace:
    """Trace the equilibrium of a two-player game from a prior.

    Parameters
    ----------
    a, b : m by n nested sequences of fmpq
        Payoffs of the row and of the column player.
    prior : pair of sequence of fmpq
        What is expected of the row and of the column player.

    Examples
    --------
    >>> a = [[fmpq(2), fmpq(0)], [fmpq(0), fmpq(1)]]
    >>> half = fmpq(1, 2)
    >>> trace_bimatrix(a, a, ([half, half], [half, half])).end
    ((1, 0), (1, 0))
    """
    m, n = len(a), len(a[0])
    rows = [[*[ZERO] * m, *row] for row in a]
    rows += [[*column, *[ZERO] * n] for column in zip(*b, strict=True)]
    return trace(rows, [*prior[0], *prior[1]], [range(m), range(m, m + n)])


def trace_symmetric(a: Sequence[Sequence[Any]], prior: Sequence[Any]) -> Trace:
    """Trace the symmetric equilibrium of a symmetric two-player game from a symmetric prior.

    Examples
    --------
    >>> a = [[fmpq(2), fmpq(0)], [fmpq(0), fmpq(1)]]
    >>> trace_symmetric(a, [fmpq(1, 4), fmpq(3, 4)]).end
    ((0, 1),)
    """
    return trace([list(row) for row in a], prior, [range(len(a))])


def trace(matrix: Sequence[Sequence[Any]], prior: Sequence[Any], blocks: Sequence[range]) -> Trace:
    """Follow the path of a game whose payoffs are ``matrix`` times the weights of all blocks.

    Examples
    --------
    >>> flat = [[ZERO, ZERO], [ZERO, ZERO]]
    >>> trace(flat, [ONE, ZERO], [range(2)]).trouble
    'two best replies to the prior'
    """
    path = _Path(matrix, prior, blocks)
    if path.trouble:
        return Trace(None, 0, path.trouble)
    for number in range(1, MOST_LINES + 1):
        if path.follow() or path.trouble:
            return Trace(None if path.trouble else path.mixtures(), number, path.trouble)
    return Trace(None, MOST_LINES, f"the path has more than {MOST_LINES:,} lines")


class _Path:
    """A point of the path: weights z, values v and t; which actions are in use; what grows."""

    def __init__(
        self, matrix: Sequence[Sequence[Any]], prior: Sequence[Any], blocks: Sequence[range]
    ):
        self.matrix, self.blocks = matrix, blocks
        self.size = len(prior)
        self.block = [k for k, block in enumerate(blocks) for _ in block]
        self.against = [_dot(row, prior) for row in matrix]
        self.z, self.t, self.trouble = [ZERO] * self.size, ZERO, ""
        self.v = [max(self.against[k] for k in block) for block in blocks]
        best = [[k for k in block if self.against[k] == self.v[self.block[k]]] for block in blocks]
        if any(len(replies) > 1 for replies in best):
            self.trouble = "two best replies to the prior"
        self.used = {replies[0] for replies in best}
        self.grows: tuple[str, int] = ("t", 0)

    def slack(self, z: Sequence[Any], v: Sequence[Any], rest: Any, k: int) -> Any:
        """Return the slack of an action, or its change, where `rest` is 1 - t, or its change."""
        return v[self.block[k]] - _dot(self.matrix[k], z) - rest * self.against[k]

    def follow(self) -> bool:
        """Go to the end of a line; True where t has become 1."""
        step = self._direction()
        if step is None:
            self.trouble = self.trouble or "the solutions are more than a line"
            return False
        dz, dv, dt = step
        limits: list[tuple[Any, int]] = []
        for k in range(self.size):
            if k in self.used:
                now, change = self.z[k], dz[k]
            else:
                now = self.slack(self.z, self.v, 1 - self.t, k)
                change = self.slack(dz, dv, -dt, k)
            if change < 0:
                limits.append((now / -change, k))
        end = (1 - self.t) / dt if dt > 0 else None
        first = min(limits)[0] if limits else None
        if end is not None and (first is None or end <= first):
            self._move(step, end)
            return True
        if first is None or [length for length, _ in limits].count(first) > 1:
            self.trouble = "two changes of the actions in use at once"
            return False
        self._move(step, first)
        self._exchange(min(limits)[1])
        return False

    def _exchange(self, k: int) -> None:
        if k in self.used:
            self.used.remove(k)
            self.grows = ("slack", k)
        else:
            self.used.add(k)
            self.grows = ("weight", k)

    def _move(self, step: tuple[list[Any], list[Any], Any], length: Any) -> None:
        dz, dv, dt = step
        self.z = [x + length * d for x, d in zip(self.z, dz, strict=True)]
        self.v = [x + length * d for x, d in zip(self.v, dv, strict=True)]
        self.t += length * dt

    def _direction(self) -> tuple[list[Any], list[Any], Any] | None:
        """Return the direction of the line on which the actions in use are best replies."""
        used = sorted(self.used)
        place = {k: i for i, k in enumerate(used)}
        number = len(used) + len(self.blocks) + 1
        rows = []
        for k in used:
            row = [ZERO] * number
            for other in used:
                row[place[other]] = -self.matrix[k][other]
            row[len(used) + self.block[k]] = ONE
            row[-1] = self.against[k]
            rows.append(row)
        for index in range(len(self.blocks)):
            sums = [fmpq(int(self.block[k] == index)) for k in used]
            rows.append([*sums, *[ZERO] * len(self.blocks), -ONE])
        line = _null_vector(rows)
        if line is None:
            return None
        dz = [line[place[k]] if k in place else ZERO for k in range(self.size)]
        dv, dt = line[len(used) : -1], line[-1]
        what, k = self.grows
        growth = dt if what == "t" else dz[k] if what == "weight" else self.slack(dz, dv, -dt, k)
        if growth == 0:
            return None
        sign = ONE if growth > 0 else -ONE
        return [sign * x for x in dz], [sign * x for x in dv], sign * dt

    def mixtures(self) -> tuple[tuple[Any, ...], ...]:
        return tuple(tuple(self.z[k] for k in block) for block in self.blocks)


def _null_vector(rows: list[list[Any]]) -> list[Any] | None:
    """Return the solution of a homogeneous system that is unique up to its length."""
    reduced, rank = fmpq_mat(rows).rref()
    width = len(rows[0])
    if rank != width - 1:
        return None
    pivots = [next(k for k in range(width) if reduced[i, k] != 0) for i in range(rank)]
    (free,) = set(range(width)) - set(pivots)
    line = [ZERO] * width
    line[free] = ONE
    for i, pivot in enumerate(pivots):
        line[pivot] = -reduced[i, free]
    return line


def _dot(row: Sequence[Any], weights: Sequence[Any]) -> Any:
    return sum((e * w for e, w in zip(row, weights, strict=True) if w != 0), ZERO)
