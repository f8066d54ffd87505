r"""Several players move first, each once, and what follows differs between regions of their moves.

With :math:`u_i^p` the payoff of player i in the region p of first moves h, an equilibrium is a
point :math:`h^*` of some region p with :math:`u_i^p(h^*) \ge u_i^q(h_i, h^*_{-i})` for all i, all
:math:`h_i`, and all q whose region holds :math:`(h_i, h^*_{-i})`.

Steps
-----
1. *Candidates*: the solutions of the first-order system of each region's payoffs, as if that region
   were everything (`pigou.solvers.branch_and_prune`), that lie in the region.
2. *Deviations*: with the others at their moves, each player has one move and several regions: its
   best replies are found exactly (`pigou.solvers.first_stage`, step 2). That needs a rational
   candidate; others are left unresolved.
3. *Completeness*: the box of first moves is cut into boxes. A region is excluded in a box if the
   box does not meet it; if the box lies inside it and some
   :math:`\partial u_i^p / \partial h_i` has one sign (and i is not at that end of its interval), or
   it holds no first-order point but one that is known; or if some player has a move that pays
   more, in a region that surely holds it, than p pays anywhere in the box. A box is done when all
   regions are excluded in it. Boxes left over are unresolved.

Source: E. Hansen and G. W. Walster (2004), Global Optimization Using Interval Analysis, for the
method of step 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from pigou.deadline import time_is_up
from pigou.errors import StructureError
from pigou.exact import Enclosure, Record
from pigou.game import Move
from pigou.solvers.backward_induction import Continuation, Induction
from pigou.solvers.branch_and_prune import Isolated, explore
from pigou.solvers.first_order import INTERIOR, LOWER, FirstOrder
from pigou.solvers.smooth_games import _distinct
from pigou.solvers.tape import Tape

__all__ = ["SeveralMoves"]

_MOST_BOXES = 20_000
_BATCH = 512
_MOST_SHOWN = 400
_DEVIATIONS = np.arange(33) / 32
_MOST_PROMISING = 3
_NARROWEST = 2.0**-20

Array = NDArray[Any]


class _Enclosed(NamedTuple):
    """What is known of one region's payoffs over boxes: lower and upper ends."""

    inside: tuple[Array, Array]  # the smallest of the formulas that are at least 0 in the region
    payoffs: tuple[Array, Array]
    slopes: tuple[Array, Array]
    left: Array


class SeveralMoves:
    """The first moves of several players in the unit box, with payoffs that differ by region.

    Parameters
    ----------
    induction : Induction
    moves : sequence of Move
        One for each player.
    follows : sequence of Continuation

    Raises
    ------
    StructureError
        If a player has several first moves.
    """

    def __init__(
        self, induction: Induction, moves: Sequence[Move], follows: Sequence[Continuation]
    ):
        self.induction, self.moves, self.follows = induction, tuple(moves), tuple(follows)
        players = [m.player for m in moves]
        if len(set(players)) < len(players):
            raise StructureError(
                f"game '{induction.game.name}': what follows differs in form between regions of "
                "first moves, and a player has several of them; that is solved where each has one"
            )
        self.variables = [sp.Symbol(f"t_{m.name}", real=True) for m in moves]
        scale = {}
        for m, t in zip(moves, self.variables, strict=True):
            low, high = (sp.Rational(str(end)) for end in induction.box[m.symbol])
            scale[m.symbol] = low + (high - low) * t
        self.payoffs = [
            [sp.expand(sp.sympify(c.payoffs[m.player]).xreplace(scale)) for m in moves]
            for c in follows
        ]
        self.regions = [[sp.expand(g.xreplace(scale)) for g in c.region] for c in follows]
        self.tapes = [self._tape(p) for p in range(len(follows))]

    def _tape(self, p: int) -> Tape:
        slopes = [sp.diff(u, t) for u, t in zip(self.payoffs[p], self.variables, strict=True)]
        return Tape([*self.payoffs[p], *slopes, *self.regions[p]], self.variables)

    # -- candidates -----------------------------------------------------------------------------

    def candidates(self) -> tuple[list[tuple[int, Any]], list[tuple[int, Isolated]]]:
        """Return the first-order points of every region's payoffs, and all that are isolated."""
        points, roots = [], []
        for p, payoffs in enumerate(self.payoffs):
            system = FirstOrder(self.variables, range(len(self.moves)), payoffs, False)
            found = explore(system)
            roots += [(p, root) for root in found.roots]
            points += [(p, point) for point in _distinct(system, found.roots)[0]]
        return points, roots

    def scaled_back(self, values: Sequence[Enclosure]) -> Record[Enclosure]:
        """Return moves from their places in the unit box."""
        taken = {}
        for m, value in zip(self.moves, values, strict=True):
            low, high = self.induction.box[m.symbol]
            taken[m.name] = Enclosure.point(low) + Enclosure.point(high - low) * value
        return Record(taken)

    def against(self, place: int, values: Record[Enclosure]) -> list[Continuation]:
        """Return what follows if all others move as given, in one player's own move."""
        others = {
            m.symbol: sp.Rational(str(values[m.name].lower))
            for k, m in enumerate(self.moves)
            if k != place
        }
        return [
            Continuation(
                tuple(sp.sympify(g).xreplace(others) for g in c.region),
                {q: sp.cancel(sp.sympify(u).xreplace(others)) for q, u in c.payoffs.items()},
                {},
            )
            for c in self.follows
        ]

    # -- completeness ---------------------------------------------------------------------------

    def left_over(self, roots: Sequence[tuple[int, Isolated]]) -> list[str]:
        """Return, in words, where equilibria could not be excluded."""
        m = len(self.moves)
        low, high = np.zeros((m, 1)), np.ones((m, 1))
        looked, given_up = 0, []
        while low.shape[1] and looked < _MOST_BOXES and not time_is_up():
            part, rest = slice(0, _BATCH), slice(_BATCH, None)
            looked += low[:, part].shape[1]
            possible = self._possible(low[:, part], high[:, part], roots)
            a, b = low[:, part][:, possible], high[:, part][:, possible]
            narrow = (b - a).max(axis=0, initial=0) < _NARROWEST
            given_up.append((a[:, narrow], b[:, narrow]))
            a, b = _halved(a[:, ~narrow], b[:, ~narrow])
            low = np.concatenate([low[:, rest], a], axis=1)
            high = np.concatenate([high[:, rest], b], axis=1)
        given_up.append((low, high))
        ends = [np.concatenate([pair[k] for pair in given_up], axis=1) for k in (0, 1)]
        return [self._words(box) for box in _joined(*ends)]

    def _possible(
        self, low: Array, high: Array, roots: Sequence[tuple[int, Isolated]]
    ) -> NDArray[np.bool_]:
        """Say in which boxes an equilibrium of some region is not excluded."""
        every = [self._enclosed(p, low, high) for p in range(len(self.follows))]
        open_ = [self._open(p, known, low, high, roots) for p, known in enumerate(every)]
        possible = np.zeros(low.shape[1], dtype=bool)
        where = np.flatnonzero(np.any(open_, axis=0))
        better = [self._deviation(k, low[:, where], high[:, where]) for k in range(len(self.moves))]
        for known, maybe in zip(every, open_, strict=True):
            outdone = [known.payoffs[1][k][where] < gets for k, gets in enumerate(better)]
            possible[where] |= maybe[where] & (known.left[where] | ~np.any(outdone, axis=0))
        return possible

    def _open(
        self,
        p: int,
        known: _Enclosed,
        low: Array,
        high: Array,
        roots: Sequence[tuple[int, Isolated]],
    ) -> NDArray[np.bool_]:
        """Say in which boxes an equilibrium of a region is not excluded by its own payoffs."""
        maybe = (known.inside[1] >= 0) | known.left
        within = (known.inside[0] > 0) & ~known.left
        for k in range(len(self.moves)):
            rising, falling = known.slopes[0][k] > 0, known.slopes[1][k] < 0
            maybe &= ~(within & ((rising & (high[k] < 1)) | (falling & (low[k] > 0))))
        for region, root in roots:
            if region == p:
                maybe &= ~(within & _only_root(root, known, low, high))
        return maybe

    def _enclosed(self, p: int, low: Array, high: Array) -> _Enclosed:
        below, above, left = self.tapes[p].intervals(low, high)
        m = len(self.moves)
        one = np.full((1, low.shape[1]), np.inf)
        inside = tuple(np.concatenate([ends[2 * m :], one]).min(axis=0) for ends in (below, above))
        return _Enclosed(
            (inside[0], inside[1]),
            (below[:m], above[:m]),
            (below[m : 2 * m], above[m : 2 * m]),
            left,
        )

    def _deviation(self, k: int, low: Array, high: Array) -> Array:
        """Return what a player gets at least by the best of some moves, whatever others do."""
        best = np.full(low.shape[1], -np.inf)
        for p in range(len(self.follows)):
            for t in self._promising(k, p, low, high):
                a, b = low.copy(), high.copy()
                a[k] = b[k] = t
                known = self._enclosed(p, a, b)
                sure = (known.inside[0] > 0) & ~known.left
                best = np.where(sure, np.maximum(best, known.payoffs[0][k]), best)
        return best

    def _promising(self, k: int, p: int, low: Array, high: Array) -> Array:
        """Return, for each box, some moves of a player that seem to pay much in a region.

        They are judged in doubles at the middle and at two corners of the others' moves. Whatever
        they are, what they surely pay is a bound; good ones make it a better one.
        """
        worst = np.full((len(_DEVIATIONS), low.shape[1]), np.inf)
        for point in ((low + high) / 2, low, high):
            points = np.repeat(point[:, None, :], len(_DEVIATIONS), axis=1)
            points[k] = _DEVIATIONS[:, None]
            values = self.tapes[p].floats(points.reshape(len(points), -1))
            m = len(self.moves)
            inside = (values[2 * m :] > 0).all(axis=0) & np.isfinite(values[k])
            worst = np.minimum(worst, np.where(inside, values[k], -np.inf).reshape(worst.shape))
        order = np.argsort(worst, axis=0)[-_MOST_PROMISING:]
        return _DEVIATIONS[order]

    def _words(self, box: Sequence[tuple[float, float]]) -> str:
        ends = [[Enclosure.point(sp.Rational(e)) for e in side] for side in box]
        low, high = (self.scaled_back([side[k] for side in ends]) for k in (0, 1))
        parts = [
            f"{m.name} in [{low[m.name].value:.6g}, {high[m.name].value:.6g}]" for m in self.moves
        ]
        return f"{', '.join(parts)}: not settled, at a border of regions or where payoffs are flat"


def _only_root(root: Isolated, known: _Enclosed, low: Array, high: Array) -> NDArray[np.bool_]:
    """Say in which boxes, inside a region, there is no other equilibrium than a known point.

    Where a payoff falls throughout a box at the lower end, the move can only be at that end.
    """
    only = np.ones(low.shape[1], dtype=bool)
    for k, label in enumerate(root.label):
        inner = (low[k] >= root.low[k]) & (high[k] <= root.high[k]) & (low[k] > 0) & (high[k] < 1)
        at_low = (low[k] == 0) & (high[k] < 1) & (known.slopes[1][k] < 0)
        at_high = (high[k] == 1) & (low[k] > 0) & (known.slopes[0][k] > 0)
        only &= inner if label == INTERIOR else at_low if label == LOWER else at_high
    return only


def _halved(low: Array, high: Array) -> tuple[Array, Array]:
    places = np.arange(low.shape[1])
    if not len(places):
        return low, high
    axis = np.argmax(high - low, axis=0)
    middle = low[axis, places] + 0.4921875 * (high - low)[axis, places]
    first, second = high.copy(), low.copy()
    first[axis, places] = second[axis, places] = middle
    return np.concatenate([low, second], axis=1), np.concatenate([first, high], axis=1)


def _joined(low: Array, high: Array) -> list[list[tuple[float, float]]]:
    """Join boxes that touch into the smallest boxes that hold them."""
    a, b = np.empty((len(low), 0)), np.empty((len(low), 0))
    for k in range(min(low.shape[1], _MOST_SHOWN)):
        box = low[:, [k]], high[:, [k]]
        apart = ((box[0] > b) | (a > box[1])).any(axis=0)
        near = [
            np.concatenate([box[0], a[:, ~apart]], 1),
            np.concatenate([box[1], b[:, ~apart]], 1),
        ]
        a = np.concatenate([a[:, apart], near[0].min(axis=1, keepdims=True)], axis=1)
        b = np.concatenate([b[:, apart], near[1].max(axis=1, keepdims=True)], axis=1)
    if low.shape[1] > _MOST_SHOWN:
        a, b = low.min(axis=1, keepdims=True), high.max(axis=1, keepdims=True)
    return [list(zip(c.tolist(), d.tolist(), strict=True)) for c, d in zip(a.T, b.T, strict=True)]
