r"""All equilibria of a continuum of members of several types with two choices.

The members of type t have mass :math:`\mu_t`, with :math:`\sum_t \mu_t = 1`, and a part
:math:`y_t` of them takes the second choice. What they gain by it, :math:`\Delta_t(x)`, depends on
their type and on the share :math:`x = \sum_t \mu_t y_t` of all who take it. It is an equilibrium
iff for every type

.. math:: \Delta_t(x) > 0 \Rightarrow y_t = 1, \qquad \Delta_t(x) < 0 \Rightarrow y_t = 0.

Steps
-----
1. [0, 1] is cut where a condition in a payoff of some type changes and where the gain of one is
   zero, all isolated exactly (`pigou.solvers.mean_field`). Signs are the same between the cuts.
2. Between two cuts where nobody is indifferent, x has to be the mass c of those who gain.
3. At a cut, and between cuts where some types gain exactly nothing, these fill up what is missing:
   :math:`x - c = \sum_{t \text{ indifferent}} \mu_t y_t`, a polytope, given by its corners. At a
   corner all but one of these types do the same.

A pure profile from which every type would lose is stable under best-response dynamics if signs are
the same next to it, and a profile in which one type is indifferent if its gain falls through it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import fmpq, fmpq_poly

from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.game import Game, Player
from pigou.solvers.mean_field import Mass, Reader, Spot, between, cuts_within, pieces_of, same_spot
from pigou.solvers.several_types import MOST_TYPES, alike, attributes_of, rational, two_choices

__all__ = [
    "Masses", "TypedMeanField", "TypedRest", "masses_of", "members_alike", "typed_mean_field",
]  # fmt: skip


class Masses(NamedTuple):
    """A continuum of several types with two choices, and nobody else who moves.

    Attributes
    ----------
    names : tuple of str
    sizes : tuple of Fraction
        The mass of each type, above 0; they sum to 1.
    kinds : tuple of Mass
        For each type, a continuum of members alike who gain what it does.
    """

    game: Game
    at: Mapping[str, Fraction]
    player: str
    move: str
    labels: tuple[str, str]
    names: tuple[str, ...]
    sizes: tuple[Fraction, ...]
    kinds: tuple[Mass, ...]


class TypedRest(NamedTuple):
    """A part of each type that takes the second choice, such that nobody wants to change.

    Attributes
    ----------
    shares : tuple of Enclosure
    share : Enclosure
        Of all members.
    strict : bool
        Whether every type would lose by changing.
    falls : bool or None
        Whether it is stable; None where that was not decided.
    """

    shares: tuple[Enclosure, ...]
    share: Enclosure
    strict: bool
    falls: bool | None


class TypedMeanField(NamedTuple):
    """All such profiles: isolated ones and corners, the sets by places of corners, open ends.

    Attributes
    ----------
    rests : list of TypedRest
    sets : list of tuple of (int, list of int)
        The dimension of each set, and the places of its corners among the rests.
    unresolved : list of str
    cuts : int
    """

    rests: list[TypedRest]
    sets: list[tuple[int, list[int]]]
    unresolved: list[str]
    cuts: int


def masses_of(game: Game, at: Mapping[str, Fraction]) -> Masses | None:
    """Return the continuum of a game if it has types and two choices and moves alone, else None.

    Raises
    ------
    DeclarationError
        If masses are negative or do not sum to 1.
    StructureError
        If there are more than four types, or a payoff depends on which types take a choice.

    Examples
    --------
    >>> from pigou import Move, Type
    >>> types = [Type("near", "1/3", {"c": 0}), Type("far", "2/3", {"c": 1})]
    >>> firms = Player("x", size=sp.oo, types=types)
    >>> game = Game("road", [firms], [Move("go", "x", {"no": 0, "yes": 1})], {"x": "go*(1/2 - c)"})
    >>> masses_of(game, {}).sizes
    (Fraction(1, 3), Fraction(2, 3))
    """
    if not two_choices(game) or game.players[0].size != sp.oo or not game.players[0].types:
        return None
    (player,), (move,) = game.players, game.moves
    sizes = [
        rational(t.size, at, f"mass of type '{t.name}' of '{player.name}'") for t in player.types
    ]
    if min(sizes) < 0 or sum(sizes) != 1:
        raise DeclarationError(
            f"the masses of the types of '{player.name}' are {', '.join(map(str, sizes))}; they "
            "must not be negative and must sum to 1"
        )
    present = [(kind, mass) for kind, mass in zip(player.types, sizes, strict=True) if mass]
    if len(present) > MOST_TYPES:
        raise StructureError(
            f"game '{game.name}': '{player.name}' has {len(present)} types; at most {MOST_TYPES} "
            "are solved in a continuum: join types, or set the mass of some to 0"
        )
    rows = [attributes_of(kind, at) for kind, _ in present]
    weights = tuple(mass for _, mass in present)
    formula = alike(game, game.payoff(player.name), at, weights, rows)
    kinds = tuple(members_alike(game, at, formula, row) for row in rows)
    names = tuple(kind.name for kind, _ in present)
    return Masses(game, at, player.name, move.name, kinds[0].labels, names, weights, kinds)


def members_alike(
    game: Game, at: Mapping[str, Fraction], formula: sp.Expr, row: Mapping[str, Fraction]
) -> Mass:
    """Return a continuum of members alike, with the attributes of one type.

    Parameters
    ----------
    game : Game
        One continuum with two choices.
    at : mapping of str to Fraction
    formula : sympy expression
        What a member has, as of members alike (`pigou.solvers.several_types.alike`).
    row : mapping of str to Fraction
        The attributes of the type.

    Examples
    --------
    >>> from pigou import Move, Type
    >>> firms = Player("x", size=sp.oo, types=[Type("near", 1, {"c": 2})])
    >>> game = Game("road", [firms], [Move("go", "x", {"no": 0, "yes": 1})], {"x": "go*(1/2 - c)"})
    >>> members_alike(game, {}, game.payoff("x"), {"c": Fraction(2)}).game.payoff("x")
    -3*go/2
    """
    (player,), (move,) = game.players, game.moves
    own = {symbol(n): sp.Rational(v.numerator, v.denominator) for n, v in row.items()}
    plain = replace(
        game,
        players=(Player(player.name, size=sp.oo),),
        payoffs={player.name: formula.xreplace(own)},
        bystanders=(),
        transfers=(),
    )
    first, second = move.choice.labels
    return Mass(plain, at, player.name, move.name, (first, second))


def typed_mean_field(about: Masses) -> TypedMeanField:
    """Return every equilibrium of a continuum of several types.

    Examples
    --------
    >>> from pigou import Move, Type
    >>> types = [Type("near", "1/3", {"c": "1/4"}), Type("far", "2/3", {"c": "1/2"})]
    >>> firms = Player("x", size=sp.oo, types=types)
    >>> moves = [Move("go", "x", {"no": 0, "yes": 1})]
    >>> game = Game("road", [firms], moves, {"x": "go*(mean(go) - c)"})
    >>> found = typed_mean_field(masses_of(game, {}))
    >>> [[str(y) for y in rest.shares] for rest in found.rests]
    [['0', '0'], ['3/4', '0'], ['1', '0'], ['1', '1/4'], ['1', '1']]
    >>> [rest.falls for rest in found.rests]
    [True, False, True, False, True]
    """
    search = _Search(about)
    for place, spot in enumerate(search.spots):
        search.at_cut(place, spot)
        if place + 1 < len(search.spots):
            search.between(place)
    search.join()
    return TypedMeanField(search.rests, search.sets, search.open, len(search.spots))


class _Search:
    """The search over the shares of all members."""

    def __init__(self, about: Masses):
        self.about = about
        pieces = [pieces_of(kind, Reader.gain) for kind in about.kinds]
        met = [spot for spots, gains in pieces for spot in with_roots(spots, gains)]
        self.spots = sorted_spots(met)
        self.samples = [between(a, b) for a, b in itertools.pairwise(self.spots)]
        self.inside = [[self.sign(t, s) for t in range(len(pieces))] for s in self.samples]
        self.rests: list[TypedRest] = []
        self.sets: list[tuple[int, list[int]]] = []
        self.flat: list[tuple[int, list[tuple[Enclosure, ...]]]] = []
        self.open: list[str] = []

    def sign(self, t: int, spot: Spot) -> int:
        """Return the sign of what a type gains at a share."""
        gain = Reader(self.about.kinds[t], spot).gain().sign
        return 0 if gain.is_zero() else spot.sign(gain)

    def split(self, signs: Sequence[int]) -> tuple[Fraction, list[int]]:
        """Return the mass of the types that gain, and the types that are indifferent."""
        surely = sum(
            (m for m, s in zip(self.about.sizes, signs, strict=True) if s > 0), Fraction(0)
        )
        return surely, [t for t, sign in enumerate(signs) if sign == 0]

    def profile(self, signs: Sequence[int], ends: Mapping[int, Enclosure]) -> tuple[Enclosure, ...]:
        return tuple(
            ends[t] if t in ends else Enclosure.point(int(sign > 0)) for t, sign in enumerate(signs)
        )

    # -- at a cut -------------------------------------------------------------------------------

    def at_cut(self, place: int, spot: Spot) -> None:
        signs = [self.sign(t, spot) for t in range(len(self.about.sizes))]
        surely, free = self.split(signs)
        corners = list(dict.fromkeys(self.corners(spot, surely, free)))
        places = []
        for ends in corners:
            shares = self.profile(signs, dict(ends))
            falls = self.falls(place, signs, free, dict(ends))
            places.append(len(self.rests))
            self.rests.append(TypedRest(shares, spot.share, not free, falls))
        if len(corners) > 1:
            self.sets.append((len(free) - 1, places))

    def corners(
        self, spot: Spot, surely: Fraction, free: Sequence[int]
    ) -> Iterable[tuple[tuple[int, Enclosure], ...]]:
        """Yield the corners of what indifferent types may do at a share of all."""
        if not free:
            if compared(spot, surely) == 0:
                yield ()
            return
        for last in free:
            others, mass = [t for t in free if t != last], self.about.sizes[last]
            for row in itertools.product((0, 1), repeat=len(others)):
                taken = [m * self.about.sizes[t] for t, m in zip(others, row, strict=True)]
                base = surely + sum(taken, Fraction(0))
                low, high = compared(spot, base), compared(spot, base + mass)
                if low < 0 or high > 0:
                    continue
                part = (spot.share - Enclosure(base, base)) * Enclosure(1 / mass, 1 / mass)
                part = Enclosure.point(0) if low == 0 else Enclosure.point(1) if high == 0 else part
                ends = {last: part} | {
                    t: Enclosure.point(m) for t, m in zip(others, row, strict=True)
                }
                yield tuple(sorted(ends.items()))

    def falls(
        self, place: int, signs: Sequence[int], free: Sequence[int], ends: Mapping[int, Enclosure]
    ) -> bool | None:
        """Whether an equilibrium at a cut is stable, from the signs next to it."""
        sides = [self.inside[i] for i in (place - 1, place) if 0 <= i < len(self.inside)]
        firm = [t for t in range(len(signs)) if t not in free]
        if len(free) > 1 or any(side[t] != signs[t] for side in sides for t in firm):
            return None
        if not free:
            return True
        (t,) = free
        if len(sides) < 2 or (ends[t].is_exact and ends[t].lower in (0, 1)):
            return None
        before, after = (side[t] for side in sides)
        return True if before > 0 > after else False if before < 0 < after else None

    # -- between two cuts -----------------------------------------------------------------------

    def between(self, place: int) -> None:
        low, high = self.spots[place : place + 2]
        signs = self.inside[place]
        surely, free = self.split(signs)
        ends = [Enclosure.point(0), Enclosure.point(1)]
        corners = []
        for row in itertools.product(range(2), repeat=len(free)):
            total = surely + sum(
                (m * self.about.sizes[t] for t, m in zip(free, row, strict=True)), Fraction(0)
            )
            if compared(low, total) < 0 < compared(high, total):
                shares = self.profile(signs, {t: ends[m] for t, m in zip(free, row, strict=True)})
                corners.append(shares)
                share = Enclosure(total, total)
                self.rests.append(TypedRest(shares, share, not free, None if free else True))
        if free:
            for spot in (low, high):
                corners += [self.profile(signs, dict(c)) for c in self.corners(spot, surely, free)]
            whole = surely + sum((self.about.sizes[t] for t in free), Fraction(0))
            if compared(high, surely) > 0 > compared(low, whole):
                self.flat.append((len(free), list(dict.fromkeys(corners))))

    def join(self) -> None:
        """Name the corners of the sets between cuts, where they are equilibria themselves."""
        known = {rest.shares: place for place, rest in enumerate(self.rests)}
        for size, corners in self.flat:
            if all(shares in known for shares in corners):
                self.sets.append((size, [known[shares] for shares in corners]))
            else:
                rows = "; ".join(", ".join(map(str, shares)) for shares in corners)
                self.open.append(
                    f"every profile strictly between parts of {', '.join(self.about.names)}: {rows}"
                )
        inside = [set(places) for _, places in self.sets]
        self.sets = [
            one
            for one, own in zip(self.sets, inside, strict=True)
            if not any(own < b for b in inside)
        ]


def compared(spot: Spot, number: Fraction) -> int:
    """Return the sign of a share less a number."""
    return spot.sign(fmpq_poly([fmpq(-number.numerator, number.denominator), 1]))


def with_roots(spots: Sequence[Spot], gains: Sequence[Any]) -> list[Spot]:
    """Return cuts of [0, 1] and the roots of what is gained between them."""
    found = list(spots)
    for gain, low, high in zip(gains, spots, spots[1:], strict=False):
        found += cuts_within(gain.sign, low, high)
    return found


def sorted_spots(spots: Sequence[Spot]) -> list[Spot]:
    """Return shares in order, each one time.

    Raises
    ------
    StructureError
        If two of them are too close to each other to be told apart.
    """
    found: list[Spot] = []
    for spot in sorted(spots, key=lambda s: (s.share.lower, s.share.upper)):
        if found and same_spot(found[-1], spot):
            continue
        if found and found[-1].share.overlaps(spot.share):
            raise StructureError(f"two cuts next to a share of {spot.share} cannot be told apart")
        found.append(spot)
    return found
