"""A continuum of several types: against what signs on a grid say, and traps."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp

from pigou import Bystander, Enclosure, Game, Grade, Move, Player, Type, solve
from pigou.check import examine
from pigou.errors import DeclarationError, StructureError
from pigou.gamefile import read_game
from pigou.gamewriter import write_game

GO = Move("go", "x", {"no": 0, "yes": 1})


def masses(payoff, types, **more):
    """A continuum whose types differ in c."""
    members = [Type(name, mass, {"c": c}) for name, (mass, c) in types.items()]
    player = Player("x", size=sp.oo, types=members)
    return Game("masses", [player], [GO], {"x": payoff}, **more)


def shares(found):
    return [tuple(str(s.probabilities["yes"]) for s in e.strategies) for e in found]


HALVES = {"a": ("1/2", "1/4"), "b": ("1/2", "3/4")}


def test_coordination_with_different_costs():
    found = solve(masses("go*(mean(go) - c)", HALVES))
    assert found.complete
    assert shares(found) == [
        ("0", "0"), ("1/2", "0"), ("1", "0"), ("1", "1/2"), ("1", "1")
    ]  # fmt: skip
    assert [e.marks for e in found] == [
        ("strict", "stable"), ("unstable",), ("strict", "stable"), ("unstable",),
        ("strict", "stable"),
    ]  # fmt: skip
    assert all(e.evidence.grade is Grade.CERTIFIED for e in found)
    assert found["E4"].payoffs["x"] == Enclosure.point("1/4")  # a has 3/4 - 1/4, b nothing


def test_congestion_has_one_equilibrium_whatever_the_costs():
    """gain_t(x) = 1 - x**2 - c_t falls: where x**2 = 1/2, type b takes what a leaves."""
    found = solve(masses("go*(1 - mean(go)**2 - c)", {"a": ("1/2", 0), "b": ("1/2", "1/2")}))
    (one,) = found
    assert found.complete
    assert one.marks == ("stable",)
    a, b = (s.probabilities["yes"] for s in one.strategies)
    assert a == Enclosure.point(1)
    assert ((b.lower + 1) / 2) ** 2 < Fraction(1, 2) < ((b.upper + 1) / 2) ** 2
    assert b.width < Fraction(1, 10**60)
    assert one.evidence.grade is Grade.CERTIFIED


def test_two_types_indifferent_at_the_same_share_are_a_segment():
    types = {"a": ("1/4", 0), "b": ("3/4", 0)}
    found = solve(masses("go*(1/2 - mean(go)) + c", types))
    assert found.complete
    assert shares(found) == [("0", "2/3"), ("1", "1/3")]
    (component,) = found.components
    assert (component.dimension, component.subsets) == (1, (("E1", "E2"),))


def test_an_indifferent_type_beside_a_keen_one():
    found = solve(masses("go*c", {"idle": ("2/3", 0), "keen": ("1/3", 1)}))
    assert found.complete
    assert shares(found) == [("0", "1"), ("1", "1")]
    assert [(c.dimension, c.subsets) for c in found.components] == [(1, (("E1", "E2"),))]


def test_all_indifferent_are_a_square():
    found = solve(masses("mean(go) + c", HALVES))
    assert found.complete
    assert set(shares(found)) >= set(itertools.product("01", repeat=2))
    assert [c.dimension for c in found.components] == [2]


def test_a_jump_without_an_equilibrium():
    """Nobody gains from 1/3 on, all do below, and 1/3 is no mass of types: there is none."""
    found = solve(masses("go*(if(mean(go) < 1/3, 1, -1) + 0*c)", HALVES))
    assert (len(found), found.complete) == (0, True)


def test_a_jump_at_a_mass_of_types():
    found = solve(
        masses("go*(if(mean(go) <= 1/2, 1, -1) - 4*c + 1)", {"a": ("1/2", 0), "b": ("1/2", 1)})
    )
    assert shares(found) == [("1", "0")]
    assert found["E1"].marks == ("strict",)


STEPS = [Fraction(i, 12) for i in range(13)]
THIRDS = [Fraction(i, 3) for i in range(4)]


def stepped(seed):
    """Gains that are constant between thirds, and others at them: the game and whether it fits."""
    rng = random.Random(seed)
    weights = [Fraction(w, 6) for w in rng.choice(((1, 5), (2, 4), (3, 3), (1, 2, 3)))]
    values = [[rng.choice((-1, 1, 1, -1, 0)) for _ in range(7)] for _ in weights]
    places = [f"(mean(go) == {t})" for t in THIRDS]
    between = [f"(mean(go) > {a})*(mean(go) < {b})" for a, b in itertools.pairwise(THIRDS)]
    where = [w for pair in itertools.zip_longest(places, between) for w in pair if w]
    terms = [
        f"(c == {t})*({v})*{w}"
        for t, row in enumerate(values)
        for v, w in zip(row, where, strict=True)
        if v
    ]
    types = {f"t{t}": (w, t) for t, w in enumerate(weights)}

    def fits(row):
        x = sum(w * y for w, y in zip(weights, row, strict=True))
        place = 2 * THIRDS.index(x) if x in THIRDS else 2 * int(3 * x) + 1
        return all(v[place] == 0 or y == (v[place] > 0) for v, y in zip(values, row, strict=True))

    return masses(f"go*({' + '.join(terms) or '0'})", types), weights, fits


def covered(row, weights, listed, found):
    """Whether a profile is listed, or between corners: bounds on parts and on their total."""

    def total(one):
        return sum(w * y for w, y in zip(weights, one, strict=True))

    if row in listed:
        return True
    for component in found.components:
        corners = [listed[int(name[1:]) - 1] for name in component.subsets[0]]
        sides = [*zip(*corners, strict=True), [total(one) for one in corners]]
        if all(min(s) <= y <= max(s) for s, y in zip(sides, [*row, total(row)], strict=True)):
            return True
    return False


def check_steps(seed):
    """Compare what is found with every profile on a grid; return how much there was."""
    game, weights, fits = stepped(seed)
    found = solve(game)
    listed = [tuple(s.probabilities["yes"].lower for s in e.strategies) for e in found]
    assert all(fits(row) for row in listed)
    assert len(set(listed)) == len(listed)
    assert all(e.evidence.grade is Grade.CERTIFIED for e in found)
    tried = {row for row in itertools.product(STEPS, repeat=len(weights)) if fits(row)}
    inside = {
        row
        for row in itertools.product(STEPS, repeat=len(weights))
        if covered(row, weights, listed, found)
    }
    assert inside <= tried
    if found.complete:
        assert inside == tried
    return found.complete, len(found.components)


def test_steps_have_the_equilibria_of_a_grid():
    assert sum(check_steps(seed)[0] for seed in range(4)) > 1


@pytest.mark.long
def test_many_steps_have_the_equilibria_of_a_grid():
    complete, components = zip(*(check_steps(seed) for seed in range(4, 90)), strict=True)
    assert sum(complete) > 30
    assert sum(n > 0 for n, c in zip(components, complete, strict=True) if c) > 2


def test_large_populations_of_types_approach_the_continuum():
    limit = solve(masses("go*(mean(go) - c)", HALVES))
    members = [Type(name, 10**8, {"c": c}) for name, (_, c) in HALVES.items()]
    large = solve(Game("large", [Player("x", types=members)], [GO], {"x": "go*(mean(go) - c)"}))
    near = sorted(tuple(s.probabilities["yes"].value for s in e.strategies) for e in large)
    far = sorted(tuple(s.probabilities["yes"].value for s in e.strategies) for e in limit)
    assert len(near) == len(far)
    for one, other in zip(near, far, strict=True):
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) < 1e-7


def test_bystanders_and_the_checker_weigh_types_by_their_masses():
    game = masses("go*(mean(go) - c)", {"a": ("1/4", "1/8"), "b": ("3/4", 2)},
                  bystanders=[Bystander("town", "sum(go*c)")])  # fmt: skip
    found = solve(game)
    assert shares(found) == [("0", "0"), ("1/2", "0"), ("1", "0")]
    assert found["E3"].payoffs == {"x": Enclosure.point("1/32"), "town": Enclosure.point("1/32")}
    wrong = [
        replace(found["E3"].strategies[0], type="b"),
        replace(found["E3"].strategies[1], type="a"),
    ]
    assert not examine(game, game.values(), wrong).confirmed


def test_a_game_file_keeps_the_masses():
    game = masses("go*(mean(go) - c)", HALVES)
    again = read_game(write_game(game), "game.toml")
    assert getattr(again, "game", again) == game


def test_masses_that_do_not_sum_to_one_are_refused():
    with pytest.raises(DeclarationError, match="masses of its types are 1/2, 1/3; they must"):
        masses("go*c", {"a": ("1/2", 0), "b": ("1/3", 1)})


def test_more_than_four_types_are_refused():
    types = {name: ("1/5", n) for n, name in enumerate("abcde")}
    with pytest.raises(StructureError, match="has 5 types; at most 4 are solved in a continuum"):
        solve(masses("go*(mean(go) - c)", types))
