"""The independent checker: payoffs anew from a game's definition, and every deviation bounded.

It shares no code with the solvers. Games in which all move at the same time are checked by
`pigou.check_simultaneous`, or by `pigou.check_smooth` where moves are continuous, games in stages
by `pigou.check_stages`, `pigou.check_staged_smooth` or, where a later stage has no closed form,
`pigou.check_implicit`. Beliefs that are stated are checked by `pigou.check_beliefs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

import sympy as sp

from pigou.check_beliefs import doubt_of_beliefs
from pigou.check_implicit import examine_implicit, is_implicit
from pigou.check_simultaneous import (
    Examination,
    examine_simultaneous,
    expectation_of_simultaneous,
)
from pigou.check_smooth import examine_smooth, expectation_of_smooth, has_interval
from pigou.check_staged_smooth import examine_staged_smooth, expectation_in_smooth_stages
from pigou.check_stages import examine_stages, expectation_in_stages
from pigou.equilibrium import Equilibrium, Strategy
from pigou.exact import Enclosure
from pigou.game import Game
from pigou.stages import is_staged

__all__ = ["examine", "expectation", "recheck"]


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
    strategies = tuple(strategies)
    if is_staged(game):
        if is_implicit(game, strategies):
            return examine_implicit(game, at, strategies)
        staged = examine_staged_smooth if has_interval(game) else examine_stages
        return staged(game, at, strategies)
    check = examine_smooth if has_interval(game) else examine_simultaneous
    return check(game, at, strategies)


def recheck(game: Game, at: Mapping[str, Fraction], equilibrium: Equilibrium) -> Examination:
    """Check an equilibrium with all that is stated of it: profile, payoffs, bound on the gain.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.
    equilibrium : Equilibrium

    Returns
    -------
    Examination
        Confirmed only if the profile is, if each payoff that is stated holds the one computed
        anew, if no gain exceeds the bound that is stated, and if the beliefs are as stated.

    Raises
    ------
    DeclarationError
        If a strategy is missing, or is none of the game.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> one = solve(game)["E2"]
    >>> recheck(game, game.values(), one).confirmed
    True
    >>> wrong = replace(one, payoffs={**one.payoffs, "firm": Enclosure.point(9)})
    >>> recheck(game, game.values(), wrong).doubt
    "the payoff of 'firm' is stated as 9, but is 1/4"
    """
    found = examine(game, at, equilibrium.strategies)
    doubt = found.doubt or _misstated(equilibrium, found)
    if equilibrium.beliefs and not doubt:
        limits = "sequential" in equilibrium.marks
        doubt = doubt_of_beliefs(game, at, equilibrium, limits)
    return replace(found, confirmed=found.confirmed and not doubt, doubt=doubt)


def _misstated(equilibrium: Equilibrium, found: Examination) -> str:
    """Say what is stated of an equilibrium and does not follow from its profile."""
    for party, payoff in found.payoffs.items():
        stated = equilibrium.payoffs.get(party)
        if stated is None:
            return f"the payoff of '{party}' is not stated"
        if not stated.lower <= payoff.lower <= payoff.upper <= stated.upper:
            return f"the payoff of '{party}' is stated as {stated}, but is {payoff}"
    stated = equilibrium.evidence.max_gain
    if stated is not None and stated.upper < found.gain.upper:
        return f"a gain is stated as at most {stated}, but is known to be at most {found.gain} only"
    return ""


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
        wanted = expectation_in_smooth_stages if has_interval(game) else expectation_in_stages
        return wanted(game, at, strategies, formula)
    expect = expectation_of_smooth if has_interval(game) else expectation_of_simultaneous
    return expect(game, at, strategies, formula)
