"""What ``pigou replicate`` prints: claim by claim what is published, computed, and how well known.

The schema of the JSON is ``pigou.replicate/1``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from pigou.bibliography import author_year, cite, reference
from pigou.exact import Enclosure
from pigou.publication import Publication, Value
from pigou.replicating import Outcome, Replication
from pigou.symbols import prose
from pigou.tables import Block, Page, Table, Words, as_latex

__all__ = ["papers_page", "replicate_latex", "replicate_page", "replicate_result", "value_text"]

COLUMNS = ("claim", "quantity", "published", "derived", "computed", "agreement", "evidence")


def value_text(value: Value) -> str:
    """Write a value for people: ten digits, as tables of replications want them.

    Examples
    --------
    >>> value_text((Fraction(1, 3), True, "deter")), value_text(None)
    ('(0.3333333333, yes, deter)', '-')
    """
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return f"({', '.join(map(value_text, value))})"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return f"{value.value if isinstance(value, Enclosure) else float(value):.10g}"


def replicate_page(found: Sequence[Replication]) -> Page:
    """Show publications with what became of their claims.

    Examples
    --------
    >>> from pigou.papers import load
    >>> from pigou.replicating import replicate
    >>> page = replicate_page([replicate(load("winter2004"))])
    >>> page.blocks[0].text, page.data.columns[:2]
    ('Winter (2004), Incentives and Discrimination', ('paper', 'claim'))
    """
    blocks: list[Block] = []
    for one in found:
        blocks += _publication(one)
    blocks.append(_summary(found))
    return Page(tuple(blocks), _data(found))


def papers_page(papers: Mapping[str, Publication]) -> Page:
    """List publications.

    Examples
    --------
    >>> from pigou.papers import load
    >>> papers_page({"winter2004": load("winter2004")}).data.rows[0][:2]
    ('winter2004', 'Winter (2004)')
    """
    rows = tuple(
        (name, author_year(one.key), one.title, str(len(one.claims)))
        for name, one in papers.items()
    )
    table = Table("", ("paper", "publication", "title", "claims"), rows)
    return Page((table,), table)


def _publication(one: Replication) -> list[Block]:
    paper = one.publication
    rows = tuple(_row(outcome) for outcome in one.outcomes)
    blocks: list[Block] = [Words(f"{author_year(paper.key)}, {paper.title}", "title")]
    blocks.append(Words(cite(paper.setup)))
    blocks.append(Words(f"In our games: {_mapping(paper)}.", "note"))
    blocks.append(Table("", COLUMNS, rows))
    for outcome in one.outcomes:
        blocks += _remarks(outcome)
    blocks.append(Words(reference(paper.key), "note"))
    return blocks


def _mapping(paper: Publication) -> str:
    return "; ".join(f"{theirs} is {ours}" for theirs, ours in paper.notation.items())


def _row(outcome: Outcome) -> tuple[str, ...]:
    claim, computed = outcome.claim, outcome.computed
    at = ", ".join(f"{name} = {value}" for name, value in claim.parameters.items())
    return (
        claim.id,
        f"{claim.quantity} ({at})" if at else claim.quantity,
        value_text(claim.published),
        value_text(claim.expected) if claim.is_derived else "-",
        "-" if computed is None else value_text(computed.value),
        outcome.verdict,
        "-" if computed is None else str(computed.grade),
    )


def _remarks(outcome: Outcome) -> list[Block]:
    """Say why a claim is not reproduced, or what went wrong."""
    claim = outcome.claim
    if claim.not_reproduced:
        look = "bad" if outcome.fails else "warning"
        return [Words(f"{claim.id} is {outcome.verdict}: {claim.not_reproduced}.", look)]
    if outcome.why:
        return [Words(f"{claim.id} could not be computed: {outcome.why}.", "bad")]
    if outcome.fails:
        exactly = f"within {claim.tolerance}" if claim.tolerance else "exactly"
        said = f"{claim.id} disagrees: it should be {value_text(claim.expected)}, {exactly}."
        return [Words(said, "bad")]
    return []


def _summary(found: Sequence[Replication]) -> Words:
    outcomes = [outcome for one in found for outcome in one.outcomes]
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts[outcome.verdict] = counts.get(outcome.verdict, 0) + 1
    parts = [f"{number} {_many(word, number)}" for word, number in counts.items()]
    number = len(outcomes)
    text = f"Of {number} claim{'s' * (number != 1)}: {', '.join(parts)}."
    return Words(text, "bad" if any(one.fails for one in outcomes) else "good")


def _many(word: str, number: int) -> str:
    plural = {"agrees": "agree", "disagrees": "disagree"}
    return plural.get(word, word) if number != 1 else word


def _data(found: Iterable[Replication]) -> Table:
    columns = (
        "paper", "claim", "quantity", "parameters", "where", "published", "derived", "computed",
        "tolerance", "agreement", "evidence", "method", "remark",
    )  # fmt: skip
    rows = [
        (
            one.publication.key, o.claim.id, o.claim.quantity,
            "; ".join(f"{k}={v}" for k, v in o.claim.parameters.items()), cite(o.claim.where),
            _exactly(o.claim.published), _exactly(o.claim.expected if o.claim.is_derived else None),
            _exactly(o.computed.value if o.computed else None), str(o.claim.tolerance), o.verdict,
            str(o.computed.grade) if o.computed else "", o.computed.method if o.computed else "",
            o.claim.not_reproduced or o.why,
        )
        for one in found
        for o in one.outcomes
    ]  # fmt: skip
    return Table("", columns, tuple(rows))


def _exactly(value: Value) -> str:
    """Write a value for machines: several numbers are parted by semicolons."""
    if isinstance(value, tuple):
        return "; ".join(map(_exactly, value))
    if isinstance(value, Enclosure):
        return repr(value.value)
    if isinstance(value, Fraction):
        return repr(float(value))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


def replicate_latex(found: Sequence[Replication]) -> str:
    r"""Write publications with their claims in LaTeX, to be put into a document.

    Examples
    --------
    >>> from pigou.papers import load
    >>> from pigou.replicating import replicate
    >>> print(replicate_latex([replicate(load("winter2004"))]).splitlines()[0])
    \subsection*{Winter (2004), Incentives and Discrimination}
    """
    parts = []
    for one in found:
        paper = one.publication
        names = ("claim", "published", "derived", "computed", "agreement", "evidence")
        rows = [_row(outcome) for outcome in one.outcomes]
        short = tuple(line for outcome in one.outcomes for line in _lines(outcome))
        notes = [Words(f"{row[0]}: {row[1]}; {cite(o.claim.where)}.", "", 1)
                 for row, o in zip(rows, one.outcomes, strict=True)]  # fmt: skip
        remarks = [block for outcome in one.outcomes for block in _remarks(outcome)]
        body = Page((Words(cite(paper.setup)), Table("", names, short), *notes, *remarks),
                    Table("", (), ()))  # fmt: skip
        title = prose(f"{author_year(paper.key)}, {paper.title}")
        parts += [rf"\subsection*{{{title}}}", as_latex(body).rstrip(), reference(paper.key, True)]
    return "\n\n".join([*parts, prose(_summary(found).text)]) + "\n"


def _lines(outcome: Outcome) -> list[tuple[str, ...]]:
    """Write a claim in rows: where it is several values, each has its own, to fit on a page."""
    claim, computed = outcome.claim, outcome.computed
    row = _row(outcome)
    columns = [
        _each(value)
        for value in (
            claim.published,
            claim.expected if claim.is_derived else None,
            computed.value if computed else None,
        )
    ]
    most = max(map(len, columns))
    filled = [[*column, *[""] * (most - len(column))] for column in columns]
    first, *others = zip(*filled, strict=True)
    return [(row[0], *first, *row[5:]), *(("", *line, "", "") for line in others)]


def _each(value: Value) -> list[str]:
    return [value_text(one) for one in value] if isinstance(value, tuple) else [value_text(value)]


def replicate_result(found: Sequence[Replication]) -> dict[str, Any]:
    """Write publications with what became of their claims: schema ``pigou.replicate/1``.

    Examples
    --------
    >>> from pigou.papers import load
    >>> from pigou.replicating import replicate
    >>> result = replicate_result([replicate(load("winter2004"))])
    >>> claim = result["papers"][0]["claims"][0]
    >>> claim["id"], claim["published"], claim["agrees"], claim["evidence"]["grade"]
    ('O10.W3_partial', 6, True, 'proved')
    """
    return {
        "schema": "pigou.replicate/1",
        "papers": [
            {
                "key": one.publication.key,
                "title": one.publication.title,
                "citation": author_year(one.publication.key),
                "reference": reference(one.publication.key),
                "setup": cite(one.publication.setup),
                "notation": dict(one.publication.notation),
                "claims": [_claim(outcome) for outcome in one.outcomes],
            }
            for one in found
        ],
        "failed": [o.claim.id for one in found for o in one.failed],
        "not_reproduced": [
            o.claim.id for one in found for o in one.outcomes if o.claim.not_reproduced
        ],
    }


def _claim(outcome: Outcome) -> dict[str, Any]:
    claim, computed = outcome.claim, outcome.computed
    return {
        "id": claim.id,
        "quantity": claim.quantity,
        "parameters": {name: str(value) for name, value in claim.parameters.items()},
        "where": cite(claim.where),
        "published": _plain(claim.published),
        "derived": _plain(claim.expected) if claim.is_derived else None,
        "computed": _plain(computed.value) if computed else None,
        "exact": _fraction(computed.value) if computed else None,
        "tolerance": float(claim.tolerance),
        "agrees": outcome.agrees,
        "outcome": outcome.verdict,
        "evidence": (
            {"grade": str(computed.grade), "method": computed.method} if computed else None
        ),
        "remark": claim.not_reproduced or outcome.why,
    }


def _plain(value: Value) -> Any:
    """Return numbers as floats, or as integers where they are whole."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Enclosure):
        return _plain(value.lower) if value.is_exact else value.value
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    return value


def _fraction(value: Value) -> Any:
    """Return numbers that are known exactly as fractions; None for the others."""
    if isinstance(value, tuple):
        return [_fraction(one) for one in value]
    if isinstance(value, Enclosure):
        return str(value.lower) if value.is_exact else None
    return str(value) if isinstance(value, Fraction) else None
