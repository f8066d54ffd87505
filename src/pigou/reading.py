"""Numbers in the place of formulas, for structures that are not games in the language of `Game`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.errors import DeclarationError, unknown
from pigou.exact import exact
from pigou.expression import read_expression, symbol
from pigou.game import Parameter

__all__ = ["check_formulas", "number_reader"]


def check_formulas(formulas: Iterable[Any], parameters: Sequence[Parameter]) -> None:
    """Read every formula, so that a wrong one is refused where it is declared.

    Raises
    ------
    ExpressionError
        If one cannot be read, or holds more than parameters.

    Examples
    --------
    >>> check_formulas(["cost/2", 1], [Parameter("cost", 1)])
    """
    names = [parameter.name for parameter in parameters]
    for formula in formulas:
        read_expression(formula, names)


def number_reader(
    what: str, parameters: Sequence[Parameter], values: Mapping[str, Any] | None = None
) -> Callable[[Any], Fraction]:
    """Return what turns a formula into a number at the given values.

    Parameters
    ----------
    what : str
        What the formulas belong to, for messages: ``"global game 'project'"``.
    parameters : sequence of Parameter
    values : mapping of str to number, optional
        The defaults where none is given.

    Raises
    ------
    DeclarationError
        If a value is outside its domain, a parameter has none or does not exist; and, by what is
        returned, if a formula has no rational value.

    Examples
    --------
    >>> number_reader("project", [Parameter("cost", "1/2")], {"cost": "0.3"})("2*cost")
    Fraction(3, 5)
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

    def put(formula: Any) -> Fraction:
        value = read_expression(formula, list(known)).xreplace(numbers)
        if not value.is_Rational:
            raise DeclarationError(f"{what}: {formula} is not a rational number")
        return Fraction(int(value.p), int(value.q))

    return put
