"""Random games for the property tests, and a brute force that shares nothing with pigou."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import sympy as sp
from hypothesis import strategies as st

from pigou.expression import Lookup
from pigou.game import Bystander, Game, Move, Parameter, Player

UPGRADING = '''
pigou = 1

[game]
name = "Supplier upgrading"
source = "own"
mechanism = "hold-up"
about = """
Two lines,
and "quotes"."""
assumptions = ["benefit > cost"]

[parameters.benefit]
default = "3/2"
domain = "benefit > 0"
unit = "USD million"
meaning = "what an upgrade is worth"
tex = "b"
source = "a survey"
[parameters.cost]
default = 0.1
[parameters.firms]
default = 12
integer = true

[players.supplier]
label = "Supplier"
[players.lead]
[players.firm]
size = "firms"

[moves.effort]
player = "supplier"
interval = ["0", 4.5]
label = "Effort"
tex = "e"
[moves.support]
player = "lead"
choices = { offer = 1, refuse = 0, "half way" = "1/2" }
stage = 2
observes = ["effort"]
[moves.join]
player = "firm"
choices = { no = 0, yes = 1, leave = 2 }
exit = "leave"

[chance.demand]
outcomes = { low = { value = 1, probability = "1/4" }, high = { value = 3, probability = 0.75 } }
seen_by = ["lead"]

[definitions]
surplus = "benefit*effort*support"
half = "surplus/2"

[payoffs]
supplier = "half - effort**2/2"
lead = "if(support == offer, half, 0)*demand - support*cost"
firm = "mean(join)*benefit - join*cost"

[bystanders]
consumers = "effort/5"
workers = { surplus = "sum(join)", label = "All workers" }

[[transfers]]
payer = "lead"
payee = "supplier"
amount = "half/20"
purpose = "share"

[[reforms]]
name = "subsidy"
kind = "subsidy"
move = "effort"
rate = "s*half"
parameters = { s = "1/4" }
running_cost = "1/100"
source = "someone"
label = "A subsidy"

[[reforms]]
name = "package"
steps = [
  { kind = "mandate", move = "support", choice = "offer" },
  { kind = "parameter", set = { cost = "cost*0.8" } },
]

[case]
title = "An experiment"
file = "choices.csv"
move = "join"
column = "choice"
labels = { C = "yes", D = "no" }
regime_column = "treatment"
regimes = { a = "baseline", b = "package" }
setting_column = "n"
parameter = "firms"
beliefs = { yes = "expected" }
source = "an archive"
licence = "CC0"
remarks = ["one", "two"]
'''
"""A game file that uses every table; its game is not solved yet."""


def table_game(payoffs: list[dict[tuple[int, ...], Fraction]], shape: tuple[int, ...]) -> Game:
    """Declare a game whose payoffs are tables: one player an axis, choices c0, c1, ..."""
    names = [f"p{i}" for i in range(len(shape))]
    moves = [
        Move(f"m{i}", name, {f"c{k}": k for k in range(size)})
        for i, (name, size) in enumerate(zip(names, shape, strict=True))
    ]
    cells = list(itertools.product(*(range(size) for size in shape)))
    return Game(
        "random",
        [Player(name) for name in names],
        moves,
        {
            name: Lookup.of(
                [m.name for m in moves],
                [range(size) for size in shape],
                [sp.Rational(str(payoffs[i][cell])) for cell in cells],
            )
            for i, name in enumerate(names)
        },
    )


def random_tables(rng: random.Random, shape: tuple[int, ...], low: int = 0, high: int = 9):
    """Draw integer payoffs; a small range gives many ties."""
    cells = list(itertools.product(*(range(size) for size in shape)))
    return [{cell: Fraction(rng.randint(low, high)) for cell in cells} for _ in shape]


def brute_force_pure(payoffs, shape) -> set[tuple[int, ...]]:
    """Return every pure equilibrium of a table by trying every deviation."""
    found = set()
    for cell in itertools.product(*(range(size) for size in shape)):
        if all(
            payoffs[i][(*cell[:i], other, *cell[i + 1 :])] <= payoffs[i][cell]
            for i, size in enumerate(shape)
            for other in range(size)
        ):
            found.add(cell)
    return found


def pure_profiles(found) -> set[tuple[int, ...]]:
    """Return the pure equilibria of a solved table game as cells."""
    return {
        tuple(
            int(next(label for label, p in s.probabilities.items() if p.lower == 1)[1:])
            for s in equilibrium.strategies
        )
        for equilibrium in found
        if equilibrium.kind == "pure"
    }


@st.composite
def population_games(draw, choices: int | None = None):
    """A population of 2 to 5 with 2 or 3 choices; payoffs mix own choice, totals and thresholds."""
    size = draw(st.integers(2, 5))
    width = choices or draw(st.integers(2, 3))
    numbers = st.integers(-4, 4)
    a, b, c, d, e = (draw(numbers) for _ in range(5))
    threshold = draw(st.integers(1, size))
    payoff = (
        f"({a})*act + ({b})*act*sum(act) + ({c})*(act == 1)*sum(act == 0)"
        f" + if(sum(act == 1) >= {threshold}, {d}, 0) + ({e})*(act == 0)*beta"
    )
    return Game(
        "random population",
        [Player("agent", size=size)],
        [Move("act", "agent", {f"c{k}": k for k in range(width)})],
        {"agent": payoff},
        bystanders=[Bystander("others", f"({d})*sum(act) - {e}")],
        parameters=[Parameter("beta", draw(st.integers(-3, 3)))],
    )


@st.composite
def named_games(draw):
    """Two or three single players with 2 or 3 choices and small integer payoffs."""
    shape = tuple(draw(st.lists(st.integers(2, 3), min_size=2, max_size=3)))
    rng = random.Random(draw(st.integers(0, 10**6)))
    return table_game(random_tables(rng, shape, 0, draw(st.sampled_from([1, 2, 9]))), shape)
