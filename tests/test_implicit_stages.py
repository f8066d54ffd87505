"""Two stages of continuous moves whose second stage has no closed form."""

from __future__ import annotations

import functools
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import brentq, root

import oracle_games as oracle
from pigou import Game, Move, Player, StructureError, examine, solve
from pigou.check_implicit import examine_implicit
from pigou.exact import Enclosure
from pigou.solvers.backward_induction import Induction
from pigou.solvers.implicit_stage import TwoStages

QUARTIC = "q{0}*(10 - q1 - q2 + x{0} + x{1}/5) - q{0}**4/4 - 2*x{0}**2"
EXPONENTIAL = "q{0}*(10*exp(-(q1 + q2)/4) - 2 + x{0}) - 2*x{0}**2"


def duopoly(payoff, x, q):
    """R&D by two firms, then quantities."""
    moves = [Move(f"x{i}", p, x) for i, p in ((1, "one"), (2, "two"))]
    moves += [Move(f"q{i}", p, q, 2) for i, p in ((1, "one"), (2, "two"))]
    payoffs = {"one": payoff.format(1, 2), "two": payoff.format(2, 1)}
    return Game("R&D, then quantities", [Player("one"), Player("two")], moves, payoffs)


def played(one):
    return {s.move: s.value.value for s in one.strategies}


def implicitly(game):
    """Force the implicit route."""
    induction = Induction(game, game.values())
    stages = [
        induction.movers([m for m in game.moves if m.stage == stage]) for stage in induction.stages
    ]
    return TwoStages(induction.payoffs, *stages).solved()


# -- both routes ------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", ["0", "1/5", "4/5"])
def test_both_routes_agree_on_d_aspremont_and_jacquemin(beta):
    base = oracle.research()
    # quantities of at least -40 are always inside the interval, as the implicit route needs
    moves = [m if m.stage == 1 else Move(m.name, m.player, (-40, 100), 2) for m in base.moves]
    game = Game("AJ", base.players, moves, {p: base.payoff(p) for p in ("one", "two")},
                parameters=base.parameters)  # fmt: skip
    at = game.values({"beta": beta})
    induction = Induction(game, at)
    first, later = (induction.movers([m for m in moves if m.stage == s]) for s in (1, 2))
    found = TwoStages(induction.payoffs, first, later).solved()
    assert not found.unresolved
    (closed,) = solve(game, at)
    (implicit,) = [p for p in found.points if p.better is None]
    assert all(reply.is_best for reply in implicit.replies.values())
    assert {n: v.value for n, v in implicit.values.items()} == played(closed)


# -- no closed form ---------------------------------------------------------------------------


def reply_to(x, slope, guess):
    """The second stage in floats, by scipy."""
    found = root(lambda q: slope(q, x), guess, tol=1e-12)
    assert np.abs(slope(found.x, x)).max() < 1e-9
    return found.x


def quartic_slopes(q, x):
    return [10 - 2 * q[i] - q[1 - i] + x[i] + x[1 - i] / 5 - q[i] ** 3 for i in (0, 1)]


def exponential_slopes(q, x):
    price = 10 * np.exp(-(q[0] + q[1]) / 4)
    return [price * (1 - q[i] / 4) - 2 + x[i] for i in (0, 1)]


CASES = {
    "quartic": (
        duopoly(QUARTIC, (0, 4), (0, 5)),
        quartic_slopes,
        lambda x, q: q[0] * (10 - q[0] - q[1] + x[0] + x[1] / 5) - q[0] ** 4 / 4 - 2 * x[0] ** 2,
    ),
    "exponential": (
        duopoly(EXPONENTIAL, (0, 1), ("1/4", 3)),
        exponential_slopes,
        lambda x, q: q[0] * (10 * np.exp(-(q[0] + q[1]) / 4) - 2 + x[0]) - 2 * x[0] ** 2,
    ),
}


@functools.cache
def solved(name):
    return solve(CASES[name][0])


@pytest.mark.parametrize("name", CASES)
def test_research_then_quantities_without_a_closed_form(name):
    game, slopes, profit = CASES[name]
    found = solved(name)
    assert found.complete, found.unresolved
    (one,) = found
    assert str(one.evidence.grade) == "certified"
    assert one.evidence.checked and one.evidence.max_gain == Enclosure.point(0)
    at = {name: float(value) for name, value in played(one).items()}
    x = np.array([at["x1"], at["x2"]])
    q = reply_to(x, slopes, [1.0, 1.0])
    assert np.allclose(q, [at["q1"], at["q2"]], atol=1e-10)

    def worth(own):
        there = np.array([own, x[1]])
        return profit(there, reply_to(there, slopes, q))

    low, high = (float(end) for end in (game.moves[0].domain.lower, game.moves[0].domain.upper))
    grid = np.linspace(low, high, 401)
    values = [worth(own) for own in grid]
    assert max(values) <= worth(x[0]) + 1e-9
    assert abs(grid[int(np.argmax(values))] - x[0]) <= (high - low) / 400


@pytest.mark.parametrize("name", CASES)
def test_brute_force_over_first_moves_finds_no_other_equilibrium(name):
    game, slopes, profit = CASES[name]
    (one,) = solved(name)
    low, high = (float(end) for end in (game.moves[0].domain.lower, game.moves[0].domain.upper))
    grid = np.linspace(low, high, 41)
    worth = np.empty((41, 41))
    for i, a in enumerate(grid):
        for k, b in enumerate(grid):
            worth[i, k] = profit([a, b], reply_to(np.array([a, b]), slopes, [1.0, 1.0]))
    best = worth.argmax(axis=0)
    # both are best replies up to a step of the grid: by symmetry, best[best[k]] is near k
    fixed = [grid[k] for k in range(41) if abs(best[best[k]] - k) <= 1]
    symmetric = float(played(one)["x1"])
    assert fixed and all(abs(value - symmetric) <= 2 * (high - low) / 40 for value in fixed)


def test_a_follower_with_an_exponential_cost():
    # b maximises b(1 + a) - exp(b): exp(b) = 1 + a; a maximises log(1 + a) - a/2: a = 1
    game = Game(
        "leader and follower",
        [Player("a"), Player("b")],
        [Move("a", "a", ("1/2", 3)), Move("b", "b", (0, 2), 2)],
        {"a": "b - a/2", "b": "b*(1 + a) - exp(b)"},
    )
    found = implicitly(game)
    (point,) = found.points
    assert not found.unresolved and point.replies["a"].is_best
    assert abs(float(point.values["a"].value) - 1) < 1e-15
    assert abs(float(point.values["b"].value) - np.log(2)) < 1e-15


def test_a_first_order_point_that_is_no_best_move_is_refuted():
    # b + b**3/10 = a: as a function of b, a's payoff has two peaks of unequal height
    height = "3*exp(-8*(b - 1)**2) + 2*exp(-8*(b + 1)**2) - a**2/100"
    game = Game(
        "two peaks",
        [Player("a"), Player("b")],
        [Move("a", "a", (-2, 2)), Move("b", "b", (-2, 2), 2)],
        {"a": height, "b": "b*a - b**2/2 - b**4/40"},
    )
    found = implicitly(game)
    assert not found.unresolved
    best = [p for p in found.points if p.better is None]
    worse = [p for p in found.points if p.better is not None]
    assert len(best) == 1 and len(worse) == 2  # the lower peak, and the valley between

    def payoff(a):
        b = brentq(lambda b: b + b**3 / 10 - a, -2, 2)
        bumps = 3 * np.exp(-8 * (b - 1) ** 2) + 2 * np.exp(-8 * (b + 1) ** 2)
        return bumps - a**2 / 100

    grid = np.linspace(-2, 2, 4001)
    top = max(payoff(a) for a in grid)
    for point in found.points:
        gain = point.replies["a"].gain.value
        assert abs(float(gain) - (top - payoff(float(point.values["a"].value)))) < 1e-4


# -- the checker ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("move", "shift"),
    [
        ("x1", Fraction(1, 10**12)),
        ("q2", Fraction(1, 10)),
        *(pytest.param(m, Fraction(1, 10**12), marks=pytest.mark.long) for m in ("x2", "q1", "q2")),
        *(pytest.param(m, Fraction(1, 10), marks=pytest.mark.long) for m in ("x1", "x2", "q1")),
    ],
)
def test_the_checker_refuses_a_changed_value(move, shift):
    game = CASES["quartic"][0]
    (one,) = solved("quartic")
    assert examine(game, {}, one.strategies).confirmed
    changed = [
        replace(s, value=s.value + Enclosure.point(shift)) if s.move == move else s
        for s in one.strategies
    ]
    found = examine_implicit(game, {}, changed)
    assert not found.confirmed and found.doubt


def test_the_checker_refuses_a_local_peak():
    height = "3*exp(-8*(b - 1)**2) + 2*exp(-8*(b + 1)**2) - a**2/100"
    game = Game(
        "two peaks",
        [Player("a"), Player("b")],
        [Move("a", "a", (-2, 2)), Move("b", "b", (-2, 2), 2)],
        {"a": height, "b": "b*a - b**2/2 - b**4/40"},
    )
    verdicts = []
    for point in implicitly(game).points:
        shown = solve_strategies(game, point.values)
        verdicts.append((point.better is None, examine_implicit(game, {}, shown)))
    assert [found.confirmed for _, found in verdicts] == [is_best for is_best, _ in verdicts]
    assert all(found.gain.lower > 0 for is_best, found in verdicts if not is_best)


def solve_strategies(game, values):
    from pigou.equilibrium import Strategy

    return [Strategy(m.name, m.player, "", {}, value=values[m.name]) for m in game.moves]


# -- what is refused --------------------------------------------------------------------------


def test_a_later_move_that_may_be_at_an_end_is_refused_with_the_reason():
    with pytest.raises(StructureError, match="'q1' may be at the end 1 of its interval"):
        solve(duopoly(QUARTIC, (0, 4), (0, 1)))


def test_a_later_stage_with_several_equilibria_is_refused_with_the_reason():
    payoff = "q{0}*(x{0} + 3*q{1}) - q{0}**4/4 - x{0}**2"
    with pytest.raises(StructureError, match="one equilibrium after each history"):
        solve(duopoly(payoff, (0, 1), (-3, 3)))


def test_too_many_moves_are_refused_with_the_limit():
    names = ["a", "b", "c", "d"]
    total = " + ".join(f"q{n}" for n in names)
    moves = [Move(f"x{n}", n, (0, 1)) for n in names]
    moves += [Move(f"q{n}", n, (0, 9), 2) for n in names]
    payoffs = {n: f"q{n}*(9 - ({total}) + x{n}) - q{n}**4 - x{n}**2" for n in names}
    with pytest.raises(StructureError, match="at most 3 later moves and 6 in all"):
        solve(Game("four firms", [Player(n) for n in names], moves, payoffs))


# -- random games against a grid --------------------------------------------------------------


def random_market(seed):
    """Two firms with random coefficients; own first moves may have a convex payoff at their top."""
    draw = random.Random(seed)

    def between(low, high):
        return Fraction(draw.randint(int(low * 20), int(high * 20)), 20)

    spans = {"a": (4, 8), "b": (-0.4, 0.6), "d": (-1.5, 1.5), "e": (0.1, 0.5), "f": (-0.6, 0.6)}
    spans["g"] = (0.1, 1.5)
    drawn = [{n: between(*span) for n, span in spans.items()} for _ in (0, 1)]
    payoffs = {
        f"p{i}": "q{i}*({a} - q{i} - ({b})*q{j} + x{i} + ({f})*x{j}) - q{i}**4/10 + ({d})*x{i}"
        " - ({g})*x{i}**2 + ({e})*x{i}**3/3".format(i=i, j=j, **own)
        for (i, j), own in zip(((1, 2), (2, 1)), drawn, strict=True)
    }
    moves = [Move(f"x{i}", f"p{i}", (-1, 1)) for i in (1, 2)]
    moves += [Move(f"q{i}", f"p{i}", (0, 6), 2) for i in (1, 2)]
    game = Game(f"market {seed}", [Player("p1"), Player("p2")], moves, payoffs)
    return game, [{n: float(v) for n, v in own.items()} for own in drawn]


def in_floats(drawn, x):
    """Both payoffs after first moves x, the second stage by Newton's method."""
    q = np.array([1.5, 1.5])
    for _ in range(60):
        slopes = [
            p["a"] - 2 * q[i] - p["b"] * q[1 - i] + x[i] + p["f"] * x[1 - i] - 0.4 * q[i] ** 3
            for i, p in enumerate(drawn)
        ]
        matrix = np.diag(-2 - 1.2 * q**2) - np.array([[0, drawn[0]["b"]], [drawn[1]["b"], 0]])
        step = np.linalg.solve(matrix, slopes)
        q = q - step
        if np.abs(step).max() < 1e-13:
            break
    return [
        q[i] * (p["a"] - q[i] - p["b"] * q[1 - i] + x[i] + p["f"] * x[1 - i]) - q[i] ** 4 / 10
        + p["d"] * x[i] - p["g"] * x[i] ** 2 + p["e"] * x[i] ** 3 / 3
        for i, p in enumerate(drawn)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(k, marks=pytest.mark.long) for k in range(2, 24))]
)
def test_random_markets_agree_with_a_grid(seed):
    game, drawn = random_market(seed)
    found = solve(game)
    assert found.complete and found.equilibria, found.unresolved
    grid = np.linspace(-1, 1, 61)
    worth = np.array([[in_floats(drawn, (a, b)) for b in grid] for a in grid])
    best = worth[:, :, 0].argmax(axis=0), worth[:, :, 1].argmax(axis=1)
    near = [
        (grid[i], grid[k])
        for i in range(61)
        for k in range(61)
        if abs(best[0][k] - i) <= 1 and abs(best[1][i] - k) <= 1
    ]
    shown = [(played(one)["x1"], played(one)["x2"]) for one in found]
    shown = [(float(x), float(y)) for x, y in shown]
    assert all(min(max(abs(a - x), abs(b - y)) for x, y in shown) < 0.11 for a, b in near)
    for one, (x, y) in zip(found, shown, strict=True):
        assert str(one.evidence.grade) == "certified"
        own = in_floats(drawn, (x, y))
        assert max(in_floats(drawn, (a, y))[0] for a in grid) <= own[0] + 1e-7
        assert max(in_floats(drawn, (x, b))[1] for b in grid) <= own[1] + 1e-7
