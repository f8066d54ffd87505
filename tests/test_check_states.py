"""The independent checkers of games about a state: what they confirm, and that they refuse."""

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest

from pigou.check_states import check_state
from pigou.errors import PigouError
from pigou.exact import Enclosure
from pigou.measuring import Measured, measure
from pigou.models.states import load, names
from pigou.state_model import StateModel

CHECKED = [
    "certificates", "dialogue", "expectations", "herding", "information_policy", "matching",
    "option_value", "pilots",
]  # fmt: skip
FUNDS = Fraction(13, 10)
SCENARIOS = [(name, None) for name in CHECKED] + [
    (name, reform.name) for name in CHECKED for reform in load(name).reforms
]


def scenario(name: str, reform: str | None) -> StateModel:
    model = load(name)
    return model if reform is None else model.reformed(model.reform(reform))


def said(found: Measured) -> dict:
    return {one.name: dict(one.quantities) for one in found.outcomes}


def falsified(claims: dict) -> Iterator[tuple[str, dict]]:
    """Change one claim after the other a little: numbers by a part in a thousand million."""
    for outcome, quantities in claims.items():
        for quantity, value in quantities.items():
            if isinstance(value, str):
                others = ["something else"]
            else:
                size = max(abs(value.upper), Fraction(1, 100)) / 10**9
                move = size + value.width
                others = [Enclosure(value.lower + by, value.upper + by) for by in (move, -move)]
            for other in others:
                changed = {**claims, outcome: {**quantities, quantity: other}}
                yield f"{outcome}, {quantity}: {other} for {value}", changed


@pytest.mark.parametrize(("name", "reform"), SCENARIOS)
def test_what_is_printed_is_confirmed(name: str, reform: str | None) -> None:
    check = measure(scenario(name, reform), cost_of_funds=FUNDS).check
    assert check is not None
    assert check.confirmed, check
    assert check.max_gain < Fraction(1, 10**12)
    assert check.within < Fraction(1, 10**12)


@pytest.mark.parametrize("name", CHECKED)
def test_every_number_that_is_moved_a_little_is_refuted(name: str) -> None:
    found = measure(scenario(name, None), cost_of_funds=FUNDS)
    claims = said(found)
    for what, changed in falsified(claims):
        check = check_state(found.model, found.at, changed, FUNDS)
        assert check is not None
        assert check.refuted, what


@pytest.mark.parametrize("name", CHECKED)
def test_the_claims_of_other_values_are_refuted(name: str) -> None:
    """Each parameter a little larger, with what is claimed as it was."""
    found = measure(load(name))
    for parameter, value in found.at.items():
        moved = {**found.at, parameter: value + 1 if name == "herding" and value > 1 else None}
        if moved[parameter] is None:
            moved[parameter] = value * Fraction(1001, 1000) + (value == 0)
        try:
            other = measure(load(name), moved)
        except PigouError:
            continue
        if said(other) == said(found):
            continue
        check = check_state(found.model, other.at, said(found), Fraction(1))
        assert check is not None
        assert check.refuted, parameter


@pytest.mark.parametrize("name", CHECKED)
def test_what_is_missing_or_added_is_not_confirmed(name: str) -> None:
    found = measure(load(name))
    claims = said(found)
    for outcome in claims:
        rest = {key: value for key, value in claims.items() if key != outcome}
        check = check_state(found.model, found.at, rest, Fraction(1))
        assert check is not None
        assert not check.confirmed
        more = {**claims, outcome: {**claims[outcome], "luck": Enclosure.point(1)}}
        check = check_state(found.model, found.at, more, Fraction(1))
        assert check is not None
        assert check.undecided == (f"{outcome}, luck",)


def drawn(name: str, draw: random.Random) -> dict[str, Fraction]:
    """Draw values around the defaults, in tenths of them."""
    return {p.name: exactly(p.default, draw, whole=p.integer) for p in load(name).game.parameters}


def exactly(default: object, draw: random.Random, whole: bool) -> Fraction:
    value = Fraction(str(default))
    if whole:
        return Fraction(draw.randint(1, 2 * int(value)))
    return value * Fraction(draw.randint(3, 22), 10)


def agreement(name: str, number: int) -> None:
    draw, agreed = random.Random(f"{name} 7"), 0
    for _ in range(20 * number):
        try:
            found = measure(load(name), drawn(name, draw), cost_of_funds=FUNDS)
        except PigouError:
            continue
        assert found.check is not None
        assert found.check.confirmed, (found.at, found.check)
        agreed += 1
        if agreed == number:
            return
    assert agreed >= number // 2, "too few values are allowed"


@pytest.mark.parametrize("name", CHECKED)
def test_random_values_are_confirmed(name: str) -> None:
    agreement(name, 4)


@pytest.mark.long
@pytest.mark.parametrize("name", CHECKED)
def test_many_random_values_are_confirmed(name: str) -> None:
    agreement(name, 150)


@pytest.mark.parametrize("values", [{"cost": "3/2"}, {"cost": 2}, {"cost": 6}, {"efficacy": 2}])
def test_corners_of_search_are_confirmed(values: dict) -> None:
    """Buyers break even however few, none enters, no search is worth it, the short side is met."""
    check = measure(load("matching"), values).check
    assert check is not None
    assert check.confirmed, check


def test_doubt_costs_the_grade() -> None:
    found = measure(load("dialogue"))
    assert found.grade.value == "certified"
    assert found.check is not None
    doubted = replace(found, check=replace(found.check, undecided=("welfare",)))
    assert doubted.grade.value == "numerical"


def test_which_models_have_a_checker() -> None:
    assert [name for name in names() if measure(load(name)).check is not None] == CHECKED
