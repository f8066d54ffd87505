r"""Conditions as statements about signs: which occur together, and how to say so in short.

Steps
-----
1. The gap of an inequality is written as a quotient of products of irreducible factors. Its sign
   is settled by theirs; where a factor of the denominator is 0 the inequality is not defined, and
   counts as false. Factors whose sign is known from what is assumed are left out.
2. The combinations of signs that some parameter values have are enumerated depth-first, factor by
   factor; z3 cuts off what no values have. (Each is a cell of the arrangement of the curves on
   which a factor is 0, lower-dimensional cells included.)
3. A condition is the set of combinations at which it is true. It is covered by few *boxes*, which
   allow each factor some of the signs: from a combination not covered yet, a box is grown factor by
   factor as long as it contains no combination at which the condition is false. Combinations that
   no values have do not matter. Boxes that the others cover are dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

__all__ = [
    "Box",
    "Reader",
    "Signs",
    "boxes",
    "factors",
    "literals",
    "sign_vectors",
    "without_zeros",
]

Signs: TypeAlias = tuple[int, ...]
"""One combination: -1, 0 or 1 for every factor."""

Box: TypeAlias = tuple[frozenset[int], ...]
"""The signs that are allowed to every factor."""

EVERY = frozenset((-1, 0, 1))
_RELATIONS: dict[frozenset[int], Any] = {
    frozenset((1,)): sp.Gt,
    frozenset((0,)): sp.Eq,
    frozenset((-1,)): sp.Lt,
    frozenset((0, 1)): sp.Ge,
    frozenset((-1, 0)): sp.Le,
    frozenset((-1, 1)): sp.Ne,
}
_ALLOWED: dict[str, frozenset[int]] = {
    ">": frozenset((1,)),
    "<": frozenset((-1,)),
    ">=": frozenset((0, 1)),
    "<=": frozenset((-1, 0)),
    "==": frozenset((0,)),
    "!=": frozenset((-1, 1)),
}


class _Factor(NamedTuple):
    base: sp.Expr
    power: int
    sign: int  # of what stands in the gap, against that of the base


def factors(gap: sp.Expr) -> list[_Factor]:
    """Return the irreducible factors of a gap, with negative powers for those of its denominator.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> [(f.base, f.power) for f in factors((y - x) * x / y**2)]
    [(-1, 1), (x, 1), (x - y, 1), (y, -2)]
    """
    numerator, denominator = sp.fraction(sp.factor(sp.together(gap)))
    found = []
    for product, direction in ((numerator, 1), (denominator, -1)):
        for part in sp.Mul.make_args(product):
            whole = part.is_Pow and part.exp.is_Integer and part.exp > 0
            base, power = (part.base, int(part.exp)) if whole else (part, 1)
            if base == 0:
                return [_Factor(sp.S.Zero, 1, 1)]
            turned = base.could_extract_minus_sign() and not base.is_number
            if turned:
                base = sp.expand(-base)
            if base != 1:
                found.append(_Factor(base, direction * power, (-1) ** power if turned else 1))
    return found


class Reader:
    """Reads conditions as statements about the signs of factors.

    Parameters
    ----------
    known : callable
        The sign of a factor if it is known from what is assumed, else None.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> reader = Reader({y: 1}.get)
    >>> claim = sp.Gt(x * y, 0)
    >>> reader.open_factors([claim]), reader.true_at(claim, {x: 1}), reader.true_at(claim, {x: 0})
    ((x,), True, False)
    """

    def __init__(self, known: Callable[[sp.Expr], int | None]):
        self.known = known
        self._factors: dict[sp.Expr, list[_Factor]] = {}

    def factors(self, gap: sp.Expr) -> list[_Factor]:
        """Return the factors of a gap; an answer is remembered."""
        if gap not in self._factors:
            self._factors[gap] = factors(gap)
        return self._factors[gap]

    def open_factors(self, claims: Iterable[Any]) -> tuple[sp.Expr, ...]:
        """Return the factors of all inequalities whose signs are not known, the simplest first."""
        found = {
            f.base
            for claim in claims
            for relation in claim.atoms(Relational)
            for f in self.factors(relation.lhs - relation.rhs)
            if self.known(f.base) is None
        }
        return tuple(sorted(found, key=lambda g: (g.count_ops(), str(g))))

    def true_at(self, claim: Any, signs: dict[sp.Expr, int]) -> bool:
        """Whether a claim is true where the open factors have given signs."""
        if claim in (sp.true, sp.false):
            return bool(claim)
        if isinstance(claim, sp.And):
            return all(self.true_at(part, signs) for part in claim.args)
        if isinstance(claim, sp.Or):
            return any(self.true_at(part, signs) for part in claim.args)
        if isinstance(claim, sp.Not):
            return not self.true_at(claim.args[0], signs)
        sign = self.sign_at(claim.lhs - claim.rhs, signs)
        return sign is not None and sign in _ALLOWED[claim.rel_op]

    def sign_at(self, gap: sp.Expr, signs: dict[sp.Expr, int]) -> int | None:
        """Return the sign of a gap; None where it is not defined."""
        total = 1
        for base, power, sign in self.factors(gap):
            known = self.known(base)
            own = signs[base] if known is None else known
            if own == 0 and power < 0:
                return None
            total *= sign * own ** abs(power)
        return total


def sign_vectors(
    over: Sequence[sp.Expr], possible: Callable[..., bool | None], most: int
) -> list[Signs] | None:
    """Return the combinations of signs that can occur; None if undecided or more than `most`.

    Examples
    --------
    >>> from pigou.solvers.conditions import Simplifier
    >>> x, y = sp.symbols("x y", real=True)
    >>> sign_vectors([x, y - x], Simplifier((x >= 0, y <= x), (), [x, y]).possible, 10)
    [(1, 0), (1, -1), (0, 0), (0, -1)]
    """
    rows: list[Signs] = [()]
    for place, factor in enumerate(over):
        grown = []
        for row in rows:
            known = literals([frozenset((s,)) for s in row], over[:place])
            for sign in (1, 0, -1):
                answer = possible(*known, _RELATIONS[frozenset((sign,))](factor, 0))
                if answer is None:
                    return None
                if answer:
                    grown.append((*row, sign))
        rows = grown
        if len(rows) > most:
            return None
    return rows


def literals(box: Sequence[frozenset[int]], over: Sequence[sp.Expr]) -> tuple[Boolean, ...]:
    """Return a box as inequalities.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> literals((frozenset((0, 1)), EVERY), (x, y))
    (x >= 0,)
    """
    pairs = zip(over, box, strict=True)
    return tuple(_RELATIONS[allowed](factor, 0) for factor, allowed in pairs if allowed != EVERY)


def without_zeros(box: Box, rows: Sequence[Signs]) -> Box:
    """Return a box that does not allow a factor to be 0 if it never is, in any of the rows.

    Examples
    --------
    >>> [sorted(s) for s in without_zeros((frozenset((0, 1)), EVERY), [(1, 0), (-1, 1)])]
    [[1], [-1, 0, 1]]
    """
    never = (all(row[place] for row in rows) for place in range(len(box)))
    strict = (a - {0} if n and a != EVERY else a for a, n in zip(box, never, strict=True))
    return tuple(strict)


def boxes(true: Sequence[Signs], false: Sequence[Signs]) -> list[Box]:
    """Return few boxes that contain every combination of the first list and none of the second.

    Examples
    --------
    >>> [[sorted(s) for s in box] for box in boxes([(1, 1), (0, 1)], [(-1, 1)])]
    [[[0, 1], [-1, 0, 1]]]
    """
    covers = []
    for backwards in (True, False):
        found: list[Box] = []
        for start in sorted(true, key=lambda v: v.count(0)):
            if not any(_within(start, box) for box in found):
                found.append(_grown(start, false, backwards))
        covers.append(_needed(found, true))
    return min(covers, key=_size)


def _size(cover: list[Box]) -> tuple[int, int]:
    return len(cover), sum(allowed != EVERY for box in cover for allowed in box)


def _within(signs: Signs, box: Box) -> bool:
    return all(s in allowed for s, allowed in zip(signs, box, strict=True))


def _grown(start: Signs, false: Sequence[Signs], backwards: bool) -> Box:
    box = tuple(frozenset((s,)) for s in start)
    order = range(len(start) - 1, -1, -1) if backwards else range(len(start))
    for place in order:
        for allowed in _larger(start[place]):
            larger = (*box[:place], allowed, *box[place + 1 :])
            if not any(_within(v, larger) for v in false):
                box = larger
                break
    return box


def _larger(sign: int) -> Iterator[frozenset[int]]:
    yield EVERY
    yield from (frozenset((sign, other)) for other in (0, 1, -1) if abs(other - sign) == 1)


def _needed(found: list[Box], true: Sequence[Signs]) -> list[Box]:
    kept = list(found)
    for box in sorted(found, key=lambda b: -sum(allowed != EVERY for allowed in b)):
        rest = [b for b in kept if b is not box]
        if all(any(_within(v, b) for b in rest) for v in true):
            kept = rest
    return kept
