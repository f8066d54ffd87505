r"""All equilibria of cheap talk with a uniform state and quadratic losses, exactly.

The state is uniform on :math:`[l, h]`, :math:`L = h - l`; the receiver has :math:`-(y - t)^2`, the
sender :math:`-(y - t - b)^2`, with :math:`b \ne 0`. Two equilibria in which the same action follows
every state, up to finitely many states, count as one.

Steps
-----
1. The receiver's best reply to a message is one action, the mean of the states in which it is sent.
   Let two actions :math:`y < y'` be taken in equilibrium. The sender likes :math:`y'` better
   exactly in states above :math:`s = (y + y')/2 - b`. So y, a mean of states at most s, is at most
   s, and :math:`y' \ge s`: that is, :math:`y' - y \ge 2b` and :math:`y' - y \ge -2b`. Actions are
   means of states, so that they lie in :math:`[l, h]`, and there are finitely many.
2. So the states that lead to one action are an interval (a *cell*), up to its ends. With cut points
   :math:`l = a_0 < a_1 < \dots < a_N = h` the action is :math:`(a_{i-1} + a_i)/2` in cell i, and
   indifference at :math:`a_i` is

   .. math:: a_{i+1} - a_i = a_i - a_{i-1} + 4b , \qquad 0 < i < N .

3. Cells grow by 4b each: :math:`a_i - a_{i-1} = w + 4b(i - 1)` with w the first. That is true for
   i = 1, and if it is for i then by step 2 for i + 1. Adding up,
   :math:`a_i = l + i w + 2b\,i(i - 1)`; and :math:`a_N = h` gives :math:`w = L/N - 2b(N - 1)`, so

   .. math:: a_i = l + \frac{i L}{N} - 2b\, i (N - i) .

   All cells have a positive width exactly if the first and the last have, as widths are monotone:
   :math:`2 N (N - 1) |b| < L`. Conversely, a sender who is indifferent at every cut prefers the
   action of its own cell to the next one, and, as payoffs are concave in y, to all others. So for
   every N with :math:`2 N (N - 1) |b| < L` there is one equilibrium with N cells, and no other.
4. The receiver's expected utility is minus the variance left within cells,
   :math:`-\sum_i (a_i - a_{i-1})^3 / (12 L) = -L^2/(12 N^2) - b^2 (N^2 - 1)/3`. The sender has
   :math:`b^2` less, as the receiver's action is right on average. Both rise with N as long as the
   equilibrium exists: the one with most cells is best for both, beforehand.
5. If the receiver lets the sender decide (*delegation*), the sender takes :math:`t + b` in every
   state: the receiver has :math:`-b^2`, the sender 0.

Numbers are summed over cells and every condition of step 2 is checked, in exact arithmetic; the
formulas of steps 3 and 4 are returned as such.

Sources
-------
Crawford and Sobel (1982), Econometrica 50:1431-1451, theorem 1 and section 4; Dessein (2002),
Review of Economic Studies 69:811-838, on delegation.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import ceil, isqrt
from typing import Any, NamedTuple

import sympy as sp

from pigou.cheap_talk import CheapTalk
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError, StructureError
from pigou.expression import read_expression, symbol

__all__ = [
    "Partition",
    "PartitionEquilibria",
    "PartitionFormulas",
    "critical_bias",
    "delegation",
    "most_cells",
    "partition",
    "partition_equilibria",
    "partition_formulas",
]

_MOST = 1_000


class Partition(NamedTuple):
    """An equilibrium: the sender tells in which cell the state is.

    Attributes
    ----------
    cuts : tuple of Fraction
        Ends of the cells, the ends of the interval of states among them.
    actions : tuple of Fraction
        What the receiver does, by cell.
    receiver, sender : Fraction
        Expected utilities.

    Examples
    --------
    >>> Partition((Fraction(0), Fraction(1)), (Fraction(1, 2),), Fraction(0), Fraction(0)).cells
    1
    """

    cuts: tuple[Fraction, ...]
    actions: tuple[Fraction, ...]
    receiver: Fraction
    sender: Fraction

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.actions)


class PartitionEquilibria(NamedTuple):
    """All equilibria, by number of cells, from one (babbling) to most.

    Attributes
    ----------
    equilibria : tuple of Partition

    Examples
    --------
    >>> len(partition_equilibria(CheapTalk("dialogue", "0.05")).equilibria)
    3
    """

    equilibria: tuple[Partition, ...]

    @property
    def most_informative(self) -> Partition:
        """The one with most cells, which is best for both beforehand."""
        return self.equilibria[-1]

    @property
    def grade(self) -> Grade:
        """How well the list is known."""
        return Grade.CERTIFIED


class PartitionFormulas(NamedTuple):
    """The equilibrium with N cells, as formulas in the parameters, `cells` (N) and `cell` (i).

    Attributes
    ----------
    cut : sympy expression
        The upper end of cell i, and with i = 0 the lowest state.
    receiver, sender : sympy expression
        Expected utilities.
    room : sympy expression
        There is such an equilibrium exactly if this is above 0.

    Examples
    --------
    >>> partition_formulas(CheapTalk("dialogue", "0.05")).room
    -cells*(cells - 1)/10 + 1
    """

    cut: sp.Expr
    receiver: sp.Expr
    sender: sp.Expr
    room: sp.Expr


def partition_equilibria(
    game: CheapTalk, at: Mapping[str, Any] | None = None
) -> PartitionEquilibria:
    """Return all equilibria.

    Parameters
    ----------
    game : CheapTalk
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Raises
    ------
    DeclarationError
        If a value is not allowed, or the bias is 0.
    StructureError
        If there are more than 1,000; `partition` returns any one of them.

    Examples
    --------
    >>> best = partition_equilibria(CheapTalk("dialogue", "0.05")).most_informative
    >>> best.cells, [str(cut) for cut in best.cuts], str(best.receiver)
    (3, ['0', '2/15', '7/15', '1'], '-43/2700')
    """
    numbers = game.at(at)
    most = most_cells(numbers)
    if most > _MOST:
        raise StructureError(
            f"cheap talk '{game.name}' has {most} equilibria, more than {_MOST}: ask for one of "
            "them, by its number of cells"
        )
    return PartitionEquilibria(tuple(_partition(numbers, cells) for cells in range(1, most + 1)))


def partition(game: CheapTalk, cells: int, at: Mapping[str, Any] | None = None) -> Partition:
    """Return the equilibrium with a number of cells.

    Raises
    ------
    DeclarationError
        If a value is not allowed, or the bias is 0.
    StructureError
        If there is no such equilibrium.

    Examples
    --------
    >>> partition(CheapTalk("dialogue", "0.2"), 2).cuts[1]
    Fraction(1, 10)
    >>> partition(CheapTalk("dialogue", "0.2"), 3)
    Traceback (most recent call last):
    pigou.errors.StructureError: cheap talk 'dialogue' has no equilibrium with 3 cells: 1 to 2
    """
    numbers = game.at(at)
    most = most_cells(numbers)
    if not 1 <= cells <= most:
        raise StructureError(
            f"cheap talk '{game.name}' has no equilibrium with {cells} cells: 1 to {most}"
        )
    return _partition(numbers, cells)


def most_cells(game: CheapTalk, at: Mapping[str, Any] | None = None) -> int:
    r"""Return the largest N with :math:`2 N (N - 1) |b| < L`.

    Raises
    ------
    DeclarationError
        If a value is not allowed, or the bias is 0.

    Examples
    --------
    >>> most_cells(CheapTalk("dialogue", "0.01")), most_cells(CheapTalk("dialogue", "1/4"))
    (7, 1)
    """
    numbers = game.at(at)
    if numbers.bias == 0:
        raise DeclarationError(
            f"cheap talk '{game.name}': with a bias of 0 the state may be told in full or up to "
            "any number of cells; the bias has to differ from 0"
        )
    below = (numbers.high - numbers.low) / (2 * abs(numbers.bias))
    largest = ceil(below) - 1  # N(N - 1) is a whole number below it
    return (1 + isqrt(1 + 4 * largest)) // 2


def critical_bias(game: CheapTalk, cells: int, at: Mapping[str, Any] | None = None) -> Fraction:
    r"""Return the size of the bias from which on there is no equilibrium with N cells, L/(2N(N-1)).

    Raises
    ------
    DeclarationError
        If a value is not allowed, or N < 2: babbling is an equilibrium with every bias.

    Examples
    --------
    >>> critical_bias(CheapTalk("dialogue", "0.05"), 2)
    Fraction(1, 4)
    """
    if cells < 2:
        raise DeclarationError(f"one cell is possible with every bias: at least 2, not {cells}")
    numbers = game.at(at)
    return Fraction(numbers.high - numbers.low) / (2 * cells * (cells - 1))


def delegation(game: CheapTalk, at: Mapping[str, Any] | None = None) -> tuple[Fraction, Fraction]:
    """Return the expected utilities of receiver and sender if the sender decides.

    Raises
    ------
    DeclarationError
        If a value is not allowed.

    Examples
    --------
    >>> delegation(CheapTalk("dialogue", "0.05"))
    (Fraction(-1, 400), Fraction(0, 1))
    """
    return -(Fraction(game.at(at).bias) ** 2), Fraction(0)


def partition_formulas(game: CheapTalk) -> PartitionFormulas:
    """Return the equilibrium with N cells as formulas, proved in the steps above.

    Raises
    ------
    DeclarationError
        If a parameter is called `cell` or `cells`.

    Examples
    --------
    >>> from pigou.game import Parameter
    >>> found = partition_formulas(CheapTalk("dialogue", "b", parameters=[Parameter("b")]))
    >>> found.cut, found.receiver
    (-2*b*cell*(-cell + cells) + cell/cells, -b**2*(cells**2 - 1)/3 - 1/(12*cells**2))
    """
    names = [p.name for p in game.parameters]
    if {"cell", "cells"} & set(names):
        raise DeclarationError(
            f"cheap talk '{game.name}': 'cell' and 'cells' are the index and the number of cells, "
            "no names for parameters"
        )
    bias, low, high = (read_expression(f, names) for f in (game.bias, game.low, game.high))
    cell, cells = symbol("cell"), symbol("cells")
    length = high - low
    receiver = -(length**2) / (12 * cells**2) - bias**2 * (cells**2 - 1) / 3
    return PartitionFormulas(
        low + cell * length / cells - 2 * bias * cell * (cells - cell),
        receiver,
        receiver - bias**2,
        length - 2 * cells * (cells - 1) * sp.Abs(bias),
    )


def _partition(game: CheapTalk, cells: int) -> Partition:
    """Return the equilibrium, with every condition checked and utilities added up over cells."""
    low, length, bias = Fraction(game.low), Fraction(game.high - game.low), Fraction(game.bias)
    cuts = [low + i * length / cells - 2 * bias * i * (cells - i) for i in range(cells + 1)]
    actions = [(a + b) / 2 for a, b in pairwise(cuts)]
    indifferent = all(
        cut + bias - before == after - cut - bias
        for cut, (before, after) in zip(cuts[1:-1], pairwise(actions), strict=True)
    )
    ordered = all(a < b for a, b in pairwise(cuts))
    if not (indifferent and ordered and (cuts[0], cuts[-1]) == (game.low, game.high)):
        raise StructureError(f"cheap talk '{game.name}': {cells} cells are no equilibrium")
    receiver = _expected(cuts, actions, Fraction(0), length)
    return Partition(tuple(cuts), tuple(actions), receiver, _expected(cuts, actions, bias, length))


def _expected(
    cuts: list[Fraction], actions: list[Fraction], bias: Fraction, length: Fraction
) -> Fraction:
    """Return the mean of minus the squared distance of the action from the state and the bias."""
    total = Fraction(0)
    for (a, b), y in zip(pairwise(cuts), actions, strict=True):
        total += ((b + bias - y) ** 3 - (a + bias - y) ** 3) / 3
    return -total / length
