r"""A design that reaches its goal at every value of a box of parameters.

Steps
-----
1. The least strength is found at every corner of the box; the largest of these is a lower bound.
2. Where payoffs are linear in each parameter of the box, at a fixed strength, so is every
   difference of payoffs; a difference that is positive at all corners is positive in all of the
   box. So it is enough to find, at a strength just above the bound, what serves all corners alike:

   - ``unique``: an order of iterated strict dominance, by the same choices, that ends at the
     target;
   - ``gone``: one deviation that gains;
   - ``selected`` by Laplacian beliefs in one population: the sign of the Laplacian advantage, and a
     target from which no deviation gains.
3. The bound itself is the answer where the same comparisons do not fail at it and are linear in the
   strength: what does not fail there and holds just above it holds at everything between. Where
   they are not, the answer is enclosed between the bound and that strength.
4. Otherwise the bound is only known to be a lower one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pigou.design_goals import Goal, Gone, Selected, Setting, Unique
from pigou.design_search import Threshold
from pigou.exact import Enclosure
from pigou.expression import names_in
from pigou.game import Game
from pigou.solvers.critical import degree_in
from pigou.solvers.form import Counts, FiniteForm, finite_form, joined

__all__ = ["is_linear", "robust"]

_Solved = tuple[Setting, Goal | None, Threshold]


def robust(
    solved: Sequence[_Solved],
    worst: Threshold,
    over: Mapping[str, tuple[Fraction, Fraction]],
) -> Threshold:
    """Return the least strength for the whole box, from those of its corners.

    Parameters
    ----------
    solved : sequence of (Setting, Goal, Threshold)
        For every corner.
    worst : Threshold
        The largest of them.
    over : mapping of str to (Fraction, Fraction)
        The box.

    Examples
    --------
    >>> from pigou.designing import design
    >>> from pigou.models import load
    >>> box = {"cost": ("1", "6/5"), "benefit": ("6/5", "5/4")}
    >>> found = design(load("coordination"), over=box, formulas=False)
    >>> str(found.threshold.value), found.threshold.grade
    ('3/5', 'proved')
    """
    if worst.value is None:
        return replace(worst, how=f"at one corner of the box, {worst.how}")
    enough = max(t.just_enough for _, _, t in solved if t.just_enough is not None)
    words = ", ".join(f"{n} from {a} to {b}" for n, (a, b) in over.items())
    same = [t for _, _, t in solved if t.value == worst.value]
    attained = None if any(t.attained is None for t in same) else all(t.attained for t in same)
    worst = replace(worst, attained=attained)
    if not all(is_linear(solved[0][0].game, name) for name in over):
        return _bound(worst, words, "payoffs are not linear in every one of these parameters")
    forms = [finite_form(s.game, s.values(enough)) for s, _, _ in solved]
    goal, bound = solved[0][1], worst.value
    assert bound is not None
    if not _serves_all(goal, forms, forms):
        return _bound(worst, words, "nothing was found that serves all corners alike")
    grades = {t.grade for _, _, t in solved}
    how = (
        f"the largest threshold of {len(solved)} corners ({words}); just above it the same "
        "comparisons of payoffs, linear in each parameter, hold at all corners, and so in the box"
    )
    grade = next(g for g in ("numerical", "certified", "proved") if g in grades)
    if enough == bound.lower or _from_there_on(solved, goal, forms, bound):
        return replace(worst, grade=grade, how=how)
    value = Enclosure(bound.lower, max(enough, bound.upper))
    grade = "numerical" if grade == "numerical" else "certified"
    return replace(worst, value=value, attained=None, grade=grade, how=how)


def _from_there_on(
    solved: Sequence[_Solved], goal: Goal | None, forms: list[FiniteForm], bound: Enclosure
) -> bool:
    """Whether what holds at a strength holds at all between it and the bound (step 3)."""
    if not bound.is_exact or not all(s.allows(bound.lower) for s, _, _ in solved):
        return False
    if not all(is_linear(s.game, s.family.parameter) for s, _, _ in solved):
        return False
    there = [finite_form(s.game, s.values(bound.lower)) for s, _, _ in solved]
    return _serves_all(goal, forms, there)


def _bound(worst: Threshold, words: str, why: str) -> Threshold:
    how = f"a lower bound: the largest threshold of the corners ({words}); {why}"
    return replace(worst, grade="numerical", how=how)


def is_linear(game: Game, name: str) -> bool:
    """Whether all payoffs are linear in a parameter on which nothing else depends.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> is_linear(game, "cost"), is_linear(game, "firms")
    (True, False)
    """
    elsewhere: list[Any] = [p.size for p in game.players]
    elsewhere += [x for p in game.players for t in p.types for x in (t.size, *t.values.values())]
    elsewhere += [p for c in game.chance for _, p in c.outcomes.values()]
    if any(name in names_in(x) for x in elsewhere if hasattr(x, "free_symbols")):
        return False
    degrees = [degree_in(game.payoff(p.name), name) for p in game.players]
    return all(d is not None and d <= 1 for d in degrees)


def _serves_all(goal: Goal | None, forms: list[FiniteForm], there: list[FiniteForm]) -> bool:
    """Whether the same comparisons hold in all games, and do not fail in those of the bound."""
    if isinstance(goal, Unique):
        return _left_alone(forms, there) == goal.target.counts
    if isinstance(goal, Gone):
        counts = goal.profile.counts
        both = zip(_gains(forms, counts), _gains(there, counts), strict=True)
        return any(all(g > 0 for g in a) and all(g >= 0 for g in b) for a, b in both)
    crowd = len(forms[0].groups) == 1 and len(forms[0].groups[0].actions) == 2
    if isinstance(goal, Selected) and goal.rule == "laplacian" and crowd:
        actions = goal.target.actions
        assert actions is not None
        games = [*forms, *there]
        stays = all(g <= 0 for gains in _gains(games, goal.target.counts) for g in gains)
        tilts = all(_laplacian(form, actions[0]) >= 0 for form in there)
        return stays and tilts and all(_laplacian(form, actions[0]) > 0 for form in forms)
    return False


def _left_alone(forms: list[FiniteForm], there: list[FiniteForm]) -> Counts | None:
    """Eliminate what the same choice dominates in all games; return the profile that is left."""
    alive = [list(range(len(g.actions))) for g in forms[0].groups]
    while True:
        gone = [
            (group, action)
            for group, actions in enumerate(alive)
            for action in actions
            if any(
                _dominates(forms, there, alive, group, by, action) for by in actions if by != action
            )
        ]
        if not gone:
            break
        group, action = gone[0]
        alive[group].remove(action)
    if any(len(actions) != 1 for actions in alive):
        return None
    return tuple(
        tuple(g.size * int(a == actions[0]) for a in range(len(g.actions)))
        for g, actions in zip(forms[0].groups, alive, strict=True)
    )


def _dominates(
    forms: list[FiniteForm], there: list[FiniteForm], alive: list[list[int]], group: int, by: int,
    action: int,
) -> bool:  # fmt: skip
    allowed = tuple(map(tuple, alive))
    for rest in forms[0].profiles(allowed, without=group):
        one, other = joined(rest, group, by), joined(rest, group, action)
        if any(f.payoff(group, by, one) <= f.payoff(group, action, other) for f in forms):
            return False
        if any(f.payoff(group, by, one) < f.payoff(group, action, other) for f in there):
            return False
    return True


def _gains(forms: list[FiniteForm], counts: Counts) -> list[list[Any]]:
    """Return what each deviation from a profile gains in each game."""
    found = []
    for group, row in enumerate(counts):
        for action, number in enumerate(row):
            for other in range(len(row)):
                if number and other != action:
                    less = tuple(n - (a == action) for a, n in enumerate(row))
                    moved = joined((*counts[:group], less, *counts[group + 1 :]), group, other)
                    found.append(
                        [
                            f.payoff(group, other, moved) - f.payoff(group, action, counts)
                            for f in forms
                        ]
                    )
    return found


def _laplacian(form: FiniteForm, wanted: int) -> Any:
    everything = ((0, 1),)
    return sum(
        form.payoff(0, wanted, joined(rest, 0, wanted))
        - form.payoff(0, 1 - wanted, joined(rest, 0, 1 - wanted))
        for rest in form.profiles(everything, without=0)
    )
