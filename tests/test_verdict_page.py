"""The verdict page and its JSON: what matters first, books and flips stated, bad values refused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from pigou import Enclosure, Reform, compare
from pigou.cli import cli
from pigou.compare_page import compare_page
from pigou.compare_rows import comparison_data
from pigou.models import load
from pigou.results import comparison_result
from pigou.screen import as_text
from pigou.tables import rounded

MODEL = load("coordination")
SCHEMA = Path(__file__).resolve().parents[1] / "docs" / "schemas" / "pigou-compare-1.schema.json"
UNIFORM = ["compare", "coordination", "-r", "uniform_subsidy"]


def run(*args):
    return CliRunner().invoke(cli, [str(a) for a in args], env={"COLUMNS": "100"})


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def risky() -> Reform:
    """A subsidy that fails with probability 1/4."""
    return replace(MODEL.reform("uniform_subsidy"), failure="1/4")


def test_what_matters_comes_first_and_what_was_assumed_last():
    text = run(*UNIFORM, "--mcpf", "1.17:1.56", "--switch", "subsidy").stdout
    parts = [
        "Worth it in the selected", "Loses, the government apart: nobody", "above 2.125",
        "Is it worth it?", "When does the verdict flip?", "The public account", "Who pays whom",
        "Who ends up with public money", "All equilibria", "How far equilibria are",
        "What becomes of the equilibria", "What this rests on", "What was assumed",
    ]  # fmt: skip
    places = [words(text).index(part) for part in parts]
    assert places == sorted(places)


def test_the_public_account_and_the_flips_are_those_of_the_api():
    text = run(*UNIFORM, "--mcpf", "1.17:1.56", "--switch", "subsidy").stdout
    found = compare(MODEL.game, [MODEL.reform("uniform_subsidy")], costs_of_funds=("1.17", "1.56"))
    (good,) = found.reforms[0].assessments
    line = [rounded(x) for x in (good.outlay, good.running_cost, good.revenue, good.net_outlay)]
    line += [rounded(good.deadweight(cost)) for cost in ("1.17", "1.56")]
    assert re.search(r"Uniform subsidy +" + " +".join(map(re.escape, line)), text)
    assert all(flip in text for flip in ("1/16", "45/17", "45/56", "3/8"))


def test_a_reform_that_may_fail_is_weighed_and_said_so():
    """N = 3/4 (17/2 - 4) - 1/4 4 = 19/8 at a cost of 1; it is worth it up to q = 9/17."""
    found = compare(MODEL.game, [risky()])
    worst = found.verdicts("uniform_subsidy")[1]
    assert worst.net["1"] == Enclosure.point("19/8") and worst.failure == Fraction(1, 4)
    text = words(as_text(compare_page(MODEL, found)))
    assert "It fails with probability 0.25; then 4 of outlay and running cost is lost and" in text
    assert "If it works, the net benefit is +4.5 at a cost of public funds of 1." in text
    assert "a probability below 0.5294 (cost 1)" in text
    entry = comparison_result(found)["reforms"][0]["verdict"]["worst"]["failure"]
    assert entry["probability"]["exact"] == "1/4" and entry["lost"]["exact"] == "4"
    rows = comparison_data(found)
    row = rows.rows[-1]
    assert row[rows.columns.index("probability of failure")] == Enclosure.point("1/4")


def test_several_equilibria_that_remain_are_warned_about_in_any_case():
    alike = words(run("compare", "coordination", "-r", "parameter:cost=cost,running_cost=1").stdout)
    assert "3 equilibria remain after the reform; the verdict is the same" in alike
    apart = words(run("compare", "coordination", "-r", "joint_commitment").stdout)
    assert "13 equilibria remain after the reform. What it brings hangs on" in apart
    assert "remain after the reform" not in words(run(*UNIFORM).stdout)


def test_both_statements_stand_together_where_weights_turn_the_verdict():
    text = words(run(*UNIFORM, "--mcpf", "3", "--weight", "consumers=4").stdout)
    assert "Worth it in the selected and the worst equilibrium" in text
    assert "At unit weights: costs more than it brings (worst and selected)" in text


def test_weights_from_incomes_are_stated_with_how_they_were_made():
    text = words(run(*UNIFORM, "--income", "consumers=20000", "--median", "30000").stdout)
    assert "Weights: consumers 1.694 = (30000/20000)**(13/10); 1 for all others." in text
    result = json.loads(
        run(*UNIFORM, "--income", "consumers=20000", "--median", "30000", "--json").stdout
    )
    assert result["weights"] == {"consumers": "(30000/20000)**(13/10)"}
    value = result["weight_values"]["consumers"]
    assert value["lower"] <= 1.5**1.3 <= value["upper"] and value["upper"] - value["lower"] < 1e-12


def test_the_schema_knows_every_key_that_is_written():
    """Nothing is written that the published schema does not describe."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    result = json.loads(run(*UNIFORM, "--switch", "subsidy", "--json").stdout)
    defs = schema["$defs"]
    assert set(result) <= set(schema["properties"])
    assert set(result["reforms"][0]["verdict"]["best"]) == set(defs["one_verdict"]["properties"])
    known = set(defs["scenario"]["properties"]) | set(defs["reformed"]["allOf"][1]["properties"])
    assert set(result["reforms"][0]) <= known
    own = defs["assessed"]["allOf"][1]["properties"]
    known = set(own) | set(defs["equilibrium"]["properties"])
    assert set(result["baseline"]["equilibria"][0]) <= known


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--mcpf", "1.56:1.17"], "--mcpf 1.56:1.17: the range is upside down; write 1.17:1.56"),
        (["--mcpf", "1:2:3"], "--mcpf 1:2:3"),
        (["--weight", "firm=many"], "--weight firm"),
        (["--weight", "frm=2"], "did you mean 'firm'?"),
        (["--weight", "government=2"], "weighted by the cost of public funds"),
        (["--income", "consumers=0", "--median", "1"], "the income of 'consumers' is above 0"),
        (["--income", "consumers=1"], "need the median income"),
        (["--income", "consumers=x", "--median", "1"], "--income consumers: 'x' is not a number"),
        (["--income", "consumers=1", "--median", "x"], "the median income: 'x' is not a number"),
        (["--income", "consumers=1", "--median", "1", "--elasticity", "y"], "'y' is not a number"),
        (["--income", "firm=1", "--median", "1", "--weight", "firm=2"], "a weight and an income"),
        (["--elasticity", "y"], "'y' is not a number"),
        (["--switch", "subsidi"], "did you mean 'subsidy'?"),
    ],
)
def test_bad_values_exit_with_2_and_are_named(args, said):
    done = run(*UNIFORM, *args)
    assert done.exit_code == 2 and said in words(done.stderr)
    assert "Traceback" not in done.stderr


def test_limits_and_the_second_best_are_stated_with_weights_and_without():
    """Twice the consumers' gain of 2 moves the break-even from 17/8 to 21/8."""
    text = words(run(*UNIFORM, "--mcpf", "2.5", "--weight", "consumers=2").stdout)
    assert "above 2.125 (selected and worst), above 1 (best) at unit weights." in text
    assert "above 2.625 (selected and worst), above 1 (best) with these weights." in text
    assert "equilibria at unit weights: doing nothing at a cost of public funds of 2.5." in text
    assert "equilibria with the weights: Uniform subsidy at a cost of public funds of 2.5" in text
    result = json.loads(run(*UNIFORM, "--mcpf", "2.5", "--weight", "consumers=2", "--json").stdout)
    best = result["second_best"]["selected"]["5/2"]
    assert (best["reform"], best["unweighted"]["reform"]) == ("uniform_subsidy", "baseline")


def test_a_risk_is_weighed_with_weights_and_without():
    """If it works: 17/2 - 4, and 19/2 - 8 with double weight on consumers' 2 and a cost of 2."""
    found = compare(MODEL.game, [risky()], costs_of_funds=(2,), weights={"consumers": 2})
    text = words(as_text(compare_page(MODEL, found)))
    assert "the net benefit is +0.5 at a cost of public funds of 2; weighted +2.5 at a" in text
    assert "a probability below 0.05882 (cost 2) at unit weights." in text
    assert "a probability below 0.2381 (cost 2) with these weights." in text


def test_prices_of_a_list_that_may_be_incomplete_are_bounds():
    found = compare(MODEL.game, [])
    partial = replace(found.baseline, found=replace(found.baseline.found, complete=False))
    text = words(as_text(compare_page(MODEL, replace(found, baseline=partial))))
    assert "at most 1" in text


SURVEY = """
pigou = 1
[game]
name = "clean water"
[parameters.threshold]
default = 4
[players.firm]
size = 2
[moves.filter]
player = "firm"
choices = { no = 0, yes = 1 }
[payoffs]
firm = "3*sum(filter) - threshold*filter"
[[reforms]]
name = "pay"
kind = "subsidy"
move = "filter"
rate = "rate"
[reforms.parameters.rate]
default = 2
[case]
title = "A survey"
file = "survey.csv"
move = "filter"
column = "answer"
labels = { y = "yes", n = "no" }
setting_column = "t"
parameter = "threshold"
regime_column = "r"
regimes = { before = "baseline", after = "pay" }
"""


def test_a_case_with_observations_says_where_the_verdict_flips_setting_by_setting(tmp_path):
    """A firm filters where 3 + rate > threshold; both gain 3 each, so it is worth it from there."""
    (tmp_path / "survey.toml").write_text(SURVEY)
    rows = [f"{t},{r},{a}" for t in (4, 5) for r, a in (("before", "n"), ("after", "y"))]
    (tmp_path / "survey.csv").write_text("\n".join(["t,r,answer", *rows]) + "\n")
    args = ["compare", tmp_path / "survey.toml", "--switch", "rate"]
    done = run(*args)
    assert done.exit_code == 0, done.output
    assert words(done.stdout).count("When does the verdict flip?") == 2
    result = json.loads(run(*args, "--json").stdout)
    found = [one["reforms"][0]["switching"][0]["switches"] for one in result["case"]["settings"]]
    exact = [{(s["exact"], s["above"]) for s in one if s["rule"] == "worst"} for one in found]
    assert exact == [{("1", "worth it")}, {("2", "worth it")}]


BEST = [*UNIFORM, "--mcpf", "2", "--best", "subsidy=0:1"]


def test_the_best_value_of_an_instrument_is_on_the_page_and_in_the_json():
    """From 1/16 on all upgrade if that is selected, from 3/8 on in any case: 9/2 - 10 s at 2."""
    text = words(run(*BEST).stdout)
    assert "The best value of an instrument" in text
    assert re.search(r"selected 2 just beside 0.0625 3.875 certified", text)
    assert re.search(r"worst 2 just beside 0.375 0.75(00)? certified", text)
    result = json.loads(run(*BEST, "--json").stdout)
    (found,) = result["reforms"][0]["best_values"]
    assert (found["parameter"], found["low"], found["high"]) == ("subsidy", "0", "1")
    nothing = next(one for one in found["values"] if one["rule"] == "best")
    assert nothing["attained"] and nothing["value"]["exact"] == nothing["net"]["exact"] == "0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("subsidi=0:1", "did you mean 'subsidy'?"),
        ("benefit=0:1", "no parameter 'benefit' in these reforms"),
        ("subsidy=1:0", "goes from low to high, not 1:0"),
        ("subsidy=-1:0", "'subsidy' cannot be -1"),
        ("subsidy", "--best subsidy: write a parameter and its range"),
    ],
)
def test_a_bad_range_of_an_instrument_is_named(text, said):
    done = run(*UNIFORM, "--best", text)
    assert done.exit_code == 2 and said in words(done.stderr), done.stderr
