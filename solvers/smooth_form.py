r"""The smooth form of a game: continuous moves of single players, each scaled to [0, 1].

A move x on [a, b] becomes :math:`x = a + (b - a)\,t`, in exact rational numbers, so that ends are
exactly 0 and 1 whatever the scale of the game. Chance that nobody sees is averaged out: players
maximise expected payoffs. ``max``, ``min``, ``abs`` and ``if`` become switches between smooth
formulas (`pigou.solvers.kinks`), but where interval arithmetic over a grid of boxes tells that one
branch holds everywhere; a jump inside the intervals is refused, never taken for a kink.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.expression import symbol, write_expression
from pigou.game import Choice, Game
from pigou.solvers.kinks import Switch
from pigou.solvers.switching import Switching
from pigou.solvers.tape import Tape
from pigou.stages import is_staged

__all__ = ["SmoothForm", "in_units", "smooth_form"]


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
    switches : tuple of Switch
        Those in the payoffs; each player has its own.
    welfare_switches : tuple of Switch
        Those in the total surplus.

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
    switches: tuple[Switch, ...] = ()
    welfare_switches: tuple[Switch, ...] = ()

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

    def own_switches(self, player: str) -> tuple[int, ...]:
        """Return the places of the switches in a player's payoff."""
        return tuple(k for k, switch in enumerate(self.switches) if switch.player == player)


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

    back = {
        t: (symbol(m.name) - sp.Rational(str(low))) / sp.Rational(str(high - low))
        for m, (low, high), t in zip(game.moves, ends, variables, strict=True)
    }

    def expected(formula: sp.Expr, player: str, where: str) -> tuple[sp.Expr, list[Switch]]:
        switching = Switching(variables, player, where, lambda f: _in_units(f, back))
        total = sp.S.Zero
        for weight, draw in _draws(game, numbers):
            one = formula.xreplace(numbers | draw).xreplace(moved)
            total += weight * switching.smooth(one)
        if total.has(sp.I, sp.zoo, sp.nan, sp.oo):
            raise DeclarationError(f"{where} is not a finite real number at these values")
        return total, switching.switches

    owners = tuple(m.player for m in game.moves)
    payoffs, switches = {}, []
    for player in dict.fromkeys(owners):
        where = f"game '{game.name}': payoff of '{player}'"
        payoffs[player], found = expected(game.payoff(player), player, where)
        switches += _needed(found, payoffs[player])
    for owner, move, variable in zip(owners, game.moves, variables, strict=True):
        if not _depends(payoffs[owner], variables, variable):
            raise StructureError(
                f"game '{game.name}': the payoff of '{owner}' does not depend on its continuous "
                f"move '{move.name}', so that every value of it is a best reply; leave the move "
                "out, or give it a cost"
            )
    everybody = sum((game.primitive(party) for party in game.parties), sp.S.Zero)
    try:
        welfare, surplus = expected(everybody, "", f"game '{game.name}': total surplus")
    except StructureError:
        welfare, surplus = sp.nan, []
    names = tuple(m.name for m in game.moves)
    return SmoothForm(
        game, values, names, owners, ends, variables, payoffs, welfare, tuple(switches),
        tuple(surplus),
    )  # fmt: skip


def in_units(form: SmoothForm, kink: sp.Expr) -> str:
    """Write a kink of scaled moves as an equation between the moves themselves.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> moves = [Move("x", "a", (0, 2)), Move("y", "b", (0, 2))]
    >>> game = Game("g", [Player("a"), Player("b")], moves, {"a": "x - x**2", "b": "y - y**2"})
    >>> form = smooth_form(game)
    >>> in_units(form, form.variables[0] - form.variables[1])
    'x = y'
    """
    back = {
        t: (symbol(name) - sp.Rational(str(low))) / sp.Rational(str(high - low))
        for name, (low, high), t in zip(form.moves, form.ends, form.variables, strict=True)
    }
    formula = sp.expand(kink.xreplace(back)).as_content_primitive()[1]
    positive = sum((term for term in sp.Add.make_args(formula) if not _is_minus(term)), sp.S.Zero)
    return f"{write_expression(positive)} = {write_expression(sp.expand(positive - formula))}"


def _is_minus(term: sp.Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def _in_units(formula: sp.Basic, back: Mapping[Any, Any]) -> sp.Basic:
    """Write a formula, or a condition, in the units of the game."""
    if isinstance(formula, sp.Rel):
        return formula.func(*(sp.expand(side.xreplace(back)) for side in formula.args))
    return formula.func(*(_in_units(part, back) for part in formula.args))


def _depends(payoff: sp.Expr, variables: Sequence[sp.Symbol], one: sp.Symbol) -> bool:
    """Tell whether a payoff depends on a variable: by two values of it, or by the derivative."""
    if one not in payoff.free_symbols:
        return False
    row = list(variables).index(one)
    points = np.full((len(variables), 2), 0.37)
    points[row] = 0.23, 0.71
    with contextlib.suppress(StructureError):  # of what a tape does not run, the derivative tells
        first, second = Tape([payoff], variables).floats(points)[0].tolist()
        if abs(first - second) > 1e-6 * max(abs(first), abs(second)):
            return True
    return bool(sp.expand(sp.diff(payoff, one)) != 0)


def _needed(switches: Sequence[Switch], payoff: sp.Expr) -> list[Switch]:
    """Return the switches in a payoff, and those in the kinks of these."""
    needed: list[Switch] = []
    for switch in reversed(switches):  # a kink holds earlier switches only
        if sp.Tuple(payoff, *(later.kink for later in needed)).has(switch.symbol):
            needed.insert(0, switch)
    return needed


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
