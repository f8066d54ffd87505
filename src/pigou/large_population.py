"""Solve a large population, or a continuum, with two choices: name and check what is found.

Small populations, with types, exit, or more choices, are solved in `pigou.solving` profile by
profile; here nothing is ever listed count by count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from pigou.check_simultaneous import Checker, Examination
from pigou.equilibrium import Component, Equilibrium, EquilibriumSet, Evidence, Grade, Strategy
from pigou.exact import Enclosure, Record
from pigou.pareto import pareto
from pigou.solvers.binomial_roots import BinomialRoot, BinomialRoots
from pigou.solvers.mean_field import Mass, MeanField, Rest, mean_field
from pigou.solvers.population import Counts, Population, mixtures, pure_counts

__all__ = ["solve_continuum", "solve_population"]

MOST_IN_A_ROW = 20
"""Longer ranges of counts that are all equilibria are listed by their ends."""

_STABILITY = {True: ("stable",), False: ("unstable",), None: ()}


class _Draft(NamedTuple):
    """An equilibrium before it is named and checked."""

    strategy: Strategy
    marks: tuple[str, ...]
    method: str
    component: str = ""


def solve_population(about: Population, pure: bool = False) -> EquilibriumSet:
    """Return all equilibria of a large population with two choices, with their evidence.

    Parameters
    ----------
    about : Population
    pure : bool, optional
        Whether to look for pure equilibria only.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.population import population
    >>> game = load("coordination").game
    >>> for found in solve_population(population(game, game.values({"firms": 10**9}))):
    ...     print(found)
    E1 (pure): upgrade: 1000000000 wait
    E2 (pure): upgrade: 1000000000 upgrade
    E3 (mixed): upgrade: wait 2/5, upgrade 3/5
    """
    drafts, components = _pure(about)
    notes: list[str] = []
    how = _how_pure(about)
    if not pure:
        found = mixtures(about.gain)
        if found is None:
            components.append(_everything(about, drafts))
            how += "; the choices pay the same whatever the others do"
        else:
            drafts += [_mixed(about, root) for root in found.roots]
            notes += _open(about, found)
            how += f"; {_how_mixed(found)}"
    equilibria = _named(about, drafts)
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
    return "pure equilibria up to the names of members alike, and symmetric mixed ones"


def _how_pure(about: Population) -> str:
    pieces, kind = len(about.gain.pieces), "polynomial" if about.gain.is_polynomial else "rational"
    return (
        f"what a choice gains read as {pieces} {kind} piece{'s' * (pieces > 1)} over "
        f"{about.size:,} counts of others, with its sign at every one of them"
    )


def _how_mixed(found: BinomialRoots) -> str:
    many = "one change" if found.changes == 1 else f"{found.changes} changes"
    bound = f"{many} of sign allow{'s' * (found.changes == 1)} at most as many mixtures"
    return f"{bound}; {found.how}"


def _open(about: Population, found: BinomialRoots) -> list[str]:
    """Say where there may be further mixtures."""
    parts = []
    for one in found.unresolved:
        if one.lower == 0 and one.upper == 1:
            parts.append(f"mixtures, {found.how}")
            continue
        low, high = (f"{float(end):.12g}" for end in (one.lower, one.upper))
        where = f"about {low}" if low == high else f"from {low} to {high}"
        parts.append(
            f"mixtures with a share of {about.labels[1]} {where}: whether what the choice gains "
            "touches zero there"
        )
    return parts


# -- pure equilibria --------------------------------------------------------------------------


def _pure(about: Population) -> tuple[list[_Draft], list[Component]]:
    """Return the pure equilibria, and the ranges of counts of which only the ends are listed."""
    drafts: list[_Draft] = []
    components: list[Component] = []
    ranges = pure_counts(about.gain)
    long = [r for r in ranges if r.high - r.low >= MOST_IN_A_ROW]
    for one in ranges:
        if one not in long:
            drafts += [_of_count(about, n, one) for n in range(one.low, one.high + 1)]
            continue
        name = f"C{len(components) + 1}"
        ends = (f"E{len(drafts) + 1}", f"E{len(drafts) + 2}")
        drafts += [_of_count(about, n, one, name) for n in (one.low, one.high)]
        points = f"number of members who take {about.labels[1]}"
        components.append(Component(name, 0, (ends,), points=points))
    return drafts, components


def _of_count(about: Population, number: int, run: Counts, component: str = "") -> _Draft:
    counts = dict(zip(about.labels, (about.size - number, number), strict=True))
    shares = {k: Enclosure.point(Fraction(n, about.size)) for k, n in counts.items()}
    strategy = Strategy(about.move, about.player, "", Record(shares), Record(counts), about.size)
    marks = ("strict", "stable") if run.strict else ()
    signs = {one.sign for one in about.gain.runs}
    method = "what a choice gains, in exact arithmetic, beside those who take it"
    return _Draft(strategy, marks + _weak(about, signs, shares), method, component)


def _weak(
    about: Population | Mass, signs: set[int], shares: Mapping[str, Enclosure]
) -> tuple[str, ...]:
    """Return the mark of an equilibrium in which a weakly dominated choice is taken."""
    worse = 0 if signs == {0, 1} else 1 if signs == {0, -1} else None
    used = worse is not None and shares[about.labels[worse]].upper > 0
    return ("weakly dominated",) if used else ()


# -- mixed equilibria -------------------------------------------------------------------------


def _mixed(about: Population, root: BinomialRoot) -> _Draft:
    shares = (Enclosure.point(1) - root.share, root.share)
    strategy = Strategy(
        about.move,
        about.player,
        "",
        Record(dict(zip(about.labels, shares, strict=True))),
        None,
        about.size,
    )
    method = "a root of the expected gain, by binomial sums with rigorous bounds"
    return _Draft(strategy, _STABILITY[root.falls], method)


def _everything(about: Population, drafts: Sequence[_Draft]) -> Component:
    """Return the continuum of all mixtures, by the pure profiles at its ends."""
    names = []
    for number in (0, about.size):
        counts = tuple((d.strategy.counts or {})[about.labels[1]] for d in drafts)
        names.append(f"E{counts.index(number) + 1}")
    return Component("", 1, (tuple(names),))


# -- a continuum ------------------------------------------------------------------------------


def solve_continuum(about: Mass) -> EquilibriumSet:
    """Return all equilibria of a continuum of members with two choices, with their evidence.

    Parameters
    ----------
    about : Mass

    Examples
    --------
    >>> import sympy as sp
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.mean_field import continuum_of
    >>> moves = [Move("up", "firm", {"no": 0, "yes": 1})]
    >>> game = Game("g", [Player("firm", size=sp.oo)], moves, {"firm": "up*(mean(up) - 1/3)"})
    >>> for found in solve_continuum(continuum_of(game, {})):
    ...     print(found, found.marks)
    E1 (pure): up: no ('strict', 'stable')
    E2 (mixed): up: no 2/3, yes 1/3 ('unstable',)
    E3 (pure): up: yes ('strict', 'stable')
    """
    found = mean_field(about)
    drafts = [_resting(about, rest, set(found.signs)) for rest in found.rests]
    components, notes = _intervals(about, found)
    equilibria = _named(about, drafts)
    doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
    if doubtful:
        notes.append(f"the checker could not confirm {', '.join(doubtful)}")
    kind = "polynomial" if found.polynomial else "rational"
    pieces = f"{found.pieces} {kind} piece{'s' * (found.pieces > 1)}"
    how = f"what a choice gains read as {pieces} over the share, its roots isolated exactly"
    if found.jumps:
        where = ", ".join(str(share) for share in found.jumps)
        how += f"; it jumps from above to below zero at {where}: no equilibrium there"
    return EquilibriumSet(
        game=about.game.name,
        structure="population",
        at=about.at,
        equilibria=tuple(equilibria),
        complete=not notes,
        completeness=f"{'proved' if not notes else 'not shown'}: {how}",
        scope="all equilibria, by the share of members who take each choice",
        components=tuple(components),
        unresolved=tuple(notes),
    )


def _resting(about: Mass, rest: Rest, signs: set[int]) -> _Draft:
    shares = (Enclosure.point(1) - rest.share, rest.share)
    chances = Record(dict(zip(about.labels, shares, strict=True)))
    strict = rest.here != 0
    marks = ("strict",) * strict + _STABILITY[rest.falls] + _weak(about, signs, chances)
    method = "roots of what the second choice gains in the share, isolated exactly"
    return _Draft(Strategy(about.move, about.player, "", chances), marks, method)


def _intervals(about: Mass, found: MeanField) -> tuple[list[Component], list[str]]:
    """Return intervals of equilibria, and those whose ends are no equilibria themselves."""
    components: list[Component] = []
    notes: list[str] = []
    for low, high in found.intervals:
        at = [f"E{n}" for n, rest in enumerate(found.rests, 1) if rest.share in (low, high)]
        if len(at) == 2:
            points = f"a share of members who take {about.labels[1]}"
            name = f"C{len(components) + 1}"
            components.append(Component(name, 1, ((at[0], at[1]),), points=points))
        else:
            between = f"every share of {about.labels[1]} strictly between {low} and {high}"
            notes.append(f"{between} is an equilibrium as well, though not both ends are")
    return components, notes


# -- checking ---------------------------------------------------------------------------------


def _named(about: Population | Mass, drafts: Sequence[_Draft]) -> list[Equilibrium]:
    """Give equilibria their names, payoffs and evidence."""
    checker = Checker(about.game, about.at)
    examined = [checker.examine((draft.strategy,)) for draft in drafts]
    ranking = pareto(examined)
    equilibria = []
    for number, (draft, found) in enumerate(zip(drafts, examined, strict=True)):
        dominated_by, open_ = ranking.named(number)
        equilibria.append(
            Equilibrium(
                f"E{number + 1}",
                (draft.strategy,),
                found.payoffs,
                _evidence(draft.method, found),
                draft.marks,
                draft.component,
                None,
                dominated_by,
                open_,
            )
        )
    return equilibria


def _evidence(method: str, found: Examination) -> Evidence:
    grade = Grade.CERTIFIED if found.confirmed else Grade.NUMERICAL
    return Evidence(grade, method, found.gain, found.confirmed, found.doubt)
