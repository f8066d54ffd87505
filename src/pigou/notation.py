r"""A game in the notation of a paper: LaTeX, HTML with formulas, and plain text for a terminal.

One description (`pigou.description`), several dresses:

==================  =========================================================================
`latex`             the model section of a paper; stock LaTeX with amsmath
`display_maths`     one display formula, for a notebook that renders mathematics only
`html`              tables and paragraphs, formulas in ``\(...\)``
`text`              plain text, at most 100 columns
`latex_expression`  one formula or condition, likewise `text_expression`
`reform_text`       a reform in words, likewise `kinds_text`
==================  =========================================================================

The payoff after transfers of a party :math:`k` is :math:`v_k`; see `pigou.formulas` for the rest.
"""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterator, Sequence
from html import escape

from pigou.description import (
    MOST_CELLS,
    Block,
    Equation,
    Matrix,
    Piece,
    Sentence,
    Table,
    Term,
    describe,
)
from pigou.formulas import Maths, latex_expression, text_expression
from pigou.game import Game
from pigou.reform_notation import kinds_text, reform_text
from pigou.symbols import clean, in_ascii, prose, words

__all__ = [
    "MOST_CELLS",
    "display_maths",
    "html",
    "kinds_text",
    "latex",
    "latex_expression",
    "reform_text",
    "text",
    "text_expression",
]

_WIDTH, _INDENT = 98, 13
_WIDE = {
    "Meaning": 0.26, "Domain": 0.18, "Unit": 0.12, "Source": 0.16, "Choice": 0.25,
    "Knowledge": 0.15, "Asked only if": 0.3,
}  # fmt: skip
_STAGE = re.compile(r"Stage \d+: ")


# -- LaTeX ------------------------------------------------------------------------------------


def latex(game: Game) -> str:
    r"""Write a game as the model section of a paper states it.

    The result belongs between ``\begin{document}`` and ``\end{document}`` of stock LaTeX and needs
    amsmath only. Letters that stock pdflatex does not know are written as ``[U+540D]``.

    Parameters
    ----------
    game : Game

    Returns
    -------
    str
        Players, moves, chance, payoffs (the primitive one, then transfers by purpose), the other
        parties, parameters, assumptions, source.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> game = Game(
    ...     "monopoly", [Player("seller")], [Move("q", "seller", (0, 4))], {"seller": "q*(4 - q)"}
    ... )
    >>> print(latex(game))
    \subsection*{monopoly}
    <BLANKLINE>
    \paragraph{Players.}
    seller.
    <BLANKLINE>
    \paragraph{Moves.}
    Seller chooses $q \in [0, 4]$.
    <BLANKLINE>
    \paragraph{Payoffs.}
    \begin{align}
    v_{\text{seller}} ={}& q \, \left(4 - q\right)
    \end{align}
    """
    name = clean(game.name)
    title = name.replace("_", " ") if name.isidentifier() else name
    return in_ascii("\n".join([rf"\subsection*{{{prose(title)}}}", *_sections(game)]))


def _sections(game: Game) -> Iterator[str]:
    for title, blocks in describe(game, short=True).items():
        yield from ("", rf"\paragraph{{{title}.}}", *_in_paper(blocks))


def _in_paper(blocks: Sequence[Block]) -> list[str]:
    out: list[str] = []
    for kind, grouped in itertools.groupby(blocks, _kind):
        group = list(grouped)
        if kind == "equation":
            body = " \\\\\n".join(_numbered(b) for b in group if isinstance(b, Equation))
            out.append(f"\\begin{{align}}\n{body}\n\\end{{align}}")
        elif kind == "stage":
            out += _stages([b for b in group if isinstance(b, tuple)])
        else:
            out += map(_block, group)
    return out


def _kind(block: Block) -> str:
    if isinstance(block, Equation):
        return "equation"
    staged = isinstance(block, tuple) and isinstance(block[0], str) and _STAGE.match(block[0])
    return "stage" if staged else "other"


def _block(block: Block) -> str:
    if isinstance(block, Matrix):
        return f"\\[\n{_array(block)}\n\\]"
    if isinstance(block, Table):
        return _tabular(block)
    assert isinstance(block, tuple)
    return "".join(map(_in_prose, block))


def _stages(sentences: Sequence[Sentence]) -> list[str]:
    """Write the moves of each stage as an item."""
    items: dict[str, list[str]] = {}
    for first, *rest in sentences:
        stage, _, start = str(first).partition(": ")
        written = "".join(map(_in_prose, (start[:1].upper() + start[1:], *rest)))
        items.setdefault(stage, []).append(written)
    listed = [rf"\item[{stage}.] {' '.join(written)}" for stage, written in items.items()]
    return [r"\begin{description}", *listed, r"\end{description}"]


def _in_prose(piece: Piece) -> str:
    return prose(piece) if isinstance(piece, str) else f"${piece.latex}$"


def _numbered(equation: Equation) -> str:
    """Write an equation with one number, on its last line."""
    return _aligned(equation).replace(" \\\\\n& {}", " \\nonumber \\\\\n& {}")


def _aligned(equation: Equation) -> str:
    """Write an equation for an environment that aligns at ``&``."""
    first, *rest = [" ".join(map(_signed, line)) for line in equation.lines]
    lines = [f"{equation.left.latex} ={{}}& {first.removeprefix('+ ')}"]
    return " \\\\\n".join([*lines, *(f"& {{}} {line}" for line in rest)])


def _signed(term: Term) -> str:
    """Write a term with its sign, a transfer with its purpose below."""
    if not term.purpose:
        return f"{term.sign} {term.maths.latex}"
    return rf"{term.sign} \underbrace{{{term.maths.latex}}}_{{{words(term.purpose)}}}"


def _array(matrix: Matrix) -> str:
    corner = r" \backslash ".join(part.latex for part in matrix.corner if part.latex)
    rows = [rf"{' & '.join([corner, *map(words, matrix.columns)])} \\ \hline"]
    for label, cells in zip(matrix.rows, matrix.cells, strict=True):
        entries = (r",\; ".join(entry.latex for entry in cell) for cell in cells)
        rows.append(rf"{' & '.join([words(label), *entries])} \\")
    columns = "c" * len(matrix.columns)
    return "\n".join([rf"\begin{{array}}{{c|{columns}}}", *rows, r"\end{array}"])


def _tabular(table: Table) -> str:
    """Write a table as wide as the text; words wrap, ragged, and stay with the line before."""
    columns = "".join(
        rf"p{{{_WIDE[title]}\linewidth}}" if title in _WIDE else "l" for title in table.header
    )
    rows = [_tabular_row(table.header, row) for row in table.rows]
    head = " & ".join(table.header) + r" \\ \hline"
    begin = (
        rf"\mbox{{}}\\*[1ex]{{\small\setlength{{\tabcolsep}}{{3.5pt}}"
        rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}"
    )
    return "\n".join([begin, r"\hline", head, *rows, r"\hline", r"\end{tabular}}"])


def _tabular_row(header: Sequence[str], row: Sequence[Sentence]) -> str:
    cells = (
        rf"\raggedright {written}" if title in _WIDE and written else written
        for title, cell in zip(header, row, strict=True)
        for written in ["".join(map(_in_prose, cell))]
    )
    return " & ".join(cells) + r" \tabularnewline"


# -- notebooks --------------------------------------------------------------------------------


def display_maths(game: Game) -> str:
    r"""Write a game as one display formula, for notebooks that render mathematics only.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> game = Game(
    ...     "monopoly", [Player("seller")], [Move("q", "seller", (0, 4))], {"seller": "q*(4 - q)"}
    ... )
    >>> display_maths(game).startswith(r"$$\begin{array}{l}")
    True
    """
    rows = [rf"\textbf{{Game: }}{words(clean(game.name))}"]
    for title, blocks in describe(game).items():
        rows.append(rf"\textbf{{{title}}}")
        rows += [rf"\quad {_in_display(block)}" for block in blocks]
    return "$$\\begin{array}{l}\n" + " \\\\\n".join(rows) + "\n\\end{array}$$"


def _in_display(block: Block) -> str:
    if isinstance(block, Equation):
        return rf"\begin{{aligned}} {_aligned(block)} \end{{aligned}}"
    if isinstance(block, Matrix):
        return _array(block)
    if isinstance(block, Table):
        rows = [" & ".join(map(words, block.header)) + r" \\ \hline"]
        rows += [
            " & ".join("".join(map(_in_maths, cell)) for cell in row) + r" \\" for row in block.rows
        ]
        columns = "l" * len(block.header)
        return "\n".join([rf"\begin{{array}}{{{columns}}}", *rows, r"\end{array}"])
    return "".join(map(_in_maths, block))


def _in_maths(piece: Piece) -> str:
    return words(piece) if isinstance(piece, str) else piece.latex


def html(game: Game) -> str:
    r"""Write a game in HTML with formulas in ``\(...\)``, which Jupyter renders.

    All that comes from the game is escaped. There is no script, no style and no request.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> game = Game("R & D", [Player("lab")], [Move("x", "lab", (0, 1))], {"lab": "x - x**2"})
    >>> print(html(game))
    <div class="pigou-game">
    <p><strong>R &amp; D</strong></p>
    <p><strong>Players</strong></p>
    <p>lab.</p>
    <p><strong>Moves</strong></p>
    <p>Lab chooses \(x \in [0, 1]\).</p>
    <p><strong>Payoffs</strong></p>
    <p>\(\displaystyle \begin{aligned} v_{\text{lab}} ={}&amp; x - x^{2} \end{aligned}\)</p>
    </div>
    """
    parts = ['<div class="pigou-game">', f"<p><strong>{_in_html(clean(game.name))}</strong></p>"]
    for title, blocks in describe(game).items():
        parts.append(f"<p><strong>{title}</strong></p>")
        parts += map(_html_block, blocks)
    return "\n".join([*parts, "</div>"])


def _html_block(block: Block) -> str:
    if isinstance(block, Equation | Matrix):
        return rf"<p>\(\displaystyle {escape(_in_display(block), quote=False)}\)</p>"
    if isinstance(block, Table):
        rows = ["".join(f"<th>{title}</th>" for title in block.header)]
        rows += [
            "".join(f"<td>{''.join(map(_in_html, cell))}</td>" for cell in row)
            for row in block.rows
        ]
        return "<table>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>"
    return f"<p>{''.join(map(_in_html, block))}</p>"


def _in_html(piece: Piece) -> str:
    """Escape a piece, and keep MathJax from reading formulas into the words of a user."""
    if isinstance(piece, Maths):
        return rf"\({escape(piece.latex, quote=False)}\)"
    if "$" in piece or "\\" in piece:
        return f'<span class="tex2jax_ignore mathjax_ignore">{escape(piece)}</span>'
    return escape(piece)


# -- plain text -------------------------------------------------------------------------------


def text(game: Game) -> str:
    """Write a game as plain text for a terminal.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> game = Game(
    ...     "monopoly", [Player("seller")], [Move("q", "seller", (0, 4))], {"seller": "q*(4 - q)"}
    ... )
    >>> print(text(game))
    monopoly
    <BLANKLINE>
    Players      seller.
    Moves        Seller chooses q in [0, 4].
    Payoffs      seller = q*(4 - q)
    """
    lines = [*textwrap.wrap(clean(game.name), _WIDTH), ""]
    for title, blocks in describe(game).items():
        for line in itertools.chain.from_iterable(map(_text_block, blocks)):
            lines.append(f"{title:<{_INDENT}}{line}".rstrip())
            title = ""
    return "\n".join(lines)


def _text_block(block: Block) -> list[str]:
    if isinstance(block, Equation):
        return _text_equation(block)
    if isinstance(block, Matrix):
        corner = " \\ ".join(part.text for part in block.corner if part.text)
        entries = [[", ".join(map(_in_text, cell)) for cell in row] for row in block.cells]
        rows = [[label, *row] for label, row in zip(block.rows, entries, strict=True)]
        return _text_table([[corner, *block.columns], *rows])
    if isinstance(block, Table):
        head = [title.lower() for title in block.header]
        cells = [["".join(map(_in_text, cell)) for cell in row] for row in block.rows]
        return _text_table([head, *cells])
    return _wrapped("".join(map(_in_text, block)), 2)


def _in_text(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece.text


def _wrapped(line: str, hanging: int) -> list[str]:
    room, indent = _WIDTH - _INDENT, " " * hanging
    return textwrap.wrap(line, room, subsequent_indent=indent, break_on_hyphens=False)


def _text_equation(equation: Equation) -> list[str]:
    """Write the primitive payoff in one line, and every transfer in a line of its own."""
    terms = [term for line in equation.lines for term in line]
    own = " ".join(f"{t.sign} {t.maths.text}" for t in terms if not t.purpose)
    rows = [own] if own else []
    rows += [f"{t.sign} {t.maths.text}   [{t.purpose}]" for t in terms if t.purpose]
    first = rows[0].removeprefix("+ ")
    first = f"-{first[2:]}" if first.startswith("- ") else first
    start = f"{equation.left.text} = "
    column = min(len(start), 20)
    lines = _wrapped(start + first, column)
    for row in rows[1:]:
        lines += _wrapped(" " * (column - 2) + row, column + 2)
    return lines


def _text_table(rows: list[list[str]]) -> list[str]:
    """Align rows; the widest columns wrap if the line is too short."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    while sum(widths) + 2 * len(widths) > _WIDTH - _INDENT:
        widths[widths.index(max(widths))] -= 1
    lines = []
    for row in rows:
        cut = [textwrap.wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
        for parts in itertools.zip_longest(*cut, fillvalue=""):
            shown = (f"{part:<{width}}" for part, width in zip(parts, widths, strict=True))
            lines.append("  ".join(shown).rstrip())
    return lines
