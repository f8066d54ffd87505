r"""All symmetric mixed equilibria of a group of players alike, certified.

When each of the d = N - 1 fellow members takes action b with probability p and action a
otherwise, b's advantage over a is a polynomial in Bernstein form,

.. math:: f(p) = \sum_{k=0}^{d} \binom{d}{k} p^k (1 - p)^{d-k} \, \Delta_k, \qquad
          \Delta_k = u(b; k) - u(a; k),

with k the number of fellows who take b. Mixing a and b is a symmetric equilibrium iff f(p) = 0
and no third action earns more.

Steps
-----
1. For every pair of actions: no change of sign in :math:`\Delta` means no root inside (0, 1), one
   change exactly one; otherwise the roots are isolated (`pigou.solvers.roots`) up to degree 60.
2. For every three actions: two equations in two unknowns (`pigou.solvers.planar`).
3. At every root the sign of each other action's advantage is decided, exactly where it is zero.
4. A root is *stable* under best-response dynamics iff f falls through it.

Where members can exit, those who stay meet only members who stay, so the share of exits does not
enter f. Exit pays a constant. If some mixture of those who stay pays exactly as much as exit, a
continuum of shares would be in equilibrium; that is reported as unresolved. "Everybody exits" is
an equilibrium iff some belief about the members that one who stays would meet makes staying no
better, where only choices that survive iterated strict dominance are believed in; one such belief
is reported.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from flint import fmpq, fmpq_poly

from pigou.exact import Enclosure
from pigou.solvers.form import Allowed, Counts, FiniteForm, joined
from pigou.solvers.planar import ring, sign_at_point, solve_in_triangle
from pigou.solvers.roots import (
    Root,
    bisected_root,
    from_bernstein,
    real_roots,
    sign_at,
    sign_changes,
)

__all__ = [
    "EverybodyExits",
    "Mixture",
    "SymmetricEquilibria",
    "everybody_exits",
    "symmetric_equilibria",
]

LARGEST_DEGREE, LARGEST_CONVERSION = 60, 2_000


class Mixture(NamedTuple):
    """A symmetric mixed equilibrium: a probability for each action of the group.

    Attributes
    ----------
    probabilities : tuple of Enclosure
    stable : bool or None
        Whether best-response dynamics return to it; None where that was not decided.
    """

    probabilities: tuple[Enclosure, ...]
    stable: bool | None


class EverybodyExits(NamedTuple):
    """The equilibrium in which nobody stays, and a belief about fellow members that supports it."""

    belief: Counts


class SymmetricEquilibria(NamedTuple):
    """What was found, the pairs of actions that are indifferent throughout, what is unresolved."""

    mixtures: list[Mixture]
    continua: list[tuple[int, int]]
    exits: EverybodyExits | None
    unresolved: list[str]


class _Search:
    """The search in one group; the other groups' counts are fixed."""

    def __init__(self, form: FiniteForm, group: int, fixed: Counts, allowed: Allowed):
        self.form, self.index, self.fixed = form, group, fixed
        self.group = form.groups[group]
        self.degree = self.group.size - 1
        self.actions = tuple(a for a in allowed[group] if a != self.group.exit)
        self.exit = self.group.exit if self.group.exit in allowed[group] else None

    def payoff(self, action: int, fellows: Sequence[int]) -> Any:
        """Return the payoff of `action` against fellows given by their counts."""
        counts = (*self.fixed[: self.index], tuple(fellows), *self.fixed[self.index + 1 :])
        return self.form.payoff(self.index, action, joined(counts, self.index, action))

    def fellows(self, pair: tuple[int, int], number: int) -> list[int]:
        """Return the counts in which `number` fellows take the second action of a pair."""
        counts = [0] * len(self.group.actions)
        counts[pair[1]] += number
        counts[pair[0]] += self.degree - number
        return counts

    def advantage(self, action: int, over: int, pair: tuple[int, int]) -> list[Any]:
        """Return the Bernstein coefficients of an action's advantage over another."""
        return [
            self.payoff(action, self.fellows(pair, k)) - self.payoff(over, self.fellows(pair, k))
            for k in range(self.degree + 1)
        ]

    def mixture(self, shares: dict[int, Enclosure], stable: bool | None) -> Mixture:
        zero = Enclosure.point(0)
        return Mixture(tuple(shares.get(a, zero) for a in range(len(self.group.actions))), stable)


def symmetric_equilibria(
    form: FiniteForm, group: int, fixed: Counts, allowed: Allowed
) -> SymmetricEquilibria:
    """Return every mixed equilibrium in which all members of `group` use one mixed action.

    Parameters
    ----------
    form : FiniteForm
    group : int
        The group; no other group has a choice left.
    fixed : Counts
        What the other groups do; the entry of `group` is not used.
    allowed : Allowed
        The actions that are considered: the survivors of iterated strict dominance.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game)
    >>> (mixture,) = symmetric_equilibria(form, 0, ((10, 0),), ((0, 1),)).mixtures
    >>> mixture.probabilities, mixture.stable
    ((Enclosure(2/5), Enclosure(3/5)), False)
    """
    search = _Search(form, group, fixed, allowed)
    found = SymmetricEquilibria([], [], everybody_exits(form, group, fixed, allowed), [])
    for pair in itertools.combinations(search.actions, 2):
        _pairs(search, pair, found)
    for triple in itertools.combinations(search.actions, 3):
        _triples(search, triple, found)
    if len(search.actions) > 3:
        found.unresolved.append(
            f"symmetric mixtures of four or more of the actions of '{search.group.player}'"
        )
    if search.exit is not None:
        _shares_of_exit(search, found)
    return found


# -- two actions ------------------------------------------------------------------------------


def _pairs(search: _Search, pair: tuple[int, int], found: SymmetricEquilibria) -> None:
    gap = search.advantage(pair[1], pair[0], pair)
    names = " and ".join(" ".join(search.group.actions[a]) for a in pair)
    if not any(gap):
        if len(search.actions) == 2 and search.exit is None:
            found.continua.append(pair)
        else:
            found.unresolved.append(f"{names} pay the same whatever the others do")
        return
    roots = _roots(gap)
    if roots is None:
        found.unresolved.append(f"mixtures of {names}: {search.degree} fellow members are too many")
        return
    polynomial = from_bernstein(gap) if len(search.actions) > 2 or search.exit is not None else None
    for number, root in enumerate(roots):
        worst = 0 if polynomial is None else _outside(search, pair, polynomial, root)
        if worst is None:
            found.unresolved.append(f"a mixture of {names}: whether another action earns as much")
        elif worst <= 0:
            one = Enclosure.point(1)
            shares = {pair[0]: one - root.enclosure, pair[1]: root.enclosure}
            stable = None if worst == 0 and polynomial is not None else _falls(gap, roots, number)
            found.mixtures.append(search.mixture(shares, stable))


def _roots(gap: list[Any]) -> list[Root] | None:
    """Return the roots of a Bernstein form inside (0, 1); None if there are too many to isolate."""
    changes = sign_changes(gap)
    if changes == 0:
        return []
    polynomial = from_bernstein(gap) if len(gap) <= LARGEST_CONVERSION else None
    if polynomial is not None and polynomial.degree() <= LARGEST_DEGREE:
        return real_roots(polynomial)
    return [bisected_root(gap)] if changes == 1 else None


def _outside(
    search: _Search, pair: tuple[int, int], polynomial: fmpq_poly, root: Root
) -> int | None:
    """Return the sign of the largest advantage of an action outside the pair at a root."""
    rest = [a for a in search.actions if a not in pair]
    rest += [] if search.exit is None else [search.exit]
    worst = -1
    for action in rest:
        gap = from_bernstein(search.advantage(action, pair[0], pair))
        sign = sign_at(gap, root, polynomial) if not gap.is_zero() else 0
        if sign is None or sign > 0:
            return sign
        worst = max(worst, sign)
    return worst


def _falls(gap: list[Any], roots: list[Root], number: int) -> bool:
    """Return whether the advantage falls through a root: positive before it, negative after."""
    if len(roots) == 1 and sign_changes(gap) == 1:
        return bool(next(c for c in gap if c != 0) > 0)
    polynomial = from_bernstein(gap)
    ends = [
        Fraction(0),
        *(e for r in roots for e in (r.enclosure.lower, r.enclosure.upper)),
        Fraction(1),
    ]
    before = (ends[2 * number] + ends[2 * number + 1]) / 2
    after = (ends[2 * number + 2] + ends[2 * number + 3]) / 2
    values = [polynomial(fmpq(p.numerator, p.denominator)) for p in (before, after)]
    return bool(values[0] > 0 > values[1])


# -- three actions ----------------------------------------------------------------------------


def _triples(search: _Search, triple: tuple[int, int, int], found: SymmetricEquilibria) -> None:
    names = ", ".join(" ".join(search.group.actions[a]) for a in triple)
    f, g = (_planar(search, a, triple) for a in triple[1:])
    solutions = solve_in_triangle(f, g)
    if not solutions.complete:
        found.unresolved.append(
            f"mixtures of {names}: the indifference curves coincide or do not cross"
        )
        return
    if solutions.unresolved:
        found.unresolved.append(f"{len(solutions.unresolved)} candidate mixtures of {names}")
    others = [a for a in search.actions if a not in triple]
    others += [] if search.exit is None else [search.exit]
    for x, y in solutions.boxes:
        signs = [sign_at_point(_planar(search, a, triple), x, y) for a in others]
        if any(sign is None for sign in signs):
            found.unresolved.append(f"a mixture of {names}: whether another action earns as much")
        elif all(sign <= 0 for sign in signs if sign is not None):
            b, c = x.enclosure, y.enclosure
            shares = {triple[0]: Enclosure.point(1) - b - c, triple[1]: b, triple[2]: c}
            found.mixtures.append(search.mixture(shares, None))


def _planar(search: _Search, action: int, triple: tuple[int, int, int]) -> Any:
    """Return an action's advantage over the first of three, in the other two's probabilities."""
    x, y = ring()
    total, degree = x - x, search.degree
    for j in range(degree + 1):
        for k in range(degree + 1 - j):
            fellows = [0] * len(search.group.actions)
            fellows[triple[0]], fellows[triple[1]], fellows[triple[2]] = degree - j - k, j, k
            gap = search.payoff(action, fellows) - search.payoff(triple[0], fellows)
            ways = math.comb(degree, j) * math.comb(degree - j, k)
            total += (gap * ways) * x**j * y**k * (1 - x - y) ** (degree - j - k)
    return total


# -- exit -------------------------------------------------------------------------------------


def everybody_exits(
    form: FiniteForm, group: int, fixed: Counts, allowed: Allowed
) -> EverybodyExits | None:
    """Return the equilibrium in which everybody exits, if a pure belief supports it.

    Where no choice to stay survives dominance, exit is best against whatever a member believes.

    Examples
    --------
    >>> from pigou import add_choice
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> out = add_choice("upgrade", "leave", 2, pays=3, exit=True)
    >>> form = finite_form(out(load("coordination").game))
    >>> everybody_exits(form, 0, ((10, 0, 0),), ((2,),)).belief
    ((9, 0, 0),)
    """
    search = _Search(form, group, fixed, allowed)
    if search.exit is None:
        return None
    staying = tuple(a for a in range(len(search.group.actions)) if a != search.exit)
    for counts in search.form.profiles(
        _only(search, search.actions or staying), without=search.index
    ):
        outside = search.payoff(search.exit, counts[search.index])
        if all(search.payoff(a, counts[search.index]) <= outside for a in staying):
            return EverybodyExits(counts)
    return None


def _only(search: _Search, actions: tuple[int, ...]) -> Allowed:
    rows = []
    for index, row in enumerate(search.fixed):
        taken = tuple(a for a, n in enumerate(row) if n)
        rows.append(actions if index == search.index else taken)
    return tuple(rows)


def _shares_of_exit(search: _Search, found: SymmetricEquilibria) -> None:
    """Report where some mixture of those who stay pays exactly as much as exit."""
    assert search.exit is not None
    for action in search.actions:
        fellows = [0] * len(search.group.actions)
        fellows[action] = search.degree
        outside = search.payoff(search.exit, fellows)
        if search.payoff(action, fellows) == outside and all(
            search.payoff(a, fellows) <= outside for a in search.actions
        ):
            label = " ".join(search.group.actions[action])
            found.unresolved.append(f"any share may exit while the others all choose {label}")
    for pair in itertools.combinations(search.actions, 2):
        gap, to_exit = (
            search.advantage(pair[1], pair[0], pair),
            search.advantage(search.exit, pair[0], pair),
        )
        both = from_bernstein(gap).gcd(from_bernstein(to_exit))
        if any(gap) and both.degree() > 0 and real_roots(both):
            names = " and ".join(" ".join(search.group.actions[a]) for a in pair)
            found.unresolved.append(f"any share may exit at a mixture of {names}")
    if len(search.actions) > 2:
        found.unresolved.append("shares of exit next to mixtures of three or more actions")
    if found.exits is None and not any(
        all(
            search.payoff(a, counts[search.index])
            > search.payoff(search.exit, counts[search.index])
            for counts in search.form.profiles(_only(search, search.actions), without=search.index)
        )
        for a in search.actions
    ):
        found.unresolved.append("everybody exits: no pure belief supports it, a mixed one might")
