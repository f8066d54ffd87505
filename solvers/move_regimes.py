r"""For which parameter values a game with continuous moves has which equilibria: closed forms.

Steps
-----
1. Parameter values are left out at which an interval is empty, or a payoff has a denominator that
   may be 0 somewhere in the box.
2. Each of the :math:`3^m` ways to put every move at its lower end, its upper end or strictly inside
   gives a first-order system in the moves and the parameters. One that nothing can satisfy is
   *excluded, proved* (z3).
3. Closed forms of its solutions: linear systems by elimination, others by resultants whose
   irreducible factors are linear or quadratic in the move. That there are no other solutions for
   any parameter values is then proved by z3, whatever the forms were found by; where it is not,
   the labelling is unresolved.
4. A solution is an equilibrium only if the first-order conditions hold, no move inside is at a
   minimum of its mover's payoff, and moving to an end of the interval does not pay. These are the
   condition. That they suffice, for every deviation within the box, is proved by z3: always so
   where payoffs are concave in own moves; where it is not proved, the solution is unresolved.
5. The condition is shortened by steps that are each proved to be equivalences
   (`pigou.solvers.conditions`), and the parameter space cut into regimes
   (`pigou.solvers.partition`). Two solutions of a quadratic merge where its discriminant is 0.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from pigou.deadline import stops, time_is_up
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Record
from pigou.expression import If, Lookup, Total, symbol
from pigou.game import Game, Interval
from pigou.solvers.closed_forms import Solution, closed_forms
from pigou.solvers.conditions import Simplifier, tidy
from pigou.solvers.defined import probabilities
from pigou.solvers.first_order import INTERIOR, LOWER, UPPER
from pigou.solvers.partition import partition
from pigou.solvers.reals import Outcome, decide
from pigou.solvers.staged_partition import within_time
from pigou.solvers.symbolic import Exclusion, RegimeSet, SymbolicEquilibrium

__all__ = ["MoveSearch", "move_regimes"]

MOST_LABELLINGS = 81
SECONDS = 4.0
WHY_NOT_MIXED = "moves are continuous; equilibria in pure strategies are stated"


def move_regimes(game: Game, fixed: Mapping[str, Any] | None = None) -> RegimeSet:
    """Return every pure equilibrium in closed form with its exact condition, and the regimes.

    Parameters
    ----------
    game : Game
        Of single players, with continuous moves only, all at the same time.
    fixed : mapping of str to number, optional
        Parameters that are given a value instead of staying symbols.

    Raises
    ------
    StructureError
        If the game has another structure, payoffs that are not rational, or too many moves.
    DeclarationError
        If no parameter values are left by what is assumed.

    Examples
    --------
    >>> from pigou.game import Game, Move, Parameter, Player
    >>> monopoly = Game(
    ...     "monopoly",
    ...     [Player("firm")],
    ...     [Move("q", "firm", (0, 1))],
    ...     {"firm": "q*(1 - q) - cost*q"},
    ...     parameters=[Parameter("cost", "1/2", "cost >= 0")],
    ... )
    >>> for one in move_regimes(monopoly).equilibria:
    ...     print(one.profile, one.moves, one.condition)
    q = 0 {'q': 0} cost >= 1
    q interior {'q': (1 - cost)/2} cost < 1
    """
    search = MoveSearch(game, fixed or {})
    verdicts, unresolved = [], []
    for label in itertools.product((LOWER, INTERIOR, UPPER), repeat=len(search.moves)):
        if time_is_up():
            unresolved.append(f"{search.words(label)}: {stops()[1]}")
            continue
        found, note = search.settle(label)
        verdicts += found
        unresolved += note
    equilibria = [one for one in verdicts if isinstance(one, SymbolicEquilibrium)]
    return RegimeSet(
        game.name,
        search.given,
        tuple(equilibria),
        tuple(one for one in verdicts if isinstance(one, Exclusion)),
        (*(one.profile for one in equilibria if not one.decided), *unresolved),
        tuple(name for name in search.integers if symbol(name) not in search.fixed),
        WHY_NOT_MIXED,
        within_time(partition, equilibria, search.simplifier),
    )


class MoveSearch:
    """The symbolic first-order system of one game.

    Parameters
    ----------
    game : Game
    fixed : mapping of str to number
        Parameters that are given a value instead of staying symbols.

    Examples
    --------
    >>> from pigou.game import Game, Move, Player
    >>> game = Game("one", [Player("a")], [Move("x", "a", (0, 1))], {"a": "x - x**2"})
    >>> MoveSearch(game, {}).slopes
    (1 - 2*x,)
    """

    def __init__(self, game: Game, fixed: Mapping[str, Any]):
        _check_structure(game)
        self.game = game
        numbers = {n: game.parameter(n).check(game._given(n, v)) for n, v in fixed.items()}
        self.fixed = {
            symbol(n): sp.Rational(v.numerator, v.denominator) for n, v in numbers.items()
        }
        self.integers = tuple(p.name for p in game.parameters if p.integer)
        self.moves = tuple(symbol(m.name) for m in game.moves)
        self.owners = tuple(m.player for m in game.moves)
        self.low, self.high = (
            tuple(sp.sympify(getattr(m.domain, end)).xreplace(self.fixed) for m in game.moves)
            for end in ("lower", "upper")
        )
        self.payoffs = {who: self._expected(who) for who in dict.fromkeys(self.owners)}
        self.slopes = tuple(
            sp.cancel(sp.diff(self.payoffs[who], x))
            for who, x in zip(self.owners, self.moves, strict=True)
        )
        order = [p.symbol for p in game.parameters]
        self.given = self._assumed(order)
        self.simplifier = Simplifier(self.given, self.integers, order)
        self._check_defined()

    def _expected(self, player: str) -> sp.Expr:
        axes = [
            [(p, c.symbol, sp.Rational(v.numerator, v.denominator)) for v, p in c.outcomes.values()]
            for c in self.game.chance
        ]
        total = sp.S.Zero
        for draw in itertools.product(*axes):
            at = {name: value for _, name, value in draw}
            total += sp.Mul(*(p for p, _, _ in draw)) * self.game.payoff(player).xreplace(at)
        total = total.xreplace(self.fixed)
        if total.has(sp.Max, sp.Min, sp.Abs, If, Lookup, Total):
            raise StructureError(
                f"regimes of game '{self.game.name}': the payoff of '{player}' has a case "
                "distinction, max, min or abs; closed forms are found where payoffs are rational"
            )
        if not total.is_rational_function(*self.moves):
            raise StructureError(
                f"regimes of game '{self.game.name}': the payoff of '{player}' is not a rational "
                "function of the moves; there is no closed form to look for. `pigou solve` answers "
                "at given values"
            )
        return total

    def _assumed(self, order: list[sp.Symbol]) -> tuple[Any, ...]:
        conditions = (c.xreplace(self.fixed) for c in self.game.conditions)
        given = tuple(c for c in conditions if c != sp.true)
        more = [c.xreplace(self.fixed) for c in probabilities(self.game)]
        more += [sp.Lt(a, b) for a, b in zip(self.low, self.high, strict=True)]
        for claim in more:
            if claim != sp.true and not decide(claim, given, self.integers):
                (neat,) = Simplifier(given, self.integers, order).shortened([claim]) or (sp.true,)
                given += (neat,)
        if decide(sp.false, given, self.integers):
            raise DeclarationError(
                f"no parameter values satisfy what game '{self.game.name}' assumes together with "
                f"the values that are set ({', '.join(map(str, given))})"
            )
        return given

    def _check_defined(self) -> None:
        for who, payoff in self.payoffs.items():
            denominator = sp.fraction(sp.together(payoff))[1]
            if denominator.free_symbols and not self.proved(sp.Ne(denominator, 0), *self.box()):
                raise StructureError(
                    f"regimes of game '{self.game.name}': that '{denominator}', by which the "
                    f"payoff of '{who}' divides, is not 0 for some moves is not proved; raise the "
                    "lower end of an interval, or assume more of the parameters"
                )

    def proved(self, claim: Any, *more: Any) -> bool:
        """Whether a claim is proved from what is assumed and more."""
        if time_is_up():
            return False
        return bool(decide(claim, (*self.given, *more), self.integers, seconds=SECONDS))

    def box(self) -> list[Any]:
        """Return the conditions that moves lie in their intervals."""
        ends = zip(self.moves, self.low, self.high, strict=True)
        return [c for x, a, b in ends for c in (sp.Ge(x, a), sp.Le(x, b))]

    # -- one labelling --------------------------------------------------------------------------

    def settle(
        self, label: tuple[int, ...]
    ) -> tuple[list[SymbolicEquilibrium | Exclusion], list[str]]:
        """Find the equilibria of a labelling, or prove that there are none."""
        ends = {
            x: (self.low if where == LOWER else self.high)[k]
            for k, (x, where) in enumerate(zip(self.moves, label, strict=True))
            if where != INTERIOR
        }
        inner = [x for x in self.moves if x not in ends]
        words = self.words(label)
        necessary = self._necessary(label, ends)
        nothing = self._decided_impossible(necessary)
        if nothing is not None:
            return [Exclusion(words, nothing)], []
        equations = [
            sp.fraction(sp.together(self.slopes[self.moves.index(x)].xreplace(ends)))[0]
            for x in inner
        ]
        solutions = closed_forms(equations, inner)
        if solutions is None:
            return [], [f"{words}: no closed form is found of its first-order conditions"]
        named = [sp.And(*(sp.Eq(x, v) for x, v in s.values.items())) for s in solutions]
        complete = not inner or self.proved(sp.Or(*named), *necessary)
        left = [] if complete else [f"{words}: {self._why_open(solutions, named, necessary)}"]
        found: list[SymbolicEquilibrium] = []
        for place, one in enumerate(solutions):
            needs = (*one.needs, *self._apart(one, solutions[:place], necessary))
            verdict, note = self._verdict(words, necessary, {**ends, **one.values}, needs)
            found += verdict
            left += note
        if complete and not found and not left:
            return [Exclusion(words, 0.0)], []
        if len(found) > 1:
            numbered = enumerate(found, 1)
            found = [replace(one, profile=f"{words} (solution {n})") for n, one in numbered]
        return [*found], left

    def _apart(
        self, one: Solution, earlier: Sequence[Solution], necessary: Sequence[Any]
    ) -> Iterator[Any]:
        """Yield that a solution is none of the earlier ones, where it may be at some values."""
        for other in earlier:
            gaps = [_simple(v - other.values[x]) for x, v in one.values.items()]
            apart = sp.Or(*(sp.Ne(gap, 0) for gap in gaps))
            at = {x: sp.sympify(v) for x, v in one.values.items()}
            known = [c.xreplace(at) for c in necessary if not isinstance(c, sp.Eq)]
            if not self.proved(apart, *one.needs, *other.needs, *known):
                yield apart

    def _why_open(
        self, solutions: Sequence[Solution], named: Sequence[Any], necessary: Sequence[Any]
    ) -> str:
        """Say where further first-order points are not excluded."""
        needs = [c for s in solutions for c in s.needs if isinstance(c, sp.Ne)]
        if needs and self.proved(sp.Or(*named), *necessary, *needs):
            where = " or ".join(f"{sp.factor(c.lhs)} == 0" for c in dict.fromkeys(needs))
            return f"where {where} the first-order conditions do not determine the moves"
        return "other first-order points are not excluded"

    def words(self, label: Sequence[int]) -> str:
        """Name a labelling of the moves."""
        parts = []
        for k, where in enumerate(label):
            end = self.low[k] if where == LOWER else self.high[k]
            parts.append(f"{self.moves[k]} " + ("interior" if where == INTERIOR else f"= {end}"))
        return "; ".join(parts)

    def _necessary(self, label: Sequence[int], ends: Mapping[Any, Any]) -> list[Any]:
        """Return what an equilibrium with this labelling satisfies, in moves and parameters."""
        conditions: list[Any] = []
        for k, where in enumerate(label):
            x, slope = self.moves[k], self.slopes[k].xreplace(ends)
            if where == INTERIOR:
                curvature = sp.diff(self.slopes[k], x).xreplace(ends)
                top = sp.fraction(sp.together(slope))[0]
                conditions += [sp.Gt(x, self.low[k]), sp.Lt(x, self.high[k]), sp.Eq(top, 0)]
                conditions += [sp.Le(sp.together(curvature), 0)]
            else:
                conditions.append((sp.Le if where == LOWER else sp.Ge)(sp.together(slope), 0))
        return [c for c in conditions if c != sp.true]

    def _decided_impossible(self, conditions: Sequence[Any]) -> float | None:
        """Return the time of a proof that nothing satisfies some conditions; None without one."""
        if sp.false in conditions:
            return 0.0
        if time_is_up():
            return None
        decision = decide(sp.Not(sp.And(*conditions)), self.given, self.integers, seconds=SECONDS)
        return decision.seconds if decision else None

    def _verdict(
        self, words: str, necessary: Sequence[Any], at: Mapping[Any, Any], needs: Sequence[Any]
    ) -> tuple[list[SymbolicEquilibrium], list[str]]:
        """State the condition of one solution, and prove that it suffices."""
        if any(slope.xreplace(at).has(sp.nan, sp.zoo) for slope in self.slopes):
            return [], []  # payoffs are not defined there: the box does not hold it
        conditions = [*(_at(c, at) for c in necessary if not isinstance(c, sp.Eq))]
        conditions += [_at(c, at) for c in self._no_better_end(at)]
        conditions = [c for c in conditions if c != sp.true]
        possible = decide(
            sp.Not(sp.And(*needs, *conditions)), self.given, self.integers, seconds=SECONDS
        )
        if possible.outcome is Outcome.PROVED:
            return [], []
        defined = sp.And(*self.simplifier.shortened(needs))
        inside = self.simplifier.within(defined, ())  # a root is taken of nothing negative
        condition = sp.And(defined, *inside.shortened(conditions))
        if not self._suffices(at, condition):
            why = f"that {condition} suffices for an equilibrium is not proved"
            why += f" ({stops()[1]})" if time_is_up() else ""
            return [], [f"{words}: {why}"]
        payoffs = Record({who: tidy(_simple(p.xreplace(at))) for who, p in self.payoffs.items()})
        moves = Record({str(x): _written(_simple(sp.sympify(at[x]))) for x in self.moves})
        decided = possible.outcome is Outcome.REFUTED
        one = SymbolicEquilibrium(words, condition, payoffs, Record(), decided, moves=moves)
        return [one], []

    def _no_better_end(self, at: Mapping[Any, Any]) -> Iterator[Any]:
        """Yield that moving to an end of an interval does not pay, where concavity is not clear."""
        for k, (who, x) in enumerate(zip(self.owners, self.moves, strict=True)):
            curvature = sp.together(sp.diff(self.slopes[k], x))
            if self.proved(sp.Le(curvature, 0), *self.box()):
                continue
            payoff = self.payoffs[who]
            for end in (self.low[k], self.high[k]):
                if at[x] != end:
                    yield sp.Ge(payoff.xreplace(at) - payoff.xreplace({**at, x: end}), 0)

    def _suffices(self, at: Mapping[Any, Any], condition: Any) -> bool:
        """Prove that no player gains by any deviation where the condition holds."""
        for who, payoff in self.payoffs.items():
            own = [k for k, owner in enumerate(self.owners) if owner == who]
            others = {x: v for x, v in at.items() if self.owners[self.moves.index(x)] != who}
            bounds = [c for k in own for c in self.box()[2 * k : 2 * k + 2]]
            if self._is_concave(payoff, own):
                continue  # the first-order conditions suffice
            gain = sp.together(payoff.xreplace(others) - payoff.xreplace(at))
            if not self.proved(sp.Le(gain, 0), condition, *bounds):
                return False
        return True

    def _is_concave(self, payoff: sp.Expr, own: Sequence[int]) -> bool:
        """Prove that a payoff is concave in the own moves throughout the box."""
        hessian = sp.hessian(payoff, [self.moves[k] for k in own])
        for size in range(1, len(own) + 1):
            for rows in itertools.combinations(range(len(own)), size):
                minor = sp.together((-hessian).extract(list(rows), list(rows)).det())
                if not self.proved(sp.Ge(minor, 0), *self.box()):
                    return False
        return True


def _check_structure(game: Game) -> None:
    where = f"regimes of game '{game.name}'"
    for move in game.moves:
        if not isinstance(move.domain, Interval):
            raise StructureError(
                f"{where}: move '{move.name}' is a choice next to continuous moves; so far all "
                "moves have to be of one kind"
            )
        if game.player(move.player).is_population:
            raise StructureError(f"{where}: the population '{move.player}' moves continuously; so "
                                 "far continuous moves of single players are handled")  # fmt: skip
    if len({m.stage for m in game.moves}) > 1 or any(m.observes for m in game.moves):
        raise StructureError(f"{where}: stages are not handled yet")
    if any(c.seen_by for c in game.chance):
        raise StructureError(f"{where}: a draw of chance that somebody sees is not handled yet")
    if 3 ** len(game.moves) > MOST_LABELLINGS:
        raise StructureError(
            f"{where}: {len(game.moves)} continuous moves; closed forms are looked for with at "
            "most 4. `pigou solve` answers at given values"
        )


def _at(condition: Any, at: Mapping[Any, Any]) -> Any:
    """Put moves into a relation; write the difference of its sides over one denominator."""
    gap = _simple(sp.sympify(condition.lhs - condition.rhs).xreplace(at))
    return condition.func(gap, 0)


def _simple(formula: sp.Expr) -> sp.Expr:
    """Write a formula in short, defined wherever it was.

    A root below the line stays there if the new denominator could be 0 where the old one is not:
    1/(1 + sqrt(v)) is defined at v = 1, and (1 - sqrt(v))/(1 - v) is not.
    """
    if not any(not p.exp.is_Integer for p in formula.atoms(sp.Pow)):
        return sp.cancel(sp.together(formula))
    short = sp.simplify(formula)
    plain = sp.radsimp(short)
    return plain if sp.fraction(sp.together(plain))[1].is_number else short


def _written(formula: sp.Expr) -> sp.Expr:
    """Write a formula in short, a number that divides it below the line."""
    top, bottom = sp.fraction(sp.together(tidy(formula)))
    if not bottom.is_number or bottom == 1 or top.is_number:
        return tidy(formula)
    return sp.Mul(1 / bottom, top, evaluate=False)
