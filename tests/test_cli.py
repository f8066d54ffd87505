"""The command line: what every command prints, how it ends, and what it says when it cannot."""
# ruff: noqa: E501 (one case a line)

import csv
import io
import json
import os
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from pigou import comparison, screen, solving
from pigou.catalogue import find_model, find_reform
from pigou.cli import cli
from pigou.comparison import compare
from pigou.equilibrium import Equilibrium, EquilibriumSet, Evidence, Grade, Strategy
from pigou.errors import unknown
from pigou.exact import Enclosure
from pigou.models import load, names, states
from pigou.observation import study
from pigou.reform_kinds import KINDS
from pigou.results import solve_result
from pigou.selection import SELECTIONS
from pigou.solving import regimes, solve
from pigou.tables import Page, Table, rounded

ROOT = Path(__file__).resolve().parents[1]
CASE = str(ROOT / "examples" / "threshold_public_good" / "case.toml")
SCHEMAS = ROOT / "docs" / "schemas"

TWO = """
pigou = 1
[game]
name = "Two shops"
[parameters.prize]
default = 3
[players.left]
[players.right]
[moves.a]
player = "left"
choices = { open = 1, close = 0 }
[moves.b]
player = "right"
choices = { open = 1, close = 0 }
[payoffs]
left = "prize*a*b - a"
right = "prize*a*b - b"
"""

RESEARCH = """
pigou = 1
[game]
name = "Research with spillovers"
[players.one]
[players.two]
[moves.x]
player = "one"
interval = ["0", "1"]
[moves.y]
player = "two"
interval = ["0", "1"]
[payoffs]
one = "x*y/20 - (x - 1/4)**2*(x - 3/4)**2 + x/100"
two = "x*y - y**2"
[[reforms]]
name = "grant"
kind = "subsidy"
move = "x"
rate = "1/50"
"""

# Nobody minds what he does himself, so that all three may mix at will: no list of points is complete.
THREE_MIXING = """
pigou = 1
[game]
name = "At will"
[players.left]
[players.right]
[players.third]
[moves.a]
player = "left"
choices = { open = 1, close = 0 }
[moves.b]
player = "right"
choices = { open = 1, close = 0 }
[moves.c]
player = "third"
choices = { open = 1, close = 0 }
[payoffs]
left = "b"
right = "c"
third = "a"
"""


def run(*args, **options):
    return CliRunner().invoke(cli, [str(a) for a in args], **options)


def words(text):
    """Undo the wrapping of lines."""
    return " ".join(text.split())


def result_of(*args):
    run_ = run(*args, "--json")
    assert run_.exit_code == 0, run_.stderr
    assert run_.stderr == ""
    return json.loads(run_.stdout, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def process(*args, **options):
    env = {**os.environ, **options.pop("env", {})}
    command = [sys.executable, "-m", "pigou", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False, **options)


@pytest.fixture
def shops(tmp_path):
    file = tmp_path / "shops.toml"
    file.write_text(TWO, encoding="utf-8")
    return file


@pytest.fixture
def research(tmp_path):
    file = tmp_path / "research.toml"
    file.write_text(RESEARCH, encoding="utf-8")
    return file


# -- JSON -------------------------------------------------------------------------------------


def problems(value, schema, root, where="$"):
    """Check a value against the part of JSON Schema that the published schemas use."""
    known = {
        "$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required",
        "additionalProperties", "items", "enum", "const", "anyOf", "allOf", "pattern",
    }  # fmt: skip
    assert set(schema) <= known, set(schema) - known
    if "$ref" in schema:
        yield from problems(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, where)
    if "anyOf" in schema and not any(not list(problems(value, s, root)) for s in schema["anyOf"]):
        yield f"{where}: fits none of the alternatives"
    for part in schema.get("allOf", ()):
        yield from problems(value, part, root, where)
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    types = {
        "object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
        "number": (int, float), "null": type(None),
    }  # fmt: skip
    allowed = schema.get("type", list(types))
    allowed = [allowed] if isinstance(allowed, str) else allowed
    fits = any(isinstance(value, types[t]) for t in allowed)
    if not fits or (isinstance(value, bool) and "boolean" not in allowed):
        yield f"{where}: {value!r} is no {' or '.join(allowed)}"
        return
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield f"{where}: {value!r} does not match {schema['pattern']}"
    if isinstance(value, dict):
        yield from _problems_of_object(value, schema, root, where)
    for number, item in enumerate(value if isinstance(value, list) else ()):
        yield from problems(item, schema.get("items", {}), root, f"{where}[{number}]")


def _problems_of_object(value, schema, root, where):
    properties = schema.get("properties", {})
    yield from (f"{where}: no key {k!r}" for k in schema.get("required", ()) if k not in value)
    for key, item in value.items():
        if key in properties:
            yield from problems(item, properties[key], root, f"{where}.{key}")
        elif schema.get("additionalProperties") is False:
            yield f"{where}: key {key!r} is not allowed"
        elif isinstance(schema.get("additionalProperties"), dict):
            yield from problems(item, schema["additionalProperties"], root, f"{where}.{key}")


def test_continuous_games_are_solved_and_compared_in_words(research):
    solved = run("solve", research)
    assert solved.exit_code == 0, solved.stderr
    assert "x 0.7962, y 0.3981" in solved.stdout
    assert "First-order points that are no equilibrium" in solved.stdout
    compared = run("compare", research, "-r", "grant")
    assert compared.exit_code == 0, compared.stderr
    assert re.search(r"'x 0.7962, y 0.3981' moves to 'x 0\.\d+, y 0\.\d+'", words(compared.stdout))
    closed = run("regimes", research)
    assert closed.exit_code == 3  # payoffs of degree 4: no closed form of the interior point
    assert "no closed form is found" in closed.stdout


@pytest.mark.parametrize(
    "args",
    [
        ["models"],
        ["solve", "coordination"],
        ["solve", "SHOPS"],
        ["regimes", "coordination"],
        ["regimes", "coordination", "--set", "threshold=3"],
        ["compare", "coordination", "-r", "uniform_subsidy", "-r", "divide_and_conquer"],
        ["compare", "coordination", "-r", "joint_commitment", "--mcpf", "1:1.6"],
        ["compare", "coordination", "-r", "assurance", "--weight", "consumers=2"],
        [
            "compare",
            "coordination",
            "-r",
            "uniform_subsidy",
            "--switch",
            "subsidy",
            "--income",
            "consumers=20000",
            "--median",
            "30000",
        ],
        ["compare", CASE],
        ["solve", "RESEARCH"],
        ["compare", "RESEARCH", "-r", "grant"],
        ["replicate", "winter2004"],
        ["replicate", "ballard1985"],
    ],
    ids=lambda args: " ".join(args[:2]),
)
def test_json_follows_its_published_schema(args, shops, research):
    files = {"SHOPS": shops, "RESEARCH": research}
    result = result_of(*[files.get(a, a) for a in args])
    schema = json.loads((SCHEMAS / f"pigou-{args[0]}-1.schema.json").read_text(encoding="utf-8"))
    assert list(problems(result, schema, schema)) == []
    jsonschema = sys.modules.get("jsonschema") or _import("jsonschema")
    if jsonschema is not None:
        jsonschema.validate(result, schema)


def _import(name):
    try:
        return __import__(name)
    except ImportError:
        return None


def test_the_schema_check_finds_faults():
    schema = json.loads((SCHEMAS / "pigou-solve-1.schema.json").read_text(encoding="utf-8"))
    result = result_of("solve", "coordination")
    result["equilibria"][0]["evidence"]["grade"] = "certain"
    del result["complete"]
    assert len(list(problems(result, schema, schema))) == 2


@pytest.mark.parametrize("file", sorted(SCHEMAS.glob("*.json")), ids=lambda f: f.name)
def test_schemas_name_themselves(file):
    schema = json.loads(file.read_text(encoding="utf-8"))
    name, version = re.fullmatch(r"pigou-(\w+)-(\d+)\.schema\.json", file.name).groups()
    assert schema["$id"] == f"urn:pigou:schema:{name}:{version}"
    assert "http" not in json.dumps(
        {k: v for k, v in schema.items() if k not in ("$schema", "$id")}
    )


def is_number(entry, enclosure):
    if enclosure.is_exact:
        return Fraction(entry["exact"]) == enclosure.lower and entry["value"] == float(
            enclosure.lower
        )
    return entry["lower"] <= enclosure.lower <= enclosure.upper <= entry["upper"]


def test_solve_json_has_the_numbers_of_the_python_api():
    game = load("coordination").game
    found = solve(game, {"benefit": "1.3", "firms": 7})
    result = result_of("solve", "coordination", "--set", "benefit=1.3", "--set", "firms=7")
    assert result["at"]["benefit"] == "13/10"
    assert [e["name"] for e in result["equilibria"]] == [e.name for e in found]
    for entry, equilibrium in zip(result["equilibria"], found, strict=True):
        assert entry["kind"] == equilibrium.kind
        assert entry["evidence"]["checked"] is equilibrium.evidence.checked is True
        assert Fraction(entry["evidence"]["max_gain"]) == equilibrium.evidence.max_gain.upper
        for party, payoff in equilibrium.payoffs.items():
            assert is_number(entry["payoffs"][party], payoff)
        (strategy,) = equilibrium.strategies
        shares = entry["strategies"]["upgrade"]
        for label, share in strategy.probabilities.items():
            assert is_number(shares[label], share)
        assert shares.get("counts") == (strategy.counts and dict(strategy.counts))


def test_single_players_strategies_are_keyed_by_move(shops):
    result = result_of("solve", shops)
    everywhere = [e["strategies"] for e in result["equilibria"]]
    assert everywhere[0]["a"]["open"] == {"value": 1.0, "exact": "1"}
    assert {"a", "b"} == set(everywhere[0])
    mixed = next(e for e in result["equilibria"] if e["kind"] == "mixed")
    assert mixed["strategies"]["a"]["open"] == {"value": 1 / 3, "exact": "1/3"}
    assert "counts" not in mixed["strategies"]["a"]


def test_types_of_a_population_are_a_list():
    result = result_of("compare", "coordination", "-r", "divide_and_conquer")
    (equilibrium,) = result["reforms"][0]["equilibria"]
    types = {entry["type"]: entry["counts"] for entry in equilibrium["strategies"]["upgrade"]}
    assert types == {"targeted": {"wait": 0, "upgrade": 6}, "rest": {"wait": 0, "upgrade": 4}}


def test_compare_json_has_the_numbers_of_the_python_api():
    model = load("coordination")
    found = compare(
        model.game, [model.reform("uniform_subsidy")],
        costs_of_funds=("1", "1.6"), weights={"consumers": 2},
    )  # fmt: skip
    result = result_of(
        "compare", "coordination", "-r", "uniform_subsidy", "--mcpf", "1:1.6",
        "--weight", "consumers=2",
    )  # fmt: skip
    (reform,) = result["reforms"]
    assert reform["name"] == "uniform_subsidy"
    for verdict in found.verdicts("uniform_subsidy"):
        entry = reform["verdict"][verdict.rule]
        assert (entry["before"], entry["after"]) == (verdict.before, verdict.after)
        assert is_number(entry["public"], verdict.public)
        assert is_number(entry["weighted_break_even"], verdict.break_even)
        for cost in ("1", "8/5"):
            assert is_number(entry["net"]["weighted"][cost], verdict.net[cost])
            assert is_number(entry["net"]["unweighted"][cost], verdict.unweighted[cost])
    assert [c["before"] for c in reform["verdict"]["equilibria"]["vanish"]] == ["E1", "E3"]
    scenario = found.reform("uniform_subsidy")
    entry, one = reform["equilibria"][0], scenario.assessments[0]
    assert is_number(entry["outlay"], one.outlay)
    assert is_number(entry["gap"], one.gap)
    assert is_number(entry["welfare"]["weighted"]["8/5"], one.welfare("1.6", {"consumers": 2}))
    assert entry["transfers"][0]["purpose"] == "subsidy on upgrade"


def test_models_json_lists_every_model():
    listed = [m["name"] for m in result_of("models")["models"]]
    assert listed == [*names(), *states.names()]


def test_a_number_too_large_for_a_float_is_null_and_exact():
    result = result_of("solve", "coordination", "--set", "benefit=1e400", "--set", "cost=1")
    (payoff,) = {e["payoffs"]["firm"]["exact"] for e in result["equilibria"]} - {"0"}
    assert Fraction(payoff) == 10**400 - 1
    assert None in [e["payoffs"]["firm"]["value"] for e in result["equilibria"]]
    assert run("solve", "coordination", "--set", "benefit=1e400").exit_code == 0


# -- pages ------------------------------------------------------------------------------------


def test_models_names_every_model():
    lines = run("models").stdout.splitlines()
    known = [*names(), *states.names()]
    assert [line for line in lines if line in known] == known
    table = run("models", "--format", "csv").stdout.splitlines()
    assert [line.partition(",")[0] for line in table] == ["model", *known]


def test_solve_lists_every_equilibrium_with_evidence():
    text = words(run("solve", "coordination").stdout)
    assert text.startswith("coordination: 3 equilibria")
    assert all(part in text for part in ("all 10 wait", "all 10 upgrade", "certified, checked"))


def test_compare_states_the_numbers_of_the_api():
    model = load("coordination")
    found = compare(model.game, [model.reform("uniform_subsidy")], costs_of_funds=("1.2",))
    text = words(run("compare", "coordination", "-r", "uniform_subsidy", "--mcpf", "1.2").stdout)
    selected = found.verdicts("uniform_subsidy")[2]
    assert selected.rule == "selected"
    net = rounded(selected.net["6/5"], sign=True)
    assert f"Net benefit {net} at a cost of public funds of 1.2" in text
    limit = rounded(selected.break_even)
    assert f"Costs more than it brings at a cost of public funds above {limit}" in text
    consumers = (
        found.reform("uniform_subsidy")[selected.after].surplus["consumers"]
        - found.baseline[selected.before].surplus["consumers"]
    )
    assert f"Consumers {rounded(consumers, sign=True)}" in text
    welfare = rounded(found.baseline.first_best.welfare)
    assert f"of the {welfare} possible (coordination failure)" in text


def test_compare_says_what_matters_before_the_tables():
    text = run("compare", "coordination", "-r", "uniform_subsidy").stdout
    parts = [
        "Worth it in the",
        "Is it worth it?",
        "All equilibria",
        "What becomes",
        "rests on",
        "assumed",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_reform_that_costs_more_than_it_brings_is_said_to():
    text = words(
        run("compare", "coordination", "-r", "uniform_subsidy:subsidy=2", "--mcpf", "1.5").stdout
    )
    assert "Costs more than it brings, whichever equilibrium is played" in text
    model = load("coordination")
    found = compare(model.game, [model.reform("uniform_subsidy", subsidy=2)])
    limits = {rounded(v.break_even) for v in found.verdicts("uniform_subsidy")}
    assert all(f"above {limit}" in text for limit in limits)


def test_a_range_of_the_cost_of_funds_that_decides_is_said_to():
    args = ["-r", "uniform_subsidy:subsidy=2", "--mcpf", "1:1.6"]
    text = words(run("compare", "coordination", *args).stdout)
    model = load("coordination")
    found = compare(model.game, [model.reform("uniform_subsidy", subsidy=2)])
    limit = rounded(found.verdicts("uniform_subsidy")[1].break_even)
    assert f"Depends on the cost of public funds (worth it below {limit}) in the" in text


def test_a_continuum_is_told_by_its_extreme_points(tmp_path):
    file = tmp_path / "continuum.nfg"
    file.write_text('NFG 1 R "C" { "Ann" "Bob" } { 2 2 }\n1 1 1 0 1 1 0 0\n', encoding="utf-8")
    result = result_of("solve", file)
    assert result["components"][0]["subsets"] == [["E1", "E2"], ["E1", "E3"]]
    assert {e["component"] for e in result["equilibria"]} == {"C1"}
    assert "C1 is a continuum of dimension 1" in words(run("solve", file).stdout)


def test_a_running_cost_that_brings_nothing_never_pays():
    args = ["-r", "parameter:cost=cost,running_cost=1/10"]
    text = words(run("compare", "coordination", *args).stdout)
    assert "Costs more than it brings at a cost of public funds of any size" in text
    assert "running cost" in text


def test_several_remaining_equilibria_are_warned_about():
    text = words(run("compare", "coordination", "-r", "joint_commitment").stdout)
    assert "13 equilibria remain after the reform. What it brings hangs on which of them is" in text
    assert "E1-E9" in text


def test_all_lists_every_equilibrium():
    text = run("compare", "coordination", "-r", "joint_commitment", "--all").stdout
    assert "E1-E9" not in text
    assert all(re.search(rf"^E{n}\b", text, re.MULTILINE) for n in range(1, 14))


def test_weighted_and_unweighted_stand_together():
    text = words(
        run("compare", "coordination", "-r", "assurance", "--weight", "consumers=3").stdout
    )
    assert re.search(r"Net benefit \+4.5; weighted \+8.5\.", text)
    assert "The same with the weights" in text


def test_a_package_is_one_reform():
    result = result_of("compare", "coordination", "-r", "assurance + uniform_subsidy:subsidy=1/10")
    assert [r["name"] for r in result["reforms"]] == ["assurance+uniform_subsidy"]


def test_a_reform_may_be_given_twice_with_other_values():
    args = ["-r", "uniform_subsidy:subsidy=1/4", "-r", "uniform_subsidy:subsidy=1/2"]
    result = result_of("compare", "coordination", *args)
    outlays = [r["equilibria"][-1]["outlay"]["value"] for r in result["reforms"]]
    assert len({r["name"] for r in result["reforms"]}) == 2
    assert len(set(outlays)) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_reform_can_be_made_from_words(kind):
    texts = {
        "subsidy": "subsidy:move=upgrade,rate=min(cost, 1/4),when=sum(upgrade) >= 2",
        "tax": "tax:move=upgrade,rate=1/4,choice=wait",
        "transfer": "transfer:payer=consumers,payee=firm,amount=upgrade/10",
        "parameter": "parameter:cost=cost*4/5,benefit=2",
        "mandate": "mandate:move=upgrade,choice=upgrade",
        "running_cost": "running_cost:amount=1/10",
        "remove": "remove:move=upgrade,choice=wait",
        "order": "order:stages=1",
        "add": "add:move=upgrade,choice=leave,value=2,pays=1/10,exit=true",
        "prize": "prize:player=firm,amount=1/10,when=(sum(upgrade) >= 5)",
        "assurance": "assurance:moves=upgrade,refund=2/5,threshold=10",
        "announcement": "announcement:upgrade=upgrade",
        "entry_barrier": "entry_barrier:parameter=cost,share=1/4",
        "standard": "standard:move=upgrade,lowest=1",
    }
    needed = [*(KINDS[kind].either or ((),))[0], *KINDS[kind].required]
    words_ = texts.get(kind, f"{kind}:" + ",".join(f"{key}=1" for key in needed))
    assert find_reform(load("coordination"), words_).steps[0].kind == kind
    if kind in texts:
        assert run("compare", "coordination", "-r", words_).exit_code == 0


def test_regimes_state_the_conditions():
    text = run("regimes", "coordination").stdout
    assert "benefit >= cost" in text
    found = regimes(load("coordination").game, {"threshold": 1})
    result = result_of("regimes", "coordination", "--set", "threshold=1")
    assert [r["profile"] for r in result["regimes"]] == [
        r.profile for r in found.equilibria if r.kind == "pure"
    ]
    assert result["at"] == {"threshold": "1"}
    assert r"b \geq c" in run("regimes", "coordination", "--latex").stdout


def test_show_in_every_form(tmp_path):
    assert "Players" in run("show", "coordination").stdout
    assert r"\begin{" in run("show", "coordination", "--latex").stdout
    assert result_of("show", "coordination")["game"] == "coordination"
    toml = run("show", "coordination", "--toml").stdout
    file = tmp_path / "copy.toml"
    file.write_text(toml, encoding="utf-8")
    assert find_model(str(file)).game == load("coordination").game
    kinds = run("show", "--reforms").stdout
    assert all(kind in kinds for kind in KINDS)
    assert "joint_commitment" in run("show", "coordination", "--reforms").stdout


def test_a_case_sets_prediction_beside_observation():
    found = study(find_model(CASE))
    text = words(run("compare", CASE, env={"COLUMNS": "120"}).stdout)
    for finding in found.findings:
        assert f"{finding.efficiency.value:.0%}" in text
        assert f"{float(finding.best_reply_share):.0%}" in text
        assert f"observed (n = {finding.total})" in text
    for remark in found.remarks:
        assert words(remark.split(": ", 1)[1]) in text
    assert text.index("In short") < text.index("Predicted and observed") < text.index("Certified")


def test_a_case_as_json_has_a_comparison_and_findings_for_each_setting():
    found = study(find_model(CASE))
    result = result_of("compare", CASE)
    settings = result["case"]["settings"]
    assert [s["setting"] for s in settings] == [str(s) for s in found.settings]
    assert result["baseline"] == settings[0]["baseline"]
    entries = [f for s in settings for f in s["findings"]]
    for entry, finding in zip(entries, found.findings, strict=True):
        assert entry["counts"] == dict(finding.counts)
        assert is_number(entry["efficiency"], finding.efficiency)


def test_asymmetric_equilibria_do_not_vanish_where_none_was_looked_for():
    verdict = result_of("compare", CASE, "-r", "voluntary")["reforms"][0]["verdict"]
    assert verdict["equilibria"]["not_searched"] == [{"before": "E1"}]
    assert verdict["best"]["before"] != "E1"


def test_a_setting_can_be_picked():
    result = result_of("compare", CASE, "--set", "threshold=5")
    assert [s["setting"] for s in result["case"]["settings"]] == ["5"]


# -- layout -----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 100, 140])
@pytest.mark.parametrize(
    "args",
    [["compare", CASE], ["compare", "coordination", "-r", "joint_commitment", "--mcpf", "1:1.6"], ["models"]],
    ids=["case", "compare", "models"],
)  # fmt: skip
def test_lines_fit_the_terminal(args, width):
    lines = run(*args, env={"COLUMNS": str(width)}).stdout.splitlines()
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_no_terminal_means_100_columns():
    lines = run("compare", CASE, env={"COLUMNS": None}).stdout.splitlines()
    assert 80 < max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    "args", [["solve", "coordination"], ["compare", "coordination", "-r", "assurance"], ["compare", CASE]]
)  # fmt: skip
def test_csv_is_a_table(args):
    rows = list(csv.DictReader(io.StringIO(run(*args, "--format", "csv").stdout)))
    assert rows
    assert "all 10 upgrade" in [r["profile"] for r in rows] or "case.toml" in args[1]
    assert all(None not in row and None not in row.values() for row in rows)


def test_markdown_and_latex():
    args = ["compare", "coordination", "-r", "uniform_subsidy"]
    assert "| reform | if played |" in run(*args, "--format", "md").stdout
    latex = run(*args, "--format", "tex").stdout
    assert latex.count(r"\begin{tabular}") == latex.count(r"\end{tabular}") > 2
    assert "_" not in latex.replace(r"\_", "")


@pytest.mark.parametrize("options", [["--json", "--format", "csv"], ["--format", "xls"]])
def test_formats_exclude_each_other(options):
    assert run("solve", "coordination", *options).exit_code == 2


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.csv", "equilibrium,"), ("a.json", "{"), ("a.md", "# coord"), ("a.tex", r"\section"), ("a.txt", "coord")],
)  # fmt: skip
def test_the_ending_of_a_file_picks_the_format(tmp_path, name, start):
    file = tmp_path / name
    done = run("solve", "coordination", "-o", file)
    assert (done.exit_code, done.stdout) == (0, "")
    assert file.read_text(encoding="utf-8").startswith(start)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_failure_leaves_the_old_file_alone(tmp_path, monkeypatch):
    file = tmp_path / "result.txt"
    file.write_text("old", encoding="utf-8")

    def fail(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    done = run("solve", "coordination", "-o", file)
    assert done.exit_code == 2
    assert "No space left" in done.stderr
    assert [(p.name, p.read_text(encoding="utf-8")) for p in tmp_path.iterdir()] == [
        ("result.txt", "old")
    ]


def test_output_into_a_folder_or_nowhere(tmp_path):
    for file in (tmp_path, tmp_path / "none" / "x.txt"):
        done = run("solve", "coordination", "-o", file)
        assert done.exit_code == 2
        assert str(file) in done.stderr


# -- errors -----------------------------------------------------------------------------------

EQUILIBRIA = "firms, benefit, cost, complementarity, threshold, spillover"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["solve", "cordination"], "no model 'cordination'; did you mean 'coordination'?"),
        (
            ["solve", "coordination", "--set", "benfit=2"],
            "no parameter 'benfit' in model 'coordination'; did you mean 'benefit'? "
            f"(parameters: {EQUILIBRIA})",
        ),
        (["solve", "coordination", "--set", "benefit"], "--set benefit: write name=value"),
        (["solve", "coordination", "--set", "benefit=nan"], "'nan' is not a number"),
        (["solve", "coordination", "--set", "benefit=inf"], "'inf' is not a number"),
        (["solve", "coordination", "--set", "benefit=1e99999"], "too long"),
        (["solve", "coordination", "--set", "benefit=-1"], "outside its domain benefit > 0"),
        (["solve", "coordination", "--set", "firms=2.5"], "not a whole number"),
        (["solve", "coordination", "--set", "cost=1", "--set", "cost=2"], "'cost' is given twice"),
        (["solve", "coordination", "--set", "threshold=11"], "threshold <= firms"),
        (["regimes", "coordination", "--set", "benfit=2"], "did you mean 'benefit'?"),
        (["compare", "coordination"], "uniform_subsidy, divide_and_conquer, assurance"),
        (["compare", "coordination", "-r", "asurance"], "did you mean 'assurance'?"),
        (["compare", "coordination", "-r", "assurance:refnd=1"], "did you mean 'refund'?"),
        (["compare", "coordination", "-r", "assurance:refund"], "write key=value"),
        (["compare", "coordination", "-r", "assurance:refund=x"], "'x' is not a number"),
        (["compare", "coordination", "-r", "assurance", "-r", "assurance"], "is given twice"),
        (["compare", "coordination", "-r", "subsidy"], "needs 'rate', as in subsidy:move=...,rate=..."),
        (["compare", "coordination", "-r", "subsidy:move=upgrad,rate=1"], "did you mean 'upgrade'?"),
        (["compare", "coordination", "-r", "subsidy:mov=upgrade,rate=1"], "did you mean 'move'?"),
        (["compare", "coordination", "-r", "subsidy:move=upgrade,rate=1+cost"], "goes into parentheses"),
        (["compare", "coordination", "-r", ""], "no reform ''"),
        (["compare", "coordination", "-r", "assurance", "--mcpf", "x"], "--mcpf x: 'x' is not a number"),
        (["compare", "coordination", "-r", "assurance", "--mcpf", "2:1"], "upside down; write 1:2"),
        (["compare", "coordination", "-r", "assurance", "--mcpf", "-1"], "at least 0"),
        (["compare", "coordination", "-r", "assurance", "--weight", "consumer=2"], "did you mean 'consumers'?"),
        (["compare", "coordination", "-r", "assurance", "--weight", "consumers=-2"], "at least 0"),
        (["compare", "coordination", "-r", "assurance", "--select", "bst"], "did you mean 'best'?"),
        (["compare", CASE, "--set", "threshold=3"], "no setting '3'"),
        (["slove", "coordination"], "no command 'slove'; did you mean 'solve'?"),
        (["show"], "name a MODEL"),
        (["show", "coordination", "--latex", "--toml"], "choose one"),
        (["solve", "coordination", "--sett", "x=1"], "--sett"),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_with_what_is_near(args, message):
    done = run(*args)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert message in words(done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.toml", None, "there is no such file"),
        ("empty.toml", "", "empty.toml"),
        ("broken.toml", "pigou = [", "broken.toml"),
        ("game.efg", "EFG 2 R", "game.efg: line 1, column 8: expected the title"),
        ("game.nfg", "NFG 2 R", "game.nfg"),
        ("empty.nfg", "", "empty.nfg"),
        ("game.json", "{}", "'.json'"),
        ("binary.toml", b"\xff\xfe\x00", "not text in UTF-8"),
    ],
)
def test_a_bad_file_is_named(tmp_path, name, content, message):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    for command in (
        ["solve", file],
        ["show", file],
        ["compare", file, "-r", "x"],
        ["regimes", file],
    ):
        done = run(*command)
        assert done.exit_code == 4
        assert message in done.stderr
        assert "Traceback" not in done.stderr


def test_a_missing_file_names_the_one_beside_it(shops):
    done = run("solve", shops.with_name("shop.toml"))
    assert done.exit_code == 4
    assert f"did you mean '{shops}'?" in done.stderr


def test_a_folder_is_no_model(tmp_path):
    done = run("solve", tmp_path)
    assert done.exit_code == 4
    assert "this is a folder" in done.stderr


def test_file_names_may_be_in_any_script(tmp_path):
    file = tmp_path / "市場の失敗 é.toml"
    file.write_text(TWO, encoding="utf-8")
    assert run("solve", file).exit_code == 0


def test_gambit_files_are_read(tmp_path):
    file = tmp_path / "pd.nfg"
    file.write_text(
        'NFG 1 R "Dilemma" { "Ann" "Bob" } { 2 2 }\n3 3 5 0 0 5 1 1\n', encoding="utf-8"
    )
    (equilibrium,) = result_of("solve", file)["equilibria"]
    assert list(equilibrium["strategies"]) == ["Ann", "Bob"]


def test_an_incomplete_list_is_marked_and_ends_with_3(tmp_path):
    file = tmp_path / "three.toml"
    file.write_text(THREE_MIXING, encoding="utf-8")
    done = run("solve", file)
    assert done.exit_code == 3
    assert "INCOMPLETE" in done.stdout
    as_json = run("solve", file, "--json")
    assert as_json.exit_code == 3
    assert json.loads(as_json.stdout)["complete"] is False
    assert run("compare", file, "-r", "tax:move=a,rate=1/100").exit_code == 3


def test_a_defect_is_one_line_with_a_hint(monkeypatch):
    def fail(*args, **options):
        raise RuntimeError("a screw is\nloose")

    monkeypatch.setattr(solving, "solve", fail)
    monkeypatch.setattr(comparison, "compare", fail)
    for command in (["solve", "coordination"], ["compare", "coordination", "-r", "assurance"]):
        done = run(*command)
        assert done.exit_code == 1
        assert "a defect of pigou: RuntimeError: a screw is loose" in done.stderr
        assert "PIGOU_DEBUG=1" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_defect_shows_its_traceback_on_demand(monkeypatch):
    monkeypatch.setattr(solving, "solve", lambda *args, **options: 1 / 0)
    done = run("solve", "coordination", env={"PIGOU_DEBUG": "1"})
    assert isinstance(done.exception, ZeroDivisionError)


def test_pure_equilibria_alone_are_listed_on_request():
    everything = json.loads(run("solve", "coordination", "--json").stdout)
    found = run("solve", "coordination", "--pure", "--json")
    result = json.loads(found.stdout)
    assert found.exit_code == 0
    assert result["complete"]
    assert result["scope"].startswith("pure equilibria only")
    assert result["equilibria"] == [e for e in everything["equilibria"] if e["kind"] == "pure"]
    assert len(result["equilibria"]) < len(everything["equilibria"])


def test_ctrl_c_is_quiet(monkeypatch):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(solving, "solve", interrupt)
    done = run("solve", "coordination")
    assert (done.exit_code, done.stderr.strip()) == (130, "")


# -- processes --------------------------------------------------------------------------------


def test_help_is_light_and_quick():
    code = (
        "import sys\nfrom pigou.cli import cli\n"
        "try: cli(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'sympy', 'numpy', 'scipy', 'z3', 'flint', 'rich'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_names_every_command_and_selection():
    text = words(run("--help").stdout)
    assert all(name in text for name in ("models", "show", "solve", "regimes", "compare"))
    assert all(rule in words(run("compare", "--help").stdout) for rule in SELECTIONS)


def test_as_a_process_it_prints_plainly_and_ends_with_its_code():
    done = process("solve", "coordination", env={"NO_COLOR": "1"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert (
        "\x1b"
        not in process("solve", "coordination", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    )
    missing = process("solve", "nothing.toml")
    assert (missing.returncode, missing.stdout) == (4, "")
    assert process("--version").stdout.startswith("pigou")


def test_a_reader_that_leaves_early_is_no_error():
    command = f"{sys.executable} -m pigou compare '{CASE}' | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.startswith("threshold public good")


def test_a_poor_encoding_is_no_defect():
    done = process("compare", "coordination", "-r", "assurance", env={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")


def test_the_message_for_an_unknown_name_is_the_documented_one():
    message = unknown("parameter", "benfit", ["benefit", "cost", "firms"], "model 'coordination'")
    assert message == (
        "no parameter 'benfit' in model 'coordination'; did you mean 'benefit'? "
        "(parameters: benefit, cost, firms)"
    )


# -- what a reader must not be misled by ------------------------------------------------------


def case_file(folder, changes=(), rows="p,thr,did\nA,2,C\nB,2,D\nB,4,C\n", about=()):
    """Write a small case: a game of three members, its reforms and three choices."""
    text = """
pigou = 1
[game]
name = "small case"
[players.subject]
size = 3
[moves.action]
player = "subject"
choices = { give = 1, keep = 0 }
[parameters.worth]
default = 2
[parameters.need]
default = 2
[payoffs]
subject = "worth*if(sum(action) >= need, 1, 0) - action"
[[reforms]]
name = "push"
kind = "subsidy"
move = "action"
rate = "1/2"
[[reforms]]
name = "levy"
kind = "transfer"
payer = "subject"
payee = "government"
amount = "1/4"
[case]
title = "A small case"
file = "rows.csv"
move = "action"
column = "did"
labels = { C = "give", D = "keep" }
regime_column = "p"
regimes = { A = "baseline", B = "push+levy" }
setting_column = "thr"
parameter = "need"
"""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "rows.csv").write_text(rows, encoding="utf-8")
    file = folder / "case.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_page_and_json_give_the_same_verdict():
    model = load("coordination")
    for text in ("uniform_subsidy", "uniform_subsidy:subsidy=2", "assurance", "joint_commitment"):
        for costs in ("1", "1:1.6"):
            args = ["compare", "coordination", "-r", text, "--mcpf", costs]
            verdict = result_of(*args)["reforms"][0]["verdict"]
            page = words(run(*args).stdout).lower()
            found = compare(model.game, [find_reform(model, text)], costs_of_funds=costs.split(":"))
            for one in found.verdicts(found.reforms[0].name):
                assert verdict[one.rule]["statement"] == one.statement
                assert one.statement in page


def test_no_zero_leaks_from_an_enclosure():
    """The symmetric mixtures of the case are roots of a polynomial, known to 100 digits."""
    for style in ("table", "csv", "md", "tex"):
        text = run("compare", CASE, "--format", style).stdout
        assert not re.search(r"e-\d\d", text)
        assert not re.search(r"-0(\.0+)?%?(?![\d.])", text)
    assert not re.search(r'"value": -?[\d.]+e-\d\d', run("compare", CASE, "--json").stdout)


def test_what_was_observed_holds_at_the_cases_own_values_only():
    done = run("compare", CASE, "--set", "prize=300")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "holds only at the case's own values: 'prize' is 30, not 300" in done.stderr
    assert "only its setting, 'threshold', can be set" in done.stderr
    assert run("compare", CASE, "--set", "prize=30", "--set", "threshold=4").exit_code == 0
    assert run("compare", CASE, "--set", "outside=25").exit_code == 2


def test_a_reform_with_other_values_was_not_observed():
    result = result_of("compare", CASE, "-r", "voluntary:outside=25", "--set", "threshold=4")
    (setting,) = result["case"]["settings"]
    assert [f["regime"] for f in setting["findings"]] == ["baseline"]


def test_a_case_compares_the_packages_that_were_observed(tmp_path):
    result = result_of("compare", case_file(tmp_path))
    assert [r["name"] for r in result["reforms"]] == ["push+levy"]
    regimes_ = [f["regime"] for s in result["case"]["settings"] for f in s["findings"]]
    assert regimes_ == ["baseline", "push+levy", "push+levy"]


def test_what_fails_is_not_told_where_only_symmetric_equilibria_were_searched():
    args = ["compare", CASE, "--set", "threshold=4"]
    text = words(run(*args, env={"COLUMNS": "160"}).stdout)
    assert "not judged (symmetric only)" in text
    (reform,) = result_of(*args)["reforms"]
    told = {e["diagnosis"] for e in reform["equilibria"] if Fraction(e["gap"]["value"]) > 0}
    assert "none" not in told


def test_a_kind_that_sets_parameters_says_how():
    done = run("compare", "coordination", "-r", "parameter:set=cost*0.5")
    assert done.exit_code == 2
    assert "write parameter:cost=..." in done.stderr


def test_all_played_alike_is_not_said_to_hang_on_what_is_played():
    text = words(run("compare", "coordination", "-r", "parameter:cost=cost").stdout)
    assert "Changes nothing, whichever equilibrium is played" in text
    assert "hangs on which" not in text


@pytest.mark.parametrize("width", [20, 40, 60, 75])
@pytest.mark.parametrize(
    "args", [["compare", CASE, "--set", "threshold=5"], ["compare", "coordination", "-r", "uniform_subsidy", "--mcpf", "1:1.6"], ["solve", "coordination"]]
)  # fmt: skip
def test_no_width_loses_information(args, width):
    wide, narrow = (run(*args, env={"COLUMNS": str(n)}).stdout for n in (300, width))
    assert max(map(len, narrow.splitlines())) <= width
    if width >= 40:
        assert set(re.findall(r"[\d.,]*\d", wide)) <= set(re.findall(r"[\d.,]*\d", narrow))
        assert ("break-even" in wide and "solve" not in args) == ("break-even" in narrow)


@pytest.mark.parametrize("room", range(8, 120))
def test_a_table_holds_every_cell_at_any_width(room):
    """A column keeps its longest number; if there is no room, the table becomes a list."""
    table = Table(
        "", ("who", "a long head", "n"), (("somebody here", "x y z", 123456), ("", "w", 7))
    )
    out = io.StringIO()
    screen.show(Page((table,), table), Console(file=out, width=room))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= room
    squeezed = "".join(out.getvalue().split())
    assert "123,456" in squeezed or room < 12
    assert all(letter in squeezed for letter in "wxyz7")


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.json", "{"), ("a.tex", r"\begin"), ("a.toml", "pigou = 1"), ("a.md", "coordination"), ("a.txt", "coordination")],
)  # fmt: skip
def test_the_ending_of_a_file_picks_the_form_of_a_game(tmp_path, name, start):
    file = tmp_path / name
    assert run("show", "coordination", "-o", file).exit_code == 0
    text = file.read_text(encoding="utf-8")
    assert text.lower().startswith(start) or r"\begin" in text
    run("show", "coordination", "--json", "-o", file)
    assert file.read_text(encoding="utf-8").startswith("{")


def test_labels_that_are_called_like_keys_lose_nothing():
    shares = {k: Enclosure.point("1/3") for k in ("type", "counts", "belief")}
    one = Strategy("act", "firm", "small", shares, dict.fromkeys(shares, 1), 3, {"type": 2})
    evidence = Evidence(Grade.CERTIFIED, "by hand", checked=True)
    found = EquilibriumSet(
        "game", "population", {}, (Equilibrium("E1", (one,), {}, evidence),), True, "proved", "all"
    )
    result = json.loads(json.dumps(solve_result(found)))
    ((entry,),) = result["equilibria"][0]["strategies"].values()
    assert {k: entry[k]["exact"] for k in shares} == dict.fromkeys(shares, "1/3")
    assert entry["_type"] == "small"
    assert entry["_counts"] == dict.fromkeys(shares, 1)
    assert entry["_belief"] == {"type": 2}
    schema = json.loads((SCHEMAS / "pigou-solve-1.schema.json").read_text(encoding="utf-8"))
    assert list(problems(result, schema, schema)) == []


def test_regimes_say_which_parameters_are_whole_numbers():
    ask = ("regimes", "coordination", "--time-limit", "600")
    text = words(run(*ask).stdout)
    assert re.search(r"Assumed: .*; firms, threshold whole numbers\.", text)
    assert r"\( N \), \( T \) whole numbers" in run(*ask, "--latex").stdout
    assert result_of(*ask)["integers"] == ["firms", "threshold"]
    assert result_of(*ask, "--set", "firms=4")["integers"] == ["threshold"]


def test_excluded_profiles_are_told_apart(shops):
    text = words(run("regimes", shops, "--set", "prize=3").stdout)
    assert "Excluded: left: open; right: close / left: close; right: open." in text


def test_what_is_not_complete_is_not_called_complete(tmp_path):
    file = tmp_path / "three.toml"
    file.write_text(THREE_MIXING, encoding="utf-8")
    text = words(run("solve", file).stdout)
    assert "Not complete: " in text
    assert "not shown" not in text
    assert " Complete: " not in text


def test_a_page_ends_with_its_note_apart(tmp_path):
    plain = case_file(
        tmp_path,
        [
            ("[parameters.worth]\ndefault = 2\n[parameters.need]\ndefault = 2\n", ""),
            ("worth*", "2*"),
            (">= need", ">= 2"),
            ('setting_column = "thr"\nparameter = "need"\n', ""),
        ],
    )
    text = run("compare", plain).stdout
    assert "The observations" not in text
    lines = text.splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("Cost of public funds"))
    assert lines[place - 1] == ""


def test_labels_that_are_numbers_or_several_words_can_be_read(tmp_path):
    file = tmp_path / "labels.nfg"
    file.write_text('NFG 1 R "L" { "Ann" "Bob" } { 2 2 }\n1 -1 -1 1 -1 1 1 -1\n', encoding="utf-8")
    assert "Ann: 1: 1/2, 2: 1/2; Bob: 1: 1/2, 2: 1/2" in words(run("solve", file).stdout)
    file.write_text(
        'NFG 1 R "L" { "Ann" "Bob" } { { "half way" "no" } { "1" "2" } }\n"" \n1 -1 -1 1 -1 1 1 -1\n',
        encoding="utf-8",
    )
    done = run("solve", file)
    assert "'half way' 1/2, no 1/2" in words(done.stdout), done.stderr


def test_csv_of_a_comparison_has_the_verdicts():
    args = ["compare", "coordination", "-r", "uniform_subsidy", "--mcpf", "1:1.6"]
    rows = list(csv.DictReader(io.StringIO(run(*args, "--format", "csv").stdout)))
    kinds = [row["row"] for row in rows]
    assert kinds == ["equilibrium"] * 4 + ["verdict"] * 3
    model = load("coordination")
    found = compare(model.game, [model.reform("uniform_subsidy")], costs_of_funds=("1", "1.6"))
    for row, one in zip(rows[4:], found.verdicts("uniform_subsidy"), strict=True):
        assert (row["if played"], row["verdict"]) == (one.rule, one.statement)
        assert float(row["net at 8/5"]) == one.net["8/5"].value
        assert float(row["break-even"]) == one.break_even.value


def test_csv_of_a_case_has_the_observations():
    rows = list(csv.DictReader(io.StringIO(run("compare", CASE, "--format", "csv").stdout)))
    observed = [row for row in rows if row["row"] == "observation"]
    found = [(f, choice) for f in study(find_model(CASE)).findings for choice in f.counts]
    assert len(observed) == len(found)
    for row, (finding, choice) in zip(observed, found, strict=True):
        assert row["threshold"] == str(finding.setting)
        assert (row["scenario"], row["choice"]) == (finding.regime, choice)
        assert int(row["chosen"]) == finding.counts[choice]
        assert int(row["of"]) == finding.total


HORSE = ROOT / "examples" / "selten_horse.efg"


def test_a_game_in_extensive_form_is_shown_as_any_other():
    shown = words(run("show", HORSE).stdout)
    assert "Stage 2: Player 2 chooses Player_2 in {R, L}, asked only if Player_1 == R" in shown
    result = json.loads(run("show", HORSE, "--json").stdout)
    assert result["structure"] == "staged"
    moves = {m["name"]: m for m in result["moves"]}
    assert [moves[n]["stage"] for n in ("Player_1", "Player_2", "Player_3")] == [1, 2, 3]
    assert moves["Player_1"]["when"] is None
    assert moves["Player_2"]["when"]["text"] == "Player_1 == R"
    assert moves["Player_3"]["observes"] == []
    assert "examples" not in run("show", HORSE, "--toml").stdout
    assert "when = " in run("show", HORSE, "--toml").stdout


def test_what_is_not_solved_yet_is_refused_with_the_reason_for_a_tree_too():
    done = run("regimes", HORSE)
    assert done.exit_code == 2
    assert "'Player_2' does not observe all earlier moves" in done.stderr
    assert "Traceback" not in done.stderr
