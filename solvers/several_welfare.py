r"""The first best of a crowd with several choices: where total payoffs are largest.

Steps
-----
1. *Continuum*: total payoffs, :math:`\sum_a x_a u_a(x)` and the surpluses of bystanders, are one
   polynomial on the simplex. Inside each face it is largest where its gradient is zero: these
   systems are solved by Gröbner bases (`pigou.solvers.variety`). Where infinitely many points solve
   one, and these form an affine set, it is constant there and the boundary of the face has such
   points too.
2. *N members*: total payoffs :math:`\sum_a m_a u_a(m - e_a)` are a polynomial in counts. Boxes of
   counts are divided; one goes if a bound from the Taylor form about its middle is below the best
   value that was found. If total payoffs are quadratic and strictly concave, the tangent at the
   middle is a bound too, and a closer one. A box of one profile is exact.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from flint import fmpq, fmpq_mat

from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.solvers.face_signs import Oracle, signs_of
from pigou.solvers.several_choices import Crowd, in_shares
from pigou.solvers.several_counts import Bounds, Box
from pigou.solvers.simplex_points import Rest, ring_of_systems, whole
from pigou.solvers.variety import rational_point, solve_system

__all__ = ["SeveralOptimum", "best_of_several", "stationary"]

MOST_BOXES, MOST_DEGREE, MOST_LISTED = 20_000, 64, 5


class SeveralOptimum(NamedTuple):
    """The largest total payoffs, and where they are taken, as shares or counts of all choices.

    Attributes
    ----------
    welfare : Enclosure
    places : list of tuple of Enclosure
        Up to five, where several tie as far as can be told.
    """

    welfare: Enclosure
    places: list[tuple[Enclosure, ...]]


def best_of_several(crowd: Crowd) -> SeveralOptimum:
    """Return where payoffs and surpluses before transfers are largest in total.

    Raises
    ------
    StructureError
        If they are no polynomial, or the largest value could not be settled.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> cars = [Player("car", size=10**9)]
    >>> payoffs = {"car": "if(go == a, 1 - mean(go == a), if(go == b, 2/3 - mean(go == b), 1/6))"}
    >>> game = Game("roads", cars, [Move("go", "car", {"a": 0, "b": 1, "c": 2})], payoffs)
    >>> best = best_of_several(crowd_of(game, {}))
    >>> [[str(count) for count in place] for place in best.places], best.welfare.value
    ([['416666667', '250000000', '333333333']], 402777777.77...)
    """
    plain = replace(crowd, game=replace(crowd.game, transfers=()))
    return _of_shares(plain) if crowd.size is None else _of_counts(plain)


def _welfare(crowd: Crowd, support: tuple[int, ...]) -> Any:
    """Return total payoffs on a face as a polynomial in shares, or in counts of all."""

    def oracle(f: Any) -> frozenset[int]:
        scaled = f if crowd.size is None else in_shares(f, crowd.size)
        return signs_of(scaled, closed=True)

    payoff = crowd.game.payoff(crowd.player)
    parts = [crowd.formula(b.surplus, support, None, oracle) for b in crowd.game.bystanders]
    tops = [part.top for part in parts if part.bottom.is_one()]
    total: Any = None
    rest: Any = None
    for place, own in enumerate(support):
        value = crowd.formula(payoff, support, own, _inside(crowd, oracle))
        if not value.bottom.is_one():
            raise StructureError("total payoffs are no polynomial")
        gens = list(value.top.context().gens())[: len(support) - 1]
        all_ = value.top.context().constant(1 if crowd.size is None else crowd.size)
        rest = all_ - sum(gens, all_ * 0) if rest is None else rest
        count = rest if place == 0 else gens[place - 1]
        top = value.top
        if crowd.size is not None and place:
            every = value.top.context().gens()
            top = top.compose(*(x - int(k == place - 1) for k, x in enumerate(every)))
        total = count * top if total is None else total + count * top
    if len(tops) < len(parts):
        raise StructureError("total payoffs are no polynomial")
    return sum(tops, total)


def _inside(crowd: Crowd, oracle: Oracle) -> Oracle:
    """Return the oracle for one of N members, who sees the counts of the others."""
    if crowd.size is None:
        return oracle
    others = crowd.size - 1
    return lambda f: signs_of(in_shares(f, others), closed=True)


# -- a continuum --------------------------------------------------------------------------------


def _of_shares(crowd: Crowd) -> SeveralOptimum:
    number = len(crowd.labels)
    found: list[tuple[Enclosure, Rest]] = []
    for size in range(1, number + 1):
        for support in itertools.combinations(range(number), size):
            polynomial = _welfare(crowd, support)
            for rest in stationary(support, polynomial):
                point = rest.point
                value = point.enclosure(point.element(whole(polynomial)))
                found.append((value * Enclosure.point(_scale(polynomial)), rest))
    top = max(value.lower for value, _ in found)
    best = [(value, rest) for value, rest in found if value.upper >= top]
    welfare = Enclosure(top, max(value.upper for value, _ in best))
    return SeveralOptimum(welfare, [rest.shares(number) for _, rest in best[:MOST_LISTED]])


def _scale(polynomial: Any) -> Fraction:
    """Return what the whole multiple of a polynomial has to be multiplied by."""
    terms = polynomial.to_dict().values()
    return Fraction(1, math.lcm(*(int(c.q) for c in terms)) if terms else 1)


def stationary(support: tuple[int, ...], polynomial: Any) -> Iterator[Rest]:
    """Yield the points inside a face at which a polynomial has no slope.

    Raises
    ------
    StructureError
        If there are infinitely many that are not an affine set, or too many.

    Examples
    --------
    >>> from pigou.solvers.face_signs import face_ring
    >>> x, y = face_ring(2).gens()
    >>> found = stationary((0, 1, 2), x * (1 - 2 * x) + y * (1 - 2 * y))
    >>> [[str(share) for share in rest.shares(3)] for rest in found]
    [['1/2', '1/4', '1/4']]
    """
    if len(support) == 1:
        yield Rest(support, rational_point([Fraction(0)]), frozenset())
        return
    slopes = [polynomial.derivative(k) for k in range(len(support) - 1)]
    factors = [[f for f, _ in s.factor()[1]] if not s.is_zero() else [s] for s in slopes]
    ring = ring_of_systems(len(support) - 1)
    for system in itertools.product(*factors):
        distinct = list({str(f): f for f in system if not f.is_zero()}.values())
        if math.prod(int(f.total_degree()) for f in distinct) > MOST_DEGREE:
            raise StructureError("total payoffs are of too high a degree")
        solved = solve_system(ring, [whole(f) for f in distinct])
        affine = all(f.total_degree() <= 1 for f in distinct)
        if solved.refused or not (solved.finite or affine):
            raise StructureError("infinitely many shares may be best, or too many have no slope")
        for point in solved.points:
            rest = Rest(support, point, frozenset())
            if all(point.sign_of(e) == 1 for e in rest.elements):
                yield rest


# -- N members ----------------------------------------------------------------------------------


def _of_counts(crowd: Crowd) -> SeveralOptimum:
    assert crowd.size is not None
    size, every = crowd.size, tuple(range(len(crowd.labels)))
    limit = _Limit(_welfare(crowd, every), size)
    best: Any = None
    ties: list[tuple[int, ...]] = []
    start = ((0, size),) * (len(every) - 1)
    stack: list[tuple[Any, int, Box]] = [(-limit.most(start), 0, start)]
    number = itertools.count(1)
    for _ in range(MOST_BOXES):
        if not stack:
            break
        most, _, box = heapq.heappop(stack)
        if best is not None and (-most < best or (-most == best and len(ties) == MOST_LISTED)):
            stack = []
            break
        value, row = _tried(limit, box, size)
        if best is None or value > best:
            best, ties = value, []
        if value == best and row not in ties and len(ties) < MOST_LISTED:
            ties.append(row)
        for half in _halves(box, size):
            heapq.heappush(stack, (-limit.most(half), next(number), half))
    if stack:
        raise StructureError("the largest total payoffs could not be settled")
    welfare = Enclosure.point(Fraction(int(best.p), int(best.q)))
    places = [tuple(map(Enclosure.point, (size - sum(row), *row))) for row in ties]
    return SeveralOptimum(welfare, places)


class _Limit(Bounds):
    """A polynomial in counts, and the most that it may be on boxes."""

    def __init__(self, polynomial: Any, size: int):
        super().__init__(polynomial)
        self.size = size
        self.slopes = [polynomial.derivative(k) for k in range(len(self.gens))]
        self.is_concave = self.degree == 2 and _is_positive_definite(
            [[-_number(s.derivative(k)) for k in range(len(self.gens))] for s in self.slopes]
        )

    def most(self, box: Box) -> Any:
        """Return an upper bound on a box of counts, of those with a sum of at most the size."""
        if not self.is_concave:
            return self.on(box)[1]
        left = self.size - sum(low for low, _ in box)
        part = min(fmpq(1, 2), fmpq(left, sum(high - low for low, high in box) or 1))
        anchor = [low + part * (high - low) for low, high in box]
        total = self.polynomial(*anchor)
        slopes = [slope(*anchor) for slope in self.slopes]
        for slope, (low, _), here in zip(slopes, box, anchor, strict=True):
            total += slope * (low - here)
        for slope, (low, high) in sorted(zip(slopes, box, strict=True), reverse=True):
            more = min(left, high - low)  # the tangent is largest where the steepest go first
            total, left = total + max(slope, fmpq(0)) * more, left - more
        return total


def _number(constant: Any) -> Any:
    return constant.leading_coefficient() if constant else fmpq(0)


def _is_positive_definite(rows: list[list[Any]]) -> bool:
    """Whether all leading minors are positive (Sylvester)."""
    sizes = range(1, len(rows) + 1)
    return all(fmpq_mat([row[:n] for row in rows[:n]]).det() > 0 for n in sizes)


def _halves(box: Box, size: int) -> Iterator[Box]:
    """Yield the halves of a box, cut to where the counts sum to at most the size."""
    widths = [high - low for low, high in box]
    k = widths.index(max(widths))
    if not widths[k]:
        return
    middle = sum(box[k]) // 2
    for half in ((box[k][0], middle), (middle + 1, box[k][1])):
        new = (*box[:k], half, *box[k + 1 :])
        lows = sum(low for low, _ in new)
        if lows <= size:
            yield tuple((low, min(high, size - lows + low)) for low, high in new)


def _tried(limit: _Limit, box: Box, size: int) -> tuple[Any, tuple[int, ...]]:
    """Return the value at a profile in a box: next to the middle, or at the lowest counts."""
    row = tuple((low + high) // 2 for low, high in box)
    if sum(row) > size:
        row = tuple(low for low, _ in box)
    return limit.polynomial(*map(fmpq, row)), row
