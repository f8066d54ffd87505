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
7. Solutions are made narrow by repeating step 4. Two with the same labels are one if the narrow
   enclosure of one lies in the box B of the other, and different if they do not meet. The game is
   flagged if neither holds, or if it cannot be told whether a solution lies in [0, 1] or whether a
   derivative at an end has the right sign.

Rounding: sums of up to :math:`m^2` products of numbers of at least 0 err by a factor within
:math:`1 \pm 2^{-47}` for m up to 8; every such bound is multiplied by :math:`1 + 2^{-46}`. A sum of
products of any sign errs by at most :math:`2^{-47}` times the sum of their sizes, which is added.

Sources: those of `pigou.solvers.branch_and_prune`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from pigou.solvers.batch_intervals import Pair, down, up
from pigou.solvers.batch_tape import Program, Table, with_logistic
from pigou.solvers.first_order import FREE, INTERIOR, LOWER, UPPER
from pigou.solvers.intervals import Floats

__all__ = ["Boxes", "Conditions", "Found", "Points", "points_of", "proved_points", "search"]

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

CHUNK = 4096
MOST_BOXES = 2_000
NARROWEST = 2.0**-30
CUT = 0.4921875
SLACK = 2.0**-46
SMALLEST = 2.0**-40
SHRUNK = 0.5
NARROW = 2.0**-48
MOST_NARROWINGS = 40
IMPROVED = 0.999
CONTRACTS = 0.75


class Conditions(NamedTuple):
    """The first-order conditions of a family of games.

    Attributes
    ----------
    size : int
        The number of variables m.
    full : Program
        Encloses g (m formulas) and h (m times m).
    gradient : Program
        Encloses g alone.
    single : tuple of Program
        Each encloses one formula of g.
    tables : tuple of Table
        What depends on the parameters of each game, in the order of these programs; none before
        games are given.
    """

    size: int
    full: Program
    gradient: Program
    single: tuple[Program, ...]
    tables: tuple[Table, ...]

    @classmethod
    def of(
        cls,
        variables: Sequence[sp.Symbol],
        symbols: Sequence[sp.Symbol],
        objectives: Sequence[sp.Expr],
    ) -> Conditions:
        """Differentiate the objectives of the movers, the parameters being symbols."""
        pairs = zip(objectives, variables, strict=True)
        g = [sp.diff(with_logistic(objective), v) for objective, v in pairs]
        h = [sp.diff(one, v) for one in g for v in variables]
        formulas = ([*g, *h], g, *([one] for one in g))
        full, gradient, *single = (Program(f, variables, symbols) for f in formulas)
        return cls(len(variables), full, gradient, tuple(single), ())

    def at(self, parameters: Floats) -> Conditions:
        """Return the conditions of games, given by parameters (parameters, games)."""
        programs = (self.full, self.gradient, *self.single)
        return self._replace(tables=tuple(program.table(parameters) for program in programs))


class Boxes(NamedTuple):
    """Boxes of many games: ends and labels (variables, boxes), and the game of each."""

    low: Floats
    high: Floats
    label: NDArray[np.int8]
    game: Ints

    def pick(self, which: Any) -> Boxes:
        """Return some of the boxes."""
        if isinstance(which, np.ndarray) and which.dtype == bool:
            which = np.flatnonzero(which)
        take = (self.low.take(which, 1), self.high.take(which, 1), self.label.take(which, 1))
        return Boxes(*take, self.game.take(which))

    @staticmethod
    def joined(parts: list[Boxes]) -> Boxes:
        """Return several lots as one."""
        if len(parts) == 1:
            return parts[0]
        return Boxes(*(np.concatenate(arrays, axis=-1) for arrays in zip(*parts, strict=True)))

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.game)


class Points(NamedTuple):
    """First-order points, each in a box in which it is the only one with its labels.

    Attributes
    ----------
    low, high : arrays of shape (variables, points)
        A narrow enclosure of each.
    label : array of shape (variables, points)
    game : array of shape (points,)
        Ascending.
    """

    low: Floats
    high: Floats
    label: NDArray[np.int8]
    game: Ints

    def pick(self, which: Bools | Ints) -> Points:
        """Return some of the points."""
        low, high = self.low[:, which], self.high[:, which]
        return Points(low, high, self.label[:, which], self.game[which])

    @staticmethod
    def joined(parts: Sequence[Points]) -> Points:
        """Return several lots as one."""
        return Points(*(np.concatenate(arrays, axis=-1) for arrays in zip(*parts, strict=True)))


class Enclosed(NamedTuple):
    """Enclosures over boxes X with centres c: g over X, g at c, h over X (lists of pairs)."""

    centre: Floats
    radius: Floats
    g: list[Pair]
    middle: list[Pair]
    h: list[list[Pair]]
    known: Bools


def enclosed(conditions: Conditions, boxes: Boxes) -> Enclosed:
    """Enclose derivatives over boxes and at their centres (step 1, first half)."""
    m = conditions.size
    low, high, game = boxes.low, boxes.high, boxes.game
    centre = np.clip(low + (high - low) / 2, low, high)
    values, left = conditions.full.over(conditions.tables[0], game, _pairs(low, high))
    middle, undefined = conditions.gradient.over(conditions.tables[1], game, _pairs(centre))
    h = [values[m + k * m : m + (k + 1) * m] for k in range(m)]
    radius = up(np.maximum(high - centre, centre - low))
    return Enclosed(centre, radius, values[:m], middle, h, ~(left | undefined))


def _pairs(low: Floats, high: Floats | None = None) -> list[Pair]:
    """Return the ends of each variable, the same object where boxes are points."""
    if high is None:
        return [(row, row) for row in low]
    return list(zip(low, high, strict=True))


def search(conditions: Conditions, games: int, most: int = MOST_BOXES) -> tuple[Points, Bools]:
    """Find all first-order points of games; flag those for which that cannot be told.

    Returns
    -------
    Points
        None of a flagged game.
    flagged : array of bool
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
        found = _lots(found)
        keep = [_narrowed(conditions, lot, flagged) for lot in found]
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


class Found(NamedTuple):
    """Solutions as they are found: the box B of each, and its image."""

    box: Boxes
    low: Floats
    high: Floats


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
            found, proved = _tried(conditions, around, flagged)
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
    pairs = _pairs(boxes.low, boxes.high)
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


def krawczyk(label: NDArray[np.int8], values: Enclosed) -> tuple[Floats, Floats, Floats]:
    """Return the image of boxes as centre and radius, and the largest ratio of T r to r."""
    m, n = label.shape
    inner = label == INTERIOR
    middle, spread = np.zeros((m, m, n)), np.zeros((m, m, n))
    for i in range(m):
        for k in range(m):
            a, b = values.h[i][k]
            both = inner[i] & inner[k]
            centre = a + (b - a) / 2
            middle[i, k] = np.where(both, centre, float(i == k))
            spread[i, k] = np.where(both, up(np.maximum(b - centre, centre - a)), 0.0)
    inverse = _inverses(middle)
    image, radius, ratio = values.centre.copy(), np.zeros((m, n)), np.zeros(n)
    g = [a + (b - a) / 2 for a, b in values.middle]
    doubt = [up(np.maximum(b - c, c - a)) for (a, b), c in zip(values.middle, g, strict=True)]
    places = range(m)
    for i in places:
        reach = np.zeros(n)
        for k in places:
            products = [inverse[i, j] * middle[j, k] for j in places]
            sizes = sum(np.abs(p) for p in products) + float(i == k)
            spreads = sum(np.abs(inverse[i, j]) * spread[j, k] for j in places)
            entry = np.abs(float(i == k) - sum(products)) + spreads + sizes * SLACK
            reach += np.where(inner[k], entry * values.radius[k], 0.0)
        shift = np.zeros(n)
        extra = np.abs(image[i]) * SLACK
        for j in places:
            product = np.where(inner[j], inverse[i, j] * g[j], 0.0)
            shift += product
            extra += np.abs(product) * SLACK
            extra += np.where(inner[j], np.abs(inverse[i, j]) * doubt[j], 0.0)
        image[i] = np.where(inner[i], image[i] - shift, image[i])
        radius[i] = np.where(inner[i], (reach + extra) * (1 + SLACK), 0.0)
        ratio = np.maximum(ratio, np.where(inner[i], reach / values.radius[i], 0.0))
    return image, radius, ratio


def _inverses(matrices: Floats) -> Floats:
    """Invert matrices (m, m, boxes) approximately: NaN where that fails."""
    m = len(matrices)
    if m == 1:
        return 1 / matrices
    if m == 2:
        (a, b), (c, d) = matrices
        scale = 1 / (a * d - b * c)
        return np.array([[d * scale, -b * scale], [-c * scale, a * scale]])
    stacked = np.moveaxis(matrices, 2, 0)
    good: Bools = np.asarray(np.isfinite(stacked).all(axis=(1, 2)))
    good[good] = np.abs(np.linalg.det(stacked[good])) > 1e-200
    result = np.full(stacked.shape, np.nan)
    if good.any():
        result[good] = np.linalg.inv(stacked[good])
    return np.moveaxis(result, 0, 2)


def _tried(conditions: Conditions, boxes: Boxes, flagged: Bools) -> tuple[Found | None, Bools]:
    """Try to prove that boxes hold exactly one solution each (step 5)."""
    values = enclosed(conditions, boxes)
    image, radius, _ = krawczyk(boxes.label, values)
    low, high = down(image - radius), up(image + radius)
    inner = boxes.label == INTERIOR
    within = ((low > boxes.low) & (high < boxes.high)) | ~inner
    proved = within.all(axis=0) & values.known
    corner = ~inner.any(axis=0)
    if corner.any():
        sure = _signs(boxes.label, values.g)
        flagged[boxes.game[corner & ~(sure == 1) & ~(sure == -1)]] = True
        proved |= corner
        keep = proved & ~(corner & (sure != 1))
    else:
        keep = proved
    if not keep.any():
        return None, proved
    box = boxes.pick(keep)
    low = np.where(inner, low, boxes.low)[:, keep]
    return Found(box, low, np.where(inner, high, boxes.high)[:, keep]), proved


def _signs(label: NDArray[np.int8], g: list[Pair]) -> NDArray[np.int8]:
    """Tell whether g has the right sign at the ends taken: 1 yes, -1 no, 0 not known."""
    answer = np.ones(label.shape[1], dtype=np.int8)
    for k, (low, high) in enumerate(g):
        down_there, up_there = label[k] == LOWER, label[k] == UPPER
        right = ~down_there & ~up_there | (down_there & (high <= 0)) | (up_there & (low >= 0))
        wrong = (down_there & (low > 0)) | (up_there & (high < 0))
        answer[~right & (answer == 1)] = 0
        answer[wrong] = -1
    return answer


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


# -- from solutions to points ---------------------------------------------------------------------


def proved_points(conditions: Conditions, boxes: Boxes, games: int) -> tuple[Points, Bools]:
    """Prove a solution in each box where step 5 allows it; flag the games where it does not.

    Parameters
    ----------
    conditions : Conditions
    boxes : Boxes
        One at most for each game, all labels settled.
    games : int
    """
    flagged = np.ones(games, dtype=bool)
    flagged[boxes.game] = False
    with np.errstate(all="ignore"):
        found, proved = _tried(conditions, boxes, flagged)
        flagged[boxes.game[~proved]] = True
        lots = [] if found is None else [found]
        keep = [_narrowed(conditions, lot, flagged) for lot in lots]
        points = points_of(conditions.size, lots, keep, flagged)
    flagged[:] = True
    flagged[points.game] = False
    return points, flagged


def _lots(found: list[Found]) -> list[Found]:
    """Join what was found, about a chunk at a time."""
    lots: list[list[Found]] = []
    number = CHUNK
    for one in found:
        if number >= CHUNK:
            lots.append([])
            number = 0
        lots[-1].append(one)
        number += one.box.number
    return [
        Found(
            Boxes.joined([one.box for one in lot]),
            np.concatenate([one.low for one in lot], axis=1),
            np.concatenate([one.high for one in lot], axis=1),
        )
        for lot in lots
    ]


def _narrowed(conditions: Conditions, found: Found, flagged: Bools) -> Bools:
    """Make enclosures narrow; say which points are feasible (step 7)."""
    boxes = Boxes(found.low, found.high, found.box.label, found.box.game)
    sure, known = np.zeros(boxes.number, np.int8), np.zeros(boxes.number, bool)
    left = np.arange(boxes.number)
    for _ in range(MOST_NARROWINGS):
        some = boxes.pick(left)
        values = enclosed(conditions, some)
        image, radius, _ = krawczyk(some.label, values)
        inner = some.label == INTERIOR
        low = np.where(inner, np.fmax(some.low, down(image - radius)), some.low)
        high = np.where(inner, np.fmin(some.high, up(image + radius)), some.high)
        found.low[:, left], found.high[:, left] = low, high
        sure[left], known[left] = _signs(some.label, values.g), values.known
        slower = (high - low) > IMPROVED * (some.high - some.low)
        left = left[~((radius < NARROW) | slower).all(axis=0)]
        if not len(left):
            break
    outside = ((found.high < 0) | (found.low > 1)).any(axis=0) | (sure == -1)
    across = ((found.low < 0) | (found.high > 1)).any(axis=0)
    flagged[boxes.game[~outside & ((sure == 0) | across | ~known)]] = True
    return ~outside


def points_of(size: int, found: list[Found], keep: list[Bools], flagged: Bools) -> Points:
    """Return feasible points of games that are not flagged, each once (step 7)."""
    if not found:
        none = np.zeros((size, 0))
        return Points(none, none, np.zeros((size, 0), np.int8), np.zeros(0, np.intp))
    box = Boxes.joined([f.box for f in found])
    low, high = (np.concatenate([f[k] for f in found], axis=1) for k in (1, 2))
    sure = np.concatenate(keep)
    order = np.argsort(box.game, kind="stable")
    order = order[sure[order] & ~flagged[box.game[order]]]
    box, low, high = box.pick(order), low[:, order], high[:, order]
    single = _single(box, low, high, flagged)
    single &= ~flagged[box.game]
    return Points(low, high, box.label, box.game).pick(single)


def _single(box: Boxes, low: Floats, high: Floats, flagged: Bools) -> Bools:
    """Keep one of each point that was found from several boxes; flag what is not clear."""
    keep = np.ones(box.number, dtype=bool)
    for shift in range(1, box.number):
        one, other = np.arange(box.number - shift), np.arange(shift, box.number)
        same = box.game[one] == box.game[other]
        if not same.any():
            break
        one, other = one[same], other[same]
        alike = (box.label[:, one] == box.label[:, other]).all(axis=0)
        apart = ((high[:, one] < low[:, other]) | (high[:, other] < low[:, one])).any(axis=0)
        held = ((low[:, one] >= box.low[:, other]) & (high[:, one] <= box.high[:, other])).all(0)
        held |= ((low[:, other] >= box.low[:, one]) & (high[:, other] <= box.high[:, one])).all(0)
        keep[other[alike & held]] = False
        flagged[box.game[one[~apart & ~(alike & held)]]] = True
    return keep
