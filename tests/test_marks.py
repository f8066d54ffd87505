"""Refinement marks: published games, the definitions themselves, honest gaps."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings, strategies as st
from scipy.optimize import linprog

from games import named_games, population_games, random_tables, table_game
from pigou import Enclosure, Game, Move, Player, Record, examine, solve
from pigou.models import load
from pigou.pages import mark_blocks, shown_marks, solve_page
from pigou.pareto import pareto
from pigou.results import solve_result
from pigou.solvers import refinements
from pigou.solvers.bimatrix import bimatrix_equilibria
from pigou.solvers.refinements import (
    is_evolutionarily_stable,
    is_undominated,
    low_point,
    perfect,
    strictly_copositive,
)


def two_players(a, b):
    cells = list(itertools.product(range(len(a)), range(len(a[0]))))
    tables = [{(i, j): Fraction(m[i][j]) for i, j in cells} for m in (a, b)]
    return table_game(tables, (len(a), len(a[0])))


def symmetric(a):
    return two_players(a, [list(column) for column in zip(*a, strict=True)])


def by_profile(found):
    """Key equilibria by the shares of all choices."""
    return {
        tuple(tuple(p.lower for p in s.probabilities.values()) for s in e.strategies): e
        for e in found
    }


def exact(matrix):
    return [[fmpq(e.numerator, e.denominator) for e in row] for row in matrix]


def unit(place, size):
    return tuple(Fraction(int(k == place)) for k in range(size))


# -- perfection -------------------------------------------------------------------------------


def test_myersons_games_have_the_perfect_equilibria_he_names():
    """Myerson (1978), "Refinements of the Nash equilibrium concept", International Journal of
    Game Theory 7: the first game has one perfect equilibrium of two; two choices that are
    strictly dominated in the second make (b, b) perfect, though not proper."""
    small = by_profile(solve(symmetric([[1, 0], [0, 0]])))
    assert {p: "perfect" in e.marks for p, e in small.items()} == {
        (unit(0, 2),) * 2: True, (unit(1, 2),) * 2: False,
    }  # fmt: skip
    large = by_profile(solve(symmetric([[1, 0, -9], [0, 0, -7], [-9, -7, -7]])))
    assert {p: "perfect" in e.marks for p, e in large.items()} == {
        (unit(0, 3),) * 2: True, (unit(1, 3),) * 2: True, (unit(2, 3),) * 2: False,
    }  # fmt: skip
    assert all(("perfect" in e.marks) != ("not perfect" in e.marks) for e in large.values())


@pytest.mark.parametrize(("gone", "expected"), [(None, True), (-1, False)])
def test_hands_tremble_towards_strictly_dominated_choices_too(gone, expected):
    """The third column is worse for its player by 1, so it is eliminated before solving; yet the
    row player's c2 is worse against it than an even mixture of c0 and c1. Without it, it is not."""
    a, b = [[4, 0, 0], [0, 4, 0], [2, 2, -1]], [[0, 0, -1]] * 3
    if gone is None:
        a, b = [row[:2] for row in a], [row[:2] for row in b]
    found = by_profile(solve(two_players(a, b)))
    half = (Fraction(1, 2), Fraction(1, 2)) + (Fraction(0),) * (gone is not None)
    mark = found[unit(2, 3), half].marks
    assert ("perfect" in mark) is expected and ("not perfect" in mark) is not expected
    assert "weakly dominated" not in mark  # by no pure choice
    first = by_profile(solve(two_players([[-9] * len(half), *a], [[0] * len(half), *b])))
    assert first[unit(3, 4), half].marks == mark  # with a choice eliminated before the others


def test_a_choice_is_weakly_dominated_by_what_it_loses_against_eliminated_choices():
    """The second column is strictly dominated, and only there does the first row do better."""
    found = by_profile(solve(two_players([[1, 1], [1, 0]], [[1, 0], [1, 0]])))
    marks = found[unit(1, 2), unit(0, 2)].marks
    assert {"weakly dominated", "not perfect", "not quasi-strict"} <= set(marks)
    assert "perfect" in found[unit(0, 2), unit(0, 2)].marks


def witness(payoffs, support):
    """Find by floating-point programme a belief in everything that the support is best against."""
    matrix = np.array(payoffs, dtype=float)
    first = min(support)
    rows = [matrix[i] - matrix[first] for i in range(len(matrix))]
    width = matrix.shape[1]
    done = linprog(
        [0.0] * width + [-1.0],
        A_eq=[[*rows[i], 0.0] for i in support] + [[1.0] * width + [0.0]],
        b_eq=[0.0] * len(support) + [1.0],
        A_ub=[[*row, 0.0] for row in rows] + [[*-np.eye(width)[j], 1.0] for j in range(width)],
        b_ub=[0.0] * (len(rows) + width),
        bounds=[(0, None)] * width + [(None, None)],
    )
    return done.x[:-1] if done.status == 0 and done.x[-1] > 1e-9 else None


@given(st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 2, 5]), st.integers(0, 10**6))
def test_perfection_is_what_the_definition_says(rows, columns, high, seed):
    """With a belief y' in every choice against which x is best, x is best against (1-t)y + ty' for
    all t: trembles. Without, something does at least as well as x against all of a grid."""
    rng = random.Random(seed)
    a, b = ([[rng.randint(0, high) for _ in range(columns)] for _ in range(rows)] for _ in "ab")
    turned = [list(column) for column in zip(*b, strict=True)]
    found = bimatrix_equilibria(exact(a), exact(b))
    answers = perfect(exact(a), exact(b), found, (range(rows), range(columns)))
    assert set(answers) == set(found.pairs)
    for (i, j), answer in answers.items():
        sides = [(a, found.rows[i].support), (turned, found.columns[j].support)]
        assert answer == all(witness(payoffs, support) is not None for payoffs, support in sides)
        for payoffs, support in sides:
            undominated = is_undominated(exact(payoffs), support)
            assert undominated == (witness(payoffs, support) is not None)
            best = [
                {k for k, v in enumerate(values) if v == max(values)}
                for y in itertools.product(range(1, 4), repeat=len(payoffs[0]))
                for values in [[sum(p * e for p, e in zip(y, r, strict=True)) for r in payoffs]]
            ]
            assert undominated or not any(support <= replies for replies in best)


def test_both_programmes_for_weak_dominance_agree():
    rng = random.Random(2)
    answers = set()
    for _ in range(120):
        rows, columns = rng.randint(3, 6), rng.randint(1, 2)
        payoffs = exact([[rng.randint(0, 2) for _ in range(columns)] for _ in range(rows)])
        support = rng.sample(range(rows), rng.randint(1, 3))
        wide = [row + [row[0]] * (rows - columns) for row in payoffs]  # copies change nothing
        answers.add(is_undominated(payoffs, support))
        assert is_undominated(payoffs, support) == is_undominated(wide, support)
    assert answers == {True, False}


@given(named_games())
@settings(max_examples=30)
def test_strict_is_perfect_is_undominated_and_no_mark_contradicts_another(game):
    for e in solve(game):
        for mark in ("quasi-strict", "perfect", "evolutionarily stable"):
            assert not {mark, f"not {mark}"} <= set(e.marks)
            assert mark not in e.undecided or not {mark, f"not {mark}"} & set(e.marks)
        if "strict" in e.marks:
            assert {"quasi-strict", "perfect"} <= set(e.marks) and e.index == 1
        if "weakly dominated" in e.marks:
            assert "not perfect" in e.marks
        if len(game.players) == 2:
            assert {"quasi-strict", "not quasi-strict"} & set(e.marks)
            assert {"perfect", "not perfect"} & set(e.marks)
            assert e.undecided == ()
            assert (e.index is None) == bool(e.component)


@given(named_games())
@settings(max_examples=30)
def test_quasi_strict_means_that_no_other_choice_does_as_well(game):
    """Payoffs of all deviations from the checker's evaluator, in place of the solver's."""
    found = solve(game)
    for e in found:
        if not all(p.is_exact for s in e.strategies for p in s.probabilities.values()):
            continue
        idle = []
        for place, strategy in enumerate(e.strategies):
            for label, share in strategy.probabilities.items():
                if share.upper == 0:
                    pure = {k: Enclosure.point(int(k == label)) for k in strategy.probabilities}
                    turned = replace(
                        strategy,
                        probabilities=Record(pure),
                        counts=Record({k: int(k == label) for k in pure}),
                    )
                    others = [*e.strategies[:place], turned, *e.strategies[place + 1 :]]
                    got = examine(game, found.at, others).payoffs[strategy.player]
                    idle.append(got.upper < e.payoffs[strategy.player].lower)
        assert ("quasi-strict" in e.marks) == all(idle), e
        assert ("not quasi-strict" in e.marks) != all(idle), e


def test_in_games_of_three_perfection_is_said_only_where_it_is_simple():
    rng = random.Random(8)
    said = set()
    for _ in range(40):
        found = solve(table_game(random_tables(rng, (2, 2, 2), 0, 2), (2, 2, 2)))
        for e in found:
            full = all(p.lower > 0 for s in e.strategies for p in s.probabilities.values())
            claims = {m for m in e.marks if m.endswith("perfect")}
            expected = {"perfect"} if full or "strict" in e.marks else set()
            expected |= {"not perfect"} if "weakly dominated" in e.marks else set()
            assert claims == expected
            said |= {frozenset(claims)}
    assert len(said) == 3  # perfect, not perfect, nothing


# -- evolutionary stability -------------------------------------------------------------------


def stable_shares(a):
    """Return the evolutionarily stable mixtures, after a look at the marks of all equilibria."""
    found = by_profile(solve(symmetric(a)))
    stable = set()
    for (x, y), e in found.items():
        claims = {m for m in e.marks if m.endswith("evolutionarily stable")}
        assert len(claims) == int(x == y), e
        stable |= {x} if "evolutionarily stable" in claims else set()
    return stable


THIRD = (Fraction(1, 3),) * 3


@pytest.mark.parametrize(
    ("payoffs", "stable"),
    [
        # Maynard Smith and Price (1973): value 2, cost of injury 4: hawks with probability 1/2
        ([[-1, 2], [0, 1]], {(Fraction(1, 2), Fraction(1, 2))}),
        # the same with a cost below the value: hawks only
        ([[Fraction(1, 2), 2], [0, 1]], {(Fraction(1), Fraction(0))}),
        # rock, paper, scissors: only if winning pays more than losing costs
        # (Hofbauer and Sigmund 1998, "Evolutionary games and population dynamics", section 7.7)
        ([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], set()),
        ([[0, -1, 2], [2, 0, -1], [-1, 2, 0]], {THIRD}),
        ([[0, -2, 1], [1, 0, -2], [-2, 1, 0]], set()),
        # doing the same: each choice, and no mixture
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], {unit(k, 3) for k in range(3)}),
        # not strict, yet stable: mutants do as well against it and worse against each other
        ([[1, 1], [1, 0]], {(Fraction(1), Fraction(0))}),
        ([[1, 1], [1, 1]], set()),
        # mutants c1 and c2 hurt each other: copositive and not positive definite, where the
        # condition of Haigh (1975) is sufficient and not necessary (Abakuks 1980)
        ([[0, 0, 0], [0, -1, -2], [0, -2, -1]], {unit(0, 3)}),
        # they help each other as much as they hurt themselves
        ([[0, 0, 0], [0, -1, 1], [0, 1, -1]], set()),
    ],
)  # fmt: skip
def test_evolutionarily_stable_strategies_of_known_games(payoffs, stable):
    assert stable_shares(payoffs) == stable


def test_several_stable_strategies_with_different_supports():
    """Two separate hawk-dove games, and meeting the other kind pays worst: a mixture in each."""
    a = [[-1, 2, -5, -5], [0, 1, -5, -5], [-5, -5, -1, 2], [-5, -5, 0, 1]]
    half, none = (Fraction(1, 2),) * 2, (Fraction(0),) * 2
    assert stable_shares(a) == {half + none, none + half}


def invades(a, x, y):
    """Whether mutants y do as well as x, by the definition of Maynard Smith and Price."""

    def earns(p, q):
        return sum(p[i] * e * q[j] for i, row in enumerate(a) for j, e in enumerate(row))

    if earns(y, x) != earns(x, x):
        return earns(y, x) > earns(x, x)
    return earns(y, y) >= earns(x, y)


def mutants(x, steps):
    """Yield mixtures next to x in every direction of small whole numbers, and a grid."""
    for z in itertools.product(range(-steps, steps + 1), repeat=len(x) - 1):
        z = (*z, -sum(z))
        down = [p / -d for p, d in zip(x, z, strict=True) if d < 0]
        if any(z) and min(down) > 0:
            yield tuple(p + min(down) * d for p, d in zip(x, z, strict=True))


@pytest.mark.parametrize(("size", "high", "games"), [(2, 2, 40), (3, 1, 40), (3, 2, 40)])
def test_no_mutant_invades_a_stable_strategy_and_some_mutant_any_other(size, high, games):
    rng = random.Random(size + high)
    answers = []
    for _ in range(games):
        a = [[rng.randint(-high, high) for _ in range(size)] for _ in range(size)]
        stable = stable_shares(a)
        for x, y in by_profile(solve(symmetric(a))):
            if x == y:
                answers.append(x in stable)
                assert (x in stable) == (not any(invades(a, x, m) for m in mutants(x, 6)))
    assert {True, False} <= set(answers)


@given(st.integers(0, 10**6), st.integers(2, 4), st.sampled_from([1, 2, 9]))
def test_no_other_equilibrium_lives_on_the_best_replies_to_a_stable_strategy(seed, size, high):
    """Bishop and Cannings (1976), "Models of animal conflict": with x stable, no other symmetric
    equilibrium uses best replies to x alone. A strict symmetric equilibrium is stable."""
    rng = random.Random(seed)
    a = [[rng.randint(-high, high) for _ in range(size)] for _ in range(size)]
    stable = stable_shares(a)
    found = by_profile(solve(symmetric(a)))
    lone = [x for x, y in found if x == y]
    for x in stable:
        earned = [sum(e * p for e, p in zip(row, x, strict=True)) for row in a]
        best = {i for i, e in enumerate(earned) if e == max(earned)}
        assert not [y for y in lone if y != x and {i for i, p in enumerate(y) if p} <= best]
    assert all(x in stable for x, y in found if x == y and "strict" in found[x, y].marks)


@given(st.integers(0, 10**6), st.integers(1, 5))
def test_strict_copositivity_is_positivity_on_a_fine_grid(seed, size):
    rng = random.Random(seed)
    m = [[0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            m[i][j] = m[j][i] = rng.randint(0, 3) if i == j else rng.randint(-2, 2)

    def value(x):
        return sum(x[i] * m[i][j] * x[j] for i in range(size) for j in range(size))

    grid = (x for x in itertools.product(range(7 if size < 5 else 4), repeat=size) if any(x))
    point = low_point(exact(m))
    assert strictly_copositive(exact(m)) == (point is None)
    if point is None:
        assert all(value(x) > 0 for x in grid)
    else:
        assert min(point) >= 0 and sum(point, fmpq(0)) == 1 and value(point) <= 0


def test_the_two_are_matched_by_label_or_else_by_order():
    def meeting(first, second):
        moves = [Move("x", "a", first), Move("y", "b", second)]
        payoffs = {"a": "if(x == 0, if(y == 0, -1, 2), if(y == 0, 0, 1))"}
        payoffs["b"] = payoffs["a"].replace("x", "z").replace("y", "x").replace("z", "y")
        return solve(Game("meeting", [Player("a"), Player("b")], moves, payoffs))

    same = {"hawk": 0, "dove": 1}
    for other in ({"dove": 1, "hawk": 0}, {"falcon": 0, "pigeon": 1}):
        found = meeting(same, other)
        assert [e.kind for e in found if "evolutionarily stable" in e.marks] == ["mixed"]
    crossed = meeting(same, {"pigeon": 1, "falcon": 0})  # by order, the game is not symmetric
    assert not any("evolutionarily stable" in m for e in crossed for m in e.marks)


def test_members_of_a_population_of_two_are_like_two_players():
    rng = random.Random(6)
    for _ in range(25):
        a = [[rng.randint(-2, 2) for _ in range(2)] for _ in range(2)]
        cells = {(i, j): a[i][j] for i in range(2) for j in range(2)}
        payoff = " + ".join(
            f"({v})*(act == {i})*(sum(act == 1) == {i + j})" for (i, j), v in cells.items()
        )
        game = Game("two", [Player("agent", size=2)],
                    [Move("act", "agent", {"c0": 0, "c1": 1})], {"agent": payoff})  # fmt: skip
        stable = set()
        for e in solve(game):
            shares = tuple(p.lower for p in e.strategies[0].probabilities.values())
            apart = e.kind == "pure" and 2 not in e.strategies[0].counts.values()
            assert apart != any(m.endswith("evolutionarily stable") for m in e.marks)
            if "evolutionarily stable" in e.marks:
                assert "unstable" not in e.marks
                stable.add(shares)
            elif not apart:
                assert "strict" not in e.marks and "stable" not in e.marks
        assert stable == stable_shares(a)


def test_with_too_many_best_replies_stability_is_undecided(monkeypatch):
    monkeypatch.setattr(refinements, "MOST_REPLIES", 1)
    a = [[0, 0, 0], [0, -1, -2], [0, -2, -1]]
    assert is_evolutionarily_stable(exact(a), unit(0, 3)) is None
    e = by_profile(solve(symmetric(a)))[unit(0, 3), unit(0, 3)]
    assert "evolutionarily stable" in e.undecided
    assert not any("evolutionarily" in mark for mark in e.marks)


# -- Pareto dominance -------------------------------------------------------------------------


@given(named_games())
@settings(max_examples=30)
def test_pareto_dominance_compares_payoffs_of_all_players(game):
    found = solve(game)
    for e in found:
        for other in found:
            gains = [other.payoffs[p] - e.payoffs[p] for p in e.payoffs]
            if all(g.is_exact for g in gains):
                better = all(g.lower >= 0 for g in gains) and any(g.lower > 0 for g in gains)
                assert (other.name in e.dominated_by) == better
                assert f"dominated by {other.name}" not in e.undecided


@given(population_games())
def test_members_alike_may_change_places(game):
    """By force: every order of the members of one equilibrium against the other."""
    found = solve(game)
    pure = [e for e in found if e.kind == "pure"]
    paid = {}
    for e in pure:
        members = examine(game, found.at, e.strategies).members["agent"]
        paid[e.name] = [p.lower for p, number in members for _ in range(number)]
    for e, other in itertools.permutations(pure, 2):
        better = any(
            all(x >= y for x, y in zip(order, paid[e.name], strict=True))
            and sum(order) > sum(paid[e.name])
            for order in itertools.permutations(paid[other.name])
        )
        assert (other.name in e.dominated_by) == better


def test_bystanders_do_not_count_and_stag_dominates_hare():
    found = solve(load("coordination").game)
    assert [e.dominated_by for e in found] == [("E2",), (), ("E2",)]
    only = solve(symmetric([[3, 0], [5, 1]]))  # the prisoners' dilemma has nothing to compare
    assert [e.dominated_by for e in only] == [()]


def test_what_enclosures_leave_open_is_undecided():
    game = load("coordination").game
    found = solve(game)
    base = examine(game, found.at, found["E1"].strategies)

    def paying(lower, upper):
        return replace(
            base, members=Record({"firm": ((Enclosure(Fraction(lower), Fraction(upper)), 2),)})
        )

    ranking = pareto([paying(0, 2), paying(1, 3), paying(4, 4), paying(4, 4)])
    assert ranking.by == [[2, 3], [2, 3], [], []]
    assert ranking.unclear == [[1], [0], [], []]

    def pair(first, second):
        members = {"a": ((Enclosure.point(first), 1),), "b": ((second, 1),)}
        return replace(base, members=Record(members))

    near = [Enclosure(Fraction(low), Fraction(low + 2)) for low in (0, 1)]
    assert pareto([pair(1, near[0]), pair(2, near[1])]).unclear == [[1], []]  # better for a, b open
    assert pareto([pair(1, near[1]), pair(2, near[0])]).unclear == [[1], []]
    mixed = [[(3, 1), (1, 1)], [(1, 1), (4, 1)], [(2, 1), (2, 1)]]
    paid = [
        replace(base, members=Record({"firm": tuple((Enclosure.point(p), n) for p, n in m)}))
        for m in mixed
    ]
    assert pareto(paid).by == [[1], [], []]


# -- where it is shown, and what is not decided -----------------------------------------------


def test_irrational_payoffs_leave_all_but_strictness_undecided():
    game = Game(
        "root",
        [Player("a"), Player("b")],
        [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1})],
        {"a": "x*y*sqrt(2) - x", "b": "x*y*sqrt(2) - y"},
    )
    found = solve(game)
    strict = [e for e in found if "strict" in e.marks]
    assert len(strict) == 2 and all(e.index == 1 and e.undecided == () for e in strict)
    (mixed,) = [e for e in found if e.kind == "mixed"]
    assert mixed.index is None and set(mixed.undecided) == {"quasi-strict", "perfect", "index"}
    assert not {"quasi-strict", "not quasi-strict", "not perfect"} & set(mixed.marks)


def test_a_game_too_large_for_a_programme_leaves_perfection_undecided(monkeypatch):
    game = symmetric([[1, 0, 0], [0, 0, 1], [0, 1, 0]])
    assert all(e.undecided == () for e in solve(game))
    monkeypatch.setattr(refinements, "MOST_CELLS", 8)
    assert not any("perfect" in e.undecided for e in solve(game))  # all vertices are simple
    tied = two_players([[1, 1, 1], [1, 0, 1], [1, 1, 0]], [[0] * 3] * 3)
    open_ = [e for e in solve(tied) if "perfect" in e.undecided]
    assert open_ and not any("perfect" in e.marks for e in open_)


def test_json_and_pages_tell_what_was_decided():
    game = symmetric([[1, 0, -9], [0, 0, -7], [-9, -7, -7]])
    found = solve(game)
    entry = next(e for e in solve_result(found)["equilibria"] if e["profile"] == "m0: c2; m1: c2")
    assert entry["index"] == 0 and entry["undecided"] == [] and len(entry["dominated_by"]) == 2
    assert {"not quasi-strict", "not perfect", "weakly dominated"} <= set(entry["marks"])
    text = str(solve_page(game, found).blocks)
    assert "Where it is not denied, an equilibrium is quasi-strict and perfect." in text
    assert "Pareto-dominated among the players" in text and "'index'" in text
    (strict,) = [e for e in found if "strict" in e.marks]
    assert shown_marks(strict) == ["strict"]
    doubtful = replace(found, equilibria=(replace(strict, marks=(), undecided=("perfect",)),))
    (line,) = mark_blocks(doubtful)
    assert line.text == f"Not decided of {strict.name}: perfect."
