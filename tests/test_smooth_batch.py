"""Many continuous games at once: against solve, a grid, closed forms; what cannot be settled."""

import doctest
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings, strategies as st

from pigou.check import examine
from pigou.equilibrium import Strategy
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.game import Chance, Game, Move, Parameter, Player
from pigou.solvers import batch_intervals, fast_tape
from pigou.solvers.batch_conditions import Conditions
from pigou.solvers.batch_search import search
from pigou.solvers.batch_tape import Logistic, Program, with_logistic
from pigou.solvers.smooth_batch import batch_smooth_equilibria
from pigou.solvers.smooth_family import parameter_arrays, smooth_family
from pigou.solvers.smooth_sweep import sweep_smooth
from pigou.solving import solve

X, Y, C = sp.symbols("x y c", real=True)
SPILLOVER = "b*{0}/(1 + exp(-k*({1} - 1/2))) - {0}**2/2"
CUBIC = "{0}*(a{2} + b{2}*{1} + e{2}*{1}**2) - c{2}*{0}**2/2 - d{2}*{0}**3/3"
LETTERS = [f"{p}{i}" for p in "abcde" for i in (1, 2)]


def pair(a, b, parameters, x=(0, 1), y=(0, 1), **more):
    moves = [Move("x", "ann", x), Move("y", "bob", y)]
    names = parameters.split() if isinstance(parameters, str) else parameters
    return Game(
        "pair", [Player("ann"), Player("bob")], moves, {"ann": a, "bob": b},
        parameters=[Parameter(p, 1) for p in names], **more,
    )  # fmt: skip


def spillovers():
    return pair(SPILLOVER.format("x", "y"), SPILLOVER.format("y", "x"), "b k")


def cubic():
    return pair(CUBIC.format("x", "y", 1), CUBIC.format("y", "x", 2), LETTERS)


def two_moves_each():
    payoff = "q{0}*(60 - q{0} - q{1} + x{0} + s*x{1}) - c*x{0}**2/2"
    tops = (("q", 60), ("x", 40))
    return Game(
        "research",
        [Player("f1"), Player("f2")],
        [Move(f"{m}{i}", f"f{i}", (0, top)) for i in (1, 2) for m, top in tops],
        {"f1": payoff.format(1, 2), "f2": payoff.format(2, 1)},
        parameters=[Parameter("s", 1), Parameter("c", 4)],
    )


def draw(kind, rng, n):
    if kind == "spillovers":
        return spillovers(), {"b": rng.uniform(0.6, 1.2, n), "k": rng.uniform(5, 14, n)}
    if kind == "cubic":
        return cubic(), dict(zip(LETTERS, 2 * rng.normal(size=(len(LETTERS), n)), strict=True))
    return two_moves_each(), {"s": rng.uniform(0, 1, n), "c": rng.uniform(1.5, 6, n)}


KINDS = ("spillovers", "cubic", "two moves each")


def agrees_with_solve(game, drawn, found):
    """Hold each list against what solving the game alone gives."""
    for place in range(found.games):
        at = {name: Fraction(float(values[place])) for name, values in drawn.items()}
        alone = solve(game, at)
        assert alone.complete
        exact = [[s.value for s in e.strategies] for e in alone]
        exact.sort(key=lambda values: [float(v.value) for v in values])
        here = found.game == place
        order = np.lexsort(found.point[here].T[::-1])
        low, high = found.low[here][order], found.high[here][order]
        assert len(exact) == len(low), (at, exact, low)
        for values, below, above in zip(exact, low, high, strict=True):
            for value, a, b in zip(values, below, above, strict=True):
                assert Fraction(float(a)) <= value.lower
                assert value.upper <= Fraction(float(b))


# -- against solving one game at a time -----------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_game_of_a_batch_has_the_equilibria_that_solve_gives(kind):
    game, drawn = draw(kind, np.random.default_rng(5), 5)
    found = batch_smooth_equilibria(game, drawn, alone=False)
    assert not len(found.flagged)
    assert found.complete.all() and found.certified.all()
    agrees_with_solve(game, drawn, found)


def sharpened(game, at, low, high):
    """Place moves to 60 digits by Newton's method from doubles; an end that is taken is exact."""
    ends = [(Fraction(m.domain.lower), Fraction(m.domain.upper)) for m in game.moves]
    fixed = [Fraction(a) in e and a == b for a, b, e in zip(low, high, ends, strict=True)]
    numbers = {symbol(n): sp.Rational(v.numerator, v.denominator) for n, v in at.items()}
    for move, value, stays in zip(game.moves, low, fixed, strict=True):
        if stays:
            numbers[symbol(move.name)] = sp.Rational(*value.as_integer_ratio())
    inner = [m for m, stays in zip(game.moves, fixed, strict=True) if not stays]
    slopes = [sp.diff(game.payoff(m.player), symbol(m.name)).xreplace(numbers) for m in inner]
    start = [(a + b) / 2 for a, b, stays in zip(low, high, fixed, strict=True) if not stays]
    names = [symbol(m.name) for m in inner]
    roots = iter(sp.nsolve(slopes, names, start, prec=60) if inner else [])
    off = Fraction(1, 10**45)
    found = []
    for value, stays in zip(low, fixed, strict=True):
        place = Fraction(value) if stays else Fraction(str(next(roots)))
        found.append(Enclosure(place, place) if stays else Enclosure(place - off, place + off))
    return found


def checked(game, drawn, found, place, shift=0):
    """Let the independent checker look at one equilibrium, moved away by some distance."""
    at = {n: Fraction(float(v[found.game[place]])) for n, v in drawn.items()}
    low, high = found.low[place].tolist(), found.high[place].tolist()
    strategies = []
    for move, value, a, b in zip(
        game.moves, sharpened(game, at, low, high), low, high, strict=True
    ):
        assert Fraction(a) <= value.lower and value.upper <= Fraction(b)
        moved = Enclosure(value.lower + shift, value.upper + shift)
        strategies.append(Strategy(move.name, move.player, "", {}, value=moved))
    return examine(game, {**game.values(), **at}, strategies)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("compiled", [False, True])
def test_the_independent_checker_confirms_equilibria_of_a_batch(kind, compiled):
    """It computes in ball arithmetic and shares no code with the batch."""
    if compiled and fast_tape.numba is None:
        pytest.skip("numba is not installed")
    check_a_sample(kind, compiled, 12 if kind == "two moves each" else 30)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("compiled", [False, True])
def test_the_independent_checker_confirms_a_thousand_equilibria_of_a_batch(kind, compiled):
    if compiled and fast_tape.numba is None:
        pytest.skip("numba is not installed")
    check_a_sample(kind, compiled, 700)


def check_a_sample(kind, compiled, number):
    game, drawn = draw(kind, np.random.default_rng(12 + number), number)
    found = batch_smooth_equilibria(game, drawn, alone=False, fast=compiled)
    assert found.certified.all() and len(found.game) >= number / 2
    for place in range(len(found.game)):
        examined = checked(game, drawn, found, place)
        assert examined.confirmed, (drawn, place, examined.doubt)
        payoffs = zip(found.players, found.payoff_low[place], found.payoff_high[place], strict=True)
        for player, low, high in payoffs:
            own = examined.payoffs[player]
            assert Fraction(float(low)) <= own.upper and own.lower <= Fraction(float(high))


def test_the_independent_checker_refuses_equilibria_that_are_moved_away():
    game, drawn = draw("spillovers", np.random.default_rng(13), 10)
    found = batch_smooth_equilibria(game, drawn, alone=False)
    inner = np.flatnonzero(((found.low > 0.01) & (found.high < 0.99)).all(axis=1))
    assert len(inner) > 3
    off = Fraction(1, 10**6)
    assert not any(checked(game, drawn, found, k, off).confirmed for k in inner)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_many_games_of_a_batch_have_the_equilibria_that_solve_gives(kind):
    game, drawn = draw(kind, np.random.default_rng(6), 300)
    agrees_with_solve(game, drawn, batch_smooth_equilibria(game, drawn, alone=False))


def test_no_equilibrium_on_a_fine_grid_of_best_replies_is_missing():
    """A brute force that shares nothing: best replies on a grid, refined where they cross."""
    rng = np.random.default_rng(7)
    game, drawn = draw("cubic", rng, 150)
    found = batch_smooth_equilibria(game, drawn)
    grid = np.linspace(0, 1, 401)
    counts = set()
    for place in range(150):
        v = {name: values[place] for name, values in drawn.items()}

        def payoff(own, other, i, v=v):
            gain = v[f"a{i}"] + v[f"b{i}"] * other + v[f"e{i}"] * other**2
            return own * gain - v[f"c{i}"] * own**2 / 2 - v[f"d{i}"] * own**3 / 3

        mine, other = payoff(grid[:, None], grid, 1), payoff(grid[:, None], grid, 2)
        regret = (mine.max(0) - mine) + (other.max(0) - other).T  # index: x, y
        near = np.argwhere(regret <= 0)  # grid points that are exact equilibria of the grid game
        listed = found.point[found.game == place]
        counts.add(len(listed))
        for i, j in near:
            gap = np.abs(listed - [grid[i], grid[j]]).max(axis=1).min(initial=1.0)
            assert gap < 0.05, (place, grid[i], grid[j], listed)
        for x, y in listed:
            assert payoff(x, y, 1) >= payoff(grid, y, 1).max() - 1e-12
            assert payoff(y, x, 2) >= payoff(grid, x, 2).max() - 1e-12
    assert {0, 1, 2} <= counts


# -- closed forms, corners, none ------------------------------------------------------------------


def test_cournot_with_asymmetric_costs_from_duopoly_to_exit():
    game = pair("x*(1 - x - y) - x/10", "y*(1 - x - y) - c*y", "c")
    cost = np.array([0.25, 0.5, 0.75])
    found = batch_smooth_equilibria(game, {"c": cost})
    duopoly = np.array([(1 - 2 * 0.1 + cost) / 3, (1 - 2 * cost + 0.1) / 3]).T
    expected = np.where(duopoly[:, 1:] > 0, duopoly, [0.45, 0.0])
    assert found.game.tolist() == [0, 1, 2]
    assert found.point == pytest.approx(expected, abs=1e-14)
    assert (found.radius < 1e-14).all()
    profit = (1 - expected.sum(axis=1)[:, None] - np.array([np.full(3, 0.1), cost]).T) * expected
    assert found.payoff == pytest.approx(profit, abs=1e-14)
    assert (found.payoff_low <= found.payoff_high).all()


def test_ends_of_intervals_may_be_formulas_in_what_varies():
    game = Game(
        "capacity",
        [Player("one"), Player("two")],
        [Move("x", "one", (0, "top")), Move("y", "two", ("-top", 20))],
        {"one": "x*(10 - x - y)", "two": "y*(10 - x - y)"},
        parameters=[Parameter("top", 2)],
    )
    found = batch_smooth_equilibria(game, {"top": [2.0, 8.0]})
    assert found.point == pytest.approx(np.array([[2, 4], [10 / 3, 10 / 3]]), abs=1e-13)
    assert found.high[0, 0] >= 2 >= found.low[0, 0]


def test_a_game_without_pure_equilibrium_is_complete_and_shows_who_deviates():
    game = pair("(x - c*y - 1/10)**2", "-(x - c*y - 1/10)**2", "c")
    found = batch_smooth_equilibria(game, {"c": [0.5, 0.75]}, alone=False)
    assert found.complete.all()
    assert found.counts().tolist() == [0, 0]
    assert set(found.refuted_game.tolist()) == {0, 1}
    assert set(found.refuted_player.tolist()) <= {0, 1}


def test_a_first_order_point_beaten_far_away_is_refuted():
    game = pair("-(x - 1/4)**2*(x - 3/4)**2 + c*x", "x*y - y**2", "c")
    found = batch_smooth_equilibria(game, {"c": [0.01, -0.01]})
    assert found.counts().tolist() == [1, 1]
    assert found.point[0, 0] > 0.75 > 0.25 > found.point[1, 0]
    assert (found.refuted_player == 0).all()
    assert len(found.refuted_game) == 2


def test_chance_is_averaged_over():
    chance = [Chance("z", {"low": (0, "p"), "high": (1, "1 - p")})]
    game = pair("x*z - x**2", "y*x - y**2", "p", chance=chance)
    found = batch_smooth_equilibria(game, {"p": [0.5, 0.25]})
    assert found.point == pytest.approx(np.array([[0.25, 0.125], [0.375, 0.1875]]), abs=1e-14)
    with pytest.raises(DeclarationError, match="game 1: a probability is below 0"):
        batch_smooth_equilibria(game, {"p": [0.5, 1.25]})


def test_three_players():
    moves = [Move(m, p, (0, 1)) for m, p in zip("xyz", "abc", strict=True)]
    payoffs = {p: f"{m}*(s - x - y - z)" for m, p in zip("xyz", "abc", strict=True)}
    game = Game("three", [Player(p) for p in "abc"], moves, payoffs, parameters=[Parameter("s", 1)])
    found = batch_smooth_equilibria(game, {"s": [1.0, 2.0]})
    assert found.point == pytest.approx(np.array([[0.25] * 3, [0.5] * 3]), abs=1e-14)


# -- what the batch cannot settle -----------------------------------------------------------------


def test_degenerate_games_are_flagged_and_solved_alone():
    # derivative 0 at the lower end; a tie of two best replies; a continuum
    game = pair("-(x - y)**2 + c*x*(x - 1)", "-(x - y)**2 + c*y*(y - 1)", "c")
    found = batch_smooth_equilibria(game, {"c": [0.0, -1.0, -2.0]})
    assert 0 in found.flagged
    assert not found.complete[0]
    assert "continuum" in found.reasons[0]
    corner = pair("x*(1 - x - y) - c*x", "y*(1 - x - y)", "c")
    exit_ = batch_smooth_equilibria(corner, {"c": [0.5, 0.25]})
    assert exit_.flagged.tolist() == [0]
    assert exit_.complete.all() and not exit_.reasons
    assert exit_.point == pytest.approx(np.array([[0, 0.5], [1 / 6, 5 / 12]]), abs=1e-14)
    assert exit_.certified.all()
    assert 0 in exit_.single


def test_flagged_games_stay_flagged_where_they_are_not_to_be_solved_alone():
    corner = pair("x*(1 - x - y) - c*x", "y*(1 - x - y)", "c")
    found = batch_smooth_equilibria(corner, {"c": [0.5, 0.25]}, alone=False)
    assert found.complete.tolist() == [False, True]
    assert found.counts().tolist() == [0, 1]
    assert "not settled in the batch" in found.reasons[0]


def test_too_few_boxes_flag_games_and_never_shorten_a_list():
    game, drawn = draw("spillovers", np.random.default_rng(8), 50)
    whole = batch_smooth_equilibria(game, drawn, alone=False)
    few = batch_smooth_equilibria(game, drawn, alone=False, most_boxes=12)
    assert 0 < len(few.flagged) < 50
    settled = np.setdiff1d(np.arange(50), few.flagged)
    assert (few.counts()[settled] == whole.counts()[settled]).all()
    assert not few.counts()[few.flagged].any()


def test_without_deviations_points_are_candidates_only():
    game = pair("(x - c*y - 1/10)**2", "-(x - c*y - 1/10)**2", "c")
    found = batch_smooth_equilibria(game, {"c": [0.5]}, deviations=False)
    assert len(found.game)
    assert not found.certified.any()
    assert not found.complete.any()


def test_a_payoff_that_ignores_a_move_in_one_of_the_games_is_reported_for_that_game():
    game = pair("c*x*(1 - x)", "y*(1 - y)", "c")
    found = batch_smooth_equilibria(game, {"c": [1.0, 0.0]})
    assert found.complete.tolist() == [True, False]
    assert "does not depend on its continuous move 'x'" in found.reasons[1]


def test_huge_parameters_are_settled_or_flagged_and_never_crash():
    game = pair("a*x - c*x**2", "y*x - y**2", "a c")
    sizes = np.array([1.0, 1e150, 1e308, 5e-324])
    found = batch_smooth_equilibria(game, {"a": sizes, "c": sizes})
    assert found.complete.all() or set(np.flatnonzero(~found.complete)) == set(found.reasons)
    for place in np.flatnonzero(found.complete):
        assert found.point[found.game == place] == pytest.approx(np.array([[0.5, 0.25]]))


def test_a_pole_inside_the_intervals_of_one_game_is_not_passed_over():
    game = pair("log(x + c) - x", "x*y - y**2", "c")
    found = batch_smooth_equilibria(game, {"c": [0.5, -0.25]})
    assert found.complete.tolist() == [True, False]
    assert found.point[found.game == 0] == pytest.approx(np.array([[0.5, 0.25]]), abs=1e-13)
    assert 1 in found.reasons


# -- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"c": [1.0, np.nan]}, "game 1: parameter 'c' is nan, not a finite number"),
        ({"c": [np.inf]}, "game 0: parameter 'c' is inf"),
        ({"cc": [1.0]}, "did you mean 'c'"),
        ({}, "an array of at least one parameter"),
        ({"c": [1.0, 2.0], "d": [1.0, 2.0, 3.0]}, "arrays have to be of one length"),
        ({"c": [[1.0], [2.0]]}, "shape"),
        ({"c": ["a"]}, "needs an array of doubles"),
        ({"c": [1.0, -1.0]}, "game 1: parameter 'c' is outside its domain c > 0"),
        ({"n": [1.0, 1.5]}, "game 1: parameter 'n': 1.5 is not a whole number"),
        ({"c": [1.0, 8.0]}, "game 1: the assumption"),
        ({"top": [1.0, 0.0]}, "game 1: move 'x': the interval"),
    ],
)
def test_bad_parameters_are_named(values, message):
    parameters = [
        Parameter("c", 1, "c > 0"), Parameter("d", 1), Parameter("n", 1, integer=True),
        Parameter("top", 1),
    ]  # fmt: skip
    game = Game(
        "one", [Player("a")], [Move("x", "a", (0, "top"))], {"a": "d*x*n - c*x**2"},
        parameters=parameters, assumptions=["c < d + 5"],
    )  # fmt: skip
    for work in (batch_smooth_equilibria, lambda g, v: sweep_smooth(g, v, {"x": 0.5})):
        with pytest.raises(DeclarationError, match=message):
            work(game, values)


def test_doubles_are_taken_exactly():
    game = Game(
        "one", [Player("a")], [Move("x", "a", (0, 1))], {"a": "c*x - x**2/2"},
        parameters=[Parameter("c", 1)],
    )  # fmt: skip
    found = batch_smooth_equilibria(game, {"c": [0.1]})
    assert Fraction(found.low[0, 0]) <= Fraction(0.1) <= Fraction(found.high[0, 0])


@pytest.mark.parametrize(
    ("game", "message"),
    [
        (pair("max(x, 1/2)*c - x**2", "y - y**2", "c"), "may have a kink"),
        (pair("c*y", "y - y**2", "c"), "does not depend on its continuous move 'x'"),
        (
            Game(
                "mixed", [Player("a")], [Move("x", "a", {"no": 0, "yes": 1})], {"a": "c*x"},
                parameters=[Parameter("c", 1)],
            ),
            "is a choice",
        ),
        (
            Game(
                "staged", [Player("a"), Player("b")],
                [Move("x", "a", (0, 1)), Move("y", "b", (0, 1), stage=2)],
                {"a": "c*x - x**2", "b": "x*y - y**2"}, parameters=[Parameter("c", 1)],
            ),
            "has stages",
        ),
    ],
)  # fmt: skip
def test_games_of_another_structure_are_refused(game, message):
    with pytest.raises(StructureError, match=message):
        batch_smooth_equilibria(game, {"c": [1.0]})


def test_a_parameter_has_an_array_or_a_value_and_others_keep_their_defaults():
    game = pair("a*x - c*x**2", "y*x - y**2", "a c")
    found = batch_smooth_equilibria(game, {"a": [1.0]}, at={"c": 2})
    assert found.point[0] == pytest.approx([0.25, 0.125])
    with pytest.raises(DeclarationError, match="'a' has both an array and a value"):
        batch_smooth_equilibria(game, {"a": [1.0]}, at={"a": 2})


def test_results_cannot_be_changed():
    found = batch_smooth_equilibria(pair("c*x - x**2", "y*x - y**2", "c"), {"c": 1.0})
    assert found.games == 1
    for array in (found.low, found.game, found.complete, found.payoff_low):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


# -- interval arithmetic --------------------------------------------------------------------------

ENDS = st.floats(allow_nan=False, allow_infinity=False)
SMALLISH = st.floats(-50, 50)


def interval(a, b):
    return np.array([min(a, b)]), np.array([max(a, b)])


def holds(pair_, value):
    low, high = float(pair_[0][0]), float(pair_[1][0])
    below = np.isnan(low) or low == -np.inf or Fraction(low) <= value
    return below and (np.isnan(high) or high == np.inf or value <= Fraction(high))


@given(ENDS, ENDS, ENDS, ENDS, st.booleans())
@settings(deadline=None)
def test_lean_sums_products_and_powers_hold_the_exact_results(a, b, c, d, point):
    x, y = interval(a, b), interval(c, d)
    if point:
        x = (x[0], x[0])
    with np.errstate(all="ignore"):
        total, product = batch_intervals.add(x, y), batch_intervals.multiply(x, y)
        powers = [batch_intervals.power(x, n) for n in (2, 3, 4)]
        inverse = batch_intervals.reciprocal(x, np.zeros(1, bool))
    for p in (Fraction(float(x[0][0])), Fraction(float(x[1][0]))):
        for q in (Fraction(float(y[0][0])), Fraction(float(y[1][0]))):
            assert holds(total, p + q)
            assert holds(product, p * q)
        for n, power in zip((2, 3, 4), powers, strict=True):
            assert holds(power, p**n)
        assert p == 0 or holds(inverse, 1 / p)
    if x[0][0] <= 0 <= x[1][0]:
        assert holds(powers[0], Fraction(0))


@given(SMALLISH, SMALLISH)
@settings(deadline=None)
def test_lean_functions_hold_results_of_forty_digits(a, b):
    x = interval(a, b)
    with np.errstate(all="ignore"):
        left = np.zeros(1, bool)
        enclosed = {
            sp.exp: batch_intervals.exponential(x),
            (lambda v: 1 / (1 + sp.exp(-v))): batch_intervals.logistic(x),
            sp.log: batch_intervals.logarithm(x, left),
            sp.sqrt: batch_intervals.root(x, Fraction(1, 2), left),
            (lambda v: v ** sp.Rational(1, 3)): batch_intervals.root(x, Fraction(1, 3), left),
        }
    for function, ends in enclosed.items():
        for p in (min(a, b), max(a, b)):
            value = sp.N(function(sp.Rational(*p.as_integer_ratio())), 40)
            if value.is_real:
                assert holds(ends, Fraction(str(value)))


def test_what_underflows_stays_enclosed_and_exact_zero_stays_exact():
    tiny = np.array([5e-324])
    low, high = batch_intervals.multiply((tiny, tiny), (tiny, tiny))
    assert low[0] < 0 < high[0]
    zero = np.array([0.0])
    low, high = batch_intervals.multiply((zero, tiny), (tiny, tiny))
    assert (low[0], batch_intervals.multiply((zero, zero), (tiny, tiny))[1][0]) == (0, 0) or low[
        0
    ] < 0


def test_the_logistic_function_is_seen_and_has_its_exact_range():
    formula = with_logistic(3 / (1 + sp.exp(2 - X)) ** 2)
    assert formula == 3 * Logistic(X - 2) ** 2
    slope = Program([sp.diff(formula, X)], [X], [])
    rows = slope.floats(slope.shared(np.zeros((0, 1))), [np.array([2.0])])
    assert rows[0] == pytest.approx([6 * 0.5 * 0.25])
    program = Program([with_logistic(1 / (1 + sp.exp(-C * X)))], [X], [C])
    low, high = np.array([-1.0]), np.array([1.0])
    (ends,), _ = program.over(program.table(np.array([[10.0]])), np.array([0]), [(low, high)])
    assert ends[0][0] == pytest.approx(1 / (1 + np.exp(10)), rel=1e-12)
    assert ends[1][0] == pytest.approx(1 / (1 + np.exp(-10)), rel=1e-12)


def test_what_depends_on_parameters_alone_is_computed_once_a_game():
    program = Program([sp.exp(C) * X + C**3], [X], [C])
    assert len(program.operations) == 2  # a product and a sum
    assert len(program.rows) == 2


# -- compiled -------------------------------------------------------------------------------------


@pytest.fixture(params=["plain", "compiled"])
def fast(request, monkeypatch):
    """Run the functions as plain Python as well, where numba would compile them."""
    if request.param == "compiled" and fast_tape.numba is None:
        pytest.skip("numba is not installed")
    if request.param == "plain":
        if fast_tape.numba is not None:
            pytest.skip("the functions are compiled: plain Python is tested without numba")
        from pigou.solvers import fast_deviation, fast_smooth

        for module in (fast_smooth, fast_deviation):
            monkeypatch.setattr(module, "numba", "plain Python")
    return request.param


@pytest.mark.parametrize("kind", KINDS)
def test_the_compiled_search_lists_the_same_points(fast, kind):
    game, drawn = draw(kind, np.random.default_rng(9), 4 if fast == "plain" else 400)
    with np.errstate(all="ignore"):
        one = batch_smooth_equilibria(game, drawn, alone=False)
        other = batch_smooth_equilibria(game, drawn, alone=False, fast=True)
    assert one.flagged.tolist() == other.flagged.tolist()
    assert one.counts().tolist() == other.counts().tolist()
    assert sorted(one.refuted_game.tolist()) == sorted(other.refuted_game.tolist())
    for place in range(one.games):
        a, b = (f.point[f.game == place] for f in (one, other))
        a, b = (points[np.lexsort(points.T[::-1])] for points in (a, b))
        assert a == pytest.approx(b, abs=1e-9)


def test_the_compiled_search_flags_what_is_degenerate(fast):
    corner = pair("x*(1 - x - y) - c*x", "y*(1 - x - y)", "c")
    with np.errstate(all="ignore"):
        found = batch_smooth_equilibria(corner, {"c": [0.5, 0.25]}, alone=False, fast=True)
    assert found.flagged.tolist() == [0]
    assert found.counts().tolist() == [0, 1]


@pytest.mark.parametrize(
    "formula",
    [
        X / (X + 2) ** 3,
        sp.exp(-X * C),
        sp.log(X + 1) * C,
        sp.sqrt(X) + X ** sp.Rational(2, 3),
        X**5 - C * X**4,
        1 / X,
        sp.sqrt(X - C / 4),
    ],
)
def test_the_compiled_tape_encloses_what_the_tape_of_numpy_encloses(fast, formula):
    program = Program([formula], [X], [C])
    rng = np.random.default_rng(10)
    low = rng.random(40)
    high = low + rng.random(40) * (rng.random(40) < 0.7)
    low[::9], high[::11] = 0.0, 0.0
    low, high = np.minimum(low, high), np.maximum(low, high)
    table = program.table(np.full((1, 40), 1.25))
    with np.errstate(all="ignore"):
        ((a, b),), left = program.over(table, np.arange(40), [(low, high)])
        pack, room = fast_tape.packed([program], [table]), fast_tape.registers([program])
        gone = np.zeros(fast_tape.LANES, bool)
        room[0][0, :40], room[1][0, :40] = low, high
        fast_tape.run(pack, 0, np.arange(40), 40, *room, gone)
    place = program.outputs[0]
    assert gone[:40].tolist() == left.tolist()
    sound = ~left
    assert room[0][place, :40][sound] == pytest.approx(a[sound], rel=1e-12, abs=1e-300, nan_ok=True)
    assert room[1][place, :40][sound] == pytest.approx(b[sound], rel=1e-12, abs=1e-300, nan_ok=True)


def test_without_numba_the_compiled_search_says_what_to_install(monkeypatch):
    from pigou.solvers import fast_smooth

    monkeypatch.setattr(fast_smooth, "numba", None)
    with pytest.raises(ImportError, match=r"pigou\[fast\]"):
        batch_smooth_equilibria(pair("c*x - x**2", "y - y**2", "c"), {"c": [1.0]}, fast=True)


# -- sweeps ---------------------------------------------------------------------------------------


def test_a_sweep_follows_the_upper_branch_of_the_certified_lists():
    rng = np.random.default_rng(11)
    drawn = {"b": rng.uniform(0.9, 1.2, 200), "k": rng.uniform(9, 14, 200)}
    found = batch_smooth_equilibria(spillovers(), drawn)
    swept = sweep_smooth(spillovers(), drawn, {"x": 0.99, "y": 0.99}, verify=True)
    assert swept.found.all()
    highest = np.array([found.point[found.game == k].max(axis=0) for k in range(200)])
    assert swept.point == pytest.approx(highest, abs=1e-12)
    assert swept.certified.all()
    assert (swept.error < 1e-9).all()
    assert (swept.point == 1).any() and (swept.point < 1).any()  # corners and interior points


def test_a_sweep_marks_points_where_its_branch_has_ended():
    # with weak spillovers only the low equilibrium is left
    swept = sweep_smooth(spillovers(), {"b": [1.0, 0.5], "k": 10.0}, {"x": 0.99, "y": 0.99})
    assert swept.found[0]
    assert not swept.certified.any()
    if swept.found[1]:  # Newton's method went over to the low branch: it is one of the list
        listed = batch_smooth_equilibria(spillovers(), {"b": [0.5], "k": [10.0]}).point
        assert np.abs(listed - swept.point[1]).max(axis=1).min() < 1e-12
    else:
        assert np.isnan(swept.point[1]).all()


def test_a_sweep_reports_no_point_where_there_is_none():
    game = pair("(x - c)**2 + x*y/10", "x*y - y**2", "c")
    swept = sweep_smooth(game, {"c": [0.5]}, {"x": 0.5, "y": 0.25})
    assert not swept.found[0] or swept.point[0, 0] in (0.0, 1.0)
    minimum = pair("x**2*c - x", "x*y - y**2", "c")
    assert not sweep_smooth(minimum, {"c": [1.0]}, {"x": 0.5, "y": 0.25}).found[0]


def test_a_sweep_does_not_certify_a_point_that_is_beaten_far_away():
    game = pair("-(x - 1/4)**2*(x - 3/4)**2 + c*x", "x*y - y**2", "c")
    swept = sweep_smooth(game, {"c": [0.01, -0.01]}, {"x": 0.25, "y": 0.125}, verify=True)
    assert swept.found.tolist() == [True, True]
    assert swept.certified.tolist() == [False, True]


@pytest.mark.parametrize("values", [[], np.zeros(0)])
def test_no_games_have_no_equilibria(values):
    game = pair("c*x - x**2", "y*x - y**2", "c")
    found = batch_smooth_equilibria(game, {"c": values})
    assert (found.games, found.point.shape, found.payoff.shape) == (0, (0, 2), (0, 2))
    assert found.counts().tolist() == found.complete.tolist() == found.refuted_game.tolist() == []
    assert sweep_smooth(game, {"c": values}, {"x": 0.5, "y": 0.25}).point.shape == (0, 2)


def test_a_move_at_an_end_of_its_interval_is_exactly_there():
    game = pair("c*x - x**2/2", "-c*y", "c", x=(1, 3), y=("1/8", 3))
    found = batch_smooth_equilibria(game, {"c": [5.0, 0.5]})
    assert found.low.tolist() == found.high.tolist() == [[3, 0.125], [1, 0.125]]
    inner = batch_smooth_equilibria(game, {"c": [np.nextafter(3, 0), np.nextafter(1, 2)]})
    assert (inner.low >= [1, 0.125]).all() and (inner.high <= 3).all()


def test_a_sweep_needs_a_start_for_every_move():
    game = pair("c*x - x**2", "x*y - y**2", "c")
    with pytest.raises(DeclarationError, match="a start for move 'y'"):
        sweep_smooth(game, {"c": [1.0]}, {"x": 0.5})
    with pytest.raises(DeclarationError, match=r"did you mean|no move"):
        sweep_smooth(game, {"c": [1.0]}, {"x": 0.5, "y": 0.5, "yy": 1})
    with pytest.raises(DeclarationError, match="not a finite number"):
        sweep_smooth(game, {"c": [1.0]}, {"x": np.nan, "y": 0.5})
    for wrong in ("high", None, [1], "1/0"):
        with pytest.raises(DeclarationError, match=r"the start of move 'y' is .*, not a finite"):
            sweep_smooth(game, {"c": [1.0]}, {"x": "1/2", "y": wrong})


def test_the_search_itself_finds_roots_of_a_polynomial():
    # g = -(t - 1/8)(t - 1/2)(t - 7/8) c: maxima at 1/8 and 7/8, a minimum between
    root = sp.integrate(
        -(X - sp.Rational(1, 8)) * (X - sp.Rational(1, 2)) * (X - sp.Rational(7, 8)), X
    )
    conditions = Conditions.of([X], [C], [C * root])
    points, flagged = search(conditions.at(np.array([[1.0, 5.0]])), 2)
    assert not flagged.any()
    assert points.game.tolist() == [0, 0, 1, 1]
    assert sorted(points.low[0].round(12)) == [0.125, 0.125, 0.875, 0.875]


def test_families_and_arrays_keep_names_in_order():
    family = smooth_family(cubic(), ["b2", "a1"])
    assert family.varying == ("b2", "a1")
    assert parameter_arrays(cubic(), {"b2": 3.0, "a1": [1.0, 2.0]}).tolist() == [[3, 3], [1, 2]]


def test_the_python_of_the_how_to_guide_runs():
    page = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "many-continuous-games.md"
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 3
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page.name, str(page), 0)
    report = []
    assert doctest.DocTestRunner().run(test, out=report.append).failed == 0, "".join(report)
