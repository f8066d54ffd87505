"""Duplicate actions and dummies: continua in which several players vary, solved exactly."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest

from games import random_tables, table_game
from pigou import Enclosure, solve

NAU_ET_AL = [(3, 0, 2), (0, 1, 0), (0, 2, 0), (1, 0, 0), (1, 0, 0), (0, 3, 0), (0, 1, 0), (2, 0, 3)]


def with_copies(tables, shape, copies):
    """Give players further actions that do what an earlier one does: (player, action) pairs."""
    means = [list(range(size)) for size in shape]
    for player, action in copies:
        means[player].append(action)
    larger = tuple(map(len, means))
    cells = list(itertools.product(*map(range, larger)))
    return [
        {c: table[tuple(m[a] for m, a in zip(means, c, strict=True))] for c in cells}
        for table in tables
    ], larger


def shares(equilibrium):
    return tuple(tuple(s.probabilities.values()) for s in equilibrium.strategies)


def is_equilibrium(tables, shape, profile) -> bool:
    for player, mixture in enumerate(profile):
        pays = [Fraction(0)] * shape[player]
        for cell in itertools.product(*map(range, shape)):
            weight = Fraction(1)
            for other, action in enumerate(cell):
                weight *= profile[other][action] if other != player else 1
            pays[cell[player]] += weight * tables[player][cell]
        if any(share and pay < max(pays) for share, pay in zip(mixture, pays, strict=True)):
            return False
    return True


def test_an_irrational_equilibrium_with_a_copy_of_an_action_is_a_segment():
    """Nau, Gomez Canovas and Hansen (2004), section 4, with the first action of player 1 twice."""
    cells = [tuple(reversed(c)) for c in itertools.product(range(2), repeat=3)]
    tables = [{c: Fraction(r[i]) for c, r in zip(cells, NAU_ET_AL, strict=True)} for i in range(3)]
    (only,) = solve(table_game(tables, (2, 2, 2)))
    found = solve(table_game(*with_copies(tables, (2, 2, 2), [(0, 0)])))
    zero = Enclosure.point(0)
    (share, rest), *others = shares(only)
    assert {shares(e) for e in found} == {
        ((share, rest, zero), *others),
        ((zero, rest, share), *others),
    }
    (component,) = found.components
    assert found.complete and component.dimension == 1 and len(component.subsets) == 1
    assert all(e.evidence.checked and "strict" not in e.marks for e in found)


def test_dummies_vary_freely_next_to_two_players_who_do_not():
    """Matching pennies with two onlookers: a square of equilibria."""
    cells = list(itertools.product(range(2), repeat=4))
    own = [{c: Fraction(int((c[0] == c[1]) == (i == 0))) for c in cells} for i in range(2)]
    onlooker = {c: Fraction(c[0]) for c in cells}
    found = solve(table_game([*own, onlooker, onlooker], (2, 2, 2, 2)))
    assert found.complete and len(found) == 4
    (component,) = found.components
    assert component.dimension == 2 and len(component.subsets) == 1
    half = Enclosure.point("1/2")
    assert all(shares(e)[:2] == ((half, half), (half, half)) for e in found)


def test_where_nobody_has_a_choice_that_matters_everything_is_one_component():
    cells = list(itertools.product(range(2), range(3), range(2)))
    found = solve(table_game([{c: Fraction(5) for c in cells}] * 3, (2, 3, 2)))
    assert found.complete and len(found) == 12
    (component,) = found.components
    assert component.dimension == 1 + 2 + 1
    assert not any("strict" in e.marks for e in found)


def test_what_only_a_dummy_notices_makes_no_difference():
    """Player 1's second and third choices differ for player 3 alone, who has no say."""
    rng = random.Random(3)
    tables = random_tables(rng, (2, 2, 2), -99, 99)
    tables, shape = with_copies(tables, (2, 2, 2), [(0, 1), (2, 0)])
    cells = list(itertools.product(*map(range, shape)))
    tables = [{c: t[(*c[:2], 0)] for c in cells} for t in tables]
    tables[2] = {c: Fraction(c[0]) for c in cells}
    found = solve(table_game(tables, shape))
    assert found.complete
    for equilibrium in found:
        rows = [[p.lower for p in row] for row in shares(equilibrium)]
        assert is_equilibrium(tables, shape, rows)
        swapped = [[rows[0][0], rows[0][2], rows[0][1]], rows[1], rows[2][1:] + rows[2][:1]]
        assert tuple(tuple(map(Enclosure.point, row)) for row in swapped) in map(shares, found)


@pytest.mark.parametrize("copies", [[(0, 0)], [(0, 1), (1, 0)], [(2, 1), (2, 1)]])
def test_copies_change_nothing_but_who_carries_which_share(copies):
    """Totals of the larger game are the equilibria of the smaller one; products are equilibria."""
    rng = random.Random(str(copies))
    for high in (2, 2, 2, 99):
        small = random_tables(rng, (2, 2, 2), 0, high)
        tables, shape = with_copies(small, (2, 2, 2), copies)
        one, other = solve(table_game(small, (2, 2, 2))), solve(table_game(tables, shape))
        assert one.complete == other.complete
        assert {totals(shares(e), copies) for e in other} == {shares(e) for e in one}
        points = {e.name: shares(e) for e in other}
        assert len(set(points.values())) == len(points)
        assert all(e.evidence.checked for e in other)
        for component in other.components:
            for subset in component.subsets:
                axes = [
                    [[p.lower for p in row] for row in set(rows)]
                    for rows in zip(*(points[name] for name in subset), strict=True)
                ]
                if all(p.is_exact for name in subset for row in points[name] for p in row):
                    mixed = [mean(rng, axis) for axis in axes]
                    assert is_equilibrium(tables, shape, mixed)
                assert len(subset) == len({points[name] for name in subset})


def totals(profile, copies):
    rows = [list(row) for row in profile]
    for player, action in reversed(copies):
        share = rows[player].pop()
        rows[player][action] += share
    return tuple(map(tuple, rows))


def mean(rng, points):
    weights = [Fraction(rng.randint(1, 9)) for _ in points]
    columns = zip(*points, strict=True)
    return [
        sum(w * v for w, v in zip(weights, column, strict=True)) / sum(weights)
        for column in columns
    ]
