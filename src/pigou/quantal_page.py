"""What ``pigou quantal`` prints: logit equilibria, points along a branch.

The schema of the JSON is ``pigou.quantal/1``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from pigou.equilibrium import Evidence
from pigou.exact import Enclosure
from pigou.json_numbers import numbers
from pigou.quantal import Branch, LogitEquilibrium, QuantalResponse
from pigou.tables import Block, Cell, Page, Table, Words, rounded

__all__ = ["branch_page", "branch_result", "quantal_page", "quantal_result"]

_COLUMNS = ("player", "choice", "probability", "pays")
_MOST_POINTS = 40


def quantal_page(found: Sequence[tuple[str, QuantalResponse]]) -> Page:
    """Show the logit equilibria of a game and its reforms at one precision.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.quantal import quantal_response
    >>> one = quantal_response(load("coordination").game, precision=5)
    >>> quantal_page([("baseline", one)]).blocks[0].text
    'coordination: logit equilibrium of precision 5'
    """
    first = found[0][1]
    title = f"{first.game.name}: logit equilibrium of precision {_shown(first.precision)}"
    blocks: list[Block] = [Words(title, "title")]
    for name, one in found:
        if len(found) > 1:
            blocks.append(Words(name, "heading"))
        blocks += _one(one)
    blocks += [Words("What this rests on", "heading"), *_grounds(found)]
    rows = tuple(
        (name, *row) for name, one in found if one.equilibrium for row in _rows(one.equilibrium)
    )
    return Page(tuple(blocks), Table("", ("reform", *_COLUMNS), rows))


def _one(one: QuantalResponse) -> Iterator[Block]:
    if one.equilibrium is None:
        yield Words(f"Not reached: {one.finding}.", "bad")
        return
    yield Table("", _COLUMNS, tuple(_rows(one.equilibrium)))
    if one.finding:
        yield Words(f"{one.finding[:1].upper()}{one.finding[1:]}.", "warning")


def _rows(equilibrium: LogitEquilibrium) -> Iterator[tuple[Cell, ...]]:
    paid = equilibrium.payoffs.items()
    for strategy, (name, pays) in zip(equilibrium.strategies, paid, strict=True):
        for label, share in strategy.probabilities.items():
            yield name, label, share, pays[label]


def _grounds(found: Sequence[tuple[str, QuantalResponse]]) -> Iterator[Words]:
    yield Words(
        "Every choice is made with a probability proportional to exp(lambda times what it pays) "
        "against the others, who err as well; members alike play one mixture.",
        under=1,
    )
    known = [(name, one.equilibrium) for name, one in found if one.equilibrium is not None]
    for name, one in known:
        where = f" ({name})" if len(found) > 1 else ""
        yield Words(f"It is a logit equilibrium{where}, {_graded(one.evidence)}.", under=1)
        yield Words(f"It lies on the principal branch{where}, {_graded(one.on_branch)}.", under=1)


def _graded(evidence: Evidence) -> str:
    note = f"; {evidence.note}" if evidence.note else ""
    return f"{evidence.grade}: {evidence.method}{note}"


def branch_page(found: Sequence[tuple[str, Branch]]) -> Page:
    """Show points along the principal branches of a game and its reforms.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.quantal import quantal_branch
    >>> page = branch_page([("baseline", quantal_branch(load("coordination").game, precision=5))])
    >>> page.data.columns
    ('reform', 'precision', 'firm: wait', 'firm: upgrade')
    """
    first = found[0][1]
    title = f"{first.game.name}: principal branch to precision {_shown(first.precision)}"
    blocks: list[Block] = [Words(title, "title")]
    columns = _branch_columns(found)
    for name, one in found:
        rows = tuple(_branch_rows(one, columns, _thinned(len(one.points))))
        blocks.append(Table(name if len(found) > 1 else "", ("precision", *columns), rows))
        if not one.arrived:
            last = one.points[-1].precision
            blocks.append(Words(f"Followed to precision {last:.6g} only.", "bad"))
        if one.turns:
            blocks.append(Words(f"The branch turns back {one.turns} times.", "warning"))
        if one.crossings:
            words = "The branch crosses another, or passes it too closely to tell."
            blocks.append(Words(words, "warning"))
    blocks.append(Words("Numerical: the branch is followed in doubles.", "note"))
    data = tuple(
        (name, *row)
        for name, one in found
        for row in _branch_rows(one, columns, range(len(one.points)))
    )
    return Page(tuple(blocks), Table("", ("reform", "precision", *columns), data))


def _thinned(number: int) -> Sequence[int]:
    """Pick some of many points, both ends included."""
    if number <= _MOST_POINTS:
        return range(number)
    return sorted({round(k * (number - 1) / (_MOST_POINTS - 1)) for k in range(_MOST_POINTS)})


def _branch_columns(found: Sequence[tuple[str, Branch]]) -> tuple[str, ...]:
    names = dict.fromkeys(
        f"{name}: {label}"
        for _, one in found
        for name, row in one.points[0].shares.items()
        for label in row
    )
    return tuple(names)


def _branch_rows(
    one: Branch, columns: Sequence[str], picked: Sequence[int]
) -> Iterator[tuple[Cell, ...]]:
    for k in picked:
        point = one.points[k]
        shares = {
            f"{name}: {label}": share
            for name, row in point.shares.items()
            for label, share in row.items()
        }
        yield _float(point.precision), *(_maybe(shares.get(column)) for column in columns)


def _float(value: float) -> Enclosure:
    return Enclosure.point(Fraction(value))


def _maybe(value: float | None) -> Enclosure | None:
    return None if value is None else _float(value)


def _shown(precision: Fraction) -> str:
    return rounded(precision) if precision.denominator > 1000 else str(precision)


# -- for machines ---------------------------------------------------------------------------------


def quantal_result(found: Sequence[tuple[str, QuantalResponse]]) -> dict[str, Any]:
    """Return the logit equilibria for machines.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.quantal import quantal_response
    >>> one = quantal_response(load("coordination").game, precision=5)
    >>> quantal_result([("baseline", one)])["results"][0]["reached"]
    5.0
    """
    return {
        "schema": "pigou.quantal/1",
        "game": found[0][1].game.name,
        "results": [
            {
                "reform": name,
                "at": _values(one.at),
                "precision": str(one.precision),
                "reached": one.reached,
                "finding": one.finding,
                "equilibrium": None if one.equilibrium is None else _equilibrium(one.equilibrium),
            }
            for name, one in found
        ],
    }


def _values(at: Mapping[str, Fraction]) -> dict[str, str]:
    return {name: str(value) for name, value in at.items()}


def _equilibrium(one: LogitEquilibrium) -> dict[str, Any]:
    names = list(one.payoffs)
    return {
        "probabilities": {
            name: numbers(strategy.probabilities)
            for name, strategy in zip(names, one.strategies, strict=True)
        },
        "pays": {name: numbers(row) for name, row in one.payoffs.items()},
        "payoffs": numbers(one.mean_payoffs),
        "evidence": _evidence(one.evidence),
        "on_branch": _evidence(one.on_branch),
    }


def _evidence(one: Evidence) -> dict[str, str]:
    return {"grade": str(one.grade), "method": one.method, "note": one.note}


def branch_result(found: Sequence[tuple[str, Branch]]) -> dict[str, Any]:
    """Return the points along branches for machines.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.quantal import quantal_branch
    >>> one = quantal_branch(load("coordination").game, precision=1)
    >>> branch_result([("baseline", one)])["branches"][0]["arrived"]
    True
    """
    return {
        "schema": "pigou.quantal/1",
        "game": found[0][1].game.name,
        "branches": [
            {
                "reform": name,
                "at": _values(one.at),
                "precision": str(one.precision),
                "arrived": one.arrived,
                "turns": one.turns,
                "crossings": one.crossings,
                "points": [
                    {
                        "precision": point.precision,
                        "probabilities": {k: dict(row) for k, row in point.shares.items()},
                    }
                    for point in one.points
                ],
            }
            for name, one in found
        ],
    }
