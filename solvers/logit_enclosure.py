r"""Enclosures of logit equilibria, and a proof that one lies on the principal branch.

The conditions, :math:`F(v) = 0` in the log odds v, are those of `pigou.solvers.logit_system`.

Steps
-----
1. Newton's method in ball arithmetic with 200 bits, from the point that
   `pigou.solvers.logit` found in doubles; payoffs are exact rationals.
2. Krawczyk's test on a box V around the point m: with C an inverse of :math:`F'(m)`,

   .. math:: K = m - C F(m) + (1 - C F'(V)) (V - m) \subset \operatorname{int} V

   proves that V holds exactly one zero, and that it lies in K. The widest box of a list that
   passes says how far around the equilibrium is the only one; intersecting with K again and again
   narrows the enclosure.
3. *On the branch, by contraction*: changing the mixture of one other member, of group h, changes
   :math:`u_a - u_b` of group g by at most :math:`K_{gh}` times the total variation, and mixtures
   change by a quarter of :math:`\lambda` times the range of the change of payoffs (the largest mean
   absolute deviation of what varies by 1 is 1/2). With :math:`M_{gh} = m_h K_{gh}/4` and
   :math:`\lambda \rho(M) < 1` the logit response contracts, for all smaller precisions as well:
   the logit equilibrium is unique at each, and so on the branch. :math:`\rho(\lambda M) < 1`
   exactly if :math:`(1 - \lambda M) w = 1` has a positive solution w (an M-matrix).
4. *On the branch, by a tube*: Krawczyk's test with an interval of precisions in the place of one
   proves that for every precision in it V holds exactly one zero, a continuous function of the
   precision. Boxes are laid along the branch from :math:`\lambda = 0`, where even odds are the
   only equilibrium, each holding the equilibrium at the end of the one before. Where the branch
   turns back or is crossed by another there is no such tube.

Sources
-------
R. E. Moore, R. B. Kearfott and M. J. Cloud (2009), Introduction to Interval Analysis, chapter 8;
McKelvey and Palfrey (1995), Games and Economic Behavior 10:6-38, lemma 1, for the uniqueness at
small precisions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb, arb_mat, fmpq, fmpq_mat

from pigou.deadline import time_is_up
from pigou.exact import Enclosure
from pigou.solvers.form import FiniteForm, joined
from pigou.solvers.logit_system import LogitSystem, ball, inside, midpoints, odds_near
from pigou.solvers.mixed_payoffs import losses_faced
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["LogitEnclosure", "contracts", "enclose_logit", "tube_reaches"]

_BITS, _TUBE_BITS, _TINY = 200, 80, 2000
_RADII = (4, 8, 14, 20, 30, 40, 60, 80, 100)
"""Boxes that are tried: 2 to minus these powers around the point."""
_NEAR, _NARROWING = 10, 12
_MOST_BOXES, _MOST_WORK, _SHORTEST = 600, 10_000, 1e-4
_MOST_COMPARED = 20_000

Array = Any


class LogitEnclosure(NamedTuple):
    """A logit equilibrium, enclosed.

    Attributes
    ----------
    mixtures : tuple of tuple of Enclosure
        Of every group.
        A probability below 2^-2000 is enclosed by 0 and that.
    odds : tuple of arb
        The log odds.
    radius : float
        It is the only logit equilibrium whose log odds differ from its own by less than this.
    """

    mixtures: tuple[tuple[Enclosure, ...], ...]
    odds: tuple[Any, ...]
    radius: float


def enclose_logit(
    form: FiniteForm, precision: Fraction, mixtures: Sequence[Sequence[float]]
) -> LogitEnclosure | None:
    """Enclose the logit equilibrium next to a point; None if it cannot be done.

    Parameters
    ----------
    form : FiniteForm
    precision : Fraction
    mixtures : sequence of sequence of float
        Of every group, near the equilibrium.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game)
    >>> found = enclose_logit(form, Fraction(5), [(0.7478, 0.2522)])
    >>> found.mixtures[0][1].value, found.mixtures[0][1].width < Fraction(1, 10**40)
    (0.2522..., True)
    >>> found.radius > 1e-3
    True
    """
    with working_precision(_BITS):
        system = LogitSystem(form)
        if not system.unknowns:
            return LogitEnclosure(((Enclosure.point(1),),) * len(form.groups), (), math.inf)
        at = ball(precision)
        point = system.newton(odds_near(system, mixtures, at), at)
        if point is None:
            return None
        for power in _RADII:
            radius = arb(2) ** -power
            box = [own + arb(0, radius) for own in point]
            narrow = _narrowed(system, point, box, at)
            if narrow is not None:
                shares = tuple(tuple(map(_probability, row)) for row in system.shares(narrow))
                return LogitEnclosure(shares, tuple(narrow), 2.0**-power)
    return None


def contracts(form: FiniteForm, precision: Fraction) -> bool:
    """Whether the logit response is shown to contract at this precision and all smaller ones.

    Parameters
    ----------
    form : FiniteForm
        If a group has an exit, or payoffs were rounded, nothing is shown.
    precision : Fraction

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game)
    >>> contracts(form, Fraction(6)), contracts(form, Fraction(7))
    (True, False)
    """
    every = tuple(tuple(range(len(group.actions))) for group in form.groups)
    if any(group.exit is not None for group in form.groups) or form.rounded:
        return False
    if form.number_of_profiles(every) > _MOST_COMPARED:
        return False
    size = len(form.groups)
    rate = fmpq(precision.numerator, precision.denominator) / 4
    rows = [[fmpq(0)] * size for _ in range(size)]
    for g in range(size):
        for h, most in enumerate(_largest_changes(losses_faced(form, g, every), size)):
            others = form.groups[h].size - (g == h)
            rows[g][h] = int(g == h) - rate * others * most
    try:
        weights = fmpq_mat(rows).solve(fmpq_mat(size, 1, [fmpq(1)] * size))
    except ZeroDivisionError:
        return False
    return all(weights[g, 0] > 0 for g in range(size))


def tube_reaches(form: FiniteForm, precision: Fraction, enclosed: LogitEnclosure) -> bool:
    """Whether an enclosed equilibrium is shown to lie on the principal branch, by a tube.

    Parameters
    ----------
    form : FiniteForm
    precision : Fraction
    enclosed : LogitEnclosure

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game)
    >>> found = enclose_logit(form, Fraction(5), [(0.7478, 0.2522)])
    >>> tube_reaches(form, Fraction(5), found)
    True
    """
    with working_precision(_TUBE_BITS):
        system = LogitSystem(form)
        if not system.unknowns:
            return True
        end = _tube(system, precision)
        if end is None:
            return False
        gaps = [abs(own - other) for own, other in zip(end, enclosed.odds, strict=True)]
        return all(gap < enclosed.radius / 2 for gap in gaps)


def _tube(system: LogitSystem, precision: Fraction) -> list[Array] | None:
    """Lay boxes from even odds to a precision: return the enclosure there; None if it fails."""
    at, step = Fraction(0), _first_step(system, precision)
    here = [arb(0) for _ in system.unknowns]
    work = sum(len(weights) for _, weights, _ in system.faced)
    for _ in range(min(_MOST_BOXES, _MOST_WORK // work) + 1):
        if at == precision:
            return here
        if time_is_up() or step < at * Fraction(_SHORTEST):
            return None
        to = min(at + step, precision)
        found = _next_box(system, here, at, to)
        if found is None:
            step /= 2
            continue
        here, at = found, to
        step *= Fraction(3, 2)
    return None


def _first_step(system: LogitSystem, precision: Fraction) -> Fraction:
    gaps = system.gaps([arb(0) for _ in system.unknowns])
    size = max((float(abs(gap).upper()) for gap in gaps), default=0.0)
    return min(precision, Fraction(1, 8) / Fraction(size)) if size > 0 else precision


def _next_box(
    system: LogitSystem, here: Sequence[Array], at: Fraction, to: Fraction
) -> list[Array] | None:
    """Return the enclosure at the end of a stretch of precisions, if a box holds the branch."""
    half = (at + to) / 2
    point = system.newton(here, ball(half), _NEAR)
    if point is None:
        return None
    stretch = ball(at).union(ball(to))
    pace = _pace(system, point, ball(half))
    if pace is None:
        return None
    reach, most = ball((to - at) / 2), max(abs(one).upper() for one in pace)
    widths = [(1.5 * abs(one) + 0.3 * most) * reach + arb(2) ** -30 for one in pace]
    box = [own + arb(0, wide.upper()) for own, wide in zip(point, widths, strict=True)]
    image = system.image(point, box, stretch)
    if image is None or not inside(image, box) or not inside(here, box):
        return None
    end = system.newton(point, ball(to), _NEAR)
    if end is None:
        return None
    near = [own + arb(0, arb(2) ** -40) for own in end]
    narrow = _narrowed(system, end, near, ball(to), 2)
    return narrow if narrow is not None and inside(near, box) else None


def _pace(system: LogitSystem, point: Sequence[Array], precision: Array) -> list[Array] | None:
    """Return how log odds change with the precision."""
    size = len(system.unknowns)
    gaps = arb_mat(size, 1, [gap.mid() for gap in system.gaps(point)])
    try:
        found = midpoints(system.jacobian(point, precision)).solve(gaps)
    except (ZeroDivisionError, ValueError):
        return None
    return [found[k, 0] for k in range(size)]


def _narrowed(
    system: LogitSystem, point: Sequence[Array], box: Sequence[Array], precision: Array,
    most: int = _NARROWING,
) -> list[Array] | None:  # fmt: skip
    """Return a narrow enclosure of the only zero in a box; None if the test does not pass."""
    image = system.image(point, box, precision)
    if image is None or not inside(image, box):
        return None
    for _ in range(most):
        tighter = system.image(point, image, precision)
        if tighter is None or not all(i.overlaps(t) for i, t in zip(image, tighter, strict=True)):
            break
        tighter = [i.intersection(t) for i, t in zip(image, tighter, strict=True)]
        if not any(t.rad() * 2 < i.rad() for i, t in zip(image, tighter, strict=True)):
            break
        image = tighter
    return image


def _largest_changes(table: Any, groups: int) -> list[Any]:
    """Return by how much differences of payoffs change when one other member changes."""
    most = [fmpq(0)] * groups
    for counts, losses in table.items():
        for h, row in enumerate(counts):
            for left, taken in itertools.permutations(range(len(row)), 2):
                if row[left] == 0:
                    continue
                fewer = tuple(n - (k == left) for k, n in enumerate(row))
                without = (*counts[:h], fewer, *counts[h + 1 :])
                there = table.get(joined(without, h, taken))
                if there is not None:
                    change = [a - b for a, b in zip(losses, there, strict=True)]
                    most[h] = max(most[h], max(change) - min(change))
    return most


def _probability(share: Array) -> Enclosure:
    """Enclose a probability."""
    if share < arb(2) ** -_TINY:
        return Enclosure(Fraction(0), Fraction(1, 2**_TINY))
    found = ball_to_enclosure(share)
    return Enclosure(max(found.lower, Fraction(0)), min(found.upper, Fraction(1)))
