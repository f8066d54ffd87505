r"""All mixed equilibria of three and more single players, by supports, with certificates.

Steps
-----
1. Every way to give each player a support is visited. It is dropped if some action of a support
   is *conditionally dominated*: another action pays at least as much against everything in the
   others' supports and more against something (Porter, Nudelman and Shoham 2008, with full supports
   of the others, so that weak dominance suffices). Comparisons are exact.
2. One player mixes: where several of its actions are best replies to pure choices of the others,
   its mixtures from which nobody else deviates form a polytope; its extreme points are enumerated.
   Two players mix: each is indifferent by a linear system in the other's probabilities, solved in
   rational arithmetic. Where that is singular, exact linear programmes (`pigou.solvers.linear`) say
   whether anything is left; if one of the two is pinned down, the other's mixtures are a polytope.
   If neither is, there is a product of polytopes: all equilibria if at every pair of extreme points
   nobody else gains from deviating, and none if somebody gains at all of them.
3. Three players mix, one of them two actions: exact elimination to one polynomial
   (`pigou.solvers.elimination`).
4. All other supports: branch and prune on the product of simplices (`pigou.solvers.boxes`), every
   solution proved to exist and to be the only one of its box.
5. A solution counts if its probabilities are positive and no action outside the supports pays more.
   Signs are decided exactly in steps 2 and 3, by enclosures of 300 bits or exactly in step 4.

Every equilibrium is a solution of its support's system, so the list is complete if nothing is
unresolved. What is: continua in which the mixtures of three players vary, or of two as long as
another one accepts it; singular systems that are not settled, boxes beyond the limits.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from flint import arb, fmpq, fmpq_mat

from pigou.deadline import time_is_up
from pigou.exact import Enclosure
from pigou.solvers.bimatrix import dimension
from pigou.solvers.boxes import MOST_BOXES, System, solve_system, value
from pigou.solvers.elimination import LARGEST_SUPPORT, Cell, Payoffs, Supports, eliminate
from pigou.solvers.linear import positive_solution
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = [
    "MOST_SUPPORTS",
    "Continuum",
    "MixedEquilibria",
    "MixedProfile",
    "mixed_equilibria",
    "number_of_supports",
]

MOST_SUPPORTS = 200_000
MOST_WORK = 500_000_000
_SETTING_UP = 30  # boxes, in time: the tensors of a support are made of rational numbers
MOST_CORNERS = 5_000


class MixedProfile(NamedTuple):
    """A mixed equilibrium: each player's probabilities, and how it was found."""

    probabilities: tuple[tuple[Enclosure, ...], ...]
    method: str


class Continuum(NamedTuple):
    """A set of equilibria in which one or two players mix at will, by its extreme points.

    Attributes
    ----------
    profiles : list of profiles
        The extreme points, pure ones included: whatever mixture of its own ones each player takes,
        the profile is an equilibrium.
    dimension : int
    """

    profiles: list[tuple[tuple[Enclosure, ...], ...]]
    dimension: int


class MixedEquilibria(NamedTuple):
    """What was found, the supports that are unresolved with the reason, and the supports visited.

    Attributes
    ----------
    profiles : list of MixedProfile
        Without the extreme points of continua.
    continua : list of Continuum
    unresolved : list of (Supports, str)
    supports : int
        How many supports there are, pure ones left out.
    pruned : int
        How many of them conditional dominance excludes.
    """

    profiles: list[MixedProfile]
    continua: list[Continuum]
    unresolved: list[tuple[Supports, str]]
    supports: int
    pruned: int


def number_of_supports(shape: Cell) -> int:
    """Return how many supports there are in which somebody mixes.

    Examples
    --------
    >>> number_of_supports((2, 2, 2))
    19
    """
    return math.prod(2**m - 1 for m in shape) - math.prod(shape)


def mixed_equilibria(
    payoffs: Payoffs, shape: Cell, most_boxes: int = MOST_BOXES
) -> MixedEquilibria:
    """Return every equilibrium in which somebody mixes.

    Parameters
    ----------
    payoffs : sequence of mapping of tuple of int to fmpq
        For each player, its payoff in every cell.
    shape : tuple of int
        How many actions each player has.
    most_boxes : int, optional
        How many boxes are visited in one support.

    Examples
    --------
    >>> cells = list(itertools.product(range(2), repeat=3))
    >>> def apart(i):  # pays 1 for each of the other two who chooses otherwise
    ...     return {c: fmpq(sum(c[j] != c[i] for j in range(3))) for c in cells}
    >>> found = mixed_equilibria([apart(i) for i in range(3)], (2, 2, 2))
    >>> [p.probabilities[0] for p in found.profiles]
    [(Enclosure(1/2), Enclosure(1/2))]
    >>> len(found.continua)  # one player may mix at will while the other two are apart
    6
    """
    total = number_of_supports(shape)
    found = MixedEquilibria([], [], [], total, 0)
    for player in range(len(shape)):
        _alone(payoffs, shape, player, found)
    left = sorted(_supports(payoffs, shape), key=lambda s: (sum(map(len, s)), s))
    work = MOST_WORK
    for supports in left:
        mixers = [p for p, support in enumerate(supports) if len(support) > 1]
        if len(mixers) == 1:
            continue  # settled above
        if time_is_up():
            found.unresolved.append((supports, "the time limit was reached before"))
            continue
        if len(mixers) == 2:
            _linear(payoffs, shape, supports, mixers, found)
            continue
        largest = max(len(supports[p]) for p in mixers)
        binary = [p for p in mixers if len(supports[p]) == 2]
        if len(mixers) == 3 and binary and largest <= LARGEST_SUPPORT:
            _eliminated(payoffs, shape, supports, binary, found)
        elif work <= 0:
            found.unresolved.append((supports, "the limit on boxes was reached before"))
        else:
            work -= _boxed(payoffs, shape, supports, mixers, found, most_boxes, work)
    return found._replace(continua=_largest(found.continua), pruned=total - len(left))


def _largest(continua: list[Continuum]) -> list[Continuum]:
    """Leave out faces of others."""
    corners = [frozenset(c.profiles) for c in continua]
    return [
        continuum
        for k, continuum in enumerate(continua)
        if not any(
            corners[k] < other or (corners[k] == other and m < k) for m, other in enumerate(corners)
        )
    ]


# -- supports ----------------------------------------------------------------------------------


class _Comparisons:
    """For each player and two of its actions: the cells of the others where one pays more."""

    def __init__(self, payoffs: Payoffs, shape: Cell):
        self.shape = shape
        n = len(shape)
        others = [
            list(itertools.product(*(range(m) for q, m in enumerate(shape) if q != p)))
            for p in range(n)
        ]
        self.more: list[list[list[int]]] = []
        self.where: list[dict[tuple[int, int], int]] = []
        for p in range(n):
            rows = [
                [payoffs[p][(*cell[:p], a, *cell[p:])] for cell in others[p]]
                for a in range(shape[p])
            ]
            self.more.append([[0 if a is b else _mask(b, a) for b in rows] for a in rows])
            at: dict[tuple[int, int], int] = {}
            for bit, cell in enumerate(others[p]):
                for place, action in enumerate(cell):
                    q = place + (place >= p)
                    at[q, action] = at.get((q, action), 0) | 1 << bit
            self.where.append(at)
        self.known: dict[tuple[int, int, tuple[int, ...]], int] = {}
        self.all = [(1 << len(others[p])) - 1 for p in range(n)]

    def cells(self, player: int, supports: Sequence[tuple[int, ...]]) -> int:
        """Return the others' cells within the supports given so far, as bits."""
        cells = self.all[player]
        for other, support in enumerate(supports):
            if other != player:
                within = self.known.get((player, other, support))
                if within is None:
                    within = 0
                    for action in support:
                        within |= self.where[player][other, action]
                    self.known[player, other, support] = within
                cells &= within
        return cells

    def dominated(self, player: int, supports: Sequence[tuple[int, ...]], whole: bool) -> bool:
        """Whether some action of the support is conditionally dominated by any action.

        With `whole`, all supports are given and weak dominance suffices.
        """
        cells = self.cells(player, supports)
        for a in supports[player]:
            for b in range(self.shape[player]):
                if a != b:
                    better = self.more[player][a][b] & cells
                    if better == cells:
                        return True
                    if whole and better and not self.more[player][b][a] & cells:
                        return True
        return False


def _mask(first: Sequence[Any], second: Sequence[Any]) -> int:
    return sum(1 << k for k, (b, a) in enumerate(zip(first, second, strict=True)) if b > a)


def _supports(payoffs: Payoffs, shape: Cell) -> Iterator[Supports]:
    """Yield the supports with a mixer in which no action is conditionally dominated."""
    comparisons = _Comparisons(payoffs, shape)
    choices = [
        [s for size in range(1, m + 1) for s in itertools.combinations(range(m), size)]
        for m in shape
    ]

    def extend(chosen: tuple[tuple[int, ...], ...]) -> Iterator[Supports]:
        if len(chosen) == len(shape):
            if any(len(s) > 1 for s in chosen) and not any(
                comparisons.dominated(p, chosen, whole=True) for p in range(len(shape))
            ):
                yield chosen
            return
        for support in choices[len(chosen)]:
            longer = (*chosen, support)
            if len(longer) == len(shape) or not any(
                comparisons.dominated(p, longer, whole=False) for p in range(len(longer))
            ):
                yield from extend(longer)

    yield from extend(())


# -- one or two players mix ---------------------------------------------------------------------


def _gap(
    payoffs: Payoffs, supports: Supports, player: int, action: int, at: Mapping[int, int]
) -> Any:
    """Return the advantage of an action over the support's first where others act `at`."""
    cell = [s[0] for s in supports]
    for other, choice in at.items():
        cell[other] = choice
    cell[player] = action
    gain = payoffs[player][tuple(cell)]
    cell[player] = supports[player][0]
    return gain - payoffs[player][tuple(cell)]


def _outside(shape: Cell, supports: Supports, player: int) -> list[int]:
    return [a for a in range(shape[player]) if a not in supports[player]]


def _linear(
    payoffs: Payoffs, shape: Cell, supports: Supports, mixers: list[int], found: MixedEquilibria
) -> None:
    """Settle a support in which two players mix."""
    i, j = mixers
    equal = {
        p: [[_gap(payoffs, supports, q, b, {p: a}) for a in supports[p]] for b in supports[q][1:]]
        for p, q in ((i, j), (j, i))
    }
    if len(supports[i]) == len(supports[j]):
        shares = {p: _shares(equal[p]) for p in mixers}
        if all(share is not None for share in shares.values()):
            _isolated(payoffs, shape, supports, shares, found)
            return
    at_most = {
        p: [
            [_gap(payoffs, supports, q, b, {p: a}) for a in supports[p]]
            for b in _outside(shape, supports, q)
        ]
        for p, q in ((i, j), (j, i))
    }
    points = {p: positive_solution(len(supports[p]), equal[p], at_most[p]) for p in mixers}
    if any(point is None for point in points.values()):
        return
    for p, q in ((i, j), (j, i)):
        x = points[p]
        if x is not None and _rank([*equal[p], [fmpq(1)] * len(x)]) == len(x):
            rows = at_most[q] + _others(payoffs, shape, supports, q, {p: x})
            if positive_solution(len(supports[q]), equal[q], rows) is not None:
                _at_will(shape, supports, q, {p: x}, [*rows, *_both_ways(equal[q])], found)
            return
    _product_of_two(payoffs, shape, supports, equal, at_most, found)


def _product_of_two(
    payoffs: Payoffs,
    shape: Cell,
    supports: Supports,
    equal: Mapping[int, list[list[Any]]],
    at_most: Mapping[int, list[list[Any]]],
    found: MixedEquilibria,
) -> None:
    """Settle a support in which the mixtures of two players both vary, if the others let it be.

    What the two ask of each other leaves a product of polytopes. An action of another player gains
    by a bilinear function on it, which is largest, and least, at a pair of extreme points.
    """
    i, j = equal
    rows = {p: [*at_most[p], *_both_ways(equal[p])] for p in equal}
    if any(
        math.comb(len(supports[p]) + len(r), len(supports[p]) - 1) > MOST_CORNERS
        for p, r in rows.items()
    ):
        found.unresolved.append((supports, "a continuum with many extreme points"))
        return
    corners = {p: _corners(len(supports[p]), r) for p, r in rows.items()}
    pairs = [{i: x, j: y} for x, y in itertools.product(corners[i], corners[j])]
    gains = [
        [_expected(payoffs, supports, p, a, pair, {}) for pair in pairs]
        for p, support in enumerate(supports)
        if len(support) == 1
        for a in _outside(shape, supports, p)
    ]
    if any(min(gain) > 0 for gain in gains):
        return
    if any(max(gain) > 0 for gain in gains):
        reason = "a continuum, unless the conditions of others exclude it"
        found.unresolved.append((supports, reason))
        return
    profiles = [
        _spread(shape, supports, {p: [_point(s) for s in row] for p, row in pair.items()})
        for pair in pairs
    ]
    found.continua.append(Continuum(profiles, dimension(corners[i]) + dimension(corners[j])))


def _both_ways(rows: list[list[Any]]) -> list[list[Any]]:
    return [*rows, *([-e for e in row] for row in rows)]


def _at_will(
    shape: Cell,
    supports: Supports,
    player: int,
    known: Mapping[int, Sequence[Any]],
    rows: list[list[Any]],
    found: MixedEquilibria,
) -> None:
    """Add all mixtures of a player's support that meet linear conditions, the others' known."""
    size = len(supports[player])
    if math.comb(size + len(rows), size - 1) > MOST_CORNERS:
        found.unresolved.append((supports, "a continuum with many extreme points"))
        return
    fixed = {p: [_point(s) for s in row] for p, row in known.items()}
    corners = _corners(size, rows)
    profiles = [
        _spread(shape, supports, {**fixed, player: [_point(s) for s in corner]})
        for corner in corners
    ]
    if len(profiles) > 1:
        found.continua.append(Continuum(profiles, dimension(corners)))
    elif profiles and (known or max(corners[0]) < 1):
        method = "linear conditions of mixing players in exact arithmetic"
        found.profiles.append(MixedProfile(profiles[0], method))


def _alone(payoffs: Payoffs, shape: Cell, player: int, found: MixedEquilibria) -> None:
    """Find where one player mixes, tied between best replies to pure choices of the others."""
    for cell in itertools.product(
        *((0,) if p == player else range(m) for p, m in enumerate(shape))
    ):
        pays = [
            payoffs[player][(*cell[:player], a, *cell[player + 1 :])] for a in range(shape[player])
        ]
        most = max(pays)
        best = tuple(a for a, pay in enumerate(pays) if pay == most)
        if len(best) < 2:
            continue
        supports = tuple(best if p == player else (c,) for p, c in enumerate(cell))
        rows = _others(payoffs, shape, supports, player, {})
        _at_will(shape, supports, player, {}, rows, found)


def _corners(size: int, rows: list[list[Any]]) -> list[tuple[Any, ...]]:
    """Return the extreme points of x >= 0 with sum 1 and rows x <= 0."""
    bounds = [[fmpq(-int(a == k)) for k in range(size)] for a in range(size)] + rows
    right = fmpq_mat(size, 1, [0] * (size - 1) + [1])
    corners = set()
    for tight in itertools.combinations(bounds, size - 1):
        entries = [e for row in tight for e in row] + [fmpq(1)] * size
        try:
            point = fmpq_mat(size, size, entries).solve(right).entries()
        except ZeroDivisionError:
            continue
        if all(_product(row, point) <= 0 for row in bounds):
            corners.add(tuple(point))
    return sorted(corners, reverse=True)


def _product(row: Sequence[Any], point: Sequence[Any]) -> Any:
    return sum((a * b for a, b in zip(row, point, strict=True)), fmpq(0))


def _others(
    payoffs: Payoffs, shape: Cell, supports: Supports, mixer: int, known: Mapping[int, Any]
) -> list[list[Any]]:
    """Return the conditions of players who do not mix, as rows over the mixer's support."""
    rows = []
    for player, support in enumerate(supports):
        if len(support) == 1:
            for action in _outside(shape, supports, player):
                rows.append(
                    [
                        _expected(payoffs, supports, player, action, known, {mixer: a})
                        for a in supports[mixer]
                    ]
                )
    return rows


def _expected(
    payoffs: Payoffs,
    supports: Supports,
    player: int,
    action: int,
    shares: Mapping[int, Sequence[Any]],
    at: Mapping[int, int],
) -> Any:
    """Return an action's expected advantage where those in `shares` mix."""
    others = [p for p in shares if p != player]
    total = fmpq(0)
    for choice in itertools.product(*(range(len(supports[p])) for p in others)):
        weight = math.prod(
            (shares[p][c] for p, c in zip(others, choice, strict=True)), start=fmpq(1)
        )
        there = {p: supports[p][c] for p, c in zip(others, choice, strict=True)}
        total += weight * _gap(payoffs, supports, player, action, {**there, **at})
    return total


def _shares(equal: list[list[Any]]) -> list[Any] | None:
    """Return the only solution of the indifference equations and sum 1; None if singular."""
    size = len(equal) + 1
    if size == 2:
        second, first = equal[0][0], equal[0][1]
        return None if first == second else [first / (first - second), -second / (first - second)]
    entries = [e for row in equal for e in row] + [fmpq(1)] * size
    try:
        right = fmpq_mat(size, 1, [0] * (size - 1) + [1])
        return list(fmpq_mat(size, size, entries).solve(right).entries())
    except ZeroDivisionError:
        return None


def _rank(rows: list[list[Any]]) -> int:
    return int(fmpq_mat(len(rows), len(rows[0]), [e for row in rows for e in row]).rank())


def _isolated(
    payoffs: Payoffs,
    shape: Cell,
    supports: Supports,
    shares: Mapping[int, Any],
    found: MixedEquilibria,
) -> None:
    """Add the mixture of two players if it is positive and nobody does better."""
    if any(s <= 0 for row in shares.values() for s in row):
        return
    for player in range(len(shape)):
        for action in _outside(shape, supports, player):
            if _expected(payoffs, supports, player, action, shares, {}) > 0:
                return
    exact = {p: [_point(s) for s in row] for p, row in shares.items()}
    method = "linear indifference systems of two mixing players in exact arithmetic"
    found.profiles.append(MixedProfile(_spread(shape, supports, exact), method))


def _point(number: Any) -> Enclosure:
    return Enclosure.point(Fraction(int(number.p), int(number.q)))


def _spread(
    shape: Cell, supports: Supports, shares: Mapping[int, Sequence[Enclosure]]
) -> tuple[tuple[Enclosure, ...], ...]:
    """Put probabilities in their places among all actions."""
    one, rows = Enclosure.point(1), []
    for player, support in enumerate(supports):
        row = [Enclosure.point(0)] * shape[player]
        for action, share in zip(support, shares.get(player, [one]), strict=True):
            row[action] = share
        rows.append(tuple(row))
    return tuple(rows)


# -- three and more players mix -----------------------------------------------------------------


def _eliminated(
    payoffs: Payoffs, shape: Cell, supports: Supports, binary: list[int], found: MixedEquilibria
) -> None:
    """Settle a support by elimination; where one binary player leaves questions, try the others."""
    results = []
    for k in binary:
        results.append(eliminate(payoffs, shape, supports, k))
        if not results[-1].unresolved:
            break
    result = min(results, key=lambda r: (len(r.unresolved), -len(r.found)))
    method = "one polynomial by elimination, its roots isolated exactly"
    for shares in result.found:
        found.profiles.append(MixedProfile(_spread(shape, supports, shares), method))
    found.unresolved.extend((supports, reason) for reason in result.unresolved)


def _boxed(
    payoffs: Payoffs,
    shape: Cell,
    supports: Supports,
    mixers: list[int],
    found: MixedEquilibria,
    most_boxes: int,
    most_work: int,
) -> int:
    """Settle a support by branch and prune; return how many coefficients all boxes had."""
    blocks = tuple(len(supports[p]) - 1 for p in mixers)
    within = [_tensor(payoffs, supports, mixers, p, b) for p in mixers for b in supports[p][1:]]
    outside = [
        _tensor(payoffs, supports, mixers, p, b)
        for p in range(len(shape))
        for b in _outside(shape, supports, p)
    ]
    conditions = [t for t in outside if any(v != 0 for v in t.ravel())]
    size = (len(within) + len(conditions)) * math.prod(m + 1 for m in blocks)
    most = min(most_boxes, most_work // size + 1)
    result = solve_system(System(blocks, within, conditions), most)
    for solution in result.solutions:
        _solution(shape, supports, mixers, conditions, solution, found)
    if result.unsettled:
        plural = "" if result.unsettled == 1 else "es"
        found.unresolved.append((supports, f"{result.unsettled} box{plural} left undecided"))
    return (result.visited + _SETTING_UP) * size


def _tensor(
    payoffs: Payoffs, supports: Supports, mixers: list[int], player: int, action: int
) -> Any:
    """Return an action's advantage as a tensor over 1 and the unknowns of each mixing player."""
    shape = tuple(len(supports[p]) for p in mixers)
    tensor = np.empty(shape, dtype=object)
    for cell in itertools.product(*(range(m) for m in shape)):
        if any(c for c, p in zip(cell, mixers, strict=True) if p == player):
            tensor[cell] = fmpq(0)
            continue
        there = {p: supports[p][c] for c, p in zip(cell, mixers, strict=True) if p != player}
        tensor[cell] = _gap(payoffs, supports, player, action, there)
    for axis, p in enumerate(mixers):
        if p != player:
            front = np.moveaxis(tensor, axis, 0)
            front[1:] = front[1:] - front[0]
    return tensor


def _solution(
    shape: Cell,
    supports: Supports,
    mixers: list[int],
    conditions: list[Any],
    solution: Any,
    found: MixedEquilibria,
) -> None:
    """Add a solution if its signs are right; leave it unresolved if they cannot be told."""
    blocks = tuple(len(supports[p]) - 1 for p in mixers)
    start, shares, exact = 0, {}, solution.exact is not None
    point = solution.exact if exact else solution.balls
    one, zero = (fmpq(1), fmpq(0)) if exact else (arb(1), arb(0))
    with working_precision():
        for player, m in zip(mixers, blocks, strict=True):
            part = list(point[start : start + m])
            shares[player] = [one - sum(part, zero), *part]
            start += m
        signs = [_sign(s) for row in shares.values() for s in row]
        gains = [_sign(value(t, point, blocks, zero if exact else None)) for t in conditions]
    if any(s is not None and s <= 0 for s in signs) or any(g == 1 for g in gains):
        return
    if None in signs or None in gains:
        reason = "a solution at which it is open whether another action pays as much"
        found.unresolved.append((supports, reason))
        return
    enclose = _point if exact else ball_to_enclosure
    enclosed = {p: [enclose(s) for s in row] for p, row in shares.items()}
    method = "Krawczyk test of the indifference system after branch and prune"
    found.profiles.append(MixedProfile(_spread(shape, supports, enclosed), method))


def _sign(number: Any) -> int | None:
    """Return the sign of a rational or of a ball; None where the ball holds zero and more."""
    if number > 0:
        return 1
    if number < 0:
        return -1
    return 0 if number == 0 else None
