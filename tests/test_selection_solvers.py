"""The algorithms behind selection, against brute force, closed forms and published numbers."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings, strategies as st
from scipy.optimize import brentq, linprog

from games import brute_force_pure, random_tables, table_game
from pigou import Game, Move, Player, StructureError, solve
from pigou.gambit import read_nfg
from pigou.models import load
from pigou.solvers.dynamics import DYNAMICS, basins
from pigou.solvers.form import finite_form
from pigou.solvers.logit import logit_equilibrium
from pigou.solvers.mixed_payoffs import mixed_payoffs
from pigou.solvers.p_dominance import smallest_p
from pigou.solvers.potential import potential
from pigou.solvers.risk_dominance import bicentric_prior, deviation_losses, duel, expected_payoff
from pigou.solvers.smooth_form import smooth_form
from pigou.solvers.smooth_potential import exact_potential, maximisers
from pigou.solvers.tracing import trace_bimatrix, trace_symmetric

SEEDS = st.integers(0, 10**6)


def matrices(tables, shape):
    """The payoffs of two players as float arrays."""
    return [np.array([[float(t[i, j]) for j in range(shape[1])] for i in range(shape[0])])
            for t in tables]  # fmt: skip


def strict_cells(tables, shape):
    return [
        cell
        for cell in sorted(brute_force_pure(tables, shape))
        if all(
            tables[i][cell] > tables[i][(*cell[:i], k, *cell[i + 1 :])]
            for i, size in enumerate(shape)
            for k in range(size)
            if k != cell[i]
        )
    ]


def as_counts(cell, shape):
    return tuple(tuple(int(k == a) for k in range(n)) for a, n in zip(cell, shape, strict=True))


# -- the tracing procedure ------------------------------------------------------------------------


def supports_along(a, b, prior, number=4001):
    """For each t on a grid, the pairs of supports of the equilibria of the game at t, in floats.

    Every pair of supports of equal size is tried at every t; nothing is followed.
    """
    times = np.linspace(0, 1, number + 1)[:-1] + 0.5 / number
    found = [set() for _ in times]
    m, n = a.shape
    for size in range(1, min(m, n) + 1):
        for rows in itertools.combinations(range(m), size):
            for columns in itertools.combinations(range(n), size):
                x = one_side(b.T, prior[0], times, columns, rows)
                y = one_side(a, prior[1], times, rows, columns)
                for k in np.flatnonzero(x & y):
                    found[k].add((rows, columns))
    return found


def one_side(payoffs, prior, times, used, mixed):
    """Whether a mixture over `mixed` makes just the actions in `used` best replies, at each t."""
    size = len(used)
    q = payoffs @ np.array(prior, float)
    system = np.zeros((len(times), size + 1, size + 1))
    system[:, :size, :size] = times[:, None, None] * payoffs[np.ix_(used, mixed)]
    system[:, :size, size] = -1
    system[:, size, :size] = 1
    right = np.zeros((len(times), size + 1))
    right[:, :size] = -(1 - times)[:, None] * q[list(used)]
    right[:, size] = 1
    good = np.abs(np.linalg.det(system)) > 1e-13
    solved = np.zeros((len(times), size + 1))
    solved[good] = np.linalg.solve(system[good], right[good][:, :, None])[:, :, 0]
    earned = times[:, None] * (solved[:, :size] @ payoffs[:, mixed].T) + (1 - times)[:, None] * q
    others = [k for k in range(len(payoffs)) if k not in used]
    worse = (earned[:, others] < solved[:, [size]]).all(axis=1)
    return good & (solved[:, :size] > 0).all(axis=1) & worse


def followed(found, start):
    """Follow a pair of supports through the grid: forwards, and back where two branches meet.

    Returns the pair at the end; None where more than one event falls between two points.
    """
    k, pair, way = 0, start, 1
    assert start in found[0]
    while True:
        here, there = k, k + way
        if there == len(found):
            return pair
        assert there >= 0, "the path came back to t = 0"
        if pair in found[there]:
            k = there
            continue
        gone = found[here] - found[there]
        new = found[there] - found[here]
        if len(gone) + len(new) != 2:
            return None
        if new:
            pair, k = new.pop(), there
        else:
            (pair,) = gone - {pair}
            way = -way


def traced_by_grid(tables, shape, prior):
    a, b = matrices(tables, shape)
    replies = tuple(
        (int(np.argmax(payoffs @ np.array(p, float))),)
        for payoffs, p in ((a, prior[1]), (b.T, prior[0]))
    )
    return followed(supports_along(a, b, prior), replies)


def best_replies(payoffs, end):
    """The actions of both that earn most at the end of a path."""
    rows = [sum(e * w for e, w in zip(row, end[1], strict=True)) for row in payoffs[0]]
    columns = [sum(e * w for e, w in zip(column, end[0], strict=True))
               for column in zip(*payoffs[1], strict=True)]  # fmt: skip
    return tuple(tuple(k for k, e in enumerate(side) if e == max(side)) for side in (rows, columns))


def check_tracing(seed, shape):
    """Return what was compared: how many paths, and how many of more than one line."""
    rng = random.Random(seed)
    tables = random_tables(rng, shape, -99, 99)
    weights = [[rng.randint(1, 50) for _ in range(n)] for n in shape]
    prior = [[fmpq(w, sum(own)) for w in own] for own in weights]
    exact = [[[fmpq(int(t[i, j])) for j in range(shape[1])] for i in range(shape[0])]
             for t in tables]  # fmt: skip
    traced = trace_bimatrix(*exact, tuple(prior))
    by_grid = traced_by_grid(tables, shape, prior)
    if traced.end is None or by_grid is None:
        return 0, 0
    ends = tuple(tuple(k for k, x in enumerate(side) if x > 0) for side in traced.end)
    if ends != best_replies(exact, traced.end):
        return 0, 0  # a degenerate end: supports change at t = 1 itself, which the grid leaves out
    assert ends == by_grid, (tables, prior, traced)
    return 1, int(traced.lines > 1)


def test_tracing_ends_where_a_fine_grid_of_equilibria_leads():
    """On a grid of t all equilibria are computed, and the branch from the prior is followed."""
    done = [check_tracing(seed, (3, 3)) for seed in range(25)]
    done += [check_tracing(seed, (2, 3)) for seed in range(10)]
    compared, bent = (sum(column) for column in zip(*done, strict=True))
    assert compared >= 25 and bent >= 8


@pytest.mark.long
def test_tracing_ends_where_a_fine_grid_leads_in_many_games():
    done = [check_tracing(seed, shape) for seed in range(120) for shape in ((3, 3), (3, 4), (4, 4))]
    compared, bent = (sum(column) for column in zip(*done, strict=True))
    assert compared >= 250 and bent >= 90


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_tracing_ends_in_an_equilibrium_exactly(seed):
    rng = random.Random(seed)
    shape = rng.choice([(2, 2), (3, 3), (3, 5), (6, 4)])
    a, b = ([[fmpq(rng.randint(-9, 9)) for _ in range(shape[1])] for _ in range(shape[0])]
            for _ in "ab")  # fmt: skip
    prior = tuple(tuple(fmpq(1, n) for _ in range(n)) for n in shape)
    traced = trace_bimatrix(a, b, prior)
    if traced.end is None:
        assert traced.trouble
        return
    x, y = traced.end
    assert sum(x) == sum(y) == 1 and min(*x, *y) >= 0
    rows = [sum(e * w for e, w in zip(row, y, strict=True)) for row in a]
    columns = [sum(row[j] * w for row, w in zip(b, x, strict=True)) for j in range(shape[1])]
    assert all(x[i] == 0 or rows[i] == max(rows) for i in range(shape[0]))
    assert all(y[j] == 0 or columns[j] == max(columns) for j in range(shape[1]))


def test_the_symmetric_path_ends_in_a_symmetric_equilibrium():
    """A symmetric game in which both would leave (k, k) at once: tied for two, clear for one."""
    rng = random.Random(5)
    ends = 0
    for _ in range(200):
        a = [[fmpq(rng.randint(-9, 9)) for _ in range(4)] for _ in range(4)]
        weights = [rng.randint(1, 20) for _ in range(4)]
        traced = trace_symmetric(a, [fmpq(w, sum(weights)) for w in weights])
        if traced.end is None:
            continue
        ((x),) = traced.end
        earned = [sum(e * w for e, w in zip(row, x, strict=True)) for row in a]
        assert sum(x) == 1 and all(x[i] == 0 or earned[i] == max(earned) for i in range(4))
        ends += traced.lines > 1
    assert ends > 20


def test_ties_are_reported_and_not_broken():
    half = [fmpq(1, 2)] * 2
    same = [[fmpq(1), fmpq(0)], [fmpq(0), fmpq(1)]]
    assert trace_bimatrix(same, same, (half, half)).trouble == "two best replies to the prior"
    # Both want to leave the first action at the same t.
    a = [[fmpq(0), fmpq(3)], [fmpq(1), fmpq(0)]]
    b = [[fmpq(0), fmpq(1)], [fmpq(3), fmpq(0)]]
    tied = trace_bimatrix(a, b, (half, half))
    assert tied.end is None and "at once" in tied.trouble
    assert trace_symmetric(a, half).end == ((fmpq(3, 4), fmpq(1, 4)),)


# -- risk dominance -------------------------------------------------------------------------------


def test_in_two_by_two_games_products_and_tracing_agree():
    """Harsanyi and Selten (1988), section 5: one definition contains the other."""
    rng, compared = random.Random(2), {0: 0, 1: 0, None: 0}
    while sum(compared.values()) < 150:
        tables = random_tables(rng, (2, 2), -7, 7)
        strict = strict_cells(tables, (2, 2))
        if len(strict) != 2:
            continue
        form = finite_form(table_game(tables, (2, 2)))
        by_products = duel(form, *strict)
        prior = bicentric_prior(form, *strict)
        exact = [[[fmpq(int(t[i, j])) for j in range(2)] for i in range(2)] for t in tables]
        end = trace_bimatrix(*exact, prior).end
        ended = None if end is None else tuple(side.index(1) for side in end if 1 in side)
        winner = strict.index(ended) if ended in strict else None
        assert by_products.winner == winner
        compared[winner] += 1
    assert min(compared.values()) >= 3


def test_the_bicentric_prior_is_the_share_of_beliefs():
    """Against a fine grid of z."""
    rng = random.Random(11)
    for _ in range(15):
        tables = random_tables(rng, (4, 4), -20, 20)
        form = finite_form(table_game(tables, (4, 4)))
        first, second = (0, 1), (2, 3)
        z = (np.arange(20_000) + 0.5) / 20_000
        for i, prior in enumerate(bicentric_prior(form, first, second)):
            table = matrices(tables, (4, 4))[i]
            table = table if i == 0 else table.T
            other = 1 - i
            lines = z[:, None] * table[:, first[other]] + (1 - z)[:, None] * table[:, second[other]]
            shares = np.bincount(lines.argmax(axis=1), minlength=4) / len(z)
            assert np.abs(shares - [float(p) for p in prior]).max() < 3 / 20_000
            assert sum(prior) == 1


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_risk_dominance_stays_under_positive_affine_changes(seed):
    rng = random.Random(seed)
    shape = (3, 3)
    tables = random_tables(rng, shape, -20, 20)
    tables = [{c: v + (40 if c in ((0, 0), (1, 1)) else 0) for c, v in t.items()} for t in tables]
    changed = []
    for table in tables:
        scale, shift = Fraction(rng.randint(1, 9), rng.randint(1, 9)), rng.randint(-50, 50)
        changed.append({cell: scale * value + shift for cell, value in table.items()})
    first, second = (
        duel(finite_form(table_game(t, shape)), (0, 0), (1, 1)).winner for t in (tables, changed)
    )
    assert first == second


def stag_hunt(firms, safe):
    return Game(
        "stag hunt",
        [Player("hunter", size=firms)],
        [Move("stag", "hunter", {"no": 0, "yes": 1})],
        {"hunter": f"stag*(sum(stag) == {firms}) + (1 - stag)*({safe})"},
    )


@pytest.mark.parametrize("hunters", [2, 3, 5])
def test_stag_hunt_of_many(hunters):
    """Carlsson and van Damme (1993), Journal of Economic Theory 57: (1 - x)^(n - 1) against x."""
    edge = Fraction(brentq(lambda x: (1 - x) ** (hunters - 1) - x, 0, 1)).limit_denominator(10**9)
    for step, winner in ((Fraction(-1, 10**6), 0), (Fraction(1, 10**6), 1)):
        form = finite_form(stag_hunt(hunters, edge + step))
        assert duel(form, (1,), (0,)).winner == winner
        assert duel(form, (0,), (1,)).winner == 1 - winner


def test_members_alike_count_as_players_with_names():
    """The stag hunt of two as a population and as two named players has the same losses."""
    named = finite_form(read_nfg('NFG 1 R "stag" { "a" "b" } { 2 2 } 1 1 1/3 0 0 1/3 1/3 1/3'))
    alike = finite_form(stag_hunt(2, "1/3"))
    assert deviation_losses(named, (0, 0), (1, 1)) == deviation_losses(alike, (1,), (0,))
    assert duel(named, (0, 0), (1, 1)).winner == duel(alike, (1,), (0,)).winner == 0


def test_where_the_curved_path_would_be_needed_nothing_is_claimed():
    rng, seen = random.Random(4), set()
    for _ in range(300):
        tables = random_tables(rng, (3, 3, 2), -9, 9)
        strict = strict_cells(tables, (3, 3, 2))
        form = finite_form(table_game(tables, (3, 3, 2)))
        for pair in itertools.combinations(strict, 2):
            result = duel(form, *pair)
            if result.winner is None:
                seen.add((result.known, result.why.split(",")[0][:40]))
                continue
            prior = bicentric_prior(form, *pair)
            for g, action in enumerate(pair[result.winner]):
                values = [expected_payoff(form, g, a, prior) for a in range(len(prior[g]))]
                assert values[action] == max(values)
            seen.add("decided")
    assert "decided" in seen and any(s != "decided" and not s[0] for s in seen)


# -- p-dominance ----------------------------------------------------------------------------------


def is_p_dominant(tables, shape, cell, p):
    """By the definition: a linear programme over beliefs for every player and deviation."""
    for i, size in enumerate(shape):
        faced = list(itertools.product(*(range(n) for j, n in enumerate(shape) if j != i)))
        place = faced.index(tuple(a for j, a in enumerate(cell) if j != i))
        for b in range(size):
            if b == cell[i]:
                continue
            gaps = [
                float(tables[i][(*o[:i], cell[i], *o[i:])] - tables[i][(*o[:i], b, *o[i:])])
                for o in faced
            ]
            bounds = [(p if k == place else 0, 1) for k in range(len(faced))]
            worst = linprog(gaps, A_eq=[[1] * len(faced)], b_eq=[1], bounds=bounds).fun
            if worst < -1e-9:
                return False
    return True


@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (2, 3, 2)])
def test_the_smallest_p_against_linear_programmes(shape):
    rng, done = random.Random(sum(shape)), 0
    while done < 12:
        tables = random_tables(rng, shape, 0, 9)
        form = finite_form(table_game(tables, shape))
        for cell in strict_cells(tables, shape):
            p = smallest_p(form, as_counts(cell, shape))
            assert 0 <= p < 1
            assert is_p_dominant(tables, shape, cell, float(p) + 1e-6)
            assert p == 0 or not is_p_dominant(tables, shape, cell, float(p) - 1e-3)
            done += 1


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_at_most_one_profile_is_half_dominant_among_two(seed):
    """In 2x2 games with two strict equilibria the smaller sum of p's need not win, but a p below
    1/2 does: it is then the risk-dominant one (Morris, Rob and Shin 1995)."""
    tables = random_tables(random.Random(seed), (2, 2), -9, 9)
    strict = strict_cells(tables, (2, 2))
    form = finite_form(table_game(tables, (2, 2)))
    if len(strict) == 2:
        small = [c for c in strict if smallest_p(form, as_counts(c, (2, 2))) < fmpq(1, 2)]
        assert len(small) <= 1
        if small:
            assert strict[duel(form, *strict).winner] == small[0]


# -- potentials -----------------------------------------------------------------------------------


def four_cycles_vanish(tables, shape):
    """Monderer and Shapley (1996), corollary 2.9, by brute force."""
    cells = itertools.product(*(range(n) for n in shape))
    for cell in cells:
        for i, j in itertools.combinations(range(len(shape)), 2):
            for a, b in itertools.product(range(shape[i]), range(shape[j])):

                def at(x, y, cell=cell, i=i, j=j):
                    return tuple(x if k == i else y if k == j else v for k, v in enumerate(cell))

                w, x, y, z = at(cell[i], cell[j]), at(a, cell[j]), at(a, b), at(cell[i], b)
                total = (tables[i][x] - tables[i][w]) + (tables[j][y] - tables[j][x])
                total += (tables[i][z] - tables[i][y]) + (tables[j][w] - tables[j][z])
                if total != 0:
                    return False
    return True


def potential_tables(rng, shape, weights):
    """A random weighted potential with what each player cannot change added."""
    cells = list(itertools.product(*(range(n) for n in shape)))
    hidden = {cell: Fraction(rng.randint(-5, 5)) for cell in cells}
    tables = []
    for i, weight in enumerate(weights):
        noise = {}
        table = {}
        for cell in cells:
            others = cell[:i] + cell[i + 1 :]
            noise.setdefault(others, rng.randint(-9, 9))
            table[cell] = weight * hidden[cell] + noise[others]
        tables.append(table)
    return hidden, tables


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_an_exact_potential_exists_iff_four_cycles_vanish(seed):
    rng = random.Random(seed)
    shape = rng.choice([(2, 2), (2, 3), (2, 2, 2), (3, 2, 2)])
    if rng.random() < 0.5:
        _, tables = potential_tables(rng, shape, [1] * len(shape))
    else:
        tables = random_tables(rng, shape, 0, 1)
    found = potential(finite_form(table_game(tables, shape)))
    exists = not found.missing and found.is_exact
    assert exists == four_cycles_vanish(tables, shape)
    if not found.missing:
        best = {tuple(row.index(1) for row in c) for c in found.maximisers}
        assert best <= brute_force_pure(tables, shape)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_a_hidden_weighted_potential_is_found_with_its_maximisers(seed):
    rng = random.Random(seed)
    shape = rng.choice([(2, 2), (3, 3), (2, 2, 3)])
    weights = [Fraction(rng.randint(1, 7), rng.randint(1, 7)) for _ in shape]
    hidden, tables = potential_tables(rng, shape, weights)
    found = potential(finite_form(table_game(tables, shape)))
    assert not found.missing
    best = {cell for cell, value in hidden.items() if value == max(hidden.values())}
    assert {tuple(row.index(1) for row in c) for c in found.maximisers} == best


def test_a_potential_of_members_alike_is_that_of_players_with_names():
    """A population of three against its table: the same answer, the same maximisers."""
    rng, seen = random.Random(8), set()
    for _ in range(25):
        pays = [[Fraction(rng.randint(0, 2)) for _ in range(3)] for _ in range(3)]

        def earned(own, ones, pays=pays):
            return pays[own][ones]

        tables = [{} for _ in range(3)]
        for cell in itertools.product(range(2), repeat=3):
            for i in range(3):
                tables[i][cell] = earned(cell[i], sum(cell) - cell[i])
        named = potential(finite_form(table_game(tables, (2, 2, 2))))
        terms = [
            f"if(act == {own} and sum(act) == {own + ones}, {pays[own][ones]}, 0)"
            for own in range(2)
            for ones in range(3)
        ]
        game = Game("alike", [Player("p", size=3)], [Move("act", "p", {"a": 0, "b": 1})],
                    {"p": " + ".join(terms)})  # fmt: skip
        alike = potential(finite_form(game))
        assert bool(named.missing) == bool(alike.missing)
        ones = {sum(row[1] for row in counts) for counts in named.maximisers}
        assert ones == {counts[0][1] for counts in alike.maximisers}
        seen.add(bool(alike.missing))
    assert seen == {False}  # two choices of members alike: always a potential


def test_three_choices_of_members_alike_need_not_have_a_potential():
    payoff = "if(sum(act == 0) > 1 and act == 1, 1, 0) + if(sum(act == 1) > 1 and act == 2, 1, 0)"
    game = Game("cycle", [Player("p", size=3)], [Move("act", "p", {"a": 0, "b": 1, "c": 2})],
                {"p": payoff})  # fmt: skip
    assert "no exact or weighted potential" in potential(finite_form(game)).missing


def test_a_continuous_game_has_a_potential_iff_cross_derivatives_agree():
    moves = [Move("x", "one", (0, 4)), Move("y", "two", (0, 4))]
    players = [Player("one"), Player("two")]

    def of(one, two):
        return exact_potential(smooth_form(Game("g", players, moves, {"one": one, "two": two})))

    assert of("x*(8 - x - y)", "y*(9 - x - y) + exp(x)") is not None
    assert of("x*(8 - x - y)", "y*(9 - x/2 - y)") is None
    assert of("x/(x + y + 1) - x/9", "y/(x + y + 1) - y/9") is None  # a contest


@pytest.mark.parametrize(("unit", "tied"), [("2", True), ("sqrt(2)", False)])
def test_maxima_of_a_potential_are_tied_only_where_that_is_exact(unit, tied):
    """(x - 1/2) (y - 1/2) is largest at both corners; by what rounding shows, only about so."""
    moves = [Move("x", "one", (0, 1)), Move("y", "two", (0, 1))]
    pays = {"one": f"{unit}*(x*y - x/2)", "two": f"{unit}*(x*y - y/2)"}
    best = maximisers(Game("g", [Player("one"), Player("two")], moves, pays), {})
    assert (len(best.points), best.settled, best.tied) == (2, True, tied)


# -- logit ----------------------------------------------------------------------------------------

OCHS = 'NFG 1 R "Ochs" { "row" "column" } { 2 2 } 1.1141 0 0 1.1141 0 1.1141 0.2785 0'


@pytest.mark.parametrize(
    ("precision", "published"),
    [
        (1.845609732, (0.6156513141, 0.3832909417)),
        (1, (0.5867840367, 0.4518070314)),
        (3, (0.6168968501, 0.3140163618)),
        (10, (0.5576885206, 0.2166297761)),
    ],
)
def test_logit_of_ochs(precision, published):
    """McKelvey and Palfrey (1995), asymmetric matching pennies of Ochs (1995)."""
    found = logit_equilibrium(finite_form(read_nfg(OCHS)), precision)
    assert [row[0] for row in found.mixtures] == pytest.approx(published, abs=1e-8)


@pytest.mark.parametrize(
    ("large", "precision", "published"),
    [
        (5, 2, (0.3512890963, 0.0528412432, 0.5958696605)),
        (5, 30, (0.5, 4.678803372e-14, 0.5)),
        (100, 2, (0.08518794198, 0.01180435593, 0.9030077021)),
        (100, 10, (0.49437671, 2.244970724e-05, 0.5056008403)),
    ],
)
def test_logit_of_the_first_table_of_mckelvey_and_palfrey(large, precision, published):
    pays = [[1, 0, 1], [0, 0, 0], [1, large, 1]]
    text = " ".join(f"{pays[i][j]} {pays[j][i]}" for j in range(3) for i in range(3))
    form = finite_form(read_nfg('NFG 1 R "t" { "a" "b" } { 3 3 } ' + text))
    for row in logit_equilibrium(form, precision).mixtures:
        assert row == pytest.approx(published, abs=1e-9)


def test_one_who_decides_alone_follows_the_logistic_function():
    game = Game("alone", [Player("a")], [Move("x", "a", {"no": 0, "yes": 1})], {"a": "3*x/2"})
    for precision in (0, 0.5, 4, 400):
        ((no, yes),) = logit_equilibrium(finite_form(game), precision).mixtures
        assert (no, yes) == pytest.approx(
            (1 / (1 + math.exp(1.5 * precision)), 1 / (1 + math.exp(-1.5 * precision))), abs=1e-10
        )


@pytest.mark.parametrize("firms", [2, 10, 100])
def test_logit_of_a_population_solves_its_own_equation(firms):
    """Upgrading gains 5/8 + 5/8 q - 1 on average; the branch from 1/2 goes to waiting."""
    form = finite_form(load("coordination").game, {"firms": firms})
    for precision in (1.0, 5.0, 40.0):
        gain = lambda q, k=precision: q - 1 / (1 + math.exp(-k * (5 * q / 8 - 3 / 8)))  # noqa: E731
        ((_, share),) = logit_equilibrium(form, precision).mixtures
        assert share == pytest.approx(brentq(gain, 0, 0.55), abs=1e-9)


FOLDED = (147, 227, 296, 502, 1042)
"""Seeds of games whose branch turns back twice on its way; at 502 and 1042 the hairpin is sharp."""


def folded_game(seed):
    rng = random.Random(seed)
    shape = rng.choice([(3, 3), (4, 4), (2, 2, 2)])
    return random_tables(rng, shape, -9, 9), shape


@pytest.mark.parametrize("seed", FOLDED)
def test_the_branch_is_followed_around_a_fold(seed):
    """Against the same curve followed by shorter steps, which turn by at most two degrees."""
    tables, shape = folded_game(seed)
    form = finite_form(table_game(tables, shape))
    found = logit_equilibrium(form, 20.0)
    assert (found.turns, found.crossings) == (2, 0) and found.residual < 1e-9
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pigou.solvers.logit._LONGEST", 2.0)
        patch.setattr("pigou.solvers.logit._STRAIGHT", 0.9994)
        slow = logit_equilibrium(form, 20.0)
    assert slow.turns == 2 and slow.steps > 3 * found.steps
    for one, other in zip(found.mixtures, slow.mixtures, strict=True):
        assert one == pytest.approx(other, abs=1e-9)


def test_where_a_symmetric_branch_forks_it_goes_straight_on_and_says_so():
    chicken = finite_form(read_nfg('NFG 1 R "ch" { "a" "b" } { 2 2 } 6 6 7 2 2 7 0 0'))
    found = logit_equilibrium(chicken, 5.0)
    assert found.crossings == 1
    assert found.mixtures[0] == pytest.approx(found.mixtures[1], abs=1e-9)


@pytest.mark.parametrize("choices", [3, 4, 5])
@pytest.mark.parametrize("named", [True, False])
def test_where_several_branches_cross_at_once_it_says_so(choices, named):
    """All choices alike: even odds for ever, and a branch to every choice leaves them."""
    if named:
        pays = " ".join(f"{int(i == j)} {int(i == j)}"
                        for j in range(choices) for i in range(choices))  # fmt: skip
        game = read_nfg(f'NFG 1 R "same" {{ "a" "b" }} {{ {choices} {choices} }} {pays}')
    else:
        pay = " + ".join(f"(act == {k})*(sum(act == {k}) - 1)" for k in range(choices))
        move = Move("act", "p", {f"c{k}": k for k in range(choices)})
        game = Game("same", [Player("p", size=3)], [move], {"p": pay})
    form = finite_form(game)
    assert logit_equilibrium(form, 0.5).crossings == 0
    found = logit_equilibrium(form, 20.0)
    assert found.crossings == 1
    assert all(row == pytest.approx([1 / choices] * choices) for row in found.mixtures)


def test_what_could_not_be_reached_is_said(monkeypatch):
    monkeypatch.setattr("pigou.solvers.logit._MOST_STEPS", 3)
    found = logit_equilibrium(finite_form(load("coordination").game), 50.0)
    assert found.mixtures is None and 0 < found.precision < 50


def test_logit_against_pygambit():
    """Where the other package returns a point, and that point is a logit equilibrium at all."""
    gambit = pytest.importorskip("pygambit")
    if not hasattr(gambit, "qre") or not hasattr(gambit.qre, "logit_solve_lambda"):
        pytest.skip("this version of pygambit has no logit_solve_lambda")
    import io

    rng, compared = random.Random(3), []
    games = [(random_tables(rng, shape, -5, 5), shape, 1.0) for shape in [(3, 3), (2, 3, 2)] * 12]
    games += [(*folded_game(seed), 20.0) for seed in FOLDED]
    for tables, shape, precision in games:
        cells = [c[::-1] for c in itertools.product(*map(range, shape[::-1]))]
        names = " ".join(f'"p{i}"' for i in range(len(shape)))
        text = f'NFG 1 R "g" {{ {names} }} {{ {" ".join(map(str, shape))} }} '
        text += " ".join(str(t[c]) for c in cells for t in tables)
        game = gambit.read_nfg(io.BytesIO(text.encode()))
        other = gambit.qre.logit_solve_lambda(game, precision)[0]
        theirs = [[float(x) for x in dict(other.profile[p]).values()] for p in game.players]
        form = finite_form(table_game(tables, shape))
        point = np.array([x for row in theirs for x in row])
        response = logit_response_of(form, point, precision)
        if abs(other.lam - precision) > 1e-9 or np.abs(response - point).max() > 1e-7:
            continue  # returned, without a word, something else than was asked for
        ours = logit_equilibrium(form, precision)
        assert np.abs(np.concatenate(ours.mixtures) - point).max() < 1e-6
        compared.append(ours.turns)
    assert compared.count(0) >= 15


def logit_response_of(form, point, precision):
    payoffs = mixed_payoffs(form)
    utility = payoffs.scaled(precision) * payoffs(point[None])[0]
    parts = [np.exp(utility[b]) / np.exp(utility[b]).sum() for b in payoffs.blocks]
    return np.concatenate(parts)


def test_expected_payoffs_in_floats_and_exactly_agree():
    rng = random.Random(1)
    form = finite_form(load("coordination").game, {"firms": 7, "threshold": 4})
    for _ in range(5):
        q = Fraction(rng.randint(1, 99), 100)
        prior = ((fmpq(1) - fmpq(q.numerator, q.denominator), fmpq(q.numerator, q.denominator)),)
        payoffs = mixed_payoffs(form)
        floats = float(payoffs.scale) * payoffs(np.array([[1 - float(q), float(q)]]))[0]
        exactly = [expected_payoff(form, 0, a, prior) for a in range(2)]
        assert floats[1] - floats[0] == pytest.approx(float(exactly[1] - exactly[0]), abs=1e-12)


def stag_table(unit="1", sums=("0", "0")):
    """The stag hunt in other units, with sums added that hang on the other's choice only."""
    unit, sums = Fraction(unit), [Fraction(s) for s in sums]
    pays = [[4, 0], [3, 3]]
    cells = list(itertools.product(range(2), repeat=2))
    return [{c: unit * pays[c[i]][c[1 - i]] + sums[c[1 - i]] for c in cells} for i in range(2)]


@pytest.mark.parametrize("sums", [("1e20", "1e20"), ("1e30", "-1e25")])
@pytest.mark.parametrize("unit", ["1", "1e-400", "1e400"])
def test_logit_and_dynamics_see_differences_next_to_any_sum_and_in_any_unit(unit, sums):
    """1e20 + 4 less 1e20 + 3 is nothing in floats; 1e400 is no float at all."""
    plain, other = (finite_form(table_game(t, (2, 2)))
                    for t in (stag_table(), stag_table(unit, sums)))  # fmt: skip
    aims = [(1, 0, 1, 0), (0, 1, 0, 1)]
    for dynamics in ("best-response", "replicator"):
        assert basins(other, aims, dynamics, starts=60) == basins(plain, aims, dynamics, starts=60)
    if unit == "1":
        assert logit_equilibrium(other, 3.0).mixtures == logit_equilibrium(plain, 3.0).mixtures
    elif unit == "1e-400":
        assert logit_equilibrium(other, 3.0).mixtures == ((0.5, 0.5), (0.5, 0.5))
    else:
        with pytest.raises(StructureError, match="too large for a precision of 3"):
            logit_equilibrium(other, 3.0)


def test_mixtures_are_taken_in_parts_with_the_same_result(monkeypatch):
    payoffs = mixed_payoffs(finite_form(load("coordination").game))
    many = np.random.default_rng(1).dirichlet(np.ones(2), 50)
    whole = payoffs(many)
    monkeypatch.setattr("pigou.solvers.mixed_payoffs._AT_ONCE", 70)
    assert payoffs(many) == pytest.approx(whole, rel=1e-12)


# -- dynamics -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dynamics", ["best-response", "replicator"])
def test_basins_of_two_choices_meet_at_the_mixture(dynamics):
    """With members alike and two choices both dynamics move away from the mixture at 3/5."""
    form = finite_form(load("coordination").game)
    found = basins(form, [(1, 0), (0, 1), (0.4, 0.6)], dynamics, starts=2000, seed=7)
    error = math.sqrt(0.6 * 0.4 / 2000)
    assert found.standard_error(0) == pytest.approx(error, rel=0.05)
    assert abs(found.share(0) - 0.6) < 4 * error and abs(found.share(1) - 0.4) < 4 * error
    assert found.elsewhere == 0 and found.counts[2] == 0


def test_a_seed_gives_the_same_starting_points_and_another_gives_others():
    form = finite_form(load("coordination").game)
    runs = [basins(form, [(1, 0), (0, 1)], "replicator", starts=300, seed=s) for s in (1, 1, 2, 3)]
    assert runs[0] == runs[1] and len({run.counts for run in runs}) > 1


def test_the_replicator_cycles_in_matching_pennies_and_the_others_settle():
    """Orbits of the replicator are closed; best response and logit reach the mixture."""
    pennies = finite_form(read_nfg('NFG 1 R "mp" { "a" "b" } { 2 2 } 1 0 0 1 0 1 1 0'))
    shares = {
        d: basins(pennies, [(0.5, 0.5, 0.5, 0.5)], d, starts=40, precision=4.0).counts[0]
        for d in DYNAMICS
    }
    assert shares["replicator"] <= 2 and shares["logit"] == 40 and shares["best-response"] >= 30


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_which_of_two_best_replies_comes_first_does_not_matter(order):
    """Stag and hare, and hare under another name: paths to the hares stay between the two."""
    pays = [[4, 0, 0], [3, 3, 3], [3, 3, 3]]
    cells = list(itertools.product(range(3), repeat=2))
    tables = [{c: Fraction(pays[order[c[i]]][order[c[1 - i]]]) for c in cells} for i in range(2)]
    pure = [tuple(float(order[a] == k) for a in range(3)) * 2 for k in range(3)]
    form = finite_form(table_game(tables, (3, 3)))
    found = basins(form, pure, "best-response", starts=200)
    assert found.counts[1:] == (0, 0) and found.elsewhere >= 195
    between = tuple(0.0 if order[a] == 0 else 0.5 for a in range(3)) * 2
    assert basins(form, [between], "best-response", starts=200).counts == (found.elsewhere,)


def test_more_work_than_can_be_done_is_refused():
    form = finite_form(load("coordination").game, {"firms": 1000})
    with pytest.raises(StructureError, match="ask for at most 20,000"):
        basins(form, [(1, 0), (0, 1)], "replicator", starts=100_000)


def test_dominance_decides_every_dynamics():
    dilemma = read_nfg('NFG 1 R "pd" { "a" "b" } { 2 2 } 3 3 5 0 0 5 1 1')
    assert len(solve(dilemma)) == 1
    for dynamics in DYNAMICS:
        found = basins(finite_form(dilemma), [(0, 1, 0, 1)], dynamics, starts=50, precision=20.0)
        assert found.counts == (50,)
