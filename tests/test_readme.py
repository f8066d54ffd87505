"""README.md tells the truth: its example runs, its file is read, its commands name real files."""

import doctest
import re
import runpy
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from pigou.cli import cli
from pigou.gamefile import read_game

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def command(name):
    """Return the block right under its marker, as the checks before a release read it."""
    found = re.findall(rf"<!-- {name} command -->\n```sh\n(.+)\n```", README)
    assert len(found) == 1
    return found[0]


def test_python_example_runs():
    (example,) = blocks("python")
    test = doctest.DocTestParser().get_doctest(example, {}, "README.md", "README.md", 0)
    assert test.examples
    report = []
    assert doctest.DocTestRunner().run(test, out=report.append).failed == 0, "".join(report)


def test_game_file_is_the_game_of_the_python_example():
    (example,), (text,) = blocks("python"), blocks("toml")
    test = doctest.DocTestParser().get_doctest(example, {}, "README.md", None, 0)
    names = {}
    exec("".join(e.source for e in test.examples if "print" not in e.source), names)
    model = read_game(text)
    assert model.game == names["game"]
    assert model.reform("half")(model.game) == names["half"](names["game"])


def test_commands_on_the_game_file_work(tmp_path):
    file = tmp_path / "cold_rooms.toml"
    file.write_text(blocks("toml")[0], encoding="utf-8")
    shown = re.search(r"`pigou (compare cold_rooms.toml .+?)`", README)[1].split()
    inline = re.search(r"`-r (subsidy:.+?)`", README)[1]
    for args in (shown, ["compare", "cold_rooms.toml", "-r", inline]):
        done = CliRunner().invoke(cli, [str(file) if a.endswith(".toml") else a for a in args])
        assert done.exit_code == 0, done.stderr


def test_main_command_names_files_that_are_there():
    words = shlex.split(command("main"))
    place = words.index(".venv/bin/pigou")
    assert words[place + 1] == "compare"
    args = [str(ROOT / w) if w.startswith("examples/") else w for w in words[place + 1 :]]
    assert Path(args[1]).is_file()
    assert (ROOT / "constraints.txt").is_file()
    done = CliRunner().invoke(cli, args)
    assert done.exit_code == 0
    assert done.stdout.strip()


def test_test_command_installs_an_extra_that_is_there():
    assert "'.[test]'" in command("test")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"]["test"]
    assert any(re.match(r"pytest\b", requirement) for requirement in extra)


def test_every_file_it_links_to_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.filterwarnings("default")
def test_the_picture_is_of_todays_output():
    drawn = runpy.run_path(str(ROOT / "docs" / "make_picture.py"))["drawn"]()
    stored = (ROOT / "docs" / "_static" / "compare.svg").read_text(encoding="utf-8")
    assert drawn == stored, "run `python docs/make_picture.py`"


def test_the_picture_loads_nothing():
    picture = (ROOT / "docs" / "_static" / "compare.svg").read_text(encoding="utf-8")
    assert "font-face" not in picture
    assert re.findall(r"(?:https?:)?//[^\s\"'<>]+", picture) == ["http://www.w3.org/2000/svg"]
