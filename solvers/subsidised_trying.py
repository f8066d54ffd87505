r"""What a subsidy to experimentation is expected to cost, with certificates.

Each of N players of a bandit receives :math:`\sigma` a unit of time while it experiments, until the
first success. Write G for what the public expects to pay per player, as a flow (r times the present
value), and z for the log odds of the belief above those of the cutoff.

Steps
-----
1. Where all experiment all the time, :math:`G = \sigma - \frac{1}{\mu_N} p \, (G + (1 - p) G')`, so
   that :math:`G = \sigma - \frac{\sigma}{1 + \mu_N} p + C (1 - p) \Omega(p)^{\mu_N}`. Of a team
   :math:`G = 0` at the cutoff.
2. In the symmetric equilibrium, between the cutoff and the belief above which all do, put the
   intensity k of `pigou.solvers.stopping` into terms of z, with :math:`\mu = r/\lambda` and
   :math:`\theta = \mu (g - s + \sigma) / (g - s + \mu (g - s + \sigma))`:

   .. math:: k = \frac{\mu (e^z - 1 - z)}{(N - 1)(1 - \theta e^z)} .

   The log odds fall by :math:`\lambda N k` a unit of time, and no success comes before they
   are down at x with probability :math:`(1 - p(z)) / (1 - p(x))`. So

   .. math:: G(z) = (1 - p(z)) \, \frac{\mu \sigma}{N} \int_0^z
             e^{-\int_x^z q} \, \frac{dx}{1 - p(x)} , \qquad q = \frac{\mu}{N k} .

3. The integral is taken over cells from z downwards, in each by a Taylor polynomial at its middle
   with Lagrange's remainder in ball arithmetic. Cells are short where q is large, at the cutoff.
4. As k falls on the way, :math:`0 \le G \le \sigma k`: that bounds what is left below the last
   cell, where it no longer counts.

Sources
-------
Own, for the equilibrium of Keller, Rady and Cripps (2005), Econometrica 73:39-68.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from flint import arb, arb_series, ctx

from pigou.errors import DeclarationError
from pigou.exact import Enclosure, exact
from pigou.solvers.balls import ball_of
from pigou.solvers.roots import ball_to_enclosure, working_precision
from pigou.solvers.stopping import Experimentation

__all__ = ["experimentation_outlay"]

_ORDER = 16
"""Even, so that the remainder of a Taylor polynomial has one sign on both sides."""
_MOST_CELLS = 2_000
_NEGLIGIBLE = 2.0**-60


def experimentation_outlay(found: Experimentation, belief: Any) -> Enclosure:
    """Return what the public expects to pay per player, as a flow, from a belief on.

    Parameters
    ----------
    found : Experimentation
        What a team does, or what is done in equilibrium.
    belief : number
        In [0, 1].

    Raises
    ------
    DeclarationError
        If the belief is not in [0, 1].

    Examples
    --------
    >>> from pigou.bandit import Bandit
    >>> from pigou.solvers.stopping import experiment_as_team, experimentation_equilibrium
    >>> pilot = Bandit("pilot", "1/5", "1/2", 3, "6/5", 3, subsidy="3/10")
    >>> round(experimentation_outlay(experimentation_equilibrium(pilot), "0.3").value, 4)
    0.0256
    >>> round(experimentation_outlay(experiment_as_team(pilot), "0.3").value, 4)
    0.0588
    """
    p, b = exact(belief), found.bandit
    if not 0 <= p <= 1:
        raise DeclarationError(f"a belief lies between 0 and 1, not at {belief}")
    if p <= found.cutoff or b.subsidy == 0:
        return Enclosure.point(0)
    if p == 1:
        mu = Fraction(b.discount) / (b.players * b.rate)
        return Enclosure.point(b.subsidy * mu / (1 + mu))
    with working_precision(), _long_series():
        return ball_to_enclosure(_outlay(found, p))


@contextmanager
def _long_series() -> Iterator[None]:
    """Keep the remainder's coefficient, which series would be cut off before; within a precision.

    To ask for a coefficient beyond where a series is cut off is no error: it is 0.
    """
    before = ctx.cap
    ctx.cap = _ORDER + 1
    try:
        yield
    finally:
        ctx.cap = before


def _outlay(found: Experimentation, p: Fraction) -> arb:
    """Return the outlay at a belief above the cutoff and below 1."""
    x = ball_of(p)
    if found.full.is_exact:
        return _all_in(found, x, ball_of(found.cutoff), arb(0))
    trying = _Trying(found)
    if p <= found.full.lower:
        return trying.outlay(x)
    start = ball_of(found.full.lower).union(ball_of(found.full.upper))
    above = _all_in(found, x, start, trying.outlay(start))
    return above if p >= found.full.upper else above.union(trying.outlay(x))


def _all_in(found: Experimentation, p: arb, start: arb, outlay: arb) -> arb:
    """Return the outlay where all experiment, which is `outlay` at the belief `start`."""
    b = found.bandit
    mu = Fraction(b.discount) / (b.players * b.rate)
    most, slope = ball_of(b.subsidy), ball_of(b.subsidy / (1 + mu))
    odds = (1 - p) / p * start / (1 - start)
    share = (1 - p) / (1 - start) * (odds.log() * ball_of(mu)).exp()
    return most - slope * p + (outlay - most + slope * start) * share


class _Trying:
    """Where players are indifferent: all as functions of the log odds above the cutoff."""

    def __init__(self, found: Experimentation):
        b = found.bandit
        ahead = b.discount / b.rate * (b.good - b.safe + b.subsidy)
        self.theta = ball_of(ahead / (b.good - b.safe + ahead))
        self.mu = ball_of(b.discount / b.rate)
        self.players = arb(b.players)
        self.subsidy = ball_of(b.subsidy)
        self.odds = ball_of(found.cutoff / (1 - found.cutoff))

    def outlay(self, belief: arb) -> arb:
        """Return the outlay from a belief on."""
        top = (belief / (1 - belief) / self.odds).log()
        total, weight = arb(0), self.mu / self.players
        for _ in range(_MOST_CELLS):
            bottom = self._next(top)
            part, passed = self._cell(bottom, top)
            total += weight * part
            weight *= (-passed).exp()
            top = bottom
            left = weight * self.players / self.mu * self._intensity(top) * self._per_bad(top)
            if left < total * _NEGLIGIBLE:
                break
        return (1 - belief) * self.subsidy * (total + arb(0).union(left))

    def _next(self, top: arb) -> arb:
        """Return where the cell below a place ends, as an exact number."""
        here = float(top.mid())
        steep = float(self._speed(top, top)[0].mid())
        return arb(here - min(here / 16, 0.25, 0.5 / steep if steep > 0 else 1.0))

    def _intensity(self, z: arb) -> arb:
        return self.mu * _excess(z) / ((self.players - 1) * (1 - self.theta * z.exp()))

    def _per_bad(self, z: Any) -> Any:
        """Return 1/(1 - p), of a number or a series."""
        return 1 + self.odds * z.exp()

    def _speed(self, at: arb, over: arb) -> arb_series:
        """Return the series of q at a place, or over a ball from `at` to `over`."""
        place, e = at.union(over), at.union(over).exp()
        tail = [e / arb(k).fac() for k in range(2, _ORDER + 1)]
        excess = _excess(at).union(_excess(over))  # which rises
        below = arb_series([excess, e - 1, *tail], prec=_ORDER + 1)
        above = 1 - self.theta * arb_series([place, 1], prec=_ORDER + 1).exp()
        return (self.players - 1) / self.players * above / below

    def _cell(self, bottom: arb, top: arb) -> tuple[arb, arb]:
        """Return the integral over a cell, with weight 1 at its top, and that of q."""
        middle = arb(((bottom + top) / 2).mid())
        ends = bottom - middle, top - middle
        q, over = self._speed(middle, middle), self._speed(bottom, top)
        passed = _integral(q, over, *ends)
        half = _integral(q, over, arb(0), ends[1])
        at_middle = self._integrand(q, -half, middle)
        remainder = self._integrand(over, -arb(0).union(passed), bottom.union(top))
        return _integral(at_middle, remainder, *ends), passed

    def _integrand(self, q: arb_series, exponent: arb, place: arb) -> arb_series:
        series = (q.integral() + exponent).exp()
        return series * self._per_bad(arb_series([place, 1], prec=_ORDER + 1))


def _excess(z: arb) -> arb:
    return z.exp() - 1 - z


def _integral(series: arb_series, over: arb_series, low: arb, high: arb) -> arb:
    """Return an integral by a series in the middle, with the remainder's coefficient over all."""
    coefficients = [*(series[k] for k in range(_ORDER)), over[_ORDER]]
    total = arb(0)
    for k, coefficient in enumerate(coefficients, 1):
        total += coefficient * (high**k - low**k) / k
    return total
