"""Repeated games: closed forms, a search over wages and bonuses, properties over random games."""

import dataclasses
import itertools
import json
import random
from fractions import Fraction as F

import pytest
from click.testing import CliRunner

from pigou.cli import cli
from pigou.errors import DeclarationError, FileError, StructureError
from pigou.game import Bystander, Chance, Game, Move, Parameter, Player
from pigou.gamefile import read_game
from pigou.gamewriter import write_game
from pigou.models import load
from pigou.repeat_page import repeat_page
from pigou.repeating import repeat
from pigou.repetition import Repetition
from pigou.solvers.payoff_set import PayoffSet, payoff_set
from pigou.solvers.repeated import Repeated
from test_cli import SCHEMAS, problems


def quality(**extra):
    """Levin's relation with quadratic costs: quality e costs e**2/2 and is worth e."""
    return Game(
        "quality",
        [Player("supplier")],
        [Move("e", "supplier", (0, 1))],
        {"supplier": "-e**2/2"},
        bystanders=[Bystander("lead", "e")],
        parameters=[Parameter("delta", "2/5", "0 <= delta < 1"), Parameter("s", "1/10")],
        **extra,
    )


RELATION = Repetition("delta", {"lead": "s/4", "supplier": "3*s/4"}, payments=True)


def closed_form(delta, s):
    """min(1, delta + sqrt(delta**2 - 2 delta s)), or None where the relation collapses."""
    root = delta * delta - 2 * delta * s
    return None if root < 0 else min(1.0, delta + root**0.5)


@pytest.mark.parametrize("delta", ["0.05", "0.19", "0.2", "0.25", "0.4", "0.55", "0.6", "0.95"])
@pytest.mark.parametrize("s", ["0", "0.1", "0.19"])
def test_best_quality_is_the_closed_form(delta, s):
    best = repeat(quality(), RELATION, {"delta": delta, "s": s}).best
    wanted = closed_form(float(delta), float(s))
    if wanted is None:
        assert best is None
    else:
        assert best.value.value == pytest.approx(wanted, abs=1e-12)


def test_collapse_and_first_best():
    solution = repeat(quality(), RELATION)
    assert solution.collapse.lower == solution.collapse.upper == F(1, 5)
    assert solution.efficient.critical.lower == F(5, 9)
    assert not solution.efficient.sustained
    assert str(solution.best.formula) == "e**2/(2*e - 2*s)"


def two_qualities(delta, s):
    return Game(
        "two qualities",
        [Player("supplier")],
        [Move("q", "supplier", {"low": 0, "high": 1})],
        {"supplier": "-q"},
        bystanders=[Bystander("lead", "3*q")],
        parameters=[Parameter("delta", delta, "0 <= delta < 1"), Parameter("s", s)],
    )


@pytest.mark.parametrize(("s", "critical"), [("1/2", F(2, 5)), ("1", F(1, 2))])
def test_two_qualities(s, critical):
    relation = Repetition("delta", {"lead": "2*s/5", "supplier": "3*s/5"}, payments=True)
    high = next(p for p in repeat(two_qualities("1/2", s), relation).plans if "high" in p.words)
    assert high.critical.lower == high.critical.upper == critical


@pytest.mark.parametrize(("delta", "possible"), [("41/100", True), ("39/100", False)])
def test_a_search_over_wages_and_bonuses_agrees(delta, possible):
    """Both one-shot deviations, over a grid of contracts, without the pooled condition."""
    d = F(delta)
    lead_out, supplier_out = F(1, 5), F(3, 10)
    grid = [F(k, 40) for k in range(-80, 121)]
    found = False
    for wage, bonus in itertools.product(grid, grid):
        supplier, lead = wage + bonus - 1, 3 - wage - bonus
        works = supplier >= (1 - d) * wage + d * supplier_out and supplier >= supplier_out
        pays = lead >= (1 - d) * (3 - wage) + d * lead_out and lead >= lead_out
        found = found or (works and pays)
    relation = Repetition("delta", {"lead": "1/5", "supplier": "3/10"}, payments=True)
    best = repeat(two_qualities(delta, "1/2"), relation).best
    assert found == possible == (best is not None and "high" in best.words)


def pays(agreement, plan, solution, gains):
    """Check an agreement party by party: deviating, not paying and leaving bring nothing."""
    d = solution.discount
    for party, outside in solution.outside.items():
        value = agreement.value[party]
        total = agreement.fixed[party] + agreement.bonus[party] + plan.payoffs[party]
        assert (total - value).is_zero()
        ahead = (value.upper - outside) * d
        assert value.upper >= outside
        assert ahead >= (1 - d) * (gains[party] - agreement.bonus[party].upper) - F(1, 10**30)
        assert ahead >= (1 - d) * (-agreement.bonus[party].upper) - F(1, 10**30)


def random_game(seed):
    rng = random.Random(seed)
    width = rng.choice([2, 2, 3])
    table = [[[rng.randint(-3, 6) for _ in range(width)] for _ in range(width)] for _ in "ab"]
    options = {f"c{k}": k for k in range(width)}

    def formula(rows):
        terms = [
            f"if(x == {i}, if(y == {j}, {rows[i][j]}, 0), 0)"
            for i in range(width)
            for j in range(width)
        ]
        return " + ".join(terms)

    game = Game(
        "random",
        [Player("a"), Player("b")],
        [Move("x", "a", options), Move("y", "b", options)],
        {"a": formula(table[0]), "b": formula(table[1])},
        parameters=[Parameter("delta", F(rng.randint(0, 19), 20), "0 <= delta < 1")],
    )
    return game, table, width


def best_gains(table, i, j, width):
    return {
        "a": max(table[0][k][j] for k in range(width)) - table[0][i][j],
        "b": max(table[1][i][k] for k in range(width)) - table[1][i][j],
    }


@pytest.mark.parametrize("seed", range(12))
def test_random_games_with_payments(seed):
    game, table, width = random_game(seed)
    relation = Repetition("delta", {"a": "1/2", "b": 1}, payments=True)
    solution = repeat(game, relation)
    d = solution.discount
    for plan in solution.plans:
        i, j = (int(part[-1]) for part in plan.words.split("; "))
        surplus = table[0][i][j] + table[1][i][j]
        gains = best_gains(table, i, j, width)
        wanted = surplus >= F(3, 2) and (1 - d) * sum(gains.values()) <= d * (surplus - F(3, 2))
        assert plan.sustained == wanted
        if plan.critical is not None:
            assert plan.sustained == (d >= plan.critical.lower)
        if plan.sustained:
            assert plan.critical is not None
            pays(plan.agreement, plan, solution, gains)


@pytest.mark.parametrize("seed", range(12))
def test_random_games_without_payments(seed):
    """Reversion to the worst equilibrium, by brute force over pure equilibria and the mixed one."""
    game, table, width = random_game(seed)
    solution = repeat(game, Repetition("delta"))
    d = solution.discount
    pure = [
        (i, j)
        for i, j in itertools.product(range(width), repeat=2)
        if not any(best_gains(table, i, j, width).values())
    ]
    for who, rows in zip("ab", table, strict=True):
        assert all(solution.outside[who] <= rows[i][j] for i, j in pure)
    for plan in solution.plans:
        i, j = (int(part[-1]) for part in plan.words.split("; "))
        gains = best_gains(table, i, j, width)
        wanted = all(
            rows[i][j] >= solution.outside[who]
            and rows[i][j] >= (1 - d) * (rows[i][j] + gains[who]) + d * solution.outside[who]
            for who, rows in zip("ab", table, strict=True)
        )
        assert plan.sustained == wanted
        if (i, j) in pure:
            assert plan.critical.upper == 0


def test_the_best_quality_is_the_best_on_a_grid():
    """A cubic cost and a lead firm who may stop ordering: no closed form, a grid instead."""
    game = Game(
        "orders",
        [Player("lead"), Player("supplier")],
        [Move("order", "lead", {"stop": 0, "go": 1}), Move("e", "supplier", (0, 2))],
        {"lead": "if(order == go, 2*e - e**2/4, 1/5)", "supplier": "-e**3/3 - e/10"},
        parameters=[Parameter("delta", "2/5", "0 <= delta < 1")],
    )
    relation = Repetition("delta", {"lead": "1/10", "supplier": "1/20"}, payments=True)
    for delta in (F(1, 4), F(2, 5), F(3, 5), F(9, 10)):
        best = repeat(game, relation, {"delta": delta}).best
        top = None
        for k in range(2001):
            e = F(k, 1000)
            lead, supplier = 2 * e - e**2 / 4, -(e**3) / 3 - e / 10
            gain = max(F(1, 5) - lead, 0) + (0 - supplier)
            worth = lead + supplier - F(3, 20)
            if worth >= 0 and (1 - delta) * gain <= delta * worth:
                top = max(top or F(-9), lead + supplier)
        if top is None:
            assert best is None
        else:
            assert top <= best.surplus.upper
            assert best.surplus.value == pytest.approx(float(top), abs=2e-3)


def test_what_is_refused():
    population = Game(
        "p", [Player("firm", size=3)], [Move("x", "firm", {"n": 0, "y": 1})], {"firm": "x"}
    )
    with pytest.raises(StructureError, match="populations are not handled"):
        repeat(population, Repetition("1/2"))
    with pytest.raises(DeclarationError, match="player 'supplier' of game 'quality' has none"):
        repeat(quality(), Repetition("delta", {"lead": 0}))
    with pytest.raises(DeclarationError, match="no party 'leed'"):
        repeat(quality(), Repetition("delta", {"leed": 0, "supplier": 0}))
    with pytest.raises(DeclarationError, match="has to be at least 0 and below 1"):
        repeat(quality(), Repetition(1, {"lead": 0, "supplier": 0}))
    seen = Game(
        "seen", [Player("a")], [Move("x", "a", {"n": 0, "y": 1})], {"a": "x*z"},
        chance=[Chance("z", {"l": (0, "1/2"), "h": (1, "1/2")}, seen_by=["a"])],
    )  # fmt: skip
    with pytest.raises(StructureError, match="somebody sees"):
        repeat(seen, Repetition("1/2", {"a": 0}))


def two(name="two", a="2*y - x", b="2*x - y", first=None, **extra):
    choice = {"n": 0, "y": 1}
    return Game(
        name, [Player("a"), Player("b")],
        [Move("x", "a", first or choice), Move("y", "b", choice)], {"a": a, "b": b}, **extra,
    )  # fmt: skip


def test_a_bystander_with_an_outside_option_can_leave():
    game = two(bystanders=[Bystander("c", "-5*x*y")])
    found = repeat(game, Repetition("9/10", {"a": 0, "b": 0, "c": 0}))
    both = next(p for p in found.plans if p.words == "x: y; y: y")
    assert not both.sustained
    assert both.critical is None
    assert both.tempted.startswith("c:")
    accepts = repeat(game, Repetition("9/10", {"a": 0, "b": 0, "c": -5}))
    assert next(p for p in accepts.plans if p.words == both.words).critical.lower == F(1, 2)


def test_no_stage_equilibrium_to_revert_to():
    chase = two(a="(x - y)**2", b="-(x - y)**2", first=(0, 1))
    with pytest.raises(StructureError, match="no equilibrium in pure strategies"):
        repeat(chase, Repetition("1/2"))


def test_with_a_continuous_move_the_reversion_is_to_a_pure_equilibrium():
    """The mixed one, x = 1/2 against both choices alike, is worse for b: it has 1/2 there."""
    found = repeat(two(a="-(x - y)**2", b="x*y + (1-x)*(1-y)", first=(0, 1)), Repetition("1/2"))
    assert found.outside["b"] == 1
    assert "the stage game's pure equilibrium that is worst" in found.reversion
    mixed = repeat(two(a="x == y", b="x == y"), Repetition("1/2"))
    assert mixed.outside["b"] == F(1, 2)
    assert "pure" not in mixed.reversion


def text_of(found):
    return "\n".join(
        b.text for b in repeat_page([("baseline", found)]).blocks if hasattr(b, "text")
    )


def test_mixed_equilibria_are_sustained_where_no_plan_is():
    pennies = two(a="x == y", b="1 - (x == y)")
    assert "equilibria of the stage game in mixed choices can" in text_of(
        repeat(pennies, Repetition("1/2"))
    )
    left = repeat(pennies, Repetition("1/2", {"a": 2, "b": 2}))
    assert "the relation collapses" in text_of(left)


def test_the_page_says_who_is_not_counted():
    cartel = two(bystanders=[Bystander("consumers", "-9*x*y")])
    text = text_of(repeat(cartel, Repetition("9/10")))
    assert "It is the largest sum." in text
    assert "those of a, b; what consumers may have is not counted" in text
    assert "It is efficient." in text_of(repeat(two(), Repetition("9/10")))


def test_numbers_that_are_not_rational_are_refused():
    with pytest.raises(DeclarationError, match=r"discount factor .* has to be a rational number"):
        repeat(two(), Repetition("sqrt(2)/2"))
    with pytest.raises(DeclarationError, match=r"outside option of 'a' .* a rational number"):
        repeat(two(), Repetition("1/2", {"a": "sqrt(2)", "b": 0}))


def test_an_empty_interval_is_refused():
    game = Game("g", [Player("a")], [Move("x", "a", (1, "m"))], {"a": "-x"},
                parameters=[Parameter("m", 0)])  # fmt: skip
    with pytest.raises(DeclarationError, match=r"interval \[1, 0\]"):
        repeat(game, Repetition("1/2", {"a": -5}))


def test_payments_among_many_players_are_quick():
    """Only the strongest temptation of each counts; all combinations took 21 seconds for eight."""
    names = [f"p{i}" for i in range(6)]
    game = Game(
        "many",
        [Player(n) for n in names],
        [Move(f"m{n}", n, {"n": 0, "y": 1}) for n in names],
        {n: "+".join(f"3*m{o}" for o in names) + f" - 4*m{n}" for n in names},
    )
    solver = Repeated(
        game, Repetition(0, dict.fromkeys(names, 0), True), dict.fromkeys(names, 0), {}
    )
    labels = ("y",) * 6
    (one,) = solver.temptations(labels)
    assert one.gain == 6
    assert solver.critical(solver.plan(labels)).value.lower == F(6, 6 + 6 * 14)


# -- the set of equilibrium payoffs ---------------------------------------------------------------

DILEMMA = [[(2, 2), (-1, 3)], [(3, -1), (0, 0)]]


@pytest.mark.long
def test_an_inner_polygon_with_fractions_that_are_not_short_is_found():
    found = payoff_set([[(5, 2), (1, 1)], [(1, 5), (0, 5)]], F(9, 10))
    assert found.gap < F(1, 10**5)
    assert (F(1), F(67, 14)) in found.inner


def test_a_set_with_corners_that_are_not_rational_is_found():
    """Only the one-shot equilibrium was; sharpening is slow here, and its limit not rational."""
    found = payoff_set([[(2, 1), (6, 6)], [(1, 2), (0, 1)]], F(7, 10))
    assert found.gap < F(1, 10**5)
    assert corners(found.inner) == {(6, 6), (2, 2.8), (2, 2.5114), (4.0464, 3.558)}


@pytest.mark.long
def test_a_set_that_is_approached_slowly_is_found():
    slow = payoff_set([[(3, 1), (1, 5), (0, 0)], [(1, 1), (6, 4), (1, 3)]], F(9, 10))
    assert set(slow.inner) == {(F(14, 9), F(4)), (F(6), F(4)), (F(2), F(24, 5))}


def test_a_gap_that_is_left_is_shown():
    found = repeat(two(), Repetition("9/10"), payoffs=True)
    open_set = PayoffSet((), ((F(0), F(0)), (F(1), F(1))), 1)
    assert "is not known" not in text_of(found)
    text = text_of(dataclasses.replace(found, equilibrium_payoffs=open_set))
    assert "Which payoffs between the two are an equilibrium's is not known" in text
    assert "All of it are payoffs" not in text


def corners(points):
    return {(round(float(x), 4), round(float(y), 4)) for x, y in points}


@pytest.mark.parametrize(
    ("discount", "known"),
    [("0.32", {(0, 0)}), ("1/3", {(0, 0), (2.6667, 0), (2, 2), (0, 2.6667)})],
)
def test_the_dilemma_opens_at_a_third(discount, known):
    """Below 1/3 only the static equilibrium; from 1/3 on all that is feasible and rational."""
    found = payoff_set(DILEMMA, F(discount))
    assert corners(found.inner) == known
    assert found.gap < F(1, 10**5)


def tables(seed):
    rng = random.Random(seed)
    rows, columns = rng.choice([2, 2, 3]), rng.choice([2, 3])
    draw = lambda: (rng.randint(0, 6), rng.randint(0, 6))  # noqa: E731
    table = [[draw() for _ in range(columns)] for _ in range(rows)]
    return table, F(rng.choice([2, 4, 5, 6, 7, 9]), 10)


@pytest.mark.parametrize("seed", range(4))
def test_the_two_polygons_meet(seed):
    meet(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", [*range(4, 150), 321])
def test_the_two_polygons_meet_at_length(seed):
    meet(seed)


def beyond(points, polygon):
    """Return how far points are outside of a polygon, at most, in both directions added up."""
    linprog = pytest.importorskip("scipy.optimize").linprog
    ends = [[float(x) for x in corner] for corner in polygon]
    n, farthest = len(ends), 0.0
    cost = [0.0] * n + [1.0] * 4
    for point in points:
        rows = [[e[k] for e in ends] + [1.0 - 2.0 * (j % 2) if j // 2 == k else 0.0
                                        for j in range(4)] for k in (0, 1)]  # fmt: skip
        rows.append([1.0] * n + [0.0] * 4)
        found = linprog(cost, A_eq=rows, b_eq=[*map(float, point), 1.0])
        farthest = max(farthest, found.fun)
    return farthest


def meet(seed):
    table, discount = tables(seed)
    found = payoff_set(table, discount)
    assert not found.outer or found.gap < F(1, 10**4)
    stage = [payoffs for row in table for payoffs in row]
    for corner in found.inner:
        assert supported(corner, found.inner, table, discount)
        assert min(x for x, _ in stage) <= corner[0] <= max(x for x, _ in stage)


def supported(corner, polygon, table, discount):
    """Whether a corner is a mean of points of B(polygon): linear programming over profiles.

    Weights p_a and continuation payoffs, p_a times points of the polygon, in floats: written down
    from the definition, without the solver's geometry.
    """
    linprog = pytest.importorskip("scipy.optimize").linprog
    rows, columns = range(len(table)), range(len(table[0]))
    worst = [float(min(p[k] for p in polygon)) for k in (0, 1)]
    profiles = [(i, j) for i in rows for j in columns]
    n = len(polygon)
    equal, upper = [[], []], []
    total = []
    for i, j in profiles:
        now = table[i][j]
        gain = (max(table[k][j][0] for k in rows) - now[0],
                max(table[i][k][1] for k in columns) - now[1])  # fmt: skip
        for corner_k in polygon:
            for k in (0, 1):
                equal[k].append(float((1 - discount) * now[k] + discount * corner_k[k]))
            total.append(1.0)
        for k in (0, 1):
            least = worst[k] + float((1 - discount) / discount) * gain[k]
            row = [0.0] * (n * len(profiles))
            start = n * profiles.index((i, j))
            row[start : start + n] = [least - float(c[k]) for c in polygon]
            upper.append(row)
    done = linprog(
        [0.0] * len(total), A_ub=upper, b_ub=[1e-9] * len(upper), A_eq=[*equal, total],
        b_eq=[float(corner[0]), float(corner[1]), 1.0], bounds=(0, None),
    )  # fmt: skip
    return done.status == 0


def test_no_pure_equilibrium_is_proved():
    assert payoff_set([[(1, 0), (0, 1)], [(0, 1), (1, 0)]], F(1, 2)).outer == ()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(60))
def test_agrees_with_another_program(seed):
    games = pytest.importorskip("quantecon.game_theory")
    import numpy as np

    table, discount = tables(seed)
    first = np.array([[cell[0] for cell in row] for row in table], float)
    second = np.array([[cell[1] for cell in row] for row in table], float).T.copy()
    stage = games.NormalFormGame((games.Player(first), games.Player(second)))
    flat = pytest.importorskip("scipy.spatial").QhullError, ValueError
    try:
        hull = games.RepeatedGame(stage, float(discount)).equilibrium_payoffs()
    except flat as error:  # it cannot do sets without an interior, nor empty ones
        pytest.skip(str(error)[:60])
    found = payoff_set(table, discount)
    theirs = hull.points[hull.vertices]
    assert beyond(theirs, found.outer) < 1e-4
    assert beyond(found.inner, theirs) < 1e-4
    assert beyond(theirs, found.inner) < 1e-3


def test_a_game_file_says_how_it_is_repeated(tmp_path):
    model = load("relational_contract")
    text = write_game(model)
    assert "[repetition]" in text
    again = read_game(text)
    here, there = (repeat(m.game, m.repetition) for m in (model, again))
    assert here.best.value == there.best.value
    with pytest.raises(FileError, match=r"\[repetition\].*no party 'leed'"):
        read_game(text.replace('lead = "lead_outside"', 'leed = "lead_outside"'))


def test_reforms_reach_the_discount_factor_and_the_outside_options():
    model = load("relational_contract")
    found = {r.name: repeat(r(model.game), model.repetition) for r in model.reforms}
    before = repeat(model.game, model.repetition)
    assert found["steady_orders"].best.surplus.lower == F(1, 2) == before.efficient.surplus.lower
    assert before.best.surplus.upper < found["inspection"].best.surplus.lower
    assert found["other_chains"].best is None
    assert found["other_chains"].collapse.lower == F(23, 50)


def test_the_command():
    runner = CliRunner()
    done = runner.invoke(cli, ["repeat", "relational_contract", "--json"], standalone_mode=False)
    result = json.loads(done.output)
    schema = json.loads((SCHEMAS / "pigou-repeat-1.schema.json").read_text("utf-8"))
    assert not list(problems(result, schema, schema))
    assert result["results"][0]["best"]["value"]["value"] == pytest.approx(0.6828427125)
    done = runner.invoke(cli, ["repeat", "hold_up"], standalone_mode=False)
    assert "does not say how it is repeated" in str(done.exception)
