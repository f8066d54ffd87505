r"""Backward induction with continuous moves: what follows each history, as formulas.

A game in stages: in each, some players choose numbers or labels at the same time, knowing all
earlier moves. Draws that nobody sees are averaged out.

Steps
-----
1. *Finite histories* (the labels chosen so far) are gone through one by one; continuous moves of
   earlier stages stay symbols, in the box of their intervals.
2. From the last stage backwards, what follows a history is a list of *continuations*: formulas for
   the later moves and for the payoffs, each in a closed region of the box.
3. A stage with continuous moves only is solved in closed form (`pigou.solvers.last_stage`) where
   what follows it is one continuation that holds everywhere. It has one equilibrium after each
   history, or all of its equilibria are found (`pigou.solvers.several_pieces`) and ranked as in
   step 5.
4. A stage with labels only: a profile of labels is an equilibrium where no player gains by another
   label. For every way to choose a continuation after the profile and after each deviation, these
   inequalities and the regions of the continuations form the region. Regions without interior are
   dropped, by proof; that they hold nothing that is not in the others is proved too, and otherwise
   kept in mind as isolated histories. Every history has to have an equilibrium, by proof.
5. Where several profiles of labels are equilibria after the same histories, they are ranked: the
   first in the ranking is taken wherever it is an equilibrium, then the second, and so on. Every
   ranking is followed on its own.

Source: R. Selten (1965), Spieltheoretische Behandlung eines Oligopolmodells mit
Nachfrageträgheit; for moves from continua, C. Harris (1985), Existence and characterization of
perfect equilibrium in games of perfect information, Econometrica 53.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.deadline import time_is_up
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Record
from pigou.expression import If, names_in, symbol
from pigou.game import Choice, Game, Move
from pigou.solvers.last_stage import Mover, NoClosedForm, StagePiece, stage_pieces
from pigou.solvers.over_box import covered, empty, holds
from pigou.solvers.several_pieces import several_pieces
from pigou.solvers.smooth_form import _draws, _interval

__all__ = ["Continuation", "Decision", "Induction", "Labels", "OutOfTime", "Ranking"]

_MOST_REGIONS = 2_000

Labels = Record[str]
Ranking = Mapping[tuple[int, Labels], Sequence[Labels]]


class OutOfTime(StructureError):
    """The time limit was reached before what follows all histories was known."""


class Continuation(NamedTuple):
    """What follows a history, in a region of histories.

    Attributes
    ----------
    region : tuple of expression
        It applies where all of these are at least 0.
    payoffs : mapping of str to expression
        Of every player, in the continuous moves of earlier stages.
    plan : mapping of str to expression or str
        The later moves, in their order: a formula in the continuous moves before it, or a label.
    """

    region: tuple[sp.Expr, ...]
    payoffs: Mapping[str, sp.Expr]
    plan: Mapping[str, Any]


class Decision(NamedTuple):
    """What the players of one stage do after one finite history, in a region of histories.

    Attributes
    ----------
    region : tuple of expression
    moves : mapping of str to expression or str
    """

    region: tuple[sp.Expr, ...]
    moves: Mapping[str, Any]


class Induction:
    """A game in stages, with the continuations after all of its histories.

    Parameters
    ----------
    game : Game
        Of single players; every move observes all earlier ones.
    at : mapping of str to Fraction
        A value for every parameter.
    ranking : mapping, optional
        For a stage of choices with several equilibria after the same histories (in `conflicts`
        after a first run), by its place and the labels before it: the profiles in the order in
        which they are taken where they are equilibria.

    Raises
    ------
    StructureError
        If players observe less than all earlier moves, see draws, or are populations.
    DeclarationError
        If an interval or a payoff makes no sense at the values.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> game = Game(
    ...     "leader and follower",
    ...     [Player("one"), Player("two")],
    ...     [Move("q1", "one", (0, 9)), Move("q2", "two", (0, 9), 2)],
    ...     {"one": "q1*(9 - q1 - q2)", "two": "q2*(9 - q1 - q2)"},
    ... )
    >>> Induction(game, {}).after(1, Record())[0].plan
    {'q2': 9/2 - q1/2}
    """

    def __init__(self, game: Game, at: Mapping[str, Fraction], ranking: Ranking | None = None):
        _check(game)
        self.game, self.at, self.ranking = game, at, ranking or {}
        self.conflicts: dict[tuple[int, Labels], tuple[Labels, ...]] = {}
        numbers = {symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in at.items()}
        self.numbers = numbers
        self.stages = tuple(sorted({m.stage for m in game.moves}))
        self.box = {
            symbol(m.name): _interval(game, m.name, numbers)
            for m in game.moves
            if not isinstance(m.domain, Choice)
        }
        draws = _draws(game, numbers)
        self.payoffs = {}
        for player in dict.fromkeys(m.player for m in game.moves):
            formula = game.payoff(player)
            expected = sum((w * formula.xreplace(numbers | d) for w, d in draws), sp.S.Zero)
            if expected.has(sp.I, sp.zoo, sp.nan, sp.oo):
                raise DeclarationError(
                    f"game '{game.name}': payoff of '{player}' is not a finite real number at "
                    "these values"
                )
            self.payoffs[player] = expected
        self.decisions: dict[tuple[int, Labels], list[Decision]] = {}
        self.notes: list[str] = []
        self.isolated: dict[tuple[int, Labels], list[tuple[str, Continuation]]] = {}
        self._after: dict[tuple[int, Labels], list[Continuation]] = {}

    # -- the game ---------------------------------------------------------------------------------

    def made(self, place: int, labels: Labels) -> tuple[Move, ...]:
        """Return the moves of a stage that are made after a finite history."""
        values = self.values(labels)
        return tuple(
            m
            for m in self.game.moves
            if m.stage == self.stages[place]
            and m.when.xreplace(self.numbers).xreplace(values) == sp.true
        )

    def values(self, labels: Labels) -> dict[sp.Symbol, sp.Rational]:
        """Return the values of finite moves after a history; 0 for those that are not made."""
        values = {}
        for m in self.game.moves:
            if isinstance(m.domain, Choice):
                v = m.domain.options[labels[m.name]] if m.name in labels else Fraction(0)
                values[m.symbol] = sp.Rational(v.numerator, v.denominator)
        return values

    def profiles(self, moves: Sequence[Move]) -> Iterator[Labels]:
        """Yield the combinations of labels of finite moves."""
        for row in itertools.product(*(m.choice.labels for m in moves)):
            yield Record(dict(zip([m.name for m in moves], row, strict=True)))

    def final(self, labels: Labels) -> dict[str, sp.Expr]:
        """Return the payoffs at the end of a finite history, in the continuous moves."""
        values: dict[Any, Any] = dict(self.values(labels))
        for place in range(len(self.stages)):
            made = self.made(place, labels)
            values |= {
                m.symbol: sp.S.Zero
                for m in self.game.moves
                if m.stage == self.stages[place] and m not in made and m.symbol in self.box
            }
        return {player: u.xreplace(values) for player, u in self.payoffs.items()}

    def history(self, place: int, labels: Labels) -> dict[sp.Symbol, tuple[Fraction, Fraction]]:
        """Return the box of the continuous moves made before a stage."""
        return {
            m.symbol: self.box[m.symbol]
            for before in range(place)
            for m in self.made(before, labels)
            if m.symbol in self.box
        }

    # -- backward induction -----------------------------------------------------------------------

    def after(self, place: int, labels: Labels) -> list[Continuation]:
        """Return what follows a finite history from a stage on."""
        key = (place, labels)
        if key not in self._after:
            self._after[key] = self._follow(place, labels)
        return self._after[key]

    def _follow(self, place: int, labels: Labels) -> list[Continuation]:
        if place == len(self.stages):
            return [Continuation((), self.final(labels), {})]
        self._go_on(place)
        moves = self.made(place, labels)
        if not moves:
            return self.after(place + 1, labels)
        finite = [m for m in moves if isinstance(m.domain, Choice)]
        if len(finite) not in (0, len(moves)):
            raise StructureError(
                f"game '{self.game.name}': stage {self.stages[place]} has choices next to "
                "continuous moves; in games in stages, a later stage has moves of one kind"
            )
        if finite:
            return self._labels(place, labels, finite)
        return self._numbers(place, labels, moves)

    def _go_on(self, place: int) -> None:
        if time_is_up():
            raise OutOfTime(f"stage {self.stages[place]} was not solved before the time limit")

    def _numbers(self, place: int, labels: Labels, moves: Sequence[Move]) -> list[Continuation]:
        """Solve a stage with continuous moves in closed form."""
        later = self.after(place + 1, labels)
        if len(later) != 1 or later[0].region:
            raise StructureError(
                f"game '{self.game.name}': what follows stage {self.stages[place]} differs in "
                f"form between regions of histories ({len(later)}); that is solved where the "
                "first continuous moves come just before"
            )
        history = self.history(place, labels)
        several = False
        try:
            pieces = stage_pieces(later[0].payoffs, self.movers(moves), history)
        except NoClosedForm as why:
            pieces, several = self._several(later[0].payoffs, moves, history, why), True
        found = []
        for piece in pieces:
            own = {s.name: formula for s, formula in piece.moves.items()}
            payoffs = {
                player: _short(u.xreplace(dict(piece.branches)).xreplace(dict(piece.moves)))
                for player, u in later[0].payoffs.items()
            }
            found.append(Continuation(piece.region, payoffs, {**own, **later[0].plan}))
        if several:
            found = self._selected((place, labels), moves, found, history)
        self.decisions[place, labels] = [
            Decision(c.region, {m.name: c.plan[m.name] for m in moves}) for c in found
        ]
        return found

    def _several(
        self,
        payoffs: Mapping[str, sp.Expr],
        moves: Sequence[Move],
        history: Mapping[sp.Symbol, tuple[Fraction, Fraction]],
        why: NoClosedForm,
    ) -> list[StagePiece]:
        """Return all equilibria of a stage of continuous moves, where there may be several."""
        try:
            pieces, notes = several_pieces(payoffs, self.movers(moves), history)
        except NoClosedForm as also:
            raise NoClosedForm(f"{why}; nor are several found: {also}") from also
        self.notes += notes
        return pieces

    def movers(self, moves: Sequence[Move]) -> list[Mover]:
        """Return continuous moves with their intervals."""
        return [Mover(m.symbol, m.player, *self.box[m.symbol]) for m in moves]

    def _labels(self, place: int, labels: Labels, moves: Sequence[Move]) -> list[Continuation]:
        """Find the equilibria of a stage with choices, region by region."""
        history = self.history(place, labels)
        profiles = list(self.profiles(moves))
        later = {p: self.after(place + 1, Record({**labels, **p})) for p in profiles}
        found: list[Continuation] = []
        for profile in profiles:
            self._go_on(place)
            fat, isolated = self._supported(profile, moves, later, history)
            found += fat
            self.isolated.setdefault((place, labels), []).extend(isolated)
        if not covered([c.region for c in found], history):
            raise StructureError(
                f"game '{self.game.name}': stage {self.stages[place]} is not shown to have an "
                "equilibrium in pure strategies after all histories"
            )
        found = self._selected((place, labels), moves, found, history)
        self.decisions[place, labels] = [
            Decision(c.region, {m.name: c.plan[m.name] for m in moves}) for c in found
        ]
        return found

    def _selected(
        self,
        key: tuple[int, Labels],
        moves: Sequence[Move],
        found: list[Continuation],
        history: Mapping[sp.Symbol, tuple[Fraction, Fraction]],
    ) -> list[Continuation]:
        """Keep one equilibrium after each history where several overlap (step 5)."""
        own = [Record({m.name: c.plan[m.name] for m in moves}) for c in found]
        overlap: dict[Labels, None] = {}
        for (a, one), (b, other) in itertools.combinations(zip(own, found, strict=True), 2):
            if a != b and not empty(_tidy((*one.region, *other.region)), history):
                overlap |= {a: None, b: None}
        if not overlap:
            return found
        ranked = list(self.ranking.get(key, tuple(overlap)))
        self.conflicts[key] = tuple(overlap)
        kept: list[Continuation] = []
        for profile, piece in zip(own, found, strict=True):
            if profile not in ranked:
                kept.append(piece)
                continue
            before = ranked[: ranked.index(profile)]
            better = [c.region for p, c in zip(own, found, strict=True) if p in before]
            for failed in itertools.product(*better):
                region = _tidy((*piece.region, *(-c for c in failed)))
                if not empty(region, history):
                    kept.append(piece._replace(region=_needed(region, history)))
        return kept

    def _supported(
        self,
        profile: Labels,
        moves: Sequence[Move],
        later: Mapping[Labels, Sequence[Continuation]],
        history: Mapping[sp.Symbol, tuple[Fraction, Fraction]],
    ) -> tuple[list[Continuation], list[tuple[str, Continuation]]]:
        """Return where a profile of labels is an equilibrium, with what follows it.

        Isolated histories at which it may be one come second, in words and with what follows.
        """
        deviations = list(_deviations(profile, moves, list(later)))
        fat: list[Continuation] = []
        thin: list[Continuation] = []
        for own in later[profile]:
            regions = [own.region]
            for player, deviation in deviations:
                longer = [
                    (*region, *other.region, own.payoffs[player] - other.payoffs[player])
                    for region in regions
                    for other in later[deviation]
                ]
                regions = []
                for region in map(_tidy, longer):
                    if empty(region, history):
                        thin.append(Continuation(region, own.payoffs, {**profile, **own.plan}))
                    else:
                        regions.append(region)
                if len(regions) > _MOST_REGIONS:
                    raise StructureError(
                        f"game '{self.game.name}': more than {_MOST_REGIONS:,} regions of histories"
                    )
            fat += [
                Continuation(_needed(r, history), own.payoffs, {**profile, **own.plan})
                for r in regions
            ]
        words = ", ".join(f"{name} {label}" for name, label in profile.items())
        note = f"'{words}' at isolated histories, where players are indifferent"
        isolated = [
            (note, one)
            for one in thin
            if not covered([c.region for c in fat], history, one.region)
            and not covered([], history, one.region)
        ]
        return fat, isolated


def _deviations(
    profile: Labels, moves: Sequence[Move], profiles: Sequence[Labels]
) -> Iterator[tuple[str, Labels]]:
    """Yield every other profile in which one player alone acts otherwise."""
    owner = {m.name: m.player for m in moves}
    for other in profiles:
        movers = {owner[name] for name in profile if profile[name] != other[name]}
        if len(movers) == 1:
            yield movers.pop(), other


def _tidy(region: Sequence[sp.Expr]) -> tuple[sp.Expr, ...]:
    kept: dict[sp.Expr, None] = {}
    for condition in region:
        one = _short(condition)
        if not (one.is_number and one.is_nonnegative):
            kept[one] = None
    return tuple(kept)


def _needed(region: Sequence[sp.Expr], history: Any) -> tuple[sp.Expr, ...]:
    """Leave out conditions that follow from the others."""
    needed = list(region)
    for condition in region:
        others = [c for c in needed if c != condition]
        if holds([condition], history, given=others):
            needed = others
    return tuple(needed)


def _short(formula: sp.Expr) -> sp.Expr:
    """Write a formula shortly: polynomials and quotients of them over one denominator."""
    if formula.has(sp.Max, sp.Min, sp.Abs, If):
        return formula
    return sp.cancel(formula)


def _check(game: Game) -> None:
    where = f"game '{game.name}'"
    for chance in game.chance:
        if chance.seen_by or chance.when != sp.true:
            raise StructureError(
                f"{where}: somebody sees the draw of '{chance.name}'; with continuous moves in "
                "stages, so far draws are those that nobody sees"
            )
    for move in game.moves:
        if game.player(move.player).is_population:
            raise StructureError(
                f"{where}: move '{move.name}' is of the population '{move.player}'; with "
                "continuous moves in stages, so far single players move"
            )
        earlier = {m.name for m in game.moves if m.stage < move.stage}
        if move.observes is not None and not earlier <= set(move.observes):
            hidden = ", ".join(f"'{n}'" for n in sorted(earlier - set(move.observes)))
            raise StructureError(
                f"{where}: move '{move.name}' does not observe {hidden}; with continuous moves in "
                "stages, so far later moves observe all earlier ones"
            )
        continuous = {m.name for m in game.moves if not isinstance(m.domain, Choice)}
        if names_in(move.when) & continuous:
            raise StructureError(
                f"{where}: whether '{move.name}' is made depends on a continuous move; so far it "
                "may depend on choices"
            )
