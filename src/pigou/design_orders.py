r"""Design with a rate of its own for every player: ``divide-and-conquer``.

The goal ``unique`` is reached by winning players one after the other, in the cheapest order
(`pigou.solvers.orders`); the goal ``gone`` by paying the one player who is cheapest to turn away
from the bad profile.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from pigou.design_box import is_linear
from pigou.design_costs import added_running_cost, failure_of, outlay_formula
from pigou.design_families import DIVIDE, Family, Target, counts_of, levers
from pigou.design_results import Design, Outcome, Payment, Row
from pigou.design_search import Threshold
from pigou.design_task import Task, bad_of, corners, finite, target_of, values_shown
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError, ReformError, StructureError
from pigou.exact import Enclosure, Record
from pigou.game import GOVERNMENT, Game
from pigou.ledger import running_cost
from pigou.reform import Reform
from pigou.solvers.critical import degree_in
from pigou.solvers.form import Counts, FiniteForm, finite_form, joined
from pigou.solvers.orders import CheapestOrder, Levers, Step, cheapest_order
from pigou.solving import solve

__all__ = ["divided"]


class _Lever(NamedTuple):
    """A reform that pays one player, its parameter, and the most that this may be."""

    player: str
    game: Game
    parameter: str
    high: Fraction | None
    reform: Reform


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
    paying = levers(task.game, form, target, task.reforms)
    found = [_lever(task.game, name, family) for name, family in paying]
    places = [_levers(task, corner, found, target.actions) for corner in corners(task)]
    if task.goal == "gone":
        return _gone(task, bad_of(task, _own(task.game, at), form), places, found)
    return _unique(task, target, places, found)


def _own(game: Game, at: Mapping[str, Any]) -> dict[str, Any]:
    names = [p.name for p in game.parameters]
    return {k: v for k, v in at.items() if k in names}


def _lever(game: Game, name: str, family: Family) -> _Lever:
    paid = family.reform(game)
    changed = [p.name for p in game.players if paid.payoff(p.name) != game.payoff(p.name)]
    same = (paid.players, paid.moves) == (game.players, game.moves)
    if len(changed) != 1 or not same:
        who = ", ".join(changed) or "nobody"
        raise ReformError(
            f"reform '{name}' changes the payoffs of {who}: in the family '{DIVIDE}' each reform "
            "pays one player, and somebody else than a player pays"
        )
    if degree_in(paid.payoff(changed[0]), family.parameter) not in (0, 1):
        raise _bent(name, family.parameter)
    return _Lever(changed[0], paid, family.parameter, family.high, family.reform)


def _bent(name: str, parameter: str) -> ReformError:
    return ReformError(
        f"{name}: what is paid is not proportional to '{parameter}'; in the family '{DIVIDE}' it is"
    )


def _levers(
    task: Task, corner: Mapping[str, Any], found: Sequence[_Lever], target: tuple[int, ...]
) -> Levers:
    at = {**task.at, **corner}
    plain = finite_form(task.game, _own(task.game, at))
    paid: dict[int, FiniteForm] = {}
    for one in found:
        own = _own(one.game, at)
        whole, half = (
            finite_form(one.game, {**own, one.parameter: share}) for share in (1, Fraction(1, 2))
        )
        for index, group in enumerate(plain.groups):
            if group.player == one.player:
                if index in paid:
                    raise ReformError(f"two reforms pay '{one.player}'; one is enough")
                _check_proportional(one, index, plain, half, whole)
                paid[index] = whole
    return Levers(plain, paid, target)


def _check_proportional(
    one: _Lever, group: int, plain: FiniteForm, half: FiniteForm, whole: FiniteForm
) -> None:
    """Refuse a reform that pays something at a rate of 0; it is linear in the rate."""
    everything = tuple(tuple(range(len(g.actions))) for g in plain.groups)
    for rest in plain.profiles(everything, without=group):
        for action in everything[group]:
            counts = joined(rest, group, action)
            none, some, all_ = (f.payoff(group, action, counts) for f in (plain, half, whole))
            if all_ - none != 2 * (some - none):
                raise _bent(f"the reform that pays '{one.player}'", one.parameter)


def _check_limits(
    payments: Sequence[Payment], groups: Sequence[int], form: FiniteForm, found: Sequence[_Lever]
) -> None:
    """Refuse payments above what a reform's parameter may be."""
    most = {one.player: one.high for one in found}
    for payment, group in zip(payments, groups, strict=True):
        high = most.get(form.groups[group].player)
        if high is not None and (payment.rate, payment.strict) > (high, False):
            over = "more than " if payment.strict else ""
            raise ReformError(
                f"'{payment.player}' would have to be paid {over}{payment.rate}, and its reform "
                f"pays at most {high}"
            )


def _is_linear(task: Task, found: Sequence[_Lever]) -> bool:
    """Whether payoffs, paid and unpaid, are linear in every parameter of the box."""
    games = [task.game, *(one.game for one in found)]
    return all(is_linear(game, name) for game in games for name in task.over)


# -- unique -----------------------------------------------------------------------------------


def _unique(
    task: Task, target: Target, places: Sequence[Levers], found: Sequence[_Lever]
) -> Design:
    best = _or_nothing(task, target, places, cheapest_order(*places))
    names = [_name(g) for g in places[0].form.groups]
    payments = tuple(Payment(names[s.group], s.rate, s.strict) for s in best.steps)
    _check_limits(payments, [s.group for s in best.steps], places[0].form, found)
    threshold = _threshold(task, best, _is_linear(task, found))
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
    outcome = _result(places[0].form, target, paid, best, units, found)
    return replace(
        design, outcomes=(outcome,), outlay=Enclosure.point(paid), promised=Enclosure.point(most),
        frontier=rows, **_beside(task, payments, found),
    )  # fmt: skip


def _beside(task: Task, payments: Sequence[Payment], found: Sequence[_Lever]) -> dict[str, Any]:
    """Return the running cost and the probability of failure of the reforms that are used."""
    paid = {p.player.partition("[")[0]: p.rate for p in payments if p.rate > 0 or p.strict}
    used = [one for one in found if one.player in paid]
    running, at = Enclosure.point(0), {**task.at, **corners(task)[0]}
    for one in used:
        if one.game.player(one.player).is_population and one.parameter in {
            str(s) for s in running_cost(one.game).free_symbols
        }:
            raise ReformError(
                f"the running cost of the reform that pays '{one.player}' hangs on what is paid, "
                "and its members are paid differently"
            )
        here = {**_own(one.game, at), one.parameter: paid[one.player]}
        running += added_running_cost(task.game, one.game, here)
    return {"running": running, "failure": failure_of([one.reform for one in used])}


def _or_nothing(
    task: Task, target: Target, places: Sequence[Levers], best: CheapestOrder
) -> CheapestOrder:
    """Pay nothing where the target is the only equilibrium without: it needs no dominance."""
    open_question = best.attained is None or not best.proved
    if len(places) > 1 or not open_question:
        return best
    found = solve(task.game, _own(task.game, {**task.at, **corners(task)[0]}))
    known = found.complete and all(e.evidence.grade is not Grade.NUMERICAL for e in found)
    if [counts_of(e) for e in found] == [target.counts] and known and not found.components:
        members = [i for i, g in enumerate(places[0].form.groups) for _ in range(g.size)]
        steps = tuple(Step(group, Fraction(0), False) for group in members)
        how = "without any payment the target is the only equilibrium"
        frontier = ((len(steps), Fraction(0)),)
        return CheapestOrder(steps, Fraction(0), True, how, best.states, frontier)
    if best.total == 0 and len(found) > 1:
        return best._replace(exhausted=True)
    return best


def _design(task: Task, goal: str, threshold: Threshold, payments: tuple[Payment, ...]) -> Design:
    unit = "the sum of what members are paid, in units of the payment"
    return Design(
        task.game.name, task.goal, DIVIDE, goal, unit, "", "", values_shown(task), task.over,
        threshold, payments, corner=Record({n: Fraction(v) for n, v in corners(task)[0].items()}),
    )  # fmt: skip


def _threshold(task: Task, best: CheapestOrder, linear: bool) -> Threshold:
    grade = "proved" if best.proved and linear else "numerical"
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
        mine = [i for i, g in enumerate(plain.groups) if g.player == one.player]
        for counts in plain.profiles(everything):
            paid = {i: _received(plain, form, i, counts) for i in mine}
            cost, size = form.value(formula, counts), sum(plain.groups[i].size for i in mine)
            told_apart = cost == sum(paid.values())
            for i in mine:
                unit = paid[i] / plain.groups[i].size if told_apart else cost / size
                units[i][counts] = Fraction(int(unit.p), int(unit.q))
    return [one or dict.fromkeys(plain.profiles(everything), Fraction(0)) for one in units]


def _received(plain: FiniteForm, form: FiniteForm, group: int, counts: Counts) -> Any:
    """Return what a unit paid to every member of a group adds to what they have."""
    return sum(
        number * (form.payoff(group, action, counts) - plain.payoff(group, action, counts))
        for action, number in enumerate(counts[group]) if number
    )  # fmt: skip


def _paid(
    best: CheapestOrder, units: Sequence[Mapping[Counts, Fraction]], target: Counts
) -> Fraction:
    return sum((s.rate * units[s.group][target] for s in best.steps), Fraction(0))


def _result(
    form: FiniteForm, target: Target, paid: Fraction, best: CheapestOrder,
    units: Sequence[Mapping[Counts, Fraction]], found: Sequence[_Lever],
) -> Outcome:  # fmt: skip
    """Describe the target with payments, and what is paid in it."""
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
    for one in found:
        share = _share(one, form, target, best, units)
        for party, amount in _flows(one, form, target).items():
            before = surplus.get(party, Enclosure.point(0))
            surplus[party] = before + Enclosure.point(share * amount)
    welfare = sum(surplus.values(), Enclosure.point(0))
    return Outcome(target.words, Record(surplus), welfare, Enclosure.point(paid))


def _share(
    one: _Lever, form: FiniteForm, target: Target, best: CheapestOrder,
    units: Sequence[Mapping[Counts, Fraction]],
) -> Fraction:  # fmt: skip
    """Return what a reform pays for the target, in units of paying every member 1."""
    mine = {i: g.size for i, g in enumerate(form.groups) if g.player == one.player}
    whole = sum((n * units[i][target.counts] for i, n in mine.items()), Fraction(0))
    paid = (s.rate * units[s.group][target.counts] for s in best.steps if s.group in mine)
    return sum(paid, Fraction(0)) / whole if whole else Fraction(0)


def _flows(one: _Lever, form: FiniteForm, target: Target) -> dict[str, Fraction]:
    """Return what every party gets and gives at the target by a reform at a rate of 1."""
    paid = finite_form(one.game, {**_own(one.game, form.at), one.parameter: 1})
    flows: dict[str, Fraction] = {}
    for transfer in one.game.transfers:
        if transfer not in form.game.transfers:
            amount = paid.value(one.game.amount(transfer, GOVERNMENT), target.counts)
            for party, sign in ((transfer.payee, 1), (transfer.payer, -1)):
                moved = sign * Fraction(int(amount.p), int(amount.q))
                flows[party] = flows.get(party, Fraction(0)) + moved
    return flows


# -- gone -------------------------------------------------------------------------------------


def _gone(task: Task, bad: Target, places: Sequence[Levers], found: Sequence[_Lever]) -> Design:
    """Pay the player who is cheapest to turn away; one deviation has to serve all corners."""
    goal = f"'{bad.words}' is no equilibrium"
    limits = {one.player: one.high for one in found}
    options: list[tuple[Fraction, bool, int]] = []
    alone: list[list[tuple[Fraction, bool]]] = [[] for _ in places]
    for group, action, other in _deviations(bad.counts):
        costs = [_turned(one, group, action, other, bad.counts) for one in places]
        high = limits.get(places[0].form.groups[group].player)
        allowed = [c for c in costs if c is not None and (high is None or c <= (high, False))]
        for mine, cost in zip(alone, costs, strict=True):
            if cost is not None and cost in allowed:
                mine.append(cost)
        if len(allowed) == len(places):
            options.append((*max(allowed), group))
    if not options:
        how = "no deviation from it is paid for" + (" at all corners alike" if task.over else "")
        grade = "proved" if any(not mine for mine in alone) else "numerical"
        return _design(task, goal, Threshold(None, "", None, grade, how, (), ()), ())
    value, strict, group = min(options)
    payments: tuple[Payment, ...] = ()
    if strict or value:
        payments = (Payment(_name(places[0].form.groups[group]), value, strict),)
    how = "the cheapest of all players who could be turned away, compared exactly"
    least = any(min(mine) == (value, strict) for mine in alone if mine)
    if not least:
        how += "; no single corner costs as much: a cheaper answer is not excluded"
    grade = "proved" if least and _is_linear(task, found) else "numerical"
    threshold = Threshold(Enclosure.point(value), "", not strict, grade, how, (), ())
    return replace(
        _design(task, goal, threshold, payments), **_beside(task, payments, found)
    )  # fmt: skip


def _deviations(counts: Counts) -> Iterator[tuple[int, int, int]]:
    """Yield every group, an action that is taken in it, and another one."""
    for group, row in enumerate(counts):
        for action, other in itertools.permutations(range(len(row)), 2):
            if row[action]:
                yield group, action, other


def _turned(
    one: Levers, group: int, action: int, other: int, counts: Counts
) -> tuple[Fraction, bool] | None:
    """Return what a member has to be paid to gain by a deviation, and whether more than that."""
    row = tuple(n - (a == action) for a, n in enumerate(counts[group]))
    moved = joined((*counts[:group], row, *counts[group + 1 :]), group, other)

    def gain(form: FiniteForm) -> Any:
        return form.payoff(group, other, moved) - form.payoff(group, action, counts)

    d = gain(one.form)
    if d > 0:
        return Fraction(0), False
    unit = gain(one.paid[group]) - d if group in one.paid else d - d
    if unit <= 0:
        return None
    needed = -d / unit
    return Fraction(int(needed.p), int(needed.q)), True


def _name(group: Any) -> str:
    return f"{group.player}[{group.type}]" if group.type else group.player
