"""Populations of any size: every symmetric equilibrium, against exact sums and against the checker.

The traps: a root on a node of a grid, a double root, a root at 0 or at 1, three roots within 1e-6,
no root at all.
"""

from __future__ import annotations

import itertools
import json
import math
import random
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp
from click.testing import CliRunner
from flint import fmpq, fmpq_poly

from pigou import (
    Bystander,
    Choice,
    Game,
    Grade,
    Move,
    Parameter,
    Player,
    compare,
    examine,
    solve,
    subsidy,
)
from pigou.check_counts import expected_over_counts
from pigou.check_segments import Segment
from pigou.cli import cli
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.models import load
from pigou.optimum import first_best
from pigou.solvers import population as populations
from pigou.solvers.binomial_roots import binomial_roots
from pigou.solvers.dominance import survivors
from pigou.solvers.form import finite_form
from pigou.solvers.laplacian import laplacian, laplacian_of_many
from pigou.solvers.piecewise import Piece, Piecewise
from pigou.solvers.population import pure_counts
from pigou.solvers.roots import from_bernstein, real_roots
from pigou.solving import _elimination, iterated_dominance

HUGE = 10**9


def random_steps(rng: random.Random, largest: int) -> Piecewise:
    """Up to five polynomial pieces on the counts 0 to at most `largest`."""
    top = rng.randint(1, largest)
    cuts = sorted(rng.sample(range(1, top + 1), min(top, rng.randint(0, 4))))
    return Piecewise(
        Piece(
            low, high - 1, fmpq_poly([rng.randint(-9, 9) for _ in range(rng.choice((1, 1, 2, 3)))])
        )
        for low, high in zip([0, *cuts], [*cuts, top + 1], strict=True)
    )


def steps(*parts: tuple[int, object]) -> Piecewise:
    """Build pieces from (last count, polynomial)."""
    lows = [0, *(last + 1 for last, _ in parts)]
    return Piecewise(
        Piece(low, last, value if isinstance(value, fmpq_poly) else fmpq_poly([fmpq(value)]))
        for low, (last, value) in zip(lows, parts, strict=False)
    )


def with_expectation(polynomial: fmpq_poly, draws: int) -> fmpq_poly:
    """Return the polynomial in k whose binomial expectation is one in p: k (k-1)/n (n-1) for p²."""
    total, k = fmpq_poly([0]), fmpq_poly([0, 1])
    for power, coefficient in enumerate(polynomial.coeffs()):
        term = fmpq_poly([coefficient])
        for step in range(power):
            term *= (k - step) / (draws - step)
        total += term
    return total


def agrees_with_exact_roots(function: Piecewise) -> None:
    """Compare with the roots of the polynomial in powers of p, isolated exactly."""
    values = [function(k) for k in range(function.top + 1)]
    polynomial = from_bernstein(values)
    if polynomial.is_zero():
        return
    exact, found = real_roots(polynomial), binomial_roots(function)
    signs = [v > 0 for v in values if v != 0]
    assert found.changes == sum(a != b for a, b in itertools.pairwise(signs))
    assert not found.unresolved
    assert len(found.roots) == len(exact)
    for root, known in zip(found.roots, exact, strict=True):
        assert root.share.overlaps(known.enclosure)
        assert root.share.width < Fraction(1, 2**79)
        middle = (known.enclosure.lower + known.enclosure.upper) / 2
        slope = polynomial.derivative()(fmpq(middle.numerator, middle.denominator))
        if known.multiplicity == 1:
            assert root.falls == (slope < 0)


def test_roots_are_those_of_the_polynomial_in_powers():
    rng = random.Random(7)
    for _ in range(25):
        agrees_with_exact_roots(random_steps(rng, 30))


@pytest.mark.long
def test_roots_are_those_of_the_polynomial_in_powers_many_times():
    rng = random.Random(70)
    for _ in range(1500):
        agrees_with_exact_roots(random_steps(rng, 45))


def test_the_checkers_expectations_hold_the_exact_sums():
    rng = random.Random(3)
    for _ in range(60):
        function = random_steps(rng, 40)
        parts = tuple(
            Segment(low, high, tuple(Fraction(int(c.p), int(c.q)) for c in value.coeffs()))
            for low, high, value in function.pieces
        )
        p, n = Fraction(rng.randint(1, 999), 1000), function.top
        values = [Fraction(int(v.p), int(v.q)) for v in map(function, range(n + 1))]

        def exact(p: Fraction, n: int = n, values: list[Fraction] = values) -> Fraction:
            return sum(
                (math.comb(n, k) * p**k * (1 - p) ** (n - k) * v for k, v in enumerate(values)),
                Fraction(0),
            )

        found = expected_over_counts(parts, Enclosure(p, p))
        assert found.lower <= exact(p) <= found.upper
        assert found.width < Fraction(1, 10**25)
        wider = expected_over_counts(parts, Enclosure(p, p + Fraction(1, 10**5)))
        assert all(
            wider.lower <= exact(p + Fraction(step, 10**5)) <= wider.upper for step in (0, 1)
        )


# -- traps ----------------------------------------------------------------------------------------


def test_a_root_exactly_on_a_node():
    """One half is the first place that is looked at, and there the expectation is exactly 0."""
    found = binomial_roots(steps((HUGE // 2, -1), (HUGE + 1, 1)))
    (root,) = found.roots
    assert root.share.lower < Fraction(1, 2) < root.share.upper
    assert found.unresolved == []
    three = steps((3, -1), (HUGE // 2, 1), (HUGE - 3, -1), (HUGE + 1, 1))
    assert [r.falls for r in binomial_roots(three).roots] == [False, True, False]


@pytest.mark.parametrize("draws", [9, 999, 10**6 - 1, HUGE - 1])
def test_a_double_root_of_a_polynomial_payoff(draws):
    square = fmpq_poly([fmpq(-1, 3), 1]) ** 2
    found = binomial_roots(Piecewise([Piece(0, draws, with_expectation(square, draws))]))
    assert [(r.share, r.falls) for r in found.roots] == [(Enclosure.point("1/3"), None)]
    assert found.unresolved == []


@pytest.mark.parametrize("draws", [999, HUGE - 1])
@pytest.mark.parametrize(("off", "number"), [(10**9, 2), (-(10**9), 0), (10**40, None)])
def test_close_to_a_double_root(draws, off, number):
    """One pivotal count is worth 1/c as much as it costs: two roots, none, or too close to tell."""
    pivot = draws // 3
    best, n = Fraction(pivot, draws), draws
    one = (Segment(pivot, pivot, (Fraction(1),)), Segment(pivot + 1, n, ()))
    at = expected_over_counts((Segment(0, pivot - 1, ()), *one), Enclosure(best, best))
    cost = fmpq(int(at.lower * 2**400), 2**400) * (1 - fmpq(1, off))
    found = binomial_roots(steps((pivot - 1, -cost), (pivot, 1 - cost), (n, -cost)))
    assert found.changes == 2
    if number is None:
        (where,) = found.unresolved
        assert where.lower < best < where.upper
        assert where.width < Fraction(1, 10**6)
    else:
        assert len(found.roots) == number
        assert found.unresolved == []


def test_a_root_at_0_or_at_1_is_none_inside():
    for value in ([0, 1], [-HUGE, 1]):
        found = binomial_roots(Piecewise([Piece(0, HUGE, fmpq_poly(value))]))
        assert (found.roots, found.unresolved) == ([], [])
    refunded = steps((HUGE // 3, 0), (HUGE // 2, 1), (HUGE, 2))
    assert binomial_roots(refunded) == ([], 0, [], "none, as the gain does not change its sign")
    one = binomial_roots(steps((HUGE // 3, 0), (HUGE // 3 + 1, 1), (HUGE, -1)))
    assert [r.falls for r in one.roots] == [True]


def test_three_roots_within_a_millionth():
    near = fmpq(1, 3)
    gap = fmpq(4, 10**7)
    cubic = math.prod(
        (fmpq_poly([-near - step * gap, 1]) for step in (-1, 0, 1)), start=fmpq_poly([1])
    )
    found = binomial_roots(Piecewise([Piece(0, HUGE, with_expectation(cubic, HUGE))]))
    assert [r.falls for r in found.roots] == [False, True, False]
    assert found.roots[2].share.upper - found.roots[0].share.lower < Fraction(1, 10**6)


@pytest.mark.parametrize("n", [9_999, pytest.param(HUGE - 1, marks=pytest.mark.long)])
def test_three_roots_close_to_each_other_next_to_a_threshold(n):
    """A step at one half against a line that is almost as steep: a pitchfork just after it."""
    slope = 2 * n * math.exp(math.lgamma(n) - 2 * math.lgamma(n / 2 + 0.5) - (n - 1) * math.log(2))
    steep = fmpq(*(slope * (1 - 1e-4)).as_integer_ratio())
    line = fmpq_poly([steep / 2, -steep / n])
    found = binomial_roots(steps((n // 2, line - 1), (n, line + 1)))
    assert (found.changes, found.unresolved) == (3, [])
    assert [r.falls for r in found.roots] == [True, False, True]
    assert found.roots[1].share.lower < Fraction(1, 2) < found.roots[1].share.upper
    apart = found.roots[2].share.upper - found.roots[0].share.lower
    assert apart**2 * n < Fraction(1, 10**3)  # a thirtieth of a standard deviation
    assert apart < Fraction(1, 10**6) or n < HUGE - 1


@pytest.mark.parametrize("n", [10**4, pytest.param(HUGE, marks=pytest.mark.long)])
def test_two_thresholds_without_a_root_between_them(n):
    width = math.isqrt(n) // 2
    found = binomial_roots(steps((n // 3, -1), (n // 3 + width, 1), (n, -1)))
    assert (found.roots, found.changes, found.unresolved) == ([], 2, [])
    wide = binomial_roots(steps((n // 3, -1), (n // 3 + 4 * width, 1), (n, -1)))
    assert [r.falls for r in wide.roots] == [False, True]


def test_zeros_far_out_do_not_hide_how_many_roots_there_are():
    """Where g is zero f is next to nothing; the first run tells its sign."""
    n = 10**4
    refund = steps((4_850, 0), (4_990, 2), (5_030, -1), (5_250, 1), (n, 0))
    found = binomial_roots(refund)
    assert (found.roots, found.changes, found.unresolved) == ([], 2, [])


@pytest.mark.long
def test_one_root_between_zeros_where_three_changes_of_sign_allow_three():
    n = 10**6
    line = fmpq_poly([fmpq(-300_000), 1]) / 458
    parts = ((299_771, 0), (300_138, -fmpq(6, 5) * line), (301_372, fmpq(7, 5) - line * 4), (n, 0))
    found = binomial_roots(steps(*parts))
    assert ([r.falls for r in found.roots], found.changes) == ([True], 3)
    assert found.unresolved == []


def test_a_root_where_all_probabilities_are_next_to_nothing():
    """Next to it f is about 2 to the power of -10**11: a bound of that size crashed."""
    n = 10**12
    parts = ((n // 10, 0), (n // 5, 1), (8 * n // 10, 0), (9 * n // 10, -1), (n, 0))
    found = binomial_roots(steps(*parts))
    (root,) = found.roots
    assert (root.falls, found.unresolved) == (True, [])
    assert abs(root.share.value - 0.5) < 1e-9


# -- pure equilibria in counts --------------------------------------------------------------------


def test_pure_counts_are_those_of_every_count_tried():
    rng = random.Random(5)
    for _ in range(200):
        gain = random_steps(rng, 30)
        size = gain.top + 1
        tried = {
            m
            for m in range(size + 1)
            if (m == 0 or gain(m - 1) >= 0) and (m == size or gain(m) <= 0)
        }
        found = pure_counts(gain)
        assert tried == {m for r in found for m in range(r.low, r.high + 1)}
        assert all(a.high + 1 < b.low for a, b in itertools.pairwise(found))
        for r in found:
            m = r.low
            strict = (m == 0 or gain(m - 1) > 0) and (m == size or gain(m) < 0)
            assert r.strict == (strict and r.high == m)


# -- games ----------------------------------------------------------------------------------------


def both_ways(monkeypatch, game, at):
    monkeypatch.setattr(populations, "LISTED", 10**6)
    small = solve(game, at)
    monkeypatch.setattr(populations, "LISTED", 1)
    return small, solve(game, at)


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("coordination", {"firms": 10}),
        ("coordination", {"firms": 12, "threshold": 5, "cost": "4/5"}),
        ("facility", {"firms": 9, "needed": 4}),
        ("facility", {"firms": 9, "needed": 4, "cost": "3/4"}),
        ("facility", {"firms": 9, "needed": 4, "refund": 1}),
        ("facility", {"firms": 7, "needed": 4, "exclusive": 1}),
    ],
)
def test_models_have_the_equilibria_that_the_search_through_profiles_finds(monkeypatch, name, at):
    small, large = both_ways(monkeypatch, load(name).game, at)
    assert (small.complete, large.complete) == (True, True)
    assert len(small) == len(large)
    for one, other in zip(small, large, strict=True):
        assert one.kind == other.kind
        assert one.marks == other.marks
        assert one.dominated_by == other.dominated_by
        assert other.evidence.grade is Grade.CERTIFIED
        for party, payoff in one.payoffs.items():
            assert abs(payoff.value - other.payoffs[party].value) < 1e-15
        for mine, theirs in zip(one.strategies, other.strategies, strict=True):
            assert mine.counts == theirs.counts
            for label, share in mine.probabilities.items():
                assert share.overlaps(theirs.probabilities[label])


def test_a_choice_that_pays_the_same_throughout_is_a_continuum(monkeypatch):
    game = Game(
        "idle", [Player("firm", size=5)], [Move("up", "firm", {"no": 0, "yes": 1})],
        {"firm": "sum(up)-up"},
    )  # fmt: skip
    small, large = both_ways(monkeypatch, game, {})
    assert {e.profile for e in small} == {e.profile for e in large}
    assert [c.dimension for c in large.components] == [1]
    assert large.complete


def participation(**more):
    """Stay out, or pay for a good that is there if enough do: Mori, Hanaki and Kameda's form."""
    values = {"members": 10, "needed": 4, "worth": 3, "outside": 1, "cost": "1/2", **more}
    return Game(
        "participation",
        [Player("member", size="members")],
        [Move("join", "member", Choice({"out": 0, "in": 1}))],
        {"member": "if(sum(join) >= needed, worth, 0)*join + outside*(1 - join) - cost*join"},
        parameters=[Parameter(name, value) for name, value in values.items()],
    )  # fmt: skip


@pytest.mark.parametrize("size", [100, 1000, 10**6, HUGE])
def test_participation_at_any_size(size):
    game = participation(members=size, needed=2 * size // 5)
    found = solve(game)
    assert found.complete
    assert [e.kind for e in found] == ["pure", "pure", "mixed"]
    assert [e.strategies[0].counts and e.strategies[0].counts["in"] for e in found] == [
        0,
        size,
        None,
    ]
    (share,) = (e.strategies[0].probabilities["in"] for e in found if e.kind == "mixed")
    # Pr(at least needed - 1 others) = (outside + cost)/worth = 1/2: the median is next to the mean.
    assert abs(share.lower * (size - 1) - (2 * size // 5 - 1)) < 1
    assert all(e.evidence.checked for e in found)


def test_the_checker_refuses_a_wrong_share_of_a_thousand_million():
    game = participation(members=HUGE, needed=HUGE // 3)
    mixed = solve(game)["E3"].strategies[0]
    wrong = {k: Enclosure.point(p) for k, p in (("out", "2/3"), ("in", "1/3"))}
    strategy = replace(mixed, probabilities=wrong)
    assert examine(game, game.values(), [strategy]).doubt.startswith("somebody may gain")
    assert examine(game, game.values(), [mixed]).confirmed


def test_ranges_of_counts_are_listed_by_their_ends():
    found = solve(load("facility").game, {"firms": 10**6, "needed": 400_000, "refund": 1})
    (component,) = found.components
    assert component.subsets == (("E1", "E2"),)
    assert [e.strategies[0].counts["pay"] for e in found if e.component] == [0, 399_998]
    assert next(e.marks for e in found if not e.component) == ("strict", "stable")
    assert found.complete


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("coordination", {"firms": 70, "threshold": 31, "cost": "4/5"}),
        ("coordination", {"firms": 61, "cost": "1/2"}),
        ("facility", {"firms": 64, "needed": 20}),
        ("facility", {"firms": 64, "needed": 20, "refund": 1, "cost": "3/4"}),
    ],
)
def test_first_best_and_laplacian_choice_are_those_of_the_search_through_profiles(name, at):
    game = load(name).game
    crowd = populations.population(game, game.values(at))
    form = finite_form(game, at)
    slow, quick = laplacian(form), laplacian_of_many(crowd.gain)
    assert slow == quick
    assert [str(gone) for gone in iterated_dominance(game, at)] == [
        str(_elimination(form, removal)) for removal in survivors(form)[1]
    ]
    welfare = [
        sum(
            n * form.payoff(0, a, ((crowd.size - m, m),))
            for a, n in ((0, crowd.size - m), (1, m))
            if n
        )
        + sum(form.value(b.surplus, ((crowd.size - m, m),)) for b in game.bystanders)
        for m in range(crowd.size + 1)
    ]
    best, where = crowd.welfare.largest
    assert best == max(welfare)
    tied = {m for low, high in where for m in range(low, high + 1)}
    assert tied == {m for m, w in enumerate(welfare) if w == best}
    assert (
        first_best(game, at)
        .profiles[0]
        .startswith(("0 ", str(crowd.size - min(tied)), str(min(tied))))
    )


def test_the_largest_value_and_the_sum_are_those_of_every_count():
    rng = random.Random(11)
    for _ in range(100):
        function = random_steps(rng, 25)
        values = [function(k) for k in range(function.top + 1)]
        best, where = function.largest
        assert function.sum == sum(values)
        assert best == max(values)
        assert {k for a, b in where for k in range(a, b + 1)} == {
            k for k, v in enumerate(values) if v == best
        }
        assert function.bound >= max(abs(v) for v in values)


def test_reforms_of_a_thousand_million_are_compared():
    model = load("coordination")
    reforms = [model.reform("uniform_subsidy"), model.reform("assurance")]
    found = compare(model.game, reforms, {"firms": HUGE, "goal": HUGE})
    profiles = [r.found[r.selected].profile for r in (found.baseline, *found.reforms)]
    waiting, upgrading = (f"upgrade: {HUGE} {label}" for label in ("wait", "upgrade"))
    assert profiles == [waiting, upgrading, upgrading]
    best = found.baseline.first_best
    assert best.profiles == (f"{HUGE} upgrade",)
    assert best.welfare == Enclosure.point(HUGE * Fraction(9, 20))


def test_a_range_of_equilibria_may_hold_a_better_one_than_its_ends():
    """Of a range of counts, or of shares, only the ends are listed: "best" is not certified."""
    range_ = {"firm": "if(sum(up) < n/2, 0, up*(1/3 - mean(up)))"}
    moves, surplus = [Move("up", "firm", {"no": 0, "yes": 1})], "mean(up)*(1/3 - mean(up))"
    game = Game(
        "range", [Player("firm", size="n")], moves, range_,
        bystanders=[Bystander("others", surplus)], parameters=[Parameter("n", 10**6)],
    )  # fmt: skip
    found = compare(game, [], select="best")
    assert found.baseline.first_best.is_equilibrium
    assert found.baseline.first_best.profiles == ("833333 no, 166667 yes",)
    assert found.baseline.selection.startswith("best (numerical)")
    assert "among the ends of continua" in found.baseline.selection
    idle = Game(
        "idle", [Player("firm", size=sp.oo)], moves, {"firm": "0"},
        bystanders=[Bystander("others", "mean(up)*(1 - mean(up))")],
    )  # fmt: skip
    assert first_best(idle).profiles == ("no 1/2, yes 1/2",)
    assert first_best(idle).is_equilibrium  # between the ends that are named
    assert compare(idle, [], select="best").baseline.selection.startswith("best (numerical)")


def test_payoffs_that_are_not_rational_are_solved_up_to_five_thousand_members():
    game = Game(
        "shared", [Player("firm", size="firms")], [Move("enter", "firm", {"no": 0, "yes": 1})],
        {"firm": "enter*(5 - sqrt(sum(enter)))"},
        parameters=[Parameter("firms", 80)],
    )  # fmt: skip
    assert len(solve(game, pure=True)) > 0
    with pytest.raises(StructureError, match="not rational in the number of members"):
        solve(game, {"firms": 5001})


def test_more_members_than_are_solved_are_refused():
    with pytest.raises(StructureError, match="profiles are gone through one by one, as here"):
        finite_form(load("coordination").game, {"firms": 10**6})
    with pytest.raises(DeclarationError, match="at most 1,000,000,000,000"):
        solve(load("coordination").game, {"firms": 10**13})


# -- a continuum ----------------------------------------------------------------------------------


def continuum_game(payoff: str, **more) -> Game:
    return Game(
        "continuum", [Player("firm", size=sp.oo)], [Move("up", "firm", {"no": 0, "yes": 1})],
        {"firm": payoff}, bystanders=[Bystander("others", "sum(up)")],
        parameters=[Parameter(name, value) for name, value in more.items()],
    )  # fmt: skip


def shares(found) -> list[Enclosure]:
    return [e.strategies[0].probabilities["yes"] for e in found]


@pytest.mark.parametrize(
    ("payoff", "expected", "marks"),
    [
        ("up*(mean(up) - 1/3)", [0, "1/3", 1], ["stable", "unstable", "stable"]),
        ("up*(1/3 - mean(up))", ["1/3"], ["stable"]),
        ("up*(mean(up) - 1/2)**2*(1 - 2*up)", [0, "1/2"], ["stable", ""]),
        ("up*(mean(up) - 1)", [0, 1], ["stable", "unstable"]),
        ("up*mean(up)", [0, 1], ["unstable", "stable"]),
        ("up*(if(mean(up) >= 1/2, 2, 0) - 1)", [0, 1], ["stable", "stable"]),
        ("up*(if(mean(up) >= 1/2, 0, 2) - 1)", [], []),
        ("up*(if(mean(up) == 1/2, 1, 0) - 1)", [0, "1/2"], ["stable", ""]),
        (
            "up*(max(mean(up), 1 - mean(up)) - 3/4)",
            ["1/4", "3/4", 1],
            ["stable", "unstable", "stable"],
        ),
    ],
)
def test_a_continuum_has_these_equilibria(payoff, expected, marks):
    found = solve(continuum_game(payoff))
    assert shares(found) == [Enclosure.point(share) for share in expected]
    assert found.complete
    for one, mark in zip(found, marks, strict=True):
        assert one.evidence.checked
        assert [m for m in one.marks if m in ("stable", "unstable")] == [mark] * bool(mark)
        assert one.payoffs["others"] == one.strategies[0].probabilities["yes"]


def test_a_weakly_dominated_choice_of_a_continuum_is_marked():
    marks = [e.marks for e in solve(continuum_game("up*mean(up)"))]
    assert marks == [("unstable", "weakly dominated"), ("strict", "stable")]
    for payoff in ("up*(mean(up) - 1/2)", "0"):
        assert not any("weakly dominated" in e.marks for e in solve(continuum_game(payoff)))


def test_three_irrational_rests_within_a_millionth_are_told_apart():
    gap = "((mean(up) - 1/3)**2 - 1/8000000000000)"
    found = solve(continuum_game(f"up*(mean(up) - 1/3)*{gap}"))
    assert [e.marks[-1] for e in found] == ["stable", "unstable", "stable", "unstable", "stable"]
    inside = shares(found)[1:-1]
    assert inside[2].upper - inside[0].lower < Fraction(1, 10**6)
    assert found.complete


def test_an_interval_of_equilibria_and_a_jump_without_one():
    found = solve(continuum_game("up*max(0, mean(up) - 1/2)"))
    (component,) = found.components
    assert component.subsets == (("E1", "E2"),)
    assert shares(found) == [Enclosure.point(x) for x in (0, "1/2", 1)]
    jump = solve(continuum_game("up*(if(mean(up) < 1/2, 1, -1))"))
    assert (len(jump), jump.complete) == (0, True)
    assert "jumps from above to below zero at 1/2" in jump.completeness
    for end, gain in ((0, "if(mean(up) == 0, 1, -1)"), (1, "if(mean(up) == 1, -1, 1)")):
        alone = solve(continuum_game(f"up*{gain}"))
        assert (len(alone), alone.complete) == (0, True)
        assert f"jumps from above to below zero at {end}: no equilibrium" in alone.completeness
    half_open = solve(continuum_game("up*if(mean(up) < 1/2, 0, 1)"))
    assert [str(share) for share in shares(half_open)] == ["0", "1"]
    (note,) = half_open.unresolved
    assert note.startswith("every share of yes strictly between 0 and 1/2 is an equilibrium")


def test_the_page_says_where_only_the_ends_of_a_range_are_compared(tmp_path):
    text = """
pigou = 1
game = { name = "range" }
parameters.n.default = 1000000
players.firm.size = "n"
moves.up = { player = "firm", choices = { no = 0, yes = 1 } }
payoffs.firm = "if(sum(up) < n/2, 0, up*(1/3 - mean(up)))"
bystanders.others.surplus = "mean(up)*(1/3 - mean(up))"
"""
    (tmp_path / "range.toml").write_text(text)
    words = ["compare", str(tmp_path / "range.toml"), "-r", "subsidy:move=up,rate=1/5"]
    page = CliRunner().invoke(cli, words).output
    assert "only the ends are compared" in " ".join(page.split())


def test_large_populations_approach_the_continuum():
    """With N members the mixed equilibria are within some standard deviations of the rests."""
    rests = shares(solve(continuum_game("up*(mean(up)*(2 - mean(up)) - 1/2)")))
    game = Game(
        "many", [Player("firm", size=HUGE)], [Move("up", "firm", {"no": 0, "yes": 1})],
        {"firm": "up*(mean(up)*(2 - mean(up)) - 1/2)"},
    )  # fmt: skip
    (mixed,) = [e for e in solve(game) if e.kind == "mixed"]
    share = mixed.strategies[0].probabilities["yes"]
    assert abs(share.value - rests[1].value) < 1e-8
    assert abs(rests[1].value - (1 - math.sqrt(0.5))) < 1e-15


def test_a_continuum_is_compared_with_its_reforms():
    game = continuum_game("up*(mean(up) - cost)", cost="2/3")
    found = compare(game, [subsidy("up", "1/3", "help"), subsidy("up", "5/6", "more")])
    best = found.baseline.first_best
    assert (best.welfare, best.profiles, best.is_equilibrium) == (
        Enclosure.point("4/3"), ("no 0, yes 1",), True,
    )  # fmt: skip
    profiles = [r.found[r.selected].profile for r in (found.baseline, *found.reforms)]
    assert profiles == ["up: no", "up: yes", "up: yes"]
    assert [len(r.found) for r in found.reforms] == [3, 1]
    assert [str(gone) for gone in iterated_dominance(found.reforms[1].game)] == [
        "round 1: no (firm) is strictly dominated by yes"
    ]
    assert iterated_dominance(game) == ()


def test_the_first_best_of_a_continuum_may_only_be_approached():
    game = continuum_game("if(mean(up) >= 1/2, 0, mean(up))")
    best = first_best(game)
    assert best.welfare == Enclosure.point(1)
    assert best.profiles == ("no 0, yes 1",)  # as good as what is approached at one half
    below = continuum_game("if(mean(up) >= 1/2, -9, mean(up))")
    assert first_best(below).profiles == ("no 1/2, yes 1/2, or as near to it as one likes",)
    assert first_best(below).welfare == Enclosure.point(1)
    assert not first_best(below).is_equilibrium
    inside = first_best(continuum_game("up*(1 - 2*mean(up)**2)"))
    assert abs(float(inside.profiles[0].split("yes ")[1]) - (1 / 3) ** 0.5) < 1e-5


# -- the command line -----------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["solve", "compare"])
def test_a_thousand_million_members_fit_on_a_page(command):
    reform = ["-r", "uniform_subsidy"] if command == "compare" else []
    runner = CliRunner()
    words = [command, "coordination", *reform, "--set", f"firms={HUGE}", "--set", "threshold=9"]
    found = runner.invoke(cli, [*words, "--json"])
    assert found.exit_code == 0
    assert len(found.output) < 60_000
    assert json.loads(found.output)["schema"].startswith(f"pigou.{command}")
    assert f"{HUGE:,}" in runner.invoke(cli, words).output
