r"""What holds at every point of a box: signs of formulas, emptiness of regions.

Steps
-----
1. Enclose the formulas over boxes (`pigou.solvers.tape`), halved across their widest side as long
   as nothing is known, up to 256 boxes.
2. What that leaves open is put to the decision procedure for real arithmetic
   (`pigou.solvers.reals`), which also settles formulas that touch 0.

The answer is True only where there is a proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import sympy as sp

from pigou.errors import StructureError
from pigou.solvers.reals import decide
from pigou.solvers.tape import Tape

__all__ = ["Box", "covered", "empty", "holds"]

Box = Mapping[sp.Symbol, tuple[Fraction, Fraction]]

_MOST_BOXES = 256
_SECONDS = 2.0


def holds(
    formulas: Sequence[sp.Expr],
    box: Box,
    strictly: bool = False,
    given: Sequence[sp.Expr] = (),
) -> bool:
    """Tell whether all formulas are at least 0 (or above 0) throughout a box.

    Parameters
    ----------
    formulas : sequence of expression
    box : mapping of symbol to pair of Fraction
    strictly : bool
    given : sequence of expression
        Only the points count at which all of these are at least 0.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> holds([1 - x], {x: (Fraction(0), Fraction(1))})
    True
    >>> holds([1 - x], {x: (Fraction(0), Fraction(1))}, strictly=True)
    False
    """
    return all(_everywhere(formula, box, strictly, given) for formula in formulas)


def empty(formulas: Sequence[sp.Expr], box: Box) -> bool:
    """Tell whether no point of a box has all formulas above 0.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> empty([x - 1], {x: (Fraction(0), Fraction(1))}), empty([x], {x: (Fraction(0), Fraction(1))})
    (True, False)
    """
    numbers = [f for f in formulas if f.is_number]
    if any(_sign_of_number(f) is False for f in numbers):
        return True
    formulas = [f for f in formulas if not f.is_number]
    if not formulas:
        return False
    by_boxes = _search(formulas, box)
    if by_boxes is not None:
        return by_boxes
    return bool(decide(sp.Or(*(f <= 0 for f in formulas)), _given(box), seconds=_SECONDS))


def covered(regions: Sequence[Sequence[sp.Expr]], box: Box, given: Sequence[sp.Expr] = ()) -> bool:
    """Tell whether every point of a box is in a region, where all its formulas are at least 0.

    Only the points count at which all formulas in `given` are at least 0.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> covered([[x - 1], [1 - x]], {x: (Fraction(0), Fraction(2))})
    True
    """
    if any(not region for region in regions):
        return True
    within = sp.Or(*(sp.And(*(f >= 0 for f in region)) for region in regions))
    assumed = [*_given(box), *(f >= 0 for f in given)]
    return bool(within == sp.true or decide(within, assumed, seconds=_SECONDS))


def _sign_of_number(formula: sp.Expr) -> bool | None:
    """Whether a number is above 0; None where that is not known."""
    positive = sp.sympify(formula).is_positive
    return None if positive is None else bool(positive)


def _everywhere(formula: sp.Expr, box: Box, strictly: bool, given: Sequence[sp.Expr] = ()) -> bool:
    if formula.is_number:
        sign = formula.is_positive if strictly else formula.is_nonnegative
        return bool(sign)
    names = [s for s in box if s in formula.free_symbols]
    ends = _enclosed([formula], names, *_start(box, names))
    if ends is not None and not ends[2].any():
        low = float(ends[0][0, 0])
        if low > 0 or (low == 0 and not strictly):
            return True
    claim = formula > 0 if strictly else formula >= 0
    assumed = [*_given(box), *(g >= 0 for g in given)]
    return bool(decide(claim, assumed, seconds=_SECONDS)) or _by_halves(formula, box, names)


def _by_halves(formula: sp.Expr, box: Box, names: Sequence[sp.Symbol]) -> bool:
    """Show that a formula is above 0 throughout a box by halving the box."""
    low, high = _start(box, names)
    looked = 0
    while low.shape[1] and looked < _MOST_BOXES:
        looked += low.shape[1]
        ends = _enclosed([formula], names, low, high)
        if ends is None:
            return False
        left = ends[2] | ~(ends[0][0] > 0)
        low, high = _halved(low[:, left], high[:, left])
    return not low.shape[1]


def _search(formulas: Sequence[sp.Expr], box: Box) -> bool | None:
    """Look for a box in which all formulas are above 0; None where halving does not tell."""
    names = [s for s in box if any(s in f.free_symbols for f in formulas)]
    low, high = _start(box, names)
    looked = 0
    while low.shape[1] and looked < _MOST_BOXES:
        looked += low.shape[1]
        ends = _enclosed(formulas, names, low, high)
        if ends is None:
            return None
        below, above, left = ends
        if ((below > 0).all(axis=0) & ~left).any():
            return False
        maybe = (above > 0).all(axis=0) | left
        low, high = _halved(low[:, maybe], high[:, maybe])
    return True if not low.shape[1] else None


def _start(box: Box, names: Sequence[sp.Symbol]) -> tuple[np.ndarray, np.ndarray]:
    low = [np.nextafter(float(box[s][0]), -np.inf) for s in names]
    high = [np.nextafter(float(box[s][1]), np.inf) for s in names]
    ends = [
        (float(box[s][0]), float(box[s][1]))
        if all(Fraction(float(end)) == end for end in box[s])
        else (a, b)
        for s, a, b in zip(names, low, high, strict=True)
    ]
    return np.array([[a] for a, _ in ends]), np.array([[b] for _, b in ends])


def _halved(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not low.shape[1]:
        return low, high
    places = np.arange(low.shape[1])
    axis = np.argmax(high - low, axis=0)
    middle = (low[axis, places] + high[axis, places]) / 2
    first, second = high.copy(), low.copy()
    first[axis, places] = second[axis, places] = middle
    return np.concatenate([low, second], axis=1), np.concatenate([first, high], axis=1)


def _enclosed(
    formulas: Sequence[sp.Expr], names: Sequence[sp.Symbol], low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    try:
        return Tape(formulas, names).intervals(low, high)
    except (StructureError, KeyError):
        return None


def _given(box: Box) -> list[sp.Basic]:
    conditions = []
    for name, (low, high) in box.items():
        conditions += [name >= sp.Rational(str(low)), name <= sp.Rational(str(high))]
    return conditions
