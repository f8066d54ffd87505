r"""Compare: the baseline and its reforms side by side, equilibrium by equilibrium.

With :math:`A` the change in everybody else's surplus and :math:`B` the change in the government's
payoff, a reform's net benefit at a cost of public funds :math:`\lambda` is
:math:`A + \lambda B`. If it costs public money (:math:`B < 0`) it is worth it as long as
:math:`\lambda` stays below the break-even cost :math:`\lambda^* = A / (-B)`.

Both games may have several equilibria, so a verdict is given for the *best* of each, the *worst* of
each (by welfare at unit weights and a cost of public funds of 1), and the one that the named
selection picks in each. Where only symmetric equilibria were looked for in one of the games, the
best and the worst are those of the symmetric ones in both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pigou.assessment import (
    Assessment,
    FirstBest,
    assess,
    checked_weights,
    first_best,
)
from pigou.changes import Change
from pigou.equilibrium import EquilibriumSet
from pigou.errors import DeclarationError, unknown
from pigou.exact import Enclosure, Record, exact
from pigou.game import Game
from pigou.matching import fates, is_symmetric, only_symmetric
from pigou.reform import Reform
from pigou.selection import Outcome, Selection, read_selection, select as select_by
from pigou.solving import solve

__all__ = ["Comparison", "Scenario", "Verdict", "compare"]

NOT_JUDGED = "not judged: only symmetric equilibria were searched"


@dataclass(frozen=True)
class Scenario:
    """A game as it is, or as a reform leaves it, solved and assessed.

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
    outcome: Outcome

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
        be that an asymmetric equilibrium attains the first best.
        """
        untold = one.diagnosis == "none" and one.gap.lower > 0 and only_symmetric(self.found)
        return NOT_JUDGED if untold else one.diagnosis


@dataclass(frozen=True)
class Verdict:
    """The net benefit of a reform under one rule for picking the equilibrium.

    Parameters
    ----------
    rule : str
        ``"best"``, ``"worst"`` or ``"selected"``.
    before, after : str
        The equilibria that are compared.
    changes : mapping of str to Enclosure
        Change in the surplus of every party, the government's payoff included.
    private, public : Enclosure
        Change in the (weighted) surplus of everybody else, and in the government's payoff.
    net : mapping of str to Enclosure
        Net benefit at each cost of public funds asked for.
    unweighted : mapping of str to Enclosure
        The same at unit weights.
    break_even : Enclosure or None
        The cost of public funds at which the net benefit is zero, if there is one above 0.
    scale : Fraction
        The size of the numbers that are compared: what a change is measured against.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> comparison = compare(model.game, [model.reform("uniform_subsidy")])
    >>> comparison.verdicts("uniform_subsidy")[1].break_even
    Enclosure(17/8)
    """

    rule: str
    before: str
    after: str
    changes: Mapping[str, Enclosure]
    private: Enclosure
    public: Enclosure
    net: Mapping[str, Enclosure]
    unweighted: Mapping[str, Enclosure]
    break_even: Enclosure | None
    scale: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        for name in ("changes", "net", "unweighted"):
            object.__setattr__(self, name, Record(getattr(self, name)))

    def sign(self, value: Enclosure) -> int | None:
        """Return 1, 0 or -1 for a change that is positive, zero or negative; None if not known."""
        if value.is_zero(self.scale):
            return 0
        return 1 if value.lower >= 0 else -1 if value.upper <= 0 else None

    @property
    def statement(self) -> str:
        """The verdict in a few words, over every cost of public funds asked for.

        ``"changes nothing"``, ``"shifts money and gains nothing"``, ``"worth it"``, ``"costs more
        than it brings"``, ``"depends on the cost of public funds"``, or ``"not settled"`` where a
        number is not known well enough.
        """
        if all(self.sign(change) == 0 for change in self.changes.values()):
            return "changes nothing"
        signs = {self.sign(value) for value in self.net.values()}
        if signs == {0}:
            return "shifts money and gains nothing"
        if signs <= {0, 1}:
            return "worth it"
        if signs <= {0, -1}:
            return "costs more than it brings"
        return "depends on the cost of public funds" if {1, -1} <= signs else "not settled"


@dataclass(frozen=True)
class Comparison:
    """The baseline and its reforms, side by side.

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
    weights: Mapping[str, Fraction]

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
        before, now = _like_with_like(self.baseline, after)
        pairs = {
            "best": (max(before, key=_low), max(now, key=_low)),
            "worst": (min(before, key=_low), min(now, key=_low)),
            "selected": (self.baseline[self.baseline.selected], after[after.selected]),
        }
        return tuple(self._verdict(rule, *pair) for rule, pair in pairs.items())

    def _verdict(self, rule: str, before: Assessment, after: Assessment) -> Verdict:
        weights = self.weights
        private = after.welfare(0, present(weights, after)) - before.welfare(
            0, present(weights, before)
        )
        public = after.public - before.public
        plain = after.private - before.private
        scale = max(
            (max(abs(s.lower), abs(s.upper)) for a in (before, after) for s in a.surplus.values()),
            default=Fraction(1),
        )
        break_even = None
        if not public.is_zero(scale) and (public.upper < 0 or public.lower > 0):
            ratio = private / -public
            break_even = ratio if ratio.lower > 0 else None
        parties = dict.fromkeys([*before.surplus, *after.surplus])
        none = Enclosure.point(0)
        return Verdict(
            rule,
            before.equilibrium.name,
            after.equilibrium.name,
            {p: after.surplus.get(p, none) - before.surplus.get(p, none) for p in parties},
            private,
            public,
            {str(c): private + Enclosure.point(c) * public for c in self.costs_of_funds},
            {str(c): plain + Enclosure.point(c) * public for c in self.costs_of_funds},
            break_even,
            scale,
        )


def _low(assessment: Assessment) -> Fraction:
    return assessment.welfare().lower


def _like_with_like(before: Scenario, after: Scenario) -> list[tuple[Assessment, ...]]:
    """Return the equilibria of both, of a kind that was looked for in both, if there are any."""
    if only_symmetric(before.found) == only_symmetric(after.found):
        return [before.assessments, after.assessments]
    kept = [tuple(a for a in s.assessments if is_symmetric(a.equilibrium)) for s in (before, after)]
    return kept if all(kept) else [before.assessments, after.assessments]


def present(weights: Mapping[str, Fraction], assessment: Assessment) -> dict[str, Fraction]:
    """Return the weights of the groups that are there."""
    return {group: w for group, w in weights.items() if group in assessment.surplus}


def compare(
    game: Game,
    reforms: Iterable[Reform],
    at: Mapping[str, Any] | None = None,
    *,
    costs_of_funds: Sequence[Any] = (1,),
    weights: Mapping[str, Any] | None = None,
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
    games = [(r.name, r.label, r(game)) for r in chosen]
    own = [p.name for p in game.parameters]
    everywhere = list(dict.fromkeys([*own, *(p.name for _, _, g in games for p in g.parameters)]))
    for name in at or {}:
        if name not in everywhere:
            raise DeclarationError(
                unknown("parameter", name, everywhere, f"game '{game.name}' and its reforms")
            )
    baseline = _scenario("baseline", "Baseline", game, at or {}, rule)
    scenarios = tuple(_scenario(name, label, g, at or {}, rule) for name, label, g in games)
    return Comparison(
        baseline,
        scenarios,
        costs,
        Record(checked_weights(weights, _all_parties(baseline, scenarios))),
    )


def _all_parties(baseline: Scenario, scenarios: tuple[Scenario, ...]) -> dict[str, None]:
    return dict.fromkeys(party for s in (baseline, *scenarios) for party in s.game.parties)


def _scenario(
    name: str, label: str, game: Game, at: Mapping[str, Any], rule: Selection
) -> Scenario:
    here = {k: v for k, v in at.items() if k in [p.name for p in game.parameters]}
    found = solve(game, here)
    assessments = assess(game, found)
    outcome = select_by(game, found, assessments, rule)
    best = first_best(game, here, found)
    return Scenario(name, label, game, found, assessments, best, outcome)
