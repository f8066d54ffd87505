"""What a game in stages means: who moves when, what each knows, what is left afterwards."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pigou import (
    Chance,
    DeclarationError,
    Enclosure,
    ExpressionError,
    Game,
    Move,
    Parameter,
    Player,
    Stages,
    StructureError,
    solve,
    subgame,
)
from pigou.stages import Draw, Turn, is_staged

YES_NO = {"no": 0, "yes": 1}


def pair(*moves, chance=(), parameters=(), payoffs=None) -> Game:
    return Game(
        "pair",
        [Player("ann"), Player("bob")],
        moves,
        payoffs or {"ann": "0", "bob": "0"},
        chance=chance,
        parameters=parameters,
    )


def events(game, at=None):
    return [(dict(n.history), e) for n, e in Stages(game, game.values(at)).walk()]


def information(game, move):
    return {
        tuple(turn.seen.items())
        for _, turn in events(game)
        if isinstance(turn, Turn) and move in turn.moves
    }


def test_a_later_stage_sees_all_earlier_moves_and_not_those_of_its_own():
    game = pair(Move("x", "ann", YES_NO), Move("y", "bob", YES_NO), Move("z", "bob", YES_NO, 2))
    assert information(game, "x") == {()}
    assert information(game, "y") == {()}
    assert information(game, "z") == {
        (("x", x), ("y", y)) for x in ("no", "yes") for y in ("no", "yes")
    }


def test_what_a_move_does_not_observe_is_unknown_but_the_own_past_is_remembered():
    game = pair(
        Move("x", "ann", YES_NO),
        Move("y", "bob", YES_NO, 2),
        Move("z", "ann", YES_NO, 3, observes=()),
        Move("w", "bob", YES_NO, 4, observes=("z",)),
    )
    assert information(game, "z") == {(("x", "no"),), (("x", "yes"),)}
    # bob saw x before y, and did y: both are remembered at w, though w observes z alone
    assert information(game, "w") == {
        (("x", x), ("y", y), ("z", z))
        for x in ("no", "yes") for y in ("no", "yes") for z in ("no", "yes")
    }  # fmt: skip


def test_a_move_whose_condition_fails_is_not_made_and_counts_as_zero():
    game = pair(
        Move("enter", "ann", {"out": 3, "inside": 5}),
        Move("fight", "bob", {"soft": 7, "hard": 8}, 2, when="enter == inside"),
        payoffs={"ann": "fight", "bob": "-fight"},
    )
    ends = [history for history, event in events(game) if event is None]
    assert ends == [
        {"enter": "out"}, {"enter": "inside", "fight": "soft"}, {"enter": "inside", "fight": "hard"}
    ]  # fmt: skip
    found = solve(game)
    assert [str(e.payoffs["ann"]) for e in found] == ["7"]
    assert [dict(e.path["enter"]) for e in found] == [{"inside": Enclosure.point(1)}]


def test_conditions_may_compare_numbers_and_parameters():
    game = pair(
        Move("x", "ann", {"a": 1, "b": 2, "c": 3}),
        Move("y", "bob", YES_NO, 2, when="x >= bar"),
        parameters=[Parameter("bar", 2)],
    )
    asked = {h["x"] for h, e in events(game) if isinstance(e, Turn) and e.moves == ("y",)}
    assert asked == {"b", "c"}
    asked = {h["x"] for h, e in events(game, {"bar": 3}) if isinstance(e, Turn) and "y" in e.moves}
    assert asked == {"c"}


def test_moves_of_one_player_in_one_stage_are_decided_together():
    game = pair(Move("x", "ann", YES_NO), Move("y", "ann", YES_NO), Move("z", "bob", YES_NO))
    turns = [e for _, e in events(game) if isinstance(e, Turn) and e.player == "ann"]
    assert [t.moves for t in turns] == [("x", "y")]
    assert len(turns[0].actions) == 4


def coin(**more):
    return Chance("coin", {"heads": (1, "1/4"), "tails": (2, "3/4")}, **more)


def test_a_draw_is_made_before_the_first_who_sees_it_and_after_all_others():
    moves = Move("x", "ann", YES_NO), Move("y", "bob", YES_NO, 2)

    def first_names(game):
        names = []
        for _, event in events(game):
            name = event.name if isinstance(event, Draw) else event.moves[0] if event else "end"
            if name not in names:
                names.append(name)
        return names

    assert first_names(pair(*moves, chance=[coin()])) == ["x", "y", "coin", "end"]
    assert first_names(pair(*moves, chance=[coin(seen_by=["bob"])])) == ["x", "coin", "y", "end"]
    assert first_names(pair(*moves, chance=[coin(seen_by=["ann"])])) == ["coin", "x", "y", "end"]
    seen = Move("y", "bob", YES_NO, 2, observes=["coin"])
    assert first_names(pair(moves[0], seen, chance=[coin()])) == ["x", "coin", "y", "end"]


def test_a_draw_may_depend_on_a_move_and_a_move_on_a_draw():
    game = pair(
        Move("invest", "ann", YES_NO),
        Move("buy", "bob", YES_NO, 2, observes=(), when="luck == good"),
        chance=[Chance("luck", {"good": (1, "1/3"), "bad": (2, "2/3")}, when="invest == yes")],
    )
    ends = [h for h, e in events(game) if e is None]
    assert {"invest": "no"} in ends
    assert {"invest": "yes", "luck": "bad"} in ends
    assert information(game, "buy") == {()}


def test_a_draw_of_probability_zero_has_no_branch():
    game = Game(
        "solo",
        [Player("ann")],
        [Move("x", "ann", YES_NO)],
        {"ann": "x*c"},
        chance=[Chance("c", {"a": (1, "p"), "b": (2, "1 - p")}, seen_by=["ann"])],
        parameters=[Parameter("p", 1)],
    )
    draws = [e for _, e in events(game) if isinstance(e, Draw)]
    assert [d.branches for d in draws] == [(("a", Fraction(1)),)]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: pair(Move("x", "ann", YES_NO), Move("y", "bob", YES_NO, when="x == yes")),
            DeclarationError,
            "move 'y': whether it is made cannot depend on 'x', which is not of an earlier stage",
        ),
        (
            lambda: pair(Move("x", "ann", YES_NO, when="x == yes"), Move("y", "bob", YES_NO)),
            DeclarationError,
            "move 'x': when: it cannot depend on itself",
        ),
        (
            lambda: pair(Move("x", "ann", YES_NO), Move("y", "bob", YES_NO, 2, when="xx == yes")),
            ExpressionError,
            "move 'y': when: .*did you mean 'x'",
        ),
        (
            lambda: pair(Move("x", "ann", YES_NO), Move("y", "bob", YES_NO, 2, observes=["xx"])),
            DeclarationError,
            "move 'y': no move 'xx'",
        ),
    ],
)
def test_conditions_that_make_no_sense_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_draws_that_depend_on_each_other_in_a_circle_are_refused():
    game = pair(
        Move("x", "ann", YES_NO, observes=["c"]),
        Move("y", "bob", YES_NO),
        chance=[
            Chance("c", {"a": (1, "1/2"), "b": (2, "1/2")}, when="d == 1"),
            Chance("d", {"a": (1, "1/2"), "b": (2, "1/2")}, when="c == 1"),
        ],
    )
    with pytest.raises(StructureError, match="'c', 'd' depend on each other in a circle"):
        Stages(game, {})


def test_a_draw_that_depends_on_a_later_move_is_refused():
    game = pair(
        Move("x", "ann", YES_NO, observes=["c"]),
        Move("y", "bob", YES_NO, 2),
        chance=[Chance("c", {"a": (1, "1/2"), "b": (2, "1/2")}, when="y == yes")],
    )
    with pytest.raises(StructureError, match="depends on the move 'y' of stage 2, but matters in"):
        Stages(game, {})


def test_what_makes_a_game_staged():
    x, y = Move("x", "ann", YES_NO), Move("y", "bob", YES_NO)
    assert not is_staged(pair(x, y))
    assert not is_staged(pair(x, y, chance=[coin()]))
    assert is_staged(pair(x, y, chance=[coin(seen_by=["ann"])]))
    assert is_staged(pair(x, Move("y", "bob", YES_NO, 2)))


def test_the_game_that_is_left_after_a_history():
    game = pair(
        Move("x", "ann", YES_NO),
        Move("y", "bob", YES_NO, 2, when="x == yes"),
        Move("z", "ann", YES_NO, 2, when="x == no"),
        payoffs={"ann": "x*(1 + y) + 5*z", "bob": "2*y - x"},
    )
    left = subgame(game, {"x": "yes"})
    assert [m.name for m in left.moves] == ["y"]
    assert [p.name for p in left.players] == ["bob"]
    assert str(left.payoff("ann")) == "y + 1"
    assert str(left.payoff("bob")) == "2*y - 1"
    assert not is_staged(left)
    left = subgame(game, {"x": "no"})
    assert [m.name for m in left.moves] == ["z"]
    assert str(left.payoff("bob")) == "0"


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ({"xx": "yes"}, "no move 'xx'"),
        ({"x": "maybe"}, "no choice 'maybe'"),
        ({"x": "yes", "y": "no"}, "nobody has a move left"),
    ],
)
def test_a_history_that_does_not_fit_is_refused(history, words):
    game = pair(Move("x", "ann", YES_NO), Move("y", "bob", YES_NO, 2))
    with pytest.raises(DeclarationError, match=words):
        subgame(game, history)
