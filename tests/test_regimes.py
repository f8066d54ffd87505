"""Regimes: the stated conditions against the exact solver at random values, and proofs."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import sympy as sp
from click.testing import CliRunner

from pigou import (
    Chance,
    DeclarationError,
    Game,
    Move,
    Parameter,
    Player,
    StructureError,
    add_choice,
    regimes,
    solve,
    subsidy,
    symbol,
)
from pigou.cli import cli
from pigou.expression import If
from pigou.models import load
from pigou.solvers.reals import Outcome, decide

COORDINATION = load("coordination")


def holds(condition, at) -> bool:
    """Evaluate a condition without cases at parameter values."""
    numbers = {symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in at.items()}
    verdict = condition.xreplace(numbers)
    assert verdict in (sp.true, sp.false), verdict
    return verdict == sp.true


def draw_coordination(rng: random.Random) -> dict[str, Fraction]:
    firms = rng.randint(2, 6)
    return {
        "firms": Fraction(firms),
        "benefit": Fraction(rng.randint(1, 12), 4),
        "cost": Fraction(rng.randint(1, 12), 4),
        "complementarity": Fraction(rng.randint(1, 4), 4),
        "threshold": Fraction(rng.randint(1, firms)),
        "spillover": Fraction(0),
    }


def test_the_two_equilibria_of_coordination_in_two_lines():
    found = regimes(COORDINATION.game, {"threshold": 1})
    assert {r.profile: str(r.condition) for r in found.equilibria} == {
        "all wait": "cost >= benefit*(1 - complementarity)",
        "all upgrade": "benefit >= cost",
        "all mix wait, upgrade alike": "(benefit > cost) & (cost > benefit*(1 - complementarity))",
    }
    assert [e.profile for e in found.excluded] == [
        "k wait, firms - k upgrade (1 <= k <= firms - 1)",
        "all mix wait, upgrade alike (a continuum)",
    ]
    assert found.complete and found.completeness.startswith("proved")
    assert str(found.equilibria[1].payoffs["firm, upgrade"]) == "benefit - cost"


def test_coordination_regimes_agree_with_the_exact_solver_on_a_grid_with_ties():
    found = regimes(COORDINATION.game)
    conditions = {r.profile: r.condition for r in found.equilibria}
    rng = random.Random(1)
    for _ in range(150):
        at = draw_coordination(rng)
        solved = {e.profile for e in solve(COORDINATION.game, at) if e.kind == "pure"}
        firms = at["firms"]
        expected = {
            f"upgrade: {firms} {label}"
            for label in ("wait", "upgrade")
            if holds(conditions[f"all {label}"], at)
        }
        assert solved == expected, at


@pytest.mark.parametrize(
    "name",
    ["uniform_subsidy", "divide_and_conquer", pytest.param("assurance", marks=pytest.mark.long)],
)
def test_reformed_regimes_agree_with_the_exact_solver(name):
    game = COORDINATION.reform(name)(COORDINATION.game)
    found = regimes(game, {"threshold": 1})
    rng = random.Random(name)
    seen = set()
    for _ in range(60):
        at = draw_coordination(rng) | {"threshold": Fraction(1)}
        for parameter in game.parameters[6:]:
            top = int(at["firms"]) - 1 if parameter.integer else 6
            at[parameter.name] = Fraction(rng.randint(1, top), 1 if parameter.integer else 4)
        solved = {tuple(_upgraders(e)) for e in solve(game, at) if e.kind == "pure"}
        predicted = {counts for r in found.equilibria for counts in _instances(r, at)}
        assert solved == predicted, at
        seen |= solved
    assert len(seen) > 3  # the draws met more than one regime


def _upgraders(equilibrium) -> list[int]:
    return [s.counts["upgrade"] for s in equilibrium.strategies]


def _instances(regime, at):
    """Yield the numbers of upgraders, per group, of the profiles that a regime stands for."""
    groups = regime.profile.split("; ")
    sizes = [at["firms"]] if len(groups) == 1 else [at["targets"], at["firms"] - at["targets"]]
    choices = []
    for text, size in zip(groups, sizes, strict=True):
        body = text.split(": ")[-1]
        if body.startswith("all "):
            choices.append([(None, int(size) if body == "all upgrade" else 0)])
        else:
            name = body.split(" ")[0]
            choices.append([(name, int(size) - k) for k in range(1, int(size))])
    for combination in _product(choices):
        values = dict(at)
        for (name, upgraders), size in zip(combination, sizes, strict=True):
            if name is not None:
                values[name] = Fraction(int(size) - upgraders)
        if holds(regime.condition, values):
            yield tuple(upgraders for _, upgraders in combination)


def _product(axes):
    if not axes:
        yield ()
        return
    for first in axes[0]:
        for rest in _product(axes[1:]):
            yield (first, *rest)


def test_a_threshold_public_good_has_exactly_threshold_contributors():
    game = Game(
        "threshold public good",
        [Player("member", size=5)],
        [Move("give", "member", {"no": 0, "yes": 1})],
        {"member": "if(sum(give) >= needed, prize, 0) - cost*give"},
        parameters=[
            Parameter("needed", 3, "needed >= 1", integer=True),
            Parameter("prize", 3, "prize > 0"),
            Parameter("cost", 1, "cost > 0"),
        ],
        assumptions=["needed <= 5"],
    )
    found = regimes(game)
    inside = next(r for r in found.equilibria if r.profile.startswith("k no"))
    at = {"needed": Fraction(3), "prize": Fraction(3), "cost": Fraction(1)}
    assert [k for k in range(1, 5) if holds(inside.condition, at | {"k": Fraction(k)})] == [2]
    solved = {tuple(e.strategies[0].counts.values()) for e in solve(game) if e.kind == "pure"}
    assert solved == {(2, 3), (5, 0)}  # members who do not give, and who do


def test_two_player_games_list_every_cell():
    game = Game(
        "battle",
        [Player("a"), Player("b")],
        [Move("x", "a", {"left": 0, "right": 1}), Move("y", "b", {"left": 0, "right": 1})],
        {"a": "if(x == y, 1 + t*x, 0)", "b": "if(x == y, 2 - x, 0)"},
        parameters=[Parameter("t", 1)],
    )
    found = regimes(game)
    assert {r.profile: str(r.condition) for r in found.equilibria} == {
        "a: left; b: left": "True",
        "a: right; b: right": "t >= -1",
        "a mixes left, right; b: right (a continuum)": "Eq(t, -1)",
        "a mixes left, right; b mixes left, right": "t > -1",
    }
    assert {e.profile for e in found.excluded if e.kind == "pure"} == {
        "a: left; b: right",
        "a: right; b: left",
    }


def test_what_is_not_algebra_is_left_undecided_and_said():
    game = Game(
        "exponential",
        [Player("a")],
        [Move("x", "a", {"no": 0, "yes": 1})],
        {"a": "x*(exp(t) - t - 2)"},
        parameters=[Parameter("t", 1)],
    )
    found = regimes(game)
    assert not found.complete
    assert len(found.equilibria) == 2 and len(found.unresolved) == 2


def test_structures_and_values_are_refused_with_the_reason():
    game = COORDINATION.game
    exit_game = add_choice("upgrade", "leave", 5, pays=1, exit=True)(game)
    with pytest.raises(StructureError, match="exit"):
        regimes(exit_game)
    with pytest.raises(DeclarationError, match="did you mean 'cost'"):
        regimes(game, {"costs": 1})
    with pytest.raises(DeclarationError, match="outside its domain"):
        regimes(game, {"cost": 0})


# -- the decision procedure -------------------------------------------------------------------


X, Y, N = symbol("x"), symbol("y"), symbol("n")


@pytest.mark.parametrize(
    "claim",
    [
        X**2 + Y**2 >= 2 * X * Y,
        sp.Max(X, Y) + sp.Min(X, Y) - X - Y >= 0,
        sp.Abs(X) >= X,
        sp.sqrt(X**2 + 1) >= 1,
        sp.Or(X >= 0, X < 0),
        If(X > 0, X, -X) >= 0,
    ],
)
def test_true_claims_are_proved(claim):
    assert decide(claim).outcome is Outcome.PROVED


@pytest.mark.parametrize(
    "claim", [X**2 >= X, sp.Max(X, Y) >= 1, sp.sqrt(X**2 + 1) >= 2, X**3 - 3 * X + 1 > 0]
)
def test_false_claims_come_back_with_a_counterexample(claim):
    decision = decide(claim)
    assert decision.outcome is Outcome.REFUTED
    values = {
        symbol(k): sp.Rational(v.numerator, v.denominator)
        for k, v in decision.counterexample.items()
    }
    assert claim.subs(dict.fromkeys(claim.free_symbols - set(values), 0) | values) == sp.false


def test_what_a_branch_requires_does_not_bind_the_other_branch():
    """1/x stands in the second branch only, so x = 0 is a counterexample."""
    claim = If(sp.Eq(X, 0), 0, 1 / X**2) > 0
    decision = decide(claim)
    assert decision.outcome is Outcome.REFUTED
    assert decision.counterexample == {"x": 0}
    root = If(X >= 0, sp.sqrt(X), 1) >= 0
    assert decide(root).outcome is Outcome.PROVED
    assert decide(If(X >= 0, sp.sqrt(X), X) >= 0).outcome is Outcome.REFUTED


def test_integers_prove_what_reals_do_not():
    claim = sp.Or(N <= 1, N >= 2)
    assert decide(claim).outcome is Outcome.REFUTED
    assert decide(claim, integers=["n"]).outcome is Outcome.PROVED


def test_assumptions_matter_and_time_limits_hold():
    assert decide(X >= 1, [X >= 2]).outcome is Outcome.PROVED
    assert decide(sp.exp(X) > X).outcome is Outcome.UNDECIDED
    assert "exp" in decide(sp.exp(X) > X).reason


def test_a_package_of_reforms_has_regimes_too():
    package = subsidy("upgrade", "1/10") + subsidy("upgrade", "1/10")
    found = regimes(package(COORDINATION.game), {"threshold": 1})
    assert str(found.equilibria[1].condition) in (
        "benefit >= cost - 1/5",
        "benefit >= (5*cost - 1)/5",
    )


@pytest.mark.parametrize("latex", [False, True])
def test_the_command_states_both_equilibria_and_that_there_is_no_other(latex):
    result = CliRunner().invoke(cli, ["regimes", "coordination", *["--latex"] * latex])
    assert result.exit_code == 0
    told = " ".join(result.stdout.split())
    bounds = (r"c \geq b", r"b \geq c") if latex else ("cost >= benefit", "benefit >= cost")
    assert all(bound in told for bound in bounds)
    assert "No other pure profile is an equilibrium for any parameter values (proved)" in told


@pytest.mark.parametrize(
    ("payoff", "at"),
    [
        ("s*if(x < 0, 1, sqrt(x) - 1)", [-2, 0, 1, 4]),
        ("s*if(x < 0, 1, sqrt(x) - y)", [-2, 0, 1, 4]),
        ("s*if(x == 0, 1, max(1/x, y) - 1)", [-2, 0, 1, 4]),
        ("s*if(x == 0, -1, 1/x)", [-2, 0, 1, 4]),
    ],
)
def test_guards_of_roots_and_denominators_are_kept(payoff, at):
    game = Game(
        "guards",
        [Player("p", size=3)],
        [Move("s", "p", {"n": 0, "y": 1})],
        {"p": payoff},
        parameters=[Parameter("x", -1), Parameter("y", "1/2")],
    )
    conditions = {r.profile: r.condition for r in regimes(game).equilibria}
    for x in at:
        for y in (Fraction(1, 2), Fraction(2)):
            solved = {e.profile for e in solve(game, {"x": x, "y": y}) if e.kind == "pure"}
            for label in ("n", "y"):
                stated = _true_at(conditions.get(f"all {label}", sp.false), x, y)
                assert stated == (f"s: 3 {label}" in solved), (payoff, x, y, label)


def _true_at(condition, x, y) -> bool:
    """Evaluate a condition in which a relation that is not defined counts as false."""
    values = {X: sp.Integer(x), Y: sp.Rational(str(y))}
    if isinstance(condition, sp.Or | sp.And):
        join = any if isinstance(condition, sp.Or) else all
        return join(_true_at(part, x, y) for part in condition.args)
    if condition in (sp.true, sp.false):
        return condition == sp.true
    try:
        sides = [side.xreplace(values) for side in (condition.lhs, condition.rhs)]
    except ValueError:  # sympy: the argument 'zoo' is not comparable
        return False
    if any(s.has(sp.zoo, sp.nan) or not s.is_real for s in sides):
        return False
    return condition.func(*sides) == sp.true


def test_assumptions_that_nothing_satisfies_are_refused():
    with pytest.raises(DeclarationError, match="no parameter values satisfy"):
        regimes(COORDINATION.game, {"threshold": 50, "firms": 10})


def test_chances_are_probabilities():
    game = Game(
        "odds",
        [Player("a")],
        [Move("x", "a", {"n": 0, "y": 1})],
        {"a": "x*(c - 3)"},
        chance=[Chance("c", {"low": (0, "1 - p"), "high": (2, "p")})],
        parameters=[Parameter("p", "1/2")],
    )
    found = regimes(game)
    assert [r.profile for r in found.equilibria] == ["a: n"]
    assert [e.profile for e in found.excluded] == ["a: y"]
