"""Random games with kinks, and without, against a brute force that zooms into small regrets.

The brute force evaluates the payoffs' text in numpy and shares nothing with the engine. No
equilibrium that it finds may be missing, none that the engine reports may be false.
"""

import itertools
import random
from collections import Counter

import numpy as np
import pytest

from pigou.check import examine
from pigou.equilibrium import Strategy
from pigou.errors import StructureError
from pigou.exact import Record
from pigou.game import Game, Move, Player
from pigou.solvers.smooth_form import smooth_form
from pigou.solvers.smooth_games import smooth_equilibria

NEAR = 2e-3
QUICK = range(12)
FUNCTIONS = {
    "exp": np.exp,
    "log": np.log,
    "abs": np.abs,
    "max": lambda *a: np.maximum.reduce(np.broadcast_arrays(*a)),
    "min": lambda *a: np.minimum.reduce(np.broadcast_arrays(*a)),
}

# -- games --------------------------------------------------------------------------------------


def number(rng, most=3, nonzero=False):
    """A coefficient: in halves, tenths or thousandths, so that some games are degenerate."""
    steps = rng.choice([2, 10, 1000])
    value = rng.randint(-most * steps, most * steps)
    return f"({value or int(nonzero)}/{steps})"


def linear(rng, names):
    chosen = rng.sample(names, min(len(names), rng.choice([1, 2, 2])))
    return " + ".join([number(rng, 1), *(f"{number(rng, 2, True)}*{name}" for name in chosen)])


def quadratic(rng, own, names):
    """Mostly concave in the own moves, with cross terms."""
    terms = []
    for name in own:
        curvature = rng.choice([1, 1, 1, 2, 3, -1])
        terms += [
            f"{number(rng, 2, True)}*{name}",
            f"-({curvature}/{rng.choice([1, 2])})*{name}**2",
        ]
        terms += [f"{number(rng, 2)}*{name}*{other}" for other in names if other != name]
    return " + ".join(terms)


def kink(rng, own, names):
    kind = rng.choice(["max", "min", "abs", "capacity", "three", "corner"])
    a, b, c = (linear(rng, names) for _ in range(3))
    match kind:
        case "max" | "min":
            return f"{number(rng, 2, True)}*{kind}({a}, {b})"
        case "abs":
            return f"{number(rng, 2, True)}*abs({a})"
        case "capacity":
            return (
                f"-{rng.choice([1, 2, 3])}*max({rng.choice(own)} - {rng.choice([2, 3, 5])}/10, 0)"
            )
        case "three":
            return f"{number(rng, 1, True)}*{rng.choice(['max', 'min'])}({a}, {b}, {c})"
    return f"{number(rng, 1, True)}*max(min({a}, {b}), {c})"


def kinked_payoff(rng, own, names):
    base = quadratic(rng, own, names)
    cost = "".join(f" - {rng.choice([1, 2])}/20*{name}" for name in own)
    match rng.choice(["sum", "sum", "sum", "option", "exit"]):
        case "option":  # an outside option that may bind; each move has a cost of its own
            return f"max({base}, {linear(rng, names)}){cost}"
        case "exit":
            return f"max({base} - {rng.choice([0, 1, 2])}/10, 0){cost}"
    return " + ".join([base, *(kink(rng, own, names) for _ in range(rng.choice([1, 1, 2])))])


def smooth_payoff(rng, own, names):
    base = quadratic(rng, own, names)
    x, y = rng.choice(own), rng.choice([n for n in names if n not in own])
    more = rng.choice([
        f"{number(rng, 2)}*{x}**3 + {number(rng, 1)}*{x}*{y}**2",
        f"{number(rng, 1)}*{x}**2*{y} + {number(rng, 1)}*exp({x}*{y})",
        f"{number(rng, 1)}*{x}/(1 + {y}) + {number(rng, 1)}*log(1 + {x})",
        f"{x}/(1 + exp({rng.randint(2, 10)}*(1/2 - {y})))",
    ])  # fmt: skip
    return f"{base} + {more}"


def random_game(seed, payoff):
    """Two players on [0, 1], with 2, 3 or 4 moves in all."""
    rng = random.Random(seed)
    sizes = rng.choice([(1, 1)] * 12 + [(2, 1), (1, 2), (2, 2)])
    own = [[f"{letter}{k}" for k in range(size)] for letter, size in zip("xy", sizes, strict=True)]
    names = [*own[0], *own[1]]
    return own, [payoff(rng, mine, names) for mine in own]


# -- brute force --------------------------------------------------------------------------------


class BruteForce:
    """Regrets of two players, by search over each one's own moves."""

    def __init__(self, own, payoffs):
        self.own, self.names = own, [*own[0], *own[1]]
        self.codes = [compile(text, "payoff", "eval") for text in payoffs]

    def payoff(self, i, state):
        return eval(self.codes[i], {"__builtins__": {}, **FUNCTIONS}, state)

    def best(self, i, rivals, fine=1):
        """The most that player i can get against rivals of shape (their moves, points)."""
        m, points = len(self.own[i]), rivals.shape[1]
        state = {n: row[:, None] for n, row in zip(self.own[1 - i], rivals, strict=True)}
        line = np.linspace(0, 1, 120 * fine + 1 if m == 1 else 24 * fine + 1)
        grid = np.array(list(itertools.product(line, repeat=m))).T[:, None, :]
        around = np.array(list(itertools.product(np.linspace(-1, 1, 9), repeat=m))).T[:, None, :]
        own = np.broadcast_to(grid, (m, points, grid.shape[2]))
        reach, top = 1.5 / (len(line) - 1), np.full(points, -np.inf)
        for _ in range(14):
            values = self.payoff(i, {**state, **dict(zip(self.own[i], own, strict=True))})
            values = np.broadcast_to(values, own.shape[1:])
            k, every = np.argmax(values, axis=1), np.arange(points)
            top = np.maximum(top, values[every, k])
            own = np.clip(own[:, every, k][:, :, None] + reach * around, 0, 1)
            reach /= 3.5
        return top

    def regrets(self, axes, fine=1):
        """The larger regret on grids: one axis of shape (grids, length) for each move."""
        n, first, grids = len(axes), len(self.own[0]), len(axes[0])
        sides = [axis.reshape([grids] + [-1 if j == k else 1 for j in range(n)])
                 for k, axis in enumerate(axes)]  # fmt: skip
        state, worst = dict(zip(self.names, sides, strict=True)), -np.inf
        for i, rivals in ((0, range(first, n)), (1, range(first))):
            lines = np.broadcast_arrays(*(sides[k] for k in rivals))
            best = self.best(i, np.array([line.ravel() for line in lines]), fine)
            worst = np.maximum(worst, best.reshape(lines[0].shape) - self.payoff(i, state))
        return worst

    def regret(self, point, fine=3):
        return float(self.regrets([np.array([[t]]) for t in point], fine).ravel()[0])

    def equilibria(self):
        """Zoom into every dip of the regret, all at once; return where it falls to 0."""
        n = len(self.names)
        size, zoom = {2: (61, 13), 3: (17, 7), 4: (9, 5)}[n]
        line = np.linspace(0, 1, size)
        grid = self.regrets([line[None, :]] * n)[0]
        padded = np.pad(grid, 1, constant_values=np.inf)
        low = np.full(grid.shape, np.inf)
        for shift in itertools.product(range(3), repeat=n):
            low = np.minimum(low, padded[tuple(slice(k, k + size) for k in shift)])
        dips = sorted(zip(*np.nonzero((grid <= low) & (grid < 0.5)), strict=True),
                      key=lambda place: grid[place])  # fmt: skip
        if not dips:
            return []
        points, reach = line[np.array(dips[:10])].T, 1.5 / size
        for _ in range(24):
            steps = reach * np.linspace(-1, 1, zoom)
            axes = [np.clip(p[:, None] + steps, 0, 1) for p in points]
            k = np.argmin(self.regrets(axes).reshape(points.shape[1], -1), axis=1)
            k = np.unravel_index(k, (zoom,) * n)
            points = np.array([a[np.arange(len(a)), j] for a, j in zip(axes, k, strict=True)])
            reach /= 2.2
        found = []
        for point in points.T:
            near = any(np.abs(point - p).max() < NEAR for p in found)
            if not near and self.regret(point) < 1e-8:
                found.append(point)
        return found


# -- comparison ---------------------------------------------------------------------------------


def middle(values):
    return np.array([v.value for v in values])


def within(point, box):
    return all(v.lower - NEAR <= p <= v.upper + NEAR for p, v in zip(point, box, strict=True))


def is_confirmed(form, one):
    rows = zip(form.moves, form.owners, one.values, strict=True)
    played = [Strategy(move, owner, "", Record(), value=value) for move, owner, value in rows]
    return examine(form.game, form.at, played).confirmed


def compared(seed, payoff):
    """Hold one game against the brute force; count what was found."""
    own, payoffs = random_game(seed, payoff)
    players = [Player("ann"), Player("bob")]
    moves = [Move(n, p.name, (0, 1)) for p, names in zip(players, own, strict=True) for n in names]
    game = Game("random", players, moves, dict(zip(("ann", "bob"), payoffs, strict=True)))
    try:
        form = smooth_form(game)
        found = smooth_equilibria(form)
    except StructureError as error:  # an outside option may be better whatever one does
        if "does not depend on its continuous move" not in str(error):
            raise
        return Counter(games=1, refused=1)
    brute = BruteForce(own, payoffs)
    points = [middle(e.values) for e in found.equilibria]
    for point in points:
        assert brute.regret(point) < 1e-6, f"false: seed {seed}, {payoffs}, {point}"
    seen = brute.equilibria()
    for point in seen:
        near = any(np.abs(point - p).max() < NEAR for p in points)
        held = any(within(point, box) for box, *_ in found.unresolved)
        assert near or held, f"missing: seed {seed}, {payoffs}, {point}"
    for one in found.equilibria:  # the engine may leave 1e-99 open; the checker has to agree
        assert is_confirmed(form, one), f"not confirmed: seed {seed}, {payoffs}, {one.values}"
    return Counter(
        games=1,
        vague=sum(not e.is_proved for e in found.equilibria),
        moves=len(moves),
        equilibria=len(points),
        brute=len(seen),
        empty=not points and not found.unresolved,
        refuted=len(found.refuted),
        undecided=bool(found.unresolved),
        clusters=len(found.unresolved),
        boxes=found.boxes,
    )


def tally(payoff, seeds):
    """Compare many games; print what was found."""
    total = sum((compared(seed, payoff) for seed in seeds), Counter())
    print(payoff.__name__, dict(total))
    return total


def test_some_kinked_games_agree_with_the_brute_force():
    total = tally(kinked_payoff, QUICK)
    assert total["games"] == len(QUICK)
    assert total["undecided"] == 0
    assert total["brute"] >= len(QUICK) // 2  # the brute force does find equilibria


def test_some_smooth_games_agree_with_the_brute_force():
    total = tally(smooth_payoff, QUICK)
    assert total["undecided"] == 0
    assert total["brute"] >= len(QUICK) // 2


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
@pytest.mark.parametrize("payoff", [kinked_payoff, smooth_payoff])
def test_two_thousand_games_of_each_kind_agree_with_the_brute_force(payoff, block):
    total = tally(payoff, range(100 * block, 100 * (block + 1)))
    assert total["games"] == 100
    assert total["undecided"] <= 2
