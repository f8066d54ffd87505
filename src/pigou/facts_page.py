"""A case of facts in plain words: what was predicted, what happened, where the model misses.

First the facts with a prediction and how each came out, then what is free and what hangs on it,
then the comparison itself, and at the end every fact with its source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pigou.compare_page import compare_page, title_of
from pigou.compare_rows import Row, comparison_rows, table_of
from pigou.exact import Enclosure
from pigou.facts import FactStudy, Held
from pigou.game import Parameter
from pigou.json_numbers import number
from pigou.model import Fact, Model
from pigou.results import comparison_result
from pigou.switching import Switching
from pigou.tables import Block, Cell, Page, Table, Words, rounded

__all__ = ["facts_page", "facts_result"]

_LOOKS = {"holds": "good", "missed": "bad", "fitted": ""}
_MEANS = {
    "holds": "holds",
    "missed": "missed",
    "fitted": "fitted: no test",
    "not settled": "not settled",
    "no equilibrium": "no equilibrium",
}


Switchings = Sequence[tuple[str, Switching]]


def facts_page(
    model: Model, study: FactStudy, show_all: bool = False, switchings: Switchings = ()
) -> Page:
    """Show a case of facts: the prediction held against them, and the comparison behind it.

    Examples
    --------
    >>> from pigou.facts import study_facts
    >>> from pigou.model import Case
    >>> from pigou.models import load
    >>> fact = Fact("share", "a survey", predicted="mean(upgrade)", observed=1)
    >>> model = Model(load("coordination").game, case=Case("Ten firms", facts=(fact,)))
    >>> page = facts_page(model, study_facts(model))
    >>> [block.text for block in page.blocks if isinstance(block, Words)][1]
    'Ten firms'
    """
    page = compare_page(model, study.comparison, show_all, switchings)
    blocks: list[Block] = [Words(title_of(model), "title"), Words(study.case.title)]
    blocks += [*fact_blocks(study), *free_blocks(study), *page.blocks[1:], *known_blocks(study)]
    return replace(page, blocks=tuple(blocks), data=_data(study))


def fact_blocks(study: FactStudy) -> list[Block]:
    """Lay out what was predicted and what happened, and say where the model misses."""
    tested = [held for held in study.held if held.outcome != "context"]
    if not tested:
        return []
    columns = ("fact", "under", "predicted", "over all equilibria", "happened", "outcome")
    rows: list[tuple[Cell, ...]] = [
        (
            held.fact.name + (f" ({held.fact.unit})" if held.fact.unit else ""),
            study.scenario(held.fact.regime).label,
            _shown(held.fact, held.selected),
            _span(held),
            _happened(held.fact),
            _MEANS[held.outcome],
        )
        for held in tested
    ]
    blocks: list[Block] = [Words("Predicted, and what happened", "heading")]
    blocks.append(Table("", columns, tuple(rows)))
    blocks.append(Words(_score(tested), "", 1))
    for held in tested:
        if held.outcome == "missed":
            text = f"The model misses '{held.fact.name}'. {held.fact.says}".strip()
            blocks.append(Words(text, "bad", 1))
    note = (
        "Predicted: the expected value in the selected equilibrium. Fitted: a free parameter was "
        "chosen so that the model meets the fact, which therefore tests nothing."
    )
    return [*blocks, Words(note, "note")]


def _score(tested: list[Held]) -> str:
    """Count the tests that the model passes; what was fitted is none."""
    tests = [held for held in tested if held.outcome != "fitted"]
    holding = [held for held in tests if held.outcome == "holds"]
    robust = [held for held in holding if not held.hangs_on]
    text = f"{len(holding)} of {len(tests)} tests hold"
    if holding:
        text += f", {len(robust)} of them at both ends of every free parameter's range"
    fitted = len(tested) - len(tests)
    return f"{text}; {fitted} more {'fact was' if fitted == 1 else 'facts were'} fitted."


def free_blocks(study: FactStudy) -> list[Block]:
    """List the free parameters, and what becomes of the facts at the ends of their ranges."""
    case = study.case
    if not case.free:
        return []
    known = _parameters(study)
    rows: list[tuple[Cell, ...]] = []
    for name, (low, high) in case.free.items():
        one = known.get(name)
        if one is None:
            continue
        changed = [
            f"'{held.fact.name}': {outcome} at {rounded(end)}"
            for held in study.held
            for parameter, end, outcome in held.hangs_on
            if parameter == name
        ]
        span = f"{rounded(low)} to {rounded(high)}"
        rows.append((name, _value(study, name), span, one.meaning, "; ".join(changed) or "nothing"))
    columns = ("parameter", "value", "tried", "meaning", "what changes at the ends")
    note = "Free: no fact settles these. Each was put to either end of its range, one at a time."
    title = Words("Free parameters: not calibrated", "heading")
    return [title, Table("", columns, tuple(rows)), Words(note, "note")]


def _parameters(study: FactStudy) -> dict[str, Parameter]:
    scenarios = (study.comparison.baseline, *study.comparison.reforms)
    return {p.name: p for s in scenarios for p in s.game.parameters}


def _value(study: FactStudy, name: str) -> Cell:
    for scenario in (study.comparison.baseline, *study.comparison.reforms):
        if name in scenario.found.at:
            return Enclosure.point(scenario.found.at[name])
    return ""


def known_blocks(study: FactStudy) -> list[Block]:
    """List every fact with its source, and what a reader must know."""
    blocks: list[Block] = [Words("What is known, and from where", "heading")]
    for held in study.held:
        says = f" {held.fact.says}" if held.fact.says else ""
        blocks.append(Words(f"{held.fact.name}.{says} [{held.fact.source}]", under=1))
    case = study.case
    if case.remarks:
        blocks.append(Words("Remarks", "heading"))
        blocks += [Words(remark, under=1) for remark in case.remarks]
    if case.source:
        blocks.append(Words(f"{case.source}{f' ({case.licence})' if case.licence else ''}", "note"))
    return blocks


def _shown(fact: Fact, value: Enclosure | None) -> Cell:
    """Show a prediction: yes or no where it is sure of a statement, else a number."""
    if value is None:
        return ""
    if not fact.is_statement:
        return value
    if value.is_exact and value.lower in (0, 1):
        return "yes" if value.lower else "no"
    return f"yes with probability {rounded(value)}"


def _span(held: Held) -> Cell:
    """Show the least and the largest prediction over all equilibria, where they differ."""
    if not held.among:
        return ""
    ends = [end(held.among, key=lambda v: v.value) for end in (min, max)]
    low, high = (_shown(held.fact, end) for end in ends)
    texts = [cell if isinstance(cell, str) else rounded(cell) for cell in (low, high)]  # type: ignore[arg-type]
    return "the same" if texts[0] == texts[1] else " to ".join(texts)


def _happened(fact: Fact) -> Cell:
    if fact.is_statement:
        return "yes" if fact.observed else "no"
    low, high = fact.observed
    return Enclosure.point(low) if low == high else f"{rounded(low)} to {rounded(high)}"


# -- for other programs ---------------------------------------------------------------------------


def _data(study: FactStudy) -> Table:
    """Return one row for every equilibrium, verdict and fact."""
    rows: list[Row] = comparison_rows(study.comparison)
    for held in study.held:
        row: Row = {
            "row": "fact",
            "scenario": held.fact.regime,
            "fact": held.fact.name,
            "predicted": held.selected,
            "outcome": held.outcome,
            "source": held.fact.source,
        }
        if held.fact.observed is not None:
            row["happened"] = _happened(held.fact)
        rows.append(row)
    return table_of(rows)


def facts_result(study: FactStudy, switchings: Switchings = ()) -> dict[str, Any]:
    """Write a case of facts: schema ``pigou.compare/1``, with the key ``facts``.

    Examples
    --------
    >>> from pigou.facts import study_facts
    >>> from pigou.model import Case
    >>> from pigou.models import load
    >>> fact = Fact("share", "a survey", predicted="mean(upgrade)", observed=1)
    >>> model = Model(load("coordination").game, case=Case("Ten firms", facts=(fact,)))
    >>> facts_result(study_facts(model))["facts"]["held"][0]["outcome"]
    'missed'
    """
    case, known = study.case, _parameters(study)
    about = {
        "title": case.title,
        "source": case.source,
        "licence": case.licence,
        "remarks": list(case.remarks),
        "free": [
            {"name": name, "low": str(low), "high": str(high), "meaning": known[name].meaning}
            for name, (low, high) in case.free.items()
            if name in known
        ],
        "held": [_held_result(held) for held in study.held],
    }
    return comparison_result(study.comparison, switchings) | {"facts": about}


def _held_result(held: Held) -> dict[str, Any]:
    fact = held.fact
    observed = fact.observed
    return {
        "name": fact.name,
        "says": fact.says,
        "source": fact.source,
        "unit": fact.unit,
        "regime": fact.regime,
        "formula": fact.predicted,
        "observed": [str(end) for end in observed] if isinstance(observed, tuple) else observed,
        "fitted": fact.fitted,
        "predicted": None if held.selected is None else number(held.selected),
        "among": [number(value) for value in held.among],
        "outcome": held.outcome,
        "hangs_on": [
            {"parameter": name, "value": str(end), "outcome": outcome}
            for name, end, outcome in held.hangs_on
        ],
    }
