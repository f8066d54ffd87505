"""What the models look like on paper: stock LaTeX compiles it, and nothing runs off the page."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import sympy as sp

from pigou.bibliography import cited
from pigou.compare_page import compare_page
from pigou.comparison import compare
from pigou.laying_out import ROOM, abbreviated, in_lines, in_text, width
from pigou.model_notation import model_latex, subject
from pigou.models import load, names
from pigou.papers import load as load_paper
from pigou.prove_page import prove_latex
from pigou.proving import prove_all
from pigou.regimes_page import regimes_latex
from pigou.replicate_page import replicate_latex
from pigou.replicating import replicate
from pigou.solving import regimes
from pigou.tables import as_latex

QUICK = {
    "regimes": ["hold_up"],
    "prove": ["bargaining_power"],
    "compare": ["exclusion"],
}
WIDEST = 20.0
"""Points by which a line may run into the margin."""

needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")


def preamble(written: str) -> set[str]:
    """Return what a page says it needs in the preamble."""
    said = "\n".join(re.findall(r"^% (.*)$", written, re.M)).replace("needs in the preamble:", "")
    return {line.removeprefix("needs ") for line in said.splitlines() if line.strip()}


def on_paper(pages: list[str], folder: Path) -> str:
    """Compile pages, each with no more than it says that it needs; return what LaTeX says."""
    needed = sorted({line for page in pages for line in preamble(page)}, key=len)
    body = "\n\\clearpage\n".join(pages)
    document = "\n".join(
        [r"\documentclass{article}", *needed, r"\begin{document}", body, r"\end{document}"]
    )
    (folder / "paper.tex").write_text(document, encoding="ascii")
    run = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=folder, capture_output=True, text=True, errors="replace", timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:]
    return run.stdout


def assert_reads_well(said: str) -> None:
    too_wide = [float(w) for w in re.findall(r"Overfull \\hbox \(([\d.]+)pt", said)]
    assert max(too_wide, default=0) <= WIDEST, re.findall(r"Overfull .*", said)
    assert "undefined" not in said
    assert "Missing character" not in said


@needs_latex
def test_every_model_section_compiles_and_stays_on_the_page(tmp_path: Path) -> None:
    assert_reads_well(on_paper([model_latex(cited(load(name))) for name in names()], tmp_path))


@pytest.mark.parametrize("name", names())
def test_a_model_section_has_what_a_paper_has(name: str) -> None:
    model = cited(load(name))
    written = model_latex(model)
    title, lead = subject(model)
    assert title
    assert lead.endswith(".")
    for part in ("Players", "Moves", "Payoffs", "Parameters", "Source", "Reforms"):
        assert rf"\paragraph{{{part}.}}" in written
    assert r"\begin{align}" in written  # numbered
    assert written.count(r"\item[") >= len(model.reforms)
    assert r"\_" not in written, re.findall(r".{20}\\_.{20}", written)
    assert "@" not in written.replace(r"{@{}", "").replace(r"@{}}", "")


def pages_of(models: dict[str, list[str]]) -> list[str]:
    pages = [regimes_latex(load(n).game, regimes(load(n).game)) for n in models["regimes"]]
    for name in models["prove"]:
        model = cited(load(name))
        pages.append(prove_latex([(name, p) for p in prove_all(model)], {name: model}))
    for name in models["compare"]:
        model = cited(load(name))
        pages.append(as_latex(compare_page(model, compare(model.game, model.reforms))))
    pages.append(replicate_latex([replicate(load_paper("winter2004"))]))
    return pages


@needs_latex
def test_answers_compile_and_stay_on_the_page(tmp_path: Path) -> None:
    assert_reads_well(on_paper(pages_of(QUICK), tmp_path))


@pytest.mark.long
@needs_latex
def test_all_answers_compile_and_stay_on_the_page(tmp_path: Path) -> None:
    out = {"immiserising", "race", "facility", "key_player", "tax_competition"}
    # slow, the fourth too wide, the last without closed forms
    whole = [n for n in names() if {m.stage for m in load(n).game.moves} == {1} and n not in out]
    proved = [n for n in names() if load(n).propositions]
    assert_reads_well(
        on_paper(pages_of({"regimes": whole, "prove": proved, "compare": list(names())}), tmp_path)
    )


# -- how wide ---------------------------------------------------------------------------------


def test_a_fraction_is_as_wide_as_its_wider_part() -> None:
    wide, narrow = width(r"\frac{a + b + c}{2}"), width(r"\frac{a + b}{a + b + c + d}")
    assert width("a + b + c") <= wide < width("a + b + c") + 1
    assert width("a + b + c + d") <= narrow < width("a + b + c + d") + 1


def test_rows_of_cases_count_once() -> None:
    one = width(r"\begin{cases} a & \text{if } b \\ 0 & \text{otherwise} \end{cases}")
    two = width(
        r"\begin{cases} a & \text{if } b \\ 0 & \text{if } c \\ 0 & \text{otherwise} \end{cases}"
    )
    assert one == two


def test_lines_hold_all_terms_and_none_is_overfull() -> None:
    widths = [20.0, 30.0, 10.0, 5.0, 50.0, 1.0]
    counts = in_lines(widths)
    assert sum(counts) == len(widths)
    start = 0
    for count in counts:
        assert count == 1 or sum(widths[start : start + count]) <= ROOM
        start += count


def test_abbreviations_stand_for_what_they_replace() -> None:
    x, y, z = sp.symbols("x y z", real=True)
    part = sum(x**k * y ** (20 - k) for k in range(10))
    formula = z * part**2 / (1 + part) + y
    found, parts = abbreviated({"a": formula}, sp.latex)
    assert parts
    assert all(width(sp.latex(t)) <= ROOM for t in found["a"].as_ordered_terms())
    back = found["a"]
    for name in reversed(parts):
        back = back.xreplace({sp.Symbol(name, real=True): parts[name]})
    assert sp.expand(sp.numer(sp.together(back - formula))) == 0


def test_a_wide_condition_is_broken_at_and_and_or() -> None:
    x = sp.symbols("x0:9", real=True)
    long = [sum(x[k] * x[(k + j) % 9] for k in range(4)) < j for j in range(1, 4)]
    written = in_text(sp.Or(sp.And(*long), x[0] > 1), sp.latex)
    assert written.count(r"\text{ and}") == 2
    assert " or " in written
    for line in re.findall(r"gathered\} (.*?) \\end", written)[0].split(r"\\"):
        assert width(line) <= ROOM + 5
