"""The logit equilibrium of the continuous minimum-effort game: a grid, and its symmetries."""

import itertools
import math
from fractions import Fraction as F

import numpy as np
import pytest

from pigou.errors import DeclarationError
from pigou.minimum_effort import MinimumEffort
from pigou.solvers.logit_efforts import logit_efforts

MU = F(37, 5)


def on_a_grid(game, mu, points=1201):
    """Mean and deviation, by iterating the damped logit response of densities on a grid."""
    x = np.linspace(float(game.low), float(game.high), points)
    h = x[1] - x[0]
    f = np.full(points, 1 / (x[-1] - x[0]))
    weights = np.full(points, h)
    weights[[0, -1]] /= 2
    for _ in range(600):
        below = np.concatenate([[0], np.cumsum((f[1:] + f[:-1]) / 2 * h)])
        slope = (1 - below / below[-1]) ** (game.players - 1) - float(game.cost)
        pay = np.concatenate([[0], np.cumsum((slope[1:] + slope[:-1]) / 2 * h)])
        new = np.exp((pay - pay.max()) / float(mu))
        f = 0.8 * f + 0.2 * new / (weights @ new)
    mean = weights @ (f * x)
    return mean, math.sqrt(weights @ (f * (x - mean) ** 2))


@pytest.mark.parametrize(
    ("players", "cost"),
    [(2, "0.25"), *(pytest.param(*row, marks=pytest.mark.long)
                    for row in ((2, "0.75"), (3, "0.1"), (3, "0.5"), (6, "0.3")))],
)  # fmt: skip
def test_mean_and_deviation_are_those_of_a_grid(players, cost):
    game = MinimumEffort(players, cost, 110, 170)
    found = logit_efforts(game, 1 / MU)
    mean, deviation = on_a_grid(game, MU)
    assert found.mean.value == pytest.approx(mean, abs=1e-3)
    assert found.deviation.value == pytest.approx(deviation, abs=1e-3)
    assert found.mean.width < F(1, 10**30) and found.deviation.width < F(1, 10**30)


@pytest.mark.long
def test_two_players_mirror_each_other_in_the_cost():
    """F(x; c) = 1 - F(280 - x; 1 - c)."""
    low, high = (logit_efforts(MinimumEffort(2, c, 110, 170), 1 / MU) for c in ("0.3", "0.7"))
    assert (low.mean + high.mean).lower <= 280 <= (low.mean + high.mean).upper
    assert low.deviation.overlaps(high.deviation)
    assert low.density_low.overlaps(high.density_high)


@pytest.mark.long
def test_efforts_fall_in_the_cost_and_in_the_number_of_players():
    means = [logit_efforts(MinimumEffort(3, F(k, 10), 0, 1), 5).mean for k in (1, 3, 5, 9)]
    assert all(a.lower > b.upper for a, b in itertools.pairwise(means))
    means = [logit_efforts(MinimumEffort(n, "0.3", 0, 1), 5).mean for n in (2, 3, 5, 10)]
    assert all(a.lower > b.upper for a, b in itertools.pairwise(means))


@pytest.mark.long
@pytest.mark.parametrize(("cost", "near"), [("0.4", 1), ("0.6", 0)])
def test_a_high_precision_leads_to_the_maximiser_of_the_potential(cost, near):
    found = logit_efforts(MinimumEffort(2, cost, 0, 1), 60)
    assert found.mean.value == pytest.approx(near, abs=0.15)


def test_a_low_precision_is_nearly_even():
    found = logit_efforts(MinimumEffort(4, "0.2", 0, 12), "0.001")
    assert found.mean.value == pytest.approx(6, abs=0.02)
    assert found.deviation.value == pytest.approx(math.sqrt(12), abs=0.01)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((1, "0.5", 0, 1), "2 to 30 players, not 1"), ((True, "0.5", 0, 1), "players"),
        ((2, 1, 0, 1), "between 0 and 1, not 1"), ((2, 0, 0, 1), "between 0 and 1"),
        ((2, "0.5", 1, 1), "is not below"),
    ],
)  # fmt: skip
def test_values_out_of_their_domain_are_refused(values, message):
    with pytest.raises(DeclarationError, match=message):
        MinimumEffort(*values)


@pytest.mark.parametrize("precision", [-1, 0, "nan", 10**6])
def test_a_precision_out_of_its_domain_is_refused(precision):
    with pytest.raises(DeclarationError, match="lies between 1/1000 and 100"):
        logit_efforts(MinimumEffort(2, "0.5", 0, 1), precision)
