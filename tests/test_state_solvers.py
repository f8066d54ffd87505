"""Games about a state: every number by a second route, and what reforms change."""

import math
import random
from fractions import Fraction

import pytest
from click.testing import CliRunner
from scipy import integrate, stats

from pigou.adoption import Adoption
from pigou.certificates import Certificates
from pigou.cli import cli
from pigou.errors import DeclarationError
from pigou.exact import Enclosure
from pigou.measuring import measure
from pigou.models.states import load, names
from pigou.solvers.adopting import adoption_equilibria
from pigou.solvers.cascades import right_choices
from pigou.solvers.signalling_types import signalling_types
from pigou.state_catalogue import find_state_reforms
from pigou.state_model import StateModel

COMPARED = [(name, reform.name) for name in names() for reform in load(name).reforms]


def run(*args: str):
    return CliRunner().invoke(cli, list(args))


def reformed(name: str, reform: str) -> StateModel:
    model = load(name)
    return model.reformed(model.reform(reform))


def only(model: StateModel, at=None, cost=1):
    (one,) = measure(model, at, cost).equilibria
    return one.quantities


def near(value, expected: float, within: float = 1e-9) -> bool:
    assert isinstance(value, Enclosure)
    return value.width < within and abs(value.value - expected) < within


# -- information policy -----------------------------------------------------------------------


@pytest.mark.parametrize("reform", [None, "cost_share", "market_study", "open_sourcing_plans"])
def test_expected_surplus_is_that_of_an_integral_over_states(reform: str | None) -> None:
    model = load("information_policy") if reform is None else reformed("information_policy", reform)
    cost = Fraction(6, 5)
    found = only(model, cost=cost)
    aid = 0.15 if reform == "cost_share" else 0.0  # a quarter of 0.6
    alpha = 4.0 if reform == "open_sourcing_plans" else 1.0
    beta = 16.0 if reform == "market_study" else 4.0
    critical = found["critical state"].value
    cutoff = found["in from the signal (suppliers)"].value
    prior = stats.norm(0.4, 1 / math.sqrt(alpha))

    def inside(state: float) -> float:
        return float(stats.norm.cdf(math.sqrt(beta) * (state - cutoff)))

    # the state at which exactly enough are in, and the signal at which one is indifferent
    assert inside(critical) == pytest.approx(1 - critical, abs=1e-9)
    posterior = stats.norm((alpha * 0.4 + beta * cutoff) / (alpha + beta), (alpha + beta) ** -0.5)
    assert posterior.sf(critical) == pytest.approx(0.6 - aid, abs=1e-9)

    def payoff(state: float) -> float:
        return inside(state) * ((state >= critical) - (0.6 - aid)) * prior.pdf(state)

    surplus = sum(integrate.quad(payoff, *ends, limit=200)[0]
                  for ends in ((-9, critical), (critical, 9)))  # fmt: skip
    outlay = integrate.quad(lambda s: aid * inside(s) * prior.pdf(s), -9, 9, limit=200)[0]
    assert near(found["expected surplus (suppliers)"], surplus, 1e-8)
    assert near(found["public outlay"], outlay, 1e-8)
    assert near(found["welfare"], surplus - 1.2 * outlay, 1e-8)
    assert near(found["chance of success"], prior.sf(critical))


def test_sharp_public_information_brings_several_equilibria_back() -> None:
    found = measure(load("information_policy"), {"public": 20, "prospects": "1/2"})
    assert [one.quantities["stable"] for one in found.equilibria] == ["yes", "no", "yes"]
    states = [one.quantities["critical state"].value for one in found.equilibria]
    assert states == sorted(states)
    printed = run("compare", "information_policy", "-r", "cost_share", "--set", "public=20")
    assert printed.exit_code == 0
    assert "worst equilibrium" in printed.stdout


def test_a_subsidy_is_neutral_for_welfare_where_it_changes_nothing() -> None:
    # with prospects so good that all are in anyway, only who pays is different
    certain = {"prospects": 40}
    plain = only(load("information_policy"), certain)["welfare"]
    helped = only(reformed("information_policy", "cost_share"), certain)
    assert near(helped["public outlay"], 0.15)
    assert near(helped["welfare"], plain.value)


# -- option value -----------------------------------------------------------------------------


def test_the_cost_share_makes_the_firm_invest_when_it_should() -> None:
    found = measure(reformed("option_value", "cost_share"))
    helped, best = found.outcomes
    assert best.benchmark
    for name in ("invested from the value", "welfare", "present value of 1 at investment"):
        assert near(helped.quantities[name], best.quantities[name].value)
    plain = only(load("option_value"))
    assert str(plain["invested from the value"]) == "2"  # beta = 2, cost 1
    assert near(plain["welfare"], (2 - 1 + 0.25 * 2) * (1 / 2) ** 2)


@pytest.mark.parametrize("trigger", [1.2, 1.6, 2.5])
def test_nothing_is_better_than_the_efficient_trigger(trigger: float) -> None:
    # beta = 2: investing from T on is worth (1.25 T - 1) / T**2 to all, largest at T = 1.6
    best = measure(load("option_value")).outcomes[1].quantities["welfare"]
    assert (1.25 * trigger - 1) / trigger**2 <= best.value + 1e-12


def test_a_share_that_is_too_large_costs_more_than_it_brings() -> None:
    plain = only(load("option_value"))["welfare"]
    assert only(reformed("option_value", "generous_cost_share"))["welfare"].upper < plain.lower
    late = only(load("option_value"), {"value": 3})
    assert late["invested at once"] == "yes"
    assert str(late["welfare"]) == str(Fraction(3) - 1 + Fraction(3, 4))


# -- pilots -----------------------------------------------------------------------------------


def test_pilots_end_where_one_alone_would_end_them() -> None:
    for firms in (1, 2, 5):
        found = only(load("pilots"), {"firms": firms})
        assert str(found["belief at which pilots end"]) == "4/25"
    together = only(reformed("pilots", "association"), {"firms": 5})["belief at which pilots end"]
    mu = Fraction(1, 5) / (5 * Fraction(1, 2))
    assert str(together) == str(
        mu * Fraction(6, 5) / ((mu + 1) * Fraction(9, 5) + mu * Fraction(6, 5))
    )


def test_the_chance_to_find_a_good_technology_follows_from_the_law_of_motion() -> None:
    found = only(load("pilots"))
    amount = found["pilots in all without a success"].value
    chance = found["chance that a good technology is found"]
    assert near(chance, 1 - math.exp(-0.5 * amount))


def test_secrecy_is_worth_what_a_firm_has_alone() -> None:
    alone = only(load("pilots"), {"firms": 1})["welfare per player"]
    secret = only(reformed("pilots", "secrecy"), {"firms": 3})["welfare per player"]
    seen = only(load("pilots"), {"firms": 3})["welfare per player"]
    assert near(secret, alone.value)
    assert seen.lower > secret.upper


# -- dialogue and expectations ----------------------------------------------------------------


def test_what_is_told_by_brute_force() -> None:
    found = measure(load("dialogue"))
    names_ = [one.name for one in found.outcomes]
    assert names_ == ["1 message", "2 messages", "delegation"]
    # two messages, cut at 3/10: actions 3/20 and 13/20
    loss = sum(
        integrate.quad(lambda t, y=y: (y - t) ** 2, *ends)[0]
        for y, ends in ((0.15, (0, 0.3)), (0.65, (0.3, 1)))
    )
    assert near(found.outcomes[1].quantities["utility (receiver)"], -loss)
    assert near(found.outcomes[1].quantities["utility (sender)"], -loss - 0.01)
    assert [len(measure(reformed("dialogue", r)).equilibria)
            for r in ("co_financing", "lobbies")] == [4, 1]  # fmt: skip


def test_a_first_cluster_lets_expectations_decide() -> None:
    before = only(load("expectations"))
    missing = before["share missing for the high end"]
    assert before["from the start can be reached"] == "the low end: history decides"
    assert near(missing, before["expectations decide from the share"].value - 0.25)
    just = str(Fraction(math.ceil(missing.value * 10**6), 10**6))
    model = load("expectations")
    (enough,) = find_state_reforms(model, [f"first_cluster:moved={just}"])
    (less,) = find_state_reforms(model, ["first_cluster:moved=0.15"])
    reached = [only(model.reformed(one))["from the start can be reached"] for one in (enough, less)]
    assert reached == ["both ends: expectations decide", "the low end: history decides"]
    saddle = only(reformed("expectations", "short_horizon"), {"hazard": 1})
    assert saddle["paths near the steady state"] == "node"


# -- certificates -----------------------------------------------------------------------------


@pytest.mark.parametrize(("power", "tax"), [(1, 0), (2, 0), (0.5, 0), (1, 0.25), (1.5, -0.1)])
def test_nobody_wants_the_certificate_of_another_type(power: float, tax: float) -> None:
    found = signalling_types(Certificates("c", 1, 2, "1/2", str(power), str(tax)))
    types = [Fraction(10 + step, 10) for step in range(11)]
    levels = [found.level(x).value for x in types]
    assert levels == sorted(levels)
    assert levels[0] == 0

    def price(x: float) -> float:
        return 0.5 * float(x) ** -power + tax

    for own in types:
        utilities = [float(x) - price(own) * e for x, e in zip(types, levels, strict=True)]
        assert max(utilities) == pytest.approx(found.utility(own).value, abs=1e-12)
    levels_at = [found.level(Fraction(1000 + s, 1000)).value for s in range(1001)]
    spent = [0.5 * (1 + s / 1000) ** -power * e for s, e in enumerate(levels_at)]
    assert found.waste.value == pytest.approx(integrate.simpson(spent, dx=1 / 1000), abs=1e-7)
    taken = tax * integrate.simpson(levels_at, dx=1 / 1000)
    assert found.revenue.value == pytest.approx(taken, abs=1e-7)


def test_what_is_wasted_does_not_depend_on_what_levels_cost() -> None:
    for cost in ("1/10", "1", "7"):
        found = measure(load("certificates"), {"cost": cost}).outcomes[0].quantities
        assert near(found["wasted on average"], 3 / 4 - math.log(2) / 2)
    taxed, plain, aided = (
        measure(model).outcomes[0].quantities["welfare"]
        for model in (reformed("certificates", "tax"), load("certificates"),
                      reformed("certificates", "subsidy"))
    )  # fmt: skip
    assert taxed.lower > plain.upper
    assert plain.lower > aided.upper
    with pytest.raises(DeclarationError, match="costs the highest type nothing"):
        measure(reformed("certificates", "subsidy"), {"support": "1/2"})


def test_pooling_and_the_type_that_does_not_care() -> None:
    found = signalling_types(Certificates("c", 1, 4, 1, 3))
    mean, type_ = 2.5, found.indifferent.value
    assert found.utility(Fraction(type_)).value == pytest.approx(mean, abs=1e-9)
    assert mean - found.pooling.value == pytest.approx(1)  # the lowest, for itself, has 1
    assert signalling_types(Certificates("c", 1, 2, 1)).indifferent is None


# -- herding and search -----------------------------------------------------------------------


def drawn(precision: float, leader: float, public: bool, firms: int, rng: random.Random) -> int:
    """Return how many firms choose right in one draw, with beliefs counted as the firms would."""
    odds, ratio, right = precision / (1 - precision), 1.0, 0
    for place in range(firms):
        own = precision if place else leader
        step = own / (1 - own)
        good = rng.random() < own
        belief = ratio * (step if good else 1 / step)
        adopts = rng.random() < 0.5 if abs(belief - 1) < 1e-9 else belief > 1
        right += adopts
        if public:
            ratio = belief
            continue
        up, down = ratio * step, ratio / step
        if up > 1 + 1e-9 and down < 1 - 1e-9:
            ratio = up if adopts else down
        elif abs(down - 1) < 1e-9 or abs(up - 1) < 1e-9:  # one of the signals leads to a coin
            sure = up if abs(down - 1) < 1e-9 else down
            high, low = own, 1 - own  # chance of the signal that decides, if V = 1 and if V = 0
            yes = (high + low / 2, low + high / 2) if sure > 1 else (high / 2, low / 2)
            chance = yes if adopts else (1 - yes[0], 1 - yes[1])
            ratio *= chance[0] / chance[1]
    assert odds > 1
    return right


@pytest.mark.parametrize(("leader", "public"), [(0.6, False), (0.7, False), (0.6, True)])
def test_right_choices_are_those_of_many_draws(leader: float, public: bool) -> None:
    rng, draws, firms = random.Random(11), 20_000, 8
    seen = sum(drawn(0.6, leader, public, firms, rng) for _ in range(draws)) / draws / firms
    found = right_choices(Fraction(3, 5), firms, Fraction(str(leader)), public)
    assert float(sum(found) / firms) == pytest.approx(seen, abs=0.008)


def test_a_model_firm_is_followed_at_once_and_nobody_else_is_heard() -> None:
    plain, led, open_ = (
        only(model)["right on average"].value
        for model in (load("herding"), reformed("herding", "model_firm"),
                      reformed("herding", "open_books"))
    )  # fmt: skip
    assert led == pytest.approx(0.62)  # the model firm's own precision, for everybody
    assert led < plain < open_
    majority = sum(math.comb(20, k) * 0.6**k * 0.4 ** (20 - k) for k in range(11, 21))
    majority += math.comb(20, 10) * 0.24**10 / 2
    assert near(
        only(reformed("herding", "open_books"))["the last is right with probability"], majority
    )


def test_search_support_makes_entry_efficient_and_more_bargaining_does_not() -> None:
    helped, best = measure(reformed("matching", "search_support")).outcomes
    assert near(helped.quantities["buyers for each supplier"], 1.5625)
    assert near(helped.quantities["welfare"], best.quantities["welfare"].value)
    assert near(helped.quantities["public outlay"], 0.48 * 1.5625)
    plain = only(load("matching"))
    assert near(plain["welfare"], 1.575)
    assert near(plain["surplus (buyers)"], 0)  # free entry
    assert (
        only(reformed("matching", "supplier_bargaining"))["welfare"].upper < plain["welfare"].lower
    )
    costly = measure(reformed("matching", "search_support"), cost_of_funds=2).outcomes[0]
    assert near(costly.quantities["welfare"], 1.875 - 0.75)


@pytest.mark.parametrize("values", [
    {}, {"efficacy": 3}, {"share": 0}, {"share": 1}, {"elasticity": "9/10"}, {"worth": 100},
])  # fmt: skip
def test_efficient_search_is_best_on_a_grid(values: dict[str, object]) -> None:
    free, best = measure(load("matching"), values).outcomes
    a, eta, s, k = (
        float(Fraction(str(values.get(name, default))))
        for name, default in (("efficacy", 0.6), ("elasticity", 0.5), ("worth", 5), ("cost", 1.2))
    )
    grid = [0.002 * step for step in range(60_000)]
    top = max(min(1.0, t, a * t ** (1 - eta)) * s - k * t for t in grid)
    assert best.quantities["welfare"].value == pytest.approx(top, abs=2e-3)
    assert best.quantities["welfare"].value >= top - 1e-9
    assert free.quantities["welfare"].value <= top + 1e-9
    if values.get("share") != 1:
        assert abs(free.quantities["surplus (buyers)"].value) < 1e-9  # entry goes on to the end


# -- timing of adoption -----------------------------------------------------------------------


def flows(at: dict[str, float], first: float, second: float) -> tuple[float, float]:
    """Return the present values of both firms, by adding up what they have in every bit of time."""
    r, fall = at["r"], at["r"] + at["alpha"]
    ends = (0.0, first, second, second + 600.0)
    one = sum(
        quad(lambda t, x=x: x * math.exp(-r * t), low, high)
        for x, low, high in zip((at["00"], at["10"], at["11"]), ends, ends[1:], strict=False)
    )
    two = sum(
        quad(lambda t, x=x: x * math.exp(-r * t), low, high)
        for x, low, high in zip((at["00"], at["01"], at["11"]), ends, ends[1:], strict=False)
    )
    costs = [at["K"] * math.exp(-fall * first), at["k"] * math.exp(-fall * second)]
    return one - costs[0], two - costs[1]  # fmt: skip


def quad(f, low: float, high: float) -> float:
    return integrate.quad(f, low, high, limit=400, epsabs=1e-12)[0]


WAITING = {"r": 0.1, "alpha": 0.1, "K": 20, "k": 10, "00": 1, "10": 2.25, "01": 0.75, "11": 1.75}
RACE = {"r": 0.1, "alpha": 0.05, "K": 40, "k": 40, "00": 1, "10": 4, "01": 0.5, "11": 2}


def declared(at: dict[str, float]) -> Adoption:
    names_ = ("r", "alpha", "K", "k", "00", "10", "01", "11")
    return Adoption("timing", *(str(at[name]) for name in names_))


def follower(at: dict[str, float], first: float) -> float:
    """Return the best time to follow, found on a fine grid."""
    grid = [first + 0.02 * step for step in range(3000)]
    values = [
        (at["01"] - at["11"]) * (math.exp(-at["r"] * first) - math.exp(-at["r"] * t)) / at["r"]
        - at["k"] * math.exp(-(at["r"] + at["alpha"]) * t)
        for t in grid
    ]
    return grid[max(range(3000), key=values.__getitem__)]


def test_in_a_race_being_first_is_worth_no_more_than_being_second() -> None:
    found = adoption_equilibria(declared(RACE))
    assert found.kind == "race"
    first, second = found.diffusion.first.value, found.diffusion.second.value
    assert follower(RACE, first) == pytest.approx(second, abs=0.02)
    one, two = flows(RACE, first, second)
    assert one == pytest.approx(two, abs=1e-6)
    assert found.diffusion.pioneer.value == pytest.approx(one, abs=1e-6)
    # before, being second is better; just after, being first
    for time, sign in ((first - 0.5, -1), (first + 0.5, 1)):
        lead = flows(RACE, time, second)
        assert sign * (lead[0] - lead[1]) > 0


def test_joint_adoption_needs_that_nobody_gains_by_going_ahead() -> None:
    at = RACE | {"10": 3, "01": 0.2}
    found = adoption_equilibria(declared(at))
    start, end = (time.value for time in found.joint)
    second = found.diffusion.second.value
    alone = max(flows(at, 0.01 * t, second)[0] for t in range(int(100 * second)))
    assert flows(at, start, start)[0] == pytest.approx(alone, abs=1e-4)
    latest = flows(at, end, end)[0]
    assert latest > alone
    assert all(flows(at, end + d, end + d)[0] < latest for d in (-0.5, 0.5))
    assert adoption_equilibria(declared(RACE)).joint is None
    together = max(flows(RACE, 0.05 * t, 0.05 * t)[0] for t in range(1200))
    assert together < max(flows(RACE, 0.05 * t, max(second, 0.05 * t))[0] for t in range(1200))


def test_in_a_waiting_game_waiting_is_worth_as_much_as_going_first() -> None:
    found = adoption_equilibria(declared(WAITING))
    assert found.kind == "waiting game"
    begin, each = found.diffusion.first.value, found.symmetric_value.value
    assert begin == pytest.approx(max(
        (0.02 * t for t in range(2000)),
        key=lambda t: flows(WAITING, t, max(t, 10 * math.log(0.2 * 10 / 1)))[0],
    ), abs=0.02)  # fmt: skip

    def rate(t: float) -> float:
        return found.rate(Fraction(t).limit_denominator(10**9)).value

    # against a rival who adopts at that rate, stopping at any time is worth the same
    for stop in (begin + 1.0, begin + 3.0):
        steps = 400
        size = (stop - begin) / steps
        survived, worth = 1.0, 0.0
        for step in range(steps):
            middle = begin + (step + 0.5) * size
            chance = survived * -math.expm1(-rate(middle + 1e-9) * size)
            worth += chance * flows(WAITING, middle, middle)[1]
            survived -= chance
        worth += survived * flows(WAITING, stop, stop)[0]
        assert worth == pytest.approx(each, abs=2e-4)


def test_what_a_grant_costs_if_both_wait_is_its_expected_present_value() -> None:
    found = adoption_equilibria(declared(WAITING))
    begin = found.diffusion.first.value
    rng = random.Random(7)
    total, draws = 0.0, 4000
    for _ in range(draws):
        time, added, target = begin, 0.0, rng.expovariate(1.0)
        while added < target:  # both rates add up to an exponential draw
            s = time - begin
            added += 2 * (4 * math.exp(0.1 * s) - 4) / 10 * 0.05
            time += 0.05
        total += math.exp(-0.2 * time)
    assert found.discounted().value == pytest.approx(total / draws, rel=0.02)


def test_protection_of_know_how_starts_a_race_and_backfires() -> None:
    model = load("adoption")
    (full,) = find_state_reforms(model, ["exclusive_know_how:secrecy=9/10"])
    before = [one.quantities["welfare"].value for one in measure(model).equilibria]
    found = measure(model.reformed(full))
    assert found.equilibria == () or min(before) > 0
    (some,) = find_state_reforms(model, ["exclusive_know_how:secrecy=1/2"])
    after = [one.quantities["welfare"].value for one in measure(model.reformed(some)).equilibria]
    assert max(after) < max(before)
    assert min(after) == pytest.approx(min(before))
    (helped,) = find_state_reforms(model, ["extension_services"])
    wait = [
        one for one in measure(model.reformed(helped)).equilibria if one.name.startswith("both")
    ]
    assert wait[0].quantities["welfare"].value == pytest.approx(min(before))


def test_efficient_times_are_best_on_a_grid() -> None:
    for at in (WAITING, RACE, RACE | {"10": 3, "01": 0.2}):
        best = adoption_equilibria(declared(at)).efficient
        value = best.pioneer.value + best.follower.value
        grid = [2.5 * t for t in range(30)]
        tried = max(sum(flows(at, a, b)) for a in grid for b in grid if a <= b)
        assert value >= tried - 1e-6
        assert value == pytest.approx(tried, rel=0.01)


def test_what_is_not_settled_is_said() -> None:
    rushed = adoption_equilibria(declared(RACE | {"K": 12, "k": 12}))
    assert rushed.kind == "not settled"
    printed = run("solve", "adoption", "--set", "second=18")
    assert printed.exit_code == 3
    assert "Not settled" in printed.stdout


def pure_first_adoptions(g: Adoption, step: float, horizon: float) -> set[tuple[str, float]]:
    """Return who adopts first and when in the pure equilibria of a game with steps of time."""
    n: dict[str, float] = {f: float(getattr(g, f)) for f in (
        "discount", "decline", "first_cost", "second_cost", "neither", "pioneer", "laggard", "both",
    )}  # fmt: skip
    r, fall = n["discount"], n["discount"] + n["decline"]
    gain = n["both"] - n["laggard"]
    late = max(0.0, math.log(fall * n["second_cost"] / gain) / n["decline"])

    def worth(t: float, second: float, flow: float, cost: float, paid: float) -> float:
        one, two = math.exp(-r * t), math.exp(-r * second)
        flows_ = n["neither"] * (1 - one) + flow * (one - two) + n["both"] * two
        return flows_ / r - cost * math.exp(-fall * paid)

    never = n["neither"] / r
    outcomes = {("never", horizon): (never, never)}
    for place in reversed(range(int(horizon / step))):
        t = place * step
        second = max(t, late)
        lead = worth(t, second, n["pioneer"], n["first_cost"], t)
        behind = worth(t, second, n["laggard"], n["second_cost"], second)
        both = worth(t, t, n["both"], n["first_cost"], t)
        now: dict[tuple[str, float], tuple[float, float]] = {}
        for outcome, (one, two) in outcomes.items():
            if both >= behind - 1e-12:
                now["both", t] = both, both
            if lead >= one - 1e-12 and behind >= both - 1e-12:
                now["one", t] = lead, behind
            if lead >= two - 1e-12 and behind >= both - 1e-12:
                now["two", t] = behind, lead
            if min(one, two) >= lead - 1e-12:
                now[outcome] = one, two
        outcomes = now
    return set(outcomes)


def test_equilibria_are_those_of_a_game_with_steps_of_time() -> None:
    rng, step, kinds = random.Random(5), 0.05, set()
    while len(kinds) < 3 or rng.random() < 0.9:
        second = rng.randint(5, 40)
        first = second + rng.choice([0, rng.randint(0, 30)])
        low, mid, high = (Fraction(x, 8) for x in sorted(rng.sample(range(41), 3)))
        behind = Fraction(rng.randrange(8 * high.numerator + 1), 8 * high.denominator)
        decline = Fraction(rng.randint(4, 20), 100)
        try:
            game = Adoption("t", "1/10", decline, first, second, low, high, behind, mid).at()
        except DeclarationError:
            continue
        found = adoption_equilibria(game)
        if not found.complete or found.diffusion is None:
            continue
        dates = [found.diffusion.first, found.diffusion.second, *(found.joint or ())]
        pure = pure_first_adoptions(game, step, 1.5 * max(30.0, *(x.value for x in dates)))
        joint = [t for who, t in pure if who == "both"]
        first_one = found.diffusion.first.value
        kinds.add((found.kind, bool(joint)))
        assert (found.joint is None) == (not joint)
        if found.joint is not None:
            assert [min(joint), max(joint)] == pytest.approx(
                [t.value for t in found.joint], abs=3 * step
            )
        # where both would follow at once, one who goes first is both together
        apart = [t for who, t in pure if who == "one" and t not in joint]
        assert apart == pytest.approx([first_one] * len(apart), abs=3 * step)
        assert apart or any(who == "one" and t == pytest.approx(first_one, abs=3 * step)
                            for who, t in pure)  # fmt: skip


def test_times_are_compared_exactly() -> None:
    # the second follows later than both together would adopt: L falls for ever after its peak
    game = Adoption("t", "1/10", "9/50", 39, 27, "7/8", "19/4", "9/4", "7/2")
    found = adoption_equilibria(game)
    assert found.kind == "waiting game"
    assert found.complete
    assert found.rate(7).lower > 0
    dip = adoption_equilibria(Adoption("t", "1/10", "1/25", 40, 32, "19/8", "35/8", "21/8", "33/8"))
    if dip.symmetric_value is None:
        with pytest.raises(DeclarationError, match="not settled"):
            dip.rate(30)


def test_where_the_second_follows_at_once_both_adopt_together() -> None:
    model = load("adoption")
    at = {"first": 1, "second": 1}
    (one,) = measure(model, at).equilibria
    assert one.name == "both together"
    assert one.quantities["the second adopts at"] == Enclosure.point(0)
    later = measure(model, {"first": 4, "second": 4}).equilibria
    assert [o.name for o in later] == ["both together, earliest", "both together, latest"]


def test_there_are_no_more_matches_than_buyers() -> None:
    few = measure(load("matching"), {"cost": 3})  # a buyer who finds for sure loses: 0.3 * 5 < 3
    free, best = few.outcomes
    assert str(free.quantities["buyers for each supplier"]) == "0"
    assert near(best.quantities["buyers for each supplier"], 0.36)
    assert near(best.quantities["share of suppliers that are found"], 0.36)
    even = only(load("matching"), {"cost": "3/2"})["buyers for each supplier"]
    assert even.lower == 0
    assert even.upper == pytest.approx(Fraction(9, 25))
    rng = random.Random(3)
    for _ in range(40):
        values = {
            "efficacy": Fraction(rng.randint(1, 30), 20), "share": Fraction(rng.randint(0, 9), 10),
            "elasticity": Fraction(rng.randint(1, 9), 10), "cost": Fraction(rng.randint(1, 60), 10),
        }  # fmt: skip
        free, best = measure(load("matching"), values).outcomes
        a, eta, k = (float(values[name]) for name in ("efficacy", "elasticity", "cost"))

        def matches(t: float, a: float = a, eta: float = eta) -> float:
            return min(1.0, t, a * t ** (1 - eta))

        top = max(5 * matches(t) - k * t for t in (0.005 * step for step in range(4000)))
        assert top - 1e-9 <= best.quantities["welfare"].value <= top + 0.05
        buyers = free.quantities["buyers for each supplier"]
        gain = 5 * (1 - float(values["share"]))
        if buyers.upper == 0:
            assert gain < k
        elif buyers.lower > 0:
            assert gain * matches(buyers.value) / buyers.value == pytest.approx(k)
