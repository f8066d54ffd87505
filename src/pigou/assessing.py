r"""Beliefs for equilibria of games in stages: which of them are supported by beliefs, and by which.

Subgame perfection says nothing where a player cannot tell what happened. For each equilibrium that
was found, and each information set off the path, the set of *all* beliefs at which the strategy
there is best is cut out exactly. Where it is empty, what is done there is never best: the
equilibrium is no *weak perfect Bayesian* one (Myerson 1991), and so no *sequential* one (Kreps and
Wilson 1982). Where every set has a belief, the checker tries to construct mistakes that lead to
beliefs in all sets at once (`pigou.check_beliefs`): if it can, the equilibrium is sequential; if
not, that is undecided.

The equilibria are those that were found before, so that no more than these is judged: all pure
ones, and the extreme points of continua, of which other points may have other beliefs. Signalling
games are solved for all of theirs instead (`pigou.signalling`). Games in which players move at the
same time are not judged: what somebody believes of those who move now is what they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from pigou.check_beliefs import doubt_of_beliefs
from pigou.equilibrium import Equilibrium, EquilibriumSet, Grade
from pigou.game import Game
from pigou.solvers.belief_sets import Outlook, Undecided, beliefs_of
from pigou.solvers.pieces import lay_out
from pigou.stages import Stages

__all__ = ["with_beliefs"]

MOST_POINTS = 2_000
MOST_JUDGED = 100
SEQUENTIAL, WEAK = "sequential", "weak perfect Bayesian"


def with_beliefs(game: Game, at: Mapping[str, Fraction], found: EquilibriumSet) -> EquilibriumSet:
    """Return equilibria with their beliefs, and marks that say whether beliefs support them.

    Parameters
    ----------
    game : Game
        In stages, with finite choices.
    at : mapping of str to Fraction
        A value for every parameter.
    found : EquilibriumSet
        Its subgame-perfect equilibria.

    Returns
    -------
    EquilibriumSet
        As it was, where no information set leaves open what others did before, where players
        move at the same time, where members of a population move, or where the tree is large.

    Examples
    --------
    >>> from pigou import Move, Player, solve
    >>> game = Game(
    ...     "threat",
    ...     [Player("a"), Player("b")],
    ...     [
    ...         Move("x", "a", {"out": 0, "left": 1, "right": 2}),
    ...         Move("y", "b", {"fight": 1, "share": 2}, 2, observes=(), when="x > 0"),
    ...     ],
    ...     {"a": "if(x == out, 1, if(y == fight, 0, x))", "b": "if(x == out, 3, y)"},
    ... )
    >>> for one in solve(game):  # to fight is never best
    ...     print(one.profile, one.marks)
    x: out; y: fight ('not weak perfect Bayesian', 'not sequential')
    x: right; y: share ('weak perfect Bayesian', 'sequential')
    x: out; y: fight 1/2, share 1/2 ('not weak perfect Bayesian', 'not sequential')
    """
    if any(p.is_population for p in game.players) or len(found) > MOST_JUDGED:
        return found
    tree = lay_out(Stages(game, at))
    if len(tree.points) > MOST_POINTS:
        return found
    outlook = Outlook(game, at, tree)
    if not outlook.leaves_open or outlook.has_simultaneous_moves:
        return found
    return replace(found, equilibria=tuple(_judged(outlook, one) for one in found))


def _judged(outlook: Outlook, one: Equilibrium) -> Equilibrium:
    """Return an equilibrium with what beliefs say of it."""
    try:
        beliefs = beliefs_of(outlook, one)
    except Undecided:
        return replace(one, undecided=(*one.undecided, WEAK, SEQUENTIAL))
    if beliefs is None:
        marks = (*one.marks, f"not {WEAK}", f"not {SEQUENTIAL}")
        return replace(one, marks=marks)
    draft = replace(one, beliefs=beliefs)
    doubt = doubt_of_beliefs(outlook.game, outlook.at, draft, limits=False)
    if doubt:
        evidence = replace(one.evidence, grade=Grade.NUMERICAL, checked=False, note=doubt)
        return replace(draft, evidence=evidence)
    if doubt_of_beliefs(outlook.game, outlook.at, draft):
        return replace(draft, marks=(*one.marks, WEAK), undecided=(*one.undecided, SEQUENTIAL))
    return replace(draft, marks=(*one.marks, WEAK, SEQUENTIAL))
