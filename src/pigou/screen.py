"""The dress of a page for a terminal."""

from __future__ import annotations

import io
import os
from typing import IO

from rich.box import ASCII, SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from pigou.tables import Page, Table, Words, for_people

__all__ = ["as_text", "console", "show"]

WIDTH = 100
"""Columns where the output is no terminal."""

_MOST_MINIMUM = 14
_GAP = 2

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
    if block.look == "note":
        return isinstance(before, Table) or before.look != "note"
    return isinstance(before, Table) or block.look in ("title", "heading", "item")


def _show_table(table: Table, to: Console) -> None:
    rows = [[for_people(cell) for cell in row] for row in table.rows]
    widths = _widths(table, rows, to.width)
    if not widths and table.columns:
        _show_rows(table, rows, to)
        return
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
    for index, name in enumerate(table.columns):
        grid.add_column(
            Text(name),
            justify="right" if table.is_number(index) else "left",
            overflow="fold",
            width=widths[index],
        )
    for row in rows:
        grid.add_row(*map(Text, row))
    to.print(grid)


def _widths(table: Table, rows: list[list[str]], room: int) -> list[int]:
    """Share the room among the columns, the widest wrapped first; nothing if it does not suffice.

    A column is at least as wide as its longest number or word, up to a limit, beyond which words
    are folded.
    """
    least, most = [], []
    for index, name in enumerate(table.columns):
        cells = [row[index] for row in rows]
        whole = table.is_number(index)
        longest = max(_widest(name, False), *(_widest(cell, whole) for cell in cells), 1)
        least.append(min(longest, _MOST_MINIMUM))
        most.append(max(cell_len(name), *map(cell_len, cells), 1))
    left = room - _GAP * (len(least) - 1)
    if sum(least) > left:
        return []
    widths = least
    for limit in range(max(most, default=0) + 1):
        wider = [max(low, min(high, limit)) for low, high in zip(least, most, strict=True)]
        if sum(wider) > left:
            break
        widths = wider
    return widths


def _show_rows(table: Table, rows: list[list[str]], to: Console) -> None:
    """Print a table that is too wide as one list a row: the name of the column, and the cell.

    What is left empty at the start of a row is as in the row above.
    """
    if table.title:
        to.print(Text(table.title, style="bold"))
    above: list[str] = []
    for number, row in enumerate(rows):
        if number:
            to.print()
        start = next((place for place, cell in enumerate(row) if cell), 0)
        above = above[:start] + row[start:]
        for place, (name, cell) in enumerate(zip(table.columns, above, strict=True)):
            known = cell or ("none" if table.rows[number][place] is None else "")
            line = Text(f"{name}: {known}" if name else known, style="" if place else "bold")
            if known:
                to.print(Padding(line, (0, 0, 0, 2 if place else 0), expand=False))


def _widest(cell: str, whole: bool) -> int:
    """Return the length of what a cell must not break: all of a number, a word of a text."""
    return cell_len(cell) if whole else max(map(cell_len, cell.split()), default=0)
