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
        assess as assess,
        diagnose as diagnose,
    )
    from pigou.bargaining import Nash as Nash, TakeItOrLeaveIt as TakeItOrLeaveIt
    from pigou.catalogue import find_model as find_model, find_reform as find_reform
    from pigou.changes import Change as Change
    from pigou.check import examine as examine, expectation as expectation
    from pigou.check_simultaneous import (
        Checker as Checker,
        Examination as Examination,
        Flow as Flow,
        payoffs_by_action as payoffs_by_action,
    )
    from pigou.coalitions import CoalitionalGame as CoalitionalGame, Shapley as Shapley
    from pigou.comparison import (
        Comparison as Comparison,
        Scenario as Scenario,
        compare as compare,
    )
    from pigou.design_results import (
        Design as Design,
        Outcome as Outcome,
        Payment as Payment,
    )
    from pigou.design_search import Span as Span, Threshold as Threshold
    from pigou.designing import design as design
    from pigou.equilibrium import (
        Component as Component,
        Equilibrium as Equilibrium,
        EquilibriumSet as EquilibriumSet,
        Evidence as Evidence,
        Grade as Grade,
        Refuted as Refuted,
        Strategy as Strategy,
    )
    from pigou.errors import (
        DeclarationError as DeclarationError,
        ExpressionError as ExpressionError,
        FileError as FileError,
        PigouError as PigouError,
        ReformError as ReformError,
        StructureError as StructureError,
    )
    from pigou.exact import Enclosure as Enclosure, Record as Record
    from pigou.expression import (
        If as If,
        Lookup as Lookup,
        Scope as Scope,
        Total as Total,
        each as each,
        read_condition as read_condition,
        read_expression as read_expression,
        symbol as symbol,
        write_expression as write_expression,
    )
    from pigou.gambit import read_nfg as read_nfg, read_nfg_file as read_nfg_file
    from pigou.gambit_tree import read_efg as read_efg, read_efg_file as read_efg_file
    from pigou.game import (
        GOVERNMENT as GOVERNMENT,
        Bystander as Bystander,
        Chance as Chance,
        Choice as Choice,
        Game as Game,
        Interval as Interval,
        Move as Move,
        Parameter as Parameter,
        Player as Player,
        Transfer as Transfer,
        Type as Type,
    )
    from pigou.gamefile import read_game as read_game, read_game_file as read_game_file
    from pigou.gamewriter import write_game as write_game
    from pigou.incidence import incidence_matrix as incidence_matrix
    from pigou.instruments import best_reform as best_reform, best_value as best_value
    from pigou.ledger import balance as balance, balance_at as balance_at
    from pigou.model import Case as Case, Model as Model
    from pigou.nash_in_nash import Bargain as Bargain, NashInNash as NashInNash
    from pigou.observation import Finding as Finding, Study as Study, study as study
    from pigou.optimum import FirstBest as FirstBest, first_best as first_best
    from pigou.proposition import (
        Allocation as Allocation,
        Effect as Effect,
        Number as Number,
        Profile as Profile,
        Proposition as Proposition,
    )
    from pigou.proving import Proof as Proof, prove as prove, prove_all as prove_all
    from pigou.quantal import (
        Branch as Branch,
        LogitEquilibrium as LogitEquilibrium,
        QuantalResponse as QuantalResponse,
        quantal_branch as quantal_branch,
        quantal_response as quantal_response,
    )
    from pigou.quantal_fit import (
        PrecisionFit as PrecisionFit,
        Sample as Sample,
        fit_precision as fit_precision,
    )
    from pigou.reform import (
        Kind as Kind,
        Reform as Reform,
        Step as Step,
        add_choice as add_choice,
        mandate as mandate,
        pay as pay,
        remove_choice as remove_choice,
        reorder as reorder,
        set_parameters as set_parameters,
        subsidy as subsidy,
        tax as tax,
    )
    from pigou.reform_kinds import KINDS as KINDS
    from pigou.renegotiation import StoleZwiebel as StoleZwiebel
    from pigou.selection import (
        SELECTIONS as SELECTIONS,
        Selected as Selected,
        Selection as Selection,
        read_selection as read_selection,
        select as select,
    )
    from pigou.solving import (
        Elimination as Elimination,
        iterated_dominance as iterated_dominance,
        rationalisable as rationalisable,
        regimes as regimes,
        solve as solve,
        thresholds as thresholds,
    )
    from pigou.stages import Stages as Stages, subgame as subgame
    from pigou.switching import switching_values as switching_values
    from pigou.verdict import Verdict as Verdict
    from pigou.weights import income_weights as income_weights

__version__ = "0.1.0"

_HOME = {
    "assessment": ("Assessment", "assess", "diagnose"),
    "bargaining": ("Nash", "TakeItOrLeaveIt"),
    "catalogue": ("find_model", "find_reform"),
    "check": ("examine", "expectation"),
    "check_simultaneous": ("Checker", "Examination", "Flow", "payoffs_by_action"),
    "changes": ("Change",),
    "coalitions": ("CoalitionalGame", "Shapley"),
    "comparison": ("Comparison", "Scenario", "compare"),
    "design_results": ("Design", "Outcome", "Payment"),
    "design_search": ("Span", "Threshold"),
    "designing": ("design",),
    "equilibrium": (
        "Component",
        "Equilibrium",
        "EquilibriumSet",
        "Evidence",
        "Grade",
        "Refuted",
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
    "exact": ("Enclosure", "Record"),
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
    "gambit": ("read_nfg", "read_nfg_file"),
    "gambit_tree": ("read_efg", "read_efg_file"),
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
    "gamefile": ("read_game", "read_game_file"),
    "gamewriter": ("write_game",),
    "incidence": ("incidence_matrix",),
    "instruments": ("best_reform", "best_value"),
    "ledger": ("balance", "balance_at"),
    "model": ("Case", "Model"),
    "nash_in_nash": ("Bargain", "NashInNash"),
    "observation": ("Finding", "Study", "study"),
    "optimum": ("FirstBest", "first_best"),
    "proposition": ("Allocation", "Effect", "Number", "Profile", "Proposition"),
    "proving": ("Proof", "prove", "prove_all"),
    "quantal": (
        "Branch",
        "LogitEquilibrium",
        "QuantalResponse",
        "quantal_branch",
        "quantal_response",
    ),
    "quantal_fit": ("PrecisionFit", "Sample", "fit_precision"),
    "reform": (
        "Kind",
        "Reform",
        "Step",
        "add_choice",
        "mandate",
        "pay",
        "remove_choice",
        "reorder",
        "set_parameters",
        "subsidy",
        "tax",
    ),
    "reform_kinds": ("KINDS",),
    "renegotiation": ("StoleZwiebel",),
    "selection": ("SELECTIONS", "Selected", "Selection", "read_selection", "select"),
    "solving": (
        "Elimination",
        "iterated_dominance",
        "rationalisable",
        "regimes",
        "solve",
        "thresholds",
    ),
    "stages": ("Stages", "subgame"),
    "switching": ("switching_values",),
    "verdict": ("Verdict",),
    "weights": ("income_weights",),
}
_WHERE = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted((*_WHERE, "__version__"))


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'pigou' has no attribute {name!r}")
    return getattr(importlib.import_module(f"pigou.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return __all__
