r"""Compare: the baseline and its reforms side by side, equilibrium by equilibrium.

Both games may have several equilibria, so a verdict is given for the *best* of each, the *worst* of
each (by welfare at unit weights and a cost of public funds of 1), and the one that the named
selection picks in each. Where only symmetric equilibria were looked for in one of the games, the
best and the worst are those of the symmetric ones in both. What a verdict weighs: `pigou.verdict`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from pigou.assessment import Assessment, assess
from pigou.changes import Change
from pigou.equilibrium import EquilibriumSet
from pigou.errors import DeclarationError, unknown
from pigou.exact import Enclosure, Record, exact
from pigou.game import Game
from pigou.matching import fates, is_symmetric, only_symmetric
from pigou.optimum import FirstBest, first_best
from pigou.reform import Reform
from pigou.selection import (
    Selected,
    Selection,
    as_announced,
    read_selection,
    select as select_by,
)
from pigou.solving import solve
from pigou.verdict import Verdict, verdict_between
from pigou.weights import GREEN_BOOK, checked_weights, income_weights

__all__ = ["Comparison", "Scenario", "compare"]

_NOTHING: Mapping[str, Any] = Record()
NOT_JUDGED = "not judged: only symmetric equilibria were searched"
NOT_KNOWN = "not judged: the first best is not known"


@dataclass(frozen=True)
class Scenario:
    """A game as it is, or as a reform leaves it, solved and assessed.

    Parameters
    ----------
    name, label : str
        Of the reform, or of the baseline.
    game : Game
    found : EquilibriumSet
    assessments : tuple of Assessment
        One for each equilibrium.
    first_best : FirstBest
    outcome : Selected
        Which equilibrium is selected, how well that is known, and why.
    failures : tuple of (Fraction, Scenario)
        How the reform may fail: the probability, and the scenario that is then played, the
        baseline if all of it fails.

    Examples
    --------
    >>> from pigou.models import load
    >>> compare(load("coordination").game, []).baseline.name
    'baseline'
    """

    name: str
    label: str
    game: Game
    found: EquilibriumSet
    assessments: tuple[Assessment, ...]
    first_best: FirstBest
    outcome: Selected
    failures: tuple[tuple[Fraction, Scenario], ...] = ()

    @property
    def selected(self) -> str:
        """The name of the selected equilibrium; empty if there is none."""
        return self.outcome.name

    @property
    def selection(self) -> str:
        """How it was selected, in words."""
        return self.outcome.words

    def __getitem__(self, name: str) -> Assessment:
        for assessment in self.assessments:
            if assessment.equilibrium.name == name:
                return assessment
        raise KeyError(name)

    def diagnosis(self, one: Assessment) -> str:
        """Say what fails in an equilibrium, or that it cannot be told.

        Where welfare is below the first best, and only symmetric equilibria were looked for, it may
        be that an asymmetric equilibrium attains the first best. Where the first best is not known,
        cooperation may fail.
        """
        if one.diagnosis == "none" and one.gap is None:
            return NOT_KNOWN
        short = one.gap is not None and one.gap.lower > 0
        untold = one.diagnosis == "none" and short and only_symmetric(self.found)
        return NOT_JUDGED if untold else one.diagnosis


@dataclass(frozen=True)
class Comparison:
    """The baseline and its reforms, side by side.

    Parameters
    ----------
    baseline : Scenario
    reforms : tuple of Scenario
    costs_of_funds : tuple of Fraction
    weights : mapping of str to Enclosure
        Of the groups that are given one; 1 for all others.
    origins : mapping of str to str
        How a weight that was not stated was made from incomes.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> comparison = compare(model.game, model.reforms)
    >>> [str(change) for change in comparison.changes("uniform_subsidy")]
    ['E1 vanishes at strength 15/16', 'E2 survives (as E1)', 'E3 vanishes at strength 15/16']
    """

    baseline: Scenario
    reforms: tuple[Scenario, ...]
    costs_of_funds: tuple[Fraction, ...]
    weights: Mapping[str, Enclosure]
    origins: Mapping[str, str] = field(default_factory=Record)

    def reform(self, name: str) -> Scenario:
        """Return the scenario of a reform by name."""
        for scenario in self.reforms:
            if scenario.name == name:
                return scenario
        raise DeclarationError(unknown("reform", name, (s.name for s in self.reforms)))

    def changes(self, name: str) -> tuple[Change, ...]:
        """Return what becomes of each equilibrium under a reform."""
        return fates(self.baseline, self.reform(name))

    def verdicts(self, name: str) -> tuple[Verdict, ...]:
        """Return the verdicts under the best, the worst and the selected equilibrium."""
        after = self.reform(name)
        if not self.baseline.assessments or not after.assessments:
            return ()
        if not all(left.assessments for _, left in after.failures):
            return ()
        failures = [
            (chance, None if left is self.baseline else self._played(left))
            for chance, left in after.failures
        ]
        return tuple(
            verdict_between(
                rule, *pair, self.costs_of_funds, self.weights,
                [(chance, pair[0] if one is None else one[rule][1]) for chance, one in failures],
            )
            for rule, pair in self._played(after).items()
        )  # fmt: skip

    def _played(self, after: Scenario) -> dict[str, tuple[Assessment, Assessment]]:
        """Return what is played before and after, under each rule."""
        before, now = _like_with_like(self.baseline, after)
        return {
            "best": (max(before, key=_low), max(now, key=_low)),
            "worst": (min(before, key=_low), min(now, key=_low)),
            "selected": (self.baseline[self.baseline.selected], after[after.selected]),
        }


def _low(assessment: Assessment) -> Fraction:
    return assessment.welfare().lower


def _like_with_like(before: Scenario, after: Scenario) -> list[tuple[Assessment, ...]]:
    """Return the equilibria of both, of a kind that was looked for in both, if there are any."""
    if only_symmetric(before.found) == only_symmetric(after.found):
        return [before.assessments, after.assessments]
    kept = [tuple(a for a in s.assessments if is_symmetric(a.equilibrium)) for s in (before, after)]
    return kept if all(kept) else [before.assessments, after.assessments]


def present(weights: Mapping[str, Enclosure], assessment: Assessment) -> dict[str, Enclosure]:
    """Return the weights of the groups that are there."""
    return {group: w for group, w in weights.items() if group in assessment.surplus}


def compare(
    game: Game,
    reforms: Iterable[Reform],
    at: Mapping[str, Any] | None = None,
    *,
    costs_of_funds: Sequence[Any] = (1,),
    weights: Mapping[str, Any] | None = None,
    incomes: Mapping[str, Any] | None = None,
    median: Any = None,
    elasticity: Any = GREEN_BOOK,
    select: Selection | str = "laplacian",
) -> Comparison:
    """Solve a game as it is and under each reform, and lay the results side by side.

    Parameters
    ----------
    game : Game
    reforms : iterable of Reform
    at : mapping of str to number, optional
        Parameter values, of the game or of any of the reforms.
    costs_of_funds : sequence of numbers
        The costs of public funds at which net benefits are stated; at least 0.
    weights : mapping of str to number, optional
        Distributional weights of groups.
    incomes : mapping of str to number, optional
        Incomes of groups; their weights are ``(median/income)**elasticity``, as in the Green Book.
    median, elasticity : number
        The median income, and the elasticity of the marginal utility of income.
    select : Selection or str
        By which rule an equilibrium is *selected*; as text, ``name`` or ``name:key=value,...`` with
        a name from `pigou.selection.SELECTIONS`.

    Raises
    ------
    ReformError, DeclarationError, StructureError
        If a reform does not fit, a value or weight is wrong, or a game cannot be solved.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> comparison = compare(model.game, [model.reform("assurance")], costs_of_funds=("1", "1.5"))
    >>> [verdict.statement for verdict in comparison.verdicts("assurance")]
    ['changes nothing', 'worth it', 'worth it']
    """
    rule = read_selection(select) if isinstance(select, str) else select
    costs = tuple(exact(c) for c in costs_of_funds)
    if not costs or min(costs) < 0:
        raise DeclarationError("a cost of public funds is a number of at least 0")
    chosen = tuple(reforms)
    games = [r(game) for r in chosen]
    own = [p.name for p in game.parameters]
    everywhere = list(dict.fromkeys([*own, *(p.name for g in games for p in g.parameters)]))
    for name in at or {}:
        if name not in everywhere:
            raise DeclarationError(
                unknown("parameter", name, everywhere, f"game '{game.name}' and its reforms")
            )
    everybody = dict.fromkeys(party for g in (game, *games) for party in g.parties)
    given, origins = _weights(weights or {}, incomes or {}, median, elasticity, everybody)
    baseline = _scenario("baseline", "Baseline", game, at or {}, rule)
    scenarios = tuple(
        replace(
            _scenario(one.name, one.label, changed, at or {}, rule, _announced([one])),
            failures=_failures(one, baseline, at or {}, rule),
        )
        for one, changed in zip(chosen, games, strict=True)
    )
    return Comparison(baseline, scenarios, costs, Record(given), Record(origins))


def _failures(
    one: Reform, baseline: Scenario, at: Mapping[str, Any], rule: Selection
) -> tuple[tuple[Fraction, Scenario], ...]:
    """Return what is played if a reform fails, or if some parts of a package do."""
    result = []
    for chance, works, fails in one.outcomes:
        if fails:
            game = baseline.game
            for part in works:
                game = part(game)
            names = " + ".join(part.label for part in works)
            said = _announced(works)
            left = _scenario(one.name, names, game, at, rule, said) if works else baseline
            result.append((chance, left))
    return tuple(result)


def _weights(
    weights: Mapping[str, Any],
    incomes: Mapping[str, Any],
    median: Any,
    elasticity: Any,
    parties: Iterable[str],
) -> tuple[dict[str, Enclosure], dict[str, str]]:
    """Join weights that are stated with those from incomes; say how the latter were made."""
    if incomes and median is None:
        raise DeclarationError("weights from incomes need the median income")
    for group in incomes:
        if group in weights:
            raise DeclarationError(f"'{group}' has a weight and an income: give one of the two")
    made = income_weights(incomes, median, elasticity) if incomes else {}
    power = exact(elasticity)
    origins = {g: f"({exact(median)}/{exact(y)})**({power})" for g, y in incomes.items()}
    return checked_weights({**weights, **made}, parties), origins


def _announced(reforms: Iterable[Reform]) -> dict[str, Any]:
    """Join what reforms announce: what is said last holds."""
    said: dict[str, Any] = {}
    for one in reforms:
        for step in one.steps:
            if step.kind == "announcement":
                said |= step.keys["profile"]
    return said


def _scenario(
    name: str,
    label: str,
    game: Game,
    at: Mapping[str, Any],
    rule: Selection,
    said: Mapping[str, Any] = _NOTHING,
) -> Scenario:
    here = {k: v for k, v in at.items() if k in [p.name for p in game.parameters]}
    found = solve(game, here)
    best = first_best(game, here, found)
    assessments = assess(game, found, best)
    outcome = select_by(game, found, assessments, rule)
    outcome = as_announced(outcome, found, said) if said and assessments else outcome
    return Scenario(name, label, game, found, assessments, best, outcome)
