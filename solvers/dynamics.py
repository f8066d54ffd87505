r"""Basins of attraction under adjustment dynamics, by simulation from random starting points.

The state x holds one mixture for every group, and every group adjusts:

- *best response*: :math:`\dot x = \beta(x) - x` with :math:`\beta` the best reply, even odds where
  several tie (Gilboa and Matsui 1991, who allow any);
- *replicator*: :math:`\dot x_a = x_a [u_a(x) - \sum_b x_b u_b(x)]` (Taylor and Jonker 1978);
- *logit*: :math:`\dot x = \ell_\lambda(x) - x` with :math:`\ell_\lambda` the logit response of
  precision :math:`\lambda` (Fudenberg and Levine 1998, section 4.7).

Steps
-----
1. Draw starting points uniformly from the product of simplices, with a seed.
2. Integrate all of them at once, in rounds of 250 steps: best response and logit by steps of 2 % of
   the way to the response, for best response 2 %/k in round k, so that chattering about a mixture
   dies out; the replicator by the rule :math:`x_a \propto x_a e^{u_a/10}` with payoffs scaled to a
   range of 1, which stays in the simplex.
3. A path belongs to a target if it is within 0.02 of it, in the largest difference of
   probabilities, nearer than to any other, and has moved by less than 0.002 in the second half of a
   round. Paths that cycle, rest elsewhere or have not arrived after 40 rounds belong to none.
4. The share s of n starting points has the standard error :math:`\sqrt{s (1 - s) / n}`.

For the logit dynamics the rest points are logit equilibria, not the targets: a path belongs to the
nearest target if it is nearer to it by more than 0.02 than to any other.

Numerical: nothing is enclosed. Replicator shares hang on the units of payoffs where players differ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pigou.deadline import time_is_up
from pigou.errors import StructureError
from pigou.solvers.form import FiniteForm
from pigou.solvers.logit import logit_response
from pigou.solvers.mixed_payoffs import MixedPayoffs, mixed_payoffs

__all__ = ["DYNAMICS", "MOST_WORK", "Basins", "basins"]

DYNAMICS = ("best-response", "replicator", "logit")
"""The dynamics by name."""

_NEAR = 0.02
_REST = 2e-3
_PART = 0.02
_ROUND, _MOST_ROUNDS = 250, 40
_TIE = 1e-13
MOST_WORK = 20_000_000

Array = Any


class Basins(NamedTuple):
    """How many starting points lead where.

    Attributes
    ----------
    counts : tuple of int
        Of every target.
    elsewhere : int
        Starting points whose paths did not settle at a target.
    starts : int
    cut_short : bool
        Whether a time limit was reached before the end.
    """

    counts: tuple[int, ...]
    elsewhere: int
    starts: int
    cut_short: bool

    def share(self, target: int) -> float:
        """Return the share of starting points that lead to a target."""
        return self.counts[target] / self.starts

    def standard_error(self, target: int) -> float:
        """Return the standard error of that share."""
        share = self.share(target)
        return math.sqrt(share * (1 - share) / self.starts)


def basins(
    form: FiniteForm,
    targets: Sequence[Sequence[float]],
    dynamics: str,
    *,
    starts: int = 1000,
    seed: int = 0,
    precision: float = 1.0,
) -> Basins:
    """Count the starting points from which a dynamics leads to each target.

    Parameters
    ----------
    form : FiniteForm
        Without exits.
    targets : sequence of sequence of float
        Equilibria as shares of all actions of all groups.
    dynamics : str
        One of `DYNAMICS`.
    starts, seed : int
    precision : float
        For the logit dynamics, in one over the unit of payoffs.

    Raises
    ------
    StructureError
        If starting points times pure profiles are more than 20,000,000, or a payoff times the
        precision is too large.

    Examples
    --------
    >>> from pigou.gambit import read_nfg
    >>> from pigou.solvers.form import finite_form
    >>> stag = finite_form(read_nfg('NFG 1 R "stag" { "a" "b" } { 2 2 } 4 4 3 0 0 3 3 3'))
    >>> found = basins(stag, [(1, 0, 1, 0), (0, 1, 0, 1)], "replicator", starts=200)
    >>> found.counts[0] < found.counts[1], found.elsewhere
    (True, 0)
    """
    payoffs = mixed_payoffs(form)
    terms = sum(len(faced.powers) for faced in payoffs.faced)
    if starts * terms > MOST_WORK:
        raise StructureError(
            f"game '{form.game.name}': paths from {starts:,} starting points in {terms:,} profiles "
            f"take too long; ask for at most {MOST_WORK // terms:,}"
        )
    random = np.random.default_rng(seed)
    state = np.concatenate(
        [random.dirichlet(np.ones(len(g.actions)), starts) for g in form.groups], axis=1
    )
    aims = np.array(targets, float).reshape(len(targets), payoffs.size)
    arrived, cut_short = np.full(starts, -1), False
    for number in range(1, _MOST_ROUNDS + 1):
        open_ = np.flatnonzero(arrived < 0)
        cut_short = bool(len(open_)) and time_is_up()
        if not len(open_) or cut_short:
            break
        part = _PART / number if dynamics == "best-response" else _PART
        state[open_], moved = _advance(payoffs, state[open_], dynamics, precision, part)
        nearest = _nearest(state[open_], aims, dynamics == "logit")
        arrived[open_] = np.where(moved < _REST, nearest, -1)
    counts = tuple(int((arrived == k).sum()) for k in range(len(targets)))
    return Basins(counts, starts - sum(counts), starts, cut_short)


def _advance(
    payoffs: MixedPayoffs, state: Array, dynamics: str, precision: float, part: float
) -> tuple[Array, Array]:
    """Take a round of steps; return the new state, and how far each path went in the last half."""
    middle = state
    for number in range(_ROUND):
        if number == _ROUND // 2:
            middle = state
        if dynamics == "replicator":
            state = _replicated(payoffs, state)
        else:
            aim = (
                logit_response(payoffs, state, precision)
                if dynamics == "logit"
                else _best_reply(payoffs, state)
            )
            state = state + part * (aim - state)
    return state, np.abs(state - middle).max(axis=1)


def _replicated(payoffs: MixedPayoffs, state: Array) -> Array:
    utility = payoffs(state)
    new = np.empty_like(state)
    for block in payoffs.blocks:
        own = utility[:, block]
        weights = state[:, block] * np.exp(5 * _PART * (own - own.max(axis=1, keepdims=True)))
        new[:, block] = weights / weights.sum(axis=1, keepdims=True)
    return new


def _best_reply(payoffs: MixedPayoffs, state: Array) -> Array:
    utility = payoffs(state)
    reply = np.empty_like(state)
    for block in payoffs.blocks:
        own = utility[:, block]
        best = own >= own.max(axis=1, keepdims=True) - _TIE
        reply[:, block] = best / best.sum(axis=1, keepdims=True)
    return reply


def _nearest(state: Array, aims: Array, loosely: bool) -> Array:
    """Return the target that a point belongs to, or -1."""
    if not len(aims):
        return np.full(len(state), -1)
    distance = np.abs(state[:, None, :] - aims[None]).max(axis=2)
    order = np.sort(distance, axis=1)
    lead = order[:, 1] - order[:, 0] if aims.shape[0] > 1 else np.full(len(state), np.inf)
    clear = lead > _NEAR if loosely else (order[:, 0] < _NEAR) & (lead > 0)
    return np.where(clear, distance.argmin(axis=1), -1)
