"""Bad input about reforms: exit code 2 or 4, and a message that names what is wrong."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from pigou.cli import cli
from pigou.reform_kinds import KINDS

GAME = """
pigou = 1
[game]
name = "pair"
[players.ann]
[players.bob]
[moves.a]
player = "ann"
choices = { no = 0, yes = 1 }
[moves.b]
player = "bob"
choices = { no = 0, yes = 1 }
[payoffs]
ann = "3*b - a"
bob = "3*a - b"
[[reforms]]
name = "help"
"""


def run(*args):
    return CliRunner().invoke(cli, [str(a) for a in args])


@pytest.mark.parametrize(
    ("reform", "named"),
    [
        ("subsidi:rate=1", "no reform 'subsidi' in model 'coordination'; did you mean 'subsidy'?"),
        ("subsidy:mve=upgrade,rate=1", "no key 'mve' in a reform of kind 'subsidy'; did you mean"),
        ("prize:player=firm,amount=1,whn=1", "no key 'whn' in a reform of kind 'prize'"),
        ("subsidy:move=upgrade", "needs 'rate', as in subsidy:move=...,rate=..."),
        ("subsidy:rate=1", "a reform of kind 'subsidy' needs 'move', or 'player'"),
        ("subsidy:move=upgrade,player=firm,rate=1", "needs 'move', or 'player'"),
        ("subsidy:move=upgrade,rate=-1", "'rate' is at least 0, not -1"),
        ("uniform_subsidy:subsidy=-1", "subsidy >= 0"),
        ("uniform_subsidy:strength=-1", "the strength of reform 'uniform_subsidy' is from 0 to 1"),
        ("uniform_subsidy:strength=2", "is from 0 to 1, not 2"),
        ("mandate:move=upgrade,choice=upgrade,strength=1/2", "'mandate' has no strength"),
        ("uniform_subsidy:failure=2", "is a probability, from 0 to 1, not 2"),
        ("uniform_subsidy:failure=often", "'often' is not a number"),
        ("prize:player=frm,amount=1,when=(upgrade==1)", "no player 'frm'"),
        ("subsidy:player=nobody,rate=1", "no player 'nobody' in game 'coordination'"),
        ("transfer:payer=lead,payee=firm,amount=1", "no party 'lead'"),
        ("fine:player=firm,amount=-1,when=(upgrade==0)", "'amount' is at least 0, not -1"),
        ("announcement:upgrade=upgrde", "no choice 'upgrde' in move 'upgrade'; did you mean"),
        ("standard:move=upgrade,lowest=7", "the bound 7 leaves no choice of move 'upgrade'"),
        ("signal:what=x,accuracy=1/2", "declared but not solved yet"),
        ("divide_and_conquer:moves=upgrade,choice=upgrade", "set it first, as in"),
    ],
)  # fmt: skip
def test_a_bad_reform_on_the_command_line_is_named(reform, named):
    result = run("compare", "coordination", "-r", reform)
    assert result.exit_code == 2
    assert named in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ('kind = "fin"', "no kind 'fin'; did you mean 'fine'?"),
        ('kind = "fine"\nplayer = "an"\namount = 1\nwhen = "a == no"', "did you mean 'ann'?"),
        ('kind = "fine"\nplayer = "ann"\namount = -1\nwhen = "a == no"', "at least 0, not -1"),
        ('kind = "fine"\nplayer = "ann"\namount = 1', "needs the key 'when'"),
        ('kind = "fine"\nplyer = "ann"', "no key 'plyer'"),
        ('kind = "subsidy"\nmove = "a"\nrate = 1\nfailure = "3/2"', "from 0 to 1, not 3/2"),
        ('kind = "association"\nplayers = ["ann", "bb"]', "did you mean 'bob'?"),
        ('parts = [{ name = "x", kind = "tax", move = "c", rate = 1 }]', "no move 'c'"),
    ],
)
def test_a_bad_reform_in_a_file_is_named(keys, named, tmp_path):
    file = tmp_path / "pair.toml"
    file.write_text(GAME + keys, encoding="utf-8")
    result = run("compare", file, "-r", "help")
    assert result.exit_code == 4
    assert named in result.stderr and "[[reforms]] 1" in result.stderr


@pytest.mark.parametrize(
    "keys",
    [
        'kind = "joint_commitment"\nplayers = ["ann", "bob"]',
        'kind = "assurance"\nmoves = "(a, b)"\nrefund = 2\nthreshold = 2\nfailure = 0.25',
        'kind = "announcement"\nprofile = { a = "yes", b = "yes" }',
        'parts = [{ name = "x", kind = "tax", move = "a", rate = 1, failure = "1/2" }]',
    ],
)
def test_new_kinds_and_keys_are_read_from_files(keys, tmp_path):
    file = tmp_path / "pair.toml"
    file.write_text(GAME + keys, encoding="utf-8")
    result = run("compare", file, "-r", "help", "--json")
    assert result.exit_code in (0, 3), result.stderr
    assert json.loads(result.stdout)["reforms"][0]["name"] == "help"


def test_the_kinds_are_listed_in_words_and_as_json():
    listed = run("show", "--reforms").stdout
    found = json.loads(run("show", "--reforms", "--json").stdout)
    assert [one["name"] for one in found["kinds"]] == list(KINDS)
    for one in found["kinds"]:
        assert one["definition"] and one["source"] and one["definition"] in listed
        assert set(one["required"]) | set(one["optional"]) <= set(found["keys"])
        for entry in one["ledger"]:
            assert all(entry.values())
    (signal,) = (one for one in found["kinds"] if one["missing"])
    assert signal["name"] == "signal" and f"not solved yet: it needs {signal['missing']}" in listed
    own = json.loads(run("show", "coordination", "--reforms", "--json").stdout)["reforms"]
    assert own[0]["name"] == "uniform_subsidy"
    assert run("show", "--json").exit_code == 2


def test_a_kind_is_found_where_a_reform_of_the_model_bears_its_name():
    kind = "assurance:moves=upgrade,refund=1/2,threshold=10"
    result = run("compare", "coordination", "-r", kind, "--json")
    assert result.exit_code == 0
    assert "refunds 1/2" in json.loads(result.stdout)["reforms"][0]["label"]
