r"""A stage with several equilibria after the same histories, all of them, in closed form.

Each mover's payoff is quadratic in the moves of the stage, with numbers for the second derivatives;
the history shifts marginal payoffs.

Steps
-----
1. Each player's payoff is strictly concave in its own moves (minus its second derivatives there are
   a positive definite matrix of numbers). So first-order conditions at ends and inside are
   necessary and sufficient for best replies.
2. For every combination of moves inside, at the lower and at the upper end, the conditions of those
   inside are linear, with a matrix of numbers that has to be regular: one solution, by
   elimination. It is an equilibrium exactly in the region of histories where moves are within their
   ends, and derivatives at ends point outwards. So *all* equilibria are found.
3. Regions without interior are dropped, by proof. Where one holds a history at which none of the
   others has the same moves, that is noted: an equilibrium at an isolated history is not followed.
   The regions have to cover all histories, by proof.

Source: J. Bulow, J. Geanakoplos and P. Klemperer (1985), Multimarket oligopoly: strategic
substitutes and complements, JPE 93, for games in which later best replies slope upwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import sympy as sp

from pigou.expression import If
from pigou.solvers.last_stage import Mover, NoClosedForm, StagePiece, _labelled, _needed
from pigou.solvers.over_box import Box, covered, empty

__all__ = ["several_pieces"]

_MOST_COMBINATIONS = 81
_INSIDE, _LOW, _HIGH = "inside", "low", "high"


def several_pieces(
    payoffs: Mapping[str, sp.Expr], movers: Sequence[Mover], history: Box
) -> tuple[list[StagePiece], list[str]]:
    """Return all equilibria of a stage, each in its region of histories, and notes.

    Parameters
    ----------
    payoffs : mapping of str to expression
        Of each mover, in the moves and the history; all else in numbers.
    movers : sequence of Mover
    history : mapping of symbol to pair of Fraction

    Raises
    ------
    NoClosedForm
        If payoffs are not quadratic, not strictly concave in own moves, or a system is singular.

    Examples
    --------
    >>> from fractions import Fraction
    >>> a, b, h = sp.symbols("a b h", real=True)
    >>> movers = [Mover(s, s.name, Fraction(0), Fraction(1)) for s in (a, b)]
    >>> payoffs = {"a": a * (3 * b - h) - a**2, "b": b * (3 * a - h) - b**2}
    >>> pieces, notes = several_pieces(payoffs, movers, {h: (Fraction(1, 4), Fraction(3, 4))})
    >>> [list(piece.moves.values()) for piece in pieces], notes
    ([[h, h], [0, 0], [1, 1]], [])
    """
    _check_quadratic(payoffs, movers)
    places = list(itertools.product((_INSIDE, _LOW, _HIGH), repeat=len(movers)))
    if len(places) > _MOST_COMBINATIONS:
        raise NoClosedForm(
            f"{len(movers)} moves at the same time with several equilibria; at most "
            f"{_MOST_COMBINATIONS} combinations of moves inside and at ends are tried"
        )
    fat: list[StagePiece] = []
    thin: list[StagePiece] = []
    for place in places:
        for piece in _labelled(payoffs, (), movers, place, {}):
            (thin if empty(piece.region, history) else fat).append(piece)
    fat = [piece._replace(region=_needed(piece.region, history)) for piece in fat]
    if not covered([piece.region for piece in fat], history):
        raise NoClosedForm("the equilibria found are not shown to cover all histories")
    notes = []
    for piece in thin:
        same = [(*p.region, *_alike(p, piece)) for p in fat]
        if not covered(same, history, piece.region):
            words = ", ".join(f"{s.name} = {value}" for s, value in piece.moves.items())
            notes.append(f"'{words}' at isolated histories")
    return fat, notes


def _check_quadratic(payoffs: Mapping[str, sp.Expr], movers: Sequence[Mover]) -> None:
    """Refuse what steps 1 and 2 do not hold for."""
    moves = [m.move for m in movers]
    for player in dict.fromkeys(m.player for m in movers):
        if payoffs[player].has(sp.Max, sp.Min, sp.Abs, If):
            raise NoClosedForm(f"the payoff of '{player}' has kinks")
    rows = [[sp.expand(sp.diff(payoffs[m.player], m.move, v)) for v in moves] for m in movers]
    matrix = -sp.Matrix(rows)
    if not all(entry.is_Rational for entry in matrix):
        raise NoClosedForm("payoffs are not quadratic in the moves of the stage")
    for player in dict.fromkeys(m.player for m in movers):
        own = [k for k, m in enumerate(movers) if m.player == player]
        if not matrix.extract(own, own).is_positive_definite:
            raise NoClosedForm(f"the payoff of '{player}' is not strictly concave in its own moves")
    for size in range(1, len(movers) + 1):
        for which in itertools.combinations(range(len(movers)), size):
            if matrix.extract(list(which), list(which)).det() == 0:
                raise NoClosedForm("best replies coincide: there may be a continuum of equilibria")


def _alike(one: StagePiece, other: StagePiece) -> list[sp.Expr]:
    """Return what is at least 0 where two pieces have the same moves."""
    gaps = [sp.expand(one.moves[s] - other.moves[s]) for s in one.moves]
    return [side for gap in gaps for side in (gap, -gap)]
