"""The package as built is the tree as seen: folders, links, versions, imports."""

import importlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import pigou

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = ("models", "solvers", "papers")
LOCKS = {
    "uv.lock", "poetry.lock", "pdm.lock", "pixi.lock", "Pipfile.lock", "pylock.toml",
    "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "conda-lock.yml",
}  # fmt: skip


def files(folder: Path, prefix: str) -> dict[str, Path]:
    """Dotted name -> file of every module in a folder; links are not followed."""
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".py"):
                path = Path(where, name)
                parts = path.relative_to(folder).with_suffix("").parts
                dotted = ".".join((prefix, *parts))
                found[dotted.removesuffix(".__init__")] = path
    return found


MODULES = files(ROOT / "src" / "pigou", "pigou")
for room in ROOMS:
    MODULES |= files(ROOT / room, f"pigou.{room}")


def tracked() -> list[str]:
    """Return the tracked files; outside a checkout, all files but those of environments."""
    git = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if git.returncode == 0:
        return git.stdout.splitlines()
    return [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if ".venv" not in p.parts]


def test_every_folder_with_code_is_packaged():
    folders = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    assert folders == set(PROJECT["tool"]["setuptools"]["packages"])


def test_folders_of_modules_are_packages():
    assert [p for p in MODULES.values() if not (p.parent / "__init__.py").exists()] == []


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_are_linked_into_the_package(room):
    link = ROOT / "src" / "pigou" / room
    assert link.is_symlink()
    assert os.readlink(link) == f"../../{room}"
    assert link.resolve() == ROOT / room


def test_versions_agree():
    version = PROJECT["project"]["version"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert pigou.__version__ == version
    assert re.findall(r"^version: (.+)$", citation, re.MULTILINE) == [version]


def test_changelog_has_a_heading_for_this_version():
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[?([\w.]+)", log, re.MULTILINE)
    assert {"Unreleased", PROJECT["project"]["version"]} & set(headings)


def test_no_lock_file_is_tracked():
    assert [name for name in tracked() if Path(name).name in LOCKS] == []


def test_constraints_pin_every_requirement():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pins = {name.lower() for name in re.findall(r"^([\w.-]+)==[\w.]+", text, re.MULTILINE)}
    wanted = list(PROJECT["project"]["dependencies"])
    for extra in PROJECT["project"]["optional-dependencies"].values():
        wanted += extra
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in wanted} - {"pigou"}
    assert names <= pins
    assert "http" not in text


@pytest.mark.parametrize("name", sorted(n for n in MODULES if not n.endswith("__main__")))
def test_module_is_importable(name):
    importlib.import_module(name)


@pytest.mark.parametrize(
    ("name", "heavy"),
    [
        ("pigou", "sympy numpy scipy nashpy flint z3 click rich"),
        ("pigou.cli", "sympy numpy scipy nashpy flint z3"),
    ],
)
def test_import_is_light(name, heavy):
    code = f"import sys, {name}; print(sorted(set(sys.modules) & set({heavy.split()!r})))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_public_name_has_an_example_that_runs_as_a_doctest():
    plain = {"GOVERNMENT", "KINDS", "SELECTIONS", "__version__"}  # values, not functions or classes
    without = [
        n for n in pigou.__all__ if n not in plain and ">>>" not in getattr(pigou, n).__doc__
    ]
    assert without == []


def test_the_names_for_type_checkers_are_the_names_that_are_there():
    text = (ROOT / "src" / "pigou" / "__init__.py").read_text(encoding="utf-8")
    named = set(re.findall(r"(\w+) as \1", text))
    assert named == set(pigou.__all__) - {"__version__"}
