r"""Iterated strict dominance by pure actions, in exact arithmetic.

Steps
-----
1. For every group of players alike and every pair of surviving actions a, b: if
   :math:`u(b, n_{-i}) > u(a, n_{-i})` for every profile :math:`n_{-i}` of the others in surviving
   actions, a is strictly dominated.
2. Remove all dominated actions at once; what one round removes is reported with its reason.
3. Repeat until nothing is removed.

No equilibrium, pure or mixed, uses a removed action (Bernheim 1984; Pearce 1984), so the other
solvers may work on what survives without losing one. Dominance by *mixed* actions is not looked
for here.
"""

from __future__ import annotations

from typing import NamedTuple

from pigou.solvers.form import Allowed, FiniteForm, joined

__all__ = ["Removal", "survivors", "weakly_dominated"]


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


def _dominator(form: FiniteForm, group: int, action: int, alive: Allowed) -> int | None:
    rivals = [b for b in alive[group] if b != action]
    for counts in form.profiles(alive, without=group):
        if not rivals:
            return None
        here = form.payoff(group, action, joined(counts, group, action))
        rivals = [b for b in rivals if form.payoff(group, b, joined(counts, group, b)) > here]
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
