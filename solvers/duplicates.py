r"""Actions that nobody can tell apart: one of each kind is enough to find all equilibria.

Two actions of a single player are *duplicates* if every player who has a choice earns the same
under both, whatever the others do. Only the total probability of an action and its duplicates
matters to anybody. So with one action of each class left, the equilibria of the smaller game are
those of the whole one with these totals, and every way to share a total out among duplicates gives
an equilibrium: a product of simplices, whose extreme points put each total on one action.

Steps
-----
1. Every player's actions are put into classes by the payoffs of all players who have a choice, in
   all profiles of the actions left; one action of each class, the first, stays.
2. Repeat until no two actions of a player are duplicates: a player whose actions are all of one
   class (a dummy) has no choice left, and without its payoffs more actions may be duplicates.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from flint import fmpq

from pigou.exact import Enclosure
from pigou.solvers.bimatrix import dimension
from pigou.solvers.form import Allowed, FiniteForm

__all__ = [
    "MOST_PROFILES",
    "Classes",
    "dimension_of_product",
    "shared_out",
    "without_duplicates",
]

MOST_PROFILES = 20_000

Classes = tuple[Mapping[int, tuple[int, ...]], ...]
"""For each player, each action that stays with all of its class, itself included."""

T = TypeVar("T")


def without_duplicates(form: FiniteForm, allowed: Allowed) -> tuple[Allowed, Classes]:
    """Return one action of each class, and the classes.

    Parameters
    ----------
    form : FiniteForm
        Of single players; with rounded payoffs or more than 20,000 profiles nothing is merged.
    allowed : Allowed
        The actions that are considered.

    Examples
    --------
    Only whether a chooses 0 matters, to a and to b.

    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.form import finite_form
    >>> moves = [Move("x", "a", {"no": 0, "yes": 1, "aye": 2}), Move("y", "b", {"no": 0, "yes": 1})]
    >>> players = [Player("a"), Player("b")]
    >>> game = Game("vote", players, moves, {"a": "min(x, 1)*y", "b": "y - 2*y*(x > 0)"})
    >>> without_duplicates(finite_form(game), ((0, 1, 2), (0, 1)))
    (((0, 1), (0, 1)), ({0: (0,), 1: (1, 2)}, {0: (0,), 1: (1,)}))
    """
    alone: list[dict[int, tuple[int, ...]]] = [{a: (a,) for a in actions} for actions in allowed]
    if form.number_of_profiles(allowed) > MOST_PROFILES:
        return allowed, tuple(alone)
    classes = alone
    while True:
        left = tuple(map(tuple, classes))
        merged = [_merged(form, left, player, known) for player, known in enumerate(classes)]
        if form.rounded:
            return allowed, tuple(alone)
        if merged == classes:
            return left, tuple(classes)
        classes = merged


def _merged(
    form: FiniteForm, left: Allowed, player: int, known: Mapping[int, tuple[int, ...]]
) -> dict[int, tuple[int, ...]]:
    """Put together the classes of one player between which nobody's payoff differs."""
    choosing = [p for p, actions in enumerate(left) if len(actions) > 1]
    alike: dict[tuple[Any, ...], tuple[int, ...]] = {}
    for action in left[player]:
        profiles = form.profiles((*left[:player], (action,), *left[player + 1 :]))
        earned = tuple(form.payoff(p, c[p].index(1), c) for c in profiles for p in choosing)
        alike[earned] = alike.get(earned, ()) + known[action]
    return {members[0]: members for members in alike.values()}


def shared_out(
    mixture: Sequence[T], classes: Mapping[int, tuple[int, ...]], zero: T
) -> Iterator[tuple[T, ...]]:
    """Yield every mixture that puts what each class has in total on one of its actions.

    Examples
    --------
    >>> list(shared_out([1, 2, 0], {0: (0,), 1: (1, 2)}, 0))
    [(1, 2, 0), (1, 0, 2)]
    """
    used = [members for first, members in classes.items() if mixture[first] != zero]
    for chosen in itertools.product(*used):
        row = [zero] * len(mixture)
        for members, action in zip(used, chosen, strict=True):
            row[action] = mixture[members[0]]
        yield tuple(row)


def dimension_of_product(profiles: Iterable[Sequence[Sequence[Enclosure]]]) -> int:
    """Return the dimension of a product of convex hulls, given by all profiles of extreme points.

    Where totals are irrational the lower ends of their enclosures will do: in how many directions
    they can be shared out does not depend on their size.

    Examples
    --------
    >>> zero, one = Enclosure.point(0), Enclosure.point(1)
    >>> dimension_of_product([[(zero, one), (one,)], [(one, zero), (one,)]])
    1
    """
    return sum(
        dimension([[fmpq(*p.lower.as_integer_ratio()) for p in row] for row in set(rows)])
        for rows in zip(*profiles, strict=True)
    )
