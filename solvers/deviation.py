r"""The best a player can do against given rivals, over all its own moves at once, with proof.

A solution :math:`t^*` of the first-order system is an equilibrium iff for every player i no
:math:`t_i` in its own box has :math:`u_i(t_i, t^*_{-i}) > u_i(t^*)`.

Steps
-----
1. With the rivals held at their enclosures, all solutions of the player's own first-order system
   are found by branch and prune; boxes in which :math:`u_i` stays below a value that is attained
   are dropped. A continuous :math:`u_i` has a maximiser, and that is among the solutions or in an
   open box.
2. A solution is :math:`t_i^*` itself if it has the same labels and :math:`t_i^*` lies in its box of
   uniqueness, or if every move is at the same end. Where :math:`u_i` is concave on that box (pivots
   of minus its second derivatives positive, in balls), :math:`t_i^*` is the best there whatever the
   labels.
3. Every other solution is refined and its payoff compared in balls. If all are strictly worse and
   no box is open, :math:`t_i^*` is the player's best reply, and the gain from deviating exactly 0.
   If one is strictly better, it is the deviation that shows that :math:`t^*` is no equilibrium.
   Otherwise the largest possible gain is bounded.

Kinks in :math:`u_i` are part of the player's own system (`pigou.solvers.kinks`), so that maximisers
at a kink are among its solutions; payoffs are compared at the moves alone.

Source: E. Hansen and G. W. Walster (2004), Global Optimization Using Interval Analysis, chapter 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from flint import arb, fmpq

from pigou.exact import Enclosure
from pigou.solvers.branch_and_prune import Exploration, Isolated, explore
from pigou.solvers.first_order import INTERIOR, Boxes, FirstOrder
from pigou.solvers.intervals import Floats
from pigou.solvers.refine import Refined, doubles, refined
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["Optimum", "Reply", "best_against", "best_reply", "maximum"]

MOST_BOXES = 10_000


class Reply(NamedTuple):
    """How a player's move compares with the best it could do.

    Attributes
    ----------
    gain : Enclosure
        The largest gain from deviating: exactly 0 where the move is proved to be best; above 0
        where `move` is better; otherwise from 0 to a bound.
    move : tuple of Fraction or None
        A better move, in the unit box.
    """

    gain: Enclosure
    move: tuple[Fraction, ...] | None

    @property
    def is_best(self) -> bool:
        """Whether the move is proved to be a best reply."""
        return self.gain.upper == 0


def best_reply(
    system: FirstOrder,
    point: Sequence[Any],
    label: Sequence[int],
    exact: Sequence[fmpq] | None = None,
) -> Reply:
    """Compare a move with the best reply.

    Parameters
    ----------
    system : FirstOrder
        The player's own; its rivals have been fixed.
    point : sequence of arb
        The player's moves, and the switches in its payoff: a solution of the system.
    label : sequence of int
    exact : sequence of fmpq, optional
        The same as rational numbers, where they and the rivals' moves are.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x", real=True)
    >>> system = FirstOrder([x], [0], [(x - sp.Rational(1, 2)) ** 2], True)
    >>> from pigou.solvers.first_order import INTERIOR
    >>> reply = best_reply(system, [arb("0.5")], [INTERIOR])
    >>> reply.gain, reply.move
    (Enclosure(1/4), (Fraction(0, 1),))
    """
    with working_precision():
        own = system.attained(point[: system.moves])
    if own is None:
        return Reply(Enclosure(Fraction(0), Fraction(10) ** 300), None)
    found = explore(system, doubles(own)[0], MOST_BOXES)
    with working_precision():
        better = _better(system, found, own)
        if better is not None:
            return better
        gain = arb(0)
        for root in found.roots:
            if not _is_own(system, root, point, label):
                gain = gain.max(_advantage(system, root, own, exact))
        if found.open.number:
            gain = gain.max(arb(found.bound) - own if np.isfinite(found.bound) else arb(10) ** 300)
        return Reply(Enclosure(Fraction(0), max(ball_to_enclosure(gain).upper, Fraction(0))), None)


def best_against(system: FirstOrder, own: Any, exact: fmpq | None = None) -> Reply:
    """Compare a payoff, earned elsewhere, with the best that a player can do.

    Parameters
    ----------
    system : FirstOrder
        The player's own; its rivals have been fixed.
    own : arb
        The payoff to compare with.
    exact : fmpq, optional
        The same, if it is rational.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x", real=True)
    >>> system = FirstOrder([x], [0], [x - x**2], True)
    >>> best_against(system, arb("0.25"), fmpq(1, 4)), best_against(system, arb(0)).move
    (Reply(gain=Enclosure(0), move=None), (Fraction(1, 2),))
    """
    found = explore(system, doubles(own)[0], MOST_BOXES)
    with working_precision():
        better = _better(system, found, own)
        if better is not None:
            return better
        gain = arb(0)
        for root in found.roots:
            if exact is None or not _is_no_more(system, root, exact):
                gain = gain.max(_advantage(system, root, own, None))
        if found.open.number:
            gain = gain.max(arb(found.bound) - own if np.isfinite(found.bound) else arb(10) ** 300)
        return Reply(Enclosure(Fraction(0), max(ball_to_enclosure(gain).upper, Fraction(0))), None)


def _is_no_more(system: FirstOrder, root: Isolated, exact: fmpq) -> bool:
    """Whether a solution is a rational point whose payoff is at most a rational number."""
    there = refined(system, root)
    if there is None or there.exact is None:
        return False
    value = system.objective_exactly([fmpq(q.numerator, q.denominator) for q in there.exact])
    return value is not None and bool(value <= exact)


def _better(system: FirstOrder, found: Exploration, own: Any) -> Reply | None:
    """Return a move that is strictly better, if one is known."""
    tried = [np.clip(root.point[: system.moves], 0.0, 1.0) for root in found.roots]
    tried += [found.best[: system.moves]] if found.best is not None else []
    best: tuple[Any, Floats] | None = None
    for move in tried:
        value = system.attained([arb(float(t)) for t in move])
        if value is not None and value > own and (best is None or value.mid() > best[0].mid()):
            best = value, move
    if best is None:
        return None
    better = tuple(Fraction(float(t)) for t in best[1])
    return Reply(ball_to_enclosure(best[0] - own), better)


def _is_own(system: FirstOrder, root: Isolated, point: Sequence[Any], label: Sequence[int]) -> bool:
    """Whether a solution is the given one, or lies where the given one is best (step 2)."""
    m = system.moves
    if INTERIOR not in root.label[:m] and root.label[:m] == tuple(label[:m]):
        return True
    ends = list(zip(point, root.low, root.high, strict=True))
    if not all(bool(arb(float(a)) <= p) and bool(p <= arb(float(b))) for p, a, b in ends):
        return False
    return root.label == tuple(label) or _concave(system, root)


def _concave(system: FirstOrder, root: Isolated) -> bool:
    """Whether the objective is strictly concave on the box of a solution, all moves moving."""
    ends = zip(root.low, root.high, strict=True)
    g, h, _ = system.balls([arb(float(low)).union(arb(float(high))) for low, high in ends])
    m = system.moves
    if INTERIOR in root.label[m:] or not all(kink > 0 or kink < 0 for kink in g[m:]):
        return False
    rows = [[-h[i, k] for k in range(m)] for i in range(m)]
    for i in range(m):
        if not rows[i][i] > 0:
            return False
        for k in range(i + 1, m):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [b - factor * a for a, b in zip(rows[i], rows[k], strict=True)]
    return True


def _advantage(system: FirstOrder, root: Isolated, own: Any, exact: Sequence[fmpq] | None) -> Any:
    """Bound what moving to a solution brings; nothing where it is outside, or no solution."""
    there = refined(system, root)
    if there is None:
        return arb(10) ** 300
    if there.inside is False or there.signs is False:
        return arb(0)
    if exact is not None and there.exact is not None:
        point = [fmpq(q.numerator, q.denominator) for q in there.exact]
        new, old = system.objective_exactly(point), system.objective_exactly(exact)
        if new is not None and old is not None and new <= old:
            return arb(0)
    value = system.attained(there.balls[: system.moves])
    return arb(10) ** 300 if value is None else (value - own).upper()


class Optimum(NamedTuple):
    """The largest value of one objective over the unit box.

    Attributes
    ----------
    value : Enclosure
    points : tuple of tuple of Enclosure
        Where it is attained, as far as can be told: several where they tie.
    settled : bool
        Whether the maximisers are among them.
    """

    value: Enclosure
    points: tuple[tuple[Enclosure, ...], ...]
    settled: bool


def maximum(system: FirstOrder) -> Optimum | None:
    """Find the largest value that one who makes all the moves can attain; None if that fails.

    Examples
    --------
    >>> import sympy as sp
    >>> x, y = sp.symbols("x y", real=True)
    >>> welfare = x + y - x**2 - y**2 - x * y
    >>> maximum(FirstOrder([x, y], [0, 1], [welfare, welfare], True)).value
    Enclosure(1/3)
    """
    found = explore(system, most=MOST_BOXES)
    points = [refined(system, root) for root in found.roots]
    with working_precision():
        feasible = [point for point in points if point is not None and point.inside]
        known = [_exact_value(system, point) for point in feasible]
        values = [value for value in known if value is not None]
        if len(values) < len(known):
            return None
        lowest = [value.lower for value in values]
        if found.best is not None:
            centre = system.attained([arb(float(t)) for t in found.best[: system.moves]])
            lowest += [] if centre is None else [ball_to_enclosure(centre).lower]
        vague = [
            _bound(system, root)
            for root, point in zip(found.roots, points, strict=True)
            if point is None or point.inside is None
        ]
    bounds = [found.bound, *vague] if found.open.number else vague
    if not lowest or not all(bound < np.inf for bound in bounds):
        return None
    highest = [Fraction(bound) for bound in bounds if bound > -np.inf]
    value = Enclosure(max(lowest), max([*lowest, *(v.upper for v in values), *highest]))
    near = [
        p.enclosures[: system.moves]
        for p, v in zip(feasible, values, strict=True)
        if v.upper >= value.lower
    ]
    return Optimum(value, tuple(dict.fromkeys(near)), not bounds)


def _exact_value(system: FirstOrder, point: Refined) -> Enclosure | None:
    if point.exact is not None:
        rational = [fmpq(q.numerator, q.denominator) for q in point.exact]
        exact = system.objective_exactly(rational)
        if exact is not None:
            return Enclosure.point(f"{exact.p}/{exact.q}")
    value = system.attained(point.balls[: system.moves])
    return ball_to_enclosure(value) if value is not None else None


def _bound(system: FirstOrder, root: Isolated) -> float:
    """Bound the objective over the part of a solution's box that lies in the unit box."""
    low, high = (np.clip(end, 0.0, 1.0)[:, None] for end in (root.low, root.high))
    values = system.values(Boxes(low, high, np.zeros(low.shape, dtype=np.int8)))
    return np.inf if values.left[0] or values.objective is None else float(values.objective[1][0])
