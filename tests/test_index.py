"""The index: published games, perturbed games solved by brute force, invariance, the sum."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings, strategies as st

from games import random_tables, table_game
from pigou import solve
from pigou.solvers import index as index_module
from pigou.solvers.bimatrix import bimatrix_equilibria
from pigou.solvers.index import component_indices
from pigou.solvers.polynomial import mixed_equilibria
from pigou.solvers.regular import in_use, only_best_replies, regular_index
from test_batch import von_stengel


def exact(matrix):
    return [[fmpq(e.numerator, e.denominator) for e in row] for row in matrix]


def indices(a, b):
    """Return the equilibria of a game and the index of each component."""
    found = bimatrix_equilibria(exact(a), exact(b))
    return found, component_indices(exact(a), exact(b), found)


def draw(rng, rows, columns, low, high):
    return [[[rng.randint(low, high) for _ in range(columns)] for _ in range(rows)] for _ in "ab"]


# -- published and closed forms ---------------------------------------------------------------


def test_the_game_with_75_equilibria_has_38_of_index_1_and_37_of_minus_1():
    _, found = indices(*von_stengel())
    assert sorted(found) == [-1] * 37 + [1] * 38


@pytest.mark.parametrize("size", [2, 3, 4])
def test_a_coordination_game_has_an_equilibrium_for_each_support_with_alternating_index(size):
    """The identity game: one equilibrium for each nonempty set of choices, 2**n - 1 in all."""
    a = [[int(i == j) for j in range(size)] for i in range(size)]
    found, signs = indices(a, a)
    assert len(found.pairs) == 2**size - 1
    for (subset,), sign in zip(found.components, signs, strict=True):
        (i,), _ = subset
        assert sign == (-1) ** (len(found.rows[i].support) + 1)


def test_everything_is_an_equilibrium_without_stakes_and_its_index_is_1():
    for rows, columns in itertools.product(range(1, 5), repeat=2):
        zero = [[0] * columns for _ in range(rows)]
        assert indices(zero, zero)[1] == [1]


def outside(a, b, payoff):
    """Let the row player choose between a game and an outside option; the last row is out."""
    columns = len(a[0])
    return [*a, [payoff] * columns], [*b, [0] * columns]


def of_outside_option(a, b, payoff):
    """Return the index of the component in which the row player stays out; None without one."""
    found, signs = indices(*outside(a, b, payoff))
    out = len(a)
    for subsets, sign in zip(found.components, signs, strict=True):
        rows = [found.rows[i].probabilities for subset in subsets for i in subset.rows]
        if all(row[out] == 1 for row in rows):
            return sign
    return None


def test_out_in_the_battle_of_the_sexes_has_index_0_and_forward_induction_rejects_it():
    """van Damme (1989), "Stable equilibria and forward induction", Journal of Economic Theory 48:
    out pays 2, the battle 3 and 1. Out is not stable; with 4 outside it is the only outcome."""
    a, b = [[3, 0], [0, 1]], [[1, 0], [0, 3]]
    assert of_outside_option(a, b, 2) == 0
    assert of_outside_option(a, b, 4) == 1
    assert of_outside_option(a, b, Fraction(9, 10)) == -1  # both pure ones are better than out


@pytest.mark.parametrize(("seed", "size"), [(1, 2), (2, 3), (3, 3), (4, 3), (5, 4)])
def test_an_outside_option_takes_the_indices_of_the_equilibria_it_replaces(seed, size):
    """Equilibria that pay the row player more than out remain, with their index; so the index of
    out is 1 less their sum (von Schemde 2005, "Index and stability in bimatrix games")."""
    rng = random.Random(seed)
    seen = set()
    for _ in range(12 if size < 4 else 5):
        a, b = draw(rng, size, size, -(10**8), 10**8)
        found, signs = indices(a, b)
        values = []
        for i, j in found.pairs:
            row, y = min(found.rows[i].support), found.columns[j].probabilities
            values.append(sum((a[row][k] * p for k, p in enumerate(y)), fmpq(0)))
        levels = sorted({*values, fmpq(-(10**9)), fmpq(10**9)})
        for low, high in itertools.pairwise(levels):
            payoff = (low + high) / 2
            left = sum(s for v, s in zip(values, signs, strict=True) if v > payoff)
            index = of_outside_option(a, b, Fraction(int(payoff.p), int(payoff.q)))
            assert (index or 0) == 1 - left  # none: all equilibria remain, and add up to 1
            seen.add(index)
    assert len(seen) > 1


# -- brute force: what appears near a component when payoffs are disturbed -----------------------


def nearest(point, corners):
    """Return the largest distance in a coordinate from a point to the hull of corners."""
    from scipy.optimize import linprog

    number, width = len(corners), len(point)
    hull = np.array([[float(c) for c in corner] for corner in corners]).T
    target = np.array([float(p) for p in point])
    upper = np.vstack([np.hstack([s * hull, -np.ones((width, 1))]) for s in (1, -1)])
    done = linprog(
        [0.0] * number + [1.0],
        A_ub=upper,
        b_ub=np.concatenate([target, -target]),
        A_eq=[[1.0] * number + [0.0]],
        b_eq=[1.0],
    )
    assert done.success
    return done.fun


def apart(found, subset, x, y):
    rows = [found.rows[i].probabilities for i in subset.rows]
    columns = [found.columns[j].probabilities for j in subset.columns]
    return max(nearest(x, rows), nearest(y, columns))


def as_cells(a, b):
    cells = list(itertools.product(range(len(a)), range(len(a[0]))))
    return [{(i, j): fmpq(*m[i][j].as_integer_ratio()) for i, j in cells} for m in (a, b)]


def support_mixture(vertex):
    return {k: p for k, p in enumerate(vertex.probabilities) if p > 0}


def disturbed_sums(a, b, found, rng):
    """Sum the indices of a game nearby by the component of this game that they are close to."""
    a, b = (
        [[e + Fraction(rng.randint(-(10**6), 10**6), 10**12) for e in row] for row in m]
        for m in (a, b)
    )
    near = bimatrix_equilibria(exact(a), exact(b))
    assert len(near.pairs) == len(near.components)
    sums = [0] * len(found.components)
    for i, j in near.pairs:
        x, y = near.rows[i], near.columns[j]
        index = regular_index(as_cells(a, b), [support_mixture(x), support_mixture(y)])
        distances = [
            min(apart(found, s, x.probabilities, y.probabilities) for s in subsets)
            for subsets in found.components
        ]
        best = min(distances)
        assert best < 1e-4 and sorted([*distances, 1])[1] > 1e-2
        sums[distances.index(best)] += index
    return sums


@pytest.mark.parametrize(
    ("rows", "columns", "high", "games"),
    [
        (2, 2, 1, 25), (2, 3, 2, 20), (3, 3, 1, 20), (3, 3, 2, 20), (4, 3, 1, 8),
        pytest.param(3, 3, 1, 1_500, marks=pytest.mark.long),
        pytest.param(4, 4, 2, 500, marks=pytest.mark.long),
    ],
)  # fmt: skip
def test_the_index_of_a_component_is_what_appears_near_it(rows, columns, high, games):
    rng = random.Random(rows * 100 + columns * 10 + high)
    seen = set()
    for _ in range(games):
        a, b = draw(rng, rows, columns, 0, high)
        found, signs = indices(a, b)
        assert signs == disturbed_sums(a, b, found, rng)
        seen |= set(signs)
    assert {0, 1} <= seen


def test_a_component_can_have_index_2():
    """Outside option 5/2; equilibria of index 1, -1 and -1 pay the row player more than that."""
    a, b = [[0, 2, 5], [1, 0, 5], [0, 1, 6]], [[0, 6, 0], [5, 4, 3], [1, 1, 2]]
    assert of_outside_option(a, b, Fraction(5, 2)) == 2
    whole = outside(a, b, Fraction(5, 2))
    found, signs = indices(*whole)
    assert signs == disturbed_sums(*whole, found, random.Random(0))
    assert sorted(signs) == [-1, -1, 1, 2]


# -- invariance -----------------------------------------------------------------------------------


@st.composite
def tied_games(draw_):
    rows, columns = draw_(st.integers(1, 4)), draw_(st.integers(1, 4))
    rng = random.Random(draw_(st.integers(0, 10**6)))
    return draw(rng, rows, columns, 0, draw_(st.sampled_from([1, 2, 9])))


@given(tied_games())
def test_the_indices_of_all_components_add_up_to_1(game):
    assert sum(indices(*game)[1]) == 1


@pytest.mark.long
def test_the_indices_of_many_games_add_up_to_1():
    rng = random.Random(7)
    for _ in range(30_000):
        shape = rng.randint(1, 5), rng.randint(1, 5)
        assert sum(indices(*draw(rng, *shape, 0, rng.choice([1, 2, 3, 9])))[1]) == 1


@given(tied_games(), st.randoms(use_true_random=False), st.integers(1, 5), st.integers(-3, 3))
def test_the_indices_do_not_depend_on_names_units_or_copies(game, rng, scale, shift):
    a, b = game
    here = sorted(indices(a, b)[1])
    order = [rng.sample(range(n), n) for n in (len(a), len(a[0]))]
    c, d = ([[m[i][j] for j in order[1]] for i in order[0]] for m in (a, b))
    assert sorted(indices(c, d)[1]) == here
    assert sorted(indices([[scale * e + shift for e in row] for row in a], b)[1]) == here
    swapped = ([list(row) for row in zip(*m, strict=True)] for m in (b, a))
    assert sorted(indices(*swapped)[1]) == here
    copied = rng.randrange(len(a))
    assert sorted(indices([*a, a[copied]], [*b, b[copied]])[1]) == here
    mixed = [[sum(column) for column in zip(*m, strict=True)] for m in (a, b)]
    wide = [[len(a) * e for e in row] for row in a], [[len(b) * e for e in row] for row in b]
    assert sorted(indices([*wide[0], mixed[0]], [*wide[1], mixed[1]])[1]) == here


def test_past_the_limit_the_index_is_open_and_not_wrong(monkeypatch):
    rng = random.Random(4)
    games = [draw(rng, 3, 3, 0, 2) for _ in range(30)]
    known = [indices(*game)[1] for game in games]
    monkeypatch.setattr(index_module, "MOST_BASES", 2)
    limited = [indices(*game)[1] for game in games]
    pairs = [p for k, m in zip(known, limited, strict=True) for p in zip(k, m, strict=True)]
    assert all(less in (more, None) for more, less in pairs)
    assert {None, 1} <= {less for _, less in pairs}


# -- two formulas, and three players -------------------------------------------------------------


def test_the_determinants_of_payoffs_and_of_derivatives_agree():
    rng = random.Random(5)
    for _ in range(60):
        a, b = draw(rng, rng.randint(2, 5), rng.randint(2, 5), -(10**8), 10**8)
        found, signs = indices(a, b)
        for (subset,), sign in zip(found.components, signs, strict=True):
            (i,), (j,) = subset
            mixtures = [support_mixture(found.rows[i]), support_mixture(found.columns[j])]
            assert regular_index(as_cells(a, b), mixtures) == sign


def slopes(tables, mixtures, step=1e-6):
    """Differentiate the advantages over the first action in use numerically."""
    unknowns = [(p, a) for p, m in enumerate(mixtures) for a in sorted(m)[1:]]

    def advantage(point, player, action):
        total = 0.0
        for cell, payoff in tables[player].items():
            if cell[player] in (action, min(mixtures[player])):
                sign = 1 if cell[player] == action else -1
                rest = [point[q].get(c, 0.0) for q, c in enumerate(cell) if q != player]
                total += sign * float(payoff) * np.prod(rest)
        return total

    matrix = np.zeros((len(unknowns), len(unknowns)))
    for k, (player, action) in enumerate(unknowns):
        ends = []
        for sign in (1, -1):
            point = [{a: float(p) for a, p in m.items()} for m in mixtures]
            point[player][action] += sign * step
            point[player][min(mixtures[player])] -= sign * step
            ends.append([advantage(point, *row) for row in unknowns])
        matrix[:, k] = (np.array(ends[0]) - np.array(ends[1])) / (2 * step)
    return matrix


@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 2, 2), (2, 2, 2, 2)])
def test_three_and_more_players_have_the_sign_of_a_numerical_determinant(shape):
    rng = random.Random(sum(shape))
    seen = set()
    for _ in range(8 if len(shape) == 4 else 30):
        tables = random_tables(rng, shape, -9, 9)
        exactly = [{c: fmpq(p.numerator) for c, p in table.items()} for table in tables]
        for profile in mixed_equilibria(exactly, shape).profiles:
            mixtures = [in_use(row) for row in profile.probabilities]
            middle = [
                {a: row[a].value for a in m}
                for row, m in zip(profile.probabilities, mixtures, strict=True)
            ]
            determinant = np.linalg.det(-slopes(tables, middle))
            assert regular_index(exactly, mixtures) == np.sign(determinant)
            seen.add(np.sign(determinant))
    assert seen == {-1, 1}


@given(st.integers(0, 10**6), st.sampled_from([(2, 2, 2), (2, 2, 3)]))
@settings(max_examples=12)
def test_the_indices_of_a_generic_game_of_three_add_up_to_1(seed, shape):
    found = solve(table_game(random_tables(random.Random(seed), shape, -(10**6), 10**6), shape))
    assert found.complete
    assert all(e.index in (1, -1) for e in found)
    assert all(e.index == 1 for e in found if "strict" in e.marks)
    assert sum(e.index for e in found) == 1
    assert len(found) == 1 or "the indices add up to 1" in found.completeness


def test_two_unknown_indices_do_not_follow_from_the_sum():
    """Selten (1975), figure 1: two segments and nothing else, so that neither follows."""
    cells = list(itertools.product(range(2), repeat=3))
    outcome = {
        (0, 0, 0): (3, 2, 2),
        (0, 1, 0): (3, 2, 2),
        (0, 0, 1): (0, 0, 0),
        (0, 1, 1): (0, 0, 0),
        (1, 0, 0): (4, 4, 0),
        (1, 0, 1): (0, 0, 1),
        (1, 1, 0): (1, 1, 1),
        (1, 1, 1): (1, 1, 1),
    }
    tables = [{c: Fraction(outcome[c][p]) for c in cells} for p in range(3)]
    found = solve(table_game(tables, (2, 2, 2)))
    assert found.complete and all(c.index is None for c in found.components)
    assert len(found.components) == 2
    assert "add up" not in found.completeness


def test_a_tie_within_an_enclosure_is_open_and_an_exact_one_is_decided():
    cells = list(itertools.product(range(2), repeat=2))
    tied = [{c: fmpq(c[1]) for c in cells}, {c: fmpq(c[1]) for c in cells}]
    third = arb("0.333 +/- 0.001")
    assert only_best_replies(tied, (2, 2), [{0: fmpq(1)}, {1: fmpq(1)}]) is False
    fickle = [{c: fmpq(3 * c[1] - 1) * c[0] for c in cells}, {c: fmpq(0) for c in cells}]
    assert only_best_replies(fickle, (2, 2), [{0: fmpq(1)}, {0: 1 - third, 1: third}]) is None
    assert (
        only_best_replies(fickle, (2, 2), [{0: fmpq(1)}, {0: fmpq(2, 3), 1: fmpq(1, 3)}]) is False
    )
    lower = arb("0.3 +/- 0.001")
    assert only_best_replies(fickle, (2, 2), [{0: fmpq(1)}, {0: 1 - lower, 1: lower}]) is True


def test_a_singular_jacobian_leaves_the_index_open():
    cells = list(itertools.product(range(2), repeat=2))
    nothing = {c: fmpq(0) for c in cells}
    half = {0: fmpq(1, 2), 1: fmpq(1, 2)}
    assert regular_index([nothing, nothing], [half, half]) is None
