"""Comparisons of large populations, and continua, of several types."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from pigou import Bystander, Enclosure, Game, Move, Player, Type, first_best
from pigou.errors import StructureError
from pigou.solvers import several_types as rooms

GO = Move("go", "x", {"no": 0, "yes": 1})
HUGE = 10**9


def crowd(payoff, types, **more):
    """A population whose types differ in c."""
    members = [Type(name, size, {"c": c}) for name, (size, c) in types.items()]
    return Game("crowd", [Player("x", types=members)], [GO], {"x": payoff}, **more)


# -- the first best -----------------------------------------------------------------------------

SURPLUSES = ["0", "sum(go)**2/3 - 2*sum(go)", "sum(c*go)", "sum((c - 1)*go)*sum(go) + sum(c)"]


def random_crowd(seed):
    """Payoffs by type, own choice and total at random, and a bystander who may care for types."""
    rng = random.Random(seed)
    sizes = [rng.randint(1, 4) for _ in range(rng.choice([2, 3]))]
    parts = [
        f"({rng.randint(-2, 2)})*(c == {t})*(go == {own})*(sum(go) == {total})"
        for t in range(len(sizes))
        for own in range(2)
        for total in range(sum(sizes) + 1)
    ]
    idle = [Bystander("idle", SURPLUSES[seed % 4])]
    types = {f"t{t}": (size, t) for t, size in enumerate(sizes)}
    return crowd(" + ".join(parts), types, bystanders=idle)


def agree(monkeypatch, seeds):
    """Compare with going through all profiles; return how often the best is an equilibrium."""
    reached = []
    for seed in seeds:
        game = random_crowd(seed)
        monkeypatch.setattr(rooms, "LISTED", 10**9)
        listed = first_best(game)
        monkeypatch.setattr(rooms, "LISTED", 0)
        best = first_best(game)
        assert best.welfare == listed.welfare
        assert best.is_equilibrium == listed.is_equilibrium
        if len(listed.profiles) < 5:
            assert set(best.profiles) == set(listed.profiles)
        else:
            assert len(best.profiles) == 5
        reached.append(best.is_equilibrium)
    return sum(reached), len(reached)


def test_the_first_best_is_that_of_all_profiles(monkeypatch):
    reached, tried = agree(monkeypatch, range(2, 5))
    assert 0 < reached < tried


@pytest.mark.long
def test_the_first_best_is_that_of_all_profiles_of_many_games(monkeypatch):
    reached, tried = agree(monkeypatch, range(5, 90))
    assert 0 < reached < tried


def test_on_a_crowded_road_those_who_gain_most_go_first():
    """a fills up at N/4; then welfare is M (1 - M/N) - (M - N/4)/5."""
    game = crowd("go*(1 - mean(go) - c)", {"a": (HUGE, 0), "b": (3 * HUGE, "1/5")})
    best = first_best(game)
    total = 4 * HUGE
    taken = Fraction(2, 5) * total  # 1 - 2 M/N = 1/5
    assert best.welfare == Enclosure.point(taken * Fraction(3, 5) - (taken - HUGE) / 5)
    assert best.profiles == (f"a: {HUGE} yes; b: {3 * HUGE - 600_000_000} no, 600000000 yes",)
    assert not best.is_equilibrium  # more of b go on their own


def test_types_that_tie_share_what_is_best_and_an_equilibrium_among_them_is_seen():
    """Only how many go matters, and HUGE of 2 HUGE is best for all; so who goes does not."""
    game = crowd(f"(sum(go) == {HUGE}) + c", {"a": (HUGE, 0), "b": (HUGE, 1)})
    best = first_best(game)
    assert best.welfare == Enclosure.point(3 * HUGE)
    assert len(best.profiles) == 5
    assert best.profiles[1] == f"a: {HUGE - 1} no, 1 yes; b: 1 no, {HUGE - 1} yes"
    assert best.is_equilibrium


def test_a_bystander_who_cares_for_types_in_a_curved_way_is_refused():
    idle = [Bystander("idle", "sum(c*go)**2")]
    game = crowd("go*(1 - mean(go))", {"a": (HUGE, 0), "b": (HUGE, 1)}, bystanders=idle)
    with pytest.raises(StructureError, match="depends on which types"):
        first_best(game)
