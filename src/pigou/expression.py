r"""Formulas: a whitelist reader from text to sympy, the writer back, and two functions of games.

The reader walks Python's own syntax tree and knows a short list of node types; nothing is
evaluated as code. Numbers become exact rationals. The grammar:

==========================  ===================================================================
``2``, ``0.25``, ``1e-3``   exact rationals
``name``                    a declared parameter, move, chance variable, type attribute
``+ - * / **``              arithmetic; a numeric exponent is at most 100 in size
``< <= > >= == !=``         comparisons; inside arithmetic they count as 1 (true) or 0 (false)
``and or not``              logic, inside conditions
``if(cond, a, b)``          a if the condition holds, else b
``min max abs sqrt``        as usual; also ``exp`` and ``log``
``logistic(u)``             1/(1 + exp(-u)), as which it is read
``sum(x)``, ``mean(x)``     over all members of a population, where x is in the members' moves
``sum(a, b, c)``            of several expressions, likewise ``mean``
``move == label``           a label of that move stands for its value
==========================  ===================================================================
"""

from __future__ import annotations

import ast
import keyword
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sympy as sp
from sympy.logic.boolalg import Boolean, BooleanFunction
from sympy.printing.str import StrPrinter

from pigou.errors import ExpressionError, unknown
from pigou.exact import LONGEST_RESULT, exact

__all__ = [
    "ExpressionWriter",
    "If",
    "Lookup",
    "Scope",
    "Total",
    "each",
    "names_in",
    "read_condition",
    "read_expression",
    "symbol",
    "valid_name",
    "write_expression",
]

FUNCTIONS = ("if", "min", "max", "abs", "sqrt", "exp", "log", "logistic", "sum", "mean")
_OF_ONE = ("abs", "sqrt", "exp", "log", "logistic")
LONGEST, DEEPEST, LARGEST_POWER, LARGEST_EXP = 20_000, 100, 100, 1_000
MOST_PARTS, MOST_ARGUMENTS, MOST_ROOTS = 5_000, 12, 12
_EACH = "′"  # a prime: no identifier contains it, so no user's name can clash


def symbol(name: str) -> sp.Symbol:
    """Give the sympy symbol that stands for a declared name: real, and the same every time.

    Examples
    --------
    >>> symbol("cost") == symbol("cost"), symbol("cost").is_real
    (True, True)
    """
    return sp.Symbol(name, real=True)


def each(name: str) -> sp.Symbol:
    """Give the symbol of a *generic member's* move or attribute, bound inside a `Total`.

    Examples
    --------
    >>> each("upgrade") == symbol("upgrade")
    False
    """
    return sp.Symbol(name + _EACH, real=True)


class If(sp.Function):
    """A case distinction: ``If(condition, then, otherwise)``.

    Unlike sympy's ``Piecewise`` it never moves conditions across a `Total`, which binds symbols;
    a ``Piecewise`` that a user gives is turned into it.

    Examples
    --------
    >>> If(symbol("n") >= 2, 1, 0)
    if(n >= 2, 1, 0)
    >>> If(sp.true, 1, 0)
    1
    """

    nargs = 3

    @classmethod
    def eval(cls, condition: Boolean, then: sp.Expr, otherwise: sp.Expr) -> sp.Expr | None:
        """Decide where the condition is settled, or does not matter."""
        if condition == sp.true or then == otherwise:
            return then
        return otherwise if condition == sp.false else None

    def _eval_is_real(self) -> bool:
        return True

    def _sympystr(self, printer: Any) -> str:
        return f"if({', '.join(printer.doprint(part) for part in self.args)})"

    def _latex(self, printer: Any) -> str:
        condition, then, otherwise = (printer._print(part) for part in self.args)
        return (
            rf"\begin{{cases}} {then} & \text{{if}}\: {condition} \\ "
            rf"{otherwise} & \text{{otherwise}} \end{{cases}}"
        )


class Total(sp.Function):
    r"""The sum over all members of a population, :math:`\sum_{j} f(a_j)`.

    ``Total(f, population)``: `f` is written in the members' own symbols (`each`), `population`
    is the symbol of the population's name. The member whose payoff is stated is included.

    Examples
    --------
    >>> Total(each("upgrade"), symbol("firm"))
    sum(upgrade)
    >>> Total(0, symbol("firm"))
    0
    """

    nargs = 2

    @classmethod
    def eval(cls, summand: sp.Expr, population: sp.Symbol) -> sp.Expr | None:
        """Evaluate the empty sum only."""
        return sp.S.Zero if summand == 0 else None

    def _eval_is_real(self) -> bool:
        return True

    def _sympystr(self, printer: Any) -> str:
        return f"sum({printer.doprint(of_member(self.args[0]))})"

    def _latex(self, printer: Any) -> str:
        return rf"\sum_{{j}} {printer._print(self.args[0])}"


class Lookup(sp.Function):
    """A payoff given as a table: the entry at the values that the moves take.

    ``Lookup(Tuple(*symbols), Tuple(*axes), Tuple(*entries))``: one axis of values per symbol,
    entries in row-major order (the last symbol runs fastest). Entries may hold parameters.

    Examples
    --------
    >>> table = Lookup.of(["row", "column"], [[0, 1], [0, 1]], [3, 0, 5, 1])
    >>> table.xreplace({symbol("row"): sp.Integer(1), symbol("column"): sp.Integer(0)})
    5
    """

    nargs = 3

    @classmethod
    def of(
        cls, names: Iterable[str], axes: Iterable[Iterable[object]], entries: Iterable[object]
    ) -> sp.Expr:
        """Build a table from names, values per axis, and entries in row-major order."""
        symbols = sp.Tuple(*(symbol(name) for name in names))
        values = sp.Tuple(*(sp.Tuple(*map(sp.Rational, map(exact, axis))) for axis in axes))
        return cls(symbols, values, sp.Tuple(*map(sp.sympify, entries)))

    @classmethod
    def eval(cls, where: sp.Tuple, axes: sp.Tuple, entries: sp.Tuple) -> sp.Expr | None:
        """Evaluate where every symbol has been replaced by a number."""
        if all(point.is_Rational for point in where):
            return cls.entry(where, axes, entries)
        return None

    @staticmethod
    def entry(where: Iterable[Any], axes: sp.Tuple, entries: sp.Tuple) -> sp.Expr:
        """Return the entry at given values, one per axis."""
        position = 0
        for point, axis in zip(where, axes, strict=True):
            values = list(axis)
            if point not in values:
                raise ExpressionError(
                    f"the table has no entry for the value {point}; it has {values}"
                )
            position = position * len(values) + values.index(point)
        return entries[position]

    def _eval_is_real(self) -> bool:
        return True

    def _sympystr(self, printer: Any) -> str:
        return f"table({', '.join(str(name) for name in self.args[0])})"

    def _latex(self, printer: Any) -> str:
        return rf"\pi({', '.join(printer._print(name) for name in self.args[0])})"


def of_member(summand: sp.Expr) -> sp.Expr:
    """Write a summand in the member's own symbols instead of the generic member's."""
    return summand.xreplace(
        {s: symbol(s.name[:-1]) for s in summand.free_symbols if s.name.endswith(_EACH)}
    )


def names_in(expression: sp.Basic, bound: bool = True) -> set[str]:
    """Return the names that occur in an expression, those inside a `Total` included if `bound`.

    Examples
    --------
    >>> share = Total(each("upgrade"), symbol("firm")) * symbol("benefit")
    >>> sorted(names_in(share)), sorted(names_in(share, bound=False))
    (['benefit', 'upgrade'], ['benefit'])
    """
    found: set[str] = set()
    if isinstance(expression, Total):
        return {s.removesuffix(_EACH) for s in names_in(expression.args[0])} if bound else set()
    if isinstance(expression, sp.Symbol):
        return {expression.name}
    for part in expression.args:
        found |= names_in(part, bound)
    return found


def valid_name(name: object, kind: str) -> str:
    """Check that a name can be used in formulas, and return it.

    Raises
    ------
    ExpressionError
        If `name` is not an identifier, is a word of the grammar, or is not in normal form.

    Examples
    --------
    >>> valid_name("benefit", "parameter")
    'benefit'
    >>> valid_name("lead firm", "player")
    Traceback (most recent call last):
    pigou.errors.ExpressionError: player 'lead firm': a name is a letter followed by letters, ...
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise ExpressionError(
            f"{kind} {name!r}: a name is a letter followed by letters, digits or underscores, "
            "as in lead_firm; put the words a reader sees into its label"
        )
    if keyword.iskeyword(name) or name in FUNCTIONS:
        raise ExpressionError(
            f"{kind} {name!r}: this word belongs to the grammar of formulas; choose another"
        )
    if unicodedata.normalize("NFKC", name) != name:
        plain = unicodedata.normalize("NFKC", name)
        raise ExpressionError(f"{kind} {name!r}: write it in its normal form, {plain!r}")
    return name


class Scope:
    """What a formula may refer to: names, labels of finite moves, populations of moves.

    Parameters
    ----------
    names : iterable of str
        Every name that may appear.
    labels : mapping of str to mapping of str to Fraction
        For each finite move, its labels and the values they stand for.
    populations : mapping of str to (str, sympy expression)
        For each move or type attribute of a population: the population and its size.

    Examples
    --------
    >>> scope = Scope(["invest"], {"invest": {"no": exact(0), "yes": exact(1)}})
    >>> read_expression("if(invest == yes, 3, 0)", scope)
    if(Eq(invest, 1), 3, 0)
    """

    def __init__(
        self,
        names: Iterable[str],
        labels: Mapping[str, Mapping[str, Any]] | None = None,
        populations: Mapping[str, tuple[str, sp.Expr]] | None = None,
    ):
        self.names = tuple(dict.fromkeys(names))
        self.labels = labels or {}
        self.populations = populations or {}


def read_expression(text: object, scope: Scope | Iterable[str]) -> sp.Expr:
    """Read a formula.

    Parameters
    ----------
    text : str, number or sympy expression
        The formula. A sympy expression is taken over by the *names* of its symbols.
    scope : Scope or iterable of str
        What it may refer to.

    Returns
    -------
    sympy expression
        With exact rationals and the symbols of `symbol`.

    Raises
    ------
    ExpressionError
        If the text is not in the grammar of this module, names something undeclared, is too long
        (20,000 characters, 5,000 parts), too deep (100 levels) or holds a number too large
        (4,000 bits).

    Examples
    --------
    >>> read_expression("0.5*benefit - cost/3", ["benefit", "cost"])
    benefit/2 - cost/3
    >>> read_expression("__import__('os')", [])
    Traceback (most recent call last):
    pigou.errors.ExpressionError: no function '__import__' ...
    """
    return _read(text, scope, condition=False)


def read_condition(text: object, scope: Scope | Iterable[str]) -> Boolean:
    """Read a formula that is true or false, such as a domain or an assumption.

    Parameters and errors are those of `read_expression`.

    Examples
    --------
    >>> read_condition("0 < share <= 1", ["share"])
    (share <= 1) & (0 < share)
    """
    return _read(text, scope, condition=True)


def _read(text: object, scope: Scope | Iterable[str], condition: bool) -> Any:
    scope = scope if isinstance(scope, Scope) else Scope(scope)
    if isinstance(text, sp.Basic):
        return _adopt(text, scope, condition)
    if not isinstance(text, str):
        if condition:
            raise ExpressionError(f"{text!r} is not a condition; write one as in 'benefit > 0'")
        return _rational(exact(text))
    source = " ".join(unicodedata.normalize("NFKC", text).split())
    reader = _Reader(source, scope)
    tree = reader.parse()
    try:
        return _settled(reader.condition(tree, 0) if condition else reader.number(tree, 0))
    except ExpressionError:
        raise
    except (TypeError, ValueError, ArithmeticError, RecursionError):
        # sympy finds no order between values that are not real, and the like
        raise reader.fail("a value that is not real, or that cannot be worked out") from None


def _settled(expression: sp.Basic) -> sp.Basic:
    """Let sympy put a formula in order until nothing changes: once is not always enough."""

    def again(part: sp.Basic) -> sp.Basic:
        return part.func(*map(again, part.args)) if part.args else part

    for _ in range(5):
        before, expression = expression, again(expression)
        if expression == before:
            break
    return expression


def _adopt(expression: sp.Basic, scope: Scope, condition: bool) -> Any:
    """Take over a sympy expression: symbols by name, floats as their decimals."""
    for name in sorted(names_in(expression)):
        if name not in scope.names:
            raise ExpressionError(unknown("name", name, scope.names, f"'{expression}'"))
    if condition and not isinstance(expression, Boolean):
        raise ExpressionError(f"'{expression}' is not a condition; write one as in benefit > 0")
    swaps: dict[sp.Basic, sp.Basic] = {
        s: symbol(s.name) if not s.name.endswith(_EACH) else each(s.name[:-1])
        for s in expression.atoms(sp.Symbol)
    }
    swaps |= {f: _rational(exact(str(f))) for f in expression.atoms(sp.Float)}
    swaps |= {p: _cases(p) for p in expression.atoms(sp.Piecewise)}
    for bad in expression.atoms(sp.nan, sp.zoo, sp.oo, -sp.oo):
        raise ExpressionError(f"'{expression}' contains {bad}; every number must be finite")
    if expression.has(sp.I):
        raise ExpressionError(f"'{expression}' is not real")
    return expression.xreplace({a: b for a, b in swaps.items() if a != b})


def _cases(piecewise: sp.Piecewise) -> sp.Expr:
    """Turn a sympy ``Piecewise`` into nested case distinctions."""
    *pairs, (result, last) = piecewise.args
    if last != sp.true:
        raise ExpressionError(f"'{piecewise}' has no value where none of its conditions holds")
    for value, condition in reversed(pairs):
        result = If(condition, value, result)
    return result


def _rational(number: Any) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)


_SUM, _PRODUCT = (ast.Add, ast.Sub), (ast.Mult, ast.Div)
_COMPARE: dict[type[ast.cmpop], Callable[..., Any]] = {
    ast.Lt: sp.Lt,
    ast.LtE: sp.Le,
    ast.Gt: sp.Gt,
    ast.GtE: sp.Ge,
    ast.Eq: sp.Eq,
    ast.NotEq: sp.Ne,
}


class _Reader:
    """One reading of one formula."""

    def __init__(self, source: str, scope: Scope):
        self.source, self.scope = source, scope
        # `if` is a keyword of Python: as a function it is read under another name
        self.tokens = _rename_if(source).encode()
        self.shown = source if len(source) <= 60 else source[:57] + "..."

    def fail(self, why: str) -> ExpressionError:
        return ExpressionError(f"{why} in '{self.shown}'")

    def parse(self) -> ast.expr:
        if len(self.source) > LONGEST:
            raise self.fail(f"a formula is at most {LONGEST:,} characters long")
        depth = deepest = 0
        for letter in self.source:
            depth += (letter in "([{") - (letter in ")]}")
            deepest = max(deepest, depth)
        if deepest > DEEPEST:
            raise self.fail(f"parentheses are nested more than {DEEPEST} deep")
        if "#" in self.source or "\\" in self.source:
            raise self.fail("the characters # and \\ are not allowed")
        try:
            tree = ast.parse(self.tokens, mode="eval").body
        except SyntaxError as error:
            where = f" (character {error.offset})" if error.offset else ""
            raise self.fail(f"not a formula{where}") from None
        except (RecursionError, MemoryError, ValueError):
            raise self.fail("not a formula: too deep or with a forbidden character") from None
        if sum(isinstance(node, ast.expr) for node in ast.walk(tree)) > MOST_PARTS:
            raise self.fail(f"a formula has at most {MOST_PARTS:,} parts")
        return tree

    def number(self, node: ast.expr, depth: int) -> sp.Expr:
        """Read an arithmetic expression; a condition counts as 1 or 0."""
        if depth > DEEPEST:
            raise self.fail(f"a formula is at most {DEEPEST} levels deep")
        result = self._number(node, depth + 1)
        for part in (result, *result.args):
            self.bound(part)
        if result.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
            raise self.fail("a division by zero or an infinite value")
        if result.has(sp.I):
            raise self.fail("a value that is not real")
        return result

    def bound(self, part: sp.Basic) -> None:
        """Refuse numbers whose evaluation would take for ever."""
        if isinstance(part, sp.Rational):
            if part.p.bit_length() + part.q.bit_length() > LONGEST_RESULT:
                raise self.fail("a number becomes too large")
        elif isinstance(part, sp.exp) and part.args[0].is_number:
            if abs(part.args[0]) > LARGEST_EXP:
                raise self.fail(f"exp of a number above {LARGEST_EXP} in size")
        elif (
            isinstance(part, sp.Pow)
            and part.exp.is_Rational
            and max(abs(part.exp.p), part.exp.q) > LARGEST_POWER
        ):
            raise self.fail(f"an exponent is at most {LARGEST_POWER} in size, not {part.exp}")
        if not part.is_Rational and not part.free_symbols and sp.count_ops(part) > MOST_ROOTS:
            raise self.fail("a number with too many roots and powers")

    def _number(self, node: ast.expr, depth: int) -> sp.Expr:
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name(id=name):
                return self.name(name)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=operand):
                inside = self.number(operand, depth)
                return -inside if isinstance(op, ast.USub) else inside
            case ast.BinOp():
                return self.chain(node, depth)
            case ast.Call():
                return self.call(node, depth)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                condition = self.condition(node, depth)
                return If(condition, 1, 0)
        raise self.fail(f"{_describe(node)} is not allowed")

    def chain(self, node: ast.BinOp, depth: int) -> sp.Expr:
        """Read a whole sum, or a whole product, at once: a long sum is not a deep formula."""
        if isinstance(node.op, _PRODUCT):
            return sp.Mul(*self.factors(node, depth))
        if not isinstance(node.op, _SUM):
            left, right = self.number(node.left, depth), self.number(node.right, depth)
            return self.arithmetic(node.op, left, right)
        terms: list[sp.Expr] = []
        first: ast.expr = node
        while isinstance(first, ast.BinOp) and isinstance(first.op, _SUM):
            term = self.number(first.right, depth)
            terms.append(-term if isinstance(first.op, ast.Sub) else term)
            first = first.left
        return sp.Add(self.number(first, depth), *reversed(terms))

    def factors(self, node: ast.expr, depth: int) -> list[sp.Expr]:
        """List the factors of a product: those of a/(2*(b + c)) are a, 1/2 and 1/(b + c)."""
        if depth > DEEPEST:
            raise self.fail(f"a formula is at most {DEEPEST} levels deep")
        found: list[sp.Expr] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, _PRODUCT):
            inner = self.factors(node.right, depth + 1)
            found += [self.inverse(f) for f in inner] if isinstance(node.op, ast.Div) else inner
            node = node.left
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return [sp.S.NegativeOne, *self.factors(node.operand, depth + 1), *found]
        return [self.number(node, depth), *found]

    def inverse(self, value: sp.Expr) -> sp.Expr:
        if value == 0:
            raise self.fail("a division by zero")
        return 1 / value

    def constant(self, node: ast.Constant) -> sp.Expr:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self.fail(f"{_describe(node)} is not allowed")
        written = self.tokens[node.col_offset : node.end_col_offset].decode()
        return _rational(exact(written.replace("_", "")))

    def name(self, name: str) -> sp.Expr:
        if name not in self.scope.names:
            raise ExpressionError(unknown("name", name, self.scope.names, f"'{self.shown}'"))
        return symbol(name)

    def arithmetic(self, op: ast.operator, left: sp.Expr, right: sp.Expr) -> sp.Expr:
        if not isinstance(op, ast.Pow):
            raise self.fail(f"the operator {type(op).__name__} is not allowed; use + - * / **")
        return self.power(left, right)

    def power(self, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        if exponent.is_number:
            size = max(abs(exponent.p), exponent.q) if exponent.is_Rational else 2
            if size > LARGEST_POWER:
                raise self.fail(f"an exponent is at most {LARGEST_POWER} in size, not {exponent}")
        if exponent.is_Rational and exponent.q != 1 and base.is_number and base.is_negative:
            raise self.fail("a root of a negative number")
        if base == 0 and exponent.is_number and exponent <= 0:
            raise self.fail("a power of zero that is not positive")
        return base**exponent

    def call(self, node: ast.Call, depth: int) -> sp.Expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        name = "if" if name == "if_" else name
        if name not in FUNCTIONS:
            shown = name or _describe(node.func)
            raise ExpressionError(unknown("function", shown, FUNCTIONS, f"'{self.shown}'"))
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.fail(f"{name}(...) takes plain arguments only")
        if name == "if":
            if len(node.args) != 3:
                raise self.fail("if(condition, then, otherwise) takes three arguments")
            condition = self.condition(node.args[0], depth)
            then, other = (self.number(a, depth) for a in node.args[1:])
            return If(condition, then, other)
        values = [self.number(a, depth) for a in node.args]
        if not values or (name in _OF_ONE and len(values) != 1):
            raise self.fail(f"{name}(...) takes {'one argument' if values else 'an argument'}")
        return self.apply(name, values)

    def apply(self, name: str, values: list[sp.Expr]) -> sp.Expr:
        if name in ("min", "max") and len(values) > MOST_ARGUMENTS:
            raise self.fail(f"{name}(...) takes at most {MOST_ARGUMENTS} arguments")
        if name in ("sum", "mean"):
            if len(values) > 1:
                return sp.Add(*values) / (len(values) if name == "mean" else 1)
            return self.total(values[0], mean=name == "mean")
        never = values[0].is_nonpositive or (values[0].is_number and not values[0].is_positive)
        if name == "log" and never:
            raise self.fail("log of a number that is not positive")
        if name == "sqrt" and values[0].is_number and values[0].is_negative:
            raise self.fail("sqrt of a negative number")
        if name == "logistic" and values[0].is_number and abs(values[0]) > LARGEST_EXP:
            raise self.fail(f"logistic of a number above {LARGEST_EXP} in size")
        functions: dict[str, Callable[..., sp.Expr]] = {
            "min": sp.Min,
            "max": sp.Max,
            "abs": sp.Abs,
            "sqrt": sp.sqrt,
            "exp": sp.exp,
            "log": sp.log,
            "logistic": lambda u: 1 / (1 + sp.exp(-u)),
        }
        return functions[name](*values)

    def total(self, summand: sp.Expr, mean: bool) -> sp.Expr:
        """Bind the members' symbols of the one population that a summand speaks of."""
        inside = sorted(names_in(summand, bound=False) & set(self.scope.populations))
        populations = {self.scope.populations[name] for name in inside}
        if len(populations) != 1:
            raise self.fail(
                "sum(x) and mean(x) need an x in the moves of one population"
                f" (moves of populations: {', '.join(self.scope.populations) or 'none'})"
            )
        ((population, size),) = populations
        bound = summand.xreplace({symbol(name): each(name) for name in inside})
        total = Total(bound, symbol(population))
        # a continuum has mass one: its sum is the integral, and that is its mean
        return total / size if mean and size != sp.oo else total

    def condition(self, node: ast.expr, depth: int) -> Any:
        """Read a condition."""
        if depth > DEEPEST:
            raise self.fail(f"a formula is at most {DEEPEST} levels deep")
        match node:
            case ast.BoolOp(op=op, values=values):
                join = sp.And if isinstance(op, ast.And) else sp.Or
                return join(*(self.condition(v, depth + 1) for v in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return sp.Not(self.condition(operand, depth + 1))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                chain = [left, *rights]
                parts = [
                    self.comparison(op, a, b, depth)
                    for op, a, b in zip(ops, chain, chain[1:], strict=False)
                ]
                return sp.And(*parts)
            case ast.Constant(value=bool(truth)):
                return sp.true if truth else sp.false
        raise self.fail(f"{_describe(node)} is not a condition; write a comparison")

    def comparison(self, op: ast.cmpop, left: ast.expr, right: ast.expr, depth: int) -> Any:
        compare = _COMPARE.get(type(op))
        if compare is None:
            raise self.fail("the comparison 'in' or 'is' is not allowed; use < <= > >= == !=")
        a = self.label(left, right)
        b = self.label(right, left)
        a = self.number(left, depth + 1) if a is None else a
        b = self.number(right, depth + 1) if b is None else b
        return compare(a, b)

    def label(self, node: ast.expr, other: ast.expr) -> sp.Expr | None:
        """Read a label of the move on the other side of a comparison."""
        if not (isinstance(node, ast.Name) and isinstance(other, ast.Name)):
            return None
        labels = self.scope.labels.get(other.id)
        if labels is None or node.id in self.scope.names:
            return None
        if node.id not in labels:
            raise ExpressionError(
                unknown("choice", node.id, labels, f"move '{other.id}' in '{self.shown}'")
            )
        return _rational(labels[node.id])


def _rename_if(source: str) -> str:
    """Replace the word ``if`` by ``if_`` so that Python's parser accepts it as a function."""
    out, word = [], ""
    for letter in source + "\0":
        if letter.isalnum() or letter == "_":
            word += letter
            continue
        out.append("if_" if word == "if" else word)
        word = ""
        out.append(letter)
    return "".join(out)[:-1]


def _describe(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str() | bytes()):
            return "a text in quotes"
        case ast.Constant(value=value):
            return f"the value {value!r}"
        case ast.Attribute():
            return "an attribute (a.b)"
        case ast.Subscript():
            return "an index (a[b])"
        case ast.Call():
            return "a call"
    return f"a {type(node).__name__.lower()}"


class ExpressionWriter(StrPrinter):
    """Writes sympy expressions in the grammar of this module."""

    printmethod = "_in_grammar"  # no class has it: what is written here goes before `_sympystr`

    def __init__(self, labels: Mapping[str, Mapping[str, Any]], names: Iterable[str]):
        super().__init__()
        self.labels, self.names = labels, set(names)

    def _print_If(self, expr: If) -> str:
        return f"if({', '.join(self._print(part) for part in expr.args)})"

    def _print_Relational(self, expr: Any) -> str:
        left, right = (self.parenthesize(side, 35) for side in (expr.lhs, expr.rhs))
        return f"{left} {expr.rel_op} {self.as_label(expr) or right}"

    _print_Equality = _print_Unequality = _print_Relational
    _print_StrictLessThan = _print_LessThan = _print_Relational
    _print_StrictGreaterThan = _print_GreaterThan = _print_Relational

    def as_label(self, expr: Any) -> str | None:
        """Return the label that the right side of a comparison stands for, if there is one."""
        if not isinstance(expr, sp.Eq | sp.Ne) or not isinstance(expr.lhs, sp.Symbol):
            return None
        for label, value in self.labels.get(expr.lhs.name, {}).items():
            usable = label.isidentifier() and not keyword.iskeyword(label)
            if (
                usable
                and label not in self.names
                and label not in FUNCTIONS
                and expr.rhs == _rational(value)
            ):
                return label
        return None

    def _join(self, expr: BooleanFunction, word: str) -> str:
        return word.join(
            f"({self._print(part)})" for part in sorted(expr.args, key=sp.default_sort_key)
        )

    def _print_And(self, expr: BooleanFunction) -> str:
        return self._join(expr, " and ")

    def _print_Or(self, expr: BooleanFunction) -> str:
        return self._join(expr, " or ")

    def _print_Not(self, expr: BooleanFunction) -> str:
        return f"not ({self._print(expr.args[0])})"

    def _print_BooleanTrue(self, expr: Any) -> str:
        return "True"

    def _print_BooleanFalse(self, expr: Any) -> str:
        return "False"

    def _print_Abs(self, expr: sp.Abs) -> str:
        return f"abs({self._print(expr.args[0])})"

    def _print_Max(self, expr: sp.Max) -> str:
        return f"max({', '.join(map(self._print, sorted(expr.args, key=sp.default_sort_key)))})"

    def _print_Min(self, expr: sp.Min) -> str:
        return f"min({', '.join(map(self._print, sorted(expr.args, key=sp.default_sort_key)))})"

    def _print_Exp1(self, expr: Any) -> str:
        return "exp(1)"

    def _print_Total(self, expr: Total) -> str:
        return f"sum({self._print(of_member(expr.args[0]))})"

    def _print_Lookup(self, expr: Lookup) -> str:
        raise ExpressionError("a table cannot be written inside a formula")


def write_expression(expression: sp.Basic, scope: Scope | None = None) -> str:
    """Write an expression in the grammar that `read_expression` reads.

    Parameters
    ----------
    expression : sympy expression
        With symbols made by `symbol`.
    scope : Scope, optional
        Gives the labels of moves, which are then written instead of their values.

    Raises
    ------
    ExpressionError
        If the expression holds a table.

    Examples
    --------
    >>> write_expression(read_expression("if(n >= 2, b**2, 1/3)", ["n", "b"]))
    'if(n >= 2, b**2, 1/3)'
    """
    scope = scope or Scope(())
    return ExpressionWriter(scope.labels, scope.names).doprint(expression)
