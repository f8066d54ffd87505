"""What there is to say about a result, in plain words, the numbers that matter first.

Each function takes a result and returns a `Page`. The order of a comparison is that of a memo: what
each reform changes and for whom, whether it is worth it and up to which cost of public funds; then
the tables; then what the equilibria rest on; then what was assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pigou.assessment import Assessment
from pigou.comparison import Comparison, Scenario, Verdict
from pigou.equilibrium import Equilibrium, EquilibriumSet, Strategy
from pigou.exact import Enclosure
from pigou.game import GOVERNMENT, Game
from pigou.model import Model
from pigou.notation import reform_text, text_expression
from pigou.reform import Reform
from pigou.results import structure
from pigou.solving import iterated_dominance
from pigou.tables import Block, Cell, Page, Table, Words, rounded

if TYPE_CHECKING:
    from pigou.solvers.regimes import RegimeSet

__all__ = ["compare_page", "in_words", "models_page", "regimes_page", "solve_page"]

MOST_ROWS = 12
"""Longer lists of equilibria are abbreviated, unless all are asked for."""


# -- profiles in words ------------------------------------------------------------------------


def in_words(equilibrium: Equilibrium) -> str:
    """Say what is played.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> [in_words(e) for e in solve(load("coordination").game)][:2]
    ['all 10 wait', 'all 10 upgrade']
    """
    present = [s for s in equilibrium.strategies if s.members]
    players = {s.player for s in present}
    return "; ".join(_strategy_in_words(s, len(players) > 1) for s in present)


def _strategy_in_words(strategy: Strategy, named: bool) -> str:
    who = " ".join(part for part in (strategy.player if named else "", strategy.type) if part)
    prefix = f"{who}: " if who else ""
    taken = [(label, p) for label, p in strategy.probabilities.items() if p.upper > 0]
    crowd = strategy.members > 1
    if strategy.counts is not None and crowd:
        counts = {label: n for label, n in strategy.counts.items() if n}
        if len(counts) > 1:
            return prefix + ", ".join(f"{n} {label}" for label, n in counts.items())
    if len(taken) == 1:
        return prefix + (f"all {strategy.members} {taken[0][0]}" if crowd else taken[0][0])
    shares = ", ".join(f"{label} {_share(p)}" for label, p in taken)
    return f"{prefix}{'each mixes ' if crowd else ''}{shares}"


def _share(p: Enclosure) -> str:
    return str(p.lower) if p.is_exact and p.lower.denominator <= 100 else rounded(p)


def grouped(equilibria: Iterable[Equilibrium], key: Any, show_all: bool) -> list[list[Equilibrium]]:
    """Put equilibria that differ in nothing that is shown into one row, where there are many."""
    listed = list(equilibria)
    if show_all or len(listed) <= MOST_ROWS // 2:
        return [[one] for one in listed]
    groups: dict[Any, list[Equilibrium]] = {}
    for one in listed:
        alike = (one.kind, one.marks, one.evidence.grade, one.component, key(one))
        groups.setdefault(alike if one.kind == "pure" else one.name, []).append(one)
    return list(groups.values())


def names_of(group: list[Equilibrium]) -> str:
    return ranges([one.name for one in group])


def ranges(names: list[str]) -> str:
    """Abbreviate E1, E2, E3 to E1-E3.

    Examples
    --------
    >>> ranges(["E1", "E2", "E3", "E5"])
    'E1-E3, E5'
    """
    runs: list[list[str]] = []
    for name in names:
        if runs and int(name[1:]) == int(runs[-1][-1][1:]) + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    parts = [run if len(run) < 3 else [f"{run[0]}-{run[-1]}"] for run in runs]
    return ", ".join(part for run in parts for part in run)


def played(group: list[Equilibrium]) -> str:
    words = in_words(group[0])
    if len(group) == 2:
        words = f"{words}; or {in_words(group[1])}"
    elif len(group) > 2:
        words = f"{words}; ... {in_words(group[-1])}"
    marks = [m for m in group[0].marks if not (m == "stable" and "strict" in group[0].marks)]
    return f"{words} ({', '.join(marks)})" if marks else words


def evidence_of(one: Equilibrium) -> str:
    text = f"{one.evidence.grade}{', checked' if one.evidence.checked else ''}"
    return f"{text}, part of {one.component}" if one.component else text


def cut(groups: list[Any], show_all: bool) -> tuple[list[Any], str]:
    if show_all or len(groups) <= MOST_ROWS:
        return groups, ""
    return groups[:MOST_ROWS], f"... and {len(groups) - MOST_ROWS} more rows; --all shows every one."


# -- models -----------------------------------------------------------------------------------


def models_page(models: Iterable[Model]) -> Page:
    """List models."""
    rows = [
        (
            model.name,
            model.mechanism,
            ", ".join(p.name for p in model.game.players),
            structure(model.game),
            ", ".join(r.name for r in model.reforms),
            model.game.source,
        )
        for model in models
    ]
    columns = ("model", "mechanism", "players", "structure", "reforms", "source")
    table = Table("", columns, tuple(rows))
    hint = "`pigou show MODEL` states the game, `pigou compare MODEL -r REFORM` is the main job."
    return Page((table, Words(hint, "note")), table)


def reforms_lines(model: Model | None) -> Iterator[str]:
    """Say which reforms a model knows, line by line."""
    if model is None:
        return
    yield f"Reforms of '{model.name}':" if model.reforms else f"'{model.name}' declares no reforms."
    for reform in model.reforms:
        yield f"  {reform.name}: {reform.label}" + (f" ({reform.source})" if reform.source else "")
        yield from (f"      {line}" for line in reform_text(reform, model.game))


# -- solve ------------------------------------------------------------------------------------


def solve_page(game: Game, found: EquilibriumSet, show_all: bool = False) -> Page:
    """Show all equilibria of a game."""
    blocks: list[Block] = [Words(f"{found.game}: {how_many(found)}", "title")]
    blocks += incomplete_blocks([found])
    if found.equilibria:
        groups = grouped(found, lambda e: tuple(e.payoffs.items()), show_all)
        shown, more = cut(groups, show_all)
        blocks.append(_payoff_table(game, found, shown))
        blocks += [Words(more, "note")] if more else []
        blocks += _payoff_note(game)
    blocks += component_blocks(found)
    blocks += foundation_blocks([("", found)])
    blocks += value_blocks([("", game, found)])
    every = [[one] for one in found]
    return Page(tuple(blocks), _payoff_data(game, found, every))


def how_many(found: EquilibriumSet) -> str:
    number = len(found)
    if found.components:
        return f"a continuum of equilibria, with {number} extreme points and isolated equilibria"
    if not number:
        return "no equilibrium found" + ("" if not found.complete else "; there is none")
    words = "1 equilibrium" if number == 1 else f"{number} equilibria"
    return words + ("" if found.complete else " found, perhaps not all")


def _payoff_table(game: Game, found: EquilibriumSet, groups: list[list[Equilibrium]]) -> Table:
    parties = list(found.equilibria[0].payoffs)
    columns = ("", "what is played", *(label_of(game, p) for p in parties), "evidence")
    rows = []
    for group in groups:
        first = group[0]
        payoffs: list[Cell] = [first.payoffs[p] for p in parties]
        rows.append((names_of(group), played(group), *payoffs, evidence_of(first)))
    return Table("", columns, tuple(rows))


def _payoff_data(game: Game, found: EquilibriumSet, groups: list[list[Equilibrium]]) -> Table:
    parties = [p for p in game.parties if all(p in e.payoffs for e in found)]
    columns = ("equilibrium", "kind", "profile", *parties, "grade", "checked", "marks")
    rows = [
        (
            e.name, e.kind, in_words(e), *(e.payoffs[p] for p in parties),
            str(e.evidence.grade), str(e.evidence.checked).lower(), "; ".join(e.marks),
        )
        for (e,) in groups
    ]  # fmt: skip
    return Table("", columns, tuple(rows))


def _payoff_note(game: Game) -> list[Block]:
    crowds = [label_of(game, p.name) for p in game.players if p.is_population]
    if not crowds:
        return []
    return [Words(f"Payoffs of {' and '.join(crowds)} are those of one member.", "note")]


def label_of(game: Game, party: str) -> str:
    for one in (*game.players, *game.bystanders):
        if one.name == party:
            return one.label
    return party.capitalize() if party == GOVERNMENT else party


def component_blocks(found: EquilibriumSet) -> list[Block]:
    blocks: list[Block] = []
    for one in found.components:
        ends = " and ".join("{" + ", ".join(subset) + "}" for subset in one.subsets)
        blocks.append(
            Words(
                f"{one.name} is a continuum of dimension {one.dimension}: every mixture of the "
                f"strategies, player by player, in {ends} is an equilibrium.",
                under=1,
            )
        )
    return blocks


def incomplete_blocks(sets: Iterable[EquilibriumSet]) -> list[Block]:
    reasons = dict.fromkeys(reason for found in sets for reason in found.unresolved)
    incomplete = [found for found in sets if not found.complete]
    if not incomplete:
        return []
    why = "; ".join(reasons) or "; ".join(dict.fromkeys(f.completeness for f in incomplete))
    return [Words(f"INCOMPLETE: further equilibria cannot be ruled out: {why}.", "warning")]


# -- what it rests on ---------------------------------------------------------------------------


def foundation_blocks(sets: list[tuple[str, EquilibriumSet]]) -> list[Block]:
    """Say what was looked for, how it is known that nothing is missing, and what grades mean."""
    blocks: list[Block] = [Words("What this rests on", "heading")]
    said: dict[tuple[str, str], list[str]] = {}
    for label, found in sets:
        said.setdefault((found.scope, found.completeness), []).append(label)
    for (scope, completeness), labels in said.items():
        who = f"{', '.join(labels)}: " if len(said) > 1 else ""
        blocks.append(Words(f"{who}Looked for: {scope}. Complete: {completeness}.", under=1))
    grades = dict.fromkeys(e.evidence.grade for _, found in sets for e in found)
    checked = all(e.evidence.checked for _, found in sets for e in found)
    for grade in grades:
        also = "; an independent checker confirmed each" if checked else ""
        blocks.append(Words(f"{str(grade).capitalize()}: {grade.meaning}{also}.", under=1))
    for _, found in sets:
        for one in found:
            if one.evidence.note:
                blocks.append(Words(f"{one.name}: {one.evidence.note}.", "warning", 1))
    return blocks


def value_blocks(games: list[tuple[str, Game, EquilibriumSet]]) -> list[Block]:
    """List parameter values with unit, meaning and source; a reform's own under its label."""
    seen: dict[str, Any] = {}
    rows: list[tuple[Cell, ...]] = []
    for label, game, found in games:
        for parameter in game.parameters:
            value = found.at.get(parameter.name)
            if not isinstance(value, Fraction) or seen.get(parameter.name) == value:
                continue
            own = label if len(games) > 1 and parameter.name not in games[0][1].scope.names else ""
            seen[parameter.name] = value
            meaning = parameter.meaning + (f" [{own}]" if own else "")
            source = parameter.source if value == parameter.default else "set by you"
            rows.append((parameter.name, Enclosure.point(value), parameter.unit, meaning, source))
    if not rows:
        return []
    table = Table("", ("parameter", "value", "unit", "meaning", "source"), tuple(rows))
    return [Words("What was assumed", "heading"), table]


# -- regimes ----------------------------------------------------------------------------------


def regimes_page(game: Game, found: RegimeSet, fixed: Mapping[str, Any]) -> Page:
    """Show under which exact condition each pure profile is an equilibrium."""
    rows = [
        (
            regime.profile,
            text_expression(regime.condition, game),
            "; ".join(f"{who}: {text_expression(p, game)}" for who, p in regime.payoffs.items()),
        )
        for regime in found.regimes
    ]
    table = Table("", ("profile", "an equilibrium exactly if", "payoffs there"), tuple(rows))
    title = f"{found.game}: when each pure profile is an equilibrium"
    blocks: list[Block] = [Words(title, "title")]
    if not found.complete:
        reasons = "; ".join(found.unresolved)
        blocks.append(Words(f"INCOMPLETE: not decided whether it can occur: {reasons}.", "warning"))
    blocks.append(table)
    if found.excluded:
        never = "; ".join(one.profile for one in found.excluded)
        blocks.append(Words(f"For no parameter values: {never}.", under=1))
    blocks.append(Words("What this rests on", "heading"))
    given = "; ".join(text_expression(c, game) for c in found.conditions)
    if given:
        blocks.append(Words(f"Assumed: {given}.", under=1))
    if fixed:
        values = ", ".join(f"{name} = {value}" for name, value in fixed.items())
        blocks.append(Words(f"Set: {values}.", under=1))
    blocks.append(Words(f"{capital(found.completeness)}.", under=1))
    return Page(tuple(blocks), table)
