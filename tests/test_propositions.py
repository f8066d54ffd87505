"""Propositions: proved ones survive random draws, and the prover refutes what is stronger."""

import functools
import json
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import draws
from pigou import (
    Allocation,
    Bystander,
    Chance,
    Effect,
    Game,
    Model,
    Move,
    Number,
    Parameter,
    Player,
    Profile,
    Proposition,
    prove,
    read_game,
    solve,
    write_game,
)
from pigou.cli import cli
from pigou.errors import DeclarationError, ExpressionError, FileError, ReformError, StructureError
from pigou.exact import Enclosure
from pigou.expression import If, symbol
from pigou.models import load, names
from pigou.prove_page import prove_latex, prove_page, prove_result
from pigou.proving import _Subject
from pigou.regimes_page import regimes_page
from pigou.solvers.paths import paths_of_play, played_path
from pigou.solvers.reals import decide
from pigou.solvers.situations import situation
from pigou.solving import regimes

BUILT_IN = [(load(n), p) for n in names() for p in load(n).propositions]
IDS = [f"{model.name}-{p.name}" for model, p in BUILT_IN]


@functools.cache
def proof_of(model, name):
    return next(prove(m, p) for m, p in BUILT_IN if (m.name, p.name) == (model, name))


@pytest.mark.parametrize(("model", "one"), BUILT_IN, ids=IDS)
def test_a_proposition_comes_out_as_its_author_says(model, one):
    proof = proof_of(model.name, one.name)
    assert proof.outcome == ("refuted" if one.false else "proved"), proof.reason
    assert proof.as_expected
    assert one.source
    if not one.false:
        assert one.stronger, "a proved claim has a stronger one that is refuted"
        assert proof.stronger.outcome == "refuted", proof.stronger.reason
    else:
        assert one.lesson


def survives(model, one, number):
    """Draw parameters, and moves that may be in equilibrium; a proved claim is false at none."""
    subject = _Subject(model, one)
    at = draws.points(subject, number)
    drawn = len(next(iter(at.values())))
    assert drawn >= number // 20, f"only {drawn} draws satisfy what is assumed"
    false = draws.violations(subject, one.claim, at)
    where = {n: v[false][:1] for n, v in at.items()}
    assert false.any() if one.false else not false.any(), where


@pytest.mark.parametrize(("model", "one"), BUILT_IN, ids=IDS)
def test_a_proved_claim_survives_five_hundred_draws(model, one):
    survives(model, one, 500)


@pytest.mark.long
@pytest.mark.parametrize(("model", "one"), BUILT_IN, ids=IDS)
def test_a_proved_claim_survives_ten_thousand_draws(model, one):
    survives(model, one, 10_000)


@pytest.mark.parametrize(
    ("model", "one"), [x for x in BUILT_IN if x[1].false],
    ids=[i for i, x in zip(IDS, BUILT_IN, strict=True) if x[1].false],
)  # fmt: skip
def test_a_counterexample_is_one_in_plain_arithmetic(model, one):
    proof = proof_of(model.name, one.name)
    subject = _Subject(model, one)
    at = {n: np.array([float(v)]) for n, v in proof.counterexample.items()}
    for name, situated in subject.situations.items():
        for move, unknown in situated.moves.items():
            at[unknown.name] = np.array([proof.numbers[f"{name}_{move}"].value])
    assert draws.violations(subject, one.claim, at, slack=1e-12).all()


# -- the derivation of conditions, against solved games --------------------------------------------


def research(**changes):
    game = Game(
        "research and output",
        [Player("one"), Player("two")],
        [
            Move("x1", "one", (0, 50)),
            Move("x2", "two", (0, 50)),
            Move("q1", "one", (0, 100), 2),
            Move("q2", "two", (0, 100), 2),
        ],
        {
            "one": "(size - q1 - q2 + x1 + leak*x2)*q1 - slope*x1**2/2",
            "two": "(size - q1 - q2 + x2 + leak*x1)*q2 - slope*x2**2/2",
        },
        bystanders=[Bystander("consumers", "(q1 + q2)**2/2")],
        parameters=[
            Parameter("size", 10, "size > 0"),
            Parameter("slope", 4, "slope > 2"),
            Parameter("leak", "1/2", "0 <= leak <= 1"),
        ],
    )
    return Model(game, **changes)


@pytest.mark.parametrize("leak", ["0", "1/4", "1/2", "9/10"])
def test_the_conditions_of_two_stages_hold_at_the_solved_equilibrium(leak):
    model = research()
    found = situation(model.game, "e", interior=True)
    (one,) = solve(model.game, {"leak": leak})
    values = {s.move: s.value for s in one.strategies}
    at = {f"e_{m}": np.array([v.value]) for m, v in values.items()}
    at |= {"size": np.array([10.0]), "slope": np.array([4.0])}
    at["leak"] = np.array([float(Fraction(leak))])
    for slope in found.slopes:
        assert abs(draws.value(slope, at)[0]) < 1e-12
    for condition in found.given:
        assert draws.holds(condition, at, 1e-9).all()
    welfare = draws.value(found.payoffs["welfare"], at)[0]
    assert welfare == pytest.approx(sum(p.value for p in one.payoffs.values()), rel=1e-12)


def test_an_effect_is_the_difference_quotient_of_two_solved_games():
    model = research()
    one = Proposition(
        "effect", "words", "d < 0",
        {"e": Allocation(interior=True), "d": Effect("e_x1 + e_q2", "leak")},
    )  # fmt: skip
    subject = _Subject(model, one)
    sums = []
    for leak in (Fraction(1, 2) - Fraction(1, 10**5), Fraction(1, 2) + Fraction(1, 10**5)):
        (found,) = solve(model.game, {"leak": leak})
        value = {s.move: s.value.value for s in found.strategies}
        sums.append(value["x1"] + value["q2"])
    (found,) = solve(model.game, {"leak": "1/2"})
    at = {f"e_{s.move}": s.value.value for s in found.strategies}
    at |= {"size": 10.0, "slope": 4.0, "leak": 0.5}
    effect = float(draws.value(subject.formulas["d"], at))
    assert effect == pytest.approx((sums[1] - sums[0]) / 2e-5, rel=1e-6)
    assert effect != 0


@pytest.mark.parametrize("seed", range(30))
def test_the_condition_of_every_path_agrees_with_the_solved_game(seed):
    """Random two-stage games with small whole payoffs, ties included."""
    random = np.random.default_rng(seed)
    numbers = iter(random.integers(0, 4, 40).tolist())
    moves = [Move("a", "one", {"l": 0, "r": 1}), Move("b", "two", {"l": 0, "r": 1}, 2)]
    who = ["one", "two"]
    if seed % 2:
        moves.insert(1, Move("c", "three", {"l": 0, "r": 1}))
        who.append("three")
    monomials = ["1", "a", "b", "a*b"] + (["c", "a*c", "b*c", "a*b*c"] if seed % 2 else [])
    payoffs = {p: " + ".join(f"{next(numbers) - 2}*{m}" for m in monomials) for p in who}
    game = Game("random", [Player(p) for p in who], moves, payoffs)
    found = solve(game, pure=True)
    assert found.complete
    listed = set()
    for one in found:
        on = {m: [x for x, p in labels.items() if p.lower == 1] for m, labels in one.path.items()}
        if all(len(labels) == 1 for labels in on.values()):
            listed.add("; ".join(f"{m.name}: {on[m.name][0]}" for m in moves))
    stated = {p.words for p in paths_of_play(game) if p.holds == sp.true}
    assert all(p.holds in (sp.true, sp.false) for p in paths_of_play(game))
    assert stated == listed


@pytest.mark.parametrize("seed", range(6))
def test_paths_after_a_draw_that_all_see_agree_with_the_solved_game(seed):
    """One moves, a coin falls unless that ends the game, and both move on, having seen it."""
    random = np.random.default_rng(seed)
    earlier, later = ("a", "toss"), ("a", "toss", "b")
    moves = [
        Move("a", "one", {"l": 0, "r": 1}),
        Move("b", "two", {"l": 0, "r": 1}, 2, when="a == r", observes=earlier),
        Move("c", "one", {"l": 0, "r": 1}, 3, when="a == r", observes=later),
    ]
    toss = Chance("toss", {"heads": (0, "1/3"), "tails": (1, "2/3")}, when="a == r")
    terms = ["1", "b", "c", "b*c", "toss", "toss*b", "toss*c", "toss*b*c"]
    payoffs = {}
    for who in ("one", "two"):
        numbers = random.integers(-2, 3, 8).tolist()
        payoffs[who] = (
            f"a*({' + '.join(f'({n})*{t}' for n, t in zip(numbers, terms, strict=True))})"
        )
    game = Game("coin", [Player("one"), Player("two")], moves, payoffs, chance=[toss])
    found = solve(game, pure=True)
    assert found.complete
    listed = {tuple(sorted(played_path(game, one).items())) for one in found}
    paths = paths_of_play(game)
    assert len(paths) == 1 + 4 * 4
    assert {tuple(sorted(p.labels.items())) for p in paths if p.holds == sp.true} == listed
    worth = {tuple(sorted(p.labels.items())): p.payoffs["one"] for p in paths}
    for one in found:
        value = worth[tuple(sorted(played_path(game, one).items()))]
        assert one.payoffs["one"].lower == Fraction(str(value))


def test_a_draw_that_only_some_see_is_refused():
    moves = [Move("a", "one", {"l": 0, "r": 1}, observes=("toss",)),
             Move("b", "two", {"l": 0, "r": 1}, 2, observes=("a",))]  # fmt: skip
    toss = Chance("toss", {"heads": (0, "1/2"), "tails": (1, "1/2")})
    payoffs = {"one": "a*toss", "two": "b*toss"}
    game = Game("coin", [Player("one"), Player("two")], moves, payoffs, chance=[toss])
    with pytest.raises(StructureError, match="not all who move later see the draw 'toss'"):
        paths_of_play(game)


# -- what is honest --------------------------------------------------------------------------------


def test_a_stationary_point_that_is_no_equilibrium_refutes_nothing():
    """The payoff x^4/4 - x^2/2 + ... has a local maximum that is not the global one."""
    game = Game(
        "two peaks",
        [Player("one")],
        [Move("x", "one", (-2, 2))],
        {"one": "-(x**4)/4 + x**2/2 + tilt*x"},
        parameters=[Parameter("tilt", "1/10", "0 < tilt < 1")],
    )
    claim = Proposition("right", "The move is positive.", "e_x > 0", {"e": Allocation()})
    proof = prove(Model(game), claim)
    assert proof.outcome == "undecided"
    assert "first-order conditions, but no equilibrium there violates it" in proof.reason


def test_a_slope_that_is_not_defined_at_a_corner_is_an_assumption_that_is_said():
    """At 0 the payoff -sqrt(x) has no slope; 0 is the equilibrium, and the claim is false there."""
    game = Game(
        "steep",
        [Player("one")],
        [Move("x", "one", (0, 1))],
        {"one": "-sqrt(x)"},
        parameters=[Parameter("a", 1, "a > 0")],
    )
    with pytest.raises(DeclarationError, match="nothing satisfies"):
        prove(Model(game), Proposition("p", "w", "e_x > 0", {"e": Allocation()}))
    found = situation(game, "e")
    assert found.assumed == ("e_x > 0",)
    smooth = Game("smooth", [Player("one")], [Move("x", "one", (0, 1))], {"one": "-sqrt(1 + x)"})
    assert situation(smooth, "e").assumed == ()


def test_a_claim_about_nothing_is_an_error():
    claim = Proposition("void", "Anything.", "cost < 0", given=("benefit < 0",))
    with pytest.raises(DeclarationError, match="nothing satisfies what is assumed"):
        prove(load("coordination"), claim)


def test_a_number_in_a_parameters_place_in_all_games_is_assumed_and_in_the_counterexample():
    """Otherwise "for all values" is said of what holds at one."""
    model = load("coordination")
    where = {"up": Profile("all upgrade", "parameter:benefit=2")}
    claim = Proposition("p", "w", "(up_holds == 1) == (cost <= 2)", where, stronger="cost <= 2")
    proof = prove(model, claim)
    assert proof.outcome == "proved" and proof.assumed == ("benefit == 2",)
    assert proof.stronger.counterexample["benefit"] == 2
    where["as_is"] = Profile("all upgrade")
    assert prove(model, Proposition("p", "w", "cost > 0", where)).assumed == ()


def test_exponentials_are_proved_from_true_inequalities_and_never_refuted_from_them():
    game = Game(
        "exponential",
        [Player("one")],
        [Move("x", "one", (0, 1))],
        {"one": "-(x**2)"},
        parameters=[Parameter("a", 1, "a > 0")],
    )
    assert prove(Model(game), Proposition("p", "w", "exp(a) > 1 + a/2")).outcome == "proved"
    assert prove(Model(game), Proposition("p", "w", "log(1 + a) <= a")).outcome == "proved"
    true = prove(Model(game), Proposition("p", "w", "exp(a) > 1 + a + a**2/2"))
    assert true.outcome == "undecided"
    false = prove(Model(game), Proposition("p", "w", "exp(a) < 1 + 2*a"))
    assert false.outcome in ("refuted", "undecided")
    if false.outcome == "refuted":
        a = float(false.counterexample["a"])
        assert np.exp(a) >= 1 + 2 * a


def test_a_logarithm_that_may_not_be_defined_is_an_assumption_that_is_said():
    game = Game(
        "one",
        [Player("one")],
        [Move("x", "one", (0, 1))],
        {"one": "-(x**2)"},
        parameters=[Parameter("a", 1), Parameter("b", 1, "b > 0")],
    )
    assert prove(Model(game), Proposition("p", "w", "log(a) <= a - 1")).assumed == ("a > 0",)
    assert prove(Model(game), Proposition("p", "w", "log(b) <= b - 1")).assumed == ()


def one_move(payoff, *parameters, interval=(0, 9), **changes):
    """A game in which one player makes one move."""
    game = Game(
        "one", [Player("one")], [Move("x", "one", interval)], {"one": payoff},
        parameters=parameters, **changes,
    )  # fmt: skip
    return Model(game)


A = Parameter("a", 1, "a > 0")


def outcome(model, claim, where=None, given=()):
    return prove(model, Proposition("p", "w", claim, where or {}, given))


def test_a_name_of_the_game_is_never_taken_for_an_exponential():
    model = one_move("x*(a - x)", A, Parameter("exp_0", 2, "exp_0 > 0"))
    assert outcome(model, "exp(a) == exp_0").outcome == "refuted"


def held_choices(**changes):
    return Game(
        "held",
        [Player("s"), Player("t")],
        [
            Move("enter", "s", {"no": 0, "yes": 1}),
            Move("fight", "t", {"no": 0, "yes": 1}, 2, when="enter == yes"),
            Move("x", "s", (0, 9), 2),
        ],
        {"s": "x*(a + shock - x - fight)", "t": "0"},
        chance=[Chance("shock", {"low": (1, "1/2"), "high": (3, "1/2")}, when="enter == yes")],
        parameters=[A],
        **changes,
    )


def test_moves_and_draws_that_are_not_made_count_as_nothing():
    held = {"enter": "no", "fight": "yes"}
    where = {"e": Allocation(choices=held, interior=True)}
    assert outcome(Model(held_choices()), "e_x == a/2", where).outcome == "proved"
    where = {"e": Allocation(choices={**held, "enter": "yes"}, interior=True)}
    assert outcome(Model(held_choices()), "e_x == (a + 1)/2", where).outcome == "proved"


def test_a_planner_makes_the_moves_that_are_made():
    game = Game(
        "entry", [Player("s"), Player("t")],
        [
            Move("enter", "s", {"no": 0, "yes": 1}), Move("y", "t", (0, 9), 2),
            Move("x", "s", (0, 9), 2, when="enter == yes"),
        ],
        {"s": "x*(a - x - y/2)", "t": "y*(a - y)"}, parameters=[A],
    )  # fmt: skip
    for label, claim in (("yes", "f_y < e_y"), ("no", "f_y == e_y")):
        held = {"enter": label}
        where = {
            "e": Allocation(choices=held, interior=True),
            "f": Allocation(choices=held, planner=True, interior=True),
        }
        assert outcome(Model(game), claim, where).outcome == "proved"


@pytest.mark.parametrize(
    ("players", "where", "said"),
    [
        (("x", "y"), {"e": Allocation()}, "'e_x' would stand for two things"),
        (("welfare", "y"), {"e": Allocation()}, "rename the party 'welfare'"),
        (("a_x", "y"), {"e": Allocation(), "e_a": Allocation()}, "'e_a_x' would stand for two"),
        (("s", "y"), {"e": Allocation(interior=True), "e_x": Effect("e_s", "a")}, "'e_x' would"),
    ],
)
def test_no_name_stands_for_two_things(players, where, said):
    game = Game(
        "names", [Player(p) for p in players],
        [Move("x", players[0], (0, 9)), Move("z", players[1], (0, 9))],
        {players[0]: "x*(a - x)", players[1]: "z*(a - 2*z)"}, parameters=[A],
    )  # fmt: skip
    with pytest.raises(DeclarationError, match=said):
        outcome(Model(game), "e_x > 0", where)


def test_that_later_stages_have_one_equilibrium_is_proved_or_said():
    """With y = z at 0, 1/2 or 1 the move x can be held anywhere: off it, play jumps to y = 0."""

    def staged(z):
        return Game(
            "selection", [Player("one"), Player("two"), Player("three")],
            [Move("x", "one", (0, 1)), Move("y", "two", (0, 1), 2), Move("z", "three", (0, 1), 2)],
            {"one": "-a*(x - 1/2)**2 + y", "two": f"-(y - {z})**2", "three": "-(z - y)**2"},
            parameters=[A],
        )  # fmt: skip

    said = "e: later stages have one equilibrium, whatever was done before"
    many = outcome(Model(staged("z**2*(3 - 2*z)")), "e_x == 1/2", {"e": Allocation()})
    assert said in many.assumed
    one = outcome(Model(staged("1/4 - z/4")), "e_x == 1/2", {"e": Allocation()})
    assert said not in one.assumed


def two_types():
    """Each reply to "go" invites one type of sender."""
    moves = [
        Move("go", "s", {"no": 0, "yes": 1}),
        Move("reply", "r", {"l": 0, "h": 1}, 2, observes=["go"]),
    ]
    kind = Chance("kind", {"low": (0, "1/2"), "high": (1, "1/2")}, seen_by=["s"])
    payoffs = {"s": "go*if(reply == kind, a, -a)", "r": "if(reply == kind, 1, 0)"}
    return Game("both", [Player("s"), Player("r")], moves, payoffs, chance=[kind], parameters=[A])


def test_that_a_mixed_reply_may_deter_two_types_at_once_is_said():
    """Half of each reply deters both, and is best at even odds: nobody goes."""
    stay = Profile("go (low): no; reply (low): l; go (high): no; reply (high): l")
    proof = outcome(Model(two_types()), "p_holds == 0", {"p": stay}, ("a > 0",))
    assert proof.outcome == "proved"
    assert proof.assumed == ("p: nobody mixes, on the path or off it", "a > 0")
    going = [
        sum(s.probabilities["yes"].upper for s in one.strategies if s.move == "go")
        for one in solve(two_types())
    ]
    assert 0 in going


def test_regimes_of_a_signalling_game_are_about_perfect_bayesian_equilibria():
    page = regimes_page(two_types(), regimes(two_types(), {}), {})
    assert "every outcome of a perfect Bayesian equilibrium" in page.blocks[0].text


def matched(stage):
    """Who enters meets a game of matching pennies."""
    game = Game(
        "pennies", [Player("one"), Player("r"), Player("c")],
        [
            Move("go", "one", {"no": 0, "yes": 1}),
            Move("u", "r", {"h": 0, "t": 1}, 2), Move("v", "c", {"h": 0, "t": 1}, stage),
        ],
        {"one": "go*(if(u == v, 1, -1) - a)", "r": "if(u == v, 1, -1)", "c": "if(u == v, -1, 1)"},
        parameters=[A],
    )  # fmt: skip
    return Model(game)


def test_that_nobody_mixes_after_others_is_an_assumption_that_is_said():
    """The game has an equilibrium in which nobody enters, with mixing if somebody did."""
    where = {"p": Profile("go: no; u: h; v: t")}
    proof = outcome(matched(2), "p_holds == 0", where)
    assert proof.assumed == ("p: nobody mixes, on the path or off it",)
    assert [dict(e.path["go"])["no"].lower for e in solve(matched(2).game)] == [1]
    assert not outcome(matched(3), "p_holds >= 0", where).assumed  # one moves at a time


def test_a_counterexample_meets_every_assumption_for_sure():
    """At a = 2 the move is the root of 2: that its square is at least 2 cannot be told."""
    model = one_move("a*x - x**3/3", A)
    where = {"e": Allocation(interior=True)}
    assert outcome(model, "a == 1", where, ("a == 2", "e_x**2 >= 1")).outcome == "refuted"
    unsure = outcome(model, "a == 1", where, ("a == 2", "e_x**2 >= a"))
    assert unsure.outcome == "undecided"
    assert "could not be told" in unsure.reason


def test_a_move_that_may_lie_at_the_end_of_its_interval_is_not_one_inside_it():
    """The first-order condition is known of an equilibrium; that it is inside is assumed."""
    subject = _Subject(one_move("a*x - x**3/3", A), Proposition("p", "w", "a > 0", {
        "e": Allocation(interior=True)
    }))  # fmt: skip
    near_0 = {"a": Enclosure.point(1), "e_x": Enclosure(Fraction(-1, 10**9), Fraction(1, 10**9))}
    inside = [c for c in subject.given if c.has(symbol("e_x")) and c.is_Relational]
    assert [subject._is_met(c, near_0) for c in inside if c.rel_op == ">"] == [None]
    near_1 = {**near_0, "e_x": Enclosure(1 - Fraction(1, 10**9), 1 + Fraction(1, 10**9))}
    assert [subject._is_met(c, near_1) for c in inside if c.rel_op == "=="] == [True]


def test_a_counterexample_is_where_slopes_are_assumed_to_be_defined():
    """The equilibrium at 0 violates the claim; a curvature is not defined there."""
    model = one_move("-a*(x + x**(3/2))", A, interval=(0, 1))
    proof = outcome(model, "e_x > 0", {"e": Allocation()})
    assert proof.assumed == ("e: e_x > 0",)
    assert proof.outcome == "undecided"
    assert "meets all that is assumed" in proof.reason


def test_largest_smallest_and_absolute_values_are_evaluated_where_they_refute():
    model = one_move("x*(a - x)", A, Parameter("b", 1))
    for claim in ("max(a, b) > a", "min(a, b, 1) < a", "abs(a - b) > 0"):
        assert outcome(model, claim).outcome == "refuted"


def test_what_is_not_defined_where_z3_finds_it_violated_is_undecided_and_said():
    proof = outcome(one_move("x*(a - x)", A, Parameter("b", 1)), "1/b > 0 or b < 0")
    assert proof.outcome == "undecided"
    assert "could not be told" in proof.reason


def test_intervals_have_two_ends_and_probabilities_sum_to_1():
    ends = one_move("x", Parameter("low", 0), Parameter("high", 1), interval=("low", "high"))
    assert outcome(ends, "low < high", {"e": Allocation()}).outcome == "proved"
    luck = Game(
        "luck", [Player("one")], [Move("x", "one", {"no": 0, "yes": 1})], {"one": "x*(z - 1/2)"},
        chance=[Chance("z", {"bad": (0, "1 - p"), "good": (1, "p")})],
        parameters=[Parameter("p", "1/2")],
    )  # fmt: skip
    where = {"yes": Profile("one: yes")}
    assert outcome(Model(luck), "yes_one <= 1/2", where).outcome == "proved"


def test_whole_numbers_that_differ_are_at_least_one_apart():
    n, m = symbol("n"), symbol("m")
    whole = ("n", "m")
    assert decide(n <= m - 1, [n < m], whole)
    assert decide(n**2 + 1 <= m**2, [n < m, n >= 0], whole)
    assert decide(n / 2 >= sp.Rational(3, 2), [n / 2 > 1], whole)
    assert decide(sp.Eq(If(n <= m - 1, 1, 0), If(n < m, 1, 0)), [], whole)
    assert decide(n >= 4, [n > 2], whole).counterexample == {"n": 3}
    assert not decide(n <= m - 1, [n < m], ("n",))


@pytest.mark.parametrize("of", ["max(e_x, 1/2)", "if(e_x > 1/2, e_x, 1)", "if(a > 1, e_x, 0)"])
def test_an_effect_on_what_need_not_have_a_derivative_is_refused(of):
    where = {"e": Allocation(interior=True), "d": Effect(of, "a")}
    with pytest.raises(StructureError, match="a derivative need not exist"):
        outcome(one_move("x*(a - x)", A), "d > 0", where)


def two_by_two():
    """A game in which two want to do the same."""
    agree = "if(u == v, if(u == t, a, 1), 0)"
    game = Game(
        "two", [Player("r"), Player("c")],
        [Move("u", "r", {"h": 0, "t": 1}), Move("v", "c", {"h": 0, "t": 1})],
        {"r": agree, "c": agree}, parameters=[A],
    )  # fmt: skip
    return Model(game)


def test_a_parameter_that_a_number_holds_fixed_is_an_assumption_that_is_said():
    proof = outcome(two_by_two(), "n == 3 and a == 2", {"n": Number(fixed={"a": 2})})
    assert (proof.outcome, proof.assumed) == ("proved", ("a = 2",))


def test_a_number_that_refutes_is_counted_anew(monkeypatch):
    where = {"n": Number()}
    assert outcome(two_by_two(), "n == 3", where).outcome == "proved"
    assert outcome(two_by_two(), "n == 1", where).outcome == "refuted"
    monkeypatch.setattr(_Subject, "_number", lambda *_: sp.Integer(2))
    assert "does not count" in outcome(two_by_two(), "n == 1", where).reason


@pytest.mark.parametrize(
    ("claim", "where", "error", "words"),
    [
        ("x_x > 0", {"x": Allocation()}, StructureError, "hold it at one of"),
        ("p_holds == 1", {"p": Profile("all wat")}, DeclarationError, "all wait"),
        ("n == 1", {"n": Number("none")}, DeclarationError, "profile"),
        ("p_holds == 1", {"p": Profile("all wait", "subsidi")}, ReformError, "subsidi"),
        ("d > 0", {"d": Effect("cost", "benfit")}, DeclarationError, "did you mean 'benefit'"),
        ("d > 0", {"d": Effect("cost", "benefit")}, DeclarationError, "interior=True"),
        ("benfit > 0", {}, ExpressionError, "benfit"),
    ],
)
def test_what_is_wrong_with_a_proposition_is_named(claim, where, error, words):
    with pytest.raises(error) as caught:
        prove(load("coordination"), Proposition("odd", "words", claim, where))
    assert words in str(caught.value)


# -- what users touch ------------------------------------------------------------------------------


def test_prove_prints_every_proposition_and_leaves_with_0(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["prove", "coordination"])
    output = capsys.readouterr().out
    assert stop.value.code == 0
    for one in load("coordination").propositions:
        assert one.name in output


def test_a_false_claim_of_ones_own_leaves_with_5(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["prove", "coordination", "--claim", "benefit > cost"])
    assert stop.value.code == 5
    assert "REFUTED" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        cli.main(["prove", "coordination", "--claim", "benefit > 0", "--json"])
    assert stop.value.code == 0
    (one,) = json.loads(capsys.readouterr().out)["propositions"]
    assert (one["outcome"], one["counterexample"]) == ("proved", None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name a MODEL"),
        (["coordination", "--all"], "name a MODEL"),
        (["cordination"], "did you mean 'coordination'"),
        (["coordination", "--only", "coexistenc"], "did you mean 'coexistence'"),
        (["coordination", "--claim", "benfit > 0"], "did you mean 'benefit'"),
        (["coordination", "--claim", "benefit"], "condition"),
        (["coordination", "--given", "cost > 1"], "--claim"),
        (["coordination", "--claim", "cost > 0", "--given", "cost < 0"], "nothing satisfies"),
        (["coordination", "--time-limit", "nan"], "--time-limit"),
        (["coordination", "--time-limit", "0"], "--time-limit"),
    ],
)
def test_bad_words_leave_with_2(words, said, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["prove", *words])
    output = capsys.readouterr()
    assert stop.value.code == 2
    assert said in output.err
    assert "Traceback" not in output.err


def test_pages_hold_counterexample_and_numbers():
    model = load("coordination")
    false = next(p for p in model.propositions if p.false)
    pairs = [(model.name, prove(model, false))]
    text = " ".join(str(getattr(b, "text", "")) for b in prove_page(pairs).blocks)
    assert "REFUTED" in text
    assert false.lesson in text
    record = prove_result(pairs)["propositions"][0]
    assert set(record["counterexample"]) == {p.name for p in model.game.parameters}
    assert r"\begin{claim}" in prove_latex(pairs)


def test_json_fits_the_published_schema(capsys):
    from test_cli import SCHEMAS, problems

    schema = json.loads((SCHEMAS / "pigou-prove-1.schema.json").read_text("utf-8"))
    with pytest.raises(SystemExit):
        cli.main(["prove", "coordination", "--json"])
    result = json.loads(capsys.readouterr().out)
    assert not list(problems(result, schema, schema))
    assert {p["outcome"] for p in result["propositions"]} == {"proved", "refuted"}


# -- in files --------------------------------------------------------------------------------------

TEAM = """
pigou = 1
[game]
name = "team"
[parameters.share]
default = "1/2"
domain = "0 < share < 1"
[players.ann]
[players.bob]
[moves.x]
player = "ann"
interval = [0, 9]
[moves.y]
player = "bob"
choices = { low = 0, high = 1 }
[payoffs]
ann = "share*(x + y) - x**2/2"
bob = "(1 - share)*(x + y) - y**2/2"
[[propositions]]
name = "free_riding"
statement = "Ann works less than is efficient."
claim = "e_x < f_x and d > 0"
[propositions.where]
e = { kind = "allocation", choices = { y = "low" }, interior = true }
f = { kind = "allocation", planner = true, choices = { y = "low" } }
d = { kind = "effect", of = "e_x", on = "share" }
n = { kind = "number", fixed = { share = "1/2" } }
"""


def test_a_proposition_of_a_file_is_read_written_and_proved():
    model = read_game(TEAM.replace("n = {", "# n = {"))
    assert prove(model, model.propositions[0]).outcome == "proved"
    whole = read_game(TEAM)
    assert read_game(write_game(whole)).propositions == whole.propositions
    for name in names():
        assert read_game(write_game(load(name))).propositions == load(name).propositions


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "effect"', 'kind = "efect"', "did you mean 'effect'"),
        ("interior = true", "interor = true", "did you mean 'interior'"),
        ("interior = true", 'interior = "yes"', "true or false"),
        ('of = "e_x", ', "", "of: the key is missing"),
        ('name = "free_riding"', 'name = "free riding"', "free riding"),
        ('claim = "e_x < f_x and d > 0"', "", "claim: the key is missing"),
        ('claim = "e_x < f_x and d > 0"', 'claim = " "', "has no claim"),
        ('share = "1/2" } }', 'share = "nan" } }', "nan"),
        ('choices = { y = "low" }, i', "choices = { y = 1 }, i", "text in quotes"),
        ("[[propositions]]", "[propositions]", "list"),
    ],
)
def test_what_is_wrong_with_a_proposition_of_a_file_is_located(old, new, said):
    assert old in TEAM
    with pytest.raises(FileError) as caught:
        read_game(TEAM.replace(old, new, 1))
    assert said in str(caught.value)
