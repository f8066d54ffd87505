r"""Mixtures of three players, one of them over two actions, by exact elimination.

Let players i and j mix over supports I and J, and player k take its second action with
probability z; every other player takes one action. With z fixed, the indifference of i is linear
in j's mixed action y, that of j in i's mixed action x, and that of k is bilinear:

.. math:: A(z)\, y = 0, \qquad B(z)\, x = 0, \qquad x^\top C\, y = 0,

where A has :math:`|I| - 1` rows and :math:`|J|` columns, B :math:`|J| - 1` rows and :math:`|I|`
columns, and their entries have degree 1 in z.

Steps
-----
1. :math:`|I| = |J|`: y and x are, up to scale, the signed maximal minors of A and B (Cramer), so
   that k's condition is one polynomial p(z), of degree 2 where all three mix two actions.
2. :math:`|I| = |J| + 1`: A is square and :math:`p = \det A`; y is a row of cofactors; k's condition
   is a further row of B, and x is made of the minors again. :math:`|J| = |I| + 1` likewise.
3. Otherwise A (or B) has two rows too many: p is the greatest common divisor of its minors, which
   has no root unless the payoffs are special.
4. The roots of p in (0, 1) are isolated exactly (`pigou.solvers.roots`). At each of them the signs
   of the entries of x and y and of every advantage of an action outside the support are the signs
   of polynomials in z, which are decided exactly, zero included.
5. Where p vanishes identically the solutions form a curve over z. Its points are sorted out
   likewise: at and between the roots of all these polynomials.

6. Where a null vector vanishes altogether (a rank that is too low) at a rational root, z is put in
   and the rest is solved there by exact linear algebra and linear programmes; if neither x nor y is
   pinned down by z alone, or the root is irrational, it is left unresolved.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb, fmpq, fmpq_mat, fmpq_poly

from pigou.exact import Enclosure
from pigou.solvers.linear import positive_solution
from pigou.solvers.roots import Root, ball_to_enclosure, real_roots, sign_at, working_precision

__all__ = ["LARGEST_SUPPORT", "Eliminated", "eliminate"]

LARGEST_SUPPORT = 5
"""Determinants of polynomials are expanded; supports larger than this go to the boxes."""

Cell = tuple[int, ...]
Payoffs = Sequence[Mapping[Cell, Any]]
Supports = tuple[tuple[int, ...], ...]


class Eliminated(NamedTuple):
    """Mixtures of the three players, as enclosures in the order of their supports; open questions.

    Attributes
    ----------
    found : list of dict
        For each equilibrium, the probabilities of the support of each of the three.
    unresolved : list of str
        What was not settled: "a continuum", or a reason.
    """

    found: list[dict[int, tuple[Enclosure, ...]]]
    unresolved: list[str]


class _Undecided(Exception):
    """A sign or a rank could not be told."""


class _Three:
    """The polynomials of one support."""

    def __init__(self, payoffs: Payoffs, shape: Cell, supports: Supports, k: int):
        self.payoffs, self.shape, self.supports, self.k = payoffs, shape, supports, k
        mixers = [p for p, s in enumerate(supports) if len(s) > 1 and p != k]
        if len(supports[mixers[0]]) < len(supports[mixers[1]]):
            mixers.reverse()
        self.i, self.j = mixers  # i mixes at least as many actions as j
        self.fixed = [s[0] for s in supports]

    def gap(self, player: int, action: int, at: Mapping[int, int]) -> Any:
        """Return the advantage of an action over the support's first where others act `at`."""
        cell = self.fixed.copy()
        for other, choice in at.items():
            cell[other] = choice
        cell[player] = action
        gain = self.payoffs[player][tuple(cell)]
        cell[player] = self.supports[player][0]
        return gain - self.payoffs[player][tuple(cell)]

    def over_z(self, player: int, action: int, at: Mapping[int, int]) -> fmpq_poly:
        """Return the advantage as a polynomial in z."""
        first, second = (self.gap(player, action, {**at, self.k: c}) for c in self.supports[self.k])
        return fmpq_poly([first, second - first])

    def row(self, player: int, action: int, other: int) -> list[fmpq_poly]:
        """Return a player's indifference: the coefficients of the other's probabilities."""
        return [self.over_z(player, action, {other: c}) for c in self.supports[other]]

    def outside(self, player: int) -> list[int]:
        """Return the actions that are not in a player's support."""
        return [a for a in range(self.shape[player]) if a not in self.supports[player]]

    def k_gap(self, action: int, x: Sequence[Any], y: Sequence[Any]) -> fmpq_poly:
        total = fmpq_poly([])
        for a, share in zip(self.supports[self.i], x, strict=True):
            for c, other in zip(self.supports[self.j], y, strict=True):
                total += share * other * self.gap(self.k, action, {self.i: a, self.j: c})
        return total

    def fixed_gap(self, player: int, action: int, x: Sequence[Any], y: Sequence[Any]) -> fmpq_poly:
        total = fmpq_poly([])
        for a, share in zip(self.supports[self.i], x, strict=True):
            for c, other in zip(self.supports[self.j], y, strict=True):
                total += share * other * self.over_z(player, action, {self.i: a, self.j: c})
        return total


def eliminate(payoffs: Payoffs, shape: Cell, supports: Supports, k: int) -> Eliminated:
    """Return every equilibrium with these supports.

    Parameters
    ----------
    payoffs : sequence of mapping
        For each player, the payoff in every cell.
    shape : tuple of int
        How many actions each player has.
    supports : tuple of tuple of int
        For each player, the actions it takes; three players take more than one.
    k : int
        One of the three, with two actions.

    Examples
    --------
    >>> import itertools
    >>> cells = list(itertools.product(range(2), repeat=3))
    >>> def alone(i):  # pays 1 where the other two are of one mind and i is not
    ...     return {c: fmpq(int(sum(c) == (1, 2)[1 - c[i]])) for c in cells}
    >>> found = eliminate([alone(i) for i in range(3)], (2, 2, 2), ((0, 1),) * 3, 2).found
    >>> [mix[0] for mix in found]
    [(Enclosure(1/2), Enclosure(1/2))]
    """
    three = _Three(payoffs, shape, supports, k)
    try:
        return _solve(three)
    except _Undecided as reason:
        return Eliminated([], [str(reason)])


def _solve(three: _Three) -> Eliminated:
    i, j = three.i, three.j
    a = [three.row(i, b, j) for b in three.supports[i][1:]]
    b = [three.row(j, c, i) for c in three.supports[j][1:]]
    second = three.supports[three.k][1]
    surplus = len(a) - len(b)
    if surplus == 0:
        y, x = _null(a), _null(b)
        p = three.k_gap(second, x, y)
        return _points(three, p, [(x, y)])
    if surplus == 1:
        p = _determinant(a)
        choices = []
        for r in range(len(a)):
            y = _null(a[:r] + a[r + 1 :])
            extra = [_combined(three, second, y, action) for action in three.supports[i]]
            choices.append((_null([*b, extra]), y))
        return _points(three, p, choices)
    p = fmpq_poly([])
    for rows in itertools.combinations(a, len(b) + 1):
        p = p.gcd(_determinant(list(rows)))
    return _points(three, p, [])


def _combined(three: _Three, second: int, y: Sequence[Any], action: int) -> fmpq_poly:
    total = fmpq_poly([])
    for c, share in zip(three.supports[three.j], y, strict=True):
        total += share * three.gap(three.k, second, {three.i: action, three.j: c})
    return total


def _determinant(matrix: Sequence[Sequence[Any]]) -> Any:
    if len(matrix) == 1:
        return matrix[0][0]
    total = fmpq_poly([])
    for c, entry in enumerate(matrix[0]):
        if not entry.is_zero():
            minor = _determinant([row[:c] + row[c + 1 :] for row in matrix[1:]])  # type: ignore[operator]
            total = total + entry * minor if c % 2 == 0 else total - entry * minor
    return total


def _null(matrix: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the null vector of m rows of m + 1 polynomials, by signed minors."""
    if not matrix:
        return [fmpq_poly([1])]
    if len(matrix) == 1:
        return [matrix[0][1], -matrix[0][0]]
    width = len(matrix) + 1
    minors = [_determinant([[*row[:c], *row[c + 1 :]] for row in matrix]) for c in range(width)]
    return [minor if c % 2 == 0 else -minor for c, minor in enumerate(minors)]


def _points(three: _Three, p: fmpq_poly, choices: list[Any]) -> Eliminated:
    """Settle every root of p, or the curve where p vanishes identically."""
    if p.is_zero():
        return _curve(three, choices)
    if _has_no_root(p):
        return Eliminated([], [])
    found: list[dict[int, tuple[Enclosure, ...]]] = []
    unresolved = []
    for root in real_roots(p):
        try:
            try:
                vectors = _vectors(choices, root, p)
            except _Undecided:
                if root.exact is None:
                    raise
                found += _at_point(three, root.exact)
                continue
            if vectors is not None and _no_better(three, vectors, root, p):
                found.append(_mixture(three, vectors, root))
        except _Undecided as reason:
            unresolved.append(str(reason))
    return Eliminated(found, unresolved)


def _has_no_root(p: fmpq_poly) -> bool:
    """Whether the coefficients in Bernstein form are of one sign: no root in (0, 1) (Descartes)."""
    powers = p.coeffs()
    degree = len(powers) - 1
    signs = set()
    for k in range(degree + 1):
        terms = (fmpq(math.comb(k, m), math.comb(degree, m)) * powers[m] for m in range(k + 1))
        value = sum(terms, fmpq(0))
        if value != 0:
            signs.add(value > 0)
            if len(signs) == 2:
                return False
    return True


def _sign(polynomial: fmpq_poly, root: Root, p: fmpq_poly) -> int:
    sign = sign_at(polynomial, root, p)
    if sign is None:
        raise _Undecided("whether another action earns as much")
    return sign


def _vectors(choices: list[Any], root: Root, p: fmpq_poly) -> Any:
    """Return (x, y, sign of their product) at a root; None if some probability is not positive."""
    for x, y in choices:
        sides = [_common_sign(vector, root, p) for vector in (y, x)]
        if sides[0] == 0:
            continue  # these cofactors vanish: take another row's
        if sides[0] is None or sides[1] is None:
            return None
        if sides[1] == 0:
            break
        return x, y, sides[0], sides[1]
    raise _Undecided("a continuum, or indifference conditions that depend on each other")


def _common_sign(vector: Sequence[Any], root: Root, p: fmpq_poly) -> int | None:
    """Return the sign that all entries share; 0 if all are zero, None if they differ."""
    signs = {_sign(entry, root, p) for entry in vector}
    return signs.pop() if len(signs) == 1 else None


def _no_better(three: _Three, vectors: Any, root: Root, p: fmpq_poly) -> bool:
    return all(
        _sign(polynomial, root, p) * side <= 0 for polynomial, side in _rivals(three, vectors)
    )


def _rivals(three: _Three, vectors: Any) -> Any:
    """Yield the advantage of every action outside the supports, and the sign of its scale."""
    x, y, y_side, x_side = vectors
    for action in three.outside(three.i):
        yield _product(three.row(three.i, action, three.j), y), y_side
    for action in three.outside(three.j):
        yield _product(three.row(three.j, action, three.i), x), x_side
    for action in three.outside(three.k):
        yield three.k_gap(action, x, y), x_side * y_side
    for player, support in enumerate(three.supports):
        if len(support) == 1:
            for action in three.outside(player):
                yield three.fixed_gap(player, action, x, y), x_side * y_side


def _product(row: Sequence[Any], vector: Sequence[Any]) -> fmpq_poly:
    return sum((e * v for e, v in zip(row, vector, strict=True)), fmpq_poly([]))


def _mixture(three: _Three, vectors: Any, root: Root) -> dict[int, tuple[Enclosure, ...]]:
    x, y, _, _ = vectors
    if root.exact is not None:
        values = [[entry(root.exact) for entry in vector] for vector in (x, y)]
        shares = [[v / sum(row, fmpq(0)) for v in row] for row in values]
        shares.append([1 - root.exact, root.exact])
        exact = [_points_of(row) for row in shares]
    else:
        with working_precision():
            balls = [[_at(entry, root.ball) for entry in vector] for vector in (x, y)]
            scaled = [[v / sum(row, arb(0)) for v in row] for row in balls]
            scaled.append([1 - root.ball, root.ball])
            exact = [tuple(ball_to_enclosure(s) for s in row) for row in scaled]
    return dict(zip((three.i, three.j, three.k), exact, strict=True))


def _at(polynomial: fmpq_poly, ball: Any) -> Any:
    value = arb(0)
    for coefficient in reversed(polynomial.coeffs()):
        value = value * ball + arb(coefficient)
    return value


def _at_point(three: _Three, z: Any) -> list[dict[int, tuple[Enclosure, ...]]]:
    """Return the equilibria at a given z, by linear algebra in x and y."""
    i, j, k = three.i, three.j, three.k
    sets = three.supports
    rows = {
        j: [[q(z) for q in three.row(i, b, j)] for b in sets[i][1:]],
        i: [[q(z) for q in three.row(j, c, i)] for c in sets[j][1:]],
    }
    limits = {
        j: [[q(z) for q in three.row(i, b, j)] for b in three.outside(i)],
        i: [[q(z) for q in three.row(j, c, i)] for c in three.outside(j)],
    }
    points = {p: positive_solution(len(sets[p]), rows[p], limits[p]) for p in (i, j)}
    if any(point is None for point in points.values()):
        return []
    for known, other in ((i, j), (j, i)):
        if not _pinned_down(rows[known], len(sets[known])):
            continue
        mixes = {known: points[known] or [], k: [1 - z, z]}
        equal = [
            *rows[other],
            [_mean(three, k, sets[k][1], mixes, {other: c}) for c in sets[other]],
        ]
        at_most = list(limits[other])
        for player in (k, *(p for p, support in enumerate(sets) if len(support) == 1)):
            for action in three.outside(player):
                at_most.append(
                    [_mean(three, player, action, mixes, {other: c}) for c in sets[other]]
                )
        y = positive_solution(len(sets[other]), equal, at_most)
        if y is None:
            return []
        if not _pinned_down(equal, len(sets[other])):
            raise _Undecided("a continuum")
        return [{p: _points_of(shares) for p, shares in {**mixes, other: y}.items()}]
    raise _Undecided("a continuum, or indifference conditions that depend on each other")


def _points_of(shares: Sequence[Any]) -> tuple[Enclosure, ...]:
    return tuple(Enclosure.point(Fraction(int(s.p), int(s.q))) for s in shares)


def _mean(
    three: _Three,
    player: int,
    action: int,
    mixes: Mapping[int, Sequence[Any]],
    at: Mapping[int, int],
) -> Any:
    """Return an action's expected advantage where some mix and others act `at`."""
    others = [p for p in mixes if p != player]
    total = fmpq(0)
    for places in itertools.product(*(range(len(mixes[p])) for p in others)):
        weight, there = fmpq(1), dict(at)
        for p, place in zip(others, places, strict=True):
            weight *= mixes[p][place]
            there[p] = three.supports[p][place]
        total += weight * three.gap(player, action, there)
    return total


def _pinned_down(rows: list[list[Any]], size: int) -> bool:
    """Whether the equations and sum 1 have one solution at most."""
    full = [*rows, [fmpq(1)] * size]
    return int(fmpq_mat(len(full), size, [e for row in full for e in row]).rank()) == size


def _curve(three: _Three, choices: list[Any]) -> Eliminated:
    """Say whether a curve of solutions over z meets the conditions anywhere."""
    curve = next((c for c in choices if any(map(bool, c[1])) and any(map(bool, c[0]))), None)
    if curve is None:
        raise _Undecided("a continuum, or indifference conditions that depend on each other")
    x, y = curve
    vectors = (x, y, 1, 1)
    tests = [q for q in (*x, *y, *(q for q, _ in _rivals(three, vectors))) if q.degree() > 0]
    product = fmpq_poly([1])
    for q in tests:
        product *= q // product.gcd(q)
    roots = real_roots(product) if product.degree() > 0 else []
    ends = [Fraction(0), *(e for r in roots for e in (r.enclosure.lower, r.enclosure.upper))]
    ends.append(Fraction(1))
    between = [
        (low + high) / 2 for low, high in zip(ends[::2], ends[1::2], strict=True) if low < high
    ]
    places = [(Root(arb(0), 1, fmpq(m.numerator, m.denominator)), product) for m in between]
    for root, of in [*places, *((root, product) for root in roots)]:
        signs = _vectors([(x, y)], root, of)
        if signs is not None and _no_better(three, signs, root, of):
            raise _Undecided("a continuum")
    return Eliminated([], [])
