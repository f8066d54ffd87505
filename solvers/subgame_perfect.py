r"""All subgame-perfect equilibria of a finite game in stages: backward induction over all of them.

Steps
-----
1. The tree is cut at the roots of its subgames (`pigou.solvers.pieces`). Pieces are solved from the
   last to the first.
2. Where subgames follow a piece, *every* combination of their equilibria is a way to go on
   (Selten 1965: a profile is subgame-perfect iff it is an equilibrium of every piece once the
   payoffs of what follows stand for it). Equilibria that give the same payoffs to all who
   decide in the piece go together: they lead to the same strategic form.
3. A piece in which one player decides is a choice of the best plans. Any other is a strategic form,
   and goes to the solver of games with simultaneous moves, which returns all its equilibria.
4. Mixed plans come down to behaviour strategies. What differs only in plans, and not in the
   probability of any action at any information set, is one equilibrium; of a continuum, the
   extreme points and the dimension are taken in the space of these probabilities (the map is
   linear, so a polytope's image is the hull of the images of its extreme points).
5. The stage of a population, whose members know all that went before, is solved as a game of its
   own at each history.

A continuum of equilibria of a subgame that matters to somebody who decided before (its payoffs to
that player differ) is followed at its extreme points only, and reported as unresolved: other ways
to go on may support further equilibria. All *pure* ones are found in any case, since they are
extreme points. Irrational payoffs of a subgame are rounded to 60 digits in what comes before, which
is reported unless it is the clear choice of one player.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple

from flint import fmpq

from pigou.equilibrium import EquilibriumSet, Strategy
from pigou.exact import Enclosure
from pigou.expression import Lookup
from pigou.game import Choice, Game, Move, Player
from pigou.solvers.bimatrix import dimension
from pigou.solvers.form import FiniteForm
from pigou.solvers.linear import maximise
from pigou.solvers.pieces import Information, Piece, Plan, Tree, behaviour, lay_out
from pigou.stages import Stages, Turn, subgame

__all__ = ["Family", "Solution", "SubgamePerfect", "subgame_perfect"]

MOST_SELECTIONS = 5_000
MOST_SOLUTIONS = 5_000
_SLACK = Fraction(1, 10**20)

Solve = Callable[[Game, Mapping[str, Any]], EquilibriumSet]
Behaviour = Mapping[Information, tuple[Enclosure, ...]]


class Local(NamedTuple):
    """An equilibrium of one piece: where, in which strategic form, and which one of that."""

    root: int
    form: int
    number: int


class Solution(NamedTuple):
    """A subgame-perfect equilibrium of a subgame.

    Attributes
    ----------
    payoffs : tuple of Enclosure
        Of each player, at the root of the subgame.
    behaviour : tuple of (Information, tuple of Enclosure)
        The probability of each action at each information set.
    crowds : tuple of Strategy
        What populations do, with the history in `when`.
    locals : tuple of Local
        The equilibria of the pieces that it is made of.
    """

    payoffs: tuple[Enclosure, ...]
    behaviour: tuple[tuple[Information, tuple[Enclosure, ...]], ...]
    crowds: tuple[Strategy, ...]
    locals: tuple[Local, ...]


class Family(NamedTuple):
    """A continuum of equilibria of a piece: its dimension, and its maximal subsets by numbers."""

    dimension: int
    subsets: tuple[tuple[int, ...], ...]


class _Solved(NamedTuple):
    """All equilibria of the strategic form of a piece."""

    number: int
    behaviours: tuple[Behaviour, ...]
    weights: tuple[tuple[tuple[Enclosure, ...], ...], ...]
    families: tuple[Family, ...]


@dataclass
class SubgamePerfect:
    """What was found.

    Parameters
    ----------
    tree : Tree
    solutions : list of Solution
    families : mapping of (int, int) to tuple of Family
        For a root and a strategic form, its continua.
    followed : set of (int, int, int)
        The continua (root, form, number) that are followed at their extreme points only.
    unresolved : list of str
    pieces, forms : int
        How many pieces there are, and how many strategic forms were solved.
    """

    tree: Tree
    solutions: list[Solution] = field(default_factory=list)
    families: dict[tuple[int, int], tuple[Family, ...]] = field(default_factory=dict)
    followed: set[tuple[int, int, int]] = field(default_factory=set)
    unresolved: list[str] = field(default_factory=list)
    pieces: int = 0
    forms: int = 0


def subgame_perfect(game: Game, at: Mapping[str, Fraction], solve: Solve) -> SubgamePerfect:
    """Return all subgame-perfect equilibria of a game in stages.

    Parameters
    ----------
    game : Game
        With finite choices; a population may move in the last stage.
    at : mapping of str to Fraction
        A value for every parameter.
    solve : callable
        Solves a game with simultaneous moves.

    Raises
    ------
    StructureError
        If the game is too large, or has a structure that is not solved.

    Examples
    --------
    >>> from pigou import solve
    >>> offer = Move("offer", "ann", {"low": 1, "high": 5})
    >>> accept = Move("accept", "bob", {"no": 0, "yes": 1}, 2)
    >>> payoffs = {"ann": "accept*(10 - offer)", "bob": "accept*offer"}
    >>> game = Game("ultimatum", [Player("ann"), Player("bob")], [offer, accept], payoffs)
    >>> (solution,) = subgame_perfect(game, {}, solve).solutions
    >>> [str(payoff) for payoff in solution.payoffs]
    ['9', '1']
    """
    search = _Search(game, at, solve)
    for root in reversed(search.tree.roots):
        search.settle(root)
    found = search.found
    found.solutions = search.known[0]
    found.pieces, found.forms = len(search.tree.roots), search.forms
    if search.form.rounded:
        found.unresolved.append("some payoffs are irrational and were rounded: ties cannot be told")
    found.unresolved = list(dict.fromkeys(found.unresolved))
    return found


class _Search:
    def __init__(self, game: Game, at: Mapping[str, Fraction], solve: Solve):
        self.game, self.at, self.solve = game, at, solve
        self.form = FiniteForm(game, at, ())
        self.tree = lay_out(Stages(game, at))
        self.found = SubgamePerfect(self.tree)
        self.players = [p.name for p in game.players]
        self.known: dict[int, list[Solution]] = {}
        self.forms = 0

    def settle(self, root: int) -> None:
        """Find the equilibria of the subgame at a root; those of the ones after it are known."""
        if self.tree.points[root].crowd:
            self.known[root] = self._crowd(root)
            return
        piece = self.tree.piece(root)
        movers = [self.players.index(p) for p in piece.plans]
        later = [leaf.point for leaf in piece.leaves if leaf.is_subgame]
        classes = [_alike(self.known[point], movers) for point in later]
        number = math.prod(map(len, classes))
        if number > MOST_SELECTIONS:
            self._note(root, f"only {MOST_SELECTIONS:,} of {number:,} ways to go on were followed")
        ends = {leaf.point: self._end(leaf.point) for leaf in piece.leaves if not leaf.is_subgame}
        solved: dict[Any, _Solved] = {}
        solutions: list[Solution] = []
        for selection in itertools.islice(itertools.product(*classes), MOST_SELECTIONS):
            values = ends | {p: c[0].payoffs for p, c in zip(later, selection, strict=True)}
            tables = self._tables(piece, movers, values)
            if not all(values[point][m].is_exact for point in values for m in movers):
                self._check_rounded(root, tables)
            key = tuple(map(tuple, tables))
            if key not in solved:
                solved[key] = self._solved(root, piece, tables)
            for continuation in itertools.product(*selection):
                if len(solutions) > MOST_SOLUTIONS:
                    break
                values = ends | {p: s.payoffs for p, s in zip(later, continuation, strict=True)}
                new = list(self._joined(root, piece, solved[key], values, continuation))
                self._check_families(root, solved[key], new)
                solutions += new
        if len(solutions) > MOST_SOLUTIONS:
            self._note(root, f"more than {MOST_SOLUTIONS:,} equilibria; the others are left out")
        self.known[root] = solutions[:MOST_SOLUTIONS]

    # -- payoffs ------------------------------------------------------------------------------

    def _end(self, point: int) -> tuple[Enclosure, ...]:
        """Return the payoffs at an end of the game."""
        history = self.tree.points[point].node.history
        values = {
            name: fmpq(value.numerator, value.denominator)
            for name, value in self.tree.stages.values(history).items()
        }
        paid = [self.form.at_outcome(player, values) for player in self.players]
        return tuple(Enclosure.point(Fraction(int(p.p), int(p.q))) for p in paid)

    def _tables(
        self, piece: Piece, movers: Sequence[int], values: Mapping[int, tuple[Enclosure, ...]]
    ) -> list[list[Fraction]]:
        """Return the payoff of each player of a piece at each profile of plans, row by row."""
        middles = {
            point: {m: _middle(payoffs[m]) for m in movers} for point, payoffs in values.items()
        }
        return [
            [
                sum((p * middles[point][m] for point, p in outcome.items()), Fraction(0))
                for outcome in piece.outcomes.values()
            ]
            for m in movers
        ]

    # -- solving a piece ----------------------------------------------------------------------

    def _solved(self, root: int, piece: Piece, tables: list[list[Fraction]]) -> _Solved:
        """Return all equilibria of a piece with these payoffs."""
        self.forms += 1
        if len(tables) == 1:
            mixes, groups = _best_plans(tables[0])
        elif tables:
            mixes, groups = self._strategic_form(root, piece, tables)
        else:
            mixes, groups = [()], []
        plans = list(piece.plans.values())
        behaviours: list[Behaviour] = []
        kept: list[tuple[tuple[Enclosure, ...], ...]] = []
        place: list[int] = []
        for mix in mixes:
            new: dict[Information, tuple[Enclosure, ...]] = {}
            for player_plans, weights in zip(plans, mix, strict=True):
                new |= behaviour(player_plans, weights, piece.turns)
            if new not in behaviours:
                behaviours.append(new)
                kept.append(mix)
            place.append(behaviours.index(new))
        reach = [_reach(plans, mix) for mix in kept]
        return _extremes(self.forms, behaviours, kept, reach, groups, place)

    def _strategic_form(
        self, root: int, piece: Piece, tables: list[list[Fraction]]
    ) -> tuple[list[tuple[tuple[Enclosure, ...], ...]], list[list[list[int]]]]:
        """Solve a piece in which several decide; groups are the subsets of each component."""
        sizes = [len(plans) for plans in piece.plans.values()]
        names = list(piece.plans)
        moves = [
            Move(name, name, Choice({str(k): k for k in range(size)}))
            for name, size in zip(names, sizes, strict=True)
        ]
        axes = [range(size) for size in sizes]
        payoffs = {
            name: Lookup.of(names, axes, table) for name, table in zip(names, tables, strict=True)
        }
        people = tuple(Player(name) for name in names)
        found = self.solve(Game("strategic form", people, tuple(moves), payoffs), {})
        for note in found.unresolved:
            self._note(root, f"plans, in the order of choices: {note}")
        mixes = [tuple(tuple(s.probabilities.values()) for s in e.strategies) for e in found]
        number = {e.name: k for k, e in enumerate(found)}
        groups = [
            [[number[name] for name in subset] for subset in c.subsets] for c in found.components
        ]
        return mixes, groups

    def _crowd(self, root: int) -> list[Solution]:
        """Return the equilibria of the stage of a population at a history."""
        history = self.tree.points[root].node.history
        left = subgame(self.game, history)
        found = self.solve(left, self.at)
        for note in found.unresolved:
            self._note(root, note)
        if found.components:
            self._note(root, "a continuum of a population is followed at its ends only")
        self.forms += 1
        return [
            Solution(
                tuple(e.payoffs[p] for p in self.players),
                (),
                tuple(replace(s, when=history) for s in e.strategies),
                (Local(root, self.forms, number),),
            )
            for number, e in enumerate(found)
        ]

    # -- putting together ---------------------------------------------------------------------

    def _joined(
        self, root: int, piece: Piece, solved: _Solved,
        values: Mapping[int, tuple[Enclosure, ...]], continuation: Sequence[Solution],
    ) -> Iterator[Solution]:  # fmt: skip
        """Yield the equilibria of a piece, each with what follows it."""
        self.found.families[root, solved.number] = solved.families
        behaviours = tuple(entry for s in continuation for entry in s.behaviour)
        crowds = tuple(strategy for s in continuation for strategy in s.crowds)
        places = tuple(place for s in continuation for place in s.locals)
        for number, (own, mix) in enumerate(zip(solved.behaviours, solved.weights, strict=True)):
            chances = _ends_reached(piece, mix)
            payoffs = tuple(
                sum((p * values[point][k] for point, p in chances.items()), Enclosure.point(0))
                for k in range(len(self.players))
            )
            here = Local(root, solved.number, number)
            yield Solution(
                payoffs, (*own.items(), *behaviours), crowds, (here, *places)
            )  # fmt: skip

    def _check_rounded(self, root: int, tables: Sequence[Sequence[Fraction]]) -> None:
        """Note where rounding irrational payoffs may matter: all but a clear choice of one."""
        ranked = sorted(tables[0], reverse=True)
        clear = len(ranked) == 1 or ranked[0] - ranked[1] > _SLACK * (1 + abs(ranked[0]))
        if len(tables) > 1 or not clear:
            self._note(root, "irrational payoffs of what follows were rounded: ties cannot be told")

    def _check_families(self, root: int, solved: _Solved, solutions: Sequence[Solution]) -> None:
        """Note where a continuum matters to somebody who decided before."""
        before = {
            self.players.index(event.player)
            for number, (_, event, _, end, _) in enumerate(self.tree.points[:root])
            if isinstance(event, Turn) and end > root > number
        }
        for number, family in enumerate(solved.families):
            members = sorted({m for subset in family.subsets for m in subset})
            differ = [
                self.players[k]
                for k in sorted(before)
                if len({solutions[m].payoffs[k] for m in members}) > 1
            ]
            if differ:
                self.found.followed.add((root, solved.number, number))
                self._note(
                    root,
                    "a continuum of equilibria that matters to "
                    f"{' and '.join(differ)} is followed at its extreme points only",
                )

    def _note(self, root: int, text: str) -> None:
        history = self.tree.points[root].node.history
        after = ", ".join(f"{name} {label}" for name, label in history.items())
        self.found.unresolved.append(f"after {after}: {text}" if after else text)


def _alike(solutions: Sequence[Solution], movers: Sequence[int]) -> list[list[Solution]]:
    """Group equilibria that pay the same to all who decide before."""
    classes: dict[Any, list[Solution]] = {}
    for solution in solutions:
        classes.setdefault(tuple(solution.payoffs[m] for m in movers), []).append(solution)
    return list(classes.values())


def _middle(number: Enclosure) -> Fraction:
    if number.is_exact:
        return number.lower
    return Fraction(round((number.lower + number.upper) / 2 * 10**60), 10**60)


def _best_plans(
    table: Sequence[Fraction],
) -> tuple[list[tuple[tuple[Enclosure, ...], ...]], list[list[list[int]]]]:
    """Return the best plans of a player who decides alone; ties form a continuum."""
    best = max(table)
    plans = [n for n, value in enumerate(table) if value == best]
    mixes: list[tuple[tuple[Enclosure, ...], ...]] = [
        (tuple(Enclosure.point(int(k == n)) for k in range(len(table))),) for n in plans
    ]
    return mixes, [[list(range(len(plans)))]] if len(plans) > 1 else []


def _reach(
    plans: Sequence[Sequence[Plan]], mix: Sequence[Sequence[Enclosure]]
) -> list[tuple[Fraction, ...]]:
    """Return, for each player, how likely its own choices let it take each action."""
    vectors = []
    for player_plans, weights in zip(plans, mix, strict=True):
        sums: dict[Any, Fraction] = {}
        for plan, weight in zip(player_plans, weights, strict=True):
            for entry in plan:
                sums[entry] = sums.get(entry, Fraction(0)) + _middle(weight)
        vectors.append(tuple(sums.values()))
    return vectors


def _extremes(
    number: int,
    behaviours: list[Behaviour],
    mixes: list[tuple[tuple[Enclosure, ...], ...]],
    reach: list[list[tuple[Fraction, ...]]],
    groups: list[list[list[int]]],
    place: list[int],
) -> _Solved:
    """Keep of each continuum its extreme points in behaviour, with its dimension."""
    families = []
    keep: set[int] = set(range(len(behaviours))) - {
        place[n] for subsets in groups for subset in subsets for n in subset
    }
    for subsets in groups:
        sizes, lists = [], []
        for subset in subsets:
            members = sorted({place[n] for n in subset})
            points = [
                list(dict.fromkeys(reach[m][p] for m in members)) for p in range(len(reach[0]))
            ]
            corners = [_corners(side) for side in points]
            extreme = [m for m in members if all(reach[m][p] in c for p, c in enumerate(corners))]
            sizes.append(sum(dimension([tuple(map(_rational, v)) for v in c]) for c in corners))
            lists.append(extreme)
        keep |= {m for members in lists for m in members}
        if max(sizes) > 0:
            families.append((max(sizes), lists))
    order = sorted(keep)
    new = {old: position for position, old in enumerate(order)}
    return _Solved(
        number,
        tuple(behaviours[k] for k in order),
        tuple(mixes[k] for k in order),
        tuple(
            Family(size, tuple(tuple(new[m] for m in members) for members in lists))
            for size, lists in families
        ),
    )


def _rational(number: Fraction) -> Any:
    return fmpq(number.numerator, number.denominator)


def _corners(points: Sequence[tuple[Fraction, ...]]) -> list[tuple[Fraction, ...]]:
    """Return the points that are not in the convex hull of the others; none is negative."""
    corners = list(points)
    for point in points:
        others = [other for other in corners if other != point]
        rows = [[_rational(other[k]) for other in others] for k in range(len(point))]
        rows.append([fmpq(1)] * len(others))
        right = [*map(_rational, point), fmpq(1)]
        if others and maximise([fmpq(0)] * len(others), rows, right) is not None:
            corners = others
    return corners


def _ends_reached(piece: Piece, mix: Sequence[Sequence[Enclosure]]) -> dict[int, Enclosure]:
    """Return how likely a profile of mixed plans leads to each end of a piece."""
    chances: dict[int, Enclosure] = {}
    for cell, outcome in piece.outcomes.items():
        weight = math.prod((mix[k][n] for k, n in enumerate(cell)), start=Enclosure.point(1))
        if weight.upper == 0:
            continue
        for point, probability in outcome.items():
            part = weight * Enclosure.point(probability)
            chances[point] = chances[point] + part if point in chances else part
    return chances
