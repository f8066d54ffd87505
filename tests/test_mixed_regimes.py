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

from pigou import Chance, Game, Move, Parameter, Player, regimes, solve, subsidy, symbol
from pigou.catalogue import find_model
from pigou.errors import PigouError
from pigou.expression import Lookup
from pigou.solvers.conditions import Simplifier
from symbolic import Point, Stated, compiled, problem

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


QUICK = [
    name if name in ("stag_hunt", "hawk_dove") else pytest.param(name, marks=pytest.mark.long)
    for name in NUMBER
]


@pytest.mark.parametrize("name", QUICK)
def test_regimes_of_the_classic_games_are_proved_and_agree_with_the_exact_solver(name):
    game, found = classic(name)
    assert found.complete and found.partition.proved
    assert len(found.regimes) == NUMBER[name]
    seen = agreement(game, found, 150, name)
    assert len(seen) == NUMBER[name]


@pytest.mark.long
@pytest.mark.parametrize("name", NUMBER)
def test_ten_thousand_draws_of_every_classic_game_agree_with_the_exact_solver(name):
    game, found = classic(name)
    seen = agreement(game, found, 10_000, name)
    assert set(seen) == set(range(NUMBER[name]))
    boundary = sum(n for place, n in seen.items() if found.regimes[place].boundary)
    assert boundary > 1_500


# -- games of other kinds ---------------------------------------------------------------------

T, U = symbol("t"), symbol("u")


def table_game(a, b, parameters=(), **more):
    """Return a two-player game with payoffs given as tables of expressions."""
    rows, columns = len(a), len(a[0])
    payoffs = {
        who: Lookup.of(["x", "y"], [range(rows), range(columns)], list(itertools.chain(*table)))
        for who, table in (("one", a), ("two", b))
    }
    return Game(
        "table",
        [Player("one"), Player("two")],
        [
            Move("x", "one", {f"r{i}": i for i in range(rows)}),
            Move("y", "two", {f"c{j}": j for j in range(columns)}),
        ],
        payoffs,
        parameters=parameters or [Parameter("t", 1), Parameter("u", 1)],
        **more,
    )


def random_table(rng, rows, columns):
    """Return payoffs with few values and parameters in some, so that ties of all kinds occur."""
    entries = (0, 0, 1, 1, 2, T, U, T + U, T - U, -T)
    return [[rng.choice(entries) for _ in range(columns)] for _ in range(rows)]


def check_random_game(seed, shape):
    rng = random.Random(f"{seed}{shape}")
    game = table_game(random_table(rng, *shape), random_table(rng, *shape))
    found = regimes(game)
    assert found.complete and found.partition.proved
    seen = agreement(game, found, 80, seed)
    assert len(seen) >= min(2, len(found.regimes))


@pytest.mark.long
def test_a_random_game_with_ties_agrees_with_the_exact_solver():
    check_random_game(1, (2, 3))


@pytest.mark.long
@pytest.mark.parametrize("shape", [(1, 3), (2, 2), (2, 3), (3, 2), (3, 3)])
@pytest.mark.parametrize("seed", range(12))
def test_many_random_games_with_ties_agree_with_the_exact_solver(seed, shape):
    check_random_game(seed, shape)


def test_cournot_with_three_quantities_in_the_classes_found_by_hand():
    """With a price of t - x - y and no cost, the reply to y is the quantity next to (t - y)/2."""
    payoffs = [[x * (T - x - y) for y in range(3)] for x in range(3)]
    turned = [list(column) for column in zip(*payoffs, strict=True)]
    game = table_game(payoffs, turned, [Parameter("t", "7/2", "3 < t < 4")])
    found = regimes(game)
    assert found.complete and found.partition.proved
    (regime,) = found.regimes
    assert [one.profile for one in regime.equilibria] == ["one: r1; two: c1"]
    assert len(agreement(game, found, 20, 1)) == 1


def test_where_all_payoffs_are_equal_every_profile_is_an_equilibrium():
    found = regimes(table_game([[1, 1], [1, 1]], [[T, T], [T, T]]))
    assert len(found.equilibria) == 9 and not found.excluded
    (regime,) = found.regimes
    assert regime.condition == sp.true and len(regime.equilibria) == 9
    whole = found.equilibria[-1]
    assert whole.free == ("p1", "q1")
    assert set(map(str, whole.constraints)) == {"p1 > 0", "p1 < 1", "q1 > 0", "q1 < 1"}


def test_a_player_who_is_always_indifferent_mixes_within_exact_bounds():
    """Player two does not care; player one wants to match: r0 is best iff t*q1 >= 1 - q1."""
    game = table_game([[T, 0], [0, 1]], [[0, 0], [0, 0]], [Parameter("t", 1, "t > 0")])
    found = regimes(game)
    top = next(e for e in found.equilibria if e.profile.startswith("one: r0; two mixes"))
    assert top.condition == sp.true
    assert set(map(str, top.constraints)) == {"q1 > 0", "q1 < 1", "q1 >= 1/(t + 1)"}
    agreement(game, found, 40, 3)


def test_a_dominated_choice_is_in_no_equilibrium_and_that_is_proved():
    game = table_game([[T + 1, T + 1], [T, T]], [[U, 0], [0, U]])
    found = regimes(game)
    assert all("r1" not in one.profile for one in found.equilibria)
    assert {e.profile for e in found.excluded} >= {"one: r1; two: c0", "one mixes r0, r1; two: c0"}
    agreement(game, found, 40, 4)


def test_two_inequalities_that_pin_down_a_mixture_are_no_continuum():
    """Against x = (1/2, 1/2) and c0, both other columns tie exactly where t = 1."""
    game = table_game([[0, 1, 1], [0, 1, 1]], [[1, 2, 0], [T, 0, 2]])
    found = regimes(game)
    alone = [e for e in found.equilibria if e.profile == "one mixes r0, r1; two: c0"]
    assert [str(e.condition) for e in alone] == ["Eq(t, 1)"]
    half = sp.Rational(1, 2)
    assert dict(alone[0].probabilities) == {"one: r0": half, "one: r1": half, "two: c0": 1}
    agreement(game, found, 60, 5)


def test_values_that_are_set_leave_the_rest_symbolic():
    game, _ = classic("battle_of_the_sexes")
    found = regimes(game, {"favourite": 3, "alone": 0})
    mixed = found.equilibria[-1]
    assert mixed.kind == "mixed" and mixed.condition == sp.true
    assert str(mixed.probabilities["ann: opera"]) == "3/(other + 3)"
    assert len(found.regimes) == 1


def test_chance_that_nobody_sees_is_averaged_in_the_mixture():
    game = Game(
        "odds",
        [Player("one"), Player("two")],
        [Move("x", "one", {"in": 1, "out": 0}), Move("y", "two", {"in": 1, "out": 0})],
        {"one": "x*(w - 2*y)", "two": "y*(w - 2*x)"},
        chance=[Chance("w", {"bad": (0, "1 - r"), "good": (2, "r")})],
        parameters=[Parameter("r", "1/2", "0 < r < 1")],
    )
    found = regimes(game)
    mixed = next(e for e in found.equilibria if e.kind == "mixed")
    assert str(mixed.probabilities["one: in"]) == "r"
    assert mixed.condition == sp.true
    agreement(game, found, 40, 6)


@pytest.mark.long
def test_a_reformed_game_has_regimes_in_the_parameters_of_the_reform():
    game, _ = classic("stag_hunt")
    reformed = subsidy(
        "first", "bonus", choice="hunt_stag", parameters=[Parameter("bonus", "1/2", "bonus >= 0")]
    )(game)
    found = regimes(reformed)
    assert found.complete and found.partition.proved
    assert "bonus" in str([one.condition for one in found.regimes])
    assert len(agreement(reformed, found, 120, 7)) == len(found.regimes)


@pytest.mark.long
def test_conditions_inside_payoffs_become_boundaries():
    game = Game(
        "market",
        [Player("one"), Player("two")],
        [Move("x", "one", {"stay": 0, "enter": 1}), Move("y", "two", {"stay": 0, "enter": 1})],
        {
            "one": "x*(if(t >= 1, 2, 1) - u*y) + if(u > t, y, 0)",
            "two": "y*(if(t >= 1, 2, 1) - u*x)",
        },
        parameters=[Parameter("t", 1), Parameter("u", 1, "u > 0")],
    )
    found = regimes(game)
    assert found.complete and found.partition.proved
    assert all("if" not in str(one.condition) for one in found.equilibria)
    assert len(agreement(game, found, 300, 8)) == len(found.regimes)


def test_solve_lists_the_equilibria_of_the_regime():
    """The whole road from a game to its list: isolated equilibria by their exact probabilities."""
    game, found = classic("hawk_dove")
    for at, count in (({"prize": 2, "injury": 3}, 3), ({"prize": 4, "injury": 3}, 1)):
        values = {name: Fraction(v) for name, v in at.items()}
        (regime,) = (r for r in found.regimes if compiled(r.condition)(values))
        assert len(regime.equilibria) == len(solve(game, at)) == count


def test_more_choices_than_stated_are_said_not_to_be_covered():
    wide = [[T, 0, 0, 0], [0, 1, 0, 0]]
    found = regimes(table_game(wide, wide))
    assert "at most 3 choices" in found.why_not_mixed
    assert all(one.kind == "pure" for one in found.equilibria)


def test_names_of_free_probabilities_do_not_clash_with_parameters():
    game = table_game(
        [[symbol("q1"), 0], [0, 1]], [[0, 0], [0, 0]], [Parameter("q1", 1), Parameter("p1", 1)]
    )
    free = {name for one in regimes(game).equilibria for name in one.free}
    assert free and not free & {"q1", "p1"}


@pytest.mark.long
def test_three_replies_that_tie_at_one_mixture_are_one_equilibrium():
    """At (1/2, 1/2) all of two's columns pay 1/2, whatever t is: two equations, one solution."""
    game = table_game([[0, 0, 0], [0, 0, 0]], [[1, 0, T], [0, 1, 1 - T]])
    found = regimes(game)
    whole = [
        e
        for e in found.equilibria
        if e.profile.startswith("one mixes r0, r1; two mixes c0, c1, c2")
    ]
    for t in (-1, 0, 1, 2):
        here = [e for e in whole if compiled(e.condition)({"t": Fraction(t), "u": Fraction(1)})]
        assert len(here) == 1
    agreement(game, found, 40, 9)


# -- where payoffs are not defined ------------------------------------------------------------


def check_defined(game, draws):
    """Compare where a game is said to be defined, and its pure profiles, with the solver."""
    found = regimes(game)
    assert found.partition.proved
    given = [compiled(c) for c in found.conditions]
    seen = Counter()
    for at in draws:
        if not all(condition(at) for condition in given):
            with pytest.raises(PigouError, match="divides by zero"):
                solve(game, at)
            seen["undefined"] += 1
            continue
        (regime,) = (r for r in found.regimes if compiled(r.condition)(at))
        pure = [e for e in solve(game, at) if e.kind == "pure"]
        assert len(pure) == sum(e.kind == "pure" for e in regime.equilibria), at
        seen["defined"] += 1
    assert len(seen) == 2
    return found


def test_a_payoff_that_divides_by_zero_leaves_those_values_out():
    """Multiplied by its denominator, c/(1 - t) >= 0 would hold at t = 1."""
    c, t = symbol("c"), T
    game = table_game(
        [[c / (1 - t), 0], [0, 1]],
        [[1, 0], [0, 1 / (c - 2)]],
        [Parameter("c", 1), Parameter("t", "1/2", "0 <= t <= 1")],
    )
    grid = itertools.product(map(Fraction, (-1, 0, 1, 2, 3)), map(Fraction, ("0", "1/3", "1")))
    found = check_defined(game, [{"c": c, "t": t} for c, t in grid])
    assert {str(c) for c in found.conditions} >= {"Ne(c, 2)", "Ne(t, 1)"}
    conditions = [str(r.condition) for r in found.regimes if not r.boundary]
    assert conditions == ["c > 2", "(c > 0) & (c < 2)", "c < 0"]


def test_a_denominator_counts_where_it_divides_zero_and_not_in_a_branch_not_taken():
    c = symbol("c")
    draws = [{"c": Fraction(n), "b": Fraction(m)} for n, m in enumerate((2, -1, 0, 1, 2, -1))]
    members = [Player("member", size=3)], [Move("x", "member", {"no": 0, "yes": 1})]
    parameters = [Parameter("b", 1), Parameter("c", "1/2")]
    game = Game("g", *members, {"member": "b*x/(sum(x) - c)"}, parameters=parameters)
    found = check_defined(game, draws)
    assert set(found.conditions) == {sp.Ne(c, n) for n in range(4)}
    text = "if(sum(x) >= 1, b*x/sum(x), 0) - c*x"
    assert not regimes(Game("g", *members, {"member": text}, parameters=parameters)).conditions
    text = "if(c > 0, x/c, 0) - b*x"
    assert not regimes(Game("g", *members, {"member": text}, parameters=parameters)).conditions
    text = "sqrt(c)*x - b*x"
    game = Game("g", *members, {"member": text}, parameters=parameters)
    assert regimes(game).conditions == (c >= 0,)
    text = "b*x/sum(x)"
    with pytest.raises(PigouError, match=r"payoff of 'member' is not defined.*'all no'"):
        regimes(Game("g", *members, {"member": text}, parameters=parameters))


def test_a_denominator_of_unknown_sign_stays_in_a_condition():
    simplifier = Simplifier((), (), [T, U])
    for gap, at_zero in ((U / (1 - T), False), ((1 - T) * U, True)):
        stated = compiled(simplifier.simplify([gap]))
        for t, u in itertools.product(map(Fraction, range(-1, 4)), map(Fraction, (-1, 0, 1))):
            expected = at_zero if t == 1 else u * (1 - t) >= 0
            assert stated({"t": t, "u": u}) == expected
    assert simplifier.simplify([1 / (T - 2)]) == (T > 2)


# -- whole numbers ----------------------------------------------------------------------------


def test_a_whole_number_makes_no_boundary_and_has_whole_bounds():
    n = symbol("n")
    game = table_game(
        [[n - 2, 0], [1, 2 * n - 5]], [[1, 0], [0, n - 3]], [Parameter("n", 3, integer=True)]
    )
    found = regimes(game)
    stated = [(r.condition, r.boundary) for r in found.regimes]
    assert stated == [(n >= 4, False), (sp.Eq(n, 3), False), (n <= 2, False)]
    assert {e.condition for e in found.equilibria if e.kind == "pure"} == {n >= 3, n <= 3}
    for number in range(-1, 8):
        at = {"n": Fraction(number)}
        (regime,) = (r for r in found.regimes if compiled(r.condition)(at))
        pure = [e for e in solve(game, at) if e.kind == "pure"]
        assert len(pure) == sum(e.kind == "pure" for e in regime.equilibria)
