r"""Iterated strict dominance, by pure actions and by mixed ones, in exact arithmetic.

Steps for pure actions
----------------------
1. For every group of players alike and every pair of surviving actions a, b: if
   :math:`u(b, n_{-i}) > u(a, n_{-i})` for every profile :math:`n_{-i}` of the others in surviving
   actions, a is strictly dominated.
2. Remove all dominated actions at once; what one round removes is reported with its reason.
3. Repeat until nothing is removed.

No equilibrium, pure or mixed, uses a removed action (Bernheim 1984; Pearce 1984), so the other
solvers may work on what survives without losing one.

Steps for mixed actions
-----------------------
1. An action a is strictly dominated by a mixed one iff the matrix game in which the row player
   picks one of the other actions b, the column player a profile of the others, and the row player
   earns :math:`u(b, n_{-i}) - u(a, n_{-i})`, has a positive value (Gale and Sherman 1950). It is
   solved exactly (`pigou.solvers.linear`); an optimal mixed action of the row player dominates a.
2. Otherwise an optimal mixed action of the column player is a belief to which a is a best reply.
   An action that is a best reply to some pure profile needs no matrix game.
3. Rounds as above. What survives are the *rationalisable* actions, where beliefs may hold the
   others' choices to be correlated (Pearce 1984).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from pigou.errors import StructureError
from pigou.solvers.form import Allowed, FiniteForm, joined
from pigou.solvers.linear import matrix_game

__all__ = [
    "MOST_PROFILES",
    "MixedRemoval",
    "Removal",
    "mixed_survivors",
    "survivors",
    "weakly_dominated",
]

MOST_PROFILES = 20_000


class Removal(NamedTuple):
    """One action that one round removes.

    Attributes
    ----------
    round : int
    group, action, by : int
        The group, its dominated action, and the action that dominates it.
    """

    round: int
    group: int
    action: int
    by: int


class MixedRemoval(NamedTuple):
    """One action that one round removes, and the mixed action that dominates it.

    Attributes
    ----------
    round : int
    group, action : int
        The group and its dominated action.
    by : tuple of (int, fmpq)
        The actions of the mixture with their probabilities, which are positive.
    """

    round: int
    group: int
    action: int
    by: tuple[tuple[int, Any], ...]


def survivors(form: FiniteForm) -> tuple[Allowed, tuple[Removal, ...]]:
    """Return the actions that survive, per group, and what was removed in which round.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> survivors(finite_form(load("coordination").game, {"cost": "1/2"}))
    (((1,),), (Removal(round=1, group=0, action=0, by=1),))
    """
    alive = tuple(tuple(range(len(g.actions))) for g in form.groups)
    removed: list[Removal] = []
    for number in range(1, 1 + sum(len(a) for a in alive)):
        now = [
            Removal(number, group, action, by)
            for group, actions in enumerate(alive)
            for action in actions
            if (by := _dominator(form, group, action, alive)) is not None
        ]
        if not now:
            break
        removed += now
        gone = {(r.group, r.action) for r in now}
        alive = tuple(
            tuple(a for a in actions if (group, a) not in gone)
            for group, actions in enumerate(alive)
        )
    return alive, tuple(removed)


def mixed_survivors(form: FiniteForm) -> tuple[Allowed, tuple[MixedRemoval, ...]]:
    """Return the actions that survive dominance by mixed actions, and what each round removed.

    Raises
    ------
    StructureError
        If there are more than 20,000 pure profiles.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> mixed_survivors(finite_form(load("coordination").game, {"cost": "1/2"}))
    (((1,),), (MixedRemoval(round=1, group=0, action=0, by=((1, 1),)),))
    """
    alive = tuple(tuple(range(len(g.actions))) for g in form.groups)
    profiles = form.number_of_profiles(alive)
    if profiles > MOST_PROFILES:
        raise StructureError(
            f"game '{form.game.name}' has {profiles:,} pure profiles; dominance by mixed choices "
            f"is looked for up to {MOST_PROFILES:,}"
        )
    removed: list[MixedRemoval] = []
    for number in range(1, 1 + sum(len(a) for a in alive)):
        now = [
            MixedRemoval(number, group, action, by)
            for group, actions in enumerate(alive)
            for action in actions
            if (by := _dominating_mixture(form, group, action, alive)) is not None
        ]
        if not now:
            break
        removed += now
        gone = {(r.group, r.action) for r in now}
        alive = tuple(
            tuple(a for a in actions if (group, a) not in gone)
            for group, actions in enumerate(alive)
        )
    return alive, tuple(removed)


def _dominating_mixture(
    form: FiniteForm, group: int, action: int, alive: Allowed
) -> tuple[tuple[int, Any], ...] | None:
    """Return a mixed action that strictly dominates an action; None if there is none."""
    rivals = [b for b in alive[group] if b != action]
    columns = set()
    for counts in form.profiles(alive, without=group) if rivals else ():
        here = form.payoff(group, action, joined(counts, group, action))
        gaps = tuple(form.payoff(group, b, joined(counts, group, b)) - here for b in rivals)
        if all(gap <= 0 for gap in gaps):
            return None  # a best reply to this profile
        columns.add(gaps)
    if not columns:
        return None
    rows = [list(row) for row in zip(*sorted(columns), strict=True)]
    for b, row in zip(rivals, rows, strict=True):
        if min(row) > 0:
            return ((b, row[0] / row[0]),)
    solved = matrix_game(rows)
    if solved.value <= 0:
        return None
    return tuple((b, share) for b, share in zip(rivals, solved.row, strict=True) if share > 0)


def _dominator(form: FiniteForm, group: int, action: int, alive: Allowed) -> int | None:
    rivals = [b for b in alive[group] if b != action]
    for counts in form.profiles(alive, without=group):
        if not rivals:
            return None
        here = form.payoff(group, action, joined(counts, group, action))
        rivals = [
            b for b in rivals if form.exceeds(form.payoff(group, b, joined(counts, group, b)), here)
        ]
    return rivals[0] if rivals else None


def weakly_dominated(form: FiniteForm, alive: Allowed) -> set[tuple[int, int]]:
    """Return the (group, action) pairs that some other pure action weakly dominates.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> model = load("coordination")
    >>> game = model.reform("joint_commitment")(model.game)
    >>> form = finite_form(game, {"firms": 3})
    >>> weakly_dominated(form, survivors(form)[0])
    {(0, 0)}
    """
    found = set()
    for group, actions in enumerate(alive):
        for action in actions:
            never_worse = {b: False for b in actions if b != action}  # value: ever strictly better
            for counts in form.profiles(alive, without=group):
                here = form.payoff(group, action, joined(counts, group, action))
                for b in list(never_worse):
                    there = form.payoff(group, b, joined(counts, group, b))
                    if there < here:
                        del never_worse[b]
                    elif there > here:
                        never_worse[b] = True
            if any(never_worse.values()):
                found.add((group, action))
    return found
