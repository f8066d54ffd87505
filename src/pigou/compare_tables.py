"""The tables of a comparison: worth, all equilibria, who pays whom, what becomes of equilibria."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pigou.bibliography import cite
from pigou.changes import Change
from pigou.check_smooth import has_interval
from pigou.comparison import NOT_JUDGED, NOT_KNOWN, Comparison, Scenario, present
from pigou.equilibrium import Equilibrium
from pigou.errors import StructureError
from pigou.exact import Record
from pigou.game import GOVERNMENT
from pigou.pages import (
    component_blocks,
    cut,
    evidence_of,
    grouped,
    how_many,
    in_words,
    label_of,
    names_of,
    played,
    ranges,
)
from pigou.selection import SELECTIONS
from pigou.selection_rules import ends_only
from pigou.solving import iterated_dominance
from pigou.stages import is_staged
from pigou.tables import Block, Cell, Table, Words, rounded
from pigou.verdict_words import costs_in_words

__all__ = [
    "change_blocks", "conventions", "dominance_blocks", "equilibria_blocks", "ledger_blocks",
    "worth_blocks",
]  # fmt: skip

_FATES = {
    "survives": "stays",
    "moves": "moves",
    "vanishes": "vanishes",
    "not searched": "is asymmetric and was not looked for",
}


def worth_blocks(parts: list[tuple[str, Comparison]], setting: str = "") -> list[Block]:
    """Lay out net benefit and break-even under the best, worst and selected equilibrium."""
    if not any(comparison.reforms for _, comparison in parts):
        return []
    title = "Is it worth it? Changes against the baseline, equilibrium by equilibrium"
    blocks: list[Block] = [Words(title, "heading")]
    plain = [(where, replace(comparison, weights=Record())) for where, comparison in parts]
    blocks.append(_worth_table(plain, setting, ""))
    if parts[0][1].weights:
        blocks.append(_worth_table(parts, setting, "The same with the weights"))
    note = (
        "Best, worst: by welfare at unit weights and a cost of public funds of 1. Others: the "
        "change in everybody's surplus but the government's. Break-even: the cost of "
        "public funds at which the net benefit is zero; none where no public money is at stake."
    )
    compared = [one for _, c in parts for one in (c.baseline, *c.reforms)]
    if any(ends_only(one.game, one.found) for one in compared):
        note += (
            " Of ranges and continua of equilibria only the ends are compared: in between, welfare "
            "may be higher than in the best and lower than in the worst."
        )
    return [*blocks, Words(note, "note")]


def _worth_table(parts: list[tuple[str, Comparison]], setting: str, title: str) -> Table:
    nets = [f"net at {rounded(cost)}" for cost in parts[0][1].costs_of_funds]
    columns = ("reform", "if played", "others", "government", *nets, "break-even")
    rows: list[tuple[Cell, ...]] = []
    for where, comparison in parts:
        for scenario in comparison.reforms:
            for number, verdict in enumerate(comparison.verdicts(scenario.name)):
                first = scenario is comparison.reforms[0] and not number
                head = (where if first else "",) if setting else ()
                label = "" if number else scenario.label
                flows = (verdict.private, verdict.public, *verdict.net.values())
                rows.append((*head, label, verdict.rule, *flows, verdict.break_even))
    return Table(title, (setting, *columns) if setting else columns, tuple(rows))


def equilibria_blocks(scenario: Scenario, comparison: Comparison, show_all: bool) -> list[Block]:
    """List a scenario's equilibria with surplus, welfare and evidence."""
    title = f"{scenario.label}: {how_many(scenario.found)}"
    if not scenario.assessments:
        return [Words(title, "warning", 1)]
    by_name = {a.equilibrium.name: a for a in scenario.assessments}

    def key(one: Equilibrium) -> Any:
        assessed = by_name[one.name]
        return tuple(assessed.surplus.items()), scenario.diagnosis(assessed)

    groups = grouped(scenario.found, key, show_all)
    shown, more = cut(groups, show_all)
    parties = list(scenario.assessments[0].surplus)
    weighted = bool(comparison.weights)
    columns = ["", "what is played", *(label_of(scenario.game, p) for p in parties), "welfare"]
    columns += ["weighted"] * weighted + ["what fails", "evidence"]
    rows: list[tuple[Cell, ...]] = []
    for group in shown:
        one = by_name[group[0].name]
        star = " *" if scenario.selected in [e.name for e in group] else ""
        welfare: list[Cell] = [one.welfare()]
        welfare += [one.welfare(1, present(comparison.weights, one))] * weighted
        rows.append(
            (
                names_of(group) + star, played(group), *(one.surplus[p] for p in parties),
                *welfare, _fails(scenario.diagnosis(one)), evidence_of(group[0]),
            )
        )  # fmt: skip
    note = [Words(more, "note")] if more else []
    return [Table(title, tuple(columns), tuple(rows)), *note, *component_blocks(scenario.found)]


def _fails(diagnosis: str) -> str:
    if diagnosis == NOT_JUDGED:
        return "not judged (symmetric only)"
    if diagnosis == NOT_KNOWN:
        return "not judged"
    return "-" if diagnosis == "none" else diagnosis.replace(" failure", "")


def ledger_blocks(comparison: Comparison) -> list[Block]:
    """Show who pays whom in the selected equilibria, and the running costs."""
    rows: list[tuple[Cell, ...]] = []
    for scenario in (comparison.baseline, *comparison.reforms):
        if not scenario.assessments:
            continue
        one = scenario[scenario.selected]
        entries: list[tuple[Cell, ...]] = [
            (
                label_of(scenario.game, flow.transfer.payer),
                label_of(scenario.game, flow.transfer.payee),
                flow.transfer.purpose,
                flow.amount,
            )
            for flow in one.flows
        ]
        if not one.running_cost.is_zero():
            entries.append(
                (
                    label_of(scenario.game, GOVERNMENT),
                    "(resources)",
                    "running cost",
                    one.running_cost,
                )
            )
        rows += [(scenario.label if not n else "", *entry) for n, entry in enumerate(entries)]
    if not rows:
        return []
    title = Words("Who pays whom, in the selected equilibrium", "heading")
    return [title, Table("", ("reform", "payer", "payee", "for", "amount"), tuple(rows))]


def change_blocks(comparison: Comparison) -> list[Block]:
    """Say what becomes of each equilibrium, and what dominance rules out."""
    blocks: list[Block] = [Words("What becomes of the equilibria", "heading")]
    for scenario in comparison.reforms:
        blocks.append(Words(f"{scenario.label}: {_changes(comparison, scenario)}.", under=1))
        blocks += dominance_blocks(scenario)
    base = dominance_blocks(comparison.baseline)
    return [*blocks, *base] if comparison.reforms or base else []


def _changes(comparison: Comparison, after: Scenario) -> str:
    parts = []
    new: list[str] = []
    guessed = False
    for change in comparison.changes(after.name):
        guessed |= change.how == "by likeness"
        if change.what == "appears":
            new.append(change.after + _at_strength(change, "from"))
            continue
        old = in_words(comparison.baseline.found[change.before])
        what = _FATES[change.what]
        where = f" to '{in_words(after.found[change.after])}'" if change.what == "moves" else ""
        parts.append(f"'{old}' {what}{where}{_at_strength(change, 'at')}")
    if new:
        shown = ranges(new) if all(name[1:].isdigit() for name in new) else ", ".join(new)
        parts.append(f"new: {shown}")
    return "; ".join(parts) + " (in part paired by likeness, not followed)" * guessed


def _at_strength(change: Change, word: str) -> str:
    """Say at which share of the reform's strength an equilibrium is lost, or is there."""
    if change.strength is None:
        return ""
    grade = "" if change.how == "exact" else f", {change.how}"
    return f" {word} {change.where} of its strength ({change.why}{grade})"


def dominance_blocks(scenario: Scenario) -> list[Block]:
    """Say which choices iterated strict dominance rules out."""
    other = is_staged(scenario.game) or has_interval(scenario.game)
    try:
        gone = () if other else iterated_dominance(scenario.game, scenario.found.at)
    except StructureError as error:
        return [Words(f"{scenario.label}: {error}.", under=2)]
    if not gone:
        return []
    steps = "; ".join(map(str, gone[:4])) + ("; ..." if len(gone) > 4 else "")
    return [Words(f"{scenario.label}, by iterated dominance: {steps}.", under=2)]


def conventions(comparison: Comparison) -> str:
    """Say what the numbers mean."""
    scenarios = (comparison.baseline, *comparison.reforms)
    text = f"Cost of public funds: {costs_in_words(comparison.costs_of_funds)}."
    if comparison.weights:
        weights = ", ".join(
            f"{g} {rounded(w)}" + (f" = {comparison.origins[g]}" if g in comparison.origins else "")
            for g, w in comparison.weights.items()
        )
        text += f" Weights: {weights}; 1 for all others."
    text += (
        " Welfare is the sum of all surpluses, the government's included at a cost of funds of 1."
    )
    rule = SELECTIONS[comparison.baseline.outcome.selection.rule]
    text += f" Selected, {rule.name}: {rule.definition} ({cite(rule.source)})."
    if any("not intuitive" in e.marks for s in scenarios for e in s.found):
        text += (
            " Equilibria that fail the intuitive criterion are not left out: best and worst count "
            "them, and so do all rules of selection but intuitive and D1."
        )
    return text + " Numbers are rounded to four digits; --json holds them exactly."
