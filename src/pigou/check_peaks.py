r"""Where one player's payoff has a peak: what the independent checker needs near a profile.

The rivals' moves are held, exactly or by enclosures; u is the player's payoff over its own
continuous moves t in the unit box.

1. *A peak.* On a box around a point, the point is best if, first, the slope in some moves that are
   at an end points outwards all over the box; and second, over the others, u is concave on the box
   (the pivots of minus its second derivatives are positive) and first-order conditions hold at the
   point.
2. *A peak at a kink.* Where u rises in a ``min`` or falls in a ``max`` of a and b all over the box,
   :math:`\lambda a + (1 - \lambda) b` in its place gives :math:`v_\lambda \ge u`, with equality
   where a = b. Several kinks are replaced one after the other: u has to rise in each for every
   mixture of the parts of the others, too. If for one :math:`\lambda` in [0, 1] the point is a
   peak of :math:`v_\lambda` as in 1, and a = b there, it is one of u. At a kink of the other kind,
   or a jump, u is one of the two parts everywhere: the point has to be a peak for both, and
   neither may be above u there.

3. *A sharp kink* makes up for a payoff that bends upwards elsewhere. With c a lower bound of how
   fast u changes in the ``min`` or ``max``, :math:`\mu = \min(\lambda, 1 - \lambda)` and
   :math:`|a - b| \le r` on the box,

   .. math:: u \le v_\lambda - c\mu\,|a - b| \le v_\lambda - \frac{c\mu}{r} (a - b)^2 ,

   which is smooth, and has the value and the slopes of :math:`v_\lambda` where a = b. It is this
   function that has to be concave.

Sources: F. H. Clarke (1983), Optimization and Nonsmooth Analysis, section 2.3; S. Boyd and
L. Vandenberghe (2004), Convex Optimization, section 5.5.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flint import arb, fmpq, fmpq_mat

from pigou.branching import Kink, State, evaluate
from pigou.declared import Declared, Labels
from pigou.jets import ONE, ZERO, Jet, Scalar, hull, is_zero, multiplied, scaled, value

__all__ = ["Cell", "Reply", "Stationary", "negative", "side_of"]

Cell = tuple[tuple[float, float], ...]
Stationary = Mapping[int, Scalar]
"""For a point that is known to be stationary: the weights of the kinks that it lies at."""

_MOST_SELECTIONS, _MOST_WEIGHTS = 16, 3


class Reply:
    """One player's payoff over its own continuous moves, at one alternative of its choices.

    Parameters
    ----------
    declared : Declared
    player : str
    labels : mapping of str to str
        What is chosen by everybody.
    point : sequence of scalar
        All continuous moves, in the unit box; those of others are held.
    proved : frozenset of sympy expression, optional
        Gaps of kinks that are known to be exactly 0 at the point.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
    >>> reply = Reply(Declared(game, {}), "a", {}, [fmpq(1, 4)])
    >>> reply.earned(), reply.peak([fmpq(1, 4)])
    (1/2, ((0.0, 1.0),))
    """

    def __init__(
        self,
        declared: Declared,
        player: str,
        labels: Labels,
        point: Sequence[Scalar],
        proved: frozenset[Any] = frozenset(),
    ):
        self.declared, self.point, self.proved = declared, list(point), proved
        self.own = declared.own(player)
        self.tree = declared.tree(declared.game.payoff(player), labels)

    # -- evaluating -----------------------------------------------------------------------------

    def full(self, box: Sequence[Scalar]) -> list[Scalar]:
        """Put own moves next to those of others."""
        full = list(self.point)
        for k, side in zip(self.own, box, strict=True):
            full[k] = side
        return full

    def earned(self) -> Scalar:
        """Return the payoff at the point itself."""
        return value(evaluate(self.tree, State(self.declared.numbers(self.point))))

    def at(
        self,
        box: Sequence[Scalar],
        moving: Sequence[int],
        second: bool = False,
        selection: Mapping[int, Any] | None = None,
        cut: int | None = None,
    ) -> tuple[Jet, State]:
        """Evaluate the payoff with derivatives in some own moves.

        Where a kink is cut, also in that, for every mixture of the parts of other kinks.
        """
        size = len(moving) + (cut is not None)
        places = [self.own[k] for k in moving]
        values = self.declared.jets_among(self.full(box), places, size, second)
        cuts = {} if cut is None else {cut: size - 1}
        state = State(values, size, second, selection or {}, cuts, mixed=cut is not None)
        jet = evaluate(self.tree, state)
        if not isinstance(jet, Jet):
            curves = [[ZERO] * (k + 1) for k in range(size)] if second else None
            jet = Jet(jet, [ZERO] * size, curves)
        return jet, state

    # -- peaks ----------------------------------------------------------------------------------

    def peak(self, point: Sequence[Scalar], known: Stationary | None = None) -> Cell | None:
        """Return a box on which the point is best, the largest of several sizes; None if none is.

        Parameters
        ----------
        point : sequence of scalar
            The player's own moves.
        known : mapping of int to scalar, optional
            If the point is known to be stationary: the weights of its kinks.
        """
        for halvings in range(0, 40, 2):
            reach = 2.0**-halvings
            box = tuple(_around(t, reach) for t in point)
            if self._is_peak(point, box, known):
                return box
        return None

    def _is_peak(self, point: Sequence[Scalar], box: Cell, known: Stationary | None) -> bool:
        everything = range(len(self.own))
        sides = [side_of(side) for side in box]
        slopes = self.at(sides, everything)[0].slopes
        free = [k for k in everything if not _outwards(point[k], slopes[k])]
        if not free:
            return True
        face = [sides[k] if k in free else point[k] for k in everything]
        jet, state = self.at(face, free, second=True)
        fixed = {
            number: ONE
            for number, (kink, gap) in state.active.items()
            if not isinstance(gap, Jet) and kink.formula in self.proved
        }
        active = {n: kink for n, (kink, _) in state.active.items() if n not in fixed}
        if not active:
            if fixed:
                jet, state = self.at(face, free, True, fixed)
            return negative(jet.curves) and self._is_stationary(point, free, known, fixed)
        if known is None:
            return self._is_kinked_peak(point, face, free, active, fixed)
        steep = {n: self._steepness(face, free, kink) for n, kink in active.items()}
        if any(n not in known or steep[n] is None for n in active):
            return False
        weights = {n: known[n] for n in active}
        curves = self._bent(face, free, fixed, weights, active, steep)
        return negative(curves) and self._is_stationary(point, free, known, fixed)

    def _is_stationary(
        self,
        point: Sequence[Scalar],
        free: Sequence[int],
        known: Stationary | None,
        selection: Mapping[int, Scalar],
    ) -> bool:
        """Whether first-order conditions hold at a point, for the moves that are free."""
        ends = [k for k in free if _end(point[k])]
        if known is not None and not ends:
            return True
        slopes = self.at(point, free, selection={**selection, **(known or {})})[0].slopes
        for k, slope in zip(free, slopes, strict=True):
            if _end(point[k]):
                if not _outwards(point[k], slope):
                    return False
            elif known is None and not is_zero(slope):
                return False
        return True

    # -- peaks at kinks ---------------------------------------------------------------------------

    def _steepness(self, face: Sequence[Scalar], free: Sequence[int], kink: Kink) -> Scalar | None:
        """Bound from below how fast the payoff rises in a min, or falls in a max, over a box.

        None if it may do the opposite somewhere, or if it is not a kink.
        """
        if not kink.sign:
            return None
        jet, _ = self.at(face, free, cut=kink.number)
        slope = -kink.sign * jet.slopes[-1]
        if not slope >= 0:
            return None
        return _least(slope)

    def _bent(
        self,
        face: Sequence[Scalar],
        free: Sequence[int],
        chosen: Mapping[int, Scalar],
        weights: Stationary,
        kinks: Mapping[int, Kink],
        steep: Mapping[int, Scalar | None],
    ) -> Any:
        """Enclose the second derivatives of a smooth function above the payoff (step 3)."""
        curves = self.at(face, free, True, {**chosen, **weights})[0].curves
        values = self.declared.jets(self.full(face), [self.own[k] for k in free], True)
        for number, weight in weights.items():
            state = State(values, len(free), True)
            gap, least = evaluate(kinks[number].gap, state), steep[number]
            room = _least(weight, 1 - weight)
            if state.active or not isinstance(gap, Jet) or least is None or not room > 0:
                continue
            factor = arb(least * room) / arb(gap.value).abs_upper()
            square = multiplied(scaled(gap, factor.lower()), gap)
            if curves is not None and isinstance(square, Jet) and square.curves is not None:
                rows = zip(curves, square.curves, strict=True)
                curves = [[p - q for p, q in zip(*pair, strict=True)] for pair in rows]
        return curves

    def _is_kinked_peak(
        self,
        point: Sequence[Scalar],
        face: Sequence[Scalar],
        free: Sequence[int],
        active: Mapping[int, Kink],
        fixed: Mapping[int, Scalar],
    ) -> bool:
        """Step 2, at a point that is known exactly."""
        here, state = self.at(point, free, selection=fixed)
        if any(n not in state.active for n in active):
            return False
        steep = {n: self._steepness(face, free, kink) for n, kink in active.items()}
        down = [n for n in active if steep[n] is not None]
        for number in down:
            if not is_zero(value(state.active[number][1])):
                return False
        both = [n for n in active if n not in down]
        if 2 ** len(both) > _MOST_SELECTIONS or len(down) > _MOST_WEIGHTS:
            return False
        for parts in itertools.product((ZERO, ONE), repeat=len(both)):
            chosen = {**fixed, **dict(zip(both, parts, strict=True))}
            there, _ = self.at(point, free, selection={**chosen, **dict.fromkeys(down, ONE)})
            if both and not there.value <= here.value:
                return False
            found = self._balanced(point, free, down, chosen)
            bent = (self._bent(face, free, chosen, w, active, steep) for w in found)
            if not any(negative(curves) for curves in bent):
                return False
        return True

    def _balanced(
        self,
        point: Sequence[Scalar],
        free: Sequence[int],
        down: Sequence[int],
        chosen: Mapping[int, Scalar],
    ) -> Iterator[Stationary]:
        """Yield weights of the kinks that bend down, with which the point is stationary."""
        inside = [place for place, k in enumerate(free) if not _end(point[k])]

        def slopes(weights: Sequence[Scalar]) -> list[Scalar]:
            selection = {**chosen, **dict(zip(down, weights, strict=True))}
            return self.at(point, free, selection=selection)[0].slopes

        units = [[ONE if i == k else ZERO for i in range(len(down))] for k in range(len(down))]
        base = slopes([ZERO] * len(down))
        if len(down) == len(inside) == len(free) == 1:
            weight = _crossing(lambda w: slopes([w])[0], base[0], slopes([ONE])[0])
            if weight is not None:
                yield {down[0]: weight}
        corners = itertools.product((ZERO, ONE), repeat=len(down))
        solved = _solutions(base, [slopes(unit) for unit in units], inside)
        for weights in itertools.chain(corners, solved):
            given = dict(zip(down, weights, strict=True))
            if self._is_stationary(point, free, None, {**chosen, **given}):
                yield given


# -- boxes and matrices ---------------------------------------------------------------------------


def negative(curves: Any) -> bool:
    """Whether all symmetric matrices within bounds are negative (by pivots; or 0 in a row).

    Examples
    --------
    >>> negative([[fmpq(-2)], [fmpq(1), fmpq(-2)]]), negative([[fmpq(0)]])
    (True, True)
    >>> negative([[fmpq(-2)], [fmpq(3), fmpq(-2)]])
    False
    """
    size = len(curves)
    rows = [[-curves[max(i, k)][min(i, k)] for k in range(size)] for i in range(size)]
    for i in range(size):
        pivot = rows[i][i]
        if pivot > 0:
            for k in range(i + 1, size):
                factor = rows[k][i] / pivot
                rows[k] = [b - factor * a for a, b in zip(rows[i], rows[k], strict=True)]
        elif not (pivot >= 0 and all(rows[i][k] == 0 for k in range(i + 1, size))):
            return False
    return True


def _crossing(slope: Callable[[Scalar], Scalar], first: Scalar, last: Scalar) -> Scalar | None:
    """Return a ball that holds a weight in [0, 1] at which a slope is 0, if its sign changes."""
    if not ((first < 0 and last > 0) or (first > 0 and last < 0)):
        return None
    middle, reach = arb(first / (first - last)).mid(), arb(2) ** -100
    ends = [middle - reach, middle + reach]
    if not (ends[0] >= 0 and ends[1] <= 1):
        return hull(ZERO, ONE)
    a, b = (slope(end) for end in ends)
    return hull(*ends) if (a < 0 and b > 0) or (a > 0 and b < 0) else hull(ZERO, ONE)


def _solutions(base: Any, units: Any, inside: Sequence[int]) -> Iterator[list[Scalar]]:
    """Yield weights in [0, 1] at which slopes may vanish: some solved for, the others 0 or 1."""
    number = len(units)
    solved = min(number, len(inside))
    if not all(isinstance(x, fmpq) for row in (base, *units) for x in row):
        return
    for some, rows in itertools.product(
        itertools.combinations(range(number), solved), itertools.combinations(inside, solved)
    ):
        others = [k for k in range(number) if k not in some]
        for rest in itertools.product((ZERO, ONE), repeat=len(others)):
            weights: list[Scalar] = [ZERO] * number
            for k, weight in zip(others, rest, strict=True):
                weights[k] = weight
            left = [
                -base[r] - sum((weights[k] * (units[k][r] - base[r]) for k in others), ZERO)
                for r in rows
            ]
            matrix = fmpq_mat(solved, solved, [units[k][r] - base[r] for r in rows for k in some])
            if not solved or matrix.det() == 0:
                continue
            solution = matrix.solve(fmpq_mat(solved, 1, left))
            for place, k in enumerate(some):
                weights[k] = solution[place, 0]
            if all(0 <= weight <= 1 for weight in weights):
                yield weights


def _least(*numbers: Scalar) -> Scalar:
    """Return a lower bound of several scalars."""
    return min(n if isinstance(n, fmpq) else n.lower() for n in numbers)


def side_of(side: tuple[float, float]) -> Scalar:
    """Return a scalar that holds one side of a cell, exactly if it is a single point.

    Examples
    --------
    >>> side_of((0.0, 0.0)), side_of((0.0, 0.5)).contains(arb(0.25))
    (0, True)
    """
    low, high = side
    if low == high:
        return fmpq(int(low)) if low in (0.0, 1.0) else arb(low)
    return arb(low).union(arb(high))


def _end(t: Scalar) -> int:
    """Return -1 for a move exactly at its lower end, 1 at its upper, 0 if at neither."""
    if not isinstance(t, fmpq):
        return 0
    return -1 if t == 0 else int(t == 1)


def _outwards(t: Scalar, slope: Scalar) -> bool:
    """Whether a move is at an end and the slope there does not point inwards."""
    end = _end(t)
    return bool((end < 0 and slope <= 0) or (end > 0 and slope >= 0))


def _around(t: Scalar, reach: float) -> tuple[float, float]:
    middle = float(arb(t).mid())
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
