r"""All equilibria of one piece of a game in stages, once payoffs stand for what follows it.

Steps
-----
1. A piece in which one player decides is a choice of the best plans. Any other is a strategic form
   of plans, and goes to the solver of games with simultaneous moves, which returns all equilibria.
2. Mixed plans come down to behaviour strategies. What differs only in plans, and not in the
   probability of any action at any information set, is one equilibrium.
3. Of a continuum, the extreme points and the dimension are taken in the space of how likely a
   player's own choices let it take each action: the map from mixed plans is linear, so that the
   image of a polytope is the hull of the images of its extreme points (von Stengel 1996).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from flint import fmpq

from pigou.equilibrium import EquilibriumSet
from pigou.exact import Enclosure
from pigou.expression import Lookup
from pigou.game import Choice, Game, Move, Player
from pigou.solvers.bimatrix import dimension
from pigou.solvers.linear import maximise
from pigou.solvers.pieces import Information, Piece, Plan, behaviour

__all__ = ["Cell", "PieceEquilibria", "corners", "middle", "piece_equilibria", "reach", "span"]

Solve = Callable[[Game, Mapping[str, Any]], EquilibriumSet]
Behaviour = Mapping[Information, tuple[Enclosure, ...]]
Mix = tuple[tuple[Enclosure, ...], ...]
"""The probability of each plan, player by player."""


class Cell(NamedTuple):
    """A maximal set of equilibria that are mixtures of some: its dimension, and which these are."""

    dimension: int
    members: tuple[int, ...]


class PieceEquilibria(NamedTuple):
    """The extreme equilibria of a piece, how they are mixed of plans, and the sets they span."""

    behaviours: tuple[Behaviour, ...]
    mixes: tuple[Mix, ...]
    cells: tuple[Cell, ...]
    unresolved: tuple[str, ...] = ()


def piece_equilibria(
    piece: Piece, tables: Sequence[Sequence[Fraction]], solve: Solve, pure: bool = False
) -> PieceEquilibria:
    """Return all equilibria of a piece.

    Parameters
    ----------
    piece : Piece
    tables : sequence of sequence of Fraction
        For each player who decides in it, the payoff at each profile of plans, the last player's
        plan running fastest.
    solve : callable
        Solves a game with simultaneous moves.
    pure : bool, optional
        Whether pure equilibria are wanted only; `solve` has to return none but these then.

    Examples
    --------
    >>> from pigou.stages import Turn
    >>> turn = Turn("ann", ("x",), {}, (("no",), ("yes",)))
    >>> plans = {"ann": [((turn.information, 0),), ((turn.information, 1),)]}
    >>> piece = Piece(0, {turn.information: turn}, plans, {}, ())
    >>> piece_equilibria(piece, [[Fraction(3), Fraction(3)]], solve=None).cells
    (Cell(dimension=1, members=(0, 1)),)
    """
    notes: tuple[str, ...] = ()
    if len(tables) == 1:
        mixes, groups = _best_plans(tables[0])
    elif tables:
        mixes, groups, notes = _strategic_form(piece, tables, solve)
    else:
        mixes, groups = [()], []
    groups = [] if pure else groups
    plans = list(piece.plans.values())
    behaviours: list[Behaviour] = []
    kept: list[Mix] = []
    place: list[int] = []
    for mix in mixes:
        new: dict[Information, tuple[Enclosure, ...]] = {}
        for player_plans, weights in zip(plans, mix, strict=True):
            new |= behaviour(player_plans, weights, piece.turns)
        if new not in behaviours:
            behaviours.append(new)
            kept.append(mix)
        place.append(behaviours.index(new))
    cells = _cells([reach(plans, mix) for mix in kept], groups, place)
    order = sorted({m for cell in cells for m in cell.members})
    number = {old: position for position, old in enumerate(order)}
    return PieceEquilibria(
        tuple(behaviours[k] for k in order),
        tuple(kept[k] for k in order),
        tuple(Cell(c.dimension, tuple(number[m] for m in c.members)) for c in cells),
        notes,
    )


def _best_plans(table: Sequence[Fraction]) -> tuple[list[Mix], list[list[int]]]:
    """Return the best plans of a player who decides alone; ties form a continuum."""
    best = max(table)
    plans = [n for n, value in enumerate(table) if value == best]
    mixes: list[Mix] = [
        (tuple(Enclosure.point(int(k == n)) for k in range(len(table))),) for n in plans
    ]
    return mixes, [list(range(len(plans)))]


def _strategic_form(
    piece: Piece, tables: Sequence[Sequence[Fraction]], solve: Solve
) -> tuple[list[Mix], list[list[int]], tuple[str, ...]]:
    """Solve a piece in which several decide; groups are the maximal Nash subsets."""
    names = list(piece.plans)
    sizes = [len(plans) for plans in piece.plans.values()]
    moves = tuple(
        Move(name, name, Choice({str(k): k for k in range(size)}))
        for name, size in zip(names, sizes, strict=True)
    )
    axes = [range(size) for size in sizes]
    payoffs = {
        name: Lookup.of(names, axes, table) for name, table in zip(names, tables, strict=True)
    }
    found = solve(Game("strategic form", tuple(map(Player, names)), moves, payoffs), {})
    mixes = [tuple(tuple(s.probabilities.values()) for s in e.strategies) for e in found]
    number = {e.name: k for k, e in enumerate(found)}
    groups = [[number[name] for name in subset] for c in found.components for subset in c.subsets]
    notes = tuple(f"plans, numbered in their order: {note}" for note in found.unresolved)
    return mixes, groups, notes


def _cells(
    vectors: Sequence[Sequence[tuple[Fraction, ...]]],
    groups: Sequence[Sequence[int]],
    place: Sequence[int],
) -> list[Cell]:
    """Return the maximal sets of equilibria by their extreme points; single ones included."""
    grouped = {place[n] for group in groups for n in group}
    cells = [Cell(0, (k,)) for k in range(len(vectors)) if k not in grouped]
    for group in groups:
        members = sorted({place[n] for n in group})
        extreme, size = span([vectors[m] for m in members])
        cells.append(Cell(size, tuple(members[k] for k in extreme)))
    return list(dict.fromkeys(cells))


def span(points: Sequence[Sequence[tuple[Fraction, ...]]]) -> tuple[list[int], int]:
    """Return which points of a product of polytopes are extreme, and its dimension.

    Each point is given side by side: one vector for each factor of the product.

    Examples
    --------
    >>> zero, half, one = ((Fraction(k, 2),) for k in range(3))
    >>> span([[zero, zero], [half, zero], [one, zero]])
    ([0, 2], 1)
    """
    sides = [list(dict.fromkeys(point[k] for point in points)) for k in range(len(points[0]))]
    ends = [corners(side) for side in sides]
    extreme = [n for n, point in enumerate(points) if all(map(_is_in, point, ends))]
    return extreme, sum(dimension([tuple(map(_rational, v)) for v in side]) for side in ends)


def _is_in(vector: tuple[Fraction, ...], ends: Sequence[tuple[Fraction, ...]]) -> bool:
    return vector in ends


def corners(points: Sequence[tuple[Fraction, ...]]) -> list[tuple[Fraction, ...]]:
    """Return the points, none of them negative, that are not in the convex hull of the others.

    Examples
    --------
    >>> corners([(Fraction(0),), (Fraction(1, 3),), (Fraction(1),)])
    [(Fraction(0, 1),), (Fraction(1, 1),)]
    """
    kept = list(points)
    for point in points:
        others = [other for other in kept if other != point]
        rows = [[_rational(other[k]) for other in others] for k in range(len(point))]
        rows.append([fmpq(1)] * len(others))
        right = [*map(_rational, point), fmpq(1)]
        if others and maximise([fmpq(0)] * len(others), rows, right) is not None:
            kept = others
    return kept


def reach(
    plans: Sequence[Sequence[Plan]], mix: Sequence[Sequence[Enclosure]]
) -> list[tuple[Fraction, ...]]:
    """Return, for each player, how likely its own choices let it take each action.

    Examples
    --------
    >>> half = Enclosure.point("1/2")
    >>> reach([[(("set", 0),), (("set", 1),)]], [[half, half]])
    [(Fraction(1, 2), Fraction(1, 2))]
    """
    vectors = []
    for player_plans, weights in zip(plans, mix, strict=True):
        sums: dict[Any, Fraction] = {}
        for plan, weight in zip(player_plans, weights, strict=True):
            for entry in plan:
                sums[entry] = sums.get(entry, Fraction(0)) + middle(weight)
        vectors.append(tuple(sums.values()))
    return vectors


def middle(number: Enclosure) -> Fraction:
    """Return a number that is known exactly, or the middle of its enclosure to 60 digits.

    Examples
    --------
    >>> middle(Enclosure(Fraction(1, 3), Fraction(1, 3)))
    Fraction(1, 3)
    """
    if number.is_exact:
        return number.lower
    return Fraction(round((number.lower + number.upper) / 2 * 10**60), 10**60)


def _rational(number: Fraction) -> Any:
    return fmpq(number.numerator, number.denominator)
