"""Designs where it is easy to be wrong: infima, peaks, ties, silent rules, boxes, costs."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pigou import (
    Bystander,
    Game,
    Move,
    Parameter,
    Player,
    ReformError,
    StructureError,
    solve,
    subsidy,
)
from pigou.design_families import counts_of
from pigou.designing import design
from pigou.models import load
from pigou.reform import Reform, pay, set_parameters

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
