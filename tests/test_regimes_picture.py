"""The page, the JSON, the LaTeX and the picture of regimes."""

from __future__ import annotations

import doctest
import itertools
import json
import re
import shlex
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp
from click.testing import CliRunner

from pigou import regimes
from pigou.catalogue import find_model
from pigou.cli import cli
from pigou.errors import DeclarationError
from pigou.regimes_page import regimes_latex
from pigou.regimes_picture import Axis, _Curve, _lines, _Map, read_axes, regimes_picture
from symbolic import compiled

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "classic"
CLASSICS = sorted(file.stem for file in FOLDER.glob("*.toml"))
HOW_TO = (ROOT / "docs" / "how-to" / "regimes.md").read_text(encoding="utf-8")


def game_of(name):
    return find_model(str(FOLDER / f"{name}.toml")).game


def run(*words):
    return CliRunner().invoke(cli, [str(word) for word in words], env={"COLUMNS": None})


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", HOW_TO, re.MULTILINE | re.DOTALL)


def test_the_how_to_shows_what_is_printed(monkeypatch):
    monkeypatch.chdir(ROOT)
    for block in blocks("console"):
        command, _, output = block.removeprefix("$ pigou ").partition("\n")
        done = run(*shlex.split(command))
        assert done.exit_code == 0, done.stderr
        assert output.rstrip() in done.stdout
    examples = "\n".join(blocks("python"))
    test = doctest.DocTestParser().get_doctest(examples, {}, "regimes", "regimes.md", 0)
    report = []
    done = doctest.DocTestRunner().run(test, out=report.append)
    assert done.failed == 0, "".join(report)
    assert done.attempted > 0


def test_json_refers_to_the_equilibria_by_their_numbers():
    file = FOLDER / "hawk_dove.toml"
    result = json.loads(run("regimes", file, "--json").stdout)
    found = regimes(game_of("hawk_dove"))
    assert [e["profile"] for e in result["equilibria"]] == [e.profile for e in found.equilibria]
    assert [r["profile"] for r in result["regimes"]] == [
        e.profile for e in found.equilibria if e.kind == "pure"
    ]
    partition = result["partition"]
    assert {one["outcome"] for one in partition["evidence"].values()} == {"proved"}
    by_number = {e["number"]: e["profile"] for e in result["equilibria"]}
    for stated, regime in zip(partition["regimes"], found.regimes, strict=True):
        assert [by_number[e["number"]] for e in stated["equilibria"]] == [
            e.profile for e in regime.equilibria
        ]
    mixed = next(e for e in result["equilibria"] if e["kind"] == "mixed")
    assert mixed["probabilities"]["one: hawk"]["text"] == "prize/injury"


def test_a_list_that_leaves_mixtures_out_says_so():
    done = run("regimes", "coordination")
    assert "Mixed equilibria are not stated: the number of members is a symbol" in " ".join(
        done.stdout.split()
    )
    assert "Of pure equilibria; exhaustive" in done.stdout
    assert json.loads(run("regimes", "coordination", "--json").stdout)["mixed"]["stated"] is False


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize(
    "name", [n if n == "hawk_dove" else pytest.param(n, marks=pytest.mark.long) for n in CLASSICS]
)
def test_latex_compiles_with_amsmath_alone(name, tmp_path):
    body = regimes_latex(game_of(name), regimes(game_of(name)))
    preamble = "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n"
    (tmp_path / "regimes.tex").write_text(preamble + body + "\\end{document}\n", "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "regimes.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


def test_latex_closes_what_it_opens():
    text = regimes_latex(game_of("stag_hunt"), regimes(game_of("stag_hunt")))
    assert text.count(r"\begin{description}") == text.count(r"\end{description}") == 2
    assert text.count(r"\(") == text.count(r"\)")
    assert text.count("{") == text.count("}")
    assert r"\frac{\mathit{hare}}{\mathit{stag}}" in text


# -- the picture ------------------------------------------------------------------------------


def drawn(name, text):
    game = game_of(name)
    axes = read_axes(text, game)
    over = [axis.name for axis in axes]
    fixed = {p.name: p.default for p in game.parameters if p.name not in over}
    return game, regimes(game, fixed), axes, fixed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("battle_of_the_sexes", "favourite=1/10:4,alone=0:4"),
        ("hawk_dove", "prize,injury"),
        pytest.param("three_standards", "mixed=0:4,red=0:4", marks=pytest.mark.long),
    ],
)
def test_every_point_of_the_picture_is_in_the_regime_it_is_drawn_in(name, text):
    _, found, axes, _ = drawn(name, text)
    places = _Map(found, *axes)
    tests = [compiled(one.condition) for one in found.regimes]
    seen = set()
    for x in list(places.columns())[::31]:
        for low, high, where, _, _ in places.column(x):
            for share in (Fraction(1, 100), Fraction(1, 2), Fraction(99, 100)):
                y = Fraction(low) + share * (Fraction(high) - Fraction(low))
                at = {axes[0].name: Fraction(x), axes[1].name: y}
                assert [n for n, test in enumerate(tests) if test(at)] == [where]
                seen.add(where)
    assert seen == {n for n, one in enumerate(found.regimes) if not one.boundary}


def test_boundaries_are_solved_exactly_for_lines_and_parabolas_and_followed_otherwise():
    x, y = sp.symbols("x y", real=True)
    side = Axis("y", Fraction(-3), Fraction(3))
    for gap, expected in (
        (2 * y - x, [1.0]),
        (y**2 - x, [-(2**0.5), 2**0.5]),
        (y**3 - y - x + 2, [-1.0, 0.0, 1.0]),
    ):
        zeros = sorted(place for _, place in _Curve(gap, x, y).zeros(side, 2.0))
        assert zeros == pytest.approx(expected, abs=1e-12), gap
    wall = _Curve(x**2 - 2, x, y)
    assert wall.vertical
    assert sorted(p for _, p in wall.zeros(side, 0.0)) == pytest.approx([-(2**0.5), 2**0.5])


def test_a_curve_that_turns_back_is_closed_and_no_line_jumps():
    """A circle, followed numerically: one zero more or less in a column is no vertical line."""
    x, y = sp.symbols("x y", real=True)
    curve = _Curve(x**2 + y**2 - 1 + (x**3 + y**3) / 8, x, y)
    axis = Axis("x", Fraction(-2), Fraction(2))
    assert curve.branches is None
    columns = [axis.at((i + 0.5) / 480) for i in range(480)]
    rows = [(c, [(place, True) for _, place in curve.zeros(axis, c)]) for c in columns]
    lines = _lines(rows, 0.4)
    joined = [(a, b) for line in lines for a, b in itertools.pairwise(line)]
    assert all(abs(a[1] - b[1]) < 0.4 and abs(a[0] - b[0]) < 0.01 for a, b in joined)
    assert sum(a[0] == b[0] for a, b in joined) == 2  # left and right, where the curve turns
    ends = [end for line in lines for end in (line[0], line[-1])]
    assert all(ends.count(end) == 2 for end in ends)


def test_the_picture_names_regimes_and_equilibria_and_the_values_of_the_others(tmp_path):
    file = tmp_path / "regimes.svg"
    source = FOLDER / "battle_of_the_sexes.toml"
    done = run("regimes", source, "--picture", "other=0:4,alone=0:4", "-o", file)
    assert done.exit_code == 0, done.stderr
    text = file.read_text(encoding="utf-8")
    for words in ("favourite = 3", "ann: opera; bob: fight", "alone == other", ">other<", ">A<"):
        assert words in text.replace("&gt;", ">"), words
    again = tmp_path / "again.svg"
    run("regimes", source, "--picture", "other=0:4,alone=0:4", "-o", again)
    assert again.read_bytes() == file.read_bytes()


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_ending_picks_the_format(ending, start):
    game, found, axes, fixed = drawn("stag_hunt", "stag,hare")
    assert regimes_picture(game, found, axes, ending, fixed).startswith(start)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--picture", "stag"], "name two parameters"),
        (["--picture", "stag,hair"], "did you mean 'hare'"),
        (["--picture", "stag,stag"], "have to differ"),
        (["--picture", "stag=3:1,hare"], "LOW < HIGH"),
        (["--picture", "stag=x:1,hare"], "stag=LOW:HIGH"),
        (["--picture", "stag=1,hare"], "stag=LOW:HIGH"),
        (["--picture", "stag,hare", "--set", "stag=1"], "drawn over this parameter"),
        (["--picture", "stag,hare"], "needs a file"),
        (["--picture", "stag,hare", "-o", "x.gif"], "svg, png, pdf"),
        (["--picture", "stag,hare", "--json"], "choose one of"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_reason(words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("regimes", FOLDER / "stag_hunt.toml", *words)
    assert done.exit_code == 2
    assert message in done.stderr + done.output + str(done.exception or "")
    assert list(tmp_path.iterdir()) == []


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    game, found, axes, fixed = drawn("stag_hunt", "stag,hare")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(DeclarationError, match=r"pip install 'pigou\[plot\]'"):
        regimes_picture(game, found, axes, "svg", fixed)


def test_pigou_does_not_load_matplotlib_before_it_draws():
    code = "import sys, pigou.regimes_picture; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_regimes_outside_what_the_game_allows_are_not_drawn():
    _, found, axes, _ = drawn("stag_hunt", "stag=-1:1,hare=-1:1")
    places = _Map(found, *axes)
    for x, y in itertools.product((-0.5, 0.5), (-0.4, 0.4)):
        assert (places.where(x, y) is None) == (x < 0 or y < 0)
