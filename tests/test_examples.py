"""The example files in extensive form are solved to the published equilibria."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from pigou import find_model, solve

EXAMPLES = Path(__file__).parent.parent / "examples"


def played(name):
    """For each equilibrium, the exact probabilities by move and label."""
    found = solve(find_model(str(EXAMPLES / f"{name}.efg")).game)
    assert found.complete
    assert all(e.evidence.checked for e in found)
    rows = []
    for one in found:
        assert all(p.is_exact for s in one.strategies for p in s.probabilities.values())
        row = {s.move: {k: p.lower for k, p in s.probabilities.items()} for s in one.strategies}
        rows.append(row)
    return found, rows


def test_poker_of_reiley_urbancic_and_walker():
    found, (row,) = played("stripped_down_poker")
    assert row["Professor_King"]["Bet"] == 1
    assert row["Professor_Queen"]["Bet"] == Fraction(1, 3)
    assert row["Student"]["Call"] == Fraction(2, 3)
    assert found["E1"].payoffs["Professor"].lower == Fraction(1, 3)


def test_leader_of_bagwell():
    _, rows = played("bagwell")
    assert {row["Leader"]["S"] for row in rows} == {0, Fraction(1, 100), Fraction(99, 100)}
    near = next(row for row in rows if row["Leader"]["S"] == Fraction(99, 100))
    assert (near["Follower_s"]["S"], near["Follower_c"]["S"]) == (1, Fraction(24, 49))


def test_horse_of_selten():
    found, rows = played("selten_horse")
    right = {tuple(row[f"Player_{k}"]["R"] for k in (1, 2, 3)) for row in rows}
    assert right == {(0, Fraction(1, 3), 1), (0, 1, 1), (1, 1, 0), (1, 1, Fraction(1, 4))}
    assert [c.dimension for c in found.components] == [1, 1]
    paid = {tuple(p.lower for p in e.payoffs.values()) for e in found}
    assert paid == {(3, 2, 2), (1, 1, 1)}


def test_beer_and_quiche_of_cho_and_kreps():
    found, rows = played("beer_quiche")
    assert len(found) == 4
    for row in rows:
        assert row["Sender_strong"] == row["Sender_weak"]  # both pool
        (meal,) = [k for k, p in row["Sender_weak"].items() if p]
        other = {"beer": "quiche", "quiche": "beer"}[meal]
        assert row[f"Receiver_{meal}"]["none"] == 1
        assert row[f"Receiver_{other}"]["duel"] in (Fraction(1, 2), 1)
    assert [c.dimension for c in found.components] == [1, 1]


def test_entry_is_not_deterred():
    _, (row,) = played("entry_deterrence")
    assert row["Entrant"]["in"] == row["Chain_store"]["cooperate"] == 1


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.efg")), ids=lambda p: p.stem)
def test_every_example_names_its_source(path):
    game = find_model(str(path)).game
    assert re.search(r"\b(19|20)\d\d\b", game.name)
