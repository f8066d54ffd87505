r"""The exact potential of a continuous game, where there is one, and where it is largest.

Steps
-----
1. From a base point z move the players to x one after the other and add up what each gains when it
   moves: :math:`P(x) = \sum_i [u_i(x_1, \dots, x_i, z_{i+1}, \dots) -
   u_i(x_1, \dots, x_{i-1}, z_i, \dots)]`. If the game has an exact potential, it is P up to a
   constant (Monderer and Shapley 1996, theorem 2.8). No integral is needed.
2. P is a potential iff the derivative of :math:`u_i - P` with respect to every move of i is zero,
   which is the same as equal cross derivatives (same, theorem 4.5). It is decided by cancelling
   rational expressions, or by simplification.
3. P is maximised over the box of all moves by branch and prune (`pigou.solvers.deviation`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sympy as sp

from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import Game
from pigou.solvers.deviation import maximum
from pigou.solvers.first_order import FirstOrder
from pigou.solvers.smooth_form import SmoothForm, smooth_form

__all__ = ["SmoothPotential", "exact_potential", "maximisers"]


class SmoothPotential(NamedTuple):
    """Where an exact potential is largest.

    Attributes
    ----------
    points : tuple of mapping of str to Enclosure
        The value of every move.
    settled : bool
        Whether the maximisers are known to be among them.
    tied : bool
        Whether the potential is known to be the same at all of them.
    """

    points: tuple[Mapping[str, Enclosure], ...]
    settled: bool
    tied: bool


def exact_potential(form: SmoothForm) -> sp.Expr | None:
    """Return the exact potential in the scaled moves; None if there is none, or none was shown.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> moves = [Move("x", "one", (0, 1)), Move("y", "two", (0, 1))]
    >>> payoffs = {"one": "x*(1 - x - y)", "two": "y*(1 - x - y) + x**2"}
    >>> game = Game("duopoly", [Player("one"), Player("two")], moves, payoffs)
    >>> sp.expand(exact_potential(smooth_form(game)))
    -t_x**2 - t_x*t_y + t_x - t_y**2 + t_y - 1/4
    """
    base = dict.fromkeys(form.variables, sp.Rational(1, 2))
    total = sp.Integer(0)
    for player in dict.fromkeys(form.owners):
        payoff = form.payoffs[player]
        before = payoff.xreplace(base)
        for place in form.own(player):
            del base[form.variables[place]]
        total += payoff.xreplace(base) - before
    if total.has(sp.nan, sp.zoo, sp.oo):
        return None
    for place, owner in enumerate(form.owners):
        slope = sp.diff(form.payoffs[owner] - total, form.variables[place])
        if sp.cancel(sp.together(slope)) != 0 and sp.simplify(slope) != 0:
            return None
    return sp.expand(total)


def maximisers(game: Game, at: Mapping[str, Any]) -> SmoothPotential:
    """Return where the exact potential of a continuous game is largest.

    Raises
    ------
    StructureError
        If payoffs have kinks, the game has no exact potential, or it could not be maximised.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> moves = [Move("x", "one", (0, 1)), Move("y", "two", (0, 1))]
    >>> payoffs = {"one": "x*(1 - x - y)", "two": "y*(1 - x - y)"}
    >>> maximisers(Game("duopoly", [Player("one"), Player("two")], moves, payoffs), {}).settled
    True
    """
    form = smooth_form(game, at)
    if form.switches:
        raise StructureError("a potential of continuous moves is looked for in smooth payoffs only")
    total = exact_potential(form)
    if total is None:
        raise StructureError("no exact potential is known: cross derivatives of payoffs differ")
    places = range(len(form.variables))
    best = maximum(FirstOrder(form.variables, places, [total] * len(places), True))
    if best is None:
        raise StructureError("the potential could not be maximised within the bounds on work")
    points = tuple(
        {
            move: form.scaled_back(place, value)
            for place, (move, value) in enumerate(zip(form.moves, point, strict=True))
        }
        for point in best.points
    )
    return SmoothPotential(points, best.settled, len(points) == 1 or best.value.is_exact)
