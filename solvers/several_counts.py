r"""All pure equilibria by counts of a large crowd with several choices.

With :math:`m_a` members who take a, :math:`\sum_a m_a = N`, nobody wants to change iff

.. math:: g_{ab}(m) = u_b(m - e_a) - u_a(m - e_a) \le 0 \quad
          \text{for all } a \text{ with } m_a > 0 \text{ and all } b,

where :math:`u_b(n)` is what b pays beside n others.

Steps
-----
1. All take one choice, or two are taken: gains are polynomials in one count, piece by piece, and
   their signs at all counts are known exactly (`pigou.solvers.piecewise`).
2. Three or more are taken: no such profile exists if for two of them
   :math:`g_{ab} + g_{ba} > 0` throughout, as where each is better the more take it. Otherwise boxes
   of counts are divided: one goes if some gain is positive on it, it is kept whole if no gain is.
   Bounds are those of the Taylor form about the middle, in exact arithmetic; they are exact if
   payoffs are linear. A box of one profile is always decided.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import sympy as sp
from flint import fmpq, fmpq_poly

from pigou.deadline import time_is_up
from pigou.errors import StructureError
from pigou.expression import Total, each
from pigou.solvers.face_signs import signs_of
from pigou.solvers.piecewise import (
    CountFormula,
    Piecewise,
    Run,
    combined,
    read_piecewise,
    without_ratios,
)
from pigou.solvers.several_choices import Crowd, in_shares

__all__ = ["Bounds", "Box", "CountBox", "PureCounts", "alike", "on_edge", "pure_profiles_of_many"]

MOST_BOXES = 6_000


class CountBox(NamedTuple):
    """Profiles by counts, each an equilibrium: all with these ranges of counts.

    Attributes
    ----------
    support : tuple of int
        The choices that are taken.
    ranges : tuple of (int, int)
        The lowest and the highest count of each of them but the first, which the rest take.
    strict : bool
        Whether everybody loses by a change.
    """

    support: tuple[int, ...]
    ranges: Box
    strict: bool

    def profiles(self, size: int) -> Iterator[tuple[int, ...]]:
        """Yield the counts of the support.

        Examples
        --------
        >>> list(CountBox((0, 2), ((3, 4),), False).profiles(10))
        [(7, 3), (6, 4)]
        """
        for row in itertools.product(*(range(low, high + 1) for low, high in self.ranges)):
            if sum(row) < size or not row:
                yield (size - sum(row), *row)

    @property
    def number(self) -> int:
        """How many profiles there are at most."""
        return math.prod(high - low + 1 for low, high in self.ranges)


class PureCounts(NamedTuple):
    """Boxes of equilibria, how many boxes were looked at, and what is open.

    Attributes
    ----------
    boxes : list of CountBox
    visited : int
    open : list of str
    unread : list of (tuple of int, str)
        Supports that were not searched, and why: payoffs there are not polynomials.
    """

    boxes: list[CountBox]
    visited: int
    open: list[str]
    unread: list[tuple[tuple[int, ...], str]]


def pure_profiles_of_many(crowd: Crowd) -> PureCounts:
    """Return every pure equilibrium of a crowd of a given size.

    Raises
    ------
    StructureError
        If what a choice pays is not polynomial in counts, piece by piece, where two are taken.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> cars = [Player("car", size=10**9)]
    >>> payoffs = {"car": "if(go == a, -sum(go == a), if(go == b, -2*sum(go == b), -10**8))"}
    >>> game = Game("roads", cars, [Move("go", "car", {"a": 0, "b": 1, "c": 2})], payoffs)
    >>> found = pure_profiles_of_many(crowd_of(game, {}))
    >>> sorted(counts for box in found.boxes for counts in box.profiles(10**9))
    [(99999999, 49999999, 850000002), (99999999, 50000000, 850000001), ...]
    """
    assert crowd.size is not None
    found = PureCounts([], 0, [], [])
    number = len(crowd.labels)
    for first in range(number):
        found.boxes.extend(alike(crowd, first))
    for pair in itertools.combinations(range(number), 2):
        found.boxes.extend(_edge(crowd, pair))
    excluded: list[tuple[set[int], set[int]]] = []
    searches = []
    for size in range(number, 2, -1):  # what holds on a face holds on those it contains
        for support in itertools.combinations(range(number), size):
            here = set(support)
            if not any(pair <= here <= face for pair, face in excluded):
                searches.append(_Boxes(crowd, support))
                both = searches[-1].run()
                excluded += [] if both is None else [({*both}, here)]
    for search in sorted(searches, key=lambda s: (len(s.support), s.support)):
        found.boxes.extend(search.found)
        found.open.extend(search.open)
        found.unread.extend((search.support, why) for why in search.unread)
    return found._replace(visited=sum(search.visited for search in searches))


# -- one choice, two choices ---------------------------------------------------------------------


def on_edge(crowd: Crowd, pair: tuple[int, int], own: int) -> Piecewise:
    """Return what a choice pays, over how many of the others take the second of two choices.

    Raises
    ------
    StructureError
        If that is not polynomial, piece by piece.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> cars = [Player("car", size=100)]
    >>> payoffs = {"car": "if(sum(go == c) >= 1, 7, sum(go == b))"}
    >>> game = Game("roads", cars, [Move("go", "car", {"a": 0, "b": 1, "c": 2})], payoffs)
    >>> [on_edge(crowd_of(game, {}), (0, 1), own)(5) for own in (0, 1, 2)]
    [5, 6, 7]
    """
    assert crowd.size is not None
    formula, size = crowd.game.payoff(crowd.player), crowd.size
    if own not in pair:
        values = {each(k): sp.Rational(int(v.p), int(v.q)) for k, v in crowd.options[own].items()}
        sums = formula.atoms(Total)
        formula = formula.xreplace({t: t + t.args[0].xreplace(values) for t in sums})
        size -= 1
    choices = (crowd.options[pair[0]], crowd.options[pair[1]])
    taking = fmpq_poly([int(own == pair[1]), 1])
    parts, weights = [], []
    for weight, known in crowd.known(own):
        about = CountFormula(crowd.size - 1, size, taking, known, choices, crowd.player)
        parts.append(read_piecewise(formula, about).pieces)
        weights.append(weight)

    def expected(*row: Any) -> Any:
        return sum((w * v for w, v in zip(weights, row, strict=True)), fmpq_poly([0]))

    return without_ratios(Piecewise(combined(parts, expected)))


def alike(crowd: Crowd, choice: int) -> Iterator[CountBox]:
    """Yield the profile in which all take one choice, if it is an equilibrium.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> firms = [Player("firm", size=1000)]
    >>> payoffs = {"firm": "if(go == a, mean(go == a), 1/2)"}
    >>> game = Game("g", firms, [Move("go", "firm", {"a": 0, "b": 1, "c": 2})], payoffs)
    >>> [box.strict for choice in range(3) for box in alike(crowd_of(game, {}), choice)]
    [True, False, False]
    """
    assert crowd.size is not None
    strict = True
    for other in range(len(crowd.labels)):
        if other != choice:
            pair = (choice, other)
            gain = (on_edge(crowd, pair, other) - on_edge(crowd, pair, choice))(0)
            if gain > 0:
                return
            strict = strict and gain < 0
    yield CountBox((choice,), (), strict)


def _edge(crowd: Crowd, pair: tuple[int, int]) -> Iterator[CountBox]:
    """Yield the ranges of counts in which two choices are taken."""
    assert crowd.size is not None
    pays = [on_edge(crowd, pair, own) for own in range(len(crowd.labels))]
    low, runs = 1, []
    for own, shift in ((pair[0], 0), (pair[1], 1)):
        # m of the others and itself take the second choice: m - shift of the others do
        for other in range(len(crowd.labels)):
            if other != own:
                gains = (pays[other] - pays[own]).runs
                runs.append(
                    [run._replace(low=run.low + shift, high=run.high + shift) for run in gains]
                )
    while low < crowd.size:
        here = [_at(one, low) for one in runs]
        high = min(min(run.high for run in here), crowd.size - 1)
        if all(run.sign <= 0 for run in here):
            strict = all(run.sign < 0 for run in here)
            yield CountBox(pair, ((low, high),), strict)
        low = high + 1


def _at(runs: list[Run], count: int) -> Run:
    return next(run for run in runs if run.low <= count <= run.high)


# -- three and more choices -----------------------------------------------------------------------


Box = tuple[tuple[int, int], ...]
"""For each count but the first, the lowest and the highest."""


class Bounds:
    """A polynomial in counts, and its range on boxes.

    Parameters
    ----------
    polynomial : fmpq_mpoly

    Examples
    --------
    >>> from pigou.solvers.face_signs import face_ring
    >>> x, y = face_ring(2).gens()
    >>> Bounds(x * y - 1).on(((0, 2), (4, 4)))
    (-1, 7)
    """

    def __init__(self, polynomial: Any):
        self.polynomial = polynomial
        self.degree = max(0, int(polynomial.total_degree())) if polynomial else 0
        self.terms = _terms(polynomial)
        self.gens = polynomial.context().gens()

    def on(self, box: Box) -> tuple[Any, Any]:
        """Return a lower and an upper bound on a box of counts."""
        middle = [fmpq(low + high, 2) for low, high in box]
        reach = [fmpq(high - low, 2) for low, high in box]
        terms = self.terms
        if self.degree > 1:
            moved = self.polynomial.compose(
                *(x + m for x, m in zip(self.gens, middle, strict=True))
            )
            terms, middle = _terms(moved), [fmpq(0)] * len(box)
        lowest = highest = fmpq(0)
        for power, c in terms.items():
            if not any(power):
                lowest, highest = lowest + c, highest + c
                continue
            if self.degree == 1:
                k = power.index(1)
                lowest, highest = lowest + c * middle[k], highest + c * middle[k]
            spread = abs(c) * math.prod(
                (r**e for r, e in zip(reach, power, strict=True) if e), start=fmpq(1)
            )
            even = all(e % 2 == 0 for e in power)
            lowest -= 0 if even and c > 0 else spread
            highest += 0 if even and c < 0 else spread
        return lowest, highest


def _terms(polynomial: Any) -> dict[tuple[int, ...], Any]:
    return {tuple(map(int, power)): c for power, c in polynomial.to_dict().items()}


class _Boxes:
    """The search for profiles in which all of a support are taken."""

    def __init__(self, crowd: Crowd, support: tuple[int, ...]):
        assert crowd.size is not None
        self.crowd, self.support = crowd, support
        self.size = crowd.size
        self.found: list[CountBox] = []
        self.open: list[str] = []
        self.unread: list[str] = []
        self.visited = 0

    def run(self) -> tuple[int, int] | None:
        """Divide boxes until all are settled, or too many were looked at.

        Returns two choices of the support, if any, that exclude each other.
        """
        labels = [self.crowd.labels[a] for a in self.support]
        where = f"pure profiles in which {', '.join(labels[:-1])} and {labels[-1]} are all taken"
        try:
            gains, excluding = self._gains()
        except StructureError as error:
            self.unread.append(str(error))
            return None
        if excluding is not None:
            return excluding
        limits = [Bounds(g) for g in gains]
        most = self.size - len(self.support) + 1
        stack = [((1, most),) * (len(self.support) - 1)]
        while stack:
            if self.visited >= MOST_BOXES or time_is_up():
                self.open.append(f"{where}: not all are listed, as the search was stopped")
                return None
            self.visited += 1
            box = self._trimmed(stack.pop())
            if box is not None:
                stack += self._settled(box, limits)
        return None

    def _gains(self) -> tuple[list[Any], tuple[int, int] | None]:
        """Return the gains from all changes, in the counts of all, and two that exclude each other.

        The sum of what two choices gain from each other is among them: it is no gain where neither
        is one, and its bounds are closer.
        """
        pays = [self.crowd.in_counts(self.support, own) for own in range(len(self.crowd.labels))]
        ring = pays[0].context()
        found: dict[tuple[int, int], Any] = {}
        for place, own in enumerate(self.support):
            steps = [x - int(k == place - 1) for k, x in enumerate(ring.gens())]
            for other in range(len(pays)):
                if other != own:
                    found[own, other] = (pays[other] - pays[own]).compose(*steps)
        sums = []
        for a, b in itertools.combinations(self.support, 2):
            both = found[a, b] + found[b, a]
            if signs_of(in_shares(both, self.size), closed=True) == {1}:
                return [], (a, b)
            sums.append(both)
        return [*sums, *found.values()], None

    def _trimmed(self, box: Box) -> Any:
        """Cut a box to where the first choice is taken by at least one; None if it is nowhere."""
        lows = sum(low for low, _ in box)
        if lows >= self.size:
            return None
        return tuple((low, min(high, self.size - 1 - lows + low)) for low, high in box)

    def _settled(self, box: Box, limits: list[Bounds]) -> list[Box]:
        """Drop a box, keep it, or divide it in two."""
        highest = []
        for limit in limits:
            low, high = limit.on(box)
            if low > 0:
                return []
            highest.append(high)
        number = len(self.support) * (len(self.support) - 1) // 2
        if all(high <= 0 for high in highest[number:]):
            strict = all(high < 0 for high in highest[number:])
            self.found.append(CountBox(self.support, box, strict))
            return []
        widths = [high - low for low, high in box]
        k = widths.index(max(widths))
        middle = sum(box[k]) // 2
        halves = ((box[k][0], middle), (middle + 1, box[k][1]))
        return [(*box[:k], half, *box[k + 1 :]) for half in halves]
