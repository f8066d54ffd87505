"""The logistic function: recognised, enclosed in its exact range, the same in files and pages."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx
from hypothesis import given, settings, strategies as st

from pigou.equilibrium import Grade
from pigou.errors import ExpressionError
from pigou.expression import read_expression, symbol, write_expression
from pigou.game import Game, Move, Player
from pigou.gamefile import read_game
from pigou.gamewriter import write_game
from pigou.notation import latex
from pigou.solvers.intervals import logistic
from pigou.solvers.logistic import Logistic, with_logistic
from pigou.solvers.tape import Tape
from pigou.solving import solve

X, Y = sp.symbols("x y", real=True)


def written_out(formula):
    """The same formula with exp, by the definitions."""

    def plain(u, order):
        t = sp.Dummy(real=True)
        return sp.diff(1 / (1 + sp.exp(-t)), t, int(order)).subs(t, u)

    return formula.replace(Logistic, plain)


# -- recognised ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "exps"),
    [
        (X / (1 + sp.exp(5 - 10 * Y)), 0),
        (sp.exp(X) / (1 + sp.exp(X)), 0),
        (sp.exp(X) / (sp.exp(X) + sp.exp(Y)), 0),
        (sp.exp(Y) / (sp.exp(X) + sp.exp(Y)), 0),
        (sp.exp(3 * X + 1) / (2 + sp.exp(3 * X)), 0),
        (1 / (2 + 3 * sp.exp(-X)) ** 2, 0),
        (sp.exp(-X) / (1 + sp.exp(-X)) ** 2, 0),
        (1 / sp.sqrt(1 + sp.exp(X)), 0),
        (1 / (1 + 1 / (1 + sp.exp(X * Y))), 0),
        (1 / (1 - sp.exp(X + 2)), 1),  # a pole
        (1 / (1 + sp.exp(X) + sp.exp(Y)), 2),
        ((1 + sp.exp(X)) ** 2, 1),
        (X * sp.exp(X) / (1 + X), 1),
    ],
)
def test_it_is_recognised_and_nothing_else_is(formula, exps):
    found = with_logistic(formula)
    assert len(found.atoms(sp.exp)) == exps
    assert found.has(Logistic) == (exps == 0)
    for x, y in ((0.3, -0.7), (-1.1, 0.4)):
        at = {X: x, Y: y}
        assert float(written_out(found).subs(at)) == pytest.approx(float(formula.subs(at)))


@pytest.mark.parametrize("order", [0, 1, 2])
def test_its_derivatives_are_right(order):
    slope = sp.diff(Logistic(3 * X - Y, sp.Integer(order)), X)
    difference = written_out(slope) - sp.diff(written_out(Logistic(3 * X - Y, order)), X)
    assert sp.simplify(difference) == 0


# -- enclosed -----------------------------------------------------------------------------------


def exactly(order, u):
    """The function at a fraction or double, in balls of 200 bits, by its definition with exp."""
    ctx.prec = 200
    try:
        e = (-abs(arb(u))).exp()
        if order == 0:
            return 1 / (1 + e) if u >= 0 else e / (1 + e)
        if order == 1:
            return e / (1 + e) ** 2
        return (-1 if u > 0 else 1) * e * (1 - e) / (1 + e) ** 3
    finally:
        ctx.prec = 53


doubles = st.floats(-800, 800) | st.floats(-3, 3) | st.sampled_from([-1e300, -1e-300, 0.0, 1e300])


@settings(max_examples=300)
@given(doubles, doubles, st.floats(0, 1), st.sampled_from([0, 1, 2]))
def test_enclosures_hold_every_value(a, b, part, order):
    low, high = min(a, b), max(a, b)
    inside = min(max(low + part * (high - low), low), high)
    ends = logistic((np.array([low]), np.array([high])), order)
    for u in (low, inside, high):
        value = exactly(order, u)
        assert arb(float(ends[0][0])) <= value.upper()
        assert value.lower() <= arb(float(ends[1][0]))


@pytest.mark.parametrize("order", [0, 1, 2])
def test_enclosures_are_tight(order):
    line = np.linspace(-12, 12, 49)
    low, high = (end.ravel() for end in np.meshgrid(line, line))
    low, high = low[low < high], high[low < high]
    ends = logistic((low, high), order)
    grid = low + np.linspace(0, 1, 4001)[:, None] * (high - low)
    values = Tape([Logistic(X, sp.Integer(order))], [X]).floats(grid.reshape(1, -1))
    values = values.reshape(grid.shape)
    assert np.allclose(values.min(axis=0), ends[0], rtol=0, atol=1e-6)
    assert np.allclose(values.max(axis=0), ends[1], rtol=0, atol=1e-6)


def test_its_ranges_on_the_whole_line_are_exact():
    line = np.array([-np.inf]), np.array([np.inf])
    assert [float(end[0]) for end in logistic(line, 0)] == [0, 1]
    assert [float(end[0]) for end in logistic(line, 1)] == [0, 0.25]
    low, high = (float(end[0]) for end in logistic(line, 2))
    assert -low == high
    assert 0 <= high - 1 / (6 * 3**0.5) < 1e-16


def test_the_extrema_of_the_second_derivative_are_where_they_are_taken_to_be():
    from pigou.solvers import intervals

    ctx.prec = 100
    try:
        where = (2 + arb(3).sqrt()).log()
        assert arb(intervals._CURVE_LOW) < where < arb(intervals._CURVE_HIGH)
        assert 1 / (6 * arb(3).sqrt()) < arb(intervals._CURVE_MOST)
    finally:
        ctx.prec = 53


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("centre", [-2000, -3, 0, Fraction(1, 7), 1.3, 40, 2000])
def test_balls_hold_the_values_and_floats_agree(order, centre):
    tape = Tape([Logistic(X, sp.Integer(order))], [X])
    for radius in (0, 1e-3, 2):
        (found,) = tape.balls([arb(float(centre), radius)])
        assert found.is_finite()
        for u in (float(centre) - radius, float(centre), float(centre) + radius):
            assert found.overlaps(exactly(order, u))
    (value,) = tape.floats(np.array([[float(centre)]]))[0]
    assert value == pytest.approx(float(exactly(order, float(centre))), rel=1e-13, abs=1e-300)


# -- in the language ----------------------------------------------------------------------------


def test_it_reads_as_what_it_stands_for_and_writes_back():
    found = read_expression("b*logistic(10*(y - 1/2))", ["b", "y"])
    assert found == symbol("b") / (1 + sp.exp(5 - 10 * symbol("y")))
    assert read_expression(write_expression(found), ["b", "y"]) == found
    assert read_expression("logistic(0)", []) == sp.Rational(1, 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("logistic(1, 2)", "takes one argument"),
        ("logistic()", "takes an argument"),
        ("logistic(10**9)", "logistic of a number above 1000 in size"),
        ("logistc(x)", "did you mean 'logistic'"),
    ],
)
def test_misuse_is_refused(text, words):
    with pytest.raises(ExpressionError, match=words):
        read_expression(text, ["x"])


def spillover(slope, written="logistic({slope}*({other} - 1/2))"):
    payoffs = {
        who: f"{own}*{written.format(slope=slope, other=other)} - {own}**2/2"
        for who, own, other in (("ann", "x", "y"), ("bob", "y", "x"))
    }
    moves = [Move("x", "ann", (0, 1)), Move("y", "bob", (0, 1))]
    return Game("spillover", [Player("ann"), Player("bob")], moves, payoffs)


def test_a_steep_one_is_solved_without_overflow():
    # x = logistic(s (x - 1/2)): three solutions for every s above 4; exp(3000) is no double
    for slope in (5, 200):
        found = solve(spillover(slope))
        assert found.complete, found.unresolved
        assert [e.evidence.grade for e in found] == [Grade.CERTIFIED] * 3
        middle = found["E2"].strategies[0].value
        assert middle.lower <= Fraction(1, 2) <= middle.upper


def test_what_is_too_small_for_any_precision_is_left_open():
    # the lowest solution is about exp(-1500): not told from the end 0, so no equilibrium as yet
    found = solve(spillover(3000))
    assert not found.complete
    assert any(place.startswith("x 0, y 0: ") for place in found.unresolved)
    assert [e.strategies[0].value.value for e in found] == [0.5]


def test_it_is_the_same_game_written_out_and_in_a_file(tmp_path):
    ways = [
        spillover(10),
        spillover(10, "1/(1 + exp(-{slope}*({other} - 1/2)))"),
        spillover(10, "exp({slope}*{other})/(exp({slope}*{other}) + exp({slope}/2))"),
    ]
    path = tmp_path / "spillover.toml"
    path.write_text(write_game(ways[0]), encoding="utf-8")
    ways.append(read_game(path.read_text(encoding="utf-8")).game)
    places = [[float(s.value.value) for e in solve(game) for s in e.strategies] for game in ways]
    assert len(places[0]) == 6
    for other in places[1:]:
        assert other == pytest.approx(places[0], abs=1e-14)
    assert r"e^{5 - 10 \, y}" in latex(ways[0])
