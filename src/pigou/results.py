"""Results as plain dictionaries that JSON can hold; the layouts are in ``docs/schemas``.

A number known exactly is ``{"value": 0.5, "exact": "1/2"}``, one that is enclosed is
``{"value": 0.5, "lower": 0.49, "upper": 0.51}``; the floats of an enclosure are rounded outwards.
``value`` is null where a number is too large for a float. A continuous move that is enclosed and
known to be algebraic has ``exact`` as well: ``"sqrt(2)/2"`` or ``"root of x**3 - x - 1 in
[13/10, 7/5]"``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import sympy as sp

from pigou.assessment import Assessment
from pigou.beliefs_result import beliefs_result
from pigou.comparison import Comparison, Scenario, present
from pigou.diagnosis_result import (
    best_values_result,
    incidence_result,
    prices_result,
    rents_result,
    second_best_result,
    switching_result,
)
from pigou.equilibrium import Equilibrium, EquilibriumSet, Evidence, Refuted, Strategy
from pigou.exact import Enclosure
from pigou.expression import write_expression
from pigou.game import Chance, Choice, Game, Move, Parameter
from pigou.json_numbers import maybe, number, numbers, outwards
from pigou.model import Model
from pigou.notation import latex_expression, reform_text, text_expression
from pigou.selection import Selected
from pigou.stages import is_staged
from pigou.state_model import StateModel
from pigou.verdict_result import account_result, verdict_result, weights_result

if TYPE_CHECKING:
    from pigou.instruments import BestValues
    from pigou.observation import Finding, Study
    from pigou.solvers.symbolic import CriticalValue, RegimeSet, SymbolicEquilibrium
    from pigou.switching import Switching

__all__ = [
    "comparison_result",
    "game_result",
    "models_result",
    "regimes_result",
    "solve_result",
    "study_result",
]

# -- solve ------------------------------------------------------------------------------------


def solve_result(found: EquilibriumSet) -> dict[str, Any]:
    """Write all equilibria of a game: schema ``pigou.solve/1``.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> result = solve_result(solve(load("coordination").game))
    >>> result["equilibria"][0]["strategies"]["upgrade"]["upgrade"]
    {'value': 0.0, 'exact': '0'}
    """
    result = {
        "schema": "pigou.solve/1",
        "game": found.game,
        "structure": found.structure,
        "at": {name: str(value) for name, value in found.at.items()},
        "complete": found.complete,
        "completeness": found.completeness,
        "scope": found.scope,
        "equilibria": [_equilibrium(one) for one in found],
        "components": [asdict(component) for component in found.components],
        "unresolved": list(found.unresolved),
    }
    return result | ({"refuted": [_refuted(r) for r in found.refuted]} if found.refuted else {})


def _refuted(point: Refuted) -> dict[str, Any]:
    return {
        "strategies": _strategies(point.strategies),
        "player": point.player,
        "deviation": {name: str(value) for name, value in point.deviation.items()},
        "gain": number(point.gain),
    }


def _equilibrium(one: Equilibrium) -> dict[str, Any]:
    result = {
        "name": one.name,
        "kind": one.kind,
        "profile": one.profile,
        "strategies": _strategies(one.strategies),
        "payoffs": numbers(one.payoffs),
        "marks": list(one.marks),
        "undecided": list(one.undecided),
        "index": one.index,
        "dominated_by": list(one.dominated_by),
        "evidence": _evidence(one.evidence),
    }
    if one.path is not None:
        result["path"] = {
            name: number(taken) if isinstance(taken, Enclosure) else _taken(taken)
            for name, taken in one.path.items()
        }
    result |= beliefs_result(one)
    return result | ({"component": one.component} if one.component else {})


def _taken(labels: Mapping[str, Enclosure]) -> Any:
    """Write what is chosen on the path: the label, or how likely each is."""
    sure = [label for label, p in labels.items() if p.is_exact and p.lower == 1]
    return sure[0] if sure else numbers(labels)


def _strategies(strategies: Iterable[Strategy]) -> dict[str, Any]:
    """Key strategies by move; those of several types or information sets are a list."""
    result: dict[str, Any] = {}
    for strategy in strategies:
        entry = _strategy(strategy)
        listed: dict[str, Any] = {}
        if strategy.when:
            listed[_free("when", entry)] = dict(strategy.when)
        if strategy.type:
            listed[_free("type", entry)] = strategy.type
        if listed:
            result.setdefault(strategy.move, []).append(listed | entry)
        else:
            result[strategy.move] = entry
    return result


def _strategy(strategy: Strategy) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    if strategy.expression is not None:
        rule["expression"] = write_expression(strategy.expression)
    if strategy.value is not None:
        exactly = {"exact": strategy.exact} if strategy.exact else {}
        return rule | number(strategy.value) | exactly
    entry: dict[str, Any] = numbers(strategy.probabilities)
    entry |= {_free(key, strategy.probabilities): text for key, text in rule.items()}
    if strategy.counts is not None and strategy.members > 1:
        entry[_free("counts", strategy.probabilities)] = dict(strategy.counts)
    if strategy.belief is not None:
        entry[_free("belief", strategy.probabilities)] = dict(strategy.belief)
    return entry


def _free(key: str, labels: Iterable[str]) -> str:
    """Return the key, with underscores before it where a choice has that label."""
    taken = set(labels)
    while key in taken:
        key = f"_{key}"
    return key


def _evidence(evidence: Evidence) -> dict[str, Any]:
    result: dict[str, Any] = {
        "grade": str(evidence.grade),
        "max_gain": _gain(evidence.max_gain),
        "method": evidence.method,
        "checked": evidence.checked,
    }
    return result | ({"note": evidence.note} if evidence.note else {})


def _gain(gain: Enclosure | None) -> str | None:
    """Write the bound on the largest gain: exactly, or its upper end."""
    if gain is None:
        return None
    return str(gain.lower) if gain.is_exact else repr(outwards(gain.upper, math.inf))


# -- compare ----------------------------------------------------------------------------------


def comparison_result(
    comparison: Comparison,
    switchings: Sequence[tuple[str, Switching]] = (),
    bests: Sequence[BestValues] = (),
) -> dict[str, Any]:
    """Write a comparison: schema ``pigou.compare/1``; with switching values and best values.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> result = comparison_result(compare(model.game, [model.reform("assurance")]))
    >>> result["reforms"][0]["verdict"]["worst"]["net"]["unweighted"]["1"]["exact"]
    '9/2'
    """
    return {
        "schema": "pigou.compare/1",
        "game": comparison.baseline.found.game,
        "at": {name: str(value) for name, value in comparison.baseline.found.at.items()},
        "costs_of_funds": [str(cost) for cost in comparison.costs_of_funds],
        "weights": weights_result(comparison),
        "weight_values": numbers(comparison.weights),
        "complete": all(s.found.complete for s in (comparison.baseline, *comparison.reforms)),
        "second_best": second_best_result(comparison),
        "baseline": _scenario(comparison.baseline, comparison),
        "reforms": [
            _scenario(one, comparison)
            | {
                "verdict": verdict_result(comparison, one.name),
                "incidence": incidence_result(comparison, one),
                "switching": switching_result(one.name, switchings),
                "best_values": best_values_result(one.name, bests),
            }
            for one in comparison.reforms
        ],
    }


def _scenario(scenario: Scenario, comparison: Comparison) -> dict[str, Any]:
    result = solve_result(scenario.found)
    del result["schema"]
    best = scenario.first_best
    result["equilibria"] = [
        _equilibrium(one.equilibrium) | _assessment(one, scenario, comparison)
        for one in scenario.assessments
    ]
    head = {"name": scenario.name, "label": scenario.label}
    return head | result | {
        "selected": scenario.selected,
        "selection": scenario.selection,
        "selected_by": _outcome(scenario.outcome),
        "first_best": {
            "welfare": maybe(best.welfare),
            "profiles": list(best.profiles),
            "is_equilibrium": best.is_equilibrium,
        },
        "prices": prices_result(scenario),
    }  # fmt: skip


def _outcome(outcome: Selected) -> dict[str, Any]:
    return {
        "rule": outcome.selection.rule,
        "parameters": {k: str(v) for k, v in outcome.selection.parameters.items()},
        "picked": list(outcome.picked),
        "grade": None if outcome.grade is None else str(outcome.grade),
        "finding": outcome.finding,
        "instead": outcome.instead,
    }


def _assessment(one: Assessment, scenario: Scenario, comparison: Comparison) -> dict[str, Any]:
    weights = present(comparison.weights, one)
    costs = comparison.costs_of_funds
    return {
        "surplus": numbers(one.surplus),
        "transfers": [
            {
                "payer": flow.transfer.payer,
                "payee": flow.transfer.payee,
                "purpose": flow.transfer.purpose,
                "amount": number(flow.amount),
            }
            for flow in one.flows
        ],
        **account_result(one, comparison),
        "welfare": {
            "unweighted": {str(c): number(one.welfare(c)) for c in costs},
            "weighted": {str(c): number(one.welfare(c, weights)) for c in costs},
        },
        "first_best": maybe(scenario.first_best.welfare),
        "gap": maybe(one.gap),
        "diagnosis": scenario.diagnosis(one),
        "rents": rents_result(one, scenario),
    }


# -- regimes ----------------------------------------------------------------------------------


def regimes_result(found: RegimeSet, game: Game, fixed: Mapping[str, Any]) -> dict[str, Any]:
    """Write the conditions under which profiles are equilibria: schema ``pigou.regimes/1``.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solving import regimes
    >>> game = load("coordination").game
    >>> regimes_result(regimes(game), game, {})["regimes"][1]["condition"]["text"]
    'benefit >= cost'
    """
    return {
        "schema": "pigou.regimes/1",
        "game": found.game,
        "at": {name: str(value) for name, value in fixed.items()},
        "assumed": [_formula(condition, game) for condition in found.conditions],
        "integers": list(found.integers),
        "complete": found.complete,
        "completeness": found.completeness,
        "regimes": [
            {
                "profile": one.profile,
                "condition": _formula(one.condition, game),
                "payoffs": _formulas(one.payoffs, game),
                "counts": _formulas(one.counts, game),
                "evidence": {"grade": "proved", "possible": one.decided},
            }
            for one in found.equilibria
            if one.kind == "pure"
        ],
        "excluded": [{"profile": one.profile, "kind": one.kind} for one in found.excluded],
        "unresolved": list(found.unresolved),
        "mixed": {"stated": not found.why_not_mixed, "reason": found.why_not_mixed},
        "equilibria": [
            _symbolic(number, one, game) for number, one in enumerate(found.equilibria, 1)
        ],
        "partition": _partition(found, game),
        "staged": found.staged,
        "held": {name: str(value) for name, value in found.held.items()},
        "thresholds": {
            "all": found.all_thresholds,
            "values": [_critical(one, game) for one in found.thresholds],
        },
        "follows": [
            {
                "stage": one.stage,
                "history": one.history,
                "moves": _formulas(one.moves, game),
                "condition": _formula(one.condition, game),
            }
            for one in found.follows
        ],
    }


def _formulas(formulas: Mapping[str, Any], game: Game) -> dict[str, Any]:
    return {name: _formula(formula, game) for name, formula in formulas.items()}


def _critical(one: CriticalValue, game: Game) -> dict[str, Any]:
    return {
        "parameter": one.parameter,
        "value": _formula(one.value, game),
        "where": _formula(one.needs, game),
        "above": list(one.above),
        "below": list(one.below),
        "kind": one.kind,
        "evidence": "proved",
    }


def _symbolic(number: int, one: SymbolicEquilibrium, game: Game) -> dict[str, Any]:
    return {
        "number": number,
        "kind": one.kind,
        "profile": one.profile,
        "condition": _formula(one.condition, game),
        "probabilities": _formulas(one.probabilities, game),
        "free": list(one.free),
        "constraints": [_formula(c, game) for c in one.constraints],
        "payoffs": _formulas(one.payoffs, game),
        "counts": _formulas(one.counts, game),
        "possible": one.decided,
    } | {
        name: value
        for name, value in (
            ("moves", one.moves and _formulas(one.moves, game)),
            ("efficient", one.efficient is not None and _formula(one.efficient, game)),
        )
        if value
    }


def _partition(found: RegimeSet, game: Game) -> dict[str, Any]:
    def listed(equilibria: Iterable[SymbolicEquilibrium]) -> list[dict[str, Any]]:
        return [{"number": found.number_of(e), "profile": e.profile} for e in equilibria]

    part = found.partition
    return {
        "regimes": [
            {
                "condition": _formula(one.condition, game),
                "boundary": one.boundary,
                "equilibria": listed(one.equilibria),
                "families": listed(one.families),
            }
            for one in part.regimes
        ],
        "evidence": {
            what: {"outcome": decision.outcome.value, "reason": decision.reason}
            for what, decision in part.proofs.items()
        },
        "reason": part.reason,
        "up_to_boundaries": part.up_to,
    }


# -- cases ------------------------------------------------------------------------------------


def study_result(
    study: Study, switchings: Sequence[Sequence[tuple[str, Switching]]] = ()
) -> dict[str, Any]:
    """Write a case: schema ``pigou.compare/1``, with the comparison and findings of every setting.

    ``baseline`` and ``reforms`` are those of the first setting; switching values of parameters, if
    there are any, are given setting by setting.
    """
    settings = []
    flips = switchings or [()] * len(study.settings)
    for setting, comparison, own in zip(study.settings, study.comparisons, flips, strict=True):
        result = comparison_result(comparison, own)
        del result["schema"]
        found = [_finding(one) for one in study.findings if one.setting == setting]
        head = {"setting": None if setting is None else str(setting)}
        settings.append(head | result | {"findings": found})
    first = comparison_result(study.comparisons[0], flips[0])
    case = study.case
    about = {
        "title": case.title,
        "move": case.move,
        "parameter": case.parameter,
        "source": case.source,
        "licence": case.licence,
        "remarks": list(case.remarks),
        "settings": settings,
        "where_theory_fails": list(study.remarks),
    }
    return first | {"complete": all(s["complete"] for s in settings), "case": about}


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "regime": one.regime,
        "counts": dict(one.counts),
        "total": one.total,
        "shares": {label: number(Enclosure.point(q)) for label, q in one.shares.items()},
        "best_replies": one.best_replies,
        "judged": one.judged,
        "undefined": one.undefined,
        "eliminations": [
            {"round": e.round, "action": e.action, "by": e.by, "chosen": n}
            for e, n in one.ruled_out
        ],
        "predictions": [
            {
                "name": p.name,
                "shares": numbers(p.shares),
                "distance": number(p.distance),
                "efficiency": maybe(p.efficiency),
            }
            for p in one.predictions
        ],
        "efficiency": maybe(one.efficiency),
        "remarks": list(one.remarks),
    }


# -- models and games -------------------------------------------------------------------------


def models_result(
    models: Iterable[Model], about_states: Iterable[StateModel] = ()
) -> dict[str, Any]:
    """Write the list of models: schema ``pigou.models/1``.

    Examples
    --------
    >>> from pigou.models import load
    >>> models_result([load("coordination")])["models"][0]["players"]
    ['firm']
    """
    return {
        "schema": "pigou.models/1",
        "models": [
            {
                "name": model.name,
                "mechanism": model.mechanism,
                "structure": structure(model.game),
                "players": [p.name for p in model.game.players],
                "parameters": [p.name for p in model.game.parameters],
                "reforms": [r.name for r in model.reforms],
                "source": model.game.source,
            }
            for model in models
        ]
        + [
            {
                "name": model.name,
                "mechanism": model.mechanism,
                "structure": model.structure,
                "players": [],
                "parameters": [p.name for p in model.game.parameters],
                "reforms": [r.name for r in model.reforms],
                "source": model.game.source,
            }
            for model in about_states
        ],
    }


def structure(game: Game) -> str:
    """Name the structure of a game, without solving it.

    Examples
    --------
    >>> from pigou.models import load
    >>> structure(load("coordination").game)
    'population'
    """
    words = ["population"] if any(p.is_population for p in game.players) else []
    words += ["smooth"] if any(not isinstance(m.domain, Choice) for m in game.moves) else []
    words += ["staged"] if is_staged(game) else []
    words += ["private information"] if any(_is_seen(c, game) for c in game.chance) else []
    return ", ".join(words) or "finite"


def _is_seen(chance: Chance, game: Game) -> bool:
    return bool(chance.seen_by) or any(chance.name in (m.observes or ()) for m in game.moves)


def game_result(model: Model) -> dict[str, Any]:
    """Write a game and its reforms: schema ``pigou.show/1``.

    Examples
    --------
    >>> from pigou.models import load
    >>> game_result(load("coordination"))["payoffs"]["consumers"]["text"]
    'spillover*sum(upgrade)'
    """
    game = model.game
    return {
        "schema": "pigou.show/1",
        "game": game.name,
        "mechanism": model.mechanism,
        "structure": structure(game),
        "source": game.source,
        "players": [
            {"name": p.name, "label": p.label, "size": str(game.size(p.name)),
             "types": [t.name for t in p.types]}
            for p in game.players
        ],
        "bystanders": [{"name": b.name, "label": b.label} for b in game.bystanders],
        "moves": [_move(move, game) for move in game.moves],
        "chance": [_chance(chance, game) for chance in game.chance],
        "payoffs": {party: _formula(game.primitive(party), game) for party in game.parties},
        "transfers": [
            {"payer": t.payer, "payee": t.payee, "purpose": t.purpose}
            | {"amount": _formula(t.amount, game)}
            for t in game.transfers
        ],
        "parameters": [_parameter(p) for p in game.parameters],
        "assumptions": [write_expression(a) for a in game.assumptions],
        "reforms": [
            {"name": r.name, "label": r.label, "source": r.source, "does": reform_text(r, game),
             "parameters": [_parameter(p) for p in r.parameters]}
            for r in model.reforms
        ],
    }  # fmt: skip


def _formula(expression: Any, game: Game) -> dict[str, str]:
    return {"text": text_expression(expression, game), "latex": latex_expression(expression, game)}


def _chance(chance: Chance, game: Game) -> dict[str, Any]:
    outcomes = {
        label: {"value": str(value), "probability": str(probability)}
        for label, (value, probability) in chance.outcomes.items()
    }
    return {
        "name": chance.name,
        "seen_by": list(chance.seen_by),
        "when": _condition(chance.when, game),
        "outcomes": outcomes,
    }


def _condition(when: Any, game: Game) -> dict[str, str] | None:
    """Write the condition of a move or draw; null if it is always made."""
    return None if when == sp.true else _formula(when, game)


def _move(move: Move, game: Game) -> dict[str, Any]:
    result: dict[str, Any] = {
        "name": move.name, "player": move.player, "label": move.label, "stage": move.stage,
        "observes": None if move.observes is None else list(move.observes),
        "when": _condition(move.when, game),
    }  # fmt: skip
    if isinstance(move.domain, Choice):
        return result | {"choices": {k: str(v) for k, v in move.domain.options.items()}}
    return result | {"interval": [str(move.domain.lower), str(move.domain.upper)]}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "default": None if parameter.default is None else str(parameter.default),
        "domain": write_expression(parameter.domain),
        "integer": parameter.integer,
        "unit": parameter.unit,
        "meaning": parameter.meaning,
        "source": parameter.source,
    }
