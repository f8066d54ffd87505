r"""Expected payoffs of every action where each group plays one mixture, in floats and in bulk.

With mixture :math:`x_h` of group h, a member of group g that takes action a expects

.. math::
   u_{g,a}(x) = \sum_n \prod_h \binom{m_h}{n_h} \prod_b x_{h,b}^{n_{h,b}} \; u_g(a, n)

over the profiles n of the others, :math:`m_h` being the number of others in group h. Where a group
has an exit its members meet those only who stay, and :math:`x_{h,b}` is the share among these.

Steps
-----
1. Payoffs are evaluated exactly once for every profile that a member of each group faces. What the
   member cannot change is taken off: the best it can earn there, so that the best action gets 0.
   The rest is divided by the largest difference of the game. Both are done exactly, before anything
   is rounded: replies hang on differences, which would be lost next to a large sum that all actions
   have in common.
2. Products of powers are formed from logarithms, :math:`\exp(c_n + \sum_b n_b \log x_b)`, for many
   mixtures at once; no binomial coefficient overflows. The same form yields the derivatives with
   respect to :math:`\log x`. Long lists of mixtures are taken in parts, to bound the memory.

Numerical: nothing is enclosed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq

from pigou.errors import StructureError
from pigou.solvers.form import Allowed, Counts, FiniteForm, joined

__all__ = ["MOST_TERMS", "MixedPayoffs", "losses_faced", "mixed_payoffs"]

MOST_TERMS = 50_000
_AT_ONCE = 4_000_000
_LARGEST = 1e100
_TINY = 1e-300

Array = Any


class _Faced(NamedTuple):
    """What a member of a group faces: powers and log coefficients of terms; payoffs of actions."""

    powers: Array
    coefficients: Array
    payoffs: Array


class MixedPayoffs(NamedTuple):
    """The expected payoffs of a finite form, less what a member cannot change, in units of scale.

    Attributes
    ----------
    blocks : tuple of slice
        Where the actions of each group stand in a vector of mixtures.
    faced : tuple
        One for each group.
    scale : fmpq
        The largest difference between two actions' payoffs; 1 if there is none.
    stayers : tuple of list of int
        For every group with an exit, where its other actions stand.
    """

    blocks: tuple[slice, ...]
    faced: tuple[_Faced, ...]
    scale: Any
    stayers: tuple[list[int], ...] = ()

    @property
    def size(self) -> int:
        """How many actions all groups have together."""
        return self.blocks[-1].stop

    def scaled(self, precision: float) -> float:
        """Return a precision in one over units of scale.

        Raises
        ------
        StructureError
            If it is too large for numbers of double precision.
        """
        exact = Fraction(precision) * Fraction(int(self.scale.p), int(self.scale.q))
        if exact > _LARGEST:
            raise StructureError(
                f"payoffs are too large for a precision of {precision:.6g}: the product exceeds "
                f"{_LARGEST:.0e}"
            )
        return float(exact)

    def __call__(self, mixtures: Array) -> Array:
        """Return the payoffs of all actions; one row for each row of mixtures."""
        logs = np.log(np.maximum(mixtures, _TINY))
        rows = max(1, _AT_ONCE // max(len(f.powers) for f in self.faced))
        parts = [self.at_logs(logs[k : k + rows]) for k in range(0, max(len(logs), 1), rows)]
        return np.concatenate(parts)

    def at_logs(self, logs: Array) -> Array:
        """Return the same from logarithms of mixtures."""
        logs = self._met(logs)
        parts = [np.exp(logs @ f.powers.T + f.coefficients) @ f.payoffs for f in self.faced]
        return np.concatenate(parts, axis=-1)

    def slopes(self, logs: Array) -> Array:
        """Return, at one point, the derivatives of all payoffs with respect to the logarithms."""
        slopes = self._slopes(self._met(logs))
        for stay in self.stayers:
            slopes[:, stay] -= np.outer(slopes[:, stay].sum(axis=1), self._shares(logs, stay))
        return slopes

    def bends(self, logs: Array, direction: Array) -> Array:
        """Return, at one point, the second derivatives of all payoffs along a line of logarithms.

        Parameters
        ----------
        logs, direction : array of float, shape (size,)
        """
        met, pace, bend = self._met(logs), direction.copy(), np.zeros_like(direction)
        for stay in self.stayers:
            shares = self._shares(logs, stay)
            pace[stay] -= shares @ direction[stay]
            bend[stay] = -(shares @ pace[stay] ** 2)
        parts = []
        for faced in self.faced:
            terms = np.exp(faced.powers @ met + faced.coefficients)
            parts.append(faced.payoffs.T @ (terms * (faced.powers @ pace) ** 2))
        return np.concatenate(parts) + self._slopes(met) @ bend

    def _slopes(self, met: Array) -> Array:
        rows = []
        for faced in self.faced:
            terms = np.exp(faced.powers @ met + faced.coefficients)
            rows.append(faced.payoffs.T @ (terms[:, None] * faced.powers))
        return np.concatenate(rows)

    def _met(self, logs: Array) -> Array:
        """Return logarithms of shares among those whom the others meet: who stay."""
        if not self.stayers:
            return logs
        logs = logs.copy()
        for stay in self.stayers:
            logs[..., stay] -= np.logaddexp.reduce(logs[..., stay], axis=-1, keepdims=True)
        return logs

    def _shares(self, logs: Array, stay: list[int]) -> Array:
        return np.exp(logs[stay] - np.logaddexp.reduce(logs[stay]))


def mixed_payoffs(form: FiniteForm) -> MixedPayoffs:
    """Prepare the expected payoffs of a finite form.

    Parameters
    ----------
    form : FiniteForm

    Raises
    ------
    StructureError
        If a member faces more than 50,000 profiles.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> payoffs = mixed_payoffs(finite_form(load("coordination").game, {"firms": 3}))
    >>> payoffs.scale, payoffs(np.array([[0.5, 0.5]])).round(4).tolist()
    (3/8, [[-0.1667, -0.3333]])
    """
    every = tuple(tuple(range(len(group.actions))) for group in form.groups)
    number = form.number_of_profiles(every)
    if number > MOST_TERMS:
        raise StructureError(
            f"game '{form.game.name}' has {number:,} pure profiles; mixtures are followed "
            f"numerically for up to {MOST_TERMS:,}"
        )
    blocks, start = [], 0
    for group in form.groups:
        blocks.append(slice(start, start + len(group.actions)))
        start += len(group.actions)
    losses = [losses_faced(form, g, every) for g in range(len(form.groups))]
    scale = max(-loss for table in losses for row in table.values() for loss in row) or fmpq(1)
    faced = tuple(_faced(table, scale) for table in losses)
    stayers = tuple(
        [k for k in range(block.start, block.stop) if k - block.start != group.exit]
        for block, group in zip(blocks, form.groups, strict=True)
        if group.exit is not None
    )
    return MixedPayoffs(tuple(blocks), faced, scale, stayers)


def losses_faced(form: FiniteForm, g: int, every: Allowed) -> dict[Counts, list[Any]]:
    """Return, for every profile a member faces, its payoffs less the best of them, exactly.

    Parameters
    ----------
    form : FiniteForm
    g : int
        The member's group.
    every : Allowed
        The actions that are considered.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> losses_faced(finite_form(load("coordination").game, {"firms": 2}), 0, ((0, 1),))
    {((1, 0),): [0, -3/8], ((0, 1),): [-1/4, 0]}
    """
    table = {}
    for counts in form.profiles(every, without=g):
        payoffs = [form.payoff(g, a, joined(counts, g, a)) for a in every[g]]
        best = max(payoffs)
        table[counts] = [payoff - best for payoff in payoffs]
    return table


def _faced(table: Mapping[Counts, Sequence[Any]], scale: Any) -> _Faced:
    powers = [[n for row in counts for n in row] for counts in table]
    coefficients = [
        sum(math.lgamma(sum(row) + 1) - sum(math.lgamma(n + 1) for n in row) for row in counts)
        for counts in table
    ]
    shares = [[loss / scale for loss in losses] for losses in table.values()]
    payoffs = [[int(share.p) / int(share.q) for share in row] for row in shares]
    return _Faced(np.array(powers, float), np.array(coefficients), np.array(payoffs, float))
