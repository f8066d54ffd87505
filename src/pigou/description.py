"""What a reader is told of a game, before it is printed: sections of sentences, payoffs, tables.

Words are plain text in one line, formulas carry their LaTeX and their plain form; a sentence is a
tuple of both. `pigou.notation` prints the result in one dress or another.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.expression import If, Lookup, names_in
from pigou.formulas import Maths, Notation, conditions_of, formulas_of, is_open, terms_of
from pigou.game import Chance, Choice, Game, Move, Parameter, Player
from pigou.laying_out import abbreviated, in_lines, width
from pigou.stages import is_staged, stages_of_draws
from pigou.symbols import clean, number_text, words

__all__ = [
    "MOST_CELLS",
    "Block",
    "Equation",
    "Matrix",
    "Piece",
    "Sentence",
    "Table",
    "Term",
    "describe",
]

MOST_CELLS = 64
"""Payoff tables with more cells are described, not printed."""

_ROOM = 66  # characters of a matrix
_MOST_SENTENCES = 12  # of moves; more are a table
_DEEPEST = 12  # case distinctions inside one another

Piece = str | Maths
Sentence = tuple[Piece, ...]


@dataclass(frozen=True)
class Term:
    """A term of a payoff, with its sign; a transfer also has a purpose."""

    sign: str
    maths: Maths
    purpose: str = ""


@dataclass(frozen=True)
class Equation:
    """The payoff of a party, as lines of terms."""

    left: Maths
    lines: tuple[tuple[Term, ...], ...]


@dataclass(frozen=True)
class Matrix:
    """Payoffs by the choices of two moves."""

    corner: tuple[Maths, Maths]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[tuple[Maths, ...], ...], ...]


@dataclass(frozen=True)
class Table:
    """A table whose cells are sentences."""

    header: tuple[str, ...]
    rows: tuple[tuple[Sentence, ...], ...]


Block = Sentence | Equation | Matrix | Table


def describe(game: Game, short: bool = False) -> dict[str, Sequence[Block]]:
    """Lay a game out as a paper states it: blocks under the titles of sections.

    Parameters
    ----------
    game : Game
    short : bool
        Whether parts of formulas too wide for a line of a paper get symbols of their own.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> game = Game(
    ...     "monopoly", [Player("seller")], [Move("q", "seller", (0, 4))], {"seller": "q*(4 - q)"}
    ... )
    >>> list(describe(game))
    ['Players', 'Moves', 'Payoffs']
    """
    notation = Notation(game)
    players = [p.name for p in game.players]
    formulas: dict[Any, sp.Expr] = {party: game.primitive(party) for party in game.parties}
    for number, transfer in enumerate(game.transfers):
        for party in (transfer.payer, transfer.payee):
            formulas[party, number] = game.amount(transfer, party)
    parts: dict[Any, sp.Expr] = {}
    if short:
        formulas, parts = abbreviated(formulas, notation.latex)
        notation.name_parts(parts)
    sections: dict[str, Sequence[Block]] = {
        "Players": _players(notation),
        "Moves": _moves(notation),
        "Chance": _draws(notation),
        "Payoffs": _payoffs(notation, players, formulas),
        "Bystanders": _payoffs(notation, [p for p in game.parties if p not in players], formulas),
        "Abbreviations": [_part(notation, name, formula) for name, formula in parts.items()],
        "Parameters": _parameters(notation),
        "Assumptions": _assumptions(notation),
        "Source": [(clean(game.source),)] if game.source else [],
    }
    return {title: blocks for title, blocks in sections.items() if blocks}


def _joined(parts: Iterable[Piece], between: str = ", ") -> list[Piece]:
    """Put commas between parts."""
    return [piece for part in parts for piece in (between, part)][1:]


# -- who plays --------------------------------------------------------------------------------


def _players(notation: Notation) -> list[Sentence]:
    players = notation.game.players
    singles: list[Piece] = []
    for player in players:
        if not player.is_population:
            singles += [", " if singles else "", *_single(player)]
    many = [_population(notation, p) for p in players if p.is_population]
    return [(*singles, "."), *many] if singles else many


def _single(player: Player) -> Sentence:
    """Name a player, with the name that stands in formulas where it is another."""
    label, spoken = clean(player.label), player.name.replace("_", " ")
    if label.lower() == player.name.lower():
        return (label,)
    if label.lower() == spoken.lower():
        return (Maths(words(label), f"{label} ({player.name})"),)
    if spoken == player.name:
        return (f"{label} ({player.name})",)
    return (f"{label} (", Maths(words(spoken), player.name), ")")


def _population(notation: Notation, player: Player) -> Sentence:
    size, index = notation.game.size(player.name), notation.indices[player.name][0]
    count = Maths(rf"{index} \in [0, 1]", "a continuum of members")
    if size != sp.oo:
        written = notation.maths(size)
        count = Maths(rf"{index} = 1, \dots, {written.latex}", f"{written.text} in number")
    alike = ", alike up to type: " if player.types else ", all alike"
    pieces: list[Piece] = [f"{clean(player.label)}, ", count, alike]
    for number, kind in enumerate(player.types):
        pieces += ["; " if number else "", notation.maths(kind.size), f" {kind.name}"]
        values = [_equal(notation.named(n), notation.maths(v)) for n, v in kind.values.items()]
        pieces += [" (", *_joined(values), ")"] if values else []
    return (*pieces, ".")


def _equal(left: Maths, right: Maths) -> Maths:
    return Maths(f"{left.latex} = {right.latex}", f"{left.text} = {right.text}")


# -- what can happen --------------------------------------------------------------------------


def _moves(notation: Notation) -> list[Block]:
    game = notation.game
    moves = sorted(game.moves, key=lambda m: m.stage)
    blocks: list[Block] = []
    if len(moves) > MOST_CELLS:
        blocks += _numbers_of_moves(notation, moves)
    elif len(moves) > _MOST_SENTENCES:
        blocks.append(_table_of_moves(notation, moves))
        if any(move.when != sp.true for move in moves):
            blocks.append(("Who is asked knows that the condition holds, and what it observes.",))
    else:
        blocks += [_move(notation, move) for move in moves]
    together = len(moves) > 1 or any(p.is_population for p in game.players)
    if together and len({m.stage for m in moves}) == 1:
        blocks.append(("All decide at the same time.",))
    stages = {m.player: {o.stage for o in moves if o.player == m.player} for m in moves}
    if any(m.observes is not None and len(stages[m.player]) > 1 for m in moves):
        blocks.append(("Everybody remembers what they did and saw.",))
    if any(when != sp.true for when in conditions_of(game)):
        blocks.append(("What is not asked for, or not drawn, counts as 0.",))
    return blocks


def _move(notation: Notation, move: Move) -> Sentence:
    player = notation.game.player(move.player)
    stages = {m.stage for m in notation.game.moves}
    who = f"each {player.name}" if player.is_population else clean(player.label)
    start = f"Stage {move.stage}: {who}" if len(stages) > 1 else who[:1].upper() + who[1:]
    pieces: list[Piece] = [f"{start} chooses ", *_domain(notation, move)]
    label = clean(move.label)
    if label.lower() != move.name.lower():
        pieces.append(f" ({label})")
    if move.when != sp.true:
        pieces += [", asked only if ", *_condition(notation, move.when)]
    known = _known(notation, move)
    pieces += [", ", *known] if known else []
    if isinstance(move.domain, Choice) and move.domain.exit is not None:
        leaves = f"; who chooses {clean(move.domain.exit)} leaves the group"
        pieces.append(f"{leaves}, which is filled up from those who stay")
    return (*pieces, ".")


def _known(notation: Notation, move: Move) -> list[Piece]:
    """Say what is observed before a move; who is asked under a condition knows that it holds."""
    if move.observes:
        seen = [notation.named(name) for name in move.observes]
        return ["having observed ", *_joined(seen, " and ")]
    if move.stage == min(m.stage for m in notation.game.moves):
        return []
    if move.observes is None:
        return ["having observed all earlier moves"]
    return ["knowing nothing else" if move.when != sp.true else "having observed nothing"]


def _condition(notation: Notation, when: Any, most: int = 12) -> list[Piece]:
    """Write a condition; one of many cases is told by their number."""
    order = {name: number for number, name in enumerate(notation.game.scope.names)}
    cases = [when]
    if isinstance(when, sp.Or):
        cases = sorted(when.args, key=sp.default_sort_key)
        cases.sort(key=lambda case: sorted(order[name] for name in names_in(case)))
    if len(cases) > most:
        return [f"one of {len(cases)} conditions holds, which are not printed here"]
    return _joined([notation.maths(case) for case in cases], ", or ")


def _table_of_moves(notation: Notation, moves: Sequence[Move]) -> Table:
    """Show many moves as a table."""
    columns: dict[str, list[Sentence]] = {
        "Stage": [(str(m.stage),) for m in moves],
        "Player": [(clean(notation.game.player(m.player).label),) for m in moves],
        "Choice": [tuple(_domain(notation, m)) for m in moves],
        "Knowledge": [tuple(_known(notation, m)) if m.observes != () else () for m in moves],
        "Asked only if": [
            () if m.when == sp.true else tuple(_condition(notation, m.when, 4)) for m in moves
        ],
    }
    return _filled(columns)


def _numbers_of_moves(notation: Notation, moves: Sequence[Move]) -> Iterator[Sentence]:
    """Tell how many moves each player has in a stage, where they are too many to be listed."""
    groups: dict[tuple[int, str], list[Maths]] = {}
    for move in moves:
        groups.setdefault((move.stage, move.player), []).append(notation.named(move.name))
    for (stage, player), names in groups.items():
        who, many = clean(notation.game.player(player).label), len(names) > 1
        shown = [names[0], f" to {'' if len(names) == 2 else '... '}", names[-1]] if many else names
        yield (f"Stage {stage}: {who} has {len(names)} move{'s' * many}, ", *shown, ".")


def _domain(notation: Notation, move: Move) -> list[Piece]:
    """Write the set that a move is chosen from; a long one may break after a label."""
    name = notation.named(move.name)
    if not isinstance(move.domain, Choice):
        low, high = (notation.maths(end) for end in (move.domain.lower, move.domain.upper))
        interval = rf"{name.latex} \in [{low.latex}, {high.latex}]"
        return [Maths(interval, f"{name.text} in [{low.text}, {high.text}]")]
    bare = _is_numbering(notation, move.name, move.domain.options.values())
    options = []
    for label, value in move.domain.options.items():
        label, shown = clean(label), number_text(value)
        equals = "" if bare or label == shown else f" = {shown}"
        options.append(Maths(words(label.replace("_", " ")) + equals, label + equals))
    first = options[0]
    options[0] = Maths(rf"{name.latex} \in \{{{first.latex}", f"{name.text} in {{{first.text}")
    last = options[-1]
    options[-1] = Maths(rf"{last.latex}\}}", f"{last.text}}}")
    return _joined(options)


def _is_numbering(notation: Notation, name: str, values: Iterable[Fraction]) -> bool:
    """Whether values only tell labels apart: all is tables, or they count 1, 2, ... the labels."""
    if all(isinstance(formula, Lookup) for _, formula in formulas_of(notation.game)):
        return True
    counting = all(number == value for number, value in enumerate(values, 1))
    return counting and name not in notation.measured


# -- what is drawn ----------------------------------------------------------------------------


def _draws(notation: Notation) -> list[Sentence]:
    draws = notation.game.chance
    if len(draws) <= MOST_CELLS:
        return [_draw(notation, chance) for chance in draws]
    first, last = notation.named(draws[0].name), notation.named(draws[-1].name)
    return [(f"Nature makes {len(draws)} draws, ", first, " to ... ", last, ".")]


def _draw(notation: Notation, chance: Chance) -> Sentence:
    start = _time(notation.game, chance)
    pieces: list[Piece] = [f"{start}nature draws " if start else "Nature draws "]
    if chance.when != sp.true:
        pieces = [f"{start}if ", *_condition(notation, chance.when), ", nature draws "]
    if len(chance.outcomes) > MOST_CELLS:
        count = f", one of {len(chance.outcomes)} values that are not printed here"
        return (*pieces, notation.named(chance.name), count, *_seers(notation, chance))
    values = [value for value, _ in chance.outcomes.values()]
    bare = bool(start) and _is_numbering(notation, chance.name, values)
    for number, (label, (value, probability)) in enumerate(chance.outcomes.items()):
        label = clean(label)
        what = Maths(words(label), label) if bare else _number(value)
        pieces += ["; " if number else "", _equal(notation.named(chance.name), what)]
        pieces += ["" if bare else f" ({label})", " with probability "]
        pieces.append(notation.maths(probability))
    return (*pieces, *_seers(notation, chance))


def _time(game: Game, chance: Chance) -> str:
    """Say when a draw is made in a game in stages."""
    if not is_staged(game):
        return ""
    stage = stages_of_draws(game).get(chance.name)
    if stage is None:
        return "After all moves, "
    return f"At the start of stage {stage}, " if stage > 1 else "Before anybody moves, "


def _seers(notation: Notation, chance: Chance) -> list[Piece]:
    """Say who sees a draw: players before they move, or before some moves; or whom it calls."""
    game = notation.game
    seers = [clean(game.player(p).label) for p in chance.seen_by]
    before = [notation.named(m.name) for m in game.moves if chance.name in (m.observes or ())]
    if before and not seers:
        return [". It is seen before ", *_joined(before, " and "), "."]
    if not seers and any(chance.name in names_in(m.when) for m in game.moves):
        return [". It shows only in what is asked for."]
    see = "see" if len(seers) > 1 else "sees"
    also = [", and it is seen before ", *_joined(before, " and ")] if before else []
    return [f". {' and '.join(seers) or 'Nobody'} {see} the draw before moving", *also, "."]


# -- what it pays -----------------------------------------------------------------------------


def _payoffs(
    notation: Notation, parties: Sequence[str], formulas: Mapping[Any, sp.Expr]
) -> list[Block]:
    """State the payoffs of some parties: tables first, then formulas."""
    game = notation.game
    paid = {party for t in game.transfers for party in (t.payer, t.payee)}
    shown_as_table: set[str] = set()
    groups: dict[tuple[sp.Tuple, sp.Tuple], list[tuple[Maths, Lookup]]] = {}
    for party in parties:
        formula = game.primitive(party)
        for table in sorted(formula.atoms(Lookup), key=sp.default_sort_key):
            head = notation.maths(table)
            if formula == table and party not in paid:
                head = Maths(notation.payoff_of(party).latex, party)
                shown_as_table.add(party)
            groups.setdefault(table.args[:2], []).append((head, table))
    blocks: list[Block] = []
    for group in groups.values():
        blocks += _matrices(notation, [head for head, _ in group], [table for _, table in group])
    return [
        *blocks,
        *(_equation(notation, p, formulas) for p in parties if p not in shown_as_table),
    ]


def _part(notation: Notation, name: str, formula: sp.Expr) -> Equation:
    """State what a symbol for a part of a formula stands for."""
    own = terms_of(formula)
    terms = [_term(notation, sign, term, alone=len(own) == 1) for sign, term in own]
    return _laid_out(notation.named(name), terms)


def _equation(notation: Notation, party: str, formulas: Mapping[Any, sp.Expr]) -> Equation:
    """State the payoff of a party: the primitive one, then transfers by purpose."""
    numbered = enumerate(notation.game.transfers)
    transfers = [(n, t) for n, t in numbered if party in (t.payer, t.payee)]
    formula = formulas[party]
    cases = sum(isinstance(part, If) for part in sp.preorder_traversal(formula))
    if cases > MOST_CELLS or _nesting(formula) > _DEEPEST:
        said = f"[{cases} case distinctions, not printed here]"
        terms = [Term("+", Maths(words(said), said))]
    else:
        own = terms_of(formula)
        alone = len(own) + len(transfers) == 1
        terms = [_term(notation, sign, term, alone=alone) for sign, term in own]
    for number, transfer in transfers:
        amount = formulas[party, number]
        sign = "+" if party == transfer.payee else "-"
        if amount.could_extract_minus_sign():
            amount, sign = -amount, "-" if sign == "+" else "+"
        terms.append(_term(notation, sign, amount, clean(transfer.purpose) or "transfer"))
    return _laid_out(notation.payoff_of(party), terms or [Term("+", Maths("0", "0"))])


def _nesting(formula: sp.Basic) -> int:
    """Count the case distinctions inside one another; those that follow make a longer list."""
    inside = [_nesting(part) for part in formula.args]
    if isinstance(formula, If):
        return max(inside[0] + 1, inside[1] + 1, inside[2])
    return max(inside, default=0)


def _term(
    notation: Notation, sign: str, term: sp.Expr, purpose: str = "", alone: bool = False
) -> Term:
    """Write a term, in brackets where its end would not be seen; a purpose braces it in LaTeX."""
    latex, text = notation.latex(term), notation.text(term)
    if is_open(term) and not purpose and not alone:
        latex = rf"\left({latex}\right)"
    return Term(sign, Maths(latex, f"({text})" if term.is_Add else text), purpose)


def _laid_out(left: Maths, terms: Sequence[Term]) -> Equation:
    """Fill lines with terms."""
    widths = [max(width(t.maths.latex), 0.75 * len(t.purpose)) for t in terms]
    counts = in_lines(widths, width(left.latex) + 2.4)
    rest = iter(terms)
    return Equation(left, tuple(tuple(itertools.islice(rest, n)) for n in counts))


def _matrices(
    notation: Notation, heads: Sequence[Maths], tables: Sequence[Lookup]
) -> Iterator[Block]:
    """Show tables over the same moves: one matrix per choice of the third and later moves."""
    where, axes, _ = tables[0].args
    moves = [notation.maths(move) for move in where]
    sizes = [str(len(axis)) for axis in axes]
    number = math.prod(map(len, axes))
    if number > MOST_CELLS:
        shape = Maths(r" \times ".join(sizes), " x ".join(sizes))
        over = ["The table of ", *_joined(heads), " over ", *_joined(moves), " has ", shape]
        yield (*over, f" = {number} entries and is not printed here.")
        return
    across = axes[1] if len(axes) > 1 else [None]
    corner = moves[0], moves[1] if len(axes) > 1 else Maths("", "")
    rows = _labels(notation, where[0], axes[0])
    columns = _labels(notation, where[1], axes[1]) if len(axes) > 1 else ("",)
    yield ("Entries: ", *_joined(heads), ".")
    for others in itertools.product(*axes[2:]):
        if others:
            fixed = map(notation.maths, map(sp.Eq, where[2:], others))
            yield ("If ", *_joined(fixed, " and "), ":")
        cells = tuple(
            tuple(_cell(notation, tables, (down, over, *others)) for over in across)
            for down in axes[0]
        )
        yield from _cut(Matrix(corner, rows, columns, cells))


def _cell(
    notation: Notation, tables: Sequence[Lookup], choices: tuple[Any, ...]
) -> tuple[Maths, ...]:
    return tuple(
        notation.maths(Lookup.entry(choices[: len(axes)], axes, entries))
        for _, axes, entries in (table.args for table in tables)
    )


def _cut(matrix: Matrix) -> Iterator[Matrix]:
    """Cut a wide matrix into parts that fit a page."""
    start = filled = 0
    for end, label in enumerate(matrix.columns):
        cells = (sum(len(entry.text) + 2 for entry in row[end]) for row in matrix.cells)
        width = max(len(label), *cells) + 3
        if end > start and filled + width > _ROOM:
            yield _columns(matrix, start, end)
            start, filled = end, 0
        filled += width
    yield _columns(matrix, start, len(matrix.columns))


def _columns(matrix: Matrix, start: int, end: int) -> Matrix:
    cells = tuple(row[start:end] for row in matrix.cells)
    return Matrix(matrix.corner, matrix.rows, matrix.columns[start:end], cells)


def _labels(notation: Notation, move: sp.Expr, axis: sp.Tuple) -> tuple[str, ...]:
    """Name the values of an axis, also where it is what a move counts as."""
    symbol = move.free_symbols.pop() if len(move.free_symbols) == 1 else None
    return tuple(notation.label_of(symbol, value) or str(value) for value in axis)


# -- what is assumed --------------------------------------------------------------------------


def _parameters(notation: Notation) -> list[Table]:
    parameters = notation.game.parameters
    columns: dict[str, list[Piece]] = {
        "Symbol": [notation.named(p.name) for p in parameters],
        "Meaning": [clean(p.meaning) for p in parameters],
        "Domain": [_values(notation, p) for p in parameters],
        "Default": ["" if p.default is None else _number(p.default) for p in parameters],
        "Unit": [clean(p.unit) for p in parameters],
        "Source": [clean(p.source) for p in parameters],
    }
    cells = {title: [(cell,) if cell else () for cell in c] for title, c in columns.items()}
    return [_filled(cells)] if parameters else []


def _filled(columns: Mapping[str, Sequence[Sentence]]) -> Table:
    """Make a table of the columns that are not empty."""
    filled = {title: column for title, column in columns.items() if any(column)}
    return Table(tuple(filled), tuple(zip(*filled.values(), strict=True)))


def _values(notation: Notation, parameter: Parameter) -> Piece:
    whole = parameter.integer
    if parameter.domain == sp.true:
        return "integer" if whole else ""
    written = notation.maths(parameter.domain)
    if not whole:
        return written
    return Maths(rf"{written.latex},\ \text{{integer}}", f"{written.text}, integer")


def _number(value: Fraction) -> Maths:
    written = number_text(value)
    return Maths(written, written)


def _assumptions(notation: Notation) -> list[Sentence]:
    conditions = [notation.maths(c) for c in notation.game.assumptions]
    return [(*_joined(conditions, "; "), ".")] if conditions else []
