r"""Boxes of profiles that hold no equilibrium, as one player has a better move in all of them.

Let X be a box of profiles and :math:`X_{-i}` that of i's rivals. If for some own moves
:math:`t_i'`

.. math:: \min u_i(t_i', X_{-i}) > \max u_i(X) ,

no profile in X is an equilibrium, whatever its derivatives. This settles regions in which a payoff
is flat, as where a firm that has left earns 0 whatever it had produced.

Steps
-----
1. Enclose each player's payoff over X: with switches as the box has them, where a box holds
   solutions with these only, else as the sign of their kinks tells (`pigou.solvers.kinks`).
2. Of a few own moves, take the one that is best against the centre of :math:`X_{-i}` in doubles.
3. Enclose the payoff of that move against :math:`X_{-i}`, and compare.

The moves tried in step 2 decide how much is found, not whether it is right.

Source: the value comparison of E. Hansen and G. W. Walster (2004), Global Optimization Using
Interval Analysis, section 12.5, for each player's own problem.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pigou.solvers.first_order import Boxes
from pigou.solvers.intervals import Ends, Floats
from pigou.solvers.smooth_form import SmoothForm
from pigou.solvers.tape import Tape

__all__ = ["Outdone"]

_TRIED = {1: 9, 2: 5, 3: 3}


class Outdone:
    """The payoffs of a game, ready to be compared over boxes.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> exit = Game("exit", [Player("a")], [Move("x", "a", (0, 4))], {"a": "max(x*(2 - x), 0)"})
    >>> outdone = Outdone(smooth_form(exit))
    >>> labels = np.zeros((2, 2), dtype=np.int8)
    >>> boxes = Boxes(np.array([[0.2, 0.7], [0, 0]]), np.array([[0.3, 0.9], [1, 1]]), labels)
    >>> outdone(boxes).tolist()  # x in [0.8, 1.2] or in [2.8, 3.6], for 0 < x < 4
    [False, True]
    """

    def __init__(self, form: SmoothForm):
        self.moves, self.players = len(form.variables), tuple(form.payoffs)
        self.own = [form.own(player) for player in self.players]
        symbols = [switch.symbol for switch in form.switches]
        formulas = [*form.payoffs.values(), *(switch.kink for switch in form.switches)]
        self.tape = Tape(formulas, [*form.variables, *symbols])
        self.tried = [
            np.array(
                list(itertools.product(np.linspace(0, 1, _TRIED.get(len(own), 2)), repeat=len(own)))
            )
            for own in self.own
        ]

    def __call__(self, boxes: Boxes) -> NDArray[np.bool_]:
        """Say in which boxes some player has a better move, of those on a grid."""
        return self._by(boxes, {i: self._best(boxes, i) for i in range(len(self.players))})

    def by(self, boxes: Boxes, player: str, move: Sequence[float]) -> NDArray[np.bool_]:
        """Say in which boxes a given move is better for its player."""
        moves = np.repeat(np.array(move)[:, None], boxes.number, axis=1)
        return self._by(boxes, {self.players.index(player): moves})

    def _by(self, boxes: Boxes, better: Mapping[int, Floats]) -> NDArray[np.bool_]:
        """Say in which boxes one of these moves is better for its player."""
        sides = [(boxes.low, boxes.high)]
        for i, moves in better.items():
            low, high = boxes.low.copy(), boxes.high.copy()
            low[list(self.own[i])] = high[list(self.own[i])] = moves
            low[self.moves :], high[self.moves :] = 0.0, 1.0
            sides.append((low, high))
        below, above = self.payoffs(
            *(np.concatenate(ends, axis=1) for ends in zip(*sides, strict=True))
        )
        n, result = boxes.number, np.zeros(boxes.number, dtype=bool)
        for place, i in enumerate(better, 1):
            result |= below[i, place * n : (place + 1) * n] > above[i, :n]
        return result

    def payoffs(self, low: Floats, high: Floats) -> Ends:
        """Enclose the payoffs over boxes of moves and switches; infinite where undefined."""
        low, high = low.copy(), high.copy()
        number = len(self.players)
        with np.errstate(all="ignore"):
            for _ in range(2):
                below, above, left = self.tape.intervals(low, high)
                for row, kink in zip(
                    range(self.moves, len(low)), range(number, len(below)), strict=True
                ):
                    whole = (low[row] == 0) & (high[row] == 1) & ~left
                    low[row] = np.where(whole & (below[kink] > 0), 1.0, low[row])
                    high[row] = np.where(whole & (above[kink] < 0), 0.0, high[row])
        below = np.where(left, -np.inf, below[:number])
        return below, np.where(left, np.inf, above[:number])

    def _best(self, boxes: Boxes, i: int) -> Floats:
        """Return the best of a few moves of a player against the centre of each box."""
        tried = self.tried[i]
        points = np.repeat(boxes.centre[:, :, None], len(tried), axis=2)
        points[list(self.own[i])] = tried.T[:, None, :]
        values = self._floats(points.reshape(len(points), -1))[i].reshape(boxes.number, len(tried))
        best = np.argmax(np.where(np.isnan(values), -np.inf, values), axis=1)
        return tried[best].T

    def _floats(self, points: Floats) -> Floats:
        points[self.moves :] = 0.0
        for _ in range(1 + len(points) - self.moves):
            values = self.tape.floats(points)
            kinks = (values[len(self.players) :] > 0).astype(float)
            if (kinks == points[self.moves :]).all():
                break
            points[self.moves :] = kinks
        return values
