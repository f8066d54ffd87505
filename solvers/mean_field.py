r"""All equilibria of a continuum of members with two choices: mean-field payoffs.

A single member has no weight. With x the share of members who take the second choice and
:math:`\Delta(x)` what it gains there, x is an equilibrium iff :math:`\Delta(x) = 0`, or x = 0 and
:math:`\Delta(0) \le 0`, or x = 1 and :math:`\Delta(1) \ge 0`.

Steps
-----
1. [0, 1] is cut where a condition in the payoffs changes: at roots of polynomials, isolated exactly
   (`pigou.solvers.roots`). On the open intervals between the cuts, conditions are decided at one
   rational share, and the formula is a ratio of polynomials there if none of the polynomials that
   decided them, and none that is divided by, has a root inside; otherwise that root is another cut.
2. At every cut conditions are decided anew, exactly, as a threshold may hold only with equality.
   A division by zero is one only where it is carried out: at a cut, and not next to it.
3. All roots of :math:`\Delta` within the intervals are isolated, and its sign at the cuts decided:
   it is that of the numerator times the denominator.
4. An equilibrium is stable under best-response dynamics iff :math:`\Delta` falls through it.

Where :math:`\Delta` jumps from positive to negative without being zero there is no equilibrium,
though best-response dynamics come to rest there; such a share is returned, too.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import arb, fmpq, fmpq_poly

from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.expression import If, Lookup, Total, each
from pigou.game import Choice, Game
from pigou.solvers.population import draws
from pigou.solvers.rational import Ratio
from pigou.solvers.roots import Root, real_roots, sign_at

__all__ = [
    "Mass",
    "MeanField",
    "Optimum",
    "Rest",
    "Spot",
    "continuum_of",
    "mean_field",
    "optimum",
    "pieces_of_gain",
    "total_gain",
]

_LARGEST_POWER = 100
MOST_CUTS = 500


class Spot(NamedTuple):
    """A share that is known exactly: a rational, or a root of a polynomial.

    Attributes
    ----------
    root : Root
    of : fmpq_poly
        A polynomial that has this root.

    Examples
    --------
    >>> from pigou.solvers.roots import exact_root
    >>> half = Spot(exact_root(Fraction(1, 2)), fmpq_poly([-1, 2]))
    >>> half.share, half.sign(fmpq_poly([1, -3]))
    (Enclosure(1/2), -1)
    """

    root: Root
    of: Any

    @property
    def share(self) -> Enclosure:
        """The share."""
        return self.root.enclosure

    def sign(self, polynomial: Any) -> int:
        """Return the sign of a polynomial there."""
        found = 0 if polynomial.is_zero() else sign_at(polynomial, self.root, self.of)
        if found is None:
            raise StructureError(f"the sign of a payoff at a share of {self.share} cannot be told")
        return found


class Rest(NamedTuple):
    """A share at which nobody wants to change, and the signs of the gain next to it.

    Attributes
    ----------
    share : Enclosure
    before, here, after : int
        Signs of what the second choice gains; beyond 0 and 1 the opposite of the sign inside.
    """

    share: Enclosure
    before: int
    here: int
    after: int

    @property
    def falls(self) -> bool | None:
        """Whether the gain falls through it (stable), rises, or neither."""
        if self.before > 0 > self.after:
            return True
        return False if self.before < 0 < self.after else None


class MeanField(NamedTuple):
    """All shares at which nobody wants to change, and how they were found.

    Attributes
    ----------
    rests : list of Rest
        Isolated ones and the ends of intervals of such shares, in order.
    intervals : list of tuple of Enclosure
        Intervals throughout which the choices pay the same.
    jumps : list of Enclosure
        Shares where the gain jumps from positive to negative without being zero.
    pieces : int
    signs : list of int
        The signs of the gain from 0 to 1, at the cuts too.
    polynomial : bool
        Whether the gain is a polynomial between each two cuts, and not a ratio of two.
    """

    rests: list[Rest]
    intervals: list[tuple[Enclosure, Enclosure]]
    jumps: list[Enclosure]
    pieces: int
    signs: list[int]
    polynomial: bool = True


class Mass(NamedTuple):
    """A continuum of members with two choices, and nobody else who moves."""

    game: Game
    at: Mapping[str, Fraction]
    player: str
    move: str
    labels: tuple[str, str]


def continuum_of(game: Game, at: Mapping[str, Fraction]) -> Mass | None:
    """Return the continuum of a game if nobody else moves and it has two choices, else None.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Move, Player
    >>> firms = Player("firm", size=sp.oo)
    >>> game = Game("g", [firms], [Move("up", "firm", {"no": 0, "yes": 1})], {"firm": "up"})
    >>> continuum_of(game, {}).labels
    ('no', 'yes')
    """
    if len(game.players) != 1 or len(game.moves) != 1:
        return None
    (player,), (move,) = game.players, game.moves
    plain = player.size == sp.oo and not player.types and isinstance(move.domain, Choice)
    if not plain or len(move.choice.labels) != 2 or move.choice.exit is not None:
        return None
    first, second = move.choice.labels
    return Mass(game, at, player.name, move.name, (first, second))


def mean_field(about: Mass) -> MeanField:
    """Return every equilibrium of a continuum of members with two choices.

    Raises
    ------
    StructureError
        If a payoff is not rational in the share, piece by piece, or has more than 500 cuts.
    DeclarationError
        If it divides by zero at a share.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Move, Player
    >>> firms = Player("firm", size=sp.oo)
    >>> moves = [Move("up", "firm", {"no": 0, "yes": 1})]
    >>> game = Game("g", [firms], moves, {"firm": "up*(if(mean(up) >= 1/3, mean(up), 0) - 1/2)"})
    >>> [(str(rest.share), rest.falls) for rest in mean_field(continuum_of(game, {})).rests]
    [('0', True), ('1/2', False), ('1', True)]
    """
    spots, gains, at = pieces_of_gain(about)
    here = [spot.sign(gain.sign) for spot, gain in zip(spots, at, strict=True)]
    found = _found(spots, [gain.sign for gain in gains], here)
    return found._replace(polynomial=all(gain.is_polynomial for gain in gains))


def pieces_of_gain(about: Mass) -> tuple[list[Spot], list[Ratio], list[Ratio]]:
    """Return cuts of [0, 1], what the second choice gains between each two, and what at each.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Move, Player
    >>> firms = Player("firm", size=sp.oo)
    >>> moves = [Move("up", "firm", {"no": 0, "yes": 1})]
    >>> game = Game("g", [firms], moves, {"firm": "up*if(mean(up) > 1/2, 1/mean(up), 2)"})
    >>> cuts, inside, here = pieces_of_gain(continuum_of(game, {}))
    >>> [str(cut.share) for cut in cuts], inside, here[1]
    (['0', '1/2', '1'], [Ratio(2, 1), Ratio(1, x)], Ratio(2, 1))
    """
    spots, gains = pieces_of(about, Reader.gain)
    return spots, gains, [Reader(about, spot).gain() for spot in spots]


class Optimum(NamedTuple):
    """The largest value of total payoffs, where it is taken, and whether it is taken at all.

    Attributes
    ----------
    welfare : Enclosure
    shares : list of Enclosure
        Several where they tie, as far as can be told.
    attained : bool
        If not, total payoffs come as close as one likes next to these shares.

    Examples
    --------
    >>> Optimum(Enclosure.point(1), [Enclosure.point(0)], True).attained
    True
    """

    welfare: Enclosure
    shares: list[Enclosure]
    attained: bool


def optimum(about: Mass) -> Optimum:
    """Return the shares at which payoffs and surpluses before transfers are largest in total.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Move, Player
    >>> firms = Player("firm", size=sp.oo)
    >>> moves = [Move("up", "firm", {"no": 0, "yes": 1})]
    >>> game = Game("g", [firms], moves, {"firm": "up*(1 - mean(up))"})
    >>> best = optimum(continuum_of(game, {}))
    >>> str(best.welfare), [str(share) for share in best.shares], best.attained
    ('1/4', ['1/2'], True)
    """
    plain = about._replace(game=replace(about.game, transfers=()))
    spots, totals = pieces_of(plain, Reader.welfare)
    places = [(Reader(plain, s).welfare().at(s.root), s.share, True) for s in spots]
    for total, low, high in zip(totals, spots, spots[1:], strict=False):
        places += [(total.at(end.root), end.share, False) for end in _bounded(total, low, high)]
        places += [(total.at(s.root), s.share, True) for s in cuts_within(total.slope, low, high)]
        if total.is_constant:
            middle = between(low, high)
            places.append((total.at(middle.root), middle.share, True))
    top = max(value.lower for value, _, _ in places)
    best = [one for one in places if one[0].upper >= top]
    attained = [one for one in best if one[2]]
    welfare = Enclosure(top, max(value.upper for value, _, _ in best))
    where = sorted({share for _, share, _ in attained or best}, key=lambda share: share.lower)
    return Optimum(welfare, where, bool(attained))


def _bounded(total: Ratio, low: Spot, high: Spot) -> list[Spot]:
    """Return the ends of an interval next to which a ratio does not fall without bound."""
    kept = []
    for end in (low, high):
        is_pole = not total.is_polynomial and end.sign(total.under) == 0
        if is_pole and _next_to(total.sign, low, high, end is high) > 0:
            raise StructureError(
                f"total payoffs rise without bound towards a share of {end.share}: there is no best"
            )
        kept += [] if is_pole else [end]
    return kept


def total_gain(about: Mass) -> Enclosure:
    """Enclose the integral of what the second choice gains over all shares.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Move, Player
    >>> firms = Player("firm", size=sp.oo)
    >>> moves = [Move("up", "firm", {"no": 0, "yes": 1})]
    >>> game = Game("g", [firms], moves, {"firm": "up*(mean(up) - 1/3)"})
    >>> total_gain(continuum_of(game, {}))
    Enclosure(1/6)
    """
    spots, gains = pieces_of(about, Reader.gain)
    total = Enclosure.point(0)
    for gain, low, high in zip(gains, spots, spots[1:], strict=False):
        total = total + gain.integral(low.root, high.root)
    return total


def pieces_of(about: Mass, read: Callable[[Reader], Ratio]) -> tuple[list[Spot], list[Ratio]]:
    """Return cuts of [0, 1], and what is read as one ratio between each two of them."""
    spots = [spot_at(fmpq(0)), spot_at(fmpq(1))]
    found: list[Ratio] = []
    while len(found) < len(spots) - 1:
        low, high = spots[len(found)], spots[len(found) + 1]
        reader = Reader(about, between(low, high))
        ratio = read(reader)
        cuts = [cut for q in reader.met for cut in cuts_within(q, low, high)]
        if cuts:
            spots.insert(len(found) + 1, min(cuts, key=lambda spot: spot.share.lower))
        else:
            found.append(ratio)
        if len(spots) > MOST_CUTS:
            raise StructureError(f"a payoff has more than {MOST_CUTS} cuts over the share")
    return spots, found


def _found(spots: Sequence[Spot], gains: Sequence[Any], here: Sequence[int]) -> MeanField:
    """Collect where nobody wants to change, from the gains between the cuts and at them."""
    sides = [
        (
            _next_to(gain, spots[i], spots[i + 1], False),
            _next_to(gain, spots[i], spots[i + 1], True),
        )
        for i, gain in enumerate(gains)
    ]
    rests: list[Rest] = []
    signs: list[int] = []
    intervals, jumps = [], []
    for i, spot in enumerate(spots):
        before = sides[i - 1][1] if i else -sides[0][0]
        after = sides[i][0] if i < len(gains) else -sides[-1][1]
        fits = here[i] == 0 or (i == 0 and here[i] < 0) or (i == len(gains) and here[i] > 0)
        if fits:
            rests.append(Rest(spot.share, before, here[i], after))
        elif (before > 0 or i == 0) and (after < 0 or i == len(gains)):
            jumps.append(spot.share)
        signs.append(here[i])
        if i < len(gains):
            inside = [] if gains[i].is_zero() else _within(gains[i], spot, spots[i + 1])
            rests += inside
            signs += [sides[i][0], *(sign for rest in inside for sign in (0, rest.after))]
            if gains[i].is_zero():
                intervals.append((spot.share, spots[i + 1].share))
    return MeanField(rests, intervals, jumps, len(gains), signs)


def _within(gain: Any, low: Spot, high: Spot) -> list[Rest]:
    """Return the roots of a gain strictly between two cuts, with the signs next to them."""
    inside = cuts_within(gain, low, high)
    inside.sort(key=lambda spot: spot.share.lower)
    samples = [between(a, b) for a, b in itertools.pairwise([low, *inside, high])]
    signs = [sample.sign(gain) for sample in samples]
    return [
        Rest(spot.share, before, 0, after)
        for spot, (before, after) in zip(inside, itertools.pairwise(signs), strict=True)
    ]


def _next_to(gain: Any, low: Spot, high: Spot, at_end: bool) -> int:
    """Return the sign of a gain next to the start or to the end of an interval."""
    inside = sorted(cuts_within(gain, low, high), key=lambda spot: spot.share.lower)
    if at_end:
        return between(inside[-1] if inside else low, high).sign(gain)
    return between(low, inside[0] if inside else high).sign(gain)


def spot_at(share: Any) -> Spot:
    return Spot(Root(arb(share), 1, share), fmpq_poly([-share, 1]))


def between(low: Spot, high: Spot) -> Spot:
    """Return a rational share between two."""
    middle = (low.share.upper + high.share.lower) / 2
    return spot_at(fmpq(middle.numerator, middle.denominator))


def cuts_within(polynomial: Any, low: Spot, high: Spot) -> list[Spot]:
    """Return the roots of a polynomial strictly between two shares."""
    if polynomial.degree() < 1:
        return []
    found = []
    for root in real_roots(polynomial):
        spot, ends = Spot(root, polynomial), (low, high)
        if any(same_spot(end, spot) for end in ends):
            continue
        if any(end.share.overlaps(spot.share) for end in ends):
            raise StructureError(f"two cuts next to a share of {spot.share} cannot be told apart")
        if low.share.upper < spot.share.lower and spot.share.upper < high.share.lower:
            found.append(spot)
    return found


def same_spot(one: Spot, other: Spot) -> bool:
    """Whether two shares are the same number."""
    return one.share.overlaps(other.share) and one.sign(other.of) == 0


class Reader:
    """Reads payoffs at one share, and keeps the polynomials whose zeros may change what is read."""

    def __init__(self, about: Mass, spot: Spot):
        self.about, self.spot = about, spot
        self.met: list[Any] = []

    def gain(self) -> Ratio:
        """Return what the second choice gains, as a ratio of polynomials in the share."""
        formula = self.about.game.payoff(self.about.player)
        return self.expected(formula, 1) - self.expected(formula, 0)

    def welfare(self) -> Ratio:
        """Return all payoffs and surpluses, as a ratio of polynomials in the share."""
        game = self.about.game
        first, second = (self.expected(game.payoff(self.about.player), own) for own in (0, 1))
        others = (self.expected(b.surplus, None) for b in game.bystanders)
        return sum(others, _STAYING * first + _TAKING * second)

    def expected(self, formula: sp.Expr, own: int | None) -> Ratio:
        """Return a formula for a member who takes a choice, expected over draws of chance."""
        choice = self.about.game.moves[0].choice
        options = [{self.about.move: _exact(choice.options[k])} for k in self.about.labels]
        constants = {name: _exact(value) for name, value in self.about.at.items()}
        total = Ratio(0)
        for weight, draw in draws(self.about.game, self.about.at):
            known = {**constants, **draw, **({} if own is None else options[own])}
            total += Ratio(weight) * self.read(formula, known, options)
        return total

    def read(self, node: sp.Basic, known: Mapping[str, Any], options: Sequence[Any]) -> Ratio:
        """Return a formula as a ratio of polynomials in the share."""
        if node.is_Rational:
            return Ratio(fmpq(int(node.p), int(node.q)))
        if isinstance(node, sp.Symbol):
            return Ratio(known[node.name])
        if isinstance(node, If):
            branch = 1 if self.holds(node.args[0], known, options) else 2
            return self.read(node.args[branch], known, options)
        if isinstance(node, Total):
            inside = [{**known, **{each(k).name: v for k, v in own.items()}} for own in options]
            parts = [self.read(node.args[0], values, options) for values in inside]
            return _STAYING * parts[0] + _TAKING * parts[1]
        if isinstance(node, Lookup):
            where = [self.read(part, known, options)(fmpq(0)) for part in node.args[0]]
            numbers = [sp.Rational(int(v.p), int(v.q)) for v in where]
            return self.read(Lookup.entry(numbers, *node.args[1:]), known, options)
        return self.operated(node, [self.read(part, known, options) for part in node.args])

    def operated(self, node: sp.Basic, parts: list[Ratio]) -> Ratio:
        """Join the parts of a sum, a product, a power, a maximum, a minimum or a size."""
        if isinstance(node, sp.Add):
            return sum(parts, Ratio(0))
        if isinstance(node, sp.Mul):
            return math.prod(parts, start=Ratio(1))
        if isinstance(node, sp.Abs):
            return -parts[0] if self.sign(parts[0]) < 0 else parts[0]
        if isinstance(node, sp.Max | sp.Min):
            best = parts[0]
            for part in parts[1:]:
                if (self.sign(part - best) > 0) == isinstance(node, sp.Max):
                    best = part
            return best
        if isinstance(node, sp.Pow) and parts[1].is_constant:
            exponent, base = parts[1](fmpq(0)), parts[0]
            if exponent.q == 1 and abs(exponent) <= _LARGEST_POWER:
                if exponent < 0 and self.sign(base) == 0:
                    where = "" if base.is_constant else f" and a share of {self.spot.share}"
                    raise DeclarationError(
                        f"a payoff divides by zero at these parameter values{where}"
                    )
                return base ** int(exponent.p)
        raise StructureError(f"'{node}' is not rational in the share, piece by piece")

    def holds(self, node: sp.Basic, known: Mapping[str, Any], options: Sequence[Any]) -> bool:
        """Decide a condition at the share."""
        if node in (sp.true, sp.false):
            return bool(node == sp.true)
        if isinstance(node, sp.Not):
            return not self.holds(node.args[0], known, options)
        if isinstance(node, sp.And | sp.Or):
            parts = (self.holds(part, known, options) for part in node.args)
            return all(parts) if isinstance(node, sp.And) else any(parts)
        left, right = (self.read(part, known, options) for part in node.args)
        return self.sign(left - right) in _HOLDS[type(node)]

    def sign(self, ratio: Ratio) -> int:
        """Return the sign of a ratio at the share, and remember that it was asked for."""
        self.met.append(ratio.sign)
        return self.spot.sign(ratio.sign)


_STAYING, _TAKING = Ratio(fmpq_poly([1, -1])), Ratio(fmpq_poly([0, 1]))


def _exact(number: Fraction) -> Any:
    return fmpq(number.numerator, number.denominator)


_HOLDS: dict[type, tuple[int, ...]] = {
    sp.StrictLessThan: (-1,),
    sp.LessThan: (-1, 0),
    sp.StrictGreaterThan: (1,),
    sp.GreaterThan: (0, 1),
    sp.Equality: (0,),
    sp.Unequality: (-1, 1),
}
