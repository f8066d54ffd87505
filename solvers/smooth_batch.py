r"""All equilibria of many continuous games of one family, each list with its certificate.

Steps
-----
1. The game is declared once; arrays of parameters say in which numbers its copies differ. The
   parameters become inputs of the tapes (`pigou.solvers.batch_tape`).
2. All first-order points of all games are found by one branch and prune over boxes that carry the
   number of their game (`pigou.solvers.batch_search`).
3. At every first-order point every player's best reply is bounded
   (`pigou.solvers.batch_deviation`): equilibrium, or refuted by a better move.
4. A game of which a box, a point or a reply is left undecided is *flagged*: everything that was
   found for it is thrown away, and it is solved alone (`pigou.solvers.smooth_games`). If that fails
   too, the reason is kept, and the game is not complete.

A game that is not flagged has a proved list: each box of its strategies is excluded, or holds
exactly one of the points listed.

Sources: those of the modules named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import sympy as sp

from pigou.errors import PigouError
from pigou.game import Game
from pigou.solvers.batch_conditions import Bools, Conditions, Ints, Points
from pigou.solvers.batch_deviation import BEST, REFUTED, UNDECIDED, Objective, replies
from pigou.solvers.batch_intervals import Pair, add, multiply
from pigou.solvers.batch_search import MOST_BOXES, search
from pigou.solvers.batch_tape import Program
from pigou.solvers.intervals import Floats
from pigou.solvers.smooth_family import (
    SmoothFamily,
    check_conditions,
    parameter_arrays,
    smooth_family,
)
from pigou.solvers.smooth_form import SmoothForm, smooth_form
from pigou.solvers.smooth_games import Smooth, smooth_equilibria

__all__ = ["SmoothBatch", "batch_smooth_equilibria"]

LOT = 50_000


@dataclass(frozen=True, eq=False)
class SmoothBatch:
    """All equilibria of a batch of continuous games. The arrays are read-only.

    Attributes
    ----------
    games : int
        How many games there were.
    moves, players : tuple of str
        What the columns below stand for.
    game : array of int
        The game of each equilibrium, ascending.
    low, high : arrays of shape (equilibria, moves)
        Every move lies between these, in the game's own units.
    payoff_low, payoff_high : arrays of shape (equilibria, players)
    certified : array of bool
        Whether the point is proved to exist and no player can gain by deviating. False throughout
        where `deviations` was False: then the points satisfy the first-order conditions, no more.
    complete : array of bool, one for each game
        Whether the list is proved to hold all equilibria in pure strategies.
    flagged : array of int
        The games that the batch could not settle.
    reasons : mapping of int to str
        For every game that is not complete, why.
    refuted_game, refuted_low, refuted_high, refuted_player : arrays
        First-order points that are no equilibria, and the first player (its place in `players`)
        that gains by deviating. Of games that were not flagged.
    single : mapping of int to Smooth
        For the flagged games that were solved alone, all that is known of them.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> duopoly = Game(
    ...     "duopoly",
    ...     [Player("one"), Player("two")],
    ...     [Move("x", "one", (0, 2)), Move("y", "two", (0, 2))],
    ...     {"one": "x*(3 - x - y) - c*x", "two": "y*(3 - x - y)"},
    ...     parameters=[Parameter("c", 0)],
    ... )
    >>> found = batch_smooth_equilibria(duopoly, {"c": [0, 1.5, 3]})
    >>> found.point.round(9).tolist()
    [[1.0, 1.0], [0.0, 1.5], [0.0, 1.5]]
    >>> found.complete.all(), found.certified.all(), found.flagged
    (np.True_, np.True_, array([1]))
    """

    games: int
    moves: tuple[str, ...]
    players: tuple[str, ...]
    game: Ints
    low: Floats
    high: Floats
    payoff_low: Floats
    payoff_high: Floats
    certified: Bools
    complete: Bools
    flagged: Ints
    reasons: Mapping[int, str]
    refuted_game: Ints
    refuted_low: Floats
    refuted_high: Floats
    refuted_player: Ints
    single: Mapping[int, Smooth]

    @property
    def point(self) -> Floats:
        """The middle of each enclosure."""
        return self.low + (self.high - self.low) / 2

    @property
    def radius(self) -> Floats:
        """No move differs by more from `point`."""
        middle = self.point
        return np.nextafter(np.maximum(self.high - middle, middle - self.low), np.inf)

    @property
    def payoff(self) -> Floats:
        """The middle of each payoff's enclosure."""
        return self.payoff_low + (self.payoff_high - self.payoff_low) / 2

    def counts(self) -> Ints:
        """Return the number of equilibria listed for each game."""
        return np.bincount(self.game, minlength=self.games)


def batch_smooth_equilibria(
    game: Game,
    parameters: Mapping[str, npt.ArrayLike],
    *,
    at: Mapping[str, Any] | None = None,
    deviations: bool = True,
    fast: bool = False,
    alone: bool = True,
    most_boxes: int = MOST_BOXES,
) -> SmoothBatch:
    """Return all equilibria in pure strategies of many continuous games.

    Parameters
    ----------
    game : Game
        Single players; continuous, simultaneous moves; payoffs without kinks.
    parameters : mapping of str to array of shape (games,)
        The parameters that differ. Each double is taken as the exact number that it is.
    at : mapping of str to number, optional
        Values of other parameters, exact as everywhere; the defaults where none is given.
    deviations : bool
        Whether to bound deviations. Without, first-order points are returned, none certified.
    fast : bool
        Whether to run the same algorithm compiled by numba, the extra ``pigou[fast]``.
    alone : bool
        Whether games that the batch cannot settle are solved alone, which takes a thousand times
        longer for each. Without, they stay flagged, without any equilibrium.
    most_boxes : int
        How many boxes a game may use before it is flagged.

    Raises
    ------
    StructureError
        If the game has another structure or a payoff has a kink.
    DeclarationError
        If a parameter is unknown, not finite or outside its domain, or arrays differ in length.
    ImportError
        If `fast` is set and numba is not installed.

    Examples
    --------
    A coordination game has one equilibrium or three, as spillovers are steep or not:

    >>> from pigou import Move, Parameter, Player
    >>> payoff = "{0}/(1 + exp(-k*({1} - 1/2))) - {0}**2/2"
    >>> spillovers = Game(
    ...     "spillovers",
    ...     [Player("a"), Player("b")],
    ...     [Move("x", "a", (0, 1)), Move("y", "b", (0, 1))],
    ...     {"a": payoff.format("x", "y"), "b": payoff.format("y", "x")},
    ...     parameters=[Parameter("k", 10)],
    ... )
    >>> batch_smooth_equilibria(spillovers, {"k": [2, 10]}).counts()
    array([1, 3])
    """
    family = smooth_family(game, list(parameters), at)
    values = parameter_arrays(game, parameters)
    check_conditions(family, values)
    solved = _solved(family, values, deviations, fast, most_boxes)
    return _Lists(family, values, deviations).result(solved, alone)


class _Solved(NamedTuple):
    """What the batch found: points of games that are not flagged."""

    points: Points
    verdict: npt.NDArray[np.int8]
    who: Ints
    flagged: Bools


def _solved(
    family: SmoothFamily, values: Floats, deviations: bool, fast: bool, most: int
) -> _Solved:
    """Solve some thousand games at a time."""
    movers = [family.payoffs[owner] for owner in family.owners]
    conditions = Conditions.of(family.variables, family.symbols, movers)
    objectives = [
        Objective.of(family.own(player), payoff, family.variables, family.symbols)
        for player, payoff in (family.payoffs.items() if deviations else ())
    ]
    find, judge = _compiled() if fast else (search, lambda o, p: replies(o, p)[0])
    parts = []
    for start in range(0, values.shape[1], LOT):
        some = values[:, start : start + LOT]
        points, flagged = find(conditions.at(some), some.shape[1], most)
        verdict = np.full(len(points.game), BEST if deviations else UNDECIDED, dtype=np.int8)
        who = np.zeros(len(points.game), dtype=np.intp)
        for place, objective in enumerate(objectives):
            one = judge(objective.at(some), points)
            who[(one == REFUTED) & (verdict != REFUTED)] = place
            verdict = np.minimum(verdict, one)  # refuted by one, or undecided for one, or best
        if deviations:
            flagged[points.game[verdict == UNDECIDED]] = True
        keep = ~flagged[points.game]
        points = points.pick(keep)
        points = points._replace(game=points.game + start)
        parts.append(_Solved(points, verdict[keep], who[keep], flagged))
    if not parts:
        nothing = np.zeros(0, dtype=np.intp)
        points = Points.none(len(family.variables))
        return _Solved(points, nothing.astype(np.int8), nothing, nothing.astype(bool))
    if len(parts) == 1:
        return parts[0]
    points = Points.joined([part.points for part in parts])
    return _Solved(points, *(np.concatenate([p[k] for p in parts]) for k in (1, 2, 3)))


def _compiled() -> tuple[Any, Any]:
    """Return the search and the judge of best replies that numba compiles."""
    from pigou.solvers import fast_deviation, fast_smooth

    return fast_smooth.search, fast_deviation.replies


class _Lists:
    """Puts points of the batch and of games solved alone into flat lists."""

    def __init__(self, family: SmoothFamily, values: Floats, deviations: bool):
        self.family, self.values, self.deviations = family, values, deviations
        self.ends = ends_program(family)
        payoffs = list(family.payoffs.values())
        self.payoffs = Program(payoffs, family.variables, family.symbols)

    def result(self, solved: _Solved, alone: bool) -> SmoothBatch:
        """Return everything, games in order."""
        family, points = self.family, solved.points
        kept = solved.verdict != REFUTED
        lots = [points.pick(kept)]
        certified = [np.full(int(kept.sum()), self.deviations)]
        complete = ~solved.flagged if self.deviations else np.zeros(len(solved.flagged), bool)
        single: dict[int, Smooth] = {}
        reasons: dict[int, str] = {}
        for place in np.flatnonzero(solved.flagged).tolist():
            reasons[place] = "not settled in the batch: degenerate, undefined, or too many boxes"
            if alone and self.deviations:
                lot, sure = self._alone(place, single, reasons)
                lots.append(lot)
                certified.append(sure)
                complete[place] = place not in reasons
        everything, sure = Points.joined(lots), np.concatenate(certified)
        order = np.argsort(everything.game, kind="stable")
        everything = everything.pick(order)
        low, high, payoff = self._shown(everything)
        no = points.pick(~kept)
        refuted = self._shown(no)
        return SmoothBatch(
            games=len(complete),
            moves=tuple(move.name for move in family.game.moves),
            players=family.players,
            game=_fixed(everything.game),
            low=_fixed(low),
            high=_fixed(high),
            payoff_low=_fixed(payoff[0]),
            payoff_high=_fixed(payoff[1]),
            certified=_fixed(sure[order]),
            complete=_fixed(complete),
            flagged=_fixed(np.flatnonzero(solved.flagged)),
            reasons=MappingProxyType(reasons),
            refuted_game=_fixed(no.game),
            refuted_low=_fixed(refuted[0]),
            refuted_high=_fixed(refuted[1]),
            refuted_player=_fixed(solved.who[~kept]),
            single=MappingProxyType(single),
        )

    def _alone(
        self, place: int, single: dict[int, Smooth], reasons: dict[int, str]
    ) -> tuple[Points, Bools]:
        """Solve one game by itself; drop its reason if that settles it."""
        column = self.values[:, place].tolist()
        at = dict(zip(self.family.varying, map(Fraction, column), strict=True))
        nothing = Points.none(len(self.family.variables))
        try:
            form = smooth_form(self.family.game, {**self.family.fixed, **at})
            found = smooth_equilibria(form)
        except (PigouError, ArithmeticError) as error:
            reasons[place] = str(error)
            return nothing, np.zeros(0, bool)
        single[place] = found
        sure = np.array([candidate.is_proved for candidate in found.equilibria], dtype=bool)
        if found.unresolved:
            reasons[place] = found.unresolved[0][1]
        elif not sure.all():
            reasons[place] = "another move does as well, as far as can be told"
        else:
            del reasons[place]
        if not len(sure):
            return nothing, sure
        boxes = [_in_unit_box(form, c.values) for c in found.equilibria]
        low, high = (np.array([box[k] for box in boxes]).T for k in (0, 1))
        label = np.zeros(low.shape, np.int8)
        return Points(low, high, label, np.full(len(sure), place)), sure

    def _shown(self, points: Points) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
        """Return moves in the game's own units, and payoffs."""
        m, number = points.low.shape
        moves = np.empty((2, number, m))
        payoffs = np.empty((2, number, len(self.family.players)))
        for start in range(0, number, LOT):
            lot = slice(start, start + LOT)
            games, place = np.unique(points.game[lot], return_inverse=True)
            t: list[Pair] = list(zip(points.low[:, lot], points.high[:, lot], strict=True))
            some = self.values[:, games]
            with np.errstate(all="ignore"):
                lines = Points(points.low[:, lot], points.high[:, lot], points.label[:, lot], place)
                pairs = moves_in_own_units(self.ends, some, lines)
                earned, undefined = self.payoffs.over(self.payoffs.table(some), place, t)
            for side, unknown in ((0, -np.inf), (1, np.inf)):
                moves[side, lot] = np.array([pair[side] for pair in pairs]).T
                one = np.array([pair[side] for pair in earned]).T
                payoffs[side, lot] = np.where(undefined[:, None] | np.isnan(one), unknown, one)
        return moves[0], moves[1], (payoffs[0], payoffs[1])


def ends_program(family: SmoothFamily) -> Program:
    """Return a program for the lower ends of the intervals, then their widths, then upper ends.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> alone = Game(
    ...     "alone",
    ...     [Player("a")],
    ...     [Move("x", "a", (1, "top"))],
    ...     {"a": "x - x**2"},
    ...     parameters=[Parameter("top", 2)],
    ... )
    >>> program = ends_program(smooth_family(alone, ["top"]))
    >>> program.floats(program.shared(np.array([[3.0]])), [np.zeros(1)])
    [1.0, array([2.]), array([3.])]
    """
    lows = [sp.sympify(low) for low, _ in family.ends]
    widths = [sp.sympify(high - low) for low, high in family.ends]
    highs = [sp.sympify(high) for _, high in family.ends]
    return Program([*lows, *widths, *highs], family.variables, family.symbols)


def moves_in_own_units(ends: Program, values: Floats, points: Points) -> list[Pair]:
    """Enclose the moves at points, given in the unit box, of games with some parameters.

    A move at an end of its interval is that end, without any rounding where it is a double.
    """
    t: list[Pair] = list(zip(points.low, points.high, strict=True))
    pairs, _ = ends.over(ends.table(values), points.game, t)
    m = len(t)
    moves = []
    for place, start, width, end in zip(
        t, pairs[:m], pairs[m : 2 * m], pairs[2 * m :], strict=True
    ):
        low, high = add(start, multiply(width, place))
        low, high = np.fmax(low, start[0]), np.fmin(high, end[1])
        for limit, at in ((start, 0.0), (end, 1.0)):
            there = (place[0] == at) & (place[1] == at)
            low, high = np.where(there, limit[0], low), np.where(there, limit[1], high)
        moves.append((low, high))
    return moves


def _in_unit_box(form: SmoothForm, values: Any) -> tuple[list[float], list[float]]:
    """Return doubles around moves scaled to the unit box."""
    low: list[float] = []
    high: list[float] = []
    for value, (start, end) in zip(values, form.ends, strict=True):
        for exact, found, towards in ((value.lower, low, -np.inf), (value.upper, high, np.inf)):
            place = (exact - start) / (end - start)
            near = float(place)
            outside = Fraction(near) > place if towards < 0 else Fraction(near) < place
            found.append(float(np.nextafter(near, towards)) if outside else near)
    return low, high


def _fixed(array: Any) -> Any:
    array.flags.writeable = False
    return array
