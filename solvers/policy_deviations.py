r"""Whether a first-order point is an equilibrium for every strength of a segment of a policy range.

Let x be the moves of player i in a tube, r those of its rivals in the hulls of the same tube, both
at any strength :math:`\sigma` of the segment.

Steps
-----
1. If :math:`u_i` is concave in i's own moves throughout (pivots of minus its second derivatives
   positive over cells of the own moves), every first-order point is a best reply: first over all
   strengths and rivals, then over each tube.
2. Else all own moves y are searched. A box of them is dropped if a derivative of :math:`u_i` has
   one sign in it and the end to which it points is not in it; if :math:`u_i` is concave on the
   smallest box that holds it and x (in those moves that are not the same throughout); or if
   :math:`u_i(y, r, \sigma) - u_i(x, r, \sigma) < 0`, by its mean-value form in y, x, r and
   :math:`\sigma` together. Other boxes are split.
3. If nothing is left, nobody gains at any strength of the segment: an equilibrium. If for one y the
   difference is positive for all strengths of the segment, it is none. Otherwise it stays open.

Source: E. Hansen and G. W. Walster (2004), Global Optimization Using Interval Analysis, chapter 12.
"""

from __future__ import annotations

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from pigou.deadline import time_is_up
from pigou.solvers.intervals import Ends, Floats
from pigou.solvers.policy_system import PolicySystem, difference
from pigou.solvers.quick_intervals import QuickTape, add, multiply
from pigou.solvers.tape import Tape
from pigou.solvers.tubes import Tubes

__all__ = ["BEATEN", "BEST", "OPEN", "Deviations"]

OPEN, BEST, BEATEN = range(3)

_ROUNDS = 24
_MOST = 60_000
_CELLS = 2


class Deviations:
    """The best deviations of all players of a system.

    Examples
    --------
    >>> import numpy as np
    >>> from pigou.solvers.tubes import prove
    >>> t, s = sp.symbols("t s", real=True)
    >>> system = PolicySystem([t], s, ["ann"], {"ann": (1 + s) * t / 4 - t**2 / 2})
    >>> edges = np.array([0.0]), np.array([1.0])
    >>> label = np.array([[3]], dtype=np.int8)
    >>> tubes, _ = prove(system, np.array([[0.375], [0.5]]), label, np.array([0]), edges)
    >>> Deviations(system).verdicts(tubes, edges).tolist() == [BEST]
    True
    """

    def __init__(self, system: PolicySystem):
        self.system = system
        self.own = {
            player: [k for k, owner in enumerate(system.owners) if owner == player]
            for player in dict.fromkeys(system.owners)
        }
        self.players = [player for player in self.own if not self._always_concave(player)]
        self._tapes: dict[str, QuickTape] = {}

    def _always_concave(self, player: str) -> bool:
        m = self.system.size
        low, high = np.zeros((m + 1, 1)), np.ones((m + 1, 1))
        cells = self._cells(player, low, high, 4)
        return bool(self._concave(player, *cells).all())

    def _cells(self, player: str, low: Floats, high: Floats, parts: int) -> tuple[Floats, Floats]:
        """Cut the own moves of boxes (m + 1, n), from 0 to 1, into cells; the cells last."""
        own = self.own[player]
        places = np.array(list(np.ndindex(*(parts,) * len(own)))).T / parts
        number = places.shape[1]
        cells = np.repeat(low, number, axis=1), np.repeat(high, number, axis=1)
        cells[0][own] = np.tile(places, low.shape[1])
        cells[1][own] = np.tile(places + 1 / parts, low.shape[1])
        return cells

    def _concave(self, player: str, low: Floats, high: Floats) -> NDArray[np.bool_]:
        """Say where the player's payoff is concave in those own moves that are not fixed."""
        with np.errstate(all="ignore"):
            over = self.system.enclosed(low, high)
        own = self.own[player]
        fixed = low[own] == high[own]
        either = fixed[:, None] | fixed[None, :]
        unit = -np.eye(len(own))[:, :, None]
        h = (np.where(either, unit, end[np.ix_(own, own)]) for end in over.h)
        return _is_negative((next(h), next(h))) & ~over.left

    def verdicts(self, tubes: Tubes, edges: Ends) -> NDArray[np.int8]:
        """Return for each tube whether it is an equilibrium throughout its segment.

        Parameters
        ----------
        tubes : Tubes
            That are counted.
        edges : pair of arrays
            The ends of the segments.

        Returns
        -------
        array of int (tubes,)
            `BEST`, `BEATEN` or `OPEN`.
        """
        low = np.vstack([np.clip(tubes.hull[0], 0, 1), edges[0][tubes.segment][None]])
        high = np.vstack([np.clip(tubes.hull[1], 0, 1), edges[1][tubes.segment][None]])
        result = np.full(tubes.number, BEST, dtype=np.int8)
        for player in self.players:
            places = np.flatnonzero(result != BEATEN)
            if not len(places):
                break
            cells = self._cells(player, low[:, places], high[:, places], 4)
            concave = self._concave(player, *cells).reshape(len(places), -1).all(axis=1)
            places = places[~concave]
            if len(places):
                answer = self._searched(player, low[:, places], high[:, places])
                result[places] = np.where(
                    answer == BEATEN, BEATEN, np.where(answer == OPEN, OPEN, result[places])
                )
        return result

    def best_about(self, points: Floats, parts: int = 33) -> NDArray[np.bool_]:
        """Say, in doubles and without proof, from which points (m + 1, n) nobody gains."""
        good = np.ones(points.shape[1], dtype=bool)
        for player in self.players:
            own = self.own[player]
            number = parts if len(own) == 1 else max(3, int(2000 ** (1 / len(own))))
            grid = np.array(list(np.ndindex(*(number,) * len(own)))).T / (number - 1)
            tried = np.repeat(points, grid.shape[1], axis=1)
            tried[own] = np.tile(grid, points.shape[1])
            tape = self._tape(player).tape
            values = tape.floats(tried)[0].reshape(points.shape[1], -1)
            there, here = values.max(axis=1), tape.floats(points)[0]
            if len(own) == 1:
                there = _at_peaks(tape, points, own[0], values, there)
            good &= there <= here + 1e-9 * (1 + np.abs(here))
        return good

    # -- searching all own moves ----------------------------------------------------------------

    def _tape(self, player: str) -> QuickTape:
        """Return the tape of the payoff and its derivatives by every variable and the strength."""
        if player not in self._tapes:
            system = self.system
            everything = [*system.variables, system.strength]
            payoff = system.payoffs[player]
            slopes = [sp.diff(payoff, v) for v in everything]
            self._tapes[player] = QuickTape(Tape([payoff, *slopes], everything))
        return self._tapes[player]

    def _searched(self, player: str, low: Floats, high: Floats) -> NDArray[np.int8]:
        """Bound the best deviation from points in boxes (m + 1, n), one of n questions each."""
        own, n = self.own[player], low.shape[1]
        answer = np.full(n, BEST, dtype=np.int8)
        question = np.arange(n)
        parts = 8 if len(own) == 1 else _CELLS
        cells = self._cells(player, low, high, parts)
        question = np.repeat(question, cells[0].shape[1] // n)
        y = cells[0][own], cells[1][own]
        for _ in range(_ROUNDS):
            if not len(question) or len(question) > _MOST or time_is_up():
                break
            width = (y[1] - y[0]).max(axis=0)
            with np.errstate(all="ignore"):
                y, keep, better = self._looked(player, y, low[:, question], high[:, question])
            answer[question[better]] = BEATEN
            keep &= answer[question] != BEATEN
            keep_narrow = keep & (width < 2.0**-16)
            answer[question[keep_narrow]] = OPEN
            keep &= answer[question] == BEST
            y, question = (y[0][:, keep], y[1][:, keep]), question[keep]
            y, question = _halved(y, question)
        answer[question] = OPEN
        return answer

    def _looked(
        self, player: str, y: Ends, low: Floats, high: Floats
    ) -> tuple[Ends, NDArray[np.bool_], NDArray[np.bool_]]:
        """Look at boxes of own moves: return them on their faces, which to keep, which are better.

        `low` and `high` are the boxes of all moves and the strength at the point in question.
        """
        own = self.own[player]
        tape, n = self._tape(player), low.shape[1]
        centre = low + (high - low) / 2
        middle = y[0] + (y[1] - y[0]) / 2

        def put(box: Floats, moves: Floats) -> Floats:
            box = box.copy()
            box[own] = moves
            return box

        sides = [
            (put(low, y[0]), put(high, y[1])),
            (low, high),
            (put(low, middle), put(high, middle)),
            (put(centre, middle),) * 2,
            (centre, centre),
        ]
        below, above, outside = tape.intervals(*(np.hstack([s[k] for s in sides]) for k in (0, 1)))

        def part(k: int) -> Ends:
            return below[:, k * n : (k + 1) * n], above[:, k * n : (k + 1) * n]

        there, here, point, at_there, at_here = (part(k) for k in range(5))
        undefined = outside.reshape(5, n).any(axis=0)
        base = difference((at_there[0][0], at_there[1][0]), (at_here[0][0], at_here[1][0]))
        away = difference((low, high), (centre, centre))
        rest = self._rest(own, there, here, base, away)
        deviation = difference(y, (middle, middle))
        for place, k in enumerate(own):
            step = deviation[0][place], deviation[1][place]
            rest = add(rest, multiply((there[0][k + 1], there[1][k + 1]), step))
        natural = difference((there[0][0], there[1][0]), (here[0][0], here[1][0]))
        worse = np.minimum(rest[1], natural[1]) < 0
        gain = self._rest(own, point, here, base, away)
        better = (gain[0] > 0) & ~undefined
        keep = ~(worse & ~undefined)
        y = y[0].copy(), y[1].copy()
        for place, k in enumerate(own):
            rising = (there[0][k + 1] > 0) & ~undefined
            falling = (there[1][k + 1] < 0) & ~undefined
            keep &= ~(rising & (y[1][place] < 1)) & ~(falling & (y[0][place] > 0))
            y[0][place] = np.where(rising, 1.0, y[0][place])
            y[1][place] = np.where(falling, 0.0, y[1][place])
        y = np.minimum(y[0], y[1]), np.maximum(y[0], y[1])
        joint = np.minimum(put(low, y[0]), low), np.maximum(put(high, y[1]), high)
        keep &= ~self._concave(player, *joint)
        return y, keep, better

    @staticmethod
    def _rest(own: list[int], there: Ends, here: Ends, base: Ends, away: Ends) -> Ends:
        """Add to the gain at the centre what the point, the rivals and the strength may change."""
        for k in range(len(away[0])):
            slope = here[0][k + 1], here[1][k + 1]
            if k in own:
                change = -slope[1], -slope[0]
            else:
                change = difference((there[0][k + 1], there[1][k + 1]), slope)
            base = add(base, multiply(change, (away[0][k], away[1][k])))
        return base


def _at_peaks(tape: Tape, points: Floats, own: int, values: Floats, best: Floats) -> Floats:
    """Look closer around each peak of a player's payoffs on a grid of its one move."""
    parts = values.shape[1]
    beside = np.pad(values, ((0, 0), (1, 1)), constant_values=-np.inf)
    point, place = np.nonzero((values >= beside[:, :-2]) & (values >= beside[:, 2:]))
    best, middle, reach = best.copy(), place / (parts - 1), 1 / (parts - 1)
    for _ in range(5):
        grid = np.clip(middle[:, None] + reach * np.linspace(-1, 1, 9), 0, 1)
        tried = np.repeat(points[:, point], 9, axis=1)
        tried[own] = grid.reshape(-1)
        found = tape.floats(tried)[0].reshape(-1, 9)
        np.maximum.at(best, point, found.max(axis=1))
        middle = np.take_along_axis(grid, found.argmax(axis=1)[:, None], axis=1)[:, 0]
        reach /= 4
    return best


def _halved(y: Ends, question: NDArray[np.intp]) -> tuple[Ends, NDArray[np.intp]]:
    """Halve boxes across their widest move."""
    n = np.arange(len(question))
    axis = np.argmax(y[1] - y[0], axis=0)
    cut = y[0][axis, n] + 0.4921875 * (y[1][axis, n] - y[0][axis, n])
    first, second = y[1].copy(), y[0].copy()
    first[axis, n], second[axis, n] = cut, cut
    return (np.hstack([y[0], second]), np.hstack([first, y[1]])), np.tile(question, 2)


def _is_negative(h: Ends) -> NDArray[np.bool_]:
    """Say which interval matrices (p, p, n) are negative definite (semidefinite for p = 1)."""
    p = h[0].shape[0]
    if p == 1:
        return h[1][0, 0] <= 0
    rows = [[(-h[1][i, k], -h[0][i, k]) for k in range(p)] for i in range(p)]
    good = np.ones(h[0].shape[2], dtype=bool)
    for i in range(p):
        pivot = rows[i][i]
        good &= pivot[0] > 0
        safe = np.where(pivot[0] > 0, pivot[0], 1.0), np.where(pivot[0] > 0, pivot[1], 1.0)
        inverse = np.nextafter(1 / safe[1], -np.inf), np.nextafter(1 / safe[0], np.inf)
        for k in range(i + 1, p):
            factor = multiply(rows[k][i], inverse)
            rows[k] = [
                difference(b, multiply(factor, a)) for a, b in zip(rows[i], rows[k], strict=True)
            ]
    return good
