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
   from there on; the end of the branch is one where it still rises.
2. *Several games*: each branch is taken at its first passage of a precision, and the sum of
   the slopes :math:`n_s \cdot y'_s(\lambda)` is followed over the union of the points of all.
3. *Observed information*: :math:`-\ell''(\lambda) = - n \cdot y''`, with y'' by differentiating
   the conditions of the branch twice; the standard error is one over its root.
4. *Other branches*: from the Nash equilibria that are given, logit equilibria at the far end are
   looked for by Newton's method, and followed towards smaller precisions as in step 1.
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
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from flint import arb, arb_mat, fmpq
from scipy.special import gammaincc

from pigou.exact import Enclosure
from pigou.solvers.form import FiniteForm
from pigou.solvers.logit import LogitCurve, Place
from pigou.solvers.logit_enclosure import enclose_logit
from pigou.solvers.logit_system import LogitSystem, ball, inside
from pigou.solvers.mixed_payoffs import mixed_payoffs
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = [
    "Certificate",
    "Counted",
    "Peak",
    "Scan",
    "certified_peak",
    "chi_square_tail",
    "other_peaks",
    "peaks",
]

FAR = 1000.0
"""How far branches are followed by default, in one over the range of payoffs."""
_HALVINGS = 80
_BITS = 200

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
        ``"inside"``, ``"start"`` (even odds), or ``"end"``: the likelihood still rises there.
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
    reached : float
        Up to which precision.
    arrived : bool
        Whether that is as far as was asked for.
    turns, crossings : int
        Of all branches together.
    """

    peaks: tuple[Peak, ...]
    reached: float
    arrived: bool
    turns: int
    crossings: int


def peaks(games: Sequence[Counted], most: float | None = None) -> Scan:
    """Find the local maxima of the likelihood of observed choices along the principal branch.

    Parameters
    ----------
    games : sequence of Counted
        With one precision.
    most : float, optional
        How far the branches are followed; by default until the precision, times the range of
        payoffs, is 1,000 in each game.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game)
    >>> counts = ((Fraction(7), Fraction(3)),)
    >>> round(peaks([Counted(form, counts)]).peaks[0].precision, 4)
    4.5189
    """
    branches = [_Branch(one, most) for one in games]
    every = branches[0].own_peaks() if len(branches) == 1 else _shared_peaks(branches)
    found = sorted(every, key=lambda peak: -peak.log_likelihood)
    return Scan(
        tuple(found),
        min(one.reached for one in branches),
        all(one.arrived for one in branches),
        sum(one.places[-1].turns for one in branches),
        sum(one.places[-1].crossings for one in branches),
    )


def other_peaks(
    game: Counted, equilibria: Sequence[Sequence[float]], most: float | None = None
) -> tuple[Peak, ...]:
    """Find the peaks along the branches that lead to given Nash equilibria, the highest first.

    Parameters
    ----------
    game : Counted
    equilibria : sequence of sequence of float
        The mixtures of all groups, one after the other. Only those in which Newton's method finds a
        logit equilibrium nearby are followed.
    most : float, optional
        As for `peaks`.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game)
    >>> game = Counted(form, ((Fraction(1), Fraction(9)),))
    >>> [round(peak.precision, 3) for peak in other_peaks(game, [(0, 1)])]
    [11.719]
    """
    found: list[Peak] = []
    for mixtures in equilibria:
        branch = _Branch(game, most, np.array(mixtures, float))
        if branch.places:
            found += [peak for peak in branch.own_peaks() if peak.place == "inside"]
    return tuple(sorted(found, key=lambda peak: -peak.log_likelihood))


class _Branch:
    """The branch of one game in short steps, with the likelihood along it."""

    def __init__(self, game: Counted, most: float | None, near: Array | None = None):
        self.payoffs = mixed_payoffs(game.form)
        self.numbers = np.array([float(n) for row in game.counts for n in row])
        self.unit = self.payoffs.scaled(1.0)
        self.target = FAR if most is None else self.payoffs.scaled(most)
        self.curve = LogitCurve(self.payoffs, self.target, fine=True)
        self.places: list[Place] = []
        if near is not None:
            self.curve.start = self.curve.near(near)
        if near is None or self.curve.start is not None:
            self._follow()
        self.arrived = bool(self.places and self.places[-1].point[-1] >= self.target)
        self.reached = float(max((p.point[-1] for p in self.places), default=0.0)) / self.unit

    def _follow(self) -> None:
        for place in self.curve.walk():
            if place.point[-1] < 0:
                return
            if place.point[-1] >= self.target and self.places:
                self.places.append(self._last(place))
                return
            self.places.append(place)

    def _last(self, place: Place) -> Place:
        """Return the place at the target itself, between the last one and another."""
        before = self.places[-1]
        point = self.curve.landed(before.point, place.point, self.target)
        there = None if point is None else self.curve.between(place._replace(point=point), 0.0)
        return place if there is None else there

    def slope(self, place: Place) -> float:
        """Return the slope of the likelihood along the curve."""
        return float(self.numbers @ place.tangent[:-1])

    def likelihood(self, place: Place) -> float:
        return float(self.numbers @ place.point[:-1])

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

    def own_peaks(self) -> Any:
        """Yield the peaks along the curve."""
        if self.slope(self.places[0]) <= 0:
            yield self.peak(self.places[0], "start")
        for one, other in itertools.pairwise(self.places):
            if self.slope(one) > 0 >= self.slope(other):
                yield self.peak(self._top(one, other))
        if self.slope(self.places[-1]) > 0:
            yield self.peak(self.places[-1], "end")

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

    def first_passages(self) -> list[Place]:
        """Return the places at which the precision is larger than ever before."""
        record, kept = -1.0, []
        for place in self.places:
            if place.point[-1] > record:
                record = float(place.point[-1])
                kept.append(place)
        return kept

    def at(self, precision: float) -> Place | None:
        """Return the first passage of a precision."""
        target = precision * self.unit
        for one, other in itertools.pairwise(self.places):
            if one.point[-1] <= target <= other.point[-1]:
                point = self.curve.landed(one.point, other.point, target)
                if point is None:
                    return None
                return self.curve.between(one._replace(point=point), 0.0)
        return None


def _shared_peaks(branches: Sequence[_Branch]) -> Any:
    """Yield the peaks of the sum of likelihoods, over precisions that all games share."""
    most = min(one.reached for one in branches)
    grid = sorted({float(p.point[-1]) / one.unit for one in branches for p in one.first_passages()})
    grid = [precision for precision in grid if precision < most]
    scores = [_score(branches, precision) for precision in grid]
    if scores[0] is not None and scores[0] <= 0:
        yield _shared(branches, grid[0], "start")
    for (one, rises), (other, falls) in itertools.pairwise(zip(grid, scores, strict=True)):
        if rises is not None and falls is not None and rises > 0 >= falls:
            low, high = one, other
            for _ in range(_HALVINGS):
                middle = (low + high) / 2
                score = _score(branches, middle)
                if score is None or not low < middle < high:
                    break
                low, high = (middle, high) if score > 0 else (low, middle)
            yield _shared(branches, (low + high) / 2, "inside")
    if scores[-1] is not None and scores[-1] > 0:
        yield _shared(branches, grid[-1], "end")


def _score(branches: Sequence[_Branch], precision: float) -> float | None:
    total = 0.0
    for one in branches:
        place = one.at(precision)
        if place is None:
            return None
        total += one.score(place)
    return total


def _shared(branches: Sequence[_Branch], precision: float, where: str) -> Peak:
    parts = []
    for one in branches:
        place = one.at(precision)
        assert place is not None
        parts.append(one.peak(place))
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
    >>> games = [Counted(finite_form(load("coordination").game), ((Fraction(7), Fraction(3)),))]
    >>> found = certified_peak(games, peaks(games).peaks[0])
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
    return float(gammaincc(degrees / 2, max(value, 0.0) / 2))
