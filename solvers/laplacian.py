r"""Laplacian selection: the limit of global games with two choices and members alike.

With vanishing noise about payoffs, a member at the margin believes the number of others who take
the second choice to be uniform on :math:`0, \dots, N - 1`; so the second is selected iff

.. math:: \sum_{k=0}^{N-1} [u(1; k) - u(0; k)] > 0

(Carlsson and van Damme 1993; Morris and Shin 2003, section 2.2). That this is the limit is shown
where the gain from the second choice rises with the number of others who take it, or at least turns
from loss to gain but once. Otherwise the sum still says what is best against uniform beliefs.

Steps
-----
1. Choices that iterated strict dominance removes are set aside.
2. One population with two choices, none of them an exit, has to be left; the sum is formed exactly,
   in a large population piece by piece (`pigou.solvers.piecewise`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flint import fmpq

from pigou.solvers.dominance import survivors
from pigou.solvers.form import FiniteForm
from pigou.solvers.piecewise import Piecewise

__all__ = ["Laplacian", "laplacian", "laplacian_of_many"]

MOST_ADDED = 5_000


class Laplacian(NamedTuple):
    """The choice that is best against uniform beliefs.

    Attributes
    ----------
    group, action : int or None
        None where nothing is selected.
    gain : fmpq
        The sum of gains of the second choice left over the first.
    turns_once : bool
        Whether gains are negative up to some number of others, and positive from there on.
    only : bool
        Whether dominance leaves one profile.
    silent : str
        Why nothing is selected.
    """

    group: int | None = None
    action: int | None = None
    gain: Any = fmpq(0)
    turns_once: bool = True
    only: bool = False
    silent: str = ""


def laplacian_of_many(gain: Piecewise) -> Laplacian:
    """Select likewise in a population of any size, from what the second of two choices gains.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.population import population
    >>> game = load("coordination").game
    >>> laplacian_of_many(population(game, game.values({"firms": 10**9})).gain).gain
    -62500000
    """
    signs = [run.sign for run in gain.runs]
    if signs in ([1], [-1]):
        return Laplacian(only=True)
    if not gain.is_polynomial and gain.top > MOST_ADDED:
        return Laplacian(silent=f"ratios are added up over at most {MOST_ADDED:,} others")
    if not gain.sum:
        return Laplacian(silent="Laplacian beliefs leave the two choices indifferent")
    return Laplacian(0, int(gain.sum > 0), gain.sum, signs == sorted(signs))


def laplacian(form: FiniteForm) -> Laplacian:
    """Select the action that is best when the number of others who take it is uniform.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> laplacian(finite_form(load("coordination").game))
    Laplacian(group=0, action=0, gain=-5/8, turns_once=True, only=False, silent='')
    """
    alive, _ = survivors(form)
    active = [i for i, actions in enumerate(alive) if len(actions) > 1]
    if not active:
        return Laplacian(only=True)
    if len(active) > 1 or len(alive[active[0]]) != 2 or form.groups[active[0]].size < 2:
        return Laplacian(silent="Laplacian selection is for one population with two choices")
    (index,) = active
    if form.groups[index].exit is not None:
        return Laplacian(silent="Laplacian selection is for games without an exit")
    first, second = alive[index]
    gains: dict[int, Any] = {}
    for counts in form.profiles(alive, without=index):
        rows = [list(counts[index]), list(counts[index])]
        rows[0][first] += 1
        rows[1][second] += 1
        a, b = ((*counts[:index], tuple(row), *counts[index + 1 :]) for row in rows)
        number = counts[index][second]
        gains[number] = form.payoff(index, second, b) - form.payoff(index, first, a)
    gain = sum(gains.values(), fmpq(0))
    if not form.exceeds(abs(gain), fmpq(0)):
        return Laplacian(silent="Laplacian beliefs leave the two choices indifferent")
    signs = [(g > 0) - (g < 0) for _, g in sorted(gains.items())]
    return Laplacian(index, second if gain > 0 else first, gain, signs == sorted(signs))
