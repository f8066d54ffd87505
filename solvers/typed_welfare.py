r"""The first best of a large population of several types: where total payoffs are largest.

With :math:`m_t` of the :math:`N_t` members of type t taking the second choice, :math:`M` their
total, :math:`a_t(M)` and :math:`b_t(M)` what a member of type t has by the first and by the second
choice, and :math:`B(M)` the surplus of bystanders,

.. math:: W = B(M) + \sum_t N_t a_t(M) + \sum_t m_t d_t(M), \qquad d_t = b_t - a_t.

Steps
-----
1. A sum over members that hangs on their types may enter the surplus of a bystander linearly: then
   each member's part in it is counted as if it were its own payoff.
2. Given M, W is linear in the counts: they are filled up in order of :math:`d_t(M)`, and types that
   tie may share what is left in any way.
3. The totals are cut where that order changes, which is where some :math:`d_s - d_t` changes sign
   (`pigou.solvers.piecewise`), and where a type is filled up. In between W is a polynomial in M,
   so that its largest value is found exactly, whatever N is.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import fmpq_poly

from pigou.errors import StructureError
from pigou.expression import Total, each, symbol
from pigou.game import Game
from pigou.solvers.piecewise import Piece, Piecewise, combined
from pigou.solvers.several_types import Kind, Typed, alike, attributes_of, read_typed
from pigou.solvers.typed_counts import TypedCounts, typed_counts

__all__ = ["TypedOptimum", "best_counts", "planned"]


class TypedOptimum(NamedTuple):
    """The largest total payoffs, and all counts of each type at which they are reached.

    Attributes
    ----------
    welfare : Fraction
    places : list of TypedCounts
        Disjoint sets of counts.
    is_equilibrium : bool
        Whether nobody wants to change at one of them.
    """

    welfare: Fraction
    places: list[TypedCounts]
    is_equilibrium: bool


def best_counts(about: Typed) -> TypedOptimum:
    """Return the counts at which payoffs and surpluses before transfers are largest in total.

    Raises
    ------
    StructureError
        If a bystander's surplus depends in another way than linearly on which types take a choice,
        or is not rational in the count, piece by piece.

    Examples
    --------
    On a crowded road those with a low cost go first: as many as earn what they cost all others.

    >>> from pigou import Move, Player, Type
    >>> from pigou.solvers.several_types import several_types
    >>> cars = Player("x", types=[Type("a", 10**9, {"c": 0}), Type("b", 10**9, {"c": "1/2"})])
    >>> moves = [Move("go", "x", {"no": 0, "yes": 1})]
    >>> game = Game("road", [cars], moves, {"x": "go*(4/5 - mean(go) - c)"})
    >>> best = best_counts(several_types(game, {}))
    >>> best.welfare, best.places[0].least, best.is_equilibrium
    (Fraction(320000000, 1), (800000000, 0), False)
    """
    kinds, size = about.kinds, about.size
    known = {kind.name: kind for kind in about.game.players[0].types}
    rows = [attributes_of(known[kind.name], about.at) for kind in kinds]
    shares = [Fraction(kind.size, size) for kind in kinds]
    own, rest = planned(about.game, about.at, shares, rows)
    first, second = (
        [read_typed(about, own, row, choice, size, seen=True) for row in rows] for choice in (0, 1)
    )
    gains = [b - a for a, b in zip(first, second, strict=True)]
    others = read_typed(about, rest, {}, None, size, seen=True)
    cells = _cells(kinds, gains)
    parts = [
        tuple(Piece(cell.low, cell.high, cell) for cell in cells),
        *(part.pieces for part in (others, *first, *gains)),
    ]
    best, where = Piecewise(combined(parts, _in_total(kinds))).largest
    places = [
        cell._replace(low=max(cell.low, low), high=min(cell.high, high)).tight
        for low, high in where
        for cell in cells
        if low <= cell.high and cell.low <= high
    ]
    settled = typed_counts(kinds)
    reached = any(place.meets(one) for place in places for one in settled)
    return TypedOptimum(Fraction(int(best.p), int(best.q)), places, reached)


def _cells(kinds: Sequence[Kind], gains: Sequence[Piecewise]) -> list[TypedCounts]:
    """Return for all totals, cell by cell, the counts that are best at each."""
    size = sum(kind.size for kind in kinds)
    pairs = itertools.combinations(gains, 2)
    cuts = sorted({0} | {run.low for one, other in pairs for run in (one - other).runs})
    found = []
    for low, after in itertools.pairwise([*cuts, size + 1]):
        full: list[int] = []
        filled = 0
        for group in _ranked([gain(low) for gain in gains]):
            room = sum(kinds[t].size for t in group)
            start = max(low, filled + 1 if full else 0)
            end = min(after - 1, filled + room)
            if start <= end:
                least = tuple(kind.size if t in full else 0 for t, kind in enumerate(kinds))
                most = tuple(
                    kind.size if t in full or t in group else 0 for t, kind in enumerate(kinds)
                )
                found.append(TypedCounts(least, most, start, end))
            full += group
            filled += room
    return found


def _ranked(values: Sequence[Any]) -> list[list[int]]:
    """Return places by value, the largest first, those with the same value together."""
    levels = sorted(set(values), reverse=True)
    return [[t for t, value in enumerate(values) if value == level] for level in levels]


def _in_total(kinds: Sequence[Kind]) -> Any:
    """Return the rule that joins what bystanders and members have to total payoffs in a cell."""

    def joined(cell: TypedCounts, others: Any, *parts: Any) -> Any:
        first, gains = parts[: len(kinds)], parts[len(kinds) :]
        total = others + sum(
            (kind.size * a + n * d for kind, a, n, d in zip(
                kinds, first, cell.least, gains, strict=True
            )),
            fmpq_poly([0]),
        )  # fmt: skip
        return total + fmpq_poly([-sum(cell.least), 1]) * gains[cell.free[0]]

    return joined


# -- what a planner counts ----------------------------------------------------------------------


def planned(
    game: Game,
    at: Mapping[str, Fraction],
    shares: Sequence[Fraction],
    rows: Sequence[Mapping[str, Fraction]],
) -> tuple[sp.Expr, sp.Expr]:
    """Return what a member counts for by its choice, and what is there besides: two formulas.

    Transfers are left out. Sums are written as those over members alike.

    Parameters
    ----------
    game : Game
        One population of several types.
    at : mapping of str to Fraction
    shares : sequence of Fraction
        The share of each type in all members.
    rows : sequence of mapping of str to Fraction
        The attributes of each type.

    Raises
    ------
    StructureError
        If a bystander's surplus depends in another way than linearly on which types take a choice.

    Examples
    --------
    >>> from pigou import Bystander, Move, Player, Type
    >>> types = [Type("near", 1, {"c": 0}), Type("far", 2, {"c": 3})]
    >>> game = Game(
    ...     "road",
    ...     [Player("x", types=types)],
    ...     [Move("go", "x", {"no": 0, "yes": 1})],
    ...     {"x": "go"},
    ...     bystanders=[Bystander("shops", "sum(c*go)*sum(go) + 5")],
    ... )
    >>> rows = [{"c": Fraction(0)}, {"c": Fraction(3)}]
    >>> planned(game, {}, [Fraction(1, 3), Fraction(2, 3)], rows)
    (c*go*sum(go) + go, 5)
    """
    name = game.players[0].name
    names = [game.moves[0].name, *dict.fromkeys(n for row in rows for n in row)]
    as_own = {each(n): symbol(n) for n in names}
    own, rest = alike(game, game.primitive(name), at, shares, rows), sp.S.Zero
    for bystander in game.bystanders:
        linear, other = _split(game, bystander.surplus, at, shares, rows)
        rest += alike(game, other, at, shares, rows)
        for coefficient, summand in linear:
            mine = alike(game, summand, at, shares, rows).xreplace(as_own)
            own += alike(game, coefficient, at, shares, rows) * mine
    return own, rest


def _split(
    game: Game,
    formula: sp.Expr,
    at: Mapping[str, Fraction],
    shares: Sequence[Fraction],
    rows: Sequence[Mapping[str, Fraction]],
) -> tuple[list[tuple[sp.Expr, sp.Expr]], sp.Expr]:
    """Write a formula as a sum of coefficients times sums that hang on types, and the rest."""
    typed: dict[sp.Expr, sp.Symbol] = {}
    refused = None
    for node in sp.sympify(formula).atoms(Total):
        try:
            alike(game, node, at, shares, rows)
        except StructureError as error:
            typed[node], refused = sp.Dummy(real=True), error
    if refused is None:
        return [], formula
    plain = formula.xreplace(typed)
    none = dict.fromkeys(typed.values(), sp.S.Zero)
    rest = plain.xreplace(none)
    parts = [
        (plain.xreplace({**none, dummy: sp.S.One}) - rest, node, dummy)
        for node, dummy in typed.items()
    ]
    whole = sp.Add(rest, *(coefficient * dummy for coefficient, _, dummy in parts))
    if sp.expand(plain - whole) != 0:
        raise refused
    return [(coefficient, node.args[0]) for coefficient, node, _ in parts], rest
