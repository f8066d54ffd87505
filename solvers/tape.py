r"""Formulas as a tape: one list of operations, run in floats, in intervals, in balls, exactly.

Steps
-----
1. Formulas are walked once. Every distinct subexpression becomes one register: a constant, a sum
   or a product of two registers, a whole or a fractional power, an exponential, a logarithm, the
   logistic function or a derivative of it (`pigou.solvers.logistic`; the step's number is which).
2. Registers that are equal operations on equal registers are one (common subexpressions).
3. The tape is then run over registers that hold doubles for many points, interval ends for many
   boxes (`pigou.solvers.intervals`), balls of arb, or exact rationals.

Source: A. Griewank and A. Walther (2008), Evaluating Derivatives, section 2.2, for the term.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from flint import arb, fmpq

from pigou.errors import StructureError
from pigou.solvers.intervals import (
    Domain,
    Ends,
    Floats,
    add,
    constant,
    exponential,
    integer_power,
    logarithm,
    logistic,
    multiply,
    picked,
    rational_power,
)
from pigou.solvers.kinks import Pick, Rise
from pigou.solvers.logistic import Logistic

__all__ = ["Tape"]


class _Step(NamedTuple):
    """One operation on earlier registers, with a number where it needs one."""

    name: str
    arguments: tuple[int, ...] = ()
    number: Fraction = Fraction(0)


class Tape:
    """Formulas in some variables, ready to be run.

    Parameters
    ----------
    formulas : sequence of sympy expression
    variables : sequence of sympy symbol

    Raises
    ------
    StructureError
        If a formula holds a function or name that cannot be run.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> tape = Tape([x * y, sp.exp(x * y)], [x, y])
    >>> len(tape.steps)  # x*y is computed once
    2
    >>> tape.rationals([fmpq(2), fmpq(1, 3)]) is None  # exp is not rational
    True
    """

    def __init__(self, formulas: Sequence[sp.Expr], variables: Sequence[sp.Symbol]):
        self.steps: list[_Step] = []
        self.size = len(variables)
        self._known: dict[Any, int] = {v: k for k, v in enumerate(variables)}
        self._places: dict[_Step, int] = {}
        self.outputs = tuple(self._register(sp.sympify(f)) for f in formulas)

    # -- building -----------------------------------------------------------------------------

    def _emit(self, name: str, *arguments: int, number: Fraction = Fraction(0)) -> int:
        step = _Step(name, arguments, number)
        if step not in self._places:
            self._places[step] = self.size + len(self.steps)
            self.steps.append(step)
        return self._places[step]

    def _register(self, node: sp.Expr) -> int:
        if node not in self._known:
            self._known[node] = self._built(node)
        return self._known[node]

    def _built(self, node: sp.Expr) -> int:
        if node.is_Rational:
            return self._emit("constant", number=Fraction(int(node.p), int(node.q)))
        if isinstance(node, sp.Add | sp.Mul):
            parts = [self._register(part) for part in node.args]
            name = "add" if isinstance(node, sp.Add) else "multiply"
            return reduce(lambda a, b: self._emit(name, *sorted((a, b))), parts)
        if node == sp.E:
            return self._emit("exp", self._emit("constant", number=Fraction(1)))
        if isinstance(node, sp.Pow):
            return self._power(*node.args)
        if isinstance(node, sp.exp | sp.log):
            return self._emit(type(node).__name__, self._register(node.args[0]))
        if isinstance(node, Logistic):
            order = Fraction(int(node.args[1]))
            return self._emit("logistic", self._register(node.args[0]), number=order)
        if isinstance(node, Pick | Rise):
            name = "pick" if isinstance(node, Pick) else "rise"
            return self._emit(name, *(self._register(part) for part in node.args))
        raise StructureError(f"'{node}' cannot be evaluated: {type(node).__name__} is not smooth")

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> int:
        if not exponent.is_Rational:
            return self._register(sp.exp(exponent * sp.log(base), evaluate=False))
        number = Fraction(int(exponent.p), int(exponent.q))
        name = "power" if number.denominator == 1 else "root"
        return self._emit(name, self._register(base), number=number)

    # -- running ------------------------------------------------------------------------------

    def _run(self, start: list[Any], operate: Callable[[_Step, list[Any]], Any]) -> list[Any]:
        registers = list(start)
        for step in self.steps:
            registers.append(operate(step, [registers[a] for a in step.arguments]))
        return [registers[place] for place in self.outputs]

    def intervals(self, low: Floats, high: Floats) -> tuple[Floats, Floats, Any]:
        """Enclose every formula over boxes, given by ends of shape (variables, boxes).

        Returns
        -------
        lower, upper : arrays of shape (formulas, boxes)
        left : array of bool
            The boxes in which some formula is not defined everywhere.
        """
        boxes = low.shape[1]
        domain = Domain(boxes)
        partial = any(step.name == "pick" for step in self.steps)

        def operate(step: _Step, a: list[Any]) -> Any:
            if not partial:
                return _interval(step, a, boxes, domain)
            own = Domain(boxes)
            ends = _interval(step, [ends for ends, _ in a], boxes, own)
            own.leave(_left(step, a))
            return ends, own.left

        start: list[Any] = [(low[k], high[k]) for k in range(self.size)]
        with np.errstate(all="ignore"):
            results = self._run([(e, False) for e in start] if partial else start, operate)
        if partial:
            for _, left in results:
                domain.leave(left)
        shape = (len(results), boxes)
        lower, upper = np.empty(shape), np.empty(shape)
        for k, result in enumerate(results):
            lower[k], upper[k] = result[0] if partial else result
        return lower, upper, domain.left

    def floats(self, points: Floats) -> Floats:
        """Evaluate every formula, in doubles and without any bound, at points (variables, points).

        Examples
        --------
        >>> x = sp.Symbol("x", real=True)
        >>> Tape([x**2], [x]).floats(np.array([[3.0, 4.0]])).tolist()
        [[9.0, 16.0]]
        """
        number = points.shape[1]
        operations: dict[str, Callable[..., Any]] = {
            "constant": lambda q: np.full(number, _as_float(q)),
            "add": lambda q, a, b: a + b,
            "multiply": lambda q, a, b: a * b,
            "power": lambda q, a: a ** float(q),
            "root": lambda q, a: a ** float(q),
            "exp": lambda q, a: np.exp(a),
            "log": lambda q, a: np.log(a),
            "logistic": _float_logistic,
            "pick": _float_pick,
            "rise": lambda q, s, a, b: a - b,
        }
        with np.errstate(all="ignore"):
            rows = self._run(list(points), lambda s, a: operations[s.name](s.number, *a))
        return np.array(rows)

    def balls(self, point: Sequence[arb]) -> list[arb]:
        """Enclose every formula over balls, at the precision that is set; not finite if undefined.

        Examples
        --------
        >>> x = sp.Symbol("x", real=True)
        >>> Tape([x**2 - 2], [x]).balls([arb("1.5")])[0] == 0.25
        True
        """
        operations: dict[str, Callable[..., Any]] = {
            "constant": lambda q: arb(fmpq(q.numerator, q.denominator)),
            "add": lambda q, a, b: a + b,
            "multiply": lambda q, a, b: a * b,
            "power": _ball_power,
            "root": _ball_root,
            "exp": lambda q, a: a.exp(),
            "log": lambda q, a: a.log(),
            "logistic": _ball_logistic,
            "pick": _exact_pick,
            "rise": lambda q, s, a, b: a - b,
        }
        return self._run(list(point), lambda s, a: operations[s.name](s.number, *a))

    def rationals(self, point: Sequence[fmpq]) -> list[fmpq] | None:
        """Evaluate every formula exactly; None if one is not rational, or not defined there.

        Examples
        --------
        >>> x = sp.Symbol("x", real=True)
        >>> Tape([1 / x], [x]).rationals([fmpq(2, 3)])
        [3/2]
        """
        if any(s.name in ("root", "exp", "log", "logistic") for s in self.steps):
            return None
        operations: dict[str, Callable[..., Any]] = {
            "constant": lambda q: fmpq(q.numerator, q.denominator),
            "add": lambda q, a, b: a + b,
            "multiply": lambda q, a, b: a * b,
            "power": lambda q, a: a ** int(q),
            "pick": _exact_pick,
            "rise": lambda q, s, a, b: a - b,
        }
        try:
            return self._run(list(point), lambda s, a: operations[s.name](s.number, *a))
        except ZeroDivisionError:
            return None


def _interval(step: _Step, a: list[Ends], boxes: int, domain: Domain) -> Ends:
    """Run one step in intervals."""
    match step.name:
        case "constant":
            ends = constant(step.number)
            return np.full(boxes, ends[0]), np.full(boxes, ends[1])
        case "add":
            return add(*a)
        case "multiply":
            return multiply(*a)
        case "power":
            return integer_power(a[0], int(step.number), domain)
        case "root":
            return rational_power(a[0], step.number, domain)
        case "exp":
            return exponential(a[0])
        case "logistic":
            return logistic(a[0], int(step.number))
        case "pick":
            return picked(*a)
        case "rise":
            return add(a[1], (-a[2][1], -a[2][0]))
    return logarithm(a[0], domain)


def _left(step: _Step, a: list[tuple[Ends, Any]]) -> Any:
    """Say in which boxes an argument that counts is not defined everywhere."""
    if step.name not in ("pick", "rise"):
        return reduce(np.logical_or, (left for _, left in a), False)
    ((low, high), left), (_, one), (_, other) = a
    if step.name == "rise":  # only looked at between 0 and 1
        return left | ((one | other) & ~((low == high) & ((low == 0) | (low == 1))))
    return left | (one & ~((low == 0) & (high == 0))) | (other & ~((low == 1) & (high == 1)))


def _float_pick(_: Fraction, switch: Floats, one: Floats, other: Floats) -> Floats:
    mixed = switch * one + (1 - switch) * other
    return np.where(switch == 1, one, np.where(switch == 0, other, mixed))


def _exact_pick(_: Fraction, switch: Any, one: Any, other: Any) -> Any:
    if switch == 1 or switch == 0:
        return one if switch == 1 else other
    return other + switch * (one - other)


def _as_float(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return np.inf if number > 0 else -np.inf


def _float_logistic(order: Fraction, u: Floats) -> Floats:
    """Return the logistic function or a derivative in doubles: no overflow for large arguments."""
    small = np.exp(-np.abs(u))
    if order == 0:
        return np.where(u >= 0, 1.0, small) / (1 + small)
    slope = small / (1 + small) ** 2
    return slope if order == 1 else np.sign(u) * np.expm1(-np.abs(u)) / (1 + small) * slope


def _ball_logistic(order: Fraction, u: arb) -> arb:
    """Return the logistic function from its values at both ends, and derivatives from it.

    With v = sigma - 1/2, sigma' is 1/4 - v^2 and sigma'' is -2 v sigma'.
    """
    if not u.is_finite():
        return u - u
    above = [1 / (1 + (-end).exp()) for end in (u.lower(), u.upper())]
    middle = above[0].union(above[1]) - arb(1) / 2
    slope = arb(1) / 4 - middle * middle
    return middle + arb(1) / 2 if order == 0 else slope if order == 1 else -2 * middle * slope


def _ball_power(exponent: Fraction, base: arb) -> arb:
    """Raise a ball to a whole power by squaring: arb's own power is undefined around 0."""
    result, square, left = arb(1), base, abs(int(exponent))
    while left:
        result = result * square if left & 1 else result
        left >>= 1
        square = square * square if left else square
    return result if exponent >= 0 else 1 / result


def _ball_root(exponent: Fraction, base: arb) -> arb:
    if exponent == Fraction(1, 2):
        return base.sqrt()
    return base ** arb(fmpq(exponent.numerator, exponent.denominator))
