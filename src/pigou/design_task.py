"""What a design is asked for: goal, family, target and box, read and checked."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from pigou.assessment import Assessment, assess
from pigou.check_smooth import has_interval
from pigou.design_families import (
    BUILT_IN,
    DIVIDE,
    Target,
    assurance,
    counts_of,
    find_target,
    from_reform,
    uniform,
)
from pigou.design_goals import GOALS, Gain, Goal, Gone, NoLosers, Selected, Setting, Unique
from pigou.errors import DeclarationError, StructureError, unknown
from pigou.exact import Record, exact
from pigou.game import Game
from pigou.model import Model
from pigou.reform import Reform
from pigou.selection import read_selection
from pigou.solvers.form import FiniteForm, finite_form
from pigou.solving import solve
from pigou.stages import is_staged

__all__ = [
    "Task",
    "bad_of",
    "corners",
    "finite",
    "goal_of",
    "own_values",
    "read_task",
    "setting_of",
    "settled",
    "target_if_any",
    "target_of",
    "values_shown",
]

_RULE = {"selected": "laplacian", "gain": "worst", "no-losers": "worst"}


class Task(NamedTuple):
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
    funds: tuple[Fraction, ...]


def read_task(
    model: Model, goal: str, family: str, at: Any, over: Any, target: str, bad: str,
    reforms: Sequence[Reform], vary: str, select: str, most: Any, costs_of_funds: Sequence[Any],
) -> Task:  # fmt: skip
    """Read and check what is asked for; see `pigou.designing.design`."""
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
    rule = str(read_selection(rule)) if rule else ""
    if select and name not in _RULE:
        raise DeclarationError(f"the goal '{name}' needs no rule of selection: leave out --select")
    box = _box(model.game, over or {}, at or {})
    if name == "worst-welfare" and box:
        raise DeclarationError("the goal 'worst-welfare' is for one place: leave out --over")
    funds = _funds(name, costs_of_funds)
    if name == "gone" and argument:
        bad = argument
    return Task(model.game, name, family, argument, dict(at or {}), box, target, bad, chosen, vary,
                 rule, most, funds)  # fmt: skip


def _funds(goal: str, costs: Sequence[Any]) -> tuple[Fraction, ...]:
    found = tuple(dict.fromkeys(exact(cost) for cost in costs))
    if not found or min(found) < 0:
        raise DeclarationError("a cost of public funds is at least 0")
    if goal == "worst-welfare" and len(found) > 1:
        raise DeclarationError(
            f"the goal '{goal}' needs one cost of public funds, not a range: what is highest hangs "
            "on it"
        )
    return found


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


def corners(task: Task) -> list[dict[str, Any]]:
    """Return the corners of the box; one empty corner where there is no box."""
    names = list(task.over)
    ends = (dict.fromkeys(task.over[name]) for name in names)
    return [dict(zip(names, corner, strict=True)) for corner in itertools.product(*ends)]


def setting_of(task: Task, at: Mapping[str, Any]) -> Setting:
    """Apply the family to the game at some parameter values."""
    own = [p.name for p in task.game.parameters]
    here = {k: v for k, v in at.items() if k in own}
    if task.family in ("uniform", "assurance"):
        form = finite(task.game, here)
        make = uniform if task.family == "uniform" else assurance
        family = make(task.game, form, None if form is None else target_of(task, here, form))
    else:
        (one,) = task.reforms
        family = from_reform(one, task.vary)
    return Setting(task.game, family.limited(task.most), at, task.funds[0])


def finite(game: Game, at: Mapping[str, Any]) -> FiniteForm | None:
    """Prepare a finite game with simultaneous moves; None for another one."""
    if has_interval(game) or is_staged(game):
        return None
    form = finite_form(game, at)
    if any(g.exit is not None for g in form.groups):
        raise StructureError(f"game '{game.name}' has an exit; that is not designed for yet")
    return form


def target_of(task: Task, at: Mapping[str, Any], form: FiniteForm) -> Target:
    """Return the target: by name, or the pure equilibrium with the highest welfare."""
    found, assessed = baseline(task, at)
    if task.target:
        return find_target(task.target, form, found, "--target")
    pure = [a for a in assessed if counts_of(a.equilibrium) is not None]
    if not pure:
        raise DeclarationError(
            f"game '{task.game.name}' has no pure equilibrium without reform: name the profile "
            "that is to come about with --target move=choice,..."
        )
    return _as_target(max(pure, key=lambda a: a.welfare().lower))


def baseline(task: Task, at: Mapping[str, Any]) -> Any:
    found = solve(task.game, at)
    return found, assess(task.game, found)


def _as_target(assessment: Assessment) -> Target:
    counts = counts_of(assessment.equilibrium)
    assert counts is not None
    return Target(assessment.equilibrium.profile, counts)


def target_if_any(task: Task, setting: Setting) -> Target | None:
    """Return the target for counting who makes its moves, where there is one."""
    try:
        form = finite(task.game, own_values(task, setting))
        if form is None:
            return None
        return setting.carried(target_of(task, own_values(task, setting), form))
    except DeclarationError:
        return None


def own_values(task: Task, setting: Setting) -> dict[str, Any]:
    """Return the values of the game's own parameters in a setting."""
    own = [p.name for p in task.game.parameters]
    return {k: v for k, v in setting.at.items() if k in own}


def goal_of(task: Task, setting: Setting) -> Goal:
    """Return the goal in a setting."""
    at = own_values(task, setting)
    if task.goal == "gain":
        group, _, amount = (part.strip() for part in task.argument.partition("="))
        return Gain(setting, group, exact(amount), task.rule)
    if task.goal == "no-losers":
        return NoLosers(setting, task.rule)
    form = finite(task.game, at)
    if form is None:
        raise StructureError(
            f"game '{task.game.name}': the goal '{task.goal}' is about a pure profile of a finite "
            "game with simultaneous moves; of a continuous one, 'unique' is designed for"
        )
    if task.goal == "gone":
        return Gone(setting, bad_of(task, at, form))
    target = target_of(task, at, form)
    if task.goal == "selected":
        return Selected(setting, target, task.rule)
    return Unique(setting, target)


def bad_of(task: Task, at: Mapping[str, Any], form: FiniteForm) -> Target:
    """Return the profile that is to be no equilibrium."""
    found, assessed = baseline(task, at)
    if task.bad:
        return find_target(task.bad, form, found, "--goal gone")
    pure = [a for a in assessed if counts_of(a.equilibrium) is not None]
    if len(pure) < 2:
        raise DeclarationError(
            f"game '{task.game.name}' has {len(pure)} pure equilibria without reform, so that none "
            "is the bad one: name the profile, as in --goal gone:E1 or gone:move=choice"
        )
    return _as_target(min(pure, key=lambda a: a.welfare().lower))


def values_shown(task: Task) -> Record[Fraction]:
    """Return the parameter values of a result, without those of the box."""
    corner = corners(task)[0]
    own = [p.name for p in task.game.parameters]
    values = task.game.values({k: v for k, v in {**task.at, **corner}.items() if k in own})
    given = {k: exact(v) for k, v in task.at.items() if k not in own}
    return Record({k: v for k, v in {**values, **given}.items() if k not in task.over})


def settled(task: Task) -> Task:
    """Fix the target, and the bad profile, at the middle of the box where there is one."""
    if not task.over:
        return task
    middle = {name: (low + high) / 2 for name, (low, high) in task.over.items()}
    own = [p.name for p in task.game.parameters]
    at = {k: v for k, v in {**task.at, **middle}.items() if k in own}
    form = finite(task.game, at)
    if form is None:
        return task
    needs = task.family in (*BUILT_IN,) or task.goal in ("unique", "selected")
    if needs:
        task = task._replace(target=_written(form, target_of(task, at, form)) or task.target)
    if task.goal == "gone":
        task = task._replace(bad=_written(form, bad_of(task, at, form)) or task.bad)
    return task


def _written(form: FiniteForm, target: Target) -> str:
    """Write a profile as ``move=choice,...``; nothing if members of a player differ."""
    chosen: dict[str, str] = {}
    if target.actions is None:
        return ""
    for group, action in zip(form.groups, target.actions, strict=True):
        moves = form.game.moves_of(group.player)
        for move, label in zip(moves, group.actions[action], strict=True):
            if chosen.setdefault(move.name, label) != label:
                return ""
    return ",".join(f"{move}={label}" for move, label in chosen.items())
