"""Exact thresholds of first-order points, against counts of the numerical engine on both sides."""

from fractions import Fraction

import pytest
import sympy as sp

from pigou.errors import DeclarationError, StructureError
from pigou.expression import symbol
from pigou.game import Game, Move, Parameter, Player
from pigou.solvers.thresholds import thresholds
from pigou.solving import solve

P = Parameter


def pair(a, b, x=(0, 1), y=(0, 1), **more):
    moves = [Move("x", "ann", x), Move("y", "bob", y)]
    return Game("pair", [Player("ann"), Player("bob")], moves, {"ann": a, "bob": b}, **more)


def alone(payoff, x, *parameters):
    return Game("alone", [Player("ann")], [Move("x", "ann", x)], {"ann": payoff},
                parameters=parameters)  # fmt: skip


TIPPING = alone("pull*x + x**2/2 - x**4/4", (-2, 2), P("pull", 0))
# each wants x = s + 3 y**2/(1 + y**2): concave in own moves, two folds along the diagonal
HYSTERESIS = pair(
    "s*x + 3*x*y**2/(1 + y**2) - x**2/2", "s*y + 3*y*x**2/(1 + x**2) - y**2/2",
    (0, 4), (0, 4), parameters=[P("s", 0)],
)  # fmt: skip
COURNOT = pair("x*(1 - x - y) - x/10", "y*(1 - x - y) - c*y", parameters=[P("c", 0)])


def test_the_folds_of_a_cubic_are_the_roots_of_its_discriminant():
    found = thresholds(TIPPING, "pull", -1, 1)
    assert found.counts == (1, 3, 1)
    assert [one.kinds for one in found.thresholds] == [("fold",), ("fold",)]
    assert [one.value.value for one in found.thresholds] == pytest.approx(
        [-2 / 27**0.5, 2 / 27**0.5], abs=1e-15
    )
    x, pull = sp.symbols("x pull", real=True)
    discriminant = sp.discriminant(pull + x - x**3, x)
    stated = sp.sympify(found.thresholds[0].polynomial).xreplace({sp.Symbol("pull"): pull})
    assert sp.simplify(stated / discriminant).is_number


def test_a_move_that_reaches_an_end_is_a_threshold():
    found = thresholds(COURNOT, "c", 0, 1)
    assert found.counts == (1, 1)
    (one,) = found.thresholds
    assert (one.exact, one.kinds, one.before, one.after) == ("11/20", ("at an end",), 1, 1)


@pytest.mark.parametrize(
    ("game", "name", "low", "high"),
    [(HYSTERESIS, "s", "-1", "1/2"), (COURNOT, "c", 0, 1)],
)
def test_solving_on_both_sides_gives_the_counts(game, name, low, high):
    # payoffs are concave in the own move, so that first-order points are the equilibria
    found = thresholds(game, name, low, high)
    for one in found.thresholds:
        step = Fraction(1, 1000)
        counts = []
        for at in (one.value.lower - step, one.value.upper + step):
            solved = solve(game, {name: Fraction(round(at * 10**6), 10**6)})
            assert solved.complete
            counts.append(len(solved))
        assert counts == [one.before, one.after]
    assert found.counts[0] == found.thresholds[0].before


def test_two_folds_and_a_point_that_leaves_a_corner():
    found = thresholds(HYSTERESIS, "s", "-1", "1/2")
    assert found.counts == (1, 3, 3, 1)
    assert [one.kinds for one in found.thresholds] == [("fold",), ("at an end",), ("fold",)]
    assert found.thresholds[1].exact == "0"
    first, _, last = found.thresholds
    assert first.polynomial == last.polynomial
    s = sp.Symbol("s")
    polynomial = sp.Poly(sp.sympify(first.polynomial), s)
    assert polynomial.count_roots(-1, sp.Rational(1, 2)) == 2
    # independently: double roots of (x - s)(1 + x**2) - 3 x**2 on the diagonal
    x = sp.Symbol("x")
    double = sp.Poly(sp.discriminant((x - s) * (1 + x**2) - 3 * x**2, x), s)
    assert sp.rem(double, polynomial).is_zero


def test_a_derivative_that_is_always_0_at_a_corner_is_no_obstacle():
    game = pair("a*x*y - x**2/2", "a*x*y - y**2/2", parameters=[P("a", 2)])
    found = thresholds(game, "a", "1/10", 3)
    assert found.counts == (1, 2)
    assert found.thresholds[0].exact == "1"


def test_a_derivative_that_is_always_0_at_an_end_does_not_take_for_ever():
    """The derivative of ann is 0 at x = 1 for all k; to invert x - 1 in a basis took minutes."""
    game = pair(
        "k*x*y - x**4/2 + x**3*(2*k*y/3 + 1) + x**2*(-3*k*y/2 - 1/2)",
        "x*y**3/3 + y**2*(k*x**2/2 - k/2 - 1/2) + y*(-k**2*x - x + 1)",
        parameters=[P("k", 0)],
    )  # fmt: skip
    assert thresholds(game, "k", 0, 2).counts == (3, 3)


def test_nothing_changes_where_nothing_does():
    found = thresholds(TIPPING, "pull", "-1/10", "1/10")
    assert (found.thresholds, found.counts) == ((), (3,))


def test_the_interval_may_move_with_the_parameter():
    # capacity k binds below 1/3
    game = pair("x*(1 - x - y)", "y*(1 - x - y)", (0, "k"), parameters=[P("k", 1)])
    found = thresholds(game, "k", "1/10", 1)
    assert [(one.exact, one.kinds) for one in found.thresholds] == [("1/3", ("at an end",))]


@pytest.mark.parametrize(
    ("game", "args", "error", "words"),
    [
        (TIPPING, ("pull", 1, 1), DeclarationError, "from 1 to 1 is empty"),
        (TIPPING, ("push", 0, 1), DeclarationError, "push"),
        (alone("exp(b*x)", (0, 1), P("b", 1)), ("b", 0, 1), StructureError, "not a rational"),
        (alone("x/(x - b)", (0, 1), P("b", 2)), ("b", 0, 1), StructureError, "divide by zero"),
        (alone("-(x - 1/2)**4*b", (0, 1), P("b", 1)), ("b", 1, 2), StructureError, "degenerate"),
        (alone("x - b*x**2", (0, "b"), P("b", 1)), ("b", -1, 1), DeclarationError, "empty"),
        (alone("x*n - x**2", (0, 9), P("n", 2, integer=True)), ("n", 1, 3), StructureError,
         "whole numbers"),
    ],
)  # fmt: skip
def test_what_is_not_handled_is_refused_with_the_reason(game, args, error, words):
    with pytest.raises(error, match=words):
        thresholds(game, *args)


def test_a_choice_is_refused():
    game = Game("g", [Player("a")], [Move("x", "a", {"no": 0, "yes": 1})], {"a": "b*x"},
                parameters=[P("b", 1)])  # fmt: skip
    with pytest.raises(StructureError, match="all moves are continuous"):
        thresholds(game, "b", 0, 1)
    assert symbol("b").is_real
