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

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pigou.check_smooth import has_interval
from pigou.design_box import robust
from pigou.design_costs import frontier, with_costs
from pigou.design_families import DIVIDE, Target
from pigou.design_goals import Goal, Selected, Setting, Unique
from pigou.design_orders import divided
from pigou.design_results import Design
from pigou.design_search import Span, Threshold, highest_worst_welfare, least_strength
from pigou.design_task import (
    Task,
    corners,
    finite,
    goal_of,
    read_task,
    setting_of,
    settled,
    target_if_any,
    target_of,
    values_shown,
)
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure, Record
from pigou.game import Game
from pigou.model import Model
from pigou.policy_range import policy_range
from pigou.reform import Reform
from pigou.solvers.budgets import budgets

__all__ = ["design"]


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
    task = settled(
        read_task(what, goal, family, at, over, target, bad, reforms, vary, select, most)
    )
    if task.family == DIVIDE:
        found = divided(task)
    elif has_interval(task.game):
        found = _continuous(task)
    else:
        found = _single(task)
    return _with_formulas(found, task) if formulas else found


# -- one strength -------------------------------------------------------------------------------


def _single(task: Task) -> Design:
    """Design with one strength, at one place or over a box."""
    solved = [_at_corner(task, corner) for corner in corners(task)]
    setting, goal, threshold, height = max(solved, key=_severity)
    if len(solved) > 1:
        threshold = robust([one[:3] for one in solved], threshold, task.over)
    found = Design(
        task.game.name, task.goal, task.family, goal.words if goal else _WORST,
        setting.family.label, setting.family.parameter, task.rule, values_shown(task), task.over,
        threshold, height=height, corner=Record({n: setting.at[n] for n in task.over}),
    )  # fmt: skip
    if isinstance(goal, Unique | Selected):
        target: Target | None = goal.target
    else:
        target = target_if_any(task, setting)
    return replace(with_costs(found, setting), frontier=frontier(setting, target))


_WORST = "the lowest welfare in any equilibrium is as high as the family can make it"
_Solved = tuple[Setting, Goal | None, Threshold, Enclosure | None]


def _severity(one: _Solved) -> tuple[bool, Fraction, bool]:
    threshold = one[2]
    if threshold.value is None:
        return True, Fraction(0), False
    return False, threshold.value.upper, not threshold.attained


def _at_corner(task: Task, corner: Mapping[str, Any]) -> _Solved:
    at = {**task.at, **corner}
    setting = setting_of(task, at)
    if task.goal == "worst-welfare":
        threshold, height = highest_worst_welfare(setting)
        return setting, None, threshold, height
    goal = goal_of(task, setting)
    return setting, goal, least_strength(setting, goal), None


# -- continuous moves ---------------------------------------------------------------------------


def _continuous(task: Task) -> Design:
    """Design in a game with continuous moves: a certified count of equilibria, or bisection."""
    if task.over:
        raise StructureError(
            f"game '{task.game.name}' has continuous moves: so far no box of parameter values is "
            "designed for"
        )
    setting = setting_of(task, task.at)
    if task.goal == "unique":
        threshold, words = _by_count(task, setting), "there is exactly one equilibrium"
    else:
        goal = goal_of(task, setting)
        threshold, words = least_strength(setting, goal), goal.words
    found = Design(
        task.game.name, task.goal, task.family, words, setting.family.label,
        setting.family.parameter, task.rule, values_shown(task), task.over, threshold,
    )  # fmt: skip
    return with_costs(found, setting)


def _by_count(task: Task, setting: Setting) -> Threshold:
    """Take the least strength from which on exactly one equilibrium is proved."""
    family = setting.family
    if family.high is None:
        raise DeclarationError(
            f"the strength '{family.parameter}' has no upper limit: give the largest one with "
            "--most"
        )
    course = policy_range(setting.game, family.parameter, family.low, family.high, setting.at)
    windows = [f"between {float(w.low):.9g} and {float(w.high):.9g}" for w in course.windows]
    spans = tuple(
        Span(Enclosure.point(s.low), Enclosure.point(s.high), True, True)
        for s in course.segments if s.equilibria == 1
    )  # fmt: skip
    ground = (
        f"the number of equilibria is proved at every strength but in {len(windows)} windows "
        f"({course.pieces} pieces, {course.boxes} boxes)"
    )
    if not spans:
        grade = "certified" if course.complete else "numerical"
        how = f"there is nowhere exactly one equilibrium; {ground}"
        return Threshold(None, "", None, grade, how, (), tuple(windows))
    first = spans[0].low.lower
    below = [w for w in course.windows if w.high == first]
    value = Enclosure(below[0].low, first) if below else spans[0].low
    earlier = [w for w in course.windows if w.high < first and w.is_open]
    grade = "numerical" if earlier else "certified"
    attained = None if below else True
    return Threshold(value, "", attained, grade, ground, spans, tuple(windows))


# -- formulas -----------------------------------------------------------------------------------


def _with_formulas(found: Design, task: Task) -> Design:
    """Add the least budgets as formulas, where the goal and the family have some."""
    if task.goal != "unique" or task.family not in ("uniform", DIVIDE) or task.reforms:
        return found
    own = [p.name for p in task.game.parameters]
    at = {**task.at, **corners(task)[0]}
    try:
        form = finite(task.game, {k: v for k, v in at.items() if k in own})
        if form is None:
            return found
        actions = target_of(task, {k: v for k, v in at.items() if k in own}, form).actions
        if actions is None:
            return found
        label = ", ".join(form.groups[0].actions[actions[0]])
        return replace(found, formulas=budgets(task.game, label, task.at))
    except StructureError as error:
        return replace(found, why_no_formulas=str(error))
