"""Solving against brute force, peers, published numbers and the invariances of the theory."""

from __future__ import annotations

import itertools
import random
import warnings
from dataclasses import replace
from fractions import Fraction
from math import comb

import nashpy
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, strategies as st

from games import (
    brute_force_pure,
    named_games,
    population_games,
    pure_profiles,
    random_tables,
    table_game,
)
from pigou import (
    Choice,
    DeclarationError,
    Enclosure,
    Game,
    Grade,
    Interval,
    Move,
    Parameter,
    Player,
    StructureError,
    examine,
    first_best,
    iterated_dominance,
    solve,
    symbol,
)
from pigou.expression import Lookup
from pigou.model import Model
from pigou.models import load


def two(a, b) -> Game:
    rows, columns = len(a), len(a[0])
    tables = [
        {(i, j): Fraction(m[i][j]) for i in range(rows) for j in range(columns)} for m in (a, b)
    ]
    return table_game(tables, (rows, columns))


def probabilities(equilibrium) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(
        tuple(p.lower for p in strategy.probabilities.values())
        for strategy in equilibrium.strategies
    )


def near(one, other) -> bool:
    """Whether probabilities agree to 60 digits: irrational ones are known to about 90."""
    pairs = zip((p for row in one for p in row), (p for row in other for p in row), strict=True)
    return all(abs(a - b) < Fraction(1, 10**60) for a, b in pairs)


# -- pure equilibria against brute force --------------------------------------------------------


@pytest.mark.parametrize("players", [2, 3, 4])
def test_pure_equilibria_equal_brute_force(players):
    rng = random.Random(players)
    for _ in range(60 if players == 2 else 20):
        shape = tuple(rng.randint(2, 4 if players < 4 else 3) for _ in range(players))
        tables = random_tables(rng, shape, 0, rng.choice([1, 2, 9]))
        found = solve(table_game(tables, shape), pure=players == 4)
        assert pure_profiles(found) == brute_force_pure(tables, shape)
        assert all(e.evidence.checked and e.evidence.grade is Grade.CERTIFIED for e in found)


@given(population_games())
def test_a_population_has_the_pure_equilibria_of_its_members_one_by_one(game):
    size = int(game.size("agent"))
    labels = game.move("act").choice.labels
    member = _member_payoffs(game, size, labels)
    brute = set()
    for cell in itertools.product(range(len(labels)), repeat=size):
        if all(
            member[(other, *cell[:i], *cell[i + 1 :])]
            <= member[(cell[i], *cell[:i], *cell[i + 1 :])]
            for i in range(size)
            for other in range(len(labels))
        ):
            brute.add(tuple(cell.count(k) for k in range(len(labels))))
    found = {tuple(e.strategies[0].counts.values()) for e in solve(game) if e.kind == "pure"}
    assert found == brute


def _member_payoffs(game, size, labels):
    """Payoff of the first member at every assignment of choices, by plain substitution."""
    text = game.payoffs["agent"]
    payoffs = {}
    for cell in itertools.product(range(len(labels)), repeat=size):
        payoffs[cell] = _evaluate(text, cell, cell[0], game.values())
    return payoffs


def _evaluate(formula, cell, own, at):
    """Evaluate a member's payoff with Python's own numbers: an evaluator written for this test."""
    kind = type(formula).__name__
    if formula.is_Rational:
        return Fraction(int(formula.p), int(formula.q))
    if kind == "Symbol":
        name = formula.name.rstrip("′")
        return Fraction(own) if name == "act" else Fraction(at[name])
    if kind == "Total":
        return sum(_evaluate(formula.args[0], cell, each, at) for each in cell)
    if kind == "If":
        return _evaluate(
            formula.args[1 if _holds(formula.args[0], cell, own, at) else 2], cell, own, at
        )
    parts = [_evaluate(part, cell, own, at) for part in formula.args]
    if kind == "Add":
        return sum(parts)
    if kind == "Mul":
        product = Fraction(1)
        for part in parts:
            product *= part
        return product
    assert kind == "Pow", kind
    return parts[0] ** int(parts[1])


def _holds(condition, cell, own, at):
    left, right = (_evaluate(side, cell, own, at) for side in condition.args)
    return {
        "==": left == right,
        ">=": left >= right,
        "<=": left <= right,
        ">": left > right,
        "<": left < right,
    }[condition.rel_op]


# -- two players ----------------------------------------------------------------------------------


def test_von_neumanns_matching_pennies_has_one_equilibrium():
    (only,) = solve(two([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]))
    assert probabilities(only) == ((Fraction(1, 2),) * 2,) * 2


def test_the_weakest_link_game_of_two_has_28_equilibria():
    """Van Huyck, Battalio and Beil (1990), treatment A with two players: 7 pure, 21 mixed."""
    a = [
        [Fraction(6, 10) + Fraction(2, 10) * min(i, j) - Fraction(i, 10) for j in range(1, 8)]
        for i in range(1, 8)
    ]
    found = solve(two(a, [list(column) for column in zip(*a, strict=True)]))
    assert found.complete and len(found) == 28
    assert sum(e.kind == "pure" for e in found) == 7
    assert sum(e.payoffs["p0"].lower for e in found) == Fraction(252, 10)


def test_nashpy_never_finds_what_we_miss():
    """nashpy's support enumeration loses equilibria, so inclusion runs one way only."""
    rng = random.Random(7)
    lost = 0
    for _ in range(100):
        a, b = ([[rng.randint(-99, 99) for _ in range(3)] for _ in range(3)] for _ in range(2))
        ours = [probabilities(e) for e in solve(two(a, b))]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = list(nashpy.Game(np.array(a), np.array(b)).support_enumeration())
        for x, y in theirs:
            assert any(
                np.allclose(np.array(ox, float), x, atol=1e-8)
                and np.allclose(np.array(oy, float), y, atol=1e-8)
                for ox, oy in ours
            ), (a, b, x, y)
        lost += len(ours) - len(theirs)
        assert len(ours) % 2 == 1 or any(e.component for e in solve(two(a, b)))
    assert lost >= 0


def test_a_degenerate_game_is_reported_as_a_component():
    """The row player is indifferent throughout: a continuum with four extreme points."""
    found = solve(two([[1, 1], [1, 1]], [[1, 0], [0, 1]]))
    assert found.complete and len(found) == 4
    (component,) = found.components
    assert component.dimension == 1
    assert {e.component for e in found} == {"C1"}
    assert sorted(map(sorted, component.subsets)) == [["E1", "E3"], ["E2", "E4"], ["E3", "E4"]]
    half = {e.name: probabilities(e) for e in found}
    for name in ("E3", "E4"):
        assert half[name][0] == (Fraction(1, 2), Fraction(1, 2))


@given(st.integers(0, 10**6), st.integers(2, 3), st.integers(2, 3))
def test_points_inside_a_nash_subset_are_equilibria(seed, rows, columns):
    rng = random.Random(seed)
    game = table_game(random_tables(rng, (rows, columns), 0, 1), (rows, columns))
    found = solve(game)
    for component in found.components:
        for subset in component.subsets:
            members = [found[name] for name in subset]
            weights = [Fraction(rng.randint(1, 5)) for _ in members]
            strategies = tuple(_average(members, weights, i) for i in range(2))
            assert examine(game, game.values(), strategies).gain == Enclosure.point(0)


def _average(members, weights, position):
    """Average one player's strategy over members; each player's own extreme points are in it."""
    first = members[0].strategies[position]
    total = sum(weights)
    mixed = {
        label: Enclosure.point(
            sum(
                w * m.strategies[position].probabilities[label].lower
                for w, m in zip(weights, members, strict=True)
            )
            / total
        )
        for label in first.probabilities
    }
    return replace(first, probabilities=mixed, counts=None)


@given(st.integers(0, 10**6))
def test_every_two_player_game_has_an_equilibrium_and_all_pass_the_checker(seed):
    rng = random.Random(seed)
    shape = (rng.randint(1, 4), rng.randint(1, 4))
    found = solve(table_game(random_tables(rng, shape, -2, 2), shape))
    assert len(found) >= 1 and found.complete
    for equilibrium in found:
        assert equilibrium.evidence.checked and equilibrium.evidence.max_gain == Enclosure.point(0)


# -- symmetric mixtures ---------------------------------------------------------------------------


def critical_mass(firms: int, needed: int, benefit: str, cost: str = "1") -> Game:
    return Game(
        "critical mass",
        [Player("firm", size=firms)],
        [Move("invest", "firm", {"no": 0, "yes": 1})],
        {"firm": f"invest*(if(sum(invest) >= {needed}, {benefit}, 0) - {cost})"},
    )


def test_the_mixture_of_the_critical_mass_game():
    """Ten firms, seven needed, b = 2, c = 1: the root of 2 P(Bin(9, q) >= 6) = 1 (Kim 1996)."""
    found = solve(critical_mass(10, 7, "2"))
    (mixed,) = [e for e in found if e.kind == "mixed"]
    q = mixed.strategies[0].probabilities["yes"]
    assert abs(q.value - 0.6069151672) < 1e-9
    assert "unstable" in mixed.marks and mixed.evidence.checked

    def advantage(p):
        return 2 * sum(comb(9, k) * p**k * (1 - p) ** (9 - k) for k in range(6, 10)) - 1

    assert advantage(q.lower) < 0 < advantage(q.upper)
    assert q.width < Fraction(1, 10**60)


def test_roots_of_large_populations_are_certified():
    for firms, needed in ((60, 40), (250, 150)):
        (mixed,) = [e for e in solve(critical_mass(firms, needed, "2")) if e.kind == "mixed"]
        q = mixed.strategies[0].probabilities["yes"]
        assert q.width < Fraction(1, 10**25)
        assert abs(q.value - (needed - 1) / (firms - 1)) < 0.05
        assert mixed.evidence.grade is Grade.CERTIFIED


@pytest.mark.parametrize(
    ("payoff", "roots"),
    [
        ("act*(1 - 2*(sum(act) - act))", [Fraction(1, 2)]),  # a root that is a simple fraction
        ("act*(sum(act) - act)", []),  # a root at 0 is the pure profile, not a mixture
        ("act*(sum(act) - act - 1)", []),  # a root at 1
        ("act*(2*(sum(act) - act) + 1)", []),  # no root
    ],
)
def test_root_traps_of_two_members(payoff, roots):
    game = Game("trap", [Player("x", size=2)], [Move("act", "x", {"a": 0, "b": 1})], {"x": payoff})
    mixed = [e.strategies[0].probabilities["b"].lower for e in solve(game) if e.kind == "mixed"]
    assert mixed == roots


def test_a_double_root_is_found_and_its_grade_says_that_a_sign_change_is_missing():
    """With others' number k of 2: advantage 1, -1, 1 gives (1 - 2p)^2, zero at 1/2 only."""
    payoff = "act*if(sum(act) - act == 1, -1, 1)"
    game = Game(
        "double", [Player("x", size=3)], [Move("act", "x", {"a": 0, "b": 1})], {"x": payoff}
    )
    (mixed,) = [e for e in solve(game) if e.kind == "mixed"]
    assert mixed.strategies[0].probabilities["b"] == Enclosure.point("1/2")
    assert mixed.marks == () or "stable" not in mixed.marks
    assert mixed.evidence.checked  # the root is rational, so that the check is exact


def test_members_indifferent_throughout_form_a_continuum():
    game = Game(
        "flat", [Player("x", size=4)], [Move("act", "x", {"a": 0, "b": 1})], {"x": "sum(act) - act"}
    )
    found = solve(game)
    assert len(found) == 5
    assert [c.dimension for c in found.components] == [1]
    assert set(found.components[0].subsets[0]) <= {e.name for e in found}


def test_three_way_mixtures_are_certified_boxes():
    """A congestion game of four with three roads of slope 1, 2, 3: interior and unique."""
    payoff = "-(act == 0)*sum(act == 0) - 2*(act == 1)*sum(act == 1) - 3*(act == 2)*sum(act == 2)"
    game = Game(
        "roads", [Player("x", size=9)], [Move("act", "x", {"a": 0, "b": 1, "c": 2})], {"x": payoff}
    )
    found = solve(game)
    mixed = [e for e in found if e.kind == "mixed"]
    full = [e for e in mixed if all(p.lower > 0 for p in e.strategies[0].probabilities.values())]
    (interior,) = full
    # 1 + 8 p = 2 (1 + 8 q) = 3 (1 + 8 r), p + q + r = 1
    p, q, r = sp.symbols("p q r")
    exact = sp.solve(
        [1 + 8 * p - 2 * (1 + 8 * q), 1 + 8 * p - 3 * (1 + 8 * r), p + q + r - 1], [p, q, r]
    )
    shares = interior.strategies[0].probabilities
    for label, value in zip("abc", (exact[p], exact[q], exact[r]), strict=True):
        assert shares[label].lower <= Fraction(int(value.p), int(value.q)) <= shares[label].upper
    assert found.complete


@given(population_games(choices=2))
def test_symmetric_mixtures_equal_the_roots_of_the_expected_advantage(game):
    size = int(game.size("agent"))
    member = _member_payoffs(game, size, ("c0", "c1"))
    p = sp.Symbol("p")
    gap = sp.S.Zero
    for others in itertools.product((0, 1), repeat=size - 1):
        weight = sp.Mul(*(p if o else 1 - p for o in others))
        gap += weight * sp.Rational(str(member[(1, *others)] - member[(0, *others)]))
    gap = sp.Poly(sp.expand(gap), p)
    found = solve(game)
    ours = sorted(e.strategies[0].probabilities["c1"].value for e in found if e.kind == "mixed")
    if gap.is_zero:
        assert found.components
        return
    theirs = sorted({float(r) for r in sp.real_roots(gap) if 0 < r < 1})
    assert ours == pytest.approx(theirs, abs=1e-12)
    assert found.complete


# -- invariances ----------------------------------------------------------------------------------


@given(named_games(), st.integers(1, 5), st.integers(-5, 5))
def test_positive_affine_payoff_changes_leave_equilibria_alone(game, scale, shift):
    name = game.players[0].name
    table = game.payoffs[name]
    entries = [scale * entry + shift for entry in table.args[2]]
    changed = replace(
        game,
        payoffs={**game.payoffs, name: Lookup(table.args[0], table.args[1], sp.Tuple(*entries))},
    )
    before, after = solve(game), solve(changed)
    assert len(before) == len(after)
    assert all(near(probabilities(a), probabilities(b)) for a, b in zip(before, after, strict=True))


@given(named_games())
def test_relabelling_players_permutes_equilibria(game):
    names = {p.name: p.name + "_" for p in game.players}
    swapped = replace(
        game,
        players=tuple(Player(names[p.name]) for p in reversed(game.players)),
        moves=tuple(replace(m, player=names[m.player]) for m in reversed(game.moves)),
        payoffs={names[k]: v for k, v in game.payoffs.items()},
    )
    before = [probabilities(e) for e in solve(game)]
    after = [tuple(reversed(probabilities(e))) for e in solve(swapped)]
    assert len(before) == len(after)
    assert all(sum(near(a, b) for b in after) == 1 for a in before)


@given(named_games())
def test_dominated_choices_are_in_no_equilibrium_and_really_dominated(game):
    for gone in iterated_dominance(game):
        for equilibrium in solve(game):
            strategy = next(s for s in equilibrium.strategies if s.player == gone.player)
            assert strategy.probabilities[gone.action] == Enclosure.point(0)


def test_two_moves_of_one_player_are_decided_jointly():
    """Only (1, 1) and (0, 0) pay; a deviation in one move alone would find a false equilibrium."""
    game = Game(
        "joint",
        [Player("a"), Player("b")],
        [
            Move("x", "a", {"low": 0, "high": 1}),
            Move("y", "a", {"low": 0, "high": 1}),
            Move("z", "b", {"stay": 0, "go": 1}),
        ],
        {"a": "3*x*y + (1 - x)*(1 - y)", "b": "z*(x - 1/2)"},
    )
    (only,) = solve(game)
    assert str(only) == "E1 (pure): x, y: high, high; z: go"


# -- types, chance, refusals ----------------------------------------------------------------------


def test_types_of_a_population_play_their_own_strategies():
    """Segal (2003): with k - 1 of n firms paid their cost all invest; with k - 2, not surely."""
    from pigou import subsidy

    game = critical_mass(10, 7, "2")
    six = solve(subsidy("invest", "1.001", members=6)(game))
    assert [e.profile for e in six] == ["invest[targeted]: 6 yes; invest[rest]: 4 yes"]
    five = solve(subsidy("invest", "1.001", members=5)(game))
    investors = {sum(s.counts["yes"] for s in e.strategies) for e in five if e.kind == "pure"}
    assert investors == {5, 10}


def test_chance_that_nobody_sees_is_averaged_out():
    from pigou import Chance

    def game(probability):
        return Game(
            "risky",
            [Player("firm")],
            [Move("enter", "firm", {"no": 0, "yes": 1})],
            {"firm": "enter*(demand - 2)"},
            chance=[Chance("demand", {"low": (1, f"1 - {probability}"), "high": (4, probability)})],
        )

    assert [e.profile for e in solve(game("1/4"))] == ["enter: no"]
    assert [e.profile for e in solve(game("1/2"))] == ["enter: yes"]


def test_irrational_payoffs_lower_the_grade_aloud():
    game = Game(
        "root",
        [Player("a"), Player("b")],
        [Move("x", "a", {"l": 0, "h": 1}), Move("y", "b", {"l": 0, "h": 1})],
        {"a": "x*(sqrt(2)*y - 1/2)", "b": "y*(exp(x) - 2)"},
    )
    found = solve(game)
    assert not found.complete and "irrational" in found.unresolved[-1]
    grades = {e.kind: e.evidence.grade for e in found}
    assert grades["mixed"] is Grade.NUMERICAL
    strict = [e for e in found if "strict" in e.marks]
    assert [e.profile for e in strict] == ["x: l; y: l", "x: h; y: h"]
    assert all(e.evidence.grade is Grade.CERTIFIED for e in strict)


def test_a_game_with_too_many_supports_says_that_mixtures_were_not_searched():
    shape = (6, 6, 6, 6)
    tables = [{cell: Fraction(sum(cell) % 7) for cell in itertools.product(range(6), repeat=4)}]
    found = solve(table_game(tables * 4, shape))
    assert not found.complete
    assert any("mixed equilibria of 4 players" in note for note in found.unresolved)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"moves": [Move("x", "a", Interval(0, 1))]}, "continuous"),
        (
            {"moves": [Move("x", "a", {"l": 0}), Move("y", "a", Interval(0, 1), stage=2)]},
            "continuous",
        ),
        ({"players": [Player("a", size=sp.oo)]}, "continuum"),
    ],
)
def test_structures_that_are_not_solved_are_refused_with_the_reason(change, words):
    parts = {"players": [Player("a")], "moves": [Move("x", "a", {"l": 0})], "payoffs": {"a": "0"}}
    game = Game("refused", **{**parts, **change})
    with pytest.raises(StructureError, match=words):
        solve(game)


def test_values_outside_the_domain_are_refused():
    game = load("coordination").game
    for at, words in (
        ({"cost": -1}, "outside its domain"),
        ({"firms": "5/2"}, "not a whole number"),
        ({"threshold": 11}, "assumption"),
        ({"cost": "nan"}, "not a number"),
        ({"costs": 1}, "did you mean 'cost'"),
    ):
        with pytest.raises(ValueError, match=words):
            solve(game, at)


def test_a_division_by_zero_at_given_values_is_a_clear_error():
    game = Game(
        "pole",
        [Player("a")],
        [Move("x", "a", {"l": 0, "h": 1})],
        {"a": "1/(x - t)"},
        parameters=[Parameter("t", 1)],
    )
    with pytest.raises(DeclarationError, match="divides by zero"):
        solve(game)


def test_extreme_numbers_are_exact():
    tiny = Fraction(1, 10**150)
    found = solve(two([[1 + tiny, 0], [1, 0]], [[0, 0], [0, 0]]))
    assert found.complete and all(e.evidence.checked for e in found)
    assert symbol("x") is not None and isinstance(load("coordination"), Model)


# -- findings of a review -------------------------------------------------------------------------


def club(payoff: str, size=3) -> Game:
    options = Choice({"no": 0, "yes": 1, "out": 2}, exit="out")
    return Game(
        "club",
        [Player("p", size="n")],
        [Move("a", "p", options)],
        {"p": payoff},
        parameters=[Parameter("n", size, "n >= 1", integer=True)],
    )


@pytest.mark.parametrize("size", [1, 2, 3])
def test_where_exit_dominates_everybody_exits(size):
    game = club("if(a == out, 9, 4*sum(a)/3 - 3*a - 1)", size)
    (only,) = solve(game)
    assert only.strategies[0].probabilities["out"] == Enclosure.point(1)
    assert only.evidence.checked
    best = first_best(game)
    assert best.profiles == ("p: out" if size == 1 else f"{size} out",) and best.is_equilibrium


def test_a_belief_in_dominated_choices_supports_nothing():
    """A is dominated by B; only the belief that the fellow plays A would make exit a best reply."""
    options = Choice({"A": 0, "B": 1, "out": 2}, exit="out")
    payoff = "if(a == out, 0, if(a == A, if(sum(a == A) == 2, -5, 1), if(sum(a == A) == 1, -3, 2)))"
    game = Game("beliefs", [Player("p", size=2)], [Move("a", "p", options)], {"p": payoff})
    found = solve(game)
    assert [e.profile for e in found] == ["a: 2 B"]
    assert "survive iterated strict dominance" in found.scope


@pytest.mark.parametrize("digits", [3, 40, 100, 150, 300])
def test_a_root_next_to_an_end_is_not_lost(digits):
    """Three members, all needed: the root is sqrt(1 - epsilon), whatever epsilon."""
    tiny = "1" + "".join(f"/10**{min(50, digits - n)}" for n in range(0, digits, 50))
    payoff = f"u*(if(sum(u) >= 3, 1, 0) - 1 + {tiny})"
    game = Game("near", [Player("p", size=3)], [Move("u", "p", {"no": 0, "yes": 1})], {"p": payoff})
    found = solve(game)
    (mixed,) = [e for e in found if e.kind == "mixed"]
    share = mixed.strategies[0].probabilities["yes"]
    epsilon = Fraction(1, 10**digits)
    assert share.lower**2 <= 1 - epsilon <= share.upper**2
    assert share.upper < 1


def test_a_tie_of_irrational_payoffs_is_no_dominance():
    game = Game(
        "roots",
        [Player("a"), Player("b")],
        [Move("x", "a", {"n": 0, "y": 1}), Move("y", "b", {"n": 0, "y": 1})],
        {"a": "if(x == 0, sqrt(w)*sqrt(z), sqrt(w*z))", "b": "y*sqrt(z)"},
        parameters=[Parameter("z", 3, "z > 0"), Parameter("w", 2, "w > 0")],
    )
    assert [gone.player for gone in iterated_dominance(game)] == ["b"]
    assert len(first_best(game).profiles) == 2


def test_conditions_may_guard_each_other():
    game = Game(
        "guard",
        [Player("a")],
        [Move("x", "a", {"n": 0, "y": 1})],
        {"a": "x*if(t > 0 and 1/t > 2, 1, -1)"},
        parameters=[Parameter("t", 0)],
    )
    assert [e.profile for e in solve(game)] == ["x: n"]


def test_threads_do_not_disturb_each_other():
    from concurrent.futures import ThreadPoolExecutor

    from flint import ctx

    game, before = critical_mass(10, 7, "2"), ctx.prec
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: solve(game), range(12)))
    assert ctx.prec == before
    assert all(r == results[0] for r in results)
