"""The models that rest on bargaining: published figures, second routes, reforms and their signs.

Oracle figures are named O21, O24, O25 and O26 after the entries of the oracle table: hold-up and
ownership, renegotiation with many suppliers, the Shapley value in supplier networks, and input
prices from simultaneous bargains.
"""

import itertools
from fractions import Fraction

import pytest
import sympy as sp

from pigou.coalitions import CoalitionalGame, Shapley
from pigou.comparison import compare
from pigou.expression import symbol
from pigou.models import load
from pigou.models.bargaining_power import network
from pigou.models.hold_up import bargain
from pigou.models.over_diversification import renegotiation
from pigou.models.supplier_association import talks_alone, talks_of_an_association
from pigou.models.upgrading_gains import chain
from pigou.renegotiation import StoleZwiebel
from pigou.solvers.core import core, decide_core
from pigou.solvers.reals import decide
from pigou.solving import solve

MODELS = [
    "bargaining_power",
    "hold_up",
    "over_diversification",
    "side_selling",
    "supplier_association",
    "upgrading_gains",
]


def close(expected):
    return pytest.approx(expected, abs=1e-6)


def mid(enclosure):
    return float((enclosure.lower + enclosure.upper) / 2)


def played(found, name="E1"):
    return {s.move: mid(s.value) for s in found[name].strategies}


def only(game, at=None):
    """Return the surplus of every party in the only equilibrium, and its welfare."""
    scenario = compare(game, [], at).baseline
    (one,) = scenario.assessments
    assert scenario.found.complete
    assert one.equilibrium.evidence.checked
    surplus = {party: mid(x) for party, x in one.surplus.items()}
    return one, surplus, mid(one.welfare())


# -- O21: hold-up and ownership -------------------------------------------------------------------

OWNERSHIP = {  # oracle O21: investments are the squares of qualities
    "lead_firm_owns": ([0.81, 0.075625], 1.189375),
    "supplier_owns": ([0.3025, 0.2025], 1.045),
    None: ([0.5625, 0.140625], 1.171875),
}


@pytest.mark.parametrize("owner", OWNERSHIP)
def test_o21_investments_and_surplus_by_ownership(owner):
    model = load("hold_up")
    game = model.reform(owner)(model.game) if owner else model.game
    one, _, welfare = only(game)
    quality = [mid(s.value) for s in one.equilibrium.strategies]
    investments, surplus = OWNERSHIP[owner]
    assert [q**2 for q in quality] == close(investments)
    assert welfare == close(surplus)
    assert welfare + mid(one.gap) == close(1.25)  # O21.S_fb


def test_o21_separate_ownership_overtakes_where_squares_stand_as_3_to_8():
    model = load("hold_up")
    owned = model.reform("lead_firm_owns")(model.game)
    for squared, sign in [(0.375 - 1e-6, 1), (0.375 + 1e-6, -1)]:
        at = {"supplier_productivity": str(round(squared**0.5, 9))}
        assert (only(owned, at)[2] - only(model.game, at)[2]) * sign > 0


def test_o21_a_co_payment_of_45_per_cent_restores_the_first_best_for_a_tenth_portable():
    model = load("hold_up")
    game = (model.reform("lead_firm_owns") + model.reform("co_payment", borne="9/20"))(model.game)
    found = solve(game)
    assert played(found)["supplier_quality"] == 0.5  # A_S
    lower = (model.reform("lead_firm_owns") + model.reform("co_payment", borne="4/10"))(model.game)
    assert played(solve(lower))["supplier_quality"] < 0.499


def test_nobody_leaves_in_hold_up_for_any_parameters():
    """What the model assumes by ``always_trade``, proved from the domains of its parameters."""
    game = load("hold_up").game
    outside = bargain().outside
    names = ["lead_productivity", "supplier_productivity", "lead_quality", "supplier_quality"]
    a, b, q, r = map(symbol, names)
    gain = 2 * a * q + 2 * b * r - outside["lead"] - outside["supplier"]
    given = [*game.conditions, q >= 0, r >= 0]
    assert decide(gain >= 0, given)
    assert not decide(gain > 0, given)


# -- O24: renegotiation with many suppliers -------------------------------------------------------


def test_o24_payments_and_profits():
    game = load("over_diversification").game
    at = {symbol(k): sp.Rational(v) for k, v in game.values().items()}
    for n, paid, profit in [
        (1, 6.5, 4.5), (2, 5.833333333, 8.333333333), (3, 5.166666667, 11.5), (6, 3.166666667, 17),
    ]:  # fmt: skip
        here = at | {symbol("suppliers"): sp.Integer(n)}
        assert float(game.payoffs["lead"].xreplace(here)) == close(profit)
        producers = float(game.bystanders[0].surplus.xreplace(here))
        assert (producers - (10 - n) * 2) / n == close(paid)
        rule = renegotiation()
        assert float(rule.payment(n).xreplace(at)) == close(paid)


def test_o24_the_lead_firm_takes_on_seven_where_five_are_efficient():
    one, surplus, welfare = only(load("over_diversification").game)
    (strategy,) = one.equilibrium.strategies
    assert mid(strategy.probabilities["7"]) == 1
    assert surplus["lead"] == 17.5
    assert welfare + mid(one.gap) == 12 * 5 - 25 + 5 * 2  # F(5) + 5 w0: five are efficient


def test_o24_continuous_suppliers():
    rule = StoleZwiebel("10*sqrt(n)", 1, continuous=True)
    n = symbol("k")
    (best,) = sp.solve(sp.diff(rule.profit(n), n), n)
    assert float(best) == close(44.44444444)
    assert float(rule.payment(best)) == close(1)
    (efficient,) = sp.solve(sp.diff(rule.made(n), n) - 1, n)
    assert efficient == 25


def test_o24_the_shapley_value_with_three_suppliers():
    rule = StoleZwiebel("12*n - n**2", 2)

    def worth(members):
        count = sum(name[0] == "s" for name in members)
        return rule.made(count) if "lead" in members else 2 * count

    got = Shapley(CoalitionalGame.of(["lead", "s1", "s2", "s3"], worth)).divide()
    assert [float(got["lead"]), float(got["s1"])] == close([11.5, 5.166666667])


# -- O25: supplier networks -----------------------------------------------------------------------


def market(leads, suppliers):
    names = [f"l{k}" for k in range(leads)] + [f"s{k}" for k in range(suppliers)]

    def pairs(members):
        first = sum(name[0] == "l" for name in members)
        return min(first, len(members) - first)

    return CoalitionalGame.of(names, pairs)


@pytest.mark.parametrize(
    ("leads", "suppliers", "expected"),
    [
        (1, 2, [0.6666666667, 0.1666666667]),
        (1, 3, [0.75, 0.08333333333]),
        (1, 5, [0.8333333333, 0.03333333333]),
        (2, 3, [0.65, 0.2333333333]),
        (2, 2, [0.5, 0.5]),
    ],
)
def test_o25_substitutable_suppliers(leads, suppliers, expected):
    got = Shapley(market(leads, suppliers)).divide()
    assert [float(got["l0"]), float(got["s0"])] == close(expected)


def test_o25_complements_and_their_merger():
    game = CoalitionalGame(["l", "a", "b", "c"], {"l+a+b+c": 1})
    assert set(Shapley(game).divide().values()) == {sp.Rational(1, 4)}
    merged = Shapley(game.merged(["a", "b", "c"], "all")).divide()
    assert 3 * Shapley(game).divide()["a"] == sp.Rational(3, 4)
    assert merged["all"] == sp.Rational(1, 2)


def test_o25_in_the_model():
    model = load("bargaining_power")
    _, alone, _ = only(model.game)
    assert alone["lead"] == close(2 / 3)  # sub_1v2
    assert alone["supplier_a"] == alone["supplier_b"] == close(1 / 6)
    _, together, _ = only(model.reform("association")(model.game))
    assert together["lead"] == close(0.5)  # assoc_1v2
    _, two, _ = only(model.reform("second_buyer")(model.game), {"cost": 2})
    assert two["lead"] == two["supplier_a"] == close(0.5)  # sub_2v2
    assert two["supplier_a"] - alone["supplier_a"] == close(1 / 3)  # alt_link
    assert core(market(1, 2)).division["l0"] == 1  # core_1v2
    assert core(network(), {"base": 1, "gain": 1, "second_use": 0, "upgrade_a": 0,
                            "upgrade_b": 0}).division["lead"] == 1  # fmt: skip


def test_the_network_makes_the_best_use_of_goods():
    game = network()
    for a, b, r in itertools.product((0, 1), (0, 1), (0, sp.Rational(1, 2), 1)):
        values = {"base": 3, "gain": 2, "upgrade_a": a, "upgrade_b": b, "second_use": r}
        at = {symbol(k): sp.sympify(v) for k, v in values.items()}
        goods = {"supplier_a": 3 + 2 * a, "supplier_b": 3 + 2 * b}
        for coalition in game.coalitions:
            members = coalition.split("+")
            have = sorted((goods[m] for m in members if m in goods), reverse=True)
            uses = [u for m, u in (("lead", 1), ("second", r)) if m in members]
            best = sum(u * g for u, g in zip(uses, have, strict=False))
            assert game.worth_of(coalition).xreplace(at) == best


# -- O26: input prices from simultaneous bargains (values withheld: computed, and by a second route)


def cournot(prices, sellers=(0, 1)):
    """Iterate best replies of lead firms that buy at given prices, demand being 1."""
    x = [0.0, 0.0]
    for _ in range(80):
        for i in sellers:
            x[i] = max(0.0, (1 - x[1 - i] - prices[i]) / 2)
    return x


def profit(prices, i):
    x = cournot(prices)
    return x[i] * (1 - sum(x) - prices[i])


def by_best_replies(associated):
    """Let each price in turn maximise its Nash product, by golden section, until nothing moves."""
    prices = [0.3, 0.1]

    def product(w, i):
        new = [w, prices[1]] if i == 0 else [prices[0], w]
        x = cournot(new)
        gain = new[i] * x[i]
        if associated:
            left = [0.0, 0.0]
            left[1 - i] = cournot(new, sellers=(1 - i,))[1 - i]
            gain += new[1 - i] * (x[1 - i] - left[1 - i])
        return max(gain, 0) * max(profit(new, i), 0)

    for _ in range(30):
        for i in (0, 1):
            low, high = 0.0, 0.6
            while high - low > 1e-9:
                a, b = low + (high - low) * 0.382, low + (high - low) * 0.618
                low, high = (a, high) if product(a, i) < product(b, i) else (low, b)
            prices[i] = (low + high) / 2
    return prices


@pytest.mark.parametrize(("associated", "price"), [(0, Fraction(1, 7)), (1, Fraction(1, 4))])
def test_o26_input_prices(associated, price):
    talks = talks_of_an_association() if associated else talks_alone()
    at = {"demand": 1, "supplier_power": Fraction(1, 2)}
    (found,) = talks.solve(at)  # the only solution
    assert set(found.values()) == {sp.Rational(price)}
    assert by_best_replies(associated) == pytest.approx([float(price)] * 2, abs=1e-6)
    (form,) = talks.closed_forms(at, alike=True)
    a, b = symbol("demand"), symbol("supplier_power")
    stated = a * b / 2 if associated else a * b / (4 - b)
    assert sp.simplify(form["price_1"] - stated) == 0


@pytest.mark.parametrize("power", ["1/5", "3/4"])
@pytest.mark.parametrize("associated", [0, 1])
def test_input_prices_are_right_at_other_powers(associated, power):
    talks = talks_of_an_association() if associated else talks_alone()
    (found,) = talks.solve({"demand": 3, "supplier_power": power})
    b = sp.Rational(power)
    assert found["price_1"] == found["price_2"] == (3 * b / 2 if associated else 3 * b / (4 - b))


def test_o26_profits_and_surplus():
    model = load("supplier_association")
    one, alone, welfare = only(model.game)
    assert alone["lead_1"] == alone["lead_2"] == close(4 / 49)
    assert alone["supplier_1"] + alone["supplier_2"] == close(4 / 49)
    assert welfare == close(20 / 49)
    assert one.gap.lower <= Fraction(1, 2) - Fraction(20, 49) <= one.gap.upper  # efficient: a^2/2
    _, merged, welfare = only(model.reform("association")(model.game))
    assert merged["lead_1"] == close(1 / 16)
    assert merged["supplier_1"] + merged["supplier_2"] == close(1 / 8)
    assert welfare == close(3 / 8)


# -- side-selling and default, by hand ------------------------------------------------------------


def by_hand(v, k, c, p, prices, share, d, damages, bound_s, bound_l, indexed):
    """Solve side-selling backwards in fractions; ties do not occur at the values used."""
    mean = share * prices[0] + (1 - share) * prices[1]
    lead = supplier = Fraction(0)
    for o, chance in zip(prices, (share, 1 - share), strict=True):
        agreed = p + indexed * (o - mean)
        kept = (v - agreed, agreed)
        broken = (v - o - bound_l * damages, d * o + bound_l * damages)
        delivered = kept if kept[0] > broken[0] else broken
        sold = (bound_s * damages, o - bound_s * damages)
        outcome = delivered if delivered[1] > sold[1] else sold
        lead, supplier = lead + chance * outcome[0], supplier + chance * outcome[1]
    if supplier - c < 0 or lead - k < 0:
        return 0, 0
    return lead - k, supplier - c


@pytest.mark.parametrize(
    "reforms",
    [
        (),
        ("enforcement",),
        ("indexed_price",),
        ("one_sided_enforcement",),
        ("enforcement", "second_market"),
    ],
)
@pytest.mark.parametrize("support", ["18/5", "1/2"])
def test_side_selling_is_what_backward_induction_by_hand_gives(reforms, support):
    model = load("side_selling")
    game = model.game
    x = dict(game.values({"support": support}))
    for name in reforms:
        steps = model.reform(name).steps
        x |= {k: Fraction(str(v)) for step in steps for k, v in step.keys["set"].items()}
        game = model.reform(name)(game)
    _, got, _ = only(game, {"support": support})
    expected = by_hand(
        x["value"], x["support"], x["cost"], x["price"], (x["high_price"], x["low_price"]),
        x["high_share"], x["hasty"], x["damages"], x["supplier_bound"], x["lead_bound"],
        x["indexed"],
    )  # fmt: skip
    assert (got["lead"], got["supplier"]) == close(tuple(map(float, expected)))


# -- capture --------------------------------------------------------------------------------------


def test_the_myerson_value_of_the_chain_is_as_stated():
    got = Shapley(chain()).divide()
    names = ["chain", "standard", "abroad", "local", "component_upgrading", "assembly_upgrading"]
    v, h, m, local, c, s = map(symbol, names)
    component = (v - h + c) / 3 + local * (c + s) / 6
    assembler = (v - m + c + s) / 3 + (h - m + s) / 6 + local * (c + s) / 6
    assert sp.expand(got["component"] - component) == 0
    assert sp.expand(got["assembler"] - assembler) == 0
    given = load("upgrading_gains").game.conditions
    assert decide_core(chain(), [*given, c >= 0, s >= 0, v + c + s >= h + s + local * (c + s)])


def test_a_bonus_on_delivery_is_the_myerson_value_with_the_bonus():
    model = load("upgrading_gains")
    z, x = symbol("bonus"), symbol("component_upgrading")
    worth = dict(chain().worth)
    worth["component+assembler+lead"] += z * x
    expected = Shapley(CoalitionalGame(chain().players, worth, links=chain().links)).divide()
    game = model.reform("delivery_bonus")(model.game)
    cost = sp.Rational(1, 2) * symbol("cost") * x**2
    assert sp.expand(game.payoff("component") - expected["component"] + cost) == 0
    assert sp.expand(game.payoff("lead") - expected["lead"]) == 0


def test_support_tied_to_exclusive_delivery_backfires_below_the_stated_rate():
    model = load("upgrading_gains")
    before = played(solve(model.game))["component_upgrading"]
    for rate, sign in [("1/20", -1), ("1/10", 1)]:  # local/6 = 1/12 lies between
        after = played(solve(model.reform("tied_support", tied=rate)(model.game)))
        assert (after["component_upgrading"] - before) * sign > 0


# -- all models -----------------------------------------------------------------------------------

HELP = {
    "bargaining_power": ["second_buyer", "support_of_one"],
    "hold_up": ["co_payment", "lead_firm_owns", "common_standards"],
    "over_diversification": ["long_term_orders", "charge_per_supplier", "better_alternative"],
    "side_selling": ["enforcement", "indexed_price", "one_sided_enforcement"],
    "supplier_association": ["fixed_fee", "output_support", "buyers_power"],
    "upgrading_gains": ["upgrading_support", "delivery_bonus", "local_market"],
}
BACKFIRE = {
    "hold_up": ["supplier_owns", "enforcement"],
    "over_diversification": ["inclusion_payment"],
    "side_selling": ["support_grant"],
    "supplier_association": ["association"],
    "upgrading_gains": ["tied_support"],
}


def welfare(scenario, worst):
    values = [a.welfare() for a in scenario.assessments]
    return min(v.upper for v in values) if worst else max(v.lower for v in values)


@pytest.mark.parametrize("name", MODELS)
def test_reforms_that_help_and_that_backfire(name):
    model = load(name)
    found = compare(model.game, model.reforms)
    before = found.baseline
    assert before.assessments[0].diagnosis == "cooperation failure"
    for reform in HELP[name]:
        assert found.reform(reform).found.complete
        assert welfare(found.reform(reform), worst=True) > welfare(before, worst=False), reform
    for reform in BACKFIRE.get(name, ()):
        assert welfare(found.reform(reform), worst=False) < welfare(before, worst=True), reform


def test_what_a_supplier_association_gains_others_lose():
    model = load("supplier_association")
    _, before, total = only(model.game)
    _, after, less = only(model.reform("association")(model.game))
    assert after["supplier_1"] > before["supplier_1"]
    assert after["consumers"] < before["consumers"]
    assert less < total


def test_an_association_undoes_what_support_brought_about():
    model = load("bargaining_power")
    one = model.reform("support_of_one")
    supported = solve(one(model.game))
    joined = solve((one + model.reform("association"))(model.game))
    assert [mid(s.probabilities["yes"]) for s in supported["E1"].strategies] == [1, 0]
    assert [mid(s.probabilities["yes"]) for s in joined["E1"].strategies] == [0, 0]
    assert len(supported) == len(joined) == 1


def test_contracts_that_held_break_when_a_second_market_opens():
    model = load("side_selling")
    held = model.reform("enforcement")
    assert only(held(model.game))[1]["supplier"] == 3
    assert only((held + model.reform("second_market"))(model.game))[1]["supplier"] == 0


@pytest.mark.parametrize("name", MODELS)
def test_what_all_have_is_what_is_made(name):
    """Payoffs before transfers sum to the same total whatever the bargain: it only divides."""
    game = load(name).game
    total = sp.Add(*(game.primitive(party) for party in game.parties))
    divided = sp.Add(*(game.payoff(party) for party in game.parties))
    assert sp.expand(total - divided) == 0
    power = {"hold_up": "lead_power", "upgrading_gains": "abroad", "bargaining_power": "associated",
             "supplier_association": "supplier_power"}  # fmt: skip
    if name in power:
        assert sp.expand(sp.diff(sp.expand(divided), symbol(power[name]))) == 0
