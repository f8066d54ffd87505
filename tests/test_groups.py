"""Several groups of players alike: mixtures against brute algebra, and what stays unresolved."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb

import pytest
import sympy as sp
from hypothesis import given, settings, strategies as st

from games import random_tables, table_game
from pigou import Enclosure, Game, Grade, Move, Player, Type, solve


def crowd(sizes, tables) -> Game:
    """Two populations with two choices; a payoff is a table over own choice and both totals."""
    players = [Player(f"p{i}", size=n) for i, n in enumerate(sizes)]
    moves = [Move(f"m{i}", f"p{i}", {"c0": 0, "c1": 1}) for i in range(2)]
    text = {
        f"p{i}": " + ".join(
            f"({table[(a, n, k)]})*(m{i} == {a})*(sum(m{i}) == {n})*(sum(m{1 - i}) == {k})"
            for a in range(2)
            for n in range(sizes[i] + 1)
            for k in range(sizes[1 - i] + 1)
            if (a, n, k) in table
        )
        for i, table in enumerate(tables)
    }
    return Game("crowds", players, moves, text)


def random_crowd(rng, sizes, high):
    tables = []
    for i in range(2):
        table = {}
        for a in range(2):
            for n in range(sizes[i] + 1):
                for k in range(sizes[1 - i] + 1):
                    if (a == 1 and n == 0) or (a == 0 and n == sizes[i]):
                        continue
                    table[a, n, k] = Fraction(rng.randint(-high, high))
        tables.append(table)
    return tables


def gap(table, own, other, x, y):
    """Advantage of c1: own fellows take it with x, the others with y."""
    total = sp.S.Zero
    for j in range(own):
        for k in range(other + 1):
            weight = comb(own - 1, j) * x**j * (1 - x) ** (own - 1 - j)
            weight *= comb(other, k) * y**k * (1 - y) ** (other - k)
            total += weight * sp.Rational(str(table[1, j + 1, k] - table[0, j, k]))
    return sp.expand(total)


def brute(tables, sizes):
    """Every mixed equilibrium of two groups, from sympy's roots, as floats."""
    x, y = sp.symbols("x y")
    f, g = gap(tables[0], *sizes, x, y), gap(tables[1], sizes[1], sizes[0], y, x)
    found = set()
    for end in (0, 1):
        for condition, rival, variable, other in ((f, g, x, y), (g, f, y, x)):
            here = sp.Poly(condition.subs(other, end), variable)
            if here.is_zero or here.degree() < 1:
                continue
            for root in sp.real_roots(here):
                value = sp.N(root, 30)
                if 0 < value < 1:
                    gain = sp.N(rival.subs({other: end, variable: value}), 30)
                    if (gain > 0) == bool(end):
                        point = {variable: float(value), other: float(end)}
                        found.add((round(point[x], 8), round(point[y], 8)))
    last = sp.Poly(sp.resultant(f, g, y), x)
    if not last.is_zero and last.degree() > 0:
        for root in sp.real_roots(last):
            value = sp.N(root, 40)
            if not 0 < value < 1:
                continue
            for candidate in sp.Poly(f.subs(x, value), y).nroots(n=30, maxsteps=200):
                if abs(sp.im(candidate)) < 1e-15 and 0 < sp.re(candidate) < 1:
                    rest = g.subs({x: value, y: sp.re(candidate)})
                    if abs(sp.N(rest, 30)) < 1e-12:
                        found.add((round(float(value), 8), round(float(sp.re(candidate)), 8)))
    return found


@pytest.mark.parametrize("sizes", [(2, 2), (3, 2), (2, 4), (3, 3)])
def test_mixtures_of_two_groups_equal_those_of_sympy(sizes):
    rng = random.Random(sum(sizes))
    several = 0
    for _ in range(6):
        tables = random_crowd(rng, sizes, 10**4)
        found = solve(crowd(sizes, tables))
        assert found.complete, found.unresolved
        ours = {
            tuple(round(s.probabilities["c1"].value, 8) for s in e.strategies)
            for e in found
            if e.kind == "mixed"
        }
        assert same(ours, brute(tables, sizes))
        several += len(ours)
        for equilibrium in found:
            assert equilibrium.evidence.checked, equilibrium.evidence.note
            assert equilibrium.evidence.grade is Grade.CERTIFIED
    assert several > 3


def same(one, other) -> bool:
    return len(one) == len(other) and all(
        any(max(abs(a - c), abs(b - d)) < 1e-6 for c, d in other) for a, b in one
    )


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_groups_of_one_give_what_two_players_give(seed):
    """Two types of one member each, by groups; two single players, by vertices."""
    rng = random.Random(seed)
    tables = random_tables(rng, (2, 2), -50, 50)
    named = solve(table_game(tables, (2, 2)))
    payoff = " + ".join(
        f"({tables[i][a, b]})*(kind == {i})*(sum((act == 1)*(kind == 0)) == {a})"
        f"*(sum((act == 1)*(kind == 1)) == {b})"
        for i in range(2)
        for a in range(2)
        for b in range(2)
    )
    types = [Type("p0", 1, {"kind": 0}), Type("p1", 1, {"kind": 1})]
    typed = solve(
        Game(
            "typed",
            [Player("x", types=types)],
            [Move("act", "x", {"c0": 0, "c1": 1})],
            {"x": payoff},
        )
    )
    if not typed.complete:
        return

    def points(found):
        return {tuple(s.probabilities["c1"] for s in e.strategies) for e in found}

    assert points(named) == points(typed)


def test_three_choices_of_one_group_next_to_another():
    """Roads of slope 1, 2, 3 for nine cars, and a toll keeper who prefers to open."""
    payoff = (
        "-(act == 0)*sum(act == 0) - 2*(act == 1)*sum(act == 1) - 3*(act == 2)*sum(act == 2)"
        " - (1 - open)*(act == 0)"
    )
    game = Game(
        "roads",
        [Player("car", size=4), Player("keeper", size=2)],
        [
            Move("act", "car", {"a": 0, "b": 1, "c": 2}),
            Move("open", "keeper", {"no": 0, "yes": 1}),
        ],
        {"car": payoff.replace("open", "(sum(open)/2)"), "keeper": "open*(1 + sum(act == 0))"},
    )
    found = solve(game)
    mixed = [
        e
        for e in found
        if e.kind == "mixed" and all(p.lower > 0 for p in e.strategies[0].probabilities.values())
    ]
    (interior,) = mixed
    # 1 + 3 p = 2 (1 + 3 q) = 3 (1 + 3 r), p + q + r = 1: the keepers open for sure
    p, q, r = (interior.strategies[0].probabilities[k] for k in "abc")
    level = Fraction(6) / (1 + Fraction(1, 2) + Fraction(1, 3))
    for share, slope in ((p, 1), (q, 2), (r, 3)):
        expected = (level / slope - 1) / 3
        assert share.lower <= expected <= share.upper
    assert interior.evidence.checked


def test_too_many_unknowns_are_unresolved_by_name():
    rows = (("low", "1", 1), ("mid", "11/10", 2), ("high", "6/5", 3))
    types = [Type(name, 2, {"cost": cost, "weight": weight}) for name, cost, weight in rows]
    game = Game(
        "three types",
        [Player("firm", types=types)],
        [Move("act", "firm", {"wait": 0, "go": 1})],
        {"firm": "act*(if(sum(act*weight) >= 5, 3, 0) - cost)"},
    )
    found = solve(game)
    assert not found.complete
    assert any(
        note.startswith("3 unknown probabilities: firm (low) mixes") for note in found.unresolved
    )
    assert len(found) > 0
    for equilibrium in found:
        assert equilibrium.evidence.checked


def test_a_group_that_is_indifferent_whatever_happens_is_unresolved():
    game = Game(
        "flat",
        [Player("a", size=2), Player("b", size=2)],
        [Move("x", "a", {"l": 0, "h": 1}), Move("y", "b", {"l": 0, "h": 1})],
        {"a": "sum(x) - x", "b": "y*(sum(y) - 3/2)"},
    )
    found = solve(game)
    assert not found.complete
    assert any("indifferent" in note for note in found.unresolved)
    assert all(e.evidence.max_gain == Enclosure.point(0) for e in found if e.kind == "pure")
