"""Entry into a market: payoffs that are ratios of polynomials in the number of entrants."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from flint import fmpq, fmpq_poly

from pigou import Bystander, Game, Move, Parameter, Player, compare, find_model, solve
from pigou.check_segments import Crowd
from pigou.check_terms import expected_by_terms
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError
from pigou.exact import Enclosure
from pigou.expression import Total, each, symbol
from pigou.optimum import first_best
from pigou.solvers.piecewise import Piece, Piecewise
from pigou.solvers.population import population
from pigou.solvers.rational import Ratio
from pigou.solvers.rational_roots import rational_roots
from pigou.solvers.roots import from_bernstein, real_roots

EXAMPLES = Path(__file__).parent.parent / "examples" / "entry"


def market(earned, surplus="0"):
    """Return a game of entry in which each of sum(enter) entrants earns so much."""
    return Game(
        "market", [Player("firm", size="firms")], [Move("enter", "firm", {"out": 0, "in": 1})],
        {"firm": f"if(enter == 1, {earned}, 0)"}, bystanders=[Bystander("others", surplus)],
        parameters=[Parameter("firms", 100, integer=True), Parameter("cost", "11/10")],
    )  # fmt: skip


def inside(found):
    """Return the numbers that enter in pure equilibria."""
    pure = [e.strategies[0].counts for e in found if e.kind == "pure"]
    return [counts["in"] for counts in pure]


def cournot(number):
    """The profit of a firm, with a demand of 10 and a slope of 1."""
    return Fraction(10, number + 1) ** 2


# -- the free-entry game ---------------------------------------------------------------------------


@pytest.mark.parametrize(("firms", "cost"), [(61, "1/3"), (1000, "11/10"), (10**9, "1/50")])
def test_as_many_enter_as_break_even(firms, cost):
    found = solve(market("(10/(sum(enter) + 1))**2 - cost"), {"firms": firms, "cost": cost})
    assert found.complete
    assert all(e.evidence.checked and e.evidence.grade is Grade.CERTIFIED for e in found)
    number = min(math.floor(10 / math.sqrt(Fraction(cost))) - 1, firms)
    assert inside(found) == [number]
    assert cournot(number) >= Fraction(cost) > cournot(number + 1)
    (mixed,) = (e for e in found if e.kind == "mixed")
    chance = mixed.strategies[0].probabilities["in"].value
    gains = (
        math.exp(math.lgamma(firms) - math.lgamma(k + 1) - math.lgamma(firms - k)
                 + k * math.log(chance) + (firms - 1 - k) * math.log1p(-chance))
        * float(cournot(k + 1))
        for k in range(min(firms, 400))
    )  # fmt: skip
    assert sum(gains) == pytest.approx(float(Fraction(cost)), rel=1e-5)
    assert mixed.marks == ("stable",)


def test_the_last_that_breaks_even_may_stay_out():
    """Mankiw and Whinston's numbers (O31): nine break even, so that eight are enough."""
    found = solve(market("(10/(sum(enter) + 1))**2 - cost"), {"firms": 5000, "cost": 1})
    assert inside(found) == [8, 9]


@pytest.mark.long
def test_both_ways_of_solving_agree():
    """One by one up to sixty members, from the formula beyond: the same mixture in the limit."""
    game = market("(10/(sum(enter) + 1))**2 - cost")
    expected = [
        firms * found["E2"].strategies[0].probabilities["in"].value
        for firms in (58, 60, 62, 64)
        for found in [solve(game, {"firms": firms})]
    ]
    steps = [b - a for a, b in itertools.pairwise(expected)]
    assert steps[0] > steps[1] > steps[2] > 0.8 * steps[0]


def test_the_example_has_too_many_entrants_and_a_fee_helps():
    model = find_model(str(EXAMPLES / "free_entry.toml"))
    surplus = {
        n: Fraction(10 * n, n + 1) ** 2 / 2 + n * (cournot(n) - Fraction(11, 10))
        for n in range(1001)
    }
    best = first_best(model.game)
    assert best.welfare == Enclosure.point(max(surplus.values()))
    number = max(surplus, key=surplus.__getitem__)
    assert best.profiles == (f"{1000 - number} out, {number} in",)
    found = compare(model.game, model.reforms)
    (entered,) = inside(found.baseline.found)
    assert entered > number
    assert {d.name: found.verdicts(d.name)[2].statement for d in model.reforms} == {
        "fee": "worth it", "support": "costs more than it brings",
    }  # fmt: skip
    fee = next(r for r in found.reforms if r.name == "fee")
    assert inside(fee.found) == [4]
    assert surplus[4] - surplus[entered] == found.verdicts("fee")[0].net["1"].lower


def test_a_real_number_of_firms():
    model = find_model(str(EXAMPLES / "free_entry_continuum.toml"))
    (only,) = solve(model.game)
    assert 100 * only.strategies[0].probabilities["in"].lower == 9
    best = first_best(model.game)
    n = 10 ** (2 / 3) - 1  # n* + 1 = (n_e + 1)^(2/3)
    assert best.welfare.value == pytest.approx((10 * n / (n + 1)) ** 2 / 2 + n * (100 / (n + 1) ** 2
                                               - 1))  # fmt: skip
    fee = 100 / (n + 1) ** 2 - 1
    (paid,) = solve(model.reform("fee")(model.game), {"fee": str(round(fee, 12))})
    assert 100 * paid.strategies[0].probabilities["in"].value == pytest.approx(n, abs=1e-9)


# -- pure counts, by brute force -------------------------------------------------------------------

EARNED = {
    "ratio": ("30*n/(n**2 + 40) - cost", lambda n: Fraction(30 * n, n * n + 40)),
    "pole": ("1/(2*n - 15) - cost + 1", lambda n: Fraction(1, 2 * n - 15) + 1),
    "kink": ("if(n >= 7, 20/n, n/7) - cost", lambda n: Fraction(20, n) if n >= 7 else
             Fraction(n, 7)),
    "larger": ("max(12/n, n/200) - cost", lambda n: max(Fraction(12, n), Fraction(n, 200))),
}  # fmt: skip


@pytest.mark.parametrize("which", EARNED)
def test_all_numbers_that_enter_in_equilibrium(which):
    text, value = EARNED[which]
    game = market(text.replace("n", "sum(enter)") if which not in ("kink", "larger") else
                  text.replace("n/", "sum(enter)/").replace("/n", "/sum(enter)")
                  .replace("n >=", "sum(enter) >="))  # fmt: skip
    for firms, cost in itertools.product((90, 700), ("1/2", "11/10", "2")):
        gain = [value(n) - Fraction(cost) for n in range(1, firms + 1)]
        wanted = [
            m
            for m in range(firms + 1)
            if (m == 0 or gain[m - 1] >= 0) and (m == firms or gain[m] <= 0)
        ]
        about = population(game, game.values({"firms": firms, "cost": cost}))
        if about is None:
            continue
        found = solve(game, {"firms": firms, "cost": cost}, pure=True)
        assert inside(found) == wanted
    gains = population(game, game.values({"firms": 6000, "cost": 2})).gain
    assert [gains(k) for k in (0, 6, 7, 5999)] == [
        fmpq(v.numerator, v.denominator) for k in (1, 7, 8, 6000) for v in [value(k) - 2]
    ]
    sizes = [abs(value(k) - 2) for k in range(1, 6001)]
    assert float(max(sizes)) <= float(Fraction(str(gains.bound))) < 3 * float(max(sizes)) + 1


def test_a_number_at_which_a_payoff_divides_by_zero_is_named():
    game = market("1/(sum(enter) - 4) - cost")
    with pytest.raises(DeclarationError, match="a count of 3"):
        solve(game, {"firms": 6000})


@pytest.mark.parametrize("firms", [50, 100, 10**6])
def test_a_shared_prize_is_infinite_only_where_nobody_takes_it(firms):
    best = first_best(market("3/sum(enter) - cost"), {"firms": firms})
    assert best.welfare == Enclosure.point("19/10")
    assert best.profiles == (f"{firms - 1} out, 1 in",)
    other = replace(market("0"), payoffs={"firm": "if(enter == 1, 1, 3/sum(1 - enter))"})
    best = first_best(other, {"firms": firms})  # and so with the choices swapped
    assert best.welfare == Enclosure.point(firms + 2)
    assert best.profiles == (f"1 out, {firms - 1} in",)


# -- mixtures --------------------------------------------------------------------------------------


def expected(value, draws, share):
    """Return what a member expects beside so many others who each enter with a probability."""
    logs = [
        math.lgamma(draws + 1) - math.lgamma(k + 1) - math.lgamma(draws - k + 1)
        + k * math.log(share) + (draws - k) * math.log1p(-share)
        for k in range(min(draws + 1, 200))
    ]  # fmt: skip
    return sum(math.exp(log) * float(value(k + 1)) for k, log in enumerate(logs))


def test_a_payoff_that_is_infinite_between_two_numbers():
    """The bound on what is left out is taken beside the pole, by the solver and by the checker."""
    game = market("1/(2*sum(enter) - 15)**2 - cost")
    found = solve(game, {"firms": 6000, "cost": "1/10"})
    assert inside(found) == [0, 9]
    assert found.complete
    for one in (e for e in found if e.kind == "mixed"):
        share = one.strategies[0].probabilities["in"].value
        assert expected(lambda n: Fraction(1, 2 * n - 15) ** 2, 5999, share) == pytest.approx(0.1)
        assert one.evidence.checked
    game = market("1/(2*sum(enter) - 15) + 2 - sum(enter)/10")
    found = solve(game, {"firms": 700})
    assert (inside(found), found.complete) == ([20], True)
    assert all(e.evidence.checked for e in found)


@pytest.mark.long
def test_roots_are_those_of_the_polynomial_in_bernstein_form():
    rng = random.Random(4)
    compared = 0
    while compared < 6:
        over = fmpq_poly([rng.randint(-40, 40), rng.randint(-9, 9), rng.randint(-1, 1)])
        under = fmpq_poly([rng.randint(1, 9), rng.randint(0, 5), 1])
        function = Piecewise([Piece(0, 69, Ratio(over, under))])
        if function.changes != 1 or function.is_polynomial:
            continue
        (exact,) = real_roots(from_bernstein([function(k) for k in range(70)]))
        (root,) = rational_roots(function).roots
        assert root.share.overlaps(exact.enclosure)
        assert root.share.width < Fraction(1, 2**79)
        assert root.falls == (function.runs[0].sign > 0)
        compared += 1


def test_several_changes_of_sign_are_said_to_be_open():
    """More than five thousand firms: a niche for a few, none for many, room again for most."""
    game = market("3/sum(enter) + sum(enter)/3000 - cost")
    found = solve(game, {"firms": 6000})
    assert inside(found) == [2, 6000]
    mixed = [e.strategies[0].probabilities["in"].value * 6000 for e in found if e.kind == "mixed"]
    assert len(mixed) == 2
    assert mixed[1] == pytest.approx(3300, abs=5)
    one_more = market("if(sum(enter) == 3000, 2, 3/sum(enter)) - cost")
    found = solve(one_more, {"firms": 6000})
    assert not found.complete
    assert found.unresolved


def test_two_mixtures_of_more_firms_than_are_gone_through():
    """One by one they were too many to be looked for, from the formula they are found."""
    found = solve(market("3/sum(enter) + sum(enter)/60 - cost"), {"firms": 70, "cost": 1})
    assert (inside(found), found.complete) == ([3, 70], True)
    mixed = [e.strategies[0].probabilities["in"].value for e in found if e.kind == "mixed"]
    assert len(mixed) == 2
    for share in mixed:
        value = expected(lambda n: Fraction(3, n) + Fraction(n, 60), 69, share)
        assert value == pytest.approx(1, abs=1e-6)


def test_the_checker_expects_as_adding_up_does():
    no, yes = {"up": Fraction(0)}, {"up": Fraction(1)}
    number = Total(each("up"), symbol("firm"))
    crowd = Crowd("firm", 300, 299, 1, {"a": Fraction(2, 3)}, (no, yes))
    formula = symbol("a") / (number**2 + 3)
    for p in (Fraction(1, 50), Fraction(1, 2), Fraction(99, 100)):
        exact = sum(
            math.comb(299, k) * p**k * (1 - p) ** (299 - k) * Fraction(2, 3) / ((k + 1) ** 2 + 3)
            for k in range(300)
        )
        found = expected_by_terms(formula, crowd, Enclosure.point(p))
        assert found.lower <= exact <= found.upper
        assert found.width < Fraction(1, 10**60)
        wide = expected_by_terms(formula, crowd, Enclosure(p, p + Fraction(1, 10**9)))
        assert wide.lower <= exact <= wide.upper
        assert found.width < wide.width < Fraction(1, 10**6)


def test_mixtures_that_are_too_spread_are_left_open():
    found = solve(market("1/sum(enter) - cost"), {"firms": 10**9, "cost": "1e-6"})
    assert inside(found) == [999_999, 10**6]
    assert not found.complete
    assert found.unresolved == (
        "mixtures, not searched: a variance of the number of others above 50,000",
    )
