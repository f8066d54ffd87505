"""Time limits: what they end, what is said then, and that nothing depends on the clock without."""

import itertools
import json
import time

import pytest
from click.testing import CliRunner

from pigou import deadline
from pigou.cli import cli
from pigou.comparison import compare
from pigou.errors import DeclarationError, StructureError
from pigou.game import Game, Move, Player
from pigou.gamewriter import write_game
from pigou.reform import subsidy
from pigou.solving import solve

NEVER = 10**6


def contest(players, r="5/4"):
    """A contest whose search takes long: many coupled moves."""
    names = [f"x{k}" for k in range(players)]
    total = " + ".join(f"{x}**({r})" for x in names)
    payoffs = {f"p{k}": f"{k + 5}/5*{x}**({r})/({total}) - {x}" for k, x in enumerate(names)}
    moves = [Move(x, f"p{k}", ("1/100", 1)) for k, x in enumerate(names)]
    return Game("contest", [Player(p) for p in payoffs], moves, payoffs)


def test_past_the_limit_the_answer_is_partial_says_so_and_comes_soon():
    begin = time.monotonic()
    found = solve(contest(4), time_limit=1)
    assert time.monotonic() - begin < 10  # the check of what was found comes after it
    assert not found.complete
    assert found.completeness.startswith("not shown: the time limit of 1 s was reached")
    assert found.unresolved[0] == (
        "the time limit of 1 s was reached before everything was settled"
    )
    assert any("x0 in [" in place and "time limit" in place for place in found.unresolved[1:])


def test_a_limit_that_is_not_reached_changes_nothing():
    game = contest(2)
    assert solve(game, time_limit=NEVER) == solve(game)


def test_no_clock_is_read_without_a_limit(monkeypatch):
    monkeypatch.setattr(deadline.time, "monotonic", lambda: 1 / 0)
    assert solve(contest(2)).complete


def test_work_ends_at_the_limit_on_whatever_clock(monkeypatch):
    clock = itertools.count()
    monkeypatch.setattr(deadline.time, "monotonic", lambda: next(clock))
    found = solve(contest(2), time_limit=9)
    assert "the time limit of 9 s" in found.completeness
    assert not found.complete


@pytest.mark.parametrize("bad", [0, -1, "soon", "nan", "inf", float("nan"), float("inf"), True, []])
def test_a_bad_limit_is_refused(bad):
    with pytest.raises(DeclarationError, match=r"a number of seconds above 0, as in 60 or 1\.5"):
        solve(contest(2), time_limit=bad)


def test_the_search_has_two_thirds_and_the_outer_limit_counts():
    with deadline.time_limit(NEVER) as outer, deadline.time_limit("1e-9") as inner:
        assert deadline.time_is_up()
        assert (outer.stops, inner.stops) == (1, 1)
    with deadline.time_limit(NEVER):
        assert not deadline.time_is_up()
        assert deadline.stops() == (0, "")


def test_mixed_equilibria_of_finite_games_end_at_the_limit_too():
    moves = [Move(f"x{k}", f"p{k}", {str(a): a for a in range(5)}) for k in range(4)]
    payoffs = {f"p{k}": "+".join(f"({(7 * k + 3 * j) % 5 - 2})*x{k}*(x{j} - 2)**{2 + j % 2}"
                                 for j in range(4)) for k in range(4)}  # fmt: skip
    game = Game("finite", [Player(p) for p in payoffs], moves, payoffs)
    found = solve(game, time_limit="1e-6")
    assert not found.complete
    assert "the time limit of 1e-06 s was reached" in found.unresolved[0]


def test_one_limit_holds_for_a_whole_comparison():
    reform = subsidy("x0", "1/10")
    with deadline.time_limit(NEVER):
        assert compare(contest(2), [reform]).baseline.found.complete
    reason = r"first best could not be bounded \(the time limit of 1e-06 s was reached\)"
    with deadline.time_limit("1e-6"), pytest.raises(StructureError, match=reason):
        compare(contest(2), [reform])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "contest.toml"
    path.write_text(write_game(contest(3)), encoding="utf-8")
    return str(path)


def test_the_command_line_ends_with_3_past_the_limit(file):
    done = CliRunner().invoke(cli, ["solve", file, "--time-limit", "0.2", "--json"])
    assert done.exit_code == 3, done.output
    result = json.loads(done.stdout)
    assert not result["complete"]
    assert "the time limit of 0.2 s was reached" in result["unresolved"][0]


def test_the_command_line_refuses_a_bad_limit(file):
    for command in (["solve", file], ["compare", file, "-r", "subsidy:move=x0,rate=1/10"]):
        done = CliRunner().invoke(cli, [*command, "--time-limit", "soon"])
        assert done.exit_code == 2
        assert "time limit soon: a time limit is a number of seconds above 0" in done.stderr
