r"""The independent checker of games in two stages whose later stage is given implicitly.

It shares no code with the solvers. Stated are values of the first moves x and of the later moves y
on the path. The claim is: *some point within these enclosures is played in a subgame-perfect
equilibrium exactly.* With :math:`F_k = \partial u_{i(k)}/\partial y_k` and
:math:`M = -\partial F/\partial y`, it proves anew, in ball arithmetic over cells that are halved
until they are settled:

1. *Later stage.* On X x Y all principal minors of M are positive, and where some :math:`y_k` is at
   an end of its interval, some derivative has a sign that no equilibrium has. So after every x
   there is one equilibrium y(x), inside the intervals, with F(x, y(x)) = 0.
2. *Stationarity.* Let :math:`g_l` be det M times the derivative of the payoff of the owner of
   :math:`x_l` along y(x), by the implicit function theorem. The Krawczyk image of the enclosures,
   for g of the x inside their intervals and F, lies in their interior: they hold a solution. What
   is stated exactly, next to others that are not, is taken to be known to :math:`2^{-200}` of its
   interval; if all is, the conditions have to hold exactly. An x at an end has a g that points
   outwards.
3. *Deviations* of each first mover, in its one first move. On a core around the stated value, g
   falls along y(x) (or points to the end that is played). Every cell beyond the core either has a
   payoff that is never above that on the path, or a g that points back: then nothing in it is
   above what comes just before. y(x) is enclosed over a cell by Newton steps from the whole of Y,
   which is cut where these do not narrow it.

Sources: R. Krawczyk (1969), Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken;
A. Neumaier (1990), Interval Methods for Systems of Equations, chapter 5.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb, arb_mat, ctx, fmpq

from pigou.branching import State, Tree, evaluate
from pigou.check_implicit_formulas import Formulas, everywhere, extent, halves
from pigou.check_simultaneous import Examination, Flow
from pigou.enclosing import enclosed
from pigou.equilibrium import Strategy
from pigou.errors import DeclarationError
from pigou.exact import Enclosure, Record
from pigou.expression import symbol
from pigou.game import Game, Interval
from pigou.jets import PRECISION, ball, enclosure, is_zero, rational

__all__ = ["examine_implicit", "is_implicit"]

ZERO = Enclosure.point(0)
_UNBOUNDED = Fraction(10) ** 300
_WIDEST = Fraction(1, 10**20)
_MOST_STEPS, _MOST_CORES, _MOST_PARTS, _SAMPLES = 40, 12, 64, 16
_CELL_PRECISION = 64

Box = Sequence[Any]


def is_implicit(game: Game, strategies: Iterable[Strategy]) -> bool:
    """Tell whether a profile gives the later of two stages of continuous moves implicitly.

    Examples
    --------
    >>> from pigou.models import load
    >>> is_implicit(load("coordination").game, ())
    False
    """
    stages = sorted({m.stage for m in game.moves})
    if len(stages) != 2 or not all(isinstance(m.domain, Interval) for m in game.moves):
        return False
    later = {m.name for m in game.moves if m.stage == stages[1]}
    given = [s for s in strategies if s.move in later]
    return bool(given) and all(s.expression is None and s.value is not None for s in given)


def examine_implicit(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy]
) -> Examination:
    """Check a profile of two stages of continuous moves, the later one implicit.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.
    strategies : iterable of Strategy
        One for each move, with its value on the path.

    Raises
    ------
    DeclarationError
        If a strategy is missing, or its value is outside the interval.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> game = Game(
    ...     "leader and follower",
    ...     [Player("one"), Player("two")],
    ...     [Move("q1", "one", (0, 9)), Move("q2", "two", (-1, 9), 2)],
    ...     {"one": "q1*(9 - q1 - q2)", "two": "q2*(9 - q1 - q2)"},
    ... )
    >>> def played(q1, q2):
    ...     return [
    ...         Strategy(name, who, "", {}, value=Enclosure.point(value))
    ...         for name, who, value in (("q1", "one", q1), ("q2", "two", q2))
    ...     ]
    >>> examine_implicit(game, {}, played("9/2", "9/4")).confirmed
    True
    >>> examine_implicit(game, {}, played(3, 3)).doubt
    'somebody gains at least 1.12 by deviating'
    """
    strategies = tuple(strategies)
    with ctx.workprec(PRECISION):
        check = _Check(game, at, strategies)
        primitive = Record({p: check.worth(game.primitive(p)) for p in game.parties})
        payoffs = Record({p: check.worth(game.payoff(p)) for p in game.parties})
        doubt = check.later_stage() or check.stationary()
    with ctx.workprec(_CELL_PRECISION):
        gains = [check.gain(player) for player in check.players]
    gain = Enclosure(max(g.lower for g in gains), max(g.upper for g in gains))
    if gain.lower > 0:
        doubt = f"somebody gains at least {float(gain.lower):.3g} by deviating"
    elif gain.upper > 0:
        doubt = doubt or "that nobody gains by deviating is not proved"
    return Examination(
        payoffs,
        primitive,
        Record(dict.fromkeys(game.parties, 1)),
        Record({p.name: ((payoffs[p.name], 1),) for p in game.players}),
        tuple(Flow(t, check.worth(t.amount)) for t in game.transfers),
        gain,
        not doubt,
        doubt,
    )


class _Check:
    """One examination of a profile."""

    def __init__(self, game: Game, at: Mapping[str, Fraction], strategies: Sequence[Strategy]):
        self.numbers = {symbol(n): sp.Rational(str(v)) for n, v in at.items()}
        self.parameters = {n: Enclosure.point(v) for n, v in at.items()}
        axes = [
            [
                (sp.sympify(p).xreplace(self.numbers), c.symbol, sp.Rational(str(v)))
                for v, p in c.outcomes.values()
            ]
            for c in game.chance
        ]
        self.draws = [
            (sp.Mul(*(p for p, _, _ in draw)), {name: v for _, name, v in draw})
            for draw in itertools.product(*axes)
        ]
        stages = sorted({m.stage for m in game.moves})
        moves = sorted(game.moves, key=lambda m: stages.index(m.stage))
        self.ends = [self._ends(m) for m in moves]
        box = [ball(Enclosure(*ends)) for ends in self.ends]
        self.formulas = Formulas(game, self.numbers, self.draws, box)
        self.first, self.later = self.formulas.first, self.formulas.later
        self.whole = box
        self.given = [self._value(m, e, strategies) for m, e in zip(moves, self.ends, strict=True)]
        self.is_exact = all(v.is_exact for v in self.given)
        self.point = [self._around(k) for k in range(len(self.given))]
        self.players = list(dict.fromkeys(moves[k].player for k in self.first))

    def _ends(self, move: Any) -> tuple[Fraction, Fraction]:
        ends = [
            sp.sympify(e).xreplace(self.numbers) for e in (move.domain.lower, move.domain.upper)
        ]
        low, high = (Fraction(int(e.p), int(e.q)) for e in ends)
        return low, high

    @staticmethod
    def _value(move: Any, ends: tuple[Fraction, Fraction], given: Sequence[Strategy]) -> Enclosure:
        value = next((s.value for s in given if s.move == move.name), None)
        if value is None or value.lower < ends[0] or value.upper > ends[1]:
            raise DeclarationError(f"move '{move.name}' needs a value in [{ends[0]}, {ends[1]}]")
        return value

    def _around(self, k: int) -> Any:
        """Return a stated value; one that is exact, next to others that are not, with its doubt."""
        value, (low, high) = self.given[k], self.ends[k]
        if not value.is_exact or self.is_exact or (k in self.first and self._end(k) is not None):
            return ball(value)
        return arb(ball(value)) + arb(0, arb(rational(high - low)) * arb(2) ** -200)

    def worth(self, formula: Any) -> Enclosure:
        """Expect a formula on the path."""
        names = [m.name for m in self.formulas.moves]
        state = {**self.parameters, **dict(zip(names, self.given, strict=True))}
        total = ZERO
        for weight, draw in self.draws:
            seen = {s.name: Enclosure.point(str(v)) for s, v in draw.items()}
            total += enclosed(sp.sympify(weight), {}) * enclosed(formula, {**state, **seen})
        return total

    @staticmethod
    def _at(tree: Tree, box: Box) -> Any:
        return evaluate(tree, State(box))

    def _matrix(self, trees: Sequence[Sequence[Tree]], box: Box) -> arb_mat:
        return arb_mat([[arb(self._at(tree, box)) for tree in row] for row in trees])

    # -- the later stage --------------------------------------------------------------------------

    def later_stage(self) -> str:
        """Say what is not proved of step 1."""
        if not everywhere(self.whole, self.formulas.curving, self._positive_minors):
            return "that the later stage has one equilibrium after every history is not proved"
        for k in self.later:
            for end in self.ends[k]:
                face = [*self.whole]
                face[k] = rational(end)
                moving = [j for j in range(len(face)) if j != k]
                if not everywhere(face, moving, self._no_equilibrium):
                    name = self.formulas.moves[k].name
                    return f"that '{name}' is inside its interval after every history is not proved"
        return ""

    def _positive_minors(self, box: Box) -> bool:
        matrix, n = self._matrix(self.formulas.matrix, box), len(self.later)
        return all(
            arb_mat([[matrix[i, k] for k in which] for i in which]).det() > 0
            for size in range(1, n + 1)
            for which in itertools.combinations(range(n), size)
        )

    def _no_equilibrium(self, box: Box) -> bool:
        """Whether some derivative has a sign that no equilibrium of the later stage has."""
        for place, k in enumerate(self.later):
            slope = self._at(self.formulas.system[len(self.first) + place], box)
            low, high = (rational(end) for end in self.ends[k])
            if (slope > 0 and box[k] < high) or (slope < 0 and box[k] > low):
                return True
        return False

    # -- stationarity -----------------------------------------------------------------------------

    def stationary(self) -> str:
        """Say what is not proved of step 2."""
        moves, active = self.formulas.moves, list(self.later)
        for k in self.first:
            if self.given[k].width > _WIDEST * (self.ends[k][1] - self.ends[k][0]):
                return f"the value of '{moves[k].name}' is too wide to say what is played"
            if self._end(k) is None:
                active.append(k)
            elif not self._points_outwards(k, self.point):
                return f"that '{moves[k].name}' is best at its end is not proved"
        active.sort()
        if self.is_exact:
            if not all(is_zero(self._at(self.formulas.system[k], self.point)) for k in active):
                return "the profile does not satisfy the first-order conditions exactly"
            return ""
        return "" if self._krawczyk(active) else "that there is a first-order point is not proved"

    def _end(self, k: int) -> int | None:
        """Return at which end of its interval a move is stated to be."""
        value = self.given[k]
        if not value.is_exact or value.lower not in self.ends[k]:
            return None
        return self.ends[k].index(value.lower)

    def _points_outwards(self, k: int, box: Box) -> bool:
        slope = self._at(self.formulas.system[k], box)
        return bool(slope < 0) if self._end(k) == 0 else bool(slope > 0)

    def _krawczyk(self, active: Sequence[int]) -> bool:
        """Whether the enclosures hold a solution."""
        box, n = list(self.point), len(active)
        middle = [arb(v).mid() if k in active else v for k, v in enumerate(box)]
        slopes = [[self.formulas.slopes[i][k] for k in active] for i in active]
        try:
            inverse = self._matrix(slopes, middle).mid().inv().mid()
        except ZeroDivisionError:
            return False
        values = arb_mat([[arb(self._at(self.formulas.system[k], middle))] for k in active])
        identity = arb_mat([[int(i == k) for k in range(n)] for i in range(n)])
        away = arb_mat([[arb(box[k]) - middle[k]] for k in active])
        start = arb_mat([[middle[k]] for k in active])
        image = start - inverse * values + (identity - inverse * self._matrix(slopes, box)) * away
        return all(
            bool(arb(box[k]).contains_interior(image[place, 0])) for place, k in enumerate(active)
        )

    # -- deviations -------------------------------------------------------------------------------

    def gain(self, player: str) -> Enclosure:
        """Bound what a first mover gains by its first move (step 3)."""
        own = [k for k in self.first if self.formulas.moves[k].player == player]
        if len(own) > 1:
            return Enclosure(Fraction(0), _UNBOUNDED)
        (k,) = own
        earned = arb(self._at(self.formulas.worth[player], self.point))
        core = self._core(k)
        if core is not None:
            low, high = (rational(end) for end in self.ends[k])
            below = (low, core[0]) if core[0] > low else None
            above = (core[1], high) if core[1] < high else None
            if (below is None or self._settled(k, below, 1, earned)) and (
                above is None or self._settled(k, above, -1, earned)
            ):
                return ZERO
        return Enclosure(self._known_gain(k, earned), _UNBOUNDED)

    def _core(self, k: int) -> tuple[fmpq, fmpq] | None:
        """Return an interval around a first move on which nothing is better."""
        low, high = self.ends[k]
        value, reach = self.given[k], (high - low) / 8
        for _ in range(_MOST_CORES):
            a, b = (
                rational(e) for e in (max(low, value.lower - reach), min(high, value.upper + reach))
            )
            box = self._before(k, arb(a).union(arb(b)))
            if self._narrow(k, box):
                if self._end(k) is not None and self._points_outwards(k, box):
                    return a, b
                if self._falls(k, box):
                    return a, b
            reach /= 4
        return None

    def _falls(self, k: int, box: Box) -> bool:
        """Whether g of a first move falls in it along y(x), throughout a box."""
        slopes = self.formulas.slopes[k]
        effects = arb_mat([[arb(self._at(tree, box))] for tree in self.formulas.effects[k]])
        try:
            moved = self._matrix(self.formulas.matrix, box).solve(effects)
        except ZeroDivisionError:
            return False
        total = arb(self._at(slopes[k], box))
        for place, j in enumerate(self.later):
            total += arb(self._at(slopes[j], box)) * moved[place, 0]
        return bool(total < 0)

    def _settled(self, k: int, interval: tuple[fmpq, fmpq], sign: int, earned: arb) -> bool:
        """Whether no first move beside the core pays more; a g of that sign points back."""
        player = self.formulas.moves[k].player

        def no_better(box: list[Any]) -> bool:
            if not self._narrow(k, box):
                return False
            slope = self._at(self.formulas.system[k], box)
            if (slope > 0) if sign > 0 else (slope < 0):
                return True
            return bool(arb(self._at(self.formulas.worth[player], box)) <= earned)

        return everywhere(self._before(k, arb(interval[0]).union(arb(interval[1]))), [k], no_better)

    def _known_gain(self, k: int, earned: arb) -> Fraction:
        """Return what some first move is known to bring, if it brings more."""
        low, high = self.ends[k]
        best = Fraction(0)
        for step in range(_SAMPLES + 1):
            box = self._before(k, rational(low + (high - low) * Fraction(step, _SAMPLES)))
            if self._narrow(k, box):
                worth = self._at(self.formulas.worth[self.formulas.moves[k].player], box)
                more = arb(worth) - earned
                best = max(best, enclosure(more).lower if more.is_finite() else best)
        return best

    # -- y(x) over a ball of one first move -------------------------------------------------------

    def _before(self, k: int, x: Any) -> list[Any]:
        """Return all moves where one first move is in a ball, later moves anywhere."""
        box = [*self.point]
        box[k] = x
        for j in self.later:
            box[j] = arb(self.whole[j])
        return box

    def _narrow(self, k: int, box: list[Any]) -> bool:
        """Narrow the later moves of a box to what holds y(x), in place, cutting it if need be."""
        parts, done = [list(box)], list[list[Any]]()
        goal = 4 * float(arb(box[k]).rad()) / extent(self.whole[k]) + 1e-3
        while parts:
            part = parts.pop(0)
            if not self._newton(part):
                continue
            size = {j: float(part[j].rad()) / extent(self.whole[j]) for j in self.later}
            widest = max(size, key=lambda j: size[j])
            if size[widest] <= goal or len(parts) + len(done) > _MOST_PARTS:
                done.append(part)
                continue
            low, middle, high = halves(part[widest])
            for a, b in ((low, middle), (middle, high)):
                parts.append([*part[:widest], a.union(b), *part[widest + 1 :]])
        for j in self.later if done else ():
            hull = done[0][j]
            for part in done[1:]:
                hull = hull.union(part[j])
            box[j] = hull
        return bool(done)

    def _newton(self, box: list[Any]) -> bool:
        """Narrow later moves as long as that helps; tell whether y(x) may be in the box."""
        for _ in range(_MOST_STEPS):
            before = [box[j].rad() for j in self.later]
            try:
                self._component_steps(box)
                self._joint_step(box)
            except ValueError:  # an empty intersection
                return False
            if all(box[j].rad() > 0.8 * r for j, r in zip(self.later, before, strict=True)):
                return True
        return True

    def _component_steps(self, box: list[Any]) -> None:
        """Narrow each later move by a Newton step of its own condition, the others in balls."""
        for place, j in enumerate(self.later):
            row = self.formulas.system[len(self.first) + place]
            if not arb(self._at(row, box)).contains(0):
                raise ValueError("no equilibrium")
            slope = -arb(self._at(self.formulas.matrix[place][place], box))
            centre = box[j].mid()
            there = [*box[:j], centre, *box[j + 1 :]]
            value = arb(self._at(row, there))
            image = centre - value / slope
            if image.is_finite():
                box[j] = box[j].intersection(image)

    def _joint_step(self, box: list[Any]) -> None:
        """Narrow all later moves by a Krawczyk step."""
        n = len(self.later)
        slopes = -self._matrix(self.formulas.matrix, box)
        there = list(box)
        for j in self.later:
            there[j] = box[j].mid()
        try:
            inverse = slopes.mid().inv().mid()
        except ZeroDivisionError:
            return
        rows = self.formulas.system[len(self.first) :]
        values = arb_mat([[arb(self._at(tree, there))] for tree in rows])
        identity = arb_mat([[int(i == k) for k in range(n)] for i in range(n)])
        away = arb_mat([[box[j] - there[j]] for j in self.later])
        move = (identity - inverse * slopes) * away - inverse * values
        for place, j in enumerate(self.later):
            image = there[j] + move[place, 0]
            if image.is_finite():
                box[j] = box[j].intersection(image)
