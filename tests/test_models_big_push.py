"""The big push in a continuum: rational payoffs, the model, its regimes and its designs."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import sympy
from flint import fmpq, fmpq_poly
from sympy import Rational

from pigou import Game, Move, Parameter, Player, compare, find_model, solve, subsidy
from pigou.designing import design
from pigou.errors import DeclarationError, ReformError, StructureError
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.models import load
from pigou.optimum import first_best
from pigou.solvers.mean_field import continuum_of, mean_field, pieces_of_gain, total_gain
from pigou.solvers.rational import Ratio
from pigou.solvers.regimes import regimes

ORACLE = {"setup": 4}
"""Next to L = 10, alpha = 3, v = 1/2, the defaults."""


def crowd(gain, parameters=(), first="0"):
    """Return a continuum in which the second choice earns so much, and the first `first`."""
    moves = [Move("up", "firm", {"no": 0, "yes": 1})]
    paid = f"if(up == yes, {gain}, {first})"
    return Game("crowd", [Player("firm", size="continuum")], moves, {"firm": paid},
                parameters=list(parameters))  # fmt: skip


def rests(game, at=None):
    return [(float(r.share.value), r.falls) for r in mean_field(continuum_of(game, at or {})).rests]


# -- ratios ----------------------------------------------------------------------------------------


def test_ratios_are_a_field():
    rng = random.Random(5)

    def some():
        over, under = ([rng.randint(-3, 3) for _ in range(rng.randint(1, 4))] for _ in range(2))
        return Ratio(fmpq_poly(over), fmpq_poly(under) + fmpq_poly([0, 0, 0, 0, 7]))

    for _ in range(30):
        a, b, c = some(), some(), some()
        assert (a + b) * c == a * c + b * c
        assert a - a == Ratio(0)
        if b.over != fmpq_poly([0]):
            assert a / b * b == a
            assert b**-2 == Ratio(1) / (b * b)
        x = fmpq(rng.randint(5, 9), 4)
        assert (a * b + c)(x) == a(x) * b(x) + c(x)
        assert (a.sign(x) > 0) == (a(x) > 0)
        step = fmpq(1, 10**6)
        if abs(a.slope(x)) > fmpq(1, 10):
            assert (a(x + step) > a(x)) == (a.slope(x) > 0)


# -- rational payoffs ------------------------------------------------------------------------------


def random_rational(rng):
    """Return a formula and what it computes, with a denominator that is positive on [0, 1]."""
    over = [rng.randint(-6, 6) for _ in range(4)]
    under = [rng.randint(1, 3), rng.randint(0, 4), rng.randint(0, 4)]
    text = "/".join(
        "(" + " + ".join(f"({c})*mean(up)**{n}" for n, c in enumerate(part)) + ")"
        for part in (over, under)
    )
    return text, over, lambda x: np.polyval(over[::-1], x) / np.polyval(under[::-1], x)


def test_equilibria_of_rational_payoffs_by_the_roots_of_numerators():
    rng = random.Random(11)
    inside = 0
    for _ in range(35):
        text, over, value = random_rational(rng)
        if not any(over):
            continue
        wanted = [0.0] if value(0) <= 0 else []
        wanted += [
            r.real for r in np.roots(over[::-1]) if abs(r.imag) < 1e-9 and 1e-9 < r.real < 1 - 1e-9
        ]
        wanted += [1.0] if value(1) >= 0 else []
        found = rests(crowd(text))
        assert [share for share, _ in found] == pytest.approx(sorted(wanted), abs=1e-6), text
        for share, falls in found:
            low, high = (value(min(max(share + d, -1), 2)) for d in (-1e-5, 1e-5))
            if 0 < share < 1 and low * high < 0:
                inside += 1
                assert falls == (low > 0 > high)
    assert inside > 5


def test_the_best_share_and_the_integral_of_rational_payoffs():
    rng = random.Random(3)
    grid = np.linspace(0, 1, 20_001)
    for _ in range(8):
        text, _, value = random_rational(rng)
        game = crowd(text, first="1/(2 + mean(up))")
        total = grid * value(grid) + (1 - grid) / (2 + grid)
        best = first_best(game)
        assert best.welfare.value == pytest.approx(total.max(), abs=1e-6)
        assert best.welfare.upper >= total.max() - 1e-12
        gain = value(grid) - 1 / (2 + grid)
        whole = total_gain(continuum_of(game, {}))
        assert whole.value == pytest.approx(np.trapezoid(gain, grid), abs=1e-6)
    exact = total_gain(continuum_of(crowd("1/(1 + mean(up))"), {}))
    assert exact.width < 1e-50
    assert exact.value == pytest.approx(math.log(2), abs=1e-15)


def test_a_division_by_zero_is_one_only_where_it_is_carried_out():
    cut = crowd("if(mean(up) > 0, 1/mean(up) - 2, -1)")
    assert rests(cut) == [(0.0, False), (0.5, True)]  # next to 0 the gain is large
    with pytest.raises(DeclarationError, match="divides by zero"):
        solve(crowd("1/mean(up) - 2"))
    with pytest.raises(DeclarationError, match="share of 1/3"):
        solve(crowd("1/(3*mean(up) - 1)"))
    beside = crowd("if(mean(up) == 1/3, 0, 1/(3*mean(up) - 1))")
    assert [share for share, _ in rests(beside)] == pytest.approx([0, 1 / 3, 1])
    with pytest.raises(StructureError, match="not rational in the share"):
        solve(crowd("sqrt(mean(up)) - 1/2"))
    best = first_best(cut)  # x (1/x - 2) rises to 1 towards 0, and is 0 there
    assert (best.welfare.value, best.profiles) == (
        1,
        ("no 1, yes 0, or as near to it as one likes",),
    )
    with pytest.raises(StructureError, match="without bound towards a share of 0"):
        first_best(crowd("if(mean(up) > 0, 1/mean(up)**2, -1)"))
    best = first_best(crowd("if(mean(up) > 0, 2 - 1/mean(up)**2, 0)"))  # falls towards 0
    assert (best.welfare.value, best.profiles) == (1, ("no 0, yes 1",))
    with pytest.raises(StructureError, match="may divide by zero at an equilibrium"):
        solve(crowd("if(2*mean(up)**2 == 1, 0, 1/(2*mean(up)**2 - 1))"))


# -- the model -------------------------------------------------------------------------------------


def economy(share, labour=10.0, alpha=3.0, premium=0.5, cost=4.0, works=0.0):
    """Income and the profit of a factory, where income is what is earned: a fixed point."""
    income = labour
    for _ in range(600):
        at_work = cost + income / alpha
        profit = income - (1 + premium) * at_work
        farm = labour - works - share * at_work
        income = share * profit + (1 + premium) * share * at_work + farm
    return income, profit


def test_equilibria_of_the_oracle():
    """O01: profits -1 and 3, welfare 10, 10 and 13, and the share 1/2 in between."""
    found = solve(load("big_push").game, ORACLE)
    assert found.complete
    shares = [e.strategies[0].probabilities["yes"] for e in found]
    assert [share.value for share in shares] == [0, Fraction(1, 2), 1]
    assert [e.payoffs["sector"].value for e in found] == [0, 0, 3]
    assert [sum(p.value for p in e.payoffs.values()) for e in found] == [10, 10, 13]
    assert economy(0.5)[1] == pytest.approx(0, abs=1e-9)
    assert economy(1)[1] == pytest.approx(3)


def test_payoffs_are_the_accounting_of_incomes():
    game = load("big_push").game
    for share, works in itertools.product((fmpq(1, 4), fmpq(7, 10)), ("0", "3/5")):
        _, (gain,), _ = pieces_of_gain(continuum_of(game, game.values({"works": works})))
        n, used = float(share), float(Fraction(works))
        income, profit = economy(n, cost=4.5, works=used)
        assert float(gain(share)) == pytest.approx(profit)
        disutility = 0.5 * n * (4.5 + income / 3)
        assert income - disutility == pytest.approx(10 - used + n * profit)


@cache
def compared():
    model = load("big_push")
    return compare(model.game, model.reforms)


def test_what_fails_and_which_reforms_help_and_backfire():
    found = compared()
    here = found.baseline[found.baseline.selected]
    assert found.baseline.diagnosis(here) == "coordination failure"
    nets = {
        r.name: {v.rule: v.net["1"].value for v in found.verdicts(r.name)} for r in found.reforms
    }
    assert {n: v["selected"] for n, v in nets.items()} == pytest.approx({
        "factory_subsidy": 1.5, "guarantee": 1.5, "public_railroad": 4.75,
        "private_railroad": -0.5, "minimum_wage": 0, "wage_subsidy": -0.1,
    })  # fmt: skip
    assert nets["minimum_wage"]["best"] == -1.5
    assert nets["private_railroad"]["best"] == 3.25
    _, alone = economy(0, cost=3, works=0.5)  # with a railroad the first factory pays ...
    assert alone > 0 > alone - 1.5 * 1.5  # ... but not if its owner takes what it saves


def test_regimes_are_the_interval_of_the_paper():
    at = {"works": 0, "labour": 10, "productivity": 3, "premium": "1/2"}
    found = regimes(load("big_push").game, at)
    assert found.partition.proved
    conditions = {one.profile: str(one.condition) for one in found.equilibria}
    assert conditions["all no"] == "setup >= 10/3"
    assert conditions["all yes"] == "setup <= 5"
    assert {*conditions["all mix no, yes alike"].split(" & ")} == {"(setup > 10/3)", "(setup < 5)"}
    (between,) = (e for e in found.equilibria if e.profile == "all mix no, yes alike")
    for cost in (Fraction(7, 2), Fraction(4), Fraction(9, 2)):
        one = solve(load("big_push").game, {"setup": cost})["E2"]
        share = between.probabilities["yes"].xreplace({symbol("setup"): Rational(str(cost))})
        assert one.strategies[0].probabilities["yes"].lower == Fraction(str(share))


def test_regimes_of_a_continuum_agree_with_solving():
    """Two roots, one or none of a quadratic advantage over a denominator."""
    c = Parameter("c", 0)
    game = crowd("(mean(up)*(1 - mean(up)) - c)/(1 + mean(up))", [c])
    found = regimes(game)
    for value in ("-1/10", "0", "1/10", "6/25", "1/4", "3/10"):
        at = {symbol("c"): Rational(value)}
        holding = [one for one in found.equilibria if one.condition.xreplace(at) == sympy.true]
        assert len(holding) == len(solve(game, {"c": value})), value


# -- design ----------------------------------------------------------------------------------------


def test_the_least_subsidy_is_what_the_first_factory_loses():
    found = design(load("big_push"), "unique", at=ORACLE)
    assert (found.threshold.value.lower, found.threshold.grade) == (1, "proved")
    assert found.threshold.attained is False
    assert found.outlay.value == pytest.approx(1)
    refund = design(load("big_push"), "unique", "guarantee", vary="refund", at=ORACLE)
    assert (refund.threshold.value.lower, refund.outlay.value) == (1, 0)
    gone = design(load("big_push"), "gone:build=no", at=ORACLE)
    assert gone.threshold.value.lower == 1


@pytest.mark.long
def test_the_least_goal_of_a_guarantee_is_the_share_that_breaks_even():
    found = design(load("big_push"), "unique", "guarantee", vary="goal").threshold
    assert found.value.overlaps(Enclosure.point("7/9"))
    assert [(span.high.lower, span.with_high) for span in found.spans] == [(1, True)]


def test_below_the_share_that_breaks_even_a_guarantee_stops_too_early():
    """Every goal between it and everybody is enough; below it some stop, unrefunded."""
    paid = load("big_push").reform("guarantee")(load("big_push").game)
    beside = Fraction(1, 10**9)
    for goal, number in ((Fraction(7, 9) - beside, 2), (Fraction(7, 9) + beside, 1), (1, 1)):
        assert len(solve(paid, {"goal": goal})) == number
    with pytest.raises(ReformError, match="is a continuum, of which no members are set apart"):
        subsidy("build", 1, members="1/2")(load("big_push").game)


def test_where_a_gap_in_the_middle_decides():
    """The gain touches zero at the share 1/2 last: the tangency is the threshold, not an end."""
    game = crowd("((2*mean(up) - 1)**2 - 1/4)/(1 + mean(up)**2)")
    found = design(game, "unique", target="up=yes")
    assert found.threshold.grade == "proved"
    grid = np.linspace(0, 1, 200_001)
    worst = (-((2 * grid - 1) ** 2 - 0.25) / (1 + grid**2)).max()
    assert found.threshold.value.value == pytest.approx(worst, abs=1e-8)
    assert found.threshold.root_of
    with pytest.raises(StructureError, match="so far 'unique' and 'gone'"):
        design(game, "worst-welfare")
    with pytest.raises(StructureError, match="one player after the other"):
        design(game, "unique", "divide-and-conquer", target="up=yes")
    with pytest.raises(DeclarationError, match="did you mean"):
        design(game, "unique", target="up=yess")


def test_a_choice_that_all_take_is_named_where_no_equilibrium_is_pure():
    entry = find_model(
        str(Path(__file__).parent.parent / "examples/entry/free_entry_continuum.toml")
    )
    with pytest.raises(DeclarationError, match="--target enter=choice"):
        design(entry, "unique", "fee")
    with pytest.raises(DeclarationError, match="--goal gone:enter=choice"):
        design(entry, "gone", "fee")
    found = design(entry, "gone:enter=in", "fee")  # without a target: nobody is paid for one
    assert (found.threshold.value, found.threshold.grade) == (Enclosure.point(0), "proved")
    out = design(entry, "unique", "fee", target="enter=out").threshold
    assert (out.value, out.attained) == (Enclosure.point(99), True)  # what the first earns


@pytest.mark.parametrize("goal", ["unique", "gone:up=no"])
def test_a_strength_at_which_an_open_interval_of_shares_is_indifferent(goal):
    """At 1 every share above 3/5 is an equilibrium and 3/5 is none: that is no doubt."""
    game = crowd("if(mean(up) <= 3/5, -3/(2 + 4*mean(up)**2), -1)")
    found = design(game, goal, target="up=yes").threshold
    assert (found.value, found.grade) == (Enclosure.point("3/2"), "proved")


@pytest.mark.long
def test_thresholds_of_random_continua_by_solving_beside_them():
    rng = random.Random(8)
    for _ in range(6):
        text, _, value = random_rational(rng)
        game = crowd(text)
        found = design(game, "unique", target="up=yes").threshold
        grid = np.linspace(0, 1, 4_001)
        assert found.value.value == pytest.approx(max(0, -value(grid).min()), abs=1e-5)
        paid = subsidy("up", "z", parameters=[Parameter("z", 0)])(game)
        above = solve(paid, {"z": found.value.upper + Fraction(1, 1000)})
        assert [e.strategies[0].probabilities["yes"].lower for e in above] == [1]
        if found.value.lower > 0:
            assert len(solve(paid, {"z": found.value.lower - Fraction(1, 10**6)})) > 1 or (
                value(1) == -float(found.value.value)
            )
