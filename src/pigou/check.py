"""The independent checker: payoffs anew from a game's definition, and every deviation bounded.

It shares no code with the solvers. Games in which all move at the same time are checked by
`pigou.check_simultaneous`, or by `pigou.check_smooth` where moves are continuous, games in stages
by `pigou.check_stages`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import sympy as sp

from pigou.check_simultaneous import (
    Examination,
    examine_simultaneous,
    expectation_of_simultaneous,
)
from pigou.check_smooth import examine_smooth, expectation_of_smooth, is_smooth
from pigou.check_staged_smooth import examine_staged_smooth, expectation_in_smooth_stages
from pigou.check_stages import examine_stages, expectation_in_stages
from pigou.equilibrium import Strategy
from pigou.exact import Enclosure
from pigou.game import Choice, Game
from pigou.stages import is_staged

__all__ = ["examine", "expectation"]


def examine(game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy]) -> Examination:
    """Check a profile of a finite or continuous game; of one in stages, for subgame perfection.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.
    strategies : iterable of Strategy
        One for each player, or type of a population; in stages, for each information set; one for
        each continuous move.

    Raises
    ------
    DeclarationError
        If a strategy is missing, or its probabilities cannot be those of a mixed action.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> examine(game, game.values(), solve(game)["E1"].strategies).confirmed
    True
    """
    if is_staged(game):
        check = examine_staged_smooth if _has_continuous(game) else examine_stages
        return check(game, at, strategies)
    check = examine_smooth if is_smooth(game) else examine_simultaneous
    return check(game, at, strategies)


def expectation(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy], formula: sp.Expr
) -> Enclosure:
    """Expect a formula over totals, single players' moves and parameters under a profile.

    Examples
    --------
    >>> from pigou import solve, symbol
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> number = game.total("firm", symbol("upgrade"))
    >>> expectation(game, game.values(), solve(game)["E2"].strategies, number)
    Enclosure(10)
    """
    if is_staged(game):
        expect = expectation_in_smooth_stages if _has_continuous(game) else expectation_in_stages
        return expect(game, at, strategies, formula)
    expect = expectation_of_smooth if is_smooth(game) else expectation_of_simultaneous
    return expect(game, at, strategies, formula)


def _has_continuous(game: Game) -> bool:
    return any(not isinstance(move.domain, Choice) for move in game.moves)
