r"""Switching values of parameters: where the verdict on a reform flips, everything else held.

A verdict can flip where the net benefit :math:`N(\theta)` along the equilibria passes zero, or
where the equilibria themselves change: one ceases to exist, or another is picked.

Steps
-----
1. Let :math:`\theta_0` be the value at hand. On both sides the verdict is computed, by solving both
   games, within each cell between the candidates of step 3, as seen from :math:`\theta_0` and from
   within each of these cells, and further out where there are none; the first that differs from the
   one at :math:`\theta_0` brackets a flip. If :math:`\theta_0` is a candidate itself, and the
   verdicts just below and just above differ, it is the flip on both sides.
2. The equilibria at both ends of the bracket are followed in closed form (`pigou.along`).
3. Candidates are the zeros (`pigou.zeros`) of the net benefit along them, of what bounds their
   existence, and of the differences of their welfare.
4. If the verdicts on both sides of a candidate c, at :math:`c \pm 10^{-9} (1 + |c|)` or closer,
   differ as those at the ends of the bracket do, the verdict flips at c, *exactly*. So the sign on
   each side is that of a solved game, and c is an algebraic number.
5. Without such a candidate the bracket is halved until it is :math:`10^{-9}` wide. Where both
   verdicts are certified this encloses a flip rigorously; the number itself stays *numerical*.

Of each side the nearest flip that was found is returned. Between neighbouring values that were
solved a verdict could flip twice; that it does not is not proved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pigou.equilibrium import Grade
from pigou.exact import Enclosure
from pigou.game import Game
from pigou.reform import Reform
from pigou.varying import CLOSE, Case, Search
from pigou.verdict import checked_rule
from pigou.zeros import Zero

__all__ = ["Switch", "Switching", "switching_values"]

_LADDER = (Fraction(1, 2), Fraction(2), Fraction(8))
_MOST_CELLS = 16
_FEW_CELLS = 3
_MOST_WHOLE = 24
_MOST_HALVINGS = 40


@dataclass(frozen=True)
class Switch:
    """A parameter value at which a verdict flips.

    Parameters
    ----------
    rule, cost, weighted : str, str, bool
        Which verdict: the rule for picking the equilibrium, the cost of public funds, the weights.
    value : Enclosure
    exact : str
        The value exactly, if it is known to be algebraic.
    below, above : str
        The verdicts just below and just above.
    grade : Grade
        Certified where the value is exact, or is enclosed between certified verdicts.

    Examples
    --------
    >>> one = Switch(
    ...     "worst",
    ...     "1",
    ...     True,
    ...     Enclosure.point(2),
    ...     "2",
    ...     "worth it",
    ...     "changes nothing",
    ...     Grade.CERTIFIED,
    ... )
    >>> print(one)
    2: worth it below, changes nothing above
    """

    rule: str
    cost: str
    weighted: bool
    value: Enclosure
    exact: str
    below: str
    above: str
    grade: Grade

    def __str__(self) -> str:
        return f"{self.exact or self.value}: {self.below} below, {self.above} above"


@dataclass(frozen=True)
class Switching:
    """The switching values of one parameter.

    Parameters
    ----------
    parameter : str
    here : Fraction
        The value at hand.
    switches : tuple of Switch
        The nearest flip on each side, of each verdict.
    low, high : Fraction
        The lowest and the highest value that was solved.

    Examples
    --------
    >>> Switching("cost", Fraction(1), (), Fraction(0), Fraction(4)).switches
    ()
    """

    parameter: str
    here: Fraction
    switches: tuple[Switch, ...]
    low: Fraction
    high: Fraction


def switching_values(
    game: Game,
    reform: Reform,
    parameter: str,
    at: Mapping[str, Any] | None = None,
    *,
    rules: Sequence[str] = ("selected", "worst", "best"),
    **options: Any,
) -> Switching:
    """Return the values of a parameter at which the verdict on a reform flips.

    Parameters
    ----------
    game : Game
    reform : Reform
    parameter : str
        Of the game or of the reform.
    at : mapping of str to number, optional
        Values of the other parameters, and where to start.
    rules : sequence of str
        For which rules of picking the equilibrium.
    **options
        Costs of public funds, weights and selection, as in `pigou.compare`.

    Raises
    ------
    DeclarationError
        If there is no such parameter or rule.
    ReformError, DeclarationError, StructureError
        As `pigou.compare`, at the value at hand.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> reform = model.reform("uniform_subsidy")
    >>> found = switching_values(model.game, reform, "subsidy", rules=["worst"])
    >>> for switch in found.switches:
    ...     print(switch)
    3/8: costs more than it brings below, worth it above
    """
    for rule in rules:
        checked_rule(rule)
    search = Search(game, reform, parameter, dict(at or {}), options)
    search.start()
    found = list(_integer(search, rules) if search.whole else _real(search, rules))
    solved = sorted(search.known)
    return Switching(parameter, search.here, tuple(found), solved[0], solved[-1])


# -- the search -----------------------------------------------------------------------------------


def _cases(search: Search, rules: Sequence[str]) -> Iterator[Case]:
    found = search.start()
    for rule in rules:
        for cost in found.costs_of_funds:
            yield (rule, str(cost), False)
            if found.weights:
                yield (rule, str(cost), True)


def _integer(search: Search, rules: Sequence[str]) -> Iterator[Switch]:
    """Go up and down one by one."""
    for case in _cases(search, rules):
        start = search.word(search.here, case)
        for step in (-1, 1):
            value = search.here
            for _ in range(_MOST_WHOLE):
                if not search.inside(value + step):
                    break
                value += step
                now = search.word(value, case)
                if now != start:
                    ends = sorted((value - step, value))
                    words = f"between {ends[0]} and {ends[1]}"
                    yield _switch(search, case, value - step, value, words)
                    break


def _real(search: Search, rules: Sequence[str]) -> Iterator[Switch]:
    for case in _cases(search, rules):
        at_hand = _at_hand(search, case)
        if at_hand is not None:
            yield at_hand
            continue
        for up in (False, True):
            bracket = _bracket(search, case, up)
            if bracket is not None:
                yield _located(search, case, *bracket)


def _at_hand(search: Search, case: Case) -> Switch | None:
    """Return the flip if the value at hand is one itself, and a candidate."""
    here, gap = search.here, CLOSE * (1 + abs(search.here))
    if str(here) not in [z.exact for z in search.candidates(here)]:
        return None
    below, above = (end if search.inside(end) else here for end in (here - gap, here + gap))
    if search.word(below, case) == search.word(above, case):
        return None
    return _switch(search, case, below, above, str(here), Enclosure.point(here))


def _bracket(search: Search, case: Case, up: bool) -> tuple[Fraction, Fraction] | None:
    """Return two neighbouring values with different verdicts, the one nearer to home first."""
    last, start = search.here, search.word(search.here, case)
    for value in _samples(search, up):
        if not search.inside(value):
            return None
        if search.word(value, case) != start:
            return last, value
        last = value
    return None


def _samples(search: Search, up: bool) -> Iterator[Fraction]:
    """Yield a value in each cell between candidates, outwards, and some further out."""
    last = search.here
    edges = _beyond(search, last, up)[:_MOST_CELLS]
    few = len(edges) <= _FEW_CELLS
    for edge in edges:
        middle = _simple(last, edge)
        yield from _within(search, middle, last, edge)
        if few:
            yield edge - (edge - middle) / 32
        last = edge
    near, reach = last, abs(last) or Fraction(1)
    for factor in _LADDER:
        value = last + factor * reach * (1 if up else -1)
        yield from _within(search, value, near, value)
        yield value
        near = value


def _beyond(search: Search, value: Fraction, up: bool) -> list[Fraction]:
    """Return the candidates on one side of a value, as seen from there, outwards."""
    ends = (z.value.upper if up else z.value.lower for z in search.candidates(value))
    return sorted({end for end in ends if (end > value if up else end < value)}, reverse=not up)


def _within(search: Search, seen: Fraction, near: Fraction, far: Fraction) -> Iterator[Fraction]:
    """Yield values between two, one in each cell between candidates that are seen from within."""
    if not search.inside(seen):
        yield seen
        return
    low, high = min(near, far), max(near, far)
    ends = {z.value.lower for z in search.candidates(seen) if low < z.value.lower < high}
    last = near
    for end in [*sorted(ends, reverse=near > far)[:_MOST_CELLS], far]:
        yield _simple(last, end)
        last = end


def _simple(one: Fraction, other: Fraction) -> Fraction:
    """Return a number well between two, with a short denominator."""
    low, high = min(one, other), max(one, other)
    middle, width = (low + high) / 2, high - low
    digits = Fraction(1)
    while digits > width / 4:
        digits /= 2
    return round(middle / digits) * digits


def _located(search: Search, case: Case, near: Fraction, far: Fraction) -> Switch:
    """Narrow a bracket down to the nearest candidate, or by halving; `near` is the home side."""
    start, at_zero = search.word(near, case), _hit(search, case, near, far)
    if at_zero is not None:
        return at_zero
    for _ in range(_MOST_HALVINGS):
        for zero in _between(search, near, far):
            inner, outer = _sides(zero, near, far)
            if search.word(inner, case) != start:
                far = inner
                break
            if search.word(outer, case) != start:
                return _switch(search, case, inner, outer, zero.exact, zero.value)
            near = outer
        if abs(far - near) <= CLOSE * (1 + abs(near)):
            break
        middle = _simple(near, far)
        if search.word(middle, case) == start:
            near = middle
            continue
        far = middle
        at_zero = _hit(search, case, near, far)
        if at_zero is not None:
            return at_zero
    return _switch(search, case, near, far, "")


def _hit(search: Search, case: Case, near: Fraction, far: Fraction) -> Switch | None:
    """Return the flip if a value that was tried happens to be the one where nothing is gained."""
    if search.word(far, case) != "gains nothing" or not search.inside(far):
        return None
    zero = Zero(Enclosure.point(far), str(far))
    gap = min(CLOSE * (1 + abs(far)), abs(far - near) / 2)
    inner, outer = (far - gap, far + gap) if near < far else (far + gap, far - gap)
    if not search.inside(outer) or search.word(outer, case) in ("gains nothing", "no verdict"):
        return None
    if search.word(inner, case) != search.word(near, case):
        return None
    return _switch(search, case, inner, outer, zero.exact, zero.value)


def _between(search: Search, near: Fraction, far: Fraction) -> list[Zero]:
    """Return the candidates between two values, from the first to the second."""
    low, high = min(near, far), max(near, far)
    both = {z.exact: z for end in (near, far) for z in search.candidates(end)}
    inside = [z for z in both.values() if low < z.value.lower and z.value.upper < high]
    return sorted(inside, key=lambda z: z.value.lower, reverse=near > far)


def _sides(zero: Zero, near: Fraction, far: Fraction) -> tuple[Fraction, Fraction]:
    """Return a value just on the home side of a candidate, and one just beyond."""
    low, high = min(near, far), max(near, far)
    gap = CLOSE * (1 + abs(zero.value.lower))
    gap = min(gap, (zero.value.lower - low) / 2, (high - zero.value.upper) / 2)
    below, above = zero.value.lower - gap, zero.value.upper + gap
    return (below, above) if near < far else (above, below)


def _switch(
    search: Search,
    case: Case,
    one: Fraction,
    other: Fraction,
    exactly: str,
    value: Enclosure | None = None,
) -> Switch:
    rule, cost, weighted = case
    low, high = min(one, other), max(one, other)
    grades = {search.grade(end, rule) for end in (low, high)}
    grade = Grade.NUMERICAL if Grade.NUMERICAL in grades else Grade.CERTIFIED
    return Switch(
        rule, cost, weighted, value or Enclosure(low, high), exactly,
        search.word(low, case), search.word(high, case), grade,
    )  # fmt: skip
