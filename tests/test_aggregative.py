"""Aggregative games: recognised by proof, solved on one line, in agreement with the full search."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from pigou.equilibrium import Grade
from pigou.game import Game, Move, Player
from pigou.solvers import aggregate_games
from pigou.solvers.aggregate_form import aggregate_form
from pigou.solvers.aggregate_games import aggregative_equilibria, equilibria_of_continuous
from pigou.solvers.smooth_form import smooth_form
from pigou.solvers.smooth_games import Unresolved, smooth_equilibria
from pigou.solving import solve


def game_of(payoffs, ends=(0, 1)):
    """Players p0, p1, ... with moves x0, x1, ... in one interval."""
    players = [Player(f"p{k}") for k in range(len(payoffs))]
    moves = [Move(f"x{k}", f"p{k}", ends) for k in range(len(payoffs))]
    return Game("game", players, moves, {f"p{k}": u for k, u in enumerate(payoffs)})


def total(n, form="x{}"):
    return "(" + " + ".join(form.format(k) for k in range(n)) + ")"


def cournot(costs, top=2):
    n = len(costs)
    return game_of([f"x{k}*(3 - {total(n)}) - {c}*x{k}" for k, c in enumerate(costs)], (0, top))


def contest(prizes, r, low="1/100"):
    q = total(len(prizes), f"x{{}}**({r})")
    return game_of([f"{v}*x{k}**({r})/{q} - x{k}" for k, v in enumerate(prizes)], (low, 1))


def public(costs):
    q = total(len(costs))
    return game_of([f"log(1 + {q}) - {c}*x{k}**2" for k, c in enumerate(costs)])


# -- recognised ---------------------------------------------------------------------------------


def kinds_of(game):
    structure = aggregate_form(smooth_form(game))
    return None if structure is None else [kind.members for kind in structure.kinds]


@pytest.mark.parametrize(
    ("game", "kinds"),
    [
        (cournot([1, 1, 1]), [(0, 1, 2)]),
        (cournot([1, "1/2", 1]), [(0, 2), (1,)]),
        (contest([1, 1, 2], "1/2"), [(0, 1), (2,)]),
        (public([1, 2, 1]), [(0, 2), (1,)]),
        (game_of([f"x{k} - x{k}**2 - x{k}*x{(k + 1) % 3} - x{k}*x{(k + 2) % 3}" for k in range(3)]),
         [(0, 1, 2)]),
        (game_of([f"x{k}*(1 - x0 - 2*x1 - 3*x2)" for k in range(3)]), [(0,), (1,), (2,)]),
    ],
)  # fmt: skip
def test_games_with_one_aggregate_are_recognised_however_they_are_written(game, kinds):
    assert kinds_of(game) == kinds


@pytest.mark.parametrize(
    "game",
    [
        game_of(["x0*(1 - x0 - x1)", "x1*(1 - x0 - x1)", "x2*(1 - x1 - x2)"]),
        game_of(["x0*(1 - x0 - x1 - x2)", "x1*(1 - x0 - x1 - x2)", "x2*(1 - x0 - 2*x1 - x2)"]),
        game_of([*(f"x{k}*(1 - {total(3)})" for k in range(2)), f"x2*(1 - {total(3)} - x0*x1)"]),
        cournot([1, 1]),
    ],
)
def test_other_games_are_not(game):
    assert kinds_of(game) is None


# -- solved -------------------------------------------------------------------------------------


def listed(candidates):
    return sorted([[float(v.value) for v in c.values] for c in candidates])


def agrees(game):
    """Search the aggregate and the whole box; demand the same of what both settle."""
    form = smooth_form(game)
    whole = smooth_equilibria(form)
    line = aggregative_equilibria(form, aggregate_form(form))
    if not (whole.unresolved or line.unresolved):
        for kind in ("equilibria", "refuted"):
            one, other = (listed(getattr(found, kind)) for found in (whole, line))
            if kind == "equilibria":
                assert len(one) == len(other), (one, other)
            for row in one:  # points that no second-order condition allows may be missing
                near = [r for r in other if np.allclose(r, row, rtol=0, atol=1e-12)]
                assert near or kind == "refuted", (kind, row, other)
        for one in line.equilibria:
            assert all(reply.is_best for reply in one.replies.values())
    return whole, line


def test_cournot_with_unequal_costs_has_its_closed_form():
    # those who produce: q_k = a - c_k - Q with Q = (m a - sum c)/(m + 1); the last one stays out
    game = cournot(["1", "1/2", "1/4", "2"])
    _, line = agrees(game)
    (one,) = line.equilibria
    a, costs = Fraction(3), [Fraction(1), Fraction(1, 2), Fraction(1, 4)]
    q = (3 * a - sum(costs)) / 4
    assert [v.lower for v in one.values] == [*(a - c - q for c in costs), 0]
    assert all(v.is_exact for v in one.values)


def test_a_firm_that_is_just_indifferent_about_producing():
    # Q = 3/2 with three firms at cost 1; the fourth has cost 3/2: its derivative at 0 is exactly 0
    _, line = agrees(cournot(["1", "1", "1", "3/2"]))
    assert listed(line.equilibria) == [[0.5, 0.5, 0.5, 0]]
    assert not line.unresolved


@pytest.mark.parametrize(("r", "n"), [(1, 3), ("1/2", 3), (1, 7), ("1/2", 8)])
def test_contests_have_the_efforts_of_tullock_1980(r, n):
    form = smooth_form(contest([1] * n, r))
    line = aggregative_equilibria(form, aggregate_form(form))
    (one,) = line.equilibria
    effort = Fraction(r) * (n - 1) / n**2
    assert not line.unresolved
    assert all(v.lower <= effort <= v.upper for v in one.values)
    assert all(v.is_exact if r == 1 else v.width < Fraction(1, 10**55) for v in one.values)


def test_contests_with_unequal_prizes_agree_with_the_full_search():
    whole, line = agrees(contest([1, "4/5", "1/2"], "1/2", "1/10"))
    assert len(line.equilibria) == len(whole.equilibria) == 1


def test_public_goods_agree_and_the_dear_contribute_least():
    _, line = agrees(public([1, 2, "1/2"]))
    (one,) = listed(line.equilibria)
    assert one[2] > one[0] > one[1] > 0


def test_asymmetric_equilibria_of_identical_players_are_all_counted():
    # replies jump: of four with increasing returns one or another is in, in every arrangement
    game = game_of([f"x{k}*(1 - 3/2*{total(4)}) + x{k}**2" for k in range(4)])
    agrees(game)
    found = equilibria_of_continuous(smooth_form(game))
    rows = {tuple(row) for row in listed(found.equilibria)}
    assert len(rows) == len(found.equilibria) == 15
    ones = {row for row in itertools.product((0.0, 1.0), repeat=4) if sum(row) == 1}
    assert ones <= rows
    assert all(tuple(row[i] for i in order) in rows
               for row in rows for order in itertools.permutations(range(4)))  # fmt: skip


def test_a_point_from_which_somebody_gains_is_refuted():
    # the own payoff has two local maxima
    own = "-(x{k} - 1/4)**2*(x{k} - 3/4)**2 + x{k}/200 + x{k}*{q}/1000"
    game = game_of([own.format(k=k, q=total(3)) for k in range(3)])
    _, line = agrees(game)
    assert len(line.equilibria) == 1
    for point in line.refuted:
        player, reply = point.better
        assert reply.gain.lower > 0
        assert float(point.values[int(player[1:])].value) < 0.5


def random_game(rng, n):
    def tenth(low, high):
        return f"({rng.randint(low, high)}/10)"

    same = rng.random() < 0.5
    c = [[tenth(-20, 20), tenth(-20, 20), tenth(-10, 10), tenth(-20, 20), tenth(-10, 10)]
         for _ in range(n)]  # fmt: skip
    q = total(n)
    return game_of([
        "{0}*{x} + {1}*{x}**2 + {2}*{x}**3 + {3}*{x}*{q} + {4}*{q}**2*{x}".format(
            *(c[0] if same or k < 1 else c[k]), x=f"x{k}", q=q
        )
        for k in range(n)
    ])  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1, 3, 4])
def test_random_aggregative_games_agree_with_the_full_search(seed):
    agrees(random_game(random.Random(seed), 3))


@pytest.mark.long
def test_many_random_aggregative_games_agree_with_the_full_search():
    settled = several = 0
    for seed in range(150):
        whole, line = agrees(random_game(random.Random(seed), 3))
        settled += not (whole.unresolved or line.unresolved)
        several += len(line.equilibria) > 1
    assert settled > 110
    assert several > 20


def test_twenty_firms_are_certified_and_checked():
    found = solve(cournot([1] * 20))
    assert found.complete
    assert "aggregate" in found.completeness
    (one,) = found
    assert {s.value.lower for s in one.strategies} == {Fraction(2, 21)}
    assert one.evidence.grade is Grade.CERTIFIED and one.evidence.checked


def test_what_the_line_leaves_open_the_full_search_may_settle(monkeypatch):
    def leaves_open(form, structure):
        found = aggregative_equilibria(form, structure)
        return found._replace(unresolved=(Unresolved((), "not settled"),))

    monkeypatch.setattr(aggregate_games, "aggregative_equilibria", leaves_open)
    game = game_of(["x0*(1 - x0 - 2*x1 - 3*x2)", "x1*(1 - x0 - 2*x1 - 3*x2)",
                    "x2*(1 - 2*x0 - 4*x1 - x2)"])  # fmt: skip
    form = smooth_form(game)
    found = equilibria_of_continuous(form)
    assert found.how == ""  # not by the aggregate
    assert not found.unresolved
    assert len(found.equilibria) == 3
