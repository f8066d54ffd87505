"""Game files: a game, its reforms and its case in TOML, read and written.

Reading goes through the file in the order in which a game is told: head, parameters, players,
moves, chance, definitions, payoffs (formulas or a table of outcomes), bystanders, transfers,
reforms, case. Every fault is a `FileError` that names file, table and key. Nothing in a file is
evaluated as code; file, tables and formulas have limits, so that reading always ends soon.
"""

from __future__ import annotations

import itertools
import math
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, fields, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import sympy as sp

from pigou.errors import DeclarationError, ExpressionError, FileError, PigouError, unknown
from pigou.exact import LONGEST_RESULT, exact
from pigou.expression import (
    LONGEST,
    Lookup,
    Scope,
    Total,
    names_in,
    read_condition,
    read_expression,
    symbol,
    valid_name,
    write_expression,
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
from pigou.model import Case, Model
from pigou.reform import KINDS, Reform, Step

__all__ = ["VERSION", "read_game", "read_game_file", "write_game"]

VERSION = 1
"""The version of the format that is read and written."""

LARGEST_FILE = 5_000_000
MOST_ENTRIES, MOST_REFORMS, MOST_CHOICES, MOST_CELLS = 200, 50, 1_000, 100_000
CONTINUUM = "continuum"

_TABLES = (
    "pigou", "game", "parameters", "players", "moves", "chance", "definitions", "payoffs",
    "outcomes", "bystanders", "transfers", "reforms", "case",
)  # fmt: skip
_GAME = ("name", "source", "mechanism", "about", "assumptions")
_PARAMETER = ("default", "domain", "unit", "meaning", "tex", "source", "integer")
_MOVE = ("player", "interval", "choices", "exit", "stage", "observes", "label", "tex")
_REFORM = ("name", "label", "source", "parameters", "running_cost")
_TEXT_KEYS = ("move", "choice", "group", "payer", "payee", "purpose")
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


def read_text(path: str | Path) -> str:
    """Read the text of a file that is small enough and in UTF-8.

    Examples
    --------
    >>> read_text(".")
    Traceback (most recent call last):
    pigou.errors.FileError: .: this is a folder, not a file
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise FileError(f"{path}: this is a folder, not a file")
        if not file.exists():
            raise FileError(f"{path}: there is no such file")
        if not file.is_file():
            raise FileError(f"{path}: this is not a file of text")
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise FileError(f"{path}: the file cannot be read: {reason}") from None
    if len(data) > LARGEST_FILE:
        raise FileError(f"{path}: the file is larger than {LARGEST_FILE // 1_000_000} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: the file is not text in UTF-8 (byte {error.start})") from None


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
    return _model(_Table(_parsed(text, name), name), folder)


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
            f"{file}: pigou: this is version {_shown(version)}; version {VERSION} is read"
        )
    return data


# -- one table of the file --------------------------------------------------------------------


class _Table:
    """One table of a file, and where it stands, so that every fault in it can be located."""

    def __init__(self, items: Any, file: str, place: str = "", most: int = MOST_ENTRIES):
        self.file, self.place = file, place
        if not isinstance(items, dict):
            raise self.fault("", f"a table is needed here, not {_shown(items)}")
        if len(items) > most:
            raise self.fault("", f"at most {most:,} entries, not {len(items):,}")
        self.items: dict[str, Any] = items

    def fault(self, key: str, why: str) -> FileError:
        where = " ".join(part for part in (self.place, _shown_key(key)) if part)
        return FileError(f"{self.file}: {where}: {why}" if where else f"{self.file}: {why}")

    @contextmanager
    def at(self, key: str = "") -> Iterator[None]:
        """Locate the faults that the language finds."""
        try:
            yield
        except FileError:
            raise
        except PigouError as error:
            raise self.fault(key, str(error)) from None

    def of(
        self,
        allowed: Iterable[str],
        required: Iterable[str] = (),
        kind: tuple[str, str] = ("key", "keys"),
    ) -> _Table:
        """Check the keys of the table."""
        allowed, (one, many) = tuple(allowed), kind
        for key in self.items:
            if key not in allowed:
                raise self.fault(key, unknown(one, _shown_key(key), allowed, many=many))
        for key in required:
            if key not in self.items:
                raise self.fault(key, f"the key is missing (needed: {', '.join(required)})")
        return self

    def text(self, key: str, default: str = "") -> str:
        value = self.items.get(key, default)
        if not isinstance(value, str):
            raise self.fault(key, f"a text in quotes is needed here, not {_shown(value)}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        entries = self.entries(key)
        for entry in entries:
            if not isinstance(entry, str):
                raise self.fault(key, f"a list of texts is needed here, not of {_shown(entry)}")
        return tuple(entries)

    def entries(self, key: str, most: int = MOST_ENTRIES) -> list[Any]:
        value = self.items.get(key, [])
        if not isinstance(value, list):
            raise self.fault(key, f"a list is needed here, not {_shown(value)}")
        if len(value) > most:
            raise self.fault(key, f"at most {most:,} entries, not {len(value):,}")
        return value

    def formula(self, key: str, default: int | str = 0) -> int | str:
        """Return a formula or number as a text or a whole number."""
        return self.as_formula(key, self.items.get(key, default))

    def as_formula(self, key: str, value: Any) -> int | str:
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.fault(key, f"a number or a formula is needed here, not {_shown(value)}")
        if isinstance(value, int) and value.bit_length() > LONGEST_RESULT:
            raise self.fault(key, f"a number has at most {LONGEST_RESULT:,} bits")
        with self.at(key):
            return _plain(exact(value))

    def number(self, key: str) -> Fraction:
        with self.at(key):
            return exact(self.formula(key))

    def flag(self, key: str) -> bool:
        value = self.items.get(key, False)
        if not isinstance(value, bool):
            raise self.fault(key, f"true or false is needed here, not {_shown(value)}")
        return value

    def whole(self, key: str, default: int) -> int:
        value = self.items.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31:
            raise self.fault(key, f"a whole number is needed here, not {_shown(value)}")
        return value

    def table(self, key: str, most: int = MOST_ENTRIES) -> _Table:
        """Return a table written inside this one: ``choices``, ``set``, ``when``."""
        place = f"{self.place} {key}" if self.place else f"[{key}]"
        return _Table(self.items.get(key, {}), self.file, place, most)

    def named(self, key: str, title: str = "") -> list[tuple[str, _Table]]:
        """Return the tables ``[key.name]``, by name."""
        title = title or key
        group = _Table(self.items.get(key, {}), self.file, f"[{title}]")
        return [
            (name, _Table(items, self.file, f"[{title}.{_shown_key(name)}]"))
            for name, items in group.items.items()
        ]

    def rows(self, key: str, most: int = MOST_ENTRIES) -> list[_Table]:
        """Return the tables ``[[key]]``, in order."""
        rows = _Table(self.items, self.file, most=len(self.items)).entries(key, most)
        return [_Table(row, self.file, f"[[{key}]] {n}") for n, row in enumerate(rows, 1)]


def _plain(number: Fraction) -> int | str:
    """Give a number as TOML can hold it: an integer of 64 bits, or a fraction in quotes."""
    small = number.denominator == 1 and abs(number) < 2**63
    return int(number) if small else str(number)


def _shown(value: object) -> str:
    """Show a value of a file in a message."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "a table"
        case list():
            return "a list"
        case str():
            return repr(value if len(value) <= 60 else value[:57] + "...")
        case int() if value.bit_length() > 200:
            return "a very long number"
    return str(value)[:60]


def _shown_key(key: str) -> str:
    return key if key.isprintable() and len(key) <= 60 else repr(key[:57])


# -- reading ----------------------------------------------------------------------------------


def _model(root: _Table, folder: Path | None) -> Model:
    root.of(_TABLES, kind=("table", "tables"))
    if "game" not in root.items:
        raise root.fault("[game]", "this table is missing")
    head = _Table(root.items["game"], root.file, "[game]").of(_GAME, ["name"])
    frame = _frame(root, head)
    definitions = _definitions(root, frame)
    game = _with_payoffs(root, frame, definitions)
    reforms = tuple(_reform(row, definitions) for row in root.rows("reforms", MOST_REFORMS))
    _check_reforms(root, game, reforms)
    with _Table({}, root.file, "[[reforms]]").at():
        return Model(
            game,
            reforms,
            head.text("mechanism"),
            head.text("about"),
            _case(root, game, reforms),
            folder,
        )


def _frame(root: _Table, head: _Table) -> Game:
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
    """Tell the table that a message of the language speaks of, by the part it names first."""
    tables = {"move": "moves", "player": "players", "chance variable": "chance"}
    found = re.match(rf"({'|'.join(tables)}) '(\w+)'", message)
    return f"[{tables[found[1]]}.{found[2]}]" if found else "[game] assumptions"


def _check_names(root: _Table) -> None:
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
                f"{root.file}: {place}: the name '{_shown_key(name)}' is already taken by "
                f"{places[name]}"
            )
        places[name] = place


def _attributes(root: _Table) -> Iterator[tuple[str, str]]:
    """Walk through the names of all attributes of types, one time for each player."""
    for _, player in root.named("players"):
        names = [name for _, kind in _types(player) for name in kind.table("values").items]
        for name in dict.fromkeys(names):
            yield name, f"{player.place} types"


def _parameter(name: str, table: _Table) -> Parameter:
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


def _player(name: str, table: _Table) -> Player:
    table.of(("label", "size", "types"))
    size: Any = table.formula("size", 1)
    types = tuple(_type(kind, entry) for kind, entry in _types(table))
    with table.at():
        return Player(name, table.text("label"), sp.oo if size == CONTINUUM else size, types)


def _types(player: _Table) -> list[tuple[str, _Table]]:
    return player.named("types", f"{player.place[1:-1]}.types")


def _type(name: str, table: _Table) -> Type:
    table.of(("size", "values"))
    values = table.table("values")
    with table.at():
        return Type(name, table.formula("size", 1), {k: values.formula(k) for k in values.items})


def _move(name: str, table: _Table) -> Move:
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
        return Move(name, table.text("player"), domain, stage, observes, **words)


def _chance(name: str, table: _Table) -> Chance:
    table.of(("outcomes", "seen_by"), ["outcomes"])
    outcomes = {}
    for label, items in table.table("outcomes").items.items():
        entry = _Table(items, table.file, f"{table.place} outcomes {_shown_key(label)}")
        entry.of(("value", "probability"), ("value", "probability"))
        outcomes[label] = (entry.number("value"), entry.formula("probability"))
    with table.at():
        return Chance(name, outcomes, table.texts("seen_by"))


def _bystanders(root: _Table, players: list[str]) -> Iterator[Bystander]:
    """Read names and labels of the bystanders; what they get comes later."""
    table = root.table("bystanders")
    for name, entry in table.items.items():
        label = ""
        if isinstance(entry, dict):
            label = _Table(entry, root.file, f"[bystanders.{_shown_key(name)}]").text("label")
        if name in players:
            raise table.fault(name, "there is a player of this name")
        with table.at(name):
            yield Bystander(name, 0, label)


def _definitions(root: _Table, frame: Game) -> dict[str, str]:
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


def _with_payoffs(root: _Table, frame: Game, definitions: Mapping[str, str]) -> Game:
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


def _formulas(root: _Table) -> Iterator[tuple[_Table, str, str]]:
    """Walk through the formulas of parties: table, key, party."""
    payoffs = root.table("payoffs")
    yield from ((payoffs, party, party) for party in payoffs.items)
    bystanders = root.table("bystanders")
    for name, entry in bystanders.items.items():
        if not isinstance(entry, dict):
            yield bystanders, name, name
            continue
        table = _Table(entry, root.file, f"[bystanders.{name}]").of(("surplus", "label"))
        if "surplus" in entry:
            yield table, "surplus", name


def _parties(game: Game) -> list[str]:
    return [*game.payoffs, *(b.name for b in game.bystanders)]


def _check_parties(root: _Table, frame: Game, given: Mapping[str, Any]) -> None:
    players, table = [p.name for p in frame.players], root.table("payoffs")
    for party in table.items:
        if party not in players:
            raise table.fault(party, unknown("player", _shown_key(party), players))
    for player in players:
        if player not in given:
            raise table.fault("", f"the payoff of player '{player}' is missing")


def _transfer(table: _Table, frame: Game, definitions: Mapping[str, str]) -> Transfer:
    table.of(("payer", "payee", "amount", "purpose"), ("payer", "payee", "amount"))
    parties = dict.fromkeys([*_parties(frame), GOVERNMENT])
    for key in ("payer", "payee"):
        if table.text(key) not in parties:
            message = unknown("party", _shown_key(table.text(key)), parties, many="parties")
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


def _outcomes(root: _Table, frame: Game, definitions: Mapping[str, str]) -> dict[str, sp.Expr]:
    """Read the rows of outcomes: one table of payoffs for every set of moves they speak of."""
    groups: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, Any]]] = {}
    numbers: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    labels = frame.scope.labels
    parties = _parties(frame)
    scope = _scope(frame, definitions, [p.name for p in frame.parameters])
    for n, row in enumerate(root.rows("outcomes", MOST_CELLS), 1):
        row.of(("when", "payoffs"), ("when", "payoffs"))
        where = _when(row, labels)
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


def _when(row: _Table, labels: Mapping[str, Mapping[str, Fraction]]) -> dict[str, str]:
    """Read the choices that a row speaks of."""
    table = row.table("when").of(labels, kind=("move", "moves"))
    where = {name: table.text(name) for name in table.items}
    for name, label in where.items():
        if label not in labels[name]:
            raise table.fault(name, unknown("choice", _shown_key(label), labels[name]))
    if not where:
        raise row.fault("when", 'a row says which choices it is for, as in { a = "yes" }')
    return where


def _cell(table: _Table, party: str, scope: Scope, definitions: Mapping[str, str]) -> sp.Expr:
    formula = table.formula(party)
    if isinstance(formula, int) or _NUMBER.fullmatch(formula):  # the quick way, for large tables
        return _rational(table.number(party))
    with table.at(party):
        return read_expression(_expanded(formula, definitions), scope)


def _full(
    root: _Table,
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


# -- reforms and the case ---------------------------------------------------------------------


def _reform(table: _Table, definitions: Mapping[str, str]) -> Reform:
    if "steps" in table.items:
        table.of((*_REFORM, "steps"), ["name"])
        steps = tuple(
            _step(_Table(entry, table.file, f"{table.place} steps {n}"), (), definitions)
            for n, entry in enumerate(table.entries("steps", 20), 1)
        )
    elif "kind" in table.items:
        steps = (_step(table, _REFORM, definitions),)
    else:
        table.of((*_REFORM, "kind", "steps"), ["name", "running_cost"])
        steps = ()
    own = table.table("parameters")
    place = f"{table.place} parameters"
    parameters = tuple(
        _parameter(
            name,
            _Table(
                entry if isinstance(entry, dict) else {"default": entry},
                table.file,
                f"{place} {_shown_key(name)}",
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
            table.text("name"), steps, parameters, cost, table.text("source"), table.text("label")
        )


def _step(table: _Table, others: tuple[str, ...], definitions: Mapping[str, str]) -> Step:
    """Read one change of the game; `others` are the keys that belong to the reform."""
    if "kind" not in table.items:
        raise table.fault("kind", f"the key is missing (kinds: {', '.join(KINDS)})")
    kind = table.text("kind")
    if kind not in KINDS:
        raise table.fault("kind", unknown("kind", _shown_key(kind), KINDS))
    table.of((*others, "kind", *KINDS[kind].keys), (["name"] if others else []))
    keys = {
        key: _key(table, key, definitions)
        for key in table.items
        if key != "kind" and key not in others
    }
    with table.at():
        return Step(kind, keys)


def _key(table: _Table, key: str, definitions: Mapping[str, str]) -> Any:
    """Read one key of a step: a name, true or false, formulas by name, or a formula."""
    if key in _TEXT_KEYS:
        return table.text(key)
    if key == "exit":
        return table.flag(key)
    if key == "set":
        values = table.table(key)
        with values.at():
            return {name: _expanded(values.formula(name), definitions) for name in values.items}
    with table.at(key):
        return _expanded(table.formula(key), definitions)


def _check_reforms(root: _Table, game: Game, reforms: tuple[Reform, ...]) -> None:
    """Apply each reform once, to find the one that does not fit while its place is known."""
    small = replace(game, payoffs={k: 0 if u.has(Lookup) else u for k, u in game.payoffs.items()})
    for n, reform in enumerate(reforms, 1):
        try:
            reform(small)
        except PigouError as error:
            raise FileError(f"{root.file}: [[reforms]] {n}: {error}") from None


def _case(root: _Table, game: Game, reforms: tuple[Reform, ...]) -> Case | None:
    if "case" not in root.items:
        return None
    mappings = ("labels", "regimes", "beliefs")
    names = [f.name for f in fields(Case)]
    needed = [f.name for f in fields(Case) if f.default is f.default_factory is MISSING]
    table = _Table(root.items["case"], root.file, "[case]").of(names, needed)
    values: dict[str, Any] = {"remarks": table.texts("remarks")}
    for key in names:
        if key in mappings:
            inner = table.table(key)
            values[key] = {k: inner.text(k) for k in inner.items}
        elif key != "remarks":
            values[key] = table.text(key)
    with table.at("move"):
        game.move(values["move"])
    allowed = ["baseline", *(r.name for r in reforms)]
    for regime in values["regimes"].values():
        for part in [regime] if regime in allowed else regime.split("+"):
            if part not in allowed:
                raise table.fault("regimes", unknown("regime", _shown_key(part), allowed))
    parameters = [p.name for p in (*game.parameters, *(p for r in reforms for p in r.parameters))]
    if values["parameter"] and values["parameter"] not in parameters:
        message = unknown("parameter", _shown_key(values["parameter"]), parameters)
        raise table.fault("parameter", message)
    return Case(**values)


# -- writing ----------------------------------------------------------------------------------


def write_game(model: Model | Game) -> str:
    """Write a game, with its reforms and its case, as a game file.

    Reading the text gives an equal game. Definitions are not kept. A payoff that holds a table
    without being one, as reforms may leave it, is written as the table of its values.

    Parameters
    ----------
    model : Model or Game

    Raises
    ------
    DeclarationError
        If a payoff mixes a table with continuous moves or with sums over members.

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
    >>> read_game(write_game(game)).game == game
    True
    """
    if isinstance(model, Game):
        model = Model(model)
    game = model.game
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
        sections.extend(_of_player(player))
    for move in game.moves:
        sections.append(_section(f"[moves.{_name(move.name)}]", _of_move(move)))
    for chance in game.chance:
        sections.append(_section(f"[chance.{_name(chance.name)}]", _of_chance(chance)))
    sections.extend(_of_payoffs(game))
    for transfer in game.transfers:
        sections.append(_section("[[transfers]]", _of_transfer(game, transfer)))
    for reform in model.reforms:
        sections.append(_section("[[reforms]]", _of_reform(reform)))
    if model.case is not None:
        case = {f.name: getattr(model.case, f.name) for f in fields(Case)}
        required = {k: case.pop(k) for k in ("title", "file", "move", "column", "labels")}
        sections.append(_section("[case]", case, required))
    return "\n".join(section for section in sections if section)


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


def _of_player(player: Player) -> Iterator[str]:
    size = CONTINUUM if player.size == sp.oo else player.size
    items = {
        "label": "" if player.label == player.name else player.label,
        "size": None if player.types or size == 1 else size,
    }
    yield _section(f"[players.{_name(player.name)}]", items)
    for kind in player.types:
        header = f"[players.{_name(player.name)}.types.{_name(kind.name)}]"
        yield _section(header, {"values": dict(kind.values)}, {"size": kind.size})


def _of_move(move: Move) -> dict[str, Any]:
    finite = isinstance(move.domain, Choice)
    domain: Any = move.domain
    return {
        "player": move.player,
        "choices": dict(domain.options) if finite else None,
        "exit": domain.exit if finite else None,
        "interval": None if finite else [domain.lower, domain.upper],
        "stage": None if move.stage == 1 else move.stage,
        "observes": None if move.observes is None else _Kept(move.observes),
        "label": "" if move.label == move.name else move.label,
        "tex": move.tex,
    }


def _of_chance(chance: Chance) -> dict[str, Any]:
    outcomes = {k: {"value": v, "probability": p} for k, (v, p) in chance.outcomes.items()}
    return {"outcomes": outcomes, "seen_by": list(chance.seen_by)}


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
    for party in _parties(game):
        if game.primitive(party).has(Lookup):
            moves, entries = _tabulated(game, party)
            tables.setdefault(moves, {})[party] = entries
    for moves, columns in tables.items():
        yield _of_table(game, moves, columns)


def _formula(game: Game, expression: sp.Expr) -> Any:
    return expression if expression.is_Rational else write_expression(expression, game.scope)


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
    axes = [[_rational(v) for v in labels[name].values()] for name in moves]
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
    items: dict[str, Any] = {
        "name": reform.name,
        "label": "" if reform.label == reform.name else reform.label,
        **(steps[0] if len(steps) == 1 else {"steps": steps}),
        "parameters": {p.name: _of_own_parameter(p) for p in reform.parameters},
        "running_cost": None if reform.running_cost == 0 else reform.running_cost,
        "source": reform.source,
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
    number = _plain(exact(value))
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
