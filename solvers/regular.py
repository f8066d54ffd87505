r"""Regular equilibria of any number of players: whether one is quasi-strict, and its index.

Steps
-----
1. An equilibrium is *quasi-strict* if every pure best reply is in use (Harsanyi 1973): each other
   action earns less than one in use. Differences are exact where the others' probabilities are,
   and in ball arithmetic where these are enclosed.
2. Let f be the advantage of each action in use over the first of its player, and
   :math:`\partial f` its derivative in the probabilities of these actions, at the cost of the
   first. A quasi-strict equilibrium with :math:`\det \partial f \ne 0` is *regular*: isolated, and
   its index is the sign of :math:`\det(-\partial f)` (Ritzberger 1994; for two players that is
   Shapley's). The determinant counts only if its ball leaves out 0.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from flint import arb, arb_mat, fmpq

from pigou.exact import Enclosure
from pigou.solvers.roots import working_precision

__all__ = ["Mixture", "in_use", "only_best_replies", "regular_index"]

Payoffs: TypeAlias = Sequence[Mapping[tuple[int, ...], Any]]
"""For each player, its payoff in every cell."""

Mixture: TypeAlias = Mapping[int, Any]
"""The probability of every action in use, as fmpq, or as arb where it is enclosed."""

_BITS = 512


def in_use(probabilities: Sequence[Enclosure]) -> Mixture:
    """Return the actions in use with their probabilities, ready for arithmetic.

    Examples
    --------
    >>> in_use([Enclosure.point(0), Enclosure.point(1)])
    {1: 1}
    """
    with working_precision(_BITS):
        return {a: _number(p) for a, p in enumerate(probabilities) if p.upper > 0}


def _number(p: Enclosure) -> Any:
    lower, upper = (fmpq(end.numerator, end.denominator) for end in (p.lower, p.upper))
    return lower if p.is_exact else arb(lower).union(arb(upper))


def only_best_replies(
    payoffs: Payoffs, shape: Sequence[int], mixtures: Sequence[Mixture]
) -> bool | None:
    """Whether the actions in use are the only best replies; None where that is not certain.

    Parameters
    ----------
    payoffs : sequence of mapping of tuple of int to fmpq
    shape : sequence of int
        How many actions each player has.
    mixtures : sequence of mapping of int to fmpq or arb
        An equilibrium.

    Examples
    --------
    >>> cells = list(itertools.product(range(2), repeat=2))
    >>> both = {c: fmpq(int(c == (1, 1))) for c in cells}
    >>> only_best_replies([both] * 2, (2, 2), [{1: fmpq(1)}] * 2)
    True
    >>> only_best_replies([both] * 2, (2, 2), [{0: fmpq(1)}] * 2)
    False
    """
    certain = True
    with working_precision(_BITS):
        for player, mixture in enumerate(mixtures):
            here = _earned(payoffs, mixtures, player, min(mixture))
            for action in set(range(shape[player])) - set(mixture):
                gap = here - _earned(payoffs, mixtures, player, action)
                if isinstance(gap, fmpq) and gap == 0:
                    return False
                certain = certain and bool(gap > 0)
    return True if certain else None


def _earned(payoffs: Payoffs, mixtures: Sequence[Mixture], player: int, action: int) -> Any:
    total = fmpq(0)
    for cell, weight in _cells(mixtures, (player,)):
        cell[player] = action
        total = total + payoffs[player][tuple(cell)] * weight
    return total


def regular_index(payoffs: Payoffs, mixtures: Sequence[Mixture]) -> int | None:
    """Return the index of a quasi-strict equilibrium; None if the determinant may be 0.

    Parameters
    ----------
    payoffs : sequence of mapping of tuple of int to fmpq
    mixtures : sequence of mapping of int to fmpq or arb

    Examples
    --------
    >>> cells = list(itertools.product(range(2), repeat=3))
    >>> together = {c: fmpq(int(len(set(c)) == 1)) for c in cells}
    >>> half = {0: fmpq(1, 2), 1: fmpq(1, 2)}
    >>> regular_index([together] * 3, [half] * 3)
    -1
    """
    unknowns = [
        (player, action, min(mixture))
        for player, mixture in enumerate(mixtures)
        for action in sorted(mixture)[1:]
    ]
    if not unknowns:
        return 1
    with working_precision(_BITS):
        entries = [
            arb(-_slope(payoffs, mixtures, row, column)) for row in unknowns for column in unknowns
        ]
        determinant = arb_mat(len(unknowns), len(unknowns), entries).det()
        return 1 if determinant > 0 else -1 if determinant < 0 else None


def _slope(
    payoffs: Payoffs,
    mixtures: Sequence[Mixture],
    row: tuple[int, int, int],
    column: tuple[int, int, int],
) -> Any:
    """Return the derivative of an advantage in a probability, at the cost of the first."""
    (player, action, base), (other, towards, away) = row, column
    total = fmpq(0)
    if player == other:
        return total
    signs = {(action, towards): 1, (action, away): -1, (base, towards): -1, (base, away): 1}
    for cell, weight in _cells(mixtures, (player, other)):
        rise = fmpq(0)
        for (cell[player], cell[other]), sign in signs.items():
            rise += sign * payoffs[player][tuple(cell)]
        total = total + rise * weight
    return total


def _cells(mixtures: Sequence[Mixture], without: Sequence[int]) -> Iterator[tuple[list[int], Any]]:
    """Yield what the others may do, with its probability; those left out do 0."""
    axes = [
        [(0, fmpq(1))] if player in without else list(mixture.items())
        for player, mixture in enumerate(mixtures)
    ]
    for combination in itertools.product(*axes):
        weight = fmpq(1)
        for _, probability in combination:
            weight = weight * probability
        yield [action for action, _ in combination], weight
