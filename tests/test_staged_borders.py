"""Games in stages at knife edges: isolated histories, continua, poles, false certificates."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from pigou import Game, Move, Player, StructureError, solve
from pigou.check_staged_smooth import examine_staged_smooth
from pigou.equilibrium import Strategy
from pigou.exact import Enclosure, Record

YES_NO = {"no": 0, "yes": 1}


def leader_and_chooser(leader, follower, low=0, high=1):
    """Return a game: one player chooses h, another one says yes or no."""
    moves = [Move("h", "leader", (low, high)), Move("f", "follower", YES_NO, 2)]
    payoffs = {"leader": leader, "follower": follower}
    return Game("leader and chooser", [Player("leader"), Player("follower")], moves, payoffs)


def number(move, player, value, rule=None):
    """Return a strategy of a continuous move."""
    expression = None if rule is None else sp.sympify(rule)
    return Strategy(move, player, "", Record(), value=Enclosure.point(value), expression=expression)


# -- borders --------------------------------------------------------------------------------------


def test_borders_that_are_close_to_simple_numbers_are_not_taken_for_them():
    """The follower says yes from 1/3 + 10^-20 on, which is where the leader goes."""
    border = Fraction(1, 3) + Fraction(1, 10**20)
    game = leader_and_chooser("f*(1 - h)", f"f*(h - {border})")
    found = solve(game)
    assert found.complete, found.unresolved
    (one,) = found
    assert one.strategies[0].value == Enclosure.point(border)
    assert str(one.evidence.grade) == "certified"


def test_a_reply_at_an_isolated_history_may_hide_other_equilibria():
    """At h = 1 the follower may say no as well: then h = 0 is best. So the list is not complete."""
    game = leader_and_chooser("-f*(h - 1)**2 - (1 - f)*(1 + h)", "f*(h - 1)**2*(h - 2)", high=3)
    found = solve(game)
    assert [e.strategies[0].value for e in found] == [Enclosure.point(1)]
    assert not found.complete
    assert "others may follow" in found.unresolved[0]


def test_a_reply_at_an_isolated_history_that_pays_less_changes_nothing():
    game = leader_and_chooser("-3*f - (1 - f)*(1 + h)", "f*(h - 1)**2*(h - 2)", high=3)
    found = solve(game)
    assert found.complete
    assert [e.strategies[0].value for e in found] == [Enclosure.point(0)]


@pytest.mark.parametrize("pole", ["1/h", "1/(h - 1/2)", "1/(2*h**2 - 1)"])
def test_payoffs_with_a_pole_are_refused_with_the_reason(pole):
    game = leader_and_chooser(f"f*(1 - h) + {pole}", "f*(h - 1/3)")
    with pytest.raises(StructureError, match="not finite"):
        solve(game)


# -- continua -------------------------------------------------------------------------------------


def after_an_offer():
    """In the middle of a continuum that follows `go`, and only there, going pays."""
    players = [Player("goer"), Player("setter"), Player("follower")]
    moves = [
        Move("go", "goer", YES_NO),
        Move("h", "setter", (0, 2), 2),
        Move("f", "follower", YES_NO, 3),
    ]
    payoffs = {"goer": "go*(h*(1 - h) - 1/8)", "setter": "-f", "follower": "f*(h - 1)"}
    return Game("after an offer", players, moves, payoffs)


def test_of_a_continuum_that_follows_choices_only_the_ends_are_followed():
    """With h = 1/2 after both, going is an equilibrium, and the ends do not show it."""
    found = solve(after_an_offer())
    assert not found.complete
    assert all("continuum" in note for note in found.unresolved)
    assert not found.components  # there is more between these than a line


def test_continua_of_different_rankings_are_not_joined():
    """After h the followers agree on yes or on no; in both cases h does not matter up to 1."""
    players = [Player("setter"), Player("a"), Player("b"), Player("c")]
    moves = [
        Move("h", "setter", (0, 2)),
        Move("f", "a", YES_NO, 2),
        Move("g", "b", YES_NO, 2),
        Move("k", "c", YES_NO, 3),
    ]
    payoffs = {
        "setter": "-k",
        "a": "f*g + (1 - f)*(1 - g)",
        "b": "f*g + (1 - f)*(1 - g)",
        "c": "k*(h - 1)",
    }
    found = solve(Game("agreement", players, moves, payoffs))
    assert sorted(len(s) for c in found.components for s in c.subsets) == [2, 2]


# -- the checker ----------------------------------------------------------------------------------


def test_the_checker_sees_a_peak_next_to_a_border():
    """From 4/5 on the follower says yes, and 9/10 pays 0, more than -2 at h = 0."""
    game = leader_and_chooser("-(1 - f)*(2 + h) - 100*f*(h - 9/10)**2", "f*(h - 4/5)")
    (one,) = solve(game)
    rule = one.strategies[1].expression
    said = {"no": Enclosure.point(1), "yes": Enclosure.point(0)}
    false = [
        number("h", "leader", 0),
        Strategy("f", "follower", "", Record(said), {"no": 1, "yes": 0}, expression=rule),
    ]
    assert not examine_staged_smooth(game, {}, false).confirmed


def test_the_checker_sees_joint_deviations_across_a_kink():
    """Neither x nor y alone is better than 0, but both together are."""
    moves = [
        Move("h", "leader", (0, 1)),
        Move("x", "follower", (0, 1), 2),
        Move("y", "follower", (0, 1), 2),
    ]
    payoffs = {"leader": "h - h**2", "follower": "x + y - 10*abs(x - y) - (x**2 + y**2)/4"}
    game = Game("both", [Player("leader"), Player("follower")], moves, payoffs)
    false = [number("h", "leader", "1/2")]
    false += [number(name, "follower", 0, 0) for name in ("x", "y")]
    assert not examine_staged_smooth(game, {}, false).confirmed


# -- time -----------------------------------------------------------------------------------------


def two_leaders():
    """Two leaders, and a follower who is indifferent along a line: a continuum there."""
    moves = [
        Move("a", "one", (0, 1)),
        Move("b", "two", (0, 1)),
        Move("f", "follower", YES_NO, 2),
    ]
    payoffs = {
        "one": "(1 - f)*a*(2*b - 2) + f*(a*(2 - b) + 1)",
        "two": "(1 - f)*b*(a - 2 - b) + f*(b*(2 + a) - b**2 + 1)",
        "follower": "f*(1/2 - 2*b)",
    }
    return Game("two leaders", [Player(p) for p in ("one", "two", "follower")], moves, payoffs)


def test_a_time_limit_stops_the_search_with_several_leaders():
    found = solve(two_leaders(), time_limit="1e-6")
    assert not found.complete
    assert "the time limit" in found.unresolved[0]


def test_a_time_limit_in_the_middle_leaves_boxes(monkeypatch):
    from pigou.solvers import first_regions

    calls = iter([False, False, True])
    monkeypatch.setattr(first_regions, "time_is_up", lambda: next(calls, True))
    found = solve(two_leaders())
    assert not found.complete
    assert "not settled" in found.unresolved[-1]


def test_a_line_that_cannot_be_settled_is_reported_as_one():
    (note,) = solve(two_leaders()).unresolved
    assert "a in [0, 1], b in [0.2" in note


# -- isolated histories ---------------------------------------------------------------------------


def test_a_tie_at_one_history_where_the_leader_gets_less_is_no_gap():
    """At h = 0 the follower may say yes, but the leader gets 2 at h = 1 by no."""
    found = solve(leader_and_chooser("(1 - f)*2*h + f*(h + 1)", "-f*h"))
    assert found.complete, found.unresolved
    assert [e.strategies[0].value for e in found] == [Enclosure.point(1)]


def test_a_tie_at_one_history_where_the_leader_gets_as_much_is_noted():
    """At h = 0 the follower may say yes, and the leader gets 2 or more there."""
    for bonus in (2, 3):
        found = solve(leader_and_chooser(f"(1 - f)*2*h + {bonus}*f", "-f*h"))
        assert not found.complete
        assert found.unresolved == ("'f yes' at isolated histories, where players are indifferent",)
