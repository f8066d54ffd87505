"""What there is to say about models and equilibria, in plain words.

Each function takes a result and returns a `Page`: the result first, then what it rests on, then
what was assumed. The pieces that the pages of comparisons and cases share are here as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pigou.beliefs_page import belief_blocks
from pigou.equilibrium import Equilibrium, EquilibriumSet, Strategy, counted, quoted, weighed
from pigou.exact import Enclosure
from pigou.game import GOVERNMENT, Game
from pigou.model import Model
from pigou.notation import reform_text
from pigou.results import structure
from pigou.state_model import StateModel
from pigou.tables import Block, Cell, Page, Table, Words, rounded

if TYPE_CHECKING:
    from pigou.solvers.symbolic import RegimeSet

__all__ = ["in_words", "models_page", "solve_page"]

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
    if equilibrium.path is not None and any(s.value is not None for s in present):
        return ", ".join(
            f"{name} {rounded(taken) if isinstance(taken, Enclosure) else ' or '.join(taken)}"
            for name, taken in equilibrium.path.items()
        )
    if any(s.value is not None for s in present):
        return ", ".join(_move_in_words(s) for s in present)
    if equilibrium.path is not None:
        return "; ".join(str(s) for s in present)
    players = {s.player for s in present}
    return "; ".join(_strategy_in_words(s, len(players) > 1) for s in present)


def _move_in_words(strategy: Strategy) -> str:
    """Say which value, or label, one move takes."""
    if strategy.value is not None:
        return f"{strategy.move} {rounded(strategy.value)}"
    taken = [label for label, p in strategy.probabilities.items() if p.upper > 0]
    return f"{strategy.move} {quoted(taken[0])}"


def _strategy_in_words(strategy: Strategy, named: bool) -> str:
    who = " ".join(part for part in (strategy.player if named else "", strategy.type) if part)
    prefix = f"{who}: " if who else ""
    taken = [(label, p) for label, p in strategy.probabilities.items() if p.upper > 0]
    crowd = strategy.members > 1
    if strategy.counts is not None and crowd:
        counts = {label: n for label, n in strategy.counts.items() if n}
        if len(counts) > 1:
            return prefix + ", ".join(counted(label, n) for label, n in counts.items())
    if len(taken) == 1:
        label = taken[0][0]
        return prefix + (f"all {counted(label, strategy.members)}" if crowd else label)
    shares = ", ".join(weighed(label, _share(p)) for label, p in taken)
    return f"{prefix}{'each mixes ' if crowd else ''}{shares}"


def _share(p: Enclosure) -> str:
    return str(p.lower) if p.is_exact and p.lower.denominator <= 100 else rounded(p)


def capital(words: str) -> str:
    """Begin with a capital."""
    return words[:1].upper() + words[1:]


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
    marks = shown_marks(group[0])
    return f"{words} ({', '.join(marks)})" if marks else words


def shown_marks(one: Equilibrium) -> list[str]:
    """Leave out the marks that another one implies, and those that are the rule.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> one = solve(load("coordination").game)["E1"]
    >>> one.marks, shown_marks(one)
    (('strict', 'stable'), ['strict'])
    """
    implied = {"quasi-strict", "perfect", "weak perfect Bayesian", "sequential"}
    implied |= {"intuitive", "D1", "not weak perfect Bayesian"}
    if "strict" in one.marks:
        implied |= {"stable", "evolutionarily stable"}
    if "not intuitive" in one.marks:
        implied |= {"not D1"}
    return [mark for mark in one.marks if mark not in implied]


def evidence_of(one: Equilibrium) -> str:
    text = f"{one.evidence.grade}{', checked' if one.evidence.checked else ''}"
    return f"{text}, part of {one.component}" if one.component else text


def cut(groups: list[Any], show_all: bool) -> tuple[list[Any], str]:
    if show_all or len(groups) <= MOST_ROWS:
        return groups, ""
    return groups[
        :MOST_ROWS
    ], f"... and {len(groups) - MOST_ROWS} more rows; --all shows every one."


# -- models -----------------------------------------------------------------------------------


def models_page(models: Iterable[Model], about_states: Iterable[StateModel] = ()) -> Page:
    """List models, one under another: a name that is broken over lines cannot be copied."""
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
    rows += [
        (
            model.name, model.mechanism, "", model.structure,
            ", ".join(r.name for r in model.reforms), model.game.source,
        )
        for model in about_states
    ]  # fmt: skip
    columns = ("model", "mechanism", "players", "structure", "reforms", "source")
    blocks: list[Block] = []
    for name, mechanism, players, kind, reforms, source in rows:
        blocks += [
            Words(name, "heading"),
            Words(f"{mechanism}.", under=1),
            Words(
                f"Players: {players}. Structure: {kind}." if players else f"Structure: {kind}.",
                under=1,
            ),
            Words(f"Reforms: {reforms or 'none'}.", under=1),
            Words(f"Source: {source or 'not named'}.", under=1),
        ]
    hint = "`pigou show MODEL` states the game, `pigou compare MODEL -r REFORM` is the main job."
    return Page((*blocks, Words(hint, "note")), Table("", columns, tuple(rows)))


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
        blocks += pareto_blocks(found)
    blocks += rule_blocks(found) + component_blocks(found) + refuted_blocks(found)
    blocks += belief_blocks(found, ranges)
    solved = [("", "", game, found)]
    blocks += foundation_blocks(solved)
    blocks += mark_blocks(found)
    blocks += value_blocks(solved)
    every = [[one] for one in found]
    return Page(tuple(blocks), _payoff_data(game, found, every))


def how_many(found: EquilibriumSet) -> str:
    number = len(found)
    if found.components and not any(c.dimension for c in found.components):
        return f"a range of equilibria, {number} listed (its ends, and those outside it)"
    if found.components:
        return f"a continuum of equilibria, {number} listed (extreme points and isolated ones)"
    if not number:
        which = " in pure strategies" if found.scope.endswith("in pure strategies") else ""
        return "no equilibrium found" + (f"; there is none{which}" if found.complete else "")
    words = "1 equilibrium" if number == 1 else f"{number} equilibria"
    return words + ("" if found.complete else " found, perhaps not all")


def _payoff_table(game: Game, found: EquilibriumSet, groups: list[list[Equilibrium]]) -> Table:
    parties = list(found.equilibria[0].payoffs)
    indexed = len(found) > 1 and any(e.index is not None for e in found)
    columns = ("", "what is played", *(label_of(game, p) for p in parties))
    rows = []
    for group in groups:
        first = group[0]
        payoffs: list[Cell] = [first.payoffs[p] for p in parties]
        index = [index_of(first)] if indexed else []
        rows.append((names_of(group), played(group), *payoffs, *index, evidence_of(first)))
    return Table("", (*columns, *["index"] * indexed, "evidence"), tuple(rows))


def _payoff_data(game: Game, found: EquilibriumSet, groups: list[list[Equilibrium]]) -> Table:
    parties = [p for p in game.parties if all(p in e.payoffs for e in found)]
    columns = (
        "equilibrium", "kind", "profile", *parties, "grade", "checked", "marks", "index",
        "dominated by", "undecided",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            e.name, e.kind, in_words(e), *(e.payoffs[p] for p in parties),
            str(e.evidence.grade), str(e.evidence.checked).lower(), "; ".join(e.marks),
            index_of(e), "; ".join(e.dominated_by), "; ".join(e.undecided),
        )
        for (e,) in groups
    ]  # fmt: skip
    return Table("", columns, tuple(rows))


def index_of(one: Equilibrium) -> str:
    return "" if one.index is None else str(one.index)


def pareto_blocks(found: EquilibriumSet) -> list[Block]:
    """Say which equilibria another one Pareto-dominates."""
    by: dict[tuple[str, ...], list[str]] = {}
    for one in found:
        if one.dominated_by:
            by.setdefault(one.dominated_by, []).append(one.name)
    parts = [f"{ranges(worse)} (by {ranges([*better])})" for better, worse in by.items()]
    if not parts:
        return []
    return [Words(f"Pareto-dominated among the players: {', '.join(parts)}.", "note")]


def _payoff_note(game: Game) -> list[Block]:
    crowds = [label_of(game, p.name) for p in game.players if p.is_population]
    if not crowds:
        return []
    return [Words(f"Payoffs of {' and '.join(crowds)} are those of one member.", "note")]


def label_of(game: Game, party: str) -> str:
    labels = {p.name: p.label for p in game.players} | {b.name: b.label for b in game.bystanders}
    if party in labels:
        return labels[party]
    return party.capitalize() if party == GOVERNMENT else party


def component_blocks(found: EquilibriumSet) -> list[Block]:
    blocks: list[Block] = []
    how = "by the same weights for all" if found.structure == "staged" else "player by player"
    for one in found.components:
        if one.points:
            spans = " and ".join(" to ".join(subset) for subset in one.subsets)
            if not one.dimension:
                said = f"every {one.points} from {spans} is an equilibrium"
                blocks.append(Words(f"{one.name} is a range of counts: {said}.", under=1))
                continue
            said = f"every point with {one.points} from {spans} is an equilibrium"
            blocks.append(
                Words(f"{one.name} is a continuum of dimension {one.dimension}: {said}.", under=1)
            )
            continue
        if any(s.value is not None for e in found for s in e.strategies):
            ends = " and ".join(name for subset in one.subsets for name in subset)
            blocks.append(
                Words(
                    f"{one.name} is a continuum: so is all between {ends} an equilibrium.", under=1
                )
            )
            continue
        ends = " and ".join("{" + ", ".join(subset) + "}" for subset in one.subsets)
        blocks.append(
            Words(
                f"{one.name} is a continuum of dimension {one.dimension}: every mixture of the "
                f"strategies, {how}, in {ends} is an equilibrium."
                + (f" Its index is {one.index}." if one.index is not None else ""),
                under=1,
            )
        )
    return blocks


def rule_blocks(found: EquilibriumSet) -> list[Block]:
    """Say what is done after every history, where later moves follow continuous ones."""
    rules: dict[str, list[str]] = {}
    for one in found:
        for strategy in one.strategies:
            if strategy.expression is not None and strategy.expression.free_symbols:
                text = str(strategy).rpartition(", here ")[0]
                rules.setdefault(text, []).append(one.name)
    if not rules:
        return []
    blocks: list[Block] = [Words("What is done after every history", "heading")]
    for text, names in list(rules.items())[:MOST_ROWS]:
        of = f" ({ranges(names)})" if len(names) < len(found) else ""
        blocks.append(Words(f"{text}{of}", under=1))
    more = len(rules) - MOST_ROWS
    return [*blocks, *[Words(f"... and {more} more.", "note", 1)] * (more > 0)]


def refuted_blocks(found: EquilibriumSet) -> list[Block]:
    """List first-order points that are no equilibria, each with the deviation that shows it."""
    if not found.refuted:
        return []
    blocks: list[Block] = [Words("First-order points that are no equilibrium", "heading")]
    for one in found.refuted[:MOST_ROWS]:
        point = ", ".join(_move_in_words(s) for s in one.strategies)
        better = ", ".join(
            f"{name} {quoted(v) if isinstance(v, str) else rounded(v)}"
            for name, v in one.deviation.items()
        )
        gain = rounded(one.gain)
        blocks.append(Words(f"{point}: {one.player} gains {gain} by {better}.", under=1))
    more = len(found.refuted) - MOST_ROWS
    return [*blocks, *[Words(f"... and {more} more.", "note", 1)] * (more > 0)]


def incomplete_blocks(sets: Iterable[EquilibriumSet]) -> list[Block]:
    reasons = dict.fromkeys(reason for found in sets for reason in found.unresolved)
    incomplete = [found for found in sets if not found.complete]
    if not incomplete:
        return []
    why = "; ".join(reasons) or "; ".join(dict.fromkeys(f.completeness for f in incomplete))
    return [Words(f"INCOMPLETE: further equilibria cannot be ruled out: {why}.", "warning")]


# -- what it rests on ---------------------------------------------------------------------------


Solved = tuple[str, str, Game, EquilibriumSet]
"""What was solved: the label of a scenario, the setting it stands in, its game, its equilibria."""


def foundation_blocks(sets: list[Solved]) -> list[Block]:
    """Say what was looked for, how it is known that nothing is missing, and what grades mean."""
    blocks: list[Block] = [Words("What this rests on", "heading")]
    blocks += said("Looked for", [(label, where, f.scope) for label, where, _, f in sets])
    both = len({f.complete for *_, f in sets}) > 1
    for known, word in ((True, "Complete"), (False, "Not complete")):
        here = [(label, where, how_known(f)) for label, where, _, f in sets if f.complete == known]
        blocks += said(word, here, both)
    grades = dict.fromkeys(e.evidence.grade for *_, found in sets for e in found)
    checked = all(e.evidence.checked for *_, found in sets for e in found)
    for grade in grades:
        also = "; an independent checker confirmed each" if checked else ""
        blocks.append(Words(f"{str(grade).capitalize()}: {grade.meaning}{also}.", under=1))
    for label, where, _, found in sets:
        for one in found:
            if one.evidence.note:
                who = ", ".join(part for part in (where, label, one.name) if part)
                blocks.append(Words(f"{who}: {one.evidence.note}.", "warning", 1))
    return blocks


def mark_blocks(found: EquilibriumSet) -> list[Block]:
    """Say which refinements were decided of all equilibria, and what was not decided of some."""
    rule = [
        mark
        for mark in ("quasi-strict", "perfect")
        if found.equilibria and all({mark, f"not {mark}"} & set(e.marks) for e in found)
    ]
    lines = [f"Where it is not denied, an equilibrium is {' and '.join(rule)}."] if rule else []
    open_: dict[tuple[str, ...], list[str]] = {}
    for one in found:
        if one.undecided:
            open_.setdefault(one.undecided, []).append(one.name)
    lines += [f"Not decided of {ranges(names)}: {', '.join(w)}." for w, names in open_.items()]
    return [Words(line, under=1) for line in lines]


def how_known(found: EquilibriumSet | RegimeSet) -> str:
    """Say how it is known that nothing is missing, or what was done without settling it."""
    return found.completeness.removeprefix("not shown: ")


def said(word: str, things: list[tuple[str, str, str]], named: bool = False) -> list[Block]:
    """Say each thing once, and of which scenarios in which settings where there are several."""
    everywhere: dict[str, list[str]] = {}
    of: dict[str, dict[str, list[str]]] = {}
    for label, where, thing in things:
        everywhere.setdefault(label, []).append(where)
        of.setdefault(thing, {}).setdefault(label, []).append(where)
    lines = []
    for thing, labels in of.items():
        who = [
            label + (f" at {' and '.join(wheres)}" if wheres != everywhere[label] else "")
            for label, wheres in labels.items()
        ]
        of_whom = f" ({', '.join(who)})" if len(of) > 1 or named else ""
        lines.append(Words(f"{word}{of_whom}: {thing}.", under=1))
    return [*lines]


def value_blocks(sets: list[Solved], varied: str = "") -> list[Block]:
    """List parameter values with unit, meaning and source; a reform's own under its label."""
    values: dict[str, list[str]] = {}
    about: dict[str, tuple[str, str, str]] = {}
    own = sets[0][2].scope.names
    for label, _, game, found in sets:
        for parameter in game.parameters:
            value = found.at.get(parameter.name)
            if not isinstance(value, Fraction):
                continue
            listed = values.setdefault(parameter.name, [])
            listed += [rounded(value)] if rounded(value) not in listed else []
            source = parameter.source if value == parameter.default else "set by you"
            source = "as observed" if parameter.name == varied else source
            meaning = parameter.meaning + (f" [{label}]" if parameter.name not in own else "")
            about.setdefault(parameter.name, (parameter.unit, meaning, source))
    if not values:
        return []
    rows = tuple((name, ", ".join(listed), *about[name]) for name, listed in values.items())
    table = Table("", ("parameter", "value", "unit", "meaning", "source"), rows)
    return [Words("What was assumed", "heading"), table]
