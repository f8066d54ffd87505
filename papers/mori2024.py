r"""Mori, Hanaki and Kameda (2024): a threshold public good with a way out.

**Set-up.** Groups of 5; each has 10 points, and contributes them or not. If T or more contribute,
all receive 30. In the *voluntary* regime each may also leave and receive 20; groups are formed
among those who stay. 191 subjects made one decision for each T = 2, 4, 5 and each regime.

**Observed.** With a way out those who stay contribute far more often: at T = 5 none rides free.
What groups drawn from the observed choices would achieve is computed from the counts.

**Fits.** One precision of the logit equilibrium for each threshold and regime. On the *principal
branch*, which begins at even odds, a member is pivotal with probability 1/4 at most there, and
contributing is worth less than it costs: the branch leads to fewer contributions than were seen. In
five of six cells random play, a precision of 0, is its best fit. Branches that lead to the
equilibria in which groups succeed fit much better at T = 4 and 5. Under Nash, what was observed in
the voluntary regime is impossible: no equilibrium has contributors and leavers.

**What the fit implies for the reform.** On the principal branch the way out leaves success where
it was, or lowers it. At T = 2 and 5 it is random play that is compared there, over two choices and
over three: success stays, and efficiency changes since a third leaves for a sure 20, whatever
anybody thinks. On the branches that fit best the way out raises success at T = 5, by less than was
observed, and lowers it a little at T = 4.

**What it does not imply.** Each regime has its own precision, and its own branch, picked after its
choices were seen: the differences describe, they do not predict what the way out does where it is
new. Standard errors take choices within a cell to be independent. Across cells they are not, since
the same 191 subjects decided in all six; cells are not pooled here.

Sources
-------
@mori2024outside; the counts are those of the authors' table of choices (Apache-2.0)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, partial

from pigou.check import examine, expectation
from pigou.equilibrium import Grade, Strategy
from pigou.exact import Enclosure, Record
from pigou.expression import read_expression
from pigou.game import Game, Move, Parameter, Player
from pigou.optimum import first_best
from pigou.publication import DERIVED, WITHHELD, Computed, Publication, PublishedClaim
from pigou.quantal_fit import Fitted, PrecisionFit, Sample, fit_precision
from pigou.reform import Reform, add_choice
from pigou.replicating import answer

THRESHOLDS = (2, 4, 5)
COMPULSORY, VOLUNTARY = "compulsory", "voluntary"
COUNTS: Mapping[tuple[int, str], Mapping[str, int]] = {
    (2, COMPULSORY): {"contribute": 100, "free_ride": 91},
    (4, COMPULSORY): {"contribute": 135, "free_ride": 56},
    (5, COMPULSORY): {"contribute": 150, "free_ride": 41},
    (2, VOLUNTARY): {"contribute": 82, "free_ride": 38, "leave": 71},
    (4, VOLUNTARY): {"contribute": 91, "free_ride": 7, "leave": 93},
    (5, VOLUNTARY): {"contribute": 133, "free_ride": 0, "leave": 58},
}
FROM_COUNTS = f"{DERIVED}; what groups drawn from the observed choices achieve, to two decimals"
OURS = f"{WITHHELD}; our estimate, checked in the tests by a search over one precision"
SCAN = "maximum likelihood along the branch, in doubles"
Shares = Mapping[str, Enclosure]


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "mori2024outside",
        "Groups of 5 contribute 10 points each or not; if T contribute, all receive 30. In the "
        "voluntary regime each may leave and receive 20. 191 subjects.",
        {"T": "threshold", "leave": "a choice that exits", "lambda": "precision"},
        [*observed(), *fits(), *elsewhere(), *effects()],
    )


def observed() -> list[PublishedClaim]:
    """Return the claims on what was observed."""
    rows = {
        ("success", COMPULSORY): ("0.84", "0.54", "0.30"),
        ("success", VOLUNTARY): ("0.96", "0.96", "1.00"),
        ("efficiency", COMPULSORY): ("0.83", "0.60", "0.37"),
        ("efficiency", VOLUNTARY): ("0.77", "0.78", "0.90"),
    }
    read: dict[str, Callable[[int, str, Shares], Enclosure]] = {
        "success": success, "efficiency": efficiency,
    }  # fmt: skip
    return [
        PublishedClaim(
            f"C10.{what}_{regime}", f"{what} of {regime} groups at T = 2, 4, 5", values,
            partial(from_counts, read[what], regime),
            FROM_COUNTS, {"T": "2, 4, 5"}, "0.005",
        )
        for (what, regime), values in rows.items()
    ]  # fmt: skip


def fits() -> list[PublishedClaim]:
    """Return the claims on the principal branch, for each threshold and regime."""
    return [
        PublishedClaim(
            f"C10.fit_{regime}_T{t}", "lambda, standard error, and log-likelihoods: of the fit, of "
            "random play, of the best Nash equilibrium", None,
            partial(table_row, t, regime), OURS, {"T": t},
        )
        for t, regime in COUNTS
    ]  # fmt: skip


def elsewhere() -> list[PublishedClaim]:
    """Return the claims on branches that lead to other Nash equilibria, where these fit better."""
    return [
        PublishedClaim(
            f"C10.elsewhere_{regime}_T{t}", "lambda, standard error, log-likelihood, and shares "
            "on a branch that fits better", None,
            partial(other_row, t, regime), OURS, {"T": t},
        )
        for t, regime in COUNTS if t > 2
    ]  # fmt: skip


def effects() -> list[PublishedClaim]:
    """Return the claims on what the way out changes: fitted on either branch, and observed."""
    return [
        PublishedClaim(
            f"C10.effect_T{t}", "change by the way out, of success and of efficiency: on the "
            "principal branch, on the branch that fits best, observed", None,
            partial(effect, t), OURS, {"T": t},
        )
        for t in THRESHOLDS
    ]  # fmt: skip


# -- the game and its reform ----------------------------------------------------------------------


def compulsory(threshold: int) -> Game:
    """Return the game of compulsory groups."""
    return Game(
        "threshold public good",
        [Player("subject", size=5)],
        [Move("action", "subject", {"contribute": 1, "free_ride": 0})],
        {"subject": "10 - 10*action + if(sum(action) >= threshold, 30, 0)"},
        parameters=[Parameter("threshold", threshold, "1 <= threshold <= 5", integer=True)],
        source="@mori2024outside",
    )


def way_out() -> Reform:
    """Let members leave, for a sure 20 points."""
    return add_choice("action", "leave", 2, VOLUNTARY, pays="20", exit=True)


def game(threshold: int, regime: str) -> Game:
    """Return the game of a regime."""
    return way_out()(compulsory(threshold)) if regime == VOLUNTARY else compulsory(threshold)


def seen(threshold: int, regime: str) -> Shares:
    """Return the observed shares."""
    counts = COUNTS[threshold, regime]
    return {k: Enclosure.point(Fraction(n, sum(counts.values()))) for k, n in counts.items()}


def success(threshold: int, regime: str, shares: Shares) -> Enclosure:
    """Return how likely a group drawn from those who stay reaches the threshold."""
    contributing, riding = shares["contribute"], shares["free_ride"]
    staying = contributing + riding
    group = compulsory(threshold)
    mix = Record({"contribute": contributing / staying, "free_ride": riding / staying})
    reached = read_expression("if(sum(action) >= threshold, 1, 0)", group.scope)
    return expectation(group, group.values(), [strategy(mix)], reached)


def efficiency(threshold: int, regime: str, shares: Shares) -> Enclosure:
    """Return total payoffs over the most that a compulsory group can have."""
    here = game(threshold, regime)
    earned = examine(here, here.values(), [strategy(shares)]).primitive["subject"]
    best = first_best(compulsory(threshold)).welfare
    assert best is not None
    return Enclosure.point(5) * earned / best


def strategy(shares: Shares) -> Strategy:
    """Return the mixture of a member."""
    return Strategy("action", "subject", "", Record(dict(shares)), None, 5)


# -- the fits -------------------------------------------------------------------------------------


@cache
def fit(threshold: int, regime: str) -> PrecisionFit:
    """Estimate the precision of a cell."""
    counts = {"subject": COUNTS[threshold, regime]}
    return fit_precision([Sample(f"T = {threshold}, {regime}", game(threshold, regime), counts)])


def number(value: float | None) -> Enclosure | str:
    """Return a number, or say that there is none."""
    if value is None:
        return "none"
    return Enclosure.point(Fraction(value)) if math.isfinite(value) else "minus infinity"


def from_counts(read: Callable[[int, str, Shares], Enclosure], regime: str) -> Computed:
    """Return what the observed shares of a regime achieve, for every threshold."""
    values = [read(t, regime, seen(t, regime)) for t in THRESHOLDS]
    return answer(values, Grade.CERTIFIED, method="exact, from the observed shares")


def table_row(threshold: int, regime: str) -> Computed:
    """Return the precision with its standard error, and three log-likelihoods."""
    one = fit(threshold, regime)
    best = one.best
    row = (best.precision, best.standard_error, best.log_likelihood, one.random,
           one.nash_log_likelihood)  # fmt: skip
    return answer(tuple(map(number, row)), Grade.NUMERICAL, method=SCAN)


def other_row(threshold: int, regime: str) -> Computed:
    """Return the same for the branch that fits better, with its shares."""
    other = fit(threshold, regime).elsewhere
    assert other is not None
    row = (other.precision, other.standard_error, other.log_likelihood)
    shares = other.shares[0]["subject"].values()
    return answer(tuple(map(number, (*row, *shares))), Grade.NUMERICAL, method=SCAN)


def effect(threshold: int) -> Computed:
    """Return what the way out changes, fitted and observed."""
    rows: list[Enclosure] = []
    both = [fit(threshold, regime) for regime in (COMPULSORY, VOLUNTARY)]
    for picked in ([one.best for one in both], [one.elsewhere or one.best for one in both]):
        before, after = map(shares_of, picked)
        rows += change(threshold, before, after)
    rows += change(threshold, seen(threshold, COMPULSORY), seen(threshold, VOLUNTARY))
    return answer(tuple(rows), Grade.NUMERICAL, method=SCAN)


def shares_of(one: Fitted) -> Shares:
    """Return fitted shares as numbers that sum to 1."""
    row = {k: Fraction(share) for k, share in one.shares[0]["subject"].items()}
    return {k: Enclosure.point(share / sum(row.values())) for k, share in row.items()}


def change(threshold: int, before: Shares, after: Shares) -> list[Enclosure]:
    """Return the changes of success and of efficiency."""
    return [
        read(threshold, VOLUNTARY, after) - read(threshold, COMPULSORY, before)
        for read in (success, efficiency)
    ]
