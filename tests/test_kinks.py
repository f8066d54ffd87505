"""Kinks in continuous games: economic cases, corners, continua, jumps, and what makes no sense."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb

from pigou.check import examine
from pigou.errors import DeclarationError, PigouError, StructureError
from pigou.exact import Enclosure
from pigou.expression import If
from pigou.game import Chance, Game, Move, Parameter, Player
from pigou.solvers.branch_and_prune import explore
from pigou.solvers.deviation import best_reply, maximum
from pigou.solvers.first_order import INTERIOR, LOWER, Boxes, FirstOrder
from pigou.solvers.kinks import Pick, Switch
from pigou.solvers.outdone import Outdone
from pigou.solvers.smooth_form import smooth_form
from pigou.solvers.smooth_games import smooth_equilibria, smooth_optimum
from pigou.solvers.switching import Switching
from pigou.solvers.tape import Tape
from pigou.solving import solve

X, Y, S = sp.symbols("x y s", real=True)


def pair(a, b, x=(0, 1), y=(0, 1), **more):
    """Two players with one continuous move each."""
    moves = [Move("x", "ann", x), Move("y", "bob", y)]
    return Game("pair", [Player("ann"), Player("bob")], moves, {"ann": a, "bob": b}, **more)


def found_in(game, at=None):
    return smooth_equilibria(smooth_form(game, at))


def settled(game, at=None):
    """The equilibria, exactly; all proved, and nothing left open."""
    found = found_in(game, at)
    assert not found.unresolved, found.unresolved
    assert all(e.is_proved for e in found.equilibria)
    return sorted(tuple(v.lower if v.is_exact else v.value for v in e.values)
                  for e in found.equilibria)  # fmt: skip


# -- economic cases -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("installed", "incumbent"),
    [(0, "7/3"), (1, "7/3"), ("7/3", "7/3"), (3, 3), ("13/3", "13/3"), (6, "13/3")],
)
def test_sunk_capacity_is_credible_between_t_and_v_as_in_dixit_1980(installed, incumbent):
    # O32: marginal cost 0 up to the capacity k and r = 3 beyond; T = (A - r)/3, V = (A + r)/3
    game = pair("x*(10 - x - y) - 3*max(x - k, 0)", "y*(10 - x - y) - 3*y", (0, 10), (0, 10),
                parameters=[Parameter("k", 0)])  # fmt: skip
    q = Fraction(incumbent)
    assert settled(game, {"k": installed}) == [(q, (7 - q) / 2)]


def test_an_outside_option_that_binds_takes_the_incentive_to_invest():
    # Nash bargaining over 4 x + y: half each, or the supplier's outside option w
    game = pair("max((4*x + y)/2, w) - x**2", "(4*x + y) - max((4*x + y)/2, w) - y**2",
                (0, 2), (0, 2), parameters=[Parameter("w", 1)])  # fmt: skip
    # not binding: x = 1, y = 1/4; the surplus is 17/4, and 17/8 - 1 = 9/8 has to beat w
    assert settled(game, {"w": 1}) == [(1, Fraction(1, 4))]
    # binding: the supplier invests 0, the lead firm gets the margin: y = 1/2
    assert settled(game, {"w": 2}) == [(0, Fraction(1, 2))]


def test_exit_leaves_the_rival_a_monopoly_where_fixed_costs_are_not_earned():
    payoff = "max({0}*(3 - {0} - {1}) - f, 0) - {0}/1000"
    game = pair(payoff.format("x", "y"), payoff.format("y", "x"), (0, 2), (0, 2),
                parameters=[Parameter("f", "1/2")])  # fmt: skip
    both = Fraction(3 - Fraction(1, 1000)) / 3
    assert settled(game, {"f": "1/2"}) == [(both, both)]
    alone = Fraction(3 - Fraction(1, 1000)) / 2
    assert settled(game, {"f": 2}) == [(0, alone), (alone, 0)]
    assert settled(game, {"f": 3}) == [(0, 0)]


def test_a_kinked_demand_holds_the_price_for_a_range_of_costs_as_in_sweezy_1939():
    # demand 4 - p below the customary price 2, 8 - 3 p above it: marginal revenue jumps from
    # 4/3 to 0 at quantity 2
    game = Game("kinked demand", [Player("ann")], [Move("p", "ann", (0, "8/3"))],
                {"ann": "(p - c)*min(4 - p, 8 - 3*p)"},
                parameters=[Parameter("c", 1)])  # fmt: skip
    for cost, price in ((0, 2), (1, 2), ("5/4", 2), ("4/3", 2), ("3/2", "25/12"), (2, "7/3")):
        assert settled(game, {"c": cost}) == [(Fraction(price),)]


def test_location_with_a_linear_cost_of_distance_has_its_optimum_at_the_kink():
    game = pair("-abs(x - 1/3) - (x - y)**2/10", "-abs(y - x)/2 - (y - 3/4)**2/4")
    assert settled(game) == [(Fraction(1, 3), Fraction(1, 3))]
    # with a steeper quadratic part the second player moves off the kink: 2 (3/4 - y) = 1/2
    game = pair("-abs(x - 1/3)", "-abs(y - x)/2 - (y - 3/4)**2")
    assert settled(game) == [(Fraction(1, 3), Fraction(1, 2))]


def test_catching_and_fleeing_by_distance_has_no_pure_equilibrium():
    game = pair("-abs(x - y)", "abs(x - y)")
    assert settled(game) == []
    assert solve(game).complete
    assert len(solve(game)) == 0


def test_the_least_effort_makes_a_continuum_which_is_proved_and_said():
    found = found_in(pair("2*min(x, y) - x", "2*min(x, y) - y", (0, 3), (0, 3)))
    assert [tuple(v.lower for v in e.values) for e in found.equilibria] == [(3, 3), (0, 0)]
    (one,) = found.unresolved
    assert one.continuum is not None
    assert "a continuum: every profile on y = x is an equilibrium" in one.why


@pytest.mark.parametrize(
    ("payoff", "high", "ends", "words"),
    [
        ("2*min(x, y) - {0}", 3, {(0, 0), (3, 3)}, "y = x"),
        ("max(min(x + y, 1), 0) - {0}/2 - {0}**2/10", 1, {(0, 1), (1, 0)}, "x + y = 1"),
    ],
)
def test_a_segment_between_two_listed_equilibria_is_a_component_and_nothing_is_open(
    payoff, high, ends, words
):
    game = pair(payoff.format("x"), payoff.format("y"), (0, high), (0, high))
    answer = solve(game)
    assert answer.complete, answer.unresolved
    (component,) = answer.components
    assert component.subsets == (("E1", "E2"),)
    assert (component.dimension, component.points) == (1, words)
    assert {tuple(s.value.lower for s in e.strategies) for e in answer} == ends
    first, last = ([s.value.lower for s in e.strategies] for e in answer)
    for step in range(1, 8):  # the checker agrees inside, and just outside it does not
        x, y = (a + (b - a) * Fraction(step, 8) for a, b in zip(first, last, strict=True))
        for aside, confirmed in ((0, True), (Fraction(1, 1000), False)):
            played = [
                replace(s, value=Enclosure.point(v))
                for s, v in zip(answer["E1"].strategies, (x, y + aside), strict=True)
            ]
            assert examine(game, {}, played).confirmed == confirmed


@pytest.mark.long
def test_two_segments_of_one_kink_are_not_joined_over_the_gap_between_them():
    # a marginal gain of 1 + (y - 1/2)**2 - 1/16 is less than the marginal cost, 1, about y = 1/2
    gain = "(15/16 + ({} - 1/2)**2)*min(x, y) - {}"
    game = pair(gain.format("y", "x"), gain.format("x", "y"))
    assert not solve(game).components
    segments = [one.box[0] for one in found_in(game).unresolved if one.continuum is not None]
    assert len(segments) == 2
    assert all(one.upper <= Fraction(1, 4) or one.lower >= Fraction(3, 4) for one in segments)


def test_a_segment_whose_ends_are_not_listed_stays_open():
    answer = solve(pair("2*min(x, y) - 2*x**2", "2*min(x, y) - y**2"))
    assert not answer.complete
    assert not answer.components


def test_the_least_effort_has_no_continuum_where_effort_costs_too_much():
    assert settled(pair("2*min(x, y) - 3*x", "2*min(x, y) - y")) == [(0, 0)]


@pytest.mark.long
def test_a_continuum_ends_where_a_marginal_cost_exceeds_the_gain():
    found = found_in(pair("2*min(x, y) - 2*x**2", "2*min(x, y) - y**2"))
    segments = [u for u in found.unresolved if u.continuum is not None]
    (segment,) = segments
    low, high = segment.box[0].lower, segment.box[0].upper
    assert low == 0
    assert Fraction(7, 16) < high <= Fraction(1, 2)  # 4 x <= 2


@pytest.mark.long
def test_a_firm_that_has_left_may_do_anything_and_the_rest_is_bounded():
    found = found_in(pair("max(x*(3 - x - y) - 2, 0)", "y*(3 - x - y)", (0, 2), (0, 2)))
    assert found.unresolved
    assert all(u.gain < 1 / 3 for u in found.unresolved)
    for x in np.linspace(0, 2, 11):  # y = (3 - x)/2 for every x
        held = [
            u
            for u in found.unresolved
            if all(v.lower <= t <= v.upper for v, t in zip(u.box, (x, (3 - x) / 2), strict=True))
        ]
        assert held or x in (0, 2)  # fmt: skip


def test_three_firms_with_capacities_of_their_own():
    payoffs = {f"f{k}": f"q{k}*(10 - q0 - q1 - q2) - 3*max(q{k} - {size}, 0)"
               for k, size in enumerate((0, 2, 4))}  # fmt: skip
    moves = [Move(f"q{k}", f"f{k}", (0, 10)) for k in range(3)]
    game = Game("capacities", [Player(p) for p in payoffs], moves, payoffs)
    # 7 - Q = q0, at the kink q1 = 2, and 10 - Q = q2
    assert settled(game) == [(Fraction(2, 3), 2, Fraction(11, 3))]


def test_a_threshold_makes_every_division_of_the_cost_an_equilibrium():
    payoff = "max(min(x + y, 1), 0) - {0}/2 - {0}**2/10"
    found = found_in(pair(payoff.format("x"), payoff.format("y")))
    assert [u.why for u in found.unresolved] == [
        "a continuum: every profile on x + y = 1 is an equilibrium"
    ]
    ends = {tuple(v.lower for v in e.values) for e in found.equilibria}
    assert ends == {(0, 1), (1, 0)}


def test_a_choice_next_to_moves_with_kinks_is_solved():
    moves = [Move("q", "ann", (0, 10)), Move("z", "bob", (0, 10)),
             Move("install", "ann", {"no": 0, "yes": 1})]  # fmt: skip
    payoffs = {"ann": "q*(10 - q - z) - 3*max(q - 4*install, 0) - cost*install",
               "bob": "z*(10 - q - z) - 3*z"}  # fmt: skip
    game = Game("installing", [Player("ann"), Player("bob")], moves, payoffs,
                parameters=[Parameter("cost", 11)])  # fmt: skip
    # against z = 7/3, installing 4 earns at most 4*(10 - 4 - 7/3) = 44/3 instead of 49/9
    dear, cheap = (solve(game, {"cost": cost}) for cost in (11, 5))
    assert dear.complete and cheap.complete
    (one,) = dear
    assert [s.value.lower for s in one.strategies if s.value is not None] == [Fraction(7, 3)] * 2
    (two,) = cheap
    assert [s.value.lower for s in two.strategies if s.value is not None] == [4, Fraction(3, 2)]


# -- where equilibria may hide ------------------------------------------------------------------


def test_a_convex_kink_asks_for_one_of_the_one_sided_conditions_not_both():
    # ann's payoff is the larger of two hills; the kink runs between them
    game = pair("max(1/5 - (x - 1/4)**2, y/3 - (x - 3/4)**2)", "-(y - c)**2",
                parameters=[Parameter("c", "1/2")])  # fmt: skip
    assert settled(game, {"c": "1/2"}) == [(Fraction(1, 4), Fraction(1, 2))]
    assert settled(game, {"c": "2/3"}) == [(Fraction(3, 4), Fraction(2, 3))]
    assert settled(game, {"c": "3/5"}) == [(Fraction(1, 4), Fraction(3, 5)),
                                           (Fraction(3, 4), Fraction(3, 5))]  # fmt: skip


@pytest.mark.parametrize("slope", ["1/2", "1", "3/2", "2", "5/2"])
def test_an_equilibrium_at_a_kink_is_found_up_to_the_ends_of_its_multiplier(slope):
    # ann at x = y as long as 0 <= slope <= 2: at the ends a one-sided derivative is just 0
    game = pair(f"{slope}*x - 2*max(x - y, 0) - (x - 1/2)**2/100", "-(y - 1/2)**2")
    s = Fraction(slope)
    assert settled(game) == [(Fraction(1, 2) if s <= 2 else 1, Fraction(1, 2))]


def test_two_kinks_that_meet_at_the_equilibrium_are_settled():
    game = pair("-abs(x - 1/3) - abs(y - 1/3)*x", "-abs(y - 1/3) - abs(x - 1/3)*y/3")
    assert settled(game) == [(Fraction(1, 3), Fraction(1, 3))]
    both = pair("-abs(x - y/2 - 1/4) - x*y/9", "-abs(y - x/3 - 1/3) - x*y/9")
    assert settled(both) == [(Fraction(1, 2), Fraction(1, 2))]


def test_several_moves_share_the_multiplier_of_a_kink():
    # max of a + b - 2 max(a + b - 1, 0) - a**2 - 2 b**2: on a + b = 1, a = 2/3
    moves = [Move("a", "ann", (0, 1)), Move("b", "ann", (0, 1))]
    payoff = "2*(a + b) - 2*max(a + b - 1, 0) - a**2 - 2*b**2"
    game = Game("both", [Player("ann")], moves, {"ann": payoff})
    assert settled(game) == [(Fraction(2, 3), Fraction(1, 3))]


def test_nested_kinks_and_median_like_payoffs():
    # the middle of x, 1/3 and y: -(median - 1/2)**2 is flat for ann where she is not the middle
    game = pair("-abs(max(min(x, 2/3), y) - 1/2) - x/100", "-(y - 1/4)**2")
    assert settled(game) == [(Fraction(1, 2), Fraction(1, 4))]
    three = pair("min(x, 1 - x, y) - x/100", "-(y - c)**2", parameters=[Parameter("c", "1/4")])
    assert settled(three) == [(Fraction(1, 4), Fraction(1, 4))]
    assert settled(three, {"c": "3/4"}) == [(Fraction(1, 2), Fraction(3, 4))]


def test_a_condition_whose_branches_meet_is_a_kink():
    tax = "x - if(x <= 1/2, x/4, 1/8 + 3*(x - 1/2)/4) - x**2/2"  # a bracket at 1/2
    game = pair(tax, "-(y - x)**2")
    # net marginal wage 3/4 - x below, 1/4 - x above: bunching at the bracket
    assert settled(game) == [(Fraction(1, 2), Fraction(1, 2))]


def test_a_kink_that_is_not_linear_and_irrational_equilibria():
    game = pair("-abs(x**2 - y)", "-(y - 1/2)**2")
    (point,) = settled(game)
    assert point == (pytest.approx(0.5**0.5, abs=1e-14), Fraction(1, 2))
    found = found_in(game)
    assert found.equilibria[0].values[0].width < Fraction(1, 10**50)


def test_chance_moves_the_kink_and_is_averaged_out():
    # newsvendor: price 4, cost 1, demand 1 or 3 with 1/4 and 3/4: the critical ratio is 3/4
    chance = [Chance("d", {"low": (1, "p"), "high": (3, "1 - p")})]
    game = Game("newsvendor", [Player("ann")], [Move("x", "ann", (0, 5))],
                {"ann": "4*min(x, d) - x"}, parameters=[Parameter("p", "1/4")],
                chance=chance)  # fmt: skip
    assert settled(game, {"p": "1/2"}) == [(3,)]
    assert settled(game, {"p": "4/5"}) == [(1,)]


def test_the_planner_sees_kinks_too():
    game = pair("x - max(x + y - 1, 0)*3 - x**2/8", "y - y**2/8")
    best = smooth_optimum(smooth_form(game))
    assert best.value == Enclosure.point(1 - Fraction(1, 16))
    assert best.points == ((Enclosure.point("1/2"), Enclosure.point("1/2")),)


# -- the engine ---------------------------------------------------------------------------------


def test_a_best_reply_at_a_kink_is_proved_and_a_worse_one_refuted():
    switch = Switch(S, X - sp.Rational(1, 3), "ann")
    payoff = X - 2 * Pick(S, X - sp.Rational(1, 3), 0)
    system = FirstOrder([X], [0], [payoff], True, [switch], [[0]])
    best = best_reply(system, [arb(1) / 3, arb(1) / 2], [INTERIOR, INTERIOR])
    assert best.is_best
    worse = best_reply(system, [arb(0), arb(0)], [LOWER, LOWER])
    assert worse.gain.lower == pytest.approx(Fraction(1, 3), abs=1e-6)
    optimum = maximum(system)
    assert (optimum.value, optimum.points) == (Enclosure.point("1/3"), ((Enclosure.point("1/3"),),))


def test_values_of_a_pick_stay_between_its_branches_and_the_other_need_not_be_defined():
    tape = Tape([Pick(S, sp.sqrt(X), X - 5)], [X, S])
    low, high, left = tape.intervals(np.array([[-1.0, 1, 1, -1], [0, 0, 1, 0]]),
                                     np.array([[1.0, 4, 4, 1], [0, 1, 1, 1]]))  # fmt: skip
    assert left.tolist() == [False, False, False, True]
    assert [(a, b) for a, b in zip(low[0], high[0], strict=True)][:2] == [
        (-6, -4),
        (-4, high[0, 1]),
    ]
    assert 2 <= high[0, 1] < 2.001
    assert low[0, 2] == 1


def test_a_switch_between_is_dropped_at_a_convex_kink_only():
    for sign, number in ((1, 0), (-1, 1)):
        switch = Switch(S, X - sp.Rational(1, 3), "ann")
        payoff = sign * 2 * Pick(S, X - sp.Rational(1, 3), 0) - sign * X
        found = explore(FirstOrder([X], [0], [payoff], False, [switch], [[0]]))
        assert not found.open.number
        assert sum(root.label[1] == INTERIOR for root in found.roots) == number


def test_second_derivatives_do_not_hide_a_maximum_at_a_kink():
    # convex on both sides of the kink, at which it has its maximum
    game = pair("(x - 1/2)**2/2 - abs(x - 1/2)", "-(y - 1/2)**2")
    assert settled(game) == [(Fraction(1, 2), Fraction(1, 2))]


def test_a_branch_that_is_not_taken_attains_nothing():
    # the first branch of min(8 x, 2 - x) rises to 8, which is never earned; the best is 16/9
    switch = Switch(S, 2 - 9 * X, "ann")
    system = FirstOrder([X], [0], [Pick(S, 8 * X, 2 - X)], True, [switch], [[0]])
    found = explore(system)
    assert found.floor <= 16 / 9
    assert maximum(system).value == Enclosure.point("16/9")
    far = best_reply(system, [arb(1), arb(0)], [INTERIOR, LOWER])
    assert far.gain.lower == pytest.approx(Fraction(7, 9), abs=1e-6)


def test_a_better_move_against_a_whole_box_is_seen_and_none_is_invented():
    outdone = Outdone(smooth_form(pair("-abs(x - y)", "y - y**2")))
    low = np.array([[0.0, 0.4, 0.45], [0.5, 0.5, 0.5], [0, 0, 0]])
    high = np.array([[0.2, 0.6, 0.55], [0.6, 0.6, 0.55], [1, 1, 1]])
    assert outdone(Boxes(low, high, np.zeros((3, 3), dtype=np.int8))).tolist() == [
        True,
        False,
        False,
    ]


def test_one_kink_has_one_switch_whatever_its_sign_and_size():
    switching = Switching([X, Y], "ann", "payoff", lambda f: f)
    formula = switching.smooth(sp.Max(2 * X, 2 * Y) + sp.Abs(Y - X) - sp.Min(X, Y))
    assert len(switching.switches) == 1
    (switch,) = switching.switches
    branch = {switch.symbol: sp.Integer(1)}
    one = formula.xreplace(branch).replace(Pick, lambda *args: Pick(*args))
    sign = 1 if switch.kink == X - Y else -1
    assert sp.expand(one - (3 * X - 2 * Y if sign == 1 else 3 * Y - 2 * X)) == 0


# -- jumps --------------------------------------------------------------------------------------

MEET = [
    "if(x > y, x - y, y - x)",
    "if(x > 1/2 and y > 1/2, (x - 1/2)*(y - 1/2), 0)",
    "if(not x*y > 1/4, exp(x)*x*y, exp(x)/4)",
    "if(x + exp(y) > 2, x, 2 - exp(y))",
    "if(x == y, 0, (x - y)**2)",
    "if(x > 2, 7, x)",
    "if(max(x, y) > 1/2, max(x, y), 1/2)",
    "if(max(x, 1/2) > 3/4, 3/2 - x, x)",  # the inner kink is in no branch
]
PART = [
    "if(x > y, 1, 0)",
    "if(x > 1/2 and y > 1/2, x - 1/2, 0)",
    "if(x*y > 1/4, x*y, 1/3)",
    "if(x == y, 1, 0)",
    "(x != 1/3)*1",
    "if(exp(x) > 3/2 + y, x, y)",
    "max(x, 1/2) + if(max(x, 1/2) > 1/2, 3/2 - x, 1)",
]  # the last: 1/2 = 1/2 for all x < 1/2


@pytest.mark.parametrize("text", MEET)
def test_branches_that_meet_are_told_from_jumps(text):
    found = found_in(pair(f"{text} - 2*x**2 + x", "-(y - 1/3)**2"))
    assert found.equilibria or found.refuted or found.unresolved


@pytest.mark.parametrize("text", PART)
def test_a_jump_is_refused_with_the_payoff_and_the_condition(text):
    with pytest.raises(StructureError, match=r"payoff of 'bob' jumps .* where '.*' changes"):
        solve(pair("-(x - 1/3)**2", f"{text} - y**2"))


def test_the_message_names_the_condition_in_the_units_of_the_game():
    with pytest.raises(StructureError, match="where 'x > y' changes"):
        solve(pair("if(x > y, 1, 0) - x", "y - y**2", (0, 3), (1, 4)))


def test_a_jump_of_total_surplus_does_not_stop_the_players():
    assert If(X > Y, 1, 1) == 1
    found = solve(pair("x*(1 - x - y)", "y*(1 - x - y)"))
    assert found.complete


# -- what makes no sense ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payoff", "more", "words"),
    [
        ("x*sqrt(top - 1)", {}, "not a finite real"),
        ("x/top", {}, "not a finite real"),
        ("log(top)*x", {}, "not a finite real"),
        ("y", {}, "does not depend on its continuous move 'x'"),
        ("max(y, 0)", {}, "does not depend on its continuous move 'x'"),
        ("max(x - 2, y)", {}, "does not depend on its continuous move 'x'"),
    ],
)
def test_payoffs_that_make_no_sense_are_refused(payoff, more, words):
    game = pair(payoff, "y - y**2", parameters=[Parameter("top", 0)], **more)
    with pytest.raises((DeclarationError, StructureError), match=words):
        solve(game)


@pytest.mark.parametrize(
    "payoff",
    ["1/(x - 1/3) - x", "log(x - 1/2)", "sqrt(x - 1/2) - x", "x**(-1/2) - x", "x/(x - y) - x**2",
     pytest.param("max(1/(x - 1/2), y)", marks=pytest.mark.long),
     pytest.param("log(max(x - 1/2, y - 1)) - x", marks=pytest.mark.long)],
)  # fmt: skip
def test_poles_and_roots_of_negative_numbers_never_pass_for_settled(payoff):
    found = solve(pair(payoff, "-(y - 1/2)**2"))
    assert not found.complete
    assert found.unresolved


def test_an_unbounded_interval_is_refused_when_it_is_declared():
    with pytest.raises(PigouError, match=r"interval|finite|rational"):
        solve(pair("x - x**2", "y - y**2", (0, sp.oo)))
