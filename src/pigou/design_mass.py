r"""Design in a continuum with two choices: ``unique`` and ``gone``.

The equilibria are shares of members who take the second choice (`pigou.solvers.mean_field`). Where
the strength enters payoffs linearly and no condition, all strengths at which their number may
change are roots of polynomials (`pigou.solvers.mass_critical`), and the goal is decided exactly at
each of them and in every cell between.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from pigou.assessment import Assessment
from pigou.design_box import is_linear
from pigou.design_costs import with_costs
from pigou.design_families import Family, from_reform
from pigou.design_goals import Goal, Setting
from pigou.design_results import Design
from pigou.design_search import least_strength
from pigou.design_task import Task, baseline, values_shown
from pigou.equilibrium import Equilibrium, Grade
from pigou.errors import DeclarationError, StructureError, unknown
from pigou.game import Game, Parameter
from pigou.reform import subsidy
from pigou.solvers.critical import Cell, Critical, cells
from pigou.solvers.mass_critical import number_of_rests_changes
from pigou.solvers.mean_field import Mass, continuum_of, mean_field

__all__ = ["of_continuum"]


def of_continuum(task: Task) -> Design:
    """Design in a continuum with two choices.

    Raises
    ------
    StructureError
        If the goal is another one, a box is given, or the family is ``divide-and-conquer``.
    DeclarationError
        If there is no such choice or equilibrium.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.designing import design
    >>> moves = [Move("up", "firm", {"no": 0, "yes": 1})]
    >>> firms = Player("firm", size="continuum")
    >>> game = Game("g", [firms], moves, {"firm": "up*(mean(up) - 1/3)"})
    >>> found = design(game, "unique", "uniform")
    >>> str(found.threshold.value), found.threshold.attained, found.threshold.grade
    ('1/3', False, 'proved')
    """
    where = f"game '{task.game.name}' has a continuum of players"
    if task.goal not in ("unique", "gone"):
        raise StructureError(f"{where}: so far 'unique' and 'gone' are designed for")
    if task.over:
        raise StructureError(f"{where}: so far no box of parameter values is designed for")
    needed = task.goal == "unique" or not task.reforms  # else nobody is paid for a target
    label = _label(task, task.target, "--target", True) if needed else ""
    setting = Setting(task.game, _family(task, label).limited(task.most), task.at, task.funds[0])
    goal: _AtShare
    if task.goal == "unique":
        goal = _Only(setting, label)
    else:
        goal = _NotAll(setting, _label(task, task.bad, "--goal gone", False))
    found = Design(
        task.game.name, task.goal, task.family, goal.words, setting.family.label,
        setting.family.parameter, task.rule, values_shown(task), task.over,
        least_strength(setting, goal),
    )  # fmt: skip
    return with_costs(found, setting)


def _label(task: Task, text: str, option: str, best: bool) -> str:
    """Return the choice that all take in a profile: by name, or the best or the worst one."""
    (move,) = task.game.moves
    found, assessed = baseline(task, task.at)
    if "=" in text:
        name, _, label = (part.strip() for part in text.partition("="))
        if task.game.move(name) and label not in move.choice.options:
            message = unknown("choice", label, move.choice.options, f"move '{name}'")
            raise DeclarationError(f"{option}: {message}")
        return label
    if text:
        names = [e.name for e in found]
        if text not in names:
            message = unknown("equilibrium", text, names, f"game '{found.game}'", "equilibria")
            raise DeclarationError(f"{option}: {message}; or write move=choice")
        if not found[text].kind == "pure":
            raise DeclarationError(f"{option}: equilibrium '{text}' is mixed; name a pure one")
        return _taken(found[text])
    pure: list[Assessment] = [a for a in assessed if a.equilibrium.kind == "pure"]
    if len(pure) < (1 if best else 2):
        raise DeclarationError(
            f"game '{task.game.name}' has {len(pure)} pure equilibria without reform: name the "
            f"profile with {option}{' ' if best else ':'}{move.name}=choice"
        )
    pick = max if best else min
    return _taken(pick(pure, key=lambda a: a.welfare().lower).equilibrium)


def _taken(one: Equilibrium) -> str:
    return next(a for a, share in one.strategies[0].probabilities.items() if share.lower == 1)


def _family(task: Task, label: str) -> Family:
    """Return the reform with one strength: of the model, or for whoever takes the target choice."""
    if task.reforms:
        (one,) = task.reforms
        return from_reform(one, task.vary)
    if task.family not in ("uniform", "assurance"):
        raise StructureError(
            f"game '{task.game.name}' has a continuum of players: the family '{task.family}' pays "
            "one player after the other; name uniform, assurance or a reform"
        )
    (move,) = task.game.moves
    paid, name = f"{move.name}: {label}", _free(task.game, "rate")
    parameter = Parameter(name, 1, f"{name} >= 0", meaning="paid to everybody alike")
    keys: dict[str, Any] = {"choice": label, "parameters": (parameter,)}
    if task.family == "uniform":
        words = f"paid to everybody for {paid}"
    else:
        keys["when"] = f"sum({move.name} == {move.choice.options[label]}) < 1"
        words = f"refunded for {paid} if not everybody does"
    return Family(task.family, words, subsidy(move.name, name, task.family, **keys), name)


def _free(game: Game, stem: str) -> str:
    while stem in game.scope.names:
        stem += "_"
    return stem


class _AtShare(Goal):
    """A goal about the share of members who take a choice."""

    def __init__(self, setting: Setting, label: str):
        super().__init__(setting)
        self.label = label

    @cached_property
    def cells(self) -> tuple[list[Critical], list[Cell]] | None:
        """The strengths at which an equilibrium comes or goes, and what is between them."""
        family = self.setting.family
        if not is_linear(self.setting.game, family.parameter):
            return None
        without, with_one = (self._mass(Fraction(s)) for s in (0, 1))
        return cells(number_of_rests_changes(without, with_one), family.low, family.high)

    def _mass(self, strength: Fraction) -> Mass:
        at: Mapping[str, Fraction] = self.setting.game.values(self.setting.values(strength))
        found = continuum_of(self.setting.game, at)
        assert found is not None
        return found

    def certain(self, strength: Fraction) -> bool:
        """Whether the answer holds in the whole cell: signs keep, as far as cells are known."""
        return self.cells is not None

    def sure_at(self, strength: Fraction) -> bool:
        """Whether the checker confirms what was found: shares are always searched exactly."""
        found = self.setting.found(strength)
        return all(one.evidence.grade is not Grade.NUMERICAL for one in found)

    def is_all(self, one: Equilibrium) -> bool:
        """Whether everybody takes the choice."""
        return one.strategies[0].probabilities[self.label].lower == 1


class _Only(_AtShare):
    name = "unique"

    @property
    def words(self) -> str:
        return f"'{self.label}' by all is the only equilibrium, mixed ones included"

    def holds(self, strength: Fraction) -> bool | None:
        found = self.setting.found(strength)
        if len(found) > 1 or mean_field(self._mass(strength)).intervals:
            return False
        if not found.complete:
            return None
        return len(found) == 1 and self.is_all(found.equilibria[0])


class _NotAll(_AtShare):
    name = "gone"

    @property
    def words(self) -> str:
        return f"'{self.label}' by all is no equilibrium"

    def holds(self, strength: Fraction) -> bool:
        return not any(map(self.is_all, self.setting.found(strength)))  # no end is left out
