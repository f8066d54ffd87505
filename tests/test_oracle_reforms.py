"""Published and derived numbers on public intervention, through declared games and reforms.

Where a number is a threshold, the test shows that the outcome is another one just below it and just
above it: by `CLOSE`, which is far less than the tolerance asked for.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import pytest

import oracle_games as games
from pigou import compare, find_model, mandate, pay, set_parameters, solve, subsidy, tax

CLOSE = Fraction(1, 10**9)
EXAMPLES = Path(__file__).parents[1] / "examples" / "reforms"


def near(value, tolerance=1e-6):
    return pytest.approx(value, abs=tolerance)


def joined(reforms):
    """Join reforms into one package."""
    first, *others = reforms
    for other in others:
        first = first + other
    return first


def chosen(game, at, reforms=()):
    """Return what the selected equilibrium of the last scenario plays, and how it was selected."""
    comparison = compare(game, reforms, at)
    last = (comparison.baseline, *comparison.reforms)[-1]
    (strategy,) = last.found[last.selected].strategies
    share = {label: p.value for label, p in strategy.probabilities.items() if p.value}
    return share, last.selection, last


def numbers(found):
    """Return the value of every move in the only equilibrium of a complete list."""
    assert found.complete, found.completeness
    (one,) = found
    return {s.move: s.value.value for s in one.strategies}


def pure(found):
    """Return every pure equilibrium as the labels that are played."""
    return [
        tuple(label for s in one.strategies for label, p in s.probabilities.items() if p.value == 1)
        for one in found
        if one.kind == "pure"
    ]


# -- O05: risk dominance, Laplacian selection, and the subsidy that restores coordination ----------


def test_laplacian_selection_switches_at_the_critical_benefit():
    """O05.b_crit, O05.laplace_prob: 10 firms, 7 needed, cost 1; Morris and Shin (2003)."""
    game = games.critical_mass()
    critical = Fraction(5, 2)
    assert chosen(game, {"b": critical - CLOSE})[0] == {"wait": 1}
    assert chosen(game, {"b": critical + CLOSE})[0] == {"invest": 1}
    assert "indifferent" in chosen(game, {"b": critical})[1]
    success = Fraction(2, 5)  # with b = 1, the cost at which it switches is the probability of it
    assert chosen(game, {"b": 1, "c": success - CLOSE})[0] == {"invest": 1}
    assert chosen(game, {"b": 1, "c": success + CLOSE})[0] == {"wait": 1}


def test_the_subsidy_that_restores_coordination():
    """O05.subsidy, O05.total_subsidy_outlay: at benefit 2 every investor is paid 1/5."""
    game, rate = games.critical_mass(), Fraction(1, 5)
    assert chosen(game, {}, [subsidy("invest", rate - CLOSE)])[0] == {"wait": 1}
    share, _, after = chosen(game, {}, [subsidy("invest", rate + CLOSE)])
    assert share == {"invest": 1}
    assert after[after.selected].outlay.value == near(2)
    assert "indifferent" in chosen(game, {}, [subsidy("invest", rate)])[1]


def test_divide_and_conquer_pays_six_firms_their_cost():
    """O05.dc_outlay, O10.S_cost, O10.S_bad_ne: Segal (2003)."""
    game = games.critical_mass()
    (scenario,) = compare(game, [subsidy("invest", 1 + CLOSE, members=6)]).reforms
    assert scenario.found.complete
    assert len(scenario.found) == 1
    assert scenario.assessments[0].outlay.value == near(6)

    def investors(reform):
        found = solve(reform(game), pure=True)
        counts = (
            sum(s.counts["invest"] for s in one.strategies)
            if all(s.counts is not None for s in one.strategies)
            else None
            for one in found
        )
        return sorted(counts)

    assert investors(subsidy("invest", 1 + CLOSE, members=6)) == [10]
    assert investors(subsidy("invest", 1 + CLOSE, members=5)) == [5, 10]
    assert investors(subsidy("invest", 1 - CLOSE, members=6)) == [0, 10]


def test_equal_subsidies_have_to_pay_everybody():
    """O10.S_uniform: a budget of 10, since whoever expects nobody else needs the full cost."""
    game = games.critical_mass()
    (paid,) = compare(game, [subsidy("invest", 1 + CLOSE)]).reforms
    assert paid.found.complete
    assert len(paid.found) == 1
    assert paid.assessments[0].outlay.value == near(10)
    assert len(solve(subsidy("invest", 1 - CLOSE)(game), pure=True)) == 2


def test_risk_dominance_of_the_stag_hunt_switches_at_two():
    """O05.stag_x: Harsanyi and Selten (1988); with two players Laplacian is risk-dominant."""
    game = games.stag_hunt()
    assert chosen(game, {"x": 2 - CLOSE})[0] == {"up": 1}
    assert chosen(game, {"x": 2 + CLOSE})[0] == {"stay": 1}


def test_the_mixed_equilibrium_of_the_critical_mass():
    """O05.mixed_q: the root of b P(Bin(9, q) >= 6) = c, unstable."""
    found = solve(games.critical_mass())
    (mixed,) = [e for e in found if e.kind == "mixed"]
    assert found.complete
    assert mixed.strategies[0].probabilities["invest"].value == near(0.6069151672)
    assert "unstable" in mixed.marks


# -- O06: minimum effort ---------------------------------------------------------------------------


def test_the_published_payoffs_of_minimum_effort():
    """O06.payoff_table_row7 and row1: treatment A, by mandates that fix both efforts."""
    game = games.weakest_link(2)

    def paid(own, other):
        fixed = mandate("e1", str(own)) + mandate("e2", str(other))
        (one,) = solve(fixed(game))
        return one.payoffs["p1"].lower

    row = [paid(7, least) for least in range(7, 0, -1)]
    assert row == [Fraction(k, 10) for k in (13, 11, 9, 7, 5, 3, 1)]
    assert {paid(1, other) for other in range(1, 8)} == {Fraction(7, 10)}


def test_two_players_have_twenty_eight_equilibria_of_minimum_effort():
    """O06.n_ne_2p, O06.sum_payoffs_2p: 7 pure ones and 21 mixed ones."""
    found = solve(games.weakest_link(2))
    assert found.complete
    assert (len(found), len(pure(found))) == (28, 7)
    assert sum(one.payoffs["p1"].lower for one in found) == Fraction(126, 5)


@pytest.mark.parametrize("players", [2, 3])
def test_every_common_effort_is_an_equilibrium_and_no_other_pure_profile(players):
    """O06.n_pure_ne, O06.efficiency_gain."""
    found = solve(games.weakest_link(players), pure=True)
    assert sorted(pure(found)) == [(str(e),) * players for e in range(1, 8)]
    paid = {one.payoffs["p1"].lower for one in found}
    assert max(paid) - min(paid) == Fraction(3, 5)


# -- O10: unique implementation in a team ----------------------------------------------------------


def bonuses(rewards):
    """The principal promises each agent a reward on success."""
    shirkers = " - ".join([str(len(rewards)), *(f"w{i}" for i in range(1, len(rewards) + 1))])
    return joined(
        pay("principal", f"agent{i}", f"({reward})*a**({shirkers})", purpose="bonus")
        for i, reward in enumerate(rewards, 1)
    )


WORK = "work"


@pytest.mark.parametrize(("agents", "a", "each"), [(3, "1/2", 2), (5, "4/5", 5)])
def test_the_least_rewards_under_which_all_may_work(agents, a, each):
    """O10.W3_partial (6 in all), O10.W5_partial (25 in all)."""

    def is_played(reward):
        game = bonuses([reward] * agents)(games.team(agents))
        return (WORK,) * agents in pure(solve(game, {"a": a}, pure=True))

    assert is_played(each)
    assert not is_played(each - CLOSE)


@pytest.mark.parametrize(
    ("a", "rewards", "total"),
    [
        ("1/2", (8, 4, 2), 14),
        ("4/5", ("3125/256", "625/64", "125/16", "25/4", "5"), 41.03515625),
    ],
)
def test_the_least_rewards_under_which_all_work_for_sure(a, rewards, total):
    """O10.W3_rewards, O10.W3_unique, O10.W5_unique: Winter (2004)."""
    exact = [Fraction(r) for r in rewards]
    agents = len(exact)
    assert float(sum(exact)) == near(total)
    found = solve(bonuses([r + CLOSE for r in exact])(games.team(agents)), {"a": a})
    assert found.complete
    assert pure(found) == [(WORK,) * agents]
    assert len(found) == 1
    for cut in range(agents):  # the last reward is needed for work to be an equilibrium at all
        less = [r + CLOSE if i != cut else r - CLOSE for i, r in enumerate(exact)]
        left = pure(solve(bonuses(less)(games.team(agents)), {"a": a}, pure=True))
        assert left != [(WORK,) * agents]


def test_no_cheaper_rewards_make_three_agents_work_for_sure():
    """O10.W3_unique: on a grid of halves nothing below 14 does; below 2 none may work at all."""
    half, enough = Fraction(1, 2), set()
    for halves in itertools.combinations_with_replacement(range(4, 18), 3):
        if sum(halves) <= 28:
            game = bonuses([n * half + CLOSE for n in halves])(games.team(3))
            if pure(solve(game, pure=True)) == [(WORK,) * 3]:
                enough.add(halves)
    assert enough == {(4, 8, 16)}


# -- O35: a war of export subsidies ----------------------------------------------------------------


def exporters(countries):
    """Firms export; governments are outside the game, and their subsidies are reforms."""
    return games.export_subsidies(countries, ())


def supported(rates):
    """Each country pays its firm so much per unit exported; a tax where it is negative."""
    return joined(
        subsidy(f"q{i}", rate) if rate > 0 else tax(f"q{i}", -rate)
        for i, rate in enumerate(rates, 1)
        if rate
    )


def after(countries, rates):
    """Return what each firm earns, what each government pays out, and the exports."""
    found = solve(supported(rates)(exporters(countries)))
    exports = numbers(found)
    (one,) = found
    earned = [one.payoffs[f"firm{i}"].value for i in range(1, countries + 1)]
    return earned, [float(r) * q for r, q in zip(rates, exports.values(), strict=True)], exports


@pytest.mark.parametrize(
    ("countries", "war", "joint", "welfare"),
    [
        (2, Fraction(12, 5), Fraction(-3), (11.52, 16, 18)),
        (3, Fraction(12, 5), Fraction(-4), (4.32, 9, 12)),
        (5, Fraction(24, 13), Fraction(-24, 5), (1.065088757, 4, 7.2)),
    ],
)
def test_what_a_war_of_subsidies_and_a_joint_tax_are_worth(countries, war, joint, welfare):
    """O35.W_2, W_3, W_5, against free trade; the joint optimum is a tax."""
    free = numbers(solve(exporters(countries)))
    quantity = sum(free.values())
    assert free["q1"] * (12 - quantity) == near(welfare[1])
    for rate, worth in ((war, welfare[0]), (joint, welfare[2])):
        earned, paid, _ = after(countries, [rate] * countries)
        assert [e - p for e, p in zip(earned, paid, strict=True)] == [near(worth)] * countries
    for other in (joint - Fraction(1, 100), joint + Fraction(1, 100)):
        earned, paid, _ = after(countries, [other] * countries)
        assert earned[0] - paid[0] < welfare[2] - 1e-6


def test_the_books_of_a_war_of_subsidies():
    """O35: the ledger's outlay is what both governments pay; exporters as a whole lose by it."""
    comparison = compare(exporters(2), [supported([Fraction(12, 5)] * 2)])
    (one,) = comparison.reforms[0].assessments
    assert one.outlay.value == near(2 * 2.4 * 4.8)
    assert comparison.verdicts(comparison.reforms[0].name)[0].net["1"].value == near(
        2 * (11.52 - 16)
    )


@pytest.mark.parametrize(("countries", "rate"), [(2, "12/5"), (3, "12/5"), (5, "24/13")])
def test_no_country_gains_by_another_subsidy(countries, rate):
    """O35.s_2, s_3, s_5: against the others' rate, more and less of the own is worse."""
    others = [Fraction(rate)] * (countries - 1)

    def welfare(own):
        earned, paid, _ = after(countries, [own, *others])
        return earned[0] - paid[0]

    best = welfare(Fraction(rate))
    step = Fraction(1, 10**4)
    assert welfare(Fraction(rate) - step) < best
    assert welfare(Fraction(rate) + step) < best


@pytest.mark.parametrize("countries", [2, 3])
def test_governments_that_move_first_choose_these_subsidies(countries):
    """O35.s_2, s_3: the game in two stages, governments first."""
    played = numbers_on_path(games.export_subsidies(countries, range(1, countries + 1), "4"))
    assert [played[f"s{i}"] for i in range(1, countries + 1)] == [near(2.4)] * countries


def numbers_on_path(game):
    found = solve(game)
    assert found.complete
    (one,) = found
    return {move: value.value for move, value in one.path.items()}


def test_one_country_alone_subsidises_and_buyers_gain_from_a_war():
    """O35.s_unilateral, O35.buyer_gain."""
    earned, paid, _ = after(2, [3, 0])
    assert (earned[0] - paid[0], earned[1]) == (near(18), near(9))
    for other in (3 - Fraction(1, 100), 3 + Fraction(1, 100)):
        worse, spent, _ = after(2, [other, 0])
        assert worse[0] - spent[0] < 18 - 1e-6
    free = sum(numbers(solve(exporters(2))).values())
    war = sum(after(2, [Fraction(12, 5)] * 2)[2].values())
    assert (free**2 / 2, war**2 / 2) == (near(32), near(46.08))


# -- O36: contests for a rent ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("players", "power", "effort", "dissipated"),
    [(4, "1", 18.75, 0.75), (4, "1/2", 9.375, 0.375), (10, "1", 9, 0.9)],
)
def test_how_much_of_a_rent_is_dissipated(players, power, effort, dissipated):
    """O36.x_r1, diss_r1, x_r05, diss_r05, x_n10, diss_n10: Tullock (1980)."""
    played = numbers(solve(games.contest((100,) * players, power)))
    assert list(played.values()) == [near(effort)] * players
    assert sum(played.values()) / 100 == near(dissipated)


def test_a_contest_of_unequal_prizes():
    """O36.asym, O36.asym_payoffs: Hillman and Riley (1989)."""
    found = solve(games.contest((100, 50)))
    assert list(numbers(found).values()) == [near(22.22222222), near(11.11111111)]
    (one,) = found
    assert [p.value for p in one.payoffs.values()] == [near(44.44444444), near(5.555555556)]


def test_a_tax_on_effort_turns_waste_into_revenue():
    """Own: taxed at t, effort is 1/(1 + t) of what it was, and the rent spent is the same."""
    (scenario,) = compare(games.contest((100, 50)), [tax("x1", 1) + tax("x2", 1)]).reforms
    assert list(numbers(scenario.found).values()) == [near(11.11111111), near(5.555555556)]
    assert scenario.assessments[0].revenue.value == near(16.66666667)


# -- O38: voluntary provision of a collective facility ---------------------------------------------

CLUB = games.facility((10, 8, 7, 2))


def provided(reform=None):
    """Return what is provided, the public part included, and what each gives."""
    game = CLUB if reform is None else reform(CLUB)
    gifts = list(numbers(solve(game)).values())
    public = game.parameter("public").default
    if reform is not None:
        for step in reform.steps:
            public = Fraction(step.keys["set"].get("public", 0))
    return sum(gifts) + float(public), gifts


def moved(changes, public=0):
    """Incomes change by lump sums; the government provides so much itself."""
    incomes = {f"w{i}": f"w{i} + ({change})" for i, change in changes.items()}
    return set_parameters({**incomes, "public": public})


def test_voluntary_gifts_to_a_facility():
    """O38.G, O38.g: Bergstrom, Blume and Varian (1986); the poorest gives nothing."""
    total, gifts = provided()
    assert total == near(6.25)
    assert gifts == [near(3.75), near(1.75), near(0.75), near(0)]


def test_an_owner_of_all_incomes_provides_the_efficient_amount():
    """O38.G_samuelson: the same game with its members merged."""
    assert numbers(solve(games.facility((27,)))) == {"g1": near(13.5, 1e-9)}


@pytest.mark.parametrize(
    ("reform", "total", "givers"),
    [
        (moved({1: "-1/2", 3: "1/2"}), 6.25, 3),
        (moved({1: "-1/2", 2: "-1/2", 3: "-1/2"}, "3/2"), 6.25, 3),
        (moved({4: "-1"}, 1), 6.5, 3),
        (moved({3: "-2", 4: "2"}), 6, 2),
    ],
    ids=["redistribution", "crowding out", "tax on who gives nothing", "large redistribution"],
)
def test_what_public_money_adds_to_voluntary_gifts(reform, total, givers):
    """O38.G_redistribution, G_crowdout, G_tax_noncontrib, G_redistribution_big; Warr (1983)."""
    found, gifts = provided(reform)
    assert found == near(total)
    assert sum(gift > 1e-9 for gift in gifts) == givers


def test_ten_members_alike_and_the_matching_grant_that_restores_efficiency():
    """O38.n_sym_check, O38.match_rate: share 3/10 of income 5; 0.9 = 1 - 1/n, paid by a levy."""
    game, taste = games.facility((5,) * 10, "1/10"), {"taste": "3/7"}
    given = numbers(solve(game, taste))
    assert list(given.values()) == [near(0.2054794521)] * 10
    (owner,) = numbers(solve(games.facility((50,)), taste)).values()
    assert owner == near(15)

    def matched(rate, levy):
        incomes = {f"w{i}": f"w{i} - ({levy})" for i in range(1, 11)}
        reform = set_parameters({**incomes, "match": rate})
        return sum(numbers(solve(reform(game), taste)).values())

    match, levy = Fraction(9, 10), Fraction(27, 20)
    assert matched(match, levy) == near(15)
    assert 10 * levy == match * 15  # the levy pays for the grant
    assert matched(match - Fraction(1, 1000), levy) < 15 - 1e-3


# -- O40: the provision point ----------------------------------------------------------------------


def contributions(reform=None):
    """Return the pure equilibria of the example: those that build, those that do not."""
    model = find_model(str(EXAMPLES / "provision_point.toml"))
    game = model.game if reform is None else model.reform(reform)(model.game)
    found = solve(game, pure=True)
    assert found.complete
    profiles = [tuple(map(int, labels)) for labels in pure(found)]
    return [p for p in profiles if sum(p) >= 6], [p for p in profiles if sum(p) < 6]


def test_refunds_leave_the_core_and_equilibria_in_which_nothing_is_built():
    """O40.n_core, n_bad_refund, undominated_bad: Bagnoli and Lipman (1989)."""
    built, missed = contributions("refund")
    values = (5, 4, 3)
    core = [
        p
        for p in itertools.product(range(7), repeat=3)
        if sum(p) == 6 and all(c <= v for c, v in zip(p, values, strict=True))
    ]
    assert sorted(built) == core
    assert (len(built), len(missed)) == (18, 8)
    modest = [p for p in missed if all(c <= v for c, v in zip(p, values, strict=True))]
    assert len(modest) == 8


def test_without_refunds_nobody_gives_or_the_core_is_played():
    """O40.n_good_norefund, O40.n_bad_norefund."""
    built, missed = contributions()
    assert len(built) == 18
    assert missed == [(0, 0, 0)]


# -- O43: the marginal cost of public funds --------------------------------------------------------


def raised(rate, step):
    """Compare a labour tax a little below `rate` with one a little above it."""
    model = find_model(str(EXAMPLES / "labour_tax.toml"))
    reform = model.reform("rise", step=2 * step)
    comparison = compare(model.game, [reform], {"rate": rate - step})
    return comparison.verdicts("rise")[0]


@pytest.mark.parametrize(("rate", "cost"), [("3/10", 1.206896552), ("1/2", 1.666666667)])
def test_the_break_even_of_a_small_tax_is_the_marginal_cost_of_funds(rate, cost):
    """O43.mcpf, O43.mcpf_t5: elasticity 2/5; Browning (1976), Dahlby (2008)."""
    verdict = raised(Fraction(rate), Fraction(1, 10**4))
    assert verdict.break_even.value == near(cost)


def test_revenue_is_largest_at_the_laffer_rate():
    """O43.laffer: 1/(1 + elasticity) = 5/7."""
    peak, step = Fraction(5, 7), Fraction(1, 10**4)
    assert raised(peak - Fraction(1, 10**6), step).public.lower > 0
    assert raised(peak + Fraction(1, 10**6), step).public.upper < 0
