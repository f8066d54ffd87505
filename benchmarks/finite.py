"""All equilibria of finite games: pigou beside whichever peers are installed, in one run.

    python benchmarks/finite.py --sizes 2 3 5 8 2x2x2 --payoffs gaussian

Every solver gets the same games, in turns, some rounds over. A slow one gets the first few of them
only, so that no turn takes much longer than `--seconds`. Printed are the CPU time for a game
(median of the rounds; of processes that are started as well), how many times longer that is than
pigou's quickest way, and how many equilibria were found in the games tried, beside how many
extreme ones there are (exact). A size such as 5 means 5 by 5; 2x2x2 three players with two choices
each, with whole payoffs up to a million in size. lrsnash, a program of lrslib, is started once for
each game; it has to be on the PATH.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from flint import fmpq

from pigou import Game, Move, Player, solve
from pigou.expression import Lookup
from pigou.solvers.batch import batch_equilibria
from pigou.solvers.bimatrix import bimatrix_equilibria
from pigou.solvers.polynomial import mixed_equilibria

BYTES_2X2 = 81  # 64 read, two probabilities and a code written


class Solver(NamedTuple):
    """Takes games as two arrays and returns how many equilibria it found, if it counts them."""

    name: str
    solve: Callable[[Any, Any], int | None]
    together: bool = False


def one_by_one(solve: Callable[[Any, Any], int]) -> Callable[[Any, Any], int]:
    return lambda a, b: sum(solve(x, y) for x, y in zip(a, b, strict=True))


def ours(size: int) -> Iterator[Solver]:
    if size == 2:
        yield Solver("pigou batch, codes", lambda a, b: codes(a, b, fast=False), together=True)
    yield Solver("pigou batch", lambda a, b: touch(batch_equilibria(a, b)), together=True)
    if installed("numba"):
        if size == 2:
            yield Solver("pigou fast, codes", lambda a, b: codes(a, b, fast=True), together=True)
        yield Solver(
            "pigou fast", lambda a, b: touch(batch_equilibria(a, b, fast=True)), together=True
        )
    yield Solver("pigou exact", one_by_one(exact))


def codes(a: Any, b: Any, *, fast: bool) -> None:
    """Solve 2 by 2 games into 17 bytes a game, without a line for each equilibrium."""
    batch_equilibria(a, b, fast=fast)


def touch(found: Any) -> int:
    """Count as the peers do, with every mixture written out."""
    return len(found.game) + sum(len(result.pairs) for result in found.exact.values())


def exact(a: Any, b: Any) -> int:
    matrices = ([[fmpq(*e.as_integer_ratio()) for e in row] for row in m.tolist()] for m in (a, b))
    return len(bimatrix_equilibria(*matrices).pairs)


def peers() -> Iterator[Solver]:
    if (game_theory := installed("quantecon.game_theory")) is not None:
        qe: Any = game_theory

        def game(a: Any, b: Any) -> Any:
            return qe.NormalFormGame([qe.Player(a), qe.Player(np.ascontiguousarray(b.T))])

        yield Solver(
            "quantecon support_enumeration",
            one_by_one(lambda a, b: len(qe.support_enumeration(game(a, b)))),
        )
        yield Solver(
            "quantecon vertex_enumeration",
            one_by_one(lambda a, b: len(qe.vertex_enumeration(game(a, b)))),
        )
    if (nashpy := installed("nashpy")) is not None:
        for method in ("support_enumeration", "vertex_enumeration"):
            yield Solver(
                f"nashpy {method}",
                one_by_one(lambda a, b, m=method: len(list(getattr(nashpy.Game(a, b), m)()))),
            )
    if (gambit := installed("pygambit")) is not None:
        game_type = getattr(gambit, "StrategicGame", gambit.Game)  # 17, 16
        build = game_type.from_arrays

        def enumerate_mixed(rational: bool) -> Callable[[Any, Any], int]:
            def solve(a: Any, b: Any) -> int:
                result = gambit.nash.enummixed_solve(build(a, b), rational=rational)
                return len(result.equilibria)

            return one_by_one(solve)

        yield Solver("gambit enummixed, float", enumerate_mixed(False))
        yield Solver("gambit enummixed, rational", enumerate_mixed(True))

    if (program := shutil.which("lrsnash")) is not None:
        yield Solver("lrsnash, a process a game", one_by_one(lambda a, b: lrsnash(program, a, b)))


def lrsnash(program: str, a: Any, b: Any, seconds: int = 0) -> int:
    """Write the game as fractions, start the program, and read how many equilibria it found."""
    rows = [
        " ".join("{}/{}".format(*e.as_integer_ratio()) for e in row) for m in (a, b) for row in m
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "game"
        file.write_text("\n".join([f"{len(a)} {len(a[0])}", "", *rows, ""]), encoding="utf-8")
        with subprocess.Popen(
            [program, str(file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as running:
            if seconds:
                resource.prlimit(running.pid, resource.RLIMIT_CPU, (seconds, seconds))
            said, _ = running.communicate()
    count = re.search(r"Number of equilibria found: (\d+)", said)
    if count is None:
        why = f"no answer in {seconds} s" if running.returncode == -signal.SIGKILL else said[-200:]
        raise RuntimeError(why)
    return int(count[1])


# -- three and more players ------------------------------------------------------------------------


def several_ours() -> Iterator[Solver]:
    yield Solver("pigou mixed and pure", lambda games, _: sum(map(tables, games)))
    yield Solver("pigou solve, checked", lambda games, _: sum(len(whole(g)) for g in games))


def several_peers() -> Iterator[Solver]:
    if (gambit := installed("pygambit")) is not None:
        build = getattr(gambit, "StrategicGame", gambit.Game).from_arrays

        def polynomial(games: Any, _: Any) -> int:
            return sum(
                len(gambit.nash.enumpoly_solve(build(*g.astype(float))).equilibria) for g in games
            )

        yield Solver("gambit enumpoly", polynomial)


def tables(game: Any) -> int:
    """Count the equilibria from payoff tables: extreme points of continua would not be counted."""
    shape = game.shape[1:]
    payoffs = [{c: fmpq(int(p[c])) for c in itertools.product(*map(range, shape))} for p in game]
    mixed = mixed_equilibria(payoffs, shape)
    assert not mixed.unresolved, f"not complete: {mixed.unresolved[0]}"
    assert not mixed.continua, "there are continua"
    best = [p == p.max(axis=i, keepdims=True) for i, p in enumerate(game)]
    return len(mixed.profiles) + int(np.logical_and.reduce(best).sum())


def declared(game: Any) -> Game:
    """Declare a game of payoff tables, one player an axis."""
    players, shape = range(len(game)), game.shape[1:]
    moves = [f"m{i}" for i in players]
    axes = [range(m) for m in shape]
    return Game(
        "random",
        [Player(f"p{i}") for i in players],
        [Move(moves[i], f"p{i}", {f"c{k}": k for k in axes[i]}) for i in players],
        {
            f"p{i}": Lookup.of(moves, axes, [sp.Rational(int(v)) for v in game[i].ravel()])
            for i in players
        },
    )


def whole(game: Any) -> Any:
    """Declare and solve a game, every equilibrium checked."""
    found = solve(declared(game))
    assert found.complete, found.unresolved
    return found


def compare_several(size: str, arguments: argparse.Namespace) -> None:
    shape = tuple(map(int, size.split("x")))
    rng = np.random.default_rng([arguments.seed, *shape])
    games = rng.integers(-(10**6), 10**6 + 1, (arguments.games or 1_000, len(shape), *shape))
    solvers = [*several_ours(), *(s for s in several_peers() if arguments.only in s.name)]
    true = np.cumsum([tables(g) for g in games])
    odd = sum(int(t) % 2 for t in np.diff(true, prepend=0))
    title = (
        f"{size}, whole payoffs, {len(games):,} games, the list complete in all, and odd in {odd:,}"
    )
    report(title, rounds(solvers, games, games, arguments), true)


# -- running ---------------------------------------------------------------------------------------


def installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def draw(payoffs: str, rng: np.random.Generator, games: int, size: int) -> Any:
    if payoffs == "gaussian":
        return rng.normal(size=(2, games, size, size))
    return rng.integers(0, int(payoffs) + 1, (2, games, size, size)).astype(float)


def timed(solver: Solver, a: Any, b: Any) -> tuple[float, int | None]:
    start = cpu()
    found = solver.solve(a, b)
    return (cpu() - start) / len(a), found


def cpu() -> float:
    """Return the CPU time of this process and of those it started and that have ended."""
    uses = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def share(solver: Solver, a: Any, b: Any, seconds: float) -> int:
    """Return how many of the games fit into the time; the first calls compile and warm up."""
    number = 1 if not solver.together else min(len(a), 1_000)
    solver.solve(a[:number], b[:number])
    pace, _ = timed(solver, a[:number], b[:number])
    number = max(number, min(len(a), int(seconds / max(pace, 1e-9))))
    if solver.together:
        solver.solve(a[:number], b[:number])
    return number


def bandwidth() -> float:
    """Return the bytes a second that copying moves, read and written."""
    source = np.zeros(2**24)
    target = np.ones(2**24)
    best = 1e9
    for _ in range(5):
        start = cpu()
        np.copyto(target, source)
        best = min(best, cpu() - start)
    return 2 * source.nbytes / best


class Timing(NamedTuple):
    """The median time of a solver for a game, the games it got, and the equilibria it found."""

    name: str
    pace: float
    games: int
    found: int | None


def rounds(solvers: list[Solver], a: Any, b: Any, arguments: argparse.Namespace) -> list[Timing]:
    """Give the games to the solvers in turns."""
    shares = [share(s, a, b, arguments.seconds) for s in solvers]
    times: list[list[float]] = [[] for _ in solvers]
    found: list[int | None] = [None] * len(solvers)
    for _ in range(arguments.rounds):
        for i, solver in enumerate(solvers):
            pace, found[i] = timed(solver, a[: shares[i]], b[: shares[i]])
            times[i].append(pace)
    return [
        Timing(solver.name, statistics.median(t), number, count)
        for solver, t, number, count in zip(solvers, times, shares, found, strict=True)
    ]


def report(title: str, timings: list[Timing], true: Any) -> float:
    """Print a table; return the time of pigou's quickest way."""
    quickest = min(t.pace for t in timings if t.name.startswith("pigou"))
    print(f"\n{title}")
    print(f"{'solver':32}{'us a game':>14}{'ratio':>12}{'games':>11}{'found':>11}{'of':>11}")
    for name, pace, number, count in timings:
        listed = "-" if count is None else f"{count:,}"
        print(
            f"{name:32}{pace * 1e6:14.4g}{pace / quickest:12.4g}{number:11,}"
            f"{listed:>11}{true[number - 1]:11,}",
            flush=True,
        )
    return quickest


def compare(size: int, arguments: argparse.Namespace) -> None:
    rng = np.random.default_rng([arguments.seed, size])
    games = arguments.games or {2: 1_000_000, 3: 100_000, 4: 20_000, 5: 4_000}.get(size, 200)
    a, b = draw(arguments.payoffs, rng, games, size)
    solvers = [*ours(size), *(s for s in peers() if arguments.only in s.name)]
    everything = batch_equilibria(a, b)
    title = (
        f"{size}x{size}, {arguments.payoffs}, {games:,} games, "
        f"{len(everything.flagged):,} flagged and settled exactly"
    )
    timings = rounds(solvers, a, b, arguments)
    quickest = report(title, timings, np.cumsum(everything.counts()))
    if size == 2 and not len(everything.flagged):
        bound = BYTES_2X2 / bandwidth()
        print(f"memory bound: {BYTES_2X2} bytes a game take {bound * 1e9:.2f} ns;", end=" ")
        print(f"pigou's quickest takes {quickest / bound:.2f} times that")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", default=["2", "3", "5", "8", "2x2x2"])
    parser.add_argument(
        "--payoffs", default="gaussian", help="gaussian, or whole numbers up to this"
    )
    parser.add_argument("--games", type=int, help="how many games of each size")
    parser.add_argument("--seconds", type=float, default=1.0, help="the longest turn of a solver")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="solvers whose name contains this, beside pigou")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    versions = ", ".join(
        f"{name} {module.__version__}"
        for name in ("numpy", "numba", "quantecon", "nashpy", "pygambit")
        if (module := installed(name)) is not None and hasattr(module, "__version__")
    )
    print(f"{versions}; {os.cpu_count()} processors; CPU time, median of {arguments.rounds} rounds")
    for size in arguments.sizes:
        if "x" in size:
            compare_several(size, arguments)
        else:
            compare(int(size), arguments)


if __name__ == "__main__":
    main()
