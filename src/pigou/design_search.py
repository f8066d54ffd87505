r"""The least strength at which a goal is reached.

Steps
-----
1. In a finite game with payoffs that are polynomials in the strength, the critical strengths are
   computed exactly (`pigou.solvers.critical`), and the goal is decided at each of them and once or
   more in every cell between them, from the lowest upwards. The answer is *proved* where each
   answer in a cell holds in all of it (`pigou.design_goals.Goal.certain`).
2. Where the goal changes between two strengths of one cell, or no critical strengths are known, the
   change is enclosed by bisection. The goal is decided at both ends of the enclosure, so that the
   answer is *certified*; that it holds nowhere below was looked at in samples only, and is said.
3. Welfare under the worst equilibrium is compared at critical strengths and at both ends of every
   cell. At a pure profile it is a polynomial in the strength; the roots of its derivative are
   critical too, so that it rises or falls in all of a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from pigou.design_goals import Goal, Setting, compared, profiles_at, welfare
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.solvers.critical import (
    Cell,
    Critical,
    StrengthForm,
    cells,
    enclosed_value,
    ends_of,
    simplest,
    value_at,
)

__all__ = ["Span", "Threshold", "highest_worst_welfare", "least_strength"]

SAMPLES, SAMPLES_BLIND = 3, 17
_CLOSE, _NEXT = Fraction(1, 10**14), Fraction(1, 10**12)
_LITTLE = Fraction(1, 10**9)
_SHORT = 10_000
_ALL = "all equilibria, pure and mixed"


class Span(NamedTuple):
    """Strengths at which the goal is reached: from `low` to `high` (None for no end).

    Attributes
    ----------
    low, high : Enclosure or None
    with_low, with_high : bool or None
        Whether the ends belong to it; None where that is not known.

    Examples
    --------
    >>> print(Span(Enclosure.point("3/8"), None, False, False))
    above 3/8
    """

    low: Enclosure
    high: Enclosure | None
    with_low: bool | None
    with_high: bool | None

    def __str__(self) -> str:
        if self.high is None:
            return f"from {self.low} on" if self.with_low else f"above {self.low}"
        if self.low == self.high:
            return f"at {self.low}"
        words = f"from {self.low}" if self.with_low else f"above {self.low}"
        return f"{words} {'to' if self.with_high else 'and below'} {self.high}"


@dataclass(frozen=True)
class Threshold:
    """The least strength that reaches a goal.

    Parameters
    ----------
    value : Enclosure or None
        None if no strength reaches it.
    root_of : str
        Where it is not rational: the polynomial of which it is a root.
    attained : bool or None
        Whether the goal is reached at the threshold itself, rather than just above it; None where
        that is not decided.
    grade : str
        ``"proved"``, ``"certified"`` or ``"numerical"``.
    how : str
    spans : tuple of Span
        All strengths at which the goal is reached, as far as was looked.
    undecided : tuple of str
        Strengths at which it is not known.
    below : bool
        Whether it is approached from below: the nearer to the threshold, the better.
    near : Fraction or None
        A strength beside the threshold, up to which nothing changes.

    Examples
    --------
    >>> Threshold(None, "", None, "proved", "no strength does", (), ()).reached
    False
    """

    value: Enclosure | None
    root_of: str
    attained: bool | None
    grade: str
    how: str
    spans: tuple[Span, ...]
    undecided: tuple[str, ...]
    below: bool = False
    near: Fraction | None = None

    @property
    def reached(self) -> bool:
        """Whether some strength reaches the goal."""
        return self.value is not None

    @property
    def just_enough(self) -> Fraction | None:
        """A strength that reaches the goal: the threshold itself, or one just beside it."""
        if self.value is None:
            return None
        if self.attained and self.value.is_exact:
            return self.value.lower
        top = self.value.upper
        if self.near is not None:
            if self.below:
                return max(self.near, self.value.lower * (1 - _LITTLE))
            return min(self.near, _above(top))
        if self.spans and self.spans[0].high is not None:
            room = (self.spans[0].high.lower - top) / 2
            return min(top + room, _above(top)) if room > 0 else top
        return _above(top)


def _above(value: Fraction) -> Fraction:
    return value * (1 + _LITTLE) if value else _LITTLE


class _Part(NamedTuple):
    """A critical strength, or a cell, with what is known there, sample by sample."""

    where: Critical | Cell
    samples: tuple[Fraction, ...]
    answers: tuple[bool | None, ...]
    certain: bool


def least_strength(setting: Setting, goal: Goal) -> Threshold:
    """Find the least strength at which a goal is reached.

    Parameters
    ----------
    setting : Setting
    goal : Goal

    Raises
    ------
    DeclarationError
        If nothing limits the strength, and no critical strengths are known.

    Examples
    --------
    >>> from pigou.design_families import Target, from_reform
    >>> from pigou.design_goals import Unique
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> setting = Setting(model.game, from_reform(model.reform("uniform_subsidy")), {})
    >>> found = least_strength(setting, Unique(setting, Target("all upgrade", ((0, 10),))))
    >>> str(found.value), found.attained, found.grade
    ('3/8', False, 'proved')
    """
    known = setting.form is not None or goal.cells is not None
    points, parts = _cells(setting, goal)
    walked = _walk(setting, goal, points, parts)
    spans, doubts = _spans(walked)
    if not spans:
        return _none(walked, known, doubts)
    first = next(p for p in walked if any(p.answers))
    before = walked[: walked.index(first)]
    sure = known and all(p.certain for p in (*before, first) if p.samples)
    if isinstance(first.where, Cell) and not all(first.answers):
        return _bisected(goal, first, walked, spans, doubts)
    value = first.where if isinstance(first.where, Critical) else first.where.low
    attained: bool | None = True
    if isinstance(first.where, Cell):
        attained = before[-1].answers[0] if before and before[-1].answers else None
    settled = all(None not in p.answers for p in before if isinstance(p.where, Cell))
    lowest = isinstance(first.where, Critical) and not before
    grade = "proved" if (lowest and first.certain) or (sure and settled) else "numerical"
    how = f"decided at {sum(len(p.samples) for p in walked)} strengths; between them not shown"
    if grade == "proved":
        how = f"all {len(points)} critical strengths and {len(parts)} cells between them decided"
    if lowest:
        how = "nothing is less than the lowest strength"
    near = first.samples[0] if isinstance(first.where, Cell) else None
    return Threshold(
        value.value, value.root_of, attained, grade, how, spans, doubts, near=near
    )  # fmt: skip


def _none(walked: list[_Part], known: bool, doubts: tuple[str, ...]) -> Threshold:
    cells_ = [p for p in walked if isinstance(p.where, Cell)]
    sure = known and not doubts and all(p.certain for p in cells_)
    number = sum(len(p.samples) for p in walked)
    how = (
        "it fails in every cell between the critical strengths, and at them"
        if sure
        else f"it is not reached at any of {number} strengths that were tried"
    )
    return Threshold(None, "", None, "proved" if sure else "numerical", how, (), doubts)


def _cells(setting: Setting, goal: Goal) -> tuple[list[Critical], list[Cell]]:
    low, high = setting.family.low, setting.family.high
    if goal.cells is not None:
        return goal.cells
    if setting.form is not None:
        samples = 1 if goal.name == "gone" else SAMPLES
        return cells(goal.polynomials(setting.form), low, high, samples)
    if high is None:
        raise DeclarationError(
            f"the strength '{setting.family.parameter}' has no upper limit, and its critical "
            "values are not known exactly in this game: give the largest one with --most"
        )
    return cells((), low, high, SAMPLES_BLIND)


def _walk(setting: Setting, goal: Goal, points: list[Critical], parts: list[Cell]) -> list[_Part]:
    """Decide the goal at every critical strength and in every cell, from the lowest upwards."""
    walked = []
    for place, point in enumerate(points):
        at = point.exact
        samples = (at,) if at is not None and setting.allows(at) else ()
        walked.append(_Part(point, samples, tuple(goal.holds(s) for s in samples),
                            all(map(goal.sure_at, samples)) and bool(samples)))  # fmt: skip
        if place < len(parts):
            cell = parts[place]
            walked.append(_in_part(goal, cell))
    return walked


def _in_part(goal: Goal, cell: Cell) -> _Part:
    """Decide the goal once in a cell where that is enough, else also next to both of its ends."""
    for place, sample in enumerate(cell.samples, 1):
        goal.holds(sample)
        if goal.certain(sample):
            samples = cell.samples[:place]
            return _Part(cell, samples, tuple(map(goal.holds, samples)), True)
    low, first, last = cell.low.value.upper, cell.samples[0], cell.samples[-1]
    samples = (low + (first - low) * _NEXT, *cell.samples)
    if cell.high is not None:
        high = cell.high.value.lower
        samples = (*samples, high - (high - last) * _NEXT)
    return _Part(cell, samples, tuple(map(goal.holds, samples)), False)


def _spans(walked: list[_Part]) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    """Join neighbouring parts in which the goal is reached; list what is not decided."""
    spans: list[Span] = []
    doubts: list[str] = []
    open_at: tuple[Enclosure, bool | None] | None = None
    for place, part in enumerate(walked):
        if None in part.answers:
            doubts.append(_words(part))
        yes = bool(part.answers) and all(a is True for a in part.answers)
        unknown_point = isinstance(part.where, Critical) and not part.answers
        if yes and open_at is None:
            if isinstance(part.where, Critical):
                open_at = (part.where.value, True)
            else:
                before = walked[place - 1].answers if place else ()
                open_at = (part.where.low.value, False if before else None)
        if not yes and open_at is not None and not unknown_point:
            last = walked[place - 1].where
            if isinstance(last, Critical):
                spans.append(Span(open_at[0], last.value, open_at[1], True))
            else:
                high = last.high.value if last.high is not None else None
                spans.append(Span(open_at[0], high, open_at[1], False))
            open_at = None
    if open_at is not None:
        end = walked[-1].where
        high = end.value if isinstance(end, Critical) else None
        spans.append(Span(open_at[0], high, open_at[1], high is not None))
    mixed = [p for p in walked if any(p.answers) and not all(p.answers)]
    if not spans and mixed:
        samples = [s for p in mixed for s, a in zip(p.samples, p.answers, strict=True) if a]
        spans = [Span(Enclosure.point(s), Enclosure.point(s), True, True) for s in samples]
    return tuple(spans), tuple(doubts)


def _words(part: _Part) -> str:
    low, high = ends_of(part.where)
    if low == high:
        return f"at {low}"
    return f"between {low} and {high}" if high is not None else f"above {low}"


def _bisected(
    goal: Goal, part: _Part, walked: list[_Part], spans: tuple[Span, ...], doubts: tuple[str, ...]
) -> Threshold:
    """Enclose the change within a cell."""
    place = part.answers.index(True)
    if place:
        low = part.samples[place - 1]
    else:
        assert isinstance(part.where, Cell)
        low = part.where.low.value.upper
    low, high = bisected(goal.holds, low, part.samples[place])
    value, attained = Enclosure(low, high), None
    short = simplest(low, high)
    if short.denominator <= _SHORT and goal.holds(short) is not None:
        attained = goal.holds(short)
    number = sum(len(p.samples) for p in walked)
    hint = f"; {short} lies in it" if short.denominator <= _SHORT and low < high else ""
    how = (
        f"the goal fails at the lower end of the enclosure and is reached at the upper one{hint}; "
        f"that it is reached nowhere below was looked at in {number} strengths only"
    )
    last = next((n for n, a in enumerate(part.answers) if n > place and not a), len(part.answers))
    end = part.samples[last - 1]
    tail = [s for s in spans if s.low.lower > end]
    reached = Span(value, Enclosure.point(end), attained, True)
    if last == len(part.answers) and isinstance(part.where, Cell):  # as far as was looked
        edge = part.where.high
        if edge is None:
            reached = reached._replace(high=None)
        elif tail and tail[0].low == edge.value:
            joined, *tail = tail
            reached = reached._replace(high=joined.high, with_high=joined.with_high)
    grade = "certified" if goal.sure_at(low) and goal.sure_at(high) else "numerical"
    return Threshold(value, "", attained, grade, how, (reached, *tail), doubts)


def bisected(
    holds: Callable[[Fraction], bool | None], low: Fraction, high: Fraction
) -> tuple[Fraction, Fraction]:
    """Narrow an interval at whose upper end something holds, and at whose lower one it does not.

    Examples
    --------
    >>> low, high = bisected(lambda s: s * s >= 2, Fraction(1), Fraction(2))
    >>> low < high, round(float(high), 12)
    (True, 1.414213562373)
    """
    width = _CLOSE * high  # of the first one: towards 0 there is no end
    while high - low > width:
        middle = simplest(low + (high - low) * Fraction(2, 5), high - (high - low) * Fraction(2, 5))
        answer = holds(middle)
        if answer is None:
            break
        low, high = (low, middle) if answer else (middle, high)
    return low, high


# -- welfare under the worst equilibrium (step 3) ---------------------------------------------


class _Height(NamedTuple):
    """Welfare under the worst equilibrium at a strength, or towards it from one side.

    `attained` is whether it is had there; `below` whether it is only had towards it from below;
    `near` is a strength on that side, in the same cell.
    """

    value: Enclosure
    place: Critical
    attained: bool | None
    below: bool = False
    near: Fraction | None = None


class _Level(NamedTuple):
    """What is known of a cell or a point: heights, whether all of it, a bound, the level kept."""

    heights: tuple[_Height, ...]
    settled: bool
    bound: Fraction | None
    constant: Enclosure | None


def highest_worst_welfare(setting: Setting) -> tuple[Threshold, Enclosure]:
    """Find the least strength with the highest welfare under the worst equilibrium, and that.

    Raises
    ------
    StructureError
        If the game is not finite, its payoffs are no polynomials in the strength, or that welfare
        grows without end in it.

    Examples
    --------
    >>> from pigou.design_families import from_reform
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> setting = Setting(model.game, from_reform(model.reform("uniform_subsidy")), {})
    >>> found, height = highest_worst_welfare(setting)
    >>> str(found.value), found.attained, str(height)
    ('3/8', False, '9/2')
    """
    form = setting.form
    if form is None:
        raise StructureError(
            f"game '{setting.before.name}': welfare under the worst equilibrium is maximised in "
            "finite games whose payoffs are polynomials in the strength"
        )
    goal = _Worst(setting, setting.funds)
    points, parts = cells(goal.polynomials(form), setting.family.low, setting.family.high, 2)
    levels: list[tuple[Critical | Cell, _Level]] = []
    for place, point in enumerate(points):
        levels.append((point, _at_point(setting, goal, point)))
        if place < len(parts):
            levels.append((parts[place], _in_cell(setting, goal, parts[place])))
    heights = [h for _, level in levels for h in level.heights]
    if not heights:
        raise StructureError(f"game '{setting.before.name}': no equilibrium was found")
    top = max(h.value.lower for h in heights)
    best = min((h for h in heights if h.value.upper >= top), key=_how_soon)
    sure = not form.rounded and all(
        level.settled or _is_no_better(where, level.bound, best, top) for where, level in levels
    )
    how = (
        f"welfare under the worst equilibrium compared at {len(points)} critical strengths and in "
        f"{len(parts)} cells between them"
    )
    scopes = {setting.found(part.samples[0]).scope for part in parts} - {_ALL}
    how += "".join(f"; looked for were {scope}" for scope in sorted(scopes))
    spans, _ = _spans(
        [
            _Part(where, (), (level.constant is not None and level.constant.upper >= top,), True)
            for where, level in levels
        ]
    )
    grade = "proved" if sure else "numerical"
    threshold = Threshold(
        best.place.value, best.place.root_of, best.attained, grade, how, spans, (),
        best.below, best.near,
    )  # fmt: skip
    return threshold, best.value


def _is_no_better(
    where: Critical | Cell, bound: Fraction | None, best: _Height, top: Fraction
) -> bool:
    """Whether welfare there is below the highest, or no higher and had later."""
    if bound is None or bound > top:
        return False
    return bound < top or ends_of(where)[0].lower >= best.place.value.upper


def _how_soon(one: _Height) -> tuple[Fraction, bool, bool]:
    return one.place.value.lower, one.attained is not True, not one.below


class _Worst(Goal):
    name = "worst-welfare"

    def worst(self, strength: Fraction) -> Enclosure | None:
        assessed = self.setting.assessed(strength)
        return min((a.welfare(self.funds) for a in assessed), key=lambda w: w.lower, default=None)

    def certain(self, strength: Fraction) -> bool:
        return self.settled_by_pure("worst", strength)

    def more_polynomials(self, form: StrengthForm) -> Iterable[Any]:
        yield from compared(self.setting, form, (), self.funds)
        yield from self.mixtures(form, {})
        for counts in self.setting.pure_profiles:  # between these, welfare rises or falls
            yield welfare(form, counts, self.funds).derivative()


def _at_point(setting: Setting, goal: _Worst, point: Critical) -> _Level:
    """Return welfare at a critical strength; what is not rational is left to the cells beside it.

    There the worst equilibrium is no better than towards it from either side, because a limit of
    equilibria is one.
    """
    if point.exact is None or not setting.allows(point.exact):
        return _Level((), True, None, None)
    worst, complete = goal.worst(point.exact), setting.found(point.exact).complete
    if worst is None:
        return _Level((), complete, None, None)
    height = _Height(worst, point, True if complete else None)
    return _Level((height,), complete, worst.upper, worst)


def _in_cell(setting: Setting, goal: _Worst, cell: Cell) -> _Level:
    """Return welfare towards both ends of a cell, and a bound on it from pure equilibria."""
    form, sample = setting.form, cell.samples[0]
    assert form is not None
    worst = goal.worst(sample)
    pure = [welfare(form, counts, goal.funds) for counts in profiles_at(form, sample)]
    lowest = min(pure, key=lambda p: value_at(p, sample), default=None)
    if lowest is None or worst is None:
        return _Level(() if worst is None else (_sampled(worst, sample),), False, None, None)
    rises = value_at(lowest.derivative(), sample) > 0
    ends = [(cell.low, False)] + ([] if cell.high is None else [(cell.high, True)])
    towards = [
        _Height(enclosed_value(lowest, p.value), p, _beside(setting, p), below, sample)
        for p, below in ends
    ]
    bound = None if rises and cell.high is None else max(h.value.upper for h in towards)
    if Enclosure.point(value_at(lowest, sample)) != worst:
        return _Level((_sampled(worst, sample),), False, bound, None)
    certain = all(map(goal.certain, cell.samples))
    if bound is None and certain:
        raise StructureError(
            f"game '{setting.before.name}': welfare in the worst equilibrium grows without end in "
            f"'{setting.family.parameter}'; give the largest strength with --most"
        )
    constant = towards[0].value if lowest.degree() <= 0 else None
    heights = towards[:1] if constant is not None else towards
    return _Level(tuple(heights), certain, bound, constant)


def _beside(setting: Setting, point: Critical) -> bool | None:
    """Say of a limit that it is not had at the critical strength itself, unless that is open."""
    return None if point.exact is None and setting.allows(point.value.lower) else False


def _sampled(worst: Enclosure, sample: Fraction) -> _Height:
    return _Height(worst, Critical(Enclosure.point(sample), ""), True)
