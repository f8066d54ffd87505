"""Solve a large crowd, or a continuum, with more than two choices: name and check what is found.

Two choices are solved in `pigou.large_population`, small populations, types and exit in
`pigou.solving`, profile by profile.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from pigou.check_simultaneous import Checker, Examination
from pigou.equilibrium import Component, Equilibrium, EquilibriumSet, Evidence, Grade, Strategy
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure, Record
from pigou.pareto import pareto
from pigou.solvers.face_signs import signs_of
from pigou.solvers.several_choices import Crowd, Quotient, in_shares
from pigou.solvers.several_counts import (
    CountBox,
    PureCounts,
    alike,
    on_edge,
    pure_profiles_of_many,
)
from pigou.solvers.several_edges import PairMixture, mixtures_of_pairs
from pigou.solvers.several_exit import belief_to_leave
from pigou.solvers.several_thresholds import Apart, apart, mixtures_apart, pure_apart
from pigou.solvers.simplex_equilibria import Piece, simplex_equilibria
from pigou.solvers.simplex_points import Rest

__all__ = ["solve_many_choices"]

MOST_IN_A_ROW = 20
"""Longer ranges of counts that are all equilibria are listed by their ends."""

MOST_LISTED = 3_000
"""So many pure equilibria are listed, and checked, at most; then it is said that there are more."""

_HOW = {
    1: "payoffs of all choices compared in exact arithmetic",
    2: "roots of what one choice gains over another, isolated exactly",
}
_HOW_PURE = "what a choice gains, in exact arithmetic, beside those who take each choice"
_HOW_BINOMIAL = "roots of expected gains, by binomial sums with rigorous bounds"
_HOW_LEFT = "belief that makes staying no better, in exact arithmetic"
_HOW_INSIDE = "the system of equal payoffs solved by a Gröbner basis, with exact signs"


class _Draft(NamedTuple):
    """An equilibrium before it is named and checked."""

    strategy: Strategy
    marks: tuple[str, ...]
    method: str


def solve_many_choices(crowd: Crowd, pure: bool = False) -> EquilibriumSet:
    """Return all equilibria of a crowd with more than two choices, with their evidence.

    Parameters
    ----------
    crowd : Crowd
    pure : bool, optional
        Whether to look for pure equilibria only; of a continuum, all are listed.

    Raises
    ------
    StructureError
        If payoffs cannot be read on corners and edges of the simplex.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.several_choices import crowd_of
    >>> firms = [Player("firm", size=10**9)]
    >>> payoffs = {"firm": "if(go == a, mean(go == a), if(go == b, 2*mean(go == b), 0 - 1))"}
    >>> game = Game("g", firms, [Move("go", "firm", {"a": 0, "b": 1, "out": 2})], payoffs)
    >>> for found in solve_many_choices(crowd_of(game, {})):
    ...     print(found)
    E1 (pure): go: 1000000000 a
    E2 (pure): go: 1000000000 b
    E3 (mixed): go: a 0.666667, b 0.333333
    """
    try:
        return _solved(crowd, pure)
    except StructureError as error:
        many = "a continuum" if crowd.size is None else f"{crowd.size:,} members"
        raise StructureError(
            f"game '{crowd.game.name}': '{crowd.player}' is {many} with {len(crowd.labels)} "
            f"choices, and {error}"
        ) from None


def _solved(crowd: Crowd, pure: bool) -> EquilibriumSet:
    work = _Work(crowd)
    if crowd.exit is not None:
        work.all_alike(crowd.exit)
    elif crowd.size is not None:
        work.pure(pure_profiles_of_many(crowd))
    if crowd.size is None or not pure:
        work.mixed()
    if crowd.exit is not None:
        work.leaving(crowd.exit)
    return work.finish(pure)


class _Work:
    """One solving: what was found, before it is named and checked."""

    def __init__(self, crowd: Crowd):
        self.crowd, self.rules = crowd, _Rules(crowd)
        self.drafts: list[_Draft] = []
        self.components: list[Component] = []
        self.notes: list[str] = []
        self.how: list[str] = []

    def pure(self, found: PureCounts) -> None:
        """Add pure equilibria, found and apart."""
        boxes = list(found.boxes)
        for support, why in found.unread:
            structure = self._apart(support)
            more = structure and pure_apart(self.crowd, structure)
            if more is not None:
                boxes += more
            else:
                where = self._names(support)
                self.notes.append(
                    f"pure profiles in which {where} are all taken were not searched: {why}"
                )
        self._list(sorted(boxes, key=lambda box: (len(box.support), box.support)))
        self.notes += found.open
        self.how.append(
            "what a choice gains read as polynomial pieces over counts, with its signs"
            + (
                f"; boxes of counts divided until settled ({found.visited:,})"
                if found.visited
                else ""
            )
        )

    def _list(self, boxes: Sequence[CountBox]) -> None:
        """List pure equilibria; of long ranges of counts, which are all equilibria, the ends."""
        assert self.crowd.size is not None
        for number, box in enumerate(boxes):
            if len(self.drafts) >= MOST_LISTED:
                rest = f"{len(boxes) - number:,} more sets of pure equilibria"
                self.notes.append(f"only {len(self.drafts):,} pure equilibria are listed; {rest}")
                break
            profiles = itertools.islice(box.profiles(self.crowd.size), MOST_IN_A_ROW + 1)
            listed = list(profiles) if box.number <= MOST_IN_A_ROW else []
            if not listed:
                listed = [tuple(row) for row in _ends(box, self.crowd.size)]
                names = tuple(f"E{len(self.drafts) + k}" for k in range(1, len(listed) + 1))
                words = f"profile with {self._ranges(box)},"
                self.components.append(Component("", 0, (names,), points=words))
            self.drafts += [self.rules.profile(box, row) for row in listed]

    def all_alike(self, leave: int) -> None:
        """Add the equilibria in which all stay and take the same choice."""
        assert self.crowd.size is not None
        for choice in self.crowd.staying:
            for box in alike(self.crowd, choice):
                self.drafts.append(self.rules.profile(box, (self.crowd.size,)))
                pays = [on_edge(self.crowd, (choice, leave), own)(0) for own in (choice, leave)]
                self._tied(pays[0] == pays[1], self.drafts[-1])
        self.how.append("profiles in which all take the same choice compared in exact arithmetic")

    def _tied(self, tied: bool, draft: _Draft) -> None:
        """Say that some may leave beside an equilibrium of those who stay that pays no more."""
        if tied and self.crowd.exit is not None:
            label = self.crowd.labels[self.crowd.exit]
            self.notes.append(f"any share of members may take {label} beside {draft.strategy}")

    def leaving(self, leave: int) -> None:
        """Add the equilibrium in which all leave, if a belief supports it."""
        try:
            found = belief_to_leave(self.crowd)
        except StructureError as error:
            self.notes.append(f"everybody exits: {error}")
            return
        if found.counts is not None:
            self.drafts.append(self.rules.left(leave, found.counts))
        elif found.open:
            self.notes.append("everybody exits: no pure belief supports it, a mixed one might")
        self.how.append("a belief to leave with searched among all profiles of fellow members")

    def _apart(self, support: tuple[int, ...]) -> Apart | None:
        """Return how the conditions of a support come apart, if they do."""
        try:
            return apart(self.crowd, support)
        except StructureError:
            return None

    def _names(self, support: Sequence[int]) -> str:
        labels = [self.crowd.labels[a] for a in support]
        return f"{', '.join(labels[:-1])} and {labels[-1]}"

    def _ranges(self, box: CountBox) -> str:
        parts = [
            f"{low:,} to {high:,} {self.crowd.labels[a]}"
            for a, (low, high) in zip(box.support[1:], box.ranges, strict=True)
        ]
        return f"{', '.join(parts)} and the others {self.crowd.labels[box.support[0]]}"

    def mixed(self) -> None:
        """Add all equilibria in which everybody uses the same mixture (or shares of a continuum).

        Where many members' payoffs are no polynomials, mixtures of two choices are looked for, and
        of more where their conditions come apart.
        """
        if self.crowd.size is not None and not self.rules.readable:
            self._thresholds()
            return
        found = simplex_equilibria(self.crowd)
        places = []
        for rest in found.rests:
            corner = len(rest.support) == 1 and self.crowd.size is not None
            at = self._corner(rest.support[0]) if corner else None
            places.append(len(self.drafts) if at is None else at)
            if at is None:
                self.drafts.append(self.rules.draft(rest))
                self._tied(self.crowd.exit in rest.ties, self.drafts[-1])
        moved = [p._replace(corners=tuple(places[n] for n in p.corners)) for p in found.pieces]
        self.components += _components(moved)
        self.notes += found.open
        cases = f" in {found.cases} cases" if found.cases > found.faces else ""
        self.how.append(
            f"payoffs of all choices on {found.faces} sets of choices{cases}, where they are equal "
            "solved exactly"
        )

    def _corner(self, choice: int) -> int | None:
        """Return the place of the pure equilibrium in which all take one choice."""
        label = self.crowd.labels[choice]
        for place, draft in enumerate(self.drafts):
            if (draft.strategy.counts or {}).get(label) == self.crowd.size:
                return place
        return None

    def _thresholds(self) -> None:
        """Add mixtures where payoffs are polynomials piece by piece only."""
        found = mixtures_of_pairs(self.crowd)
        for pair in found.found:
            self.drafts.append(self.rules.mixture(pair))
            self._tied(pair.falls is None, self.drafts[-1])
        self.notes += found.open
        every = self.crowd.staying
        for size in range(3, len(every) + 1):
            for support in itertools.combinations(every, size):
                where = f"mixtures of {self._names(support)}"
                structure = self._apart(support)
                if structure is None:
                    self.notes.append(f"{where} were not searched: {self.rules.why}")
                    continue
                for one in mixtures_apart(self.crowd, structure):
                    if isinstance(one, str):
                        self.notes.append(f"{where}: {one}")
                    else:
                        self.drafts.append(self.rules.spread(one))
                        equal = (d is None and gain(0) == 0 for d, gain in structure.outside)
                        self._tied(any(equal), self.drafts[-1])
        self.how.append("mixtures by binomial sums with rigorous bounds")

    def finish(self, pure: bool) -> EquilibriumSet:
        """Name and check what was found."""
        components = [replace(c, name=f"C{n}") for n, c in enumerate(self.components, 1)]
        equilibria = _named(self.crowd, self.drafts, components)
        notes = list(dict.fromkeys(self.notes))
        doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
        if doubtful:
            notes.append(f"the checker could not confirm {', '.join(doubtful)}")
        scope = "all equilibria, by the share of members who take each choice"
        if self.crowd.size is not None:
            scope = "pure equilibria up to the names of members alike, and symmetric mixed ones"
            scope = "pure equilibria only, up to the names of members alike" if pure else scope
        if self.crowd.exit is not None:
            kinds = "pure equilibria only" if pure else "equilibria, pure and mixed"
            scope = (
                f"symmetric {kinds}; off the path, members believe in choices that survive "
                "iterated strict dominance"
            )
        return EquilibriumSet(
            game=self.crowd.game.name,
            structure="population",
            at=self.crowd.at,
            equilibria=tuple(equilibria),
            complete=not notes,
            completeness=f"{'proved' if not notes else 'not shown'}: {'; '.join(self.how)}",
            scope=scope,
            components=tuple(components),
            unresolved=tuple(notes),
        )


def _ends(box: CountBox, size: int) -> Iterator[tuple[int, ...]]:
    """Yield the counts at the corners of a range of counts."""
    for row in itertools.product(*([low, high] for low, high in box.ranges)):
        if sum(row) < size:
            yield (size - sum(row), *row)


class _Rules:
    """What is known of all payoffs at once: whether they are smooth, and dominance."""

    def __init__(self, crowd: Crowd):
        self.crowd = crowd
        every, owns = crowd.staying, range(len(crowd.labels))
        self.smooth, self.readable, self.why, self.weak = True, True, "", set[int]()
        try:
            payoffs = [crowd.payoff(every, a, _without_conditions) for a in owns]
            if crowd.size is not None:
                for size in range(1, len(every)):
                    for face in itertools.combinations(every, size):
                        for own in owns:
                            crowd.payoff(face, own, _without_conditions)
        except (StructureError, DeclarationError) as error:
            self.smooth, self.readable, self.why = False, False, str(error)
            return
        if crowd.size is not None:
            one = payoffs[0].bottom
            payoffs = [
                Quotient(in_shares(crowd.in_counts(every, a), crowd.size - 1), one) for a in owns
            ]
        for a, b in itertools.permutations(owns, 2):
            gap = payoffs[b] - payoffs[a]
            if signs_of(gap.top * gap.bottom, closed=True) == {0, 1}:
                self.weak.add(a)

    def _strategy(self, shares: Iterable[Enclosure], counts: Iterable[int] | None) -> Strategy:
        crowd = self.crowd
        labelled = Record(dict(zip(crowd.labels, shares, strict=True)))
        whole = None if counts is None else Record(dict(zip(crowd.labels, counts, strict=True)))
        return Strategy(crowd.move, crowd.player, "", labelled, whole, crowd.size or 1)

    def _weakly(self, support: Iterable[int]) -> tuple[str, ...]:
        return ("weakly dominated",) if self.weak & set(support) else ()

    def draft(self, rest: Rest) -> _Draft:
        """Return an equilibrium in shares, with what is known of it."""
        strategy = self._strategy(rest.shares(len(self.crowd.labels)), None)
        marks = self._marks(rest) + self._weakly(rest.support)
        return _Draft(strategy, marks, _HOW.get(len(rest.support), _HOW_INSIDE))

    def profile(self, box: CountBox, row: tuple[int, ...]) -> _Draft:
        """Return a pure equilibrium of many members."""
        assert self.crowd.size is not None
        counts = [0] * len(self.crowd.labels)
        for choice, number in zip(box.support, row, strict=True):
            counts[choice] = number
        shares = [Enclosure.point(Fraction(n, self.crowd.size)) for n in counts]
        marks = ("strict", "stable") if box.strict else ()
        return _Draft(self._strategy(shares, counts), marks + self._weakly(box.support), _HOW_PURE)

    def mixture(self, one: PairMixture) -> _Draft:
        """Return a mixture of two choices by many members whose payoffs have thresholds."""
        first, second = one.support
        draft = self.spread({first: Enclosure.point(1) - one.share, second: one.share})
        return draft._replace(marks={True: ("stable",), False: ("unstable",), None: ()}[one.falls])

    def spread(self, known: Mapping[int, Enclosure]) -> _Draft:
        """Return a mixture, given by the shares of the choices that are taken."""
        zero = Enclosure.point(0)
        shares = [known.get(a, zero) for a in range(len(self.crowd.labels))]
        return _Draft(self._strategy(shares, None), (), _HOW_BINOMIAL)

    def left(self, leave: int, belief: Iterable[int]) -> _Draft:
        """Return the equilibrium in which all leave."""
        labels = self.crowd.labels
        shares = [Enclosure.point(int(a == leave)) for a in range(len(labels))]
        believed = Record(dict(zip(labels, belief, strict=True)))
        strategy = replace(self._strategy(shares, None), belief=believed)
        return _Draft(strategy, ("needs a belief", *self._weakly((leave,))), _HOW_LEFT)

    def _marks(self, rest: Rest) -> tuple[str, ...]:
        """Say that an equilibrium is strict, and whether best-response dynamics return to it.

        They do where other choices pay less, payoffs have no jumps or kinks, and the derivative of
        payoffs is negative definite along the face (Sandholm 2010, Theoretical Economics 5:27-50).
        On an edge, which is never left then, they do not if it is positive.
        """
        if rest.ties:
            return ()
        if len(rest.support) == 1:
            return ("strict", "stable") if self.smooth else ("strict",)
        if not self.smooth or not rest.slope:
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
