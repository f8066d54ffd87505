"""All equilibria of two-player games: pigou beside whichever peers are installed, in one process.

    python benchmarks/finite.py --sizes 2 3 5 8 --payoffs gaussian

Every solver gets the same games, in turns, some rounds over. A slow one gets the first few of them
only, so that no turn takes much longer than `--seconds`. Printed are the CPU time for a game
(median of the rounds), how many times longer that is than pigou's quickest way, and how many
equilibria were found in the games tried, beside how many extreme ones there are (exact).
"""

from __future__ import annotations

import argparse
import importlib
import os
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq

from pigou.solvers.batch import batch_equilibria
from pigou.solvers.bimatrix import bimatrix_equilibria

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
    start = time.process_time()
    found = solver.solve(a, b)
    return (time.process_time() - start) / len(a), found


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
        start = time.process_time()
        np.copyto(target, source)
        best = min(best, time.process_time() - start)
    return 2 * source.nbytes / best


def compare(size: int, arguments: argparse.Namespace, solvers: list[Solver]) -> None:
    rng = np.random.default_rng([arguments.seed, size])
    games = arguments.games or {2: 1_000_000, 3: 100_000, 4: 20_000, 5: 4_000}.get(size, 200)
    a, b = draw(arguments.payoffs, rng, games, size)
    shares = [share(s, a, b, arguments.seconds) for s in solvers]
    times: list[list[float]] = [[] for _ in solvers]
    found: list[int | None] = [None] * len(solvers)
    for _ in range(arguments.rounds):
        for i, solver in enumerate(solvers):
            pace, found[i] = timed(solver, a[: shares[i]], b[: shares[i]])
            times[i].append(pace)
    everything = batch_equilibria(a, b)
    true = np.cumsum(everything.counts())
    print(
        f"\n{size}x{size}, {arguments.payoffs}, {games:,} games, "
        f"{len(everything.flagged):,} flagged and settled exactly"
    )
    medians = [statistics.median(t) for t in times]
    quickest = min(m for s, m in zip(solvers, medians, strict=True) if s.name.startswith("pigou"))
    print(f"{'solver':32}{'us a game':>14}{'ratio':>12}{'games':>11}{'found':>11}{'of':>11}")
    for solver, pace, number, count in zip(solvers, medians, shares, found, strict=True):
        listed = "-" if count is None else f"{count:,}"
        print(
            f"{solver.name:32}{pace * 1e6:14.4g}{pace / quickest:12.4g}{number:11,}"
            f"{listed:>11}{true[number - 1]:11,}"
        )
    if size == 2 and not len(everything.flagged):
        bound = BYTES_2X2 / bandwidth()
        print(f"memory bound: {BYTES_2X2} bytes a game take {bound * 1e9:.2f} ns;", end=" ")
        print(f"pigou's quickest takes {quickest / bound:.2f} times that")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[2, 3, 5, 8])
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
    others = [s for s in peers() if arguments.only in s.name]
    versions = ", ".join(
        f"{name} {module.__version__}"
        for name in ("numpy", "numba", "quantecon", "nashpy", "pygambit")
        if (module := installed(name)) is not None and hasattr(module, "__version__")
    )
    print(f"{versions}; {os.cpu_count()} processors; CPU time, median of {arguments.rounds} rounds")
    for size in arguments.sizes:
        compare(size, arguments, [*ours(size), *others])


if __name__ == "__main__":
    main()
