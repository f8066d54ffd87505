"""A proved count of equilibria along a policy against a grid with a root finder from random starts.

    python benchmarks/policy_range.py [repetitions]

The grid is what a user writes today: sympy derivatives and lambdify once, then scipy.optimize.root
with the Jacobian from 30 random starts at each of 101 values; a point counts if it solves the
equations within 1e-8 and lies in the box. Moves at an end of their interval are found in the same
way, with each move held at each end in turn, only where asked for (`corners`), as the proof does it
always. Both run in turn, in one process; figures are processor time, medians over the repetitions.

A *false change* is a pair of neighbouring values of the grid between which its count changes and
the proof shows none.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import sympy as sp
from scipy.optimize import root

from pigou.catalogue import find_model
from pigou.expression import symbol
from pigou.policy_range import policy_range

EXAMPLES = Path(__file__).parent.parent / "examples" / "policy_range"
CASES = (
    ("upgrading_fold", "rate", Fraction(0), Fraction(1)),
    ("upgrading_capacity", "rate", Fraction(0), Fraction(1, 2)),
    ("upgrading_hysteresis", "rate", Fraction(0), Fraction(1, 5)),
)
VALUES, STARTS = 101, 30


class Grid:
    """The baseline: counts of roots on a grid of values."""

    def __init__(self, game, over, low, high, seed):
        self.values = np.linspace(float(low), float(high), VALUES)
        self.ends = [(float(m.domain.lower), float(m.domain.upper)) for m in game.moves]
        self.random = np.random.default_rng(seed)
        moves = [symbol(m.name) for m in game.moves]
        at = {symbol(k): sp.Rational(str(v)) for k, v in game.values().items() if k != over}
        slopes = [sp.diff(game.payoff(m.player).xreplace(at), symbol(m.name)) for m in game.moves]
        jacobian = sp.Matrix(slopes).jacobian(moves).tolist()
        self.slopes = sp.lambdify((*moves, symbol(over)), slopes)
        self.jacobian = sp.lambdify((*moves, symbol(over)), jacobian)

    def counts(self, corners):
        """Count roots at every value; with `corners`, those at ends as well."""
        with np.errstate(all="ignore"):
            return [len(self.roots(value, corners)) for value in self.values]

    def roots(self, value, corners):
        """Return first-order points at one value; closer than 1e-5 counts as one."""
        found = []
        for _ in range(STARTS):
            start = [self.random.uniform(a, b) for a, b in self.ends]
            got = root(lambda x: self.slopes(*x, value), start,
                       jac=lambda x: self.jacobian(*x, value))  # fmt: skip
            inside = all(a <= x <= b for x, (a, b) in zip(got.x, self.ends, strict=True))
            if inside and np.abs(got.fun).max() < 1e-8:
                found.append(got.x)
        if corners:
            found += self.at_ends(value)
        kept = []
        for point in found:
            if not any(np.abs(point - other).max() < 1e-5 for other in kept):
                kept.append(point)
        return kept

    def at_ends(self, value):
        """Return first-order points with some move at an end: one start for each choice of ends."""
        found = []
        for held in itertools.product((None, 0, 1), repeat=len(self.ends)):
            if all(h is None for h in held):
                continue
            free = [k for k, h in enumerate(held) if h is None]
            point = np.array([sum(e) / 2 if h is None else e[h]
                              for e, h in zip(self.ends, held, strict=True)])  # fmt: skip

            def equations(x, free=free, point=point):
                point[free] = x
                return [self.slopes(*point, value)[k] for k in free]

            if free:
                got = root(equations, point[free])
                if np.abs(got.fun).max() > 1e-8:
                    continue
                point[free] = got.x
            g = self.slopes(*point, value)
            inside = all(a <= x <= b for x, (a, b) in zip(point, self.ends, strict=True))
            signs = all(h is None or (g[k] <= 0 if h == 0 else g[k] >= 0)
                        for k, h in enumerate(held))  # fmt: skip
            if inside and signs:
                found.append(point)
        return found


def false_changes(values, counts, proved):
    """List the values at which the counts of a grid change and the proof shows no change."""
    wrong = []
    for a, b, one, other in zip(values, values[1:], counts, counts[1:], strict=False):
        if one == other:
            continue
        covering = [s for s in proved.segments if float(s.low) <= a and b <= float(s.high)]
        if covering:
            wrong.append(round(float(b), 4))
    return wrong


def wrong_counts(values, counts, proved):
    """Count the values at which a grid's count of first-order points is not the proved one."""
    wrong = 0
    for value, count in zip(values, counts, strict=True):
        here = {s.first_order for s in proved.segments if float(s.low) < value < float(s.high)}
        wrong += bool(here) and here != {count}
    return wrong


def timed(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main():
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, over, low, high in CASES:
        game = find_model(str(EXAMPLES / f"{name}.toml")).game
        corners = name == "upgrading_capacity"
        policy_range(game, over, low, high)  # once, so that neither pays for imports
        ours, theirs, ratios, wrong, off = [], [], [], [], []
        for seed in range(repetitions):
            a, proved = timed(lambda: policy_range(game, over, low, high))  # noqa: B023
            b, (grid, counts) = timed(lambda: baseline(game, over, low, high, seed, corners))  # noqa: B023
            ours.append(a)
            theirs.append(b)
            ratios.append(b / a)
            wrong.append(len(false_changes(grid.values, counts, proved)))
            off.append(wrong_counts(grid.values, counts, proved))
        numbers = ", ".join(f"{s.equilibria} on {float(s.low):.6g}:{float(s.high):.6g}"
                            for s in proved.segments)  # fmt: skip
        print(f"{name}: {numbers}; complete {proved.complete}, all folds {proved.all_folds}")
        print(f"  proof {1000 * statistics.median(ours):.0f} ms, grid "
              f"{1000 * statistics.median(theirs):.0f} ms; ratio median "
              f"{statistics.median(ratios):.1f} (least {min(ratios):.1f})")  # fmt: skip
        print(f"  grid: false changes in each run {wrong}, values with a wrong count {off}")


def baseline(game, over, low, high, seed, corners):
    grid = Grid(game, over, low, high, seed)
    return grid, grid.counts(corners)


if __name__ == "__main__":
    main()
