"""Games of three and more players: completeness against independent algebra, published games."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from flint import fmpq
from hypothesis import given, settings, strategies as st

from games import brute_force_pure, pure_profiles, random_tables, table_game
from pigou import Enclosure, Game, Grade, Move, Player, examine, solve
from pigou.solvers.elimination import eliminate
from pigou.solvers.linear import maximise
from pigou.solvers.polynomial import mixed_equilibria

# -- independent algebra for three players with two choices each ----------------------------------
#
# Indifference of each player is bilinear in the other two's probabilities of c1:
# c0 + c1 p + c2 q + c3 p q = 0. Written for these tests; nothing of pigou is used.


def bilinear(table, player, others):
    """Coefficients of the advantage of c1 over c0 in the probabilities of c1 of two others."""

    def gap(p, q):
        cell = [0, 0, 0]
        cell[others[0]], cell[others[1]] = p, q
        here, there = list(cell), list(cell)
        here[player], there[player] = 1, 0
        return table[player][tuple(here)] - table[player][tuple(there)]

    base, first, second, both = gap(0, 0), gap(1, 0), gap(0, 1), gap(1, 1)
    return base, first - base, second - base, both - first - second + base


def totally_mixed(table) -> list[tuple[mpmath.mpf, ...]]:
    """All totally mixed equilibria of a generic 2x2x2 game, from a quadratic in z."""
    a = bilinear(table, 0, (1, 2))  # in y, z
    b = bilinear(table, 1, (0, 2))  # in x, z
    c = bilinear(table, 2, (0, 1))  # in x, y

    def times(u, v):
        return [u[0] * v[0], u[0] * v[1] + u[1] * v[0], u[1] * v[1]]

    y_top, y_low = (-a[0], -a[2]), (a[1], a[3])
    x_top, x_low = (-b[0], -b[2]), (b[1], b[3])
    products = [times(x_low, y_low), times(x_top, y_low), times(x_low, y_top), times(x_top, y_top)]
    p0, p1, p2 = (sum(ci * t[k] for ci, t in zip(c, products, strict=True)) for k in range(3))
    inside = p1 * p1 - 4 * p2 * p0
    assert p2 != 0 and inside != 0, "not generic"
    found = []
    with mpmath.workdps(60):
        if inside > 0:
            root = mpmath.sqrt(mpmath.mpf(inside.numerator) / inside.denominator)
            for sign in (1, -1):
                z = (sign * root - number(p1)) / (2 * number(p2))
                x = (number(x_top[0]) + number(x_top[1]) * z) / (
                    number(x_low[0]) + number(x_low[1]) * z
                )
                y = (number(y_top[0]) + number(y_top[1]) * z) / (
                    number(y_low[0]) + number(y_low[1]) * z
                )
                if all(0 < p < 1 for p in (x, y, z)):
                    found.append((x, y, z))
    return found


def number(value: Fraction) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator


def two_mix(table) -> list[tuple[Fraction, ...]]:
    """All equilibria of a generic 2x2x2 game in which exactly two players mix."""
    found = []
    for third, plays in itertools.product(range(3), range(2)):
        i, j = (p for p in range(3) if p != third)

        def gap(player, mover, at, third=third, plays=plays):
            cell = [0, 0, 0]
            cell[third], cell[mover] = plays, at
            one, zero = list(cell), list(cell)
            one[player], zero[player] = 1, 0
            return table[player][tuple(one)] - table[player][tuple(zero)]

        shares = {}
        for player, mover in ((i, j), (j, i)):
            low, high = gap(player, mover, 0), gap(player, mover, 1)
            if low * high < 0:
                shares[mover] = low / (low - high)
        if len(shares) == 2:
            gain = Fraction(0)
            for a, b in itertools.product(range(2), repeat=2):
                weight = (shares[i] if a else 1 - shares[i]) * (shares[j] if b else 1 - shares[j])
                cell = [0, 0, 0]
                cell[i], cell[j] = a, b
                there, here = list(cell), list(cell)
                there[third], here[third] = 1 - plays, plays
                gain += weight * (table[third][tuple(there)] - table[third][tuple(here)])
            if gain < 0:
                point = [Fraction(plays)] * 3
                point[i], point[j] = shares[i], shares[j]
                found.append(tuple(point))
    return found


def second_shares(equilibrium) -> tuple[Enclosure, ...]:
    return tuple(s.probabilities["c1"] for s in equilibrium.strategies)


def generic_games(number_of_games: int, seed: int, shape=(2, 2, 2)):
    rng = random.Random(seed)
    return [random_tables(rng, shape, -(10**6), 10**6) for _ in range(number_of_games)]


def check_against_algebra(table) -> None:
    found = solve(table_game(table, (2, 2, 2)))
    pure = brute_force_pure(table, (2, 2, 2))
    expected = [tuple(map(number, p)) for p in two_mix(table)] + totally_mixed(table)
    assert found.complete and not found.unresolved
    assert len(found) == len(pure) + len(expected)
    assert len(found) % 2 == 1
    assert pure_profiles(found) == pure
    mixed = [second_shares(e) for e in found if e.kind == "mixed"]
    for point in expected:
        close = [
            m for m in mixed if all(abs(s.value - p) < 1e-9 for s, p in zip(m, point, strict=True))
        ]
        assert len(close) == 1
    for equilibrium in found:
        assert equilibrium.evidence.checked
        assert equilibrium.evidence.grade is Grade.CERTIFIED
        assert equilibrium.evidence.max_gain.upper < Fraction(1, 10**60)


def test_two_by_two_by_two_is_complete():
    for table in generic_games(60, seed=1):
        check_against_algebra(table)


@pytest.mark.long
def test_two_by_two_by_two_is_complete_in_a_thousand_games():
    for table in generic_games(1000, seed=2):
        check_against_algebra(table)


def test_a_resultant_in_sympy_has_the_roots_that_were_found():
    x, y, z = sp.symbols("x y z")
    for table in generic_games(12, seed=3):
        equations = []
        for player, (p, q) in ((0, (y, z)), (1, (x, z)), (2, (x, y))):
            others = tuple(k for k in range(3) if k != player)
            c = [sp.Rational(str(v)) for v in bilinear(table, player, others)]
            equations.append(c[0] + c[1] * p + c[2] * q + c[3] * p * q)
        first = sp.resultant(equations[2], equations[0], y)
        last = sp.Poly(sp.resultant(first, equations[1], x), z)
        roots = [r for r in sp.real_roots(last) if 0 < r < 1]
        for equilibrium in solve(table_game(table, (2, 2, 2))):
            shares = second_shares(equilibrium)
            if all(not s.is_exact for s in shares):
                near = [r for r in roots if abs(sp.N(r, 40) - shares[2].value) < 1e-9]
                assert len(near) == 1
                assert (
                    last.eval(sp.Rational(str(shares[2].lower)))
                    * last.eval(sp.Rational(str(shares[2].upper)))
                    < 0
                )


# -- more players and choices ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "games"), [((2, 2, 2, 2), 6), ((3, 3, 2), 6), ((4, 2, 2), 6), ((3, 3, 3), 3)]
)
def test_generic_games_have_an_odd_number_of_equilibria_and_all_pass_the_checker(shape, games):
    for table in generic_games(games, 4, shape):
        found = solve(table_game(table, shape))
        assert found.complete
        assert len(found) % 2 == 1
        assert pure_profiles(found) == brute_force_pure(table, shape)
        for equilibrium in found:
            assert equilibrium.evidence.checked, equilibrium.evidence.note
            assert equilibrium.evidence.grade is Grade.CERTIFIED


@pytest.mark.long
@pytest.mark.parametrize(
    ("shape", "games"),
    [((2, 2, 2, 2), 300), ((3, 3, 2), 200), ((3, 3, 3), 100), ((2, 2, 2, 2, 2), 20)],
)
def test_parity_over_many_games(shape, games):
    for table in generic_games(games, 5, shape):
        exact = [{c: fmpq(int(v)) for c, v in t.items()} for t in table]
        found = mixed_equilibria(exact, shape)
        assert not found.unresolved
        assert (len(found.profiles) + len(brute_force_pure(table, shape))) % 2 == 1


def test_elimination_and_boxes_find_the_same_mixtures(monkeypatch):
    """The same supports, settled once by exact elimination and once by branch and prune."""
    from pigou.solvers import polynomial

    for shape, games in (((2, 2, 2), 25), ((3, 3, 2), 4)):
        for table in generic_games(games, 6, shape):
            exact = [{c: fmpq(int(v)) for c, v in t.items()} for t in table]
            one = mixed_equilibria(exact, shape)
            with monkeypatch.context() as patch:
                patch.setattr(polynomial, "LARGEST_SUPPORT", 0)
                other = mixed_equilibria(exact, shape)
            assert not one.unresolved and not other.unresolved
            assert len(one.profiles) == len(other.profiles)
            for mine in one.profiles:
                assert any(overlap(mine, theirs) for theirs in other.profiles)


def overlap(one, other) -> bool:
    return all(
        a.overlaps(b)
        for row, line in zip(one.probabilities, other.probabilities, strict=True)
        for a, b in zip(row, line, strict=True)
    )


def test_the_hidden_player_does_not_matter():
    for table in generic_games(20, seed=7):
        exact = [{c: fmpq(int(v)) for c, v in t.items()} for t in table]
        results = [eliminate(exact, (2, 2, 2), ((0, 1),) * 3, k) for k in range(3)]
        assert not any(r.unresolved for r in results)
        assert len({len(r.found) for r in results}) == 1


# -- published games -------------------------------------------------------------------------------


def from_rows(rows, shape=(2, 2, 2)) -> Game:
    """Read payoff vectors listed with the first player's choice changing fastest."""
    cells = [tuple(reversed(c)) for c in itertools.product(*(range(m) for m in reversed(shape)))]
    tables = [
        {cell: Fraction(str(row[i])) for cell, row in zip(cells, rows, strict=True)}
        for i in range(len(shape))
    ]
    return table_game(tables, shape)


def test_mckelvey_and_mclennans_game_has_nine_equilibria_two_of_them_totally_mixed():
    """McKelvey and McLennan (1997), the largest number of a regular 2x2x2 game."""
    zero = (0, 0, 0)
    found = solve(from_rows([(9, 8, 12), zero, zero, (9, 8, 2), zero, (3, 4, 6), (3, 4, 6), zero]))
    assert found.complete and len(found) == 9
    full = [e for e in found if all(s.lower > 0 and s.upper < 1 for s in second_shares(e))]
    assert len(full) == 2


NAU_ET_AL = [(3, 0, 2), (0, 1, 0), (0, 2, 0), (1, 0, 0), (1, 0, 0), (0, 3, 0), (0, 1, 0), (2, 0, 3)]


def test_the_game_of_nau_canovas_and_hansen_has_one_equilibrium_and_it_is_irrational():
    """Nau, Gomez Canovas and Hansen (2004), section 4."""
    found = solve(from_rows(NAU_ET_AL))
    assert found.complete
    (only,) = found
    shares = second_shares(only)
    assert not any(s.is_exact for s in shares)
    assert only.evidence.checked and only.evidence.grade is Grade.CERTIFIED
    first = [s.probabilities["c0"].value for s in only.strategies]
    assert first == pytest.approx([0.6192325795, 0.4798042227, 0.3788253361], abs=1e-10)
    # Each is quadratic: no rational of small size lies in the enclosure.
    assert all(s.lower.limit_denominator(10**15) not in (s.lower, s.upper) for s in shares)


def test_a_continuum_of_totally_mixed_equilibria_is_unresolved_and_the_rest_listed():
    """Nau, Gomez Canovas and Hansen (2004), section 5: 3 pure, 2 partly mixed, a continuum.

    The two partly mixed ones, in which the third player takes c1 with 3/4, are the far ends of
    continua that start at a pure one: the third player is indifferent there.
    """
    zero = (0, 0, 0)
    found = solve(
        from_rows([(0, 0, 2), (3, 0, 0), (0, 3, 0), zero, (1, 1, 0), zero, zero, (0, 0, 3)])
    )
    assert sum(e.kind == "pure" for e in found) == 3
    mixed = [second_shares(e) for e in found if e.kind == "mixed"]
    point = [Enclosure.point(v) for v in (0, 1, "3/4")]
    assert sorted(mixed, key=str) == sorted(
        [(point[0], point[1], point[2]), (point[1], point[0], point[2])], key=str
    )
    assert [c.dimension for c in found.components] == [1, 1]
    (note,) = found.unresolved
    assert note.startswith("a continuum:") and note.count("mixes") == 3


def test_seltens_horse_has_two_components():
    """Selten (1975): D or C; d or c; L or R. The equilibria are (C, c) with L at most 1/4, and
    (D, L) with d at most 2/3: two segments."""
    payoffs = {}
    for one, two, three in itertools.product("DC", "dc", "LR"):
        if one == "D":
            payoffs[one, two, three] = (3, 3, 2) if three == "L" else (0, 0, 0)
        elif two == "c":
            payoffs[one, two, three] = (1, 1, 1)
        else:
            payoffs[one, two, three] = (4, 4, 0) if three == "L" else (0, 0, 1)
    rows = [payoffs["DC"[a], "dc"[b], "LR"[c]] for c in (0, 1) for b in (0, 1) for a in (0, 1)]
    found = solve(from_rows(rows))
    assert pure_profiles(found) == {(0, 1, 0), (1, 1, 1)}
    assert found.complete
    ends = {tuple(str(p) for p in second_shares(e)) for e in found if e.kind == "mixed"}
    assert ends == {("1", "1", "3/4"), ("0", "1/3", "0")}
    assert [c.dimension for c in found.components] == [1, 1]
    for component in found.components:
        ((first, second),) = component.subsets
        assert found[first].component == found[second].component == component.name


def test_two_may_mix_at_will_while_a_third_does_what_is_best_anyhow():
    """Players 1 and 2 earn 1 each where player 3 takes c0, and play matching pennies elsewhere; c0
    pays player 3 one more than c1, but where both others take c1: there it pays `less` less."""
    cells = list(itertools.product(range(2), repeat=3))
    own = {c: Fraction(c[2] == 0 or c[0] == c[1]) for c in cells}
    other = {c: Fraction(c[2] == 0 or c[0] != c[1]) for c in cells}

    def tables(less):
        third = {c: Fraction(1 - c[2] + (1 + less) * (c == (1, 1, 1))) for c in cells}
        return [own, other, third]

    found = solve(table_game(tables(0), (2, 2, 2)))
    (component,) = found.components
    assert found.complete and component.dimension == 2
    assert max(map(len, component.subsets)) == 4
    for profile in itertools.product([Fraction(k, 4) for k in range(5)], repeat=3):
        rows = [[1 - p, p] for p in profile]
        assert is_equilibrium(tables(0), (2, 2, 2), rows) == inside(found, rows)
    limited = solve(table_game(tables(1), (2, 2, 2)))
    assert not limited.complete
    assert any("unless the conditions of others" in note for note in limited.unresolved)


def test_a_three_by_three_by_three_game_of_gambits_collection_has_five_equilibria():
    """The game 3x3x3.nfg of the Gambit project: five equilibria, two of them pure."""
    text = """1131 1210 2426 1358 2234 2238 1655 1347 2747 1576 5634 5675 1478 2544 1973 1436 4864
    5267 1735 4043 7247 3830 1335 1734 1428 1521 4248 2429 2326 2422 5255 5334 2643 2243 3518 3062
    2455 6523 4225 7486 4483 5764 7566 4655 7076 4943 7362 4382 4434 4271 4120 4533 5231 5458 3222
    3024 1223 2873 4452 4549 4564 4326 1762 5277 4837 5645 4995 5754 4383 4423 1759 2705 4642 1897
    4042 4976 7324 7723 4486 4882 2537"""
    numbers = list(map(int, text.split()))
    rows = [tuple(numbers[k : k + 3]) for k in range(0, 81, 3)]
    found = solve(from_rows(rows, (3, 3, 3)))
    assert found.complete and len(found) == 5
    assert sum(e.kind == "pure" for e in found) == 2


# -- symmetric and degenerate games ----------------------------------------------------------------


def test_three_named_players_have_the_symmetric_mixture_of_the_population():
    """The volunteer's dilemma of three: the symmetric mixture solves (1 - p)^2 = c/b."""
    cells = list(itertools.product(range(2), repeat=3))
    tables = [{c: Fraction(int(any(c))) - Fraction(c[i], 4) for c in cells} for i in range(3)]
    found = solve(table_game(tables, (2, 2, 2)))
    assert found.complete
    half = Enclosure.point("1/2")
    assert sum(second_shares(e) == (half, half, half) for e in found) == 1
    # one volunteers for sure, or two mix with 3/4 while the third does not, or all mix
    assert len(found) == 3 + 3 + 1
    population = Game(
        "volunteers",
        [Player("x", size=3)],
        [Move("act", "x", {"no": 0, "yes": 1})],
        {"x": "if(sum(act) >= 1, 1, 0) - act/4"},
    )
    assert [
        e.strategies[0].probabilities["yes"] for e in solve(population) if e.kind == "mixed"
    ] == [half]


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([(2, 2, 2), (3, 2, 2), (2, 2, 2, 2)]))
def test_degenerate_games_never_lose_what_a_grid_finds(seed, shape):
    """Payoffs 0..2: every equilibrium on a grid of mixtures is listed or its support unresolved."""
    rng = random.Random(seed)
    tables = random_tables(rng, shape, 0, 2)
    found = solve(table_game(tables, shape))
    for equilibrium in found:
        assert equilibrium.evidence.checked
    listed = [
        tuple(tuple(p for p in s.probabilities.values()) for s in e.strategies) for e in found
    ]
    for profile in grid(shape):
        if is_equilibrium(tables, shape, profile):
            known = any(
                all(
                    a.lower <= b <= a.upper
                    for row, line in zip(mine, profile, strict=True)
                    for a, b in zip(row, line, strict=True)
                )
                for mine in listed
            )
            assert known or inside(found, profile) or not found.complete, profile


def inside(found, profile) -> bool:
    """Whether each player mixes its extreme points of one Nash subset."""
    for component in found.components:
        for subset in component.subsets:
            corners = [
                [[p.lower for p in s.probabilities.values()] for s in found[n].strategies]
                for n in subset
            ]
            if all(
                in_hull(points, row)
                for points, row in zip(zip(*corners, strict=True), profile, strict=True)
            ):
                return True
    return False


def in_hull(points, target) -> bool:
    rows = [
        [fmpq(p.numerator, p.denominator) for p in column] for column in zip(*points, strict=True)
    ]
    right = [fmpq(t.numerator, t.denominator) for t in target]
    return maximise([fmpq(0)] * len(points), rows, right) is not None


def grid(shape):
    """Mixtures with probabilities that are multiples of 1/2."""
    rows = []
    for m in shape:
        rows.append(
            [
                tuple(Fraction(n, 2) for n in row)
                for row in itertools.product(range(3), repeat=m)
                if sum(row) == 2
            ]
        )
    return itertools.product(*rows)


def is_equilibrium(tables, shape, profile) -> bool:
    for i, m in enumerate(shape):
        pays = []
        for a in range(m):
            total = Fraction(0)
            for cell in itertools.product(*(range(k) for k in shape)):
                if cell[i] == a:
                    weight = Fraction(1)
                    for j, choice in enumerate(cell):
                        if j != i:
                            weight *= profile[j][choice]
                    total += weight * tables[i][cell]
            pays.append(total)
        if any(share > 0 and pay < max(pays) for share, pay in zip(profile[i], pays, strict=True)):
            return False
    return True


# -- the checker -----------------------------------------------------------------------------------


def test_enclosures_next_to_a_solution_are_refused_even_where_gains_could_be_zero():
    refused = 0
    for table in generic_games(40, seed=12):
        game = table_game(table, (2, 2, 2))
        for equilibrium in solve(game):
            if any(not s.is_exact for s in second_shares(equilibrium)):
                for signs in itertools.product((-1, 1), repeat=3):
                    wrong = tuple(map(moved, equilibrium.strategies, signs))
                    found = examine(game, game.values(), wrong)
                    assert not found.confirmed
                    refused += "could not be proved" in found.doubt
    assert refused > 3


@pytest.mark.parametrize("scale", [Fraction(1), Fraction(10) ** 80, Fraction(1, 10**30)])
def test_the_units_of_payoffs_do_not_make_the_checker_lenient(scale):
    """Near the solution, and off it so that no player's gain is clearly positive."""
    refused = 0
    for rows in [NAU_ET_AL, *_random_rows(8)]:
        game = from_rows([[Fraction(v) * scale for v in row] for row in rows])
        for equilibrium in solve(game):
            if any(s.is_exact for s in second_shares(equilibrium)):
                continue
            assert equilibrium.evidence.checked
            for signs in itertools.product((-1, 1), repeat=3):
                wrong = [shifted(*pair) for pair in zip(equilibrium.strategies, signs, strict=True)]
                found = examine(game, game.values(), wrong)
                assert not found.confirmed
                refused += "could not be proved" in found.doubt
    assert refused >= 8


def _random_rows(number):
    rng = random.Random(12)
    return [
        [[rng.randint(-(10**6), 10**6) for _ in range(3)] for _ in range(8)] for _ in range(number)
    ]


def shifted(strategy, sign):
    """Move a mixture off the solution, to enclosures whose ends are short binary fractions."""
    (first, _), (second, share) = strategy.probabilities.items()
    wide = Fraction(1, 2**100)
    middle = Fraction(round(share.lower * 2**110), 2**110) + sign * wide * Fraction(9, 8)
    around = Enclosure(middle - wide, middle + wide)
    return replace(strategy, probabilities={first: Enclosure.point(1) - around, second: around})


def test_wide_enclosures_cannot_hide_what_another_action_pays():
    """c0 and c1 pay 1/2 each where both mix evenly, c2 pays 3/5: in units so small that no gain
    is larger than a tolerance that does not know the units."""
    unit = Fraction(1, 10**30)
    pays = {(0, 0): 10, (0, 1): 0, (1, 0): 0, (1, 1): 10, (2, 0): 6, (2, 1): 6}
    own = {cell: v * unit for cell, v in pays.items()}
    other = {cell: (10 - v if cell[0] < 2 else 0) * unit for cell, v in pays.items()}
    game = table_game([own, other], (3, 2))
    wide, zero = Enclosure(Fraction(3, 10), Fraction(7, 10)), Enclosure.point(0)
    rows = ({"c0": wide, "c1": wide, "c2": zero}, {"c0": wide, "c1": wide})
    mixtures = [
        replace(s, counts=None, probabilities=row)
        for s, row in zip(next(iter(solve(game))).strategies, rows, strict=True)
    ]
    found = examine(game, game.values(), mixtures)
    assert not found.confirmed and "wider" in found.doubt


def test_the_share_of_the_first_action_has_to_fit_too():
    """Only the others' shares are unknowns of the proof; the first one is what they leave."""
    game = from_rows(NAU_ET_AL)
    (only,) = solve(game)
    first, *rest = only.strategies
    shares = dict(first.probabilities)
    by = Fraction(1, 10**60)
    shares["c0"] = Enclosure(shares["c0"].lower - by, shares["c0"].upper - by)
    shares["c1"] = Enclosure(shares["c1"].lower - 9 * by, shares["c1"].upper + 9 * by)
    assert not examine(game, game.values(), [replace(first, probabilities=shares), *rest]).confirmed


def moved(strategy, sign):
    """Widen the enclosures to 10^-30 and move them off the solution by a little more than that."""
    (first, low), (second, high) = strategy.probabilities.items()
    wide = Fraction(1, 10**30)

    def around(middle):
        return Enclosure(middle - wide, middle + wide)

    by = sign * wide * Fraction(11, 10)
    shares = {first: around(low.lower - by), second: around(high.lower + by)}
    return replace(strategy, probabilities=shares)


def test_three_action_mixtures_of_a_population_are_proved_by_the_checker():
    payoff = (
        "-(act == 0)*sum(act == 0)**2 - 2*(act == 1)*sum(act == 1) - 3*(act == 2)*sum(act == 2)"
    )
    game = Game(
        "roads", [Player("x", size=5)], [Move("act", "x", {"a": 0, "b": 1, "c": 2})], {"x": payoff}
    )
    found = solve(game)
    full = [
        e
        for e in found
        if e.kind == "mixed" and min(p.lower for p in e.strategies[0].probabilities.values()) > 0
    ]
    (interior,) = full
    assert interior.evidence.checked and interior.evidence.note == ""
    (strategy,) = interior.strategies
    by = Fraction(1, 10**40)
    shares = dict(strategy.probabilities)
    shares["a"] = Enclosure(shares["a"].lower + by, shares["a"].upper + by)
    shares["b"] = Enclosure(shares["b"].lower - by, shares["b"].upper - by)
    wrong = examine(game, game.values(), [replace(strategy, probabilities=shares)])
    assert not wrong.confirmed
