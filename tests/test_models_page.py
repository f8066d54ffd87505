"""The page of the models: what fails and what helps, as solving finds it, and how files read."""

import ast
import re
import runpy
from pathlib import Path

import pytest

from pigou.bibliography import entries
from pigou.models import load, names

ROOT = Path(__file__).resolve().parents[1]
PAGE = runpy.run_path(str(ROOT / "docs" / "make_models.py"))
KNOWN = {"__future__", "collections", "pigou", "sympy", "fractions"}
HARMLESS = {"coordination"}
"""Models whose literature names no reform that backfires."""
SOUND = re.compile(
    r"(coordination|cooperation|coordination failure and cooperation) failure(, repeated)?"
)


def test_every_model_has_a_benchmark_a_diagnosis_and_reforms_that_help_and_backfire() -> None:
    rows = PAGE["stored"]()
    assert list(rows) == list(names())
    for name, row in rows.items():
        _, _, diagnosis, welfare, best, helps, backfires, _ = row.split("|")
        assert SOUND.fullmatch(diagnosis.strip()), name
        now, most = (float(cell.split()[0].replace(",", "")) for cell in (welfare, best))
        assert now < most, name
        assert helps.count("(+") >= 2, name
        assert ("(-" in backfires) == (name not in HARMLESS), name


@pytest.mark.parametrize("name", ["discovery", "governance"])
def test_a_row_is_what_solving_finds(name: str) -> None:
    assert PAGE["row"](name) == PAGE["stored"]()[name], "run `python docs/make_models.py`"


@pytest.mark.long
@pytest.mark.parametrize("name", names())
def test_every_row_is_what_solving_finds(name: str) -> None:
    assert PAGE["row"](name) == PAGE["stored"]()[name], "run `python docs/make_models.py`"


# -- how a file reads --------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_a_model_says_what_it_is_about(name: str) -> None:
    about = load(name).about
    first = about.splitlines()[0]
    assert re.fullmatch(r"[^:]+: .+\.", first), first
    parts = ["The game.", "What fails.", "Whom it hurts.", "Reforms it invites."]
    places = [about.find(f"**{part}**") for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    sources = about[about.index("Sources\n-------") :]
    assert set(re.findall(r"@([a-z]+\d{4}[a-z]+)", sources)) & set(entries())
    assert ":math:" in about


@pytest.mark.parametrize("name", names())
def test_every_parameter_has_a_meaning_a_domain_a_unit_a_default_and_a_source(name: str) -> None:
    model = load(name)
    for parameter in model.game.parameters:
        for said in (parameter.meaning, parameter.unit, parameter.source):
            assert said, f"{name}: {parameter.name}"
        assert parameter.default is not None
        assert parameter.tex or len(parameter.name) == 1, f"{name}: {parameter.name}"
    for reform in model.reforms:
        assert reform.label, f"{name}: {reform.name}"
        assert reform.source, f"{name}: {reform.name}"
        for parameter in reform.parameters:
            assert parameter.meaning, f"{name}: {reform.name}, {parameter.name}"
            assert parameter.default is not None


@pytest.mark.parametrize("name", names())
def test_a_file_holds_no_numerics_and_no_algorithm(name: str) -> None:
    source = (ROOT / "models" / f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or node.names[0].name
            assert module.split(".")[0] in KNOWN
            assert not module.startswith(("pigou.solv", "pigou.check"))
        assert not isinstance(node, ast.While | ast.Try | ast.ClassDef | ast.Lambda)
    reforms = {r.name for r in load(name).reforms}
    written = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
    assert written[0] == "model"
    assert name in written
    assert len(reforms) <= len(written)
