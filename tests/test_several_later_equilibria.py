"""Continuous later stages with several equilibria after the same histories: all are followed."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

from pigou import Game, Move, Player, StructureError, solve


def investments(top, complement=3):
    """A state subsidises, at a cost, two investments that are strategic complements."""
    own = f"{{0}}*({complement}*{{1}} - 3/4 + s) - {{0}}**2"
    return Game(
        "coordinated investment",
        [Player("state"), Player("a"), Player("b")],
        [
            Move("s", "state", (0, top)),
            Move("x", "a", (0, 1), 2),
            Move("y", "b", (0, 1), 2),
        ],
        {
            "state": "2*x*y - s*(x + y) + s - s**2",
            "a": own.format("x", "y"),
            "b": own.format("y", "x"),
        },
    )


def followed(s):
    """The symmetric equilibria at s by hand: x = (3x - 3/4 + s)/2 inside, and the two ends."""
    found = {}
    if s <= 0.75 + 1e-12:
        found["low"] = 0.0
    if 3 - 0.75 + s >= 2:
        found["high"] = 1.0
    if 0 <= 0.75 - s <= 1:
        found["inside"] = 0.75 - s
    return found


def brute_force(top):
    """The state's best s for every ranking of later equilibria, on a grid."""
    best = set()
    grid = np.linspace(0, top, 8001)
    for ranking in itertools.permutations(["low", "high", "inside"]):
        values = []
        for s in grid:
            there = followed(s)
            x = there[next(name for name in ranking if name in there)]
            values.append((2 * x * x - 2 * s * x + s - s * s, s, x))
        _, s, x = max(values)
        best.add((round(s, 3), round(x, 3)))
    return best


@pytest.mark.parametrize("top", ["1/2", "1", "3/2"])
def test_every_ranking_is_followed_and_none_else(top):
    found = solve(investments(top))
    shown = set()
    for one in found:
        at = {move.move: float(move.value.value) for move in one.strategies}
        assert at["x"] == at["y"]
        assert str(one.evidence.grade) == "certified", one.evidence.note
        shown.add((round(at["s"], 3), round(at["x"], 3)))
    assert shown == brute_force(float(Fraction(top)))
    assert found.complete, found.unresolved
    assert "ranking" in found.scope


def test_quantities_that_drive_each_other_out():
    # strategic substitutes with slope above 1: either firm alone, or both; t is a tax on all
    own = "{0}*(2 - t - 3*{1}) - {0}**2"
    game = Game(
        "natural monopoly",
        [Player("state"), Player("a"), Player("b")],
        [Move("t", "state", (0, 1)), Move("x", "a", (0, 3), 2), Move("y", "b", (0, 3), 2)],
        {
            "state": "t*(x + y) + t/10",
            "a": own.format("x", "y"),
            "b": own.format("y", "x"),
        },
    )
    found = solve(game)
    assert found.complete, found.unresolved
    outcomes = {tuple(round(float(s.value.value), 6) for s in one.strategies) for one in found}
    # one firm: x = (2 - t)/2, t(2 - t)/2 + t/10 is largest at t = 1 on [0, 1] (slope 1 - t + 1/10)
    # both: x = y = (2 - t)/5, 2t(2 - t)/5 + t/10 has slope (4 - 4t)/5 + 1/10 > 0
    assert outcomes == {(1, 0.5, 0), (1, 0, 0.5), (1, 0.2, 0.2)}


def test_a_continuum_of_later_equilibria_is_refused_with_the_reason():
    with pytest.raises(StructureError, match="best replies coincide"):
        solve(investments("1/2", complement=2))
