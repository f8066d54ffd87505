"""Points of the branches of a policy range at given strengths: where tubes are to be proved.

Branches are known in doubles as arcs of points (`pigou.solvers.continuation`). Between two of them
a point is put by linear interpolation, next to a fold by that of a square root; Newton's method
does the rest.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from pigou.solvers.continuation import Arc
from pigou.solvers.intervals import Floats
from pigou.solvers.policy_cover import Known
from pigou.solvers.policy_system import PolicySystem

__all__ = ["no_points", "points_at", "polished"]


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
            low, high = min(a[0][-1], b[0][-1]), max(a[0][-1], b[0][-1])
            inside = np.flatnonzero((low <= middles) & (middles < high))
            if not len(inside):
                continue
            share = (middles[inside] - a[0][-1]) / (b[0][-1] - a[0][-1])
            if a[1]:
                share = np.sqrt(share)
            elif b[1]:
                share = 1 - np.sqrt(1 - share)
            at = a[0][:, None] + share * (b[0] - a[0])[:, None]
            at[-1] = middles[inside]
            points.append(at)
            labels.append(np.repeat(np.array(arc.label, dtype=np.int8)[:, None], len(inside), 1))
            places.append(inside)
    if not points:
        return no_points(system.size)
    return polished(system, (np.hstack(points), np.hstack(labels), np.concatenate(places)))


def no_points(m: int) -> Known:
    """Return no points, of m moves.

    Examples
    --------
    >>> no_points(2)[0].shape
    (3, 0)
    """
    return np.zeros((m + 1, 0)), np.zeros((m, 0), dtype=np.int8), np.zeros(0, dtype=np.intp)


def _with_turns(arc: Arc) -> list[tuple[Floats, bool]]:
    """Return the points of an arc with its folds and crossings put in, and whether each is one."""
    points = [(arc.points[:, k], False) for k in range(arc.points.shape[1])]
    for turn in arc.turns:
        if turn.kind == "boundary":
            continue
        gaps = [
            np.linalg.norm(a - turn.point) + np.linalg.norm(b - turn.point) - np.linalg.norm(b - a)
            for (a, _), (b, _) in itertools.pairwise(points)
        ]
        points.insert(int(np.argmin(gaps)) + 1, (turn.point, turn.kind == "fold"))
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
