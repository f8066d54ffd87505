"""Batches of two-player games against the exact solver, and that against a brute force."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given, strategies as st

from games import table_game
from pigou.check_simultaneous import Checker
from pigou.equilibrium import Strategy
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.solvers import batch, fast as fast_module
from pigou.solvers.batch import batch_equilibria, exact_equilibria, search
from pigou.solvers.bimatrix import bimatrix_equilibria, dimension
from pigou.solvers.two_by_two import Signs

SHAPES = [(2, 2), (1, 1), (1, 4), (2, 3), (3, 3), (4, 2), (4, 4), (3, 5), (5, 5), (6, 6)]
KINDS = ["gaussian", "0..2", "0..9", "symmetric", "zero-sum", "duplicated", "ties", "near", "wide"]


def draw(kind, rng, games, m, n):
    """Draw payoffs; `near` are ties broken by less than floats resolve or hardly more."""
    shape = (games, m, n)
    if kind == "0..2":
        a, b = rng.integers(0, 3, (2, *shape)).astype(float)
    elif kind == "0..9":
        a, b = rng.integers(0, 10, (2, *shape)).astype(float)
    elif kind == "ties":
        a, b = np.broadcast_to(rng.integers(-3, 3, (2, games, 1, 1)).astype(float), (2, *shape))
    elif kind == "near":
        noise = rng.normal(size=(2, *shape)) * 10.0 ** rng.integers(-18, -8, (games, 1, 1))
        a, b = rng.integers(0, 3, (2, *shape)) + noise
    elif kind == "wide":
        a, b = rng.normal(size=(2, *shape)) * 10.0 ** rng.integers(-12, 13, (2, *shape))
    else:
        a, b = rng.normal(size=(2, *shape))
    if kind == "symmetric" and m == n:
        b = a.transpose(0, 2, 1)
    if kind == "zero-sum":
        b = -a
    if kind == "duplicated":
        a[:, -1], b[:, -1] = a[:, 0], b[:, 0]
    return a, b


def fractions(vector):
    return [Fraction(x) for x in vector]


def exact_points(result):
    return [
        tuple(
            [Fraction(int(p.p), int(p.q)) for p in vertex.probabilities]
            for vertex in (result.rows[i], result.columns[j])
        )
        for i, j in result.pairs
    ]


def by_game(found):
    lines = {g: [] for g in range(found.games)}
    for g, x, y, e in zip(found.game, found.rows, found.columns, found.error, strict=True):
        lines[int(g)].append((fractions(x), fractions(y), Fraction(e)))
    return lines


def distance(points, others):
    pairs = zip(itertools.chain(*points), itertools.chain(*others), strict=True)
    return max(abs(p - q) for p, q in pairs)


def assert_lists_agree(a, b, found):
    """Every game without a flag has the equilibria of the exact solver, within the bounds."""
    flagged = set(found.flagged.tolist())
    assert set(found.exact) == flagged
    unflagged = np.array([g for g in range(len(a)) if g not in flagged], int)
    lines = by_game(found)
    for game, result in exact_equilibria(a, b, unflagged).items():
        points = exact_points(result)
        assert len(points) == len(lines[game]), (a[game], b[game])
        assert len(points) % 2 == 1
        assert all(len(s.rows) == len(s.columns) == 1 for c in result.components for s in c)
        for x, y, error in lines[game]:
            assert min(distance((x, y), point) for point in points) <= error
    assert all(not lines[game] for game in flagged)


def solve(matrix, right):
    """Solve a square system of Fractions; None if it is singular."""
    rows = [[*row, r] for row, r in zip(matrix, right, strict=True)]
    size = len(rows)
    for c in range(size):
        pivot = next((r for r in range(c, size) if rows[r][c]), None)
        if pivot is None:
            return None
        rows[c], rows[pivot] = rows[pivot], rows[c]
        rows[c] = [e / rows[c][c] for e in rows[c]]
        for r in range(size):
            if r != c and rows[r][c]:
                rows[r] = [e - rows[r][c] * f for e, f in zip(rows[r], rows[c], strict=True)]
    return [row[-1] for row in rows]


def brute_force_vertices(payoffs):
    """Return the mixtures that are vertices, for an opponent who earns payoffs[reply][action]."""
    number, found = len(payoffs[0]), set()
    for size in range(1, min(number, len(payoffs)) + 1):
        right = fmpq_mat(size + 1, 1, [0] * size + [1])
        for support in itertools.combinations(range(number), size):
            chosen = [[row[i] for i in support] for row in payoffs]
            for replies in itertools.combinations(chosen, size):
                entries = [e for row in replies for e in (*row, fmpq(-1))] + [1] * size + [0]
                try:
                    *shares, value = fmpq_mat(size + 1, size + 1, entries).solve(right).entries()
                except ZeroDivisionError:
                    continue
                if min(shares) > 0 and all(dot(row, shares) <= value for row in chosen):
                    mixture = dict(zip(support, shares, strict=True))
                    found.add(tuple(mixture.get(i, fmpq(0)) for i in range(number)))
    return found


def dot(v, w):
    return sum(p * q for p, q in zip(v, w, strict=True))


def regret(payoffs, own, other):
    """Return what the best action earns above the worst one that is played."""
    earned = [dot(row, other) for row in payoffs]
    return max(earned) - min(e for e, p in zip(earned, own, strict=True) if p)


def exactly(matrix):
    return [[Fraction(e) for e in row] for row in matrix]


def is_equilibrium(a, b, x, y):
    return regret(a, x, y) == 0 == regret(list(zip(*b, strict=True)), y, x)


def brute_force(a, b):
    """Return all pairs of vertices that are equilibria, as the strings of their probabilities."""
    mine = brute_force_vertices(list(zip(*b, strict=True)))
    return {
        (tuple(map(str, x)), tuple(map(str, y)))
        for x, y in itertools.product(mine, brute_force_vertices(a))
        if is_equilibrium(a, b, x, y)
    }


def written(result):
    """Return the extreme equilibria that were found in the same form."""
    listed = [
        (
            tuple(map(str, result.rows[i].probabilities)),
            tuple(map(str, result.columns[j].probabilities)),
        )
        for i, j in result.pairs
    ]
    assert len(listed) == len(set(listed))
    return set(listed)


def rational(matrix):
    return [[fmpq(*e.as_integer_ratio()) for e in row] for row in matrix]


# -- the exact solver ------------------------------------------------------------------------------


@pytest.mark.parametrize("high", [0, 1, 2, 9, 10**6])
@pytest.mark.parametrize("shape", [(1, 3), (2, 2), (2, 3), (3, 3), (4, 3)])
def test_the_exact_solver_finds_the_extreme_equilibria_of_the_brute_force(shape, high):
    rng = random.Random(f"{shape} {high}")
    for _ in range(6):
        a, b = (
            [[Fraction(rng.randint(0, high), rng.choice([1, 1, 3])) for _ in range(shape[1])]
             for _ in range(shape[0])]
            for _ in "ab"
        )  # fmt: skip
        a, b = rational(a), rational(b)
        assert written(bimatrix_equilibria(a, b)) == brute_force(a, b)


@given(st.integers(0, 10**9), st.sampled_from(["0..2", "0..9", "duplicated", "ties"]))
def test_a_maximal_nash_subset_ends_at_its_extreme_points(seed, kind):
    """Inside all are equilibria; outside, against the middle of the other side, none is."""
    rng = np.random.default_rng(seed)
    shape = rng.integers(2, 5, 2)
    a, b = (m[0] for m in draw(kind, rng, 1, *shape))
    found = exact_equilibria(a[None], b[None], np.array([0]))[0]
    assert_subsets_end(exactly(a), exactly(b), found, rng)


def assert_subsets_end(a, b, found, rng):
    """Sample inside every maximal Nash subset, and just outside of its extreme points."""
    for subset in (s for component in found.components for s in component):
        sides = [
            [[Fraction(int(p.p), int(p.q)) for p in side[i].probabilities] for i in sorted(chosen)]
            for side, chosen in ((found.rows, subset.rows), (found.columns, subset.columns))
        ]
        x, y = (middle(side) for side in sides)
        weighted = [middle(side, rng.integers(0, 9, len(side))) for side in sides]
        assert is_equilibrium(a, b, x, y)
        assert is_equilibrium(a, b, *weighted)
        step = Fraction(1, 10**6)
        for vertex in sides[0]:
            beyond = [v + step * (v - c) for v, c in zip(vertex, x, strict=True)]
            assert vertex == x or min(beyond) < 0 or not is_equilibrium(a, b, beyond, y)
        for vertex in sides[1]:
            beyond = [v + step * (v - c) for v, c in zip(vertex, y, strict=True)]
            assert vertex == y or min(beyond) < 0 or not is_equilibrium(a, b, x, beyond)


def middle(points, weights=None):
    weights = [int(w) + 1 for w in weights] if weights is not None else [1] * len(points)
    return [
        sum((w * p for w, p in zip(weights, entries, strict=True)), Fraction(0)) / sum(weights)
        for entries in zip(*points, strict=True)
    ]


# von Stengel (1999), "New maximal numbers of equilibria in bimatrix games", Discrete and
# Computational Geometry 21, 557-568: a game from two dual cyclic polytopes.
VON_STENGEL = [
    [9504, -660, 19976, -20526, 1776, -8976],
    [-111771, 31680, -130944, 168124, -8514, 52764],
    [397584, -113850, 451176, -586476, 29216, -178761],
    [171204, -45936, 208626, -263076, 14124, -84436],
    [1303104, -453420, 1227336, -1718376, 72336, -461736],
    [737154, -227040, 774576, -1039236, 48081, -300036],
]


def von_stengel():
    """Return both matrices: in the second the roles are exchanged and pairs of columns swapped."""
    turned = [VON_STENGEL[r] for r in (4, 5, 2, 3, 0, 1)]
    turned = [[row[c] for c in (4, 5, 2, 3, 0, 1)] for row in turned]
    return VON_STENGEL, [list(column) for column in zip(*turned, strict=True)]


def test_von_stengels_6x6_game_has_75_equilibria():
    a, b = von_stengel()
    found = bimatrix_equilibria(*([[fmpq(e) for e in row] for row in m] for m in (a, b)))
    assert len(found.rows) == len(found.columns) == 111  # vertices of the dual cyclic polytope, - 1
    assert len(found.pairs) == len(found.components) == 75
    assert batch_equilibria([a], [b]).counts().tolist() == [75]


def test_the_game_of_nashpys_issue_82_has_8_extreme_equilibria():
    """Both players minimise there; nashpy's support enumeration finds 5 of the 8."""
    a = -np.array([[0, 0, 6, 0, 0], [0, 0, 3, 2, 1], [4, 3, 0, 0, 1]])
    b = -np.array([[3, 0, 2, 1, 0], [0, 2, 0, 0, 4], [4, 0, 2, 4, 4]])
    found = batch_equilibria([a], [b])
    assert found.flagged.tolist() == [0]
    assert written(found.exact[0]) == {
        (("1", "0", "0"), ("0", "1", "0", "0", "0")),
        (("1", "0", "0"), ("0", "0", "0", "0", "1")),
        (("2/3", "1/3", "0"), ("0", "1", "0", "0", "0")),
        (("1/3", "1/2", "1/6"), ("0", "4/9", "2/9", "1/3", "0")),
        (("0", "1/2", "1/2"), ("0", "1/2", "1/2", "0", "0")),
        (("0", "1", "0"), ("3/7", "0", "4/7", "0", "0")),
        (("0", "1", "0"), ("1", "0", "0", "0", "0")),
        (("0", "1", "0"), ("3/8", "0", "1/4", "3/8", "0")),
    }


# -- the batch -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_batch_agrees_with_the_exact_solver(shape, kind):
    a, b = draw(kind, np.random.default_rng([*shape, KINDS.index(kind)]), 40, *shape)
    assert_lists_agree(a, b, batch_equilibria(a, b))


@pytest.mark.parametrize("kind", ["gaussian", "0..9", "wide", "near"])
@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 3), (4, 4)])
def test_every_certificate_holds_in_exact_arithmetic(shape, kind):
    """Nearby lies a strict equilibrium of the same supports, and the regret is of its order."""
    a, b = draw(kind, np.random.default_rng([*shape, KINDS.index(kind)]), 60, *shape)
    found = batch_equilibria(a, b)
    for game, lines in by_game(found).items():
        rows, columns = exactly(a[game]), exactly(b[game].T)
        for x, y, error in lines:
            assert_certified(rows, x, y, error)
            assert_certified(columns, y, x, error)
            for payoffs, own, other in ((rows, x, y), (columns, y, x)):
                spread = sum(max(abs(row[j]) for row in payoffs) for j in range(len(other)))
                assert regret(payoffs, own, other) <= 2 * error * spread


def assert_certified(payoffs, own, other, error):
    mine = [i for i, p in enumerate(own) if p]
    theirs = [j for j, p in enumerate(other) if p]
    assert len(mine) == len(theirs)
    system = [[payoffs[i][j] for j in theirs] + [Fraction(-1)] for i in mine]
    system.append([Fraction(1)] * len(theirs) + [Fraction(0)])
    *shares, value = solve(system, [Fraction(0)] * len(mine) + [Fraction(1)])
    assert min(shares) > 0
    assert all(abs(s - other[j]) <= error for s, j in zip(shares, theirs, strict=True))
    for i, row in enumerate(payoffs):
        assert i in mine or dot([row[j] for j in theirs], shares) < value


def test_gaussian_games_raise_no_flag_and_have_an_odd_number_of_equilibria():
    rng = np.random.default_rng(7)
    for size, games in ((2, 100_000), (3, 5_000), (4, 1_000), (5, 300)):
        found = batch_equilibria(*rng.normal(size=(2, games, size, size)))
        assert not len(found.flagged)
        assert (found.counts() % 2 == 1).all()


def test_results_do_not_depend_on_how_games_are_grouped(monkeypatch):
    a, b = draw("0..9", np.random.default_rng(3), 300, 3, 3)
    before = search(a, b)
    monkeypatch.setattr(batch, "chunk_size", lambda m, n: 7)
    for one, other in zip(before, search(a, b), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (4, 3)])
def test_scaling_by_a_power_of_two_changes_nothing(shape):
    a, b = draw("gaussian", np.random.default_rng(4), 200, *shape)
    before, after = search(a, b), search(a * 2.0**40, b * 2.0**-30)
    for one, other in zip(before, after, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 3)])
def test_payoffs_at_the_ends_of_the_range_of_doubles_are_settled(shape):
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(2, 60, *shape)) * 10.0 ** rng.integers(-320, 308, (2, 60, *shape))
    a[0], b[0] = 1.7e308, -1.7e308
    a[0, 0, 0] = b[0, 1, 1] = 0
    a[1:20] = rng.normal(size=(19, *shape)) * 1e-310
    assert_lists_agree(a, b, batch_equilibria(a, b))


def test_negative_zero_is_a_tie_with_zero():
    found = batch_equilibria([[[0.0, 1.0], [-0.0, 2.0]]], [[[1.0, 0.0], [1.0, 0.0]]])
    assert found.flagged.tolist() == [0]


def test_a_tie_that_no_equilibrium_meets_raises_no_flag():
    """Row 0 and row 1 tie in a column that is never played."""
    found = batch_equilibria([[[1, 2], [1, 3]]], [[[0, 1], [0, 1]]])
    assert not len(found.flagged)
    assert found.rows.tolist() == [[0, 1]] == found.columns.tolist()


def test_an_empty_batch_has_no_equilibria():
    for shape in ((0, 2, 2), (0, 3, 3)):
        found = batch_equilibria(np.zeros(shape), np.zeros(shape))
        assert found.games == len(found.game) == len(found.flagged) == 0


def test_results_cannot_be_overwritten():
    found = batch_equilibria(*np.random.default_rng(6).normal(size=(2, 5, 3, 3)))
    for array in (found.game, found.rows, found.columns, found.error, found.flagged):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(AttributeError):
        found.games = 3


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]], "shape"),
        (np.zeros((3, 2, 2)), np.zeros((2, 2, 2)), "shape"),
        (np.zeros((3, 0, 2)), np.zeros((3, 0, 2)), "shape"),
        (np.full((1, 2, 2), np.nan), np.zeros((1, 2, 2)), "finite"),
        (np.zeros((1, 3, 3)), np.full((1, 3, 3), -np.inf), "finite"),
        ([[["1/2"]]], [[["1/2"]]], "doubles"),
        ([[[Fraction(1, 3)]]], [[[0]]], "doubles"),
        ([[[2**53 + 1]]], [[[0]]], "doubles"),
        ([[[1, 2], [3]]], [[[1, 2], [3, 4]]], "not an array"),
        (np.ma.masked_equal(np.zeros((1, 2, 2)), 0), np.zeros((1, 2, 2)), "masked"),
        (np.zeros((1, 17, 2)), np.zeros((1, 17, 2)), "too large"),
        (np.zeros((1, 12, 12)), np.zeros((1, 12, 12)), "too large"),
    ],
)
def test_arrays_that_hold_no_such_games_are_refused(a, b, message):
    with pytest.raises(StructureError, match=message):
        batch_equilibria(a, b)


# -- compiled --------------------------------------------------------------------------------------


@pytest.fixture
def fast(monkeypatch):
    """The compiled search; without numba, the same functions as plain Python."""
    if fast_module.numba is None:
        monkeypatch.setattr(fast_module, "numba", "plain Python")
    with np.errstate(all="ignore"):
        yield fast_module


@pytest.fixture
def compiled():
    if fast_module.numba is None:
        pytest.skip("numba is not installed")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_fast_search_returns_the_same_to_the_last_bit(fast, shape, kind):
    games = 5 if fast.numba == "plain Python" else 200
    rng = np.random.default_rng([*shape, KINDS.index(kind)])
    a, b = (np.ascontiguousarray(m) for m in draw(kind, rng, games, *shape))
    assert_same(search(a, b), fast.search(a, b))


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [*SHAPES, (7, 7)])
def test_the_compiled_search_returns_the_same_for_many_games(compiled, shape, kind):
    rng = np.random.default_rng([*shape, KINDS.index(kind), 2])
    a, b = (np.ascontiguousarray(m) for m in draw(kind, rng, 100_000 // 3 ** max(shape), *shape))
    assert_same(search(a, b), fast_module.search(a, b))


def assert_same(one, other):
    assert type(one) is type(other)
    for left, right in zip(one, other, strict=True):
        assert left.dtype == right.dtype
        assert np.array_equal(left, right, equal_nan=isinstance(one, Signs))


def test_the_fast_search_grows_its_room(fast):
    """Games with 7 equilibria each do not fit into the room for two each."""
    a = np.repeat(np.eye(3)[None], 30, 0)
    assert len(fast.search(a, a).game) == 210
    assert_same(search(a, a), fast.search(a, a))


def test_the_fast_search_refuses_what_is_not_finite(fast):
    for shape in ((1, 2, 2), (1, 3, 3)):
        with pytest.raises(StructureError, match="finite"):
            batch_equilibria(np.full(shape, np.inf), np.zeros(shape), fast=True)


def test_without_numba_the_fast_search_says_what_to_install(monkeypatch):
    monkeypatch.setattr(fast_module, "numba", None)
    with pytest.raises(ImportError, match=r"pigou\[fast\]"):
        batch_equilibria(np.zeros((1, 2, 2)), np.zeros((1, 2, 2)), fast=True)


# -- long ------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS[:7])
@pytest.mark.parametrize("size", [2, 3, 4, 5, 6])
def test_batch_exact_solver_and_brute_force_agree_on_300_000_games(size, kind, capsys):
    """The brute force verifies every equilibrium anew; the checker those of every 5th game."""
    games = {2: 24_000, 3: 14_000, 4: 4_000, 5: 800, 6: 150}[size]
    rng = np.random.default_rng([size, KINDS.index(kind)])
    tally = Counter()
    for start in range(0, games, 1000):
        a, b = draw(kind, rng, min(1000, games - start), size, size)
        found = batch_equilibria(a, b)
        assert_lists_agree(a, b, found)
        for game, result in exact_equilibria(a, b, np.arange(len(a))).items():
            assert written(result) == brute_force(rational(a[game]), rational(b[game]))
            if game in found.exact:
                assert written(found.exact[game]) == written(result)
            tally[settled(game in found.exact, result)] += 1
            tally["equilibria"] += len(result.pairs)
            if any(dimension_of(result, s) for c in result.components for s in c):
                assert_subsets_end(exactly(a[game]), exactly(b[game]), result, rng)
            if game % 5 == 0:
                tally["checked"] += checked(exactly(a[game]), exactly(b[game]), result)
    with capsys.disabled():
        print(f"\n{size}x{size} {kind}: {games:,} games, {dict(sorted(tally.items()))}")


def dimension_of(result, subset):
    rows = [result.rows[i].probabilities for i in subset.rows]
    return dimension(rows) + dimension([result.columns[j].probabilities for j in subset.columns])


def settled(flagged, result):
    """Say which way a game was settled, and what was found in it."""
    continuum = any(dimension_of(result, s) for c in result.components for s in c)
    return f"{'flagged' if flagged else 'by floats'}, {'continua' if continuum else 'isolated'}"


def checked(a, b, result):
    """Examine every extreme equilibrium by the independent checker; return how many there were."""
    shape = len(a), len(a[0])
    cells = list(itertools.product(range(shape[0]), range(shape[1])))
    game = table_game([{(i, j): m[i][j] for i, j in cells} for m in (a, b)], shape)
    checker = Checker(game, {})
    for points in exact_points(result):
        strategies = [
            Strategy(f"m{i}", f"p{i}", "", {f"c{k}": Enclosure.point(p) for k, p in enumerate(x)})
            for i, x in enumerate(points)
        ]
        examination = checker.examine(strategies)
        assert examination.confirmed
        assert examination.gain == Enclosure.point(0)
    return len(result.pairs)
