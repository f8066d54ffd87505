r"""The second best: the best that public instruments can do while players do as they please.

In the first best a planner makes every move. In the second best the planner only sets its
instruments x, and the players answer with an equilibrium e(x): :math:`\max_x N(e(x))`, with the net
benefit N at a stated cost of public funds and weights (Lipsey and Lancaster 1956, Review of
Economic Studies 24:11-32). The instruments are

* the reforms of a comparison, doing nothing among them: `best_reform`;
* the value of a parameter of one reform, in a range: `best_value`, `best_values`.

Steps of `best_values`
----------------------
1. The games are solved at both ends and in the middle of equal cells of the range.
2. The equilibria found are followed in closed form (`pigou.along`); candidates are where the net
   benefit along them is stationary, and where equilibria end or others are picked
   (`pigou.switching_candidates`).
3. At every candidate, and just to both sides of it, the games are solved again; the best wins.
   Where it lies just beside a candidate and not at it, the second best is approached there but not
   attained: an infinitesimal bit more or less of the instrument makes the difference.

The net benefit at the value returned is that of solved games. That no other value does better is
proved by this only in so far as the closed forms hold in every cell; it is not claimed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.along import branch
from pigou.comparison import Comparison
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError
from pigou.exact import Enclosure, exact
from pigou.expression import symbol
from pigou.game import Game
from pigou.reform import Reform
from pigou.switching_candidates import net_benefits
from pigou.varying import CLOSE, Case, Search
from pigou.verdict import RULES, checked_rule
from pigou.zeros import Zero, zeros

__all__ = ["BestValues", "SecondBest", "best_reform", "best_value", "best_values"]

_CELLS = 8
_MOST_WHOLE = 200


@dataclass(frozen=True)
class SecondBest:
    """The best that the instruments can do.

    Parameters
    ----------
    what : str
        The reform, or the value of the parameter in words; ``"baseline"`` for doing nothing.
    value : Enclosure or None
        The value of the parameter.
    net : Enclosure
        The net benefit against the baseline.
    attained : bool
        Whether the value itself does as well as those close to it.
    grade : Grade
        Of the net benefit; not of the claim that nothing does better.

    Examples
    --------
    >>> SecondBest("baseline", None, Enclosure.point(0), True, Grade.CERTIFIED).attained
    True
    """

    what: str
    value: Enclosure | None
    net: Enclosure
    attained: bool
    grade: Grade


@dataclass(frozen=True)
class BestValues:
    """The best values of a reform's parameter in a range.

    Parameters
    ----------
    reform, parameter : str
    low, high : Fraction
        The range.
    found : mapping of (str, str, bool) to SecondBest
        By rule, cost of public funds, and whether the weights count.

    Examples
    --------
    >>> BestValues("subsidy", "rate", Fraction(0), Fraction(1), {}).found
    {}
    """

    reform: str
    parameter: str
    low: Fraction
    high: Fraction
    found: Mapping[Case, SecondBest]


def best_reform(
    comparison: Comparison, rule: str = "selected", cost: Any = None, weighted: bool = True
) -> SecondBest:
    """Return the reform of a comparison with the largest net benefit, or doing nothing.

    Parameters
    ----------
    comparison : Comparison
    rule : str
        ``"selected"``, ``"worst"`` or ``"best"``: which equilibrium is played.
    cost : number, optional
        The cost of public funds; the first of the comparison by default.
    weighted : bool
        Whether the weights of the comparison count.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> found = compare(model.game, model.reforms, costs_of_funds=("1.2",))
    >>> best = best_reform(found, "worst")
    >>> best.what, best.net
    ('assurance', Enclosure(9/2))
    """
    checked_rule(rule)
    price = str(exact(cost)) if cost is not None else str(comparison.costs_of_funds[0])
    if price not in [str(c) for c in comparison.costs_of_funds]:
        raise DeclarationError(f"the comparison has no cost of public funds {cost}")
    grade = _grade(comparison, "baseline", rule)
    found = [SecondBest("baseline", None, Enclosure.point(0), True, grade)]
    for scenario in comparison.reforms:
        for verdict in comparison.verdicts(scenario.name):
            if verdict.rule == rule:
                net = (verdict.net if weighted else verdict.unweighted)[price]
                grade = _grade(comparison, scenario.name, rule)
                found.append(SecondBest(scenario.name, None, net, True, grade))
    return max(found, key=lambda one: one.net.lower)


def _grade(comparison: Comparison, name: str, rule: str) -> Grade:
    base = comparison.baseline
    played = [base] if name == "baseline" else [base, comparison.reform(name)]
    sure = all(
        s.found.complete
        and all(e.evidence.grade != Grade.NUMERICAL for e in s.found)
        and (rule != "selected" or s.outcome.grade != Grade.NUMERICAL)
        for s in played
    )
    return Grade.CERTIFIED if sure else Grade.NUMERICAL


def best_value(
    game: Game,
    reform: Reform,
    parameter: str,
    low: Any,
    high: Any,
    at: Mapping[str, Any] | None = None,
    *,
    rule: str = "selected",
    **options: Any,
) -> SecondBest:
    """Return the value of a reform's parameter, in a range, with the largest net benefit.

    Parameters
    ----------
    game : Game
    reform : Reform
    parameter : str
        Of the reform: the planner's instrument.
    low, high : number
        The range of its values.
    at : mapping of str to number, optional
        Values of the other parameters.
    rule : str
        Which equilibrium is played.
    **options
        One cost of public funds, weights and selection, as in `pigou.compare`.

    Raises
    ------
    DeclarationError
        If the range is upside down or leaves the parameter's domain, the parameter is one of the
        game, or there is no verdict at any value that was tried.

    Examples
    --------
    >>> from pigou import Bystander, Move, Parameter, Player, subsidy
    >>> game = Game(
    ...     "monopoly",
    ...     [Player("firm")],
    ...     [Move("q", "firm", (0, 20))],
    ...     {"firm": "q*(10 - q)"},
    ...     bystanders=[Bystander("consumers", "q**2/2")],
    ... )
    >>> rate = Parameter("rate", 1, "rate >= 0")
    >>> found = best_value(game, subsidy("q", "rate", parameters=(rate,)), "rate", 0, 20)
    >>> found.what, found.net
    ('10', Enclosure(25/2))
    """
    if len(options.get("costs_of_funds", (1,))) != 1:
        raise DeclarationError("the best value is found at one cost of public funds, not at more")
    found = best_values(game, reform, parameter, low, high, at, rules=(rule,), **options).found
    return found[max(found, key=lambda case: case[2])]


def best_values(
    game: Game,
    reform: Reform,
    parameter: str,
    low: Any,
    high: Any,
    at: Mapping[str, Any] | None = None,
    *,
    rules: Sequence[str] = RULES,
    **options: Any,
) -> BestValues:
    """Return the best value of a parameter by rule, cost of public funds, and with weights or not.

    Parameters
    ----------
    game, reform, parameter, low, high, at
        As of `best_value`.
    rules : sequence of str
        Which equilibrium is played.
    **options
        Costs of public funds, weights and selection, as in `pigou.compare`.

    Raises
    ------
    DeclarationError
        As `best_value`.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> reform = model.reform("uniform_subsidy")
    >>> found = best_values(model.game, reform, "subsidy", 0, 1, costs_of_funds=(2,)).found
    >>> for (rule, cost, _), best in found.items():
    ...     print(rule, cost, best.what, best.net, best.attained)
    selected 2 1/16 3.875 False
    worst 2 3/8 0.75 False
    best 2 0 0 True
    """
    for rule in rules:
        checked_rule(rule)
    ends = exact(low), exact(high)
    if ends[0] >= ends[1]:
        raise DeclarationError(f"a range of '{parameter}' goes from low to high, not {low}:{high}")
    search = Search(game, reform, parameter, {**(at or {}), parameter: ends[0]}, options)
    if search.has(game, parameter):
        raise DeclarationError(
            f"'{parameter}' is a parameter of the game, no instrument of a reform"
        )
    for end in ends:
        if not search.inside(end):
            raise DeclarationError(f"'{parameter}' cannot be {end} with the other values")
    places = _whole(search, ends) if search.whole else _real(search, rules, ends)
    found = {case: _best(search, case, places) for case in _cases(search, rules, places)}
    return BestValues(reform.name, parameter, *ends, found)


_Place = tuple[Fraction, Zero, bool]
"""Where the games are solved, for which value of the parameter, and whether that is the same."""


def _whole(search: Search, ends: tuple[Fraction, Fraction]) -> list[_Place]:
    values = range(math.ceil(ends[0]), math.floor(ends[1]) + 1)
    if len(values) > _MOST_WHOLE:
        raise DeclarationError(
            f"'{search.name}' has more than {_MOST_WHOLE} whole values in the range"
        )
    return [(Fraction(v), Zero(Enclosure.point(v), str(v)), True) for v in values]


def _real(search: Search, rules: Sequence[str], ends: tuple[Fraction, Fraction]) -> list[_Place]:
    """Return the ends, samples, the candidates seen from these, and what is just beside them."""
    width = (ends[1] - ends[0]) / _CELLS
    samples = [*ends, *(ends[0] + width * (k + Fraction(1, 2)) for k in range(_CELLS))]
    places = [(s, Zero(Enclosure.point(s), str(s)), True) for s in samples]
    candidates = {z.exact: z for s in samples for r in rules for z in _candidates(search, s, r)}
    for zero in candidates.values():
        value = zero.value
        if ends[0] <= value.lower <= ends[1]:
            gap = CLOSE * (1 + abs(value.lower))
            beside = [v for v in (value.lower - gap, value.upper + gap) if ends[0] <= v <= ends[1]]
            places += [(value.lower, zero, True), *((v, zero, False) for v in beside)]
    return places


def _cases(search: Search, rules: Sequence[str], places: list[_Place]) -> list[Case]:
    solved = (search.at(value).comparison for value, _, _ in places)
    found = next((one for one in solved if one is not None), None)
    if found is None:
        search.start()  # says what keeps the games from being solved
        return []
    costs = [str(cost) for cost in found.costs_of_funds]
    kinds = (False, True) if found.weights else (False,)
    return [(rule, cost, weighted) for rule in rules for cost in costs for weighted in kinds]


def _best(search: Search, case: Case, places: list[_Place]) -> SecondBest:
    rule, cost, weighted = case
    found = []
    for value, zero, attained in places:
        verdict = search.at(value).verdicts.get(rule)
        if verdict is not None:
            net = (verdict.net if weighted else verdict.unweighted)[cost]
            grade = search.grade(value, rule)
            found.append(SecondBest(zero.exact, zero.value, net, attained, grade))
    if not found:
        raise DeclarationError(
            f"there is no verdict at any value of '{search.name}' that was tried"
        )
    return max(found, key=lambda one: (one.net.lower, one.attained))


def _candidates(search: Search, value: Fraction, rule: str) -> list[Zero]:
    """Return where the best may lie, as far as the equilibria at a value tell."""
    return [*search.candidates(value), *zeros(_slopes(search, value, rule), symbol(search.name))]


def _slopes(search: Search, value: Fraction, rule: str) -> Iterator[sp.Expr]:
    """Yield the derivative of the net benefit along the equilibria that are played."""
    found = search.at(value).comparison
    verdict = search.at(value).verdicts.get(rule)
    if found is None or verdict is None or not verdict.fails_as_one:
        return
    pair = []
    for scenario, played in ((found.baseline, verdict.before), (found.reforms[0], verdict.after)):
        name = search.name if search.has(scenario.game, search.name) else ""
        at = scenario.game.values(scenario.found.at)
        pair.append(branch(scenario.game, at, name, scenario.found[played]))
    before, after = pair
    if before is not None and after is not None:
        for cost in verdict.net:
            for net in net_benefits(before, after, verdict, sp.Rational(cost), value):
                yield sp.diff(net, symbol(search.name))
