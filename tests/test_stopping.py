"""Bandits and options, against dynamic programming in small steps, and by value matching."""

import math
import random
from dataclasses import replace
from fractions import Fraction as F
from functools import cache

import pytest

from pigou.bandit import Bandit
from pigou.errors import DeclarationError
from pigou.exact import Enclosure
from pigou.papers import keller2005, load
from pigou.solvers.stopping import (
    experiment_as_team,
    experimentation_equilibrium,
    pioneer_subsidy,
    when_to_invest,
)
from pigou.solvers.subsidised_trying import experimentation_outlay
from pigou.waiting import Opportunity

PILOT = Bandit("pilot", "0.2", "0.5", 3, "1.2", 3)


@cache
def floats(b):
    b = b.at()
    return [float(x) for x in (b.discount, b.rate, b.good, b.safe)] + [b.players]


def random_bandit(seed):
    rng = random.Random(seed)
    safe = F(rng.randint(2, 20), 10)
    good = safe * F(rng.randint(12, 40), 10)
    return Bandit("b", F(rng.randint(1, 20), 20), F(rng.randint(1, 20), 10), good, safe,
                  rng.randint(1, 5))  # fmt: skip


def subsidised(seed):
    b, rng = random_bandit(seed), random.Random(seed)
    return replace(b, players=rng.randint(2, 6), subsidy=b.safe * F(rng.randint(1, 17), 20))


# -- dynamic programming: beliefs only fall, so that one pass upwards in log odds is exact --------


def belief(odds):
    return 1 / (1 + math.exp(-odds))


def team_by_steps(b, step, top, bonus=0.0, lasting=False):
    """Cutoff and value of a team that decides after each fall of the log odds by a step."""
    r, rate, good, safe, players = floats(b)
    time = step / (players * rate)
    discount = math.exp(-r * time)
    after = good + bonus if lasting else good
    odds, value, cutoff = math.log(0.001 / 0.999), safe, None
    while odds < top:
        odds += step
        p = belief(odds)
        success = p * (1 - math.exp(-players * rate * time))
        # the bonus is paid until the first success, or on; its flow within a step is a detail
        flow = (1 - discount) * (good * p + bonus)
        go_on = flow + discount * (success * after + (1 - success) * value)
        if go_on > safe and cutoff is None:
            cutoff = p
        value = max(safe, go_on)
    return cutoff, value


def logit(p):
    return math.log(p / (1 - p))


@pytest.mark.parametrize("players", [1, 2, 3, 10])
def test_a_team_by_dynamic_programming(players):
    b = Bandit("pilot", "0.2", "0.5", 3, "1.2", players)
    found = experiment_as_team(b)
    cutoff, value = team_by_steps(b, 1e-4, logit(0.4) - 5e-5)
    assert float(found.cutoff) == pytest.approx(cutoff, rel=2e-3)
    assert found.value("0.4").value == pytest.approx(value, abs=2e-4)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(30))
def test_any_team_by_dynamic_programming(seed):
    b = random_bandit(seed)
    found = experiment_as_team(b)
    for p in (0.3, 0.6, 0.9):
        cutoff, value = team_by_steps(b, 2e-5, logit(p) - 1e-5)
        if cutoff is not None:
            assert float(found.cutoff) == pytest.approx(cutoff, rel=1e-3)
        assert found.value(str(p)).value == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize("lasting", [False, True])
def test_with_the_subsidy_a_pioneer_stops_where_the_team_does(lasting):
    goal = experiment_as_team(PILOT).cutoff
    alone = Bandit("pilot", "0.2", "0.5", 3, "1.2")
    bonus = pioneer_subsidy(alone, goal, lasting=lasting)
    cutoff, _ = team_by_steps(alone, 1e-4, logit(0.3), float(bonus), lasting)
    assert float(goal) == pytest.approx(cutoff, rel=2e-3)


def best_reply_by_steps(found, step, top):
    """Value of the best reply to the equilibrium, and what both arms are worth at the belief."""
    r, rate, good, safe, players = floats(found.bandit)
    odds, value, bonus = logit(float(found.cutoff)), safe, float(found.bandit.subsidy)
    both = (safe, safe)
    while odds < top:
        odds += step
        p = belief(odds)
        others = (players - 1) * intensity(found, p)
        both = []
        for own in (0, 1):
            total = own + others
            if total == 0:
                both.append(safe)
                continue
            discount = math.exp(-r * step / (total * rate))
            flow = (1 - discount) * (own * (good * p + bonus) + (1 - own) * safe)
            success = p * (1 - math.exp(-step))
            both.append(flow + discount * (success * good + (1 - success) * value))
        value = max(both)
    return value, both


def intensity(found, p):
    """The strategy, recomputed from the value on both sides by its definition."""
    r, rate, good, safe, players = floats(found.bandit)
    if p <= float(found.cutoff):
        return 0.0
    if p >= found.full.value:
        return 1.0
    mu, start, forgone = r / rate, float(found.cutoff), safe - float(found.bandit.subsidy)
    level = good + mu * (good - forgone)
    constant = (safe - level) / (1 - start) + mu * forgone * logit(start)
    u = level + (1 - p) * (constant - mu * forgone * logit(p))
    return (u - safe) / ((players - 1) * (forgone - good * p))


def check_equilibrium(b, step, close):
    found = experimentation_equilibrium(b)
    low, full = float(found.cutoff), found.full.value
    for p in (low + 0.3 * (full - low), low + 0.9 * (full - low), (1 + full) / 2):
        asked = F(str(round(p, 6)))
        assert found.intensity(asked).value == pytest.approx(intensity(found, float(asked)))
        value, (safe_arm, risky_arm) = best_reply_by_steps(found, step, logit(asked) - step / 2)
        assert found.value(asked).value == pytest.approx(value, rel=close)
        if p < full:  # indifferent
            assert safe_arm == pytest.approx(risky_arm, rel=close)
        else:
            assert risky_arm > safe_arm
    return found


@pytest.mark.parametrize("players", [2, 3])
def test_the_equilibrium_is_a_best_reply_to_itself(players):
    found = check_equilibrium(Bandit("p", "0.2", "0.5", 3, "1.2", players), 5e-4, 1e-3)
    assert found.cutoff == F(4, 25) and found.full.width < F(1, 10**50)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_any_equilibrium_is_a_best_reply_to_itself(seed):
    b = random_bandit(seed)
    check_equilibrium(Bandit("b", b.discount, b.rate, b.good, b.safe, b.players + 1), 5e-5, 1e-3)


# -- subsidies ------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
def test_a_subsidised_equilibrium_is_a_best_reply_to_itself(seed):
    check_equilibrium(subsidised(seed), 5e-5, 1e-3)


def test_with_a_subsidy_all_wait_for_less():
    found = check_equilibrium(replace(PILOT, subsidy="3/10"), 5e-4, 1e-3)
    assert found.cutoff == F(3, 25)


def worth_by_steps(found, p, step):
    """What all get but for subsidies, and the subsidies, per player: the strategies followed up."""
    r, rate, good, safe, players = floats(found.bandit)
    start, bonus = logit(float(found.cutoff)), float(found.bandit.subsidy)
    number = math.ceil((logit(p) - start) / step)
    step = (logit(p) - start) / number
    worth, paid = safe, 0.0
    for i in range(number):
        middle = belief(start + (i + 0.5) * step)
        share = 1.0 if found.full.is_exact else intensity(found, middle)
        discount = math.exp(-r * step / (players * share * rate))
        success = belief(start + (i + 1) * step) * (1 - math.exp(-step))
        flow = (1 - discount) * (share * good * middle + (1 - share) * safe)
        worth = flow + discount * (success * good + (1 - success) * worth)
        paid = (1 - discount) * share * bonus + discount * (1 - success) * paid
    return worth, paid


def check_outlay(found, step, close):
    low, full = float(found.cutoff), found.full.value
    for p in (low + 0.5 * (full - low), low + 0.9 * (full - low), (1 + full) / 2, 0.95):
        asked = F(str(round(p, 6)))
        if asked <= found.cutoff:
            continue
        worth, paid = worth_by_steps(found, float(asked), step)
        outlay = experimentation_outlay(found, asked)
        assert outlay.value == pytest.approx(paid, rel=close, abs=1e-9)
        assert float(outlay.width) < 1e-15
        assert (found.value(asked) - outlay).value == pytest.approx(worth, rel=close)


@pytest.mark.parametrize("solve", [experiment_as_team, experimentation_equilibrium])
def test_what_subsidies_cost_and_what_all_is_worth(solve):
    """Subsidies are a transfer: value less outlay is what the tries and the successes pay."""
    check_outlay(solve(replace(PILOT, subsidy="3/10")), 1e-3, 1e-3)


def test_what_subsidies_cost_to_many_digits():
    """By a double integral with 34 digits; a remainder cut off by flint's cap misses it."""
    found = experimentation_equilibrium(replace(PILOT, subsidy="1/2"))
    outlay = experimentation_outlay(found, "1/10")
    assert outlay.lower < F("0.000400121396410513402562451") < outlay.upper
    assert outlay.width < F(1, 10**18)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_what_any_subsidies_cost(seed):
    for solve in (experiment_as_team, experimentation_equilibrium):
        check_outlay(solve(subsidised(seed)), 1e-4, 1e-3)


def test_no_subsidy_does_what_a_team_does():
    """The best one of a grid carries pilots beyond a team's cutoff, and is worth less even so."""
    team, worth = experiment_as_team(PILOT), {}
    for k in range(12):
        found = experimentation_equilibrium(replace(PILOT, subsidy=F(k, 10)))
        worth[k] = (found.value("0.3") - experimentation_outlay(found, "0.3"), found.cutoff)
    best = max(worth, key=lambda k: worth[k][0].lower)
    assert best == 8
    assert worth[0][0].upper < worth[best][0].lower < team.value("0.3").lower
    assert worth[best][1] < team.cutoff
    assert (
        experimentation_outlay(found, 0) == experimentation_outlay(team, "0.3") == Enclosure(0, 0)
    )
    with pytest.raises(DeclarationError, match="subsidy has to be at least 0 and below safe"):
        experimentation_equilibrium(replace(PILOT, subsidy="1.2"))


# -- value matching and smooth pasting ------------------------------------------------------------


def exact_slope(found, p, side, h=F(1, 10**20)):
    """A one-sided slope by exact ends, so that nothing is lost by rounding."""
    ends = [found.value(p), found.value(p + side * h)]
    middle = [(e.lower + e.upper) / 2 for e in ends]
    return float((middle[1] - middle[0]) / (side * h))


@pytest.mark.parametrize("seed", range(15))
def test_the_equations_hold_everywhere(seed):
    b = random_bandit(seed)
    r, rate, good, safe, players = floats(b)
    for found in (experiment_as_team(b), experimentation_equilibrium(b)):
        assert exact_slope(found, found.cutoff, 1) == pytest.approx(0, abs=1e-9)
        assert exact_slope(found, found.cutoff, -1) == 0
        for k in (1, 2, 5, 8):
            p = found.cutoff + (1 - found.cutoff) * F(k, 10)
            u, du = found.value(p).value, exact_slope(found, p, 1)
            gain = rate / r * float(p) * (good - u - (1 - float(p)) * du)
            cost = safe - good * float(p)
            k = found.intensity(p).value
            # flow of today, and what all learn
            assert u == pytest.approx(safe - k * cost + players * k * gain)
            if found.full.is_exact:  # the team gains by the last hour
                assert players * gain >= cost - 1e-9
            elif p < found.full.lower:
                assert gain == pytest.approx(cost) and 0 < k < 1
            else:
                assert gain >= cost - 1e-9
    if players > 1:
        full = found.full.lower
        assert exact_slope(found, full, -1) == pytest.approx(exact_slope(found, full, 1), rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_teams_do_better_than_players_and_players_than_one_alone(seed):
    b = random_bandit(seed)
    team, both = experiment_as_team(b), experimentation_equilibrium(b)
    alone = experiment_as_team(b, players=1)
    assert team.cutoff <= both.cutoff == alone.cutoff < b.myopic
    for k in range(1, 10):
        values = [one.value(F(k, 10)).value for one in (alone, both, team)]
        assert values == sorted(values)
    assert team.amount("0.95").value >= both.amount("0.95").value == alone.amount("0.95").value


def test_the_amount_by_the_motion_of_beliefs():
    """By small steps of time at the intensities of the equilibrium; the cutoff is never reached."""
    found = experimentation_equilibrium(PILOT)
    p, total, rate, time = 0.4, 0.0, 0.5, 0.02
    for _ in range(6_000):
        all_of_them = 3 * intensity(found, p)
        p -= all_of_them * rate * p * (1 - p) * time
        total += all_of_them * time
    assert 0.16 < p < 0.18
    assert total < found.amount("0.4").value
    reached = found.amount("0.4").value - found.amount(str(round(p, 12))).value
    assert reached == pytest.approx(total, rel=0.01)


def test_the_withheld_values_of_the_paper():
    """Each claim against dynamic programming, or by hand, with the parameters that it states."""
    values = {c.id: c.compute().value for c in load("keller2005").claims}
    r, rate, good, safe = (float(F(keller2005.AT[k])) for k in ("r", "lambda", "g", "s"))
    for n in (1, 2, 3):
        b = Bandit("pilot", *(F(keller2005.AT[k]) for k in ("r", "lambda", "g", "s")), n)
        cutoff, value = team_by_steps(b, 4e-4, logit(0.4) - 2e-4)
        assert float(values[f"O14.p{n}"]) == pytest.approx(cutoff, rel=8e-3)
        assert values[f"O14.V{n}"].value == pytest.approx(value, abs=5e-4)
    assert values["O14.myopic"] * 3 == F("1.2")
    for name, stop in (("O14.amount", "O14.p1"), ("O14.amount_efficient", "O14.p3")):
        fallen = math.exp(-rate * values[name].value) * 0.4  # good, and no success
        assert fallen / (fallen + 0.6) == pytest.approx(float(values[stop]))
    p = values["O14.p3"]
    for name, after in (("O14.subsidy", 0), ("O14.subsidy_lasting", 1)):
        bonus = values[name]  # an instant more is worth as much as stopping
        assert bonus + good * p + rate / r * p * (good + after * bonus - safe) == pytest.approx(
            safe
        )


# -- waiting --------------------------------------------------------------------------------------


def random_opportunity(seed):
    rng = random.Random(seed)
    return Opportunity("o", *(F(rng.randint(1, 12), 100) for _ in "rd"), F(rng.randint(5, 60), 100),
                       F(rng.randint(1, 30), 10))  # fmt: skip


def by_random_walk(o, value, h):
    """The best trigger and the worth, where the logarithm of the value moves by h up or down."""
    o = o.at()
    r, delta, sigma, cost = map(float, (o.discount, o.payout, o.volatility, o.cost))
    time = h * h / sigma**2
    up = (1 + (r - delta - sigma**2 / 2) * h / sigma**2) / 2
    one = math.exp(-r * time)
    # worth x of a unit paid at the next level up: x = one * (up + (1 - up) * x**2)
    x = (1 - math.sqrt(1 - 4 * one**2 * up * (1 - up))) / (2 * one * (1 - up))
    levels = range(int(6 / h))
    best = max(levels, key=lambda n: x**n * (value * math.exp(n * h) - cost))
    return value * math.exp(best * h), x**best * (value * math.exp(best * h) - cost)


@pytest.mark.parametrize("given", [("0.04", "0.04", "0.2"), ("0.05", "0.03", "0.3")])
def test_an_opportunity_by_a_random_walk(given):
    o = Opportunity("upgrade", *given)
    found = when_to_invest(o)
    trigger, worth = by_random_walk(o, 1.0, 0.002)
    assert found.trigger.value == pytest.approx(trigger, rel=5e-3)
    assert found.worth(1).value == pytest.approx(worth, rel=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_the_equation_of_an_opportunity_and_smooth_pasting(seed):
    o = random_opportunity(seed)
    found = when_to_invest(o)
    r, delta, sigma, cost = o.discount, o.payout, o.volatility, o.cost
    h = F(1, 10**15)
    assert found.exponent.lower > 1
    for factor in (F(1, 3), F(9, 10)):
        v = F(round(found.trigger.value * factor * 1000), 1000)
        below, here, above = ((e.lower + e.upper) / 2 for e in map(found.worth, (v - h, v, v + h)))
        first, second = (above - below) / (2 * h), (above - 2 * here + below) / h**2
        left = sigma**2 * v**2 * second / 2 + (r - delta) * v * first - r * here
        assert float(left) == pytest.approx(0, abs=1e-12)
        assert here > max(0, v - cost)
    at, edge = found.trigger, found.trigger.lower
    assert float(found.worth(edge).lower) == pytest.approx(float(at.lower - cost))
    before = found.worth(edge - h)
    assert float((edge - cost - before.lower) / h) == pytest.approx(1, abs=1e-9)
    assert found.cost_for(1).value * found.trigger.value == pytest.approx(float(cost))
    assert found.worth(at.upper + 1).is_exact and found.worth(0) == found.worth("0")


def test_a_root_that_is_rational_is_exact():
    found = when_to_invest(Opportunity("upgrade", "0.04", "0.04", "0.2"))
    assert found.exponent.is_exact and found.trigger.is_exact
    assert str(found.worth(2)) == "1" and str(found.cost_for("1.5")) == "3/4"
    free = when_to_invest(Opportunity("upgrade", 0, "0.04", "0.2"))  # r = 0: beta = 1 + 2 d/s^2
    assert str(free.exponent) == "3"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Bandit("b", 0, 1, 2, 1).at(), "discount and rate have to be above 0"),
        (lambda: Bandit("b", 1, 1, 1, 1).at(), "good has to be above safe"),
        (lambda: Bandit("b", 1, 1, 2, 0).at(), "safe above 0"),
        (lambda: Bandit("b", 1, 1, 2, 1, "3/2").at(), "a whole number from 1 on, not 3/2"),
        (lambda: experiment_as_team(PILOT, players=0), "a whole number from 1 on, not 0"),
        (lambda: experiment_as_team(PILOT).value(2), "between 0 and 1"),
        (lambda: experiment_as_team(PILOT).amount(1), "never stops"),
        (lambda: experiment_as_team(PILOT, {"N": 2}), "no parameter 'N'"),
        (lambda: Opportunity("o", 1, 0, 1).at(), "payout, volatility and cost"),
        (lambda: when_to_invest(Opportunity("o", 1, 1, 1)).worth(-1), "at least 0"),
        (lambda: when_to_invest(Opportunity("o", 1, 1, 1)).cost_for(0), "above 0"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(DeclarationError, match=message):
        make()
