"""Strategies of a game in stages, as reported: what is done after a history, and what it pays.

Shared by the rules of the checker; no code of the solvers is used.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.cell_signs import ZERO, Cell, leaves, shortened, without_settled_kinks
from pigou.enclosing import enclosed
from pigou.equilibrium import Strategy
from pigou.errors import DeclarationError
from pigou.exact import Enclosure, Record
from pigou.expression import If, symbol
from pigou.game import Choice, Game, Move

__all__ = [
    "Branch", "Labels", "StagedProfile", "is_continuous", "label_profiles", "options",
    "representatives",
]  # fmt: skip

Labels = Record[str]


class Branch(NamedTuple):
    """What is done later, if some conditions hold.

    Attributes
    ----------
    moves : mapping of symbol to expression
        The later moves, in the continuous moves made before.
    assumed : tuple of expression
        What is at least 0 then, in these moves.
    labels : Labels
        All labels chosen.
    """

    moves: Mapping[sp.Symbol, sp.Expr]
    assumed: tuple[sp.Expr, ...]
    labels: Labels


class StagedProfile:
    """A game in stages in numbers, and the strategies that are stated for it.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
    strategies : sequence of Strategy
    """

    def __init__(self, game: Game, at: Mapping[str, Fraction], strategies: Sequence[Strategy]):
        self.game, self.strategies = game, strategies
        self.numbers = {symbol(n): sp.Rational(str(v)) for n, v in at.items()}
        self.parameters = {name: Enclosure.point(value) for name, value in at.items()}
        self.stages = sorted({m.stage for m in game.moves})
        self.ends = {m.name: self._ends(m) for m in game.moves if is_continuous(m)}
        self.draws = self._draws()
        self.utility = {
            p: sum(
                (w * game.payoff(p).xreplace(self.numbers | d) for w, d in self.draws), sp.S.Zero
            )
            for p in dict.fromkeys(m.player for m in game.moves)
        }
        self._rows: dict[Labels, dict[str, Strategy]] = {}
        for s in strategies:
            self._rows.setdefault(Record(s.when), {})[s.move] = s
        self._payoffs: dict[Any, sp.Expr] = {}

    def _ends(self, move: Move) -> tuple[Fraction, Fraction]:
        ends = (
            sp.sympify(e).xreplace(self.numbers) for e in (move.domain.lower, move.domain.upper)
        )
        low, high = (Fraction(int(e.p), int(e.q)) for e in ends)
        return low, high

    def _draws(self) -> list[tuple[sp.Expr, dict[Any, Any]]]:
        axes = [
            [(sp.sympify(p).xreplace(self.numbers), c.symbol, sp.Rational(str(v)))
             for v, p in c.outcomes.values()]
            for c in self.game.chance
        ]  # fmt: skip
        return [
            (sp.Mul(*(p for p, _, _ in draw)), {name: v for _, name, v in draw})
            for draw in itertools.product(*axes)
        ]

    def value(self, formula: sp.Expr, state: Cell) -> Enclosure:
        """Expect a formula where moves are given."""
        total = ZERO
        for weight, draw in self.draws:
            seen = {s.name: Enclosure.point(str(v)) for s, v in draw.items()}
            here = enclosed(formula, {**self.parameters, **state, **seen})
            total += enclosed(sp.sympify(weight), {}) * here
        return total

    # -- the game and the strategies ----------------------------------------------------------

    def made(self, place: int, labels: Labels) -> list[Move]:
        """Return the moves of a stage that are made after labels."""
        values = self.numbers | self._finite(labels)
        return [
            m
            for m in self.game.moves
            if m.stage == self.stages[place] and m.when.xreplace(values) == sp.true
        ]

    def _finite(self, labels: Labels) -> dict[sp.Symbol, sp.Rational]:
        return {
            m.symbol: sp.Rational(str(m.choice.options[labels[m.name]] if m.name in labels else 0))
            for m in self.game.moves
            if not is_continuous(m)
        }

    def final(self, player: str, labels: Labels) -> sp.Expr:
        """Return a payoff after all labels, in the continuous moves that are made."""
        values: dict[Any, Any] = dict(self._finite(labels))
        for place in range(len(self.stages)):
            made = self.made(place, labels)
            gone = [m for m in self.game.moves if m.stage == self.stages[place] and m not in made]
            values |= {m.symbol: sp.S.Zero for m in gone if is_continuous(m)}
        return self.utility[player].xreplace(values)

    def strategy(self, move: Move, labels: Labels) -> Strategy:
        """Return the strategy of a move after the labels of earlier stages."""
        found = self._rows.get(labels, {}).get(move.name)
        if found is None:
            known = ", ".join(f"{n} {label}" for n, label in labels.items())
            after = f" after {known}" if known else ""
            raise DeclarationError(f"move '{move.name}' needs a strategy{after}")
        if is_continuous(move):
            low, high = self.ends[move.name]
            if found.value is None or found.value.lower < low or found.value.upper > high:
                raise DeclarationError(f"move '{move.name}' needs a value in [{low}, {high}]")
        return found

    def taken(self, move: Move, labels: Labels) -> str:
        """Return the label of a finite move on the path."""
        shares = self.strategy(move, labels).probabilities
        sure = [label for label, p in shares.items() if p.is_exact and p.lower == 1]
        if len(sure) != 1 or sure[0] not in move.choice.options:
            raise DeclarationError(f"move '{move.name}' needs one label with probability 1")
        return sure[0]

    def path(self, place: int = 0, labels: Labels | None = None) -> dict[str, Enclosure]:
        """Return the value of every move on the path (0 where it is not made)."""
        state, sofar = {m.name: ZERO for m in self.game.moves}, labels or Record()
        for m in self.game.moves:
            if m.name in sofar:
                state[m.name] = Enclosure.point(m.choice.options[sofar[m.name]])
        for stage in range(place, len(self.stages)):
            new = {}
            for m in self.made(stage, sofar):
                if is_continuous(m):
                    found = self.strategy(m, sofar).value
                    assert found is not None
                    state[m.name] = found
                else:
                    new[m.name] = self.taken(m, sofar)
                    state[m.name] = Enclosure.point(m.choice.options[new[m.name]])
            sofar = Record({**sofar, **new})
        return state

    # -- rules, case by case ------------------------------------------------------------------

    def branches(
        self, place: int, labels: Labels, cell: Cell, assumed: tuple[sp.Expr, ...] = ()
    ) -> list[Branch]:
        """Return all that may be done from a stage on, in a cell of continuous moves so far."""
        done = [Branch({}, assumed, labels)]
        for stage in range(place, len(self.stages)):
            done = [longer for one in done for longer in self._longer(stage, one, cell)]
        return done

    def _longer(self, stage: int, sofar: Branch, cell: Cell) -> Iterator[Branch]:
        options = [Branch(dict(sofar.moves), sofar.assumed, Record())]
        made = self.made(stage, sofar.labels)
        for m in made:
            rule = self.rule(m, sofar.labels).xreplace(dict(sofar.moves))
            options = [
                Branch({**one.moves, m.symbol: leaf}, assumed, one.labels)
                for one in options
                for leaf, assumed in leaves(rule, cell, one.assumed)
            ]
        for one in options:
            new = {}
            for m in made:
                if not is_continuous(m):
                    number = Fraction(str(one.moves[m.symbol]))
                    new[m.name] = m.choice.label(number)
            yield one._replace(labels=Record({**sofar.labels, **new}))

    def rule(self, move: Move, labels: Labels) -> sp.Expr:
        """Return what a move takes as a formula in the continuous moves before it."""
        found = self.strategy(move, labels)
        if found.expression is not None:
            return found.expression
        if not is_continuous(move):
            return sp.Rational(str(move.choice.options[self.taken(move, labels)]))
        assert found.value is not None
        if not found.value.is_exact:
            raise DeclarationError(f"move '{move.name}' of a later stage needs a formula")
        return sp.Rational(str(found.value.lower))

    def _at(self, player: str, branch: Branch, cell: Cell) -> sp.Expr:
        """Return a payoff with what is done later put in, without kinks that a cell settles."""
        formula = without_settled_kinks(self.payoff(player, branch), cell)
        return formula if formula.has(sp.Max, sp.Min, sp.Abs, If) else shortened(formula)

    def payoff(self, player: str, branch: Branch) -> sp.Expr:
        """Return a payoff with what is done later put in."""
        key = (player, branch.labels, tuple(branch.moves.items()))
        if key not in self._payoffs:
            formula = self.final(player, branch.labels).xreplace(dict(branch.moves))
            kinked = formula.has(sp.Max, sp.Min, sp.Abs, If)
            self._payoffs[key] = formula if kinked else sp.cancel(formula)
        return self._payoffs[key]


# -- labels -------------------------------------------------------------------------------------


def is_continuous(move: Move) -> bool:
    """Tell whether a move is a number from an interval.

    Examples
    --------
    >>> is_continuous(Move("x", "a", (0, 1))), is_continuous(Move("y", "a", {"no": 0, "yes": 1}))
    (True, False)
    """
    return not isinstance(move.domain, Choice)


def options(move: Move) -> Any:
    """Return the labels of a move with their values; None if it is continuous.

    Examples
    --------
    >>> options(Move("y", "a", {"no": 0, "yes": 1}))
    (('no', Fraction(0, 1)), ('yes', Fraction(1, 1)))
    """
    return None if is_continuous(move) else tuple(move.choice.options.items())


def label_profiles(moves: Sequence[Move]) -> Iterator[Labels]:
    """Yield every combination of labels of moves.

    Examples
    --------
    >>> [dict(one) for one in label_profiles([Move("y", "a", {"no": 0, "yes": 1})])]
    [{'y': 'no'}, {'y': 'yes'}]
    """
    for row in itertools.product(*(m.choice.labels for m in moves)):
        yield Record(dict(zip([m.name for m in moves], row, strict=True)))


def _rows(profile: Labels, moves: Sequence[Move], players: Sequence[str]) -> Any:
    """Return what each player does, whoever it is."""
    return tuple(sorted(tuple(profile[m.name] for m in moves if m.player == p) for p in players))


def representatives(
    profiles: Sequence[Labels],
    moves: Sequence[Move],
    players: Sequence[str],
    own: Labels,
    labels: Labels,
    listed: set[Any],
) -> list[Labels]:
    """Return one profile of players alike for all that differ by names, one with strategies."""
    chosen: dict[Any, Labels] = {_rows(own, moves, players): own}
    for wanted in (True, False):
        for profile in profiles:
            if not wanted or Record({**labels, **profile}) in listed:
                chosen.setdefault(_rows(profile, moves, players), profile)
    return list(chosen.values())
