"""Signs of formulas over cells of continuous moves, for the checker of games in stages.

A *cell* holds an enclosure for each continuous move. Whether a formula is at least 0 in all of it
is decided by enclosing the formula, or because another one that is known to be at least 0 is it
times what is above 0, or differs from it by what is not below 0. Case distinctions are followed one
by one, each with what it tells.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.enclosing import enclosed
from pigou.errors import DeclarationError
from pigou.exact import Enclosure
from pigou.expression import If

__all__ = [
    "Cell", "at_least_zero", "clipped", "halves", "is_positive_definite", "is_zero", "leaves",
    "one_sided_slopes", "shortened", "slope_of", "with_kinks_named", "without_settled_kinks",
]  # fmt: skip

ZERO, ONE = Enclosure.point(0), Enclosure.point(1)

Cell = Mapping[str, Enclosure]


def clipped(part: Enclosure, move: sp.Symbol, assumed: Sequence[sp.Expr]) -> Enclosure | None:
    """Return the part of an interval in which linear conditions on a move may hold."""
    low, high = part.lower, part.upper
    for condition in assumed:
        slope = slope_of(condition, move)
        if slope.is_Rational and slope != 0 and condition.free_symbols == {move}:
            border = Fraction(str(sp.cancel(move - condition / slope)))
            low, high = (max(low, border), high) if slope > 0 else (low, min(high, border))
    return Enclosure(low, high) if low <= high else None


def is_zero(formula: sp.Expr, point: Cell, borders: Sequence[sp.Expr]) -> bool:
    """Whether a formula is 0 at a point: exactly, or as a multiple of what is 0 by definition."""
    if all(v.is_exact for v in point.values()):
        return enclosed(formula, point) == ZERO
    return any(_is_multiple(formula, b) or _is_multiple(-formula, b) for b in borders)


def is_positive_definite(rows: list[list[Enclosure]]) -> bool:
    """Whether all symmetric matrices within these entries are positive definite (by pivots).

    Examples
    --------
    >>> is_positive_definite([[Enclosure(Fraction(1), Fraction(2))]])
    True
    """
    rows = [list(row) for row in rows]
    for i in range(len(rows)):
        if rows[i][i].lower <= 0:
            return False
        for k in range(i + 1, len(rows)):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [b - factor * a for a, b in zip(rows[i], rows[k], strict=True)]
    return True


def halves(cell: Cell) -> list[dict[str, Enclosure]]:
    """Cut a cell in two across its longest side.

    Examples
    --------
    >>> [half["x"] for half in halves({"x": Enclosure(Fraction(0), Fraction(1))})]
    [Enclosure(0, 1/2), Enclosure(1/2, 1)]
    """
    name = max(cell, key=lambda n: cell[n].width)
    low, high = cell[name].lower, cell[name].upper
    middle = (low + high) / 2
    return [
        {**cell, name: Enclosure(low, middle)},
        {**cell, name: Enclosure(middle, high)},
    ]


def leaves(
    rule: sp.Expr, cell: Cell, assumed: tuple[sp.Expr, ...]
) -> Iterator[tuple[sp.Expr, tuple[sp.Expr, ...]]]:
    """Yield the formulas that a rule may be in a cell, each with what is then known besides."""
    if not isinstance(rule, If):
        yield rule, assumed
        return
    left = _reduced_condition(rule.args[0], cell, assumed)
    for truth, branch in ((True, rule.args[1]), (False, rule.args[2])):
        for known in _cases(left, truth):
            yield from leaves(branch, cell, (*assumed, *known))


def _cases(condition: Any, truth: bool) -> list[tuple[sp.Expr, ...]]:
    """Return what is at least 0 if a condition holds (or fails), one entry for each way it may."""
    if condition in (sp.true, sp.false):
        return [()] if bool(condition == sp.true) == truth else []
    if not isinstance(condition, sp.And | sp.Or):
        gap, fails = _oriented(condition)
        return [(gap if truth != fails else -gap,)]
    parts = [_cases(part, truth) for part in condition.args]
    if isinstance(condition, sp.Or) == truth:
        return [case for part in parts for case in part]
    joined = [tuple(itertools.chain(*row)) for row in itertools.product(*parts)]
    if truth or condition.has(sp.Lt, sp.Gt):
        return joined
    return [  # all fail strictly: not both a formula and minus a multiple of it
        row
        for row in joined
        if not any(_is_multiple(-a, b) for a, b in itertools.combinations(row, 2))
    ]


def _oriented(condition: Any) -> tuple[sp.Expr, bool]:
    """Write a relation as: a gap is at least 0, or that fails."""
    gap = condition.lhs - condition.rhs
    if isinstance(condition, sp.Ge | sp.Lt):
        return gap, isinstance(condition, sp.Lt)
    if isinstance(condition, sp.Le | sp.Gt):
        return -gap, isinstance(condition, sp.Gt)
    raise DeclarationError(f"'{condition}' is not checked in a strategy: use <, <=, > or >=")


def _reduced_condition(condition: Any, cell: Cell, assumed: Sequence[sp.Expr]) -> Any:
    """Put what is known in a cell into a condition."""
    if condition in (sp.true, sp.false):
        return condition
    if isinstance(condition, sp.And | sp.Or):
        return condition.func(*(_reduced_condition(p, cell, assumed) for p in condition.args))
    gap, fails = _oriented(condition)
    try:
        there = enclosed(gap, cell)
    except ZeroDivisionError:  # a denominator may vanish in the cell: nothing is known there
        there = Enclosure(Fraction(-1), Fraction(1))
    if there.lower >= 0 or any(_is_multiple(gap, known) for known in assumed):
        return sp.false if fails else sp.true
    if there.upper < 0 or any(_is_multiple(-gap, known) for known in assumed):
        return sp.true if fails else sp.false
    return sp.Lt(gap, 0) if fails else sp.Ge(gap, 0)


@functools.lru_cache(maxsize=20_000)
def _is_multiple(formula: sp.Expr, known: sp.Expr) -> bool:
    """Whether a formula is another one times a number above 0."""
    if known == 0:
        return False
    ratio = sp.cancel(formula / known)
    return bool(ratio.is_number and ratio.is_positive)


def at_least_zero(formula: sp.Expr, cell: Cell, assumed: Sequence[sp.Expr]) -> bool:
    """Whether a formula is at least 0 in a cell, given what is assumed to be.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> cell = {"x": Enclosure(Fraction(-1), Fraction(1))}
    >>> known = (x - sp.Rational(1, 2),)
    >>> at_least_zero(2 * x - 1, cell, ()), at_least_zero(2 * x - 1, cell, known)
    (False, True)
    """
    formula = shortened(without_settled_kinks(formula, cell))
    if formula == 0:
        return True
    try:
        if enclosed(formula, cell).lower >= 0 or enclosed(_factored(formula), cell).lower >= 0:
            return True
    except (ZeroDivisionError, DeclarationError):
        pass
    return any(_is_multiple(formula, known) for known in assumed) or any(
        _follows(formula, known, cell) for known in assumed
    )


def _follows(formula: sp.Expr, known: sp.Expr, cell: Cell) -> bool:
    """Whether a formula is at least 0 in a cell because another one is.

    It is if it divides or multiplies the other one by what is above 0; or less a multiple of it:
    those are tried that make it constant in one move.
    """
    ratio = shortened(known / formula)
    if ratio.as_numer_denom()[1].is_number and enclosed(ratio, cell).lower > 0:
        return True
    ratio = sp.Integer(0) if known == 0 else shortened(formula / known)
    if ratio.as_numer_denom()[1].is_number and enclosed(ratio, cell).lower > 0:
        return True
    for move in sorted(known.free_symbols & formula.free_symbols, key=str):
        rise, other = slope_of(formula, move), slope_of(known, move)
        if rise.is_Rational and other.is_Rational and other != 0 and rise / other > 0:
            rest = shortened(formula - rise / other * known)
            if enclosed(rest, cell).lower >= 0:
                return True
    return False


@functools.lru_cache(maxsize=20_000)
def shortened(formula: sp.Expr) -> sp.Expr:
    """Cancel common factors; remembered, as the same formulas come up in many cells.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> shortened((x**2 - 1) / (x - 1))
    x + 1
    """
    return sp.cancel(formula)


@functools.lru_cache(maxsize=20_000)
def _factored(formula: sp.Expr) -> sp.Expr:
    return sp.factor(formula)


@functools.lru_cache(maxsize=20_000)
def slope_of(formula: sp.Expr, move: sp.Symbol) -> sp.Expr:
    """Differentiate; remembered.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> slope_of(x**3, x)
    3*x**2
    """
    return sp.diff(formula, move)


def without_settled_kinks(formula: sp.Expr, cell: Cell) -> sp.Expr:
    """Put the branch that holds in a cell in place of kinks, where one does."""
    swaps = {}
    for atom in formula.atoms(sp.Max, sp.Min, sp.Abs):
        parts = (atom.args[0], -atom.args[0]) if isinstance(atom, sp.Abs) else atom.args
        sign = -ONE if isinstance(atom, sp.Min) else ONE
        for one in parts:
            if all((sign * enclosed(one - p, cell)).lower >= 0 for p in parts if p != one):
                swaps[atom] = one
                break
    return formula.xreplace(swaps)


def with_kinks_named(formula: sp.Expr) -> tuple[sp.Expr, dict[sp.Expr, sp.Symbol]]:
    """Put a symbol in place of every kink."""
    atoms = sorted(formula.atoms(sp.Max, sp.Min, sp.Abs), key=str)
    kinks = {atom: sp.Symbol(f"kink {k}", real=True) for k, atom in enumerate(atoms)}
    return formula.xreplace(kinks), kinks


def one_sided_slopes(
    formula: sp.Expr,
    move: sp.Symbol,
    here: Mapping[sp.Symbol, sp.Expr],
    cell: Cell,
    assumed: Sequence[sp.Expr],
) -> tuple[sp.Expr, sp.Expr] | None:
    """Return the derivatives in a move to the left and to the right of where it is taken."""
    plain, kinks = with_kinks_named(formula)
    sides: tuple[dict[Any, Any], dict[Any, Any]] = ({}, {})
    for atom, name in kinks.items():
        parts = (atom.args[0], -atom.args[0]) if isinstance(atom, sp.Abs) else atom.args
        if len(parts) != 2:
            return None
        sign = -1 if isinstance(atom, sp.Min) else 1
        gap = sp.cancel(sign * (parts[0] - parts[1]).xreplace(dict(here)))
        if gap == 0:
            slope = sp.diff(sign * (parts[0] - parts[1]), move)
            if not slope.is_number:
                return None
            rising = bool(slope >= 0)
            left, right = (parts[1], parts[0]) if rising else (parts[0], parts[1])
        elif at_least_zero(gap, cell, assumed):
            left = right = parts[0]
        elif at_least_zero(-gap, cell, assumed):
            left = right = parts[1]
        else:
            return None
        sides[0][name], sides[1][name] = left, right
    first, second = (sp.diff(plain.xreplace(side), move) for side in sides)
    return first, second
