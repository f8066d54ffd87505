"""The independent checkers of games about a state: what they confirm, and that they refuse."""

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from pigou.check_states import check_state
from pigou.errors import PigouError
from pigou.exact import Enclosure
from pigou.measuring import Measured, measure
from pigou.models.states import load, names
from pigou.state_page import state_page

FUNDS = Fraction(13, 10)
RACE = {
    "first": 80, "second": 80, "neither": 2, "both": 4, "alone": "49/10", "behind": "6/5",
    "interest": "9/50", "decline": "1/10",
}  # fmt: skip
CASES: list[tuple[str, str, dict[str, Any]]] = [
    *((name, "", {}) for name in names()),
    ("adoption", "", RACE),  # one after the other, or both together, from one time to another
    ("adoption", "pioneer_grant", {}),  # money that is expected to be paid while both wait
    ("adoption", "", {"interest": "187/100", "decline": "49/10000", "first": 586}),  # much later
    ("certificates", "tax", {"power": "3/2"}),
    ("dialogue", "", {"bias": "-1/30"}),
    ("expectations", "", {"impatience": "7/10", "begun": "3/5"}),  # a node
    # nobody discounts: from one end the other can just be reached
    ("expectations", "", {"impatience": 0, "begun": 0}),
    ("expectations", "", {"impatience": 0, "lag": "1/3", "begun": "2/3"}),
    ("herding", "open_books", {}),
    ("information_policy", "", {"public": 100}),  # three equilibria, of which one is not stable
    ("information_policy", "", {"cost": "1/2", "benefit": 1, "prospects": "1/2"}),  # symmetric
    ("matching", "", {"cost": "3/2"}),  # buyers break even however few there are
    ("matching", "", {"cost": 2}),  # nobody enters
    ("matching", "", {"cost": 6}),  # and nobody should
    ("matching", "search_support", {"efficacy": 2}),  # the shorter side is always matched
    ("option_value", "generous_cost_share", {"value": 3}),  # invested at once
    # it is worth so little today that, as a fraction, it has millions of digits
    ("option_value", "", {"payout": 1, "volatility": "1/10000", "value": "1/1000"}),
    ("pilots", "", {"belief": "9/10"}),  # all try all the time
    ("pilots", "", {"belief": "1/10"}),  # nobody does, and a team would
    ("pilots", "secrecy", {}),
    ("pilots", "support", {}),
    ("pilots", "support", {"belief": "1/10"}),  # some try, for the money
    ("pilots", "support", {"belief": "1/20"}),
    ("pilots", "support", {"firms": 1}),
    # what is gained is very little beside what there is
    ("pilots", "support", {"good": "14009/14", "safe": 1000, "firms": 10**6, "aid": 716}),
]


def solved(name: str, reform: str, values: dict[str, Any]) -> Measured:
    model = load(name)
    if reform:
        model = model.reformed(model.reform(reform))
    return measure(model, values, FUNDS)


def said(found: Measured) -> dict[str, dict[str, Any]]:
    return {one.name: dict(one.quantities) for one in found.outcomes}


def falsified(claims: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict]]:
    """Change one claim after the other a little: numbers by a part in a thousand million."""
    for outcome, quantities in claims.items():
        for quantity, value in quantities.items():
            others: list[Any] = ["something else"]
            if isinstance(value, Enclosure):
                move = max(abs(value.upper), Fraction(1, 100)) / 10**9 + value.width
                others = [Enclosure(value.lower + by, value.upper + by) for by in (move, -move)]
            for other in others:
                changed = {**claims, outcome: {**quantities, quantity: other}}
                yield f"{outcome}, {quantity}: {other} for {value}", changed


def refuses_what_is_moved(case: tuple[str, str, dict[str, Any]], most: int | None) -> None:
    found = solved(*case)
    every = list(falsified(said(found)))
    if most is not None:
        every = random.Random(str(case)).sample(every, most)
    for what, changed in every:
        check = check_state(found.model, found.at, changed, FUNDS)
        assert check.refuted, what


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_printed_is_confirmed(case: tuple[str, str, dict[str, Any]]) -> None:
    check = solved(*case).check
    assert check.confirmed, check
    assert check.max_gain < Fraction(1, 10**12)
    assert check.within < Fraction(1, 10**12)


@pytest.mark.parametrize("name", names())
def test_numbers_that_are_moved_a_little_are_refuted(name: str) -> None:
    refuses_what_is_moved((name, "", {}), 2)


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_number_that_is_moved_a_little_is_refuted(case: tuple) -> None:
    refuses_what_is_moved(case, None)


@pytest.mark.long
@pytest.mark.parametrize("name", names())
def test_the_claims_of_other_values_are_refuted(name: str) -> None:
    """Each parameter a little larger, with what is claimed as it was."""
    found = solved(name, "", {})
    whole = {p.name for p in found.model.game.parameters if p.integer}
    moved = 0
    for parameter, value in found.at.items():
        larger = value + 1 if parameter in whole else value * Fraction(1001, 1000) + (value == 0)
        try:
            other = solved(name, "", {**found.at, parameter: larger})
        except PigouError:
            continue
        if said(other) != said(found):
            check = check_state(found.model, other.at, said(found), FUNDS)
            assert check.refuted, parameter
            moved += 1
    assert moved


@pytest.mark.parametrize("name", ["dialogue", "matching", "option_value"])
def test_what_is_missing_or_added_is_not_confirmed(name: str) -> None:
    found = solved(name, "", {})
    claims = said(found)
    for outcome in claims:
        rest = {key: value for key, value in claims.items() if key != outcome}
        check = check_state(found.model, found.at, rest, FUNDS)
        assert not check.confirmed
        more = {**claims, outcome: {**claims[outcome], "luck": Enclosure.point(1)}}
        check = check_state(found.model, found.at, more, FUNDS)
        assert check.undecided == (f"{outcome}, luck",)


@pytest.mark.parametrize("name", names())
def test_numbers_that_say_too_little_are_not_confirmed(name: str) -> None:
    """An enclosure of a hundredth around a number is true of it, and of others."""
    found = solved(name, "", {})
    claims = said(found)
    numbers = [(o, q) for o in claims for q, v in claims[o].items() if isinstance(v, Enclosure)]
    for outcome, quantity in random.Random(name).sample(numbers, 1):
        at = claims[outcome][quantity]
        wide = Enclosure(at.lower - Fraction(1, 100), at.upper + Fraction(1, 100))
        changed = {**claims, outcome: {**claims[outcome], quantity: wide}}
        assert not check_state(found.model, found.at, changed, FUNDS).confirmed


@pytest.mark.parametrize(
    ("values", "name", "refuted"),
    [
        ({}, "both wait for the other", False),
        (RACE, "one after the other", False),
        (RACE, "both together, earliest", True),
        (RACE, "both together, latest", True),
    ],
)
def test_an_equilibrium_of_adoption_that_is_left_out_is_missed(
    values: dict[str, Any], name: str, refuted: bool
) -> None:
    found = solved("adoption", "", values)
    claims = said(found)
    del claims[name]
    check = check_state(found.model, found.at, claims, FUNDS)
    assert check.refuted if refuted else check.undecided


def test_what_is_not_settled_is_no_error() -> None:
    values = {**RACE, "first": "179/20", "second": "179/20", "neither": "19/10", "both": "41/20",
              "alone": "59/20", "behind": "29/20", "interest": "1/20"}  # fmt: skip
    found = solved("adoption", "", {**values, "decline": "17/100"})
    assert not found.complete and not found.equilibria
    assert found.check.undecided and not found.check.refuted


def test_an_equilibrium_of_a_global_game_that_is_left_out_is_missed() -> None:
    found = solved("information_policy", "", {"public": 100})
    claims = said(found)
    del claims["equilibrium 2"]
    check = check_state(found.model, found.at, claims, FUNDS)
    assert check.refuted == ("the number of equilibria: 3, and not 2",)


def drawn(name: str, draw: random.Random) -> dict[str, Fraction]:
    """Draw values around the defaults."""
    values = {}
    for p in load(name).game.parameters:
        value = Fraction(str(p.default))
        factor = Fraction(draw.randint(3, 22), 10)
        values[p.name] = Fraction(draw.randint(1, 2 * int(value))) if p.integer else value * factor
    return values


def agreement(name: str, number: int) -> None:
    draw, agreed = random.Random(f"{name} 7"), 0
    for _ in range(40 * number):
        try:
            found = measure(load(name), drawn(name, draw), FUNDS)
        except PigouError:
            continue
        assert not found.check.refuted, (found.at, found.check)
        if found.complete:
            assert found.check.confirmed, (found.at, found.check)
            agreed += 1
        if agreed == number:
            return
    raise AssertionError("too few values are allowed")


def test_a_team_with_a_subsidy_has_its_own_benchmark() -> None:
    model = load("pilots")
    both = model.reformed(model.reform("association")).reformed(model.reform("support"))
    found = measure(both, {}, FUNDS)
    assert found.check.confirmed and len(found.outcomes) == 2
    text = " ".join(getattr(block, "text", "") for block in state_page(found).blocks)
    assert "confirmed each." in text and "equilibria in Markov" not in text  # a team has no rivals
    wrong = {**said(found), "team": said(found)["efficient"]}
    assert not check_state(both, found.at, wrong, FUNDS).confirmed


@pytest.mark.parametrize("name", names())
def test_random_values_are_confirmed(name: str) -> None:
    agreement(name, 1)


@pytest.mark.long
@pytest.mark.parametrize("name", names())
def test_many_random_values_are_confirmed(name: str) -> None:
    agreement(name, 60)


def test_doubt_costs_the_grade_and_is_printed() -> None:
    found = solved("dialogue", "", {})
    assert found.grade.value == "certified"
    text = " ".join(getattr(block, "text", "") for block in state_page(found).blocks)
    assert "An independent checker confirmed each, and that nobody gains anything" in text
    for doubt in ({"undecided": ("welfare",)}, {"refuted": ("welfare: 2, and not 3",)}):
        doubted = replace(found, check=replace(found.check, **doubt))
        assert doubted.grade.value == "numerical"
        text = " ".join(getattr(block, "text", "") for block in state_page(doubted).blocks)
        assert "(numerical). An independent checker did not confirm all of them" in text
        assert "welfare" in text.split("did not confirm")[1]
