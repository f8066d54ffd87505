r"""Critical strengths of the mixtures that all members of a population with two choices share.

With :math:`\Delta_k(s)` what the second choice gains beside k others who take it, a mixture p is an
equilibrium iff

.. math:: f(p, s) = \sum_{k=0}^{N-1} \binom{N-1}{k} p^k (1 - p)^{N-1-k} \Delta_k(s) = 0 .

Steps
-----
1. The number of roots p in (0, 1) changes only where two of them meet or one reaches an end: at
   roots of :math:`\operatorname{res}_p(f, \partial f / \partial p)`, of :math:`\Delta_0` or of
   :math:`\Delta_{N-1}`.
2. A total T(p, s), expected under the mixture p, equals a number or a polynomial c(s) at an
   equilibrium only where :math:`\operatorname{res}_p(f, T - c) = 0`.
3. Resultants are determinants of Sylvester matrices; as polynomials in s they are interpolated from
   exact values at enough strengths, with the degrees in p that the polynomials have at most
   strengths. A resultant that is zero at every strength tells nothing; the caller has to look.

Sources: elimination by resultants is classical (Cox, Little and O'Shea, Ideals, Varieties, and
Algorithms, chapter 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat

from pigou.solvers.critical import StrengthForm, interpolated
from pigou.solvers.form import joined
from pigou.solvers.roots import from_bernstein

__all__ = ["MOST_MEMBERS", "meetings", "number_of_mixtures_changes", "resultant"]

MOST_MEMBERS = 12

Row = Sequence[Any]


def number_of_mixtures_changes(form: StrengthForm) -> Iterator[Any]:
    """Yield polynomials in the strength between whose roots the number of mixtures stays.

    Parameters
    ----------
    form : StrengthForm
        One population with two choices, of at most `MOST_MEMBERS` members.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.critical import strength_form
    >>> model = load("coordination")
    >>> game = model.reform("uniform_subsidy")(model.game)
    >>> form = strength_form(game, "subsidy", {"firms": 3})
    >>> sum(1 for _ in number_of_mixtures_changes(form))
    3
    """
    gaps = _gaps(form)
    yield from (gaps[0], gaps[-1])
    width = len(gaps) - 2
    yield _eliminated(form, gaps, lambda at: _in_p(gaps, at).derivative(), width, form.degree)


def meetings(form: StrengthForm, totals: Row, level: Any) -> Any:
    """Return the polynomial whose roots are where an expected total equals a level at a mixture.

    Parameters
    ----------
    form : StrengthForm
    totals : sequence of fmpq_poly
        The total when k members take the second choice, k = 0 to N, as polynomials in the strength.
    level : fmpq_poly
        In the strength.

    Examples
    --------
    >>> from flint import fmpq_poly
    >>> from pigou.models import load
    >>> from pigou.solvers.critical import strength_form
    >>> model = load("coordination")
    >>> game = model.reform("uniform_subsidy")(model.game)
    >>> form = strength_form(game, "subsidy", {"firms": 2})
    >>> numbers = [fmpq_poly([k]) for k in range(3)]
    >>> found = meetings(form, numbers, fmpq_poly([1]))  # one of two on average: p = 1/2
    >>> [str(root) for root, _ in found.roots()]
    ['1/16']
    """
    gaps = _gaps(form)
    degree = max([form.degree, level.degree(), *(t.degree() for t in totals)])

    def other(at: Any) -> Any:
        return _in_p(totals, at) - level(at)

    return _eliminated(form, gaps, other, len(totals) - 1, degree)


def _gaps(form: StrengthForm) -> list[Any]:
    """Return what the second choice gains beside k others who take it."""
    size = form.groups[0].size
    found = []
    for k in range(size):
        rest = ((size - 1 - k, k),)
        found.append(form.payoff(0, 1, joined(rest, 0, 1)) - form.payoff(0, 0, joined(rest, 0, 0)))
    return found


def _in_p(coefficients: Row, at: Any) -> Any:
    """Return a Bernstein form with coefficients at one strength, in powers of p."""
    return from_bernstein([c(at) for c in coefficients])


def _eliminated(
    form: StrengthForm, gaps: Row, other: Callable[[Any], Any], width: int, degree: int
) -> Any:
    """Return the resultant of f and another polynomial in p, as a polynomial in s."""
    highest = (len(gaps) - 1) * degree + width * form.degree
    nodes = [Fraction(n) for n in range(highest + 1)]
    pairs = []
    for node in nodes:
        at = fmpq(node.numerator, node.denominator)
        pairs.append((_in_p(gaps, at), other(at)))
    m, n = (max(max(pair[side].degree(), 0) for pair in pairs) for side in (0, 1))
    values = [resultant(one, m, two, n) for one, two in pairs]
    return interpolated(nodes, values)


def resultant(one: Any, m: int, two: Any, n: int) -> Any:
    """Return the determinant of the Sylvester matrix of two polynomials of formal degrees m, n.

    Examples
    --------
    >>> from flint import fmpq_poly
    >>> resultant(fmpq_poly([-2, 1]), 1, fmpq_poly([-3, 1]), 1)
    -1
    """
    rows = []
    for polynomial, width, times in ((one, m, n), (two, n, m)):
        high = [polynomial[i] for i in range(width, -1, -1)]
        for shift in range(times):
            rows.append([fmpq(0)] * shift + high + [fmpq(0)] * (times - 1 - shift))
    return fmpq_mat(rows).det()
