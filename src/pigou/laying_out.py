r"""How wide a formula is on paper, and what becomes of one that is too wide for a line.

Widths are estimated, in letters of running text: a fraction is as wide as the wider of its parts,
an index takes two thirds of its letters, a relation sign has space around it. A formula that does
not fit is given in terms of parts of it, as papers do: "where :math:`Z_1 = \dots`".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy as sp

from pigou.expression import If, Total
from pigou.formulas import terms_of

__all__ = ["ROOM", "abbreviated", "in_lines", "in_text", "width"]

ROOM = 55.0
"""Letters of a line of an article, next to the number of the formula."""

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\\\\|[{}^_&]|\s+|.")
_SILENT = {"left", "right", "text", "mathit", "mathrm", "mathbf", "textit", "quad", "displaystyle"}
_SPACED = set("+-=<>") | {r"\leq", r"\geq", r"\neq", r"\in"}
_OWN = {r"\,": 0.3, r"\sum": 2.5}
_IN_TEXT = 24.0  # letters of a formula among words
_MOST = 6  # symbols
_SMALL = 8.0  # letters: less is not worth a symbol
_LARGEST = 600  # parts of a formula


def width(latex: str) -> float:
    r"""Estimate how wide a formula is.

    Examples
    --------
    >>> width("x"), width(r"\frac{x + y}{2}") < width("x + y + 2")
    (1.0, True)
    """
    tokens = [t for t in _TOKEN.findall(latex) if not t.isspace()]
    return _sequence(tokens, 0, "")[0]


def _sequence(tokens: list[str], at: int, end: str) -> tuple[float, int]:
    """Measure up to a token that ends a group; of the rows of a list of cases, the widest."""
    row, widest = 0.0, 0.0
    while at < len(tokens) and tokens[at] != end:
        if tokens[at] == r"\\":
            widest, row, at = max(widest, row), 0.0, at + 1
            continue
        here, at = _one(tokens, at)
        row += here
    return max(widest, row), at + 1


def _one(tokens: list[str], at: int) -> tuple[float, int]:
    """Measure one token with what belongs to it."""
    token = tokens[at]
    if token == "{":
        return _sequence(tokens, at + 1, "}")
    if token in ("^", "_"):
        inside, at = _one(tokens, at + 1)
        return 0.65 * inside, at
    if token in (r"\frac", r"\underbrace"):
        upper, at = _one(tokens, at + 1)
        if token == r"\underbrace":
            at += 1  # the sign of the index
        lower, at = _one(tokens, at)
        return max(upper, lower) + 0.8 if token == r"\frac" else max(upper, 0.75 * lower), at
    if token == r"\begin":
        _, at = _one(tokens, at + 1)
        inside, at = _sequence(tokens, at, r"\end")
        return inside + 2.5, _one(tokens, at)[1]
    if token.lstrip("\\") in _SILENT or token == "&":
        return 0.0, at + 1
    if token in _OWN:
        return _OWN[token], at + 1
    return 2.4 if token in _SPACED else 1.0, at + 1


def in_lines(widths: Sequence[float], start: float = 0.0) -> list[int]:
    """Fill lines with terms of some widths: how many go on each line.

    Examples
    --------
    >>> in_lines([20, 20, 30, 10])
    [2, 2]
    """
    lines: list[int] = []
    filled = ROOM
    for one in widths:
        if filled + one + 2.4 > ROOM - start:
            lines.append(0)
            filled = 0.0
        lines[-1] += 1
        filled += one + 2.4
    return lines


def in_text(expression: Any, write: Callable[[Any], str]) -> str:
    r"""Set a formula or a condition in the text; a wide one on lines of its own.

    Parameters
    ----------
    expression : sympy expression or condition
    write : callable
        Writes an expression in LaTeX.

    Examples
    --------
    >>> a, b = sp.symbols("alphabet betabet")
    >>> in_text(a, str), in_text(a + b + 10**9, str)
    ('$alphabet$', '\\[ alphabet + betabet + 1000000000 \\]')
    """
    if isinstance(expression, sp.Or) and width(write(expression)) > ROOM:
        cases = sorted(expression.args, key=sp.default_sort_key)
        return " or ".join(in_text(case, write) for case in cases)
    whole = write(expression)
    if width(whole) < _IN_TEXT:
        return f"${whole}$"
    if width(whole) <= ROOM:
        return rf"\[ {whole} \]"
    lines = _and_lines(expression, write) or _term_lines(expression, write)
    body = r" \\ ".join(lines)
    return rf"\[ \begin{{gathered}} {body} \end{{gathered}} \]"


def _and_lines(condition: Any, write: Callable[[Any], str]) -> list[str]:
    if not isinstance(condition, sp.And):
        return []
    parts = [write(part) for part in sorted(condition.args, key=sp.default_sort_key)]
    rest = iter(parts)
    lines = [list(itertools.islice(rest, n)) for n in in_lines([width(p) + 3 for p in parts])]
    ends = [r" \text{ and}"] * (len(lines) - 1) + [""]
    return [r" \text{ and } ".join(line) + end for line, end in zip(lines, ends, strict=True)]


def _term_lines(formula: Any, write: Callable[[Any], str]) -> list[str]:
    if not isinstance(formula, sp.Expr):
        return [write(formula)]
    found, parts = abbreviated({"": formula}, write)
    lines = _broken(found[""], write)
    for name, part in parts.items():
        start, *more = _broken(part, write)
        lines += [rf"\text{{with }} {write(sp.Symbol(name, real=True))} = {start}", *more]
    return lines


def _broken(formula: sp.Expr, write: Callable[[Any], str]) -> list[str]:
    terms = [f"{sign} {write(term)}" for sign, term in terms_of(formula)]
    rest = iter(terms)
    lines = [" ".join(itertools.islice(rest, n)) for n in in_lines([*map(width, terms)], 8)]
    return [lines[0].removeprefix("+ "), *("{} " + line for line in lines[1:])]


def abbreviated(
    formulas: Mapping[str, sp.Expr], write: Callable[[sp.Expr], str]
) -> tuple[dict[str, sp.Expr], dict[str, sp.Expr]]:
    """Replace parts of formulas that are too wide by symbols of their own.

    Parameters
    ----------
    formulas : mapping of str to sympy expression
        What stands on the right of each formula.
    write : callable
        Writes an expression in LaTeX.

    Returns
    -------
    tuple of two dicts
        The formulas; and each new symbol's name with what it stands for.

    Examples
    --------
    >>> x, y = sp.symbols("x y")
    >>> long = x * (x + y + 20) * sum(x**n for n in range(10, 90, 7)) ** 2
    >>> found, parts = abbreviated({"a": long, "b": x}, sp.latex)
    >>> found["b"], list(parts), found["a"] == long
    (x, ['Z1'], False)
    """
    found = dict(formulas)
    parts: dict[str, sp.Expr] = {}
    while len(parts) < _MOST:
        wide = [f for f in [*found.values(), *parts.values()] if _widest(f, write) > ROOM]
        best = _best_part(wide, [*found.values(), *parts.values()], write)
        if best is None:
            break
        name = f"Z{len(parts) + 1}"
        new = {best: sp.Symbol(name, real=True)}
        found = {party: f.xreplace(new) for party, f in found.items()}
        parts = {n: p.xreplace(new) for n, p in parts.items()} | {name: best}
    return found, parts


def _widest(formula: sp.Expr, write: Callable[[sp.Expr], str]) -> float:
    """Measure the widest term, which no line can break."""
    if sum(1 for _ in sp.preorder_traversal(formula)) > _LARGEST:
        return 0.0
    return max((width(write(term)) for _, term in terms_of(formula)), default=0.0)


def _best_part(
    wide: list[sp.Expr], everywhere: list[sp.Expr], write: Callable[[sp.Expr], str]
) -> sp.Expr | None:
    """Choose the part that saves most: wide, but with terms that fit, and used often."""
    saved: dict[sp.Expr, float] = {}
    for part in dict.fromkeys(part for formula in wide for part in _parts(formula)):
        size = width(write(part))
        used = sum(1 for f in everywhere for sub in sp.preorder_traversal(f) if sub == part)
        if size > _SMALL and _widest(part, write) <= ROOM:
            saved[part] = max(used, 1) * (size - 3)
    return max(saved, key=lambda part: (saved[part], str(part)), default=None)


def _parts(formula: Any, top: bool = True) -> list[sp.Expr]:
    """List what may be named: sums, powers and cases, outside of sums over all members."""
    if isinstance(formula, Total) or not isinstance(formula, sp.Expr):
        return []
    cases = isinstance(formula, If)
    inner = formula.args[1:] if cases else formula.args
    found = [part for arg in inner for part in _parts(arg, top and formula.is_Add)]
    named = formula.is_Add or formula.is_Pow or (cases and formula.args[1:] != (1, 0))
    return [*found, formula] if named and not top else found
