"""Switching values and the second best: verdicts flip on both sides, and by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import sympy as sp

from pigou import (
    Bystander,
    DeclarationError,
    Enclosure,
    Game,
    Move,
    Parameter,
    Player,
    compare,
    solve,
    subsidy,
)
from pigou.along import branch
from pigou.equilibrium import Grade
from pigou.instruments import best_reform, best_value
from pigou.models import load
from pigou.switching import switching_values
from pigou.varying import Search
from pigou.zeros import zeros

MODEL = load("coordination")
NEAR = Fraction(1, 10**7)


def monopoly(**more) -> Game:
    """Demand 10 - q, no cost: the monopolist sells 5 where 10 would be best."""
    return Game(
        "monopoly",
        [Player("firm")],
        [Move("q", "firm", (0, 30))],
        {"firm": "q*(10 - q)"},
        bystanders=[Bystander("consumers", "q**2/2")],
        **more,
    )


def rated(**keys):
    parameters = (Parameter("rate", 1, "rate >= 0"),)
    return subsidy("q", "rate", parameters=parameters, **keys)


def critical_mass() -> Game:
    """Ten firms, at least seven of which have to invest; b = 2, c = 1."""
    return Game(
        "critical mass",
        [Player("firm", size=10)],
        [Move("invest", "firm", {"no": 0, "yes": 1})],
        {"firm": "invest*(if(sum(invest) >= 7, b, 0) - 1)"},
        parameters=[Parameter("b", 2, "b > 0")],
    )


def flips(found, rule, cost="1"):
    return [(s.exact, s.below, s.above) for s in found.switches if (s.rule, s.cost) == (rule, cost)]


def test_the_subsidy_that_restores_investment_under_uniform_beliefs():
    """Kim (1996), n = 10, k = 7, b = 2, c = 1: s = c - b (n - k + 1)/n = 1/5, and b = 5/2."""
    rate = Parameter("s", "1/4", "s >= 0")
    reform = subsidy("invest", "s", parameters=(rate,))
    found = switching_values(critical_mass(), reform, "s", rules=["selected"])
    assert flips(found, "selected")[0] == ("1/5", "changes nothing", "worth it")
    found = switching_values(critical_mass(), reform, "b", rules=["selected"])
    assert ("5/2", "worth it", "gains nothing") in flips(found, "selected")


@pytest.mark.parametrize("parameter", ["subsidy", pytest.param("benefit", marks=pytest.mark.long)])
def test_verdicts_flip_on_both_sides_of_each_switching_value(parameter):
    """Held against comparisons that know nothing of the search."""
    reform = MODEL.reform("uniform_subsidy")
    costs = ("117/100", "39/25")
    found = switching_values(
        MODEL.game, reform, parameter, costs_of_funds=costs, rules=["selected", "worst"]
    )
    assert len(found.switches) >= 4
    for one in found.switches:
        assert one.exact and one.value.is_exact and one.grade is Grade.CERTIFIED
        for step, word in ((-NEAR, one.below), (NEAR, one.above)):
            at = {parameter: one.value.lower + step}
            there = compare(MODEL.game, [reform], at, costs_of_funds=[one.cost])
            (verdict,) = (v for v in there.verdicts(reform.name) if v.rule == one.rule)
            assert verdict.statement == word


def test_the_rates_at_which_a_subsidy_is_worth_it_by_hand():
    """N(s) = 3 s (20 + s)/8 - lambda s (10 + s)/2: at lambda = 6/5 it is 0 at s = 20/3."""
    game = monopoly()
    found = switching_values(game, rated(), "rate", {"rate": 3}, costs_of_funds=("6/5",),
                             rules=["selected"])  # fmt: skip
    assert ("20/3", "worth it", "costs more than it brings") in flips(found, "selected", "6/5")


def test_an_irrational_switching_value_is_the_root_of_a_polynomial():
    """With a running cost of 1 at lambda = 1: 3 s (20 + s)/8 - s (10 + s)/2 - 1 is 0 twice."""
    reform = rated(running_cost=1)
    found = switching_values(monopoly(), reform, "rate", {"rate": 3}, rules=["selected"])
    below, above = found.switches
    for one, root in ((below, 10 - math.sqrt(92)), (above, 10 + math.sqrt(92))):
        assert one.exact.startswith("root of rate**2 - 20*rate + 8 in")
        assert math.isclose(one.value.value, root, rel_tol=1e-12)
        assert one.value.width < Fraction(1, 10**39)
    assert (below.below, below.above) == ("costs more than it brings", "worth it")
    assert (above.below, above.above) == ("worth it", "costs more than it brings")


def test_a_switching_value_without_a_closed_form_is_enclosed_and_said_to_be():
    """The net benefit is sqrt(v) - 1/2 - c: a flip at (c + 1/2)**2, which is no zero here."""
    game = Game(
        "roots",
        [Player("firm")],
        [Move("x", "firm", {"no": 0, "yes": 1})],
        {"firm": "-x/2"},
        bystanders=[Bystander("consumers", "sqrt(v)*x")],
        parameters=[Parameter("v", 9, "v >= 0")],
    )
    for cost, flip, exact in (("3/2", 4, "4"), ("6/5", Fraction("2.89"), "")):
        reform = subsidy("x", 1, running_cost=cost)
        found = switching_values(game, reform, "v", rules=["worst"])
        (one,) = found.switches
        assert one.exact == exact and one.value.lower <= flip <= one.value.upper
        assert one.value.width < Fraction(1, 10**7)
        assert (one.below, one.above) == ("costs more than it brings", "worth it")


def test_a_whole_number_flips_between_two():
    """Threshold 1 is the linear case; 6 targets push all ten, 5 do not under Laplacian beliefs."""
    reform = MODEL.reform("uniform_subsidy")
    found = switching_values(MODEL.game, reform, "threshold", rules=["worst"])
    (one,) = found.switches
    assert one.exact == "between 1 and 2" and (one.value.lower, one.value.upper) == (1, 2)
    for value, word in ((1, one.below), (2, one.above)):
        there = compare(MODEL.game, [reform], {"threshold": value})
        assert there.verdicts(reform.name)[1].statement == word


def test_no_flip_is_said_with_how_far_was_looked():
    reform = MODEL.reform("assurance")
    found = switching_values(MODEL.game, reform, "spillover", rules=["selected"])
    assert found.switches == () and found.low < found.here < found.high
    with pytest.raises(DeclarationError, match="mean 'refund'"):
        switching_values(MODEL.game, reform, "refnd")


@pytest.mark.parametrize("name", ["benefit", "cost", "complementarity", "spillover"])
def test_surpluses_along_an_equilibrium_are_those_of_the_solved_game(name):
    """Followed in closed form, then solved anew at another value."""
    game = MODEL.game
    for one in solve(game):
        along = branch(game, game.values(), name, one)
        there = game.values()[name] + Fraction(1, 100)
        other = next(e for e in solve(game, {name: there}) if e.kind == one.kind
                     and _played(e) == _played(one))  # fmt: skip
        values = {sp.Symbol(name, real=True): sp.Rational(str(there))}
        for party in game.parties:
            surplus = Fraction(str(along.surplus(party).xreplace(values)))
            members = 10 if party == "firm" else 1
            assert (other.payoffs[party] * Enclosure.point(members)) == Enclosure.point(surplus)


def _played(one):
    return [sorted(k for k, p in s.probabilities.items() if p.upper) for s in one.strategies]


def test_zeros_settle_cases():
    """An if, a maximum and a pole: every turn and every zero, nothing twice."""
    x = sp.Symbol("x", real=True)
    found = zeros([sp.Max(x - 1, 2 - x), 1 / (x - 5), sp.Abs(x + 3) - 1, sp.log(x)], x)
    assert [z.exact for z in found] == ["-4", "-3", "-2", "1", "3/2", "2", "5"]
    assert zeros([sp.Integer(0), sp.Integer(3), x - x], x) == []


# -- the second best -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "rate", "net"), [(1, 10, "25/2"), ("6/5", "10/3", "5/2"), (2, 0, 0)]
)
def test_the_second_best_subsidy_of_a_monopoly(cost, rate, net):
    """N'(s) = 15/2 + 3 s/4 - lambda (5 + s): 0 at s = (15/2 - 5 lambda)/(lambda - 3/4)."""
    found = best_value(monopoly(), rated(), "rate", 0, 20, costs_of_funds=[cost])
    assert (found.value, found.net) == (Enclosure.point(rate), Enclosure.point(net))
    assert found.attained and found.grade is Grade.CERTIFIED


def test_a_second_best_that_is_approached_and_not_attained():
    """The subsidy that removes the bad equilibrium has to exceed 3/8; each bit more costs money."""
    reform = MODEL.reform("uniform_subsidy")
    found = best_value(MODEL.game, reform, "subsidy", 0, 1, rule="worst", costs_of_funds=["6/5"])
    assert (found.what, found.attained) == ("3/8", False)
    # all gain 9/2, the government raises 10 * 3/8 at a deadweight of 1/5
    assert abs(found.net.lower - (Fraction(9, 2) - Fraction(75, 100))) < Fraction(1, 10**6)


def test_the_best_of_the_reforms_compared_or_none():
    costly = MODEL.reform("uniform_subsidy", subsidy=2)
    found = compare(MODEL.game, [costly, MODEL.reform("assurance")], costs_of_funds=(2,))
    assert best_reform(found, "worst").what == "assurance"
    assert (
        best_reform(compare(MODEL.game, [costly], costs_of_funds=(2,)), "worst").what == "baseline"
    )
    with pytest.raises(DeclarationError, match="no cost of public funds 3"):
        best_reform(found, "worst", 3)
    with pytest.raises(DeclarationError, match="from low to high, not 1:0"):
        best_value(MODEL.game, costly, "subsidy", 1, 0)
    with pytest.raises(DeclarationError, match="'subsidy' cannot be -1"):
        best_value(MODEL.game, costly, "subsidy", -1, 1)


def test_the_nearest_flip_is_found_where_it_lies_between_equilibria_that_do_not_exist_yet():
    """Without the subsidy a stops at k = 5/2 and both mix; it is worth it from there to 27/10 only,
    and 27/10 is no candidate as seen from k = 0."""
    game = Game(
        "window",
        [Player("a"), Player("b")],
        [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1})],
        {
            "a": "(1/2 - k)*x - (4 - 2*y)*(1 - x)",
            "b": "-3*x*(1 - y) + (6 - 17/2*y)*(1 - x)",
        },
        bystanders=[Bystander("c", "(3 - 4*y)*x + (5 - 9*y)/2*(1 - x)")],
        parameters=[Parameter("k", 0)],
    )
    reform = subsidy("x", "1/2", failure="2/5")
    options = {"costs_of_funds": ("6/5",)}
    found = switching_values(game, reform, "k", rules=["worst"], **options)
    assert ("5/2", "costs more than it brings", "worth it") in flips(found, "worst", "6/5")
    words = []
    for value in ("12/5", "13/5", "14/5"):
        there = compare(game, [reform], {"k": value}, **options)
        words.append(there.verdicts(reform.name)[1].statement)
    assert words == ["costs more than it brings", "worth it", "costs more than it brings"]


@pytest.mark.parametrize(("here", "below"), [(20, "worth it"), (0, "changes nothing")])
def test_the_value_at_hand_may_be_the_flip_itself(here, below):
    """N(s) = 3 s (20 + s)/8 - s (10 + s)/2 = s (20 - s)/8: no flip lies beside it, but at it."""
    above = {20: "costs more than it brings", 0: "worth it"}[here]
    found = switching_values(monopoly(), rated(), "rate", {"rate": here}, rules=["worst"])
    assert flips(found, "worst") == [(str(here), below, above)]


def test_a_verdict_on_a_selection_that_is_simulated_is_numerical():
    select = "basin:dynamics=replicator,starts=5,seed=0"
    search = Search(MODEL.game, MODEL.reform("uniform_subsidy"), "subsidy", {}, {"select": select})
    assert search.grade(search.here, "selected") is Grade.NUMERICAL
    assert search.grade(search.here, "worst") is Grade.CERTIFIED


def test_bad_requests_of_the_search_are_refused():
    rule = "no rule 'wrst'; did you mean 'worst'"
    with pytest.raises(DeclarationError, match=rule):
        switching_values(monopoly(), rated(), "rate", rules=["wrst"])
    with pytest.raises(DeclarationError, match=rule):
        best_value(monopoly(), rated(), "rate", 0, 20, rule="wrst")
    with pytest.raises(DeclarationError, match=rule):
        best_reform(compare(monopoly(), []), "wrst")
    with pytest.raises(DeclarationError, match="one cost of public funds"):
        best_value(monopoly(), rated(), "rate", 0, 20, costs_of_funds=(1, 2))
    with pytest.raises(DeclarationError, match="at least 0"):
        switching_values(monopoly(), rated(), "rate", costs_of_funds=(-1,))


def test_whole_numbers_stay_in_their_range():
    """Of -5/2 to -1/2 the whole numbers are -2 and -1; a tax of 1 hurts less than one of 2."""
    game = Game("tax", [Player("a")], [Move("x", "a", {"no": 0, "yes": 1})], {"a": "5*x"})
    reform = subsidy("x", "n/1", parameters=(Parameter("n", -2, integer=True),))
    found = best_value(game, reform, "n", -3, -1, costs_of_funds=(0,))
    assert found.what == "-1"
