r"""Equilibria of aggregative games: solutions to 70 digits, deviations, every image.

Steps
-----
1. The search over the aggregate (`pigou.solvers.aggregative`) hands over a cell of s, clean
   branches and a spread of the players over them, for which F has at most one zero.
2. Newton's method in arb at 333 bits for s and the move of each branch together. If fractions with
   small denominators near the limit solve the conditions exactly, they are the solution.
3. Otherwise, with B a ball around s and T around the move of a branch, the move is enclosed by
   :math:`N = t - g(t, B)/g_t(T, B)`. If N lies inside T, for every s in B there is exactly one
   consistent move in T; then :math:`s - F(s)/F'(B)` has to lie inside B, which proves a zero of F
   (interval Newton). Both have to lie in the cell and the branches: it is the one solution there.
4. A player's best deviation is bounded in :math:`U(t, R + \varphi(t))`, R the sum of its rivals
   (`pigou.solvers.deviation`), once for each branch of each kind.
5. Players of one kind are identical, so that the images of a solution under all arrangements of
   them over the branches are solutions, with the same replies.

Source: those of `pigou.solvers.aggregative`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from flint import arb, fmpq

from pigou.deadline import stops
from pigou.exact import Enclosure
from pigou.solvers.aggregate_form import (
    AGGREGATE,
    OWN,
    AggregateForm,
    Conditions,
    Kind,
    aggregate_form,
)
from pigou.solvers.aggregative import Branch, Cell, Line, Spread, search
from pigou.solvers.deviation import Reply, best_reply
from pigou.solvers.first_order import INTERIOR, LOWER, UPPER, FirstOrder
from pigou.solvers.refine import doubles, simplest_between
from pigou.solvers.roots import ball_to_enclosure, working_precision
from pigou.solvers.smooth_form import SmoothForm
from pigou.solvers.smooth_games import (
    NEGLIGIBLE,
    Candidate,
    Smooth,
    Unresolved,
    short,
    smooth_equilibria,
)
from pigou.solvers.symmetry import MOST_IMAGES, multiset

__all__ = ["aggregative_equilibria", "equilibria_of_continuous"]

_RIVALS = sp.Symbol("r", real=True)
_STEPS = 40
_SETTLED = arb(2) ** -300
_NEAR = arb(2) ** -200
_BALL_T, _BALL_S = arb(2) ** -270, arb(2) ** -290
_FEW = 4
_MOST_PLACES = 20


class _Solution(NamedTuple):
    """A solution: the aggregate and, for each branch that is used, the move."""

    line: Line
    aggregate: Any
    moves: dict[tuple[int, int], Any]
    label: dict[tuple[int, int], int]
    exact: bool


def equilibria_of_continuous(form: SmoothForm) -> Smooth:
    """Find all pure equilibria of a smooth game: by its aggregate, if it has one, or else in full.

    Where the search over the aggregate leaves something open in a game of at most four players, the
    full search is made, and the answer that leaves less is returned.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> moves = [Move(f"x{k}", f"p{k}", (0, 2)) for k in range(3)]
    >>> payoffs = {f"p{k}": f"x{k}*(4 - x0 - x1 - x2)" for k in range(3)}
    >>> game = Game("oligopoly", [Player(p) for p in payoffs], moves, payoffs)
    >>> found = equilibria_of_continuous(smooth_form(game))
    >>> [one.values for one in found.equilibria], found.unresolved
    ([(Enclosure(1), Enclosure(1), Enclosure(1))], ())
    """
    structure = aggregate_form(form)
    if structure is None:
        return smooth_equilibria(form)
    found = aggregative_equilibria(form, structure)
    if found.unresolved and len(form.variables) <= _FEW and not stops()[0]:
        whole = smooth_equilibria(form)
        return whole if len(whole.unresolved) <= len(found.unresolved) else found
    return found


def aggregative_equilibria(form: SmoothForm, structure: AggregateForm) -> Smooth:
    """Find all pure equilibria of an aggregative game.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> moves = [Move(f"x{k}", f"p{k}", (0, 2)) for k in range(3)]
    >>> payoffs = {f"p{k}": f"x{k}*(3 - x0 - x1 - x2) - {k}*x{k}" for k in range(3)}
    >>> game = Game("oligopoly", [Player(p) for p in payoffs], moves, payoffs)
    >>> form = smooth_form(game)
    >>> found = aggregative_equilibria(form, aggregate_form(form))
    >>> [[str(v.lower) for v in one.values] for one in found.equilibria]
    [['4/3', '1/3', '0']]
    """
    kinds = [Conditions(kind) for kind in structure.kinds]
    solutions: list[_Solution] = []

    def tried(line: Line) -> bool | None:
        with working_precision():
            solution = _solve(kinds, line)
            if solution is not None and not any(_same(old, solution) for old in solutions):
                solutions.append(solution)
        return None if solution is None else True

    found = search(kinds, tried)
    own = [_own_problem(kind) for kind in structure.kinds]
    equilibria, refuted, unresolved = [], [], []
    for solution in solutions:
        replies = {
            place: _reply(own[place[0]], kinds[place[0]], solution, place)
            for place in solution.moves
        }
        spreads = _images(structure.kinds, solution.line.spread)
        images = [
            _candidate(form, solution, replies, image)
            for image in itertools.islice(spreads, MOST_IMAGES)
        ]
        if images[0].better is not None:
            refuted += images
        elif all(_negligible(own[p[0]], solution, p, r) for p, r in replies.items()):
            equilibria += images
            more = _number(solution.line.spread) - len(images)
            if more:
                why = "more equilibria differ only in which of the identical players does what"
                why = f"{more:,} {why}; they are not listed"
                unresolved.append(Unresolved(images[0].values, why))
        else:
            why = "a first-order point where the gains from deviating could not be bounded"
            unresolved += [Unresolved(image.values, why) for image in images]
    limit = stops()[1]
    why = f"not settled: {limit or 'a continuum, a degenerate point, or too many cells'}"
    for cell in _merged(found.open):
        unresolved.append(Unresolved(_place(form, structure.kinds, cell), why))
    return Smooth(
        tuple(equilibria), tuple(refuted), tuple(unresolved), found.cells,
        f"search over {found.cells:,} cells of the one aggregate on which payoffs depend: each "
        "excluded, or shown to hold exactly one first-order point, and the best deviation of each "
        "player from each point bounded",
    )  # fmt: skip


# -- a solution to 70 digits --------------------------------------------------------------------


def _used(line: Line) -> list[tuple[tuple[int, int], Branch, int]]:
    """Return the branches that somebody is at, with how many are."""
    return [
        ((k, n), branch, line.spread[k][n])
        for k, own in enumerate(line.branches)
        for n, branch in enumerate(own)
        if line.spread[k][n]
    ]


def _solve(kinds: Sequence[Conditions], line: Line) -> _Solution | None:
    """Find and prove the solution of a spread in a cell; None where that fails."""
    limit = _newton(kinds, line)
    if limit is None:
        return None
    s, moves = limit
    return _exactly(kinds, line, s, moves) or _proved(kinds, line, s, moves)


def _newton(kinds: Sequence[Conditions], line: Line) -> tuple[Any, dict[Any, Any]] | None:
    """Run Newton's method for s and the moves together (step 2)."""
    used = _used(line)
    s = arb(line.cell.low / 2 + line.cell.high / 2)
    moves = {place: arb(branch.low / 2 + branch.high / 2) for place, branch, _ in used}
    for _ in range(_STEPS):
        total, slope = -s, arb(-1)
        steps: dict[tuple[int, int], Any] = {}
        for place, branch, count in used:
            g, g_t, g_s, part, part_t, _ = kinds[place[0]].tape.balls([moves[place], s])
            total += count * part
            if branch.side == 0:
                outwards = branch.clipped and (
                    (moves[place] == 0 and g <= 0) or (moves[place] == 1 and g >= 0)
                )
                steps[place] = (g, g_t, g_s) if not outwards else None
                if not outwards:
                    total -= count * part_t * g / g_t
                    slope -= count * part_t * g_s / g_t
        move = (-total / slope).mid()
        if not move.is_finite():
            return None
        change = abs(move)
        s = (s + move).mid()
        for place, branch, _ in used:
            if steps.get(place) is not None:
                g, g_t, g_s = steps[place]
                old = moves[place]
                new = (old - (g + g_s * move) / g_t).mid()
                if not new.is_finite():
                    return None
                moves[place] = new.max(arb(branch.low)).min(arb(branch.high)).mid()
                change = change.max(abs(moves[place] - old))
        if change < _SETTLED * abs(s).max(arb(1)):
            return s, moves
    return None


def _in_line(line: Line, s: Any, moves: dict[Any, Any]) -> bool:
    low, high = line.cell.wider
    return bool(arb(low) <= s and s <= arb(high)) and all(
        bool(arb(branch.low) <= moves[place] and moves[place] <= arb(branch.high))
        for place, branch, _ in _used(line)
    )


def _exactly(kinds: Sequence[Conditions], line: Line, s: Any, moves: Any) -> _Solution | None:
    """Try simple fractions: they solve all conditions exactly, or are none."""
    exact, total, label = {}, fmpq(0), {}
    for place, _, count in _used(line):
        near = ball_to_enclosure(moves[place] + arb(0, _NEAR))
        low, high = max(near.lower, Fraction(0)), min(near.upper, Fraction(1))
        if low > high:
            return None
        fraction = simplest_between(low, high)
        exact[place] = fmpq(fraction.numerator, fraction.denominator)
        part = kinds[place[0]].part.rationals([exact[place]])
        if part is None:
            return None
        total += count * part[0]
    for place, _, _ in _used(line):
        values = kinds[place[0]].tape.rationals([exact[place], total])
        if values is None:
            return None
        g, t = values[0], exact[place]
        if not (g == 0 or (t == 0 and g < 0) or (t == 1 and g > 0)):
            return None
        label[place] = LOWER if t == 0 else UPPER if t == 1 else INTERIOR
    balls = {place: arb(t) for place, t in exact.items()}
    if not _in_line(line, arb(total), balls):
        return None
    return _Solution(line, total, dict(exact), label, True)


def _proved(kinds: Sequence[Conditions], line: Line, s: Any, moves: Any) -> _Solution | None:
    """Prove a solution in balls (step 3)."""
    around = arb(s, _BALL_S * abs(s).max(arb(1)))
    total, slope, label, wide = -s, arb(-1), {}, {}
    for place, branch, count in _used(line):
        t, tape = moves[place], kinds[place[0]].tape
        at_end = branch.side or (branch.clipped and (t == 0 or t == 1))
        if at_end:
            g, _, _, part, _, _ = tape.balls([t, around])
            if not (g < 0 if t == 0 else g > 0):
                return None
            label[place], total = LOWER if t == 0 else UPPER, total + count * part
            continue
        ball = arb(t, _BALL_T)
        _, g_t, g_s, _, part_t, _ = tape.balls([ball, around])
        image = t - tape.balls([t, around])[0] / g_t
        if not ball.contains_interior(image):
            return None
        near = t - tape.balls([t, s])[0] / g_t
        total += count * tape.balls([near, s])[3]
        slope -= count * part_t * g_s / g_t
        label[place], wide[place] = INTERIOR, (t, g_t)
    image = s - total / slope
    if not around.contains_interior(image):
        return None
    final = {place: arb(moves[place]) for place, _, _ in _used(line)}
    for place, (t, g_t) in wide.items():
        final[place] = t - kinds[place[0]].tape.balls([t, image])[0] / g_t
    if not _in_line(line, image, final):
        return None
    return _Solution(line, image, final, label, False)


def _same(old: _Solution, new: _Solution) -> bool:
    """Whether a solution is the one in the cell and branches of another, with its spread."""
    low, high = old.line.cell.wider
    s = arb(new.aggregate)
    if not (arb(low) <= s and s <= arb(high)):
        return False
    counts = [[0] * len(own) for own in old.line.branches]
    for place, _, count in _used(new.line):
        t = arb(new.moves[place])
        for n, branch in enumerate(old.line.branches[place[0]]):
            if arb(branch.low) <= t and t <= arb(branch.high):
                counts[place[0]][n] += count
    return counts == [list(own) for own in old.line.spread]


# -- deviations ---------------------------------------------------------------------------------


def _own_problem(kind: Kind) -> FirstOrder:
    payoff = kind.payoff.xreplace({AGGREGATE: _RIVALS + kind.part})
    return FirstOrder([OWN, _RIVALS], [0], [payoff], True)


def _reply(own: FirstOrder, kind: Conditions, solution: _Solution, place: tuple[int, int]) -> Reply:
    """Compare a move with the best reply to what the rivals add up to (step 4)."""
    with working_precision():
        move = arb(solution.moves[place])
        if solution.exact:
            part = kind.part.rationals([solution.moves[place]])
            assert part is not None
            rivals = arb(solution.aggregate - part[0])
        else:
            rivals = solution.aggregate - kind.part.balls([move])[0]
        own.fixed({1: doubles(rivals)}, {1: rivals})
    return best_reply(own, [move], [solution.label[place]])


def _negligible(own: FirstOrder, solution: _Solution, place: tuple[int, int], reply: Reply) -> bool:
    """Whether a gain is none, or no more than what the precision of enclosures leaves open."""
    if reply.is_best:
        return True
    with working_precision():
        moves = (arb(solution.moves[place]), arb(0), arb(1))
        sizes = [abs(own.balls([move])[2] or arb(0)) for move in moves]
        size = max(
            (ball_to_enclosure(s).lower for s in sizes if s.is_finite()), default=Fraction(0)
        )
    return reply.gain.upper <= NEGLIGIBLE * size


# -- players ------------------------------------------------------------------------------------


def _number(spread: Spread) -> int:
    """Return how many arrangements of players a spread has."""
    return math.prod(
        math.factorial(sum(own)) // math.prod(math.factorial(n) for n in own) for own in spread
    )


def _images(kinds: Sequence[Kind], spread: Spread) -> Iterator[dict[int, tuple[int, int]]]:
    """Yield all ways to put players on branches: for each place, the branch of its kind."""
    orders = []
    for own in spread:
        row = [n for n, count in enumerate(own) for _ in range(count)]
        orders.append((row, len(own)))

    def rest(k: int) -> Iterator[dict[int, tuple[int, int]]]:
        if k == len(kinds):
            yield {}
            return
        for order in multiset(*orders[k]):
            mine = {m: (k, n) for m, n in zip(kinds[k].members, order, strict=True)}
            for others in rest(k + 1):
                yield {**mine, **others}

    return rest(0)


def _candidate(
    form: SmoothForm,
    solution: _Solution,
    replies: dict[tuple[int, int], Reply],
    image: dict[int, tuple[int, int]],
) -> Candidate:
    values, own = [], {}
    for k, owner in enumerate(form.owners):
        place = image[k]
        t = solution.moves[place]
        with working_precision():
            exact = solution.exact or solution.label[place] != INTERIOR
            value = ball_to_enclosure(arb(t))
            if solution.exact:
                value = Enclosure.point(Fraction(int(t.p), int(t.q)))
            elif exact:
                value = Enclosure.point(int(solution.label[place] == UPPER))
        values.append(form.scaled_back(k, short(value)))
        reply = replies[place]
        if reply.move is not None:
            better = form.scaled_back(k, Enclosure.point(reply.move[0])).lower
            reply = reply._replace(move=(better,))
        own[owner] = reply
    return Candidate(tuple(values), own)


# -- what is left -------------------------------------------------------------------------------


def _merged(cells: Sequence[Cell]) -> list[Cell]:
    """Join open cells that touch; into one where many are left."""
    joined: list[Cell] = []
    for cell in sorted(cells, key=lambda one: one.low):
        many = len(joined) >= _MOST_PLACES
        if joined and (cell.low <= joined[-1].high or many):
            old = joined.pop()
            boxes = tuple(
                _hull(one, other) for one, other in zip(old.boxes, cell.boxes, strict=True)
            )
            cell = Cell(old.low, max(old.high, cell.high), boxes)
        joined.append(cell)
    return joined


def _hull(one: Any, other: Any) -> Any:
    low = min(one[0].min(), other[0].min())
    return np.array([[low], [max(one[1].max(), other[1].max())]])


def _place(form: SmoothForm, kinds: Sequence[Kind], cell: Cell) -> tuple[Enclosure, ...]:
    """Return the moves that players may take in a cell."""
    found = [Enclosure.point(0)] * len(form.variables)
    for kind, boxes in zip(kinds, cell.boxes, strict=True):
        low, high = Fraction(float(boxes[0].min())), Fraction(float(boxes[1].max()))
        for place in kind.members:
            found[place] = form.scaled_back(place, Enclosure(low, high))
    return tuple(found)
