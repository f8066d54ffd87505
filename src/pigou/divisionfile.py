r"""The tables ``[divisions.NAME]`` of a game file: how a surplus is divided, read as definitions.

Each table names a rule of `pigou.bargaining`, `pigou.coalitions` or `pigou.renegotiation`, and adds
one definition for each party, ``NAME_PARTY``, that payoffs, transfers and reforms may use:

=====================  ============================================  =========================
rule                   keys                                          definitions
=====================  ============================================  =========================
``nash``               surplus, outside; weights, outside_as,        ``NAME_PARTY``
                       impasse, always_trade
``take-it-or-leave``   surplus, outside, proposer; always_trade      ``NAME_PARTY``
``shapley``            players, worth; links, may_split              ``NAME_PLAYER``
``stole-zwiebel``      output, count, suppliers; outside             ``NAME_profit``,
                                                                     ``NAME_payments``
=====================  ============================================  =========================

What a definition holds is expanded on reading, as that of ``[definitions]`` is: a game that is
written again has the formulas in the places of the names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from pigou.bargaining import Nash, TakeItOrLeaveIt
from pigou.coalitions import CoalitionalGame, Shapley
from pigou.errors import unknown
from pigou.exact import Record
from pigou.expression import Scope, read_expression, valid_name, write_expression
from pigou.filetable import FileTable, shown_key
from pigou.renegotiation import StoleZwiebel

__all__ = ["RULES", "read_divisions"]

RULES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = Record(
    {
        "nash": (("surplus", "outside"), ("weights", "outside_as", "impasse", "always_trade")),
        "take-it-or-leave": (("surplus", "outside", "proposer"), ("always_trade",)),
        "shapley": (("players", "worth"), ("links", "may_split")),
        "stole-zwiebel": (("output", "count", "suppliers"), ("outside",)),
    }
)
"""The keys that each rule needs, and those that it knows besides."""

Expand = Callable[[int | str], int | str]
"""Puts definitions into a formula."""


def read_divisions(
    root: FileTable, scope: Scope, expanded: Callable[[int | str, Mapping[str, str]], int | str],
    definitions: Mapping[str, str],
) -> dict[str, str]:  # fmt: skip
    """Read the divisions in order: each as texts in which earlier ones are expanded.

    Parameters
    ----------
    root : FileTable
        The file.
    scope : Scope
        What a formula may refer to.
    expanded : function
        Puts definitions into a formula.
    definitions : mapping of str to str
        The definitions of the file, expanded.

    Returns
    -------
    dict of str to str
        The names that the divisions add, and what they stand for.

    Raises
    ------
    FileError
        If a key is missing or unknown, or the rule refuses what it is given.
    """
    added: dict[str, str] = {}
    for name, table in root.named("divisions"):
        with table.at():
            valid_name(name, "division")

        def formula(key: str, of: FileTable, also: tuple[str, ...] = ()) -> sp.Expr:
            with of.at(key):
                text = expanded(of.formula(key), {**definitions, **added})
                words = Scope((*scope.names, *also), scope.labels, scope.populations)
                return read_expression(text, words)

        for party, share in _shares(table, formula).items():
            key = f"{name}_{party}"
            if key in scope.names or key in definitions or key in added:
                raise table.fault("", f"the name '{key}' of what it gives is already taken")
            added[key] = write_expression(share)
    return added


def _shares(table: FileTable, formula: Callable[..., sp.Expr]) -> Mapping[str, sp.Expr]:
    """Apply the rule of one table."""
    rule = table.text("rule")
    if rule not in RULES:
        raise table.fault("rule", unknown("rule", shown_key(rule), RULES))
    needed, known = RULES[rule]
    table.of(("rule", *needed, *known), needed)

    def group(key: str) -> dict[str, sp.Expr]:
        entries = table.table(key)
        return {name: formula(name, entries) for name in entries.items}

    with table.at():
        if rule == "shapley":
            return Shapley(_coalitions(table, group("worth"))).divide()
        if rule == "stole-zwiebel":
            return _renegotiated(table, formula)
        trades = table.flag("always_trade")
        if rule == "take-it-or-leave":
            division: Any = TakeItOrLeaveIt(table.text("proposer"), group("outside"), trades)
        else:
            role = table.text("outside_as", "threat")
            division = Nash(group("outside"), group("weights"), role, group("impasse"), trades)
        return division.divide(formula("surplus", table))


def _coalitions(table: FileTable, worth: Mapping[str, sp.Expr]) -> CoalitionalGame:
    links = None
    if "links" in table.items:
        links = table.entries("links")
        for link in links:
            if not isinstance(link, list) or not all(isinstance(end, str) for end in link):
                raise table.fault(
                    "links", 'a link is a pair of players, as in ["lead", "supplier"]'
                )
    return CoalitionalGame(table.texts("players"), worth, links, table.flag("may_split"))


def _renegotiated(table: FileTable, formula: Callable[..., sp.Expr]) -> dict[str, sp.Expr]:
    count = valid_name(table.text("count"), "count")
    number, outside = formula("suppliers", table), formula("outside", table)
    rule = StoleZwiebel(formula("output", table, (count,)), outside, count)
    profit = rule.profit(number)
    return {"profit": profit, "payments": sp.expand(rule.made(number) - profit)}
