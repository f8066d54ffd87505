"""Assessment and comparison: published numbers, hand calculations, verdicts, what survives."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp

from pigou import (
    DeclarationError,
    Enclosure,
    Game,
    Move,
    Parameter,
    Player,
    Type,
    assess,
    compare,
    first_best,
    pay,
    set_parameters,
    solve,
    subsidy,
)
from pigou.catalogue import find_model
from pigou.comparison import NOT_JUDGED, Verdict
from pigou.models import load
from pigou.reform import reform
from pigou.selection import SELECTIONS
from pigou.solvers.symbolic import SymbolicEquilibrium

MODEL = load("coordination")
CASE = Path(__file__).resolve().parents[1] / "examples" / "threshold_public_good" / "case.toml"


def number(value) -> Enclosure:
    return Enclosure.point(value)


def test_coordination_failure_is_diagnosed_and_its_size_is_the_gap():
    """Ten firms gain 1/4 each and consumers 2 when all upgrade: 9/2 in all."""
    bad, good, mixed = assess(MODEL.game, solve(MODEL.game))
    assert (bad.diagnosis, bad.gap) == ("coordination failure", number("9/2"))
    assert (good.diagnosis, good.gap) == ("none", number(0))
    assert mixed.diagnosis == "coordination failure"
    assert good.surplus == {"firm": number("5/2"), "consumers": number(2)}


def test_cooperation_failure_is_told_from_coordination_failure():
    """With b < c < b + s the firms will not upgrade although society would gain."""
    at = {"benefit": "9/10", "spillover": "1/5"}
    (only,) = assess(MODEL.game, solve(MODEL.game, at))
    assert only.diagnosis == "cooperation failure" and only.gap == number(1)
    best = first_best(MODEL.game, at)
    assert not best.is_equilibrium and best.profiles == ("10 upgrade",)


def test_a_prisoners_dilemma_is_a_cooperation_failure():
    game = Game(
        "dilemma",
        [Player("a"), Player("b")],
        [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1})],
        {"a": "3*y - x", "b": "3*x - y"},
    )
    (only,) = assess(game, solve(game))
    assert only.diagnosis == "cooperation failure" and only.gap == number(4)


def test_uniform_and_discriminating_subsidies_of_the_critical_mass_game():
    """Segal (2003), n = 10, k = 7, b = 2, c = 1: (k - 1) c = 6 against n c = 10 (infima)."""
    game = Game(
        "critical mass",
        [Player("firm", size=10)],
        [Move("invest", "firm", {"no": 0, "yes": 1})],
        {"firm": "invest*(if(sum(invest) >= 7, 2, 0) - 1)"},
    )
    just_above = Fraction(1001, 1000)
    six = subsidy("invest", just_above, "six", members=6)
    everyone = subsidy("invest", just_above, "everyone")
    almost = subsidy("invest", Fraction(999, 1000), "almost")
    found = compare(game, [six, everyone, almost])
    assert [len(s.found) for s in found.reforms] == [1, 1, 3]
    assert [s.assessments[0].outlay for s in found.reforms[:2]] == [
        number(6 * just_above),
        number(10 * just_above),
    ]


def test_the_laplacian_selection_and_the_subsidy_that_turns_it():
    """Kim (1996): invest is selected iff b (n - k + 1)/n > c; at b = 2 it takes 0.2 more."""
    game = Game(
        "critical mass",
        [Player("firm", size=10)],
        [Move("invest", "firm", {"no": 0, "yes": 1})],
        {"firm": "invest*(if(sum(invest) >= 7, b, 0) - 1)"},
        parameters=[Parameter("b", 2)],
    )

    def selected(reforms, at=None):
        scenario = (
            compare(game, reforms, at).baseline
            if not reforms
            else compare(game, reforms, at).reforms[0]
        )
        return scenario[scenario.selected].equilibrium.profile

    assert selected([], {"b": "2.499"}) == "invest: 10 no"
    assert selected([], {"b": "2.501"}) == "invest: 10 yes"
    assert selected([subsidy("invest", "0.199")]) == "invest: 10 no"
    assert selected([subsidy("invest", "0.201")]) == "invest: 10 yes"


def test_what_becomes_of_equilibria():
    found = compare(
        MODEL.game, [MODEL.reform("assurance", refund="1/5"), MODEL.reform("assurance")]
    )
    assert [str(c) for c in found.changes("assurance")] == [
        "E1 survives (as E1)",
        "E2 survives (as E2)",
        "E3 moves (as E3)",
    ]
    full = compare(MODEL.game, [MODEL.reform("assurance")])
    assert [str(c) for c in full.changes("assurance")] == [
        "E1 vanishes at strength 15/16",
        "E2 survives (as E1)",
        "E3 vanishes at strength 15/16",
    ]


def test_verdicts_and_the_break_even_cost_of_public_funds():
    """Worst to only equilibrium: others gain 10 (1/4 + 2/5) + 2 = 17/2, the government pays 4."""
    found = compare(MODEL.game, [MODEL.reform("uniform_subsidy")], costs_of_funds=(1, "17/8", 3))
    best, worst, _ = found.verdicts("uniform_subsidy")
    assert (worst.private, worst.public, worst.break_even) == (
        number("17/2"),
        number(-4),
        number("17/8"),
    )
    assert dict(worst.net) == {"1": number("9/2"), "17/8": number(0), "3": number("-7/2")}
    assert worst.statement == "depends on the cost of public funds"
    assert best.statement == "costs more than it brings" and best.break_even == number(1)


def test_a_real_failure_is_no_case_for_a_reform_that_costs_more_than_it_brings():
    """Consumers gain little here: 10 subsidies of 2/5 and a running cost of 4 outweigh it."""
    costly = MODEL.reform("uniform_subsidy", running_cost=4)
    found = compare(MODEL.game, [costly], costs_of_funds=("1.17", "1.56"))
    _, worst, _ = found.verdicts("uniform_subsidy")
    assert found.baseline.assessments[0].diagnosis == "coordination failure"
    assert worst.statement == "costs more than it brings"
    assert worst.break_even == number(Fraction(17, 16))
    assert all(value.upper < 0 for value in worst.net.values())


def test_weights_count_and_unweighted_results_stay():
    donation = pay("consumers", "firm", "upgrade/10", "levy")
    found = compare(MODEL.game, [donation], weights={"consumers": 2})
    best = found.verdicts("levy")[0]
    assert best.unweighted["1"] == number(0)
    assert best.net["1"] == number(-1)
    for weights, words in (
        ({"consumer": 2}, "mean 'consumers'"),
        ({"consumers": -1}, "at least 0"),
    ):
        with pytest.raises(DeclarationError, match=words):
            compare(MODEL.game, [donation], weights=weights)
    with pytest.raises(DeclarationError, match="cost of public funds"):
        compare(MODEL.game, [donation], weights={"government": 2})


def test_bad_requests_are_refused():
    with pytest.raises(DeclarationError, match="mean 'benefit'"):
        compare(MODEL.game, [], {"benfit": 2})
    with pytest.raises(DeclarationError, match="mean 'laplacian'"):
        compare(MODEL.game, [], select="laplacien")
    with pytest.raises(DeclarationError, match="at least 0"):
        compare(MODEL.game, [], costs_of_funds=(-1,))
    with pytest.raises(DeclarationError, match="no reform"):
        compare(MODEL.game, []).changes("subsidy")


def test_parameters_of_a_reform_can_be_set_alongside():
    found = compare(
        MODEL.game, [MODEL.reform("uniform_subsidy")], {"subsidy": "3/5", "cost": "9/8"}
    )
    assert [a.outlay for a in found.reforms[0].assessments] == [number(6)]
    assert found.baseline.found.at["cost"] == Fraction(9, 8)


@pytest.mark.parametrize("rule", [rule for rule in SELECTIONS if rule != "logit"])
def test_every_selection_names_an_equilibrium_and_says_how(rule):
    found = compare(MODEL.game, MODEL.reforms, select=rule)
    for scenario in (found.baseline, *found.reforms):
        assert scenario[scenario.selected].equilibrium.name == scenario.selected
        assert scenario.selection.startswith(rule)
    # The good equilibrium is best for everybody. If the number of others is uniform, upgrading
    # earns 5/4 (1/2 + 1/2 1/2) - 1 < 0 on average; the mixture between is at 3/5.
    welfare = {a.equilibrium.name: a.welfare().lower for a in found.baseline.assessments}
    best, worst = max(welfare, key=welfare.get), min(welfare, key=welfare.get)
    assert found.baseline.selected == (best if rule in ("payoff-dominant", "best") else worst)


# -- what members have, not what populations have in total ---------------------------------------


def chicken() -> Game:
    """Two drivers: dare against swerve pays 7 and 2, both swerve 6 each, both dare nothing."""
    payoff = "if(dare == 1, if(sum(dare) == 1, 7, 0), if(sum(dare) == 1, 2, 6))"
    return Game(
        "chicken",
        [Player("driver", size=2)],
        [Move("dare", "driver", {"no": 0, "yes": 1})],
        {"driver": payoff},
    )


def test_a_better_total_is_no_pareto_improvement():
    """In 'one dares' the members have 7 and 2; in the mixture both have 14/3 = 28/6."""
    found = solve(chicken())
    pure, mixed = assess(chicken(), found)
    assert pure.equilibrium.kind == "pure" and mixed.equilibrium.kind == "mixed"
    assert mixed.surplus["driver"].lower > pure.surplus["driver"].lower
    assert "coordination" not in pure.diagnosis and "coordination" not in mixed.diagnosis
    scenario = compare(chicken(), [], select="payoff-dominant").baseline
    assert "no equilibrium is payoff-dominant" in scenario.selection


def test_members_alike_may_change_places():
    """Both pure profiles of a two-type game in which one type loses: no coordination failure."""
    game = Game(
        "types",
        [Player("p", types=[Type("A", 1, {"is_a": 1}), Type("B", 1, {"is_a": 0})])],
        [Move("a", "p", {"x": 0, "y": 1})],
        {"p": "if(sum(a) == 0, 1 + is_a, if(sum(a) == 2, 5 - 4*is_a, 0))"},
    )
    assert {a.diagnosis for a in assess(game, solve(game)) if a.equilibrium.kind == "pure"} == {
        "none"
    }


def test_an_equilibrium_in_which_types_change_places_does_not_stay():
    game = Game(
        "swap",
        [Player("p", types=[Type("A", 1, {"likes": 1}), Type("B", 1, {"likes": 0})])],
        [Move("a", "p", {"no": 0, "yes": 1})],
        {"p": "a*(2*likes - 1)*sign"},
        parameters=[Parameter("sign", 1)],
    )
    found = compare(game, [set_parameters({"sign": -1}, "swap")])
    assert [str(c) for c in found.changes("swap")] == [
        "E1 vanishes at strength 1/2",
        "E1 appears at strength 1/2",
    ]


# -- verdicts in words ------------------------------------------------------------------------


def verdict(private, public, costs=(1,), changes=None, scale=1):
    """Make a verdict of the change to others and to the government."""
    private, public = (x if isinstance(x, Enclosure) else number(x) for x in (private, public))
    net = {str(c): private + number(c) * public for c in costs}
    changes = {"firm": private, "government": public} if changes is None else changes
    return Verdict("best", "E1", "E1", changes, private, public, net, net, None, Fraction(scale))


TINY = Enclosure(Fraction(-1, 10**100), Fraction(1, 10**101))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (verdict(0, 0), "changes nothing"),
        (verdict(TINY, TINY), "changes nothing"),
        (verdict(4, -4), "shifts money and gains nothing"),
        (
            verdict(0, 0, changes={"firm": number(1), "consumers": number(-1)}),
            "shifts money and gains nothing",
        ),
        (verdict(5, -4), "worth it"),
        (verdict(4, -4, (Fraction(1, 2), 1)), "worth it"),
        (verdict(3, -4), "costs more than it brings"),
        (verdict(TINY, -1, (0, 1)), "costs more than it brings"),
        (verdict(5, -4, (1, 2)), "depends on the cost of public funds"),
        (verdict(Enclosure(Fraction(-1), Fraction(1)), 0), "not settled"),
    ],
)
def test_the_words_of_a_verdict(one, words):
    assert one.statement == words


def test_zero_is_told_by_the_size_of_the_numbers():
    half = Enclosure(Fraction(-1, 10**20), Fraction(1, 10**20))
    assert verdict(half, 0).statement == "not settled"
    assert verdict(half, 0, scale=10**12).statement == "changes nothing"


def test_a_break_even_lies_above_zero():
    """In the symmetric mixture firms are indifferent, so that a cost alone buys nothing."""
    found = compare(MODEL.game, [set_parameters({"cost": "cost"}, running_cost=1)])
    for one in found.verdicts("parameter"):
        assert one.break_even is None
        assert one.statement == "costs more than it brings"
    for scheme in MODEL.reforms:
        found = compare(MODEL.game, [scheme])
        for one in found.verdicts(scheme.name):
            assert one.break_even is None or one.break_even.lower > 0


def test_verdicts_and_what_they_rest_on_are_immutable_and_hashable():
    payoffs = {"firm": number(1)}
    (old, *_) = solve(MODEL.game)
    changed = dataclasses.replace(old, payoffs=payoffs)
    payoffs["firm"] = number(2)
    assert changed.payoffs["firm"] == number(1)
    found = compare(MODEL.game, [MODEL.reform("uniform_subsidy")])
    for thing in (
        changed,
        old.strategies[0],
        found.baseline.assessments[0],
        found.verdicts("uniform_subsidy")[0],
    ):
        assert isinstance(hash(thing), int)
    equilibrium = SymbolicEquilibrium("all", sp.true, {"firm": sp.Integer(1)}, {}, True)
    with pytest.raises(TypeError):
        equilibrium.payoffs["firm"] = 2


def test_a_scenario_names_the_equilibrium_it_does_not_have():
    with pytest.raises(KeyError, match="E9"):
        compare(MODEL.game, []).baseline["E9"]


def test_what_cannot_be_told_is_not_said_to_be_sound():
    """Three of four give with an exit: only symmetric equilibria are looked for."""
    case = find_model(str(CASE))
    found = compare(case.game, [case.reform("voluntary")])
    after = found.reform("voluntary")
    told = {a.equilibrium.name: after.diagnosis(a) for a in after.assessments}
    assert any(a.gap.lower > 0 and a.diagnosis == "none" for a in after.assessments)
    for one in after.assessments:
        sound = one.diagnosis == "none" and one.gap.lower > 0
        assert told[one.equilibrium.name] == (NOT_JUDGED if sound else one.diagnosis)


@pytest.mark.parametrize(("profile", "name"), [("upgrade", "E2"), ("wait", "E1")])
def test_what_is_announced_is_expected_where_it_is_an_equilibrium(profile, name):
    said = reform("announcement", profile={"upgrade": profile})
    found = compare(MODEL.game, [said])
    after = found.reforms[0]
    assert after.selected == name
    assert after.game == MODEL.game
    assert "announced" in after.selection
    assert found.baseline.selected == "E1"
    selected = next(v for v in found.verdicts(said.name) if v.rule == "selected")
    assert selected.private == after[name].welfare(0) - found.baseline["E1"].welfare(0)


def test_what_is_announced_is_not_believed_where_it_is_no_equilibrium():
    said = reform("announcement", profile={"upgrade": "upgrade"})
    found = compare(MODEL.game, [said], {"benefit": "9/10"})
    after = found.reforms[0]
    assert after.selected == "E1" and "no equilibrium is as announced" in after.selection
