r"""History versus expectations: which ends can be reached from which initial share, certified.

Write :math:`x = X - \alpha/\beta` for the distance to the interior steady state. The two equations
of `pigou.foresight` are :math:`\ddot x = r \dot x - \beta \gamma x`.

Steps
-----
1. The characteristic roots are :math:`\rho = (r \pm \sqrt{D}) / 2` with
   :math:`D = r^2 - 4 \beta \gamma`. With :math:`\beta < 0` they have different signs (*saddle*: one
   path from every share, to the interior steady state, and neither end is reached). Otherwise the
   interior steady state repels: paths leave it as a *node* if :math:`D \ge 0`, and turn around it
   as a *spiral* if :math:`D < 0`. The sign of D is decided exactly.
2. The path that arrives at an end, with distance :math:`x_e` and :math:`\dot x = 0` there, is
   followed backwards: a time s before arrival

   .. math:: x(s) = x_e e^{-rs/2} \Bigl( \cos \omega s + \frac{r}{2 \omega} \sin \omega s \Bigr),
             \qquad
             q(s) = \frac{x_e \beta}{\omega} e^{-rs/2} \sin \omega s,
             \qquad \omega = \tfrac12 \sqrt{-D}

   (with cosh and sinh of :math:`\tfrac12 \sqrt{D} s` in a node, and their limit where
   :math:`D = 0`).
3. It last turned, q = 0, at :math:`s = \pi/\omega`, where the distance was
   :math:`-x_e \kappa`, :math:`\kappa = e^{-\pi r / (2 \omega)}`: on the other side of the interior
   steady state, which is why a node has no such point. The path is cut where it would enter from
   outside [0, 1]. Earlier turns lie inside, so no other share leads to that end.
4. The *overlap* is where both ends can be reached, and expectations decide:

   .. math:: \Bigl[ \max\bigl(0, X^* - (1 - X^*) \kappa\bigr),\;
             \min\bigl(1, X^* + X^* \kappa\bigr) \Bigr], \qquad X^* = \alpha/\beta ,

   of width :math:`\kappa` if nothing is cut. Elsewhere history decides, and in a node it does so
   everywhere (at X* itself resources stay). There is an overlap if and only if
   :math:`r < 2 \sqrt{\beta \gamma}`.

All numbers are enclosed by ball arithmetic.

Sources
-------
Krugman (1991), Quarterly Journal of Economics 106:651-667, for the equations and the cases;
Fukao and Benabou (1993), Quarterly Journal of Economics 108:535-542, for the terminal condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from flint import acb, arb

from pigou.equilibrium import Grade
from pigou.errors import DeclarationError
from pigou.exact import Enclosure, exact
from pigou.foresight import Migration
from pigou.solvers.balls import ball_of
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["ForesightPaths", "PathToEnd", "perfect_foresight"]


class PathToEnd(NamedTuple):
    """The path that arrives at an end, with q = 0.

    Attributes
    ----------
    end : int
        The share on arrival: 0 or 1.
    start : Enclosure
        The share farthest from the end from which it arrives: where it last turns, or the other
        end if it comes from there. Of a node, the interior steady state, which is not among them.
    duration : Enclosure or None
        How long it takes from where it last turns; None if it does not turn inside [0, 1].
    migration : Migration
        With numbers in the place of parameters.

    Examples
    --------
    >>> up = perfect_foresight(Migration("cluster", 0, 1, "1/2", 1)).up
    >>> up.end, str(up.start), round(up.duration.value, 6)
    (1, '0', 3.141593)
    """

    end: int
    start: Enclosure
    duration: Enclosure | None
    migration: Migration

    def before(self, time: Any) -> tuple[Enclosure, Enclosure]:
        """Return the share and the value q at a time before arrival.

        The formulas go on to hold where the path would be outside [0, 1], or before it last turned.

        Raises
        ------
        DeclarationError
            If the time is negative.
        """
        s = exact(time)
        if s < 0:
            raise DeclarationError(f"the time before arrival is at least 0, not {time}")
        with working_precision():
            share, value = _backwards(self.migration, self.end, ball_of(s))
            return ball_to_enclosure(share), ball_to_enclosure(value)


class ForesightPaths(NamedTuple):
    """Which ends can be reached from which initial share.

    Attributes
    ----------
    kind : {"saddle", "node", "spiral"}
        Of the interior steady state.
    roots : tuple of tuple of Enclosure
        The real and the imaginary part of both characteristic roots.
    steady_state : Fraction
        The interior one.
    up, down : PathToEnd or None
        The paths to 1 and to 0; None in a saddle.
    overlap : tuple of Enclosure or None
        From where to where both ends can be reached; None where history decides.
    width : Enclosure
        Of the overlap; 0 where there is none.
    largest_discount : Enclosure or None
        The discount rate below which there is an overlap; None in a saddle.

    Examples
    --------
    >>> perfect_foresight(Migration("cluster", 3, 1, "1/2", 1)).kind
    'node'
    """

    kind: str
    roots: tuple[tuple[Enclosure, Enclosure], ...]
    steady_state: Fraction
    up: PathToEnd | None
    down: PathToEnd | None
    overlap: tuple[Enclosure, Enclosure] | None
    width: Enclosure
    largest_discount: Enclosure | None

    @property
    def grade(self) -> Grade:
        """How well all this is known."""
        return Grade.CERTIFIED

    def ends_from(self, share: Any) -> tuple[int, ...] | None:
        """Return the ends that can be reached from a share; None where that cannot be told.

        None at all are reached in a saddle, or from the steady state of a node.

        Raises
        ------
        DeclarationError
            If the share is not in [0, 1].

        Examples
        --------
        >>> found = perfect_foresight(Migration("cluster", "3/10", 1, "1/2", "1/10"))
        >>> [found.ends_from(share) for share in ("0.2", "0.45", "0.8")]
        [(0,), (0, 1), (1,)]
        """
        x = exact(share)
        if not 0 <= x <= 1:
            raise DeclarationError(f"a share lies between 0 and 1, not at {share}")
        if self.up is None or self.down is None:
            return ()
        if self.overlap is None and x == self.steady_state:
            return ()
        ends = []
        for path, sign in ((self.down, -1), (self.up, 1)):
            ahead = [sign * (x - edge) for edge in (path.start.lower, path.start.upper)]
            if min(ahead) < 0 <= max(ahead) and not path.start.is_exact:
                return None
            if min(ahead) >= 0:
                ends.append(path.end)
        return tuple(ends)


def perfect_foresight(migration: Migration, at: Mapping[str, Any] | None = None) -> ForesightPaths:
    r"""Return which ends can be reached from which initial share.

    Parameters
    ----------
    migration : Migration
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Raises
    ------
    DeclarationError
        If a value is not allowed.

    Examples
    --------
    >>> found = perfect_foresight(Migration("cluster", "1/5", 1, "3/5", "3/20"))
    >>> low, high = found.overlap
    >>> found.kind, round(low.value, 6), round(high.value, 6), round(found.width.value, 6)
    ('spiral', 0.427251, 0.859123, 0.431872)
    """
    with working_precision():
        return _solved(migration.at(at))


def _discriminant(m: Migration) -> Fraction:
    return Fraction(m.discount) ** 2 - 4 * Fraction(m.spillover) * Fraction(m.speed)


def _solved(m: Migration) -> ForesightPaths:
    d, steady = _discriminant(m), m.steady_state
    roots = _characteristic_roots(m)
    nothing = Enclosure.point(0)
    if m.spillover < 0:
        return ForesightPaths("saddle", roots, steady, None, None, None, nothing, None)
    largest = ball_to_enclosure(2 * ball_of(m.spillover * m.speed).sqrt())
    up, down = (_path_to(end, m) for end in (1, 0))
    if d >= 0:
        return ForesightPaths("node", roots, steady, up, down, None, nothing, largest)
    overlap = (up.start, down.start)
    width = down.start - up.start
    return ForesightPaths("spiral", roots, steady, up, down, overlap, width, largest)


def _characteristic_roots(m: Migration) -> tuple[tuple[Enclosure, Enclosure], ...]:
    """Return (r - sqrt(D))/2 and (r + sqrt(D))/2."""
    root = acb(ball_of(_discriminant(m))).sqrt()
    both = [(ball_of(m.discount) + sign * root) / 2 for sign in (-1, 1)]
    return tuple((ball_to_enclosure(z.real), ball_to_enclosure(z.imag)) for z in both)


def _path_to(end: int, m: Migration) -> PathToEnd:
    """Return the path to an end, from where it last turns or enters."""
    d, steady = _discriminant(m), m.steady_state
    if d >= 0:
        return PathToEnd(end, Enclosure.point(steady), None, m)
    omega = ball_of(-d).sqrt() / 2
    half_turn = arb.pi() / omega
    shrunk = (-ball_of(m.discount) * half_turn / 2).exp()
    turn = ball_to_enclosure(ball_of(steady) - ball_of(end - steady) * shrunk)
    if m.discount == 0:
        turn = Enclosure.point(2 * steady - end)
    other = 1 - end
    inside = turn.lower >= 0 if end == 1 else turn.upper <= 1
    if inside:
        return PathToEnd(end, turn, ball_to_enclosure(half_turn), m)
    if end == 1:
        cut = Enclosure(max(turn.lower, Fraction(other)), max(turn.upper, Fraction(other)))
    else:
        cut = Enclosure(min(turn.lower, Fraction(other)), min(turn.upper, Fraction(other)))
    return PathToEnd(end, cut, None, m)


def _backwards(m: Migration, end: int, s: arb) -> tuple[arb, arb]:
    """Return the share and q at time s before arrival."""
    d, steady = _discriminant(m), m.steady_state
    half = ball_of(m.discount) / 2
    if d < 0:
        omega = ball_of(-d).sqrt() / 2
        even, odd = (omega * s).cos(), (omega * s).sin() / omega
    elif d > 0:
        omega = ball_of(d).sqrt() / 2
        even, odd = (omega * s).cosh(), (omega * s).sinh() / omega
    else:
        even, odd = arb(1), s
    decayed = ball_of(end - steady) * (-half * s).exp()
    return ball_of(steady) + decayed * (even + half * odd), decayed * ball_of(m.spillover) * odd
