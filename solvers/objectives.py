"""One payoff as a function of continuous moves: its value, and whether it can be exceeded.

All choices are put in. The moves that the payoff does not depend on are left out, so that the
first-order system (`pigou.solvers.first_order`) is not degenerate in them; those that are held at
rational values are put in, so that payoffs can be compared exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy as sp
from flint import arb, fmpq

from pigou.errors import DeclarationError
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.game import Game, Interval, Move, Player
from pigou.solvers.balls import ball_over
from pigou.solvers.deviation import best_against
from pigou.solvers.first_order import FirstOrder
from pigou.solvers.refine import doubles
from pigou.solvers.roots import ball_to_enclosure, working_precision
from pigou.solvers.smooth_form import SmoothForm, smooth_form
from pigou.solvers.tape import Tape

__all__ = ["HUGE", "Objective", "end_of", "rational"]

HUGE = Fraction(10) ** 300


class Objective:
    """A payoff with all choices put in, as a function of the continuous moves that it depends on.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
    formula : sympy expression
        In continuous moves and chance variables.
    moves : mapping of str to Enclosure or anything else
        The continuous moves; those with an enclosure are held there, exactly where that is exact.

    Examples
    --------
    >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
    >>> objective = Objective(game, {}, game.payoff("a"), {"x": None})
    >>> earned = objective.value({"x": Enclosure.point(0)})
    >>> earned, objective.best(earned)
    ((0, 0), (Enclosure(1/2), {'x': Fraction(1, 1)}))
    """

    def __init__(
        self, game: Game, at: Mapping[str, Fraction], formula: Any, moves: Mapping[str, Any]
    ):
        continuous = {m.name: m for m in game.moves if isinstance(m.domain, Interval)}
        self.held = {n: v for n, v in moves.items() if isinstance(v, Enclosure)}
        exact = {symbol(n): rational(v.lower) for n, v in self.held.items() if v.is_exact}
        self.formula = formula.xreplace(exact)
        self.names = [n for n in continuous if symbol(n) in self.formula.free_symbols]
        self.chosen = [n for n in self.names if n not in self.held]
        self.whole = {n: continuous[n] for n in moves if n not in self.held}
        self.numbers, self.game = {symbol(n): rational(v) for n, v in at.items()}, game
        self.form: SmoothForm | None = None
        if self.names:
            owned = [Move(n, "one", continuous[n].domain) for n in self.names]
            payoffs = {"one": self.formula}
            one = Game(
                game.name, [Player("one")], owned, payoffs, (), game.chance, (), game.parameters
            )
            self.form = smooth_form(one, at)

    @cached_property
    def constant(self) -> Any:
        """The payoff where it depends on no continuous move."""
        return _averaged(self.game, self.numbers, self.formula)

    def value(self, values: Mapping[str, Enclosure]) -> tuple[Any, Any]:
        """Return the payoff at given moves: as a ball, and exactly where it is rational."""
        if self.form is None:
            number = self.constant
            exact = fmpq(int(number.p), int(number.q)) if number.is_Rational else None
            with working_precision():
                ball = arb(exact) if exact is not None else Tape([number], []).balls([])[0]
            return (ball if ball.is_finite() else None), exact
        system = _system(self.form, range(len(self.names)))
        places = [_placed(self.form, k, values[n]) for k, n in enumerate(self.names)]
        exact = None
        if all(place.is_exact for place in places):
            exact = system.attained_exactly(
                [fmpq(p.lower.numerator, p.lower.denominator) for p in places]
            )
        with working_precision():
            return system.attained([ball_over(place) for place in places]), exact

    def best(self, own: tuple[Any, Any]) -> tuple[Enclosure, dict[str, Fraction] | None]:
        """Compare the largest payoff over the moves that are not held with a given one."""
        value, exact = own
        if value is None:
            return Enclosure(Fraction(0), HUGE), None
        idle = {n: end_of(m.domain.lower, self.numbers) for n, m in self.whole.items()}
        if not self.chosen:
            return _compared(self.value(self.held), own, idle)
        assert self.form is not None
        active = [k for k, n in enumerate(self.names) if n in self.chosen]
        system = _system(self.form, active)
        held = {k: self.held[n] for k, n in enumerate(self.names) if n in self.held}
        with working_precision():
            balls = {k: ball_over(_placed(self.form, k, value)) for k, value in held.items()}
            system.fixed({k: doubles(ball) for k, ball in balls.items()}, balls)
        reply = best_against(system, value, exact)
        if reply.move is None:
            return reply.gain, None
        moved = {
            self.names[k]: self.form.scaled_back(k, Enclosure.point(t)).lower
            for k, t in zip(active, reply.move, strict=True)
        }
        return reply.gain, {**idle, **moved}


def _compared(
    other: tuple[Any, Any], own: tuple[Any, Any], move: dict[str, Fraction]
) -> tuple[Enclosure, dict[str, Fraction] | None]:
    """Compare two payoffs, exactly where both are rational."""
    if other[1] is not None and own[1] is not None:
        gain = other[1] - own[1]
        if gain > 0:
            return Enclosure.point(Fraction(int(gain.p), int(gain.q))), move
        return Enclosure.point(0), None
    if other[0] is None:
        return Enclosure(Fraction(0), HUGE), None
    with working_precision():
        gain = other[0] - own[0]
        if gain > 0:
            return ball_to_enclosure(gain), move
        return Enclosure(Fraction(0), max(ball_to_enclosure(gain).upper, Fraction(0))), None


def _averaged(game: Game, numbers: Mapping[Any, Any], formula: Any) -> Any:
    """Average a formula without moves over what chance may draw."""
    total = sp.S.Zero
    axes = [[(p, c.symbol, v) for v, p in c.outcomes.values()] for c in game.chance]
    for draw in itertools.product(*axes):
        weight = sp.Mul(*(sp.sympify(p).xreplace(numbers) for p, _, _ in draw))
        total += weight * formula.xreplace({name: sp.Rational(str(v)) for _, name, v in draw})
    if not total.is_number or total.has(sp.I, sp.zoo, sp.nan, sp.oo):
        raise DeclarationError(
            f"game '{game.name}': a payoff is not a finite real number at these values"
        )
    return total


def _system(form: SmoothForm, active: Iterable[int]) -> FirstOrder:
    """Return the first-order system of one who chooses some of the moves."""
    chosen = list(active)
    objectives, switches = [form.payoffs["one"]] * len(chosen), form.switches
    held = [chosen] * len(switches)
    return FirstOrder(form.variables, chosen, objectives, True, switches, held)


def _placed(form: SmoothForm, k: int, value: Enclosure) -> Enclosure:
    """Return where in its interval a move is."""
    low, high = form.ends[k]
    return Enclosure((value.lower - low) / (high - low), (value.upper - low) / (high - low))


def rational(number: Fraction) -> sp.Rational:
    """Write a fraction in sympy.

    Examples
    --------
    >>> rational(Fraction(1, 3))
    1/3
    """
    return sp.Rational(number.numerator, number.denominator)


def end_of(formula: Any, numbers: Mapping[Any, Any]) -> Fraction:
    """Return an end of an interval at given parameter values.

    Examples
    --------
    >>> end_of(2 * symbol("a"), {symbol("a"): sp.Rational(1, 3)})
    Fraction(2, 3)
    """
    end = sp.sympify(formula).xreplace(numbers)
    return Fraction(int(end.p), int(end.q))
