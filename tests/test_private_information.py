"""Signalling games: all perfect Bayesian equilibria against the definition, in two ways."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest

from pigou import solve
from pigou.equilibrium import Grade
from pigou.solvers.bayesian import beliefs_at, perfect_bayesian
from pigou.solvers.belief_filters import falls
from pigou.solvers.cutting import simplices
from pigou.solvers.piece_equilibria import corners
from pigou.staging import solve_stages
from signalling_by_hand import ByHand, as_game, drawn, form_of, in_a_row, small, uneven

HALF = Fraction(1, 2)


# -- the definition by brute force ----------------------------------------------------------------


def critical_beliefs(v, message):
    """All beliefs at which two replies, or a reply and the border, cross: by cross products."""
    types, replies = len(v), len(v[0][0])
    lines = [[int(k == t) for k in range(types)] for t in range(types)]
    lines += [
        [v[t][message][a] - v[t][message][b] for t in range(types)]
        for a, b in itertools.combinations(range(replies), 2)
    ]
    if types == 2:
        found = [(-y, x) for x, y in lines]
    else:
        found = [
            (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
            for a, b in itertools.combinations(lines, 2)
        ]
    scaled = {tuple(Fraction(x, sum(p)) for x in p) for p in found if sum(p)}
    return [p for p in scaled if min(p) >= 0]


def best_at(v, message, belief):
    worth = [sum(w * v[t][message][a] for t, w in enumerate(belief)) for a in range(len(v[0][0]))]
    return {a for a, x in enumerate(worth) if x == max(worth)}


def brute_force(prior, u, v):
    """Every pure assessment: strategies, and the extreme beliefs that support them, by message."""
    types, messages, replies = len(u), len(u[0]), len(u[0][0])
    supported = [
        [{b for b in critical_beliefs(v, m) if a in best_at(v, m, b)} for a in range(replies)]
        for m in range(messages)
    ]
    found = {}
    for sent in itertools.product(range(messages), repeat=types):
        for reply in itertools.product(range(replies), repeat=messages):
            if any(
                u[t][m][reply[m]] > u[t][sent[t]][reply[sent[t]]]
                for t in range(types)
                for m in range(messages)
            ):
                continue
            beliefs = []
            for m in range(messages):
                weights = [p * (sent[t] == m) for t, p in enumerate(prior)]
                if any(weights):
                    bayes = tuple(w / sum(weights) for w in weights)
                    beliefs.append({bayes} if reply[m] in best_at(v, m, bayes) else set())
                else:
                    beliefs.append(supported[m][reply[m]])
            if all(beliefs):
                found[sent, reply] = [frozenset(corners(list(b))) for b in beliefs]
    return found


def pure_ones(form, solution):
    chosen = {}
    for one in solution.equilibria:
        if one.is_pure:
            key = (
                tuple(row.index(1) for row in one.sender),
                tuple(row.index(1) for row in one.receiver),
            )
            assert key not in chosen
            chosen[key] = [
                frozenset(beliefs_at(form, one, m)[1].points) for m in range(len(one.receiver))
            ]
    return chosen


def agree(rng, high):
    tables = drawn(rng, high)
    form = form_of(*tables)
    expected = brute_force(*tables)
    assert pure_ones(form, perfect_bayesian(form, pure=True)) == expected
    return len(expected)


def test_pure_sequential_equilibria_equal_brute_force_over_all_assessments():
    rng = random.Random(1)
    numbers = [agree(rng, high) for high in (2, 9) for _ in range(8)]
    assert max(numbers) > 4  # ties make many


@pytest.mark.long
def test_pure_sequential_equilibria_of_five_thousand_games():
    rng = random.Random(2)
    assert sum(agree(rng, rng.choice((1, 2, 4, 9, 99))) for _ in range(5_000)) > 5_000


def test_pure_replies_off_the_path_combine_freely():
    """Nobody leaves the first message, and two of three replies to each of the others deter."""
    others = 9
    u = [[[9, 9, 9], *([[0, 0, 10]] * others)]] * 2
    v = [[[1, 0, 0], *([[row, 3 - row, 2]] * others)] for row in (0, 3)]
    prior = (Fraction(9, 10), Fraction(1, 10))
    found = perfect_bayesian(form_of(prior, u, v), pure=True)
    assert not found.unresolved and len(found.equilibria) == 2**others


def check_all(rng, high, draw):
    """The full search finds the same pure ones, some equilibrium, and only equilibria."""
    tables = prior, u, v = draw(rng, high)
    form = form_of(*tables)
    solution = perfect_bayesian(form)
    assert solution.equilibria and not solution.unresolved  # one exists (Kreps and Wilson 1982)
    assert pure_ones(form, solution) == brute_force(*tables)
    for cell in solution.cells:  # the middle of every continuum is an equilibrium, too
        members = [solution.equilibria[k] for k in cell.members]
        for one in (*members, middle(members)):
            assert is_equilibrium(prior, u, v, one)
    return solution


def middle(members):
    def mean(rows):
        return tuple(
            tuple(sum(column) / len(rows) for column in zip(*side, strict=True))
            for side in zip(*rows, strict=True)
        )

    return members[0]._replace(
        sender=mean([m.sender for m in members]), receiver=mean([m.receiver for m in members])
    )


def is_equilibrium(prior, u, v, one):
    """The definition, with mixtures."""
    worth = [
        [sum(x * y for x, y in zip(row, one.receiver[m], strict=True)) for m, row in enumerate(ut)]
        for ut in u
    ]
    if any(p and worth[t][m] < max(worth[t]) for t, r in enumerate(one.sender)
           for m, p in enumerate(r)):  # fmt: skip
        return False
    for m, replies in enumerate(one.receiver):
        used = {a for a, p in enumerate(replies) if p}
        weights = [p * one.sender[t][m] for t, p in enumerate(prior)]
        if any(weights):
            if not used <= best_at(v, m, [w / sum(weights) for w in weights]):
                return False
        elif not any(used <= best_at(v, m, b) for b in critical_beliefs(v, m)):
            return False
    return True


def test_mixed_equilibria_and_the_middle_of_every_continuum_meet_the_definition():
    rng = random.Random(3)
    found = [check_all(rng, high, small) for high in (1, 9, 99) for _ in range(3)]
    mixing = [one for s in found for one in s.equilibria if any(max(row) < 1 for row in one.sender)]
    assert mixing and any(c.dimension for s in found for c in s.cells)


@pytest.mark.long
def test_mixed_equilibria_of_many_games_meet_the_definition():
    rng = random.Random(4)
    for _ in range(100):
        check_all(rng, rng.choice((1, 2, 9, 99)), drawn)


def same_as_over_all_supports(rng, high, most):
    form = uneven(rng, high, most)
    solution, pure = perfect_bayesian(form), perfect_bayesian(form, pure=True)
    expected = ByHand(form).equilibria()
    assert not solution.unresolved and len(solution.equilibria) == len(expected)
    assert {in_a_row(one) for one in solution.equilibria} == expected
    assert set(pure.equilibria) == {one for one in solution.equilibria if one.is_pure}
    return sum(any(max(row) < 1 for row in one.sender) for one in solution.equilibria)


def test_equilibria_are_those_over_all_supports_whoever_may_send_what():
    """Own messages of types, observations that pool them or are never made, mixtures, ties."""
    rng = random.Random(11)
    assert sum(same_as_over_all_supports(rng, high, 2) for high in (1, 9) for _ in range(10))


@pytest.mark.long
def test_equilibria_are_those_over_all_supports_in_many_games():
    rng = random.Random(12)
    assert sum(same_as_over_all_supports(rng, rng.choice((1, 1, 2, 9)), 4) for _ in range(100)) > 10


def rows_of(one):
    return frozenset((s.move, s.when, tuple(s.probabilities.values())) for s in one.strategies)


def test_what_is_listed_is_what_beliefs_leave_of_the_subgame_perfect_equilibria():
    """With generic payoffs: extreme Nash equilibria are listed, or some reply is never best."""
    rng = random.Random(5)
    dropped = 0
    for _ in range(8):
        tables = _, u, _ = drawn(rng, 99, sizes=(2,))
        game = as_game(*tables)
        found, nash = solve(game), solve_stages(game, {}, solve)
        assert found.structure == "signalling" and found.complete
        assert all(e.evidence.grade is Grade.CERTIFIED for e in found)
        listed = {rows_of(e) for e in found}
        for one in nash:
            shares = {
                (s.move, *s.when.values()): [p.lower for p in s.probabilities.values()]
                for s in one.strategies
            }
            sender = tuple(tuple(shares["m", f"t{t + 1}"]) for t in range(len(u)))
            receiver = tuple(tuple(shares["a", f"m{m + 1}"]) for m in range(len(u[0])))
            profile = (
                perfect_bayesian(form_of(*tables))
                .equilibria[0]
                ._replace(sender=sender, receiver=receiver)
            )
            if is_equilibrium(*tables, profile):
                assert rows_of(one) in listed
            else:
                dropped += 1
    assert dropped  # beliefs do matter


# -- invariance -----------------------------------------------------------------------------------


def keys_and_falls(form):
    return {
        one: frozenset((f.criterion, f.observation, f.excluded, f.deviators)
                       for f in falls(form, one))
        for one in perfect_bayesian(form).equilibria
    }  # fmt: skip


def test_units_of_payoffs_do_not_matter():
    """Of each type its own, and for the receiver what it gets for nothing at each type."""
    rng = random.Random(6)
    for _ in range(6):
        prior, u, v = small(rng, 6)
        scale = [Fraction(rng.randint(1, 9), rng.randint(1, 9)) for _ in u]
        shift = [rng.randint(-5, 5) for _ in u]
        other_u = [[[scale[t] * x + shift[t] for x in row] for row in ut] for t, ut in enumerate(u)]
        other_v = [
            [[3 * x + shift[t] + m for x in row] for m, row in enumerate(vt)]
            for t, vt in enumerate(v)
        ]
        one, other = (
            keys_and_falls(form_of(prior, *tables)) for tables in ((u, v), (other_u, other_v))
        )
        assert one == other


def test_names_do_not_matter():
    rng = random.Random(7)
    for _ in range(6):
        prior, u, v = small(rng, 4)
        t, m, a = (rng.sample(range(n), n) for n in (len(u), len(u[0]), len(u[0][0])))
        moved = [[[[w[i][j][k] for k in a] for j in m] for i in t] for w in (u, v)]
        form, other = form_of(prior, u, v), form_of(tuple(prior[i] for i in t), *moved)

        def renamed(one, t=t, m=m, a=a):
            return one._replace(
                sender=tuple(tuple(one.sender[i][j] for j in m) for i in t),
                receiver=tuple(tuple(one.receiver[j][k] for k in a) for j in m),
            )

        before, after = keys_and_falls(form), keys_and_falls(other)
        assert {renamed(e) for e in before} == set(after)
        for one, fell in before.items():
            assert {(c, m.index(h)) for c, h, *_ in fell} == {
                (c, h) for c, h, *_ in after[renamed(one)]
            }


def test_corners_of_a_cut_simplex():
    """Two cuts through one edge, and one that only touches."""
    whole = simplices([(0, 1, 2)], 3)
    third = whole.cut([1, -2, 0]).cut([0, 0, -1], HALF)
    assert set(third.points) == {
        (1, 0, 0), (HALF, 0, HALF), (Fraction(2, 3), Fraction(1, 3), 0),
        (Fraction(1, 3), Fraction(1, 6), HALF),
    }  # fmt: skip
    assert set(whole.cut([0, -1, -1]).points) == {(1, 0, 0)}
    assert whole.cut([-1, -1, -1]).is_empty
