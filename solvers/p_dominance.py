r"""The smallest p at which a pure profile is p-dominant (Morris, Rob and Shin 1995), exactly.

A profile :math:`a` is *p-dominant* if for every player i its action is a best reply to every belief
that gives probability p or more to the others' playing :math:`a_{-i}`. (Defined for two players by
Morris, Rob and Shin; for many, beliefs about the others may be correlated: Kajii and Morris 1997.)

Steps
-----
1. For a member of group g that takes :math:`a_g` and every other action b, let
   :math:`D_b(n) = u_g(a_g, n) - u_g(b, n)` where n is what the others do. Against a belief
   :math:`\mu` the action is better than b iff :math:`\sum_n \mu(n) D_b(n) \ge 0`.
2. Of all beliefs with :math:`\mu(a_{-i}) \ge p`, a linear programme over a simplex, the worst is at
   a vertex: p on :math:`a_{-i}` and 1 - p on the n with the lowest :math:`D_b`, say
   :math:`m_b < 0` there. So the action is better than b iff
   :math:`p \ge -m_b / (D_b(a_{-i}) - m_b)`.
3. The smallest p is the largest of these numbers over groups and actions b; it is 0 if all actions
   are dominant. At a strict equilibrium it is below 1.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from pigou.errors import StructureError
from pigou.solvers.form import Counts, FiniteForm, joined

__all__ = ["MOST_PROFILES", "smallest_p"]

MOST_PROFILES = 200_000


def smallest_p(form: FiniteForm, counts: Counts) -> Any:
    """Return the smallest p at which a strict equilibrium is p-dominant.

    Parameters
    ----------
    form : FiniteForm
        Without exits.
    counts : tuple of tuple of int
        A strict pure equilibrium.

    Raises
    ------
    StructureError
        If there are more than 200,000 profiles.

    Examples
    --------
    >>> from pigou.gambit import read_nfg
    >>> from pigou.solvers.form import finite_form
    >>> stag = finite_form(read_nfg('NFG 1 R "stag" { "a" "b" } { 2 2 } 4 4 3 0 0 3 3 3'))
    >>> smallest_p(stag, ((1, 0), (1, 0))), smallest_p(stag, ((0, 1), (0, 1)))
    (3/4, 1/4)
    """
    every = tuple(tuple(range(len(g.actions))) for g in form.groups)
    number = form.number_of_profiles(every)
    if number > MOST_PROFILES:
        raise StructureError(
            f"game '{form.game.name}' has {number:,} pure profiles; p-dominance is computed for up "
            f"to {MOST_PROFILES:,}"
        )
    return max(
        (
            _smallest(form, g, action, counts, every)
            for g, row in enumerate(counts)
            for action, members in enumerate(row)
            if members
        ),
        default=fmpq(0),
    )


def _smallest(form: FiniteForm, g: int, action: int, counts: Counts, every: Any) -> Any:
    """Return the smallest p at which an action is a best reply for those who take it."""
    rivals = [b for b in every[g] if b != action]
    own = tuple(n - (a == action) for a, n in enumerate(counts[g]))
    expected = (*counts[:g], own, *counts[g + 1 :])
    at_profile: dict[int, Any] = {}
    worst: dict[int, Any] = {}
    for faced in form.profiles(every, without=g):
        here = form.payoff(g, action, joined(faced, g, action))
        for b in rivals:
            gap = here - form.payoff(g, b, joined(faced, g, b))
            worst[b] = min(gap, worst.get(b, gap))
            if faced == expected:
                at_profile[b] = gap
    return max(
        (-worst[b] / (at_profile[b] - worst[b]) for b in rivals if worst[b] < 0),
        default=fmpq(0),
    )
