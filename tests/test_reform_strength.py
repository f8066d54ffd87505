"""The strength of a reform and its failure: between nothing and all of it, and by chance."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from math import prod

import pytest
import sympy as sp
from hypothesis import given, strategies as st

from games import named_games, population_games
from pigou import (
    Parameter,
    Reform,
    ReformError,
    mandate,
    pay,
    set_parameters,
    subsidy,
    tax,
)
from pigou.catalogue import find_reform
from pigou.models import load
from reform_games import linear
from test_reform import transfer_reforms

MODEL = load("coordination")
GAME = MODEL.game
HALF = Fraction(1, 2)


@given(st.data())
def test_strength_scales_every_payment_and_cost_and_ends_at_nothing_and_at_all(data):
    game = data.draw(st.one_of(population_games(), named_games()))
    whole = replace(data.draw(transfer_reforms(game)), running_cost=3)
    share = data.draw(st.fractions(0, 1, max_denominator=9))
    assert whole.at_strength(0)(game) == game
    assert whole.at_strength(1) == whole
    after, partly = whole(game), whole.at_strength(share)(game)
    for party in (*game.parties, "government"):
        change = after.payoff(party) - game.payoff(party)
        assert linear(partly.payoff(party) - game.payoff(party) - share * change) == 0


def test_a_named_strength_is_a_parameter_of_the_reform():
    one = subsidy("upgrade", "rate", parameters=(Parameter("rate", "1/5"),), running_cost="cost")
    named = one.at_strength("s")(GAME)
    assert [p.name for p in named.parameters][-2:] == ["rate", "s"]
    assert set_parameters({"s": "1/3"})(named).transfers == one.at_strength("1/3")(GAME).transfers
    assert one.at_strength(sp.Symbol("rate")).parameters == one.parameters
    cheaper = set_parameters({"cost": "cost/3"})
    assert cheaper.at_strength(HALF)(GAME) == set_parameters({"cost": "2*cost/3"})(GAME)
    assert cheaper.at_strength(0)(GAME) == GAME


def test_what_is_there_or_not_has_no_strength():
    one = mandate("upgrade", "upgrade")
    assert one.at_strength(0)(GAME) == GAME
    assert one.at_strength(1)(GAME) == one(GAME)
    for strength in ("1/2", "s"):
        with pytest.raises(ReformError, match="'mandate' has no strength"):
            one.at_strength(strength)
    for strength in (-1, "3/2"):
        with pytest.raises(ReformError, match="from 0 to 1"):
            subsidy("upgrade", 1).at_strength(strength)


def test_failure_is_a_probability():
    assert subsidy("upgrade", 1, failure=0.1).failure == Fraction(1, 10)
    assert find_reform(MODEL, "subsidy:move=upgrade,rate=1,failure=0.2").failure == Fraction(1, 5)
    assert find_reform(MODEL, "assurance:failure=1/3").failure == Fraction(1, 3)
    for wrong in (-1, "3/2", "often"):
        with pytest.raises(ReformError, match="'risky' is a probability"):
            subsidy("upgrade", 1, "risky", failure=wrong)
    assert subsidy("upgrade", 1, failure="1/2")(GAME) == subsidy("upgrade", 1)(GAME)


@given(st.lists(st.fractions(0, 1, max_denominator=4), min_size=1, max_size=4))
def test_the_parts_of_a_package_fail_independently(risks):
    """Every set of parts that fail has the product of its probabilities, by brute force."""
    single = [subsidy("upgrade", n + 2, f"r{n}", failure=p) for n, p in enumerate(risks)]
    package = single[0]
    for one in single[1:]:
        package = package + one
    assert sum(p for p, _, _ in package.outcomes) == 1
    found: dict[tuple[int, ...], Fraction] = {}
    for chance, works, fails in package.outcomes:
        rates = tuple(step.keys["rate"] for part in works for step in part.steps)
        assert {part.name for part in works}.isdisjoint(part.name for part in fails)
        found[rates] = found.get(rates, Fraction(0)) + chance
    expected: dict[tuple[int, ...], Fraction] = {}
    for failing in itertools.product((False, True), repeat=len(risks)):
        rates = tuple(n + 2 for n, fails in enumerate(failing) if not fails)
        chance = prod((p if f else 1 - p) for p, f in zip(risks, failing, strict=True))
        expected[rates] = expected.get(rates, Fraction(0)) + chance
    assert found == {k: v for k, v in expected.items() if v}


def test_packages_with_parts_that_fail_are_associative_and_can_be_revised():
    a, c = subsidy("upgrade", 1, "a", failure="1/2"), tax("upgrade", 3, "c", failure="1/3")
    b = pay("government", "consumers", "gift", "b", parameters=(Parameter("gift", 2),))
    d = mandate("upgrade", "upgrade", "d", running_cost=1)
    for three in itertools.permutations((a, b, c, d), 3):
        left, right = (three[0] + three[1]) + three[2], three[0] + (three[1] + three[2])
        assert left == right and left(GAME) == right(GAME)
        assert left.outcomes == right.outcomes
    revised = (a + b).revised({"gift": 5, "rate": 7, "failure": "1/9"})
    assert revised.parts[0].steps[0].keys["rate"] == 7
    assert revised.parts[1].parameters[0].default == revised.parameters[0].default == 5
    assert revised.outcomes[-1][0] == Fraction(1, 9)
    assert (b + d).parts == ()
    with pytest.raises(ReformError, match="are those of its parts"):
        Reform("package", a.steps, parts=(a, b))
