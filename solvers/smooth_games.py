r"""All pure equilibria of a game with continuous, simultaneous moves of single players.

Steps
-----
1. Find all solutions of the first-order system of all players, each with a box in which it is the
   only one, and the boxes that could not be settled (`pigou.solvers.branch_and_prune`). Points at
   which a second derivative of the mover's payoff in its own move is positive are no best replies
   and are left out where that is noticed.
2. Refine each to 70 digits, or to rational numbers (`pigou.solvers.refine`). One that lies outside
   the intervals, or has the wrong sign of the derivative at an end, is none. One point found twice,
   as interior and at an end where the derivative is 0, is one.
3. A solution is only a candidate. For each player, its best reply among *all* its moves is
   bounded with the rivals held at their enclosures (`pigou.solvers.deviation`). The candidate is an
   equilibrium if each player's gain is proved to be exactly 0; it is refuted by one better move. A
   gain that is bounded by :math:`10^{-40}` of the size of the payoff but not known to be 0 (two
   best replies that tie) leaves an equilibrium as far as can be told, and says so.
4. The list is complete if no box and no candidate is left over.
5. Of identical players, only one order is searched; what is found is listed with all its images
   (`pigou.solvers.symmetry`).

Sources: those of the modules named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from flint import arb, fmpq

from pigou.exact import Enclosure
from pigou.solvers.branch_and_prune import Isolated, explore
from pigou.solvers.deviation import Optimum, Reply, best_reply, maximum
from pigou.solvers.first_order import INTERIOR, Boxes, FirstOrder
from pigou.solvers.refine import Refined, doubles, refined
from pigou.solvers.roots import ball_to_enclosure, working_precision
from pigou.solvers.smooth_form import SmoothForm
from pigou.solvers.symmetry import identical_players, in_order, orbits, spread

__all__ = ["Candidate", "Smooth", "smooth_equilibria", "smooth_optimum"]

_NEGLIGIBLE = Fraction(1, 10**40)
_MOST_CLUSTERS = 400
_DIGITS = Fraction(2**200)


class Candidate(NamedTuple):
    """A solution of the first-order system, and how each player could deviate from it.

    Attributes
    ----------
    values : tuple of Enclosure
        The moves.
    replies : mapping of str to Reply
        For each player, its best deviation; moves in the game's own units.
    """

    values: tuple[Enclosure, ...]
    replies: Mapping[str, Reply]

    @property
    def is_proved(self) -> bool:
        """Whether it is proved to be an equilibrium."""
        return all(reply.is_best for reply in self.replies.values())

    @property
    def better(self) -> tuple[str, Reply] | None:
        """The player that gains most from deviating, where one is known to gain."""
        better = [(who, reply) for who, reply in self.replies.items() if reply.move is not None]
        return max(better, key=lambda item: item[1].gain.lower) if better else None


class Smooth(NamedTuple):
    """What is known of the equilibria of a smooth game.

    Attributes
    ----------
    equilibria : tuple of Candidate
        Nobody gains: proved, or but for what is negligible.
    refuted : tuple of Candidate
        First-order points from which somebody gains by deviating.
    unresolved : tuple of (boxes of Enclosure, str)
        Where further equilibria may be, and why that is not known.
    boxes : int
        How many boxes were looked at.
    """

    equilibria: tuple[Candidate, ...]
    refuted: tuple[Candidate, ...]
    unresolved: tuple[tuple[tuple[Enclosure, ...], str], ...]
    boxes: int


def smooth_equilibria(form: SmoothForm, symmetry: bool = True) -> Smooth:
    """Find all pure equilibria of a smooth game.

    Parameters
    ----------
    form : SmoothForm
    symmetry : bool, optional
        Whether to look for identical players, and at one order of each class of them only. The
        answer is the same without, but takes longer.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> duopoly = Game(
    ...     "duopoly",
    ...     [Player("one"), Player("two")],
    ...     [Move("x", "one", (0, 2)), Move("y", "two", (0, 2))],
    ...     {"one": "x*(3 - x - y)", "two": "y*(3 - x - y)"},
    ... )
    >>> found = smooth_equilibria(smooth_form(duopoly))
    >>> [equilibrium.values for equilibrium in found.equilibria]
    [(Enclosure(1), Enclosure(1))]
    """
    everybody = range(len(form.variables))
    objectives = [form.payoffs[owner] for owner in form.owners]
    system = FirstOrder(form.variables, everybody, objectives, False)
    classes = identical_players(form) if symmetry else ()
    found = explore(system, wanted=in_order(classes))
    points, vague = _distinct(system, found.roots)
    own = {
        player: FirstOrder(form.variables, form.own(player), [payoff] * len(form.own(player)), True)
        for player, payoff in form.payoffs.items()
    }
    equilibria, refuted, unresolved = [], [], []
    for orbit in orbits(points, found.roots, classes):
        candidate = _candidate(form, own, orbit.point)
        images = orbit.relabelled(candidate, form.owners)
        if candidate.better is not None:
            refuted += images
        elif candidate.is_proved or _is_negligible(candidate, own, form, orbit.point):
            equilibria += images
            unresolved += [(candidate.values, why) for why in orbit.doubts]
        else:
            why = "a first-order point where the gains from deviating could not be bounded"
            unresolved += [(image.values, why) for image in images]
    for root in vague:
        box = [(max(a, 0.0), min(b, 1.0)) for a, b in zip(root.low, root.high, strict=True)]
        why = "a first-order point at an end of an interval, a derivative about 0 or infinite there"
        unresolved += [(image, why) for image in spread(_scaled(form, box), classes)]
    undefined = _clusters(found.open.pick(system.values(found.open).left))
    for box in _clusters(found.open):
        why = "not settled: a continuum, a degenerate point, or too many boxes"
        if any(_touch(np.transpose(box), np.transpose(other)) for other in undefined):
            why = "a payoff or a derivative of it is not defined at all points"
        unresolved += [(image, why) for image in spread(_scaled(form, box), classes)]
    return Smooth(tuple(equilibria), tuple(refuted), tuple(unresolved), found.boxes)


def smooth_optimum(form: SmoothForm) -> Optimum | None:
    """Find the moves with the largest total surplus; None where that could not be bounded.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> alone = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
    >>> smooth_optimum(smooth_form(alone)).points
    ((Enclosure(1),),)
    """
    if form.welfare is sp.nan:
        return None
    everybody = range(len(form.variables))
    found = maximum(FirstOrder(form.variables, everybody, [form.welfare] * len(everybody), True))
    if found is None:
        return None
    points = tuple(
        tuple(form.scaled_back(k, value) for k, value in enumerate(point)) for point in found.points
    )
    return found._replace(points=points)


# -- candidates ---------------------------------------------------------------------------------


def _distinct(
    system: FirstOrder, roots: Sequence[Isolated]
) -> tuple[list[Refined], list[Isolated]]:
    """Refine solutions; return those that are one each, and those that cannot be told."""
    pairs = [(root, refined(system, root)) for root in roots]
    sure = [(r, p) for r, p in pairs if p is not None and p.inside and p.signs]
    sure.sort(key=lambda pair: -pair[0].label.count(INTERIOR))
    points: list[Refined] = []
    kept: list[Isolated] = []
    for root, point in sure:
        if not any(_is_same(system, other, point) for other in kept):
            points.append(point)
            kept.append(root)
    vague = [
        root
        for root, point in pairs
        if (point is None or (point.inside is not False and point.signs is not False))
        and not (point is not None and point.inside and point.signs)
        and not any(_is_same(system, root, known) for known in points)
    ]
    return points, vague


def _is_same(system: FirstOrder, root: Isolated, point: Refined) -> bool:
    """Whether a point is the one solution in a root's box: it lies there and solves its system."""
    with working_precision():
        ends = [doubles(ball) for ball in point.balls]
    box = zip(root.low, root.high, ends, strict=True)
    if not all(low <= a and b <= high for low, high, (a, b) in box):
        return False
    if root.label == point.label:
        return True
    interior = [k for k, label in enumerate(root.label) if label == INTERIOR]
    with working_precision():
        g = system.balls(point.balls)[0]
        exact = None
        if point.exact is not None:
            exact = system.exactly([fmpq(q.numerator, q.denominator) for q in point.exact])
        return all(
            exact[k] == 0 if exact is not None else bool(g[k] == 0)
            for k in interior
            if point.label[k] != INTERIOR
        )


def _candidate(form: SmoothForm, own: Mapping[str, FirstOrder], point: Refined) -> Candidate:
    replies = {}
    for player, system in own.items():
        mine = form.own(player)
        others = [k for k in range(len(form.variables)) if k not in mine]
        with working_precision():
            ends = {k: doubles(point.balls[k]) for k in others}
        system.fixed(ends, {k: point.balls[k] for k in others})
        labels = [point.label[k] for k in mine]
        if _is_indifferent(form, player, point):
            reply = Reply(Enclosure.point(0), None)
        else:
            reply = best_reply(system, [point.balls[k] for k in mine], labels)
        if reply.move is not None:
            moves = zip(mine, reply.move, strict=True)
            reply = reply._replace(
                move=tuple(form.scaled_back(k, Enclosure.point(t)).lower for k, t in moves)
            )
        replies[player] = reply
    values = tuple(form.scaled_back(k, _short(v)) for k, v in enumerate(point.enclosures))
    return Candidate(values, replies)


def _is_indifferent(form: SmoothForm, player: str, point: Refined) -> bool:
    """Whether all moves of a player do equally well, its rivals being known exactly."""
    if point.exact is None:
        return False
    mine = form.own(player)
    rivals = {
        variable: sp.Rational(str(point.exact[k]))
        for k, variable in enumerate(form.variables)
        if k not in mine
    }
    left = sp.expand(form.payoffs[player].xreplace(rivals))
    return not left.has(*(form.variables[k] for k in mine))


def _short(value: Enclosure) -> Enclosure:
    """Widen an enclosure to 60 digits, so that it can be checked with no more than that."""
    if value.is_exact:
        return value
    middle = round((value.lower + value.upper) / 2 * _DIGITS) / _DIGITS
    low, high = min(value.lower, middle - 1 / _DIGITS), max(value.upper, middle + 1 / _DIGITS)
    return Enclosure(max(low, Fraction(0)), min(high, Fraction(1)))


def _is_negligible(
    candidate: Candidate, own: Mapping[str, FirstOrder], form: SmoothForm, point: Refined
) -> bool:
    """Whether no gain exceeds what the precision of the enclosures leaves open."""
    for player, reply in candidate.replies.items():
        mine = form.own(player)
        moves = [[point.balls[k] for k in mine], [arb(0)] * len(mine), [arb(1)] * len(mine)]
        with working_precision():
            sizes = [abs(own[player].balls(move)[2] or arb(0)) for move in moves]
            size = max((ball_to_enclosure(s).lower for s in sizes if s.is_finite()), default=0)
        if reply.gain.upper > _NEGLIGIBLE * size:
            return False
    return True


# -- what is left -------------------------------------------------------------------------------


def _scaled(form: SmoothForm, box: Sequence[tuple[Any, Any]]) -> tuple[Enclosure, ...]:
    return tuple(
        form.scaled_back(k, Enclosure(Fraction(float(a)), Fraction(float(b))))
        for k, (a, b) in enumerate(box)
    )


def _clusters(boxes: Boxes) -> list[list[tuple[float, float]]]:
    """Join boxes that touch into the smallest boxes that hold them; into one if there are many."""
    hulls = [np.stack([boxes.low[:, k], boxes.high[:, k]]) for k in range(boxes.number)]
    if len(hulls) > _MOST_CLUSTERS:
        hulls = [np.stack([boxes.low.min(axis=1), boxes.high.max(axis=1)])]
    joined: list[Any] = []
    for hull in hulls:
        touching = [k for k, other in enumerate(joined) if _touch(hull, other)]
        while touching:
            for k in reversed(touching):
                other = joined.pop(k)
                hull = np.stack([np.minimum(hull[0], other[0]), np.maximum(hull[1], other[1])])
            touching = [k for k, other in enumerate(joined) if _touch(hull, other)]
        joined.append(hull)
    return [list(zip(hull[0].tolist(), hull[1].tolist(), strict=True)) for hull in joined]


def _touch(one: Any, other: Any) -> bool:
    return bool(((one[0] <= other[1]) & (other[0] <= one[1])).all())
