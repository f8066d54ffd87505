"""All kinds of reform, by group and by name, and what their keys mean.

1. Each group has a module of its own, which states its kinds as values (`Kind`).
2. `KINDS` finds a kind by its name; `KEYS` says how each key is read and what it means: a key
   means the same in every kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pigou.exact import Record
from pigou.reform_kinds_contracts import CONTRACTS
from pigou.reform_kinds_coordination import COORDINATION
from pigou.reform_kinds_information import INFORMATION
from pigou.reform_kinds_joint import JOINT
from pigou.reform_kinds_markets import MARKETS
from pigou.reform_kinds_payments import PAYMENTS
from pigou.reform_kinds_rules import RULES
from pigou.reform_kinds_shared import Kind

__all__ = ["GROUPS", "KEYS", "KINDS", "Key"]

GROUPS: Mapping[str, tuple[Kind, ...]] = Record(
    {
        "payments": PAYMENTS,
        "rules": RULES,
        "coordination": (*COORDINATION, *JOINT[:1]),
        "contracts": (*CONTRACTS, *JOINT[1:]),
        "market structure": MARKETS,
        "information": INFORMATION,
    }
)
"""The kinds of reform by group."""

KINDS: Mapping[str, Kind] = Record({k.name: k for kinds in GROUPS.values() for k in kinds})
"""The kinds of reform by name."""


@dataclass(frozen=True)
class Key:
    """How a key is read (name, names, formula, condition, flag, table, stages) and what it means.

    Examples
    --------
    >>> KEYS["moves"].read
    'names'
    """

    read: str
    means: str


KEYS: Mapping[str, Key] = Record(
    {
        "move": Key("name", "the move that is meant"),
        "moves": Key(
            "names", "the moves that are meant, as in (q1, q2); in order where one is used"
        ),
        "choice": Key("name", "the choice that is meant, of a finite move"),
        "instead": Key("name", "the choice that is taken otherwise"),
        "player": Key("name", "the player that is meant"),
        "players": Key("names", "the players that are meant, as in (a, b)"),
        "payer": Key("name", "who pays"),
        "payee": Key("name", "who is paid"),
        "beside": Key("name", "the player to whose move that of the rival adds"),
        "called": Key("name", "what the new player is called"),
        "purpose": Key("name", "what a payment is for"),
        "group": Key("name", "the type that is meant, or the name of those who are set apart"),
        "members": Key("formula", "how many members of a population"),
        "rate": Key("formula", "amount per unit"),
        "amount": Key("formula", "amount of money, or of a contribution"),
        "share": Key("formula", "the part that applies, from 0 to 1; 1 where it is not given"),
        "when": Key("formula", "the condition on which a payment is made"),
        "value": Key("formula", "the value: of a choice, of a contribution, of a parameter"),
        "most": Key("formula", "the most that is paid"),
        "premium": Key("formula", "what a guarantee costs the guaranteed"),
        "price": Key("formula", "the price that is guaranteed"),
        "market": Key("formula", "what the market pays per unit"),
        "levy": Key("formula", "what everybody pays"),
        "rebate": Key("formula", "what is paid back per unit"),
        "refund": Key("formula", "what is paid back per unit if the threshold is missed"),
        "threshold": Key("formula", "the total from which nothing is refunded"),
        "margin": Key("formula", "what is paid beyond indifference"),
        "cost": Key("formula", "what it costs the government, per unit of a seed"),
        "damages": Key("formula", "what walking away costs"),
        "fee": Key("formula", "what being certified costs"),
        "lowest": Key("formula", "the lowest admissible move"),
        "highest": Key("formula", "the highest admissible move"),
        "factor": Key("formula", "how many times as large, at least 1"),
        "accuracy": Key("formula", "the probability that a signal is right"),
        "parameter": Key("name", "the parameter that is meant"),
        "what": Key("name", "the draw of chance, or the move, that is observed"),
        "pays": Key("formula", "what the player gets who takes an added choice"),
        "counts_as": Key("formula", "the value that an added choice counts as in every formula"),
        "exit": Key("flag", "whether an added choice leaves the group"),
        "set": Key("table", "the new value of each parameter, a formula in the old ones"),
        "stages": Key("stages", "the stage of each move, or one number for all"),
        "profile": Key("labels", "the choice of each move that is announced"),
    }
)
"""The keys of all kinds, with how they are read and what they mean."""
