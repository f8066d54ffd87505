"""The lessons and the reference tell the truth: what they show is what pigou does."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from pigou.cli import cli
from pigou.errors import StructureError
from pigou.gamefile import read_game
from pigou.solving import solve

DOCS = Path(__file__).resolve().parents[1] / "docs"
LESSONS = sorted((DOCS / "tutorial").glob("*.md"))
GAME_FILES = (DOCS / "reference" / "game-files.md").read_text(encoding="utf-8")


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def shown():
    """Yield every command of the lessons with the lines that are shown under it."""
    for lesson in LESSONS:
        for block in blocks(lesson.read_text(encoding="utf-8"), "console"):
            for part in block.split("$ pigou ")[1:]:
                command, _, output = part.partition("\n")
                yield pytest.param(command, output.rstrip(), id=command)


FIRST = blocks(GAME_FILES, "toml")[0]


@pytest.mark.parametrize(("command", "output"), list(shown()))
def test_commands_of_the_lessons_print_what_is_shown(command, output):
    done = CliRunner().invoke(cli, shlex.split(command), env={"COLUMNS": None})
    assert done.exit_code == 0, done.stderr
    assert output in done.stdout


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda file: file.name)
def test_python_of_the_lessons_runs(lesson):
    for example in blocks(lesson.read_text(encoding="utf-8"), "python"):
        test = doctest.DocTestParser().get_doctest(example, {}, lesson.name, str(lesson), 0)
        report = []
        assert doctest.DocTestRunner().run(test, out=report.append).failed == 0, "".join(report)


def test_there_is_a_lesson_with_commands_and_python():
    assert len(list(shown())) >= 4
    assert any(blocks(lesson.read_text(encoding="utf-8"), "python") for lesson in LESSONS)


WHOLE = [
    pytest.param(block, id=f"{page.stem}-{place}")
    for page in sorted((DOCS / "how-to").glob("*.md"))
    for place, block in enumerate(blocks(page.read_text(encoding="utf-8"), "toml"))
    if block.startswith("pigou = 1")
]


@pytest.mark.parametrize("block", WHOLE)
def test_game_files_of_the_guides_are_read_and_solved(block):
    found = solve(read_game(block).game)
    assert found.complete and len(found) > 0


def test_the_first_game_file_shown_is_solved():
    model = read_game(FIRST)
    found = solve(model.game)
    assert found.complete
    assert len(found) > 0
    for reform in model.reforms:
        assert len(solve(reform(model.game))) > 0


UNSOLVED = {
    "interval": ("choices = { none = 0, some = 1, full = 2 }", "interval = [0, 4]"),
    "continuum": ('label = "Supplier"', 'label = "Supplier"\nsize = "continuum"'),
}


@pytest.mark.parametrize("what", UNSOLVED)
def test_what_is_marked_as_not_solved_yet_is_read_and_refused(what):
    old, new = UNSOLVED[what]
    assert old in FIRST
    assert what in GAME_FILES
    text = FIRST.replace(old, new, 1)
    if what == "continuum":  # then everybody else speaks of the mean
        text = text.replace("benefit*effort", "benefit*mean(effort)").replace(
            '"effort/5"', '"mean(effort)/5"'
        )
    else:  # whoever moves in stage 2 does not see the number of stage 1
        assert 'player = "lead"\n' in text
        text = text.replace('player = "lead"\n', 'player = "lead"\nstage = 2\nobserves = []\n', 1)
    model = read_game(text)
    with pytest.raises(StructureError):
        solve(model.game)
