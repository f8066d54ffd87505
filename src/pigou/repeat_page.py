"""What ``pigou repeat`` prints: plans, from which discount factor on, agreements, payoffs.

The schema of the JSON is ``pigou.repeat/1``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from pigou.exact import Enclosure
from pigou.expression import write_expression
from pigou.json_numbers import maybe, number, numbers
from pigou.repeating import LEAVING, RepeatedSolution, SustainedPlan
from pigou.solvers.payoff_set import Polygon
from pigou.tables import Block, Cell, Page, Table, Words, rounded

__all__ = ["repeat_page", "repeat_result"]

Named = Sequence[tuple[str, RepeatedSolution]]
_CLOSE = Fraction(1, 1000)
_COLUMNS = ("plan", "sustained", "critical discount factor", "sum of payoffs")


def repeat_page(found: Named) -> Page:
    """Show what can be sustained, for a game and its reforms.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.repeating import repeat
    >>> model = load("relational_contract")
    >>> page = repeat_page([("baseline", repeat(model.game, model.repetition))])
    >>> page.blocks[0].text
    'relational_contract, repeated without end'
    """
    blocks: list[Block] = [Words(f"{found[0][1].game.name}, repeated without end", "title")]
    for name, one in found:
        blocks += _one(name, one, len(found) > 1)
    blocks += [Words("What this rests on", "heading"), *_grounds()]
    rows = tuple(row for name, one in found for row in _rows(name, one))
    return Page(tuple(blocks), Table("", ("reform", *_COLUMNS), rows))


def _rows(name: str, one: RepeatedSolution) -> Iterator[tuple[Cell, ...]]:
    for plan in _plans(one):
        yield name, *_row(plan)


def _plans(one: RepeatedSolution) -> list[SustainedPlan]:
    plans = list(one.plans)
    if one.efficient.words not in [plan.words for plan in plans]:
        plans.append(one.efficient)
    return plans


def _row(plan: SustainedPlan) -> tuple[Cell, ...]:
    words = plan.words or "no choice"
    return words, "yes" if plan.sustained else "no", plan.critical, plan.surplus


def _one(name: str, one: RepeatedSolution, named: bool) -> Iterator[Block]:
    if named:
        yield Words(name, "heading")
    outside = ", ".join(f"{party} {value}" for party, value in one.outside.items())
    yield Words(
        f"Discount factor {one.discount}. After a breach {one.reversion}: a period is then worth "
        f"{outside}."
    )
    yield Words(_best(one), "good" if one.best else "bad")
    if _left_out(one):
        counted, others = ", ".join(one.outside), ", ".join(_left_out(one))
        yield Words(
            f"Sums of payoffs are those of {counted}; what {others} may have is not counted."
        )
    if one.collapse is not None and one.collapse.lower > 0:
        yield Words(f"Below a discount factor of {rounded(one.collapse)} no plan is sustained.")
    yield Table("Plans", _COLUMNS, tuple(map(_row, _plans(one))))
    for plan in _plans(one):
        if plan.formula is not None and plan.formula != 0:
            yield Words(
                f"{plan.words}: sustained from {write_expression(plan.formula)} on, for what "
                "tempts most here."
            )
        elif plan.critical is None:
            yield Words(f"{plan.words}: at no discount factor ({plan.tempted}).")
    yield from _agreement(one)
    yield from _payoffs(one)


def _best(one: RepeatedSolution) -> str:
    if one.best is None and one.reversion == LEAVING:
        return "Nothing can be sustained: the relation collapses."
    if one.best is None:
        return "No plan can be sustained; equilibria of the stage game in mixed choices can."
    words = f"The best plan that is sustained: {one.best.words}, worth {rounded(one.best.surplus)}"
    lost = one.efficient.surplus - one.best.surplus
    most = "the largest sum" if _left_out(one) else "efficient"
    if lost.upper <= 0:
        return f"{words}. It is {most}."
    return f"{words}; {rounded(lost)} less than is {most}."


def _left_out(one: RepeatedSolution) -> list[str]:
    """Return whose payoffs are in no sum."""
    return [party for party in one.game.parties if party not in one.outside]


def _agreement(one: RepeatedSolution) -> Iterator[Block]:
    if one.best is None or one.best.agreement is None:
        return
    agreement = one.best.agreement
    rows = tuple(
        (party, agreement.fixed[party], agreement.bonus[party], agreement.value[party])
        for party in one.outside
    )
    columns = ("party", "receives before", "receives after", "a period is worth")
    yield Table("Payments that sustain it, with the gains shared equally", columns, rows)


def _payoffs(one: RepeatedSolution) -> Iterator[Block]:
    found = one.equilibrium_payoffs
    if found is None:
        return
    if not found.outer:
        yield Words("There is no pure subgame-perfect equilibrium.", "bad")
        return
    players = tuple(p.name for p in one.game.players)
    if found.inner:
        yield _corners("Equilibrium payoffs: corners", players, found.inner)
        yield Words(
            "All of it are payoffs of pure subgame-perfect equilibria with a public draw, and "
            f"there are none more than {float(found.gap):.1g} outside of it (certified)."
        )
    if not found.inner or found.gap > _CLOSE:
        yield _corners("Outside of these corners there are none", players, found.outer)
        yield Words("Which payoffs between the two are an equilibrium's is not known.", "bad")


def _corners(title: str, players: tuple[str, ...], polygon: Polygon) -> Table:
    rows = tuple(tuple(Enclosure.point(c) for c in corner) for corner in polygon)
    return Table(title, players, rows)


def _grounds() -> list[Words]:
    sentences = (
        "A plan is played in every period; it is sustained where nobody gains by deviating once "
        "(with payments: where all temptations together are worth no more than what is ahead).",
        "Critical discount factors are exact, or enclosed rigorously (certified).",
    )
    return [Words(sentence, under=1) for sentence in sentences]


def repeat_result(found: Named) -> dict[str, Any]:
    """Return the same for machines.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.repeating import repeat
    >>> model = load("relational_contract")
    >>> repeat_result([("baseline", repeat(model.game, model.repetition))])["schema"]
    'pigou.repeat/1'
    """
    return {
        "schema": "pigou.repeat/1",
        "game": found[0][1].game.name,
        "results": [{"reform": name, **_result(one)} for name, one in found],
    }


def _result(one: RepeatedSolution) -> dict[str, Any]:
    payoffs = one.equilibrium_payoffs
    return {
        "at": {name: str(value) for name, value in one.at.items()},
        "discount": str(one.discount),
        "payments": one.payments,
        "outside": {party: str(value) for party, value in one.outside.items()},
        "reversion": one.reversion,
        "plans": [_plan(plan) for plan in one.plans],
        "best": None if one.best is None else _plan(one.best),
        "efficient": _plan(one.efficient),
        "collapse": maybe(one.collapse),
        "equilibrium_payoffs": None
        if payoffs is None
        else {
            "inner": [[str(c) for c in corner] for corner in payoffs.inner],
            "outer": [[str(c) for c in corner] for corner in payoffs.outer],
        },
        "grade": "certified",
    }


def _plan(plan: SustainedPlan) -> dict[str, Any]:
    agreement = plan.agreement
    return {
        "plan": plan.words,
        "value": maybe(plan.value),
        "payoffs": numbers(plan.payoffs),
        "surplus": number(plan.surplus),
        "critical": maybe(plan.critical),
        "formula": None if plan.formula is None else write_expression(plan.formula),
        "tempted": plan.tempted,
        "sustained": plan.sustained,
        "agreement": None
        if agreement is None
        else {
            "fixed": numbers(agreement.fixed),
            "bonus": numbers(agreement.bonus),
            "value": numbers(agreement.value),
        },
    }
