"""Reforms: what they change, what they leave alone, and books that balance."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from games import named_games, population_games
from pigou import (
    KINDS,
    Bystander,
    Enclosure,
    Game,
    Move,
    Parameter,
    Player,
    Reform,
    ReformError,
    Step,
    Total,
    Type,
    add_choice,
    assess,
    examine,
    mandate,
    pay,
    remove_choice,
    set_parameters,
    solve,
    subsidy,
    tax,
)
from pigou.expression import names_in
from pigou.models import load
from pigou.reform import reform
from pigou.reform_kinds import KEYS

ZERO = Enclosure.point(0)


def coordination() -> Game:
    return load("coordination").game


@st.composite
def transfer_reforms(draw, game: Game):
    """Any transfer reform that fits: on a move, on a choice, conditional, between parties."""
    move = draw(st.sampled_from([m.name for m in game.moves]))
    player = game.move(move).player
    rate = draw(st.fractions(-3, 3, max_denominator=6))
    label = draw(st.sampled_from(game.move(move).choice.labels))
    others = [p.name for p in game.bystanders]
    options = [
        subsidy(move, rate),
        tax(move, rate),
        subsidy(move, rate, choice=label),
        tax(move, rate, choice=label, name="conditional") + subsidy(move, "1/7"),
        *[pay(other, player, f"({rate})*{move}") for other in others],
    ]
    if game.player(player).is_population:
        size = int(game.size(player))
        options += [
            subsidy(move, rate, when=f"sum({move}) < 2"),
            subsidy(move, rate, members=draw(st.integers(0, size))),
        ]
    return draw(st.sampled_from(options))


@given(st.data())
def test_transfers_are_neutral_at_unit_weights_and_unit_cost_of_funds(data):
    """At every equilibrium of the reformed game, welfare is the sum of primitive payoffs."""
    game = data.draw(st.one_of(population_games(), named_games()))
    changed = data.draw(transfer_reforms(game))(game)
    found = solve(changed)
    plain = replace(changed, transfers=())
    for assessment in assess(changed, found):
        primitive = examine(plain, game.values(), assessment.equilibrium.strategies)
        total = sum(
            (primitive.payoffs[p] * Enclosure.point(primitive.sizes[p]) for p in plain.parties),
            ZERO,
        )
        assert assessment.welfare().overlaps(total)
        if total.is_exact:
            assert assessment.welfare() == total
        books = ZERO
        for party in changed.parties:
            before = primitive.payoffs.get(party, ZERO) * Enclosure.point(
                primitive.sizes.get(party, 1)
            )
            books += assessment.surplus[party] - before
        assert books.overlaps(ZERO) and books.width < Fraction(1, 10**50)


@given(st.data())
def test_the_governments_outlay_is_what_the_ledger_says(data):
    game = data.draw(st.one_of(population_games(), named_games()))
    changed = data.draw(transfer_reforms(game))(game)
    for assessment in assess(changed, solve(changed)):
        public = [f for f in assessment.flows
                  if "government" in (f.transfer.payer, f.transfer.payee)]  # fmt: skip
        signed = [f.amount if f.transfer.payer == "government" else -f.amount for f in public]
        if all(s.is_exact for s in signed):  # a tax below zero is an outlay: money as it flows
            assert assessment.outlay == sum((s for s in signed if s.lower > 0), ZERO)
            assert assessment.revenue == -sum((s for s in signed if s.lower < 0), ZERO)
        paid = assessment.outlay - assessment.revenue - sum(signed, ZERO)
        assert paid.overlaps(ZERO) and paid.width < Fraction(1, 10**50)
        net = assessment.public + assessment.outlay - assessment.revenue + assessment.running_cost
        assert net.overlaps(ZERO) and net.width < Fraction(1, 10**50)


@given(st.data())
def test_a_subsidy_plus_the_tax_of_the_same_rate_is_the_baseline(data):
    game = data.draw(st.one_of(population_games(), named_games()))
    move = data.draw(st.sampled_from([m.name for m in game.moves]))
    rate = data.draw(st.fractions(-3, 3, max_denominator=6))
    label = data.draw(st.sampled_from([None, game.move(move).choice.labels[0]]))
    there = subsidy(move, rate, choice=label)
    back = tax(move, rate, choice=label)
    assert (there + back)(game) == game
    assert (back + there)(game) == game
    if rate:
        assert there(game) != game


@given(st.data())
def test_a_subsidy_of_zero_is_the_identity_and_packages_are_associative(data):
    game = data.draw(population_games())
    assert subsidy("act", 0)(game) == game
    a, b, c = (data.draw(transfer_reforms(game)) for _ in range(3))
    if not any("members" in s.keys for r in (a, b, c) for s in r.steps):
        assert ((a + b) + c)(game) == (a + (b + c))(game) == c(b(a(game)))


def test_a_symbolic_rate_that_cancels_leaves_no_parameter_behind():
    rate = (Parameter("s", "1/4"),)
    there, back = subsidy("upgrade", "s", parameters=rate), tax("upgrade", "s", parameters=rate)
    assert (there + back)(coordination()) == coordination()
    assert [p.name for p in there(coordination()).parameters][-1] == "s"


def test_a_group_that_is_paid_is_set_apart_and_joined_again():
    there, back = subsidy("upgrade", 1, members=3), tax("upgrade", 1, members=3)
    split = there(coordination())
    assert [(t.name, str(t.size)) for t in split.player("firm").types] == [
        ("targeted", "3"),
        ("rest", "firms - 3"),
    ]
    assert (there + back)(coordination()) == coordination()


def test_running_costs_are_borne_by_the_government_and_add_up():
    game = coordination()
    once = subsidy("upgrade", "1/2", running_cost="1/10")
    twice = once + pay("government", "consumers", "1/5", running_cost="cost/10")
    assert str(once(game).primitive("government")) == "-1/10"
    (one,) = assess(twice(game), solve(twice(game)))
    assert one.running_cost == Enclosure.point("1/5")
    assert one.outlay == Enclosure.point("26/5")  # ten firms at 1/2, consumers 1/5
    assert one.public == Enclosure.point("-27/5")


def test_parameters_take_other_values_even_in_terms_of_the_old():
    game = set_parameters({"cost": "cost*0.4"})(coordination())
    (only,) = solve(game)
    assert only.profile == "upgrade: 10 upgrade"
    assert only.payoffs["firm"] == Enclosure.point("17/20")  # 5/4 - 2/5
    with pytest.raises(ReformError, match="outside its domain"):
        set_parameters({"cost": -1})(coordination())
    (still,) = solve(game, {"cost": 2, "benefit": 3})
    assert still.payoffs["firm"] == Enclosure.point("11/5")  # 3 - 0.4 * 2


def test_mandates_and_bans():
    (only,) = solve(mandate("upgrade", "upgrade")(coordination()))
    assert only.profile == "upgrade: 10 upgrade"
    assert remove_choice("upgrade", "wait")(coordination()).move("upgrade").choice.labels == (
        "upgrade",
    )
    with pytest.raises(ReformError, match="only choice"):
        (mandate("upgrade", "wait") + remove_choice("upgrade", "wait"))(coordination())


def test_an_added_choice_pays_what_it_says_and_counts_as_it_says():
    game = add_choice("upgrade", "half", "1/2", pays="1/8", counts_as="1/2")(coordination())
    assert game.move("upgrade").choice.labels == ("wait", "upgrade", "half")
    profiles = {e.profile for e in solve(game) if e.kind == "pure"}
    assert "upgrade: 10 half" in profiles  # a sure 1/8 against -3/8 alone
    with pytest.raises(ReformError, match="already has the choice"):
        add_choice("upgrade", "wait", 7, pays=0)(coordination())
    with pytest.raises(ReformError, match="say what"):
        add_choice("upgrade", "later", 7)(coordination())


def test_joint_commitment_is_safe_to_sign_but_keeps_the_bad_equilibrium():
    model = load("coordination")
    found = solve(model.reform("joint_commitment")(model.game), {"firms": 3})
    marks = {e.profile: e.marks for e in found}
    assert "strict" in marks["upgrade: 3 sign"]
    assert "weakly dominated" in marks["upgrade: 3 wait"]


def test_exits_leave_a_group_of_those_who_stay():
    game = Game(
        "club",
        [Player("member", size=3)],
        [Move("give", "member", {"no": 0, "yes": 1})],
        {"member": "if(sum(give) >= 3, 3, 0) - give"},
    )
    found = solve(add_choice("give", "leave", 2, pays=1, exit=True)(game))
    assert [e.profile for e in found] == ["give: 3 yes"]


# -- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (lambda: subsidy("effort", 1)(coordination()), "no move 'effort'.*moves: upgrade"),
        (
            lambda: subsidy("upgrade", "rat", parameters=[Parameter("rate", 1)])(coordination()),
            "mean 'rate'",
        ),
        (lambda: subsidy("upgrade", 1, choice="upgrad")(coordination()), "mean 'upgrade'"),
        (lambda: subsidy("upgrade", 1, members=11)(load_at_ten()), "from 0 to the size"),
        (
            lambda: subsidy("upgrade", 1, parameters=[Parameter("cost", 2)])(coordination()),
            "already one",
        ),
        (lambda: subsidy("upgrade", 1, running_cost=-1)(coordination()), "not negative"),
        (lambda: mandate("upgrade", "maybe")(coordination()), "no choice 'maybe'"),
        (lambda: set_parameters({"costs": 1})(coordination()), "mean 'cost'"),
        (lambda: pay("lead", "firm", 1)(coordination()), "no party 'lead'"),
        (lambda: reform("subsidise", move="upgrade", rate=1), "mean 'subsidy'"),
        (lambda: reform("subsidy", move="upgrade"), "needs the key 'rate'"),
        (lambda: reform("subsidy", move="upgrade", rates=1), "mean 'rate'"),
        (lambda: Reform("nothing", ()), "changes nothing"),
        (lambda: subsidy("upgrade", 1).revised({"rte": 2}), "mean 'rate'"),
        (
            lambda: (
                subsidy("upgrade", "s", parameters=[Parameter("s", 1)])
                + tax("upgrade", "s", parameters=[Parameter("s", 2)])
            ),
            "both have a parameter 's'",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(bad, words):
    with pytest.raises(ReformError, match=f"(?s){words}"):
        bad()


def load_at_ten() -> Game:
    return Game(
        "ten",
        [Player("firm", size=10)],
        [Move("upgrade", "firm", {"no": 0, "yes": 1})],
        {"firm": "upgrade"},
        [Bystander("consumers", "sum(upgrade)")],
    )


def test_every_kind_states_what_it_does_and_knows_its_keys():
    assert len(KINDS) > 35 and set(KINDS) == {k.name for k in KINDS.values()}
    for kind in KINDS.values():
        assert kind.does and kind.definition and kind.source
        assert set(kind.keys) <= set(KEYS) and set(kind.amounts) <= set(kind.keys)
    assert Step("tax", {"move": "m", "rate": 1, "when": None}) == Step(
        "tax", {"move": "m", "rate": 1}
    )


# -- findings of a review -------------------------------------------------------------------------


def test_a_parameter_that_is_the_size_of_a_population_changes_the_size():
    model = load("coordination")
    smaller = set_parameters({"firms": 4})(model.game)
    assert str(smaller.size("firm")) == "4"
    assert [e.profile for e in solve(smaller)] == [
        e.profile for e in solve(model.game, {"firms": 4})
    ]
    package = (
        set_parameters({"firms": 5})
        + subsidy("upgrade", 1, members=3)
        + tax("upgrade", 1, members=3)
    )
    assert str(package(model.game).size("firm")) == "5"


def test_a_parameter_must_keep_to_the_assumptions():
    with pytest.raises(ReformError, match="50 <= firms"):
        set_parameters({"threshold": 50})(coordination())


def test_packages_keep_the_order_of_running_costs():
    a = subsidy("upgrade", "1/10", "a", running_cost="cost")
    b = set_parameters({"cost": "2*cost"}, "b")
    assert (a + b)(coordination()) == b(a(coordination()))
    with pytest.raises(ReformError, match=r"'cost', in whose place .* has put 2\*cost"):
        (b + a)(coordination())


def test_what_a_choice_counts_as_is_each_members_own():
    """The added choice z counts as the member's own t: one of three takes it with t = 0."""
    game = Game(
        "two moves",
        [Player("p", size=3)],
        [Move("s", "p", {"a": 0, "b": 1}), Move("t", "p", {"a": 0, "b": 1})],
        {"p": "sum(s)*t - s"},
    )
    changed = add_choice("s", "z", 2, counts_as="t")(game)
    strategies = [e.strategies for e in solve(changed) if e.kind == "pure"]
    assert strategies
    total = changed.payoffs["p"].atoms(Total)
    assert all("t" not in names_in(part, bound=False) for part in total)


def test_a_type_can_be_paid_alone_and_an_unknown_type_cannot():
    game = Game(
        "types",
        [Player("p", types=[Type("small", 2, {"w": 1}), Type("large", 1, {"w": 2})])],
        [Move("a", "p", {"no": 0, "yes": 1})],
        {"p": "a*(w - 2) - a/2"},
    )
    paid = subsidy("a", 1, group="large")(game)
    assert [e.profile for e in solve(paid)] == ["a[small]: 2 no; a[large]: yes"]
    with pytest.raises(ReformError, match=r"mean 'large'"):
        subsidy("a", 1, group="larg")(game)
    assert (subsidy("a", 1, group="large") + tax("a", 1, group="large"))(game) == game


def test_who_leaves_is_not_paid_per_unit():
    game = subsidy("upgrade", "1/10")(coordination())
    out = add_choice("upgrade", "leave", 2, pays=3, exit=True)(game)
    (one,) = assess(out, solve(out))
    assert one.outlay == ZERO
    with pytest.raises(ReformError, match="has an exit"):
        subsidy("upgrade", 1)(add_choice("upgrade", "leave", 2, pays=0, exit=True)(coordination()))
    with pytest.raises(ReformError, match="already has an exit"):
        add_choice("upgrade", "go", 3, pays=0, exit=True)(out)


def test_a_key_in_several_steps_is_not_revised_in_all():
    with pytest.raises(ReformError, match="2 steps"):
        (subsidy("upgrade", 1) + tax("upgrade", 2)).revised({"rate": 3})
