r"""Design with a rate of its own for every player: ``divide-and-conquer``.

The goal ``unique`` is reached by winning players one after the other, in the cheapest order
(`pigou.solvers.orders`); the goal ``gone`` by paying the one player who is cheapest to turn away
from the bad profile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from pigou.design_box import is_linear
from pigou.design_costs import outlay_formula
from pigou.design_families import DIVIDE, Target, levers
from pigou.design_results import Design, Outcome, Payment, Row
from pigou.design_search import Threshold
from pigou.design_task import Task, bad_of, corners, finite, target_of, values_shown
from pigou.errors import DeclarationError, ReformError, StructureError
from pigou.exact import Enclosure, Record
from pigou.game import Game
from pigou.reform import Reform
from pigou.solvers.form import Counts, FiniteForm, finite_form, joined
from pigou.solvers.orders import CheapestOrder, Levers, cheapest_order

__all__ = ["divided"]


class _Lever(NamedTuple):
    """A reform that pays one player, with one unit of it."""

    player: str
    game: Game
    parameter: str


def divided(task: Task) -> Design:
    """Find the cheapest payments, one for each member, and the order.

    Examples
    --------
    >>> from pigou.designing import design
    >>> from pigou.models import load
    >>> found = design(load("coordination"), family="divide-and-conquer", formulas=False)
    >>> found.threshold.grade, found.frontier[-1].on_target, found.frontier[-1].strength
    ('proved', Enclosure(10), Enclosure(29/24))
    """
    if task.goal not in ("unique", "gone"):
        raise DeclarationError(
            f"the family '{DIVIDE}' reaches the goals 'unique' and 'gone', not '{task.goal}'"
        )
    if task.most is not None:
        raise DeclarationError(f"the family '{DIVIDE}' has no largest strength: leave out --most")
    if task.vary:
        raise DeclarationError(f"the family '{DIVIDE}' has no strength to vary: leave out --vary")
    at = {**task.at, **corners(task)[0]}
    form = finite(task.game, _own(task.game, at))
    if form is None:
        raise StructureError(
            f"game '{task.game.name}': the family '{DIVIDE}' is for finite games with simultaneous "
            "moves"
        )
    target = target_of(task, _own(task.game, at), form)
    if target.actions is None:
        raise DeclarationError("the target has to ask the same of all members of a group")
    found = [_lever(task.game, *one) for one in levers(task.game, form, target, task.reforms)]
    places = [_levers(task, corner, found, target.actions) for corner in corners(task)]
    if task.goal == "gone":
        return _gone(task, bad_of(task, _own(task.game, at), form), places, found, target)
    return _unique(task, target, places, found)


def _own(game: Game, at: Mapping[str, Any]) -> dict[str, Any]:
    names = [p.name for p in game.parameters]
    return {k: v for k, v in at.items() if k in names}


def _lever(game: Game, name: str, reform: Reform, parameter: str) -> _Lever:
    paid = reform(game)
    changed = [p.name for p in game.players if paid.payoff(p.name) != game.payoff(p.name)]
    same = (paid.players, paid.moves) == (game.players, game.moves)
    if len(changed) != 1 or not same:
        who = ", ".join(changed) or "nobody"
        raise ReformError(
            f"reform '{name}' changes the payoffs of {who}: in the family '{DIVIDE}' each reform "
            "pays one player, and somebody else than a player pays"
        )
    return _Lever(changed[0], paid, parameter)


def _levers(
    task: Task, corner: Mapping[str, Any], found: Sequence[_Lever], target: tuple[int, ...]
) -> Levers:
    at = {**task.at, **corner}
    plain = finite_form(task.game, _own(task.game, at))
    paid: dict[int, FiniteForm] = {}
    for one in found:
        form = finite_form(one.game, {**_own(one.game, at), one.parameter: 1})
        for index, group in enumerate(plain.groups):
            if group.player == one.player:
                if index in paid:
                    raise ReformError(f"two reforms pay '{one.player}'; one is enough")
                paid[index] = form
    return Levers(plain, paid, target)


# -- unique -----------------------------------------------------------------------------------


def _unique(
    task: Task, target: Target, places: Sequence[Levers], found: Sequence[_Lever]
) -> Design:
    best = cheapest_order(*places)
    names = [_name(g) for g in places[0].form.groups]
    payments = tuple(Payment(names[s.group], s.rate, s.strict) for s in best.steps)
    threshold = _threshold(task, best)
    goal = f"'{target.words}' is the only equilibrium, mixed ones included"
    design = _design(task, goal, threshold, payments)
    if best.total is None:
        return design
    units = _units(task, places[0].form, found)
    paid = _paid(best, units, target.counts)
    most = sum(
        (s.rate * max(max(units[s.group].values()), Fraction(0)) for s in best.steps), Fraction(0)
    )
    rows = tuple(
        Row(Enclosure.point(cost), True, None, Enclosure.point(won), None, None, None, None)
        for cost, won in {cost: won for won, cost in best.frontier}.items()
    )
    return Design(
        **{**vars(design), "outcomes": (_result(places[0].form, target, paid),),
           "outlay": Enclosure.point(paid), "promised": Enclosure.point(most), "frontier": rows}
    )  # fmt: skip


def _design(task: Task, goal: str, threshold: Threshold, payments: tuple[Payment, ...]) -> Design:
    unit = "the sum of what members are paid, in units of the payment"
    return Design(
        task.game.name, task.goal, DIVIDE, goal, unit, "", "", values_shown(task), task.over,
        threshold, payments, corner=Record({n: Fraction(v) for n, v in corners(task)[0].items()}),
    )  # fmt: skip


def _threshold(task: Task, best: CheapestOrder) -> Threshold:
    linear = all(is_linear(task.game, name) for name in task.over)
    grade = "proved" if best.proved and linear else "certified" if linear else "numerical"
    how = f"{best.how} ({best.states} sets of members compared)"
    if task.over and not linear:
        how = f"shown at the corners of the box only, payoffs not being linear in it; {how}"
    if best.total is None:
        return Threshold(None, "", None, grade, best.how, (), ())
    value = Enclosure.point(best.total)
    return Threshold(value, "", best.attained, grade, how, (), ())


def _units(task: Task, plain: FiniteForm, found: Sequence[_Lever]) -> list[dict[Counts, Fraction]]:
    """Return for each group what a unit paid to one member costs at every pure profile."""
    everything = tuple(tuple(range(len(g.actions))) for g in plain.groups)
    units: list[dict[Counts, Fraction]] = [{} for _ in plain.groups]
    for one in found:
        at = {**_own(one.game, plain.at), one.parameter: 1}
        form, formula = finite_form(one.game, at), outlay_formula(task.game, one.game)
        size = sum(g.size for g in plain.groups if g.player == one.player)
        for counts in plain.profiles(everything):
            cost = form.value(formula, counts)
            for index, group in enumerate(plain.groups):
                if group.player == one.player:
                    units[index][counts] = Fraction(int(cost.p), int(cost.q)) / size
    return [one or dict.fromkeys(plain.profiles(everything), Fraction(0)) for one in units]


def _paid(
    best: CheapestOrder, units: Sequence[Mapping[Counts, Fraction]], target: Counts
) -> Fraction:
    return sum((s.rate * units[s.group][target] for s in best.steps), Fraction(0))


def _result(form: FiniteForm, target: Target, paid: Fraction) -> Outcome:
    """Describe the target without payments, and what is paid in it."""
    surplus: dict[str, Enclosure] = {}
    for party in form.game.parties:
        groups = [i for i, g in enumerate(form.groups) if g.player == party]
        total: Any = 0
        for index in groups:
            for action, number in enumerate(target.counts[index]):
                if number:
                    total += number * form.payoff(index, action, target.counts)
        if not groups:
            total = form.value(form.game.payoff(party), target.counts)
        surplus[party] = Enclosure.point(Fraction(int(total.p), int(total.q)))
    welfare = sum(surplus.values(), Enclosure.point(0))
    return Outcome(target.words, Record(surplus), welfare, Enclosure.point(paid))


# -- gone -------------------------------------------------------------------------------------


def _gone(
    task: Task, bad: Target, places: Sequence[Levers], found: Sequence[_Lever], target: Target
) -> Design:
    """Pay the player who is cheapest to turn away; it has to serve all corners."""
    options = []
    for group, row in enumerate(bad.counts):
        for action, number in enumerate(row):
            if number and action != places[0].target[group]:
                costs = [_turned(one, group, action, bad.counts) for one in places]
                if None not in costs:
                    options.append((max(c for c in costs if c is not None), group))
    goal = f"'{bad.words}' is no equilibrium"
    payments: tuple[Payment, ...] = ()
    value, attained = Fraction(0), all(_gains_already(one, bad.counts) for one in places)
    if not attained and not options:
        how = "nobody who does not make the target's move there is paid for making it"
        return _design(task, goal, Threshold(None, "", None, "proved", how, (), ()), ())
    if not attained:
        value, group = min(options)
        payments = (Payment(_name(places[0].form.groups[group]), value, True),)
    how = "the cheapest of all players who could be turned away, compared exactly"
    linear = all(is_linear(task.game, name) for name in task.over)
    grade = "proved" if linear and len(places) == 1 else "certified" if linear else "numerical"
    threshold = Threshold(Enclosure.point(value), "", attained, grade, how, (), ())
    return _design(task, goal, threshold, payments)


def _turned(one: Levers, group: int, action: int, counts: Counts) -> Fraction | None:
    """Return what a member has to be paid to prefer the target to what it does."""
    row = tuple(n - (a == action) for a, n in enumerate(counts[group]))
    faced = (*counts[:group], row, *counts[group + 1 :])
    d, unit = one.gain(group, action, faced)
    if unit <= 0:
        return None if d <= 0 else Fraction(0)
    needed = -d / unit
    return max(Fraction(0), Fraction(int(needed.p), int(needed.q)))


def _gains_already(one: Levers, counts: Counts) -> bool:
    for group, row in enumerate(counts):
        for action, number in enumerate(row):
            for other in range(len(row)):
                if number and other != action:
                    less = tuple(n - (a == action) for a, n in enumerate(row))
                    rest = (*counts[:group], less, *counts[group + 1 :])
                    moved = joined(rest, group, other)
                    gain = one.form.payoff(group, other, moved)
                    if gain > one.form.payoff(group, action, counts):
                        return True
    return False


def _name(group: Any) -> str:
    return f"{group.player}[{group.type}]" if group.type else group.player
