"""The case of a game file: what was observed, and which parameters no fact settles.

A case holds a table of choices (`pigou.observation` holds it against the prediction) or facts, each
with its source (`pigou.facts` does).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from fractions import Fraction
from typing import Any

from pigou.errors import unknown
from pigou.exact import exact
from pigou.expression import Scope, read_condition, read_expression
from pigou.filetable import FileTable, shown_key
from pigou.game import Game
from pigou.model import Case, Fact
from pigou.reform import Reform

__all__ = ["read_case"]

MOST_FACTS = 50

Expand = Callable[[int | str], int | str]
"""Puts definitions into a formula."""

_CHOICES = ("title", "file", "move", "column", "labels")
"""What a case needs that holds a table of choices."""


def read_case(
    root: FileTable,
    game: Game,
    reforms: tuple[Reform, ...],
    expanded: Expand,
    defined: Iterable[str] = (),
) -> Case | None:
    """Return the case of a game file, if it has one.

    Parameters
    ----------
    root : FileTable
        The whole file.
    game : Game
    reforms : tuple of Reform
    expanded : callable
        Puts definitions into a formula.
    defined : iterable of str
        The names of the definitions, for hints.

    Raises
    ------
    FileError
        If something is wrong with it; the message says where.

    Examples
    --------
    >>> from pigou.models import load
    >>> items = {"case": {"title": "Ten firms", "facts": [{"name": "size", "source": "a survey"}]}}
    >>> read_case(FileTable(items, "case.toml"), load("coordination").game, (), str).title
    'Ten firms'
    """
    if "case" not in root.items:
        return None
    mappings = ("labels", "regimes", "beliefs")
    names = [f.name for f in fields(Case)]
    table = FileTable(root.items["case"], root.file, "[case]")
    table.of(names, ("title",) if "facts" in table.items else _CHOICES)
    values: dict[str, Any] = {
        "remarks": table.texts("remarks"),
        "facts": _facts(table, game, reforms, expanded, tuple(defined)),
        "free": _free(table, game, reforms),
    }
    for key in names:
        if key in mappings:
            inner = table.table(key)
            values[key] = {k: inner.text(k) for k in inner.items}
        elif key not in values:
            values[key] = table.text(key)
    if values["facts"]:
        for key in table.items:
            if key not in ("title", "source", "licence", "remarks", "facts", "free"):
                raise table.fault(key, "a case holds either facts or a table of choices, not both")
        return Case(**values)
    with table.at("move"):
        game.move(values["move"])
    for regime in values["regimes"].values():
        _regime(table, "regimes", regime, reforms)
    parameters = [p.name for p in (*game.parameters, *(p for r in reforms for p in r.parameters))]
    if values["parameter"] and values["parameter"] not in parameters:
        message = unknown("parameter", shown_key(values["parameter"]), parameters)
        raise table.fault("parameter", message)
    return Case(**values)


def _regime(
    table: FileTable, key: str, regime: str, reforms: tuple[Reform, ...]
) -> tuple[Reform, ...]:
    """Return the reforms of a regime: none for the baseline, several joined by ``+``."""
    known = {r.name: r for r in reforms}
    parts = [regime] if regime in known or regime == "baseline" else regime.split("+")
    for part in parts:
        if part not in known and part != "baseline":
            raise table.fault(key, unknown("regime", shown_key(part), ["baseline", *known]))
    return tuple(known[part] for part in parts if part != "baseline")


def _facts(
    case: FileTable,
    game: Game,
    reforms: tuple[Reform, ...],
    expanded: Expand,
    defined: tuple[str, ...],
) -> tuple[Fact, ...]:
    """Read the facts of a case, and what the model predicts of each."""
    facts: list[Fact] = []
    for n, items in enumerate(case.entries("facts", MOST_FACTS), 1):
        row = FileTable(items, case.file, f"[[case.facts]] {n}")
        row.of([f.name for f in fields(Fact)], ("name", "source"))
        texts = {key: row.text(key) for key in ("name", "source", "says", "unit")}
        if texts["name"] in [fact.name for fact in facts]:
            raise row.fault("name", f"there are two facts of the name {texts['name']!r}")
        regime = row.text("regime", "baseline")
        here = game
        for reform in _regime(row, "regime", regime, reforms):
            here = reform(here)
        scope = Scope((*here.scope.names, *defined), here.scope.labels, here.scope.populations)
        with row.at("predicted"):
            predicted = str(expanded(row.formula("predicted", "")))
            observed = _observed(row)
            if predicted and isinstance(observed, bool):
                read_condition(predicted, scope)
            elif predicted:
                read_expression(predicted, scope)
        with row.at():
            facts.append(
                Fact(
                    **texts, regime=regime, predicted=predicted, observed=observed,
                    fitted=row.flag("fitted"),
                )
            )  # fmt: skip
    return tuple(facts)


def _observed(row: FileTable) -> Any:
    """Read what happened: true or false, a number, or the two ends of a range."""
    value = row.items.get("observed")
    if value is None or isinstance(value, bool):
        return value
    ends = value if isinstance(value, list) else [value, value]
    with row.at("observed"):
        return tuple(exact(row.as_formula("observed", end)) for end in ends)


def _free(
    case: FileTable, game: Game, reforms: tuple[Reform, ...]
) -> dict[str, tuple[Fraction, Fraction]]:
    """Read the free parameters, and the range in which each is tried."""
    table = case.table("free")
    known = {p.name: p for p in (*game.parameters, *(p for r in reforms for p in r.parameters))}
    ranges: dict[str, tuple[Fraction, Fraction]] = {}
    for name in table.items:
        if name not in known:
            raise table.fault(name, unknown("parameter", shown_key(name), known))
        ends = table.entries(name, 2)
        if len(ends) != 2:
            raise table.fault(name, "a range of two numbers is needed, as in [0, 1]")
        with table.at(name):
            low, high = (exact(table.as_formula(name, end)) for end in ends)
            for end in (low, high):
                known[name].check(end)
        default = known[name].default
        if low > high or (default is not None and not low <= default <= high):
            raise table.fault(
                name, f"the range {low} to {high} does not hold the default, {default}"
            )
        ranges[name] = (low, high)
    return ranges
