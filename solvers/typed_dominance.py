r"""Iterated strict dominance, and beliefs of those who are left, in a population of several types.

Two choices. What the second gains a member of type t depends on how many (or what share) of all
others take it; while both choices of its own type are left, that is any number from those who
surely do to those who may. The first is strictly dominated iff the second gains at each, the second
iff it loses at each. All that one round removes goes at once, as in `pigou.solvers.dominance`.

Where one type is left with a choice, it plays against itself: the number of its own members who
take the second choice is added to that of all who surely do.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from flint import fmpq, fmpq_poly

from pigou.exact import Enclosure
from pigou.solvers.laplacian import Laplacian
from pigou.solvers.mean_field import Mass, Reader, between, pieces_of_gain, spot_at
from pigou.solvers.piecewise import Piece, Piecewise
from pigou.solvers.several_types import Typed
from pigou.solvers.typed_mean_field import Masses, compared, sorted_spots, with_roots

__all__ = ["TypedRemoval", "laplacian_of_types", "typed_survivors"]


class TypedRemoval(NamedTuple):
    """A choice of one type that one round removes, by number."""

    round: int
    kind: int
    choice: int


def typed_survivors(
    about: Typed | Masses,
) -> tuple[tuple[tuple[int, ...], ...], tuple[TypedRemoval, ...]]:
    """Return the choices of each type that survive, and what was removed in which round.

    Examples
    --------
    >>> from pigou import Game, Move, Player, Type
    >>> from pigou.solvers.several_types import several_types
    >>> firms = Player("x", types=[Type("near", 10**9, {"c": 0}), Type("far", 9, {"c": "1/2"})])
    >>> moves = [Move("go", "x", {"no": 0, "yes": 1})]
    >>> game = Game("road", [firms], moves, {"x": "go*(mean(go) - c)"})
    >>> alive, gone = typed_survivors(several_types(game, {}))
    >>> alive, [tuple(one) for one in gone]
    (((1,), (1,)), [(1, 0, 0), (2, 1, 0)])
    """
    alive: list[tuple[int, ...]] = [(0, 1)] * len(about.kinds)
    removed: list[TypedRemoval] = []
    for number in itertools.count(1):
        low, high = _surely(about, alive), _perhaps(about, alive)
        now = []
        for t, left in enumerate(alive):
            signs = set(_signs(about, t, low, high)) if len(left) == 2 else set()
            if signs in ({1}, {-1}):
                now.append(TypedRemoval(number, t, int(signs == {-1})))
        for one in now:
            alive[one.kind] = (1 - one.choice,)
        removed += now
        if not now:
            break
    return tuple(alive), tuple(removed)


def laplacian_of_types(about: Typed | Masses) -> Laplacian:
    """Select the choice that is best against uniform beliefs for the one type left with both.

    Examples
    --------
    >>> from pigou import Game, Move, Player, Type
    >>> from pigou.solvers.several_types import several_types
    >>> firms = Player("x", types=[Type("near", 10, {"c": -1}), Type("far", 90, {"c": "1/2"})])
    >>> moves = [Move("go", "x", {"no": 0, "yes": 1})]
    >>> game = Game("road", [firms], moves, {"x": "go*(mean(go) - c)"})
    >>> found = laplacian_of_types(several_types(game, {}))
    >>> found.group, found.action, found.gain, found.turns_once
    (1, 1, 99/20, True)
    """
    alive, _ = typed_survivors(about)
    active = [t for t, left in enumerate(alive) if len(left) == 2]
    if not active:
        return Laplacian(only=True)
    if len(active) > 1 or (_sizes(about)[active[0]] == 1 and isinstance(about, Typed)):
        return Laplacian(silent="Laplacian selection is for one population with two choices")
    (t,) = active
    low, high = _surely(about, alive), _perhaps(about, alive)
    signs = _signs(about, t, low, high)
    gain: Any
    if isinstance(about, Masses):
        gain = _integral(about.kinds[t], low, high)
        sign = int(gain.lower > 0) - int(gain.upper < 0)
    else:
        gain = _sum(about.kinds[t].gain, int(low), int(high) - 1)
        sign = int(gain > 0) - int(gain < 0)
    if not sign:
        return Laplacian(silent="Laplacian beliefs leave the two choices indifferent")
    return Laplacian(t, int(sign > 0), gain, signs == sorted(signs))


def _sum(gain: Piecewise, low: int, high: int) -> Any:
    """Return the sum of a gain over counts from low to high."""
    pieces = [
        Piece(max(p.low, low) - low, min(p.high, high) - low, p.value(fmpq_poly([low, 1])))
        for p in gain.pieces
        if p.high >= low and p.low <= high
    ]
    return Piecewise(pieces).sum


def _sizes(about: Typed | Masses) -> list[Any]:
    return list(about.sizes) if isinstance(about, Masses) else [k.size for k in about.kinds]


def _surely(about: Typed | Masses, alive: Sequence[tuple[int, ...]]) -> Fraction:
    pairs = zip(_sizes(about), alive, strict=True)
    return sum((Fraction(size) for size, left in pairs if left == (1,)), Fraction(0))


def _perhaps(about: Typed | Masses, alive: Sequence[tuple[int, ...]]) -> Fraction:
    pairs = zip(_sizes(about), alive, strict=True)
    return sum((Fraction(size) for size, left in pairs if 1 in left), Fraction(0))


def _signs(about: Typed | Masses, t: int, low: Fraction, high: Fraction) -> list[int]:
    """Return the signs of what a type gains, in order, if so many of all take the choice."""
    if isinstance(about, Masses):
        return _signs_between(about.kinds[t], low, high)
    runs = about.kinds[t].gain.runs
    return [run.sign for run in runs if run.low < high and run.high >= low]


def _signs_between(kind: Mass, low: Fraction, high: Fraction) -> list[int]:
    """Return the signs of a gain from one share to another, both included, in order."""
    spots, gains, _ = pieces_of_gain(kind)
    ends = [spot_at(fmpq(end.numerator, end.denominator)) for end in (low, high)]
    cuts = sorted_spots([*with_roots(spots, gains), *ends])
    cuts = [spot for spot in cuts if compared(spot, low) >= 0 >= compared(spot, high)]
    found = []
    for place, spot in enumerate(cuts):
        nexts = [between(spot, cuts[place + 1])] if place + 1 < len(cuts) else []
        for sample in (spot, *nexts):
            gain = Reader(kind, sample).gain().sign
            found.append(0 if gain.is_zero() else sample.sign(gain))
    return found


def _integral(kind: Mass, low: Fraction, high: Fraction) -> Enclosure:
    """Enclose the integral of a gain from one share to another."""
    first, last = (spot_at(fmpq(end.numerator, end.denominator)) for end in (low, high))
    spots, gains, _ = pieces_of_gain(kind)
    total = Enclosure.point(0)
    for gain, start, end in zip(gains, spots, spots[1:], strict=False):
        start = first if compared(start, low) < 0 else start
        end = last if compared(end, high) > 0 else end
        if compared(start, high) < 0 < compared(end, low):
            total = total + gain.integral(start.root, end.root)
    return total
