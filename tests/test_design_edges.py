"""Designs where it is easy to be wrong: infima, peaks, ties, silent rules, boxes, costs."""

from __future__ import annotations

from fractions import Fraction

import pytest
from click.testing import CliRunner

from pigou import (
    Bystander,
    Game,
    Move,
    Parameter,
    Player,
    ReformError,
    StructureError,
    compare,
    solve,
    subsidy,
)
from pigou.cli import cli
from pigou.design_families import counts_of
from pigou.design_page import design_page
from pigou.designing import design
from pigou.models import load
from pigou.reform import Reform, pay, set_parameters
from pigou.screen import as_text

NEAR = Fraction(1, 10**9)


def raised(name: str = "s", domain: str = "z >= 0") -> Reform:
    """A reform that sets a parameter of the game, which is the strength."""
    return set_parameters({name: "z"}, "raise", parameters=(Parameter("z", 1, domain),))


def alone(payoff: str, bystander: str, domain: str = "s >= 0") -> Game:
    """One player with two choices, and somebody who looks on."""
    return Game(
        "alone",
        [Player("a")],
        [Move("x", "a", {"no": 0, "yes": 1})],
        {"a": payoff},
        bystanders=[Bystander("other", bystander)],
        parameters=[Parameter("s", 0, domain)],
    )


def table(*rows: tuple[int, ...]) -> Game:
    """A game of single players with two choices each, payoffs cell by cell, last player fastest."""
    names = [f"m{i}" for i in range(len(rows))]
    cells = [f"{n:0{len(rows)}b}" for n in range(2 ** len(rows))]
    payoffs = {}
    for i, row in enumerate(rows):
        terms = []
        for cell, value in zip(cells, row, strict=True):
            here = " and ".join(f"{m} == {v}" for m, v in zip(names, cell, strict=True))
            terms.append(f"if({here}, {value}, 0)")
        payoffs[f"p{i}"] = " + ".join(terms)
    return Game(
        "table",
        [Player(f"p{i}") for i in range(len(rows))],
        [Move(m, f"p{i}", {"no": 0, "yes": 1}) for i, m in enumerate(names)],
        payoffs,
    )


# -- welfare under the worst equilibrium -------------------------------------------------------


def test_peak_of_welfare_inside_a_cell_is_found():
    """Nothing changes but welfare, 4 s - s^2: its peak is at 2, between no critical strengths."""
    game = alone("x", "4*s - s**2")
    found = design(game, "worst-welfare", "", reforms=[raised()], formulas=False)
    assert (found.threshold.value.lower, found.threshold.attained) == (2, True)
    assert found.height.lower == found.height.upper == 5
    assert found.threshold.grade == "proved"


def test_welfare_that_grows_without_end_has_no_highest():
    game = alone("x", "s")
    with pytest.raises(StructureError, match="grows"):
        design(game, "worst-welfare", "", reforms=[raised()], formulas=False)
    limited = design(game, "worst-welfare", "", reforms=[raised()], most=3, formulas=False)
    assert (limited.threshold.value.lower, limited.height.lower) == (3, 4)
    assert limited.threshold.attained


def test_highest_welfare_that_is_had_below_a_strength_only():
    """Up to 1 the player refrains and the other gains 10 s; from 1 on it acts, and all is lost."""
    game = alone("x*(s - 1)", "(1 - x)*10*s")
    found = design(game, "worst-welfare", "", reforms=[raised()], most=5, formulas=False)
    at = found.threshold
    assert (at.value.lower, at.attained, at.below) == (1, False, True)
    assert found.height.lower == 10
    assert at.just_enough < 1
    assert [str(o.profile) for o in found.outcomes] == ["x: no"]


# -- gains --------------------------------------------------------------------------------------


def three_alike() -> Game:
    """The mixture 1 - 1/sqrt(2) is the worst equilibrium; it moves with every subsidy below 1."""
    return Game(
        "three alike",
        [Player("m", size=3)],
        [Move("u", "m", {"no": 0, "yes": 1})],
        {"m": "u*if(sum(u) - u == 0, -1, 1)"},
        bystanders=[Bystander("other", "-sum(u)*(3 - sum(u))")],
    )


def test_gain_on_an_irrational_mixture_is_not_had_at_once():
    """A mixture p at the rate 1 - 4p + 2p^2 costs the other 6p(1 - p)."""
    found = design(three_alike(), "gain:other=1/20", "uniform", target="u=yes", formulas=False)
    value = found.threshold.value
    assert found.threshold.grade in ("certified", "numerical")
    assert abs(float(value.upper) - 0.0551187740622) < 1e-12


def test_gain_that_is_had_once_a_mixture_is_no_longer_the_worst():
    """The mixture is the worst equilibrium up to a strength inside a cell, near its upper end."""
    game = table((1, 8, 5, 6), (2, 3, 8, 3))
    rate = (Parameter("s", 1, "s >= 0"),)
    paid = subsidy("m0", "3*s", choice="no", parameters=rate)
    paid += subsidy("m1", "3*s", choice="yes", parameters=rate)
    found = design(game, "gain:p0=5", "", reforms=[paid], formulas=False)
    value = found.threshold.value
    assert found.threshold.grade == "certified"
    assert Fraction(5, 4) < value.lower < value.upper < Fraction(4, 3)


def test_goal_that_rests_on_numbers_is_no_proof():
    """The logit branch is followed in floating point, so that 'at 0 already' is not proved."""
    model = load("coordination")
    found = design(model, "selected", "uniform", select="logit:lambda=50", target="upgrade=wait",
                   most=1, formulas=False, at={"firms": 3})  # fmt: skip
    assert found.threshold.value.lower == 0
    assert found.threshold.grade == "numerical"


# -- divide and conquer ------------------------------------------------------------------------


def test_target_that_is_the_only_equilibrium_already_costs_nothing():
    """No order of dominance gets there without a payment, and none is needed."""
    game = table(
        (1, 6, 2, 5, 3, 0, 6, 6), (2, 0, 2, 4, 3, 0, 4, 6), (0, 4, 5, 5, 6, 1, 4, 6)
    )  # fmt: skip
    found = design(game, "unique", "divide-and-conquer", target="m0=yes,m1=yes,m2=yes",
                   formulas=False)  # fmt: skip
    assert (found.threshold.value.lower, found.threshold.attained) == (0, True)
    assert found.threshold.grade == "proved"


def test_cheapest_order_is_not_called_certified_where_less_does_otherwise():
    """An order costs 3; to pay the second player anything above 2 is enough, without one."""
    game = table(
        (3, 0, 1, 0, 2, 0, 6, 6), (6, 6, 4, 0, 1, 3, 2, 1), (6, 3, 1, 5, 4, 3, 1, 5)
    )  # fmt: skip
    cheaper = solve(subsidy("m1", "2001/1000", choice="yes")(game))
    assert [counts_of(e) for e in cheaper] == [((0, 1),) * 3]
    found = design(game, "unique", "divide-and-conquer", target="m0=yes,m1=yes,m2=yes",
                   formulas=False)  # fmt: skip
    assert found.threshold.value.lower == 3
    assert found.threshold.grade == "numerical"
    assert "not excluded" in found.threshold.how


@pytest.mark.parametrize("amount", ["v**2*x", "v*x + 1/2*x", "(v + v**3)*x"])
def test_lever_that_is_not_proportional_to_its_rate_is_refused(amount):
    game = Game(
        "one", [Player("a")], [Move("x", "a", {"no": 0, "yes": 1})], {"a": "-3*x"}
    )  # fmt: skip
    lever = pay("government", "a", amount, "bent", parameters=(Parameter("v", 1, "v >= 0"),))
    with pytest.raises(ReformError, match="proportional"):
        design(game, "unique", "divide-and-conquer", target="x=yes", reforms=[lever])


def test_lever_pays_no_more_than_its_range_allows():
    game = Game(
        "one", [Player("a")], [Move("x", "a", {"no": 0, "yes": 1})], {"a": "-3*x"}
    )  # fmt: skip
    lever = pay("government", "a", "v*x", "capped",
                parameters=(Parameter("v", 1, "0 <= v <= 2"),))  # fmt: skip
    with pytest.raises(ReformError, match="at most 2"):
        design(game, "unique", "divide-and-conquer", target="x=yes", reforms=[lever])


def test_bad_profile_is_left_by_the_cheapest_move_whatever_it_is():
    """The lever pays for both other choices; the one that is not the target's needs less."""
    game = Game(
        "three ways",
        [Player("a")],
        [Move("x", "a", {"bad": 0, "so": 1, "good": 2})],
        {"a": "if(x == bad, 0, if(x == so, -1, -5))"},
    )
    lever = pay("government", "a", "if(x == bad, 0, v)", "paid",
                parameters=(Parameter("v", 1, "v >= 0"),))  # fmt: skip
    found = design(game, "gone", "divide-and-conquer", target="x=good", bad="x=bad",
                   reforms=[lever])  # fmt: skip
    assert found.threshold.value.lower == 1


def test_rewards_that_are_not_linear_in_the_box_are_no_proof():
    """What a unit of reward adds dips in the middle of the box; there it takes four times more."""
    game = Game(
        "bent", [Player("a")], [Move("x", "a", {"no": 0, "yes": 1})], {"a": "-x"},
        parameters=[Parameter("t", "1/2", "0 <= t <= 1")],
    )  # fmt: skip
    lever = pay("government", "a", "v*x*(1 - 3*t*(1 - t))", "reward",
                parameters=(Parameter("v", 1, "v >= 0"),))  # fmt: skip
    found = design(game, "unique", "divide-and-conquer", target="x=yes", reforms=[lever],
                   over={"t": (0, 1)}, formulas=False)  # fmt: skip
    assert found.threshold.value.lower == 1  # in the middle it takes 4
    assert found.threshold.grade == "numerical"


def test_threshold_of_a_box_is_not_proved_where_another_corner_needs_hardly_more():
    """At t = 1 the target is given up between 1 and 1 + 1/10**10; so no rate just above 1 does."""
    game = Game(
        "two walls",
        [Player("a")],
        [Move("x", "a", {"no": 0, "yes": 1, "over": 2})],
        {
            "a": "if(x == yes, z - 1, if(x == over, t*(2*z - 2 - 1/10**10) - (1 - t), 0))",
        },
        parameters=[Parameter("t", "1/2", "0 <= t <= 1"), Parameter("z", 0, "z >= 0")],
    )
    found = design(game, "unique", "", reforms=[set_parameters({"z": "r"}, "raise",
                   parameters=(Parameter("r", 1, "r >= 0"),))], over={"t": (0, 1)},
                   target="x=yes", formulas=False)  # fmt: skip
    assert found.threshold.grade == "numerical"  # from 1 + 1/10**10 on, "over" pays more at t = 1


def test_threshold_of_a_box_is_enclosed_where_it_is_not_linear_in_the_strength():
    game = Game(
        "bent", [Player("a")], [Move("x", "a", {"no": 0, "yes": 1})], {"a": "x*(z**2 - t)"},
        parameters=[Parameter("t", 1, "t >= 0"), Parameter("z", 0, "z >= 0")],
    )  # fmt: skip
    raising = set_parameters({"z": "r"}, "raise", parameters=(Parameter("r", 1, "r >= 0"),))
    found = design(game, "unique", "", reforms=[raising], over={"t": (1, 4)}, target="x=yes",
                   formulas=False)  # fmt: skip
    at = found.threshold
    assert (at.grade, at.value.lower) == ("certified", 2)
    assert 0 < at.value.width < Fraction(1, 10**8)


def test_bad_profile_that_is_left_at_both_ends_may_stay_in_the_middle():
    game = Game(
        "middle",
        [Player("a"), Player("b")],
        [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1})],
        {"a": "x*(1 - 3*t)", "b": "y*(3*t - 2)"},
        parameters=[Parameter("t", "1/2", "0 <= t <= 1")],
    )
    found = design(game, "gone", "divide-and-conquer", target="x=yes,y=yes", bad="x=no,y=no",
                   over={"t": (0, 1)}, formulas=False)  # fmt: skip
    assert found.threshold.grade == "numerical"


# -- costs --------------------------------------------------------------------------------------


def gift_and_subsidy() -> Reform:
    """A subsidy to those who upgrade, and as much to consumers."""
    rate = (Parameter("s", 1, "s >= 0"),)
    gift = pay("government", "consumers", "s*sum(upgrade)", "gift", parameters=rate)
    return gift + subsidy("upgrade", "s", parameters=rate)


def test_outlay_holds_what_bystanders_are_paid_as_compare_does():
    model = load("coordination")
    found = design(model, "unique", "", reforms=[gift_and_subsidy()], formulas=False)
    at = {"s": found.threshold.just_enough}
    (after,) = compare(model.game, [gift_and_subsidy().revised(at)]).reforms
    (one,) = after.assessments
    assert found.outlay.lower == Fraction(15, 2)
    assert abs(one.outlay.lower - found.outlay.lower) < 100 * NEAR


def test_costs_beside_the_outlay_are_stated():
    model = load("coordination")
    rate = (Parameter("s", 1, "s >= 0"),)
    risky = subsidy("upgrade", "s", parameters=rate, running_cost="1/2 + s", failure="1/4")
    found = design(
        model, "unique", "", reforms=[risky], costs_of_funds=(1, "3/2"), formulas=False
    )  # fmt: skip
    assert found.running.lower == found.running.upper == Fraction(7, 8)
    assert found.failure == Fraction(1, 4)
    (one,) = found.outcomes
    spent = Fraction(15, 4) + Fraction(7, 8)
    assert one.welfare.lower == Fraction(9, 2) - Fraction(7, 8)
    assert one.welfare_at(Fraction(3, 2)).lower == one.welfare.lower - spent / 2
    page = as_text(design_page(model.game, found))
    assert "Running cost, whatever is played: 0.875" in page
    assert "With probability 0.25" in page


def test_highest_worst_welfare_depends_on_the_cost_of_public_funds():
    """To win all costs 3.75 and brings 4.5: not at a cost of public funds of 9/4 and more."""
    model = load("coordination")
    cheap = design(model, "worst-welfare", "uniform", costs_of_funds=["2"], formulas=False)
    assert (cheap.threshold.value.lower, cheap.height.lower) == (Fraction(3, 8), Fraction(3, 4))
    dear = design(model, "worst-welfare", "uniform", costs_of_funds=["5/2"], formulas=False)
    assert (dear.threshold.value.lower, dear.height.lower) == (0, 0)
    assert (cheap.threshold.grade, dear.threshold.grade) == ("proved", "proved")


def test_who_gets_what_is_said_with_payments_in_divide_and_conquer_too():
    model = load("coordination")
    found = design(model, "unique", "divide-and-conquer", formulas=False)
    (one,) = found.outcomes
    paid = Fraction(29, 24)
    assert one.surplus["government"].lower == -paid
    assert one.surplus["firm"].lower == Fraction(5, 2) + paid
    assert one.welfare.lower == Fraction(9, 2)


def test_frontier_counts_mixed_equilibria_in():
    """Pennies with a prize for heads: no pure equilibrium up to 1, and half the prize is paid."""
    pennies = Game(
        "pennies",
        [Player("a"), Player("b")],
        [Move("x", "a", {"t": 0, "h": 1}), Move("y", "b", {"t": 0, "h": 1})],
        {"a": "if(x == y, 1, 0)", "b": "if(x == y, 0, 1)"},
        bystanders=[Bystander("other", "x")],
    )
    prize = subsidy("x", "s", choice="h", parameters=(Parameter("s", 1, "s >= 0"),))
    found = design(pennies, "unique", "", reforms=[prize], target="x=h,y=t", formulas=False)
    first, last = found.frontier
    assert (first.equilibria, first.mixed, first.worst.lower) == (0, 1, Fraction(3, 2))
    assert abs(first.on_target.lower - 1) < 10 * NEAR
    assert (last.strength.lower, last.equilibria, last.mixed) == (1, 1, 0)


BAD = [
    (["--mcpf", "-1"], "at least 0"),
    (["--mcpf", "1:2", "--goal", "worst-welfare"], "one cost of public funds"),
    (["--goal", "worst-welfare", "--over", "cost=1:1.1"], "leave out --over"),
]


@pytest.mark.parametrize(("words", "message"), BAD)
def test_bad_input_is_named(words, message):
    goal = [] if "--goal" in words else ["--goal", "gone"]
    done = CliRunner().invoke(cli, ["design", "coordination", *goal, *words])
    assert done.exit_code == 2, done.output
    assert message in " ".join(done.output.split())
