"""The dress of a page for a terminal."""

from __future__ import annotations

import io
import os
from typing import IO

from rich.box import ASCII, SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from pigou.tables import Page, Table, Words, for_people

__all__ = ["as_text", "console", "show"]

WIDTH = 100
"""Columns where the output is no terminal."""

_MOST_MINIMUM = 14

_LOOKS = {
    "title": "bold",
    "heading": "bold cyan",
    "item": "bold",
    "good": "green",
    "bad": "bold red",
    "warning": "yellow",
    "note": "dim",
}


def console(stream: IO[str]) -> Console:
    """Return a console that adapts to the terminal, and honours NO_COLOR and COLUMNS."""
    terminal = stream.isatty()
    plain = not terminal or bool(os.environ.get("NO_COLOR"))
    width = None if terminal or os.environ.get("COLUMNS", "").isdecimal() else WIDTH
    return Console(
        file=stream, width=width, highlight=False, markup=False, emoji=False,
        color_system=None if plain else "auto",
    )  # fmt: skip


def as_text(page: Page) -> str:
    r"""Return a page as plain text.

    Examples
    --------
    >>> as_text(Page((Words("In short", "heading"),), Table("", (), ())))
    'In short\n'
    """
    out = io.StringIO()
    show(page, console(out))
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


def show(page: Page, to: Console) -> None:
    """Print a page.

    Examples
    --------
    >>> import sys
    >>> show(Page((Words("Worth it.", "good"),), Table("", (), ())), Console(file=sys.stdout))
    Worth it.
    """
    for number, block in enumerate(page.blocks):
        before = page.blocks[number - 1] if number else None
        if _apart(before, block):
            to.print()
        if isinstance(block, Table):
            _show_table(block, to)
        else:
            text = Text(block.text, style=_LOOKS.get(block.look, ""))
            to.print(
                Padding(text, (0, 0, 0, 2 * block.under), expand=False) if block.under else text
            )


def _apart(before: Words | Table | None, block: Words | Table) -> bool:
    """Whether a blank line parts two blocks."""
    if before is None:
        return False
    if isinstance(block, Table):
        return not (isinstance(before, Words) and before.look == "heading")
    return isinstance(before, Table) or block.look in ("title", "heading", "item")


def _show_table(table: Table, to: Console) -> None:
    unicode = to.encoding.lower().startswith("utf")
    grid = Grid(
        title=Text(table.title, style="bold") if table.title else None,
        title_justify="left",
        box=SIMPLE_HEAD if unicode else ASCII,
        show_edge=False,
        pad_edge=False,
        header_style="bold",
        padding=(0, 1, 0, 0),
    )
    rows = [[for_people(cell) for cell in row] for row in table.rows]
    for index, name in enumerate(table.columns):
        number = table.is_number(index)
        widest = max((_widest(row[index], number) for row in rows), default=0)
        grid.add_column(
            Text(name),
            justify="right" if number else "left",
            overflow="fold",
            min_width=min(max(widest, _widest(name, False)), _MOST_MINIMUM),
        )
    for row in rows:
        grid.add_row(*map(Text, row))
    to.print(grid)


def _widest(cell: str, whole: bool) -> int:
    """Return the length of what a cell must not break: all of a number, a word of a text."""
    return len(cell) if whole else max(map(len, cell.split()), default=0)
