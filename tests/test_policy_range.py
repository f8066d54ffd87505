"""Policy ranges: closed forms of folds, collisions and ties, counts against solve, the command."""

import itertools
import json
import math
import random
import sys
import time
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from click.testing import CliRunner
from flint import arb, ctx
from hypothesis import given, settings, strategies as st

from pigou.catalogue import find_model
from pigou.cli import cli
from pigou.errors import DeclarationError, PigouError, ReformError, StructureError
from pigou.game import Game, Interval, Move, Parameter, Player
from pigou.policy_range import policy_range
from pigou.policy_range_page import policy_range_page
from pigou.policy_range_picture import policy_range_picture
from pigou.reform import mandate, set_parameters, subsidy
from pigou.solvers.first_order import INTERIOR
from pigou.solvers.logistic import Logistic
from pigou.solvers.policy_form import strength_game
from pigou.solvers.policy_system import PolicySystem
from pigou.solvers.quick_intervals import QuickTape
from pigou.solvers.tape import Tape
from pigou.solvers.tubes import COUNTED, prove
from pigou.solving import solve
from test_cli import problems

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples" / "policy_range"
SCHEMA = json.loads((ROOT / "docs/schemas/pigou-sweep-1.schema.json").read_text(encoding="utf-8"))


def example(name):
    return find_model(str(EXAMPLES / f"{name}.toml")).game


def alone(payoff, ends=(0, 1), default=0):
    move = Move("x", "ann", ends)
    return Game(
        "alone", [Player("ann")], [move], {"ann": payoff}, parameters=[Parameter("s", default)]
    )


def pair(a, b, x=(0, 1), y=(0, 1)):
    moves = [Move("x", "ann", x), Move("y", "bob", y)]
    players = [Player("ann"), Player("bob")]
    return Game("pair", players, moves, {"ann": a, "bob": b}, parameters=[Parameter("s", 0)])


def alike(payoff, ends=(0, 1)):
    """Two players with the same payoff, {0} being the own move and {1} the other's."""
    return pair(payoff.format("x", "y"), payoff.format("y", "x"), ends, ends)


def covers_the_range(found):
    """Segments and windows follow each other from one end of the range to the other."""
    parts = sorted([*found.segments, *found.windows], key=lambda part: part.low)
    ends = [(part.low, part.high) for part in parts]
    assert ends[0][0] == found.low and ends[-1][1] == found.high
    assert all(a[1] == b[0] for a, b in itertools.pairwise(ends))
    for window in found.windows:
        assert window.is_open or window.width <= found.window


def agrees_with_solve(game, found, number=2, seed=0):
    """At random values of every segment, solving the game by itself gives the same count."""
    chance = random.Random(seed)
    for segment in found.segments:
        for _ in range(number):
            share = Fraction(chance.randint(1, 999), 1000)
            value = segment.low + share * (segment.high - segment.low)
            alone = solve(game, {found.over: value})
            assert alone.complete, (value, alone.unresolved)
            assert len(alone) == segment.equilibria, (value, segment)


# -- closed forms -------------------------------------------------------------------------------


def test_the_fold_of_two_suppliers_is_where_the_spillover_has_slope_one():
    # x = r + L(8 (x - 1/2)) has slope 1 where p (1 - p) = 1/8 for p = L; then r = x - p
    found = policy_range(example("upgrading_fold"), "rate", 0, 1)
    p = (1 - math.sqrt(1 / 2)) / 2
    rate = 1 / 2 + math.log(p / (1 - p)) / 8 - p
    (event,) = found.events
    assert (event.kind, event.certified) == ("fold", True)
    assert event.value.width < Fraction(1, 10**12)
    assert event.value.value == pytest.approx(rate, abs=1e-13)
    assert event.moves["x"].value == pytest.approx(rate + p, abs=1e-12)
    assert [(s.first_order, s.equilibria) for s in found.segments] == [(3, 3), (1, 1)]
    assert found.complete and found.all_folds
    covers_the_range(found)
    agrees_with_solve(example("upgrading_fold"), found)


def test_hysteresis_has_its_two_folds_at_the_closed_form():
    # p (1 - p) = 1/(12 * 3/5), hence p = 1/6 and 5/6
    found = policy_range(example("upgrading_hysteresis"), "rate", 0, "1/5")
    shift = math.log(5) / 12
    low, high = found.events
    assert [low.kind, high.kind, low.certified, high.certified] == ["fold", "fold", True, True]
    assert low.value.value == pytest.approx(1 / 2 + shift - 1 / 10 - 1 / 2, abs=1e-13)
    assert high.value.value == pytest.approx(1 / 2 - shift - 1 / 10 - 1 / 10, abs=1e-13)
    assert [s.equilibria for s in found.segments] == [1, 3, 1]
    assert found.complete and found.all_folds
    covers_the_range(found)
    agrees_with_solve(example("upgrading_hysteresis"), found)
    (branch,) = found.branches
    turns = [a != b for a, b in zip(branch.stable, branch.stable[1:], strict=False)]
    assert sum(turns) == 2 and branch.stable[0] and branch.stable[-1]


def test_capacity_is_reached_where_the_best_reply_is_one():
    found = policy_range(example("upgrading_capacity"), "rate", 0, "1/2")
    (event,) = found.events
    assert (event.kind, event.which, event.certified) == ("boundary", ("x",), True)

    def reply(rate):  # y where x = 1, and by how much x would like to be above 1
        y = rate + 1 / 5 + 1 / 5 / (1 + math.exp(-2))
        return rate + 2 / 5 + 1 / 5 / (1 + math.exp(-4 * (y - 1 / 2))) - 1

    low, high = 0.0, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if reply(middle) < 0 else (low, middle)
    assert event.value.value == pytest.approx(low, abs=1e-13)
    assert [s.equilibria for s in found.segments] == [1, 1]
    assert found.complete and found.all_folds
    covers_the_range(found)
    agrees_with_solve(example("upgrading_capacity"), found)


def test_a_cubic_response_has_the_folds_of_its_discriminant():
    # marginal payoff s - (u**3 - 3 u), u = 4 x - 2: folds at s = -2 and 2, where u = 1 and -1
    game = alone("(s*u - u**4/4 + 3*u**2/2)/4".replace("u", "(4*x - 2)"))
    found = policy_range(game, "s", "-19/8", "19/8")
    folds = [e for e in found.events if e.kind == "fold"]
    assert [e.value.value for e in folds] == pytest.approx([-2, 2], abs=1e-12)
    assert [e.moves["x"].value for e in folds] == pytest.approx([3 / 4, 1 / 4], abs=1e-7)
    ties = [e for e in found.events if e.kind == "tie"]
    assert [e.value.lower <= 0 <= e.value.upper for e in ties] == [True]
    counts = [(s.first_order, s.equilibria) for s in found.segments]
    assert counts == [(1, 1), (3, 1), (3, 1), (1, 1)]  # of two maxima one is best
    assert found.complete and found.all_folds
    covers_the_range(found)
    agrees_with_solve(game, found)


@pytest.mark.long
def test_a_pitchfork_is_reported_as_a_crossing_and_never_as_certain():
    # x = L(s (y - 1/2)) has the symmetric point x = y = 1/2; asymmetric ones split off at s = -4
    game = alike("{0}/(1 + exp(-s*({1} - 1/2))) - {0}**2/2")
    found = policy_range(game, "s", -6, -2)
    near = [e for e in found.events if abs(e.value.value + 4) < 1e-5]
    assert [e.kind for e in near] == ["crossing"]
    assert not near[0].certified
    assert not found.all_folds
    assert found.segments[0].equilibria == 3
    assert found.segments[-1].equilibria == 1
    assert any(w.low < -4 < w.high for w in found.windows)
    covers_the_range(found)
    agrees_with_solve(game, found, 1)


def test_nothing_happens_in_linear_cournot():
    game = alike("{0}*(10 - {0} - {1}) + s*{0}", (0, 9))
    found = policy_range(game, "s", 0, 3)
    assert [(s.low, s.high, s.first_order, s.equilibria) for s in found.segments] == [(0, 3, 1, 1)]
    assert (found.windows, found.events, found.all_folds) == ((), (), True)
    assert found.count("3/2") == 1
    with pytest.raises(DeclarationError, match="outside the range 0:3"):
        found.count(4)


def test_a_collision_at_the_very_end_of_the_range_is_an_event():
    found = policy_range(alone("s*x - x**2/2", default=0), "s", -1, 1)
    assert [e.value.value for e in found.events] == pytest.approx([0, 1], abs=1e-12)
    assert found.complete
    covers_the_range(found)


def test_a_point_that_is_beaten_far_away_is_no_equilibrium_until_a_tie():
    # -t**3/3 + t**2/2 + c t: 0 and the interior maximum tie at c = -3/16, the maximum being at 3/4
    game = alone("-x**3/3 + x**2/2 + (s/4 - 1/5)*x")
    found = policy_range(game, "s", 0, 1)
    (tie,) = (e for e in found.events if e.kind == "tie")
    assert tie.value.lower <= Fraction(1, 20) <= tie.value.upper
    assert tie.value.width <= Fraction(1, 10**6)
    assert (found.segments[0].first_order, found.segments[0].equilibria) == (3, 1)
    covers_the_range(found)
    agrees_with_solve(game, found)


def test_moves_of_one_player_are_chosen_together():
    moves = [Move("x", "ann", (0, 1)), Move("y", "ann", (0, 1))]
    payoff = "s*x + x*y/2 - x**2/2 - y**2/2 + y/4"
    game = Game("joint", [Player("ann")], moves, {"ann": payoff}, parameters=[Parameter("s", 0)])
    found = policy_range(game, "s", 0, "1/2")
    # x = s + y/2, y = 1/4 + x/2, hence x = (4 s + 1/2)/3: below 1 up to s = 5/8
    assert [s.equilibria for s in found.segments] == [1]
    agrees_with_solve(game, found)


# -- random games -------------------------------------------------------------------------------


def spillovers(k, centre, weight, base, cost):
    reply = f"(s + {base} + {weight}/(1 + exp(-{k}*({{1}} - {centre}))))"
    return alike(f"{{0}}*{reply} - {cost}*{{0}}**2/2")


@pytest.mark.parametrize("seed", range(3))
def test_random_spillovers_have_the_counts_that_solve_finds(seed):
    check_random_spillovers(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 40))
def test_many_random_spillovers_have_the_counts_that_solve_finds(seed):
    check_random_spillovers(seed)


def check_random_spillovers(seed):
    chance = random.Random(seed)
    numbers = (
        chance.randint(4, 14),
        Fraction(chance.randint(3, 7), 10),
        Fraction(chance.randint(4, 9), 10),
        Fraction(chance.randint(-2, 2), 10),
        Fraction(chance.randint(8, 12), 10),
    )
    game = spillovers(*(f"({n})" for n in numbers))
    found = policy_range(game, "s", 0, "1/2")
    assert found.segments
    covers_the_range(found)
    agrees_with_solve(game, found, 1, seed)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_quick_intervals_hold_what_the_formulas_are(seed):
    x, y = sp.symbols("x y", real=True)
    formulas = [x * y - x**2, sp.exp(x - y) / (1 + x**2), (x - 2) ** 3, 1 / (y + 3), x**-2 + 7]
    tape = Tape(formulas, [x, y])
    chance = np.random.default_rng(seed)
    low = chance.uniform(-2, 2, (2, 50))
    high = low + chance.choice([0.0, 1e-9, 0.1, 1.0], (2, 50))
    below, above, left = QuickTape(tape).intervals(low, high)
    for share in (0.0, 0.3, 1.0):
        point = low + share * (high - low)
        values = tape.floats(point)
        fine = ~left & np.isfinite(values).all(axis=0)
        slack = 1e-13 * (1 + np.abs(values))
        assert (below - slack <= values)[:, fine].all() and (values <= above + slack)[:, fine].all()
    exact = tape.rationals([sp_to_flint(low[0, 0]), sp_to_flint(low[1, 0])])
    assert exact is None  # exp is not rational
    rational = Tape([x * y - x**2, (x - 2) ** 3], [x, y])
    below, above, _ = QuickTape(rational).intervals(low, low)
    for k in range(50):
        values = rational.rationals([sp_to_flint(low[0, k]), sp_to_flint(low[1, k])])
        for row, value in enumerate(values):
            number = Fraction(int(value.p), int(value.q))
            assert Fraction(below[row, k]) <= number <= Fraction(above[row, k])
            assert Fraction(above[row, k]) - Fraction(below[row, k]) < Fraction(1, 10**13)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_quick_logistic_functions_are_tight_and_hold_their_values(order):
    x = sp.Symbol("x", real=True)
    tape = Tape([Logistic(x, sp.Integer(order))], [x])
    random = np.random.default_rng(order)
    low = random.normal(scale=8, size=500)
    high = low + random.exponential(3, size=500)
    low[:3], high[:3] = [-800, 0, -745.2], [-700, 0, 800]
    below, above, left = QuickTape(tape).intervals(low[None], high[None])
    assert not left.any()
    for k in range(500):
        with ctx.workprec(300):
            values = [tape.balls([arb(u)])[0] for u in np.linspace(low[k], high[k], 9)]
            assert not any(v < arb(below[0, k]) or v > arb(above[0, k]) for v in values)
        top, bottom = (float(f(v.mid() for v in values)) for f in (max, min))
        if order == 0:  # the ends are those of the range, but for roundings
            assert abs(below[0, k] - bottom) + abs(above[0, k] - top) < 1e-13
        if order == 1:
            most = 0.25 if low[k] <= 0 <= high[k] else top
            assert abs(below[0, k] - bottom) + abs(above[0, k] - most) < 1e-13


def sp_to_flint(number):
    from flint import fmpq

    exact = Fraction(float(number))
    return fmpq(exact.numerator, exact.denominator)


def test_a_tube_holds_the_solution_at_every_strength_of_its_segment():
    t, s = sp.symbols("t s", real=True)
    payoff = s * t + t / 4 - t**2 / 2 - t**3 / 6
    system = PolicySystem([t], s, ["ann"], {"ann": payoff})
    edges = np.array([0.2]), np.array([0.5])
    label = np.array([[INTERIOR]], dtype=np.int8)
    tubes, proved = prove(system, np.array([[0.45], [0.35]]), label, np.array([0]), edges)
    assert proved.all() and tubes.status.tolist() == [COUNTED]
    for value in np.linspace(0.2, 0.5, 7):
        root = -1 + math.sqrt(1 + 2 * (value + 1 / 4))  # s + 1/4 - t - t**2/2 = 0
        assert tubes.hull[0][0, 0] <= root <= tubes.hull[1][0, 0]
        assert tubes.core[0][0, 0] < root < tubes.core[1][0, 0]
    far = prove(system, np.array([[0.9], [0.35]]), label, np.array([0]), edges)
    if far[1].all():  # if anything is proved from a bad start, it is the same solution
        assert far[0].hull[0][0, 0] <= tubes.hull[1][0, 0]


# -- reforms and refusals -----------------------------------------------------------------------


def test_the_strength_of_a_subsidy_is_its_rate():
    game = example("upgrading_fold")
    whole = subsidy("x", "1/2") + subsidy("y", "1/2")
    found = policy_range(game, reform=whole)
    direct = policy_range(game, "rate", 0, "1/2")
    assert found.over == "strength"
    (fold,), (same,) = found.events, direct.events
    assert fold.value.value / 2 == pytest.approx(same.value.value, abs=1e-12)
    assert [s.equilibria for s in found.segments] == [s.equilibria for s in direct.segments]
    agrees_with_solve(strength_game(game, whole), found, 1)


def test_a_parameter_of_a_reform_may_vary():
    grant = subsidy("x", "g", parameters=(Parameter("g", 0),))
    found = policy_range(alone("x/2 - x**2/2"), "g", 0, 1, reform=grant)
    (event,) = found.events
    assert event.value.value == pytest.approx(0.5, abs=1e-12)


def test_a_reform_that_changes_moves_is_refused():
    game = Game(
        "mixed",
        [Player("ann")],
        [Move("x", "ann", (0, 1)), Move("d", "ann", {"no": 0, "yes": 1})],
        {"ann": "x*d - x**2/2 + d"},
    )
    with pytest.raises(ReformError, match="changes the moves of game 'mixed'"):
        policy_range(game, reform=mandate("d", "yes"))
    with pytest.raises(StructureError, match="a choice next to continuous moves"):
        policy_range(Game(**{**vars_of(game), "parameters": [Parameter("s", 0)]}), "s", 0, 1)


def vars_of(game):
    names = ("name", "players", "moves", "payoffs")
    return {name: getattr(game, name) for name in names}


COURNOT = pair("x*(1 + s - x - y)", "y*(1 + s - x - y)")
FINITE = find_model(str(ROOT / "examples/classic/stag_hunt.toml")).game


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((COURNOT, "rate", 0, 1), DeclarationError, "no parameter 'rate'"),
        ((COURNOT, "s", 1, 0), DeclarationError, "upside down; did you mean 0:1"),
        ((COURNOT, "s", 1, 1), DeclarationError, "a single value"),
        ((COURNOT, "", 0, 1), DeclarationError, "say which parameter"),
        ((COURNOT, "s", 0, 1, {"s": 1}), DeclarationError, "do not set it as well"),
        ((FINITE, "hare", 0, 1), StructureError, "`pigou regimes` states each equilibrium"),
        ((pair("max(x - s, 0) - x**2", "-y**2 + y"), "s", 0, 1), StructureError, "kink"),
    ],
    ids=["unknown", "upside down", "one value", "none", "set twice", "finite", "kink"],
)
def test_what_cannot_be_followed_is_refused_in_words(arguments, error, message):
    with pytest.raises(error, match=message):
        policy_range(*arguments)


def test_values_outside_the_domain_and_moving_intervals_are_refused():
    game = pair("x - x**2 + s*x", "y - y**2")
    bounded = Game(**{**vars_of(game), "parameters": [Parameter("s", 0, "0 <= s <= 1")]})
    with pytest.raises(DeclarationError, match="outside its domain"):
        policy_range(bounded, "s", 0, 2)
    moving = [Move("x", "ann", Interval(0, "1 + s")), Move("y", "bob", (0, 1))]
    with pytest.raises(StructureError, match="interval of move 'x' depends on 's'"):
        policy_range(Game(**{**vars_of(game), "moves": moving,
                             "parameters": [Parameter("s", 0)]}), "s", 0, 1)  # fmt: skip
    with pytest.raises(DeclarationError, match="window 1/2"):
        policy_range(bounded, "s", 0, 1, window="1/2")


def test_a_reform_of_parameters_has_a_strength():
    game = pair("x*(1 + s - x - y/2)", "y*(1 + s - x/2 - y)")
    found = policy_range(game, reform=set_parameters({"s": "1/4"}))
    assert [s.equilibria for s in found.segments] == [1]


# -- the command and the picture ------------------------------------------------------------------


def run(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments], env={"COLUMNS": "120"})


def test_the_command_prints_counts_and_events():
    done = run("sweep", EXAMPLES / "upgrading_fold.toml", "--over", "rate=0:1/4")
    assert done.exit_code == 0, done.stderr
    assert "0.13320999" in done.stdout
    assert "two first-order points meet and vanish" in done.stdout
    assert "All folds are listed" in done.stdout


def test_the_json_follows_its_schema():
    done = run("sweep", EXAMPLES / "upgrading_fold.toml", "--over", "rate=0:1/4", "--json")
    result = json.loads(done.stdout)
    assert list(problems(result, SCHEMA, SCHEMA)) == []
    assert [s["equilibria"] for s in result["segments"]] == [3, 1]
    fold = result["events"][0]["value"]
    assert fold["lower"] < fold["value"] < fold["upper"]
    assert fold["value"] == pytest.approx(0.1332099938384, abs=1e-12)


def test_open_windows_give_exit_code_3(tmp_path):
    file = tmp_path / "continuum.toml"
    file.write_text(
        """
pigou = 1
[game]
name = "Every move is best at one value"
[parameters.s]
default = 1
[players.ann]
[moves.x]
player = "ann"
interval = ["0", "1"]
[payoffs]
ann = "s*(x - x**2)"
""",
        encoding="utf-8",
    )
    done = run("sweep", file, "--over", "s=-1:1")
    assert done.exit_code == 3, done.output
    assert "INCOMPLETE: the number is not known for s between" in done.stdout
    found = policy_range(find_model(str(file)).game, "s", -1, 1)
    assert any(w.low <= 0 <= w.high and w.is_open for w in found.windows)
    assert not found.all_folds
    # below 0 both ends tie at every value, which no enclosure can tell; above, the middle is best
    assert [s.equilibria for s in found.segments] == [1]
    assert found.segments[0].low > 0 and found.segments[0].high == 1
    covers_the_range(found)


DEGENERATE = "(s-1/2)*(x-1/2)**2/2 - (x-1/2)**4/4"  # two best replies tie from 1/2 onwards


@pytest.mark.parametrize("limit", ["1e-9", "1/10", 1])
def test_a_time_limit_leaves_open_windows_and_never_wrong_counts(limit):
    start = time.monotonic()
    found = policy_range(alone(DEGENERATE), "s", 0, 1, time_limit=limit)
    assert time.monotonic() - start < 5
    assert found.stopped.startswith("the time limit of") and found.stopped.endswith("was reached")
    assert not found.complete and not found.all_folds
    covers_the_range(found)
    assert all(s.high < Fraction(1, 2) and s.equilibria == 1 for s in found.segments)


def test_a_time_limit_that_is_not_reached_changes_nothing():
    found = policy_range(example("upgrading_fold"), "rate", 0, "1/4", time_limit=1000)
    assert found == policy_range(example("upgrading_fold"), "rate", 0, "1/4")
    assert found.stopped == ""


def test_the_command_takes_a_time_limit():
    arguments = ("sweep", EXAMPLES / "upgrading_fold.toml", "--over", "rate=0:1/4")
    done = run(*arguments, "--time-limit", "1e-9")
    assert done.exit_code == 3, done.output
    assert "STOPPED: the time limit of 1e-09 s was reached." in done.stdout
    assert "INCOMPLETE: the number is not known for rate between 0 and 0.25" in done.stdout
    result = json.loads(run(*arguments, "--time-limit", "1e-9", "--json").stdout)
    assert list(problems(result, SCHEMA, SCHEMA)) == []
    assert result["stopped"] == "the time limit of 1e-09 s was reached"
    done = run(*arguments, "--time-limit", "0")
    assert done.exit_code == 2 and "a time limit is a number of seconds above 0" in done.stderr


def test_the_ends_of_a_narrow_window_far_from_0_are_told_apart():
    found = policy_range(alone("(s - 20000001/2)*x - x**2/2", default=10**7), "s", 10**7, 10**7 + 2)
    rows = policy_range_page(found).blocks[1].rows
    assert [len(set(row[:2])) for row in rows] == [2] * len(rows)
    assert len({row[:2] for row in rows}) == len(rows) == 5


def test_what_overflows_is_left_open_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = policy_range(
            alone("s*x - exp(900*x)/10**100/10**100/10**100"), "s", 0, 1, time_limit=5
        )
    covers_the_range(found)


@pytest.mark.parametrize(
    ("payoff", "where"),
    [
        ("s*x - (x-1/2)**3/3", 0),  # a fold at the very first strength
        ("(1-s)*x/5 - (x-1/2)**3/3", 1),  # and at the very last
    ],
)
def test_a_fold_at_an_end_of_the_range_is_listed(payoff, where):
    found = policy_range(alone(payoff), "s", 0, 1)
    (fold,) = (e for e in found.events if e.kind == "fold")
    assert fold.certified and abs(fold.value.value - where) < 1e-12
    assert any(w.low <= where <= w.high and w.why == "fold" for w in found.windows)
    covers_the_range(found)


@pytest.mark.parametrize(
    "payoff",
    [
        "-(x-1/3)**3/3 - (s-1/3)**2*x",  # a first-order point at one strength alone
        "(s-1/3)*x - ((x-1/3)**4/4 - (x-1/3)**2/4000000)",  # two folds 1e-10 apart
        "(s-1/3)*(x-1/2)**2/2 - (x-1/2)**3/3",  # two branches that cross
        "(s-1/3)*x - (x-1/2)**4/4",  # two folds in one
        "(s-1/3)*x*(1-x)",  # a continuum at one strength
    ],
)
def test_what_is_degenerate_at_one_strength_is_in_a_window_and_folds_are_not_all_known(payoff):
    found = policy_range(alone(payoff), "s", 0, 1)
    assert any(w.low < Fraction(1, 3) < w.high for w in found.windows)
    assert not found.all_folds
    covers_the_range(found)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say what varies: --over NAME=LOW:HIGH"),
        (["--over", "rate"], "as NAME=LOW:HIGH"),
        (["--over", "rate=1:0"], "upside down"),
        (["--over", "rat=0:1"], "did you mean 'rate'"),
        (["--over", "rate=0:1", "--picture", "fold.gif"], "a picture ends in .svg, .png, .pdf"),
    ],
)
def test_the_command_explains_what_is_wrong(arguments, message):
    done = run("sweep", EXAMPLES / "upgrading_fold.toml", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr


def test_the_picture_shows_branches_folds_and_numbers(tmp_path):
    file = tmp_path / "fold.svg"
    arguments = ["--over", "rate=0:1/4", "--picture", file]
    done = run("sweep", EXAMPLES / "upgrading_fold.toml", *arguments)
    assert done.exit_code == 0, done.stderr
    drawn = file.read_text(encoding="utf-8")
    assert "fold at rate = 0.1332099938 (certified within" in drawn
    assert "stroke-dasharray" in drawn
    assert ">3</text>" in drawn and ">1</text>" in drawn


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    found = policy_range(alone("s*x - x**2/2 + x/2"), "s", 0, "1/4")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(DeclarationError, match=r"pip install 'pigou\[plot\]'"):
        policy_range_picture(found, "svg")


def test_errors_are_of_the_package():
    with pytest.raises(PigouError):
        policy_range(COURNOT, "s", 0, "a lot")
