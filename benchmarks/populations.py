"""Time and memory against the number of members of a population with two choices.

    python benchmarks/populations.py
    python benchmarks/populations.py --sizes 10 1000 1000000 1000000000 --repeat 5

Each game is solved for all its equilibria, pure by counts and symmetric mixed, and each of them is
confirmed by the independent checker: `solver` is the time of the search alone, `checked` that of
`pigou.solve`, both as CPU time, the median of some runs after a first one. `times` says how much
longer than for the smallest population. A normal form lists a payoff for each of 2^N profiles and
each member; by counts there are N + 1 profiles; the formula is what is read here.
"""

from __future__ import annotations

import argparse
import math
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

from pigou import Game, Grade, Move, Player, Type, solve
from pigou.check_counts import _probability, _summed
from pigou.models import load
from pigou.solvers.population import mixtures, population, pure_counts
from pigou.solvers.several_types import several_types
from pigou.solvers.typed_counts import typed_counts
from pigou.solvers.typed_mixtures import typed_mixtures

SIZES = (10, 1_000, 1_000_000, 1_000_000_000)


def of_types(size: int, payoff: str) -> Game:
    """Return a game of three types with different costs, a third of the members each."""
    costs = ("1/5", "2/5", "3/5")
    types = [Type(f"type{t}", size // 3, {"cost": c}) for t, c in enumerate(costs)]
    move = Move("go", "member", {"no": 0, "yes": 1})
    return Game("three types", [Player("member", types=types)], [move], {"member": payoff})


def games(size: int) -> dict[str, tuple[Game, dict[str, Any]]]:
    """Return the games of one size, and their parameters."""
    third = max(size // 3, 2)
    worth = max(1, math.isqrt(size))  # so that being pivotal is worth its cost at every size
    found = {
        "coordination, linear": ("coordination", {"firms": size}),
        "coordination, critical mass": (
            "coordination",
            {"firms": size, "threshold": third, "cost": "3/5"},
        ),
        "participation": ("facility", {"firms": size, "needed": third, "worth": worth}),
        "participation, refund": (
            "facility",
            {"firms": size, "needed": third, "worth": worth, "refund": 1},
        ),
        "participation, exclusive": (
            "facility",
            {"firms": size, "needed": third, "exclusive": 1},
        ),
    }
    typed = {
        "three types, linear": "go*(mean(go) - cost)",
        "three types, critical mass": f"go*(if(sum(go) >= {3 * size // 20}, 1, 0) - cost)",
    }
    return {name: (load(model).game, at) for name, (model, at) in found.items()} | {
        name: (of_types(size, payoff), {}) for name, payoff in typed.items()
    }


def median_time(run: Callable[[], Any], repeat: int) -> float:
    """Return the median CPU time of some runs, without what an earlier one remembered."""
    times = []
    for _ in range(repeat + 1):
        _summed.cache_clear()
        _probability.cache_clear()
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return statistics.median(times[1:])


def cells(size: int) -> str:
    """Return the number of cells of a normal form."""
    return str(2**size) if size <= 20 else f"10^{int(size * math.log10(2)):,}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    print(f"{'game':28} {'members':>13} {'solver':>8} {'checked':>8} {'times':>7}  found", end="")
    print(f" {'complete':>9} {'certified':>9}  cells of a normal form")
    first: dict[str, float] = {}
    for size in options.sizes:
        for name, (game, at) in games(size).items():
            found = solve(game, at)
            whole = median_time(lambda: solve(game, at), options.repeat)  # noqa: B023

            def search() -> None:
                crowd = population(game, game.values(at))  # noqa: B023
                if crowd is not None:
                    pure_counts(crowd.gain)
                    mixtures(crowd.gain)
                typed = several_types(game, game.values(at))  # noqa: B023
                if typed is not None:
                    typed_counts(typed.kinds)
                    typed_mixtures(typed.kinds)

            alone = median_time(search, options.repeat)
            rooms = (population, several_types)
            large = any(room(game, game.values(at)) is not None for room in rooms)
            certified = sum(e.evidence.grade is Grade.CERTIFIED for e in found)
            ratio = whole / first.setdefault(name, whole)
            print(
                f"{name:28} {size:>13,} {f'{alone:.3f}' if large else '-':>8} {whole:>8.3f} "
                f"{ratio:>7.2f}  {len(found):>5} {found.complete!s:>9} {certified:>9}"
                f"  {cells(size)}"
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the whole run: {peak:.0f} MB")


if __name__ == "__main__":
    main()
