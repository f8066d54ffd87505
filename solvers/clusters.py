r"""What branch and prune leaves open: refuted, shown to be a continuum, or bounded and reported.

Steps
-----
1. *Points.* A box that is one point in the moves, which is known as a solution, says nothing new.
2. *Refuted boxes.* For the centre of a box, find each player's best reply. If that move is better
   than all of the box, and of others, these hold no equilibrium (`pigou.solvers.outdone`).
3. *Continua.* Let two players with one move each have the same kink :math:`\varphi`, linear in both
   moves. On a piece :math:`T_1 \times T_2` around :math:`\varphi = 0`, each :math:`u_i` is concave
   in the own move against all of the piece, if :math:`h_{ii} \le 0` for all values of the switches
   and no kink in :math:`t_i` is convex. If then :math:`g_i \ge 0` on the side of the kink where
   :math:`t_i` is smaller and :math:`g_i \le 0` on the other, :math:`t_i` on the kink is a best
   reply to every rival's move in the piece, and every profile in it with :math:`\varphi = 0` is an
   equilibrium.
   Boxes in which a switch of :math:`\varphi` is between 0 and 1 have all their solutions there.
   Pieces that follow each other make a continuum; one that is left out parts two of them.
4. *The rest* is joined where boxes touch. In a box X, no player can gain more than
   :math:`\max u_i(\cdot, X_{-i}) - \min u_i(X)`, the first found by branch and prune on the own
   problem against all of :math:`X_{-i}`: every profile in X is an
   :math:`\varepsilon`-equilibrium for the largest of these.

Sources: those of `pigou.solvers.outdone` and `pigou.solvers.kinks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import sympy as sp
from flint import arb
from numpy.typing import NDArray

from pigou.solvers.branch_and_prune import Isolated, explore, krawczyk
from pigou.solvers.first_order import INTERIOR, Boxes, FirstOrder, sharpened
from pigou.solvers.intervals import Floats, multiply
from pigou.solvers.outdone import Outdone
from pigou.solvers.refine import doubles
from pigou.solvers.smooth_form import SmoothForm

__all__ = ["Cluster", "clusters", "groups"]

_MOST_GROUPS = 400
_MOST_ROUNDS = 6
_MOST_BOUNDED = 16
_FEW_BOXES = 128
_NARROWED = 8
_PIECES = 64
Box = list[tuple[float, float]]


class Cluster(NamedTuple):
    """Where equilibria may be that are not known one by one.

    Attributes
    ----------
    box : list of pair of float
        The smallest box that holds it.
    boxes : int
        How many boxes were left open in it.
    gain : float
        No player gains more by deviating from a profile in one of them; infinite where not known.
    continuum : sympy expression or None
        Where this is 0 in the cluster, every profile is an equilibrium, and there are no others.
    """

    box: Box
    boxes: int
    gain: float
    continuum: sp.Expr | None = None


def clusters(
    form: SmoothForm,
    own: Mapping[str, FirstOrder],
    left: Boxes,
    known: Sequence[Sequence[float]],
) -> list[Cluster]:
    """Settle open boxes as far as that goes, and bound the gains from deviating in the rest.

    Parameters
    ----------
    form : SmoothForm
    own : mapping of str to FirstOrder
        The system of each player alone.
    left : Boxes
    known : sequence of points
        Profiles of doubles that were dealt with exactly.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> from pigou.solvers.smooth_games import smooth_equilibria
    >>> effort = Game(
    ...     "the least effort counts",
    ...     [Player("a"), Player("b")],
    ...     [Move("x", "a", (0, 1)), Move("y", "b", (0, 1))],
    ...     {"a": "2*min(x, y) - x", "b": "2*min(x, y) - y"},
    ... )
    >>> found = smooth_equilibria(smooth_form(effort))
    >>> found.unresolved[0].continuum
    -t_x + t_y
    """
    outdone, m = Outdone(form), len(form.variables)
    points = (left.low[:m] == left.high[:m]).all(axis=0)
    for k in np.flatnonzero(points):
        points[k] = any((left.low[:m, k] == np.array(point)).all() for point in known)
    left = left.pick(~points)
    left = left.pick(~outdone(left))
    result: list[Cluster] = []
    for kink, run, rows in _continua(form, own, left):
        inside = (left.label[rows] == INTERIOR).any(axis=0) & _covered(left, run)
        if inside.any():
            box = _hull(left.pick(inside), m)
            result.append(Cluster(box, int(inside.sum()), 0.0, kink))
            left = left.pick(~inside)
    for group in groups(left, m):
        rest = _unrefuted(form, own, outdone, left.pick(group))
        for part in groups(rest, m):
            boxes = rest.pick(part)
            result.append(Cluster(_hull(boxes, m), boxes.number, _bound(form, own, outdone, boxes)))
    return result


def groups(boxes: Boxes, moves: int) -> list[NDArray[np.intp]]:
    """Say which boxes touch, directly or by others; all of them are one group if there are many.

    Examples
    --------
    >>> ends = np.array([[0.0, 1.0, 3.0]]), np.array([[1.0, 2.0, 4.0]])
    >>> [group.tolist() for group in groups(Boxes(*ends, np.zeros((1, 3), dtype=np.int8)), 1)]
    [[0, 1], [2]]
    """
    number = boxes.number
    if number > _MOST_GROUPS:
        return [np.arange(number)]
    low, high = boxes.low[:moves], boxes.high[:moves]
    meet = (low[:, :, None] <= high[:, None, :]) & (low[:, None, :] <= high[:, :, None])
    touch = np.array(meet.all(axis=0))
    result, todo = [], set(range(number))
    while todo:
        group: set[int] = set()
        fresh = {min(todo)}
        while fresh:
            group |= fresh
            fresh = set(np.flatnonzero(touch[list(fresh)].any(axis=0)).tolist()) - group
        todo -= group
        result.append(np.array(sorted(group)))
    return result


def _hull(boxes: Boxes, moves: int) -> Box:
    low, high = boxes.low[:moves].min(axis=1), boxes.high[:moves].max(axis=1)
    return list(zip(low.tolist(), high.tolist(), strict=True))


# -- refuting -----------------------------------------------------------------------------------


def _unrefuted(
    form: SmoothForm, own: Mapping[str, FirstOrder], outdone: Outdone, boxes: Boxes
) -> Boxes:
    """Drop boxes in which the best reply to the centre of one of them is better."""
    for step in range(_MOST_ROUNDS):
        if not boxes.number:
            break
        drop = np.zeros(boxes.number, dtype=bool)
        centre = boxes.centre[:, step % boxes.number]
        for player, system in own.items():
            move = _reply(form, system, player, centre)
            if move is not None:
                drop |= outdone.by(boxes, player, move.tolist())
        if not drop.any() and step >= boxes.number - 1:
            break
        boxes = boxes.pick(~drop)
    return boxes


def _reply(form: SmoothForm, system: FirstOrder, player: str, centre: Floats) -> Floats | None:
    """Return a player's best reply to a profile, as far as doubles tell; None if none is better."""
    others = [k for k in range(len(form.variables)) if k not in form.own(player)]
    ends = {k: (float(centre[k]), float(centre[k])) for k in others}
    system.fixed(ends, {k: arb(float(centre[k])) for k in others})
    m, here = system.moves, centre[list(form.own(player))]
    value = system.attained([arb(float(t)) for t in here])
    floor = -np.inf if value is None else doubles(value)[0]
    found = explore(system, floor, _FEW_BOXES)
    tried = [np.clip(root.point[:m], 0.0, 1.0) for root in found.roots]
    tried += [] if found.best is None else [found.best[:m]]
    values = [(system.attained([arb(float(t)) for t in move]), move) for move in tried]
    known = [(float(value.mid()), k) for k, (value, _) in enumerate(values) if value is not None]
    return values[max(known)[1]][1] if known else None


# -- bounding -----------------------------------------------------------------------------------


def _bound(
    form: SmoothForm, own: Mapping[str, FirstOrder], outdone: Outdone, boxes: Boxes
) -> float:
    """Bound what any player can gain by deviating from a profile in the boxes."""
    hull = _hull(boxes, outdone.moves)
    if max(high - low for low, high in hull) < 1e-6:
        boxes = _as_boxes([hull], boxes.low.shape[0])
    if boxes.number > _MOST_BOUNDED:
        boxes = _slices(boxes, hull)
    largest = 0.0
    for k in range(boxes.number):
        low, high = boxes.low[:, [k]].copy(), boxes.high[:, [k]].copy()
        low[outdone.moves :], high[outdone.moves :] = 0.0, 1.0
        below = outdone.payoffs(low, high)[0][:, 0]
        for i, (player, system) in enumerate(own.items()):
            most = _most(form, system, player, (low[:, 0], high[:, 0]), float(below[i]))
            largest = max(largest, most - below[i])
    return float(np.nextafter(largest, np.inf)) if largest > 0 else 0.0


def _slices(boxes: Boxes, hull: Box) -> Boxes:
    """Join boxes into slices of their hull across its widest side."""
    axis = int(np.argmax([high - low for low, high in hull]))
    low, high = hull[axis]
    place = ((boxes.low[axis] - low) / (high - low) * _MOST_BOUNDED).astype(int)
    parts = [boxes.pick(place == k) for k in range(_MOST_BOUNDED + 1) if (place == k).any()]
    return _as_boxes([_hull(part, len(hull)) for part in parts], boxes.low.shape[0])


def _most(
    form: SmoothForm, system: FirstOrder, player: str, ends: tuple[Floats, Floats], least: float
) -> float:
    """Bound a player's payoff from its best replies to all rivals' moves in a box, or `least`."""
    low, high = ends
    others = [k for k in range(len(form.variables)) if k not in form.own(player)]
    balls = {k: arb(float(low[k])).union(arb(float(high[k]))) for k in others}
    system.fixed({k: (float(low[k]), float(high[k])) for k in others}, balls)
    found = explore(system, least, _FEW_BOXES)
    most = max(found.bound, least)
    for root in found.roots:
        boxes = _tight(system, root)
        values = sharpened(system, boxes, system.values(boxes), system.at_moves(boxes))
        if values.objective is None or values.left[0]:
            return np.inf
        most = max(most, float(values.objective[1][0]))
    return np.inf if np.isneginf(most) else float(most)


def _tight(system: FirstOrder, root: Isolated) -> Boxes:
    """Narrow the box of a solution for all rivals' moves, as far as Krawczyk's test does."""
    label = np.array(root.label, dtype=np.int8)[:, None]
    low, high = root.low[:, None], root.high[:, None]
    for _ in range(_NARROWED):
        boxes = Boxes(low, high, label)
        image, _ = krawczyk(boxes, system.values(boxes), system.at_centre(boxes))
        low, high = np.maximum(low, image[0]), np.minimum(high, image[1])
    return Boxes(np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0), label)


def _as_boxes(ends: Sequence[Sequence[tuple[float, float]]], rows: int) -> Boxes:
    """Return boxes of moves, with all switches open."""
    low, high = np.zeros((rows, len(ends))), np.ones((rows, len(ends)))
    for k, box in enumerate(ends):
        for row, (a, b) in enumerate(box):
            low[row, k], high[row, k] = a, b
    return Boxes(low, high, np.zeros(low.shape, dtype=np.int8))


# -- continua -----------------------------------------------------------------------------------

Piece = tuple[tuple[float, float], tuple[float, float]]
Run = tuple[float, float]
"""From where to where the first move may be."""


def _continua(
    form: SmoothForm, own: Mapping[str, FirstOrder], left: Boxes
) -> Iterator[tuple[sp.Expr, Run, list[int]]]:
    """Yield kinks that two players share, where on them are equilibria, and their switches."""
    if len(form.variables) != 2 or len(own) != 2 or not left.number:
        return
    (first, one), (second, other) = own.items()
    for i, a in enumerate(one.switches):
        for j, b in enumerate(other.switches):
            if sp.expand(a.kink - b.kink) != 0 and sp.expand(a.kink + b.kink) != 0:
                continue
            slopes = [sp.diff(a.kink, v) for v in form.variables]
            if not all(slope.is_number and slope != 0 for slope in slopes):
                continue
            pieces = [p for p in _pieces(form, a.kink) if _is_stable(form, own, p, (i, j))]
            places = form.own_switches(first)[i], form.own_switches(second)[j]
            for run in _runs(pieces):
                yield a.kink, run, [len(form.variables) + k for k in places]


def _pieces(form: SmoothForm, kink: sp.Expr) -> Iterator[Piece]:
    """Cut the line on which a kink is 0 into boxes that hold it."""
    x, y = form.variables
    line = sp.expand(sp.solve(kink, y)[0])
    for k in range(_PIECES):
        low, high = sp.Rational(k, _PIECES), sp.Rational(k + 1, _PIECES)
        ends = sorted(line.subs(x, t) for t in (low, high))
        if ends[1] >= 0 and ends[0] <= 1:
            a, b = (float(end) for end in ends)
            a, b = max(0.0, np.nextafter(a, -1)), min(1.0, np.nextafter(b, 2))
            yield (float(low), float(high)), (float(a), float(b))


def _is_stable(
    form: SmoothForm, own: Mapping[str, FirstOrder], piece: Piece, rows: tuple[int, int]
) -> bool:
    """Whether each player's best reply to all of a piece is on the kink (step 3)."""
    for (player, system), switch in zip(own.items(), rows, strict=True):
        (mine,) = form.own(player)
        system.fixed({1 - mine: piece[1 - mine]}, {})
        whole = system.values(_as_boxes([[(0.0, 1.0)]], system.size))
        if whole.left[0] or whole.h[1][0, 0, 0] > 0:
            return False
        for row, holds, _ in system.bends:
            rise, slope = (
                (e[0][k], e[1][k]) for e, k in ((whole.h, (0, row)), (whole.h, (row, 0)))
            )
            if holds and multiply(rise, slope)[1][0] > 0:
                return False
        row = system.moves + switch
        sides = []
        for side in (0.0, 1.0):
            box = _as_boxes([[piece[mine]]], system.size)
            box.low[row] = box.high[row] = side
            sides.append(system.values(box))
        if sides[0].h[0][row, 0, 0] < 0:
            sides.reverse()
        below, above = sides  # the sides on which the own move is smaller, and larger
        if not (below.g[0][0, 0] >= 0 and above.g[1][0, 0] <= 0):
            return False
    return True


def _runs(pieces: Sequence[Piece]) -> list[Run]:
    """Join pieces that follow each other."""
    joined: list[Run] = []
    for (low, high), _ in pieces:
        if joined and joined[-1][1] == low:
            joined[-1] = joined[-1][0], high
        else:
            joined.append((low, high))
    return joined


def _covered(boxes: Boxes, run: Run) -> NDArray[np.bool_]:
    """Say in which boxes the first move stays within a run."""
    result: NDArray[np.bool_] = (boxes.low[0] >= run[0]) & (boxes.high[0] <= run[1])
    return result
