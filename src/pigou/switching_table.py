"""The table of switching values: at which cost, weight, failure or parameter a verdict flips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from pigou.comparison import Comparison, Scenario
from pigou.pages import label_of
from pigou.switching import Switch, Switching
from pigou.tables import Block, Cell, Table, Words, rounded
from pigou.verdict import Verdict

__all__ = ["switching_blocks"]

_LONGEST = 24


def switching_blocks(
    comparison: Comparison, switchings: Sequence[tuple[str, Switching]] = ()
) -> list[Block]:
    """Lay out switching values of weights, of failure and of the parameters that were asked for."""
    rows: list[tuple[Cell, ...]] = []
    for scenario in comparison.reforms:
        own = [found for name, found in switchings if name == scenario.name]
        rules: dict[tuple[Cell, ...], list[str]] = {}
        for rule, *line in _rows(comparison, scenario, own):
            rules.setdefault(tuple(line), []).append(str(rule))
        lines = [(", ".join(dict.fromkeys(played)), *line) for line, played in rules.items()]
        rows += [((scenario.label if not n else ""), *line) for n, line in enumerate(lines)]
    if not rows:
        return []
    columns = ("reform", "if played", "at cost", "of what", "now", "flips at", "below", "above")
    note = (
        "Everything else held; costs more: than it brings. Of a parameter: the nearest value on "
        "each side at which a flip was found, exactly, or about where verdicts on both sides "
        "enclose it."
    )
    title = Words("When does the verdict flip?", "heading")
    return [title, Table("", columns, tuple(rows)), Words(note, "note"), *_not_found(switchings)]


def _rows(
    comparison: Comparison, scenario: Scenario, switchings: Sequence[Switching]
) -> Iterator[tuple[Cell, ...]]:
    for verdict in comparison.verdicts(scenario.name):
        for cost in verdict.net:
            price = rounded(Fraction(cost))
            yield from ((verdict.rule, price, *line) for line in _weights(scenario, verdict, cost))
    for found in switchings:
        for one in found.switches:
            price = rounded(Fraction(one.cost)) + (" (weighted)" if one.weighted else "")
            now = rounded(found.here)
            sides = (_short(one.below), _short(one.above))
            yield (one.rule, price, found.parameter, now, _value(one), *sides)


def _weights(scenario: Scenario, verdict: Verdict, cost: str) -> Iterator[tuple[Cell, ...]]:
    """Yield the switching weight of each group that gains or loses."""
    for group, now in verdict.weights.items():
        value = verdict.switching_weight(group, cost)
        if value is None or value.is_zero() or verdict.sign(verdict.changes[group]) in (0, None):
            continue  # no weight is below 0, so that nothing flips there
        gains = verdict.sign(verdict.changes[group]) == 1
        bad, good = _short("costs more than it brings"), "worth it"
        below, above = (bad, good) if gains else (good, bad)
        what = f"weight of {label_of(scenario.game, group)}"
        yield (what, rounded(now), rounded(value), below, above)


def _short(verdict: str) -> str:
    return verdict.removesuffix(" than it brings")


def _value(one: Switch) -> str:
    if one.exact and len(one.exact) <= _LONGEST:
        return one.exact
    return rounded(one.value) if one.exact else f"about {rounded(one.value)}"


def _not_found(switchings: Sequence[tuple[str, Switching]]) -> list[Block]:
    """Name the parameters in which no flip was found, and how far was looked."""
    parts = [
        f"{found.parameter} ({rounded(found.low)} to {rounded(found.high)}, {name})"
        for name, found in switchings
        if not found.switches
    ]
    return [Words(f"No flip found: {', '.join(parts)}.", "note")] if parts else []
