r"""Which beliefs support a profile at each information set of a tree.

On the path it is the belief of Bayes' rule. Off the path the beliefs are over the *paths* that lead
to the information set (chance is averaged out along each), and support the profile where every
action in use is best, given what others do later:

.. math:: \Big\{\mu \in \Delta : \sum_x \mu(x)\,(V(x, a) - V(x, b)) \ge 0
          \text{ for all } a \text{ in use and all } b\Big\} .

A player who moves again later would have to be judged by whole plans; that is left undecided.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import fmpq

from pigou.equilibrium import Belief, Equilibrium
from pigou.exact import Record
from pigou.game import Game
from pigou.solvers.cutting import Polytope, simplices
from pigou.solvers.form import FiniteForm
from pigou.solvers.pieces import Information, Tree
from pigou.stages import Draw, Turn

__all__ = ["Outlook", "Undecided", "beliefs_of"]

Path = tuple[tuple[Information, int], ...]


class Undecided(Exception):
    """Why beliefs are not judged.

    Examples
    --------
    >>> str(Undecided("a player moves again"))
    'a player moves again'
    """


class Outlook:
    """A tree with its payoffs, and the paths to its points.

    Parameters
    ----------
    game : Game
        In stages, with finite choices of single players.
    at : mapping of str to Fraction
        A value for every parameter.
    tree : Tree
    """

    def __init__(self, game: Game, at: Mapping[str, Fraction], tree: Tree):
        self.game, self.at, self.tree = game, at, tree
        self.form = FiniteForm(game, at, ())
        self.paths: dict[int, Path] = {0: ()}
        self.chance = {0: Fraction(1)}
        for number, point in enumerate(tree.points):
            for k, child in enumerate(point.children):
                drawn = isinstance(point.event, Draw)
                here = self.paths[number]
                share = point.event.branches[k][1] if isinstance(point.event, Draw) else 1
                self.chance[child] = self.chance[number] * share
                own = () if drawn or not isinstance(point.event, Turn) else (
                    (point.event.information, k),
                )  # fmt: skip
                self.paths[child] = (*here, *own)
        self.leaves_open = any(
            len({self.paths[n] for n in numbers}) > 1 for numbers in tree.sets.values()
        )

    @property
    def has_simultaneous_moves(self) -> bool:
        """Whether somebody moves who does not know what is done in the same stage."""
        stages = {m.name: m.stage for m in self.game.moves}
        return any(
            stages.get(name) == stages[moves[0]]
            for (_, moves, _), numbers in self.tree.sets.items()
            for n in numbers
            for name in self.tree.points[n].node.history
        )


def beliefs_of(outlook: Outlook, one: Equilibrium) -> tuple[Belief, ...] | None:
    """Return the beliefs wherever something is left open; None if no belief supports something.

    Parameters
    ----------
    outlook : Outlook
    one : Equilibrium

    Raises
    ------
    Undecided
        If strategies are missing or not exact, payoffs are irrational, or a player moves again
        after an information set off the path.

    Examples
    --------
    >>> from pigou import Move, Player, Stages, solve
    >>> from pigou.solvers.pieces import lay_out
    >>> moves = [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1}, 2, ())]
    >>> game = Game("blind", [Player("a"), Player("b")], moves, {"a": "x", "b": "x*y"})
    >>> outlook = Outlook(game, {}, lay_out(Stages(game, {})))
    >>> [str(belief) for belief in beliefs_of(outlook, solve(game)["E1"])]
    ['y: x yes 1']
    """
    return _Profile(outlook, one).beliefs()


class _Profile:
    """The strategies of one equilibrium over a tree."""

    def __init__(self, judge: Outlook, one: Equilibrium):
        self.judge, self.tree = judge, judge.tree
        self.shares: dict[Information, tuple[Fraction, ...]] = {}
        self.when: dict[Information, Mapping[str, str]] = {}
        for information, numbers in self.tree.sets.items():
            turn = self._turn(numbers[0])
            joined = ", ".join(turn.moves)
            asked = [s for s in one.strategies if (s.player, s.move) == (turn.player, joined)]
            known = any(s.when for s in asked)
            chosen = [s for s in asked if not known or s.when == turn.seen]
            if len(chosen) != 1:
                raise Undecided
            labels = [", ".join(action) for action in turn.actions]
            exact = [chosen[0].probabilities[label] for label in labels]
            if not all(p.is_exact for p in exact):
                raise Undecided
            self.shares[information] = tuple(p.lower for p in exact)
            self.when[information] = turn.seen if known else Record()

    def _turn(self, number: int) -> Turn:
        event = self.tree.points[number].event
        assert isinstance(event, Turn)
        return event

    def beliefs(self) -> tuple[Belief, ...] | None:
        """Return the beliefs wherever something is left open; None if there is none somewhere."""
        found = []
        for information, numbers in self.tree.sets.items():
            groups: dict[Path, list[int]] = {}
            for number in numbers:
                groups.setdefault(self.judge.paths[number], []).append(number)
            weights = [
                sum((self._reach(n) for n in group), Fraction(0)) for group in groups.values()
            ]
            if any(weights):
                total = sum(weights)
                points: tuple[Any, ...] = (tuple(w / total for w in weights),)
            else:
                points = self._supporting(information, list(groups.values())).points
            if not points:
                return None
            if len(groups) > 1:
                found.append(self._belief(information, list(groups.values()), any(weights), points))
        return tuple(found)

    def _belief(
        self, information: Information, groups: list[list[int]], reached: bool, points: Any
    ) -> Belief:
        turn = self._turn(groups[0][0])
        possible = []
        for group in groups:
            histories = [self.tree.points[n].node.history for n in group]
            possible.append(
                Record(
                    {
                        name: label
                        for name, label in histories[0].items()
                        if name not in turn.seen and all(h.get(name) == label for h in histories)
                    }
                )
            )
        when = self.when[information]
        return Belief(turn.player, ", ".join(turn.moves), when, reached, tuple(possible), points)

    def _reach(self, number: int) -> Fraction:
        weight = self.judge.chance[number]
        for information, action in self.judge.paths[number]:
            weight *= self.shares[information][action]
        return weight

    # -- sequential rationality -------------------------------------------------------------------

    def _supporting(self, information: Information, groups: list[list[int]]) -> Polytope:
        """Return the beliefs over groups of points at which the actions in use are best."""
        used = [k for k, share in enumerate(self.shares[information]) if share]
        turn = self._turn(groups[0][0])
        values = [
            [self._value(group, k, turn.player) for group in groups]
            for k in range(len(turn.actions))
        ]
        found = simplices([tuple(range(len(groups)))], len(groups))
        for one in used:
            for other in range(len(values)):
                if other != one:
                    pairs = zip(values[one], values[other], strict=True)
                    found = found.cut([a - b for a, b in pairs])
        return found

    def _value(self, group: list[int], action: int, player: str) -> Fraction:
        total = sum(self.judge.chance[n] for n in group)
        return sum(
            (
                self.judge.chance[n]
                / total
                * self._expected(self.tree.points[n].children[action], player)
                for n in group
            ),
            Fraction(0),
        )

    def _expected(self, number: int, player: str) -> Fraction:
        point = self.tree.points[number]
        if point.event is None:
            values = {
                name: fmpq(v.numerator, v.denominator)
                for name, v in self.tree.stages.values(point.node.history).items()
            }
            paid = self.judge.form.at_outcome(player, values)
            if self.judge.form.rounded:
                raise Undecided
            return Fraction(int(paid.p), int(paid.q))
        if isinstance(point.event, Draw):
            shares = tuple(share for _, share in point.event.branches)
        elif point.event.player == player:  # a plan, not one action, would have to be judged
            raise Undecided
        else:
            shares = self.shares[point.event.information]
        pairs = zip(shares, point.children, strict=True)
        return sum((s * self._expected(c, player) for s, c in pairs if s), Fraction(0))
