"""What the command line gives machines of models about a state.

The schemas of the JSON are ``pigou.state_model/1`` (the set-up), ``pigou.state/1`` (outcomes) and
``pigou.state_compare/1`` (reforms beside them).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from pigou.check_claims import StateCheck
from pigou.exact import Enclosure
from pigou.game import Parameter
from pigou.json_numbers import number
from pigou.measuring import Measured
from pigou.state_model import StateModel
from pigou.state_page import formulas_in_words

__all__ = ["state_compare_result", "state_model_result", "state_result"]

Named = Sequence[tuple[str, Measured]]


def state_result(found: Measured) -> dict[str, Any]:
    """Return the outcomes for machines.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> state_result(measure(load("pilots")))["schema"]
    'pigou.state/1'
    """
    return {"schema": "pigou.state/1", **_result(found)}


def state_compare_result(found: Named) -> dict[str, Any]:
    """Return outcomes with and without reforms for machines.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> sorted(state_compare_result([("baseline", measure(load("pilots")))]))
    ['model', 'results', 'schema']
    """
    return {
        "schema": "pigou.state_compare/1",
        "model": found[0][1].model.name,
        "results": [{"reform": name, **_result(one)} for name, one in found],
    }


def state_model_result(model: StateModel) -> dict[str, Any]:
    """Return a model for machines, as declared.

    Examples
    --------
    >>> from pigou.models.states import load
    >>> state_model_result(load("dialogue"))["formulas"]["bias"]
    'bias'
    """
    return {
        "schema": "pigou.state_model/1",
        "name": model.name,
        "structure": model.structure,
        "mechanism": model.mechanism,
        "formulas": dict(formulas_in_words(model)),
        "parameters": [_parameter(parameter) for parameter in model.game.parameters],
        "reforms": [
            {
                "name": reform.name,
                "label": reform.label,
                "changes": {name: str(formula) for name, formula in reform.changes.items()},
                "pays": {name: str(formula) for name, formula in reform.pays.items()},
                "parameters": [_parameter(parameter) for parameter in reform.parameters],
                "source": reform.source,
            }
            for reform in model.reforms
        ],
        "source": model.game.source,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "default": str(parameter.default),
        "unit": parameter.unit,
        "meaning": parameter.meaning,
        "source": parameter.source,
    }


def _check(check: StateCheck) -> dict[str, Any]:
    """Return what the independent checker says."""
    return {
        "confirmed": check.confirmed,
        "max_gain": number(Enclosure(Fraction(0), check.max_gain)),
        "within": float(check.within),
        "refuted": list(check.refuted),
        "undecided": list(check.undecided),
    }


def _result(found: Measured) -> dict[str, Any]:
    return {
        "model": found.model.name,
        "structure": found.model.structure,
        "at": {name: str(value) for name, value in found.at.items()},
        "complete": found.complete,
        "grade": found.grade.value,
        "check": _check(found.check),
        "unresolved": [
            where if isinstance(where, str) else number(where) for where in found.unresolved
        ],
        "outcomes": [
            {
                "name": one.name,
                "benchmark": one.benchmark,
                "quantities": {
                    name: value if isinstance(value, str) else number(value)
                    for name, value in one.quantities.items()
                },
            }
            for one in found.outcomes
        ],
    }
