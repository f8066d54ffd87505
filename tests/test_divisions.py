"""Divisions in game files: read as definitions, written again, refused with file, table and key."""

import json
from pathlib import Path

import pytest
import sympy as sp

from pigou.bargaining import Nash, TakeItOrLeaveIt
from pigou.coalitions import CoalitionalGame, Shapley
from pigou.divisionfile import RULES
from pigou.errors import FileError
from pigou.expression import If, symbol
from pigou.gamefile import read_game
from pigou.gamewriter import write_game
from pigou.renegotiation import StoleZwiebel
from pigou.solving import solve

DOCS = Path(__file__).resolve().parents[1] / "docs"
HEAD = """
pigou = 1
[game]
name = "divided"
[parameters.power]
default = "1/4"
domain = "0 <= power <= 1"
[players.lead]
[players.supplier]
[moves.design]
player = "lead"
choices = { none = 0, much = 2 }
[moves.quality]
player = "supplier"
choices = { low = 0, high = 1 }
[definitions]
made = "design + 3*if(quality == high, 1, 0)"
"""
NASH = """
[divisions.trade]
rule = "nash"
surplus = "made"
outside = { lead = 1, supplier = "quality/2" }
weights = { lead = "power", supplier = "1 - power" }
[payoffs]
lead = "trade_lead - design/4"
supplier = "trade_supplier - quality/4"
"""
SHAPLEY = """
[divisions.network]
rule = "shapley"
players = ["lead", "supplier", "second"]
worth = { "lead+supplier" = "made", "second+supplier" = "made/2", "lead+supplier+second" = "made" }
links = [["lead", "supplier"], ["supplier", "second"]]
[payoffs]
lead = "network_lead"
supplier = "network_supplier - quality/4"
[bystanders]
second = "network_second"
"""


def division(rule, **swaps):
    text = HEAD + rule
    for old, new in swaps.values():
        assert old in text
        text = text.replace(old, new, 1)
    return text


def surplus():
    return symbol("design") + 3 * If(sp.Eq(symbol("quality"), 1), 1, 0)


def same(one, other):
    """Compare two payoffs at all choices and two values of the parameter."""
    for design in (0, 2):
        for quality in (0, 1):
            for power in (0, sp.Rational(1, 3)):
                at = {"design": design, "quality": quality, "power": power}
                swaps = {symbol(k): sp.sympify(v) for k, v in at.items()}
                assert one.xreplace(swaps) == other.xreplace(swaps), at


def test_a_division_by_nash_is_that_of_the_rule():
    game = read_game(division(NASH)).game
    rule = Nash({"lead": 1, "supplier": "quality/2"}, {"lead": "power", "supplier": "1 - power"})
    has = rule.divide(surplus())
    same(game.payoffs["lead"], has["lead"] - symbol("design") / 4)
    same(game.payoffs["supplier"], has["supplier"] - symbol("quality") / 4)
    assert len(solve(game, {"power": "1/3"})) == 1


def test_outside_options_as_constraints_and_a_proposer():
    old = 'weights = { lead = "power", supplier = "1 - power" }'
    text = division(NASH, a=(old, 'outside_as = "constraint"\nimpasse = { lead = "1/5" }'))
    rule = Nash(
        {"lead": 1, "supplier": "quality/2"}, outside_as="constraint", impasse={"lead": "1/5"}
    )
    has = rule.divide(surplus())
    same(read_game(text).game.payoffs["lead"], has["lead"] - symbol("design") / 4)
    text = division(NASH, a=(old, 'proposer = "lead"'), b=('"nash"', '"take-it-or-leave"'))
    has = TakeItOrLeaveIt("lead", {"lead": 1, "supplier": "quality/2"}).divide(surplus())
    same(read_game(text).game.payoffs["lead"], has["lead"] - symbol("design") / 4)


IMPASSE = 'outside_as = "constraint"\nimpasse = { lead = 1, supplier = "power" }\n'


def test_the_case_of_no_trade_is_in_the_formulas_unless_it_is_excluded():
    always = "always_trade = true\n"
    for keys in ("", IMPASSE):
        plain = read_game(division(NASH, a=("[payoffs]", f"{keys}[payoffs]")))
        assert read_game(write_game(plain)).game == plain.game
        short = read_game(division(NASH, a=("[payoffs]", f"{keys}{always}[payoffs]"))).game
        no_trade = If if keys else sp.Max
        count = [len(g.payoffs["lead"].atoms(no_trade)) for g in (plain.game, short)]
        assert count[0] > count[1]
    text = division(NASH, a=("[payoffs]", f"{IMPASSE}[payoffs]"))
    rule = Nash(
        {"lead": 1, "supplier": "quality/2"},
        {"lead": "power", "supplier": "1 - power"},
        outside_as="constraint",
        impasse={"lead": 1, "supplier": "power"},
    )
    at = {symbol(k): sp.Rational(v) for k, v in [("design", 0), ("quality", 1), ("power", "3/4")]}
    got = read_game(text).game.payoffs["lead"]
    assert got.xreplace(at) == rule.divide(3)["lead"].xreplace(at)


def test_a_closed_form_with_cases_is_written_and_read():
    """The sum of a**i is another one where a is 1."""
    text = division(NASH, a=("[payoffs]", """[parameters.a]
default = 2
[divisions.many]
rule = "stole-zwiebel"
output = "a**n"
count = "n"
suppliers = "design"
[payoffs]"""), b=("trade_lead - design/4", "many_profit"))  # fmt: skip
    got = read_game(text).game.payoffs["lead"]
    for a in (1, 2):
        at = {symbol("a"): sp.Integer(a), symbol("design"): sp.Integer(2)}
        assert got.xreplace(at) == StoleZwiebel("a**n").profit(2).xreplace(at)


def test_a_division_by_shapley_has_links():
    game = read_game(division(SHAPLEY)).game
    v = surplus()
    network = CoalitionalGame(
        ["lead", "supplier", "second"],
        {"lead+supplier": v, "second+supplier": v / 2, "lead+supplier+second": v},
        links=[("lead", "supplier"), ("supplier", "second")],
    )
    same(game.payoffs["lead"], Shapley(network).divide()["lead"])
    same(game.bystanders[0].surplus, Shapley(network).divide()["second"])


def test_a_division_by_renegotiation_and_one_that_uses_another():
    text = """
pigou = 1
[game]
name = "suppliers"
[players.lead]
[moves.n]
player = "lead"
choices = { one = 1, two = 2, many = 7 }
[divisions.chain]
rule = "stole-zwiebel"
output = "12*i - i**2"
count = "i"
suppliers = "n"
outside = 2
[divisions.within]
rule = "nash"
surplus = "chain_payments"
outside = { owner = 0, family = "n" }
[payoffs]
lead = "chain_profit"
[bystanders]
owner = "within_owner"
family = "within_family"
"""
    game = read_game(text).game
    rule = StoleZwiebel("12*n - n**2", 2)
    for n in (1, 2, 7):
        at = {symbol("n"): sp.Integer(n)}
        assert game.payoffs["lead"].xreplace(at) == rule.profit(n)
        owner = game.bystanders[0].surplus.xreplace(at)
        assert owner == (n * rule.payment(n) - n) / 2


@pytest.mark.parametrize("rule", [NASH, SHAPLEY])
def test_what_is_written_again_is_the_same_game(rule):
    model = read_game(division(rule))
    assert read_game(write_game(model)).game == model.game


def test_a_division_is_seen_by_transfers_and_reforms():
    text = (
        division(NASH)
        + """
[[transfers]]
payer = "lead"
payee = "supplier"
amount = "trade_lead/10"
[[reforms]]
name = "share"
kind = "transfer"
payer = "lead"
payee = "supplier"
amount = "trade_lead/2"
"""
    )
    model = read_game(text)
    reformed = model.reform("share")(model.game)
    lead = read_game(division(NASH)).game.payoffs["lead"] + symbol("design") / 4
    same(model.game.transfers[0].amount, lead / 10)
    same(reformed.transfers[1].amount, lead / 2)


WRONG = [
    (NASH, ('"nash"', '"nahs"'), "[divisions.trade] rule: no rule 'nahs'; did you mean 'nash'?"),
    (NASH, ('surplus = "made"\n', ""), "[divisions.trade] surplus: the key is missing"),
    (NASH, ("surplus =", "surpls ="), "[divisions.trade] surpls: no key 'surpls'; did you mean"),
    (NASH, ('"made"', '"mad"'), "[divisions.trade] surplus: no name 'mad' in 'mad'; did you mean"),
    (NASH, ("supplier = \"1 - power\"", "suplier = 1"), "no party 'suplier'; did you mean 'supp"),
    (NASH, ('"quality/2"', '"quality +"'), "[divisions.trade] outside supplier: "),
    (NASH, ("outside = {", "outside = 3 #"), "[divisions.trade] outside: a table is needed"),
    (NASH, ("[divisions.trade]", "[divisions.'a b']"), "[divisions.a b]: division 'a b': a name"),
    (NASH, ('"trade_lead', '"trade_led'), "[payoffs] lead: no name 'trade_led'"),
    (SHAPLEY, ('"second+supplier"', '"secnd+supplier"'), "no player 'secnd'; did you mean"),
    (SHAPLEY, ('["lead", "supplier"], ', '"lead", '), "links: a link is a pair of players"),
    (SHAPLEY, ('["lead", "supplier"], ', '["lead", "suplier"], '), "no party 'suplier'"),
    (SHAPLEY, ("[definitions]\n", "[definitions]\nnetwork_lead = 1\n"), "is already taken"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "swap", "words"), WRONG, ids=[w for *_, w in WRONG])
def test_what_is_wrong_is_located(rule, swap, words):
    with pytest.raises(FileError) as error:
        read_game(division(rule, a=swap), "game.toml")
    assert str(error.value).startswith("game.toml: [")
    assert words in str(error.value)


def test_the_schema_and_the_reference_know_the_same_rules_and_keys():
    schema = json.loads((DOCS / "schemas" / "pigou-game-1.schema.json").read_text())
    stated = {
        one["properties"]["rule"]["const"]: (set(one["required"]), set(one["properties"]))
        for one in schema["$defs"]["division"]["oneOf"]
    }
    assert stated == {
        rule: ({"rule", *needed}, {"rule", *needed, *known})
        for rule, (needed, known) in RULES.items()
    }
    page = (DOCS / "reference" / "game-files.md").read_text(encoding="utf-8")
    for rule, (needed, known) in RULES.items():
        line = next(row for row in page.splitlines() if row.startswith(f"| `{rule}` |"))
        assert all(f"`{key}`" in line for key in (*needed, *known))
