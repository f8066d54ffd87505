"""Iterated strict dominance by pure and mixed actions, and the exact programmes behind it."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, strategies as st
from scipy.optimize import linprog

from games import named_games, population_games, random_tables, table_game
from pigou import (
    Enclosure,
    Game,
    Move,
    Player,
    StructureError,
    iterated_dominance,
    rationalisable,
    solve,
)
from pigou.solvers.linear import matrix_game, maximise, positive_solution


def test_an_action_that_only_a_mixture_dominates():
    """A textbook case: M is a best reply to nothing, though neither T nor B dominates it."""
    rows = {(0, 0): 4, (0, 1): 0, (1, 0): 1, (1, 1): 1, (2, 0): 0, (2, 1): 4}
    columns = dict.fromkeys(rows, 0)
    game = table_game([{c: Fraction(v) for c, v in t.items()} for t in (rows, columns)], (3, 2))
    assert iterated_dominance(game) == ()
    (gone,) = iterated_dominance(game, mixed=True)
    assert (gone.player, gone.action, gone.round) == ("p0", "c1", 1)
    assert gone.mixture == {"c0": Fraction(1, 2), "c2": Fraction(1, 2)}
    assert rationalisable(game) == {"p0": ("c0", "c2"), "p1": ("c0", "c1")}


def test_a_tie_is_not_strict_dominance():
    rows = {(0, 0): 2, (0, 1): 0, (1, 0): 1, (1, 1): 1, (2, 0): 0, (2, 1): 2}
    game = table_game(
        [{c: Fraction(v) for c, v in rows.items()}, dict.fromkeys(rows, Fraction(0))], (3, 2)
    )
    assert iterated_dominance(game, mixed=True) == ()


def test_bernheims_game_of_four_choices():
    """Osborne and Rubinstein (1994), figure 57.1, after Bernheim: first b4, then a4 goes."""
    a = [[0, 2, 7, 0], [5, 3, 5, 0], [7, 2, 0, 0], [0, 0, 0, 10]]
    b = [[7, 5, 0, 1], [2, 3, 2, 1], [0, 5, 7, 1], [0, -2, 0, -1]]
    tables = [{(i, j): Fraction(m[i][j]) for i in range(4) for j in range(4)} for m in (a, b)]
    gone = iterated_dominance(table_game(tables, (4, 4)), mixed=True)
    assert [(g.round, g.player, g.action) for g in gone] == [(1, "p1", "c3"), (2, "p0", "c3")]
    assert rationalisable(table_game(tables, (4, 4))) == {
        "p0": ("c0", "c1", "c2"),
        "p1": ("c0", "c1", "c2"),
    }


@given(st.integers(0, 10**6), st.sampled_from([(3, 3), (4, 2), (3, 2, 2)]), st.sampled_from([2, 9]))
def test_every_round_removes_what_a_linear_programme_removes(seed, shape, high):
    tables = random_tables(random.Random(seed), shape, 0, high)
    gone = iterated_dominance(table_game(tables, shape), mixed=True)
    alive = [list(range(m)) for m in shape]
    for number in itertools.count(1):
        expected = {
            (f"p{i}", f"c{a}")
            for i in range(len(shape))
            for a in alive[i]
            if lp(tables, alive, i, a)
        }
        now = [g for g in gone if g.round == number]
        assert {(g.player, g.action) for g in now} == expected
        for g in now:
            i, a = int(g.player[1:]), int(g.action[1:])
            assert sum(g.mixture.values()) == 1 and min(g.mixture.values()) > 0
            for cell in itertools.product(*(alive[j] for j in range(len(shape)) if j != i)):
                pays = {c: tables[i][(*cell[:i], c, *cell[i:])] for c in alive[i]}
                assert sum(p * pays[int(k[1:])] for k, p in g.mixture.items()) > pays[a]
        if not expected:
            break
        for player, action in expected:
            alive[int(player[1:])].remove(int(action[1:]))


def lp(tables, alive, i, a) -> bool:
    """Whether scipy finds a mixture that beats action a by a clear margin."""
    rivals = [b for b in alive[i] if b != a]
    if not rivals:
        return False
    cells = list(itertools.product(*(alive[j] for j in range(len(alive)) if j != i)))
    gaps = [
        [float(tables[i][(*c[:i], b, *c[i:])] - tables[i][(*c[:i], a, *c[i:])]) for b in rivals]
        for c in cells
    ]
    found = linprog(
        [0] * len(rivals) + [-1],
        A_ub=[[-g for g in row] + [1] for row in gaps],
        b_ub=[0] * len(cells),
        A_eq=[[1] * len(rivals) + [0]],
        b_eq=[1],
        bounds=[(0, None)] * len(rivals) + [(None, None)],
    )
    return -found.fun > 1e-7


@given(st.one_of(named_games(), population_games()))
def test_no_equilibrium_uses_what_mixtures_dominate_and_pure_dominance_is_a_part_of_it(game):
    gone = {(g.player, g.action) for g in iterated_dominance(game, mixed=True)}
    assert {(g.player, g.action) for g in iterated_dominance(game)} <= gone
    for equilibrium in solve(game):
        for strategy in equilibrium.strategies:
            for label, share in strategy.probabilities.items():
                if (strategy.player, label) in gone:
                    assert share == Enclosure.point(0)


def test_games_that_are_too_large_are_refused():
    game = Game(
        "crowd",
        [Player("x", size=400)],
        [Move("act", "x", {"a": 0, "b": 1, "c": 2})],
        {"x": "act*sum(act)"},
    )
    with pytest.raises(StructureError, match="dominance by mixed choices"):
        iterated_dominance(game, mixed=True)


# -- the exact programmes --------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 5))
def test_matrix_games_have_the_value_that_scipy_finds(seed, rows, columns):
    rng = random.Random(seed)
    payoffs = [[rng.randint(-3, 3) for _ in range(columns)] for _ in range(rows)]
    solved = matrix_game([[fmpq(v) for v in row] for row in payoffs])
    found = linprog(
        [0] * rows + [-1],
        A_ub=[[-payoffs[i][j] for i in range(rows)] + [1] for j in range(columns)],
        b_ub=[0] * columns,
        A_eq=[[1] * rows + [0]],
        b_eq=[1],
        bounds=[(0, None)] * rows + [(None, None)],
    )
    assert abs(float(Fraction(int(solved.value.p), int(solved.value.q))) + found.fun) < 1e-8
    assert sum(solved.row) == 1 and sum(solved.column) == 1
    assert min(solved.row) >= 0 and min(solved.column) >= 0


@given(st.integers(0, 10**6))
def test_positive_solutions_exist_exactly_where_scipy_says_so(seed):
    rng = random.Random(seed)
    size = rng.randint(2, 4)
    equal = [[rng.randint(-2, 2) for _ in range(size)] for _ in range(rng.randint(0, 2))]
    at_most = [[rng.randint(-2, 2) for _ in range(size)] for _ in range(rng.randint(0, 2))]
    exact = [[[fmpq(v) for v in row] for row in rows] for rows in (equal, at_most)]
    ours = positive_solution(size, *exact)
    found = linprog(
        [0] * size + [-1],
        A_ub=[[*row, 0] for row in at_most]
        + [[-int(i == k) for k in range(size)] + [1] for i in range(size)],
        b_ub=[0] * (len(at_most) + size),
        A_eq=[[*row, 0] for row in equal] + [[1] * size + [0]],
        b_eq=[0] * len(equal) + [1],
        bounds=[(0, None)] * size + [(None, None)],
    )
    assert (ours is not None) == (found.status == 0 and -found.fun > 1e-9)
    if ours is not None:
        assert min(ours) > 0 and sum(ours) == 1
        assert all(np.dot(row, ours) == 0 for row in exact[0])
        assert all(np.dot(row, ours) <= 0 for row in exact[1])


def test_programmes_that_have_no_solution_or_no_bound():
    one = fmpq(1)
    assert maximise([one], [[-one]], [one]) is None
    with pytest.raises(ValueError, match="unbounded"):
        maximise([one, one], [[one, -one]], [one])
