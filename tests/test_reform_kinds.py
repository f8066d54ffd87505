"""Each kind of reform does what its definition says: closed forms, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp

from pigou import (
    KINDS,
    Bystander,
    Chance,
    Enclosure,
    Game,
    Move,
    Parameter,
    Player,
    ReformError,
    assess,
    pay,
    read_game,
    set_parameters,
    solve,
    subsidy,
    write_game,
)
from pigou.expression import symbol
from pigou.models import load
from pigou.reform import reform
from pigou.reform_kinds_coordination import dues

COORDINATION = load("coordination").game
FIVE = set_parameters({"firms": 5})(COORDINATION)
CHOICE = {"no": 0, "yes": 1}


def duopoly() -> Game:
    return Game(
        "duopoly",
        [Player("one"), Player("two")],
        [Move("q1", "one", (0, 10)), Move("q2", "two", (0, 10))],
        {"one": "q1*(size - q1 - q2)", "two": "q2*(size - q1 - q2)"},
        [Bystander("consumers", "(q1 + q2)**2/2")],
        parameters=[Parameter("size", 9)],
    )


def dilemma() -> Game:
    return Game(
        "dilemma",
        [Player("ann"), Player("bob")],
        [Move("a", "ann", CHOICE), Move("b", "bob", CHOICE)],
        {"ann": "3*b - a", "bob": "3*a - b"},
    )


def joint_venture() -> Game:
    """Both gain 2 if both join, and joining costs 1: two equilibria."""
    return Game(
        "venture",
        [Player("ann"), Player("bob")],
        [Move("a", "ann", CHOICE), Move("b", "bob", CHOICE)],
        {"ann": "a*(2*b - 1)", "bob": "b*(2*a - 1)"},
    )


def harvest(seen: bool = False) -> Game:
    return Game(
        "harvest",
        [Player("grower")],
        [Move("plant", "grower", CHOICE)],
        {"grower": "plant*(yield_ - 2)"},
        chance=[Chance("yield_", {"low": (0, "1/4"), "high": (3, "3/4")}, ("grower",) * seen)],
    )


def walk_away() -> Game:
    """A lead firm trains a supplier, who may then walk away with what it was taught."""
    return Game(
        "walk away",
        [Player("lead"), Player("supplier")],
        [Move("train", "lead", CHOICE), Move("walk", "supplier", CHOICE, stage=2)],
        {
            "lead": "train*(if(walk == yes, 0, 3) - 1)",
            "supplier": "train*if(walk == yes, 2, 1)",
        },
    )


def pure(game: Game) -> list[str]:
    found = solve(game)
    assert found.complete
    return [e.profile for e in found if e.kind == "pure"]


def only(game: Game):
    (one,) = assess(game, solve(game))
    return one


def surplus(game: Game) -> dict[str, str]:
    return {party: str(amount) for party, amount in only(game).surplus.items()}


# -- payments ---------------------------------------------------------------------------------


def test_a_lump_sum_moves_money_and_nobody():
    paid = reform("subsidy", player="one", rate="5/2")(duopoly())
    assert surplus(paid) == {"one": "23/2", "two": "9", "consumers": "18", "government": "-5/2"}
    taxed = reform("tax", player="firm", rate=1, members=3)(COORDINATION)
    assert [str(a.revenue) for a in assess(taxed, solve(taxed))] == ["3", "3", "3"]


def test_a_matching_grant_shifts_the_reply_until_its_limit_is_reached():
    grant = reform("matching_grant", move="q1", rate="1/2")
    assert pure(grant(duopoly())) == ["q1: 10/3; q2: 17/6"]
    assert str(only(grant(duopoly())).outlay) == "5/3"
    capped = reform("matching_grant", move="q1", rate="1/2", most=1)(duopoly())
    assert pure(capped) == ["q1: 3; q2: 3"] and str(only(capped).outlay) == "1"
    of_value = reform("matching_grant", move="q1", rate="1/2", value="2*q1 - 1")(duopoly())
    assert pure(of_value) == ["q1: 11/3; q2: 8/3"]


def test_prizes_and_fines_are_paid_for_outcomes():
    both = reform("prize", player="ann", amount=4, when="a == yes and b == yes", share="1/2")
    assert pure(both(dilemma())) == ["a: no; b: no"]
    more = both + reform("fine", player="bob", amount=6, when="b == no", share="1/3")
    one = only(more(dilemma()))
    assert one.equilibrium.profile == "a: yes; b: yes"
    assert (str(one.outlay), str(one.revenue)) == ("2", "0")
    assert [t.purpose for t in more(dilemma()).transfers] == ["prize", "fine"]


def test_a_guarantee_pays_when_the_draw_is_bad_and_costs_its_premium():
    assert pure(harvest()) == ["plant: yes"]
    fair = reform(
        "guarantee", player="grower", amount="2*plant", when="yield_ == low", premium="plant/2"
    )
    one = only(fair(harvest()))
    assert (str(one.outlay), str(one.revenue)) == ("1/2", "1/2")
    assert str(one.surplus["grower"]) == "1/4"
    with pytest.raises(ReformError, match="'when' is a condition on one"):
        reform("guarantee", player="grower", amount=1, when="plant == yes")(harvest())


def test_an_offtake_guarantee_is_a_floor_under_the_price():
    game = Game(
        "grower",
        [Player("grower")],
        [Move("q", "grower", (0, 10))],
        {"grower": "q*price - q**2/2"},
        parameters=[Parameter("price", 2)],
    )
    floor = reform("offtake_guarantee", move="q", price=3, market="price")
    assert pure(floor(game)) == ["q: 3"] and str(only(floor(game)).outlay) == "3"
    assert pure(floor.at_strength("1/2")(game)) == ["q: 5/2"]
    assert pure(floor(replace(game, parameters=[Parameter("price", 4)]))) == ["q: 4"]


def test_a_levy_with_its_rebate_changes_what_is_trained():
    game = Game(
        "training",
        [Player("firm", size=2)],
        [Move("train", "firm", CHOICE)],
        {"firm": "sum(train) - train*3/2"},
    )
    levy = reform("training_levy", move="train", levy=1, rebate=1)
    one = only(levy(game))
    assert pure(game) == ["train: 2 no"]
    assert str(one.outlay) == str(one.revenue) == "2" and str(one.surplus["firm"]) == "1"
    assert only(reform("training_levy", move="train", levy=1, rebate=0)(game)).revenue


# -- coordination -----------------------------------------------------------------------------


def test_assurance_removes_the_bad_equilibrium_and_is_never_paid():
    assert pure(joint_venture()) == ["a: no; b: no", "a: yes; b: yes"]
    sure = reform("assurance", moves="(a, b)", refund="3/2", threshold=2)(joint_venture())
    one = only(sure)
    assert one.equilibrium.profile == "a: yes; b: yes" and str(one.outlay) == "0"
    crowd = reform("assurance", moves="upgrade", refund="2/5", threshold="firms")(COORDINATION)
    own = load("coordination").reform("assurance")(COORDINATION)
    assert [e.profile for e in solve(crowd)] == [e.profile for e in solve(own)]


@pytest.mark.parametrize("game", [joint_venture(), FIVE], ids=["players", "members"])
def test_divide_and_conquer_leaves_one_equilibrium_and_less_does_not(game):
    moves = [m.name for m in game.moves]
    choice = game.moves[0].choice.labels[1]
    one = reform("divide_and_conquer", moves=moves, choice=choice, margin="1/1000", name="conquer")
    after = one(game)
    (best,) = assess(after, solve(after))
    assert all(choice in part for part in best.equilibrium.profile.split("; "))
    exact_dues = dues(game, moves, choice, game.moves[0].choice.labels[0])
    values = {symbol(name): sp.Rational(str(v)) for name, v in game.values().items()}
    budget = sum(due.xreplace(values) for due in exact_dues) + sp.Rational(len(exact_dues), 1000)
    assert str(best.outlay) == str(budget)
    weaker = one.at_strength("9/10")(game)
    assert len(solve(weaker)) > 1


def test_dues_follow_the_closed_form_for_every_number_of_firms():
    """With linear complementarity the k-th of N needs c - b*k/N, until the gain covers the cost."""
    for firms in range(2, 7):
        game = Game(
            "linear",
            [Player("firm", size=firms)],
            [Move("join", "firm", CHOICE)],
            {"firm": "join*(benefit*mean(join) - cost)"},
            parameters=[Parameter("benefit", 3), Parameter("cost", 1)],
        )
        b, c = (game.parameter(n).symbol for n in ("benefit", "cost"))
        found = dues(game, ["join"], "yes", "no")
        assert found == tuple(sp.Max(0, c - b * k / firms) for k in range(1, firms + 1))
    with pytest.raises(ReformError, match=r"parameter:firms=5"):
        dues(COORDINATION, ["upgrade"], "upgrade", "wait")


def test_a_seed_counts_as_contributions_and_is_paid_by_the_government():
    game = Game(
        "threshold",
        [Player("citizen", size=3)],
        [Move("give", "citizen", CHOICE)],
        {"citizen": "if(sum(give) >= 3, 2, 0) - give"},
    )
    assert len(pure(game)) == 2
    seeded = reform("seed", move="give", amount=3, cost="1/2")(game)
    assert surplus(seeded) == {"citizen": "6", "government": "-3/2"}
    with pytest.raises(ReformError, match="one player"):
        reform("seed", move="q1", amount=1)(duopoly())
    uneven = replace(game, payoffs={"citizen": "sum(give == 0) - give"})
    with pytest.raises(ReformError, match="proportional"):
        reform("seed", move="give", amount=1)(uneven)


def test_an_announcement_changes_no_payoff_and_names_what_is_there():
    told = reform("announcement", profile={"upgrade": "upgrade"})
    assert told(COORDINATION) == COORDINATION
    with pytest.raises(ReformError, match="no choice 'upgrad'"):
        reform("announcement", profile={"upgrade": "upgrad"})(COORDINATION)
    with pytest.raises(ReformError, match="maps moves to choices"):
        reform("announcement", profile="upgrade")


# -- joint decisions --------------------------------------------------------------------------


def test_players_who_commit_jointly_maximise_their_sum_and_are_booked_apart():
    assert surplus(dilemma()) == {"ann": "0", "bob": "0"}
    joint = reform("joint_commitment", players=["ann", "bob"])(dilemma())
    assert len(pure(joint)) == 1
    assert surplus(joint) == {"ann": "2", "bob": "2"}
    bribed = pay("ann", "bob", "b") + reform("joint_commitment", players="(ann, bob)")
    assert bribed(dilemma()).transfers == ()
    assert surplus(bribed(dilemma())) == {"ann": "1", "bob": "3"}


def test_payments_to_a_joint_decision_maker_from_outside_are_its_members_or_its_own():
    before = subsidy("a", 1) + reform("joint_commitment", players="(ann, bob)", called="pact")
    assert surplus(before(dilemma())) == {"ann": "3", "bob": "2", "government": "-1"}
    after = reform("joint_commitment", players="(ann, bob)", called="pact") + subsidy("a", 1)
    assert surplus(after(dilemma())) == {"ann": "2", "bob": "2", "pact": "1", "government": "-1"}
    written = read_game(write_game(before(dilemma()))).game
    assert written == before(dilemma())
    outsider = replace(
        duopoly(),
        players=(*duopoly().players, Player("state")),
        moves=(*duopoly().moves, Move("rate", "state", (0, 1))),
        payoffs={**duopoly().payoffs, "state": "rate*(q1 + q2) - 9*rate**2/4"},
    )
    merged = reform("association", players="(one, two)")(outsider)
    found = assess(merged, solve(merged))
    assert found
    for one in found:
        sums = one.surplus["one"] + one.surplus["two"]
        assert sums.overlaps(Enclosure.point("81/4"))


def test_a_population_that_commits_jointly_decides_how_many_take_part():
    pooled = reform("joint_commitment", players="firm")(FIVE)
    assert pure(pooled) == ["upgrade: 5 of 5 upgrade"]
    apart = next(a for a in assess(FIVE, solve(FIVE)) if "5 upgrade" in a.equilibrium.profile)
    assert only(pooled).surplus == apart.surplus
    paid = subsidy("upgrade", "1/10") + reform("joint_commitment", players="firm")
    assert str(only(paid(FIVE)).outlay) == "1/2"
    for wrong, why in [
        ({"players": "firm"}, "a number where they decide as one"),
        ({"players": "(firm, other)"}, "no player 'other'"),
    ]:
        with pytest.raises(ReformError, match=why):
            reform("joint_commitment", **wrong)(COORDINATION)
    with pytest.raises(ReformError, match="decides alone"):
        reform("association", players="ann")(dilemma())


# -- contracts --------------------------------------------------------------------------------


def leads(game: Game) -> set[str]:
    return {str(a.surplus["lead"]) for a in assess(game, solve(game))}


def test_enforcement_makes_training_pay():
    assert leads(walk_away()) == {"0"}
    court = reform("enforcement", move="walk", choice="yes", damages=2, payee="lead")
    assert surplus(court(walk_away())) == {"lead": "2", "supplier": "1"}
    half = reform("enforcement", move="walk", choice="yes", damages=2, payee="lead", share="1/4")
    assert leads(half(walk_away())) == {"0"}
    cut = reform("enforcement", parameter="cost", share="1/2")(COORDINATION)
    assert cut == set_parameters({"cost": "cost/2"})(COORDINATION)
    with pytest.raises(ReformError, match="'move' and 'choice' and 'damages' and 'payee', or"):
        reform("enforcement", move="walk", choice="yes")


def test_a_long_term_order_is_paid_on_condition_of_the_suppliers_move():
    order = reform("long_term_order", payer="bob", move="a", choice="yes", amount=2)
    assert surplus(order(dilemma())) == {"ann": "1", "bob": "1"}
    assert [t.payer for t in order(dilemma()).transfers] == ["bob"]


def test_ownership_passes_the_right_to_decide():
    owned = reform("ownership", move="q2", player="one")(duopoly())
    assert [p.name for p in owned.players] == ["one"]
    one = only(owned)
    assert one.equilibrium.profile == "q1: 9/2; q2: 0" and one.surplus["two"].is_zero()
    with pytest.raises(ReformError, match="already"):
        reform("ownership", move="q1", player="one")(duopoly())
    mixed = Game(
        "mixed",
        [Player("firm", size=2), Player("ann")],
        [Move("b", "firm", CHOICE), Move("a", "ann", CHOICE)],
        {"firm": "b", "ann": "a"},
    )
    with pytest.raises(ReformError, match="population"):
        reform("ownership", move="a", player="firm")(mixed)


def test_bargaining_power_moves_part_of_the_way():
    moved = reform("bargaining_power", parameter="size", value=3, share="1/3")(duopoly())
    assert pure(moved) == ["q1: 7/3; q2: 7/3"]


# -- market structure -------------------------------------------------------------------------


def test_one_more_rival_gives_the_closed_form_of_cournot():
    game = duopoly()
    for firms in (3, 4):
        game = reform("rival", player="two", called=f"firm{firms}")(game)
        one = only(game)
        quantity = Fraction(9, firms + 1)
        profits = [str(one.surplus[p.name]) for p in game.players]
        assert profits == [str(quantity**2)] * firms
        assert str(one.surplus["consumers"]) == str((firms * quantity) ** 2 / 2)
    more = reform("rival", player="firm", members=2)(FIVE)
    assert str(more.size("firm")) == "7"
    with pytest.raises(ReformError, match="no other player has the moves"):
        reform("rival", player="grower")(harvest())
    with pytest.raises(ReformError, match="'one' is taken"):
        reform("rival", player="two", called="one")(duopoly())


def test_standards_and_restraints_cut_moves():
    assert pure(reform("standard", move="q1", lowest=4)(duopoly())) == ["q1: 4; q2: 5/2"]
    assert pure(reform("export_restraint", moves="(q1, q2)", highest=2)(duopoly())) == [
        "q1: 2; q2: 2"
    ]
    assert pure(reform("minimum_tax", moves=["q1", "q2"], lowest=4)(duopoly())) == ["q1: 4; q2: 4"]
    assert pure(reform("standard", move="q1", lowest="size/2")(duopoly())) == ["q1: 9/2; q2: 9/4"]
    slack = reform("standard", move="q1", lowest=8).at_strength("1/2")
    assert slack(duopoly()).move("q1").domain.lower == 4
    finite = reform("standard", move="upgrade", lowest="1/2")(COORDINATION)
    assert finite.move("upgrade").choice.labels == ("upgrade",)
    with pytest.raises(ReformError, match="leaves no choice"):
        reform("standard", move="q1", lowest=11)(duopoly())
    with pytest.raises(ReformError, match="has no strength"):
        reform("standard", move="upgrade", lowest=1).at_strength("1/2")(COORDINATION)
    with pytest.raises(ReformError, match="is a number, not cost"):
        reform("standard", move="upgrade", lowest="cost")(COORDINATION)


def test_a_lower_barrier_is_a_lower_cost():
    lower = reform("entry_barrier", parameter="cost", share="1/4")(COORDINATION)
    assert lower == set_parameters({"cost": "3*cost/4"})(COORDINATION)


# -- order and information --------------------------------------------------------------------


def test_who_moves_first_is_seen_by_all():
    first = reform("first_move", move="q1")(duopoly())
    assert [(m.name, m.stage) for m in first.moves] == [("q1", 1), ("q2", 2)]
    assert surplus(first)["one"] == "81/8"
    blind = replace(
        walk_away(), moves=(walk_away().moves[0], replace(walk_away().moves[1], observes=()))
    )
    assert reform("first_move", move="train")(blind).move("walk").observes == ("train",)


def test_what_is_published_is_known():
    assert str(only(harvest()).surplus["grower"]) == "1/4"
    for kind, keys in [
        ("publish", {}),
        ("demonstration", {"players": "grower"}),
        ("certification", {"player": "grower"}),
    ]:
        told = reform(kind, what="yield_", **keys)(harvest())
        assert str(only(told).surplus["grower"]) == "3/4"
    pilot = reform("demonstration", what="yield_", players="grower", cost="1/8")(harvest())
    assert str(only(pilot).public) == "-1/8"
    fee = reform("certification", what="yield_", player="grower", fee="1/8")(harvest())
    assert str(only(fee).revenue) == "1/8"
    blind = replace(
        walk_away(), moves=(walk_away().moves[0], replace(walk_away().moves[1], observes=()))
    )
    assert reform("publish", what="train")(blind).move("walk").observes == ("train",)
    with pytest.raises(ReformError, match="first_move:move=q1"):
        reform("publish", what="q1", players="two")(duopoly())
    with pytest.raises(ReformError, match="no draw or move 'q'"):
        reform("publish", what="q")(duopoly())


def test_precision_is_finer_and_a_noisy_signal_is_refused():
    finer = reform("precision", parameter="size", factor=2, share="1/2")(duopoly())
    assert pure(finer) == ["q1: 9/2; q2: 9/2"]
    with pytest.raises(ReformError, match="at least 1"):
        reform("precision", parameter="size", factor="1/2")(duopoly())
    with pytest.raises(ReformError, match="declared but not solved yet: it needs draws of chance"):
        reform("signal", what="yield_", accuracy="3/4")(harvest())


# -- all kinds --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "game"),
    [
        ({"kind": "prize", "player": "an", "amount": 1, "when": "a == yes"}, dilemma()),
        ({"kind": "ownership", "move": "a", "player": "an"}, dilemma()),
        ({"kind": "subsidy", "player": "an", "rate": 1}, dilemma()),
        ({"kind": "joint_commitment", "players": "(an, bob)"}, dilemma()),
        ({"kind": "publish", "what": "a", "players": "an"}, dilemma()),
        ({"kind": "rival", "player": "an"}, dilemma()),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_a_player_who_is_not_there_is_named(keys, game):
    with pytest.raises(ReformError, match="no player 'an' in game 'dilemma'; did you mean 'ann'"):
        reform(**keys)(game)


@pytest.mark.parametrize("kind", [k for k in KINDS.values() if k.ledger], ids=lambda k: k.name)
def test_amounts_below_zero_are_refused(kind):
    if kind.name in ("subsidy", "tax", "transfer"):
        return  # a negative payment flows the other way
    names = {"move": "a", "moves": "a", "choice": "yes", "player": "ann", "payer": "bob",
             "payee": "bob", "when": "a == yes", "what": "a"}  # fmt: skip
    for wrong in set(kind.amounts) | ({"fee"} & set(kind.keys)):
        keys = {k: names.get(k, 1) for k in (*kind.required, *(kind.either or ((),))[0], wrong)}
        keys[wrong] = -1
        with pytest.raises(ReformError, match=rf"'{wrong}' is at least 0|condition on one|comes"):
            reform(kind.name, **keys)(dilemma())
