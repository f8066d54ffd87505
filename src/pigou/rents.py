r"""Rents: what a player has above its outside option, and the shares of the chain's rent.

The rent of player i in an equilibrium is :math:`R_i = u_i - o_i`, summed over all members for a
population. Its outside option :math:`o_i` is, in this order:

1. what is stated for it (a number, or a formula in the parameters);
2. what leaving pays, where one of its choices is an exit;
3. what it would have if it made all its moves 0 (no effort, no entry, no output) while the others
   do what they do in the equilibrium; in an equilibrium no rent is then negative.

Where none of these is defined there is no rent. The share of i is :math:`R_i / \sum_j R_j` over
all players; bystanders have surplus, but no rent. Source: for rents as the object of value-chain
analysis, Kaplinsky (2000), Journal of Development Studies 37:117-146, where a rent is what scarcity
lets a link of the chain earn above its next best use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from pigou.assessment import Assessment
from pigou.check import examine
from pigou.check_simultaneous import payoffs_by_action
from pigou.check_smooth import has_interval
from pigou.enclosing import enclosed
from pigou.equilibrium import Equilibrium, Strategy
from pigou.errors import DeclarationError, PigouError, unknown
from pigou.exact import Enclosure, Record
from pigou.expression import read_expression
from pigou.game import Choice, Game, Move
from pigou.joint_books import surplus_of
from pigou.stages import is_staged

__all__ = ["Rents", "rents_in"]

_ZERO, _ONE = Enclosure.point(0), Enclosure.point(1)


@dataclass(frozen=True)
class Rents:
    """The rents of all players in an equilibrium.

    Parameters
    ----------
    rents, outside : mapping of str to Enclosure
        By player, over all its members; players without a known outside option are left out.
    how : mapping of str to str
        What the outside option of each player is, in words.

    Examples
    --------
    >>> from pigou import assess, solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> good = assess(game, solve(game))[1]
    >>> rents_in(game, game.values(), good).rents
    {'firm': Enclosure(5/2)}
    """

    rents: Mapping[str, Enclosure]
    outside: Mapping[str, Enclosure]
    how: Mapping[str, str]

    def __post_init__(self) -> None:
        for name in ("rents", "outside", "how"):
            object.__setattr__(self, name, Record(getattr(self, name)))

    @property
    def total(self) -> Enclosure:
        """The rent of the whole chain."""
        return sum(self.rents.values(), _ZERO)

    @property
    def shares(self) -> Mapping[str, Enclosure]:
        """The share of each player; empty where the total is not above 0 or a rent is unknown."""
        if self.total.lower <= 0 or len(self.rents) < len(self.how):
            return Record()
        return Record({p: rent / self.total for p, rent in self.rents.items()})


def rents_in(
    game: Game,
    at: Mapping[str, Fraction],
    one: Assessment,
    outside: Mapping[str, Any] | None = None,
) -> Rents:
    """Return every player's rent in an equilibrium.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.
    one : Assessment
        The equilibrium, assessed.
    outside : mapping of str to number or formula, optional
        Outside options, of one member for a population.

    Raises
    ------
    DeclarationError
        If an outside option is given for somebody who is no player.

    Examples
    --------
    >>> from pigou import assess, solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> good = assess(game, solve(game))[1]
    >>> rents_in(game, game.values(), good, {"firm": "cost/8"}).rents
    {'firm': Enclosure(5/4)}
    """
    given = dict(outside or {})
    for name in given:
        if name not in game.payoffs:
            raise DeclarationError(
                unknown("player", name, game.payoffs, f"game '{game.name}'")
                + "; only players have an outside option"
            )
    options: dict[str, Enclosure] = {}
    how: dict[str, str] = {}
    for player in game.payoffs:
        option, how[player] = _outside(game, at, one, player, given)
        if option is not None:
            options[player] = option
    rents = {p: surplus_of(game, p, one.surplus) - option for p, option in options.items()}
    return Rents(rents, options, how)


def _outside(
    game: Game,
    at: Mapping[str, Fraction],
    one: Assessment,
    player: str,
    given: Mapping[str, Any],
) -> tuple[Enclosure | None, str]:
    """Return the outside option of all members of a player, and what it is."""
    if player not in one.surplus:
        return None, "not known: it decides for others"
    state = {k: Enclosure.point(v) for k, v in at.items()}
    members = sum(
        n for kind, rows in one.members.items() if kind.partition("[")[0] == player for _, n in rows
    )
    if player in given:
        formula = read_expression(given[player], [p.name for p in game.parameters])
        return enclosed(formula, state) * Enclosure.point(members), "as stated"
    exits = {m.name: m.choice.exit for m in game.moves_of(player) if isinstance(m.domain, Choice)}
    leaving = next((label for label in exits.values() if label is not None), None)
    words = f"leaving ({leaving})" if leaving is not None else "no effort: all own moves 0"
    try:
        value = _if_idle(game, at, one.equilibrium, player, leaving)
    except (PigouError, ZeroDivisionError, KeyError):
        value = None
    return value, words if value is not None else "not known: state it"


def _if_idle(
    game: Game, at: Mapping[str, Fraction], one: Equilibrium, player: str, leaving: str | None
) -> Enclosure | None:
    """Return what all members would have, each by itself, if it left or made its moves 0."""
    idle = {m.name: leaving or _zero(m) for m in game.moves_of(player)}
    if None in idle.values():
        return None
    if is_staged(game) or has_interval(game):
        changed = [_idle(s, idle) if s.player == player else s for s in one.strategies]
        return examine(game, at, changed).payoffs[player]
    label = ", ".join(str(text) for text in idle.values())
    total = _ZERO
    for strategy in one.strategies:
        if strategy.player == player:
            paid = payoffs_by_action(game, at, one.strategies, player, strategy.type)
            total += paid[label] * Enclosure.point(strategy.members)
    return total


def _zero(move: Move) -> str | None:
    """Return the label with value 0, or ``"0"`` for a continuous move; None if there is none."""
    if isinstance(move.domain, Choice):
        return next((label for label, v in move.choice.options.items() if v == 0), None)
    return "0"


def _idle(strategy: Strategy, idle: Mapping[str, str | None]) -> Strategy:
    """Return a strategy with all its moves 0."""
    if strategy.value is not None:
        return replace(strategy, value=_ZERO, expression=None, exact="")
    label = ", ".join(str(idle[name]) for name in strategy.move.split(", "))
    return replace(strategy, probabilities={label: _ONE}, counts=None)
