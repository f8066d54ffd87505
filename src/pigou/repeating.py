r"""Solve a game that is repeated without end: what can be sustained, from which patience on.

`pigou.repetition.Repetition` says how the stage game is repeated; `repeat` asks, at given parameter
values, which plans (profiles of the stage game played in every period) can be sustained, what the
best of them is, and at which discount factor the relation collapses. Everything is exact or
rigorously enclosed: see `pigou.solvers.repeated`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.check_smooth import has_interval
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure, Record
from pigou.expression import symbol
from pigou.game import Game
from pigou.repetition import Repetition
from pigou.solvers.objectives import end_of, rational
from pigou.solvers.payoff_set import PayoffSet, payoff_set
from pigou.solvers.repeated import Critical, Plan, Repeated
from pigou.solving import solve

__all__ = ["Agreement", "RepeatedSolution", "SustainedPlan", "repeat"]

LEAVING = "everybody has the outside option"
"""What a breach is answered by where outside options are named."""


@dataclass(frozen=True)
class Agreement:
    r"""Payments at will that sustain a plan: what each party gets before and after the moves.

    Parameters
    ----------
    fixed : mapping of str to Enclosure
        What each party receives at the beginning of every period (negative: pays).
    bonus : mapping of str to Enclosure
        What each party receives after it has seen the others do as planned.
    value : mapping of str to Enclosure
        What a period is then worth to it: the gains over the outside options are shared equally.

    Examples
    --------
    >>> half = Enclosure.point("1/2")
    >>> Agreement({"a": -half, "b": half}, {}, {}).fixed["b"]
    Enclosure(1/2)
    """

    fixed: Mapping[str, Enclosure]
    bonus: Mapping[str, Enclosure]
    value: Mapping[str, Enclosure]


@dataclass(frozen=True)
class SustainedPlan:
    """A plan, and from which discount factor on it can be sustained.

    Parameters
    ----------
    words : str
        The plan.
    payoffs : mapping of str to Enclosure
        What each party has in a period, before payments at will.
    surplus : Enclosure
        The sum.
    critical : Enclosure, optional
        The least discount factor; None where none below 1 is enough.
    tempted : str
        Who is tempted most, or why no discount factor is enough.
    formula : sympy expression, optional
        The critical discount factor in parameters and the continuous move, for what tempts most
        at the values given.
    value : Enclosure, optional
        The continuous move.
    sustained : bool
        Whether it is at the discount factor of the parameter values.
    agreement : Agreement, optional
        Payments that do it, where payments are possible.
    """

    words: str
    payoffs: Mapping[str, Enclosure]
    surplus: Enclosure
    critical: Enclosure | None
    tempted: str
    formula: sp.Expr | None
    value: Enclosure | None
    sustained: bool
    agreement: Agreement | None = None


@dataclass(frozen=True)
class RepeatedSolution:
    """What can be sustained in a repeated game.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
    discount : Fraction
    payments : bool
    outside : mapping of str to Fraction
        What a period is worth after a breach.
    reversion : str
        What a breach is answered by, in words.
    plans : tuple of SustainedPlan
        Every profile of choices; with a continuous move, the best one that is sustained.
    best : SustainedPlan, optional
        The sustained plan with the largest sum of payoffs; None where nothing can be sustained.
    efficient : SustainedPlan
        The plan with the largest sum, sustained or not. Sums are over the parties in `outside`:
        bystanders who are not named there, and the government, do not count.
    collapse : Enclosure, optional
        Below this discount factor no plan is sustained; None where none is at any.
    equilibrium_payoffs : PayoffSet, optional
        Without outside options and payments, with two players and choices alone: the payoffs of all
        pure subgame-perfect equilibria, between two polygons.
    grade : Grade
        Certified: all is exact or enclosed rigorously, or refused.
    """

    game: Game
    at: Mapping[str, Fraction]
    discount: Fraction
    payments: bool
    outside: Mapping[str, Fraction]
    reversion: str
    plans: tuple[SustainedPlan, ...]
    best: SustainedPlan | None
    efficient: SustainedPlan
    collapse: Enclosure | None
    equilibrium_payoffs: PayoffSet | None = None
    grade: Grade = Grade.CERTIFIED


def repeat(
    game: Game, repetition: Repetition, at: Mapping[str, Any] | None = None, payoffs: bool = False
) -> RepeatedSolution:
    """Return what can be sustained if the stage game is repeated without end.

    Parameters
    ----------
    game : Game
        The stage game: single players who move at the same time, with choices and at most one
        continuous move.
    repetition : Repetition
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.
    payoffs : bool
        Whether the set of all equilibrium payoffs is asked for, too.

    Raises
    ------
    DeclarationError
        If the discount factor is not in [0, 1).
    StructureError
        If the stage game has another structure, or nobody can leave and its equilibria are not
        all known exactly.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> dilemma = Game(
    ...     "dilemma",
    ...     [Player("a"), Player("b")],
    ...     [Move("x", "a", {"defect": 0, "help": 1}), Move("y", "b", {"defect": 0, "help": 1})],
    ...     {"a": "3*y - x", "b": "3*x - y"},
    ...     parameters=[Parameter("patience", "1/2", "0 <= patience < 1")],
    ... )
    >>> solution = repeat(dilemma, Repetition("patience"))
    >>> solution.best.words, solution.best.critical
    ('x: help; y: help', Enclosure(1/3))
    """
    values = game.values(at)
    bound = repetition.bound(game)
    numbers = {symbol(name): rational(value) for name, value in values.items()}
    discount = _rational("the discount factor", bound.discount, game, numbers)
    if not 0 <= discount < 1:
        raise DeclarationError(
            f"the discount factor of game '{game.name}' is {discount}; it has to be at least 0 and "
            "below 1"
        )
    if bound.outside:
        outside = {
            party: _rational(f"the outside option of '{party}'", formula, game, numbers)
            for party, formula in bound.outside.items()
        }
        reversion = LEAVING
    else:
        outside, reversion = _worst_equilibria(game, values)
    formulas = bound.outside or {party: rational(value) for party, value in outside.items()}
    solver = Repeated(game, bound, outside, values)
    best = solver.best(discount)
    efficient = solver.efficient()
    listed = [solver.plan(labels) for labels in solver.polynomials]
    if solver.stage.move is not None:
        listed = [] if best is None else [best]
    least = solver.least()
    return RepeatedSolution(
        game, values, discount, bound.payments, Record(outside), reversion,
        tuple(_described(solver, plan, discount, formulas) for plan in listed),
        None if best is None else _described(solver, best, discount, formulas),
        _described(solver, efficient, discount, formulas),
        None if least is None else least[0],
        _equilibrium_payoffs(solver, bound, discount) if payoffs else None,
    )  # fmt: skip


def _rational(what: str, formula: sp.Expr, game: Game, numbers: Mapping[Any, Any]) -> Fraction:
    """Return a number of the repetition at parameter values."""
    number = formula.xreplace(numbers)
    if not isinstance(number, sp.Rational):
        raise DeclarationError(
            f"{what} of game '{game.name}' is {number}; it has to be a rational number"
        )
    return end_of(number, {})


def _equilibrium_payoffs(
    solver: Repeated, repetition: Repetition, discount: Fraction
) -> PayoffSet | None:
    """Return the payoffs of all pure equilibria."""
    players = [p.name for p in solver.game.players]
    if repetition.outside or len(players) != 2 or solver.stage.move is not None or not discount:
        raise StructureError(
            f"game '{solver.game.name}': the set of equilibrium payoffs is known for two players "
            "with choices who cannot leave, at a discount factor above 0"
        )
    order = list(solver.polynomials)
    first, second = ([m.player == name for m in solver.stage.choices] for name in players)
    rows = list(dict.fromkeys(_own(labels, first) for labels in order))
    columns = list(dict.fromkeys(_own(labels, second) for labels in order))
    cells = {(_own(k, first), _own(k, second)): solver.plan(k).payoffs for k in order}
    table = [
        [(cells[r, c][players[0]].lower, cells[r, c][players[1]].lower) for c in columns]
        for r in rows
    ]
    return payoff_set(table, discount)


def _own(labels: tuple[str, ...], mine: list[bool]) -> tuple[str, ...]:
    return tuple(label for label, own in zip(labels, mine, strict=True) if own)


def _worst_equilibria(game: Game, at: Mapping[str, Fraction]) -> tuple[dict[str, Fraction], str]:
    """Return what each player has in the stage game's equilibrium that is worst for it.

    With a continuous move only pure equilibria are known, and the words say so.
    """
    found = solve(game, at)
    if not found.complete:
        raise StructureError(
            f"game '{game.name}': its equilibria are not all known, so that the worst answer to a "
            "breach is not either; name outside options"
        )
    if not found.equilibria:
        raise StructureError(
            f"game '{game.name}' has no equilibrium in pure strategies to answer a breach with; "
            "name outside options"
        )
    worst = {}
    for player in (p.name for p in game.players):
        payoffs = [equilibrium.payoffs[player] for equilibrium in found.equilibria]
        least = min(payoffs, key=lambda payoff: payoff.lower)
        if not least.is_exact:
            raise StructureError(
                f"game '{game.name}': what '{player}' has in its worst equilibrium is not a "
                "rational number; name outside options"
            )
        worst[player] = least.lower
    which = "pure equilibrium" if has_interval(game) else "equilibrium"
    return worst, f"the stage game's {which} that is worst for whoever broke the agreement"


def _described(
    solver: Repeated, plan: Plan, discount: Fraction, outside: Mapping[str, sp.Expr]
) -> SustainedPlan:
    critical = solver.critical(plan)
    holds = solver.sustained(plan, discount)
    words = solver.stage.words(plan.labels)
    if plan.value is not None and solver.stage.move is not None:
        own = f"{solver.stage.move.name}: {plan.value}"
        words = f"{words}; {own}" if words else own
    agreement = _agreement(solver, plan, discount) if holds and solver.payments else None
    return SustainedPlan(
        words, plan.payoffs, plan.surplus, critical.value, critical.tempted,
        _formula(solver, plan, critical, outside), plan.value, holds, agreement,
    )  # fmt: skip


def _formula(
    solver: Repeated, plan: Plan, critical: Critical, outside: Mapping[str, sp.Expr]
) -> sp.Expr | None:
    """Return the critical discount factor as a formula."""
    if critical.value is None or critical.gain is None:
        return None
    row = solver.stage.payoffs[plan.labels]
    parties = list(outside) if solver.payments else [critical.tempted]
    if critical.gain == 0:
        return sp.S.Zero
    worth = sp.Add(*(row[party] - outside[party] for party in parties))
    above, below = sp.fraction(sp.factor(critical.gain / (critical.gain + worth)))
    if solver.near(below, plan) < 0:
        above, below = -above, -below
    return above / sp.expand(below)


def _agreement(solver: Repeated, plan: Plan, discount: Fraction) -> Agreement:
    """Return payments that sustain a plan, the gains shared equally."""
    parties = list(solver.outside)
    share = Enclosure.point(Fraction(1, len(parties)))
    outside = {party: Enclosure.point(value) for party, value in solver.outside.items()}
    total = sum(outside.values(), Enclosure.point(0))
    gain = (plan.surplus - total) * share
    ahead = gain * Enclosure.point(discount / (1 - discount))
    tempted = {party: solver.temptation(plan, party) for party in parties}
    left = ahead - sum(tempted.values(), Enclosure.point(0)) * share
    bonus = {party: tempted[party] - ahead + left for party in parties}
    value = {party: outside[party] + gain for party in parties}
    fixed = {party: value[party] - plan.payoffs[party] - bonus[party] for party in parties}
    return Agreement(Record(fixed), Record(bonus), Record(value))
