"""The precision that fits observed choices: against a grid, the other package, and at the ends."""

import doctest
import io
import json
import math
import random
import re
from fractions import Fraction as F
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from scipy.optimize import brentq, minimize_scalar

from games import random_tables, table_game
from pigou.catalogue import find_model
from pigou.cli import cli
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError, FileError, StructureError
from pigou.gambit import read_nfg
from pigou.game import Game, Move, Player
from pigou.models import load
from pigou.quantal import labels
from pigou.quantal_fit import Sample, fit_precision, same_precision
from pigou.quantal_fit_page import fit_page
from pigou.quantal_observed import case_samples, read_samples
from pigou.solvers.form import finite_form
from pigou.tables import Words
from test_cli import problems

ROOT = Path(__file__).resolve().parents[1]
CASE = str(ROOT / "examples" / "threshold_public_good" / "case.toml")
SCHEMA = json.loads((ROOT / "docs/schemas/pigou-quantal-1.schema.json").read_text("utf-8"))
TEXT = 'NFG 1 R "Ochs" { "row" "column" } { 2 2 } 1.1141 0 0 1.1141 0 1.1141 0.2785 0'
OCHS = read_nfg(TEXT)
N, ROW, COLUMN = 128, 0.527, 0.366
SEEN = {
    "row": {"1": "67.456", "2": "60.544"},
    "column": {"1": "46.848", "2": "81.152"},
}  # fmt: skip


def run(*args):
    return CliRunner().invoke(cli, ["quantal", *map(str, args)])


def firms(wait, upgrade):
    return Sample("s", load("coordination").game, {"firm": {"wait": wait, "upgrade": upgrade}})


@cache
def first_block():
    return fit_precision([Sample("block", OCHS, SEEN)], 20)


def ochs_log_likelihood(precision):
    """By the scalar fixed point of the two conditions."""
    sigma = lambda z: 1 / (1 + math.exp(-z))  # noqa: E731
    column = lambda p: sigma(precision * 1.1141 * (1 - 2 * p))  # noqa: E731
    gap = lambda p: p - sigma(precision * (1.1141 * column(p) - 0.2785 * (1 - column(p))))  # noqa: E731
    p = brentq(gap, 0, 1, xtol=1e-15)
    q = column(p)
    return N * (
        ROW * math.log(p) + (1 - ROW) * math.log(1 - p)
        + COLUMN * math.log(q) + (1 - COLUMN) * math.log(1 - q)
    )  # fmt: skip


def test_the_estimate_is_that_of_an_independent_search():
    fit = first_block()
    other = minimize_scalar(lambda k: -ochs_log_likelihood(k), bounds=(0.5, 4), method="bounded",
                            options={"xatol": 1e-9})  # fmt: skip
    assert fit.best.precision == pytest.approx(other.x, abs=1e-5)
    assert fit.best.log_likelihood == pytest.approx(-other.fun, abs=1e-9)
    h = 1e-3
    bend = (ochs_log_likelihood(other.x + h) - 2 * ochs_log_likelihood(other.x)
            + ochs_log_likelihood(other.x - h)) / h**2  # fmt: skip
    assert fit.best.standard_error == pytest.approx(1 / math.sqrt(-bend), rel=1e-4)
    assert fit.evidence.grade == Grade.CERTIFIED and fit.precision.width < F(1, 10**6)
    assert fit.precision.lower < F(other.x).limit_denominator(10**6) < fit.precision.upper
    assert fit.others == () and fit.elsewhere is None and fit.place == "inside"


def test_random_play_and_nash_stand_beside_it():
    fit = first_block()
    assert fit.random == pytest.approx(2 * N * math.log(0.5))
    q = 0.2785 / (1.1141 + 0.2785)
    nash = N * (math.log(0.5) + COLUMN * math.log(q) + (1 - COLUMN) * math.log(1 - q))
    assert fit.nash_log_likelihood == pytest.approx(nash) and fit.nash[0].complete
    ratio = 2 * (fit.best.log_likelihood - fit.random)
    assert fit.p_value == pytest.approx(math.erfc(math.sqrt(ratio / 2)) / 2)


@pytest.mark.long
def test_against_pygambit():
    gambit = pytest.importorskip("pygambit")
    if not hasattr(gambit, "qre") or not hasattr(gambit.qre, "logit_estimate"):
        pytest.skip("this version of pygambit has no logit_estimate")
    game = gambit.read_nfg(io.BytesIO(TEXT.encode()))
    data = game.mixed_strategy_profile([[N * ROW, N * (1 - ROW)], [N * COLUMN, N * (1 - COLUMN)]])
    other = gambit.qre.logit_estimate(data)
    fit = first_block()
    assert fit.best.precision == pytest.approx(other.lam, abs=1e-5)
    assert fit.best.log_likelihood == pytest.approx(other.log_like, abs=1e-8)


def test_nash_that_rules_out_what_was_observed_has_minus_infinity():
    dominant = read_nfg('NFG 1 R "pd" { "a" "b" } { 2 2 } 3 3 5 0 0 5 1 1')
    fit = fit_precision([Sample("s", dominant, {"a": {"1": 3, "2": 7}, "b": {"1": 2, "2": 8}})], 20)
    assert fit.nash[0].log_likelihood == -math.inf and fit.place == "inside"
    never = fit_precision([Sample("s", dominant, {"a": {"2": 7}, "b": {"2": 8}})], "5")
    assert never.nash[0].log_likelihood == 0 and never.place == "end"
    assert never.best.standard_error is None and never.reached == pytest.approx(5)


def test_random_play_is_best_where_choices_go_against_the_branch():
    fit = fit_precision([firms(2, 8)], 30)
    assert fit.place == "start" and fit.best.precision == 0 and fit.p_value == 1
    assert fit.best.log_likelihood == pytest.approx(fit.random)
    assert fit.elsewhere.log_likelihood == pytest.approx(
        10 * (0.2 * math.log(0.2) + 0.8 * math.log(0.8))
    )


# -- no estimate ----------------------------------------------------------------------------------

ALONE = Game("alone", [Player("a")], [Move("x", "a", {"n": 0, "y": 1, "z": 3})], {"a": "x"})


def test_choices_that_are_all_best_have_no_finite_estimate():
    """Rounding, where the likelihood is level, was taken for many peaks, the first for the best."""
    fit = fit_precision([Sample("s", ALONE, {"a": {"z": 10}})])
    assert fit.place == "end" and fit.others == () and fit.arrived
    assert fit.best.log_likelihood == 0 and fit.best.standard_error is None


def test_choices_that_are_all_of_another_equilibrium_are_fitted_on_its_branch():
    fit = fit_precision([firms(0, 10)], 30)
    assert fit.place == "start" and fit.elsewhere.place == "end"
    assert fit.elsewhere.precision == pytest.approx(30)
    assert fit.elsewhere.standard_error is None
    assert fit.elsewhere.shares[0]["firm"]["upgrade"] > 0.999


def test_even_counts_are_random_play_in_spite_of_rounding():
    fit = fit_precision([Sample("s", ALONE, {"a": {"n": 10, "y": 10, "z": 10}})], 5)
    assert (fit.place, fit.best.precision, fit.p_value) == ("start", 0, 1)


def test_a_branch_that_stays_at_even_odds_says_nothing_about_the_precision():
    pennies = read_nfg('NFG 1 R "mp" { "a" "b" } { 2 2 } 1 -1 -1 1 -1 1 1 -1')
    fit = fit_precision([Sample("s", pennies, {"a": {"1": 7, "2": 3}})], 5)
    assert (fit.place, fit.p_value, fit.best.standard_error) == ("flat", 1, None)
    words = [b.text for b in fit_page([fit]).blocks if isinstance(b, Words)]
    assert any("say nothing about lambda" in text for text in words)
    assert not any("falls from even odds" in text for text in words)


@pytest.mark.parametrize("most", [7, "7.3"])
def test_a_branch_that_is_followed_as_far_as_was_asked_for_has_arrived(most):
    """Its last point lay a rounding error before it, and the exit code was 3."""
    fit = fit_precision([firms(9, 1)], most)
    assert fit.arrived and fit.reached == float(most)


def test_payoffs_that_differ_by_too_little_for_doubles_are_refused():
    tiny = Game("t", [Player("a")], [Move("x", "a", {"n": 0, "y": 1})], {"a": "x/10**99/10**99"})
    with pytest.raises(StructureError, match="change their unit"):
        fit_precision([Sample("s", tiny, {"a": {"n": 1, "y": 3}})])


def test_a_player_without_a_choice_is_no_obstacle():
    moves = [Move("x", "a", {"n": 0}), Move("y", "b", {"n": 0, "m": 1})]
    game = Game("one", [Player("a"), Player("b")], moves, {"a": "y", "b": "y"})
    fit = fit_precision([Sample("s", game, {"a": {"n": 5}, "b": {"n": 1, "m": 3}})], 20)
    assert (
        fit.best.precision == pytest.approx(math.log(3)) and fit.evidence.grade.name == "CERTIFIED"
    )


# -- several samples ------------------------------------------------------------------------------


def test_several_samples_are_fitted_on_other_branches_as_well():
    pooled = fit_precision([firms(1, 9), firms(0, 10)], 30)
    one = fit_precision([firms(1, 19)], 30)
    assert pooled.place == "start"
    assert pooled.elsewhere.precision == pytest.approx(one.elsewhere.precision, rel=1e-8)
    assert pooled.elsewhere.log_likelihood == pytest.approx(one.elsewhere.log_likelihood)
    assert pooled.elsewhere.standard_error == pytest.approx(one.elsewhere.standard_error)
    words = [b.text for b in fit_page([one], pooled).blocks if isinstance(b, Words)]
    assert any("each sample on the branch that fits it best" in text for text in words)


@pytest.mark.long
def test_a_peak_right_behind_a_turn_of_another_branch_is_found():
    """By the share w of all logit equilibria of the first game; the second has a single branch."""
    gains, at_most = [(-4, -6, -5, 4, 0, 2), (5, -2, -6)], 25
    counts, samples = [(9, 20), (14, 6)], []
    for row, (a, b) in zip(gains, counts, strict=True):
        terms = " + ".join(f"if(sum(x) - 1 == {k}, {v}, 0)" for k, v in enumerate(row) if v)
        move = Move("x", "p", {"a": 0, "b": 1})
        game = Game("g", [Player("p", size=len(row))], [move], {"p": f"x*({terms})"})
        samples.append(Sample("s", game, {"p": {"a": a, "b": b}}))

    def gain(row, w):
        n = len(row) - 1
        return sum(v * math.comb(n, k) * w**k * (1 - w) ** (n - k) for k, v in enumerate(row))

    def level(w):
        precision = math.log(w / (1 - w)) / gain(gains[0], w)
        if not 0 <= precision <= 3:
            return -math.inf, precision
        other = brentq(
            lambda v: math.log(v / (1 - v)) - precision * gain(gains[1], v), 1e-9, 1 - 1e-9
        )
        pairs = zip(counts, (w, other), strict=True)
        return sum(a * math.log(1 - v) + b * math.log(v) for (a, b), v in pairs), precision

    best, precision = max(level(w) for w in (0.6 + k / 20_000 for k in range(2_000)))
    found = fit_precision(samples, at_most).elsewhere
    assert found.log_likelihood == pytest.approx(best, abs=1e-5)
    assert found.precision == pytest.approx(precision, abs=0.01)


@pytest.mark.long
def test_several_samples_share_one_precision():
    fits = [fit_precision([one]) for one in (firms(7, 3), firms(8, 2))]
    pooled = fit_precision([firms(7, 3), firms(8, 2)])
    assert fits[0].best.precision < pooled.best.precision < fits[1].best.precision
    alone = fit_precision([firms(15, 5)])
    assert pooled.best.precision == pytest.approx(alone.best.precision, rel=1e-8)
    assert pooled.best.standard_error == pytest.approx(alone.best.standard_error, rel=1e-6)
    assert pooled.evidence.grade == Grade.CERTIFIED
    ratio, degrees, p = same_precision(pooled, fits)
    assert degrees == 1 and 0 < ratio < 1 and 0.3 < p < 1


def test_a_likelihood_with_several_peaks_lists_them():
    """Two alike in the first game of McKelvey and Palfrey: D rises along the branch, and falls."""
    pay = (
        "if(x == 0, sum(x == 0) - 1 + sum(x == 2), 0)"
        " + if(x == 2, sum(x == 0) + 100*sum(x == 1) + sum(x == 2) - 1, 0)"
    )
    move = Move("x", "p", {"U": 0, "M": 1, "D": 2})
    game = Game("two alike", [Player("p", size=2)], [move], {"p": pay})
    fit = fit_precision([Sample("s", game, {"p": {"U": 16, "M": 3, "D": 81}})], 10)
    (other,) = fit.others
    assert fit.place == "inside" and fit.best.precision == pytest.approx(3.1, abs=0.2)
    assert other.precision == pytest.approx(0.295, abs=0.02)
    assert 0 < fit.best.log_likelihood - other.log_likelihood < 1


@pytest.mark.long
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_samples_on_a_branch_that_turns_back_are_fitted_on_all_its_pieces(share):
    """Three who are alike in nothing: what is pooled is the same game, so that it fits as one."""
    game = table_game(random_tables(random.Random(147), (2, 2, 2), -9, 9), (2, 2, 2))
    rows = finite_form(game).groups
    counts = [
        {g.player: {labels(g)[0]: n * share, labels(g)[1]: n * (1 - share)} for g in rows}
        for n in (F(10), F(30), F(40))
    ]
    counts = [{k: {a: F(n) for a, n in row.items()} for k, row in one.items()} for one in counts]
    pooled = fit_precision([Sample("s", game, one) for one in counts[:2]], 20)
    alone = fit_precision([Sample("s", game, counts[2])], 20)
    assert pooled.place == alone.place
    assert pooled.best.log_likelihood == pytest.approx(alone.best.log_likelihood, abs=1e-9)
    assert pooled.best.precision == pytest.approx(alone.best.precision, abs=1e-7)


# -- observations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"rwo": {"1": 1}}, "no player 'rwo'; did you mean 'row'"),
        ({"row": {"A": 1}}, "no choice 'A' in 'row'"),
        ({"row": {"1": -1}}, "at least 0, not -1"),
        ({"row": {"1": "nan"}}, "is not a number"),
        ({"row": {"1": "1e400"}}, "at most 1000000000000000"),
        ({"row": {"1": 0}}, "no choice was observed"),
        ({}, "no choice was observed"),
    ],
)
def test_counts_that_do_not_fit_are_refused(counts, message):
    with pytest.raises(DeclarationError, match=message):
        Sample("s", OCHS, counts)


def test_an_empty_fit_is_refused():
    with pytest.raises(DeclarationError, match="needs a sample"):
        fit_precision([])
    with pytest.raises(DeclarationError, match="above 0"):
        fit_precision([firms(7, 3)], 0)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.toml", "[counts.firm]\nweit = 3\n", "no choice 'weit'"),
        ("a.toml", "[counts.farm]\nwait = 3\n", "no player 'farm'"),
        ("a.toml", "[counts.firm]\nwait = true\n", "a number or a formula is needed"),
        ("a.toml", "[count.firm]\nwait = 3\n", "did you mean 'counts'"),
        ("a.toml", "[counts\n", "not valid TOML"),
        ("a.json", "{", "not valid JSON"),
        ("a.json", "[]", "a table is needed"),
        ("a.csv", "wait,3", "are read from a .toml or .json file"),
        ("a.toml", "samples = []\n", "at least one sample"),
        ("a.toml", "[[samples]]\nset = { firm = 3 }\ncounts = { firm = { wait = 1 } }", "firm"),
    ],
)
def test_files_that_do_not_fit_are_refused(name, text, message, tmp_path):
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(FileError) as refused:
        read_samples(file, load("coordination"))
    assert message in str(refused.value) and str(refused.value).startswith(str(file))
    printed = run("coordination", "--observed", file)
    assert printed.exit_code == 4 and message in printed.stderr


def test_samples_of_a_file_name_their_games(tmp_path):
    (tmp_path / "ochs.nfg").write_text(TEXT)
    file = tmp_path / "seen.json"
    rows = [
        {"model": "ochs.nfg", "counts": SEEN},
        {"set": {"firms": 3}, "counts": {"firm": {"wait": 7, "upgrade": 3}}},
        {"reforms": ["uniform_subsidy"], "counts": {"firm": {"wait": 1, "upgrade": 2.5}}},
    ]
    file.write_text(json.dumps({"samples": rows}))
    first, second, third = read_samples(file, load("coordination"), {"benefit": F(6, 5)})
    assert first.game.name == "Ochs" and first.at == {}
    assert second.name == "firms = 3" and second.at == {"benefit": F(6, 5), "firms": 3}
    assert third.name == "uniform_subsidy" and third.counts["firm"]["upgrade"] == F(5, 2)


def test_the_command_prints_estimates_and_json_follows_the_schema(tmp_path):
    file = tmp_path / "seen.toml"
    file.write_text("[counts.firm]\nwait = 7\nupgrade = 3\n")
    printed = run("coordination", "--observed", file, "--precision", 20)
    assert printed.exit_code == 0 and "4.519" in printed.stdout and "certified" in printed.stdout
    both = tmp_path / "both.toml"
    both.write_text("".join(
        f"[[samples]]\ncounts = {{ firm = {{ wait = {n}, upgrade = {10 - n} }} }}\n" for n in (7, 2)
    ))  # fmt: skip
    upto = ("--precision", 20)
    result = json.loads(run("coordination", "--observed", both, *upto, "--json").stdout)
    assert list(problems(result, SCHEMA, SCHEMA)) == []
    assert result["fits"][1]["place"] == "start" and result["same_precision"]["degrees"] == 1
    assert "approximate only" in run("coordination", "--observed", both, *upto).stdout
    assert run("coordination", "--observed", file, "--branch").exit_code == 2
    far = run("coordination", "--observed", file, "--precision", 1)
    assert far.exit_code == 3 and "rises up to precision 1," in far.stdout


def test_the_samples_of_a_case_are_its_table():
    samples = case_samples(find_model(CASE))
    assert [s.name for s in samples][:2] == ["threshold = 2, baseline", "threshold = 2, voluntary"]
    assert {s.total for s in samples} == {191}
    assert dict(samples[-1].counts["subject"]) == {"contribute": 133, "free_ride": 0, "leave": 58}
    assert run(CASE, "--observed", "case", "--set", "threshold=4").exit_code == 2


def test_the_how_to_page_runs():
    page = ROOT / "docs" / "how-to" / "quantal-response.md"
    examples = doctest.DocTestParser().get_doctest(
        "\n".join(re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)),
        {}, page.name, str(page), 0,
    )  # fmt: skip
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    assert runner.run(examples, out=report.append).failed == 0, "".join(report)
    assert len(examples.examples) >= 8
