"""What ``pigou quantal --observed`` prints: estimates of the precision, separate and pooled.

The schema of the JSON is ``pigou.quantal/1``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from pigou.exact import Enclosure
from pigou.json_numbers import number
from pigou.quantal_fit import Fitted, PrecisionFit, same_precision
from pigou.tables import Block, Cell, Page, Table, Words

__all__ = ["fit_page", "fit_result"]

_ESTIMATES = ("sample", "lambda", "s.e.", "log-likelihood", "random play", "best Nash", "p-value")
_SHARES = ("sample", "player", "choice", "observed", "fitted")


def fit_page(separate: Sequence[PrecisionFit], pooled: PrecisionFit | None = None) -> Page:
    """Show the precision of every sample, and of all together.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.quantal_fit import Sample, fit_precision
    >>> seen = Sample("a year", load("coordination").game, {"firm": {"wait": 7, "upgrade": 3}})
    >>> fit_page([fit_precision([seen])]).blocks[1].rows[0][0]
    'a year'
    """
    fits = [*separate, *([pooled] if pooled else [])]
    rows = tuple(_row(one) for one in fits)
    blocks: list[Block] = [
        Words("Precision by maximum likelihood, along the principal branch", "title"),
        Table("", _ESTIMATES, rows),
    ]
    for one in fits:
        blocks += [Words(f"{_name(one)}: {text}", look) for text, look in _remarks(one)]
    if pooled is not None:
        ratio, degrees, p = same_precision(pooled, separate)
        blocks.append(
            Words(
                f"One precision for all {len(separate)}: likelihood ratio {ratio:.4g}, "
                f"{degrees} degrees of freedom, p-value {p:.3g}"
                + ("." if _regular(fits) else "; an estimate at an end makes it approximate only.")
            )
        )
    blocks.append(Table("Observed and fitted", _SHARES, tuple(_share_rows(separate))))
    blocks += [Words("What this rests on", "heading"), *_grounds(fits)]
    return Page(tuple(blocks), Table("", _ESTIMATES, rows))


def _regular(fits: Sequence[PrecisionFit]) -> bool:
    return all(one.place == "inside" for one in fits)


def _name(one: PrecisionFit) -> str:
    return one.samples[0].name if len(one.samples) == 1 else "all"


def _row(one: PrecisionFit) -> tuple[Cell, ...]:
    error = one.best.standard_error
    return (
        _name(one), _number(one.best.precision), None if error is None else _number(error),
        _number(one.best.log_likelihood), _number(one.random), _number(one.nash_log_likelihood),
        _number(one.p_value),
    )  # fmt: skip


def _number(value: float) -> Cell:
    return Enclosure.point(Fraction(value)) if math.isfinite(value) else "-infinity"


def _remarks(one: PrecisionFit) -> Iterator[tuple[str, str]]:
    if one.place == "start":
        yield "random play is best: the likelihood falls from even odds on.", "warning"
    if one.place == "end":
        yield (
            f"the likelihood rises up to precision {one.reached:.4g}, where the branch was left: "
            "that is no estimate; a higher precision may fit better, or the highest always.",
            "warning",
        )
    if one.place == "flat":
        yield (
            "the likelihood is the same all along the branch: the choices say nothing about lambda "
            "there.", "warning",
        )  # fmt: skip
    if not one.arrived:
        yield f"the branch could be followed to precision {one.reached:.4g} only.", "bad"
    for other in one.others:
        yield f"another local maximum: {_words(other)}.", "warning"
    if one.elsewhere is not None:
        many = len(one.samples) > 1
        yield (
            ("with each sample on the branch that fits it best, the fit is better: " if many else
             "a branch that leads to another Nash equilibrium fits better: ")
            + f"{_words(one.elsewhere)}; there {_predicted(one)}.", "warning",
        )  # fmt: skip
    if one.turns or one.crossings:
        yield (
            f"the branch turns back {one.turns} times, and crosses others, or passes them too "
            f"closely to tell, {one.crossings} times.", "warning",
        )  # fmt: skip
    for sample, nash in zip(one.samples, one.nash, strict=True):
        if len(one.samples) == 1 and nash.log_likelihood == -math.inf and nash.name:
            compared = "" if nash.complete else " that was compared"
            yield (
                f"every Nash equilibrium{compared} gives probability 0 to something that was "
                "observed, so that its log-likelihood is -infinity.", "",
            )  # fmt: skip
        if not nash.complete:
            yield f"not all Nash equilibria of {sample.name} were compared.", "warning"


def _words(one: Fitted) -> str:
    error = "" if one.standard_error is None else f" (s.e. {one.standard_error:.4g})"
    more = " where the branch was left" if one.place == "end" else ""
    return f"lambda {one.precision:.6g}{more}{error}, log-likelihood {one.log_likelihood:.6g}"


def _predicted(one: PrecisionFit) -> str:
    assert one.elsewhere is not None
    parts = []
    for sample, shares in zip(one.samples, one.elsewhere.shares, strict=True):
        where = f" ({sample.name})" if len(one.samples) > 1 else ""
        rows = [f"{k} {share:.4g}" for row in shares.values() for k, share in row.items()]
        parts.append(", ".join(rows) + where)
    return "; ".join(parts)


def _share_rows(fits: Sequence[PrecisionFit]) -> Iterator[tuple[Cell, ...]]:
    for one in fits:
        for sample, shares in zip(one.samples, one.best.shares, strict=True):
            for name, counts in sample.counts.items():
                total = sum(counts.values()) or Fraction(1)
                for label, n in counts.items():
                    seen = Enclosure.point(n / total)
                    yield sample.name, name, label, seen, _number(shares[name][label])


def _grounds(fits: Sequence[PrecisionFit]) -> Iterator[Words]:
    sentences = [
        "Log-likelihoods leave out the multinomial coefficients. The standard error is one over "
        "the root of the observed information.",
        "The p-value is that of random play, lambda = 0, which lies at the end of the domain. All "
        "choices are taken to be independent, those in different samples as well.",
        "Other branches are searched from the Nash equilibria that were found; there may be more.",
        "Where members alike act differently in a Nash equilibrium, its shares are those of a "
        "member drawn at random.",
    ]
    for one in fits:
        note = f"; {one.evidence.note}" if one.evidence.note else ""
        sentences.append(
            f"{_name(one)}: {_claim(one)}, {one.evidence.grade}: {one.evidence.method}{note}. "
            f"Scanned to precision {one.reached:.4g}."
        )
    yield from (Words(sentence, under=1) for sentence in sentences)


def _claim(one: PrecisionFit) -> str:
    if one.place == "inside":
        return "a local maximum"
    return "no maximum" if one.place in ("end", "flat") else "a maximum at random play"


def fit_result(
    separate: Sequence[PrecisionFit], pooled: PrecisionFit | None = None
) -> dict[str, Any]:
    """Return the same for machines; minus infinity is None.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.quantal_fit import Sample, fit_precision
    >>> seen = Sample("a year", load("coordination").game, {"firm": {"wait": 7, "upgrade": 3}})
    >>> fit_result([fit_precision([seen])])["fits"][0]["place"]
    'inside'
    """
    result: dict[str, Any] = {
        "schema": "pigou.quantal/1",
        "game": separate[0].samples[0].game.name,
        "fits": [_fit(one) for one in separate],
        "pooled": None if pooled is None else _fit(pooled),
    }
    if pooled is not None:
        ratio, degrees, p = same_precision(pooled, separate)
        result["same_precision"] = {"ratio": ratio, "degrees": degrees, "p_value": p}
    return result


def _fit(one: PrecisionFit) -> dict[str, Any]:
    return {
        "samples": [sample.name for sample in one.samples],
        "best": _fitted(one.best),
        "place": one.place,
        "precision": number(one.precision),
        "log_likelihood": number(one.log_likelihood),
        "evidence": {
            "grade": str(one.evidence.grade),
            "method": one.evidence.method,
            "note": one.evidence.note,
        },
        "others": [_fitted(other) for other in one.others],
        "elsewhere": None if one.elsewhere is None else _fitted(one.elsewhere),
        "reached": one.reached,
        "arrived": one.arrived,
        "random": one.random,
        "likelihood_ratio": one.likelihood_ratio,
        "p_value": one.p_value,
        "nash": [
            {
                "name": nash.name,
                "log_likelihood": _finite(nash.log_likelihood),
                "complete": nash.complete,
            }
            for nash in one.nash
        ],
    }


def _fitted(one: Fitted) -> dict[str, Any]:
    return {
        "precision": one.precision,
        "log_likelihood": one.log_likelihood,
        "standard_error": one.standard_error,
        "place": one.place,
        "probabilities": [{k: dict(row) for k, row in shares.items()} for shares in one.shares],
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
