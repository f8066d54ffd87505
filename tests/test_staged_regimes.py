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
from pigou.solvers.paths import paths_of_play
from pigou.solvers.square_roots import without_root
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
