r"""The independent checker of games in stages with continuous moves of single players.

It shares no code with the solvers. Strategies are taken as they are reported: the value of a first
move, the formula of a later one in the moves before it. It proves anew:

1. *Later stages, after every history.* For each combination of labels so far, the box of earlier
   continuous moves is cut into cells until the case distinctions of the formulas are settled, or
   what is left open is one of their own conditions, which may then be used. With the formulas of
   this and later stages put in, the derivative of each mover's payoff in its own move is 0
   identically, or has the right sign at an end of the interval or at a kink; the moves stay within
   their intervals; and the payoff is concave in all own moves of the stage, whatever the others
   do (pivots of minus its second derivatives; kinks that bend downwards). So no other move is
   better. A label is compared with every other label.
2. *The first continuous moves.* Where formulas have no case distinctions, they are put into the
   payoffs, and what is left is a game of simultaneous moves (`pigou.check_smooth`). Otherwise one
   player moves first. Near its move each case of what follows pays no more at it, and falls from
   there to the side on which it holds (or has a peak there). The rest of the interval is cut into
   cells until each pays less, in every case that is possible in it.
3. *Labels before any continuous move* are compared by the payoffs of the games that follow. A
   combination of labels without strategies is looked up under other names of players, if exchanging
   these is shown to leave every payoff as it is.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.cell_signs import (
    ZERO,
    Cell,
    at_least_zero,
    clipped,
    halves,
    is_positive_definite,
    is_zero,
    one_sided_slopes,
    shortened,
    slope_of,
    with_kinks_named,
)
from pigou.check_simultaneous import Examination, Flow
from pigou.check_smooth import examine_smooth
from pigou.enclosing import enclosed
from pigou.equilibrium import Strategy
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure, Record
from pigou.expression import If, symbol
from pigou.game import Game, Move
from pigou.staged_profile import (
    Branch,
    Labels,
    StagedProfile,
    is_continuous,
    label_profiles,
    options,
    representatives,
)

__all__ = ["examine_staged_smooth", "expectation_in_smooth_stages"]

_MOST_CELLS = 3_000


def examine_staged_smooth(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy]
) -> Examination:
    """Check a profile of a game in stages with continuous moves, for subgame perfection.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.
    strategies : iterable of Strategy
        For each move, after each combination of labels chosen before it: its value or label on the
        path, and its formula in the continuous moves before it where there are any.

    Raises
    ------
    DeclarationError
        If a strategy is missing, or has no value.

    Examples
    --------
    >>> from pigou import Player
    >>> game = Game(
    ...     "leader and follower",
    ...     [Player("one"), Player("two")],
    ...     [Move("q1", "one", (0, 9)), Move("q2", "two", (0, 9), 2)],
    ...     {"one": "q1*(9 - q1 - q2)", "two": "q2*(9 - q1 - q2)"},
    ... )
    >>> def played(q1, rule, q2):
    ...     return [
    ...         Strategy("q1", "one", "", {}, value=Enclosure.point(q1)),
    ...         Strategy("q2", "two", "", {}, value=Enclosure.point(q2), expression=rule),
    ...     ]
    >>> reply = (9 - symbol("q1")) / 2
    >>> examine_staged_smooth(game, {}, played("9/2", reply, "9/4")).confirmed
    True
    >>> examine_staged_smooth(game, {}, played(3, reply, 3)).doubt  # Cournot, with that reply
    'somebody gains at least 1.12 by deviating'
    >>> threat = sp.Integer(3)  # whatever the leader does
    >>> examine_staged_smooth(game, {}, played(3, threat, 3)).doubt
    "after some history 'q2' is not shown to be a best reply"
    """
    return _examined(game, Record(dict(at)), tuple(strategies))


@functools.lru_cache(maxsize=64)
def _examined(
    game: Game, at: Mapping[str, Fraction], strategies: tuple[Strategy, ...]
) -> Examination:
    check = _Check(game, at, strategies)
    check.after_labels(0, Record())
    state = check.path()
    primitive = Record({p: check.value(game.primitive(p), state) for p in game.parties})
    shown = Record({p: check.value(game.payoff(p), state) for p in game.parties})
    doubt = "; ".join(dict.fromkeys(check.doubts))
    gain = check.gain
    if gain.lower > 0:
        doubt = f"somebody gains at least {float(gain.lower):.3g} by deviating"
    elif gain.upper > 0:
        doubt = doubt or f"that nobody gains up to {gain.value:.3g} by deviating is not proved"
    return Examination(
        shown,
        primitive,
        Record(dict.fromkeys(game.parties, 1)),
        Record({p.name: ((shown[p.name], 1),) for p in game.players}),
        tuple(Flow(t, check.value(t.amount, state)) for t in game.transfers),
        gain,
        not doubt,
        doubt,
    )


def expectation_in_smooth_stages(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy], formula: sp.Expr
) -> Enclosure:
    """Expect a formula over moves and parameters on the path of a profile.

    Examples
    --------
    >>> from pigou import Player
    >>> moves = [Move("x", "a", (0, 4)), Move("y", "a", (0, 4), 2)]
    >>> game = Game("alone", [Player("a")], moves, {"a": "x - x**2/2 - (y - x)**2"})
    >>> one = Enclosure.point(1)
    >>> profile = [
    ...     Strategy("x", "a", "", {}, value=one),
    ...     Strategy("y", "a", "", {}, value=one, expression=symbol("x")),
    ... ]
    >>> expectation_in_smooth_stages(game, {}, profile, symbol("x") + symbol("y"))
    Enclosure(2)
    """
    check = _Check(game, at, tuple(strategies))
    return check.value(formula, check.path())


class _Check(StagedProfile):
    """One examination: what came out so far."""

    def __init__(self, game: Game, at: Mapping[str, Fraction], strategies: Sequence[Strategy]):
        super().__init__(game, at, strategies)
        self.gain, self.doubts = ZERO, list[str]()

    # -- labels before continuous moves -------------------------------------------------------

    def after_labels(self, place: int, labels: Labels) -> dict[str, Enclosure]:
        """Check what follows labels only; return the payoffs of all players."""
        if place == len(self.stages):
            return {p: enclosed(self.final(p, labels), {}) for p in self.utility}
        moves = self.made(place, labels)
        if not moves:
            return self.after_labels(place + 1, labels)
        if all(is_continuous(m) for m in moves):
            self._check_later(place + 1, labels, moves)
            return self._check_first(place, labels, moves)
        if any(is_continuous(m) for m in moves):
            raise StructureError("a stage has moves of both kinds: not checked in stages")
        return self._check_labels(place, labels, moves)

    def _check_labels(
        self, place: int, labels: Labels, moves: Sequence[Move]
    ) -> dict[str, Enclosure]:
        own = Record({m.name: self.taken(m, labels) for m in moves})
        known: dict[Labels, dict[str, Enclosure]] = {}
        players = list(dict.fromkeys(m.player for m in moves))
        shown = list(label_profiles(moves))
        listed = {s.when for s in self.strategies}
        if any(Record({**labels, **p}) not in listed for p in shown) and self._alike(players):
            shown = representatives(shown, moves, players, own, labels, listed)
        for profile in shown:
            known[profile] = self.after_labels(place + 1, Record({**labels, **profile}))
        for profile in label_profiles(moves):
            different = [p for p in players if any(profile[m.name] != own[m.name] for m in moves
                                                   if m.player == p)]  # fmt: skip
            for player in players:
                there = self._renamed(player, profile, known, moves, players)
                if different == [player]:
                    self._gained(there - known[own][player])
        return known[own]

    def _renamed(
        self,
        player: str,
        profile: Labels,
        known: Mapping[Labels, Mapping[str, Enclosure]],
        moves: Sequence[Move],
        players: Sequence[str],
    ) -> Enclosure:
        """Return a player's payoff after labels, under other names where that is needed."""
        if profile in known:
            return known[profile][player]
        mine = {p: [m for m in moves if m.player == p] for p in players}
        rows = {p: tuple(profile[m.name] for m in mine[p]) for p in players}
        for other, payoffs in known.items():
            there = {p: tuple(other[m.name] for m in mine[p]) for p in players}
            seats = [p for p in players if there[p] == rows[player]]
            if seats and sorted(there.values()) == sorted(rows.values()):
                return payoffs[seats[0]]
        raise DeclarationError("strategies are missing after some labels")

    def _alike(self, players: Sequence[str]) -> bool:
        """Whether exchanging neighbours in a list of players leaves all payoffs as they are."""
        return len(players) > 1 and all(
            self._exchanged(a, b) for a, b in itertools.pairwise(players)
        )

    def _exchanged(self, one: str, other: str) -> bool:
        pairs = list(zip(self.game.moves_of(one), self.game.moves_of(other), strict=False))
        swap: dict[Any, Any] = {}
        for a, b in pairs:
            swap |= {a.symbol: b.symbol, b.symbol: a.symbol}
        if len(self.game.moves_of(one)) != len(self.game.moves_of(other)) or any(
            a.stage != b.stage or a.when.xreplace(swap) != b.when or options(a) != options(b)
            or (is_continuous(a) and self.ends[a.name] != self.ends[b.name])
            for a, b in pairs
        ):  # fmt: skip
            return False
        rest = [m for m in self.game.moves if m.player not in (one, other)]
        names = {one: other, other: one}
        return all(m.when.xreplace(swap) == m.when for m in rest) and all(
            sp.expand(u.xreplace(swap) - self.utility[names.get(p, p)]) == 0
            for p, u in self.utility.items()
        )

    def _gained(self, gain: Enclosure) -> None:
        """Take note of what a deviation brings."""
        self.gain = Enclosure(max(self.gain.lower, gain.lower), max(self.gain.upper, gain.upper))

    # -- later stages -------------------------------------------------------------------------

    def _check_later(self, place: int, labels: Labels, before: Sequence[Move]) -> None:
        """Check all stages after the first continuous moves, after every history."""
        if place == len(self.stages):
            return
        moves = self.made(place, labels)
        box = {m.name: Enclosure(*self.ends[m.name]) for m in before}
        cells = [box] if moves else []
        looked = 0
        while cells:
            cell = cells.pop()
            looked += 1
            wrong = self._wrong_in(place, labels, moves, cell)
            if wrong and looked > _MOST_CELLS // 10:
                self.doubts.append(f"after some history '{wrong}' is not shown to be a best reply")
                break
            cells += halves(cell) if wrong else []
        if any(not is_continuous(m) for m in moves):
            for profile in label_profiles(moves):
                self._check_later(place + 1, Record({**labels, **profile}), before)
        else:
            self._check_later(place + 1, labels, [*before, *moves])

    def _wrong_in(self, place: int, labels: Labels, moves: Sequence[Move], cell: Cell) -> str:
        """Return the name of a move that is not shown to be best in a cell of histories."""
        for branch in self.branches(place, labels, cell):
            for m in moves:
                best = self._is_best if is_continuous(m) else self._is_best_label
                if not best(place, labels, m, branch, cell):
                    return m.name
        return ""

    def _is_best_label(
        self, place: int, labels: Labels, move: Move, branch: Branch, cell: Cell
    ) -> bool:
        """Whether no combination of labels of the mover pays more, in a branch and a cell."""
        made = self.made(place, labels)
        mine = [m for m in made if m.player == move.player]
        own = self.payoff(move.player, branch)
        for row in label_profiles(mine):
            other = {m.name: branch.labels[m.name] for m in made} | dict(row)
            later = Record({**labels, **other})
            if later == Record({n: branch.labels[n] for n in later}):
                continue
            for deviation in self.branches(place + 1, later, cell, branch.assumed):
                gap = own - self.payoff(move.player, deviation)
                if not at_least_zero(gap, cell, deviation.assumed):
                    return False
        return True

    def _is_best(self, place: int, labels: Labels, move: Move, branch: Branch, cell: Cell) -> bool:
        """Whether a continuous move is the best one, in a branch and a cell of histories."""
        made = self.made(place, labels)
        here = {m.symbol: branch.moves[m.symbol] for m in made}
        wide = {**cell, **{m.name: Enclosure(*self.ends[m.name]) for m in made}}
        later = self.branches(place + 1, labels, wide)
        if len(later) != 1 or later[0].assumed:
            return False  # what follows has to be one formula
        formula = self.payoff(move.player, later[0])
        low, high = (sp.Rational(str(e)) for e in self.ends[move.name])
        taken = here[move.symbol]
        if not (
            at_least_zero(taken - low, cell, branch.assumed)
            and at_least_zero(high - taken, cell, branch.assumed)
        ):
            return False
        sides = one_sided_slopes(formula, move.symbol, here, cell, branch.assumed)
        if sides is None or not self._is_concave(formula, move, made, wide):
            return False
        left, right = (s.xreplace(here) for s in sides)
        at_low, at_high = sp.expand(taken - low) == 0, sp.expand(taken - high) == 0
        return (at_low or at_least_zero(left, cell, branch.assumed)) and (
            at_high or at_least_zero(-right, cell, branch.assumed)
        )

    def _is_concave(self, formula: sp.Expr, move: Move, made: Sequence[Move], wide: Cell) -> bool:
        """Whether a payoff is concave in the mover's own moves of the stage, over a box."""
        own = [m.symbol for m in made if m.player == move.player]
        plain, kinks = with_kinks_named(formula)
        for atom, name in kinks.items():
            if len(atom.free_symbols & set(own)) > 1:
                return False  # that no single move is better does not tell of several at once
            if atom.free_symbols & set(own):
                weight = sp.diff(plain, name)
                bends = -1 if isinstance(atom, sp.Min) else 1
                parts = atom.args
                curved = any(sp.diff(p, a, b) != 0 for p in parts for a in own for b in own)
                depends = weight.free_symbols & (set(own) | set(kinks.values()))
                if curved or depends or not at_least_zero(-bends * weight, wide, ()):
                    return False
        rows = [[-sp.diff(plain, a, b) for b in own] for a in own]
        names = {name: enclosed(atom, wide) for atom, name in kinks.items()}
        state = {**wide, **{n.name: v for n, v in names.items()}}
        try:
            return is_positive_definite([[enclosed(entry, state) for entry in row] for row in rows])
        except (ZeroDivisionError, DeclarationError):
            return False

    # -- the first continuous moves -----------------------------------------------------------

    def _check_first(
        self, place: int, labels: Labels, moves: Sequence[Move]
    ) -> dict[str, Enclosure]:
        values = {m.name: self.strategy(m, labels).value for m in moves}
        point = {name: v for name, v in values.items() if v is not None}
        box = {m.name: Enclosure(*self.ends[m.name]) for m in moves}
        whole = self.branches(place + 1, labels, box)
        branch = self._on_path(place, labels, point)
        if len(whole) == 1 and not whole[0].assumed:
            self._reduced(labels, moves, whole[0], point)
        else:
            borders = self._borders(moves, place, labels, point)
            for player in dict.fromkeys(m.player for m in moves):
                self._bounded(place, labels, moves, player, point, branch, borders)
        return {p: enclosed(self.payoff(p, branch), point) for p in self.utility}

    def _on_path(self, place: int, labels: Labels, point: Cell) -> Branch:
        """Return what is done after the first moves, as the strategies state it for the path."""
        state = self.path(place, labels)
        found = self.branches(place + 1, labels, point)
        for branch in found:
            stated = True
            for s, formula in branch.moves.items():
                stated = stated and enclosed(formula, point).overlaps(state[s.name])
            if stated:
                return branch
        self.doubts.append("the values on the path are not those of the formulas")
        return found[0]

    def _reduced(self, labels: Labels, moves: Sequence[Move], branch: Branch, point: Cell) -> None:
        """Check the first moves as a game of simultaneous moves, with the later ones put in."""
        players = [p for p in self.game.players if p.name in {m.player for m in moves}]
        first = [Move(m.name, m.player, self.ends[m.name]) for m in moves]
        payoffs = {p.name: self.payoff(p.name, branch) for p in players}
        left = Game(self.game.name, players, first, payoffs)
        profile = [Strategy(m.name, m.player, "", {}, value=point[m.name]) for m in moves]
        found = examine_smooth(left, {}, profile)
        self._gained(found.gain)
        if found.doubt and not found.gain.lower > 0:
            self.doubts.append(found.doubt)

    def _borders(
        self, moves: Sequence[Move], place: int, labels: Labels, point: Cell
    ) -> list[sp.Expr]:
        """Return formulas that are 0 at the first move, and so tell the sides of it apart.

        If the move is known by an enclosure, it *is* the only zero there of a condition of what
        follows, or of the derivative of the payoff, in this order: that it has one is proved.
        """
        found: list[sp.Expr] = []
        if all(value.is_exact for value in point.values()):
            return found
        if len(moves) > 1:
            self.doubts.append("several first moves, not known exactly, with cases: not checked")
            return found
        ((name, value),) = point.items()
        for branch in self.branches(place + 1, labels, point):
            found += branch.assumed
        for branch in self.branches(place + 1, labels, point):
            found.append(slope_of(self.payoff(moves[0].player, branch), symbol(name)))
        for formula in found:
            ends = [
                enclosed(formula, {name: Enclosure.point(e)}) for e in (value.lower, value.upper)
            ]
            signs = [(e.lower > 0) - (e.upper < 0) for e in ends]
            if signs[0] * signs[1] < 0:
                return [formula]
        self.doubts.append("that the enclosure of the first move holds such a point is not proved")
        return []

    def _bounded(
        self,
        place: int,
        labels: Labels,
        moves: Sequence[Move],
        player: str,
        point: Cell,
        branch: Branch,
        borders: Sequence[sp.Expr],
    ) -> None:
        """Bound what a player gains by another first move, whatever follows it."""
        name, *others = [m.name for m in moves if m.player == player]
        if others:
            self.doubts.append(f"'{player}' has several first moves, with cases: not checked")
            return
        earned = enclosed(self._at(player, branch, point), point)
        own, (low, high) = point[name], self.ends[name]
        cells = [{name: Enclosure(low, high)}]
        for halvings in range(3, 40):
            reach = (high - low) / 2**halvings
            core = Enclosure(max(low, own.lower - reach), min(high, own.upper + reach))
            if self._is_peak(place, labels, player, {**point, name: core}, point, branch, borders):
                sides = (low, core.lower), (core.upper, high)
                cells = [{name: Enclosure(a, b)} for a, b in sides if a < b]
                break
        looked, worst = 0, Fraction(0)
        while cells:
            cell = cells.pop(0)
            looked += 1
            state = {**point, **cell}
            middle = {n: Enclosure.point((v.lower + v.upper) / 2) for n, v in cell.items()}
            cases = self.branches(place + 1, labels, state)
            tops = [self._top(player, b, state, middle) for b in cases]
            top = max((t for t in tops if t is not None), default=earned.lower)
            if top <= earned.lower:
                continue
            sure = self._paid(place, labels, player, {**point, **middle})
            if sure is not None and sure.lower > earned.upper:
                self._gained(Enclosure(sure.lower - earned.upper, sure.upper - earned.lower))
                return
            if looked > _MOST_CELLS:
                worst = max(worst, top - earned.lower)
                break
            cells += halves(cell)
        self._gained(Enclosure(Fraction(0), worst))

    def _is_peak(
        self,
        place: int,
        labels: Labels,
        player: str,
        state: Cell,
        point: Cell,
        branch: Branch,
        borders: Sequence[sp.Expr],
    ) -> bool:
        """Whether no payoff near the first move exceeds that at it, in any case of what follows.

        In each case that may hold near it, the payoff stays below; or it is the same at the point,
        and falls from there on into the side on which the case holds, or to both sides.
        """
        (name,) = [n for n in state if state[n] != point[n]] or [next(iter(state))]
        move, own = symbol(name), point[name]
        at_point = self._at(player, branch, point)
        earned = enclosed(at_point, point)
        middle = {name: Enclosure.point((state[name].lower + state[name].upper) / 2)}
        for case in self.branches(place + 1, labels, state):
            top = self._top(player, case, state, middle)
            if top is None or top < earned.lower:
                continue
            formula = self._at(player, case, state)
            kinked = formula.has(sp.Max, sp.Min, sp.Abs, If)
            if kinked or not self._is_worth(formula, at_point, point, borders):
                return False
            slope = slope_of(formula, move)
            side = self._side(case, state, move, own, borders)
            low = own.lower if side > 0 else state[name].lower
            high = own.upper if side < 0 else state[name].upper
            rise = enclosed(slope, {**state, name: Enclosure(low, high)})
            falls = (side > 0 and rise.upper <= 0) or (side < 0 and rise.lower >= 0)
            flat = slope == 0
            curve = enclosed(slope_of(slope, move), state)
            turns = curve.upper < 0 and is_zero(slope, point, borders)
            if not (falls or flat or turns):
                return False
        return True

    def _is_worth(
        self, formula: sp.Expr, at_point: sp.Expr, point: Cell, borders: Sequence[sp.Expr]
    ) -> bool:
        """Whether a payoff is at the point what it is there on the path, or less."""
        gap = shortened(formula - at_point)
        return gap == 0 or enclosed(gap, point).upper <= 0 or is_zero(gap, point, borders)

    def _side(
        self,
        case: Branch,
        state: Cell,
        move: sp.Symbol,
        own: Enclosure,
        borders: Sequence[sp.Expr],
    ) -> int:
        """Return 1 if a case holds only from the first move on upwards, -1 downwards, 0 if open."""
        low, high = self.ends[move.name]
        if own.is_exact and own.lower in (low, high):
            return 1 if own.lower == low else -1
        for condition in case.assumed:
            if is_zero(condition, {**state, move.name: own}, borders):
                rise = enclosed(slope_of(condition, move), state)
                if rise.lower > 0 or rise.upper < 0:
                    return 1 if rise.lower > 0 else -1
        return 0

    def _paid(self, place: int, labels: Labels, player: str, state: Cell) -> Enclosure | None:
        """Return the payoff at a point where it is clear what follows."""
        found = self.branches(place + 1, labels, state)
        if len(found) != 1 or found[0].assumed:
            return None
        return enclosed(self.payoff(player, found[0]), state)

    def _top(self, player: str, branch: Branch, state: Cell, middle: Cell) -> Fraction | None:
        """Bound a payoff from above in a cell: directly, by the mean value theorem, at its ends.

        The part of the cell counts in which the linear conditions of the case hold; None if none.
        """
        ((name, centre),) = middle.items()
        part = clipped(state[name], symbol(name), branch.assumed)
        if part is None:
            return None
        near = min(max(centre.lower, part.lower), part.upper)  # slopes are known in the part only
        state = {**state, name: part}
        formula = self._at(player, branch, state)
        direct = enclosed(formula, state)
        if formula.has(sp.Max, sp.Min, sp.Abs, If):
            return direct.upper
        slope = enclosed(slope_of(formula, symbol(name)), state)
        if slope.upper <= 0 or slope.lower >= 0:
            end = part.lower if slope.upper <= 0 else part.upper
            return enclosed(formula, {**state, name: Enclosure(end, end)}).upper
        centre = Enclosure.point(near)
        there = enclosed(formula, {**state, name: centre}) + slope * (part - centre)
        return min(direct.upper, there.upper)
