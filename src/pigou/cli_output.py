"""What a command hands over: a page, a JSON object or a file, and its exit code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pigou.errors import DeclarationError

if TYPE_CHECKING:
    from pigou.tables import Page

__all__ = [
    "DEFECT",
    "FAILED",
    "INCOMPLETE",
    "INTERRUPTED",
    "USAGE",
    "check_place",
    "deliver",
    "dumps",
    "emit",
    "exit_code",
    "working",
]

R = TypeVar("R")

DEFECT, USAGE, INCOMPLETE, FAILED, INTERRUPTED = 1, 2, 3, 5, 130
"""Exit codes; a file that is invalid has the code of its error, 4."""

_BY_SUFFIX = {".csv": "csv", ".md": "md", ".tex": "tex", ".json": "json"}


def exit_code(sets: Iterable[Any]) -> int:
    """Exit code 3 where there is no equilibrium, or the list could not be shown complete.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solving import solve
    >>> exit_code([solve(load("coordination").game)])
    0
    """
    return 0 if all(found.complete and found.equilibria for found in sets) else INCOMPLETE


def deliver(
    page: Callable[[], Page],
    result: Callable[[], dict[str, Any]],
    style: str | None,
    as_json: bool,
    file: Path | None,
) -> None:
    """Print a page or a JSON object, or write it to a file.

    Raises
    ------
    click.UsageError
        If both JSON and a format are asked for.
    DeclarationError
        If the file cannot be written.

    Examples
    --------
    >>> deliver(lambda: None, lambda: {"name": "a"}, None, True, None)
    {
      "name": "a"
    }
    """
    if as_json and style:
        raise click.UsageError("choose one of --json and --format")
    suffix = _BY_SUFFIX.get(file.suffix.lower(), "table") if file is not None else "table"
    style = "json" if as_json else style or suffix
    if style == "json":
        emit(dumps(result()), file)
        return
    from pigou import screen, tables

    if style == "table" and file is None and sys.stdout.isatty():
        screen.show(page(), screen.console(sys.stdout))
        return
    dress = {"csv": tables.as_csv, "md": tables.as_markdown, "tex": tables.as_latex}
    emit(dress.get(style, screen.as_text)(page()), file)


def dumps(result: dict[str, Any]) -> str:
    """Write a result as JSON.

    Examples
    --------
    >>> print(dumps({"name": "a"}), end="")
    {
      "name": "a"
    }
    """
    return json.dumps(result, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def emit(content: str | bytes, file: Path | None) -> None:
    r"""Print a text, or write it to a file in one go: nothing half-written is left behind.

    Raises
    ------
    DeclarationError
        If the file cannot be written.

    Examples
    --------
    >>> emit("done\n", None)
    done
    """
    if file is None:
        assert isinstance(content, str)
        sys.stdout.write(content)
        return
    check_place(file)
    if file.exists() and not file.is_file():
        _write(file, content)
        return
    target = file.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _write(draft, content)
        draft.replace(target)
    except OSError as error:
        raise DeclarationError(f"-o {file}: cannot be written: {error.strerror or error}") from None
    finally:
        draft.unlink(missing_ok=True)


def check_place(file: Path | None) -> None:
    """Refuse a place where no file can be: before long work is done for it.

    Raises
    ------
    DeclarationError
        If it is a folder, or lies in none.

    Examples
    --------
    >>> check_place(Path("nowhere/at/all.md"))
    Traceback (most recent call last):
    pigou.errors.DeclarationError: -o nowhere/at/all.md: there is no folder 'nowhere/at'
    """
    if file is None:
        return
    if file.is_dir():
        raise DeclarationError(f"-o {file}: this is a folder, not a file")
    if not file.parent.is_dir():
        raise DeclarationError(f"-o {file}: there is no folder '{file.parent}'")


def _write(file: Path, content: str | bytes) -> None:
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        file.write_text(content, encoding="utf-8")


def working(word: str, work: Callable[[], R]) -> R:
    """Do some work; on a terminal, say on standard error that it is under way.

    Examples
    --------
    >>> working("adding", lambda: 1 + 1)
    2
    """
    if not sys.stderr.isatty():
        return work()
    from rich.console import Console

    with Console(stderr=True).status(f"{word} ..."):
        return work()
