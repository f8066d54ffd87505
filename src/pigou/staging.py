"""Solve a game in stages: name what backward induction found, check it, and say what it covers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pigou.check import examine
from pigou.check_simultaneous import Examination
from pigou.equilibrium import Component, Equilibrium, EquilibriumSet, Evidence, Grade, Strategy
from pigou.exact import Enclosure, Record
from pigou.game import Game
from pigou.pareto import pareto
from pigou.solvers.piece_equilibria import Cell
from pigou.solvers.pieces import Tree
from pigou.solvers.subgame_perfect import Solution, subgame_perfect
from pigou.stages import Draw, Turn

__all__ = ["components_of", "path_of", "solve_stages", "strategies_of"]

ZERO, ONE = Enclosure.point(0), Enclosure.point(1)
_MOST_NOTES = 20


def solve_stages(
    game: Game,
    at: Mapping[str, Fraction],
    simultaneous: Callable[[Game, Mapping[str, Any]], EquilibriumSet],
    pure: bool = False,
) -> EquilibriumSet:
    """Return all subgame-perfect equilibria of a game in stages, in pure and behaviour strategies.

    Parameters
    ----------
    game : Game
        With finite choices; a population may move in the last stage.
    at : mapping of str to Fraction
        A value for every parameter.
    simultaneous : callable
        Solves a game with simultaneous moves.
    pure : bool, optional
        Whether pure equilibria are wanted only; `simultaneous` has to return none but these then.

    Raises
    ------
    StructureError
        If the game is too large, or has a structure that is not solved.

    Examples
    --------
    >>> from pigou import Move, Player, solve
    >>> game = Game(
    ...     "entry",
    ...     [Player("entrant"), Player("incumbent")],
    ...     [
    ...         Move("enter", "entrant", {"no": 0, "yes": 1}),
    ...         Move("fight", "incumbent", {"no": 0, "yes": 1}, 2, when="enter == yes"),
    ...     ],
    ...     {"entrant": "enter*(1 - 2*fight)", "incumbent": "2 - enter*(1 + fight)"},
    ... )
    >>> for equilibrium in solve_stages(game, {}, solve):
    ...     print(equilibrium)
    E1 (pure): enter: yes; fight: no
    """
    found = subgame_perfect(game, at, simultaneous, pure)
    order = sorted(
        range(len(found.solutions)), key=lambda k: _number_of_mixtures(found.solutions[k])
    )
    solutions = [found.solutions[k] for k in order]
    components, place = components_of(found.cells, {old: new for new, old in enumerate(order)})
    profiles = [strategies_of(found.tree, solution) for solution in solutions]
    examined = [examine(game, at, strategies) for strategies in profiles]
    ranking = pareto(examined)
    equilibria = tuple(
        _equilibrium(strategies, checked, f"E{number + 1}", place.get(number, ""))
        for number, (strategies, checked) in enumerate(zip(profiles, examined, strict=True))
    )
    equilibria = tuple(
        replace(one, dominated_by=by, undecided=unclear, path=path_of(found.tree, solution))
        for number, (one, solution) in enumerate(zip(equilibria, solutions, strict=True))
        for by, unclear in [ranking.named(number)]
    )
    notes = found.unresolved[:_MOST_NOTES]
    more = len(found.unresolved) - len(notes)
    notes += [f"{more} more notes of this kind"] * (more > 0)
    doubtful = [e.name for e in equilibria if e.evidence.grade is Grade.NUMERICAL]
    if doubtful:
        notes.append(f"the checker could not confirm {', '.join(doubtful[:_MOST_NOTES])}")
    how = "backward induction: the game has no subgame but itself, solved for all equilibria"
    if found.pieces > 1:
        how = (
            f"backward induction over {found.pieces:,} subgames, each solved for all equilibria "
            f"after every combination of those that follow ({found.forms:,} strategic forms)"
        )
    return EquilibriumSet(
        game=game.name,
        structure="staged",
        at=at,
        equilibria=equilibria,
        complete=not notes,
        completeness=f"{'proved' if not notes else 'not shown'}: {how}",
        scope="all subgame-perfect equilibria, "
        + ("in pure strategies only" if pure else "in pure and in behaviour strategies"),
        components=components,
        unresolved=tuple(notes),
    )


def _number_of_mixtures(solution: Solution) -> int:
    mixtures = [sum(p.upper > 0 for p in shares) > 1 for shares in solution.behaviour.values()]
    return sum(mixtures) + sum(not s.is_pure for s in solution.crowds)


def _equilibrium(
    strategies: tuple[Strategy, ...], checked: Examination, name: str, component: str
) -> Equilibrium:
    evidence = Evidence(
        Grade.CERTIFIED if checked.confirmed else Grade.NUMERICAL,
        "backward induction over all equilibria of every subgame",
        checked.gain,
        checked.confirmed,
        checked.doubt,
    )
    return Equilibrium(name, strategies, checked.payoffs, evidence, (), component)


def strategies_of(tree: Tree, solution: Solution) -> tuple[Strategy, ...]:
    """Return the strategies, information set by information set, in the order of the game."""
    behaviour = solution.behaviour
    alone: dict[Any, int] = {}
    for player, moves, _ in tree.sets:
        alone[player, moves] = alone.get((player, moves), 0) + 1
    order = {move.name: place for place, move in enumerate(tree.stages.game.moves)}
    strategies = []
    for information, points in sorted(tree.sets.items(), key=lambda item: order[item[0][1][0]]):
        shares = behaviour.get(information)
        turn = tree.points[points[0]].event
        if shares is None or not isinstance(turn, Turn):
            continue
        labels = [", ".join(action) for action in turn.actions]
        pure = any(p.is_exact and p.lower == 1 for p in shares)
        strategies.append(
            Strategy(
                ", ".join(turn.moves),
                turn.player,
                "",
                Record(dict(zip(labels, shares, strict=True))),
                {k: int(p.lower == 1) for k, p in zip(labels, shares, strict=True)}
                if pure
                else None,
                when=Record() if alone[turn.player, turn.moves] == 1 else turn.seen,
            )
        )
    return (*strategies, *solution.crowds)


def path_of(tree: Tree, solution: Solution) -> dict[str, dict[str, Enclosure]]:
    """Return how likely each label of each move is to be chosen."""
    behaviour = solution.behaviour
    chances: dict[str, dict[str, Enclosure]] = {}

    def add(name: str, label: str, weight: Enclosure) -> None:
        labels = chances.setdefault(name, {})
        labels[label] = labels[label] + weight if label in labels else weight

    def follow(number: int, weight: Enclosure) -> None:
        point = tree.points[number]
        if point.crowd:
            for strategy in solution.crowds:
                if strategy.when == point.node.history:
                    for label, share in strategy.probabilities.items():
                        if share.upper > 0:
                            bare = Strategy(strategy.move, strategy.player, strategy.type, {})
                            add(bare.name, label, weight * share)
        if isinstance(point.event, Draw):
            for child, (_, probability) in zip(point.children, point.event.branches, strict=True):
                follow(child, weight * Enclosure.point(probability))
        elif isinstance(point.event, Turn):
            shares = behaviour[point.event.information]
            rows = zip(point.children, point.event.actions, shares, strict=True)
            for child, action, share in rows:
                if share.upper > 0:
                    for name, label in zip(point.event.moves, action, strict=True):
                        add(name, label, weight * share)
                    follow(child, weight * share)

    follow(0, ONE)
    names = [move.name for move in tree.stages.game.moves]
    return dict(sorted(chances.items(), key=lambda item: names.index(item[0].split("[")[0])))


def components_of(
    cells: Sequence[Cell], number: Mapping[int, int]
) -> tuple[tuple[Component, ...], dict[int, str]]:
    """Join the continua that share an equilibrium, and say which one each equilibrium is of."""
    joined: list[list[Cell]] = []
    for cell in cells:
        if cell.dimension:
            members = tuple(sorted(number[m] for m in cell.members))
            new = [Cell(cell.dimension, members)]
            touching = [c for c in joined if any(set(members) & set(x.members) for x in c)]
            joined = [c for c in joined if c not in touching]
            joined.append([x for c in touching for x in c] + new)
    components: list[Component] = []
    place: dict[int, str] = {}
    for parts in sorted(joined, key=lambda c: min(min(x.members) for x in c)):
        name = f"C{len(components) + 1}"
        place |= {m: name for x in parts for m in x.members}
        subsets = tuple(tuple(f"E{m + 1}" for m in x.members) for x in parts)
        components.append(Component(name, max(x.dimension for x in parts), subsets))
    return tuple(components), place
