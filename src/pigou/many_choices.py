"""Solve a large crowd, or a continuum, with more than two choices: name and check what is found.

Two choices are solved in `pigou.large_population`, small populations, types and exit in
`pigou.solving`, profile by profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pigou.check_simultaneous import Checker, Examination
from pigou.equilibrium import Component, Equilibrium, EquilibriumSet, Evidence, Grade, Strategy
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Record
from pigou.pareto import pareto
from pigou.solvers.face_signs import signs_of
from pigou.solvers.several_choices import Crowd
from pigou.solvers.simplex_equilibria import Piece, SimplexEquilibria, simplex_equilibria
from pigou.solvers.simplex_points import Rest

__all__ = ["solve_many_choices"]

_HOW = {
    1: "payoffs of all choices compared in exact arithmetic",
    2: "roots of what one choice gains over another, isolated exactly",
}
_HOW_INSIDE = "the system of equal payoffs solved by a Gröbner basis, with exact signs"


class _Draft(NamedTuple):
    """An equilibrium before it is named and checked."""

    strategy: Strategy
    marks: tuple[str, ...]
    method: str


def solve_many_choices(crowd: Crowd) -> EquilibriumSet:
    """Return all equilibria of a crowd with more than two choices, with their evidence.

    Parameters
    ----------
    crowd : Crowd

    Raises
    ------
    StructureError
        If payoffs cannot be read on corners and edges of the simplex.

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> mass = [Player("firm", size=sp.oo)]
    >>> payoffs = {"firm": "if(go == a, 1 - mean(go == a), if(go == b, 2/3 - mean(go == b), 1/2))"}
    >>> game = Game("g", mass, [Move("go", "firm", {"a": 0, "b": 1, "out": 2})], payoffs)
    >>> for found in solve_many_choices(crowd_of(game, {})):
    ...     print(found)
    E1 (mixed): go: a 1/2, b 1/6, out 1/3
    """
    found = simplex_equilibria(crowd)
    rules = _Rules(crowd)
    drafts = [rules.draft(rest) for rest in found.rests]
    return _listed(crowd, drafts, _components(found.pieces), found)


class _Rules:
    """What is known of all payoffs at once: whether they are smooth, and dominance."""

    def __init__(self, crowd: Crowd):
        self.crowd = crowd
        number = len(crowd.labels)
        every = tuple(range(number))
        self.smooth, self.weak = True, set[int]()
        try:
            payoffs = [crowd.payoff(every, a, _without_conditions) for a in every]
        except (StructureError, DeclarationError):
            self.smooth = False
            return
        for a in every:
            for b in every:
                gap = payoffs[b] - payoffs[a]
                if a != b and signs_of(gap.top * gap.bottom, closed=True) == {0, 1}:
                    self.weak.add(a)

    def draft(self, rest: Rest) -> _Draft:
        """Return an equilibrium with what is known of it."""
        crowd, shares = self.crowd, rest.shares(len(self.crowd.labels))
        strategy = Strategy(
            crowd.move,
            crowd.player,
            "",
            Record(dict(zip(crowd.labels, shares, strict=True))),
            None,
            crowd.size or 1,
        )
        marks = self._marks(rest)
        if self.weak & set(rest.support):
            marks += ("weakly dominated",)
        return _Draft(strategy, marks, _HOW.get(len(rest.support), _HOW_INSIDE))

    def _marks(self, rest: Rest) -> tuple[str, ...]:
        """Say that an equilibrium is strict, and whether best-response dynamics return to it.

        On an edge they do if other choices pay less, payoffs have no jumps or kinks, and the gain
        of one choice over the other falls: then it falls towards zero whichever of the two is the
        best response, and the shares of other choices die out.
        """
        if rest.ties:
            return ()
        if len(rest.support) == 1:
            return ("strict", "stable") if self.smooth else ("strict",)
        if len(rest.support) > 2 or not self.smooth or not rest.slope:
            return ()
        return ("stable",) if rest.slope < 0 else ("unstable",)


def _without_conditions(polynomial: object) -> frozenset[int]:
    """Answer which sign a polynomial has on the whole simplex, and refuse if it changes."""
    found = signs_of(polynomial, closed=True)
    if len(found) > 1:
        raise StructureError("a sign changes")
    return found


def _components(pieces: Sequence[Piece]) -> list[Component]:
    """Join pieces that share an extreme point."""
    joined: list[list[Piece]] = []
    for piece in pieces:
        touching = [c for c in joined if any(set(piece.corners) & set(p.corners) for p in c)]
        joined = [c for c in joined if c not in touching]
        joined.append([p for c in touching for p in c] + [piece])
    return [
        Component(
            f"C{number}",
            max(p.dimension for p in group),
            tuple(tuple(f"E{n + 1}" for n in sorted(p.corners)) for p in group),
        )
        for number, group in enumerate(joined, 1)
    ]


def _listed(
    crowd: Crowd, drafts: Sequence[_Draft], components: list[Component], found: SimplexEquilibria
) -> EquilibriumSet:
    equilibria = _named(crowd, drafts, components)
    notes = list(dict.fromkeys(found.open))
    doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
    if doubtful:
        notes.append(f"the checker could not confirm {', '.join(doubtful)}")
    cases = f" in {found.cases} cases" if found.cases > found.faces - len(crowd.labels) else ""
    how = (
        f"payoffs read as quotients of polynomials in the shares on {found.faces} sets of choices"
        f"{cases}, equal payoffs solved on each exactly"
    )
    return EquilibriumSet(
        game=crowd.game.name,
        structure="population",
        at=crowd.at,
        equilibria=tuple(equilibria),
        complete=not notes,
        completeness=f"{'proved' if not notes else 'not shown'}: {how}",
        scope="all equilibria, by the share of members who take each choice",
        components=tuple(components),
        unresolved=tuple(notes),
    )


def _named(
    crowd: Crowd, drafts: Sequence[_Draft], components: Iterable[Component]
) -> list[Equilibrium]:
    """Give equilibria their names, payoffs and evidence."""
    checker = Checker(crowd.game, crowd.at)
    examined = [checker.examine((draft.strategy,)) for draft in drafts]
    ranking = pareto(examined)
    home = {name: c.name for c in components for subset in c.subsets for name in subset}
    equilibria = []
    for number, (draft, one) in enumerate(zip(drafts, examined, strict=True)):
        dominated_by, open_ = ranking.named(number)
        name = f"E{number + 1}"
        equilibria.append(
            Equilibrium(
                name,
                (draft.strategy,),
                one.payoffs,
                _evidence(draft.method, one),
                draft.marks,
                home.get(name, ""),
                None,
                dominated_by,
                open_,
            )
        )
    return equilibria


def _evidence(method: str, found: Examination) -> Evidence:
    grade = Grade.CERTIFIED if found.confirmed else Grade.NUMERICAL
    return Evidence(grade, method, found.gain, found.confirmed, found.doubt)
