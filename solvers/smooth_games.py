r"""All pure equilibria of a game with continuous, simultaneous moves of single players.

Steps
-----
1. Find all solutions of the first-order system of all players, each with a box in which it is the
   only one, and the boxes that could not be settled (`pigou.solvers.branch_and_prune`). Points at
   which a second derivative of the mover's payoff in its own move is positive are no best replies
   and are left out where that is noticed.
2. Refine each to 70 digits, or to rational numbers (`pigou.solvers.refine`). One that lies outside
   the intervals, or has the wrong sign of the derivative at an end, is none. One point found twice,
   as interior and at an end where the derivative is 0, is one.
3. A solution is only a candidate. For each player, its best reply among *all* its moves is
   bounded with the rivals held at their enclosures (`pigou.solvers.deviation`). The candidate is an
   equilibrium if each player's gain is proved to be exactly 0; it is refuted by one better move. A
   gain that is bounded by :math:`10^{-40}` of the size of the payoff but not known to be 0 (two
   best replies that tie) leaves an equilibrium as far as can be told, and says so.
4. The list is complete if no box and no candidate is left over. With a time limit, that limit and
   not the number of boxes ends the search (but for two million of them, which fill the memory).
5. Of identical players, only one order is searched; what is found is listed with all its images
   (`pigou.solvers.symmetry`).

Sources: those of the modules named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from flint import arb, fmpq

from pigou.deadline import is_limited, part_of_time, stops
from pigou.exact import Enclosure
from pigou.solvers.branch_and_prune import MOST_BOXES, Exploration, Isolated, explore
from pigou.solvers.clusters import Cluster, clusters, groups
from pigou.solvers.deviation import Optimum, Reply, best_reply, maximum
from pigou.solvers.first_order import INTERIOR, Boxes, FirstOrder
from pigou.solvers.outdone import Outdone
from pigou.solvers.refine import Refined, doubles, refined
from pigou.solvers.roots import ball_to_enclosure, working_precision
from pigou.solvers.smooth_form import SmoothForm, in_units
from pigou.solvers.symmetry import Classes, identical_players, in_order, orbits, spread

__all__ = [
    "NEGLIGIBLE",
    "Candidate",
    "Smooth",
    "Unresolved",
    "short",
    "smooth_equilibria",
    "smooth_optimum",
]

NEGLIGIBLE = Fraction(1, 10**40)
_MOST_KINKED = 3_000
_UNDEFINED = "a payoff or a derivative of it is not defined at all points"
_DIGITS = Fraction(2**200)
_MOST_WITH_LIMIT = 2_000_000
_SEARCH = 2 / 3


class Candidate(NamedTuple):
    """A solution of the first-order system, and how each player could deviate from it.

    Attributes
    ----------
    values : tuple of Enclosure
        The moves.
    replies : mapping of str to Reply
        For each player, its best deviation; moves in the game's own units.
    """

    values: tuple[Enclosure, ...]
    replies: Mapping[str, Reply]

    @property
    def is_proved(self) -> bool:
        """Whether it is proved to be an equilibrium."""
        return all(reply.is_best for reply in self.replies.values())

    @property
    def better(self) -> tuple[str, Reply] | None:
        """The player that gains most from deviating, where one is known to gain."""
        better = [(who, reply) for who, reply in self.replies.items() if reply.move is not None]
        return max(better, key=lambda item: item[1].gain.lower) if better else None


class Unresolved(NamedTuple):
    """Where further equilibria may be.

    Attributes
    ----------
    box : tuple of Enclosure
        The moves.
    why : str
        Why that is not known, or what is.
    gain : float
        No player gains more by deviating from a profile in the part that is open; infinite where
        that was not bounded.
    continuum : sympy expression or None
        In the scaled moves: where it is 0 in the box every profile is an equilibrium, and all
        equilibria of the part that is open are there.
    """

    box: tuple[Enclosure, ...]
    why: str
    gain: float = np.inf
    continuum: sp.Expr | None = None


class Smooth(NamedTuple):
    """What is known of the equilibria of a smooth game.

    Attributes
    ----------
    equilibria : tuple of Candidate
        Nobody gains: proved, or but for what is negligible.
    refuted : tuple of Candidate
        First-order points from which somebody gains by deviating.
    unresolved : tuple of Unresolved
    boxes : int
        How many boxes were looked at.
    how : str
        In words, how everything was searched, if not by branch and prune over boxes of all moves.
    """

    equilibria: tuple[Candidate, ...]
    refuted: tuple[Candidate, ...]
    unresolved: tuple[Unresolved, ...]
    boxes: int
    how: str = ""


def smooth_equilibria(form: SmoothForm, symmetry: bool = True) -> Smooth:
    """Find all pure equilibria of a smooth game.

    Parameters
    ----------
    form : SmoothForm
    symmetry : bool, optional
        Whether to look for identical players, and at one order of each class of them only. The
        answer is the same without, but takes longer.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> duopoly = Game(
    ...     "duopoly",
    ...     [Player("one"), Player("two")],
    ...     [Move("x", "one", (0, 2)), Move("y", "two", (0, 2))],
    ...     {"one": "x*(3 - x - y)", "two": "y*(3 - x - y)"},
    ... )
    >>> found = smooth_equilibria(smooth_form(duopoly))
    >>> [equilibrium.values for equilibrium in found.equilibria]
    [(Enclosure(1), Enclosure(1))]
    """
    system = _everybody(form)
    own = {player: _own(form, player) for player in form.payoffs}
    classes = identical_players(form) if symmetry else ()
    found = _explored(form, system, classes)
    points, vague = _distinct(system, found.roots)
    equilibria, refuted = [], []
    unresolved: list[Unresolved] = []
    for orbit in orbits(points, found.roots, classes):
        candidate = _candidate(form, own, orbit.point)
        images = orbit.relabelled(candidate, form.owners)
        if candidate.better is not None:
            refuted += images
        elif candidate.is_proved or _is_negligible(candidate, own, form, orbit.point):
            equilibria += images
            unresolved += [Unresolved(candidate.values, why) for why in orbit.doubts]
        else:
            why = "a first-order point where the gains from deviating could not be bounded"
            unresolved += [Unresolved(image.values, why) for image in images]
    for root in _not_refuted(form, own, system, vague):
        low, high = root.low[: system.moves], root.high[: system.moves]
        box = [(max(a, 0.0), min(b, 1.0)) for a, b in zip(low, high, strict=True)]
        why = "a first-order point at an end of an interval or a kink, a derivative about 0 or "
        why += "infinite there"
        unresolved += [Unresolved(image, why) for image in spread(_scaled(form, box), classes)]
    for left in _left(form, system, own, found.open, points):
        unresolved += [left._replace(box=image) for image in spread(left.box, classes)]
    return Smooth(tuple(equilibria), tuple(refuted), tuple(unresolved), found.boxes)


def smooth_optimum(form: SmoothForm) -> Optimum | None:
    """Find the moves with the largest total surplus; None where that could not be bounded.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> alone = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
    >>> smooth_optimum(smooth_form(alone)).points
    ((Enclosure(1),),)
    """
    if form.welfare is sp.nan:
        return None
    everybody = range(len(form.variables))
    objectives, switches = [form.welfare] * len(everybody), form.welfare_switches
    held = [everybody] * len(switches)
    found = maximum(FirstOrder(form.variables, everybody, objectives, True, switches, held))
    if found is None:
        return None
    points = tuple(
        tuple(form.scaled_back(k, value) for k, value in enumerate(point)) for point in found.points
    )
    return found._replace(points=points)


# -- systems ------------------------------------------------------------------------------------


def _everybody(form: SmoothForm) -> FirstOrder:
    """Return the first-order system of all players."""
    objectives = [form.payoffs[owner] for owner in form.owners]
    held = [form.own(switch.player) for switch in form.switches]
    variables = range(len(form.variables))
    return FirstOrder(form.variables, variables, objectives, False, form.switches, held)


def _explored(form: SmoothForm, system: FirstOrder, classes: Classes) -> Exploration:
    """Search for all solutions; with kinks, leave boxes out in which a player has a better move."""
    with part_of_time(_SEARCH):  # what is left of a time limit is for deviations
        if not form.switches:
            most = _MOST_WITH_LIMIT if is_limited() else MOST_BOXES
            return explore(system, most=most, wanted=in_order(classes))
        outdone = Outdone(form)
        return explore(system, most=_MOST_KINKED, wanted=lambda boxes: ~outdone(boxes))


def _own(form: SmoothForm, player: str) -> FirstOrder:
    """Return the first-order system of one player."""
    mine = form.own(player)
    switches = [form.switches[k] for k in form.own_switches(player)]
    objectives = [form.payoffs[player]] * len(mine)
    return FirstOrder(form.variables, mine, objectives, True, switches, [mine] * len(switches))


# -- candidates ---------------------------------------------------------------------------------


def _distinct(
    system: FirstOrder, roots: Sequence[Isolated]
) -> tuple[list[Refined], list[Isolated]]:
    """Refine solutions; return those that are one each, and those that cannot be told."""
    pairs = [(root, refined(system, root)) for root in roots]
    sure = [(r, p) for r, p in pairs if p is not None and p.inside and p.signs]
    sure.sort(key=lambda pair: -pair[0].label.count(INTERIOR))
    points: list[Refined] = []
    kept: list[Isolated] = []
    for root, point in sure:
        known = any(_is_same(system, other, point) for other in kept)
        if not known and not any(_is_one_profile(system, point, other) for other in points):
            points.append(point)
            kept.append(root)
    vague = [
        root
        for root, point in pairs
        if (point is None or (point.inside is not False and point.signs is not False))
        and not (point is not None and point.inside and point.signs)
        and not any(_is_same(system, root, known) for known in points)
    ]
    return points, vague


def _not_refuted(
    form: SmoothForm, own: Mapping[str, FirstOrder], system: FirstOrder, vague: Sequence[Isolated]
) -> Iterator[Isolated]:
    """Leave out what is no equilibrium, whether it is a first-order point or not."""
    for root in vague:
        point = refined(system, root)
        inside = point is not None and all(ball >= 0 and ball <= 1 for ball in point.balls)
        if point is None or not inside or _candidate(form, own, point).better is None:
            yield root


def _is_one_profile(system: FirstOrder, one: Refined, other: Refined) -> bool:
    """Whether two solutions differ in their switches at most."""
    if one.exact is None or other.exact is None:
        return False
    return one.exact[: system.moves] == other.exact[: system.moves]


def _is_same(system: FirstOrder, root: Isolated, point: Refined) -> bool:
    """Whether a point is the one solution in a root's box: it lies there and solves its system."""
    with working_precision():
        ends = [doubles(ball) for ball in point.balls]
    box = zip(root.low, root.high, ends, strict=True)
    if not all(low <= a and b <= high for low, high, (a, b) in box):
        return False
    if root.label == point.label:
        return True
    interior = [k for k, label in enumerate(root.label) if label == INTERIOR]
    with working_precision():
        g = system.balls(point.balls)[0]
        exact = None
        if point.exact is not None:
            exact = system.exactly([fmpq(q.numerator, q.denominator) for q in point.exact])
        return all(
            exact[k] == 0 if exact is not None else bool(g[k] == 0)
            for k in interior
            if point.label[k] != INTERIOR
        )


def _candidate(form: SmoothForm, own: Mapping[str, FirstOrder], point: Refined) -> Candidate:
    n = len(form.variables)
    exact = None
    if point.exact is not None:
        exact = [fmpq(q.numerator, q.denominator) for q in point.exact]
    replies = {}
    for player, system in own.items():
        mine = form.own(player)
        others = [k for k in range(n) if k not in mine]
        rows = [*mine, *(n + k for k in form.own_switches(player))]
        with working_precision():
            ends = {k: doubles(point.balls[k]) for k in others}
        rivals = None if exact is None else {k: exact[k] for k in others}
        system.fixed(ends, {k: point.balls[k] for k in others}, rivals)
        if _is_indifferent(form, player, point):
            reply = Reply(Enclosure.point(0), None)
        else:
            reply = best_reply(
                system,
                [point.balls[k] for k in rows],
                [point.label[k] for k in rows],
                None if exact is None else [exact[k] for k in rows],
            )
        if reply.move is not None:
            moves = zip(mine, reply.move, strict=True)
            reply = reply._replace(
                move=tuple(form.scaled_back(k, Enclosure.point(t)).lower for k, t in moves)
            )
        replies[player] = reply
    values = tuple(form.scaled_back(k, short(v)) for k, v in enumerate(point.enclosures[:n]))
    return Candidate(values, replies)


def _is_indifferent(form: SmoothForm, player: str, point: Refined) -> bool:
    """Whether all moves of a player do equally well, its rivals being known exactly."""
    if point.exact is None:
        return False
    mine = form.own(player)
    rivals = {
        variable: sp.Rational(str(point.exact[k]))
        for k, variable in enumerate(form.variables)
        if k not in mine
    }
    left = sp.expand(form.payoffs[player].xreplace(rivals))
    return not left.has(*(form.variables[k] for k in mine))


def short(value: Enclosure) -> Enclosure:
    """Widen an enclosure to 60 digits, so that it can be checked with no more than that.

    Examples
    --------
    >>> short(Enclosure.point(1))
    Enclosure(1)
    """
    if value.is_exact:
        return value
    middle = round((value.lower + value.upper) / 2 * _DIGITS) / _DIGITS
    low, high = min(value.lower, middle - 1 / _DIGITS), max(value.upper, middle + 1 / _DIGITS)
    return Enclosure(max(low, Fraction(0)), min(high, Fraction(1)))


def _is_negligible(
    candidate: Candidate, own: Mapping[str, FirstOrder], form: SmoothForm, point: Refined
) -> bool:
    """Whether no gain exceeds what the precision of the enclosures leaves open."""
    for player, reply in candidate.replies.items():
        mine = form.own(player)
        moves = [[point.balls[k] for k in mine], [arb(0)] * len(mine), [arb(1)] * len(mine)]
        with working_precision():
            sizes = [abs(own[player].attained(move) or arb(0)) for move in moves]
            size = max((ball_to_enclosure(s).lower for s in sizes if s.is_finite()), default=0)
        if reply.gain.upper > NEGLIGIBLE * size:
            return False
    return True


# -- what is left -------------------------------------------------------------------------------


def _scaled(form: SmoothForm, box: Sequence[tuple[Any, Any]]) -> tuple[Enclosure, ...]:
    return tuple(
        form.scaled_back(k, Enclosure(Fraction(float(a)), Fraction(float(b))))
        for k, (a, b) in enumerate(box)
    )


def _left(
    form: SmoothForm,
    system: FirstOrder,
    own: Mapping[str, FirstOrder],
    open_: Boxes,
    points: Sequence[Refined],
) -> Iterator[Unresolved]:
    """Say what the open boxes may hold."""
    undefined = open_.pick(system.values(open_).left)
    if form.switches:
        exact = [p.exact[: system.moves] for p in points if p.exact is not None]
        known = [[float(t) for t in p] for p in exact if all(_is_double(t) for t in p)]
        for cluster in clusters(form, own, open_, known):
            why = _why(cluster, _holds(cluster.box, undefined), form)
            yield Unresolved(_scaled(form, cluster.box), why, cluster.gain, cluster.continuum)
        return
    for group in groups(open_, system.moves):
        boxes = open_.pick(group)
        ends = boxes.low.min(axis=1).tolist(), boxes.high.max(axis=1).tolist()
        box = list(zip(*ends, strict=True))
        yield Unresolved(_scaled(form, box), _UNDEFINED if _holds(box, undefined) else _unsettled())


def _unsettled() -> str:
    """Say why boxes are open."""
    return f"not settled: {stops()[1] or 'a continuum, a degenerate point, or too many boxes'}"


def _why(cluster: Cluster, is_undefined: bool, form: SmoothForm) -> str:
    """Say what is known of a cluster."""
    if cluster.continuum is not None:
        return (
            f"a continuum: every profile on {in_units(form, cluster.continuum)} is an equilibrium"
        )
    why = _UNDEFINED if is_undefined else _unsettled()
    if np.isinf(cluster.gain):
        return why
    gain = f"nobody gains more than {_rounded_up(cluster.gain)} by deviating"
    return f"{why}; {gain} from a profile in what is left open there"


def _rounded_up(number: float) -> str:
    """Write a bound with two digits, not below it."""
    if number == 0:
        return "0"
    digits = Decimal(number).adjusted() - 1
    return f"{Decimal(number).quantize(Decimal(1).scaleb(digits), ROUND_CEILING):.2g}"


def _is_double(number: Fraction) -> bool:
    return Fraction(float(number)) == number


def _holds(box: Sequence[tuple[float, float]], boxes: Boxes) -> bool:
    """Whether a box touches any of others."""
    low, high = (np.array(end)[:, None] for end in zip(*box, strict=True))
    m = len(box)
    return bool(((boxes.low[:m] <= high) & (low <= boxes.high[:m])).all(axis=0).any())
