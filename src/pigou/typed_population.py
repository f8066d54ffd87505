"""Solve a large population, or a continuum, of several types: name and check what is found.

Members have two choices. Small populations are solved in `pigou.solving` profile by profile, and
those without types in `pigou.large_population`; here nothing is ever listed count by count either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from pigou.equilibrium import Component, EquilibriumSet, Grade, Strategy
from pigou.exact import Enclosure, Record
from pigou.large_population import MOST_IN_A_ROW
from pigou.population_drafts import Draft, named
from pigou.solvers.several_types import Kind, Typed
from pigou.solvers.typed_counts import TypedCounts, is_strict, typed_counts
from pigou.solvers.typed_mean_field import Masses, TypedRest, typed_mean_field
from pigou.solvers.typed_mixtures import Indifferent, TypedMixture, TypedMixtures, typed_mixtures

__all__ = ["solve_typed_continuum", "solve_typed_population"]

_STABILITY = {True: ("stable",), False: ("unstable",), None: ()}


def solve_typed_population(about: Typed, pure: bool = False) -> EquilibriumSet:
    """Return the equilibria of a large population of several types, with their evidence.

    All pure ones, by counts, and the mixed ones in which members of a type do the same. Types
    that mix at the same time are settled where `pigou.solvers.typed_mixtures` says; the others are
    listed as unresolved.

    Parameters
    ----------
    about : Typed
    pure : bool, optional
        Whether to look for pure equilibria only.

    Examples
    --------
    >>> from pigou import Game, Move, Player, Type
    >>> from pigou.solvers.several_types import several_types
    >>> firms = Player("x", types=[Type("near", 10**9, {"c": "1/4"}), Type("far", 10**9, {"c": 2})])
    >>> moves = [Move("go", "x", {"no": 0, "yes": 1})]
    >>> game = Game("road", [firms], moves, {"x": "go*(sum(go - 1/2)/10**9 + 3/4 - c)"})
    >>> for found in solve_typed_population(several_types(game, {})):
    ...     print(found)
    E1 (pure): go[near]: 1000000000 no; go[far]: 1000000000 no
    E2 (pure): go[near]: 1000000000 yes; go[far]: 1000000000 no
    E3 (mixed): go[near]: no 0.5, yes 0.5; go[far]: 1000000000 no
    """
    drafts, components = _pure(about)
    notes: list[str] = []
    how = _how_pure(about)
    if not pure:
        found = typed_mixtures(about.kinds)
        drafts += [_mixed(about, one) for one in found.mixtures]
        components += [_continuum(about, one, drafts) for one in found.indifferent]
        notes += [_in_words(about, row, why) for row, why in found.unresolved]
        how += f"; {_how_mixed(found)}"
    equilibria = named(about.game, about.at, drafts)
    doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
    if doubtful:
        notes.append(f"the checker could not confirm {', '.join(doubtful)}")
    return EquilibriumSet(
        game=about.game.name,
        structure="population",
        at=about.at,
        equilibria=tuple(equilibria),
        complete=not notes,
        completeness=f"{'proved' if not notes else 'not shown'}: {how}",
        scope=_scope(pure),
        components=tuple(replace(c, name=f"C{n}") for n, c in enumerate(components, 1)),
        unresolved=tuple(notes),
    )


def _scope(pure: bool) -> str:
    if pure:
        return "pure equilibria only, up to the names of members alike"
    return "pure equilibria up to the names of members alike, and mixed ones alike within each type"


def _how_pure(about: Typed) -> str:
    pieces = sum(len(kind.gain.pieces) for kind in about.kinds)
    return (
        f"what a choice gains each of {len(about.kinds)} types read as {pieces} polynomial pieces "
        f"over the total count, with its sign at every one of {about.size:,}"
    )


def _how_mixed(found: TypedMixtures) -> str:
    return (
        f"{found.supports} supports with mixing, {found.excluded} of them excluded by signs or by "
        "concentration, the others searched for roots"
    )


def _in_words(about: Typed, row: Sequence[int | None], why: str) -> str:
    """Say which types mix and what the others do."""
    parts = []
    for kind, plays in zip(about.kinds, row, strict=True):
        what = " and ".join(about.labels) if plays is None else about.labels[plays]
        parts.append(f"{kind.name} {'mixes' if plays is None else 'plays'} {what}")
    return f"{why}: {', '.join(parts)}"


# -- pure equilibria --------------------------------------------------------------------------


def _pure(about: Typed) -> tuple[list[Draft], list[Component]]:
    """Return the pure equilibria, and the sets of counts of which only the corners are listed."""
    drafts: list[Draft] = []
    components: list[Component] = []
    for one in typed_counts(about.kinds):
        points = one.points(MOST_IN_A_ROW)
        if points is not None:
            drafts += [_of_counts(about, row) for row in points]
            continue
        name, corners = f"C{len(components) + 1}", one.corners
        ends = tuple(f"E{len(drafts) + n}" for n in range(1, len(corners) + 1))
        drafts += [_of_counts(about, row, name) for row in corners]
        components.append(Component(name, 0, (ends,), points=_set_in_words(about, one)))
    return drafts, components


def _set_in_words(about: Typed, one: TypedCounts) -> str:
    free = [f"{about.kinds[t].name} {one.least[t]} to {one.most[t]}" for t in one.free]
    given = [
        f"{kind.name} {n}"
        for t, (kind, n) in enumerate(zip(about.kinds, one.least, strict=True))
        if t not in one.free
    ]
    total = f"{one.low}" if one.low == one.high else f"{one.low} to {one.high}"
    return (
        f"numbers of members who take {about.labels[1]}: {', '.join(free + given)}; {total} in all"
    )


def _of_counts(about: Typed, row: Sequence[int], component: str = "") -> Draft:
    strategies = []
    for kind, number in zip(about.kinds, row, strict=True):
        counts = dict(zip(about.labels, (kind.size - number, number), strict=True))
        shares = {k: Enclosure.point(Fraction(n, kind.size)) for k, n in counts.items()}
        strategies.append(_strategy(about, kind, shares, counts))
    marks = ("strict", "stable") if is_strict(about.kinds, row) else ()
    method = "what a choice gains each type, in exact arithmetic, beside those who take it"
    return Draft(tuple(strategies), marks + _weak(about, strategies), method, component)


def _strategy(
    about: Typed, kind: Kind, shares: dict[str, Enclosure], counts: dict[str, int] | None
) -> Strategy:
    known = None if counts is None else Record(counts)
    return Strategy(about.move, about.player, kind.name, Record(shares), known, kind.size)


def _weak(about: Typed, strategies: Sequence[Strategy]) -> tuple[str, ...]:
    """Return the mark of an equilibrium in which a weakly dominated choice is taken."""
    for kind, strategy in zip(about.kinds, strategies, strict=True):
        signs = {run.sign for run in kind.gain.runs}
        worse = 0 if signs == {0, 1} else 1 if signs == {0, -1} else None
        if worse is not None and strategy.probabilities[about.labels[worse]].upper > 0:
            return ("weakly dominated",)
    return ()


# -- mixed equilibria -------------------------------------------------------------------------


def _mixed(about: Typed, found: TypedMixture) -> Draft:
    strategies = []
    for kind, share in zip(about.kinds, found.shares, strict=True):
        shares = dict(zip(about.labels, (Enclosure.point(1) - share, share), strict=True))
        counts = None
        if share.is_exact and share.lower in (0, 1):
            row = (kind.size * (1 - share.lower), kind.size * share.lower)
            counts = {k: int(n) for k, n in zip(about.labels, row, strict=True)}
        strategies.append(_strategy(about, kind, shares, counts))
    marks = _STABILITY[found.falls] + _weak(about, strategies)
    return Draft(tuple(strategies), marks, found.method)


def _continuum(about: Typed, found: Indifferent, drafts: Sequence[Draft]) -> Component:
    """Return a continuum of mixtures of types whose choices pay the same, by its corners."""
    known = {
        tuple((s.counts or {}).get(about.labels[1]) for s in draft.strategies): f"E{number}"
        for number, draft in enumerate(drafts, 1)
    }
    rows = found.corners(about.kinds)
    return Component("", math.ceil(math.log2(len(rows))), (tuple(known[row] for row in rows),))


# -- a continuum ------------------------------------------------------------------------------


def solve_typed_continuum(about: Masses) -> EquilibriumSet:
    """Return all equilibria of a continuum of several types, with their evidence.

    Parameters
    ----------
    about : Masses

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Game, Move, Player, Type
    >>> from pigou.solvers.typed_mean_field import masses_of
    >>> types = [Type("near", "1/3", {"c": "1/4"}), Type("far", "2/3", {"c": "1/2"})]
    >>> moves = [Move("go", "x", {"no": 0, "yes": 1})]
    >>> firms = Player("x", size=sp.oo, types=types)
    >>> game = Game("road", [firms], moves, {"x": "go*(mean(go) - c)"})
    >>> for found in solve_typed_continuum(masses_of(game, {})):
    ...     print(found, found.marks)
    E1 (pure): go[near]: no; go[far]: no ('strict', 'stable')
    E2 (mixed): go[near]: no 1/4, yes 3/4; go[far]: no ('unstable',)
    E3 (pure): go[near]: yes; go[far]: no ('strict', 'stable')
    E4 (mixed): go[near]: yes; go[far]: no 3/4, yes 1/4 ('unstable',)
    E5 (pure): go[near]: yes; go[far]: yes ('strict', 'stable')
    """
    found = typed_mean_field(about)
    components: list[Component] = []
    place: dict[int, str] = {}
    for number, (size, corners) in enumerate(found.sets, 1):
        names = tuple(f"E{n + 1}" for n in corners)
        points = "every mixture of these profiles, by the same weights for all types"
        components.append(Component(f"C{number}", size, (names,), points=points))
        place |= dict.fromkeys(corners, f"C{number}")
    drafts = [_resting(about, one, place.get(n, "")) for n, one in enumerate(found.rests)]
    equilibria = named(about.game, about.at, drafts)
    notes = list(found.unresolved)
    doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
    if doubtful:
        notes.append(f"the checker could not confirm {', '.join(doubtful)}")
    how = (
        f"what a choice gains each of {len(about.names)} types read over the share of all members, "
        f"with its signs at and between {found.cuts} cuts, isolated exactly"
    )
    return EquilibriumSet(
        game=about.game.name,
        structure="population",
        at=about.at,
        equilibria=tuple(equilibria),
        complete=not notes,
        completeness=f"{'proved' if not notes else 'not shown'}: {how}",
        scope="all equilibria, by the part of each type that takes each choice",
        components=tuple(components),
        unresolved=tuple(notes),
    )


def _resting(about: Masses, rest: TypedRest, component: str) -> Draft:
    strategies = []
    for name, share in zip(about.names, rest.shares, strict=True):
        row = dict(zip(about.labels, (Enclosure.point(1) - share, share), strict=True))
        strategies.append(Strategy(about.move, about.player, name, Record(row)))
    marks = ("strict",) * rest.strict + _STABILITY[rest.falls]
    method = "signs of what the second choice gains each type, over the share, isolated exactly"
    return Draft(tuple(strategies), marks, method, component)
