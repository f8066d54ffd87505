"""The diagnosis as JSON: incidence, rents, prices of anarchy and stability, second best, flips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pigou.assessment import Assessment
from pigou.comparison import Comparison, Scenario
from pigou.efficiency import prices
from pigou.incidence import incidence_matrix
from pigou.instruments import BestValues, best_reform
from pigou.json_numbers import maybe, number, numbers
from pigou.rents import rents_in

if TYPE_CHECKING:
    from pigou.switching import Switching

__all__ = [
    "best_values_result", "incidence_result", "prices_result", "rents_result",
    "second_best_result", "switching_result",
]  # fmt: skip


def incidence_result(comparison: Comparison, scenario: Scenario) -> list[dict[str, Any]]:
    """Write who ends up with public money, by transfer and of the whole reform.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> found = compare(model.game, [model.reform("uniform_subsidy")])
    >>> incidence_result(found, found.reforms[0])[1]["economic"]["firm"]["exact"]
    '13/8'
    """
    return [
        {
            "of": row.of,
            "statutory": numbers(row.statutory),
            "economic": numbers(row.economic),
            "welfare": number(row.welfare),
            "grade": None if row.grade is None else str(row.grade),
            "how": row.how,
        }
        for row in incidence_matrix(comparison.baseline, scenario)
    ]


def rents_result(one: Assessment, scenario: Scenario) -> dict[str, Any]:
    """Write rents, their shares and the outside options.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> base = compare(load("coordination").game, []).baseline
    >>> rents_result(base.assessments[1], base)["rents"]["firm"]["exact"]
    '5/2'
    """
    found = rents_in(scenario.game, scenario.game.values(scenario.found.at), one)
    return {
        "rents": numbers(found.rents),
        "shares": numbers(found.shares),
        "outside": numbers(found.outside),
        "how": dict(found.how),
    }


def prices_result(scenario: Scenario) -> dict[str, Any]:
    """Write the prices of anarchy and stability.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> prices_result(compare(load("coordination").game, []).baseline)["anarchy"] is None
    True
    """
    found = prices(scenario)
    return {
        "anarchy": maybe(found.anarchy),
        "stability": maybe(found.stability),
        "reason": found.reason,
        "is_bound": found.is_bound,
    }


def second_best_result(comparison: Comparison) -> dict[str, Any]:
    """Write which of the reforms is best, by rule and cost, with the weights and without.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> second_best_result(compare(load("coordination").game, []))["worst"]["1"]["reform"]
    'baseline'
    """
    result: dict[str, Any] = {}
    for rule in ("best", "worst", "selected"):
        result[rule] = {}
        for cost in comparison.costs_of_funds:
            one, plain = (best_reform(comparison, rule, cost, w) for w in (True, False))
            result[rule][str(cost)] = {
                "reform": one.what,
                "net": number(one.net),
                "unweighted": {"reform": plain.what, "net": number(plain.net)},
            }
    return result


def switching_result(
    name: str, switchings: Sequence[tuple[str, Switching]]
) -> list[dict[str, Any]]:
    """Write the switching values of parameters that were asked for.

    Examples
    --------
    >>> switching_result("subsidy", [])
    []
    """
    return [
        {
            "parameter": found.parameter,
            "now": str(found.here),
            "searched": [str(found.low), str(found.high)],
            "switches": [
                {
                    "rule": one.rule,
                    "cost_of_funds": one.cost,
                    "weighted": one.weighted,
                    "value": number(one.value),
                    "exact": one.exact or None,
                    "below": one.below,
                    "above": one.above,
                    "grade": str(one.grade),
                }
                for one in found.switches
            ],
        }
        for reform, found in switchings
        if reform == name
    ]


def best_values_result(name: str, bests: Sequence[BestValues]) -> list[dict[str, Any]]:
    """Write the best values of a reform's parameters that were asked for.

    Examples
    --------
    >>> best_values_result("subsidy", [])
    []
    """
    return [
        {
            "parameter": one.parameter,
            "low": str(one.low),
            "high": str(one.high),
            "values": [
                {
                    "rule": rule,
                    "cost_of_funds": cost,
                    "weighted": weighted,
                    "value": maybe(best.value),
                    "exact": best.what,
                    "attained": best.attained,
                    "net": number(best.net),
                    "grade": str(best.grade),
                }
                for (rule, cost, weighted), best in one.found.items()
            ],
        }
        for one in bests
        if one.reform == name
    ]
