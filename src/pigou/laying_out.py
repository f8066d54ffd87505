r"""How wide a formula is on paper, and what becomes of one that is too wide for a line.

Widths are estimated, in letters of running text: a fraction is as wide as the wider of its parts,
an index takes two thirds of its letters, a relation sign has space around it. A formula that does
not fit is given in terms of parts of it, as papers do: "where :math:`Z_1 = \dots`".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sympy as sp

from pigou.expression import If, Total
from pigou.formulas import terms_of

__all__ = ["ROOM", "abbreviated", "in_lines", "in_text", "width", "with_stops"]

ROOM = 50.0
"""Letters of a line of an article, next to the number of the formula."""

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\\\\|[{}^_&]|\s+|.")
_SILENT = {"left", "right", "text", "mathit", "mathrm", "mathbf", "textit", "quad", "displaystyle"}
_SPACED = set("+-=<>") | {r"\leq", r"\geq", r"\neq", r"\in"}
_OWN = {r"\,": 0.3, r"\sum": 2.5}
_SIGNS = {"==": "=", "!=": r"\neq", "<=": r"\leq", ">=": r"\geq", "<": "<", ">": ">"}
_STOP = re.compile(r"((?: \\end\{aligned\})? \\\]| \\end\{align\*\}\})([.,:;])")
_IN_TEXT = 24.0  # letters of a formula among words
_MOST_LINES = 10  # of a display on one page
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

    A wide condition is broken after *and* and *or*, what stands in brackets farther to the right;
    a wide side of an inequality between its terms.

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
    is_formula = isinstance(expression, sp.Expr)
    return _display((_formula_lines if is_formula else _condition_lines)(expression, write))


def _display(lines: Sequence[str]) -> str:
    """Set lines under each other; where they are many, the page may end between them."""
    body = r" \\ ".join(f"& {line}" for line in lines)
    if len(lines) > _MOST_LINES:
        return rf"{{\allowdisplaybreaks\begin{{align*}} {body} \end{{align*}}}}"
    return rf"\[ \begin{{aligned}} {body} \end{{aligned}} \]"


def with_stops(latex: str) -> str:
    r"""Move a full stop, comma or colon that follows a display to the end of its last line.

    Examples
    --------
    >>> with_stops(r"if \[ x > 1 \]. It")
    'if \\[ x > 1. \\] It'
    """
    return _STOP.sub(r"\2\1", latex)


def _formula_lines(formula: sp.Expr, write: Callable[[Any], str]) -> list[str]:
    found, parts = abbreviated({"": formula}, write)
    return [*_broken(found[""], write, ROOM), *_where(parts, write)]


def _where(parts: Mapping[str, sp.Expr], write: Callable[[Any], str]) -> Iterator[str]:
    """Say what the new symbols stand for."""
    for name, part in parts.items():
        start, *more = _broken(part, write, ROOM - 8)
        yield rf"\text{{with }} {write(sp.Symbol(name, real=True))} = {start}"
        yield from more


def _broken(formula: sp.Expr, write: Callable[[Any], str], room: float) -> list[str]:
    return _filled(_signed(formula, write), room)


def _signed(formula: sp.Expr, write: Callable[[Any], str]) -> list[str]:
    """Write the terms of a sum with their signs, but for a plus in front."""
    terms = [f"{sign} {write(term)}" for sign, term in terms_of(formula)] or [write(formula)]
    return [terms[0].removeprefix("+ "), *terms[1:]]


def _filled(terms: Sequence[str], room: float) -> list[str]:
    """Put terms on lines; those that go on with a formula begin farther to the right."""
    rest = iter(terms)
    counts = in_lines([*map(width, terms)], ROOM - room + 2)
    first, *more = (" ".join(itertools.islice(rest, n)) for n in counts)
    return [first, *(rf"\quad {{}} {line}" for line in more)]


# -- wide conditions --------------------------------------------------------------------------


def _condition_lines(condition: Any, write: Callable[[Any], str]) -> list[str]:
    """Lay out a wide condition, with symbols for parts of terms that no line holds."""
    relations = sorted(condition.atoms(sp.Rel), key=sp.default_sort_key)
    sides = {str(n): side for n, one in enumerate(relations) for side in one.args[:1]}
    sides |= {f"{n}'": side for n, one in enumerate(relations) for side in one.args[1:]}
    found, parts = abbreviated(sides, write, ROOM - 8)
    short = {
        one: one.func(found[str(n)], found[f"{n}'"], evaluate=False)
        for n, one in enumerate(relations)
    }
    return [*_broken_condition(condition.xreplace(short), write, ROOM), *_where(parts, write)]


def _broken_condition(condition: Any, write: Callable[[Any], str], room: float) -> list[str]:
    if width(write(condition)) <= room:
        return [write(condition)]
    if isinstance(condition, sp.Rel):
        return _broken_relation(condition, write, room)
    if not isinstance(condition, sp.And | sp.Or):
        return [write(condition)]
    simple, nested = _operands(condition, write, room)
    word = r"\text{ and" if isinstance(condition, sp.And) else r"\text{ or"
    blocks = _side_by_side([_broken_condition(one, write, room - 3) for one in simple], word, room)
    blocks += [_bracketed(one, write, room - 3) for one in nested]
    for block in blocks[:-1]:
        block[-1] += rf" {word}}}"
    return [line for block in blocks for line in block]


def _operands(
    condition: Any, write: Callable[[Any], str], room: float
) -> tuple[list[Any], list[Any]]:
    """Return what *and* or *or* join: inequalities, ``a < x < b`` as one, and what has brackets."""
    parts = sorted(condition.args, key=sp.default_sort_key)
    nested = [part for part in parts if isinstance(part, sp.And | sp.Or)]
    simple = [part for part in parts if part not in nested]
    for low in [one for one in simple if isinstance(one, sp.Gt | sp.Ge)]:
        highs = [one for one in simple if isinstance(one, sp.Lt | sp.Le) and one.lhs == low.lhs]
        both = [sp.And(low, high) for high in highs if isinstance(condition, sp.And)]
        if both and width(write(both[0])) <= room - 3:
            simple[simple.index(low)] = both[0]
            simple.remove(highs[0])
    return simple, nested


def _side_by_side(blocks: Sequence[list[str]], word: str, room: float) -> list[list[str]]:
    """Put what takes one line at most next to each other, as long as a line holds it."""
    found: list[list[str]] = []
    filled = 2 * room
    for block in blocks:
        size = width(block[0]) + 4.5 if len(block) == 1 else 2 * room
        if filled + size <= room:
            found[-1][0] += rf" {word} }} {block[0]}"
            filled += size
        else:
            found.append(list(block))
            filled = size
    return found


def _bracketed(condition: Any, write: Callable[[Any], str], room: float) -> list[str]:
    """Lay out a condition in brackets, which may close on a later line."""
    first, *more = _broken_condition(condition, write, room)
    if not more:
        return [rf"\left({first}\right)"]
    more = [rf"\quad {line}" for line in more]
    return [rf"\bigl({first}", *more[:-1], rf"{more[-1]}\bigr)"]


def _broken_relation(relation: Any, write: Callable[[Any], str], room: float) -> list[str]:
    """Break an inequality between the terms of its sides."""
    sign = _SIGNS[relation.rel_op]
    right = _signed(relation.rhs, write)
    return _filled([*_signed(relation.lhs, write), f"{sign} {right[0]}", *right[1:]], room)


# -- symbols for parts ------------------------------------------------------------------------


def abbreviated(
    formulas: Mapping[str, sp.Expr], write: Callable[[sp.Expr], str], room: float = ROOM
) -> tuple[dict[str, sp.Expr], dict[str, sp.Expr]]:
    """Replace parts of formulas that are too wide by symbols of their own.

    Parameters
    ----------
    formulas : mapping of str to sympy expression
        What stands on the right of each formula.
    write : callable
        Writes an expression in LaTeX.
    room : float
        Letters that a line holds.

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
        wide = [f for f in [*found.values(), *parts.values()] if _widest(f, write) > room]
        best = _best_part(wide, [*found.values(), *parts.values()], write, room)
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
    wide: list[sp.Expr], everywhere: list[sp.Expr], write: Callable[[sp.Expr], str], room: float
) -> sp.Expr | None:
    """Choose the part that saves most: wide, but with terms that fit, and used often."""
    saved: dict[sp.Expr, float] = {}
    for part in dict.fromkeys(part for formula in wide for part in _parts(formula)):
        size = width(write(part))
        used = sum(1 for f in everywhere for sub in sp.preorder_traversal(f) if sub == part)
        if size > _SMALL and _widest(part, write) <= room:
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
