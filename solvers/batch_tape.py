r"""A tape for many games at once: parameters are inputs, and what depends on them alone is shared.

Steps
-----
1. Formulas in variables and parameters become a tape (`pigou.solvers.tape`). In sums and products,
   what does not depend on the variables comes first, so that it is one register; and
   :math:`1/(1 + e^{u})` becomes the logistic function, which rises and has an exact range, its
   derivative :math:`L (1 - L)`.
2. Registers that depend on parameters alone are enclosed once for every game: the *table*.
3. The rest, in variables and rows of the table, is a short list of numbered operations, which is
   run over boxes in numpy (`Program.over`) or, compiled, in `pigou.solvers.fast_smooth`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from pigou.errors import StructureError
from pigou.solvers import batch_intervals as arithmetic
from pigou.solvers.batch_intervals import Pair
from pigou.solvers.intervals import Floats, constant
from pigou.solvers.tape import Tape, _as_float as as_float

__all__ = ["Logistic", "Operation", "Program", "Table", "with_logistic"]

ADD, MULTIPLY, NEGATE, POWER, RECIPROCAL, ROOT, EXP, LOG, LOGISTIC = range(9)
KINDS = {
    "add": ADD,
    "multiply": MULTIPLY,
    "root": ROOT,
    "exp": EXP,
    "log": LOG,
    "logistic": LOGISTIC,
}


class Logistic(sp.Function):
    """The logistic function 1/(1 + exp(-u)), with its own derivative."""

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return L (1 - L)."""
        return self * (1 - self)


def with_logistic(formula: sp.Expr) -> sp.Expr:
    """Write 1/(a + a exp(u)) as the logistic function of -u.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> with_logistic(3 / (1 + sp.exp(2 - x)))
    3*Logistic(x - 2)
    """

    def is_one(node: sp.Expr) -> bool:
        if not (node.is_Pow and node.exp.is_Integer and node.exp < 0 and node.base.is_Add):
            return False
        parts = node.base.args
        return len(parts) == 2 and parts[0] == 1 and isinstance(parts[1], sp.exp)

    return formula.replace(is_one, lambda node: Logistic(-node.base.args[1].args[0]) ** -node.exp)


class Operation(NamedTuple):
    """One operation on earlier registers: a kind, one or two of them, and a power."""

    kind: int
    first: int
    second: int = -1
    power: Fraction = Fraction(0)


class _Ordered(Tape):
    """A tape in which parts that depend on parameters alone come first."""

    def __init__(self, formulas: Sequence[sp.Expr], variables: Sequence[sp.Symbol], inputs: Any):
        self._moving = frozenset(variables)
        super().__init__(formulas, inputs)

    def _built(self, node: sp.Expr) -> int:
        if isinstance(node, Logistic):
            return self._emit("logistic", self._register(node.args[0]))
        if isinstance(node, sp.Add | sp.Mul) and not node.is_Rational:
            parts = sorted(node.args, key=lambda part: bool(part.free_symbols & self._moving))
            name = "add" if isinstance(node, sp.Add) else "multiply"
            places = [self._register(part) for part in parts]
            return reduce(lambda a, b: self._emit(name, *sorted((a, b))), places)
        return super()._built(node)


class Table(NamedTuple):
    """What depends on parameters alone: ends for every row and game, and where it is undefined.

    Attributes
    ----------
    low, high : arrays of shape (rows, games)
    left : array of bool
    point : tuple of bool
        Which rows are points in all games.
    same : tuple of bool
        Which rows are the same in all games.
    """

    low: Floats
    high: Floats
    left: NDArray[np.bool_]
    point: tuple[bool, ...]
    same: tuple[bool, ...]

    def of(self, games: NDArray[np.intp]) -> list[Pair]:
        """Return the rows for boxes of given games."""
        pairs: list[Pair] = []
        for k, (point, same) in enumerate(zip(self.point, self.same, strict=True)):
            if same:
                low = float(self.low[k, 0])
                pairs.append((low, low if point else float(self.high[k, 0])))
            else:
                lows = self.low[k].take(games)
                pairs.append((lows, lows if point else self.high[k].take(games)))
        return pairs

    def pick(self, games: NDArray[np.intp]) -> Table:
        """Return the table of chosen games."""
        ends = self.low.take(games, 1), self.high.take(games, 1)
        return Table(*ends, self.left.take(games), self.point, self.same)


class Program:
    """Formulas in variables and parameters, ready to be run over boxes of many games.

    Parameters
    ----------
    formulas : sequence of sympy expression
    variables : sequence of sympy symbol
        What differs from box to box.
    parameters : sequence of sympy symbol
        What differs from game to game.

    Attributes
    ----------
    operations : list of Operation
        Registers are numbered: variables, rows of the table, results of operations.
    outputs : tuple of int

    Examples
    --------
    >>> x, c = sp.symbols("x c", real=True)
    >>> program = Program([c**2 * x], [x], [c])
    >>> program.operations
    [Operation(kind=1, first=0, second=1, power=Fraction(0, 1))]
    >>> table = program.table(np.array([[1.0, 2.0]]))
    >>> half = np.array([0.5, 0.5])
    >>> [(low, high)], left = program.over(table, np.array([0, 1]), [(half, half)])
    >>> low.round(9)
    array([0.5, 2. ])
    """

    def __init__(
        self,
        formulas: Sequence[sp.Expr],
        variables: Sequence[sp.Symbol],
        parameters: Sequence[sp.Symbol],
    ):
        self.size, self.parameters = len(variables), len(parameters)
        self._tape = _Ordered(formulas, variables, [*variables, *parameters])
        self._split()

    def _split(self) -> None:
        """Part the tape into what depends on parameters alone, and the rest."""
        steps, m = self._tape.steps, self.size
        start = m + self.parameters
        moving = [k < m for k in range(start)]
        for step in steps:
            moving.append(any(moving[a] for a in step.arguments))
        used = {a for k, s in enumerate(steps) if moving[start + k] for a in s.arguments}
        used |= set(self._tape.outputs)
        self.rows = sorted(place for place in used if not moving[place])
        number = {k: k for k in range(m)} | {place: m + k for k, place in enumerate(self.rows)}
        self.operations: list[Operation] = []

        def emit(*operation: Any) -> int:
            self.operations.append(Operation(*operation))
            return m + len(self.rows) + len(self.operations) - 1

        for k, step in enumerate(steps):
            if moving[start + k]:
                parts = [number[a] for a in step.arguments]
                number[start + k] = self._translated(step, parts, emit)
        self.outputs = tuple(number[place] for place in self._tape.outputs)
        last = {place: k for k, op in enumerate(self.operations) for place in (op.first, op.second)}
        self._freed: list[list[int]] = [[] for _ in self.operations]
        for place, k in last.items():
            if place >= 0 and place not in self.outputs:
                self._freed[k].append(place)

    def _translated(self, step: Any, parts: list[int], emit: Any) -> int:
        if step.name == "multiply":
            for place, other in (parts, parts[::-1]):
                if self._is_minus_one(place):
                    return emit(NEGATE, other)
            if parts[0] == parts[1]:
                return emit(POWER, parts[0], -1, Fraction(2))
        if step.name == "power":
            whole = int(step.number)
            base = parts[0]
            if abs(whole) > 1:
                base = emit(POWER, base, -1, Fraction(abs(whole)))
            return emit(RECIPROCAL, base) if whole < 0 else base
        if step.name not in KINDS:
            raise StructureError(
                f"a batch cannot run '{step.name}': its payoffs have to be smooth; solve its games "
                "one at a time with solve(game, values)"
            )
        return emit(KINDS[step.name], *parts, *([-1] * (2 - len(parts))), step.number)

    def _is_minus_one(self, place: int) -> bool:
        """Whether a register is the row of the table that holds -1."""
        row = place - self.size
        if not 0 <= row < len(self.rows):
            return False
        index = self.rows[row] - self.size - self.parameters
        step = self._tape.steps[index] if index >= 0 else None
        return step is not None and step.name == "constant" and step.number == -1

    # -- running ----------------------------------------------------------------------------------

    def table(self, parameters: Floats) -> Table:
        """Enclose what depends on parameters alone, given as doubles (parameters, games)."""
        games = parameters.shape[1]
        left = np.zeros(games, dtype=bool)
        start = self.size + self.parameters
        registers: dict[int, Pair] = {self.size + k: (row, row) for k, row in enumerate(parameters)}
        with np.errstate(all="ignore"):
            for k, step in enumerate(self._tape.steps):
                if all(a in registers for a in step.arguments):
                    registers[start + k] = _shared(step, registers, games, left)
        shape = (len(self.rows), games)
        low, high = np.empty(shape), np.empty(shape)
        for k, place in enumerate(self.rows):
            low[k], high[k] = registers[place]
        point = tuple((low == high).all(axis=1).tolist())
        same = ((low == low[:, :1]) & (high == high[:, :1])).all(axis=1) if games else []
        return Table(low, high, left, point, tuple(np.array(same, dtype=bool).tolist()))

    def over(
        self, table: Table, games: NDArray[np.intp], boxes: Sequence[Pair]
    ) -> tuple[list[Pair], NDArray[np.bool_]]:
        """Enclose every formula over boxes of games; say where one is not defined throughout.

        Parameters
        ----------
        table : Table
        games : array of int
            The game of each box.
        boxes : sequence of pair of array
            Lower and upper ends of each variable: the same object where it is a point.
        """
        left = table.left.take(games)
        registers: list[Any] = list(boxes)
        registers += table.of(games)
        for (kind, first, second, number), freed in zip(self.operations, self._freed, strict=True):
            registers.append(_operate(kind, registers[first], registers[second], number, left))
            for place in freed:
                registers[place] = None
        pairs = []
        for place in self.outputs:
            a, b = registers[place]
            pairs.append((a, b) if np.ndim(a) else (np.full(len(games), a), np.full(len(games), b)))
        return pairs, left

    def shared(self, parameters: Floats) -> list[Any]:
        """Evaluate what depends on parameters alone, in doubles: one value where it is constant."""
        registers: dict[int, Any] = {self.size + k: row for k, row in enumerate(parameters)}
        start = self.size + self.parameters
        for k, step in enumerate(self._tape.steps):
            if step.name == "constant":
                registers[start + k] = as_float(step.number)
            elif all(a in registers for a in step.arguments):
                parts = [registers[a] for a in step.arguments]
                kind = KINDS.get(step.name, POWER)
                registers[start + k] = _in_doubles(kind, parts[0], parts[-1], step.number)
        return [registers[place] for place in self.rows]

    def floats(self, shared: Sequence[Any], points: Sequence[Floats]) -> list[Any]:
        """Evaluate every formula in doubles, without any bound.

        Parameters
        ----------
        shared : sequence
            What `shared` returned for the points.
        points : sequence of array
            The variables.

        Examples
        --------
        >>> x, c = sp.symbols("x c", real=True)
        >>> program = Program([c**2 * x], [x], [c])
        >>> program.floats(program.shared(np.array([[1.0, 2.0]])), [np.array([0.5, 0.5])])
        [array([0.5, 2. ])]
        """
        registers: list[Any] = [*points, *shared]
        for kind, first, second, number in self.operations:
            registers.append(_in_doubles(kind, registers[first], registers[second], number))
        return [registers[place] for place in self.outputs]


def _operate(kind: int, x: Pair, y: Pair, number: Fraction, left: NDArray[np.bool_]) -> Pair:
    match kind:
        case 0:
            return arithmetic.add(x, y)
        case 1:
            return arithmetic.multiply(x, y)
        case 2:
            return arithmetic.negative(x)
        case 3:
            return arithmetic.power(x, int(number))
        case 4:
            return arithmetic.reciprocal(x, left)
        case 5:
            return arithmetic.root(x, number, left)
        case 6:
            return arithmetic.exponential(x)
        case 7:
            return arithmetic.logarithm(x, left)
    return arithmetic.logistic(x)


def _in_doubles(kind: int, x: Any, y: Any, number: Fraction) -> Any:
    match kind:
        case 0:
            return x + y
        case 1:
            return x * y
        case 2:
            return -x
        case 3:
            return x * x if number == 2 else x ** float(number)
        case 4:
            return 1 / x
        case 5:
            return np.sqrt(x) if number == Fraction(1, 2) else x ** float(number)
        case 6:
            return np.exp(x)
        case 7:
            return np.log(x)
    return 1 / (1 + np.exp(-x))


def _shared(step: Any, registers: dict[int, Pair], games: int, left: NDArray[np.bool_]) -> Pair:
    """Run one step of the tape on what is the same for all boxes of a game."""
    if step.name == "constant":
        low, high = constant(step.number)
        row = np.full(games, low)
        return row, row if low == high else np.full(games, high)
    parts = [registers[a] for a in step.arguments]
    if step.name == "power":
        whole = int(step.number)
        base = arithmetic.power(parts[0], abs(whole)) if abs(whole) > 1 else parts[0]
        return arithmetic.reciprocal(base, left) if whole < 0 else base
    kind = KINDS[step.name]
    if kind == MULTIPLY:
        for one, other in (parts, parts[::-1]):
            if (one[0] == -1).all() and (one[1] == -1).all():
                return arithmetic.negative(other)
    return _operate(kind, parts[0], parts[-1], step.number, left)
