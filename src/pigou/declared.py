"""A game with continuous moves as its declaration states it: what the independent checker reads.

Every continuous move x on [a, b] is written x = a + (b - a) t, so that nothing that is decided
depends on the units of moves. Chance that nobody sees is averaged out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy as sp

from pigou.branching import Reader, State, Tree, evaluate
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.game import Choice, Game
from pigou.jets import ONE, ZERO, Jet, Scalar, hull, rational, value

__all__ = ["Declared", "Labels"]

Labels = Mapping[str, str]
"""What is chosen: for each move with choices, a label."""


class Declared:
    """A game at given parameter values, ready to be evaluated at profiles.

    Parameters
    ----------
    game : Game
        Of single players who move at the same time.
    at : mapping of str to Fraction
        A value for every parameter.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
    >>> declared = Declared(game, {})
    >>> declared.names, declared.ends, declared.options
    (('x',), ((Fraction(0, 1), Fraction(4, 1)),), {})
    >>> declared.value(game.payoff("a"), {}, [rational(Fraction(1, 4))])
    1/2
    """

    def __init__(self, game: Game, at: Mapping[str, Fraction]):
        self.game, self.at = game, at
        self.options = {m.name: m.choice.labels for m in game.moves if isinstance(m.domain, Choice)}
        self.names = tuple(m.name for m in game.moves if m.name not in self.options)
        self.owners = tuple(game.move(name).player for name in self.names)
        constants = {symbol(n): sp.Rational(v.numerator, v.denominator) for n, v in at.items()}
        self.ends = tuple(
            (_end(domain.lower, constants), _end(domain.upper, constants))
            for domain in (game.move(name).domain for name in self.names)
        )
        self.scales = [(rational(low), rational(high - low)) for low, high in self.ends]
        self._numbers = {name: rational(value) for name, value in at.items()}
        places = {name: k for k, name in enumerate(self.names)}
        self.reader = Reader(places, [hull(low, low + width) for low, width in self.scales])
        self._trees: dict[Any, Tree] = {}

    @cached_property
    def movers(self) -> tuple[str, ...]:
        """Those who move."""
        return tuple(dict.fromkeys(m.player for m in self.game.moves))

    @cached_property
    def draws(self) -> list[tuple[Scalar, dict[str, Scalar]]]:
        """What chance may draw, and how likely that is."""
        axes = [
            [
                (
                    value(evaluate(self.reader.read(p, self._numbers), State(()))),
                    c.name,
                    rational(v),
                )
                for v, p in c.outcomes.values()
            ]
            for c in self.game.chance
        ]
        draws = []
        for draw in itertools.product(*axes):
            weight = ONE
            for p, _, _ in draw:
                weight = weight * p
            draws.append((weight, {name: v for _, name, v in draw}))
        return draws

    def own(self, player: str) -> tuple[int, ...]:
        """Return the places of a player's continuous moves."""
        return tuple(k for k, owner in enumerate(self.owners) if owner == player)

    def alternatives(self, player: str, labels: Labels) -> Iterator[dict[str, str]]:
        """Yield what is chosen if a player changes its choices: as it is first, then all others.

        Examples
        --------
        >>> from pigou import Move, Player
        >>> moves = [Move("x", "a", (0, 4)), Move("go", "a", {"no": 0, "yes": 1})]
        >>> game = Game("alone", [Player("a")], moves, {"a": "go*x"})
        >>> list(Declared(game, {}).alternatives("a", {"go": "yes"}))
        [{'go': 'yes'}, {'go': 'no'}]
        """
        mine = [m.name for m in self.game.moves_of(player) if m.name in self.options]
        yield dict(labels)
        for others in itertools.product(*(self.options[name] for name in mine)):
            changed = {**labels, **dict(zip(mine, others, strict=True))}
            if changed != dict(labels):
                yield changed

    def tree(self, formula: sp.Expr, labels: Labels) -> Tree:
        """Read the expectation of a formula, with what is chosen put in."""
        key = (formula, tuple(labels.items()))
        if key not in self._trees:
            chosen = {
                name: rational(self.game.move(name).choice.options[label])
                for name, label in labels.items()
            }
            parts = []
            for weight, draw in self.draws:
                one = self.reader.read(formula, {**self._numbers, **chosen, **draw})
                parts.append(Tree("product", [Tree("number", (), weight), one]))
            single = len(parts) == 1 and not self.game.chance
            self._trees[key] = parts[0].parts[1] if single else Tree("sum", parts)
        return self._trees[key]

    def numbers(self, point: Sequence[Scalar]) -> list[Scalar]:
        """Return the moves from their places in their intervals."""
        return [low + width * t for (low, width), t in zip(self.scales, point, strict=True)]

    def value(self, formula: sp.Expr, labels: Labels, point: Sequence[Scalar]) -> Scalar:
        """Expect a formula at a profile."""
        return evaluate(self.tree(formula, labels), State(self.numbers(point)))

    def jets(self, point: Sequence[Scalar], moving: Sequence[int], second: bool) -> list[Any]:
        """Return the moves, some as variables in which derivatives are taken."""
        return self.jets_among(point, moving, len(moving), second)

    def jets_among(
        self, point: Sequence[Scalar], moving: Sequence[int], size: int, second: bool
    ) -> list[Any]:
        """Return the same where there are further variables than moves."""
        values: list[Any] = self.numbers(point)
        for place, k in enumerate(moving):
            slopes = [self.scales[k][1] if i == place else ZERO for i in range(size)]
            curves = [[ZERO] * (i + 1) for i in range(size)] if second else None
            values[k] = Jet(values[k], slopes, curves)
        return values

    def place(self, k: int, number: Enclosure) -> Enclosure:
        """Return where in its interval a move is."""
        low, high = self.ends[k]
        return Enclosure((number.lower - low) / (high - low), (number.upper - low) / (high - low))


def _end(formula: Any, constants: Mapping[Any, Any]) -> Fraction:
    end = sp.sympify(formula).xreplace(constants)
    return Fraction(int(end.p), int(end.q))
