"""Propositions in game files: the tables ``[[propositions]]``, read and written.

Each has the fields of `pigou.Proposition`; what a name of its claim stands for is a table with a
``kind``: ``where = { e = { kind = "allocation", interior = true } }``.
"""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from typing import Any

from pigou.errors import unknown
from pigou.filetable import FileTable
from pigou.proposition import Allocation, Effect, Number, Profile, Proposition, Term

__all__ = ["MOST_PROPOSITIONS", "of_proposition", "read_propositions"]

MOST_PROPOSITIONS = 50

_KINDS: dict[str, type] = {
    "allocation": Allocation,
    "profile": Profile,
    "number": Number,
    "effect": Effect,
}
_REQUIRED = {"profile": ("profile",), "effect": ("of", "on")}
_FLAGS = ("planner", "interior")
_KEYS = (
    "name", "statement", "claim", "where", "given", "stronger", "false", "lesson", "source",
)  # fmt: skip


def read_propositions(root: FileTable) -> tuple[Proposition, ...]:
    """Read the propositions of a game file.

    Raises
    ------
    FileError
        If one is not written as it should be; the message gives file, table and key.

    Examples
    --------
    >>> row = {"name": "cheap", "statement": "It is cheap.", "claim": "cost < 1"}
    >>> read_propositions(FileTable({"propositions": [row]}, "file.toml"))[0].claim
    'cost < 1'
    """
    rows = root.rows("propositions", MOST_PROPOSITIONS)
    found: dict[str, Proposition] = {}
    for row in rows:
        one = _proposition(row)
        if one.name in found:
            raise row.fault("name", f"two propositions are called '{one.name}'")
        found[one.name] = one
    return tuple(found.values())


def _proposition(row: FileTable) -> Proposition:
    row.of(_KEYS, ["name", "statement", "claim"])
    where = {name: _term(row, name) for name in row.table("where").items}
    with row.at():
        return Proposition(
            row.text("name"),
            row.text("statement"),
            row.text("claim"),
            where,
            row.texts("given"),
            row.text("stronger"),
            row.flag("false"),
            row.text("lesson"),
            row.text("source"),
        )


def _term(row: FileTable, name: str) -> Term:
    table = row.table("where").table(name)
    kind = table.text("kind")
    if kind not in _KINDS:
        raise table.fault("kind", unknown("kind", kind, _KINDS))
    keys = [f.name for f in fields(_KINDS[kind])]
    table.of(["kind", *keys], ["kind", *_REQUIRED.get(kind, ())])
    given: dict[str, Any] = {key: _value(table, key) for key in keys if key in table.items}
    with table.at():
        term: Term = _KINDS[kind](**given)
    return term


def _value(table: FileTable, key: str) -> Any:
    if key in _FLAGS:
        return table.flag(key)
    if key == "choices":
        choices = table.table(key)
        return {name: choices.text(name) for name in choices.items}
    if key == "fixed":
        fixed = table.table(key)
        return {name: fixed.number(name) for name in fixed.items}
    return table.text(key)


def of_proposition(one: Proposition) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is written of a proposition: what is needed, and what may be empty.

    Examples
    --------
    >>> of_proposition(Proposition("cheap", "It is cheap.", "cost < 1"))[0]["claim"]
    'cost < 1'
    """
    needed = {"name": one.name, "statement": one.statement, "claim": one.claim}
    more = {
        "where": {name: _of_term(term) for name, term in one.where.items()},
        "given": list(one.given),
        "stronger": one.stronger,
        "false": one.false or None,
        "lesson": one.lesson,
        "source": one.source,
    }
    return needed, more


def _of_term(term: Term) -> dict[str, Any]:
    kind = next(name for name, what in _KINDS.items() if isinstance(term, what))
    values = {f.name: getattr(term, f.name) for f in fields(term)}
    kept = {k: v for k, v in values.items() if v not in ("", False) and v != {}}
    if "fixed" in kept:
        kept["fixed"] = {name: Fraction(str(value)) for name, value in kept["fixed"].items()}
    return {
        "kind": kind,
        **{k: dict(v) if k in ("choices", "fixed") else v for k, v in kept.items()},
    }
