"""Gambit's strategic form: files of the kind ``.nfg`` are read as games with tables of payoffs.

The format, version 1: a header ``NFG 1 R "title" { "player" ... }``, then the strategies, as
counts ``{ 2 2 }`` or as names ``{ { "up" "down" } { "left" "right" } }``, then a comment if there
is one, then either the payoffs of all players at every contingency, or a list of outcomes
``{ { "name" 1, 2 } ... }`` and the number of one of them for every contingency (0: all payoffs
are zero). In both, the strategy of the *first* player runs fastest.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NoReturn

from pigou.errors import ExpressionError, FileError, PigouError
from pigou.exact import exact
from pigou.expression import Lookup, valid_name
from pigou.filetable import LARGEST_FILE, MOST_CELLS, MOST_CHOICES, read_text
from pigou.game import GOVERNMENT, Choice, Game, Move, Player

__all__ = ["read_nfg", "read_nfg_file"]

MOST_PLAYERS = 50
_TOKEN = re.compile(r'(?P<space>[\s,]+)|(?P<text>"(?:\\.|[^"\\])*")|[{}]|[^\s,{}"]+', re.DOTALL)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+|/\d+)?", re.ASCII)


def read_nfg_file(path: str | Path) -> Game:
    """Read a game in strategic form from a Gambit file.

    Raises
    ------
    FileError
        If there is no such file, or it is not in the format; the message gives line and column.

    Examples
    --------
    >>> read_nfg_file("no_such_game.nfg")
    Traceback (most recent call last):
    pigou.errors.FileError: no_such_game.nfg: there is no such file
    """
    return read_nfg(read_text(path), str(path))


def read_nfg(text: str, name: str = "<text>") -> Game:
    """Read a game in strategic form from the text of a Gambit file.

    Parameters
    ----------
    text : str
        The text, in payoff form or in outcome form.
    name : str
        What the file is called in error messages.

    Returns
    -------
    Game
        With one move for each player, of the player's name; strategies have the values 1, 2, ...

    Raises
    ------
    FileError
        If the text is not in the format; the message gives line and column.

    Examples
    --------
    >>> read_nfg('NFG 1 R "Prisoners" { "Ann" "Bob" } { 2 2 } 2 2 3 0 0 3 1 1')
    Game('Prisoners': players Ann, Bob; moves Ann {1, 2}, Bob {1, 2})
    >>> read_nfg('NFG 1 R "Prisoners" { "Ann" "Bob" } { 2 2 } 2 2 3 0 0 3 1', "pd.nfg")
    Traceback (most recent call last):
    pigou.errors.FileError: pd.nfg: line 1, column 58: expected a payoff, found the end of the file
    """
    if len(text) > LARGEST_FILE:
        raise FileError(f"{name}: the file is larger than {LARGEST_FILE // 1_000_000} MB")
    words = _Words(text, name)
    title = _header(words)
    labels = words.list_of(lambda: words.text("the name of a player"), MOST_PLAYERS)
    if not labels:
        words.fail("a player")
    strategies = _strategies(words, len(labels))
    if words.is_text():
        words.text("a comment")
    payoffs = _payoffs(words, [len(names) for names in strategies])
    if words.word:
        words.fail("the end of the file")
    names = _names(labels)
    try:
        return _game(title, dict(zip(names, labels, strict=True)), strategies, payoffs)
    except PigouError as error:
        raise FileError(f"{name}: {error}") from None


class _Words:
    """The words of a file one by one, and where they stand."""

    def __init__(self, text: str, file: str):
        self.source, self.file = text, file
        self.word, self.start, self.end = "", 0, 0
        self.step()

    def step(self) -> str:
        """Go to the next word, and return the one that was left; no word is the end."""
        left = self.word
        while True:
            found = _TOKEN.match(self.source, self.end)
            self.word = found[0] if found else ""
            self.start, self.end = self.end, found.end() if found else self.end
            if not found and self.start < len(self.source):
                self.fail("a closing quotation mark")
            if not (found and found["space"]):
                return left

    def fail(self, expected: str) -> NoReturn:
        before = self.source[: self.start]
        line, column = before.count("\n") + 1, self.start - before.rfind("\n")
        rest = self.word or self.source[self.start : self.start + 30]
        found = repr(rest[:30]) if rest else "the end of the file"
        raise FileError(
            f"{self.file}: line {line}, column {column}: expected {expected}, found {found}"
        )

    def take(self, expected: str) -> None:
        if self.word != expected:
            self.fail(f"'{expected}'")
        self.step()

    def is_text(self) -> bool:
        return self.word.startswith('"')

    def text(self, expected: str) -> str:
        if not self.is_text():
            self.fail(f"{expected} in quotation marks")
        return re.sub(r"\\(.)", r"\1", self.step()[1:-1], flags=re.DOTALL)

    def number(self, expected: str) -> Fraction:
        if not _NUMBER.fullmatch(self.word):
            self.fail(expected)
        try:
            value = exact(self.word)
        except ExpressionError as error:
            self.fail(f"{expected} ({error})")
        self.step()
        return value

    def count(self, expected: str, least: int, most: int) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", self.word) or not least <= int(self.word) <= most:
            self.fail(f"{expected}, from {least} to {most}")
        return int(self.step())

    def list_of(self, entry: Callable[[], str], most: int) -> list[str]:
        """Read entries in braces."""
        entries: list[str] = []
        self.take("{")
        while self.word != "}":
            if len(entries) == most:
                self.fail(f"'}}' after {most} entries")
            entries.append(entry())
        self.step()
        return entries


def _header(words: _Words) -> str:
    """Read all up to the title, and return the title."""
    words.take("NFG")
    words.take("1")
    if words.word not in ("R", "D"):
        words.fail("'R' or 'D'")
    words.step()
    return " ".join(words.text("the title").split()) or "untitled"


def _strategies(words: _Words, players: int) -> list[list[str]]:
    """Read the names of each player's strategies; those that are only counted get numbers."""
    words.take("{")
    strategies = []
    for _ in range(players):
        if words.word == "{":
            names = words.list_of(lambda: words.text("the name of a strategy"), MOST_CHOICES)
            if not names:
                words.fail("a strategy of each player")
        else:
            names = [""] * words.count("a number of strategies", 1, MOST_CHOICES)
        strategies.append(_labels(names))
    words.take("}")
    return strategies


def _labels(names: list[str]) -> list[str]:
    """Make labels that differ: the names, or numbers where there is no name of its own."""
    labels: list[str] = []
    for n, name in enumerate(names, 1):
        plain = name.strip() if name.isprintable() and name.strip() else str(n)
        labels.append(_fresh(plain, n, labels))
    return labels


def _fresh(name: str, number: int, taken: list[str]) -> str:
    """Return a name, with a number if it is taken already."""
    while name in taken:
        name, number = f"{name}_{number}", number + 1
    return name


def _payoffs(words: _Words, sizes: list[int]) -> list[list[Fraction]]:
    """Read the payoffs of each player in the order of the file."""
    players, cells = len(sizes), math.prod(sizes)
    if cells * players > MOST_CELLS:
        words.fail(f"at most {MOST_CELLS:,} payoffs, not {cells * players:,}: a smaller game")
    if words.word == "{":
        outcomes = list(_outcomes(words, players))
        rows = [outcomes[words.count("an outcome", 0, len(outcomes) - 1)] for _ in range(cells)]
    else:
        rows = [[words.number("a payoff") for _ in sizes] for _ in range(cells)]
    return [[row[player] for row in rows] for player in range(players)]


def _outcomes(words: _Words, players: int) -> Iterator[list[Fraction]]:
    """Read the list of outcomes; before them comes the one that has no entry."""
    yield [Fraction(0)] * players
    words.take("{")
    while words.word != "}":
        words.take("{")
        if words.is_text():
            words.text("the name of an outcome")
        yield [words.number("a payoff") for _ in range(players)]
        words.take("}")
    words.step()


def _names(labels: list[str]) -> list[str]:
    """Make identifiers that differ."""
    names: list[str] = []
    for n, label in enumerate(labels, 1):
        plain = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", label)).strip("_")
        names.append(_fresh(_identifier(plain, n), n, names))
    return names


def _identifier(plain: str, number: int) -> str:
    """Return the first of some candidates that can be a name."""
    for candidate in (plain, f"{plain}_", f"player_{plain}"):
        try:
            if plain and candidate != GOVERNMENT:
                return valid_name(candidate, "player")
        except ExpressionError:
            continue
    return f"player_{number}"


def _game(
    title: str, players: dict[str, str], strategies: list[list[str]], payoffs: list[list[Fraction]]
) -> Game:
    """Make the game; tables have the last player's strategy run fastest."""
    sizes = [len(labels) for labels in strategies]
    strides = [math.prod(sizes[:n]) for n in range(len(sizes))]
    order = [
        sum(choice * stride for choice, stride in zip(choices, strides, strict=True))
        for choices in itertools.product(*map(range, sizes))
    ]
    axes = [range(1, size + 1) for size in sizes]
    moves = [
        Move(name, name, Choice({label: exact(n) for n, label in enumerate(labels, 1)}))
        for name, labels in zip(players, strategies, strict=True)
    ]
    tables = {
        name: Lookup.of(players, axes, [column[position] for position in order])
        for name, column in zip(players, payoffs, strict=True)
    }
    people = tuple(Player(name, " ".join(label.split())) for name, label in players.items())
    return Game(title, people, tuple(moves), tables)
