"""What the checker of implicit stages reads of a game, and how it cuts cells (`check_implicit`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy as sp
from flint import arb

from pigou.branching import Reader, Tree
from pigou.game import Game

__all__ = ["Formulas", "everywhere", "extent", "halves"]

_MOST_CELLS = 4_000

Box = Sequence[Any]


class Formulas:
    """The formulas of a game in two stages, over first and later moves, as trees.

    Parameters
    ----------
    game : Game
    numbers : mapping of symbol to number
        Of the parameters.
    draws : sequence of (weight, values of the chance variables)
    box : sequence of scalar
        The intervals of the first, then of the later moves.

    Attributes
    ----------
    system, slopes : list of Tree, list of list of Tree
        g and F, and their derivatives in all moves.
    matrix : list of list of Tree
        M.
    effects : list of list of Tree
        For each first move, the derivatives of F in it.
    curving : list of int
        The moves that M depends on.
    worth : dict of str to Tree
        Payoffs.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> moves = [Move("x", "a", (0, 4)), Move("y", "a", (0, 4), 2)]
    >>> game = Game("alone", [Player("a")], moves, {"a": "x - x**2/2 - (y - x)**2"})
    >>> found = Formulas(game, {}, [(sp.S.One, {})], [arb(2, 2), arb(2, 2)])
    >>> found.first, found.later, found.curving
    ([0], [1], [])
    """

    def __init__(self, game: Game, numbers: Mapping[Any, Any], draws: Sequence[Any], box: Box):
        stages = sorted({m.stage for m in game.moves})
        moves = sorted(game.moves, key=lambda m: stages.index(m.stage))
        self.moves, self.box = moves, box
        self.names = [m.symbol for m in moves]
        self.first = [k for k, m in enumerate(moves) if m.stage == stages[0]]
        self.later = [k for k, m in enumerate(moves) if m.stage == stages[1]]
        self.reader = Reader({s.name: k for k, s in enumerate(self.names)}, box)
        self.payoff = {
            p: sum((w * game.payoff(p).xreplace({**numbers, **d}) for w, d in draws), sp.S.Zero)
            for p in dict.fromkeys(m.player for m in moves)
        }
        y = [self.names[k] for k in self.later]
        later = [sp.diff(self.payoff[moves[k].player], self.names[k]) for k in self.later]
        matrix = [[-sp.diff(f, v) for v in y] for f in later]
        rows = [self._along(k, later, sp.Matrix(matrix)) for k in self.first]
        self.matrix = [[self.read(e) for e in row] for row in matrix]
        used = set().union(*(sp.expand(e).free_symbols for row in matrix for e in row))
        self.curving = [k for k, s in enumerate(self.names) if s in used]
        self.effects = [[self.read(sp.diff(f, self.names[k])) for f in later] for k in self.first]
        system = [*rows, *later]
        self.system = [self.read(f) for f in system]
        self.slopes = [[self.read(sp.diff(f, v)) for v in self.names] for f in system]
        self.worth = {p: self.read(u) for p, u in self.payoff.items()}

    def _along(self, k: int, later: Sequence[Any], matrix: sp.Matrix) -> Any:
        """Return det M times the derivative of the payoff of a first mover along y(x)."""
        player, x = self.moves[k].player, self.names[k]
        moved = matrix.adjugate() * sp.Matrix([sp.diff(f, x) for f in later])
        total = matrix.det(method="berkowitz") * sp.diff(self.payoff[player], x)
        for place, j in enumerate(self.later):
            if self.moves[j].player != player:  # own later moves have a derivative of 0
                total += sp.diff(self.payoff[player], self.names[j]) * moved[place]
        return total

    def read(self, formula: Any) -> Tree:
        """Read a formula, expanded if it is a polynomial: less is counted twice then."""
        formula = sp.sympify(formula)
        if formula.is_polynomial(*formula.free_symbols):
            formula = sp.expand(formula)
        return self.reader.read(formula, {})


def everywhere(box: Box, moving: Sequence[int], holds: Callable[[list[Any]], bool]) -> bool:
    """Whether something holds throughout a box, which is halved where that is not clear.

    `holds` may narrow what does not move.

    Examples
    --------
    >>> everywhere([arb(0.5, 0.5)], [0], lambda box: box[0] * (1 - box[0]) < 0.3)
    True
    """
    left = [list(box)]
    for _ in range(_MOST_CELLS):
        if not left:
            return True
        cell = left.pop()
        if holds(cell):
            continue
        if not moving:
            return False
        widest = max(moving, key=lambda k: float(arb(cell[k]).rad()) / extent(box[k]))
        low, middle, high = halves(cell[widest])
        for a, b in ((low, middle), (middle, high)):
            left.append([*cell[:widest], a.union(b), *cell[widest + 1 :]])
    return not left


def extent(whole: Any) -> float:
    """Return the radius of a ball as a double above 0, to compare others with.

    Examples
    --------
    >>> round(extent(arb(1, 2)), 6)
    2.0
    """
    return max(float(arb(whole).rad()), 1e-300)


def halves(cell: Any) -> tuple[arb, arb, arb]:
    """Return the lower end, the middle and the upper end of a ball.

    Examples
    --------
    >>> [round(float(end)) for end in halves(arb(2, 1))]
    [1, 2, 3]
    """
    return arb(cell).lower(), arb(cell).mid(), arb(cell).upper()
