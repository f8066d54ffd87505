r"""The independent checker of games with continuous, simultaneous moves of single players.

It shares no code with the solvers: payoffs and their derivatives (by sympy) are evaluated by
recursion over the expression tree in rational enclosures (`pigou.enclosing`). Of a profile
:math:`x^*`, each move known by an enclosure, it proves anew:

1. *There is such a point.* With F the derivatives of the payoffs of those whose move is not at an
   end of its interval, the Krawczyk image of the enclosures lies in their interior; at an end, the
   derivative does not point inwards. Moves that are stated exactly, next to others that are not,
   are taken to be known to :math:`10^{-60}` in this. A profile stated exactly needs no such proof.
2. *Nobody gains by deviating.* For each player, on a box around its moves on which its payoff is
   concave (the pivots of minus its second derivatives are positive), first-order conditions are
   enough. The rest of its box is cut into cells. A cell is done if the payoff there is below the
   equilibrium payoff, or if the derivative in a move has one sign, so that no maximiser lies in it
   (but on a face at an end of the interval, which is kept). If all cells are done, the gain is at
   most 0; otherwise the cells left give a bound.

Cells are limited to a few hundred a player, so that payoffs with many near-ties, or of players
with three and more moves, may end with a bound that does not confirm.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import sympy as sp

from pigou.check_simultaneous import Examination, Flow
from pigou.enclosing import enclosed
from pigou.equilibrium import Strategy
from pigou.errors import DeclarationError, PigouError, unknown
from pigou.exact import Enclosure, Record
from pigou.expression import If, symbol
from pigou.game import Game, Interval

__all__ = ["examine_smooth", "expectation_of_smooth", "is_smooth"]

ZERO, ONE = Enclosure.point(0), Enclosure.point(1)
_NEGLIGIBLE = Fraction(1, 10**20)
_MOST_CELLS, _FEW_CELLS = 600, 100
_KNOWN_TO = Fraction(1, 10**60)
_COARSE = 2**64

Values = Mapping[str, Enclosure]


def is_smooth(game: Game) -> bool:
    """Tell whether all moves of a game are continuous.

    Examples
    --------
    >>> from pigou.models import load
    >>> is_smooth(load("coordination").game)
    False
    """
    return bool(game.moves) and all(isinstance(m.domain, Interval) for m in game.moves)


def examine_smooth(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy]
) -> Examination:
    """Check a profile of a game with continuous, simultaneous moves.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.
    strategies : iterable of Strategy
        One for each move, with its value.

    Raises
    ------
    DeclarationError
        If a strategy is missing, has no value, or one outside its interval.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
    >>> best, worse = (Strategy("x", "a", "", {}, value=Enclosure.point(v)) for v in (1, 2))
    >>> examine_smooth(game, {}, [best]).gain
    Enclosure(0)
    >>> examine_smooth(game, {}, [worse]).doubt
    'somebody gains at least 0.5 by deviating'
    """
    profile = _Profile(game, at, tuple(strategies))
    primitive = Record({p: profile.value(game.primitive(p)) for p in game.parties})
    payoffs = Record({p: profile.value(game.payoff(p)) for p in game.parties})
    flows = tuple(Flow(t, profile.value(t.amount)) for t in game.transfers)
    doubt = _existence(profile)
    deviations = [_Deviations(profile, who, not doubt) for who in profile.movers]
    gains = [deviation.largest() for deviation in deviations]
    gain = Enclosure(max(g.lower for g in gains), max(g.upper for g in gains))
    sizes = [deviation.size() for deviation in deviations]
    doubt = _verdict(gain, gains, sizes, doubt)
    return Examination(
        payoffs,
        primitive,
        Record(dict.fromkeys(game.parties, 1)),
        Record({p.name: ((payoffs[p.name], 1),) for p in game.players}),
        flows,
        gain,
        not doubt,
        doubt,
    )


def _verdict(
    gain: Enclosure, gains: Sequence[Enclosure], sizes: Sequence[Fraction], doubt: str
) -> str:
    """Return why a profile is not confirmed: some gain, known or not excluded, or other doubts."""
    if gain.lower > 0:
        least = Decimal(gain.lower.numerator) / Decimal(gain.lower.denominator)
        return f"somebody gains at least {least:.3g} by deviating"
    if any(g.upper > _NEGLIGIBLE * size for g, size in zip(gains, sizes, strict=True)):
        return doubt or f"that nobody gains up to {gain.value:.3g} by deviating is not proved"
    return doubt


def expectation_of_smooth(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy], formula: sp.Expr
) -> Enclosure:
    """Expect a formula over moves and parameters under a profile.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
    >>> one = Strategy("x", "a", "", {}, value=Enclosure.point(1))
    >>> expectation_of_smooth(game, {}, [one], symbol("x") + 1)
    Enclosure(2)
    """
    return _Profile(game, at, tuple(strategies)).value(formula)


@dataclass
class _Profile:
    """A profile laid out, with the payoffs of those who move and their derivatives."""

    game: Game
    at: Mapping[str, Fraction]
    strategies: tuple[Strategy, ...]

    def __post_init__(self) -> None:
        self.parameters = {name: Enclosure.point(value) for name, value in self.at.items()}
        self.numbers = {symbol(n): sp.Rational(str(v)) for n, v in self.at.items()}
        self.ends = {}
        for move in self.game.moves:
            low, high = (self._end(end) for end in (move.domain.lower, move.domain.upper))
            self.ends[move.name] = (low, high)
        self.moves = {move.name: self._taken(move.name) for move in self.game.moves}
        self.is_exact = all(value.is_exact for value in self.moves.values())
        if not self.is_exact:
            inside = [n for n, v in self.moves.items() if v.is_exact and not self.at_end(n)]
            self.moves |= {name: _widened(self.moves[name]) for name in inside}
        for strategy in self.strategies:
            if strategy.move not in self.moves:
                raise DeclarationError(unknown("move", strategy.move, self.moves, "the game"))

    def _end(self, formula: sp.Expr) -> Fraction:
        end = sp.sympify(formula).xreplace(self.numbers)
        return Fraction(int(end.p), int(end.q))

    def _taken(self, name: str) -> Enclosure:
        given = [s for s in self.strategies if s.move == name]
        if len(given) != 1 or given[0].value is None:
            raise DeclarationError(f"move '{name}' needs one strategy, with the value it takes")
        value, (low, high) = given[0].value, self.ends[name]
        if value.lower < low or value.upper > high:
            raise DeclarationError(f"move '{name}' takes {value}, outside [{low}, {high}]")
        return value

    @cached_property
    def movers(self) -> tuple[str, ...]:
        """Those who move."""
        return tuple(dict.fromkeys(m.player for m in self.game.moves))

    @cached_property
    def draws(self) -> list[tuple[Enclosure, Values]]:
        """What chance may draw, and how likely that is."""
        axes = [
            [
                (enclosed(p, self.parameters), c.name, Enclosure.point(v))
                for v, p in c.outcomes.values()
            ]
            for c in self.game.chance
        ]
        return [
            (math.prod((p for p, _, _ in draw), start=ONE), {name: v for _, name, v in draw})
            for draw in itertools.product(*axes)
        ]

    def value(self, formula: sp.Expr, moved: Values | None = None) -> Enclosure:
        """Expect a formula at the profile, or with some moves changed."""
        state = {**self.parameters, **self.moves, **(moved or {})}
        total = ZERO
        for weight, draw in self.draws:
            total += weight * enclosed(formula, {**state, **draw})
        return total

    @cached_property
    def payoff(self) -> dict[str, sp.Expr]:
        """The payoff of each mover, with the branches of case distinctions that hold everywhere."""
        everywhere = {name: Enclosure(*ends) for name, ends in self.ends.items()}
        state = {**self.parameters, **everywhere}
        for chance in self.game.chance:
            values = [v for v, _ in chance.outcomes.values()]
            state[chance.name] = Enclosure(min(values), max(values))
        return {p: _settled(self.game.payoff(p), state) for p in self.movers}

    def slope(self, player: str, *names: str) -> sp.Expr:
        """Return the derivative of a player's payoff in moves."""
        return sp.diff(self.payoff[player], *(symbol(name) for name in names))

    def owner(self, name: str) -> str:
        """Return whose move it is."""
        return str(self.game.move(name).player)

    def at_end(self, name: str) -> int:
        """Return -1 for a move exactly at its lower end, 1 at its upper, 0 if at neither."""
        value, (low, high) = self.moves[name], self.ends[name]
        if not value.is_exact:
            return 0
        return -1 if value.lower == low else int(value.lower == high)


def _widened(value: Enclosure) -> Enclosure:
    return Enclosure(value.lower - _KNOWN_TO, value.upper + _KNOWN_TO)


class _NotSmooth(PigouError):
    """A payoff has a kink or jump that the checker cannot exclude."""


def _settled(formula: sp.Expr, state: Values) -> sp.Expr:
    """Put branches that hold for all moves in place of case distinctions."""
    if not formula.has(sp.Max, sp.Min, sp.Abs, If):
        return formula
    if isinstance(formula, If):
        marked = [enclosed(If(formula.args[0], *pair), state) for pair in ((1, 0), (0, 1))]
        if marked[0].is_exact:
            return _settled(formula.args[1 if marked[0] == ONE else 2], state)
        raise _NotSmooth("")
    parts = [_settled(part, state) for part in formula.args]
    if isinstance(formula, sp.Max | sp.Min | sp.Abs):
        rivals = [*parts, -parts[0]] if isinstance(formula, sp.Abs) else parts
        sign = -ONE if isinstance(formula, sp.Min) else ONE
        for one in rivals:
            if all((sign * enclosed(one - other, state)).lower >= 0 for other in rivals):
                return one
        raise _NotSmooth("")
    return formula.func(*parts)


# -- existence ----------------------------------------------------------------------------------


def _existence(profile: _Profile) -> str:
    """Re-prove that the enclosures hold a first-order point; say why not if that fails."""
    try:
        return _at_ends(profile) or (_exactly if profile.is_exact else _krawczyk)(profile)
    except (ZeroDivisionError, DeclarationError):
        return "the derivatives of the payoffs could not be evaluated near the point"
    except _NotSmooth:
        return "a payoff may have a kink or jump: a first-order point is not proved"


def _at_ends(profile: _Profile) -> str:
    """Check that derivatives at the ends of intervals do not point inwards."""
    for name in profile.moves:
        end = profile.at_end(name)
        slope = profile.value(profile.slope(profile.owner(name), name)) if end else ZERO
        if (end < 0 and slope.upper > 0) or (end > 0 and slope.lower < 0):
            return f"the derivative in '{name}' may point inwards at the end of its interval"
    return ""


def _exactly(profile: _Profile) -> str:
    """Check that derivatives inside intervals are 0 at a profile that is stated exactly."""
    for name in profile.moves:
        inside = not profile.at_end(name)
        if inside and profile.value(profile.slope(profile.owner(name), name)) != ZERO:
            return f"the derivative in '{name}' is not 0"
    return ""


def _krawczyk(profile: _Profile) -> str:
    names = [name for name in profile.moves if not profile.at_end(name)]
    box = {name: profile.moves[name] for name in names}
    middle = {n: Enclosure.point(_cut((e.lower + e.upper) / 2)) for n, e in box.items()}
    conditions = {name: profile.slope(profile.owner(name), name) for name in names}
    values = [profile.value(conditions[name], middle) for name in names]
    slopes = [
        [profile.value(sp.diff(conditions[row], symbol(column)), box) for column in names]
        for row in names
    ]
    inverse = _approximate_inverse([[(e.lower + e.upper) / 2 for e in row] for row in slopes])
    if inverse is None:
        return "the first-order conditions are singular at the point: none could be proved"
    for i, (name, row) in enumerate(zip(names, inverse, strict=True)):
        image = middle[name] - _dot(row, values)
        for k, other in enumerate(names):
            entry = Enclosure.point(int(i == k)) - _dot(row, [line[k] for line in slopes])
            image = image + entry * (box[other] - middle[other])
        if not box[name].lower < image.lower <= image.upper < box[name].upper:
            return "a first-order point inside the enclosures could not be proved"
    return ""


def _cut(number: Fraction) -> Fraction:
    return Fraction(round(number * 2**380), 2**380)


def _dot(row: Sequence[Enclosure], column: Sequence[Enclosure]) -> Enclosure:
    return sum((a * b for a, b in zip(row, column, strict=True)), ZERO)


def _approximate_inverse(matrix: list[list[Fraction]]) -> list[list[Enclosure]] | None:
    """Return an inverse, rounded after each row has been divided by its size; None if none."""
    sizes = [max(abs(v) for v in row) for row in matrix]
    if 0 in sizes:
        return None
    short = [
        [sp.Rational(str(_cut(v / size))) for v in row]
        for row, size in zip(matrix, sizes, strict=True)
    ]
    if sp.Matrix(short).det() == 0:
        return None
    rows = [[Fraction(str(v)) for v in row] for row in sp.Matrix(short).inv().tolist()]
    return [
        [Enclosure.point(_cut(v) / size) for v, size in zip(row, sizes, strict=True)]
        for row in rows
    ]


# -- deviations ---------------------------------------------------------------------------------

_Cell = tuple[Enclosure, ...]


class _Deviations:
    """One player's payoff over its own moves, the others at their enclosures."""

    def __init__(self, profile: _Profile, player: str, is_first_order: bool):
        self.profile, self.player = profile, player
        self.own = [m.name for m in profile.game.moves_of(player)]
        self.point = tuple(profile.moves[name] for name in self.own)
        self.earned = profile.value(profile.game.payoff(player))
        self.others = {n: _coarse(v) for n, v in profile.moves.items() if n not in self.own}
        self.open: list[_Cell] = []
        self.gained = Fraction(0)  # what some deviation gains for sure
        try:
            self.formula = profile.payoff[player]
            self.slopes = [profile.slope(player, name) for name in self.own]
        except _NotSmooth:
            self.formula, self.slopes = profile.game.payoff(player), []
        self.core = self._core() if is_first_order and self.slopes else None
        self.most = _MOST_CELLS if is_first_order else _FEW_CELLS

    def largest(self) -> Enclosure:
        """Return the largest gain: exactly 0 where that can be told."""
        cells = [tuple(Enclosure(*self.profile.ends[name]) for name in self.own)]
        if self.core is not None:
            cells = list(_without(cells[0], self.core))
        looked = 0
        while cells and looked < (self.most if not self.gained else _FEW_CELLS):
            cell = cells.pop(0)
            looked += 1
            try:
                cells += self._settle(cell)
            except (ZeroDivisionError, DeclarationError):
                self.open += [cell] if all(side.is_exact for side in cell) else []
                cells += _halves(cell) if cell not in self.open else []
        bound = max((self._bound(cell) for cell in (*cells, *self.open)), default=Fraction(0))
        return Enclosure(self.gained, max(bound, self.gained))

    def size(self) -> Fraction:
        """Bound how much the payoff varies over the player's moves, whatever is added to it."""
        everything = [Enclosure(*self.profile.ends[name]) for name in self.own]
        try:
            return self._at(self.formula, everything).width
        except (ZeroDivisionError, DeclarationError):
            return Fraction(0)

    def _at(self, formula: sp.Expr, cell: Sequence[Enclosure]) -> Enclosure:
        moved = dict(zip(self.own, cell, strict=True))
        return self.profile.value(formula, {**self.others, **moved})

    def _settle(self, cell: _Cell) -> list[_Cell]:
        """Return what is left of a cell: nothing, a face, or its halves."""
        middle = tuple(Enclosure.point((e.lower + e.upper) / 2) for e in cell)
        there = self._at(self.formula, middle)
        self.gained = max(self.gained, there.lower - self.earned.upper)
        enough = self.earned.lower + self.gained
        is_point = cell == self.point and all(side.is_exact for side in cell)
        if is_point or self._at(self.formula, cell).upper <= enough:
            return []
        if self.slopes:
            slopes = [self._at(slope, cell) for slope in self.slopes]
            for slope, side, point in zip(slopes, cell, middle, strict=True):
                there += slope * (side - point)
            if there.upper <= enough:
                return []
            for k, slope in enumerate(slopes):
                face = self._face(cell, k, slope)
                if face is not None:
                    return face
        if all(side.is_exact for side in cell):
            self.open.append(cell)
            return []
        return _halves(cell)

    def _face(self, cell: _Cell, k: int, slope: Enclosure) -> list[_Cell] | None:
        """Return where in a cell a maximiser may be, if the payoff rises or falls in one move."""
        low, high = self.profile.ends[self.own[k]]
        if cell[k].is_exact or slope.lower <= 0 <= slope.upper:
            return None
        end = high if slope.lower > 0 else low
        if not cell[k].lower <= end <= cell[k].upper:
            return []
        return [(*cell[:k], Enclosure(end, end), *cell[k + 1 :])]

    def _bound(self, cell: _Cell) -> Fraction:
        try:
            return self._at(self.formula, cell).upper - self.earned.lower
        except (ZeroDivisionError, DeclarationError):
            return Fraction(10) ** 300

    def _core(self) -> _Cell | None:
        """Return a box around the player's moves on which its payoff is concave."""
        second = [[self.profile.slope(self.player, a, b) for b in self.own] for a in self.own]
        for halvings in range(14):
            core = []
            for name in self.own:
                low, high = self.profile.ends[name]
                value, reach = self.profile.moves[name], (high - low) / 2**halvings
                below, above = value.lower - reach, value.upper + reach
                core.append(_coarse(Enclosure(max(below, low), min(above, high)), low, high))
            try:
                rows = [[-self._at(entry, core) for entry in row] for row in second]
            except (ZeroDivisionError, DeclarationError):
                continue
            if _positive(rows):
                return tuple(core)
        return None


def _coarse(
    value: Enclosure, low: Fraction | None = None, high: Fraction | None = None
) -> Enclosure:
    """Round an enclosure outwards to short numbers, within ends where they are given."""
    if value.is_exact:
        return value
    below = Fraction(math.floor(value.lower * _COARSE), _COARSE)
    above = Fraction(math.ceil(value.upper * _COARSE), _COARSE)
    return Enclosure(
        below if low is None else max(below, low), above if high is None else min(above, high)
    )


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


def _without(cell: _Cell, core: _Cell) -> Iterator[_Cell]:
    """Yield the parts of a cell outside the interior of a box in it."""
    sides = list(cell)
    for k, (side, inner) in enumerate(zip(cell, core, strict=True)):
        if side.lower < inner.lower:
            yield (*sides[:k], Enclosure(side.lower, inner.lower), *sides[k + 1 :])
        if inner.upper < side.upper:
            yield (*sides[:k], Enclosure(inner.upper, side.upper), *sides[k + 1 :])
        sides[k] = inner


def _halves(cell: _Cell) -> list[_Cell]:
    """Cut a cell in two across its longest side."""
    k = max(range(len(cell)), key=lambda i: cell[i].width)
    low, high = cell[k].lower, cell[k].upper
    middle = (low + high) / 2
    parts = (Enclosure(low, middle), Enclosure(middle, high))
    return [(*cell[:k], part, *cell[k + 1 :]) for part in parts]
