r"""Potentials of finite games: whether there is one, and the profiles that maximise it, exactly.

A game has a *weighted potential* P with weights :math:`w_i > 0` if
:math:`u_i(a) - u_i(b, a_{-i}) = w_i [P(a) - P(b, a_{-i})]` for all players, actions and profiles;
with all weights 1 it is an *exact* potential (Monderer and Shapley 1996). A profile that maximises
P is an equilibrium; selecting it is due to Monderer and Shapley (section 5), and is backed by
robustness to incomplete information (Ui 2001).

Steps
-----
1. Weights: for actions a, a' of group g and b, b' of group h, the mixed second differences
   :math:`M_g, M_h` of both payoffs satisfy :math:`M_g / w_g = M_h / w_h`. The first pair that is
   not 0 fixes the ratio; a pair of opposite signs, or one of which one is 0, rules a potential out.
   Groups that no such pair links get their ratio freely: P is then a sum over the linked sets, so
   that the weights do not change where it is largest. Members of a group are alike and share one
   weight.
2. With payoffs divided by weights, every profile, as counts, gets its potential by adding up the
   differences along moves of single members, profile by profile in a breadth-first search.
3. Every move of a single member between any two profiles is checked. If all agree there is a
   potential (Monderer and Shapley 1996, theorem 2.8: every closed path sums to 0); if not, the move
   that disagrees shows that there is none. Members alike need not be told apart: potentials differ
   by a constant, so a potential is the same if they change places.
4. The largest value over all profiles is taken.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from flint import fmpq

from pigou.errors import StructureError
from pigou.solvers.form import Counts, FiniteForm, joined

__all__ = ["MOST_PROFILES", "Potential", "potential"]

MOST_PROFILES = 50_000


class Potential(NamedTuple):
    """A potential, or why there is none.

    Attributes
    ----------
    maximisers : tuple of tuple of tuple of int
        The profiles, as counts, where it is largest.
    values : mapping of counts to fmpq
        Of every profile; 0 at the first.
    weights : tuple of fmpq
        Of every group; all 1 for an exact potential.
    missing : str
        Why there is none.
    """

    maximisers: tuple[Counts, ...]
    values: dict[Counts, Any]
    weights: tuple[Any, ...]
    missing: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether all weights are 1."""
        return all(weight == 1 for weight in self.weights)


def potential(form: FiniteForm) -> Potential:
    """Find an exact potential, or a weighted one, and where it is largest.

    Parameters
    ----------
    form : FiniteForm
        Without exits.

    Raises
    ------
    StructureError
        If there are more than 50,000 profiles.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> potential(finite_form(load("coordination").game, {"firms": 3})).maximisers
    (((3, 0),),)
    """
    every = tuple(tuple(range(len(g.actions))) for g in form.groups)
    number = form.number_of_profiles(every)
    if number > MOST_PROFILES:
        raise StructureError(
            f"game '{form.game.name}' has {number:,} pure profiles; a potential is looked for up "
            f"to {MOST_PROFILES:,}"
        )
    weights = _weights(form)
    values, missing = _summed(form, weights, next(form.profiles(every)))
    if missing:
        return Potential((), {}, weights, missing)
    top = max(values.values())
    best = tuple(c for c, value in values.items() if not form.exceeds(top, value))
    return Potential(best, values, weights)


# -- weights --------------------------------------------------------------------------------------


def _weights(form: FiniteForm) -> tuple[Any, ...]:
    """Return the weights that a weighted potential must have, or 1 where it has none."""
    groups = range(len(form.groups))
    ratios = {(g, h): _ratio(form, g, h) for g, h in itertools.combinations(groups, 2)}
    weights: dict[int, Any] = {}
    for start in groups:
        if start in weights:
            continue
        weights[start] = fmpq(1)
        queue = deque([start])
        while queue:
            g = queue.popleft()
            for (one, other), ratio in ratios.items():
                if ratio is not None and g in (one, other):
                    new = other if g == one else one
                    if new not in weights:
                        weights[new] = weights[g] / ratio if g == one else weights[g] * ratio
                        queue.append(new)
    return tuple(weights[g] for g in groups)


def _ratio(form: FiniteForm, g: int, h: int) -> Any:
    """Return the weight of g over that of h, from the first pair of second differences."""
    pairs_g, pairs_h = (
        list(itertools.combinations(range(len(form.groups[k].actions)), 2)) for k in (g, h)
    )
    for faced in _faced(form, (g, h)):
        for (a, a2), (b, b2) in itertools.product(pairs_g, pairs_h):
            first = second = fmpq(0)
            for i, j, sign in ((a2, b2, 1), (a2, b, -1), (a, b2, -1), (a, b, 1)):
                counts = joined(joined(faced, g, i), h, j)
                first += sign * form.payoff(g, i, counts)
                second += sign * form.payoff(h, j, counts)
            if any(form.exceeds(abs(difference), fmpq(0)) for difference in (first, second)):
                return first / second if first * second > 0 else None
    return None


def _faced(form: FiniteForm, without: Sequence[int]) -> Iterator[Counts]:
    """Yield every profile from which one member of each of two groups is left out."""
    g, h = without
    every = tuple(tuple(range(len(group.actions))) for group in form.groups)
    for counts in form.profiles(every, without=g):
        for b, number in enumerate(counts[h]):
            if number:
                row = tuple(n - (k == b) for k, n in enumerate(counts[h]))
                yield (*counts[:h], row, *counts[h + 1 :])


# -- the potential --------------------------------------------------------------------------------


def _summed(
    form: FiniteForm, weights: Sequence[Any], start: Counts
) -> tuple[dict[Counts, Any], str]:
    """Add up differences from a first profile to all others, and check every move."""
    values: dict[Counts, Any] = {start: fmpq(0)}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for g, action, other, there in _moves(here):
            gain = form.payoff(g, other, there) - form.payoff(g, action, here)
            value = values[here] + gain / weights[g]
            if there not in values:
                values[there] = value
                queue.append(there)
            elif form.exceeds(abs(value - values[there]), fmpq(0)):
                return {}, _broken(form, g, action, other)
    return values, ""


def _moves(counts: Counts) -> Iterator[tuple[int, int, int, Counts]]:
    """Yield every move of one member: its group, its old and new action, the new profile."""
    for g, row in enumerate(counts):
        for action, number in enumerate(row):
            if not number:
                continue
            for other in range(len(row)):
                if other != action:
                    new = list(row)
                    new[action] -= 1
                    new[other] += 1
                    yield g, action, other, (*counts[:g], tuple(new), *counts[g + 1 :])


def _broken(form: FiniteForm, g: int, action: int, other: int) -> str:
    group = form.groups[g]
    labels = [", ".join(group.actions[k]) for k in (action, other)]
    return (
        "the game has no exact or weighted potential: gains along a closed path of moves do not "
        f"sum to 0 (closed by {group.player} moving from '{labels[0]}' to '{labels[1]}')"
    )
