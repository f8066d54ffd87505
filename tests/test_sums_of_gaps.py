"""Inequalities that follow from others by addition: what is dropped says nothing new."""

import random
from fractions import Fraction

import pytest
import sympy as sp

from pigou.models import load
from pigou.solvers.paths import paths_of_play
from pigou.solvers.sums_of_gaps import plain, without_sums

X, Y, Z = sp.symbols("x y z", real=True)


def points(symbols, given, number, seed=7):
    """Draw points with small coordinates, many of them on boundaries, where what is given holds."""
    rng = random.Random(seed)
    found = []
    for _ in range(400 * number):
        at = {s: sp.Rational(rng.randint(-2, 6), rng.choice((1, 2, 4))) for s in symbols}
        if all(c.xreplace(at) == sp.true for c in given):
            found.append(at)
        if len(found) == number:
            break
    return found


def true_at(condition, at):
    return condition.xreplace(at) == sp.true


@pytest.mark.parametrize(
    ("gaps", "given", "kept"),
    [
        ([X - 1, Y - 2, X + Y - 3], [], [X - 1, Y - 2]),  # a sum
        ([X - 1, Y - 2, X + Y - 4], [], [X - 1, Y - 2, X + Y - 4]),  # one that says more
        ([X - 1, 2 * X - 1], [], [X - 1]),  # a multiple, with something to spare
        ([X - 1, X + Z - 1], [Z >= 0], [X - 1]),
        ([X - 1, X + Z - 1], [Z >= -1], [X - 1, X + Z - 1]),
        ([X - 1, X - Z - 1], [Z >= 0], [X - Z - 1]),  # the one that was kept first goes
        ([X * Y - X * Z], [Y >= Z, X >= 0], []),  # always true
        ([X * Y - X * Z], [Y >= Z], [X * Y - X * Z]),  # not if x may be negative
        ([X**2], [], [X**2]),  # no squares: this is left to z3
        ([X - 1, 1 / X - 1], [X > 0], [X - 1, 1 / X - 1]),  # no quotients
        ([sp.S(-1)], [X > 0], [sp.S(-1)]),
        ([sp.S(0), sp.S(2)], [X > 0], []),
    ],
)
def test_what_is_a_sum_of_others_is_dropped_and_nothing_else(gaps, given, kept):
    assert set(without_sums(gaps, given)) == set(kept)


def test_what_is_kept_says_all():
    rng = random.Random(3)
    given = (X >= 0, Y <= 1, sp.And(Z > 0, Z <= Y))
    monomials = [sp.S(1), X, Y, Z, X * Y, Y * Z, X * Z]
    tried = points((X, Y, Z), given, 60)
    dropped = violated = 0
    for _ in range(15):
        gaps = [sp.Add(*(rng.randint(-2, 2) * m for m in monomials)) for _ in range(4)]
        gaps += [gaps[0] + gaps[1], gaps[2] + 2 * gaps[3] + X]
        kept = without_sums(dict.fromkeys(gaps), given)
        dropped += len(set(gaps)) - len(kept)
        for at in tried:
            holds = all(gap.xreplace(at) >= 0 for gap in kept)
            violated += not holds
            assert not holds or all(gap.xreplace(at) >= 0 for gap in gaps), (gaps, kept, at)
    assert dropped >= 30
    assert violated > 300


@pytest.mark.parametrize(
    "name",
    [
        "exclusion",
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in ("certification", "functional_upgrading", "governance", "side_selling")
        ),
    ],
)
def test_a_plain_condition_is_the_same_condition(name):
    game = load(name).game
    given = [*game.conditions, *(p >= 0 for c in game.chance for _, p in c.outcomes.values())]
    given = [c for c in map(sp.sympify, given) if c != sp.true]
    rng = random.Random(5)
    names = [p.symbol for p in game.parameters]
    default = {p.symbol: sp.Rational(Fraction(p.default)) for p in game.parameters}
    changed = 0
    for path in paths_of_play(game)[:12]:
        short = plain(path.holds, given)
        changed += short != path.holds
        for _ in range(60):
            at = {s: default[s] * sp.Rational(rng.randint(0, 8), 4) for s in names}
            if all(true_at(c, at) for c in given):
                assert true_at(short, at) == true_at(path.holds, at), (path.words, at)
    assert changed
