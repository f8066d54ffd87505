r"""Equilibria in which three or more choices are taken, where payoffs have thresholds.

With a choice c in the support that pays the same whatever the others of the support do, as staying
out does, and each other choice a of it dependent on one count only, that of d(a) (its own, mostly),
the conditions come apart:

- *Mixed*: :math:`p_{d(a)}` is a root of the expected gain of a over c, for each a
  (`pigou.solvers.binomial_roots`), and the rest, which has to be positive, takes c.
- *Pure*, where each depends on its own count: with :math:`\Delta_a(k)` what a gains over c beside k
  others who take a, nobody changes between a and c iff :math:`\Delta_a(m_a - 1) \ge 0 \ge
  \Delta_a(m_a)`. As c pays between the two, nobody changes between a and b either.

A choice outside the support has to pay no more than c. Other supports are left open.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import sympy as sp

from pigou.exact import Enclosure
from pigou.expression import Total, each, symbol
from pigou.solvers.binomial_roots import binomial_roots
from pigou.solvers.piecewise import Piecewise
from pigou.solvers.population import pure_counts
from pigou.solvers.several_choices import Crowd
from pigou.solvers.several_counts import CountBox, on_edge
from pigou.solvers.several_edges import sign_throughout

__all__ = ["Apart", "apart", "mixtures_apart", "pure_apart"]


class Apart(NamedTuple):
    """A support whose conditions come apart.

    Attributes
    ----------
    base : int
        The choice that pays the same whatever the others of the support do.
    gains : list of (int, int, Piecewise)
        For each other choice a of it: a, d(a), and what a gains over the base.
    outside : list of (int or None, Piecewise)
        For each choice outside: the count that it depends on, and what it gains over the base.
    """

    base: int
    gains: list[tuple[int, int, Piecewise]]
    outside: list[tuple[int | None, Piecewise]]


def apart(crowd: Crowd, support: tuple[int, ...]) -> Apart | None:
    """Return how the conditions of a support of at least three come apart; None if they do not.

    Raises
    ------
    StructureError
        If payoffs are not polynomial in one count, piece by piece.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> firms = [Player("firm", size=1000)]
    >>> payoffs = {
    ...     "firm": "if(go == a, sum(go == a) >= 99, if(go == b, 2*(sum(go == b) >= 7), 1/3))"
    ... }
    >>> game = Game("g", firms, [Move("go", "firm", {"a": 0, "b": 1, "out": 2})], payoffs)
    >>> found = apart(crowd_of(game, {}), (0, 1, 2))
    >>> found.base, [(a, d) for a, d, _ in found.gains]
    (2, [(0, 0), (1, 1)])
    """
    number = len(crowd.labels)
    counts = {own: _counts_that_matter(crowd, support, own) for own in range(number)}
    base = next((c for c in support if counts[c] == ()), None)
    if base is None or None in counts.values():
        return None
    gains: list[tuple[int, int, Piecewise]] = []
    outside: list[tuple[int | None, Piecewise]] = []
    for own, matter in counts.items():
        if own == base:
            continue
        assert matter is not None
        count = matter[0] if matter else None
        if count == base or (count is None and own in support):
            return None
        pair = (base, next(a for a in support if a != base) if count is None else count)
        gain = on_edge(crowd, pair, own) - on_edge(crowd, pair, base)
        if own in support and count is not None:
            gains.append((own, count, gain))
        else:
            outside.append((count, gain))
    if len({count for _, count, _ in gains}) < len(gains):
        return None
    return Apart(base, gains, outside)


def _counts_that_matter(
    crowd: Crowd, support: tuple[int, ...], own: int
) -> tuple[()] | tuple[int] | None:
    """Return the one count of a support that a choice's payoff depends on, or none; else None."""

    def numbers(choice: int, name: Callable[[str], sp.Symbol]) -> dict[sp.Basic, sp.Basic]:
        options = crowd.options[choice].items()
        return {name(k): sp.Rational(int(v.p), int(v.q)) for k, v in options}

    formula = crowd.game.payoff(crowd.player).xreplace(numbers(own, symbol))
    rows = [
        {b: total.args[0].xreplace(numbers(b, each)) for b in support}
        for total in formula.atoms(Total)
    ]
    if all(len(set(row.values())) == 1 for row in rows):
        return ()
    for choice in support:
        if all(len({v for b, v in row.items() if b != choice}) == 1 for row in rows):
            return (choice,)
    return None


def mixtures_apart(crowd: Crowd, found: Apart) -> Iterator[dict[int, Enclosure] | str]:
    """Yield the symmetric mixtures of a support, and in words what is open.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> firms = [Player("firm", size=1000)]
    >>> payoffs = {"firm": "if(go == a, sum(go == a) > 99, if(go == b, 2*(sum(go == b) > 7), 1/3))"}
    >>> game = Game("g", firms, [Move("go", "firm", {"a": 0, "b": 1, "out": 2})], payoffs)
    >>> crowd = crowd_of(game, {})
    >>> for mixture in mixtures_apart(crowd, apart(crowd, (0, 1, 2))):
    ...     print({a: round(share.value, 4) for a, share in mixture.items()})
    {0: 0.0947, 1: 0.0045, 2: 0.9008}
    """
    choices = []
    for _, count, gain in found.gains:
        if all(run.sign == 0 for run in gain.runs):
            yield "two of them pay the same whatever others do"
            return
        roots = binomial_roots(gain)
        if roots.unresolved:
            yield f"what {crowd.labels[count]} gains may touch zero"
        choices.append([(count, root.share) for root in roots.roots])
    for row in itertools.product(*choices):
        shares = dict(row)
        rest = Enclosure.point(1) - sum(shares.values(), Enclosure.point(0))
        if rest.upper <= 0:
            continue
        if rest.lower <= 0:
            yield f"whether {crowd.labels[found.base]} is taken at a solution"
            continue
        signs = [sign_throughout(g, shares[_place(d, shares)]) for d, g in found.outside]
        if 1 in signs:
            continue
        if None in signs:
            yield "whether another choice pays as much at a solution"
            continue
        yield {**shares, found.base: rest}


def _place(count: int | None, shares: dict[int, Enclosure]) -> int:
    """Return the count that matters, or any one if none does."""
    return next(iter(shares)) if count is None else count


def pure_apart(crowd: Crowd, found: Apart) -> Iterator[CountBox] | None:
    """Return the pure profiles of a support, as boxes of counts; None if they do not come apart.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> firms = [Player("firm", size=1000)]
    >>> payoffs = {"firm": "if(go == a, 9 - sum(go == a), if(go == b, sum(go == b) < 7, 1/3))"}
    >>> game = Game("g", firms, [Move("go", "firm", {"a": 0, "b": 1, "out": 2})], payoffs)
    >>> crowd = crowd_of(game, {})
    >>> [(box.support, box.ranges) for box in pure_apart(crowd, apart(crowd, (0, 1, 2)))]
    [((2, 0, 1), ((8, 8), (6, 6)))]
    """
    if any(own != count for own, count, _ in found.gains):
        return None
    if any(count is not None for count, _ in found.outside):
        return None
    return _boxes(crowd, found)


def _boxes(crowd: Crowd, found: Apart) -> Iterator[CountBox]:
    assert crowd.size is not None
    beside = [gain(0) for _, gain in found.outside]
    if any(value > 0 for value in beside):
        return
    support = (found.base, *(own for own, _, _ in found.gains))
    ranges = []
    for _, _, gain in found.gains:
        inside = [run for run in pure_counts(gain) if run.high >= 1 and run.low < crowd.size]
        ranges.append([run._replace(low=max(run.low, 1)) for run in inside])
    for row in itertools.product(*ranges):
        if sum(run.low for run in row) < crowd.size:
            strict = all(run.strict for run in row) and all(value < 0 for value in beside)
            high = crowd.size - 1
            box = tuple((run.low, min(run.high, high)) for run in row)
            yield CountBox(support, box, strict)
