r"""Logit equilibrium of a finite game on the principal branch, by arc-length continuation.

In a logit equilibrium of precision :math:`\lambda` every player chooses action a with probability
proportional to :math:`\exp(\lambda u_a(x))`, given the others' mixtures (McKelvey and Palfrey
1995). The *principal branch* starts at the centroid, where :math:`\lambda = 0`; in almost every
game it is a curve that leads to one equilibrium as :math:`\lambda \to \infty` (same, theorem 3).
Members of a group play one mixture.

Steps
-----
1. In logarithms :math:`y = \log x`, with the payoffs u of all actions
   (`pigou.solvers.mixed_payoffs`), the curve is the solution of
   :math:`y_a - y_1 - \lambda (u_a - u_1) = 0` for every further action a of every group and
   :math:`\sum_a e^{y_a} = 1` for every group (Turocy 2005).
2. Predict along the tangent, the null vector of the Jacobian, oriented as the one before; at the
   start it points to larger :math:`\lambda`. Payoffs are scaled to a range of 1.
3. Correct by Newton's method orthogonally to the tangent. The step is halved if Newton's method
   does not contract quickly or the tangent turns by more than about 18 degrees; it grows again
   where corrections are small.
   The determinant of the Jacobian bordered by the tangent keeps its sign along a curve: a step that
   changes it has jumped to another piece, and is halved. If it still does at 1e-5 the curve is
   taken to cross another there, as it may in a symmetric game; it is followed straight on, and
   that is said. (A curve that passes another more closely cannot be told from one that crosses
   it.) Where steps so short fail next to a crossing, a step of up to 2e-3 that led over it is
   taken. Where three choices are alike, curves cross two at a time, and the sign stays. Then two
   real eigenvalues of the derivative of :math:`y - \log \ell_\lambda(e^y)`, with
   :math:`\ell_\lambda` the logit response, pass 0 at once; this is looked for in the same way.
4. Where :math:`\lambda` first passes the one asked for, solve for the point at exactly that
   :math:`\lambda`. The curve may turn back and pass it again; the first passage is taken. Where the
   curve turns back between two points that have not reached :math:`\lambda`, halving finds how far
   it went between them: it may have passed :math:`\lambda` there.
5. With ``fine=True`` the curve is followed in short steps, so that what lies between two points can
   be told from them: the tangent turns by at most about 6 degrees, and the precision, times the
   range of payoffs, changes by at most a twentieth of itself plus 1/20.
6. What is returned is held against the definition: the largest difference between x and the
   logit response to x has to be below 1e-9. If the curve cannot be followed so far, the furthest
   :math:`\lambda` is said and nothing is returned; nor is it where rounding, which :math:`\lambda`
   multiplies, leaves more than that at the :math:`\lambda` asked for.

Numerical: nothing is enclosed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from pigou.deadline import time_is_up
from pigou.solvers.form import FiniteForm
from pigou.solvers.mixed_payoffs import MixedPayoffs, mixed_payoffs

__all__ = ["Logit", "LogitCurve", "Place", "logit_branch", "logit_equilibrium", "logit_response"]

_MOST_STEPS = 20_000
_SHORTEST, _LONGEST = 1e-10, 1e300
_STRAIGHT = 0.95
_FINE, _PACE = 0.995, 0.05
_CROSSING, _OVER = 1e-5, 0.02
_LEAP, _LOST, _SOON = 2e-3, 1e-7, 100
_HALVINGS, _STEEP = 60, 0.05
_RESIDUAL = 1e-9
_ROUGH = 1e7

Array = Any


class Logit(NamedTuple):
    """A logit equilibrium, or how far the branch was followed.

    Attributes
    ----------
    mixtures : tuple of tuple of float, or None
        Of every group; None if the precision was not reached, or the point is not known well.
    precision : float
        The precision reached.
    steps : int
    residual : float
        The largest difference from the logit response.
    turns : int
        How often the curve turned back in precision before.
    crossings : int
        How often it crossed another curve, where "the" branch is not unique.
    """

    mixtures: tuple[tuple[float, ...], ...] | None
    precision: float
    steps: int
    residual: float
    turns: int
    crossings: int


def logit_response(payoffs: MixedPayoffs, mixtures: Array, precision: float) -> Array:
    """Return the logit response to every row of mixtures.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> payoffs = mixed_payoffs(finite_form(load("coordination").game))
    >>> logit_response(payoffs, np.array([[0.3, 0.7]]), 0.0).tolist()
    [[0.5, 0.5]]
    """
    utility = payoffs.scaled(precision) * payoffs(mixtures)
    response = np.empty_like(utility)
    for block in payoffs.blocks:
        own = utility[:, block]
        weights = np.exp(own - own.max(axis=1, keepdims=True))
        response[:, block] = weights / weights.sum(axis=1, keepdims=True)
    return response


def logit_equilibrium(form: FiniteForm, precision: float) -> Logit:
    """Follow the principal branch of the logit correspondence to a precision.

    Parameters
    ----------
    form : FiniteForm
    precision : float
        At least 0, in one over the unit of payoffs.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> found = logit_equilibrium(finite_form(load("coordination").game), 5.0)
    >>> [round(share, 4) for share in found.mixtures[0]]
    [0.7478, 0.2522]
    """
    payoffs = mixed_payoffs(form)
    target = payoffs.scaled(precision)
    curve = LogitCurve(payoffs, target)
    point, _ = curve.follow()
    reached = precision if curve.arrived else float(precision * (point[-1] / target))
    found = _read(payoffs, point, reached, curve)
    well = curve.arrived and found.residual <= _RESIDUAL
    return found if well else found._replace(mixtures=None)


def logit_branch(form: FiniteForm, precision: float) -> tuple[list[Logit], bool]:
    """Return points along the principal branch, in order, up to a precision.

    Parameters
    ----------
    form : FiniteForm
    precision : float
        At least 0. The branch may turn back and pass a precision several times; it ends where it
        first reaches this one.

    Returns
    -------
    points : list of Logit
    arrived : bool
        Whether the last of them is at the precision asked for.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> points, arrived = logit_branch(finite_form(load("coordination").game), 5.0)
    >>> points[0].mixtures, round(points[-1].mixtures[0][1], 4), arrived
    (((0.5, 0.5),), 0.2522, True)
    """
    payoffs = mixed_payoffs(form)
    target = payoffs.scaled(precision)
    curve = LogitCurve(payoffs, target, fine=True)
    points: list[Logit] = []
    before: Place | None = None
    for place in curve.walk():
        if before is not None and (end := curve.passed_by(before, place)) is not None:
            found = curve.passage(before, end, target)
            if found is not None:
                points.append(_read(payoffs, found, precision, curve))
            return points, found is not None
        if place.point[-1] < 0:
            break
        reached = precision * (place.point[-1] / target) if target else 0.0
        points.append(_read(payoffs, place.point, float(reached), curve))
        before = place
        if target == 0:
            return points, True
    return points, False


def _read(payoffs: MixedPayoffs, point: Array, precision: float, curve: LogitCurve) -> Logit:
    """Read the mixtures of a point, and hold them against the definition."""
    mixtures = np.exp(point[:-1])
    for block in payoffs.blocks:
        mixtures[block] /= mixtures[block].sum()
    residual = float(np.abs(logit_response(payoffs, mixtures[None], precision)[0] - mixtures).max())
    shares = tuple(tuple(map(float, mixtures[block])) for block in payoffs.blocks)
    return Logit(shares, precision, curve.steps, residual, curve.turns, curve.crossings)


def _rows(payoffs: MixedPayoffs) -> tuple[Array, Array, list[int]]:
    """Return what takes differences to the first action; the members; where sums stand.

    In every group the differences are followed by a row of zeros, for the sum.
    """
    gaps = np.zeros((payoffs.size, payoffs.size))
    members = np.zeros((len(payoffs.blocks), payoffs.size))
    for row, block in zip(members, payoffs.blocks, strict=True):
        row[block] = 1
        for a in range(block.start + 1, block.stop):
            gaps[a - 1, a], gaps[a - 1, block.start] = 1, -1
    return gaps, members, [block.stop - 1 for block in payoffs.blocks]


class Place(NamedTuple):
    """A point of the curve: logarithms of all mixtures and the scaled precision, and the tangent.

    Attributes
    ----------
    point, tangent : array of float
    turns, crossings : int
        How many lie before it.
    """

    point: Array
    tangent: Array
    turns: int
    crossings: int


class LogitCurve:
    """The principal branch up to a scaled precision.

    Attributes
    ----------
    arrived : bool
        Whether `follow` reached the precision.
    steps, turns, crossings : int
        How many there were so far.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> payoffs = mixed_payoffs(finite_form(load("coordination").game))
    >>> point, _ = LogitCurve(payoffs, 2.0).follow()
    >>> float(point[-1])
    2.0
    """

    def __init__(
        self, payoffs: MixedPayoffs, target: float, fine: bool = False, start: Array | None = None
    ):
        self.payoffs, self.target, self.fine, self.start = payoffs, target, fine, start
        self.arrived, self.steps, self.turns, self.crossings = False, 0, 0, 0
        self._gaps, self._members, self._sums = _rows(payoffs)
        self._counted: tuple[Array, tuple[int, int] | None] = (None, None)

    def follow(self) -> tuple[Array, int]:
        """Return the point at the precision, or the last one reached; and the number of steps."""
        if self.target == 0:
            self.arrived = True
            return self._start(), 0
        before: Place | None = None
        for place in self.walk():
            if before is not None and (end := self.passed_by(before, place)) is not None:
                found = self.passage(before, end, self.target)
                self.arrived = found is not None
                return (before.point if found is None else found), self.steps
            if place.point[-1] < 0:
                break
            before = place
        assert before is not None
        return before.point, self.steps

    def passed_by(self, before: Place, place: Place) -> Place | None:
        """Return a place by which the target is first passed between two; None if it is not."""
        if before.tangent[-1] > 0 > place.tangent[-1]:
            top = self.turn(before, place)
            if top is not None and top.point[-1] >= self.target:
                return top
        low, high = before.point[-1], place.point[-1]
        return place if (high - self.target) * (low - self.target) <= 0 else None

    def turn(self, one: Place, other: Place) -> Place | None:
        """Return the place between two, followed in opposite ways, where the curve turns back."""
        low, high, found = 0.0, float((other.point - one.point) @ one.tangent), None
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            there = self.between(one, middle)
            if there is None or not low < middle < high:
                break
            found = there
            same = there.tangent[-1] * one.tangent[-1] > 0
            low, high = (middle, high) if same else (low, middle)
        return found

    def passage(self, one: Place, other: Place, target: float) -> Array | None:
        """Return the point at exactly a scaled precision, between two places on either side.

        Next to a turn the chord is far from the curve; halving along the tangent leads there.
        """
        found = self.landed(one.point, other.point, target)
        if found is not None and abs(other.tangent[-1]) > _STEEP:
            return found
        low, high = 0.0, float((other.point - one.point) @ one.tangent)
        near, rises = None, other.point[-1] > one.point[-1]
        for _ in range(_HALVINGS):
            near = self.between(one, (low + high) / 2)
            if near is None:
                return found
            beyond = (near.point[-1] > target) == rises
            low, high = (low, (low + high) / 2) if beyond else ((low + high) / 2, high)
        exact = (
            None
            if near is None
            else self._newton(np.append(near.point[:-1], target), np.eye(len(near.point))[-1])
        )
        return found if exact is None else exact[0]

    def walk(self) -> Iterator[Place]:
        """Yield points of the curve in order, from the centroid on; end where it is lost.

        From another start than the centroid it is followed towards smaller precisions.
        """
        point = self._start()
        way = 1 if self.start is None else -1
        tangent = self._tangent(point, way * np.eye(len(point))[-1])
        if tangent is None:
            return
        yield Place(point, tangent, 0, 0)
        sign, length = self._sign(point, tangent), 0.02
        leap: tuple[tuple[Array, Array, int], int, int] | None = None
        while self.steps < _MOST_STEPS:
            self.steps += 1
            step = self._step(point, tangent, length)
            passed = 0 if step is None else self._passed(point, sign, step)
            if step is not None and passed and length > _CROSSING:
                leap = (step, passed, self.steps) if length <= _LEAP else leap
                step = None
            if step is None:
                length /= 2
                if leap is not None and length < _LOST and self.steps - leap[2] < _SOON:
                    (step, passed, _), leap, length = leap, None, _CROSSING
                elif length < _SHORTEST or time_is_up():
                    return
                else:
                    continue
            if passed:
                step, leap = self._crossed(point, tangent, step), None
                sign *= (-1) ** passed
            new, direction, effort = step
            yield Place(new, direction, self.turns, self.crossings)
            self.turns += int(direction[-1] * tangent[-1] < 0)
            point, tangent = new, direction
            length = min(length * (1.5 if effort <= 4 else 1.0), self._longest(point))

    def _longest(self, point: Array) -> float:
        return _PACE * (1 + abs(float(point[-1]))) if self.fine else _LONGEST

    def near(self, mixtures: Array) -> Array | None:
        """Return the point of a branch at the target, next to a Nash equilibrium; None if lost."""
        lost = self.target * self.payoffs(mixtures[None])[0]
        logs = np.log(np.maximum(mixtures, 1e-300))
        for block in self.payoffs.blocks:
            used = mixtures[block] > 0
            logs[block] = np.where(used, logs[block], lost[block] - lost[block].max())
            logs[block] -= np.logaddexp.reduce(logs[block])
        with np.errstate(over="ignore", invalid="ignore"):
            found = self._newton(np.append(logs, self.target), np.eye(len(logs) + 1)[-1])
        return None if found is None else found[0]

    def _start(self) -> Array:
        if self.start is not None:
            return self.start
        blocks = self.payoffs.blocks
        start = [np.full(b.stop - b.start, -np.log(b.stop - b.start)) for b in blocks]
        return np.concatenate([*start, [0.0]])

    def between(self, place: Place, length: float) -> Place | None:
        """Return the point at a distance along the tangent at a place; None if there is none."""
        corrected = self._newton(place.point + length * place.tangent, place.tangent)
        if corrected is None:
            return None
        tangent = self._tangent(corrected[0], place.tangent)
        return None if tangent is None else place._replace(point=corrected[0], tangent=tangent)

    def _step(self, point: Array, tangent: Array, length: float) -> tuple[Array, Array, int] | None:
        """Take one step: the new point, its tangent, the number of corrections."""
        guess = point + length * tangent
        corrected = self._newton(guess, tangent)
        if corrected is None:
            return None
        new, effort = corrected
        direction = self._tangent(new, tangent)
        least = _FINE if self.fine else _STRAIGHT
        straight = direction is not None and direction @ tangent > least
        near = np.abs(new - guess).max() <= 0.5 * length
        return (new, direction, effort) if straight and near else None

    def _passed(self, point: Array, sign: float, step: tuple[Array, Array, int]) -> int:
        """Return how many eigenvalues pass 0 on a step, as far as can be told; 1 if it is odd."""
        if self._sign(step[0], step[1]) != sign:
            return 1
        if self.payoffs.size - len(self.payoffs.blocks) < 2:
            return 0
        before = self._counted[1] if self._counted[0] is point else self._negative(point)
        after = self._negative(step[0])
        self._counted = (step[0], after)
        if before is None or after is None:
            return 0
        (real, all_), (real_after, all_after) = before, after
        change = real_after - real
        return abs(change) if change % 2 == 0 and change == all_after - all_ else 0

    def _negative(self, point: Array) -> tuple[int, int] | None:
        """Count negative eigenvalues, and those with negative real parts; None if too rough."""
        slopes = point[-1] * self.payoffs.slopes(point[:-1])
        shares = np.exp(point[:-1])
        for block in self.payoffs.blocks:
            slopes[block] -= shares[block] @ slopes[block]
        if not np.abs(slopes).max() < _ROUGH:
            return None
        values = np.linalg.eigvals(np.eye(len(shares)) - slopes)
        below = values[values.real < 0]
        return int((np.abs(below.imag) < 1e-6 * (1 + np.abs(below))).sum()), len(below)

    def _crossed(
        self, point: Array, tangent: Array, step: tuple[Array, Array, int]
    ) -> tuple[Array, Array, int]:
        """Step over a crossing, far enough from it for the Jacobian to be regular again."""
        self.crossings += 1
        far = self._step(point, tangent, _OVER)
        return step if far is None else far

    def landed(self, point: Array, new: Array, target: float) -> Array | None:
        """Solve for the point at exactly a scaled precision, between two points of the curve."""
        share = (target - point[-1]) / (new[-1] - point[-1])
        guess = point + share * (new - point)
        guess[-1] = target
        found = self._newton(guess, np.eye(len(point))[-1])
        if found is None or np.abs(found[0] - guess).max() > np.abs(new - point).max():
            return None
        return found[0]

    def curvature(self, place: Place) -> tuple[Array, Array]:
        r"""Return the first and second derivatives of log mixtures in the scaled precision.

        With y' and y'' for them, u for payoffs and differences taken to the first action,

        .. math:: y'' - \lambda D y'' = 2 D y' + \lambda B, \qquad
                  \sum_a e^{y_a} (y''_a + y_a'^2) = 0,

        where D holds the slopes of payoffs and B their second derivatives along y'.
        """
        logs, precision = place.point[:-1], place.point[-1]
        pace = place.tangent[:-1] / place.tangent[-1]
        matrix = self._jacobian(place.point)[:, :-1]
        push = 2 * self.payoffs.slopes(logs) @ pace + precision * self.payoffs.bends(logs, pace)
        sides = []
        for block in self.payoffs.blocks:
            own = push[block]
            sides += [own[1:] - own[0], [-(np.exp(logs[block]) @ pace[block] ** 2)]]
        return pace, np.linalg.solve(matrix, np.concatenate(sides))

    def _newton(self, guess: Array, normal: Array) -> tuple[Array, int] | None:
        """Correct a guess in the plane through it with a normal."""
        point, last = guess.copy(), np.inf
        for effort in range(1, 8):
            residual = np.append(self._value(point), normal @ (point - guess))
            matrix = np.vstack([self._jacobian(point), normal])
            try:
                change = np.linalg.solve(matrix, -residual)
            except np.linalg.LinAlgError:
                return None
            size = float(np.abs(change).max())
            if not np.isfinite(size) or size > max(0.5 * last, 1e-9):
                return None
            point, last = point + change, size
            if size < 1e-10 * (1 + np.abs(point).max()):
                return point, effort
        return None

    def _value(self, point: Array) -> Array:
        logs, precision = point[:-1], point[-1]
        value = self._gaps @ (logs - precision * self.payoffs.at_logs(logs[None])[0])
        value[self._sums] = self._members @ np.exp(logs) - 1
        return value

    def _jacobian(self, point: Array) -> Array:
        logs, precision = point[:-1], point[-1]
        matrix = np.empty((len(logs), len(point)))
        matrix[:, :-1] = self._gaps - self._gaps @ (precision * self.payoffs.slopes(logs))
        matrix[:, -1] = -(self._gaps @ self.payoffs.at_logs(logs[None])[0])
        matrix[self._sums, :-1] = self._members * np.exp(logs)
        return matrix

    def _sign(self, point: Array, tangent: Array) -> float:
        """Return the sign of the determinant of the bordered Jacobian."""
        return float(np.linalg.slogdet(np.vstack([self._jacobian(point), tangent]))[0])

    def _tangent(self, point: Array, before: Array) -> Any:
        """Return the unit tangent that points the way of the one before."""
        matrix = np.vstack([self._jacobian(point), before])
        try:
            line = np.linalg.solve(matrix, np.eye(len(point))[-1])
        except np.linalg.LinAlgError:
            return None
        size = float(np.linalg.norm(line))
        return line / size if np.isfinite(size) else None
