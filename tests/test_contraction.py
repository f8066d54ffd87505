"""Boxes of many moves are narrowed to best replies: no solution is lost, and more is settled."""

import itertools

import numpy as np
import pytest
import sympy as sp

from pigou.game import Game, Move, Player
from pigou.solvers.branch_and_prune import explore
from pigou.solvers.contraction import contracted
from pigou.solvers.first_order import FREE, INTERIOR, Boxes, FirstOrder
from pigou.solving import solve


def quadratic(rng, m):
    """Draw linear replies, complements and substitutes mixed: b + A t, with A_kk < 0."""
    slopes = rng.integers(-6, 7, (m, m)).astype(float)
    np.fill_diagonal(slopes, -rng.integers(4, 13, m))
    return slopes, rng.integers(-4, 9, m).astype(float)


def system_of(slopes, base):
    t = sp.symbols(f"t0:{len(base)}", real=True)
    payoffs = []
    for k, x in enumerate(t):
        rest = sum(int(slopes[k, j]) * t[j] for j in range(len(t)) if j != k)
        payoffs.append(x * (int(base[k]) + rest) + sp.Rational(int(slopes[k, k]), 2) * x**2)
    return FirstOrder(t, range(len(t)), payoffs, False)


def solutions(slopes, base):
    """Go through all 3**m ways to be at an end or between: those that are first-order points."""
    m, found = len(base), []
    for label in itertools.product((0.0, 1.0, None), repeat=m):
        inner = [k for k in range(m) if label[k] is None]
        point = np.array([0.0 if end is None else end for end in label])
        block = slopes[np.ix_(inner, inner)]
        if inner and abs(np.linalg.det(block)) < 1e-9:
            continue
        if inner:
            point[inner] = np.linalg.solve(block, -(base + slopes @ point)[inner])
        rise = base + slopes @ point
        if all(
            (0 < point[k] < 1) if end is None else (rise[k] < 1e-9 if end == 0 else rise[k] > -1e-9)
            for k, end in enumerate(label)
        ):
            found.append(point)
    return found  # one where a derivative is 0 at an end counts as there


@pytest.mark.parametrize("seed", range(11))
def test_no_solution_is_lost(seed):
    rng = np.random.default_rng(seed)
    slopes, base = quadratic(rng, 5)
    system = system_of(slopes, base)
    unit = Boxes(np.zeros((5, 1)), np.ones((5, 1)), np.full((5, 1), FREE, dtype=np.int8))
    inside = solutions(slopes, base)
    assert inside
    for point in inside:
        # the unit box, and boxes around the solution that touch ends or not, labelled as they are
        low = np.where(rng.random((5, 40)) < 0.4, 0.0, point[:, None] * rng.random((5, 40)))
        high = 1 - (1 - point[:, None]) * np.where(
            rng.random((5, 40)) < 0.4, 0, rng.random((5, 40))
        )
        label = np.where((low > 0) & (high < 1), INTERIOR, FREE).astype(np.int8)
        for boxes in (unit, Boxes(low, high, label)):
            narrow, kept = contracted(system, boxes, system.values(boxes), system.at_centre(boxes))
            assert kept.all()
            assert (narrow.low <= point[:, None] + 1e-12).all()
            assert (narrow.high >= point[:, None] - 1e-12).all()
            assert (narrow.low >= boxes.low).all() and (narrow.high <= boxes.high).all()


def test_boxes_without_a_solution_are_dropped_and_others_narrowed():
    slopes, base = -8 * np.eye(5) + np.ones((5, 5)), np.full(5, 2.0)
    system = system_of(slopes, base)  # the only solution has 2/3 everywhere
    low, high = np.full((5, 2), 0.0), np.full((5, 2), 1.0)
    low[0, 1], high[0, 1] = 0.9, 0.95  # a reply is at most (2 + 4)/7 < 0.9
    label = np.full((5, 2), FREE, dtype=np.int8)
    label[0, 1] = INTERIOR
    boxes = Boxes(low, high, label)
    narrow, kept = contracted(system, boxes, system.values(boxes), system.at_centre(boxes))
    assert kept.tolist() == [True, False]
    assert narrow.low[:, 0] == pytest.approx(2 / 7) and narrow.high[:, 0] == pytest.approx(6 / 7)


@pytest.mark.parametrize("seed", range(6))
def test_the_search_finds_what_enumeration_finds(seed):
    slopes, base = quadratic(np.random.default_rng(100 + seed), 5)
    found = explore(system_of(slopes, base))
    assert found.open.number == 0
    expected = sorted(np.round(p, 8).tolist() for p in solutions(slopes, base))
    # a root may lie outside, or have the wrong sign at an end: later steps leave those out
    points = [r.point for r in found.roots if fits(slopes, base, r.point)]
    got = sorted(np.round(point, 8).tolist() for point in points)
    assert len(got) == len(expected) and np.allclose(got, expected, atol=1e-7)


def fits(slopes, base, point):
    """Whether all derivatives have the signs they should have."""
    rise = base + slopes @ point
    ends = np.where(point == 0, rise < 1e-9, np.where(point == 1, rise > -1e-9, abs(rise) < 1e-9))
    return bool(ends.all() and (point >= 0).all() and (point <= 1).all())


def test_a_ring_of_twelve_complementary_efforts_is_settled():
    m, a = 12, "9/20"
    moves = [Move(f"e{i}", f"p{i}", (0, 50)) for i in range(m)]
    payoffs = {
        f"p{i}": f"e{i} - e{i}**2/2 + {a}*e{i}*(e{(i + 1) % m} + e{(i - 1) % m})" for i in range(m)
    }
    found = solve(Game("ring", [Player(f"p{i}") for i in range(m)], moves, payoffs))
    assert found.complete and len(found) == 1
    assert {str(s.value) for s in found["E1"].strategies} == {"10"}
