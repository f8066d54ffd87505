r"""Expected payoffs of every action where each group plays one mixture, in floats and in bulk.

With mixture :math:`x_h` of group h, a member of group g that takes action a expects

.. math::
   u_{g,a}(x) = \sum_n \prod_h \binom{m_h}{n_h} \prod_b x_{h,b}^{n_{h,b}} \; u_g(a, n)

over the profiles n of the others, :math:`m_h` being the number of others in group h.

Steps
-----
1. Payoffs are evaluated exactly once for every profile that a member of each group faces.
2. Products of powers are formed from logarithms, :math:`\exp(c_n + \sum_b n_b \log x_b)`, for many
   mixtures at once; no binomial coefficient overflows. The same form yields the derivatives with
   respect to :math:`\log x`.

Numerical: nothing is enclosed.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from pigou.errors import StructureError
from pigou.solvers.form import FiniteForm, joined

__all__ = ["MOST_TERMS", "MixedPayoffs", "mixed_payoffs"]

MOST_TERMS = 50_000
_TINY = 1e-300

Array = Any


class _Faced(NamedTuple):
    """What a member of a group faces: powers and log coefficients of terms; payoffs of actions."""

    powers: Array
    coefficients: Array
    payoffs: Array


class MixedPayoffs(NamedTuple):
    """The expected payoffs of a finite form.

    Attributes
    ----------
    blocks : tuple of slice
        Where the actions of each group stand in a vector of mixtures.
    faced : tuple
        One for each group.
    """

    blocks: tuple[slice, ...]
    faced: tuple[_Faced, ...]

    @property
    def size(self) -> int:
        """How many actions all groups have together."""
        return self.blocks[-1].stop

    @property
    def scale(self) -> float:
        """The largest difference between payoffs of one group; 1 if there is none."""
        return max((float(np.ptp(f.payoffs)) for f in self.faced), default=1.0) or 1.0

    def __call__(self, mixtures: Array) -> Array:
        """Return the payoffs of all actions; one row for each row of mixtures."""
        logs = np.log(np.maximum(mixtures, _TINY))
        return self.at_logs(logs)

    def at_logs(self, logs: Array) -> Array:
        """Return the same from logarithms of mixtures."""
        parts = [np.exp(logs @ f.powers.T + f.coefficients) @ f.payoffs for f in self.faced]
        return np.concatenate(parts, axis=-1)

    def slopes(self, logs: Array) -> Array:
        """Return, at one point, the derivatives of all payoffs with respect to the logarithms."""
        rows = []
        for faced in self.faced:
            terms = np.exp(faced.powers @ logs + faced.coefficients)
            rows.append(faced.payoffs.T @ (terms[:, None] * faced.powers))
        return np.concatenate(rows)


def mixed_payoffs(form: FiniteForm) -> MixedPayoffs:
    """Prepare the expected payoffs of a finite form.

    Parameters
    ----------
    form : FiniteForm
        Without exits.

    Raises
    ------
    StructureError
        If a member faces more than 50,000 profiles.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> payoffs = mixed_payoffs(finite_form(load("coordination").game, {"firms": 3}))
    >>> payoffs(np.array([[0.5, 0.5]])).round(4).tolist()
    [[0.0, -0.0625]]
    """
    blocks, start = [], 0
    for group in form.groups:
        blocks.append(slice(start, start + len(group.actions)))
        start += len(group.actions)
    return MixedPayoffs(tuple(blocks), tuple(_faced(form, g) for g in range(len(form.groups))))


def _faced(form: FiniteForm, g: int) -> _Faced:
    every = tuple(tuple(range(len(group.actions))) for group in form.groups)
    number = form.number_of_profiles(every)
    if number > MOST_TERMS:
        raise StructureError(
            f"game '{form.game.name}' has {number:,} pure profiles; mixtures are followed "
            f"numerically for up to {MOST_TERMS:,}"
        )
    powers, coefficients, payoffs = [], [], []
    for counts in form.profiles(every, without=g):
        powers.append([n for row in counts for n in row])
        coefficients.append(
            sum(math.lgamma(sum(row) + 1) - sum(math.lgamma(n + 1) for n in row) for row in counts)
        )
        payoffs.append([float(form.payoff(g, a, joined(counts, g, a))) for a in every[g]])
    return _Faced(np.array(powers, float), np.array(coefficients), np.array(payoffs, float))
