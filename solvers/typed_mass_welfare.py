r"""The first best of a continuum of several types: where total payoffs are largest.

With :math:`n_t` the mass of the members of type t who take the second choice, of :math:`\mu_t`, and
:math:`x = \sum_t n_t`, welfare is as in a large population (`pigou.solvers.typed_welfare`), with
masses in place of counts: given x it is linear in the :math:`n_t`, so that these are filled up in
order of what each adds, :math:`d_t(x)`.

Steps
-----
1. [0, 1] is cut where what somebody has, gains or adds changes its formula or its sign, where two
   types add the same, and where types are filled up: all isolated exactly
   (`pigou.solvers.mean_field`).
2. Between two cuts welfare is a ratio of polynomials in x, largest at a root of its derivative or
   towards an end. At every cut it is read anew: it may jump there.
3. Whether a place is an equilibrium is decided from the signs of what each type gains there: the
   masses that are best and those that nobody wants to change are boxes with the same total.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from flint import fmpq, fmpq_poly

from pigou.exact import Enclosure
from pigou.solvers.mean_field import Reader, Spot, between, cuts_within, pieces_of, spot_at
from pigou.solvers.rational import Ratio
from pigou.solvers.several_types import attributes_of
from pigou.solvers.typed_mean_field import Masses, compared, members_alike, sorted_spots, with_roots
from pigou.solvers.typed_welfare import planned

__all__ = ["MassOptimum", "best_masses"]

Box = tuple[list[Fraction], list[Fraction]]
"""The least and the largest mass of each type."""


class MassOptimum(NamedTuple):
    """The largest total payoffs, where they are reached, and whether they are at all.

    Attributes
    ----------
    welfare : Enclosure
    shares : list of tuple of Enclosure
        Parts of each type that take the second choice; several where they tie, as far as can be
        told.
    attained : bool
        If not, total payoffs come as close as one likes next to these.
    is_equilibrium : bool
        Whether nobody wants to change at one of the places where they are reached.
    """

    welfare: Enclosure
    shares: list[tuple[Enclosure, ...]]
    attained: bool
    is_equilibrium: bool


class _Place(NamedTuple):
    """A share, welfare there, and the rows in which types are filled up; or the limit next to it.

    Attributes
    ----------
    inside : tuple of Spot or None
        The cuts between which every share is as good.
    """

    value: Enclosure
    spot: Spot
    ranked: list[list[int]]
    attained: bool
    inside: tuple[Spot, Spot] | None = None


def best_masses(about: Masses) -> MassOptimum:
    """Return where payoffs and surpluses before transfers are largest in total.

    Raises
    ------
    StructureError
        If a bystander's surplus depends in another way than linearly on which types take a choice,
        a payoff is not rational in the share, piece by piece, or two cuts cannot be told apart.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Game, Move, Player, Type
    >>> from pigou.solvers.typed_mean_field import masses_of
    >>> types = [Type("a", "1/4", {"c": 0}), Type("b", "3/4", {"c": "1/5"})]
    >>> moves = [Move("go", "x", {"no": 0, "yes": 1})]
    >>> cars = Player("x", size=sp.oo, types=types)
    >>> best = best_masses(masses_of(Game("road", [cars], moves, {"x": "go*(1-mean(go)-c)"}), {}))
    >>> str(best.welfare), [[str(y) for y in row] for row in best.shares], best.is_equilibrium
    ('21/100', [['1', '1/5']], False)
    """
    planner = _Planner(about)
    places = list(planner.places())
    top = max(place.value.lower for place in places)
    best = [place for place in places if place.value.upper >= top]
    attained = [place for place in best if place.attained]
    welfare = Enclosure(top, max(place.value.upper for place in best))
    rows = [row for place in attained or best for row in planner.filled(place)]
    reached = any(planner.is_equilibrium(place) for place in attained)
    return MassOptimum(welfare, list(dict.fromkeys(rows)), bool(attained), reached)


class _Planner:
    """A planner who chooses how much of each type takes the second choice."""

    def __init__(self, about: Masses):
        self.about = about
        types = {kind.name: kind for kind in about.game.players[0].types}
        rows = [attributes_of(types[name], about.at) for name in about.names]
        own, rest = planned(about.game, about.at, about.sizes, rows)
        self.kinds = [members_alike(about.game, about.at, own, row) for row in rows]
        self.rest = members_alike(about.game, about.at, rest, {})
        self.spots = self.cuts()

    def cuts(self) -> list[Spot]:
        """Return cuts between which nothing changes but the share."""
        found = [
            spot
            for mass in (*self.kinds, self.rest)
            for choice in (0, 1)
            for spot in pieces_of(mass, functools.partial(_has, own=choice))[0]
        ]
        for kind in self.about.kinds:
            found += with_roots(*pieces_of(kind, Reader.gain))
        for taken in itertools.product((0, 1), repeat=len(self.about.sizes)):
            mass = sum((n * m for n, m in zip(taken, self.about.sizes, strict=True)), Fraction(0))
            found.append(spot_at(fmpq(mass.numerator, mass.denominator)))
        spots = sorted_spots(found)
        for low, high in itertools.pairwise(list(spots)):
            adds = self.adds(between(low, high))
            for one, other in itertools.combinations(adds, 2):
                spots += cuts_within((one - other).sign, low, high)
        return sorted_spots(spots)

    def adds(self, spot: Spot) -> list[Ratio]:
        """Return what a member of each type adds by the second choice, next to a share."""
        return [Reader(kind, spot).gain() for kind in self.kinds]

    def places(self) -> Iterator[_Place]:
        """Yield where welfare may be largest."""
        for spot in self.spots:
            welfare, ranked = self.welfare(spot)
            yield _Place(welfare.at(spot.root), spot, ranked, True)
        for low, high in itertools.pairwise(self.spots):
            middle = between(low, high)
            welfare, ranked = self.welfare(middle)
            for end in (low, high):
                yield _Place(welfare.at(end.root), end, ranked, False)
            for spot in cuts_within(welfare.slope, low, high):
                yield _Place(welfare.at(spot.root), spot, ranked, True)
            if welfare.is_constant:
                yield _Place(welfare.at(middle.root), middle, ranked, True, (low, high))

    def welfare(self, spot: Spot) -> tuple[Ratio, list[list[int]]]:
        """Return total payoffs around a share, and the types in the order that is best."""
        adds = self.adds(spot)
        ranked = _ranked(adds, spot)
        total = _has(Reader(self.rest, spot), 0)
        for kind, mass in zip(self.kinds, self.about.sizes, strict=True):
            total += _number(mass) * _has(Reader(kind, spot), 0)
        filled = Fraction(0)
        for group in ranked:
            after = filled + sum((self.about.sizes[t] for t in group), Fraction(0))
            if compared(spot, after) <= 0:
                return total + (_SHARE - _number(filled)) * adds[group[0]], ranked
            for t in group:
                total += _number(self.about.sizes[t]) * adds[t]
            filled = after
        raise AssertionError("masses sum to 1")

    def filled(self, place: _Place) -> Iterator[tuple[Enclosure, ...]]:
        """Yield the part of each type that takes the second choice: the corners of what is best."""
        orders = (itertools.permutations(group) for group in place.ranked)
        for row in itertools.product(*orders):
            parts: dict[int, Enclosure] = {}
            filled = Fraction(0)
            for t in itertools.chain.from_iterable(row):
                mass = self.about.sizes[t]
                parts[t] = Enclosure.point(1)
                if compared(place.spot, filled + mass) < 0:
                    part = (place.spot.share - Enclosure.point(filled)) / Enclosure.point(mass)
                    empty = compared(place.spot, filled) <= 0
                    parts[t] = Enclosure.point(0) if empty else part
                filled += mass
            yield tuple(parts[t] for t in range(len(parts)))

    def is_equilibrium(self, place: _Place) -> bool:
        """Whether nobody wants to change at a place where welfare is largest, or near it inside."""
        (least, most), (low, high) = self.best_box(place), self.content_box(place.spot)
        least = [max(a, b) for a, b in zip(least, low, strict=True)]
        most = [min(a, b) for a, b in zip(most, high, strict=True)]
        if any(a > b for a, b in zip(least, most, strict=True)):
            return False
        first, last = place.inside or (place.spot, place.spot)
        lowest = compared(last, sum(least, Fraction(0)))
        highest = compared(first, sum(most, Fraction(0)))
        if place.inside is not None:
            return lowest > 0 > highest
        return lowest >= 0 >= highest

    def best_box(self, place: _Place) -> Box:
        """Return the masses that are best at a share, but for their total."""
        sizes = self.about.sizes
        least, most = [Fraction(0)] * len(sizes), [Fraction(0)] * len(sizes)
        filled = Fraction(0)
        for group in place.ranked:
            after = filled + sum((sizes[t] for t in group), Fraction(0))
            for t in group:
                least[t] = sizes[t] if compared(place.spot, after) >= 0 else Fraction(0)
                most[t] = sizes[t] if compared(place.spot, filled) > 0 else Fraction(0)
            filled = after
        return least, most

    def content_box(self, spot: Spot) -> Box:
        """Return the masses at which nobody wants to change at a share, but for their total."""
        least, most = [], []
        for kind, mass in zip(self.about.kinds, self.about.sizes, strict=True):
            gain = Reader(kind, spot).gain().sign
            sign = 0 if gain.is_zero() else spot.sign(gain)
            least.append(mass if sign > 0 else Fraction(0))
            most.append(Fraction(0) if sign < 0 else mass)
        return least, most


def _has(reader: Reader, own: int) -> Ratio:
    return reader.expected(reader.about.game.payoff(reader.about.player), own)


def _number(number: Fraction) -> Ratio:
    return Ratio(fmpq(number.numerator, number.denominator))


_SHARE = Ratio(fmpq_poly([0, 1]))


def _ranked(adds: Sequence[Ratio], spot: Spot) -> list[list[int]]:
    """Return types by what they add at a share, the most first, those that add as much together."""

    def compared(one: int, other: int) -> int:
        return spot.sign((adds[other] - adds[one]).sign)

    order = sorted(range(len(adds)), key=functools.cmp_to_key(compared))
    found: list[list[int]] = []
    for t in order:
        if found and compared(found[-1][0], t) == 0:
            found[-1].append(t)
        else:
            found.append([t])
    return found
