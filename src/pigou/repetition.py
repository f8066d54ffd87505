r"""A game that is played again and again: discounting, what follows a breach, and money.

The stage game is played in every period :math:`t = 0, 1, 2, \dots`, everybody sees what was done,
and a party values a stream :math:`v_0, v_1, \dots` at

.. math:: (1 - \delta) \sum_{t \ge 0} \delta^t v_t, \qquad 0 \le \delta < 1,

so that a constant stream is worth what a period is worth. After a breach the relation ends: from
the next period on every party has its *outside option*, or, where none is named, the stage game's
equilibrium that is worst for whoever broke the agreement
(with a continuous move: the worst pure one).

With `payments`, the parties can pay each other at will in every period, after they have seen what
was done: discretionary bonuses, and the price of the relation itself (Levin 2003).

Sources
-------
Friedman (1971), Review of Economic Studies 38:1-12, for reversion to an equilibrium; Levin
(2003), American Economic Review 93:835-857, and MacLeod and Malcomson (1989), Econometrica
57:447-480, for payments at will.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from pigou.errors import DeclarationError, unknown
from pigou.exact import Record
from pigou.expression import read_expression, symbol
from pigou.game import GOVERNMENT, Game

__all__ = ["Repetition"]


@dataclass(frozen=True)
class Repetition:
    r"""How a stage game is repeated.

    Parameters
    ----------
    discount : str, number or sympy expression
        The discount factor :math:`\delta`, a formula in the stage game's parameters.
    outside : mapping of str to formula
        What each party of the relation has in a period without it, in parameters. Bystanders of the
        stage game may be named too: they pay and are paid, and leave if they have less than that.
        Empty: nobody can leave, and a breach is answered by an equilibrium of the stage game.
    payments : bool
        Whether the parties can pay each other at will. They need outside options then.

    Raises
    ------
    DeclarationError
        If payments are possible but no outside option is named.

    Examples
    --------
    >>> Repetition("patience", {"lead": 0, "supplier": "wage"}, payments=True).payments
    True
    >>> Repetition("patience", payments=True)
    Traceback (most recent call last):
    pigou.errors.DeclarationError: a repetition with payments names in 'outside' what each party ...
    """

    discount: Any
    outside: Mapping[str, Any] = field(default_factory=Record)
    payments: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "outside", Record(dict(self.outside)))
        if self.payments and not self.outside:
            raise DeclarationError(
                "a repetition with payments names in 'outside' what each party has without it"
            )

    def bound(self, game: Game) -> Repetition:
        """Return the same with its formulas read in a stage game.

        Where a reform has put a formula in the place of a parameter, so it is here.

        Parameters
        ----------
        game : Game
            The stage game, with or without reforms.

        Raises
        ------
        DeclarationError
            If a party does not exist, or some player has no outside option while others have.
        ExpressionError
            If a formula cannot be read, or holds more than parameters.

        Examples
        --------
        >>> from pigou.models import load
        >>> Repetition("cost/10").bound(load("coordination").game).discount
        cost/10
        """
        replaced = game.traces.replaced
        parameters = [*(p.name for p in game.parameters), *replaced]
        put = {symbol(name): formula for name, formula in replaced.items()}
        people = [name for name in game.parties if name != GOVERNMENT]
        for party in self.outside:
            if party not in people:
                raise DeclarationError(
                    "outside: " + unknown("party", party, people, f"game '{game.name}'", "parties")
                )
        for player in game.players if self.outside else ():
            if player.name not in self.outside:
                raise DeclarationError(
                    f"outside: player '{player.name}' of game '{game.name}' has none; name what "
                    "it has without the relation"
                )
        outside = {k: read_expression(v, parameters).xreplace(put) for k, v in self.outside.items()}
        discount: sp.Expr = read_expression(self.discount, parameters).xreplace(put)
        return Repetition(discount, outside, self.payments)
