r"""The equilibria of a continuous game along a policy: how many, for every strength of it.

`policy_range` varies one parameter over a range, or the strength s of a reform from 0 to 1 (payoffs
:math:`(1 - s)\,u^{\text{before}} + s\,u^{\text{reformed}}`), and returns *segments* on which the
number of equilibria is proved for every value, *windows* of stated width in which it is not known,
the *events* in them, and the *branches* of first-order points for drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from pigou.deadline import stops, time_limit as limited
from pigou.errors import DeclarationError
from pigou.exact import Enclosure, Record, exact
from pigou.game import Game
from pigou.reform import Reform
from pigou.solvers.first_order import INTERIOR, LOWER
from pigou.solvers.policy_form import PolicyForm, policy_form, strength_game
from pigou.solvers.policy_range import (
    PolicyRange as Found,
    Window as FoundWindow,
    policy_range as search,
)

__all__ = ["Branch", "Event", "PolicyRange", "Segment", "Window", "policy_range"]

WINDOW = Fraction(1, 10**6)

_WORDS = {
    "fold": "two first-order points meet and vanish",
    "boundary": "a move reaches, or leaves, an end of its interval",
    "crossing": "two branches cross, or a fold is degenerate (not proved)",
    "tie": "another move does as well as one that was best",
}


@dataclass(frozen=True)
class Segment:
    """Values of the policy with one and the same number of equilibria.

    Parameters
    ----------
    low, high : Fraction
    first_order : int
        How many first-order points there are, at every value.
    equilibria : int
        From how many of them nobody gains by any move.

    Examples
    --------
    >>> Segment(Fraction(0), Fraction(1, 2), 3, 3).equilibria
    3
    """

    low: Fraction
    high: Fraction
    first_order: int
    equilibria: int


@dataclass(frozen=True)
class Window:
    """Values of the policy at which the number of equilibria is not known.

    Parameters
    ----------
    low, high : Fraction
    why : str
        The kinds of events in it, or ``"open"``.
    is_open : bool
        Whether it is wider than asked for, or nothing is known to happen there.

    Examples
    --------
    >>> Window(Fraction(1, 2), Fraction(2, 3), "open", True).width
    Fraction(1, 6)
    """

    low: Fraction
    high: Fraction
    why: str
    is_open: bool

    @property
    def width(self) -> Fraction:
        """How wide it is."""
        return self.high - self.low


@dataclass(frozen=True)
class Event:
    """Something that changes the equilibria.

    Parameters
    ----------
    kind : str
        ``"fold"``, ``"boundary"``, ``"crossing"`` or ``"tie"``.
    value : Enclosure
        At which value of the policy: proved if `certified`, else about there.
    moves : mapping of str to Enclosure
        The moves there; none for a tie.
    which : tuple of str
        At a boundary, the moves that reach or leave an end.
    certified : bool

    Examples
    --------
    >>> Event("tie", Enclosure.point("1/2"), Record(), (), True).words
    'another move does as well as one that was best'
    """

    kind: str
    value: Enclosure
    moves: Mapping[str, Enclosure]
    which: tuple[str, ...]
    certified: bool

    @property
    def words(self) -> str:
        """What happens."""
        return _WORDS[self.kind]


@dataclass(frozen=True)
class Branch:
    """Points of a branch of first-order points, followed in floats, for drawing.

    Parameters
    ----------
    values : tuple of float
        Of the policy, in the order along the branch.
    moves : mapping of str to tuple of float
    at_end : mapping of str to str
        For each move: ``"interior"``, ``"lower"`` or ``"upper"``.
    stable : tuple of bool
        Whether small deviations die out when each move is adjusted in the direction in which its
        owner's payoff rises.
    best : tuple of bool
        Whether nobody gains by any move, on a grid of moves.

    Examples
    --------
    >>> Branch((0.0,), Record({"x": (0.5,)}), Record({"x": "interior"}), (True,), (True,)).stable
    (True,)
    """

    values: tuple[float, ...]
    moves: Mapping[str, tuple[float, ...]]
    at_end: Mapping[str, str]
    stable: tuple[bool, ...]
    best: tuple[bool, ...]


@dataclass(frozen=True)
class PolicyRange:
    """The equilibria of a game along a policy.

    Parameters
    ----------
    game : str
    over : str
        What varies: a parameter.
    low, high : Fraction
        From where to where.
    at : mapping of str to Fraction
        The values of all other parameters.
    window : Fraction
        How wide a window may be.
    segments : tuple of Segment
    windows : tuple of Window
        With the segments they make up the range.
    events : tuple of Event
    branches : tuple of Branch
    all_folds : bool
        Whether it is proved that there is no fold but those listed.
    pieces, boxes : int
        How many pieces of the range, and boxes of moves, the proof rests on.
    stopped : str
        In words, which time limit ended the search, if one did: open windows may be due to that.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> game = Game(
    ...     "alone",
    ...     [Player("a")],
    ...     [Move("x", "a", (0, 1))],
    ...     {"a": "rate*x - x**2/2"},
    ...     parameters=[Parameter("rate", 0)],
    ... )
    >>> found = policy_range(game, "rate", -1, 1)
    >>> found.complete, [s.equilibria for s in found.segments], found.count("1/2")
    (True, [1, 1], 1)
    """

    game: str
    over: str
    low: Fraction
    high: Fraction
    at: Mapping[str, Fraction]
    window: Fraction
    segments: tuple[Segment, ...]
    windows: tuple[Window, ...]
    events: tuple[Event, ...]
    branches: tuple[Branch, ...]
    all_folds: bool
    pieces: int
    boxes: int
    stopped: str = ""

    @property
    def complete(self) -> bool:
        """Whether the number of equilibria is known at every value outside windows as asked for."""
        return not any(window.is_open for window in self.windows)

    def count(self, value: Any) -> int | None:
        """Return the number of equilibria at a value; None in a window.

        Raises
        ------
        DeclarationError
            If the value is outside the range.
        """
        at = exact(value)
        if not self.low <= at <= self.high:
            raise DeclarationError(
                f"{self.over} = {at} is outside the range {self.low}:{self.high} that was followed"
            )
        if any(w.low < at < w.high for w in self.windows):
            return None
        here = {s.equilibria for s in self.segments if s.low <= at <= s.high}
        return here.pop() if len(here) == 1 else None


def policy_range(
    game: Game,
    over: str = "",
    low: Any = 0,
    high: Any = 1,
    at: Mapping[str, Any] | None = None,
    reform: Reform | None = None,
    window: Any = WINDOW,
    time_limit: Any = None,
) -> PolicyRange:
    """Count the equilibria for every value of a policy.

    Parameters
    ----------
    game : Game
        Single players with continuous, simultaneous moves and smooth payoffs.
    over : str
        The parameter that varies: one of the game's, or of the reform's. Without one, the strength
        of the reform.
    low, high : number
        Its range.
    at : mapping of str to number, optional
        The values of other parameters; the defaults where none is given.
    reform : Reform, optional
        Applied in full if `over` is a parameter; else its strength varies from `low` to `high`.
    window : number
        How wide a window around an event may be, as a share of the range.
    time_limit : number, optional
        In seconds. Once it is up, what is left is an open window.

    Returns
    -------
    PolicyRange

    Raises
    ------
    StructureError
        If the game has finite choices, stages or kinks.
    DeclarationError
        If there is no such parameter, or the range makes no sense for it.
    ReformError
        If the reform does not fit the game, or changes more than payoffs where its strength varies.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> from pigou.reform import subsidy
    >>> move = Move("x", "a", (0, 1))
    >>> game = Game("alone", [Player("a")], [move], {"a": "x/2 - x**2/2"})
    >>> found = policy_range(game, reform=subsidy("x", 1))
    >>> [(e.kind, e.which, round(e.value.value, 9)) for e in found.events]
    [('boundary', ('x',), 0.5)]
    """
    game, over = _subject(game, over, reform)
    ends, share = (exact(low), exact(high)), exact(window)
    if not 0 < share <= Fraction(1, 100):
        raise DeclarationError(f"window {share}: it has to be above 0 and at most 1/100")
    if share < Fraction(1, 10**9):
        raise DeclarationError(f"window {share}: narrower than 1e-9 cannot be told in doubles")
    form = policy_form(game, over, *ends, at)
    with limited(time_limit):
        before, _ = stops()
        found = _named(game, over, ends, share, form, search(form.system, float(share)))
        after, words = stops()
    return replace(found, stopped=words if after > before else "")


def _subject(game: Game, over: str, reform: Reform | None) -> tuple[Game, str]:
    """Return the game in which one parameter varies, and which."""
    if reform is None:
        if not over:
            names = ", ".join(p.name for p in game.parameters) or "none"
            raise DeclarationError(
                f"say which parameter of game '{game.name}' varies, or name a reform (parameters: "
                f"{names})"
            )
        return game, over
    if over in ("", "strength"):
        return strength_game(game, reform), "strength"
    return reform(game), over


def _named(
    game: Game, over: str, ends: tuple[Fraction, Fraction], share: Fraction, form: PolicyForm,
    found: Found,
) -> PolicyRange:  # fmt: skip
    """Put what was found into the game's own units and words."""
    low, width = ends[0], ends[1] - ends[0]

    def value(strength: float) -> Fraction:
        return low + width * Fraction(float(strength))

    def move(place: int, one: float, other: float) -> Enclosure:
        a, b = form.ends[place]
        return Enclosure(a + (b - a) * Fraction(float(one)), a + (b - a) * Fraction(float(other)))

    events = tuple(
        Event(
            e.kind,
            Enclosure(value(e.low), value(e.high)),
            Record({
                name: move(k, e.moves[0][k], e.moves[1][k])
                for k, name in enumerate(form.moves) if e.kind != "tie"
            }),
            tuple(form.moves[k] for k in e.which),
            e.certified,
        )
        for e in found.events
    )  # fmt: skip
    segments = tuple(
        Segment(value(c.low), value(c.high), c.first_order, c.equilibria) for c in found.counts
    )
    return PolicyRange(
        game.name, over, *ends, form.at, share * width, segments,
        tuple(_window(w, value, share * width) for w in found.windows),
        events, _branches(form, found, ends), found.all_folds, found.segments, found.boxes,
    )  # fmt: skip


def _window(found: FoundWindow, value: Any, widest: Fraction) -> Window:
    low, high = value(found.low), value(found.high)
    return Window(low, high, found.why, found.why == "open" or high - low > widest)


def _branches(
    form: PolicyForm, found: Found, ends: tuple[Fraction, Fraction]
) -> tuple[Branch, ...]:
    low, width = float(ends[0]), float(ends[1] - ends[0])
    words = {INTERIOR: "interior", LOWER: "lower"}
    branches = []
    for arc, best in zip(found.arcs, found.best, strict=True):
        scales = [(float(a), float(b - a)) for a, b in form.ends]
        moves = {
            name: tuple(a + b * float(t) for t in arc.points[k])
            for k, (name, (a, b)) in enumerate(zip(form.moves, scales, strict=True))
        }
        at_end = {
            name: words.get(label, "upper")
            for name, label in zip(form.moves, arc.label, strict=True)
        }
        branches.append(
            Branch(
                tuple(low + width * float(s) for s in arc.points[-1]),
                Record(moves),
                Record(at_end),
                tuple(bool(one) for one in arc.stable),
                tuple(bool(one) for one in best),
            )
        )
    return tuple(branches)
