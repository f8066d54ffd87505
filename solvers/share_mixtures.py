r"""Shares at which a continuum with two choices is indifferent, as expressions with conditions.

Steps
-----
1. What the second choice gains at the share p is brought over one denominator. It must be a ratio
   of polynomials in p, without cases that hang on p.
2. The denominator has no zero in [0, 1] if its coefficients in Bernstein form,
   :math:`c_k = \sum_{j \le k} \binom{k}{j} a_j / \binom{d}{j}` from those in powers, have one sign
   under what is assumed (*proved* by z3); otherwise nothing is stated.
3. The numerator in Bernstein form is what `pigou.solvers.indifference` counts the roots of: there
   the coefficients are gains beside 0, ..., d fellow members, here they are numbers only.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from pigou.expression import If
from pigou.solvers.conditions import Simplifier, tidy
from pigou.solvers.indifference import MOST_COUNTED, SharedMixtures, roots_of_bernstein_form

__all__ = ["share_mixtures"]


def share_mixtures(
    labels: tuple[str, str], payoffs: Sequence[sp.Expr], share: sp.Symbol, simplifier: Simplifier
) -> SharedMixtures:
    """Return the equilibria of a continuum in which both choices are taken.

    Parameters
    ----------
    labels : pair of str
        The two choices.
    payoffs : pair of sympy expression
        Of each choice, at the share of the second.
    share : sympy symbol
        That share.
    simplifier : Simplifier
        What is assumed of the parameters.

    Examples
    --------
    >>> c, p = sp.symbols("c p", real=True)
    >>> simplifier = Simplifier((c > 1,), (), [c])
    >>> mixed = share_mixtures(("out", "in"), (sp.S.Zero, c / (1 + p) - 1), p, simplifier).found[1]
    >>> mixed.condition, mixed.probabilities["in"]
    (c < 2, c - 1)
    """
    first, second = payoffs
    over, under = sp.fraction(sp.together(second - first))
    rational = all(part.is_polynomial(share) and not part.has(If) for part in (over, under))
    if not rational:
        return SharedMixtures([], [], "so far where payoffs are ratios of polynomials in the share")
    gaps, weights = (_bernstein(part, share) for part in (over, under))
    if len(gaps) > MOST_COUNTED + 1:
        return SharedMixtures([], [], f"so far up to the degree {MOST_COUNTED} in the share")
    sign = next(
        (s for s in (1, -1) if all(simplifier.holds(s * w > 0, sp.true) for w in weights)), None
    )
    if sign is None:
        return SharedMixtures([], [], "whether a payoff divides by zero at a share is open")
    return roots_of_bernstein_form(
        labels,
        [tidy(sign * gap) for gap in gaps],
        lambda p: first.xreplace({share: p}),
        share,
        simplifier,
    )


def _bernstein(polynomial: sp.Expr, share: sp.Symbol) -> list[sp.Expr]:
    """Return the coefficients of a polynomial in Bernstein form."""
    powers = sp.Poly(polynomial, share).all_coeffs()[::-1]
    degree = len(powers) - 1
    return [
        sp.Add(*(sp.binomial(k, j) * powers[j] / sp.binomial(degree, j) for j in range(k + 1)))
        for k in range(degree + 1)
    ]
