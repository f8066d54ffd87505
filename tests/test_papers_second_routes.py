"""Withheld values of publications: what is computed for them, by a second route each.

None of these is compared with a number that was given to us, so each is worked out once more here,
in floating point and without the games: best replies iterated, sums over all profiles, a market
cleared, a linear system, chains of finitely many stages.
"""

import itertools
from functools import cache

import numpy as np
import pytest
from scipy.optimize import brentq, minimize, minimize_scalar

from pigou import papers
from pigou.equilibrium import Grade
from pigou.exact import Enclosure
from pigou.papers import ballester2006
from pigou.publication import WITHHELD


def number(value):
    return value.value if isinstance(value, Enclosure) else float(value)


@cache
def computed(name, only=None):
    """Compute the withheld claims of a publication: identifier -> numbers, and the grades."""
    found = {}
    for claim in papers.load(name).claims:
        if claim.expected is None and (only is None or only in claim.id):
            one = claim.compute()
            assert one.grade in (Grade.CERTIFIED, Grade.PROVED)
            assert claim.where.startswith(WITHHELD)
            found[claim.id.split(".", 1)[1]] = one.value
    return found


def close(*numbers):
    values = numbers[0] if len(numbers) == 1 else list(numbers)
    return pytest.approx(values, abs=1e-6)


def floats(value):
    return [number(one) for one in value] if isinstance(value, tuple) else number(value)


# -- input prices from simultaneous bargains ------------------------------------------------------


def quantities(prices, there=(0, 1)):
    """Let downstream firms reply to each other until nothing moves."""
    sold = [0.0, 0.0]
    for _ in range(25):
        for i in there:
            sold[i] = max(0.0, (1 - sold[1 - i] - prices[i]) / 2)
    return sold


def nash_product(price, other, merged):
    """What a pair maximises over its price, given the other pair's."""
    sold = quantities((price, other))
    gain = price * sold[0]
    if merged:
        gain += other * (sold[1] - quantities((price, other), there=(1,))[1])
    return max(gain, 0) * max(sold[0] * (1 - sum(sold) - price), 0)


def test_input_prices_and_who_earns_what():
    got = {name: floats(value) for name, value in computed("horn1988").items()}
    profits, uppers, totals = [], [], []
    for name, merged in (("w_sep", False), ("w_merged", True)):
        price = 0.4
        for _ in range(26):
            price = minimize_scalar(
                lambda w, p=price, m=merged: -nash_product(w, p, m), bounds=(0, 0.7),
                method="bounded", options={"xatol": 1e-10},
            ).x  # fmt: skip
        assert got[name] == close(price)
        sold = quantities((got[name],) * 2)
        profits.append(sold[0] * (1 - sum(sold) - got[name]))
        uppers.append(sum(sold) * got[name])
        totals.append(sum(sold) - sum(sold) ** 2 / 2)
    best = -minimize_scalar(lambda q: q**2 / 2 - q, bounds=(0, 2), method="bounded").fun
    assert got["pi_D"] == close(profits)
    assert got["pi_U"] == close(uppers)
    assert got["W"] == close([*totals, best])


# -- participation --------------------------------------------------------------------------------


def utility(profile, who, needed, refunded, cost=0.2):
    provided = sum(profile) >= needed
    return provided - cost * profile[who] * (provided or not refunded)


def pure_equilibria(needed, refunded):
    counts = {}
    for profile in itertools.product((0, 1), repeat=5):
        changed = [(*profile[:i], 1 - profile[i], *profile[i + 1 :]) for i in range(5)]
        if all(
            utility(profile, i, needed, refunded) >= utility(changed[i], i, needed, refunded)
            for i in range(5)
        ):
            counts[sum(profile)] = counts.get(sum(profile), 0) + 1
    return sorted(counts.items())


def gain(p, needed, refunded):
    """What contributing adds if each of the others does so with probability p."""
    total = 0.0
    for others in itertools.product((0, 1), repeat=4):
        chance = np.prod([p if one else 1 - p for one in others])
        with_it, without = (utility((own, *others), 0, needed, refunded) for own in (1, 0))
        total += chance * (with_it - without)
    return total


def roots(needed, refunded):
    grid = np.linspace(1e-3, 1 - 1e-3, 400)
    values = [gain(p, needed, refunded) for p in grid]
    return [
        brentq(gain, grid[k], grid[k + 1], (needed, refunded), xtol=1e-13)
        for k in range(len(grid) - 1)
        if values[k] * values[k + 1] < 0
    ]


def provision(p, needed):
    return sum(
        np.prod([p if one else 1 - p for one in profile])
        for profile in itertools.product((0, 1), repeat=5)
        if sum(profile) >= needed
    )


def test_participation_by_going_through_all_profiles():
    got = computed("palfrey1984")
    lost, returned = roots(3, False), roots(3, True)
    assert len(lost) == 2 and len(returned) == 1
    assert floats(got["p_norefund"]) == close(lost)
    assert floats(got["p_refund"]) == close(returned[0])
    assert floats(got["provision"]) == close([provision(p, 3) for p in lost + returned])
    assert [tuple(map(int, pair)) for pair in got["pure_norefund"]] == pure_equilibria(3, False)
    assert [tuple(map(int, pair)) for pair in got["pure_refund"]] == pure_equilibria(3, True)
    (volunteers,) = roots(1, False)
    assert floats(got["volunteer"]) == close(volunteers, provision(volunteers, 1))


# -- immiserising growth --------------------------------------------------------------------------

RHO = (0.4 - 1) / 0.4


def taste(x, y, rho=RHO):
    return (x**rho + y**rho) ** (1 / rho)


def bought(income, price, rho=RHO):
    """What somebody buys of X at a price in units of Y, by search along the budget line."""
    return minimize_scalar(
        lambda x: -taste(x, income - price * x, rho),
        bounds=(1e-6 * income / price, (1 - 1e-6) * income / price), method="bounded",
        options={"xatol": 1e-13},
    ).x  # fmt: skip


def market(amounts, rho=RHO):
    """Clear the market of countries with these amounts of X and a North with 1 of Y."""

    def excess(log_price):
        price = np.exp(log_price)
        incomes = [price * x for x in amounts] + [1.0]
        return sum(bought(i, price, rho) for i in incomes) - sum(amounts)

    price = float(np.exp(brentq(excess, -2, 2, xtol=1e-12)))

    def reached(income):
        x = bought(income, price, rho)
        return taste(x, income - price * x, rho)

    return price, [reached(price * x) for x in amounts], reached(1.0)


@pytest.mark.long
def test_immiserising_growth_by_clearing_the_market():
    got = {name: floats(value) for name, value in computed("bhagwati1958").items()}
    cases = {k: market([0.275] * k + [0.25] * (4 - k)) for k in range(5)}
    assert got["price"] == close(cases[0][0])
    assert got["u_none"] == close(cases[0][1][0])
    assert got["u_all"] == close(cases[4][1][0])
    assert got["u_one"] == close([cases[1][1][0], cases[1][1][-1]])
    assert got["u_three"] == close([cases[3][1][-1], cases[3][1][0]])
    assert got["north"] == close([cases[0][2], cases[4][2]])
    dominant = all(cases[k + 1][1][0] > cases[k][1][-1] for k in range(4))
    assert got["dilemma"] == (dominant and cases[4][1][0] < cases[0][1][0]) == 1


def south(total, rho=RHO):
    """What the South has in all, by the share of the world's income."""
    price = (1 / total) ** (1 - rho)
    return price * total / (price * total + 1) * taste(total, 1, rho)


def elasticity(rho):
    """The elasticity of what the South has in its supply of X, by a difference."""
    return (np.log(south(1.0001, rho)) - np.log(south(0.9999, rho))) / 0.0002


def test_elasticities_of_growth_by_differences():
    got = {}
    for part in ("joint", "unilateral", "sigma"):
        got |= {name: floats(value) for name, value in computed("bhagwati1958", part).items()}
    assert got["joint"] == close(elasticity(RHO))
    assert got["joint_s75"] == close(elasticity((0.75 - 1) / 0.75))
    up, down = (market([0.25 * f] + [0.25] * 3)[1][0] for f in (1.001, 0.999))
    assert got["unilateral"] == pytest.approx((np.log(up) - np.log(down)) / 0.002, abs=1e-5)
    assert got["sigma"] == close(brentq(lambda s: elasticity((s - 1) / s), 0.3, 0.9))


@pytest.mark.long
def test_the_supply_that_is_best_for_the_south():
    best = minimize_scalar(lambda x: -south(x), bounds=(0.1, 3), method="bounded",
                           options={"xatol": 1e-10})  # fmt: skip
    assert floats(computed("bhagwati1958", "cartel")["cartel"]) == pytest.approx(best.x, abs=1e-5)


# -- the key player -------------------------------------------------------------------------------

GRAPH = np.array(
    [[frozenset({i, j}) in ballester2006.LINKS for j in range(1, 12)] for i in range(1, 12)]
).astype(float)
BY_TYPE = [0, 1, 2]


def efforts(a, without=None):
    there = [k for k in range(11) if k != without]
    graph = GRAPH[np.ix_(there, there)]
    return np.linalg.solve(np.eye(len(there)) - a * graph, np.ones(len(there)))


def test_the_network_is_that_of_the_paper():
    degrees = sorted(GRAPH.sum(axis=0))
    assert degrees == [4] * 7 + [5] * 4 and len(ballester2006.LINKS) == 24
    assert [ballester2006.kind(i) for i in range(1, 12)] == [1, 2, 3, 3, 3, 2, 2, 3, 3, 3, 2]
    largest = max(np.linalg.eigvalsh(GRAPH))
    assert 0.2 * largest < 1 < 0.4 * largest  # so that a = 0.2 has no efficient effort


def is_as_solved(a, name):
    expected = efforts(a)
    assert floats(ballester2006.equilibrium_efforts(name).value) == close(expected[BY_TYPE])


def test_efforts_in_a_network():
    is_as_solved(0.1, "1/10")


@pytest.mark.long
def test_removals_and_subsidies_in_a_network():
    is_as_solved(0.2, "1/5")
    for a, name in ((0.1, "1/10"), (0.2, "1/5")):
        falls = [efforts(a).sum() - efforts(a, k).sum() for k in BY_TYPE]
        assert floats(ballester2006.intercentralities(name).value) == close(falls)
        inverse = np.linalg.inv(np.eye(11) - a * GRAPH)
        central = inverse.sum(axis=0) ** 2 / np.diag(inverse)  # the paper's formula
        assert falls == close(central[BY_TYPE])
    got = computed("ballester2006")
    best = efforts(0.2)  # 2 a in the place of a
    assert floats(got["total"]) == close(best.sum(), efforts(0.1).sum())
    rates = np.array(floats(got["subsidies"]))
    paid = rates[[ballester2006.kind(i) - 1 for i in range(1, 12)]]
    assert np.linalg.solve(np.eye(11) - 0.1 * GRAPH, 1 + paid) == close(best)


# -- property rights along a chain ----------------------------------------------------------------


def profit_of_chain(inputs, alpha, rho):
    """What the lead firm of a finite chain has left, and the share of each stage it keeps.

    The share of a stage is the one with which its supplier, who moves the chain from where it
    stands, chooses its input.
    """
    stages = len(inputs)
    value = np.cumsum(inputs**alpha) / stages
    revenue = value ** (rho / alpha)
    added = np.diff(revenue, prepend=0)
    margin = rho / alpha * value ** (rho / alpha - 1) * alpha * inputs ** (alpha - 1)
    return float(np.sum(added * (1 - 1 / margin))), 1 - 1 / margin


def best_chain(stages, alpha, rho, seed=0):
    """Maximise the lead firm's profit over the inputs of all stages, from a random start."""
    start = np.random.default_rng(seed).uniform(-4, 0, stages)
    found = minimize(
        lambda z: -profit_of_chain(np.exp(z), alpha, rho)[0], start, method="L-BFGS-B",
        options={"maxiter": 400, "maxfun": 10**6, "ftol": 1e-15, "gtol": 1e-9},
    )  # fmt: skip
    return profit_of_chain(np.exp(found.x), alpha, rho)


CASES = {"compl": (0.5, 0.8), "subst": (0.8, 0.5)}


def converges(case, sizes):
    """Chains of more and more stages close in on the continuum, at the speed of 1/stages."""
    got = {name: floats(value) for name, value in computed("antras2013", case).items()}
    errors, shares = [], []
    for stages in sizes:
        profit, share = best_chain(stages, *CASES[case])
        errors.append(abs(profit - got[f"profit_{case}"]) / got[f"profit_{case}"])
        middles = (np.arange(stages) + 0.5) / stages
        places = (0.302083, 0.602083, 0.902083)
        shares.append([np.interp(place, middles, share) for place in places])
    ratios = [one / other for one, other in itertools.pairwise(errors)]
    assert all(1.7 < ratio < 2.4 for ratio in ratios), (case, errors)
    expected = [got[f"beta{place}_{case}"] for place in ("0.30", "0.60", "0.90")]
    assert shares[-1] == pytest.approx(expected, abs=2 / sizes[-1])
    rising = all(np.diff(shares[-1]) > 0)
    return got, rising


@pytest.mark.parametrize("case", CASES)
def test_shares_along_a_chain_are_limits_of_finite_chains(case):
    _, rising = converges(case, (20, 40))
    assert rising == (case == "compl")


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_shares_along_longer_chains(case):
    converges(case, (60, 120, 240))


def test_shares_rise_with_complements_and_fall_with_substitutes():
    assert computed("antras2013", "increasing") == {"increasing": (True, False)}


def same_share_chain(stages, share, alpha, rho):
    """Let each supplier in turn reply to the chain behind it: the lead firm's profit."""
    value = 0.0
    for _ in range(stages):
        x = 0.01
        for _ in range(200):
            ahead = value + x**alpha / stages
            new = ((1 - share) * rho * ahead ** (rho / alpha - 1)) ** (1 / (1 - alpha))
            if abs(new - x) < 1e-13:
                break
            x = 0.5 * (x + new)
        value += x**alpha / stages
    return share * value ** (rho / alpha)


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_one_share_for_all_stages(case):
    share, profit = floats(computed("antras2013", f"uniform_{case}")[f"uniform_{case}"])
    chains = [same_share_chain(stages, share, *CASES[case]) for stages in (2000, 4000, 8000)]
    errors = [abs(one - profit) / profit for one in chains]
    assert errors[-1] < 0.01
    assert all(1.7 < one / other < 2.4 for one, other in itertools.pairwise(errors))
    for away in (-0.05, 0.05):
        assert same_share_chain(2000, share + away, *CASES[case]) < chains[0]


def test_joint_surplus_along_a_chain_is_largest_with_the_same_input_everywhere():
    for case, (alpha, rho) in CASES.items():
        best = floats(computed("antras2013", f"first_best_{case}")[f"first_best_{case}"])

        def surplus(inputs, alpha=alpha, rho=rho):
            return np.mean(inputs**alpha) ** (rho / alpha) - inputs.mean()

        level = minimize_scalar(lambda x, s=surplus: -s(np.full(5, x)), bounds=(0.01, 1),
                                method="bounded", options={"xatol": 1e-10})  # fmt: skip
        assert -level.fun == close(best)
        rng = np.random.default_rng(5)
        for size in rng.uniform(0, 1, 200):
            deviation = level.x * np.exp(size * rng.normal(size=40))
            assert surplus(deviation) <= best + 1e-12
