"""Three models beside brute force; what publications say, by a second route."""

import itertools
import random
from fractions import Fraction

import pytest
from scipy import integrate, optimize, stats

from pigou.comparison import compare
from pigou.models import load
from pigou.papers import lazear1981, rasmusen1991, rodriguezclare1996, stiglitz1981
from pigou.solving import solve

HELP = {
    "linkages": ["start_up_subsidy", "coordinated_entry", "anchor_suppliers"],
    "targeting": ["leverage", "second_best_target", "assured", "uniform"],
    "upgrading_paths": ["protection", "dearer_replacement"],
}
BACKFIRE = {
    "linkages": "too_few_anchors",
    "targeting": "most_numerous",
    "upgrading_paths": "design_grant",
}
DIAGNOSIS = {
    "linkages": "coordination failure and cooperation failure",
    "targeting": "coordination failure",
    "upgrading_paths": "cooperation failure",
}


def mid(enclosure):
    return (enclosure.lower + enclosure.upper) / 2


@pytest.fixture(scope="module")
def compared():
    models = {name: load(name) for name in HELP}
    return {n: compare(m.game, m.reforms, costs_of_funds=(1, "1.3")) for n, m in models.items()}


def net_benefit(comparison, reform, funds="1"):
    return {v.rule: v.net[funds] for v in comparison.verdicts(reform)}


@pytest.mark.parametrize(("name", "reform"), [(n, r) for n in HELP for r in HELP[n]])
def test_a_reform_that_helps(compared, name, reform):
    assert compared[name].reform(reform).found.complete
    net = net_benefit(compared[name], reform)
    assert net["selected"].lower > 0
    assert net["worst"].lower > 0
    assert net["best"].lower >= 0


@pytest.mark.parametrize("name", BACKFIRE)
def test_a_reform_that_backfires(compared, name):
    """It harms where nobody moves, and in the good equilibrium costs what it pays."""
    net = net_benefit(compared[name], BACKFIRE[name], "13/10")
    assert max(n.upper for n in net.values()) < 0
    assert net_benefit(compared[name], BACKFIRE[name])["worst"].upper < 0


@pytest.mark.parametrize("name", HELP)
def test_what_fails_at_the_defaults(compared, name):
    before = compared[name].baseline
    selected = before[before.selected]
    assert selected.diagnosis == DIAGNOSIS[name]
    assert selected.gap.lower > 0
    assert selected.equilibrium.evidence.checked


# -- linkages -------------------------------------------------------------------------------------


def market(n, labour, theta, e, setup, critical):
    """Clear markets from technology and prices: wage, a supplier's profit. No formula of ours."""
    normal = critical ** (-theta * (1 - e) / e) * theta**-theta * (1 - theta) ** (theta - 1)
    productivity = normal * e**-theta

    def cost(wage):  # of a unit, with the price index of n varieties at wage/e each
        index = n ** (-(1 - e) / e) * wage / e
        return (wage / (1 - theta)) ** (1 - theta) * (index / theta) ** theta / productivity

    wage = max(optimize.brentq(lambda w: cost(w) - 1, 1e-9, 1e6), 1)

    def excess(output):
        sold = theta * output / (n * wage / e)
        return (1 - theta) * output / wage + n * (sold + setup) - labour

    output = optimize.brentq(excess, 0, 1e6) if cost(1) <= 1 else 0
    sold = theta * output / (n * wage / e)
    return wage, (wage / e - wage) * sold - wage * setup


@pytest.mark.parametrize("number", [1, 3, 4, 9, 20])
@pytest.mark.parametrize("e", [Fraction(1, 3), Fraction(3, 5)])
def test_a_supplier_earns_what_cleared_markets_leave_it(number, e):
    """The model with as many suppliers as enter: payoffs where all do."""
    number = max(number, 2)
    game, at = load("linkages").game, {"suppliers": number, "similarity": e}
    model = load("linkages").reform("anchor_suppliers", anchors=number, aid=1000)
    (one,) = solve(model(game), at)
    wage, profit = market(number, 100, 0.5, float(e), 2.5, 4)
    group = next(k for k in one.payoffs if k not in ("workers", "producers", "government"))
    assert float(mid(one.payoffs["workers"])) == pytest.approx(100 * wage)
    assert float(mid(one.payoffs[group])) == pytest.approx(profit + 1000)


@pytest.mark.parametrize("labour", [61, 100, 119])
def test_suppliers_enter_until_the_next_would_lose(labour):
    """Without wages in it: n F <= mu L, with mu = 1/3."""
    found = solve(load("linkages").game, {"labour": labour}, pure=True)
    numbers = sorted(one.strategies[0].counts["enter"] for one in found)
    assert numbers == [0, int(Fraction(labour, 3) / Fraction(5, 2))]


@pytest.mark.parametrize(("rate", "starts"), [("0.9999", False), ("1", True)])
def test_o44_a_subsidy_of_the_price_starts_production_with_two_suppliers(rate, starts):
    """O44.start_subsidy, in the model with a whole number of suppliers."""
    model = load("linkages")
    at = {"suppliers": 2, "similarity": "1/2", "critical": 8, "setup": 2}
    found = solve(model.reform("start_up_subsidy", rate=rate)(model.game), at, pure=True)
    assert (2 in [one.strategies[0].counts["enter"] for one in found]) == starts


def test_o44_whole_suppliers_are_as_many_as_fit_below_twelve_and_a_half():
    at = {"similarity": "1/2", "critical": 8, "setup": 2}
    found = solve(load("linkages").game, at, pure=True)
    assert sorted(one.strategies[0].counts["enter"] for one in found) == [0, 12]


def test_the_start_up_subsidy_is_not_paid_in_the_end(compared):
    found = compared["linkages"].reform("start_up_subsidy")
    pure = [a for a in found.assessments if a.equilibrium.strategies[0].counts is not None]
    assert [mid(one.outlay) for one in pure] == [0]


@pytest.mark.parametrize(("number", "short"), [(8, 0), (32, Fraction(-1, 2))])
def test_o44_four_times_as_many_suppliers_halve_the_cost_of_a_unit(number, short):
    assert mid(rodriguezclare1996.short(Fraction(number))[0]) == short


# -- targeting ------------------------------------------------------------------------------------

GROUPS = ("grower", "processor", "exporter")


def test_targeting_by_enumerating_every_profile():
    game, rng, seen = load("targeting").game, random.Random(5), set()
    for _ in range(8):
        mass, weight, cost, benefit = ([Fraction(rng.randint(1, 9), 8) for _ in GROUPS]
                                       for _ in range(4))  # fmt: skip
        state = Fraction(rng.randint(0, 7), 8)
        at = {"state": state}
        for i, g in enumerate(GROUPS):
            at |= {f"mass_{g}": mass[i], f"weight_{g}": weight[i], f"cost_{g}": cost[i],
                   f"benefit_{g}": benefit[i]}  # fmt: skip

        def pay(profile, i, m=mass, w=weight, c=cost, b=benefit, need=1 - state):
            wins = sum(w[j] * m[j] * profile[j] for j in range(3)) >= need
            return m[i] * profile[i] * ((b[i] if wins else 0) - c[i])

        expected = {
            p for p in itertools.product((0, 1), repeat=3)
            if all(pay(p, i) >= pay((*p[:i], 1 - p[i], *p[i + 1 :]), i) for i in range(3))
        }  # fmt: skip
        found = solve(game, at, pure=True)
        got = {tuple(int(mid(s.probabilities["invest"])) for s in one.strategies) for one in found}
        assert got == expected
        seen |= expected
    assert len(seen) >= 4


def test_a_targeted_subsidy_is_worth_more_than_a_uniform_one_if_funds_are_dear(compared):
    found = compared["targeting"]
    net = {r: net_benefit(found, r, "13/10")["worst"] for r in HELP["targeting"]}
    assert net["assured"].lower > net["leverage"].upper > net["second_best_target"].upper
    assert net["leverage"].lower > net["uniform"].upper


@pytest.mark.parametrize(("state", "equilibria"), [("1/5", 1), ("19/100", 2)])
def test_a_target_has_leverage_while_its_weight_makes_the_threshold_with_another(state, equilibria):
    """Exporters and processors: 0.35 + 0.45 = 0.8."""
    model = load("targeting")
    found = solve(model.reform("leverage")(model.game), {"state": state}, pure=True)
    assert len(found) == equilibria


# -- four ways to upgrade -------------------------------------------------------------------------


def by_hand(gains, shares, costs, boost, support, orders, replacement, outside):
    """What each kind leads to, backwards; the supplier takes the best, if any is above 0."""
    ends = [(Fraction(0), Fraction(0), "none")]
    for kind, s, a, c in zip(KINDS, gains, shares, costs, strict=True):
        ways = [(a, s - c), ((1 + boost) * a - support, (1 + boost) * s - c),
                (-replacement, outside * s - c - orders)]  # fmt: skip
        lead, supplier = max(ways)
        ends.append((supplier, lead, kind))
    return max(ends)


KINDS = ("process", "product", "functional", "channel")


def test_each_way_to_upgrade_by_backward_induction():
    game, rng, seen = load("upgrading_paths").game, random.Random(3), set()
    for _ in range(10):
        gains, costs = ([Fraction(rng.randint(1, 400), 97) for _ in KINDS] for _ in range(2))
        shares = [Fraction(rng.randint(-300, 300), 89) for _ in KINDS]
        boost, support, orders, replacement = (Fraction(rng.randint(1, 99), 50) for _ in range(4))
        at = {"boost": boost, "help": support, "orders": orders, "replacement": replacement}
        for kind, s, a, c in zip(KINDS, gains, shares, costs, strict=True):
            at |= {f"gain_{kind}": s, f"shared_{kind}": a, f"cost_{kind}": c}
        (one,) = solve(game, at)
        expected = by_hand(
            gains, shares, costs, boost, support, orders, replacement, Fraction(1, 4)
        )
        assert (mid(one.payoffs["supplier"]), mid(one.payoffs["lead"])) == expected[:2]
        seen.add(expected[2])
    assert len(seen) >= 4


# -- publications ---------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, pytest.param(5, marks=pytest.mark.long)])
def test_o37_the_line_gives_the_best_reply_in_the_contest_itself(n):
    """Win with probability int Phi(x + lead)^(n - 1) phi(x) dx: maximise numerically."""
    effort = float(mid(lazear1981.both_ends(lambda h: lazear1981.effort_of(n, h), n).value))

    def loses(own):
        def wins(x):
            return stats.norm.cdf(x + own - effort) ** (n - 1) * stats.norm.pdf(x)

        return own**2 / 2 - integrate.quad(wins, -8, 8, epsabs=1e-12)[0]

    best = optimize.minimize_scalar(loses, bounds=(0, 1), method="bounded", options={"xatol": 1e-9})
    assert best.x == pytest.approx(effort, abs=1e-5)


@pytest.mark.parametrize("gain", [Fraction(3, 2), Fraction(2), Fraction(13, 5), Fraction(7, 2)])
def test_o48_partners_in_turn_against_a_tree_of_offers(gain):
    """Offers on a grid, a partner that is indifferent signs; the best offer at every node."""
    offers = [Fraction(k, 10) for k in range(41)]

    def play(left, signed):
        if left == 0:
            enters = 5 - signed >= 3
            return Fraction(signed if enters else 5), enters
        no, yes = play(left - 1, signed), play(left - 1, signed + 1)
        ways = [(yes[0] - x, yes[1]) if x >= gain * no[1] else no for x in offers]
        return max(ways, key=lambda way: way[0])

    earned, enters = play(5, 0)
    value = rasmusen1991.in_turn(str(gain)).value
    assert abs(value[0] - earned) < Fraction(1, 10**7)
    assert value[1] == (not enters)


def test_o41_the_bank_against_a_grid_of_repayments():
    def gross(repayment):
        share = Fraction(3, 5) if repayment <= Fraction(13, 9) else Fraction(0)
        rest = Fraction(2, 5) if repayment <= 2 else Fraction(0)
        mean = (share * Fraction(9, 10) + rest / 2) / (share + rest)
        return mean * repayment

    best = max((Fraction(k, 900) for k in range(900, 1801)), key=gross)
    assert stiglitz1981.best_repayment().value == best
    game = stiglitz1981.credit()
    (one,) = solve(game)
    assert mid(one.payoffs["bank"]) == 0
    (lent,) = solve(stiglitz1981.guarantee(Fraction("0.0829"))(game))
    assert mid(lent.payoffs["bank"]) > 0
    (short,) = solve(stiglitz1981.guarantee(Fraction("0.0828"))(game))
    assert mid(short.payoffs["bank"]) == 0
