r"""The likelihood of observed choices along the principal branch: its peaks, certified.

With :math:`n_a` observations of action a, in games s that share one precision,

.. math:: \ell(\lambda) = \sum_s \sum_a n_{s,a} \log x_{s,a}(\lambda) ,

without the multinomial coefficients, which do not depend on :math:`\lambda`.

Steps
-----
1. *One game*: the branch is followed in short steps. Log mixtures y are its coordinates, so that
   the slope of the likelihood along the curve is :math:`n \cdot \dot y`, with :math:`\dot y` the
   tangent. Where it changes from rise to fall between two points, halving finds the peak, on
   stretches that turn back in precision as well. Even odds are a peak where the likelihood falls
   from there on; the end of the branch is one where it still rises, or rose until it was level. A
   slope below :math:`10^{-14}` for each observation is taken for rounding. Where there is no other,
   the likelihood is flat.
2. *Several games*: each branch is cut where it turns back, into pieces that pass every precision
   once. At each precision a game takes the piece that makes its observations most likely. The sum
   of the slopes :math:`n_s \cdot y'_s(\lambda)` is followed over the points of all pieces, by
   interpolation; where it changes its sign halving finds the peak, without. (Where the best piece
   changes the sum bends upwards, and where pieces meet at a turn it falls towards the turn: neither
   is a peak.)
3. *Observed information*: :math:`-\ell''(\lambda) = - n \cdot y''`, with y'' by differentiating
   the conditions of the branch twice; the standard error is one over its root.
4. *Other branches*: from the Nash equilibria that are given, logit equilibria at the far end are
   looked for by Newton's method, and followed towards smaller precisions as in steps 1 and 2. A
   curve that leads to even odds is the principal branch, and is dropped.
5. *Certificate*: the score :math:`\ell' = \sum_g \sum_a n_a (v'_a - \sum_b x_b v'_b)`, with v the
   log odds and :math:`v' = F_v^{-1} (u - u_1)`, is enclosed at both ends of a short interval of
   precisions. If it is positive at the lower and negative at the upper end, and Krawczyk's test
   shows one continuous piece of the branch between them, a local maximum lies in the interval. That
   it is the highest of the branch is known from the scan only, which is numerical.

Sources
-------
McKelvey and Palfrey (1995), Games and Economic Behavior 10:6-38, section 4; Turocy (2005), Games
and Economic Behavior 51:243-263, for the coordinates.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from flint import arb, arb_mat, fmpq
from scipy.special import gammaincc

from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.solvers.form import FiniteForm
from pigou.solvers.logit import LogitCurve, Place
from pigou.solvers.logit_enclosure import enclose_logit
from pigou.solvers.logit_system import LogitSystem, ball, inside
from pigou.solvers.mixed_payoffs import MixedPayoffs, mixed_payoffs
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = [
    "Certificate",
    "Counted",
    "FollowedBranch",
    "FollowedBranches",
    "Peak",
    "Scan",
    "certified_peak",
    "chi_square_tail",
    "followed_branches",
    "peaks",
]

FAR = 1000.0
"""How far branches are followed by default, in one over the range of payoffs."""
_HALVINGS = 60
_BITS = 200
_WIDER = (0, 1, 3, 7, 15)
_NOISE, _SAME, _TIE = 1e-14, 1e-9, 1e-12
_LEAST = 1e-100

Array = Any


class Counted(NamedTuple):
    """A game with observed choices.

    Attributes
    ----------
    form : FiniteForm
    counts : tuple of tuple of Fraction
        Of every group, how often each action was taken.
    """

    form: FiniteForm
    counts: tuple[tuple[Fraction, ...], ...]


class Peak(NamedTuple):
    """A local maximum of the likelihood on the branch.

    Attributes
    ----------
    precision, log_likelihood : float
    information : float
        Minus the second derivative; nan where the branch turns.
    mixtures : tuple
        For each game, of every group.
    place : str
        ``"inside"``, ``"start"`` (even odds), ``"end"``: the likelihood rises up to there, or
        ``"flat"``: it is the same all along.
    """

    precision: float
    log_likelihood: float
    information: float
    mixtures: tuple[tuple[tuple[float, ...], ...], ...]
    place: str = "inside"


class Scan(NamedTuple):
    """What was found along the branch.

    Attributes
    ----------
    peaks : tuple of Peak
        The highest first.
    elsewhere : tuple of Peak
        Those along other branches; of several games, where each takes the branch that fits best.
    reached : float
        Up to which precision.
    arrived : bool
        Whether that is as far as was asked for.
    turns, crossings : int
        Of all principal branches together.
    """

    peaks: tuple[Peak, ...]
    elsewhere: tuple[Peak, ...]
    reached: float
    arrived: bool
    turns: int
    crossings: int


class FollowedBranches(NamedTuple):
    """The branches of a game, in short steps, whatever was observed.

    Attributes
    ----------
    principal : FollowedBranch
    others : tuple of FollowedBranch
    """

    principal: FollowedBranch
    others: tuple[FollowedBranch, ...]


def followed_branches(
    form: FiniteForm, most: float | None = None, nearby: Sequence[Sequence[float]] = ()
) -> FollowedBranches:
    """Follow the principal branch, and those that lead to given Nash equilibria.

    Parameters
    ----------
    form : FiniteForm
    most : float, optional
        How far the branches are followed; by default until the precision, times the range of
        payoffs, is 1,000.
    nearby : sequence of sequence of float, optional
        The mixtures of all groups, one after the other. Only Nash equilibria in which Newton's
        method finds a logit equilibrium nearby are followed, and every branch once.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> found = followed_branches(finite_form(load("coordination").game), 20.0, [(1, 0), (0, 1)])
    >>> found.principal.arrived, len(found.others)
    (True, 1)
    """
    payoffs = mixed_payoffs(form)
    principal = FollowedBranch(payoffs, most)
    known = [principal.places[-1]] if principal.arrived else []
    others: list[FollowedBranch] = []
    for mixtures in nearby:
        one = FollowedBranch(payoffs, most, np.array(mixtures, float), known)
        if one.places:
            known += [one.places[0], one.places[-1]]
            if not one.home:
                others.append(one)
    return FollowedBranches(principal, tuple(others))


def peaks(games: Sequence[Counted], along: Sequence[FollowedBranches]) -> Scan:
    """Find the local maxima of the likelihood of observed choices along branches.

    Parameters
    ----------
    games : sequence of Counted
        With one precision.
    along : sequence of FollowedBranches
        Of every game.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game)
    >>> along = followed_branches(form, nearby=[(0, 1)])
    >>> round(peaks([Counted(form, ((Fraction(7), Fraction(3)),))], [along]).peaks[0].precision, 4)
    4.5189
    >>> elsewhere = peaks([Counted(form, ((Fraction(1), Fraction(9)),))], [along]).elsewhere
    >>> [round(peak.precision, 3) for peak in elsewhere]
    [11.719]
    """
    pairs = list(zip(games, along, strict=True))
    principal = [_Branch(game, one.principal) for game, one in pairs]
    others = [[_Branch(game, path) for path in one.others] for game, one in pairs]
    return Scan(
        _highest_first(_along([[one] for one in principal])),
        _highest_first(_along_others(principal, others)) if any(others) else (),
        min(one.principal.reached for one in along),
        all(one.principal.arrived for one in along),
        sum(one.principal.places[-1].turns for one in along),
        sum(one.principal.places[-1].crossings for one in along),
    )


def _highest_first(found: Iterable[Peak]) -> tuple[Peak, ...]:
    return tuple(sorted(found, key=lambda peak: -peak.log_likelihood))


def _along(curves: Sequence[Sequence[_Branch]]) -> Iterator[Peak]:
    """Yield the peaks along the given branches of all games."""
    if len(curves) == 1:
        for one in curves[0]:
            yield from one.own_peaks()
    else:
        yield from _Together(curves).peaks()


def _along_others(
    principal: Sequence[_Branch], others: Sequence[Sequence[_Branch]]
) -> Iterator[Peak]:
    """Yield the peaks along other branches; of several games, along these and the principal one."""
    if len(principal) == 1:
        yield from _along(others)
    else:
        yield from _along([[one, *more] for one, more in zip(principal, others, strict=True)])


class FollowedBranch:
    """A branch of a game in short steps.

    Without `near` the principal branch; else the one through the logit equilibrium at the far end
    next to these mixtures, if there is one and it is none of the `known`.

    Attributes
    ----------
    places : list of Place
        Empty if there is none.
    arrived : bool
    reached : float
        Up to which precision it was followed.
    home : bool
        Whether another branch than the principal one led to even odds: it is that, then.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> path = FollowedBranch(mixed_payoffs(finite_form(load("coordination").game)), 2.0)
    >>> path.arrived, path.reached
    (True, 2.0)
    """

    def __init__(
        self, payoffs: MixedPayoffs, most: float | None, near: Array | None = None,
        known: Sequence[Place] = (),
    ):  # fmt: skip
        self.payoffs, self.unit = payoffs, payoffs.scaled(1.0)
        if self.unit < _LEAST:
            raise StructureError(f"all payoffs differ by less than {_LEAST:.0e}: change their unit")
        self.target = FAR if most is None else payoffs.scaled(most)
        self.curve = LogitCurve(payoffs, self.target, fine=True)
        self.places: list[Place] = []
        self.principal, self.home = near is None, False
        if near is not None:
            start = self.curve.start = self.curve.near(near)
            if start is None or any(_same(start, place.point) for place in known):
                return
        self._follow()
        top = max(p.point[-1] for p in self.places)
        self.arrived = bool(self.places[-1].point[-1] >= self.target * (1 - _SAME))
        asked = self.target / self.unit if most is None else most
        self.reached = asked if self.arrived else float(top) / self.unit

    def _follow(self) -> None:
        for place in self.curve.walk():
            if place.point[-1] < 0:
                self.home = not self.principal and not self.curve.crossings
                return
            if len(self.places) > (not self.principal):
                end = self.curve.passed_by(self.places[-1], place)
                if end is not None:
                    self.places.append(self._last(end))
                    return
            self.places.append(place)

    def _last(self, place: Place) -> Place:
        """Return the place at the target itself, between the last one and another."""
        point = self.curve.passage(self.places[-1], place, self.target)
        there = None if point is None else self.curve.between(place._replace(point=point), 0.0)
        return place if there is None else there


class _Branch:
    """The likelihood along a branch."""

    def __init__(self, game: Counted, path: FollowedBranch):
        self.numbers = np.array([float(n) for row in game.counts for n in row])
        self.noise = _NOISE * float(self.numbers.sum())
        self.principal, self.places, self.curve = path.principal, path.places, path.curve
        self.payoffs, self.unit = path.payoffs, path.unit

    def slope(self, place: Place) -> float:
        """Return the slope of the likelihood along the curve."""
        return float(self.numbers @ place.tangent[:-1])

    def likelihood(self, place: Place) -> float:
        logs = place.point[:-1]
        totals = [np.logaddexp.reduce(logs[b]) * self.numbers[b].sum() for b in self.payoffs.blocks]
        return min(0.0, float(self.numbers @ logs - sum(totals)))

    def score(self, place: Place) -> float:
        """Return the slope of the likelihood in the precision."""
        return self.slope(place) / float(place.tangent[-1]) * self.unit

    def information(self, place: Place) -> float:
        """Return minus the second derivative of the likelihood in the precision."""
        if abs(place.tangent[-1]) < 1e-12:
            return float("nan")
        return -float(self.numbers @ self.curve.curvature(place)[1]) * self.unit**2

    def mixtures(self, place: Place) -> tuple[tuple[float, ...], ...]:
        shares = np.exp(place.point[:-1])
        return tuple(tuple(map(float, shares[block])) for block in self.payoffs.blocks)

    def peak(self, place: Place, where: str = "inside") -> Peak:
        precision = float(place.point[-1]) / self.unit
        likelihood, information = self.likelihood(place), self.information(place)
        return Peak(precision, likelihood, information, (self.mixtures(place),), where)

    def own_peaks(self) -> Iterator[Peak]:
        """Yield the peaks along the curve."""
        slopes = [self.slope(place) for place in self.places]
        signs = [0 if abs(slope) <= self.noise else int(np.sign(slope)) for slope in slopes]
        for first, second, where in _tops(signs):
            if where == "inside" and second == first + 1:
                yield self.peak(self._top(self.places[first], self.places[second]))
            elif where == "start" and not self.principal:
                yield self.peak(self.places[first], "end")
            else:
                yield self.peak(self.places[(first + second) // 2], where)

    def _top(self, one: Place, other: Place) -> Place:
        """Halve the stretch between two places until the top is found."""
        low, high = 0.0, float((other.point - one.point) @ one.tangent)
        best = one
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            found = self.curve.between(one, middle)
            if found is None or not low < middle < high:
                break
            best = found
            low, high = (middle, high) if self.slope(found) > 0 else (low, middle)
        return best

    def pieces(self) -> Iterator[_Piece]:
        """Yield the pieces of the curve that pass every precision once."""
        run = [self.places[0]]
        for one, other in itertools.pairwise(self.places):
            if one.tangent[-1] * other.tangent[-1] < 0:
                turn = self.curve.turn(one, other)
                yield _Piece(self, [*run, *([turn] if turn else [])])
                run = [turn] if turn else []
            run.append(other)
        yield _Piece(self, run)


def _same(one: Array, other: Array) -> bool:
    """Whether two points are one and the same logit equilibrium."""
    return bool(
        abs(one[-1] - other[-1]) <= _SAME * (1 + abs(one[-1]))
        and np.abs(np.exp(one[:-1]) - np.exp(other[:-1])).max() <= _SAME
    )


def _tops(signs: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """Yield where a function with slopes of these signs has its peaks: between which two points.

    Level stretches belong to the peak next to them.
    """
    steep = [k for k, sign in enumerate(signs) if sign]
    if not steep:
        yield 0, 0, "flat"
        return
    if signs[steep[0]] < 0:
        yield 0, 0, "start"
    for one, other in itertools.pairwise(steep):
        if signs[one] > 0 > signs[other]:
            yield one, other, "inside"
    if signs[steep[-1]] > 0:
        yield len(signs) - 1, len(signs) - 1, "end"


class _Piece:
    """A piece of a branch that passes every precision once.

    Two pieces that meet at a turn are equally likely there; `ranks` put the one first that is more
    likely next to it.
    """

    def __init__(self, branch: _Branch, places: Sequence[Place]):
        self.branch, self.way = branch, 1 if places[-1].point[-1] > places[0].point[-1] else -1
        self.places = list(places)[:: self.way]
        self.precisions = np.array([p.point[-1] for p in self.places]) / branch.unit
        self.levels = np.array([branch.likelihood(p) for p in self.places])
        paces = [max(abs(p.tangent[-1]), 1e-6) for p in self.places]
        slopes = np.array([branch.slope(p) for p in self.places])
        self.scores = self.way * slopes / paces * branch.unit
        self.ranks = self.levels.copy()
        for end, sign in ((0, 1), (-1, -1)):
            self.ranks[end] += sign * np.sign(self.scores[end]) * _TIE * (1 + abs(self.levels[end]))
        self.ends = (float(self.precisions[0]), float(self.precisions[-1]))

    def at(self, precision: float) -> Place | None:
        """Return the place at a precision."""
        if not self.ends[0] <= precision <= self.ends[1]:
            return None
        last = len(self.places) - 1
        k = min(max(int(np.searchsorted(self.precisions, precision)), 1), last)
        if last == 0 or precision == self.precisions[k]:
            return self.places[k]
        one, other = self.places[k - 1], self.places[k]
        if self.way < 0:
            one, other = other, one
        curve = self.branch.curve
        point = curve.passage(one, other, precision * self.branch.unit)
        return None if point is None else curve.between(one._replace(point=point), 0.0)


class _Together:
    """Several games with one precision: at each, every game takes its best piece."""

    def __init__(self, curves: Sequence[Sequence[_Branch]]):
        self.pieces = [[p for one in row for p in one.pieces()] for row in curves]
        self.most = min(max(p.ends[1] for p in row) for row in self.pieces)
        every = {float(x) for row in self.pieces for p in row for x in p.precisions}
        self.grid = sorted(x for x in {*every, self.most} if x <= self.most)
        self.noise = sum(row[0].noise * row[0].unit for row in curves)

    def picked(self) -> tuple[Array, Array]:
        """Return, on the grid, the piece that every game takes, and the sum of scores."""
        picks, total = [], np.zeros(len(self.grid))
        for row in self.pieces:
            inside = [
                (self.grid >= np.float64(p.ends[0])) & (self.grid <= np.float64(p.ends[1]))
                for p in row
            ]
            ranks = np.array([
                np.where(held, np.interp(self.grid, p.precisions, p.ranks), -np.inf)
                for held, p in zip(inside, row, strict=True)
            ])  # fmt: skip
            best = ranks.argmax(axis=0)
            scores = np.array([np.interp(self.grid, p.precisions, p.scores) for p in row])
            total += scores[best, np.arange(len(self.grid))]
            picks.append(best)
        return np.array(picks), total

    def peaks(self) -> Iterator[Peak]:
        """Yield the peaks of the sum of likelihoods, over precisions that all games share."""
        picks, total = self.picked()
        known: list[float] = []
        missed: list[tuple[list[list[_Piece]], float, str]] = []
        signs = [0 if abs(one) <= self.noise else int(np.sign(one)) for one in total]
        for first, second, where in _tops(signs):
            allowed = [
                [row[k] for k in sorted({int(k) for k in taken[max(first - 1, 0) : second + 2]})]
                for row, taken in zip(self.pieces, picks, strict=True)
            ]
            precision: float | None = self.grid[(first + second) // 2]
            if where == "inside" and second == first + 1:
                precision = self._top(allowed, first, second)
            found = None if precision is None else self._best(allowed, precision)
            if found is None or precision is None:
                missed.append((allowed, self.grid[first], where))
                continue
            if all(abs(precision - one) > _SAME * (1 + one) for one in known):
                known.append(precision)
                yield self._peak(precision, found, where)
        for allowed, precision, where in missed if not known else ():
            found = self._best(allowed, precision)
            if found is not None:
                yield self._peak(precision, found, where)

    def _best(
        self, allowed: Sequence[Sequence[_Piece]], precision: float
    ) -> list[tuple[_Branch, Place]] | None:
        """Return the most likely place of every game at a precision."""
        found = []
        for row in allowed:
            places = [(p.branch, place) for p in row if (place := p.at(precision)) is not None]
            if not places:
                return None
            found.append(max(places, key=lambda pair: pair[0].likelihood(pair[1])))
        return found

    def _score(self, allowed: Sequence[Sequence[_Piece]], precision: float) -> float | None:
        found = self._best(allowed, precision)
        return None if found is None else sum(branch.score(place) for branch, place in found)

    def _top(self, allowed: Sequence[Sequence[_Piece]], first: int, second: int) -> float | None:
        """Halve between two points of the grid; None if the sum has no peak there after all.

        Scores were interpolated: if the peak is not between the points, it may be next to them.
        """
        last = len(self.grid) - 1
        for more in _WIDER:
            low, high = max(first - more, 0), min(second + more, last)
            found = self._halved(allowed, self.grid[low], self.grid[high])
            if found is not None:
                return found
        return None

    def _halved(self, allowed: Sequence[Sequence[_Piece]], low: float, high: float) -> float | None:
        """Halve; None unless the score was seen to be positive below and negative above."""
        seen = set()
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            score = self._score(allowed, middle)
            if score is None or not low < middle < high:
                break
            seen.add(score > 0)
            low, high = (middle, high) if score > 0 else (low, middle)
        return (low + high) / 2 if len(seen) == 2 else None

    def _peak(self, precision: float, found: Sequence[tuple[_Branch, Place]], where: str) -> Peak:
        parts = [branch.peak(place) for branch, place in found]
        return Peak(
            precision,
            sum(part.log_likelihood for part in parts),
            sum(part.information for part in parts),
            tuple(part.mixtures[0] for part in parts),
            where,
        )


# -- certificates ---------------------------------------------------------------------------------


class Certificate(NamedTuple):
    """A local maximum of the likelihood, enclosed.

    Attributes
    ----------
    precision, log_likelihood : Enclosure
    """

    precision: Enclosure
    log_likelihood: Enclosure


def certified_peak(games: Sequence[Counted], peak: Peak) -> Certificate | None:
    """Enclose a local maximum of the likelihood; None if that cannot be shown.

    Parameters
    ----------
    games : sequence of Counted
    peak : Peak
        Inside.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game)
    >>> games = [Counted(form, ((Fraction(7), Fraction(3)),))]
    >>> found = certified_peak(games, peaks(games, [followed_branches(form)]).peaks[0])
    >>> round(found.precision.value, 4), round(found.log_likelihood.value, 4)
    (4.5189, -6.1086)
    """
    if peak.place != "inside":
        return None
    centre = Fraction(peak.precision)
    reach = Fraction(1, 10**7) * centre
    ends = (centre - reach, centre + reach)
    with working_precision(_BITS):
        scores, likelihood = [arb(0), arb(0)], arb(0)
        for game, mixtures in zip(games, peak.mixtures, strict=True):
            piece = _piece(game, mixtures, ends)
            if piece is None:
                return None
            scores = [a + b for a, b in zip(scores, piece[0], strict=True)]
            likelihood += piece[1]
        if not (scores[0] > 0 and scores[1] < 0):
            return None
        return Certificate(Enclosure(*ends), ball_to_enclosure(likelihood))


def _piece(
    game: Counted, mixtures: Sequence[Sequence[float]], ends: tuple[Fraction, Fraction]
) -> tuple[list[Array], Array] | None:
    """Return the scores at both ends of an interval and the likelihood over it."""
    if game.form.rounded:
        return None
    system = LogitSystem(game.form)
    found = [enclose_logit(game.form, end, mixtures) for end in ends]
    if found[0] is None or found[1] is None:
        return None
    odds = [list(one.odds) for one in found if one is not None]
    middle = [((a + b) / 2).mid() for a, b in zip(*odds, strict=True)]
    spans = [abs(a - b).upper() * 2 + arb(2) ** -100 for a, b in zip(*odds, strict=True)]
    wide = max(spans, default=arb(0))
    box = [own + arb(0, wide) for own in middle]
    image = system.image(middle, box, ball(ends[0]).union(ball(ends[1])))
    if image is None or not inside(image, box) or not all(inside(one, box) for one in odds):
        return None
    scores = [
        _enclosed_score(system, game, one, ball(end)) for one, end in zip(odds, ends, strict=True)
    ]
    shares = system.shares(image)
    likelihood = sum(
        (
            arb(fmpq(n.numerator, n.denominator)) * share.log()
            for row, counts in zip(shares, game.counts, strict=True)
            for share, n in zip(row, counts, strict=True)
            if n
        ),
        arb(0),
    )
    return scores, likelihood


def _enclosed_score(
    system: LogitSystem, game: Counted, odds: Sequence[Array], precision: Array
) -> Array:
    """Enclose the slope of the likelihood in the precision."""
    size = len(system.unknowns)
    gaps = arb_mat(size, 1, system.gaps(odds))
    pace = system.jacobian(odds, precision).solve(gaps)
    paces = iter(pace[k, 0] for k in range(size))
    total = arb(0)
    for row, counts in zip(system.shares(odds), game.counts, strict=True):
        rates = [arb(0), *itertools.islice(paces, len(row) - 1)]
        mean = sum((x * r for x, r in zip(row, rates, strict=True)), arb(0))
        for rate, n in zip(rates, counts, strict=True):
            total += arb(fmpq(n.numerator, n.denominator)) * (rate - mean)
    return total


def chi_square_tail(value: float, degrees: int) -> float:
    """Return the probability that a chi-square variable is larger than a value.

    Examples
    --------
    >>> round(chi_square_tail(3.841458820694124, 1), 9)
    0.05
    """
    return float(gammaincc(degrees / 2, max(value, 0.0) / 2)) if degrees else 1.0
