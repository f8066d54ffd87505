"""What becomes of equilibria as a reform grows: against brute force on both sides of a strength."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq

from pigou import Game, Move, Player, Type, compare, pay, set_parameters, solve, subsidy, tax
from pigou.exact import Enclosure
from pigou.game import Parameter
from pigou.matching import fates
from pigou.models import load
from pigou.solvers.form import finite_form
from pigou.solvers.roots import from_bernstein, real_roots
from pigou.solvers.strengths import pure_span, shared_paths, support_span

MODEL = load("coordination")
A_BIT = Fraction(1, 10**9)


def table_game(payoffs):
    """Return a finite game from arrays of payoffs, one for each player."""
    sizes = payoffs[0].shape
    names = [f"p{k}" for k in range(len(sizes))]
    moves = [
        Move(f"m{k}", names[k], {f"c{a}": a for a in range(size)}) for k, size in enumerate(sizes)
    ]
    formulas = {}
    for name, table in zip(names, payoffs, strict=True):
        formulas[name] = " + ".join(
            f"({table[cell]})*" + "*".join(f"(m{k} == {a})" for k, a in enumerate(cell))
            for cell in itertools.product(*map(range, sizes))
        )
    return Game("table", [Player(n) for n in names], moves, formulas)


def between(one, other, share):
    """Mix two lists of tables of whole numbers exactly."""
    share = Fraction(share)
    mixed = []
    for a, b in zip(one, other, strict=True):
        table = np.empty(a.shape, dtype=object)
        for cell in np.ndindex(a.shape):
            table[cell] = (1 - share) * int(a[cell]) + share * int(b[cell])
        mixed.append(table)
    return mixed


def is_pure_equilibrium(tables, cell):
    for k, table in enumerate(tables):
        for a in range(table.shape[k]):
            if table[(*cell[:k], a, *cell[k + 1 :])] > table[cell]:
                return False
    return True


def random_tables(rng, sizes):
    return [rng.integers(-5, 6, size=sizes) for _ in sizes]


@pytest.mark.parametrize("sizes", [(2, 2), (3, 2), (2, 2, 2)])
def test_pure_spans_against_brute_force(sizes):
    rng = np.random.default_rng(len(sizes) * 10 + sizes[0])
    seen = 0
    for _ in range(25):
        one, other = random_tables(rng, sizes), random_tables(rng, sizes)
        forms = [finite_form(table_game(tables)) for tables in (one, other)]
        for cell in itertools.product(*map(range, sizes)):
            counts = tuple(
                tuple(int(a == c) for a in range(n)) for c, n in zip(cell, sizes, strict=True)
            )
            span = pure_span(*forms, counts)
            tried = {Fraction(k, 40) for k in range(41)}
            if span is not None:
                for end in span:
                    tried |= {end, end - A_BIT, end + A_BIT}
                seen += span[0] > 0 or span[1] < 1
            for share in (t for t in tried if 0 <= t <= 1):
                expected = is_pure_equilibrium(between(one, other, share), cell)
                assert expected == (span is not None and span[0] <= share <= span[1])
    assert seen > 20


def population(values):
    """Return a population in which the second action's payoff is given by how many take it."""
    size = len(values)
    formula = " + ".join(f"({v})*(sum(x) == {k})" for k, v in enumerate(values, 1))
    return Game(
        "crowd",
        [Player("firm", size=size)],
        [Move("x", "firm", {"no": 0, "yes": 1})],
        {"firm": f"x*({formula})"},
    )


def test_shared_mixtures_against_counts_of_roots_on_both_sides():
    rng = np.random.default_rng(3)
    seen = {"fold": 0, "pure": 0, "": 0}
    for trial in range(150):
        size = int(rng.integers(2, 7))
        one, other = a, b = rng.integers(-4, 5, (2, size))
        forms = [finite_form(population(list(map(int, values)))) for values in (one, other)]
        paths = shared_paths(*forms)
        if paths is None:
            continue

        def roots(share, one=one, other=other):
            mixed = [
                fmpq(int(a)) + share * (int(b) - int(a)) for a, b in zip(one, other, strict=True)
            ]
            polynomial = from_bernstein(mixed)
            return None if polynomial.is_zero() else real_roots(polynomial)

        for share, what in ((fmpq(0), "start"), (fmpq(1), "end")):
            here = roots(share)
            if here is None:
                continue
            shares = [getattr(p, what) for p in paths if getattr(p, what) is not None]
            assert all(any(r.enclosure.overlaps(p) for p in shares) for r in here), trial
            assert all(any(r.enclosure.overlaps(p) for r in here) for p in shares), trial
        events = {}
        for path in paths:
            assert 0 <= path.low.lower <= path.high.upper <= 1
            for what, place, side in ((path.meets[0], path.low, -1), (path.meets[1], path.high, 1)):
                seen[what] += 1
                if what:
                    events.setdefault((place.lower, place.upper, what, side), []).append(path)
        for (low, high, what, side), _ in events.items():
            gap = Fraction(1, 10**7)
            within, beyond = (low - gap, high + gap) if side > 0 else (high + gap, low - gap)
            if not (0 < within < 1 and 0 < beyond < 1):
                continue
            near = [e for e in events if abs(e[0] - low) < 4 * gap and e[2:] != (what, side)]
            if near:
                continue
            counts = [
                sum(r.multiplicity for r in roots(fmpq(s.numerator, s.denominator)))
                for s in (within, beyond)
            ]
            if what == "fold":
                assert counts[0] - counts[1] == 2, trial
            else:
                assert low == high  # rational: all of the first, or all of the second action
                at = fmpq(low.numerator, low.denominator)
                ends = [int(a[k]) + at * (int(b[k]) - int(a[k])) for k in (0, -1)]
                assert 0 in ends and abs(counts[0] - counts[1]) <= 1, trial
    assert min(seen.values()) > 10


def has_supports(tables, supports):
    """Whether a two-player game has a mixed equilibrium with just these supports, by its solver."""
    game = table_game(tables)
    for one in solve(game):
        used = tuple(
            tuple(k for k, p in enumerate(s.probabilities.values()) if p.upper > 0)
            for s in one.strategies
        )
        if used == supports:
            return True
    return False


def test_mixed_equilibria_of_two_players_end_where_they_are_said_to():
    rng = np.random.default_rng(8)
    ends = 0
    for _ in range(40):
        sizes = (2, 2) if rng.random() < 0.5 else (3, 3)
        one, other = random_tables(rng, sizes), random_tables(rng, sizes)
        forms = [finite_form(table_game(tables)) for tables in (one, other)]
        for found in solve(table_game(one)):
            if found.kind == "pure" or found.component:
                continue
            supports = tuple(
                tuple(k for k, p in enumerate(s.probabilities.values()) if p.upper > 0)
                for s in found.strategies
            )
            span, why = support_span(*forms, supports)
            gap = Fraction(1, 10**6)
            if not why:
                assert all(has_supports(between(one, other, s), supports) for s in ("1/3", 1 - gap))
            else:
                ends += 1
                before, after = span.lower - gap, span.upper + gap
                if before > 0:
                    assert has_supports(between(one, other, before), supports)
                if after < 1:
                    assert not has_supports(between(one, other, after), supports)
    assert ends > 10


def test_a_reform_that_pays_some_members_only_is_followed():
    found = compare(MODEL.game, [MODEL.reform("divide_and_conquer")])
    changes = found.changes("divide_and_conquer")
    pure = {c.before: c for c in changes if c.before in ("E1", "E2")}
    # six of ten are paid: waiting is given up by the paid as soon as 3/8 is paid, of 2/5
    assert str(pure["E1"]) == "E1 vanishes at strength 15/16"
    assert pure["E1"].how == "exact"
    assert pure["E2"].what == "survives"


def test_what_cannot_be_followed_is_paired_by_likeness_and_says_so():
    found = compare(MODEL.game, [MODEL.reform("joint_commitment")])
    assert {c.how for c in found.changes("joint_commitment")} == {"by likeness"}


def cubic(bonus=0):
    return Game(
        "tipping",
        [Player("a")],
        [Move("x", "a", (-2, 2))],
        {"a": "pull*x + x**2/2 - x**4/4"},
        parameters=[Parameter("pull", bonus)],
    )


def test_two_investors_lose_the_bad_equilibrium_at_a_fold():
    """The folds of x = s(y), y = s(x) with s logistic are known in closed form on the diagonal."""
    payoff = "{0}*(1/(1 + exp(-10*({1} - 1/2)))) - {0}**2/2"
    game = Game(
        "spillovers",
        [Player("a"), Player("b")],
        [Move("x", "a", (0, 1)), Move("y", "b", (0, 1))],
        {"a": payoff.format("x", "y"), "b": payoff.format("y", "x")},
    )
    half = subsidy("x", "1/4") + subsidy("y", "1/4")
    found = compare(game, [half])
    changes = found.changes(half.name)
    gone = [c for c in changes if c.what == "vanishes"]
    kept = [c for c in changes if c.what == "moves"]
    assert len(gone) == 2 and len(kept) == 1 and not [c for c in changes if c.what == "appears"]
    # x = L(10(x - 1/2)) + r is tangent to the diagonal where 10 L (1 - L) = 1
    level = (1 - math.sqrt(1 - 0.4)) / 2
    x = 0.5 + math.log(level / (1 - level)) / 10
    rate = x - level
    for change in gone:
        assert change.how == "certified" and "meets" in change.why
        assert change.strength.lower <= Fraction(rate * 4 + 1e-12)
        assert change.strength.upper >= Fraction(rate * 4 - 1e-12)
        assert change.strength.upper - change.strength.lower < Fraction(1, 10**6)


def test_of_two_folds_close_to_each_other_each_equilibrium_gets_its_own():
    """Spillovers hardly steeper than the diagonal: a narrow hysteresis around rate 0."""
    payoff = "{0}*(1/(1 + exp(-22/5*({1} - 1/2))) + rate) - {0}**2/2"
    game = Game(
        "spillovers",
        [Player("a"), Player("b")],
        [Move("x", "a", (-1, 2)), Move("y", "b", (-1, 2))],
        {"a": payoff.format("x", "y"), "b": payoff.format("y", "x")},
        parameters=[Parameter("rate", "-1/10")],
    )
    level = (1 - math.sqrt(1 - 4 / 4.4)) / 2
    rate = 0.5 + math.log(level / (1 - level)) / 4.4 - level
    gone, new = compare(game, [set_parameters({"rate": "1/10"}, "push")]).changes("push")
    assert (gone.what, new.what) == ("vanishes", "appears")
    for change, expected in ((gone, 0.5 + 5 * rate), (new, 0.5 - 5 * rate)):
        assert abs(change.strength.value - expected) < 1e-6
        assert change.how == "certified"


def test_a_tie_ends_an_equilibrium_that_stays_a_first_order_point():
    """Two hills: the left one is higher until the pull turns to the right, at strength 1/2."""
    game = cubic("-1/10")
    found = compare(game, [set_parameters({"pull": "1/10"}, "turn")])
    gone, new = found.changes("turn")
    assert (gone.what, new.what) == ("vanishes", "appears")
    for change in (gone, new):
        assert change.strength.lower <= Fraction(1, 2) <= change.strength.upper
        assert change.why.startswith("another move")


def one_player(payoff, ends, first, last):
    """Return what a change of the parameter k does to one player's choice of x, in words."""
    move, k = Move("x", "a", ends), Parameter("k", first)
    game = Game("alone", [Player("a")], [move], {"a": payoff}, parameters=[k])
    return compare(game, [set_parameters({"k": last}, "change")]).changes("change")


def test_a_brief_spell_in_which_another_move_is_better_is_not_overlooked():
    """The hill from x = 1 to 2 sinks to exp(-1/4) = 0.7788 at 1/2, below that of 0.779 at -2."""
    gone, new = one_player(
        "(1 - k)*exp(-(x - 1)**2) + k*exp(-(x - 2)**2) + 779/1000*exp(-9*(x + 2)**2)", (-3, 4), 0, 1
    )
    assert (gone.what, new.what) == ("vanishes", "appears")
    assert abs(gone.strength.value - 0.487009) < 1e-5 and abs(new.strength.value - 0.512912) < 1e-5


def test_a_tie_at_an_end_of_the_strengths_is_there():
    hills = "k*x + x**2/2 - x**4/4"
    for first, last, what, strength in (("-1/10", 0, "appears", 1), (0, "1/10", "vanishes", 0)):
        (change,) = (c for c in one_player(hills, (-2, 2), first, last) if c.what == what)
        assert abs(change.strength.value - strength) < 1e-6


def test_from_one_end_to_the_other_at_once():
    """At strength 1/2 every move does as well; before it 0 is best, after it 1."""
    changes = one_player("k*x", (0, 1), -1, 1)
    assert [str(c) for c in changes] == [
        "E1 vanishes at strength 0.5",
        "E1 appears at strength 0.5",
    ]


def test_nothing_changes_under_a_payment_that_nobody_can_avoid():
    game = table_game(random_tables(np.random.default_rng(1), (2, 2)))
    changes = compare(game, [pay("p0", "p1", 3, "gift")]).changes("gift")
    assert {c.what for c in changes} == {"survives"}
    assert {c.how for c in changes} == {"exact"}


def test_the_fate_is_the_same_whichever_way_the_comparison_is_read():
    found = compare(MODEL.game, [MODEL.reform("uniform_subsidy")])
    there = fates(found.baseline, found.reforms[0])
    back = fates(found.reforms[0], found.baseline)
    gone = {c.strength.lower for c in there if c.what == "vanishes"}
    come = {1 - c.strength.upper for c in back if c.what == "appears"}
    assert gone == come == {Fraction(15, 16)}


def two_tables(one, other):
    """Return what becomes of the equilibria of one table game as it becomes another, and both."""
    before, after = (compare(table_game(tables), []).baseline for tables in (one, other))
    return fates(before, after), before.found, after.found


PENNIES = np.array([[1, -1], [-1, 1]])


def test_a_mixture_is_followed_through_a_strength_at_which_everybody_is_indifferent():
    """At strength 1/2 all payoffs are 0; half and half is an equilibrium all the way."""
    (change,), _, _ = two_tables([PENNIES, -PENNIES], [-PENNIES, PENNIES])
    assert (str(change), change.how) == ("E1 survives (as E1)", "exact")


def crowds(one, other):
    """Return what becomes of the equilibria of one population as it becomes another."""
    return fates(*(compare(population(values), []).baseline for values in (one, other)))


def test_a_mixture_that_splits_at_once_is_followed_along_the_branch_that_goes_further():
    """Gains (1 - s, -1, 1): the double root 1/2 splits; one part falls to 0 at 1, one is 2/3."""
    changes = {c.before or c.after: c for c in crowds([1, -1, 1], [0, -1, 1])}
    assert str(changes["E3"]) == "E3 moves (as E4)"
    split = [c for c in crowds([1, -1, 1], [1, -2, 1]) if "E3" in c.before or not c.before]
    assert [str(c) for c in split] == ["E3 moves (as E3)", "E4 appears at strength 0"]
    assert {c.how for c in (*changes.values(), *split)} == {"exact"}


def test_a_mixture_is_followed_through_a_strength_at_which_all_mixtures_are_equilibria():
    """Gains (2s - 1, 1 - 2s): half of the others is always the break-even; at 1/2 all are."""
    (same,) = (c for c in crowds([-1, 1], [1, -1]) if c.before == "E3")
    assert (str(same), same.how) == ("E3 survives (as E2)", "exact")


def test_a_mixture_beside_which_another_choice_does_as_well_at_full_strength_only_survives():
    outside = [np.vstack([PENNIES, row]) for row in ([-1, -1], [0, 0])]
    rival = np.vstack([-PENNIES, [0, 0]])
    changes, _, after = two_tables([outside[0], rival], [outside[1], rival])
    (same,) = (e for e in after if "c2" not in str(e))
    assert (str(changes[0]), changes[0].how) == (f"E1 survives (as {same.name})", "exact")


def test_irrational_payoffs_make_a_strength_numerical():
    choices = {"no": 0, "yes": 1}
    payoff = "sqrt(2)*{}*({} - 1/3)"
    game = Game(
        "rounded",
        [Player("a"), Player("b")],
        [Move("x", "a", choices), Move("y", "b", choices)],
        {"a": payoff.format("x", "y"), "b": payoff.format("y", "x")},
    )
    both = subsidy("x", 1) + subsidy("y", 1)
    assert {c.how for c in compare(game, [both]).changes(both.name)} == {"numerical"}


def test_two_types_of_one_member_each_may_mix_over_different_choices():
    """One type mixes over a and b, the other over b and c; taxed 2, b is not used."""
    rows = np.array([[0, 1, -1], [0, -1, 1], [-9, -9, -9]])
    columns = np.array([[-9, 1, -1], [-9, -1, 1], [0, 0, 0]])
    terms = {"0": rows, "1": columns}
    choices = {"a": 0, "b": 1, "c": 2}
    other = "(sum(if(kind != {0}, x + 1, 0)) - 1)"
    payoff = " + ".join(
        f"(kind == {kind})*({table[i][j]})*(x == {i if kind == '0' else j})"
        f"*({other.format(kind)} == {j if kind == '0' else i})"
        for kind, table in terms.items()
        for i in range(3)
        for j in range(3)
    )
    types = [Type("one", 1, {"kind": 0}), Type("two", 1, {"kind": 1})]
    game = Game("two", [Player("p", types=types)], [Move("x", "p", choices)], {"p": payoff})
    (name,) = (e.name for e in solve(game) if e.kind == "mixed")
    for rate, what in ((1, "moves (as E3)"), (4, "vanishes at strength 1/2")):
        changes = compare(game, [tax("x", rate, choice="b")]).changes("tax")
        (change,) = (c for c in changes if c.before == name)
        assert (str(change), change.how) == (f"{name} {what}", "exact")


def test_large_supports_are_followed_without_delay():
    rng = np.random.default_rng(5)
    one = 50 * np.eye(10, dtype=int) + rng.integers(0, 5, (10, 10))
    rival = rng.integers(0, 2, (10, 10)) - one
    more = one + rng.integers(0, 3, (10, 10))
    forms = [finite_form(table_game([rows, rival])) for rows in (one, more)]
    assert support_span(*forms, (tuple(range(10)), tuple(range(10)))) == (Enclosure.point(1), "")
