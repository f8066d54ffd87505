"""The sign of an expression with a square root, without the root; and which formulas are large."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy as sp

__all__ = ["is_large", "without_root"]

MOST_TERMS = 150
_HALVES = (-3, -1, 1, 3)


@lru_cache(maxsize=4096)
def is_large(formula: sp.Expr) -> bool:
    """Tell whether a formula has too many terms, multiplied out, to be factored in short time.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> is_large((x + y) ** 3), is_large((x + y + 1) ** 30)
    (False, True)
    """
    if formula.count_ops() < 40 and not any(p.exp.is_Integer and abs(p.exp) > 5
                                            for p in formula.atoms(sp.Pow)):  # fmt: skip
        return False
    top, bottom = sp.fraction(sp.together(formula))
    return any(len(sp.Add.make_args(sp.expand(part))) > MOST_TERMS for part in (top, bottom))


def without_root(
    gap: sp.Expr, holds: Callable[[Any], bool], sign: Callable[[sp.Expr], int | None]
) -> sp.Expr:
    """Return an expression of the same sign without the square root of a gap, if there is one.

    Of a + b*sqrt(c), with c > 0 and with a and b of opposite signs, all by proof, the sign is
    that of b*(b**2*c - a**2); with the same sign it is that of a + b. Of a quotient whose
    denominator has the root, and is not proved to differ from 0, the root is left: without the
    quotient it would not be seen where it is not defined.

    Parameters
    ----------
    gap : sympy expression
    holds : callable
        Whether a condition is proved.
    sign : callable
        The sign of an expression where it is proved, else None.

    Examples
    --------
    >>> x, y = sp.symbols("x y", positive=True)
    >>> without_root(sp.sqrt(x) - y, bool, lambda part: int(sp.sign(part)))
    x - y**2
    """
    roots = [p for p in gap.atoms(sp.Pow) if not p.exp.is_Integer]
    bases = {p.base for p in roots}
    if len(bases) != 1 or any(2 * p.exp not in _HALVES for p in roots):
        return gap
    (base,) = bases
    if not holds(base > 0):
        return gap
    root = sp.Dummy("root")
    plain = sp.together(gap.xreplace({p: root ** int(2 * p.exp) for p in roots}))
    top, bottom = (sp.Poly(part, root) for part in sp.fraction(plain))
    if bottom.degree() and not holds(sp.Ne(bottom.as_expr().xreplace({root: sp.sqrt(base)}), 0)):
        return gap
    whole = (top * bottom).all_coeffs()[::-1]  # of the same sign as the quotient
    a, b = (
        sp.factor(sp.Add(*(c * base ** (k // 2) for k, c in enumerate(whole) if k % 2 == odd)))
        for odd in (0, 1)
    )
    signs = [sign(part) if part != 0 else 0 for part in (a, b)]
    if None in signs:
        return gap
    if 0 in signs or signs[0] == signs[1]:
        return a + b
    return sp.factor(signs[1] * (b**2 * base - a**2))
