"""Interval arithmetic and tapes: every operation holds the exact value, wherever the box is."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from hypothesis import assume, given, strategies as st

from pigou.errors import StructureError
from pigou.solvers.intervals import (
    Domain,
    add,
    constant,
    exponential,
    integer_power,
    logarithm,
    multiply,
    rational_power,
    scaled,
)
from pigou.solvers.tape import Tape

EXTREME = [0.0, 1.0, -1.0, 5e-324, -5e-324, 2.3e-308, 1.7e308, -1.7e308, 1e-160, 1e160, 1 / 3]
ends = st.one_of(
    st.sampled_from(EXTREME),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-10, 10),
)


@st.composite
def intervals(draw, least=None):
    """Ends of an interval, and an exact point in it: an end or one between."""
    low, high = sorted(draw(st.tuples(ends, ends)))
    assume(least is None or low >= least)
    share = draw(st.sampled_from([0, 1, Fraction(1, 3), Fraction(7, 8)]))
    return low, high, Fraction(low) + share * (Fraction(high) - Fraction(low))


def pair(low, high):
    return np.array([low]), np.array([high])


def holds(result, value) -> bool:
    """Whether a pair of ends holds a Fraction or a ball; infinite ends hold everything beyond."""
    low, high = float(result[0][0]), float(result[1][0])
    if isinstance(value, Fraction):
        return (low == -np.inf or Fraction(low) <= value) and (
            high == np.inf or value <= Fraction(high)
        )
    return (low == -np.inf or bool(arb(low) <= value)) and (
        high == np.inf or bool(value <= arb(high))
    )


def ball(number: Fraction) -> arb:
    return arb(fmpq(number.numerator, number.denominator))


@pytest.fixture(autouse=True)
def many_bits():
    before, ctx.prec = ctx.prec, 2400  # sums of the largest and the smallest double are exact
    yield
    ctx.prec = before


@given(intervals(), intervals())
def test_sums_and_products_hold_the_exact_value(x, y):
    with np.errstate(all="ignore"):
        assert holds(add(pair(*x[:2]), pair(*y[:2])), x[2] + y[2])
        assert holds(multiply(pair(*x[:2]), pair(*y[:2])), x[2] * y[2])
        assert holds(scaled(pair(*x[:2]), np.array([y[0]])), x[2] * Fraction(y[0]))


@given(intervals(), st.integers(-4, 7).filter(bool))
def test_whole_powers_hold_the_exact_value_or_leave_their_domain(x, exponent):
    domain = Domain(1)
    with np.errstate(all="ignore"):
        result = integer_power(pair(*x[:2]), exponent, domain)
    pole = exponent < 0 and x[0] <= 0 <= x[1]
    assert domain.left[0] or not pole
    if x[2] or exponent > 0:
        assert holds(result, x[2] ** exponent)


@given(intervals())
def test_exponentials_hold_the_value_in_balls(x):
    with np.errstate(all="ignore"):
        result = exponential(pair(*x[:2]))
    assert result[0][0] >= 0
    assert abs(x[2]) > 10**6 or holds(result, ball(x[2]).exp())
    assert x[2] < 710 or result[1][0] == np.inf
    assert x[2] > -750 or result[0][0] == 0


@given(intervals(), st.fractions(-4, 4, max_denominator=9))
def test_logarithms_and_fractional_powers_hold_the_value_in_balls(x, exponent):
    domain, roots = Domain(1), Domain(1)
    with np.errstate(all="ignore"):
        log, power = logarithm(pair(*x[:2]), domain), rational_power(pair(*x[:2]), exponent, roots)
    assert domain.left[0] == (x[0] <= 0)
    assert roots.left[0] == (x[0] < 0)
    if x[2] > 0:
        assert holds(log, ball(x[2]).log())
        assert holds(power, (ball(x[2]).log() * ball(exponent)).exp())


def test_a_negative_fractional_power_at_zero_is_infinite_and_nothing_is_lost_near_it():
    domain = Domain(2)
    low, high = rational_power(
        (np.array([0.0, 0.0]), np.array([0.0, 4.0])), Fraction(-1, 2), domain
    )
    assert low[0] == np.inf and low[1] <= 0.5 and (high == np.inf).all()
    assert not domain.left.any()


def test_zero_times_an_unbounded_interval_claims_nothing_if_it_is_exactly_zero():
    unbounded = np.array([1.0]), np.array([np.inf])
    with np.errstate(all="ignore"):
        assert [float(e[0]) for e in multiply(pair(0.0, 0.0), unbounded)] == [-np.inf, np.inf]
        low, high = multiply(pair(0.0, 1.0), unbounded)
    assert low[0] <= 0 and high[0] == np.inf


def test_exact_operations_stay_exact():
    with np.errstate(all="ignore"):
        assert [float(e[0]) for e in add(pair(0.25, 0.5), pair(-0.25, 1.0))] == [0.0, 1.5]
        assert [float(e[0]) for e in multiply(pair(0.0, 0.0), pair(-3.1, 7.2))] == [0.0, 0.0]
        assert [float(e[0]) for e in multiply(pair(-1.0, -1.0), pair(0.1, 0.2))] == [-0.2, -0.1]


@given(st.fractions())
def test_constants_are_held_by_neighbouring_doubles(number):
    low, high = constant(number)
    assert Fraction(low) <= number <= Fraction(high)
    assert (low == high) == (Fraction(low) == number)
    assert low == high or np.nextafter(low, np.inf) == high


def test_constants_beyond_all_doubles_are_held():
    low, high = constant(Fraction(10) ** 400)
    assert low < high == np.inf
    assert constant(-(Fraction(10) ** 400)) == (-high, -low)


X, Y = sp.symbols("x y", real=True)
FORMULAS = [
    X * Y * (1 - X - Y),
    (X - Y) ** 3 / 7 - X**2 * Y**5,
    X / (X + Y + sp.Rational(1, 9)),
    1 / (1 + sp.exp(-10 * (X - Y))),
    sp.sqrt(X + 1) * sp.log(2 + Y) - (1 + X) ** Y,
    (2 + X * Y) ** sp.Rational(-5, 3) + sp.E,
]


@given(st.tuples(*[st.floats(0, 1)] * 4), st.tuples(*[st.fractions(0, 1)] * 2))
def test_a_tape_holds_the_values_of_its_formulas_over_a_box(ends, shares):
    tape = Tape(FORMULAS, [X, Y])
    box = [sorted(ends[:2]), sorted(ends[2:])]
    point = [
        Fraction(low) + share * (Fraction(high) - Fraction(low))
        for (low, high), share in zip(box, shares, strict=True)
    ]
    low, high = (np.array([[side[k]] for side in box]) for k in (0, 1))
    lower, upper, left = tape.intervals(low, high)
    assert not left.any()
    exact = tape.balls([ball(p) for p in point])
    near = tape.floats(np.array([[float(p)] for p in point]))
    for k, value in enumerate(exact):
        assert holds((lower[k], upper[k]), value)
        assert near[k, 0] == pytest.approx(float(value), rel=1e-9, abs=1e-12)
    rational = Tape(FORMULAS[:3], [X, Y]).rationals(
        [fmpq(p.numerator, p.denominator) for p in point]
    )
    for value, enclosed in zip(rational, exact, strict=False):
        assert enclosed.overlaps(arb(value))


def test_a_pole_inside_a_box_is_noticed_and_one_outside_is_not():
    tape = Tape([1 / (X - sp.Rational(1, 2)), sp.log(X)], [X])
    low, high = np.array([[0.25, 0.75, 0.5, 0.0]]), np.array([[0.75, 1.0, 0.5, 0.25]])
    assert tape.intervals(low, high)[2].tolist() == [True, False, True, True]


def test_common_subexpressions_are_computed_once():
    tape = Tape([sp.exp(X * Y) + X * Y, X * Y], [X, Y])
    assert [step.name for step in tape.steps].count("multiply") == 1


def test_balls_around_zero_have_powers():
    ctx.prec = 100
    (value,) = Tape([X**3 - 2 * X**2], [X]).balls([arb(0, 0.1)])
    assert value.is_finite() and value.contains(0)


def test_a_function_with_a_kink_cannot_be_taped():
    with pytest.raises(StructureError, match="not smooth"):
        Tape([sp.Max(X, Y)], [X, Y])
