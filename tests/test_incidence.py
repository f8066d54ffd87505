"""Who ends up with public money, rents along a chain, and the prices of anarchy and stability."""

from __future__ import annotations

from fractions import Fraction

import pytest

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
    assess,
    balance,
    compare,
    pay,
    solve,
    subsidy,
)
from pigou.efficiency import prices
from pigou.equilibrium import Grade
from pigou.incidence import incidence_matrix, marginal_incidence
from pigou.models import load
from pigou.reform import reform
from pigou.rents import rents_in

MODEL = load("coordination")


def number(value) -> Enclosure:
    return Enclosure.point(value)


def chain() -> Game:
    """A manufacturer sets a wholesale price, a retailer sells to demand 12 - q; unit cost 2."""
    return Game(
        "chain",
        [Player("maker"), Player("retailer")],
        [Move("w", "maker", (0, 20)), Move("q", "retailer", (0, 20), 2)],
        {"maker": "(w - 2)*q", "retailer": "(12 - q - w)*q"},
        bystanders=[Bystander("consumers", "q**2/2")],
    )


# -- O43: the marginal cost of public funds -------------------------------------------------------


def labour(rate) -> Game:
    """Hours at a wage of 1 taxed at t, with utility c - h**(7/2)/(7/2): supply (1 - t)**(2/5)."""
    game = Game(
        "labour",
        [Player("worker")],
        [Move("h", "worker", (0, 2))],
        {"worker": "h - h**(7/2)/(7/2)"},
        parameters=[Parameter("t", rate, "0 <= t and t < 1")],
    )
    return pay("worker", "government", "t*h", purpose="income tax")(game)


@pytest.mark.parametrize(("rate", "cost"), [("3/10", "1/(1 - 2/5*3/7)"), ("1/2", "1/(1 - 2/5)")])
def test_the_marginal_cost_of_public_funds_is_the_incidence_of_a_labour_tax(rate, cost):
    """1/(1 - eta t/(1 - t)) with eta = 2/5: 1.206896552 at t = 0.3, 5/3 at t = 0.5 (O43)."""
    game = labour(rate)
    (one,) = solve(game)
    row = marginal_incidence(game, {}, one, game.transfers[0])
    assert row.grade is Grade.CERTIFIED and row.economic[GOVERNMENT].overlaps(number(1))
    expected = {"3/10": Fraction(35, 29), "1/2": Fraction(5, 3)}[rate]
    assert row.economic["worker"].overlaps(number(-expected))
    assert row.economic["worker"].width < Fraction(1, 10**20)


def test_no_revenue_is_raised_at_the_top_of_the_laffer_curve():
    """Revenue t (1 - t)**(2/5) is largest at t = 1/(1 + eta) = 5/7; beyond it, it falls (O43)."""
    game = labour("5/7")
    (one,) = solve(game)
    assert marginal_incidence(game, {}, one, game.transfers[0]).economic == {}
    signs = []
    for rate in (Fraction(5, 7) - Fraction(1, 1000), Fraction(5, 7) + Fraction(1, 1000)):
        game = labour(rate)
        (one,) = solve(game)
        row = marginal_incidence(game, {}, one, game.transfers[0])
        signs.append(row.economic["worker"].upper < 0)
    assert signs == [True, False]


# -- incidence along a chain ----------------------------------------------------------------------


@pytest.mark.parametrize("payee", ["maker", "retailer"])
def test_who_is_paid_by_law_is_not_who_gains(payee):
    """The wholesale price undoes the payee: q = (10 + s)/4, whoever of the two is subsidised.

    Profits are (10 + s)**2/8 and (10 + s)**2/16, consumers have (10 + s)**2/32; the outlay is
    s (10 + s)/4, so that at s = 2 one more unit gives them 3, 3/2 and 3/4 by 7/2.
    """
    reform = pay("government", payee, "2*q", "support", purpose="support")
    found = compare(chain(), [reform])
    margin, whole = incidence_matrix(found.baseline, found.reforms[0])
    assert margin.how == "exact: in closed form"
    assert dict(margin.economic) == {
        "maker": number("6/7"), "retailer": number("3/7"), "consumers": number("3/14"),
        GOVERNMENT: number(-1),
    }  # fmt: skip
    assert margin.statutory[payee] == number(1) and margin.welfare == number("1/2")
    # the whole: surpluses rise by 44 (1/8, 1/16, 1/32) for an outlay of 6
    assert dict(whole.economic) == {
        "maker": number("11/12"), "retailer": number("11/24"), "consumers": number("11/48"),
        GOVERNMENT: number(-1),
    }  # fmt: skip


def test_the_margin_is_the_limit_of_solved_games():
    """Surpluses are quadratic in the rate here, so that central differences are exact."""
    step = Fraction(1, 8)
    sides = []
    for rate in (2 + step, 2 - step):
        game = subsidy("q", rate)(chain())
        (one,) = assess(game, solve(game))
        sides.append((one.surplus, one.outlay))
    (up, more), (down, less) = sides
    game = subsidy("q", 2)(chain())
    (one,) = solve(game)
    row = marginal_incidence(game, {}, one, game.transfers[0])
    for party, share in row.economic.items():
        assert share == (up[party] - down[party]) / (more - less)


def test_a_transfer_that_changes_no_choice_stays_with_whom_it_is_paid():
    found = compare(MODEL.game, [MODEL.reform("uniform_subsidy")])
    margin, whole = incidence_matrix(found.baseline, found.reforms[0])
    assert dict(margin.economic) == {
        "firm": number(1),
        "consumers": number(0),
        GOVERNMENT: number(-1),
    }
    assert margin.welfare == number(0)
    assert whole.welfare == number("9/8")  # 9/2 of welfare for 4 of money


def test_nothing_is_said_where_no_public_money_moves():
    found = compare(MODEL.game, [MODEL.reform("assurance")])
    rows = incidence_matrix(found.baseline, found.reforms[0])
    assert all(row.economic == {} and row.grade is None for row in rows)


# -- rents ----------------------------------------------------------------------------------------


def test_rents_and_their_shares_along_a_chain():
    """Profits are 25/2 and 25/4 at q = 5/2; nobody has anything if it makes its move 0."""
    game = chain()
    (one,) = assess(game, solve(game))
    stated = rents_in(game, {}, one, {"maker": 0, "retailer": "5/4"})
    assert dict(stated.rents) == {"maker": number("25/2"), "retailer": number(5)}
    assert dict(stated.shares) == {"maker": number("5/7"), "retailer": number("2/7")}
    with pytest.raises(DeclarationError, match="mean 'maker'"):
        rents_in(game, {}, one, {"mker": 0})


def test_the_outside_option_is_what_no_effort_or_an_exit_pays():
    """In a commons of two each has 16; alone idle it has nothing. An exit pays 2 for sure."""
    duopoly = Game(
        "duopoly",
        [Player("a"), Player("b")],
        [Move("x", "a", (0, 12)), Move("y", "b", (0, 12))],
        {"a": "x*(12 - x - y)", "b": "y*(12 - x - y)"},
    )
    (one,) = assess(duopoly, solve(duopoly))
    found = rents_in(duopoly, {}, one)
    assert dict(found.rents) == {"a": number(16), "b": number(16)}
    assert found.shares["a"] == number("1/2")
    club = Game(
        "club",
        [Player("m", size=3)],
        [Move("x", "m", Choice({"low": 0, "high": 1, "leave": 2}, exit="leave"))],
        {"m": "if(x == leave, 2, 5)"},
    )
    best = max(assess(club, solve(club)), key=lambda a: a.surplus["m"].lower)
    found = rents_in(club, {}, best)
    assert found.how["m"] == "leaving (leave)" and found.rents["m"] == number(9)


def test_no_rent_is_negative_in_an_equilibrium():
    for model, at in ((MODEL, {}), (MODEL, {"benefit": 3}), (MODEL, {"cost": "2/3"})):
        values = model.game.values(at)
        for one in assess(model.game, solve(model.game, at)):
            assert rents_in(model.game, values, one).rents["firm"].lower >= 0


# -- prices of anarchy and stability --------------------------------------------------------------


def stag_hunt(alone) -> Game:
    payoff = "if({0} == stag, 4*{1}, {2})"
    return Game(
        "stag hunt",
        [Player("ann"), Player("bob")],
        [Move("a", "ann", {"hare": 0, "stag": 1}), Move("b", "bob", {"hare": 0, "stag": 1})],
        {"ann": payoff.format("a", "b", alone), "bob": payoff.format("b", "a", alone)},
    )


def test_the_prices_of_a_stag_hunt():
    """First best 8; the equilibria give 8, 2 and (in the mixture, at 1/4) 2."""
    found = prices(compare(stag_hunt(1), []).baseline)
    assert (found.anarchy, found.stability) == (number(4), number(1))
    assert found.reason == "" and not found.is_bound


def test_a_dilemma_has_a_price_of_stability():
    game = Game(
        "dilemma",
        [Player("a"), Player("b")],
        [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1})],
        {"a": "1 + 3*y - x", "b": "1 + 3*x - y"},
    )
    found = prices(compare(game, []).baseline)
    assert (found.anarchy, found.stability) == (number(3), number(3))


@pytest.mark.parametrize(("alone", "defined"), [(0, True), (-1, True)])
def test_a_price_is_undefined_where_welfare_is_not_positive(alone, defined):
    found = prices(compare(stag_hunt(alone), []).baseline)
    assert (found.stability is not None) is defined
    if alone == 0:
        assert found.anarchy is None and "not above 0" in found.reason


def test_nobody_is_charged_a_rent_twice_where_players_decide_as_one():
    """The joint player has no surplus beside its members', and the books still balance."""
    game = stag_hunt(1)
    joined = reform("joint_commitment", players=("ann", "bob"))
    found = compare(game, [joined])
    (after,) = found.reforms
    rents = rents_in(after.game, {}, after.assessments[0])
    assert rents.rents == {} and rents.how == {"joint": "not known: it decides for others"}
    assert balance(after.game) == 0
    assert after.assessments[0].surplus == {"ann": number(4), "bob": number(4)}


# -- equal transfers, and margins that there are not ----------------------------------------------


def monopoly() -> Game:
    return Game(
        "monopoly",
        [Player("firm")],
        [Move("q", "firm", (0, 10))],
        {"firm": "q*(10 - q)"},
        bystanders=[Bystander("consumers", "q**2/2")],
    )


def test_of_two_equal_subsidies_each_is_scaled_alone():
    """With both q = 6 and dq = 1/2: one more unit of one pays 6 + 1/2, and 1/2 of the other."""
    found = compare(monopoly(), [subsidy("q", 1) + subsidy("q", 1)])
    for row in incidence_matrix(found.baseline, found.reforms[0])[:2]:
        assert row.economic["firm"] == number("12/13")
        assert row.economic["consumers"] == number("6/13")
        assert row.economic[GOVERNMENT] == number("-14/13")


def test_a_second_subsidy_like_one_that_is_there_has_its_row():
    game = subsidy("q", 1)(monopoly())
    found = compare(game, [subsidy("q", 1)])
    rows = incidence_matrix(found.baseline, found.reforms[0])
    assert [row.of for row in rows] == ["subsidy on q", "whole reform"]


@pytest.mark.parametrize(("rate", "gain"), [("1/2", "1/2"), (1, None), (2, 1)])
def test_there_is_no_margin_where_a_move_just_reaches_the_end_of_its_interval(rate, gain):
    """-q**2/2 + rate q on [0, 1]: below a rate of 1 the move answers, above it is at its end."""
    game = Game("cap", [Player("firm")], [Move("q", "firm", (0, 1))], {"firm": "-q**2/2"})
    found = compare(game, [subsidy("q", rate)])
    row = incidence_matrix(found.baseline, found.reforms[0])[0]
    assert row.economic.get("firm") == (None if gain is None else number(gain))
    assert (row.grade is None) == (gain is None)
    assert ("not defined" in row.how) == (gain is None)


def test_there_is_no_margin_where_the_payment_just_makes_a_choice_worth_it():
    choice = Move("learn", "firm", Choice({"no": 0, "yes": 1}))
    game = Game("learning", [Player("firm")], [choice], {"firm": "-2*learn"})
    found = compare(game, [subsidy("learn", 2)], select="best")
    rows = incidence_matrix(found.baseline, found.reforms[0], now="E2")
    assert rows[0].economic == {}
    assert "not defined" in rows[0].how
