"""pigou: the game theory of market failure.

A game is declared symbolically, a public intervention turns a game into another game, solving
returns all its equilibria with evidence, and the two sets are laid side by side.

Names are imported on first use, so that ``import pigou`` is quick.

Examples
--------
>>> import pigou
>>> model = pigou.find_model("coordination")
>>> len(pigou.solve(model.game))
3
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pigou.assessment import (
        Assessment as Assessment,
    )
    from pigou.assessment import (
        FirstBest as FirstBest,
    )
    from pigou.assessment import (
        assess as assess,
    )
    from pigou.assessment import (
        diagnose as diagnose,
    )
    from pigou.assessment import (
        first_best as first_best,
    )
    from pigou.catalogue import (
        find_model as find_model,
    )
    from pigou.catalogue import (
        find_reform as find_reform,
    )
    from pigou.check import (
        Examination as Examination,
    )
    from pigou.check import (
        Flow as Flow,
    )
    from pigou.check import (
        examine as examine,
    )
    from pigou.check import (
        expectation as expectation,
    )
    from pigou.check import (
        payoffs_by_action as payoffs_by_action,
    )
    from pigou.comparison import (
        SELECTIONS as SELECTIONS,
    )
    from pigou.comparison import (
        Change as Change,
    )
    from pigou.comparison import (
        Comparison as Comparison,
    )
    from pigou.comparison import (
        Scenario as Scenario,
    )
    from pigou.comparison import (
        Verdict as Verdict,
    )
    from pigou.comparison import (
        compare as compare,
    )
    from pigou.equilibrium import (
        Component as Component,
    )
    from pigou.equilibrium import (
        Equilibrium as Equilibrium,
    )
    from pigou.equilibrium import (
        EquilibriumSet as EquilibriumSet,
    )
    from pigou.equilibrium import (
        Evidence as Evidence,
    )
    from pigou.equilibrium import (
        Grade as Grade,
    )
    from pigou.equilibrium import (
        Strategy as Strategy,
    )
    from pigou.errors import (
        DeclarationError as DeclarationError,
    )
    from pigou.errors import (
        ExpressionError as ExpressionError,
    )
    from pigou.errors import (
        FileError as FileError,
    )
    from pigou.errors import (
        PigouError as PigouError,
    )
    from pigou.errors import (
        ReformError as ReformError,
    )
    from pigou.errors import (
        StructureError as StructureError,
    )
    from pigou.exact import (
        Enclosure as Enclosure,
    )
    from pigou.exact import (
        Record as Record,
    )
    from pigou.exact import (
    )
    from pigou.expression import (
        If as If,
    )
    from pigou.expression import (
        Lookup as Lookup,
    )
    from pigou.expression import (
        Scope as Scope,
    )
    from pigou.expression import (
        Total as Total,
    )
    from pigou.expression import (
        each as each,
    )
    from pigou.expression import (
        read_condition as read_condition,
    )
    from pigou.expression import (
        read_expression as read_expression,
    )
    from pigou.expression import (
        symbol as symbol,
    )
    from pigou.expression import (
        write_expression as write_expression,
    )
    from pigou.gambit import (
        read_nfg as read_nfg,
    )
    from pigou.gambit import (
        read_nfg_file as read_nfg_file,
    )
    from pigou.game import (
        GOVERNMENT as GOVERNMENT,
    )
    from pigou.game import (
        Bystander as Bystander,
    )
    from pigou.game import (
        Chance as Chance,
    )
    from pigou.game import (
        Choice as Choice,
    )
    from pigou.game import (
        Game as Game,
    )
    from pigou.game import (
        Interval as Interval,
    )
    from pigou.game import (
        Move as Move,
    )
    from pigou.game import (
        Parameter as Parameter,
    )
    from pigou.game import (
        Player as Player,
    )
    from pigou.game import (
        Transfer as Transfer,
    )
    from pigou.game import (
        Type as Type,
    )
    from pigou.gamefile import (
        read_game as read_game,
    )
    from pigou.gamefile import (
        read_game_file as read_game_file,
    )
    from pigou.gamefile import (
        write_game as write_game,
    )
    from pigou.model import (
        Case as Case,
    )
    from pigou.model import (
        Model as Model,
    )
    from pigou.observation import (
        Finding as Finding,
    )
    from pigou.observation import (
        Study as Study,
    )
    from pigou.observation import (
        study as study,
    )
    from pigou.reform import (
        KINDS as KINDS,
    )
    from pigou.reform import (
        Kind as Kind,
    )
    from pigou.reform import (
        Reform as Reform,
    )
    from pigou.reform import (
        Step as Step,
    )
    from pigou.reform import (
        add_choice as add_choice,
    )
    from pigou.reform import (
        mandate as mandate,
    )
    from pigou.reform import (
        pay as pay,
    )
    from pigou.reform import (
    )
    from pigou.reform import (
        remove_choice as remove_choice,
    )
    from pigou.reform import (
        set_parameters as set_parameters,
    )
    from pigou.reform import (
        subsidy as subsidy,
    )
    from pigou.reform import (
        tax as tax,
    )
    from pigou.solving import (
        Elimination as Elimination,
    )
    from pigou.solving import (
        iterated_dominance as iterated_dominance,
    )
    from pigou.solving import (
        regimes as regimes,
    )
    from pigou.solving import (
        solve as solve,
    )

__version__ = "0.1.0"

_HOME = {
    "assessment": (
        "Assessment",
        "FirstBest",
        "assess",
        "diagnose",
        "first_best",
    ),
    "catalogue": (
        "find_model",
        "find_reform",
    ),
    "check": (
        "Examination",
        "Flow",
        "examine",
        "expectation",
        "payoffs_by_action",
    ),
    "comparison": (
        "Change",
        "Comparison",
        "SELECTIONS",
        "Scenario",
        "Verdict",
        "compare",
    ),
    "equilibrium": (
        "Component",
        "Equilibrium",
        "EquilibriumSet",
        "Evidence",
        "Grade",
        "Strategy",
    ),
    "errors": (
        "DeclarationError",
        "ExpressionError",
        "FileError",
        "PigouError",
        "ReformError",
        "StructureError",
    ),
    "exact": (
        "Enclosure",
        "Record",
        "exact",
    ),
    "expression": (
        "If",
        "Lookup",
        "Scope",
        "Total",
        "each",
        "read_condition",
        "read_expression",
        "symbol",
        "write_expression",
    ),
    "gambit": (
        "read_nfg",
        "read_nfg_file",
    ),
    "game": (
        "Bystander",
        "Chance",
        "Choice",
        "GOVERNMENT",
        "Game",
        "Interval",
        "Move",
        "Parameter",
        "Player",
        "Transfer",
        "Type",
    ),
    "gamefile": (
        "read_game",
        "read_game_file",
        "write_game",
    ),
    "model": (
        "Case",
        "Model",
    ),
    "observation": (
        "Finding",
        "Study",
        "study",
    ),
    "reform": (
        "KINDS",
        "Kind",
        "Reform",
        "Step",
        "add_choice",
        "mandate",
        "pay",
        "remove_choice",
        "set_parameters",
        "subsidy",
        "tax",
    ),
    "solving": (
        "Elimination",
        "iterated_dominance",
        "regimes",
        "solve",
    ),
}
_WHERE = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted((*_WHERE, "__version__"))


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'pigou' has no attribute {name!r}")
    return getattr(importlib.import_module(f"pigou.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return __all__
