r"""The core: which divisions no coalition can block, and who blocks the others.

A division x of v(N) is in the core if no coalition does better by itself:
:math:`x(S) \ge v(S)` for all S, with :math:`x(S) = \sum_{i \in S} x_i`. A coalition S *blocks* a
division by its excess :math:`e(S, x) = v(S) - x(S) > 0`, what its members could share by leaving.

Steps
-----
1. *Who blocks*: the excess of every coalition, exactly.
2. *Is it empty*: the least core, the smallest :math:`\varepsilon` such that some x with
   :math:`x(N) = v(N)` has :math:`x(S) \ge v(S) - \varepsilon` for all S other than N and nobody, is
   a linear programme. Its dual has a weight :math:`\lambda_S \ge 0` for each coalition, with
   :math:`\sum_S \lambda_S = 1` and the same total weight :math:`\mu` on every player:

   .. math:: \varepsilon = \max_{\lambda, \mu} \sum_S \lambda_S v(S) - \mu \, v(N)
             \quad \text{s.t.} \sum_{S \ni i} \lambda_S = \mu, \ \sum_S \lambda_S = 1 .

   It is solved in exact rational arithmetic (`pigou.solvers.linear`). The core is empty if and
   only if :math:`\varepsilon > 0`, and then the coalitions with :math:`\lambda_S > 0`, scaled by
   :math:`\mu`, are a balanced family that proves it (Bondareva 1963; Shapley 1967).
3. A division in the least core solves :math:`x(S) = v(S) - \varepsilon` on the coalitions of
   positive weight; it is found by a second programme, and checked against every coalition. So both
   answers are checked, and neither rests on the pivots. Both are solved over some coalitions
   first; those with a larger excess are added until there are none.
4. *For all parameter values*: the core is not empty if and only if
   :math:`\sum_S \lambda_S v(S) \le v(N)` for every minimal balanced family; these are found by
   exact linear algebra over independent sets of coalitions, for up to four players. For three:
   :math:`v(N) \ge \max(v_1 + v_2 + v_3, \, v_{12} + v_3, \, v_{13} + v_2, \, v_{23} + v_1, \,
   (v_{12} + v_{13} + v_{23})/2)`.

Sources: Gillies (1959), in Contributions to the Theory of Games IV:47-85; Bondareva (1963),
Problemy Kibernetiki 10:119-139; Shapley (1967), Naval Research Logistics Quarterly 14:453-460;
Maschler, Peleg and Shapley (1979), Mathematics of Operations Research 4:303-338, the least core.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import sympy as sp
from flint import fmpq, fmpq_mat
from sympy.logic.boolalg import Boolean

from pigou.bargaining import formulas
from pigou.coalitions import CoalitionalGame
from pigou.errors import DeclarationError, ExpressionError, unknown
from pigou.exact import Record, exact
from pigou.expression import names_in, symbol
from pigou.solvers.linear import maximise
from pigou.solvers.reals import Decision, decide

__all__ = [
    "Core",
    "balanced_families",
    "blocking",
    "core",
    "core_is_nonempty",
    "decide_core",
    "excesses",
]

_MOST_FAMILIES = 4
_AT_ONCE = 5  # coalitions that are added to a programme at a time


@dataclass(frozen=True)
class Core:
    """Whether the core is empty, and what shows it.

    Parameters
    ----------
    excess : Fraction
        The least core's value: the smallest, over divisions, of the largest excess. The core is
        empty if and only if it is positive; below 0, every coalition loses by leaving.
    division : mapping of str to Fraction
        A division at which no coalition other than all of them has a larger excess.
    family : mapping of str to Fraction
        Coalitions with balanced weights: every player's weights sum to 1. If the core is empty,
        these coalitions together are worth more than v(N), which proves it.

    Examples
    --------
    Two out of three can make 1, and so can all: whoever is left out offers more.

    >>> from pigou.coalitions import CoalitionalGame
    >>> majority = CoalitionalGame.of("abc", lambda members: int(len(members) >= 2))
    >>> core(majority)
    Core(excess=Fraction(1, 3), ... family={'a+b': Fraction(1, 2), ...})
    >>> core(majority).is_empty
    True
    """

    excess: Fraction
    division: Mapping[str, Fraction]
    family: Mapping[str, Fraction]

    @property
    def is_empty(self) -> bool:
        """Whether there is no division that nobody can block."""
        return self.excess > 0


def core(game: CoalitionalGame, at: Mapping[str, Any] | None = None) -> Core:
    """Tell whether the core is empty, with a division or a balanced family that shows it.

    Parameters
    ----------
    game : CoalitionalGame
    at : mapping of str to number
        A value for every parameter.

    Raises
    ------
    ExpressionError
        If a worth depends on a parameter without value, or is irrational.

    Examples
    --------
    >>> from pigou.coalitions import CoalitionalGame
    >>> gloves = CoalitionalGame(["lead", "a", "b"], {"lead+a": 1, "lead+b": 1, "lead+a+b": 1})
    >>> core(gloves).division
    {'lead': Fraction(1, 1), 'a': Fraction(0, 1), 'b': Fraction(0, 1)}
    """
    worth = _numbers(game, at)
    parts = [c for c in game.coalitions if c != "+".join(game.players)]
    if not parts:
        return Core(Fraction(0), Record({p: worth[p] for p in game.players}), Record({}))
    excess, division, family = _over_all(game, worth, parts)
    _verify(game, worth, division, family, excess)
    return Core(excess, Record(division), Record(family))


def excesses(game: CoalitionalGame, division: Mapping[str, Any]) -> Record[sp.Expr]:
    """Return what each coalition could share by leaving, v(S) - x(S), as formulas.

    Parameters
    ----------
    game : CoalitionalGame
    division : mapping of str to formula
        What each player gets; it has to sum to v(N).

    Raises
    ------
    DeclarationError
        If it names somebody else, leaves somebody out, or does not sum to v(N).

    Examples
    --------
    >>> from pigou.coalitions import CoalitionalGame
    >>> pair = CoalitionalGame(["lead", "a"], {"lead": "d", "lead+a": "v"})
    >>> excesses(pair, {"lead": "v/2", "a": "v/2"})
    {'lead': d - v/2, 'a': -v/2, 'lead+a': 0}
    """
    shares = formulas(division, "player")
    for name in shares:
        if name not in game.players:
            raise DeclarationError("division: " + unknown("player", name, game.players))
    for name in game.players:
        if name not in shares:
            raise DeclarationError(f"division: there is nothing for player '{name}'; write 0")
    grand = game.worth_of(game.players)
    missing = sp.simplify(grand - sp.Add(*shares.values()))
    if missing != 0:
        raise DeclarationError(
            f"division: it does not sum to {grand}, what all make; {missing} is left"
        )
    return Record(
        {
            c: sp.expand(game.worth_of(c) - sp.Add(*(shares[p] for p in c.split("+"))))
            for c in game.coalitions
        }
    )


def blocking(
    game: CoalitionalGame, division: Mapping[str, Any], at: Mapping[str, Any] | None = None
) -> Record[Fraction]:
    """Return the coalitions that block a division, the one that gains most first.

    Parameters
    ----------
    game : CoalitionalGame
    division : mapping of str to formula
    at : mapping of str to number
        A value for every parameter.

    Returns
    -------
    Record
        Coalition -> what its members gain in total by leaving; empty if the division is in the
        core.

    Raises
    ------
    DeclarationError
        If the division names somebody else, leaves somebody out, or does not sum to v(N).
    ExpressionError
        If a parameter has no value.

    Examples
    --------
    >>> from pigou.coalitions import CoalitionalGame, Shapley
    >>> gloves = CoalitionalGame(["lead", "a", "b"], {"lead+a": 1, "lead+b": 1, "lead+a+b": 1})
    >>> blocking(gloves, Shapley(gloves).divide())
    {'lead+a': Fraction(1, 6), 'lead+b': Fraction(1, 6)}
    """
    found = {c: _number(e, at, c) for c, e in excesses(game, division).items()}
    return Record(
        dict(sorted(((c, e) for c, e in found.items() if e > 0), key=lambda item: -item[1]))
    )


def balanced_families(players: Iterable[str]) -> tuple[Record[Fraction], ...]:
    """Return every minimal balanced family of coalitions other than all players, with its weights.

    Raises
    ------
    DeclarationError
        If there are more than four players.

    Examples
    --------
    >>> for family in balanced_families("ab"):
    ...     print(family)
    {'a': Fraction(1, 1), 'b': Fraction(1, 1)}
    >>> len(balanced_families("abc"))
    5
    """
    names = CoalitionalGame(tuple(players), {}).players
    if len(names) > _MOST_FAMILIES:
        raise DeclarationError(
            f"balanced families are listed for up to {_MOST_FAMILIES} players, not {len(names)}; "
            "give the parameters values"
        )
    return tuple(
        Record({"+".join(names[k] for k in members): w for members, w in family})
        for family in _families(len(names))
    )


def core_is_nonempty(game: CoalitionalGame) -> Boolean:
    """Return the exact condition on the parameters under which the core is not empty.

    Raises
    ------
    DeclarationError
        If there are more than four players.

    Examples
    --------
    >>> from pigou.coalitions import CoalitionalGame
    >>> core_is_nonempty(CoalitionalGame(["lead", "a"], {"lead": "d", "lead+a": "v"}))
    d <= v
    """
    grand = game.worth_of(game.players)
    families = balanced_families(game.players)
    return sp.And(
        *(
            sp.Le(sp.Add(*(sp.Rational(w) * game.worth_of(c) for c, w in family.items())), grand)
            for family in families
        )
    )


def decide_core(game: CoalitionalGame, given: Iterable[Boolean] = ()) -> Decision:
    """Decide whether the core is not empty for all parameters that satisfy what is given.

    Raises
    ------
    DeclarationError
        If there are more than four players.

    Examples
    --------
    The lead firm's imports are worth m: as long as trade is worth no less, somebody is content.

    >>> from pigou.coalitions import CoalitionalGame
    >>> v, m = symbol("v"), symbol("m")
    >>> links = CoalitionalGame(
    ...     ["lead", "a", "b"], {"lead": m, "lead+a": v, "lead+b": v, "lead+a+b": v}
    ... )
    >>> bool(decide_core(links, [v >= m])), decide_core(links, [m > 0]).outcome
    (True, <Outcome.REFUTED: 'refuted'>)
    """
    return decide(core_is_nonempty(game), given)


# -- the two programmes ----------------------------------------------------------------------------


def _over_all(
    game: CoalitionalGame, worth: Mapping[str, Fraction], parts: list[str]
) -> tuple[Fraction, dict[str, Fraction], dict[str, Fraction]]:
    """Solve both programmes over some coalitions, until none of the others has a larger excess."""
    some = list(game.players)
    while True:
        weights, total = _most_weighty(game, worth, some)
        weighed = sum((w * worth[c] for c, w in weights.items()), Fraction(0))
        excess = weighed - total * worth["+".join(game.players)]
        division = _least(game, worth, some, excess)
        larger = {c: worth[c] - sum(division[p] for p in c.split("+")) - excess for c in parts}
        if max(larger.values()) <= 0:
            return excess, division, {c: w / total for c, w in weights.items() if w > 0}
        some += sorted((c for c in parts if larger[c] > 0), key=lambda c: -larger[c])[:_AT_ONCE]


def _most_weighty(
    game: CoalitionalGame, worth: Mapping[str, Fraction], parts: list[str]
) -> tuple[dict[str, Fraction], Fraction]:
    """Solve the dual: weights of coalitions, and their total on every player."""
    rows = [[*(_in(p, c) for c in parts), fmpq(-1)] for p in game.players]
    rows.append([*[fmpq(1)] * len(parts), fmpq(0)])
    right = [fmpq(0)] * len(game.players) + [fmpq(1)]
    grand = worth["+".join(game.players)]
    found = maximise([*(_fmpq(worth[c]) for c in parts), -_fmpq(grand)], rows, right)
    if found is None:
        raise AssertionError("single players with equal weights are always feasible")
    found += [fmpq(0)] * (len(parts) + 1 - len(found))
    weights = dict(zip(parts, map(_fraction, found), strict=False))
    return weights, _fraction(found[len(parts)])


def _least(
    game: CoalitionalGame, worth: Mapping[str, Fraction], parts: list[str], excess: Fraction
) -> dict[str, Fraction]:
    """Find a division at which no coalition has a larger excess."""
    floor = {p: worth[p] - excess for p in game.players}
    needs = {c: worth[c] - excess - sum(floor[p] for p in c.split("+")) for c in parts}
    grand = "+".join(game.players)
    rows, right = [], []
    for number, c in enumerate(parts):
        sign = 1 if needs[c] >= 0 else -1
        slack = [fmpq(-sign * int(k == number)) for k in range(len(parts))]
        rows.append([*(sign * _in(p, c) for p in game.players), *slack])
        right.append(_fmpq(sign * needs[c]))
    rows.append([*[fmpq(1)] * len(game.players), *[fmpq(0)] * len(parts)])
    right.append(_fmpq(worth[grand] - sum(floor.values())))
    found = maximise([fmpq(0)] * len(rows[0]), rows, right)
    if found is None:
        raise AssertionError("the least core is never empty")
    return {p: floor[p] + _fraction(y) for p, y in zip(game.players, found, strict=False)}


def _verify(
    game: CoalitionalGame,
    worth: Mapping[str, Fraction],
    division: Mapping[str, Fraction],
    family: Mapping[str, Fraction],
    excess: Fraction,
) -> None:
    """Check the division against every coalition, and that the family is balanced and tight."""
    grand = "+".join(game.players)
    largest = max(
        worth[c] - sum(division[p] for p in c.split("+")) for c in game.coalitions if c != grand
    )
    balanced = all(
        sum((w for c, w in family.items() if p in c.split("+")), Fraction(0)) == 1
        for p in game.players
    )
    gap = sum((w * worth[c] for c, w in family.items()), Fraction(0)) - worth[grand]
    tight = gap == excess * sum(family.values())
    if sum(division.values()) != worth[grand] or largest != excess or not (balanced and tight):
        raise AssertionError("the linear programmes of the core contradict each other")


@cache
def _families(count: int) -> tuple[tuple[tuple[tuple[int, ...], Fraction], ...], ...]:
    """List the minimal balanced families of `count` numbered players, with their weights."""
    players = range(count)
    proper = [m for size in range(1, count) for m in itertools.combinations(players, size)]
    found = []
    for size in range(1, count + 1):
        for family in itertools.combinations(proper, size):
            weights = _balance(count, family)
            if weights is not None:
                found.append(tuple(zip(family, weights, strict=True)))
    return tuple(found)


def _balance(count: int, family: tuple[tuple[int, ...], ...]) -> list[Fraction] | None:
    """Return the weights of a family if they are unique and positive, else None."""
    size = len(family)
    rows = [[int(p in members) for members in family] + [1] for p in range(count)]
    reduced, rank = fmpq_mat(count, size + 1, [fmpq(e) for row in rows for e in row]).rref()
    unique = rank == size and all(reduced[k, k] == 1 for k in range(size))
    if not unique or any(reduced[k, size] <= 0 for k in range(size)):
        return None
    return [_fraction(reduced[k, size]) for k in range(size)]


def _in(player: str, coalition: str) -> Any:
    return fmpq(int(player in coalition.split("+")))


def _numbers(game: CoalitionalGame, at: Mapping[str, Any] | None) -> dict[str, Fraction]:
    return {c: _number(game.worth_of(c), at, c) for c in game.coalitions}


def _number(value: sp.Expr, at: Mapping[str, Any] | None, coalition: str) -> Fraction:
    numbers = {symbol(k): sp.Rational(exact(v)) for k, v in (at or {}).items()}
    number = value.xreplace(numbers)
    left = names_in(number)
    if left:
        raise ExpressionError(
            f"coalition '{coalition}': give a value for {', '.join(sorted(left))}"
        )
    if not number.is_Rational:
        raise ExpressionError(
            f"coalition '{coalition}': its worth {number} is not a rational number"
        )
    return exact(number)


def _fmpq(number: Fraction) -> Any:
    return fmpq(number.numerator, number.denominator)


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))
