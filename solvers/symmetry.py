r"""Identical players: which there are, by proof, and what follows for the search of equilibria.

Two players i and j are identical if exchanging them, their moves in the order in which they are
declared, leaves the game the same. With :math:`\sigma` the exchange of :math:`x_i` and
:math:`x_j`,

.. math:: u_i \circ \sigma = u_j, \qquad u_k \circ \sigma = u_k \quad (k \ne i, j),

and equal intervals. Then :math:`\sigma` maps solutions of the first-order system to solutions, best
replies to best replies, and equilibria to equilibria. Being identical is an equivalence: if (i j)
and (i k) leave a game the same, so does (j k) = (i j)(i k)(i j).

Steps
-----
1. Players are compared with one of each class so far. The identities above are proved by
   structure (sympy puts sums and products in a canonical order), else by expanding, else by
   cancelling fractions; a pair that differs at a point, or for which no proof is found, counts as
   different. That costs time, never an equilibrium.
2. Of every orbit of solutions one has its players ordered within each class,
   :math:`x_i \le x_j \le \ldots`, players with several moves lexicographically. A box in which no
   point is so ordered is dropped. Where the order is not decided in a box, the box is kept, so that
   no tie is lost at a cut.
3. A solution with a box in which it is the only one is its own image under the exchange of i and j
   if the image lies in that box and has the same labels; then :math:`x_i = x_j` is proved. The
   images under all arrangements of unequal players are listed: what is proved of one is proved of
   each, by relabelling.
4. Boxes that stay open are reported with all their images; where these are many, as one box that
   holds them all.

Sources: J. F. Nash (1951), Non-cooperative games, for symmetries of games; T. Walsh (2006), General
symmetry breaking constraints, for the ordering.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from pigou.exact import Enclosure
from pigou.solvers.branch_and_prune import Isolated
from pigou.solvers.first_order import Boxes
from pigou.solvers.refine import Refined, doubles
from pigou.solvers.roots import working_precision
from pigou.solvers.smooth_form import SmoothForm
from pigou.solvers.tape import Tape

__all__ = [
    "MOST_IMAGES",
    "Classes",
    "Orbit",
    "identical_players",
    "in_order",
    "multiset",
    "orbits",
    "spread",
]

MOST_IMAGES = 5_000
_MOST_PLAYERS = 12
_MOST_BOXES = 24
_TRIALS = 3

Classes = tuple[tuple[tuple[int, ...], ...], ...]
"""For each class of two or more identical players, for each of them the places of its moves."""

Image = tuple[int, ...]
"""For each place, the place whose move is taken there."""


# -- which players are identical ----------------------------------------------------------------


def identical_players(form: SmoothForm) -> Classes:
    """Return the classes of identical players, each of two players at least.

    Parameters
    ----------
    form : SmoothForm
        Of at most 12 players, without kinks; otherwise no class is returned.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> moves = [Move(f"x{k}", f"p{k}", (0, 2)) for k in range(3)]
    >>> payoffs = {f"p{k}": f"x{k}*(3 - x0 - x1 - x2)" for k in range(3)}
    >>> game = Game("oligopoly", [Player(p) for p in payoffs], moves, payoffs)
    >>> identical_players(smooth_form(game))
    (((0,), (1,), (2,)),)
    """
    players = tuple(dict.fromkeys(form.owners))
    if form.switches or not 1 < len(players) <= _MOST_PLAYERS:
        return ()
    classes: list[list[str]] = []
    for player in players:
        for known in classes:
            if _identical(form, known[0], player):
                known.append(player)
                break
        else:
            classes.append([player])
    return tuple(tuple(form.own(p) for p in known) for known in classes if len(known) > 1)


def _identical(form: SmoothForm, one: str, other: str) -> bool:
    """Prove that exchanging two players leaves the game the same; False where there is no proof."""
    mine, theirs = form.own(one), form.own(other)
    if [form.ends[k] for k in mine] != [form.ends[k] for k in theirs]:
        return False
    pairs = [(form.variables[a], form.variables[b]) for a, b in zip(mine, theirs, strict=True)]
    swap = {a: b for x, y in pairs for a, b in ((x, y), (y, x))}
    partner = {one: other, other: one}
    doubtful = []
    for player, payoff in form.payoffs.items():
        image, expected = payoff.xreplace(swap), form.payoffs[partner.get(player, player)]
        if image != expected:
            doubtful.append(image - expected)
    if not doubtful:
        return True
    return _may_vanish(doubtful, form.variables) and all(map(_vanishes, doubtful))


def _may_vanish(formulas: Sequence[sp.Expr], variables: Sequence[sp.Symbol]) -> bool:
    """Whether formulas are about 0 at some points: a quick way to tell that they are not 0."""
    step = (math.sqrt(5) - 1) / 2
    points = np.modf(step * np.arange(1, 1 + _TRIALS * len(variables)))[0]
    values = Tape(formulas, variables).floats(points.reshape(len(variables), _TRIALS))
    return not bool((np.abs(values) > 1e-6).any())


def _vanishes(formula: sp.Expr) -> bool:
    return bool(sp.expand(formula) == 0 or sp.cancel(sp.together(formula)) == 0)


# -- the part of the box that is searched -------------------------------------------------------


def in_order(classes: Classes) -> Callable[[Boxes], NDArray[np.bool_]] | None:
    """Return a test of boxes: whether identical players may be in order somewhere in them.

    Examples
    --------
    >>> test = in_order((((0,), (1,)),))
    >>> low, high = np.array([[0.0, 0.6], [0.5, 0.0]]), np.array([[0.5, 1.0], [1.0, 0.5]])
    >>> test(Boxes(low, high, np.zeros((2, 2), dtype=np.int8))).tolist()
    [True, False]
    """
    if not classes:
        return None
    neighbours = [pair for players in classes for pair in itertools.pairwise(players)]

    def test(boxes: Boxes) -> NDArray[np.bool_]:
        possible = np.ones(boxes.number, dtype=bool)
        for first, second in neighbours:
            tied = np.ones(boxes.number, dtype=bool)
            for a, b in zip(first, second, strict=True):
                possible &= ~(tied & (boxes.low[a] > boxes.high[b]))
                tied &= boxes.low[a] >= boxes.high[b]
        return possible

    return test


# -- solutions and their images -----------------------------------------------------------------


class Orbit(NamedTuple):
    """A solution and its images under exchanges of identical players.

    Attributes
    ----------
    point : Refined
    images : tuple of tuple of int
        All that differ, the solution itself first; at most 5,000.
    number : int
        How many there are.
    told : bool
        Whether it is proved which of them differ.
    """

    point: Refined
    images: tuple[Image, ...]
    number: int
    told: bool

    @property
    def doubts(self) -> list[str]:
        """Say in words why the images may not be all, or not all different."""
        found = []
        if self.number > len(self.images):
            found.append(
                f"{self.number - len(self.images):,} more equilibria differ from it only in which "
                "of the identical players does what; they are not listed"
            )
        if not self.told:
            found.append("whether identical players do exactly the same there is not known")
        return found

    def relabelled(self, candidate: Any, owners: Sequence[str]) -> list[Any]:
        """Return a candidate, which has `values` and `replies`, and its images."""
        return [_relabelled(candidate, image, owners) for image in self.images]


def _relabelled(candidate: Any, image: Image, owners: Sequence[str]) -> Any:
    taken = {owner: owners[image[place]] for place, owner in enumerate(owners)}
    image = image[: len(candidate.values)]  # without switches (`pigou.solvers.kinks`)
    replies: Mapping[str, Any] = {owner: candidate.replies[taken[owner]] for owner in taken}
    return candidate._replace(values=tuple(candidate.values[k] for k in image), replies=replies)


def orbits(points: Iterable[Refined], roots: Sequence[Isolated], classes: Classes) -> list[Orbit]:
    """Gather solutions into orbits: one of each, with its images.

    Parameters
    ----------
    points : iterable of Refined
    roots : sequence of Isolated
        Among them, for each point, the box in which it is the only solution.
    classes : Classes

    Examples
    --------
    >>> from pigou.solvers.branch_and_prune import explore
    >>> from pigou.solvers.first_order import FirstOrder
    >>> from pigou.solvers.refine import refined
    >>> x, y = sp.symbols("x y", real=True)
    >>> system = FirstOrder([x, y], [0, 1], [-x * y + x / 2, -x * y + y / 2], False)
    >>> found = explore(system, wanted=in_order((((0,), (1,)),)))
    >>> points = [refined(system, root) for root in found.roots]
    >>> for orbit in orbits(points, found.roots, (((0,), (1,)),)):
    ...     print(orbit.point.exact, orbit.images)
    (Fraction(0, 1), Fraction(1, 1)) ((0, 1), (1, 0))
    (Fraction(1, 2), Fraction(1, 2)) ((0, 1),)
    """
    found: list[Orbit] = []
    boxes: list[list[Isolated]] = []
    for point in points:
        root = next((r for r in roots if _lies_in(point, r)), None)
        if any(_lies_in(point, image) for images in boxes for image in images):
            continue
        orbit = _orbit(point, root, classes)
        found.append(orbit)
        if root is not None:
            boxes.append([_moved(root, image) for image in orbit.images])
    return found


def _moved(root: Isolated, image: Image) -> Isolated:
    place = list(image)
    label = tuple(root.label[k] for k in image)
    return Isolated(root.point[place], root.low[place], root.high[place], label)


def _lies_in(point: Refined, root: Isolated) -> bool:
    """Whether a solution is that of a root: it has the same labels and lies in its box."""
    if point.label != root.label:
        return False
    with working_precision():
        ends = [doubles(ball) for ball in point.balls]
    return all(
        low <= a and b <= high for low, high, (a, b) in zip(root.low, root.high, ends, strict=True)
    )


def _orbit(point: Refined, root: Isolated | None, classes: Classes) -> Orbit:
    told, alike = True, []
    for players in classes:
        groups: list[list[tuple[int, ...]]] = []
        for player in players:
            for group in groups:
                same = _tied(point, root, group[0], player)
                told &= same is not None
                if same:
                    group.append(player)
                    break
            else:
                groups.append([player])
        alike.append(groups)
    number = math.prod(
        math.factorial(sum(map(len, groups))) // math.prod(math.factorial(len(g)) for g in groups)
        for groups in alike
    )
    ways = [_arrangements(players, groups) for players, groups in zip(classes, alike, strict=True)]
    images = []
    for choice in itertools.islice(_product(ways), MOST_IMAGES):
        image = list(range(len(point.label)))
        for places, taken in (pair for part in choice for pair in part):
            for place, source in zip(places, taken, strict=True):
                image[place] = source
        images.append(tuple(image))
    return Orbit(point, tuple(images), number, told)


def _product(
    ways: Sequence[Callable[[], Iterator[list[Any]]]],
) -> Iterator[tuple[list[Any], ...]]:
    """Yield what `itertools.product` does, without first making lists."""
    if not ways:
        yield ()
        return
    for first in ways[0]():
        for rest in _product(ways[1:]):
            yield (first, *rest)


def _arrangements(
    players: Sequence[tuple[int, ...]], groups: Sequence[Sequence[tuple[int, ...]]]
) -> Callable[[], Iterator[list[tuple[tuple[int, ...], tuple[int, ...]]]]]:
    """Return all ways to give players the moves of players, alike within groups, that differ."""
    kind = {player: k for k, group in enumerate(groups) for player in group}

    def ways() -> Iterator[list[tuple[tuple[int, ...], tuple[int, ...]]]]:
        for order in multiset([kind[player] for player in players], len(groups)):
            left = [iter(group) for group in groups]
            yield [(player, next(left[k])) for player, k in zip(players, order, strict=True)]

    return ways


def multiset(own: Sequence[int], kinds: int) -> Iterator[tuple[int, ...]]:
    """Yield the distinct arrangements of a multiset, the given one first.

    Examples
    --------
    >>> list(multiset([0, 1, 1], 2))
    [(0, 1, 1), (1, 1, 0), (1, 0, 1)]
    """
    counts = [own.count(k) for k in range(kinds)]

    def rest(start: int) -> Iterator[tuple[int, ...]]:
        if start == len(own):
            yield ()
            return
        for k in sorted(range(kinds), key=lambda kind: kind != own[start]):
            if counts[k]:
                counts[k] -= 1
                for tail in rest(start + 1):
                    yield (k, *tail)
                counts[k] += 1

    return rest(0)


def _tied(
    point: Refined, root: Isolated | None, one: Sequence[int], other: Sequence[int]
) -> bool | None:
    """Whether two players move alike at a solution; None where that is not known."""
    pairs = list(zip(one, other, strict=True))
    for a, b in pairs:
        if point.exact is not None and point.exact[a] != point.exact[b]:
            return False
        if not point.balls[a].overlaps(point.balls[b]):
            return False
    if point.exact is not None:
        return True
    image = list(range(len(point.label)))
    for a, b in pairs:
        image[a], image[b] = b, a
    swapped = point._replace(
        balls=tuple(point.balls[k] for k in image), label=tuple(point.label[k] for k in image)
    )
    return True if root is not None and _lies_in(swapped, root) else None


# -- what is left -------------------------------------------------------------------------------


def spread(box: Sequence[Enclosure], classes: Classes) -> list[tuple[Enclosure, ...]]:
    """Return a box and its images under exchanges of identical players; one box if they are many.

    Examples
    --------
    >>> low, high = Enclosure.point(0), Enclosure.point(1)
    >>> spread([low, high], (((0,), (1,)),))
    [(Enclosure(0), Enclosure(1)), (Enclosure(1), Enclosure(0))]
    """
    if math.prod(math.factorial(len(players)) for players in classes) > _MOST_BOXES:
        return [_hull(box, classes)]
    found = []
    for orders in itertools.product(*(itertools.permutations(players) for players in classes)):
        image = list(box)
        for players, order in zip(classes, orders, strict=True):
            for places, taken in zip(players, order, strict=True):
                for place, source in zip(places, taken, strict=True):
                    image[place] = box[source]
        found.append(tuple(image))
    return list(dict.fromkeys(found))


def _hull(box: Sequence[Enclosure], classes: Classes) -> tuple[Enclosure, ...]:
    image = list(box)
    for players in classes:
        for places in zip(*players, strict=True):
            low, high = min(box[k].lower for k in places), max(box[k].upper for k in places)
            for k in places:
                image[k] = Enclosure(low, high)
    return tuple(image)
