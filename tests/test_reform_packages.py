"""Reforms of different kinds, one after the other, in games with a closed form."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
import sympy as sp

from games import table_game
from pigou import (
    Chance,
    Choice,
    Game,
    Move,
    Parameter,
    Player,
    ReformError,
    Step,
    Type,
    assess,
    pay,
    set_parameters,
    solve,
    subsidy,
    tax,
)
from pigou.ledger import balance
from pigou.models import load
from pigou.reform import Reform, reform
from pigou.reform_kinds_coordination import dues
from pigou.reform_notation import reform_text

CHOICE = {"no": 0, "yes": 1}


def surplus(game: Game) -> dict[str, str]:
    found = solve(game)
    assert found.complete and balance(game) == 0
    (one,) = assess(game, found)
    return {party: str(amount) for party, amount in one.surplus.items()}


def ring() -> Game:
    """Three of whom each gains from the next one's effort."""
    return Game(
        "ring",
        [Player(name) for name in ("ann", "bob", "cy")],
        [Move(m, p, CHOICE) for m, p in (("a", "ann"), ("b", "bob"), ("c", "cy"))],
        {"ann": "3*b - a", "bob": "3*c - b", "cy": "3*a - c"},
    )


def followers() -> Game:
    """Two who gain from what a crowd does, of whom one is in doubt."""
    return Game(
        "followers",
        [Player("ann"), Player("bob"), Player("crowd", size=3)],
        [Move("a", "ann", CHOICE), Move("b", "bob", CHOICE), Move("x", "crowd", CHOICE)],
        {"ann": "a*(sum(x) - 1)", "bob": "a - b", "crowd": "2*x - sum(x)/10"},
    )


def market() -> Game:
    """Two firms, and two who live off the first one's and suffer from the second one's output."""
    return Game(
        "market",
        [Player(name) for name in ("one", "two", "haulier", "angler")],
        [
            Move("q1", "one", (0, 10)),
            Move("q2", "two", (0, 10)),
            Move("haul", "haulier", CHOICE),
            Move("fish", "angler", CHOICE),
        ],
        {
            "one": "q1*(9 - q1 - q2)",
            "two": "q2*(9 - q1 - q2)",
            "haulier": "haul*q1 - haul",
            "angler": "fish - q2",
        },
    )


# -- who decides for others -----------------------------------------------------------------------


def test_what_was_paid_among_those_who_join_stays_in_their_books():
    game = Game(
        "venture",
        [Player("ann"), Player("bob")],
        [Move("a", "ann", CHOICE), Move("b", "bob", CHOICE)],
        {"ann": "a*(2*b - 1)", "bob": "b*(2*a - 1)"},
    )
    paid = pay("ann", "bob", "rate*a", parameters=[Parameter("rate", "1/2")])
    joint = reform("joint_commitment", players="(ann, bob)")
    assert surplus((paid + joint)(game)) == {"ann": "1/2", "bob": "3/2"}


def test_who_joins_those_who_have_joined_is_booked_beside_each_of_them():
    first = reform("joint_commitment", players="(ann, bob)", called="pair")
    second = reform("joint_commitment", players="(pair, cy)", called="all")
    assert surplus((first + second)(ring())) == {"ann": "2", "bob": "2", "cy": "2"}
    grant = subsidy("a", 1)
    assert surplus((first + grant + second)(ring())) == {
        "ann": "2", "bob": "2", "pair": "1", "cy": "2", "government": "-1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("game", "other", "expected"),
    [
        (
            followers(),
            reform("seed", move="x", amount=2),
            {"ann": "4", "bob": "1", "crowd": "9/2", "government": "-2"},
        ),
        (followers(), reform("association", players="crowd"), None),
        (market(), reform("rival", player="one"), {"haulier": "7/2", "angler": "-5/4"}),
    ],
    ids=["seed", "association", "rival"],
)
def test_who_has_what_does_not_depend_on_whether_they_join_before_or_after(game, other, expected):
    names = [n for n in ("ann", "bob", "haulier", "angler") if n in game.payoffs]
    joint = reform("joint_commitment", players=names)
    after, before = surplus((other + joint)(game)), surplus((joint + other)(game))
    assert after == before and "joint" not in before
    assert expected is None or expected.items() <= after.items()


def test_what_an_added_choice_pays_who_decides_for_others_is_its_own():
    joint = reform("joint_commitment", players="(ann, bob)")
    leave = reform("add", move="a", choice="sell", value=9, pays=20)
    game = (joint + leave)(ring())
    for one in assess(game, solve(game)):
        sold = {party: str(amount) for party, amount in one.surplus.items()}
        assert sold == {"ann": "0", "bob": "0", "joint": "20", "cy": "27"}


def test_who_decides_for_others_keeps_a_move():
    joint = reform("joint_commitment", players="(ann, bob)")
    a, b = (reform("ownership", move=m, player="cy") for m in "ab")
    with pytest.raises(ReformError, match="'joint' decides for ann, bob, and would be left"):
        (joint + a + b)(ring())


# -- what is seen ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "earlier", [reform("first_move", move="plant"), reform("order", stages={"plant": 1, "buy": 2})]
)
def test_who_moves_at_another_time_still_sees_the_draw_it_saw(earlier):
    game = Game(
        "harvest",
        [Player("grower"), Player("buyer")],
        [
            Move("buy", "buyer", CHOICE),
            Move("plant", "grower", CHOICE, stage=2, observes=["rain"]),
        ],
        {"grower": "plant*(rain - 2)", "buyer": "buy*(2*plant - 1)"},
        chance=[Chance("rain", {"low": (1, "1/2"), "high": (3, "1/2")})],
    )
    assert surplus(earlier(game)) == {"grower": "1/2", "buyer": "1/2"}


def test_who_moves_later_sees_the_moves_before_as_well_as_its_draw():
    game = ring()
    game = Game(
        "ring",
        game.players,
        [Move("a", "ann", CHOICE, observes=["w"]), *game.moves[1:]],
        game.payoffs,
        chance=[Chance("w", {"low": (1, "1/2"), "high": (3, "1/2")})],
    )
    (a, *_) = reform("order", stages={"a": 2})(game).moves
    assert (a.stage, a.observes) == (2, ("b", "c", "w"))


# -- rivals ---------------------------------------------------------------------------------------


def entry(**words: str) -> Game:
    return Game(
        "entry",
        [Player("one"), Player("two")],
        [
            Move("in1", "one", CHOICE),
            Move("in2", "two", CHOICE),
            Move("q1", "one", (0, 10), stage=2, when=words.get("when", "in1 == yes")),
            Move("q2", "two", (0, 10), stage=2, when="in2 == yes", observes=words.get("observes")),
        ],
        {"one": "q1*(9 - q1 - q2) - in1", "two": "q2*(9 - q1 - q2) - in2"},
    )


def test_a_rival_is_asked_where_it_has_entered_itself():
    moves = {m.name: m for m in reform("rival", player="two")(entry()).moves}
    assert str(moves["q2_rival"].when) == "Eq(in2_rival, 1)" and str(moves["q2"].when) == str(
        entry().move("q2").when
    )
    with pytest.raises(ReformError, match="whether 'q1' is made depends on what 'two' does"):
        reform("rival", player="two")(entry(when="in2 == yes"))


def test_who_sees_a_move_sees_the_rivals():
    moves = {m.name: m for m in reform("rival", player="one")(entry(observes=("in1",))).moves}
    assert moves["q2"].observes == ("in1", "in1_rival") and moves["q1"].observes is None
    moves = {m.name: m for m in reform("rival", player="two")(entry(observes=("in2",))).moves}
    assert moves["q2_rival"].observes == ("in2_rival",)


def test_a_sum_of_choices_is_none_of_them():
    game = Game(
        "two fit in",
        [Player("one"), Player("two")],
        [Move("in1", "one", CHOICE), Move("in2", "two", CHOICE)],
        {
            "one": "if(in1 == yes, if(in2 == yes, -1, 2), 0)",
            "two": "if(in2 == yes, if(in1 == yes, -1, 2), 0)",
        },
    )
    with pytest.raises(ReformError, match="which a sum of moves does not answer"):
        reform("rival", player="two")(game)


def test_one_member_more_is_the_game_with_one_member_more():
    game = load("coordination").game
    more = reform("rival", player="firm", members=2)(game)
    plain = set_parameters({"firms": 12})(game)
    assert [a.surplus for a in assess(more, solve(more))] == [
        a.surplus for a in assess(plain, solve(plain))
    ]


# -- order of steps -------------------------------------------------------------------------------


def test_a_seed_counts_where_it_decides_whether_a_move_is_made():
    game = Game(
        "threshold",
        [Player("crowd", size=3), Player("boss")],
        [Move("x", "crowd", CHOICE), Move("y", "boss", CHOICE, stage=2, when="sum(x) >= 2")],
        {"crowd": "y - x", "boss": "y"},
    )
    seeded = reform("seed", move="x", amount=2)(game)
    assert str(seeded.move("y").when) == "sum(x) + 2 >= 2"


def test_divide_and_conquer_asks_each_once_and_nobody_to_leave():
    twice = Game(
        "twice",
        [Player("ann"), Player("bob")],
        [Move("a", "ann", CHOICE), Move("b", "ann", CHOICE), Move("c", "bob", CHOICE)],
        {"ann": "a*b*c - a", "bob": "c*(2*a - 1)"},
    )
    with pytest.raises(ReformError, match="asks each player once: 'ann'"):
        reform("divide_and_conquer", moves="(a, b, c)", choice="yes")(twice)
    leaving = Game(
        "leaving",
        [Player("crowd", size=3)],
        [Move("j", "crowd", Choice({"no": 0, "yes": 1, "out": 2}, exit="out"))],
        {"crowd": "if(j == out, 1/2, j*(sum(j) - 2))"},
    )
    with pytest.raises(ReformError, match="who takes 'out' of move 'j' leaves the group"):
        reform("divide_and_conquer", moves="j", choice="yes", instead="no")(leaving)


def test_a_guarantee_of_nothing_changes_nothing_and_its_condition_is_on_a_draw():
    game = Game(
        "harvest",
        [Player("grower")],
        [Move("plant", "grower", CHOICE)],
        {"grower": "plant*(rain - 2)"},
        chance=[Chance("rain", {"low": (1, "1/2"), "high": (3, "1/2")})],
    )
    keys = {"player": "grower", "when": "rain == low"}
    assert reform("guarantee", amount=0, **keys)(game) == game
    keys = {"player": "grower", "amount": "if(rain == low, 1, 0)", "when": "plant == yes"}
    with pytest.raises(ReformError, match="'when' is a condition on one"):
        reform("guarantee", **keys)(game)


def test_what_is_announced_can_be_done():
    with pytest.raises(ReformError, match="what is announced of 'q1' is from 0 to 10, not 100"):
        reform("announcement", profile={"q1": 100})(market())


def test_packages_are_their_parts_in_order_also_where_parts_cancel():
    game = load("coordination").game
    paid, taken = subsidy("upgrade", 1, members=3), tax("upgrade", 1, members=3)
    assert (paid + taken)(game) == taken(paid(game)) == game
    rate = [Parameter("rate", 1)]
    paid, taken = (one("upgrade", "rate", parameters=rate) for one in (subsidy, tax))
    assert (paid + taken)(game) == taken(paid(game)) == game
    other = subsidy("upgrade", "more", parameters=[Parameter("more", 1)])
    assert (paid + other)(game) == other(paid(game))
    assert (other + paid)(game) == paid(other(game))


def test_what_marks_the_members_of_a_type_is_gone_when_nothing_uses_it():
    game = typed()
    paid, taken = subsidy("join", 1, group="small"), tax("join", 1, group="small")
    assert paid(game).players[0].attributes == ("cost", "small")
    assert (paid + taken)(game) == taken(paid(game)) == game


def typed() -> Game:
    return Game(
        "types",
        [Player("firm", types=[Type("small", 2, {"cost": 1}), Type("large", 1, {"cost": 2})])],
        [Move("join", "firm", CHOICE)],
        {"firm": "join*(sum(join) - cost)"},
    )


def monopoly() -> Game:
    return Game(
        "monopoly",
        [Player("one")],
        [Move("q", "one", (0, 100))],
        {"one": "q*(10 - k) - q**2/2"},
        parameters=[Parameter("k", 2), Parameter("z", 1)],
    )


@pytest.mark.parametrize(
    "later",
    [
        subsidy("q", "k"),
        subsidy("q", 1, when="q > k"),
        subsidy("q", 1, running_cost="k/2"),
        set_parameters({"z": "k + 1"}),
        reform("standard", move="q", lowest="k"),
    ],
    ids=["rate", "when", "running cost", "set", "lowest"],
)
def test_a_later_step_does_not_see_the_old_value_of_a_parameter(later):
    halved = reform("entry_barrier", parameter="k", share="1/2")
    message = "names 'k', in whose place an earlier step has put k/2"
    with pytest.raises(ReformError, match=message):
        (halved + later)(monopoly())
    with pytest.raises(ReformError, match=message):
        later(halved(monopoly()))
    (later + halved)(monopoly())


def test_the_running_cost_of_a_reform_does_not_see_the_old_value_of_what_it_sets():
    with pytest.raises(ReformError, match="'amount' of the step 'running_cost' names 'k'"):
        set_parameters({"k": 5}, running_cost="k")(monopoly())


def test_a_parameter_changes_twice_where_the_order_does_not_matter():
    halved = reform("entry_barrier", parameter="k", share="1/2")
    tenth = set_parameters({"k": "k/5"})
    assert (halved + tenth)(monopoly()) == set_parameters({"k": "k/10"})(monopoly())
    for first, second in (({"k": 5}, {"k": 7}), ({"k": "k + 1"}, {"k": "2*k"})):
        with pytest.raises(ReformError, match=r"in place of 'k', so that .* has no place to go"):
            (set_parameters(first) + set_parameters(second))(monopoly())


def test_nothing_is_replaced_at_strength_zero():
    unchanged = Reform("same", (Step("parameter", {"set": {"k": "k"}}),))
    assert (unchanged + subsidy("q", "k"))(monopoly()) == subsidy("q", "k")(monopoly())


# -- sums in sums, tables, names ------------------------------------------------------------------


def squares() -> Game:
    return Game(
        "squares",
        [Player("crowd", size=3)],
        [Move("u", "crowd", CHOICE)],
        {"crowd": "sum(u*sum(u)) - 5*u"},
    )


def test_a_sum_in_a_sum_is_counted_once():
    pooled = reform("association", players="crowd")(squares())
    u = pooled.move("u").symbol
    assert [pooled.payoffs["crowd"].subs(u, k) for k in range(4)] == [0, -2, 2, 12]
    assert [str(due) for due in dues(squares(), ["u"], "yes", "no")] == ["4", "2", "0"]


def test_an_added_choice_counts_as_an_entry_of_the_table():
    cells = list(itertools.product((0, 1), repeat=2))
    game = table_game([dict.fromkeys(cells, Fraction(1))] * 2, (2, 2))
    move = game.moves[0].name
    with pytest.raises(ReformError, match="'new' counts as 7, for which the payoffs, a table"):
        reform("add", move=move, choice="new", value=7, counts_as=move)(game)


def test_names_that_mean_nothing_are_refused():
    with pytest.raises(ReformError, match="'called' and 'beside' are for a rival of a single"):
        reform("rival", player="crowd", called="new")(squares())
    with pytest.raises(ReformError, match=r"names are a list, as in \(q1, q2\), not 3"):
        reform("joint_commitment", players=3)(squares())
    with pytest.raises(ReformError, match="'purpose' is a printable text"):
        pay("government", "crowd", 1, purpose="\n")(squares())
    with pytest.raises(ReformError, match="'I' is not real"):
        subsidy("u", sp.I)(squares())
    with pytest.raises(ReformError, match=r"no move 'xxx.*xxx\.\.\.' in game"):
        subsidy("x" * 5000, 1)(squares())


HALF = {"share": "1/2"}


@pytest.mark.parametrize(
    ("kind", "keys", "text"),
    [
        ("rival", {"player": "firm", "members": 2}, "there are 2 more like firm"),
        ("rival", {"player": "one", "called": "new"}, "there is one more like one, called new"),
        ("standard", {"move": "q", "lowest": 2, **HALF}, "q is at least 2, by 1/2 of the way"),
        (
            "minimum_tax",
            {"moves": "(s, t)", "lowest": 2, **HALF},
            "s and t are at least 2, as agreed, by 1/2 of the way",
        ),
        (
            "assurance",
            {"moves": "(a, b)", "choice": "yes", "refund": 1, "threshold": 2},
            "the government refunds 1 for the choice yes of a and b if the total is less than 2",
        ),
        (
            "enforcement",
            {"move": "u", "choice": "no", "damages": 2, "payee": "x", **HALF},
            "who takes no of u pays damages of 2 to x with the probability 1/2",
        ),
        (
            "precision",
            {"parameter": "k", "factor": 2, **HALF},
            "k, a precision, becomes 2 times as large, by 1/2 of the way",
        ),
        (
            "certification",
            {"what": "d", "player": "p", "fee": 1, "payee": "lab"},
            "d is certified, for a fee of 1 from p to lab",
        ),
        (
            "guarantee",
            {"player": "p", "amount": 1, "when": "d == low", "premium": "1/2"},
            "for a premium of 1/2, the government guarantees p 1, if d == low",
        ),
    ],
)
def test_the_words_say_how_strong_a_reform_is_and_who_pays(kind, keys, text):
    assert reform_text(reform(kind, **keys)) == [text]


def test_a_share_is_at_most_one():
    with pytest.raises(ReformError, match="'share' is at most 1, not 2"):
        reform("divide_and_conquer", moves="u", choice="yes", share=2)(squares())
