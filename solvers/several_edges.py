"""Symmetric mixtures of two of several choices in a large crowd, whatever thresholds payoffs have.

Where two choices are taken, what each choice pays is a function of one count, polynomial piece by
piece. Mixtures are the roots of what the second gains over the first, expected over a binomial
distribution (`pigou.solvers.binomial_roots`). A third choice pays less, or more, at a root if its
own gain has no root in the enclosure and that sign at an end.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from flint import fmpq

from pigou.exact import Enclosure
from pigou.solvers.binomial import Binomial
from pigou.solvers.binomial_roots import binomial_roots
from pigou.solvers.piecewise import Piecewise
from pigou.solvers.roots import working_precision
from pigou.solvers.several_choices import Crowd
from pigou.solvers.several_counts import on_edge

__all__ = ["EdgeMixtures", "PairMixture", "mixtures_of_pairs", "sign_throughout"]


class PairMixture(NamedTuple):
    """A symmetric mixture of two choices.

    Attributes
    ----------
    support : tuple of int
    share : Enclosure
        Of the second choice.
    falls : bool or None
        Whether what the second gains falls through it; None where other choices may pay as much.
    """

    support: tuple[int, int]
    share: Enclosure
    falls: bool | None


class EdgeMixtures(NamedTuple):
    """What was found, and what is open."""

    found: list[PairMixture]
    open: list[str]


def mixtures_of_pairs(crowd: Crowd) -> EdgeMixtures:
    """Return every symmetric equilibrium in which two choices are taken.

    Raises
    ------
    StructureError
        If what a choice pays there is not polynomial in the count, piece by piece.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> cars = [Player("car", size=1000)]
    >>> payoffs = {"car": "if(go == a, if(sum(go == a) > 500, 0, 2), if(go == b, 1, 0))"}
    >>> game = Game("roads", cars, [Move("go", "car", {"a": 0, "b": 1, "c": 2})], payoffs)
    >>> [(one.support, one.share.value) for one in mixtures_of_pairs(crowd_of(game, {})).found]
    [((0, 1), 0.5)]
    """
    result = EdgeMixtures([], [])
    for pair in itertools.combinations(crowd.staying, 2):
        names = " and ".join(crowd.labels[a] for a in pair)
        pays = [on_edge(crowd, pair, own) for own in range(len(crowd.labels))]
        gain = pays[pair[1]] - pays[pair[0]]
        others = [pays[c] - pays[pair[0]] for c in range(len(pays)) if c not in pair]
        if all(run.sign == 0 for run in gain.runs):
            if not any(all(run.sign > 0 for run in other.runs) for other in others):
                result.open.append(f"mixtures of {names}, which pay the same whatever others do")
            continue
        roots = binomial_roots(gain)
        for one in roots.unresolved:
            result.open.append(f"mixtures of {names}: a share of {crowd.labels[pair[1]]} from "
                               f"{one.lower} to {one.upper}")  # fmt: skip
        for root in roots.roots:
            signs = [sign_throughout(other, root.share) for other in others]
            if any(sign == 1 for sign in signs):
                continue
            if None in signs:
                share = f"{root.share.value:.12g}"
                result.open.append(
                    f"a mixture of {names}, {share} of them {crowd.labels[pair[1]]}: whether "
                    "another choice pays as much"
                )
                continue
            falls = root.falls if all(signs) else None
            result.found.append(PairMixture(pair, root.share, falls))
    return result


def sign_throughout(function: Piecewise, share: Enclosure) -> int | None:
    """Return the sign of an expectation throughout an enclosure; None if it may change.

    Examples
    --------
    >>> from flint import fmpq_poly
    >>> from pigou.solvers.piecewise import Piece
    >>> step = Piecewise([Piece(0, 499, fmpq_poly([-1])), Piece(500, 999, fmpq_poly([1]))])
    >>> [sign_throughout(step, Enclosure.point(share)) for share in ("1/3", "1/2")]
    [-1, None]
    """
    signs = {run.sign for run in function.runs}
    if signs == {0}:
        return 0
    if not {-1, 1} <= signs:
        return max(signs, key=abs)
    roots = binomial_roots(function)
    near = [*(root.share for root in roots.roots), *roots.unresolved]
    if any(one.overlaps(share) for one in near):
        return None
    return next(_signs_at(function, fmpq(share.lower.numerator, share.lower.denominator)), None)


def _signs_at(function: Piecewise, share: fmpq) -> Iterator[int]:
    """Yield the sign of an expectation where the share is known, at rising precision."""
    for bits in (128, 512, 2048):
        with working_precision(bits):
            value = Binomial(function.top, share, bits, thorough=bits > 128).expected(function)
            if not value.contains(0):
                yield 1 if value > 0 else -1
