r"""Facts of a real case held against the prediction, and against the free parameters behind it.

1. The baseline and every reform that a fact speaks of are solved and compared at the case's values.
2. For every fact that has a prediction, the expected value :math:`E_\sigma[f]` of its formula f is
   computed in every equilibrium :math:`\sigma` of the regime it was observed under, by the
   independent checker: the formula is put into the game as the surplus of somebody who does not
   move, which leaves the equilibria as they are.
3. The fact *holds* if the value in the selected equilibrium lies in the observed range, it is
   *missed* if it lies outside, and it is *not settled* if the enclosure of the value is too wide
   to tell. A fact that a free parameter was chosen to meet is *fitted*: it tests nothing.
4. Each free parameter is put to either end of its range, the others as they are, and the game is
   solved again: a fact that does not have the same outcome there, in every equilibrium, hangs on
   that parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from pigou.check import examine
from pigou.comparison import Comparison, Scenario, compare
from pigou.equilibrium import EquilibriumSet
from pigou.errors import DeclarationError
from pigou.exact import Enclosure, exact
from pigou.expression import If, read_condition, read_expression
from pigou.game import Bystander, Game
from pigou.model import Case, Fact, Model
from pigou.reform import Reform
from pigou.solving import solve

__all__ = ["FactStudy", "Held", "observed_reforms", "study_facts"]

BASELINE = "baseline"
WIDE = Fraction(1, 10**6)
"""Up to which width an enclosure that meets the observed range counts as lying in it."""


@dataclass(frozen=True)
class Held:
    """A fact held against the prediction.

    Parameters
    ----------
    fact : Fact
    selected : Enclosure or None
        The prediction in the selected equilibrium; None if there is none, or no prediction.
    among : tuple of Enclosure
        The prediction in every equilibrium.
    outcome : str
        ``"holds"``, ``"missed"``, ``"not settled"``, ``"fitted"``, ``"no equilibrium"``, or
        ``"context"`` for a fact without a prediction.
    hangs_on : tuple of (str, Fraction, str)
        Free parameter, the end of its range, and the outcome there, where it is another one;
        ``"not in every equilibrium"`` if equilibria differ.

    Examples
    --------
    >>> Held(Fact("left", "a newspaper"), None, (), "context").hangs_on
    ()
    """

    fact: Fact
    selected: Enclosure | None
    among: tuple[Enclosure, ...]
    outcome: str
    hangs_on: tuple[tuple[str, Fraction, str], ...] = ()


@dataclass(frozen=True)
class FactStudy:
    """A case: what the model predicts of every fact, and on which free parameters that hangs.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> fact = Fact("share", "a survey", predicted="mean(upgrade)", observed=("0", "1/10"))
    >>> case = Case("Ten firms", facts=(fact,), free={"cost": ("1/2", "3/2")})
    >>> (held,) = study_facts(Model(game, case=case)).held
    >>> held.outcome, [str(value) for _, value, _ in held.hangs_on]
    ('holds', ['1/2'])
    """

    case: Case
    comparison: Comparison
    held: tuple[Held, ...]

    def scenario(self, regime: str) -> Scenario:
        """Return the scenario that a fact was observed under."""
        return _scenario(self.comparison, regime)


def study_facts(
    model: Model,
    reforms: Iterable[Reform] | None = None,
    at: Mapping[str, Any] | None = None,
    **options: Any,
) -> FactStudy:
    """Hold a model against the facts of its case.

    Parameters
    ----------
    model : Model
        With a case that holds facts.
    reforms : iterable of Reform, optional
        What to compare; by default the reforms under which facts were observed. Facts observed
        under a reform that is left out, or that has other values, are left out.
    at : mapping of str to number, optional
        Parameter values; a free parameter that is given one is not varied.
    **options
        As in `pigou.compare`.

    Raises
    ------
    DeclarationError
        If the model has no case with facts, or one of them does not fit the model.
    ReformError, StructureError
        As `pigou.compare`.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> fact = Fact("all", "a survey", "", "assurance", "mean(upgrade) == 1", True)
    >>> result = study_facts(Model(model.game, model.reforms, case=Case("Firms", facts=(fact,))))
    >>> [held.outcome for held in result.held]
    ['holds']
    """
    case = model.case
    if case is None or not case.facts:
        raise DeclarationError(f"'{model.name}' has no case with facts to hold it against")
    chosen = observed_reforms(model) if reforms is None else tuple(reforms)
    own = {r.name: r for r in observed_reforms(model)}
    regimes = {BASELINE, *(r.name for r in chosen if _same(r, own.get(r.name)))}
    facts = [fact for fact in case.facts if fact.regime in regimes]
    values = dict(at or {})
    comparison = compare(model.game, chosen, values, **options)
    held = [_against(_scenario(comparison, fact.regime), fact) for fact in facts]
    games = {BASELINE: model.game, **{r.name: r(model.game) for r in chosen}}
    for name, value in _ends(case, chosen, model, values):
        there = _outcomes(games, facts, values | {name: value})
        for number, (one, outcome) in enumerate(zip(held, there, strict=True)):
            if outcome != one.outcome:
                held[number] = replace(one, hangs_on=(*one.hangs_on, (name, value, outcome)))
    return FactStudy(case, comparison, tuple(map(_fitted, held)))


def _outcomes(games: Mapping[str, Game], facts: Iterable[Fact], at: Mapping[str, Any]) -> list[str]:
    """Return how each fact comes out at other values, if that is the same in every equilibrium."""
    found: dict[str, EquilibriumSet] = {}
    outcomes = []
    for fact in facts:
        if not fact.predicted:
            outcomes.append("context")
            continue
        game = games[fact.regime]
        if fact.regime not in found:
            own = [p.name for p in game.parameters]
            found[fact.regime] = solve(game, {k: v for k, v in at.items() if k in own})
        values = _expected(game, found[fact.regime], fact).values()
        kinds = {_outcome(value, _range(fact)) for value in values} or {"no equilibrium"}
        outcomes.append(kinds.pop() if len(kinds) == 1 else "not in every equilibrium")
    return outcomes


def _scenario(comparison: Comparison, regime: str) -> Scenario:
    return comparison.baseline if regime == BASELINE else comparison.reform(regime)


def _fitted(held: Held) -> Held:
    """Call a fact fitted that a parameter was chosen to meet, unless it is missed even so."""
    fitted = held.fact.fitted and held.outcome == "holds"
    return replace(held, outcome="fitted") if fitted else held


def observed_reforms(model: Model) -> tuple[Reform, ...]:
    """Return the reforms that the facts of a case speak of; ``a+b`` is a package.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> case = Case("Firms", facts=(Fact("all", "a survey", "", "assurance"),))
    >>> [reform.name for reform in observed_reforms(Model(model.game, model.reforms, case=case))]
    ['assurance']
    """
    facts = () if model.case is None else model.case.facts
    names = dict.fromkeys(f.regime for f in facts if f.regime != BASELINE)
    return tuple(_package(model, name) for name in names)


def _same(reform: Reform, own: Reform | None) -> bool:
    """Whether a reform is that of the model, with the values it has there."""
    parts = ("steps", "parameters", "running_cost", "failure", "parts")
    return own is not None and all(getattr(reform, p) == getattr(own, p) for p in parts)


def _package(model: Model, name: str) -> Reform:
    first, *others = [
        model.reform(part)
        for part in ([name] if name in [r.name for r in model.reforms] else name.split("+"))
    ]
    for other in others:
        first = first + other
    return first


def _ends(
    case: Case, chosen: tuple[Reform, ...], model: Model, at: Mapping[str, Any]
) -> list[tuple[str, Fraction]]:
    """Return the ends of the ranges of the free parameters that are there and not given."""
    parameters = (*model.game.parameters, *(p for r in chosen for p in r.parameters))
    default = {p.name: p.default for p in parameters}
    return [
        (name, end)
        for name, ends in case.free.items()
        for end in dict.fromkeys(ends)
        if name in default and name not in at and end != default[name]
    ]


def _against(scenario: Scenario, fact: Fact) -> Held:
    """Hold one fact against every equilibrium of its regime."""
    if not fact.predicted:
        return Held(fact, None, (), "context")
    if not len(scenario.found):
        return Held(fact, None, (), "no equilibrium")
    values = _expected(scenario.game, scenario.found, fact)
    selected = values[scenario.selected]
    return Held(fact, selected, tuple(values.values()), _outcome(selected, _range(fact)))


def _range(fact: Fact) -> Enclosure:
    if fact.is_statement:
        return Enclosure.point(int(fact.observed))
    return Enclosure(*fact.observed)


def _outcome(value: Enclosure, observed: Enclosure) -> str:
    if not value.overlaps(observed):
        return "missed"
    inside = observed.lower <= value.lower and value.upper <= observed.upper
    return "holds" if inside or value.upper - value.lower <= WIDE else "not settled"


def _expected(game: Game, found: EquilibriumSet, fact: Fact) -> dict[str, Enclosure]:
    """Return the expected value of the fact's formula in every equilibrium."""
    formula = (
        If(read_condition(fact.predicted, game.scope), 1, 0)
        if fact.is_statement
        else read_expression(fact.predicted, game.scope)
    )
    asked = _unused(game)
    larger = replace(game, bystanders=(*game.bystanders, Bystander(asked, formula)))
    at = {name: exact(value) for name, value in found.at.items()}
    return {one.name: examine(larger, at, one.strategies).primitive[asked] for one in found}


def _unused(game: Game) -> str:
    name = "fact"
    while name in game.parties:
        name += "_"
    return name
