"""The checker of continuous games: kinks, exactness, and certificates that were tampered with."""

import ast
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from pigou.check import examine, recheck
from pigou.check_smooth import SmoothChecker
from pigou.equilibrium import Equilibrium, Evidence, Grade, Strategy
from pigou.errors import DeclarationError
from pigou.exact import Enclosure
from pigou.game import Chance, Game, Move, Parameter, Player
from pigou.solving import solve
from test_kinked_games import kinked_payoff, random_game

TINY = Fraction(1, 10**60)


def game_of(payoffs, moves, **more):
    """A game of players ann and bob, with moves named by owner: {"x": ("ann", 0, 1)}."""
    listed = [Move(name, who, (low, high)) for name, (who, low, high) in moves.items()]
    players = dict.fromkeys(m.player for m in listed)
    return Game("checked", [Player(p) for p in players], listed, payoffs, **more)


def pair(ann, bob, x=(0, 1), y=(0, 1), **more):
    return game_of({"ann": ann, "bob": bob}, {"x": ("ann", *x), "y": ("bob", *y)}, **more)


def at(game, *values):
    """Strategies: one value for each move, exact or an enclosure."""
    listed = [v if isinstance(v, Enclosure) else Enclosure.point(v) for v in values]
    return [
        Strategy(m.name, m.player, "", {}, value=v) for m, v in zip(game.moves, listed, strict=True)
    ]


def check(game, *values):
    return examine(game, game.values(), at(game, *values))


def near(number, width=TINY):
    value = Fraction(number)
    return Enclosure(value - width, value + width)


def root_of(square):
    """An enclosure of a square root to 60 digits, by integers."""
    scaled = int(Fraction(square) * 10**120)
    low, high = 0, scaled + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle * middle <= scaled else (low, middle)
    return Enclosure(Fraction(low, 10**60), Fraction(low + 1, 10**60))


# -- kinks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ann", "x"),
    [
        ("min(x, 1/2) - x/4", "1/2"),
        ("min(2*x, 1 - x) - x/4", "1/3"),
        ("-abs(x - 2/7)", "2/7"),
        ("-max(x - 1/3, (1/3 - x)/5, 0 - x)", "1/3"),
        ("if(x < 1/2, x, 1 - x)", "1/2"),
        ("if(x >= 1/2, 3/2 - 2*x, x)", "1/2"),
        ("sqrt(x) - 3*max(x - 1/9, 0)", "1/9"),
        ("exp(x) - 3*max(x - 1/9, 0)*exp(x)", "1/9"),
        ("x**2 - 3*abs(x - 1/2)", "1/2"),  # convex on both sides of a sharp kink
        ("x**2/2 - 3*max(x - 1/2, 0)", "1/2"),
        ("max(2*x - 1, 0) - x", 0),  # a convex kink elsewhere, and a tie with x = 1
        ("max(2*x - 1, 0) - x", 1),
        ("max(x - y, 0) - x", 0),  # a convex kink just at the corner
        ("if(x <= 0, 0, -1)", 0),
    ],
)
def test_an_equilibrium_at_a_kink_is_confirmed_and_its_neighbours_are_not(ann, x):
    game = pair(ann, "-y")
    found = check(game, x, 0)
    assert found.confirmed, found.doubt
    assert found.gain == Enclosure.point(0)
    tied = "max(2*x - 1, 0) - x" in ann
    for shift in ("1e-12", "-1e-12", "1e-3", "-1e-3"):
        moved = Fraction(x) + Fraction(shift)
        if 0 <= moved <= 1:
            assert not check(game, moved, 0).confirmed, shift
    assert tied or not check(game, 1 - Fraction(x) / 2, 0).confirmed


@pytest.mark.parametrize(
    "ann",
    [
        "abs(x - 1/2)",  # a minimum at a convex kink
        "max(x - 1/2, 0) - x/4",  # both one-sided slopes rise away from it on one side
        "if(x < 1/2, x, 0)",  # not attained: a jump down at the point
        "min(x, 1/2)",  # flat to the right, but rising to the left of ...
    ],
)
def test_kinks_that_are_no_maxima_are_refused(ann):
    x = "1/2" if ann != "min(x, 1/2)" else Fraction(1, 2) - Fraction(1, 10**15)
    assert not check(pair(ann, "-y"), x, 0).confirmed


def test_a_kink_where_the_rival_is_irrational_is_proved_by_its_weight():
    # y = sqrt(1/2); ann is best where 2 x = 3 y - x, that is x = y
    game = pair("min(2*x, 3*y - x) - x/4", "y/2 - y**3/3")
    y = root_of("1/2")
    found = check(game, y, y)
    assert found.confirmed, found.doubt
    away = Enclosure(y.lower + 5 * TINY, y.upper + 5 * TINY)
    assert not check(game, away, y).confirmed
    flat = pair("min(2*x, 3*y - x) - 3*x", "y/2 - y**3/3")  # no weight in [0, 1] balances it
    assert not check(flat, y, y).confirmed


def test_two_moves_at_one_kink_need_one_weight_for_both():
    moves = {"x": ("ann", 0, 1), "z": ("ann", 0, 1), "y": ("bob", 0, 1)}
    payoffs = {"ann": "min(x, z) - x**2/2 - z**2/2", "bob": "y*x - y**2"}
    game = game_of(payoffs, moves)
    assert check(game, "1/2", "1/2", "1/4").confirmed
    assert check(game, *map(near, ("1/2", "1/2", "1/4"))).confirmed
    assert not check(game, "1/3", "1/3", "1/6").confirmed
    saddle = game_of(payoffs | {"ann": "x + z - 4*abs(x + z - 1) + x*z"}, moves)
    assert check(saddle, "1/2", "1/2", "1/4").confirmed  # concave along the kink, convex across
    twisted = game_of(payoffs | {"ann": "x + z - 4*abs(x + z - 1) - 2*x*z"}, moves)
    assert not check(twisted, "1/2", "1/2", "1/4").confirmed  # a minimum along the kink
    uneven = game_of(payoffs | {"ann": "min(x, z) - x**2 - z**2/2"}, moves)
    assert check(uneven, "1/3", "1/3", "1/6").confirmed  # 2x + z = 1 and x = z
    assert not check(uneven, "1/2", "1/2", "1/4").confirmed


def test_kinks_that_multiply_each_other_are_not_replaced_by_mixtures_one_at_a_time():
    # the payoff rises in each min where the other is one, but not where it is a mixture above 0
    lower = [f"(min(0, {name} - 1/2) - 1/100)" for name in "xz"]
    payoff = (
        f"-2*{lower[0]}*{lower[1]} - (x + z - 1)/50 + 2*(x - 1/2)*(z - 1/2)"
        " - (x - 1/2)**2/2 - (z - 1/2)**2/2"
    )
    moves = {"x": ("ann", 0, 1), "z": ("ann", 0, 1), "y": ("bob", 0, 1)}
    game = game_of({"ann": payoff, "bob": "y - y**2"}, moves)
    found = check(game, "1/2", "1/2", "1/2")  # at (1, 1) ann has 0.23 more
    assert not found.confirmed
    assert found.gain.lower > Fraction(1, 5)


def test_players_who_share_a_kink_are_checked_where_it_is_exact():
    shared = "max(x + y - 1, 0)"
    game = pair(f"x - 3*{shared}", f"y - 3*{shared}")
    for x in ("1/2", "1/3"):  # a continuum: every point of x + y = 1
        assert check(game, x, 1 - Fraction(x)).confirmed
    assert not check(game, "1/2", "1/3").confirmed
    assert not check(game, near("1/2"), near("1/2")).confirmed  # which of them is not proved


@pytest.mark.parametrize(
    ("payoff", "point"),
    [
        ("(x - 1/2)**2 + z", ("1/2", 1)),  # a minimum
        ("(x - 1/2)**3 + z", ("1/2", 1)),  # an inflection
        ("x*z - (x + z)/2", ("1/2", "1/2")),  # a saddle
        ("4*(x - 1/2)*(z - 1/2) - (x - 1/2)**2 - (z - 1/2)**2", ("1/2", "1/2")),  # in both at once
        ("-(x - 1/4)**2*(x - 3/4)**2 + x/10**6 - z", ("1/4", 0)),  # not stationary, by 1e-6
        ("x*(1 - x)*(1 - z) + 2*z/7", ("1/2", 0)),  # a local maximum: z = 1 brings 1/28 more
    ],
)
def test_stationary_points_that_are_no_global_maxima_are_refused(payoff, point):
    moves = {"x": ("ann", 0, 1), "z": ("ann", 0, 1), "y": ("bob", 0, 1)}
    game = game_of({"ann": payoff, "bob": "-y"}, moves)
    assert not check(game, *point, 0).confirmed
    tight = [near(p) if p not in (0, 1) else p for p in point]
    assert not check(game, *tight, 0).confirmed


# -- what is refused ------------------------------------------------------------------------------


def test_only_gains_of_exactly_nothing_confirm():
    # the maximisers +-sqrt(1/2) tie, which no precision tells: an equilibrium up to epsilon
    game = pair("-(x**2 - 1/2)**2", "-y", (-1, 1))
    found = check(game, root_of("1/2"), 0)
    assert not found.confirmed
    assert 0 < found.gain.upper < Fraction(1, 10**6)
    assert "an equilibrium up to that gain only" in found.doubt


def test_an_enclosure_that_is_wide_says_too_little():
    game = pair("x*(1 - x - y)", "y*(1 - x - y)")
    third = Fraction(1, 3)
    assert check(game, near(third), near(third)).confirmed
    wide = Enclosure(third - Fraction(1, 10**6), third + Fraction(1, 10**6))
    assert "is known to 2e-06 of its interval only" in check(game, wide, near(third)).doubt
    assert not check(game, Enclosure(Fraction(0), Fraction(1)), near(third)).confirmed


@pytest.mark.parametrize("size", ["1e-30", "1e-9", "1", "1e9", "1e30"])
def test_units_of_moves_and_payoffs_change_nothing(size):
    n = Fraction(size)
    for money in (Fraction(1), Fraction(1, 10**20), Fraction(10**20)):
        game = pair(
            "m*x*(3*s - x - y)", "m*(y*(3*s - x - y) - max(y - s, 0)*s)", (0, 2 * n), (0, 2 * n),
            parameters=[Parameter("m", money), Parameter("s", n)],
        )  # fmt: skip
        assert check(game, n, n).confirmed
        off = n + n / 10**12
        assert not check(game, off, n).confirmed
        assert not check(game, n, off).confirmed
        assert not check(game, near(off, n * TINY), near(n, n * TINY)).confirmed


def test_a_tie_between_rational_peaks_is_exact():
    game = pair("-(x - 1/4)**2*(x - 3/4)**2 + 1/7", "x*y - y**2")
    for x, y in (("1/4", "1/8"), ("3/4", "3/8")):
        found = check(game, x, y)
        assert found.confirmed and found.gain == Enclosure.point(0)
    above = pair("-(x - 1/4)**2*(x - 3/4)**2 + x/10**9", "x*y - y**2")
    assert not check(above, "1/4", "1/8").confirmed


def test_what_is_stated_beside_the_profile_is_checked_too():
    game = pair("x*(1 - x - y)", "y*(1 - x - y)")
    one = solve(game)["E1"]
    assert recheck(game, {}, one).confirmed
    ninth = Enclosure.point("1/9")
    assert one.payoffs["ann"] == ninth
    for wrong in (Enclosure.point("1/8"), Enclosure.point(Fraction(1, 9) + TINY)):
        bad = replace(one, payoffs={**one.payoffs, "ann": wrong})
        assert "the payoff of 'ann' is stated as" in recheck(game, {}, bad).doubt
    assert "is not stated" in recheck(game, {}, replace(one, payoffs={"ann": ninth})).doubt
    wide = Enclosure(Fraction(1, 10), Fraction(1, 8))
    assert recheck(game, {}, replace(one, payoffs={**one.payoffs, "ann": wide})).confirmed
    tied = pair("-(x**2 - 1/2)**2", "-y", (-1, 1))
    claimed = Evidence(Grade.CERTIFIED, "claimed", Enclosure.point(0))
    payoffs = {"ann": Enclosure(Fraction(-1), Fraction(1)), "bob": Enclosure.point(0)}
    profile = tuple(at(tied, root_of("1/2"), 0))
    assert not recheck(tied, {}, Equilibrium("E1", profile, payoffs, claimed)).confirmed


def test_the_checker_imports_nothing_from_the_solvers():
    folder = Path(__file__).parents[1] / "src" / "pigou"
    names = [*folder.glob("check*.py"), *(folder / f"{n}.py" for n in ("jets", "branching",
             "declared", "enclosing"))]  # fmt: skip
    assert len(names) > 8
    for path in names:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert "solvers" not in (node.module or ""), path
            if isinstance(node, ast.Import):
                assert all("solvers" not in alias.name for alias in node.names), path


# -- certificates that were tampered with ---------------------------------------------------------


def cubic(rng):
    """Payoffs cubic in the own move: several first-order points, corners."""

    def text(own, other):
        powers = [(1, 0), (2, 0), (3, 0), (1, 1), (2, 1), (1, 2)]
        return " + ".join(f"({rng.randint(-40, 40)}/10)*{own}**{i}*{other}**{k}" for i, k in powers)

    return pair(text("x", "y"), text("y", "x"))


def logistic(rng):
    def text(own, other):
        s, c = rng.randint(2, 12), Fraction(rng.randint(3, 7), 10)
        return f"{own}/(1 + exp(-{s}*({other} - {c}))) - {own}**2/2"

    return pair(text("x", "y"), text("y", "x"))


def corner(rng):
    """Quantities with capacities that bind, or costs that drive out."""
    a, b = (Fraction(rng.randint(1, 30), 10) for _ in range(2))
    caps = (Fraction(rng.randint(2, 20), 10) for _ in range(2))
    return pair(f"x*(3 - x - y) - {a}*x", f"y*(3 - x - y) - {b}*y", *((0, cap) for cap in caps))


def with_two_moves(rng):
    """Quantity and research at once, two firms; chance about demand."""
    moves = {f"{m}{i}": (f"f{i}", 0, top) for i in (1, 2) for m, top in (("q", 60), ("x", 40))}
    s, c = Fraction(rng.randint(0, 9), 10), rng.randint(3, 9)
    own = "q{0}*(a - q1 - q2 + x{0} + {2}*x{1}) - {3}/2*x{0}**2 - {4}*q{0}"
    payoffs = {f"f{i}": own.format(i, 3 - i, s, c, rng.randint(0, 9)) for i in (1, 2)}
    chance = [Chance("a", {"low": (40, "1/4"), "high": (60 + rng.randint(0, 9), "3/4")})]
    return game_of(payoffs, moves, chance=chance)


def kinked(rng):
    """Ann is best at the kink x = a + b y; bob's reply to x is linear, or irrational."""
    a, b = (Fraction(rng.randint(1, 4), 10) for _ in range(2))
    slope, cost = rng.randint(2, 5), Fraction(rng.randint(1, 9), 10)
    kink = f"({a} + {b}*y)"
    forms = (
        f"{slope}*min(x, {kink}) - {cost}*x**2",
        f"-{slope}*abs(x - {kink}) + {cost}*x",
        f"if(x < {kink}, {slope}*x, {slope}*{kink} - (x - {kink})/3) - {cost}*x**2/2",
    )
    ann = rng.choice(forms)
    if rng.random() < 0.5:
        d = Fraction(rng.randint(1, 9), 10)
        game = pair(ann, f"{d}*y - y**3/3")
        y = root_of(d)
        return game, at(game, Enclosure(a + b * y.lower, a + b * y.upper), y)
    d, e = Fraction(rng.randint(2, 9), 10), Fraction(rng.randint(-3, 3), 10)
    game = pair(ann, f"y*({d} + {e}*x - y)")
    y = (d + e * a) / (2 - e * b)
    return game, at(game, a + b * y, y)


def kinked_and_solved(rng):
    own, payoffs = random_game(rng.randrange(10**6), kinked_payoff)
    moves = {m: (who, 0, 1) for who, mine in zip(("ann", "bob"), own, strict=True) for m in mine}
    return game_of(dict(zip(("ann", "bob"), payoffs, strict=True)), moves)


SOLVED = (cubic, logistic, corner, with_two_moves, kinked_and_solved)


def certificates(number, seed):
    """Equilibria of random games, as (game, equilibrium, all profiles, refuted points)."""
    rng = random.Random(seed)
    for place in range(number):
        if place % 6 == 5:
            game, strategies = kinked(rng)
            found = examine(game, game.values(), strategies)
            assert found.confirmed, (game.payoffs, found.doubt)
            evidence = Evidence(Grade.CERTIFIED, "by construction", Enclosure.point(0), True)
            one = Equilibrium("E1", tuple(strategies), found.payoffs, evidence)
            yield game, one, [one.strategies], ()
            continue
        game = SOLVED[place % 6](rng)
        found = solve(game)
        for one in found:
            if one.evidence.grade is Grade.CERTIFIED:
                yield game, one, [e.strategies for e in found], found.refuted


def with_value(one, place, value):
    strategies = list(one.strategies)
    strategies[place] = replace(strategies[place], value=value)
    return replace(one, strategies=tuple(strategies))


def shifted(value, by):
    return Enclosure(value.lower + by, value.upper + by)


def corrupted(game, one, known, refuted, rng):
    """Yield false certificates that are made from a true one."""
    for place, strategy in enumerate(one.strategies):
        domain, value = game.move(strategy.move).domain, strategy.value
        low, high = (Fraction(str(end)) for end in (domain.lower, domain.upper))
        for size in (Fraction(1, 10**12), Fraction(1, 10**6), Fraction(1, 50), rng.random()):
            by = Fraction(size) * (high - low) * rng.choice((-1, 1))
            if not low <= value.lower + by <= value.upper + by <= high:
                by = -by
            if low <= value.lower + by <= value.upper + by <= high:
                yield "shifted", with_value(one, place, shifted(value, by))
        if not value.is_exact:
            yield "beside", with_value(one, place, shifted(value, 2 * value.width))
            yield "beside", with_value(one, place, shifted(value, -2 * value.width))
        wide = (high - low) / 10 ** rng.randint(3, 15)
        outer = Enclosure(max(low, value.lower - wide), min(high, value.upper + wide))
        yield "wide", with_value(one, place, outer)
        for end in (low, high):
            if not value.lower <= end <= value.upper:
                yield "end", with_value(one, place, Enclosure(end, end))
        yield "outside", with_value(one, place, Enclosure.point(high + (high - low) / 7))
    values = [s.value for s in one.strategies]
    turned = [*values[1:], values[0]]
    swapped = tuple(replace(s, value=v) for s, v in zip(one.strategies, turned, strict=True))
    if not any(all(s.value.overlaps(k.value) for s, k in zip(swapped, other, strict=True))
               for other in known):  # fmt: skip
        yield "swapped", replace(one, strategies=swapped)
    for party in one.payoffs:
        payoff = one.payoffs[party]
        wrong = Enclosure.point(payoff.upper + max(abs(payoff.upper), Fraction(1)) / 10**9)
        yield "payoff", replace(one, payoffs={**one.payoffs, party: wrong})
    yield "gain", replace(one, evidence=replace(one.evidence, max_gain=Enclosure.point(-1)))
    for point in refuted:
        yield "refuted", replace(one, strategies=point.strategies)


def refused(game, certificate, kind):
    """Whether a certificate is refused; for its profile alone, unless another part was changed."""
    try:
        if kind in ("payoff", "gain"):
            return not recheck(game, game.values(), certificate).confirmed
        return not examine(game, game.values(), certificate.strategies).confirmed
    except DeclarationError as error:
        return "outside" in str(error)


def every_corruption_is_refused(games, seed):
    rng = random.Random(seed)
    counts = {}
    for game, one, known, refuted in certificates(games, seed):
        assert recheck(game, game.values(), one).confirmed, one
        for kind, bad in corrupted(game, one, known, refuted, rng):
            assert refused(game, bad, kind), (kind, game.payoffs, bad.strategies)
            counts[kind] = counts.get(kind, 0) + 1
    return counts


def test_a_hundred_corrupted_certificates_are_all_refused():
    counts = every_corruption_is_refused(6, 4)
    assert sum(counts.values()) >= 100
    assert {"shifted", "beside", "wide", "end", "outside", "payoff", "gain"} <= set(counts)


@pytest.mark.long
def test_a_thousand_corrupted_certificates_are_all_refused():
    counts = every_corruption_is_refused(100, 1)
    assert sum(counts.values()) >= 1_000
    assert min(counts.get(kind, 0) for kind in ("swapped", "beside")) >= 20, counts
    assert counts.get("refuted", 0) >= 10, counts  # few first-order points are no equilibria


def test_one_reading_of_a_game_checks_many_profiles():
    game = pair("x*(a - x - y)", "y*(a - x - y)", parameters=[Parameter("a", 1)])
    checker = SmoothChecker(game, {"a": Fraction(1)})
    assert [checker.examine(at(game, x, "1/3")).confirmed for x in ("1/3", "1/4", "1/3")] == [
        True, False, True,
    ]  # fmt: skip
