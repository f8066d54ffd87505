r"""Narrow boxes of moves to where best replies to the box can lie.

Let :math:`h_{kk} < 0` throughout a box X with centre c. By the mean value theorem, for t in X

.. math:: g_k(t) \in G_k + h_{kk}(X) (t_k - c_k), \qquad
          G_k = g_k(c) + \sum_{l \ne k} h_{kl}(X) (X_l - c_l) ,

so that :math:`g_k(t) = 0` only for :math:`t_k \in N = c_k - G_k / h_{kk}(X)`; for
:math:`t_k < N`, :math:`g_k > 0`, and for :math:`t_k > N`, :math:`g_k < 0`. A solution that is
interior lies in N; one at the lower end, where :math:`g_k \le 0`, lies there only if N begins at it
or below; and likewise at the upper end. So a solution lies in N, or at an end of the unit interval
beyond which N reaches: the part of :math:`X_k` outside is dropped (interval Gauss-Seidel with best
replies; Neumaier 1990, section 4.3). Where efforts are complements this is the iterated elimination
of dominated moves of supermodular games (Milgrom and Roberts 1990, Econometrica 58:1255-1277).

A box is narrowed only where that takes some move off an end of the unit interval, so that it is
known to be interior: the rest is left to cutting and to Krawczyk's test, which takes all moves
together. It is done for five moves and more: with few, cutting is quick, and keeps degenerate
points in boxes of their own; with many, :math:`2^m` boxes would have to be cut before any of them
is settled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pigou.solvers.first_order import FREE, LOWER, UPPER, Boxes, FirstOrder, Values
from pigou.solvers.intervals import Ends, Floats, add, multiply

__all__ = ["FEW", "contracted"]

FEW = 4
"""Up to so many moves boxes are not narrowed."""


def contracted(
    system: FirstOrder, boxes: Boxes, values: Values, centre: Values
) -> tuple[Boxes, NDArray[np.bool_]]:
    """Narrow boxes to best replies; say which may still hold a solution.

    Parameters
    ----------
    system : FirstOrder
        Without switches.
    boxes : Boxes
    values, centre : Values
        Over the boxes, and at their centres.

    Examples
    --------
    >>> import sympy as sp
    >>> x, y = sp.symbols("x y", real=True)
    >>> payoffs = [x * (2 + y - 4 * x), y * (2 + x - 4 * y)]
    >>> system = FirstOrder([x, y], [0, 1], payoffs, False)
    >>> unit = Boxes(np.zeros((2, 1)), np.ones((2, 1)), np.zeros((2, 1), dtype=np.int8))
    >>> found, kept = contracted(system, unit, system.values(unit), system.at_centre(unit))
    >>> found.low.round(6).tolist(), found.high.round(6).tolist(), kept.tolist()
    ([[0.25], [0.25]], [[0.375], [0.375]], [True])
    """
    low, high, label = boxes.copy()
    keep = np.ones(boxes.number, dtype=bool)
    known = ~(values.left | centre.left)
    rest = _against_the_box(boxes, values, centre)
    for k in range(system.moves):
        slope = values.h[0][k, k], values.h[1][k, k]
        usable = known & (slope[1] < 0) & (label[k] != LOWER) & (label[k] != UPPER)
        reply = _reply(boxes.centre[k], (rest[0][k], rest[1][k]), slope)
        at_low, at_high = (low[k] == 0) & (label[k] == FREE), (high[k] == 1) & (label[k] == FREE)
        outside = ((reply[0] > high[k]) & ~at_high) | ((reply[1] < low[k]) & ~at_low)
        keep &= ~(usable & outside)
        usable &= ~outside
        low[k] = np.where(usable, np.clip(reply[0], low[k], high[k]), low[k])
        high[k] = np.where(usable, np.clip(reply[1], low[k], high[k]), high[k])
    off = ((boxes.low == 0) & (low > 0)) | ((boxes.high == 1) & (high < 1))
    narrower = (off & (label == FREE)).any(axis=0)
    low, high = np.where(narrower, low, boxes.low), np.where(narrower, high, boxes.high)
    return Boxes(low, high, label), keep


def _against_the_box(boxes: Boxes, values: Values, centre: Values) -> Ends:
    """Enclose each derivative with its own move at the centre and the others anywhere."""
    total, offset = centre.g, boxes.offset
    number = values.h[0].shape[0]
    for other in range(number):
        part = multiply(
            (values.h[0][:, other], values.h[1][:, other]), (offset[0][other], offset[1][other])
        )
        others = (np.arange(number) != other)[:, None]
        total = add(total, (np.where(others, part[0], 0.0), np.where(others, part[1], 0.0)))
    return total


def _reply(centre: Floats, rest: Ends, slope: Ends) -> Ends:
    """Enclose where a derivative with a negative slope is 0; the whole line where it is flat."""
    flat = ~(slope[1] < 0)
    steep = np.where(flat, -1.0, slope[0]), np.where(flat, -1.0, slope[1])
    steps = [end / part for end in rest for part in steep]
    low = np.nextafter(np.minimum.reduce(steps), -np.inf)
    high = np.nextafter(np.maximum.reduce(steps), np.inf)
    below, above = add((centre, centre), (-high, -low))
    unclear = flat | np.isnan(below) | np.isnan(above)
    return np.where(unclear, -np.inf, below), np.where(unclear, np.inf, above)
