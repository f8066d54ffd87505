"""pigou: the game theory of market failure.

A game is declared symbolically, a public intervention turns a game into another game, solving
returns all its equilibria with evidence, and the two sets are laid side by side.

Names are imported on first use, so that ``import pigou`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "errors": ("DeclarationError", "ExpressionError", "FileError", "PigouError", "ReformError", "StructureError"),
    "exact": ("Enclosure", "Record", "exact"),
    "expression": ("If", "Lookup", "Scope", "Total", "each", "read_condition", "read_expression", "symbol", "write_expression"),
    "game": (
        "Bystander", "Chance", "Choice", "Game", "Interval", "Move", "Parameter", "Player", "Transfer", "Type",
    ),
    "equilibrium": ("Component", "Equilibrium", "EquilibriumSet", "Evidence", "Grade", "Strategy"),
    "reform": (
        "KINDS", "Kind", "Reform", "Step", "add_choice", "mandate", "pay", "reform", "remove_choice", "set_parameters",
        "subsidy", "tax",
    ),
    "model": ("Case", "Model"),
    "gamefile": ("read_game", "read_game_file", "write_game"),
    "gambit": ("read_nfg", "read_nfg_file"),
    "solving": ("Elimination", "iterated_dominance", "solve"),
    "check": ("Examination", "Flow", "examine", "expectation", "payoffs_by_action"),
    "assessment": ("Assessment", "FirstBest", "assess", "diagnose", "first_best"),
    "comparison": ("Change", "Comparison", "Scenario", "Verdict", "compare"),
    "observation": ("Finding", "Study", "study"),
}  # fmt: skip
_WHERE = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted((*_WHERE, "__version__"))


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'pigou' has no attribute {name!r}")
    return getattr(importlib.import_module(f"pigou.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return __all__
