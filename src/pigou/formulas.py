r"""One formula of a game, as LaTeX and as plain text.

A move of a population's member carries the index :math:`i`, and :math:`j` inside a sum over all
members. A payoff given as a table is :math:`u_k`; :math:`\mathbf{1}[\cdot]` is 1 where the
condition holds and 0 elsewhere. Labels stand for the values of choices.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.printer import Printer

from pigou.expression import ExpressionWriter, If, Lookup, Total, each
from pigou.game import Game
from pigou.symbols import clean, letter_of, letters_of, words

__all__ = [
    "Maths",
    "Notation",
    "conditions_of",
    "formulas_of",
    "is_open",
    "latex_expression",
    "terms_of",
    "text_expression",
]


@dataclass(frozen=True)
class Maths:
    """A formula, in LaTeX and in plain text."""

    latex: str
    text: str


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
    return Notation(game).latex(expression)


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
    'if(sum(a) >= 2, 3, 0) - a'
    >>> text_expression(read_condition("a == contribute", game.scope), game)
    'a == contribute'
    """
    return Notation(game).text(expression)


# -- one game's notation ----------------------------------------------------------------------


class Notation:
    """How one game's symbols, indices, labels and tables are written."""

    def __init__(self, game: Game):
        self.game = game
        declared = {p.name: p.tex for p in game.parameters} | {m.name: m.tex for m in game.moves}
        letters = letters_of({name: declared.get(name, "") for name in game.scope.names})
        taken = {letter.base for letter in letters.values()}
        spare = itertools.chain("ijklmnhrst", (f"i_{{{n}}}" for n in itertools.count(1)))
        free = (index for index in spare if index not in taken)
        self.indices = {p.name: (next(free), next(free)) for p in game.players if p.is_population}
        self.symbols = {name: letter.latex for name, letter in letters.items()}
        for name, (population, _) in game.scope.populations.items():
            i, j = self.indices[population]
            self.symbols[name] = letters[name].indexed(i).latex
            self.symbols[each(name).name] = letters[name].indexed(j).latex
        self.payoff_letter = next((c for c in "vVW" if c not in taken), "U")
        self.table_letter = next((c for c in "ugh" if c not in taken), "G")
        self.part_letter = next((c for c in "ZSKY" if c not in taken), "\\zeta")
        self.tables = self._tables()

    @cached_property
    def measured(self) -> set[str]:
        """The names of which it matters how large they are, and not only which value they take."""
        formulas = [*(f for _, f in formulas_of(self.game)), *conditions_of(self.game)]
        return {name for formula in formulas for name in _measured(formula)}

    def _tables(self) -> dict[Lookup, str]:
        """Name every payoff table of the game after its owner."""
        named: dict[Lookup, str] = {}
        for owner, formula in formulas_of(self.game):
            for table in sorted(formula.atoms(Lookup), key=sp.default_sort_key):
                name = owner if owner not in named.values() else f"{owner}_{len(named) + 1}"
                named.setdefault(table, name)
        return named

    def below(self, party: str) -> str:
        """Write the index that stands for a party."""
        if party in self.indices:
            return self.indices[party][0]
        return party if len(party) == 1 and party.isascii() else words(party.replace("_", " "))

    def payoff_of(self, party: str) -> Maths:
        """Write the payoff of a party after transfers."""
        member = "each " if party in self.indices else ""
        return Maths(f"{self.payoff_letter}_{{{self.below(party)}}}", f"{member}{party}")

    def named(self, name: str) -> Maths:
        """Write the symbol of a name."""
        return Maths(self.symbols[name], name)

    def name_parts(self, parts: Mapping[str, sp.Expr]) -> None:
        """Give parts of formulas their symbols; one that is a member's own has the index."""
        populations = self.game.scope.populations
        for name, formula in parts.items():
            owners = [s.name for s in formula.free_symbols if s.name in populations]
            index = f",{self.indices[populations[owners[0]][0]][0]}" if owners else ""
            self.symbols[name] = f"{self.part_letter}_{{{name[1:]}{index}}}"

    def latex(self, expression: Any) -> str:
        """Write an expression in LaTeX."""
        return _LatexWriter(self).doprint(sp.sympify(expression, strict=True))

    def text(self, expression: Any) -> str:
        """Write an expression as plain text."""
        return _TextWriter(self).doprint(sp.sympify(expression, strict=True))

    def maths(self, expression: Any) -> Maths:
        """Write an expression both ways."""
        return Maths(self.latex(expression), self.text(expression))

    def label_of(self, symbol: Any, value: Any) -> str | None:
        """Return the label of a value that a move or a chance variable may take."""
        name = symbol.name.removesuffix("′") if isinstance(symbol, sp.Symbol) else ""
        for label, number in self.game.scope.labels.get(name, {}).items():
            if value == sp.Rational(number.numerator, number.denominator):
                return clean(label)
        return None


def formulas_of(game: Game) -> list[tuple[str, sp.Expr]]:
    """List payoffs, surpluses and amounts of transfers, each with the party it belongs to."""
    return [
        *game.payoffs.items(),
        *((b.name, b.surplus) for b in game.bystanders),
        *((t.payee, t.amount) for t in game.transfers),
    ]


def conditions_of(game: Game) -> list[Any]:
    """List the conditions under which moves and draws are made.

    Examples
    --------
    >>> from pigou.models import load
    >>> conditions_of(load("coordination").game)
    [True]
    """
    return [*(move.when for move in game.moves), *(chance.when for chance in game.chance)]


def _measured(formula: sp.Basic) -> set[str]:
    """Return the names of which it matters how large they are, and not only which value it is."""
    if isinstance(formula, sp.Symbol):
        return {formula.name.removesuffix("′")}
    compared = isinstance(formula, sp.Eq | sp.Ne) and formula.rhs.is_Rational
    if isinstance(formula, Lookup) or (compared and isinstance(formula.lhs, sp.Symbol)):
        return set()
    found: set[str] = set()
    return found.union(*map(_measured, formula.args))


def terms_of(formula: sp.Expr) -> list[tuple[str, sp.Expr]]:
    """Cut a sum into signs and terms, those with a plus first.

    Examples
    --------
    >>> x, y = sp.symbols("x y")
    >>> terms_of(y - x)
    [('+', y), ('-', x)]
    """
    terms = _plus_first(formula.as_ordered_terms())
    return [("-", -term) if _is_minus(term) else ("+", term) for term in terms if term != 0]


def _plus_first(terms: Iterable[Any]) -> list[Any]:
    return sorted(terms, key=_is_minus)


def _is_minus(term: Any) -> bool:
    return bool(term.could_extract_minus_sign()) and not term.is_Add


def _is_indicator(expression: Any) -> bool:
    """Whether an expression is 1 where a condition holds and 0 elsewhere."""
    return isinstance(expression, If) and expression.args[1:] == (1, 0)


def is_open(expression: Any) -> bool:
    """Whether an expression is set as a list of cases, which has a brace on its left only."""
    return isinstance(expression, If) and not _is_indicator(expression)


# -- the writers ------------------------------------------------------------------------------


class _GameWriter(Printer):
    """What both writers share: the order of a sum, and conditions as a paper has them."""

    printmethod = ""  # the printers here, not the methods of `Total` and `Lookup`
    signs: ClassVar[dict[str, str]] = {}

    notation: Notation

    def word(self, word: str) -> str:
        return word

    def label(self, label: str) -> str:
        return label if label.isidentifier() else f'"{label}"'

    def bracketed(self, expr: Any) -> str:
        return f"({self._print(expr)})"

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return _plus_first(super()._as_ordered_terms(expr, order=order))

    def _print_Relational(self, expr: Any) -> str:
        expr = _turned(expr)
        label = None
        if isinstance(expr, sp.Eq | sp.Ne):
            label = self.notation.label_of(expr.lhs, expr.rhs)
        right = self._print(expr.rhs) if label is None else self.label(label)
        return f"{self._print(expr.lhs)} {self.signs.get(expr.rel_op, expr.rel_op)} {right}"

    _print_Equality = _print_Unequality = _print_Relational
    _print_StrictLessThan = _print_LessThan = _print_Relational
    _print_StrictGreaterThan = _print_GreaterThan = _print_Relational

    def _print_And(self, expr: sp.And) -> str:
        """Join conditions; ``x > a`` and ``x < b`` become ``a < x < b``."""
        rest = [_turned(part) for part in sorted(expr.args, key=sp.default_sort_key)]
        joined = []
        for low in [c for c in rest if isinstance(c, sp.Gt | sp.Ge)]:
            highs = [c for c in rest if isinstance(c, sp.Lt | sp.Le) and c.lhs == low.lhs]
            if highs:
                sign = low.rel_op.replace(">", "<")
                sign = self.signs.get(sign, sign)
                joined.append(f"{self._print(low.rhs)} {sign} {self._print(highs[0])}")
                rest.remove(low)
                rest.remove(highs[0])
        joined += [self.bracketed(c) if isinstance(c, sp.Or) else self._print(c) for c in rest]
        return f" {self.word('and')} ".join(joined)

    def _print_Or(self, expr: sp.Or) -> str:
        parts = sorted(expr.args, key=sp.default_sort_key)
        return f" {self.word('or')} ".join(
            self.bracketed(c) if isinstance(c, sp.And) else self._print(c) for c in parts
        )

    def _print_Not(self, expr: sp.Not) -> str:
        return f"{self.word('not')} {self.bracketed(expr.args[0])}"

    def _print_BooleanTrue(self, expr: Any) -> str:
        return self.label("always")

    def _print_BooleanFalse(self, expr: Any) -> str:
        return self.label("never")


def _turned(condition: Any) -> Any:
    """Write ``0 < x`` as ``x > 0``."""
    turn = isinstance(condition, sp.Rel) and condition.lhs.is_number and not condition.rhs.is_number
    return condition.reversed if turn else condition


class _LatexWriter(_GameWriter, LatexPrinter):
    """Writes the expressions of one game in LaTeX."""

    signs: ClassVar = {"==": "=", "!=": r"\neq", "<=": r"\leq", ">=": r"\geq"}

    def __init__(self, notation: Notation):
        super().__init__()
        self.notation = notation
        self._settings["mul_symbol_latex"] = r" \, "

    def word(self, word: str) -> str:
        return rf"\text{{ {word} }}"

    def label(self, label: str) -> str:
        return words(label.replace("_", " "))

    def bracketed(self, expr: Any) -> str:
        return rf"\left({self._print(expr)}\right)"

    def _needs_mul_brackets(self, expr: Any, first: bool = False, last: bool = False) -> bool:
        if is_open(expr) or (isinstance(expr, Total) and not last):
            return True
        return bool(super()._needs_mul_brackets(expr, first=first, last=last))

    def _needs_add_brackets(self, expr: Any) -> bool:
        return is_open(expr) or bool(super()._needs_add_brackets(expr))

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        return self.notation.symbols.get(expr.name) or letter_of(expr.name).latex

    def _print_Total(self, expr: Total, exp: str | None = None) -> str:
        summand, population = expr.args
        _, j = self.notation.indices[population.name]
        size = self.notation.game.size(population.name)
        needs = summand.is_Add or is_open(summand)
        inner = self.bracketed(summand) if needs else self._print(summand)
        if size == sp.oo:
            return _power(rf"\int_{{0}}^{{1}} {inner} \, d{j}", exp)
        return _power(rf"\sum_{{{j}=1}}^{{{self._print(size)}}} {inner}", exp)

    def _print_Lookup(self, expr: Lookup, exp: str | None = None) -> str:
        owner = self.notation.tables.get(expr)
        below = f"_{{{self.notation.below(owner)}}}" if owner else ""
        where = ", ".join(map(self._print, expr.args[0]))
        return _power(f"{self.notation.table_letter}{below}({where})", exp)

    def _print_If(self, expr: Any, exp: str | None = None) -> str:
        if _is_indicator(expr):
            return _power(rf"\mathbf{{1}}[{self._print(expr.args[0])}]", exp)
        rows = []
        while isinstance(expr, If):
            condition, then, expr = expr.args
            rows.append(rf"{self._print(then)} & \text{{if }} {self._print(condition)}")
        rows.append(rf"{self._print(expr)} & \text{{otherwise}}")
        return _power(r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}", exp)


def _power(latex: str, exponent: str | None) -> str:
    return latex if exponent is None else rf"\left({latex}\right)^{{{exponent}}}"


class _TextWriter(_GameWriter, ExpressionWriter):
    """Writes the expressions of one game as a reader types them."""

    def __init__(self, notation: Notation):
        super().__init__({}, ())
        self.notation = notation

    def _print_Lookup(self, expr: Lookup) -> str:
        name = self.notation.tables.get(expr)
        where = ", ".join(map(self._print, expr.args[0]))
        return f"{f'table_{name}' if name else 'table'}({where})"
