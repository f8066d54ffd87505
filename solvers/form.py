r"""The finite form of a game: groups of players alike, their actions, and exact payoffs.

A single player is a group of size 1; the members of one type of a population are a group. A pure
profile is given, up to the names of members who are alike, by the *counts*
:math:`n_{g,a}`: how many members of group g take action a. The payoff of a member depends on its
own action and on the counts, so that N firms with two choices have N + 1 profiles, not
:math:`2^N`.

Formulas are compiled once into closures over exact rationals (python-flint ``fmpq``). A payoff
that is not rational (a square root, an exponential) is replaced by a rational within
:math:`10^{-60}` of it relative to its size, and `FiniteForm.rounded` says so.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import sympy as sp
from flint import fmpq

from pigou.errors import DeclarationError, StructureError
from pigou.expression import If, Lookup, Total, each, symbol
from pigou.game import Choice, Game, Interval
from pigou.stages import is_staged

__all__ = ["Allowed", "Counts", "FiniteForm", "Group", "finite_form", "joined"]

Counts = tuple[tuple[int, ...], ...]
"""For each group, how many members take each of its actions."""

Allowed = tuple[tuple[int, ...], ...]
"""For each group, the actions that are considered."""

LARGEST_GROUP = 5_000
_SLACK = fmpq(1, 10**40)
_LARGEST_EXPONENT = 10_000
_DIGITS = 70


class Group(NamedTuple):
    """Players who are alike: one player, or the members of one type of a population.

    Attributes
    ----------
    player, type : str
    size : int
    actions : tuple of tuple of str
        Each action is one label for each of the player's moves.
    exit : int or None
        The action that leaves the group, if there is one.
    """

    player: str
    type: str
    size: int
    actions: tuple[tuple[str, ...], ...]
    exit: int | None


class _State(NamedTuple):
    """Where a formula is evaluated: values of symbols, counts of actions."""

    values: Mapping[str, Any]
    counts: Counts


_Closure = Callable[[_State], Any]


@dataclass
class FiniteForm:
    """A finite game at given parameter values, ready to be evaluated exactly.

    Attributes
    ----------
    game : Game
    at : mapping of str to Fraction
    groups : tuple of Group
    rounded : bool
        Whether some payoff met so far is irrational and was rounded.

    Examples
    --------
    >>> from pigou.models import load
    >>> form = finite_form(load("coordination").game, {"firms": 3})
    >>> form.payoff(0, 1, ((0, 3),))  # a firm that upgrades when all three do
    1/4
    """

    game: Game
    at: Mapping[str, Fraction]
    groups: tuple[Group, ...]
    rounded: bool = False

    def __post_init__(self) -> None:
        self._memory: dict[tuple[int, int, Counts], Any] = {}
        self._formulas: dict[sp.Basic, _Closure] = {}
        self._constants = {name: fmpq(v.numerator, v.denominator) for name, v in self.at.items()}
        self._values = [
            [self._action_values(group, action) for action in group.actions]
            for group in self.groups
        ]
        self._payoffs = {p.name: self._compile(self.game.payoff(p.name)) for p in self.game.players}
        self._draws = list(self._chance())

    # -- reading ------------------------------------------------------------------------------

    def exceeds(self, left: Any, right: Any) -> bool:
        """Whether one payoff is larger than another, by more than rounding can explain."""
        return bool(left - right > (_SLACK * (1 + abs(left)) if self.rounded else 0))

    def payoff(self, group: int, action: int, counts: Counts) -> Any:
        """Return the payoff of a member who takes `action`, itself counted in `counts`."""
        key = (group, action, counts)
        found = self._memory.get(key)
        if found is None:
            closure = self._payoffs[self.groups[group].player]
            found = self._memory[key] = self._expect(closure, self._values[group][action], counts)
        return found

    def value(self, formula: sp.Expr, counts: Counts) -> Any:
        """Return the value of a formula over totals, single players' moves and parameters."""
        closure = self._formulas.get(formula)
        if closure is None:
            closure = self._formulas[formula] = self._compile(formula)
        return self._expect(closure, {}, counts)

    def at_outcome(self, player: str, values: Mapping[str, Any]) -> Any:
        """Return the payoff of a player where all moves and draws of a game have these values."""
        return self._payoffs[player](_State({**self._constants, **values}, ()))

    def _expect(self, closure: _Closure, own: Mapping[str, Any], counts: Counts) -> Any:
        base = {**self._constants, **self._alone(counts), **own}
        total = fmpq(0)
        for probability, draw in self._draws:
            total += probability * closure(_State({**base, **draw}, counts))
        return total

    def _alone(self, counts: Counts) -> dict[str, Any]:
        """Values of the moves of single players."""
        values: dict[str, Any] = {}
        for index, group in enumerate(self.groups):
            if group.size == 1 and not group.type:
                values |= self._values[index][counts[index].index(1)]
        return values

    def profiles(self, allowed: Allowed, without: int | None = None) -> Iterator[Counts]:
        """Yield every pure profile, as counts, in which only `allowed` actions are taken.

        With `without`, one member of that group is left out: the profiles that it faces. Where a
        group has an exit, those that one member faces are among those who stay.
        """
        spaces = []
        for index, (group, actions) in enumerate(zip(self.groups, allowed, strict=True)):
            staying = tuple(a for a in actions if a != group.exit)
            faced = actions if without is None else staying or actions
            spaces.append(list(_spread(group.size - (index == without), faced, len(group.actions))))
        return itertools.product(*spaces)

    def number_of_profiles(self, allowed: Allowed) -> int:
        """Return how many profiles `profiles` yields."""
        return math.prod(
            math.comb(g.size + len(a) - 1, len(a) - 1)
            for g, a in zip(self.groups, allowed, strict=True)
        )

    # -- building -----------------------------------------------------------------------------

    def _action_values(self, group: Group, action: tuple[str, ...]) -> dict[str, Any]:
        values = {}
        for move, label in zip(self.game.moves_of(group.player), action, strict=True):
            value = move.choice.options[label]
            values[move.name] = fmpq(value.numerator, value.denominator)
        for kind in self.game.player(group.player).types:
            if kind.name == group.type:
                values |= {
                    k: _rational(v, self.at, f"type '{kind.name}'") for k, v in kind.values.items()
                }
        return values

    def _chance(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        axes = [
            [
                (
                    _rational(p, self.at, f"chance variable '{c.name}'"),
                    c.name,
                    fmpq(v.numerator, v.denominator),
                )
                for v, p in c.outcomes.values()
            ]
            for c in self.game.chance
        ]
        for chance, axis in zip(self.game.chance, axes, strict=True):
            weights = [p for p, _, _ in axis]
            if min(weights) < 0 or sum(weights, fmpq(0)) != 1:
                raise DeclarationError(
                    f"chance variable '{chance.name}': the probabilities are "
                    f"{', '.join(map(str, weights))}; they must not be negative and must sum to 1"
                )
        for draw in itertools.product(*axes):
            probability = fmpq(1)
            for weight, _, _ in draw:
                probability *= weight
            yield probability, {name: value for _, name, value in draw}

    def _compile(self, node: sp.Basic) -> _Closure:
        """Turn a formula into a closure."""
        if node.is_Rational:
            constant = fmpq(int(node.p), int(node.q))
            return lambda state: constant
        if isinstance(node, sp.Symbol):
            name = node.name
            return lambda state: state.values[name]
        if isinstance(node, Total):
            return self._compile_total(node)
        if isinstance(node, Lookup):
            return self._compile_lookup(node)
        if isinstance(node, If):
            when, then, otherwise = map(self._compile, node.args)
            return lambda state: then(state) if when(state) else otherwise(state)
        if node in (sp.true, sp.false):
            truth = node == sp.true
            return lambda state: truth
        parts = [self._compile(part) for part in node.args]
        return _combine(node, parts, self._round)

    def _compile_total(self, node: Total) -> _Closure:
        summand = self._compile(node.args[0])
        members = [i for i, g in enumerate(self.groups) if g.player == node.args[1].name]
        bound = {
            index: [{each(k).name: v for k, v in values.items()} for values in self._values[index]]
            for index in members
        }

        def total(state: _State) -> Any:
            result = fmpq(0)
            for index in members:
                for action, number in enumerate(state.counts[index]):
                    if number:
                        inside = _State({**state.values, **bound[index][action]}, state.counts)
                        result += number * summand(inside)
            return result

        return total

    def _compile_lookup(self, node: Lookup) -> _Closure:
        where = [self._compile(s) for s in node.args[0]]
        axes = [{fmpq(int(v.p), int(v.q)): i for i, v in enumerate(axis)} for axis in node.args[1]]
        entries = [self._compile(entry) for entry in node.args[2]]

        def look(state: _State) -> Any:
            position = 0
            for axis, point in zip(axes, where, strict=True):
                value = point(state)
                if value not in axis:
                    raise DeclarationError(
                        f"the payoff table of '{self.game.name}' has no entry for {value}"
                    )
                position = position * len(axis) + axis[value]
            return entries[position](state)

        return look

    def _round(self, value: Any) -> Any:
        """Replace an irrational number by a rational next to it."""
        self.rounded = True
        sign, mantissa, exponent, _ = value._mpf_
        return fmpq((-1) ** sign * int(mantissa)) * fmpq(2) ** int(exponent)


def finite_form(
    game: Game, at: Mapping[str, Any] | None = None, *, largest: int = LARGEST_GROUP
) -> FiniteForm:
    """Prepare a finite game with simultaneous moves for exact evaluation.

    Parameters
    ----------
    game : Game
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.
    largest : int, optional
        The largest number of members alike: more where single profiles are evaluated, and not all.

    Raises
    ------
    StructureError
        If a move is continuous, stages follow each other, someone sees a draw of chance, or a
        population is a continuum.

    Examples
    --------
    >>> from pigou.models import load
    >>> finite_form(load("coordination").game).groups[0].size
    10
    """
    values = game.values(at)
    _check_structure(game)
    groups: list[Group] = []
    for player in game.players:
        moves = game.moves_of(player.name)
        actions = tuple(itertools.product(*(m.choice.labels for m in moves)))
        leaving = moves[0].choice.exit
        exit_ = None if leaving is None else moves[0].choice.labels.index(leaving)
        kinds = [(t.name, t.size) for t in player.types] or [("", player.size)]
        for name, size in kinds:
            members = _size(size, values, player.name)
            if members > largest:
                raise StructureError(
                    f"game '{game.name}': '{player.name}' has {members:,} members; where profiles "
                    f"are gone through one by one, as here, at most {largest:,} are handled"
                )
            if members:
                groups.append(Group(player.name, name, members, actions, exit_))
    return FiniteForm(game, values, tuple(groups))


def joined(counts: Counts, group: int, action: int) -> Counts:
    """Add one member of `group` who takes `action`.

    Examples
    --------
    >>> joined(((1, 2), (3, 0)), 0, 1)
    ((1, 3), (3, 0))
    """
    grown = tuple(n + (a == action) for a, n in enumerate(counts[group]))
    return (*counts[:group], grown, *counts[group + 1 :])


def _check_structure(game: Game) -> None:
    where = f"game '{game.name}'"
    for move in game.moves:
        if isinstance(move.domain, Interval):
            raise StructureError(
                f"{where}: move '{move.name}' is continuous; here all moves have to be choices"
            )
        if (
            isinstance(move.domain, Choice)
            and move.domain.exit
            and len(game.moves_of(move.player)) > 1
        ):
            raise StructureError(
                f"{where}: '{move.player}' has an exit and other moves; that is not solved yet"
            )
    if is_staged(game):
        raise StructureError(
            f"{where} has stages, or draws that somebody sees; here simultaneous moves are needed"
        )
    for player in game.players:
        if player.size == sp.oo:
            raise StructureError(
                f"{where}: '{player.name}' is a continuum; here a number of members is needed"
            )


def _size(size: sp.Expr, at: Mapping[str, Fraction], player: str) -> int:
    number = _rational(size, at, f"size of '{player}'")
    if number.q != 1 or number < 0:
        raise DeclarationError(
            f"the size of '{player}' is a whole number of at least 0, not {number}"
        )
    return int(number.p)


def _rational(formula: sp.Expr, at: Mapping[str, Fraction], where: str) -> Any:
    values = {symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in at.items()}
    number = sp.sympify(formula).xreplace(values)
    if not number.is_Rational:
        raise DeclarationError(f"{where}: {formula} is {number}, not a rational number")
    return fmpq(int(number.p), int(number.q))


def _spread(total: int, actions: tuple[int, ...], width: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to spread `total` members over `actions`, as counts of length `width`."""
    first, *others = actions
    if not others:
        yield tuple(total if a == first else 0 for a in range(width))
        return
    for number in range(total, -1, -1):
        for rest in _spread(total - number, tuple(others), width):
            yield tuple(number if a == first else n for a, n in enumerate(rest))


_RELATIONS: dict[type, Callable[[Any, Any], bool]] = {
    sp.StrictLessThan: lambda a, b: a < b,
    sp.LessThan: lambda a, b: a <= b,
    sp.StrictGreaterThan: lambda a, b: a > b,
    sp.GreaterThan: lambda a, b: a >= b,
    sp.Equality: lambda a, b: a == b,
    sp.Unequality: lambda a, b: a != b,
}


def _combine(node: sp.Basic, parts: list[_Closure], rounded: Callable[[Any], Any]) -> _Closure:
    """Join the closures of a node's arguments."""
    if isinstance(node, sp.Add):
        return lambda state: sum((part(state) for part in parts), fmpq(0))
    if isinstance(node, sp.Mul):
        return lambda state: math.prod((part(state) for part in parts), start=fmpq(1))
    if isinstance(node, sp.Pow):
        base, exponent = parts
        return lambda state: _power(base(state), exponent(state), rounded)
    if isinstance(node, sp.Max | sp.Min):
        pick = max if isinstance(node, sp.Max) else min
        return lambda state: pick(part(state) for part in parts)
    if isinstance(node, sp.And | sp.Or):
        return _joined_conditions(parts, settles=isinstance(node, sp.Or))
    if isinstance(node, sp.Not):
        return lambda state: not parts[0](state)
    if type(node) in _RELATIONS:
        compare, (left, right) = _RELATIONS[type(node)], parts
        return lambda state: compare(left(state), right(state))
    if isinstance(node, sp.Abs):
        return lambda state: abs(parts[0](state))
    if isinstance(node, sp.exp | sp.log):
        name = type(node).__name__
        return lambda state: _transcendental(name, parts[0](state), rounded)
    if node == sp.E:
        return lambda state: _transcendental("exp", fmpq(1), rounded)
    raise StructureError(f"the function {type(node).__name__} in '{node}' cannot be evaluated")


def _joined_conditions(parts: list[_Closure], settles: bool) -> _Closure:
    """Join conditions: one that settles the whole does so though another has no value."""

    def join(state: _State) -> bool:
        trouble: DeclarationError | None = None
        for part in parts:
            try:
                if part(state) == settles:
                    return settles
            except DeclarationError as error:
                trouble = error
        if trouble is not None:
            raise trouble
        return not settles

    return join


def _power(base: Any, exponent: Any, rounded: Callable[[Any], Any]) -> Any:
    if abs(exponent.p) > _LARGEST_EXPONENT or exponent.q > _LARGEST_EXPONENT:
        raise DeclarationError(f"the power {base}**{exponent} is too large to evaluate")
    if base == 0 and exponent < 0:
        raise DeclarationError("a payoff divides by zero at these parameter values")
    if exponent.q == 1:
        return base ** int(exponent.p)
    if base < 0:
        raise DeclarationError(f"the power {base}**{exponent} is not a real number")
    root = fmpq(_root(int(base.p), int(exponent.q)), _root(int(base.q), int(exponent.q)))
    if root ** int(exponent.q) == base:
        return root ** int(exponent.p)
    with mpmath.workdps(_DIGITS):
        value = mpmath.mpf(int(base.p)) / int(base.q)
        return rounded(mpmath.power(value, mpmath.mpf(int(exponent.p)) / int(exponent.q)))


def _root(number: int, degree: int) -> int:
    """Return the whole part of a root of a whole number, at least 1 for a positive one."""
    return (
        int(mpmath.libmp.libintmath.isqrt(number))
        if degree == 2
        else round(float(number) ** (1 / degree))
    )


def _transcendental(name: str, argument: Any, rounded: Callable[[Any], Any]) -> Any:
    if name == "log" and argument <= 0:
        raise DeclarationError(f"log({argument}) is not a real number")
    if name == "exp" and abs(argument) > _LARGEST_EXPONENT:
        raise DeclarationError(f"exp({argument}) is too large to evaluate")
    if argument == (1 if name == "log" else 0):
        return fmpq(0) if name == "log" else fmpq(1)
    with mpmath.workdps(_DIGITS):
        value = mpmath.mpf(int(argument.p)) / int(argument.q)
        return rounded(mpmath.log(value) if name == "log" else mpmath.exp(value))
