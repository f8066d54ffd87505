"""Symbolic mixed equilibria and regimes against the exact solver at many parameter values."""

from __future__ import annotations

import functools
import itertools
import random
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp
from symbolic import Point, Stated, compiled, problem

from pigou import Chance, Game, Move, Parameter, Player, regimes, solve, subsidy, symbol
from pigou.catalogue import find_model
from pigou.errors import PigouError
from pigou.expression import Lookup

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "classic"
NUMBER = {
    "stag_hunt": 3,
    "battle_of_the_sexes": 3,
    "chicken": 3,
    "hawk_dove": 3,
    "three_standards": 27,
}
"""The regimes of each classic game, counted by hand: the signs of its payoff differences."""


@functools.cache
def classic(name):
    game = find_model(str(FOLDER / f"{name}.toml")).game
    return game, regimes(game)


class Draws:
    """Parameter values: at random, and with some parameters moved onto boundaries of regimes."""

    def __init__(self, game, found, seed):
        self.game, self.rng = game, random.Random(seed)
        relations = {
            r for one in found.regimes for r in one.condition.atoms(sp.core.relational.Relational)
        }
        self.boundaries = []
        for gap in sorted({r.lhs - r.rhs for r in relations}, key=str):
            for unknown in sorted(gap.free_symbols, key=str):
                if sp.degree(gap, unknown) == 1:
                    (solution,) = sp.solve(gap, unknown)
                    self.boundaries.append((unknown.name, compiled(solution)))

    def __iter__(self):
        while True:
            at = {p.name: self._value() for p in self.game.parameters}
            for _ in range(self.rng.choice((0, 0, 1, 1, 2, 3)) if self.boundaries else 0):
                name, solution = self.rng.choice(self.boundaries)
                try:
                    at[name] = solution(at)
                except ZeroDivisionError:
                    continue
            try:
                yield dict(self.game.values(at))
            except PigouError:
                continue

    def _value(self):
        return Fraction(self.rng.randint(-4, 12), self.rng.choice((1, 2, 3, 4, 7)))


def agreement(game, found, number, seed):
    """Compare the regimes with the exact solver at a number of draws; return where they fell."""
    draws = Draws(game, found, seed)
    tests = [compiled(one.condition) for one in found.regimes]
    seen = Counter()
    stated = {}
    for at in itertools.islice(draws, number):
        point = Point(game, at)
        if not stated:
            stated = {id(one): Stated(one, point) for one in found.equilibria}
        here = [place for place, test in enumerate(tests) if test(at)]
        assert len(here) == 1, (at, here)
        seen[here[0]] += 1
        listed = [stated[id(one)] for one in found.regimes[here[0]].equilibria]
        wrong = problem(listed, point, at, draws.rng)
        assert not wrong, (at, wrong)
    return seen


@pytest.mark.parametrize("name", NUMBER)
def test_regimes_of_the_classic_games_are_proved_and_agree_with_the_exact_solver(name):
    game, found = classic(name)
    assert found.complete and found.partition.proved
    assert len(found.regimes) == NUMBER[name]
    seen = agreement(game, found, 300, name)
    assert len(seen) == NUMBER[name]


@pytest.mark.long
@pytest.mark.parametrize("name", NUMBER)
def test_ten_thousand_draws_of_every_classic_game_agree_with_the_exact_solver(name):
    game, found = classic(name)
    seen = agreement(game, found, 10_000, name)
    assert set(seen) == set(range(NUMBER[name]))
    boundary = sum(n for place, n in seen.items() if found.regimes[place].boundary)
    assert boundary > 1_500
