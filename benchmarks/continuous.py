"""Many continuous games: pigou beside random starts of scipy's root finder, in one run.

    python benchmarks/continuous.py --games 10000 --rounds 5

A family of games is declared once; its parameters are drawn for every game. pigou finds *all*
first-order points, with proof, and bounds every player's deviations; both are timed, the
differentiation of the game included. What a user writes today gets the same games, in turns:
sympy's derivatives through lambdify (with common subexpressions, and Python's own math, which is
quicker here than numpy), the Jacobian given, some random starts of scipy.optimize.root each, and
what they find sorted out. It is given the first games only, as many as `--sample` says. Printed are
CPU times for a game (median of the rounds), how many times longer the user's way takes, how many
interior points were proved in the sample, and how many of them the user's way missed; it does not
look for points at ends of intervals, which are counted apart.

The second part follows one equilibrium to a million parameter points (`--points`), in doubles,
beside a loop with one start each; the loop runs over a sample, and its time for a point is taken to
be the same for all.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import statistics
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy
import sympy as sp
from scipy.optimize import root

from pigou import Game, Move, Parameter, Player
from pigou.solvers.smooth_batch import batch_smooth_equilibria
from pigou.solvers.smooth_family import smooth_family
from pigou.solvers.smooth_sweep import sweep_smooth

SAME = 1e-5


class Family(NamedTuple):
    """A game, how its parameters are drawn, and an equilibrium from which a sweep starts."""

    name: str
    game: Game
    draw: Callable[[Any, int], dict[str, Any]]
    start: dict[str, float] | None = None


def two(name: str, payoffs: tuple[str, str], interval: tuple[Any, Any], names: str) -> Game:
    moves = [Move("x", "one", interval), Move("y", "two", interval)]
    players = [Player("one"), Player("two")]
    parameters = [Parameter(p, 1) for p in names.split()]
    return Game(name, players, moves, dict(zip(("one", "two"), payoffs, strict=True)),
                parameters=parameters)  # fmt: skip


def families() -> list[Family]:
    spillover = "b*{0}/(1 + exp(-k*({1} - 1/2))) - {0}**2/2"
    research = "((60 + (2 - s)*{0} + (2*s - 1)*{1})/3)**2 - c*{0}**2/2"
    random = "{0}*(a{2} + b{2}*{1} + e{2}*{1}**2) - c{2}*{0}**2/2 - d{2}*{0}**3/3"
    letters = " ".join(f"{p}{i}" for p in "abcde" for i in (1, 2))
    quantity = "q{0}*(60 - q{0} - q{1} + x{0} + s*x{1}) - c*x{0}**2/2"
    both = Game(
        "Cournot with research",
        [Player("f1"), Player("f2")],
        [Move(f"{m}{i}", f"f{i}", (0, top)) for i in (1, 2) for m, top in (("q", 60), ("x", 40))],
        {"f1": quantity.format(1, 2), "f2": quantity.format(2, 1)},
        parameters=[Parameter("s", 1), Parameter("c", 4)],
    )

    def costs(rng: Any, n: int) -> dict[str, Any]:
        return {"s": rng.uniform(0, 1, n), "c": rng.uniform(2.5, 6, n)}

    return [
        Family(
            "logistic spillover, 2 variables",
            two(
                "spillover", (spillover.format("x", "y"), spillover.format("y", "x")), (0, 1), "b k"
            ),
            lambda rng, n: {"b": rng.uniform(0.8, 1.2, n), "k": rng.uniform(6, 14, n)},
            {"x": 0.99, "y": 0.99},
        ),
        Family(
            "two-stage research, reduced, 2 variables",
            two("research", (research.format("x", "y"), research.format("y", "x")), (0, 50), "s c"),
            costs,
            {"x": 9.0, "y": 9.0},
        ),
        Family(
            "random coefficients, 2 variables",
            two(
                "random", (random.format("x", "y", 1), random.format("y", "x", 2)), (0, 1), letters
            ),
            lambda rng, n: dict(zip(letters.split(), 2 * rng.normal(size=(10, n)), strict=True)),
        ),
        Family("Cournot with research, 4 variables", both, costs),
    ]


# -- what a user writes today ----------------------------------------------------------------------


class Conditions(NamedTuple):
    """First-order conditions and their Jacobian, for scipy, in the game's own units."""

    g: Callable[..., Any]
    h: Callable[..., Any]
    low: Any
    high: Any


def lambdified(family: Family, names: list[str]) -> Conditions:
    game = family.game
    scaled = smooth_family(game, names)
    moves = [sp.Symbol(m.name, real=True) for m in game.moves]
    payoffs = {p: game.payoff(p) for p in scaled.payoffs}
    g = [sp.diff(payoffs[o], x) for o, x in zip(scaled.owners, moves, strict=True)]
    h = [[sp.diff(one, x) for x in moves] for one in g]
    arguments = [moves, *(sp.Symbol(n, real=True) for n in names)]
    make = [sp.lambdify(arguments, f, modules="math", cse=True) for f in (g, h)]
    ends = np.array([[float(e) for e in pair] for pair in scaled.ends])
    return Conditions(make[0], make[1], ends[:, 0], ends[:, 1])


def starts(conditions: Conditions, values: Any, rng: Any, number: int) -> list[Any]:
    """Return the distinct interior points that random starts reach, at own maxima."""
    found: list[Any] = []
    m = len(conditions.low)
    for _ in range(number):
        start = conditions.low + (conditions.high - conditions.low) * rng.random(m)
        try:
            end = root(conditions.g, start, args=tuple(values), jac=conditions.h)
        except (OverflowError, ZeroDivisionError):
            continue
        x = end.x
        inside = ((x >= conditions.low) & (x <= conditions.high)).all()
        if end.success and inside and all(np.abs(x - y).max() > SAME for y in found):
            h = conditions.h(x, *values)
            if all(h[k][k] <= 0 for k in range(m)):
                found.append(x)
    return found


# -- running ---------------------------------------------------------------------------------------


def cpu() -> float:
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = cpu()
    result = work()
    return cpu() - start, result


def compare(family: Family, arguments: argparse.Namespace, fast: bool) -> None:
    rng = np.random.default_rng(arguments.seed)
    games, sample = arguments.games, min(arguments.sample, arguments.games)
    drawn = family.draw(rng, games)
    conditions = lambdified(family, list(drawn))
    columns = np.array(list(drawn.values())).T

    def ours(deviations: bool, compiled: bool) -> Any:
        return batch_smooth_equilibria(
            family.game, drawn, deviations=deviations, fast=compiled, alone=False
        )

    ways = {
        f"pigou{' fast' * compiled}, {what}": (lambda d=d, c=compiled: ours(d, c))
        for compiled in ((False, True) if fast else (False,))
        for what, d in (("first-order points", False), ("equilibria", True))
    }
    if fast:
        batch_smooth_equilibria(family.game, {k: v[:50] for k, v in drawn.items()}, fast=True)
    times: dict[str, list[float]] = {name: [] for name in ways}
    base, found, lists = [], {}, []
    for _ in range(arguments.rounds):
        for name, way in ways.items():
            seconds, found[name] = timed(way)
            times[name].append(seconds / games)
        seconds, lists = timed(
            lambda: [starts(conditions, v, rng, arguments.starts) for v in columns[:sample]]
        )
        base.append(seconds / sample)
    report(family, conditions, times, base, found, lists, arguments)


def report(family: Family, conditions: Conditions, times: dict[str, list[float]],
           base: list[float], found: dict[str, Any], lists: list[Any],
           arguments: argparse.Namespace) -> None:  # fmt: skip
    everything, points = found["pigou, equilibria"], found["pigou, first-order points"]
    print(f"\n{family.name}: {len(everything.complete):,} games")
    slow = statistics.median(base)
    ratios = [f"{'':40}{'us a game':>12}{'ratio':>10}{'found':>10}{'flagged':>9}"]
    for name, seconds in times.items():
        pace, result = statistics.median(seconds), found[name]
        ratios.append(f"{name:40}{pace * 1e6:12.2f}{slow / pace:10.1f}{len(result.game):10,}"
                      f"{len(result.flagged):9,}")  # fmt: skip
    name = f"lambdify and {arguments.starts} starts of root"
    ratios.append(f"{name:40}{slow * 1e6:12.1f}{1:10.1f}{'-':>10}{'-':>9}")
    print("\n".join(ratios))
    numbers = np.bincount(everything.counts())
    print("games by number of equilibria:", ", ".join(f"{k}: {v:,}" for k, v in enumerate(numbers)),
          f"; refuted first-order points: {len(everything.refuted_game):,}")  # fmt: skip
    here = points.game < len(lists)
    inner = ((points.point > conditions.low) & (points.point < conditions.high)).all(axis=1)
    missed = sum(
        all(np.abs(x - y).max() > SAME for y in lists[game])
        for game, x in zip(points.game[here & inner], points.point[here & inner], strict=True)
    )
    print(
        f"in the first {len(lists):,} games: {int((here & inner).sum()):,} interior first-order "
        f"points proved; the starts found {sum(map(len, lists)):,} and missed {missed:,}; "
        f"{int((here & ~inner).sum()):,} more at ends of intervals, not looked for by the starts"
    )


def sweep(family: Family, arguments: argparse.Namespace) -> None:
    assert family.start is not None
    rng = np.random.default_rng(arguments.seed)
    drawn = family.draw(rng, arguments.points)
    if "k" in drawn:
        drawn = {
            "b": rng.uniform(0.9, 1.2, arguments.points),
            "k": rng.uniform(9, 14, arguments.points),
        }
    conditions = lambdified(family, list(drawn))
    sample = min(arguments.loop, arguments.points)
    columns = np.array(list(drawn.values())).T[:sample]
    begin = np.array(list(family.start.values()))
    ours, checked, base, swept, good = [], [], [], None, 0
    few = {k: v[: max(1, arguments.points // 10)] for k, v in drawn.items()}
    for _ in range(arguments.rounds):
        seconds, swept = timed(lambda: sweep_smooth(family.game, drawn, family.start))
        ours.append(seconds / arguments.points)
        seconds, verified = timed(lambda: sweep_smooth(family.game, few, family.start, verify=True))
        checked.append(seconds / len(verified.found))
        seconds, ends = timed(
            lambda: [root(conditions.g, begin, args=tuple(v), jac=conditions.h) for v in columns]
        )
        base.append(seconds / sample)
        good = sum(end.success for end in ends)
    pace, one, slow = (statistics.median(t) for t in (ours, checked, base))
    assert swept is not None
    print(f"\nsweep, {family.name}: {arguments.points:,} points, {int(swept.found.sum()):,} found")
    print(f"pigou, in doubles {pace * 1e9:8.0f} ns a point, ratio {slow / pace:8.1f}")
    print(f"pigou, verified   {one * 1e9:8.0f} ns a point, ratio {slow / one:8.1f}, "
          f"{int(verified.certified.sum()):,} of {len(verified.found):,} certified")  # fmt: skip
    print(f"one start of root {slow * 1e9:8.0f} ns a point, from {sample:,} points ({good:,} end "
          f"well); all of them would take {slow * arguments.points:.0f} s")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=10_000, help="how many games of each family")
    parser.add_argument("--sample", type=int, default=200, help="games given to the random starts")
    parser.add_argument("--starts", type=int, default=25, help="random starts for each game")
    parser.add_argument("--points", type=int, default=1_000_000, help="points of a sweep; 0: none")
    parser.add_argument("--loop", type=int, default=2_000, help="points given to the loop")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="families whose name contains this")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    fast = importlib.util.find_spec("numba") is not None
    print(
        f"numpy {np.__version__}, scipy {scipy.__version__}, sympy {sp.__version__}, "
        f"numba {'yes' if fast else 'no'}; {os.cpu_count()} processors; CPU time, median of "
        f"{arguments.rounds} rounds"
    )
    chosen = [family for family in families() if arguments.only in family.name]
    for family in chosen:
        compare(family, arguments, fast)
    for family in chosen:
        if family.start is not None and arguments.points:
            sweep(family, arguments)


if __name__ == "__main__":
    main()
