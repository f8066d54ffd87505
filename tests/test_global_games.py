"""Global games against integration by hand, closed forms, and properties of the equilibria."""

import itertools
import math
import random
from fractions import Fraction as F

import pytest

from pigou.errors import DeclarationError
from pigou.game import Parameter
from pigou.global_game import Investors, LinearGame, RegimeChange
from pigou.solvers.global_games import switching_equilibria


def normal(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def density(x, mean, sd):
    return math.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))


def integral(f, low, high, steps=4000):
    width = (high - low) / steps
    return sum(f(low + (k + 0.5) * width) for k in range(steps)) * width


def random_project(seed):
    rng = random.Random(seed)
    count = rng.choice([1, 1, 2, 3])
    shares = [rng.randint(1, 5) for _ in range(count)]
    groups = []
    for k, share in enumerate(shares):
        weight = F(rng.randint(1, 4), 2)
        benefit = F(rng.randint(2, 8), 4)
        cost = benefit * F(rng.randint(1, 9), 10)
        mass = F(share, sum(shares)) / weight
        groups.append(Investors(f"g{k}", cost, benefit, mass, weight, F(rng.randint(1, 40), 4)))
    return RegimeChange("p", groups, F(rng.randint(0, 10), 10), F(rng.randint(1, 24), 4))


@pytest.mark.parametrize("seed", range(25))
def test_every_equilibrium_meets_its_definition(seed):
    """Posterior and shares by numerical integration, straight from the definition."""
    game = random_project(seed)
    found = switching_equilibria(game)
    assert not found.unresolved
    z, alpha = float(game.mean), float(game.precision)
    for one in found.equilibria:
        state = one.critical.value
        assert one.critical.width < F(1, 10**12)
        share = 0.0
        for group in game.groups:
            cutoff, beta = one.cutoffs[group.name].value, float(group.precision)
            sd = 1 / math.sqrt(beta)

            def joint(t, cutoff=cutoff, sd=sd):
                return density(t, z, 1 / math.sqrt(alpha)) * density(cutoff, t, sd)

            mean = (alpha * z + beta * cutoff) / (alpha + beta)
            wide = 10 / math.sqrt(alpha + beta)
            all_states = integral(joint, mean - wide, mean + wide)
            success = integral(joint, state, max(state, mean + wide)) / all_states
            assert success == pytest.approx(float(group.cost / group.benefit), abs=1e-4)
            invests = 1 - normal((cutoff - state) / sd)
            share += float(group.weight * group.mass) * invests
        assert share == pytest.approx(1 - state, abs=1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_no_root_is_missed_on_a_grid(seed):
    """Changes of sign of the excess share on a fine grid: no more than equilibria."""
    game = random_project(seed)
    found = switching_equilibria(game)

    def excess(state):
        total = state - 1
        for group in game.groups:
            ratio = float(game.precision / group.precision)
            quantile = _quantile(float(group.cost / group.benefit))
            inside = -ratio * math.sqrt(group.precision) * (state - float(game.mean))
            inside -= math.sqrt(1 + ratio) * quantile
            total += float(group.weight * group.mass) * normal(inside)
        return total

    signs = [excess(k / 3001) > 0 for k in range(3002)]
    changes = sum(a != b for a, b in itertools.pairwise(signs))
    assert len(found.equilibria) == changes
    assert len(found.equilibria) % 2 == 1
    assert [one.stable for one in found.equilibria] == [k % 2 == 0 for k in range(changes)]
    if found.unique_for_all:
        assert changes == 1


def _quantile(p):
    low, high = -9.0, 9.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if normal(middle) < p else (low, middle)
    return low


def test_the_border_of_uniqueness_is_sharp():
    """Just beyond it, with the worst mean and cost, there are three equilibria."""
    for beta, number in ((F(1592, 10000), 1), (F(158, 1000), 3)):
        game = RegimeChange("p", [Investors("f", "1/2", precision=beta)], "1/2", 1)
        found = switching_equilibria(game)
        assert found.unique_for_all == (number == 1)
        assert len(found.equilibria) == number


@pytest.mark.parametrize("noise", ["normal", "logistic"])
@pytest.mark.parametrize("precision", [1, 400])
def test_with_a_diffuse_prior_noise_does_not_matter(noise, precision):
    groups = [
        Investors("a", "3/10", 1, "1/2", "4/5", precision),
        Investors("b", "2/5", "4/5", "3/10", 1, precision),
        Investors("c", "1/5", "1/2", "1/5", "3/2", precision),
    ]
    (one,) = switching_equilibria(RegimeChange("p", groups, noise=noise)).equilibria
    state = 1 - sum(g.weight_share for g in map(Share, groups))
    assert one.critical.lower <= state <= one.critical.upper
    for group in groups:
        cutoff = one.cutoffs[group.name].value
        # who sees the cutoff believes in success with odds of cost to benefit
        sd = 1 / math.sqrt(precision)
        gap = (cutoff - float(state)) / sd
        belief = normal(gap) if noise == "normal" else 1 / (1 + math.exp(-gap * math.pi / 3**0.5))
        assert belief == pytest.approx(float(F(group.cost) / F(group.benefit)))


class Share:
    def __init__(self, group):
        left = 1 - F(group.cost) / F(group.benefit)
        self.weight_share = F(group.weight) * F(group.mass) * left


def test_a_diffuse_prior_may_be_a_formula():
    given = ("0", "a - a", "a")
    games = [
        RegimeChange("p", [Investors("f", "1/2")], 0, a, "logistic", [Parameter("a", 0)])
        for a in given
    ]
    for game in games:
        (one,) = switching_equilibria(game).equilibria
        assert one.critical.lower == F(1, 2)


def test_a_linear_game_by_integration():
    game = LinearGame("pair", 1, 1, "3/5", 1, 1)
    (one,) = switching_equilibria(game).equilibria
    cutoff = one.critical.value
    # at the cutoff: the state has mean k and variance 1/2, the other's signal k and 3/2
    signal = 2 * cutoff - 0.6
    other = 1 - normal((signal - cutoff) / math.sqrt(1.5))
    assert cutoff - 1 + other == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RegimeChange("p", []), "has no group"),
        (lambda: RegimeChange("p", [Investors("f", 1)], noise="cauchy"), "not 'cauchy'"),
        (lambda: RegimeChange("p", [Investors("f", 1)], 0, 1, "logistic"), "has to be normal"),
        (lambda: RegimeChange("p", [Investors("f", 1)], 0, "1", "logistic"), "has to be normal"),
        (
            lambda: RegimeChange(
                "p", [Investors("f", "1/2")], 0, "a", "logistic", [Parameter("a", 1)]
            ).at(),
            "has to be normal",
        ),
        (
            lambda: RegimeChange("p", [Investors("f", "1/2"), Investors("f", "1/3")]),
            "two groups of global game 'p' are called 'f'",
        ),
        (lambda: RegimeChange("p", [Investors("f", 2)]).at(), "the cost below the benefit"),
        (lambda: RegimeChange("p", [Investors("f", "1/2")], 0, -1).at(), "is at least 0, not -1"),
        (lambda: LinearGame("p", 0, 1).at(), "gain and noise_precision have to be above 0"),
        (
            lambda: LinearGame("p", 1, "c", parameters=[Parameter("c", 1)]).at({"k": 1}),
            "no parameter 'k'",
        ),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(DeclarationError, match=message):
        make()
