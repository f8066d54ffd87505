"""Models of coordination: published figures, brute force beside the solver, reforms and signs."""

import itertools
import random
from fractions import Fraction

import pytest
import sympy as sp

from pigou.comparison import compare
from pigou.expression import Total, each, symbol
from pigou.models import load
from pigou.models.weakest_link import weakest_link
from pigou.solving import solve

HELP = {
    "standards": ["eager_first", "reluctant_first", "adoption_subsidy", "new_mandated", "adapter"],
    "weakest_link": ["assurance", "minimum_standard", "cost_borne"],
    "discovery": ["cost_share", "prize"],
}
BACKFIRE = {
    "standards": ["technique_prescribed"],
    "weakest_link": ["relief"],
    "discovery": ["training"],
}
DIAGNOSIS = {
    "standards": "coordination failure",
    "weakest_link": "coordination failure",
    "discovery": "cooperation failure",
}


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


# -- the weakest link -----------------------------------------------------------------------------

SEVEN = range(1, 8)


def test_o06_payoffs_and_number_of_equilibria():
    """O06.n_ne_2p = 28, O06.n_pure_ne = 7: all equilibria of the published game of two."""
    found = solve(weakest_link(SEVEN), {"firms": 2})
    pure = [e for e in found if e.strategies[0].counts is not None]
    assert (len(found), len(pure)) == (28, 7)
    paid = {next(k for k, n in e.strategies[0].counts.items() if n): e for e in pure}
    for effort in SEVEN:
        expected = Fraction(6, 10) + Fraction(effort, 10)
        assert mid(paid[str(effort)].payoffs["firm"]) == expected
    for one in set(found) - set(pure):
        shares = {int(k): mid(p) for k, p in one.strategies[0].probabilities.items() if mid(p)}
        assert list(shares.values()) == [Fraction(1, 2)] * 2
        assert mid(one.payoffs["firm"]) == Fraction(6, 10) + Fraction(min(shares), 10)


def first_earns(game, efforts):
    """Return the first firm's payoff, every total added up by hand."""
    payoff = game.payoff("firm")
    totals = {
        t: sp.Add(*(t.args[0].xreplace({each("effort"): sp.Integer(e)}) for e in efforts))
        for t in payoff.atoms(Total)
    }
    numbers = {symbol(k): sp.Rational(v) for k, v in game.values().items()}
    return payoff.xreplace(totals | numbers | {symbol("effort"): sp.Integer(efforts[0])})


@pytest.mark.parametrize(
    ("effort", "row"), [(7, [1.3, 1.1, 0.9, 0.7, 0.5, 0.3, 0.1]), (1, [0.7] * 7)]
)
def test_o06_rows_of_the_payoff_table(effort, row):
    """O06.payoff_table_row7 and row1: two firms, of which one is held at its effort."""
    earned = [first_earns(weakest_link(SEVEN), (effort, other)) for other in reversed(SEVEN)]
    assert [float(x) for x in earned] == pytest.approx(row)


@pytest.mark.parametrize(("gain", "cost"), [("1/5", "1/10"), ("1/10", "1/10"), ("1/10", "1/5")])
def test_weakest_link_by_enumerating_every_profile_of_three(gain, cost):
    a, b = Fraction(gain), Fraction(cost)
    expected = set()
    for profile in itertools.combinations_with_replacement((1, 4, 7), 3):
        ways = [
            [a * min((*profile[:i], e, *profile[i + 1 :])) - b * e for e in (1, 4, 7)]
            for i in range(3)
        ]
        if all(w[(1, 4, 7).index(e)] == max(w) for w, e in zip(ways, profile, strict=True)):
            expected.add(profile)
    found = solve(load("weakest_link").game, {"firms": 3, "gain": gain, "cost": cost})
    got = {
        tuple(sorted(int(k) for k, n in e.strategies[0].counts.items() for _ in range(n)))
        for e in found
        if e.strategies[0].counts is not None
    }
    assert got == expected


def test_in_a_mixture_others_reach_the_higher_effort_as_often_as_it_costs():
    """With q on the higher effort, a q^(N - 1) = b: so the more firms, the nearer q is to one."""
    for firms in (2, 5, 14):
        found = solve(load("weakest_link").game, {"firms": firms})
        mixed = [e for e in found if e.strategies[0].counts is None]
        assert len(mixed) == 3
        for one in mixed:
            shares = {int(k): mid(p) for k, p in one.strategies[0].probabilities.items()}
            high = max(k for k, p in shares.items() if p > 0)
            assert float(shares[high]) == pytest.approx(0.5 ** (1 / (firms - 1)), abs=1e-9)


def test_a_bonus_never_removes_the_lowest_effort():
    for rate in ("0.1", "5"):
        model = load("weakest_link")
        found = compare(model.game, [model.reform("bonus", bonus_rate=rate)]).reform("bonus")
        assert min(mid(a.surplus["customers"]) for a in found.assessments) == Fraction(1, 2)


def test_relief_turns_the_chain_down_just_above_what_a_firm_loses_by_it():
    """7 - 1 units of effort at a gain of 0.2 and a cost of 0.1: 0.6."""
    model = load("weakest_link")
    for paid, highest in [("0.6", 7), ("0.601", 1)]:
        found = compare(model.reform("relief", relief_paid=paid)(model.game), []).baseline
        pure = [a for a in found.assessments if a.equilibrium.strategies[0].counts is not None]
        assert max(mid(a.surplus["customers"]) for a in pure) == Fraction(highest, 2)


# -- discovery ------------------------------------------------------------------------------------


@pytest.mark.parametrize("efficiency", ["0", "1/5", "1/2", "1"])
def test_discovery_by_comparing_what_each_number_of_goods_is_worth(efficiency):
    """Backwards by hand: what the follower does, and then the pioneer."""
    a, chance, rent, cost = Fraction(efficiency), Fraction(1, 4), 16, Fraction(5, 2)
    imitates = a * rent / 2 > 2
    kept = chance * rent * (1 - a / 2 if imitates else 1)
    worth = [n * kept - cost * n * (n + 1) / 2 for n in range(3)]
    best = worth.index(max(worth))
    (one,) = outcomes(load("discovery").game, {"efficiency": efficiency})
    assert one["pioneer"] == max(worth)
    assert one["public"] == best * chance * (8 + (8 * a if imitates else 0))


def test_protection_helps_only_where_imitation_is_what_deters():
    model = load("discovery")
    protected = model.reform("protection")(model.game)
    at = {"efficiency": "9/10"}
    assert sum(outcomes(model.game, at)[0].values()) == 0
    assert sum(outcomes(protected, at)[0].values()) > 0
    (free,), (kept,) = outcomes(model.game), outcomes(protected)
    assert kept["public"] < free["public"]
    assert sum(kept.values()) < sum(free.values())
