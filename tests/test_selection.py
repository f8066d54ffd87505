"""Selection as a value: what each rule says of declared games, and how it is asked for and told."""

from __future__ import annotations

import itertools
import json
import random
from fractions import Fraction

import pytest
from click.testing import CliRunner
from hypothesis import given, settings, strategies as st

from games import named_games, population_games, random_tables, table_game
from pigou import (
    Bystander,
    Choice,
    DeclarationError,
    Game,
    Grade,
    Move,
    Parameter,
    Player,
    Selected,
    Selection,
    Type,
    assess,
    compare,
    read_selection,
    select,
    solve,
    subsidy,
)
from pigou.cli import cli
from pigou.gambit import read_nfg
from pigou.models import load
from pigou.selection import SELECTIONS, as_announced

MODEL = load("coordination")


def outcome(game, rule, at=None) -> Selected:
    found = solve(game, at)
    return select(game, found, assess(game, found), rule)


def chosen(game, rule, at=None) -> str:
    """The profile that a rule picks; empty where it is silent or undecided."""
    found = solve(game, at)
    said = select(game, found, assess(game, found), rule)
    return found[said.name].profile if len(said.picked) == 1 else ""


def picked(game, rule, at=None) -> list[str]:
    found = solve(game, at)
    said = select(game, found, assess(game, found), rule)
    return [found[name].profile for name in said.picked]


# -- O05: the stag hunt, and the critical mass game -----------------------------------------------

STAG = Game(
    "stag hunt",
    [Player("one"), Player("two")],
    [Move("a", "one", {"stay": 0, "up": 1}), Move("b", "two", {"stay": 0, "up": 1})],
    {"one": "4*a*b + safe*(1 - a)", "two": "4*a*b + safe*(1 - b)"},
    parameters=[Parameter("safe", 2)],
)

MASS = Game(
    "critical mass",
    [Player("firm", size=10)],
    [Move("invest", "firm", {"no": 0, "yes": 1})],
    {"firm": "invest*(if(sum(invest) >= 7, b, 0) - 1)"},
    parameters=[Parameter("b", 2)],
)
TINY = Fraction(1, 10**9)


def test_up_is_risk_dominant_in_the_stag_hunt_iff_the_safe_payoff_is_below_two():
    """Oracle O05.stag_x: (4 - x)^2 against x^2."""
    assert chosen(STAG, "risk-dominant", {"safe": 2 - TINY}) == "a: up; b: up"
    assert chosen(STAG, "risk-dominant", {"safe": 2 + TINY}) == "a: stay; b: stay"
    tie = outcome(STAG, "risk-dominant")
    assert tie.picked == () and tie.grade is None and "a tie" in tie.finding
    assert "2 x 2 = 4 against 2 x 2 = 4" in tie.finding and "lowest welfare" in tie.instead


@pytest.mark.parametrize("safe", ["1", "3/2", "7/2"])
def test_the_p_of_up_is_a_quarter_of_the_safe_payoff(safe):
    """Oracle O05: p-dominance of Up = x/4."""
    p = Fraction(safe) / 4
    assert "a: up; b: up" in picked(STAG, f"p-dominant:p={p}", {"safe": safe})
    assert "a: up; b: up" not in picked(STAG, f"p-dominant:p={p - TINY}", {"safe": safe})
    assert "a: stay; b: stay" in picked(STAG, f"p-dominant:p={1 - p}", {"safe": safe})
    assert "a: stay; b: stay" not in picked(STAG, f"p-dominant:p={1 - p - TINY}", {"safe": safe})


def test_the_critical_benefit_and_the_subsidy_of_the_global_game_limit():
    """Oracle O05: b* = n c/(n - k + 1) = 2.5; at b = 2 the restoring subsidy is 0.2."""
    assert chosen(MASS, "laplacian", {"b": Fraction(5, 2) + TINY}) == "invest: 10 yes"
    assert chosen(MASS, "laplacian", {"b": Fraction(5, 2) - TINY}) == "invest: 10 no"
    edge = outcome(MASS, "laplacian", {"b": Fraction(5, 2)})
    assert edge.picked == () and "indifferent" in edge.finding
    for shift, profile in ((TINY, "invest: 10 yes"), (-TINY, "invest: 10 no")):
        reformed = subsidy("invest", Fraction(1, 5) + shift)(MASS)
        assert chosen(reformed, "laplacian") == profile
    paid = assess((game := subsidy("invest", Fraction(1, 5))(MASS)), solve(game))
    assert max(a.outlay.lower for a in paid) == 2  # O05.total_subsidy_outlay


@pytest.mark.parametrize("b", ["3/2", "2", "5/2", "4", "9"])
def test_laplacian_beliefs_maximise_the_potential_of_two_choices(b):
    """The potential of all investing less that of none is the Laplacian sum of gains."""
    assert chosen(MASS, "potential", {"b": b}) == chosen(MASS, "laplacian", {"b": b})


def test_risk_dominance_of_many_follows_the_prior_and_not_the_uniform_number():
    """The prior is 1 - c/b; invest iff b P(Bin(9, 1 - 1/b) >= 6) > 1 (Harsanyi and Selten 1988)."""
    from math import comb

    for b in ("2", "5/2", "29/10", "3", "4"):
        p = 1 - 1 / Fraction(b)
        chance = sum(comb(9, k) * p**k * (1 - p) ** (9 - k) for k in range(6, 10))
        wanted = "invest: 10 yes" if Fraction(b) * chance > 1 else "invest: 10 no"
        assert chosen(MASS, "risk-dominant", {"b": b}) == wanted
    assert chosen(MASS, "risk-dominant", {"b": "5/2"}) == "invest: 10 yes"  # Laplacian: a tie


# -- O06: minimum effort --------------------------------------------------------------------------


def minimum_effort(players, cost, named=False, efforts=tuple(range(1, 8))):
    """Van Huyck, Battalio and Beil (1990): 3/5 + min/5 - cost e."""
    choices = {str(e): e for e in efforts}
    if named:
        names = ["ann", "bob", "cy"][:players]
        lowest = f"min({', '.join(f'e_{n}' for n in names)})"
        moves = [Move(f"e_{n}", n, choices) for n in names]
        pays = {n: f"3/5 + {lowest}/5 - ({cost})*e_{n}" for n in names}
        return Game("minimum effort", [Player(n) for n in names], moves, pays)
    steps = " + ".join(f"if(sum(e >= {k}) >= {players}, {k - j}, 0)"
                       for j, k in zip(efforts, list(efforts)[1:], strict=False))  # fmt: skip
    lowest = f"({efforts[0]} + {steps})"
    return Game("minimum effort", [Player("subject", size=players)],
                [Move("e", "subject", choices)],
                {"subject": f"3/5 + {lowest}/5 - ({cost})*e"})  # fmt: skip


def efforts_picked(game):
    """The efforts of the potential maximisers, in which all have to make the same effort."""
    profiles = picked(game, "potential")
    found = [
        {part.split(": ")[-1].split()[-1].strip("'") for part in p.split("; ")} for p in profiles
    ]
    assert all(len(each) == 1 for each in found)
    return sorted(int(each.pop()) for each in found)


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize(
    ("players", "cost", "efforts"),
    [
        (2, "1/10", [1, 2, 3, 4, 5, 6, 7]),  # O06.potmax_n2
        (3, "1/10", [1]),  # O06.potmax_n3
        (3, "1/20", [7]),  # O06.potmax_n3_b05
    ],
)
def test_potential_maximisers_of_minimum_effort(players, cost, efforts, named):
    game = minimum_effort(players, cost, named)
    assert efforts_picked(game) == efforts
    said = outcome(game, "potential")
    assert said.grade is Grade.CERTIFIED and "exact potential" in said.finding
    assert bool(said.instead) == (len(efforts) > 1)


def test_potential_maximiser_of_treatment_b():
    """Oracle O06.potmax_treatmentB: without a cost of effort the top is weakly dominant."""
    assert efforts_picked(minimum_effort(4, "0")) == [7]


def flip(efforts):
    """Fourteen players, from whose cost of effort 1/10 a subsidy per unit of effort is taken."""
    game = minimum_effort(14, "1/10", efforts=efforts)
    edge = Fraction(1, 10) - Fraction(1, 5) / 14
    assert float(edge) == pytest.approx(0.08571428571, abs=1e-10)  # O06.subsidy_to_flip_n14
    for shift, wanted in ((-TINY, [efforts[0]]), (0, [*efforts]), (TINY, [efforts[-1]])):
        assert efforts_picked(subsidy("e", edge + shift)(game)) == wanted


def test_the_subsidy_of_effort_that_flips_the_potential_maximiser():
    flip([1, 4, 7])


@pytest.mark.long
def test_the_subsidy_that_flips_it_with_more_efforts():
    flip([1, 3, 5, 7])
    flip([1, 2, 3, 5, 7])


# -- relabelling ----------------------------------------------------------------------------------

RELABELLED = (
    "best",
    "worst",
    "payoff-dominant",
    "risk-dominant",
    "p-dominant",
    "potential",
    "logit:lambda=2",
)


def by_cells(tables, shape, rule):
    """The pure profiles that a rule picks, as cells; None for a mixed one."""
    game = table_game(tables, shape)
    found = solve(game)
    said = select(game, found, assess(game, found), rule)
    cells = set()
    for name in said.picked:
        shares = [list(s.probabilities.values()) for s in found[name].strategies]
        pure = all(any(p.lower == 1 for p in row) for row in shares)
        cells.add(tuple([p.lower for p in row].index(1) for row in shares) if pure else None)
    return cells


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(RELABELLED))
def test_new_names_for_players_and_actions_give_the_same_selection(seed, rule):
    rng = random.Random(seed)
    shape = rng.choice([(2, 2), (3, 3), (2, 3), (2, 2, 2)])
    tables = random_tables(rng, shape, 0, 9)
    diagonal = [tuple(min(k, n - 1) for n in shape) for k in (0, 1)]
    tables = [{c: v + 9 * (c in diagonal) for c, v in t.items()} for t in tables]
    players = rng.sample(range(len(shape)), len(shape))  # new player i is old player players[i]
    actions = [rng.sample(range(n), n) for n in shape]  # old action a becomes actions[i][a]

    def renamed(cell):
        return tuple(actions[p][cell[p]] for p in players)

    new_shape = tuple(shape[p] for p in players)
    new = [{renamed(cell): v for cell, v in tables[p].items()} for p in players]
    before, after = by_cells(tables, shape, rule), by_cells(new, new_shape, rule)
    assert {c if c is None else renamed(c) for c in before} == after


@pytest.mark.parametrize(
    ("rule", "pays"),
    [
        ("best", "3 3 0 0 0 0 3 3"),
        ("payoff-dominant", "3 3 0 0 0 0 3 3"),
        ("worst", "6 6 7 2 2 7 0 0"),  # chicken: 9 where one dares, 28/3 in the mixture
    ],
)
def test_equilibria_that_tie_are_all_picked_and_not_the_first_of_them(rule, pays):
    """Which of them comes first is a matter of names."""
    said = outcome(read_nfg('NFG 1 R "twins" { "a" "b" } { 2 2 } ' + pays), rule)
    assert said.picked == ("E1", "E2") and said.grade is Grade.CERTIFIED
    assert "a tie" in said.finding and said.instead.startswith("of these")


def test_what_is_worth_most_between_the_ends_of_a_continuum_is_not_claimed():
    """x + y = 1 are all equilibria; a bystander gains most in the middle, which is no end."""
    pay = "-(x + y - 1)**2"
    game = Game("line", [Player("one"), Player("two")],
                [Move("x", "one", (0, 1)), Move("y", "two", (0, 1))],
                {"one": pay, "two": pay}, bystanders=[Bystander("they", "x*y")])  # fmt: skip
    for rule in ("best", "worst", "payoff-dominant"):
        said = outcome(game, rule)
        assert said.grade is Grade.NUMERICAL and "among the ends of continua" in said.finding


# -- the tracing procedure in declared games ------------------------------------------------------


def test_third_choices_can_turn_risk_dominance():
    """Without them 6 x 8 beats 8 x 5; with them the prior leads the other way."""
    one, two = [[8, 0, 4], [2, 8, 6], [4, 7, 1]], [[8, 0, 3], [1, 6, 3], [0, 8, 6]]

    def risk_dominant(size):
        text = " ".join(f"{one[i][j]} {two[i][j]}" for j in range(size) for i in range(size))
        head = f'NFG 1 R "thirds" {{ "x" "y" }} {{ {size} {size} }} '
        return outcome(read_nfg(head + text), "risk-dominant").words

    assert "E1 risk-dominates E2: deviation losses 6 x 8 = 48 against 8 x 5 = 40" in risk_dominant(
        2
    )
    assert "E2 risk-dominates E1: linear tracing procedure, path of 3 lines" in risk_dominant(3)


def test_two_members_alike_are_traced_symmetrically():
    """Named players both leave the third action at the same t, a tie; members alike stay alike."""
    pays = [[6, 2, 0], [2, 5, 2], [5, 4, 1]]
    terms = [
        f"if(act == {own} and sum(act == {other}) == {1 + (own == other)}, {pays[own][other]}, 0)"
        for own in range(3)
        for other in range(3)
    ]
    move = Move("act", "firm", {"a": 0, "b": 1, "c": 2})
    alike = Game("alike", [Player("firm", size=2)], [move], {"firm": " + ".join(terms)})
    said = outcome(alike, "risk-dominant")
    assert chosen(alike, "risk-dominant") == "act: 2 b" and "path of 3 lines" in said.finding
    text = " ".join(f"{pays[i][j]} {pays[j][i]}" for j in range(3) for i in range(3))
    named = outcome(read_nfg('NFG 1 R "named" { "x" "y" } { 3 3 } ' + text), "risk-dominant")
    assert named.picked == () and "two changes of the actions in use at once" in named.finding
    assert "undecided between E1 and E2" in named.finding


@pytest.mark.parametrize("kept", [0, 1])
def test_one_whose_choice_dominance_settles_is_no_third_player(kept):
    """The game of third choices, with a third player who has one good choice and one bad one."""
    one, two = [[8, 0, 4], [2, 8, 6], [4, 7, 1]], [[8, 0, 3], [1, 6, 3], [0, 8, 6]]
    cells = list(itertools.product(range(3), range(3), range(2)))
    tables = [{(i, j, k): Fraction(t[i][j] if k == kept else (i - j) * k) for i, j, k in cells}
              for t in (one, two)]  # fmt: skip
    tables.append({(i, j, k): Fraction(int(k == kept)) for i, j, k in cells})
    game = table_game(tables, (3, 3, 2))
    assert "tracing procedure, path of 3 lines" in outcome(game, "risk-dominant").finding
    assert chosen(game, "risk-dominant") == f"m0: c1; m1: c1; m2: c{kept}"


def test_uniform_beliefs_without_the_limit_behind_them_say_so():
    """Gains of -1, 5, -5 and 2 with 0 to 3 others: both choices are strict, and the sum is 1."""
    gain = "-1*(sum(u) - u == 0) + 5*(sum(u) - u == 1) - 5*(sum(u) - u == 2) + 2*(sum(u) - u == 3)"
    move = Move("u", "p", {"no": 0, "yes": 1})
    game = Game("bumps", [Player("p", size=4)], [move], {"p": f"u*({gain})"})
    said = outcome(game, "laplacian")
    assert chosen(game, "laplacian") == "u: 4 yes" and "need not be the limit" in said.finding
    assert "limit" not in outcome(MODEL.game, "laplacian").finding


def test_what_is_announced_inside_a_continuum_is_not_said_to_be_no_equilibrium():
    """x = y = 1/2 is one of the equilibria x + y = 1, of which the list has the ends."""
    pay = "-(x + y - 1)**2"
    game = Game("line", [Player("one"), Player("two")],
                [Move("x", "one", (0, 1)), Move("y", "two", (0, 1))],
                {"one": pay, "two": pay})  # fmt: skip
    found = solve(game)
    by_rule = select(game, found, assess(game, found), "all")
    said = as_announced(by_rule, found, {"x": "1/2", "y": "1/2"})
    assert "no equilibrium in the list is as announced" in said.finding
    assert as_announced(by_rule, found, {"x": 0}).instead.endswith("in the list that was announced")


# -- refusals -------------------------------------------------------------------------------------

COURNOT = Game(
    "Cournot",
    [Player("one"), Player("two")],
    [Move("x", "one", (0, 2)), Move("y", "two", (0, 2))],
    {"one": "x*(3 - x - y)", "two": "y*(3 - x - y)"},
)

PENNIES = read_nfg('NFG 1 R "pennies" { "a" "b" } { 2 2 } 1 0 0 1 0 1 1 0')


@pytest.mark.parametrize(
    "rule", ["laplacian", "risk-dominant", "p-dominant", "logit:lambda=1", "basin"]
)
def test_rules_of_choices_are_silent_about_continuous_moves(rule):
    said = outcome(COURNOT, rule)
    assert (said.picked, said.grade, said.name) == ((), None, "E1")
    assert "continuous moves" in said.finding and said.instead == "the only equilibrium"
    assert said.words.startswith(rule) and "taken instead" in said.words


def test_the_potential_of_cournot_and_of_a_continuous_coordination_game():
    """(x - y)^2 pulls both together; x - x^2/2 pulls to 1; many equilibria, one best potential."""
    said = outcome(COURNOT, "potential")
    assert said.picked == ("E1",) and said.grade is Grade.CERTIFIED
    moves = [Move("x", "one", (0, 1)), Move("y", "two", (0, 1))]
    pays = {"one": "3*x*y - x", "two": "3*x*y - y"}
    both = Game("both or none", [Player("one"), Player("two")], moves, pays)
    assert len(solve(both)) >= 2
    assert picked(both, "potential") == ["x: 1; y: 1"]
    other = {"one": "x*(3 - x - y)", "two": "y*(3 - x/2 - y)"}
    none = outcome(Game("none", COURNOT.players, COURNOT.moves, other), "potential")
    assert none.picked == () and "cross derivatives" in none.finding


def test_matching_pennies_has_no_strict_equilibrium_and_no_potential():
    assert "there is none" in outcome(PENNIES, "risk-dominant").finding
    assert "there is none" in outcome(PENNIES, "p-dominant").finding
    assert "no exact or weighted potential" in outcome(PENNIES, "potential").finding
    assert outcome(PENNIES, "logit:lambda=3").picked == ("E1",)
    assert outcome(PENNIES, "potential").instead == "the only equilibrium"


def test_asymmetric_strict_equilibria_of_members_alike_are_not_compared():
    payoff = "if(dare == 1, if(sum(dare) == 1, 7, 0), if(sum(dare) == 1, 2, 6))"
    move = Move("dare", "driver", {"no": 0, "yes": 1})
    chicken = Game("chicken", [Player("driver", size=2)], [move], {"driver": payoff})
    assert "act alike" in outcome(chicken, "risk-dominant").finding
    assert picked(chicken, "basin:dynamics=replicator") == ["dare: no 2/3, yes 1/3"]


def test_a_game_in_stages_is_refused_in_words():
    game = Game("stages", [Player("a"), Player("b")],
                [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1}, 2)],
                {"a": "3*y - x", "b": "x*y - y/2"})  # fmt: skip
    for rule in ("risk-dominant", "p-dominant", "potential", "logit:lambda=1", "basin"):
        assert "at the same time" in outcome(game, rule).finding
    assert outcome(game, "best").grade is Grade.CERTIFIED


def club(choices, payoff):
    move = Move("enter", "firm", Choice(choices, exit="out"))
    return Game("club", [Player("firm", size=3)], [move], {"firm": payoff})


def test_of_games_with_an_exit_only_what_dominance_settles_is_selected():
    """Where all who enter do the same, entering pays; with two ways to enter they may part."""
    settled = club({"out": 0, "in": 1}, "enter*(sum(enter)/2 - 1/4)")
    said = outcome(settled, "laplacian")
    assert said.picked == ("E1",) and "iterated strict dominance" in said.finding
    ways = "if(enter == 1, 2*sum(enter == 1) - 1, 0) + if(enter == 2, 3*sum(enter == 2) - 1, 0)"
    for rule in (
        "laplacian",
        "risk-dominant",
        "p-dominant",
        "potential",
        "logit:lambda=1",
        "basin",
    ):
        refused = outcome(club({"out": 0, "a": 1, "b": 2}, ways), rule)
        assert refused.picked == () and refused.grade is None and refused.instead
        assert "without an exit" in refused.finding or "two choices" in refused.finding


@pytest.mark.parametrize(("unit", "words"), [("1e400", "9e+800"), ("1e-400", "9e-800")])
def test_payoffs_of_any_size_are_compared_and_written(unit, words):
    """4, 0 against 3, 3: the product of losses of the safe choice is nine units squared."""
    pays = {"one": f"({unit})*(4*a*b + 3*(1 - a))", "two": f"({unit})*(4*a*b + 3*(1 - b))"}
    said = outcome(Game("units", STAG.players, STAG.moves, pays), "risk-dominant")
    assert f"= {words} against" in said.finding and said.picked == ("E1",)


def test_a_precision_at_which_rounding_is_too_large_is_not_said_to_be_out_of_reach():
    """The mixture of these pennies cannot be held against its response at 9e9 by doubles."""
    pennies = read_nfg('NFG 1 R "p" { "a" "b" } { 2 2 } 9 0 0 1 0 1 1 0')
    said = outcome(pennies, "logit:lambda=1e9")
    assert said.picked == () and "at lambda = 1000000000 the principal" in said.finding
    assert "rounding" in said.finding and "only" not in said.finding


def test_numerical_rules_never_claim_more():
    for rule in ("logit:lambda=5", "basin"):
        assert outcome(MODEL.game, rule).grade is Grade.NUMERICAL
    for rule in ("risk-dominant", "p-dominant", "potential", "laplacian", "best", "all"):
        assert outcome(MODEL.game, rule).grade is Grade.CERTIFIED


def test_rounded_payoffs_lower_the_grade():
    pays = {"one": "sqrt(17)*a*b + 2*(1 - a)", "two": "sqrt(17)*a*b + 2*(1 - b)"}
    game = Game("irrational", STAG.players, STAG.moves, pays)
    said = outcome(game, "risk-dominant")
    assert said.picked and said.grade is Grade.NUMERICAL and "rounded" in said.finding


def test_a_basin_that_is_not_clearly_the_largest_is_not_picked():
    """At a safe payoff of 2 both basins are half of all starting points."""
    said = outcome(STAG, "basin:dynamics=best-response,starts=500,seed=1")
    assert said.picked == () and "no basin is clearly the largest" in said.finding
    assert "standard error 0.022" in said.finding and "seed 1" in said.finding


def test_a_basin_smaller_than_what_settles_nowhere_is_not_picked():
    """Three choices in a cycle, and a fourth that is best against itself, from near itself only."""
    pays = [[0, 9, -9, 6], [-9, 0, 9, 6], [9, -9, 0, 6], [-1, -1, -1, 9]]
    text = " ".join(f"{pays[i][j]} {pays[j][i]}" for j in range(4) for i in range(4))
    game = read_nfg('NFG 1 R "cycle" { "a" "b" } { 4 4 } ' + text)
    said = outcome(game, "basin:dynamics=replicator,starts=200")
    share = float(said.finding.split("E1 ")[1].split()[0])
    assert 0.3 < share < 0.5 and "settled at none of them" in said.finding
    assert said.picked == () and "no basin is clearly the largest" in said.finding


def test_one_starting_point_settles_nothing():
    assert outcome(MODEL.game, "basin:starts=1").picked == ()
    assert outcome(MODEL.game, "basin:starts=300").picked == ("E1",)


def test_a_player_with_two_moves_decides_on_both_at_once():
    """The second difference of a is twice that of b: a potential with weights 1 and 1/2."""
    moves = [Move(n, p, {"no": 0, "yes": 1}) for n, p in (("x", "a"), ("w", "a"), ("y", "b"))]
    pays = {"a": "2*x*y + w*x - x", "b": "x*y - y/2"}
    game = Game("two moves", [Player("a"), Player("b")], moves, pays)
    said = outcome(game, "potential")
    assert (
        "weighted potential (weights a 1, b 1/2), largest at 'a: yes, yes; b: yes'" in said.finding
    )
    assert picked(game, "potential") == picked(game, "risk-dominant") == ["x, w: yes, yes; y: yes"]


def test_a_time_limit_is_said_and_nothing_is_picked():
    from pigou.deadline import time_limit

    found = solve(MODEL.game)
    assessed = assess(MODEL.game, found)
    with time_limit("1e-9"):
        said = select(MODEL.game, found, assessed, "basin")
    assert said.picked == () and "time limit" in said.finding


def test_types_of_a_population_are_told_apart():
    """Three gain from one other, two need more; all investing has the larger potential."""
    kinds = [Type("A", 3, {"c": 1}), Type("B", 2, {"c": "3/2"})]
    game = Game("types", [Player("p", types=kinds)], [Move("u", "p", {"n": 0, "y": 1})],
                {"p": "u*(sum(u)/2 - c)"})  # fmt: skip
    for rule in ("risk-dominant", "potential", "logit:lambda=5", "basin"):
        assert chosen(game, rule) == "u[A]: 3 y; u[B]: 2 y"
    assert "'p[A]: 3 y; p[B]: 2 y'" in outcome(game, "potential").finding


def test_all_keeps_every_equilibrium():
    said = outcome(MODEL.game, "all")
    assert said.picked == ("E1", "E2", "E3") and said.name == "E1"


EVERY_RULE = [
    *(rule for rule in SELECTIONS if rule not in ("logit", "basin")),
    "logit:lambda=3",
    "p-dominant:p=9/10",
    "basin:dynamics=logit,lambda=2,starts=20",
    "basin:dynamics=replicator,starts=20",
]


@settings(max_examples=30, deadline=None)
@given(st.one_of(named_games(), population_games()), st.sampled_from(EVERY_RULE))
def test_every_rule_answers_about_every_finite_game(game, rule):
    """It names equilibria that are there, or says why not; one is taken in any case."""
    found = solve(game)
    said = select(game, found, assess(game, found), rule)
    names = [e.name for e in found]
    assert set(said.picked) <= set(names) and said.finding
    assert said.name in names if names else not said.name
    assert (said.grade is None) == (not said.picked)
    if len(said.picked) == 1:
        assert said.name == said.picked[0] and not said.instead
    elif names:
        assert said.instead and (not said.picked or said.name in said.picked)


# -- the value ------------------------------------------------------------------------------------


def test_a_selection_is_an_immutable_value():
    one, other = read_selection("p-dominant:p=0.4"), Selection("p-dominant", {"p": "2/5"})
    assert one == other and hash(one) == hash(other) and str(one) == "p-dominant:p=2/5"
    assert str(read_selection(str(one))) == str(one)
    with pytest.raises(AttributeError):
        one.rule = "best"


@pytest.mark.parametrize("rule", SELECTIONS.values(), ids=lambda rule: rule.name)
def test_every_rule_states_its_definition_source_and_domain(rule):
    assert rule.definition and rule.domain
    assert rule.source


BAD = [
    ("risk-dominent", "no selection 'risk-dominent'; did you mean 'risk-dominant'?"),
    ("logit", "selection 'logit' needs the precision lambda"),
    ("logit:lambda=-1", "lambda is a number from 0 to 1000000000, not -1"),
    ("logit:lambda=1e400", "lambda is a number from 0 to 1000000000, not 1e400"),
    ("logit:lambda=fast", "lambda is a number from 0 to 1000000000, not fast"),
    ("logit:lamda=1", "no key 'lamda' in selection 'logit'; did you mean 'lambda'?"),
    ("logit:lambda", "write key=value after the colon, not 'lambda'"),
    ("logit:lambda=1,lambda=2", "the key 'lambda' is given twice"),
    ("logit:", "write key=value after the colon"),
    ("p-dominant:p=0", "p is a number between 0 and 1, both excluded, not 0"),
    ("p-dominant:p=1", "both excluded, not 1"),
    ("p-dominant:p=3/2", "both excluded, not 3/2"),
    ("best:p=1/2", "no key 'p' in selection 'best'"),
    ("basin:dynamics=replicater", "dynamics is one of best-response, replicator, logit, not"),
    ("basin:dynamics=logit", "lambda goes with the logit dynamics"),
    ("basin:lambda=1", "lambda goes with the logit dynamics"),
    ("basin:starts=0", "starts is a whole number from 1 to 100000, not 0"),
    ("basin:seed=1/2", "seed is a whole number of at least 0, not 1/2"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_what_is_wrong_with_a_selection_is_named(text, message):
    with pytest.raises(DeclarationError) as error:
        read_selection(text)
    assert message in str(error.value)
    run = CliRunner().invoke(
        cli, ["compare", "coordination", "-r", "assurance", "--select", text], standalone_mode=False
    )
    assert isinstance(run.exception, DeclarationError) and run.exception.exit_code == 2


def test_compare_states_rule_grade_and_outcome():
    found = compare(MODEL.game, [MODEL.reform("assurance")], select="risk-dominant")
    assert found.baseline.selection.startswith("risk-dominant (certified): E1 risk-dominates E2")
    run = CliRunner().invoke(
        cli,
        ["compare", "coordination", "-r", "assurance", "--select", "p-dominant:p=2/3", "--json"],
    )
    said = json.loads(run.stdout)["baseline"]["selected_by"]
    assert (said["rule"], said["parameters"]) == ("p-dominant", {"p": "2/3"})
    assert said["picked"] == ["E1", "E2"] and said["grade"] == "certified" and said["instead"]
