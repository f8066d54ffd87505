r"""The books: every payment has a payer and a payee, so that payments cancel in the sum over all.

Steps
-----
1. The payoff of a party after transfers is the primitive one plus what it receives less what it
   pays; of a population, that of one member.
2. Summed over all parties, and over the members of each population, the balance

   .. math:: \sum_p \sum_{j \in p} \Bigl( u_j + \sum_{t \to j} t - \sum_{j \to t} t \Bigr)
             - \sum_p \sum_{j \in p} u_j

   is simplified with :math:`\sum_j (c f_j + g_j) = c \sum_j f_j + \sum_j g_j` alone. It is 0 for
   every game, whatever the moves, the parameters and the number of members: symbolically, not at a
   point.
3. At a profile the same sum is formed with what the independent checker says that everybody has.

An exit leaves the group: who has left neither pays nor is paid, so the balance holds there too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import sympy as sp

from pigou.check import examine
from pigou.equilibrium import Strategy
from pigou.exact import Enclosure
from pigou.expression import Total, each, of_member
from pigou.game import GOVERNMENT, Game

__all__ = ["balance", "balance_at", "running_cost", "summed"]

_ZERO = Enclosure.point(0)


def balance(game: Game) -> sp.Expr:
    """Return payoffs after transfers less primitive payoffs, summed over everybody: 0.

    Parameters
    ----------
    game : Game

    Returns
    -------
    sympy expression
        In the moves, the parameters and sums over members; 0 if the books balance.

    Examples
    --------
    >>> from pigou import subsidy
    >>> from pigou.models import load
    >>> subsidised = subsidy("upgrade", "1/10", members=4)(load("coordination").game)
    >>> balance(subsidised)
    0
    """
    gained = (
        summed(game, party, game.payoff(party)) - summed(game, party, game.primitive(party))
        for party in game.parties
    )
    return sp.expand(sum(gained, sp.S.Zero))


def summed(game: Game, party: str, payoff: sp.Expr) -> sp.Expr:
    """Sum a payoff of one member over all members of a party, term by term.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> summed(game, "firm", sp.sympify(1) + sp.Symbol("upgrade", real=True))
    sum(1) + sum(upgrade)
    """
    moving = party in game.payoffs
    return _term_by_term(game.total(party, payoff) if moving else payoff)


def _term_by_term(formula: sp.Expr) -> sp.Expr:
    """Write each sum over members of several terms as several sums, common factors before them."""

    def apart(summand: sp.Expr, population: sp.Symbol) -> sp.Expr:
        own = [s for s in summand.free_symbols if each(of_member(s).name) == s]
        parts = (t.as_independent(*own) for t in sp.Add.make_args(sp.expand(summand)))
        return sp.Add(*(common * Total(rest, population) for common, rest in parts))

    return sp.expand(formula.replace(Total, apart))


def balance_at(game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy]) -> Enclosure:
    """Return the balance at a profile, from what the independent checker says everybody has.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.
    strategies : iterable of Strategy

    Returns
    -------
    Enclosure
        Exactly 0 where the profile is known exactly; an enclosure of 0 otherwise.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> game = model.reform("uniform_subsidy")(model.game)
    >>> balance_at(game, game.values(), solve(game)["E1"].strategies)
    Enclosure(0)
    """
    exam = examine(game, at, strategies)
    total = _ZERO
    for party, size in exam.sizes.items():
        total += (exam.payoffs[party] - exam.primitive[party]) * Enclosure.point(size)
    return total


def running_cost(game: Game) -> sp.Expr:
    """Return what the government spends on running its reforms, whatever anybody does.

    It is the part of the government's payoff before transfers that depends on no move and no draw,
    with the opposite sign. The rest, if there is any, is the government's own surplus.

    Examples
    --------
    >>> from pigou import subsidy
    >>> from pigou.models import load
    >>> running_cost(subsidy("upgrade", 1, running_cost="cost/3")(load("coordination").game))
    cost/3
    """
    if GOVERNMENT not in game.parties:
        return sp.S.Zero
    moving = {m.symbol for m in game.moves} | {c.symbol for c in game.chance}
    terms = sp.Add.make_args(sp.expand(game.primitive(GOVERNMENT)))
    fixed = (t for t in terms if not t.has(Total) and not t.free_symbols & moving)
    return -sp.Add(*fixed)
