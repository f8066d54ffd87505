r"""All equilibria of a population of any size with two choices, from its formula.

With :math:`\Delta(k)` what a member gains by the second choice when k of the N - 1 others take it:

- *Pure, by counts*: m members take the second choice, and nobody wants to change, iff
  :math:`\Delta(m - 1) \ge 0 \ge \Delta(m)`, each where there is such a member. These counts are
  intervals, found from where :math:`\Delta` changes sign (`pigou.solvers.piecewise`).
- *Symmetric, mixed*: each takes it with probability p iff
  :math:`\operatorname{E} \Delta(K) = 0` for K binomial with N - 1 draws of probability p
  (`pigou.solvers.binomial_roots`; `pigou.solvers.rational_roots` where :math:`\Delta` is a ratio of
  polynomials), whatever N is.

A mixture is stable under best-response dynamics iff the expected gain falls through it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import fmpq, fmpq_poly

from pigou.errors import DeclarationError, StructureError
from pigou.expression import symbol
from pigou.game import Choice, Game
from pigou.solvers.binomial_roots import BinomialRoots, binomial_roots
from pigou.solvers.form import LARGEST_GROUP
from pigou.solvers.piecewise import (
    CountFormula,
    Piece,
    Piecewise,
    Run,
    combined,
    read_piecewise,
    shifted,
)
from pigou.solvers.rational import Ratio
from pigou.solvers.rational_roots import rational_roots

__all__ = [
    "MOST_MEMBERS",
    "Counts",
    "Population",
    "draws",
    "large",
    "mixtures",
    "population",
    "pure_counts",
]

MOST_MEMBERS = 10**12
LISTED = 60
"""Up to so many members the profiles are gone through one by one instead."""


class Counts(NamedTuple):
    """Numbers of members who take the second choice, from low to high, each an equilibrium."""

    low: int
    high: int
    strict: bool


class Population(NamedTuple):
    """A population with two choices, and nobody else who moves.

    Attributes
    ----------
    game : Game
    at : mapping of str to Fraction
    player : str
    move : str
    labels : tuple of str
    size : int
    gain : Piecewise
        What a member gains by the second choice, over the number of others who take it.
    """

    game: Game
    at: Mapping[str, Fraction]
    player: str
    move: str
    labels: tuple[str, str]
    size: int
    gain: Piecewise

    @property
    def welfare(self) -> Piecewise:
        """All payoffs and surpluses before transfers, over how many take the second choice."""
        plain = self._replace(game=replace(self.game, transfers=()))
        payoff, count = plain.game.payoff(self.player), fmpq_poly([0, 1])
        parts = [_over_all(_read(plain, payoff, own).pieces, own, self.size) for own in (0, 1)]
        parts += [_read(plain, b.surplus, None).pieces for b in self.game.bystanders]
        return Piecewise(
            combined(parts, lambda a, b, *rest: (self.size - count) * a + sum(rest, count * b))
        )


def population(game: Game, at: Mapping[str, Fraction]) -> Population | None:
    """Return the one population of a game if it is large, with two choices; None otherwise.

    Up to 5,000 members it is None, too, where a payoff is not rational in the count, piece by
    piece: then profiles are gone through one by one.

    Raises
    ------
    StructureError
        If there are more members, and a payoff is not rational in the count, piece by piece.
    DeclarationError
        If there are more than 10**12 members.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> found = population(game, game.values({"firms": 10**9}))
    >>> found.size, [(run.low, run.sign) for run in found.gain.runs]
    (1000000000, [(0, -1), (600000000, 1)])
    >>> population(game, game.values()) is None
    True
    """
    size = large(game, at)
    if size is None:
        return None
    if size > MOST_MEMBERS:
        raise DeclarationError(
            f"'{game.players[0].name}' has {size:,} members; at most {MOST_MEMBERS:,} are solved"
        )
    (player,), (move,) = game.players, game.moves
    first, second = move.choice.labels
    bare = Population(game, at, player.name, move.name, (first, second), size, _NOTHING)
    formula = game.payoff(player.name)
    try:
        gain = _read(bare, formula, 1) - _read(bare, formula, 0)
        return bare._replace(gain=gain)
    except StructureError as error:
        if size <= LARGEST_GROUP:
            return None
        raise StructureError(
            f"game '{game.name}': '{player.name}' has {size:,} members, and {error}; at most "
            f"{LARGEST_GROUP:,} are solved then"
        ) from None


_NOTHING = Piecewise([])


def large(game: Game, at: Mapping[str, Fraction]) -> int | None:
    """Return the size of a game's one population if it is large, with two choices and no types.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> large(game, game.values({"firms": 1000})), large(game, game.values())
    (1000, None)
    """
    if len(game.players) != 1 or len(game.moves) != 1:
        return None
    (player,), (move,) = game.players, game.moves
    plain = player.is_population and not player.types and isinstance(move.domain, Choice)
    if not plain or len(move.choice.labels) != 2 or move.choice.exit is not None:
        return None
    values = {symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in at.items()}
    size = sp.sympify(player.size).xreplace(values)
    return int(size) if size.is_Integer and size > LISTED else None


def _over_all(pieces: tuple[Piece, ...], own: int, size: int) -> tuple[Piece, ...]:
    """Go over from the count of the others to that of all; anything will do where nobody is left.

    Nobody takes the second choice at 0, nor the first at N: a payoff may be infinite there.
    """
    moved = [Piece(p.low + own, p.high + own, shifted(p.value, -own)) for p in pieces]
    place, end = (0, 0) if own else (-1, size)
    near = moved[place]
    if isinstance(near.value, Ratio) and near.value.under(end) == 0:
        moved.insert(0 if own else len(moved), Piece(end, end, fmpq_poly([0])))
    else:
        moved[place] = near._replace(low=min(near.low, end), high=max(near.high, end))
    return tuple(moved)


def _read(about: Population, formula: sp.Expr, own: int | None) -> Piecewise:
    """Read a formula, expected over the draws of chance, over the count of the others.

    Or over the count of all, if nobody's own choice matters.
    """
    seen = own is None
    choice = about.game.moves[0].choice
    values = [{about.move: _exact(choice.options[label])} for label in about.labels]
    constants = {name: _exact(value) for name, value in about.at.items()}
    taking = fmpq_poly([int(own == 1), 1])
    top = about.size if seen else about.size - 1
    parts = []
    for weight, draw in draws(about.game, about.at):
        known = {**constants, **draw, **({} if own is None else values[own])}
        counts = CountFormula(top, about.size, taking, known, (values[0], values[1]), about.player)
        parts.append((weight, read_piecewise(formula, counts).pieces))
    weights = [weight for weight, _ in parts]

    def expected(*row: Any) -> Any:
        return sum((w * v for w, v in zip(weights, row, strict=True)), fmpq_poly([0]))

    return Piecewise(combined([pieces for _, pieces in parts], expected))


def draws(game: Game, at: Mapping[str, Fraction]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the draws of chance with their probabilities.

    Raises
    ------
    DeclarationError
        If probabilities are negative or do not sum to 1.

    Examples
    --------
    >>> from pigou.models import load
    >>> list(draws(load("coordination").game, {}))
    [(1, {})]
    """
    values = {symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in at.items()}
    axes = []
    for chance in game.chance:
        axis = []
        for value, probability in chance.outcomes.values():
            weight = sp.sympify(probability).xreplace(values)
            axis.append((fmpq(int(weight.p), int(weight.q)), chance.name, _exact(value)))
        if min(w for w, _, _ in axis) < 0 or sum((w for w, _, _ in axis), fmpq(0)) != 1:
            raise DeclarationError(
                f"chance variable '{chance.name}': the probabilities must not be negative and "
                "must sum to 1"
            )
        axes.append(axis)
    for draw in itertools.product(*axes):
        yield math.prod((w for w, _, _ in draw), start=fmpq(1)), {n: v for _, n, v in draw}


def _exact(number: Fraction) -> Any:
    return fmpq(number.numerator, number.denominator)


def pure_counts(gain: Piecewise) -> list[Counts]:
    """Return every number of members who take the second choice such that nobody wants to change.

    Parameters
    ----------
    gain : Piecewise
        What the second choice gains, over the number of others who take it.

    Examples
    --------
    A chicken game: each gains while fewer than a thousand others do the same.

    >>> from pigou.solvers.piecewise import Piece
    >>> crowded = Piecewise([Piece(0, 10**9 - 1, fmpq_poly([999, -1]))])
    >>> [tuple(found) for found in pure_counts(crowded)]
    [(999, 1000, False)]
    """
    size = gain.top + 1
    wanting = [Run(0, 0, 1), *(r._replace(low=r.low + 1, high=r.high + 1) for r in gain.runs)]
    content = [*(r._replace(sign=-r.sign) for r in gain.runs), Run(size, size, 1)]
    found: list[Counts] = []
    i = j = 0
    while i < len(wanting) and j < len(content):
        low = max(wanting[i].low, content[j].low)
        high = min(wanting[i].high, content[j].high)
        if low <= high and wanting[i].sign >= 0 and content[j].sign >= 0:
            strict = wanting[i].sign > 0 and content[j].sign > 0
            if found and found[-1].high == low - 1:
                found[-1] = Counts(found[-1].low, high, False)
            else:
                found.append(Counts(low, high, strict and low == high))
        if wanting[i].high <= content[j].high:
            i += 1
        else:
            j += 1
    return found


def mixtures(gain: Piecewise) -> BinomialRoots | None:
    """Return every symmetric mixed equilibrium; None if the choices pay the same throughout.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> found = mixtures(population(game, game.values({"firms": 10**9})).gain)
    >>> [str(root.share) for root in found.roots], found.unresolved
    (['3/5'], [])
    """
    if all(run.sign == 0 for run in gain.runs):
        return None
    return binomial_roots(gain) if gain.is_polynomial else rational_roots(gain)
