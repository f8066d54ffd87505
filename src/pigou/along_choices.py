"""Choices made at the same time, in symbols: who takes which, how likely, and what it pays.

Members alike are of one kind. Either it is known how many take which action, or each takes it with
a probability, independently of the others. Expectations are sums over all numbers of members.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import sympy as sp
from sympy.solvers.solveset import NonlinearError

from pigou.enclosing import enclosed
from pigou.exact import Enclosure
from pigou.expression import Total, each
from pigou.game import Game, Player

__all__ = [
    "Kind", "Spread", "Unknown", "actions_of", "draws", "earned", "members_of", "mixtures",
    "profiles", "solved_linear", "value_at",
]  # fmt: skip

Spread: TypeAlias = tuple[tuple[sp.Expr, tuple[int, ...]], ...]
"""Numbers of members by action, each with its probability."""

Unknown: TypeAlias = list[tuple[int, dict[int, sp.Symbol], dict[int, Enclosure]]]
"""Who mixes: the place among the kinds, and a name and the known value of each probability."""


class Kind(NamedTuple):
    """Members alike: what each action is, and either how many take which, or how likely each is."""

    player: str
    attributes: Mapping[sp.Symbol, sp.Expr]
    actions: tuple[Mapping[sp.Symbol, sp.Expr], ...]
    size: int
    row: tuple[int, ...] | None
    shares: Mapping[int, sp.Expr]

    @property
    def spread(self) -> Spread:
        """How all members may be spread over the actions, with probabilities."""
        if self.row is not None:
            return ((sp.S.One, self.row),)
        return _multinomial(self.shares, len(self.actions), self.size)

    def others(self, own: int) -> Spread:
        """How all but one, who is meant to take `own`, may be spread."""
        if self.row is not None:
            return ((sp.S.One, tuple(n - (a == own) for a, n in enumerate(self.row))),)
        return _multinomial(self.shares, len(self.actions), self.size - 1)

    @property
    def ways(self) -> int:
        """In how many ways all members may be spread."""
        return 1 if self.row is not None else math.comb(self.size + len(self.shares) - 1, self.size)

    @property
    def used(self) -> list[int]:
        """The actions that are taken."""
        if self.row is not None:
            return [a for a, n in enumerate(self.row) if n]
        return list(self.shares)


def members_of(
    game: Game, player: Player, at: Mapping[str, Fraction]
) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Yield each type of a player that has members, with its size and attributes."""
    state = {k: Enclosure.point(v) for k, v in at.items()}
    sized = [(t.name, t.size, t.values) for t in player.types] or [("", player.size, {})]
    for type_, size, values in sized:
        number = int(enclosed(sp.sympify(size), state).lower)
        if number:
            yield type_, number, values


def actions_of(game: Game, player: Player) -> tuple[list[str], tuple[Mapping[Any, sp.Expr], ...]]:
    """Return the actions of a player: their labels, and what its moves are in each.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> actions_of(game, game.players[0])
    (['wait', 'upgrade'], ({upgrade: 0}, {upgrade: 1}))
    """
    moves = game.moves_of(player.name)
    rows = list(itertools.product(*(m.choice.labels for m in moves)))
    values = tuple(
        {
            m.symbol: sp.Rational(str(m.choice.options[label]))
            for m, label in zip(moves, row, strict=True)
        }
        for row in rows
    )
    return [", ".join(row) for row in rows], values


def _multinomial(shares: Mapping[int, sp.Expr], actions: int, size: int) -> Spread:
    """Return the distribution of the counts when members choose independently."""
    result = []
    for numbers in _compositions(size, len(shares)):
        weight: sp.Expr = sp.Integer(math.factorial(size))
        row = [0] * actions
        for (action, q), number in zip(shares.items(), numbers, strict=True):
            weight *= q**number / sp.Integer(math.factorial(number))
            row[action] = number
        result.append((weight, tuple(row)))
    return tuple(result)


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def mixtures(
    game: Game, numbers: Mapping[Any, sp.Expr], kinds: Sequence[Kind], unknown: Unknown
) -> dict[Any, sp.Expr] | None:
    """Solve the conditions that all who mix are indifferent; the last probability is the rest."""
    rest: dict[Any, sp.Expr] = {}
    for _, names, _ in unknown:
        *others, last = names.values()
        rest[last] = 1 - sp.Add(*others)
    equations = []
    for place, names, _ in unknown:
        first, *others = (earned(game, numbers, kinds, place, action, action) for action in names)
        equations += [(first - other).xreplace(rest) for other in others]
    free = [q for _, names, _ in unknown for q in list(names.values())[:-1]]
    solved = solved_linear(equations, free)
    if solved is None:
        return None
    return solved | {q: sp.cancel(value.xreplace(solved)) for q, value in rest.items()}


def earned(
    game: Game,
    numbers: Mapping[Any, sp.Expr],
    kinds: Sequence[Kind],
    place: int,
    own: int,
    action: int,
) -> sp.Expr:
    """Return what a member of a kind, who is meant to take `own`, expects from an action."""
    kind = kinds[place]
    axes = [k.others(own) if i == place else k.spread for i, k in enumerate(kinds)]
    formula, total = game.payoff(kind.player), sp.S.Zero
    for chance, draw in draws(game, numbers):
        for weight, rows in profiles(axes):
            mine = tuple(n + (a == action) for a, n in enumerate(rows[place]))
            everybody = (*rows[:place], mine, *rows[place + 1 :])
            state = {**numbers, **draw, **kind.actions[action], **kind.attributes}
            value = value_at(game, kinds, everybody, formula, state)
            total += chance * weight * value
    return total


def profiles(axes: Iterable[Spread]) -> Iterator[tuple[sp.Expr, tuple[tuple[int, ...], ...]]]:
    """Yield the numbers of members by kind and action, each with its probability.

    Examples
    --------
    >>> list(profiles([((sp.S.One, (2, 0)),)]))
    [(1, ((2, 0),))]
    """
    for combination in itertools.product(*axes):
        yield sp.Mul(*(w for w, _ in combination)), tuple(row for _, row in combination)


def value_at(
    game: Game,
    kinds: Sequence[Kind],
    rows: tuple[tuple[int, ...], ...],
    formula: sp.Expr,
    state: Mapping[Any, sp.Expr],
) -> sp.Expr:
    """Evaluate a formula at a full profile: sums over members written out."""
    full = dict(state)
    for kind, row in zip(kinds, rows, strict=True):
        if not game.player(kind.player).is_population and sum(row) == 1:
            full |= kind.actions[row.index(1)]

    def summed(summand: sp.Expr, population: sp.Symbol) -> sp.Expr:
        total = sp.S.Zero
        for kind, row in zip(kinds, rows, strict=True):
            if kind.player == population.name:
                for action, number in zip(kind.actions, row, strict=True):
                    own = {each(s.name): v for s, v in {**action, **kind.attributes}.items()}
                    total += number * summand.xreplace(own) if number else 0
        return total

    return formula.replace(Total, summed).xreplace(full)


def draws(
    game: Game, numbers: Mapping[Any, sp.Expr]
) -> Iterator[tuple[sp.Expr, dict[Any, sp.Expr]]]:
    """Yield what chance may draw, each with its probability.

    Examples
    --------
    >>> from pigou.models import load
    >>> list(draws(load("coordination").game, {}))
    [(1, {})]
    """
    axes = [
        [(sp.sympify(p).xreplace(dict(numbers)), c.symbol, sp.Rational(str(v)))
         for v, p in c.outcomes.values()]
        for c in game.chance
    ]  # fmt: skip
    for draw in itertools.product(*axes):
        yield sp.Mul(*(p for p, _, _ in draw)), {s: v for _, s, v in draw}


def solved_linear(equations: list[sp.Expr], unknowns: list[sp.Symbol]) -> dict[Any, sp.Expr] | None:
    """Solve equations that are linear in the unknowns, uniquely; None otherwise."""
    try:
        matrix, right = sp.linear_eq_to_matrix([sp.expand(e) for e in equations], unknowns)
    except (NonlinearError, ValueError):
        return None
    if matrix.rows < matrix.cols:
        return None
    found = list(sp.linsolve((matrix, right), unknowns))
    if len(found) != 1 or any(set(unknowns) & value.free_symbols for value in found[0]):
        return None
    return {q: sp.cancel(v) for q, v in zip(unknowns, found[0], strict=True)}
