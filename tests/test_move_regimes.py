"""Regimes of continuous games in closed form, against solving at values, boundaries included."""

import random
from fractions import Fraction

import pytest
import sympy as sp

from pigou.errors import DeclarationError, StructureError
from pigou.expression import symbol
from pigou.game import Chance, Game, Move, Parameter, Player
from pigou.regimes_page import regimes_latex, regimes_page
from pigou.results import regimes_result
from pigou.screen import as_text
from pigou.solvers.closed_forms import closed_forms
from pigou.solving import regimes, solve

X, Y, A, B = sp.symbols("x y a b", real=True)


def pair(a, b, x=(0, 1), y=(0, 1), **more):
    moves = [Move("x", "ann", x), Move("y", "bob", y)]
    return Game("pair", [Player("ann"), Player("bob")], moves, {"ann": a, "bob": b}, **more)


COURNOT = pair(
    "x*(a - x - y) - c*x", "y*(a - x - y) - d*y", (0, "a"), (0, "a"),
    parameters=[Parameter("a", 10, "a > 0"), Parameter("c", 1, "c > 0"),
                Parameter("d", 1, "d > 0")],
)  # fmt: skip
CAPACITY = pair(
    "x*(1 - x - y)", "y*(1 - x - y)", (0, "k"), (0, 1), parameters=[Parameter("k", "1/4", "k > 0")]
)
JOINT = pair(
    "a*x*y - x**2/2", "a*x*y - y**2/2", parameters=[Parameter("a", 2, "a > 0")]
)  # strategic complements
TURNING = pair("a*x - x**3/3 + x*y", "y - y**2", parameters=[Parameter("a", "1/2", "a >= 0")])
CONVEX = Game(
    "convex", [Player("ann")], [Move("x", "ann", (0, 1))], {"ann": "x**2 - b*x"},
    parameters=[Parameter("b", 1)],
)  # fmt: skip


def numbers(at):
    return {symbol(n): sp.Rational(str(Fraction(v))) for n, v in at.items()}


def stated(found, at):
    """The profiles that the closed forms give at some values; one given twice is there twice."""
    here = numbers(at)
    return sorted(
        tuple(sp.sympify(v).xreplace(here).evalf(30) for v in one.moves.values())
        for one in found.equilibria
        if one.condition.xreplace(here) == sp.true
    )


def same_as_solving(game, found, at):
    solved = solve(game, at)
    assert solved.complete, (at, solved.unresolved)
    values = sorted(tuple(s.value.value for s in e.strategies) for e in solved)
    forms = stated(found, at)
    assert len(forms) == len(values), (at, forms, values)
    for form, value in zip(forms, values, strict=True):
        assert [float(v) for v in form] == pytest.approx(value, abs=1e-12)
    return len(values)


@pytest.fixture(scope="module")
def cournot():
    return regimes(COURNOT)


def test_cournot_with_exit_as_in_the_textbook(cournot):
    assert cournot.complete and cournot.partition.proved
    by_profile = {one.profile: one for one in cournot.equilibria}
    a, c, d = sp.symbols("a c d", real=True)
    inside = by_profile["x interior; y interior"]
    assert sp.simplify(inside.moves["x"] - (a - 2 * c + d) / 3) == 0
    assert sp.simplify(inside.moves["y"] - (a - 2 * d + c) / 3) == 0
    assert sp.simplify(inside.payoffs["ann"] - ((a - 2 * c + d) / 3) ** 2) == 0
    assert set(by_profile) == {
        "x = 0; y = 0", "x interior; y = 0", "x = 0; y interior", "x interior; y interior",
    }  # fmt: skip
    monopoly = by_profile["x interior; y = 0"]
    # two ways to write: d >= (a + c)/2 and a > c
    for at, holds in (
        ({"a": 10, "c": 2, "d": 6}, True),
        ({"a": 10, "c": 2, "d": "59/10"}, False),
        ({"a": 10, "c": 10, "d": 11}, False),
    ):
        assert (monopoly.condition.xreplace(numbers(at)) == sp.true) is holds
    assert len(cournot.regimes) == 4
    assert {len(one.equilibria) for one in cournot.regimes} == {1}
    assert len(cournot.excluded) == 5


def test_cournot_agrees_with_solving_at_random_values_and_on_boundaries(cournot):
    rng = random.Random(4)
    values = [{n: Fraction(rng.randint(1, 60), 5) for n in "acd"} for _ in range(5)]
    values += [
        {"a": 10, "c": 2, "d": 6},  # bob just stays out
        {"a": 10, "c": 6, "d": 2},
        {"a": 3, "c": 3, "d": 4},  # nobody produces, ann just so
        {"a": 3, "c": 3, "d": 3},
    ]
    for at in values:
        assert same_as_solving(COURNOT, cournot, at) == 1


@pytest.mark.parametrize(
    ("game", "name", "values"),
    [
        (CAPACITY, "k", ["1/10", "1/3", "334/1000", "2"]),
        (TURNING, "a", [0, "1/3", "1/2", 3]),
        (CONVEX, "b", ["-1", 0, "1/2", 1, "3/2", 3]),
    ],
)
def test_regimes_agree_with_solving_at_values(game, name, values):
    found = regimes(game)
    assert found.complete and found.partition.proved
    for value in values:
        assert same_as_solving(game, found, {name: value}) >= 1


def test_a_convex_payoff_has_its_ends_as_equilibria_and_both_where_they_tie():
    found = regimes(CONVEX)
    assert [one.profile for one in found.equilibria] == ["x = 0", "x = 1"]
    assert same_as_solving(CONVEX, found, {"b": 1}) == 2
    assert [e.profile for e in found.excluded] == ["x interior"]


def test_where_the_conditions_do_not_determine_the_moves_it_is_said():
    found = regimes(JOINT)
    assert not found.complete
    (note,) = found.unresolved
    assert note.startswith("x interior; y interior: where ") and "a + 1" in note and "== 0" in note
    # a = 1 has the continuum x = y; elsewhere the two corners are all
    assert same_as_solving(JOINT, found, {"a": 2}) == 2
    assert same_as_solving(JOINT, found, {"a": "1/2"}) == 1
    held = regimes(JOINT, {"a": 3})
    assert held.complete and len(held.equilibria) == 2


def test_asymmetric_contests_as_in_hillman_and_riley_1989():
    game = pair(
        "v*x/(x + y) - x", "w*y/(x + y) - y", ("e", 2), ("e", 2),
        parameters=[Parameter("v", 1, "v > 0"), Parameter("w", 1, "w > 0"),
                    Parameter("e", "1/100", "e > 0")],
        assumptions=["e < 1/50", "v >= 1/2", "w >= 1/2", "v <= 3/2", "w <= 3/2"],
    )  # fmt: skip
    found = regimes(game)
    v, w = sp.symbols("v w", real=True)
    (one,) = [e for e in found.equilibria if e.profile == "x interior; y interior"]
    assert sp.simplify(one.moves["x"] - v**2 * w / (v + w) ** 2) == 0
    assert sp.simplify(one.moves["y"] - v * w**2 / (v + w) ** 2) == 0
    assert one.condition == sp.true
    assert found.complete and len(found.equilibria) == 1 and len(found.excluded) == 8


def test_two_solutions_merge_where_a_discriminant_is_0():
    # ann plays x = y, bob y = x**2 + b: inside, x**2 - x + b = 0
    game = Game(
        "fold", [Player("ann"), Player("bob")],
        [Move("x", "ann", (-1, 2)), Move("y", "bob", (-1, 5))],
        {"ann": "x*y - x**2/2", "bob": "-(y - x**2 - b)**2"},
        parameters=[Parameter("b", "1/8", "b > 0")],
        assumptions=["b < 1"],
    )  # fmt: skip
    found = regimes(game)
    inside = [e for e in found.equilibria if e.profile.startswith("x interior; y interior")]
    assert [e.profile[-12:] for e in inside] == ["(solution 1)", "(solution 2)"]
    for at, number in (("1/8", 2), ("1/4", 1), ("26/100", 0)):
        assert sum(e.condition.xreplace(numbers({"b": at})) == sp.true for e in inside) == number
    for at in ("1/8", "1/4", "1/3"):
        same_as_solving(game, found, {"b": at})


@pytest.mark.parametrize("cost", ["0", "y**2/2"])
def test_a_root_below_the_line_does_not_take_a_value_out_of_a_regime(cost):
    """1/(1 + sqrt(a)) may be written (1 - sqrt(a))/(1 - a), which is not defined at a = 1."""
    game = pair(
        "a*x - x**3/3", f"y*(1/(x + 1) - 1/3) - {cost}", (0, 2),
        parameters=[Parameter("a", 1, "a > 0")],
    )  # fmt: skip
    found = regimes(game)
    for a in ("1/2", "1", "2"):
        same_as_solving(game, found, {"a": a})


def test_two_formulas_of_one_point_are_listed_once():
    # u' = (a - x) (x - b)**2: x = a is a maximum, and x = b an inflection unless b is a
    x, a, b = (symbol(n) for n in "xab")
    payoff = sp.integrate(sp.expand((a - x) * (x - b) ** 2), x)
    game = Game(
        "twice", [Player("ann")], [Move("x", "ann", (0, 1))], {"ann": str(payoff)},
        parameters=[Parameter(n, v, f"{n} > 0") for n, v in (("a", "1/2"), ("b", "1/3"))],
        assumptions=["a < 1", "b < 1"],
    )  # fmt: skip
    found = regimes(game)
    for at in ({"a": "1/2", "b": "1/3"}, {"a": "1/3", "b": "1/2"}, {"a": "1/2", "b": "1/2"}):
        assert len(stated(found, at)) == 1
        assert same_as_solving(game, found, at) == 1


def test_chance_that_nobody_sees_is_averaged_out():
    game = Game(
        "alone", [Player("ann")], [Move("x", "ann", (0, 9))], {"ann": "x*(s + b) - x**2"},
        chance=[Chance("s", {"low": (1, "1/4"), "high": (5, "3/4")})],
        parameters=[Parameter("b", 0, "b >= 0")],
    )  # fmt: skip
    (inside,) = [e for e in regimes(game).equilibria if e.profile == "x interior"]
    assert sp.simplify(inside.moves["x"] - (symbol("b") + 4) / 2) == 0


def test_research_before_cournot_in_one_stage_is_solved_for_all_parameters():
    # d'Aspremont and Jacquemin's reduced form: x = (2 - beta) D/(9 g/2 - (2 - beta)(1 + beta))
    own = "((D + (2 - b)*{0} + (2*b - 1)*{1})/3)**2 - g*{0}**2/2"
    game = pair(
        own.format("x", "y"), own.format("y", "x"), (0, "D"), (0, "D"),
        parameters=[Parameter("D", 60, "D > 0"), Parameter("b", "1/2", "b >= 1/2"),
                    Parameter("g", 4, "g > 3")],
        assumptions=["b <= 1"],
    )  # fmt: skip
    found = regimes(game)
    assert found.complete
    (one,) = found.equilibria
    b, big, g = (symbol(n) for n in ("b", "D", "g"))
    expected = (2 - b) * big / (sp.Rational(9, 2) * g - (2 - b) * (1 + b))
    assert sp.simplify(one.moves["x"] - expected) == 0
    assert one.condition == sp.true


# -- closed forms -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("equations", "unknowns", "number"),
    [
        ([A - 2 * X - Y, B - X - 2 * Y], [X, Y], 1),
        ([X**2 - A], [X], 2),
        ([(X - A) * (X**2 - B)], [X], 3),
        ([X * Y - A, X - Y], [X, Y], 2),
        ([A * Y - (X + Y) ** 2, B * X - (X + Y) ** 2], [X, Y], 2),
    ],
)
def test_closed_forms_solve_their_equations(equations, unknowns, number):
    found = closed_forms(equations, unknowns)
    assert len(found) == number
    for one in found:
        for equation in equations:
            assert sp.simplify(equation.xreplace(dict(one.values))) == 0


@pytest.mark.parametrize("equations", [[X**3 - X - A], [X**5 + X - A]])
def test_no_closed_form_is_made_up(equations):
    assert closed_forms(equations, [X]) is None


def test_no_closed_form_is_refused_in_words():
    game = Game(
        "quartic", [Player("ann")], [Move("x", "ann", (0, 2))], {"ann": "a*x - x**2/2 - x**4/4"},
        parameters=[Parameter("a", 1, "a > 0")],
    )  # fmt: skip
    found = regimes(game)
    assert not found.complete
    assert found.unresolved == (
        "x interior: no closed form is found of its first-order conditions",
    )


# -- refusals, pages ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"a": "exp(x) - x*b"}, StructureError, "not a rational function of the moves"),
        ({"a": "max(x, y) - x**2"}, StructureError, "case distinction, max, min or abs"),
        ({"a": "x/(x + y)"}, StructureError, "is not 0 for some moves is not proved"),
        ({"x": ("b", 0)}, DeclarationError, "no parameter values satisfy"),
    ],
)
def test_what_is_not_handled_is_refused_with_the_reason(changes, error, words):
    given = {"a": "x - x**2", "b": "y - y**2", **changes}
    more = {"x": given.pop("x")} if "x" in given else {}
    game = pair(given["a"], given["b"], **more, parameters=[Parameter("b", -1, "b > -2")])
    held = {"b": 1} if "x" in changes else None
    with pytest.raises(error, match=words):
        regimes(game, held)


def test_pages_latex_and_results_show_moves_in_closed_form(cournot):
    text = as_text(regimes_page(COURNOT, cournot, {}))
    assert "every pure equilibrium, and exactly when it exists" in text
    assert "pure strategies are stated" in text
    latex = regimes_latex(COURNOT, cournot)
    assert r"Moves: x $\frac{a + d - 2 \, c}{3}$" in latex
    result = regimes_result(cournot, COURNOT, {})
    assert result["mixed"]["stated"] is False
    moves = [e["moves"]["x"]["text"] for e in result["equilibria"]]
    assert "(a + d - 2*c)/3" in moves or "(a - 2*c + d)/3" in moves
    assert result["partition"]["evidence"]["exhaustive"]["outcome"] == "proved"
