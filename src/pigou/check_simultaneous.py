r"""The independent checker of games in which all move at the same time.

It shares no code with the solvers. Formulas are evaluated by recursion over the expression tree in
rational enclosures (`pigou.enclosing`); the distribution of what the others do is built anew from
the strategies. For a profile :math:`\sigma` it bounds

.. math:: \max_i \max_{b} \; \bigl[ u_i(b, \sigma_{-i}) - u_i(a, \sigma_{-i}) \bigr]

over every player i, every action a it takes with positive probability and every other action b.
An equilibrium known exactly has a gain of exactly 0. One that is known by an enclosure has a
bound that shrinks with the enclosure. That a solution really lies inside is proved anew, and also
where a mixture is stated exactly but its gain can only be bounded:

1. One probability is unknown (one kind of player mixes two actions): the indifference condition
   changes sign between the ends of the enclosure.
2. Several are: with F the indifference conditions of all who mix, each divided by the size of its
   slopes, m the middle of the enclosure E and Y an approximate inverse of F'(m), the image
   :math:`m - Y F(m) + (I - Y F'(E))(E - m)` lies in the interior of E (Krawczyk 1969), in
   rational enclosures; it cannot if Y is singular. The probabilities of the first actions, one
   less the sum of the others, lie in their enclosures too. Derivatives are differences: a
   member's expected payoff, as one of the n others of a kind is known to take one action instead
   of another, times n. Probabilities that are stated exactly are taken to be known to
   :math:`10^{-60}` in this.

In a large population with two choices, where profiles cannot be gone through, expectations are
over how many take the second one (`pigou.check_counts`), of several types together
(`pigou.check_types`). Types with the same probability, and to whom the choice gains the same beside
any number of others, are moved together where the indifference condition has to change its sign.

That an action which is not taken pays no more at the solution is shown by the sign of its gain;
where that sign is open, the action counts as one that pays as much. So the enclosures must be
narrower than :math:`10^{-20}`: within a wide one a real gain could hide.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple

import sympy as sp

from pigou.check_counts import expected_over_counts, sign_of_gain
from pigou.check_segments import Crowd, Segment, segments
from pigou.check_several import (
    degree_in_counts,
    derivative_in_share,
    expected_over_draws,
    the_one_count,
    with_one_more,
)
from pigou.check_terms import expected_by_terms
from pigou.check_types import expected_over_types, same_functions
from pigou.enclosing import enclosed
from pigou.equilibrium import Strategy
from pigou.errors import DeclarationError, StructureError, unknown
from pigou.exact import Enclosure, Record
from pigou.game import GOVERNMENT, Game, Transfer

__all__ = [
    "Checker",
    "Examination",
    "Flow",
    "examine_simultaneous",
    "expectation_of_simultaneous",
    "payoffs_by_action",
    "verdict",
]

ZERO, ONE = Enclosure.point(0), Enclosure.point(1)


class Flow(NamedTuple):
    """A transfer of the ledger with the total amount that flows, over all members.

    Examples
    --------
    >>> from pigou import Transfer
    >>> Flow(Transfer("government", "firm", "1/5", "grant"), Enclosure.point(2)).amount
    Enclosure(2)
    """

    transfer: Transfer
    amount: Enclosure


@dataclass(frozen=True)
class Examination:
    """What the checker found out about a profile.

    Parameters
    ----------
    payoffs : mapping of str to Enclosure
        After transfers, of one member for a population (the mean).
    primitive : mapping of str to Enclosure
        Before transfers, likewise.
    sizes : mapping of str to int
        Members of each party.
    members : mapping of str to tuple of (Enclosure, int)
        For each player, and each type of a population as ``player[type]``: the payoffs that
        members have, with how many have each; one entry where all expect the same.
    flows : tuple of Flow
        What each transfer amounts to.
    gain : Enclosure
        The largest gain from deviating, at least 0.
    confirmed : bool
        Whether the profile is an equilibrium, or encloses one, as far as can be told.
    doubt : str
        Why it is not confirmed.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> found = examine_simultaneous(game, game.values(), solve(game)["E1"].strategies)
    >>> found.gain, found.confirmed
    (Enclosure(0), True)
    """

    payoffs: Mapping[str, Enclosure]
    primitive: Mapping[str, Enclosure]
    sizes: Mapping[str, int]
    members: Mapping[str, tuple[tuple[Enclosure, int], ...]]
    flows: tuple[Flow, ...]
    gain: Enclosure
    confirmed: bool
    doubt: str = ""


class _Kind(NamedTuple):
    """Members alike, and what they do."""

    player: str
    type: str
    size: int
    attributes: Mapping[str, Enclosure]
    actions: tuple[tuple[str, ...], ...]
    shares: tuple[Enclosure, ...]
    counts: tuple[int, ...] | None
    exit: int | None
    belief: tuple[int, ...] | None
    mass: Fraction = Fraction(1)


Profile = tuple[tuple[int, ...], ...]


def examine_simultaneous(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy]
) -> Examination:
    """Check a profile of a finite game with simultaneous moves.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.
    strategies : iterable of Strategy
        One for each player, or type of a population.

    Raises
    ------
    DeclarationError
        If a strategy is missing, or its probabilities cannot be those of a mixed action.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from pigou import Record, solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> (strategy,) = solve(game)["E1"].strategies
    >>> examine_simultaneous(game, game.values(), [strategy]).gain
    Enclosure(0)
    >>> nine = {"wait": 1, "upgrade": 9}
    >>> shares = {label: Enclosure.point(f"{n}/10") for label, n in nine.items()}
    >>> wrong = replace(strategy, counts=Record(nine), probabilities=Record(shares))
    >>> examine_simultaneous(game, game.values(), [wrong]).doubt
    'somebody may gain 0.25 by deviating'
    """
    return Checker(game, at).examine(strategies)


class Checker:
    """The checker of one game: payoffs of pure profiles that were met are remembered.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> checker = Checker(game, game.values())
    >>> [checker.examine(e.strategies).confirmed for e in solve(game)]
    [True, True, True]
    """

    def __init__(self, game: Game, at: Mapping[str, Fraction]):
        self.game, self.at = game, at
        self._known: dict[Any, Enclosure] = {}

    def examine(self, strategies: Iterable[Strategy]) -> Examination:
        """Check a profile, as `pigou.check.examine` does."""
        return _examined(_Table(self.game, self.at, tuple(strategies), known=self._known))


def _examined(table: _Table) -> Examination:
    gains, doubt = [ZERO], ""
    for index, kind in enumerate(table.kinds):
        earned = table.earned(index)
        used = [a for a in range(len(kind.actions)) if kind.shares[a].upper > 0]
        for action in used:
            gains += [
                table.after(index, action, other) - earned[action]
                for other in table.rivals(index, action)
            ]
    gain = Enclosure(max(g.lower for g in gains), max(g.upper for g in gains))
    near = _known_to_digits(table) if gain.lower <= 0 < gain.upper else table
    doubt = _existence(near) or _too_wide(table)
    doubt = verdict(gain, table.payoffs, doubt)
    return Examination(
        table.payoffs,
        table.primitive,
        table.sizes,
        table.members,
        table.flows,
        gain,
        not doubt,
        doubt,
    )


def verdict(gain: Enclosure, payoffs: Mapping[str, Enclosure], doubt: str) -> str:
    """Return why a profile is not confirmed, given its largest gain and other doubts."""
    scale = max((abs(p.value) for p in payoffs.values()), default=0.0)
    small = Fraction(10) ** -20 * (1 + Fraction(min(scale, 1e300)))
    if gain.upper > small or gain.lower > 0:
        return f"somebody may gain {gain.value:.3g} by deviating"
    return doubt


def _known_to_digits(table: _Table) -> _Table:
    """Return a table in which mixtures that are stated exactly are known to 60 digits.

    Where it is open whether a gain is zero, it is to be shown that there is a solution so near.
    """
    changed = {
        index: tuple(_widened(share) if share.lower > 0 else share for share in kind.shares)
        for index, kind in enumerate(table.kinds)
        if kind.counts is None and kind.belief is None
        if all(share.is_exact for share in kind.shares) and max(s.lower for s in kind.shares) < 1
    }
    return table.with_shares(changed) if changed else table


def _too_wide(table: _Table) -> str:
    """Say so if some probability is known too roughly for the sign of a gain to mean anything."""
    wide = any(share.width > _NARROW for kind in table.kinds for share in kind.shares)
    return f"an enclosure is wider than {float(_NARROW):.0e}" if wide else ""


def _existence(table: _Table) -> str:
    """Re-prove that the enclosures hold a solution; say why not if that fails."""
    if all(share.is_exact for kind in table.kinds for share in kind.shares):
        return ""
    mixers = []
    for index, kind in enumerate(table.kinds):
        staying = [a for a, share in enumerate(kind.shares) if share.upper > 0 and a != kind.exit]
        if kind.counts is None and kind.belief is None and len(staying) > 1:
            mixers.append((index, staying))
        elif not all(share.is_exact for share in kind.shares):
            return "the strategy is not pinned down"
    if any(k.exit is not None and k.shares[k.exit].upper > 0 for k in table.kinds):
        return "next to members who exit, a solution inside the enclosures is not proved"
    if len(mixers) == 1 and len(mixers[0][1]) == 2:
        return _change_of_sign(table, [mixers[0][0]], mixers[0][1])
    if table.mix_as_one([index for index, _ in mixers]):
        return _change_of_sign(table, [index for index, _ in mixers], mixers[0][1])
    return _krawczyk(table, mixers)


def _change_of_sign(table: _Table, together: list[int], staying: list[int]) -> str:
    """Re-prove that the enclosure of a two-action mixture holds a solution.

    It is that of one kind, or of several that mix as one.
    """
    index = together[0]
    kind = table.kinds[index]
    first, second = staying
    signs = []
    rest = ONE - kind.shares[first]
    low = max(rest.lower, kind.shares[second].lower)
    for share in (low, min(rest.upper, kind.shares[second].upper)):
        point = Enclosure.point(share)
        shares = [ZERO] * len(kind.actions)
        shares[first], shares[second] = ONE - point, point
        moved = table.with_shares(dict.fromkeys(together, tuple(shares)))
        gap = moved.after(index, second, second) - moved.after(index, first, first)
        if gap == ZERO:
            return ""
        sign = 1 if gap.lower > 0 else -1 if gap.upper < 0 else 0
        signs.append(sign or moved.sign_of_gain(index, (first, second)))
    if signs[0] * signs[1] < 0:
        return ""
    return "indifference does not change sign across the enclosure (a double root, or none)"


_Mixers = list[tuple[int, list[int]]]
_MOST_TERMS = 3_000_000
_KNOWN_TO = Fraction(1, 10**60)
_NARROW = Fraction(1, 10**20)
_GONE_THROUGH, _MOST_GONE_THROUGH, _MOST_LISTED = 200, 5_000, 20_000


def _krawczyk(table: _Table, mixers: _Mixers) -> str:
    """Re-prove by a Krawczyk test that the enclosures of several mixtures hold a solution."""
    unknowns = [(i, a, staying[0]) for i, staying in mixers for a in staying[1:]]
    drawn = [k for k in table.kinds if k.counts is None]
    terms = math.prod(math.comb(k.size + len(k.actions) - 1, k.size) for k in drawn)
    large = table.is_large or table.is_large_with_several
    if terms * len(unknowns) ** 2 > _MOST_TERMS and not large:
        return "there are too many profiles to re-prove that the enclosures hold a solution"
    box = [_widened(table.kinds[i].shares[a]) for i, a, _ in unknowns]
    middle = [Enclosure.point(_cut((e.lower + e.upper) / 2)) for e in box]
    centre, around = (_with_unknowns(table, mixers, shares) for shares in (middle, box))
    values = _advantages(centre, unknowns)
    slopes = [[_slope(around, row, column) for column in unknowns] for row in unknowns]
    for i, line in enumerate(slopes):
        size = max(max(abs(e.lower), abs(e.upper)) for e in line)
        scale = Enclosure.point(1 / size if size else 1)
        values[i], slopes[i] = scale * values[i], [scale * e for e in line]
    inverse = _approximate_inverse([[(e.lower + e.upper) / 2 for e in row] for row in slopes])
    if inverse is None:
        return (
            "the indifference conditions are singular at the mixture: no solution could be proved"
        )
    images = []
    for i, row in enumerate(inverse):
        image = middle[i] - _dot(row, values)
        for k, (side, point) in enumerate(zip(box, middle, strict=True)):
            entry = Enclosure.point(int(i == k)) - _dot(row, [line[k] for line in slopes])
            image = image + entry * (side - point)
        images.append(image)
    if all(_inside(image, side) for image, side in zip(images, box, strict=True)) and all(
        _inside(row[staying[0]], _widened(table.kinds[index].shares[staying[0]]))
        for (index, staying), row in zip(mixers, _rows(table, mixers, images), strict=True)
    ):
        return ""
    return "a solution inside the enclosures could not be proved"


def _inside(inner: Enclosure, outer: Enclosure) -> bool:
    return outer.lower < inner.lower <= inner.upper < outer.upper


def _widened(share: Enclosure) -> Enclosure:
    """Return an enclosure as it is, and an exact number as one known to 60 digits."""
    wide = Enclosure(share.lower - _KNOWN_TO, share.upper + _KNOWN_TO)
    return wide if share.is_exact else share


def _cut(number: Fraction) -> Fraction:
    """Round to a number short enough to be computed with."""
    return Fraction(round(number * 2**380), 2**380)


def _dot(row: Sequence[Enclosure], column: Sequence[Enclosure]) -> Enclosure:
    return sum((a * b for a, b in zip(row, column, strict=True)), ZERO)


def _with_unknowns(table: _Table, mixers: _Mixers, shares: Sequence[Enclosure]) -> _Table:
    """Return the table in which those who mix do so as the unknowns say."""
    rows = _rows(table, mixers, shares)
    return table.with_shares({index: row for (index, _), row in zip(mixers, rows, strict=True)})


def _rows(
    table: _Table, mixers: _Mixers, shares: Sequence[Enclosure]
) -> list[tuple[Enclosure, ...]]:
    """Return the mixtures of those who mix, as the unknowns say."""
    values, rows = iter(shares), []
    for index, staying in mixers:
        row = [ZERO] * len(table.kinds[index].actions)
        for action in staying[1:]:
            row[action] = next(values)
        row[staying[0]] = ONE - sum(row, ZERO)
        rows.append(tuple(row))
    return rows


def _advantages(table: _Table, unknowns: Sequence[tuple[int, int, int]]) -> list[Enclosure]:
    """Return how much more than the first each further action of a mixture pays."""
    return [table.after(i, a, a) - table.after(i, a, base) for i, a, base in unknowns]


def _slope(table: _Table, row: tuple[int, int, int], column: tuple[int, int, int]) -> Enclosure:
    """Enclose the derivative of an advantage in one probability, at the cost of the first."""
    index, action, base = row
    other, towards, away = column
    if table.is_mean_field:
        members = table.kinds[other].mass
    else:
        members = Fraction(table.kinds[other].size - (other == index))
    if not members:
        return ZERO
    gaps = [
        table.after(index, action, action, (other, known))
        - table.after(index, action, base, (other, known))
        for known in (towards, away)
    ]
    return Enclosure.point(members) * (gaps[0] - gaps[1])


def _approximate_inverse(matrix: list[list[Fraction]]) -> list[list[Enclosure]] | None:
    """Return an inverse rounded to 60 digits, by Gauss and Jordan; None if it is singular."""
    n = len(matrix)
    rows = [
        [_cut(v) for v in row] + [Fraction(int(i == k)) for k in range(n)]
        for i, row in enumerate(matrix)
    ]
    for column in range(n):
        pivot = max(range(column, n), key=lambda i: abs(rows[i][column]))
        if abs(rows[pivot][column]) < Fraction(1, 10**40):
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = rows[column][column]
        rows[column] = [_cut(v / scale) for v in rows[column]]
        for i in range(n):
            if i != column and rows[i][column]:
                factor = rows[i][column]
                rows[i] = [_cut(v - factor * w) for v, w in zip(rows[i], rows[column], strict=True)]
    return [[Enclosure.point(Fraction(round(v * 10**60), 10**60)) for v in row[n:]] for row in rows]


class _Table:
    """A profile laid out: who is there, what they do, what everyone earns."""

    def __init__(
        self,
        game: Game,
        at: Mapping[str, Fraction],
        strategies: tuple[Strategy, ...],
        kinds: tuple[_Kind, ...] | None = None,
        known: dict[Any, Enclosure] | None = None,
    ):
        self.game, self.at, self.strategies = game, at, strategies
        self.parameters = {name: Enclosure.point(value) for name, value in at.items()}
        self.kinds = tuple(self._kinds()) if kinds is None else kinds
        # Values at pure profiles do not depend on the strategies, expectations do.
        self._known: dict[Any, Enclosure] = {} if known is None else known
        self._means: dict[Any, Enclosure] = {}
        self.sizes = Record(
            {p.name: self._members_of(p.name) for p in game.players}
            | {party: 1 for party in game.parties if party not in game.payoffs}
        )

    def _members_of(self, player: str) -> int:
        if self.game.player(player).size == sp.oo:
            return 1  # a continuum has mass one
        return sum(kind.size for kind in self.kinds if kind.player == player)

    def with_shares(self, changed: Mapping[int, tuple[Enclosure, ...]]) -> _Table:
        kinds = list(self.kinds)
        for index, shares in changed.items():
            kinds[index] = kinds[index]._replace(shares=shares)
        return _Table(self.game, self.at, self.strategies, tuple(kinds), self._known)

    def _kinds(self) -> Iterator[_Kind]:
        for strategy in self.strategies:
            types = [t.name for t in self.game.player(strategy.player).types] or [""]
            if strategy.type not in types:
                where = f"player '{strategy.player}'"
                raise DeclarationError(unknown("type", strategy.type, types, where))
        for player in self.game.players:
            moves = self.game.moves_of(player.name)
            actions = tuple(itertools.product(*(m.choice.labels for m in moves)))
            leaving = moves[0].choice.exit
            exit_ = None if leaving is None else moves[0].choice.labels.index(leaving)
            for name, size, values in [(t.name, t.size, t.values) for t in player.types] or [
                ("", player.size, {})
            ]:
                whole = size == sp.oo  # a continuum has mass one
                members = ONE if whole else enclosed(sp.sympify(size), self.parameters)
                attributes = {k: enclosed(v, self.parameters) for k, v in values.items()}
                if members.lower > 0 and player.size == sp.oo:
                    kind = self._kind(player.name, name, 1, attributes, actions, exit_)
                    yield kind._replace(mass=members.lower)
                elif members.lower > 0:
                    yield self._kind(
                        player.name, name, int(members.lower), attributes, actions, exit_
                    )

    def _kind(
        self,
        player: str,
        type_: str,
        size: int,
        attributes: Mapping[str, Enclosure],
        actions: Any,
        exit_: Any,
    ) -> _Kind:
        chosen = [s for s in self.strategies if (s.player, s.type) == (player, type_)]
        if len(chosen) != 1:
            raise DeclarationError(f"player '{player}' has {len(chosen)} strategies, not one")
        (strategy,) = chosen
        keys = [", ".join(action) for action in actions]
        for given in (strategy.probabilities, strategy.counts or {}, strategy.belief or {}):
            for key in given:
                if key not in keys:
                    raise DeclarationError(unknown("choice", key, keys, f"'{strategy.name}'"))
        shares = tuple(strategy.probabilities.get(key, ZERO) for key in keys)
        total = sum(shares, ZERO)
        if any(s.lower < 0 for s in shares) or not total.lower <= 1 <= total.upper:
            raise DeclarationError(
                f"the probabilities of '{strategy.name}' are not those of a mixed action"
            )
        counts = strategy.counts
        rows = None if counts is None else tuple(counts.get(key, 0) for key in keys)
        if rows is not None and sum(rows) != size:
            raise DeclarationError(
                f"the counts of '{strategy.name}' sum to {sum(rows)}, not to {size}"
            )
        if rows is not None and not all(
            n >= 0 and share.lower <= Fraction(n, size) <= share.upper
            for n, share in zip(rows, shares, strict=True)
        ):
            raise DeclarationError(
                f"the counts of '{strategy.name}' are not what its probabilities say"
            )
        if rows is not None and exit_ is not None and rows[exit_]:
            raise DeclarationError(
                f"the counts of '{strategy.name}' let members exit; give probabilities alone"
            )
        belief = strategy.belief
        believed = None if belief is None else tuple(belief.get(key, 0) for key in keys)
        _check_belief(strategy.name, believed, size, exit_, shares)
        return _Kind(player, type_, size, attributes, actions, shares, rows, exit_, believed)

    # -- what the others do ---------------------------------------------------------------------

    def _distribution(
        self, kind: _Kind, members: int, own: int | None
    ) -> Sequence[tuple[Enclosure, tuple[int, ...]]]:
        """Return how `members` of a kind (all, or all but one who takes `own`) may be spread."""
        if kind.counts is not None:
            row = tuple(n - (a == own) for a, n in enumerate(kind.counts))
            return [(ONE, row)]
        if kind.belief is not None:
            return [(ONE, kind.belief)]
        shares = kind.shares
        if kind.exit is not None:
            stay = ONE - shares[kind.exit]
            shares = tuple(ZERO if a == kind.exit else s / stay for a, s in enumerate(shares))
        return _multinomial(shares, members)

    def _profiles(
        self, index: int | None, own: int | None, known: tuple[int, int] | None = None
    ) -> Iterator[tuple[Enclosure, Profile]]:
        """Yield the profiles a member of a kind faces (or all profiles), with probabilities.

        With `known`, one of the others of that kind is known to take that action.
        """
        axes = []
        for i, kind in enumerate(self.kinds):
            members, own_here = kind.size - (i == index), own if i == index else None
            if known is None or known[0] != i:
                axes.append(self._distribution(kind, members, own_here))
            else:
                rest = self._distribution(kind, members - 1, own_here)
                axes.append(
                    [(p, tuple(n + (a == known[1]) for a, n in enumerate(row))) for p, row in rest]
                )
        for combination in itertools.product(*axes):
            weight = math.prod((p for p, _ in combination), start=ONE)
            yield weight, tuple(row for _, row in combination)

    # -- payoffs --------------------------------------------------------------------------------

    def _state(
        self, profile: Profile, index: int | None, action: int | None
    ) -> dict[str, Enclosure]:
        values = dict(self.parameters)
        for i, kind in enumerate(self.kinds):
            if kind.size == 1 and not self.game.player(kind.player).is_population:
                values |= self._labels(
                    kind, action if i == index and action is not None else profile[i].index(1)
                )
        if index is not None and action is not None:
            values |= self._labels(self.kinds[index], action) | dict(self.kinds[index].attributes)
        return values

    def _members(
        self, profile: Profile, population: str
    ) -> Iterator[tuple[int, Mapping[str, Enclosure]]]:
        """Yield how many members of a population do what, with the values that are theirs."""
        for kind, row in zip(self.kinds, profile, strict=True):
            if kind.player == population:
                for action, number in enumerate(row):
                    if number:
                        yield number, self._labels(kind, action) | dict(kind.attributes)

    def _labels(self, kind: _Kind, action: int) -> dict[str, Enclosure]:
        moves = self.game.moves_of(kind.player)
        return {
            m.name: Enclosure.point(m.choice.options[label])
            for m, label in zip(moves, kind.actions[action], strict=True)
        }

    def value(
        self, formula: sp.Expr, profile: Profile, index: int | None, action: int | None
    ) -> Enclosure:
        """Evaluate a formula at a full profile, over chance, for a member who takes `action`."""
        key = (formula, profile, index, action)
        if key not in self._known:
            total = ZERO
            for weight, draw in self._draws():
                state = {**self._state(profile, index, action), **draw}
                total += weight * enclosed(formula, state, partial(self._members, profile))
            self._known[key] = total
        return self._known[key]

    def _draws(self) -> Iterator[tuple[Enclosure, dict[str, Enclosure]]]:
        axes = [
            [
                (enclosed(p, self.parameters), c.name, Enclosure.point(v))
                for v, p in c.outcomes.values()
            ]
            for c in self.game.chance
        ]
        for draw in itertools.product(*axes):
            yield math.prod((p for p, _, _ in draw), start=ONE), {name: v for _, name, v in draw}

    def mean(
        self,
        formula: sp.Expr,
        index: int,
        own: int,
        action: int,
        known: tuple[int, int] | None = None,
    ) -> Enclosure:
        """Expect a formula for a member who is meant to take `own` and takes `action`."""
        kind = self.kinds[index]
        alone = kind.counts is None or kind.size == 1  # others' actions do not tell its own
        key = (formula, index, None if alone else own, action, known)
        if key not in self._means:
            self._means[key] = self._expected(formula, index, own, action, known)
        return self._means[key]

    def _expected(
        self, formula: sp.Expr, index: int, own: int, action: int, known: tuple[int, int] | None
    ) -> Enclosure:
        found = self._over_counts(formula, index, own, action, known)
        if found is not None:
            return found
        total = ZERO
        for weight, rest in self._profiles(index, own, known):
            row = tuple(n + (a == action) for a, n in enumerate(rest[index]))
            total += weight * self.value(
                formula, (*rest[:index], row, *rest[index + 1 :]), index, action
            )
        return total

    def _over_counts(
        self,
        formula: sp.Expr,
        index: int | None = None,
        own: int | None = None,
        action: int | None = None,
        known: tuple[int, int] | None = None,
    ) -> Enclosure | None:
        """Expect a formula over how many of a large population take each of its choices.

        For a member of a kind who is meant to take `own` and takes `action`, or for nobody who
        moves; with `known`, as in `_profiles`. None where the profile is another one, or the
        population so small that its profiles are gone through one by one.
        """
        if self.is_mean_field:
            return self._in_mean_field(formula, index, action, known)
        if self.is_large_with_several:
            return self._over_several(formula, action, known)
        if not self.is_large:
            return None
        draws = [
            (kind.size - (i == index) - (known is not None and i == known[0]), kind.shares[1])
            for i, kind in enumerate(self.kinds)
            if kind.counts is None
        ]
        total = ZERO
        for weight, crowd in self._crowds(index, own, action, known):
            try:
                total += weight * expected_over_types(segments(formula, crowd), draws)
            except StructureError:  # no polynomial in the count
                if self._profiles_are_few:
                    return None
                if len(self.kinds) > 1 or known is not None:
                    raise
                total += weight * expected_by_terms(formula, crowd, self.kinds[0].shares[1])
        return total

    @property
    def is_mean_field(self) -> bool:
        """Whether a continuum of members moves, and nobody else."""
        players = {kind.player for kind in self.kinds}
        return len(players) == 1 and self.game.player(players.pop()).size == sp.oo

    def _in_mean_field(
        self,
        formula: sp.Expr,
        index: int | None,
        action: int | None,
        known: tuple[int, int] | None,
    ) -> Enclosure:
        """Evaluate a formula beside a continuum: shares of members instead of numbers.

        With `known`, its derivative in the share of that kind and action.
        """
        shares = [
            (Enclosure.point(kind.mass) * kind.shares[a], self._own(kind, a))
            for kind in self.kinds
            for a in range(len(kind.actions))
        ]
        own = {} if index is None or action is None else self._own(self.kinds[index], action)
        total = ZERO
        for weight, draw in self._draws():
            values = {**self.parameters, **draw, **own}
            try:
                if known is None:
                    total += weight * enclosed(formula, values, lambda _: shares)
                else:
                    place = sum(len(kind.actions) for kind in self.kinds[: known[0]]) + known[1]
                    total += weight * derivative_in_share(formula, values, shares, place)
            except ZeroDivisionError:
                raise StructureError(
                    f"'{formula}' may divide by zero at an equilibrium whose shares are known only "
                    "within bounds: it is not checked"
                ) from None
        return total

    def _own(self, kind: _Kind, action: int) -> dict[str, Enclosure]:
        return self._labels(kind, action) | dict(kind.attributes)

    @property
    def is_large_with_several(self) -> bool:
        """Whether many members of one kind, and nobody else, mix more than two choices."""
        if len(self.kinds) != 1 or len(self.kinds[0].actions) < 3 or self.is_mean_field:
            return False
        kind = self.kinds[0]
        profiles = math.comb(kind.size + len(kind.actions) - 2, len(kind.actions) - 1)
        stay = kind.exit is None or kind.shares[kind.exit].upper == 0
        plain = kind.counts is None and kind.belief is None and stay
        return plain and profiles > _GONE_THROUGH

    def _over_several(
        self, formula: sp.Expr, action: int | None, known: tuple[int, int] | None
    ) -> Enclosure | None:
        """Expect a polynomial in counts over what members do; None if it may be none."""
        kind = self.kinds[0]
        others = kind.size - (action is not None) - (known is not None)
        added = [int(action == a) + int(known == (0, a)) for a in range(len(kind.actions))]
        bounds = [
            (Enclosure(Fraction(n), Fraction(n + others * (a != kind.exit))), self._labels(kind, a))
            for a, n in enumerate(added)
        ]
        own = {} if action is None else self._labels(kind, action)
        degrees = [
            degree_in_counts(formula, {**self.parameters, **draw, **own}, bounds)
            for _, draw in self._draws()
        ]
        numbers = [d for d in degrees if d is not None]
        if len(numbers) < len(degrees):
            return self._over_one_count(formula, action, known)

        def value(counts: tuple[int, ...]) -> Enclosure:
            row = tuple(n + more for n, more in zip(counts, added, strict=True))
            return self.value(formula, (row,), None if action is None else 0, action)

        return expected_over_draws(value, max(numbers), others, kind.shares)

    @property
    def is_large(self) -> bool:
        """Whether one population with two choices mixes, too large for its profiles."""
        kinds = self.kinds
        if len({kind.player for kind in kinds}) != 1 or len(kinds[0].actions) != 2:
            return False
        if any(kind.belief is not None or kind.exit is not None for kind in kinds):
            return False
        mixing = [kind.size for kind in kinds if kind.counts is None]
        return bool(mixing) and math.prod(mixing) > _GONE_THROUGH

    @property
    def _profiles_are_few(self) -> bool:
        """Whether the profiles of several types that mix can be gone through all the same."""
        mixing = [kind.size + 1 for kind in self.kinds if kind.counts is None]
        return len(self.kinds) > 1 and math.prod(mixing) <= _MOST_GONE_THROUGH

    def _over_one_count(
        self, formula: sp.Expr, action: int | None, known: tuple[int, int] | None
    ) -> Enclosure | None:
        """Expect a formula that depends on how many take one of several choices only.

        None if the profiles can be gone through one by one.
        """
        kind = self.kinds[0]
        used = [a for a, share in enumerate(kind.shares) if share.upper > 0]
        profiles = math.comb(kind.size + len(used) - 2, len(used) - 1)
        if kind.size <= _GONE_THROUGH and profiles <= _MOST_GONE_THROUGH:
            return None
        labels = [self._labels(kind, a) for a in used]
        own = {} if action is None else self._labels(kind, action)
        place = the_one_count(formula, own, labels)
        if place is None and profiles <= _MOST_LISTED:
            return None
        if place is None:
            raise StructureError(
                f"'{formula}' depends on several counts of {kind.size:,} members, and is not the "
                "same polynomial throughout: its expectation is not checked"
            )
        extra = [a for a in (action, known and known[1]) if a is not None]
        for a in extra:
            formula = with_one_more(formula, self._labels(kind, a))
        pair = (used[place - 1], used[place])
        total = ZERO
        try:
            for weight, crowd in self._crowds_of_pair(action, pair):
                rest = kind.size - len(extra)
                parts = segments(formula, crowd._replace(size=rest, others=rest, taking=0))
                total += weight * expected_over_counts(parts, kind.shares[pair[1]])
        except StructureError:
            if profiles > _MOST_LISTED:
                raise
            return None
        return total

    def _crowds_of_pair(
        self, action: int | None, pair: tuple[int, int]
    ) -> Iterator[tuple[Enclosure, Crowd]]:
        """Yield what a member of one kind sees who looks at two of its choices only."""
        kind = self.kinds[0]
        exact = {name: value.lower for name, value in kind.attributes.items() if value.is_exact}
        first, second = (
            {name: value.lower for name, value in self._labels(kind, a).items()} | exact
            for a in pair
        )
        own = {} if action is None else {k: v.lower for k, v in self._labels(kind, action).items()}
        others = kind.size - (action is not None)
        for weight, draw in self._draws():
            values = {**self.at, **{name: v.lower for name, v in draw.items()}, **own, **exact}
            counts = (kind.size, others, int(action == pair[1]))
            yield weight, Crowd(kind.player, *counts, values, (first, second))

    def _crowds(
        self,
        index: int | None,
        own: int | None,
        action: int | None,
        known: tuple[int, int] | None = None,
    ) -> Iterator[tuple[Enclosure, Crowd]]:
        """Yield what a member of a kind (or nobody) sees, for each draw of chance."""
        values = [[self._exact_values(kind, a) for a in (0, 1)] for kind in self.kinds]
        mixing = [i for i, kind in enumerate(self.kinds) if kind.counts is None]
        first, drawn = mixing[0], index if index in mixing else None
        rest = []
        for i, kind in enumerate(self.kinds):
            for a, number in enumerate(kind.counts or ()):
                moved = (a == action) - (a == own) if i == index else 0
                rest.append((number + moved, values[i][a]))
        alike = tuple((self.kinds[i].size, values[i][0], values[i][1]) for i in mixing[1:])
        told = [] if drawn is None or action is None else [action]
        told += [] if known is None else [known[1]]
        others = sum(self.kinds[i].size for i in mixing) - len(told)
        counts = (self.kinds[first].size, others, sum(told))
        mine = {} if index is None or action is None else values[index][action]
        for weight, draw in self._draws():
            here = {**self.at, **{name: v.lower for name, v in draw.items()}, **mine}
            choices = (values[first][0], values[first][1])
            player = self.kinds[first].player
            yield weight, Crowd(player, *counts, here, choices, tuple(rest), alike)

    def _exact_values(self, kind: _Kind, action: int) -> dict[str, Fraction]:
        """Return what an action stands for, and the attributes of a kind."""
        known = self._labels(kind, action) | dict(kind.attributes)
        return {name: value.lower for name, value in known.items() if value.is_exact}

    def _gains(self, index: int, pair: tuple[int, int]) -> list[list[tuple[Segment, ...]]]:
        """Return payoffs by two choices over counts, for each draw of chance; none if untold."""
        formula = self.game.payoff(self.kinds[index].player)
        seen = (
            [self._crowds_of_pair(a, pair) for a in pair]
            if self.is_large_with_several
            else [self._crowds(index, a, a) for a in pair]
        )
        try:
            rows = [[segments(formula, crowd) for _, crowd in crowds] for crowds in seen]
        except StructureError:
            return []
        return [list(both) for both in zip(*rows, strict=True)]

    def sign_of_gain(self, index: int, pair: tuple[int, int]) -> int:
        """Return the sign of what the second choice of a large population gains, 0 if untold."""
        if not (self.is_large or self.is_large_with_several) or self.game.chance:
            return 0
        for first, second in self._gains(index, pair):
            return sign_of_gain(first, second, self.kinds[index].shares[pair[1]].lower)
        return 0

    def mix_as_one(self, together: Sequence[int]) -> bool:
        """Whether kinds have one probability, and gain the same by it beside any number of others.

        If one of them is indifferent where all have the same probability, so are the others.
        """
        if not self.is_large or len({self.kinds[i].shares for i in together}) > 1:
            return False
        rows = [self._gains(i, (0, 1)) for i in together]
        return all(rows) and all(
            same_functions(one, other)
            for row in rows[1:]
            for one, other in zip(row, rows[0], strict=True)
        )

    def after(
        self, index: int, own: int, action: int, known: tuple[int, int] | None = None
    ) -> Enclosure:
        """Return the payoff, after transfers, of a member of a kind who takes `action`."""
        kind = self.kinds[index]
        total = self.mean(self.game.primitive(kind.player), index, own, action, known)
        for transfer in self.game.transfers:
            if kind.player in (transfer.payer, transfer.payee):
                seen = self._as_seen(transfer, kind.player)
                amount = self.mean(seen, index, own, action, known)
                total = total + amount if transfer.payee == kind.player else total - amount
        return total

    def _as_seen(self, transfer: Transfer, party: str) -> sp.Expr:
        return self.game.amount(transfer, party)

    def rivals(self, index: int, action: int) -> list[int]:
        """Return the other actions."""
        return [b for b in range(len(self.kinds[index].actions)) if b != action]

    def earned(self, index: int) -> dict[int, Enclosure]:
        """Return the payoff of each action that is taken."""
        kind = self.kinds[index]
        return {
            a: self.after(index, a, a) for a in range(len(kind.actions)) if kind.shares[a].upper > 0
        }

    @cached_property
    def members(self) -> Record[tuple[tuple[Enclosure, int], ...]]:
        """What single members have, kind by kind."""
        result: dict[str, tuple[tuple[Enclosure, int], ...]] = {}
        for index, kind in enumerate(self.kinds):
            earned = self.earned(index)
            name = f"{kind.player}[{kind.type}]" if kind.type else kind.player
            if kind.counts is None:
                mean = sum((kind.shares[a] * payoff for a, payoff in earned.items()), ZERO)
                result[name] = ((mean, kind.size),)
            else:
                result[name] = tuple((earned[a], n) for a, n in enumerate(kind.counts) if n)
        return Record(result)

    def _member_mean(self, player: str, formula: sp.Expr) -> Enclosure:
        """Average a member's formula over all members and what they do."""
        total, members = ZERO, Fraction(0)
        for index, kind in enumerate(self.kinds):
            if kind.player != player:
                continue
            members += kind.size * kind.mass
            for action, share in enumerate(kind.shares):
                if share.upper > 0:
                    size = Enclosure.point(kind.size * kind.mass)
                    total += size * share * self.mean(formula, index, action, action)
        return total / Enclosure.point(members) if members else ZERO

    def _overall(self, formula: sp.Expr) -> Enclosure:
        """Expect a formula that belongs to nobody who moves, and to no group that all have left."""
        exits = [k.shares[k.exit] for k in self.kinds if k.exit is not None]
        total = self._anyway(formula)
        return total * (ONE - exits[0]) if exits else total

    def _anyway(self, formula: sp.Expr) -> Enclosure:
        """Expect a formula over all profiles: what is due even where members exit."""
        found = self._over_counts(formula)
        if found is not None:
            return found
        total = ZERO
        for weight, profile in self._profiles(None, None):
            total += weight * self.value(formula, profile, None, None)
        return total

    @cached_property
    def primitive(self) -> Record[Enclosure]:
        """Payoffs before transfers."""
        result = {}
        for party in self.game.parties:
            formula = self.game.primitive(party)
            if party in self.game.payoffs:
                result[party] = self._member_mean(party, formula)
            else:
                public = party == GOVERNMENT
                result[party] = self._anyway(formula) if public else self._overall(formula)
        return Record(result)

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """The total amount of each transfer."""
        flows = []
        for transfer in self.game.transfers:
            movers = [p for p in (transfer.payer, transfer.payee) if p in self.game.payoffs]
            crowd = [p for p in movers if self.game.player(p).is_population]
            if crowd:
                amount = self._member_mean(crowd[0], transfer.amount)
                amount = amount * Enclosure.point(self.sizes[crowd[0]])
            else:
                amount = self._overall(transfer.amount)
            flows.append(Flow(transfer, amount))
        return tuple(flows)

    @cached_property
    def payoffs(self) -> Record[Enclosure]:
        """Payoffs after transfers."""
        result = dict(self.primitive)
        for transfer, amount in self.flows:
            for party, sign in ((transfer.payee, ONE), (transfer.payer, -ONE)):
                share = Enclosure.point(Fraction(1, max(self.sizes[party], 1)))
                result[party] = result[party] + sign * amount * share
        return Record(result)


def _check_belief(
    name: str,
    belief: tuple[int, ...] | None,
    size: int,
    exit_: int | None,
    shares: tuple[Enclosure, ...],
) -> None:
    """Refuse a belief where there are others to meet, and none where everybody exits."""
    leaving = ZERO if exit_ is None else shares[exit_]
    if belief is None:
        if leaving.upper >= 1:
            raise DeclarationError(
                f"'{name}' lets everybody exit: say what a member who stayed would believe"
            )
        return
    if exit_ is None or leaving.lower < 1:
        raise DeclarationError(f"'{name}' has a belief, and that is for where everybody exits")
    if min(belief) < 0 or belief[exit_] or sum(belief) != size - 1:
        raise DeclarationError(
            f"the belief of '{name}' is not about {size - 1} fellow members who stay"
        )


def payoffs_by_action(
    game: Game,
    at: Mapping[str, Fraction],
    strategies: Iterable[Strategy],
    player: str,
    type: str = "",
) -> Record[Enclosure]:
    """Return what each action pays a player (a member of a type) against the others' strategies.

    The strategies need not be an equilibrium: stated beliefs or observed shares will do.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> payoffs_by_action(game, game.values(), solve(game)["E3"].strategies, "firm")
    {'wait': Enclosure(0), 'upgrade': Enclosure(0)}
    """
    table = _Table(game, at, tuple(strategies))
    for index, kind in enumerate(table.kinds):
        if (kind.player, kind.type) == (player, type):
            own = next((a for a, s in enumerate(kind.shares) if s.upper > 0), 0)
            return Record(
                {
                    ", ".join(labels): table.after(index, own, a)
                    for a, labels in enumerate(kind.actions)
                }
            )
    raise DeclarationError(
        unknown("player", player, (k.player for k in table.kinds), f"game '{game.name}'")
    )


def expectation_of_simultaneous(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy], formula: sp.Expr
) -> Enclosure:
    """Expect a formula over totals, single players' moves and parameters under a profile.

    Examples
    --------
    >>> from pigou import solve, symbol
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> number = game.total("firm", symbol("upgrade"))
    >>> expectation_of_simultaneous(game, game.values(), solve(game)["E2"].strategies, number)
    Enclosure(10)
    """
    return _Table(game, at, tuple(strategies))._overall(formula)


@lru_cache(maxsize=256)
def _multinomial(
    shares: tuple[Enclosure, ...], members: int
) -> tuple[tuple[Enclosure, tuple[int, ...]], ...]:
    """Return the distribution of counts when members choose independently."""
    used = [a for a, share in enumerate(shares) if share.upper > 0]
    powers = {a: [ONE] for a in used}
    for action, row in powers.items():
        for _ in range(members):
            row.append(row[-1] * shares[action])
    result = []
    for numbers in _compositions(members, len(used)):
        weight = Enclosure.point(_ways(numbers))
        counts = [0] * len(shares)
        for action, number in zip(used, numbers, strict=True):
            weight *= powers[action][number]
            counts[action] = number
        result.append((weight, tuple(counts)))
    return tuple(result)


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


@lru_cache(maxsize=4096)
def _ways(row: tuple[int, ...]) -> int:
    total, ways = 0, 1
    for number in row:
        total += number
        ways *= math.comb(total, number)
    return ways
