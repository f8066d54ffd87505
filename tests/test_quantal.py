"""Logit equilibria: enclosures against the definition, other routes, and what is refused."""

import json
import math
import random
from fractions import Fraction as F
from pathlib import Path

import mpmath
import numpy as np
import pytest
from click.testing import CliRunner

from games import random_tables, table_game
from pigou.catalogue import find_model
from pigou.cli import cli
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.gambit import read_nfg
from pigou.game import Game, Move, Player, Type
from pigou.models import load
from pigou.quantal import quantal_branch, quantal_response
from pigou.solvers.form import finite_form
from pigou.solvers.logit import LogitCurve, logit_branch, logit_equilibrium, logit_response
from pigou.solvers.logit_enclosure import contracts, enclose_logit, tube_reaches
from pigou.solvers.mixed_payoffs import mixed_payoffs
from test_cli import problems

ROOT = Path(__file__).resolve().parents[1]
CASE = str(ROOT / "examples" / "threshold_public_good" / "case.toml")
SCHEMA = json.loads((ROOT / "docs/schemas/pigou-quantal-1.schema.json").read_text("utf-8"))
OCHS = read_nfg(
    'NFG 1 R "Ochs" { "row" "column" } { 2 2 } 1.1141 0 0 1.1141 0 1.1141 0.2785 0'
)  # fmt: skip
SAME = read_nfg('NFG 1 R "same" { "a" "b" } { 2 2 } 1 1 0 0 0 0 1 1')
CHICKEN = read_nfg('NFG 1 R "ch" { "a" "b" } { 2 2 } 6 6 7 2 2 7 0 0')


def run(*args):
    return CliRunner().invoke(cli, ["quantal", *map(str, args)])


def voluntary(threshold=4):
    model = find_model(CASE)
    return model.reform("voluntary")(model.game), {"threshold": threshold}


def log(share):
    ends = [mpmath.log(mpmath.mpf(e.numerator) / e.denominator) for e in (share.lower, share.upper)]
    return min(ends), max(ends)


def off_definition(one):
    """Return by how much log odds differ from the precision times payoffs of the checker."""
    worst = mpmath.mpf(0)
    with mpmath.workdps(60):
        for strategy, paid in zip(one.strategies, one.payoffs.values(), strict=True):
            names = list(paid)
            for name in names[1:]:
                odds = (
                    log(strategy.probabilities[name])[0] - log(strategy.probabilities[names[0]])[0]
                )
                gap = one.precision * (paid[name] - paid[names[0]]).lower
                worst = max(worst, abs(odds - mpmath.mpf(gap.numerator) / gap.denominator))
    return worst


KINDS = Game(
    "kinds",
    [Player("p", types=[Type("s", 2, {"gain": 1}), Type("t", 1, {"gain": 3})])],
    [Move("x", "p", {"n": 0, "y": 1})],
    {"p": "x*(gain*sum(x) - 4)"},
)
GAMES = [
    (KINDS, {}, "0.9"),
    (OCHS, {}, "1.845609732"), (OCHS, {}, 100), (load("coordination").game, {}, 5),
    (load("coordination").game, {"firms": 20}, 15), (*voluntary(2), "0.1"), (*voluntary(5), "0.4"),
]  # fmt: skip


@pytest.mark.parametrize(("game", "at", "precision"), GAMES, ids=lambda x: str(x)[:20])
def test_an_enclosure_meets_the_definition_with_the_payoffs_of_the_checker(game, at, precision):
    found = quantal_response(game, at, precision=precision)
    one = found.equilibrium
    assert one.evidence.grade == one.on_branch.grade == Grade.CERTIFIED
    assert off_definition(one) < 1e-45
    for strategy in one.strategies:
        total = sum(strategy.probabilities.values(), Enclosure.point(0))
        assert total.lower <= 1 <= total.upper and total.width < F(1, 10**40)


def random_game(seed):
    rng = random.Random(seed)
    shape = rng.choice([(2, 2), (3, 3), (2, 3), (2, 2, 2), (4, 2)])
    return table_game(random_tables(rng, shape, -6, 6), shape)


@pytest.mark.parametrize("seed", range(3))
def test_random_games_are_enclosed(seed):
    one = quantal_response(random_game(seed), precision="0.7").equilibrium
    assert one.evidence.grade == Grade.CERTIFIED
    assert off_definition(one) < 1e-45


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 200))
def test_more_random_games_are_enclosed_and_what_is_certified_is_where_the_curve_is(seed):
    game = random_game(seed)
    found = quantal_response(game, precision=2)
    one = found.equilibrium
    assert one.evidence.grade == Grade.CERTIFIED and off_definition(one) < 1e-45
    last = quantal_branch(game, precision=2).points[-1]
    for strategy, row in zip(one.strategies, last.shares.values(), strict=True):
        for label, share in row.items():
            assert share == pytest.approx(strategy.probabilities[label].value, abs=1e-8)


@pytest.mark.parametrize("threshold", [2, 4, 5])
@pytest.mark.parametrize("precision", [0.05, 0.2])
def test_members_who_may_leave_meet_those_who_stay(threshold, precision):
    """By iterating a damped response of three shares, with binomial probabilities."""
    game, at = voluntary(threshold)
    x = np.array([1 / 3] * 3)
    for _ in range(600):
        q = x[0] / (x[0] + x[1])
        odds = [math.comb(4, k) * q**k * (1 - q) ** (4 - k) for k in range(5)]
        pays = np.array([30 * sum(odds[threshold - 1 :]), 10 + 30 * sum(odds[threshold:]), 20])
        response = np.exp(precision * (pays - pays.max()))
        x = 0.7 * x + 0.3 * response / response.sum()
    found = quantal_response(game, at, precision=precision).equilibrium
    shares = [
        found.strategies[0].probabilities[k].value for k in ("contribute", "free_ride", "leave")
    ]
    assert shares == pytest.approx(x, abs=1e-9)


# -- which point it is ----------------------------------------------------------------------------


def test_contraction_is_shown_exactly_up_to_where_the_branch_forks():
    """Two who gain by doing the same: even odds fork at a precision of 2."""
    form = finite_form(SAME)
    assert contracts(form, F(1999, 1000)) and not contracts(form, F(2))
    alone = finite_form(
        Game("alone", [Player("a")], [Move("x", "a", {"n": 0, "y": 1})], {"a": "x"})
    )
    assert contracts(alone, F(10**6))
    assert not contracts(finite_form(*voluntary()), F(1, 10**6))


def test_where_logit_responses_contract_iterating_them_leads_to_the_point_from_everywhere():
    game, rng = load("coordination").game, random.Random(1)
    form = finite_form(game)
    assert contracts(form, F(6)) and not contracts(form, F(7))
    payoffs = mixed_payoffs(form)
    ((_, wanted),) = logit_equilibrium(form, 6.0).mixtures
    for _ in range(4):
        share = rng.random()
        x = np.array([[1 - share, share]])
        for _ in range(300):
            x = logit_response(payoffs, x, 6.0)
        assert x[0, 1] == pytest.approx(wanted, abs=1e-9)


def test_another_logit_equilibrium_is_enclosed_but_not_shown_to_be_on_the_branch():
    form = finite_form(CHICKEN)
    for start in ([(0.9, 0.1), (0.1, 0.9)], [(0.1, 0.9), (0.9, 0.1)]):
        other = enclose_logit(form, F(5), start)
        assert abs(other.mixtures[0][0].value - other.mixtures[1][0].value) > 0.5
        assert not tube_reaches(form, F(5), other)
    found = quantal_response(CHICKEN, precision=5)
    assert found.equilibrium.evidence.grade == Grade.CERTIFIED
    assert found.equilibrium.on_branch.grade == Grade.NUMERICAL
    assert "crosses another" in found.finding
    assert quantal_response(CHICKEN, precision="0.1").equilibrium.on_branch.grade == Grade.CERTIFIED


def test_a_tube_does_not_pass_a_fork():
    same = finite_form(SAME)
    even = enclose_logit(same, F(3), [(0.5, 0.5), (0.5, 0.5)])
    assert even is not None and not tube_reaches(same, F(3), even)


@pytest.mark.long
@pytest.mark.parametrize("seed", [147, 227, 296])
def test_a_tube_does_not_pass_a_fold(seed):
    rng = random.Random(seed)
    shape = rng.choice([(3, 3), (4, 4), (2, 2, 2)])
    folded = table_game(random_tables(rng, shape, -9, 9), shape)
    found = quantal_response(folded, precision=20)
    assert "turns back 2 times" in found.finding
    assert found.equilibrium.on_branch.grade == Grade.NUMERICAL
    form = finite_form(folded)
    point = logit_equilibrium(form, 20.0).mixtures
    assert not tube_reaches(form, F(20), enclose_logit(form, F(20), point))


@pytest.mark.parametrize(
    "precision", [3.92327, *(pytest.param(x, marks=pytest.mark.long) for x in (3.9229, 3.923293))]
)
def test_a_precision_just_below_a_fold_is_met_at_the_first_passage(precision):
    """The curve passed it, turned back at 3.92329 and passed it again between two points."""
    rng = random.Random(147)
    folded = table_game(
        random_tables(rng, rng.choice([(3, 3), (4, 4), (2, 2, 2)]), -9, 9), (2, 2, 2)
    )
    form = finite_form(folded)
    found = logit_equilibrium(form, precision)
    assert found.turns == 0 and found.residual < 1e-9
    points, arrived = logit_branch(form, precision)
    assert arrived and {p.turns for p in points} == {0}
    for one, other in zip(found.mixtures, points[-1].mixtures, strict=True):
        assert one == pytest.approx(other, abs=1e-6)
    (before,) = [p for p in points if p.precision < 3.9][-1:]
    assert abs(before.mixtures[0][0] - found.mixtures[0][0]) < 0.1


@pytest.mark.parametrize(
    "more", ["1e-8", *(pytest.param(x, marks=pytest.mark.long) for x in ("1e-6", "1e-10"))]
)
def test_a_branch_that_passes_another_closely_is_not_left_for_it(more):
    """Both gain by doing the same, a little more with the first choice: that is where it leads."""
    gain = 1 + F(more)
    near = read_nfg(f'NFG 1 R "near" {{ "a" "b" }} {{ 2 2 }} {gain} {gain} 0 0 0 0 1 1')
    found = quantal_response(near, precision=6)
    assert found.finding == "" and found.equilibrium.on_branch.grade == Grade.NUMERICAL
    for strategy in found.equilibrium.strategies:
        assert strategy.probabilities["1"].value > 0.99


def test_a_crossing_next_to_which_short_steps_fail_is_crossed():
    pays = [[1, -5, -1], [3, 2, 1], [-1, 2, 0]]
    cells = " ".join(f"{pays[i][j]} {pays[j][i]}" for j in range(3) for i in range(3))
    found = logit_equilibrium(
        finite_form(read_nfg('NFG 1 R "s" { "a" "b" } { 3 3 } ' + cells)), 6.0
    )
    assert found.crossings == 1 and found.mixtures[0] == pytest.approx(found.mixtures[1])
    assert found.mixtures[0][1] == pytest.approx(0.78457673, abs=1e-7)


def test_a_huge_precision_is_enclosed():
    found = quantal_response(load("coordination").game, precision="1e8").equilibrium
    share = found.strategies[0].probabilities["upgrade"]
    assert found.evidence.grade == Grade.CERTIFIED
    assert share.lower == 0 and 0 < share.upper < F(1, 2**1000)


def test_irrational_payoffs_leave_the_grade_numerical():
    game = Game("root", [Player("a")], [Move("x", "a", {"n": 0, "y": 1})], {"a": "x*sqrt(2)"})
    one = quantal_response(game, precision=1).equilibrium
    assert one.evidence.grade == one.on_branch.grade == Grade.NUMERICAL
    assert "rounded" in one.evidence.note


# -- slopes and bends -----------------------------------------------------------------------------


@pytest.mark.parametrize("game", [OCHS, load("coordination").game, voluntary()[0], random_game(5)])
def test_derivatives_of_payoffs_are_those_of_differences(game):
    payoffs, rng = mixed_payoffs(finite_form(game)), np.random.default_rng(0)
    logs, d, h = rng.normal(size=payoffs.size), rng.normal(size=payoffs.size), 1e-4
    up, here, down = (payoffs.at_logs((logs + k * h * d)[None])[0] for k in (1, 0, -1))
    assert payoffs.slopes(logs) @ d == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=1e-6)
    assert payoffs.bends(logs, d) == pytest.approx(
        (up - 2 * here + down) / h**2, rel=1e-5, abs=1e-5
    )


@pytest.mark.parametrize("game", [OCHS, load("coordination").game, voluntary()[0], random_game(3)])
def test_derivatives_along_the_branch_are_those_of_differences(game):
    payoffs, h = mixed_payoffs(finite_form(game)), 1e-3
    at = [LogitCurve(payoffs, 1.5 + k * h).follow()[0] for k in (1, 0, -1)]
    curve = LogitCurve(payoffs, 1.5)
    place = next(iter(curve.walk()))._replace(point=at[1])
    tangent = curve._tangent(at[1], np.eye(len(at[1]))[-1])
    pace, bend = curve.curvature(place._replace(tangent=tangent))
    up, here, down = (one[:-1] for one in at)
    assert pace == pytest.approx((up - down) / (2 * h), abs=1e-5)
    assert bend == pytest.approx((up - 2 * here + down) / h**2, abs=1e-4)


# -- the branch, the command line -----------------------------------------------------------------


def test_points_along_the_branch_begin_at_even_odds_and_end_at_the_precision():
    branch = quantal_branch(OCHS, precision=3)
    first, last = branch.points[0], branch.points[-1]
    assert first.precision == 0 and {*first.shares["row"].values()} == {0.5}
    assert last.precision == 3 and branch.arrived and (branch.turns, branch.crossings) == (0, 0)
    assert [next(iter(row.values())) for row in last.shares.values()] == pytest.approx(
        (0.6168968501, 0.3140163618), abs=1e-9
    )
    assert len(quantal_branch(OCHS, precision=0).points) == 1


def test_what_was_not_reached_is_said_with_exit_code_3(monkeypatch):
    monkeypatch.setattr("pigou.solvers.logit._MOST_STEPS", 3)
    found = quantal_response(load("coordination").game, precision=50)
    assert found.equilibrium is None and 0 < found.reached < 50
    assert f"to precision {found.reached:.6g} only, not to 50" in found.finding
    printed = run("coordination", "--precision", 50)
    assert printed.exit_code == 3 and "Not reached" in printed.stdout
    assert (
        json.loads(run("coordination", "--precision", 50, "--json").stdout)["results"][0][
            "equilibrium"
        ]
        is None
    )
    branch = run("coordination", "--precision", 50, "--branch")
    assert branch.exit_code == 3 and "only." in branch.stdout


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "fast", "2e9", "1e400"])
def test_a_precision_out_of_its_domain_is_refused(value):
    with pytest.raises(DeclarationError, match="the precision lambda is a number from 0 to"):
        quantal_response(OCHS, precision=value)
    refused = run("coordination", "--precision", value)
    assert refused.exit_code == 2 and value in refused.stderr


def test_games_that_are_no_tables_are_refused():
    smooth = Game("smooth", [Player("a")], [Move("x", "a", (0, 4))], {"a": "2*x - x**2"})
    with pytest.raises(StructureError, match="continuous"):
        quantal_response(smooth, precision=1)
    with pytest.raises(StructureError, match="stages"):
        quantal_response(find_model(str(ROOT / "examples" / "beer_quiche.efg")).game, precision=1)
    assert run("coordination").exit_code == 2
    assert "--precision" in run("coordination").stderr


def test_a_reform_is_laid_beside_the_game_and_json_follows_the_schema():
    args = (CASE, "--set", "threshold=5", "-r", "voluntary", "--precision", "1/5")
    printed = run(*args)
    assert printed.exit_code == 0 and "free_ride" in printed.stdout and "leave" in printed.stdout
    for more in ([], ["--branch"]):
        result = json.loads(run(*args, *more, "--json").stdout)
        assert list(problems(result, SCHEMA, SCHEMA)) == []
    assert [b["reform"] for b in result["branches"]] == ["baseline", "voluntary"]
    table = run(*args, "--branch", "--format", "csv").stdout.splitlines()
    assert table[0] == "reform,precision,subject: contribute,subject: free_ride,subject: leave"
    assert len(table) == 1 + sum(len(b["points"]) for b in result["branches"])
