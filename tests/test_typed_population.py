"""Large populations of several types: against every profile, brute force, and at any size."""

from __future__ import annotations

import itertools
import math
import random
import time
from dataclasses import replace
from fractions import Fraction

import pytest
from flint import fmpq, fmpq_poly

from pigou import (
    Bystander,
    Enclosure,
    Game,
    Grade,
    Move,
    Parameter,
    Player,
    Strategy,
    Type,
    solve,
)
from pigou.check import examine
from pigou.check_simultaneous import payoffs_by_action
from pigou.errors import StructureError
from pigou.solvers import several_types as rooms
from pigou.solvers.binomial import Binomial
from pigou.solvers.piecewise import Piece, Piecewise
from pigou.solvers.roots import working_precision
from pigou.solvers.several_types import Kind, several_types
from pigou.solvers.typed_apart import never_both
from pigou.solvers.typed_counts import is_strict, typed_counts
from pigou.solvers.typed_mixtures import typed_mixtures

GO = Move("go", "x", {"no": 0, "yes": 1})
HUGE = 10**9


def crowd(payoff, types, **more):
    """A population whose types differ in c."""
    members = [Type(name, size, {"c": c}) for name, (size, c) in types.items()]
    return Game("crowd", [Player("x", types=members)], [GO], {"x": payoff}, **more)


def steps(values):
    """A gain with one value for each count."""
    return Piecewise([Piece(k, k, fmpq_poly([v])) for k, v in enumerate(values)])


def tabled(sizes, gains):
    """The game in which the second choice gains each type these values over the others' count."""
    parts = (
        f"({gain})*(c == {t})*(sum(go) == {k + 1})"
        for t, row in enumerate(gains)
        for k, gain in enumerate(row)
    )
    types = {f"t{t}": (size, t) for t, size in enumerate(sizes)}
    return crowd(f"go*({' + '.join(parts)})", types)


def both_ways(monkeypatch, game):
    """Solve by going through profiles, and by what the choice gains over the total."""
    monkeypatch.setattr(rooms, "LISTED", 10**9)
    small = solve(game)
    monkeypatch.setattr(rooms, "LISTED", 0)
    return small, solve(game)


# -- pure equilibria ----------------------------------------------------------------------------


def is_equilibrium(gains, sizes, row):
    total = sum(row)
    return all(
        (m == 0 or gain[total - 1] >= 0) and (m == size or gain[total] <= 0)
        for gain, size, m in zip(gains, sizes, row, strict=True)
    )


def test_pure_counts_are_those_of_every_combination_tried():
    rng = random.Random(7)
    ties = 0
    for trial in range(150):
        sizes = [rng.randint(1, 4) for _ in range(rng.randint(1, 4))]
        gains = [[rng.randint(-1, 1) for _ in range(sum(sizes))] for _ in sizes]
        if trial % 3 == 0:
            gains = [sorted(row, reverse=trial % 2 == 0) for row in gains]
        kinds = [
            Kind(str(t), n, steps(g)) for t, (n, g) in enumerate(zip(sizes, gains, strict=True))
        ]
        tried = {
            row
            for row in itertools.product(*(range(n + 1) for n in sizes))
            if is_equilibrium(gains, sizes, row)
        }
        sets = [one.points(10**6) for one in typed_counts(kinds)]
        listed = [row for rows in sets for row in rows]
        assert set(listed) == tried
        assert len(listed) == len(tried)
        for one, rows in zip(typed_counts(kinds), sets, strict=True):
            assert set(one.corners) <= set(rows)
            for t in range(len(sizes)):  # a linear function is extreme at corners
                spread = [row[t] - 3 * sum(row) for row in rows]
                ends = [row[t] - 3 * sum(row) for row in one.corners]
                assert (min(ends), max(ends)) == (min(spread), max(spread))
        for row in tried:
            total = sum(row)
            strict = all(
                (not m or g[total - 1] > 0) and (m == n or g[total] < 0)
                for g, n, m in zip(gains, sizes, row, strict=True)
            )
            assert is_strict(kinds, row) == strict
            ties += not strict
    assert ties > 50


def test_a_set_of_counts_is_listed_by_its_corners():
    game = crowd(f"go*(if(sum(go) <= {HUGE}, 1, 0) - c)", {"a": (HUGE, "1/3"), "b": (HUGE, "1/2")})
    found = solve(game, pure=True)
    assert [tuple(s.counts["yes"] for s in e.strategies) for e in found] == [(0, HUGE), (HUGE, 0)]
    (component,) = found.components
    assert component.subsets == (("E1", "E2"),)
    assert component.dimension == 0
    expected = f"a 0 to {HUGE}, b 0 to {HUGE}; {HUGE} in all"
    assert component.points == f"numbers of members who take yes: {expected}"
    assert all(e.marks == ("strict", "stable") and e.component == "C1" for e in found)
    inside = [
        replace(s, counts={"no": HUGE - n, "yes": n})
        for s, n in zip(found["E1"].strategies, (1, HUGE - 1), strict=True)
    ]
    shares = [{k: Enclosure.point(Fraction(n, HUGE)) for k, n in s.counts.items()} for s in inside]
    inside = [replace(s, probabilities=p) for s, p in zip(inside, shares, strict=True)]
    assert examine(game, game.values(), inside).confirmed


# -- mixed equilibria ---------------------------------------------------------------------------


def random_game(sizes, seed):
    rng = random.Random(seed)
    high = rng.choice((2, 1000))
    gains = [[rng.randint(-high, high) for _ in range(sum(sizes))] for _ in sizes]
    if seed % 3 == 0:
        gains = [sorted(row) for row in gains]
    if seed % 4 == 0:
        gains[1] = gains[0]
    return tabled(sizes, gains)


def compare(monkeypatch, sizes, seeds):
    """Compare both rooms; return how many games both settle, and how many mixtures they have."""
    settled = mixtures = 0
    for seed in seeds:
        small, large = both_ways(monkeypatch, random_game(sizes, seed))
        assert large.complete >= small.complete, large.unresolved
        assert all(e.evidence.grade is Grade.CERTIFIED for e in large)
        mine = {e.profile: e for e in large}
        theirs = {e.profile: e for e in small}
        assert set(theirs) <= set(mine)
        if small.complete:
            assert set(theirs) == set(mine)
            settled += 1
            mixtures += sum(e.kind == "mixed" for e in small)
        for profile, one in theirs.items():
            assert one.payoffs == mine[profile].payoffs or one.kind == "mixed"
            if one.kind == "pure":
                assert one.marks == mine[profile].marks
    return settled, mixtures


@pytest.mark.parametrize(("sizes", "least"), [((2, 3), 3), ((1, 4), 3), ((1, 1, 2), 0)])
def test_random_games_have_the_equilibria_that_the_search_through_profiles_finds(
    monkeypatch, sizes, least
):
    settled, mixtures = compare(monkeypatch, sizes, range(4))
    assert settled >= least
    assert mixtures >= least


@pytest.mark.long
@pytest.mark.parametrize("sizes", [(2, 3), (3, 3), (1, 5), (1, 1, 3), (2, 2, 2)])
def test_many_random_games_have_the_equilibria_that_the_search_through_profiles_finds(
    monkeypatch, sizes
):
    settled, mixtures = compare(monkeypatch, sizes, range(6, 20))
    assert settled > 1
    assert mixtures > 0


def heterogeneous(size):
    """Coordination with three costs; with one pioneer besides."""
    types = {"low": (size, "1/5"), "middle": (size, "2/5"), "high": (size, "3/5")}
    return crowd("go*(mean(go) - c)", {**types, "pioneer": (1, "1/2")})


@pytest.mark.parametrize("size", [10, 1000, 10**6, HUGE])
def test_coordination_with_different_costs_at_any_size(size):
    start = time.process_time()
    found = solve(heterogeneous(size))
    assert time.process_time() - start < 1
    assert found.complete, found.unresolved
    pure = [tuple(s.counts["yes"] for s in e.strategies) for e in found if e.kind == "pure"]
    assert pure == [(0, 0, 0, 0), (size, 0, 0, 0), (size, size, size, 1)]
    mixed = [
        tuple(s.probabilities["yes"].lower for s in e.strategies)
        for e in found
        if e.kind == "mixed"
    ]
    # ((N - 1) p + others + 1)/(3 N + 1) = c for those who mix
    low = (Fraction(1, 5) * (3 * size + 1) - 1) / (size - 1)
    middle = (Fraction(2, 5) * (3 * size + 1) - 1 - size) / (size - 1)
    assert set(mixed) == {(low, 0, 0, 0), (1, middle, 0, 0)}
    assert all(e.evidence.grade is Grade.CERTIFIED for e in found)
    assert all(e.marks == ("unstable",) for e in found if e.kind == "mixed")


def beyond(draws, count, share):
    """The probability of at least so many of the draws."""
    step = Piecewise([Piece(0, count - 1, fmpq_poly([0])), Piece(count, draws, fmpq_poly([1]))])
    with working_precision(200):
        return float(Binomial(draws, share, 150).expected(step))


@pytest.mark.parametrize("size", [1000, HUGE])
def test_a_critical_mass_with_different_costs(size):
    """The cheap half may mix alone; that both do is excluded by concentration."""
    needed, half = 2 * size // 5, size // 2
    types = {"low": (half, "1/3"), "high": (half, "2/3")}
    found = solve(crowd(f"go*(if(sum(go) >= {needed}, 1, 0) - c)", types))
    assert found.complete, found.unresolved
    (one,) = (e for e in found if e.kind == "mixed")
    low, high = (s.probabilities["yes"] for s in one.strategies)
    assert high == Enclosure.point(0)
    share = fmpq(low.lower.numerator, low.lower.denominator)
    assert abs(beyond(half - 1, needed - 1, share) - 1 / 3) < 1e-12
    assert all(e.evidence.grade is Grade.CERTIFIED for e in found)


def test_a_choice_may_be_too_likely_to_be_excluded_by_concentration():
    """Next to where all of one type do the same, both types may mix: that is said."""
    types = {"low": (500, "1/3"), "high": (500, "2/3")}
    found = solve(crowd("go*(if(sum(go) >= 500, 1, 0) - c)", types))
    assert not found.complete
    assert found.unresolved == (
        "2 types mix at the same time: low mixes no and yes, high mixes no and yes",
    )


@pytest.mark.long
def test_concentration_excludes_only_what_no_probabilities_allow():
    """Where it says so, jumps are nowhere on a grid as likely as both types' mixing needs."""
    rng, excluded = random.Random(3), 0
    for _ in range(30):
        sizes = [rng.randint(200, 450) for _ in range(2)]
        total, needed = sum(sizes), rng.randint(2, sum(sizes) - 1)
        gap = fmpq(rng.randint(30, 90), 100)
        low = (Piece(0, needed - 2, fmpq_poly([-1])), Piece(needed - 1, total - 1, fmpq_poly([2])))
        gains = [Piecewise(low), Piecewise([p._replace(value=p.value - gap) for p in low])]
        corners = [0, sizes[0] - 1, sizes[1] - 1, total - 2]
        if not never_both(*gains, corners):
            continue
        excluded += 1
        rows = [[row(n - 1, i / 40) for i in range(41)] for n in sizes]
        likeliest = max(
            sum(p * q[needed - 2 - k] for k, p in enumerate(r) if 0 <= needed - 2 - k < len(q))
            for r in rows[0]
            for q in rows[1]
        )
        assert 3 * likeliest < float(
            Fraction(int(gap.p), int(gap.q))
        )  # the difference of the two conditions is at most this jump
    assert excluded > 5


def row(draws, share):
    """The binomial distribution, in floating point."""
    return [math.comb(draws, k) * share**k * (1 - share) ** (draws - k) for k in range(draws + 1)]


@pytest.mark.parametrize("size", [40, HUGE])
def test_types_that_gain_the_same_mix_as_one(size):
    """A critical mass of all: the mixture is that of one population without types."""
    needed = 2 * size // 3
    formula = f"go*(if(sum(go) >= {needed}, 1, 0) - 1/3)"
    typed = crowd(formula, {"a": (size // 4, 1), "b": (3 * size // 4, 2)})
    plain = Game("plain", [Player("x", size=size)], [GO], {"x": formula})
    found, alone = solve(typed), solve(plain)
    assert found.complete, found.unresolved
    (both,) = (e for e in found if all(s.counts is None for s in e.strategies))
    (one,) = (e for e in alone if e.kind == "mixed")
    share = one.strategies[0].probabilities["yes"]
    assert all(s.probabilities["yes"].overlaps(share) for s in both.strategies)
    assert both.evidence.grade is Grade.CERTIFIED
    assert all(e.evidence.grade is Grade.CERTIFIED for e in found)


@pytest.mark.parametrize("size", [HUGE])
def test_several_types_mix_where_a_road_is_crowded(size):
    """Costs so close to each other that three types mix: gain_t(k) = 1/2 - c_t/N - k/(N - 1)."""
    total = 3 * size
    payoff = f"go*(1/2 - c - (sum(go) - 1)/{total - 1})"
    costs = [Fraction(t, 4 * total) for t in range(3)]
    found = solve(crowd(payoff, {f"t{t}": (size, c) for t, c in enumerate(costs)}))
    assert found.complete, found.unresolved
    (inner,) = (e for e in found if all(s.counts is None for s in e.strategies))
    shares = [s.probabilities["yes"].lower for s in inner.strategies]
    for share, cost in zip(shares, costs, strict=True):
        others = size * sum(shares) - share
        assert Fraction(1, 2) - cost - others / (total - 1) == 0
    assert inner.evidence.grade is Grade.CERTIFIED
    assert inner.evidence.max_gain == Enclosure.point(0)


def test_two_types_mix_where_gains_are_curved():
    """gain_t(k) = 1/4 - c_t - (k/(N - 1))**2: both conditions hold, by moments worked out here."""
    size, total = 10**6, 2 * 10**6
    types = {"a": (size, 0), "b": (size, Fraction(1, 4 * total))}
    game = crowd(f"go*(1/4 - c - ((sum(go) - 1)/{total - 1})**2)", types)
    found = solve(game)
    assert found.complete, found.unresolved
    (inner,) = (e for e in found if all(s.counts is None for s in e.strategies))
    assert inner.evidence.grade is Grade.CERTIFIED, inner.evidence.note
    p, q = (s.probabilities["yes"].lower for s in inner.strategies)
    for own, other, cost in ((p, q, 0), (q, p, Fraction(1, 4 * total))):
        mean = (size - 1) * own + size * other
        square = mean**2 + (size - 1) * own * (1 - own) + size * other * (1 - other)
        assert abs(Fraction(1, 4) - cost - square / (total - 1) ** 2) < Fraction(1, 10**40)


# -- root traps ---------------------------------------------------------------------------------


def expected_gain(values):
    """The gain whose expectation under a binomial distribution is a given polynomial in p."""
    draws = len(values) - 1
    return [
        sum(
            (Fraction(c) * math.comb(k, r) / math.comb(draws, r) for r, c in enumerate(values)),
            Fraction(0),
        )
        for k in range(draws + 1)
    ]


@pytest.mark.parametrize(
    ("roots", "shares"),
    [
        ([Fraction(1, 2)], ["1/2"]),
        ([Fraction(1, 3), Fraction(1, 3)], ["1/3"]),
        ([Fraction(0), Fraction(1, 4)], ["1/4"]),
        ([Fraction(1), Fraction(1, 4)], ["1/4"]),
        ([Fraction(1, 2), Fraction(1, 2) + Fraction(1, 10**7), Fraction(1, 2) - Fraction(1, 10**7)],
         ["4999999/10000000", "1/2", "5000001/10000000"]),
        ([Fraction(3, 2)], []),
    ],
)  # fmt: skip
def test_roots_beside_another_type_that_surely_takes_the_choice(roots, shares):
    """Type a mixes and b, of size 3, always gains: its members only shift the count."""
    polynomial = [Fraction(1)]
    for root in roots:
        polynomial = [
            (polynomial[i - 1] if i else 0) - root * (polynomial[i] if i < len(polynomial) else 0)
            for i in range(len(polynomial) + 1)
        ]
    draws = 6
    inner = expected_gain([*polynomial, *[0] * (draws + 1 - len(polynomial))])
    gain = [-9, -9, -9, *inner]
    kinds = [
        Kind(
            "a",
            draws + 1,
            steps(
                [fmpq(g.numerator, g.denominator) if isinstance(g, Fraction) else g for g in gain]
            ),
        ),
        Kind("b", 3, steps([5] * len(gain))),
    ]
    found = typed_mixtures(kinds)
    assert found.unresolved == []
    assert [one.shares for one in found.mixtures] == [
        (Enclosure.point(share), Enclosure.point(1)) for share in shares
    ]


def test_another_type_that_is_indifferent_at_the_root():
    """Both gain k - 4 of 10 others, less a cost: at p = 2/5 of a the other type is just content."""
    line = fmpq_poly([-4, 1])
    shifted = [Piecewise([Piece(0, 20, line)]), Piecewise([Piece(0, 20, line - fmpq(2, 5))])]
    kinds = [Kind("a", 11, shifted[0]), Kind("b", 10, shifted[1])]
    mixed = [m for m in typed_mixtures(kinds).mixtures if m.shares[1] == Enclosure.point(0)]
    # a: 10 p = 4; b meets all 11: 11 p - 22/5 = 0
    (one,) = mixed
    assert one.shares[0] == Enclosure.point("2/5")
    assert one.falls is None  # the other type is indifferent


# -- idle types, single members, and what is refused ---------------------------------------------


def test_a_type_that_does_not_care_is_a_continuum():
    game = crowd("go*(if(c > 0, 1, 0))", {"idle": (HUGE, 0), "keen": (5, 1)})
    found = solve(game)
    assert found.complete, found.unresolved
    assert [tuple(s.counts["yes"] for s in e.strategies) for e in found] == [(0, 5), (HUGE, 5)]
    assert [(c.dimension, c.subsets) for c in found.components] == [
        (0, (("E1", "E2"),)),
        (1, (("E1", "E2"),)),
    ]


def test_mixtures_that_depend_on_what_an_idle_type_does_are_open():
    game = crowd("go*c*(mean(go) - 1/3)", {"idle": (1000, 0), "keen": (1000, 1)})
    found = solve(game)
    assert not found.complete
    assert all("idle: the choices pay the same" in note for note in found.unresolved)
    assert any(e.kind == "mixed" and e.evidence.checked for e in found)


def test_a_single_member_beside_a_thousand_million():
    """A large firm of its own type, with a cost of its own, joins iff the small ones do."""
    game = crowd(
        "go*(if(mean(go) >= 1/2, 1, 0) - c)", {"small": (HUGE, "1/4"), "large": (1, "3/4")}
    )
    found = solve(game)
    assert found.complete, found.unresolved
    assert [tuple((s.counts or {}).get("yes") for s in e.strategies) for e in found] == [
        (0, 0), (HUGE, 1), (None, 0)
    ]  # fmt: skip
    assert str(found["E1"]) == f"E1 (pure): go[small]: {HUGE} no; go[large]: no"


def test_the_checker_refuses_wrong_shares():
    game = heterogeneous(HUGE)
    found = solve(game)
    (one,) = (e for e in found if e.strategies[0].counts is None)
    share = one.strategies[0].probabilities["yes"].lower + Fraction(1, 10**12)
    wrong = {"no": Enclosure.point(1) - Enclosure(share, share), "yes": Enclosure(share, share)}
    moved = [replace(one.strategies[0], probabilities=wrong), *one.strategies[1:]]
    assert examine(game, game.values(), moved).doubt.startswith("somebody may gain")
    pioneer = replace(one.strategies[3], counts={"no": 0, "yes": 1}, probabilities={
        "no": Enclosure.point(0), "yes": Enclosure.point(1)})  # fmt: skip
    assert not examine(game, game.values(), [*one.strategies[:3], pioneer]).confirmed


def test_payoffs_of_everybody_are_expected_beside_several_types():
    """Transfers, bystanders and members, at a mixture: worked out by hand."""
    game = crowd(
        "go*(mean(go) - c)", {"a": (3 * HUGE, "1/4"), "b": (HUGE, 2)},
        bystanders=[Bystander("town", "worth*sum(go*c)")], parameters=[Parameter("worth", 8)],
    )  # fmt: skip
    (one,) = (e for e in solve(game) if e.kind == "mixed")
    share = one.strategies[0].probabilities["yes"].lower
    assert share == (Fraction(HUGE) - 1) / (3 * HUGE - 1)
    assert one.payoffs["town"] == Enclosure.point(2 * share * 3 * HUGE)
    assert one.payoffs["x"] == Enclosure.point(0)


def test_what_depends_on_which_types_take_a_choice_is_refused_with_the_sum():
    game = crowd("go*(mean(c*go) - 1/2)", {"a": (HUGE, 1), "b": (HUGE, 2)})
    with pytest.raises(
        StructureError, match=r"'sum\(c\*go\)' depends on which types take a choice"
    ):
        solve(game)


def test_more_than_four_types_are_refused_with_what_is_allowed():
    types = {name: (HUGE, n) for n, name in enumerate("abcde")}
    with pytest.raises(StructureError, match=r"5 types \(a, b, c, d, e\); at most 4 are solved"):
        solve(crowd("go*(mean(go) - c)", types))
    types["e"] = (0, 4)
    assert len(several_types(crowd("go*(mean(go) - c)", types), {}).kinds) == 4


def test_too_many_members_are_refused():
    with pytest.raises(Exception, match="at most 1,000,000,000,000 are solved"):
        solve(crowd("go*(mean(go) - c)", {"a": (10**12, 1), "b": (1, 2)}))


def test_an_exact_probability_is_not_confirmed_by_a_gain_that_rounds_to_zero():
    """At 1/2 both types are indifferent; 10**-45 beside it the gain is too small to be bounded."""
    needed = HUGE // 2 + 2
    game = crowd(f"go*(if(sum(go) >= {needed}, 1, 0) - 1/2)", {"a": (HUGE, 1), "b": (2, 2)})
    beside = Enclosure.point(Fraction(1, 2) + Fraction(1, 10**45))
    wrong = [
        Strategy("go", "x", name, {"no": Enclosure.point(1) - beside, "yes": beside})
        for name in "ab"
    ]
    found = examine(game, game.values(), wrong)
    assert found.gain.upper < Fraction(1, 10**30)
    assert not found.confirmed


def test_a_sum_that_tells_types_apart_is_expected_profile_by_profile():
    """Two types of 15 who all mix: worked out by hand."""
    game = crowd("go*(mean(c*go) - 1/2)", {"a": (15, 1), "b": (15, 2)})
    half = Enclosure.point("1/2")
    both = [Strategy("go", "x", name, {"no": half, "yes": half}) for name in "ab"]
    pays = payoffs_by_action(game, game.values(), both, "x", "a")
    assert pays["yes"] == Enclosure.point(Fraction(1 + 7 + 15, 30) - Fraction(1, 2))
    assert examine(game, game.values(), both).doubt.startswith("somebody may gain")


def test_a_time_limit_ends_the_search_for_mixtures():
    payoff = "go*(if(sum(go) >= 5, 1, 0) - if(sum(go) >= 11, 3/2, 0) - c)"
    game = crowd(payoff, {"a": (10, "1/3"), "b": (10, "2/5"), "d": (4, "3/4")})
    found = solve(game, time_limit="1/1000000000")
    assert not found.complete
    assert "time limit" in found.unresolved[0]
    assert any(e.kind == "pure" for e in found)


def test_resultants_of_high_degree_are_said_to_be_open():
    payoff = "go*(if(sum(go) >= 5, 1, 0) - if(sum(go) >= 11, 3/2, 0) - c)"
    found = solve(crowd(payoff, {"a": (20, "1/3"), "b": (20, "2/5")}))
    assert found.unresolved == (
        "2 types mix at the same time: a mixes no and yes, b mixes no and yes",
    )
