r"""A game in the notation of a paper: LaTeX, HTML with formulas, and plain text for a terminal.

One description, several dresses. `_describe` lays a game out as sections of sentences, equations,
matrices and tables whose formulas carry both their LaTeX and their plain form; each public
function only prints that description:

==================  =========================================================================
`latex`             the model section of a paper; stock LaTeX with amsmath
`display_maths`     one display formula, for a notebook that renders mathematics only
`html`              tables and paragraphs, formulas in ``\(...\)``
`text`              plain text, at most 100 columns
`latex_expression`  one formula or condition, likewise `text_expression`
`reform_text`       a reform in words, likewise `kinds_text`
==================  =========================================================================

A move of a population's member carries the index :math:`i`, :math:`j` inside a sum over all
members. The payoff after transfers of a party :math:`k` is :math:`v_k`, a payoff given as a table
is :math:`u_k`, and :math:`\mathbf{1}[\cdot]` is 1 where the condition holds and 0 elsewhere.
"""

from __future__ import annotations

import itertools
import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from html import escape as escape_html
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter

from pigou.expression import If, Lookup, Total, ExpressionWriter, each, symbol
from pigou.game import GOVERNMENT, Choice, Game, Move, Parameter, Player, Transfer
from pigou.reform import KINDS, Reform, Step

__all__ = [
    "display_maths",
    "html",
    "kinds_text",
    "latex",
    "latex_expression",
    "reform_text",
    "text",
    "text_expression",
]

MOST_CELLS = 64
"""Payoff tables with more cells are described, not printed."""

_WIDTH = 98
_INDENT = 13


# -- letters and words ------------------------------------------------------------------------


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_GREEK = _split(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)

# What a `tex` field may hold. It can come from a game file of unknown origin, and some commands
# read files (\input) or run scripts in a browser (\href).
_ALLOWED_COMMANDS = frozenset(_GREEK) | frozenset(
    _split(
        "varepsilon vartheta varpi varrho varsigma varphi ell hbar imath jmath partial nabla "
        "hat widehat bar overline underline tilde widetilde dot ddot vec check acute grave "
        "mathrm mathit mathbf mathsf mathtt mathcal text textit textbf textrm operatorname "
        "prime star ast dagger circ infty pm cdot times min max quad"
    )
)

_MATHS_SPECIAL = {
    "\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_",
    "%": r"\%", "^": r"{}^{\wedge}", "~": r"\sim ", "<": "<", ">": ">", "|": "|", '"': r"\text{''}",
}  # fmt: skip
_PROSE_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "_": r"\_", "%": r"\%", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedblright{}",
}  # fmt: skip
_STOCK = {
    "–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "…": r"\dots{}", "\u00a0": "~",
    "€": "EUR", "£": r"\pounds{}", "§": r"\S{}", "©": r"\copyright{}", "ß": r"\ss{}", "ø": r"\o{}",
    "Ø": r"\O{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "Œ": r"\OE{}", "ł": r"\l{}",
    "Ł": r"\L{}", "ı": r"\i{}", "å": r"\aa{}", "Å": r"\AA{}", "×": r"\ensuremath{\times}",
    "≤": r"\ensuremath{\leq}", "≥": r"\ensuremath{\geq}", "≠": r"\ensuremath{\neq}",
    "−": r"\ensuremath{-}", "±": r"\ensuremath{\pm}", "·": r"\ensuremath{\cdot}",
    "°": r"\ensuremath{{}^{\circ}}", "→": r"\ensuremath{\to}", "∞": r"\ensuremath{\infty}",
    "∈": r"\ensuremath{\in}", "½": r"\ensuremath{\tfrac{1}{2}}", "′": r"\ensuremath{{}'}",
    "²": r"\ensuremath{{}^{2}}", "³": r"\ensuremath{{}^{3}}", "‐": "-", "‑": "-",
}  # fmt: skip
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u ",
    "\u0307": ".", "\u0308": '"', "\u030a": "r ", "\u030b": "H ", "\u030c": "v ", "\u0327": "c ",
    "\u0331": "b ", "\u0323": "d ",
}  # fmt: skip


def _clean(words: object) -> str:
    """Bring a text of a user into one line of printable characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(words)).split())


def _prose(words: object) -> str:
    """Escape a text for the running text of LaTeX."""
    return "".join(_PROSE_SPECIAL.get(letter, letter) for letter in _clean(words))


def _words(words: object) -> str:
    r"""Write a text inside mathematics.

    MathJax keeps the backslash of ``\text{a\_b}``, so special characters stand outside ``\text``.
    """
    out = []
    for special, letters in itertools.groupby(_clean(words), lambda c: c in _MATHS_SPECIAL):
        part = "".join(letters)
        out.append("".join(_MATHS_SPECIAL[c] for c in part) if special else rf"\text{{{part}}}")
    return "".join(out)


def _stock(latex: str) -> str:
    """Replace what is not ASCII by commands that stock pdflatex knows."""
    return "".join(letter if letter.isascii() else _ascii(letter) for letter in latex)


def _ascii(letter: str) -> str:
    if letter in _STOCK:
        return _STOCK[letter]
    greek = _greek_letter(letter)
    if greek:
        return rf"\ensuremath{{{greek}}}"
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if base.isascii() and marks and all(mark in _ACCENTS for mark in marks):
        for mark in marks:
            base = rf"\{_ACCENTS[mark]}{{{base}}}"
        return base
    return f"[U+{ord(letter):04X}]"


def _greek_letter(letter: str) -> str:
    """Return the command of a Greek letter, or nothing."""
    match = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", unicodedata.name(letter, ""))
    if match is None:
        return ""
    case, word = match.group(1), match.group(2).lower().replace("lamda", "lambda")
    word = word if case == "SMALL" else word.capitalize()
    if word in _GREEK:
        return rf"\{'varepsilon' if word == 'epsilon' else word}"
    return ""


def _word(word: str, style: str) -> str:
    """Write one part of a name: a letter, a Greek letter, a number, or a word."""
    if word in _GREEK:
        return rf"\{'varepsilon' if word == 'epsilon' else word}"
    if len(word) == 1:
        return _greek_letter(word) or (word if word.isascii() else rf"\textit{{{word}}}")
    if word.isascii():
        return word if word.isdigit() else rf"\{style}{{{word}}}"
    return rf"\textit{{{word}}}"


def _name_latex(name: str) -> str:
    r"""Write a name: ``q1`` as ``q_{1}``, ``unit_cost`` as a word with an index, ``pi`` as π."""
    parts = [part for part in name.split("_") if part]
    if not parts:
        return _literal(name)
    match = re.fullmatch(r"(\D+)(\d+)", parts[0])
    parts = [*match.groups(), *parts[1:]] if match else parts
    base = _word(parts[0], "mathit")
    below = ",".join(_word(part, "text") for part in parts[1:])
    return f"{base}_{{{below}}}" if below else base


def _literal(name: str) -> str:
    """Write a name exactly as it is spelled, in italics."""
    out = []
    for kind, letters in itertools.groupby(name, lambda c: "_" if c == "_" else c.isascii()):
        part = "".join(letters)
        out.append(
            r"\_" * len(part) if kind == "_" else rf"\{'mathit' if kind else 'textit'}{{{part}}}"
        )
    return f"{{{''.join(out)}}}"


def _safe_tex(tex: str) -> str:
    """Return a symbol that a user wrote in LaTeX, or nothing if it is not plainly a symbol."""
    depth = 0
    for letter in tex.replace(r"\{", "").replace(r"\}", ""):
        depth += (letter == "{") - (letter == "}")
        if depth < 0:
            return ""
    commands = re.findall(r"\\([A-Za-z]+|.)", tex)
    strange = re.sub(r"\\[A-Za-z]+|\\[,_ ]|[A-Za-z0-9_{}^,'*+\-. ()\[\]]", "", tex)
    known = all(c in _ALLOWED_COMMANDS or c in ",_ " for c in commands)
    return "" if depth or strange or not known else tex.strip()


def _indexed(latex: str, index: str) -> str:
    """Add an index to a symbol, behind the index it may have."""
    match = re.fullmatch(r"(.*)_(?:\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|(\w|\\[A-Za-z]+))", latex)
    if match and not match.group(1).endswith("\\"):
        below = match.group(2) if match.group(2) is not None else match.group(3)
        return f"{match.group(1)}_{{{below},{index}}}"
    return f"{latex}_{{{index}}}"


def _number_text(value: Fraction) -> str:
    """Write a number as a decimal where that is short and exact, else as a fraction."""
    for digits in range(5):
        if (value * 10**digits).denominator == 1:
            return f"{float(value):.{digits}f}" if abs(value) < 10**12 else str(value)
    return str(value)


def _number_latex(value: Fraction) -> str:
    written = _number_text(value)
    if "/" not in written:
        return written
    sign = "-" if value < 0 else ""
    return rf"{sign}{abs(value.numerator)}/{value.denominator}"


# -- one game's notation ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Maths:
    """A formula, in LaTeX and in plain text."""

    latex: str
    text: str


class _Notation:
    """How one game's symbols, labels and tables are written."""

    def __init__(self, game: Game):
        self.game = game
        self.labels = game.scope.labels
        own = self._plain_symbols()
        letters = {re.sub(r"[_{^].*", "", latex).strip() for latex in own.values()} | {"e"}
        self.indices = self._pick_indices(letters)
        self.payoff_letter = next(
            c for c in ("v", r"\pi", "V", "U", r"\Pi", "W") if c not in letters
        )
        self.table_letter = next(c for c in ("u", "g", "h", "G", "H", "T") if c not in letters)
        self.symbols = dict(own)
        for name, (population, _) in game.scope.populations.items():
            i, j = self.indices[population]
            self.symbols[name] = _indexed(own[name], i)
            self.symbols[each(name).name] = _indexed(own[name], j)
        self.tables = self._tables()
        self.counted = self._counted()
        self.plain_values = self._moves_compared_only()

    def _plain_symbols(self) -> dict[str, str]:
        """Write every name without an index; names that would look alike are spelled out."""
        game = self.game
        declared: dict[str, str] = {p.name: p.tex for p in game.parameters}
        declared |= {m.name: m.tex for m in game.moves}
        declared |= {c.name: "" for c in game.chance}
        declared |= {a: "" for p in game.players for a in p.attributes}
        written = {name: _safe_tex(tex) or _name_latex(name) for name, tex in declared.items()}
        seen = Counter(written.values())
        return {n: latex if seen[latex] == 1 else _literal(n) for n, latex in written.items()}

    def _pick_indices(self, letters: set[str]) -> dict[str, tuple[str, str]]:
        """Give each population an index for the member and one for a sum over all members."""
        free = [c for c in "ijklmnhrstpqabcdfgxyz" if c not in letters] + ["i'", "j'"]
        populations = [p.name for p in self.game.players if p.is_population]
        return {name: (free[2 * n], free[2 * n + 1]) for n, name in enumerate(populations)}

    def _tables(self) -> dict[Lookup, _Maths]:
        """Name every payoff table of the game after its owner."""
        game = self.game
        named: dict[Lookup, _Maths] = {}
        formulas = [(name, u) for name, u in game.payoffs.items()]
        formulas += [(b.name, b.surplus) for b in game.bystanders]
        formulas += [(t.payee, t.amount) for t in game.transfers]
        owners: Counter[str] = Counter()
        for owner, formula in formulas:
            for table in sorted(formula.atoms(Lookup), key=sp.default_sort_key):
                if table in named:
                    continue
                owners[owner] += 1
                number = str(owners[owner]) if owners[owner] > 1 else ""
                above = f"^{{({number})}}" if number else ""
                latex = rf"{self.table_letter}_{{{self.below(owner)}}}{above}"
                named[table] = _Maths(latex, f"table_{owner}{number}")
        return named

    def _counted(self) -> dict[sp.Expr, _Maths]:
        """Name what a move counts as, where a choice counts as something else than its value."""
        game = self.game
        named: dict[sp.Expr, _Maths] = {}
        formulas = [*game.payoffs.values(), *(b.surplus for b in game.bystanders)]
        formulas += [t.amount for t in game.transfers]
        for move in game.moves:
            for variable in (symbol(move.name), each(move.name)):
                for part in set().union(*(formula.atoms(If) for formula in formulas)):
                    other = part.args[2] == variable and part.args[0].func == sp.Eq
                    if other and part.args[0].lhs == variable:
                        latex = rf"\widetilde{{{self.symbols[variable.name]}}}"
                        latex = re.sub(
                            r"\\widetilde\{(\\?\w+)(_\{.*\})\}", r"\\widetilde{\1}\2", latex
                        )
                        named[part] = _Maths(latex, f"counted_{move.name}")
        return named if len(set(named.values())) == len(named) else {}

    def _moves_compared_only(self) -> set[str]:
        """Find the moves of which only the label chosen matters, the value in no formula."""
        game = self.game
        formulas = [*game.payoffs.values(), *(b.surplus for b in game.bystanders)]
        formulas += [t.amount for t in game.transfers]
        used: set[str] = set()
        for formula in formulas:
            used |= _names_in_arithmetic(formula)
        return {m.name for m in game.moves if isinstance(m.domain, Choice) and m.name not in used}

    def below(self, party: str) -> str:
        """Write the index that stands for a party."""
        if party in self.indices:
            return self.indices[party][0]
        return party if len(party) == 1 and party.isascii() else _words(party.replace("_", " "))

    def payoff_of(self, party: str) -> _Maths:
        member = "each " if party in self.indices else ""
        return _Maths(f"{self.payoff_letter}_{{{self.below(party)}}}", f"{member}{party}")

    def latex(self, expression: Any) -> str:
        return _LatexWriter(self).doprint(sp.sympify(expression, strict=True))

    def text(self, expression: Any) -> str:
        return _TextWriter(self).doprint(sp.sympify(expression, strict=True))

    def maths(self, expression: Any) -> _Maths:
        return _Maths(self.latex(expression), self.text(expression))

    def is_open(self, expression: Any) -> bool:
        """Whether an expression is set as a list of cases, which has a brace on its left only."""
        cases = isinstance(expression, If | sp.Piecewise)
        return cases and not _is_indicator(expression) and expression not in self.counted

    def label_of(self, name: str, value: Any) -> str | None:
        """Return the label of a value that a move or a chance variable may take."""
        for label, number in self.labels.get(name.removesuffix("′"), {}).items():
            if value == sp.Rational(number.numerator, number.denominator):
                return label
        return None


def _names_in_arithmetic(expression: sp.Basic) -> set[str]:
    """Return the names used otherwise than in ``move == label`` or as a table's axis."""
    if isinstance(expression, sp.Symbol):
        return {expression.name.removesuffix("′")}
    if (
        isinstance(expression, sp.Eq | sp.Ne)
        and isinstance(expression.lhs, sp.Symbol)
        and expression.rhs.is_Rational
    ):
        return set()
    if isinstance(expression, Lookup) and all(a.is_Symbol for a in expression.args[0]):
        return set().union(*(_names_in_arithmetic(e) for e in expression.args[2]))
    return set().union(*(_names_in_arithmetic(a) for a in expression.args))


@lru_cache(maxsize=32)
def _notation(game: Game) -> _Notation:
    return _Notation(game)


def _cases(expression: sp.Expr) -> list[tuple[Any, Any]]:
    """Return the values of a case distinction with their conditions, the last one true."""
    if isinstance(expression, sp.Piecewise):
        return [tuple(pair) for pair in expression.args]
    if not isinstance(expression, If):
        return [(expression, sp.true)]
    condition, then, otherwise = expression.args
    return [(then, condition), *_cases(otherwise)]


def _is_indicator(expression: Any) -> bool:
    """Whether an expression is 1 where a condition holds and 0 elsewhere."""
    cases = _cases(expression)
    return len(cases) == 2 and cases[0][0] == 1 and cases[1] == (sp.S.Zero, sp.true)


def _chained(condition: sp.And) -> tuple[list[tuple[Any, Any, Any]], list[Any]]:
    """Pair ``x > a`` and ``x < b`` of a conjunction as ``a < x < b``; return pairs and the rest."""
    rest = [_turned(part) for part in sorted(condition.args, key=sp.default_sort_key)]
    chains = []
    for low in [c for c in rest if isinstance(c, sp.Gt | sp.Ge)]:
        for high in [c for c in rest if isinstance(c, sp.Lt | sp.Le)]:
            if high.lhs == low.lhs and low in rest:
                chains.append((low, low.lhs, high))
                rest = [c for c in rest if c not in (low, high)]
                break
    return chains, rest


def _turned(condition: Any) -> Any:
    """Write ``0 < x`` as ``x > 0``."""
    turn = isinstance(condition, sp.Rel) and condition.lhs.is_number and not condition.rhs.is_number
    return condition.reversed if turn else condition


def _in_reading_order(terms: Iterable[Any], notation: _Notation) -> list[Any]:
    """Order the terms of a sum: 1 - x + y rather than -x + y + 1; open cases last."""

    def rank(term: Any) -> int:
        if term.is_number:
            return 0 if term.is_positive else 2
        return 3 if any(map(notation.is_open, sp.Mul.make_args(term))) else 1

    ordered = sorted(terms, key=rank)
    first = next((t for t in ordered if not _minus(t) and rank(t) < 3), None)
    return ordered if first is None else [first, *(t for t in ordered if t is not first)]


def _minus(term: Any) -> bool:
    return bool(term.could_extract_minus_sign()) and not term.is_Add


_OTHERWISE = r"\text{otherwise}"


class _LatexWriter(LatexPrinter):
    """Writes the expressions of one game in LaTeX."""

    printmethod = ""  # the printers here, not the methods of `Total` and `Lookup`

    def __init__(self, notation: _Notation, defined: Any = None):
        super().__init__({"mul_symbol": r"\,", "ln_notation": False})
        self._settings["mul_symbol_latex"] = r" \, "
        self._settings["mul_symbol_latex_numbers"] = r" \cdot "
        self.notation, self.defined = notation, defined

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return _in_reading_order(super()._as_ordered_terms(expr, order=order), self.notation)

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        terms = self._as_ordered_terms(expr, order=order)
        if not self.notation.is_open(terms[-1]) or self.notation.is_open(terms[0]):
            return str(super()._print_Add(expr, order=order))
        head = self._print(sp.Add(*terms[:-1]))  # the last brace may stay open to the right
        return f"{head} + {self._print(terms[-1])}"

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        known = self.notation.symbols.get(expr.name)
        if known is not None:
            return known
        bound = expr.name.endswith("′")
        latex = _name_latex(expr.name.removesuffix("′"))
        return _indexed(latex, "j") if bound else latex

    def _print_Total(self, expr: Total, exp: str | None = None) -> str:
        summand, population = expr.args
        game = self.notation.game
        _, index = self.notation.indices.get(population.name, ("i", "j"))
        known = population.name in self.notation.indices
        size = game.size(population.name) if known else None
        inner = self._print(summand)
        if summand.is_Add or self.notation.is_open(summand):
            inner = rf"\left({inner}\right)"
        if size == sp.oo:
            latex = rf"\int_{{0}}^{{1}} {inner} \, d{index}"
        elif size is not None and (size.is_Symbol or size.is_Integer):
            latex = rf"\sum_{{{index}=1}}^{{{self._print(size)}}} {inner}"
        else:
            latex = rf"\sum_{{{index}}} {inner}"
        return latex if exp is None else rf"\left({latex}\right)^{{{exp}}}"

    def _print_Lookup(self, expr: Lookup, exp: str | None = None) -> str:
        named = self.notation.tables.get(expr)
        name = named.latex if named else self.notation.table_letter
        latex = rf"{name}({', '.join(self._print(a) for a in expr.args[0])})"
        return latex if exp is None else rf"{latex}^{{{exp}}}"

    def _print_Mul(self, expr: sp.Mul) -> str:
        totals = [factor for factor in expr.args if isinstance(factor, Total)]
        if len(totals) != 1 or expr.could_extract_minus_sign():
            return super()._print_Mul(expr)
        rest = sp.Mul(*(factor for factor in expr.args if factor != totals[0]))
        head = self._print(rest)
        if rest.is_Add or self.notation.is_open(rest):
            head = rf"\left({head}\right)"
        return rf"{head} {self._print(totals[0])}"

    def _needs_mul_brackets(self, expr: Any, first: bool = False, last: bool = False) -> bool:
        if self.notation.is_open(expr) or (isinstance(expr, Total) and not last):
            return True
        return bool(super()._needs_mul_brackets(expr, first=first, last=last))

    def _needs_add_brackets(self, expr: Any) -> bool:
        return self.notation.is_open(expr) or bool(super()._needs_add_brackets(expr))

    def _print_If(self, expr: Any, exp: str | None = None) -> str:
        if expr in self.notation.counted and expr != self.defined:
            latex = self.notation.counted[expr].latex
            return latex if exp is None else rf"{{{latex}}}^{{{exp}}}"
        if _is_indicator(expr):
            latex = rf"\mathbf{{1}}[{self._print(_cases(expr)[0][1])}]"
            return latex if exp is None else rf"{latex}^{{{exp}}}"
        rows = []
        for value, condition in _cases(expr):
            when = rf"\text{{if }} {self._print(condition)}"
            rows.append(f"{self._print(value)} & {_OTHERWISE if condition == sp.true else when}")
        latex = r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"
        return latex if exp is None else rf"\left({latex}\right)^{{{exp}}}"

    _print_Piecewise = _print_If

    def _print_Relational(self, expr: Any) -> str:
        signs = {"==": "=", "!=": r"\neq", "<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq"}
        expr = _turned(expr)
        left, right = expr.lhs, expr.rhs
        label = None
        if isinstance(expr, sp.Eq | sp.Ne) and isinstance(left, sp.Symbol):
            label = self.notation.label_of(left.name, right)
        shown = self._print(right) if label is None else _words(label)
        return f"{self._print(left)} {signs[expr.rel_op]} {shown}"

    _print_Equality = _print_Unequality = _print_Relational
    _print_StrictLessThan = _print_LessThan = _print_Relational
    _print_StrictGreaterThan = _print_GreaterThan = _print_Relational

    def _chain(self, low: Any, middle: Any, high: Any) -> str:
        signs = {"<": "<", "<=": r"\leq", ">": "<", ">=": r"\leq"}
        parts = self._print(low.rhs), self._print(middle), self._print(high.rhs)
        return f"{parts[0]} {signs[low.rel_op]} {parts[1]} {signs[high.rel_op]} {parts[2]}"

    def _logic(self, parts: Iterable[Any], word: str) -> list[str]:
        inside = sp.Or if word == "and" else sp.And
        return [
            rf"\left({self._print(part)}\right)" if isinstance(part, inside) else self._print(part)
            for part in parts
        ]

    def _print_And(self, expr: sp.And) -> str:
        chains, rest = _chained(expr)
        parts = [self._chain(*chain) for chain in chains] + self._logic(rest, "and")
        return r" \text{ and } ".join(parts)

    def _print_Or(self, expr: sp.Or) -> str:
        return r" \text{ or } ".join(self._logic(sorted(expr.args, key=sp.default_sort_key), "or"))

    def _print_Not(self, expr: sp.Not) -> str:
        return rf"\text{{not }} \left({self._print(expr.args[0])}\right)"

    def _print_BooleanTrue(self, expr: Any) -> str:
        return r"\text{always}"

    def _print_BooleanFalse(self, expr: Any) -> str:
        return r"\text{never}"


class _TextWriter(ExpressionWriter):
    """Writes the expressions of one game as a reader types them."""

    printmethod = ""

    def __init__(self, notation: _Notation, defined: Any = None):
        super().__init__({}, ())
        self.notation, self.defined = notation, defined

    def as_label(self, expr: Any) -> str | None:
        if not isinstance(expr, sp.Eq | sp.Ne) or not isinstance(expr.lhs, sp.Symbol):
            return None
        label = self.notation.label_of(expr.lhs.name, expr.rhs)
        return label if label is None or label.isidentifier() else f'"{label}"'

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return _in_reading_order(super()._as_ordered_terms(expr, order=order), self.notation)

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return expr.name.removesuffix("′")

    def _print_Relational(self, expr: Any) -> str:
        return super()._print_Relational(_turned(expr))

    _print_Equality = _print_Unequality = _print_Relational
    _print_StrictLessThan = _print_LessThan = _print_Relational
    _print_StrictGreaterThan = _print_GreaterThan = _print_Relational

    def _print_If(self, expr: Any) -> str:
        if expr in self.notation.counted and expr != self.defined:
            return self.notation.counted[expr].text
        *first, (value, condition) = _cases(expr)
        out = self._print(value)
        if condition != sp.true:
            out = f"if({self._print(condition)}, {out})"
        for value, condition in reversed(first):
            out = f"if({self._print(condition)}, {self._print(value)}, {out})"
        return out

    _print_Piecewise = _print_If

    def _parts(self, parts: Iterable[Any], inside: Any) -> list[str]:
        return [f"({self._print(p)})" if isinstance(p, inside) else self._print(p) for p in parts]

    def _print_And(self, expr: Any) -> str:
        turn = {">": "<", ">=": "<="}
        chains, rest = _chained(expr)
        parts = [
            f"{self._print(low.rhs)} {turn[low.rel_op]} {self._print(middle)} "
            f"{high.rel_op} {self._print(high.rhs)}"
            for low, middle, high in chains
        ]
        return " and ".join([*parts, *self._parts(rest, sp.Or)])

    def _print_Or(self, expr: Any) -> str:
        return " or ".join(self._parts(sorted(expr.args, key=sp.default_sort_key), sp.And))

    def _print_BooleanTrue(self, expr: Any) -> str:
        return "always"

    def _print_BooleanFalse(self, expr: Any) -> str:
        return "never"

    def _print_Total(self, expr: Total) -> str:
        return f"sum({self._print(expr.args[0])})"

    def _print_Lookup(self, expr: Lookup) -> str:
        named = self.notation.tables.get(expr)
        return f"{named.text if named else 'table'}({', '.join(map(self._print, expr.args[0]))})"


def latex_expression(expression: Any, game: Game) -> str:
    r"""Write one formula or condition of a game in LaTeX (without dollars).

    Parameters
    ----------
    expression : sympy expression or condition
        In the game's symbols; other symbols are written by their names.
    game : Game

    Returns
    -------
    str
        Labels stand for values in comparisons of a move with one of its choices.

    Examples
    --------
    >>> from pigou import Game, Move, Player, read_condition
    >>> game = Game(
    ...     "public good",
    ...     [Player("farmer", size=4)],
    ...     [Move("a", "farmer", {"shirk": 0, "contribute": 1})],
    ...     {"farmer": "if(sum(a) >= 2, 3, 0) - a"},
    ... )
    >>> print(latex_expression(read_condition("a == contribute", game.scope), game))
    a_{i} = \text{contribute}
    >>> print(latex_expression(game.payoffs["farmer"].args[0], game))
    - a_{i}
    """
    return _notation(game).latex(expression)


def text_expression(expression: Any, game: Game) -> str:
    """Write one formula or condition of a game as plain text, labels instead of values.

    Parameters are those of `latex_expression`.

    Examples
    --------
    >>> from pigou import Game, Move, Player, read_condition
    >>> game = Game(
    ...     "public good",
    ...     [Player("farmer", size=4)],
    ...     [Move("a", "farmer", {"shirk": 0, "contribute": 1})],
    ...     {"farmer": "if(sum(a) >= 2, 3, 0) - a"},
    ... )
    >>> text_expression(game.payoffs["farmer"], game)
    '-a + if(sum(a) >= 2, 3, 0)'
    >>> text_expression(read_condition("a == contribute", game.scope), game)
    'a == contribute'
    """
    return _notation(game).text(expression)


# -- the description --------------------------------------------------------------------------

_Pieces = tuple["str | _Maths", ...]


@dataclass(frozen=True)
class _Sentence:
    """A sentence: words and formulas."""

    pieces: _Pieces


@dataclass(frozen=True)
class _Term:
    """A term of an equation, with the name that stands under it."""

    sign: str
    maths: _Maths
    name: str = ""


@dataclass(frozen=True)
class _Equation:
    """A payoff as a sum of terms."""

    left: _Maths
    terms: tuple[_Term, ...]


@dataclass(frozen=True)
class _Matrix:
    """Payoffs by the choices of two moves."""

    corner: tuple[_Maths, _Maths]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[tuple[_Maths, ...], ...], ...]


@dataclass(frozen=True)
class _Table:
    """A table of words and formulas."""

    header: tuple[str, ...]
    rows: tuple[tuple[str | _Maths, ...], ...]


_Block = _Sentence | _Equation | _Matrix | _Table


@dataclass(frozen=True)
class _Section:
    """A titled part of the description."""

    title: str
    blocks: tuple[_Block, ...]


def _say(*pieces: str | _Maths) -> _Sentence:
    return _Sentence(tuple(piece for piece in pieces if piece != ""))


def _describe(game: Game) -> list[_Section]:
    """Lay a game out as a paper states it."""
    notation = _notation(game)
    sections: list[tuple[str, list[Any]]] = [
        ("Players", _players(notation)),
        ("Moves", _moves(notation)),
        ("Chance", [_chance(notation, c) for c in game.chance]),
        ("Payoffs", _payoffs(notation, [p.name for p in game.players])),
        ("Bystanders", _payoffs(notation, [p for p in game.parties if p not in game.payoffs])),
        ("Parameters", _parameters(notation)),
        ("Assumptions", _assumptions(notation)),
        ("Source", [_say(_clean(game.source))] if game.source else []),
    ]
    return [_Section(title, tuple(blocks)) for title, blocks in sections if blocks]


def _players(notation: _Notation) -> list[_Block]:
    blocks: list[_Block] = []
    for many, group in itertools.groupby(notation.game.players, lambda p: p.is_population):
        if many:
            blocks += [_population(notation, player) for player in group]
        else:
            blocks.append(_say(*_joined([_single(player) for player in group], " and "), "."))
    return blocks


def _single(player: Player) -> str:
    label = _clean(player.label)
    return label if label.lower() == player.name.lower() else f"{label} ({player.name})"


def _population(notation: _Notation, player: Player) -> _Sentence:
    label = _clean(player.label)
    size = notation.game.size(player.name)
    index = notation.indices[player.name][0]
    if size == sp.oo:
        count = _Maths(rf"{index} \in [0, 1]", "a continuum of members")
    else:
        count = _Maths(
            rf"{index} = 1, \dots, {notation.latex(size)}", f"{notation.text(size)} in number"
        )
    alike = "alike up to type" if player.types else "all alike"
    pieces: list[str | _Maths] = [label, ", ", count, f", {alike}"]
    for number, kind in enumerate(player.types):
        pieces += [
            ": " if number == 0 else "; ",
            notation.maths(kind.size),
            f" {kind.name}",
        ]
        values = [(notation.symbols[n], n, v) for n, v in kind.values.items()]
        shown = [
            _Maths(f"{s} = {notation.latex(v)}", f"{n} = {notation.text(v)}") for s, n, v in values
        ]
        pieces += [" (", *_joined(shown), ")"] if shown else []
    return _say(*pieces, ".")


def _joined(
    parts: Sequence[str | _Maths], last: str = ", ", between: str = ", "
) -> list[str | _Maths]:
    """Put commas between parts."""
    out: list[str | _Maths] = []
    for number, part in enumerate(parts):
        out += [] if number == 0 else [last if number == len(parts) - 1 else between]
        out.append(part)
    return out


def _moves(notation: _Notation) -> list[_Block]:
    game = notation.game
    stages = sorted({m.stage for m in game.moves})
    blocks: list[_Block] = [
        _move(notation, move, staged=len(stages) > 1)
        for stage in stages
        for move in game.moves
        if move.stage == stage
    ]
    together = len(game.moves) > 1 or any(p.is_population for p in game.players)
    if len(stages) == 1 and together:
        blocks.append(_say("All decide at the same time."))
    return blocks


def _move(notation: _Notation, move: Move, staged: bool) -> _Sentence:
    player = notation.game.player(move.player)
    each_one = f"each {player.name.replace('_', ' ')}"
    who = each_one if player.is_population else _clean(player.label)
    start = f"Stage {move.stage}: {who}" if staged else who[:1].upper() + who[1:]
    pieces: list[str | _Maths] = [start, " chooses "]
    pieces += _domain(notation, move)
    if move.label != move.name:
        label = _clean(move.label)
        same = label.lower() == move.name.lower()
        pieces += [
            _Maths(rf"\ (\text{{{label}}})", "") if same and label.isalpha() else f" ({label})"
        ]
    if move.observes is not None:
        seen = [_Maths(notation.symbols[n], n) for n in move.observes]
        pieces += [", having observed ", *(_joined(seen, " and ") or ["nothing"])]
    elif move.stage > min(m.stage for m in notation.game.moves):
        pieces.append(", having observed all earlier moves")
    if isinstance(move.domain, Choice) and move.domain.exit is not None:
        exit_ = _clean(move.domain.exit)
        pieces.append(
            f"; who chooses {exit_} leaves the group, which is filled up from those who stay"
        )
    return _say(*pieces, ".")


def _domain(notation: _Notation, move: Move) -> list[str | _Maths]:
    name, sign = notation.symbols[move.name], move.name
    if not isinstance(move.domain, Choice):
        low, high = (notation.maths(end) for end in (move.domain.lower, move.domain.upper))
        return [
            _Maths(
                rf"{name} \in [{low.latex}, {high.latex}]", f"{sign} in [{low.text}, {high.text}]"
            )
        ]
    plain = move.name in notation.plain_values
    options = []
    for label, value in move.domain.options.items():
        label = _clean(label)
        bare = plain or label == str(value)
        number = _number_latex(value), _number_text(value)
        latex = _words(label) if bare else f"{_words(label)} = {number[0]}"
        options.append(_Maths(latex, label if bare else f"{label} = {number[1]}"))
    return _set_of(_Maths(name, sign), options)


def _set_of(name: _Maths, options: list[_Maths]) -> list[str | _Maths]:
    r"""Write ``name \in {options}``; a long set may break after a comma."""
    first = _Maths(
        rf"{name.latex} \in \{{{options[0].latex}", f"{name.text} in {{{options[0].text}"
    )
    parts = [first, *options[1:]]
    parts[-1] = _Maths(rf"{parts[-1].latex}\}}", f"{parts[-1].text}}}")
    if sum(_wide(p.latex) for p in parts) > 55:
        return _joined(parts)
    return [_Maths(r",\ ".join(p.latex for p in parts), ", ".join(p.text for p in parts))]


def _chance(notation: _Notation, chance: Any) -> _Sentence:
    name = notation.symbols[chance.name]
    draws = [
        _Maths(f"{name} = {_number_latex(value)}", f"{chance.name} = {_number_text(value)}")
        for value, _ in chance.outcomes.values()
    ]
    pieces: list[str | _Maths] = ["Nature draws "]
    for number, (label, (_, probability)) in enumerate(chance.outcomes.items()):
        pieces += ["; "] if number else []
        pieces += [
            draws[number],
            f" ({_clean(label)}) with probability ",
            notation.maths(probability),
        ]
    seers = [_clean(notation.game.player(p).label) for p in chance.seen_by]
    see = "see" if len(seers) > 1 else "sees"
    pieces.append(f". {' and '.join(seers) or 'Nobody'} {see} the draw before moving")
    return _say(*pieces, ".")


def _payoffs(notation: _Notation, parties: list[str]) -> list[_Block]:
    """State the payoffs of some parties: tables first, then formulas."""
    game = notation.game
    blocks: list[_Block] = []
    in_matrix: set[str] = set()
    groups: dict[tuple[Any, Any], list[tuple[str, Lookup]]] = {}
    for party in parties:
        for table in sorted(game.primitive(party).atoms(Lookup), key=list(notation.tables).index):
            groups.setdefault(table.args[:2], []).append((party, table))
    for group in groups.values():
        plain = all(game.primitive(p) == t and not _transfers_of(game, p) for p, t in group)
        if plain:
            heads = [_Maths(notation.payoff_of(p).latex, p) for p, _ in group]
            in_matrix |= {p for p, _ in group}
            blocks += _matrices(notation, heads, [t for _, t in group])
        else:
            tables = list(dict.fromkeys(t for _, t in group))
            blocks += _matrices(notation, [notation.maths(t) for t in tables], tables)
    blocks += [_equation(notation, p) for p in parties if p not in in_matrix]
    counted = {
        p for p in parties if any(game.move(m).player == p for m in _counted_moves(notation))
    }
    return [*blocks, *_counted(notation, counted)]


def _counted_moves(notation: _Notation) -> set[str]:
    return {part.args[2].name.removesuffix("′") for part in notation.counted}


def _counted(notation: _Notation, players: set[str]) -> list[_Block]:
    """Define what moves count as, where a choice counts as something else than its value."""
    blocks: list[_Block] = []
    for part, name in notation.counted.items():
        move = part.args[2].name
        if not move.endswith("′") and notation.game.move(move).player in players:
            latex = _LatexWriter(notation, defined=part).doprint(part)
            words = _TextWriter(notation, defined=part).doprint(part)
            blocks += [
                _say("Here the move counts as"),
                _Equation(name, (_Term("+", _Maths(latex, words)),)),
            ]
    return blocks


def _transfers_of(game: Game, party: str) -> list[Transfer]:
    return [t for t in game.transfers if party in (t.payer, t.payee)]


def _equation(notation: _Notation, party: str) -> _Equation:
    """State the payoff of a party: the primitive one, then transfers by purpose."""
    game = notation.game
    terms = _terms(notation, game.primitive(party))
    for transfer in _transfers_of(game, party):
        amount = game.amount(transfer, party)
        sign = "+" if party == transfer.payee else "-"
        if amount.could_extract_minus_sign():
            amount, sign = -amount, "-" if sign == "+" else "+"
        other = transfer.payer if party == transfer.payee else transfer.payee
        name = _clean(transfer.purpose) or f"transfer {'from' if sign == '+' else 'to'} {other}"
        terms.append(_Term(sign, _bracketed(notation, amount), name))
    if not terms:
        terms = [_Term("+", _Maths("0", "0"))]
    return _Equation(notation.payoff_of(party), tuple(terms))


def _bracketed(notation: _Notation, amount: sp.Expr) -> _Maths:
    """Write an amount; the brace under it holds it together in LaTeX, brackets do in text."""
    written = notation.maths(amount)
    return _Maths(written.latex, f"({written.text})" if amount.is_Add else written.text)


def _terms(notation: _Notation, formula: sp.Expr) -> list[_Term]:
    """Cut a sum into its terms, so that a long one can be broken into lines."""
    terms = []
    for term in _in_reading_order(formula.as_ordered_terms(), notation):
        if term != 0:
            minus = _minus(term)
            sign = "-" if minus else "+"
            terms.append(_Term(sign, notation.maths(-term if minus else term)))
    return terms


def _matrices(notation: _Notation, heads: Sequence[_Maths], tables: list[Lookup]) -> list[_Block]:
    """Print tables over the same moves: one matrix per choice of the third and later moves."""
    where, axes, _ = tables[0].args
    sizes = [len(axis) for axis in axes]
    arguments = [notation.maths(a) for a in where]
    cells = sp.prod(sizes)
    if cells > MOST_CELLS:
        shape = _Maths(r" \times ".join(map(str, sizes)), " x ".join(map(str, sizes)))
        whose, over = _joined(heads, " and "), _joined(arguments, " and ")
        size = f" = {cells} entries and is not printed here."
        return [_say("The table of ", *whose, " over ", *over, " has ", shape, size)]
    labels = [
        [_label(notation, a, value) for value in axis] for a, axis in zip(where, axes, strict=True)
    ]
    if len(where) == 1:
        where, axes = sp.Tuple(*where, sp.S.Zero), sp.Tuple(*axes, sp.Tuple(sp.S.Zero))
        arguments, labels = [*arguments, _Maths("", "")], [*labels, [""]]
    blocks: list[_Block] = [_say("Entries: ", *_joined(heads), ".")]
    for others in itertools.product(*(range(len(axis)) for axis in axes[2:])):
        if others:
            fixed = [
                _Maths(
                    f"{arguments[k].latex} = {_words(labels[k][n])}",
                    f"{arguments[k].text} == {labels[k][n]}",
                )
                for k, n in enumerate(others, start=2)
            ]
            blocks.append(_say("If ", *_joined(fixed, " and "), ":"))
        rows = tuple(
            tuple(
                tuple(notation.maths(_cell(t, (r, c, *others))) for t in tables)
                for c in range(len(axes[1]))
            )
            for r in range(len(axes[0]))
        )
        blocks.append(
            _Matrix((arguments[0], arguments[1]), tuple(labels[0]), tuple(labels[1]), rows)
        )
    return blocks


def _cell(table: Lookup, position: tuple[int, ...]) -> sp.Expr:
    index = 0
    for point, axis in zip(position, table.args[1], strict=False):
        index = index * len(axis) + point
    return table.args[2][index]


def _label(notation: _Notation, argument: sp.Expr, value: sp.Rational) -> str:
    """Name a value on the axis of a table."""
    finite = [s.name for s in argument.free_symbols if s.name.removesuffix("′") in notation.labels]
    label = notation.label_of(finite[0], value) if len(finite) == 1 else None
    return _clean(label) if label is not None else str(value)


def _parameters(notation: _Notation) -> list[_Block]:
    parameters = notation.game.parameters
    if not parameters:
        return []
    columns: list[tuple[str, list[str | _Maths]]] = [
        ("Symbol", [_Maths(notation.symbols[p.name], p.name) for p in parameters]),
        ("Meaning", [_clean(p.meaning) for p in parameters]),
        ("Domain", [_of_domain(notation, p) for p in parameters]),
        ("Default", [_default(p) for p in parameters]),
        ("Unit", [_clean(p.unit) for p in parameters]),
    ]
    shown = [
        (title, cells)
        for title, cells in columns
        if any(c not in ("", _Maths("", "")) for c in cells)
    ]
    header = tuple(title for title, _ in shown)
    blocks: list[_Block] = [_Table(header, tuple(zip(*(cells for _, cells in shown), strict=True)))]
    sources: dict[str, list[str | _Maths]] = {}
    for p in parameters:
        if p.source:
            sources.setdefault(_clean(p.source), []).append(
                _Maths(notation.symbols[p.name], p.name)
            )
    pieces: list[str | _Maths] = []
    for number, (source, names) in enumerate(sources.items()):
        pieces += [
            "; of " if number else "Values of ",
            *_joined(names, " and "),
            f": {source.rstrip('.')}",
        ]
    return [*blocks, _say(*pieces, ".")] if pieces else blocks


def _of_domain(notation: _Notation, parameter: Parameter) -> str | _Maths:
    whole = parameter.integer
    if parameter.domain == sp.true:
        return "integer" if whole else ""
    written = notation.maths(parameter.domain)
    if not whole:
        return written
    return _Maths(rf"{written.latex},\ \text{{integer}}", f"{written.text}, integer")


def _default(parameter: Parameter) -> str | _Maths:
    if parameter.default is None:
        return ""
    return _Maths(_number_latex(parameter.default), _number_text(parameter.default))


def _assumptions(notation: _Notation) -> list[_Block]:
    conditions = [notation.maths(c) for c in notation.game.assumptions]
    return [_say(*_joined(conditions, "; ", "; "), ".")] if conditions else []


# -- LaTeX ------------------------------------------------------------------------------------


def _wide(latex: str) -> int:
    """Estimate how many characters wide a formula is set."""
    latex = re.sub(
        r"\\begin\{cases\}((?:(?!\\begin\{cases\}).)*?)\\end\{cases\}",
        lambda cases: max(cases.group(1).split(r"\\"), key=len),
        latex,
    )
    plain = re.sub(r"\\(text|mathit|textit|mathrm|left|right|begin|end|underbrace)\b", "", latex)
    plain = re.sub(r"\\[A-Za-z]+", "x", plain)
    return len(re.sub(r"[{}_^&\\ ]", "", plain))


def _signed(term: _Term, first: bool) -> str:
    """Write a term with its sign, and its name below."""
    body = term.maths.latex
    if term.name:
        body = rf"\underbrace{{{body}}}_{{{_words(term.name)}}}"
    return body if first and term.sign == "+" else f"{term.sign} {body}"


def _lines(terms: Sequence[_Term], room: int = 66) -> list[str]:
    """Fill lines with terms."""
    lines: list[str] = []
    filled = 0
    for number, term in enumerate(terms):
        written = _signed(term, first=number == 0)
        width = max(_wide(term.maths.latex), len(term.name) * 2 // 3) + 3
        if lines and filled + width <= room:
            lines[-1] += f" {written}"
            filled += width
        else:
            lines.append(written)
            filled = width
    return lines


def _aligned(equations: Sequence[_Equation]) -> str:
    rows = []
    for equation in equations:
        first, *rest = _lines(equation.terms)
        rows.append(rf"{equation.left.latex} ={{}}& {first}")
        rows += [rf"& {{}} {line}" for line in rest]
    return " \\\\\n".join(rows)


def _array(matrix: _Matrix, columns: range, style: str = "") -> str:
    head = [_words(matrix.columns[c]) if matrix.columns[c] else "" for c in columns]
    across = rf" \backslash {matrix.corner[1].latex}" if matrix.corner[1].latex else ""
    rows = [rf"{matrix.corner[0].latex}{across} & {' & '.join(head)} \\ \hline"]
    for label, cells in zip(matrix.rows, matrix.cells, strict=True):
        entries = (r",\; ".join(style + e.latex for e in cells[c]) for c in columns)
        rows.append(rf"{_words(label)} & {' & '.join(entries)} \\")
    return "\n".join([rf"\begin{{array}}{{c|{'c' * len(columns)}}}", *rows, r"\end{array}"])


def _blocks_of_columns(matrix: _Matrix, width: Callable[[int], int], room: int) -> list[range]:
    """Cut the columns of a matrix into ranges that fit."""
    ranges, start, filled = [], 0, 0
    for column in range(len(matrix.columns)):
        needed = width(column) + 3
        if column > start and filled + needed > room:
            ranges.append(range(start, column))
            start, filled = column, 0
        filled += needed
    return [*ranges, range(start, len(matrix.columns))]


def _arrays(matrix: _Matrix) -> list[str]:
    def width(column: int) -> int:
        entries = (sum(_wide(e.latex) + 2 for e in row[column]) for row in matrix.cells)
        return max(len(matrix.columns[column]), *entries)

    first = max(len(label) for label in matrix.rows)
    return [_array(matrix, columns) for columns in _blocks_of_columns(matrix, width, 80 - first)]


def _in_paper(pieces: _Pieces) -> str:
    return "".join(_prose(p).join(_edges(p)) if isinstance(p, str) else _inline(p) for p in pieces)


def _edges(piece: str) -> tuple[str, str]:
    """Return the blanks around a piece, which cleaning takes away."""
    return (" " if piece[:1] == " " else "", " " if piece[-1:] == " " and piece.strip() else "")


def _inline(maths: _Maths) -> str:
    return f"${maths.latex}$" if maths.latex else ""


def _tabular(table: _Table) -> str:
    """Set a table; columns of words share what the formulas leave of the line."""
    columns = list(zip(*table.rows, strict=True))
    words = [
        max(len(c) if isinstance(c, str) else _wide(c.latex) for c in column) for column in columns
    ]
    prose = [
        k for k, column in enumerate(columns) if table.header[k] == "Meaning" and words[k] > 20
    ]
    taken = sum(
        max(w, len(h)) + 3
        for k, (w, h) in enumerate(zip(words, table.header, strict=True))
        if k not in prose
    )
    longest = max((words[k] for k in prose), default=0)
    share = max(0.2, min(0.9, (84 - taken) / 84, (longest + 4) / 84))
    align = "".join("r" if title == "Default" else "l" for title in table.header)
    lines = [rf"\begin{{tabular}}{{@{{}}{align}@{{}}}}", r"\hline"]
    lines.append(" & ".join(table.header) + r" \\ \hline")
    for row in table.rows:
        cells = []
        for k, cell in enumerate(row):
            written = _prose(cell) if isinstance(cell, str) else _inline(cell)
            if k in prose:
                written = rf"\parbox[t]{{{share:.2f}\linewidth}}{{\raggedright {written}\strut}}"
            cells.append(written)
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\hline", r"\end{tabular}"])


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
    \begin{align*}
    v_{\text{seller}} ={}& q \, \left(4 - q\right)
    \end{align*}
    """
    parts = [rf"\subsection*{{{_prose(game.name)}}}"]
    for section in _describe(game):
        below = r"\mbox{}\par" if isinstance(section.blocks[0], _Table) else ""
        title = rf"\paragraph{{{section.title}.}}{below}"
        parts.append("\n".join(["", title, *_paper_blocks(section.blocks)]))
    return _stock("\n".join(parts))


def _paper_blocks(blocks: Sequence[_Block]) -> list[str]:
    out = []
    for kind, group in itertools.groupby(blocks, type):
        if kind is _Equation:
            body = _aligned([b for b in group if isinstance(b, _Equation)])
            out.append(f"\\begin{{align*}}\n{body}\n\\end{{align*}}")
            continue
        for block in group:
            if isinstance(block, _Matrix):
                out += [f"\\[\n{array}\n\\]" for array in _arrays(block)]
            elif isinstance(block, _Table):
                out.append(f"\n\\medskip\\noindent\n{_tabular(block)}\n\n\\medskip\\noindent")
            elif isinstance(block, _Sentence):
                out.append(_in_paper(block.pieces))
    while out and out[-1].endswith("\\medskip\\noindent"):
        out[-1] = out[-1].removesuffix("\n\n\\medskip\\noindent")
    return out


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
    rows = [rf"\textbf{{Game: }}{_words(game.name)}"]
    for section in _describe(game):
        rows.append(rf"\textbf{{{section.title}}}")
        rows += [rf"\quad {row}" for row in _display_blocks(section.blocks)]
    return "$$\\begin{array}{l}\n" + " \\\\\n".join(rows) + "\n\\end{array}$$"


def _display_blocks(blocks: Sequence[_Block]) -> list[str]:
    rows = []
    for block in blocks:
        if isinstance(block, _Equation):
            rows.append(f"\\begin{{aligned}} {_aligned([block])} \\end{{aligned}}")
        elif isinstance(block, _Matrix):
            rows.append(_array(block, range(len(block.columns))))
        elif isinstance(block, _Table):
            head = " & ".join(rf"\text{{{title}}}" for title in block.header)
            body = [" & ".join(map(_cell_maths, row)) for row in block.rows]
            table = " \\\\\n".join([rf"{head} \\ \hline {body[0]}", *body[1:]])
            rows.append(f"\\begin{{array}}{{{'l' * len(block.header)}}}\n{table}\n\\end{{array}}")
        else:
            rows.append("".join(_cell_maths(p, spaced=True) for p in block.pieces))
    return rows


def _cell_maths(cell: str | _Maths, spaced: bool = False) -> str:
    if isinstance(cell, _Maths):
        return cell.latex
    before, after = _edges(cell) if spaced else ("", "")
    return (r"\text{ }" if before else "") + _words(cell) + (r"\text{ }" if after else "")


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
    <p><strong>Players.</strong> lab.</p>
    <p><strong>Moves.</strong> Lab chooses \(x \in [0, 1]\).</p>
    <p><strong>Payoffs.</strong></p>
    <p>\(\displaystyle \begin{aligned} v_{\text{lab}} ={}&amp; x - x^{2} \end{aligned}\)</p>
    </div>
    """
    parts = ['<div class="pigou-game">', f"<p><strong>{_plain(game.name)}</strong></p>"]
    for section in _describe(game):
        parts += _html_section(section)
    return "\n".join([*parts, "</div>"])


def _plain(words: str) -> str:
    """Escape a text, and keep MathJax from reading dollars in it as formulas."""
    before, after = _edges(words)
    shown = escape_html(_clean(words))
    if "$" in shown or "\\" in shown:
        shown = f'<span class="tex2jax_ignore mathjax_ignore">{shown}</span>'
    return f"{before}{shown}{after}"


def _in_html(piece: str | _Maths) -> str:
    if isinstance(piece, str):
        return _plain(piece)
    return rf"\({escape_html(piece.latex, quote=False)}\)" if piece.latex else ""


def _displayed(latex: str) -> str:
    return rf"<p>\(\displaystyle {escape_html(latex, quote=False)}\)</p>"


def _html_section(section: _Section) -> list[str]:
    out = [f"<p><strong>{section.title}.</strong>"]
    for block in section.blocks:
        if isinstance(block, _Sentence):
            sentence = "".join(map(_in_html, block.pieces))
            if out[-1].endswith("</p>") or out[-1].endswith("</table>"):
                out.append(f"<p>{sentence}")
            else:
                out[-1] += f" {sentence}" if out[-1].endswith("</strong>") else f"<br>{sentence}"
            continue
        if not out[-1].endswith(("</p>", "</table>")):
            out[-1] += "</p>"
        if isinstance(block, _Equation):
            out.append(_displayed(f"\\begin{{aligned}} {_aligned([block])} \\end{{aligned}}"))
        elif isinstance(block, _Matrix):
            out += [_displayed(array) for array in _arrays(block)]
        else:
            out.append(_html_table(block))
    if not out[-1].endswith(("</p>", "</table>")):
        out[-1] += "</p>"
    return out


def _html_table(table: _Table) -> str:
    rows = ["<tr>" + "".join(f"<th>{title}</th>" for title in table.header) + "</tr>"]
    rows += [
        "<tr>" + "".join(f"<td>{_in_html(cell)}</td>" for cell in row) + "</tr>"
        for row in table.rows
    ]
    return "<table>\n" + "\n".join(rows) + "\n</table>"


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
    lines = [*textwrap.wrap(_clean(game.name), _WIDTH), ""]
    for section in _describe(game):
        body = [line for block in section.blocks for line in _text_block(block)]
        first, *rest = body
        lines.append(f"{section.title:<{_INDENT}}{first}".rstrip())
        lines += [f"{'':<{_INDENT}}{line}".rstrip() for line in rest]
    return "\n".join(lines)


def _wrapped(words: str, hanging: int) -> list[str]:
    return textwrap.wrap(
        words,
        _WIDTH - _INDENT,
        subsequent_indent=" " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]


def _text_block(block: _Block) -> list[str]:
    if isinstance(block, _Sentence):
        return _wrapped("".join(p if isinstance(p, str) else p.text for p in block.pieces), 2)
    if isinstance(block, _Equation):
        return _text_equation(block)
    if isinstance(block, _Matrix):
        return _text_matrix(block)
    rows = [[c if isinstance(c, str) else c.text for c in row] for row in block.rows]
    return _text_table([title.lower() for title in block.header], rows)


def _text_equation(equation: _Equation) -> list[str]:
    lines: list[str] = []
    start = f"{equation.left.text} = "
    column = min(len(start), 20)
    plain = ""
    for term in equation.terms:
        sign = f"{term.sign} " if plain or lines else term.sign.replace("+", "")
        if not term.name:
            plain += f" {sign}{term.maths.text}" if plain else f"{sign}{term.maths.text}"
            continue
        if plain and not lines:
            lines, plain = _wrapped(start + plain, column), ""
        front = " " * (column - 2) if lines else start
        lines += _wrapped(f"{front}{sign}{term.maths.text}   [{term.name}]", column + 2)
    return lines or _wrapped(start + plain, column)


def _text_matrix(matrix: _Matrix) -> list[str]:
    cells = [[", ".join(e.text for e in cell) for cell in row] for row in matrix.cells]
    widths = [
        max(len(matrix.columns[c]), *(len(row[c]) for row in cells))
        for c in range(len(matrix.columns))
    ]
    corner = " \\ ".join(part.text for part in matrix.corner if part.text)
    first = max(len(corner), *(len(label) for label in matrix.rows))
    lines: list[str] = []
    for columns in _blocks_of_columns(matrix, widths.__getitem__, _WIDTH - _INDENT - first - 3):
        head = "   ".join(f"{matrix.columns[c]:^{widths[c]}}" for c in columns)
        lines.append(f"{corner:<{first}} | {head}")
        lines.append(f"{'-' * first}-+-{'-' * len(head)}")
        for label, row in zip(matrix.rows, cells, strict=True):
            lines.append(
                f"{label:<{first}} | " + "   ".join(f"{row[c]:^{widths[c]}}" for c in columns)
            )
    return lines


def _text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Align a table; the widest column wraps if the line is too short."""
    widths = [max(len(title), *(len(row[k]) for row in rows)) for k, title in enumerate(header)]
    excess = sum(widths) + 2 * (len(widths) - 1) - (_WIDTH - _INDENT)
    while excess > 0 and max(widths) > 12:
        widest = widths.index(max(widths))
        if "meaning" in header and widths[header.index("meaning")] > 20:
            widest = header.index("meaning")
        widths[widest] -= 1
        excess -= 1
    lines = []
    for row in (header, *rows):
        cut = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for parts in itertools.zip_longest(*cut, fillvalue=""):
            lines.append(
                "  ".join(f"{part:<{w}}" for part, w in zip(parts, widths, strict=True)).rstrip()
            )
    return lines


# -- reforms ----------------------------------------------------------------------------------


def reform_text(reform: Reform, game: Game | None = None) -> list[str]:
    """Say in words what a reform does, one line a step.

    Parameters
    ----------
    reform : Reform
    game : Game, optional
        The game it is meant for: names the population that a payment goes to.

    Returns
    -------
    list of str
        The steps in order, then the reform's parameters and its running cost.

    Examples
    --------
    >>> from pigou import subsidy
    >>> reform_text(subsidy("upgrade", "1/2", members=7, running_cost="1/10"))
    ['the government pays 1/2 per unit of upgrade to 7 members of the population (group targeted)',
     'running it costs the government 1/10']
    """
    lines = [_WORDS[step.kind](step, game) for step in reform.steps]
    for parameter in reform.parameters:
        lines.append(_parameter_text(parameter))
    if reform.running_cost != 0:
        lines.append(f"running it costs the government {_shown(reform.running_cost)}")
    return lines


def _parameter_text(parameter: Parameter) -> str:
    value = "" if parameter.default is None else f" = {_number_text(parameter.default)}"
    unit = f" {_clean(parameter.unit)}" if parameter.unit else ""
    meaning = f" ({_clean(parameter.meaning)})" if parameter.meaning else ""
    return f"with {parameter.name}{value}{unit}{meaning}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _payment_conditions(step: Step, game: Game | None, player: str | None) -> str:
    members, when = step.keys.get("members"), step.keys.get("when")
    words = ""
    if members is not None:
        group = step.keys.get("group", "targeted")
        whose = player or "the population"
        words += f" {_side(step)} {_shown(members)} members of {whose} (group {group})"
    return words + (f", if {_shown(when)}" if when is not None else "")


def _side(step: Step) -> str:
    return {"subsidy": "to", "tax": "from"}.get(step.kind, "for")


def _player_of(step: Step, game: Game | None) -> str | None:
    if game is None:
        return None
    if step.kind != "transfer":
        return next((m.player for m in game.moves if m.name == step.keys["move"]), None)
    parties = (step.keys["payer"], step.keys["payee"])
    return next((p.name for p in game.players if p.name in parties and p.is_population), None)


def _payment_on_move(step: Step, game: Game | None) -> str:
    verb = "pays" if step.kind == "subsidy" else "collects"
    move, choice = step.keys["move"], step.keys.get("choice")
    unit = f"per unit of {move}" if choice is None else f"for the choice {choice} of {move}"
    conditions = _payment_conditions(step, game, _player_of(step, game))
    return f"the {GOVERNMENT} {verb} {_shown(step.keys['rate'])} {unit}{conditions}"


def _payment(step: Step, game: Game | None) -> str:
    keys = step.keys
    purpose = f" as {keys['purpose']}" if keys.get("purpose") else ""
    conditions = _payment_conditions(step, game, _player_of(step, game))
    payer, payee = _party(keys["payer"]), _party(keys["payee"])
    return f"{payer} pays {_shown(keys['amount'])} to {payee}{purpose}{conditions}"


def _party(name: str) -> str:
    return f"the {name}" if name == GOVERNMENT else name


def _new_parameters(step: Step, game: Game | None) -> str:
    return " and ".join(
        f"{name} becomes {_shown(value)}" for name, value in step.keys["set"].items()
    )


def _mandated(step: Step, game: Game | None) -> str:
    return f"{step.keys['move']} must be {step.keys['choice']}"


def _removed(step: Step, game: Game | None) -> str:
    return f"{step.keys['choice']} is no longer a choice of {step.keys['move']}"


def _added(step: Step, game: Game | None) -> str:
    keys = step.keys
    words = f"{keys['move']} gets the choice {keys['choice']} (= {_shown(keys['value'])})"
    if keys.get("pays") is not None:
        words += f", which pays {_shown(keys['pays'])} instead of the old payoff"
    if keys.get("counts_as") is not None:
        link = " and" if keys.get("pays") is not None else ", which"
        words += f"{link} counts as {_shown(keys['counts_as'])}"
    return words + (", and leaves the group" if keys.get("exit") else "")


_WORDS: dict[str, Callable[[Step, Game | None], str]] = {
    "subsidy": _payment_on_move,
    "tax": _payment_on_move,
    "transfer": _payment,
    "parameter": _new_parameters,
    "mandate": _mandated,
    "remove": _removed,
    "add": _added,
}


def kinds_text() -> str:
    """List the kinds of reform: what each does, and its keys (optional ones in brackets).

    Examples
    --------
    >>> print(kinds_text().splitlines()[0])
    subsidy    the government pays a rate per unit of a move, or for a choice
    """
    width = max(map(len, KINDS)) + 2
    lines = []
    for name, kind in KINDS.items():
        keys = ", ".join([*kind.required, *(f"[{key}]" for key in kind.optional)])
        lines += [f"{name:<{width}}{kind.does}", f"{'':<{width}}keys: {keys}"]
    shared = "name, parameters, running_cost, source, label"
    return "\n".join([*lines, "", f"Every reform may also have: {shared}."])
