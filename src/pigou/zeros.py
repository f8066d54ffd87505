"""Where expressions in one parameter are zero or undefined: exactly, within an interval.

Steps
-----
1. Case distinctions are split: every branch of an ``if`` counts, and so does where its condition
   turns; of a maximum, minimum or absolute value, the arguments' differences.
2. Numerator and denominator of each piece are factored over the rationals. A factor that is no
   polynomial in the parameter (a root, a logarithm) has no exact zeros here.
3. The real zeros of each factor are isolated in exact arithmetic and enclosed to :math:`10^{-40}`
   (sympy's ``Poly.intervals``); those of linear factors are rational.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.exact import Enclosure
from pigou.expression import If, write_expression

__all__ = ["Zero", "zeros"]

_NARROW = sp.Rational(1, 10**40)
_MOST_PIECES = 64
_HIGHEST_DEGREE = 60


class Zero(NamedTuple):
    """A real algebraic number: enclosed, and in words.

    Examples
    --------
    >>> Zero(Enclosure.point("1/2"), "1/2").exact
    '1/2'
    """

    value: Enclosure
    exact: str


def zeros(expressions: Iterable[sp.Expr], open_: sp.Symbol) -> list[Zero]:
    """Return where any of some expressions in one symbol is zero, changes case or is undefined.

    Parameters
    ----------
    expressions : iterable of sympy expression
        In no other symbol.
    open_ : sympy symbol

    Returns
    -------
    list of Zero
        In increasing order, each once. Zeros of parts that are not polynomial are left out.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> [zero.exact for zero in zeros([x**2 - 2, (2 * x - 1) / (x - 3)], x)]
    ['root of x**2 - 2 in [-2, -1]', '1/2', 'root of x**2 - 2 in [1, 2]', '3']
    """
    found: dict[str, Zero] = {}
    for expression in expressions:
        for piece in _pieces(sp.sympify(expression)):
            for polynomial in _polynomials(piece, open_):
                for zero in _roots(polynomial):
                    found.setdefault(zero.exact, zero)
    return sorted(found.values(), key=lambda zero: zero.value.lower)


def _pieces(expression: sp.Expr) -> Iterator[sp.Expr]:
    """Yield an expression without cases: each way to settle them, and where they turn."""
    waiting, done = [expression], 0
    while waiting and done < _MOST_PIECES:
        one = waiting.pop()
        done += 1
        cases = sorted(one.atoms(If, sp.Max, sp.Min, sp.Abs, sp.Piecewise), key=sp.count_ops)
        if not cases:
            yield one
            continue
        case = cases[0]
        if isinstance(case, If):
            waiting += [one.xreplace({case: part}) for part in case.args[1:]]
            for relation in case.args[0].atoms(sp.core.relational.Relational):
                waiting.append(relation.lhs - relation.rhs)
        elif isinstance(case, sp.Abs):
            waiting += [one.xreplace({case: sign * case.args[0]}) for sign in (1, -1)]
            waiting.append(case.args[0])
        elif isinstance(case, sp.Piecewise):
            waiting += [one.xreplace({case: part}) for part, _ in case.args]
        else:
            first, *rest = case.args
            waiting += [one.xreplace({case: part}) for part in case.args]
            waiting += [first - other for other in rest]


def _polynomials(piece: sp.Expr, open_: sp.Symbol) -> Iterator[sp.Poly]:
    numerator, denominator = sp.fraction(sp.cancel(sp.together(piece)))
    for part in (numerator, denominator):
        if not part.free_symbols <= {open_} or not part.is_polynomial(open_):
            continue
        polynomial = sp.Poly(part, open_)
        if polynomial.is_zero or polynomial.get_domain() not in (sp.QQ, sp.ZZ):
            continue
        if 1 <= polynomial.degree() <= _HIGHEST_DEGREE:
            yield from (factor for factor, _ in polynomial.factor_list()[1])


def _roots(factor: sp.Poly) -> Iterator[Zero]:
    if factor.degree() == 1:
        slope, constant = factor.all_coeffs()
        value = sp.Rational(-constant) / sp.Rational(slope)
        yield Zero(Enclosure.point(str(value)), str(value))
        return
    text = write_expression(factor.as_expr())
    for (low, high), _ in factor.intervals():
        near, far = factor.refine_root(low, high, eps=_NARROW)
        yield Zero(Enclosure(_fraction(near), _fraction(far)), f"root of {text} in [{low}, {high}]")


def _fraction(number: Any) -> Fraction:
    value = sp.Rational(number)
    return Fraction(int(value.p), int(value.q))
