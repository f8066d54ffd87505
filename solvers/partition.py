r"""The regimes: the parameter space cut into sets with one and the same list of equilibria.

Steps
-----
1. Every symbolic equilibrium has an exact condition. The combinations of signs that matter to any
   of them and that some parameter values have are enumerated (`pigou.solvers.signs`), equations
   included. Each has its list of equilibria; those with the same list are joined to a regime.
2. The condition of a regime is written in the shortest way that is found.
3. Independently of how they were found, z3 proves that the conditions so written leave no
   parameter values out (*exhaustive*), that no two of them hold together (*disjoint*), and that
   each implies the conditions of the equilibria listed and the negations of the others (*listed*).

Where many signs matter, the boundaries between regimes are left out
(`pigou.solvers.staged_partition`).

Profiles "k of N" with N a number are taken one k at a time. Where N stays a symbol they are given
with each regime that is compatible with them (*families*), and do not cut the space.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from pigou.expression import symbol
from pigou.solvers.conditions import Simplifier
from pigou.solvers.reals import Decision, Outcome
from pigou.solvers.signs import Signs
from pigou.solvers.staged_partition import staged_partition
from pigou.solvers.symbolic import Partition, Regime, SymbolicEquilibrium

__all__ = ["partition"]

MOST_INSTANCES = 64
MOST_FACTORS = 10
"""With more, the boundaries between regimes are not listed."""


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
    x > 1 ['a']
    x < 1 ['b']
    Eq(x, 1) ['a', 'b']
    """
    single: list[SymbolicEquilibrium] = []
    families: list[SymbolicEquilibrium] = []
    for one in equilibria:
        instances = list(_instances(one, simplifier)) if one.counts else [one]
        (single if instances else families).extend(instances or [one])
    claims = [simplifier.by_signs(one.condition) for one in single]
    over = simplifier.reader.open_factors(c for c in claims if c is not None)
    many = len(over) > MOST_FACTORS and not families
    rows = None if many or None in claims else simplifier.combinations(over)
    if rows is None and not families:
        return staged_partition(single, simplifier)
    if rows is None:
        return Partition(reason="the signs that matter are too many, or were not decided in time")
    lists: dict[tuple[bool, ...], list[Signs]] = {}
    for row in rows:
        at = dict(zip(over, row, strict=True))
        key = tuple(simplifier.reader.true_at(claim, at) for claim in claims)
        lists.setdefault(key, []).append(row)
    regimes = []
    for key, here in lists.items():
        condition = simplifier.stated(here, rows, over)
        there = tuple(one for holds, one in zip(key, single, strict=True) if holds)
        some = tuple(f for f in families if _compatible(f, condition, simplifier))
        regimes.append(Regime(condition, there, some, _is_boundary(here, over, simplifier)))
    regimes.sort(key=lambda one: one.boundary)
    return Partition(tuple(regimes), *_proofs(regimes, single, simplifier))


def _is_boundary(rows: Sequence[Signs], over: Sequence[sp.Expr], simplifier: Simplifier) -> bool:
    """Whether in every combination a factor is zero that has more than whole numbers in it."""
    whole = set(map(symbol, simplifier.integers))
    thin = [not factor.free_symbols <= whole for factor in over]
    return all(any(s == 0 and t for s, t in zip(row, thin, strict=True)) for row in rows)


def _instances(one: SymbolicEquilibrium, simplifier: Simplifier) -> list[SymbolicEquilibrium]:
    """Return a profile with counts once for each of their values; nothing if these are symbols."""
    ranges = sp.And(*one.counts.values())
    names = [symbol(name) for name in one.counts]
    bounds = list(ranges.atoms(Relational))
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


def _instance(
    one: SymbolicEquilibrium, at: dict[Any, Any], condition: Boolean
) -> SymbolicEquilibrium:
    values = ", ".join(f"{name} = {number}" for name, number in at.items())
    payoffs = {who: sp.sympify(p).xreplace(at) for who, p in one.payoffs.items()}
    return replace(
        one,
        profile=f"{one.profile}, {values}",
        condition=condition,
        payoffs=payoffs,
        counts={},
        instance=values,
    )


def _compatible(family: SymbolicEquilibrium, condition: Boolean, simplifier: Simplifier) -> bool:
    return simplifier.possible(condition, family.condition, *family.counts.values()) is not False


def _proofs(
    regimes: Sequence[Regime], single: Sequence[SymbolicEquilibrium], simplifier: Simplifier
) -> tuple[Decision, Decision, Decision]:
    """Decide whether the regimes are exhaustive, disjoint, and list what exists (step 3)."""
    conditions = [one.condition for one in regimes]
    pairs, lists = [], []
    for place, one in enumerate(regimes):
        pairs.append(sp.Not(sp.And(one.condition, sp.Or(*conditions[place + 1 :]))))
        here = [e.condition if e in one.equilibria else sp.Not(e.condition) for e in single]
        lists.append((sp.And(*here), one.condition))
    return (
        simplifier.decide(sp.Or(*conditions)),
        _all(simplifier.decide(claim) for claim in pairs),
        _all(simplifier.decide(claim, known) for claim, known in lists),
    )


def _all(decisions: Iterable[Decision]) -> Decision:
    """Join decisions: the first that is no proof, or a proof."""
    seconds = 0.0
    for one in decisions:
        seconds += one.seconds
        if not one:
            return replace(one, seconds=seconds)
    return Decision(Outcome.PROVED, seconds=seconds)
