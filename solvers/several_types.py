r"""A population of several types, read as functions of the total number who take a choice.

The members of type t, :math:`N_t` of :math:`N = \sum_t N_t`, have attributes of their own, and
what they earn depends on their choice, on these and on the total :math:`M = \sum_t m_t` of those
who take the second of two choices.

A sum over all members, with :math:`f_t(a)` and :math:`f_t(b)` what a member of type t adds to it
by the first and by the second choice, is

.. math:: \sum_t \left[ (N_t - m_t) f_t(a) + m_t f_t(b) \right] = \sum_t N_t f_t(a) + M \, d
          \qquad \text{if } f_t(b) - f_t(a) = d \text{ for every type t},

as if all N members were alike, with :math:`f(a) = \sum_t N_t f_t(a)/N` and
:math:`f(b) = f(a) + d`. So formulas are rewritten, sum by sum from the inside, and then read as
those of one population without types are (`pigou.solvers.piecewise`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import fmpq, fmpq_poly

from pigou.errors import DeclarationError, StructureError
from pigou.expression import Total, each, read_expression, symbol
from pigou.game import Choice, Game, Type
from pigou.solvers.form import LARGEST_GROUP
from pigou.solvers.piecewise import (
    CountFormula,
    Piecewise,
    combined,
    read_piecewise,
    without_ratios,
)
from pigou.solvers.population import MOST_MEMBERS, draws
from pigou.solvers.pure import MOST_PROFILES

__all__ = [
    "MOST_TYPES",
    "Kind",
    "Typed",
    "alike",
    "are_listed",
    "attributes_of",
    "rational",
    "read_typed",
    "several_types",
    "two_choices",
]

MOST_TYPES = 4
LISTED = 302
"""Up to so many profiles of counts are gone through one by one instead."""


class Kind(NamedTuple):
    """The members of one type.

    Attributes
    ----------
    name : str
    size : int
        At least 1.
    gain : Piecewise
        What a member gains by the second choice, over how many of all others take it.
    """

    name: str
    size: int
    gain: Piecewise


class Typed(NamedTuple):
    """A population of several types with two choices, and nobody else who moves."""

    game: Game
    at: Mapping[str, Fraction]
    player: str
    move: str
    labels: tuple[str, str]
    kinds: tuple[Kind, ...]

    @property
    def size(self) -> int:
        """The number of members of all types."""
        return sum(kind.size for kind in self.kinds)


def several_types(game: Game, at: Mapping[str, Fraction]) -> Typed | None:
    """Return the one population of a game if it is large, with types and two choices, else None.

    None, too, where its profiles can be gone through one by one and a payoff depends on more than
    the total count, piece by piece as a polynomial, or there are more than four types; and where
    there are few profiles of one or two types, whose mixtures are all found there.

    Raises
    ------
    StructureError
        If the profiles are too many for that.
    DeclarationError
        If there are more than 10**12 members, or a size is not a whole number.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> firms = Player("x", types=[Type("near", 10**9, {"c": "1/3"}), Type("far", 9, {"c": 2})])
    >>> moves = [Move("go", "x", {"no": 0, "yes": 1})]
    >>> found = several_types(Game("road", [firms], moves, {"x": "go*(mean(go) - c)"}), {})
    >>> [(kind.name, kind.size, [run.sign for run in kind.gain.runs]) for kind in found.kinds]
    [('near', 1000000000, [-1, 1]), ('far', 9, [-1])]
    """
    if not two_choices(game) or not game.players[0].types or game.players[0].size == sp.oo:
        return None
    (player,), (move,) = game.players, game.moves
    sizes = [_size(kind, at, player.name) for kind in player.types]
    total = sum(sizes)
    if _profiles(sizes) <= LISTED and sum(size > 0 for size in sizes) < 3:
        return None
    if total > MOST_MEMBERS:
        raise DeclarationError(
            f"'{player.name}' has {total:,} members; at most {MOST_MEMBERS:,} are solved"
        )
    first, second = move.choice.labels
    present = [(kind, size) for kind, size in zip(player.types, sizes, strict=True) if size]
    bare = Typed(game, at, player.name, move.name, (first, second), ())
    try:
        if len(present) > MOST_TYPES:
            names = ", ".join(kind.name for kind, _ in present)
            raise StructureError(
                f"'{player.name}' has {len(present)} types ({names}); at most {MOST_TYPES} are "
                "solved in a population of so many members: join types, or set the size of some "
                "to 0"
            )
        return bare._replace(kinds=_kinds(bare, present))
    except StructureError as error:
        if are_listed(sizes):
            return None
        raise StructureError(f"game '{game.name}': {error}") from None


def two_choices(game: Game) -> bool:
    """Whether one population moves, nobody else, with one move of two choices and no exit.

    Examples
    --------
    >>> from pigou.models import load
    >>> two_choices(load("coordination").game)
    True
    """
    if len(game.players) != 1 or len(game.moves) != 1:
        return False
    domain = game.moves[0].domain
    return isinstance(domain, Choice) and len(domain.labels) == 2 and domain.exit is None


def _profiles(sizes: Sequence[int]) -> int:
    return math.prod(size + 1 for size in sizes)


def are_listed(sizes: Sequence[int]) -> bool:
    """Whether all profiles of counts of so many members of each type can be gone through.

    Examples
    --------
    >>> are_listed([100, 200]), are_listed([400_000, 600_000])
    (True, False)
    """
    return _profiles(sizes) <= MOST_PROFILES and max(sizes) <= LARGEST_GROUP


def _size(kind: Type, at: Mapping[str, Fraction], player: str) -> int:
    number = rational(kind.size, at, f"size of type '{kind.name}' of '{player}'")
    if number.denominator != 1 or number < 0:
        raise DeclarationError(
            f"the size of type '{kind.name}' of '{player}' is a whole number of at least 0, "
            f"not {number}"
        )
    return int(number)


def rational(formula: Any, at: Mapping[str, Fraction], where: str) -> Fraction:
    """Return the value of a formula in parameters.

    Raises
    ------
    DeclarationError
        If it is no rational number.

    Examples
    --------
    >>> rational("share/2", {"share": Fraction(1, 2)}, "mass")
    Fraction(1, 4)
    """
    values = {symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in at.items()}
    number = sp.sympify(read_expression(formula, at)).xreplace(values)
    if not number.is_Rational:
        raise DeclarationError(f"{where}: {formula} is {number}, not a rational number")
    return Fraction(int(number.p), int(number.q))


def attributes_of(kind: Type, at: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Return the values of a type's attributes.

    Examples
    --------
    >>> attributes_of(Type("near", 3, {"c": "1/3"}), {})
    {'c': Fraction(1, 3)}
    """
    where = f"type '{kind.name}'"
    return {name: rational(value, at, where) for name, value in kind.values.items()}


def _kinds(about: Typed, present: Sequence[tuple[Type, int]]) -> tuple[Kind, ...]:
    rows = [attributes_of(kind, about.at) for kind, _ in present]
    total = sum(size for _, size in present)
    shares = [Fraction(size, total) for _, size in present]
    formula = alike(about.game, about.game.payoff(about.player), about.at, shares, rows)
    found = []
    for (kind, size), row in zip(present, rows, strict=True):
        first, second = (read_typed(about, formula, row, own, total) for own in (0, 1))
        found.append(Kind(kind.name, size, without_ratios(second) - without_ratios(first)))
    return tuple(found)


def read_typed(
    about: Typed,
    formula: sp.Expr,
    row: Mapping[str, Fraction],
    own: int | None,
    total: int,
    *,
    seen: bool = False,
) -> Piecewise:
    """Read a formula, expected over the draws of chance, over how many members take a choice.

    Parameters
    ----------
    about : Typed
    formula : sympy expression
        As of members alike: rewritten by `alike`.
    row : mapping of str to Fraction
        The attributes of the member's type.
    own : int or None
        Which choice the member takes; None for somebody who makes none.
    total : int
        The number of members.
    seen : bool
        Whether the count is that of all who take the second choice, and not of all others.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> firms = Player("x", types=[Type("near", 10**9, {"c": "1/3"}), Type("far", 9, {"c": 2})])
    >>> moves = [Move("go", "x", {"no": 0, "yes": 1})]
    >>> game = Game("road", [firms], moves, {"x": "go*(sum(go) - c)"})
    >>> about, row = several_types(game, {}), {"c": Fraction(2)}
    >>> [read_typed(about, game.payoff("x"), row, 1, about.size, seen=s)(5) for s in (False, True)]
    [4, 3]
    """
    choice = about.game.moves[0].choice
    first, second = ({about.move: _exact(choice.options[label])} for label in about.labels)
    constants = {name: _exact(value) for name, value in {**about.at, **row}.items()}
    taking = fmpq_poly([int(own == 1 and not seen), 1])
    weights, parts = [], []
    for weight, draw in draws(about.game, about.at):
        known = {**constants, **draw, **({} if own is None else (first, second)[own])}
        top = total if seen else total - 1
        counts = CountFormula(top, total, taking, known, (first, second), about.player)
        weights.append(weight)
        parts.append(read_piecewise(formula, counts).pieces)

    def mean(*values: Any) -> Any:
        return sum((w * v for w, v in zip(weights, values, strict=True)), fmpq_poly([0]))

    return Piecewise(combined(parts, mean))


def _exact(number: Fraction) -> Any:
    return fmpq(number.numerator, number.denominator)


# -- sums over members of several types, as if all were alike ------------------------------------


def alike(
    game: Game,
    formula: sp.Expr,
    at: Mapping[str, Fraction],
    shares: Sequence[Fraction],
    rows: Sequence[Mapping[str, Fraction]],
) -> sp.Expr:
    """Rewrite the sums in a formula as sums over as many members without types.

    Parameters
    ----------
    game : Game
    formula : sympy expression
    at : mapping of str to Fraction
    shares : sequence of Fraction
        The share of each type in all members.
    rows : sequence of mapping of str to Fraction
        The attributes of each type.

    Raises
    ------
    StructureError
        If a sum depends on which types take the second choice.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> types = [Type("near", 1, {"c": 0}), Type("far", 2, {"c": 3})]
    >>> moves = [Move("go", "x", {"no": 0, "yes": 1})]
    >>> game = Game("road", [Player("x", types=types)], moves, {"x": "-go*sum(c + 2*go)"})
    >>> thirds = [Fraction(1, 3), Fraction(2, 3)]
    >>> alike(game, game.payoff("x"), {}, thirds, [{"c": Fraction(0)}, {"c": Fraction(3)}])
    -go*sum(2*go + 2)
    """
    (move,) = game.moves
    low, high = (_number(value) for value in move.choice.options.values())
    own = each(move.name)
    names = [
        {each(name): _number(value) for name, value in row.items()} for row in rows
    ]  # what a member of each type brings into a sum
    numbers = {symbol(name): _number(value) for name, value in at.items()}

    def total(summand: sp.Expr) -> sp.Expr:
        inner = {node: sp.Dummy(real=True) for node in _outermost(summand)}
        plain = summand.xreplace(inner)
        bases, steps = [], []
        for values in names:
            base, top = (plain.xreplace({**values, own: value}) for value in (low, high))
            bases.append(base)
            steps.append(top - base)
        if not all(_same(step, steps[0], numbers) for step in steps[1:]):
            raise StructureError(
                f"'{Total(summand, symbol(game.players[0].name))}' depends on which types take "
                "a choice; what is solved in a large population depends on how many members do"
            )
        mean = sp.Add(*(_number(share) * base for share, base in zip(shares, bases, strict=True)))
        joined = mean + steps[0] * (own - low) / (high - low)
        return joined.xreplace({name: node for node, name in inner.items()})

    return _rewritten(formula, total)


def _number(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def _rewritten(node: sp.Basic, total: Callable[[sp.Expr], sp.Expr]) -> Any:
    """Rewrite the sums in a formula from the inside."""
    if not node.has(Total):
        return node
    args = [_rewritten(part, total) for part in node.args]
    if isinstance(node, Total):
        return Total(total(args[0]), args[1])
    return node.func(*args)


def _outermost(node: sp.Basic) -> list[sp.Basic]:
    if isinstance(node, Total):
        return [node]
    return [found for part in node.args for found in _outermost(part)]


def _same(one: sp.Expr, other: sp.Expr, numbers: Mapping[sp.Symbol, sp.Rational]) -> bool:
    """Whether two formulas are equal at the values of the parameters, as far as can be told."""
    return bool(sp.expand((one - other).xreplace(numbers)) == 0)
