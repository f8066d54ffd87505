r"""A family of smooth games: one game of which some parameters differ from game to game.

A move x on [a, b] becomes :math:`x = a + (b - a)\,t` with t in [0, 1], as in
`pigou.solvers.smooth_form`; the ends a and b may be formulas in the parameters. The parameters that
vary stay symbols; all others are exact rational numbers. Chance that nobody sees is averaged out.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from pigou.errors import DeclarationError, StructureError, unknown
from pigou.expression import If, symbol, write_expression
from pigou.game import Choice, Game
from pigou.solvers.intervals import Floats
from pigou.solvers.tape import Tape
from pigou.stages import is_staged

__all__ = ["SmoothFamily", "check_conditions", "parameter_arrays", "smooth_family"]


@dataclass(frozen=True)
class SmoothFamily:
    """A game with continuous moves in the unit box; some of its parameters are symbols.

    Attributes
    ----------
    game : Game
    varying : tuple of str
        The parameters that differ from game to game.
    fixed : mapping of str to Fraction
        The others.
    owners : tuple of str
        Whose each move is, in the order of the variables.
    ends : tuple of pair of sympy expression
        The interval of each move, in the parameters that vary.
    variables : tuple of sympy symbol
        The scaled moves.
    payoffs : mapping of str to sympy expression
        Expected payoffs of those who move, after transfers.
    conditions : tuple of (sympy condition, str)
        What has to hold at the values of a game, and an error's words where it does not.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> alone = Game(
    ...     "alone",
    ...     [Player("a")],
    ...     [Move("x", "a", (0, "top"))],
    ...     {"a": "c*x - x**2"},
    ...     parameters=[Parameter("c", 1), Parameter("top", 2)],
    ... )
    >>> smooth_family(alone, ["c"]).payoffs["a"]
    2*c*t_x - 4*t_x**2
    """

    game: Game
    varying: tuple[str, ...]
    fixed: Mapping[str, Fraction]
    owners: tuple[str, ...]
    ends: tuple[tuple[sp.Expr, sp.Expr], ...]
    variables: tuple[sp.Symbol, ...]
    payoffs: Mapping[str, sp.Expr]
    conditions: tuple[tuple[Any, str], ...]

    @property
    def players(self) -> tuple[str, ...]:
        """Those who move."""
        return tuple(self.payoffs)

    @property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """The symbols of the parameters that vary."""
        return tuple(symbol(name) for name in self.varying)

    def own(self, player: str) -> tuple[int, ...]:
        """Return the places of a player's moves."""
        return tuple(k for k, owner in enumerate(self.owners) if owner == player)


def smooth_family(
    game: Game, varying: Sequence[str], at: Mapping[str, Any] | None = None
) -> SmoothFamily:
    """Return a game with some parameters left open, in the unit box.

    Parameters
    ----------
    game : Game
        Single players; all moves continuous and simultaneous; payoffs without kinks.
    varying : sequence of str
        Names of parameters.
    at : mapping of str to number, optional
        Values of other parameters; the defaults where none is given.

    Raises
    ------
    StructureError
        If the game has another structure, a payoff has a kink, or it depends in no game on a move
        of its player.
    DeclarationError
        If a name is no parameter, or a payoff is not a real number.
    """
    _check_structure(game)
    for name in varying:
        game.parameter(name)
    twice = sorted(set(varying) & set(at or {}))
    if twice:
        raise DeclarationError(f"parameter '{twice[0]}' has both an array and a value")
    fixed = _fixed_values(game, varying, at or {})
    numbers = {symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in fixed.items()}
    variables = tuple(sp.Symbol(f"t_{m.name}", real=True) for m in game.moves)
    ends = tuple(_interval(move, numbers) for move in game.moves)
    moved = {
        symbol(m.name): low + (high - low) * t
        for m, (low, high), t in zip(game.moves, ends, variables, strict=True)
    }
    owners = tuple(m.player for m in game.moves)
    draws = _draws(game, numbers)
    payoffs = {}
    for player in dict.fromkeys(owners):
        formula, total = game.payoff(player), sp.S.Zero
        for weight, draw in draws:
            total += weight * formula.xreplace(numbers | draw).xreplace(moved)
        payoffs[player] = _checked(total, f"game '{game.name}': payoff of '{player}'")
    for owner, move, variable in zip(owners, game.moves, variables, strict=True):
        if sp.expand(sp.diff(payoffs[owner], variable)) == 0:
            raise StructureError(
                f"game '{game.name}': the payoff of '{owner}' does not depend on its continuous "
                f"move '{move.name}', so that every value of it is a best reply; leave the move "
                "out, or give it a cost"
            )
    conditions = _conditions(game, varying, numbers, ends, draws)
    return SmoothFamily(game, tuple(varying), fixed, owners, ends, variables, payoffs, conditions)


def _conditions(
    game: Game,
    varying: Sequence[str],
    numbers: Mapping[Any, Any],
    ends: Sequence[tuple[sp.Expr, sp.Expr]],
    draws: Sequence[tuple[sp.Expr, Any]],
) -> tuple[tuple[Any, str], ...]:
    """Return what has to hold in each game; what fails in all of them fails in the first."""
    conditions = []
    for name in varying:
        domain = game.parameter(name).domain
        words = f"parameter '{name}' is outside its domain"
        conditions.append(
            (domain, "" if domain == sp.true else f"{words} {write_expression(domain)}")
        )
    for assumption in game.assumptions:
        words = f"the assumption {write_expression(assumption)} is violated"
        conditions.append((assumption.xreplace(numbers), words))
    for move, (low, high) in zip(game.moves, ends, strict=True):
        words = f"move '{move.name}': the interval has to have its lower end below its upper end"
        conditions.append((sp.Lt(low, high), words))
    conditions += [(sp.Ge(weight, 0), "a probability is below 0") for weight, _ in draws]
    return tuple((c, words) for c, words in conditions if c != sp.true)


def _check_structure(game: Game) -> None:
    where = f"game '{game.name}'"
    if is_staged(game):
        raise StructureError(
            f"{where} has stages, or draws that somebody sees; in a batch all move at the same "
            "time: solve its games one at a time with solve(game, values)"
        )
    for move in game.moves:
        if isinstance(move.domain, Choice):
            raise StructureError(
                f"{where}: move '{move.name}' is a choice; in a batch of continuous games all "
                "moves are on intervals"
            )
        if game.player(move.player).is_population:
            raise StructureError(
                f"{where}: move '{move.name}' is of the population '{move.player}'; in a batch of "
                "continuous games all players are single"
            )


def _interval(move: Any, numbers: Mapping[Any, Any]) -> tuple[sp.Expr, sp.Expr]:
    low, high = move.domain.lower, move.domain.upper
    return sp.sympify(low).xreplace(numbers), sp.sympify(high).xreplace(numbers)


def _fixed_values(game: Game, varying: Sequence[str], at: Mapping[str, Any]) -> dict[str, Fraction]:
    """Return the parameters that do not vary, each within its domain."""
    fixed = {}
    for parameter in game.parameters:
        if parameter.name in varying:
            continue
        if parameter.name not in at and parameter.default is None:
            raise DeclarationError(
                f"parameter '{parameter.name}' of game '{game.name}' has no default: give it a "
                "value, or an array"
            )
        fixed[parameter.name] = parameter.default
    for name, value in at.items():
        fixed[name] = game._given(name, value)
    return fixed


def _draws(game: Game, numbers: Mapping[Any, Any]) -> list[tuple[sp.Expr, dict[Any, Any]]]:
    axes = [
        [
            (sp.sympify(p).xreplace(numbers), c.symbol, sp.Rational(str(v)))
            for v, p in c.outcomes.values()
        ]
        for c in game.chance
    ]
    draws = [
        (sp.Mul(*(p for p, _, _ in draw)), {name: v for _, name, v in draw})
        for draw in itertools.product(*axes)
    ]
    if any(weight.is_negative for weight, _ in draws):
        raise DeclarationError(f"game '{game.name}': a probability is below 0 at these values")
    if sp.simplify(sum(weight for weight, _ in draws)) != 1:
        raise DeclarationError(f"game '{game.name}': probabilities do not sum to 1 at these values")
    return draws


def _checked(formula: sp.Expr, where: str) -> sp.Expr:
    if formula.has(sp.I, sp.zoo, sp.nan, sp.oo):
        raise DeclarationError(f"{where} is not a finite real number at these values")
    if formula.has(sp.Max, sp.Min, sp.Abs, sp.Piecewise, If):
        raise StructureError(
            f"{where} holds max, min, abs or if, and may have a kink; in a batch payoffs have to "
            "be smooth: solve its games one at a time with solve(game, values)"
        )
    return formula


# -- parameters that vary -------------------------------------------------------------------------


def parameter_arrays(game: Game, arrays: Mapping[str, npt.ArrayLike]) -> Floats:
    """Return parameters as doubles of shape (parameters, games).

    Each double is taken as the exact number that it is: 0.1 is
    0.1000000000000000055511151231257827, not 1/10.

    Raises
    ------
    DeclarationError
        If a name is no parameter, the arrays have different lengths, or a value is not a finite
        double, or not whole where it has to be.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> moves = [Move("x", "a", (0, 1))]
    >>> cost = Parameter("c", 1, "c > 0")
    >>> alone = Game("alone", [Player("a")], moves, {"a": "x - c*x**2"}, parameters=[cost])
    >>> parameter_arrays(alone, {"c": [1, 2.5]})
    array([[1. , 2.5]])
    >>> parameter_arrays(alone, {"c": [1, np.nan]})
    Traceback (most recent call last):
    pigou.errors.DeclarationError: game 1: parameter 'c' is nan, not a finite number
    """
    if not arrays:
        names = ", ".join(p.name for p in game.parameters)
        raise DeclarationError(f"give an array of at least one parameter (parameters: {names})")
    columns = {name: _column(game, name, given) for name, given in arrays.items()}
    lengths = {name: len(column) for name, column in columns.items() if len(column) != 1}
    number = max(lengths.values(), default=1)
    for name, length in lengths.items():
        if length != number:
            raise DeclarationError(
                f"parameter '{name}' has {length:,} values, another has {number:,}: the arrays "
                "have to be of one length, or of length 1"
            )
    return np.array([np.broadcast_to(column, number) for column in columns.values()])


def _column(game: Game, name: str, given: npt.ArrayLike) -> Floats:
    if name not in {p.name for p in game.parameters}:
        known = [p.name for p in game.parameters]
        raise DeclarationError(
            unknown("parameter", name, known, f"game '{game.name}'", "parameters")
        )
    where = f"parameter '{name}'"
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise DeclarationError(f"{where}: not an array of numbers: {error}") from None
    if array.ndim > 1 or array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        raise DeclarationError(
            f"{where}: needs an array of doubles of shape (games,), not {array.dtype} of shape "
            f"{array.shape}"
        )
    column = np.atleast_1d(array).astype(np.float64)
    if array.dtype.kind in "iu" and (np.abs(column) > 2.0**53).any():
        raise DeclarationError(f"{where}: whole numbers beyond 2**53 are not all doubles")
    bad = np.flatnonzero(~np.isfinite(column))
    if len(bad):
        raise DeclarationError(f"game {bad[0]}: {where} is {column[bad[0]]}, not a finite number")
    if game.parameter(name).integer and (column != np.rint(column)).any():
        place = np.flatnonzero(column != np.rint(column))[0]
        raise DeclarationError(f"game {place}: {where}: {column[place]} is not a whole number")
    return column


def check_conditions(family: SmoothFamily, values: Floats) -> None:
    """Check domains, assumptions, intervals and probabilities in every game.

    Interval arithmetic decides for most games at once; the others are decided exactly.

    Raises
    ------
    DeclarationError
        If something does not hold, naming the first game.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> moves = [Move("x", "a", (0, "top"))]
    >>> top = Parameter("top", 1)
    >>> alone = Game("alone", [Player("a")], moves, {"a": "x - x**2"}, parameters=[top])
    >>> check_conditions(smooth_family(alone, ["top"]), np.array([[1.0, 0.0]]))
    Traceback (most recent call last):
    pigou.errors.DeclarationError: game 1: move 'x': the interval has to have its lower end ...
    """
    for condition, words in family.conditions:
        for place in np.flatnonzero(~_surely(condition, family.symbols, values)):
            column = values[:, place].tolist()
            exact = {
                s: sp.Rational(*v.as_integer_ratio())
                for s, v in zip(family.symbols, column, strict=True)
            }
            if condition.xreplace(exact) != sp.true:
                shown = ", ".join(
                    f"{k} = {v:.6g}" for k, v in zip(family.varying, column, strict=True)
                )
                raise DeclarationError(f"game {place}: {words} ({shown})")


def _surely(condition: sp.Basic, symbols: Sequence[sp.Symbol], values: Floats) -> Any:
    """Say for which games interval arithmetic shows that a condition holds."""
    if isinstance(condition, sp.And):
        return np.logical_and.reduce([_surely(part, symbols, values) for part in condition.args])
    none = np.zeros(values.shape[1], dtype=bool)
    if not isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le):
        return none
    try:
        tape = Tape([condition.gts - condition.lts], symbols)
    except StructureError:
        return none
    low, _, left = tape.intervals(values, values)
    strict = isinstance(condition, sp.Gt | sp.Lt)
    return ~left & ((low[0] > 0) if strict else (low[0] >= 0))
