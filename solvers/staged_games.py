r"""All subgame-perfect equilibria in pure strategies of a game in stages with continuous moves.

Steps
-----
1. Stages with choices only that come before any continuous move are gone through label by label:
   the game after each combination of labels is solved on its own (steps 2 and 3), and the stage is
   then a finite game with those payoffs, one for every way to follow the equilibria of the later
   games. Payoffs are compared as enclosures; what they leave open is unresolved. Of a continuum
   that follows, only the ends are: that is noted.
2. The first continuous moves are solved with all that follows put in as formulas
   (`pigou.solvers.first_stage`, `pigou.solvers.backward_induction`).
3. Where several equilibria of a later stage of choices follow the same histories, every ranking of
   them is followed (`pigou.solvers.backward_induction`, step 5).
4. Where the players of a first stage of choices are alike (exchanging two of them, with all
   their moves, leaves the game as it is: checked in formulas), one combination of labels stands
   for all that differ from it by names only. That needs one equilibrium after each combination;
   otherwise all are gone through.

5. Two stages of continuous moves, where the second has no closed form, are solved with the second
   implicit (`pigou.solvers.implicit_games`).

Sources: those of the modules named.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.deadline import time_is_up
from pigou.equilibrium import Strategy
from pigou.errors import StructureError
from pigou.exact import Enclosure, Record
from pigou.expression import If
from pigou.game import Choice, Game, Move
from pigou.solvers.alike import alike
from pigou.solvers.backward_induction import (
    Decision,
    Induction,
    Labels,
    OutOfTime,
    Ranking,
)
from pigou.solvers.first_stage import Point, first_moves, pays_less, value_at
from pigou.solvers.implicit_games import implicit_equilibria
from pigou.solvers.last_stage import NoClosedForm
from pigou.solvers.staged_outcomes import Outcome, Staged

__all__ = ["staged_equilibria"]

ONE, ZERO = Enclosure.point(1), Enclosure.point(0)
_MOST_PROFILES = 4_096
_MOST_SELECTIONS = 10_000
_MOST_RANKINGS = 120


def staged_equilibria(game: Game, at: Mapping[str, Fraction]) -> Staged:
    """Find all subgame-perfect equilibria in pure strategies of a game in stages.

    Raises
    ------
    StructureError
        If the game has a structure that is not solved.

    Examples
    --------
    >>> from pigou import Player
    >>> game = Game(
    ...     "leader and follower",
    ...     [Player("one"), Player("two")],
    ...     [Move("q1", "one", (0, 9)), Move("q2", "two", (0, 9), 2)],
    ...     {"one": "q1*(9 - q1 - q2)", "two": "q2*(9 - q1 - q2)"},
    ... )
    >>> staged_equilibria(game, {}).outcomes[0].played
    {'q1': Enclosure(9/2), 'q2': Enclosure(9/4)}
    """
    first, conflicts = _ranked(game, at, {})
    if not conflicts:
        return first
    rankings = [itertools.permutations(profiles) for profiles in conflicts.values()]
    every = list(itertools.islice(itertools.product(*rankings), _MOST_RANKINGS + 1))
    notes = list(first.unresolved)
    if len(every) > _MOST_RANKINGS:
        notes.append(f"more than {_MOST_RANKINGS} rankings of later equilibria: not all followed")
    outcomes: dict[Any, Outcome] = {}
    refuted: list[Any] = []
    for number, orders in enumerate(every[:_MOST_RANKINGS]):
        if time_is_up():
            notes.append(f"{len(every) - number} rankings of later equilibria were not followed")
            break
        found, _ = _ranked(game, at, dict(zip(conflicts, orders, strict=True)))
        for o in found.outcomes:  # those of another ranking are not ends of the same continuum
            family = o.family * _MOST_RANKINGS + number if o.family else 0
            outcomes.setdefault(o.strategies, o._replace(family=family))
        notes += found.unresolved
        refuted += found.refuted
    return first._replace(
        outcomes=tuple(outcomes.values()),
        unresolved=tuple(dict.fromkeys(notes)),
        refuted=tuple(refuted),
        ranked=True,
    )


def _ranked(game: Game, at: Mapping[str, Fraction], ranking: Ranking) -> tuple[Staged, Any]:
    """Solve a game with one ranking of later equilibria; say between which there is a choice."""
    induction = Induction(game, at, ranking)
    found = _from(induction, 0, Record())
    notes = (*found.unresolved, *dict.fromkeys(induction.notes))
    return found._replace(unresolved=notes), induction.conflicts


def _from(induction: Induction, place: int, labels: Labels) -> Staged:
    """Solve the game that is left after choices only."""
    if time_is_up():
        return Staged((), (), ("not solved before the time limit",), ())
    if place == len(induction.stages):
        payoffs = {p: value_at(u, {}) for p, u in induction.final(labels).items()}
        return Staged((Outcome({}, (), Record(payoffs)),), (), (), ())
    moves = induction.made(place, labels)
    if not moves:
        return _from(induction, place + 1, labels)
    finite = [m for m in moves if isinstance(m.domain, Choice)]
    if finite and len(finite) < len(moves):
        raise StructureError(
            f"game '{induction.game.name}': stage {induction.stages[place]} has choices next to "
            "continuous moves; in games in stages, a stage has moves of one kind"
        )
    if finite:
        return _Choices(induction, place, labels, finite).solved()
    try:
        follows = induction.after(place + 1, labels)
    except OutOfTime as why:
        return Staged((), (), (str(why),), ())
    except NoClosedForm as why:
        return implicit_equilibria(induction, moves, why)
    found = first_moves(induction, moves, follows)
    outcomes = tuple(_outcome(induction, place, labels, moves, point) for point in found.points)
    notes = [*found.unresolved, *_isolated(induction, place, labels, moves, found.points)]
    return Staged(outcomes, found.refuted, tuple(dict.fromkeys(notes)), (found.how,))


# -- continuous moves -----------------------------------------------------------------------------


def _outcome(
    induction: Induction, place: int, labels: Labels, moves: Sequence[Move], point: Point
) -> Outcome:
    """Work out what follows the first continuous moves, on the path and off it."""
    values = dict(point.values)
    played: dict[str, Any] = dict(point.values)
    for name, formula in point.follows.plan.items():
        played[name] = formula
        if not isinstance(formula, str):
            played[name] = values[name] = value_at(formula, values)
    strategies = [
        Strategy(m.name, m.player, "", Record(), when=labels, value=point.values[m.name])
        for m in moves
    ]
    reached = sorted(
        (
            (key, listed)
            for key, listed in induction.decisions.items()
            if _within(key, place, labels)
        ),
        key=lambda item: item[0][0],
    )
    for (later, history), listed in reached:
        on_path = all(
            played.get(name) == label for name, label in history.items() if name not in labels
        )
        strategies += _decided(
            induction, later, history, listed, point if on_path else None, values
        )
    payoffs = Record({p: value_at(u, values) for p, u in point.follows.payoffs.items()})
    return Outcome(Record(played), tuple(strategies), payoffs, point.proved, point.family)


def _isolated(
    induction: Induction,
    place: int,
    labels: Labels,
    moves: Sequence[Move],
    points: Sequence[Point],
) -> Iterator[str]:
    """Yield what may be played at isolated histories, unless the first mover does not go there.

    If it is the next stage that acts so at a history, and the first mover then gets less than in
    equilibrium, it does not go there; at other histories nothing changes.
    """
    listed = {k: v for k, v in induction.isolated.items() if _within(k, place, labels) and v}
    only_next = set(listed) <= {(place + 1, labels)} and len(moves) == 1
    for note, one in itertools.chain(*listed.values()):
        if not (only_next and points and pays_less(induction, moves[0], one, points)):
            yield note


def _within(key: tuple[int, Labels], place: int, labels: Labels) -> bool:
    return key[0] > place and all(key[1].get(name) == label for name, label in labels.items())


def _decided(
    induction: Induction,
    place: int,
    history: Labels,
    decisions: Sequence[Decision],
    point: Point | None,
    values: Mapping[str, Enclosure],
) -> Iterator[Strategy]:
    """Return the strategies of one stage after one finite history, and what they say on the path.

    The continuation that is followed comes first: at borders of regions it is the one that counts.
    """
    ordered = sorted(decisions, key=lambda d: not _is_followed(d, point))
    ordered = _distinct(ordered)
    before = {s.name for s in induction.history(place, history)}
    here = {n: v for n, v in values.items() if n in before}
    current = next(
        (d for d in ordered if all(value_at(c, here).upper >= 0 for c in d.region)), ordered[0]
    )
    state = dict(here)
    for move in induction.made(place, history):
        taken = current.moves[move.name]
        rule = _rule(move, ordered) if before else None
        if isinstance(taken, str):
            shares = {label: ONE if label == taken else ZERO for label in move.choice.labels}
            counts = {label: int(label == taken) for label in shares}
            yield Strategy(
                move.name, move.player, "", Record(shares), counts, when=history, expression=rule
            )
        else:
            yield Strategy(
                move.name, move.player, "", Record(), when=history,
                value=value_at(taken, state), expression=rule,
            )  # fmt: skip


def _is_followed(decision: Decision, point: Point | None) -> bool:
    return point is not None and all(
        point.follows.plan.get(name) == formula for name, formula in decision.moves.items()
    )


def _distinct(decisions: Sequence[Decision]) -> list[Decision]:
    kept: list[Decision] = []
    for one in decisions:
        if one not in kept:
            kept.append(one)
    return kept


def _rule(move: Move, decisions: Sequence[Decision]) -> sp.Expr:
    """Write what a player does as one formula, with case distinctions between regions."""

    def number(decision: Decision) -> sp.Expr:
        taken = decision.moves[move.name]
        if isinstance(taken, str):
            value = move.choice.options[taken]
            return sp.Rational(value.numerator, value.denominator)
        return taken

    cases: dict[sp.Expr, list[sp.Basic]] = {}
    for decision in decisions:
        holds = sp.And(*(c >= 0 for c in decision.region))
        cases.setdefault(number(decision), []).append(holds)
    *firsts, last = cases
    rule = last
    for taken in reversed(firsts):
        rule = If(sp.Or(*cases[taken]), taken, rule)
    return rule


# -- choices before any continuous move -----------------------------------------------------------


class _Choices:
    """A stage of choices that is reached by choices only."""

    def __init__(self, induction: Induction, place: int, labels: Labels, moves: Sequence[Move]):
        self.induction, self.place, self.labels, self.moves = induction, place, labels, moves
        self.players = tuple(dict.fromkeys(m.player for m in moves))
        self.alike = alike(induction, place, self.players) if not labels else ()
        self.profiles = list(induction.profiles(moves))
        self.later: dict[Labels, Staged] = {}

    def solved(self) -> Staged:
        """Solve the games that follow, then the stage."""
        try:
            self._solve_later()
        except _SeveralFollow:
            self.alike = ()
            self._solve_later()
        selections = [self.later[p].outcomes for p in self.later]
        number = 1
        for listed in selections:
            number *= len(listed)
        if number > _MOST_SELECTIONS:
            raise StructureError(
                f"game '{self.induction.game.name}': {number:,} ways to follow the equilibria of "
                f"later games; at most {_MOST_SELECTIONS:,} are followed"
            )
        notes = [
            f"after {_words(p)}: {note}" for p, one in self.later.items() for note in one.unresolved
        ]
        notes += [
            f"after {_words(p)} there is a continuum of equilibria: only its ends are followed"
            for p, one in self.later.items()
            if any(o.family for o in one.outcomes)
        ]
        notes += [
            f"after {_words(p)} no equilibrium is known"
            for p, one in self.later.items()
            if not one.outcomes
        ]
        outcomes: list[Outcome] = []
        for selection in itertools.product(*selections):
            chosen = dict(zip(self.later, selection, strict=True))
            for profile in self.later:
                outcomes += self._equilibrium(profile, chosen, notes)
        how = tuple(dict.fromkeys(h for one in self.later.values() for h in one.how))
        alike_ = self.alike or next((s.alike for s in self.later.values() if s.alike), ())
        return Staged(tuple(outcomes), (), tuple(dict.fromkeys(notes)), how, alike_)

    def _solve_later(self) -> None:
        shown = {self._standing(p): None for p in self.profiles}
        if len(shown) > _MOST_PROFILES:
            raise StructureError(
                f"game '{self.induction.game.name}': {len(shown):,} combinations of choices "
                f"before continuous moves; at most {_MOST_PROFILES:,} are gone through"
            )
        self.later = {
            p: _from(self.induction, self.place + 1, Record({**self.labels, **p})) for p in shown
        }
        if self.alike and any(len(s.outcomes) != 1 for s in self.later.values()):
            raise _SeveralFollow

    def _standing(self, profile: Labels) -> Labels:
        """Return the profile that stands for one: the labels of players alike in a fixed order."""
        return self._with_names(profile)[0]

    def _with_names(self, profile: Labels) -> tuple[Labels, dict[str, str]]:
        """Return the profile that stands for one, and who in it stands for whom."""
        if not self.alike:
            return profile, {p: p for p in self.players}
        mine = {p: [m for m in self.moves if m.player == p] for p in self.alike}
        keys = {
            p: tuple(m.choice.labels.index(profile[m.name]) for m in mine[p]) for p in self.alike
        }
        order = sorted(self.alike, key=lambda p: ([-k for k in keys[p]], self.alike.index(p)))
        names = dict(zip(order, self.alike, strict=True))
        labels = dict(profile)
        for who, seat in names.items():
            for own, other in zip(mine[who], mine[seat], strict=True):
                labels[other.name] = profile[own.name]
        return Record(labels), {p: names.get(p, p) for p in self.players}

    def _payoff(self, player: str, profile: Labels, chosen: Mapping[Labels, Outcome]) -> Enclosure:
        standing, names = self._with_names(profile)
        return chosen[standing].payoffs[names[player]]

    def _equilibrium(
        self, profile: Labels, chosen: Mapping[Labels, Outcome], notes: list[str]
    ) -> Iterator[Outcome]:
        """Return the profile with what follows, if nobody gains by other labels."""
        open_ = False
        for player in self.players:
            own = chosen[profile].payoffs[player]
            for other in self._deviations(player, profile):
                gain = self._payoff(player, other, chosen) - own
                if gain.lower > 0:
                    return
                open_ = open_ or gain.upper > 0
        if open_:
            notes.append(f"whether {_words(profile)} is an equilibrium could not be told")
            return
        shown = chosen[profile]
        strategies = [self._strategy(m, profile) for m in self.moves]
        for later in chosen.values():
            strategies += later.strategies
        played = Record({**profile, **shown.played})
        proved = all(o.proved for o in chosen.values())
        yield Outcome(played, tuple(strategies), shown.payoffs, proved)

    def _deviations(self, player: str, profile: Labels) -> Iterator[Labels]:
        own = [m for m in self.moves if m.player == player]
        for row in itertools.product(*(m.choice.labels for m in own)):
            other = Record({**profile, **dict(zip([m.name for m in own], row, strict=True))})
            if other != profile:
                yield other

    def _strategy(self, move: Move, profile: Labels) -> Strategy:
        labels = move.choice.labels
        taken = profile[move.name]
        shares = Record({label: ONE if label == taken else ZERO for label in labels})
        counts = {label: int(label == taken) for label in labels}
        return Strategy(move.name, move.player, "", shares, counts, when=self.labels)


class _SeveralFollow(Exception):
    """Several equilibria follow, so that players alike may be treated differently later."""


def _words(profile: Labels) -> str:
    return ", ".join(f"{name} {label}" for name, label in profile.items())
