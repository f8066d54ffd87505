r"""The payoffs of all pure subgame-perfect equilibria of a repeated game of two players, enclosed.

With a public draw before every period the set :math:`V^*` of average payoffs is convex, and it is
the largest set that generates itself (Abreu, Pearce and Stacchetti 1990): with
:math:`h_i(a) = \max_{a_i'} g_i(a_i', a_{-i}) - g_i(a)` and the worst payoffs
:math:`P_i(W) = \min_{w \in W} w_i`,

.. math::
   B(W) = \operatorname{co} \bigcup_a \Bigl\{ (1 - \delta) g(a) + \delta w : w \in W,\;
          w_i \ge P_i(W) + \tfrac{1 - \delta}{\delta} h_i(a),\ i = 1, 2 \Bigr\} ,
   \qquad V^* = B(V^*) .

Steps
-----
1. From outside: the polygon :math:`W_0` of all feasible payoffs holds :math:`V^*`, and if W does,
   so does B(W), since B is monotone. Each polygon is kept as half-planes in fixed rational
   directions, whose bounds are rounded *up* to multiples of :math:`2^{-40}`, so that nothing is
   lost and the numbers stay short (Judd, Yeltekin and Conklin 2003). Punishments are no worse than
   the pure minmax payoffs. An empty polygon proves that there is no such equilibrium.
2. From inside: if :math:`W \subseteq B(W)`, every payoff in W is one of an equilibrium, and every
   :math:`W'` with :math:`W \subseteq W' \subseteq B(W)` generates itself again. The first W is the
   outer polygon with its corners replaced by the simplest fractions nearby (the set itself,
   mostly), what step 3 finds, the hull of the payoffs of pure stage equilibria, or the outer
   polygon drawn together a little: whichever passes the test.
3. Extreme continuations alone (Abreu and Sannikov 2014) draw the outer polygon together at a
   geometric rate, :math:`z_n \approx z + c \lambda^n v`, in a direction v in which the corners z
   of the set may recede: :math:`z - \varepsilon v` generates itself where corners are not rational,
   and z does where they are. So the corners are mirrored at the limit, :math:`2 z - z_n`.
4. The first step is repeated with half-planes along the edges of the inner polygon.
5. All of it is rational arithmetic: the true set lies between the two polygons, for sure.

Sources
-------
Abreu, Pearce and Stacchetti (1990), Econometrica 58:1041-1063; Judd, Yeltekin and Conklin
(2003), Econometrica 71:1239-1254; Abreu and Sannikov (2014), Theoretical Economics 9:313-338.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from pigou.solvers.refine import simplest_between

__all__ = ["PayoffSet", "Polygon", "payoff_set"]

Point = tuple[Fraction, Fraction]
Polygon = tuple[Point, ...]

_GRID = 2**40
_STILL = Fraction(1, 2**26)
_NEAR = (16 * _STILL, Fraction(1, 2**14))
"""How far the simplest fractions may lie from corners: both are tried."""
_LIMIT = Fraction(1, 2**38)
_MIRRORED = (Fraction(1, 2**26), Fraction(1, 2**22), Fraction(1, 2**18))
"""How far polygons that are mirrored are from the limit."""
MOST_IN_SLOPE = 100
MOST_ROUNDS = 400
MOST_STEPS = 40
MOST_SHARPENED = 25


class PayoffSet(NamedTuple):
    """Two polygons between which the set of equilibrium payoffs lies.

    Attributes
    ----------
    inner : tuple of pairs of Fraction
        Corners; all of it are payoffs of equilibria. Empty where none was found.
    outer : tuple of pairs of Fraction
        Corners; outside of it there are none. Empty: there is no pure equilibrium.
    rounds : int
        How often the outer polygon was drawn together.

    Examples
    --------
    >>> PayoffSet((), (), 1).outer
    ()
    """

    inner: Polygon
    outer: Polygon
    rounds: int

    @property
    def gap(self) -> Fraction:
        """How far the outer polygon reaches beyond the inner one, at most, in one coordinate."""
        return max((_distance(p, self.inner) for p in self.outer), default=Fraction(0))


class _Stage(NamedTuple):
    payoffs: Mapping[tuple[int, int], Point]
    gains: Mapping[tuple[int, int], Point]
    discount: Fraction


def payoff_set(
    table: Sequence[Sequence[tuple[object, object]]], discount: Fraction, directions: int = 32
) -> PayoffSet:
    """Enclose the payoffs of all pure subgame-perfect equilibria with a public draw.

    Parameters
    ----------
    table : sequence of sequences of pairs
        Payoffs of both players: ``table[row][column]``.
    discount : Fraction
        0 < discount < 1.
    directions : int
        How many half-planes the outer polygon has, about.

    Examples
    --------
    >>> dilemma = [[(2, 2), (-1, 3)], [(3, -1), (0, 0)]]
    >>> found = payoff_set(dilemma, Fraction(1, 2))
    >>> max(found.inner), max(found.outer)[0] < 3
    ((Fraction(8, 3), Fraction(0, 1)), True)
    >>> [tuple(map(int, corner)) for corner in payoff_set(dilemma, Fraction(1, 10)).inner]
    [(0, 0)]
    """
    stage = _stage(table, discount)
    normals = _normals(directions)
    outer, rounds = _from_outside(stage, normals)
    inner = _inner(outer, stage)
    edges = [n for n in _edges(inner) if n not in normals]
    if edges:
        outer, more = _from_outside(stage, [*normals, *edges])
        rounds += more
    return PayoffSet(inner, outer, rounds)


def _edges(polygon: Polygon) -> list[Point]:
    """Return what is normal to the edges, outwards, with a larger coordinate of one."""
    found = []
    for (x, y), (v, w) in itertools.pairwise((*polygon, *polygon[:1])):
        size = max(abs(w - y), abs(v - x))
        if size:
            found.append(((w - y) / size, (x - v) / size))
    return found


def _inner(outer: Polygon, stage: _Stage) -> Polygon:
    """Return a set that generates itself, as large as we know one."""
    for guess in _guesses(outer, stage):
        for near in _NEAR:
            simple = _simplest(guess, near)
            if simple and _generates_itself(simple, stage):
                return simple
    for guess in _mirrored(outer, stage):
        if _generates_itself(guess, stage):
            return guess
    inner: Polygon = ()
    for start in (_nash(stage), *(_drawn_together(outer, 2**k) for k in (20, 12, 8))):
        if start and _generates_itself(start, stage):
            inner = _hull([*inner, *_from_inside(start, stage)])
            # the hull of two sets that generate themselves does so, too: B is monotone and convex
    return inner


def _stage(table: Sequence[Sequence[tuple[object, object]]], discount: Fraction) -> _Stage:
    payoffs = {
        (i, j): (Fraction(str(pair[0])), Fraction(str(pair[1])))
        for i, row in enumerate(table)
        for j, pair in enumerate(row)
    }
    rows, columns = ({key[k] for key in payoffs} for k in (0, 1))
    gains = {
        (i, j): (
            max(payoffs[k, j][0] for k in rows) - payoffs[i, j][0],
            max(payoffs[i, k][1] for k in columns) - payoffs[i, j][1],
        )
        for i, j in payoffs
    }
    return _Stage(payoffs, gains, discount)


def _normals(number: int) -> list[Point]:
    """Return rational directions of length one all around, the axes among them."""
    steps = max(1, number // 8)
    found = []
    for k in range(steps):
        t = Fraction(k, steps)
        x, y = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
        found += [(x, y), (-y, x), (-x, -y), (y, -x)]
        if k:
            found += [(y, x), (-x, y), (-y, -x), (x, -y)]
    half = Fraction(1, 2)
    return sorted({*found, *((a * half, b * half) for a in (1, -1) for b in (1, -1))})


def _minmax(stage: _Stage) -> Point:
    rows, columns = ({key[k] for key in stage.payoffs} for k in (0, 1))
    return (
        min(max(stage.payoffs[i, j][0] for i in rows) for j in columns),
        min(max(stage.payoffs[i, j][1] for j in columns) for i in rows),
    )


def _from_outside(stage: _Stage, normals: Sequence[Point]) -> tuple[Polygon, int]:
    polygon = _hull(stage.payoffs.values())
    bounds = [_furthest(polygon, normal) for normal in normals]
    worst = _minmax(stage)
    for rounds in range(1, MOST_ROUNDS + 1):
        points = [p for key in stage.payoffs for p in _generated(key, polygon, worst, stage)]
        if not points:
            return (), rounds
        new = [
            min(bound, _rounded_up(_furthest(points, normal)))
            for bound, normal in zip(bounds, normals, strict=True)
        ]
        still = max(b - n for b, n in zip(bounds, new, strict=True)) < _STILL
        bounds = new
        polygon = _hull(stage.payoffs.values())
        for bound, normal in zip(bounds, normals, strict=True):
            polygon = _cut(polygon, (-normal[0], -normal[1]), -bound)
        if not polygon:
            return (), rounds
        lowest = (min(p[0] for p in polygon), min(p[1] for p in polygon))
        worst = (max(worst[0], lowest[0]), max(worst[1], lowest[1]))
        if still:
            return polygon, rounds
    return polygon, MOST_ROUNDS


def _generated(key: tuple[int, int], polygon: Polygon, worst: Point, stage: _Stage) -> list[Point]:
    """Return the corners of what a profile generates with continuation payoffs in a polygon."""
    delta = stage.discount
    ahead = (1 - delta) / delta
    promised = polygon
    for axis in (0, 1):
        normal = (Fraction(1 - axis), Fraction(axis))
        promised = _cut(promised, normal, worst[axis] + ahead * stage.gains[key][axis])
    now = stage.payoffs[key]
    return [
        ((1 - delta) * now[0] + delta * x, (1 - delta) * now[1] + delta * y) for x, y in promised
    ]


def _nash(stage: _Stage) -> Polygon:
    return _hull(stage.payoffs[key] for key, gain in stage.gains.items() if max(gain) == 0)


def _guesses(outer: Polygon, stage: _Stage) -> Iterator[Polygon]:
    """Yield what the set may be: the outer polygon sharpened by extreme continuations alone."""
    polygon = outer
    for _ in range(MOST_SHARPENED):
        if not polygon:
            return
        yield polygon
        polygon = _simplest(_sharpened(polygon, stage), _STILL / 2**10)


def _sharpened(polygon: Polygon, stage: _Stage) -> Polygon:
    """Return what a polygon generates by extreme continuations alone."""
    worst = (min(p[0] for p in polygon), min(p[1] for p in polygon))
    return _hull(p for key in stage.payoffs for p in _extreme(key, polygon, worst, stage))


def _mirrored(outer: Polygon, stage: _Stage) -> Iterator[Polygon]:
    """Yield the limit of sharpening, then polygons on the way to it mirrored at it."""
    path = [outer]
    while path[-1] and len(path) < MOST_ROUNDS:
        path.append(_hull((_nearest(x), _nearest(y)) for x, y in _sharpened(path[-1], stage)))
        if _apart(*path[-2:]) < _LIMIT:
            break
    end = path[-1]
    if not end:
        return
    simple = {corner: _simplest((corner,), 16 * _LIMIT)[0] for corner in end}
    yield _hull(simple.values())
    middle = _middle(end)
    for apart in _MIRRORED:
        before = next((one for one in reversed(path) if _apart(one, end) > apart), ())
        if len(before) == len(end):
            still = [_apart((p,), (q,)) < apart / 2**8 for p, q in zip(end, before, strict=True)]
            mirrored = [
                simple[p] if stays
                else _towards((2 * p[0] - q[0], 2 * p[1] - q[1]), middle, 2**32)
                for p, q, stays in zip(end, before, still, strict=True)
            ]  # fmt: skip
            yield _hull(mirrored)
            yield _hull(_on_lines(mirrored, still, apart))


def _on_lines(corners: Sequence[Point], still: Sequence[bool], near: Fraction) -> Iterator[Point]:
    """Yield corners, those that moved on the line through one next to it that did not.

    The line has the simplest slope nearby: what is generated by it may need it exactly.
    """
    for i, (x, y) in enumerate(corners):
        sides = [(i + 1) % len(corners), i - 1]
        fixed = [] if still[i] else [corners[k] for k in sides if still[k] and corners[k][0] != x]
        slopes = [(y - w) / (x - v) for v, w in fixed]
        simplest = [simplest_between(slope - near, slope + near) for slope in slopes]
        found = [
            w + slope * (x - v)
            for (v, w), slope in zip(fixed, simplest, strict=True)
            if slope.denominator < MOST_IN_SLOPE
        ]
        yield x, found[0] if found else y


def _apart(one: Polygon, other: Polygon) -> Fraction:
    """Return how far corners lie from those of another polygon with as many."""
    if len(one) != len(other):
        return Fraction(_GRID)
    pairs = zip(one, other, strict=True)
    return max((max(abs(x - v), abs(y - w)) for (x, y), (v, w) in pairs), default=Fraction(0))


def _extreme(
    key: tuple[int, int], polygon: Polygon, worst: Point, stage: _Stage
) -> Iterator[Point]:
    """Yield what a profile generates by playing it for ever, or where somebody is indifferent.

    No other corners of the set are needed (Abreu and Sannikov 2014, theorem 1).
    """
    now, delta = stage.payoffs[key], stage.discount
    ahead = (1 - delta) / delta
    least = [worst[k] + ahead * stage.gains[key][k] for k in (0, 1)]
    if all(now[k] >= least[k] for k in (0, 1)):
        yield now
        return
    promised = polygon
    for axis in (0, 1):
        promised = _cut(promised, (Fraction(1 - axis), Fraction(axis)), least[axis])
    for point in promised:
        if any(point[k] == least[k] for k in (0, 1)):
            x, y = point
            yield (1 - delta) * now[0] + delta * x, (1 - delta) * now[1] + delta * y


def _simplest(polygon: Polygon, near: Fraction) -> Polygon:
    """Return a polygon with the simplest fractions close to its corners."""
    return _hull(
        (simplest_between(x - near, x + near), simplest_between(y - near, y + near))
        for x, y in polygon
    )


def _drawn_together(polygon: Polygon, parts: int) -> Polygon:
    """Return a polygon drawn towards its middle by one part in `parts`, on the grid."""
    if not polygon:
        return ()
    middle = _middle(polygon)
    return _hull(_towards(p, middle, parts) for p in polygon)


def _towards(point: Point, middle: Point, parts: int) -> Point:
    """Return a point on the grid one part in `parts` of the way to the middle."""
    x, y = (_nearest(a + (b - a) / parts) for a, b in zip(point, middle, strict=True))
    return x, y


def _generates_itself(polygon: Polygon, stage: _Stage) -> bool:
    hull = _hull(_image(polygon, stage))
    return all(_inside(point, hull) for point in polygon)


def _image(polygon: Polygon, stage: _Stage) -> list[Point]:
    worst = (min(p[0] for p in polygon), min(p[1] for p in polygon))
    return [p for key in stage.payoffs for p in _generated(key, polygon, worst, stage)]


def _from_inside(polygon: Polygon, stage: _Stage) -> Polygon:
    """Grow a set that generates itself; every step stays within what the last one generates."""
    for _ in range(MOST_STEPS):
        image = _hull(_image(polygon, stage))
        grown = _hull([*polygon, *(_short_of(point, image) for point in image)])
        moved = max((_distance(point, polygon) for point in grown), default=Fraction(0))
        polygon = grown
        if moved < _STILL:
            break
    return polygon


def _short_of(point: Point, hull: Polygon) -> Point:
    """Return a point of the hull with short coordinates close to a corner of it."""
    if all(c.denominator <= _GRID for c in point):
        return point
    middle = _middle(hull)
    for parts in (2**36, 2**30, 2**20):
        near = _towards(point, middle, parts)
        if _inside(near, hull):
            return near
    return point


def _middle(polygon: Polygon) -> Point:
    x, y = (sum((p[k] for p in polygon), Fraction(0)) / len(polygon) for k in (0, 1))
    return x, y


def _nearest(number: Fraction) -> Fraction:
    return Fraction(round(number * _GRID), _GRID)


def _rounded_up(number: Fraction) -> Fraction:
    return Fraction(-((-number.numerator * _GRID) // number.denominator), _GRID)


# -- polygons: corners in counterclockwise order; a point and a segment are polygons, too ---------


def _hull(points: Iterable[Point]) -> Polygon:
    """Return the corners of the convex hull (Andrew 1979)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return tuple(ordered)
    halves: list[list[Point]] = []
    for line in (ordered, ordered[::-1]):
        half: list[Point] = []
        for p in line:
            while len(half) > 1 and _turn(half[-2], half[-1], p) <= 0:
                half.pop()
            half.append(p)
        halves.append(half[:-1])
    return tuple(halves[0] + halves[1])


def _turn(a: Point, b: Point, c: Point) -> Fraction:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _cut(polygon: Polygon, normal: Point, bound: Fraction) -> Polygon:
    """Return the part of a polygon where normal . w >= bound."""
    if not polygon:
        return ()
    heights = [normal[0] * x + normal[1] * y - bound for x, y in polygon]
    kept: list[Point] = []
    pairs = list(zip(polygon, heights, strict=True))
    for (p, here), (q, there) in zip(pairs, [*pairs[1:], pairs[0]], strict=True):
        if here >= 0:
            kept.append(p)
        if (here > 0 > there) or (here < 0 < there):
            t = here / (here - there)
            kept.append((p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])))
    return _hull(kept)


def _furthest(points: Iterable[Point], normal: Point) -> Fraction:
    return max(normal[0] * x + normal[1] * y for x, y in points)


def _inside(point: Point, polygon: Polygon) -> bool:
    """Tell whether a point lies in a polygon, its border included."""
    if len(polygon) < 3:
        return point in polygon or (
            len(polygon) == 2
            and _turn(*polygon, point) == 0
            and min(polygon) <= point <= max(polygon)
        )
    return all(_turn(a, b, point) >= 0 for a, b in itertools.pairwise((*polygon, polygon[0])))


def _distance(point: Point, polygon: Polygon) -> Fraction:
    """Return how far a point lies outside a polygon, at most (in the larger coordinate)."""
    if polygon and _inside(point, polygon):
        return Fraction(0)
    if not polygon:
        return max(map(abs, point)) + 1
    return min(max(abs(point[0] - x), abs(point[1] - y)) for x, y in polygon)
