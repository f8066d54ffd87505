"""Regimes of games in stages and critical values, against solving at values and by hand."""

import json
import random
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp

from pigou.errors import DeclarationError, StructureError
from pigou.expression import symbol
from pigou.game import Chance, Game, Move, Parameter, Player
from pigou.models import load, names
from pigou.regimes_page import regimes_latex, regimes_page
from pigou.results import regimes_result
from pigou.screen import as_text
from pigou.solvers.conditions import Simplifier
from pigou.solvers.critical_values import critical_values
from pigou.solvers.paths import paths_of_play
from pigou.solvers.square_roots import without_root
from pigou.solvers.symbolic import SymbolicEquilibrium
from pigou.solvers.thresholds import thresholds
from pigou.solving import regimes, solve
from test_cli import problems

SCHEMA = Path(__file__).parents[1] / "docs" / "schemas" / "pigou-regimes-1.schema.json"
FINITE = ("discovery", "exclusion", "functional_upgrading", "governance", "side_selling")


def entry(**more):
    """An entrant, and an incumbent who fights or not."""
    return Game(
        "entry",
        [Player("entrant"), Player("incumbent")],
        [
            Move("enter", "entrant", {"no": 0, "yes": 1}),
            Move("fight", "incumbent", {"no": 0, "yes": 1}, 2, when="enter == yes"),
        ],
        {"entrant": "enter*(gain - loss*fight)", "incumbent": "2 - enter - price*fight"},
        parameters=[
            Parameter("price", 1), Parameter("gain", 1), Parameter("loss", 2, "loss > 0"),
        ],
        **more,
    )  # fmt: skip


def weather():
    """A grower who plants, sees the weather and waters or not."""
    return Game(
        "weather",
        [Player("grower")],
        [
            Move("plant", "grower", {"no": 0, "yes": 1}),
            Move("water", "grower", {"no": 0, "yes": 1}, 2, when="plant == yes",
                 observes=("plant", "dry")),
        ],
        {"grower": "plant*(value*(1 - dry*(1 - water)) - seed) - water*effort"},
        parameters=[
            Parameter("value", 4, "value > 0"), Parameter("seed", 1, "seed > 0"),
            Parameter("effort", 1, "effort > 0"), Parameter("often", "1/2", "0 < often < 1"),
        ],
        chance=[Chance("dry", {"yes": (1, "often"), "no": (0, "1 - often")}, when="plant == yes")],
    )  # fmt: skip


@pytest.fixture(scope="module")
def entered():
    return regimes(entry(), critical=True)


@pytest.fixture(scope="module")
def grown():
    return regimes(weather(), critical=True)


def numbers(at):
    return {symbol(n): sp.Rational(str(Fraction(v))) for n, v in at.items()}


def holds(condition, at):
    value = condition.xreplace(numbers(at))
    assert value in (sp.true, sp.false), value
    return value == sp.true


def stated(found, at):
    """What is paid in the outcomes that the conditions allow at some values."""
    outcomes = [one for one in found.equilibria if holds(one.condition, at)]
    return {
        tuple(Fraction(str(sp.sympify(p).xreplace(numbers(at)))) for p in one.payoffs.values())
        for one in outcomes
    }


def solved(game, at):
    found = solve(game, at, pure=True)
    assert found.complete
    assert all(p.is_exact for one in found for p in one.payoffs.values())
    return {tuple(p.lower for p in one.payoffs.values()) for one in found}


def drawn(game, rng, whole=12, part=4):
    """Values within what the game assumes, on a coarse grid, so that players are often
    indifferent."""
    for _ in range(2_000):
        at = {}
        for p in game.parameters:
            low, high = (0, 1) if "1" in str(p.domain) and p.default is not None else (-4, whole)
            at[p.name] = Fraction(rng.randint(low * part, high * part), part)
        if all(c.xreplace(numbers(at)) == sp.true for c in game.conditions):
            return at
    raise AssertionError("no values found")


def test_entry_by_hand(entered):
    price, gain, loss = sp.symbols("price gain loss", real=True)
    conditions = {one.profile: one.condition for one in entered.equilibria}
    for p, g, d in [(-1, 1, 2), (0, 1, 2), (1, 1, 2), (1, -1, 2), (0, 3, 2), (-1, 3, 2), (0, 0, 1)]:
        at = {"price": p, "gain": g, "loss": d}
        fights, yields = p <= 0, p >= 0
        assert holds(conditions["enter: no"], at) is ((fights and g <= d) or (yields and g <= 0))
        assert holds(conditions["enter: yes; fight: no"], at) is (yields and g >= 0)
        assert holds(conditions["enter: yes; fight: yes"], at) is (fights and g >= d)
    assert entered.complete and entered.staged and entered.partition.proved
    assert entered.partition.up_to
    assert {price, gain, loss} == {s for c in conditions.values() for s in c.free_symbols}


@pytest.mark.parametrize("name", ["entered", "grown"])
def test_outcomes_are_those_of_solving_at_values_with_ties(name, request):
    found, game = request.getfixturevalue(name), entry() if name == "entered" else weather()
    rng = random.Random(7)
    for _ in range(12):
        at = drawn(game, rng, whole=3, part=2)
        assert stated(found, at) == solved(game, at), at


def test_a_draw_that_is_seen_stands_in_the_path(grown):
    assert len(paths_of_play(weather())) == 1 + 2 * 2
    words = "plant: yes; water (yes): yes; water (no): no"
    best = next(one for one in grown.equilibria if one.profile == words)
    value, seed, effort, often = sp.symbols("value seed effort often", real=True)
    assert sp.simplify(best.payoffs["grower"] - (value - seed - often * effort)) == 0
    at = {"value": 4, "seed": 1, "effort": 1, "often": "1/2"}
    assert holds(best.condition, at) and holds(best.efficient, at)
    assert not holds(best.condition, {**at, "effort": 5})
    assert not holds(best.condition, {**at, "seed": 4})


def test_a_draw_that_some_do_not_see_is_refused():
    blind = weather()
    moves = [*blind.moves, Move("buy", "grower", {"no": 0, "yes": 1}, 3,
                                observes=("plant", "water"))]  # fmt: skip
    game = Game(
        "blind", blind.players, moves, dict(blind.payoffs), chance=blind.chance,
        parameters=blind.parameters,
    )  # fmt: skip
    with pytest.raises(StructureError, match="not all who move later see the draw 'dry'"):
        regimes(game)


@pytest.mark.parametrize("gain", ["2*n - 5", "n - 3", "share - n + 3"])
def test_whole_numbers_lie_in_regimes_and_on_no_boundary(gain):
    """At n = 2 and n = 3 there was no regime, and the list was called exhaustive."""
    game = entry()
    more = [
        Parameter("n", 2, "1 <= n <= 5", integer=True),
        Parameter("share", 1, "0 <= share <= 1"),
    ]
    payoffs = {**game.payoffs, "incumbent": f"fight*({gain})"}
    game = Game("many", game.players, game.moves, payoffs, parameters=[*game.parameters, *more])
    found = regimes(game, {"gain": 1, "loss": 2, "price": 0})
    assert found.partition.proved
    for number in range(1, 6):
        at = {"n": number, "share": "1/2"}
        (one,) = [r for r in found.regimes if holds(r.condition, at)]
        assert {e.profile for e in one.equilibria} == {
            e.profile for e in found.equilibria if holds(e.condition, at)
        }


def test_a_critical_value_is_stated_at_the_first_whole_number_as_well():
    x = symbol("x")
    n, found = symbol("n"), []
    for condition in (sp.And(n >= 3, x >= 1), sp.And(sp.Eq(n, 3), x >= 1)):
        one = SymbolicEquilibrium("a", condition, {}, {}, True)
        values, _ = critical_values([one], Simplifier((n >= 1,), ("n",), [x, n]))
        found += [v.needs for v in values if v.parameter == "x"]
    assert found == [n >= 3, sp.Eq(n, 3)]


def test_values_at_which_a_payoff_is_not_defined_are_left_out_and_named():
    """They were in no regime, called a boundary, and a critical value stood at the pole."""
    game = entry()
    payoffs = {"entrant": "enter*(1/rate - 2*fight)", "incumbent": "fight*(price - 1)"}
    more = [*game.parameters, Parameter("rate", 2)]
    game = Game("pole", game.players, game.moves, payoffs, parameters=more)
    found = regimes(game, {"gain": 1, "loss": 2}, critical=True)
    assert found.conditions == (sp.Ne(symbol("rate"), 0),)
    assert found.complete and found.partition.proved
    assert not any(one.parameter == "rate" and one.value == 0 for one in found.thresholds)


def test_chances_of_a_draw_in_a_game_in_stages_sum_to_1():
    toss = Chance("toss", {"heads": (1, "p"), "tails": (0, "q")})
    more = [Parameter("p", "1/2"), Parameter("q", "1/2")]
    game = entry()
    game = Game("odds", game.players, game.moves, dict(game.payoffs), chance=[toss],
                parameters=[*game.parameters, *more])  # fmt: skip
    given = sp.And(*regimes(game, {"gain": 1, "loss": 2, "price": 1}).conditions)
    assert given.xreplace(numbers({"p": "1/4", "q": "3/4"}))
    assert not given.xreplace(numbers({"p": "1/4", "q": "1/4"}))


def test_a_type_that_never_occurs_is_not_believed_to_have_sent_a_message():
    """With p = 0 the reply to `high` was still the one to a type that there is not."""
    kind = Chance("kind", {"low": (0, "1 - p"), "high": (1, "p")}, seen_by=["sender"])
    game = Game(
        "separation", [Player("sender"), Player("receiver")],
        [Move("m", "sender", {"plain": 0, "dear": 1}),
         Move("r", "receiver", {"no": 0, "yes": 1}, 2, observes=["m"])],
        {"sender": "m*(2*kind - 1)", "receiver": "r*(kind - 1/2)"},
        parameters=[Parameter("p", "1/2", "0 <= p <= 1")], chance=[kind],
    )  # fmt: skip
    found = regimes(game)
    for value in (0, "1/2", 1):
        assert len(stated(found, {"p": value})) == 1
        assert stated(found, {"p": value}) == solved(game, {"p": value}), value
        (there,) = [e.profile for e in found.equilibria if holds(e.condition, {"p": value})]
        assert ("r (high): yes" in there) is (value != 0)


def sides(one, found, rng, tries=60):
    """Points just below and just above a critical value, the others drawn at random."""
    order = [s for c in found.conditions for s in c.free_symbols]
    names = {s.name for s in order} | {"gain", "loss", "price"}
    for _ in range(tries):
        at = {n: Fraction(rng.randint(1 if n == "loss" else -80, 80), 16) for n in names}
        value = one.value.xreplace(numbers(at))
        if one.needs.xreplace(numbers(at)) == sp.true and value.is_Rational:
            step = Fraction(1, 10**9)
            here = Fraction(int(value.p), int(value.q))
            yield {**at, one.parameter: here - step}, {**at, one.parameter: here + step}


def test_each_critical_value_of_entry_changes_what_it_says(entered):
    rng = random.Random(3)
    existing = [one for one in entered.thresholds if one.kind == "existence"]
    assert {(one.parameter, str(one.value)) for one in existing} >= {("price", "0")}
    assert entered.all_thresholds
    for one in existing:
        points = list(sides(one, entered, rng))[:8]
        assert points, one
        for below, above in points:
            for number, equilibrium in enumerate(entered.equilibria, 1):
                now = holds(equilibrium.condition, below), holds(equilibrium.condition, above)
                if number in one.above:
                    assert now == (False, True), (one, below)
                if number in one.below:
                    assert now == (True, False), (one, below)


def test_critical_values_of_coordination_are_those_of_the_model():
    found = regimes(load("coordination").game, critical=True)
    rows = {(one.parameter, str(one.value)): one for one in found.thresholds}
    assert rows["benefit", "cost"].above == (2,)
    assert rows["cost", "benefit*(1 - complementarity)"].above == (1,)
    assert rows["threshold", "2"].above == (1,)  # a whole number: from 2 on
    assert found.all_thresholds and len(rows) == 3


def test_a_critical_value_of_a_quadratic_is_its_root_above_0():
    game = Game(
        "quadratic", [Player("a")], [Move("x", "a", {"no": 0, "yes": 1})],
        {"a": "x*(b**2 + b*c - 2*c**2 - d)"},
        parameters=[Parameter("b", 1, "b > 0"), Parameter("c", 1, "c > 0"),
                    Parameter("d", 1, "d > 0")],
    )  # fmt: skip
    found = regimes(game, {"d": 2}, critical=True)
    (one,) = found.thresholds
    b, c = symbol(one.parameter), symbol("c")
    assert one.parameter == "b" and (one.above, one.below) == ((2,), (1,)) and found.all_thresholds
    for value in (Fraction(1, 3), 1, 5):
        at = numbers({"c": value})
        root = one.value.xreplace(at)
        gap = (b**2 + b * c - 2 * c**2 - 2).xreplace(at).subs(b, root)
        assert root > 0 and sp.simplify(gap) == 0


def test_a_square_root_is_taken_out_of_a_condition():
    x, y, z = sp.symbols("x y z", real=True)
    simplifier = Simplifier((x > 0, y > 0), (), [x, y, z])

    def plainly(gap):
        return without_root(gap, simplifier.holds, simplifier._sign)

    for gap in (sp.sqrt(x) - y, y - 2 * sp.sqrt(x), 1 / sp.sqrt(x) - y, x - sp.sqrt(x) * y):
        plain = plainly(gap)
        assert not any(not p.exp.is_Integer for p in plain.atoms(sp.Pow)), gap
        for a in (Fraction(1, 4), 1, 4, 9):
            for b in (Fraction(1, 2), 1, 2, 3, 7):
                at = numbers({"x": a, "y": b})
                assert sp.sign(gap.xreplace(at)) == sp.sign(plain.xreplace(at)), (gap, a, b)
    assert plainly(sp.sqrt(x) - z) == sp.sqrt(x) - z  # z may be negative


def test_a_root_below_the_line_is_not_multiplied_away():
    """1/(sqrt(x) - y) >= 0 was written as x >= y**2, which holds at x = y**2 as well."""
    x, y = sp.symbols("x y", real=True)
    simplifier = Simplifier((x > 0, y > 0), (), [x, y])
    for gap in (1 / (sp.sqrt(x) - y), (sp.sqrt(x) - 2) / (sp.sqrt(x) - y)):
        short = simplifier.settled(gap >= 0)
        assert not holds(short, {"x": 9, "y": 3})
        assert holds(short, {"x": 9, "y": 2})
    plain = without_root(1 / (sp.sqrt(x) + y), simplifier.holds, simplifier._sign)
    assert plain.subs({x: 4, y: 1}) > 0


RIVALS = Game(
    "leader and follower",
    [Player("one"), Player("two")],
    [Move("q1", "one", (0, "a/3")), Move("q2", "two", (0, "a"), 2)],
    {"one": "q1*(a - q1 - q2 - c)", "two": "q2*(a - q1 - q2 - c)"},
    parameters=[Parameter("a", 1, "a > 0"), Parameter("c", "1/10", "c >= 0")],
    assumptions=["c < a"],
)


def test_leader_and_follower_in_closed_form():
    found = regimes(RIVALS, critical=True)
    a, c = sp.symbols("a c", real=True)
    assert sp.simplify(found.follows[0].moves["q2"] - (a - c - symbol("q1")) / 2) == 0
    assert [str(x) for x in found.unresolved] == [
        "where not a >= 3*c/2: later moves may be at an end of an interval"
    ]
    for at in ({"a": 3, "c": 1}, {"a": 3, "c": "1/2"}, {"a": 9, "c": 6}, {"a": 2, "c": 0}):
        (one,) = [e for e in found.equilibria if holds(e.condition, at)]
        (there,) = solve(RIVALS, at)
        values = [s.value.value for s in there.strategies]
        at_here = [float(one.moves[m].xreplace(numbers(at))) for m in ("q1", "q2")]
        assert values[0] == pytest.approx(at_here[0], abs=1e-12)
        assert float(there.payoffs["one"].value) == pytest.approx(
            float(one.payoffs["one"].xreplace(numbers(at))), abs=1e-12
        )
    (end,) = found.thresholds
    assert (end.kind, end.parameter, end.value, end.above, end.below) == (
        "end",
        "a",
        3 * c,
        (2,),
        (1,),
    )


def test_two_that_become_one_are_said_to_merge():
    s = symbol("s")
    found = [
        SymbolicEquilibrium("a", where, {}, {}, True, moves={"x": (1 + root) / 2})
        for root, where in ((sp.sqrt(1 - 4 * s), 4 * s <= 1), (-sp.sqrt(1 - 4 * s), 4 * s < 1))
    ]
    ((one,), whole) = critical_values(found, Simplifier((s > 0,), (), [s]))
    assert (one.kind, one.value, one.above, one.below) == ("merge", sp.Rational(1, 4), (), (1, 2))
    assert whole


@pytest.mark.long
def test_two_equilibria_merge_at_a_fold():
    """y = x and x = s + y**2: two solutions below s = 1/4, none above. None of them was found."""
    moves = [Move("x", "a", (0, 2)), Move("y", "b", (0, 2))]
    game = Game(
        "fold", [Player("a"), Player("b")], moves,
        {"a": "x*(s + y**2) - x**2/2", "b": "x*y - y**2/2"},
        parameters=[Parameter("s", "1/8", "s > 0")],
    )  # fmt: skip
    found = regimes(game, critical=True)
    assert found.complete and found.partition.proved and found.all_thresholds
    (one,) = found.thresholds
    assert (one.kind, one.parameter, one.value, one.above, one.below) == (
        "merge", "s", sp.Rational(1, 4), (), (1, 2),
    )  # fmt: skip
    (same,) = thresholds(game, "s", "1/100", 1).thresholds
    assert (same.exact, same.kinds, same.before, same.after) == ("1/4", ("fold",), 3, 1)
    for value in ("1/100", "6/25", "1/4", "13/50"):
        there = sorted(float(e.strategies[0].value.value) for e in solve(game, {"s": value}))
        at = numbers({"s": value})
        stated = [e.moves["x"].xreplace(at) for e in found.equilibria if e.condition.xreplace(at)]
        assert there == pytest.approx(sorted(map(float, stated)), abs=1e-9), value


def with_cost(cost):
    """A leader up to 1, and a follower who may be at 0 after some histories."""
    return Game(
        "far", [Player("one"), Player("two")],
        [Move("x", "one", (0, 1)), Move("y", "two", (0, 4), 2)],
        {"one": "x*(2 - x - y)", "two": "y*(2 - x - y) - c*y"},
        parameters=[Parameter("c", cost, "c >= 0")],
    )  # fmt: skip


def test_defaults_outside_of_what_a_later_stage_needs_are_no_fault_of_the_game():
    found = regimes(with_cost(3))
    assert [str(x) for x in found.unresolved] == [
        "where not c <= 1: later moves may be at an end of an interval"
    ]
    assert found.equilibria


def test_later_moves_that_always_reach_an_end_are_refused_in_words():
    with pytest.raises(StructureError, match="stage 2: for no parameter values do the moves"):
        regimes(with_cost(3), {"c": 3})


@pytest.mark.long
def test_research_before_output_as_in_daspremont_and_jacquemin_1988():
    found = regimes(load("spillovers").game)
    a, c, b, g = sp.symbols("demand cost spillover slope", real=True)
    inside = next(one for one in found.equilibria if "x1 interior; x2 interior" in one.profile)
    published = (a - c) * (2 - b) / (sp.Rational(9, 2) * g - (2 - b) * (1 + b))
    assert sp.simplify(inside.moves["x1"] - published) == 0


def test_what_a_time_limit_leaves_open_is_said_and_conditions_are_exact_all_the_same():
    found = regimes(weather(), time_limit="1e-9")
    assert not found.complete and len(found.unresolved) == 5 and not found.partition.regimes
    assert "whether it can occur: the time limit" in found.unresolved[0]
    rng = random.Random(5)
    for _ in range(4):
        at = drawn(weather(), rng, whole=3, part=2)
        assert stated(found, at) == solved(weather(), at), at


def test_a_parameter_in_an_exponent_is_held_at_its_default():
    game = Game(
        "power", [Player("a")], [Move("x", "a", {"no": 0, "yes": 1})], {"a": "x*(2**e - b)"},
        parameters=[Parameter("e", 2), Parameter("b", 1)],
    )  # fmt: skip
    found = regimes(game)
    assert found.held == {"e": 2} and "any e other than 2" in found.unresolved
    assert [str(one.condition) for one in found.equilibria] == ["b >= 4", "b <= 4"]
    assert not regimes(game, {"e": 3}).held
    with pytest.raises(StructureError, match="--set e="):
        regimes(Game("power", game.players, game.moves, dict(game.payoffs),
                     parameters=[Parameter("e"), Parameter("b", 1)]))  # fmt: skip


def test_values_that_nothing_satisfies_are_refused():
    with pytest.raises(DeclarationError, match="outside its domain"):
        regimes(entry(), {"loss": -1})


def test_pages_results_and_latex(entered, tmp_path):
    game = entry()
    page = as_text(regimes_page(game, entered, {}))
    assert "an outcome exactly if" in page and "efficient exactly if" in page
    assert "Thresholds" in page and "Proved on both sides" in page
    result = regimes_result(entered, game, {})
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert list(problems(json.loads(json.dumps(result)), schema, schema)) == []
    assert result["thresholds"]["values"] and result["staged"]
    latex = regimes_latex(game, entered)
    assert r"\item[Threshold]" in latex
    document = r"\documentclass{article}\usepackage{amsmath}\begin{document}" + latex
    (tmp_path / "it.tex").write_text(document + r"\end{document}")
    try:
        subprocess.run(["pdflatex", "-interaction=batchmode", "-halt-on-error", "it.tex"],
                       cwd=tmp_path, check=True, capture_output=True)  # fmt: skip
    except FileNotFoundError:
        pytest.skip("no pdflatex here")


@pytest.mark.long
@pytest.mark.parametrize("name", FINITE)
def test_models_in_stages_agree_with_solving(name):
    game = load(name).game
    found = regimes(game, critical=True)
    assert found.complete
    rng = random.Random(11)
    default = {p.name: p.default for p in game.parameters}
    for _ in range(40):
        at = dict(default)
        for moved in rng.sample(game.parameters, 3):
            at[moved.name] = default[moved.name] * Fraction(rng.randint(0, 16), 8)
        if any(c.xreplace(numbers(at)) != sp.true for c in game.conditions):
            continue
        assert stated(found, at) == solved(game, at), at


REFUSED = {
    "deterrence": "continuous, next to choices",
    "risky_channel": "continuous, next to choices",
    "tax_competition": "not a rational function",
}


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in names() if name not in REFUSED])
def test_every_model_has_equilibria_in_bounded_time_and_critical_values_that_hold(name):
    game = load(name).game
    found = regimes(game, critical=True, time_limit=300)
    assert found.equilibria
    assert regimes_latex(game, found)
    for one in found.thresholds:
        assert one.above or one.below
        assert symbol(one.parameter) not in one.value.free_symbols


@pytest.mark.parametrize("name", REFUSED)
def test_models_without_regimes_are_refused_in_words(name):
    with pytest.raises(StructureError, match=REFUSED[name]):
        regimes(load(name).game)
