r"""Design: the cheapest reform of a family that reaches a goal.

`design` takes a game, a goal (`pigou.design_goals`) and a family (`pigou.design_families`), and
returns the least strength that reaches the goal with what it costs: the *outlay* in the equilibrium
that results, and the budget *promised*, the largest outlay at any pure profile, which has to be
credible although it is not paid. In ``divide-and-conquer`` every player has a rate of its own,
and the order in which players are won is chosen as well (`pigou.solvers.orders`).

With `over`, a box of parameter values, the answer is the least strength that reaches the goal at
*every* value. Where payoffs are linear in each of these parameters, whatever dominates at every
corner of the box does so in all of it, so that the largest threshold of a corner is the answer if
one order of elimination serves all corners; else it is a lower bound, and said to be one.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from pigou.assessment import Assessment
from pigou.check_smooth import has_interval
from pigou.comparison import SELECTIONS
from pigou.design_families import (
    BUILT_IN,
    DIVIDE,
    Family,
    Target,
    assurance,
    counts_of,
    find_target,
    from_reform,
    levers,
    uniform,
)
from pigou.design_goals import (
    GOALS,
    Gain,
    Goal,
    Gone,
    NoLosers,
    Selected,
    Setting,
    Unique,
)
from pigou.design_search import Threshold, highest_worst_welfare, least_strength
from pigou.errors import DeclarationError, StructureError, unknown
from pigou.exact import Enclosure, Record, exact
from pigou.game import Game
from pigou.model import Model
from pigou.reform import Reform
from pigou.solvers.budgets import Budgets
from pigou.solvers.form import FiniteForm, finite_form
from pigou.solvers.orders import CheapestOrder
from pigou.solving import solve
from pigou.stages import is_staged

__all__ = ["Design", "Outcome", "Payment", "design"]

MOST_ROWS = 60
MOST_PROFILES = 20_000
_RULE = {"selected": "laplacian", "gain": "worst", "no-losers": "worst"}


@dataclass(frozen=True)
class Outcome:
    """An equilibrium that results, and what it costs.

    Parameters
    ----------
    profile : str
    surplus : mapping of str to Enclosure
        What each party has, all members together.
    welfare : Enclosure
        At a cost of public funds of 1.
    outlay : Enclosure
        What the reform pays out in it.

    Examples
    --------
    >>> from pigou.models import load
    >>> str(design(load("coordination"), formulas=False).outcomes[0].outlay)
    '15/4'
    """

    profile: str
    surplus: Mapping[str, Enclosure]
    welfare: Enclosure
    outlay: Enclosure


class Payment(NamedTuple):
    """What one member is paid for the target.

    Attributes
    ----------
    player : str
    rate : Fraction
        In units of the instrument.
    strict : bool
        Whether it has to be more than that.

    Examples
    --------
    >>> from pigou.models import load
    >>> found = design(load("coordination"), family="divide-and-conquer", formulas=False)
    >>> str(found.payments[0].rate), found.payments[0].strict
    ('3/8', True)
    """

    player: str
    rate: Fraction
    strict: bool


class Row(NamedTuple):
    """One point of the frontier of cost against goal.

    Attributes
    ----------
    strength : Enclosure
        The strength; or, where `above`, what is had just above it.
    above : bool
    equilibria : int or None
    on_target : Enclosure or None
        How many members make the target's move in the equilibrium in which fewest do.
    worst, best : Enclosure or None
        Welfare in the worst and in the best equilibrium.
    outlay, promised : Enclosure or None
        The largest outlay in an equilibrium, and at any pure profile.

    Examples
    --------
    >>> from pigou.models import load
    >>> [str(row.on_target) for row in design(load("coordination"), formulas=False).frontier]
    ['0', '10']
    """

    strength: Enclosure
    above: bool
    equilibria: int | None
    on_target: Enclosure | None
    worst: Enclosure | None
    best: Enclosure | None
    outlay: Enclosure | None
    promised: Enclosure | None


@dataclass(frozen=True)
class Design:
    """The cheapest reform of a family that reaches a goal.

    Parameters
    ----------
    game, goal, family : str
    goal_words : str
    unit : str
        What a unit of strength is.
    parameter : str
        The name of the strength; empty where every player has its own.
    rule : str
        The rule of selection, where the goal needs one.
    at : mapping of str to Fraction
        The parameter values; not those of `over`.
    over : mapping of str to (Fraction, Fraction)
        The box of parameter values at all of which the goal is to be reached.
    threshold : Threshold
        The least strength, or the least total where every player has its own.
    payments : tuple of Payment
        In ``divide-and-conquer``, in the order in which players are won.
    outcomes : tuple of Outcome
        The equilibria that result.
    outlay, promised : Enclosure or None
        The largest outlay in these, and at any pure profile.
    frontier : tuple of Row
    height : Enclosure or None
        The highest welfare under the worst equilibrium, where that is the goal.
    formulas : Budgets or None
        The least budgets for any parameter values, where they are known.
    why_no_formulas : str

    Examples
    --------
    >>> from pigou.models import load
    >>> found = design(load("coordination"), "unique", "uniform", formulas=False)
    >>> str(found.threshold.value), found.threshold.attained, str(found.outlay)
    ('3/8', False, '15/4')
    """

    game: str
    goal: str
    family: str
    goal_words: str
    unit: str
    parameter: str
    rule: str
    at: Mapping[str, Fraction]
    over: Mapping[str, tuple[Fraction, Fraction]]
    threshold: Threshold
    payments: tuple[Payment, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    outlay: Enclosure | None = None
    promised: Enclosure | None = None
    frontier: tuple[Row, ...] = ()
    height: Enclosure | None = None
    formulas: Budgets | None = None
    why_no_formulas: str = ""

    @property
    def reached(self) -> bool:
        """Whether the goal can be reached."""
        return self.threshold.reached


class _Task(NamedTuple):
    """What is asked for."""

    game: Game
    goal: str
    family: str
    argument: str
    at: Mapping[str, Any]
    over: Mapping[str, tuple[Fraction, Fraction]]
    target: str
    bad: str
    reforms: tuple[Reform, ...]
    vary: str
    rule: str
    most: Any


def design(
    model: Model | Game,
    goal: str = "unique",
    family: str = "uniform",
    *,
    at: Mapping[str, Any] | None = None,
    over: Mapping[str, tuple[Any, Any]] | None = None,
    target: str = "",
    bad: str = "",
    reforms: Sequence[Reform] = (),
    vary: str = "",
    select: str = "",
    most: Any = None,
    formulas: bool = True,
) -> Design:
    """Find the cheapest reform of a family that reaches a goal.

    Parameters
    ----------
    model : Model or Game
    goal : str
        ``gone``, ``unique``, ``selected``, ``worst-welfare``, ``gain:GROUP=AMOUNT`` or
        ``no-losers``.
    family : str
        ``uniform``, ``divide-and-conquer``, ``assurance``, or the name of one of the model's
        reforms; empty where `reforms` holds one.
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.
    over : mapping of str to pair of numbers, optional
        Parameters with a range: the goal is to be reached at every value in the box.
    target : str
        The profile that is to come about: the name of an equilibrium without reform, or
        ``move=choice,...``. By default the pure equilibrium with the highest welfare.
    bad : str
        For ``gone``: the profile that is to be no equilibrium; by default the pure equilibrium with
        the lowest welfare.
    reforms : sequence of Reform
        One whose strength is looked for; with ``divide-and-conquer`` one for each player.
    vary : str
        Which parameter of the reform is its strength.
    select : str
        A rule of selection, for ``selected``, ``gain`` and ``no-losers``.
    most : number, optional
        The largest strength to consider.
    formulas : bool
        Whether to state the least budgets as formulas too, where they are known.

    Raises
    ------
    DeclarationError, ReformError
        If a goal, family, group, rule, profile or range is not there or makes no sense.
    StructureError
        If the game's structure does not allow for it.

    Examples
    --------
    >>> from pigou.models import load
    >>> found = design(load("coordination"), family="divide-and-conquer", formulas=False)
    >>> [str(one.rate) for one in found.payments if one.rate > 0], str(found.threshold.value)
    (['3/8', '11/36', '17/72', '1/6', '7/72', '1/36'], '29/24')
    """
    what = model if isinstance(model, Model) else Model(model)
    task = _task(what, goal, family, at, over, target, bad, reforms, vary, select, most)
    if task.family == DIVIDE:
        found = _divided(task)
    elif has_interval(task.game):
        found = _continuous(task)
    else:
        found = _single(task)
    return _with_formulas(found, task) if formulas else found


# -- reading what is asked for ------------------------------------------------------------------


def _task(
    model: Model, goal: str, family: str, at: Any, over: Any, target: str, bad: str,
    reforms: Sequence[Reform], vary: str, select: str, most: Any,
) -> _Task:  # fmt: skip
    name, _, argument = (part.strip() for part in goal.partition(":"))
    if name not in GOALS:
        raise DeclarationError(unknown("goal", name, GOALS))
    if argument and name not in ("gain", "gone"):
        raise DeclarationError(f"the goal '{name}' takes nothing after a colon, not '{argument}'")
    if name == "gain" and "=" not in argument:
        raise DeclarationError(f"the goal 'gain' is written gain:GROUP=AMOUNT, not '{goal}'")
    chosen = tuple(reforms)
    own = [r.name for r in model.reforms]
    family = family or (chosen[0].name if chosen else "uniform")
    if family not in BUILT_IN and not chosen:
        if family not in own:
            raise DeclarationError(
                unknown("family", family, [*BUILT_IN, *own], f"model '{model.name}'", "families")
            )
        chosen = (model.reform(family),)
    if family in ("uniform", "assurance") and chosen:
        raise DeclarationError(f"the family '{family}' brings its own reform: leave out -r")
    if family != DIVIDE and len(chosen) > 1:
        raise DeclarationError("name one reform; several are for the family divide-and-conquer")
    rule = select or _RULE.get(name, "")
    if rule and rule not in SELECTIONS:
        raise DeclarationError(unknown("selection", rule, SELECTIONS))
    if select and name not in _RULE:
        raise DeclarationError(f"the goal '{name}' needs no rule of selection: leave out --select")
    box = _box(model.game, over or {}, at or {})
    if name == "gone" and argument:
        bad = argument
    return _Task(model.game, name, family, argument, dict(at or {}), box, target, bad, chosen, vary,
                 rule, most)  # fmt: skip


def _box(
    game: Game, over: Mapping[str, tuple[Any, Any]], at: Mapping[str, Any]
) -> dict[str, tuple[Fraction, Fraction]]:
    box = {}
    for name, (low, high) in over.items():
        parameter = game.parameter(name)
        ends = (parameter.check(exact(low)), parameter.check(exact(high)))
        if ends[0] > ends[1]:
            raise DeclarationError(
                f"the range {ends[0]}:{ends[1]} of '{name}' is upside down; did you mean "
                f"{ends[1]}:{ends[0]}?"
            )
        if name in at:
            raise DeclarationError(f"'{name}' runs over a range; do not set it as well")
        if parameter.integer and ends[0] != ends[1]:
            raise DeclarationError(f"'{name}' takes whole numbers only: it has no range")
        box[name] = ends
    return box


def _corners(task: _Task) -> list[dict[str, Any]]:
    names = list(task.over)
    ends = (dict.fromkeys(task.over[name]) for name in names)
    return [dict(zip(names, corner, strict=True)) for corner in itertools.product(*ends)]


# -- one strength -------------------------------------------------------------------------------


def _single(task: _Task) -> Design:
    """Design with one strength, at one place or over a box."""
    solved = [_at_corner(task, corner) for corner in _corners(task)]
    setting, goal, threshold, height = max(solved, key=_severity)
    if len(solved) > 1:
        threshold = _robust(task, solved, threshold)
    found = Design(
        task.game.name, task.goal, task.family, goal.words if goal else _WORST,
        setting.family.label, setting.family.parameter, task.rule, _shown(task), task.over,
        threshold, height=height,
    )  # fmt: skip
    target = goal.target if isinstance(goal, Unique | Selected) else _optional_target(task, setting)
    return replace(_with_costs(found, setting), frontier=_frontier(setting, target))


_WORST = "the lowest welfare in any equilibrium is as high as the family can make it"
_Solved = tuple[Setting, Goal | None, Threshold, Enclosure | None]


def _severity(one: _Solved) -> tuple[bool, Fraction, bool]:
    threshold = one[2]
    if threshold.value is None:
        return True, Fraction(0), False
    return False, threshold.value.upper, not threshold.attained


def _shown(task: _Task) -> dict[str, Fraction]:
    corner = _corners(task)[0]
    own = [p.name for p in task.game.parameters]
    values = task.game.values({k: v for k, v in {**task.at, **corner}.items() if k in own})
    given = {k: exact(v) for k, v in task.at.items() if k not in own}
    return Record({k: v for k, v in {**values, **given}.items() if k not in task.over})


def _at_corner(task: _Task, corner: Mapping[str, Any]) -> _Solved:
    at = {**task.at, **corner}
    setting = _setting(task, at)
    if task.goal == "worst-welfare":
        threshold, height = highest_worst_welfare(setting)
        return setting, None, threshold, height
    goal = _goal(task, setting)
    return setting, goal, least_strength(setting, goal), None


def _setting(task: _Task, at: Mapping[str, Any]) -> Setting:
    own = [p.name for p in task.game.parameters]
    here = {k: v for k, v in at.items() if k in own}
    if task.family in ("uniform", "assurance"):
        form = _finite(task.game, here)
        make = uniform if task.family == "uniform" else assurance
        family = make(task.game, form, None if form is None else _target(task, here, form))
    else:
        (one,) = task.reforms
        family = from_reform(one, task.vary)
    return Setting(task.game, family.limited(task.most), at)


def _finite(game: Game, at: Mapping[str, Any]) -> FiniteForm | None:
    if has_interval(game) or is_staged(game):
        return None
    form = finite_form(game, at)
    if any(g.exit is not None for g in form.groups):
        raise StructureError(f"game '{game.name}' has an exit; that is not designed for yet")
    return form


def _target(task: _Task, at: Mapping[str, Any], form: FiniteForm) -> Target:
    """Return the target: by name, or the pure equilibrium with the highest welfare."""
    found, assessed = _baseline(task, at)
    if task.target:
        return find_target(task.target, form, found, "--target")
    pure = [a for a in assessed if counts_of(a.equilibrium) is not None]
    if not pure:
        raise DeclarationError(
            f"game '{task.game.name}' has no pure equilibrium without reform: name the profile "
            "that is to come about with --target move=choice,..."
        )
    return _as_target(max(pure, key=lambda a: a.welfare().lower))


def _baseline(task: _Task, at: Mapping[str, Any]) -> Any:
    from pigou.assessment import assess

    found = solve(task.game, at)
    return found, assess(task.game, found)


def _as_target(assessment: Assessment) -> Target:
    counts = counts_of(assessment.equilibrium)
    assert counts is not None
    return Target(assessment.equilibrium.profile, counts)


def _optional_target(task: _Task, setting: Setting) -> Target | None:
    """Return the target for counting who makes its moves, where there is one."""
    try:
        form = _finite(task.game, _own(task, setting))
        return None if form is None else _target(task, _own(task, setting), form)
    except DeclarationError:
        return None


def _own(task: _Task, setting: Setting) -> dict[str, Any]:
    own = [p.name for p in task.game.parameters]
    return {k: v for k, v in setting.at.items() if k in own}


def _goal(task: _Task, setting: Setting) -> Goal:
    at = _own(task, setting)
    if task.goal == "gain":
        group, _, amount = (part.strip() for part in task.argument.partition("="))
        return Gain(setting, group, exact(amount), task.rule)
    if task.goal == "no-losers":
        return NoLosers(setting, task.rule)
    form = _finite(task.game, at)
    if form is None:
        raise StructureError(
            f"game '{task.game.name}': the goal '{task.goal}' is about a pure profile of a finite "
            "game with simultaneous moves; of a continuous one, 'unique' is designed for"
        )
    if task.goal == "gone":
        return Gone(setting, _bad(task, at, form))
    target = _target(task, at, form)
    if task.goal == "selected":
        return Selected(setting, target, task.rule)
    return Unique(setting, target)


def _bad(task: _Task, at: Mapping[str, Any], form: FiniteForm) -> Target:
    """Return the profile that is to be no equilibrium."""
    found, assessed = _baseline(task, at)
    if task.bad:
        return find_target(task.bad, form, found, "--goal gone")
    pure = [a for a in assessed if counts_of(a.equilibrium) is not None]
    if len(pure) < 2:
        raise DeclarationError(
            f"game '{task.game.name}' has {len(pure)} pure equilibria without reform, so that none "
            "is the bad one: name the profile, as in --goal gone:E1 or gone:move=choice"
        )
    return _as_target(min(pure, key=lambda a: a.welfare().lower))
