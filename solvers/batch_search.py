r"""All first-order points of many games of one family: branch and prune over boxes of all of them.

The conditions are those of `pigou.solvers.first_order`: with :math:`g_k` the derivative of the
mover's payoff in its move :math:`t_k \in [0, 1]` and :math:`h_{kl} = \partial g_k / \partial t_l`,
a move is interior with :math:`g_k = 0` and :math:`h_{kk} \le 0`, at its lower end with
:math:`g_k \le 0`, or at its upper end with :math:`g_k \ge 0`.

Steps, for a few thousand boxes at a time, whichever games they belong to
-------------------------------------------------------------------------
1. Enclose g and h over each box X, and g at its centre c; intersect g with its mean-value form.
2. Settle labels by the signs of g and of :math:`h_{kk}`, as in `pigou.solvers.first_order`.
3. Where :math:`h_{kk} < 0` in X, the zero of :math:`g_k` along :math:`t_k` lies in
   :math:`N = c_k - g_k(c_k, X_{-k}) / h_{kk}`, and so does every solution at which the move is
   interior (one row of the interval Newton method of Gauss-Seidel type; Neumaier 1990, section
   5.2); :math:`g_k(c_k, X_{-k})` is enclosed as it stands and in its mean-value form. A solution at
   the lower end needs :math:`g_k \le 0` there, and hence that N reaches down to 0: if N is above 0
   the end is excluded, if N is below 0 only the end is left. So a box shrinks to its best replies
   while labels are still open.
4. Where all labels are settled, shrink X to its Krawczyk image, in the form "centre and radius":
   with :math:`Y \approx h^{-1}` at the middle of h over the interior variables, every solution is
   within :math:`T r + |Y| \operatorname{rad} g(c)` of :math:`p = c - Y g(c)`, where
   :math:`T = |I - Y \operatorname{mid} h| + |Y| \operatorname{rad} h` and r is the radius of X.
5. If T shrinks r by a quarter, a box B around p of twice that radius is tried: where its own image
   is in its interior, B holds exactly one solution (Krawczyk 1969; Neumaier 1990, theorem 5.1.8),
   and X no other.
6. What is left and has shrunk little is split as in `pigou.solvers.branch_and_prune`. A game that
   has a box too narrow to split, or has used up its boxes, is *flagged*: nothing is claimed for it.
7. Solutions are made narrow by repeating step 4; those with :math:`h_{kk} > 0` are left out. Two
   with the same labels are one if the narrow enclosure of one lies in the box B of the other, and
   different if they do not meet. The game is flagged if neither holds, or if it cannot be told
   whether a solution lies in [0, 1] or whether a derivative at an end has the right sign.

Sources: those of `pigou.solvers.branch_and_prune`.
"""

from __future__ import annotations

import numpy as np

from pigou.solvers.batch_conditions import (
    SLACK,
    Bools,
    Boxes,
    Conditions,
    Enclosed,
    Ints,
    Points,
    enclosed,
    krawczyk,
    pairs_of,
)
from pigou.solvers.batch_intervals import Pair, down, up
from pigou.solvers.batch_points import CHUNK, Found, lots, narrowed, points_of, tried
from pigou.solvers.first_order import FREE, INTERIOR, LOWER, UPPER

__all__ = ["MOST_BOXES", "search"]


MOST_BOXES = 2_000
NARROWEST = 2.0**-30
CUT = 0.4921875
SMALLEST = 2.0**-40
SHRUNK = 0.5
CONTRACTS = 0.75


def search(conditions: Conditions, games: int, most: int = MOST_BOXES) -> tuple[Points, Bools]:
    """Find all first-order points of games; flag those for which that cannot be told.

    Returns
    -------
    Points
        None of a flagged game.
    flagged : array of bool

    Examples
    --------
    >>> import sympy as sp
    >>> x, c = sp.symbols("x c", real=True)
    >>> conditions = Conditions.of([x], [c], [c * x - x**2])
    >>> points, flagged = search(conditions.at(np.array([[1.0, 4.0]])), 2)
    >>> points.low.round(9).tolist(), points.game.tolist(), flagged.tolist()
    ([[0.5, 1.0]], [0, 1], [False, False])
    """
    m = conditions.size
    flagged = np.logical_or.reduce([table.left for table in conditions.tables])
    used = np.zeros(games, dtype=np.int64)
    found: list[Found] = []
    stack: list[Boxes] = []
    with np.errstate(all="ignore"):
        for start in range(0, games, CHUNK):
            game = np.arange(start, min(games, start + CHUNK))
            shape = (m, len(game))
            stack.append(
                Boxes(np.zeros(shape), np.ones(shape), np.full(shape, FREE, np.int8), game)
            )
            while stack:
                boxes = _next(stack)
                boxes = boxes.pick(~flagged[boxes.game])
                used += np.bincount(boxes.game, minlength=games)
                flagged |= used > most
                left, roots = _step(conditions, boxes, flagged)
                if roots is not None:
                    found.append(roots)
                if left.number:
                    stack.append(left)
        found = lots(found)
        keep = [narrowed(conditions, lot, flagged) for lot in found]
        return points_of(m, found, keep, flagged), flagged


def _next(stack: list[Boxes]) -> Boxes:
    """Take boxes from the end of the stack, about a chunk of them."""
    parts = [stack.pop()]
    while parts[-1].number > CHUNK:
        whole = parts.pop()
        stack.append(whole.pick(np.arange(CHUNK, whole.number)))
        parts.append(whole.pick(np.arange(CHUNK)))
    while stack and sum(p.number for p in parts) + stack[-1].number <= CHUNK:
        parts.append(stack.pop())
    return Boxes.joined(parts)


def _step(conditions: Conditions, boxes: Boxes, flagged: Bools) -> tuple[Boxes, Found | None]:
    """Do steps 1 to 6 once: return the boxes that are left and the solutions found."""
    values = enclosed(conditions, boxes)
    shrunk, keep = _settled(conditions, boxes, values)
    before = boxes.high - boxes.low
    moved = ((shrunk.low == shrunk.high) & (before > 0)).any(axis=0)
    ready = keep & ~moved & values.known & (shrunk.label != FREE).all(axis=0)
    found = None
    if ready.any():
        which = np.flatnonzero(ready)
        some, within = shrunk.pick(which), _picked(values, which)
        image, radius, ratio = krawczyk(some.label, within)
        inner = some.label == INTERIOR
        low = np.where(inner, np.fmax(some.low, down(image - radius)), some.low)
        high = np.where(inner, np.fmin(some.high, up(image + radius)), some.high)
        keep[which] = (low <= high).all(axis=0)
        shrunk.low[:, which], shrunk.high[:, which] = low, high
        close = keep[which] & (ratio < CONTRACTS)
        if close.any():
            wider = np.where(inner, 2 * radius + SMALLEST, 0.0)
            around = Boxes(image - wider, image + wider, some.label, some.game).pick(close)
            found, proved = tried(conditions, around, flagged)
            keep[which[close]] &= ~proved
    shrunk = shrunk.pick(keep)
    after = (shrunk.high - shrunk.low) < SHRUNK * before[:, keep]
    again = after.any(axis=0) | moved[keep]
    rest = shrunk.pick(~again)
    narrow = (rest.high - rest.low).max(axis=0) < NARROWEST
    flagged[rest.game[narrow]] = True
    return Boxes.joined([shrunk.pick(again), *_split(rest.pick(~narrow))]), found


def _picked(values: Enclosed, which: Ints) -> Enclosed:
    def some(pairs: list[Pair]) -> list[Pair]:
        return [(low.take(which), high.take(which)) for low, high in pairs]

    return Enclosed(
        values.centre.take(which, 1), values.radius.take(which, 1), some(values.g),
        some(values.middle), [some(row) for row in values.h], values.known.take(which),
    )  # fmt: skip


def _settled(conditions: Conditions, boxes: Boxes, values: Enclosed) -> tuple[Boxes, Bools]:
    """Shrink boxes and settle labels (steps 1 to 3); say which are left."""
    low, high, label = boxes.low.copy(), boxes.high.copy(), boxes.label.copy()
    keep = np.ones(boxes.number, dtype=bool)
    known, m = values.known, len(values.g)
    for k in range(m):
        slopes = zip(values.h[k], values.radius, strict=True)
        reach = sum(np.maximum(np.abs(a), np.abs(b)) * r for (a, b), r in slopes) * (1 + SLACK)
        g = (
            np.fmax(values.g[k][0], down(values.middle[k][0] - reach)),
            np.fmin(values.g[k][1], up(values.middle[k][1] + reach)),
        )
        rising, falling = (g[0] > 0) & known, (g[1] < 0) & known
        convex = (values.h[k][k][0] > 0) & known
        at_low, at_high = low[k] == 0, high[k] == 1
        free, inner = label[k] == FREE, label[k] == INTERIOR
        first, last = _zeros(conditions, k, Boxes(low, high, label, boxes.game), values)
        concave = (values.h[k][k][1] < 0) & known
        rising |= free & concave & (first > 1)
        falling |= free & concave & (last < 0)
        keep &= ~((label[k] == LOWER) & rising) & ~((label[k] == UPPER) & falling)
        keep &= ~(inner & (rising | falling | convex))
        above = free & at_high & (rising | (convex & ~at_low & ~falling))
        below = free & at_low & (falling | (convex & ~at_high & ~rising)) & ~above
        keep &= ~(free & ~above & ~below & (rising | falling | (convex & ~at_low & ~at_high)))
        newton = concave & (inner | free) & ~above & ~below
        low[k] = np.where(above, 1.0, np.where(newton, np.fmax(low[k], first), low[k]))
        high[k] = np.where(below, 0.0, np.where(newton, np.fmin(high[k], last), high[k]))
        keep &= low[k] <= high[k]
        label[k][above], label[k][below] = UPPER, LOWER
        label[k][(label[k] == FREE) & (low[k] > 0) & (high[k] < 1)] = INTERIOR
    return Boxes(low, high, label, boxes.game), keep


def _zeros(conditions: Conditions, k: int, boxes: Boxes, values: Enclosed) -> Pair:
    """Enclose the zeros of g_k along t_k, where h_kk < 0 (step 3)."""
    centre = values.centre[k]
    pairs = pairs_of(boxes.low, boxes.high)
    pairs[k] = centre, centre
    ((low, high),), left = conditions.single[k].over(conditions.tables[2 + k], boxes.game, pairs)
    if conditions.size > 1:
        least, most = _mean_value(k, boxes, values)
        low, high = np.fmax(np.where(left, np.nan, low), least), np.fmin(high, most)
    steep, flat = -values.h[k][k][0], -values.h[k][k][1]
    start = low / np.where(low >= 0, steep, flat)
    end = high / np.where(high >= 0, flat, steep)
    return (
        centre + start - (np.abs(centre) + np.abs(start)) * SLACK,
        centre + end + (np.abs(centre) + np.abs(end)) * SLACK,
    )


def _mean_value(k: int, boxes: Boxes, values: Enclosed) -> Pair:
    """Enclose g_k where t_k is at the centre, by its slopes in the other variables."""
    low, high = values.middle[k]
    size = np.maximum(np.abs(low), np.abs(high))
    for other, (a, b) in enumerate(values.h[k]):
        if other != k:
            below = boxes.low[other] - values.centre[other]
            above = boxes.high[other] - values.centre[other]
            products = a * below, a * above, b * below, b * above
            least = np.minimum(np.minimum(*products[:2]), np.minimum(*products[2:]))
            most = np.maximum(np.maximum(*products[:2]), np.maximum(*products[2:]))
            low, high = low + least, high + most
            size = size + np.maximum(np.abs(least), np.abs(most))
    return low - size * SLACK, high + size * SLACK


def _split(boxes: Boxes) -> list[Boxes]:
    """Split boxes across their widest variable, or into a face and the rest (step 6)."""
    if not boxes.number:
        return []
    places = np.arange(boxes.number)
    axis = np.argmax(boxes.high - boxes.low, axis=0)
    low, high = boxes.low[axis, places], boxes.high[axis, places]
    free = boxes.label[axis, places] == FREE
    face = free & ((low == 0) != (high == 1))
    cut = low + CUT * (high - low)
    first = Boxes(boxes.low.copy(), boxes.high.copy(), boxes.label.copy(), boxes.game)
    second = Boxes(boxes.low.copy(), boxes.high.copy(), boxes.label.copy(), boxes.game)
    first.high[axis, places] = np.where(face, np.where(low == 0, 0.0, high), cut)
    first.low[axis, places] = np.where(face & (high == 1), 1.0, low)
    second.low[axis, places] = np.where(face, low, cut)
    end = np.where(low == 0, LOWER, UPPER)
    first.label[axis, places] = np.where(face, end, boxes.label[axis, places])
    second.label[axis, places] = np.where(face, INTERIOR, boxes.label[axis, places])
    return [first, second]
