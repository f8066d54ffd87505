r"""The independent checker of beliefs: Bayes' rule, the sets off the path, and limits of mistakes.

It walks the histories that the game's definition allows (`pigou.stages`), evaluates formulas in
rational enclosures (`pigou.enclosing`), and shares nothing with the solvers. Of an equilibrium with
its beliefs it checks anew, at every information set for which beliefs are stated,

1. *on the path*: that the belief is the one of Bayes' rule, and that each action in use is best,
   given what everybody does later, the player of the information set included;
2. *off the path*: that the stated extreme points are exactly those of
   :math:`\{\mu \in \Delta : \sum_x \mu(x) (V(x, a) - V(x, b)) \ge 0\}` over actions a in use
   and all b. They are found by another route than the solver's: every choice of inequalities that
   may be tight is solved by elimination;
3. *consistency* (Kreps and Wilson 1982): each extreme point is the limit of the beliefs along a
   sequence of strategies without zeros. The sequence is constructed, as a probability
   :math:`c\,\varepsilon^k` of every unused action, and the limits at all information sets are taken
   exactly, from the leading powers. Where mistakes at one information set decide what is believed
   at another one, not all extreme points are limits. Then one sequence is searched for whose limits
   lie in all sets: it shows that the strategies are sequential;

and that beliefs are stated wherever what happened is left open.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from pigou.enclosing import enclosed
from pigou.equilibrium import Belief, Equilibrium, Strategy
from pigou.exact import Enclosure
from pigou.game import Game
from pigou.stages import Draw, Node, Stages, Turn

__all__ = ["doubt_of_beliefs"]

ZERO = Enclosure.point(0)
MOST_TRIED = 400
Point = tuple[Fraction, ...]
Leading = tuple[int, Fraction]


class _Place(NamedTuple):
    """A node that was reached, by which actions and draws, and what happens there."""

    node: Node
    event: Draw | Turn | None
    path: tuple[tuple[Any, int], ...]
    chance: Fraction


class _Doubt(Exception):
    """What could not be confirmed, in words."""


def doubt_of_beliefs(
    game: Game, at: Mapping[str, Fraction], equilibrium: Equilibrium, limits: bool = True
) -> str:
    """Return what could not be confirmed of the beliefs of an equilibrium; empty if all was.

    Parameters
    ----------
    game : Game
        With finite choices of single players.
    at : mapping of str to Fraction
        A value for every parameter.
    equilibrium : Equilibrium
        With its beliefs; at an information set off the path its player moves for the last time.
    limits : bool, optional
        Whether beliefs off the path have to be limits of mistakes, as in a sequential equilibrium;
        otherwise it is a weak perfect Bayesian one that is checked.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from pigou import Chance, Move, Player, solve
    >>> game = Game(
    ...     "audit",
    ...     [Player("firm"), Player("buyer")],
    ...     [
    ...         Move("certify", "firm", {"no": 0, "yes": 1}),
    ...         Move("buy", "buyer", {"no": 0, "yes": 1}, 2, observes=["certify"]),
    ...     ],
    ...     {"firm": "buy - certify*(3/2 - quality)", "buyer": "buy*(quality - 3/4)"},
    ...     chance=[Chance("quality", {"low": (0, "1/2"), "high": (1, "1/2")}, ["firm"])],
    ... )
    >>> one = next(e for e in solve(game) if e.objections)  # nobody certifies
    >>> doubt_of_beliefs(game, {}, one)
    ''
    >>> known, open_ = one.beliefs
    >>> print(open_)
    buy after certify yes: quality high at most 3/4
    >>> narrow = replace(open_, points=open_.points[:1])
    >>> doubt_of_beliefs(game, {}, replace(one, beliefs=(known, narrow)))
    "at 'buy after certify yes' the set of beliefs is stated with 1 extreme point, but has 2"
    """
    try:
        _Check(game, at, equilibrium).run(limits)
    except _Doubt as doubt:
        return str(doubt)
    return ""


class _Check:
    def __init__(self, game: Game, at: Mapping[str, Fraction], equilibrium: Equilibrium):
        self.game, self.at, self.stages = game, at, Stages(game, at)
        self.strategies, self.beliefs = equilibrium.strategies, equilibrium.beliefs
        self.sets: dict[Any, list[_Place]] = {}
        for place in self._walk(_Place(self.stages.root, None, (), Fraction(1))):
            if isinstance(place.event, Turn):
                self.sets.setdefault(place.event.information, []).append(place)
        self.of_belief = {n: self._places(b) for n, b in enumerate(self.beliefs)}

    def run(self, limits: bool) -> None:
        stated = list(self.of_belief.values())
        for (_, moves, seen), places in self.sets.items():
            if len({place.path for place in places}) > 1 and places not in stated:
                raise _Doubt(f"no belief is stated at '{', '.join(moves)}' after {dict(seen)}")
            if places not in stated:
                self._check_alone(places)
        for number, belief in enumerate(self.beliefs):
            if stated.index(stated[number]) < number:
                raise _Doubt(f"the belief at '{belief.name}' is stated twice")
            groups = self._groups(belief, self.of_belief[number])
            if belief.reached:
                self._check_bayes(belief, groups)
            else:
                self._check_set(belief, groups)
        if limits:
            self._check_limits()

    # -- the tree -----------------------------------------------------------------------------

    def _walk(self, place: _Place) -> Iterator[_Place]:
        node, event = self.stages.at_node(place.node)
        yield place._replace(node=node, event=event)
        if event is None:
            return
        for k, (_, child) in enumerate(self.stages.children(node, event)):
            if isinstance(event, Draw):
                chance = place.chance * event.branches[k][1]
                yield from self._walk(_Place(child, None, place.path, chance))
            else:
                path = (*place.path, (event.information, k))
                yield from self._walk(_Place(child, None, path, place.chance))

    def _share(self, information: Any, action: int) -> Fraction:
        """Return how likely an action is, by the strategies."""
        turn = self.sets[information][0].event
        assert isinstance(turn, Turn)
        joined = ", ".join(turn.moves)
        asked = [s for s in self.strategies if (s.player, s.move) == (turn.player, joined)]
        chosen = [s for s in asked if s.when == turn.seen] if _told_apart(asked) else asked
        if len(chosen) != 1:
            raise _Doubt(f"there are {len(chosen)} strategies for '{joined}', not one")
        share = chosen[0].probabilities.get(", ".join(turn.actions[action]), ZERO)
        if not share.is_exact:
            raise _Doubt(f"the probabilities of '{chosen[0].name}' are not exact")
        return share.lower

    def _reached(self, place: _Place) -> Fraction:
        weight = place.chance
        for information, action in place.path:
            weight *= self._share(information, action)
        return weight

    def _places(self, belief: Belief) -> list[_Place]:
        """Return the nodes of the information set of a belief."""
        found = []
        alike = [b for b in self.beliefs if (b.player, b.move) == (belief.player, belief.move)]
        for (player, moves, _), places in self.sets.items():
            turn = places[0].event
            assert isinstance(turn, Turn)
            if (player, ", ".join(moves)) != (belief.player, belief.move):
                continue
            if turn.seen == belief.when or not any(b.when for b in alike):
                found.append(places)
        if len(found) != 1:
            raise _Doubt(f"'{belief.name}' is {len(found)} information sets, not one")
        return found[0]

    def _groups(self, belief: Belief, places: list[_Place]) -> list[list[_Place]]:
        """Return the nodes that belong to each thing that may have happened."""
        groups: list[list[_Place]] = [[] for _ in belief.possible]
        for place in places:
            fits = [
                k
                for k, labels in enumerate(belief.possible)
                if all(place.node.history.get(n) == label for n, label in labels.items())
            ]
            if len(fits) != 1:
                raise _Doubt(f"at '{belief.name}' what may have happened is not told apart")
            groups[fits[0]].append(place)
        for group in groups:
            if len({place.path for place in group}) != 1:
                raise _Doubt(f"at '{belief.name}' a group of histories mixes actions")
        return groups

    def _check_alone(self, places: list[_Place]) -> None:
        """Check what is done off the path where only chance is left open."""
        if not any(self._reached(p) for p in places):
            for (advantage,) in self._advantages([places]):
                if advantage < 0:
                    raise _Doubt(f"another action is better at {places[0].event}")

    # -- on the path --------------------------------------------------------------------------

    def _check_bayes(self, belief: Belief, groups: list[list[_Place]]) -> None:
        weights = [sum((self._reached(p) for p in group), Fraction(0)) for group in groups]
        total = sum(weights)
        if not total:
            raise _Doubt(f"'{belief.name}' is stated to be on the path, and is not")
        rule = tuple(w / total for w in weights)
        if belief.points != (rule,):
            shown = ", ".join(map(str, rule))
            raise _Doubt(f"Bayes' rule gives the beliefs {shown} at '{belief.name}'")
        for row in self._advantages(groups):
            if sum(r * m for r, m in zip(row, rule, strict=True)) < 0:
                raise _Doubt(f"another action is better at '{belief.name}'")

    # -- off the path -------------------------------------------------------------------------

    def _advantages(self, groups: list[list[_Place]]) -> Iterator[Point]:
        """Yield by how much an action in use is better than another one, thing by thing."""
        turn = groups[0][0].event
        assert isinstance(turn, Turn)
        numbers = range(len(turn.actions))
        reached = any(self._reached(place) for group in groups for place in group)
        values = [[self._value(group, a, reached) for group in groups] for a in numbers]
        for used in numbers:
            if self._share(turn.information, used):
                for other in numbers:
                    if other != used:
                        pairs = zip(values[used], values[other], strict=True)
                        yield tuple(a - b for a, b in pairs)

    def _value(self, group: list[_Place], action: int, again: bool) -> Fraction:
        """Return what an action is worth if one of some histories, told apart by chance, is so."""
        total = sum(place.chance for place in group)
        worth = Fraction(0)
        for place in group:
            assert isinstance(place.event, Turn)
            children = list(self.stages.children(place.node, place.event))
            value = self._expected(children[action][1], place.event.player, again)
            worth += place.chance / total * value
        return worth

    def _expected(self, node: Node, player: str, again: bool) -> Fraction:
        """Return what a player gets; `again` says whether it may move, as its strategy says."""
        node, event = self.stages.at_node(node)
        if event is None:
            numbers = {**self.at, **self.stages.values(node.history)}
            state = {name: Enclosure.point(value) for name, value in numbers.items()}
            paid = enclosed(self.game.payoff(player), state)
            if not paid.is_exact:
                raise _Doubt("payoffs are irrational")
            return paid.lower
        if isinstance(event, Turn) and event.player == player and not again:
            raise _Doubt(f"'{player}' moves again later")
        children = [child for _, child in self.stages.children(node, event)]
        shares = (
            [share for _, share in event.branches]
            if isinstance(event, Draw)
            else [self._share(event.information, k) for k in range(len(children))]
        )
        pairs = zip(shares, children, strict=True)
        return sum((s * self._expected(c, player, again) for s, c in pairs if s), Fraction(0))

    def _check_set(self, belief: Belief, groups: list[list[_Place]]) -> None:
        if any(self._reached(p) for group in groups for p in group):
            raise _Doubt(f"'{belief.name}' is stated to be off the path, and is not")
        found = set(_extreme_points(list(self._advantages(groups)), len(groups)))
        if not found:
            raise _Doubt(f"no belief supports what is done at '{belief.name}'")
        if found != set(belief.points) or len(found) != len(belief.points):
            if len(found) != len(belief.points):
                points = f"{len(belief.points)} extreme point{'s' * (len(belief.points) != 1)}"
                stated = f"is stated with {points}, but has {len(found)}"
            else:
                stated = "has other extreme points than those stated"
            raise _Doubt(f"at '{belief.name}' the set of beliefs {stated}")

    # -- limits -------------------------------------------------------------------------------

    def _check_limits(self) -> None:
        try:
            for number, belief in enumerate(self.beliefs):
                if not belief.reached:
                    for point in belief.points:
                        self._check_limit(number, point)
        except _Doubt:
            if not self._is_sequential():
                raise

    def _is_sequential(self) -> bool:
        """Search for mistakes whose limits are beliefs in all sets at once.

        Tried are mistakes that lead to an extreme point, or to the middle, of one set after
        another, as far as those made before leave them free; then all orders of few mistakes.
        """
        off_path = [
            self._groups(belief, self.of_belief[k])
            for k, belief in enumerate(self.beliefs)
            if not belief.reached
        ]
        sets = [belief.points for belief in self.beliefs if not belief.reached]
        rows = [list(self._advantages(groups)) for groups in off_path]
        tried = itertools.chain(
            self._aimed(off_path, [(_middle(points), *points) for points in sets]),
            self._ordered(off_path),
        )
        return any(
            all(
                sum(a * m for a, m in zip(row, limit, strict=True)) >= 0
                for groups, wanted in zip(off_path, rows, strict=True)
                for limit in [self._limit(mistakes, groups)]
                for row in wanted
            )
            for mistakes in itertools.islice(tried, MOST_TRIED)
        )

    def _aimed(
        self, off_path: list[list[list[_Place]]], aims: Sequence[Sequence[Point]]
    ) -> Iterator[dict[Any, Leading]]:
        for wanted in itertools.islice(itertools.product(*aims), MOST_TRIED // 2):
            for order in (range(len(off_path)), reversed(range(len(off_path)))):
                mistakes: dict[Any, Leading] = {}
                for k in order:
                    self._add_mistakes(mistakes, off_path[k], wanted[k], all_free=False)
                yield mistakes

    def _ordered(self, off_path: list[list[list[_Place]]]) -> Iterator[dict[Any, Leading]]:
        steps = dict.fromkeys(
            step
            for groups in off_path
            for group in groups
            for step in group[0].path
            if not self._share(*step)
        )
        for powers in itertools.product((1, 2, 3), repeat=len(steps)):
            yield {step: (k, Fraction(1)) for step, k in zip(steps, powers, strict=True)}

    def _check_limit(self, number: int, point: Point) -> None:
        """Construct mistakes that lead to a belief, and take the limits at all information sets."""
        mistakes: dict[Any, Leading] = {}
        for k, belief in enumerate(self.beliefs):
            if not belief.reached:
                groups = self._groups(belief, self.of_belief[k])
                wanted = point if k == number else belief.points[0]
                self._add_mistakes(mistakes, groups, wanted)
        for k, belief in enumerate(self.beliefs):
            groups = self._groups(belief, self.of_belief[k])
            wanted = point if k == number else belief.points[0]
            if self._limit(mistakes, groups) != wanted:
                raise _Doubt(f"no mistakes were found that lead to a belief at '{belief.name}'")

    def _add_mistakes(
        self,
        mistakes: dict[Any, Leading],
        groups: list[list[_Place]],
        wanted: Point,
        all_free: bool = True,
    ) -> None:
        """Make the last unused action before each history likely in proportion to its belief.

        It is the less rare, the more other mistakes come before it.
        """
        missing = [[s for s in group[0].path if not self._share(*s)] for group in groups]
        most = max(map(len, missing))
        for group, unused, belief in zip(groups, missing, wanted, strict=True):
            if not unused or unused[-1] in mistakes:
                if not all_free:
                    continue
                raise _Doubt("the mistakes that lead off the path are not independent")
            power = most - len(unused) + 1
            before = sum((place.chance for place in group), Fraction(0))
            for step in group[0].path:
                before *= self._share(*step) if step not in unused else 1
            mistakes[unused[-1]] = (power, belief / before) if belief else (power + 1, Fraction(1))

    def _limit(self, mistakes: Mapping[Any, Leading], groups: list[list[_Place]]) -> Point:
        leading = []
        for group in groups:
            power, factor = 0, sum((place.chance for place in group), Fraction(0))
            for step in group[0].path:
                share = self._share(*step)
                more, times = (0, share) if share else mistakes.get(step, (1, Fraction(1)))
                power, factor = power + more, factor * times
            leading.append((power, factor))
        least = min(power for power, _ in leading)
        weights = [factor if power == least else Fraction(0) for power, factor in leading]
        return tuple(w / sum(weights) for w in weights)


def _middle(points: Sequence[Point]) -> Point:
    return tuple(sum(column) / Fraction(len(points)) for column in zip(*points, strict=True))


def _told_apart(strategies: Sequence[Strategy]) -> bool:
    return any(s.when for s in strategies)


def _extreme_points(rows: Sequence[Point], size: int) -> Iterator[Point]:
    r"""Yield the extreme points of the beliefs with ``row @ belief >= 0`` for all rows.

    Examples
    --------
    >>> list(_extreme_points([(Fraction(1), Fraction(-2))], 2))
    [(Fraction(2, 3), Fraction(1, 3)), (Fraction(1, 1), Fraction(0, 1))]
    """
    unit = [tuple(Fraction(int(k == n)) for k in range(size)) for n in range(size)]
    limits = [*dict.fromkeys(rows), *unit]
    found: dict[Point, None] = {}
    for tight in itertools.combinations(limits, size - 1):
        point = _solved([*tight, (Fraction(1),) * size], size)
        if point is not None and all(
            sum(a * x for a, x in zip(row, point, strict=True)) >= 0 for row in limits
        ):
            found[point] = None
    yield from found


def _solved(rows: Sequence[Point], size: int) -> Point | None:
    """Solve ``rows @ x = (0, ..., 0, 1)``; None unless there is one solution."""
    table = [[*row, Fraction(int(n == len(rows) - 1))] for n, row in enumerate(rows)]
    for column in range(size):
        pivot = next((n for n in range(column, size) if table[n][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        scale = table[column][column]
        table[column] = [entry / scale for entry in table[column]]
        for n in range(size):
            if n != column and table[n][column]:
                factor = table[n][column]
                pairs = zip(table[n], table[column], strict=True)
                table[n] = [a - factor * b for a, b in pairs]
    return tuple(row[-1] for row in table)
