r"""The regimes of a game in stages: where which paths are outcomes, up to boundaries.

Where a player is indifferent, many paths are outcomes at once; these parameter values lie on
boundaries, which have no interior. What is cut here is the rest. An inequality between whole
numbers alone has no such boundary, and is kept as it is.

Steps
-----
1. With every inequality between reals made strict, the conditions of the paths are open. The lists
   of paths that occur together are enumerated depth-first: each condition holds in its open form,
   or fails; z3 cuts off what no values satisfy.
2. Independently of that, z3 proves that every parameter value is in a regime or satisfies one of
   the equations that part them (*exhaustive*), that no two regimes hold together (*disjoint*), and
   that each implies the conditions listed and excludes the others (*listed*).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from pigou.deadline import part_of_time
from pigou.solvers.conditions import Simplifier
from pigou.solvers.reals import Decision, Outcome
from pigou.solvers.symbolic import Partition, Regime, SymbolicEquilibrium

__all__ = ["negated", "opened", "staged_partition", "within_time"]

MOST_LISTS = 64


def opened(condition: Any, integers: Iterable[str] = ()) -> Any:
    """Make every inequality of a condition strict; an equation is never satisfied strictly.

    Relations in whole numbers alone are open as they are.

    Parameters
    ----------
    condition : sympy condition
    integers : iterable of str
        The parameters that take whole numbers only.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> opened(sp.Or(x >= 1, sp.And(y < 0, sp.Eq(x, y))))
    x > 1
    >>> opened(sp.And(x >= 1, y <= 0), ["x"])
    (x >= 1) & (y < 0)
    """
    whole = frozenset(integers)
    if isinstance(condition, sp.And | sp.Or):
        return condition.func(*(opened(part, whole) for part in condition.args))
    if _between_integers(condition, whole):
        return condition
    if isinstance(condition, sp.Ge):
        return sp.Gt(*condition.args, evaluate=False)
    if isinstance(condition, sp.Le):
        return sp.Lt(*condition.args, evaluate=False)
    return sp.false if isinstance(condition, sp.Eq) else condition


def _between_integers(condition: Any, integers: Iterable[str]) -> bool:
    """Whether a relation is one of whole numbers alone."""
    return {x.name for x in condition.free_symbols} <= set(integers)


def staged_partition(
    equilibria: Sequence[SymbolicEquilibrium], simplifier: Simplifier
) -> Partition:
    """Cut the parameter space into regimes, up to the boundaries between them.

    Parameters
    ----------
    equilibria : sequence of SymbolicEquilibrium
    simplifier : Simplifier
        What is assumed of the parameters.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> found = [SymbolicEquilibrium(n, c, {}, {}, True) for n, c in [("a", x >= 1), ("b", x <= 1)]]
    >>> for one in staged_partition(found, Simplifier((), (), [x])).regimes:
    ...     print(one.condition, [e.profile for e in one.equilibria])
    x > 1 ['a']
    x < 1 ['b']
    """
    whole = simplifier.integers
    lists = _lists(equilibria, simplifier)
    if lists is None:
        return Partition(reason="the lists that occur are too many, or not decided in time")
    regimes = []
    for place in lists:
        held = tuple(one for k, one in enumerate(equilibria) if k in place)
        others = [one for k, one in enumerate(equilibria) if k not in place]
        here = sp.And(*(opened(one.condition, whole) for one in held))
        left = [
            one.condition for one in others if not simplifier.holds(sp.Not(one.condition), here)
        ]
        if left or len(held) > 1:
            here = simplifier.multiplied_out(
                sp.And(here, *(opened(negated(condition), whole) for condition in left))
            )
        regimes.append(Regime(here, held))
    return Partition(tuple(regimes), *_proofs(regimes, equilibria, simplifier), up_to=True)


def within_time(
    cut: Callable[[Sequence[SymbolicEquilibrium], Simplifier], Partition],
    equilibria: Sequence[SymbolicEquilibrium],
    simplifier: Simplifier,
) -> Partition:
    """Cut the parameter space in half of the time that is left, where there is a limit.

    Examples
    --------
    >>> within_time(lambda equilibria, simplifier: Partition(), [], Simplifier((), (), [])).regimes
    ()
    """
    with part_of_time(0.5):
        return cut(equilibria, simplifier)


def negated(condition: Any) -> Any:
    """Return the negation with the relations turned round.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> negated(sp.Or(x >= 1, y < 0))
    (y >= 0) & (x < 1)
    """
    if isinstance(condition, sp.And | sp.Or):
        turned = sp.Or if isinstance(condition, sp.And) else sp.And
        return turned(*map(negated, condition.args))
    return condition.negated if isinstance(condition, Relational) else sp.Not(condition)


def _lists(
    equilibria: Sequence[SymbolicEquilibrium], simplifier: Simplifier
) -> list[frozenset[int]] | None:
    """Return which conditions hold together in open sets; None if not decided."""
    rows: list[tuple[tuple[Boolean, ...], frozenset[int]]] = [((), frozenset())]
    for place, one in enumerate(equilibria):
        both = (opened(c, simplifier.integers) for c in (one.condition, negated(one.condition)))
        ways = tuple(zip(both, ({place}, set[int]()), strict=True))
        grown = []
        for known, held in rows:
            for claim, more in ways:
                answer = claim != sp.false and simplifier.possible(*known, claim)
                if answer is None:
                    return None
                if answer:
                    grown.append(((*known, claim), held | more))
        rows = grown
        if len(rows) > MOST_LISTS:
            return None
    return list(dict.fromkeys(held for _, held in rows))


def _proofs(
    regimes: Sequence[Regime], equilibria: Sequence[SymbolicEquilibrium], simplifier: Simplifier
) -> tuple[Decision, Decision, Decision]:
    """Decide whether the regimes are exhaustive up to equations, disjoint, and listed."""
    conditions = [one.condition for one in regimes]
    whole = simplifier.integers
    relations = [r for one in equilibria for r in one.condition.atoms(Relational)]
    parting = [r for r in relations if not isinstance(r, sp.Ne) and not _between_integers(r, whole)]
    borders = dict.fromkeys(sp.Eq(r.lhs - r.rhs, 0) for r in parting)
    pairs = [
        simplifier.decide(sp.Not(sp.And(a, b)))
        for place, a in enumerate(conditions)
        for b in conditions[place + 1 :]
    ]
    lists = []
    for one in regimes:
        here = [e.condition if e in one.equilibria else negated(e.condition) for e in equilibria]
        lists.append(simplifier.decide(sp.And(*here), one.condition))
    return (
        simplifier.decide(sp.Or(*conditions, *(b for b in borders if b != sp.false))),
        _all(pairs),
        _all(lists),
    )


def _all(decisions: Sequence[Decision]) -> Decision:
    """Join decisions: the first that is no proof, or a proof."""
    seconds = sum(one.seconds for one in decisions)
    for one in decisions:
        if not one:
            return replace(one, seconds=seconds)
    return Decision(Outcome.PROVED, seconds=seconds)
