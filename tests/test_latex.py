"""What the models look like on paper: stock LaTeX compiles it, and nothing runs off the page."""

import itertools
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

from pigou.bibliography import cited
from pigou.compare_page import compare_page
from pigou.comparison import compare
from pigou.laying_out import ROOM, abbreviated, in_lines, in_text, width, with_stops
from pigou.model_notation import model_latex, subject
from pigou.models import load, names
from pigou.papers import load as load_paper
from pigou.prove_page import prove_latex
from pigou.proving import prove, prove_all
from pigou.regimes_page import regimes_latex
from pigou.replicate_page import replicate_latex
from pigou.replicating import replicate
from pigou.solving import regimes
from pigou.tables import as_latex, plain_latex

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
    pages = []
    for name in models["regimes"]:
        game = load(name).game
        pages.append(regimes_latex(game, regimes(game, critical=True, time_limit=20)))
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
    refused = {"deterrence", "risky_channel", "tax_competition"}  # for their structure
    whole = [name for name in names() if name not in refused]
    proved = [n for n in names() if load(n).propositions]
    assert_reads_well(
        on_paper(pages_of({"regimes": whole, "prove": proved, "compare": list(names())}), tmp_path)
    )


def test_a_name_of_several_words_may_be_broken_over_lines() -> None:
    assert plain_latex("component_upgrading") == r"component\_\hspace{0pt}upgrading"


def test_a_proof_says_reforms_and_values_in_the_place_of_parameters_in_symbols() -> None:
    model = cited(load("linkages"))
    name = "pareto_ranked"
    (one,) = (p for p in model.propositions if p.name == name)
    written = prove_latex([("linkages", prove(model, one))], {"linkages": model})
    values = r"$\theta = \frac{1}{2}$, $e = \frac{1}{3}$, $z = 0$"
    assert rf"``all enter'' with {values} is an equilibrium" in written
    assert "input" not in written


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
    assert len(lines_of(written)) == 3


def lines_of(written: str) -> list[str]:
    """Cut a display into its lines, none of them wider than a page."""
    (body,) = re.findall(r"\\begin\{align(?:ed|\*)\} & (.*) \\end\{align", written)
    lines = body.split(r" \\ & ")
    for line in lines:
        indent = 2 * line.count(r"\quad ")
        assert width(line.replace(r"\quad ", "")) + indent <= ROOM + 5, line
    return lines


def as_python(written: str) -> str:
    """Read a display of what `str` writes back as a condition."""
    text = " ".join(lines_of(written))
    for tex, plain in {
        r"\text{ and": " and ", r"\text{ or": " or ", r"\quad": "", r"\bigl(": "(",
        r"\bigr)": ")", r"\left(": "(", r"\right)": ")", r"\leq": "<=", r"\geq": ">=",
    }.items():  # fmt: skip
        text = text.replace(tex, plain)
    return text.replace("{}", "").replace("}", "").replace("&", " and ").replace("|", " or ")


def test_a_broken_condition_says_what_the_whole_one_says() -> None:
    x = sp.symbols("length:9", real=True)
    a, b, c, d, e, f, g, h, i = (y > 0 for y in x)
    sums = sum(x[:7]) + 1 <= x[7] * x[8] - x[0]
    seen = 0
    for condition in (
        sp.And(sp.Or(sp.And(a, sp.Or(b, sp.And(c, d, e, f))), sp.And(g, h, a)), sp.Or(i, b, sums)),
        sp.And(sp.Or(sp.And(a, b, c), sp.And(d, e, f), sp.And(g, h, i)), x[8] <= 1, x[8] >= -1),
        sp.And(a, sp.Or(b, sp.And(c, sp.Or(d, sp.And(e, f, sp.Or(g, sp.And(h, i, sums))))))),
    ):
        read = compile(as_python(in_text(condition, str)), "", "eval")
        exact = sp.lambdify(x, condition, "math")
        for signs in itertools.product((-2, 1), repeat=9):
            assert eval(read, dict(zip(map(str, x), signs, strict=True))) == exact(*signs)
            seen += exact(*signs)
    assert 100 < seen < 1400  # neither always nor never


def test_a_wide_inequality_is_broken_between_its_terms() -> None:
    x = sp.symbols("length:9", real=True)
    for relation in (sum(x) >= 0, sum(x[:5]) <= sum(k * x[k] for k in range(5, 9)), sum(x) < 3):
        read = as_python(in_text(relation, str))
        assert len(lines_of(in_text(relation, str))) > 1
        assert sp.sympify(read.strip(), dict(zip(map(str, x), x, strict=True))) == relation


def test_many_lines_may_be_cut_by_the_end_of_a_page() -> None:
    x = sp.symbols("length:60", real=True)
    few, many = (in_text(sp.And(*(y > 0 for y in x[:n])), str) for n in (9, 60))
    assert r"\allowdisplaybreaks\begin{align*}" in many
    assert "allowdisplaybreaks" not in few
    assert (
        with_stops(f"{few}. So") == few.replace(r" \end{aligned} \]", r". \end{aligned} \]") + " So"
    )
    assert with_stops(f"{many}: so").endswith(r": \end{align*}} so")


def test_a_page_of_regimes_says_what_is_open() -> None:
    game = load("coordination").game
    found = regimes(game, {"threshold": 1})
    open_ = replace(found, unresolved=("one third of them upgrade (not decided)",))
    written = regimes_latex(game, open_, {"threshold": 1})
    assert "Incomplete: each equilibrium that was found. Not decided: one third" in written
    assert r"Set: \( T = 1 \)." in written
    assert "Incomplete" not in regimes_latex(game, found)
    assert "Every equilibrium, and exactly when it exists:" in regimes_latex(game, found)
