"""A case in plain words: what theory predicts, what people did, and where theory fails."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from pigou.compare_page import (
    baseline_blocks,
    change_blocks,
    comparison_data,
    conventions,
    headline,
    ledger_blocks,
    selection_blocks,
    title_of,
    worth_blocks,
)
from pigou.compare_page import equilibria_blocks as equilibria_of
from pigou.equilibrium import EquilibriumSet
from pigou.exact import Enclosure
from pigou.model import Model
from pigou.pages import foundation_blocks, in_words, incomplete_blocks, played, value_blocks
from pigou.tables import Block, Cell, Page, Table, Words, rounded

if TYPE_CHECKING:
    from pigou.comparison import Comparison, Scenario
    from pigou.observation import Finding, Prediction, Study

__all__ = ["case_page"]


def case_page(model: Model, study: Study, show_all: bool = False) -> Page:
    """Show a case: every setting compared, and held against what was observed."""
    parts = list(zip(study.settings, study.comparisons, strict=True))
    scenarios = [s for _, c in parts for s in (c.baseline, *c.reforms)]
    labels = {s.name: s.label for s in scenarios}
    blocks: list[Block] = [Words(title_of(model), "title"), Words(study.case.title)]
    blocks += incomplete_blocks([s.found for s in scenarios])
    blocks += summary_blocks(study, labels)
    for setting, comparison in parts:
        name = _setting_name(study, setting)
        findings = [f for f in study.findings if f.setting == setting]
        if name:
            blocks.append(Words(name, "title"))
        blocks += baseline_blocks(comparison)
        for scenario in comparison.reforms:
            blocks += headline(comparison, scenario)
        blocks += observed_blocks(comparison, findings)
        blocks += remark_blocks(study, findings, labels)
        blocks += worth_blocks(comparison)
        blocks.append(Words("All equilibria", "heading"))
        for scenario in (comparison.baseline, *comparison.reforms):
            blocks += equilibria_of(scenario, comparison, show_all)
        blocks += ledger_blocks(comparison)
        blocks += change_blocks(comparison)
    blocks += _what_it_rests_on(study, parts)
    blocks += source_blocks(study)
    blocks.append(Words(conventions(study.comparisons[0]), "note"))
    return Page(tuple(blocks), case_data(study))


def _setting_name(study: Study, setting: Fraction | None) -> str:
    return "" if setting is None else f"{study.case.parameter} = {setting}"


# -- the few numbers that matter ----------------------------------------------------------------


def summary_blocks(study: Study, labels: dict[str, str]) -> list[Block]:
    """Lay out efficiency predicted and observed, replies and dominance, one row a regime."""
    several = study.settings != (None,)
    columns = ["regime", "equilibria", "predicted", "selected", "observed", "best replies", "ruled out"]
    rows: list[tuple[Cell, ...]] = []
    shown: Fraction | None = None
    for number, finding in enumerate(study.findings):
        scenario = _scenario(study, finding)
        values = [p.efficiency for p in finding.predictions if p.efficiency is not None]
        chosen = next((p.efficiency for p in finding.predictions if p.name == scenario.selected), None)
        new = not number or finding.setting != shown
        shown = finding.setting
        setting: list[Cell] = [_plain(shown) if new else ""] if several else []
        replies = finding.best_reply_share
        rows.append(
            (
                *setting, labels[finding.regime], str(len(finding.predictions)), _span(values),
                _percent(chosen), _percent(finding.efficiency),
                "" if replies is None else _percent(Enclosure.point(replies)),
                _percent(Enclosure.point(_ruled_out(finding))) if finding.eliminations else "none",
            )
        )  # fmt: skip
    if several:
        columns = [study.case.parameter, *columns]
    note = (
        "Predicted, selected, observed: total surplus in per cent of the first best of the baseline, "
        "over all equilibria, in the selected one, and as people chose. Best replies: choices that "
        "are one to the stated belief. Ruled out: choices that iterated strict dominance rules out."
    )
    table = Table("", tuple(columns), tuple(rows))
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
    return "" if share is None else f"{100 * share.value:.0f}%"


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
    columns = ("regime", "", *choices, "efficiency", "distance")
    rows: list[tuple[Cell, ...]] = []
    for finding in findings:
        baseline = comparison.baseline
        scenario = baseline if finding.regime == baseline.name else comparison.reform(finding.regime)
        shares = [_share_of(finding, choice) for choice in choices]
        observed = f"observed ({finding.total} choices)"
        rows.append((scenario.label, observed, *shares, _percent(finding.efficiency), ""))
        rows += [_predicted_row(scenario, p, choices) for p in finding.predictions]
    note = (
        "Distance: half the sum of the differences between predicted and observed shares; 0 is a "
        "perfect fit, 1 the worst."
    )
    title = Words("What people did, and what each equilibrium predicts", "heading")
    return [title, Table("", columns, tuple(rows)), Words(note, "note")]


def _share_of(finding: Finding, choice: str) -> str:
    return _percent(Enclosure.point(finding.shares[choice])) if choice in finding.counts else "-"


def _predicted_row(scenario: Scenario, prediction: Prediction, choices: list[str]) -> tuple[Cell, ...]:
    star = " *" if prediction.name == scenario.selected else ""
    words = f"{prediction.name}{star} {played([scenario.found[prediction.name]])}"
    shares = [_percent(prediction.shares.get(choice)) or "-" for choice in choices]
    return ("", words, *shares, _percent(prediction.efficiency), f"{prediction.distance.value:.2f}")


def remark_blocks(study: Study, findings: list[Finding], labels: dict[str, str]) -> list[Block]:
    """Say where theory fails, and whether a reform changed what it was predicted to."""
    blocks: list[Block] = []
    for finding in findings:
        name = _setting_name(study, finding.setting)
        prefix = f"{name}, {finding.regime}: " if name else f"{finding.regime}: "
        for remark in study.remarks:
            if remark.startswith(prefix):
                text = f"{labels[finding.regime]}: {remark.removeprefix(prefix)}."
                blocks.append(Words(text, "warning", 1))
    return [Words("Where theory fails, and where it holds", "heading"), *blocks] if blocks else []


# -- what it rests on ---------------------------------------------------------------------------


def _what_it_rests_on(
    study: Study, parts: list[tuple[Fraction | None, Comparison]]
) -> list[Block]:
    sets: list[tuple[str, EquilibriumSet]] = []
    for setting, comparison in parts:
        where = _setting_name(study, setting)
        for s in (comparison.baseline, *comparison.reforms):
            sets.append((", ".join(part for part in (where, s.label) if part), s.found))
    blocks = foundation_blocks(sets)
    for setting, comparison in parts:
        where = _setting_name(study, setting)
        blocks += selection_blocks([comparison.baseline, *comparison.reforms], where)
    games = [
        (s.label, s.game, s.found) for _, c in parts for s in (c.baseline, *c.reforms)
    ]
    varied = study.case.parameter if len(parts) > 1 else ""
    return [*blocks, *value_blocks(games, varied)]


def source_blocks(study: Study) -> list[Block]:
    """Say where the observations come from."""
    case = study.case
    blocks: list[Block] = [Words("The observations", "heading")]
    if case.source:
        licence = f" ({case.licence})" if case.licence else ""
        blocks.append(Words(f"{case.source}{licence}.", under=1))
    return blocks + [Words(remark, under=1) for remark in case.remarks]


def case_data(study: Study) -> Table:
    """Return one row per setting, scenario and equilibrium, and one per observation."""
    rows: list[tuple[Cell, ...]] = []
    columns: tuple[str, ...] = ()
    for setting, comparison in zip(study.settings, study.comparisons, strict=True):
        table = comparison_data(comparison)
        columns = (study.case.parameter or "setting", *table.columns)
        rows += [(_plain(setting), *row) for row in table.rows]
    return Table("", columns, tuple(_aligned(rows)))


def _aligned(rows: Iterable[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    listed = list(rows)
    width = max((len(row) for row in listed), default=0)
    return [(*row, *[None] * (width - len(row))) for row in listed]
