r"""The least budget that makes one choice of N members alike the only equilibrium, as a formula.

Each of N members takes the *target* choice or the other one. With :math:`d_k` a member's gain from
the target when k others take it, the *threshold* is :math:`t_k = -d_k`: a member that is paid z for
the target gains from it, beside k others, iff :math:`z > t_k`.

**Proposition.** Let payments :math:`z_1 \ge \dots \ge z_N \ge 0` be sorted. All members take the
target in the only equilibrium, mixed and asymmetric ones included, iff :math:`z_j > t_k` for every
member j and every :math:`k \ge j - 1`.

*Sufficient.* Member 1 gains from the target whatever the others do; given that, member 2 does, and
so on: iterated strict dominance. *Necessary.* Let m be the first number with
:math:`z_{m+1} \le t_m`. The profile in which exactly the first m take the target is an equilibrium:
the others do not gain (:math:`z_j \le z_{m+1} \le t_m`), and the first m do not lose, because
:math:`z_j \ge z_m > t_{m-1}`. So :math:`z_{j} > t_{j-1}` for all j, and, the payments being sorted,
:math:`z_j \ge z_{k+1} > t_k` for :math:`k \ge j - 1`. Complementarity is not needed.

With :math:`T_j = \max(0, \max_{k \ge j - 1} t_k)` the least total is :math:`\sum_j T_j` if payments
may differ, and :math:`N T_1` if they may not. Both are infima: where a threshold is not negative,
every larger total does, the total itself does not.

Steps
-----
1. Write :math:`t_k` with k, N and the parameters as symbols.
2. Decide with z3 whether :math:`t_k` falls in k (the choices are complements), or rises.
3. Where :math:`t_k` has at most one case distinction in k and is linear in k after it, add up the
   positive thresholds: a closed form in the number m of members that are paid.
4. For N = 2 to 8, and every value of the other whole numbers that matter: prove the order of
   step 2, both halves of the proposition for any thresholds whatever, and that the closed form is
   the sum.

Sources
-------
Segal (2003), Journal of Economic Theory 113:147-181; Winter (2004), American Economic Review
94:764-773, for payments that differ. The proposition for any :math:`d_k` is pigou's own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.errors import StructureError, unknown
from pigou.expression import If, symbol
from pigou.game import Game
from pigou.solvers.conditions import tidy
from pigou.solvers.reals import decide
from pigou.solvers.regimes import Search

__all__ = ["PROVED_FOR", "Budgets", "Proof", "budgets"]

PROVED_FOR = range(2, 9)
MOST_MEMBERS = 40


class Proof(NamedTuple):
    """One claim that was put to the decision procedure, for one number of members.

    Attributes
    ----------
    members : int
    claim : str
    holds : bool
    seconds : float

    Examples
    --------
    >>> Proof(2, "sufficient", True, 0.01).holds
    True
    """

    members: int
    claim: str
    holds: bool
    seconds: float


@dataclass(frozen=True)
class Budgets:
    r"""The least budgets of a population with two choices.

    Parameters
    ----------
    target : str
        The choice that all are to take.
    members : sympy expression
        N.
    others, paid : sympy symbol
        k, the number of others who take the target; m, the number of members that are paid.
    threshold : sympy expression
        :math:`t_k`.
    order : str
        ``"falling"`` (complements), ``"rising"``, or ``"neither"`` (not decided included).
    rate, uniform, discriminating : sympy expression
        The least rate if it is the same for all; N times that; the least total if rates differ.
    closed : sympy expression or None
        `discriminating` as a closed form in m.
    number_paid : sympy expression or None
        m.
    cases : tuple of (condition, uniform, discriminating, ratio)
        The budgets without case distinctions, where they are positive.
    given : tuple of sympy conditions
        What is assumed.
    proofs : tuple of Proof

    Examples
    --------
    >>> from pigou.models import load
    >>> found = budgets(load("coordination").game, "upgrade", {"threshold": 1}, prove=False)
    >>> found.order, found.cases[0][1]
    ('falling', firms*(-benefit*(1 - complementarity) + cost))
    """

    target: str
    members: sp.Expr
    others: sp.Symbol
    paid: sp.Symbol
    threshold: sp.Expr
    order: str
    rate: sp.Expr
    uniform: sp.Expr
    discriminating: sp.Expr
    closed: sp.Expr | None
    number_paid: sp.Expr | None
    cases: tuple[tuple[Boolean, sp.Expr, sp.Expr, sp.Expr], ...]
    given: tuple[Boolean, ...]
    proofs: tuple[Proof, ...]

    @property
    def proved(self) -> bool:
        """Whether every claim was proved."""
        return bool(self.proofs) and all(proof.holds for proof in self.proofs)


class _Pieces(NamedTuple):
    """Thresholds before and from `start` on: ``before(k)`` for k < start, ``after(k)`` else."""

    start: sp.Expr
    before: sp.Expr
    after: sp.Expr


def budgets(
    game: Game, target: str, fixed: Mapping[str, Any] | None = None, prove: bool = True
) -> Budgets:
    """Return the least uniform and discriminating budgets, with their proofs.

    Parameters
    ----------
    game : Game
        One population with one move of two choices.
    target : str
        The label of the choice that all are to take.
    fixed : mapping of str to number, optional
        Parameters that are given a value instead of staying symbols.
    prove : bool
        Whether to prove the claims for N = 2 to 8 (or for the one N that is given).

    Raises
    ------
    StructureError
        If the game has another structure, or a number of members above 40 is given and thresholds
        do not fall in it.

    Examples
    --------
    >>> from pigou.models import load
    >>> found = budgets(load("coordination").game, "upgrade", {"firms": 3, "threshold": 1})
    >>> found.proved, found.uniform
    (True, 3*Max(0, benefit*complementarity - benefit + cost))
    """
    return _budgets(game, target, tuple((fixed or {}).items()), prove)


@lru_cache(maxsize=8)
def _budgets(game: Game, target: str, fixed: tuple[tuple[str, Any], ...], prove: bool) -> Budgets:
    search = Search(game, dict(fixed))
    labels = _labels(game, search)
    if target not in labels:
        raise StructureError(unknown("choice", target, labels, f"game '{game.name}'"))
    taken = {s.name for s in search.order} | {m.name for m in game.moves}
    k, m = (_free_name(stem, taken) for stem in ("k", "m"))
    members = search.groups[0].size
    threshold = _threshold(search, labels.index(target), k)
    order = _order(search, threshold, k, members)
    found = _formulas(search, threshold, order, k, m)
    proofs = tuple(_proofs(search, found)) if prove else ()
    return Budgets(target=target, given=search.given, proofs=proofs, **found)


def _labels(game: Game, search: Search) -> list[str]:
    groups = search.groups
    if len(groups) != 1 or groups[0].single or len(groups[0].actions) != 2:
        raise StructureError(
            f"game '{game.name}': budgets are stated as formulas for one population of members "
            "alike with two choices"
        )
    return [", ".join(action) for action in groups[0].actions]


def _free_name(stem: str, taken: set[str]) -> sp.Symbol:
    while stem in taken:
        stem += "_"
    return symbol(stem)


def _threshold(search: Search, target: int, k: sp.Symbol) -> sp.Expr:
    """Return what a member has to be paid when k others take the target (step 1)."""
    fellows = search.groups[0].size - 1

    def counts(own: int) -> tuple[tuple[sp.Expr, ...], ...]:
        row = [fellows - k, fellows - k]
        row[target] = k
        row[own] += 1
        return (tuple(row),)

    gain = search.payoff(0, target, counts(target)) - search.payoff(
        0, 1 - target, counts(1 - target)
    )
    return tidy(-gain) if not gain.has(If) else -gain


def _order(search: Search, threshold: sp.Expr, k: sp.Symbol, members: sp.Expr) -> str:
    """Decide how thresholds change with the number of others (step 2)."""
    given = (*search.given, k >= 0, k + 2 <= members)
    integers = (*search.integers, k.name)
    after = threshold.xreplace({k: k + 1})
    if decide(after <= threshold, given, integers):
        return "falling"
    return "rising" if decide(after >= threshold, given, integers) else "neither"


# -- formulas (step 3) ------------------------------------------------------------------------


def _formulas(
    search: Search, threshold: sp.Expr, order: str, k: sp.Symbol, m: sp.Symbol
) -> dict[str, Any]:
    members = search.groups[0].size
    at = _places(search, threshold, order, k, members)
    rate = _positive(at[0]) if at else _positive(threshold.xreplace({k: sp.S.Zero}))
    if at:
        total: sp.Expr = sp.Add(*map(_positive, at))
    elif order == "falling":
        total = sp.Sum(_positive(threshold), (k, 0, members - 1))
    else:
        rate = _positive(threshold.xreplace({k: members - 1}))
        total = members * rate
    pieces = _pieces(threshold, k, search) if order == "falling" else None
    summed = None if pieces is None else _closed(search, pieces, k, m, members)
    cases: tuple[Any, ...] = ()
    if pieces is not None and summed is not None:
        cases = tuple(_cases(search, pieces, summed[0], k, members))
    return {
        "members": members, "others": k, "paid": m, "threshold": threshold, "order": order,
        "rate": rate, "uniform": members * rate, "discriminating": total, "cases": cases,
        "closed": None if summed is None else sp.Add(*summed[0]),
        "number_paid": None if summed is None else summed[1],
    }  # fmt: skip


def _places(
    search: Search, threshold: sp.Expr, order: str, k: sp.Symbol, members: sp.Expr
) -> list[sp.Expr]:
    """Return the largest threshold from each place on, where the number of members is given."""
    if not members.is_number:
        if order == "neither":
            raise StructureError(
                "thresholds neither fall nor rise in the number of others for all parameter "
                "values; fix the number of members with --set"
            )
        return []
    if members > MOST_MEMBERS:
        if order == "neither":
            raise StructureError(f"so far for at most {MOST_MEMBERS} members")
        return []
    listed = [_settled(search, threshold.xreplace({k: sp.Integer(i)})) for i in range(int(members))]
    if order == "falling":
        return listed
    if order == "rising":
        return [listed[-1]] * len(listed)
    return [sp.Max(*listed[i:]) for i in range(len(listed))]


def _settled(search: Search, formula: sp.Expr) -> sp.Expr:
    """Drop the case distinctions that are decided."""
    if formula.has(If):
        formula = search.simplifier.without_cases(formula)
    return tidy(formula)


def _positive(formula: sp.Expr) -> sp.Expr:
    return sp.Max(sp.S.Zero, formula)


def _pieces(threshold: sp.Expr, k: sp.Symbol, search: Search) -> _Pieces | None:
    """Split thresholds at their one case distinction in k; None if they have another shape."""
    cases = threshold.atoms(If)
    conditions = {case.args[0] for case in cases}
    if not conditions:
        return _linear(_Pieces(sp.S.Zero, threshold, threshold), k)
    if len(conditions) > 1:
        return None
    (condition,) = conditions
    gap = sp.expand(condition.lhs - condition.rhs)
    slope = gap.coeff(k, 1)
    if not isinstance(condition, sp.Ge | sp.Le) or abs(slope) != 1 or (gap - slope * k).has(k):
        return None
    first, second = (_branch(threshold, place) for place in (1, 2))
    if (slope > 0) == isinstance(condition, sp.Ge):  # the condition says k >= start
        start = sp.expand(-(gap - slope * k) / slope)
        return _linear(_Pieces(start, second, first), k) if _whole(start, search) else None
    start = sp.expand(-(gap - slope * k) / slope + 1)
    return _linear(_Pieces(start, first, second), k) if _whole(start, search) else None


def _branch(formula: sp.Expr, place: int) -> sp.Expr:
    return tidy(formula.replace(lambda e: isinstance(e, If), lambda e: e.args[place]))


def _whole(formula: sp.Expr, search: Search) -> bool:
    """Whether a formula is a whole number for all parameter values."""
    if not all(s.name in search.integers for s in formula.free_symbols):
        return False
    if not formula.is_polynomial(*formula.free_symbols):
        return False
    coefficients = (
        sp.Poly(formula, *formula.free_symbols).coeffs() if formula.free_symbols else [formula]
    )
    return all(c.is_Integer for c in coefficients)


def _linear(pieces: _Pieces, k: sp.Symbol) -> _Pieces | None:
    """Let pieces pass of which the first is constant in k and the second is linear in it."""
    before = pieces.before if pieces.start == 0 or not pieces.before.has(k) else None
    after = sp.together(pieces.after)
    if before is None or not after.is_polynomial(k) or sp.degree(after, k) > 1:
        return None
    return pieces


def _closed(
    search: Search, pieces: _Pieces, k: sp.Symbol, m: sp.Symbol, members: sp.Expr
) -> tuple[tuple[sp.Expr, ...], sp.Expr] | None:
    """Add up the positive thresholds of the first m members, and say what m is."""
    start, before, after = pieces
    simplifier = search.simplifier
    early = (start >= 0, start <= members, before > 0)
    slope, level = (sp.expand(after).coeff(k, power) for power in (1, 0))
    if start != 0 and not all(map(simplifier.holds, early)):
        return None
    if slope == 0:
        number = If(sp.Gt(after, 0), members, start)
    elif simplifier.holds(slope < 0):
        number = sp.Max(start, sp.Min(members, sp.ceiling(_neat(-level / slope))))
    else:
        return None
    square = sp.factor(m * (m - 1) - start * (start - 1))
    parts = (start * before, (m - start) * _neat(level), sp.factor(slope) * square / 2)
    return tuple(part for part in parts if part != 0), number


def _cases(
    search: Search, pieces: _Pieces, parts: tuple[sp.Expr, ...], k: sp.Symbol, members: sp.Expr
) -> Iterator[tuple[Boolean, sp.Expr, sp.Expr, sp.Expr]]:
    """Yield the budgets without case distinctions, where the first threshold is positive."""
    start, before, after = pieces
    options: list[tuple[Any, dict[sp.Basic, sp.Expr], sp.Expr]] = []
    if search.simplifier.possible(sp.Le(start, 0)) is not False:
        pinned = _pinned(search, start)
        options.append((sp.Le(start, 0), pinned, after.xreplace({k: sp.S.Zero})))
    if start != 0 and search.simplifier.possible(sp.Gt(start, 0)) is not False:
        options.append((sp.Gt(start, 0), {}, before))
    for where, swaps, first in options:
        first = _neat(first.xreplace(swaps))
        condition = sp.And(*(sp.Eq(a, b) for a, b in swaps.items())) if swaps else where
        if search.simplifier.holds(first <= 0, condition):
            continue
        if not search.simplifier.holds(first > 0, condition):
            condition = sp.And(condition, first > 0)
        here = [part.xreplace(swaps) for part in parts]
        uniform = members * first
        ratio = sp.Add(*(part / uniform for part in here))
        yield condition, uniform, sp.Add(*here), ratio


def _pinned(search: Search, start: sp.Expr) -> dict[sp.Basic, sp.Expr]:
    """Return the value of a whole number that is pinned where `start`, at least 0, is 0."""
    symbols = sorted(start.free_symbols, key=str)
    if len(symbols) == 1 and search.simplifier.holds(start >= 0):
        roots = sp.solve(start, symbols[0])
        if len(roots) == 1:
            return {symbols[0]: roots[0]}
    return {}


def _neat(formula: sp.Expr) -> sp.Expr:
    """Write a formula so that every symbol occurs as seldom as may be."""
    numerator, denominator = sp.fraction(sp.factor(sp.together(formula)))
    expanded = sp.expand(numerator)
    ways = [numerator, expanded]
    ways += [sp.collect(expanded, s, sp.factor) for s in sorted(expanded.free_symbols, key=str)]
    best = min(ways, key=lambda way: (len(_leaves(way)), way.count_ops()))
    if best.is_Mul:
        best = sp.Mul(*(_neat(factor) if factor.is_Add else factor for factor in best.args))
    return (sp.Add(*map(_turned, best.args)) if best.is_Add else best) / denominator


def _turned(term: sp.Expr) -> sp.Expr:
    """Write ``b*(k - 1)`` as ``-b*(1 - k)``."""
    if term.is_Mul:
        for factor in term.args:
            constant = factor.as_coeff_Add()[0] if factor.is_Add else 0
            if constant < 0 and len(term.args) > 1:
                rest = sp.Mul(*(f for f in term.args if f is not factor))
                return sp.Mul(-rest, sp.expand(-factor), evaluate=True)
    return term


def _leaves(formula: sp.Expr) -> list[sp.Basic]:
    return [node for node in sp.preorder_traversal(formula) if node.is_Symbol]


# -- proofs (step 4) --------------------------------------------------------------------------


def _proofs(search: Search, found: dict[str, Any]) -> Iterator[Proof]:
    members = found["members"]
    sizes = [int(members)] if members.is_number else list(PROVED_FOR)
    for size in (n for n in sizes if n in PROVED_FOR):
        yield from _any_thresholds(size)
        values = {members: sp.Integer(size)} if members.is_Symbol else {}
        if not (members.is_number or values):
            continue
        for whole in _whole_values(search, found["threshold"], size, values):
            yield _ordered(search, found, size, {**values, **whole})
            if found["closed"] is not None:
                yield _added_up(search, found, size, {**values, **whole})


def _any_thresholds(size: int) -> Iterator[Proof]:
    """Prove both halves of the proposition for any thresholds."""
    z = [symbol(f"z{j}") for j in range(1, size + 1)]
    t = [symbol(f"t{k}") for k in range(size)]
    falling = [a >= b for a, b in itertools.pairwise(z)] + [z[-1] >= 0]
    enough = sp.And(*(z[j] > t[i] for j in range(size) for i in range(j, size)))
    first = [_is_equilibrium(z, t, range(m)) for m in range(size)]
    # Of any set of m members that takes the target, the first member j outside has j <= m + 1;
    # that it does not gain, z_j <= t_m, is needed for an equilibrium.
    every = [z[j] <= t[m] for m in range(size) for j in range(m + 1)]
    dearer = sp.And(*(z[j] >= sp.Max(sp.S.Zero, *t[j:]) for j in range(size)))
    claims = (
        ("necessary: with less, another profile is an equilibrium", enough, map(sp.Not, first)),
        ("sufficient: with more, no other profile is one", sp.Not(sp.Or(*every)), [enough]),
        ("least: payments that are enough add up to at least the budget", dearer, [enough]),
    )
    for words, claim, given in claims:
        answer = decide(claim, [*falling, *given])
        yield Proof(size, words, bool(answer), answer.seconds)


def _is_equilibrium(z: list[sp.Symbol], t: list[sp.Symbol], chosen: Iterable[int]) -> Boolean:
    """Say that the profile in which the members `chosen` take the target is an equilibrium."""
    inside = set(chosen)
    m = len(inside)
    stays = (z[j] >= t[m - 1] for j in sorted(inside))
    others = (z[j] <= t[m] for j in range(len(z)) if j not in inside)
    return sp.And(*stays, *others)


def _whole_values(
    search: Search, threshold: sp.Expr, size: int, values: Mapping[sp.Basic, sp.Expr]
) -> Iterator[dict[sp.Basic, sp.Expr]]:
    """Yield the values of the whole numbers on which the thresholds depend, up to N."""
    names = sorted(
        s.name for s in threshold.free_symbols if s.name in search.integers and s not in values
    )
    for numbers in itertools.product(range(size + 1), repeat=len(names)):
        at = {symbol(n): sp.Integer(v) for n, v in zip(names, numbers, strict=True)}
        if all(c.xreplace({**values, **at}) != sp.false for c in search.given):
            yield at


def _ordered(
    search: Search, found: dict[str, Any], size: int, values: Mapping[sp.Basic, sp.Expr]
) -> Proof:
    """Prove that thresholds fall (or rise) for this number of members."""
    listed = _listed(found, size, values)
    given = [c for c in (one.xreplace(values) for one in search.given) if c != sp.true]
    pairs = list(itertools.pairwise(listed))
    claim = {
        "falling": sp.And(*(a >= b for a, b in pairs)),
        "rising": sp.And(*(a <= b for a, b in pairs)),
    }.get(found["order"], sp.true)
    answer = decide(claim, given)
    return Proof(size, f"thresholds: {found['order']}{_at(values, found)}", bool(answer),
                 answer.seconds)  # fmt: skip


def _added_up(
    search: Search, found: dict[str, Any], size: int, values: Mapping[sp.Basic, sp.Expr]
) -> Proof:
    """Prove the closed form: m thresholds are positive, and it is their sum, for every m."""
    listed = _listed(found, size, values)
    given = [c for c in (one.xreplace(values) for one in search.given) if c != sp.true]
    closed, number = found["closed"].xreplace(values), found["number_paid"].xreplace(values)
    holds, seconds = True, 0.0
    for m in range(size + 1):
        summed = closed.xreplace({found["paid"]: sp.Integer(m)}) - sp.Add(*listed[:m])
        here = [t > 0 for t in listed[max(m - 1, 0) : m]] + [t <= 0 for t in listed[m : m + 1]]
        possible = decide(sp.false, [*given, *here])
        answer = possible or decide(_counts(number, m), [*given, *here])
        same = bool(possible) or sp.expand(summed) == 0 or sp.cancel(summed) == 0
        holds, seconds = holds and same and bool(answer), seconds + answer.seconds
    words = f"closed form: the sum of the positive thresholds{_at(values, found)}"
    return Proof(size, words, holds, seconds)


def _counts(number: sp.Expr, m: int) -> Any:
    """Write ``number == m`` without rounding up: ceiling(x) == n iff n - 1 < x <= n."""
    ups = number.atoms(sp.ceiling)
    if not ups:
        return sp.Eq(number, m)
    (up,) = ups
    lowest, highest = (number.xreplace({up: sp.Integer(end)}) for end in (-1, 10**6))
    if not lowest <= m <= highest:
        return sp.false
    at_least = sp.true if m == lowest else up.args[0] > m - 1
    return sp.And(at_least, sp.true if m == highest else up.args[0] <= m)


def _listed(found: dict[str, Any], size: int, values: Mapping[sp.Basic, sp.Expr]) -> list[sp.Expr]:
    k, threshold = found["others"], found["threshold"].xreplace(values)
    return [threshold.xreplace({k: sp.Integer(i)}) for i in range(size)]


def _at(values: Mapping[sp.Basic, sp.Expr], found: dict[str, Any]) -> str:
    rest = [f"{a} = {b}" for a, b in values.items() if a != found["members"]]
    return f" at {', '.join(rest)}" if rest else ""
