r"""The regimes: the parameter space cut into sets with one and the same list of equilibria.

Steps
-----
1. Every symbolic equilibrium has an exact condition. The lists of conditions that can hold
   together, while the others fail, are enumerated depth-first: one condition after the other is
   taken to hold, and to fail; z3 cuts off what no parameter values satisfy. A leaf is a list of
   equilibria. Lists that occur on a boundary only are leaves like the others.
2. The condition of a leaf (these hold, the others fail) is written in the shortest way that is
   proved to be equivalent (`pigou.solvers.conditions`).
3. Independently of how they were found, z3 proves that the conditions so written leave no
   parameter values out (*exhaustive*), and that no two of them hold together (*disjoint*).

Profiles "k of N" with N a number are taken one k at a time. Where N stays a symbol they are given
with each regime that is compatible with them (*families*), and do not cut the space.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.expression import symbol
from pigou.solvers.conditions import Simplifier
from pigou.solvers.reals import Decision, Outcome
from pigou.solvers.symbolic import Partition, Regime, SymbolicEquilibrium

__all__ = ["partition"]

MOST_REGIMES = 400
MOST_INSTANCES = 64


def partition(equilibria: Sequence[SymbolicEquilibrium], simplifier: Simplifier) -> Partition:
    """Cut the parameter space into regimes.

    Parameters
    ----------
    equilibria : sequence of SymbolicEquilibrium
        All of them.
    simplifier : Simplifier
        What is assumed of the parameters.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> found = [SymbolicEquilibrium(n, c, {}, {}, True) for n, c in [("a", x >= 1), ("b", x <= 1)]]
    >>> for one in partition(found, Simplifier((), (), [x])).regimes:
    ...     print(one.condition, [e.profile for e in one.equilibria])
    Eq(x, 1) ['a', 'b']
    x > 1 ['a']
    x < 1 ['b']
    """
    single, families = [], []
    for one in equilibria:
        instances = list(_instances(one, simplifier)) if one.counts else [one]
        (single if instances else families).extend(instances or [one])
    leaves = _leaves(single, simplifier)
    if leaves is None:
        return Partition(reason=f"there are more than {MOST_REGIMES} lists of equilibria")
    regimes = tuple(_regime(chosen, single, families, simplifier) for chosen in leaves)
    conditions = [one.condition for one in regimes]
    return Partition(
        regimes, simplifier.decide(sp.Or(*conditions)), _disjoint(conditions, simplifier)
    )


def _instances(one: SymbolicEquilibrium, simplifier: Simplifier) -> list[SymbolicEquilibrium]:
    """Return a profile with counts once for each of their values; nothing if these are symbols."""
    ranges = sp.And(*one.counts.values())
    names = [symbol(name) for name in one.counts]
    bounds = [r for r in ranges.atoms(sp.core.relational.Relational)]
    if any(not r.free_symbols <= set(names) for r in bounds):
        return []
    top = max((_room(r) for r in bounds), default=0)
    if top ** len(names) > MOST_INSTANCES:
        return []
    found = []
    for numbers in itertools.product(range(1, top + 1), repeat=len(names)):
        at = dict(zip(names, map(sp.Integer, numbers), strict=True))
        condition = one.condition.xreplace(at)
        if ranges.xreplace(at) == sp.true and simplifier.possible(condition) is not False:
            found.append(_instance(one, at, condition))
    return found


def _room(bound: Boolean) -> int:
    """Return the largest number that a range allows a count, from rest >= 1."""
    return int(bound.lhs.as_coeff_Add()[0])


def _instance(one: SymbolicEquilibrium, at: dict[Any, Any], condition: Boolean) -> Any:
    values = ", ".join(f"{name} = {number}" for name, number in at.items())
    payoffs = {who: sp.sympify(p).xreplace(at) for who, p in one.payoffs.items()}
    return replace(
        one, profile=f"{one.profile}, {values}", condition=condition, payoffs=payoffs, counts={}
    )


def _leaves(
    single: Sequence[SymbolicEquilibrium], simplifier: Simplifier
) -> list[tuple[bool, ...]] | None:
    """Return the lists of conditions that can hold while the others fail (step 1)."""
    open_: list[tuple[tuple[bool, ...], tuple[Any, ...]]] = [((), ())]
    for one in single:
        grown = []
        for chosen, claims in open_:
            for holds in (True, False):
                claim = one.condition if holds else sp.Not(one.condition)
                if simplifier.possible(*claims, claim) is not False:
                    grown.append(((*chosen, holds), (*claims, claim)))
        open_ = grown
        if len(open_) > MOST_REGIMES:
            return None
    return [chosen for chosen, _ in open_]


def _regime(
    chosen: tuple[bool, ...],
    single: Sequence[SymbolicEquilibrium],
    families: Sequence[SymbolicEquilibrium],
    simplifier: Simplifier,
) -> Regime:
    claims = [
        one.condition if holds else sp.Not(one.condition)
        for holds, one in zip(chosen, single, strict=True)
    ]
    condition = simplifier.shortest(sp.And(*claims))
    here = tuple(one for holds, one in zip(chosen, single, strict=True) if holds)
    some = tuple(f for f in families if _compatible(f, condition, simplifier))
    return Regime(condition, here, some, _is_boundary(condition))


def _compatible(family: SymbolicEquilibrium, condition: Boolean, simplifier: Simplifier) -> bool:
    return simplifier.possible(condition, family.condition, *family.counts.values()) is not False


def _is_boundary(condition: Boolean) -> bool:
    """Whether every alternative contains an equation."""
    parts = condition.args if isinstance(condition, sp.Or) else (condition,)
    return all(
        isinstance(p, sp.Eq) or (isinstance(p, sp.And) and any(isinstance(x, sp.Eq) for x in p.args))
        for p in parts
    )


def _disjoint(conditions: Sequence[Boolean], simplifier: Simplifier) -> Decision:
    """Decide whether no two conditions can hold together."""
    seconds = 0.0
    for place, condition in enumerate(conditions):
        later = sp.Or(*conditions[place + 1 :])
        verdict = simplifier.decide(sp.Not(sp.And(condition, later)))
        seconds += verdict.seconds
        if not verdict:
            return replace(verdict, seconds=seconds)
    return Decision(Outcome.PROVED, seconds=seconds)
