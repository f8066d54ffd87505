"""The bibliography: every key that is used is there, every entry is used, and each is complete."""

import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from pigou import papers
from pigou.bibliography import author_year, cite, cited, entries, entry, reference
from pigou.catalogue import find_model
from pigou.cli import cli
from pigou.errors import DeclarationError
from pigou.models import load, names

ROOT = Path(__file__).resolve().parents[1]
KEY = re.compile(r"(?<![\w.])@([a-z]+[0-9]{4}[a-z]+)\b")
ROOMS = [*(ROOT / "models").rglob("*.py"), *(ROOT / "papers").glob("*.py")]
ROOMS += [
    *(ROOT / "src" / "pigou").glob("reform_kinds*.py"),
    *(
        ROOT / "src" / "pigou" / f"{name}.py"
        for name in ("selection", "bargaining", "coalitions", "renegotiation", "nash_in_nash")
    ),
]
FILES = [*ROOMS, *(ROOT / "examples").rglob("*.toml")]


def keys_in(files):
    """Return the keys that are written in files, with the files; those of publications as well."""
    found = {}
    for file in files:
        for key in KEY.findall(file.read_text(encoding="utf-8")):
            found.setdefault(key, set()).add(file.name)
    for name in papers.names():
        found.setdefault(papers.load(name).key, set()).add(f"{name}.py")
    return found


def test_no_key_dangles_and_none_is_unused():
    used = keys_in(FILES)
    assert {key: files for key, files in used.items() if key not in entries()} == {}
    assert sorted(set(entries()) - set(used)) == []


@pytest.mark.parametrize("key", sorted(entries()))
def test_an_entry_is_complete(key):
    one = entry(key)
    assert one.authors and all(family and given for family, given in one.authors)
    assert one.fields["title"] and re.fullmatch("[12][0-9]{3}", one.fields["year"])
    wanted = {
        "article": ("journal", "volume", "eid" if "eid" in one.fields else "pages"),
        "book": ("publisher",),
        "incollection": ("booktitle", "publisher"),
        "inproceedings": ("booktitle", "pages"),
    }[one.kind]
    assert all(one.fields.get(field) for field in wanted)
    if "pages" in one.fields:
        first, last = map(int, one.fields["pages"].split("-"))
        assert first < last
    plain = unicodedata.normalize("NFKD", one.authors[0][0].lower().removeprefix("von "))
    name = re.sub("[^a-z]", "", plain)
    assert key.startswith(name + one.fields["year"])
    word = key[len(name) + 4 :]
    assert word in re.sub("[^a-z ]", "", one.fields["title"].lower()).split()
    said = reference(key)
    assert all(family in said for family, _ in one.authors)
    assert not re.search(r"[{}\\]|\.\.|, ,|@", said)


def test_no_two_entries_are_the_same_publication():
    titles = [(one.fields["title"].lower(), one.fields["year"]) for one in entries().values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("file", ROOMS, ids=lambda file: file.stem)
def test_sources_are_keys_and_repeat_nothing_of_the_entry(file):
    """Volume and pages stand in the bibliography alone; as text they would be printed twice."""
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"\b\d+(\(\d+\))?:\d+-\d+\b", text)


def test_citations_in_a_text():
    assert author_year("carlsson1993global") == "Carlsson and van Damme (1993)"
    assert author_year("vanhuyck1990tacit") == "Van Huyck, Battalio and Beil (1990)"
    assert cite("@segal2003coordination, @nash1951noncooperative.") == "Segal (2003), Nash (1951)."
    for alone in (
        "me@nash1951noncooperative",
        "@nash1951non",
        "@Nash1951",
        "nash1951noncooperative",
    ):
        assert cite(alone) == alone
    assert "Tardos, Éva" in reference("anshelevich2004price")
    assert r"R\&D" in reference("daspremont1988cooperative", latex=True)
    with pytest.raises(DeclarationError, match="did you mean 'nash1951noncooperative'"):
        entry("nash1951noncoperative")


def test_all_sources_of_a_model_are_cited_and_the_model_is_left_alone():
    for name in names():
        model = load(name)
        shown = cited(model)
        texts = [shown.game.source, shown.about, *(r.source for r in shown.reforms)]
        texts += [p.source for r in shown.reforms for p in r.parameters]
        texts += [p.source for p in shown.game.parameters]
        texts += [p.source for p in shown.propositions]
        assert not any(KEY.search(text) for text in texts)
        assert model == load(name)
        assert replace(shown.game, source=model.game.source) == model.game


PRINTS = (
    ["models"],
    ["models", "--json"],
    ["show", "coordination"],
    ["show", "coordination", "--latex"],
    ["show", "coordination", "--json"],
    ["show", "coordination", "--reforms"],
    ["show", "--reforms", "--json"],
    ["compare", "coordination", "-r", "uniform_subsidy"],
    ["compare", "coordination", "-r", "uniform_subsidy", "--format", "md"],
)


@pytest.mark.parametrize("args", PRINTS, ids=" ".join)
def test_what_is_printed_holds_citations_and_no_keys(args):
    printed = CliRunner().invoke(cli, args)
    assert printed.exit_code == 0, printed.output
    assert not KEY.search(printed.stdout)
    flat = " ".join(re.sub("[│|]", " ", printed.stdout).split())
    assert re.search(r"\(\d{4}\)", flat)


def test_keys_in_the_file_of_a_user_are_cited_and_unknown_ones_stay(tmp_path):
    text = (ROOT / "examples" / "classic" / "three_standards.toml").read_text(encoding="utf-8")
    file = tmp_path / "mine.toml"
    file.write_text(
        text.replace('source = "own"', 'source = "@me2020work, after @nash1951noncooperative"'),
        encoding="utf-8",
    )
    assert "@me2020work" in find_model(str(file)).game.source
    printed = CliRunner().invoke(cli, ["show", str(file)]).stdout
    assert "@me2020work, after Nash (1951)" in printed
    kept = CliRunner().invoke(cli, ["show", str(file), "--toml"]).stdout
    assert "@nash1951noncooperative" in kept


def test_the_bibliography_is_read_only_when_a_key_is_looked_up():
    code = (
        "import sys, pigou.cli, pigou.bibliography as b; b.cite('no key'); "
        "print('pybtex' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
