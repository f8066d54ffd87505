"""Random small games: what is proved or refuted, against plain enumeration on a grid of parameters.

Nothing in the enumeration uses pigou's solvers: pure equilibria of tables, backward induction over
all strategy profiles, and the corners of linear-quadratic games, in fractions.
"""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from pigou import (
    Allocation,
    Game,
    Model,
    Move,
    Number,
    Parameter,
    Player,
    Profile,
    Proposition,
    prove,
)
from pigou.errors import DeclarationError

QUICK, LONG = (2, 3), (0, 1, *range(4, 40))
later = [pytest.param(s, marks=pytest.mark.long) for s in LONG]
seeds = pytest.mark.parametrize("seed", [*QUICK, *later])
GRID = [Fraction(k, 4) for k in range(-8, 9)]
LABELS = ("l", "r")


def agree(model, one, is_true):
    """A proved claim is true wherever it is tried, a refuted one false at its counterexample."""
    proof = prove(model, one)
    tried = [is_true(t) for t in GRID]
    if proof.outcome == "proved":
        assert all(tried), (one, GRID[tried.index(False)])
    elif proof.outcome == "refuted":
        assert not is_true(proof.counterexample["t"]), (one, proof.counterexample)
    else:
        pytest.fail(f"{one.claim}: {proof.reason}")
    return proof.outcome


# -- tables ----------------------------------------------------------------------------------------


def table(random):
    """Payoffs a + b t + ... of two players with two choices each, in the monomials of choices."""
    return random.integers(-2, 3, (2, 4, 2)).tolist()


def paid(numbers, who, x, y, t):
    return sum((a + b * t) * m for (a, b), m in zip(numbers[who], (1, x, y, x * y), strict=True))


def formula(numbers, who):
    monomials = ("1", "x", "y", "x*y")
    return " + ".join(
        f"({a} + {b}*t)*{m}" for (a, b), m in zip(numbers[who], monomials, strict=True)
    )


def table_game(numbers, stage):
    return Game(
        "table",
        [Player("one"), Player("two")],
        [Move("x", "one", {"l": 0, "r": 1}), Move("y", "two", {"l": 0, "r": 1}, stage)],
        {who: formula(numbers, k) for k, who in enumerate(("one", "two"))},
        parameters=[Parameter("t", 1)],
    )


def is_nash(numbers, x, y, t):
    stays = paid(numbers, 0, x, y, t) >= paid(numbers, 0, 1 - x, y, t)
    return stays and paid(numbers, 1, x, y, t) >= paid(numbers, 1, x, 1 - y, t)


def is_path(numbers, x, y, t):
    """Whether some plan of the second player is optimal everywhere and leads to x and y."""
    for plan in itertools.product((0, 1), repeat=2):
        best = all(
            paid(numbers, 1, a, plan[a], t) >= paid(numbers, 1, a, 1 - plan[a], t) for a in (0, 1)
        )
        stays = paid(numbers, 0, x, plan[x], t) >= paid(numbers, 0, 1 - x, plan[1 - x], t)
        if best and stays and plan[x] == y:
            return True
    return False


@seeds
@pytest.mark.parametrize("stage", [1, 2])
def test_claims_about_profiles_of_tables(seed, stage):
    random = np.random.default_rng(1000 * stage + seed)
    numbers = table(random)
    game = table_game(numbers, stage)
    holds = is_nash if stage == 1 else is_path
    (x, y), (v, w) = random.integers(0, 2, (2, 2)).tolist()
    cut = Fraction(int(random.integers(-4, 5)), 4)

    def words(a, b):
        between = ("one: {}; two: {}", "x: {}; y: {}")[stage - 1]
        return Profile(between.format(LABELS[a], LABELS[b]))

    def welfare(a, b, t):
        return paid(numbers, 0, a, b, t) + paid(numbers, 1, a, b, t)

    where = {"p": words(x, y), "q": words(v, w)}
    claims = {
        f"t < {cut} or p_holds == 1": lambda t: t < cut or holds(numbers, x, y, t),
        f"t > {cut} or p_holds == 0": lambda t: t > cut or not holds(numbers, x, y, t),
        "p_holds == 0 or p_welfare >= q_welfare": lambda t: (
            not holds(numbers, x, y, t) or welfare(x, y, t) >= welfare(v, w, t)
        ),
        "p_holds <= q_holds or p_one > q_one": lambda t: (
            holds(numbers, x, y, t) <= holds(numbers, v, w, t)
            or paid(numbers, 0, x, y, t) > paid(numbers, 0, v, w, t)
        ),
    }
    for claim, is_true in claims.items():
        agree(Model(game), Proposition("p", "w", claim, where), is_true)


@pytest.mark.parametrize("seed", [3, *later[:6]])
def test_claims_about_the_number_of_equilibria(seed):
    """Of one profile: it counts where the profile is an equilibrium, and only there."""
    random = np.random.default_rng(seed)
    numbers = table(random)
    game = table_game(numbers, 1)
    where = {"n": Number("one: l; two: l"), "p": Profile("one: l; two: l")}
    count = int(random.integers(0, 2))

    def is_true(t):
        return is_nash(numbers, 0, 0, t) == count

    agree(Model(game), Proposition("p", "w", f"n == {count}", where), is_true)
    assert prove(Model(game), Proposition("p", "w", "n == p_holds", where)).outcome == "proved"


# -- continuous moves ------------------------------------------------------------------------------


def quadratic(random):
    """Payoff (a + b t + c z) u - d u^2, of the own move u in [0, 2] and the other move z."""
    return [
        tuple(random.integers(low, high) for low, high in ((-2, 3), (-2, 3), (-2, 3), (1, 3)))
        for _ in range(2)
    ]


def worth(row, u, z, t):
    a, b, c, d = map(int, row)
    return (a + b * t + c * z) * u - d * u * u


def replies(row, z, t):
    a, b, c, d = map(int, row)
    return min(max((a + b * t + c * z) / Fraction(2 * d), Fraction(0)), Fraction(2))


def equilibria(rows, t):
    """All pure equilibria: at corners, or where replies are linear; ends of continua included."""
    (a, b, c, d), (e, f, g, h) = (tuple(map(int, row)) for row in rows)
    tried = set()
    for x in (Fraction(0), Fraction(2)):
        tried.add((x, replies(rows[1], x, t)))
        tried.add((replies(rows[0], x, t), x))
    if 4 * d * h != c * g:
        x = (2 * h * (a + b * t) + c * (e + f * t)) / Fraction(4 * d * h - c * g)
        tried.add((x, (e + f * t + g * x) / Fraction(2 * h)))
    return [
        (x, y)
        for x, y in tried
        if 0 <= x <= 2 and x == replies(rows[0], y, t) and y == replies(rows[1], x, t)
    ]


@seeds
def test_claims_about_moves_in_equilibrium(seed):
    random = np.random.default_rng(seed)
    rows = quadratic(random)
    texts = [
        f"({a} + {b}*t + {c}*{z})*{u} - {d}*{u}**2"
        for (a, b, c, d), u, z in zip(rows, "xy", "yx", strict=True)
    ]
    game = Game(
        "quadratic",
        [Player("one"), Player("two")],
        [Move("x", "one", (0, 2)), Move("y", "two", (0, 2))],
        dict(zip(("one", "two"), texts, strict=True)),
        parameters=[Parameter("t", 1, "-2 <= t <= 2")],
    )
    cut = Fraction(int(random.integers(0, 5)), 2)
    claims = {
        f"e_x <= {cut}": lambda x, y, t: x <= cut,
        "e_x >= e_y": lambda x, y, t: x >= y,
        f"t < 0 or e_y >= {cut} or e_one <= 1": lambda x, y, t: (
            t < 0 or y >= cut or worth(rows[0], x, y, t) <= 1
        ),
    }
    outcomes = []
    for claim, is_true in claims.items():
        one = Proposition("p", "w", claim, {"e": Allocation()})

        def everywhere(t, is_true=is_true):
            return all(is_true(x, y, t) for x, y in equilibria(rows, t))

        outcomes.append(agree(Model(game), one, everywhere))
    weak = Proposition("p", "w", "e_welfare <= f_welfare", {
        "e": Allocation(), "f": Allocation(planner=True)
    })  # fmt: skip
    assert prove(Model(game), weak).outcome != "refuted"


@seeds
def test_claims_about_a_leader_and_a_follower(seed):
    """The follower's reply is clipped; the leader tries every step of a fine grid."""
    random = np.random.default_rng(seed)
    (a, b, c, d), follower = quadratic(random)
    payoff = f"({a} + {b}*t + {c}*y)*x - {d}*x**2"
    e, f, g, h = follower
    game = Game(
        "leader and follower",
        [Player("one"), Player("two")],
        [Move("x", "one", (0, 2)), Move("y", "two", (0, 2), 2)],
        {"one": payoff, "two": f"({e} + {f}*t + {g}*x)*y - {h}*y**2"},
        parameters=[Parameter("t", 1, "-2 <= t <= 2")],
    )
    cut = Fraction(int(random.integers(0, 5)), 2)
    one = Proposition("p", "w", f"e_x <= {cut}", {"e": Allocation()})
    try:
        proof = prove(Model(game), one)
    except DeclarationError as error:
        proof, said = None, str(error)
    if proof and proof.outcome != "proved":
        return
    if proof:
        assert "e: 'y' lies strictly inside its interval" in proof.assumed
    else:
        assert "nothing satisfies what is assumed" in said
    steps = [Fraction(k, 64) for k in range(129)]
    for t in GRID:
        tried = [worth((a, b, c, d), x, replies(follower, x, t), t) for x in steps]
        best = steps[tried.index(max(tried))]
        if 0 < replies(follower, best, t) < 2:
            assert proof, "something does satisfy it"
            assert best <= cut + Fraction(1, 64), t
