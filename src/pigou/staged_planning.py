r"""The first best of a game in stages with continuous moves: a planner makes all moves at once.

Steps
-----
1. Every combination of choices is gone through; a move that is not made after it counts as 0.
2. The continuous moves that are made maximise total surplus W over their intervals, by branch and
   prune (`pigou.solvers.smooth_games`). Moves that W does not depend on are left at their lower
   ends.
3. A kink that bends downwards, :math:`-c \max(e, f)` with a number c > 0, is relaxed: with e (or
   f) in its place W can only be larger. If the best moves of the relaxed problem satisfy
   :math:`e \ge f` (or :math:`f \ge e`), they are best in the true one. Where that holds for no
   way to relax all kinks, branch and prune has to deal with the kinks themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.game import Choice, Game, Move, Player
from pigou.solvers.deviation import Optimum
from pigou.solvers.first_stage import value_at
from pigou.solvers.smooth_form import _draws, _interval, smooth_form
from pigou.solvers.smooth_games import smooth_optimum

__all__ = ["best_numbers"]

_MOST_KINKS = 6


class _Plan(NamedTuple):
    """The best continuous moves after some choices."""

    value: Enclosure
    words: list[str]
    settled: bool


def best_numbers(game: Game, at: Mapping[str, Fraction]) -> tuple[Enclosure, tuple[str, ...], bool]:
    """Return the largest total surplus of a planner who makes all moves at once, and how.

    Returns
    -------
    welfare : Enclosure
    plans : tuple of str
        Up to five, in words.
    settled : bool
        Whether all plans that are best are among those found.

    Raises
    ------
    StructureError
        If the optimum could not be bounded.

    Examples
    --------
    >>> moves = [Move("x", "a", (0, 4)), Move("y", "a", (0, 4), 2)]
    >>> game = Game("alone", [Player("a")], moves, {"a": "x - x**2/2 - (y - x)**2"})
    >>> best_numbers(game, {})
    (Enclosure(1/2), ('x: 1; y: 1',), True)
    """
    finite = [m for m in game.moves if isinstance(m.domain, Choice)]
    found: list[_Plan] = []
    for row in itertools.product(*(m.choice.labels for m in finite)):
        labels = dict(zip([m.name for m in finite], row, strict=True))
        plan = _best_after(game, at, labels)
        found += [] if plan is None else [plan]
    top = max(plan.value.lower for plan in found)
    best = [plan for plan in found if plan.value.upper >= top]
    value = Enclosure(top, max(plan.value.upper for plan in best))
    words = tuple(dict.fromkeys(text for plan in best for text in plan.words))
    return value, words[:5], all(plan.settled for plan in best)


def _best_after(game: Game, at: Mapping[str, Fraction], labels: Mapping[str, str]) -> _Plan | None:
    """Return the best continuous moves after choices; None if a choice is not made then."""
    state: dict[Any, Any] = {symbol(n): sp.Rational(str(v)) for n, v in at.items()}
    for name, label in labels.items():
        state[symbol(name)] = sp.Rational(str(game.move(name).choice.options[label]))
    made = [m for m in game.moves if m.when.xreplace(state) == sp.true]
    idle = [m for m in game.moves if m not in made]
    if any(m.name in labels and labels[m.name] != m.choice.labels[0] for m in idle):
        return None
    state |= {m.symbol: sp.S.Zero for m in idle}
    surplus = sum((game.primitive(p) for p in game.parties), sp.S.Zero)
    total = sp.S.Zero
    for weight, draw in _draws(game, state):
        total += weight * surplus.xreplace(state | draw)
    words = [f"{m.name}: {labels[m.name]}" for m in made if m.name in labels]
    moves = [m for m in made if not isinstance(m.domain, Choice)]
    ends = {m.symbol: _interval(game, m.name, state) for m in moves}
    return _best_of(game, total, ends, words)


def _best_of(
    game: Game, total: sp.Expr, ends: Mapping[Any, tuple[Fraction, Fraction]], words: list[str]
) -> _Plan:
    """Maximise total surplus, with kinks relaxed in every way until one is found to be right."""
    for relaxed, conditions in (*_relaxed(total), (total, [])):
        moving = [s for s in ends if sp.expand(sp.diff(relaxed, s)) != 0]
        found = _optimum(game, relaxed, {s: ends[s] for s in moving})
        if found is None:
            continue
        value, points, settled = found
        shown, attained = [], [value.lower] if not conditions else []
        for point in points:
            state = {s.name: Enclosure.point(low) for s, (low, _) in ends.items()}
            state |= {s.name: v for s, v in zip(moving, point, strict=True)}
            if all(value_at(c, state).lower >= 0 for c in conditions):
                moves = [f"{s.name}: {state[s.name]}" for s in moving]
                shown.append("; ".join([*words, *moves]))
                attained.append(value_at(relaxed, state).lower)
        if attained:
            value = Enclosure(min(max(attained), value.upper), value.upper)
            return _Plan(value, shown[:5], settled or value.is_exact)
    raise StructureError(
        f"game '{game.name}': the first best could not be bounded (total surplus has a kink at it, "
        "or is not defined everywhere on the intervals)"
    )


def _optimum(
    game: Game, total: sp.Expr, ends: Mapping[Any, tuple[Fraction, Fraction]]
) -> Optimum | None:
    if not ends:
        return Optimum(value_at(total, {}), ((),), True)
    planner = "planner" + "_" * max(len(s.name) for s in ends)
    owned = [Move(s.name, planner, interval) for s, interval in ends.items()]
    return smooth_optimum(smooth_form(Game(game.name, [Player(planner)], owned, {planner: total})))


def _relaxed(total: sp.Expr) -> Iterator[tuple[sp.Expr, list[sp.Expr]]]:
    """Yield total surplus with one side of each kink, and what is at least 0 where it is that."""
    total = sp.expand(total)
    atoms = sorted(total.atoms(sp.Max, sp.Min, sp.Abs), key=str)
    names = {atom: sp.Dummy(real=True) for atom in atoms}
    plain = total.xreplace(names)
    bends = [sp.diff(plain, names[a]) * (-1 if isinstance(a, sp.Min) else 1) for a in atoms]
    parts = [(a.args[0], -a.args[0]) if isinstance(a, sp.Abs) else a.args for a in atoms]
    if len(atoms) > _MOST_KINKS or not all(
        bend.is_Rational and bend < 0 and len(part) == 2
        for bend, part in zip(bends, parts, strict=True)
    ):
        return
    for sides in itertools.product((0, 1), repeat=len(atoms)):
        chosen, conditions = plain, []
        for atom, part, side in zip(atoms, parts, sides, strict=True):
            sign = -1 if isinstance(atom, sp.Min) else 1
            chosen = chosen.xreplace({names[atom]: part[side]})
            conditions.append(sign * (part[side] - part[1 - side]))
        yield sp.expand(chosen), conditions
