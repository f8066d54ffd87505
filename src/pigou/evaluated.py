"""Numbers for formulas in parameters, for structures that are values of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.errors import DeclarationError, unknown
from pigou.exact import exact
from pigou.expression import read_expression, symbol
from pigou.game import Parameter

__all__ = ["evaluator"]


def evaluator(
    what: str, parameters: Sequence[Parameter], values: Mapping[str, Any] | None = None
) -> Callable[[Any], Fraction]:
    """Return what turns a formula in the parameters into a number.

    Parameters
    ----------
    what : str
        What is evaluated, for messages: ``"global game 'project'"``.
    parameters : sequence of Parameter
    values : mapping of str to number, optional
        The defaults where none is given.

    Raises
    ------
    DeclarationError
        If a name is not a parameter, a value is outside its domain, or a parameter has none; and,
        when a formula is evaluated, if its value is not a rational number.

    Examples
    --------
    >>> number = evaluator("game 'talk'", [Parameter("b", "1/20")], {"b": "0.2"})
    >>> number("2*b"), number(3)
    (Fraction(2, 5), Fraction(3, 1))
    """
    known = {p.name: p for p in parameters}
    for given in values or {}:
        if given not in known:
            raise DeclarationError(unknown("parameter", given, known, what))
    numbers: dict[sp.Symbol, sp.Rational] = {}
    for parameter in parameters:
        value = (values or {}).get(parameter.name, parameter.default)
        if value is None:
            raise DeclarationError(f"{what}: parameter '{parameter.name}' has no value")
        fraction = parameter.check(exact(value))
        numbers[symbol(parameter.name)] = sp.Rational(fraction.numerator, fraction.denominator)

    def number(formula: Any) -> Fraction:
        value = read_expression(formula, list(known)).xreplace(numbers)
        if not value.is_rational:
            raise DeclarationError(f"{what}: {formula} is not a rational number")
        return Fraction(int(value.p), int(value.q))

    return number
