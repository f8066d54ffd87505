"""A case in plain words: what theory predicts, what people did, and where theory fails."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from pigou.compare_page import baseline_blocks, title_of
from pigou.compare_rows import Row, comparison_rows, table_of
from pigou.compare_tables import (
    change_blocks,
    conventions,
    equilibria_blocks,
    ledger_blocks,
    worth_blocks,
)
from pigou.exact import Enclosure
from pigou.model import Model
from pigou.pages import Solved, foundation_blocks, incomplete_blocks, said, value_blocks
from pigou.switching import Switching
from pigou.switching_table import switching_blocks
from pigou.tables import Block, Cell, Page, Table, Words, rounded
from pigou.verdict_words import headline, verdict_in_words

if TYPE_CHECKING:
    from pigou.comparison import Comparison, Scenario
    from pigou.observation import Finding, Prediction, Study

__all__ = ["case_page"]

_OPPOSITE = " The opposite happened."

Switchings = Sequence[tuple[str, Switching]]
"""Switching values of parameters, each with the name of the reform."""

Part = tuple[str, "Comparison", list["Finding"]]
"""A setting: its name, its comparison, what was found there."""


def case_page(
    model: Model, study: Study, show_all: bool = False, switchings: Sequence[Switchings] = ()
) -> Page:
    """Show a case: every setting compared, and held against what was observed.

    Switching values of parameters, if there are any, are given setting by setting.
    """
    parts: list[Part] = [
        (_name(study, setting), comparison, [f for f in study.findings if f.setting == setting])
        for setting, comparison in zip(study.settings, study.comparisons, strict=True)
    ]
    scenarios = [(where, s) for where, c, _ in parts for s in (c.baseline, *c.reforms)]
    solved: list[Solved] = [(s.label, where, s.game, s.found) for where, s in scenarios]
    setting = study.case.parameter if study.settings != (None,) else ""
    blocks: list[Block] = [Words(title_of(model), "title"), Words(study.case.title)]
    blocks += incomplete_blocks([s.found for _, s in scenarios])
    blocks += short_blocks(parts)
    blocks += summary_blocks(study)
    blocks += worth_blocks([(_value(where), c) for where, c, _ in parts], setting)
    for number, part in enumerate(parts):
        flips = switchings[number] if switchings else ()
        blocks += setting_blocks(study, part, show_all, flips)
    blocks += foundation_blocks(solved)
    blocks += said("Selected (*)", [(s.label, where, s.selection) for where, s in scenarios])
    blocks += value_blocks(solved, setting)
    blocks += source_blocks(study)
    blocks.append(Words(conventions(study.comparisons[0]), "note"))
    return Page(tuple(blocks), case_data(study))


def _name(study: Study, setting: Fraction | None) -> str:
    return "" if setting is None else f"{study.case.parameter} = {setting}"


def _value(where: str) -> str:
    return where.rpartition(" = ")[2]


def setting_blocks(
    study: Study, part: Part, show_all: bool, switchings: Switchings = ()
) -> list[Block]:
    """Show one setting: the verdict, all equilibria, what people did, where theory fails."""
    where, comparison, findings = part
    blocks: list[Block] = [Words(where, "title")] if where else []
    blocks += baseline_blocks(comparison)
    for scenario in comparison.reforms:
        blocks += headline(comparison, scenario)
    if switchings:
        blocks += switching_blocks(comparison, switchings)
    blocks.append(Words("All equilibria", "heading"))
    for scenario in (comparison.baseline, *comparison.reforms):
        blocks += equilibria_blocks(scenario, comparison, show_all)
    blocks += change_blocks(comparison)
    blocks += ledger_blocks(comparison)
    blocks += observed_blocks(comparison, findings)
    return blocks + remark_blocks(study, part)


# -- the few numbers that matter ----------------------------------------------------------------


def short_blocks(parts: list[Part]) -> list[Block]:
    """Say in a sentence per setting and reform what was predicted, and what was observed."""
    blocks: list[Block] = [Words("In short", "heading")]
    for where, comparison, findings in parts:
        by_regime = {f.regime: f for f in findings}
        for scenario in comparison.reforms:
            verdicts = {v.rule: v for v in comparison.verdicts(scenario.name)}
            if not verdicts:
                continue
            head = ", ".join(part for part in (where, scenario.label) if part)
            text = f"{head}: in theory {verdict_in_words(verdicts).lower()}."
            before, after = (by_regime.get(n) for n in (comparison.baseline.name, scenario.name))
            if before is not None and after is not None:
                text += _against(comparison, scenario, before, after)
            look = "warning" if text.endswith(_OPPOSITE) else ""
            blocks.append(Words(text, look, 1))
    return blocks


def _against(comparison: Comparison, scenario: Scenario, before: Finding, after: Finding) -> str:
    """Set the predicted change of efficiency, in the selected equilibria, beside the observed."""
    was, now = _selected(comparison.baseline, before), _selected(scenario, after)
    if was is None or now is None or before.efficiency is None or after.efficiency is None:
        return ""
    predicted = now.value - was.value
    observed = after.efficiency.value - before.efficiency.value
    verdict = _OPPOSITE if predicted * observed < 0 else ""
    return (
        f" Efficiency is predicted to go from {_percent(was)} to {_percent(now)} (selected "
        f"equilibria); observed: from {_percent(before.efficiency)} to "
        f"{_percent(after.efficiency)}.{verdict}"
    )


def _selected(scenario: Scenario, finding: Finding) -> Enclosure | None:
    found = (p.efficiency for p in finding.predictions if p.name == scenario.selected)
    return next(found, None)


def summary_blocks(study: Study) -> list[Block]:
    """Lay out efficiency predicted and observed, replies and dominance, one row a regime."""
    several = study.settings != (None,)
    columns = ("regime", "predicted", "selected", "observed", "best replies", "ruled out")
    rows: list[tuple[Cell, ...]] = []
    before: Fraction | None = None
    for number, finding in enumerate(study.findings):
        scenario = _scenario(study, finding)
        values = [p.efficiency for p in finding.predictions if p.efficiency is not None]
        new = not number or finding.setting != before
        before = finding.setting
        setting: list[Cell] = [_plain(before) if new else ""] if several else []
        replies = finding.best_reply_share
        rows.append(
            (
                *setting,
                scenario.label,
                _span(values),
                _percent(_selected(scenario, finding)),
                _percent(finding.efficiency),
                "" if replies is None else _percent(Enclosure.point(replies)),
                _percent(Enclosure.point(_ruled_out(finding))) if finding.eliminations else "-",
            )
        )
    note = (
        "Predicted, selected, observed: efficiency, that is, total surplus in per cent of the "
        "first best of the baseline, over all equilibria, in the selected one and as people chose. "
        "Best replies: the share of choices that are one to the belief stated. Ruled out: "
        "the share of choices that iterated strict dominance rules out."
    )
    table = Table("", (study.case.parameter, *columns) if several else columns, tuple(rows))
    return [Words("Predicted and observed", "heading"), table, Words(note, "note")]


def _scenario(study: Study, finding: Finding) -> Scenario:
    comparison = study.comparison(finding.setting)
    baseline = comparison.baseline
    return baseline if finding.regime == baseline.name else comparison.reform(finding.regime)


def _ruled_out(finding: Finding) -> Fraction:
    gone = {elimination.action for elimination, _ in finding.ruled_out}
    return sum((finding.shares[action] for action in gone), Fraction(0))


def _plain(value: Fraction | None) -> str:
    return "" if value is None else rounded(value)


def _percent(share: Enclosure | None) -> str:
    return "" if share is None else f"{round(100 * share.value)}%"


def _span(values: list[Enclosure]) -> str:
    if not values:
        return ""
    low, high = (_percent(end(values, key=lambda v: v.value)) for end in (min, max))
    return low if low == high else f"{low} to {high}"


# -- one setting --------------------------------------------------------------------------------


def observed_blocks(comparison: Comparison, findings: list[Finding]) -> list[Block]:
    """Put the observed shares of every choice beside those of every equilibrium."""
    if not findings:
        return []
    choices = list(dict.fromkeys(label for f in findings for label in f.counts))
    rows: list[tuple[Cell, ...]] = []
    for finding in findings:
        baseline = comparison.baseline
        known = finding.regime == baseline.name
        scenario = baseline if known else comparison.reform(finding.regime)
        shares = [_share_of(finding, choice) for choice in choices]
        observed = f"observed (n = {finding.total})"
        rows.append((scenario.label, observed, *shares, _percent(finding.efficiency), ""))
        rows += [_predicted_row(scenario, p, choices) for p in finding.predictions]
    note = (
        "Distance: half the sum of the differences between predicted and observed shares; 0 is a "
        "perfect fit, 1 the worst."
    )
    title = Words("What people did, and what each equilibrium predicts", "heading")
    columns = ("regime", "", *choices, "efficiency", "distance")
    return [title, Table("", columns, tuple(rows)), Words(note, "note")]


def _share_of(finding: Finding, choice: str) -> str:
    return _percent(Enclosure.point(finding.shares[choice])) if choice in finding.counts else "-"


def _predicted_row(
    scenario: Scenario, prediction: Prediction, choices: list[str]
) -> tuple[Cell, ...]:
    name = f"{prediction.name} *" if prediction.name == scenario.selected else prediction.name
    shares = [_percent(prediction.shares.get(choice)) or "-" for choice in choices]
    distance = f"{prediction.distance.value:.2f}"
    return ("", name, *shares, _percent(prediction.efficiency), distance)


def remark_blocks(study: Study, part: Part) -> list[Block]:
    """Say where theory fails, and whether a reform changed what it was predicted to."""
    where, comparison, findings = part
    labels = {s.name: s.label for s in (comparison.baseline, *comparison.reforms)}
    blocks: list[Block] = []
    for finding in findings:
        prefix = f"{where}, {finding.regime}: " if where else f"{finding.regime}: "
        for remark in study.remarks:
            if remark.startswith(prefix):
                text = f"{labels[finding.regime]}: {remark.removeprefix(prefix)}."
                blocks.append(Words(text, "warning", 1))
    return [Words("Where theory fails, and where it holds", "heading"), *blocks] if blocks else []


# -- what it rests on ---------------------------------------------------------------------------


def source_blocks(study: Study) -> list[Block]:
    """Say where the observations come from."""
    case = study.case
    licence = f" ({case.licence})" if case.licence else ""
    texts = [f"{case.source}{licence}."] if case.source else []
    texts += case.remarks
    heading = [Words("The observations", "heading")] if texts else []
    return [*heading, *(Words(text, under=1) for text in texts)]


def case_data(study: Study) -> Table:
    """Return one row for every equilibrium, verdict and observed choice, setting by setting."""
    rows: list[Row] = []
    for setting, comparison in zip(study.settings, study.comparisons, strict=True):
        here = comparison_rows(comparison)
        for finding in (f for f in study.findings if f.setting == setting):
            here += [_observed_row(finding, choice) for choice in finding.counts]
        head: Row = {study.case.parameter or "setting": _plain(setting)}
        rows += [head | row for row in here]
    return table_of(rows)


def _observed_row(finding: Finding, choice: str) -> Row:
    return {
        "row": "observation",
        "scenario": finding.regime,
        "choice": choice,
        "chosen": finding.counts[choice],
        "of": finding.total,
        "share": Enclosure.point(finding.shares[choice]),
        "best replies": finding.best_replies,
        "judged": finding.judged,
        "efficiency": finding.efficiency,
    }
