"""A verdict as JSON: the part of schema ``pigou.compare/1`` that says what a reform brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pigou.assessment import Assessment
from pigou.comparison import Comparison
from pigou.exact import Enclosure
from pigou.json_numbers import maybe, number, numbers
from pigou.verdict import Verdict

__all__ = ["account_result", "verdict_result", "weights_result"]

_WHAT = {
    "survives": "survive",
    "moves": "move",
    "vanishes": "vanish",
    "appears": "appear",
    "not searched": "not_searched",
}


def weights_result(comparison: Comparison) -> dict[str, str]:
    """Write weights as texts: a fraction, or how a weight is made from incomes.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> incomes = {"consumers": 20000}
    >>> found = compare(load("coordination").game, [], incomes=incomes, median=30000)
    >>> weights_result(found)
    {'consumers': '(30000/20000)**(13/10)'}
    """
    return {g: comparison.origins.get(g, str(w.lower)) for g, w in comparison.weights.items()}


def account_result(one: Assessment, comparison: Comparison) -> dict[str, Any]:
    """Write the public account of an equilibrium, line by line.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> found = compare(load("coordination").game, [])
    >>> account_result(found.baseline.assessments[0], found)["net_outlay"]
    {'value': 0.0, 'exact': '0'}
    """
    return {
        "outlay": number(one.outlay),
        "revenue": number(one.revenue),
        "running_cost": number(one.running_cost),
        "net_outlay": number(one.net_outlay),
        "deadweight": {str(c): number(one.deadweight(c)) for c in comparison.costs_of_funds},
    }


def verdict_result(comparison: Comparison, name: str) -> dict[str, Any]:
    """Write the verdicts on one reform, and what becomes of the equilibria.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> found = compare(model.game, [model.reform("uniform_subsidy")])
    >>> verdict_result(found, "uniform_subsidy")["worst"]["break_even"]["exact"]
    '17/8'
    """
    equilibria: dict[str, list[Any]] = {word: [] for word in _WHAT.values()}
    for change in comparison.changes(name):
        entry: dict[str, Any] = {
            "before": change.before,
            "after": change.after,
            "strength": maybe(change.strength),
            "how": change.how,
            "why": change.why,
        }
        equilibria[_WHAT[change.what]].append({k: v for k, v in entry.items() if v})
    verdicts = {v.rule: _one_verdict(v) for v in comparison.verdicts(name)}
    return {**verdicts, "equilibria": equilibria}


def _one_verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "before": verdict.before,
        "after": verdict.after,
        "changes": numbers(verdict.changes),
        "losers": list(verdict.losers),
        "private": number(verdict.plain),
        "public": number(verdict.public),
        "net": {"unweighted": numbers(verdict.unweighted), "weighted": numbers(verdict.net)},
        "break_even": maybe(verdict.unweighted_break_even),
        "weighted_break_even": maybe(verdict.break_even),
        "statement": verdict.statement,
        "unweighted_statement": verdict.unweighted_statement,
        "failure": _failure(verdict),
        "switching": {
            "cost_of_funds": maybe(verdict.break_even),
            "weights": {
                cost: {g: maybe(verdict.switching_weight(g, cost)) for g in verdict.weights}
                for cost in verdict.net
            },
            "failure": {cost: maybe(verdict.switching_failure(cost)) for cost in verdict.net},
            "unweighted_failure": {
                cost: maybe(verdict.switching_failure(cost, False)) for cost in verdict.net
            },
        },
    }


def _failure(verdict: Verdict) -> dict[str, Any]:
    works: Mapping[str, Enclosure] = verdict.works
    return {
        "probability": number(Enclosure.point(verdict.failure)),
        "lost": number(verdict.lost),
        "changes_if_it_works": numbers(works),
    }
