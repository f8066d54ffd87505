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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.check_simultaneous import Examination, Flow
from pigou.check_smooth import examine_smooth
from pigou.enclosing import enclosed
from pigou.equilibrium import Strategy
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure, Record
from pigou.expression import If, symbol
from pigou.game import Choice, Game, Move

__all__ = ["examine_staged_smooth", "expectation_in_smooth_stages"]

ZERO, ONE = Enclosure.point(0), Enclosure.point(1)
_MOST_CELLS = 3_000

Cell = Mapping[str, Enclosure]
Labels = Record[str]


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


class _Branch(NamedTuple):
    """What is done later, if some conditions hold.

    Attributes
    ----------
    moves : mapping of symbol to expression
        The later moves, in the continuous moves made before.
    assumed : tuple of expression
        What is at least 0 then, in these moves.
    labels : Labels
        All labels chosen.
    """

    moves: Mapping[sp.Symbol, sp.Expr]
    assumed: tuple[sp.Expr, ...]
    labels: Labels


class _Check:
    """One examination: the game in numbers, the strategies, and what came out so far."""

    def __init__(self, game: Game, at: Mapping[str, Fraction], strategies: Sequence[Strategy]):
        self.game, self.strategies = game, strategies
        self.numbers = {symbol(n): sp.Rational(str(v)) for n, v in at.items()}
        self.parameters = {name: Enclosure.point(value) for name, value in at.items()}
        self.stages = sorted({m.stage for m in game.moves})
        self.ends = {m.name: self._ends(m) for m in game.moves if _continuous(m)}
        self.draws = self._draws()
        self.utility = {
            p: sum(
                (w * game.payoff(p).xreplace(self.numbers | d) for w, d in self.draws), sp.S.Zero
            )
            for p in dict.fromkeys(m.player for m in game.moves)
        }
        self.gain, self.doubts = ZERO, list[str]()
        self._rows: dict[Labels, dict[str, Strategy]] = {}
        for s in strategies:
            self._rows.setdefault(Record(s.when), {})[s.move] = s
        self._payoffs: dict[Any, sp.Expr] = {}

    def _ends(self, move: Move) -> tuple[Fraction, Fraction]:
        ends = (
            sp.sympify(e).xreplace(self.numbers) for e in (move.domain.lower, move.domain.upper)
        )
        low, high = (Fraction(int(e.p), int(e.q)) for e in ends)
        return low, high

    def _draws(self) -> list[tuple[sp.Expr, dict[Any, Any]]]:
        axes = [
            [(sp.sympify(p).xreplace(self.numbers), c.symbol, sp.Rational(str(v)))
             for v, p in c.outcomes.values()]
            for c in self.game.chance
        ]  # fmt: skip
        return [
            (sp.Mul(*(p for p, _, _ in draw)), {name: v for _, name, v in draw})
            for draw in itertools.product(*axes)
        ]

    def value(self, formula: sp.Expr, state: Cell) -> Enclosure:
        """Expect a formula where moves are given."""
        total = ZERO
        for weight, draw in self.draws:
            seen = {s.name: Enclosure.point(str(v)) for s, v in draw.items()}
            here = enclosed(formula, {**self.parameters, **state, **seen})
            total += enclosed(sp.sympify(weight), {}) * here
        return total

    # -- the game and the strategies ----------------------------------------------------------

    def made(self, place: int, labels: Labels) -> list[Move]:
        """Return the moves of a stage that are made after labels."""
        values = self.numbers | self._finite(labels)
        return [
            m
            for m in self.game.moves
            if m.stage == self.stages[place] and m.when.xreplace(values) == sp.true
        ]

    def _finite(self, labels: Labels) -> dict[sp.Symbol, sp.Rational]:
        return {
            m.symbol: sp.Rational(str(m.choice.options[labels[m.name]] if m.name in labels else 0))
            for m in self.game.moves
            if not _continuous(m)
        }

    def final(self, player: str, labels: Labels) -> sp.Expr:
        """Return a payoff after all labels, in the continuous moves that are made."""
        values: dict[Any, Any] = dict(self._finite(labels))
        for place in range(len(self.stages)):
            made = self.made(place, labels)
            gone = [m for m in self.game.moves if m.stage == self.stages[place] and m not in made]
            values |= {m.symbol: sp.S.Zero for m in gone if _continuous(m)}
        return self.utility[player].xreplace(values)

    def strategy(self, move: Move, labels: Labels) -> Strategy:
        """Return the strategy of a move after the labels of earlier stages."""
        found = self._rows.get(labels, {}).get(move.name)
        if found is None:
            known = ", ".join(f"{n} {label}" for n, label in labels.items())
            after = f" after {known}" if known else ""
            raise DeclarationError(f"move '{move.name}' needs a strategy{after}")
        if _continuous(move):
            low, high = self.ends[move.name]
            if found.value is None or found.value.lower < low or found.value.upper > high:
                raise DeclarationError(f"move '{move.name}' needs a value in [{low}, {high}]")
        return found

    def taken(self, move: Move, labels: Labels) -> str:
        """Return the label of a finite move on the path."""
        shares = self.strategy(move, labels).probabilities
        sure = [label for label, p in shares.items() if p.is_exact and p.lower == 1]
        if len(sure) != 1 or sure[0] not in move.choice.options:
            raise DeclarationError(f"move '{move.name}' needs one label with probability 1")
        return sure[0]

    def path(self, place: int = 0, labels: Labels | None = None) -> dict[str, Enclosure]:
        """Return the value of every move on the path (0 where it is not made)."""
        state, sofar = {m.name: ZERO for m in self.game.moves}, labels or Record()
        for m in self.game.moves:
            if m.name in sofar:
                state[m.name] = Enclosure.point(m.choice.options[sofar[m.name]])
        for stage in range(place, len(self.stages)):
            new = {}
            for m in self.made(stage, sofar):
                if _continuous(m):
                    found = self.strategy(m, sofar).value
                    assert found is not None
                    state[m.name] = found
                else:
                    new[m.name] = self.taken(m, sofar)
                    state[m.name] = Enclosure.point(m.choice.options[new[m.name]])
            sofar = Record({**sofar, **new})
        return state

    # -- rules, case by case ------------------------------------------------------------------

    def branches(
        self, place: int, labels: Labels, cell: Cell, assumed: tuple[sp.Expr, ...] = ()
    ) -> list[_Branch]:
        """Return all that may be done from a stage on, in a cell of continuous moves so far."""
        done = [_Branch({}, assumed, labels)]
        for stage in range(place, len(self.stages)):
            done = [longer for one in done for longer in self._longer(stage, one, cell)]
        return done

    def _longer(self, stage: int, sofar: _Branch, cell: Cell) -> Iterator[_Branch]:
        options = [_Branch(dict(sofar.moves), sofar.assumed, Record())]
        made = self.made(stage, sofar.labels)
        for m in made:
            rule = self.rule(m, sofar.labels).xreplace(dict(sofar.moves))
            options = [
                _Branch({**one.moves, m.symbol: leaf}, assumed, one.labels)
                for one in options
                for leaf, assumed in _leaves(rule, cell, one.assumed)
            ]
        for one in options:
            new = {}
            for m in made:
                if not _continuous(m):
                    number = Fraction(str(one.moves[m.symbol]))
                    new[m.name] = m.choice.label(number)
            yield one._replace(labels=Record({**sofar.labels, **new}))

    def rule(self, move: Move, labels: Labels) -> sp.Expr:
        """Return what a move takes as a formula in the continuous moves before it."""
        found = self.strategy(move, labels)
        if found.expression is not None:
            return found.expression
        if not _continuous(move):
            return sp.Rational(str(move.choice.options[self.taken(move, labels)]))
        assert found.value is not None
        if not found.value.is_exact:
            raise DeclarationError(f"move '{move.name}' of a later stage needs a formula")
        return sp.Rational(str(found.value.lower))

    def _at(self, player: str, branch: _Branch, cell: Cell) -> sp.Expr:
        """Return a payoff with what is done later put in, without kinks that a cell settles."""
        formula = _settled(self.payoff(player, branch), cell)
        return formula if formula.has(sp.Max, sp.Min, sp.Abs, If) else _shortened(formula)

    def payoff(self, player: str, branch: _Branch) -> sp.Expr:
        """Return a payoff with what is done later put in."""
        key = (player, branch.labels, tuple(branch.moves.items()))
        if key not in self._payoffs:
            formula = self.final(player, branch.labels).xreplace(dict(branch.moves))
            kinked = formula.has(sp.Max, sp.Min, sp.Abs, If)
            self._payoffs[key] = formula if kinked else sp.cancel(formula)
        return self._payoffs[key]

    # -- labels before continuous moves -------------------------------------------------------

    def after_labels(self, place: int, labels: Labels) -> dict[str, Enclosure]:
        """Check what follows labels only; return the payoffs of all players."""
        if place == len(self.stages):
            return {p: enclosed(self.final(p, labels), {}) for p in self.utility}
        moves = self.made(place, labels)
        if not moves:
            return self.after_labels(place + 1, labels)
        if all(_continuous(m) for m in moves):
            self._check_later(place + 1, labels, moves)
            return self._check_first(place, labels, moves)
        if any(_continuous(m) for m in moves):
            raise StructureError("a stage has moves of both kinds: not checked in stages")
        return self._check_labels(place, labels, moves)

    def _check_labels(
        self, place: int, labels: Labels, moves: Sequence[Move]
    ) -> dict[str, Enclosure]:
        own = Record({m.name: self.taken(m, labels) for m in moves})
        known: dict[Labels, dict[str, Enclosure]] = {}
        players = list(dict.fromkeys(m.player for m in moves))
        shown = list(_profiles(moves))
        listed = {s.when for s in self.strategies}
        if any(Record({**labels, **p}) not in listed for p in shown) and self._alike(players):
            shown = _representatives(shown, moves, players, own, labels, listed)
        for profile in shown:
            known[profile] = self.after_labels(place + 1, Record({**labels, **profile}))
        for profile in _profiles(moves):
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
            a.stage != b.stage or a.when.xreplace(swap) != b.when or _options(a) != _options(b)
            or (_continuous(a) and self.ends[a.name] != self.ends[b.name])
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
            cells += _halves(cell) if wrong else []
        if any(not _continuous(m) for m in moves):
            for profile in _profiles(moves):
                self._check_later(place + 1, Record({**labels, **profile}), before)
        else:
            self._check_later(place + 1, labels, [*before, *moves])

    def _wrong_in(self, place: int, labels: Labels, moves: Sequence[Move], cell: Cell) -> str:
        """Return the name of a move that is not shown to be best in a cell of histories."""
        for branch in self.branches(place, labels, cell):
            for m in moves:
                best = self._is_best if _continuous(m) else self._is_best_label
                if not best(place, labels, m, branch, cell):
                    return m.name
        return ""

    def _is_best_label(
        self, place: int, labels: Labels, move: Move, branch: _Branch, cell: Cell
    ) -> bool:
        """Whether no combination of labels of the mover pays more, in a branch and a cell."""
        made = self.made(place, labels)
        mine = [m for m in made if m.player == move.player]
        own = self.payoff(move.player, branch)
        for row in _profiles(mine):
            other = {m.name: branch.labels[m.name] for m in made} | dict(row)
            later = Record({**labels, **other})
            if later == Record({n: branch.labels[n] for n in later}):
                continue
            for deviation in self.branches(place + 1, later, cell, branch.assumed):
                gap = own - self.payoff(move.player, deviation)
                if not _at_least_zero(gap, cell, deviation.assumed):
                    return False
        return True

    def _is_best(self, place: int, labels: Labels, move: Move, branch: _Branch, cell: Cell) -> bool:
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
            _at_least_zero(taken - low, cell, branch.assumed)
            and _at_least_zero(high - taken, cell, branch.assumed)
        ):
            return False
        sides = _one_sided(formula, move.symbol, here, cell, branch.assumed)
        if sides is None or not self._is_concave(formula, move, made, wide):
            return False
        left, right = (s.xreplace(here) for s in sides)
        at_low, at_high = sp.expand(taken - low) == 0, sp.expand(taken - high) == 0
        return (at_low or _at_least_zero(left, cell, branch.assumed)) and (
            at_high or _at_least_zero(-right, cell, branch.assumed)
        )

    def _is_concave(self, formula: sp.Expr, move: Move, made: Sequence[Move], wide: Cell) -> bool:
        """Whether a payoff is concave in the mover's own moves of the stage, over a box."""
        own = [m.symbol for m in made if m.player == move.player]
        plain, kinks = _plain(formula)
        for atom, name in kinks.items():
            if atom.free_symbols & set(own):
                weight = sp.diff(plain, name)
                bends = -1 if isinstance(atom, sp.Min) else 1
                parts = atom.args
                curved = any(sp.diff(p, a, b) != 0 for p in parts for a in own for b in own)
                depends = weight.free_symbols & (set(own) | set(kinks.values()))
                if curved or depends or not _at_least_zero(-bends * weight, wide, ()):
                    return False
        rows = [[-sp.diff(plain, a, b) for b in own] for a in own]
        names = {name: _hull(atom, wide) for atom, name in kinks.items()}
        state = {**wide, **{n.name: v for n, v in names.items()}}
        try:
            return _positive([[enclosed(entry, state) for entry in row] for row in rows])
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

    def _on_path(self, place: int, labels: Labels, point: Cell) -> _Branch:
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

    def _reduced(self, labels: Labels, moves: Sequence[Move], branch: _Branch, point: Cell) -> None:
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
            found.append(_slope(self.payoff(moves[0].player, branch), symbol(name)))
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
        branch: _Branch,
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
            cells += _halves(cell)
        self._gained(Enclosure(Fraction(0), worst))

    def _is_peak(
        self,
        place: int,
        labels: Labels,
        player: str,
        state: Cell,
        point: Cell,
        branch: _Branch,
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
            slope = _slope(formula, move)
            side = self._side(case, state, move, own, borders)
            low = own.lower if side > 0 else state[name].lower
            high = own.upper if side < 0 else state[name].upper
            rise = enclosed(slope, {**state, name: Enclosure(low, high)})
            falls = (side > 0 and rise.upper <= 0) or (side < 0 and rise.lower >= 0)
            flat = slope == 0
            curve = enclosed(_slope(slope, move), state)
            turns = curve.upper < 0 and _is_zero(slope, point, borders)
            if not (falls or flat or turns):
                return False
        return True

    def _is_worth(
        self, formula: sp.Expr, at_point: sp.Expr, point: Cell, borders: Sequence[sp.Expr]
    ) -> bool:
        """Whether a payoff is at the point what it is there on the path, or less."""
        gap = _shortened(formula - at_point)
        return gap == 0 or enclosed(gap, point).upper <= 0 or _is_zero(gap, point, borders)

    def _side(
        self,
        case: _Branch,
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
            if _is_zero(condition, {**state, move.name: own}, borders):
                rise = enclosed(_slope(condition, move), state)
                if rise.lower > 0 or rise.upper < 0:
                    return 1 if rise.lower > 0 else -1
        return 0

    def _paid(self, place: int, labels: Labels, player: str, state: Cell) -> Enclosure | None:
        """Return the payoff at a point where it is clear what follows."""
        found = self.branches(place + 1, labels, state)
        if len(found) != 1 or found[0].assumed:
            return None
        return enclosed(self.payoff(player, found[0]), state)

    def _top(self, player: str, branch: _Branch, state: Cell, middle: Cell) -> Fraction | None:
        """Bound a payoff from above in a cell: directly, by the mean value theorem, at its ends.

        The part of the cell counts in which the linear conditions of the case hold; None if none.
        """
        ((name, centre),) = middle.items()
        part = _clipped(state[name], symbol(name), branch.assumed)
        if part is None:
            return None
        state = {**state, name: part}
        formula = self._at(player, branch, state)
        direct = enclosed(formula, state)
        if formula.has(sp.Max, sp.Min, sp.Abs, If):
            return direct.upper
        slope = enclosed(_slope(formula, symbol(name)), state)
        if slope.upper <= 0 or slope.lower >= 0:
            end = part.lower if slope.upper <= 0 else part.upper
            return enclosed(formula, {**state, name: Enclosure(end, end)}).upper
        there = enclosed(formula, {**state, **middle}) + slope * (part - centre)
        return min(direct.upper, there.upper)


# -- helpers ------------------------------------------------------------------------------------


def _clipped(part: Enclosure, move: sp.Symbol, assumed: Sequence[sp.Expr]) -> Enclosure | None:
    """Return the part of an interval in which linear conditions on a move may hold."""
    low, high = part.lower, part.upper
    for condition in assumed:
        slope = _slope(condition, move)
        if slope.is_Rational and slope != 0 and condition.free_symbols == {move}:
            border = Fraction(str(sp.cancel(move - condition / slope)))
            low, high = (max(low, border), high) if slope > 0 else (low, min(high, border))
    return Enclosure(low, high) if low <= high else None


def _is_zero(formula: sp.Expr, point: Cell, borders: Sequence[sp.Expr]) -> bool:
    """Whether a formula is 0 at a point: exactly, or as a multiple of what is 0 by definition."""
    if all(v.is_exact for v in point.values()):
        return enclosed(formula, point) == ZERO
    return any(_is_multiple(formula, b) or _is_multiple(-formula, b) for b in borders)


def _positive(rows: list[list[Enclosure]]) -> bool:
    """Whether all symmetric matrices within these entries are positive definite (by pivots)."""
    rows = [list(row) for row in rows]
    for i in range(len(rows)):
        if rows[i][i].lower <= 0:
            return False
        for k in range(i + 1, len(rows)):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [b - factor * a for a, b in zip(rows[i], rows[k], strict=True)]
    return True


def _continuous(move: Move) -> bool:
    return not isinstance(move.domain, Choice)


def _options(move: Move) -> Any:
    return None if _continuous(move) else tuple(move.choice.options.items())


def _profiles(moves: Sequence[Move]) -> Iterator[Labels]:
    for row in itertools.product(*(m.choice.labels for m in moves)):
        yield Record(dict(zip([m.name for m in moves], row, strict=True)))


def _rows(profile: Labels, moves: Sequence[Move], players: Sequence[str]) -> Any:
    """Return what each player does, whoever it is."""
    return tuple(sorted(tuple(profile[m.name] for m in moves if m.player == p) for p in players))


def _representatives(
    profiles: Sequence[Labels],
    moves: Sequence[Move],
    players: Sequence[str],
    own: Labels,
    labels: Labels,
    listed: set[Any],
) -> list[Labels]:
    """Return one profile of players alike for all that differ by names, one with strategies."""
    chosen: dict[Any, Labels] = {_rows(own, moves, players): own}
    for wanted in (True, False):
        for profile in profiles:
            if not wanted or Record({**labels, **profile}) in listed:
                chosen.setdefault(_rows(profile, moves, players), profile)
    return list(chosen.values())


def _halves(cell: Cell) -> list[dict[str, Enclosure]]:
    name = max(cell, key=lambda n: cell[n].width)
    low, high = cell[name].lower, cell[name].upper
    middle = (low + high) / 2
    return [
        {**cell, name: Enclosure(low, middle)},
        {**cell, name: Enclosure(middle, high)},
    ]


def _leaves(
    rule: sp.Expr, cell: Cell, assumed: tuple[sp.Expr, ...]
) -> Iterator[tuple[sp.Expr, tuple[sp.Expr, ...]]]:
    """Yield the formulas that a rule may be in a cell, each with what is then known besides."""
    if not isinstance(rule, If):
        yield rule, assumed
        return
    left = _reduced_condition(rule.args[0], cell, assumed)
    for truth, branch in ((True, rule.args[1]), (False, rule.args[2])):
        for known in _cases(left, truth):
            yield from _leaves(branch, cell, (*assumed, *known))


def _cases(condition: Any, truth: bool) -> list[tuple[sp.Expr, ...]]:
    """Return what is at least 0 if a condition holds (or fails), one entry for each way it may."""
    if condition in (sp.true, sp.false):
        return [()] if bool(condition == sp.true) == truth else []
    if not isinstance(condition, sp.And | sp.Or):
        gap = condition.lhs - condition.rhs
        return [(gap if truth else -gap,)]
    parts = [_cases(part, truth) for part in condition.args]
    if isinstance(condition, sp.Or) == truth:
        return [case for part in parts for case in part]
    joined = [tuple(itertools.chain(*row)) for row in itertools.product(*parts)]
    if truth:
        return joined
    return [  # all fail strictly: not both a formula and minus a multiple of it
        row
        for row in joined
        if not any(_is_multiple(-a, b) for a, b in itertools.combinations(row, 2))
    ]


def _reduced_condition(condition: Any, cell: Cell, assumed: Sequence[sp.Expr]) -> Any:
    """Put what is known in a cell into a condition."""
    if condition in (sp.true, sp.false):
        return condition
    if isinstance(condition, sp.And | sp.Or):
        return condition.func(*(_reduced_condition(p, cell, assumed) for p in condition.args))
    if not isinstance(condition, sp.Ge):
        return condition
    gap = condition.lhs - condition.rhs
    there = enclosed(gap, cell)
    if there.lower >= 0 or any(_is_multiple(gap, known) for known in assumed):
        return sp.true
    if there.upper < 0 or any(_is_multiple(-gap, known) for known in assumed):
        return sp.false
    return sp.Ge(gap, 0)


@functools.lru_cache(maxsize=20_000)
def _is_multiple(formula: sp.Expr, known: sp.Expr) -> bool:
    """Whether a formula is another one times a number above 0."""
    if known == 0:
        return False
    ratio = sp.cancel(formula / known)
    return bool(ratio.is_number and ratio.is_positive)


def _at_least_zero(formula: sp.Expr, cell: Cell, assumed: Sequence[sp.Expr]) -> bool:
    """Whether a formula is at least 0 in a cell, given what is assumed."""
    formula = _shortened(_settled(formula, cell))
    if formula == 0:
        return True
    try:
        if enclosed(formula, cell).lower >= 0 or enclosed(_factored(formula), cell).lower >= 0:
            return True
    except (ZeroDivisionError, DeclarationError):
        pass
    return any(_is_multiple(formula, known) for known in assumed) or any(
        _follows(formula, known, cell) for known in assumed
    )


def _follows(formula: sp.Expr, known: sp.Expr, cell: Cell) -> bool:
    """Whether a formula is at least 0 in a cell because another one is.

    It is if it divides the other one by what is above 0; or less a multiple of it: those are tried
    that make it constant in one move.
    """
    ratio = _shortened(known / formula)
    if ratio.as_numer_denom()[1].is_number and enclosed(ratio, cell).lower > 0:
        return True
    for move in sorted(known.free_symbols & formula.free_symbols, key=str):
        rise, other = _slope(formula, move), _slope(known, move)
        if rise.is_Rational and other.is_Rational and other != 0 and rise / other > 0:
            rest = _shortened(formula - rise / other * known)
            if enclosed(rest, cell).lower >= 0:
                return True
    return False


@functools.lru_cache(maxsize=20_000)
def _shortened(formula: sp.Expr) -> sp.Expr:
    return sp.cancel(formula)


@functools.lru_cache(maxsize=20_000)
def _factored(formula: sp.Expr) -> sp.Expr:
    return sp.factor(formula)


@functools.lru_cache(maxsize=20_000)
def _slope(formula: sp.Expr, move: sp.Symbol) -> sp.Expr:
    return sp.diff(formula, move)


def _settled(formula: sp.Expr, cell: Cell) -> sp.Expr:
    """Put the branch that holds in a cell in place of kinks, where one does."""
    swaps = {}
    for atom in formula.atoms(sp.Max, sp.Min, sp.Abs):
        parts = (atom.args[0], -atom.args[0]) if isinstance(atom, sp.Abs) else atom.args
        sign = -ONE if isinstance(atom, sp.Min) else ONE
        for one in parts:
            if all((sign * enclosed(one - p, cell)).lower >= 0 for p in parts if p != one):
                swaps[atom] = one
                break
    return formula.xreplace(swaps)


def _plain(formula: sp.Expr) -> tuple[sp.Expr, dict[sp.Expr, sp.Symbol]]:
    """Put a symbol in place of every kink."""
    atoms = sorted(formula.atoms(sp.Max, sp.Min, sp.Abs), key=str)
    kinks = {atom: sp.Symbol(f"kink {k}", real=True) for k, atom in enumerate(atoms)}
    return formula.xreplace(kinks), kinks


def _hull(atom: sp.Expr, cell: Cell) -> Enclosure:
    return enclosed(atom, cell)


def _one_sided(
    formula: sp.Expr,
    move: sp.Symbol,
    here: Mapping[sp.Symbol, sp.Expr],
    cell: Cell,
    assumed: Sequence[sp.Expr],
) -> tuple[sp.Expr, sp.Expr] | None:
    """Return the derivatives in a move to the left and to the right of where it is taken."""
    plain, kinks = _plain(formula)
    sides: tuple[dict[Any, Any], dict[Any, Any]] = ({}, {})
    for atom, name in kinks.items():
        parts = (atom.args[0], -atom.args[0]) if isinstance(atom, sp.Abs) else atom.args
        if len(parts) != 2:
            return None
        sign = -1 if isinstance(atom, sp.Min) else 1
        gap = sp.cancel(sign * (parts[0] - parts[1]).xreplace(dict(here)))
        if gap == 0:
            slope = sp.diff(sign * (parts[0] - parts[1]), move)
            if not slope.is_number:
                return None
            rising = bool(slope >= 0)
            left, right = (parts[1], parts[0]) if rising else (parts[0], parts[1])
        elif _at_least_zero(gap, cell, assumed):
            left = right = parts[0]
        elif _at_least_zero(-gap, cell, assumed):
            left = right = parts[1]
        else:
            return None
        sides[0][name], sides[1][name] = left, right
    first, second = (sp.diff(plain.xreplace(side), move) for side in sides)
    return first, second
