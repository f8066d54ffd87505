r"""For which parameter values a path of play is the outcome of a subgame-perfect equilibrium.

Steps
-----
1. Parameter values at which a payoff is not defined are left out, which what is assumed says
   (`pigou.solvers.defined`). The paths of a finite game in stages come with conditions from
   `pigou.solvers.paths`: a conjunction over the deviations of disjunctions over what may follow
   them.
2. z3 discards a path whose condition nothing can satisfy (*excluded, proved*). In the condition of
   every other one, inequalities that are sums of others are dropped, which takes algebra alone
   (`pigou.solvers.sums_of_gaps`). It is multiplied out into alternatives, cutting off at once those
   that nothing satisfies; inequalities and alternatives that the rest makes superfluous are
   dropped, each by proof, and what all alternatives share is written once.
3. The short condition is held against the one before it was multiplied out once more.
4. A path is *efficient* where its welfare is at least that of every other path; comparisons that
   are sums of others are dropped.

Where there is a time limit, every path is asked about first; the conditions are then shortened, the
parameter space is cut, and the efficient paths are found, each in a part of the time. A condition
that is not short by then is stated at its full length: it is exact all the same.

Source: R. Selten (1965), Spieltheoretische Behandlung eines Oligopolmodells mit
Nachfrageträgheit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from pigou.deadline import part_of_time
from pigou.errors import DeclarationError
from pigou.exact import Record
from pigou.expression import symbol
from pigou.game import Game
from pigou.solvers.conditions import Simplifier, tidy
from pigou.solvers.defined import probabilities
from pigou.solvers.paths import PathOfPlay, paths_and_needs
from pigou.solvers.reals import Decision, Outcome, decide
from pigou.solvers.signalling_paths import hidden_draw
from pigou.solvers.staged_partition import staged_partition, within_time
from pigou.solvers.sums_of_gaps import plain, without_sums
from pigou.solvers.symbolic import Exclusion, RegimeSet, SymbolicEquilibrium

__all__ = ["path_regimes"]

WHY_NOT_MIXED = "{} equilibria in pure strategies are stated, by what is played: the path"


def path_regimes(game: Game, fixed: Mapping[str, Any] | None = None) -> RegimeSet:
    """Return every path of play with the exact condition under which it is an outcome.

    Parameters
    ----------
    game : Game
        Finite, in stages, of single players who see all earlier moves.
    fixed : mapping of str to number, optional
        Parameters that are given a value instead of staying symbols.

    Raises
    ------
    StructureError
        If the game has another structure, or more than 256 paths.
    DeclarationError
        If no parameter values are left by what is assumed.

    Examples
    --------
    >>> from pigou import Move, Parameter, Player
    >>> enter = Move("enter", "entrant", {"no": 0, "yes": 1})
    >>> fight = Move("fight", "incumbent", {"no": 0, "yes": 1}, 2, when="enter == yes")
    >>> game = Game(
    ...     "entry",
    ...     [Player("entrant"), Player("incumbent")],
    ...     [enter, fight],
    ...     {"entrant": "enter*(1 - 2*fight)", "incumbent": "2 - enter - price*fight"},
    ...     parameters=[Parameter("price", 1)],
    ... )
    >>> for path in path_regimes(game).equilibria:
    ...     print(path.profile, "|", path.condition)
    enter: no | price <= 0
    enter: yes; fight: no | price >= 0
    """
    return _Search(game, fixed or {}).found()


class _Search:
    def __init__(self, game: Game, fixed: Mapping[str, Any]):
        numbers = {n: game.parameter(n).check(game._given(n, v)) for n, v in fixed.items()}
        at = {symbol(n): sp.Rational(v.numerator, v.denominator) for n, v in numbers.items()}
        self.game = game
        self.integers = tuple(p.name for p in game.parameters if p.integer and p.name not in fixed)
        given = tuple(c for c in (x.xreplace(at) for x in game.conditions) if c != sp.true)
        paths, needs = paths_and_needs(game)
        order = [p.symbol for p in game.parameters]
        more = [c.xreplace(at) for c in (*probabilities(game), *needs)]
        more = [c for c in more if not decide(c, given, self.integers)]
        self.given = given + Simplifier(given, self.integers, order).shortened(more)
        if decide(sp.false, self.given, self.integers):
            raise DeclarationError(
                f"no parameter values satisfy what game '{game.name}' assumes together with the "
                f"values that are set ({', '.join(map(str, self.given))})"
            )
        self.simplifier = Simplifier(self.given, self.integers, order)
        self.paths = [
            PathOfPlay(
                path.labels,
                {who: sp.expand(u.xreplace(at)) for who, u in path.payoffs.items()},
                path.holds.xreplace(at),
            )
            for path in paths
        ]

    def found(self) -> RegimeSet:
        """Settle every path, and cut the parameter space."""
        possible = [self.possible(path) for path in self.paths]
        verdicts: list[SymbolicEquilibrium | Exclusion] = []
        with part_of_time(0.5):
            for place, (path, decision) in enumerate(zip(self.paths, possible, strict=True)):
                with part_of_time(1 / (len(self.paths) - place)):
                    verdicts.append(self.settle(path, decision))
        stated = [one for one in verdicts if isinstance(one, SymbolicEquilibrium)]
        cut = within_time(staged_partition, stated, self.simplifier)
        equilibria = self.with_efficiency(stated)
        changed = {id(old): new for old, new in zip(stated, equilibria, strict=True)}
        return RegimeSet(
            self.game.name,
            self.given,
            tuple(equilibria),
            tuple(one for one in verdicts if isinstance(one, Exclusion)),
            tuple(
                f"{path.words} (whether it can occur: {decision.reason})"
                for path, decision in zip(self.paths, possible, strict=True)
                if decision.outcome is Outcome.UNDECIDED
            ),
            self.integers,
            WHY_NOT_MIXED.format(
                "subgame-perfect" if hidden_draw(self.game) is None else "perfect Bayesian"
            ),
            replace(cut, regimes=tuple(
                replace(r, equilibria=tuple(changed[id(one)] for one in r.equilibria))
                for r in cut.regimes
            )),
            staged=True,
        )  # fmt: skip

    def possible(self, path: PathOfPlay) -> Decision:
        """Decide whether a path is never an outcome."""
        return self.simplifier.decide(sp.Not(path.holds))

    def settle(self, path: PathOfPlay, possible: Decision) -> SymbolicEquilibrium | Exclusion:
        """Find the condition of a path, as short as time allows, if it can be an outcome."""
        if possible.outcome is Outcome.PROVED:
            return Exclusion(path.words, possible.seconds)
        short = plain(path.holds, self.given)
        return SymbolicEquilibrium(
            path.words,
            self.simplifier.multiplied_out(self.simplifier.settled(short)),
            Record({who: tidy(u) for who, u in path.payoffs.items() if who != "welfare"}),
            Record(),
            possible.outcome is Outcome.REFUTED,
        )

    def with_efficiency(self, stated: Sequence[SymbolicEquilibrium]) -> list[SymbolicEquilibrium]:
        """Add where a path is efficient."""
        paths = {path.words: path for path in self.paths}
        done = []
        with part_of_time(0.5):
            for place, one in enumerate(stated):
                with part_of_time(1 / (len(stated) - place)):
                    done.append(replace(one, efficient=self.efficient(paths[one.profile])))
        return done

    def efficient(self, path: PathOfPlay) -> Any:
        """Return where no other path has a higher welfare."""
        gaps = {sp.Add(path.payoffs["welfare"], -other.payoffs["welfare"]) for other in self.paths}
        kept = without_sums(gaps, self.given)
        claim = self.simplifier.settled(sp.And(*(sp.Ge(gap, 0) for gap in kept)))
        return self.simplifier.multiplied_out(claim)
