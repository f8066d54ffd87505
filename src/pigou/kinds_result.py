"""The kinds of reform as JSON: what ``pigou show --reforms --json`` prints."""

from __future__ import annotations

from typing import Any

from pigou.bibliography import cite
from pigou.model import Model
from pigou.reform import Reform
from pigou.reform_kinds import GROUPS, KEYS
from pigou.reform_kinds_shared import Kind
from pigou.reform_notation import reform_text

__all__ = ["kinds_result"]


def kinds_result(model: Model | None = None) -> dict[str, Any]:
    """Write the kinds of reform, and a model's own reforms: schema ``pigou.reforms/1``.

    Examples
    --------
    >>> kinds_result()["kinds"][0]["source"]
    'Pigou (1920)'
    """
    own = () if model is None else model.reforms
    return {
        "schema": "pigou.reforms/1",
        "kinds": [_kind(kind, group) for group, kinds in GROUPS.items() for kind in kinds],
        "keys": {name: {"read": key.read, "means": key.means} for name, key in KEYS.items()},
        "model": None if model is None else model.name,
        "reforms": [_reform(one, model) for one in own],
    }


def _kind(kind: Kind, group: str) -> dict[str, Any]:
    return {
        "name": kind.name,
        "group": group,
        "does": kind.does,
        "definition": kind.definition,
        "required": list(kind.required),
        "either": [list(keys) for keys in kind.either],
        "optional": list(kind.optional),
        "scaled_by_strength": list(kind.amounts),
        "ledger": [
            {"payer": payer, "payee": payee, "purpose": purpose}
            for payer, payee, purpose in kind.ledger
        ],
        "source": cite(kind.source),
        "missing": kind.missing,
    }


def _reform(one: Reform, model: Model | None) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "source": cite(one.source),
        "does": reform_text(one, None if model is None else model.game),
        "failure": str(one.failure),
        "parameters": [p.name for p in one.parameters],
    }
