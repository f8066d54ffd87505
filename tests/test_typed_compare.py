"""Comparisons of large populations, and continua, of several types."""

from __future__ import annotations

import itertools
import json
import random
from fractions import Fraction

import pytest
import sympy as sp

from pigou import (
    Bystander,
    Enclosure,
    Game,
    Model,
    Move,
    Player,
    Strategy,
    Type,
    assess,
    compare,
    first_best,
    iterated_dominance,
    rationalisable,
    select,
    solve,
    subsidy,
    tax,
)  # fmt: skip
from pigou.check import examine
from pigou.compare_page import compare_page
from pigou.incidence import incidence_matrix
from pigou.results import comparison_result
from pigou.screen import as_text
from pigou.solvers import several_types as rooms
from pigou.solvers.typed_mass_welfare import best_masses
from pigou.solvers.typed_mean_field import masses_of
from test_cli import SCHEMAS, problems

GO = Move("go", "x", {"no": 0, "yes": 1})
HUGE = 10**9


def crowd(payoff, types, **more):
    """A population whose types differ in c."""
    members = [Type(name, size, {"c": c}) for name, (size, c) in types.items()]
    return Game("crowd", [Player("x", types=members)], [GO], {"x": payoff}, **more)


# -- the first best -----------------------------------------------------------------------------

SURPLUSES = ["0", "sum(go)**2/3 - 2*sum(go)", "sum(c*go)", "sum((c - 1)*go)*sum(go) + sum(c)"]


def random_crowd(seed):
    """Payoffs by type, own choice and total at random, and a bystander who may care for types."""
    rng = random.Random(seed)
    sizes = [rng.randint(1, 4) for _ in range(rng.choice([2, 3]))]
    parts = [
        f"({rng.randint(-2, 2)})*(c == {t})*(go == {own})*(sum(go) == {total})"
        for t in range(len(sizes))
        for own in range(2)
        for total in range(sum(sizes) + 1)
    ]
    idle = [Bystander("idle", SURPLUSES[seed % 4])]
    types = {f"t{t}": (size, t) for t, size in enumerate(sizes)}
    return crowd(" + ".join(parts), types, bystanders=idle)


def agree(monkeypatch, seeds):
    """Compare with going through all profiles; return how often the best is an equilibrium."""
    reached = []
    for seed in seeds:
        game = random_crowd(seed)
        monkeypatch.setattr(rooms, "LISTED", 0)
        with monkeypatch.context() as profiles:
            profiles.setattr("pigou.optimum.several_types", lambda *_: None)
            listed = first_best(game)
        best = first_best(game)
        assert best.welfare == listed.welfare
        assert best.is_equilibrium == listed.is_equilibrium
        if len(listed.profiles) < 5:
            assert set(best.profiles) == set(listed.profiles)
        else:
            assert len(best.profiles) == 5
        reached.append(best.is_equilibrium)
    return sum(reached), len(reached)


def test_the_first_best_is_that_of_all_profiles(monkeypatch):
    reached, tried = agree(monkeypatch, range(2, 5))
    assert 0 < reached < tried


@pytest.mark.long
def test_the_first_best_is_that_of_all_profiles_of_many_games(monkeypatch):
    reached, tried = agree(monkeypatch, range(5, 90))
    assert 0 < reached < tried


def test_on_a_crowded_road_those_who_gain_most_go_first():
    """a fills up at N/4; then welfare is M (1 - M/N) - (M - N/4)/5."""
    game = crowd("go*(1 - mean(go) - c)", {"a": (HUGE, 0), "b": (3 * HUGE, "1/5")})
    best = first_best(game)
    total = 4 * HUGE
    taken = Fraction(2, 5) * total  # 1 - 2 M/N = 1/5
    assert best.welfare == Enclosure.point(taken * Fraction(3, 5) - (taken - HUGE) / 5)
    assert best.profiles == (f"a: {HUGE} yes; b: {3 * HUGE - 600_000_000} no, 600000000 yes",)
    assert not best.is_equilibrium  # more of b go on their own


def test_types_that_tie_share_what_is_best_and_an_equilibrium_among_them_is_seen():
    """Only how many go matters, and HUGE of 2 HUGE is best for all; so who goes does not."""
    game = crowd(f"(sum(go) == {HUGE}) + c", {"a": (HUGE, 0), "b": (HUGE, 1)})
    best = first_best(game)
    assert best.welfare == Enclosure.point(3 * HUGE)
    assert len(best.profiles) == 5
    assert best.profiles[1] == f"a: {HUGE - 1} no, 1 yes; b: 1 no, {HUGE - 1} yes"
    assert best.is_equilibrium


# -- the first best of a continuum ----------------------------------------------------------------


def masses(payoff, types, **more):
    """A continuum whose types differ in c."""
    members = [Type(name, mass, {"c": c}) for name, (mass, c) in types.items()]
    return Game("masses", [Player("x", size=sp.oo, types=members)], [GO], {"x": payoff}, **more)


def random_masses(seed):
    rng = random.Random(seed)
    mass = Fraction(rng.randint(1, 3), 4)
    types = {"a": (mass, Fraction(rng.randint(-4, 4), 4)), "b": (1 - mass, Fraction(1, 3))}
    step, bend, tilt = (Fraction(rng.randint(-8, 8), 4) for _ in range(3))
    where = rng.choice(["1/2", "3/8", "5/7"])
    gain = f"if(mean(go) >= {where}, {step}, 0) + ({bend})*mean(go)**2*(1 + c) - c"
    idle = [Bystander("idle", f"({tilt})*mean(c*go) - mean(go)**2/3")]
    return masses(f"go*({gain}) + c*(1 - go)*mean(go)", types, bystanders=idle)


def at_shares(game, shares):
    """Welfare where these parts of the types take the second choice, by the checker."""
    strategies = [
        Strategy("go", "x", kind.name, {"no": Enclosure.point(1) - share, "yes": share})
        for kind, share in zip(game.players[0].types, shares, strict=True)
    ]
    exam = examine(game, {}, strategies)
    sums = (exam.primitive[p] * Enclosure.point(n) for p, n in exam.sizes.items())
    return sum(sums, Enclosure.point(0)), exam.confirmed


def grid_is_no_better(seeds, points):
    reached = attained = 0
    for seed in seeds:
        game = random_masses(seed)
        best = best_masses(masses_of(game, {}))
        marks = [Enclosure.point(Fraction(k, points - 1)) for k in range(points)]
        for row in itertools.product(marks, repeat=2):
            assert at_shares(game, row)[0].lower <= best.welfare.upper
        for row in best.shares:
            worth, confirmed = at_shares(game, row)
            if best.attained:
                assert worth.overlaps(best.welfare)
                assert best.is_equilibrium or not confirmed
            else:
                assert worth.upper < best.welfare.lower
                assert not best.is_equilibrium
        if len(best.shares) == 1 and best.attained:
            assert best.is_equilibrium == at_shares(game, best.shares[0])[1]
        reached += best.is_equilibrium
        attained += best.attained
    return reached, attained


def test_no_shares_on_a_grid_are_better_than_the_first_best():
    reached, _ = grid_is_no_better(range(2), 3)
    assert reached < 2


@pytest.mark.long
def test_no_shares_on_a_grid_are_better_than_the_first_best_of_many_games():
    reached, attained = grid_is_no_better(range(2, 40), 9)
    assert 0 < reached < attained


def test_a_continuum_has_the_first_best_of_the_large_population_per_member():
    """a fills up at 1/4; then x (1 - x) - (x - 1/4)/5 is largest at 2/5."""
    idle = [Bystander("idle", "mean(c*go)")]
    types = {"a": ("1/4", 0), "b": ("3/4", "1/5")}
    best = first_best(masses("go*(1 - mean(go) - c)", types))
    assert best.welfare == Enclosure.point(Fraction(6, 25) - Fraction(3, 100))
    assert best.profiles == ("a: yes; b: no 4/5, yes 1/5",)
    assert not best.is_equilibrium
    curved = first_best(masses("go*(1 - mean(go) - c)", types, bystanders=idle))
    assert curved.welfare == Enclosure.point("1/4")  # the bystander makes up for the costs
    root = first_best(masses("go*(1 - mean(go)**2 - c)", {"a": ("1/2", 0), "b": ("1/2", 0)}))
    assert abs(root.welfare.value - 2 / 27**0.5) < 1e-15  # x**2 = 1/3


def test_a_first_best_that_is_only_approached():
    best = first_best(masses("go*if(mean(go) < 1/2, 1, 0)", {"a": ("1/2", 0), "b": ("1/2", 1)}))
    assert best.welfare == Enclosure.point("1/2")
    assert all(plan.endswith(", or as near to it as one likes") for plan in best.profiles)
    assert not best.is_equilibrium


@pytest.mark.parametrize(("where", "reached"), [("1/2", True), ("7/8", False)])
def test_an_equilibrium_inside_a_continuum_of_first_bests_is_seen(where, reached):
    """Welfare is 1 from 1/4 to 3/4, and nobody gains where it is 1/2 (or 7/8, beyond these)."""
    gain = f"if(mean(go) < {where}, 1, if(mean(go) > {where}, -1, 0))"
    flat = "if(mean(go) < 1/4, 0, if(mean(go) > 3/4, 0, 1))"
    idle = [Bystander("idle", f"{flat} - mean(go)*({gain})")]
    types = {"a": ("1/2", 0), "b": ("1/2", 1)}
    best = first_best(masses(f"go*({gain})", types, bystanders=idle))
    assert best.welfare == Enclosure.point(1)
    assert best.is_equilibrium == reached


# -- dominance and selection --------------------------------------------------------------------


def words_of(game):
    """What is ruled out, what is left, and what Laplacian selection says."""
    found = solve(game)
    gone = [str(one) for one in iterated_dominance(game)]
    outcome = select(game, found, assess(game, found), "laplacian")
    taken = found[outcome.name].profile if outcome.picked else ""
    return gone, rationalisable(game), taken, outcome.finding


@pytest.mark.parametrize(
    ("payoff", "costs"),
    [
        ("go*(mean(go) - c)", ("-1", "1/2")),  # a goes, b is left with both
        ("go*(mean(go) - c)", ("0", "2/3")),
        ("go*(mean(go) - c)", ("-1/10", "1/4")),  # b follows
        ("go*(1 - mean(go) - c)", ("1/4", "2")),
        ("go*if(sum(go) == 4, 3/4, if(sum(go) >= 3, -1, 2) + c)", ("-3", "1/2")),
        ("c*go*if(sum(go) >= 3, -1, 1/2)", ("0", "1")),
    ],
)
def test_dominance_and_laplacian_selection_are_those_over_profiles(monkeypatch, payoff, costs):
    game = crowd(payoff, {"a": (2, costs[0]), "b": (3, costs[1])})
    monkeypatch.setattr(rooms, "LISTED", 10**9)
    listed = words_of(game)
    monkeypatch.setattr(rooms, "LISTED", 0)
    assert words_of(game) == listed


@pytest.mark.parametrize("size", [HUGE, sp.oo])
def test_one_type_left_plays_against_itself(size):
    """a goes; b gains 1/4 + 3 y/4 - c, on average 5/8 - c if the share y of it is uniform."""
    for cost, taken in (("3/5", "yes"), ("13/20", "no")):
        sizes = ("1/4", "3/4") if size == sp.oo else (HUGE, 3 * HUGE)
        make = masses if size == sp.oo else crowd
        game = make("go*(mean(go) - c)", {"a": (sizes[0], -1), "b": (sizes[1], cost)})
        found = solve(game)
        outcome = select(game, found, assess(game, found), "laplacian")
        assert str(outcome.grade) == "certified"
        shares = [s.probabilities for s in found[outcome.name].strategies]
        assert shares[0]["yes"] == shares[1][taken] == Enclosure.point(1)
        assert rationalisable(game) == {"x, a": ("yes",), "x, b": ("no", "yes")}
        other = select(game, found, assess(game, found), "risk-dominant")
        assert "for populations of at most" in other.words or "for a continuum" in other.words


def test_rounds_of_dominance_in_a_continuum():
    game = masses("go*(mean(go) - c)", {"a": ("1/3", "-1"), "b": ("1/3", "1/4"), "c": ("1/3", 2)})
    assert [str(one) for one in iterated_dominance(game)] == [
        "round 1: no (x, a) is strictly dominated by yes",
        "round 1: yes (x, c) is strictly dominated by no",
        "round 2: no (x, b) is strictly dominated by yes",
    ]
    tie = masses("go*(mean(go) - c)", {"a": ("1/3", "-1"), "b": ("2/3", "1/3")})
    assert len(iterated_dominance(tie)) == 1  # b gains nothing where only a goes


# -- comparisons --------------------------------------------------------------------------------

STANDARD = {"near": ("2/5", "1/4"), "far": ("3/5", "3/4")}


def standard(size):
    """A standard worth the share of all who take it, at a cost of 1/4 or of 3/4."""
    if size == sp.oo:
        return masses("go*(mean(go) - c)", STANDARD)
    types = {k: (int(Fraction(part) * size), c) for k, (part, c) in STANDARD.items()}
    return crowd("go*(mean(go) - c)", types)


def told(game, reforms):
    """Everything a comparison says but how it was found."""
    found = compare(game, reforms, costs_of_funds=("1", "3/2"))
    text = [
        (
            one.first_best, one.selected, one.outcome.words,
            sorted(
                (str(a.equilibrium.profile), sorted(a.surplus.items()), a.gap, a.diagnosis)
                for a in one.assessments
                if a.equilibrium.kind == "pure"
            ),
            len(one.assessments),
        )
        for one in (found.baseline, *found.reforms)
    ]  # fmt: skip
    for one in found.reforms:
        for v in found.verdicts(one.name):
            text.append((v.rule, v.changes, v.net, v.break_even, v.statement, v.losers))
        rows = incidence_matrix(found.baseline, one)
        text += [(row.of, row.statutory, row.economic, row.how) for row in rows]
        text += [str(change) for change in found.changes(one.name)]
    return text


def test_a_comparison_is_that_over_profiles(monkeypatch):
    reforms = [
        subsidy("go", "1/2", group="far", name="far"),
        tax("go", "1/5", name="tax"),
    ]
    game = standard(5)
    monkeypatch.setattr(rooms, "LISTED", 10**9)
    listed = told(game, reforms)
    monkeypatch.setattr(rooms, "LISTED", 0)
    assert told(game, reforms) == listed


@pytest.mark.parametrize("size", [10**6, sp.oo])
def test_a_subsidy_to_one_type_in_closed_form(size):
    """Paid 1/3, near goes whatever the others do: it has 2/5 - 1/4 + 1/3 each, and far stays."""
    members = 1 if size == sp.oo else size
    found = compare(standard(size), [subsidy("go", "1/3", group="near", name="near")])
    best, worst, selected = found.verdicts("near")
    lost = Fraction(2, 5) * Fraction(1, 3) * members
    assert best.net["1"] == Enclosure.point(0)
    assert selected.changes == worst.changes == {
        "x": Enclosure.point(Fraction(2, 5) * Fraction(3, 20) * members + lost),
        "government": Enclosure.point(-lost),
    }  # fmt: skip
    assert selected.break_even == Enclosure.point(1 + Fraction(3, 20) / Fraction(1, 3))
    assert found.baseline.first_best.welfare == Enclosure.point(Fraction(9, 20) * members)
    assert found.baseline.first_best.is_equilibrium
    whole = incidence_matrix(found.baseline, found.reforms[0])[-1]
    assert whole.economic["x"] == selected.break_even
    gone = next(c for c in found.changes("near") if c.what == "vanishes" and c.how == "exact")
    least = Fraction(1, 4) - (0 if size == sp.oo else Fraction(1, size))  # one's own share
    assert gone.strength == Enclosure.point(3 * least)


@pytest.mark.parametrize("size", [10**6, sp.oo])
def test_pure_profiles_are_equilibria_up_to_the_strength_that_is_stated(size):
    game, rate = standard(size), Fraction(7, 10)
    found = compare(game, [subsidy("go", rate, name="paid")])
    lost = [c for c in found.changes("paid") if c.how == "exact" and c.what == "vanishes"]
    assert len(lost) == 2
    tiny = Fraction(1, 10**9)
    for change in lost:
        profile = found.baseline.found[change.before].strategies
        for share, there in ((change.strength.lower, True), (change.strength.lower + tiny, False)):
            paid = subsidy("go", rate * share)(game)
            assert examine(paid, paid.values(), profile).confirmed == there


def test_a_group_set_apart_in_a_large_population_is_followed():
    """Of a million one needs 3/4 - 1/10**6 to go alone: they stay until the strength pays that."""
    game = Game("plain", [Player("x", size=10**6)], [GO], {"x": "go*(mean(go) - 3/4)"})
    found = compare(game, [subsidy("go", 1, members=600_000, name="paid")])
    first = found.changes("paid")[0]
    assert (first.what, first.how) == ("vanishes", "exact")
    assert first.strength == Enclosure.point(Fraction(3, 4) - Fraction(1, 10**6))
    interior = Game("road", [Player("x", size=10**6)], [GO], {"x": "go*(1/2 - mean(go))"})
    found = compare(interior, [subsidy("go", "1/10", members=600_000, name="paid")])
    old = [c.how for c in found.changes("paid") if c.before]
    assert set(old) == {"by likeness"}  # too many ways to divide half a million


@pytest.mark.parametrize("size", [10**6, sp.oo])
def test_the_page_and_the_result(size):
    game = standard(size)
    found = compare(game, [subsidy("go", "1/2", name="paid")])
    result = json.loads(json.dumps(comparison_result(found)))
    schema = json.loads((SCHEMAS / "pigou-compare-1.schema.json").read_text(encoding="utf-8"))
    assert list(problems(result, schema, schema)) == []
    assert result["baseline"]["first_best"]["is_equilibrium"]
    if size == sp.oo:
        return
    text = " ".join(as_text(compare_page(Model(game), found)).split())
    assert "by iterated dominance: round 1: no (x, near) is strictly dominated by yes" in text
    assert "Laplacian selection is for one population with two choices; taken instead" in text


@pytest.mark.parametrize("size", [10**6, sp.oo])
def test_where_the_first_best_is_not_known_the_rest_is_compared(size):
    """Harm grows with the square of what both types emit: which go counts, and not linearly."""
    game = standard(size)
    each = 1 if size == sp.oo else size
    harm = [Bystander("downwind", "-mean(c*go)**2" if size == sp.oo else "-sum(c*go)**2/10**6")]
    game = Game("harm", game.players, game.moves, game.payoffs, bystanders=harm)
    found = compare(game, [subsidy("go", "1/2", name="paid")])
    assert found.baseline.first_best.welfare is None
    assert "depends on which types" in found.baseline.first_best.unknown
    (one,) = (v for v in found.verdicts("paid") if v.rule == "selected")
    share = Fraction(2, 5) * Fraction(1, 4) + Fraction(3, 5) * Fraction(3, 4)
    harmed = Enclosure.point(-(share**2) * each)
    assert one.changes["downwind"] == harmed
    assert one.net["1"] == Enclosure.point(Fraction(9, 20) * each) + harmed
    base = found.baseline
    assert base.diagnosis(base[base.selected]) == "not judged: the first best is not known"
    result = json.loads(json.dumps(comparison_result(found)))
    schema = json.loads((SCHEMAS / "pigou-compare-1.schema.json").read_text(encoding="utf-8"))
    assert list(problems(result, schema, schema)) == []
    assert result["baseline"]["first_best"]["welfare"] is None
    text = " ".join(as_text(compare_page(Model(game), found)).split())
    assert "the first best is not known: '" in text
    assert "Nothing fails here" not in text


def test_a_curved_surplus_is_gone_through_profile_by_profile_where_that_can_be_done():
    """W = n - (a + 3 b)**2/20 for a of 20 and b of 20: nobody of b, and a = 10."""
    idle = [Bystander("idle", "-sum(c*go)**2/20")]
    best = first_best(crowd("go", {"a": (20, 1), "b": (20, 3)}, bystanders=idle))
    assert best.welfare == Enclosure.point(5)
    assert best.profiles == ("a: 10 no, 10 yes; b: 20 no",)
