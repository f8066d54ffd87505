r"""Mixed equilibria of two players with up to three choices, as expressions with exact conditions.

An equilibrium (x, y) has the *supports* (I, J) iff x is positive exactly on I, every action in J is
a best reply to x, and the same with the players exchanged. The two halves have no unknown in
common: equilibria with these supports exist iff x exists and y exists, and they are all pairs.

Steps
-----
1. For x, over the cone of :math:`x_i > 0` (probabilities up to scale), with b the payoffs of the
   other player: one *equation* :math:`\sum_i x_i (b_{ij} - b_{ij_0}) = 0` for every further j in J,
   one *inequality* :math:`\sum_i x_i (b_{ij_0} - b_{ij}) \ge 0` for every j outside J. With three
   choices there are at most two of both.
2. Where the equations have rank :math:`|I| - 1`, x is unique: by Cramer's rule it is proportional
   to the minors of the equations, and its condition is that these have one sign and that the
   inequalities hold. Which equation it is read from is a case of its own.
3. Otherwise x varies freely within the linear constraints of step 1: a *continuum*. When there is
   such an x is settled by eliminating x: the solutions form a convex cone, and the sum of its
   extreme rays is positive wherever one of them is, so that an x that is positive on I exists iff
   every i in I is used by some extreme ray. A ray uses one action; or two, with one of the (in)
   equalities binding; or three, with both binding. Each has a condition in signs of payoff
   differences and 2 by 2 determinants. (Two inequalities can also pin down a mixture of two
   actions; that is not called a continuum, but a case of its own in step 2.)
4. z3 discards the pairs of supports whose conditions no parameter values satisfy.

The pure profiles are left to `pigou.solvers.regimes`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.expression import If, symbol
from pigou.solvers.conditions import Simplifier, tidy
from pigou.solvers.symbolic import Exclusion, SymbolicEquilibrium

__all__ = ["MOST_CHOICES", "SymbolicPlayer", "mixed_by_support"]

MOST_CHOICES = 3


class SymbolicPlayer(NamedTuple):
    """One of two players: name, labels of its actions, payoffs by own and the other's action.

    Examples
    --------
    >>> SymbolicPlayer("row", ("stag", "hare"), ((3, 0), (1, 1))).labels
    ('stag', 'hare')
    """

    name: str
    labels: tuple[str, ...]
    payoffs: tuple[tuple[sp.Expr, ...], ...]


class _Half(NamedTuple):
    """One player's side of an equilibrium: probabilities on the support, and when they exist.

    `free` names the probabilities that are symbols, positive within the `limits`, and all replies
    are best within the `constraints`.
    """

    probabilities: tuple[sp.Expr, ...]
    condition: Boolean
    free: tuple[str, ...] = ()
    limits: tuple[Boolean, ...] = ()
    constraints: tuple[Boolean, ...] = ()


class _Row(NamedTuple):
    """A comparison of two replies of the other player, by own action."""

    values: tuple[sp.Expr, ...]
    binding: bool


def mixed_by_support(
    players: tuple[SymbolicPlayer, SymbolicPlayer],
    simplifier: Simplifier,
    taken: frozenset[str] = frozenset(),
) -> Iterator[SymbolicEquilibrium | Exclusion]:
    """Yield what is true of every pair of supports of which one at least has several actions.

    Parameters
    ----------
    players : pair of SymbolicPlayer
        With at most `MOST_CHOICES` actions each.
    simplifier : Simplifier
        What is assumed of the parameters.
    taken : frozenset of str
        Names that free probabilities must not bear.

    Examples
    --------
    >>> s, h = sp.symbols("s h", real=True)
    >>> row = SymbolicPlayer("row", ("stag", "hare"), ((s, 0), (h, h)))
    >>> column = SymbolicPlayer("column", ("stag", "hare"), ((s, 0), (h, h)))
    >>> simplifier = Simplifier((s > 0, h > 0), (), [s, h])
    >>> found = list(mixed_by_support((row, column), simplifier))
    >>> [(one.profile, one.condition) for one in found if isinstance(one, SymbolicEquilibrium)]
    [('row mixes stag, hare; column mixes stag, hare', s > h)]
    >>> found[-1].probabilities["row: stag"]
    h/s
    """
    one, other = players
    mine, theirs = (list(_supports(len(p.labels))) for p in players)
    for pair in itertools.product(mine, theirs):
        if len(pair[0]) == len(pair[1]) == 1:
            continue
        halves = (
            _halves(other.payoffs, pair[0], pair[1], _names("p", one, taken)),
            _halves(one.payoffs, pair[1], pair[0], _names("q", other, taken)),
        )
        yield from _settled(players, pair, halves, simplifier)


def _supports(width: int) -> Iterator[tuple[int, ...]]:
    for size in range(1, width + 1):
        yield from itertools.combinations(range(width), size)


def _names(stem: str, player: SymbolicPlayer, taken: frozenset[str]) -> list[sp.Symbol]:
    """Name the free probabilities of a player, as no other symbol is named."""
    while any(f"{stem}{i + 1}" in taken for i in range(len(player.labels))):
        stem += "_"
    return [symbol(f"{stem}{i + 1}") for i in range(len(player.labels))]


# -- one player's half ------------------------------------------------------------------------


def _halves(
    payoffs: Sequence[Sequence[sp.Expr]],
    support: tuple[int, ...],
    replies: tuple[int, ...],
    names: Sequence[sp.Symbol],
) -> list[_Half]:
    """Return the mixtures of one player that make all replies best, case by case.

    `payoffs` are those of the other player, by the other's action and this player's; the player
    mixes the `support`, and the `replies` have to be best; `names` stand for free probabilities.
    """
    base, *further = replies
    rows = []
    for reply in range(len(payoffs)):
        if reply == base:
            continue
        sign = 1 if reply in further else -1
        gaps = [sp.factor(sign * (payoffs[reply][i] - payoffs[base][i])) for i in support]
        rows.append(_Row(tuple(gaps), reply in further))
    halves = [*_unique(rows, len(support)), *_free(rows, len(support), names)]
    return [half for half in halves if half.condition != sp.false]


def _unique(rows: list[_Row], width: int) -> Iterator[_Half]:
    """Yield the cases in which the equations leave one mixture (step 2)."""
    equations = [r for r in rows if r.binding]
    if width == 1:
        yield _Half((sp.S.One,), sp.And(*(_holds(r, r.values[0]) for r in rows)))
    if width == 2:
        for place, row in enumerate(equations):
            first, second = row.values
            before = (sp.Eq(v, 0) for r in equations[:place] for v in r.values)
            rest = [r for r in rows if r is not row]
            total = first - second
            if sp.simplify(total) != 0:
                shares = (tidy(-second / total), tidy(first / total))
                yield _Half(shares, sp.And(*before, _balanced(row, rest, 0, 1)))
    if width == 2 and len(rows) == 2 and not equations:
        first, second = rows[0].values
        total = first - second
        if sp.simplify(total) != 0:
            yield _Half((tidy(-second / total), tidy(first / total)), _pinched(*rows))
    if width == 3 and len(equations) == 2:
        minors = _minors(*(r.values for r in equations))
        total = sp.Add(*minors)
        if sp.simplify(total) != 0:
            yield _Half(tuple(tidy(m / total) for m in minors), _one_sign(minors))


def _free(rows: list[_Row], width: int, names: Sequence[sp.Symbol]) -> Iterator[_Half]:
    """Yield the case in which the equations leave a continuum (step 3)."""
    equations = [r for r in rows if r.binding]
    degenerate: tuple[Boolean, ...] = ()
    if width == 2:
        degenerate = tuple(sp.Eq(v, 0) for r in equations for v in r.values)
        rows = [r for r in rows if not r.binding]
    if width == 3 and len(equations) == 2:
        degenerate = tuple(sp.Eq(m, 0) for m in _minors(*(r.values for r in equations)))
    if width == 1:
        return
    unknown = names[: width - 1]
    shares = (*unknown, 1 - sp.Add(*unknown))
    limits = (*(s > 0 for s in unknown), sp.Add(*unknown) < 1)
    binding = [sp.Add(*(s * v for s, v in zip(shares, r.values, strict=True))) for r in rows]
    constraints = tuple(_holds(r, value) for r, value in zip(rows, binding, strict=True))
    exists = sp.And(*degenerate, _exists(rows, width))
    if width == 2 and len(rows) == 2:
        exists = sp.And(exists, sp.Not(_pinched(*rows)))
    yield _Half(shares, exists, tuple(s.name for s in unknown), limits, constraints)


def _exists(rows: list[_Row], width: int) -> Boolean:
    """Say when some mixture positive throughout meets all rows: every action is on a ray."""
    rays = list(_rays(rows, width))
    return sp.And(*(sp.Or(*(c for used, c in rays if i in used)) for i in range(width)))


def _rays(rows: list[_Row], width: int) -> Iterator[tuple[tuple[int, ...], Boolean]]:
    """Yield the actions that an extreme ray can use, with the condition that it solves all rows."""
    for i in range(width):
        yield (i,), sp.And(*(_holds(r, r.values[i]) for r in rows))
    for i, j in itertools.combinations(range(width), 2):
        for row in rows:
            rest = [r for r in rows if r is not row]
            yield (i, j), _balanced(row, rest, i, j)
    if width == 3 and len(rows) == 2:
        yield (0, 1, 2), _one_sign(_minors(rows[0].values, rows[1].values))


def _holds(row: _Row, value: sp.Expr) -> Boolean:
    value = sp.factor(value)
    return sp.Eq(value, 0) if row.binding else sp.Ge(value, 0)


def _balanced(row: _Row, rest: list[_Row], i: int, j: int) -> Boolean:
    """Say when a mixture of i and j alone turns one row to zero and meets the rest."""
    a, b = row.values[i], row.values[j]
    ways = []
    for sign in (1, -1):
        met = (_holds(r, sign * (a * r.values[j] - b * r.values[i])) for r in rest)
        ways.append(sp.And(sp.Gt(sign * a, 0), sp.Gt(-sign * b, 0), *met))
    return sp.Or(*ways)


def _pinched(one: _Row, other: _Row) -> Boolean:
    """Say when two inequalities leave a single mixture of two actions."""
    (a, b), (c, d) = one.values, other.values
    ways = [sp.And(sign * a > 0, sign * b < 0, sign * c < 0, sign * d > 0) for sign in (1, -1)]
    return sp.And(sp.Eq(sp.factor(a * d - b * c), 0), sp.Or(*ways))


def _minors(first: Sequence[sp.Expr], second: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Return the cross product of two rows of three, to which their common null vector belongs."""
    order = ((1, 2), (2, 0), (0, 1))
    return [sp.factor(first[i] * second[j] - first[j] * second[i]) for i, j in order]


def _one_sign(values: Sequence[sp.Expr]) -> Boolean:
    return sp.Or(sp.And(*(v > 0 for v in values)), sp.And(*(v < 0 for v in values)))


# -- both halves ------------------------------------------------------------------------------


def _settled(
    players: tuple[SymbolicPlayer, SymbolicPlayer],
    pair: tuple[tuple[int, ...], tuple[int, ...]],
    halves: tuple[list[_Half], list[_Half]],
    simplifier: Simplifier,
) -> Iterator[SymbolicEquilibrium | Exclusion]:
    """Yield the equilibria with one pair of supports, or that there are none."""
    kept, seconds = 0, 0.0
    possible = [
        [h for h in side if simplifier.possible(h.condition) is not False] for side in halves
    ]
    for mine, theirs in itertools.product(*possible):
        condition = sp.And(mine.condition, theirs.condition)
        verdict = simplifier.decide(sp.Not(condition))
        seconds += verdict.seconds
        if not verdict:
            kept += 1
            decided = bool(simplifier.possible(condition))
            yield _equilibrium(players, pair, (mine, theirs), simplifier, decided)
    if not kept:
        yield Exclusion(_words(players, pair), seconds, "mixed")


def _equilibrium(
    players: tuple[SymbolicPlayer, SymbolicPlayer],
    pair: tuple[tuple[int, ...], tuple[int, ...]],
    halves: tuple[_Half, _Half],
    simplifier: Simplifier,
    decided: bool,
) -> SymbolicEquilibrium:
    condition = simplifier.shortest(sp.And(*(h.condition for h in halves)))
    free = tuple(name for h in halves for name in h.free)
    inside = simplifier.within(condition, map(symbol, free))

    known = _equations(condition)

    def settled(formula: Any) -> Any:
        formula = formula.xreplace(known)
        if formula.has(If):
            formula = simplifier.without_cases(formula, condition)
        return inside.positive_below(tidy(formula)) if isinstance(formula, sp.Expr) else formula

    probabilities, payoffs = {}, {}
    for number, (player, support, half) in enumerate(zip(players, pair, halves, strict=True)):
        for action, share in zip(support, half.probabilities, strict=True):
            probabilities[f"{player.name}: {player.labels[action]}"] = settled(share)
        against = zip(pair[1 - number], halves[1 - number].probabilities, strict=True)
        paid = (share * player.payoffs[support[0]][reply] for reply, share in against)
        payoffs[player.name] = settled(sp.Add(*paid))
    limits = [c for h in halves for c in h.limits]
    rest = (settled(c) for h in halves for c in h.constraints)
    constraints = (*limits, *inside.shortened(c for c in rest if not inside.holds(c, *limits)))
    kind = "continuum" if free else "mixed"
    return SymbolicEquilibrium(
        _words(players, pair) + (" (a continuum)" if free else ""),
        condition, payoffs, {}, decided, kind, probabilities, constraints, free,
    )  # fmt: skip


def _equations(condition: Boolean) -> dict[sp.Symbol, sp.Expr]:
    """Return the parameters that a condition pins down."""
    pinned: dict[sp.Symbol, sp.Expr] = {}
    for part in condition.args if isinstance(condition, sp.And) else (condition,):
        if isinstance(part, sp.Eq) and part.lhs.is_Symbol and not part.rhs.has(*pinned, part.lhs):
            pinned[part.lhs] = part.rhs
    return pinned


def _words(
    players: tuple[SymbolicPlayer, SymbolicPlayer], pair: tuple[tuple[int, ...], tuple[int, ...]]
) -> str:
    parts = []
    for player, support in zip(players, pair, strict=True):
        labels = ", ".join(player.labels[a] for a in support)
        parts.append(
            f"{player.name}: {labels}" if len(support) == 1 else f"{player.name} mixes {labels}"
        )
    return "; ".join(parts)
