r"""What everybody has along an equilibrium, as expressions in one parameter.

An equilibrium that is known at one value of a parameter :math:`\theta` is followed by keeping *how*
it is one: who takes which choice, who mixes over which, which continuous move is inside its
interval or at which end. That gives equations for the moves, with :math:`\theta` open.

Steps
-----
1. Choices that are taken for certain, and numbers of members, stay as they are. A continuous move
   at an end of its interval stays at that end.
2. Simultaneous choices that are mixed: the probabilities solve the indifference conditions.
3. Continuous moves inside: the first-order conditions, by backward induction over the stages. The
   moves of the last stage are solved for in terms of the earlier ones and put into the payoffs.
4. Where these equations are linear in the unknowns they are solved exactly; elsewhere there is no
   closed form here and nothing is returned.
5. The solution has to be the equilibrium that is known, at the value where it is known.

The result is exact as long as the equilibrium goes on existing; that it does is for the caller to
check, by solving the game at other values.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy as sp

from pigou.along_choices import (
    Kind,
    Unknown,
    actions_of,
    draws,
    earned,
    members_of,
    mixtures,
    profiles,
    solved_linear,
    value_at,
)
from pigou.enclosing import enclosed
from pigou.equilibrium import Equilibrium
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.game import Choice, Game, Interval, Move, Transfer
from pigou.stages import is_staged

__all__ = ["Branch", "branch"]

_MOST_PROFILES = 500


@dataclass(frozen=True)
class Branch:
    """An equilibrium with one parameter open.

    Parameters
    ----------
    game : Game
    open : sympy symbol
        The parameter.
    numbers : mapping
        The values of all other parameters, and of the moves, which may depend on the open one.
    kinds : tuple
        Of a finite game: who is there, and what they do.
    mix : mapping
        The probabilities that are mixed with, by their symbols.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> mixed = solve(game)["E3"]
    >>> branch(game, game.values(), "spillover", mixed).surplus("consumers")
    6*spillover
    """

    game: Game
    open: sp.Symbol
    numbers: Mapping[Any, sp.Expr]
    kinds: tuple[Kind, ...] = ()
    mix: Mapping[Any, sp.Expr] = field(default_factory=dict)

    def surplus(self, party: str) -> sp.Expr:
        """Return the surplus of a party after transfers, of all its members."""
        return self._surpluses[party]

    @cached_property
    def _surpluses(self) -> dict[str, sp.Expr]:
        return {p: self._total(p, self.game.payoff(p)) for p in self.game.parties}

    def flow(self, transfer: Transfer) -> sp.Expr:
        """Return what flows in a transfer, over all members.

        Examples
        --------
        >>> from pigou import solve, subsidy
        >>> from pigou.models import load
        >>> game = subsidy("upgrade", "spillover")(load("coordination").game)
        >>> along = branch(game, game.values(), "spillover", solve(game)["E2"])
        >>> along.flow(game.transfers[0])
        10*spillover
        """
        crowd = [p for p in (transfer.payer, transfer.payee) if self._is_crowd(p)]
        return self._total(crowd[0] if crowd else transfer.payee, transfer.amount)

    def events(self) -> list[sp.Expr]:
        """Return expressions of which one is 0 where this stops being an equilibrium.

        What another choice gains, how likely a choice is that is mixed, how far a continuous move
        is from the ends of its interval, and the slope of the payoff at an end. Of a game in
        stages only the last two, so that it may stop elsewhere too.

        Examples
        --------
        >>> from pigou import solve
        >>> from pigou.models import load
        >>> game = load("coordination").game
        >>> branch(game, game.values(), "cost", solve(game)["E2"]).events()
        [5/4 - cost]
        """
        found: list[sp.Expr] = []
        for place, kind in enumerate(self.kinds):
            found += [self._settled(q) for q in kind.shares.values()]
            alike = [] if kind.row is not None else kind.used
            for own in kind.used:
                rest = [b for b in range(len(kind.actions)) if b not in (own, *alike)]
                stays, *others = (
                    earned(self.game, self.numbers, self.kinds, place, own, b) for b in (own, *rest)
                )
                found += [self._settled(stays - other) for other in others]
        for move in self.game.moves:
            if isinstance(move.domain, Interval):
                found += self._ends(move)
        return [sp.expand(e) for e in found if self.open in e.free_symbols]

    def _ends(self, move: Move) -> list[sp.Expr]:
        value = self.numbers[move.symbol]
        ends = [end.xreplace(dict(self.numbers)) for end in (move.domain.lower, move.domain.upper)]
        if value not in ends:
            return [value - end for end in ends]
        slope = sp.S.Zero
        for chance, draw in draws(self.game, self.numbers):
            payoff = self.game.payoff(move.player).xreplace(draw)
            slope += chance * sp.diff(payoff, move.symbol).xreplace(dict(self.numbers))
        return [slope]

    def _is_crowd(self, party: str) -> bool:
        return party in self.game.payoffs and self.game.player(party).is_population

    def _total(self, party: str, formula: sp.Expr) -> sp.Expr:
        total = sp.S.Zero
        for chance, draw in draws(self.game, self.numbers):
            for weight, rows in profiles([k.spread for k in self.kinds]):
                value = sp.S.Zero
                for number, state in self._who(party, rows):
                    value += number * self._at(formula, rows, state | draw)
                total += chance * weight * value
        return self._settled(total)

    def _settled(self, formula: sp.Expr) -> sp.Expr:
        """Put in the probabilities that are mixed with, last, when most has cancelled."""
        rest = {}
        for kind in self.kinds:
            if kind.row is None:
                *others, last = kind.shares.values()
                rest[last] = 1 - sp.Add(*others)
        if rest:
            formula = sp.expand(formula.xreplace(rest)).xreplace(dict(self.mix))
        return formula if formula.has(sp.Function) else sp.factor(sp.cancel(formula))

    def _who(
        self, party: str, rows: tuple[tuple[int, ...], ...]
    ) -> Iterator[tuple[int, dict[Any, sp.Expr]]]:
        """Yield how many members a formula is summed over, with what is theirs."""
        if not self._is_crowd(party):
            yield 1, {}
            return
        for kind, row in zip(self.kinds, rows, strict=True):
            if kind.player == party:
                for action, number in zip(kind.actions, row, strict=True):
                    if number:
                        yield number, {**action, **kind.attributes}

    def _at(
        self, formula: sp.Expr, rows: tuple[tuple[int, ...], ...], state: Mapping[Any, sp.Expr]
    ) -> sp.Expr:
        return value_at(self.game, self.kinds, rows, formula, {**self.numbers, **state})


def branch(
    game: Game, at: Mapping[str, Fraction], name: str, equilibrium: Equilibrium
) -> Branch | None:
    """Follow an equilibrium in one parameter; None where no closed form is found.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter: where the equilibrium is known.
    name : str
        The parameter that is left open; another name leaves none open.
    equilibrium : Equilibrium

    Examples
    --------
    >>> from pigou import Move, Parameter, Player, solve
    >>> moves = [Move("x", "a", (0, 9)), Move("y", "b", (0, 9), 2)]
    >>> payoffs = {"a": "x*(d - x - y)", "b": "y*(d - x - y)"}
    >>> game = Game(
    ...     "leader", [Player("a"), Player("b")], moves, payoffs, (), (), (), [Parameter("d", 8)]
    ... )
    >>> branch(game, game.values(), "d", solve(game)["E1"]).surplus("b")
    d**2/16
    """
    numbers: dict[Any, sp.Expr] = {
        symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in at.items() if k != name
    }
    if any(m.when != sp.true or m.observes is not None for m in game.moves):
        return None
    if any(s.belief is not None for s in equilibrium.strategies):
        return None
    if any(p.size == sp.oo for p in game.players):
        return None
    if is_staged(game) and (game.chance or any(p.is_population for p in game.players)):
        return None
    continuous = any(isinstance(m.domain, Interval) for m in game.moves)
    if is_staged(game) or continuous:
        return _followed(game, at, name, equilibrium, numbers)
    return _finite(game, at, name, equilibrium, numbers)


# -- finite choices at the same time ------------------------------------------------------------


def _finite(
    game: Game, at: Mapping[str, Fraction], name: str, one: Equilibrium, numbers: dict[Any, sp.Expr]
) -> Branch | None:
    kinds: list[Kind] = []
    unknown: Unknown = []
    for player in game.players:
        for type_, size, values in members_of(game, player, at):
            (strategy,) = (s for s in one.strategies if (s.player, s.type) == (player.name, type_))
            labels, actions = actions_of(game, player)
            shares = {labels.index(k): v for k, v in strategy.probabilities.items() if v.upper > 0}
            attributes = {symbol(k): sp.sympify(v).xreplace(numbers) for k, v in values.items()}
            if strategy.counts is not None or len(shares) == 1:
                counts = strategy.counts or {labels[a]: size for a in shares}
                row = tuple(counts.get(label, 0) for label in labels)
                kinds.append(Kind(player.name, attributes, actions, size, row, {}))
                continue
            names = {a: sp.Dummy(f"q{a}", positive=True) for a in shares}
            kinds.append(Kind(player.name, attributes, actions, size, None, names))
            unknown.append((len(kinds) - 1, names, shares))
    if math.prod(k.ways for k in kinds) > _MOST_PROFILES:
        return None
    found = Branch(game, symbol(name), numbers, tuple(kinds))
    if not unknown:
        return found
    solved = mixtures(game, numbers, kinds, unknown)
    if solved is None or not _agrees(solved, unknown, at):
        return None
    return replace(found, mix=solved)


def _agrees(solved: Mapping[Any, sp.Expr], unknown: Unknown, at: Mapping[str, Fraction]) -> bool:
    """Whether the solution is the equilibrium that is known."""
    state = {k: Enclosure.point(v) for k, v in at.items()}
    return all(
        enclosed(solved[q], state).overlaps(shares[action])
        for _, names, shares in unknown
        for action, q in names.items()
    )


# -- continuous moves, and choices on a path ------------------------------------------------------


def _followed(
    game: Game, at: Mapping[str, Fraction], name: str, one: Equilibrium, numbers: dict[Any, sp.Expr]
) -> Branch | None:
    """Follow moves that are made for certain, the continuous ones by first-order conditions."""
    state = {k: Enclosure.point(v) for k, v in at.items()}
    inside: list[Move] = []
    values: dict[str, Enclosure] = {}
    known = dict(numbers)
    for move in game.moves:
        value = _played(move, one)
        if value is None:
            return None
        values[move.name] = value
        end = None if isinstance(move.domain, Choice) else _end(move, value, state)
        if isinstance(move.domain, Choice):
            known[move.symbol] = sp.Rational(str(value.lower))
        elif end is not None:
            known[move.symbol] = end.xreplace(numbers)
        else:
            inside.append(move)
    solved = _backwards(game, known, inside)
    if solved is None:
        return None
    for move in inside:
        if not enclosed(solved[move.symbol], state).overlaps(values[move.name]):
            return None
    return Branch(game, symbol(name), {**known, **solved})


def _played(move: Move, one: Equilibrium) -> Enclosure | None:
    """Return the value of a move on the path; None where it is mixed or not stated."""
    taken = (one.path or {}).get(move.name)
    if isinstance(taken, Enclosure):
        return taken
    if taken is not None:
        return _certain(move, taken)
    for strategy in one.strategies:
        names = strategy.move.split(", ")
        if move.name in names and not strategy.when:
            if strategy.value is not None:
                return strategy.value
            place = names.index(move.name)
            labels = {k.split(", ")[place]: p for k, p in strategy.probabilities.items() if p.upper}
            return _certain(move, labels)
    return None


def _certain(move: Move, labels: Mapping[str, Enclosure]) -> Enclosure | None:
    """Return the value of the choice that is taken for certain."""
    for label, share in labels.items():
        if share.is_exact and share.lower == 1:
            return Enclosure.point(move.choice.options[label])
    return None


def _end(move: Move, value: Enclosure, state: Mapping[str, Enclosure]) -> sp.Expr | None:
    """Return the end of the interval at which a move is, if it is at one."""
    for end in (move.domain.lower, move.domain.upper):
        if enclosed(end, state).overlaps(value):
            return end
    return None


def _backwards(
    game: Game, known: Mapping[Any, sp.Expr], inside: list[Move]
) -> dict[Any, sp.Expr] | None:
    """Solve the first-order conditions stage by stage, the last one first."""
    solved: dict[Any, sp.Expr] = {}
    for stage in sorted({m.stage for m in inside}, reverse=True):
        moves = [m for m in inside if m.stage == stage]
        equations = []
        for move in moves:
            payoff = sp.S.Zero
            for chance, draw in draws(game, known):
                payoff += chance * game.payoff(move.player).xreplace({**known, **draw})
            payoff = payoff.xreplace(solved)
            if payoff.has(sp.Function) or payoff.has(sp.Max, sp.Min):
                return None
            equations.append(sp.numer(sp.together(sp.diff(payoff, move.symbol))))
        here = solved_linear(equations, [m.symbol for m in moves])
        if here is None:
            return None
        solved = {s: sp.cancel(v.xreplace(here)) for s, v in solved.items()} | here
    return solved
