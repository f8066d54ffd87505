"""Kinds of upgrading and modes of governance: backward induction by hand, reforms and their signs.

What solves the games here does so a second time, from the tables in the text of the models and not
from the payoffs that they declare.
"""

import random
from fractions import Fraction

import pytest

from pigou.comparison import compare
from pigou.models import load
from pigou.solving import solve


def point(enclosure):
    assert enclosure.lower == enclosure.upper, "these games are solved exactly"
    return enclosure.lower


def net(name, reform, at=None, after=None):
    """Return the changes of all and the net benefit, selected, best and worst being the same."""
    model = load(name)
    game = model.reform(after)(model.game) if after else model.game
    verdicts = compare(game, [model.reform(reform)], at).verdicts(reform)
    ((value,),) = {tuple(map(point, v.net.values())) for v in verdicts}
    return {party: point(x) for party, x in verdicts[0].changes.items()}, value


def played(game, at=None):
    """Return the label chosen of each move on the path of the only equilibrium, and payoffs."""
    found = solve(game, at)
    assert found.complete
    (one,) = found.equilibria
    path = {}
    for s in one.strategies:
        label = next(label for label, p in s.probabilities.items() if p.lower == 1)
        if all(path.get(move) == made for move, made in s.when.items()):
            path[s.move] = label
    return path, {who: point(x) for who, x in one.payoffs.items()}


SHARES = ("share", "overlap", "codifiability", "closed")


def drawn(game, seed):
    """Return parameters of their domains, without ties."""
    draw = random.Random(seed)
    at = {name: Fraction(draw.randint(1, 99_991), 12_497) for name in game.values()}  # up to 8
    return at | {name: at[name] / 9 for name in SHARES if name in at}


# -- functional upgrading -------------------------------------------------------------------------


def kept_or_cut(p, kind):
    """Return (supplier, lead firm, orders) for one kind of upgrading, as the text has it."""
    cost = 0 if kind == "none" else p["cost"]
    gain = {"process": p["gain_1"], "product": p["gain_2"]}.get(kind, 0)
    sales = p["by_channel"] if kind == "channel" else 0
    escapes = kind == "functional" and p["second"] > p["access"]
    adds, takes = (p["design"], p["rent"]) if kind == "functional" else (0, 0)
    keep = (
        p["worth"] + p["share"] * gain + adds + sales - cost,
        p["margin"] + (1 - p["share"]) * gain - takes - p["overlap"] * sales,
    )
    cut = (
        sales - cost + (p["second"] - p["access"]) * escapes,
        -p["overlap"] * (sales + p["rent"] * escapes),
    )
    return (*keep, "keep") if keep[1] > cut[1] else (*cut, "cut")


def test_functional_upgrading_is_what_backward_induction_by_hand_gives():
    game = load("functional_upgrading").game
    kinds, seen = ("none", "process", "product", "functional", "channel"), set()
    for seed in range(24):
        at = drawn(game, seed)
        if seed % 3 == 0:  # a large second market
            at |= {"second": 3 * at["second"]}
        path, payoffs = played(game, {k: str(v) for k, v in at.items()})
        by_kind = {kind: kept_or_cut(at, kind) for kind in kinds}
        best = max(kinds, key=lambda kind: by_kind[kind][0])
        assert (path["upgrade"], path["orders"]) == (best, by_kind[best][2])
        assert (payoffs["supplier"], payoffs["lead"]) == by_kind[best][:2]
        seen.add((best, by_kind[best][2]))
    assert {("functional", "keep"), ("functional", "cut"), ("product", "keep")} <= seen
    assert {"process", "channel"} & {kind for kind, _ in seen}


def test_reforms_that_open_functional_upgrading():
    changes, value = net("functional_upgrading", "market_access")
    assert value == 2  # D - e - G_2, and the public purse pays for nothing
    assert changes["government"] == 0
    assert net("functional_upgrading", "royalty")[1] == 2
    assert net("functional_upgrading", "domestic_market")[1] == 2
    model = load("functional_upgrading")
    tolerated = ("functional", "keep")
    for reform in ("market_access", "royalty"):
        path = played(model.reform(reform)(model.game))[0]
        assert (path["upgrade"], path["orders"]) == tolerated
    path = played(model.reform("domestic_market")(model.game))[0]
    assert path == {"upgrade": "functional", "orders": "cut", "escape": "yes"}


def test_a_design_grant_backfires_and_an_exclusive_contract_disarms_a_threat():
    changes, value = net("functional_upgrading", "design_grant")
    assert value == -8
    assert changes["supplier"] > 0 > changes["lead"]  # it is taken up, and orders are cut
    assert net("functional_upgrading", "exclusive_contract")[1] == 0
    assert net("functional_upgrading", "exclusive_contract", after="market_access")[1] == -2
    assert net("functional_upgrading", "exclusive_contract", {"access": 2})[1] == -2


# -- governance -----------------------------------------------------------------------------------


def cheapest(p, learned):
    """Return the mode of least cost to the lead firm, and the supplier's rent, as in the text."""
    left = p["gap"] * (1 - (p["closed"] if learned else 0))
    untold = (1 - p["codifiability"]) * p["complexity"]
    costs = {
        "market": (p["complexity"] + left, 0),
        "modular": (untold + left + p["codify"] + p["modular_rent"], p["modular_rent"]),
        "relational": (left + p["relate"] + p["relational_rent"], p["relational_rent"]),
        "captive": (untold + p["supervise"], 0),
        "hierarchy": (p["own"], 0),
    }
    mode = min(costs, key=lambda m: costs[m][0])
    return mode, costs[mode][1], p["value"] - costs[mode][0]


def test_governance_is_the_mode_of_least_cost():
    game, seen = load("governance").game, set()
    for seed in range(40):
        p = drawn(game, seed)
        p |= {name: p[name] / 4 for name in ("cost", "modular_rent", "relational_rent")}
        path, payoffs = played(game, {k: str(v) for k, v in p.items()})
        idle, taught = cheapest(p, False), cheapest(p, True)
        learns = taught[1] - p["cost"] > idle[1]
        mode, rent, lead = taught if learns else idle
        assert path == {"learn": "yes" if learns else "no", "mode": mode}
        assert payoffs == {"supplier": rent - p["cost"] * learns, "lead": lead}
        seen.add((mode, learns))
    assert {mode for mode, _ in seen} == {
        "market", "modular", "relational", "captive", "hierarchy",
    }  # fmt: skip
    assert any(learns for _, learns in seen)


# What there is to tell, how much can be codified, what the supplier cannot do; table 1 of
# Gereffi, Humphrey and Sturgeon (2005).
TABLE = [
    ("1/2", "9/10", "1/4", "market"),  # low, high, high
    (6, "9/10", "1/4", "modular"),  # high, high, high
    (6, "1/10", "1/4", "relational"),  # high, low, high
    (6, "9/10", 6, "captive"),  # high, high, low
    (6, "1/10", 6, "hierarchy"),  # high, low, low
]


@pytest.mark.parametrize(("complexity", "codifiability", "gap", "mode"), TABLE)
def test_the_five_modes_of_the_taxonomy(complexity, codifiability, gap, mode):
    at = {"complexity": complexity, "codifiability": codifiability, "gap": gap}
    assert played(load("governance").game, at)[0] == {"learn": "no", "mode": mode}


def test_reforms_of_governance():
    changes, value = net("governance", "learning_support")
    assert value == Fraction(3, 2)
    assert changes == {"supplier": Fraction(1, 2), "lead": 2, "government": -1}
    changes, value = net("governance", "fair_share")
    assert value == Fraction(3, 2)
    assert changes == {"supplier": Fraction(1, 2), "lead": 1}  # no public money
    changes, value = net("governance", "standards")
    assert value == 3
    assert changes["supplier"] == 0  # the chain stays captive
    assert net("governance", "captivity_forbidden")[1] == Fraction(-1, 2)


def test_standards_that_cost_a_supplier_its_relation():
    """With a supplier that learns, standards make captivity cheap and the rent goes."""
    changes, value = net("governance", "standards", {"cost": 1})
    assert changes["supplier"] == -1  # its rent of 2, less the cost of learning
    assert changes["lead"] == 1
    assert value == 0


def test_a_share_that_is_more_than_fair_brings_no_relation():
    model = load("governance")
    for rent, mode in [("5/2", "relational"), ("7/2", "relational"), ("17/4", "captive")]:
        at = {"relational_rent": rent, "cost": "12/5", "codifiability": "3/10"}
        assert played(model.game, at)[0]["mode"] == mode
