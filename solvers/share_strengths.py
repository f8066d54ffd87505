r"""At which strengths of a reform a pure profile of a continuum is an equilibrium: exactly.

As in `pigou.solvers.strengths`, gains at strength s are
:math:`(1 - s)\,\Delta^{\text{before}} + s\,\Delta^{\text{after}}`. Where all members of each type
do the same, the share of all who take the second choice is a given number, so that the conditions
of every type are linear in s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from flint import fmpq

from pigou.solvers.mean_field import Mass, Reader, spot_at
from pigou.solvers.strengths import span_of
from pigou.solvers.typed_mean_field import Masses

__all__ = ["Shares", "shares_of", "share_span"]


class Shares(NamedTuple):
    """A continuum before and after a reform, by type; without types it is one.

    Attributes
    ----------
    names : tuple of str
    sizes : tuple of Fraction
    before, after : tuple of Mass
    labels : tuple of str
    """

    names: tuple[str, ...]
    sizes: tuple[Fraction, ...]
    before: tuple[Mass, ...]
    after: tuple[Mass, ...]
    labels: tuple[str, str]


def shares_of(before: Mass | Masses, after: Mass | Masses) -> Shares | None:
    """Return a continuum before and after a reform, if it has the same types and choices in both.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Game, Move, Player, subsidy
    >>> from pigou.solvers.mean_field import continuum_of
    >>> firms = Player("firm", size=sp.oo)
    >>> moves = [Move("up", "firm", {"no": 0, "yes": 1})]
    >>> game = Game("g", [firms], moves, {"firm": "up*(mean(up) - 1/3)"})
    >>> pair = (continuum_of(one, {}) for one in (game, subsidy("up", 1)(game)))
    >>> share_span(shares_of(*pair), (0,))
    (Fraction(0, 1), Fraction(1, 3))
    """
    one, other = _by_type(before), _by_type(after)
    if one[:2] != other[:2] or before.labels != after.labels:
        return None
    return Shares(one[0], one[1], one[2], other[2], before.labels)


def _by_type(about: Mass | Masses) -> tuple[Any, Any, tuple[Mass, ...]]:
    if isinstance(about, Masses):
        return about.names, about.sizes, about.kinds
    return ("",), (Fraction(1),), (about,)


def share_span(about: Shares, taking: Sequence[int]) -> tuple[Fraction, Fraction] | None:
    """Return the strengths at which a pure profile is an equilibrium: a closed interval, or None.

    Parameters
    ----------
    about : Shares
    taking : sequence of int
        For each type 1 if its members take the second choice, and 0 otherwise.

    Examples
    --------
    See `shares_of`.
    """
    return span_of(_losses(about, taking))


def _losses(about: Shares, taking: Sequence[int]) -> Iterator[tuple[Any, Any]]:
    """Yield what each type loses by the other choice at strength 0, and by how much that rises."""
    share = sum((m for m, y in zip(about.sizes, taking, strict=True) if y), Fraction(0))
    point = fmpq(share.numerator, share.denominator)
    for one, other, taken in zip(about.before, about.after, taking, strict=True):
        gains = [Reader(kind, spot_at(point)).gain()(point) for kind in (one, other)]
        first, last = (gain if taken else -gain for gain in gains)
        yield first, last - first
