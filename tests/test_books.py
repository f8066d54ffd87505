"""The books: they balance for every game and reform; accounts, weights, failure, verdicts."""

from __future__ import annotations

import dataclasses
import itertools
import math
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings, strategies as st

from pigou import (
    GOVERNMENT,
    Bystander,
    Choice,
    DeclarationError,
    Enclosure,
    Game,
    Move,
    Parameter,
    Player,
    Type,
    assess,
    balance,
    balance_at,
    compare,
    income_weights,
    pay,
    solve,
    subsidy,
    tax,
)
from pigou.ledger import running_cost
from pigou.models import load
from pigou.verdict import verdict_between
from pigou.weights import checked_weights

MODEL = load("coordination")
whole = st.integers(-3, 3)
rates = st.fractions(0, 2, max_denominator=4)


def number(value) -> Enclosure:
    return Enclosure.point(value)


@st.composite
def games(draw) -> Game:
    """Two single players with two choices, or a population of two types next to a single player."""
    entries = draw(st.lists(whole, min_size=8, max_size=8))
    moves = [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1})]
    first, second = entries[:4], entries[4:]
    if draw(st.booleans()):
        players = [Player("a"), Player("b")]
        payoffs = {
            "a": f"{first[0]} + {first[1]}*x + {first[2]}*y + {first[3]}*x*y",
            "b": f"{second[0]} + {second[1]}*y + {second[2]}*x + {second[3]}*x*y",
        }
    else:
        types = [Type("high", 2, {"skill": 2}), Type("low", 1, {"skill": 1})]
        players = [Player("a"), Player("b", types=types)]
        payoffs = {
            "a": f"{first[0]}*x + {first[1]}*sum(y) + {first[3]}*x*sum(y)",
            "b": f"{second[0]}*y*skill + {second[1]}*y*sum(y) + {second[2]}*x*y",
        }
    outside = Bystander("others", f"{draw(whole)}*x")
    return Game("random", players, moves, payoffs, [outside], parameters=[Parameter("k", 1)])


@st.composite
def reforms(draw):
    """A package of up to three payments, with a running cost or not."""
    kinds = [
        lambda r, n: subsidy("x", r, f"s{n}"),
        lambda r, n: subsidy("y", f"{r}*k", f"m{n}", choice="yes"),
        lambda r, n: tax("y", r, f"t{n}", when="x == yes"),
        lambda r, n: pay("a", "b", f"{r}*y/2", f"p{n}"),
        lambda r, n: pay("others", "a", f"{r}*x", f"o{n}", running_cost=r),
    ]
    parts = [draw(st.sampled_from(kinds))(draw(rates), n) for n in range(draw(st.integers(1, 3)))]
    package = parts[0]
    for part in parts[1:]:
        package += part
    return package


@given(games(), reforms())
@settings(max_examples=40, deadline=None)
def test_the_books_balance_symbolically_and_at_every_equilibrium(game, reform):
    changed = reform(game)
    assert balance(changed) == 0
    found = solve(changed)
    for one in found:
        assert balance_at(changed, changed.values(), one.strategies).lower <= 0
        assert balance_at(changed, changed.values(), one.strategies).upper >= 0
        exact = all(p.is_exact for s in one.strategies for p in s.probabilities.values())
        if exact:
            assert balance_at(changed, changed.values(), one.strategies) == number(0)


@given(games(), reforms())
@settings(max_examples=25, deadline=None)
def test_the_public_account_adds_up_at_every_equilibrium(game, reform):
    """Outlay is the sum of what the government pays, and the lines sum to its payoff."""
    changed = reform(game)
    for one in assess(changed, solve(changed)):
        paid = [f.amount for f in one.flows if f.transfer.payer == GOVERNMENT]
        paid += [-f.amount for f in one.flows if f.transfer.payee == GOVERNMENT]
        out = [p for p in paid if p.lower > 0 or (p.upper > 0 and not p.is_zero(100))]
        taken = [-p for p in paid if p.upper < 0 or (p.lower < 0 and not p.is_zero(100))]
        assert (one.outlay - sum(out, number(0))).is_zero(100)
        assert (one.revenue - sum(taken, number(0))).is_zero(100)
        assert (one.public + one.net_outlay).is_zero(100)
        assert (one.welfare("3/2") - (one.welfare() - one.deadweight("3/2"))).is_zero(100)


def brute_surplus(game: Game, moves: dict[str, int]) -> dict[str, Fraction]:
    """Everybody's surplus at a pure profile of two single players, by hand over the ledger."""
    state = {sp.Symbol(k, real=True): v for k, v in moves.items()} | {sp.Symbol("k", real=True): 1}
    result = {p: Fraction(str(game.primitive(p).xreplace(state))) for p in game.parties}
    for transfer in game.transfers:
        amount = Fraction(str(sp.sympify(transfer.amount).xreplace(state)))
        result[transfer.payee] += amount
        result[transfer.payer] -= amount
    return result


@given(st.lists(whole, min_size=8, max_size=8), rates)
@settings(max_examples=25, deadline=None)
def test_surpluses_are_those_of_the_ledger_read_by_hand(entries, rate):
    moves = [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1})]
    payoffs = {"a": f"{entries[0]}*x + {entries[1]}*x*y", "b": f"{entries[2]}*y + {entries[3]}*x*y"}
    game = Game("two", [Player("a"), Player("b")], moves, payoffs, parameters=[Parameter("k", 1)])
    changed = (subsidy("x", rate) + pay("a", "b", f"{rate}*x*y"))(game)
    for one in assess(changed, solve(changed)):
        if one.equilibrium.kind == "pure":
            taken = {
                s.move: int(next(label == "yes" for label, p in s.probabilities.items() if p.upper))
                for s in one.equilibrium.strategies
            }
            assert dict(one.surplus) == {
                p: number(v) for p, v in brute_surplus(changed, taken).items()
            }


def test_a_payment_that_only_one_side_books_is_found(monkeypatch):
    """The balance is no tautology: with a payee who gets half, it is not 0."""
    game = subsidy("upgrade", "1/10")(MODEL.game)
    honest = Game.amount

    def short(self, transfer, party):
        share = 1 if party == GOVERNMENT else sp.Rational(1, 2)
        return share * honest(self, transfer, party)

    assert balance(game) == 0
    monkeypatch.setattr(Game, "amount", short)
    assert balance(game) != 0


def test_the_balance_covers_choices_with_an_exit():
    moves = [Move("x", "a", Choice({"stay": 0, "go": 1}, exit="go"))]
    game = Game("leave", [Player("a", size=3)], moves, {"a": "if(x == go, 0, 2 - sum(x))"})
    assert balance(tax("x", 1, choice="stay")(game)) == 0


def test_running_cost_is_told_from_the_governments_own_surplus():
    """A government that gains 3 by every upgrade and pays 1/2 to run a reform."""
    game = Game(
        "fiscal",
        [Player("firm")],
        [Move("x", "firm", {"no": 0, "yes": 1})],
        {"firm": "x"},
        [Bystander(GOVERNMENT, "3*x")],
    )
    changed = subsidy("x", 1, running_cost="1/2")(game)
    (one,) = assess(changed, solve(changed))
    assert running_cost(changed) == sp.Rational(1, 2)
    assert (one.running_cost, one.outlay, one.net_outlay) == (
        number("1/2"),
        number(1),
        number("3/2"),
    )
    assert one.public == number("3/2") and one.deadweight(2) == number("3/2")


# -- weights --------------------------------------------------------------------------------------


@given(
    st.fractions("1/10", 10, max_denominator=20),
    st.fractions("1/10", 10, max_denominator=20),
    st.fractions(0, 3, max_denominator=10),
)
@settings(max_examples=60, deadline=None)
def test_weights_from_incomes_enclose_the_true_power(income, median, elasticity):
    """With elasticity p/q the weight to the q is (median/income) to the p, which is rational."""
    weight = income_weights({"g": income}, median, elasticity)["g"]
    p, q = elasticity.numerator, elasticity.denominator
    true = (median / income) ** p
    assert weight.lower**q <= true <= weight.upper**q
    assert weight.width <= Fraction(1, 10**30) * (1 + weight.upper)
    assert math.isclose(weight.value, float(median / income) ** float(elasticity), rel_tol=1e-12)


def test_the_green_book_weight_of_half_the_median_is_two_to_the_power_of_one_point_three():
    """HM Treasury (2022), annex A3: at an elasticity of 1.3 half the median income counts 2.5."""
    weight = income_weights({"poor": 1, "rich": 2}, 2)
    assert round(weight["poor"].value, 1) == 2.5
    assert weight["rich"] == number(1)


@pytest.mark.parametrize(
    ("incomes", "median", "elasticity", "words"),
    [
        ({"g": 0}, 1, 1, "the income of 'g' is above 0, not 0"),
        ({"g": "much"}, 1, 1, "the income of 'g': 'much' is not a number"),
        ({"g": 1}, -1, 1, "the median income is above 0, not -1"),
        ({"g": 1}, 1, 21, "from 0 to 20, not 21"),
        ({"g": 1}, 1, "x", "'x' is not a number"),
    ],
)
def test_bad_incomes_are_refused(incomes, median, elasticity, words):
    with pytest.raises(DeclarationError, match=words):
        income_weights(incomes, median, elasticity)


def test_incomes_and_weights_go_together_but_not_for_one_group():
    found = compare(MODEL.game, [], weights={"firm": 2}, incomes={"consumers": 1}, median=2)
    assert found.weights["firm"] == number(2) and found.weights["consumers"].lower > 2
    assert found.origins == {"consumers": "(2/1)**(13/10)"}
    with pytest.raises(DeclarationError, match="'firm' has a weight and an income"):
        compare(MODEL.game, [], weights={"firm": 2}, incomes={"firm": 1}, median=2)
    with pytest.raises(DeclarationError, match="need the median income"):
        compare(MODEL.game, [], incomes={"firm": 1})
    with pytest.raises(DeclarationError, match="mean 'consumers'"):
        compare(MODEL.game, [], incomes={"consumer": 1}, median=2)
    with pytest.raises(DeclarationError, match="the weight of 'firm'"):
        checked_weights({"firm": "x"}, ["firm"])


# -- verdicts and where they flip -----------------------------------------------------------------

SUBSIDY = MODEL.reform("uniform_subsidy")


@given(st.fractions("1/2", 3, max_denominator=8), st.fractions(0, 3, max_denominator=8))
@settings(max_examples=30, deadline=None)
def test_the_net_benefit_is_zero_at_each_switching_value_and_changes_sign_there(cost, weight):
    found = compare(
        MODEL.game, [SUBSIDY], costs_of_funds=[cost], weights={"consumers": weight, "firm": 1}
    )
    for one in found.verdicts("uniform_subsidy"):
        nearby = Fraction(1, 10**9)
        if one.break_even is not None:
            assert one.break_even.is_exact
            signs = [
                one.private + number(one.break_even.lower + d) * one.public
                for d in (-nearby, 0, nearby)
            ]
            assert signs[0].lower > 0 and signs[1] == number(0) and signs[2].lower < 0
        for group in one.weights:
            switch = one.switching_weight(group, str(cost))
            if switch is None:
                continue
            for step in (-1, 0, 1):
                at = {**dict(found.weights), group: number(switch.lower + step * nearby)}
                moved = dataclasses.replace(found, weights=at)
                if at[group].lower < 0:
                    continue
                (there,) = (v for v in moved.verdicts("uniform_subsidy") if v.rule == one.rule)
                gain = one.changes[group].lower
                assert there.net[str(cost)] == number(step * nearby * gain)


def test_weighted_and_unweighted_results_are_both_there():
    found = compare(MODEL.game, [SUBSIDY], costs_of_funds=(3,), weights={"consumers": 4})
    worst = found.verdicts("uniform_subsidy")[1]
    assert (worst.statement, worst.unweighted_statement) == (
        "worth it",
        "costs more than it brings",
    )
    assert worst.break_even == number("29/8") and worst.unweighted_break_even == number("17/8")
    assert worst.plain == number("17/2") and worst.private == number("29/2")


def test_losers_are_named_and_the_government_is_not_one():
    levy = pay("consumers", "firm", "upgrade/2", "levy")
    best = compare(MODEL.game, [levy]).verdicts("levy")[0]
    assert best.losers == ("consumers",)
    assert compare(MODEL.game, [SUBSIDY]).verdicts("uniform_subsidy")[0].losers == ()


@given(st.fractions(0, 1, max_denominator=12), st.fractions(1, 2, max_denominator=8))
@settings(max_examples=30, deadline=None)
def test_a_reform_that_fails_changes_nothing_and_costs_what_it_costs(risk, cost):
    """N = (1 - q) (A + lambda B) - q lambda L with A = 17/2, B = -4 and L = 4."""
    bad, *_ = assess(MODEL.game, solve(MODEL.game))
    changed = SUBSIDY(MODEL.game)
    (good,) = assess(changed, solve(changed))
    one = verdict_between("worst", bad, good, [cost], {}, [(risk, bad)] if risk else [])
    expected = (1 - risk) * (Fraction(17, 2) - 4 * cost) - risk * cost * 4
    assert one.net[str(cost)] == number(expected)
    assert one.failure == risk and one.lost == number(4)
    assert one.works["firm"] == number("13/2") and one.changes["firm"] == number(
        (1 - risk) * Fraction(13, 2)
    )
    limit = one.switching_failure(str(cost))
    if Fraction(17, 2) - 4 * cost > 0:
        q = limit.lower
        assert (1 - q) * (Fraction(17, 2) - 4 * cost) == q * cost * 4
    else:
        assert limit is None


def test_what_a_failed_tax_costs_is_its_running_cost_alone():
    """Revenue that is not collected is no loss, and no gain."""
    duty = tax("upgrade", "1/10", "duty", running_cost="1/4")
    _, good, _ = assess(MODEL.game, solve(MODEL.game))
    changed = duty(MODEL.game)
    _, taxed, _ = assess(changed, solve(changed))
    one = verdict_between("best", good, taxed, [Fraction(1)], {}, [(Fraction(1, 2), good)])
    assert one.lost == number("1/4") and one.works[GOVERNMENT] == number("3/4")
    assert one.changes[GOVERNMENT] == number("1/4") and one.net["1"] == number("-1/4")


def test_a_range_of_costs_of_public_funds_is_that_of_ballard_shoven_and_whalley():
    """Ballard, Shoven and Whalley (1985): 1.17 to 1.56; linear in between, so the ends decide."""
    found = compare(MODEL.game, [SUBSIDY], costs_of_funds=("1.17", "1.56"))
    _, worst, _ = found.verdicts("uniform_subsidy")
    assert dict(worst.net) == {"117/100": number("191/50"), "39/25": number("113/50")}
    (good,) = found.reforms[0].assessments
    assert (good.deadweight("1.17"), good.deadweight("1.56")) == (number("17/25"), number("56/25"))


def test_every_combination_of_rules_and_costs_is_there():
    found = compare(MODEL.game, MODEL.reforms[:2], costs_of_funds=(1, "1.5"))
    for reform, rule in itertools.product(found.reforms, ("best", "worst", "selected")):
        (one,) = (v for v in found.verdicts(reform.name) if v.rule == rule)
        assert set(one.net) == set(one.unweighted) == {"1", "3/2"}


@pytest.mark.parametrize("rate", [1, -1])
def test_a_negative_tax_is_booked_as_the_subsidy_that_it_is(rate):
    """Paid or taken is the same under either name, also what is lost if it fails."""
    firm, moves = [Player("firm")], [Move("q", "firm", (0, 10))]
    game = Game("monopoly", firm, moves, {"firm": "q*(10 - q)"})
    found = compare(game, [subsidy("q", rate, failure="1/2"), tax("q", -rate, failure="1/2")])
    one, other = (scenario.assessments[0] for scenario in found.reforms)
    assert (one.outlay, one.revenue) == (other.outlay, other.revenue)
    assert (one.outlay, one.revenue) == ((number("11/2"), number(0)) if rate > 0 else
                                         (number(0), number("9/2")))  # fmt: skip
    one, other = (found.verdicts(name)[0] for name in ("subsidy", "tax"))
    assert (one.net, one.lost) == (other.net, other.lost)
