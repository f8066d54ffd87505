"""Identical players: found by proof, and searched in one order without losing an equilibrium."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from pigou.exact import Enclosure
from pigou.game import Game, Move, Player
from pigou.solvers.first_order import Boxes
from pigou.solvers.smooth_form import smooth_form
from pigou.solvers.smooth_games import smooth_equilibria
from pigou.solvers.symmetry import identical_players, in_order, spread


def game_of(payoffs, ends=None, per_player=1):
    """Players p0, p1, ... with moves x0, x1, ..., or x0, z0, x1, z1, ... ."""
    letters = "xz"[:per_player]
    ends = ends or [(0, 1)] * len(payoffs)
    moves = [
        Move(f"{letter}{k}", f"p{k}", ends[k]) for k in range(len(payoffs)) for letter in letters
    ]
    players = [Player(f"p{k}") for k in range(len(payoffs))]
    return Game("game", players, moves, {f"p{k}": u for k, u in enumerate(payoffs)})


def classes_of(*arguments, **more):
    return identical_players(smooth_form(game_of(*arguments, **more)))


# -- who is identical ---------------------------------------------------------------------------


def test_players_are_identical_however_their_payoffs_are_written():
    assert classes_of(["x0*(1 - x0 - x1)", "x1 - x0*x1 - x1**2"]) == (((0,), (1,)),)
    written = ["x0/(x0 + x1 + 1) - x0**2", "1 - (x0 + 1)/(1 + x0 + x1) - x1**2"]
    assert classes_of(written) == (((0,), (1,)),)


@pytest.mark.parametrize(
    "payoffs",
    [
        ["x0*(1 - x0 - x1)", "x1*(1 - x0 - x1) - x1/10**9"],  # costs differ a little
        ["x0*(1 - x0 - x1)", "x1*(1 - x1 - x0/2)"],  # what rivals do matters differently
        ["x0 - x0**2", "x1 - x1**3"],
    ],
)
def test_players_that_differ_are_not_identical(payoffs):
    assert classes_of(payoffs) == ()


def test_players_with_other_intervals_are_not_identical():
    assert classes_of(["-x0**2 + x0", "-x1**2 + x1"], [(0, 1), (0, 2)]) == ()
    # the same in the unit box, but moves of another size
    assert classes_of(["-x0**2 + x0", "-x1**2/4 + x1/2"], [(0, 1), (0, 2)]) == ()


def test_two_that_a_third_treats_differently_are_not_identical():
    own = ["x0 - x0**2", "x1 - x1**2"]
    assert classes_of([*own, "x2*x0 - x2**2"]) == ()
    assert classes_of([*own, "x2*(x0 + x1) - x2**2"]) == (((0,), (1,)),)


def test_a_circle_of_players_is_not_identical_but_two_pairs_may_be():
    ring = [f"x{k}*x{(k + 1) % 4} - x{k}**2 + x{k}/3" for k in range(4)]
    assert classes_of(ring) == ()
    both = [f"x{k}*(x{(k + 1) % 4} + x{(k - 1) % 4}) - x{k}**2 + x{k}/3" for k in range(4)]
    assert classes_of(both) == (((0,), (2,)), ((1,), (3,)))


def test_order_is_lexicographic_and_keeps_whatever_may_be_a_tie():
    test = in_order((((0, 1), (2, 3)),))
    cases = {
        ((0, 0.5), (0, 1), (0.5, 1), (0, 1)): True,
        ((0.6, 1), (0, 1), (0, 0.5), (0, 1)): False,
        ((0.5, 1), (0, 1), (0, 0.5), (0, 1)): True,  # a tie at 1/2
        ((0.5, 1), (0.7, 1), (0, 0.5), (0, 0.6)): False,  # a tie, then out of order
        ((0, 0), (0.7, 1), (0, 0), (0, 0.6)): False,
        ((0, 0), (0.7, 1), (0, 0.1), (0, 0.6)): True,
    }
    for sides, wanted in cases.items():
        low, high = (np.array([[side[e]] for side in sides], dtype=float) for e in (0, 1))
        boxes = Boxes(low, high, np.zeros(low.shape, dtype=np.int8))
        assert test(boxes).tolist() == [wanted], sides


def test_what_is_left_open_is_reported_with_all_its_images():
    a, b, c = (Enclosure(Fraction(k), Fraction(k + 1)) for k in (0, 2, 5))
    three = (((0,), (1,), (2,)),)
    assert set(spread((a, b, c), three)) == set(itertools.permutations((a, b, c)))
    five = (tuple((k,) for k in range(5)),)
    assert spread((a, a, b, c, c), five) == [(Enclosure(Fraction(0), Fraction(6)),) * 5]


# -- the answer is the same ---------------------------------------------------------------------


def listed(candidates):
    return sorted([[float(v.value) for v in c.values] for c in candidates])


def gains(candidates):
    return sorted([float(r.gain.upper) for _, r in sorted(c.replies.items())] for c in candidates)


def agrees(game, number=None):
    """Solve with and without symmetry; demand the same, and return the equilibria."""
    form = smooth_form(game)
    assert identical_players(form)
    plain, quick = smooth_equilibria(form, symmetry=False), smooth_equilibria(form)
    if not plain.unresolved:
        assert not quick.unresolved
        for kind in ("equilibria", "refuted"):
            one, other = (listed(getattr(found, kind)) for found in (plain, quick))
            assert len(one) == len(other), (kind, one, other)
            assert np.allclose(one, other, rtol=0, atol=1e-12), (kind, one, other)
        assert np.allclose(gains(plain.equilibria), gains(quick.equilibria))
    for one in quick.equilibria:  # what is listed is what its replies are about
        assert set(one.replies) == set(form.payoffs)
    assert number is None or len(quick.equilibria) == number
    return quick, plain


def test_asymmetric_equilibria_of_a_symmetric_game_are_all_listed():
    # strong substitutes: one invests, the other not; and both half-way
    quick, _ = agrees(game_of(["x0*(1 - 2*x1) - x0**2/2", "x1*(1 - 2*x0) - x1**2/2"]), 3)
    assert listed(quick.equilibria) == [[0, 1], [pytest.approx(1 / 3)] * 2, [1, 0]]


def test_three_substitutes_have_every_arrangement():
    payoffs = []
    for k in range(3):
        rivals = "+".join(f"x{j}" for j in range(3) if j != k)
        payoffs.append(f"x{k}*(1 - 3/2*({rivals})) - x{k}**2/2")
    quick, plain = agrees(game_of(payoffs))
    assert {tuple(row) for row in listed(quick.equilibria)} >= {(0, 0, 1), (0, 1, 0), (1, 0, 0)}
    assert quick.boxes < plain.boxes


def test_refuted_points_of_identical_players_name_the_one_that_gains():
    # each has two local maxima, the upper one is better: points with a lower one are refuted
    own = "-({0} - 1/4)**2*({0} - 3/4)**2 + {0}/200 + {0}*{1}/1000"
    quick, _ = agrees(game_of([own.format("x0", "x1"), own.format("x1", "x0")]))
    for one in quick.refuted:
        player, _ = one.better
        value = float(one.values[int(player[1:])].value)
        assert value < 0.5, (player, listed([one]))


def test_two_of_three_players_are_identical():
    payoffs = ["x0*(1 - 2*x1 - x2/3) - x0**2/2", "x1*(1 - 2*x0 - x2/3) - x1**2/2",
               "x2*(x0 + x1)/2 - x2**2/2"]  # fmt: skip
    quick, _ = agrees(game_of(payoffs))
    wanted = [[0, 6 / 7, 3 / 7], [3 / 10, 3 / 10, 3 / 10], [6 / 7, 0, 3 / 7]]
    assert np.allclose(listed(quick.equilibria), wanted, rtol=0, atol=1e-12)


def test_players_with_two_moves_each_are_compared_together():
    payoff = "x{0}*(1 - x{0} - 2*x{1} + z{0}) - z{0}**2 - z{0}*z{1}/2"
    game = game_of([payoff.format(0, 1), payoff.format(1, 0)], per_player=2)
    assert identical_players(smooth_form(game)) == (((0, 1), (2, 3)),)
    quick, plain = agrees(game)
    assert len(quick.equilibria) > 1
    assert quick.boxes < plain.boxes


def random_symmetric(rng, players):
    """Payoffs of identical players, cubic in the own move, in tenths; and a last one apart."""

    def tenths():
        return f"({rng.randint(-20, 20)}/10)"

    c = [tenths() for _ in range(6)]
    own = (
        "{c[0]}*{x} + {c[1]}*{x}**2 + {c[2]}*{x}**3"
        " + {c[3]}*{x}*{r} + {c[4]}*{x}**2*{r} + {c[5]}*{x}*{s}"
    )
    names = [f"x{k}" for k in range(players)]
    payoffs = []
    for x in names:
        rest = [y for y in names if y != x]
        total, squares = "+".join(rest), "+".join(f"{y}**2" for y in rest)
        payoffs.append(own.format(c=c, x=x, r=f"({total})", s=f"({squares})"))
    return payoffs


@pytest.mark.parametrize("seed", range(8))
def test_random_symmetric_games_have_the_same_equilibria_without_symmetry(seed):
    agrees(game_of(random_symmetric(random.Random(seed), 2)))


@pytest.mark.parametrize("seed", range(2))
def test_random_games_with_two_of_three_identical_players_agree(seed):
    rng = random.Random(seed)
    payoffs = random_symmetric(rng, 3)
    payoffs[2] = f"x2*(x0 + x1)*{rng.randint(-2, 2)}/2 + x2/7 - x2**2"
    agrees(game_of(payoffs))


@pytest.mark.long
def test_many_random_symmetric_games_have_the_same_equilibria_without_symmetry():
    settled = asymmetric = 0
    for seed in range(150):
        rng = random.Random(seed)
        quick, plain = agrees(game_of(random_symmetric(rng, rng.choice([2, 2, 3]))))
        settled += not plain.unresolved
        asymmetric += any(len(set(row)) > 1 for row in listed(quick.equilibria))
    assert settled > 120
    assert asymmetric > 20  # 24; a search on a grid finds as many
