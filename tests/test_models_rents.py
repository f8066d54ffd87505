"""Rents under entry barriers, and spillovers: published numbers, and verdicts of reforms.

Where a paper lets a regulator, a consortium or a planner decide, the game of the model is given
such a player, with payoffs made from the model's own.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import comb

import pytest
import sympy as sp

from pigou import Game, Move, Player, compare, solve
from pigou.catalogue import find_reform
from pigou.exact import Enclosure
from pigou.models import load


def near(value, tolerance=1e-6):
    return pytest.approx(value, abs=tolerance)


def only(game, at=None):
    """Return the only equilibrium of a complete list."""
    found = solve(game, at or {})
    assert found.complete, found.completeness
    (one,) = found
    return one


def path(one):
    """Return the value of each continuous move on the equilibrium path."""
    return {m: v.value for m, v in one.path.items() if isinstance(v, Enclosure)}


def verdicts(name, at=None):
    """Return what compare says of every reform of a model, in the selected equilibrium."""
    model = load(name)
    comparison = compare(model.game, model.reforms, at or {})
    for scenario in (comparison.baseline, *comparison.reforms):
        assert scenario.found.complete, scenario.found.completeness
    return {r.name: comparison.verdicts(r.name)[2].statement for r in model.reforms}


def welfare(one):
    return sum(v.value for v in one.payoffs.values())


def chosen_first(model, reform, rate, who, aim, most):
    """Let somebody choose the rate of a reform before everybody else.

    `aim` sums the primitive payoffs of the parties that whoever chooses it cares for.
    """
    game = model.reform(reform)(model.game)
    moves = [Move(rate, who, (-most, most)), *(replace(m, stage=m.stage + 1) for m in game.moves)]
    payoffs = {p.name: game.payoff(p.name) for p in game.players}
    payoffs[who] = sp.Add(*(game.payoffs.get(p, 0) for p in aim if p != "consumers"))
    if "consumers" in aim:
        (consumers,) = (b for b in game.bystanders if b.name == "consumers")
        payoffs[who] += consumers.surplus
    parameters = [p for p in game.parameters if p.name != rate]
    return Game(who, [Player(who), *game.players], moves, payoffs, parameters=parameters)


# -- M25: knowledge spillovers ---------------------------------------------------------------------

SPILLOVERS = {
    "1/5": (6.818181818, 45.45454545, 4.347826087, 4.945054945, 10.97560976, 9.523809524,
            9.523809524, (1880.165289, 1814.744802, 1904.761905)),
    "1/2": (5.714285714, 45.71428571, 5.714285714, 6.545454545, 15.65217391, 13.33333333,
            26.66666667, (1959.183673, 1959.183673, 2133.333333)),
    "4/5": (4.545454545, 45.45454545, 7.317073171, 8.463949843, 22.68907563, 18.75,
            50, (1983.471074, 2165.377751, 2500)),
}  # fmt: skip

LEAKS = ["4/5", *(pytest.param(x, marks=pytest.mark.long) for x in ("1/5", "1/2"))]


@pytest.mark.parametrize("leak", LEAKS)
def test_research_of_each_firm_alone_and_under_the_second_best_subsidy(leak):
    """O28.x_nc, Q_nc, x_sb, s, W: d'Aspremont and Jacquemin (1988)."""
    alone_x, alone_q, *_, second, rate, surplus = SPILLOVERS[leak]
    model, at = load("spillovers"), {"spillover": leak}
    alone = only(model.game, at)
    played = path(alone)
    assert played["x1"] == played["x2"] == near(alone_x)
    assert played["q1"] + played["q2"] == near(alone_q)
    assert welfare(alone) == near(surplus[0])
    everybody = ("one", "two", "consumers")
    chosen = path(
        only(chosen_first(model, "research_subsidy", "rate", "regulator", everybody, 99), at)
    )
    assert chosen["rate"] == near(rate)
    assert chosen["x1"] == chosen["x2"] == near(second)
    paid = only(model.reform("research_subsidy")(model.game), {**at, "rate": rate})
    assert welfare(paid) == near(surplus[2])


@pytest.mark.parametrize(
    ("leak", "sign"),
    [("1/5", -1), *(pytest.param(*x, marks=pytest.mark.long) for x in (("1/2", 0), ("4/5", 1)))],
)
def test_royalties_that_maximise_joint_profits_are_cooperation_in_research(leak, sign):
    """O28.x_coop, W (cooperation)."""
    _, _, together, *_, surplus = SPILLOVERS[leak]
    model, at = load("spillovers"), {"spillover": leak}
    game = chosen_first(model, "royalty", "fee", "consortium", ("one", "two"), 30)
    agreed = path(only(game, at))
    assert agreed["x1"] == agreed["x2"] == near(together)
    fee = only(game, at).path["fee"].lower
    after = only(model.reform("royalty")(model.game), {**at, "fee": fee})
    assert welfare(after) == near(surplus[1])
    assert (fee > 0) - (fee < 0) == sign


@pytest.mark.parametrize("leak", SPILLOVERS)
@pytest.mark.parametrize(("who", "weight"), [("cartel", 0), ("planner", 1)])
def test_one_decides_for_two_firms_that_are_treated_alike(leak, who, weight):
    """O28.x_cartel, x_fb."""
    published = SPILLOVERS[leak][3 + weight]
    game = load("spillovers").game
    alike = {m.symbol: sp.Symbol(m.name[0], real=True) for m in game.moves}
    (consumers,) = (b.surplus for b in game.bystanders if b.name == "consumers")
    aim = game.payoffs["one"] + game.payoffs["two"] + weight * consumers
    one = Game(
        who, [Player(who)], [Move("x", who, (0, 50)), Move("q", who, (0, 100), 2)],
        {who: aim.xreplace(alike)}, parameters=game.parameters,
    )  # fmt: skip
    assert path(only(one, {"spillover": leak}))["x"] == near(published)


def test_subsidies_and_royalties_help_and_protection_backfires():
    assert verdicts("spillovers") == {
        "research_subsidy": "worth it",
        "royalty": "worth it",
        "protection": "costs more than it brings",
    }
    (fallen,) = compare(load("spillovers").game, []).baseline.assessments
    assert fallen.diagnosis == "cooperation failure"


# -- M20: entry deterrence -------------------------------------------------------------------------

CLOSE = Fraction(1, 10**9)
TIGHT = {"build": 1, "entry_cost": "1/2"}


def outputs(one):
    at = path(one)
    return at["output"], at["entrant_output"]


def deterred(entry_cost, reform=""):
    """Return the only equilibrium at a cost of entry, and what the entrant does in it."""
    model = load("deterrence")
    game = find_reform(model, reform)(model.game) if reform else model.game
    one = only(game, {"entry_cost": entry_cost})
    (entry,) = (label for label, p in one.path["entry"].items() if p.value == 1)
    return one, entry


def test_what_the_incumbent_sells_with_nothing_sunk_and_with_much_capacity():
    """O32.TV_main: Dixit (1980); the ends of the range in which capacity is a threat."""
    nothing_sunk, _ = deterred(0, "full_use+order:capacity=3")
    much, _ = deterred(0, "standard:move=capacity,lowest=6")
    assert path(nothing_sunk)["capacity"] == near(2.333333333)
    assert path(much)["output"] == near(4.333333333)


def test_entry_is_accommodated_deterred_or_blockaded():
    """O32.f_deter, q_f1, q_f2, regimes."""
    credible = Fraction(16, 9)
    one, entry = deterred(1)
    assert (entry, *outputs(one)) == ("enter", near(3.5), near(1.75))
    one, entry = deterred(2)
    assert (entry, path(one)["output"]) == ("stay_out", near(4.171572875))
    assert deterred(credible - CLOSE)[1] == "enter"
    one, entry = deterred(credible + CLOSE)
    assert (entry, path(one)["capacity"]) == ("stay_out", near(13 / 3))


@pytest.mark.long
def test_entry_is_not_blockaded_just_below_the_threshold():
    """O32.f_block: capacity is larger than a monopoly's there, and keeps the entrant out."""
    one, entry = deterred(Fraction(49, 16) - CLOSE)
    assert entry == "stay_out"
    assert path(one)["capacity"] > 3.5


def test_where_entry_is_blockaded_the_incumbent_is_a_monopoly():
    """O32.q_f35: any capacity that still keeps the entrant out, up to what is sold."""
    found = solve(load("deterrence").game, {"entry_cost": "7/2"})
    assert found.complete
    assert {path(one)["output"] for one in found} == {3.5}
    assert max(path(one)["capacity"] for one in found) == 3.5


def test_capacity_is_a_threat_only_as_far_as_it_would_be_used():
    """O32.q_tight: a first mover would build 9/2."""
    game = load("deterrence").game
    assert outputs(only(game, TIGHT)) == (near(3.666666667), near(2.666666667))
    bound = load("deterrence").reform("full_use")(game)
    assert path(only(bound, TIGHT))["capacity"] > 11 / 3 + 0.1


def test_a_first_mover_builds_no_more_than_would_be_used_after_entry():
    """Own: (A - r)/2 up to A = 5 r, and (A + r)/3 beyond, as here."""
    one = only(load("deterrence").game, {"demand": 20, "entry_cost": "1/2"})
    assert path(one)["capacity"] == near(23 / 3)
    assert path(one)["output"] == near(23 / 3)


@pytest.mark.long
def test_a_limit_on_capacity_backfires_where_deterrence_keeps_prices_low():
    """O32.W_f2: 20.5 against 19.78 if both are held to what equals would build."""
    equal, entry = deterred(2, f"capacity_limit:limit={Fraction(7, 3) + CLOSE}")
    assert entry == "enter"
    assert welfare(deterred(2)[0]) == near(20.5)
    assert welfare(equal) == near(19.77777778)
    assert verdicts("deterrence") == {
        "entry_support": "worth it",
        "shared_facility": "worth it",
        "capacity_limit": "costs more than it brings",
        "full_use": "changes nothing",
    }


# -- M21: oligopolies along a chain ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("suppliers", "leads", "quantity", "prices", "rents"),
    [(2, 3, 4.5, (4, 5.5), (13.5, 6.75)), (1, 1, 2.25, (5.5, 7.75), (10.125, 5.0625))],
)
def test_quantity_prices_and_rents_along_the_chain(suppliers, leads, quantity, prices, rents):
    """O27.Q, p, rents: Greenhut and Ohta (1979), tiers of 2 and 3 firms, and of one each."""
    one = only(load("chain").game, {"suppliers": suppliers, "leads": leads})
    at, earned = path(one), {name: v.value for name, v in one.payoffs.items()}
    assert at["Q"] == near(quantity)
    assert (at["w"], 10 - at["Q"]) == (near(prices[0]), near(prices[1]))
    assert earned["supplier"] + earned["other_suppliers"] == near(rents[0])
    assert earned["lead"] + earned["other_leads"] == near(rents[1])
    assert earned["supplier"] == near(rents[0] / suppliers)


@pytest.mark.parametrize(("suppliers", "leads", "sign"), [(3, 3, 1), (4, 3, 0), (5, 3, -1)])
def test_rents_are_equal_with_one_supplier_more_than_lead_firms(suppliers, leads, sign):
    """Own: they stand as the number of lead firms, and one, to that of suppliers."""
    one = only(load("chain").game, {"suppliers": suppliers, "leads": leads})
    earned = {name: v.value for name, v in one.payoffs.items()}
    upstream = earned["supplier"] + earned["other_suppliers"]
    downstream = earned["lead"] + earned["other_leads"]
    assert upstream / downstream == near((leads + 1) / suppliers)
    assert (upstream > downstream) - (upstream < downstream) == sign


def test_the_subsidy_that_undoes_all_margins():
    """O27.W_2x3, O27.subsidy_2x3: 9 a unit; units of input and of output are the same."""
    model = load("chain")
    plain = compare(model.game, [model.reform("subsidy").revised({"rate": 9})])
    (before,) = plain.baseline.assessments
    assert before.welfare().value == near(30.375)
    assert plain.baseline.first_best.welfare.value == near(40.5)
    after = plain.reforms[0]
    assert path(after.found["E1"])["Q"] == near(9)
    assert after.assessments[0].gap.value == near(0)


def test_rivals_and_subsidies_help_and_a_tax_on_rents_backfires():
    assert verdicts("chain") == {
        "more_suppliers": "worth it",
        "more_lead_firms": "worth it",
        "subsidy": "worth it",
        "tax": "costs more than it brings",
    }


# -- M26: training and poaching --------------------------------------------------------------------


def trained(reform="", at=None):
    """Return how much each firm trains in the only equilibrium, and welfare."""
    model = load("training")
    game = find_reform(model, reform)(model.game) if reform else model.game
    one = only(game, at)
    played = {s.move: s.value.value for s in one.strategies}
    assert played["t1"] == played["t2"]
    return played["t1"], welfare(one)


def test_training_by_firms_and_what_would_be_efficient():
    """O30.t_firm, t_competitive, t_firm_compress, W_loss: two firms, each as in the oracle."""
    assert trained()[0] == near(0.16)
    assert trained(at={"outside": 1})[0] == near(0)
    assert trained(at={"outside": "3/10"})[0] == near(0.28)
    (before,) = compare(load("training").game, []).baseline.assessments
    assert before.gap.value == near(2 * 0.3528)


def test_the_subsidy_that_restores_efficient_training():
    """O30.subsidy, t_fb: 0.84 of what training is worth; welfare is then the first best, 1."""
    assert trained("training_subsidy:rate=21/25") == (near(1), near(1))
    assert trained("training_levy") == (near(1), near(1))


def test_workers_who_pay_for_what_they_gain():
    """O30.t_joint: what firm and worker would choose together."""
    gains = Fraction(3, 5) + Fraction(4, 5) * Fraction(1, 2) * Fraction(2, 5)
    assert trained(f"apprentice_pay:pay={gains}")[0] == near(0.92)


def test_training_policies_help_and_flexible_wages_backfire():
    assert verdicts("training") == {
        "training_subsidy": "worth it",
        "training_levy": "worth it",
        "apprentice_pay": "worth it",
        "poaching_fee": "worth it",
        "flexible_wages": "costs more than it brings",
    }


# -- M30: the upgrading race -----------------------------------------------------------------------


def raced(rivals=0, at=None):
    """Return upgrading and payoffs in the race, with so many more rivals like the second."""
    game = load("race").game
    for k in range(3, 3 + rivals):
        game = find_reform(load("race"), f"rival:player=two,called=s{k}")(game)
    one = only(game, at)
    return [s.value.value for s in one.strategies], one.payoffs


@pytest.mark.parametrize(("suppliers", "upgrading", "wasted"), [(4, 18.75, 0.75), (10, 9, 0.9)])
def test_the_more_suppliers_the_more_of_the_premium_is_wasted(suppliers, upgrading, wasted):
    """O36.x_r1, diss_r1, x_n10, diss_n10: Tullock (1980)."""
    chosen, _ = raced(suppliers - 2)
    assert chosen == [near(upgrading)] * suppliers
    assert sum(chosen) / 100 == near(wasted)


def test_a_race_of_unequal_suppliers():
    """O36.asym, asym_payoffs: Hillman and Riley (1989); in the units of who has twice the cost."""
    chosen, payoffs = raced(at={"cost_two": 2})
    assert chosen == [near(22.22222222), near(11.11111111)]
    assert payoffs["one"].value == near(44.44444444)
    assert payoffs["two"].value / 2 == near(5.555555556)


def test_limits_and_taxes_help_and_grants_to_all_and_rivals_backfire():
    assert verdicts("race") == {
        "agreed_limit": "worth it",
        "upgrading_tax": "worth it",
        "smaller_premium": "worth it",
        "upgrading_grants": "costs more than it brings",
        "another_rival": "costs more than it brings",
    }


# -- M29: immiserising growth ----------------------------------------------------------------------


def traded(own, world_x, world_y, elasticity):
    """Return the utility of who owns so much X, by clearing the market for X by bisection."""
    low, high = 1e-6, 1e6
    for _ in range(200):
        price = (low * high) ** 0.5
        bought = (price * world_x + world_y) / (price + price**elasticity)  # of X, by everybody
        low, high = (price, high) if bought > world_x else (low, price)
    x = price * own / (price + price**elasticity)
    rho = 1 - 1 / elasticity
    return (x**rho + (x * price**elasticity) ** rho) ** (1 / rho)


def grown(changes):
    """Return a country's utility in the only equilibrium found, and what is played."""
    model = load("immiserising")
    found = solve(model.game, changes)
    (one,) = found
    return one.payoffs["country"].value, [*one.strategies[0].counts.values()]


def test_all_expand_and_all_lose():
    """O34, blind: four countries that may grow by 10%, elasticity 2/5; by a second route."""
    at = {"elasticity": "2/5"}
    worse, counts = grown(at)
    assert counts == [0, 4]
    assert worse == near(traded(1.1 / 4, 1.1, 1, 0.4), 1e-9)
    restraint = load("immiserising").reform("export_restraint")(load("immiserising").game)
    (stay,) = solve(restraint, at)
    better = stay.payoffs["country"].value
    assert better == near(traded(1 / 4, 1, 1, 0.4), 1e-9)
    assert worse < better
    # strictly dominant: whatever the number of others who expand
    for others in range(4):
        grow = traded(1.1 / 4, 1 + 0.1 * (others + 1) / 4, 1, 0.4)
        assert grow > traded(1 / 4, 1 + 0.1 * others / 4, 1, 0.4)


@pytest.mark.parametrize(("elasticity", "sign"), [("49/100", -1), ("51/100", 1), ("3/4", 1)])
def test_growth_is_immiserising_below_an_elasticity_of_one_half(elasticity, sign):
    """O34, blind: where the South has as much of X as the North of Y, for small growth."""
    at = {"elasticity": elasticity, "growth": "1/1000"}
    change = grown(at)[0] - traded(1 / 4, 1, 1, float(Fraction(elasticity)))
    assert (change > 0) - (change < 0) == sign


def test_the_joint_supply_that_is_best_for_the_south():
    """O34, blind: where the South's share of world income is 3/5, at an elasticity of 2/5."""
    best = 1.5 ** (-2 / 3)
    model = load("immiserising")
    restraint = model.reform("export_restraint")(model.game)

    def utility(supply):
        (one,) = solve(restraint, {"elasticity": "2/5", "south": Fraction(supply)})
        return one.payoffs["country"].value

    assert utility(best) > max(utility(best - 0.01), utility(best + 0.01), utility(1))


def test_diversification_and_restraint_help_exporters_and_aid_to_expand_backfires():
    assert verdicts("immiserising") == {
        "diversification": "worth it",
        "export_restraint": "worth it",
        "productivity_aid": "costs more than it brings",
    }
    (one,) = compare(load("immiserising").game, []).baseline.assessments
    assert one.diagnosis == "cooperation failure"
    world = verdicts("immiserising", {"standing": 1})
    assert world["export_restraint"] == "costs more than it brings"
    assert world["productivity_aid"] == "worth it"


# -- M27: a club facility --------------------------------------------------------------------------


def mixtures(at, reform=""):
    """Return each symmetric mixed equilibrium: the probability of paying, and a firm's payoff."""
    model = load("facility")
    game = find_reform(model, reform)(model.game) if reform else model.game
    found = solve(game, at)
    assert found.complete
    mixed = [one for one in found if one.kind == "mixed"]
    return [
        (one.strategies[0].probabilities["pay"].value, one.payoffs["firm"].value) for one in mixed
    ]


def at_least(number, trials, p):
    return sum(comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(number, trials + 1))


def exactly(number, trials, p):
    return at_least(number, trials, p) - at_least(number + 1, trials, p)


def test_mixed_payment_makes_each_firm_indifferent():
    """O39, blind: 5 firms, 3 needed, cost 1/5; Palfrey and Rosenthal (1984), by a second route."""
    low, high = mixtures({"cost": "1/5"})
    for p, payoff in (low, high):
        assert exactly(2, 4, p) == near(0.2)  # pivotal as often as it costs
        assert payoff == near(at_least(3, 4, p))
    assert low[0] < 0.5 < high[0]
    assert at_least(3, 5, low[0]) < at_least(3, 5, high[0])
    ((p, payoff),) = mixtures({"cost": "1/5"}, "money_back")
    assert exactly(2, 4, p) == near(0.2 * at_least(2, 4, p))
    assert payoff == near(at_least(3, 4, p))
    assert p > high[0]


def test_the_volunteers_dilemma():
    """O39, blind: one payer is enough; Diekmann (1985): the larger the group, the less is built."""
    ((p, _),) = mixtures({"cost": "1/5", "needed": 1})
    assert p == near(1 - 0.2**0.25)
    ((more, _),) = mixtures({"cost": "1/5", "needed": 1, "firms": 8})
    assert at_least(1, 8, more) < at_least(1, 5, p) < 1


def counts_of_payers(reform=""):
    model = load("facility")
    game = find_reform(model, reform)(model.game) if reform else model.game
    pure = [one for one in solve(game, {"cost": "1/5"}) if one.kind == "pure"]
    return sorted(sum(s.counts["pay"] for s in one.strategies) for one in pure)


def test_how_many_pay_in_pure_equilibria():
    """O39, blind: nobody or just enough; with refunds also one, who gets the money back."""
    assert counts_of_payers() == [0, 3]
    assert counts_of_payers("money_back") == [0, 1, 3]


def test_co_finance_and_clubs_help_and_half_measures_backfire():
    assert verdicts("facility") == {
        "money_back": "worth it",
        "co_finance": "worth it",
        "half_measure": "costs more than it brings",
        "users_only": "worth it",
    }
    comparison = compare(load("facility").game, [load("facility").reform("half_measure")])
    assert "coordination" in comparison.baseline[comparison.baseline.selected].diagnosis
    assert [v.statement for v in comparison.verdicts("half_measure")] == [
        "shifts money and gains nothing", "costs more than it brings", "costs more than it brings",
    ]  # fmt: skip


# -- M35: exclusion by standards -------------------------------------------------------------------


def complying(at=None, reform=""):
    """Return the labels that are played on the path of the only equilibrium."""
    model = load("exclusion")
    game = find_reform(model, reform)(model.game) if reform else model.game
    one = only(game, at)
    return {m: next(x for x, p in labels.items() if p.value == 1) for m, labels in one.path.items()}


def test_the_small_supplier_is_excluded_below_the_threshold_of_volume():
    """Own: the threshold is the cost of compliance over the margin, 3."""
    left_out = {"standard": "strict", "large": "comply", "small": "stay_out"}
    assert complying() == left_out
    few = {"value_strict": 2}  # a lead firm that gains much by the strict standard
    assert complying({**few, "volume_small": 3 - CLOSE}) == left_out
    assert complying({**few, "volume_small": 3 + CLOSE})["small"] == "comply"


def test_the_lead_firm_is_strict_where_it_gains_more_by_the_standard_than_by_the_volume():
    """Own: strict from 5/4 on, since 8 v_S = 10 v_B."""
    assert complying({"value_strict": Fraction(5, 4) + CLOSE})["standard"] == "strict"
    mild = complying({"value_strict": Fraction(5, 4) - CLOSE})
    assert mild == {"standard": "basic", "large": "comply", "small": "comply"}


def test_aid_that_is_too_small_brings_nobody_in():
    """Own: 1/2 is what is short."""
    assert complying(reform=f"compliance_aid:aid={Fraction(1, 2) + CLOSE}")["small"] == "comply"
    assert complying(reform=f"compliance_aid:aid={Fraction(1, 2) - CLOSE}")["small"] == "stay_out"


def test_aid_and_proportionate_standards_help_and_audits_backfire():
    assert verdicts("exclusion") == {
        "compliance_aid": "worth it",
        "group_certification": "worth it",
        "proportionate_standards": "worth it",
        "mandatory_audits": "costs more than it brings",
    }
    (one,) = compare(load("exclusion").game, []).baseline.assessments
    assert one.diagnosis == "cooperation failure"
