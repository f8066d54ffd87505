"""History versus expectations, against integration of the equations and a second closed form."""

import cmath
import math
import random
from fractions import Fraction as F

import mpmath
import pytest

from pigou.errors import DeclarationError
from pigou.foresight import Migration
from pigou.game import Parameter
from pigou.papers import fukao1993, load
from pigou.solvers.foresight import perfect_foresight

SETS = [("0.3", 1, "0.5", "0.1"), ("0.2", 1, "0.6", "0.15")]


def migration(r, beta, alpha, gamma):
    return Migration("m", r, beta, alpha, gamma)


def numbers(m):
    m = m.at()
    return [float(x) for x in (m.discount, m.spillover, m.lag, m.speed)]


def step(m, x, q, h):
    """One step of the classical Runge-Kutta method, straight from the equations."""
    r, beta, alpha, gamma = m

    def slopes(x, q):
        return gamma * q, r * q - (beta * x - alpha)

    a = slopes(x, q)
    b = slopes(x + h / 2 * a[0], q + h / 2 * a[1])
    c = slopes(x + h / 2 * b[0], q + h / 2 * b[1])
    d = slopes(x + h * c[0], q + h * c[1])
    return [
        v + h / 6 * (p + 2 * s + 2 * t + u)
        for v, p, s, t, u in zip((x, q), a, b, c, d, strict=True)
    ]


def farthest(m, end, h=0.01):
    """The share farthest from an end from which it is reached, by integration backwards."""
    x, q = step(m, end, 0.0, -h)
    while True:
        before = x, q
        x, q = step(m, x, q, -h)
        if not 0 <= x <= 1:
            return 1.0 - end
        if q * before[1] <= 0:  # turned: q = 0 in between, where the share is stationary
            weight = before[1] / (before[1] - q)
            return before[0] + weight * (x - before[0])


@pytest.mark.parametrize("given", [*SETS, ("0.02", 2, "0.4", "0.7"), ("0.4", "1/2", "0.3", "1")])
def test_the_overlap_by_integration_backwards(given):
    m = migration(*given)
    found = perfect_foresight(m)
    low, high = found.overlap
    assert low.value == pytest.approx(farthest(numbers(m), 1), abs=1e-5)
    assert high.value == pytest.approx(farthest(numbers(m), 0), abs=1e-5)
    assert low.lower >= 0 and high.upper <= 1
    assert found.width.value == pytest.approx(high.value - low.value)


def arrival(m, x, q, h=0.05):
    """Forwards from a share and a value q: where it first turns or arrives, and q there."""
    while True:
        before = q
        x, q = step(m, x, q, h)
        if x >= 1 or x <= 0:
            return round(x), q
        if before * q < 0:
            return None, 0.0


@pytest.mark.parametrize("given", SETS)
def test_no_value_leads_to_the_end_from_outside_and_some_do_from_inside(given):
    """Shooting forwards: from too low a share every path that arrives at 1 does so with q > 0."""
    m = migration(*given)
    low = perfect_foresight(m).overlap[0].value
    grid = [k / 200 for k in range(-20, 100)]
    outside = [arrival(numbers(m), low - 0.03, q) for q in grid]
    assert min(q for end, q in outside if end == 1) > 0.05
    inside = [arrival(numbers(m), low + 0.03, q) for q in grid if q > 0]
    ends = [end for end, _ in inside]
    # the lowest values turn before they arrive; where that changes, q = 0 on arrival
    first = ends.index(1)
    assert first > 0 and set(ends[:first]) == {None} and set(ends[first:]) == {1}
    assert inside[first][1] < 0.2


def by_matrix(m, end, s):
    """The state a time s before arrival, by the exponential of the matrix."""
    r, beta, alpha, gamma = numbers(m)
    e = mpmath.expm(mpmath.matrix([[0, gamma], [-beta, r]]) * -s)
    x = end - alpha / beta
    return float(alpha / beta + e[0, 0] * x), float(e[1, 0] * x)


@pytest.mark.parametrize("seed", range(12))
def test_paths_and_overlap_by_the_matrix_exponential(seed):
    rng = random.Random(seed)
    beta, gamma = F(rng.randint(1, 20), 10), F(rng.randint(1, 20), 10)
    # 2 sqrt(beta gamma) is where the overlap ends: from below it and, every third time, above
    factor = F(rng.randint(11, 20) if seed % 3 == 0 else rng.randint(1, 9), 10)
    r = F(str(round(2 * math.sqrt(beta * gamma), 6))) * factor
    m = migration(r, beta, beta * F(rng.randint(1, 19), 20), gamma)
    found = perfect_foresight(m)
    assert found.kind == ("node" if seed % 3 == 0 else "spiral")
    for path in (found.up, found.down):
        for s in (0, 1, 3):
            state = [one.value for one in path.before(s)]
            assert state == pytest.approx(by_matrix(m, path.end, s), abs=1e-9)
    root = cmath.sqrt(float(r) ** 2 - 4 * float(beta * gamma))
    for (real, imag), sign in zip(found.roots, (-1, 1), strict=True):
        assert complex(real.value, imag.value) == pytest.approx((float(r) + sign * root) / 2)
    if found.kind == "node":
        assert found.overlap is None and found.width.value == 0
        return
    for path in (found.up, found.down):
        if path.duration is not None:  # at the turn, one half-turn before arrival, q = 0
            share, q = by_matrix(m, path.end, path.duration.value)
            assert share == pytest.approx(path.start.value) and abs(q) < 1e-9


def test_a_second_closed_form():
    """By the ratio of real to imaginary part of a root: kappa = exp(-pi Re/Im)."""
    for given in SETS:
        r, beta, alpha, gamma = map(float, map(F, given))
        root = (r + cmath.sqrt(r * r - 4 * beta * gamma)) / 2
        kappa = math.exp(-math.pi * root.real / root.imag)
        low, high = perfect_foresight(migration(*given)).overlap
        steady = alpha / beta
        assert low.value == pytest.approx(steady - (1 - steady) * kappa, abs=1e-14)
        assert high.value == pytest.approx(steady * (1 + kappa), abs=1e-14)
        assert low.width < F(1, 10**60)


def test_the_largest_discount_rate_is_sharp():
    for r, kind in (("0.6324", "spiral"), ("0.6325", "node")):
        found = perfect_foresight(migration(r, 1, "0.5", "0.1"))
        assert found.kind == kind
        assert found.largest_discount.lower**2 < F(4, 10) < found.largest_discount.upper**2
    assert perfect_foresight(migration("2", 1, "0.5", 1)).kind == "node"  # both roots are 1
    assert perfect_foresight(migration("2", 1, "0.5", 1)).roots[0][0].value == 1


def test_the_double_root_in_between():
    """At r = 2 sqrt(beta gamma) the path is the limit of those on both sides."""
    at = {}
    for r in ("1.99999", "2", "2.00001"):
        at[r] = [e.value for e in perfect_foresight(migration(r, 1, "0.3", 1)).up.before(2)]
    for other in ("1.99999", "2.00001"):
        assert at["2"] == pytest.approx(at[other], abs=1e-4)


def test_patience_and_the_ends():
    patient = perfect_foresight(migration(0, 1, "1/2", 1))
    assert [str(end) for end in patient.overlap] == ["0", "1"] and patient.up.duration is not None
    cut = perfect_foresight(migration("0.01", 1, "1/4", 1))
    assert str(cut.overlap[0]) == "0" and cut.up.duration is None
    assert cut.overlap[1].upper < 1 and cut.ends_from(0) == (0, 1) and cut.ends_from(1) == (1,)
    node = perfect_foresight(migration(5, 1, "1/2", 1))
    assert [node.ends_from(x) for x in ("0.49", "1/2", "0.51")] == [(0,), (), (1,)]
    saddle = perfect_foresight(migration("0.1", -1, "-1/2", 1))
    assert saddle.kind == "saddle" and saddle.up is None and saddle.ends_from("0.3") == ()
    assert saddle.roots[0][0].upper < 0 < saddle.roots[1][0].lower


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: migration(-1, 1, "1/2", 1).at(), "discount is at least 0"),
        (lambda: migration(1, 0, "1/2", 1).at(), "spillover not 0"),
        (lambda: migration(1, 1, "1/2", 0).at(), "speed above 0"),
        (lambda: migration(1, 1, 1, 1).at(), "one sector is better"),
        (lambda: migration(1, -1, "1/2", 1).at(), "lag/spillover = -1/2"),
        (
            lambda: Migration("m", "r", 1, "1/2", 1, [Parameter("r", 1)]).at({"s": 1}),
            "migration 'm' has no parameter 's'|no parameter 's'",
        ),
        (lambda: perfect_foresight(migration(1, 1, "1/2", 1)).ends_from(2), "between 0 and 1"),
        (lambda: perfect_foresight(migration(1, 1, "1/2", 1)).up.before(-1), "at least 0"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(DeclarationError, match=message):
        make()


def test_the_withheld_values_of_the_paper():
    """Each claim against integration backwards, with the parameters that it states."""
    values = {c.id: c.compute().value.value for c in load("fukao1993").claims}
    for at, name in ((fukao1993.MAIN, ""), (fukao1993.SECOND, "_asym")):
        m = [float(F(at[k])) for k in ("r", "beta", "alpha", "gamma")]
        assert values[f"O11.low{name}"] == pytest.approx(farthest(m, 1), abs=1e-5)
        assert values[f"O11.high{name}"] == pytest.approx(farthest(m, 0), abs=1e-5)
    assert values["O11.width"] == pytest.approx(values["O11.high"] - values["O11.low"])
    # on both sides of the rate the paths back from 1 turn, or do not, before they get lost
    rate = values["O11.r_max"]
    assert farthest([rate * 0.8, 1, 0.5, 0.1], 1) < 0.5
    assert perfect_foresight(migration(str(round(rate + 1e-6, 9)), 1, "0.5", "0.1")).kind == "node"
