"""Points of the branches of a policy range at given strengths: where tubes are to be proved.

Branches are known in doubles as arcs of points (`pigou.solvers.continuation`). Between two of them
a point is put by linear interpolation, next to a fold by that of a square root; Newton's method
does the rest.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pigou.solvers.continuation import Arc
from pigou.solvers.intervals import Floats
from pigou.solvers.policy_cover import Known
from pigou.solvers.policy_system import PolicySystem

__all__ = ["no_points", "points_at", "polished", "with_points_at"]


class _Mark(NamedTuple):
    """A point of an arc, and whether it is a fold of it, or any turn."""

    point: Floats
    is_fold: bool
    is_turn: bool


def points_at(system: PolicySystem, arcs: Sequence[Arc], middles: Floats) -> Known:
    """Find points of all arcs at some strengths, by interpolation and Newton's method.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou.solvers.continuation import follow
    >>> t, s = sp.symbols("t s", real=True)
    >>> system = PolicySystem([t], s, ["ann"], {"ann": 2 * s * t - t**2 / 2})
    >>> arcs = follow(system, [np.array([0.5, 0.25])])
    >>> points, labels, places = points_at(system, arcs, np.array([0.125, 0.75]))
    >>> points.round(9).tolist(), places.tolist()
    ([[0.25, 1.0], [0.125, 0.75]], [0, 1])
    """
    points, labels, places = [], [], []
    for arc in arcs:
        for a, b in itertools.pairwise(_with_turns(arc)):
            low, high = min(a.point[-1], b.point[-1]), max(a.point[-1], b.point[-1])
            inside = np.flatnonzero((low <= middles) & (middles < high))
            if not len(inside):
                continue
            points.append(_put(a, b, middles[inside]))
            labels.append(np.repeat(np.array(arc.label, dtype=np.int8)[:, None], len(inside), 1))
            places.append(inside)
    if not points:
        return no_points(system.size)
    return polished(system, (np.hstack(points), np.hstack(labels), np.concatenate(places)))


def with_points_at(system: PolicySystem, arcs: Sequence[Arc], levels: Floats) -> tuple[Arc, ...]:
    """Put into all arcs their points at some strengths, as far as Newton's method finds them.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou.solvers.continuation import follow
    >>> t, s = sp.symbols("t s", real=True)
    >>> system = PolicySystem([t], s, ["ann"], {"ann": s * t - t**2 / 2})
    >>> (arc,) = (a for a in follow(system, [np.array([0.5, 0.5])]) if a.points.shape[1] > 2)
    >>> (more,) = with_points_at(system, [arc], np.array([0.123]))
    >>> more.points.shape[1] - arc.points.shape[1], 0.123 in more.points[0].round(9)
    (1, True)
    """
    result = []
    for arc in arcs:
        parts, stable, number = [arc.points[:, :1]], [arc.stable[:1]], 0
        for a, b in itertools.pairwise(_with_turns(arc)):
            low, high = sorted((a.point[-1], b.point[-1]))
            inside = np.sort(levels[(low < levels) & (levels < high)])
            number += not b.is_turn
            if len(inside):
                guess = _put(a, b, inside if a.point[-1] < b.point[-1] else inside[::-1])
                label = np.repeat(np.array(arc.label, dtype=np.int8)[:, None], len(inside), 1)
                with np.errstate(all="ignore"):
                    found, arrived = system.newton(guess, label)
                near = np.abs(found - guess).max(axis=0) <= np.abs(b.point - a.point).max()
                parts.append(found[:, arrived & near])
                side = number - (not b.is_turn and not a.is_turn)
                stable.append(np.repeat(arc.stable[side], (arrived & near).sum()))
            if not b.is_turn:
                parts.append(b.point[:, None])
                stable.append(arc.stable[number : number + 1])
        result.append(arc._replace(points=np.hstack(parts), stable=np.concatenate(stable)))
    return tuple(result)


def _put(a: _Mark, b: _Mark, levels: Floats) -> Floats:
    """Put points between two of an arc at some strengths."""
    share = (levels - a.point[-1]) / (b.point[-1] - a.point[-1])
    if a.is_fold:
        share = np.sqrt(share)
    elif b.is_fold:
        share = 1 - np.sqrt(1 - share)
    at: Floats = a.point[:, None] + share * (b.point - a.point)[:, None]
    at[-1] = levels
    return at


def no_points(m: int) -> Known:
    """Return no points, of m moves.

    Examples
    --------
    >>> no_points(2)[0].shape
    (3, 0)
    """
    return np.zeros((m + 1, 0)), np.zeros((m, 0), dtype=np.int8), np.zeros(0, dtype=np.intp)


def _with_turns(arc: Arc) -> list[_Mark]:
    """Return the points of an arc with its folds and crossings put in."""
    points = [_Mark(arc.points[:, k], False, False) for k in range(arc.points.shape[1])]
    for turn in arc.turns:
        if turn.kind == "boundary":
            continue
        gaps = [
            np.linalg.norm(a - turn.point) + np.linalg.norm(b - turn.point) - np.linalg.norm(b - a)
            for (a, *_), (b, *_) in itertools.pairwise(points)
        ]
        points.insert(int(np.argmin(gaps)) + 1, _Mark(turn.point, turn.kind == "fold", True))
    return points


def polished(system: PolicySystem, known: Known) -> Known:
    """Run Newton's method from points, and keep one of those that arrive at the same.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou.solvers.first_order import INTERIOR
    >>> t, s = sp.symbols("t s", real=True)
    >>> system = PolicySystem([t], s, ["ann"], {"ann": s * t - t**2 / 2})
    >>> labels = np.full((1, 2), INTERIOR, dtype=np.int8)
    >>> start = np.array([[0.2, 0.7], [0.5, 0.5]]), labels, np.array([0, 0])
    >>> polished(system, start)[0].round(9).tolist()
    [[0.5], [0.5]]
    """
    with np.errstate(all="ignore"):
        points, arrived = system.newton(known[0], known[1])
    labels, places = known[1], known[2]
    good = arrived & ((points >= -0.5) & (points <= 1.5)).all(axis=0)
    keys = np.vstack([points[:-1].round(9), labels, places[None]])[:, good]
    first = np.sort(np.unique(keys, axis=1, return_index=True)[1])
    chosen = np.flatnonzero(good)[first]
    return points[:, chosen], labels[:, chosen], places[chosen]
