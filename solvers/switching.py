r"""From ``max``, ``min``, ``abs`` and ``if`` to switches between smooth formulas.

Steps
-----
1. Interval arithmetic over a grid of boxes tells where one branch holds throughout: it alone is
   kept, and nothing is a kink.
2. Otherwise the difference of the branches (for a condition, of its two sides) is a kink, known by
   its expanded form up to a positive factor; the same kink gets the same switch, turned round where
   the sign is. ``and``, ``or`` and ``not`` become switches within switches.
3. A condition is a kink only if its two branches agree where it changes. That is proved in symbols,
   for every way to settle the switches within: each factor of the kink that may be 0 in the box
   divides the numerator of the difference of the branches; or the kink is solved for a move that it
   is linear in, and the difference is 0 there. Where a kink is 0 throughout a way to settle the
   switches within, the branches have to be equal. What is not proved to be continuous is refused.
4. Functions of one argument are taken inside the switch, :math:`f(\text{pick}(s, a, b)) =
   \text{pick}(s, f(a), f(b))`, so that they need be defined only where they are taken.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import sympy as sp

from pigou.errors import StructureError
from pigou.expression import If, write_expression
from pigou.solvers.kinks import Pick, Switch
from pigou.solvers.tape import Tape

__all__ = ["Switching"]

_MOST_CELLS = 4096
_MOST_PATTERNS = 10
Shown = Callable[[sp.Expr], sp.Expr]


class Switching:
    """Turns the case distinctions of one player's payoff into switches.

    Parameters
    ----------
    variables : sequence of sympy symbol
        Each on [0, 1].
    player : str
    where : str
        Whose formulas they are, for messages.
    shown : callable
        Writes a formula in the units of the game.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> switching = Switching([x, y], "ann", "ann's payoff", lambda formula: formula)
    >>> switching.smooth(sp.Max(x, y, -1) + abs(y - x))
    Pick(s_ann_1, x, y) + Pick(s_ann_1, x - y, -x + y)
    >>> switching.switches
    [Switch(symbol=s_ann_1, kink=x - y, player='ann')]
    >>> switching.smooth(If(x > y, 1, 0))
    Traceback (most recent call last):
    pigou.errors.StructureError: ann's payoff jumps inside the intervals, or may, where 'x > y' ...
    """

    def __init__(self, variables: Sequence[sp.Symbol], player: str, where: str, shown: Shown):
        self.variables, self.player, self.where, self.shown = variables, player, where, shown
        self.switches: list[Switch] = []

    def smooth(self, formula: sp.Expr) -> sp.Expr:
        """Return the formula with a `Pick` for every case distinction that matters."""
        if not formula.args or not formula.has(sp.Max, sp.Min, sp.Abs, If):
            return formula
        if isinstance(formula, If):
            condition, *branches = formula.args
            one, other = (self.smooth(branch) for branch in branches)
            return self._conditional(condition, one, other, condition)
        parts = [self.smooth(part) for part in formula.args]
        if isinstance(formula, sp.Max | sp.Min):
            return self._largest(parts, 1 if isinstance(formula, sp.Max) else -1)
        if isinstance(formula, sp.Abs):
            return self._picked(parts[0], parts[0], -parts[0])
        return _inside(formula.func, parts)

    # -- max, min, abs --------------------------------------------------------------------------

    def _largest(self, parts: list[sp.Expr], sign: int) -> sp.Expr:
        """Return the largest of formulas (the smallest for sign -1)."""
        kept: list[sp.Expr] = []
        for k, one in enumerate(parts):
            rivals = [*kept, *parts[k + 1 :]]
            if not any(self.sign(sign * (other - one)) == 1 for other in rivals):
                kept.append(one)
        best = kept[0]
        for part in kept[1:]:
            best = self._picked(sign * (best - part), best, part)
        return best

    def _picked(self, kink: sp.Expr, one: sp.Expr, other: sp.Expr) -> sp.Expr:
        """Return the first formula where the kink is positive, the second where it is negative."""
        sign = self.sign(kink)
        if sign:
            return one if sign == 1 else other
        kink = sp.expand(kink).as_content_primitive()[1]
        for switch in self.switches:
            if sp.expand(switch.kink - kink) == 0:
                return Pick(switch.symbol, one, other)
            if sp.expand(switch.kink + kink) == 0:
                return Pick(switch.symbol, other, one)
        name = f"s_{self.player}_{len(self.switches) + 1}"
        self.switches.append(Switch(sp.Symbol(name, real=True), kink, self.player))
        return Pick(self.switches[-1].symbol, one, other)

    # -- conditions -----------------------------------------------------------------------------

    def _conditional(
        self, condition: sp.Basic, one: sp.Expr, other: sp.Expr, whole: sp.Basic
    ) -> sp.Expr:
        """Return one formula where a condition holds, another where it does not."""
        if one == other:
            return one
        if condition in (sp.true, sp.false):
            return one if condition == sp.true else other
        if isinstance(condition, sp.Not):
            return self._conditional(condition.args[0], other, one, whole)
        if isinstance(condition, sp.And | sp.Or):
            first, *rest = condition.args
            left = condition.func(*rest)
            inner = self._conditional(left, one, other, whole)
            pair = (inner, other) if isinstance(condition, sp.And) else (one, inner)
            return self._conditional(first, *pair, whole)
        return self._related(condition, one, other, whole)

    def _related(
        self, relation: sp.Basic, one: sp.Expr, other: sp.Expr, whole: sp.Basic
    ) -> sp.Expr:
        left, right = (self.smooth(side) for side in relation.args)
        gap = left - right
        sign = self.sign(gap, strictly=True)
        if isinstance(relation, sp.Eq | sp.Ne):
            at, off = (one, other) if isinstance(relation, sp.Eq) else (other, one)
            if sign or self._agree(gap, at, off):
                return off
            raise self._jump(whole)
        if isinstance(relation, sp.Lt | sp.Le):
            one, other = other, one
        if sign:
            return one if sign == 1 else other
        if not self._agree(gap, one, other):
            raise self._jump(whole)
        return self._picked(gap, one, other)

    def _jump(self, condition: sp.Basic) -> StructureError:
        text = write_expression(self.shown(condition))
        return StructureError(
            f"{self.where} jumps inside the intervals, or may, where '{text}' changes: its two "
            "branches are not shown to meet there, and a payoff has to be continuous; let them "
            "meet, or make what jumps a choice between labelled values"
        )

    def _agree(self, kink: sp.Expr, one: sp.Expr, other: sp.Expr) -> bool:
        """Whether two formulas are shown to be equal wherever the kink is 0."""
        held = sp.Tuple(kink, one, other)
        symbols = [s.symbol for s in self.switches if held.has(s.symbol)]
        if len(symbols) > _MOST_PATTERNS:
            return False
        for pattern in itertools.product((0, 1), repeat=len(symbols)):
            chosen = dict(zip(symbols, map(sp.Integer, pattern), strict=True))
            at, gap = (_settled(f, chosen) for f in (kink, one - other))
            if not self._vanishes(gap, at):
                return False
        return True

    def _vanishes(self, gap: sp.Expr, kink: sp.Expr) -> bool:
        gap = sp.expand(gap)
        if gap == 0 or self.sign(kink, strictly=True):
            return True
        plain = {f: sp.Dummy() for f in sp.Tuple(gap, kink).atoms(sp.exp, sp.log, sp.Pow)
                 if not (f.is_Pow and f.exp.is_Integer)}  # fmt: skip
        top, bottom = (sp.fraction(sp.together(f.xreplace(plain)))[0] for f in (gap, kink))
        if sp.expand(bottom) == 0 or (plain and sp.simplify(kink) == 0):
            return False  # the kink is 0 all over a region, and the gap is not
        names = sorted((top.free_symbols | bottom.free_symbols), key=str)
        factors = [f for f, _ in sp.factor_list(bottom)[1]]
        real = {dummy: f for f, dummy in plain.items()}
        open_ = [f for f in factors if not self.sign(f.xreplace(real), strictly=True)]
        if all(sp.rem(top, f, *names) == 0 for f in open_):
            return True
        names = [v for v in self.variables if kink.has(v)]
        return any(sp.simplify(gap.subs(v, at)) == 0 for v, at in _solved(kink, names))

    # -- signs ----------------------------------------------------------------------------------

    def sign(self, formula: sp.Expr, strictly: bool = False) -> int:
        """Return 1 or -1 for a formula of that sign throughout the unit box; 0 if not known."""
        symbols = [s.symbol for s in self.switches]
        m = len(self.variables)
        cells = max(1, int(_MOST_CELLS ** (1 / m)))
        edges = np.arange(cells + 1) / cells
        grid = np.array(list(itertools.product(range(cells), repeat=m))).T
        shape = len(symbols), grid.shape[1]
        ends = (
            np.vstack([edges[grid], np.zeros(shape)]),
            np.vstack([edges[grid + 1], np.ones(shape)]),
        )
        low, high, left = Tape([formula], [*self.variables, *symbols]).intervals(*ends)
        if left.any():
            return 0
        if (low > 0).all() or (not strictly and (low >= 0).all()):
            return 1
        return -1 if (high < 0).all() or (not strictly and (high <= 0).all()) else 0


def _settled(formula: sp.Expr, chosen: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    return formula.xreplace(chosen).replace(Pick, lambda *args: Pick(*args))


def _solved(kink: sp.Expr, names: Sequence[sp.Symbol]) -> Iterator[tuple[sp.Symbol, sp.Expr]]:
    """Solve a kink for each variable that it is linear in, with a slope that is a number."""
    for name in names:
        slope = sp.diff(kink, name)
        if slope.is_number and slope != 0:
            yield name, sp.expand(name - kink / slope)


def _inside(function: Callable[..., sp.Expr], parts: list[sp.Expr]) -> sp.Expr:
    """Apply a function of one changing argument to the branches of a switch."""
    changing = [k for k, part in enumerate(parts) if part.free_symbols]
    if function in (sp.Pow, sp.exp, sp.log) and len(changing) == 1:
        (k,) = changing
        if isinstance(parts[k], Pick):
            switch, *branches = parts[k].args
            return Pick(
                switch, *(_inside(function, [*parts[:k], b, *parts[k + 1 :]]) for b in branches)
            )
    return function(*parts)
