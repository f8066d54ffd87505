"""The core: against enumeration of vertices, and Bondareva's and Shapley's condition against it."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings, strategies as st
from scipy.optimize import linprog

from pigou.coalitions import CoalitionalGame, Shapley
from pigou.errors import DeclarationError, ExpressionError, PigouError
from pigou.expression import symbol
from pigou.solvers.core import (
    balanced_families,
    blocking,
    core,
    core_is_nonempty,
    decide_core,
    excesses,
)

few = settings(max_examples=max(12, settings().max_examples // 3))
worths = st.fractions(-2, 6, max_denominator=4)


@st.composite
def games(draw, most=4, least=2):
    names = "abcd"[: draw(st.integers(least, most))]
    return CoalitionalGame(names, {c: draw(worths) for c in CoalitionalGame(names, {}).coalitions})


def market(leads, suppliers):
    """Each pair makes 1 (Shapley and Shubik 1969)."""
    names = [f"l{k}" for k in range(leads)] + [f"s{k}" for k in range(suppliers)]

    def pairs(members):
        first = sum(name[0] == "l" for name in members)
        return min(first, len(members) - first)

    return CoalitionalGame.of(names, pairs)


def vertices(game):
    """Return all vertices of {x : x(S) >= v(S), x(N) = v(N)} by solving for tight coalitions."""
    names = game.players
    rows = {c: [int(p in c.split("+")) for p in names] for c in game.coalitions}
    grand = "+".join(names)
    proper = [c for c in rows if c != grand]
    found = set()
    for tight in itertools.combinations(proper, len(names) - 1):
        matrix = sp.Matrix([rows[c] for c in (*tight, grand)])
        if matrix.det() == 0:
            continue
        x = matrix.LUsolve(sp.Matrix([game.worth[c] for c in (*tight, grand)]))
        if all(
            sum(a * b for a, b in zip(rows[c], x, strict=True)) >= game.worth[c] for c in proper
        ):
            found.add(tuple(x))
    return found


@few
@given(games(most=3))
def test_the_core_is_empty_exactly_if_it_has_no_vertex(game):
    assert core(game).is_empty == (not vertices(game))


@few
@given(games())
def test_the_least_core_is_that_of_a_float_programme(game):
    names = game.players
    parts = [c for c in game.coalitions if c != "+".join(names)]
    inside = np.array([[p in c.split("+") for p in names] for c in parts], dtype=float)
    found = linprog(
        [*[0] * len(names), 1],
        A_ub=np.hstack([-inside, -np.ones((len(parts), 1))]),
        b_ub=[-float(game.worth[c]) for c in parts],
        A_eq=[[*[1] * len(names), 0]],
        b_eq=[float(game.worth_of(names))],
        bounds=[(None, None)] * (len(names) + 1),
    )
    assert float(core(game).excess) == pytest.approx(found.fun, abs=1e-9)


@few
@given(games())
def test_what_is_shown_proves_the_answer(game):
    found = core(game)
    blocked = blocking(game, found.division)
    assert bool(blocked) == found.is_empty
    grand = Fraction(str(game.worth_of(game.players)))
    weighed = sum(w * Fraction(str(game.worth[c])) for c, w in found.family.items())
    assert (weighed > grand) == found.is_empty
    for player in game.players:
        assert sum(w for c, w in found.family.items() if player in c.split("+")) == 1


@few
@given(games())
def test_the_condition_of_bondareva_and_shapley_says_the_same(game):
    assert bool(core_is_nonempty(game)) == (not core(game).is_empty)


@few
@given(games(), st.data())
def test_who_blocks_is_who_has_more_alone(game, data):
    shares = {p: data.draw(worths) for p in game.players[1:]}
    first = Fraction(str(game.worth_of(game.players))) - sum(shares.values())
    division = {game.players[0]: first, **shares}
    expected = {
        c: Fraction(str(game.worth[c])) - sum(division[p] for p in c.split("+"))
        for c in game.coalitions
    }
    assert dict(blocking(game, division)) == {c: e for c, e in expected.items() if e > 0}


def test_three_players_have_the_five_textbook_conditions():
    names = ["1", "2", "3"]
    players = [f"p{n}" for n in names]
    game = CoalitionalGame.of(players, lambda s: "v" + "".join(sorted(p[1:] for p in s)))
    v1, v2, v3, v12, v13, v23, v123 = map(symbol, ["v1", "v2", "v3", "v12", "v13", "v23", "v123"])
    assert core_is_nonempty(game) == sp.And(
        v1 + v2 + v3 <= v123,
        v12 + v3 <= v123,
        v13 + v2 <= v123,
        v23 + v1 <= v123,
        v12 / 2 + v13 / 2 + v23 / 2 <= v123,
    )


def test_four_players_have_41_minimal_balanced_families():
    """As Shapley (1967) counts for four players, that of all players left out."""
    families = balanced_families("abcd")
    assert len(families) == 41
    assert {"a+b+c": 1, "d": 1} in [dict(f) for f in families]


def test_one_of_several_substitutable_suppliers_gets_nothing_in_the_core():
    for suppliers in (2, 3, 4):
        game = market(1, suppliers)
        found = core(game)
        assert found.excess == 0
        assert dict(found.division) == {"l0": 1, **{f"s{k}": 0 for k in range(suppliers)}}
    assert vertices(market(1, 2)) == {(1, 0, 0)}


def test_ten_players_of_whom_pairs_make_one_have_a_core_and_nine_have_none():
    """With nine one is left over; every pair of them can make 1, so 9/2 is asked for."""
    ten, nine = (CoalitionalGame.of("abcdefghij"[:n], lambda s: len(s) // 2) for n in (10, 9))
    assert dict(core(ten).division) == dict.fromkeys("abcdefghij", Fraction(1, 2))
    assert core(nine).is_empty
    assert blocking(nine, core(nine).division)


def test_balanced_families_are_of_different_players():
    with pytest.raises(DeclarationError, match="listed twice"):
        balanced_families("aab")


def test_the_shapley_value_need_not_be_in_the_core():
    game = market(1, 2)
    assert dict(blocking(game, Shapley(game).divide())) == {
        "l0+s0": Fraction(1, 6),
        "l0+s1": Fraction(1, 6),
    }
    assert not blocking(market(2, 2), Shapley(market(2, 2)).divide())


def test_for_all_parameters_it_is_proved_or_refuted_with_numbers():
    game = CoalitionalGame(
        ["lead", "a", "b"], {"lead": "m", "lead+a": "v", "lead+b": "w", "lead+a+b": "v + w - s"}
    )
    m, v, w, s = map(symbol, "mvws")
    enough = [m >= 0, v >= m, w >= m, s >= 0]
    assert decide_core(game, [*enough, s <= v, s <= w])
    refuted = decide_core(game, enough)
    assert refuted.counterexample
    assert core(game, refuted.counterexample).is_empty


def test_a_single_player_blocks_only_what_is_not_all_of_its_own():
    game = CoalitionalGame(["a"], {"a": 3})
    assert not core(game).is_empty
    assert core(game).division["a"] == 3
    with pytest.raises(DeclarationError, match="does not sum to 3"):
        excesses(game, {"a": 2})


WRONG = [
    (lambda: core(CoalitionalGame("ab", {"a+b": "v"})), ExpressionError, "give a value for v"),
    (lambda: core(CoalitionalGame("ab", {"a+b": "sqrt(2)"})), ExpressionError, "not a rational"),
    (lambda: excesses(CoalitionalGame("ab", {}), {"a": 0}), DeclarationError, "for player 'b'"),
    (lambda: excesses(CoalitionalGame("ab", {}), {"a": 0, "c": 0}), DeclarationError, "'c'"),
    (lambda: balanced_families("abcde"), DeclarationError, "up to 4 players, not 5"),
]


@pytest.mark.parametrize(("wrong", "kind", "words"), WRONG, ids=[w for *_, w in WRONG])
def test_what_is_wrong_is_named(wrong, kind, words):
    with pytest.raises(PigouError) as error:
        wrong()
    assert isinstance(error.value, kind)
    assert words in str(error.value)
