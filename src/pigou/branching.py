r"""Formulas of a continuous game as the independent checker reads them.

A payoff is read once, with all parameters put in, and then evaluated by recursion over its tree in
the numbers of `pigou.jets`. It shares no code with the solvers.

Case distinctions. The smaller or larger of two parts (``max``, ``min``, ``abs``, and an ``if`` that
is one of these in other words) has a *kink* where the parts are equal. Over a box in which that may
happen, its value lies in the hull of the two, and so does its derivative (Clarke's generalised
gradient is held by the hull), which is all that a mean-value bound needs. It has no second
derivative there. A *selection* puts :math:`\lambda a + (1 - \lambda) b` in place of a kink, which
is smooth. Any other ``if`` may jump, and has no derivative where its condition is not settled.

Sources: F. H. Clarke (1983), Optimization and Nonsmooth Analysis, chapter 2; G. Lebourg (1975),
Valeur moyenne pour gradient généralisé.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import sympy as sp
from flint import arb, fmpq

from pigou.errors import DeclarationError, PigouError
from pigou.expression import If, Lookup
from pigou.jets import (
    NAN,
    ONE,
    ZERO,
    Jet,
    Scalar,
    added,
    exponential,
    hull,
    logarithm,
    multiplied,
    power,
    rational,
    scaled,
    value,
)

__all__ = ["Kink", "Reader", "State", "Tree", "evaluate"]

_PLAIN = ("sum", "product", "power", "exp", "log")
_RELATIONS = {
    "StrictLessThan": (-1, True),
    "LessThan": (-1, False),
    "StrictGreaterThan": (1, True),
    "GreaterThan": (1, False),
}


class Tree:
    """A formula, read: what it does, to which parts."""

    __slots__ = ("extra", "kind", "parts", "uses")

    def __init__(self, kind: str, parts: Sequence[Tree] = (), extra: Any = None):
        self.kind, self.parts, self.extra, self.uses = kind, tuple(parts), extra, 0
        for part in self.parts:
            part.uses += 1


@dataclass(frozen=True)
class Kink:
    """What tells the parts of a case distinction apart.

    Attributes
    ----------
    number : int
        Which it is, among those of the game.
    sign : int
        1 where the larger of two parts is taken, -1 for the smaller; 0 for an ``if`` that may jump.
    gap : Tree or tuple
        The first part less the second; a condition, read, for an ``if``.
    formula : sympy expression
        The same up to a factor, to tell whether two kinks are at the same place.
    """

    number: int
    sign: int
    gap: Any
    formula: Any


@dataclass
class State:
    """Where formulas are evaluated, and what was met on the way.

    Attributes
    ----------
    values : sequence of scalar or Jet
        Those of the variables.
    size : int
        The number of variables in which derivatives are taken.
    second : bool
        Whether second derivatives are.
    selection : mapping of int to scalar or Jet
        For some kinks, the weight of the first part.
    cut : mapping of int to int
        Kinks that are variables of their own, with the place of that variable.
    mixed : bool
        Whether a kink that is not settled stands for every mixture of its parts.
    active : dict of int to (Kink, gap)
        The kinks and jumps that were not settled.
    """

    values: Sequence[Any]
    size: int = 0
    second: bool = False
    selection: Mapping[int, Any] = field(default_factory=dict)
    cut: Mapping[int, int] = field(default_factory=dict)
    mixed: bool = False
    active: dict[int, tuple[Kink, Any]] = field(default_factory=dict)
    known: dict[int, Any] = field(default_factory=dict)


# -- reading --------------------------------------------------------------------------------------


class Reader:
    """Reads formulas over variables, with numbers in place of all other names.

    Parameters
    ----------
    places : mapping of str to int
        The variables.
    everywhere : sequence of scalar
        Balls that hold all values of each.

    Examples
    --------
    >>> from pigou import read_expression
    >>> reader = Reader({"x": 0}, [arb(0.5, 0.5)])
    >>> tree = reader.read(read_expression("x*(a - x)", ["x", "a"]), {"a": fmpq(1)})
    >>> evaluate(tree, State([fmpq(1, 3)]))
    2/9
    >>> kinked = reader.read(read_expression("if(x < 1/2, x, 1 - x)", ["x"]), {})
    >>> kinked.kind, kinked.extra.sign  # min(x, 1 - x)
    ('extreme', -1)
    """

    def __init__(self, places: Mapping[str, int], everywhere: Sequence[Scalar]):
        self.places, self.everywhere = places, everywhere
        self.kinks: list[Kink] = []

    def read(self, formula: sp.Expr, numbers: Mapping[str, Scalar]) -> Tree:
        """Read a formula.

        Raises
        ------
        DeclarationError
            If a number in it is not a finite real one.
        PigouError
            If it has a function that is not known.
        """
        return _Reading(self, numbers).tree(sp.sympify(formula))


class _Reading:
    """The reading of one formula: equal parts are read once."""

    def __init__(self, reader: Reader, numbers: Mapping[str, Scalar]):
        self.reader, self.numbers = reader, numbers
        self.known: dict[Any, Tree] = {}

    def tree(self, node: Any) -> Tree:
        if node not in self.known:
            tree = self._built(node)
            constant = bool(tree.parts) and all(part.kind == "number" for part in tree.parts)
            if constant and tree.kind in _PLAIN:
                number = value(evaluate(tree, State(())))
                if not isinstance(number, fmpq) and not number.is_finite():
                    raise DeclarationError(f"'{node}' is not a finite real number")
                if isinstance(number, fmpq):  # a ball would keep the precision of the reading
                    tree = Tree("number", (), number)
            self.known[node] = tree
        return self.known[node]

    def _built(self, node: Any) -> Tree:
        if node.is_Rational:
            return Tree("number", (), rational(node))
        if isinstance(node, sp.Symbol):
            if node.name in self.numbers:
                return Tree("number", (), self.numbers[node.name])
            return Tree("variable", (), self.reader.places[node.name])
        if isinstance(node, If):
            return self._case(node)
        if isinstance(node, sp.Max | sp.Min):
            sign = 1 if isinstance(node, sp.Max) else -1
            first, *rest = node.args
            return self._extreme(sign, first, node.func(*rest))
        if isinstance(node, sp.Abs):
            return self._extreme(1, node.args[0], -node.args[0])
        if isinstance(node, Lookup):
            return self.tree(self._entry(node))
        return self._smooth(node)

    def _entry(self, node: Any) -> Any:
        points = [self._plain(part) for part in node.args[0]]
        if not all(point.is_Rational for point in points):
            raise PigouError(f"the checker reads tables at choices only: '{node}'")
        return Lookup.entry(points, *node.args[1:])

    def _smooth(self, node: Any) -> Tree:
        if isinstance(node, sp.Pow):
            return self._power(*(self.tree(part) for part in node.args))
        if node == sp.E:
            return Tree("exp", [Tree("number", (), ONE)])
        parts = [self.tree(part) for part in node.args]
        if isinstance(node, sp.Add):
            return Tree("sum", parts)
        if isinstance(node, sp.Mul):
            return Tree("product", parts)
        if isinstance(node, sp.exp):
            return Tree("exp", parts)
        if isinstance(node, sp.log):
            return Tree("log", parts)
        raise PigouError(f"the checker does not know the function {type(node).__name__}: '{node}'")

    def _power(self, base: Tree, exponent: Tree) -> Tree:
        if exponent.kind == "number" and isinstance(exponent.extra, fmpq):
            return Tree("power", [base], exponent.extra)
        return Tree("exp", [Tree("product", [exponent, Tree("log", [base])])])

    # -- case distinctions ------------------------------------------------------------------------

    def _plain(self, formula: Any) -> Any:
        """Put numbers in place of names, in sympy."""
        return formula.xreplace(
            {
                s: sp.Rational(int(self.numbers[s.name].p), int(self.numbers[s.name].q))
                for s in formula.free_symbols
                if isinstance(self.numbers.get(s.name), fmpq)
            }
        )

    def _kink(self, sign: int, gap: Any, formula: Any) -> Kink:
        kink = Kink(len(self.reader.kinks), sign, gap, _up_to_a_factor(formula))
        self.reader.kinks.append(kink)
        return kink

    def _extreme(self, sign: int, first: Any, second: Any) -> Tree:
        """Read the larger (sign 1) or the smaller of two parts."""
        gap = self._plain(first - second)
        kink = self._kink(sign, self.tree(first - second), gap)
        return Tree("extreme", [self.tree(first), self.tree(second)], kink)

    def _case(self, node: If) -> Tree:
        condition = self._condition(node.args[0])
        truth = _truth(condition, State(self.reader.everywhere))
        if truth is not None:
            return self.tree(node.args[1 if truth else 2])
        sign = self._direction(*node.args)
        if sign:
            return self._extreme(sign, *node.args[1:])
        parts = [self.tree(part) for part in node.args[1:]]
        return Tree("case", parts, self._kink(0, condition, self._plain(node.args[0])))

    def _direction(self, condition: Any, first: Any, second: Any) -> int:
        """Return 1 for ``if(a >= b, ...)`` that is the larger of its parts, -1 for the smaller.

        With g the left less the right side of the condition it is so if the first part less the
        second is c g with c of one sign: the parts are then equal where g is 0.
        """
        side, _ = _RELATIONS.get(type(condition).__name__, (0, False))
        if not side:
            return 0
        gap = self._plain(condition.args[0] - condition.args[1])
        try:
            tree = self.tree(sp.cancel(self._plain(first - second) / gap))
        except (sp.PolynomialError, PigouError):
            return 0
        factor = value(evaluate(tree, State(self.reader.everywhere)))
        return side if factor > 0 else -side if factor < 0 else 0

    def _condition(self, node: Any) -> Any:
        if node in (sp.true, sp.false):
            return bool(node == sp.true)
        if isinstance(node, sp.And | sp.Or | sp.Not):
            return (type(node).__name__, [self._condition(part) for part in node.args])
        return (type(node).__name__, self.tree(node.args[0] - node.args[1]))


def _up_to_a_factor(formula: Any) -> Any:
    """Divide by the first coefficient, so that multiples of a formula look the same."""
    if not isinstance(formula, sp.Expr):
        return formula
    expanded = sp.expand(formula)
    factor = expanded.as_ordered_terms()[0].as_coeff_Mul()[0]
    return sp.expand(expanded / factor) if factor.is_Rational and factor != 0 else expanded


# -- evaluating -----------------------------------------------------------------------------------


def evaluate(tree: Tree, state: State) -> Scalar | Jet:
    """Evaluate a formula, with as many derivatives as the values in the state have."""
    kind = tree.kind
    if kind == "number":
        return tree.extra
    if kind == "variable":
        return state.values[tree.extra]
    shared = tree.uses > 1
    if shared and id(tree) in state.known:
        return state.known[id(tree)]
    if kind == "extreme" or kind == "case":
        result = _branch(tree, state)
    else:
        result = _operate(kind, tree, [evaluate(part, state) for part in tree.parts])
    if shared:
        state.known[id(tree)] = result
    return result


def _operate(kind: str, tree: Tree, parts: list[Any]) -> Scalar | Jet:
    if kind == "sum":
        return reduce(added, parts)
    if kind == "product":
        return reduce(multiplied, parts)
    if kind == "power":
        return power(parts[0], tree.extra)
    return exponential(parts[0]) if kind == "exp" else logarithm(parts[0])


def _branch(tree: Tree, state: State) -> Scalar | Jet:
    """Take the part that a kink or condition settles; the hull of both where it does not."""
    kink: Kink = tree.extra
    if kink.number in state.selection:
        return _selected(tree, state, state.selection[kink.number])
    if kink.sign:
        gap = evaluate(kink.gap, state)
        settled = _sign(gap, kink.sign)
        truth = None if settled is None else settled > 0
    else:
        truth = _truth(kink.gap, state)
        gap = None
    if truth is not None:
        return evaluate(tree.parts[0 if truth else 1], state)
    state.active[kink.number] = (kink, gap)
    a, b = (evaluate(part, state) for part in tree.parts)
    if kink.number in state.cut:
        return _variable(hull(value(a), value(b)), state.cut[kink.number], state.size)
    return _either(kink, a, b, state)


def _variable(at: Scalar, place: int, size: int) -> Jet:
    return Jet(at, [ONE if k == place else ZERO for k in range(size)], None)


def _selected(tree: Tree, state: State, weight: Scalar | Jet) -> Scalar | Jet:
    if isinstance(weight, fmpq) and weight in (0, 1):
        return evaluate(tree.parts[0 if weight == 1 else 1], state)
    a, b = (evaluate(part, state) for part in tree.parts)
    rest = added(scaled(weight, fmpq(-1)), ONE)
    return added(multiplied(weight, a), multiplied(rest, b))


def _either(kink: Kink, a: Scalar | Jet, b: Scalar | Jet, state: State) -> Scalar | Jet:
    """Return what holds both parts, and their derivatives unless there may be a jump."""
    u, v = value(a), value(b)
    if state.mixed:
        at: Scalar = hull(u, v)
    elif kink.sign and isinstance(u, fmpq) and isinstance(v, fmpq):
        at = max(u, v) if kink.sign > 0 else min(u, v)
    elif kink.sign:
        u, v = arb(u), arb(v)
        at = u.max(v) if kink.sign > 0 else u.min(v)
    else:
        at = _case_value(kink, u, v, state)
    if not state.size or (kink.sign and not (isinstance(a, Jet) or isinstance(b, Jet))):
        return at
    rows = [_slopes(part, state.size) for part in (a, b)]
    slopes = [hull(p, q) if kink.sign else NAN for p, q in zip(*rows, strict=True)]
    curves = [[NAN] * (k + 1) for k in range(state.size)] if state.second else None
    return Jet(at, slopes, curves)


def _case_value(kink: Kink, u: Scalar, v: Scalar, state: State) -> Scalar:
    """Return the value of a case distinction that may jump: exact where its condition is."""
    plain = State([value(x) for x in state.values], selection=state.selection)
    truth = _truth(kink.gap, plain)
    return hull(u, v) if truth is None else u if truth else v


def _slopes(part: Scalar | Jet, size: int) -> list[Scalar]:
    return part.slopes if isinstance(part, Jet) else [ZERO] * size


def _sign(gap: Scalar | Jet, sign: int) -> int | None:
    """Return the sign of a gap; None at a kink, which 0 is where derivatives are asked for."""
    at = value(gap)
    if at > 0:
        return sign
    if at < 0:
        return -sign
    return sign if isinstance(at, fmpq) and not isinstance(gap, Jet) else None


def _truth(condition: Any, state: State) -> bool | None:
    """Decide a condition; None where the values do not tell, or are at a boundary of it."""
    if isinstance(condition, bool):
        return condition
    name, inside = condition
    if name in ("And", "Or", "Not"):
        parts = [_truth(part, state) for part in inside]
        if name == "Not":
            return None if parts[0] is None else not parts[0]
        settles = name == "Or"
        return settles if settles in parts else None if None in parts else not settles
    gap = evaluate(inside, state)
    at = value(gap)
    if at > 0 or at < 0:
        side, _ = _RELATIONS.get(name, (0, False))
        return name == "Unequality" if not side else (at > 0) == (side > 0)
    if isinstance(at, fmpq) and not isinstance(gap, Jet):
        return name == "Equality" or (name in _RELATIONS and not _RELATIONS[name][1])
    return None
