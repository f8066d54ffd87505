"""Mixtures that all members of a population share, against counting roots and the exact solver."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings, strategies as st

from pigou import Game, Move, Parameter, Player, regimes, solve, symbol
from pigou.regimes_page import regimes_page
from pigou.solvers.conditions import Simplifier
from pigou.solvers.indifference import counted_roots
from pigou.solvers.signs import boxes
from symbolic import compiled

B, C = Parameter("b", 3, "b > 0"), Parameter("c", 1, "c > 0")
PUBLIC_GOOD = "if(sum(x) >= {}, b, 0) - c*x"


def population(payoff, parameters, size):
    return Game(
        "members",
        [Player("member", size=size)],
        [Move("x", "member", {"no": 0, "yes": 1})],
        {"member": payoff},
        parameters=parameters,
    )


@settings(max_examples=40)
@given(st.lists(st.integers(-3, 3), min_size=2, max_size=7))
def test_roots_are_counted_as_sympy_counts_them(gaps):
    """Zero and multiple roots included: the Bernstein form is expanded and its roots isolated."""
    p = sp.Symbol("p")
    d = len(gaps) - 1
    terms = [sp.binomial(d, k) * p**k * (1 - p) ** (d - k) * g for k, g in enumerate(gaps)]
    polynomial = sp.Poly(sp.expand(sp.Add(*terms)), p)
    if polynomial.is_zero:
        return
    inside = [r for r in polynomial.real_roots(multiple=False) if 0 < r[0] < 1]
    found = counted_roots([sp.Integer(g) for g in gaps], Simplifier((), (), []))
    assert [str(condition) for condition in found] == ["True"] * len(inside)


@pytest.mark.parametrize("degree", range(2, 8))
@pytest.mark.parametrize(("low", "roots"), [(-1, 1), (1, 0)])
def test_roots_are_counted_where_many_leading_minors_vanish(degree, low, roots):
    """In the odds s the equation is s^degree = -low: most power sums of its roots are zero."""
    gaps = [low, *[0] * (degree - 1), 1]
    found = counted_roots(list(map(sp.Integer, gaps)), Simplifier((), (), []))
    assert len(found) == roots


SIGNS = st.tuples(*[st.sampled_from((-1, 0, 1))] * 3)


@given(st.sets(SIGNS, min_size=1), st.sets(SIGNS))
def test_boxes_contain_what_is_true_and_nothing_that_is_false(true, false):
    false -= true
    cover = boxes(sorted(true), sorted(false))

    def covered(signs):
        return any(all(s in some for s, some in zip(signs, box, strict=True)) for box in cover)

    assert all(covered(v) for v in true)
    assert not any(covered(v) for v in false)


def shared(found, at):
    """Return the mixtures stated to exist at parameter values, in their order."""
    return [e for e in found.equilibria if e.kind != "pure" and compiled(e.condition)(at)]


def check(game, found, at):
    """Compare the regime at a point with the exact solver: pure profiles and shared mixtures."""
    (regime,) = (r for r in found.regimes if compiled(r.condition)(at))
    solved = solve(game, at)
    assert solved.complete, at
    mixed = sorted(
        (e.strategies[0].probabilities["yes"] for e in solved if e.kind != "pure"),
        key=lambda p: p.lower,
    )
    listed = [e for e in regime.equilibria if e.kind != "pure"]
    assert listed == shared(found, at)
    assert len(regime.equilibria) - len(listed) == sum(e.kind == "pure" for e in solved), at
    if any(e.kind == "continuum" for e in listed):
        assert solved.components and len(listed) == 1
        return
    assert len(listed) == len(mixed), (at, listed, mixed)
    for one, enclosure in zip(listed, mixed, strict=True):
        share = one.probabilities["yes"]
        if not one.free:
            value = float(share.subs({symbol(n): sp.Rational(str(v)) for n, v in at.items()}))
            assert abs(value - float(enclosure.value)) < 1e-9, at
            continue
        equation = next(c for c in one.constraints if isinstance(c, sp.Eq))
        value = compiled(equation.lhs - equation.rhs)
        (name,) = one.free
        ends = [value(at | {name: end}) for end in (enclosure.lower, enclosure.upper)]
        slack = Fraction(1, 10**12)
        assert ends[0] * ends[1] <= 0 or max(map(abs, ends)) < slack, at


def ratios(rng, critical):
    """Yield benefits over costs, at random and exactly where the number of equilibria changes."""
    yield from critical
    for _ in range(12):
        yield Fraction(rng.randint(1, 60), rng.randint(4, 20))


@pytest.mark.parametrize(
    ("size", "needed", "critical"),
    [
        (2, 1, 1),
        pytest.param(4, 1, 1, marks=pytest.mark.long),
        pytest.param(3, 2, 2, marks=pytest.mark.long),
        (4, 2, Fraction(9, 4)),
        pytest.param(5, 3, Fraction(8, 3), marks=pytest.mark.long),
    ],
)
def test_threshold_public_goods(size, needed, critical):
    """The critical benefit is one over the largest chance to be pivotal, found by hand."""
    game = population(PUBLIC_GOOD.format(needed), [B, C], size)
    found = regimes(game)
    assert found.complete and found.partition.proved and not found.why_not_mixed
    rng = random.Random(size)
    for ratio in ratios(rng, [Fraction(critical), Fraction(1)]):
        cost = Fraction(rng.randint(1, 5))
        check(game, found, {"b": ratio * cost, "c": cost})


def test_the_volunteers_dilemma_for_any_number_of_members():
    """Diekmann (1985): each waits with probability (c/b)^(1/(N-1))."""
    game = population(PUBLIC_GOOD.format(1), [B, C, Parameter("n", 4, "n >= 2", integer=True)], "n")
    found = regimes(game)
    (mixed,) = (e for e in found.equilibria if e.kind == "mixed")
    n, b, c = symbol("n"), symbol("b"), symbol("c")
    assert sp.simplify(mixed.probabilities["no"] - (c / b) ** (1 / (n - 1))) == 0
    assert str(mixed.condition) == "b > c"
    for size in (2, 3, 5):
        assert len(shared(regimes(game, {"n": size}), {"b": Fraction(3), "c": Fraction(1)})) == 1


def test_a_member_alone_does_not_mix_unless_indifferent():
    """A single volunteer helps where b > c; (c/b)^(1/(N-1)) is not defined for N = 1."""
    size = Parameter("n", 4, "n >= 1", integer=True)
    game = population(PUBLIC_GOOD.format(1), [B, C, size], "n")
    found = regimes(game)
    assert found.partition.proved
    (mixed,) = (e for e in found.equilibria if e.kind == "mixed")
    assert sp.simplify(mixed.payoffs["each member"] - (symbol("b") - symbol("c"))) == 0
    for number, benefit in ((1, 3), (1, 1), (2, 3), (2, 1), (4, 3), (4, 1)):
        at = {"n": Fraction(number), "b": Fraction(benefit), "c": Fraction(1)}
        kinds = sorted(e.kind for e in shared(found, at))
        solved = solve(game, at)
        isolated = [e for e in solved if e.kind == "mixed" and not e.component]
        assert kinds == ["continuum"] * bool(solved.components) + ["mixed"] * len(isolated), at


def test_regimes_say_so_where_mixtures_are_unresolved():
    needed = Parameter("t", 2, "1 <= t and t <= 3", integer=True)
    game = population("if(sum(x) >= t, b, 0) - c*x", [B, C, needed], 3)
    found = regimes(game)
    assert not found.complete
    page = str(regimes_page(game, found, {}))
    assert "Of the equilibria listed above, others being unresolved; exhaustive" in page
    assert [r.condition for r in found.regimes if r.condition.has(sp.Eq) and not r.boundary]


def test_a_linear_advantage_is_solved_for_any_number_of_members():
    game = population(
        "x*(v - c*sum(x))",
        [Parameter("v", 3, "v > 0"), C, Parameter("n", 4, "n >= 2", integer=True)],
        "n",
    )
    found = regimes(game)
    (mixed,) = (e for e in found.equilibria if e.kind == "mixed")
    assert str(mixed.condition) == "(v > c) & (v < c*n)"
    v, c, n = symbol("v"), symbol("c"), symbol("n")
    assert sp.simplify(mixed.probabilities["yes"] - (v - c) / (c * (n - 1))) == 0
    four = regimes(game, {"n": 4})
    for value in (Fraction(1), Fraction(2), Fraction(4), Fraction(5, 2)):
        check(game.__class__(**_fixed(game)), four, {"v": value, "c": Fraction(1)})


def _fixed(game):
    """Return the parts of the same game with four members."""
    return {
        "name": game.name,
        "players": [Player("member", size=4)],
        "moves": game.moves,
        "payoffs": {"member": "x*(v - c*sum(x))"},
        "parameters": [Parameter("v", 3, "v > 0"), C],
    }


def test_where_the_advantage_is_always_zero_every_share_is_an_equilibrium():
    game = population("t*x*(1 - x)", [Parameter("t", 1)], 3)
    found = regimes(game)
    (whole,) = (e for e in found.equilibria if e.kind == "continuum")
    assert whole.condition == sp.true and whole.free == ("p",)


def test_a_continuum_on_a_boundary_is_stated_with_it():
    game = population("x*(t + u*(sum(x) - x))", [Parameter("t", 1), Parameter("u", 1)], 3)
    found = regimes(game)
    (whole,) = (e for e in found.equilibria if e.kind == "continuum")
    assert compiled(whole.condition)({"t": Fraction(0), "u": Fraction(0)})
    for t, u in ((1, -1), (-1, 1), (-2, 1), (1, 1), (0, 1), (0, -1), (2, -1)):
        check(game, found, {"t": Fraction(t), "u": Fraction(u)})


def test_what_is_not_solved_for_any_number_is_said():
    game = population(PUBLIC_GOOD.format(2), [B, C, Parameter("n", 4, "n >= 2", integer=True)], "n")
    assert "fix the number" in regimes(game).why_not_mixed
    assert not regimes(game, {"n": 4}).why_not_mixed


@pytest.mark.long
def test_many_members_with_several_changes_of_sign_are_left_unresolved():
    game = population(PUBLIC_GOOD.format(3), [B, C], 14)
    found = regimes(game)
    assert not found.complete
    assert "changes its sign more than once" in found.unresolved[0]
    single = population(PUBLIC_GOOD.format(1), [B, C], 14)
    assert regimes(single).complete
