"""Assessment and comparison: published numbers, hand calculations, verdicts, what survives."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pigou import (
    DeclarationError,
    Enclosure,
    Game,
    Move,
    Parameter,
    Player,
    assess,
    compare,
    first_best,
    pay,
    solve,
    subsidy,
)
from pigou.comparison import SELECTIONS
from pigou.models import load

MODEL = load("coordination")


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
        "E1 vanishes",
        "E2 survives (as E1)",
        "E3 vanishes",
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
    assert best.statement == "not worth it" and best.break_even == number(1)


def test_a_real_failure_is_no_case_for_a_reform_that_costs_more_than_it_brings():
    """Consumers gain little here: 10 subsidies of 2/5 and a running cost of 4 outweigh it."""
    costly = MODEL.reform("uniform_subsidy", running_cost=4)
    found = compare(MODEL.game, [costly], costs_of_funds=("1.17", "1.56"))
    _, worst, _ = found.verdicts("uniform_subsidy")
    assert found.baseline.assessments[0].diagnosis == "coordination failure"
    assert worst.statement == "not worth it"
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


@pytest.mark.parametrize("rule", list(SELECTIONS))
def test_every_selection_names_an_equilibrium_and_says_how(rule):
    found = compare(MODEL.game, MODEL.reforms, select=rule)
    for scenario in (found.baseline, *found.reforms):
        assert scenario[scenario.selected].equilibrium.name == scenario.selected
        assert scenario.selection
    welfare = {a.equilibrium.name: a.welfare().lower for a in found.baseline.assessments}
    if rule in ("best", "worst"):
        extreme = max if rule == "best" else min
        assert welfare[found.baseline.selected] == extreme(welfare.values())
