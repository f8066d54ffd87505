r"""All pure equilibria of a finite form, by exhaustive deviation checks in exact arithmetic.

A profile with counts n is an equilibrium iff for every group g, every action a with
:math:`n_{g,a} > 0` and every other action b

.. math:: u_g(b; n - e_{g,a} + e_{g,b}) \le u_g(a; n) .

Each profile up to the names of members alike is visited once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from pigou.errors import StructureError
from pigou.solvers.form import Allowed, Counts, FiniteForm

__all__ = ["MOST_PROFILES", "PureEquilibrium", "largest_gain", "pure_equilibria"]

MOST_PROFILES = 200_000


class PureEquilibrium(NamedTuple):
    """A pure profile as counts, with the largest gain from deviating (negative: strict)."""

    counts: Counts
    largest_gain: Any


def pure_equilibria(form: FiniteForm, allowed: Allowed) -> list[PureEquilibrium]:
    """Return every pure equilibrium in which only `allowed` actions are taken.

    Deviations are checked to the allowed actions only: pass the survivors of strict dominance.

    Raises
    ------
    StructureError
        If there are more than 200,000 profiles.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game, {"firms": 3})
    >>> [found.counts for found in pure_equilibria(form, ((0, 1),))]
    [((3, 0),), ((0, 3),)]
    """
    number = form.number_of_profiles(allowed)
    if number > MOST_PROFILES:
        raise StructureError(
            f"game '{form.game.name}' has {number:,} pure profiles; "
            f"at most {MOST_PROFILES:,} are searched"
        )
    found = []
    for counts in form.profiles(allowed):
        gain = largest_gain(form, counts, allowed)
        if gain is None or gain <= 0:
            found.append(PureEquilibrium(counts, gain))
    return found


def largest_gain(form: FiniteForm, counts: Counts, allowed: Allowed) -> Any:
    """Return the largest gain from deviating alone, or the first positive one; None without any."""
    largest = None
    for group, row in enumerate(counts):
        for action, number in enumerate(row):
            if not number:
                continue
            here = form.payoff(group, action, counts)
            for other in allowed[group]:
                if other == action:
                    continue
                gain = form.payoff(group, other, _moved(counts, group, action, other)) - here
                largest = gain if largest is None else max(largest, gain)
                if gain > 0:
                    return gain
    return largest


def _moved(counts: Counts, group: int, action: int, other: int) -> Counts:
    row = list(counts[group])
    row[action] -= 1
    row[other] += 1
    return (*counts[:group], tuple(row), *counts[group + 1 :])
