r"""Design: the cheapest reform of a family that reaches a goal.

`design` takes a game, a goal (`pigou.design_goals`) and a family (`pigou.design_families`), and
returns the least strength that reaches the goal with what it costs: the *outlay* in the equilibrium
that results, the budget *promised*, the largest outlay at any pure profile, which has to be
credible although it is not paid, and the running cost. In ``divide-and-conquer`` every player has a
rate of its own, and the order in which players are won is chosen as well
(`pigou.solvers.orders`).

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
from pigou.design_continuous import continuous
from pigou.design_costs import frontier, with_costs
from pigou.design_families import DIVIDE, Target
from pigou.design_goals import Goal, Selected, Setting, Unique
from pigou.design_mass import of_continuum
from pigou.design_orders import divided
from pigou.design_results import Design
from pigou.design_search import Threshold, highest_worst_welfare, least_strength
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
from pigou.errors import StructureError
from pigou.exact import Enclosure, Record
from pigou.game import Game, is_continuum
from pigou.model import Model
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
    costs_of_funds: Sequence[Any] = (1,),
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
    costs_of_funds : sequence of number
        What a unit of public money costs society: welfare is stated at each, and ``worst-welfare``
        is about welfare at the only one. Rules of selection compare welfare at 1.
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
    task = read_task(
        what, goal, family, at, over, target, bad, reforms, vary, select, most, costs_of_funds
    )
    if is_continuum(task.game):
        return replace(of_continuum(task), funds=task.funds)
    task = settled(task)
    if task.family == DIVIDE:
        found = divided(task)
    elif has_interval(task.game):
        found = continuous(task)
    else:
        found = _single(task)
    found = replace(found, funds=task.funds)
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
