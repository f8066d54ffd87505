"""Models of coordination: published figures, brute force beside the solver, reforms and signs."""

import itertools
import random
from fractions import Fraction

import pytest

from pigou.comparison import compare
from pigou.models import load

HELP = {
    "standards": ["eager_first", "reluctant_first", "adoption_subsidy", "new_mandated", "adapter"]
}
BACKFIRE = {"standards": ["technique_prescribed"]}
DIAGNOSIS = {"standards": "coordination failure"}


def mid(enclosure):
    return (enclosure.lower + enclosure.upper) / 2


def outcomes(game, at=None):
    """Return the surplus of every party in each equilibrium in pure strategies."""
    found = compare(game, [], at).baseline
    assert found.found.complete
    return [
        {party: mid(x) for party, x in one.surplus.items()}
        for one in found.assessments
        if all(
            p.lower in (0, 1) for s in one.equilibrium.strategies for p in s.probabilities.values()
        )
    ]


@pytest.fixture(scope="module")
def compared():
    return {name: compare(load(name).game, load(name).reforms) for name in HELP}


def net_benefit(comparison, reform):
    return {v.rule: v.net["1"] for v in comparison.verdicts(reform)}


@pytest.mark.parametrize(("name", "reform"), [(n, r) for n in HELP for r in HELP[n]])
def test_a_reform_that_helps(compared, name, reform):
    """Worth it in the selected and the worst equilibrium, and no loss in the best."""
    assert compared[name].reform(reform).found.complete
    net = net_benefit(compared[name], reform)
    assert net["selected"].lower > 0
    assert net["worst"].lower > 0
    assert net["best"].lower >= 0


@pytest.mark.parametrize(("name", "reform"), [(n, r) for n in BACKFIRE for r in BACKFIRE[n]])
def test_a_reform_that_backfires(compared, name, reform):
    """It takes away the best that could be, and helps in no equilibrium that is selected."""
    assert compared[name].reform(reform).found.complete
    net = net_benefit(compared[name], reform)
    assert net["best"].upper < 0
    assert net["selected"].upper <= 0


@pytest.mark.parametrize("name", HELP)
def test_what_fails_at_the_defaults(compared, name):
    before = compared[name].baseline
    selected = before[before.selected]
    assert selected.diagnosis == DIAGNOSIS[name]
    assert selected.gap.lower > 0
    assert selected.equilibrium.evidence.checked


# -- standards ------------------------------------------------------------------------------------


def earned(own, other, worth, eta, users, adapted):
    """Farrell and Saloner's payoffs as a table, with the installed base on the old standard."""
    same = 1 if own == other else adapted
    base = adapted if own else 1
    return own * worth + eta * same + eta * base * users


def test_standards_has_the_equilibria_of_the_table():
    game, rng, seen = load("standards").game, random.Random(7), set()
    for _ in range(12):
        eta, users, adapted = rng.choice([1, 3]), Fraction(rng.randint(0, 3), 7), Fraction(0)
        if rng.random() < 0.4:
            adapted = Fraction(rng.randint(1, 8), 11)
        low, high = sorted(Fraction(rng.randint(-40, 40), 13) for _ in range(2))
        at = {"network": eta, "users": users, "adapted": adapted,
              "eager_worth": high, "reluctant_worth": low}  # fmt: skip
        expected = set()
        for u, v in itertools.product((0, 1), repeat=2):
            pay = (earned(u, v, high, eta, users, adapted), earned(v, u, low, eta, users, adapted))
            leave = (
                earned(1 - u, v, high, eta, users, adapted),
                earned(1 - v, u, low, eta, users, adapted),
            )
            if pay[0] >= leave[0] and pay[1] >= leave[1]:
                expected.add(pay)
                seen.add((u, v))
        got = {(x["eager"], x["reluctant"]) for x in outcomes(game, at)}
        assert got == expected
    assert {(0, 0), (1, 1), (1, 0)} <= seen


@pytest.mark.parametrize(("worth", "follows"), [("-0.299999", True), ("-0.300001", False)])
def test_o12_a_firm_follows_down_to_minus_the_network_benefit(worth, follows):
    """O12.t_follow = -0.3: published for types drawn at random, the same where they are known."""
    model = load("standards")
    at = {"network": "0.3", "users": 0, "eager_worth": 1, "reluctant_worth": worth}
    (one,) = outcomes(model.reform("eager_first")(model.game), at)
    assert (one["eager"] == Fraction("1.3")) == follows


OPPOSED = {"eager_worth": 3, "reluctant_worth": -1, "users": "1/8"}


def test_the_order_decides_who_gets_its_way():
    model = load("standards")
    (new,) = outcomes(model.reform("eager_first")(model.game), OPPOSED)
    (old,) = outcomes(model.reform("reluctant_first")(model.game), OPPOSED)
    assert new["eager"] > old["eager"]
    assert new["reluctant"] < old["reluctant"]
    assert sum(new.values()) == 8
    assert sum(old.values()) == Fraction(15, 2)


def test_an_adapter_can_be_too_good_to_keep_firms_together():
    model = load("standards")
    ((together,), (parted,)) = (
        outcomes(model.reform("adapter", adapter_share=k)(model.game), OPPOSED)
        for k in ("1/2", "4/5")
    )
    assert together["reluctant"] == -1 + 3 + Fraction(3, 16)
    assert parted["reluctant"] == 3 * Fraction(4, 5) + Fraction(3, 8)


def test_standards_prevail_too_often_where_users_are_many():
    """Excess momentum: all agree among the firms, and all together lose."""
    model = load("standards")
    at = {"users": "1/2", "eager_worth": 2, "reluctant_worth": "8/5"}
    (one,) = outcomes(model.reform("eager_first")(model.game), at)
    assert one["installed_base"] == 0
    assert sum(one.values()) < 2 * 3 + 4 * 3 * Fraction(1, 2)
    paid = model.reform("compensation") + model.reform("eager_first")
    (kept,) = outcomes(paid(model.game), at)
    assert kept["installed_base"] == 3
