"""Beliefs and refinements by beliefs as plain dictionaries that JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pigou.equilibrium import Belief, Equilibrium
from pigou.exact import Enclosure
from pigou.json_numbers import number

__all__ = ["beliefs_result"]


def beliefs_result(one: Equilibrium) -> dict[str, Any]:
    """Write the beliefs of an equilibrium, and what it does not survive, for JSON.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> beliefs_result(solve(load("coordination").game)["E1"])
    {}
    """
    result: dict[str, Any] = {}
    if one.beliefs:
        result["beliefs"] = [_belief(belief) for belief in one.beliefs]
    if one.objections:
        result["objections"] = [
            {
                "criterion": o.criterion,
                "at": o.at,
                "excluded": list(o.excluded),
                "by": list(o.by),
                "in words": str(o),
            }
            for o in one.objections
        ]
    return result


def _belief(belief: Belief) -> Mapping[str, Any]:
    return {
        "move": belief.move,
        "player": belief.player,
        "when": dict(belief.when),
        "reached": belief.reached,
        "possible": [dict(labels) for labels in belief.possible],
        "extreme_points": [[number(Enclosure.point(p)) for p in point] for point in belief.points],
        "in words": belief.words,
    }
