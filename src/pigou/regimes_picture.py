"""A picture of the regimes over two parameters, with exact boundary curves.

Steps
-----
1. All other parameters are fixed, and the regimes over the two that are left are found and proved.
2. A curve on which a factor of their conditions is zero is solved for the vertical parameter where
   the factor is linear or quadratic in it, for the horizontal one where the vertical one does not
   occur in it. Other factors are followed numerically, between points where their sign changes.
3. In each of many columns the curves cut the vertical range into pieces; the conditions say which
   regime each piece belongs to. Pieces are filled, and a curve is drawn where it parts two regimes.
"""

from __future__ import annotations

import io
import itertools
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational

from pigou.errors import DeclarationError, PigouError, unknown
from pigou.exact import exact
from pigou.game import Game
from pigou.notation import text_expression
from pigou.regimes_page import letter
from pigou.solvers.symbolic import Regime, RegimeSet

__all__ = ["Axis", "read_axes", "regimes_picture"]

FORMATS = ("svg", "png", "pdf")
COLUMNS = 480
_STEPS = 240  # of the search for signs that change
_GRID = 48  # of the search for the place of a label
_LETTERS, _LINES = 3.4, 1.3  # of text that fit on a step of that grid to both sides
_NEAR = 0.1  # of the height: how far apart the ends of a curve that turns back may be in a column
_MOST_NAMED = 4  # equilibria of a regime in the legend
_COLOURS = (
    "#a6cee3", "#fdbf6f", "#b2df8a", "#cab2d6", "#fb9a99", "#ffff99", "#8dd3c7", "#d9d9d9",
    "#fccde5", "#ccebc5", "#80b1d3", "#fdb462",
)  # fmt: skip

Where = int | None
"""A regime by its place in the list; nothing where the game does not allow the values."""


@dataclass(frozen=True)
class Axis:
    """A parameter along one side of the picture, with its range.

    Examples
    --------
    >>> Axis("cost", Fraction(0), Fraction(2)).at(0.5)
    1.0
    """

    name: str
    low: Fraction
    high: Fraction

    def at(self, share: float) -> float:
        """Return the value a share of the way along the range."""
        return float(self.low) + share * float(self.high - self.low)


def read_axes(text: str, game: Game) -> tuple[Axis, Axis]:
    """Read ``x,y`` or ``x=0:2,y=0:3``: two parameters, horizontal first, with their ranges.

    Without a range, it is 0 to twice the default.

    Raises
    ------
    DeclarationError
        If these are not two parameters, or a range is empty.

    Examples
    --------
    >>> from pigou.models import load
    >>> read_axes("benefit=0:2,cost", load("coordination").game)[1]
    Axis(name='cost', low=Fraction(0, 1), high=Fraction(2, 1))
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2:
        raise DeclarationError(
            f"--picture {text}: name two parameters, horizontal first, as in x,y or x=0:2,y=0:3"
        )
    one, other = (_axis(part, text, game) for part in parts)
    if one.name == other.name:
        raise DeclarationError(f"--picture {text}: the two parameters have to differ")
    return one, other


def _axis(part: str, text: str, game: Game) -> Axis:
    name, _, ends = (piece.strip() for piece in part.partition("="))
    names = [p.name for p in game.parameters]
    if name not in names:
        raise DeclarationError(f"--picture {text}: {unknown('parameter', name, names)}")
    parameter = game.parameter(name)
    if parameter.integer:
        raise DeclarationError(
            f"--picture {text}: '{name}' takes whole numbers only; fix it with --set"
        )
    if not ends:
        if parameter.default is None or parameter.default <= 0:
            raise DeclarationError(
                f"--picture {text}: '{name}' has no positive default to take a range from; write "
                f"{name}=LOW:HIGH"
            )
        return Axis(name, Fraction(0), 2 * parameter.default)
    try:
        low, high = (exact(end) for end in ends.split(":"))
    except (PigouError, ValueError):
        raise DeclarationError(
            f"--picture {text}: write the range of '{name}' as {name}=LOW:HIGH, as in {name}=0:2"
        ) from None
    if low >= high:
        raise DeclarationError(f"--picture {text}: the range of '{name}' has to grow: LOW < HIGH")
    return Axis(name, low, high)


# -- where which regime is --------------------------------------------------------------------


class _Curve:
    """Where a factor is zero: the vertical values in a column, exact where it can be solved."""

    def __init__(self, gap: sp.Expr, x: sp.Symbol, y: sp.Symbol):
        self.gap, self.vertical = gap, not gap.has(y)
        self.branches: list[sp.Expr] | None = None
        unknown = x if self.vertical else y
        if gap.is_polynomial(unknown) and sp.Poly(gap, unknown).degree() <= 2:
            self.branches = sp.roots(sp.Poly(gap, unknown), multiple=True)
            if sp.Poly(gap, unknown).degree() == 2:
                self.branches = sp.solve(gap, unknown)
        self._number = sp.lambdify((x, y), gap, "math")
        self._solved = [sp.lambdify((x, y), b, "math") for b in self.branches or []]

    def zeros(self, along: Axis, other: float) -> Iterator[tuple[int, float]]:
        """Yield branch and place of the zeros along one axis, the other coordinate given."""
        if self.branches is not None:
            for number, branch in enumerate(self._solved):
                place = _real(branch, other, other)
                if place is not None and along.low < place < along.high:
                    yield number, place
            return

        def sign_at(place: float) -> float:
            pair = (place, other) if self.vertical else (other, place)
            value = _real(self._number, *pair)
            return math.nan if value is None else value

        yield from enumerate(_crossings(sign_at, along))


def _real(function: Callable[..., Any], *values: float) -> float | None:
    """Return a value of a formula, if it is a real number there."""
    try:
        value = function(*values)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return None if isinstance(value, complex) or not math.isfinite(value) else float(value)


def _crossings(function: Callable[[float], float], along: Axis) -> Iterator[float]:
    """Yield where a function is zero on a grid, or changes its sign between two of its points."""
    places = [along.at(i / _STEPS) for i in range(_STEPS + 1)]
    for low, high in itertools.pairwise(places):
        start = function(low)
        if start == 0:
            yield low
        if not start * function(high) < 0:
            continue
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (low, middle) if start * function(middle) < 0 else (middle, high)
        yield (low + high) / 2


class _Map:
    """Which regime is where."""

    def __init__(self, found: RegimeSet, x: Axis, y: Axis):
        self.x, self.y, self.regimes = x, y, found.regimes
        symbols = (sp.Symbol(x.name, real=True), sp.Symbol(y.name, real=True))
        conditions = [one.condition for one in found.regimes if not one.boundary]
        relations = {
            r for c in (*conditions, *found.conditions) for r in sp.sympify(c).atoms(Relational)
        }
        gaps = {f for r in relations for f, _ in sp.factor_list(r.lhs - r.rhs)[1]}
        curves = [_Curve(gap, *symbols) for gap in sorted(gaps, key=str) if gap.has(*symbols)]
        self.curves = [c for c in curves if not c.vertical]
        self.walls = [c for c in curves if c.vertical]
        self._given = [sp.lambdify(symbols, c, "math") for c in found.conditions]
        self._tests = [
            (place, sp.lambdify(symbols, one.condition, "math"))
            for place, one in enumerate(found.regimes)
            if not one.boundary
        ]

    def where(self, x: float, y: float) -> Where:
        """Return the regime at a point off the boundaries."""
        try:
            if not all(test(x, y) for test in self._given):
                return None
            return next((place for place, test in self._tests if test(x, y)), None)
        except (ValueError, ZeroDivisionError, TypeError):
            return None

    def column(self, x: float) -> list[tuple[float, float, Where, _Curve | None, int]]:
        """Return the pieces of a column from below: ends, regime, curve and branch on top."""
        cuts = sorted(
            (
                (place, curve, branch)
                for curve in self.curves
                for branch, place in curve.zeros(self.y, x)
            ),
            key=lambda cut: cut[0],
        )
        pieces, low = [], float(self.y.low)
        for high, curve, branch in [*cuts, (float(self.y.high), None, 0)]:
            pieces.append((low, high, self.where(x, (low + high) / 2), curve, branch))
            low = high
        return pieces

    def columns(self) -> list[float]:
        """Return the columns, in the middle of strips, none of them on a wall."""
        return [self.x.at((i + 0.5) / COLUMNS) for i in range(COLUMNS)]


# -- drawing ----------------------------------------------------------------------------------


def regimes_picture(
    game: Game, found: RegimeSet, axes: tuple[Axis, Axis], ending: str, fixed: Mapping[str, Any]
) -> bytes:
    """Draw the regimes over two parameters.

    Parameters
    ----------
    game : Game
    found : RegimeSet
        With all parameters fixed but the two.
    axes : pair of Axis
        Horizontal and vertical.
    ending : str
        ``"svg"``, ``"png"`` or ``"pdf"``.
    fixed : mapping of str to number
        The values of the other parameters, which the picture states.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    DeclarationError
        If there is no such format, matplotlib is missing, or there are no regimes to draw.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solving import regimes
    >>> game = load("coordination").game
    >>> axes = read_axes("benefit,cost", game)
    >>> others = {p.name: p.default for p in game.parameters if p.name not in ("benefit", "cost")}
    >>> regimes_picture(game, regimes(game, others), axes, "svg", others)[:5]
    b'<?xml'
    """
    if ending not in FORMATS:
        raise DeclarationError(f"a picture is written as {', '.join(FORMATS)}, not '{ending}'")
    if not found.regimes:
        raise DeclarationError(f"there is nothing to draw: {found.partition.standing}")
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise DeclarationError(
            "pictures need matplotlib, which is not installed: pip install 'pigou[plot]'"
        ) from None
    with rc_context({"svg.hashsalt": "pigou", "svg.fonttype": "none", "font.size": 9}):
        legend = _legend(game, found)
        figure = Figure(figsize=(6.4, 5.0 + 0.125 * len(legend)), layout="constrained")
        axis = figure.add_subplot()
        places = _Map(found, *axes)
        _fill(axis, places)
        _boundaries(axis, places)
        _labels(axis, places, found)
        _frame(axis, axes, game, found, fixed)
        figure.supxlabel("\n".join(legend), fontsize=7, ha="left", x=0.02)
        file = io.BytesIO()
        dated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[ending]
        figure.savefig(file, format=ending, dpi=200, metadata=dated)
    return file.getvalue()


def _colour(place: int) -> str:
    return _COLOURS[place % len(_COLOURS)]


def _fill(axis: Any, places: _Map) -> None:
    """Fill runs of strips in which the same regimes lie above each other."""
    half = float(places.x.high - places.x.low) / COLUMNS / 2
    runs: list[tuple[tuple[Where, ...], list[float], list[list[tuple[float, float]]]]] = []
    for x in places.columns():
        column = places.column(x)
        regimes = tuple(piece[2] for piece in column)
        if not runs or runs[-1][0] != regimes:
            runs.append((regimes, [], []))
        runs[-1][1].append(x)
        runs[-1][2].append([(piece[0], piece[1]) for piece in column])
    for regimes, xs, ends in runs:
        wide = [xs[0] - half, *xs, xs[-1] + half]
        for level, regime in enumerate(regimes):
            if regime is None:
                continue
            low, high = ([column[level][side] for column in ends] for side in (0, 1))
            low, high = [low[0], *low, low[-1]], [high[0], *high, high[-1]]
            axis.fill_between(wide, low, high, color=_colour(regime), linewidth=0)


def _boundaries(axis: Any, places: _Map) -> None:
    """Draw each curve where the regimes on its two sides differ."""
    columns = [(x, places.column(x)) for x in places.columns()]
    near = float(places.y.high - places.y.low) * _NEAR
    for curve in places.curves:
        rows = []
        for x, column in columns:
            pieces = [pair for pair in itertools.pairwise(column) if pair[0][3] is curve]
            parts = (a[2] != b[2] and None not in (a[2], b[2]) for a, b in pieces)
            rows.append((x, [(a[1], p) for (a, _), p in zip(pieces, parts, strict=True)]))
        for line in _lines(rows, near):
            ys = [y if parts else math.nan for _, y, parts in line]
            axis.plot([x for x, _, _ in line], ys, color="black", linewidth=1.2)
    step = float(places.x.high - places.x.low) * 1e-6
    for wall in places.walls:
        for _, x in wall.zeros(places.x, places.y.at(0.5)):
            ys = [places.y.at((i + 0.5) / COLUMNS) for i in range(COLUMNS)]
            sides = [(places.where(x - step, y), places.where(x + step, y)) for y in ys]
            drawn = [
                y if one != other and None not in (one, other) else math.nan
                for y, (one, other) in zip(ys, sides, strict=True)
            ]
            axis.plot([x] * len(ys), drawn, color="black", linewidth=1.2)


_Line: TypeAlias = list[tuple[float, float, bool]]
"""Points of a curve, and whether it parts two regimes there."""


def _lines(rows: Sequence[tuple[float, Sequence[tuple[float, bool]]]], near: float) -> list[_Line]:
    """Join the zeros of a curve in each column, in ascending order, to lines from left to right.

    Where there are more zeros in one column than in the next, those that continue are the ones that
    move least. Two that appear or vanish together are the ends of a curve that turns back: they are
    joined too.
    """
    finished: list[_Line] = []
    lines: list[_Line] = []
    for x, row in rows:
        points = [(x, y, parts) for y, parts in row]
        few, many = sorted((lines, [[p] for p in points]), key=len)
        places = min(
            itertools.combinations(range(len(many)), len(few)),
            key=partial(_moved, many, few),
        )
        left = [line for k, line in enumerate(many) if k not in places]
        turns = [
            [one[-1], other[-1]]
            for one, other in itertools.pairwise(left)
            if abs(one[-1][1] - other[-1][1]) < near
        ]
        kept = [many[k] for k in places]
        if many is lines:
            finished += left
            joined = zip(kept, few, strict=True)
        else:
            joined = zip(few, kept, strict=True)
        finished += turns if x != rows[0][0] else []
        continued = [[*old, *new] for old, new in joined]
        lines = continued if many is lines else sorted([*continued, *left], key=_height)
    return finished + lines


def _height(line: _Line) -> float:
    return line[-1][1]


def _moved(many: Sequence[_Line], few: Sequence[_Line], places: Sequence[int]) -> float:
    """Return how far apart some of many ends are from a few."""
    pairs = zip(places, few, strict=True)
    return sum(abs(_height(many[place]) - _height(line)) for place, line in pairs)


def _labels(axis: Any, places: _Map, found: RegimeSet) -> None:
    """Name each regime where it has most room."""
    grid = {
        (i, j): places.where(places.x.at((i + 0.5) / _GRID), places.y.at((j + 0.5) / _GRID))
        for i in range(_GRID)
        for j in range(_GRID)
    }
    for place, regime in enumerate(found.regimes):
        cells = {cell for cell, where in grid.items() if where == place}
        if not cells:
            continue
        room, (i, j) = max((_room(cell, cells), cell) for cell in cells)
        x, y = places.x.at((i + 0.5) / _GRID), places.y.at((j + 0.5) / _GRID)
        words = _label(letter(place), regime, room)
        axis.text(x, y, words, ha="center", va="center", fontsize=8, linespacing=1.1)


def _label(name: str, regime: Regime, room: int) -> str:
    """Name a regime, and its equilibria where there is room for them."""
    lines = [name]
    for one in _profiles(regime) or ["no equilibrium"]:
        whole = len(one) <= _LETTERS * room
        lines += [one] if whole else one.replace("; ", ";\n").split("\n")
    fits = len(lines) <= _LINES * room and max(map(len, lines)) <= _LETTERS * room
    return "\n".join(lines) if fits else name


def _room(cell: tuple[int, int], cells: set[tuple[int, int]]) -> int:
    """Return how far the square around a cell can grow within the cells."""
    i, j = cell
    room = 0
    while all(
        {(i + a, j + b), (i + b, j + a)} <= cells
        for a in (-room - 1, room + 1)
        for b in range(-room - 1, room + 2)
    ):
        room += 1
    return room


def _profiles(regime: Regime) -> list[str]:
    return [one.profile for one in (*regime.equilibria, *regime.families)]


def _frame(
    axis: Any, axes: tuple[Axis, Axis], game: Game, found: RegimeSet, fixed: Mapping[str, Any]
) -> None:
    one, other = axes
    axis.set_xlim(float(one.low), float(one.high))
    axis.set_ylim(float(other.low), float(other.high))
    labels = [f"{a.name} ({u})" if (u := game.parameter(a.name).unit) else a.name for a in axes]
    axis.set_xlabel(labels[0])
    axis.set_ylabel(labels[1])
    values = ", ".join(f"{name} = {value}" for name, value in fixed.items())
    axis.set_title(f"{found.game}: regimes" + (f" at {values}" if values else ""), fontsize=10)


def _legend(game: Game, found: RegimeSet) -> list[str]:
    """List all regimes, those on boundaries included."""
    lines = []
    for place, regime in enumerate(found.regimes):
        where = text_expression(regime.condition, game)
        profiles = _profiles(regime)
        named = "; ".join(f"[{profile}]" for profile in profiles) or "no equilibrium"
        if len(profiles) > _MOST_NAMED:
            named = f"{len(profiles)} equilibria and continua"
        line = f"{letter(place)}  {where}: {named}"
        lines += textwrap.wrap(line, 118, subsequent_indent="    ")
    if found.why_not_mixed:
        lines.append(f"Pure equilibria only: {found.why_not_mixed}.")
    if not (found.complete and found.partition.proved):
        open_ = " / ".join(found.unresolved) or found.partition.standing
        lines += textwrap.wrap(f"Not settled: {open_}.", 118, subsequent_indent="    ")
    return lines
