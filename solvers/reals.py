r"""Decide claims over the reals: proved for all values, refuted with numbers, or undecided.

A claim is proved by showing that its negation, together with what is assumed, has no solution
over the real numbers (the SMT solver z3; nonlinear real arithmetic is decidable, so that for
polynomials only the time limit can leave a question open).

Rational functions, whole and fractional powers, ``Min``, ``Max``, ``Abs`` and case distinctions are
translated exactly. A relation is false where one of its sides is not defined: a denominator is
zero, or an even root is taken of a negative number, on the branch of a case distinction that is
taken. A root brings an auxiliary unknown, r >= 0 with r^q = v where v >= 0. Integers are first
relaxed to reals, which proves what is true for all reals; where that fails it is added that a
polynomial p in them, of those that are compared, is at most -1, 0, or at least 1. Only where that
fails as well are they taken as integers. Other functions leave a claim undecided.
"""

from __future__ import annotations

import enum
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp
import z3
from sympy.logic.boolalg import Boolean

from pigou.exact import Record
from pigou.expression import If

__all__ = ["Decision", "Outcome", "decide"]

SECONDS = 5.0
_SHARES = (0.2, 0.3, 0.5)


class Outcome(enum.StrEnum):
    """What became of a claim.

    Examples
    --------
    >>> Outcome("proved")
    <Outcome.PROVED: 'proved'>
    """

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Decision:
    """The answer to a claim.

    Parameters
    ----------
    outcome : Outcome
    counterexample : mapping of str to Fraction
        Values at which the claim is false and the assumptions hold; empty unless refuted. An
        irrational value is given to 20 digits.
    seconds : float
    reason : str
        Why the claim is undecided.

    Examples
    --------
    >>> decide(sp.Symbol("x", real=True) ** 2 >= 0).outcome
    <Outcome.PROVED: 'proved'>
    """

    outcome: Outcome
    counterexample: Mapping[str, Fraction] = field(default_factory=Record)
    seconds: float = 0.0
    reason: str = ""

    def __bool__(self) -> bool:
        """Whether the claim is proved."""
        return self.outcome is Outcome.PROVED


class _Untranslatable(Exception):
    """A function that real arithmetic does not have."""


def decide(
    claim: Boolean | bool,
    given: Iterable[Boolean] = (),
    integers: Iterable[str] = (),
    seconds: float = SECONDS,
    work: int = 0,
) -> Decision:
    """Decide whether a claim holds for all real values that satisfy what is given.

    Parameters
    ----------
    claim : sympy condition
    given : iterable of sympy conditions
        What is assumed.
    integers : iterable of str
        Names of the symbols that are whole numbers.
    seconds : float
        Time limit for each attempt. A long one is shared by three searches that begin elsewhere:
        how long z3 takes depends on chance, and one that has gone astray seldom comes back.
    work : int
        Limit of each attempt in the steps that z3 counts (about two million a second); none if 0.
        Unlike a time limit it ends at the same place however busy the machine is.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> bool(decide(x * y <= (x**2 + y**2) / 2))
    True
    >>> decide(x > 0, [x >= 0]).counterexample
    {'x': Fraction(0, 1)}
    """
    start = time.perf_counter()
    given, whole = tuple(given), frozenset(integers)
    for translator in (_Translator(), _Translator(apart=whole), _Translator(whole)):
        decision = _attempt(claim, given, translator, seconds, work)
        found = [decision.counterexample.get(name, Fraction(1, 2)) for name in whole]
        if decision or all(value.denominator == 1 for value in found):
            break
    spent = time.perf_counter() - start
    return Decision(decision.outcome, decision.counterexample, spent, decision.reason)


def _attempt(
    claim: Any, given: tuple[Any, ...], translator: _Translator, seconds: float, work: int
) -> Decision:
    try:
        asked = [translator.condition(assumption) for assumption in given]
        asked.append(z3.Not(translator.condition(claim)))
    except _Untranslatable as error:
        return Decision(Outcome.UNDECIDED, reason=str(error))
    asked += translator.side
    for seed, share in enumerate(_SHARES if seconds >= SECONDS and not work else (1.0,)):
        solver = z3.Solver()
        solver.set("timeout", max(1, int(1000 * seconds * share)))
        solver.set("random_seed", seed)
        if work:
            solver.set("rlimit", work)
        solver.add(*asked)
        answer = solver.check()
        if answer == z3.unsat:
            return Decision(Outcome.PROVED)
        if answer == z3.sat:
            return Decision(Outcome.REFUTED, translator.values(solver.model()))
    limits = f"{seconds:g} s" + f" or {work:,} steps" * bool(work)
    return Decision(
        Outcome.UNDECIDED, reason=f"no answer within {limits} ({solver.reason_unknown()})"
    )


class _Translator:
    """From sympy to z3, with the side conditions that come up on the way.

    `whole` are unknowns that are integers; of those in `apart` some consequences are stated.
    """

    def __init__(self, whole: frozenset[str] = frozenset(), apart: frozenset[str] = frozenset()):
        self.whole, self.apart = whole, apart
        self.unknowns: dict[str, Any] = {}
        self.side: list[Any] = []
        self.roots: dict[Any, Any] = {}
        self.path: tuple[Any, ...] = ()  # the branches of case distinctions that are open
        self.needs: list[Any] = []  # what makes the open relation defined

    def unknown(self, name: str) -> Any:
        if name not in self.unknowns:
            self.unknowns[name] = z3.Int(name) if name in self.whole else z3.Real(name)
        found = self.unknowns[name]
        return z3.ToReal(found) if z3.is_int(found) else found

    def number(self, node: Any) -> Any:
        if node.is_Rational:
            return z3.RealVal(f"{node.p}/{node.q}")
        if isinstance(node, sp.Symbol):
            return self.unknown(node.name)
        if isinstance(node, If):
            return self.branch(node)
        if isinstance(node, sp.Pow):
            return self.power(node)
        if not isinstance(node, sp.Add | sp.Mul | sp.Max | sp.Min | sp.Abs):
            raise _Untranslatable(
                f"{type(node).__name__} in '{node}' is not a function of real arithmetic"
            )
        first, *others = (self.number(part) for part in node.args)
        if isinstance(node, sp.Abs):
            return z3.If(first >= 0, first, -first)
        for other in others:
            if isinstance(node, sp.Add):
                first = first + other
            elif isinstance(node, sp.Mul):
                first = first * other
            else:
                larger = first >= other
                first = (
                    z3.If(larger, first, other)
                    if isinstance(node, sp.Max)
                    else z3.If(larger, other, first)
                )
        return first

    def branch(self, node: If) -> Any:
        """Translate a case distinction; what a branch requires counts only where it is taken."""
        condition, outside = self.condition(node.args[0]), self.path
        values = []
        for value, truth in zip(node.args[1:], (condition, z3.Not(condition)), strict=True):
            self.path = (*outside, truth)
            values.append(self.number(value))
        self.path = outside
        return z3.If(condition, *values)

    def require(self, condition: Any) -> None:
        """Demand what makes a relation defined, on the branch that is open."""
        self.needs.append(z3.Implies(z3.And(*self.path), condition) if self.path else condition)

    def power(self, node: sp.Pow) -> Any:
        base, exponent = node.args
        if not exponent.is_Rational or max(abs(exponent.p), exponent.q) > 100:
            raise _Untranslatable(f"the power '{node}' is not a function of real arithmetic")
        root = self.root(base, int(exponent.q)) if exponent.q > 1 else self.number(base)
        product = math.prod([root] * abs(int(exponent.p)), start=z3.RealVal(1))
        if exponent > 0:
            return product
        self.require(root != 0)
        return 1 / product

    def root(self, base: Any, degree: int) -> Any:
        value = self.number(base)
        self.require(value >= 0)
        if (base, degree) not in self.roots:
            root = z3.Real(f"root {len(self.roots)}")
            power = math.prod([root] * degree)
            self.side += [root >= 0, z3.Implies(value >= 0, power == value)]
            self.roots[base, degree] = root
        return self.roots[base, degree]

    def condition(self, node: Any) -> Any:
        if node in (True, sp.true):
            return z3.BoolVal(True)
        if node in (False, sp.false):
            return z3.BoolVal(False)
        if isinstance(node, sp.And | sp.Or):
            join = z3.And if isinstance(node, sp.And) else z3.Or
            return join(*(self.condition(part) for part in node.args))
        if isinstance(node, sp.Not):
            return z3.Not(self.condition(node.args[0]))
        if not isinstance(node, sp.core.relational.Relational):
            raise _Untranslatable(f"'{node}' is not a condition")
        self.state_gap(node)
        return self.relation(node)

    def state_gap(self, node: Any) -> None:
        """Add that a polynomial in whole numbers, with whole coefficients, has no value near 0."""
        names = node.free_symbols
        if not names or not {s.name for s in names} <= self.apart:
            return
        gap = sp.expand(node.lhs - node.rhs)
        if not gap.is_polynomial(*names):
            return
        gap = sp.Poly(gap, *sorted(names, key=str)).clear_denoms(convert=True)[1]
        if all(c.is_Integer for c in gap.coeffs()):
            value = self.number(gap.as_expr())
            self.side.append(z3.Or(value <= -1, value == 0, value >= 1))

    def relation(self, node: Any) -> Any:
        """Translate a relation: it is false where one of its sides is not defined."""
        names = frozenset(s.name for s in node.free_symbols)
        if _is_defined(node):  # nothing but the relation itself: translated once
            for name in sorted(names):
                self.unknown(name)
            return _translated(node, self.whole & names)
        return self.written(node)

    def written(self, node: Any) -> Any:
        """Translate a relation anew, with what makes its sides defined."""
        outside, self.needs = (self.needs, self.path), []
        self.path = ()
        left, right = self.number(node.lhs), self.number(node.rhs)
        needs, (self.needs, self.path) = self.needs, outside
        holds = {
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
            "==": left == right,
            "!=": left != right,
        }[node.rel_op]
        return z3.And(*needs, holds) if needs else holds

    def values(self, model: Any) -> Record[Fraction]:
        found = {}
        for name, unknown in self.unknowns.items():
            value = model.eval(unknown, model_completion=True)
            if z3.is_algebraic_value(value):
                value = value.approx(20)
            found[name] = Fraction(
                value.as_fraction() if z3.is_rational_value(value) else value.as_long()
            )
        return Record(found)


@lru_cache(maxsize=65536)
def _is_defined(node: Any) -> bool:
    """Tell whether the sides of a relation are polynomials, without cases or roots."""
    return not node.has(If) and all(
        side.is_polynomial(*node.free_symbols) for side in (node.lhs, node.rhs)
    )


@lru_cache(maxsize=65536)
def _translated(node: Any, whole: frozenset[str]) -> Any:
    """Translate a relation between polynomials."""
    return _Translator(whole).written(node)
