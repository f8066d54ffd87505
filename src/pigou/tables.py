"""What a command prints: a page of sentences and tables, for people, spreadsheets and papers.

A `Page` is content without looks. `as_csv`, `as_markdown` and `as_latex` dress it here; the dress
for a terminal is in `pigou.screen`. People get numbers rounded to four digits, CSV gets floats.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from pigou.exact import Enclosure

__all__ = [
    "Block",
    "Cell",
    "Page",
    "Table",
    "Words",
    "as_csv",
    "as_latex",
    "as_markdown",
    "rounded",
]

_NUMBER = re.compile(r"[-+]?[\d.,]+%?( to [-+]?[\d.,]+%?)?")

Cell = str | int | Enclosure | None


@dataclass(frozen=True)
class Words:
    """A sentence or a heading.

    Parameters
    ----------
    text : str
    look : str
        ``"title"``, ``"heading"``, ``"item"``, ``"good"``, ``"bad"``, ``"warning"``, ``"note"``, or
        empty for a plain sentence.
    under : int
        How deep it is indented.

    Examples
    --------
    >>> Words("Worth it.", "good").under
    0
    """

    text: str
    look: str = ""
    under: int = 0


@dataclass(frozen=True)
class Table:
    """Rows under columns; a number column is aligned to the right.

    Examples
    --------
    >>> Table("Payoffs", ("party", "payoff"), (("firm", Enclosure.point("1/2")),)).columns
    ('party', 'payoff')
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers."""
        cells = [row[column] for row in self.rows if row[column] not in (None, "", "-")]
        return bool(cells) and all(
            _NUMBER.fullmatch(c) if isinstance(c, str) else True for c in cells
        )


Block = Words | Table


@dataclass(frozen=True)
class Page:
    """What a command prints, and the one table that holds its numbers, for CSV.

    Examples
    --------
    >>> Page((Words("Nothing to report."),), Table("", ("name",), ())).blocks[0].text
    'Nothing to report.'
    """

    blocks: tuple[Block, ...]
    data: Table


# -- numbers ----------------------------------------------------------------------------------


_WIDE = Fraction(1, 10**5)


def rounded(value: Enclosure | Fraction | int, sign: bool = False) -> str:
    """Write a number for people: four digits, or all of them where four decimals suffice.

    An enclosure of 0 is written as 0, one too wide for the digits shown as a range.

    Examples
    --------
    >>> rounded(Fraction(17, 8)), rounded(Fraction(2, 3)), rounded(12_345), rounded(4, sign=True)
    ('2.125', '0.6667', '12,345', '+4')
    >>> rounded(Enclosure(Fraction(81, 2), Fraction(203, 5)))
    '40.5 to 40.6'
    >>> rounded(Enclosure(Fraction(-1, 10**20), Fraction(2, 10**20)), sign=True)
    '0'
    """
    if isinstance(value, Enclosure) and value.width > _WIDE * (1 + abs(value.lower)):
        return f"{rounded(value.lower, sign)} to {rounded(value.upper, sign)}"
    if isinstance(value, Enclosure):
        middle = (value.lower + value.upper) / 2
        middle = Fraction(0) if value.lower <= 0 <= value.upper else middle
    else:
        middle = Fraction(value)
    plus = "+" if sign and middle > 0 else ""
    if abs(middle) < 10**12 and (middle * 10_000).denominator == 1:
        text = f"{middle.numerator / middle.denominator:,.4f}"
        return plus + (text.rstrip("0").rstrip("."))
    digits = Context(prec=30).divide(Decimal(middle.numerator), Decimal(middle.denominator))
    if 1_000 <= abs(middle) < 10**12:
        return f"{plus}{digits:,.0f}"
    return f"{plus}{digits:.4g}"


def for_people(cell: Cell) -> str:
    """Write a cell for people."""
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else rounded(cell)


def _for_machines(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Enclosure):
        return "0.0" if cell.is_zero() else repr(cell.value)
    return str(cell)


# -- dresses ----------------------------------------------------------------------------------


def as_csv(page: Page) -> str:
    """Write the page's numbers as CSV.

    Examples
    --------
    >>> half = Table("", ("name", "payoff"), (("firm", Enclosure.point("1/2")),))
    >>> as_csv(Page((), half)).split()
    ['name,payoff', 'firm,0.5']
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(page.data.columns)
    writer.writerows([_for_machines(cell) for cell in row] for row in page.data.rows)
    return out.getvalue()


def as_markdown(page: Page) -> str:
    r"""Write the page in Markdown.

    Examples
    --------
    >>> as_markdown(Page((Words("In short", "heading"),), Table("", (), ())))
    '## In short\n'
    """
    parts: list[str] = []
    for block in page.blocks:
        if isinstance(block, Table):
            parts.append(_markdown_table(block))
        elif block.look in ("title", "heading"):
            parts.append(("# " if block.look == "title" else "## ") + _plain_markdown(block.text))
        elif block.look == "item" or block.under:
            parts.append("  " * max(block.under - 1, 0) + "- " + _plain_markdown(block.text))
        else:
            parts.append(_plain_markdown(block.text))
    return _spaced(parts)


def _spaced(parts: Iterable[str]) -> str:
    """Join paragraphs by blank lines, items of one list by none."""
    text = ""
    before = ""
    for part in parts:
        listed = part.lstrip().startswith("- ") and before.lstrip().startswith("- ")
        text += ("\n" if listed else "\n\n") * bool(text) + part
        before = part
    return text + "\n"


def _plain_markdown(text: str) -> str:
    for letter in "\\*_`[]<>|#":
        text = text.replace(letter, "\\" + letter)
    return text


def _markdown_table(table: Table) -> str:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cells) + " |"

    rule = ["---:" if table.is_number(i) else "---" for i in range(len(table.columns))]
    lines = [f"**{_plain_markdown(table.title)}**", ""] if table.title else []
    lines += [line(map(_plain_markdown, table.columns)), line(rule)]
    lines += [line(_plain_markdown(for_people(cell)) for cell in row) for row in table.rows]
    return "\n".join(lines)


_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$",
    "#": r"\#", "_": r"\_\hspace{0pt}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''",
}  # fmt: skip


def as_latex(page: Page) -> str:
    r"""Write the page in LaTeX, to be put into a document; no package is needed.

    Examples
    --------
    >>> print(as_latex(Page((Words("At 50% more"),), Table("", (), ()))), end="")
    At 50\% more
    """
    parts = []
    for block in page.blocks:
        if isinstance(block, Table):
            parts.append(_latex_table(block))
        elif block.look in ("title", "heading"):
            command = "section" if block.look == "title" else "subsection"
            parts.append(rf"\{command}*{{{plain_latex(block.text)}}}")
        else:
            parts.append(plain_latex(block.text))
    return "\n\n".join(parts) + "\n"


def plain_latex(text: str) -> str:
    """Escape what means something in LaTeX."""
    return "".join(_LATEX.get(letter, letter) for letter in text)


_LINE = 62
"""Letters of a line of an article, in the small print of a table."""

_LONG_WORD = 7
"""A word of so many letters is not hyphenated where it begins a cell."""


def _latex_table(table: Table) -> str:
    """Write a table that fits the page: words wrap, and many columns are set smaller."""
    columns = "".join(_latex_columns(table))
    rows = [_latex_row(table, row) for row in table.rows]
    head = _latex_row(table, table.columns)
    title = rf"\textbf{{{plain_latex(table.title)}}}\\[1ex]" if table.title else ""
    size = r"\scriptsize" if len(table.columns) > 7 else r"\small"
    begin = rf"{{{size}\setlength{{\tabcolsep}}{{3pt}}\begin{{tabular}}{{@{{}}{columns}@{{}}}}"
    lines = [title, begin, r"\hline", head, r"\hline", *rows, r"\hline", r"\end{tabular}}"]
    return "\n".join(line for line in lines if line)


def _shares(table: Table) -> list[float]:
    """Share a line among the columns: by the longest cell, less the longer it is."""
    cells = [[table.columns[i], *(for_people(r[i]) for r in table.rows)]
             for i in range(len(table.columns))]  # fmt: skip
    longest = [max(map(len, column)) for column in cells]
    words = [max(len(w) for cell in column for w in [*cell.split(), ""]) for column in cells]
    if sum(longest) + len(longest) <= _LINE:
        return [0.0] * len(longest)
    wants = [max(word, min(most, 8 + most**0.6)) for word, most in zip(words, longest, strict=True)]
    room = 1 - 0.018 * (len(wants) - 1)
    return [room * want / sum(wants) for want in wants]


def _latex_columns(table: Table) -> Iterator[str]:
    for i, share in enumerate(_shares(table)):
        yield rf"p{{{share:.3f}\linewidth}}" if share else "r" if table.is_number(i) else "l"


def _latex_row(table: Table, row: Iterable[Cell]) -> str:
    wraps = any(_shares(table))
    cells = [plain_latex(for_people(cell)) for cell in row]
    if wraps:
        cells = [
            (r"\raggedleft " if table.is_number(i) else r"\raggedright ") + _breakable(cell)
            if cell
            else ""
            for i, cell in enumerate(cells)
        ]
    return " & ".join(cells) + (r" \tabularnewline" if wraps else r" \\")


def _breakable(cell: str) -> str:
    """Let LaTeX hyphenate the first word, which it does only after a space."""
    first = re.match(r"[A-Za-z]+", cell)
    return r"\hspace{0pt}" + cell if first and len(first[0]) > _LONG_WORD else cell
