r"""Mixed equilibria of a large population of several types, alike within each type.

Members of type t take the second choice with probability :math:`p_t`, so that the number of others
who do is a sum of independent binomials. With :math:`\Delta_t(k)` what a member of type t gains by
it when k of all others take it, the profile is an equilibrium iff for every type

.. math:: \operatorname{E} \Delta_t(K_{-t}) \; \begin{cases} = 0 & 0 < p_t < 1, \\
          \le 0 & p_t = 0, \\ \ge 0 & p_t = 1. \end{cases}

Steps
-----
1. Each *support* says which types mix, and what the others do, all of a type the same. Then
   :math:`K_{-t}` runs through an interval of counts, each with positive probability; a support is
   excluded if :math:`\Delta_t` has a wrong sign throughout such an interval.
2. A support is excluded, too, if two of its types cannot mix at the same time
   (`pigou.solvers.typed_apart`).
3. If :math:`\Delta_s = \Delta_t` is monotone there, the difference of the two conditions,
   :math:`(p_t - p_s) \operatorname{E} [\Delta_s(K + 1) - \Delta_s(K)] = 0`, forces
   :math:`p_s = p_t`, where K are the others without one member of each: such types mix as one.
4. One type, or several as one, mixes: the roots of one expectation under a binomial distribution
   (`pigou.solvers.typed_roots`), at each of which the signs of the other types' are decided.
5. Several mix and all their :math:`\Delta_t(k) = a_t + b_t k` are straight lines: with
   :math:`P = \sum_t N_t p_t` over those who mix, c the number of those who surely take the choice
   and :math:`h_t = c + a_t/b_t`, it is :math:`p_t = P + h_t` and so
   :math:`P \, (1 - \sum_t N_t) = \sum_t N_t h_t`.
6. Two mix, with polynomials of low degree or small numbers: two equations in two unknowns
   (`pigou.solvers.typed_pairs`).
7. Other supports in which several types mix are not settled, and are returned as unresolved.

The factorial moments of a sum S of independent binomials come from
:math:`\operatorname{E} (1 + z)^S = \prod_t (1 + p_t z)^{n_t}`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from flint import fmpq, fmpq_poly

from pigou.deadline import stops, time_is_up
from pigou.exact import Enclosure
from pigou.solvers.binomial_roots import BinomialRoots
from pigou.solvers.piecewise import Piecewise, falling
from pigou.solvers.planar import sign_at_point, solve_in_square
from pigou.solvers.roots import Root
from pigou.solvers.several_types import Kind
from pigou.solvers.shares import fraction
from pigou.solvers.typed_apart import ONE_SIDED, never_both, window
from pigou.solvers.typed_pairs import in_two_probabilities
from pigou.solvers.typed_roots import roots_of_type, sign_at_root

__all__ = ["Indifferent", "TypedMixture", "TypedMixtures", "typed_mixtures"]

Support = tuple[int | None, ...]
"""For each type the choice that all its members take, 0 or 1; None where they mix."""


class TypedMixture(NamedTuple):
    """An equilibrium in which some type mixes.

    Attributes
    ----------
    shares : tuple of Enclosure
        The probability of the second choice, type by type.
    falls : bool or None
        Whether the gain of the one type that mixes falls through it, where no other type is
        indifferent; None where several mix, or where that is not so.
    method : str
    """

    shares: tuple[Enclosure, ...]
    falls: bool | None
    method: str


class Indifferent(NamedTuple):
    """A support in which the types that mix may do so with any probabilities."""

    support: Support

    def corners(self, kinds: Sequence[Kind]) -> list[tuple[int, ...]]:
        """Return the pure profiles at its corners, as counts of the second choice.

        Examples
        --------
        >>> from pigou.solvers.piecewise import Piece
        >>> gain = Piecewise([Piece(0, 4, fmpq_poly([0]))])
        >>> Indifferent((None, 1)).corners([Kind("near", 2, gain), Kind("far", 3, gain)])
        [(0, 3), (2, 3)]
        """
        ends = [
            (0, kind.size) if plays is None else (plays * kind.size,)
            for kind, plays in zip(kinds, self.support, strict=True)
        ]
        return list(itertools.product(*ends))


class TypedMixtures(NamedTuple):
    """What was found, and the supports that are unresolved with the reason."""

    mixtures: list[TypedMixture]
    indifferent: list[Indifferent]
    unresolved: list[tuple[Support, str]]
    supports: int
    excluded: int


def typed_mixtures(kinds: Sequence[Kind]) -> TypedMixtures:
    """Return the mixed equilibria in which all members of a type do the same.

    Parameters
    ----------
    kinds : sequence of Kind

    Examples
    --------
    Each gains by what the others do, in a straight line, and the far ones pay a tenth more: no two
    types mix at the same time.

    >>> from pigou.solvers.piecewise import Piece
    >>> top = 2 * 10**9 - 1
    >>> costs = (fmpq(2, 5), fmpq(1, 2))
    >>> gains = [Piecewise([Piece(0, top, fmpq_poly([-c, fmpq(1, top)]))]) for c in costs]
    >>> found = typed_mixtures([Kind("near", 10**9, gains[0]), Kind("far", 10**9, gains[1])])
    >>> [[round(share.value, 6) for share in one.shares] for one in found.mixtures]
    [[0.8, 0.0]]
    >>> found.unresolved
    []
    """
    found = TypedMixtures([], [], [], 0, 0)
    supports = [s for s in itertools.product((0, 1, None), repeat=len(kinds)) if None in s]
    settled, windows = 0, _Windows(kinds)
    for support in supports:
        settle = _Settle(kinds, support, windows, found)
        if settle.excluded or any(settle.apart(*pair) for pair in settle.pairs):
            settled += 1
        elif time_is_up():
            settle.open(stops()[1])
        else:
            settle.run()
    loose = [one for one in found.indifferent if not _within(one, found.indifferent)]
    return found._replace(indifferent=loose, supports=len(supports), excluded=settled)


def _within(one: Indifferent, others: Sequence[Indifferent]) -> bool:
    """Whether a continuum is part of a larger one."""
    return any(
        other != one
        and all(b is None or a == b for a, b in zip(one.support, other.support, strict=True))
        for other in others
    )


class _Windows:
    """What types gain on intervals of counts, and the roots of its expectation; all remembered."""

    def __init__(self, kinds: Sequence[Kind]):
        self.gains = [kind.gain for kind in kinds]
        pieces = [gain.pieces for gain in self.gains]
        self.groups = [pieces.index(row) for row in pieces]  # types alike in this are one
        self._met: dict[tuple[int, int, int], Piecewise] = {}
        self._roots: dict[tuple[int, int, int], BinomialRoots] = {}

    def window(self, t: int, low: int, length: int) -> Piecewise:
        """Return what type t gains on counts from `low` on, as a function of the count less it."""
        key = (self.groups[t], low, length)
        if key not in self._met:
            self._met[key] = window(self.gains[t], low, length)
        return self._met[key]

    def roots(self, t: int, low: int, length: int) -> BinomialRoots:
        """Return the roots of the expectation of a window, with as many draws as it is long."""
        key = (self.groups[t], low, length)
        if key not in self._roots:
            self._roots[key] = roots_of_type(self.window(*key))
        return self._roots[key]


class _Settle:
    """One support: what its types gain over the counts they may meet."""

    def __init__(
        self, kinds: Sequence[Kind], support: Support, windows: _Windows, found: TypedMixtures
    ):
        self.kinds, self.support, self.windows, self.found = kinds, support, windows, found
        self.mixing = [t for t, plays in enumerate(support) if plays is None]
        self.rest = [t for t, plays in enumerate(support) if plays is not None]
        self.sure = sum(k.size for k, plays in zip(kinds, support, strict=True) if plays == 1)
        self.open_members = sum(kinds[t].size for t in self.mixing)

    def gain(self, t: int) -> Piecewise:
        """Return what type t gains over the counts of others that its members may meet."""
        low = self.sure - (self.support[t] == 1)
        return self.windows.window(t, low, self.open_members - (self.support[t] is None))

    def signs(self, t: int) -> set[int]:
        return {run.sign for run in self.gain(t).runs}

    @property
    def pairs(self) -> Iterator[tuple[int, int]]:
        return itertools.combinations(self.mixing, 2)

    @cached_property
    def excluded(self) -> bool:
        """Whether some type gains, or loses, whatever the probabilities of those who mix."""
        wrong: dict[int | None, tuple[set[int], ...]] = {
            0: ({1}, {0, 1}),
            1: ({-1}, {0, -1}),
            None: ONE_SIDED,
        }
        return any(self.signs(t) in wrong[plays] for t, plays in enumerate(self.support))

    def content(self, t: int) -> bool:
        """Whether a type that does not mix is content whatever the probabilities of the others."""
        return self.signs(t) <= ({0, -1} if self.support[t] == 0 else {0, 1})

    # -- several types that mix -----------------------------------------------------------------

    def apart(self, s: int, t: int) -> bool:
        """Whether it is shown that two types do not mix at the same time."""
        sizes = [self.kinds[u].size - (u in (s, t)) for u in self.mixing]
        corners = {sum(row) for row in itertools.product(*((0, size) for size in sizes))}
        one, other = (self.windows.window(u, self.sure, self.open_members - 1) for u in (s, t))
        return never_both(one, other, sorted(corners))

    def as_one(self, s: int, t: int) -> bool:
        """Whether two types that mix have to do so with the same probability."""
        if self.windows.groups[s] != self.windows.groups[t]:
            return False
        steps = self.windows.window(s, self.sure, self.open_members - 1).difference()
        return {run.sign for run in steps.runs} in ONE_SIDED

    def run(self) -> None:
        """Find the equilibria of the support."""
        idle = [t for t in self.mixing if self.signs(t) == {0}]
        if len(idle) == len(self.mixing) and all(self.content(t) for t in self.rest):
            self.found.indifferent.append(Indifferent(self.support))
        elif idle:
            names = ", ".join(self.kinds[t].name for t in idle)
            self.open(f"{names}: the choices pay the same whatever the probabilities")
        elif all(self.as_one(self.mixing[0], t) for t in self.mixing[1:]):
            self.line()
        elif all(_is_line(self.gain(t)) for t in self.mixing):
            self.lines()
        elif len(self.mixing) == 2 and None not in (polynomials := self.planar(self.mixing)):
            self.plane(polynomials)
        else:
            self.open(f"{len(self.mixing)} types mix at the same time")

    def open(self, why: str) -> None:
        self.found.unresolved.append((self.support, why))

    def add(self, shares: Sequence[Enclosure], falls: bool | None, method: str) -> None:
        """Add a mixture, given the probabilities of those who mix."""
        mixes = iter(shares)
        row = [next(mixes) if p is None else Enclosure.point(p) for p in self.support]
        self.found.mixtures.append(TypedMixture(tuple(row), falls, method))

    def judged(self, signs: Sequence[int | None]) -> bool | None:
        """Whether those who do not mix are content, from the signs of what they gain."""
        fits = [
            None if sign is None else sign <= 0 if self.support[t] == 0 else sign >= 0
            for t, sign in zip(self.rest, signs, strict=True)
        ]
        return False if False in fits else None if None in fits else True

    # -- one unknown ----------------------------------------------------------------------------

    def line(self) -> None:
        """One type, or several as one, mixes: roots of one expectation."""
        condition = self.gain(self.mixing[0])
        roots = self.windows.roots(self.mixing[0], self.sure, self.open_members - 1)
        for one in roots.unresolved:
            where = f"{float(one.lower):.12g} to {float(one.upper):.12g}"
            self.open(f"shares from {where}: whether what the choice gains touches zero there")
        for root in roots.roots:
            signs = [sign_at_root(self.gain(t), root, condition) for t in self.rest]
            verdict = self.judged(signs)
            if verdict is None:
                self.open(
                    f"a share of about {root.share.value:.12g}: whether another type would change"
                )
            elif verdict:
                falls = root.falls if 0 not in signs and len(self.mixing) == 1 else None
                method = "a root of the expected gain, by binomial sums with rigorous bounds"
                self.add([root.share] * len(self.mixing), falls, method)

    # -- straight lines -------------------------------------------------------------------------

    def lines(self) -> None:
        """Several types mix, and each gains in a straight line: the one solution in closed form."""
        heights, sizes = [], [self.kinds[t].size for t in self.mixing]
        for t in self.mixing:
            (_, _, value) = self.gain(t).pieces[0]
            heights.append(value[0] / value[1])
        taking = sum((n * h for n, h in zip(sizes, heights, strict=True)), fmpq(0))
        taking /= 1 - self.open_members
        shares = [taking + h for h in heights]
        if not all(0 < share < 1 for share in shares):
            return
        draws = list(zip(sizes, shares, strict=True))
        verdict = self.judged([self._beside(t, draws) for t in self.rest])
        if verdict is None:
            self.open("a mixture at which it is open whether another type would change")
        elif verdict:
            method = "linear indifference conditions of several types, in exact arithmetic"
            self.add([Enclosure.point(fraction(share)) for share in shares], None, method)

    # -- two unknowns ---------------------------------------------------------------------------

    def planar(self, types: Sequence[int]) -> list[Any]:
        """Return what types gain as polynomials in the probabilities of the two that mix."""
        sizes = [[self.kinds[u].size - (u == t) for u in self.mixing] for t in types]
        return [
            in_two_probabilities(self.gain(t), *row) for t, row in zip(types, sizes, strict=True)
        ]

    def plane(self, polynomials: Sequence[Any]) -> None:
        """Two types mix: common roots of two polynomials."""
        found = solve_in_square(*polynomials)
        if not found.complete:
            self.open("the indifference curves of two types have a part in common")
            return
        if found.unresolved:
            self.open(f"{len(found.unresolved)} points where indifference curves may touch")
        for x, y in found.boxes:
            verdict = self.judged([self._at_point(t, x, y) for t in self.rest])
            if verdict is None:
                self.open("a mixture at which it is open whether another type would change")
            elif verdict:
                method = "resultants and a Krawczyk test of two indifference curves"
                self.add([x.enclosure, y.enclosure], None, method)

    def _at_point(self, t: int, x: Root, y: Root) -> int | None:
        """Return the sign of what a type that does not mix gains beside two that do."""
        if self.content(t):
            return self._surely(t)
        (polynomial,) = self.planar([t])
        return None if polynomial is None else sign_at_point(polynomial, x, y)

    def _surely(self, t: int) -> int:
        """Return the sign of what a type gains that is content whatever the others do."""
        return 0 if self.signs(t) == {0} else -1 if self.support[t] == 0 else 1

    def _beside(self, t: int, draws: Sequence[tuple[int, Any]]) -> int | None:
        """Return the sign of what a type that does not mix gains beside those who do."""
        gain = self.gain(t)
        if self.content(t):
            return self._surely(t)
        if len(gain.pieces) > 1:
            return None
        return _sign(_moment(gain.pieces[0].value, draws))


def _is_line(gain: Piecewise) -> bool:
    return len(gain.pieces) == 1 and gain.degree == 1


def _sign(number: Any) -> int:
    return int(number > 0) - int(number < 0)


def _moment(polynomial: fmpq_poly, draws: Sequence[tuple[int, Any]]) -> Any:
    """Expect a polynomial in a sum of independent binomials, each with its size and probability."""
    degree = max(int(polynomial.degree()), 0)
    generating = fmpq_poly([1])
    for size, share in draws:
        row = [fmpq(math.comb(size, j)) * share**j for j in range(min(size, degree) + 1)]
        generating = fmpq_poly((generating * fmpq_poly(row)).coeffs()[: degree + 1])
    return sum(
        (c * math.factorial(j) * generating[j] for j, c in enumerate(falling(polynomial))), fmpq(0)
    )
