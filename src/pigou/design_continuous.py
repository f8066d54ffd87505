r"""Design in games with continuous moves.

``unique`` is the least strength from which on exactly one equilibrium is proved
(`pigou.policy_range`). For ``gone`` the bad equilibrium is followed along its branch until it
vanishes (`pigou.following`). The other goals are enclosed by bisection (`pigou.design_search`).
"""

from __future__ import annotations

from fractions import Fraction

from pigou.design_box import is_linear
from pigou.design_costs import with_costs
from pigou.design_goals import Setting
from pigou.design_results import Design
from pigou.design_search import Span, Threshold, least_strength
from pigou.design_task import Task, goal_of, setting_of, values_shown
from pigou.equilibrium import Equilibrium
from pigou.errors import DeclarationError, StructureError, unknown
from pigou.exact import Enclosure
from pigou.following import followed
from pigou.policy_range import policy_range
from pigou.reform import set_parameters

__all__ = ["continuous"]


def continuous(task: Task) -> Design:
    """Design in a game with continuous moves.

    Raises
    ------
    StructureError, DeclarationError
        If a box is given, a goal is not one of such games, or the strength has no upper limit.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.designing import design
    >>> pair = Game(
    ...     "pair",
    ...     [Player("a"), Player("b")],
    ...     [Move("x", "a", (0, 1)), Move("y", "b", (0, 1))],
    ...     {"a": "x*(3*y**2 - 2*y**3) - x**2/2", "b": "y*(3*x**2 - 2*x**3) - y**2/2"},
    ... )
    >>> found = design(pair, "gone", "uniform", most="1/5")
    >>> round(found.threshold.value.value, 4), found.threshold.grade
    (0.0962, 'certified')
    """
    if task.over:
        raise StructureError(
            f"game '{task.game.name}' has continuous moves: so far no box of parameter values is "
            "designed for"
        )
    setting = setting_of(task, task.at)
    if task.goal == "unique":
        threshold, words = _by_count(setting), "there is exactly one equilibrium"
    elif task.goal == "gone":
        threshold, words = _vanishing(task, setting)
    else:
        goal = goal_of(task, setting)
        threshold, words = least_strength(setting, goal), goal.words
    found = Design(
        task.game.name, task.goal, task.family, words, setting.family.label,
        setting.family.parameter, task.rule, values_shown(task), task.over, threshold,
    )  # fmt: skip
    return with_costs(found, setting)


def _by_count(setting: Setting) -> Threshold:
    """Take the least strength from which on exactly one equilibrium is proved."""
    family = setting.family
    high = _top(setting)
    course = policy_range(setting.game, family.parameter, family.low, high, setting.at)
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


def _top(setting: Setting) -> Fraction:
    if setting.family.high is None:
        raise DeclarationError(
            f"the strength '{setting.family.parameter}' has no upper limit: give the largest one "
            "with --most"
        )
    return setting.family.high


def _vanishing(task: Task, setting: Setting) -> tuple[Threshold, str]:
    """Follow the bad equilibrium as the strength grows, until it vanishes."""
    low, high = setting.family.low, _top(setting)
    if not is_linear(setting.game, setting.family.parameter):
        raise StructureError(
            f"game '{task.game.name}': payoffs are not linear in '{setting.family.parameter}', and "
            "only then is an equilibrium followed"
        )
    old, new = setting.found(low), setting.found(high)
    bad = _bad(task, setting, low)
    words = f"'{bad.profile}' vanishes, when it is followed as the strength grows"
    first, last = (set_parameters({setting.family.parameter: s})(setting.game) for s in (low, high))
    changes = followed(first, last, old, new)
    change = next((c for c in changes if c.before == bad.name), None)
    if change is None:
        how = "the equilibrium could not be followed"
        return Threshold(None, "", None, "numerical", how, (), ()), words
    grade = "certified" if change.how in ("exact", "certified") else "numerical"
    if change.what != "vanishes" or change.strength is None:
        how = f"it is still there at the largest strength, {high}"
        return Threshold(None, "", None, grade, how, (), ()), words
    width = Enclosure.point(high - low)
    value = Enclosure.point(low) + change.strength * width
    return Threshold(value, "", None, grade, f"there {change.why}", (), ()), words


def _bad(task: Task, setting: Setting, low: Fraction) -> Equilibrium:
    """Return the equilibrium that is to vanish: by name, or the one with the lowest welfare."""
    found = setting.found(low)
    if task.bad:
        names = [e.name for e in found]
        if task.bad not in names:
            where = f"game '{task.game.name}'"
            raise DeclarationError(unknown("equilibrium", task.bad, names, where, "equilibria"))
        return found[task.bad]
    if not len(found):
        raise DeclarationError(f"game '{task.game.name}' has no equilibrium that could vanish")
    return min(setting.assessed(low), key=lambda a: a.welfare().lower).equilibrium
