r"""All subgame-perfect equilibria of a finite game in stages: backward induction over all of them.

Steps
-----
1. The tree is cut at the roots of its subgames (`pigou.solvers.pieces`). Pieces are solved from the
   last to the first (`pigou.solvers.piece_equilibria`).
2. Where subgames follow a piece, *every* combination of their equilibria is a way to go on
   (Selten 1965: a profile is subgame-perfect iff it is an equilibrium of every piece once the
   payoffs of what follows stand for it). Equilibria that give the same payoffs to all who
   decide in the piece go together: they lead to the same strategic form.
3. A continuum of equilibria of a subgame that gives the one player who decides before *different*
   payoffs is followed as a whole, if its members are mixtures at information sets of which
   none precedes another: payoffs are then linear in the weights :math:`\lambda` of its extreme
   points. Plan p of that player is worth :math:`\sum_k \lambda_k A_{pk}`, and the equilibria are
   the pairs of a mixed plan x and weights with x a best reply to :math:`\lambda`: those of the
   two-player game (A, 0), whose second player never minds (`pigou.solvers.bimatrix`). Of several
   such continua the weights are joint; only their marginals matter.
4. The stage of a population, whose members know all that went before, is solved as a game of its
   own at each history.

Where several players decide before, or the continuum is not of that kind, it is followed at its
extreme points only, and reported as unresolved: other ways to go on may support further
equilibria. All *pure* ones are found even so, since they are extreme points; only where a list is
cut at 2,000 equilibria of a subgame, which is reported, may some be missing. Irrational
payoffs of a subgame are rounded to 60 digits in what comes before, which is reported unless it is
the clear choice of one player.
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
from pigou.game import Game
from pigou.solvers.bimatrix import bimatrix_equilibria
from pigou.solvers.form import FiniteForm
from pigou.solvers.piece_equilibria import (
    Behaviour,
    Cell,
    Mix,
    PieceEquilibria,
    middle,
    piece_equilibria,
    reach,
    span,
)
from pigou.solvers.pieces import Information, Piece, Tree, behaviour, lay_out
from pigou.stages import Stages, subgame

__all__ = ["Solution", "SubgamePerfect", "subgame_perfect"]

MOST_SELECTIONS = 5_000
MOST_SOLUTIONS = 2_000
MOST_FOLLOWED = 16
_SLACK = Fraction(1, 10**20)
_ZERO = Enclosure.point(0)

Solve = Callable[[Game, Mapping[str, Any]], EquilibriumSet]
Payoffs = tuple[Enclosure, ...]


class Solution(NamedTuple):
    """A subgame-perfect equilibrium of a subgame.

    Attributes
    ----------
    payoffs : tuple of Enclosure
        Of each player, at the root of the subgame.
    behaviour : mapping of Information to tuple of Enclosure
        The probability of each action at each information set.
    crowds : tuple of Strategy
        What populations do, with the history in `when`.
    """

    payoffs: Payoffs
    behaviour: Behaviour
    crowds: tuple[Strategy, ...]


@dataclass
class SubgamePerfect:
    """What was found.

    Parameters
    ----------
    tree : Tree
    solutions : list of Solution
        Isolated equilibria, and the extreme points of continua.
    cells : list of Cell
        The maximal sets of equilibria that solutions span, single ones included.
    unresolved : list of str
    pieces, forms : int
        How many pieces there are, and how many strategic forms were solved.
    """

    tree: Tree
    solutions: list[Solution] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    pieces: int = 0
    forms: int = 0


def subgame_perfect(
    game: Game, at: Mapping[str, Fraction], solve: Solve, pure: bool = False
) -> SubgamePerfect:
    """Return all subgame-perfect equilibria of a game in stages.

    Parameters
    ----------
    game : Game
        With finite choices; a population may move in the last stage.
    at : mapping of str to Fraction
        A value for every parameter.
    solve : callable
        Solves a game with simultaneous moves.
    pure : bool, optional
        Whether pure equilibria are wanted only; `solve` has to return none but these then.

    Raises
    ------
    StructureError
        If the game is too large, or has a structure that is not solved.

    Examples
    --------
    >>> from pigou import Move, Player, solve
    >>> offer = Move("offer", "ann", {"low": 1, "high": 5})
    >>> accept = Move("accept", "bob", {"no": 0, "yes": 1}, 2)
    >>> payoffs = {"ann": "accept*(10 - offer)", "bob": "accept*offer"}
    >>> game = Game("ultimatum", [Player("ann"), Player("bob")], [offer, accept], payoffs)
    >>> (solution,) = subgame_perfect(game, {}, solve).solutions
    >>> [str(payoff) for payoff in solution.payoffs]
    ['9', '1']
    """
    search = _Search(game, at, solve, pure)
    for root in reversed(search.tree.roots):
        search.settle(root)
    whole, notes = search.known[0], search.notes
    if search.form.rounded:
        notes.append("some payoffs are irrational and were rounded: ties cannot be told")
    return SubgamePerfect(
        search.tree, whole.solutions, whole.cells, list(dict.fromkeys(notes)),
        len(search.tree.roots), search.forms,
    )  # fmt: skip


class _Option(NamedTuple):
    """A way in which a subgame may go on: cells that pay the same, or one that is followed."""

    cells: tuple[Cell, ...]
    followed: bool


class _Subgame:
    """The equilibria of a subgame as they are collected, each once."""

    def __init__(self) -> None:
        self.solutions: list[Solution] = []
        self._cells: dict[int, Cell] = {}
        self._of: dict[int, set[int]] = {}
        self._places: dict[Any, int] = {}
        self._joined = 0

    def add(self, solution: Solution) -> int:
        key = (frozenset(solution.behaviour.items()), solution.crowds)
        place = self._places.setdefault(key, len(self.solutions))
        if place == len(self.solutions):
            self.solutions.append(solution)
        return place

    @property
    def cells(self) -> list[Cell]:
        """The maximal sets of equilibria."""
        return list(self._cells.values())

    def join(self, cell: Cell) -> None:
        """Take a cell in, but for one that lies within another."""
        members = set(cell.members)
        near = set().union(*(self._of.get(m, set()) for m in members))
        if any(members <= set(self._cells[n].members) for n in near):
            return
        for n in near:
            if set(self._cells[n].members) <= members:
                for m in self._cells.pop(n).members:
                    self._of[m].discard(n)
        self._joined += 1
        self._cells[self._joined] = cell
        for m in members:
            self._of.setdefault(m, set()).add(self._joined)


class _Search:
    def __init__(self, game: Game, at: Mapping[str, Fraction], solve: Solve, pure: bool):
        self.game, self.at, self.solve, self.pure = game, at, solve, pure
        self.form = FiniteForm(game, at, ())
        self.tree = lay_out(Stages(game, at))
        self.players = [p.name for p in game.players]
        self.known: dict[int, _Subgame] = {}
        self.notes: list[str] = []
        self.forms = 0

    def settle(self, root: int) -> None:
        """Find the equilibria of the subgame at a root; those of the ones after it are known."""
        if self.tree.points[root].crowd:
            self.known[root] = self._crowd(root)
            return
        stage = _Stage(self, self.tree.piece(root))
        number = math.prod(map(len, stage.options))
        if number > MOST_SELECTIONS:
            self.note(root, f"only {MOST_SELECTIONS:,} of {number:,} ways to go on were followed")
        for selection in itertools.islice(itertools.product(*stage.options), MOST_SELECTIONS):
            if stage.is_full():
                break
            stage.follow(selection)
        self.known[root] = stage.found

    def payoffs_at_end(self, point: int) -> Payoffs:
        """Return the payoffs at an end of the game."""
        history = self.tree.points[point].node.history
        values = {
            name: fmpq(value.numerator, value.denominator)
            for name, value in self.tree.stages.values(history).items()
        }
        paid = [self.form.at_outcome(player, values) for player in self.players]
        return tuple(Enclosure.point(Fraction(int(p.p), int(p.q))) for p in paid)

    def _crowd(self, root: int) -> _Subgame:
        """Return the equilibria of the stage of a population at a history."""
        history = self.tree.points[root].node.history
        found = self.solve(subgame(self.game, history), self.at)
        for note in found.unresolved:
            self.note(root, note)
        if found.components:
            self.note(root, "a continuum of a population is followed at its ends only")
        self.forms += 1
        result = _Subgame()
        for one in found:
            crowds = tuple(replace(s, when=history) for s in one.strategies)
            payoffs = tuple(one.payoffs[p] for p in self.players)
            result.join(Cell(0, (result.add(Solution(payoffs, {}, crowds)),)))
        return result

    def linear(self, solutions: Sequence[Solution]) -> bool:
        """Tell whether mixing equilibria of a subgame mixes their payoffs.

        It does if they differ, by rational probabilities, at information sets of which none
        precedes another.
        """
        first, *others = solutions
        if any(
            s.crowds != first.crowds or set(s.behaviour) != set(first.behaviour) for s in others
        ):
            return False
        differ = [i for i, p in first.behaviour.items() if any(s.behaviour[i] != p for s in others)]
        numbers = [p for s in solutions for p in s.payoffs]
        numbers += [p for s in solutions for i in differ for p in s.behaviour[i]]
        if not all(p.is_exact for p in numbers):
            return False
        spans = [
            (number, self.tree.points[number].end, i)
            for i in differ
            for number in self.tree.sets[i]
        ]
        return not any(
            i != j and start < other < end for start, end, i in spans for other, _, j in spans
        )

    def note(self, root: int, text: str) -> None:
        """Write down what is unresolved, and after which history."""
        history = self.tree.points[root].node.history
        after = ", ".join(f"{name} {label}" for name, label in history.items())
        self.notes.append(f"after {after}: {text}" if after else text)


class _Stage:
    """One piece, with the equilibria of the subgames that follow it."""

    def __init__(self, search: _Search, piece: Piece):
        self.search, self.piece, self.found = search, piece, _Subgame()
        self.movers = [search.players.index(p) for p in piece.plans]
        self.later = [leaf.point for leaf in piece.leaves if leaf.is_subgame]
        self.options = [list(self._options(point)) for point in self.later]
        self.ends = {
            leaf.point: search.payoffs_at_end(leaf.point)
            for leaf in piece.leaves
            if not leaf.is_subgame
        }
        self._solved: dict[Any, PieceEquilibria] = {}

    def _options(self, point: int) -> Iterator[_Option]:
        """Yield the ways to go on at a point, as they matter to those who decide here."""
        known = self.search.known[point]
        classes: dict[Any, list[Cell]] = {}

        def paid(member: int) -> Payoffs:
            return tuple(known.solutions[member].payoffs[m] for m in self.movers)

        for cell in known.cells:
            members = [known.solutions[m] for m in cell.members]
            if len({paid(m) for m in cell.members}) == 1:
                classes.setdefault(paid(cell.members[0]), []).append(cell)
            elif (
                len(self.movers) == 1
                and len(members) <= MOST_FOLLOWED
                and self.search.linear(members)
            ):
                yield _Option((cell,), True)
            else:
                self._note_extremes(point)
                for m in cell.members:
                    classes.setdefault(paid(m), []).append(Cell(0, (m,)))
        for cells in classes.values():
            yield _Option(tuple(dict.fromkeys(cells)), False)

    def _note_extremes(self, point: int) -> None:
        names = " and ".join(self.search.players[m] for m in self.movers)
        self.search.note(
            point,
            f"a continuum of equilibria that matters to {names} is followed at its extreme points "
            "only",
        )

    def follow(self, selection: Sequence[_Option]) -> None:
        """Find the equilibria in which the subgames go on in one of the selected ways."""
        followed = [k for k, option in enumerate(selection) if option.followed]
        if not followed:
            self._constant(selection)
            return
        sizes = [len(selection[k].cells[0].members) for k in followed]
        if math.prod(sizes) <= MOST_FOLLOWED:
            self._continuum(selection, followed)
            return
        self._note_extremes(self.piece.root)
        fixed = [
            [_Option((Cell(0, (m,)),), False) for m in option.cells[0].members]
            if option.followed
            else [option]
            for option in selection
        ]
        for extreme in itertools.product(*fixed):
            if self.is_full():
                return
            self._constant(extreme)

    def is_full(self) -> bool:
        """Tell whether so much was found that no more is looked for, and write it down."""
        full = len(self.found.solutions) >= MOST_SOLUTIONS
        if full:
            self._note_left_out()
        return full

    def _note_left_out(self) -> None:
        self.search.note(
            self.piece.root, f"more than {MOST_SOLUTIONS:,} equilibria: some are left out"
        )

    # -- one strategic form -------------------------------------------------------------------

    def _constant(self, selection: Sequence[_Option]) -> None:
        """Go on where all of a class pays the same to those who decide here."""
        first = {
            point: self._solution(point, option.cells[0].members[0])
            for point, option in zip(self.later, selection, strict=True)
        }
        tables = self._tables({p: s.payoffs for p, s in first.items()})
        solved = self._equilibria(tables, first)
        for cells in itertools.product(*(option.cells for option in selection)):
            if self.is_full():
                return
            if math.prod(len(cell.members) for cell in cells) <= MOST_SOLUTIONS:
                self._together(solved, cells)
                continue
            self._note_left_out()
            for single in itertools.product(*(cell.members for cell in cells)):
                if len(self.found.solutions) >= MOST_SOLUTIONS:
                    return
                self._together(solved, tuple(Cell(0, (m,)) for m in single))

    def _together(self, solved: PieceEquilibria, cells: Sequence[Cell]) -> None:
        """Put the equilibria of the piece and the cells that follow together."""
        places = {
            (number, combination): self._place(
                solved.behaviours[number],
                solved.mixes[number],
                {p: self._solution(p, m) for p, m in zip(self.later, combination, strict=True)},
            )
            for number in range(len(solved.behaviours))
            for combination in itertools.product(*(cell.members for cell in cells))
        }
        rest = sum(cell.dimension for cell in cells)
        for own in solved.cells:
            members = {place for (n, _), place in places.items() if n in own.members}
            self.found.join(Cell(own.dimension + rest, tuple(sorted(members))))

    def _equilibria(
        self, tables: list[list[Fraction]], first: Mapping[int, Solution]
    ) -> PieceEquilibria:
        """Solve the piece, once for each strategic form."""
        key = tuple(map(tuple, tables))
        if key not in self._solved:
            self.search.forms += 1
            if not all(s.payoffs[m].is_exact for s in first.values() for m in self.movers):
                self._check_rounded(tables)
            self._solved[key] = piece_equilibria(
                self.piece, tables, self.search.solve, self.search.pure
            )
            for note in self._solved[key].unresolved:
                self.search.note(self.piece.root, note)
        return self._solved[key]

    def _check_rounded(self, tables: Sequence[Sequence[Fraction]]) -> None:
        """Note where rounding irrational payoffs may matter: all but a clear choice of one."""
        ranked = sorted(tables[0], reverse=True)
        clear = len(ranked) == 1 or ranked[0] - ranked[1] > _SLACK * (1 + abs(ranked[0]))
        if len(tables) > 1 or not clear:
            self.search.note(
                self.piece.root,
                "irrational payoffs of what follows were rounded: ties cannot be told",
            )

    # -- a continuum ----------------------------------------------------------------------------

    def _continuum(self, selection: Sequence[_Option], followed: Sequence[int]) -> None:
        """Go on where one player decides and what follows varies: the equilibria of (A, 0)."""
        open_points = [self.later[k] for k in followed]
        profiles = list(itertools.product(*(selection[k].cells[0].members for k in followed)))
        closed = [k for k in range(len(self.later)) if k not in followed]
        first = {
            self.later[k]: self._solution(self.later[k], selection[k].cells[0].members[0])
            for k in closed
        }
        columns = []
        for profile in profiles:
            here = {p: self._solution(p, m) for p, m in zip(open_points, profile, strict=True)}
            columns.append(self._tables({p: s.payoffs for p, s in (first | here).items()})[0])
        a = [[fmpq(v.numerator, v.denominator) for v in row] for row in zip(*columns, strict=True)]
        result = bimatrix_equilibria(a, [[fmpq(0)] * len(profiles) for _ in a])
        self.search.forms += 1
        for subset in (s for component in result.components for s in component):
            rows = [_weights(result.rows[i].probabilities) for i in sorted(subset.rows)]
            ways = []
            for j in sorted(subset.columns):
                parts = _marginals(_weights(result.columns[j].probabilities), profiles)
                ways.append(
                    {p: self._mixture(p, w) for p, w in zip(open_points, parts, strict=True)}
                )
            for cells in itertools.product(*(selection[k].cells for k in closed)):
                self._subset(rows, ways, dict(zip(closed, cells, strict=True)))

    def _subset(
        self, rows: Sequence[tuple[Fraction, ...]], ways: Sequence[Mapping[int, Solution]],
        closed: Mapping[int, Cell],
    ) -> None:  # fmt: skip
        """Take in a maximal set: mixed plans, times mixtures of continua, times cells of others.

        Extreme points and the dimension are taken in the space of what is played, not of the
        weights: a point of a continuum may be a mixture of its extreme points in several ways.
        """
        plans = list(self.piece.plans.values())
        mixes: list[Mix] = [(tuple(map(Enclosure.point, row)),) for row in rows]
        points = [
            (mix, mixed, [*reach(plans, mix), _played(mixed)]) for mix in mixes for mixed in ways
        ]
        extreme, size = span([vector for _, _, vector in points])
        members = set()
        for k in extreme:
            mix, mixed, _ = points[k]
            for combination in itertools.product(*(cell.members for cell in closed.values())):
                others = {
                    self.later[k]: self._solution(self.later[k], m)
                    for k, m in zip(closed, combination, strict=True)
                }
                own = behaviour(plans[0], mix[0], self.piece.turns)
                members.add(self._place(own, mix, {**mixed, **others}))
        dimension = size + sum(cell.dimension for cell in closed.values())
        self.found.join(Cell(dimension, tuple(sorted(members))))

    def _mixture(self, point: int, shares: Mapping[int, Fraction]) -> Solution:
        """Mix extreme equilibria of a subgame."""
        parts = [(Enclosure.point(w), self._solution(point, m)) for m, w in shares.items()]
        first = parts[0][1]
        mixed: dict[Information, tuple[Enclosure, ...]] = {}
        for information, probabilities in first.behaviour.items():
            mixed[information] = tuple(
                sum((w * s.behaviour[information][a] for w, s in parts), _ZERO)
                for a in range(len(probabilities))
            )
        payoffs = tuple(
            sum((w * s.payoffs[k] for w, s in parts), _ZERO) for k in range(len(first.payoffs))
        )
        return Solution(payoffs, mixed, first.crowds)

    # -- putting together ---------------------------------------------------------------------

    def _solution(self, point: int, member: int) -> Solution:
        return self.search.known[point].solutions[member]

    def _tables(self, values: Mapping[int, Payoffs]) -> list[list[Fraction]]:
        """Return the payoff of each player of the piece at each profile of plans, row by row."""
        everywhere = {**self.ends, **values}
        tables = []
        for m in self.movers:
            middles = {point: middle(payoffs[m]) for point, payoffs in everywhere.items()}
            tables.append(
                [
                    sum((p * middles[point] for point, p in outcome.items()), Fraction(0))
                    for outcome in self.piece.outcomes.values()
                ]
            )
        return tables

    def _place(self, own: Behaviour, mix: Mix, after: Mapping[int, Solution]) -> int:
        """Take in an equilibrium of the piece with what follows it."""
        values = self.ends | {point: s.payoffs for point, s in after.items()}
        chances = _ends_reached(self.piece, mix)
        payoffs = tuple(
            sum((p * values[point][k] for point, p in chances.items()), _ZERO)
            for k in range(len(self.search.players))
        )
        played = dict(own)
        for solution in after.values():
            played |= solution.behaviour
        crowds = tuple(strategy for s in after.values() for strategy in s.crowds)
        return self.found.add(Solution(payoffs, played, crowds))


def _weights(probabilities: Sequence[Any]) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(p.p), int(p.q)) for p in probabilities)


def _played(after: Mapping[int, Solution]) -> tuple[Fraction, ...]:
    """Return the probabilities of all actions, information set by information set."""
    played = [shares for s in after.values() for _, shares in sorted(s.behaviour.items())]
    return tuple(middle(p) for shares in played for p in shares)


def _marginals(
    weights: Sequence[Fraction], profiles: Sequence[tuple[int, ...]]
) -> list[dict[int, Fraction]]:
    """Return, for each continuum, how much of each extreme point is in a joint mixture."""
    parts: list[dict[int, Fraction]] = [{} for _ in profiles[0]]
    for weight, profile in zip(weights, profiles, strict=True):
        for part, member in zip(parts, profile, strict=True):
            part[member] = part.get(member, Fraction(0)) + weight
    return parts


def _ends_reached(piece: Piece, mix: Mix) -> dict[int, Enclosure]:
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
