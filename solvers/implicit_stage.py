r"""Two stages of continuous moves, the second without closed form: it stays implicit.

In stage 1 players choose :math:`x \in X`, in stage 2 :math:`y \in Y` knowing x. With
:math:`F_k = \partial u_{i(k)} / \partial y_k`, the matrix :math:`M = -\partial F / \partial y`, and
all moves scaled to the unit box:

Steps
-----
1. *One interior equilibrium y(x) after each x, by proof.* All principal minors of M are positive on
   X x Y, so that there is exactly one (`pigou.solvers.last_stage`, step 1). No point of X x Y with
   some :math:`y_k` at an end satisfies the first-order conditions of stage 2: such points are
   excluded box by box. So F(x, y(x)) = 0, and y(x) is smooth.
2. *Reduced derivatives.* By the implicit function theorem :math:`\partial y / \partial x_l =
   M^{-1} \partial F / \partial x_l`. The effect of a player's own later moves is 0 by their
   first-order conditions. So, up to the positive factor det M, the derivative of i's payoff in its
   own :math:`x_l` along y(x) is

   .. math:: g_l = \det M \; \frac{\partial u_i}{\partial x_l} + \sum_{k:\, i(k) \ne i}
             \frac{\partial u_i}{\partial y_k}
             \Big( \operatorname{adj} M \; \frac{\partial F}{\partial x_l} \Big)_k .

3. *All candidates.* The system of g (each x inside or at an end) and F = 0 is solved on X x Y by
   branch and prune (`pigou.solvers.branch_and_prune`), and solutions refined to 70 digits.
4. *All deviations.* With the rivals' x held at their enclosures, the best of player i's own x is
   among the solutions of i's own rows of g and F = 0, in i's own x and y. All are found, and their
   payoffs compared with the candidate's in balls. If each is less, the gain is exactly 0; one that
   is more refutes the candidate; what cannot be told is reported.

At most 3 later moves and 6 moves in all: boxes are cut in all of them.

Sources: J. Tirole (1988), The Theory of Industrial Organization, section 8.3, for the reduced
derivatives; R. Krawczyk (1969); J. B. Rosen (1965); those of the modules named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy as sp
from flint import fmpq

from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.expression import If
from pigou.solvers.branch_and_prune import MOST_BOXES, Isolated, explore
from pigou.solvers.deviation import Reply
from pigou.solvers.first_order import FirstOrder
from pigou.solvers.last_stage import Mover, check_unique
from pigou.solvers.refine import Refined, doubles, refined
from pigou.solvers.roots import ball_to_enclosure, working_precision
from pigou.solvers.smooth_games import _distinct, _is_same, short
from pigou.solvers.tape import Tape

__all__ = ["ImplicitPoint", "ImplicitStages", "NotImplicit", "TwoStages"]

_MOST_LATER, _MOST_MOVES = 3, 6
_MOST_AT_ENDS = 20_000
_BEYOND_BOUND = Enclosure(Fraction(0), Fraction(10) ** 300)


class NotImplicit(StructureError):
    """Why a later stage is not solved implicitly."""


class ImplicitPoint(NamedTuple):
    """A solution of the first-order conditions of both stages.

    Attributes
    ----------
    values : mapping of str to Enclosure
        All moves, in their own units.
    replies : mapping of str to Reply
        The best deviation of each first mover, in its first moves.
    """

    values: Mapping[str, Enclosure]
    replies: Mapping[str, Reply]

    @property
    def better(self) -> tuple[str, Reply] | None:
        """The player that gains most from deviating, where one is known to gain."""
        better = [(who, reply) for who, reply in self.replies.items() if reply.move is not None]
        return max(better, key=lambda item: item[1].gain.lower) if better else None


class ImplicitStages(NamedTuple):
    """What is known of the subgame-perfect equilibria.

    Attributes
    ----------
    points : tuple of ImplicitPoint
        First-order points, whether somebody is known to gain from deviating or not.
    unresolved : tuple of str
    boxes : int
        How many boxes were looked at for candidates.
    """

    points: tuple[ImplicitPoint, ...]
    unresolved: tuple[str, ...]
    boxes: int


class TwoStages:
    """A game of two stages with continuous moves, the second implicit.

    Parameters
    ----------
    payoffs : mapping of str to sympy expression
        Of every player, in the moves.
    first, later : sequence of Mover

    Raises
    ------
    NotImplicit
        If there are too many moves, payoffs have kinks, or a later move may be at an end.
    NoClosedForm
        If it could not be proved that there is one equilibrium of stage 2 after each history.

    Examples
    --------
    >>> a, b = sp.symbols("a b", real=True)
    >>> one, two = (Mover(s, s.name, Fraction(1, 2), Fraction(2)) for s in (a, b))
    >>> payoffs = {"a": a * b - a**2, "b": b * (1 + a) - b**4 / 4}  # b**3 = 1 + a
    >>> (point,) = TwoStages(payoffs, [one], [two]).solved().points
    >>> round(float(point.values["a"].value), 6), point.replies["a"].is_best
    (0.673197, True)
    """

    def __init__(
        self, payoffs: Mapping[str, sp.Expr], first: Sequence[Mover], later: Sequence[Mover]
    ):
        self.movers = (*first, *later)
        _check_size(first, later, payoffs)
        self.variables = [sp.Symbol(f"t_{m.move.name}", real=True) for m in self.movers]
        scale = {
            m.move: _number(m.low) + _number(m.high - m.low) * t
            for m, t in zip(self.movers, self.variables, strict=True)
        }
        self.payoffs = {p: u.xreplace(scale) for p, u in payoffs.items()}
        self.first = range(len(first))
        self.later = range(len(first), len(self.movers))
        self.conditions = [
            sp.diff(self.payoffs[m.player], t)
            for m, t in zip(later, self.variables[len(first) :], strict=True)
        ]
        self._check_later()
        self.rows = [*self._reduced(), *self.conditions]
        self.system = self._system(range(len(self.movers)))

    # -- stage 2 ----------------------------------------------------------------------------------

    def _check_later(self) -> None:
        """Prove that there is one equilibrium after each history, and that it is interior."""
        zero, one = Fraction(0), Fraction(1)
        movers = [Mover(self.variables[k], self.movers[k].player, zero, one) for k in self.later]
        history = {self.variables[k]: (zero, one) for k in self.first}
        check_unique(self.payoffs, movers, history)
        tape = Tape(self.conditions, self.variables)
        for k in self.later:
            for end in (0.0, 1.0):
                if not self._excluded(tape, k, end):
                    move = self.movers[k]
                    which = move.low if end == 0 else move.high
                    raise NotImplicit(
                        f"'{move.move.name}' may be at the end {which} of its interval after some "
                        "history, or that could not be excluded: without a closed form, later "
                        "moves have to be inside their intervals (a wider interval may do)"
                    )

    def _excluded(self, tape: Tape, k: int, end: float) -> bool:
        """Whether no equilibrium of stage 2 has a move at an end, whatever the history."""
        low, high = np.zeros((2, len(self.movers), 1)) + np.array([0.0, 1.0])[:, None, None]
        low[k] = high[k] = end
        looked = 0
        with np.errstate(all="ignore"):
            while low.shape[1] and looked < _MOST_AT_ENDS:
                looked += low.shape[1]
                below, above, left = tape.intervals(low, high)
                possible = np.ones(low.shape[1], dtype=bool)
                for row, j in enumerate(self.later):
                    possible &= ~((below[row] > 0) & (high[j] < 1))
                    possible &= ~((above[row] < 0) & (low[j] > 0))
                    up, down = (below[row] > 0) & ~left, (above[row] < 0) & ~left
                    low[j] = np.where(up & (high[j] == 1), 1.0, low[j])
                    high[j] = np.where(down & (low[j] == 0), 0.0, high[j])
                low, high = _halved(low[:, possible | left], high[:, possible | left])
        return not low.shape[1]

    def _reduced(self) -> list[sp.Expr]:
        """Return the derivatives of first movers' payoffs along y(x), times det M (step 2)."""
        y = [self.variables[k] for k in self.later]
        matrix = -sp.Matrix([[sp.diff(f, v) for v in y] for f in self.conditions])
        factor, adjugate = matrix.det(method="berkowitz"), matrix.adjugate()
        rows = []
        for k in self.first:
            x, player = self.variables[k], self.movers[k].player
            moved = adjugate * sp.Matrix([sp.diff(f, x) for f in self.conditions])
            payoff = self.payoffs[player]
            row = factor * sp.diff(payoff, x)
            for place, j in enumerate(self.later):
                if self.movers[j].player != player:
                    row += sp.diff(payoff, self.variables[j]) * moved[place]
            rows.append(_short(row))
        return rows

    def _system(self, active: Sequence[int]) -> FirstOrder:
        objectives = [self.payoffs[self.movers[k].player] for k in active]
        rows = [self.rows[k] for k in active]
        return FirstOrder(self.variables, list(active), objectives, False, rows=rows)

    # -- stage 1 ----------------------------------------------------------------------------------

    def solved(self) -> ImplicitStages:
        """Find all first-order points of both stages, and bound every first mover's deviations."""
        found = explore(self.system, most=MOST_BOXES)
        points, vague = _distinct(self.system, found.roots)
        notes = [
            f"{self._where(root.low, root.high)}: a first-order point at an end of an interval"
            for root in vague
        ]
        if found.open.number:
            ends = found.open.low.min(axis=1), found.open.high.max(axis=1)
            notes.append(
                f"{self._where(*ends)}: not settled: a continuum, a degenerate point, or too "
                "many boxes"
            )
        judged = sorted(
            map(self._judged, points), key=lambda p: [v.lower for v in p.values.values()]
        )
        return ImplicitStages(tuple(judged), tuple(notes), found.boxes)

    def _judged(self, point: Refined) -> ImplicitPoint:
        players = dict.fromkeys(self.movers[k].player for k in self.first)
        values = {
            m.move.name: _scaled(m, short(value))
            for m, value in zip(self.movers, point.enclosures, strict=True)
        }
        return ImplicitPoint(values, {p: self._reply(p, point) for p in players})

    def _reply(self, player: str, point: Refined) -> Reply:
        """Compare a player's first moves with all others, what follows included (step 4)."""
        mine = [k for k in self.first if self.movers[k].player == player]
        active = [*mine, *self.later]
        others = [k for k in self.first if k not in mine]
        system = self._system(active)
        with working_precision():
            ends = {k: doubles(point.balls[k]) for k in others}
        exact = _rationals(point)
        rivals = None if exact is None else {k: exact[k] for k in others}
        system.fixed(ends, {k: point.balls[k] for k in others}, rivals)
        found = explore(system, most=MOST_BOXES)
        if found.open.number:
            return Reply(_BEYOND_BOUND, None)
        own = point._replace(
            balls=tuple(point.balls[k] for k in active),
            label=tuple(point.label[k] for k in active),
            exact=None if point.exact is None else tuple(point.exact[k] for k in active),
        )
        tape = Tape([self.payoffs[player]], self.variables)
        others_than = [root for root in found.roots if not _is_same(system, root, own)]
        return self._best(system, tape, others_than, point, active)

    def _best(
        self,
        system: FirstOrder,
        tape: Tape,
        roots: Sequence[Isolated],
        point: Refined,
        active: Sequence[int],
    ) -> Reply:
        """Compare the payoff at other solutions of a player's own system with that at a point."""
        best = Reply(Enclosure.point(0), None)
        for root in roots:
            there = refined(system, root)
            if there is None:
                return Reply(_BEYOND_BOUND, None)
            if there.inside is False or there.signs is False:
                continue
            with working_precision():
                moved = list(point.balls)
                for k, ball in zip(active, there.balls, strict=True):
                    moved[k] = ball
                gain = tape.balls(moved)[0] - tape.balls(list(point.balls))[0]
                if not gain.is_finite():
                    return Reply(_BEYOND_BOUND, None)
                enclosure = ball_to_enclosure(gain)
            if enclosure.lower > max(best.gain.lower, Fraction(0)) and there.inside and there.signs:
                mine = [k for k in active if k in self.first]
                moves = zip(mine, there.enclosures, strict=False)
                values = [_scaled(self.movers[k], v) for k, v in moves]
                best = Reply(enclosure, tuple((v.lower + v.upper) / 2 for v in values))
            elif best.move is None and enclosure.upper > best.gain.upper:
                best = Reply(Enclosure(Fraction(0), enclosure.upper), None)
        return best

    def _where(self, low: np.ndarray, high: np.ndarray) -> str:
        parts = []
        for m, a, b in zip(self.movers, low, high, strict=True):
            ends = [float(m.low + (m.high - m.low) * Fraction(float(t))) for t in (a, b)]
            parts.append(f"{m.move.name} in [{ends[0]:.6g}, {ends[1]:.6g}]")
        return ", ".join(parts)


def _check_size(
    first: Sequence[Mover], later: Sequence[Mover], payoffs: Mapping[str, sp.Expr]
) -> None:
    if len(later) > _MOST_LATER or len(first) + len(later) > _MOST_MOVES:
        raise NotImplicit(
            f"{len(first)} first and {len(later)} later moves: without a closed form of the later "
            f"stage, at most {_MOST_LATER} later moves and {_MOST_MOVES} in all are solved for"
        )
    for player, payoff in payoffs.items():
        if payoff.has(sp.Max, sp.Min, sp.Abs, If):
            raise NotImplicit(
                f"the payoff of '{player}' has kinks or case distinctions: with these, a later "
                "stage needs a closed form"
            )


def _halved(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not low.shape[1]:
        return low, high
    places = np.arange(low.shape[1])
    axis = np.argmax(high - low, axis=0)
    middle = (low[axis, places] + high[axis, places]) / 2
    first, second = high.copy(), low.copy()
    first[axis, places] = second[axis, places] = middle
    return np.concatenate([low, second], axis=1), np.concatenate([first, high], axis=1)


def _short(formula: sp.Expr) -> sp.Expr:
    """Expand polynomials, which may cancel much; leave other formulas as they are."""
    names = formula.free_symbols
    return sp.expand(formula) if formula.is_polynomial(*names) else formula


def _rationals(point: Refined) -> list[fmpq] | None:
    return None if point.exact is None else [fmpq(q.numerator, q.denominator) for q in point.exact]


def _scaled(mover: Mover, value: Enclosure) -> Enclosure:
    width = mover.high - mover.low
    return Enclosure(mover.low + width * value.lower, mover.low + width * value.upper)


def _number(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)
