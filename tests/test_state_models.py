"""Models about a state: what they declare, what is printed, what is refused."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from pigou.bandit import Bandit
from pigou.cheap_talk import CheapTalk
from pigou.cli import cli
from pigou.errors import DeclarationError, ReformError
from pigou.game import Parameter
from pigou.measuring import measure
from pigou.models.states import load, names
from pigou.state_catalogue import find_state_model
from pigou.state_model import StateModel, StateReform
from pigou.state_page import state_latex

COMPARED = [(name, reform.name) for name in names() for reform in load(name).reforms]


def run(*args: str):
    return CliRunner().invoke(cli, list(args))


def reformed(name: str, reform: str) -> StateModel:
    model = load(name)
    return model.reformed(model.reform(reform))


# -- declarations -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_a_model_says_what_a_reader_has_to_know(name: str) -> None:
    model = load(name)
    assert model.name == name
    for part in (
        "**The game.**",
        "**What fails.**",
        "**Whom it hurts.**",
        "**Reforms it invites.**",
    ):
        assert part in model.about
    assert "**backfire" in model.about
    parameters = [*model.game.parameters, *(p for r in model.reforms for p in r.parameters)]
    assert all(p.meaning and p.source and p.tex and p.default is not None for p in parameters)
    assert all(r.label and r.source for r in model.reforms)
    assert len(model.reforms) >= 3


def test_what_cannot_be_declared_is_refused() -> None:
    talk = CheapTalk("talk", "b", parameters=[Parameter("b", "1/20")])
    with pytest.raises(ReformError, match=r"no formula 'bais' in 'talk'.*did you mean 'bias'"):
        StateModel(talk, [StateReform("nearer", {"bais": "b/2"})])
    with pytest.raises(ReformError, match="has a parameter 'b' already"):
        StateModel(talk, [StateReform("nearer", {"bias": "b/2"}, [Parameter("b", 1)])])
    with pytest.raises(DeclarationError, match="nothing starts in such a game"):
        StateModel(talk, start="b")
    with pytest.raises(DeclarationError, match="two reforms"):
        StateModel(talk, [StateReform("same"), StateReform("same")])
    pilot = Bandit("pilot", "1/5", "1/2", 3, "6/5", 3)
    with pytest.raises(DeclarationError, match="it needs a start"):
        StateModel(pilot)
    with pytest.raises(DeclarationError, match="belief to begin with lies between 0 and 1"):
        measure(StateModel(pilot, start=1))
    with pytest.raises(DeclarationError, match="cost of public funds is at least 0"):
        measure(StateModel(talk), cost_of_funds="-1")


# -- the command line -------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "reform"), COMPARED)
def test_every_reform_stands_beside_its_model(name: str, reform: str) -> None:
    printed = run("compare", name, "-r", reform, "--json")
    assert printed.exit_code == 0, printed.output
    said = json.loads(printed.stdout)
    assert said["schema"] == "pigou.state_compare/1"
    assert [one["reform"] for one in said["results"]] == ["baseline", reform]
    assert [one["check"]["confirmed"] for one in said["results"]] == [True, True]
    first, second = (one["outcomes"] for one in said["results"])
    assert first != second
    verdict = run("compare", name, "-r", reform).stdout.split("Verdict")[1]
    assert f"{reform}:" in verdict


@pytest.mark.parametrize("name", names())
def test_pages_and_files(name: str, tmp_path: Path) -> None:
    shown = run("show", name)
    assert shown.exit_code == 0
    assert "@" not in shown.stdout
    assert load(name).reforms[0].name in run("show", name, "--reforms").stdout
    solved = json.loads(run("solve", name, "--json").stdout)
    assert solved["complete"] is True
    assert solved["grade"] == "certified"
    assert solved["check"]["confirmed"] is True
    assert json.loads(run("show", name, "--json").stdout)["parameters"]
    file = tmp_path / "out.csv"
    assert run("solve", name, "-o", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8").startswith("reform,outcome,quantity,value")


def test_the_list_of_models_has_them() -> None:
    listed = json.loads(run("models", "--json").stdout)["models"]
    about = {one["name"]: one["structure"] for one in listed}
    assert {name: about[name] for name in names()} == {
        "adoption": "timing of adoption",
        "certificates": "signalling by a continuum of types",
        "dialogue": "cheap talk",
        "expectations": "perfect foresight",
        "herding": "social learning",
        "information_policy": "global game",
        "matching": "search and free entry",
        "option_value": "investment under uncertainty",
        "pilots": "experimentation",
    }
    assert len(listed) > len(names())


REFUSED = [
    (["solve", "pilots", "--set", "firm=2"], "did you mean 'firms'"),
    (["solve", "pilots", "--set", "firms=0"], "outside its domain"),
    (["solve", "pilots", "--set", "firms=5/2"], "not a whole number"),
    (["solve", "pilots", "--set", "safe=4"], "good has to be above safe"),
    (["solve", "pilots", "--set", "belief=nan"], "not a number"),
    (["solve", "pilots", "--pure"], "--pure has no meaning"),
    (["solve", "pilot"], "did you mean 'pilots'"),
    (["regimes", "pilots"], "`pigou show`, `solve` and `compare` take"),
    (["prove", "dialogue"], "`pigou show`, `solve` and `compare` take"),
    (["show", "pilots", "--toml"], "--toml has no meaning"),
    (["compare", "pilots"], "name a reform with -r (reforms of 'pilots': association"),
    (["compare", "pilots", "-r", "asociation"], "did you mean 'association'"),
    (["compare", "pilots", "-r", "association", "-r", "association"], "given twice"),
    (["compare", "pilots", "-r", "association+secrecy"], "one at a time"),
    (["compare", "pilots", "-r", "technical_assistance:bost=1"], "did you mean 'boost'"),
    (["compare", "pilots", "-r", "technical_assistance:boost=-1"], "outside its domain"),
    (["compare", "pilots", "-r", "technical_assistance:boost"], "key=value"),
    (["compare", "pilots", "-r", "secrecy", "--mcpf", "1:2"], "one cost, not a range"),
    (["compare", "pilots", "-r", "secrecy", "--weight", "firms=2"], "--weight has no meaning"),
    (["compare", "pilots", "-r", "secrecy", "--select", "best"], "--select has no meaning"),
    (["solve", "matching", "--set", "elasticity=1e-9"], "from 1/1000 to 999/1000"),
    (["solve", "option_value", "--set", "value=0"], "outside its domain"),
    (["solve", "information_policy", "--set", "cost=2"], "the cost below the benefit"),
]


@pytest.mark.parametrize(("args", "words"), REFUSED, ids=lambda x: x if isinstance(x, str) else "")
def test_what_makes_no_sense_is_refused_in_one_line(args: list[str], words: str) -> None:
    printed = run(*args)
    assert printed.exit_code == 2
    assert words in printed.stderr.replace("\n", " ")
    assert "Traceback" not in printed.output


def test_extreme_values_are_answered_or_refused() -> None:
    for name, values in (
        ("pilots", ["rate=1e-9"]), ("pilots", ["firms=1000000"]), ("pilots", ["belief=1e-12"]),
        ("option_value", ["volatility=1e-6"]), ("option_value", ["volatility=1000"]),
        ("expectations", ["speed=1e-12"]), ("expectations", ["impatience=0"]),
        ("information_policy", ["public=1e-9"]), ("information_policy", ["private=1e6"]),
        ("dialogue", ["bias=0"]), ("dialogue", ["bias=-1/1000"]),
    ):  # fmt: skip
        printed = run("solve", name, *(word for v in values for word in ("--set", v)))
        assert printed.exit_code in (0, 2, 3), (name, values, printed.output)
        assert "defect" not in printed.output, (name, values, printed.output)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")
def test_every_section_compiles(tmp_path: Path) -> None:
    pages = "\n\\clearpage\n".join(state_latex(find_state_model(name)) for name in names())
    document = (
        rf"\documentclass{{article}}\usepackage{{amsmath}}\begin{{document}}{pages}\end{{document}}"
    )
    (tmp_path / "paper.tex").write_text(document, encoding="ascii")
    said = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=200, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout[-2000:]
    wide = [line for line in said.stdout.splitlines() if "Overfull" in line]
    assert not wide, wide


def test_where_nothing_is_settled_that_is_said() -> None:
    printed = run("compare", "adoption", "-r", "exclusive_know_how:secrecy=9/10")
    assert printed.exit_code == 3
    assert "no equilibrium was found to compare" in printed.stdout
    assert "incomplete" in printed.stdout
    tied = run("solve", "adoption", "--set", "second=20")
    assert tied.exit_code == 3
    assert "race" in tied.stdout
    assert "whether both can adopt together" in tied.stdout
    herding = run("compare", "herding", "-r", "model_firm").stdout
    assert "model_firm: welfare is 0.003712 lower." in herding
    assert "3 equilibria shown" in run("solve", "certificates").stdout
