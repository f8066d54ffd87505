r"""The conditions of a logit equilibrium in ball arithmetic: values, slopes, Newton and Krawczyk.

The unknowns are log odds :math:`v_a = \log(x_a / x_1)` of every action a but the first of its
group, so that a probability of :math:`10^{-14}` is as well known as one of a half. A logit
equilibrium of precision :math:`\lambda` is a zero of

.. math:: F_a(v) = v_a - \lambda \, (u_a - u_1)(x(v)), \qquad
          x_a = 1 \Big/ \sum_b e^{v_b - v_a}, \quad v_1 = 0 .

Slopes are taken from what hangs on one other member: with :math:`m_h` others in group h, and
:math:`U_b` what is expected if one of them takes b for sure,

.. math:: \frac{\partial (u_a - u_1)}{\partial v_b}
          = m_h x_b \sum_c x_c \, (U_b - U_c) ,

whose differences are formed exactly, before any ball is wide.

Source: R. E. Moore, R. B. Kearfott and M. J. Cloud (2009), Introduction to Interval Analysis,
chapter 8.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb, arb_mat, ctx, fmpq

from pigou.solvers.form import FiniteForm
from pigou.solvers.mixed_payoffs import losses_faced

__all__ = ["LogitSystem", "ball", "inside", "midpoints", "odds_near"]

_NEWTON, _WIDE = 60, 0.05

Array = Any


class _Pivot(NamedTuple):
    """What hangs on one other member of a group, given what all further ones do.

    Attributes
    ----------
    group, others : int
        How many others there are of this group.
    powers, weights : arb_mat, list of arb
        Of the profiles of the further ones.
    changes : mapping of (int, int) to arb_mat
        By how much payoffs, less that of the first action, change if it takes the one action and
        not the other.
    """

    group: int
    others: int
    powers: Array
    weights: list[Array]
    changes: dict[tuple[int, int], Array]


class LogitSystem:
    """The conditions of a logit equilibrium in ball arithmetic.

    Parameters
    ----------
    form : FiniteForm
        With rational payoffs: what was rounded is taken for exact.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> system = LogitSystem(finite_form(load("coordination").game))
    >>> system.unknowns
    [(0, 1)]
    """

    def __init__(self, form: FiniteForm):
        every = tuple(tuple(range(len(group.actions))) for group in form.groups)
        self.sizes = [len(group.actions) for group in form.groups]
        self.exits = [group.exit for group in form.groups]
        self.starts = [0, *itertools.accumulate(self.sizes)]
        self.unknowns = [(g, a) for g, size in enumerate(self.sizes) for a in range(1, size)]
        tables = [losses_faced(form, g, every) for g in range(len(form.groups))]
        self.faced = [_faced(t, size) for t, size in zip(tables, self.sizes, strict=True)]
        self.pivots = [
            [
                _pivot(table, h, group.size - (g == h))
                for h, group in enumerate(form.groups)
                if group.size > (g == h)
            ]
            for g, table in enumerate(tables)
        ]

    def odds(self, v: Sequence[Array]) -> list[list[Array]]:
        """Return the log odds of all actions, the first of a group included."""
        rest = iter(v)
        return [[arb(0), *itertools.islice(rest, size - 1)] for size in self.sizes]

    def shares(self, v: Sequence[Array]) -> list[list[Array]]:
        """Return the mixtures."""
        return [[_softmax([b - a for b in row])[0] for a in row] for row in self.odds(v)]

    def _met(self, v: Sequence[Array]) -> tuple[list[Array], list[Array]]:
        """Return the shares of actions among those whom others meet, and their logarithms."""
        shares, logs = [], []
        for row, leaving in zip(self.odds(v), self.exits, strict=True):
            for a, own in enumerate(row):
                met = a != leaving
                rest = [b - own for k, b in enumerate(row) if k != leaving]
                share, log = _softmax(rest) if met else (arb(0), arb(0))
                shares.append(share)
                logs.append(log)
        return shares, logs

    def gaps(self, v: Sequence[Array]) -> list[Array]:
        """Return payoffs less that of the first action of the group, for every unknown."""
        _, logs = self._met(v)
        parts: list[Array] = []
        for powers, weights, payoffs in self.faced:
            earned = payoffs * _terms(powers, weights, logs)
            parts += [earned[a, 0] - earned[0, 0] for a in range(1, earned.nrows())]
        return parts

    def slopes(self, v: Sequence[Array]) -> Array:
        """Return the derivatives of these in the unknowns, as a matrix."""
        shares, logs = self._met(v)
        place = {one: k for k, one in enumerate(self.unknowns)}
        rows = []
        for size, pivots in zip(self.sizes, self.pivots, strict=True):
            block = [[arb(0)] * len(self.unknowns) for _ in range(size - 1)]
            for pivot in pivots if block else ():
                own = shares[self.starts[pivot.group] : self.starts[pivot.group + 1]]
                for b, change in self._leans(pivot, own, logs).items():
                    if (pivot.group, b) in place:
                        for line, one in zip(block, change, strict=True):
                            line[place[pivot.group, b]] = pivot.others * own[b] * one
            rows += block
        return arb_mat(rows)

    def _leans(
        self, pivot: _Pivot, own: Sequence[Array], logs: Sequence[Array]
    ) -> dict[int, list[Array]]:
        """Return what payoffs gain where one other member takes each action for sure."""
        terms = _terms(pivot.powers, pivot.weights, logs)
        leans: dict[int, list[Array]] = {}
        for (b, c), payoffs in pivot.changes.items():
            more = payoffs * terms
            rows = range(more.nrows())
            for one, other, sign in ((b, c, 1), (c, b, -1)):
                before = leans.get(one, [arb(0)] * len(rows))
                leans[one] = [before[a] + sign * own[other] * more[a, 0] for a in rows]
        return leans

    def jacobian(self, v: Sequence[Array], precision: Array) -> Array:
        """Return the derivatives of F."""
        slopes = self.slopes(v)
        size = len(self.unknowns)
        return arb_mat(
            [[int(i == k) - precision * slopes[i, k] for k in range(size)] for i in range(size)]
        )

    def residual(self, v: Sequence[Array], precision: Array) -> list[Array]:
        """Return F."""
        return [own - precision * gap for own, gap in zip(v, self.gaps(v), strict=True)]

    def newton(
        self, v: Sequence[Array], precision: Array, most: int = _NEWTON
    ) -> list[Array] | None:
        """Return a point next to a zero of F, by Newton's method; None if it does not settle."""
        point, size = [arb(one.mid()) for one in v], len(self.unknowns)
        small = arb(2) ** (8 - ctx.prec)
        for _ in range(most):
            matrix = midpoints(self.jacobian(point, precision))
            sides = arb_mat(size, 1, [one.mid() for one in self.residual(point, precision)])
            try:
                change = matrix.solve(sides)
            except (ZeroDivisionError, ValueError):
                return None
            steps = [change[k, 0].mid() for k in range(size)]
            if not all(step.is_finite() for step in steps):
                return None
            point = [(own - step).mid() for own, step in zip(point, steps, strict=True)]
            if all(abs(s) <= small * (1 + abs(own)) for s, own in zip(steps, point, strict=True)):
                return point
        return None

    def image(
        self, middle: Sequence[Array], box: Sequence[Array], precision: Array
    ) -> list[Array] | None:
        """Return Krawczyk's image of a box; None if the Jacobian has no inverse."""
        size = len(self.unknowns)
        try:
            inverse = midpoints(midpoints(self.jacobian(middle, precision)).inv())
        except (ZeroDivisionError, ValueError):
            return None
        known, gaps = precision.mid(), arb_mat(size, 1, self.gaps(middle))
        at_middle = arb_mat(size, 1, list(middle)) - known * gaps
        slack = inverse * self.jacobian(box, precision)
        rest = arb_mat([[int(i == k) - slack[i, k] for k in range(size)] for i in range(size)])
        away = arb_mat(size, 1, [b - m for b, m in zip(box, middle, strict=True)])
        shift = rest * away - inverse * at_middle + (precision - known) * (inverse * gaps)
        found = [m + shift[k, 0] for k, m in enumerate(middle)]
        return found if all(one.is_finite() for one in found) else None


def _pivot(table: Any, h: int, others: int) -> _Pivot:
    """Collect what hangs on one other member of a group."""
    found: dict[Any, dict[int, list[Any]]] = {}
    for counts, losses in table.items():
        gaps = [loss - losses[0] for loss in losses[1:]]
        for b, number in enumerate(counts[h]):
            if number:
                fewer = tuple(n - (k == b) for k, n in enumerate(counts[h]))
                found.setdefault((*counts[:h], fewer, *counts[h + 1 :]), {})[b] = gaps
    powers = arb_mat([[n for row in counts for n in row] for counts in found])
    weights = [arb(math.prod(map(_multinomial, counts))) for counts in found]
    first = next(iter(found.values()))
    met, rows = sorted(first), len(next(iter(first.values())))
    changes = {
        (b, c): arb_mat(
            [[arb(gaps[b][a] - gaps[c][a]) for gaps in found.values()] for a in range(rows)]
        )
        for b, c in itertools.combinations(met, 2)
    }
    return _Pivot(h, others, powers, weights, changes)


def _faced(table: Any, size: int) -> tuple[Array, list[Array], Array]:
    """Return the powers of terms, their multinomial coefficients, and payoffs by action."""
    powers = arb_mat([[n for row in counts for n in row] for counts in table])
    weights = [arb(math.prod(map(_multinomial, counts))) for counts in table]
    losses = list(table.values())
    payoffs = arb_mat([[arb(row[a]) for row in losses] for a in range(size)])
    return powers, weights, payoffs


def _multinomial(counts: Sequence[int]) -> int:
    whole, left = 1, sum(counts)
    for n in counts:
        whole *= math.comb(left, n)
        left -= n
    return whole


def _terms(powers: Array, weights: Sequence[Array], logs: Sequence[Array]) -> Array:
    exponents = powers * arb_mat(len(logs), 1, list(logs))
    size = powers.nrows()
    return arb_mat(size, 1, [w * exponents[k, 0].exp() for k, w in enumerate(weights)])


def _softmax(rest: Sequence[Array]) -> tuple[Array, Array]:
    """Return one over the sum of exponentials, and its logarithm.

    A ball that is wide is taken at both ends: as a ball its exponential would reach below 0.
    """
    ends = [rest]
    if any(float(one.rad()) > _WIDE for one in rest):
        ends = [[one.lower() for one in rest], [one.upper() for one in rest]]
    totals = [sum((one.exp() for one in part), arb(0)) for part in ends]
    shares, logs = [1 / total for total in totals], [-total.log() for total in totals]
    if len(ends) == 1:
        return shares[0], logs[0]
    return shares[0].union(shares[1]), logs[0].union(logs[1])


def odds_near(
    system: LogitSystem, mixtures: Sequence[Sequence[float]], precision: Array
) -> list[Array]:
    """Return log odds next to an equilibrium: the precision times payoffs, of rounded mixtures.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> system = LogitSystem(finite_form(load("coordination").game))
    >>> [round(float(v), 6) for v in odds_near(system, [(0.5, 0.5)], arb(1))]
    [-0.0625]
    """
    rough = [
        arb(max(row[a], 1e-300)).log() - arb(max(row[0], 1e-300)).log()
        for row in mixtures
        for a in range(1, len(row))
    ]
    return [(precision * gap).mid() for gap in system.gaps([one.mid() for one in rough])]


def midpoints(matrix: Array) -> Array:
    """Return the matrix of midpoints.

    Examples
    --------
    >>> midpoints(arb_mat([[arb(2, 0.5)]]))[0, 0].is_exact()
    True
    """
    rows, columns = matrix.nrows(), matrix.ncols()
    return arb_mat([[matrix[i, k].mid() for k in range(columns)] for i in range(rows)])


def ball(number: Fraction) -> Array:
    """Return a ball that holds a number.

    Examples
    --------
    >>> bool(3 * ball(Fraction(1, 3)) < 1)
    False
    """
    return arb(fmpq(number.numerator, number.denominator))


def inside(inner: Sequence[Array], outer: Sequence[Array]) -> bool:
    """Whether every ball lies in the interior of another.

    Examples
    --------
    >>> inside([arb(0, 1)], [arb(0, 2)]), inside([arb(0, 1)], [arb(0, 1)])
    (True, False)
    """
    return all(o.contains_interior(i) for i, o in zip(inner, outer, strict=True))
