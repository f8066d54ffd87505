"""The cheapest reform of a family: thresholds, orders, formulas, boxes, and what is refused."""

from __future__ import annotations

import doctest
import itertools
import json
import random
import re
import shlex
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp
from click.testing import CliRunner

from pigou import (
    Bystander,
    Enclosure,
    Game,
    Move,
    Parameter,
    Player,
    ReformError,
    StructureError,
    assess,
    solve,
    subsidy,
)
from pigou.cli import cli
from pigou.design_families import Target, counts_of, from_reform
from pigou.design_goals import Gone, Setting, Unique
from pigou.design_page import design_latex, design_page, design_result
from pigou.design_search import least_strength
from pigou.designing import design
from pigou.errors import DeclarationError
from pigou.expression import symbol
from pigou.model import Model
from pigou.models import load
from pigou.reform import pay, set_parameters
from pigou.solvers.budgets import PROVED_FOR, budgets
from pigou.solvers.critical import strength_form
from pigou.solvers.form import finite_form
from pigou.solvers.orders import Levers, cheapest_order
from test_cli import problems

ROOT = Path(__file__).resolve().parents[1]
NEAR = Fraction(1, 10**9)
COORDINATION = load("coordination")


def critical_mass(firms=10, mass=7, benefit=2, cost=1) -> Game:
    """N firms invest or not; whoever invests earns the benefit if enough do."""
    return Game(
        "critical mass",
        [Player("firm", size="firms")],
        [Move("invest", "firm", {"no": 0, "yes": 1})],
        {"firm": "invest*(if(sum(invest) >= mass, benefit, 0) - cost)"},
        parameters=[
            Parameter("firms", firms, "firms >= 2", integer=True),
            Parameter("mass", mass, "mass >= 1", integer=True),
            Parameter("benefit", benefit, "benefit > 0"),
            Parameter("cost", cost, "cost > 0"),
        ],
        assumptions=["mass <= firms"],
    )


def team(members: int, a: str) -> Model:
    """Winter's project: it succeeds with probability a to the number of those who shirk."""
    names = [f"work{i}" for i in range(members)]
    success = f"a**({members} - ({' + '.join(names)}))"
    game = Game(
        "team",
        [Player(f"agent{i}") for i in range(members)],
        [Move(w, f"agent{i}", {"shirk": 0, "work": 1}) for i, w in enumerate(names)],
        {f"agent{i}": f"-cost*{w}" for i, w in enumerate(names)},
        bystanders=[Bystander("principal", f"100*{success}")],
        parameters=[Parameter("a", a, "0 < a < 1"), Parameter("cost", 1, "cost > 0")],
    )
    rewards = [
        pay("principal", f"agent{i}", f"v{i}*{success}", f"reward{i}",
            parameters=(Parameter(f"v{i}", 1, f"v{i} >= 0"),))
        for i in range(members)
    ]  # fmt: skip
    return Model(game, rewards)


# -- O05: Laplacian selection ------------------------------------------------------------------


def test_laplacian_subsidy_of_the_critical_mass_game():
    found = design(critical_mass(), "selected", "uniform")
    assert found.threshold.value.lower == found.threshold.value.upper == Fraction(1, 5)
    assert (found.threshold.attained, found.threshold.grade) == (False, "proved")
    good = next(o for o in found.outcomes if "10 yes" in o.profile)
    assert good.outlay.lower == good.outlay.upper == 2


def test_critical_benefit_at_which_the_critical_mass_game_turns():
    top = Parameter("top", 3, "top > 0")
    raised = set_parameters({"benefit": "top"}, "raise", parameters=(top,))
    found = design(critical_mass(), "selected", "", reforms=[raised])
    assert found.threshold.value.lower == Fraction(5, 2)
    assert (found.threshold.attained, found.threshold.grade) == (False, "proved")


def test_stag_hunt_turns_at_the_safe_payoff_two():
    hunt = Game(
        "stag hunt",
        [Player("hunter", size=2)],
        [Move("go", "hunter", {"up": 0, "stay": 1})],
        {"hunter": "if(go == stay, safe, if(sum(go) == 0, 4, 0))"},
        parameters=[Parameter("safe", 1, "safe > 0")],
    )
    safer = set_parameters(
        {"safe": "x"}, "safer", parameters=(Parameter("x", 1, "0 < x < 4"),)
    )  # fmt: skip
    found = design(hunt, "selected", "", reforms=[safer], target="go=stay")
    assert (found.threshold.value.lower, found.threshold.attained) == (2, False)


# -- O10: unique implementation ----------------------------------------------------------------


def test_critical_mass_is_reached_by_paying_six_firms_their_cost():
    found = design(critical_mass(), "unique", "divide-and-conquer", formulas=False)
    assert [p.rate for p in found.payments] == [1] * 6 + [0] * 4
    assert (found.threshold.value.lower, found.threshold.attained) == (6, False)
    assert found.threshold.grade == "proved"
    equal = design(critical_mass(), "unique", "uniform", formulas=False)
    assert equal.outlay.lower == equal.outlay.upper == 10


def test_with_one_firm_less_another_equilibrium_is_left():
    extra = Fraction(1, 1000)
    paid = subsidy("invest", 1 + extra, members=5)(critical_mass())
    investors = sorted(sum(row[1] for row in counts_of(e)) for e in solve(paid) if e.kind == "pure")
    assert investors == [5, 10]
    enough = subsidy("invest", 1 + extra, members=6)(critical_mass())
    (only,) = solve(enough)
    assert sum(row[1] for row in counts_of(only)) == 10


@pytest.mark.parametrize(
    ("members", "a", "rates", "total"),
    [
        (3, "1/2", [8, 4, 2], Fraction(14)),
        (5, "4/5", None, Fraction("41.03515625")),
    ],
)
def test_rewards_of_the_team_whose_work_is_the_only_equilibrium(members, a, rates, total):
    model = team(members, a)
    target = ",".join(f"work{i}=work" for i in range(members))
    found = design(
        model, "unique", "divide-and-conquer", target=target, reforms=model.reforms
    )  # fmt: skip
    assert found.threshold.value.lower == found.threshold.value.upper == total
    assert (found.threshold.grade, found.threshold.attained) == ("proved", False)
    assert found.outlay.lower == total  # success is certain when all work
    if rates:
        assert [p.rate for p in found.payments] == rates


def test_the_team_works_in_no_other_way_once_rewards_exceed_the_threshold():
    model = team(3, "1/2")
    for factor, number in ((1 + NEAR, 1), (1 - NEAR, 2)):
        game = model.game
        for i, rate in enumerate((8, 4, 2)):
            scale = factor if i == 0 else 1 + NEAR
            game = model.reform(f"reward{i}", **{f"v{i}": rate * scale})(game)
        assert len(solve(game)) >= number
        assert (len(solve(game)) == 1) == (number == 1)


# -- formulas ----------------------------------------------------------------------------------


def numbers(at):
    return {symbol(k): sp.Rational(str(v)) for k, v in at.items()}


def plain(found, at):
    """Evaluate the least budgets at parameter values."""
    size = int(at["firms"])
    values = numbers(at)
    t = [
        Fraction(str(found.threshold.xreplace({**values, found.others: sp.Integer(k)})))
        for k in range(size)
    ]
    return max(Fraction(0), t[0]) * size, sum((max(Fraction(0), x) for x in t), Fraction(0)), t


@pytest.fixture(scope="module")
def formulas():
    return budgets(COORDINATION.game, "upgrade")


def test_formulas_are_proved_for_two_to_eight_firms(formulas):
    assert formulas.proved
    assert {p.members for p in formulas.proofs} == set(PROVED_FOR)
    for size in PROVED_FOR:
        claims = [p.claim for p in formulas.proofs if p.members == size]
        assert sum(c.startswith("necessary") for c in claims) == 1
        assert sum(c.startswith("sufficient") for c in claims) == 1
        assert sum(c.startswith("closed form") for c in claims) == size  # every critical mass


def test_uniform_budget_of_the_linear_case(formulas):
    n, b, c, kappa = map(symbol, ("firms", "benefit", "cost", "complementarity"))
    condition, uniform, least, ratio = formulas.cases[0]
    assert sp.simplify(uniform - n * (c - b * (1 - kappa))) == 0
    m = formulas.paid
    by_hand = m * (c - b * (1 - kappa)) - b * kappa * m * (m - 1) / (2 * (n - 1))
    assert sp.simplify(least - by_hand) == 0
    assert sp.simplify(ratio - by_hand / uniform) == 0
    assert condition.has(sp.Eq(symbol("threshold"), 1))


def test_budgets_with_a_critical_mass(formulas):
    n, c, t = map(symbol, ("firms", "cost", "threshold"))
    _, uniform, least, _ = formulas.cases[1]
    assert sp.simplify(uniform - n * c) == 0
    nobody_after = least.xreplace({formulas.paid: t - 1})
    assert sp.simplify(nobody_after - (t - 1) * c) == 0


@pytest.mark.parametrize("seed", range(6))
def test_formulas_are_what_the_searches_find(formulas, seed):
    draw = random.Random(seed)
    size = draw.randint(2, 7)
    at = {
        "firms": size,
        "threshold": draw.randint(1, size),
        "benefit": Fraction(draw.randint(1, 12), 4),
        "cost": Fraction(draw.randint(1, 12), 4),
        "complementarity": Fraction(draw.randint(1, 6), 6),
    }
    uniform, least, t = plain(formulas, at)
    options = {"at": at, "target": "upgrade=upgrade", "formulas": False}
    order = design(COORDINATION, "unique", "divide-and-conquer", **options)
    assert order.threshold.value.lower == least
    equal = design(COORDINATION, "unique", "uniform", **options)
    assert equal.threshold.value.lower * size == uniform
    assert equal.threshold.grade == "proved"
    paid = formulas.number_paid.xreplace(numbers(at))
    assert paid == sum(x > 0 for x in t)
    closed = formulas.closed.xreplace({**numbers(at), formulas.paid: paid})
    assert Fraction(str(closed)) == least


def firms_with_rates(thresholds, rates) -> Game:
    """N single firms, the k-th paid its own rate; a firm gains rate - t(others)."""
    size = len(rates)
    moves = [f"u{i}" for i in range(size)]
    payoffs = {}
    for i, own in enumerate(moves):
        others = " + ".join(m for m in moves if m != own) or "0"
        gain = f"({-thresholds[-1]})"
        for k in range(size - 2, -1, -1):
            gain = f"if(({others}) == {k}, {-thresholds[k]}, {gain})"
        payoffs[f"f{i}"] = f"{own}*({rates[i]} + {gain})"
    return Game(
        "rates",
        [Player(f"f{i}") for i in range(size)],
        [Move(m, f"f{i}", {"no": 0, "yes": 1}) for i, m in enumerate(moves)],
        payoffs,
    )


def enough_is_enough(seed, largest):
    """The proposition on games that are no complements, against all equilibria of single firms."""
    draw = random.Random(seed)
    size = 3
    t = [Fraction(draw.randint(-3, largest)) for _ in range(size)]
    needed = [max(Fraction(0), *t[j:]) for j in range(size)]
    above = [z + Fraction(1, 1000) for z in needed]
    everybody = tuple((0, 1) for _ in range(size))
    found = solve(firms_with_rates(t, above))
    assert [counts_of(e) for e in found] == [everybody]
    for cheaper in itertools.product(range(largest + 1), repeat=size):
        if sum(cheaper) < sum(needed):
            found = solve(firms_with_rates(t, cheaper), pure=True)
            assert [counts_of(e) for e in found] != [everybody], (t, cheaper)


@pytest.mark.parametrize("seed", range(3))
def test_any_thresholds_enough_is_enough_and_less_is_not(seed):
    enough_is_enough(seed, 3)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 20))
def test_any_thresholds_enough_is_enough_and_less_is_not_at_length(seed):
    enough_is_enough(seed, 6)


def test_formulas_of_a_game_in_which_upgrading_crowds_out():
    """Substitutes: every firm needs what the last one needs, and nothing is saved by an order."""
    rivals = Game(
        "rivals",
        [Player("firm", size="n")],
        [Move("enter", "firm", {"no": 0, "yes": 1})],
        {"firm": "enter*(value - loss*(sum(enter) - 1) - 1)"},
        parameters=[
            Parameter("n", 4, "n >= 2", integer=True),
            Parameter("value", 1, "value > 0"),
            Parameter("loss", 1, "loss > 0"),
        ],
    )
    found = budgets(rivals, "yes")
    n, value, loss = map(symbol, ("n", "value", "loss"))
    assert found.order == "rising"
    assert found.proved
    expected = n * sp.Max(0, 1 - value + loss * (n - 1))
    assert sp.simplify(found.uniform - expected) == 0
    assert found.discriminating == found.uniform


def test_formulas_are_refused_for_other_structures():
    with pytest.raises(StructureError, match="one population"):
        budgets(load("holdup").game if "holdup" in _names() else _pair(), "yes")


def _names():
    from pigou.models import names

    return names()


def _pair() -> Game:
    return Game(
        "pair",
        [Player("a"), Player("b")],
        [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1})],
        {"a": "x*(2*y - 1)", "b": "y*(2*x - 1)"},
    )


# -- properties over random games --------------------------------------------------------------


def random_game(draw: random.Random, players: int, width: int) -> Game:
    """Payoffs are whole numbers; each player has `width` choices."""
    names = [f"m{i}" for i in range(players)]
    payoffs = {}
    for i in range(players):
        terms = []
        for cell in itertools.product(range(width), repeat=players):
            here = " and ".join(f"{m} == {v}" for m, v in zip(names, cell, strict=True))
            terms.append(f"if({here}, {draw.randint(0, 9)}, 0)")
        payoffs[f"p{i}"] = " + ".join(terms)
    labels = {f"c{v}": v for v in range(width)}
    return Game(
        "random",
        [Player(f"p{i}") for i in range(players)],
        [Move(m, f"p{i}", labels) for i, m in enumerate(names)],
        payoffs,
    )


def random_family(draw: random.Random, game: Game):
    """Some players are paid some multiple of the strength for some choice."""
    rate = Parameter("s", 1, "s >= 0")
    package = None
    for move in game.moves:
        if package is None or draw.random() < 0.7:
            label = draw.choice(move.choice.labels)
            one = subsidy(
                move.name, f"{draw.randint(1, 3)}*s", "paid", choice=label, parameters=(rate,)
            )
            package = one if package is None else package + one
    return package


def independent(game: Game, goal: str, profile, strength: Fraction) -> bool | None:
    """Decide a goal anew from all equilibria at one strength."""
    found = solve(game, {"s": strength})
    here = [counts_of(e) for e in found]
    if goal == "gone":
        return profile not in here
    if len(found) > 1 or found.components:
        return False
    return here == [profile] if found.complete else None


CASES = [(2, 2), (2, 3), (3, 2)]


def check_random(seed: int) -> bool:
    """Design for a random game; return whether some positive strength was found."""
    draw = random.Random(seed)
    players, width = draw.choice(CASES)
    game = random_game(draw, players, width)
    package = random_family(draw, game)
    reformed = package(game)
    profile = tuple(
        tuple(int(a == chosen) for a in range(width))
        for chosen in (draw.randrange(width) for _ in range(players))
    )
    kind = draw.choice(["gone", "unique"])
    setting = Setting(game, from_reform(package), {})
    goal = (Gone if kind == "gone" else Unique)(setting, Target("profile", profile))
    found = least_strength(setting, goal)
    value = found.value
    if value is None:
        for strength in (0, Fraction(1, 3), 1, 4, 50):
            assert independent(reformed, kind, profile, Fraction(strength)) is not True
        return False
    if value.upper == 0:
        assert independent(reformed, kind, profile, NEAR) is not False
        return False
    assert independent(reformed, kind, profile, value.lower * (1 - NEAR)) is not True
    assert independent(reformed, kind, profile, value.upper * (1 + NEAR)) is not False
    if value.is_exact and found.attained is not None:
        there = independent(reformed, kind, profile, value.lower)
        assert there is None or there == found.attained
    for n in range(8):
        below = value.lower * Fraction(n, 8)
        assert independent(reformed, kind, profile, below) is not True
    return True


def test_least_strength_fails_just_below_and_reaches_just_above():
    assert sum(check_random(seed) for seed in range(20)) >= 4


@pytest.mark.long
def test_least_strength_fails_just_below_and_reaches_just_above_at_length():
    assert sum(check_random(seed) for seed in range(20, 1200)) >= 150


def two_player_orders(seed: int) -> None:
    """The cheapest order on two players with two choices, against a grid of payments."""
    draw = random.Random(seed)
    game = random_game(draw, 2, 2)
    form = finite_form(game)
    paid = {i: finite_form(subsidy(f"m{i}", 1, choice="c1")(game)) for i in range(2)}
    best = cheapest_order(Levers(form, paid, (1, 1)))
    assert best.total is not None
    if not best.proved:
        return
    for z in itertools.product(range(11), repeat=2):
        game_z = game
        for i, rate in enumerate(z):
            game_z = subsidy(f"m{i}", rate, choice="c1")(game_z)
        found = solve(game_z)
        only = len(found) == 1 and counts_of(found.equilibria[0]) == ((0, 1), (0, 1))
        if only and not found.components:
            assert sum(z) >= best.total
    rates = [Fraction(0)] * 2
    for step in best.steps:
        rates[step.group] = step.rate + NEAR
    for i, rate in enumerate(rates):
        game = subsidy(f"m{i}", rate, choice="c1")(game)
    (only,) = solve(game)
    assert counts_of(only) == ((0, 1), (0, 1))


@pytest.mark.parametrize("seed", range(4))
def test_cheapest_order_of_two_players_against_a_grid(seed):
    two_player_orders(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4, 40))
def test_cheapest_order_of_two_players_against_a_grid_at_length(seed):
    two_player_orders(seed)


def test_order_matters_where_players_differ():
    """The cheap one first: a needs 1 alone and 5 after b; b needs 5 alone and 1 after a."""
    game = Game(
        "order",
        [Player("a"), Player("b")],
        [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1})],
        {"a": "x*(2*y - 1)", "b": "y*(4*x - 5)"},
    )
    found = design(game, "unique", "divide-and-conquer", target="x=yes,y=yes")
    assert [(p.player, p.rate) for p in found.payments] == [("a", 1), ("b", 1)]
    assert found.threshold.value.lower == 2
    assert found.threshold.grade == "proved"
    other_way = 5 + 0  # b alone needs 5, and a then follows by itself
    assert found.threshold.value.lower < other_way


# -- goals -------------------------------------------------------------------------------------


def test_goals_of_coordination():
    at = {
        "gone": Fraction(3, 8),
        "worst-welfare": Fraction(3, 8),
        "selected": Fraction(1, 16),
        "gain:consumers=2": Fraction(3, 8),
    }
    for goal, value in at.items():
        found = design(COORDINATION, goal, "uniform", formulas=False)
        assert found.threshold.value.lower == found.threshold.value.upper == value, goal
        assert found.threshold.attained is False


def test_assurance_costs_nothing_but_has_to_be_promised():
    found = design(COORDINATION, "unique", "assurance")
    assert found.threshold.value.lower == Fraction(3, 8)
    assert found.outlay.lower == found.outlay.upper == 0
    assert found.promised.lower == 9 * Fraction(3, 8)


def test_share_of_a_reform_is_a_strength():
    half = COORDINATION.reform("uniform_subsidy", subsidy="1/2")
    found = design(COORDINATION, "gone", "", reforms=[half], vary="strength")
    assert (found.threshold.value.lower, found.threshold.attained) == (Fraction(3, 4), False)


def test_goal_that_holds_already_costs_nothing():
    found = design(
        COORDINATION, "unique", "uniform", at={"cost": "1/2"}, formulas=False
    )  # fmt: skip
    assert (found.threshold.value.lower, found.threshold.attained) == (0, True)


def test_subsidising_some_members_is_never_enough_where_too_few_are_paid():
    four = COORDINATION.reform("divide_and_conquer", targets=4)
    found = design(COORDINATION, "unique", "", reforms=[four], vary="target_subsidy")
    assert not found.reached
    assert found.threshold.grade == "proved"
    six = COORDINATION.reform("divide_and_conquer")
    found = design(COORDINATION, "unique", "", reforms=[six], vary="target_subsidy")
    assert found.threshold.value.lower == Fraction(3, 8)


def test_goal_that_larger_strengths_lose_again_is_said_to():
    """Between 1 and 2 the middle choice pays most; above 2 the last one does."""
    game = Game(
        "middle",
        [Player("a")],
        [Move("x", "a", {"low": 0, "mid": 1, "high": 2})],
        {"a": "if(x == low, 1, if(x == mid, s, 2*s - 2))"},
        parameters=[Parameter("s", 0, "s >= 0")],
    )
    reform = set_parameters({"s": "z"}, "raise", parameters=(Parameter("z", 1, "z >= 0"),))
    found = design(game, "unique", "", reforms=[reform], target="x=mid")
    assert [str(span) for span in found.threshold.spans] == ["above 1 and below 2"]
    assert (found.threshold.value.lower, found.threshold.attained) == (1, False)


def test_threshold_that_is_no_fraction_is_a_root():
    game = Game(
        "square",
        [Player("a")],
        [Move("x", "a", {"no": 0, "yes": 1})],
        {"a": "x*(s**2 - 2)"},
        parameters=[Parameter("s", 0, "s >= 0")],
    )
    reform = set_parameters({"s": "z"}, "raise", parameters=(Parameter("z", 1, "z >= 0"),))
    found = design(game, "unique", "", reforms=[reform], target="x=yes")
    assert found.threshold.value.lower**2 < 2 < found.threshold.value.upper**2
    assert found.threshold.value.width < Fraction(1, 10**60)
    assert found.threshold.root_of == "s^2 + (-2)"


def test_uniqueness_counts_mixed_equilibria():
    """Above 1 no other pure equilibrium is left, but a mixed one is, up to 2."""
    game = Game(
        "mixed",
        [Player("a"), Player("b")],
        [
            Move("x", "a", {"t": 0, "u": 1, "v": 2}),
            Move("y", "b", {"t": 0, "u": 1, "v": 2}),
        ],
        {
            "a": "if(x == t, s, 0) + if(x == u and y == u, 4, 0) + if(x == v and y == v, 4, 0)",
            "b": "if(y == t, s, 0) + if(y == v and x == u, 4, 0) + if(y == u and x == v, 4, 0)",
        },
        parameters=[Parameter("s", 0, "s >= 0")],
    )
    reform = set_parameters({"s": "z"}, "raise", parameters=(Parameter("z", 1, "z >= 0"),))
    found = design(game, "unique", "", reforms=[reform], target="x=t,y=t")
    pure_only = [counts_of(e) for e in solve(game, {"s": "3/2"}, pure=True)]
    assert pure_only == [((1, 0, 0), (1, 0, 0))]
    assert found.threshold.value.lower == 2
    assert found.threshold.grade == "proved"


def tipping() -> Game:
    """Two who follow each other: a low and a high equilibrium, and one in between."""
    return Game(
        "tipping",
        [Player("a"), Player("b")],
        [Move("x", "a", (0, 1)), Move("y", "b", (0, 1))],
        {"a": "x*(3*y**2 - 2*y**3) - x**2/2", "b": "y*(3*x**2 - 2*x**3) - y**2/2"},
    )


def test_continuous_game_counts_equilibria_with_proof():
    found = design(tipping(), "unique", "uniform", most="1/5")
    assert found.threshold.grade == "certified"
    value = found.threshold.value
    for factor, one in ((1 - Fraction(1, 1000), False), (1 + Fraction(1, 1000), True)):
        rate = (value.upper if one else value.lower) * factor
        game = (subsidy("x", rate) + subsidy("y", rate))(tipping())
        assert (len(solve(game)) == 1) == one


def test_low_equilibrium_of_a_continuous_game_vanishes_at_the_fold():
    """The symmetric reply r + 3x^2 - 2x^3 touches x where 6x - 6x^2 = 1."""
    found = design(tipping(), "gone", "uniform", most="1/5")
    x = (3 - sp.sqrt(3)) / 6
    fold = float(x - 3 * x**2 + 2 * x**3)
    assert found.threshold.grade == "certified"
    assert abs(found.threshold.value.value - fold) < 1e-6
    assert found.threshold.value.lower <= Fraction(fold) + Fraction(1, 10**9)
    still = design(tipping(), "gone", "uniform", most="1/20")
    assert (still.reached, still.threshold.grade) == (False, "numerical")


# -- boxes -------------------------------------------------------------------------------------


def test_box_takes_the_dearest_corner_and_holds_inside():
    box = {"cost": ("1", "6/5"), "complementarity": ("1/2", "3/4")}
    found = design(COORDINATION, "unique", "uniform", over=box, formulas=False)
    dearest = Fraction(6, 5) - Fraction(5, 4) * Fraction(1, 4)
    assert found.threshold.value.lower == dearest
    assert found.threshold.grade == "proved"
    draw = random.Random(1)
    for _ in range(5):
        at = {
            "cost": 1 + Fraction(draw.randint(0, 100), 500),
            "complementarity": Fraction(1, 2) + Fraction(draw.randint(0, 100), 400),
        }
        inside = design(COORDINATION, "unique", "uniform", at=at, target="upgrade=upgrade",
                        formulas=False)  # fmt: skip
        assert inside.threshold.value.lower <= dearest


def test_box_of_divide_and_conquer():
    box = {"cost": ("1", "6/5")}
    found = design(COORDINATION, "unique", "divide-and-conquer", over=box, formulas=False)
    alone = design(COORDINATION, "unique", "divide-and-conquer", at={"cost": "6/5"}, formulas=False)
    assert found.threshold.value == alone.threshold.value
    assert found.threshold.grade == "proved"


def test_box_in_which_payoffs_are_not_linear_is_only_a_bound():
    game = Game(
        "square",
        [Player("a")],
        [Move("x", "a", {"no": 0, "yes": 1})],
        {"a": "-x*(1 + t - t**2)"},
        parameters=[Parameter("t", 0, "0 <= t <= 1")],
    )
    found = design(game, "unique", "uniform", over={"t": (0, 1)}, target="x=yes")
    assert found.threshold.value.lower == 1  # at t = 1/2 it takes 5/4
    assert found.threshold.grade == "numerical"
    assert "lower bound" in found.threshold.how


# -- polynomials -------------------------------------------------------------------------------


def test_payoffs_along_a_strength_are_what_they_are_at_each():
    game = COORDINATION.reform("uniform_subsidy")(COORDINATION.game)
    form = strength_form(game, "subsidy", {"firms": 4})
    for strength in (Fraction(0), Fraction(1, 7), Fraction(5)):
        here = finite_form(game, {"firms": 4, "subsidy": strength})
        for counts in form.form(strength).profiles(form.everything):
            if counts[0][1]:
                polynomial = form.payoff(0, 1, counts)
                assert str(polynomial(_q(strength))) == str(here.payoff(0, 1, counts))


@pytest.mark.parametrize(
    ("domain", "default"), [("0 <= s and s <= 1", 0), ("s <= -1", -1), ("s**2 < 1/4", 0)]
)
def test_a_payoff_of_higher_degree_is_found_from_values_in_any_domain(domain, default):
    game = Game(
        "square",
        [Player("a")],
        [Move("x", "a", {"no": 0, "yes": 1})],
        {"a": "x*(s - 1)**3"},
        parameters=[Parameter("s", default, domain)],
    )
    form = strength_form(game, "s")
    assert str(form.payoff(0, 1, ((0, 1),))) == "x^3 + (-3)*x^2 + 3*x + (-1)"


def _q(value: Fraction):
    from flint import fmpq

    return fmpq(value.numerator, value.denominator)


# -- what is shown -----------------------------------------------------------------------------

SCHEMA = json.loads((ROOT / "docs/schemas/pigou-design-1.schema.json").read_text("utf-8"))
ASKED = [
    ("unique", "uniform", {"at": {"firms": 3, "threshold": 1}}),
    ("unique", "divide-and-conquer", {"formulas": False}),
    ("gone", "uniform", {"over": {"cost": ("1", "6/5")}}),
    ("worst-welfare", "assurance", {}),
    ("gain:consumers=100", "uniform", {}),
]


@pytest.mark.parametrize(("goal", "family", "options"), ASKED)
def test_results_follow_their_schema(goal, family, options):
    found = design(COORDINATION, goal, family, **options)
    result = design_result(COORDINATION.game, found)
    assert list(problems(json.loads(json.dumps(result)), SCHEMA, SCHEMA)) == []
    assert result["reached"] == (goal != "gain:consumers=100")
    assert design_page(COORDINATION.game, found).blocks
    assert design_latex(COORDINATION.game, found)


def run(*words: str):
    return CliRunner().invoke(cli, ["design", *words])


def test_command_line_prints_the_answer():
    done = run("coordination", "--goal", "gone", "--family", "uniform")
    assert done.exit_code == 0
    assert "rate just above 0.375" in done.stdout


def test_command_line_says_that_nothing_reaches_the_goal():
    done = run("coordination", "--goal", "gain:consumers=100", "--family", "uniform")
    assert done.exit_code == 3
    assert "No strength reaches it" in done.stdout


def test_latex_of_the_formulas():
    done = run("coordination", "--goal", "unique", "--family", "uniform", "--latex", "--set",
               "firms=3")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert r"\kappa" in done.stdout
    assert r"B_{\text{uniform}}" in done.stdout


BAD = [
    (["--goal", "uniqe"], "no goal 'uniqe'; did you mean 'unique'"),
    (
        ["--goal", "unique", "--family", "unifrom"],
        "no family 'unifrom' in model 'coordination'; did you mean 'uniform'",
    ),
    (["--goal", "gain:consumer=1"], "no group 'consumer'"),
    (["--goal", "gain:consumers"], "gain:GROUP=AMOUNT"),
    (["--goal", "gain:consumers=much"], "much"),
    (["--goal", "gone:E9"], "no equilibrium 'E9'"),
    (["--goal", "gone:E3"], "mixed"),
    (["--goal", "unique:E2"], "takes nothing after a colon"),
    (["--goal", "unique", "--target", "upgrade=jump"], "no choice 'jump'"),
    (["--goal", "unique", "--target", "grade=wait"], "no move 'grade'"),
    (["--goal", "selected", "--select", "laplace"], "no selection 'laplace'"),
    (["--goal", "unique", "--select", "best"], "needs no rule"),
    (["--goal", "gone", "--over", "cost=2:1"], "upside down"),
    (["--goal", "gone", "--over", "cots=1:2"], "no parameter 'cots'"),
    (["--goal", "gone", "--over", "cost=1:2", "--set", "cost=1"], "do not set it"),
    (["--goal", "gone", "--over", "firms=2:3"], "whole numbers"),
    (["--goal", "gone", "--most", "-1"], "at least 0"),
    (["--goal", "gone", "--most", "0"], "upside down"),
    (["--goal", "gone", "-r", "divide_and_conquer"], "--vary"),
    (["--goal", "gone", "-r", "divide_and_conquer", "--vary", "target"], "target_subsidy"),
    (["--goal", "gone", "-r", "divide_and_conquer", "--vary", "targets"], "whole numbers"),
    (["--goal", "no-losers", "--family", "divide-and-conquer"], "reaches the goals"),
    (["--goal", "gone", "-r", "joint_commitment"], "has no strength"),
    (["--goal", "gone", "--set", "cots=1"], "no parameter 'cots'"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[" ".join(w) for w, _ in BAD])
def test_bad_input_is_named_and_exits_with_2(words, message):
    done = run("coordination", *words)
    output = " ".join(done.output.split())
    assert done.exit_code == 2, output
    assert message in output
    assert "Traceback" not in output


def test_lever_that_pays_two_players_is_refused():
    game = _pair()
    both = subsidy("x", "s", parameters=(Parameter("s", 1),)) + subsidy(
        "y", "s", parameters=(Parameter("s", 1),)
    )
    with pytest.raises(ReformError, match="pays one player"):
        design(game, "unique", "divide-and-conquer", reforms=[both], target="x=yes,y=yes")


def test_game_without_pure_equilibrium_asks_for_a_target():
    pennies = Game(
        "pennies",
        [Player("a"), Player("b")],
        [Move("x", "a", {"h": 0, "t": 1}), Move("y", "b", {"h": 0, "t": 1})],
        {"a": "if(x == y, 1, 0)", "b": "if(x == y, 0, 1)"},
    )
    with pytest.raises(DeclarationError, match="--target"):
        design(pennies, "unique", "uniform")
    found = design(pennies, "unique", "uniform", target="x=h,y=h")
    assert found.threshold.value.lower == 1


# -- what the recipe shows ---------------------------------------------------------------------

RECIPE = (ROOT / "docs/how-to/design-a-reform.md").read_text("utf-8")


def shown():
    """Yield every command of the recipe with the lines that are shown under it."""
    for block in re.findall(r"^```console\n(.*?)^```$", RECIPE, re.MULTILINE | re.DOTALL):
        command, _, output = block.removeprefix("$ pigou ").replace("\\\n", "").partition("\n")
        yield pytest.param(command, output.rstrip(), id=command[:60])


@pytest.mark.parametrize(("command", "output"), list(shown()))
def test_commands_of_the_recipe_print_what_is_shown(command, output):
    words = [str(ROOT / w) if w.startswith("examples/") else w for w in shlex.split(command)]
    done = CliRunner().invoke(cli, words, env={"COLUMNS": None})
    assert done.exit_code == 0, done.output
    assert output in done.stdout


def test_python_of_the_recipe_runs():
    (example,) = re.findall(r"^```python\n(.*?)^```$", RECIPE, re.MULTILINE | re.DOTALL)
    test = doctest.DocTestParser().get_doctest(example, {}, "recipe", "recipe", 0)
    report = []
    assert doctest.DocTestRunner().run(test, out=report.append).failed == 0, "".join(report)


# -- goals of welfare and of groups, over random games -----------------------------------------


def decided(game: Game, goal: str, rule: str, before, strength: Fraction):
    """Decide a goal of groups anew at one strength."""
    found = solve(game, {"s": strength})
    assessed = assess(game, found)
    if goal == "no-losers":
        groups, least = ("p0", "p1"), 0
    else:
        groups, least = ("p0",), Fraction(goal.partition("=")[2])
    over = [
        after.surplus[g] - one.surplus[g] - Enclosure.point(least)
        for g in groups for after in extremes(assessed, rule) for one in before
    ]  # fmt: skip
    return all(o.lower >= 0 or o.is_zero() for o in over)


def extremes(assessed, rule: str) -> list:
    """All equilibria with the lowest, or the highest, welfare."""
    pick = min if rule == "worst" else max
    most = pick(a.welfare().lower for a in assessed)
    return [a for a in assessed if (a.welfare() - Enclosure.point(most)).is_zero()]


def check_groups(seed: int) -> bool:
    """Design a gain for a random game of two players; return whether a change was found."""
    draw = random.Random(seed)
    game = random_game(draw, 2, 2)
    package = random_family(draw, game)
    rule = draw.choice(["worst", "best"])
    goal = draw.choice(["no-losers", "gain:p0=1", "gain:p0=5"])
    found = design(game, goal, "", reforms=[package], select=rule, formulas=False)
    before = extremes(assess(game, solve(game)), rule)
    value, reformed = found.threshold.value, package(game)
    if value is None or value.upper == 0:
        return False
    assert not decided(reformed, goal, rule, before, value.lower * (1 - NEAR))
    assert decided(reformed, goal, rule, before, value.upper * (1 + NEAR))
    return True


def test_gains_fail_just_below_and_are_had_just_above():
    assert sum(check_groups(seed) for seed in range(12)) >= 3


@pytest.mark.parametrize("ways", [("a*b", "(1 - a)*(1 - b)"), ("(1 - a)*(1 - b)", "a*b")])
@pytest.mark.parametrize("rule", ["best", "payoff-dominant"])
def test_of_equilibria_that_tie_a_gain_is_had_in_each(ways, rule):
    """One gets 3 where both do the first and 1 where both do the second, and s in any case."""
    first, second = ways
    moves = [Move("a", "one", {"l": 0, "r": 1}), Move("b", "two", {"l": 0, "r": 1})]
    pays = {"one": f"3*{first} + {second}", "two": f"{first} + 3*{second}"}
    game = Game("sexes", [Player("one"), Player("two")], moves, pays)
    rate = Parameter("s", 1, "s >= 0")
    always = [subsidy("a", "s", label, choice=label, parameters=(rate,)) for label in "lr"]
    found = design(game, "gain:one=1", "", reforms=[always[0] + always[1]], select=rule)
    if rule == "best":  # 1 + s - 3 >= 1; the first alone, or the second, would settle for s = 1
        assert found.threshold.value == Enclosure.point(3)
    else:  # each is better for one of them
        assert found.threshold.value is None


@pytest.mark.long
def test_gains_fail_just_below_and_are_had_just_above_at_length():
    assert sum(check_groups(seed) for seed in range(12, 300)) >= 50


def crowd(draw: random.Random) -> Game:
    """Members alike with two choices, whose gains are whole numbers, paid s for the second."""
    size = draw.randint(2, 4)
    gain = "0"
    for k in range(size):
        gain = f"if(sum(u) - u == {k}, {draw.randint(-6, 6)}, {gain})"
    return Game(
        "crowd",
        [Player("m", size=size)],
        [Move("u", "m", {"no": 0, "yes": 1})],
        {"m": f"u*({gain})"},
        bystanders=[Bystander("others", f"sum(u)*{draw.randint(-2, 3)}")],
    )


def check_crowd(seed: int) -> bool:
    """Design for a random population; the goals of welfare are proved or enclosed."""
    draw = random.Random(seed)
    game = crowd(draw)
    goal = draw.choice(["unique", "gain:others=1", "worst-welfare"])
    found = design(game, goal, "uniform", target="u=yes", formulas=False)
    value = found.threshold.value
    rates = [Fraction(n, 4) for n in range(40)]

    def worst(rate):
        paid = subsidy("u", rate)(game)
        return min(a.welfare().lower for a in assess(paid, solve(paid)))

    if goal == "worst-welfare" and found.threshold.grade == "proved":
        height = found.height.lower
        assert all(worst(rate) <= height for rate in rates)
        above = value.upper * (1 + NEAR) if value.upper else NEAR
        at = value.lower if found.threshold.attained else above
        assert worst(at) >= height - NEAR * 100
        assert all(worst(rate) < height for rate in rates if rate < value.lower)
        return True
    if goal == "gain:others=1" and value is not None:
        for rate in rates:
            paid = subsidy("u", rate)(game)
            after = min(assess(paid, solve(paid)), key=lambda a: a.welfare().lower)
            base = min(assess(game, solve(game)), key=lambda a: a.welfare().lower)
            if rate < value.lower:
                gained = after.surplus["others"] - base.surplus["others"]
                assert gained.lower < 1
        return True
    if goal == "unique" and value is not None:
        for rate in rates:
            paid = subsidy("u", rate)(game)
            size = solve(paid).equilibria
            if rate < value.lower:
                assert len(size) > 1 or size[0].kind == "mixed" or "yes" not in size[0].profile
            if rate > value.upper:
                assert len(size) == 1
        return True
    return False


def test_random_populations_reach_their_goals_no_earlier():
    assert sum(check_crowd(seed) for seed in range(10)) >= 4


@pytest.mark.long
def test_random_populations_reach_their_goals_no_earlier_at_length():
    assert sum(check_crowd(seed) for seed in range(10, 300)) >= 100
