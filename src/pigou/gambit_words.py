"""The words of Gambit's files one by one, and names for what they speak of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import NoReturn

from pigou.errors import ExpressionError, FileError
from pigou.exact import exact
from pigou.expression import valid_name
from pigou.filetable import LARGEST_FILE
from pigou.game import GOVERNMENT

__all__ = ["Words", "comment", "header", "identifiers", "labels_of", "player_names"]

MOST_PLAYERS = 50
_TOKEN = re.compile(r'(?P<space>[\s,]+)|(?P<text>"(?:\\.|[^"\\])*")|[{}]|[^\s,{}"]+', re.DOTALL)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+|/\d+)?", re.ASCII)


class Words:
    """The words of a file one by one, and where they stand."""

    def __init__(self, text: str, file: str):
        if len(text) > LARGEST_FILE:
            raise FileError(f"{file}: the file is larger than {LARGEST_FILE // 1_000_000} MB")
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
        """Refuse the word that is next."""
        rest = self.word or self.source[self.start : self.start + 30]
        found = repr(rest[:30]) if rest else "the end of the file"
        self.refuse(f"expected {expected}, found {found}")

    def refuse(self, why: str, start: int | None = None) -> NoReturn:
        """Refuse what stands at a place of the file, here by default."""
        start = self.start if start is None else start
        before = self.source[:start]
        line, column = before.count("\n") + 1, start - before.rfind("\n")
        raise FileError(f"{self.file}: line {line}, column {column}: {why}")

    def take(self, expected: str) -> None:
        """Go past a word that has to be there."""
        if self.word != expected:
            self.fail(f"'{expected}'")
        self.step()

    def is_text(self) -> bool:
        """Whether the next word is in quotation marks."""
        return self.word.startswith('"')

    def text(self, expected: str) -> str:
        """Read a text in quotation marks."""
        if not self.is_text():
            self.fail(f"{expected} in quotation marks")
        return re.sub(r"\\(.)", r"\1", self.step()[1:-1], flags=re.DOTALL)

    def number(self, expected: str) -> Fraction:
        """Read a number, exactly."""
        if not _NUMBER.fullmatch(self.word):
            self.fail(expected)
        try:
            value = exact(self.word)
        except ExpressionError as error:
            self.fail(f"{expected} ({error})")
        self.step()
        return value

    def count(self, expected: str, least: int, most: int) -> int:
        """Read a whole number."""
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


def header(words: Words, kind: str, version: str) -> str:
    """Read all up to the title, and return the title."""
    words.take(kind)
    words.take(version)
    if words.word not in ("R", "D"):
        words.fail("'R' or 'D'")
    words.step()
    return " ".join(words.text("the title").split()) or "untitled"


def player_names(words: Words) -> list[str]:
    """Read the names of the players as they stand."""
    labels = words.list_of(lambda: words.text("the name of a player"), MOST_PLAYERS)
    if not labels:
        words.fail("a player")
    return labels


def comment(words: Words) -> None:
    """Go past a comment, if there is one."""
    if words.is_text():
        words.text("a comment")


def labels_of(names: list[str]) -> list[str]:
    """Make labels that differ: the names, or numbers where there is no name of its own."""
    labels: list[str] = []
    for n, name in enumerate(names, 1):
        plain = name.strip() if name.isprintable() and name.strip() else str(n)
        labels.append(fresh(plain, n, labels))
    return labels


def fresh(name: str, number: int, taken: list[str]) -> str:
    """Return a name, with a number if it is taken already."""
    while name in taken:
        name, number = f"{name}_{number}", number + 1
    return name


def identifiers(labels: list[str], kind: str = "player") -> list[str]:
    """Make identifiers that differ from labels; `kind` begins those that a label cannot give."""
    names: list[str] = []
    for n, label in enumerate(labels, 1):
        plain = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", label)).strip("_")
        names.append(fresh(identifier(plain, n, kind), n, names))
    return names


def identifier(plain: str, number: int, kind: str) -> str:
    """Return the first of some candidates that can be a name."""
    for candidate in (plain, f"{plain}_", f"{kind}_{plain}"):
        try:
            if plain and candidate != GOVERNMENT:
                return valid_name(candidate, kind)
        except ExpressionError:
            continue
    return f"{kind}_{number}"
