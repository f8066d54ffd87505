r"""Mixed equilibria of several groups of players alike, each group with one mixed action.

All members of a group (one type of a population; a single player is a group of one) use the same
mixed action; another group may use another. With at most two unknown probabilities the
indifference conditions are polynomials in one or two unknowns.

Steps
-----
1. Every way to give each group a support is visited and dropped if, against all profiles in these
   supports, some other action pays a member never less than one of the support and sometimes more:
   each of these profiles has positive probability.
2. One group mixes two actions, the others take one each: the advantage of the second over the first
   is a polynomial in Bernstein form, whose roots are isolated (`pigou.solvers.roots`).
3. Two groups mix two actions each, or one mixes three: two polynomials in two unknowns
   (`pigou.solvers.planar`).
4. At every root the sign of each other action's advantage is decided, in every group; exactly where
   it is zero, if the root is rational or in one unknown.
5. Supports with more unknowns, conditions that hold identically and roots that are not settled are
   unresolved.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flint import fmpq, fmpq_poly

from pigou.exact import Enclosure
from pigou.solvers.form import Allowed, Counts, FiniteForm, joined
from pigou.solvers.planar import ring, sign_at_point, solve_in_square, solve_in_triangle
from pigou.solvers.roots import Root, from_bernstein, real_roots, sign_at

__all__ = ["GroupEquilibria", "GroupMixture", "group_equilibria", "number_of_group_supports"]

MOST_SUPPORTS = 2_000
LARGEST_DEGREE, LARGEST_PRODUCT = 60, 150


class GroupMixture(NamedTuple):
    """An equilibrium in which some group mixes: each group's probabilities, and the method."""

    probabilities: tuple[tuple[Enclosure, ...], ...]
    method: str


class GroupEquilibria(NamedTuple):
    """What was found, and the supports that are unresolved with the reason."""

    mixtures: list[GroupMixture]
    unresolved: list[tuple[Allowed, str]]


def number_of_group_supports(allowed: Allowed) -> int:
    """Return how many supports there are in which some group mixes.

    Examples
    --------
    >>> number_of_group_supports(((0, 1), (0, 1)))
    5
    """
    return math.prod(2 ** len(a) - 1 for a in allowed) - math.prod(len(a) for a in allowed)


def group_equilibria(form: FiniteForm, allowed: Allowed) -> GroupEquilibria:
    """Return every equilibrium with mixing in which the members of each group act alike.

    Parameters
    ----------
    form : FiniteForm
        Without exits.
    allowed : Allowed
        The actions that are considered: the survivors of iterated strict dominance.

    Examples
    --------
    >>> from pigou import Game, Move, Player, Type
    >>> from pigou.solvers.form import finite_form
    >>> crowd = Player("x", types=[Type("near", 3, {"c": 1}), Type("far", 2, {"c": 2})])
    >>> move = Move("go", "x", {"no": 0, "yes": 1})
    >>> form = finite_form(Game("road", [crowd], [move], {"x": "go*(7/2 - sum(go) - c)"}))
    >>> [
    ...     [p[1] for p in mixture.probabilities]
    ...     for mixture in group_equilibria(form, ((0, 1), (0, 1))).mixtures
    ... ]
    [[Enclosure(3/4), Enclosure(0)]]
    """
    found = GroupEquilibria([], [])
    for supports in _supports(form, allowed):
        mixing = [g for g, support in enumerate(supports) if len(support) > 1]
        unknowns = sum(len(supports[g]) - 1 for g in mixing)
        settle = _Settle(form, allowed, supports, mixing, found)
        if unknowns == 1:
            settle.line()
        elif unknowns == 2:
            settle.plane()
        else:
            found.unresolved.append((supports, f"{unknowns} unknown probabilities"))
    return found


def _supports(form: FiniteForm, allowed: Allowed) -> Iterator[Allowed]:
    choices = [
        [s for size in range(1, len(a) + 1) for s in itertools.combinations(a, size)]
        for a in allowed
    ]
    for supports in itertools.product(*choices):
        if any(len(s) > 1 for s in supports) and not _excluded(form, allowed, supports):
            yield supports


def _excluded(form: FiniteForm, allowed: Allowed, supports: Allowed) -> bool:
    """Whether some action of a support is dominated against all profiles in the supports."""
    for group, support in enumerate(supports):
        for action in support:
            rivals = {b: False for b in allowed[group] if b != action}  # value: ever more
            for counts in form.profiles(supports, without=group):
                here = form.payoff(group, action, joined(counts, group, action))
                for b in list(rivals):
                    there = form.payoff(group, b, joined(counts, group, b))
                    if there < here:
                        del rivals[b]
                    elif there > here:
                        rivals[b] = True
                if not rivals:
                    break
            if any(rivals.values()):
                return True
    return False


class _Settle:
    """One support: its polynomials and their common roots."""

    def __init__(
        self,
        form: FiniteForm,
        allowed: Allowed,
        supports: Allowed,
        mixing: list[int],
        found: GroupEquilibria,
    ):
        self.form, self.allowed, self.supports = form, allowed, supports
        self.mixing, self.found = mixing, found
        self.unknowns = [(g, a) for g in mixing for a in supports[g][1:]]

    def open(self, reason: str) -> None:
        self.found.unresolved.append((self.supports, reason))

    def others(self) -> list[tuple[int, int]]:
        """Return the actions outside the supports, by group."""
        return [
            (g, a)
            for g, actions in enumerate(self.allowed)
            for a in actions
            if a not in self.supports[g]
        ]

    def gaps(self, group: int, action: int) -> Iterator[tuple[Counts, Any]]:
        """Yield the others' profiles, and the advantage of an action over the support's first."""
        base = self.supports[group][0]
        for counts in self.form.profiles(self.supports, without=group):
            gain = self.form.payoff(group, action, joined(counts, group, action))
            yield counts, gain - self.form.payoff(group, base, joined(counts, group, base))

    def degree(self, mixer: int, group: int) -> int:
        return self.form.groups[mixer].size - (mixer == group)

    def mixture(self, shares: Mapping[tuple[int, int], Enclosure], method: str) -> None:
        one, zero = Enclosure.point(1), Enclosure.point(0)
        rows = []
        for g, group in enumerate(self.form.groups):
            row = [zero] * len(group.actions)
            for a in self.supports[g][1:]:
                row[a] = shares[g, a]
            row[self.supports[g][0]] = one - sum(row, zero)
            rows.append(tuple(row))
        self.found.mixtures.append(GroupMixture(tuple(rows), method))

    # -- one unknown ----------------------------------------------------------------------------

    def bernstein(self, group: int, action: int) -> fmpq_poly:
        """Return an advantage as a polynomial in the one unknown."""
        ((mixer, second),) = self.unknowns
        row = [fmpq(0)] * (self.degree(mixer, group) + 1)
        for counts, gap in self.gaps(group, action):
            row[counts[mixer][second]] += gap
        return from_bernstein(row)

    def line(self) -> None:
        ((group, second),) = self.unknowns
        condition = self.bernstein(group, second)
        if condition.degree() > LARGEST_DEGREE:
            self.open(f"a polynomial of degree {condition.degree()}")
            return
        others = [self.bernstein(g, a) for g, a in self.others()]
        if condition.is_zero():
            if not any(_positive(q) for q in others):
                self.open("indifferent whatever the probability")
            return
        for root in real_roots(condition):
            signs = [0 if q.is_zero() else sign_at(q, root, condition) for q in others]
            if any(s == 1 for s in signs):
                continue
            if None in signs:
                self.open("a root at which it is open whether another action pays as much")
            else:
                how = "roots of the indifference polynomial, isolated exactly"
                self.mixture({(group, second): root.enclosure}, how)

    # -- two unknowns ---------------------------------------------------------------------------

    def planar(self, group: int, action: int) -> Any:
        """Return an advantage as a polynomial in the two unknowns."""
        x, y = ring()
        first, second = self.unknowns
        total = x - x
        if first[0] == second[0]:
            mixer, members = first[0], self.degree(first[0], group)
            for counts, gap in self.gaps(group, action):
                j, k = counts[mixer][first[1]], counts[mixer][second[1]]
                ways = math.comb(members, j) * math.comb(members - j, k)
                total += (gap * ways) * x**j * y**k * (1 - x - y) ** (members - j - k)
            return total
        m, n = self.degree(first[0], group), self.degree(second[0], group)
        for counts, gap in self.gaps(group, action):
            j, k = counts[first[0]][first[1]], counts[second[0]][second[1]]
            weight = x**j * (1 - x) ** (m - j) * y**k * (1 - y) ** (n - k)
            total += (gap * math.comb(m, j) * math.comb(n, k)) * weight
        return total

    def plane(self) -> None:
        first, second = self.unknowns
        sizes = [self.form.groups[g].size for g, _ in self.unknowns]
        if sizes[0] * sizes[1] > LARGEST_PRODUCT:
            self.open(f"resultants of polynomials of degree about {max(sizes)}")
            return
        f, g = (self.planar(group, action) for group, action in self.unknowns)
        if any(h.is_constant() and not h.is_zero() for h in (f, g)):
            return
        others = [self.planar(group, action) for group, action in self.others()]
        if f.is_zero() or g.is_zero():
            self.open("indifferent whatever the probabilities")
            return
        solutions = (solve_in_triangle if first[0] == second[0] else solve_in_square)(f, g)
        if not solutions.complete:
            self.open("the indifference curves have a part in common")
            return
        for x, y in solutions.unresolved:
            if not any(sign_at_point(q, x, y) == 1 for q in others):
                self.open("a point where the indifference curves may touch")
        for x, y in solutions.boxes:
            self._point(x, y, [sign_at_point(q, x, y) for q in others])

    def _point(self, x: Root, y: Root, signs: Sequence[int | None]) -> None:
        if any(s == 1 for s in signs):
            return
        if None in signs:
            self.open("a mixture at which it is open whether another action pays as much")
            return
        shares = dict(zip(self.unknowns, (x.enclosure, y.enclosure), strict=True))
        self.mixture(shares, "resultants and a Krawczyk test of two indifference curves")


def _positive(polynomial: fmpq_poly) -> bool:
    """Whether a polynomial is positive on the whole open interval (0, 1)."""
    if polynomial.is_zero() or real_roots(polynomial):
        return False
    return bool(polynomial(fmpq(1, 2)) > 0)
