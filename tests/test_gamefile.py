"""Game files: every table, every fault with its place, and writing as the inverse of reading."""
# ruff: noqa: E501 (one case a line)

import itertools
import json
import re
import runpy
import tomllib
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import assume, given, strategies as st

from games import UPGRADING
from patience import patience
from pigou.errors import DeclarationError, FileError, PigouError
from pigou.expression import If, Lookup, read_expression, symbol
from pigou.game import (
    Bystander,
    Chance,
    Choice,
    Game,
    Interval,
    Move,
    Parameter,
    Player,
    Transfer,
    Type,
)
from pigou.gamefile import read_game, read_game_file
from pigou.gamewriter import write_game
from pigou.model import Case, Model
from pigou.reform import (
    KINDS,
    Reform,
    Step,
    add_choice,
    mandate,
    pay,
    remove_choice,
    set_parameters,
    subsidy,
    tax,
)

ROOT = Path(__file__).resolve().parents[1]

TABLE = """
pigou = 1
[game]
name = "A table"
[parameters.c]
default = 1
[players.a]
[players.b]
[moves.x]
player = "a"
choices = { up = 1, down = 0 }
[moves.y]
player = "b"
choices = { left = 0, right = 5 }
[definitions]
twice = "2*c"
[[outcomes]]
when = { y = "right", x = "up" }
payoffs = { a = 3, b = "twice", others = 7 }
[[outcomes]]
when = { x = "up", y = "left" }
payoffs = { a = 1, b = 2, others = "1/3" }
[[outcomes]]
when = { x = "down", y = "right" }
payoffs = { a = 0.5, b = 8, others = 9 }
[[outcomes]]
when = { x = "down", y = "left" }
payoffs = { a = -5, b = 6, others = 10 }
[bystanders]
others = { label = "All others" }
"""


def same(first: Model, second: Model) -> bool:
    """Compare all that a file holds."""
    return first == second and first.game == second.game


# -- every table --------------------------------------------------------------------------------


def test_a_file_is_read_as_the_words_say():
    model = read_game(UPGRADING, "upgrading.toml", Path("cases"))
    game = model.game
    expected = Game(
        "Supplier upgrading",
        [Player("supplier", "Supplier"), Player("lead"), Player("firm", size="firms")],
        [
            Move("effort", "supplier", (0, "9/2"), label="Effort", tex="e"),
            Move("support", "lead", {"offer": 1, "refuse": 0, "half way": "1/2"}, 2, ["effort"]),
            Move("join", "firm", Choice({"no": 0, "yes": 1, "leave": 2}, "leave")),
        ],
        {
            "supplier": "benefit*effort*support/2 - effort**2/2",
            "lead": "if(support == offer, benefit*effort*support/2, 0)*demand - support*cost",
            "firm": "sum(join)/firms*benefit - join*cost",
        },
        [Bystander("consumers", "effort/5"), Bystander("workers", "sum(join)", "All workers")],
        [Chance("demand", {"low": (1, "1/4"), "high": (3, "3/4")}, ["lead"])],
        [Transfer("lead", "supplier", "benefit*effort*support/40", "share")],
        [
            Parameter("benefit", "3/2", "benefit > 0", "USD million", "what an upgrade is worth", "b", "a survey"),
            Parameter("cost", "1/10"),
            Parameter("firms", 12, integer=True),
        ],
        ["benefit > cost"],
        "own",
    )  # fmt: skip
    assert game == expected
    assert model.mechanism == "hold-up"
    assert model.about == 'Two lines,\nand "quotes".'
    assert model.folder == Path("cases")
    assert model.reforms == (
        Reform(
            "subsidy",
            (Step("subsidy", {"move": "effort", "rate": "s*((benefit*effort*support)/2)"}),),
            (Parameter("s", "1/4"),),
            "1/100",
            "someone",
            "A subsidy",
        ),
        Reform(
            "package",
            (
                Step("mandate", {"move": "support", "choice": "offer"}),
                Step("parameter", {"set": {"cost": "cost*0.8"}}),
            ),
        ),
    )
    assert model.case == Case(
        "An experiment", "choices.csv", "join", "choice", {"C": "yes", "D": "no"},
        "treatment", {"a": "baseline", "b": "package"}, "n", "firms", {"yes": "expected"},
        "an archive", "CC0", ("one", "two"),
    )  # fmt: skip


def test_a_table_of_outcomes_is_read_in_the_order_of_the_game():
    game = read_game(TABLE).game
    x, y, c = symbol("x"), symbol("y"), symbol("c")
    a, b, others = game.payoffs["a"], game.payoffs["b"], game.bystanders[0]
    assert a == Lookup.of(["x", "y"], [[1, 0], [0, 5]], [1, 3, -5, "1/2"])
    assert b.xreplace({x: sp.Integer(1), y: sp.Integer(5)}) == 2 * c
    assert others.surplus == Lookup.of(["x", "y"], [[1, 0], [0, 5]], ["1/3", 7, 10, 9])
    assert others.label == "All others"
    assert list(game.payoffs) == ["a", "b"]


def test_formulas_and_tables_of_different_moves_stand_side_by_side():
    text = TABLE.replace(", others = 7", "").replace(', others = "1/3"', "")
    text = text.replace(", others = 9", "").replace(", others = 10", "")
    text += """
[[outcomes]]
when = { x = "down" }
payoffs = { others = 4 }
[[outcomes]]
when = { x = "up" }
payoffs = { others = "c" }
"""
    game = read_game(text).game
    assert game.bystanders[0].surplus == Lookup.of(["x"], [[1, 0]], [symbol("c"), 4])
    mixed = re.sub(r"a = [-\d.]+, ", "", text) + '[payoffs]\na = "x*y"\n'
    assert read_game(mixed).game.payoffs["a"] == symbol("x") * symbol("y")
    for model in (read_game(text), read_game(mixed)):
        assert same(read_game(write_game(model)), model)


def test_a_chance_variable_can_stand_in_a_row():
    text = (
        TABLE.split("[definitions]")[0]
        + """
[chance.w]
outcomes = { dry = { value = 0, probability = "c/2" }, wet = { value = 1, probability = "1 - c/2" } }
[payoffs]
a = "x"
[[outcomes]]
when = { w = "wet" }
payoffs = { b = 4 }
[[outcomes]]
when = { w = "dry" }
payoffs = { b = 3 }
"""
    )
    model = read_game(text)
    assert model.game.payoffs["b"] == Lookup.of(["w"], [[0, 1]], [3, 4])
    assert same(read_game(write_game(model)), model)


def test_types_and_a_continuum_are_read():
    text = """
pigou = 1
[game]
name = "crowd"
[players.firm]
[players.firm.types.small]
size = "3"
values = { weight = 1 }
[players.firm.types.large]
size = 2
values = { weight = "c" }
[players.crowd]
size = "continuum"
[parameters.c]
[moves.x]
player = "firm"
choices = { no = 0, yes = 1 }
[moves.z]
player = "crowd"
choices = { no = 0, yes = 1 }
observes = []
[payoffs]
firm = "weight*x"
crowd = "z"
"""
    model = read_game(text)
    types = model.game.player("firm").types
    assert types == (
        Type("small", sp.Integer(3), {"weight": sp.Integer(1)}),
        Type("large", sp.Integer(2), {"weight": symbol("c")}),
    )
    assert model.game.player("crowd").size == sp.oo
    assert model.game.move("z").observes == ()
    assert model.game.move("x").observes is None
    assert model.game.parameter("c").default is None
    assert same(read_game(write_game(model)), model)


@pytest.mark.parametrize(
    ("written", "value"),
    [("1", 1), ("0.1", Fraction(1, 10)), ('"0.1"', Fraction(1, 10)), ('"2/3"', Fraction(2, 3)),
     ("1e-3", Fraction(1, 1000)), ("-7", -7), ("0xff", 255), ("1_000.5", Fraction(2001, 2)),
     ("0.1000000000000000055511151231257827", Fraction("0.1000000000000000055511151231257827")),
     ("123456789012345678901234567890", 123456789012345678901234567890)],
)  # fmt: skip
def test_numbers_are_exact(written, value):
    text = TABLE.replace("default = 1", f"default = {written}")
    game = read_game(text).game
    assert game.parameter("c").default == value
    assert read_game(write_game(game)).game == game
    cell = TABLE.replace("a = 3,", f"a = {written},")
    table = read_game(cell).game.payoffs["a"]
    assert table.xreplace({symbol("x"): sp.Integer(1), symbol("y"): sp.Integer(5)}) == sp.Rational(
        value
    )


def test_a_definition_is_expanded_where_it_stands():
    text = (
        TABLE.split("[definitions]")[0]
        + """
[definitions]
d = "x - y"
e = "2*d"
[payoffs]
a = "-d**2 + 1e5"
b = "e/d + 2e3"
"""
    )
    game = read_game(text).game
    x, y = symbol("x"), symbol("y")
    assert game.payoffs["a"] == -((x - y) ** 2) + 100_000
    assert game.payoffs["b"] == read_expression("2*(x - y)/(x - y) + 2000", ["x", "y"])


def test_a_definition_can_be_summed_over_members():
    text = UPGRADING.replace('half = "surplus/2"', 'half = "surplus/2"\nown = "join*cost"')
    text = text.replace('consumers = "effort/5"', 'consumers = "sum(own)"')
    game = read_game(text).game
    assert game.primitive("consumers") == game.total("firm", symbol("join") * symbol("cost"))


# -- every fault with its place -------------------------------------------------------------------


def after(mark, line):
    return lambda text: text.replace(mark, f"{mark}\n{line}", 1)


def swap(old, new):
    def change(text):
        assert old in text
        return text.replace(old, new, 1)

    return change


FAULTS = [
    # the head
    (swap("pigou = 1", ""), "pigou: the version is missing; write pigou = 1 on top"),
    (swap("pigou = 1", "pigou = 2"), "pigou: this is version 2; version 1 is read"),
    (swap("pigou = 1", "pigou = true"), "pigou: this is version true; version 1 is read"),
    (swap("pigou = 1", "pigou = 1.0"), "pigou: this is version 1.0; version 1 is read"),
    (swap("pigou = 1", 'pigou = "1"'), "pigou: this is version '1'; version 1 is read"),
    (swap("[definitions]", "[definition]"), "definition: no table 'definition'; did you mean 'definitions'?"),
    (swap("[parameters.cost]", "[paramters.cost]"), "paramters: no table 'paramters'; did you mean 'parameters'?"),
    (swap("[definitions]", "[definitions"), "not valid TOML: "),
    (swap('"own"', '"own'), "not valid TOML: "),
    (after("[parameters.cost]", "default = 3"), "not valid TOML: Cannot overwrite a value"),
    (lambda text: "a." * 60 + "b = 1\n" + text, "not a game file: a key has more than 50 parts"),
    (lambda text: "z = " + "[" * 9000 + "\n" + text, "not valid TOML: nested too deep"),
    # [game]
    (lambda text: "pigou = 1\n", "[game]: this table is missing"),
    (lambda text: "pigou = 1\ngame = 3\n", "[game]: a table is needed here, not 3"),
    (swap('name = "Supplier upgrading"', ""), "[game] name: the key is missing (needed: name)"),
    (swap('"Supplier upgrading"', '" "'), "[game] name: a game needs a name"),
    (swap('"Supplier upgrading"', "3"), "[game] name: a text in quotes is needed here, not 3"),
    (swap("mechanism =", "mechansm ="), "[game] mechansm: no key 'mechansm'; did you mean 'mechanism'? (keys: name, "),
    (swap('["benefit > cost"]', '"benefit > cost"'), "[game] assumptions: a list is needed here, not 'benefit > cost'"),
    (swap('["benefit > cost"]', "[1]"), "[game] assumptions: a list of texts is needed here, not of 1"),
    (swap('["benefit > cost"]', '["benfit > cost"]'), "[game] assumptions: no name 'benfit' in 'benfit > cost'; did you mean 'benefit'?"),
    (swap('["benefit > cost"]', '["benefit < cost"]'), "[game] assumptions: the assumption benefit < cost of game"),
    # [parameters]
    (swap('tex = "b"', 'text = "b"'), "[parameters.benefit] text: no key 'text'; did you mean 'tex'?"),
    (swap('"3/2"', '"-3/2"'), "[parameters.benefit] default: parameter 'benefit': -3/2 is outside its domain benefit > 0"),
    (swap('"3/2"', '"3 halves"'), "[parameters.benefit] default: '3 halves' is not a number; write 3, 0.25, 1e-3 or 2/3"),
    (swap("default = 0.1", "default = nan"), "[parameters.cost] default: NaN is not finite"),
    (swap("default = 0.1", "default = inf"), "[parameters.cost] default: Infinity is not finite"),
    (swap("default = 0.1", "default = 1e999999999"), "[parameters.cost] default: the number 1E+999999999... is too long"),
    (swap("default = 0.1", "default = true"), "[parameters.cost] default: a number or a formula is needed here, not true"),
    (swap("default = 0.1", "default = 2020-01-01"), "[parameters.cost] default: a number or a formula is needed here, not 2020-01-01"),
    (swap("default = 0.1", "default = [1]"), "[parameters.cost] default: a number or a formula is needed here, not a list"),
    (swap("default = 0.1", f"default = 0x{'f' * 2000}"), "[parameters.cost] default: a number has at most 4,000 bits"),
    (swap("default = 0.1", f"default = {'9' * 5000}"), "not valid TOML: "),
    (swap("default = 12", "default = 1.5"), "[parameters.firms] default: parameter 'firms': 3/2 is not a whole number"),
    (swap("integer = true", "integer = 1"), "[parameters.firms] integer: true or false is needed here, not 1"),
    (swap('"benefit > 0"', '"benefit"'), "[parameters.benefit] domain: a name is not a condition; write a comparison"),
    (swap('"benefit > 0"', '"cost > 0"'), "[parameters.benefit] domain: no name 'cost' in 'cost > 0'"),
    (swap('"benefit > 0"', '""'), "[parameters.benefit] domain: not a formula"),
    (swap("[parameters.cost]", "[parameters.min]"), "[parameters.min]: parameter 'min': this word belongs to the grammar"),
    (swap("[parameters.cost]", '[parameters."a b"]'), "[parameters.a b]: parameter 'a b': a name is a letter followed by"),
    (swap("[parameters.cost]", "[parameters.effort]"), "[moves.effort]: the name 'effort' is already taken by [parameters.effort]"),
    (swap("[parameters.cost]\ndefault = 0.1", "[parameters]\ncost = 0.1"), "[parameters.cost]: a table is needed here, not 0.1"),
    # [players]
    (swap("[players.lead]", "[players.lead]\nlable = 1"), "[players.lead] lable: no key 'lable'; did you mean 'label'?"),
    (swap("[players.lead]", "[players.boss]"), "[moves.support]: move 'support': no player 'lead' in game"),
    (swap("[players.lead]", "[players.lead]\n[players.idle]"), "[players.idle]: player 'idle' has no move; declare who"),
    (swap("[players.lead]", "[players.government]"), "[players.government]: player 'government': this name is kept"),
    (swap('size = "firms"', 'size = "frims"'), "[players.firm]: player 'firm': size: no name 'frims' in 'frims'; did you mean 'firms'?"),
    (swap('size = "firms"', "size = 0"), "[players.firm]: player 'firm': size is a whole number of at least 1, not 0"),
    (swap('size = "firms"', "size = 2\ntypes = { small = { size = 2 } }"), "[players.firm]: player 'firm': give the sizes of its types or a size"),
    (swap('size = "firms"', "types = { small = { siez = 2 } }"), "[players.firm.types.small] siez: no key 'siez'; did you mean 'size'?"),
    (swap('size = "firms"', 'types = { s = { values = { w = 1 } }, t = {} }'), "[players.firm]: player 'firm': type 't' has no value for 'w'"),
    (swap('size = "firms"', 'types = { s = { values = { cost = 1 } } }'), "[players.firm] types: the name 'cost' is already taken by [parameters.cost]"),
    (swap('size = "firms"', 'types = { s = { size = "-1" } }'), "[players.firm]: player 'firm': size of type 's' is a whole number of at least 0, not -1"),
    (swap('size = "firms"', "types = 3"), "[players.firm.types]: a table is needed here, not 3"),
    # [moves]
    (swap('player = "supplier"\n', ""), "[moves.effort] player: the key is missing (needed: player)"),
    (swap('player = "supplier"\n', 'player = "suplier"\n'), "[moves.effort]: move 'effort': no player 'suplier' in game 'Supplier upgrading'; did you mean 'supplier'?"),
    (swap('["0", 4.5]', '["0"]'), "[moves.effort] interval: an interval has two ends, not 1"),
    (swap('["0", 4.5]', "[5, 4.5]"), "[moves.effort]: move 'effort': the interval [5, 9/2] has its ends upside down"),
    (swap('["0", 4.5]', "[0, 0]"), "[moves.effort]: move 'effort': the interval [0, 0] has its ends upside down"),
    (swap('["0", 4.5]', '["0", "support"]'), "[moves.effort]: move 'effort': interval: no name 'support' in 'support'"),
    (swap('["0", 4.5]', "[0, false]"), "[moves.effort] interval: a number or a formula is needed here, not false"),
    (swap('["0", 4.5]', '{ low = 0, high = 1 }'), "[moves.effort] interval: a list is needed here, not a table"),
    (swap('interval = ["0", 4.5]', ""), "[moves.effort]: give an interval (continuous) or choices (finite), one of the two"),
    (after("[moves.effort]", "choices = { a = 1 }"), "[moves.effort]: give an interval (continuous) or choices"),
    (after("[moves.effort]", 'exit = "a"'), "[moves.effort] exit: only a finite move, with choices, has an exit"),
    (after("[moves.support]", 'exit = "offer"'), "[moves.support]: move 'support': only a member of a population can exit"),
    (swap('exit = "leave"', 'exit = "leav"'), "[moves.join] exit: no choice 'leav'; did you mean 'leave'?"),
    (swap("refuse = 0", "refuse = 1"), "[moves.support] choices: two labels stand for one value"),
    (swap("refuse = 0", 'refuse = "no"'), "[moves.support] choices refuse: 'no' is not a number"),
    (swap("refuse = 0", '"\\n" = 0'), "[moves.support] choices: a choice's label is a printable text"),
    (swap('{ offer = 1, refuse = 0, "half way" = "1/2" }', "{}"), "[moves.support] choices: a Choice needs at least one option"),
    (swap("stage = 2", "stage = 0"), "[moves.support]: move 'support': a stage is 1, 2, ..., not 0"),
    (swap("stage = 2", "stage = true"), "[moves.support] stage: a whole number is needed here, not true"),
    (swap("stage = 2", "stage = 1.5"), "[moves.support] stage: a whole number is needed here, not 1.5"),
    (swap('["effort"]', '["efort"]'), "[moves.support] observes: move 'support': no move 'efort' in game 'Supplier upgrading'; did you mean 'effort'?"),
    (swap('["effort"]', '"effort"'), "[moves.support] observes: a list is needed here, not 'effort'"),
    (swap("[moves.join]", "[moves.if]"), "[moves.if]: move 'if': this word belongs to the grammar"),
    # [chance]
    (swap("value = 1, ", ""), "[chance.demand] outcomes low value: the key is missing (needed: value, probability)"),
    (swap('"1/4"', '"1/5"'), "[chance.demand]: chance variable 'demand': the probabilities sum to 19/20, not to 1"),
    (swap('"1/4"', '"-1/4"'), "[chance.demand]: chance variable 'demand': the probability of 'low' is -1/4, below 0"),
    (swap('"1/4"', '"effort"'), "[chance.demand]: chance variable 'demand': no name 'effort'"),
    (swap("value = 1,", 'value = "cost",'), "[chance.demand] outcomes low value: 'cost' is not a number"),
    (swap("value = 1,", "valeu = 1,"), "[chance.demand] outcomes low valeu: no key 'valeu'; did you mean 'value'?"),
    (swap('seen_by = ["lead"]', 'seen_by = ["leed"]'), "[chance.demand]: chance variable 'demand': no player 'leed' in game 'Supplier upgrading'; did you mean 'lead'?"),
    (swap("outcomes = { low", "outcomes = { other = 3, low"), "[chance.demand] outcomes other: a table is needed here, not 3"),
    # [definitions]
    (swap('"surplus/2"', '"surpls/2"'), "[definitions] half: no name 'surpls' in 'surpls/2'; did you mean 'surplus'?"),
    (swap('"surplus/2"', '"half/2"'), "[definitions] half: no name 'half' in 'half/2'"),
    (swap("half =", "cost ="), "[definitions] cost: the name 'cost' is already taken by [parameters.cost]"),
    (swap("half =", '"a b" ='), "[definitions] a b: definition 'a b': a name is a letter"),
    (swap('"surplus/2"', "[1]"), "[definitions] half: a number or a formula is needed here, not a list"),
    (swap('"surplus/2"', '"surplus/(cost - cost)"'), "[definitions] half: a division by zero"),
    (swap('"surplus/2"', f'"1.{"0" * 1999}"\nmany = "{"+".join(["half"] * 20)}"'), "[definitions] many: with its definitions put in, a formula is at most 20,000 characters"),
    # [payoffs] and [bystanders]
    (swap('supplier = "half', 'supplier = "haff'), "[payoffs] supplier: no name 'haff' in 'haff - effort**2/2'; did you mean 'half'?"),
    (swap('supplier = "half', 'suplier = "half'), "[payoffs] suplier: no player 'suplier'; did you mean 'supplier'?"),
    (swap('lead = "if(', '# lead = "if('), "[payoffs]: the payoff of player 'lead' is missing"),
    (swap("support == offer", "support == ofer"), "[payoffs] lead: no choice 'ofer' in move 'support' in"),
    (swap('firm = "mean(join)*', 'firm = "mean(effort)*'), "[payoffs] firm: sum(x) and mean(x) need an x in the moves of one population"),
    (swap("*demand - support*cost", "*join"), "[payoffs] lead: payoff of 'lead': 'join' is decided by every member of 'firm'"),
    (swap("effort**2/2", "effort**200"), "[payoffs] supplier: an exponent is at most 100"),
    (swap('consumers = "effort/5"', 'consumers = "join"'), "[bystanders] consumers: payoff of 'consumers': 'join' is decided by"),
    (swap('consumers = "effort/5"', 'consumers = "efort"'), "[bystanders] consumers: no name 'efort' in 'efort'; did you mean 'effort'?"),
    (swap('consumers = "effort/5"', 'lead = "effort/5"'), "[bystanders] lead: there is a player of this name"),
    (swap('consumers = "effort/5"', '"a b" = "effort/5"'), "[bystanders] a b: bystander 'a b': a name is a letter"),
    (swap('surplus = "sum(join)"', 'surplus = "sum(jion)"'), "[bystanders.workers] surplus: no name 'jion'"),
    (swap('surplus = "sum(join)"', 'surplus = "join"'), "[bystanders.workers] surplus: payoff of 'workers': 'join' is"),
    (swap('surplus = "sum(join)"', "surplu = 1"), "[bystanders.workers] surplu: no key 'surplu'; did you mean 'surplus'?"),
    # [[transfers]]
    (swap('payer = "lead"\n', ""), "[[transfers]] 1 payer: the key is missing (needed: payer, payee, amount)"),
    (swap('payer = "lead"\n', 'payer = "leed"\n'), "[[transfers]] 1 payer: no party 'leed'; did you mean 'lead'? (parties: supplier, lead, firm, consumers, workers, government)"),
    (swap('payer = "lead"\n', 'payer = "supplier"\n'), "[[transfers]] 1: a transfer from 'supplier' to itself moves nothing"),
    (swap('amount = "half/20"', 'amount = "haf/20"'), "[[transfers]] 1 amount: no name 'haf' in 'haf/20'; did you mean 'half'?"),
    (swap("[[reforms]]", '[[transfers]]\npayer = "lead"\npayee = "consumers"\namount = "join"\npurpose = "share"\n[[reforms]]'), "[[transfers]] 2: transfer 'share': 'join' is decided by every member of 'firm'"),
    (swap("[[transfers]]", "[transfers]"), "transfers: a list is needed here, not a table"),
    # [[reforms]]
    (swap('name = "subsidy"', 'name = ""'), "[[reforms]] 1 name: a reform needs a name"),
    (swap('name = "package"', ""), "[[reforms]] 2 name: the key is missing (needed: name)"),
    (lambda text: text.replace('"package"', '"subsidy"'), "[[reforms]]: two reforms of 'Supplier upgrading' are called 'subsidy'"),
    (swap('kind = "subsidy"', 'kind = "subsdy"'), "[[reforms]] 1 kind: no kind 'subsdy'; did you mean 'subsidy'? (kinds: subsidy, tax, "),
    (swap('kind = "subsidy"', "kind = 3"), "[[reforms]] 1 kind: a text in quotes is needed here, not 3"),
    (swap('kind = "subsidy"', ""), "[[reforms]] 1 move: no key 'move'"),
    (swap('kind = "mandate", ', ""), "[[reforms]] 2 steps 1 kind: the key is missing (kinds: subsidy, tax"),
    (swap('move = "effort"\nrate', 'mvoe = "effort"\nrate'), "[[reforms]] 1 mvoe: no key 'mvoe'; did you mean 'move'?"),
    (swap('move = "effort"\nrate', 'move = "efort"\nrate'), "[[reforms]] 1: reform 'subsidy' does not fit game 'Supplier upgrading': no move 'efort' in game 'Supplier upgrading'; did you mean 'effort'?"),
    (swap('rate = "s*half"', ""), "[[reforms]] 1: a reform of kind 'subsidy' needs the key 'rate'"),
    (swap('rate = "s*half"', 'rate = "t*half"'), "[[reforms]] 1: reform 'subsidy' does not fit game"),
    (swap('rate = "s*half"', "rate = true"), "[[reforms]] 1 rate: a number or a formula is needed here, not true"),
    (swap('choice = "offer" }', 'choice = "ofer" }'), "[[reforms]] 2: reform 'package' does not fit game 'Supplier upgrading': no choice 'ofer' in move 'support'; did you mean 'offer'?"),
    (swap('set = { cost', 'set = { csot'), "[[reforms]] 2: reform 'package' does not fit game"),
    (swap('set = { cost = "cost*0.8" }', "set = 3"), "[[reforms]] 2 steps 2 set: a table is needed here, not 3"),
    (swap('parameters = { s = "1/4" }', 'parameters = { s = "x" }'), "[[reforms]] 1 parameters s default: 'x' is not a number"),
    (swap('parameters = { s = "1/4" }', 'parameters = { s = { defualt = 1 } }'), "[[reforms]] 1 parameters s defualt: no key 'defualt'; did you mean 'default'?"),
    (swap('running_cost = "1/100"', 'running_cost = "-1"'), "[[reforms]] 1: reform 'subsidy' does not fit game"),
    (swap("steps = [", "steps = 3 #"), "not valid TOML"),
    # [case]
    (swap('title = "An experiment"\n', ""), "[case] title: the key is missing (needed: title, file, move, column, labels)"),
    (swap('move = "join"\n', 'move = "jion"\n'), "[case] move: no move 'jion' in game 'Supplier upgrading'; did you mean 'join'?"),
    (swap('b = "package"', 'b = "pakage"'), "[case] regimes: no regime 'pakage'; did you mean 'package'? (regimes: baseline, subsidy, package)"),
    (swap('parameter = "firms"', 'parameter = "frims"'), "[case] parameter: no parameter 'frims'; did you mean 'firms'?"),
    (swap('labels = { C = "yes"', "labels = { C = 1"), "[case] labels C: a text in quotes is needed here, not 1"),
    (swap('labels = { C = "yes", D = "no" }', "labels = 3"), "[case] labels: a table is needed here, not 3"),
    (swap('remarks = ["one", "two"]', 'remark = "one"'), "[case] remark: no key 'remark'; did you mean 'remarks'?"),
]  # fmt: skip

TABLE_FAULTS = [
    (swap('x = "up", y = "left"', 'x = "up", y = "right"'), "[[outcomes]] 2 when: x = up, y = right is given twice (first in row 1)"),
    (swap('[[outcomes]]\nwhen = { x = "down", y = "left" }\npayoffs = { a = -5, b = 6, others = 10 }\n', ""), "[[outcomes]]: there is no row for x = down, y = left"),
    (swap('x = "up", y = "left"', 'x = "up", z = "left"'), "[[outcomes]] 2 when z: no move 'z'"),
    (swap('x = "up", y = "left"', 'x = "up", y = "lefd"'), "[[outcomes]] 2 when y: no choice 'lefd'; did you mean 'left'? (choices: left, right)"),
    (swap('x = "up", y = "left"', 'x = "up", y = 0'), "[[outcomes]] 2 when y: a text in quotes is needed here, not 0"),
    (swap('x = "up", y = "left"', 'x = "up"'), "[[outcomes]]: there is no row for x = up, y = left"),
    (swap('{ x = "up", y = "left" }', "{}"), "[[outcomes]] 2 when: a row says which choices it is for"),
    (swap('when = { x = "up", y = "left" }', ""), "[[outcomes]] 2 when: the key is missing (needed: when, payoffs)"),
    (swap("when = { x", "whne = { x"), "[[outcomes]] 2 whne: no key 'whne'; did you mean 'when'?"),
    (swap("{ a = 1, b = 2,", "{ b = 2,"), "[[outcomes]] 2 payoffs: the same parties as in row 1 are needed (a, b, others)"),
    (swap("{ a = 1, b = 2,", "{ a = 1, c = 2,"), "[[outcomes]] 2 payoffs c: no party 'c' (parties: a, b, others)"),
    (swap("{ a = 1, b = 2,", "{ a = 1, b = 'x',"), "[[outcomes]] 2 payoffs b: no name 'x' in 'x' (names: c, twice)"),
    (swap("{ a = 1, b = 2,", "{ a = nan, b = 2,"), "[[outcomes]] 2 payoffs a: NaN is not finite"),
    (lambda text: text + '[payoffs]\na = "x"\n', "[payoffs] a: this is already given by [[outcomes]]"),
    (swap("[bystanders]\nothers = {", '[bystanders]\nothers = { surplus = "c",'), "[bystanders.others] surplus: this is already given by [[outcomes]]"),
    (lambda text: text + '[[outcomes]]\nwhen = { x = "up" }\npayoffs = { a = 1 }\n[[outcomes]]\nwhen = { x = "down" }\npayoffs = { a = 1 }\n', "[[outcomes]]: two tables give payoffs to 'a'"),
    (lambda text: re.sub(r"a = [-\d.]+, ", "", text), "[payoffs]: the payoff of player 'a' is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), FAULTS)
def test_a_fault_is_named_with_its_place(change, message):
    check_fault(change(UPGRADING), message)


@pytest.mark.parametrize(("change", "message"), TABLE_FAULTS)
def test_a_fault_in_a_table_of_outcomes_is_named_with_its_place(change, message):
    check_fault(change(TABLE), message)


def check_fault(text, message):
    with pytest.raises(FileError) as caught:
        read_game(text, "game.toml")
    assert str(caught.value).startswith(f"game.toml: {message}")
    assert caught.value.exit_code == 4
    assert caught.value.__cause__ is None


# -- limits ---------------------------------------------------------------------------------------


def refused(text, message):
    with patience("reading"), pytest.raises(FileError, match=message):
        read_game(text)


def grid(players, choices):
    """Write a table game."""
    names = [f"p{n}" for n in range(players)]
    options = ", ".join(f"c{k} = {k}" for k in range(choices))
    text = ['pigou = 1\n[game]\nname = "grid"']
    text += [
        f"[players.{p}]\n[moves.m{p}]\nplayer = '{p}'\nchoices = {{ {options} }}" for p in names
    ]
    for n, combination in enumerate(itertools.product(range(choices), repeat=players)):
        when = ", ".join(f'm{p} = "c{k}"' for p, k in zip(names, combination, strict=True))
        cells = ", ".join(f"{p} = {n}.5" for p in names)
        text.append(f"[[outcomes]]\nwhen = {{ {when} }}\npayoffs = {{ {cells} }}")
    return "\n".join(text)


def test_a_table_of_four_players_with_four_choices_is_read_in_time():
    with patience("reading"):
        game = read_game(grid(4, 4)).game
    assert len(game.moves) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (UPGRADING + "\n#" + "x" * 5_000_000, "larger than 5 MB"),
        (UPGRADING + "\n".join(f"[parameters.p{n}]" for n in range(300)), r"\[parameters\]: at most 200 entries"),
        (UPGRADING + '[[transfers]]\npayer="lead"\npayee="firm"\namount=1\n' * 300, "transfers: at most 200 entries"),
        (UPGRADING.replace("offer = 1", ", ".join(f"o{n} = {n + 9}" for n in range(1001))), "at most 1,000 entries"),
        (TABLE + "[[outcomes]]\n" * 100_001, "outcomes: at most 100,000 entries"),
        (UPGRADING.replace("half = ", "half = " + '"' + "(" * 5000 + '"\nz = '), "nested more than 100 deep"),
        ("a." * 1_000_000 + "b = 1", "more than 50 parts"),
        ('"a" . ' * 100_000 + "b = 1", "more than 50 parts"),
        ("pigou = " + "[" * 1_000_000, "nested too deep"),
        ("pigou = " + "{a=" * 100_000, "nested too deep"),
        ("a" * 4_000_000, "not valid TOML"),
    ],
)  # fmt: skip
def test_what_is_too_large_is_refused_in_time(text, message):
    refused(text, message)


def test_a_table_with_too_many_combinations_is_refused_before_they_are_gone_through():
    players = "".join(
        f"[players.p{n}]\n[moves.m{n}]\nplayer = 'p{n}'\nchoices = {{ {', '.join(f'c{k} = {k}' for k in range(100))} }}\n"
        for n in range(10)
    )
    row = (
        "[[outcomes]]\nwhen = { "
        + ", ".join(f"m{n} = 'c0'" for n in range(10))
        + " }\npayoffs = { p0 = 1 }"
    )
    head = 'pigou = 1\n[game]\nname = "large"\n'
    refused(head + players + row, "there is no row for m0 = c0, .* m9 = c1")


# -- the file itself ------------------------------------------------------------------------------


def test_a_file_is_read_with_its_folder(tmp_path):
    file = tmp_path / "größe.toml"
    file.write_text(UPGRADING, encoding="utf-8")
    model = read_game_file(file)
    assert same(model, read_game(UPGRADING))
    assert model.folder == tmp_path
    file.write_bytes(b"\xef\xbb\xbf" + UPGRADING.replace("\n", "\r\n").encode())
    assert same(read_game_file(str(file)), model)


def test_what_cannot_be_read_as_a_file(tmp_path):
    missing, folder = tmp_path / "none.toml", tmp_path
    latin, binary, large = (tmp_path / n for n in ("latin.toml", "binary.toml", "large.toml"))
    latin.write_bytes("name = 'größe'".encode("latin-1"))
    binary.write_bytes(bytes(range(128)) * 10)
    with large.open("wb") as stream:
        stream.truncate(6_000_000)
    for file, why in [
        (missing, "there is no such file"),
        (folder, "this is a folder, not a file"),
        (latin, "the file is not text in UTF-8 (byte 10)"),
        (binary, "not valid TOML: "),
        (large, "the file is larger than 5 MB"),
        ("/dev/null", "this is not a file of text"),
        ("a\0b", ""),
        ("x" * 5000, "the file cannot be read: "),
    ]:
        with pytest.raises(FileError) as caught:
            read_game_file(file)
        assert str(caught.value).startswith(f"{file}: {why}")


# -- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [UPGRADING, TABLE, grid(2, 3)])
def test_reading_what_was_written_gives_the_same(text):
    model = read_game(text)
    written = write_game(model)
    assert same(read_game(written), model)
    assert write_game(read_game(written)) == written


def coordination(**changes):
    parts = {
        "name": "coordination",
        "players": [Player("firm", size="firms")],
        "moves": [Move("upgrade", "firm", {"wait": 0, "upgrade": 1})],
        "payoffs": {"firm": "upgrade*(benefit*mean(upgrade) - cost)"},
        "parameters": [
            Parameter("firms", 10),
            Parameter("benefit", 3),
            Parameter("cost", 1, "cost > 0"),
        ],
        "bystanders": [Bystander("consumers", "sum(upgrade)/2")],
    }
    return Game(**(parts | changes))


GAME = coordination()
REFORMS = [
    subsidy("upgrade", "s", parameters=(Parameter("s", "1/4", "s >= 0", meaning="rate"),)),
    subsidy("upgrade", symbol("cost") / 3, "of_cost", choice="upgrade", when="firms > 2", label="Of cost"),
    subsidy("upgrade", Fraction(1, 3), "targeted", members=4, group="chosen", running_cost="cost/10"),
    subsidy("upgrade", 0.1, "tenth", when=symbol("cost") > 2),
    tax("upgrade", "benefit/9", source="Pigou (1920)", parameters=(Parameter("t"),)),
    pay("consumers", "firm", "cost*upgrade", "premium", purpose='for "quality"', members="firms/2"),
    set_parameters({"cost": "cost*0.8", "benefit": symbol("benefit") + sp.Rational(1, 7)}),
    set_parameters({"cost": Fraction(2, 3)}, "cheaper"),
    mandate("upgrade", "upgrade"),
    remove_choice("upgrade", "wait", "no_waiting"),
    add_choice("upgrade", "leave", 2, pays="cost/5", counts_as=0, exit=True),
    add_choice("upgrade", "half way", Fraction(1, 2), "half", counts_as=symbol("cost") / 4),
    Reform("agency", (), running_cost="3/2"),
    subsidy("upgrade", 1, "risky", failure="1/3"),
    subsidy("upgrade", 1, "d", failure=1, running_cost=2) + tax("upgrade", "1/9", "e") + mandate("upgrade", "wait", "f", failure="0.1"),
    replace(subsidy("upgrade", "s", "a", failure="1/2", parameters=(Parameter("s", 2),)) + tax("upgrade", "1/9", "b", running_cost=1), failure="1/7", name="whole"),
    Reform("agency2", (), running_cost=symbol("cost")),
    subsidy("upgrade", "1/5", "a") + tax("upgrade", "1/9", "b", running_cost=1) + mandate("upgrade", "wait", "c"),
]  # fmt: skip


@pytest.mark.parametrize("reform", REFORMS, ids=lambda r: r.name)
def test_a_reform_that_was_written_does_the_same(reform):
    read = read_game(write_game(Model(GAME, (reform,)))).reforms[0]
    assert read(GAME) == reform(GAME)
    assert read(GAME) != GAME
    assert [(p, [r.name for r in works]) for p, works, _ in read.outcomes] == [
        (p, [r.name for r in works]) for p, works, _ in reform.outcomes
    ]
    plain = replace(read, steps=reform.steps, running_cost=reform.running_cost, parts=())
    assert plain == replace(reform, parts=())
    again = read_game(write_game(Model(GAME, (read,)))).reforms[0]
    assert again == read


@pytest.mark.parametrize("reform", REFORMS, ids=lambda r: r.name)
def test_a_reformed_game_can_be_written(reform):
    reformed = reform(GAME)
    assert read_game(write_game(reformed)).game == reformed


def test_all_reforms_are_kept_in_order():
    model = Model(GAME, tuple(REFORMS))
    assert [r.name for r in read_game(write_game(model)).reforms] == [r.name for r in REFORMS]


def table_game(*labels_of_x):
    return Game(
        "table",
        [Player("a"), Player("b")],
        [Move("x", "a", {k: n for n, k in enumerate(labels_of_x)}), Move("y", "b", {"l": 0, "r": 1})],
        {"a": Lookup.of(["x", "y"], [range(len(labels_of_x)), [0, 1]], range(2 * len(labels_of_x))),
         "b": Lookup.of(["y"], [[0, 1]], [symbol("c"), 5])},
        parameters=[Parameter("c", 2)],
    )  # fmt: skip


@pytest.mark.parametrize(
    "reform",
    [
        mandate("x", "v"),
        remove_choice("x", "u"),
        add_choice("x", "z", 9, pays="y - 3", counts_as=1),
    ],
    ids=lambda r: r.name,
)
def test_a_table_that_a_reform_changed_is_written_as_the_table_of_its_values(reform):
    reformed = reform(table_game("u", "v", "w"))
    read = read_game(write_game(reformed)).game
    assert replace(read, payoffs=reformed.payoffs) == reformed
    for choices in itertools.product(*(m.choice.options.values() for m in reformed.moves)):
        values = {
            m.symbol: sp.Rational(v.numerator, v.denominator)
            for m, v in zip(reformed.moves, choices, strict=True)
        }
        for party in reformed.parties:
            assert read.payoff(party).xreplace(values) == reformed.payoff(party).xreplace(values)


def test_a_table_whose_axes_are_in_another_order_keeps_its_values():
    game = table_game("u", "v")
    turned = Lookup.of(["y", "x"], [[1, 0], [0, 1]], [10, 11, 12, 13])
    read = read_game(write_game(replace(game, payoffs={**game.payoffs, "a": turned}))).game
    assert read.payoffs["a"] == Lookup.of(["x", "y"], [[0, 1], [0, 1]], [12, 10, 13, 11])


def test_a_table_mixed_with_a_continuous_move_cannot_be_written():
    game = table_game("u", "v")
    moves = (*game.moves, Move("z", "a", (0, 1)))
    mixed = replace(
        game, moves=moves, payoffs={**game.payoffs, "a": game.payoffs["a"] * symbol("z")}
    )
    with pytest.raises(DeclarationError, match="payoff of 'a' in game 'table' mixes a table"):
        write_game(mixed)


def test_half_a_character_cannot_be_written():
    with pytest.raises(DeclarationError, match=r"U\+D800"):
        write_game(replace(GAME, source="\ud800"))


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ['"', '"""', "\\", "\n", "\r\n", "\r", "\t", "\x00", "\x7f", "\x85", "é", "'", 'a\n"', "\\u0041", "a\\", "\n\n", "\ufeff"]
)  # fmt: skip


@given(WORDS, WORDS, WORDS)
def test_every_text_survives(source, about, label):
    game = replace(GAME, source=source, players=(Player("firm", label, size="firms"),))
    model = Model(
        game, REFORMS[:1], source, about, Case(label, about, "upgrade", "c", {source: about})
    )
    assert same(read_game(write_game(model)), model)


NAMES = st.sampled_from(["alpha", "beta", "gamma", "delta", "θ", "x1", "größe", "_u", "lead_firm"])
NUMBERS = st.fractions(-9, 9, max_denominator=9)
LABELS = st.sampled_from(
    ["no", "yes", "half way", "0", "é", '"', "a.b", "'", "-", "true", "if", "max"]
)


@st.composite
def games(draw):
    """Draw a game with populations, types, chance, tables, transfers, stages and an exit."""
    names = draw(st.lists(NAMES, min_size=6, max_size=6, unique=True))
    parameters = [
        Parameter(
            n,
            draw(NUMBERS | st.none()),
            f"{n} >= -9" if draw(st.booleans()) else sp.true,
            draw(WORDS),
        )
        for n in names[:2]
    ]
    kind = draw(st.sampled_from(["one", "population", "types", "table"]))
    types = ()
    if kind == "types":
        types = (Type("s", 2, {"w": draw(NUMBERS)}), Type("t", names[0], {"w": names[1]}))
    size = draw(st.integers(2, 9)) if kind == "population" else 1
    players = [Player("first", draw(WORDS), size, types), Player("second")]
    labels = draw(st.lists(LABELS, min_size=2, max_size=3, unique=True))
    values = draw(st.lists(NUMBERS, min_size=3, max_size=3, unique=True))
    options = dict(zip(labels, values, strict=False))
    leave = labels[0] if players[0].is_population and draw(st.booleans()) else None
    moves = [
        Move(names[2], "first", Choice(options, leave), draw(st.integers(1, 3)), label=draw(WORDS)),
        Move(
            names[3],
            "second",
            Choice({"l": 1, "r": draw(NUMBERS.filter(lambda q: q != 1))}),
            tex=draw(WORDS),
        ),
    ]
    if draw(st.booleans()):
        moves.append(
            Move(
                names[4],
                "second",
                Interval(0, draw(st.integers(1, 5))),
                4,
                draw(st.sampled_from([None, (), names[2:4]])),
            )
        )
    odds = draw(st.fractions(0, 1, max_denominator=9))
    chance = [
        Chance(
            names[5],
            {"low": (10, odds), "é": (draw(NUMBERS), 1 - odds)},
            ("first",) * draw(st.integers(0, 1)),
        )
    ]
    own = [names[2], "w"] if types else [names[2]]
    common = [*names[:2], names[3], names[5]]
    summed = [f"sum({own[0]}*{names[0]})", f"mean({own[-1]})"] if players[0].is_population else own
    payoffs = {
        "first": draw(terms([*common, *own, *summed])),
        "second": draw(terms([*common, *summed, *(m.name for m in moves[2:])])),
    }
    bystanders = [Bystander("others", draw(terms([*common, *summed])), draw(WORDS))]
    if kind == "table":
        cells = draw(
            st.lists(
                terms(names[:2]) | NUMBERS, min_size=2 * len(options), max_size=2 * len(options)
            )
        )
        entries = [read_expression(c, names[:2]) for c in cells]
        axes = [list(m.choice.options.values()) for m in moves[:2]]
        payoffs["second"] = Lookup.of(names[2:4], axes, entries)
        if draw(st.booleans()):
            bystanders[0] = replace(
                bystanders[0], surplus=Lookup.of([names[3]], [axes[1]], entries[:2])
            )
    transfers = [
        Transfer(
            *draw(st.permutations(["second", "others", "government"]))[:2],
            draw(terms([*common, *summed])),
            draw(WORDS),
        ),
        Transfer("first", "government", draw(terms([*common, *own])), "tax"),
    ]
    assumptions = [f"{names[0]} + 100 > {names[1]}"] * draw(st.integers(0, 1))
    return Game(
        draw(WORDS.filter(lambda t: t.strip())), players, moves, payoffs, bystanders,
        chance, transfers, parameters, assumptions, draw(WORDS),
    )  # fmt: skip


@st.composite
def terms(draw, names=()):
    """Draw a formula in some names."""
    a, b, c, d = (draw(st.sampled_from([*names, "2", "1/3"])) for _ in range(4))
    shapes = ["{0}*{1} - {2}", "({0} + {1})*{2}/3", "if({0} > {1}, {2}, {3}**2)", "max({0}, {1}) + abs({2})",
              "{0}*(({1} == {2}) + {3})", "exp({0})*({1} - {2})", "-({0} + 2*{1})*({2} - {3})", "{0}"]  # fmt: skip
    return draw(st.sampled_from(shapes)).format(a, b, c, d)


@given(games())
def test_reading_what_was_written_gives_an_equal_game(game):
    text = write_game(game)
    assert read_game(text).game == game
    assert list(read_game(text).game.payoffs) == list(game.payoffs)


@given(games(), st.sampled_from(["rate", "leave", "cost", "set", "package"]))
def test_reading_what_was_written_gives_reforms_that_do_the_same(game, kind):
    move, parameter = game.moves[0], game.parameters[0].name
    reforms = {
        "rate": subsidy(move.name, f"{parameter}/3 + s", parameters=(Parameter("s", "1/3"),)),
        "leave": add_choice(move.name, "new", 77, pays=2, counts_as=parameter),
        "cost": mandate(move.name, move.choice.labels[0], running_cost=3),
        "set": set_parameters({parameter: Fraction(1, 7)}),
        "package": tax(move.name, 2, "one")
        + pay("others", "government", "5/7", "two", when=f"{parameter} > 0"),
    }
    reform = reforms[kind]
    try:
        reformed = reform(game)
    except PigouError:
        assume(False)
    model = read_game(write_game(Model(game, (reform,))))
    assert model.reforms[0](model.game) == reformed


# -- the schema -----------------------------------------------------------------------------------

SCHEMA = json.loads((ROOT / "docs" / "schemas" / "pigou-game-1.schema.json").read_text("utf-8"))
KNOWN_WORDS = {
    "$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required",
    "additionalProperties", "propertyNames", "items", "const", "enum", "pattern", "minimum",
    "minLength", "minItems", "maxItems", "minProperties", "maxProperties", "anyOf", "oneOf",
}  # fmt: skip
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


def faults(schema, value, place="$"):
    """Check a value by the part of JSON Schema that our schema uses; yield what is wrong."""
    assert set(schema) <= KNOWN_WORDS, set(schema) - KNOWN_WORDS
    if "$ref" in schema:
        yield from faults(SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], value, place)
    for word, count in (("anyOf", range(1, 99)), ("oneOf", range(1, 2))):
        if word in schema:
            fitting = sum(not list(faults(part, value, place)) for part in schema[word])
            if fitting not in count:
                yield f"{place}: {fitting} of {word}"
    kind = TYPES.get(schema.get("type", ""), object)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind not in (bool, object)):
        yield f"{place}: not {schema['type']}"
        return
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{place}: {value!r}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{place}: {value!r}"
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        yield f"{place}: {value!r}"
    if isinstance(value, int | float) and value < schema.get("minimum", value):
        yield f"{place}: {value!r}"
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9):
            yield f"{place}: {len(value)} items"
        for n, entry in enumerate(value):
            yield from faults(schema.get("items", {}), entry, f"{place}[{n}]")
    if isinstance(value, dict):
        if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", 10**9):
            yield f"{place}: {len(value)} entries"
        for key in set(schema.get("required", ())) - set(value):
            yield f"{place}: {key} is missing"
        for key, entry in value.items():
            yield from faults(schema.get("propertyNames", {}), key, f"{place}.{key}")
            rest = schema.get("additionalProperties", {})
            part = schema.get("properties", {}).get(key, rest)
            if part is False:
                yield f"{place}: unknown {key}"
            else:
                yield from faults(part, entry, f"{place}.{key}")


def toml(text):
    return tomllib.loads(text)


def test_the_schema_accepts_the_files_of_this_test():
    for text in (UPGRADING, TABLE, grid(2, 2)):
        assert list(faults(SCHEMA, toml(text))) == []


def test_the_schema_accepts_the_examples_and_the_documentation():
    texts = [f.read_text("utf-8") for f in (ROOT / "examples").rglob("*.toml")]
    page = (ROOT / "docs" / "reference" / "game-files.md").read_text("utf-8")
    shown = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    whole = [text for text in shown if text.startswith("pigou = 1")]
    assert whole
    for text in [*(t for t in texts if re.search(r"^pigou = 1$", t, re.MULTILINE)), *whole]:
        assert list(faults(SCHEMA, toml(text))) == []
        read_game(text)


@given(games())
def test_the_schema_accepts_what_is_written(game):
    assert list(faults(SCHEMA, toml(write_game(game)))) == []


def test_the_schema_knows_every_kind_of_reform():
    make = runpy.run_path(str(ROOT / "docs" / "make_schema.py"))
    assert make["text"](make["written"](SCHEMA)) == make["FILE"].read_text("utf-8")


def test_the_schema_accepts_every_reform_that_is_written():
    assert list(faults(SCHEMA, toml(write_game(Model(GAME, tuple(REFORMS)))))) == []


@pytest.mark.parametrize(
    "change",
    [swap("pigou = 1", "pigou = 2"), swap("pigou = 1", ""), swap("mechanism", "mechansm"), swap('name = "Supplier upgrading"', ""),
     swap("default = 0.1", "default = true"), swap("integer = true", "integer = 1"), swap('player = "supplier"\n', ""),
     swap('["0", 4.5]', '["0"]'), swap("stage = 2", "stage = 0"), swap("value = 1, ", ""), swap('payer = "lead"\n', ""),
     swap('kind = "subsidy"', 'kind = "subsdy"'), swap('move = "effort"\nrate', 'mvoe = "effort"\nrate'), swap('rate = "s*half"', ""),
     swap('title = "An experiment"\n', ""), swap("[definitions]", "[definition]"), swap('"surplus/2"', "[1]"),
     swap('remarks = ["one", "two"]', 'remarks = "one"'), swap("label = \"Supplier\"", "lable = \"S\""), swap("[parameters.cost]", '[parameters."a b"]'),
     after("[moves.effort]", "choices = { a = 1 }"), swap('set = { cost = "cost*0.8" }', "set = 3")],
)  # fmt: skip
def test_the_schema_refuses_what_the_reader_refuses(change):
    text = change(UPGRADING)
    assert list(faults(SCHEMA, toml(text)))
    with pytest.raises(FileError):
        read_game(text)


def test_the_schema_knows_every_kind_of_reform_and_every_key_of_the_case():
    kinds: dict[str, set[str]] = {}
    for part in SCHEMA["$defs"]["step"]["oneOf"]:
        name = part["properties"]["kind"]["const"]
        kinds[name] = kinds.get(name, set()) | set(part["properties"])
        assert {"kind", *KINDS[name].required} <= set(part["required"])
    assert kinds == {name: {"kind", *kind.keys} for name, kind in KINDS.items()}
    assert set(SCHEMA["properties"]["case"]["properties"]) == {f.name for f in fields(Case)}
    assert "://" not in SCHEMA["$id"]


# -- games in stages --------------------------------------------------------------------------

STAGES = """pigou = 1
[game]
name = "Entry"
[players.entrant]
[players.incumbent]
[parameters.strength]
default = 1
[moves.enter]
player = "entrant"
choices = { no = 0, yes = 1 }
[moves.fight]
player = "incumbent"
choices = { no = 0, yes = 1 }
stage = 2
observes = ["enter", "demand"]
when = "enter == yes and strength < 3"
[chance.demand]
outcomes = { low = { value = 1, probability = "1/4" }, high = { value = 3, probability = "3/4" } }
when = "enter != no"
[payoffs]
entrant = "enter*(demand - 2*fight)"
incumbent = "2 - enter*(1 + fight)"
"""


def test_conditions_and_observed_draws_are_read():
    game = read_game(STAGES).game
    enter, strength = sp.Symbol("enter", real=True), sp.Symbol("strength", real=True)
    assert game.move("fight").when == sp.And(sp.Eq(enter, 1), strength < 3)
    assert game.move("fight").observes == ("enter", "demand")
    assert game.move("enter").when == sp.true
    assert game.chance[0].when == sp.Ne(enter, 0)


def test_games_in_stages_are_written_as_they_are_read():
    model = read_game(STAGES)
    written = write_game(model)
    assert read_game(written) == model
    assert 'when = "(enter == yes) and (strength < 3)"' in written or (
        'when = "(strength < 3) and (enter == yes)"' in written
    )
    assert list(faults(SCHEMA, toml(STAGES))) == list(faults(SCHEMA, toml(written))) == []
    assert list(faults(SCHEMA, toml(STAGES.replace('when = "enter != no"', "when = 3"))))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("enter == yes and", "enetr == yes and", "[moves.fight] when: move 'fight': when: no name 'enetr' in"),
        ("enter == yes and", "enter == yse and", "[moves.fight] when: move 'fight': when: no choice 'yse'"),
        ("enter == yes and strength < 3", "enter", "[moves.fight] when: move 'fight': when: a name is not a condition"),
        ("enter == yes and strength < 3", "fight == yes", "[moves.fight] when: move 'fight': when: it cannot depend on itself"),
        ("enter == yes and strength < 3", "", "[moves.fight] when: move 'fight': when: not a formula"),
        ('"enter == yes and strength < 3"', "true", "[moves.fight] when: a text in quotes is needed here, not true"),
        ("stage = 2", "stage = 1\n", "[moves.fight] observes: move 'fight': it cannot observe 'enter'"),
        ('stage = 2\nobserves = ["enter", "demand"]', "", "[moves.fight] when: move 'fight': whether it is made cannot depend on 'enter'"),
        ('"demand"]', '"dmand"]', "[moves.fight] observes: move 'fight': no move 'dmand'"),
        ("enter != no", "enter != on", "[chance.demand] when: chance variable 'demand': when: no choice 'on'"),
        ("enter != no", "demand > 1", "[chance.demand] when: chance variable 'demand': when: it cannot depend on itself"),
        ("when = \"enter != no\"", "wehn = 1", "[chance.demand] wehn: no key 'wehn'; did you mean 'when'?"),
    ],
)  # fmt: skip
def test_a_fault_in_a_condition_is_named_with_its_place(old, new, message):
    assert STAGES.count(old) == 1
    check_fault(STAGES.replace(old, new), message)


def test_a_game_beyond_the_limits_of_a_file_is_not_written():
    moves = [Move(f"m{n}", "a", {"no": 0, "yes": 1}) for n in range(201)]
    with pytest.raises(DeclarationError, match="201 moves; a file holds at most 200"):
        write_game(Game("many", [Player("a")], moves, {"a": "m1"}))
    x, deep = sp.Symbol("x", real=True), sp.Integer(0)
    for n in range(101):
        deep = If(x > n, deep, n + 1)
    game = Game("deep", [Player("a")], [Move("x", "a", (0, 9))], {"a": deep})
    with pytest.raises(DeclarationError, match=r"game 'deep' is too large for a game file: .*deep"):
        write_game(game)
