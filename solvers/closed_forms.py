r"""Closed forms of the solutions of small polynomial systems with parameters.

Steps
-----
1. Linear equations are solved by the adjugate of their matrix over its determinant.
2. One equation in one unknown is factored over the rational functions of the parameters; a linear
   factor gives one solution, a quadratic one two, which merge where its discriminant is 0. Where
   another factor has a higher degree there is no closed form here.
3. Of two equations in two unknowns one unknown is eliminated by a resultant; its closed forms are
   put back, and those that satisfy both equations are kept.

What is returned solves the equations. That nothing else does, for any parameter values, is for the
caller to prove: `pigou.solvers.move_regimes` has it proved by z3.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sympy as sp

__all__ = ["Solution", "closed_forms"]


class Solution(NamedTuple):
    """Values of unknowns in closed form, and what has to hold for them to be defined.

    Examples
    --------
    >>> x, a = sp.symbols("x a", real=True)
    >>> closed_forms([a * x - 1], [x])
    [Solution(values={x: 1/a}, needs=(Ne(a, 0),))]
    """

    values: Mapping[sp.Symbol, sp.Expr]
    needs: tuple[Any, ...]


def closed_forms(
    equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]
) -> list[Solution] | None:
    """Return solutions of polynomial equations in closed form; None if none is found.

    Parameters
    ----------
    equations : sequence of sympy expression
        Polynomials in the unknowns and in parameters; as many as unknowns.
    unknowns : sequence of sympy symbol

    Examples
    --------
    >>> x, y, a = sp.symbols("x y a", real=True)
    >>> [s.values[x] for s in closed_forms([a - 2 * x - y, a - 2 * y - x], [x, y])]
    [a/3]
    >>> [s.values for s in closed_forms([x**2 - a], [x])]
    [{x: sqrt(a)}, {x: -sqrt(a)}]
    """
    if not unknowns:
        return [Solution({}, ())]
    polynomials = [sp.Poly(e, *unknowns) for e in equations]
    if any(p.is_zero for p in polynomials):
        return None
    if all(p.total_degree() <= 1 for p in polynomials):
        return _linear(equations, unknowns)
    if len(unknowns) == 1:
        return _roots(equations[0], unknowns[0])
    if len(unknowns) == 2 and all(p.total_degree() <= 4 for p in polynomials):
        return _two(equations, unknowns)
    return None


def _linear(equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]) -> list[Solution] | None:
    matrix, right = sp.linear_eq_to_matrix(list(equations), list(unknowns))
    determinant = sp.factor(matrix.det())
    if determinant == 0:
        return None
    values = matrix.adjugate() * right / determinant
    needs = () if determinant.is_number else (sp.Ne(determinant, 0),)
    return [Solution({x: sp.cancel(v) for x, v in zip(unknowns, values, strict=True)}, needs)]


def _roots(equation: sp.Expr, unknown: sp.Symbol) -> list[Solution] | None:
    """Solve by factors that are linear or quadratic; None if there is another that matters."""
    found: list[Solution] = []
    for factor, _ in sp.factor_list(equation)[1]:
        coefficients = sp.Poly(factor, unknown).all_coeffs() if factor.has(unknown) else [factor]
        if len(coefficients) == 2:
            b, c = coefficients
            needs = () if b.is_number else (sp.Ne(b, 0),)
            found.append(Solution({unknown: sp.cancel(-c / b)}, needs))
        elif len(coefficients) == 3:
            a, b, c = coefficients
            found += _quadratic(a, b, c, unknown)
        elif len(coefficients) > 3:
            return None
    return found


def _quadratic(a: sp.Expr, b: sp.Expr, c: sp.Expr, unknown: sp.Symbol) -> list[Solution]:
    inside = sp.factor(b**2 - 4 * a * c)
    needs = () if a.is_number else (sp.Ne(a, 0),)
    found = []
    for sign, relation in ((1, sp.Ge), (-1, sp.Gt)):  # they merge where the discriminant is 0
        value = sp.simplify((-b + sign * sp.sqrt(inside)) / (2 * a))
        found.append(Solution({unknown: value}, (*needs, relation(inside, 0))))
    return [s for s in found if sp.false not in s.needs]


def _two(equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]) -> list[Solution] | None:
    """Eliminate one of two unknowns by a resultant, and put its roots back.

    If nothing is found with one of the roots, the other ways round are tried: a root within a root
    is not always seen to be a solution.
    """
    best: list[Solution] | None = None
    for (x, y), (one, other) in itertools.product(
        itertools.permutations(unknowns), itertools.permutations(equations)
    ):
        eliminated = sp.resultant(one, other, y)
        firsts = _roots(eliminated, x) if eliminated != 0 else None
        found: list[Solution] = []
        lost = False
        for first in firsts or []:
            before = len(found)
            there = sp.numer(sp.together(sp.simplify(one.xreplace(dict(first.values)))))
            seconds = _roots(there, y) if there.has(y) else None
            if seconds is None:
                break
            for second in seconds:
                at = {**first.values, **second.values}
                if sp.simplify(other.xreplace(at)) == 0 and sp.simplify(one.xreplace(at)) == 0:
                    found.append(Solution(at, (*first.needs, *second.needs)))
            lost |= len(found) == before
        else:
            if firsts is not None:
                best = found if best is None else max(best, found, key=len)
                if not lost:
                    return best
    return best
