"""Game files: a game, its reforms, propositions and case, written in TOML.

What `write_game` writes reads back to an equal game, and to equal reforms, propositions and case.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.errors import DeclarationError, ExpressionError
from pigou.exact import exact
from pigou.expression import (
    Lookup,
    Total,
    names_in,
    read_condition,
    read_expression,
    symbol,
    write_expression,
)
from pigou.filetable import MOST_CELLS, MOST_ENTRIES, plain
from pigou.game import CONTINUUM, Chance, Choice, Game, Move, Parameter, Player, Transfer
from pigou.gamefile import VERSION
from pigou.model import Case, Fact, Model
from pigou.propositionfile import of_proposition
from pigou.reform import Reform
from pigou.repetition import Repetition

__all__ = ["write_game"]

_LONG = 500  # characters of a formula that may be beyond the limits of reading
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_game(model: Model | Game) -> str:
    """Write a game, with its reforms, propositions and case, as a game file.

    Reading the text gives an equal game. Definitions are not kept. A payoff that holds a table
    without being one, as reforms may leave it, is written as the table of its values.

    Parameters
    ----------
    model : Model or Game

    Raises
    ------
    DeclarationError
        If a payoff mixes a table with continuous moves or with sums over members, or the game is
        beyond the limits of a game file.

    Examples
    --------
    >>> from pigou import Game, Move, Parameter, Player
    >>> game = Game(
    ...     "monopoly",
    ...     [Player("firm", "The firm")],
    ...     [Move("quantity", "firm", (0, "capacity"))],
    ...     {"firm": "quantity*(1 - quantity)"},
    ...     parameters=[Parameter("capacity", "1/2", "capacity > 0")],
    ... )
    >>> print(write_game(game))
    pigou = 1
    <BLANKLINE>
    [game]
    name = "monopoly"
    <BLANKLINE>
    [parameters.capacity]
    default = "1/2"
    domain = "capacity > 0"
    <BLANKLINE>
    [players.firm]
    label = "The firm"
    <BLANKLINE>
    [moves.quantity]
    player = "firm"
    interval = [0, "capacity"]
    <BLANKLINE>
    [payoffs]
    firm = "quantity*(1 - quantity)"
    <BLANKLINE>
    >>> from pigou import read_game
    >>> read_game(write_game(game)).game == game
    True
    """
    if isinstance(model, Game):
        model = Model(model)
    game = model.game
    _check_size(game)
    head = {
        "name": game.name,
        "source": game.source,
        "mechanism": model.mechanism,
        "about": model.about,
        "assumptions": [write_expression(a) for a in game.assumptions],
    }
    sections = [f"pigou = {VERSION}\n", _section("[game]", head)]
    for parameter in game.parameters:
        sections.append(_section(f"[parameters.{_name(parameter.name)}]", _of_parameter(parameter)))
    for player in game.players:
        sections.extend(_of_player(game, player))
    for move in game.moves:
        sections.append(_section(f"[moves.{_name(move.name)}]", _of_move(game, move)))
    for chance in game.chance:
        sections.append(_section(f"[chance.{_name(chance.name)}]", _of_chance(game, chance)))
    sections.extend(_of_payoffs(game))
    for transfer in game.transfers:
        sections.append(_section("[[transfers]]", _of_transfer(game, transfer)))
    for reform in model.reforms:
        sections.append(_section("[[reforms]]", _of_reform(reform)))
    for proposition in model.propositions:
        needed, more = of_proposition(proposition)
        sections.append(_section("[[propositions]]", more, needed))
    if model.repetition is not None:
        sections.append(_section("[repetition]", _of_repetition(model.repetition)))
    if model.case is not None:
        sections.extend(_of_case(model.case))
    return "\n".join(section for section in sections if section)


def _of_repetition(repetition: Repetition) -> dict[str, Any]:
    outside = {k: write_expression(sp.sympify(v)) for k, v in repetition.outside.items()}
    discount = write_expression(sp.sympify(repetition.discount))
    return {"discount": discount, "outside": outside, "payments": repetition.payments}


def _check_size(game: Game) -> None:
    for kind, parts in {"moves": game.moves, "chance variables": game.chance}.items():
        if len(parts) > MOST_ENTRIES:
            raise DeclarationError(
                f"game '{game.name}' is too large for a game file: {len(parts):,} {kind}; a file "
                f"holds at most {MOST_ENTRIES}"
            )


def _of_parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "default": parameter.default,
        "domain": "" if parameter.domain == sp.true else write_expression(parameter.domain),
        "unit": parameter.unit,
        "meaning": parameter.meaning,
        "tex": parameter.tex,
        "source": parameter.source,
        "integer": parameter.integer or None,
    }


def _of_case(case: Case) -> Iterator[str]:
    """Write a case: with its facts, or with its table of choices."""
    items = {f.name: getattr(case, f.name) for f in fields(Case)}
    facts = items.pop("facts")
    kept = ("title",) if facts else ("title", "file", "move", "column", "labels")
    yield _section("[case]", items, {key: items.pop(key) for key in kept})
    for fact in facts:
        entries = {f.name: getattr(fact, f.name) for f in fields(Fact)}
        entries["regime"] = "" if fact.regime == "baseline" else fact.regime
        entries["fitted"] = fact.fitted or None
        if isinstance(fact.observed, tuple) and fact.observed[0] == fact.observed[1]:
            entries["observed"] = fact.observed[0]
        required = {key: entries.pop(key) for key in ("name", "source")}
        yield _section("[[case.facts]]", entries, required)


def _of_player(game: Game, player: Player) -> Iterator[str]:
    size = CONTINUUM if player.size == sp.oo else player.size
    items = {
        "label": "" if player.label == player.name else player.label,
        "size": None if size == 1 else size,
        "parties": {name: _formula(game, u) for name, u in player.parties.items()},
    }
    yield _section(f"[players.{_name(player.name)}]", items)
    for kind in player.types:
        header = f"[players.{_name(player.name)}.types.{_name(kind.name)}]"
        yield _section(header, {"values": dict(kind.values)}, {"size": kind.size})


def _of_move(game: Game, move: Move) -> dict[str, Any]:
    finite = isinstance(move.domain, Choice)
    domain: Any = move.domain
    return {
        "player": move.player,
        "choices": dict(domain.options) if finite else None,
        "exit": domain.exit if finite else None,
        "interval": None if finite else [domain.lower, domain.upper],
        "stage": None if move.stage == 1 else move.stage,
        "observes": None if move.observes is None else _Kept(move.observes),
        "when": None if move.when == sp.true else _formula(game, move.when),
        "label": "" if move.label == move.name else move.label,
        "tex": move.tex,
    }


def _of_chance(game: Game, chance: Chance) -> dict[str, Any]:
    outcomes = {k: {"value": v, "probability": p} for k, (v, p) in chance.outcomes.items()}
    when = None if chance.when == sp.true else _formula(game, chance.when)
    return {"outcomes": outcomes, "seen_by": list(chance.seen_by), "when": when}


def _of_payoffs(game: Game) -> Iterator[str]:
    """Write payoffs and surplus: formulas, and after them the tables."""
    formulas = {name: u for name, u in game.payoffs.items() if not u.has(Lookup)}
    yield _section("[payoffs]", {}, {n: _formula(game, u) for n, u in formulas.items()}, True)
    surplus = {}
    for bystander in game.bystanders:
        entry: dict[str, Any] = {}
        if not bystander.surplus.has(Lookup):
            entry["surplus"] = _formula(game, bystander.surplus)
        if bystander.label != bystander.name:
            entry["label"] = bystander.label
        surplus[bystander.name] = entry["surplus"] if set(entry) == {"surplus"} else entry
    yield _section("[bystanders]", {}, surplus, True)
    tables: dict[tuple[str, ...], dict[str, list[sp.Expr]]] = {}
    for party in (*game.payoffs, *(b.name for b in game.bystanders)):
        if game.primitive(party).has(Lookup):
            moves, entries = _tabulated(game, party)
            tables.setdefault(moves, {})[party] = entries
    for moves, columns in tables.items():
        yield _of_table(game, moves, columns)


def _formula(game: Game, expression: Any) -> Any:
    """Write a formula or a condition; one that is long has to be within the limits of reading."""
    if expression.is_Rational:
        return expression
    text = write_expression(expression, game.scope)
    if len(text) > _LONG:
        try:
            _read(text, expression, game)
        except ExpressionError as error:
            raise DeclarationError(
                f"game '{game.name}' is too large for a game file: {error}"
            ) from None
    return text


def _read(text: str, expression: Any, game: Game) -> None:
    read = read_condition if isinstance(expression, Boolean) else read_expression
    read(text, game.scope)


def _tabulated(game: Game, party: str) -> tuple[tuple[str, ...], list[sp.Expr]]:
    """Evaluate a payoff at every combination of the finite moves that it depends on."""
    formula, labels = game.primitive(party), game.scope.labels
    names = names_in(formula)
    moves = tuple(name for name in labels if name in names)
    if names - {*moves, *(p.name for p in game.parameters)} or formula.has(Total):
        raise DeclarationError(
            f"the payoff of '{party}' in game '{game.name}' mixes a table with continuous moves or "
            "members of a population; a game file cannot hold it"
        )
    axes = [
        [sp.Rational(v.numerator, v.denominator) for v in labels[name].values()] for name in moves
    ]
    if isinstance(formula, Lookup) and formula.args[:2] == (
        sp.Tuple(*map(symbol, moves)),
        sp.Tuple(*(sp.Tuple(*axis) for axis in axes)),
    ):
        return moves, list(formula.args[2])
    if math.prod(map(len, axes)) > MOST_CELLS:
        raise DeclarationError(f"the payoff of '{party}' has more than {MOST_CELLS:,} values")
    symbols = [symbol(name) for name in moves]
    combinations = itertools.product(*axes)
    return moves, [formula.xreplace(dict(zip(symbols, c, strict=True))) for c in combinations]


def _of_table(game: Game, moves: tuple[str, ...], columns: Mapping[str, list[sp.Expr]]) -> str:
    rows = []
    for n, combination in enumerate(itertools.product(*(game.scope.labels[m] for m in moves))):
        cells = {party: _formula(game, entries[n]) for party, entries in columns.items()}
        when = dict(zip(moves, combination, strict=True))
        rows.append(_section("[[outcomes]]", {}, {"when": when, "payoffs": cells}))
    return "\n".join(rows)


def _of_transfer(game: Game, transfer: Transfer) -> dict[str, Any]:
    amount = _formula(game, transfer.amount)
    items = {"payer": transfer.payer, "payee": transfer.payee, "amount": amount}
    return items | {"purpose": transfer.purpose}


def _of_reform(reform: Reform) -> dict[str, Any]:
    steps = [{"kind": step.kind, **step.keys} for step in reform.steps]
    what = steps[0] if len(steps) == 1 else {"steps": steps}
    if reform.parts:
        parts = [_of_reform(part) for part in reform.parts]
        what = {"parts": [{k: v for k, v in p.items() if not _is_empty(v)} for p in parts]}
    items: dict[str, Any] = {
        "name": reform.name,
        "label": "" if reform.label == reform.name else reform.label,
        **what,
        "parameters": {p.name: _of_own_parameter(p) for p in reform.parameters},
        "running_cost": None if reform.running_cost == 0 else reform.running_cost,
        "source": reform.source,
        "failure": str(reform.failure) if reform.failure else None,
    }
    return items


def _of_own_parameter(parameter: Parameter) -> Any:
    items = {k: v for k, v in _of_parameter(parameter).items() if v not in ("", None)}
    return items["default"] if set(items) == {"default"} else items


# -- TOML -------------------------------------------------------------------------------------


class _Kept(list[Any]):
    """A list that is written even if it is empty."""


def _section(
    header: str, items: Mapping[str, Any], always: Mapping[str, Any] = {}, optional: bool = False
) -> str:
    """Write a table: the entries of `always`, then those of `items` that are not empty."""
    given = {k: v for k, v in items.items() if isinstance(v, _Kept) or not _is_empty(v)}
    entries = {**always, **given}
    if optional and not entries:
        return ""
    return "".join([f"{header}\n", *(f"{_name(k)} = {_text(k, v)}\n" for k, v in entries.items())])


def _text(key: str, value: Any) -> str:
    """Write a value; the words about a model as lines."""
    if key != "about":
        return _value(value)
    lines = "\n".join(_quoted(line)[1:-1] for line in value.split("\n"))
    return f'"""\n{lines}"""'


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | tuple | Mapping) and not value)


def _name(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return _quoted(value)
        case Mapping():
            inside = ", ".join(f"{_name(k)} = {_value(v)}" for k, v in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case sp.Basic() if not value.is_Rational:
            return _quoted(write_expression(value))
    number = plain(exact(value))
    return str(number) if isinstance(number, int) else _quoted(number)


def _quoted(text: str) -> str:
    """Write a text in quotes."""
    escaped = "".join(_escape(letter) for letter in text.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{escaped}"'


def _escape(letter: str) -> str:
    code = ord(letter)
    if 0xD800 <= code <= 0xDFFF:
        raise DeclarationError(f"half a character (U+{code:04X}) cannot be written into a file")
    return f"\\u{code:04x}" if code < 32 or code == 127 else letter
