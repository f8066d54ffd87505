"""Crowds with more than two choices: against bimatrix games, exact grids, closed forms, and traps.

The traps: a double root, roots at a corner and on an edge, continua, no root inside, a threshold
that holds with equality only.
"""

from __future__ import annotations

import itertools
import random
import re
from fractions import Fraction

import pytest
import sympy as sp

from pigou import Bystander, Game, Move, Parameter, Player, solve
from pigou.check import examine, recheck
from pigou.errors import StructureError
from pigou.exact import Enclosure

LABELS = ("a", "b", "c", "d", "e")


def crowd_game(*payoffs: str, size: object = sp.oo, **more) -> Game:
    """A game in which choice k pays the k-th formula; `x`, `y`, `z`, `w`, `v` are the shares."""
    labels = LABELS[: len(payoffs)]
    names = dict(zip("xyzwv", labels, strict=False))
    cases = payoffs[-1]
    for label, payoff in reversed(list(zip(labels[:-1], payoffs[:-1], strict=True))):
        cases = f"if(go == {label}, {payoff}, {cases})"
    cases = re.sub(
        r"\b[xyzwv]\b", lambda m: f"mean(go == {names[m[0]]})" if m[0] in names else m[0], cases
    )
    return Game(
        "crowd",
        [Player("firm", size=size)],
        [Move("go", "firm", {label: k for k, label in enumerate(labels)})],
        {"firm": cases},
        parameters=[Parameter(name, value) for name, value in more.items()],
        bystanders=[Bystander("others", "sum(go == a)")],
    )


def shares(equilibrium) -> tuple[Enclosure, ...]:
    return tuple(equilibrium.strategies[0].probabilities.values())


def exact_shares(found) -> set[tuple[Fraction, ...]]:
    return {tuple(s.lower for s in shares(e)) for e in found if all(s.is_exact for s in shares(e))}


def points(*rows: str) -> set[tuple[Fraction, ...]]:
    return {tuple(map(Fraction, row.split())) for row in rows}


@pytest.mark.parametrize(
    ("payoffs", "expected"),
    [
        # rock, paper, scissors
        (("z - y", "x - z", "y - x"), ["1/3 1/3 1/3"]),
        # entry into two markets, or staying out: closed forms
        (("1 - x", "2/3 - y", "1/2"), ["1/2 1/6 1/3"]),
        (("1 - x", "2/3 - y", "1/10"), ["2/3 1/3 0"]),
        (("1 - x", "1/5 - y", "1/2"), ["1/2 0 1/2"]),
        # two standards with network effects, and neither of them
        (
            ("x", "2 * y", "1/3"),
            [
                "1 0 0", "0 1 0", "0 0 1", "2/3 1/3 0", "1/3 0 2/3", "0 1/6 5/6", "1/3 1/6 1/2",
            ],
        ),
        # a double root on an edge, and one inside
        (("0", "- ( y - 1/2 ) ** 2", "0 - 1"), ["1 0 0", "1/2 1/2 0"]),
        (("0", "x - y", "- ( z - 1/3 ) ** 2"), ["1/2 1/2 0", "1/3 1/3 1/3"]),
        # a root at a corner: the first choice ties there with the second
        (("0 - y", "0 - y", "0 - 1"), None),
        # a threshold that holds with equality only
        (("1/2", "if( y == 1/3 , 1/2 , 0 )", "if( z == 1/3 , 1/2 , 0 )"),
         ["1 0 0", "2/3 1/3 0", "2/3 0 1/3", "1/3 1/3 1/3"]),
        # a quotient
        (("1 / ( 1 + x )", "1 / ( 1 + 2 * y )", "1 / ( 1 + 3 * z )"), ["6/11 3/11 2/11"]),
        # a minimum
        (("min( x , 1/4 )", "min( y , 1/5 )", "1/10"),
         ["1 0 0", "0 1 0", "0 0 1", "1/5 4/5 0", "1/10 0 9/10", "0 1/10 9/10", "1/10 1/10 4/5"]),
    ],
)  # fmt: skip
def test_a_continuum_has_these_equilibria(payoffs, expected):
    game = crowd_game(*payoffs)
    found = solve(game)
    assert all(e.evidence.checked for e in found)
    assert all(recheck(game, {}, e).confirmed for e in found)
    if expected is None:
        assert [(c.dimension, c.subsets) for c in found.components] == [(1, (("E1", "E2"),))]
        assert exact_shares(found) == points("1 0 0", "0 1 0")
        return
    assert exact_shares(found) == points(*expected)
    assert len(found) == len(expected)
    assert found.complete and not found.components


def test_marks_of_stability_are_those_that_can_be_shown():
    found = solve(crowd_game("x", "2 * y", "1/3"))
    assert [e.marks for e in found] == [
        *[("strict", "stable")] * 3,
        *[("unstable",)] * 3,
        (),
    ]
    entry = solve(crowd_game("1 - x", "2/3 - y", "1/10"))
    assert [e.marks for e in entry] == [("stable",)]
    # the derivative of payoffs is negative definite, indefinite, skew
    assert [e.marks for e in solve(crowd_game("1 - x", "1 - y", "1 - z"))] == [("stable",)]
    saddle = solve(crowd_game("1 - x", "y - 1/2", "1/2"))
    assert all(e.marks != ("stable",) for e in saddle if all(s.lower > 0 for s in shares(e)))
    assert [e.marks for e in solve(crowd_game("z - y", "x - z", "y - x"))] == [()]
    # a good rock, paper and scissors, in which winning is worth more, and a bad one
    good = solve(crowd_game("2 * z - y", "2 * x - z", "2 * y - x"))
    assert [e.marks for e in good] == [("stable",)]
    bad = solve(crowd_game("z - 2 * y", "x - 2 * z", "y - 2 * x"))
    assert [e.marks for e in bad] == [()]


def test_irrational_shares_inside_are_proved_anew_by_the_checker():
    game = crowd_game("1 - x ** 2", "1 - 2 * y ** 2", "1 - 3 * z ** 2")
    (one,) = solve(game)
    assert one.evidence.checked
    weights = [1, 2**-0.5, 3**-0.5]
    for share, weight in zip(shares(one), weights, strict=True):
        assert abs(share.value - weight / sum(weights)) < 1e-15
    moved = Enclosure(*(end + Fraction(1, 10**30) for end in
                        (shares(one)[1].lower, shares(one)[1].upper)))  # fmt: skip
    rest = Enclosure.point(1) - moved - shares(one)[2]
    (strategy,) = one.strategies
    wrong = type(strategy)(
        strategy.move, strategy.player, "", {"a": rest, "b": moved, "c": shares(one)[2]}
    )
    assert not examine(game, {}, [wrong]).confirmed


def test_continua_are_polytopes_of_extreme_equilibria():
    duplicates = solve(crowd_game("1 - x - y", "1 - x - y", "1/2"))
    (component,) = duplicates.components
    assert exact_shares(duplicates) == points("1/2 0 1/2", "0 1/2 1/2")
    assert (component.dimension, len(component.subsets), duplicates.complete) == (1, 1, True)
    everything = solve(crowd_game("x", "x", "x"))
    assert exact_shares(everything) == points("1 0 0", "0 1 0", "0 0 1")
    assert [c.dimension for c in everything.components] == [2]
    cut = solve(crowd_game("0", "0", "0", "x - 1/2"))  # the fourth pays more beyond one half
    assert exact_shares(cut) == points(
        "1/2 1/2 0 0", "1/2 0 1/2 0", "0 1 0 0", "0 0 1 0", "1/2 0 0 1/2"
    )
    assert [(c.dimension, sorted(map(len, c.subsets))) for c in cut.components] == [(2, [3, 4])]
    assert cut.complete


def test_what_other_choices_leave_of_a_line_may_be_a_point():
    """The first three pay the same on a line; of it, two others leave (1/4, 1/4, 1/2, 0, 0)."""
    found = solve(crowd_game("x", "y", "x + w + v", "x + z - 1/2", "x + 1/2 - z"))
    assert points("1/4 1/4 1/2 0 0") <= exact_shares(found)


def test_payoffs_that_jump_at_the_boundary_leave_no_polytope():
    """Between a and b alone, c would pay 1: inside all pay 0, at corners too, not on that edge."""
    found = solve(crowd_game("0", "0", "if( z > 0 , 0 , if( x * y > 0 , 1 , 0 ) )"))
    assert all(c.dimension == 1 for c in found.components)
    assert not any({"E1", "E2"} <= set(s) for c in found.components for s in c.subsets)
    assert any("infinitely many may be equilibria" in note for note in found.unresolved)


def test_a_curve_of_equilibria_is_said_to_be_open():
    found = solve(crowd_game("x * y", "x * y", "1/9"))
    assert not found.complete
    assert any("infinitely many may be equilibria" in note for note in found.unresolved)


def test_an_interval_without_its_ends_is_open():
    found = solve(crowd_game("if( x < 1/2 and x > 0 , 1 , 0 )", "if( x < 1/2 , 1 , 2 )", "0 - 1"))
    assert exact_shares(found) == points("0 1 0")
    assert found.unresolved == (
        "mixtures of a and b: every share of b strictly between 1/2 and 1",
    )  # fmt: skip


def test_payoffs_that_are_not_rational_are_refused():
    with pytest.raises(StructureError, match="no quotient of polynomials"):
        solve(crowd_game("exp( x )", "1", "2"))


# -- a second route -----------------------------------------------------------------------------


def linear_payoffs(rows) -> list[str]:
    return [" + ".join(f"( {v} ) * {s}" for v, s in zip(row, "xyzw", strict=False)) for row in rows]


def symmetric_equilibria_of_two(rows) -> tuple[set, bool]:
    """The symmetric equilibria of the symmetric game of two players with this matrix."""
    labels = {label: k for k, label in enumerate(LABELS[: len(rows)])}
    cells = list(itertools.product(labels.values(), repeat=2))

    def table(own: str, other: str) -> str:
        text = "0"
        for i, j in cells:
            text = f"if({own} == {i} and {other} == {j}, {rows[i][j]}, {text})"
        return text

    game = Game(
        "two",
        [Player("p"), Player("q")],
        [Move("s", "p", labels), Move("t", "q", labels)],
        {"p": table("s", "t"), "q": table("t", "s")},
    )
    found = solve(game)
    pairs = [tuple(tuple(s.probabilities.values()) for s in e.strategies) for e in found]
    alike = {tuple(s.lower for s in one) for one, other in pairs if one == other}
    return alike, bool(found.components)


def agrees_with_two_players(rng: random.Random, number: int, largest: int) -> bool:
    rows = [[rng.randint(-largest, largest) for _ in range(number)] for _ in range(number)]
    expected, degenerate = symmetric_equilibria_of_two(rows)
    found = solve(crowd_game(*linear_payoffs(rows)))
    assert all(e.evidence.checked for e in found)
    assert found.complete
    if not found.components and not degenerate:
        assert exact_shares(found) == expected
        assert len(found) == len(expected)
        return True
    assert expected <= exact_shares(found) or found.components
    return False


def test_linear_payoffs_have_the_symmetric_equilibria_of_two_players():
    rng = random.Random(5)
    assert sum(agrees_with_two_players(rng, 3, 9) for _ in range(4)) >= 2


@pytest.mark.long
def test_linear_payoffs_have_the_symmetric_equilibria_of_two_players_many_times():
    rng = random.Random(50)
    compared = [agrees_with_two_players(rng, n, m) for n in (3, 4) for m in (2, 9, 50)
                for _ in range(40)]  # fmt: skip
    assert sum(compared) > 150


GRID = 12


def random_payoff(rng: random.Random):
    """A payoff with a product and a step, as text and as a function of shares."""
    constant, *slopes = (rng.randint(-2, 2) for _ in range(4))
    i, j, k = (rng.randrange(3) for _ in range(3))
    product, step = rng.choice((0, 0, 1, -2)), rng.choice((0, 0, 1, -1))
    cut, strict = Fraction(rng.randint(0, GRID), GRID), rng.random() < 0.5
    sign = ">" if strict else ">="
    names = "xyz"
    linear = " + ".join(f"( {c} ) * {n}" for c, n in zip(slopes, names, strict=True))
    text = (
        f"( {constant} + {linear} + ( {product} ) * {names[i]} * {names[j]} + "
        f"if( {names[k]} {sign} {cut} , {step} , 0 ) )"
    )

    def value(x):
        holds = x[k] > cut if strict else x[k] >= cut
        total = constant + sum(c * s for c, s in zip(slopes, x, strict=True))
        return total + product * x[i] * x[j] + (step if holds else 0)

    return text, value


def agrees_on_the_grid(rng: random.Random) -> int:
    """Every equilibrium on a grid of shares is found; return how many there are."""
    texts, values = zip(*(random_payoff(rng) for _ in range(3)), strict=True)
    found = solve(crowd_game(*texts))
    assert all(e.evidence.checked for e in found if all(s.is_exact for s in shares(e)))
    listed, number = exact_shares(found), 0
    for i, j in itertools.product(range(GRID + 1), repeat=2):
        if i + j > GRID:
            continue
        x = tuple(Fraction(n, GRID) for n in (i, j, GRID - i - j))
        pays = [value(x) for value in values]
        if all(s == 0 or pay == max(pays) for s, pay in zip(x, pays, strict=True)):
            number += 1
            assert x in listed or found.components or found.unresolved, (texts, x)
        else:
            assert x not in listed, (texts, x)
    return number


def test_equilibria_on_a_grid_are_found():
    rng = random.Random(8)
    assert sum(agrees_on_the_grid(rng) for _ in range(4)) >= 3


@pytest.mark.long
def test_equilibria_on_a_grid_are_found_many_times():
    rng = random.Random(80)
    assert sum(agrees_on_the_grid(rng) for _ in range(400)) >= 300
