"""A comparison in plain words: what each reform changes, for whom, and up to which cost.

The order is that of a memo: the few numbers that matter, the tables, what becomes of each
equilibrium, what it all rests on, what was assumed. A reform that costs more than it brings is
said to, and from which cost of public funds on.
"""

from __future__ import annotations

from collections.abc import Sequence

from pigou.compare_rows import comparison_data
from pigou.compare_tables import (
    change_blocks,
    conventions,
    equilibria_blocks,
    ledger_blocks,
    worth_blocks,
)
from pigou.comparison import NOT_KNOWN, Comparison
from pigou.instruments import BestValues
from pigou.model import Model
from pigou.money_tables import (
    account_blocks,
    best_value_blocks,
    distance_blocks,
    money_blocks,
    rent_blocks,
)
from pigou.pages import (
    capital,
    foundation_blocks,
    how_many,
    in_words,
    incomplete_blocks,
    said,
    value_blocks,
)
from pigou.switching import Switching
from pigou.switching_table import switching_blocks
from pigou.tables import Block, Page, Words, rounded
from pigou.verdict_words import headline

__all__ = ["baseline_blocks", "compare_page", "title_of"]


def compare_page(
    model: Model,
    comparison: Comparison,
    show_all: bool = False,
    switchings: Sequence[tuple[str, Switching]] = (),
    bests: Sequence[BestValues] = (),
) -> Page:
    """Show a baseline and its reforms, side by side.

    Also switching values of parameters, by reform, and best values of instruments, if asked for.
    """
    scenarios = [comparison.baseline, *comparison.reforms]
    solved = [(s.label, "", s.game, s.found) for s in scenarios]
    blocks: list[Block] = [Words(title_of(model), "title")]
    blocks += incomplete_blocks([s.found for s in scenarios])
    blocks += baseline_blocks(comparison)
    for scenario in comparison.reforms:
        blocks += headline(comparison, scenario)
    blocks += worth_blocks([("", comparison)])
    blocks += switching_blocks(comparison, switchings)
    blocks += account_blocks(comparison) + ledger_blocks(comparison)
    blocks += money_blocks(comparison) + rent_blocks(comparison)
    blocks.append(Words("All equilibria", "heading"))
    for scenario in scenarios:
        blocks += equilibria_blocks(scenario, comparison, show_all)
    blocks += distance_blocks(comparison) + best_value_blocks(comparison, bests)
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
    failing = f" ({diagnosis})" if diagnosis not in ("none", NOT_KNOWN) else ""
    welfare = (
        f"Welfare {rounded(one.welfare())}{failing}; the first best is not known: {best.unknown}."
    )
    if one.gap is not None and best.welfare is not None:
        short = "no less than" if one.gap.upper <= 0 else "of"
        most = rounded(best.welfare)
        welfare = f"Welfare {rounded(one.welfare())} {short} the {most} possible{failing}."
    played_here = in_words(one.equilibrium)
    if all(s.value is None for s in one.equilibrium.strategies):
        played_here = capital(played_here)  # the name of a continuous move stays as it is
    blocks.append(Words(f"{played_here}{what}. {welfare}", under=1))
    if all(base.diagnosis(a) == "none" for a in base.assessments):
        blocks.append(Words("Nothing fails here that a reform could repair.", "warning", 1))
    return blocks
