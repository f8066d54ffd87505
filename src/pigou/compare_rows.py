"""A comparison as rows for spreadsheets: one per equilibrium, one per verdict."""

from __future__ import annotations

from pigou.assessment import Assessment
from pigou.comparison import Comparison, Scenario, present
from pigou.exact import Enclosure
from pigou.pages import in_words
from pigou.tables import Cell, Table
from pigou.verdict import Verdict

__all__ = ["Row", "comparison_data", "comparison_rows", "table_of"]

Row = dict[str, Cell]
"""A row for spreadsheets: column = cell."""


def comparison_data(comparison: Comparison) -> Table:
    """Return one row per scenario and equilibrium, and one per verdict, for spreadsheets."""
    return table_of(comparison_rows(comparison))


def table_of(rows: list[Row]) -> Table:
    """Make a table of rows; a row without a column leaves its cell empty."""
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Table("", columns, tuple(tuple(row.get(name) for name in columns) for row in rows))


def comparison_rows(comparison: Comparison) -> list[Row]:
    """Return the equilibria of every scenario, then the verdicts on every reform."""
    scenarios = (comparison.baseline, *comparison.reforms)
    parties = list(dict.fromkeys(p for s in scenarios for p in s.game.parties))
    rows = [_data_row(s, one, parties, comparison) for s in scenarios for one in s.assessments]
    for scenario in comparison.reforms:
        rows += [_verdict_row(scenario, v) for v in comparison.verdicts(scenario.name)]
    return rows


def _data_row(
    scenario: Scenario, one: Assessment, parties: list[str], comparison: Comparison
) -> Row:
    e, costs = one.equilibrium, comparison.costs_of_funds
    weights = present(comparison.weights, one)
    return {
        "row": "equilibrium",
        "scenario": scenario.name,
        "equilibrium": e.name,
        "selected": str(e.name == scenario.selected).lower(),
        "kind": e.kind,
        "profile": in_words(e),
        **{f"surplus {p}": one.surplus.get(p) for p in parties},
        "outlay": one.outlay,
        "revenue": one.revenue,
        "running cost": one.running_cost,
        "net outlay": one.net_outlay,
        **{f"deadweight cost at {c}": one.deadweight(c) for c in costs},
        **{f"welfare at {c}": one.welfare(c) for c in costs},
        **{f"weighted welfare at {c}": one.welfare(c, weights) for c in costs},
        "first best": scenario.first_best.welfare,
        "gap": one.gap,
        "diagnosis": scenario.diagnosis(one),
        "grade": str(e.evidence.grade),
        "checked": str(e.evidence.checked).lower(),
        "marks": "; ".join(e.marks),
    }


def _verdict_row(scenario: Scenario, verdict: Verdict) -> Row:
    return {
        "row": "verdict",
        "scenario": scenario.name,
        "equilibrium": verdict.after,
        "if played": verdict.rule,
        "instead of": verdict.before,
        **{f"change {party}": change for party, change in verdict.changes.items()},
        **{f"net at {cost}": net for cost, net in verdict.unweighted.items()},
        **{f"weighted net at {cost}": net for cost, net in verdict.net.items()},
        "break-even": verdict.break_even,
        "unweighted break-even": verdict.unweighted_break_even,
        "verdict": verdict.statement,
        "unweighted verdict": verdict.unweighted_statement,
        "probability of failure": Enclosure.point(verdict.failure),
        "lost if it fails": verdict.lost,
    }
