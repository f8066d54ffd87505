"""A game and a reform at many values of one parameter, each solved once, with the verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.comparison import Comparison, Scenario, compare
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError, PigouError, unknown
from pigou.exact import exact
from pigou.expression import symbol
from pigou.game import Game
from pigou.reform import Reform
from pigou.switching_candidates import flips
from pigou.verdict import Verdict
from pigou.zeros import Zero, zeros

__all__ = ["CLOSE", "Case", "Search", "State"]

CLOSE = Fraction(1, 10**9)
"""How close to a candidate verdicts are computed, by its size."""

Case = tuple[str, str, bool]
"""A rule, a cost of public funds, and whether the weights count."""


class State(NamedTuple):
    """What is found at one value of the parameter.

    Attributes
    ----------
    comparison : Comparison or None
        None where the games could not be solved.
    verdicts : mapping of str to Verdict
    grade : Grade
        Of all equilibria found there; numerical where the list may be incomplete.

    Examples
    --------
    >>> State(None, {}, Grade.NUMERICAL).verdicts
    {}
    """

    comparison: Comparison | None
    verdicts: Mapping[str, Verdict]
    grade: Grade


class Search:
    """Solves games at values of one parameter, and finds candidates from their equilibria.

    Parameters
    ----------
    game : Game
    reform : Reform
    name : str
        The parameter that varies, of the game or of the reform.
    at : dict
        Values of the others, and where to start.
    options : dict
        As of `pigou.compare`.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> search = Search(model.game, model.reform("uniform_subsidy"), "subsidy", {}, {})
    >>> search.word(Fraction(1, 2), ("worst", "1", False)), search.inside(Fraction(-1))
    ('worth it', False)
    """

    def __init__(
        self, game: Game, reform: Reform, name: str, at: dict[str, Any], options: dict[str, Any]
    ):
        self.game, self.reform, self.name, self.options = game, reform, name, options
        self.changed = reform(game)
        parameters = {p.name: p for g in (self.changed, game) for p in g.parameters}
        if name not in parameters:
            where = f"game '{game.name}' and reform '{reform.name}'"
            raise DeclarationError(unknown("parameter", name, parameters, where))
        chosen = {**{k: p.default for k, p in parameters.items()}, **at}
        if chosen[name] is None:
            raise DeclarationError(f"parameter '{name}' has no value to start from")
        self.here = exact(chosen[name])
        self.whole = bool(parameters[name].integer)
        self.given = {k: v for k, v in at.items() if k != name}
        self.known: dict[Fraction, State] = {}
        self.events: dict[Fraction, list[Zero]] = {}

    def inside(self, value: Fraction) -> bool:
        """Whether the parameter may have a value, with the others as they are."""
        for game in (self.game, self.changed):
            own = {k: v for k, v in {**self.given, self.name: value}.items() if self.has(game, k)}
            try:
                game.values(own)
            except PigouError:
                return False
        return True

    def has(self, game: Game, name: str) -> bool:
        """Whether a game has a parameter."""
        return name in [p.name for p in game.parameters]

    def at(self, value: Fraction) -> State:
        """Solve both games at a value."""
        if value not in self.known:
            try:
                given = {**self.given, self.name: value}
                found = compare(self.game, [self.reform], given, **self.options)
                verdicts = {v.rule: v for v in found.verdicts(self.reform.name)}
            except PigouError:
                self.known[value] = State(None, {}, Grade.NUMERICAL)
                return self.known[value]
            grades = {e.evidence.grade for s in _both(found) for e in s.found}
            complete = all(s.found.complete for s in _both(found))
            sure = complete and Grade.NUMERICAL not in grades
            grade = Grade.CERTIFIED if sure else Grade.NUMERICAL
            self.known[value] = State(found, verdicts, grade)
        return self.known[value]

    def start(self) -> Comparison:
        """Return the comparison at the value at hand; raise what keeps it from being solved."""
        found = self.at(self.here).comparison
        given = {**self.given, self.name: self.here}
        return found or compare(self.game, [self.reform], given, **self.options)

    def word(self, value: Fraction, case: Case) -> str:
        """Return the verdict at a value."""
        rule, cost, weighted = case
        one = self.at(value).verdicts.get(rule)
        if one is None:
            return "no verdict"
        sign = one.sign((one.net if weighted else one.unweighted)[cost])
        if all(one.sign(change) == 0 for change in one.changes.values()):
            return "changes nothing"
        words = {1: "worth it", -1: "costs more than it brings", 0: "gains nothing"}
        return "not settled" if sign is None else words[sign]

    def grade(self, value: Fraction, rule: str) -> Grade:
        """Return how well the verdict at a value is known; of a selection also how well that is."""
        one = self.at(value)
        chosen = _both(one.comparison) if one.comparison and rule == "selected" else ()
        guessed = any(s.outcome.grade is Grade.NUMERICAL for s in chosen)
        return Grade.NUMERICAL if guessed else one.grade

    def candidates(self, value: Fraction) -> list[Zero]:
        """Return where the verdict may flip, as far as the equilibria at a value tell."""
        if value not in self.events:
            found = self.at(value).comparison
            formulas = [] if found is None else list(flips(found, self.name))
            domain = [r.lhs - r.rhs for c in self._conditions() for r in _relations(c)]
            self.events[value] = zeros([*formulas, *domain], symbol(self.name))
        return self.events[value]

    def _conditions(self) -> Iterator[Any]:
        for game in (self.game, self.changed):
            values = {p.symbol: p.default for p in game.parameters}
            values |= {symbol(k): exact(v) for k, v in self.given.items()}
            fixed = {s: sp.Rational(str(v)) for s, v in values.items() if v is not None}
            fixed.pop(symbol(self.name), None)
            for condition in game.conditions:
                yield condition.xreplace(fixed)


def _both(found: Comparison) -> tuple[Scenario, Scenario]:
    return found.baseline, found.reforms[0]


def _relations(condition: Any) -> set[Any]:
    found: set[Any] = condition.atoms(sp.core.relational.Relational)
    return found
