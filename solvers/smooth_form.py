r"""The smooth form of a game: continuous moves of single players, each scaled to [0, 1].

A move x on [a, b] becomes :math:`x = a + (b - a)\,t`, in exact rational numbers, so that ends are
exactly 0 and 1 whatever the scale of the game. Chance that nobody sees is averaged out: players
maximise expected payoffs. ``max``, ``min``, ``abs`` and ``if`` stay in a payoff only where interval
arithmetic over a grid of boxes tells which branch holds everywhere; a kink or jump inside the
intervals is refused, never taken for smooth.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.expression import If, symbol, write_expression
from pigou.game import Choice, Game
from pigou.solvers.tape import Tape
from pigou.stages import is_staged

__all__ = ["SmoothForm", "smooth_form"]

_MOST_CELLS = 4096


@dataclass(frozen=True)
class SmoothForm:
    """A game with continuous moves at given parameter values, in the unit box.

    Attributes
    ----------
    game : Game
    at : mapping of str to Fraction
    moves : tuple of str
        The moves' names, in the order of the variables.
    owners : tuple of str
        Whose each is.
    ends : tuple of pair of Fraction
        The interval of each.
    variables : tuple of sympy symbol
        The scaled moves.
    payoffs : mapping of str to sympy expression
        Expected payoffs of those who move, after transfers, in the variables.
    welfare : sympy expression
        The expected sum of primitive payoffs of all parties.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> duopoly = Game(
    ...     "duopoly",
    ...     [Player("one"), Player("two")],
    ...     [Move("x", "one", (0, 2)), Move("y", "two", (0, 2))],
    ...     {"one": "x*(3 - x - y)", "two": "y*(3 - x - y)"},
    ... )
    >>> form = smooth_form(duopoly)
    >>> form.payoffs["one"]
    2*t_x*(-2*t_x - 2*t_y + 3)
    """

    game: Game
    at: Mapping[str, Fraction]
    moves: tuple[str, ...]
    owners: tuple[str, ...]
    ends: tuple[tuple[Fraction, Fraction], ...]
    variables: tuple[sp.Symbol, ...]
    payoffs: Mapping[str, sp.Expr]
    welfare: sp.Expr

    def scaled_back(self, place: int, value: Enclosure) -> Enclosure:
        """Return a move from its place in the unit box."""
        low, high = self.ends[place]
        if value.is_exact:
            return Enclosure(*(low + (high - low) * end for end in (value.lower, value.upper)))
        moved = Enclosure.point(low) + Enclosure.point(high - low) * value
        inside = value.lower >= 0 and value.upper <= 1
        return Enclosure(max(moved.lower, low), min(moved.upper, high)) if inside else moved

    def own(self, player: str) -> tuple[int, ...]:
        """Return the places of a player's moves."""
        return tuple(k for k, owner in enumerate(self.owners) if owner == player)


def smooth_form(game: Game, at: Mapping[str, Any] | None = None) -> SmoothForm:
    """Return the smooth form of a game at given parameter values.

    Parameters
    ----------
    game : Game
        Single players, all moves continuous and simultaneous.
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Raises
    ------
    StructureError
        If a move is a choice, stages follow each other, a player is a population, a payoff has a
        kink or jump inside the intervals, or does not depend on a move of its player.
    DeclarationError
        If an interval is empty or a single point, or a payoff is not a real number, at the values.
    """
    values = game.values(at)
    _check_structure(game)
    numbers = {symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in values.items()}
    ends = tuple(_interval(game, move.name, numbers) for move in game.moves)
    variables = tuple(sp.Symbol(f"t_{m.name}", real=True) for m in game.moves)
    moved = {
        symbol(m.name): sp.Rational(str(low)) + sp.Rational(str(high - low)) * t
        for m, (low, high), t in zip(game.moves, ends, variables, strict=True)
    }

    def expected(formula: sp.Expr, where: str) -> sp.Expr:
        total = sp.S.Zero
        for weight, draw in _draws(game, numbers):
            one = formula.xreplace(numbers | draw).xreplace(moved)
            total += weight * _smooth(one, variables, where)
        if total.has(sp.I, sp.zoo, sp.nan, sp.oo):
            raise DeclarationError(f"{where} is not a finite real number at these values")
        return total

    owners = tuple(m.player for m in game.moves)
    payoffs = {
        player: expected(game.payoff(player), f"game '{game.name}': payoff of '{player}'")
        for player in dict.fromkeys(owners)
    }
    for owner, move, variable in zip(owners, game.moves, variables, strict=True):
        if sp.expand(sp.diff(payoffs[owner], variable)) == 0:
            raise StructureError(
                f"game '{game.name}': the payoff of '{owner}' does not depend on its continuous "
                f"move '{move.name}', so that every value of it is a best reply; leave the move "
                "out, or give it a cost"
            )
    everybody = sum((game.primitive(party) for party in game.parties), sp.S.Zero)
    try:
        welfare = expected(everybody, f"game '{game.name}': total surplus")
    except StructureError:
        welfare = sp.nan
    return SmoothForm(
        game, values, tuple(m.name for m in game.moves), owners, ends, variables, payoffs, welfare
    )


def _check_structure(game: Game) -> None:
    where = f"game '{game.name}'"
    if is_staged(game):
        raise StructureError(
            f"{where} has continuous moves and stages, or draws that somebody sees; so far "
            "continuous moves are solved where all move at the same time"
        )
    for move in game.moves:
        if isinstance(move.domain, Choice):
            raise StructureError(
                f"{where}: move '{move.name}' is a choice next to continuous moves; so far all "
                "moves have to be of one kind"
            )
        if game.player(move.player).is_population:
            raise StructureError(
                f"{where}: move '{move.name}' of the population '{move.player}' is continuous; so "
                "far continuous moves of single players are solved"
            )


def _interval(game: Game, name: str, numbers: Mapping[Any, Any]) -> tuple[Fraction, Fraction]:
    domain = game.move(name).domain
    ends = [sp.sympify(end).xreplace(numbers) for end in (domain.lower, domain.upper)]
    where = f"game '{game.name}': move '{name}'"
    for end in ends:
        if not end.is_Rational:
            raise DeclarationError(f"{where}: the end {end} of its interval is not rational")
    low, high = (Fraction(int(end.p), int(end.q)) for end in ends)
    if low >= high:
        raise DeclarationError(
            f"{where}: the interval [{low}, {high}] has to have its lower end below its upper end"
        )
    return low, high


def _draws(game: Game, numbers: Mapping[Any, Any]) -> list[tuple[sp.Expr, dict[Any, Any]]]:
    axes = [
        [
            (sp.sympify(p).xreplace(numbers), c.symbol, sp.Rational(str(v)))
            for v, p in c.outcomes.values()
        ]
        for c in game.chance
    ]
    draws = []
    for draw in itertools.product(*axes):
        weight = sp.Mul(*(p for p, _, _ in draw))
        if weight.is_negative:
            raise DeclarationError(f"game '{game.name}': a probability is below 0 at these values")
        draws.append((weight, {name: v for _, name, v in draw}))
    if sp.simplify(sum(weight for weight, _ in draws)) != 1:
        raise DeclarationError(f"game '{game.name}': probabilities do not sum to 1 at these values")
    return draws


# -- kinks ------------------------------------------------------------------------------------


def _smooth(formula: sp.Expr, variables: Sequence[sp.Symbol], where: str) -> sp.Expr:
    """Put the branch that holds throughout the box in place of max, min, abs and if."""
    if not formula.args or not formula.has(sp.Max, sp.Min, sp.Abs, If):
        return formula
    if isinstance(formula, If):
        truth = _truth(formula.args[0], variables, where)
        if truth is not None:
            return _smooth(formula.args[1 if truth else 2], variables, where)
        raise _kink(formula, where)
    parts = [_smooth(part, variables, where) for part in formula.args]
    if isinstance(formula, sp.Max | sp.Min):
        sign = 1 if isinstance(formula, sp.Max) else -1
        for one in parts:
            if all(_sign(sign * (one - other), variables) == 1 for other in parts if other != one):
                return one
        raise _kink(formula, where)
    if isinstance(formula, sp.Abs):
        sign = _sign(parts[0], variables)
        if sign:
            return sign * parts[0]
        raise _kink(formula, where)
    return formula.func(*parts)


def _kink(formula: sp.Expr, where: str) -> StructureError:
    names = {t: symbol(t.name.removeprefix("t_")) for t in formula.free_symbols}
    shown = write_expression(formula.xreplace(names))
    return StructureError(
        f"{where} has a kink or jump inside the intervals, where '{shown}' changes branch (moves "
        "scaled to 0..1); so far continuous games have to be smooth there"
    )


def _truth(condition: sp.Basic, variables: Sequence[sp.Symbol], where: str) -> bool | None:
    """Decide a condition that holds, or fails, throughout the box; None if neither is known."""
    if condition in (sp.true, sp.false):
        return bool(condition == sp.true)
    if isinstance(condition, sp.Not):
        inside = _truth(condition.args[0], variables, where)
        return None if inside is None else not inside
    if isinstance(condition, sp.And | sp.Or):
        parts = [_truth(part, variables, where) for part in condition.args]
        settles = isinstance(condition, sp.Or)
        return settles if settles in parts else None if None in parts else not settles
    left, right = (_smooth(part, variables, where) for part in condition.args)
    sign = _sign(left - right, variables, strictly=True)
    if sign == 0:
        return None
    holds = {sp.Gt: sign > 0, sp.Ge: sign > 0, sp.Lt: sign < 0, sp.Le: sign < 0, sp.Ne: True}
    return bool(holds.get(condition.func, False))


def _sign(formula: sp.Expr, variables: Sequence[sp.Symbol], strictly: bool = False) -> int:
    """Return 1 or -1 for a formula of that sign throughout the unit box; 0 if that is not known."""
    m = len(variables)
    cells = max(1, int(_MOST_CELLS ** (1 / m)))
    edges = np.arange(cells + 1) / cells
    grid = np.array(list(itertools.product(range(cells), repeat=m))).T
    low, high, left = Tape([formula], variables).intervals(edges[grid], edges[grid + 1])
    if left.any():
        return 0
    if (low > 0).all() or (not strictly and (low >= 0).all()):
        return 1
    return -1 if (high < 0).all() or (not strictly and (high <= 0).all()) else 0
