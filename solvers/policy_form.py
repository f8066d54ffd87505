r"""A game with continuous moves as a first-order system along a policy.

The policy is one parameter of the game, from `low` to `high`, or the strength s in [0, 1] of a
reform that leaves players and moves as they are: payoffs are then
:math:`(1 - s)\,u^{\text{before}} + s\,u^{\text{reformed}}`; for a subsidy that is s times its rate.

The parameter is declared as a move of a player of its own, so that `pigou.solvers.smooth_form`
scales it to [0, 1] in exact rational numbers, and decides kinks over the whole range.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.errors import DeclarationError, ReformError, StructureError
from pigou.exact import Record
from pigou.expression import If, names_in, symbol
from pigou.game import Choice, Game, Move, Parameter, Player
from pigou.reform import Reform
from pigou.solvers.policy_system import PolicySystem
from pigou.solvers.smooth_form import smooth_form

__all__ = ["PolicyForm", "between", "policy_form", "strength_game"]

STRENGTH = "strength"


class PolicyForm(NamedTuple):
    """A game along a policy.

    Attributes
    ----------
    system : PolicySystem
    moves : tuple of str
    owners : tuple of str
    ends : tuple of pair of Fraction
        The interval of each move.
    at : mapping of str to Fraction
        The values of all other parameters.
    """

    system: PolicySystem
    moves: tuple[str, ...]
    owners: tuple[str, ...]
    ends: tuple[tuple[Fraction, Fraction], ...]
    at: Mapping[str, Fraction]


def strength_game(game: Game, reform: Reform) -> Game:
    """Return a game with a parameter `strength`: 0 is the game, 1 is the game reformed.

    Raises
    ------
    ReformError
        If the reform changes players, moves or draws.

    Examples
    --------
    >>> from pigou.reform import subsidy
    >>> move = Move("x", "a", (0, 1))
    >>> game = Game("alone", [Player("a")], [move], {"a": "x/4 - x**2/2"})
    >>> sp.expand(strength_game(game, subsidy("x", "1/2")).payoff("a"))
    strength*x/2 - x**2/2 + x/4
    """
    return between(game, reform(game), f"reform '{reform.name}'", reform.label)


def between(game: Game, after: Game, where: str = "the reform", label: str = "the reform") -> Game:
    """Return a game with a parameter `strength`: 0 is the game, 1 the one after a reform.

    Parameters
    ----------
    game, after : Game
    where, label : str
        What an error, and the parameter's meaning, call the reform.

    Raises
    ------
    ReformError
        If the two differ in players, moves or draws.

    Examples
    --------
    >>> move = Move("x", "a", (0, 1))
    >>> one, other = (Game("g", [Player("a")], [move], {"a": u}) for u in ("x", "3*x"))
    >>> sp.expand(between(one, other).payoff("a"))
    2*strength*x + x
    """
    same = [("players", game.players, after.players), ("moves", game.moves, after.moves),
            ("draws of chance", game.chance, after.chance)]  # fmt: skip
    for what, one, other in same:
        if one != other:
            raise ReformError(
                f"{where} changes the {what} of game '{game.name}': its strength cannot be varied "
                "between 0 and 1; only reforms that change payoffs alone can"
            )
    taken = {p.name for p in after.parameters} | {m.name for m in game.moves}
    if STRENGTH in taken:
        raise ReformError(
            f"{where}: game '{game.name}' has a parameter or move named '{STRENGTH}' already; "
            "rename it, or vary a parameter of the reform with --over"
        )
    s = symbol(STRENGTH)
    payoffs = {p.name: (1 - s) * game.payoff(p.name) + s * after.payoff(p.name)
               for p in game.players}  # fmt: skip
    strength = Parameter(STRENGTH, 1, f"0 <= {STRENGTH} <= 1", meaning=f"strength of {label}")
    return Game(
        f"{game.name} with {label}",
        game.players,
        game.moves,
        payoffs,
        chance=game.chance,
        parameters=(*after.parameters, strength),
        assumptions=game.assumptions,
        source=game.source,
    )


def policy_form(
    game: Game, over: str, low: Fraction, high: Fraction, at: Mapping[str, Any] | None = None
) -> PolicyForm:
    """Return a game as a first-order system along one of its parameters.

    Parameters
    ----------
    game : Game
        Single players with continuous, simultaneous moves.
    over : str
        The parameter.
    low, high : Fraction
        Its range.
    at : mapping of str to number, optional
        The values of other parameters; the defaults where none is given.

    Raises
    ------
    StructureError
        If the game has another structure.
    DeclarationError
        If there is no such parameter, or the range makes no sense for it.

    Examples
    --------
    >>> move = Move("x", "a", (0, 2))
    >>> rate = Parameter("rate", 0)
    >>> game = Game("alone", [Player("a")], [move], {"a": "rate*x - x**2/2"}, parameters=[rate])
    >>> policy_form(game, "rate", Fraction(0), Fraction(1)).system.gradient
    [2*t_rate - 4*t_x]
    """
    parameter = game.parameter(over)
    where = f"game '{game.name}'"
    if all(isinstance(move.domain, Choice) for move in game.moves):
        raise StructureError(
            f"{where} has finite choices only; a policy range is followed in games whose moves are "
            "continuous. For finite games `pigou regimes` states each equilibrium with the exact "
            "parameter values at which it exists"
        )
    _check_range(game, parameter, low, high, at)
    for move in game.moves:
        if not isinstance(move.domain, Choice):
            ends = (sp.sympify(move.domain.lower), sp.sympify(move.domain.upper))
            if any(symbol(over) in end.free_symbols for end in ends):
                raise StructureError(
                    f"{where}: the interval of move '{move.name}' depends on '{over}'; a policy "
                    "range is followed where intervals stay as they are"
                )
    if any(over in names_in(p) for c in game.chance for _, p in c.outcomes.values()):
        raise StructureError(f"{where}: probabilities depend on '{over}'; they have to stay as is")
    form = smooth_form(_with_policy_maker(game, over, low, high), _others(game, over, at))
    payoffs = {player.name: form.payoffs[player.name] for player in game.players}
    if form.switches or any(
        u.has(sp.Max, sp.Min, sp.Abs, If, sp.Piecewise) for u in payoffs.values()
    ):
        raise StructureError(
            f"{where} has payoffs with kinks at some values of '{over}'; a policy range is "
            "followed in smooth games"
        )
    values = {name: value for name, value in form.at.items() if name != over}
    system = PolicySystem(form.variables[:-1], form.variables[-1], form.owners[:-1], payoffs)
    return PolicyForm(system, form.moves[:-1], form.owners[:-1], form.ends[:-1], Record(values))


def _others(game: Game, over: str, at: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (at or {}).items() if name != over}


def _check_range(
    game: Game, parameter: Parameter, low: Fraction, high: Fraction, at: Mapping[str, Any] | None
) -> None:
    over = parameter.name
    if parameter.integer:
        raise DeclarationError(f"parameter '{over}' takes whole numbers only: it has no range")
    if low == high:
        raise DeclarationError(f"the range {low}:{high} of '{over}' is a single value; use solve")
    if low > high:
        raise DeclarationError(
            f"the range {low}:{high} of '{over}' is upside down; did you mean {high}:{low}?"
        )
    if over in (at or {}):
        raise DeclarationError(f"'{over}' is varied over a range; do not set it as well")
    for end in (low, high):
        game.values({**(at or {}), over: end})


def _with_policy_maker(game: Game, over: str, low: Fraction, high: Fraction) -> Game:
    """Declare a parameter as the move of a player of its own."""
    maker = "policy_maker"
    while maker in game.parties or maker in {p.name for p in game.parameters}:
        maker += "_"
    return Game(
        game.name,
        (*game.players, Player(maker)),
        (*game.moves, Move(over, maker, (low, high))),
        {**{p.name: game.payoff(p.name) for p in game.players}, maker: symbol(over)},
        chance=game.chance,
        parameters=[p for p in game.parameters if p.name != over],
        assumptions=[a for a in game.assumptions if over not in names_in(a)],
    )
