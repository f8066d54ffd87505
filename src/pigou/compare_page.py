"""A comparison in plain words: what each reform changes, for whom, and up to which cost.

The order is that of a memo: the few numbers that matter, the tables, what becomes of each
equilibrium, what it all rests on, what was assumed. A reform that costs more than it brings is
said to, and from which cost of public funds on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from pigou.assessment import Assessment
from pigou.comparison import Comparison, Scenario, Verdict
from pigou.equilibrium import Equilibrium
from pigou.exact import Enclosure
from pigou.game import GOVERNMENT
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
    value_blocks,
)
from pigou.solving import iterated_dominance
from pigou.tables import Block, Cell, Page, Table, Words, rounded

__all__ = ["compare_page"]

RULES = ("selected", "worst", "best")
_LOOKS = {"worth it": "good", "costs more than it brings": "bad"}


def compare_page(
    model: Model, comparison: Comparison, reforms: Iterable[Reform], show_all: bool = False
) -> Page:
    """Show a baseline and its reforms, side by side."""
    scenarios = [comparison.baseline, *comparison.reforms]
    blocks: list[Block] = [Words(_title(model), "title")]
    blocks += incomplete_blocks([s.found for s in scenarios])
    blocks += comparison_blocks(comparison, reforms, show_all)
    blocks += foundation_blocks([(s.label, s.found) for s in scenarios])
    blocks += selection_blocks(scenarios)
    blocks += value_blocks([(s.label, s.game, s.found) for s in scenarios])
    blocks.append(Words(_conventions(comparison), "note"))
    return Page(tuple(blocks), comparison_data(comparison))


def _title(model: Model) -> str:
    return f"{model.name}: {model.mechanism}" if model.mechanism else model.name


def comparison_blocks(
    comparison: Comparison, reforms: Iterable[Reform], show_all: bool
) -> list[Block]:
    """Return the sentences and tables of one comparison."""
    blocks = baseline_blocks(comparison)
    for reform in reforms:
        blocks += headline(comparison, comparison.reform(reform.name), reform)
    blocks += worth_blocks(comparison)
    blocks.append(Words("All equilibria", "heading"))
    for scenario in (comparison.baseline, *comparison.reforms):
        blocks += equilibria_blocks(scenario, comparison, show_all)
    blocks += ledger_blocks(comparison)
    blocks += change_blocks(comparison)
    return blocks


def baseline_blocks(comparison: Comparison) -> list[Block]:
    """Say what happens without a reform, and what fails."""
    base = comparison.baseline
    blocks: list[Block] = [Words(f"{base.label}: {how_many(base.found)}.", "item")]
    if not base.assessments:
        return blocks
    one = base[base.selected]
    best = base.first_best
    what = "" if len(base.found) == 1 else ", the selected one"
    failing = f" ({one.diagnosis})" if one.diagnosis != "none" else ""
    short = "no less than" if one.gap.upper <= 0 else "of"
    welfare = f"Welfare {rounded(one.welfare())} {short} the {rounded(best.welfare)} possible{failing}."
    blocks.append(Words(f"{capital(in_words(one.equilibrium))}{what}. {welfare}", under=1))
    if all(a.diagnosis == "none" for a in base.assessments):
        blocks.append(Words("Nothing fails here that a reform could repair.", "warning", 1))
    return blocks


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def headline(comparison: Comparison, scenario: Scenario, reform: Reform) -> list[Block]:
    """Say in a few sentences what a reform changes, for whom, and whether it is worth it."""
    verdicts = {v.rule: v for v in comparison.verdicts(scenario.name)}
    if not verdicts:
        return [Words(f"{scenario.label}: no verdict, {how_many(scenario.found)}.", "item")]
    costs = comparison.costs_of_funds
    blocks: list[Block] = [Words(scenario.label, "item")]
    blocks.append(_verdict_words(verdicts, costs))
    blocks.append(Words(_for_whom(comparison, scenario, verdicts["selected"]), under=1))
    blocks += _price(verdicts)
    if len(scenario.found) > 1:
        blocks.append(
            Words(
                f"{capital(how_many(scenario.found))} under it: what it brings hangs on which one "
                "is played. Look at the best and the worst, not only at the selected one.",
                "warning",
                1,
            )
        )
    return blocks


def _verdict_words(verdicts: Mapping[str, Verdict], costs: tuple[Fraction, ...]) -> Words:
    """State the verdict over the best, the worst and the selected equilibrium."""
    states: dict[str, list[str]] = {}
    for rule in ("selected", "worst", "best"):
        states.setdefault(_state(verdicts[rule]), []).append(rule)
    at = f"at a cost of public funds of {_costs(costs)}"
    if len(states) == 1:
        (state,) = states
        where = "whichever equilibrium is played" if _differ(verdicts) else ""
        text = ", ".join(part for part in (f"{capital(state)} {at}", where) if part)
        return Words(f"{text}.", _LOOKS.get(state, "warning"), 1)
    parts = [f"{state} in the {' and the '.join(rules)} equilibrium" for state, rules in states.items()]
    look = "bad" if "costs more than it brings" in states else "warning"
    return Words(f"{capital('; '.join(parts))} ({at}).", look, 1)


def _differ(verdicts: Mapping[str, Verdict]) -> bool:
    return len({(v.before, v.after) for v in verdicts.values()}) > 1


def _costs(costs: tuple[Fraction, ...]) -> str:
    return " to ".join(rounded(cost) for cost in costs)


def _state(verdict: Verdict) -> str:
    """Name what a reform does to welfare at every cost of public funds asked for."""
    values = list(verdict.net.values())
    if all(_is_zero(v) for v in (verdict.private, verdict.public)):
        return "changes nothing"
    if all(_is_zero(v) for v in values):
        return "shifts money and gains nothing"
    if all(v.lower >= 0 for v in values):
        return "worth it"
    if all(v.upper <= 0 for v in values):
        return "costs more than it brings"
    return "worth it or not, depending on the cost of public funds"


def _is_zero(value: Enclosure) -> bool:
    return value.is_exact and value.lower == 0


def _for_whom(comparison: Comparison, after: Scenario, verdict: Verdict) -> str:
    """Say what is played instead of what, and who gains and loses."""
    old, new = comparison.baseline[verdict.before], after[verdict.after]
    before, now = in_words(old.equilibrium), in_words(new.equilibrium)
    played = f"{capital(now)}, as before" if before == now else f"{capital(now)} instead of {before}"
    changes = []
    for party in dict.fromkeys([*old.surplus, *new.surplus]):
        zero = Enclosure.point(0)
        change = new.surplus.get(party, zero) - old.surplus.get(party, zero)
        if not _is_zero(change):
            changes.append(f"{label_of(after.game, party)} {rounded(change, sign=True)}")
    net = ", ".join(
        f"{rounded(value, sign=True)} at {rounded(Fraction(cost))}"
        for cost, value in verdict.unweighted.items()
    )
    text = f"{played}: {', '.join(changes) or 'nobody gains or loses'}."
    text += f" Net benefit by cost of public funds: {net}"
    if comparison.weights:
        weighted = ", ".join(f"{rounded(v, sign=True)} at {rounded(Fraction(c))}" for c, v in verdict.net.items())
        text += f" (weighted: {weighted})"
    return text + "."


def _price(verdicts: Mapping[str, Verdict]) -> list[Block]:
    """Say from which cost of public funds on a reform costs more than it brings."""
    limits: dict[str, list[str]] = {}
    for rule in ("selected", "worst", "best"):
        verdict = verdicts[rule]
        if verdict.public.upper < 0:
            if verdict.break_even is None:
                words = "costs more than it brings at any cost of public funds"
            else:
                words = f"costs more than it brings at a cost of public funds above {rounded(verdict.break_even)}"
        elif verdict.public.lower > 0 and verdict.private.upper < 0 and verdict.break_even is not None:
            words = f"pays only at a cost of public funds above {rounded(verdict.break_even)}"
        else:
            continue
        limits.setdefault(words, []).append(rule)
    if not limits:
        return []
    if len(limits) == 1 and len(next(iter(limits.values()))) == 3:
        return [Words(f"It {next(iter(limits))}.", under=1)]
    parts = [f"{words} ({', '.join(rules)} equilibrium)" for words, rules in limits.items()]
    return [Words(f"It {'; '.join(parts)}.", under=1)]


# -- the tables of a comparison -----------------------------------------------------------------


def worth_blocks(comparison: Comparison) -> list[Block]:
    """Lay out net benefit and break-even under the best, worst and selected equilibrium."""
    costs = [rounded(cost) for cost in comparison.costs_of_funds]
    weighted = bool(comparison.weights)
    columns = ["reform", "if played", "others", "government", *(f"net at {c}" for c in costs)]
    columns += [f"weighted at {c}" for c in costs] * weighted
    rows: list[tuple[Cell, ...]] = []
    for scenario in comparison.reforms:
        for number, verdict in enumerate(comparison.verdicts(scenario.name)):
            nets: list[Cell] = [*verdict.unweighted.values()]
            nets += [*verdict.net.values()] * weighted
            plain = _plain_private(comparison, scenario, verdict)
            head = scenario.label if not number else ""
            rows.append((head, verdict.rule, plain, verdict.public, *nets, verdict.break_even))
    title = "Is it worth it? Changes against the baseline, equilibrium by equilibrium"
    table = Table("", (*columns, "break-even"), tuple(rows))
    note = "Break-even: the cost of public funds at which the net benefit is zero"
    note += " (with the weights)." if weighted else "; none where no public money is at stake."
    return [Words(title, "heading"), table, Words(note, "note")] if rows else []


def _plain_private(comparison: Comparison, after: Scenario, verdict: Verdict) -> Enclosure:
    """Return the unweighted change in everybody else's surplus."""
    return after[verdict.after].private - comparison.baseline[verdict.before].private


def equilibria_blocks(scenario: Scenario, comparison: Comparison, show_all: bool) -> list[Block]:
    """List a scenario's equilibria with surplus, welfare and evidence."""
    title = f"{scenario.label}: {how_many(scenario.found)}"
    if not scenario.assessments:
        return [Words(title, "warning", 1)]
    by_name = {a.equilibrium.name: a for a in scenario.assessments}

    def key(one: Equilibrium) -> Any:
        assessed = by_name[one.name]
        return tuple(assessed.surplus.items()), assessed.diagnosis

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
        welfare += [one.welfare(1, _present(comparison, one))] * weighted
        rows.append(
            (
                names_of(group) + star, played(group), *(one.surplus[p] for p in parties),
                *welfare, _fails(one), evidence_of(group[0]),
            )
        )  # fmt: skip
    note = [Words(more, "note")] if more else []
    return [Table(title, tuple(columns), tuple(rows)), *note, *component_blocks(scenario.found)]


def _present(comparison: Comparison, one: Assessment) -> dict[str, Fraction]:
    return {g: w for g, w in comparison.weights.items() if g in one.surplus}


def _fails(one: Assessment) -> str:
    return "-" if one.diagnosis == "none" else one.diagnosis.replace(" failure", "")


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
        if not _is_zero(one.running_cost):
            entries.append((label_of(scenario.game, GOVERNMENT), "(resources)", "running cost", one.running_cost))
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
    for change in comparison.changes(after.name):
        if change.what == "appears":
            new.append(change.after)
            continue
        old = in_words(comparison.baseline.found[change.before])
        what = {"survives": "stays", "moves": "moves"}.get(change.what, "vanishes")
        where = f" to '{in_words(after.found[change.after])}'" if change.what == "moves" else ""
        parts.append(f"'{old}' {what}{where}")
    if new:
        parts.append(f"new: {ranges(new)}")
    return "; ".join(parts)


def dominance_blocks(scenario: Scenario) -> list[Block]:
    """Say which choices iterated strict dominance rules out."""
    gone = iterated_dominance(scenario.game, scenario.found.at)
    if not gone:
        return []
    steps = "; ".join(map(str, gone[:4])) + ("; ..." if len(gone) > 4 else "")
    return [Words(f"{scenario.label}, whatever others do: {steps}.", under=2)]


def selection_blocks(scenarios: list[Scenario]) -> list[Block]:
    """Say how the selected equilibrium was picked."""
    how: dict[str, list[str]] = {}
    for one in scenarios:
        how.setdefault(one.selection, []).append(f"{one.label} {one.selected}".strip())
    parts = [f"{', '.join(who)} ({rule})" for rule, who in how.items()]
    return [Words(f"Selected (*): {'; '.join(parts)}.", under=1)]


def _conventions(comparison: Comparison) -> str:
    text = f"Cost of public funds: {_costs(comparison.costs_of_funds)}."
    if comparison.weights:
        weights = ", ".join(f"{g} {rounded(w)}" for g, w in comparison.weights.items())
        text += f" Weights: {weights}; 1 for all others."
    text += " Welfare is the sum of all surpluses, the government's included, at a cost of public funds of 1."
    return text + " Numbers are rounded to four digits; --json holds them exactly."


def comparison_data(comparison: Comparison) -> Table:
    """Return one row per scenario and equilibrium, for spreadsheets."""
    scenarios = (comparison.baseline, *comparison.reforms)
    parties = list(dict.fromkeys(p for s in scenarios for p in s.game.parties))
    costs = [str(c) for c in comparison.costs_of_funds]
    columns = (
        "scenario", "equilibrium", "selected", "kind", "profile",
        *(f"surplus {p}" for p in parties), "outlay", "revenue", "running cost",
        *(f"welfare at {c}" for c in costs), *(f"weighted welfare at {c}" for c in costs),
        "first best", "gap", "diagnosis", "grade", "checked", "marks",
    )  # fmt: skip
    rows = [
        _data_row(s, one, parties, comparison) for s in scenarios for one in s.assessments
    ]
    return Table("", columns, tuple(rows))


def _data_row(
    scenario: Scenario, one: Assessment, parties: list[str], comparison: Comparison
) -> tuple[Cell, ...]:
    e, costs = one.equilibrium, comparison.costs_of_funds
    return (
        scenario.name, e.name, str(e.name == scenario.selected).lower(), e.kind, in_words(e),
        *(one.surplus.get(p) for p in parties), one.outlay, one.revenue, one.running_cost,
        *(one.welfare(c) for c in costs),
        *(one.welfare(c, _present(comparison, one)) for c in costs),
        scenario.first_best.welfare, one.gap, one.diagnosis,
        str(e.evidence.grade), str(e.evidence.checked).lower(), "; ".join(e.marks),
    )  # fmt: skip


