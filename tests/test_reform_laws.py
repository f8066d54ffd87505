"""What every reform of every kind keeps to, on random games of every structure."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from pigou import Enclosure, Game, Move, Player, Reform, ReformError, Step, assess, examine, solve
from pigou.errors import StructureError
from pigou.expression import names_in
from pigou.reform_kinds import KINDS
from reform_games import (
    draws_games,
    everybody,
    games,
    linear,
    named_games,
    outlay_is_what_the_ledger_says,
    population_games,
    quantity_games,
    reform_renamed,
    reforms,
    renamed,
)

ZERO = Enclosure.point(0)
SOLVED = tuple(name for name, kind in KINDS.items() if not kind.missing)


def fitting(data, game, kinds=SOLVED):
    """Draw a reform that fits a game, and what it makes of it."""
    try:
        one = data.draw(reforms(game, kinds))
        return one, one(game)
    except ReformError:
        assume(False)
        raise


def balance(data):
    """Payoffs after transfers sum to primitive payoffs, symbolically; costs depend on no move."""
    game = data.draw(games)
    one, after = fitting(data, game)
    assert linear(everybody(after, after.payoff) - everybody(after, after.primitive)) == 0
    moves = {m.name for m in after.moves}
    assert not names_in(after.primitive("government")) & moves
    (step, *_) = one.steps
    known = [purpose for _, _, purpose in KINDS[step.kind].ledger]
    for new in after.transfers:
        if new not in game.transfers:
            assert any(re.match(_pattern(purpose), new.purpose) for purpose in known)


def _pattern(purpose):
    words = purpose.split(", or ")
    return "|".join(re.sub(r"[A-Z]{2,}", ".*", word) for word in words)


def associative(data):
    """``(a + b) + c``, ``a + (b + c)`` and c after b after a are the same, or none fits."""
    game = data.draw(games)
    a, after_a = fitting(data, game)
    b, after_b = fitting(data, after_a)
    c, after_c = fitting(data, after_b)
    left, right = (a + b) + c, a + (b + c)
    assert left == right and left.outcomes == right.outcomes
    assert left(game) == after_c == right(game)


def nothing_at_zero(data):
    """At strength 0 every reform is the identity, at 1 it is itself."""
    game = data.draw(games)
    one, after = fitting(data, game)
    assert one.at_strength(0)(game) == game
    assert one.at_strength(1)(game) == after


def proportional(data):
    """Where a kind pays, half the strength pays half, whoever moves how."""
    game = data.draw(games)
    paying = [name for name, kind in KINDS.items() if kind.ledger and kind.amounts]
    one, after = fitting(data, game, [*paying, "running_cost", "seed"])
    share = data.draw(st.sampled_from([Fraction(1, 2), Fraction(1, 3)]))
    assume(not (one.steps[0].kind == "enforcement" and "parameter" in one.steps[0].keys))
    partly = one.at_strength(share)(game)
    if one.steps[0].kind == "seed":
        assert partly.primitive("government") == share * after.primitive("government")
        return
    for party in (*after.parties, "government"):
        full = after.payoff(party) - game.payoff(party)
        part = partly.payoff(party) - game.payoff(party)
        assert linear(part - share * full) == 0


def alike_under_other_names(data):
    """Relabelling players and reforming commute."""
    game = data.draw(games)
    one, after = fitting(data, game)
    old = [p.name for p in game.players]
    new = data.draw(st.permutations([*old[1:], "zoe"]))
    names = dict(zip(old, new, strict=True))
    assert reform_renamed(one, names)(renamed(game, names)) == renamed(after, names)


LAWS = (balance, associative, nothing_at_zero, proportional, alike_under_other_names)
QUIET = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@settings(max_examples=25, suppress_health_check=QUIET)
@given(st.data())
def test_every_reform_keeps_to_the(law, data):
    law(data)


@pytest.mark.long
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@settings(max_examples=2000, suppress_health_check=QUIET)
@given(st.data())
def test_two_thousand_reforms_keep_to_the(law, data):
    law(data)


def test_types_that_a_step_brings_and_nothing_uses_are_gone_before_the_next_step():
    game = Game(
        "contributions",
        [Player("citizen", size=3)],
        [Move("give", "citizen", {"no": 0, "yes": 1})],
        {"citizen": "sum(give) - give/2"},
    )
    keys = {"moves": "give", "choice": "no"}
    idle = Reform("idle", (Step("divide_and_conquer", {**keys, "share": 0}),))
    second = Reform("paid", (Step("subsidy", {"move": "give", "rate": 1, "members": 1}),))
    assert idle(game) == game
    assert (idle + second)(game) == second(idle(game))


# -- at equilibria ----------------------------------------------------------------------------


def books_at_equilibria(data, kinds=SOLVED):
    """At every equilibrium surplus sums to primitive payoffs; outlay is what the ledger says."""
    game = data.draw(st.one_of(population_games(2), named_games(), quantity_games(), draws_games()))
    _, after = fitting(data, game, kinds)
    try:
        found = solve(after, time_limit=5)
        assessed = assess(after, found)
    except StructureError:
        assume(False)
        raise
    for one in assessed:
        plain = replace(after, transfers=())
        exam = examine(plain, after.values(), one.equilibrium.strategies)
        primitive = sum(
            (exam.payoffs[p] * Enclosure.point(exam.sizes[p]) for p in exam.payoffs), ZERO
        )
        booked = sum(one.surplus.values(), ZERO)
        assert booked.overlaps(primitive) and one.welfare().overlaps(primitive)
        outlay_is_what_the_ledger_says(one)


@settings(max_examples=10, suppress_health_check=QUIET)
@given(st.data())
def test_the_books_balance_at_every_equilibrium(data):
    books_at_equilibria(data)


@pytest.mark.long
@settings(max_examples=500, suppress_health_check=QUIET)
@given(st.data())
def test_the_books_balance_at_every_equilibrium_of_many_games(data):
    books_at_equilibria(data)
