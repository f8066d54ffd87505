r"""How precise were they? Maximum likelihood of the precision, from observed choices.

A `Sample` is a game with counts of choices. `fit_precision` finds the precision at which the
principal branch makes the counts of one sample, or of several together, most likely
(McKelvey and Palfrey 1995), and holds that against random play, where all choices are equally
likely, and against the Nash equilibrium that makes the counts most likely. Nash gives probability 0
to some choices; if one of these was observed, its log-likelihood is minus infinity, and is said so.

Log-likelihoods are :math:`\sum_a n_a \log x_a`, without the multinomial coefficients. Where members
alike act differently in a Nash equilibrium, its shares are those of a member drawn at random.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from pigou.deadline import time_is_up
from pigou.equilibrium import EquilibriumSet, Evidence, Grade
from pigou.errors import DeclarationError, ExpressionError, PigouError, StructureError, unknown
from pigou.exact import Enclosure, Record, exact
from pigou.game import Game
from pigou.quantal import group_name, labels, read_precision
from pigou.solvers.form import FiniteForm, finite_form
from pigou.solvers.logit_likelihood import (
    Counted,
    FollowedBranches,
    Peak,
    certified_peak,
    chi_square_tail,
    followed_branches,
    peaks,
)
from pigou.solving import solve

__all__ = ["Fitted", "NashFit", "PrecisionFit", "Sample", "fit_precision", "same_precision"]

LARGEST_COUNT = 10**15
Shares = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Sample:
    """A game, and how often each choice was observed in it.

    Parameters
    ----------
    name : str
    game : Game
    counts : mapping of str to mapping of str to number
        For each player, and each type as ``player[type]``: how often each choice was made; 0 where
        it is left out. With several moves the labels are joined by commas.
    at : mapping of str to number, optional
        Parameter values.

    Raises
    ------
    DeclarationError
        If a player or choice does not exist, or a count is negative, or all are 0.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> Sample("a year", game, {"firm": {"wait": 7, "upgrade": 3}}).counts["firm"]["wait"]
    Fraction(7, 1)
    >>> Sample("a year", game, {"firm": {"weit": 7}})
    Traceback (most recent call last):
    pigou.errors.DeclarationError: sample 'a year': no choice 'weit' in 'firm'; did you mean ...
    """

    name: str
    game: Game
    counts: Mapping[str, Mapping[str, Any]]
    at: Mapping[str, Any] = field(default_factory=Record)

    def __post_init__(self) -> None:
        where = f"sample '{self.name}'"
        groups = {group_name(g): labels(g) for g in self.form.groups}
        for name in self.counts:
            if name not in groups:
                raise DeclarationError(f"{where}: {unknown('player', name, groups)}")
        counts = {}
        for name, known in groups.items():
            row = self.counts.get(name, {})
            for label in row:
                if label not in known:
                    raise DeclarationError(
                        f"{where}: {unknown('choice', label, known, repr(name))}"
                    )
            counts[name] = Record({k: _count(row.get(k, 0), where, name, k) for k in known})
        if not any(n for row in counts.values() for n in row.values()):
            raise DeclarationError(f"{where}: no choice was observed")
        object.__setattr__(self, "counts", Record(counts))

    @property
    def form(self) -> FiniteForm:
        """The finite form of the game."""
        return finite_form(self.game, self.at)

    @property
    def total(self) -> Fraction:
        """How many choices were observed."""
        return sum((n for row in self.counts.values() for n in row.values()), Fraction(0))


def _count(value: object, where: str, name: str, label: str) -> Fraction:
    try:
        number = exact(value)
    except ExpressionError as error:
        raise DeclarationError(f"{where}: {name}, {label}: {error}") from None
    if number < 0:
        raise DeclarationError(f"{where}: {name}, {label}: a count is at least 0, not {number}")
    if number > LARGEST_COUNT:
        raise DeclarationError(f"{where}: {name}, {label}: a count is at most {LARGEST_COUNT}")
    return number


class NashFit(NamedTuple):
    """The Nash equilibrium that makes a sample most likely.

    Attributes
    ----------
    name : str
        Empty if none was found.
    log_likelihood : float
        Minus infinity if it gives probability 0 to something that was observed.
    complete : bool
        Whether all equilibria were compared.
    """

    name: str
    log_likelihood: float
    complete: bool


class Fitted(NamedTuple):
    """A precision with its log-likelihood.

    Attributes
    ----------
    precision, log_likelihood : float
    standard_error : float or None
        None where the likelihood is not curved downwards, or at an end.
    shares : tuple of mapping of str to mapping of str to float
        For each sample, what is predicted.
    place : str
        As in `PrecisionFit`.
    """

    precision: float
    log_likelihood: float
    standard_error: float | None
    shares: tuple[Shares, ...]
    place: str = "inside"


@dataclass(frozen=True)
class PrecisionFit:
    """The precision that makes samples most likely on the principal branch.

    Parameters
    ----------
    samples : tuple of Sample
    best : Fitted
    place : str
        ``"inside"``; ``"start"`` if random play is best; ``"end"`` if the likelihood rises up to
        where the branch was left; ``"flat"`` if it is the same all along.
    precision, log_likelihood : Enclosure
        The best, enclosed where that is certified.
    evidence : Evidence
        How well it is known to be a local maximum. That no other is higher is numerical.
    others : tuple of Fitted
        Lower local maxima on the principal branch.
    elsewhere : Fitted or None
        The highest local maximum on branches that lead to other Nash equilibria, if it is higher.
        Of several samples each takes the branch that fits it best, the principal one or another.
    reached : float
        Up to which precision the branch was scanned.
    arrived : bool
        Whether it could be followed as far as asked for.
    random : float
        The log-likelihood of random play.
    nash : tuple of NashFit
        For each sample.
    turns, crossings : int
        Of the branches.

    Examples
    --------
    >>> from pigou.models import load
    >>> seen = Sample("a year", load("coordination").game, {"firm": {"wait": 7, "upgrade": 3}})
    >>> fit = fit_precision([seen])
    >>> round(fit.best.precision, 3), round(fit.best.standard_error, 3), str(fit.evidence.grade)
    (4.519, 1.498, 'certified')
    >>> round(fit.likelihood_ratio, 3), round(fit.p_value, 3), fit.nash[0].name
    (1.646, 0.1, 'E3')
    """

    samples: tuple[Sample, ...]
    best: Fitted
    place: str
    precision: Enclosure
    log_likelihood: Enclosure
    evidence: Evidence
    others: tuple[Fitted, ...]
    elsewhere: Fitted | None
    reached: float
    arrived: bool
    random: float
    nash: tuple[NashFit, ...]
    turns: int = 0
    crossings: int = 0

    @property
    def likelihood_ratio(self) -> float:
        """Twice the log-likelihood over that of random play."""
        return 2 * (self.best.log_likelihood - self.random)

    @property
    def p_value(self) -> float:
        """How likely so large a ratio is under random play: 0 lies at the end of the domain.

        Half of the time the estimate is 0 then, otherwise the ratio is chi-square with one degree
        of freedom.
        """
        if self.place in ("start", "flat") or self.likelihood_ratio <= 0:
            return 1.0
        return chi_square_tail(self.likelihood_ratio, 1) / 2

    @property
    def nash_log_likelihood(self) -> float:
        """The log-likelihood of the best Nash equilibria of all samples together."""
        return sum(one.log_likelihood for one in self.nash)


def fit_precision(samples: Sequence[Sample], most: object | None = None) -> PrecisionFit:
    """Estimate one precision for one or several samples, by maximum likelihood.

    Parameters
    ----------
    samples : sequence of Sample
    most : number, optional
        Up to which precision the branches are scanned. By default as far as where the precision,
        times the largest difference between payoffs, is 1,000.

    Raises
    ------
    DeclarationError
        If there is no sample, or `most` is no precision above 0.
    StructureError
        If a game has continuous moves or stages.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> seen = [Sample(str(n), game, {"firm": {"wait": 10 - n, "upgrade": n}}) for n in (2, 4)]
    >>> best = fit_precision(seen).best
    >>> round(best.precision, 3), [round(one["firm"]["wait"], 3) for one in best.shares]
    (4.519, [0.7, 0.7])
    """
    if not samples:
        raise DeclarationError("a fit needs a sample")
    far = None if most is None else read_precision(most)
    if far == 0:
        raise DeclarationError("a branch is scanned up to a precision above 0")
    every = [_searched(one.game, Record(one.at), far) for one in samples]
    if time_is_up():
        _searched.cache_clear()
    games = [Counted(one.form, _rows(sample)) for one, sample in zip(every, samples, strict=True)]
    scan = peaks(games, [one.along for one in every])
    if not scan.peaks:
        raise StructureError("no maximum of the likelihood was found along the branches")
    best, *others = [_fitted(games, peak) for peak in scan.peaks]
    certificate = certified_peak(games, scan.peaks[0])
    numerical = (Enclosure.point(Fraction(best.precision)), _point(best.log_likelihood))
    return PrecisionFit(
        tuple(samples), best, scan.peaks[0].place,
        certificate.precision if certificate else numerical[0],
        certificate.log_likelihood if certificate else numerical[1],
        _evidence(certificate is not None, scan.peaks[0]), tuple(others),
        _elsewhere(games, scan.elsewhere, best), scan.reached, scan.arrived,
        sum(map(_random, samples)),
        tuple(_nash(sample, one.nash) for one, sample in zip(every, samples, strict=True)),
        scan.turns, scan.crossings,
    )  # fmt: skip


def same_precision(fit: PrecisionFit, separate: Sequence[PrecisionFit]) -> tuple[float, int, float]:
    """Test whether several samples have one precision: the ratio, degrees of freedom, p-value.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> seen = [Sample(str(n), game, {"firm": {"wait": 10 - n, "upgrade": n}}) for n in (2, 4)]
    >>> ratio, degrees, p = same_precision(fit_precision(seen), [fit_precision([s]) for s in seen])
    >>> round(ratio, 2), degrees, round(p, 2)
    (0.97, 1, 0.33)
    """
    apart = sum(one.best.log_likelihood for one in separate)
    ratio = max(0.0, 2 * (apart - fit.best.log_likelihood))
    return ratio, len(separate) - 1, chi_square_tail(ratio, len(separate) - 1)


class _Searched(NamedTuple):
    """What does not hang on observations: Nash equilibria, and branches."""

    form: FiniteForm
    nash: EquilibriumSet | None
    along: FollowedBranches


@lru_cache(maxsize=32)
def _searched(game: Game, at: Record[Any], far: Fraction | None) -> _Searched:
    """Solve a game, and follow its branches."""
    form, nash = finite_form(game, at), _solved(game, at)
    every = [] if nash is None else [_shares(one) for one in nash]
    starts = [
        [share.value for g in form.groups for share in shares[group_name(g)].values()]
        for shares in every
    ]
    return _Searched(
        form, nash, followed_branches(form, None if far is None else float(far), starts)
    )


def _elsewhere(games: Sequence[Counted], others: Sequence[Peak], best: Fitted) -> Fitted | None:
    """Return the highest maximum on other branches, if it is higher than the best."""
    higher = others and others[0].log_likelihood > best.log_likelihood + 1e-6
    return _fitted(games, others[0]) if higher else None


def _rows(sample: Sample) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(row.values()) for row in sample.counts.values())


def _point(value: float) -> Enclosure:
    return Enclosure.point(Fraction(value))


def _fitted(games: Sequence[Counted], peak: Peak) -> Fitted:
    curved = peak.information > 0 and peak.place == "inside"
    shares = tuple(
        Record(
            {
                group_name(g): Record(dict(zip(labels(g), row, strict=True)))
                for g, row in zip(game.form.groups, mixtures, strict=True)
            }
        )
        for game, mixtures in zip(games, peak.mixtures, strict=True)
    )
    error = 1 / math.sqrt(peak.information) if curved else None
    return Fitted(peak.precision, peak.log_likelihood, error, shares, peak.place)


def _evidence(certified: bool, peak: Peak) -> Evidence:
    if certified:
        return Evidence(
            Grade.CERTIFIED, "the score changes its sign on an enclosed piece of the branch",
            note="that no other maximum on the branch is higher is numerical",
        )  # fmt: skip
    method = {
        "start": "the likelihood falls from even odds on, in doubles",
        "end": "the likelihood rises up to where the branch was left, in doubles",
        "flat": "the likelihood is the same all along the branch, in doubles",
        "inside": "the slope of the likelihood changes its sign, in doubles",
    }[peak.place]
    return Evidence(Grade.NUMERICAL, method)


def _random(sample: Sample) -> float:
    return -sum(float(sum(row.values())) * math.log(len(row)) for row in sample.counts.values())


# -- Nash -----------------------------------------------------------------------------------------


def _solved(game: Game, at: Mapping[str, Any]) -> EquilibriumSet | None:
    try:
        return solve(game, at)
    except PigouError:
        return None


def _nash(sample: Sample, found: EquilibriumSet | None) -> NashFit:
    if found is None or not found.equilibria:
        return NashFit("", -math.inf, found is not None and found.complete)
    fits = [(one.name, _log_likelihood(sample, _shares(one))) for one in found]
    name, best = max(fits, key=lambda fit: fit[1])
    return NashFit(name, best, found.complete and not found.components)


def _shares(one: Any) -> dict[str, Mapping[str, Enclosure]]:
    return {
        f"{s.player}[{s.type}]" if s.type else s.player: s.probabilities for s in one.strategies
    }


def _log_likelihood(sample: Sample, shares: Mapping[str, Mapping[str, Enclosure]]) -> float:
    total = 0.0
    for name, row in sample.counts.items():
        for label, number in row.items():
            share = shares[name][label].value if number else 1.0
            if share <= 0:
                return -math.inf
            total += float(number) * math.log(share)
    return total
