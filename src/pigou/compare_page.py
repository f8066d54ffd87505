"""A comparison in plain words: what each reform changes, for whom, and up to which cost.

The order is that of a memo: the few numbers that matter, the tables, what becomes of each
equilibrium, what it all rests on, what was assumed. A reform that costs more than it brings is
said to, and from which cost of public funds on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pigou.assessment import Assessment
from pigou.changes import Change
from pigou.check_smooth import has_interval
from pigou.comparison import (
    NOT_JUDGED,
    Comparison,
    Scenario,
    Verdict,
    present,
)
from pigou.equilibrium import Equilibrium
from pigou.exact import Enclosure, Record
from pigou.game import GOVERNMENT
from pigou.matching import only_symmetric
from pigou.model import Model
from pigou.pages import (
    capital,
    component_blocks,
    cut,
    evidence_of,
    foundation_blocks,
    grouped,
    how_many,
    in_words,
    incomplete_blocks,
    label_of,
    names_of,
    played,
    ranges,
    said,
    value_blocks,
)
from pigou.selection import SELECTIONS
from pigou.solving import iterated_dominance
from pigou.stages import is_staged
from pigou.tables import Block, Cell, Page, Table, Words, rounded

__all__ = ["compare_page"]

RULES = ("selected", "worst", "best")
_FATES = {
    "survives": "stays",
    "moves": "moves",
    "vanishes": "vanishes",
    "not searched": "is asymmetric and was not looked for",
}
_LOOKS = {"costs more than it brings": "bad", "worth it": "good"}


def compare_page(model: Model, comparison: Comparison, show_all: bool = False) -> Page:
    """Show a baseline and its reforms, side by side."""
    scenarios = [comparison.baseline, *comparison.reforms]
    solved = [(s.label, "", s.game, s.found) for s in scenarios]
    blocks: list[Block] = [Words(title_of(model), "title")]
    blocks += incomplete_blocks([s.found for s in scenarios])
    blocks += baseline_blocks(comparison)
    for scenario in comparison.reforms:
        blocks += headline(comparison, scenario)
    blocks += worth_blocks([("", comparison)])
    blocks.append(Words("All equilibria", "heading"))
    for scenario in scenarios:
        blocks += equilibria_blocks(scenario, comparison, show_all)
    blocks += ledger_blocks(comparison)
    blocks += change_blocks(comparison)
    blocks += foundation_blocks(solved)
    blocks += said("Selected (*)", [(s.label, "", s.selection) for s in scenarios])
    blocks += value_blocks(solved)
    blocks.append(Words(conventions(comparison), "note"))
    return Page(tuple(blocks), comparison_data(comparison))


def title_of(model: Model) -> str:
    """Name the game and what fails in it."""
    return f"{model.name}: {model.mechanism}" if model.mechanism else model.name


def baseline_blocks(comparison: Comparison) -> list[Block]:
    """Say what happens without a reform, and what fails."""
    base = comparison.baseline
    blocks: list[Block] = [Words(f"{base.label}: {how_many(base.found)}.", "item")]
    if not base.assessments:
        return blocks
    one = base[base.selected]
    best = base.first_best
    what = "" if len(base.found) == 1 else ", the selected one"
    diagnosis = base.diagnosis(one)
    failing = f" ({diagnosis})" if diagnosis != "none" else ""
    short = "no less than" if one.gap.upper <= 0 else "of"
    welfare = (
        f"Welfare {rounded(one.welfare())} {short} the {rounded(best.welfare)} possible{failing}."
    )
    played_here = in_words(one.equilibrium)
    if all(s.value is None for s in one.equilibrium.strategies):
        played_here = capital(played_here)  # the name of a continuous move stays as it is
    blocks.append(Words(f"{played_here}{what}. {welfare}", under=1))
    if all(base.diagnosis(a) == "none" for a in base.assessments):
        blocks.append(Words("Nothing fails here that a reform could repair.", "warning", 1))
    return blocks


def headline(comparison: Comparison, scenario: Scenario) -> list[Block]:
    """Say in a few sentences what a reform changes, for whom, and whether it is worth it."""
    verdicts = {v.rule: v for v in comparison.verdicts(scenario.name)}
    if not verdicts:
        return [Words(f"{scenario.label}: no verdict, {how_many(scenario.found)}.", "item")]
    blocks: list[Block] = [Words(scenario.label, "item")]
    blocks.append(_verdict_words(verdicts, comparison.costs_of_funds))
    blocks.append(Words(_for_whom(comparison, scenario, verdicts["selected"]), under=1))
    blocks += _price(verdicts, " with these weights" if comparison.weights else "")
    blocks += _warnings(comparison, scenario, verdicts)
    return blocks


def _warnings(
    comparison: Comparison, scenario: Scenario, verdicts: Mapping[str, Verdict]
) -> list[Block]:
    texts = []
    if len(scenario.found) > 1 and not _alike(list(verdicts.values())):
        known = "" if scenario.found.complete else "known "
        texts.append(
            f"What it brings hangs on which of its {len(scenario.found)} {known}equilibria is "
            "played, and the reform does not settle that."
        )
    if only_symmetric(scenario.found) and not only_symmetric(comparison.baseline.found):
        texts.append(
            "Under it only symmetric equilibria were looked for, so its best and worst are held "
            "against the symmetric ones of the baseline; asymmetric ones may exist."
        )
    return [Words(capital(text), "warning", 1) for text in texts]


def _alike(verdicts: list[Verdict]) -> bool:
    """Whether all verdicts say the same, in words and in numbers."""
    first = verdicts[0]
    return all(
        one.statement == first.statement
        and all(one.net[cost].overlaps(first.net[cost]) for cost in first.net)
        for one in verdicts
    )


def _verdict_words(verdicts: Mapping[str, Verdict], costs: tuple[Fraction, ...]) -> Words:
    statements = [v.statement for v in verdicts.values()]
    look = next((look for said, look in _LOOKS.items() if said in statements), "warning")
    priced = any(v.sign(v.public) != 0 for v in verdicts.values())
    at = f", at a cost of public funds of {_costs(costs)}" if priced else ""
    return Words(f"{verdict_in_words(verdicts)}{at}.", look, 1)


def verdict_in_words(verdicts: Mapping[str, Verdict]) -> str:
    """State the verdict over the selected, the worst and the best equilibrium."""
    states: dict[str, list[str]] = {}
    for rule in RULES:
        states.setdefault(_stated(verdicts[rule]), []).append(rule)
    if len(states) == 1:
        (state,) = states
        differ = len({(v.before, v.after) for v in verdicts.values()}) > 1
        return capital(state) + (", whichever equilibrium is played" if differ else "")
    parts = [f"{state} in the {' and the '.join(rules)}" for state, rules in states.items()]
    parts[0] += " equilibrium"
    return capital("; ".join(parts))


def _costs(costs: tuple[Fraction, ...]) -> str:
    return " to ".join(rounded(cost) for cost in costs)


def _stated(verdict: Verdict) -> str:
    """State a verdict; where the cost of public funds decides, with the cost that does."""
    if verdict.statement != "depends on the cost of public funds" or verdict.break_even is None:
        return verdict.statement
    side = "below" if verdict.public.upper < 0 else "above"
    return f"{verdict.statement} (worth it {side} {rounded(verdict.break_even)})"


def _for_whom(comparison: Comparison, after: Scenario, verdict: Verdict) -> str:
    """Say what is played instead of what, and who gains and loses."""
    old, new = comparison.baseline[verdict.before], after[verdict.after]
    before, now = in_words(old.equilibrium), in_words(new.equilibrium)
    outcome = f"{now}, as before" if before == now else f"{now} instead of {before}"
    changes = [
        f"{label_of(after.game, party)} {rounded(change, sign=True)}"
        for party, change in verdict.changes.items()
        if verdict.sign(change) != 0
    ]
    if all(strategy.value is None for strategy in new.equilibrium.strategies):
        outcome = capital(outcome)  # the name of a continuous move is a symbol, and stays as it is
    text = f"{outcome}: {', '.join(changes) or 'nobody gains or loses'}."
    priced = verdict.sign(verdict.public) != 0
    text += f" Net benefit {_nets(verdict.unweighted, priced)}"
    return text + (f"; weighted {_nets(verdict.net, priced)}." if comparison.weights else ".")


def _nets(nets: Mapping[str, Enclosure], priced: bool) -> str:
    if not priced:
        return rounded(next(iter(nets.values())), sign=True)
    words = [f"{rounded(v, sign=True)} at {rounded(Fraction(c))}" for c, v in nets.items()]
    words[0] = words[0].replace(" at ", " at a cost of public funds of ")
    return ", ".join(words)


def _price(verdicts: Mapping[str, Verdict], how: str) -> list[Block]:
    """Say from which cost of public funds on a reform costs more than it brings."""
    limits: dict[tuple[str, str], list[str]] = {}
    for rule in RULES:
        price = _limit(verdicts[rule])
        if price is not None:
            limits.setdefault(price, []).append(rule)
    lines = []
    for what in dict.fromkeys(what for what, _ in limits):
        where = [(at, rules) for (w, at), rules in limits.items() if w == what]
        only = len(where) == 1 and len(where[0][1]) == len(RULES)
        parts = [at if only else f"{at} ({' and '.join(rules)})" for at, rules in where]
        lines.append(Words(f"{what} {', '.join(parts)}{how}.", "bad" if "more" in what else "", 1))
    return [*lines]


def _limit(verdict: Verdict) -> tuple[str, str] | None:
    """Return what happens beyond which cost of public funds; None where none is at stake."""
    spends = verdict.sign(verdict.public) == -1
    what = "Costs more than it brings" if spends else "Brings more than it costs"
    if verdict.break_even is not None:
        return f"{what} at a cost of public funds", f"above {rounded(verdict.break_even)}"
    if spends and verdict.sign(verdict.private) in (0, -1):
        return f"{what} at a cost of public funds", "of any size"
    return None


# -- the tables of a comparison -----------------------------------------------------------------


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
        "Others: the change in everybody's surplus but the government's. Break-even: the cost of "
        "public funds at which the net benefit is zero; none where no public money is at stake."
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
    return f" {word} {change.strength} of its strength ({change.why}{grade})"


def dominance_blocks(scenario: Scenario) -> list[Block]:
    """Say which choices iterated strict dominance rules out."""
    other = is_staged(scenario.game) or has_interval(scenario.game)
    gone = () if other else iterated_dominance(scenario.game, scenario.found.at)
    if not gone:
        return []
    steps = "; ".join(map(str, gone[:4])) + ("; ..." if len(gone) > 4 else "")
    return [Words(f"{scenario.label}, by iterated dominance: {steps}.", under=2)]


def conventions(comparison: Comparison) -> str:
    """Say what the numbers mean."""
    text = f"Cost of public funds: {_costs(comparison.costs_of_funds)}."
    if comparison.weights:
        weights = ", ".join(f"{g} {rounded(w)}" for g, w in comparison.weights.items())
        text += f" Weights: {weights}; 1 for all others."
    text += (
        " Welfare is the sum of all surpluses, the government's included at a cost of funds of 1."
    )
    rule = SELECTIONS[comparison.baseline.outcome.selection.rule]
    text += f" Selected, {rule.name}: {rule.definition} ({rule.source})."
    return text + " Numbers are rounded to four digits; --json holds them exactly."


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
        "verdict": verdict.statement,
    }
