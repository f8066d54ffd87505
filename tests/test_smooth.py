"""Continuous games: closed forms, corners, several equilibria, none, continua, a brute force."""

import itertools
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb
from hypothesis import given, settings, strategies as st

from pigou.assessment import assess, first_best
from pigou.check import examine, expectation
from pigou.comparison import compare
from pigou.enclosing import enclosed
from pigou.equilibrium import Grade, Strategy
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.game import Bystander, Chance, Game, Interval, Move, Parameter, Player
from pigou.pages import in_words, solve_page
from pigou.reform import subsidy
from pigou.results import solve_result
from pigou.screen import as_text
from pigou.solvers.branch_and_prune import Isolated, explore
from pigou.solvers.deviation import best_reply
from pigou.solvers.first_order import INTERIOR, LOWER, FirstOrder
from pigou.solvers.refine import refined
from pigou.solvers.smooth_form import smooth_form
from pigou.solving import iterated_dominance, solve

X, Y = sp.symbols("x y", real=True)


def pair(a, b, x=(0, 1), y=(0, 1), **more):
    """Two players with one continuous move each."""
    moves = [Move("x", "ann", x), Move("y", "bob", y)]
    return Game("pair", [Player("ann"), Player("bob")], moves, {"ann": a, "bob": b}, **more)


def values(found):
    """The moves of each equilibrium: exact where they are, else the middle."""
    return [tuple(_number(s.value) for s in e.strategies) for e in found]


def _number(value):
    return value.lower if value.is_exact else value.value


def settled(game, at=None):
    """Solve a game and demand that everything is certified, checked and complete."""
    found = solve(game, at)
    assert found.complete, found.unresolved
    assert found.structure == "smooth"
    for one in found:
        assert one.evidence.grade is Grade.CERTIFIED, one.evidence
        assert one.evidence.checked
        assert one.evidence.max_gain == Enclosure.point(0)
    return found


# -- closed forms -------------------------------------------------------------------------------


def test_cournot_has_the_textbook_equilibrium_whatever_the_scale():
    game = pair(
        "x*(demand - x - y) - cost*x",
        "y*(demand - x - y) - cost*y",
        (0, "demand"),
        (0, "demand"),
        parameters=[Parameter("demand", 10), Parameter("cost", 1)],
    )
    assert values(settled(game)) == [(3, 3)]
    for scale in ("1e-100", "1e-9", "1e9", "1e100"):
        size = Fraction(scale)
        at = {"demand": 4 * size, "cost": size}
        assert values(settled(game, at)) == [(size, size)]


def test_asymmetric_costs_may_drive_a_firm_out():
    payoffs = "x*(1 - x - y) - x/10", "y*(1 - x - y) - c*y"
    game = pair(*payoffs, parameters=[Parameter("c", 0)])
    assert values(settled(game, {"c": "1/2"})) == [(Fraction(13, 30), Fraction(1, 30))]
    assert values(settled(game, {"c": "3/5"})) == [(Fraction(9, 20), 0)]
    # c = 11/20 is where the derivative at 0 is exactly 0 as well
    assert values(settled(game, {"c": "11/20"})) == [(Fraction(9, 20), 0)]


def test_capacity_binds():
    game = pair("x*(10 - x - y)", "y*(10 - x - y)", (0, 2), (0, 20))
    assert values(settled(game)) == [(2, 4)]


def test_bertrand_with_differentiated_goods():
    # p = (alpha + beta c)/(2 beta - gamma) for demand alpha - beta p + gamma p', unit cost c
    game = pair("(x - 1)*(10 - 2*x + y)", "(y - 1)*(10 - 2*y + x)", (0, 10), (0, 10))
    assert values(settled(game)) == [(4, 4)]


def contest(prizes, r=1, low=Fraction(1, 100)):
    names = [f"x{i}" for i in range(len(prizes))]
    total = " + ".join(f"{name}**({r})" for name in names)
    payoffs = {
        f"p{i}": f"{prize}*{name}**({r})/({total}) - {name}"
        for i, (name, prize) in enumerate(zip(names, prizes, strict=True))
    }
    moves = [Move(name, f"p{i}", (low, 100)) for i, name in enumerate(names)]
    return Game("contest", [Player(p) for p in payoffs], moves, payoffs)


@pytest.mark.parametrize(
    ("prizes", "r", "efforts"),
    [
        ((100, 50), 1, (22.22222222, 11.11111111)),  # O36.asym
        ((100,) * 4, 1, (18.75,) * 4),  # O36.x_r1
        ((100,) * 4, Fraction(1, 2), (9.375,) * 4),  # O36.x_r05
    ],
)
def test_contests_have_the_efforts_of_tullock_1980_and_hillman_riley_1989(prizes, r, efforts):
    (found,) = values(settled(contest(prizes, r, 1)))
    assert [float(x) for x in found] == pytest.approx(efforts, abs=1e-6)


@pytest.mark.parametrize(
    ("beta", "effort", "quantity"),
    [
        ("1/5", 6.818181818, 45.45454545),  # O28.x_nc_b2, O28.Q_nc_b2
        ("1/2", 5.714285714, 45.71428571),  # O28.x_nc_b5, O28.Q_nc_b5
        ("4/5", 4.545454545, 45.45454545),  # O28.x_nc_b8, O28.Q_nc_b8
    ],
)
def test_research_with_spillovers_as_in_d_aspremont_jacquemin_1988(beta, effort, quantity):
    # Reduced form: Cournot quantities q = (D + (2 - beta) x + (2 beta - 1) x')/3 are put in.
    own = "((60 + (2 - beta)*{0} + (2*beta - 1)*{1})/3)**2 - 2*{0}**2"
    game = pair(
        own.format("x", "y"), own.format("y", "x"), (0, 50), (0, 50),
        parameters=[Parameter("beta", beta)],
    )  # fmt: skip
    found = settled(game)
    ((x, y),) = values(found)
    assert x == y
    assert float(x) == pytest.approx(effort, abs=1e-6)
    industry = 2 * (60 + (1 + Fraction(beta)) * x) / 3
    assert float(industry) == pytest.approx(quantity, abs=1e-6)


def test_several_moves_of_one_player_are_chosen_together():
    payoff = "q{0}*(60 - q{0} - q{1} + x{0} + x{1}/5) - 2*x{0}**2"
    moves = [
        Move(f"{what}{i}", f"f{i}", (0, top))
        for i in (1, 2)
        for what, top in (("q", 60), ("x", 40))
    ]
    payoffs = {"f1": payoff.format(1, 2), "f2": payoff.format(2, 1)}
    game = Game("at once", [Player("f1"), Player("f2")], moves, payoffs)
    # q = (60 + (6/5) x)/3 and 4 x = q, hence x = 50/9: less than in two stages (75/11)
    q, x = Fraction(200, 9), Fraction(50, 9)
    assert values(settled(game)) == [(q, x, q, x)]


# -- several equilibria, none, continua ---------------------------------------------------------

LOGISTIC = "{0}/(1 + exp(-10*({1} - 1/2))) - {0}**2/2"


def test_logistic_spillovers_have_three_equilibria():
    found = settled(pair(LOGISTIC.format("x", "y"), LOGISTIC.format("y", "x")))
    lows = [e.strategies[0].value for e in found]
    # x = logistic(10 (x - 1/2)), by bisection that shares nothing with the solver
    roots = []
    for low, high in ((0.0, 0.1), (0.4, 0.6), (0.9, 1.0)):
        for _ in range(60):
            middle = (low + high) / 2
            above = 1 / (1 + np.exp(-10 * (middle - 0.5))) > middle
            falling = not 0.4 <= middle <= 0.6
            low, high = (middle, high) if above == falling else (low, middle)
        roots.append(low)
    assert [v.value for v in lows] == pytest.approx(roots, abs=1e-12)
    assert all(v.width < Fraction(1, 10**50) for v in lows)


def test_a_first_order_point_that_is_beaten_far_away_is_refuted_with_the_deviation():
    found = settled(pair("-(x - 1/4)**2*(x - 3/4)**2 + x/100", "x*y - y**2"))
    assert len(found) == 1
    (refuted,) = found.refuted
    assert refuted.player == "ann"
    assert refuted.gain.lower > 0
    x = float(refuted.strategies[0].value.lower)
    assert 0.25 < x < 0.3
    better = float(refuted.deviation["x"])

    def payoff(t):
        return -((t - 0.25) ** 2) * (t - 0.75) ** 2 + t / 100

    assert payoff(better) - payoff(x) == pytest.approx(refuted.gain.value, abs=1e-12)
    assert "ann gains" in str(refuted)


def test_matching_pennies_on_an_interval_has_no_pure_equilibrium():
    found = settled(pair("(x - y)**2", "-(x - y)**2"))
    assert len(found) == 0
    assert {str(r.strategies[0].value) for r in found.refuted} == {"0", "1"}


def test_a_minimum_of_the_own_payoff_is_no_equilibrium():
    found = settled(pair("(x - 1/2)**2 + x*y/10", "-(y - 1/2)**2"))
    assert values(found) == [(1, Fraction(1, 2))]


def test_a_saddle_of_the_own_payoff_is_no_equilibrium():
    # each move alone is at a maximum at (1/2, 1/2), both together are not
    moves = [Move("x", "ann", (0, 1)), Move("y", "ann", (0, 1))]
    payoff = "-(x - 1/2)**2 - (y - 1/2)**2 + 4*(x - 1/2)*(y - 1/2)"
    found = settled(Game("alone", [Player("ann")], moves, {"ann": payoff}))
    assert values(found) == [(0, 0), (1, 1)]
    assert [r.strategies[0].value for r in found.refuted] == [Enclosure.point("1/2")]


def test_two_best_replies_that_tie_are_both_equilibria():
    assert values(settled(pair("-(x - 1/4)**2*(x - 3/4)**2", "x*y - y**2"))) == [
        (Fraction(1, 4), Fraction(1, 8)),
        (Fraction(3, 4), Fraction(3, 8)),
    ]


def test_a_tie_between_irrational_numbers_is_not_called_certified():
    # maximisers at +-sqrt(1/2) tie exactly; no finite precision can tell, and no algebra helps
    game = pair("exp(-(x**2 - 1/2)**2)", "x*y - y**2", (-1, 1), (-1, 1))
    found = solve(game)
    assert len(found) == 2
    assert not found.complete
    assert all(e.evidence.grade is Grade.NUMERICAL for e in found)
    assert all("another move does as well" in e.evidence.note or "checker" in e.evidence.note
               for e in found)  # fmt: skip


def test_a_continuum_is_unresolved_and_no_point_of_it_passes_for_isolated():
    found = solve(pair("-(exp(x - y) - 1)**2", "-(x - y)**2"))
    assert not found.complete
    assert found.unresolved
    assert "x in [0, 1], y in [0, 1]" in found.unresolved[0]
    assert all("not shown to be isolated" in e.marks for e in found)
    assert {float(x) for x, _ in values(found)} <= {0.0, 1.0}  # ends of the line only


def test_a_payoff_that_ignores_the_own_move_is_refused():
    with pytest.raises(StructureError, match="does not depend on its continuous move 'x'"):
        solve(pair("y", "y*(1 - y)"))


def test_a_degenerate_maximum_is_unresolved():
    found = solve(pair("exp(-(x - 1/2)**4)", "-(y - 1/3)**2"))
    assert len(found) == 0
    assert not found.complete
    assert any("y in [0.333333, 0.333333]" in n or "y about 0.333333" in n or "y in" in n
               for n in found.unresolved)  # fmt: skip


def test_a_pole_inside_is_unresolved_and_the_rest_is_settled():
    found = solve(pair("100*x/(x + y) - x", "50*y/(x + y) - y", (0, 100), (0, 100)))
    assert values(found) == [(Fraction(200, 9), Fraction(100, 9))]
    assert not found.complete
    (note,) = found.unresolved
    assert "not defined at all points" in note and note.startswith("x in [0, ")


def test_a_root_with_an_infinite_slope_at_the_end_is_no_obstacle():
    assert values(settled(pair("sqrt(x) - x", "2*y*x - y**2"))) == [
        (Fraction(1, 4), Fraction(1, 4))
    ]


# -- kinks, other structures, bad values --------------------------------------------------------


@pytest.mark.parametrize("jump", ["if(x > y, 1, 0)", "if(x + y >= 1, x, y)", "(x == 1/2)*1"])
def test_a_jump_inside_is_refused_with_the_reason(jump):
    with pytest.raises(StructureError, match="payoff of 'ann' jumps inside the intervals, or may"):
        solve(pair(f"{jump} - x**2", "-(y - 1/3)**2"))


def test_a_kink_outside_changes_nothing():
    plain = pair("x*(1 - x - y)", "y*(1 - x - y)")
    kinked = pair(
        "max(x, -1)*(1 - x - y) + min(x - 2, 0) - (x - 2)",
        "abs(y + 1/2)*(1 - x - y) - (1 - x - y)/2 + if(x + y > 3, 7, 0)",
    )
    assert values(settled(kinked)) == values(settled(plain)) == [(Fraction(1, 3), Fraction(1, 3))]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"moves": [Move("x", "ann", (0, 1)), Move("y", "bob", (0, 1), 2, observes=())]},
         StructureError, "does not observe"),
        ({"players": [Player("ann", size=2), Player("bob")], "payoffs": {"ann": "x", "bob": "y"}},
         StructureError, "population 'ann' is continuous"),
        ({"moves": [Move("x", "ann", Interval(0, "top")), Move("y", "bob", (0, 1))]},
         DeclarationError, r"move 'x': the interval \[0, 0\] has to have"),
        ({"moves": [Move("x", "ann", Interval(0, "sqrt(2)")), Move("y", "bob", (0, 1))]},
         DeclarationError, "is not rational"),
        ({"payoffs": {"ann": "x*sqrt(top - 1)", "bob": "y"}},
         DeclarationError, "not a finite real"),
    ],
)  # fmt: skip
def test_what_is_not_solved_is_refused_with_the_reason(change, error, words):
    parts = {
        "players": [Player("ann"), Player("bob")],
        "moves": [Move("x", "ann", (0, 1)), Move("y", "bob", (0, 1))],
        "payoffs": {"ann": "x*(1 - x - y)", "bob": "y*(1 - x - y)"},
        "parameters": [Parameter("top", 0)],
    }
    with pytest.raises(error, match=words):
        solve(Game("refused", **{**parts, **change}))


def test_dominance_among_choices_is_refused_for_continuous_moves():
    with pytest.raises(StructureError, match="continuous"):
        iterated_dominance(pair("x", "y"))


# -- chance, transfers, assessment --------------------------------------------------------------


def test_chance_that_nobody_sees_is_averaged_out():
    chance = [Chance("a", {"low": (5, "1/4"), "high": (13, "3/4")})]
    game = pair("x*(a - x - y)", "y*(a - x - y)", (0, 20), (0, 20), chance=chance)
    found = settled(game)
    assert values(found) == [(Fraction(11, 3), Fraction(11, 3))]
    assert found["E1"].payoffs["ann"] == Enclosure.point("121/9")
    mean = expectation(game, {}, found["E1"].strategies, symbol("a") * symbol("x"))
    assert mean == Enclosure.point("121/3")


def test_a_subsidy_moves_the_equilibrium_and_the_books_balance():
    game = pair("x*(3 - x - y)", "y*(3 - x - y)", (0, 2), (0, 2),
                bystanders=[Bystander("consumers", "(x + y)**2/2")])  # fmt: skip
    result = compare(game, [subsidy("x", "1/2")])
    (reform,) = result.reforms
    # x = (3 + 2 s)/3, y = (3 - s)/3
    assert values(reform.found) == [(Fraction(4, 3), Fraction(5, 6))]
    assert [c.what for c in result.changes(reform.name)] == ["moves"]
    (after,) = reform.assessments
    assert after.outlay == Enclosure.point("2/3")
    before = result.baseline.assessments[0]
    # total surplus (x + y)(3 - (x + y)/2): at 2 it is 4, at 13/6 it is 299/72 - ..., at 3 it is 9/2
    assert before.welfare() == Enclosure.point(4)
    assert after.welfare() == Enclosure.point(Fraction(13, 6) * (3 - Fraction(13, 12)))
    assert result.baseline.first_best.welfare.lower == Fraction(9, 2)
    assert result.baseline.first_best.welfare.width < Fraction(1, 50)
    assert "Laplacian selection is for choices" in result.baseline.selection
    assert before.diagnosis == "cooperation failure"


def test_the_first_best_is_found_and_told_from_the_equilibrium():
    game = pair("(x - 1)*(10 - 2*x + y)", "(y - 1)*(10 - 2*y + x)", (0, 10), (0, 10))
    best = first_best(game)
    assert best.welfare == Enclosure.point("81/2")  # p = 11/2 each: 2*(9/2)*(9/2)
    assert best.profiles == ("x: 11/2; y: 11/2",)
    assert not best.is_equilibrium
    (one,) = assess(game, solve(game))
    assert one.gap == Enclosure.point("9/2")
    alone = Game("alone", [Player("ann")], [Move("x", "ann", (0, 4))], {"ann": "x - x**2/2"})
    assert first_best(alone).is_equilibrium


# -- results ------------------------------------------------------------------------------------


def test_what_is_played_reads_well_and_the_result_holds_enclosures():
    game = pair("-(x - 1/4)**2*(x - 3/4)**2 + x/100", "x*y - y**2")
    found = solve(game)
    assert in_words(found["E1"]) == "x 0.7680, y 0.3840"
    text = as_text(solve_page(game, found))
    assert "First-order points that are no equilibrium" in text
    result = solve_result(found)
    x = result["equilibria"][0]["strategies"]["x"]
    assert x["lower"] <= x["value"] <= x["upper"]
    assert 0 < x["upper"] - x["lower"] < 1e-15
    assert result["refuted"][0]["player"] == "ann"
    assert result["structure"] == "smooth"


# -- the checker --------------------------------------------------------------------------------


def moved(strategies, place, value):
    changed = replace(strategies[place], value=value)
    return (*strategies[:place], changed, *strategies[place + 1 :])


@pytest.mark.parametrize("shift", ["1e-25", "-1e-25", "1/1000", "-1/3"])
def test_the_checker_refuses_what_is_not_the_equilibrium(shift):
    by = Fraction(shift)
    for game, name in (
        (pair("x*(1 - x - y)", "y*(1 - x - y)"), "E1"),
        (pair(LOGISTIC.format("x", "y"), LOGISTIC.format("y", "x")), "E2"),
    ):
        strategies = solve(game)[name].strategies
        value = strategies[0].value
        wrong = moved(strategies, 0, Enclosure(value.lower + by, value.upper + by))
        assert not examine(game, {}, wrong).confirmed


def test_the_checker_refuses_first_order_points_that_are_beaten():
    found = solve(pair("-(x - 1/4)**2*(x - 3/4)**2 + x/100", "x*y - y**2"))
    exam = examine(
        pair("-(x - 1/4)**2*(x - 3/4)**2 + x/100", "x*y - y**2"), {}, found.refuted[0].strategies
    )
    assert not exam.confirmed
    assert exam.gain.lower > 0
    assert float(exam.gain.lower) <= float(found.refuted[0].gain.upper) * 1.001


def at(**moves):
    """Strategies of the pair, by move."""
    players = {"x": "ann", "y": "bob"}
    return [
        Strategy(m, players.get(m, "ann"), "", {}, value=Enclosure.point(v))
        for m, v in moves.items()
    ]


def test_the_checker_refuses_an_end_where_the_derivative_points_inwards():
    game = pair("x*(1 - x - y)", "y*(1 - x - y)")
    exam = examine(game, {}, at(x=0, y="1/2"))  # ann would choose 1/4
    assert not exam.confirmed
    assert exam.gain.lower <= Fraction(1, 16) <= exam.gain.upper


def test_the_checker_sees_a_deviation_to_the_very_end_of_the_interval():
    # u' = (x - 1/4)(x - 743/1000): a local maximum at 1/4, as good as which is only [0.9895, 1]
    payoff = "x**3/3 - (1/4 + 743/1000)*x**2/2 + x*743/4000"
    game = pair(payoff, "-(y - 1/3)**2")
    exam = examine(game, {}, at(x="1/4", y="1/3"))
    assert not exam.confirmed
    assert exam.gain.upper > 0
    assert values(settled(game)) == [(1, Fraction(1, 3))]


def test_the_sign_at_an_end_is_settled_beyond_floating_point():
    x = sp.Symbol("x", real=True)
    for slope, sign in ((sp.Rational(1, 10**30), False), (-sp.Rational(1, 10**30), True)):
        third = sp.Rational(1, 3)  # the sum hides the slope from doubles
        system = FirstOrder([x], [0], [(x + third) ** 2 / 2 - (third - slope) * x], False)
        root = Isolated(np.zeros(1), np.zeros(1), np.zeros(1), (LOWER,))
        assert refined(system, root).signs is sign


@pytest.mark.parametrize(
    ("strategies", "words"),
    [
        ([("x", "1/3")], "move 'y' needs one strategy"),
        ([("x", "1/3"), ("y", 2)], "outside"),
        ([("x", "1/3"), ("y", "1/3"), ("z", 0)], "no move 'z'"),
    ],
)
def test_the_checker_says_what_is_wrong_with_strategies(strategies, words):
    game = pair("x*(1 - x - y)", "y*(1 - x - y)")
    with pytest.raises(DeclarationError, match=words):
        examine(game, {}, at(**dict(strategies)))


# -- the engine against closed forms ------------------------------------------------------------


def test_a_best_reply_bounds_the_gain_over_all_own_moves_at_once():
    # from (0, 0), no move of one variable gains, both together do
    payoff = X * Y * 3 - X**2 - Y**2 - sp.Rational(1, 100) * (X + Y)
    system = FirstOrder([X, Y], [0, 1], [payoff, payoff], True)
    reply = best_reply(system, [arb(0), arb(0)], [1, 1])
    assert reply.move == (1, 1)
    assert reply.gain.lower <= Fraction(98, 100) <= reply.gain.upper


def test_no_solution_hides_on_a_face_or_in_a_corner_of_boxes():
    for a, b in itertools.product([Fraction(k, 128) for k in (1, 63, 64, 96, 127)], repeat=2):
        payoffs = [-((X - sp.Rational(str(a))) ** 2), -((Y - sp.Rational(str(b))) ** 2)]
        found = explore(FirstOrder([X, Y], [0, 1], payoffs, False))
        assert not found.open.number
        (root,) = found.roots
        assert root.label == (INTERIOR, INTERIOR)
        assert root.point == pytest.approx([float(a), float(b)])


def test_the_number_of_boxes_is_a_limit_and_what_is_left_is_open():
    payoffs = [
        X / (1 + sp.exp(-10 * (Y - 0.5))) - X**2 / 2,
        Y / (1 + sp.exp(-10 * (X - 0.5))) - Y**2 / 2,
    ]
    payoffs = [sp.nsimplify(p) for p in payoffs]
    found = explore(FirstOrder([X, Y], [0, 1], payoffs, False), most=3)
    assert found.open.number
    covered = [
        any((found.open.low[:, k] <= p).all() and (p <= found.open.high[:, k]).all()
            for k in range(found.open.number))
        or any((r.low <= p).all() and (p <= r.high).all() for r in found.roots)
        for p in (0.00718806, 0.5, 0.99281194)
    ]  # fmt: skip
    assert all(covered)


def test_scaling_to_the_unit_box_is_exact():
    form = smooth_form(pair("x*(1 - x - y)", "y*(1 - x - y)", ("1/3", "7/3"), (0, 1)))
    assert form.ends[0] == (Fraction(1, 3), Fraction(7, 3))
    assert form.scaled_back(0, Enclosure.point("1/2")) == Enclosure.point("4/3")


# -- brute force --------------------------------------------------------------------------------


def random_cubics(rng: random.Random):
    """Payoffs of two players, cubic in the own move, with coefficients in tenths."""
    powers = [(i, j) for i in range(1, 4) for j in range(3) if i + j <= 3]
    return [{p: rng.choice([0, *range(-40, 41)]) / 10 for p in powers} for _ in range(2)]


def flat_cubics(rng: random.Random):
    """The same with small whole coefficients: derivatives are often 0 just at an end."""
    rows = [{p: round(c) for p, c in row.items()} for row in random_cubics(rng)]
    return [row if any(row.values()) else row | {(1, 0): 1} for row in rows]


def payoff_text(row, own, other):
    return " + ".join(f"({c})*{own}**{i}*{other}**{j}" for (i, j), c in row.items())


def regret(row, own, other):
    """How much a player gains by its best reply: ends and roots of the quadratic derivative."""
    c = [sum(k * other**j for (i, j), k in row.items() if i == power) for power in range(4)]

    def value(t):
        return c[0] + t * (c[1] + t * (c[2] + t * c[3]))

    best = np.maximum(value(0.0 * own), value(0.0 * own + 1))
    with np.errstate(all="ignore"):
        inside = np.sqrt(4 * c[2] ** 2 - 12 * c[1] * c[3] + 0.0 * own)
        roots = [(-2 * c[2] + s * inside) / (6 * c[3]) for s in (-1, 1)] + [-c[1] / (2 * c[2])]
        for root in roots:
            usable = np.isfinite(root) & (root >= 0) & (root <= 1)
            best = np.where(usable, np.maximum(best, value(np.where(usable, root, 0.0))), best)
    return best - value(own)


def brute_force(rows):
    """Zoom into every dip of the largest regret on a grid; return where it falls to 0."""

    def worst(x, y):
        return np.maximum(regret(rows[0], x, y), regret(rows[1], y, x))

    n = 61
    line = np.linspace(0, 1, n)
    grid = worst(*np.meshgrid(line, line, indexing="ij"))
    padded = np.pad(grid, 1, constant_values=np.inf)
    around = [
        padded[1 + a : n + 1 + a, 1 + b : n + 1 + b]
        for a, b in itertools.product((-1, 0, 1), repeat=2)
    ]
    found = []
    for i, j in zip(*np.nonzero((grid <= np.min(around, axis=0)) & (grid < 0.5)), strict=True):
        point, reach = np.array([line[i], line[j]]), 1.5 / n
        for _ in range(22):
            axes = [np.clip(p + np.linspace(-reach, reach, 13), 0, 1) for p in point]
            values_ = worst(*np.meshgrid(*axes, indexing="ij"))
            k = np.unravel_index(np.argmin(values_), values_.shape)
            point, reach = np.array([axes[0][k[0]], axes[1][k[1]]]), reach / 2.5
        if float(worst(*point)) < 1e-10:
            found.append(point)
    return found


def on_continuum(found, point):
    """Whether a point lies on a continuum between two of its ends."""
    at = {sp.Symbol(name): value for name, value in zip("xy", point, strict=True)}
    for component in found.components:
        held = [
            all(
                abs(sp.sympify(f"{left} - ({right})").subs(at)) < 1e-4
                for left, right in (c.split("==") for c in text.split(", ") if "==" in c)
            )
            for text in component.points.split(" or ")
        ]
        for span in component.subsets:
            ends = [np.array([float(s.value.lower) for s in found[n].strategies]) for n in span]
            low, high = np.minimum(*ends) - 1e-3, np.maximum(*ends) + 1e-3
            if any(held) and (low <= point).all() and (point <= high).all():
                return True
    return False


def agrees_with_brute_force(rows):
    game = pair(payoff_text(rows[0], "x", "y"), payoff_text(rows[1], "y", "x"))
    found = solve(game)
    points = [np.array([float(v) for v in e]) for e in values(found)]
    for x, y in points:
        assert regret(rows[0], np.float64(x), np.float64(y)) < 1e-9, (rows, x, y)
        assert regret(rows[1], np.float64(y), np.float64(x)) < 1e-9, (rows, x, y)
    for point in brute_force(rows):
        near = any(np.abs(point - p).max() < 1e-3 for p in points) or on_continuum(found, point)
        assert near or not found.complete, (rows, point, found.unresolved)
    return found.complete


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.sampled_from([random_cubics, flat_cubics]))
def test_random_cubic_games_lose_no_equilibrium_that_a_brute_force_finds(seed, draw):
    agrees_with_brute_force(draw(random.Random(seed)))


@pytest.mark.long
@pytest.mark.parametrize(("draw", "least"), [(random_cubics, 490), (flat_cubics, 400)])
def test_many_random_cubic_games_lose_no_equilibrium_and_few_are_open(draw, least):
    complete = sum(agrees_with_brute_force(draw(random.Random(seed))) for seed in range(500))
    assert complete > least


# -- what a second reader found -------------------------------------------------------------------


def alone(payoff, ends=(0, 1)):
    return Game("alone", [Player("ann")], [Move("x", "ann", ends)], {"ann": payoff})


def examined(game, low, high):
    claimed = Strategy("x", "ann", "", {}, value=Enclosure(Fraction(low), Fraction(high)))
    return examine(game, game.values(), [claimed])


@pytest.mark.parametrize("scale", ["10**80", "1", "1/10**80"])
def test_the_checker_proves_existence_whatever_the_scale_and_never_with_a_singular_inverse(scale):
    # the maximiser is log(2): a false enclosure is not confirmed, the true one is
    game = alone(f"{scale}*(x - exp(x)/2)")
    wrong = examined(game, Fraction(1, 8), Fraction(1, 8) + Fraction(1, 2**100))
    assert not wrong.confirmed and wrong.gain.lower > 0
    (true,) = settled(game)
    assert true.strategies[0].value.value == pytest.approx(float(np.log(2)))


def test_the_checker_does_not_take_an_enclosure_for_a_point():
    # [0, 1] holds one first-order point of x**2 - x: 1/2, the minimum
    assert not examined(alone("x**2 - x"), 0, 1).confirmed
    half, near = Fraction(1, 2), Fraction(1, 10**25)
    assert examined(alone("x - x**2"), half - near, half + near).confirmed
    assert not examined(alone("x**2 - x"), half - near, half + near).confirmed


def test_the_checker_encloses_exponentials_of_large_numbers_without_writing_them_out():
    (found,) = settled(alone("exp(-10**9*x) - x/1000 + x**2/10"))
    assert found.strategies[0].value == Enclosure.point(0)
    tiny = enclosed(sp.exp(symbol("x")), {"x": Enclosure.point(-(10**30))})
    assert 0 <= tiny.lower < tiny.upper < Fraction(1, 10**1000)
    with pytest.raises(DeclarationError, match="too large"):
        enclosed(sp.exp(symbol("x")), {"x": Enclosure.point(10**30)})


def test_an_unbounded_total_surplus_has_no_first_best():
    with pytest.raises(StructureError, match="could not be bounded"):
        first_best(alone("x**(-1/2) - x"))


def test_ends_with_long_fractions_stay_exact():
    end = Fraction(1, 3**300)
    (found,) = settled(alone("x", (0, end)))
    assert found.strategies[0].value == Enclosure.point(end)


def test_a_large_constant_or_another_rich_party_does_not_hide_a_gain_from_the_checker():
    # 1/2 is the minimum of x**2 - x
    low, high = Fraction(1, 4), Fraction(3, 4)
    assert not examined(alone("x**2 - x + 10**30"), low, high).confirmed
    moves = [Move("x", "ann", (0, 1)), Move("y", "bob", (0, 1))]
    payoffs = {"ann": "x**2 - x", "bob": "10**30*(1 - (y - 1/2)**2)"}
    game = Game("pair", [Player("ann"), Player("bob")], moves, payoffs)
    values = Enclosure(low, high), Enclosure.point("1/2")
    claimed = [
        Strategy(m.name, m.player, "", {}, value=v) for m, v in zip(moves, values, strict=True)
    ]
    assert not examine(game, game.values(), claimed).confirmed


def test_probabilities_as_moves_have_the_mixed_equilibrium_in_which_all_moves_tie():
    # chicken: each is indifferent at 1/3 between everything, and the corners are equilibria too
    chicken = pair("x*(1/3 - y)", "y*(1/3 - x)")
    third = Fraction(1, 3)
    assert set(values(settled(chicken))) == {(0, 1), (third, third), (1, 0)}
    pennies = pair("(2*x - 1)*(2*y - 1)", "-(2*x - 1)*(2*y - 1)")
    assert values(settled(pennies)) == [(Fraction(1, 2), Fraction(1, 2))]


def test_numbers_beyond_doubles_are_written_and_never_end_in_an_error():
    assert values(settled(alone("x - x**2", (0, Fraction("1e400"))))) == [(Fraction(1, 2),)]
    found = solve(alone("x - x**2 - exp(-x)", (0, Fraction("1e400"))))
    assert not found.complete and "e+400" in found.unresolved[0]
    steep = Game(
        "steep", [Player("ann")], [Move("x", "ann", (0, 1))], {"ann": "c*x"},
        parameters=[Parameter("c", "1e400")],
    )  # fmt: skip
    assert "gains at least 5.00e+399" in examined(steep, "1/2", "1/2").doubt
    assert "certified" in as_text(solve_page(steep, settled(steep)))


def test_a_proof_that_there_is_none_says_that_it_is_about_pure_strategies():
    matching = pair("(x - y)**2", "-((x - y)**2)")
    text = as_text(solve_page(matching, settled(matching)))
    assert "no equilibrium found; there is none in pure strategies" in text
