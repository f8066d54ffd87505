"""Many members with more than two choices: against every profile gone through, and closed forms."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp
from click.testing import CliRunner
from scipy.stats import binom

from pigou import (
    Choice,
    Game,
    Move,
    Player,
    compare,
    iterated_dominance,
    many_choices,
    solve,
    subsidy,
)
from pigou.check import examine, recheck
from pigou.cli import cli
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.optimum import first_best
from pigou.solvers import several_choices
from pigou.solvers.several_welfare import best_of_several
from test_many_choices import crowd_game, shares

SIZES = (1000, 10**9)


def counts(found) -> set[tuple[int, ...]]:
    rows = (e.strategies[0].counts for e in found)
    return {tuple(row.values()) for row in rows if row is not None}


def mixed(found) -> list[tuple[Enclosure, ...]]:
    return [shares(e) for e in found if e.strategies[0].counts is None]


def by_formulas(monkeypatch, game):
    """Solve a small game as a large one is solved."""
    with monkeypatch.context() as patch:
        patch.setattr(several_choices, "LISTED", 1)
        patch.setattr(several_choices, "MOST_PROFILES", 0)
        return solve(game)


def random_payoff(rng: random.Random, products: bool, step: bool) -> str:
    constant, *slopes = (rng.randint(-3, 3) for _ in range(4))
    text = f"( {constant} ) " + "".join(
        f"+ ( {c} ) * {n} * size " for c, n in zip(slopes, "xyz", strict=True)
    )
    if products and rng.random() < 0.5:
        one, two = rng.choices("xyz", k=2)
        text += f"+ ( {rng.choice((-1, 1))} ) * {one} * {two} * size ** 2 "
    if step:
        text += (
            f"+ if( {rng.choice('xyz')} * size >= {rng.randint(1, 5)} , {rng.randint(-3, 3)} , 0 ) "
        )
    return text


def agrees_with_profiles(monkeypatch, rng: random.Random, step: bool) -> int:
    """Compare with what is found by going through profiles; return how many mixtures agree."""
    size = rng.randint(3, 7)
    payoffs = [random_payoff(rng, products=True, step=step) for _ in range(3)]
    game = crowd_game(*[p.replace("size", str(size)) for p in payoffs], size=size)
    expected, found = solve(game), by_formulas(monkeypatch, game)
    boxes = [c for c in found.components if c.points]
    missed = counts(expected) - counts(found)
    assert boxes or all(found.unresolved and 0 not in row for row in missed)
    assert counts(found) <= counts(expected)
    if expected.unresolved or expected.components or found.components or step:
        return 0
    assert found.complete
    assert len(mixed(found)) == len(mixed(expected))
    for one in mixed(found):
        assert any(
            all(a.overlaps(b) for a, b in zip(one, other, strict=True)) for other in mixed(expected)
        )
    return len(mixed(found))


def test_equilibria_are_those_of_the_search_through_profiles(monkeypatch):
    rng = random.Random(4)
    assert sum(agrees_with_profiles(monkeypatch, rng, step=False) for _ in range(3)) >= 2


@pytest.mark.long
@pytest.mark.parametrize("step", [False, True])
def test_equilibria_are_those_of_the_search_through_profiles_many_times(monkeypatch, step):
    rng = random.Random(40)
    agreed = [agrees_with_profiles(monkeypatch, rng, step) for _ in range(250)]
    assert step or sum(agreed) > 150


def test_two_choices_may_exclude_each_other_until_a_third_one_is_taken():
    """The more take a or b the better, so both are not taken; unless most take the fourth."""
    game = crowd_game("x * (1/2 - w)", "y * (1/2 - w)", "0 - 100", "0 - 3/100", size=100)
    assert (10, 10, 0, 80) in counts(solve(game))


def test_no_more_pure_equilibria_are_listed_than_can_be_checked_in_time(monkeypatch):
    monkeypatch.setattr(many_choices, "MOST_LISTED", 5)
    found = solve(crowd_game("1 - x - y", "1 - x - y", "1/2", size=100), pure=True)
    assert len(found) < 30 and not found.complete
    assert any("pure equilibria are listed;" in note for note in found.unresolved)


def test_mixtures_of_several_choices_end_with_the_time():
    found = solve(crowd_game("1 - x", "2/3 - y", "1/2"), time_limit="1/1000000")
    assert not found.complete
    assert any("the time is up" in note for note in found.unresolved)


@pytest.mark.parametrize("size", SIZES)
def test_entry_into_two_markets_at_any_size(size):
    game = crowd_game("1 - x", "2/3 - y", "1/2", size=size)
    found = solve(game)
    assert found.complete
    first = size // 2  # the last entrant into the first market earns 1/2, into the second 1/2 too
    second = size // 6
    assert counts(found) == {(first, second, size - first - second),
                             (first - 1, second, size - first + 1 - second)}  # fmt: skip
    p, q = (Fraction(Fraction(size, k) - 1) / (size - 1) for k in (2, 6))
    assert mixed(found) == [tuple(map(Enclosure.point, (p, q, 1 - p - q)))]
    assert all(recheck(game, {}, e).confirmed for e in found)


@pytest.mark.parametrize("size", SIZES)
def test_two_standards_and_neither_at_any_size(size):
    found = solve(crowd_game("x", "2 * y", "1/3", size=size))
    assert found.complete
    assert counts(found) == {(size, 0, 0), (0, size, 0), (0, 0, size)}
    p = Fraction(2 * size - 1, 3 * (size - 1))
    one, two = ((Fraction(size, k) - 1) / (size - 1) for k in (3, 6))
    expected = [
        (p, 1 - p, 0), (one, 0, 1 - one), (0, two, 1 - two), (one, two, 1 - one - two),
    ]  # fmt: skip
    assert mixed(found) == [tuple(map(Enclosure.point, row)) for row in expected]
    marks = [e.marks for e in found]
    assert marks == [("strict", "stable")] * 3 + [("unstable",)] * 3 + [()]


def test_quadratic_congestion_of_a_thousand_million():
    game = crowd_game("1 - x ** 2", "1 - 2 * y ** 2", "1 - 3 * z ** 2", size=10**9)
    found = solve(game)
    assert found.complete
    weights = [1, 2**-0.5, 3**-0.5]
    (pure,), (mixture,) = counts(found), mixed(found)
    for number, share, weight in zip(pure, mixture, weights, strict=True):
        assert abs(number / 10**9 - weight / sum(weights)) < 1e-8
        assert abs(share.value - weight / sum(weights)) < 1e-8
    # neighbours of the pure profile are none
    for a, b in ((0, 1), (1, 2), (2, 0)):
        row = list(pure)
        row[a], row[b] = row[a] + 1, row[b] - 1
        (strategy,) = found["E1"].strategies
        moved = replace(
            strategy,
            counts=dict(zip("abc", row, strict=True)),
            probabilities={
                k: Enclosure.point(Fraction(n, 10**9)) for k, n in zip("abc", row, strict=True)
            },
        )
        assert not examine(game, {}, [moved]).confirmed
    moved = [
        s + Enclosure.point(Fraction(k, 10**25)) for s, k in zip(mixture, (1, -1, 0), strict=True)
    ]
    (strategy,) = found["E2"].strategies
    wrong = replace(strategy, probabilities=dict(zip("abc", moved, strict=True)))
    assert not examine(game, {}, [wrong]).confirmed


def test_where_all_choices_pay_the_same_everything_is_an_equilibrium():
    found = solve(crowd_game("1", "1", "1", size=10**9))
    assert found.complete
    whole = [c for c in found.components if not c.points]
    assert [(c.dimension, c.subsets) for c in whole] == [(2, (("E1", "E2", "E3"),))]
    ranges = [c.points for c in found.components if c.points]
    assert "profile with 1 to 999,999,999 b and the others a," in ranges
    assert len(ranges) == 4


@pytest.mark.parametrize(
    "size", [10**4, *(pytest.param(size, marks=pytest.mark.long) for size in (150, 10**9))]
)
def test_two_thresholds_and_staying_out_at_any_size(size):
    """Each of two projects pays if a tenth, or a fifth, of all take part."""
    game = crowd_game(
        "if( x >= 1/10 , 1 , 0 ) - 1/4", "if( y >= 1/5 , 1 , 0 ) - 1/2", "0", size=size
    )
    found = solve(game)
    assert found.complete
    assert counts(found) == {(size, 0, 0), (0, size, 0), (0, 0, size)}
    inside = [row for row in mixed(found) if all(share.lower > 0 for share in row)]
    ((first, second, _),) = inside
    for share, cut, chance in ((first, 10, 0.25), (second, 5, 0.5)):
        at_least = -(-size // cut) - 1  # of the others
        lower, upper = (
            binom.sf(at_least - 1, size - 1, float(end)) for end in (share.lower, share.upper)
        )
        assert abs(lower - chance) < 1e-4 and abs(upper - chance) < 1e-4


def test_thresholds_leave_mixtures_of_three_open_and_say_so():
    found = solve(crowd_game("if( x * y > 1/9 , 1 , 0 )", "1/2", "1/2", size=10**6))
    assert not found.complete
    notes = [
        "mixtures of a, b and c were not searched",
        "pure profiles in which a, b and c are all",
    ]
    assert all(any(note.startswith(one) for note in found.unresolved) for one in notes)


# -- the first best -----------------------------------------------------------------------------


def agrees_on_the_first_best(monkeypatch, rng: random.Random) -> None:
    size = rng.randint(3, 9)
    payoffs = [random_payoff(rng, products=True, step=False) for _ in range(3)]
    game = crowd_game(*[p.replace("size", str(size)) for p in payoffs], size=size)
    expected = first_best(game)
    with monkeypatch.context() as patch:
        patch.setattr(several_choices, "LISTED", 1)
        patch.setattr(several_choices, "MOST_PROFILES", 0)
        found = first_best(game)
    assert found.welfare == expected.welfare
    assert set(found.profiles) <= set(expected.profiles) or len(expected.profiles) == 5
    assert len(found.profiles) == len(expected.profiles)
    assert found.is_equilibrium == expected.is_equilibrium


def test_the_first_best_is_that_of_the_search_through_profiles(monkeypatch):
    rng = random.Random(6)
    for _ in range(2):
        agrees_on_the_first_best(monkeypatch, rng)


@pytest.mark.long
def test_the_first_best_is_that_of_the_search_through_profiles_many_times(monkeypatch):
    rng = random.Random(60)
    for _ in range(200):
        agrees_on_the_first_best(monkeypatch, rng)


@pytest.mark.parametrize("size", [600, 10**6])
def test_the_first_best_of_five_choices_is_settled(size):
    """Marginal total payoffs are (k - 6 x_k) / 3: equal ones of c, d and e, where x_k > 0."""
    payoffs = (f"{k + 1} / 3 - {share}" for k, share in enumerate("xyzwv"))
    game = replace(crowd_game(*payoffs, size=size), bystanders=())
    best = best_of_several(several_choices.crowd_of(game, {}))
    c, d = round(size / 6), round(size / 3)
    assert best.places == [tuple(map(Enclosure.point, (0, 0, c, d, size - c - d)))]


def test_a_first_best_that_cannot_be_settled_is_said_to_be_open():
    game = crowd_game("x ** 4 * y", "y ** 4 * z", "sqrt(2)", size=10**6)
    with pytest.raises(StructureError, match="the first best is open"):
        first_best(game)


def test_the_first_best_of_a_continuum_is_a_stationary_point():
    """Sum of x (1 - x), y (2/3 - y), z/2 and x, which bystanders get: 2 - 2x = 2/3 - 2y = 1/2."""
    best = first_best(crowd_game("1 - x", "2/3 - y", "1/2"))
    assert best.profiles == ("a 3/4, b 1/12, c 1/6",)
    assert best.welfare == Enclosure.point(Fraction(77, 72))
    assert not best.is_equilibrium
    corner = first_best(crowd_game("x", "2 * y", "1/3"))
    assert (corner.profiles, corner.is_equilibrium) == (("a 1", "b 1"), True)
    assert corner.welfare == Enclosure.point(2)


@pytest.mark.parametrize("size", [sp.oo, 10**9])
def test_reforms_of_a_crowd_are_compared(size):
    game = crowd_game("x", "2 * y", "1/3", size=size)
    # the choices have the values 0, 1 and 2: the third is worth 6 more then
    found = compare(game, [subsidy("go", 3, "help")])
    assert found.baseline.first_best.is_equilibrium
    (reform,) = found.reforms
    kinds = [(e.kind, e.strategies[0].probabilities["c"]) for e in reform.found]
    assert kinds == [("pure", Enclosure.point(1))]


# -- a choice to leave --------------------------------------------------------------------------


def leaving_game(payoffs, outside: str, size: int) -> Game:
    """Two choices or three to stay, and one to leave for a constant."""
    labels = "abc"[: len(payoffs)]
    cases = outside
    for label, payoff in reversed(list(zip(labels, payoffs, strict=True))):
        for short, other in zip("xyz", labels, strict=False):
            payoff = re.sub(rf"\b{short}\b", f"mean(go == {other})", payoff)
        cases = f"if(go == {label}, {payoff}, {cases})"
    choice = Choice({**{k: n for n, k in enumerate(labels)}, "leave": 9}, exit="leave")
    firms = [Player("firm", size=size)]
    return Game("leaving", firms, [Move("go", "firm", choice)], {"firm": cases})


def agrees_where_members_may_leave(monkeypatch, rng: random.Random, number: int) -> str:
    size = rng.randint(3, 7)
    rows = [random_payoff(rng, products=True, step=False) for _ in range(number)]
    rows = [row.replace("size", str(size)) for row in rows]
    rows = [row if number == 3 else re.sub(r"\bz\b", "0", row) for row in rows]
    game = leaving_game(rows, str(rng.randint(-10, 40)), size)
    expected = solve(game)
    with monkeypatch.context() as patch:
        patch.setattr(several_choices, "LISTED", 1)
        patch.setattr(several_choices, "LARGEST_GROUP", 1)
        found = solve(game)
    assert all(e.evidence.checked for e in found)
    assert counts(found) == counts(expected)
    left = [[e for e in one if "needs a belief" in e.marks] for one in (found, expected)]
    assert len(left[0]) == len(left[1])
    if number == 2 and not expected.components and not found.components:
        assert len(mixed(found)) == len(mixed(expected))
        assert found.complete == expected.complete
        return "left" if left[0] else "stayed"
    return ""


def test_equilibria_with_a_choice_to_leave_are_those_found_profile_by_profile(monkeypatch):
    rng = random.Random(9)
    seen = [agrees_where_members_may_leave(monkeypatch, rng, 2) for _ in range(8)]
    assert {"left", "stayed"} <= set(seen)


@pytest.mark.long
def test_equilibria_with_a_choice_to_leave_are_those_found_many_times(monkeypatch):
    rng = random.Random(90)
    for number in (2, 3):
        for _ in range(150):
            agrees_where_members_may_leave(monkeypatch, rng, number)


@pytest.mark.parametrize("size", [6000, 10**9])
def test_a_choice_to_leave_at_any_size(size):
    found = solve(leaving_game(["x", "y"], "2/3", size))
    assert found.complete
    assert [str(e) for e in found][:2] == [f"E1 (pure): go: {size} a", f"E2 (pure): go: {size} b"]
    belief = found["E3"].strategies[0].belief
    assert sum(belief.values()) == size - 1
    assert all(belief[k] + 1 <= Fraction(2, 3) * size for k in "ab")
    tied = solve(leaving_game(["1", "0"], "1", size))
    assert not tied.complete
    assert "any share of members may take leave beside go" in tied.unresolved[0]


@pytest.mark.long
def test_roots_in_payoffs_of_a_hundred_are_checked_profile_by_profile():
    found = solve(crowd_game("sqrt(x)", "y", "1/3", size=100))
    assert any(all(s.lower > 0 for s in shares(e)) for e in found)
    assert all(e.evidence.note != "" or e.evidence.checked for e in found)


def test_payoffs_that_are_no_polynomials_are_solved_profile_by_profile_or_refused():
    game = crowd_game("1 / ( 1 + x )", "1 / ( 1 + y )", "1 / ( 1 + z )", size=100)
    assert counts(solve(game, pure=True)) == {(34, 33, 33), (33, 34, 33), (33, 33, 34)}
    game = crowd_game("1 / ( 1 + x )", "1 / ( 1 + y )", "1 / ( 1 + z )", size=10**6)
    with pytest.raises(StructureError, match="1,000,000 members with 3 choices, and"):
        solve(game)


# -- dominance, pages ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [sp.oo, 10**9, 7000])
def test_iterated_dominance_of_a_crowd(size):
    gone = iterated_dominance(crowd_game("z", "1/2", "0 - 1", size=size))
    assert [str(one) for one in gone] == [
        "round 1: c (firm) is strictly dominated by a",
        "round 2: a (firm) is strictly dominated by b",
    ]
    assert iterated_dominance(crowd_game("x", "2 * y", "1/3", size=size)) == ()


def test_iterated_dominance_is_that_found_profile_by_profile(monkeypatch):
    rng = random.Random(12)
    seen = set()
    for _ in range(12):
        size = rng.randint(3, 6)
        payoffs = [random_payoff(rng, products=False, step=False) for _ in range(3)]
        game = crowd_game(*[p.replace("size", str(size)) for p in payoffs], size=size)
        expected = iterated_dominance(game)
        with monkeypatch.context() as patch:
            patch.setattr(several_choices, "LISTED", 1)
            patch.setattr(several_choices, "MOST_PROFILES", 0)
            assert iterated_dominance(game) == expected
        seen.add(len(expected))
    assert {0, 2} <= seen


@pytest.mark.parametrize("size", ["1000000000", '"continuum"'])
def test_a_crowd_fits_on_a_page(tmp_path, size):
    path = tmp_path / "standards.toml"
    path.write_text(
        f"""pigou = 1
[game]
name = "Two standards, or neither"
[players.firm]
size = {size}
[moves.adopt]
player = "firm"
choices = {{ one = 0, two = 1, neither = 2 }}
[payoffs]
firm = "if(adopt == one, mean(adopt == one), if(adopt == two, 2*mean(adopt == two), 1/3))"
[[reforms]]
name = "subsidy"
kind = "subsidy"
move = "adopt"
rate = "1/10"
"""
    )
    for command in (["solve"], ["compare", "-r", "subsidy"]):
        result = CliRunner().invoke(cli, [command[0], str(path), *command[1:]])
        assert result.exit_code == 0, result.output
        assert "certified" in result.output
    page = CliRunner().invoke(cli, ["solve", str(path), "--json"])
    assert json.loads(page.output)["complete"] is True
