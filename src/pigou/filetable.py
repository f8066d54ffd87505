"""One table of a file, and where it stands: what readers of files share.

Every fault is a `FileError` that begins with file, table and key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pigou.errors import FileError, PigouError, unknown
from pigou.exact import LONGEST_RESULT, exact

__all__ = [
    "LARGEST_FILE",
    "MOST_CELLS",
    "MOST_CHOICES",
    "MOST_ENTRIES",
    "MOST_REFORMS",
    "FileTable",
    "plain",
    "read_text",
    "shown",
    "shown_key",
]

LARGEST_FILE = 5_000_000
MOST_ENTRIES, MOST_REFORMS, MOST_CHOICES, MOST_CELLS = 200, 50, 1_000, 100_000


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


class FileTable:
    """One table of a file, and where it stands, so that every fault in it can be located."""

    def __init__(self, items: Any, file: str, place: str = "", most: int = MOST_ENTRIES):
        self.file, self.place = file, place
        if not isinstance(items, dict):
            raise self.fault("", f"a table is needed here, not {shown(items)}")
        if len(items) > most:
            raise self.fault("", f"at most {most:,} entries, not {len(items):,}")
        self.items: dict[str, Any] = items

    def fault(self, key: str, why: str) -> FileError:
        """Word a fault: file, table and key first."""
        where = " ".join(part for part in (self.place, shown_key(key)) if part)
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
    ) -> FileTable:
        """Check the keys of the table."""
        allowed, (one, many) = tuple(allowed), kind
        for key in self.items:
            if key not in allowed:
                raise self.fault(key, unknown(one, shown_key(key), allowed, many=many))
        for key in required:
            if key not in self.items:
                raise self.fault(key, f"the key is missing (needed: {', '.join(required)})")
        return self

    def text(self, key: str, default: str = "") -> str:
        """Return a text."""
        value = self.items.get(key, default)
        if not isinstance(value, str):
            raise self.fault(key, f"a text in quotes is needed here, not {shown(value)}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        entries = self.entries(key)
        for entry in entries:
            if not isinstance(entry, str):
                raise self.fault(key, f"a list of texts is needed here, not of {shown(entry)}")
        return tuple(entries)

    def entries(self, key: str, most: int = MOST_ENTRIES) -> list[Any]:
        """Return a list of anything, not too long."""
        value = self.items.get(key, [])
        if not isinstance(value, list):
            raise self.fault(key, f"a list is needed here, not {shown(value)}")
        if len(value) > most:
            raise self.fault(key, f"at most {most:,} entries, not {len(value):,}")
        return value

    def formula(self, key: str, default: int | str = 0) -> int | str:
        """Return a formula or number as a text or a whole number."""
        return self.as_formula(key, self.items.get(key, default))

    def as_formula(self, key: str, value: Any) -> int | str:
        """Check that a value of the file is a formula or a number."""
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.fault(key, f"a number or a formula is needed here, not {shown(value)}")
        if isinstance(value, int) and value.bit_length() > LONGEST_RESULT:
            raise self.fault(key, f"a number has at most {LONGEST_RESULT:,} bits")
        with self.at(key):
            return plain(exact(value))

    def number(self, key: str) -> Fraction:
        """Return a number."""
        with self.at(key):
            return exact(self.formula(key))

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self.items.get(key, False)
        if not isinstance(value, bool):
            raise self.fault(key, f"true or false is needed here, not {shown(value)}")
        return value

    def whole(self, key: str, default: int) -> int:
        """Return a whole number."""
        value = self.items.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31:
            raise self.fault(key, f"a whole number is needed here, not {shown(value)}")
        return value

    def table(self, key: str, most: int = MOST_ENTRIES) -> FileTable:
        """Return a table written inside this one: ``choices``, ``set``, ``when``."""
        place = f"{self.place} {key}" if self.place else f"[{key}]"
        return FileTable(self.items.get(key, {}), self.file, place, most)

    def named(self, key: str, title: str = "") -> list[tuple[str, FileTable]]:
        """Return the tables ``[key.name]``, by name."""
        title = title or key
        group = FileTable(self.items.get(key, {}), self.file, f"[{title}]")
        return [
            (name, FileTable(items, self.file, f"[{title}.{shown_key(name)}]"))
            for name, items in group.items.items()
        ]

    def rows(self, key: str, most: int = MOST_ENTRIES) -> list[FileTable]:
        """Return the tables ``[[key]]``, in order."""
        rows = FileTable(self.items, self.file, most=len(self.items)).entries(key, most)
        return [FileTable(row, self.file, f"[[{key}]] {n}") for n, row in enumerate(rows, 1)]


def plain(number: Fraction) -> int | str:
    """Give a number as TOML can hold it: an integer of 64 bits, or a fraction in quotes."""
    small = number.denominator == 1 and abs(number) < 2**63
    return int(number) if small else str(number)


def shown(value: object) -> str:
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


def shown_key(key: str) -> str:
    """Show a key of a file in a message."""
    return key if key.isprintable() and len(key) <= 60 else repr(key[:57])
