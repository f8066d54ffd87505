"""Networks, taxes, credit and risk: models beside second routes, and verdicts of reforms."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from pigou import compare, solve
from pigou.catalogue import find_reform
from pigou.models import load


def near(value, tolerance=1e-6):
    return pytest.approx(value, abs=tolerance)


def only(name, reform="", at=None):
    """Return the only equilibrium of a complete list."""
    model = load(name)
    found = solve(find_reform(model, reform)(model.game) if reform else model.game, at or {})
    assert found.complete, found.completeness
    (one,) = found
    return one


def played(one):
    """Return the value of each continuous move."""
    return {s.move: s.value.value for s in one.strategies}


def earned(one):
    return {party: value.value for party, value in one.payoffs.items()}


@cache
def compared(name):
    model = load(name)
    found = compare(model.game, model.reforms)
    for scenario in (found.baseline, *found.reforms):
        assert scenario.found.complete, scenario.found.completeness
    return found


def verdicts(name):
    """Return what compare says of every reform of a model, in the selected equilibrium."""
    found = compared(name)
    return {r.name: found.verdicts(r.name)[2].statement for r in found.reforms}


# -- M28: the key player ---------------------------------------------------------------------------

STAR = np.array([[0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]])
ALONE = np.array([1, 1.8, 1, 1])


def efforts(a, leaves=(), premium=0.0):
    """Return efforts by the linear system, without some firms' partnerships."""
    links, worth = STAR.copy(), ALONE.copy()
    for i in leaves:
        links[i], links[:, i], worth[i] = 0, 0, worth[i] + premium
    return np.linalg.solve(np.eye(4) - a * links, worth)


def test_efforts_are_centralities_and_efficient_ones_those_of_twice_the_spillover():
    found = played(only("key_player"))
    assert [found[m] for m in "hlsz"] == near(efforts(0.2))
    planner = played(only("key_player", "association"))
    assert [planner[m] for m in "hlsz"] == near(efforts(0.4))
    assert sum(earned(only("key_player", "association")).values()) == near(ALONE @ efforts(0.4) / 2)


def test_subsidies_of_pigou_implement_the_efficient_efforts():
    rates = 0.2 * STAR @ efforts(0.4)
    assert rates == near([25 / 13, *[63 / 65] * 3])
    found = played(only("key_player", "pigouvian_subsidies"))
    assert [found[m] for m in "hlsz"] == near(efforts(0.4))
    close = played(only("key_player", "pigouvian_subsidies", {"spillover": "1/10"}))
    assert [close[m] for m in "hlsz"] == near(efforts(0.2))


def test_the_hub_is_the_key_player_and_the_large_firm_works_hardest():
    whole = efforts(0.2)
    assert np.argmax(whole) == 1
    falls = [whole.sum() - np.delete(efforts(0.2, [i]), i).sum() for i in range(4)]
    assert np.argmax(falls) == 0


def test_the_hub_gains_by_going():
    for reform, i in (("buyer_for_hub", 0), ("buyer_for_large", 1)):
        one = only("key_player", reform)
        assert [*earned(one).values()] == near(efforts(0.2, [i], 1.2) ** 2 / 2)
    assert earned(only("key_player", "buyer_for_hub"))["hub"] > earned(only("key_player"))["hub"]
    rich = only("key_player", "buyer_for_hub:premium=100")
    assert played(rich)["h"] == near(101)  # no bound on efforts binds


@pytest.mark.long
def test_subsidies_help_a_cluster_and_a_buyer_for_its_hub_backfires():
    assert verdicts("key_player") == {
        "pigouvian_subsidies": "worth it",
        "support_of_hub": "worth it",
        "association": "worth it",
        "buyer_for_large": "worth it",
        "buyer_for_hub": "costs more than it brings",
    }


# -- M32: tax competition --------------------------------------------------------------------------


def has(own, others):
    """Return what residents of a country have, with the market for capital cleared by halving."""
    low, high = -5.0, 10.0
    for _ in range(60):
        rho = (low + high) / 2
        excess = sum(5 - tax - rho - 1 for tax in (own, *others))
        low, high = (rho, high) if excess > 0 else (low, rho)
    k = 5 - own - rho
    return 5 * k - k * k / 2 - k * (5 - k) + rho + np.log(own * k)


@pytest.mark.parametrize(
    ("hosts", "tax", "loss"),
    [pytest.param(5, 0.5555555556, None, marks=pytest.mark.long), (50, 0.5050505051, 0.1881473498)],
)
def test_taxes_of_many_countries_and_what_they_lose(hosts, tax, loss):
    """O42.t_5, t_50, loss_50."""
    one = only("tax_competition", at={"hosts": hosts})
    assert [*played(one).values()] == near([tax] * 3)
    assert earned(one)["outsider"] == near(has(tax, [tax] * (hosts - 1)))
    if loss:
        assert has(1, [1] * (hosts - 1)) - earned(one)["outsider"] == near(loss)


@pytest.mark.long
def test_a_region_of_two_and_the_country_outside_by_a_grid():
    one = only("tax_competition", "regional_agreement")
    t, s, _ = played(one).values()
    member, outside = has(t, [t, s]), has(s, [t, t])
    assert earned(one)["region"] == earned(one)["partners"] == near(member)
    assert earned(one)["outsider"] == near(outside)
    grid = np.linspace(0.1, 1.1, 101)
    assert max(has(x, [x, s]) for x in grid) <= member + 1e-9
    assert max(has(x, [t, t]) for x in grid) <= outside + 1e-9
    assert outside > member > has(0.6, [0.6, 0.6])


@pytest.mark.long
def test_who_signs_an_agreement_is_the_same_country_as_before():
    """Nobody loses: the second member was counted as one of those outside before."""
    model = load("tax_competition")
    verdict = compare(model.game, [model.reform("regional_agreement")], {"hosts": 6}).verdicts(
        "regional_agreement"
    )[2]
    assert verdict.statement == "worth it"
    changes = {party: change.value for party, change in verdict.changes.items()}
    assert changes["region"] == near(changes["partners"])
    assert changes["others"] == near(3 * changes["outsider"])
    assert 0 < changes["region"] < changes["outsider"]


@pytest.mark.long
def test_agreements_and_head_taxes_help_and_exemptions_backfire():
    assert verdicts("tax_competition") == {
        "minimum_tax": "worth it",
        "regional_agreement": "worth it",
        "head_tax": "worth it",
        "exemptions": "costs more than it brings",
    }
    (before,) = compared("tax_competition").baseline.assessments
    assert before.gap.value == near(3 * (has(1, [1, 1]) - has(0.6, [0.6, 0.6])))


# -- M33: credit rationing -------------------------------------------------------------------------


def terms(at, guaranteed=0.0):
    """Return the bank's terms by backward induction, and what it earns."""
    m, ps, pr = at["safe_share"], at["p_safe"], at["p_risky"]
    types = ((m, ps, at["yield_safe"]), (1 - m, pr, at["yield_risky"]))
    found = {"none": 0.0}
    for label, yields in (("low", at["yield_safe"]), ("high", at["yield_risky"])):
        asked = yields - at["stake"]
        found[label] = sum(
            share * ((p + (1 - p) * guaranteed) * asked - at["cost"])
            for share, p, most in types
            if most > asked
        )
    return max(found, key=found.get), max(found.values())


@pytest.mark.parametrize("seed", range(6))
def test_the_banks_terms_by_backward_induction(seed):
    random = np.random.default_rng(seed)
    yields = sorted(random.uniform(1, 3, 2))
    risky, safe = sorted(random.uniform(0.2, 1, 2))
    at = {
        "safe_share": random.uniform(0.1, 0.9), "p_safe": safe, "p_risky": risky,
        "yield_safe": yields[0], "yield_risky": yields[1], "cost": 1.1, "stake": 0.01,
    }  # fmt: skip
    guaranteed = random.uniform(0, 0.5)
    one = only("credit_rationing", f"guarantee:guaranteed={guaranteed}", at)
    label, profit = terms(at, guaranteed)
    assert one.path["terms"][label].value == 1
    assert earned(one)["bank"] == near(profit)


def test_a_guarantee_that_brings_lending_back_and_what_it_costs():
    """O41.g, fiscal, surplus, net_mcpf, mcpf_breakeven; a borrower is left next to nothing."""
    at, model = {"stake": "1/1000000000"}, load("credit_rationing")
    short = only("credit_rationing", "guarantee:guaranteed=0.08284", at)
    assert short.path["terms"]["none"].value == 1
    least = find_reform(model, "guarantee:guaranteed=0.0828403")
    found = compare(model.game, [least], at, costs_of_funds=(1, "1.3"))
    verdict = found.verdicts("guarantee")[0]
    assert -verdict.public.value == near(0.03111111111)
    assert [verdict.net[k].value for k in ("1", "13/10")] == near([0.08, 0.07066666667])
    assert verdict.break_even.value == near(3.571428571, 1e-5)


def test_partial_guarantees_help_and_a_large_one_backfires():
    assert only("credit_rationing", "large_guarantee").path["terms"]["high"].value == 1
    assert verdicts("credit_rationing") == {
        "guarantee": "worth it",
        "refinancing": "worth it",
        "lead_firm_finance": "worth it",
        "large_guarantee": "costs more than it brings",
    }
    (before,) = compared("credit_rationing").baseline.assessments
    assert before.diagnosis == "cooperation failure"
    assert before.gap.value == near(0.6 * 0.2)


# -- M12: a risky channel --------------------------------------------------------------------------


def certain(x, w=1.0, aversion=4.0, slope=0.6, extra=0.0):
    """Return what the producer has, by the mean and the variance of its income."""
    parts = np.array([w * 0.5 * x, 0.1 * (1 - x)])  # standard deviations, export and home
    variance = parts @ np.array([[1, 0.2], [0.2, 1]]) @ parts
    return (1.3 + extra) * x + 1 - x - slope * x**2 / 2 - aversion / 2 * variance


def exported(one):
    return one.path["x"].value


def test_two_channels_without_cover():
    """O46.x_star, CE, A_crit: the lead firm, which gains nothing, offers no cover."""
    at = {"slope": 0, "margin": 0}
    one = only("risky_channel", at=at)
    assert exported(one) == near(0.3125)
    assert earned(one)["producer"] == near(1.026875)
    assert [certain(x, slope=0) for x in (0.3125, 1, 0)] == near([1.026875, 0.8, 0.98])
    assert exported(only("risky_channel", at={**at, "aversion": "1.2499"})) == 1
    assert exported(only("risky_channel", at={**at, "aversion": "1.2501"})) < 1


@pytest.mark.parametrize(
    ("reform", "w", "extra"),
    [("", 1, 0), ("support_for_cover", 0.5, 0), ("premium", 1, 0.05), ("first_loss", 0.75, 0.125)],
)
def test_exports_and_cover_by_a_grid(reform, w, extra):
    one = only("risky_channel", reform)
    assert ("half" in one.path["cover"]) == (w == 0.5)
    worth = [certain(x, w, extra=extra) for x in np.linspace(0, 1, 2001)]
    assert exported(one) == near(np.argmax(worth) / 2000, 1 / 2000)
    assert earned(one)["producer"] == near(max(worth))


def test_a_premium_costs_the_cover_that_was_supported():
    model = load("risky_channel")
    support, extra = model.reform("support_for_cover"), model.reform("premium")
    (one,) = solve((support + extra)(model.game))
    assert "half" not in one.path["cover"]
    verdict = compare(support(model.game), [extra]).verdicts("premium")[2]
    assert verdict.statement == "costs more than it brings"
    assert verdicts("risky_channel") == {
        "support_for_cover": "worth it",
        "public_guarantee": "worth it",
        "premium": "worth it",
        "first_loss": "worth it",
    }
