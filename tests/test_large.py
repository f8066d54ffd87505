"""Games at the edge of what is solved: an answer, or a plain statement of what was left out."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings, strategies as st

from games import (
    brute_force_pure,
    named_games,
    population_games,
    pure_profiles,
    random_tables,
    table_game,
)
from pigou import Choice, Game, Grade, Move, Player, examine, solve
from pigou.check_simultaneous import Checker
from pigou.solvers import bimatrix, polynomial
from pigou.solvers.bimatrix import TooLarge, bimatrix_equilibria, joined, vertices
from pigou.solvers.polynomial import mixed_equilibria

# -- two players -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "columns", "high"), [(6, 6, 2), (7, 7, 1), (5, 9, 9), (2, 66, 99)]
)
def test_comparing_many_masks_at_once_changes_nothing(monkeypatch, rows, columns, high):
    """With 2 by 66 choices a mask takes two words of 64 bits."""
    rng = np.random.default_rng([rows, columns])
    a, b = rng.integers(0, high + 1, (2, rows, columns)).tolist()

    def both():
        return vertices([list(column) for column in zip(*b, strict=True)]), vertices(a)

    one = both()
    expected = joined(*one, rows, columns)
    monkeypatch.setattr(bimatrix, "_MANY_PAIRS", 20)
    monkeypatch.setattr(bimatrix, "_MANY_MASKS", 0)
    assert both() == one
    assert joined(*one, rows, columns) == expected
    assert len(expected.pairs) > 1


def test_eleven_choices_each_are_solved_and_every_equilibrium_checked():
    tables = random_tables(random.Random(11), (11, 11), -(10**6), 10**6)
    found = solve(table_game(tables, (11, 11)))
    assert found.complete
    assert len(found) % 2 == 1
    assert pure_profiles(found) == brute_force_pure(tables, (11, 11))
    assert all(e.evidence.checked and e.evidence.grade is Grade.CERTIFIED for e in found)


@pytest.mark.parametrize("limit", ["MOST_RAYS", "MOST_COMPARISONS", "MOST_EQUILIBRIA"])
def test_beyond_a_limit_the_pure_equilibria_are_listed_and_the_rest_is_said(monkeypatch, limit):
    tables = [{c: Fraction(int(c[0] == c[1])) for c in itertools.product(range(5), repeat=2)}] * 2
    game = table_game(tables, (5, 5))
    assert len(solve(game)) == 2**5 - 1
    monkeypatch.setattr(bimatrix, limit, 4)
    found = solve(game)
    assert pure_profiles(found) == {(k, k) for k in range(5)}
    assert len(found) == 5
    assert not found.complete
    assert found.completeness.startswith("not shown")
    (note,) = found.unresolved
    assert note.startswith("only pure equilibria are listed: ")
    assert "more than 4 " in note


def test_more_maximal_nash_subsets_than_enumerated_are_refused(monkeypatch):
    """The row player is indifferent; the columns are best where the lines of the envelope say."""
    a = [[fmpq(0)] * 4 for _ in range(4)]
    b = [[fmpq(int(i == j)) for j in range(4)] for i in range(4)]
    assert len(bimatrix_equilibria(a, b).components[0]) > 10
    monkeypatch.setattr(bimatrix, "MOST_SUBSETS", 10)
    with pytest.raises(TooLarge, match="more than 10 maximal Nash subsets"):
        bimatrix_equilibria(a, b)


@given(st.integers(0, 10**6))
def test_exchanging_the_players_exchanges_the_maximal_nash_subsets(seed):
    """Bicliques are found from the smaller side: that must not show."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 2, (2, *rng.integers(2, 6, 2)))
    one = bimatrix_equilibria(*([[fmpq(int(e)) for e in row] for row in m] for m in (a, b)))
    other = bimatrix_equilibria(*([[fmpq(int(e)) for e in row] for row in m.T] for m in (b, a)))
    assert subsets(one) == {(y, x) for x, y in subsets(other)}


def subsets(result):
    return {
        tuple(
            frozenset(tuple(map(str, side[i].probabilities)) for i in members)
            for side, members in ((result.rows, s.rows), (result.columns, s.columns))
        )
        for component in result.components
        for s in component
    }


# -- more players ----------------------------------------------------------------------------------


def test_six_players_with_two_choices_are_solved():
    found = solve(table_game(random_tables(random.Random(1), (2,) * 6, -(10**6), 10**6), (2,) * 6))
    assert found.complete
    assert len(found) % 2 == 1
    assert all(e.evidence.checked for e in found)


def test_supports_beyond_the_limit_on_work_are_listed(monkeypatch):
    """None of what the limit leaves is dropped: each support is there with the reason."""
    shape = (2,) * 5
    cells = list(itertools.product(range(2), repeat=5))
    tables = random_tables(random.Random(2), shape, -(10**6), 10**6)
    payoffs = [{c: fmpq(int(t[c])) for c in cells} for t in tables]
    everything = mixed_equilibria(payoffs, shape)
    assert not everything.unresolved
    monkeypatch.setattr(polynomial, "MOST_WORK", 1)
    few = mixed_equilibria(payoffs, shape)
    left = {supports for supports, _ in few.unresolved}
    assert any("limit on boxes" in reason for _, reason in few.unresolved)
    missing = set(everything.profiles) - set(few.profiles)
    assert missing
    for profile in missing:
        support = tuple(tuple(a for a, p in enumerate(row) if p.upper) for row in profile[0])
        assert support in left


# -- pure equilibria alone -------------------------------------------------------------------------


@settings(max_examples=40)
@given(named_games())
def test_pure_equilibria_alone_are_the_pure_ones_of_all(game):
    found = solve(game, pure=True)
    assert found.complete
    assert found.scope == "pure equilibria only"
    assert not found.components
    assert pure_profiles(found) == pure_profiles(solve(game))
    assert len(found) == len(pure_profiles(found))


@given(population_games())
def test_pure_equilibria_alone_of_a_population(game):
    found = solve(game, pure=True)
    assert found.complete
    assert found.scope == "pure equilibria only, up to the names of members alike"
    assert [e.profile for e in found] == [e.profile for e in solve(game) if e.kind == "pure"]


def test_pure_equilibria_alone_with_an_exit():
    """Those who meet like better to meet; the equilibrium in which all exit is kept."""
    options = Choice({"no": 0, "yes": 1, "out": 2}, exit="out")
    payoff = "if(act == out, 0, if(act == yes, sum(act == yes), sum(act == no)) - 2)"
    game = Game("exit", [Player("firm", size=3)], [Move("act", "firm", options)], {"firm": payoff})
    found, everything = solve(game, pure=True), solve(game)
    kept = [e for e in everything if e.kind == "pure"]
    assert found.complete
    assert found.scope.startswith("symmetric pure equilibria only")
    assert [e.profile for e in found] == [e.profile for e in kept]
    assert any("out" in e.profile for e in kept)
    assert len(kept) < len(everything)


# -- the checker -----------------------------------------------------------------------------------


@settings(max_examples=25)
@given(named_games())
def test_a_checker_that_remembers_says_what_a_fresh_one_says(game):
    checker = Checker(game, {})
    for equilibrium in solve(game):
        strategies = list(equilibrium.strategies)
        assert checker.examine(strategies) == examine(game, {}, strategies)
        labels = list(strategies[0].probabilities)
        wrong = replace(
            strategies[0],
            probabilities={k: strategies[0].probabilities[k] for k in labels}
            | {labels[0]: strategies[0].probabilities[labels[-1]],
               labels[-1]: strategies[0].probabilities[labels[0]]},
            counts=None,
        )  # fmt: skip
        assert checker.examine([wrong, *strategies[1:]]) == examine(
            game, {}, [wrong, *strategies[1:]]
        )
