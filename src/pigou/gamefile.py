"""Game files: a game, its reforms and its case in TOML, read.

Reading goes through the file in the order in which a game is told: head, parameters, players,
moves, chance, definitions, divisions, payoffs (formulas or a table of outcomes), bystanders,
transfers, reforms, case. Every fault is a `FileError` that names file, table and key. Nothing in a
file is evaluated as code; file, tables and formulas have limits, so that reading always ends soon.
"""

from __future__ import annotations

import itertools
import math
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import sympy as sp

from pigou.casefile import read_case
from pigou.divisionfile import read_divisions
from pigou.errors import ExpressionError, FileError, PigouError, unknown
from pigou.expression import (
    LONGEST,
    Lookup,
    Scope,
    read_condition,
    read_expression,
    symbol,
    valid_name,
)
from pigou.filetable import (
    LARGEST_FILE,
    MOST_CELLS,
    MOST_CHOICES,
    MOST_REFORMS,
    FileTable,
    read_text,
    shown,
    shown_key,
)
from pigou.game import (
    GOVERNMENT,
    Bystander,
    Chance,
    Choice,
    Game,
    Move,
    Parameter,
    Player,
    Transfer,
    Type,
)
from pigou.model import Model
from pigou.propositionfile import read_propositions
from pigou.reform import Reform, Step, joined_steps
from pigou.reform_kinds import KEYS, KINDS
from pigou.repetition import Repetition

__all__ = ["VERSION", "read_game", "read_game_file"]

VERSION = 1
"""The version of the format that is read; `pigou.gamewriter` writes it."""


_TABLES = (
    "pigou", "game", "parameters", "players", "moves", "chance", "definitions", "divisions",
    "payoffs", "outcomes", "bystanders", "transfers", "reforms", "propositions",
    "repetition", "case",
)  # fmt: skip
_GAME = ("name", "source", "mechanism", "about", "assumptions")
_PARAMETER = ("default", "domain", "unit", "meaning", "tex", "source", "integer")
_MOVE = ("player", "interval", "choices", "exit", "stage", "observes", "when", "label", "tex")
_REFORM = ("name", "label", "source", "parameters", "running_cost", "failure")
_KEYS = {
    "when": "when",
    "whether it is made": "when",
    "it cannot observe": "observes",
    "no move": "observes",
}
_TEXT = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?(?:\"{3}|\\?\Z)|'{3}.*?(?:'{3}|\Z)"""
    r"""|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*""",
    re.DOTALL,
)
_LONG_KEY = re.compile(r'(?<![\w."-])(?:(?:""|[\w-]+)[ \t]*\.[ \t]*){50}')
_WORD = re.compile(r"\d[\w.]*|[^\W\d]\w*")
_NUMBER = re.compile(r"-?\d+(\.\d+|/\d+)?", re.ASCII)
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_game_file(path: str | Path) -> Model:
    """Read a game file.

    Parameters
    ----------
    path : str or Path
        A file in TOML, version 1, of at most 5 MB.

    Raises
    ------
    FileError
        If there is no such file, or it is not a game; the message gives file, table and key.

    Examples
    --------
    >>> read_game_file("no_such_game.toml")
    Traceback (most recent call last):
    pigou.errors.FileError: no_such_game.toml: there is no such file
    """
    return read_game(read_text(path), str(path), Path(path).parent)


def read_game(text: str, name: str = "<text>", folder: Path | None = None) -> Model:
    """Read a game from the text of a game file.

    Parameters
    ----------
    text : str
        TOML, version 1.
    name : str
        What the file is called in error messages.
    folder : Path, optional
        Where files that the case names are looked for.

    Raises
    ------
    FileError
        If the text is not a game; the message gives file, table and key.

    Examples
    --------
    >>> model = read_game('''
    ... pigou = 1
    ... [game]
    ... name = "monopoly"
    ... [players.firm]
    ... [moves.quantity]
    ... player = "firm"
    ... interval = [0, 1]
    ... [payoffs]
    ... firm = "quantity*(1 - quantity)"
    ... ''')
    >>> model.game
    Game('monopoly': players firm; moves quantity in [0, 1])
    >>> read_game("pigou = 1", "monopoly.toml")
    Traceback (most recent call last):
    pigou.errors.FileError: monopoly.toml: [game]: this table is missing
    """
    return _model(FileTable(_parsed(text, name), name), folder)


def _parsed(text: str, file: str) -> dict[str, Any]:
    """Parse TOML, and check the version."""
    if len(text) > LARGEST_FILE:
        raise FileError(f"{file}: the file is larger than {LARGEST_FILE // 1_000_000} MB")
    if _LONG_KEY.search(_TEXT.sub('""', text)):
        raise FileError(f"{file}: not a game file: a key has more than 50 parts")
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (RecursionError, MemoryError):
        raise FileError(f"{file}: not valid TOML: nested too deep") from None
    except (ValueError, ArithmeticError) as error:
        raise FileError(f"{file}: not valid TOML: {str(error)[:200]}") from None
    version = data.get("pigou")
    if version is None:
        raise FileError(f"{file}: pigou: the version is missing; write pigou = {VERSION} on top")
    if type(version) is not int or version != VERSION:
        raise FileError(
            f"{file}: pigou: this is version {shown(version)}; version {VERSION} is read"
        )
    return data


# -- reading ----------------------------------------------------------------------------------


def _model(root: FileTable, folder: Path | None) -> Model:
    root.of(_TABLES, kind=("table", "tables"))
    if "game" not in root.items:
        raise root.fault("[game]", "this table is missing")
    head = FileTable(root.items["game"], root.file, "[game]").of(_GAME, ["name"])
    frame = _frame(root, head)
    definitions = _definitions(root, frame)
    scope = _scope(frame, definitions)
    definitions |= read_divisions(root, scope, _expanded, definitions)
    game = _with_payoffs(root, frame, definitions)
    expanded = partial(_expanded, definitions=definitions)
    reforms = tuple(_reform(row, definitions) for row in root.rows("reforms", MOST_REFORMS))
    _check_reforms(root, game, reforms)
    with FileTable({}, root.file, "[[reforms]]").at():
        return Model(
            game,
            reforms,
            head.text("mechanism"),
            head.text("about"),
            read_case(
                root,
                game,
                reforms,
                expanded,
                definitions,
            ),
            folder,
            read_propositions(root),
            _repetition(root, game, expanded),
        )


def _repetition(
    root: FileTable, game: Game, expanded: Callable[[int | str], int | str]
) -> Repetition | None:
    """Read how the game is repeated."""
    if "repetition" not in root.items:
        return None
    table = FileTable(root.items["repetition"], root.file, "[repetition]").of(
        ("discount", "outside", "payments"), ["discount"]
    )
    outside = table.table("outside") if "outside" in table.items else None
    with table.at():
        found = Repetition(
            expanded(table.formula("discount")),
            {} if outside is None else {n: expanded(outside.formula(n)) for n in outside.items},
            table.flag("payments"),
        )
        return found.bound(game)


def _frame(root: FileTable, head: FileTable) -> Game:
    """Read all but payoffs and transfers; payoffs of zero stand in for them."""
    _check_names(root)
    if not head.text("name").strip():
        raise head.fault("name", "a game needs a name")
    parameters = tuple(_parameter(name, table) for name, table in root.named("parameters"))
    with head.at("assumptions"):
        names = [p.name for p in parameters]
        assumptions = [read_condition(text, names) for text in head.texts("assumptions")]
    players = tuple(_player(name, table) for name, table in root.named("players"))
    if not players:
        raise root.fault("[players]", "a game needs at least one player, as in [players.firm]")
    moves = tuple(_move(name, table) for name, table in root.named("moves"))
    chance = tuple(_chance(name, table) for name, table in root.named("chance"))
    bystanders = tuple(_bystanders(root, [p.name for p in players]))
    try:
        return Game(
            head.text("name"),
            players,
            moves,
            {p.name: 0 for p in players},
            bystanders,
            chance,
            parameters=parameters,
            assumptions=tuple(assumptions),
            source=head.text("source"),
        )
    except PigouError as error:
        raise FileError(f"{root.file}: {_place_of(str(error))}: {error}") from None


def _place_of(message: str) -> str:
    """Tell the table and key that a message of the language speaks of, by what it names first."""
    tables = {"move": "moves", "player": "players", "chance variable": "chance"}
    found = re.match(rf"({'|'.join(tables)}) '(\w+)'(?:: ({'|'.join(_KEYS)}))?", message)
    if not found:
        return "[game] assumptions"
    return f"[{tables[found[1]]}.{found[2]}]" + (f" {_KEYS[found[3]]}" if found[3] else "")


def _check_names(root: FileTable) -> None:
    """Refuse a name for two things that formulas could not tell apart."""
    places: dict[str, str] = {}
    declared = [
        *((name, t.place) for name, t in root.named("parameters")),
        *((name, t.place) for name, t in root.named("moves")),
        *((name, t.place) for name, t in root.named("chance")),
        *_attributes(root),
        *((name, f"[definitions] {name}") for name in root.table("definitions").items),
    ]
    for name, place in declared:
        if name in places:
            raise FileError(
                f"{root.file}: {place}: the name '{shown_key(name)}' is already taken by "
                f"{places[name]}"
            )
        places[name] = place


def _attributes(root: FileTable) -> Iterator[tuple[str, str]]:
    """Walk through the names of all attributes of types, one time for each player."""
    for _, player in root.named("players"):
        names = [name for _, kind in _types(player) for name in kind.table("values").items]
        for name in dict.fromkeys(names):
            yield name, f"{player.place} types"


def _parameter(name: str, table: FileTable) -> Parameter:
    table.of(_PARAMETER)
    with table.at():
        valid_name(name, "parameter")
    default = table.number("default") if "default" in table.items else None
    domain: Any = sp.true
    if "domain" in table.items:
        with table.at("domain"):
            domain = read_condition(table.text("domain"), [name])
    words = {key: table.text(key) for key in ("unit", "meaning", "tex", "source")}
    with table.at("default"):
        return Parameter(name, default, domain, integer=table.flag("integer"), **words)


def _player(name: str, table: FileTable) -> Player:
    table.of(("label", "size", "types", "parties"))
    size: Any = table.formula("size", 1)
    types = tuple(_type(kind, entry) for kind, entry in _types(table))
    with table.at():
        parties = table.table("parties")
        formulas = {n: parties.formula(n) for n in parties.items}
        return Player(name, table.text("label"), size, types, formulas)


def _types(player: FileTable) -> list[tuple[str, FileTable]]:
    return player.named("types", f"{player.place[1:-1]}.types")


def _type(name: str, table: FileTable) -> Type:
    table.of(("size", "values"))
    values = table.table("values")
    with table.at():
        return Type(name, table.formula("size", 1), {k: values.formula(k) for k in values.items})


def _move(name: str, table: FileTable) -> Move:
    table.of(_MOVE, ["player"])
    if ("interval" in table.items) == ("choices" in table.items):
        raise table.fault("", "give an interval (continuous) or choices (finite), one of the two")
    domain: Any
    if "interval" in table.items:
        domain = table.entries("interval")
        if len(domain) != 2:
            raise table.fault("interval", f"an interval has two ends, not {len(domain)}")
        if "exit" in table.items:
            raise table.fault("exit", "only a finite move, with choices, has an exit")
        domain = [table.as_formula("interval", end) for end in domain]
    else:
        choices = table.table("choices", MOST_CHOICES)
        options = {label: choices.number(label) for label in choices.items}
        with table.at("choices"):
            Choice(options)
        with table.at("exit"):
            domain = Choice(options, table.text("exit") if "exit" in table.items else None)
    observes = table.texts("observes") if "observes" in table.items else None
    stage = table.whole("stage", 1)
    words = {key: table.text(key) for key in ("label", "tex")}
    with table.at():
        return Move(name, table.text("player"), domain, stage, observes, when=_when(table), **words)


def _chance(name: str, table: FileTable) -> Chance:
    table.of(("outcomes", "seen_by", "when"), ["outcomes"])
    outcomes = {}
    for label, items in table.table("outcomes").items.items():
        entry = FileTable(items, table.file, f"{table.place} outcomes {shown_key(label)}")
        entry.of(("value", "probability"), ("value", "probability"))
        outcomes[label] = (entry.number("value"), entry.formula("probability"))
    with table.at():
        return Chance(name, outcomes, table.texts("seen_by"), _when(table))


def _when(table: FileTable) -> Any:
    """Return the condition of a move or draw; the game reads it, once all names are known."""
    return table.text("when") if "when" in table.items else sp.true


def _bystanders(root: FileTable, players: list[str]) -> Iterator[Bystander]:
    """Read names and labels of the bystanders; what they get comes later."""
    table = root.table("bystanders")
    for name, entry in table.items.items():
        label = ""
        if isinstance(entry, dict):
            label = FileTable(entry, root.file, f"[bystanders.{shown_key(name)}]").text("label")
        if name in players:
            raise table.fault(name, "there is a player of this name")
        with table.at(name):
            yield Bystander(name, 0, label)


def _definitions(root: FileTable, frame: Game) -> dict[str, str]:
    """Read the definitions in order: each as a text in which earlier ones are expanded."""
    table = root.table("definitions")
    texts: dict[str, str] = {}
    for name in table.items:
        with table.at(name):
            valid_name(name, "definition")
            text = str(_expanded(table.formula(name), texts))
            read_expression(text, _scope(frame, texts))
            texts[name] = text
    return texts


def _scope(
    frame: Game, definitions: Mapping[str, str], names: Iterable[str] | None = None
) -> Scope:
    """Say what a formula may refer to; definitions, already expanded, are there for hints."""
    names = frame.scope.names if names is None else names
    return Scope((*names, *definitions), frame.scope.labels, frame.scope.populations)


def _expanded(formula: int | str, definitions: Mapping[str, str]) -> int | str:
    """Put definitions in their places."""
    if isinstance(formula, int) or not definitions or len(formula) > LONGEST:
        return formula
    text = unicodedata.normalize("NFKC", formula)
    if sum(len(definitions.get(word, "")) for word in _WORD.findall(text)) > LONGEST:
        raise ExpressionError(
            f"with its definitions put in, a formula is at most {LONGEST:,} characters long"
        )
    return _WORD.sub(lambda m: f"({definitions[m[0]]})" if m[0] in definitions else m[0], text)


def _with_payoffs(root: FileTable, frame: Game, definitions: Mapping[str, str]) -> Game:
    """Read payoffs, the bystanders' surplus and transfers, and put them into the frame."""
    given: dict[str, Any] = {}
    places: dict[str, str] = {}
    for table, key, party in _formulas(root):
        with table.at(key):
            text = _expanded(table.formula(key), definitions)
            given[party] = read_expression(text, _scope(frame, definitions))
        places[party] = f"{table.place} {key}"
    for party, entry in _outcomes(root, frame, definitions).items():
        if party in given:
            raise FileError(f"{root.file}: {places[party]}: this is already given by [[outcomes]]")
        given[party], places[party] = entry, "[[outcomes]]"
    _check_parties(root, frame, given)
    transfers = [_transfer(row, frame, definitions) for row in root.rows("transfers")]
    payoffs = {p.name: given[p.name] for p in frame.players}
    bystanders = tuple(replace(b, surplus=given.get(b.name, 0)) for b in frame.bystanders)
    try:
        return replace(frame, payoffs=payoffs, bystanders=bystanders, transfers=tuple(transfers))
    except PigouError as error:
        found = re.match(r"payoff of '(\w+)'", str(error))
        place = places.get(found[1] if found else "") or _faulty(frame, transfers)
        raise FileError(f"{root.file}: {place}: {error}") from None


def _formulas(root: FileTable) -> Iterator[tuple[FileTable, str, str]]:
    """Walk through the formulas of parties: table, key, party."""
    payoffs = root.table("payoffs")
    yield from ((payoffs, party, party) for party in payoffs.items)
    bystanders = root.table("bystanders")
    for name, entry in bystanders.items.items():
        if not isinstance(entry, dict):
            yield bystanders, name, name
            continue
        table = FileTable(entry, root.file, f"[bystanders.{name}]").of(("surplus", "label"))
        if "surplus" in entry:
            yield table, "surplus", name


def _parties(game: Game) -> list[str]:
    return [*game.payoffs, *(b.name for b in game.bystanders)]


def _check_parties(root: FileTable, frame: Game, given: Mapping[str, Any]) -> None:
    players, table = [p.name for p in frame.players], root.table("payoffs")
    for party in table.items:
        if party not in players:
            raise table.fault(party, unknown("player", shown_key(party), players))
    for player in players:
        if player not in given:
            raise table.fault("", f"the payoff of player '{player}' is missing")


def _transfer(table: FileTable, frame: Game, definitions: Mapping[str, str]) -> Transfer:
    table.of(("payer", "payee", "amount", "purpose"), ("payer", "payee", "amount"))
    parties = dict.fromkeys([*_parties(frame), GOVERNMENT])
    for key in ("payer", "payee"):
        if table.text(key) not in parties:
            message = unknown("party", shown_key(table.text(key)), parties, many="parties")
            raise table.fault(key, message)
    with table.at("amount"):
        text = _expanded(table.formula("amount"), definitions)
        amount = read_expression(text, _scope(frame, definitions))
    with table.at():
        return Transfer(table.text("payer"), table.text("payee"), amount, table.text("purpose"))


def _faulty(frame: Game, transfers: list[Transfer]) -> str:
    """Tell the first transfer that does not fit the game."""
    for n, transfer in enumerate(transfers, 1):
        try:
            replace(frame, transfers=(transfer,))
        except PigouError:
            return f"[[transfers]] {n}"
    return "[payoffs]"


# -- payoffs as a table -----------------------------------------------------------------------


def _outcomes(root: FileTable, frame: Game, definitions: Mapping[str, str]) -> dict[str, sp.Expr]:
    """Read the rows of outcomes: one table of payoffs for every set of moves they speak of."""
    groups: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, Any]]] = {}
    numbers: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    labels = frame.scope.labels
    parties = _parties(frame)
    scope = _scope(frame, definitions, [p.name for p in frame.parameters])
    for n, row in enumerate(root.rows("outcomes", MOST_CELLS), 1):
        row.of(("when", "payoffs"), ("when", "payoffs"))
        where = _choices(row, labels)
        moves = tuple(name for name in labels if name in where)
        combination = tuple(where[name] for name in moves)
        group = groups.setdefault(moves, {})
        if combination in group:
            first = numbers[moves][combination]
            raise row.fault("when", f"{_said(where)} is given twice (first in row {first})")
        numbers.setdefault(moves, {})[combination] = n
        cells = row.table("payoffs").of(parties, kind=("party", "parties"))
        group[combination] = {
            party: _cell(cells, party, scope, definitions) for party in cells.items
        }
        if group[combination].keys() != next(iter(group.values())).keys():
            first, same = min(numbers[moves].values()), next(iter(group.values()))
            needed = f"the same parties as in row {first} are needed ({', '.join(same)})"
            raise row.fault("payoffs", needed)
    tables: dict[str, sp.Expr] = {}
    for moves, group in groups.items():
        for party, table in _full(root, moves, group, labels).items():
            if party in tables:
                raise root.fault("[[outcomes]]", f"two tables give payoffs to '{party}'")
            tables[party] = table
    return tables


def _choices(row: FileTable, labels: Mapping[str, Mapping[str, Fraction]]) -> dict[str, str]:
    """Read the choices that a row speaks of."""
    table = row.table("when").of(labels, kind=("move", "moves"))
    where = {name: table.text(name) for name in table.items}
    for name, label in where.items():
        if label not in labels[name]:
            raise table.fault(name, unknown("choice", shown_key(label), labels[name]))
    if not where:
        raise row.fault("when", 'a row says which choices it is for, as in { a = "yes" }')
    return where


def _cell(table: FileTable, party: str, scope: Scope, definitions: Mapping[str, str]) -> sp.Expr:
    formula = table.formula(party)
    if isinstance(formula, int) or _NUMBER.fullmatch(formula):  # the quick way, for large tables
        return _rational(table.number(party))
    with table.at(party):
        return read_expression(_expanded(formula, definitions), scope)


def _full(
    root: FileTable,
    moves: tuple[str, ...],
    rows: Mapping[tuple[str, ...], Mapping[str, Any]],
    labels: Mapping[str, Mapping[str, Fraction]],
) -> dict[str, sp.Expr]:
    """Make a table for each party from rows that have to cover all combinations."""
    axes = [tuple(labels[name]) for name in moves]
    if len(rows) != math.prod(map(len, axes)):
        missing = next(c for c in itertools.product(*axes) if c not in rows)
        where = _said(dict(zip(moves, missing, strict=True)))
        raise root.fault("[[outcomes]]", f"there is no row for {where}")
    symbols = sp.Tuple(*map(symbol, moves))
    values = sp.Tuple(*(sp.Tuple(*map(_rational, labels[name].values())) for name in moves))
    parties = next(iter(rows.values()))
    return {
        party: Lookup(
            symbols, values, sp.Tuple(*(rows[c][party] for c in itertools.product(*axes)))
        )
        for party in parties
    }


def _said(where: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {label}" for name, label in where.items())


def _rational(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)


# -- reforms -----------------------------------------------------------------------------------


def _reform(table: FileTable, definitions: Mapping[str, str]) -> Reform:
    parts: tuple[Reform, ...] = ()
    if "parts" in table.items:
        table.of((*_REFORM, "parts"), ["name"])
        parts = tuple(
            _reform(FileTable(entry, table.file, f"{table.place} parts {n}"), definitions)
            for n, entry in enumerate(table.entries("parts", 20), 1)
        )
        steps = joined_steps(parts)
    elif "steps" in table.items:
        table.of((*_REFORM, "steps"), ["name"])
        steps = tuple(
            _step(FileTable(entry, table.file, f"{table.place} steps {n}"), (), definitions)
            for n, entry in enumerate(table.entries("steps", 20), 1)
        )
    elif "kind" in table.items:
        steps = (_step(table, _REFORM, definitions),)
    else:
        table.of((*_REFORM, "kind", "steps", "parts"), ["name", "running_cost"])
        steps = ()
    own = table.table("parameters")
    place = f"{table.place} parameters"
    parameters = tuple(
        _parameter(
            name,
            FileTable(
                entry if isinstance(entry, dict) else {"default": entry},
                table.file,
                f"{place} {shown_key(name)}",
            ),
        )
        for name, entry in own.items.items()
    )
    with table.at("running_cost"):
        cost = _expanded(table.formula("running_cost"), definitions)
    if not table.text("name").strip():
        raise table.fault("name", "a reform needs a name")
    with table.at():
        return Reform(
            table.text("name"), steps, parameters, cost, table.text("source"), table.text("label"),
            table.number("failure") if "failure" in table.items else 0, parts,
        )  # fmt: skip


def _step(table: FileTable, others: tuple[str, ...], definitions: Mapping[str, str]) -> Step:
    """Read one change of the game; `others` are the keys that belong to the reform."""
    if "kind" not in table.items:
        raise table.fault("kind", f"the key is missing (kinds: {', '.join(KINDS)})")
    kind = table.text("kind")
    if kind not in KINDS:
        raise table.fault("kind", unknown("kind", shown_key(kind), KINDS))
    table.of((*others, "kind", *KINDS[kind].keys), (["name"] if others else []))
    keys = {
        key: _key(table, key, definitions)
        for key in table.items
        if key != "kind" and key not in others
    }
    with table.at():
        return Step(kind, keys)


def _key(table: FileTable, key: str, definitions: Mapping[str, str]) -> Any:
    """Read one key of a step as `pigou.reform_kinds.KEYS` says."""
    read = KEYS[key].read
    if read == "name":
        return table.text(key)
    if read == "names":
        return table.text(key) if isinstance(table.items[key], str) else table.texts(key)
    if read == "flag":
        return table.flag(key)
    if read == "labels":
        labels = table.table(key)
        return {
            name: labels.text(name) if isinstance(value, str) else labels.formula(name)
            for name, value in labels.items.items()
        }
    if read == "stages" and isinstance(table.items[key], Mapping):
        values = table.table(key)
        return {name: values.formula(name) for name in values.items}
    if read == "stages":
        return table.formula(key)
    if read == "table":
        values = table.table(key)
        with values.at():
            return {name: _expanded(values.formula(name), definitions) for name in values.items}
    with table.at(key):
        return _expanded(table.formula(key), definitions)


def _check_reforms(root: FileTable, game: Game, reforms: tuple[Reform, ...]) -> None:
    """Apply each reform once, to find the one that does not fit while its place is known."""
    small = replace(game, payoffs={k: 0 if u.has(Lookup) else u for k, u in game.payoffs.items()})
    for n, reform in enumerate(reforms, 1):
        try:
            reform(small)
        except PigouError as error:
            raise FileError(f"{root.file}: [[reforms]] {n}: {error}") from None
