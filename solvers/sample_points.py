"""Parameter values met on the way, at which claims are evaluated before they are put to a prover.

A claim that is false at such a point, where all that is assumed holds, is refuted by it: exactly,
as the numbers are rational. Relations are evaluated once a point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.expression import symbol

__all__ = ["SamplePoints"]

MOST_POINTS = 24


class SamplePoints:
    """Points that satisfy what is given.

    Parameters
    ----------
    given : sequence of sympy conditions
    integers : iterable of str
        Names of the symbols that are whole numbers.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> points = SamplePoints((x > 0,), ())
    >>> points.add({"x": Fraction(1)})
    >>> points.refuting(x > 2, ()), points.refuting(x > 0, ())
    ({'x': Fraction(1, 1)}, None)
    """

    def __init__(self, given: Sequence[Any], integers: Iterable[str]):
        self.given, self.integers = given, frozenset(integers)
        self._points: list[Mapping[str, Fraction]] = []
        self._values: list[dict[Any, sp.Rational]] = []
        self._true: list[dict[Any, bool | None]] = []

    def add(self, point: Mapping[str, Fraction]) -> None:
        """Keep a point, if it satisfies what is given and is not there yet."""
        if len(self._points) >= MOST_POINTS or point in self._points:
            return
        if any(value.denominator != 1 for n, value in point.items() if n in self.integers):
            return
        values = {symbol(n): sp.Rational(v.numerator, v.denominator) for n, v in point.items()}
        if all(_truth(c, values) is True for c in self.given):
            self._points.append(point)
            self._values.append(values)
            self._true.append({})

    def refuting(self, claim: Any, known: Sequence[Any]) -> Mapping[str, Fraction] | None:
        """Return a point at which a claim is false and all that is known is true, if there is one.

        A relation in which a symbol has no value there, or which is not defined, counts for
        nothing.
        """
        for place, point in enumerate(self._points):
            fails = self._holds(claim, place) is False
            if fails and all(self._holds(c, place) is True for c in known):
                return point
        return None

    def _holds(self, claim: Any, place: int) -> bool | None:
        if claim in (sp.true, sp.false):
            return bool(claim)
        if isinstance(claim, sp.Not):
            inside = self._holds(claim.args[0], place)
            return None if inside is None else not inside
        if isinstance(claim, sp.And | sp.Or):
            ends = isinstance(claim, sp.Or)
            parts = [self._holds(part, place) for part in claim.args]
            if ends in parts:
                return ends
            return None if None in parts else not ends
        known = self._true[place]
        if claim not in known:
            known[claim] = _truth(claim, self._values[place])
        return known[claim]


def _truth(claim: Any, values: Mapping[Any, sp.Rational]) -> bool | None:
    """Return whether a relation holds at values; None if it is open or not of real numbers."""
    try:
        value = claim.xreplace(values)
    except (TypeError, ValueError):
        return None
    return bool(value) if value in (sp.true, sp.false) else None
